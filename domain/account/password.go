package account

import (
	"context"
	"fmt"
	"runtime"

	"github.com/alexedwards/argon2id"
)

// passwordCost is OWASP's recommendation of 19 MiB, 2 passes, 1 lane: about 60 ms.
var passwordCost = &argon2id.Params{Memory: 19 * 1024, Iterations: 2, Parallelism: 1, SaltLength: 16, KeyLength: 32}

// passwords hashes and compares, as many at a time as there are cores, so that
// sign-ins cannot exhaust memory.
type passwords struct {
	places chan struct{}
	// decoy is compared when there is no such account, so that the answer takes
	// as long as for a wrong password and does not tell which names exist.
	decoy string
}

func newPasswords() (*passwords, error) {
	p := &passwords{places: make(chan struct{}, runtime.NumCPU())}
	decoy, err := argon2id.CreateHash("no account has this password", passwordCost)
	if err != nil {
		return nil, fmt.Errorf("prepare passwords: %w", err)
	}
	p.decoy = decoy
	return p, nil
}

func (p *passwords) enter(ctx context.Context) error {
	select {
	case p.places <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (p *passwords) hash(ctx context.Context, password string) (string, error) {
	if err := p.enter(ctx); err != nil {
		return "", err
	}
	defer func() { <-p.places }()
	hash, err := argon2id.CreateHash(password, passwordCost)
	if err != nil {
		return "", fmt.Errorf("hash password: %w", err)
	}
	return hash, nil
}

// matches compares a password with a hash; an empty hash is compared with the
// decoy and never matches.
func (p *passwords) matches(ctx context.Context, password, hash string) (bool, error) {
	if len(password) > maximalPassword {
		return false, nil
	}
	if err := p.enter(ctx); err != nil {
		return false, err
	}
	defer func() { <-p.places }()
	against := hash
	if against == "" {
		against = p.decoy
	}
	ok, err := argon2id.ComparePasswordAndHash(password, against)
	if err != nil {
		return false, fmt.Errorf("compare password: %w", err)
	}
	return ok && hash != "", nil
}

package account

import (
	"context"
	"fmt"
	"runtime"
	"strings"
	"sync/atomic"
	"unicode/utf8"

	"github.com/alexedwards/argon2id"
	"github.com/ccojocar/zxcvbn-go"

	"assay/domain"
)

// passwordCost is OWASP's recommendation of 19 MiB, 2 passes, 1 lane: about 60 ms.
var passwordCost = &argon2id.Params{Memory: 19 * 1024, Iterations: 2, Parallelism: 1, SaltLength: 16, KeyLength: 32}

// queueAllowed bounds how many sign-ins wait for a place: more are refused at once, so that a
// flood costs neither memory nor minutes.
const queueAllowed = 64

// passwords hashes and compares, as many at a time as there are cores, so that
// sign-ins cannot exhaust memory.
type passwords struct {
	places chan struct{}
	// reserved is one more place, for devices of past success only: a flood from strangers cannot
	// keep them waiting.
	reserved chan struct{}
	waiting  atomic.Int64
	// decoy is compared when there is no such account, so that the answer takes
	// as long as for a wrong password and does not tell which names exist.
	decoy string
}

func newPasswords() (*passwords, error) {
	p := &passwords{places: make(chan struct{}, runtime.NumCPU()), reserved: make(chan struct{}, 1)}
	decoy, err := argon2id.CreateHash("no account has this password", passwordCost)
	if err != nil {
		return nil, fmt.Errorf("prepare passwords: %w", err)
	}
	p.decoy = decoy
	return p, nil
}

// enter waits for a place and gives the verb that leaves it.
func (p *passwords) enter(ctx context.Context, known bool) (leave func(), err error) {
	var reserved chan struct{} // nil: never ready
	if known {
		reserved = p.reserved
	} else {
		defer p.waiting.Add(-1)
		if p.waiting.Add(1) > queueAllowed {
			return nil, domain.Errorf(domain.KindTooMany, "too many people sign in at this moment; try again in a minute")
		}
	}
	select {
	case p.places <- struct{}{}:
		return func() { <-p.places }, nil
	case reserved <- struct{}{}:
		return func() { <-reserved }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (p *passwords) hash(ctx context.Context, password string) (string, error) {
	leave, err := p.enter(ctx, true)
	if err != nil {
		return "", err
	}
	defer leave()
	hash, err := argon2id.CreateHash(password, passwordCost)
	if err != nil {
		return "", fmt.Errorf("hash password: %w", err)
	}
	return hash, nil
}

// matches compares a password with a hash; an empty hash is compared with the
// decoy and never matches. A password that is too long costs the same work.
func (p *passwords) matches(ctx context.Context, password, hash string, known bool) (bool, error) {
	leave, err := p.enter(ctx, known)
	if err != nil {
		return false, err
	}
	defer leave()
	against := hash
	if against == "" {
		against = p.decoy
	}
	long := len(password) > maximalPassword
	if long {
		password = password[:maximalPassword]
	}
	ok, err := argon2id.ComparePasswordAndHash(password, against)
	if err != nil {
		return false, fmt.Errorf("compare password: %w", err)
	}
	return ok && hash != "" && !long, nil
}

// Bounds of the estimate of a password's strength.
const (
	// strengthWanted is zxcvbn's third of four grades: safely unguessable at ten thousand tries a second
	// against a slow hash, 10^8 guesses and more.
	strengthWanted = 3
	// strengthLooked is how many characters are estimated: what follows can only make it stronger, and
	// the estimate's cost grows with the square of the length.
	strengthLooked = 40
)

// checkPassword refuses a password that is short, long, or soon guessed: found among the
// frequent passwords of known breaches, names and words, in keyboard rows, sequences, repetitions
// and dates, also with letters exchanged for digits. It asks nobody outside. What the person is called does not count for strength.
func checkPassword(password string, about ...string) []domain.FieldError {
	wrong := func(key, message string) []domain.FieldError {
		return []domain.FieldError{{Field: "password", Message: message, Key: key}}
	}
	switch length := utf8.RuneCountInString(password); {
	case !utf8.ValidString(password), length < minimalPassword, len(password) > maximalPassword:
		return wrong("password.length", "must have 10 to 512 characters")
	}
	looked := password
	if runes := []rune(password); len(runes) > strengthLooked {
		looked = string(runes[:strengthLooked])
	}
	words := []string{"customs", "douane", "douanes", "aduana", "alfandega"}
	for _, text := range about {
		for _, word := range strings.FieldsFunc(strings.ToLower(text), func(r rune) bool { return strings.ContainsRune(" .@-_'’", r) }) {
			if utf8.RuneCountInString(word) > 2 {
				words = append(words, word)
			}
		}
	}
	if zxcvbn.PasswordStrength(looked, words).Score < strengthWanted {
		return wrong("password.weak", "is too easy to guess: it is, or is close to, one that is often used; take several words that do not belong together")
	}
	return nil
}

package account

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"

	"assay/domain"
	"assay/domain/notice"
	"assay/domain/secret"
	"assay/domain/store"
)

// Service is what may be done with accounts.
type Service struct {
	db        *store.DB
	clock     func() time.Time
	passwords *passwords
	throttle  *throttle
	keys      *secret.Keys
	guests    Guests
}

// Option sets what is not always there.
type Option func(*Service)

// WithKeys gives the installation's keys. Without them everything that keeps a secret (the
// authenticator, identity providers, letters with links) answers KindNotReady.
func WithKeys(keys *secret.Keys) Option { return func(s *Service) { s.keys = keys } }

// New makes the service.
func New(db *store.DB, clock func() time.Time, options ...Option) (*Service, error) {
	p, err := newPasswords()
	if err != nil {
		return nil, err
	}
	s := &Service{db: db, clock: clock, passwords: p, throttle: newThrottle(clock)}
	for _, option := range options {
		option(s)
	}
	return s, nil
}

// Create adds an account. A sign-in name that is taken is KindConflict.
func (s *Service) Create(ctx context.Context, in NewAccount) (*Account, error) {
	if err := in.Validate(); err != nil {
		return nil, err
	}
	hash, err := s.passwords.hash(ctx, in.Password)
	if err != nil {
		return nil, err
	}
	language := in.Language
	if language == "" {
		language = "en"
	}
	row := accountRow{AccountID: domain.NewID(), SignInName: normalise(in.SignInName), Name: in.Name, Email: addressIn(in.SignInName), Language: language,
		PasswordHash: hash, State: "active", CreatedAt: s.clock().UTC()}
	err = s.db.Shared(ctx, func(_ context.Context, tx *store.Tx) error { return insertAccount(tx, row) })
	if err != nil {
		return nil, fmt.Errorf("create account: %w", err)
	}
	return row.account(), nil
}

// Join makes an account a member of an administration; being one already changes nothing.
func (s *Service) Join(ctx context.Context, account uuid.UUID, m Membership) error {
	err := s.db.Shared(ctx, func(_ context.Context, tx *store.Tx) error { return insertMembership(tx, account, m) })
	if err != nil {
		return fmt.Errorf("join administration: %w", err)
	}
	return nil
}

// ByName finds an account by its sign-in name, KindNotFound when there is none.
// It is for commands; a page must not tell which names exist.
func (s *Service) ByName(ctx context.Context, name string) (found *Account, err error) {
	err = s.db.Shared(ctx, func(_ context.Context, tx *store.Tx) error {
		row, err := findAccount(tx, `sign_in_name = ?`, normalise(name))
		if err == nil && row != nil {
			found = row.account()
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("find account: %w", err)
	}
	if found == nil {
		return nil, domain.Errorf(domain.KindNotFound, "nobody signs in as %q", name)
	}
	return found, nil
}

// ByID finds an account, KindNotFound when there is none.
func (s *Service) ByID(ctx context.Context, id uuid.UUID) (found *Account, err error) {
	err = s.db.Shared(ctx, func(_ context.Context, tx *store.Tx) error {
		row, err := findAccount(tx, `account_id = ?`, id)
		if err == nil && row != nil {
			found = row.account()
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("find account: %w", err)
	}
	if found == nil {
		return nil, domain.Errorf(domain.KindNotFound, "there is no such account")
	}
	return found, nil
}

// addressIn is a sign-in name that is an e-mail address, else nothing.
func addressIn(signInName string) string {
	name := normalise(signInName)
	if _, host, _ := strings.Cut(name, "@"); strings.Contains(host, ".") && notice.ValidAddress(name) {
		return name
	}
	return ""
}

// Memberships lists what an account is in active administrations, as a member and as a guest.
func (s *Service) Memberships(ctx context.Context, account uuid.UUID) (memberships []Membership, err error) {
	err = s.db.Shared(ctx, func(_ context.Context, tx *store.Tx) error {
		memberships, err = findMemberships(tx, account)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("list memberships: %w", err)
	}
	visits, _, err := s.visits(ctx, account)
	if err != nil {
		return nil, err
	}
	return append(memberships, visits...), nil
}

// Authenticate checks a sign-in name and password. Unknown name, wrong password
// and disabled account give the same KindUnauthenticated after the same work;
// too many failures of one name from here give KindTooMany for a while.
func (s *Service) Authenticate(ctx context.Context, name, password string) (*Account, error) {
	name = normalise(name)
	if !s.throttle.allow(name) {
		return nil, domain.Errorf(domain.KindTooMany, "too many failed sign-ins; wait a minute and try again")
	}
	var row *accountRow
	err := s.db.Shared(ctx, func(_ context.Context, tx *store.Tx) (err error) {
		row, err = findAccount(tx, `sign_in_name = ?`, name)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("find account: %w", err)
	}
	hash := ""
	if row != nil && row.State == "active" {
		hash = row.PasswordHash
	}
	ok, err := s.passwords.matches(ctx, password, hash)
	if err != nil {
		return nil, err
	}
	if !ok {
		s.throttle.failed(name)
		return nil, domain.Errorf(domain.KindUnauthenticated, "name or password is wrong")
	}
	s.throttle.succeeded(name)
	return row.account(), nil
}

package account

import (
	"context"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

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
	signer    *secret.Keys // keys, or where there are none some that live as long as the process
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
	if s.signer = s.keys; s.signer == nil {
		s.signer = secret.New()
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

// Attempt is one try at signing in.
type Attempt struct {
	Name     string
	Password string
	Address  string // of the request
	Device   string // the cookie of a device of past success, if the browser has one
}

// Authenticate checks a sign-in name and password. Unknown name, wrong password, an account without
// a password and a disabled account give the same KindUnauthenticated after the same work. Too many failures of one name from one
// network, or of one network, give KindTooMany for a while, whether there is such a name or not; they close neither the
// name's sign-in from elsewhere nor that on a device where it has succeeded before.
func (s *Service) Authenticate(ctx context.Context, a Attempt) (*Account, error) {
	name := normalise(a.Name)
	if utf8.RuneCountInString(name) > maximalName || !utf8.ValidString(name) || strings.ContainsRune(name, 0) {
		name = "" // nobody's
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
	limits := []limit{{"name " + networkOf(a.Address) + " " + name, failuresOfName}, {"network " + networkOf(a.Address), failuresOfNetwork}}
	known := false
	if row != nil {
		var number string
		if number, known = s.knownDevice(a.Device, row.AccountID); known {
			limits = []limit{{"device " + number, failuresOfDevice}}
		}
		if row.State == "active" {
			hash = row.PasswordHash
		}
	}
	if !s.throttle.take(limits...) {
		return nil, domain.Errorf(domain.KindTooMany, "too many failed sign-ins; wait ten minutes and try again")
	}
	ok, err := s.passwords.matches(ctx, a.Password, hash, known)
	if err != nil {
		s.throttle.giveBack(limits[len(limits)-1:]...)
		return nil, err
	}
	if !ok {
		return nil, domain.Errorf(domain.KindUnauthenticated, "name or password is wrong")
	}
	s.throttle.giveBack(limits...)
	return row.account(), nil
}

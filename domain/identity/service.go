package identity

import (
	"context"
	"fmt"
	"net/http"
	"net/netip"
	"sync"
	"time"

	"assay/domain"
	"assay/domain/access"
	"assay/domain/audit"
	"assay/domain/secret"
	"assay/domain/store"
)

// Options set what is not the same everywhere.
type Options struct {
	// Networks are the internal networks in which providers may stand; see ParseNetworks.
	Networks []netip.Prefix
	// Loopback allows a provider on this machine, without TLS: for the demonstration, for development and tests.
	Loopback bool
}

// Service is what may be done with identity providers.
type Service struct {
	db      *store.DB
	keys    *secret.Keys
	clock   func() time.Time
	options Options
	client  *http.Client

	mutex sync.Mutex
	known map[string]*discovered // by issuer
}

// New makes the service. Without keys no client's secret can be kept, which Save tells.
func New(db *store.DB, keys *secret.Keys, clock func() time.Time, o Options) *Service {
	return &Service{db: db, keys: keys, clock: clock, options: o, client: newClient(o.Networks, o.Loopback), known: map[string]*discovered{}}
}

// KeepsSecrets reports whether the installation has a key with which a client's secret can be kept.
func (s *Service) KeepsSecrets() bool { return s.keys != nil }

// errNone is the error where an administration has no provider, or none that is enabled: the same as where
// there is no such administration.
var errNone = &domain.Error{Kind: domain.KindNotFound, Key: "provider.fault.none", Message: "there is no such administration, or its people sign in with a password here"}

// Of gives an administration's provider, nil when it has none.
func (s *Service) Of(ctx context.Context, tenant domain.TenantID) (*Provider, error) {
	row, err := s.row(ctx, tenant)
	if err != nil || row == nil {
		return nil, err
	}
	p := row.provider()
	return &p, nil
}

// Offered gives the provider that the sign-in page offers, KindNotFound when there is none.
func (s *Service) Offered(ctx context.Context, tenant domain.TenantID) (*Provider, error) {
	p, err := s.Of(ctx, tenant)
	if err != nil {
		return nil, err
	}
	if p == nil || !p.Enabled {
		return nil, errNone
	}
	return p, nil
}

func (s *Service) row(ctx context.Context, tenant domain.TenantID) (row *providerRow, err error) {
	err = s.db.Read(ctx, tenant, func(_ context.Context, tx *store.Tx) error {
		row, err = findProvider(tx, tenant)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read the identity provider: %w", err)
	}
	return row, nil
}

// Save sets an administration's provider. Another issuer or client than before needs its secret typed again: a secret must
// not be sent to who it was not given by. Links between people and a former issuer stay, and are of no use while
// another one is set.
func (s *Service) Save(ctx context.Context, tenant domain.TenantID, by access.Author, d Draft) error {
	d.tidy()
	if err := d.validate(s.options.Loopback); err != nil {
		return err
	}
	now := s.clock().UTC()
	err := s.db.InTenant(ctx, tenant, func(ctx context.Context, tx *store.Tx) error {
		old, err := findProvider(tx, tenant)
		if err != nil {
			return err
		}
		var before *Provider
		var sealed []byte
		if old != nil {
			p := old.provider()
			before = &p
			if same := p.Issuer == d.Issuer && p.ClientID == d.ClientID; same {
				sealed = old.Sealed
			} else if p.HasSecret && d.Secret == "" && !d.NoSecret {
				return domain.Invalid(wrongDraft, domain.FieldError{Field: "secret", Key: "provider.wrong.again", Message: "must be typed again, because issuer or client are others"})
			}
		}
		switch {
		case d.NoSecret:
			sealed = nil
		case d.Secret != "":
			if sealed, err = s.keys.Seal(purpose(tenant), []byte(d.Secret)); err != nil {
				return err
			}
		}
		d.HasSecret = len(sealed) > 0
		if err := saveProvider(tx, tenant, d.Provider, sealed, now); err != nil {
			return err
		}
		return audit.Record(ctx, tx, tenant, audit.Entry{At: now, Actor: by.Name, Capacity: by.Capacity, Origin: by.Origin, Action: "identity_provider.set", Object: "identity_provider",
			Before: recorded(before, ""), After: recorded(&d.Provider, d.Secret)})
	})
	if err != nil {
		return fmt.Errorf("set the identity provider: %w", err)
	}
	s.forget(d.Issuer)
	return nil
}

// Remove takes an administration's provider away. Its people sign in with their passwords; whoever has none asks for one.
func (s *Service) Remove(ctx context.Context, tenant domain.TenantID, by access.Author) error {
	err := s.db.InTenant(ctx, tenant, func(ctx context.Context, tx *store.Tx) error {
		old, err := findProvider(tx, tenant)
		if err != nil || old == nil {
			return err
		}
		if err := deleteProvider(tx, tenant); err != nil {
			return err
		}
		p := old.provider()
		return audit.Record(ctx, tx, tenant, audit.Entry{At: s.clock(), Actor: by.Name, Capacity: by.Capacity, Origin: by.Origin, Action: "identity_provider.remove", Object: "identity_provider",
			Before: recorded(&p, "")})
	})
	if err != nil {
		return fmt.Errorf("remove the identity provider: %w", err)
	}
	return nil
}

// recorded is a provider in the audit record: of the secret only whether there is one and whether it was changed.
func recorded(p *Provider, secret string) any {
	if p == nil {
		return nil
	}
	return map[string]any{"issuer": p.Issuer, "client": p.ClientID, "name": p.Name, "scopes": p.Scopes, "domains": p.Domains, "joins_as": p.JoinsAs, "factor": p.Factor,
		"factor_values": p.FactorValues, "enabled": p.Enabled, "has_secret": p.HasSecret, "secret_changed": secret != ""}
}

func purpose(tenant domain.TenantID) string { return "identity provider of " + tenant.String() }

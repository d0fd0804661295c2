package seal

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"

	"assay/domain"
	"assay/domain/administration"
	"assay/domain/audit"
	"assay/domain/paper"
	"assay/domain/secret"
	"assay/domain/store"
)

// Service is what may be done with the keys of administrations.
type Service struct {
	db    *store.DB
	keys  *secret.Keys // nil where the installation has none: no private key can be kept then
	clock func() time.Time
}

// New makes the service.
func New(db *store.DB, keys *secret.Keys, clock func() time.Time) *Service {
	return &Service{db: db, keys: keys, clock: clock}
}

// Keys lists an administration's keys, the one in use first.
func (s *Service) Keys(ctx context.Context, tenant domain.TenantID) (keys []*Key, err error) {
	err = s.db.Read(ctx, tenant, func(_ context.Context, tx *store.Tx) error {
		keys, err = findKeys(tx, tenant, `ORDER BY retired_at IS NULL DESC, added_at DESC`)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("list keys: %w", err)
	}
	return keys, nil
}

// Create makes a new key with a certificate of its own, keeps it encrypted and retires the one before.
func (s *Service) Create(ctx context.Context, tenant *administration.Tenant, by Author) (*Key, error) {
	now := s.clock().UTC()
	made, err := paper.NewKey(tenant.Name(""), "", now, usualYears*365*24*time.Hour)
	if err != nil {
		return nil, err
	}
	private, err := made.Private()
	if err != nil {
		return nil, err
	}
	return s.keep(ctx, tenant, by, made, private)
}

// Import keeps a private key (PKCS #8 in DER) with its certificates, encrypted, and retires the one before.
func (s *Service) Import(ctx context.Context, tenant *administration.Tenant, by Author, private, certificates []byte) (*Key, error) {
	read, err := paper.ReadKey(private, certificates)
	if err != nil {
		return nil, err
	}
	return s.keep(ctx, tenant, by, read, private)
}

func (s *Service) keep(ctx context.Context, tenant *administration.Tenant, by Author, k *paper.Key, private []byte) (_ *Key, err error) {
	key := newKey(InDatabase, k)
	if key.sealed, err = s.keys.Seal(purpose(tenant.ID, key.ID), private); err != nil {
		return nil, fmt.Errorf("keep a key: %w", err)
	}
	return key, s.add(ctx, tenant.ID, by, key)
}

// UseFile has documents sealed with the private key of a file of this server, which stays where it is.
func (s *Service) UseFile(ctx context.Context, tenant *administration.Tenant, by Author, path string, certificates []byte) (*Key, error) {
	private, err := readPrivate(path)
	if err != nil {
		return nil, err
	}
	read, err := paper.ReadKey(private, certificates)
	if err != nil {
		return nil, err
	}
	key := newKey(InFile, read)
	key.path = path
	return key, s.add(ctx, tenant.ID, by, key)
}

// UseToken has documents sealed by a key on a PKCS #11 token. The token signs once to show that it is there.
func (s *Service) UseToken(ctx context.Context, tenant *administration.Tenant, by Author, in TokenInput, certificates []byte) (_ *Key, err error) {
	read, err := tokenKey(in, certificates)
	if err != nil {
		return nil, err
	}
	if err := tryKey(read); err != nil {
		return nil, err
	}
	key := newKey(OnToken, read)
	key.path, key.tokenKey = in.Module, in.ID
	if key.sealed, err = s.keys.Seal(purpose(tenant.ID, key.ID), []byte(in.PIN)); err != nil {
		return nil, fmt.Errorf("keep the PIN of a token: %w", err)
	}
	return key, s.add(ctx, tenant.ID, by, key)
}

func tokenKey(in TokenInput, certificates []byte) (*paper.Key, error) {
	return paper.NewTokenKey(paper.Token{Program: tokenProgram, Module: in.Module, ID: in.ID, PIN: in.PIN, Limit: 30 * time.Second}, certificates)
}

// add retires the key in use and puts the new one in its place. Old certificates stay.
func (s *Service) add(ctx context.Context, tenant domain.TenantID, by Author, key *Key) error {
	now := s.clock().UTC()
	if now.After(key.ValidTo) || now.Before(key.ValidFrom) {
		return domain.Errorf(domain.KindInvalid, "the certificate is valid from %s to %s only", key.ValidFrom.Format(time.DateOnly), key.ValidTo.Format(time.DateOnly))
	}
	key.AddedAt, key.AddedBy = now, by.SignInName
	err := s.db.InTenant(ctx, tenant, func(ctx context.Context, tx *store.Tx) error {
		before, err := retireKey(tx, tenant, now, by.SignInName)
		if err != nil {
			return err
		}
		if err := insertKey(tx, tenant, key); err != nil {
			return err
		}
		var was any
		if before != "" {
			was = map[string]any{"fingerprint": before}
		}
		return audit.Record(ctx, tx, tenant, audit.Entry{At: now, Actor: by.SignInName, Capacity: by.Capacity, Action: "seal.add", Object: "seal/" + key.ID.String(), Before: was,
			After: map[string]any{"fingerprint": key.Fingerprint, "place": key.Place, "valid_to": key.ValidTo.Format(time.DateOnly)}, Origin: by.Origin})
	})
	if err != nil {
		return fmt.Errorf("add a key: %w", err)
	}
	return nil
}

// errNoKey is the error of sealing before there is a key.
var errNoKey = domain.Errorf(domain.KindNotReady, "the administration has no key to seal documents with yet; its administrator makes one on the page of the seal")

// Current gives the key in use, with its private part reachable. KindNotReady when there is none.
func (s *Service) Current(ctx context.Context, tenant domain.TenantID) (uuid.UUID, *paper.Key, error) {
	var found []*Key
	err := s.db.Read(ctx, tenant, func(_ context.Context, tx *store.Tx) (err error) {
		found, err = findKeys(tx, tenant, `AND retired_at IS NULL`)
		return err
	})
	if err != nil {
		return uuid.Nil, nil, fmt.Errorf("find the key in use: %w", err)
	}
	if len(found) == 0 {
		return uuid.Nil, nil, errNoKey
	}
	opened, err := s.open(tenant, found[0])
	if err != nil {
		return uuid.Nil, nil, fmt.Errorf("open the key in use: %w", err)
	}
	return found[0].ID, opened, nil
}

func (s *Service) open(tenant domain.TenantID, k *Key) (*paper.Key, error) {
	if k.Place == InFile {
		private, err := readPrivate(k.path)
		if err != nil {
			return nil, err
		}
		return paper.ReadKey(private, k.Certificates)
	}
	plain, err := s.keys.Open(purpose(tenant, k.ID), k.sealed)
	if err != nil {
		return nil, err
	}
	if k.Place == OnToken {
		return tokenKey(TokenInput{Module: k.path, ID: k.tokenKey, PIN: string(plain)}, k.Certificates)
	}
	return paper.ReadKey(plain, k.Certificates)
}

// Sealed is a document with the administration's seal.
type Sealed struct {
	PDF []byte
	Key uuid.UUID
	At  time.Time
}

// Seal puts the administration's digital signature on a PDF.
func (s *Service) Seal(ctx context.Context, tenant *administration.Tenant, pdf []byte, reason string) (*Sealed, error) {
	id, key, err := s.Current(ctx, tenant.ID)
	if err != nil {
		return nil, err
	}
	now := s.clock().UTC()
	signed, err := paper.Sign(pdf, key, paper.Seal{Name: tenant.Name(""), Reason: reason, At: now})
	if err != nil {
		return nil, fmt.Errorf("seal a document: %w", err)
	}
	return &Sealed{PDF: signed, Key: id, At: now}, nil
}

// tryKey has a key sign something that is thrown away.
func tryKey(k *paper.Key) error {
	if err := paper.Try(k); err != nil {
		return domain.Wrap(domain.KindNotReady, err, "the key does not sign; see that the token is in place and its PIN is right")
	}
	return nil
}

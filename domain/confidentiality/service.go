package confidentiality

import (
	"context"
	"crypto/rand"
	"fmt"
	"sync"
	"time"

	"github.com/google/uuid"

	"assay/domain"
	"assay/domain/access"
	"assay/domain/account"
	"assay/domain/audit"
	"assay/domain/store"
)

// Service makes veils and keeps purposes.
type Service struct {
	db    *store.DB
	clock func() time.Time
	mutex sync.Mutex
	keys  map[domain.TenantID][]byte // a key never changes, and a tenant's identifier never comes again
}

// New makes the service.
func New(db *store.DB, clock func() time.Time) *Service {
	return &Service{db: db, clock: clock, keys: map[domain.TenantID][]byte{}}
}

// Viewer is who reads, under which permission.
type Viewer struct {
	account.Person // in the administration, with the membership that gives the permission
	Permissions    *access.Permissions
	Scope          access.Scope // of the action of the request
	Capacity       string       // for the record, see access.Grant.Capacity
	Origin         string       // address of the request
}

// Veil decides how a person sees officers now. Names need officer.read in the scope in which the
// person reads; within the own scope there is only oneself, and for an
// economic operator nobody. Else there are pseudonyms, or names
// while a purpose holds, or nothing.
func (s *Service) Veil(ctx context.Context, who Viewer) (*Veil, error) {
	v := &Veil{mode: Withheld, own: who.Officer}
	if who.Permissions.Scope(access.DeclarationRead) == access.ScopeNone {
		v.least = SmallestGroup
	}
	switch {
	case access.Role(who.Role) == access.Trader:
		v.outside, v.own = true, "" // whoever's user name it is, an operator has none
	case who.Scope == access.ScopeOwn:
		v.mode = OwnOnly
	case who.Scope != access.ScopeNone && who.Scope.Within(who.Permissions.Scope(access.OfficerRead)):
		v.mode = Named
	case who.Permissions.Scope(access.OfficerPseudonym) != access.ScopeNone:
		return v, s.underPseudonym(ctx, v, who)
	}
	return v, nil
}

func (s *Service) underPseudonym(ctx context.Context, v *Veil, who Viewer) (err error) {
	v.mode = Pseudonymous
	if who.Permissions.Scope(access.PurposeWrite) != access.ScopeNone {
		if v.purpose, err = s.holding(ctx, who.Tenant, who.Account); err != nil {
			return err
		}
	}
	if v.purpose != nil {
		v.mode = Named
		v.seen = func(ctx context.Context, object string) error { return s.recordSeen(ctx, who, v.purpose, object) }
		return nil
	}
	v.codes = func(ctx context.Context) ([]string, error) { return s.users(ctx, who.Tenant) }
	v.key, err = s.key(ctx, who.Tenant)
	return err
}

// key gives the administration's secret; the first to ask makes it.
func (s *Service) key(ctx context.Context, tenant domain.TenantID) (key []byte, err error) {
	s.mutex.Lock()
	key = s.keys[tenant]
	s.mutex.Unlock()
	if key != nil {
		return key, nil
	}
	var fresh [32]byte
	_, _ = rand.Read(fresh[:]) // never fails; see crypto/rand
	err = s.db.InTenant(ctx, tenant, func(_ context.Context, tx *store.Tx) error {
		key, err = keepKey(tx, tenant, fresh[:], s.clock().UTC())
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("find the key of pseudonyms: %w", err)
	}
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.keys[tenant] = key
	return key, nil
}

func (s *Service) users(ctx context.Context, tenant domain.TenantID) (codes []string, err error) {
	err = s.db.Read(ctx, tenant, func(_ context.Context, tx *store.Tx) error {
		codes, err = listUsers(tx, tenant)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("list officers: %w", err)
	}
	return codes, nil
}

func (s *Service) recordSeen(ctx context.Context, who Viewer, purpose *Purpose, object string) error {
	err := s.db.InTenant(ctx, who.Tenant, func(ctx context.Context, tx *store.Tx) error {
		return audit.Record(ctx, tx, who.Tenant, audit.Entry{At: s.clock().UTC(), Actor: who.SignInName, Capacity: who.Capacity,
			Action: "officer.see", Object: "purpose/" + purpose.ID.String(), After: map[string]string{"seen": object}, Origin: who.Origin})
	})
	if err != nil {
		return fmt.Errorf("record that names were seen: %w", err)
	}
	return nil
}

// Record writes down why a person needs names. From then on, until the day given, names are
// shown to the person instead of pseudonyms, and every time is in the audit record.
func (s *Service) Record(ctx context.Context, who Viewer, in NewPurpose) (*Purpose, error) {
	now := s.clock().UTC()
	if err := in.validate(now); err != nil {
		return nil, err
	}
	p := &Purpose{ID: domain.NewID(), Account: who.Account, SignInName: who.SignInName, Reason: in.Reason, RecordedAt: now, EndsAt: in.Ends.UTC()}
	err := s.db.InTenant(ctx, who.Tenant, func(ctx context.Context, tx *store.Tx) error {
		if err := insertPurpose(tx, who.Tenant, p); err != nil {
			return err
		}
		return s.recordPurpose(ctx, tx, who, "purpose.record", p, nil, p)
	})
	if err != nil {
		return nil, fmt.Errorf("record a purpose: %w", err)
	}
	return p, nil
}

// Withdraw ends a person's own purpose at once; one that has ended is left as it is. Another's is
// KindNotFound.
func (s *Service) Withdraw(ctx context.Context, who Viewer, id uuid.UUID) error {
	now := s.clock().UTC()
	err := s.db.InTenant(ctx, who.Tenant, func(ctx context.Context, tx *store.Tx) error {
		found, err := findPurposes(tx, who.Tenant, ` AND purpose_id = ? AND account_id = ? FOR UPDATE`, id, who.Account)
		if err != nil {
			return err
		}
		if len(found) == 0 {
			return domain.Errorf(domain.KindNotFound, "there is no such purpose")
		}
		if !found[0].Holds(now) {
			return nil
		}
		after := *found[0]
		after.WithdrawnAt = &now
		if err := endPurpose(tx, who.Tenant, id, now); err != nil {
			return err
		}
		return s.recordPurpose(ctx, tx, who, "purpose.withdraw", &after, found[0], &after)
	})
	if err != nil {
		return fmt.Errorf("withdraw a purpose: %w", err)
	}
	return nil
}

func (s *Service) recordPurpose(ctx context.Context, tx *store.Tx, who Viewer, action string, p, before, after *Purpose) error {
	entry := audit.Entry{At: s.clock().UTC(), Actor: who.SignInName, Capacity: who.Capacity, Action: action, Object: "purpose/" + p.ID.String(), After: after, Origin: who.Origin}
	if before != nil {
		entry.Before = before
	}
	return audit.Record(ctx, tx, who.Tenant, entry)
}

// Purposes lists what a person has recorded, the latest first.
func (s *Service) Purposes(ctx context.Context, tenant domain.TenantID, person uuid.UUID) (found []*Purpose, err error) {
	err = s.db.Read(ctx, tenant, func(_ context.Context, tx *store.Tx) error {
		found, err = findPurposes(tx, tenant, ` AND account_id = ? ORDER BY recorded_at DESC, purpose_id LIMIT 100`, person)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("list purposes: %w", err)
	}
	return found, nil
}

// holding is the purpose of a person that holds longest, nil when none does.
func (s *Service) holding(ctx context.Context, tenant domain.TenantID, person uuid.UUID) (*Purpose, error) {
	var found []*Purpose
	err := s.db.Read(ctx, tenant, func(_ context.Context, tx *store.Tx) (err error) {
		found, err = findPurposes(tx, tenant, ` AND account_id = ? AND withdrawn_at IS NULL AND ends_at > ? ORDER BY ends_at DESC LIMIT 1`, person, s.clock().UTC())
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("find a purpose: %w", err)
	}
	if len(found) == 0 {
		return nil, nil //nolint:nilnil // no purpose holds, which is the usual case
	}
	return found[0], nil
}

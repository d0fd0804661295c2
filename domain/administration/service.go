package administration

import (
	"context"
	"fmt"
	"time"

	"assay/domain"
	"assay/domain/store"
)

// Service is what may be done with administrations.
type Service struct {
	db    *store.DB
	clock func() time.Time
}

// New makes the service.
func New(db *store.DB, clock func() time.Time) *Service { return &Service{db: db, clock: clock} }

// Create adds an administration with its default settings where none are
// given. It fills ID, State and CreatedAt. A code that exists is KindConflict.
func (s *Service) Create(ctx context.Context, t *Tenant) error {
	if err := t.Validate(); err != nil {
		return err
	}
	if t.Settings.SelectionTiming == "" {
		t.Settings = DefaultSettings(t.MinorDigits())
	}
	t.ID, t.State, t.CreatedAt = domain.TenantID(domain.NewID()), "active", s.clock().UTC()
	err := s.db.Shared(ctx, func(_ context.Context, tx *store.Tx) error { return insertTenant(tx, t) })
	if err != nil {
		return fmt.Errorf("create administration %s: %w", t.Code, err)
	}
	return nil
}

// ByCode finds an administration by its code, KindNotFound when there is none.
func (s *Service) ByCode(ctx context.Context, code string) (*Tenant, error) {
	return s.one(ctx, fmt.Sprintf("there is no administration %q; `assay tenant list` shows those there are", code), `WHERE code = ?`, code)
}

// ByID finds an administration by its identifier, KindNotFound when there is none.
func (s *Service) ByID(ctx context.Context, id domain.TenantID) (*Tenant, error) {
	return s.one(ctx, "there is no such administration", `WHERE tenant_id = ?`, id.String())
}

func (s *Service) one(ctx context.Context, missing, where string, arguments ...any) (*Tenant, error) {
	found, err := s.find(ctx, where, arguments...)
	if err != nil {
		return nil, err
	}
	if len(found) == 0 {
		return nil, domain.Errorf(domain.KindNotFound, "%s", missing)
	}
	return found[0], nil
}

// List gives all administrations by code.
func (s *Service) List(ctx context.Context) ([]*Tenant, error) {
	return s.find(ctx, `ORDER BY code`)
}

func (s *Service) find(ctx context.Context, where string, arguments ...any) (found []*Tenant, err error) {
	err = s.db.Look(ctx, func(_ context.Context, tx *store.Tx) error {
		found, err = findTenants(tx, where, arguments...)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("find administrations: %w", err)
	}
	return found, nil
}

// ChangeSettings changes an administration's settings by a function under a
// lock on its row. Segments already built keep the old settings until their months are
// built again.
func (s *Service) ChangeSettings(ctx context.Context, id domain.TenantID, change func(*Settings) error) error {
	err := s.db.Shared(ctx, func(_ context.Context, tx *store.Tx) error {
		found, err := findTenants(tx, `WHERE tenant_id = ? FOR UPDATE`, id.String())
		if err != nil {
			return err
		}
		if len(found) == 0 {
			return domain.Errorf(domain.KindNotFound, "there is no such administration")
		}
		if err := change(&found[0].Settings); err != nil {
			return err
		}
		return updateSettings(tx, id, found[0].Settings)
	})
	if err != nil {
		return fmt.Errorf("change settings: %w", err)
	}
	return nil
}

// Offices lists an administration's offices by code.
func (s *Service) Offices(ctx context.Context, id domain.TenantID) (offices []Office, err error) {
	err = s.db.Read(ctx, id, func(ctx context.Context, tx *store.Tx) error {
		offices, err = listOffices(ctx, tx, id)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("list offices: %w", err)
	}
	return offices, nil
}

// Calendars builds the working calendars of all offices of an administration.
func (s *Service) Calendars(ctx context.Context, t *Tenant) (calendars *Calendars, err error) {
	err = s.db.InTenant(ctx, t.ID, func(ctx context.Context, tx *store.Tx) error {
		offices, err := listOffices(ctx, tx, t.ID)
		if err != nil {
			return err
		}
		closed, err := listClosedDays(tx, t.ID)
		if err != nil {
			return err
		}
		calendars = NewCalendars(t, offices, closed)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("build calendars: %w", err)
	}
	return calendars, nil
}

// Names gives the names of codes of a kind (office, officer, broker or trader);
// nil codes means all that have a name. Codes without a name are left out.
func (s *Service) Names(ctx context.Context, id domain.TenantID, kind string, codes []string) (names map[string]string, err error) {
	table, known := nameTables[kind]
	if !known {
		return nil, domain.Errorf(domain.KindInvalid, "there are no names of %q", kind)
	}
	err = s.db.InTenant(ctx, id, func(_ context.Context, tx *store.Tx) error {
		names, err = listNames(tx, id, table, codes)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("names of %s: %w", kind, err)
	}
	return names, nil
}

// Officers lists the users that have an active posting in a function at an
// office, those with the earliest posting first.
func (s *Service) Officers(ctx context.Context, id domain.TenantID, office, function string) (officers []string, err error) {
	err = s.db.InTenant(ctx, id, func(_ context.Context, tx *store.Tx) error {
		officers, err = listOfficers(tx, id, office, function)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("list officers of %s: %w", office, err)
	}
	return officers, nil
}

// OfficersOn lists the users who are actively posted in a function at an office on a day (days since 1970), those with
// the earliest posting first.
func (s *Service) OfficersOn(ctx context.Context, id domain.TenantID, office, function string, day int32) (officers []string, err error) {
	err = s.db.Read(ctx, id, func(_ context.Context, tx *store.Tx) error {
		officers, err = listOfficersOn(tx, id, office, function, day)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("list officers of %s on a day: %w", office, err)
	}
	return officers, nil
}

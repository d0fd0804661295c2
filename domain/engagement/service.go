package engagement

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"

	"assay/domain"
	"assay/domain/access"
	"assay/domain/account"
	"assay/domain/audit"
	"assay/domain/store"
)

// Service is what may be done with engagements. It keeps nothing: every answer is of the database
// and the clock at this moment, so that a withdrawal is felt by the next request everywhere.
type Service struct {
	db       *store.DB
	accounts *account.Service
	clock    func() time.Time
}

// New makes the service.
func New(db *store.DB, accounts *account.Service, clock func() time.Time) *Service {
	return &Service{db: db, accounts: accounts, clock: clock}
}

// Now is the clock's time, by which pages tell states.
func (s *Service) Now() time.Time { return s.clock().UTC() }

func (s *Service) now() time.Time { return s.clock().UTC().Truncate(time.Microsecond) }

// Grant offers an engagement to whoever signs in under a name. Nothing tells whether there is such
// an account. A person of the administration itself is KindConflict: the role is given there.
func (s *Service) Grant(ctx context.Context, tenant domain.TenantID, by access.Author, g Grant) (*Engagement, error) {
	now := s.now()
	g.tidy()
	if err := g.validate(now); err != nil {
		return nil, err
	}
	e := &Engagement{ID: domain.NewID(), Tenant: tenant, SignInName: g.SignInName, Purpose: g.Purpose, Permissions: order(g.Permissions),
		NamesPurpose: g.NamesPurpose, StartsAt: now, EndsAt: g.EndsAt, GrantedBy: by.Name, GrantedAt: now, Terms: Terms}
	if err := s.refuseMember(ctx, tenant, e.SignInName); err != nil {
		return nil, err
	}
	err := s.db.InTenant(ctx, tenant, func(ctx context.Context, tx *store.Tx) error {
		if err := insert(tx, e); err != nil {
			return err
		}
		return s.record(ctx, tx, by, e, "engagement.grant", nil)
	})
	if err != nil {
		return nil, fmt.Errorf("grant engagement: %w", err)
	}
	return e, nil
}

// refuseMember keeps people of the administration from being experts there. It tells nothing that an
// administrator does not see in the list of the administration's own people.
func (s *Service) refuseMember(ctx context.Context, tenant domain.TenantID, name string) error {
	found, err := s.accounts.ByName(ctx, name)
	if domain.Is(err, domain.KindNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	held, err := s.accounts.Standing(ctx, found.ID, tenant)
	if err != nil || len(held) == 0 {
		return err
	}
	return domain.Errorf(domain.KindConflict, "%s works in this administration already; give a role instead", name)
}

// Extend moves the end of an active engagement: a new one for the same purpose with the same permissions
// begins where it ends. The expert's acceptance carries over, since nothing but the end is new.
func (s *Service) Extend(ctx context.Context, tenant domain.TenantID, by access.Author, id uuid.UUID, end time.Time) (*Engagement, error) {
	now := s.now()
	end = end.UTC().Truncate(time.Microsecond)
	var made *Engagement
	err := s.db.InTenant(ctx, tenant, func(ctx context.Context, tx *store.Tx) error {
		e, err := lock(tx, tenant, id)
		if err != nil {
			return err
		}
		if state := e.State(now); state != Active && state != Waiting {
			return domain.Errorf(domain.KindConflict, "only an engagement that holds can be extended; grant a new one")
		}
		if err := domain.Invalid("the engagement cannot be extended like this", wrongEnd(end, e.EndsAt, now)...); err != nil {
			return err
		}
		next := *e
		next.ID, next.Extends, next.StartsAt, next.EndsAt, next.GrantedBy, next.GrantedAt = domain.NewID(), e.ID, e.EndsAt, end, by.Name, now
		made = &next
		if err := insert(tx, made); err != nil {
			return err
		}
		return s.record(ctx, tx, by, made, "engagement.extend", e)
	})
	if err != nil {
		return nil, fmt.Errorf("extend engagement: %w", err)
	}
	return made, nil
}

// Withdraw ends an engagement at once, and what extends it. The next request of the expert is refused. One
// that is over already is KindConflict.
func (s *Service) Withdraw(ctx context.Context, tenant domain.TenantID, by access.Author, id uuid.UUID, reason string) error {
	now := s.now()
	reason = strings.TrimSpace(reason)
	if !reasonable(reason) {
		return domain.Invalid("the engagement cannot be withdrawn like this",
			domain.FieldError{Field: "reason", Message: "must say in 10 to 1000 characters why"})
	}
	err := s.db.InTenant(ctx, tenant, func(ctx context.Context, tx *store.Tx) error {
		for first := true; id != uuid.Nil; first = false {
			e, err := lock(tx, tenant, id)
			if err != nil {
				return err
			}
			if e.Over(now) && first {
				return domain.Errorf(domain.KindConflict, "this engagement is over already")
			}
			before := *e
			e.WithdrawnAt, e.WithdrawnBy, e.WithdrawnFor = &now, by.Name, reason
			if err := withdraw(tx, e); err != nil {
				return err
			}
			if err := s.record(ctx, tx, by, e, "engagement.withdraw", &before); err != nil {
				return err
			}
			if id, err = extension(tx, tenant, id); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("withdraw engagement: %w", err)
	}
	return nil
}

// List gives an administration's engagements, the latest granted first.
func (s *Service) List(ctx context.Context, tenant domain.TenantID) (list []*Engagement, err error) {
	err = s.db.Read(ctx, tenant, func(_ context.Context, tx *store.Tx) error {
		list, err = find(tx, tenant, `TRUE ORDER BY e.engagement_id DESC LIMIT 1000`)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("list engagements: %w", err)
	}
	return list, nil
}

// Get gives one engagement of an administration, KindNotFound when there is none.
func (s *Service) Get(ctx context.Context, tenant domain.TenantID, id uuid.UUID) (found *Engagement, err error) {
	err = s.db.Read(ctx, tenant, func(_ context.Context, tx *store.Tx) error {
		found, err = one(tx, tenant, `e.engagement_id = ?`, id)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("find engagement: %w", err)
	}
	return found, nil
}

// record writes a deed with the states before and after.
func (s *Service) record(ctx context.Context, tx *store.Tx, by access.Author, e *Engagement, action string, before *Engagement) error {
	entry := audit.Entry{At: s.clock(), Actor: by.Name, Capacity: by.Capacity, Origin: by.Origin, Action: action,
		Object: "engagement/" + e.ID.String(), After: stateOf(e)}
	if before != nil {
		entry.Before = stateOf(before)
	}
	return audit.Record(ctx, tx, e.Tenant, entry)
}

// recorded is an engagement in the record.
type recorded struct {
	Expert       string          `json:"expert"`
	Purpose      string          `json:"purpose"`
	Permissions  []access.Action `json:"permissions"`
	NamesPurpose string          `json:"names_purpose,omitempty"`
	StartsAt     time.Time       `json:"starts_at"`
	EndsAt       time.Time       `json:"ends_at"`
	Extends      string          `json:"extends,omitempty"`
	Terms        int             `json:"terms"`
	AcceptedAt   *time.Time      `json:"accepted_at,omitempty"`
	DeclinedAt   *time.Time      `json:"declined_at,omitempty"`
	WithdrawnAt  *time.Time      `json:"withdrawn_at,omitempty"`
	WithdrawnFor string          `json:"withdrawn_for,omitempty"`
}

func stateOf(e *Engagement) recorded {
	r := recorded{Expert: e.SignInName, Purpose: e.Purpose, Permissions: e.Permissions, NamesPurpose: e.NamesPurpose, StartsAt: e.StartsAt, EndsAt: e.EndsAt,
		Terms: e.Terms, AcceptedAt: e.AcceptedAt, DeclinedAt: e.DeclinedAt, WithdrawnAt: e.WithdrawnAt, WithdrawnFor: e.WithdrawnFor}
	if e.Extends != uuid.Nil {
		r.Extends = e.Extends.String()
	}
	return r
}

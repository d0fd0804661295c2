package engagement

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"assay/domain"
	"assay/domain/access"
	"assay/domain/audit"
	"assay/domain/store"
)

// place is where an engagement is kept.
type place struct {
	tenant domain.TenantID
	id     uuid.UUID
}

// Of lists an expert's engagements in all administrations that are not suspended, the latest granted first: what
// was accepted, and what is offered to the account's sign-in name. Each is read in a
// transaction of its administration.
func (s *Service) Of(ctx context.Context, account uuid.UUID) ([]*Engagement, error) {
	places, err := s.places(ctx, account)
	if err != nil {
		return nil, err
	}
	var list []*Engagement
	for _, p := range places {
		e, err := s.Get(ctx, p.tenant, p.id)
		if err != nil {
			return nil, err
		}
		list = append(list, e)
	}
	return list, nil
}

func (s *Service) places(ctx context.Context, account uuid.UUID) (places []place, err error) {
	err = s.db.Shared(ctx, func(_ context.Context, tx *store.Tx) error {
		places, err = placesOf(tx, account)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("find engagements: %w", err)
	}
	return places, nil
}

// Places lists the administrations in which an account has an engagement that holds now, for the choice of an
// administration; known tells whether the account has any engagement at all, offers included.
func (s *Service) Places(ctx context.Context, account uuid.UUID) (tenants []domain.TenantID, known bool, err error) {
	list, err := s.Of(ctx, account)
	if err != nil {
		return nil, false, err
	}
	now := s.now()
	seen := map[domain.TenantID]bool{}
	for _, e := range list {
		if e.Account == account && e.State(now) == Active && !seen[e.Tenant] {
			seen[e.Tenant] = true
			tenants = append(tenants, e.Tenant)
		}
	}
	return tenants, len(list) > 0, nil
}

// Held finds the engagements of an account in an administration that hold at this moment, as
// package access asks for them with every request.
func (s *Service) Held(ctx context.Context, account uuid.UUID, tenant domain.TenantID) ([]access.Engagement, error) {
	now := s.now()
	var held []access.Engagement
	err := s.db.InTenant(ctx, tenant, func(_ context.Context, tx *store.Tx) error {
		list, err := find(tx, tenant, holds, account, now, now)
		for _, e := range list {
			held = append(held, access.Engagement{ID: e.ID, Permissions: e.scopes()})
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("find engagements: %w", err)
	}
	return held, nil
}

// own finds an offer or engagement of the expert; that of somebody else is not found.
func (s *Service) own(ctx context.Context, account uuid.UUID, id uuid.UUID) (place, error) {
	places, err := s.places(ctx, account)
	if err != nil {
		return place{}, err
	}
	for _, p := range places {
		if p.id == id {
			return p, nil
		}
	}
	return place{}, errNone
}

var errNone = domain.Errorf(domain.KindNotFound, "there is no such engagement")

// Offer gives one engagement or offer of the expert, KindNotFound for anybody else's.
func (s *Service) Offer(ctx context.Context, account, id uuid.UUID) (*Engagement, error) {
	p, err := s.own(ctx, account, id)
	if err != nil {
		return nil, err
	}
	return s.Get(ctx, p.tenant, p.id)
}

// Accept takes an offer on its terms. The version of the terms that the expert has read must be the offer's.
func (s *Service) Accept(ctx context.Context, account uuid.UUID, by access.Author, id uuid.UUID, terms int) error {
	return s.answer(ctx, account, by, id, "engagement.accept", func(e *Engagement) error {
		if terms != e.Terms {
			return domain.Errorf(domain.KindConflict, "the terms have changed meanwhile; read them again")
		}
		now := s.now()
		e.Account, e.AcceptedAt = account, &now
		return nil
	})
}

// Decline refuses an offer.
func (s *Service) Decline(ctx context.Context, account uuid.UUID, by access.Author, id uuid.UUID) error {
	return s.answer(ctx, account, by, id, "engagement.decline", func(e *Engagement) error {
		now := s.now()
		e.DeclinedAt = &now
		return nil
	})
}

// GiveUp ends the expert's own active engagement: who no longer needs access should not keep it.
func (s *Service) GiveUp(ctx context.Context, account uuid.UUID, by access.Author, id uuid.UUID) error {
	p, err := s.own(ctx, account, id)
	if err != nil {
		return err
	}
	by.Capacity = string(access.Expert)
	return s.Withdraw(ctx, p.tenant, by, id, "given up by the expert")
}

func (s *Service) answer(ctx context.Context, account uuid.UUID, by access.Author, id uuid.UUID, action string, do func(*Engagement) error) error {
	p, err := s.own(ctx, account, id)
	if err != nil {
		return err
	}
	by.Capacity = string(access.Expert)
	err = s.db.InTenant(ctx, p.tenant, func(ctx context.Context, tx *store.Tx) error {
		e, err := lock(tx, p.tenant, id)
		if err != nil {
			return err
		}
		if e.State(s.now()) != Offered {
			return domain.Errorf(domain.KindConflict, "this offer has been answered, withdrawn or has ended")
		}
		before := *e
		if err := do(e); err != nil {
			return err
		}
		if err := answer(tx, e); err != nil {
			return err
		}
		return s.record(ctx, tx, by, e, action, &before)
	})
	if err != nil {
		return fmt.Errorf("answer engagement: %w", err)
	}
	return nil
}

// Opening is one thing that an expert opens.
type Opening struct {
	Account    uuid.UUID
	Engagement uuid.UUID
	SignInName string
	Action     access.Action
	Object     string // "declaration/BIR/2022/C678", "page/board", ..
	Method     string // of the request
	Address    string // the whole address of the request
}

// Open lets an expert open something: in one transaction it sees that the engagement holds at this
// instant and grants the action, and writes the opening into the administration's record. Else it is KindForbidden and
// nothing may be shown. It is asked before every answer, after access has been asked: between
// the two an engagement may have been withdrawn.
func (s *Service) Open(ctx context.Context, tenant domain.TenantID, o Opening) error {
	now := s.now()
	err := s.db.InTenant(ctx, tenant, func(ctx context.Context, tx *store.Tx) error {
		list, err := find(tx, tenant, holds+` AND e.engagement_id = ?`, o.Account, now, now, o.Engagement)
		if err != nil {
			return err
		}
		if len(list) == 0 || list[0].scopes()[o.Action] == access.ScopeNone {
			return domain.Errorf(domain.KindForbidden, "your engagement with this administration has ended or does not allow this")
		}
		return audit.Record(ctx, tx, tenant, audit.Entry{At: now, Actor: o.SignInName, Capacity: string(access.Expert), Engagement: o.Engagement.String(),
			Action: string(o.Action), Object: o.Object, After: map[string]string{"method": o.Method, "address": o.Address}})
	})
	if err != nil {
		return fmt.Errorf("open under an engagement: %w", err)
	}
	return nil
}

// Opened gives what was opened under an engagement, newest first (see audit.List).
func (s *Service) Opened(ctx context.Context, tenant domain.TenantID, id uuid.UUID, p audit.Page) ([]audit.Row, int64, error) {
	return audit.List(ctx, s.db, tenant, audit.Filter{Engagement: id.String()}, p)
}

// Uses tells of every engagement of an administration how much was opened under it.
func (s *Service) Uses(ctx context.Context, tenant domain.TenantID) (map[uuid.UUID]audit.Use, error) {
	used, err := audit.Uses(ctx, s.db, tenant)
	if err != nil {
		return nil, err
	}
	uses := map[uuid.UUID]audit.Use{}
	for text, use := range used {
		if id, err := uuid.Parse(text); err == nil {
			uses[id] = use
		}
	}
	return uses, nil
}

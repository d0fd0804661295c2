package firstrun

import (
	"context"
	"fmt"
	"slices"
	"time"

	"assay/domain/access"
	"assay/domain/account"
	"assay/domain/administration"
	"assay/domain/cube"
	"assay/domain/cube/fact"
	"assay/domain/store"
	"assay/domain/warehouse"
)

// Service computes the steps of an administration.
type Service struct {
	administrations *administration.Service
	accounts        *account.Service
	warehouse       *warehouse.Service
	segments        *cube.Store
	clock           func() time.Time
}

// New makes the service.
func New(db *store.DB, accounts *account.Service, clock func() time.Time) *Service {
	return &Service{administrations: administration.New(db, clock), accounts: accounts, warehouse: warehouse.New(db, clock), segments: cube.NewStore(db), clock: clock}
}

// Steps computes how far an administration is.
func (s *Service) Steps(ctx context.Context, tenant *administration.Tenant) ([]Step, error) {
	var f Facts
	for _, look := range []func(context.Context, *administration.Tenant, *Facts) error{s.calendar, s.people, s.loads, s.figures} {
		if err := look(ctx, tenant, &f); err != nil {
			return nil, fmt.Errorf("see how far %s is: %w", tenant.Code, err)
		}
	}
	return Steps(f), nil
}

func (s *Service) calendar(ctx context.Context, tenant *administration.Tenant, f *Facts) error {
	calendar, err := s.administrations.WorkCalendar(ctx, tenant.ID)
	if err != nil {
		return err
	}
	f.Offices, f.Year = len(calendar.Offices), s.clock().In(tenant.Location()).Year()
	for i := range calendar.Offices {
		if calendar.Offices[i].SeenOnly {
			f.OnlySeen++
		}
	}
	for _, h := range calendar.Holidays {
		if administration.DayTime(h.Day).Year() == f.Year {
			f.Holidays++
		}
	}
	return nil
}

func (s *Service) people(ctx context.Context, tenant *administration.Tenant, f *Facts) error {
	members, err := s.accounts.Members(ctx, tenant.ID)
	if err != nil {
		return err
	}
	roles, err := access.Load()
	if err != nil {
		return err
	}
	for _, m := range members {
		if m.Suspended || m.Account.State != "active" {
			continue
		}
		f.People++
		may := func(action access.Action) bool {
			return slices.ContainsFunc(m.Memberships, func(held account.Membership) bool {
				return roles.Scope(access.Role(held.Role), action) == access.ScopeAdministration
			})
		}
		if may(access.FigureRead) {
			f.Readers++
		}
		if may(access.ImportWrite) {
			f.Feeders++
		}
	}
	invitations, err := s.accounts.Invitations(ctx, tenant.ID)
	if err != nil {
		return err
	}
	for _, i := range invitations {
		if !i.Ended {
			f.Invitations++
		}
	}
	return nil
}

// loadsLooked is how many of the latest loads are looked at.
const loadsLooked = 50

func (s *Service) loads(ctx context.Context, tenant *administration.Tenant, f *Facts) error {
	batches, err := s.warehouse.Batches(ctx, tenant.ID, time.Time{}, loadsLooked)
	if err != nil {
		return err
	}
	last := ""
	for _, b := range batches {
		switch b.State {
		case warehouse.BatchLoaded:
			if last == "" {
				last = b.ID.String()
			}
			f.Loaded++
		case warehouse.BatchFailed:
			f.Failed++
		case warehouse.BatchWaiting, warehouse.BatchReading:
			f.InWork++
		}
	}
	unmapped, err := s.warehouse.Unmapped(ctx, tenant.ID)
	if err != nil {
		return err
	}
	for _, value := range unmapped {
		if value.LastBatch.String() == last {
			f.Unmapped++
		}
	}
	return nil
}

// figures sees of which months there are declarations in the segments that the board is computed from.
func (s *Service) figures(ctx context.Context, tenant *administration.Tenant, f *Facts) error {
	current, err := s.segments.Current(ctx, tenant.ID)
	if err != nil {
		return err
	}
	f.Computed = current.Revision > 0
	for _, listed := range current.Segments {
		if listed.Grain == fact.Declaration && listed.Rows > 0 {
			f.Months = append(f.Months, listed.Month)
		}
	}
	slices.Sort(f.Months)
	return nil
}

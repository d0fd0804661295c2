package access

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"assay/domain"
	"assay/domain/account"
	"assay/domain/administration"
	"assay/domain/store"
)

// Engagement is what an administration granted an expert, as far as it decides on access.
type Engagement struct {
	ID          uuid.UUID
	Permissions map[Action]Scope
}

// Engagements finds the engagements of an account in an administration that hold at
// this moment. The room that keeps them comes later than this one.
type Engagements func(ctx context.Context, account uuid.UUID, tenant domain.TenantID) ([]Engagement, error)

// Service says what a person may do: the table of the policies, applied to the roles that the
// person has at this moment.
type Service struct {
	table       *Table
	db          *store.DB
	accounts    *account.Service
	own         *ownRoles
	places      *administration.Service
	engagements Engagements
	clock       func() time.Time
}

// New makes the service. Engagements may be nil where there are none.
func New(db *store.DB, accounts *account.Service, engagements Engagements, clock func() time.Time) (*Service, error) {
	table, err := Load()
	if err != nil {
		return nil, err
	}
	return &Service{table: table, db: db, accounts: accounts, own: newOwnRoles(db), places: administration.New(db, clock), engagements: engagements, clock: clock}, nil
}

// Table is the table of the policies.
func (s *Service) Table() *Table { return s.table }

// Of is what an account may do in an administration now: the union of all its roles and
// engagements there. Without any the permissions are None, which is no error.
func (s *Service) Of(ctx context.Context, account uuid.UUID, tenant domain.TenantID) (*Permissions, error) {
	held, err := s.accounts.Standing(ctx, account, tenant)
	if err != nil {
		return nil, err
	}
	return s.of(ctx, account, tenant, held, true)
}

// OfBearer is Of for who uses an API token, from what was read with the token a moment ago. Engagements are asked for
// only of who has some.
func (s *Service) OfBearer(ctx context.Context, b account.Bearer) (*Permissions, error) {
	return s.of(ctx, b.Account, b.Tenant, b.Held, b.Guest)
}

func (s *Service) of(ctx context.Context, person uuid.UUID, tenant domain.TenantID, held []account.Membership, guest bool) (*Permissions, error) {
	p := &Permissions{grants: map[Action][]Grant{}}
	if at := slices.IndexFunc(held, func(m account.Membership) bool { return Role(m.Role) == Trader }); at >= 0 {
		// An economic operator is nothing else here, whatever other rows or engagements there may be.
		held, guest = held[at:at+1], false
	}
	for _, membership := range held {
		given, err := s.given(ctx, tenant, Role(membership.Role))
		if err != nil {
			return nil, err
		}
		p.add(given, Grant{Membership: membership})
	}
	if guest {
		if err := s.addEngagements(ctx, p, person, tenant); err != nil {
			return nil, err
		}
	}
	p.order()
	return p, nil
}

// given is what a role gives in an administration. A role that cannot be had by membership
// gives nothing, whatever a row of the table membership says.
func (s *Service) given(ctx context.Context, tenant domain.TenantID, role Role) (map[Action]Scope, error) {
	if slices.Contains(Grantable, role) {
		return s.table.scopes[role], nil
	}
	own, err := s.own.of(ctx, tenant)
	if err != nil {
		return nil, err
	}
	found := own[role]
	if found == nil || found.State != RoleActive {
		return nil, nil
	}
	return s.table.bounded(found.Permissions), nil
}

// addEngagements gives an expert what was granted, never more than the role of an expert has.
func (s *Service) addEngagements(ctx context.Context, p *Permissions, person uuid.UUID, tenant domain.TenantID) error {
	if s.engagements == nil {
		return nil
	}
	granted, err := s.engagements(ctx, person, tenant)
	if err != nil {
		return fmt.Errorf("find engagements: %w", err)
	}
	for _, e := range granted {
		given := map[Action]Scope{}
		for action, scope := range e.Permissions {
			most := s.table.Scope(Expert, action)
			if !scope.Within(most) {
				scope = most
			}
			given[action] = scope
		}
		p.add(given, Grant{Membership: account.Membership{Tenant: tenant, Role: string(Expert)}, Engagement: e.ID})
	}
	return nil
}

// OfInstallation is what an account may do in the installation, whatever it is in
// administrations.
func (s *Service) OfInstallation(ctx context.Context, person uuid.UUID) (*Permissions, error) {
	roles, err := s.accounts.InstallationRoles(ctx, person)
	if err != nil {
		return nil, err
	}
	p := &Permissions{grants: map[Action][]Grant{}}
	for _, role := range roles {
		if Role(role) == InstallationOperator {
			p.add(s.table.scopes[InstallationOperator], Grant{Membership: account.Membership{Role: role}})
		}
	}
	p.order()
	return p, nil
}

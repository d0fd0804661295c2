package access

import (
	"cmp"
	"context"
	"fmt"

	"assay/domain"
	"assay/domain/audit"
	"assay/domain/store"
)

// Author is who changes a role, for the audit record.
type Author struct {
	Name     string // sign-in name
	Capacity string // the role or engagement under which it is allowed, see Grant.Capacity
	Origin   string // address of the request, or the command
}

// OwnRoles lists an administration's own roles by code, the retired ones too.
func (s *Service) OwnRoles(ctx context.Context, tenant domain.TenantID) (roles []*OwnRole, err error) {
	err = s.db.Read(ctx, tenant, func(_ context.Context, tx *store.Tx) error {
		roles, err = findOwnRoles(tx, tenant, ` ORDER BY code`)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("list roles: %w", err)
	}
	return roles, nil
}

// OwnRole finds one of an administration's own roles, KindNotFound when there is none.
func (s *Service) OwnRole(ctx context.Context, tenant domain.TenantID, code Role) (*OwnRole, error) {
	roles, err := s.OwnRoles(ctx, tenant)
	if err != nil {
		return nil, err
	}
	for _, r := range roles {
		if r.Code == code {
			return r, nil
		}
	}
	return nil, errNoRole
}

var errNoRole = domain.Errorf(domain.KindNotFound, "there is no such role")

// Holders is how many people have each role in an administration.
func (s *Service) Holders(ctx context.Context, tenant domain.TenantID) (holders map[Role]int, err error) {
	err = s.db.Read(ctx, tenant, func(_ context.Context, tx *store.Tx) error {
		holders, err = countHolders(tx, tenant)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("count who has a role: %w", err)
	}
	return holders, nil
}

// AddRole adds a role to an administration's own. It fills State, Version and times. A code that
// exists is KindConflict; a permission that no role has which the administrator may give is
// KindInvalid. Languages are those in which a role may have a name.
func (s *Service) AddRole(ctx context.Context, tenant domain.TenantID, r *OwnRole, languages []string, by Author) error {
	if err := s.table.validate(r, languages); err != nil {
		return err
	}
	now := s.clock().UTC()
	r.State, r.Version, r.CreatedAt, r.ChangedAt = RoleActive, 1, now, now
	return s.writeRole(ctx, tenant, "role.add", by, func(tx *store.Tx) (before, after *OwnRole, err error) {
		return nil, r, insertOwnRole(tx, tenant, r)
	})
}

// errOwnRole: whoever has a role could else give oneself anything by changing it.
var errOwnRole = &domain.Error{Kind: domain.KindForbidden, Key: "roles.fault.held", Message: "you have this role yourself; ask another administrator to change it"}

// ChangeRole gives a role other names and permissions. Who has the role is refused with KindForbidden. Version must be the one that was read:
// else somebody else changed it meanwhile, which is KindConflict.
func (s *Service) ChangeRole(ctx context.Context, tenant domain.TenantID, r *OwnRole, languages []string, by Author) error {
	if err := s.table.validate(r, languages); err != nil {
		return err
	}
	return s.writeRole(ctx, tenant, "role.change", by, func(tx *store.Tx) (before, after *OwnRole, err error) {
		if own, err := holds(tx, tenant, by.Name, r.Code); err != nil || own {
			return nil, nil, cmp.Or(err, error(errOwnRole))
		}
		return s.change(tx, tenant, r.Code, r.Version, func(kept *OwnRole) { kept.Names, kept.Permissions = r.Names, r.Permissions })
	})
}

// RetireRole ends what a role gives, at once, for all who have it. It is not deleted.
func (s *Service) RetireRole(ctx context.Context, tenant domain.TenantID, code Role, version int, by Author) error {
	return s.writeRole(ctx, tenant, "role.retire", by, func(tx *store.Tx) (before, after *OwnRole, err error) {
		return s.change(tx, tenant, code, version, func(kept *OwnRole) { kept.State = RoleRetired })
	})
}

// change reads a role under a lock and writes it changed. A retired role stays as it is.
func (s *Service) change(tx *store.Tx, tenant domain.TenantID, code Role, version int, change func(*OwnRole)) (before, after *OwnRole, err error) {
	found, err := findOwnRoles(tx, tenant, ` AND code = ? FOR UPDATE`, string(code))
	switch {
	case err != nil:
		return nil, nil, err
	case len(found) == 0:
		return nil, nil, errNoRole
	case found[0].State == RoleRetired:
		return nil, nil, domain.Errorf(domain.KindConflict, "the role is retired")
	case found[0].Version != version:
		return nil, nil, domain.Errorf(domain.KindConflict, "somebody else has changed this role meanwhile; look at it again")
	}
	next := *found[0]
	change(&next)
	next.Version, next.ChangedAt = next.Version+1, s.clock().UTC()
	return found[0], &next, updateOwnRole(tx, tenant, &next)
}

// writeRole runs a change with its record and its announcement in one transaction.
func (s *Service) writeRole(ctx context.Context, tenant domain.TenantID, action string, by Author, write func(*store.Tx) (before, after *OwnRole, err error)) error {
	err := s.db.InTenant(ctx, tenant, func(ctx context.Context, tx *store.Tx) error {
		before, after, err := write(tx)
		if err != nil {
			return err
		}
		entry := audit.Entry{At: s.clock().UTC(), Actor: by.Name, Capacity: by.Capacity, Action: action, Object: "role/" + string(after.Code), After: after, Origin: by.Origin}
		if before != nil {
			entry.Before = before
		}
		if err := audit.Record(ctx, tx, tenant, entry); err != nil {
			return err
		}
		return store.Notify(tx, channel, tenant.String())
	})
	if err != nil {
		return fmt.Errorf("write a role: %w", err)
	}
	s.own.forget(tenant)
	return nil
}

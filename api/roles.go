package api

import (
	"context"

	"assay/domain/access"
)

func roleOf(r *access.OwnRole, holders *int) OwnRole {
	permissions := map[string]string{}
	for action, scope := range r.Permissions {
		permissions[string(action)] = string(scope)
	}
	return OwnRole{Code: string(r.Code), Names: r.Names, Permissions: permissions, State: OwnRoleState(r.State), Version: r.Version, CreatedAt: r.CreatedAt, ChangedAt: r.ChangedAt, Holders: holders}
}

func permissionsOf(scopes map[string]string) map[access.Action]access.Scope {
	permissions := map[access.Action]access.Scope{}
	for action, scope := range scopes {
		permissions[access.Action(action)] = access.Scope(scope)
	}
	return permissions
}

// ListRoles lists the administration's own roles.
func (s *server) ListRoles(ctx context.Context, _ ListRolesRequestObject) (ListRolesResponseObject, error) {
	tenant := callerOf(ctx).Tenant
	roles, err := s.Access.OwnRoles(ctx, tenant)
	if err != nil {
		return nil, err
	}
	holders, err := s.Access.Holders(ctx, tenant)
	if err != nil {
		return nil, err
	}
	shown := make(ListRoles200JSONResponse, len(roles))
	for i, r := range roles {
		held := holders[r.Code]
		shown[i] = roleOf(r, &held)
	}
	return shown, nil
}

// GetRole gives one of them.
func (s *server) GetRole(ctx context.Context, request GetRoleRequestObject) (GetRoleResponseObject, error) {
	r, err := s.Access.OwnRole(ctx, callerOf(ctx).Tenant, access.Role(request.Role))
	if err != nil {
		return nil, err
	}
	return GetRole200JSONResponse(roleOf(r, nil)), nil
}

// AddRole puts a role together.
func (s *server) AddRole(ctx context.Context, request AddRoleRequestObject) (AddRoleResponseObject, error) {
	caller := callerOf(ctx)
	r := &access.OwnRole{Code: access.Role(request.Body.Code), Names: request.Body.Names, Permissions: permissionsOf(request.Body.Permissions)}
	if err := s.Access.AddRole(ctx, caller.Tenant, r, s.Languages, caller.author()); err != nil {
		return nil, err
	}
	return AddRole201JSONResponse(roleOf(r, nil)), nil
}

// ChangeRole gives a role other names and permissions.
func (s *server) ChangeRole(ctx context.Context, request ChangeRoleRequestObject) (ChangeRoleResponseObject, error) {
	caller, in := callerOf(ctx), request.Body
	r := &access.OwnRole{Code: access.Role(request.Role), Names: in.Names, Permissions: permissionsOf(in.Permissions), Version: in.Version}
	if err := s.Access.ChangeRole(ctx, caller.Tenant, r, s.Languages, caller.author()); err != nil {
		return nil, err
	}
	changed, err := s.Access.OwnRole(ctx, caller.Tenant, r.Code)
	if err != nil {
		return nil, err
	}
	return ChangeRole200JSONResponse(roleOf(changed, nil)), nil
}

// RetireRole ends what a role gives.
func (s *server) RetireRole(ctx context.Context, request RetireRoleRequestObject) (RetireRoleResponseObject, error) {
	caller := callerOf(ctx)
	if err := s.Access.RetireRole(ctx, caller.Tenant, access.Role(request.Role), request.Body.Version, caller.author()); err != nil {
		return nil, err
	}
	return RetireRole204Response{}, nil
}

// ListPermissions lists what can be part of an own role.
func (s *server) ListPermissions(_ context.Context, _ ListPermissionsRequestObject) (ListPermissionsResponseObject, error) {
	table := s.Access.Table()
	everybodys := table.Everybodys()
	shown := ListPermissions200JSONResponse{}
	for _, action := range access.Actions {
		existing := table.Existing(action)
		if len(existing) == 0 {
			continue
		}
		p := Permission{Action: string(action), Everybody: optional(string(everybodys[action]))}
		for _, scope := range existing {
			p.Scopes = append(p.Scopes, string(scope))
		}
		shown = append(shown, p)
	}
	return shown, nil
}

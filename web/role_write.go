package web

import (
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"assay/domain"
	"assay/domain/access"
	"assay/web/locales"
	"assay/web/view"
)

// listRoles lists the roles that the administration has put together.
func (v *visit) listRoles() error {
	ctx := v.Request().Context()
	roles, err := v.server.Access.OwnRoles(ctx, v.tenant.ID)
	if err != nil {
		return err
	}
	holders, err := v.server.Access.Holders(ctx, v.tenant.ID)
	if err != nil {
		return err
	}
	page := view.OwnRoles{Layout: v.layout(v.T("roles.title")), New: v.at("roles/new")}
	if v.may(access.PersonRead) {
		page.People = v.at("people")
	}
	for _, r := range roles {
		page.Rows = append(page.Rows, view.OwnRoleRow{Address: v.at("roles/" + string(r.Code)), Name: r.Name(v.Language), Code: string(r.Code), State: v.roleMark(r),
			Gives: v.TN("roles.gives", int64(len(r.Permissions))), Holders: v.TN("roles.holders", int64(holders[r.Code])), Changed: v.ShortDate(r.ChangedAt)})
	}
	if len(roles) == 0 {
		page.Empty = &view.Empty{Icon: "key", Title: v.T("roles.empty.title"), Text: v.T("roles.empty.text"), Action: &view.Link{Text: v.T("roles.new"), Address: page.New}}
	}
	return v.show(http.StatusOK, "roles", page)
}

func (v *visit) roleMark(r *access.OwnRole) view.Mark {
	if r.State == access.RoleRetired {
		return view.Mark{Kind: "warning", Text: v.T("roles.state.retired")}
	}
	return view.Mark{Kind: "good", Text: v.T("roles.state.active")}
}

// newRole shows the empty form.
func (v *visit) newRole() error {
	return v.showRoleForm(http.StatusOK, &access.OwnRole{}, nil)
}

// showRole shows the form of a role that exists.
func (v *visit) showRole() error {
	r, err := v.server.Access.OwnRole(v.Request().Context(), v.tenant.ID, access.Role(v.Param("role")))
	if err != nil {
		return err
	}
	return v.showRoleForm(http.StatusOK, r, nil)
}

// showRoleForm shows a role; one without a version is new.
func (v *visit) showRoleForm(status int, r *access.OwnRole, fault *view.FormFault) error {
	page := view.OwnRole{Layout: v.layout(v.T("roles.new")), Back: v.at("roles"), Action: v.at("roles"), Fault: fault, New: r.Version == 0, Code: strings.TrimPrefix(string(r.Code), access.OwnPrefix)}
	if !page.New {
		holders, err := v.server.Access.Holders(v.Request().Context(), v.tenant.ID)
		if err != nil {
			return err
		}
		page.Title, page.Action, page.Version = r.Name(v.Language), v.at("roles/"+string(r.Code)), strconv.Itoa(r.Version)
		page.State, page.Retired, page.Holders = v.roleMark(r), r.State == access.RoleRetired, v.TN("roles.holders", int64(holders[r.Code]))
	}
	for _, language := range locales.Languages {
		page.Names = append(page.Names, view.NameInput{Language: language, Native: locales.Native[language], Value: r.Names[language]})
	}
	page.Groups = v.permissionGroups(r.Permissions)
	return v.show(status, "role", page)
}

// permissionGroups offers every permission that can be part of a role, in the scopes in which it can.
func (v *visit) permissionGroups(chosen map[access.Action]access.Scope) []view.PermissionGroup {
	table := v.server.Access.Table()
	everybodys := table.Everybodys()
	var groups []view.PermissionGroup
	for _, g := range actionGroups {
		group := view.PermissionGroup{Code: g.key, Name: v.T("access.group." + g.key)}
		for _, action := range g.actions {
			existing := table.Existing(action)
			if len(existing) == 0 {
				continue
			}
			row := view.PermissionRow{Action: string(action), Name: v.T("action." + string(action))}
			none := v.T("roles.not_given")
			if base := everybodys[action]; base != access.ScopeNone {
				none = v.T("roles.everybodys", "Scope", v.T("scope."+string(base)))
			}
			row.Scopes = append(row.Scopes, view.Choice{Text: none})
			for _, scope := range existing {
				if !scope.Within(everybodys[action]) {
					row.Scopes = append(row.Scopes, view.Choice{Value: string(scope), Text: v.T("scope." + string(scope)), Selected: chosen[action] == scope})
				}
			}
			if len(row.Scopes) == 1 {
				row.Fixed, row.Scopes = none, nil
			}
			group.Rows = append(group.Rows, row)
		}
		if len(group.Rows) > 0 {
			groups = append(groups, group)
		}
	}
	return groups
}

// sentRole is the role as the form has it.
func (v *visit) sentRole() *access.OwnRole {
	r := &access.OwnRole{Names: map[string]string{}, Permissions: map[access.Action]access.Scope{}}
	for _, language := range locales.Languages {
		if name := strings.TrimSpace(v.FormValue("name." + language)); name != "" {
			r.Names[language] = name
		}
	}
	for _, action := range access.Actions {
		if scope := v.FormValue("permission." + string(action)); scope != "" {
			r.Permissions[action] = access.Scope(scope)
		}
	}
	return r
}

func (v *visit) roleAuthor() access.Author {
	return access.Author{Name: v.person.SignInName, Capacity: v.grant.Capacity(), Origin: v.RealIP()}
}

// addRole takes the form of a new role.
func (v *visit) addRole() error {
	r := v.sentRole()
	r.Code = access.Role(access.OwnPrefix + strings.TrimSpace(v.FormValue("code")))
	err := v.server.Access.AddRole(v.Request().Context(), v.tenant.ID, r, locales.Languages, v.roleAuthor())
	if err == nil {
		return v.goTo(v.at("roles"))
	}
	r.Version = 0 // the form stays that of a new role
	if fault, status, mendable := v.faultOfRole(err, "roles.fault.exists"); mendable {
		return v.showRoleForm(status, r, fault)
	}
	return err
}

// changeRole takes the form of a role that exists: changed, or retired.
func (v *visit) changeRole() error {
	ctx := v.Request().Context()
	kept, err := v.server.Access.OwnRole(ctx, v.tenant.ID, access.Role(v.Param("role")))
	if err != nil {
		return err
	}
	version, err := strconv.Atoi(v.FormValue("version"))
	if err != nil {
		version = 0 // no role has it: the same as an old one
	}
	shown := *kept
	switch v.FormValue("do") {
	case "retire":
		err = v.server.Access.RetireRole(ctx, v.tenant.ID, kept.Code, version, v.roleAuthor())
	case "change":
		sent := v.sentRole()
		sent.Code, sent.Version = kept.Code, version
		shown.Names, shown.Permissions = sent.Names, sent.Permissions
		err = v.server.Access.ChangeRole(ctx, v.tenant.ID, sent, locales.Languages, v.roleAuthor())
	default:
		return domain.Errorf(domain.KindInvalid, "there is no such action")
	}
	if err == nil {
		return v.goTo(v.at("roles"))
	}
	fault, status, mendable := v.faultOfRole(err, "roles.fault.changed")
	if !mendable {
		return err
	}
	if kindOf(err) == domain.KindConflict {
		shown = *kept // what the other person made of it, to look at first
	}
	return v.showRoleForm(status, &shown, fault)
}

// roleFaults are the fields in which a role can be wrong, in their order on the page.
var roleFaults = []string{"code", "names", "permissions"}

// faultOfRole says in the reader's language what was wrong with a form; false for failures that are pages.
func (v *visit) faultOfRole(err error, conflict string) (*view.FormFault, int, bool) {
	var failure *domain.Error
	if !errors.As(err, &failure) {
		return nil, 0, false
	}
	switch failure.Kind {
	case domain.KindForbidden:
		if failure.Key == "" {
			return nil, 0, false
		}
		return &view.FormFault{Text: v.T(failure.Key)}, http.StatusForbidden, true
	case domain.KindConflict:
		return &view.FormFault{Text: v.T(conflict)}, http.StatusConflict, true
	case domain.KindInvalid:
		fault := &view.FormFault{Text: v.T("roles.fault")}
		for _, field := range roleFaults {
			if slices.ContainsFunc(failure.Fields, func(f domain.FieldError) bool { return f.Field == field }) {
				fault.Fields = append(fault.Fields, view.Fact{Name: v.T("roles.field." + field), Text: v.T("roles.fault." + field)})
			}
		}
		return fault, http.StatusBadRequest, true
	}
	return nil, 0, false
}

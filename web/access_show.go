package web

import (
	"net/http"
	"slices"
	"strings"

	"github.com/google/uuid"

	"assay/domain"
	"assay/domain/access"
	"assay/domain/account"
	"assay/web/view"
)

var accessRoutes = []route{
	{http.MethodGet, "/access", anyPerson, "", false, (*visit).showOwnAccess},
	{http.MethodGet, in + "/access/:person", signedIn, access.AccessExplain, false, (*visit).showAccess},
	{http.MethodGet, in + "/roles", signedIn, access.RoleWrite, false, (*visit).listRoles},
	{http.MethodPost, in + "/roles", signedIn, access.RoleWrite, false, (*visit).addRole},
	{http.MethodGet, in + "/roles/new", signedIn, access.RoleWrite, false, (*visit).newRole},
	{http.MethodGet, in + "/roles/:role", signedIn, access.RoleWrite, false, (*visit).showRole},
	{http.MethodPost, in + "/roles/:role", signedIn, access.RoleWrite, false, (*visit).changeRole},
	{http.MethodGet, in + "/purposes", signedIn, access.PurposeWrite, false, (*visit).listPurposes},
	{http.MethodPost, in + "/purposes", signedIn, access.PurposeWrite, false, (*visit).recordPurpose},
	{http.MethodPost, in + "/purposes/:purpose/withdraw", signedIn, access.PurposeWrite, false, (*visit).withdrawPurpose},
}

// actionGroup is actions of one subject, as pages list them.
type actionGroup struct {
	key     string
	actions []access.Action
}

// actionGroups are all actions of an administration by subject. One that no subject names stands
// with the last.
var actionGroups = groupActions([]actionGroup{
	{"figures", []access.Action{access.FigureRead, access.FigureExport, access.FigureFormula, access.ComparisonRead, access.IndicatorWrite, access.DictionaryRead}},
	{"officers", []access.Action{access.OfficerRead, access.OfficerPseudonym, access.PurposeWrite, access.ScorecardRead, access.MeetingRead}},
	{"declarations", []access.Action{access.DeclarationRead, access.FindingRead}},
	{"intake", []access.Action{access.ImportRead, access.ImportWrite, access.MapWrite}},
	{"contracts", []access.Action{access.ContractRead, access.ContractPropose, access.ContractSign, access.ContractReview, access.ContractEvaluate, access.ContractTemplate, access.ProgrammeRead, access.OutcomeRead, access.ObjectionFile, access.ObjectionDecide}},
	{"administration", nil},
})

func groupActions(groups []actionGroup) []actionGroup {
	last := &groups[len(groups)-1]
	for _, action := range access.Actions {
		named := slices.ContainsFunc(groups, func(g actionGroup) bool { return slices.Contains(g.actions, action) })
		if !named && !strings.HasPrefix(string(action), "installation.") {
			last.actions = append(last.actions, action)
		}
	}
	return groups
}

// showOwnAccess shows a person what the person may do. Nobody's role decides on it: everybody may know.
func (v *visit) showOwnAccess() error {
	if v.tenant == nil {
		return errNoAdministration
	}
	e, err := v.server.Access.Explain(v.Request().Context(), v.tenant.ID, v.person.Account, access.ScopeOwn, v.person.Account)
	if err != nil {
		return err
	}
	page := v.accessPage(v.T("access.own.title"), v.T("access.own.sub", "Administration", v.tenant.Name(v.Language)), e)
	if v.permissions.Scope(access.AccessExplain) == access.ScopeAdministration {
		if page.Others, err = v.otherPeople(); err != nil {
			return err
		}
	}
	return v.show(http.StatusOK, "access", page)
}

// showAccess shows what somebody of the administration may do. Who may explain oneself only is told
// that there is nobody else.
func (v *visit) showAccess() error {
	person, err := uuid.Parse(v.Param("person"))
	if err != nil {
		return domain.Errorf(domain.KindNotFound, "there is no such person here")
	}
	e, err := v.server.Access.Explain(v.Request().Context(), v.tenant.ID, v.person.Account, v.scope, person)
	if err != nil {
		return err
	}
	page := v.accessPage(v.T("access.title"), e.Name, e)
	page.Back = &view.Link{Text: v.T("access.own.title"), Address: "/access"}
	if v.may(access.PersonRead) && person != v.person.Account {
		page.Back = &view.Link{Text: e.Name, Address: v.at("people/" + person.String())}
	}
	return v.show(http.StatusOK, "access", page)
}

// otherPeople are the people of the administration, each once.
func (v *visit) otherPeople() ([]view.Link, error) {
	roster, err := v.server.Accounts.Roster(v.Request().Context(), v.tenant.ID)
	if err != nil {
		return nil, err
	}
	var others []view.Link
	seen := map[uuid.UUID]bool{v.person.Account: true}
	for _, p := range roster {
		if !seen[p.Account] {
			seen[p.Account] = true
			others = append(others, view.Link{Text: p.Name, Address: v.at("access/" + p.Account.String())})
		}
	}
	return others, nil
}

func (v *visit) accessPage(title, sub string, e *access.Explanation) view.Access {
	page := view.Access{Layout: v.layout(title), Sub: sub}
	if e.Permissions.None() {
		page.Empty = &view.Empty{Icon: "lock", Title: v.T("access.empty.title"), Text: v.T("access.empty.text")}
		return page
	}
	for _, m := range e.Held {
		page.Held = append(page.Held, v.heldName(m))
	}
	for _, g := range actionGroups {
		group := view.AccessGroup{Code: g.key, Name: v.T("access.group." + g.key)}
		for _, action := range g.actions {
			row := view.AccessRow{Name: v.T("action." + string(action)), Code: string(action)}
			if scope := e.Permissions.Scope(action); scope != access.ScopeNone {
				row.Scope = v.T("scope." + string(scope))
			}
			for _, grant := range e.Permissions.Grants(action) {
				row.Reasons = append(row.Reasons, v.reason(grant))
			}
			group.Rows = append(group.Rows, row)
		}
		page.Groups = append(page.Groups, group)
	}
	return page
}

// heldName is a role with what it is tied to.
func (v *visit) heldName(m account.Membership) string {
	name := v.roleName(v.tenant.ID, m.Role)
	if where := v.tied(m); where != "" {
		name += " · " + where
	}
	return name
}

// tied says to which office, section or user name a role is tied.
func (v *visit) tied(m account.Membership) string {
	var parts []string
	if m.Office != "" {
		parts = append(parts, v.T("access.office", "Office", m.Office))
	}
	if m.Section != "" {
		parts = append(parts, v.T("access.section", "Section", m.Section))
	}
	if m.Officer != "" {
		parts = append(parts, v.T("access.officer", "Officer", m.Officer))
	}
	if m.Trader != "" {
		parts = append(parts, v.T("trader.kind."+string(m.TraderKind))+" "+m.Trader)
	}
	return strings.Join(parts, " · ")
}

func (v *visit) reason(g access.Grant) view.AccessReason {
	r := view.AccessReason{Scope: v.T("scope." + string(g.Scope)), Where: v.tied(g.Membership)}
	switch {
	case g.Engagement != uuid.Nil:
		r.Name = v.T("access.by.engagement")
	case strings.HasPrefix(g.Membership.Role, access.OwnPrefix):
		r.Name = v.T("access.by.own_role", "Role", v.roleName(v.tenant.ID, g.Membership.Role))
	default:
		r.Name = v.T("access.by.role", "Role", v.roleName(v.tenant.ID, g.Membership.Role))
	}
	return r
}

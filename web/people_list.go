package web

import (
	"errors"
	"net/http"
	"strings"

	"github.com/google/uuid"

	"assay/domain"
	"assay/domain/access"
	"assay/domain/account"
	"assay/web/locales"
	"assay/web/view"
)

var peopleRoutes = []route{
	{http.MethodGet, in + "/people", signedIn, access.PersonRead, false, (*visit).showPeople},
	{http.MethodPost, in + "/people/invitations", signedIn, access.PersonWrite, false, (*visit).invite},
	{http.MethodPost, in + "/people/invitations/:invitation", signedIn, access.PersonWrite, false, (*visit).changeInvitation},
	{http.MethodPost, in + "/people/second-factor", signedIn, access.PersonWrite, false, (*visit).setFactorRules},
	{http.MethodGet, in + "/people/:account", signedIn, access.PersonRead, false, (*visit).showPerson},
	{http.MethodPost, in + "/people/:account", signedIn, access.PersonWrite, false, (*visit).changePerson},
}

// showPeople lists who works in the administration, as what, and who is invited.
func (v *visit) showPeople() error { return v.showPeopleWith(http.StatusOK, nil, "") }

// showPeopleWith is the same with what was wrong with a form, or with the link of a new invitation, which is shown once.
func (v *visit) showPeopleWith(status int, fault *view.FormFault, link string) error {
	ctx := v.Request().Context()
	members, err := v.server.Accounts.Members(ctx, v.tenant.ID)
	if err != nil {
		return err
	}
	page := view.People{Layout: v.layout(v.T("people.title")), Fault: fault, Link: link, Writes: v.may(access.PersonWrite), Address: v.at("people")}
	if v.may(access.RoleWrite) {
		page.OwnRoles = v.at("roles")
	}
	for _, m := range members {
		page.Members = append(page.Members, v.member(m))
	}
	if !page.Writes {
		return v.show(status, "people", page)
	}
	invitations, err := v.server.Accounts.Invitations(ctx, v.tenant.ID)
	if err != nil {
		return err
	}
	for _, i := range invitations {
		page.Invitations = append(page.Invitations, view.Invitation{ID: i.ID.String(), Name: i.Name, Email: i.Email, Roles: v.roleNames(i.Memberships), By: i.InvitedBy, Ends: v.Instant(i.ExpiresAt), Ended: i.Ended})
	}
	rules, err := v.server.Accounts.FactorRules(ctx, v.tenant.ID)
	if err != nil {
		return err
	}
	page.Rules = append(page.Rules, view.Choice{Value: account.EveryRole, Text: v.T("people.factor.everybody")})
	if page.Roles, err = v.roleChoices(nil); err != nil {
		return err
	}
	page.Rules = append(page.Rules, page.Roles...)
	for i := range page.Rules {
		for _, rule := range rules {
			page.Rules[i].Selected = page.Rules[i].Selected || rule == page.Rules[i].Value
		}
	}
	if page.Offices, err = v.postingOffices(""); err != nil {
		return err
	}
	for _, code := range locales.Languages {
		page.InLanguages = append(page.InLanguages, view.Choice{Value: code, Text: locales.Native[code], Selected: code == v.tenant.Languages[0]})
	}
	return v.show(status, "people", page)
}

func (v *visit) member(m account.Member) view.Member {
	row := view.Member{Address: v.at("people/" + m.Account.ID.String()), Name: m.Account.Name, SignInName: m.Account.SignInName, Roles: v.roleNames(m.Memberships),
		Suspended: m.Suspended || m.Account.State != "active", Factor: m.SecondFactor, Sessions: v.Count(int64(m.Sessions)), Seen: v.T("account.never")}
	if m.SeenAt != nil {
		row.Seen = v.Instant(*m.SeenAt)
	}
	return row
}

func (v *visit) roleNames(memberships []account.Membership) string {
	names := make([]string, 0, len(memberships))
	for _, m := range memberships {
		name := v.roleName(v.tenant.ID, m.Role)
		if m.Office != "" {
			name += " (" + m.Office + ")"
		}
		names = append(names, name)
	}
	return strings.Join(names, v.T("list.separator"))
}

// roleChoices are the roles that can be given: the program's and the administration's own.
func (v *visit) roleChoices(held []string) ([]view.Choice, error) {
	var choices []view.Choice
	add := func(role string) {
		choice := view.Choice{Value: role, Text: v.roleName(v.tenant.ID, role)}
		for _, h := range held {
			choice.Selected = choice.Selected || h == role
		}
		choices = append(choices, choice)
	}
	for _, role := range access.Grantable {
		add(string(role))
	}
	own, err := v.server.Access.OwnRoles(v.Request().Context(), v.tenant.ID)
	if err != nil {
		return nil, err
	}
	for _, role := range own {
		if role.State == access.RoleActive {
			add(string(role.Code))
		}
	}
	return choices, nil
}

func (v *visit) postingOffices(held string) ([]view.Choice, error) {
	offices, err := v.server.Administrations.Offices(v.Request().Context(), v.tenant.ID)
	if err != nil {
		return nil, err
	}
	choices := []view.Choice{{Text: v.T("people.office.none"), Selected: held == ""}}
	for _, o := range offices {
		choices = append(choices, view.Choice{Value: o.Code, Text: o.Code + " " + o.Name, Selected: o.Code == held})
	}
	return choices, nil
}

// membershipsOfForm reads the roles of a form, with office and user name where a role needs them.
func (v *visit) membershipsOfForm() ([]account.Membership, error) {
	form, err := v.FormParams()
	if err != nil {
		return nil, domain.Wrap(domain.KindInvalid, err, "the form cannot be read")
	}
	known, err := v.roleChoices(form["role"])
	if err != nil {
		return nil, err
	}
	offices, err := v.postingOffices(v.FormValue("office"))
	if err != nil {
		return nil, err
	}
	office := ""
	for _, o := range offices {
		if o.Selected {
			office = o.Value
		}
	}
	var memberships []account.Membership
	for _, role := range known {
		if !role.Selected {
			continue
		}
		m := account.Membership{Tenant: v.tenant.ID, Role: role.Value, Office: office}
		if m.Officer = strings.TrimSpace(v.FormValue("officer")); len(m.Officer) > 100 {
			return nil, domain.Invalid("the roles cannot be set like this", domain.FieldError{Field: "officer", Message: "must have at most 100 characters"})
		}
		if role.Value == string(access.HeadOfOffice) && office == "" {
			return nil, domain.Invalid("the roles cannot be set like this", domain.FieldError{Field: "office", Key: "people.fault.office", Message: "is needed for a head of office"})
		}
		memberships = append(memberships, m)
	}
	return memberships, nil
}

func (v *visit) invite() error {
	memberships, err := v.membershipsOfForm()
	if err == nil {
		in := account.NewInvitation{Email: v.FormValue("email"), Name: v.FormValue("name"), Language: v.FormValue("language"), Memberships: memberships}
		return v.sendInvitation(in)
	}
	return v.peopleFault(err)
}

func (v *visit) sendInvitation(in account.NewInvitation) error {
	if !locales.Known(in.Language) {
		in.Language = v.Language
	}
	in.Administration, in.Inviter = v.tenant.Name(in.Language), v.person.Name
	secret, err := v.server.Accounts.Invite(v.Request().Context(), v.by(), in)
	if err != nil {
		return v.peopleFault(err)
	}
	return v.showPeopleWith(http.StatusOK, nil, string(v.site())+account.InvitationPath+secret)
}

// peopleFault shows the list again with what was wrong with the form.
func (v *visit) peopleFault(err error) error {
	if kindOf(err) != domain.KindInvalid {
		return err
	}
	return v.showPeopleWith(http.StatusBadRequest, v.formFault(err), "")
}

// changeInvitation withdraws an invitation, or sends it again with a new link.
func (v *visit) changeInvitation() error {
	id, err := uuid.Parse(v.Param("invitation"))
	if err != nil {
		return domain.Errorf(domain.KindNotFound, "there is no such open invitation")
	}
	old, err := v.server.Accounts.WithdrawInvitation(v.Request().Context(), v.by(), id)
	if err != nil {
		return err
	}
	if v.FormValue("do") != "again" {
		return v.goTo(v.at("people"))
	}
	return v.sendInvitation(account.NewInvitation{Email: old.Email, Name: old.Name, Language: old.Language, Memberships: old.Memberships})
}

func (v *visit) setFactorRules() error {
	form, err := v.FormParams()
	if err != nil {
		return domain.Wrap(domain.KindInvalid, err, "the form cannot be read")
	}
	known, err := v.roleChoices(form["rule"])
	if err != nil {
		return err
	}
	var rules []string
	for _, rule := range form["rule"] {
		if rule == account.EveryRole {
			rules = append(rules, rule)
		}
	}
	for _, role := range known {
		if role.Selected {
			rules = append(rules, role.Value)
		}
	}
	if err := v.server.Accounts.SetFactorRules(v.Request().Context(), v.by(), rules); err != nil {
		return err
	}
	return v.goTo(v.at("people"))
}

func (v *visit) personOfPath() (account.Member, error) {
	id, err := uuid.Parse(v.Param("account"))
	if err != nil {
		return account.Member{}, domain.Errorf(domain.KindNotFound, "there is no such page")
	}
	return v.server.Accounts.Member(v.Request().Context(), v.tenant.ID, id)
}

func (v *visit) showPerson() error { return v.showPersonWith(http.StatusOK, "") }

func (v *visit) showPersonWith(status int, fault string) error {
	m, err := v.personOfPath()
	if err != nil {
		return err
	}
	page := view.PersonPage{Layout: v.layout(m.Account.Name), Member: v.member(m), Back: v.at("people"), Writes: v.may(access.PersonWrite) && m.Account.ID != v.person.Account,
		OnlyHere: m.OnlyHere, Fault: fault, Facts: []view.Fact{
			{Name: v.T("people.sign_in_name"), Text: m.Account.SignInName, Code: true}, {Name: v.T("people.roles"), Text: v.roleNames(m.Memberships)},
			{Name: v.T("people.factor"), Text: v.T(map[bool]string{true: "answer.yes", false: "answer.no"}[m.SecondFactor])}}}
	page.Facts = append(page.Facts, view.Fact{Name: v.T("people.sessions"), Text: page.Member.Sessions, Number: true}, view.Fact{Name: v.T("people.seen"), Text: page.Member.Seen})
	if v.permissions.Scope(access.AccessExplain) == access.ScopeAdministration {
		page.Rights = v.at("access/" + m.Account.ID.String())
	}
	office := ""
	for _, held := range m.Memberships {
		if held.Office != "" {
			office = held.Office
		}
		if held.Officer != "" {
			page.Officer = held.Officer
		}
	}
	if page.Roles, err = v.roleChoices(account.SortedRoles(m.Memberships)); err != nil {
		return err
	}
	if page.Offices, err = v.postingOffices(office); err != nil {
		return err
	}
	return v.show(status, "person", page)
}

// changePerson does one of the things that an administrator may do with a person.
func (v *visit) changePerson() error {
	m, err := v.personOfPath()
	if err != nil {
		return err
	}
	ctx, accounts, id := v.Request().Context(), v.server.Accounts, m.Account.ID
	switch v.FormValue("do") {
	case "roles":
		memberships, wrong := v.membershipsOfForm()
		if err = wrong; err == nil {
			err = accounts.SetRoles(ctx, v.by(), id, memberships, v.roleNames(memberships))
		}
	case "suspend":
		err = accounts.Suspend(ctx, v.by(), id, true)
	case "readmit":
		err = accounts.Suspend(ctx, v.by(), id, false)
	case "sessions":
		err = accounts.EndSessionsOf(ctx, v.by(), id)
	case "factor":
		err = accounts.ResetFactors(ctx, v.by(), id)
	default:
		err = domain.Invalid("the form cannot be used", domain.FieldError{Field: "do", Message: "is not known"})
	}
	var failure *domain.Error
	switch {
	case kindOf(err) == domain.KindInvalid:
		return v.showPersonWith(http.StatusBadRequest, v.formFault(err).Text)
	case errors.As(err, &failure) && failure.Key != "":
		return v.showPersonWith(statuses[failure.Kind], v.T(failure.Key))
	case err != nil:
		return err
	}
	return v.goTo(v.at("people/" + id.String()))
}

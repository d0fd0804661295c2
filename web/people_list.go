package web

import (
	"errors"
	"net/http"
	"slices"
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
	if v.may(access.IdentityProviderWrite) {
		page.Provider = v.at("provider")
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
	page.TraderKinds = v.traderKinds("")
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
			name += " (" + placeOf(m.Office, m.Section) + ")"
		}
		if m.Trader != "" {
			name += " (" + v.T("trader.kind."+string(m.TraderKind)) + " " + m.Trader + ")"
		}
		names = append(names, name)
	}
	return strings.Join(names, v.T("list.separator"))
}

// roleChoices are the roles that can be given: the program's and the administration's own.
func (v *visit) roleChoices(held []string) ([]view.Choice, error) {
	roles, err := v.server.Access.RolesToGive(v.Request().Context(), v.tenant.ID)
	if err != nil {
		return nil, err
	}
	choices := make([]view.Choice, len(roles))
	for i, role := range roles {
		choices[i] = view.Choice{Value: string(role), Text: v.roleName(v.tenant.ID, string(role)), Selected: slices.Contains(held, string(role))}
	}
	return choices, nil
}

// placeOf is the value of the form's choice of a place: an office, or a section of one.
func placeOf(office, section string) string {
	if section == "" {
		return office
	}
	return office + "/" + section
}

// postingOffices are the places to which a role can be tied.
func (v *visit) postingOffices(held string) ([]view.Choice, error) {
	ctx := v.Request().Context()
	offices, err := v.server.Administrations.Offices(ctx, v.tenant.ID)
	if err != nil {
		return nil, err
	}
	sections, err := v.server.Administrations.AllSections(ctx, v.tenant.ID)
	if err != nil {
		return nil, err
	}
	choices := []view.Choice{{Text: v.T("people.office.none"), Selected: held == ""}}
	for _, o := range offices {
		choices = append(choices, view.Choice{Value: o.Code, Text: o.Code + " " + o.Name, Selected: o.Code == held})
		for _, s := range sections {
			if s.Office == o.Code {
				place := placeOf(s.Office, s.Code)
				choices = append(choices, view.Choice{Value: place, Text: o.Code + " " + o.Name + " · " + v.T("access.section", "Section", s.Code), Selected: place == held})
			}
		}
	}
	return choices, nil
}

// posting is what the form says of all its roles together: the place, the user name in the clearance system, and for whom an
// economic operator signs in.
type posting struct {
	place, officer, trader string
	kind                   account.TraderKind
}

// traderKinds are the choice of what the code of an economic operator is.
func (v *visit) traderKinds(held account.TraderKind) []view.Choice {
	choices := []view.Choice{{Text: v.T("people.trader.nobody"), Selected: held == ""}}
	for _, kind := range []account.TraderKind{account.Importer, account.Broker} {
		choices = append(choices, view.Choice{Value: string(kind), Text: v.T("trader.kind." + string(kind)), Selected: kind == held})
	}
	return choices
}

// postingOf is the posting with which the form of somebody's roles begins. Of several the last place with a section counts, as the narrowest.
func postingOf(memberships []account.Membership) (p posting) {
	for _, m := range memberships {
		if place := placeOf(m.Office, m.Section); m.Office != "" && (m.Section != "" || !strings.Contains(p.place, "/")) {
			p.place = place
		}
		if m.Officer != "" {
			p.officer = m.Officer
		}
		if m.Trader != "" {
			p.trader, p.kind = m.Trader, m.TraderKind
		}
	}
	return p
}

// membershipsOfForm reads the roles of a form with their posting. A role that the person has already stays as it is, in each of its places, as long
// as the posting is the one with which the form began: a form has one place, and a person may have several.
func (v *visit) membershipsOfForm(held []account.Membership) ([]account.Membership, error) {
	form, err := v.FormParams()
	if err != nil {
		return nil, domain.Wrap(domain.KindInvalid, err, "the form cannot be read")
	}
	sent := posting{place: v.FormValue("office"), officer: strings.TrimSpace(v.FormValue("officer")),
		trader: strings.TrimSpace(v.FormValue("trader")), kind: account.TraderKind(v.FormValue("trader_kind"))}
	office, section, _ := strings.Cut(sent.place, "/")
	var memberships []account.Membership
	for _, role := range slices.Compact(slices.Sorted(slices.Values(form["role"]))) {
		if kept := ofRole(held, role); len(kept) > 0 && sent == postingOf(held) {
			memberships = append(memberships, kept...)
			continue
		}
		m := account.Membership{Tenant: v.tenant.ID, Role: role, Office: office, Officer: sent.officer}
		if role == string(access.Trader) {
			m.Trader, m.TraderKind = sent.trader, sent.kind
		}
		_, needsSection, err := v.server.Access.Needs(v.Request().Context(), v.tenant.ID, access.Role(role))
		if err != nil {
			return nil, err
		}
		if needsSection {
			m.Section = section
		}
		memberships = append(memberships, m)
	}
	return memberships, nil
}

func ofRole(held []account.Membership, role string) (found []account.Membership) {
	for _, m := range held {
		if m.Role == role {
			found = append(found, m)
		}
	}
	return found
}

// giver is who does something with the people of the administration.
func (v *visit) giver() access.Giver { return access.Giver{By: v.by(), Permissions: v.permissions} }

func (v *visit) invite() error {
	memberships, err := v.membershipsOfForm(nil)
	if err != nil {
		return err
	}
	in := account.NewInvitation{Email: v.FormValue("email"), Name: v.FormValue("name"), Language: v.FormValue("language"), Memberships: memberships, Inviter: v.person.Name}
	if !locales.Known(in.Language) {
		in.Language = v.Language
	}
	in.Administration = v.tenant.Name(in.Language)
	_, secret, err := v.server.Access.Invite(v.Request().Context(), v.giver(), in)
	return v.invited(secret, err)
}

// invited shows the list again with the new link, or with what was wrong with one of its forms.
func (v *visit) invited(secret string, err error) error {
	var failure *domain.Error
	switch {
	case kindOf(err) == domain.KindInvalid:
		return v.showPeopleWith(http.StatusBadRequest, v.formFault(err), "")
	case errors.As(err, &failure) && failure.Key != "":
		return v.showPeopleWith(statuses[failure.Kind], &view.FormFault{Text: v.T(failure.Key)}, "")
	case err != nil:
		return err
	}
	return v.showPeopleWith(http.StatusOK, nil, string(v.site())+account.InvitationPath+secret)
}

// changeInvitation withdraws an invitation, or sends it again with a new link.
func (v *visit) changeInvitation() error {
	id, err := uuid.Parse(v.Param("invitation"))
	if err != nil {
		return domain.Errorf(domain.KindNotFound, "there is no such open invitation")
	}
	if v.FormValue("do") == "again" {
		_, secret, err := v.server.Access.InviteAgain(v.Request().Context(), v.giver(), id, v.tenant.Name, v.person.Name)
		return v.invited(secret, err)
	}
	if _, err := v.server.Accounts.WithdrawInvitation(v.Request().Context(), v.by(), id); err != nil {
		return err
	}
	return v.goTo(v.at("people"))
}

func (v *visit) setFactorRules() error {
	form, err := v.FormParams()
	if err != nil {
		return domain.Wrap(domain.KindInvalid, err, "the form cannot be read")
	}
	if err := v.server.Access.SetFactorRules(v.Request().Context(), v.by(), form["rule"]); err != nil {
		return v.invited("", err)
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
	page := view.PersonPage{Layout: v.layout(m.Account.Name), Member: v.member(m), Back: v.at("people"), Writes: v.may(access.PersonWrite) && m.Account.ID != v.person.Account, Self: v.may(access.PersonWrite) && m.Account.ID == v.person.Account,
		OnlyHere: m.OnlyHere, Linked: m.SignsInByPeer && v.may(access.IdentityProviderWrite), Fault: fault, Facts: []view.Fact{
			{Name: v.T("people.sign_in_name"), Text: m.Account.SignInName, Code: true}, {Name: v.T("people.roles"), Text: v.roleNames(m.Memberships)},
			{Name: v.T("people.factor"), Text: v.T(map[bool]string{true: "answer.yes", false: "answer.no"}[m.SecondFactor])}}}
	page.Facts = append(page.Facts, view.Fact{Name: v.T("people.sessions"), Text: page.Member.Sessions, Number: true}, view.Fact{Name: v.T("people.seen"), Text: page.Member.Seen})
	if v.permissions.Scope(access.AccessExplain) == access.ScopeAdministration {
		page.Rights = v.at("access/" + m.Account.ID.String())
	}
	began := postingOf(m.Memberships)
	page.Officer, page.Trader, page.TraderKinds = began.officer, began.trader, v.traderKinds(began.kind)
	if page.Roles, err = v.roleChoices(account.SortedRoles(m.Memberships)); err != nil {
		return err
	}
	if page.Offices, err = v.postingOffices(began.place); err != nil {
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
	ctx, rights, id := v.Request().Context(), v.server.Access, m.Account.ID
	switch v.FormValue("do") {
	case "roles":
		memberships, wrong := v.membershipsOfForm(m.Memberships)
		if err = wrong; err == nil {
			err = rights.SetRoles(ctx, v.giver(), id, memberships, v.roleNames(memberships))
		}
	case "suspend":
		err = rights.Suspend(ctx, v.giver(), id, true)
	case "readmit":
		err = rights.Suspend(ctx, v.giver(), id, false)
	case "leave":
		if err = rights.EndMembership(ctx, v.giver(), id); err == nil {
			return v.goTo(v.at("people"))
		}
	case "sessions":
		err = rights.EndSessionsOf(ctx, v.giver(), id)
	case "unlink":
		if _, err = v.permissions.Require(access.IdentityProviderWrite); err == nil {
			err = rights.Unlink(ctx, v.giver(), id)
		}
	case "factor":
		err = rights.ResetFactors(ctx, v.giver(), id)
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

package web

import (
	"net/http"
	"net/url"

	"github.com/google/uuid"

	"assay/domain"
	"assay/domain/account"
	"assay/web/view"
)

// showInvitation shows who invites to what. Somebody new chooses a password; who has an account signs in first.
func (v *visit) showInvitation() error { return v.showInvitationWith(http.StatusOK, "") }

func (v *visit) showInvitationWith(status int, fault string) error {
	v.Response().Header().Set("Referrer-Policy", "no-referrer") // the address is a secret
	ctx := v.Request().Context()
	invitation, known, err := v.server.Accounts.BySecret(ctx, v.Param("secret"))
	if err != nil {
		return err
	}
	tenant, err := v.server.Administrations.ByID(ctx, invitation.Tenant)
	if err != nil {
		return err
	}
	here := account.InvitationPath + v.Param("secret")
	page := view.NewPassword{Layout: v.layout(v.T("invitation.title")), Action: here, Fault: fault, SignInName: invitation.Email, Submit: v.T("invitation.accept"),
		Sub: v.T("invitation.sub", "Administration", tenant.Name(v.Language), "By", invitation.InvitedBy)}
	page.Here = "/sign-in"
	if known != nil {
		page.Known = true
		page.Mine = v.signed && v.person.Account == known.ID
		page.SignIn = signInAddress(here)
	}
	for _, role := range account.SortedRoles(invitation.Memberships) {
		page.Roles = append(page.Roles, v.roleName(invitation.Tenant, role))
	}
	return v.show(status, "password", page)
}

func (v *visit) acceptInvitation() error {
	as := uuid.Nil
	if v.signed && v.server.Sessions.Confined(v.Request().Context()).IsZero() { // one administration's provider takes up no other's invitation
		as = v.person.Account
	}
	password := v.FormValue("password")
	accepted, err := v.server.Accounts.Accept(v.Request().Context(), v.Param("secret"), password, as, v.RealIP())
	switch kindOf(err) {
	case domain.KindInvalid:
		return v.showInvitationWith(http.StatusBadRequest, v.formFault(err).Text)
	case domain.KindForbidden:
		return v.goTo(signInAddress(account.InvitationPath + url.PathEscape(v.Param("secret"))))
	}
	if err != nil {
		return err
	}
	if as == accepted.ID {
		return v.goTo("/administrations")
	}
	entry, err := v.server.Sessions.SignIn(v.Request().Context(), account.Attempt{Name: accepted.SignInName, Password: password, Address: v.RealIP()})
	if err != nil {
		return v.goTo("/sign-in") // the account is there; the way in is the usual one
	}
	return v.arrive(entry, "/")
}

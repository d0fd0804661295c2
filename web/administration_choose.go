package web

import (
	"errors"
	"net/http"
	"net/url"

	"assay/domain"
	"assay/domain/account"
	"assay/web/view"
)

func chooseAddress(back string) string {
	return "/administrations?return=" + url.QueryEscape(back)
}

// showAdministrations lists where the person works.
func (v *visit) showAdministrations() error {
	ctx := v.Request().Context()
	memberships, err := v.server.Accounts.Memberships(ctx, v.person.Account)
	if err != nil {
		return err
	}
	page := view.Choose{Layout: v.layout(v.T("choose.title")), Return: ownAddress(v.QueryParam("return"))}
	for _, m := range memberships {
		tenant, err := v.server.Administrations.ByID(ctx, m.Tenant)
		if err != nil {
			return err
		}
		page.Memberships = append(page.Memberships, view.Membership{
			Tenant: m.Tenant.String(), Name: tenant.Name(v.Language), Code: tenant.Code, Currency: tenant.Currency,
			Role: m.Role, RoleName: v.roleName(m.Tenant, m.Role), Unit: m.Office,
			Current: v.person.Tenant == m.Tenant && v.person.Role == m.Role && v.person.Office == m.Office,
		})
	}
	suspended, err := v.server.Accounts.Suspended(ctx, v.person.Account)
	if err != nil {
		return err
	}
	if page.Suspended, err = v.suspended(suspended); err != nil {
		return err
	}
	installation, err := v.server.Access.OfInstallation(ctx, v.person.Account)
	if err != nil {
		return err
	}
	if !installation.None() {
		page.Installation = &view.Link{Text: v.T("installation.title"), Address: installationHome}
	}
	return v.show(http.StatusOK, "choose", page)
}

// chooseAdministration goes over to one of them.
func (v *visit) chooseAdministration() error {
	tenant, err := domain.ParseTenantID(v.FormValue("tenant"))
	if err != nil {
		return err
	}
	err = v.server.Sessions.Choose(v.Request().Context(), tenant, v.FormValue("role"), v.RealIP())
	if errors.Is(err, account.ErrFactorRequired) {
		return v.goTo("/account?required=yes")
	}
	if err != nil {
		return err
	}
	return v.goTo(ownAddress(v.FormValue("return")))
}

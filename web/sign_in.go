package web

import (
	"net/http"
	"net/url"

	"assay/domain"
	"assay/web/view"
)

// installationHome is the first page of who runs the installation.
const installationHome = "/installation"

func signInAddress(back string) string {
	return "/sign-in?return=" + url.QueryEscape(back)
}

// showFirstPage sends everybody to where their day begins.
func (v *visit) showFirstPage() error {
	switch {
	case !v.signed:
		return v.goTo("/sign-in")
	case v.tenant != nil:
		return v.goTo(v.home())
	}
	installation, err := v.server.Access.OfInstallation(v.Request().Context(), v.person.Account)
	if err != nil {
		return err
	}
	if !installation.None() {
		return v.goTo(installationHome)
	}
	return v.goTo("/administrations")
}

// showSignIn shows the form.
func (v *visit) showSignIn() error {
	if v.signed {
		return v.goTo("/")
	}
	return v.showSignInForm(http.StatusOK, "")
}

func (v *visit) showSignInForm(status int, fault string) error {
	page := view.SignIn{Layout: v.layout(v.T("sign_in.title")), Fault: fault, Return: ownAddress(v.FormValue("return"))}
	if fault != "" {
		page.Name = v.FormValue("name")
	}
	page.Here = signInAddress(page.Return)
	for _, administration := range v.server.options.Demo {
		group := view.DemoPerson{Administration: v.T("sign_in.demo.beside")}
		if administration.Code != "" {
			tenant, err := v.server.Administrations.ByCode(v.Request().Context(), administration.Code)
			if err != nil {
				return err
			}
			group.Administration = tenant.Name(v.Language)
		}
		for _, p := range administration.People {
			group.People = append(group.People, view.DemoAccount{SignInName: p.SignInName, Password: p.Password, Name: p.Name, Role: v.T("role." + string(p.Role))})
		}
		page.Demo = append(page.Demo, group)
	}
	return v.show(status, "signin", page)
}

// signIn checks name and password; a wrong one shows the form again with one sentence.
func (v *visit) signIn() error {
	person, err := v.server.Sessions.SignIn(v.Request().Context(), v.FormValue("name"), v.FormValue("password"))
	switch kindOf(err) {
	case domain.KindUnauthenticated:
		return v.showSignInForm(http.StatusUnauthorized, v.T("sign_in.wrong"))
	case domain.KindTooMany:
		return v.showSignInForm(http.StatusTooManyRequests, v.T("sign_in.too_many"))
	case domain.KindForbidden:
		text, err := v.refusedSignIn(err)
		if err != nil {
			return err
		}
		return v.showSignInForm(http.StatusForbidden, text)
	}
	if err != nil {
		return err
	}
	back := ownAddress(v.FormValue("return"))
	if person.Tenant.IsZero() && back != "/" {
		return v.goTo(chooseAddress(back))
	}
	return v.goTo(back)
}

// signOut ends the session.
func (v *visit) signOut() error {
	if err := v.server.Sessions.SignOut(v.Request().Context()); err != nil {
		return err
	}
	return v.goTo("/sign-in")
}

package web

import (
	"net/http"
	"net/url"

	"assay/domain"
	"assay/domain/account"
	"assay/domain/administration"
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
	page.Through = "/sign-in/through?return=" + url.QueryEscape(page.Return)
	if code := v.QueryParam("out"); fault == "" && administration.IsCode(code) {
		page.Out = "/sign-out/through/" + code
	}
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
	attempt := account.Attempt{Name: v.FormValue("name"), Password: v.FormValue("password"), Address: v.RealIP()}
	if cookie, err := v.Cookie(v.server.deviceCookie()); err == nil {
		attempt.Device = cookie.Value
	}
	entry, err := v.server.Sessions.SignIn(v.Request().Context(), attempt)
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
	if entry.AwaitsFactor {
		return v.goTo("/sign-in/factor?return=" + url.QueryEscape(ownAddress(v.FormValue("return"))))
	}
	return v.arrive(entry, v.FormValue("return"))
}

// arrive leads somebody who has just signed in to where the day goes on.
func (v *visit) arrive(entry account.Entry, back string) error {
	v.SetCookie(&http.Cookie{Name: v.server.deviceCookie(), Value: entry.Device, Path: "/", MaxAge: aYear, HttpOnly: true, //nolint:gosec // Secure wherever pages come over HTTPS
		Secure: v.server.options.Secure, SameSite: http.SameSiteLaxMode})
	back = ownAddress(back)
	switch {
	case entry.NeedsFactor:
		return v.goTo("/account?required=yes")
	case entry.Person.Tenant.IsZero() && back != "/":
		return v.goTo(chooseAddress(back))
	}
	return v.goTo(back)
}

// deviceCookie is the name of the cookie of a device on which somebody has signed in before.
func (s *Server) deviceCookie() string {
	if s.options.Secure {
		return "__Host-" + cookieDevice
	}
	return cookieDevice
}

// showFactor asks for the second factor of a sign-in whose password was right.
func (v *visit) showFactor() error { return v.showFactorWith(http.StatusOK, "") }

func (v *visit) showFactorWith(status int, fault string) error {
	pending, ok := v.server.Sessions.Pending(v.Request().Context())
	if !ok {
		return v.goTo("/sign-in")
	}
	part, err := v.stepUpOf(account.Person{Account: pending})
	if err != nil {
		return err
	}
	page := view.Factor{Layout: v.layout(v.T("factor.confirm.title")), Sub: v.T("factor.sign_in.sub"), Action: "/sign-in/factor", Fault: fault, StepUp: *part, Return: ownAddress(v.FormValue("return"))}
	page.Here = "/sign-in/factor"
	return v.show(status, "factor", page)
}

func (v *visit) giveFactor() error {
	ctx := v.Request().Context()
	pending, ok := v.server.Sessions.Pending(ctx)
	if !ok {
		return v.goTo("/sign-in")
	}
	proof, err := v.confirmStepUpOf(account.Person{Account: pending})
	if text, ok := v.faultText(err); ok {
		return v.showFactorWith(statuses[kindOf(err)], text)
	}
	if err != nil {
		return err
	}
	entry, err := v.server.Sessions.Complete(ctx, proof, v.RealIP())
	if err != nil {
		return err
	}
	return v.arrive(entry, v.FormValue("return"))
}

// signOut ends the session. Who came through an identity provider is offered to end the session there too.
func (v *visit) signOut() error {
	ctx := v.Request().Context()
	if confined := v.server.Sessions.Confined(ctx); v.signed && !confined.IsZero() {
		tenant, err := v.server.Administrations.ByID(ctx, confined)
		if err != nil {
			return err
		}
		if err := v.server.Sessions.SignOut(ctx); err != nil {
			return err
		}
		return v.goTo("/sign-in?out=" + url.QueryEscape(tenant.Code))
	}
	if err := v.server.Sessions.SignOut(v.Request().Context()); err != nil {
		return err
	}
	return v.goTo("/sign-in")
}

package web

import (
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"net/http"
	"runtime/debug"

	"github.com/labstack/echo/v4"
	"github.com/labstack/echo/v4/middleware"

	"assay/domain"
	"assay/domain/access"
	"assay/domain/account"
)

// Bounds of what a browser may send.
const (
	formLimit   = "64K"
	uploadLimit = "2G"
)

// serve is the way of every request to its handler: number of the request,
// headers, session, language, forged forms, sign-in, administration, permission.
// Whatever fails on the way is answered as a page.
func (s *Server) serve(r route) echo.HandlerFunc {
	limit := middleware.BodyLimit(formLimit)
	if r.large {
		limit = middleware.BodyLimit(uploadLimit)
	}
	handler := limit(func(c echo.Context) error {
		v := &visit{Context: c, server: s, route: r}
		return v.answer()
	})
	if !r.large {
		handler = middleware.GzipWithConfig(middleware.GzipConfig{Level: 5, MinLength: 1024})(handler)
	}
	return numbered(func(c echo.Context) error {
		err := handler(c)
		if err == nil || c.Response().Committed {
			return err
		}
		// The body was too long: nothing of the visit has begun yet.
		v := &visit{Context: c, server: s, route: r, nonce: nonce()}
		v.setHeaders()
		v.chooseGuestLocale()
		return v.fail(err)
	})
}

// numbered gives a request a number that stands in the log and on the page of a failure.
func numbered(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		if c.Response().Header().Get(echo.HeaderXRequestID) == "" {
			c.Response().Header().Set(echo.HeaderXRequestID, domain.NewID().String())
		}
		return next(c)
	}
}

func (v *visit) answer() (err error) {
	defer func() {
		if cause := recover(); cause != nil {
			if cause == http.ErrAbortHandler { //nolint:errorlint // what was thrown, not an error's chain
				panic(cause)
			}
			err = fmt.Errorf("panic: %v\n%s", cause, debug.Stack())
		}
		if err != nil {
			err = v.fail(err)
		}
	}()
	v.nonce = nonce()
	v.setHeaders()
	if err := v.loadSession(); err != nil {
		v.chooseGuestLocale()
		return err
	}
	v.chooseLocale()
	if err := v.refuseForged(); err != nil {
		return err
	}
	if err := v.enter(); err != nil {
		return err
	}
	return v.route.handle(v)
}

// loadSession reads the cookie, and writes it again just before the answer begins.
func (v *visit) loadSession() error {
	token := ""
	if cookie, err := v.Cookie(v.server.sessionCookie()); err == nil {
		token = cookie.Value
	}
	ctx, err := v.server.Sessions.Load(v.Request().Context(), token)
	if err != nil {
		return err
	}
	v.SetRequest(v.Request().WithContext(ctx))
	v.loaded = true
	v.person, v.signed = v.server.Sessions.Current(ctx)
	v.Response().Before(v.saveSession)
	return nil
}

func (v *visit) saveSession() {
	change, token, expiry, err := v.server.Sessions.Save(v.Request().Context(), v.RealIP(), v.Request().UserAgent())
	if err != nil {
		v.server.Log.Error("session not saved", "request", v.requestNumber(), "error", err)
		return
	}
	cookie := &http.Cookie{Name: v.server.sessionCookie(), Path: "/", HttpOnly: true, Secure: v.server.options.Secure, SameSite: http.SameSiteLaxMode} //nolint:gosec // Secure wherever pages come over HTTPS
	switch change {
	case account.Written:
		cookie.Value, cookie.Expires = token, expiry
	case account.Ended:
		cookie.MaxAge = -1
	default:
		return
	}
	v.SetCookie(cookie)
}

// sessionCookie is the cookie's name: __Host- binds it to this host, and needs HTTPS.
func (s *Server) sessionCookie() string {
	if s.options.Secure {
		return "__Host-" + cookieSession
	}
	return cookieSession
}

// enter asks who comes in: the route's audience, then the administration of the path,
// then the permission for the action.
func (v *visit) enter() error {
	if v.route.audience == everyone {
		return v.enterOwn()
	}
	if !v.signed {
		return domain.Errorf(domain.KindUnauthenticated, "sign in first")
	}
	v.circumstances(access.Grant{})
	if v.route.audience == anyPerson {
		return v.enterOwn()
	}
	if v.route.audience == operators {
		return v.enterInstallation()
	}
	if v.person.Tenant.IsZero() {
		return errNoAdministration
	}
	if err := v.enterOwn(); err != nil {
		return err
	}
	if v.tenant == nil {
		return errNoAdministration
	}
	if v.tenant.Code != v.Param("administration") {
		return v.refuseOther()
	}
	return v.admit()
}

// admit asks for the permission. From here on the person is what gives it: of several roles the
// one whose scope is widest.
func (v *visit) admit() error {
	grant, err := v.permissions.Require(v.route.action)
	if err != nil {
		return err
	}
	v.grant, v.scope = grant, grant.Scope
	v.person.Membership = grant.Membership
	v.circumstances(grant)
	if v.tenant == nil { // the installation's own pages
		return nil
	}
	return v.recordReading()
}

// enterInstallation lets those in who run the installation. What they are in an administration
// does not matter, and they need not be anything there.
func (v *visit) enterInstallation() error {
	if err := v.refuseConfined(); err != nil {
		return err
	}
	permissions, err := v.server.Access.OfInstallation(v.Request().Context(), v.person.Account)
	if err != nil {
		return err
	}
	v.permissions = permissions
	v.person.Membership = account.Membership{}
	return v.admit()
}

// errNoAdministration sends a person who has not chosen yet to the choice.
var errNoAdministration = domain.Errorf(domain.KindConflict, "choose an administration first")

// enterOwn loads the administration that the person has chosen, if any, and what the person
// may do there now. One in which nothing is left to do counts as not chosen.
func (v *visit) enterOwn() error {
	if !v.signed || v.person.Tenant.IsZero() {
		return nil
	}
	ctx := v.Request().Context()
	permissions, err := v.server.Access.Of(ctx, v.person.Account, v.person.Tenant)
	if err != nil {
		return err
	}
	if permissions.None() {
		v.person.Membership = account.Membership{}
		return nil
	}
	tenant, err := v.server.Administrations.ByID(ctx, v.person.Tenant)
	if err != nil {
		return err
	}
	v.tenant, v.permissions = tenant, permissions
	v.chooseLocale()
	return nil
}

// refuseOther answers an address of another administration: the choice for a person who
// works there too, and for everybody else the same as an address that does not exist.
func (v *visit) refuseOther() error {
	ctx := v.Request().Context()
	memberships, err := v.server.Accounts.Memberships(ctx, v.person.Account)
	if err != nil {
		return err
	}
	other, err := v.server.Administrations.ByCode(ctx, v.Param("administration"))
	if err != nil {
		return err
	}
	for _, m := range memberships {
		if m.Tenant == other.ID {
			return errNoAdministration
		}
	}
	return domain.Errorf(domain.KindNotFound, "there is no such page")
}

func nonce() string {
	var random [16]byte
	_, _ = rand.Read(random[:]) // never fails; see crypto/rand
	return base64.RawStdEncoding.EncodeToString(random[:])
}

// setHeaders tells the browser what the page may do: run only the scripts that carry
// this answer's nonce, load only from here, be framed by nobody.
func (v *visit) setHeaders() {
	header := v.Response().Header()
	header.Set("Content-Security-Policy", "default-src 'none'; script-src 'nonce-"+v.nonce+"'; style-src 'self'; img-src 'self' data:; font-src 'self'; "+
		"connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'")
	header.Set("X-Content-Type-Options", "nosniff")
	header.Set("Referrer-Policy", "same-origin")
	header.Set("Cross-Origin-Opener-Policy", "same-origin")
	header.Set("Permissions-Policy", "camera=(), microphone=(), geolocation=(), payment=()")
	if v.server.options.Secure {
		header.Set("Strict-Transport-Security", "max-age=31536000")
	}
}

func (v *visit) requestNumber() string {
	return v.Response().Header().Get(echo.HeaderXRequestID)
}

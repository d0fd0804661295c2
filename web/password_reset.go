package web

import (
	"net/http"
	"time"

	"assay/domain"
	"assay/domain/account"
	"assay/web/view"
)

// forgottenTakes is how long the answer to a request for a new password takes, whether there is such an account or
// not: longer than the work for one that there is.
const forgottenTakes = 700 * time.Millisecond

func (v *visit) showForgotten() error {
	return v.show(http.StatusOK, "forgotten", view.Forgotten{Layout: v.layout(v.T("forgotten.title"))})
}

// forgotten answers the same, after the same time, for every name.
func (v *visit) forgotten() error {
	answer := time.NewTimer(forgottenTakes)
	defer answer.Stop()
	err := v.server.Accounts.Forgotten(v.Request().Context(), v.FormValue("name"), v.RealIP())
	select {
	case <-answer.C:
	case <-v.Request().Context().Done():
	}
	if kindOf(err) == domain.KindTooMany {
		return err
	}
	if err != nil {
		// A failure of ours must not tell that there was something to do.
		v.server.Log.Error("a link for a new password was not written", "request", v.requestNumber(), "error", err)
	}
	return v.show(http.StatusOK, "sent", view.Sent{Layout: v.layout(v.T("forgotten.title")), Text: v.T("forgotten.sent")})
}

func (v *visit) showReset() error { return v.showResetWith(http.StatusOK, "") }

func (v *visit) showResetWith(status int, fault string) error {
	v.Response().Header().Set("Referrer-Policy", "no-referrer") // the address is a secret
	person, err := v.server.Accounts.ResetOf(v.Request().Context(), v.Param("secret"))
	if err != nil {
		return err
	}
	page := view.NewPassword{Layout: v.layout(v.T("password.title")), Action: account.ResetPath + v.Param("secret"), Fault: fault, SignInName: person.SignInName, Submit: v.T("password.set")}
	page.Here = "/sign-in"
	return v.show(status, "password", page)
}

func (v *visit) reset() error {
	err := v.server.Accounts.Reset(v.Request().Context(), v.Param("secret"), v.FormValue("password"), v.RealIP())
	if kindOf(err) == domain.KindInvalid {
		return v.showResetWith(http.StatusBadRequest, v.formFault(err).Text)
	}
	if err != nil {
		return err
	}
	if err := v.server.Sessions.SignOut(v.Request().Context()); err != nil {
		return err
	}
	return v.goTo("/sign-in")
}

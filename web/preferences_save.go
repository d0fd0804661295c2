package web

import (
	"net/http"

	"assay/web/locales"
)

// aYear is how long a browser keeps what was chosen, in seconds.
const aYear = 365 * 24 * 3600

// savePreferences keeps the reader's language and appearance: the language of who is signed in with the account, so that
// it follows to other devices, that of a guest and the appearance in the browser.
func (v *visit) savePreferences() error {
	if language := v.FormValue("language"); locales.Known(language) {
		v.keep(cookieLanguage, language)
		if v.signed && language != v.person.Language {
			if err := v.server.Accounts.SetLanguage(v.Request().Context(), v.person.By(v.RealIP()), v.person.Language, language); err != nil {
				return err
			}
		}
		v.server.Sessions.SetLanguage(v.Request().Context(), language)
	}
	switch theme := v.FormValue("theme"); theme {
	case "light", "dark", "system":
		v.keep(cookieTheme, theme)
	}
	return v.goTo(ownAddress(v.FormValue("return")))
}

func (v *visit) keep(name, value string) {
	v.SetCookie(&http.Cookie{Name: name, Value: value, Path: "/", MaxAge: aYear, HttpOnly: true, //nolint:gosec // Secure wherever pages come over HTTPS
		Secure: v.server.options.Secure, SameSite: http.SameSiteLaxMode})
}

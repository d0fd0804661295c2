package web

import (
	"crypto/rand"
	"encoding/base64"
	"net/http"

	"assay/domain"
)

// errForged is kept apart because its page says what to do.
var errForged = &domain.Error{Kind: domain.KindForbidden, Key: "failure.forged", Message: "the form was too old or came from elsewhere; open the page again"}

// refuseForged refuses forms that another site has sent: browsers say where a request
// comes from, and each form carries the session's token. A form with files is not
// read here: its handler finds the token in the first field of the stream.
func (v *visit) refuseForged() error {
	request := v.Request()
	if request.Method == http.MethodGet || request.Method == http.MethodHead {
		return nil
	}
	if site := request.Header.Get("Sec-Fetch-Site"); site != "" && site != "same-origin" {
		return errForged
	}
	if v.route.large {
		return nil
	}
	return v.requireToken(v.FormValue("forgery"))
}

// requireToken checks the token that a form carries.
func (v *visit) requireToken(masked string) error {
	if !v.server.Sessions.GenuineToken(v.Request().Context(), unmask(masked)) {
		return errForged
	}
	return nil
}

// forgeryToken is the session's token for a form. It is written differently on every
// page, because pages are compressed together with what the address says, and a
// secret that stays the same could be guessed from the size.
func (v *visit) forgeryToken() string {
	if !v.loaded {
		return ""
	}
	return mask(v.server.Sessions.ForgeryToken(v.Request().Context()))
}

// mask is random bytes followed by the token combined with them.
func mask(token string) string {
	both := make([]byte, 2*len(token))
	_, _ = rand.Read(both[:len(token)]) // never fails; see crypto/rand
	for i := range len(token) {
		both[len(token)+i] = both[i] ^ token[i]
	}
	return base64.RawURLEncoding.EncodeToString(both)
}

func unmask(masked string) string {
	both, err := base64.RawURLEncoding.DecodeString(masked)
	if err != nil || len(both)%2 != 0 || len(both) > 1024 {
		return ""
	}
	token := make([]byte, len(both)/2)
	for i := range token {
		token[i] = both[i] ^ both[len(token)+i]
	}
	return string(token)
}

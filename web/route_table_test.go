package web

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/labstack/echo/v4"

	"assay/deploy/local/dbtest/racing"
	"assay/deploy/local/dbtest/trespass"
	"assay/domain/access"
	"assay/domain/account"
)

// openRoutes are the pages and forms that no role decides on, each with its reason. A route
// for everybody that is not here fails, so that none becomes open unnoticed.
var openRoutes = map[string]string{
	"GET /":                                 "leads everybody to where their day begins",
	"GET /sign-in":                          "the form of guests",
	"POST /sign-in":                         "the form of guests",
	"POST /sign-out":                        "ends one's own session",
	"POST /preferences":                     "one's own language and theme",
	"GET /administrations":                  "where one works oneself",
	"POST /administrations":                 "goes over to where one works oneself",
	"GET /notices":                          "what one is told oneself",
	"POST /notices":                         "marks one's own notices as read",
	"GET /notices/:notice":                  "one's own notice",
	"GET /design":                           "shows components to developers, without data",
	"GET /design/:page":                     "shows components to developers, without data",
	"GET /comparison":                       "what is public, and what one's own engagements let be compared",
	"GET /engagements":                      "the engagements of one's own account",
	"GET /engagements/:engagement":          "one's own engagement or offer",
	"POST /engagements/:engagement/accept":  "answers an offer to oneself",
	"POST /engagements/:engagement/decline": "answers an offer to oneself",
	"POST /engagements/:engagement/give-up": "ends one's own engagement",
	"GET /sign-in/through":                  "the form of guests",
	"GET /sign-in/through/:code":            "leads guests to their administration's identity provider",
	"GET /sign-in/back":                     "the provider's answer is the proof",
	"GET /sign-out/through/:code":           "leads to the provider, of who has signed out",
	"GET /sign-in/factor":                   "the second step of signing in",
	"POST /sign-in/factor":                  "the second step of signing in",
	"GET /forgotten":                        "the form of guests",
	"POST /forgotten":                       "the form of guests; the same answer for everybody",
	"GET /password/:secret":                 "the link is the proof",
	"POST /password/:secret":                "the link is the proof",
	"GET /invitations/:secret":              "the link is the proof",
	"POST /invitations/:secret":             "the link is the proof",
	"GET /account":                          "one's own account",
	"GET /account/confirm":                  "one's own account",
	"POST /account/confirm":                 "one's own account",
	"POST /account/password":                "one's own account",
	"GET /account/authenticator":            "one's own second factor",
	"POST /account/authenticator":           "one's own second factor",
	"POST /account/authenticator/remove":    "one's own second factor",
	"GET /account/passkey":                  "one's own second factor",
	"POST /account/passkey":                 "one's own second factor",
	"POST /account/passkey/remove":          "one's own second factor",
	"POST /account/recovery":                "one's own second factor",
	"POST /account/sessions/end":            "one's own sessions",
	"POST /account/tokens":                  "one's own tokens",
	"POST /account/tokens/revoke":           "one's own tokens",
	"GET /handbook":                         "holds no data",
	"GET /handbook/:chapter":                "holds no data",
	"GET /access":                           "what one may do oneself",
}

// TestEveryRouteAsEveryRole is built from the table of routes: a new route has its cases
// without a line here. It asks every route as a guest and as every role, in the own, in another
// and in no existing administration, and holds what is let in to policies/expected.csv; then it
// sends another administration's identifiers to the real handlers. Under the race detector every
// route has its turn, with some of the roles.
func TestEveryRouteAsEveryRole(t *testing.T) {
	t.Parallel()
	k := newSmallKit(t)
	expected, err := access.Expected()
	if err != nil {
		t.Fatal(err)
	}
	callers := k.callers(t)
	t.Run("decisions", func(t *testing.T) { k.tryDecisions(t, callers, expected) })
	t.Run("identifiers of another administration", func(t *testing.T) { k.tryForeign(t, callers) })
}

// tried is somebody who tries every route.
type tried struct {
	role    access.Role // empty for a guest
	session *http.Cookie
	forgery string // a token for forms, good for this session
}

// engaged is who has an engagement in the first administration.
const engaged = "engaged"

// callers are a guest and somebody of every role, all of the first administration.
func (k *kit) callers(t *testing.T) []tried {
	t.Helper()
	person, err := k.accounts.Create(t.Context(), account.NewAccount{SignInName: engaged, Name: "Amina " + engaged, Password: password})
	if err == nil {
		// The row brings the expert into the administration and gives nothing: the engagement does.
		err = k.accounts.Join(t.Context(), person.ID, account.Membership{Tenant: k.first.ID, Role: string(access.Expert)})
	}
	if err != nil {
		t.Fatal(err)
	}
	all := []tried{{}}
	for _, role := range access.Roles {
		name := string(role)
		switch role {
		case access.Expert:
			name = engaged
		case access.InstallationOperator:
			name = "operator"
		}
		b := k.person(t, name)
		c := tried{role: role, forgery: b.forgery()}
		address := httptest.NewRequest(http.MethodGet, k.server.URL, nil).URL
		for _, cookie := range b.client.Jar.Cookies(address) {
			if cookie.Name == cookieSession {
				c.session = cookie
			}
		}
		if c.session == nil || c.forgery == "" {
			t.Fatalf("%s has no session", name)
		}
		all = append(all, c)
	}
	return all
}

// trespass looks at the first administration and, as another, at the second.
func (k *kit) trespass(t *testing.T) *trespass.View {
	t.Helper()
	return trespass.Open(t, k.superURL, k.first.ID.String(), k.second.ID.String())
}

// withEngagement is the pages where the person named engaged has an engagement in the first
// administration that grants all that one can.
func (k *kit) withEngagement(t *testing.T) *Server {
	t.Helper()
	table, err := access.Load()
	if err != nil {
		t.Fatal(err)
	}
	expert, err := k.accounts.ByName(t.Context(), engaged)
	if err != nil {
		t.Fatal(err)
	}
	var actions []string
	for _, action := range access.Actions {
		actions = append(actions, string(action))
	}
	k.trespass(t).Engage(t, expert.ID.String(), engaged, actions, testClock())
	if table.Scope(access.Expert, access.FigureRead) == access.ScopeNone {
		t.Fatal("an engagement can grant nothing: the test would not show anything")
	}
	return k.web
}

// reached is what a route answers here instead of doing something.
const reached = 299

// some are the callers that a test tries a route with: all of them, and under the race detector a guest and every fourth,
// other ones from route to route.
func some(route int, callers []tried) []tried {
	if !racing.Detected {
		return callers
	}
	chosen := []tried{callers[0]}
	for i := 1 + route%4; i < len(callers); i += 4 {
		chosen = append(chosen, callers[i])
	}
	return chosen
}

// gates are all routes with handlers that only say that they were reached.
func gates(s *Server) http.Handler {
	e := echo.New()
	for _, r := range s.routes() {
		r.handle = func(v *visit) error { return v.NoContent(reached) }
		e.Add(r.method, r.path, s.serve(r))
	}
	return e
}

// fill puts a value into every parameter of a path.
func fill(path, administration string, value func(name string) string) string {
	parts := strings.Split(path, "/")
	for i, part := range parts {
		name, isParameter := strings.CutPrefix(part, ":")
		switch {
		case isParameter && name == "administration":
			parts[i] = administration
		case isParameter:
			parts[i] = value(name)
		}
	}
	return strings.Join(parts, "/")
}

// ask sends a request as somebody, with a form that carries the session's token.
func (c tried) ask(t *testing.T, handler http.Handler, method, address, form string) *httptest.ResponseRecorder {
	t.Helper()
	request := httptest.NewRequestWithContext(t.Context(), method, address, nil)
	if method != http.MethodGet {
		request = httptest.NewRequestWithContext(t.Context(), method, address, strings.NewReader("forgery="+c.forgery+form))
		request.Header.Set(echo.HeaderContentType, echo.MIMEApplicationForm)
	}
	if c.session != nil {
		request.AddCookie(c.session)
	}
	recorder := httptest.NewRecorder()
	handler.ServeHTTP(recorder, request)
	return recorder
}

func (k *kit) tryDecisions(t *testing.T, callers []tried, expected access.Decisions) {
	server := k.withEngagement(t)
	handler := gates(server)
	anything := func(string) string { return "x" }
	decided := 0
	for i, r := range server.routes() {
		name := r.method + " " + r.path
		if _, open := openRoutes[name]; open != (r.audience == everyone || r.audience == anyPerson) {
			t.Errorf("%s: openRoutes says %v of whether no role decides on it", name, open)
		}
		for _, c := range some(i, callers) {
			scope := expected[c.role][r.action]
			want := false
			switch r.audience {
			case everyone:
				want = c.role != "" || r.method == http.MethodGet // a guest's form needs a session of its own
			case anyPerson:
				want = c.role != ""
			case operators:
				want = scope == access.ScopeInstallation
			case signedIn:
				want = scope != access.ScopeNone && scope != access.ScopeInstallation
			}
			got := c.ask(t, handler, r.method, fill(r.path, "karouma", anything), "")
			if (got.Code == reached) != want {
				t.Errorf("%s as %q: answered %d, expected to be let in: %v (scope %q)", name, c.role, got.Code, want, scope)
			}
			if !want && !refusedRight(r, c.role, got) {
				t.Errorf("%s as %q is refused with %d %s", name, c.role, got.Code, got.Header().Get("Location"))
			}
			decided++
			if r.audience != signedIn || c.role == "" {
				continue
			}
			foreign := c.ask(t, handler, r.method, fill(r.path, "oasis", anything), "")
			missing := c.ask(t, handler, r.method, fill(r.path, "atlantis", anything), "")
			if foreign.Code == reached || foreign.Code != missing.Code || foreign.Header().Get("Location") != strings.ReplaceAll(missing.Header().Get("Location"), "atlantis", "oasis") {
				t.Errorf("%s as %q in another administration: %d %s, in one that there is not: %d %s", name, c.role, foreign.Code, foreign.Header().Get("Location"),
					missing.Code, missing.Header().Get("Location"))
			}
		}
	}
	if decided < 100 {
		t.Fatalf("only %d decisions were tried", decided)
	}
}

// refusedRight: guests are led to sign in, who has not chosen an administration to the choice,
// and everybody else is told that it is not theirs.
func refusedRight(r route, role access.Role, got *httptest.ResponseRecorder) bool {
	location := got.Header().Get("Location")
	switch {
	case role == "" && r.method == http.MethodGet:
		return got.Code == http.StatusSeeOther && strings.HasPrefix(location, "/sign-in?")
	case role == "":
		return got.Code == http.StatusUnauthorized || got.Code == http.StatusForbidden // without a session no form is genuine
	case role == access.InstallationOperator && r.audience == signedIn && r.method == http.MethodGet:
		return got.Code == http.StatusSeeOther && strings.HasPrefix(location, "/administrations?")
	case role == access.InstallationOperator && r.audience == signedIn:
		return got.Code == http.StatusConflict
	}
	return got.Code == http.StatusForbidden
}

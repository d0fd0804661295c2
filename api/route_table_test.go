package api_test

import (
	"net/http"
	"net/http/httptest"
	"sort"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/labstack/echo/v4"

	"assay/api"
	"assay/deploy/local/dbtest/racing"
	"assay/deploy/local/dbtest/trespass"
	"assay/domain"
	"assay/domain/access"
	"assay/domain/account"
)

// openOperations are the operations that no role decides on, with their action and reason.
var openOperations = map[string]string{
	"IssueToken":    "public: gives a token for name and password",
	"WithdrawToken": "own: ends the token that is used",
	"WhoAmI":        "own: tells who the token is",
	"ListSessions":  "account: one's own sessions",
	"EndSessions":   "account: one's own sessions",
	"EndSession":    "account: one's own session",
	"ListTokens":    "account: one's own tokens",
	"CreateToken":   "account: one's own token",
	"RevokeToken":   "account: one's own token",
	"ListNotices":   "account: what one was told oneself",
	"ReadNotices":   "account: what one was told oneself",
	"OpenNotice":    "account: what one was told oneself",
}

// TestEveryOperationAsEveryRole is built from the API document: a new operation has its cases
// without a line here. It asks every operation as a guest, with a made-up token and as every role,
// and holds what is let in to policies/expected.csv; then it sends another administration's
// identifiers to the real handlers. Under the race detector every operation has its turn, with some
// of the roles.
func TestEveryOperationAsEveryRole(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	expected, err := access.Expected()
	if err != nil {
		t.Fatal(err)
	}
	callers := k.callers(t)
	operations := documented(t, k.document)
	t.Run("decisions", func(t *testing.T) { k.tryDecisions(t, callers, operations, expected) })
	t.Run("identifiers of another administration", func(t *testing.T) { k.tryForeign(t, callers, operations) })
}

// documentedOperation is one operation of the document.
type documentedOperation struct {
	*openapi3.Operation
	method, path, action string
}

func documented(t *testing.T, document *openapi3.T) (all []documentedOperation) {
	t.Helper()
	for path, item := range document.Paths.Map() {
		for method, o := range item.Operations() {
			action, _ := o.Extensions["x-action"].(string)
			all = append(all, documentedOperation{o, method, path, action})
		}
	}
	sort.Slice(all, func(i, j int) bool { return all[i].path+all[i].method < all[j].path+all[j].method })
	if len(all) < 20 {
		t.Fatalf("the document has %d operations", len(all))
	}
	return all
}

// caller is somebody who tries every operation.
type caller struct {
	name  string
	role  access.Role // empty for who may nothing
	token string
}

// engaged is who has an engagement in the first administration.
const engaged = "engaged"

// callers are a guest, somebody with a made-up token, and somebody of every role in the first
// administration. Who runs the installation belongs to none, and there is no token without one.
func (k *kit) callers(t *testing.T) []caller {
	t.Helper()
	// The row brings the expert into the administration and gives nothing: the engagement does.
	k.person(t, engaged, account.Membership{Tenant: k.first.ID, Role: string(access.Expert)})
	all := []caller{{name: "guest"}, {name: "made-up token", token: account.TokenPrefix + "made_up"}}
	for _, role := range access.Grantable {
		all = append(all, caller{string(role), role, k.tokens[string(role)]})
	}
	all = append(all, caller{engaged, access.Expert, k.tokens[engaged]})
	operator, err := k.services.Accounts.Create(t.Context(), account.NewAccount{SignInName: "operator", Name: "Amina operator", Password: password})
	if err == nil {
		err = k.services.Accounts.Appoint(t.Context(), operator.ID, string(access.InstallationOperator))
	}
	if err != nil {
		t.Fatal(err)
	}
	if token, _, err := k.services.Accounts.IssueToken(t.Context(), account.By{Account: operator.ID, SignInName: "operator", Tenant: k.first.ID}, account.NewToken{}); !domain.Is(err, domain.KindForbidden) {
		t.Errorf("an operator got the token %q of an administration: %v", token, err)
	}
	return all
}

// trespass looks at the first administration and, as another, at the second.
func (k *kit) trespass(t *testing.T) *trespass.View {
	t.Helper()
	return trespass.Open(t, k.superURL, k.first.ID.String(), k.second.ID.String())
}

// withEngagement are the services where the person named engaged has an engagement in the first
// administration that grants all that one can.
func (k *kit) withEngagement(t *testing.T) api.Services {
	t.Helper()
	expert, err := k.services.Accounts.ByName(t.Context(), engaged)
	if err != nil {
		t.Fatal(err)
	}
	var actions []string
	for _, action := range access.Actions {
		actions = append(actions, string(action))
	}
	k.trespass(t).Engage(t, expert.ID.String(), engaged, actions, testClock())
	return k.services
}

func (k *kit) tryDecisions(t *testing.T, callers []caller, operations []documentedOperation, expected access.Decisions) {
	e := echo.New()
	if err := api.Gates(e, k.withEngagement(t)); err != nil {
		t.Fatal(err)
	}
	for i, o := range operations {
		reason, open := openOperations[o.OperationID]
		if open != (o.action == "public" || o.action == "own" || o.action == "account") || open && !strings.HasPrefix(reason, o.action+":") {
			t.Errorf("%s has the action %q; openOperations says %q", o.OperationID, o.action, reason)
		}
		for _, c := range some(i, callers) {
			scope := expected[c.role][access.Action(o.action)]
			want := 0 // let in
			switch {
			case o.action == "public":
			case c.role == "":
				want = http.StatusUnauthorized
			case o.action == "own", o.action == "account":
			case scope == access.ScopeNone:
				want = http.StatusForbidden
			}
			got := c.send(t, e, o, o.fill(func(*openapi3.Parameter) string { return "x" }), "")
			// Behind the gate a made-up request is refused as invalid, or reaches the operation.
			in := got.Code == api.Reached || got.Code == http.StatusBadRequest
			if want == 0 && !in || want != 0 && got.Code != want {
				t.Errorf("%s as %s: answered %d %s, want %d (scope %q)", o.OperationID, c.name, got.Code, got.Body, want, scope)
			}
		}
	}
}

// some are the callers that a test tries an operation with: all of them, and under the race detector every fourth,
// other ones from operation to operation.
func some(operation int, callers []caller) (chosen []caller) {
	if !racing.Detected {
		return callers
	}
	for i := operation % 4; i < len(callers); i += 4 {
		chosen = append(chosen, callers[i])
	}
	return chosen
}

// fill puts a value into every parameter of the path.
func (o documentedOperation) fill(value func(*openapi3.Parameter) string) string {
	path := o.path
	for _, p := range o.Parameters {
		if p.Value.In == openapi3.ParameterInPath {
			path = strings.ReplaceAll(path, "{"+p.Value.Name+"}", value(p.Value))
		}
	}
	return path
}

func (c caller) send(t *testing.T, handler http.Handler, o documentedOperation, path, body string) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), o.method, api.BasePath+path, strings.NewReader(body))
	if c.token != "" {
		r.Header.Set(echo.HeaderAuthorization, "Bearer "+c.token)
	}
	if body != "" {
		r.Header.Set(echo.HeaderContentType, echo.MIMEApplicationJSON)
	}
	recorder := httptest.NewRecorder()
	handler.ServeHTTP(recorder, r)
	return recorder
}

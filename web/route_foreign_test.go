package web

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"
	"github.com/google/go-cmp/cmp"
	"github.com/labstack/echo/v4"

	"assay/deploy/local/dbtest/racing"
	"assay/deploy/local/dbtest/trespass"
)

// pathValues say, for each parameter in the path of a page, which statement finds a value that
// only the other administration ($1, not $2) has, and what a value looks like that nobody has.
// A parameter that is not here fails the test: add it with its statement. Without a statement the
// value is of the program, the same everywhere.
var pathValues = map[string]struct{ foreign, nobodys string }{
	"code":   {nobodys: "CLR01"},
	"page":   {nobodys: "board"},
	"batch":  {trespass.Batch, "0192aaaa-0000-7000-8000-000000000000"},
	"notice": {`SELECT notice_id::text FROM notice WHERE tenant_id = $1`, "0192aaaa-0000-7000-8000-000000000000"},
	"office": {`SELECT split_part(reference, '/', 1) ` + trespass.Declaration, "QQQQ"},
	"year":   {`SELECT split_part(reference, '/', 2) ` + trespass.Declaration, "2025"},
	"number": {`SELECT split_part(reference, '/', 3) ` + trespass.Declaration, "Z999999"},

	"contract":       {`SELECT contract_id::text FROM contract WHERE tenant_id = $1`, "0192aaaa-0000-7000-8000-000000000001"},
	"template":       {`SELECT template_id::text FROM contract_template WHERE tenant_id = $1`, "0192aaaa-0000-7000-8000-000000000002"},
	"month":          {nobodys: "2020-01"},
	"session":        {`SELECT session_id::text FROM evaluation_session WHERE tenant_id = $1`, "0192aaaa-0000-7000-8000-000000000006"},
	"evaluation":     {`SELECT evaluation_id::text FROM evaluation WHERE tenant_id = $1`, "0192aaaa-0000-7000-8000-000000000007"},
	"key":            {`SELECT key_id::text FROM seal_key WHERE tenant_id = $1`, "0192aaaa-0000-7000-8000-000000000005"},
	"invitation":     {`SELECT invitation_id::text FROM invitation WHERE tenant_id = $1`, "0192aaaa-0000-7000-8000-000000000003"},
	"account":        {trespass.Account, "0192aaaa-0000-7000-8000-000000000004"},
	"secret":         {nobodys: "nobody-was-ever-sent-this-link"},
	"chapter":        {nobodys: "nowhere"},
	"engagement":     {`SELECT engagement_id::text FROM engagement WHERE tenant_id = $1 AND tenant_id <> $2`, "0192aaaa-0000-7000-8000-000000000000"},
	"sequence":       {nobodys: "888888"},
	"person":         {trespass.Account, "0192aaaa-0000-7000-8000-000000000005"},
	"role":           {`SELECT code FROM own_role WHERE tenant_id = $1`, "own-nobodys"},
	"purpose":        {`SELECT purpose_id::text FROM purpose WHERE tenant_id = $1`, "0192aaaa-0000-7000-8000-000000000006"},
	"export":         {`SELECT export_id::text FROM tenant_export WHERE tenant_id = $1`, "0192aaaa-0000-7000-8000-000000000007"},
	"exhibit":        {nobodys: "777777"},
	"objection":      {`SELECT objection_id::text FROM objection WHERE tenant_id = $1`, "0192aaaa-0000-7000-8000-000000000007"},
	"meeting":        {`SELECT meeting_id::text FROM meeting WHERE tenant_id = $1`, "0192aaaa-0000-7000-8000-000000000008"},
	"recommendation": {`SELECT recommendation_id::text FROM recommendation WHERE tenant_id = $1`, "0192aaaa-0000-7000-8000-000000000009"},
	"own":            {`SELECT code FROM own_indicator WHERE tenant_id = $1`, "OWN77"},
}

// fieldsTogether are the fields of one request. What pages of figures take as filters stands alone:
// beside a name that they do not know they would refuse the whole request.
var fieldsTogether = [][]string{{"office"}, {"officer"}, {"tenant", "batch", "account"}}

// fieldValues are names under which forms and addresses carry identifiers, with the statement
// for a value of the other administration. All are sent to every route.
var fieldValues = map[string]string{
	"tenant":  `SELECT $1::uuid::text || substr($2::uuid::text, 1, 0)`,
	"batch":   trespass.Batch,
	"account": trespass.Account,
	"office":  trespass.Code("office"),
	"officer": trespass.Code("officer"),
}

// foreigner looks at the database from above.
type foreigner struct {
	*kit
	*trespass.View
	callers []tried
	handler http.Handler
	values  map[string]string // of pathValues, in the other administration
	fields  map[string]string // of fieldValues
	fielded map[string]int    // how many people have sent fields to a route
}

// slowRoutes take as long for everybody, on purpose (half a second, or the hash of a password). A guest and one other person are
// enough there: no role decides on them.
var slowRoutes = map[string]bool{"POST /forgotten": true, "POST /account/password": true}

// tryForeign sends the other administration's identifiers in path, query and form to every route
// as every role that the route lets in. The answer must be the one for identifiers that nobody
// has, must not hold anything of the other administration, and must not change anything there.
func (k *kit) tryForeign(t *testing.T, callers []tried) {
	f := k.foreigner(t, callers)
	before := f.Checksums(t)
	tried := 0
	for i, r := range k.web.routes() {
		people := rotated(callers, i)
		if slowRoutes[r.method+" "+r.path] {
			people = callers[:2]
		}
		for _, c := range people {
			if c.role == "" && r.audience != everyone || r.path == "/sign-out" || r.path == in+"/live" { // a stream does not end; who may open it is tried with the decisions
				continue
			}
			requests, letIn := f.try(t, r, c)
			if tried += requests; letIn && racing.Detected {
				break // the handler has run
			}
		}
	}
	if diff := cmp.Diff(before, f.Checksums(t)); diff != "" {
		t.Errorf("the other administration has changed (-before +after):\n%s", diff)
	}
	if tried < 100 {
		t.Fatalf("only %d requests were tried", tried)
	}
}

func (k *kit) foreigner(t *testing.T, callers []tried) *foreigner {
	t.Helper()
	f := &foreigner{kit: k, View: k.trespass(t), callers: callers, values: map[string]string{}, fields: map[string]string{}, fielded: map[string]int{}}
	e := echo.New()
	if err := k.withEngagement(t).Mount(e); err != nil {
		t.Fatal(err)
	}
	f.handler = e
	f.Plant(t)
	f.Give(t)
	for name, v := range pathValues {
		if f.values[name] = v.nobodys; v.foreign != "" {
			f.values[name] = f.Find(t, v.foreign)
		}
	}
	for name, statement := range fieldValues {
		f.fields[name] = f.Find(t, statement)
	}
	f.Save(t, "sign_in_session")
	return f
}

// rotated are all callers, beginning with another from route to route.
func rotated(callers []tried, route int) []tried {
	first := route % len(callers)
	return slices.Concat(callers[first:], callers[:first])
}

// try asks one route as one person: with the other administration's identifiers and with nobody's. It
// says how many requests that were, and whether the person was let in.
func (f *foreigner) try(t *testing.T, r route, c tried) (count int, letIn bool) {
	t.Helper()
	lookup := func(foreign bool) func(string) string {
		return func(name string) string {
			v, known := pathValues[name]
			if !known {
				t.Fatalf("%s %s: pathValues does not say what :%s is", r.method, r.path, name)
			}
			if foreign {
				return url.PathEscape(f.values[name])
			}
			return url.PathEscape(v.nobodys)
		}
	}
	foreign, nobodys := fill(r.path, "karouma", lookup(true)), fill(r.path, "karouma", lookup(false))
	count = 2
	code := f.compare(t, r, c, foreign, nobodys, "", "")
	refused := code == http.StatusForbidden || code == http.StatusNotFound && r.audience == operators
	// Who is refused is refused whatever else is sent; and fields are read by the same code for
	// all who are let in, so that three of them are enough. Under the race detector the handler has run.
	if refused || f.fielded[r.method+r.path] >= racing.Of(0, 3) {
		return count, !refused
	}
	f.fielded[r.method+r.path]++
	for _, names := range fieldsTogether {
		of, none := "", ""
		for _, name := range names {
			of += "&" + name + "=" + url.QueryEscape(f.fields[name])
			none += "&" + name + "=" + nobodysLike(f.fields[name])
		}
		if r.method == http.MethodGet {
			f.compare(t, r, c, nobodys+"?"+of[1:], nobodys+"?"+none[1:], "", "")
		} else {
			f.compare(t, r, c, nobodys, nobodys, of, none)
		}
		count += 2
	}
	return count, true
}

// nobodysLike is a value of the same form that nobody has.
func nobodysLike(value string) string {
	if len(value) == 36 && strings.Count(value, "-") == 4 {
		return "0192aaaa-0000-7000-8000-000000000000"
	}
	return strings.Repeat("Q", len(value))
}

// compare sends both requests and gives the status of the one with what nobody has. What differs between the answers only because it repeats what was
// sent is made equal first. A page may also change by itself between the two requests (the size of the database on disk): what differs is asked again,
// since a difference that comes from what was sent comes back every time.
func (f *foreigner) compare(t *testing.T, r route, c tried, foreign, nobodys, foreignForm, nobodysForm string) int {
	t.Helper()
	what := r.method + " " + foreign + " " + foreignForm + " as " + string(c.role)
	for attempt := 1; ; attempt++ {
		got, want := f.send(t, r, c, foreign, foreignForm), f.send(t, r, c, nobodys, nobodysForm)
		if got.Code >= http.StatusInternalServerError && got.Code != http.StatusServiceUnavailable {
			t.Errorf("%s: answered %d", what, got.Code)
		}
		if got.Code != want.Code {
			t.Errorf("%s: answered %d, and %d for what nobody has", what, got.Code, want.Code)
			return want.Code
		}
		text := shownText(t, got.Body.String())
		f.holdsNoSecret(t, what, text, foreign+foreignForm, r)
		same, other := f.neutral(text), f.neutral(shownText(t, want.Body.String()))
		if same == other || got.Code == http.StatusOK {
			return want.Code
		}
		if attempt == 3 {
			t.Errorf("%s: what is said differs from what is said of what nobody has (-foreign +nobody's):\n%s", what, cmp.Diff(same, other))
			return want.Code
		}
	}
}

// send asks one route, and takes back what a request that writes has done to the sessions.
func (f *foreigner) send(t *testing.T, r route, c tried, path, form string) *httptest.ResponseRecorder {
	t.Helper()
	answer := c.ask(t, f.handler, r.method, path, form)
	if r.method != http.MethodGet {
		f.restore(t)
	}
	return answer
}

// holdsNoSecret looks for what is of the other administration, except what the request itself sent.
func (f *foreigner) holdsNoSecret(t *testing.T, what, text, sent string, r route) {
	t.Helper()
	for _, secret := range f.secrets(r) {
		if strings.Contains(text, secret) && !strings.Contains(sent, url.QueryEscape(secret)) && !strings.Contains(sent, secret) {
			t.Errorf("%s: the answer holds %q of the other administration: %.300s", what, secret, text)
		}
	}
}

// secrets are what an answer of a route may not hold. Who runs the installation sees the names of
// its administrations; the audit record of one's own administration holds what its own people
// have asked for, and with it the identifiers that this test sends.
func (f *foreigner) secrets(r route) []string {
	switch {
	case r.audience == operators:
		return []string{trespass.Planted, f.values["batch"]}
	case strings.HasPrefix(r.path, in+"/audit"):
		return []string{trespass.Planted, "Oasis Customs"}
	}
	return []string{trespass.Planted, f.second.ID.String(), "Oasis Customs", f.values["batch"]}
}

// restore brings back every session as it was, since some routes end sessions.
func (f *foreigner) restore(t *testing.T) {
	t.Helper()
	f.Restore(t, "sign_in_session")
}

// neutral takes out of a text what was sent.
func (f *foreigner) neutral(text string) string {
	for name, value := range f.values {
		text = strings.ReplaceAll(text, value, "…")
		text = strings.ReplaceAll(text, pathValues[name].nobodys, "…")
	}
	for _, value := range f.fields {
		text = strings.ReplaceAll(text, value, "…")
		text = strings.ReplaceAll(text, nobodysLike(value), "…")
	}
	return text
}

// shownText is what a reader sees of an answer.
func shownText(t *testing.T, body string) string {
	t.Helper()
	document, err := goquery.NewDocumentFromReader(strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	return strings.Join(strings.Fields(document.Find("main").Text()), " ")
}

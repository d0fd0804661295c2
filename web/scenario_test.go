package web

import (
	"bytes"
	"context"
	"encoding/csv"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"
	"github.com/xuri/excelize/v2"

	"assay/deploy/local/dbtest/racing"
	"assay/domain/access"
	"assay/domain/contract"
	"assay/domain/indicator"
	"assay/domain/store"
)

// TestPages runs everything that needs data on one kit. What changes data comes last.
func TestPages(t *testing.T) {
	t.Parallel()
	k := newKit(t, kitSize())
	t.Run("who may open what", k.testAudience)
	t.Run("sign-in", k.testSignIn)
	t.Run("forged forms", k.testForged)
	t.Run("preferences", k.testPreferences)
	t.Run("administrations", k.testAdministrations)
	t.Run("home", k.testHome)
	t.Run("upper targets", k.testUpperTargets)
	t.Run("board", k.testBoard)
	t.Run("drill", k.testDrill)
	t.Run("scope", k.testScope)
	t.Run("week", k.testWeek)
	t.Run("downloads", k.testDownloads)
	t.Run("downloads of rows", k.testRowDownloads)
	t.Run("browser", k.testWalk)
	t.Run("journeys", k.testJourneys)
	t.Run("weights", k.testWeights)
	t.Run("live", k.testLive)
	t.Run("engagements", k.testEngagements)
	t.Run("audit record", k.testAudit)
	t.Run("imports", k.testImports)
	t.Run("settings", k.testSettings)
	t.Run("exports", k.testExports)
	t.Run("comparison", k.testComparison)
	t.Run("first run", k.testFirstRun)
	t.Run("installation", k.testInstallation)
}

// aReference finds a declaration by following a figure, as a reader would.
func (k *kit) aReference(t *testing.T) string {
	t.Helper()
	page := k.person(t, "director_general").get("/in/karouma/indicators/CLR01/declarations")
	address := page.page.Find("#rows tbody a").First().AttrOr("href", "")
	if page.status != http.StatusOK || !strings.HasPrefix(address, "/in/karouma/declarations/") {
		t.Fatalf("no declaration behind CLR01: %d %s", page.status, page.text())
	}
	return address
}

// scenario is one request and what must come back. To names where a redirect must lead.
type scenario struct {
	who    string // empty for a guest
	path   string
	status int
	to     string
	has    string // in the page's text
}

func (k *kit) run(t *testing.T, scenarios []scenario) {
	t.Helper()
	browsers := map[string]*browser{}
	for _, s := range scenarios {
		b := browsers[s.who]
		if b == nil {
			if b = k.guest(t); s.who != "" {
				b = k.person(t, s.who)
			}
			browsers[s.who] = b
		}
		answer := b.get(s.path)
		if answer.status != s.status || !strings.HasPrefix(answer.location, s.to) {
			t.Errorf("%q %s: %d %s, want %d %s", s.who, s.path, answer.status, answer.location, s.status, s.to)
			continue
		}
		if s.has != "" && !strings.Contains(answer.text(), s.has) {
			t.Errorf("%q %s: the page does not say %q: %.300s", s.who, s.path, s.has, answer.text())
		}
	}
}

// testAudience begins, for every page of an administration, with a guest, somebody of another
// administration, and the wrong role.
func (k *kit) testAudience(t *testing.T) {
	declaration := k.aReference(t)
	batches, err := k.warehouse.Batches(t.Context(), k.first.ID, testClock().AddDate(1, 0, 0), 1)
	if err != nil || len(batches) != 1 {
		t.Fatalf("batches: %v, %v", batches, err)
	}
	batch := "/in/karouma/imports/" + batches[0].ID.String()
	pages := []struct{ path, allowed, refused string }{
		{"/in/karouma", "administrator", ""},
		{"/in/karouma/board", "director_general", "administrator"},
		{"/in/karouma/week", "head_of_office", "administrator"},
		{"/in/karouma/indicators/CLR01", "analyst", "administrator"},
		{"/in/karouma/indicators/CLR01/declarations", "auditor", "administrator"},
		{"/in/karouma/indicators/CLR01/breakdown.csv", "deputy", "officer"},
		{"/in/karouma/indicators/CLR01/breakdown.xlsx", "deputy", "officer"},
		{"/in/karouma/indicators/CLR01/declarations.csv", "auditor", "officer"},
		{"/in/karouma/indicators/CLR01/declarations.xlsx", "head_of_office", "human_resources"},
		{"/in/karouma/indicators/CLR01/sql", "officer", ""},
		{declaration, "director_general", "administrator"},
		{"/in/karouma/imports", "data_officer", "officer"},
		{batch, "data_officer", "head_of_office"},
		{batch + "/rejects.csv", "auditor", "officer"},
		{"/in/karouma/dictionary", "officer", ""},
		{"/in/karouma/people", "administrator", "officer"},
		{"/in/karouma/settings", "administrator", "officer"},
		{"/in/karouma/settings/thresholds", "data_officer", "head_of_office"},
		{"/in/karouma/settings/calendar", "auditor", "analyst"},
		{"/in/karouma/settings/calendar/" + k.office, "deputy", "officer"},
		{"/in/karouma/settings/exports", "administrator", "director_general"},
		{"/in/karouma/settings/exports/x", "", "data_officer"}, // one that exists is downloaded in the tests of exports
		{"/in/karouma/settings/disclosure", "administrator", "officer"},
		{"/in/karouma/comparison", "director_general", "officer"},
		{"/in/karouma/first-run", "data_officer", "officer"},
		{"/in/karouma/logo.png", "", ""}, // uploaded and fetched in the tests of settings
		{"/in/karouma/people/" + k.accountOf(t, "analyst"), "administrator", "officer"},
		{"/in/karouma/engagements", "administrator", "officer"},
		{"/in/karouma/engagements/0192aaaa-0000-7000-8000-000000000000", "", "officer"}, // one that exists is opened in the tests of engagements
		{"/in/karouma/audit", "auditor", "officer"},
		{"/in/karouma/audit.csv", "auditor", "officer"},
		{"/in/karouma/audit.jsonl", "auditor", "officer"},
		{"/in/karouma/audit/1", "auditor", "officer"},
		{"/in/karouma/live", "", "administrator"}, // whom it lets in, testLive sees: the answer does not end
	}
	own, err := k.web.Contracts.List(t.Context(), k.first, contract.Reader{Scope: access.ScopeAdministration}, contract.Filter{})
	if err != nil || len(own) != 1 {
		t.Fatalf("contracts: %v, %v", own, err)
	}
	pages = append(pages, []struct{ path, allowed, refused string }{
		{"/in/karouma/contracts", "officer", "data_officer"},
		{"/in/karouma/contracts/new", "deputy", "auditor"},
		{"/in/karouma/contracts/sitting", "director_general", "auditor"},
		{"/in/karouma/seal", "officer", ""},
		{"/in/karouma/provider", "administrator", "officer"},
		{"/in/karouma/provider/try", "", "officer"},                       // leads to a provider, see the tests of single sign-on
		{"/in/karouma/seal/0192aaaa-0000-7000-8000-000000000000", "", ""}, // one that exists is downloaded in the tests of seals
		{"/in/karouma/contracts/" + own[0].ID.String() + "/paper", "", "data_officer"},
		{"/in/karouma/contracts/" + own[0].ID.String(), "officer", "data_officer"},
		{"/in/karouma/contracts/" + own[0].ID.String() + "/scorecards/2025-10", "officer", "human_resources"},
		{"/in/karouma/contracts/" + own[0].ID.String() + "/scorecards/2025-10/card.json", "head_of_office", "data_officer"},
		{"/in/karouma/contracts/" + own[0].ID.String() + "/scorecards/2025-10/object", "officer", "auditor"},
		{"/in/karouma/scorecards", "officer", "data_officer"},
		{"/in/karouma/objections", "auditor", "data_officer"},
		{"/in/karouma/objections/0192aaaa-0000-7000-8000-000000000007", "", "data_officer"}, // one that exists is opened in the tests of objections
		{"/in/karouma/objections/0192aaaa-0000-7000-8000-000000000007/evidence/1", "", "data_officer"},
		{"/in/karouma/meetings", "auditor", "human_resources"},
		{"/in/karouma/meetings/new", "head_of_office", "officer"},
		{"/in/karouma/meetings/0192aaaa-0000-7000-8000-000000000008", "", "data_officer"},
		{"/in/karouma/meetings/0192aaaa-0000-7000-8000-000000000008/minutes.pdf", "", "data_officer"},
		{"/in/karouma/evaluations", "director_general", "officer"},
		{"/in/karouma/evaluations/0192aaaa-0000-7000-8000-000000000009", "", "analyst"}, // one that exists is held in the tests of contracts
		{"/in/karouma/evaluations/0192aaaa-0000-7000-8000-000000000009/ceremony", "", "analyst"},
		{"/in/karouma/contracts/" + own[0].ID.String() + "/evaluations", "officer", "data_officer"},
		{"/in/karouma/contracts/" + own[0].ID.String() + "/evaluations/0192aaaa-0000-7000-8000-000000000009/letter", "", "data_officer"},
		{"/in/karouma/outcomes", "human_resources", "officer"},
		{"/in/karouma/templates", "analyst", "officer"},
		{"/in/karouma/templates/" + own[0].Template.String(), "director_general", "head_of_office"},
		{"/in/karouma/targets", "analyst", "officer"},
		{"/in/karouma/programme", "human_resources", "data_officer"},
		{"/in/karouma/access/" + k.accountOf(t, "analyst"), "administrator", ""},
		{"/in/karouma/roles", "administrator", "director_general"},
		{"/in/karouma/roles/new", "administrator", "analyst"},
		{"/in/karouma/roles/own-tried", "administrator", "auditor"},
		{"/in/karouma/purposes", "analyst", "director_general"},
		{"/in/karouma/own-indicators", "analyst", "auditor"},
		{"/in/karouma/own-indicators/new", "analyst", "administrator"},
		{"/in/karouma/own-indicators/OWN01", "deputy", "officer"},
		{"/in/karouma/programme/reports/2025-11", "auditor", "data_officer"},
	}...)
	tried := &access.OwnRole{Code: "own-tried", Names: map[string]string{"en": "Tried"}, Permissions: map[access.Action]access.Scope{access.FigureRead: access.ScopeAdministration}}
	if err := k.web.Access.AddRole(t.Context(), k.first.ID, tried, []string{"en"}, access.Author{Name: "test"}); err != nil {
		t.Fatal(err)
	}
	if _, err := k.web.Indicators.SaveOwn(t.Context(), k.first, indicator.Author{SignInName: "test", At: k.web.Clock()}, indicator.Own{Names: map[string]string{"en": "Tried", "fr": "Essai"}, Unit: indicator.Count,
		Direction: indicator.Context, Formula: indicator.Formula{Rows: "declaration", Text: "count()"}}); err != nil {
		t.Fatal(err)
	}
	covered := map[string]bool{}
	for _, r := range k.web.routes() {
		if r.audience == signedIn && r.method == http.MethodGet {
			covered[r.path] = false
		}
	}
	var scenarios []scenario
	for _, p := range pages {
		for path := range covered {
			covered[path] = covered[path] || fits(path, p.path)
		}
		scenarios = append(scenarios, scenario{"", p.path, http.StatusSeeOther, "/sign-in?return=", ""},
			scenario{"other", p.path, http.StatusNotFound, "", "does not exist"},
			scenario{"expert", p.path, http.StatusSeeOther, "/administrations?return=", ""})
		if p.allowed != "" {
			scenarios = append(scenarios, scenario{p.allowed, p.path, http.StatusOK, "", ""})
		}
		if p.refused != "" {
			scenarios = append(scenarios, scenario{p.refused, p.path, http.StatusForbidden, "", "Your role does not show this"})
		}
	}
	k.run(t, scenarios)
	for path, tried := range covered {
		if !tried {
			t.Errorf("no scenario opens %s", path)
		}
	}
	k.run(t, []scenario{
		{"director_general", "/in/nowhere-at-all/board", http.StatusNotFound, "", ""},
		{"director_general", "/in/karouma/indicators/CLR99", http.StatusNotFound, "", ""},
		{"director_general", "/in/karouma/board?period=2026-13", http.StatusBadRequest, "", "2026-13"},
		{"director_general", "/in/karouma/indicators/CLR01?by=colour", http.StatusBadRequest, "", "colour"},
		{"director_general", "/in/karouma/indicators/CLR01?colour=red", http.StatusBadRequest, "", "colour"},
		{"director_general", "/in/karouma/declarations/XXX/2025/C1", http.StatusNotFound, "", ""},
		{"director_general", "/in/karouma/declarations/XXX/soon/C1", http.StatusNotFound, "", ""},
		{"data_officer", "/in/karouma/imports/none", http.StatusNotFound, "", ""},
		{"director_general", "/no/such/page", http.StatusNotFound, "", "does not exist"},
		{"", "/no/such/page", http.StatusNotFound, "", "does not exist"},
		{"director_general", "/in/karouma/indicators/INT03", http.StatusOK, "", "Not available yet"},
	})
}

// fits reports whether an address is one of a route.
func fits(route, address string) bool {
	a, b := strings.Split(route, "/"), strings.Split(address, "/")
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != b[i] && !strings.HasPrefix(a[i], ":") {
			return false
		}
	}
	return true
}

func (k *kit) testSignIn(t *testing.T) {
	b := k.guest(t)
	for name, form := range map[string]url.Values{
		"wrong password": {"name": {"analyst"}, "password": {"not the password"}},
		"unknown name":   {"name": {"no-one"}, "password": {password}},
	} {
		answer := b.post("/sign-in", form)
		if answer.status != http.StatusUnauthorized || !strings.Contains(answer.text(), "Name or password is wrong.") {
			t.Errorf("%s: %d %s", name, answer.status, answer.text())
		}
	}
	if answer := b.post("/sign-in", url.Values{"name": {"nobody"}, "password": {password}}); answer.status != http.StatusForbidden {
		t.Errorf("an account of no administration: %d", answer.status)
	}
	if answer := b.post("/sign-in", url.Values{"name": {"analyst"}, "password": {password}, "return": {"https://evil.example/"}}); answer.location != "/" {
		t.Errorf("sign-in leads to %q", answer.location)
	}
	if answer := b.get("/"); answer.location != "/in/karouma" {
		t.Errorf("the first page of an analyst is %q", answer.location)
	}
	if answer := k.person(t, "administrator").get("/"); answer.location != "/in/karouma" {
		t.Errorf("the first page of an administrator is %q", answer.location)
	}
	if answer := b.post("/sign-out", url.Values{}); answer.location != "/sign-in" {
		t.Errorf("sign-out leads to %q", answer.location)
	}
	if answer := b.get("/in/karouma/board"); answer.status != http.StatusSeeOther {
		t.Errorf("after sign-out the board answers %d", answer.status)
	}
	page := k.guest(t).get("/sign-in")
	if page.page.Find(".demo-person").Length() != 1 {
		t.Error("the demonstration's people are not offered")
	}
	policy := page.header.Get("Content-Security-Policy")
	nonce := page.page.Find("script[src]").First().AttrOr("nonce", "")
	if nonce == "" || !strings.Contains(policy, "'nonce-"+nonce+"'") || strings.Contains(policy, "unsafe") {
		t.Errorf("policy %q with nonce %q", policy, nonce)
	}
	if page.header.Get("Cache-Control") != "no-store" || page.header.Get("X-Content-Type-Options") != "nosniff" {
		t.Errorf("headers: %v", page.header)
	}
}

func (k *kit) testForged(t *testing.T) {
	b := k.person(t, "data_officer")
	if answer := b.submit("/preferences", url.Values{"language": {"fr"}}); answer.status != http.StatusForbidden {
		t.Errorf("a form without token: %d", answer.status)
	}
	if answer := b.submit("/preferences", url.Values{"language": {"fr"}, "forgery": {mask("another's token")}}); answer.status != http.StatusForbidden {
		t.Errorf("a form with another token: %d", answer.status)
	}
	token := b.forgery()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, k.server.URL+"/preferences", strings.NewReader(url.Values{"forgery": {token}}.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	request.Header.Set("Sec-Fetch-Site", "cross-site")
	if answer := b.do(request); answer.status != http.StatusForbidden {
		t.Errorf("a form from another site: %d", answer.status)
	}
	if answer := b.upload("/in/karouma/imports", mask("wrong"), map[string]string{"format": "ndjson"}, "a.ndjson", "{}"); answer.status != http.StatusForbidden {
		t.Errorf("an upload with another token: %d", answer.status)
	}
	if answer := b.submit("/preferences", url.Values{"language": {strings.Repeat("x", 70_000)}}); answer.status != http.StatusTooManyRequests {
		t.Errorf("a form that is too long: %d", answer.status)
	}
}

func (k *kit) testPreferences(t *testing.T) {
	b, open := k.person(t, "analyst"), k.person(t, "analyst")
	if answer := b.post("/preferences", url.Values{"language": {"ar"}, "return": {"/in/karouma/board"}}); answer.location != "/in/karouma/board" {
		t.Fatalf("%d %s", answer.status, answer.location)
	}
	page := b.get("/in/karouma/board")
	if page.page.Find("html").AttrOr("dir", "") != "rtl" || !strings.Contains(page.text(), "لوحة المؤشرات") {
		t.Error("the board is not in Arabic")
	}
	if got := open.get("/in/karouma/board").page.Find("html").AttrOr("lang", ""); got != "ar" {
		t.Errorf("the language did not reach a session that was open: %s", got)
	}
	elsewhere := k.person(t, "analyst") // another device: no cookie of the first
	if got := elsewhere.get("/in/karouma/board").page.Find("html").AttrOr("lang", ""); got != "ar" {
		t.Errorf("the language did not follow to another device: %s", got)
	}
	err := k.db.InTenant(t.Context(), k.first.ID, func(_ context.Context, tx *store.Tx) error {
		var rows int
		err := tx.Raw(`SELECT count(*) FROM audit_record WHERE tenant_id = ? AND action = 'account.language' AND after::text = '"ar"'`, k.first.ID.String()).Scan(&rows).Error
		if rows != 1 {
			t.Errorf("%d rows tell of the language", rows)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	elsewhere.post("/preferences", url.Values{"language": {"en"}})
	b.post("/preferences", url.Values{"theme": {"dark"}})
	if theme := b.get("/in/karouma/board").page.Find("html").AttrOr("data-theme", ""); theme != "dark" {
		t.Errorf("theme %q", theme)
	}
}

func (k *kit) testAdministrations(t *testing.T) {
	b := k.person(t, "expert")
	page := b.get("/administrations?return=/in/oasis/board")
	if n := page.page.Find(".choose-card").Length(); n != 2 {
		t.Fatalf("%d memberships are offered", n)
	}
	if answer := b.post("/administrations", url.Values{"tenant": {k.second.ID.String()}, "return": {"/in/oasis/board"}}); answer.location != "/in/oasis/board" {
		t.Fatalf("%d %s", answer.status, answer.location)
	}
	k.run(t, []scenario{{"newcomer", "/administrations", http.StatusOK, "", "Nulle part"}})
	if answer := b.get("/in/oasis/board"); answer.status != http.StatusOK {
		t.Errorf("the other board: %d", answer.status)
	}
	if answer := b.get("/in/karouma/board"); !strings.HasPrefix(answer.location, "/administrations") {
		t.Errorf("the first board: %d %s", answer.status, answer.location)
	}
	if answer := k.person(t, "other").post("/administrations", url.Values{"tenant": {k.first.ID.String()}}); answer.status != http.StatusForbidden {
		t.Errorf("a stranger goes over: %d", answer.status)
	}
	newcomer := k.person(t, "newcomer")
	newcomer.post("/administrations", url.Values{"tenant": {k.empty.ID.String()}, "role": {"analyst"}})
	if answer := newcomer.get("/in/nowhere/board"); answer.status != http.StatusOK || answer.page.Find(".empty").Length() != 1 {
		t.Errorf("a board without data: %d %s", answer.status, answer.text())
	}
}

func (k *kit) testBoard(t *testing.T) {
	answer := k.person(t, "director_general").get("/in/karouma/board?period=2025-10")
	checkReal(t, answer)
	codes := map[string]bool{}
	answer.page.Find(".scorecard tbody tr").Each(func(_ int, row *goquery.Selection) {
		code := row.Find(".score-meta .code").Text()
		codes[code] = true
		if row.Find(".score-name a").AttrOr("href", "") != "/in/karouma/indicators/"+code+"?period=2025-10" {
			t.Errorf("%s leads to %s", code, row.Find(".score-name a").AttrOr("href", ""))
		}
		figure := strings.TrimSpace(row.Find(".score-figure").Text())
		if figure == "" {
			t.Errorf("%s shows nothing", code)
		}
	})
	for _, d := range indicator.All() {
		if !codes[d.Code] {
			t.Errorf("%s is not on the board", d.Code)
		}
	}
	// The twelve months before are those of the year before: they stand there once.
	year := k.person(t, "director_general").get("/in/karouma/board?period=2025")
	if heads := year.page.Find(".scorecard").First().Find("thead th"); heads.Length() != 5 || year.page.Find(".score-year").Length() != 0 {
		t.Errorf("a year's board has %d columns", heads.Length())
	}
	// The page says the same as the room.
	from, to := days(mustPeriod(t, "2025-10"))
	results, err := k.indicators.Compute(t.Context(), k.first, indicator.Request{Codes: []string{"CLR01"}, From: from, To: to})
	if err != nil {
		t.Fatal(err)
	}
	row := answer.page.Find("a[href^='/in/karouma/indicators/CLR01?']").First().Closest("tr")
	bundle := k.web.bundle.Locale("en", "", nil)
	if want := bundle.Decimal(*results[0].Total.Value, 1); row.Find(".figure-number").First().Text() != want {
		t.Errorf("CLR01 is shown as %q, computed as %s", row.Find(".figure-number").First().Text(), want)
	}
}

// checkReal checks a page on real data as fixtures are checked.
func checkReal(t *testing.T, a *answer) {
	t.Helper()
	if a.status != http.StatusOK {
		t.Fatalf("%d: %.400s", a.status, a.text())
	}
	if strings.Contains(a.body, "⟦") || strings.Contains(a.body, "ZgotmplZ") {
		t.Errorf("untranslated or unsafe: %.200s", a.body[strings.Index(a.body, "⟦")+1:])
	}
	checkIdentifiers(t, a.page)
	checkLabels(t, a.page)
}

// TestEveryIndicatorHasItsPages opens every indicator, its rule and its cases.
func TestEveryIndicatorHasItsPages(t *testing.T) {
	t.Parallel()
	racing.Unwatched(t)
	k := newKit(t, kitSize())
	b := k.person(t, "director_general")
	for _, d := range indicator.All() {
		answer := b.get("/in/karouma/indicators/" + d.Code + "?period=2025")
		checkReal(t, answer)
		if !d.Available() {
			continue
		}
		if answer.page.Find(".chart-table tbody tr").Length() == 0 && answer.page.Find(".figure-none").Length() == 0 {
			t.Errorf("%s has no course", d.Code)
		}
		checkReal(t, b.get("/in/karouma/indicators/"+d.Code+"/sql?period=2025"))
		address := answer.page.Find(".parts a").Last().AttrOr("href", "")
		if address == "" {
			t.Errorf("%s leads to no rows", d.Code)
			continue
		}
		checkReal(t, b.get(address))
	}
}

// testDrill goes from the nation to one declaration by the links alone.
func (k *kit) testDrill(t *testing.T) {
	b := k.person(t, "analyst")
	page := b.get("/in/karouma/indicators/CLR01?period=2025&by=office")
	checkReal(t, page)
	first := page.page.Find(".breakdown-table tbody tr").First()
	office := page.page.Find(".breakdown-table tbody th a").First().AttrOr("href", "")
	if !strings.Contains(office, "office=") {
		t.Fatalf("the first office leads to %q", office)
	}
	inside := b.get(office)
	checkReal(t, inside)
	if got, want := inside.page.Find(".headline-value .figure-number").Text(), first.Find(".figure-number").Text(); got != want {
		t.Errorf("inside the office the figure is %s, in the table it was %s", got, want)
	}
	if n := inside.page.Find(".drill li").Length(); n != 2 {
		t.Errorf("the path has %d steps", n)
	}
	rows := b.get(inside.page.Find(".parts a").Last().AttrOr("href", ""))
	checkReal(t, rows)
	declaration := b.get(rows.page.Find("#rows tbody a").First().AttrOr("href", ""))
	checkReal(t, declaration)
	if declaration.page.Find(".event").Length() == 0 || declaration.page.Find(".items tbody tr").Length() == 0 {
		t.Errorf("the declaration shows no events or items: %.300s", declaration.text())
	}
	sorted := b.get("/in/karouma/indicators/CLR01?period=2025&by=office&sort=name")
	if page.page.Find("th[aria-sort=descending]").Length() != 1 || sorted.page.Find("th[aria-sort=ascending]").Length() != 1 {
		t.Error("the table does not say how it is sorted")
	}
}

// testScope: a head sees the own office, an officer the own acts, and nothing beyond.
func (k *kit) testScope(t *testing.T) {
	all := k.person(t, "director_general").get("/in/karouma/indicators/CLR01?period=2025&office=" + k.office)
	own := k.person(t, "head_of_office").get("/in/karouma/indicators/CLR01?period=2025")
	checkReal(t, own)
	if a, b := all.page.Find(".headline-value").Text(), own.page.Find(".headline-value").Text(); a != b {
		t.Errorf("the head sees %s, the office is %s", b, a)
	}
	if own.page.Find("select#office").Length() != 0 {
		t.Error("a head is offered other offices")
	}
	elsewhere := k.declarationElsewhere(t)
	k.run(t, []scenario{
		{"head_of_office", "/in/karouma/board?period=2025", http.StatusOK, "", ""},
		{"head_of_office", "/in/karouma/indicators/CLR01?office=ELSEWHERE", http.StatusForbidden, "", ""},
		{"head_of_office", elsewhere, http.StatusForbidden, "", ""},
		{"officer", "/in/karouma/board?period=2025", http.StatusOK, "", "Your own work"},
		{"officer", "/in/karouma/indicators/CLR01?officer=somebody", http.StatusForbidden, "", ""},
		{"officer", "/in/karouma/indicators/TRN04?period=2025", http.StatusOK, "", "Not available yet"},
		{"officer", elsewhere, http.StatusNotFound, "", ""},
	})
}

// declarationElsewhere is a declaration of another office than the kit's.
func (k *kit) declarationElsewhere(t *testing.T) string {
	t.Helper()
	page := k.person(t, "director_general").get("/in/karouma/indicators/CLR01/declarations?period=2025")
	found := ""
	page.page.Find("#rows tbody a").Each(func(_ int, s *goquery.Selection) {
		if address := s.AttrOr("href", ""); found == "" && !strings.Contains(address, "/"+k.office+"/") {
			found = address
		}
	})
	if found == "" {
		t.Fatal("all declarations are of one office")
	}
	return found
}

func (k *kit) testDownloads(t *testing.T) {
	b := k.person(t, "analyst")
	answer := b.get("/in/karouma/indicators/CLR01/breakdown.csv?period=2025&by=office")
	rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(answer.body, "\ufeff"))).ReadAll()
	if err != nil || len(rows) < 3 {
		t.Fatalf("CSV: %d rows, %v", len(rows), err)
	}
	if disposition := answer.header.Get("Content-Disposition"); disposition != `attachment; filename="CLR01-2025-by-office.csv"` {
		t.Errorf("the file is named %s", disposition)
	}
	answer = b.get("/in/karouma/indicators/CLR01/breakdown.xlsx?period=2025&by=office")
	book, err := excelize.OpenReader(strings.NewReader(answer.body))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = book.Close() }()
	sheet, err := book.GetRows("Breakdown")
	if err != nil || len(sheet) != len(rows) {
		t.Errorf("the workbook has %d rows, the CSV %d; %v", len(sheet), len(rows), err)
	}
	for i := range min(len(sheet), len(rows)) {
		if sheet[i][0] != rows[i][0] {
			t.Errorf("row %d is %q in the workbook, %q in the CSV", i, sheet[i][0], rows[i][0])
		}
	}
}

// upload sends a form with a file, the token first.
func (b *browser) upload(path, token string, fields map[string]string, name, content string) *answer {
	b.t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	write := func(err error) {
		if err != nil {
			b.t.Fatal(err)
		}
	}
	write(form.WriteField("forgery", token))
	for field, value := range fields {
		write(form.WriteField(field, value))
	}
	if name != "" {
		part, err := form.CreateFormFile("files", name)
		write(err)
		_, err = part.Write([]byte(content))
		write(err)
	}
	write(form.Close())
	request, err := http.NewRequestWithContext(b.t.Context(), http.MethodPost, b.kit.server.URL+path, &body)
	write(err)
	request.Header.Set("Content-Type", form.FormDataContentType())
	return b.do(request)
}

func (k *kit) testImports(t *testing.T) {
	b := k.person(t, "data_officer")
	list := b.get("/in/karouma/imports")
	checkReal(t, list)
	token := func() string {
		return b.get("/in/karouma/imports").page.Find("form[data-upload] input[name=forgery]").AttrOr("value", "")
	}
	if answer := b.upload("/in/karouma/imports", token(), map[string]string{"format": "ndjson"}, "", ""); answer.status != http.StatusBadRequest || !strings.Contains(answer.text(), "Choose at least one file.") {
		t.Errorf("without a file: %d", answer.status)
	}
	if answer := b.upload("/in/karouma/imports", token(), map[string]string{"format": "stone tablets"}, "a.txt", "x"); answer.status != http.StatusBadRequest {
		t.Errorf("an unknown format: %d", answer.status)
	}
	auditor := k.person(t, "auditor")
	if answer := auditor.upload("/in/karouma/imports", mask("any"), nil, "a.txt", "x"); answer.status != http.StatusForbidden {
		t.Errorf("an auditor loads data: %d", answer.status)
	}
	answer := b.upload("/in/karouma/imports", token(), map[string]string{"format": "ndjson", "dry_run": "yes"}, "small.ndjson", "this is no declaration\n")
	if answer.status != http.StatusSeeOther || !strings.HasPrefix(answer.location, "/in/karouma/imports/") {
		t.Fatalf("a delivery: %d %s %s", answer.status, answer.location, answer.text())
	}
	page := b.get(answer.location)
	checkReal(t, page)
	if !strings.Contains(page.text(), "Waiting") || page.page.Find("body[data-renew]").Length() != 1 {
		t.Errorf("the batch does not wait: %s", page.text())
	}
	if got := k.person(t, "other").get(answer.location).status; got != http.StatusNotFound {
		t.Errorf("another administration sees the batch: %d", got)
	}
	checkReal(t, b.get(list.page.Find(".grid tbody a").First().AttrOr("href", "")))
	if csv := b.get(answer.location + "/rejects.csv"); csv.status != http.StatusOK || !strings.Contains(csv.body, "File,Line") {
		t.Errorf("rejects: %d %.100s", csv.status, csv.body)
	}
	if got := b.post(answer.location+"/again", url.Values{}); got.status == http.StatusOK {
		t.Errorf("a waiting batch is loaded again: %d", got.status)
	}
	checkReal(t, b.get("/in/karouma/dictionary"))
}

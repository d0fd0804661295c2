package web

import (
	"bytes"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"
	"github.com/labstack/echo/v4"

	"assay/deploy/local/dbtest"
	"assay/domain"
	"assay/domain/access"
	"assay/domain/account"
	"assay/domain/administration"
	"assay/domain/audit"
	"assay/domain/comparison"
	"assay/domain/confidentiality"
	"assay/domain/contract"
	"assay/domain/crosscheck"
	"assay/domain/cube"
	"assay/domain/cube/fact"
	"assay/domain/engagement"
	"assay/domain/firstrun"
	"assay/domain/identity"
	"assay/domain/indicator"
	"assay/domain/installation"
	"assay/domain/intake"
	"assay/domain/meeting"
	"assay/domain/notice"
	"assay/domain/refresh"
	"assay/domain/sample"
	"assay/domain/seal"
	"assay/domain/secret"
	"assay/domain/store"
	"assay/domain/warehouse"
)

// password opens every account of the kit.
const password = "a long password for tests"

// kit is the pages on the real rooms, with two administrations that have data and
// people of every role, and one that has none.
type kit struct {
	server          *httptest.Server
	web             *Server
	db              *store.DB
	superURL        string // sees every administration: for checks only
	administrations *administration.Service
	accounts        *account.Service
	warehouse       *warehouse.Service
	crosschecks     *crosscheck.Service
	indicators      *indicator.Service
	engagements     *engagement.Service
	identity        *identity.Service
	first, second   *administration.Tenant // karouma in English, oasis in Arabic
	empty           *administration.Tenant
	office          string             // one of first's
	officer         string             // one who works there
	trader          account.Membership // of the economic operator: the importer with most declarations
	engine          *cube.Engine
	segments        *cube.Store
	keys            *secret.Keys
	log             bytes.Buffer
}

func testClock() time.Time { return time.Date(2026, 1, 4, 9, 30, 0, 0, time.UTC) }

// newKit loads generated extracts of some thousand declarations and computes their figures.
func newKit(t *testing.T, declarations int) *kit {
	t.Helper()
	return newSpoiltKit(t, declarations, nil)
}

// newSpoiltKit is newKit whose first administration's extract was changed before it was loaded.
func newSpoiltKit(t *testing.T, declarations int, spoil func(t *testing.T, directory string)) *kit {
	t.Helper()
	k := openKit(t, dbtest.New(t), secret.New())
	k.fill(t, declarations, spoil)
	return k
}

// small is the kit with as few declarations as its people need, filled once.
var small struct {
	once     sync.Once
	database *dbtest.Database
	kit      *kit
}

// newSmallKit is the kit with as few declarations as its people need, on a copy of a database
// that was filled once.
func newSmallKit(t *testing.T) *kit {
	t.Helper()
	small.once.Do(func() {
		database := dbtest.Keep(t)
		original := openKit(t, database, secret.New())
		original.fill(t, 200, nil)
		original.server.Close()
		original.db.Close() // a database that somebody is connected to cannot be copied
		small.database, small.kit = database, original
	})
	if small.kit == nil {
		t.Fatal("the database to copy could not be filled: the first test that wanted it says why")
	}
	k := openKit(t, dbtest.Copy(t, small.database), small.kit.keys)
	k.office, k.officer, k.trader = small.kit.office, small.kit.officer, small.kit.trader
	for _, each := range []struct {
		tenant **administration.Tenant
		id     domain.TenantID
	}{{&k.first, small.kit.first.ID}, {&k.second, small.kit.second.ID}, {&k.empty, small.kit.empty.ID}} {
		var err error
		if *each.tenant, err = k.administrations.ByID(t.Context(), each.id); err != nil {
			t.Fatal(err)
		}
	}
	k.serve(t)
	return k
}

// openKit makes the rooms on a database.
func openKit(t *testing.T, database *dbtest.Database, keys *secret.Keys) *kit {
	t.Helper()
	db, err := store.Open(t.Context(), database.AppURL, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(db.Close)
	k := &kit{db: db, superURL: database.SuperURL, keys: keys, administrations: administration.New(db, testClock), warehouse: warehouse.New(db, testClock)}
	k.crosschecks = crosscheck.New(db, k.administrations, testClock)
	if k.accounts, err = account.New(db, testClock, account.WithKeys(k.keys)); err != nil {
		t.Fatal(err)
	}
	k.segments = cube.NewStore(db)
	if k.engine, err = cube.NewEngine(k.segments, fact.Grains(), cube.Options{}); err != nil {
		t.Fatal(err)
	}
	k.indicators = indicator.New(db, k.engine, func(tenant *administration.Tenant, watermark time.Time) (string, map[string]any) {
		return crosscheck.BreachSQL(), crosscheck.Arguments(tenant.ID, tenant.Zone, watermark, &tenant.Settings)
	})
	return k
}

// fill makes the administrations, their data, their people and what these have begun.
func (k *kit) fill(t *testing.T, declarations int, spoil func(t *testing.T, directory string)) {
	t.Helper()
	k.first = k.load(t, k.segments, "karouma", "en", "XAF", "Africa/Douala", declarations, 24, spoil)
	k.second = k.load(t, k.segments, "oasis", "ar", "TND", "Africa/Tunis", 300, 6, nil) // a month costs more than its declarations
	k.empty = k.tenant(t, "nowhere", "fr", "EUR", "Europe/Paris")
	k.people(t)
	k.serve(t)
	// An offer of the second administration, which nobody else may find.
	if _, err := k.engagements.Grant(t.Context(), k.second.ID, access.Author{Name: "test"}, engagement.Grant{SignInName: "elsewhere@example.org",
		Purpose: "support of another reform", EndsAt: testClock().AddDate(0, 1, 0)}); err != nil {
		t.Fatal(err)
	}
	k.contracts(t)
}

func (k *kit) tenant(t *testing.T, code, language, currency, zone string) *administration.Tenant {
	t.Helper()
	names := map[string]map[string]string{"karouma": {"en": "Karouma Customs", "fr": "Douanes de Karouma"}, "oasis": {"ar": "جمارك الواحة", "en": "Oasis Customs"}, "nowhere": {"fr": "Nulle part"}}
	tenant := &administration.Tenant{Code: code, Names: names[code], Currency: currency, Zone: zone, Languages: []string{language}}
	if err := k.administrations.Create(t.Context(), tenant); err != nil {
		t.Fatal(err)
	}
	return tenant
}

func (k *kit) load(t *testing.T, segments *cube.Store, code, language, currency, zone string, declarations, months int, spoil func(t *testing.T, directory string)) *administration.Tenant {
	t.Helper()
	ctx := t.Context()
	tenant := k.tenant(t, code, language, currency, zone)
	directory := t.TempDir()
	p := sample.DefaultParameters()
	p.Declarations, p.Months, p.Locale, p.Currency, p.Zone = declarations, months, language, currency, zone
	if _, err := sample.Write(ctx, directory, p, nil); err != nil {
		t.Fatal(err)
	}
	if spoil != nil {
		spoil(t, directory)
	}
	batch, err := k.warehouse.Import(ctx, tenant, warehouse.ImportInput{Format: intake.FormatWorld, Delivery: intake.Source{Paths: []string{directory}},
		Source: "extract of " + code, By: "test", NoRefresh: true})
	if err != nil {
		t.Fatal(err)
	}
	if batch.State != warehouse.BatchLoaded || batch.Loaded == 0 {
		t.Fatalf("batch: %+v", batch)
	}
	if err := k.db.Analyse(ctx); err != nil {
		t.Fatal(err)
	}
	facts := fact.New(k.db, k.administrations, k.warehouse, segments, testClock)
	if _, err := refresh.New(k.db, facts, k.crosschecks).Run(ctx, tenant.ID, refresh.Input{}); err != nil {
		t.Fatal(err)
	}
	return tenant
}

// people adds an account for each role, one that works in two administrations, and one that works in none.
func (k *kit) people(t *testing.T) {
	t.Helper()
	ctx := t.Context()
	offices, err := k.administrations.Offices(ctx, k.first.ID)
	if err != nil || len(offices) == 0 {
		t.Fatalf("offices: %v, %v", offices, err)
	}
	k.office = offices[0].Code
	officers, err := k.administrations.Officers(ctx, k.first.ID, k.office, "examiner")
	if err != nil || len(officers) == 0 {
		t.Fatalf("officers of %s: %v, %v", k.office, officers, err)
	}
	k.officer = officers[0]
	add := func(name string, memberships ...account.Membership) {
		person, err := k.accounts.Create(ctx, account.NewAccount{SignInName: name, Name: "Amina " + name, Language: "en", Password: password})
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range memberships {
			if err := k.accounts.Join(ctx, person.ID, m); err != nil {
				t.Fatal(err)
			}
		}
	}
	for _, role := range access.Grantable {
		m := account.Membership{Tenant: k.first.ID, Role: string(role)}
		switch role {
		case access.HeadOfOffice:
			m.Office = k.office
		case access.Officer:
			m.Office, m.Officer = k.office, k.officer
		case access.Trader:
			k.trader = k.busiestTrader(t, account.Importer)
			m = k.trader
		}
		add(string(role), m)
	}
	add("other", account.Membership{Tenant: k.second.ID, Role: string(access.DirectorGeneral)})
	add("expert", account.Membership{Tenant: k.first.ID, Role: string(access.Analyst)}, account.Membership{Tenant: k.second.ID, Role: string(access.Auditor)})
	add("newcomer", account.Membership{Tenant: k.empty.ID, Role: string(access.Administrator)}, account.Membership{Tenant: k.empty.ID, Role: string(access.Analyst)})
	add("nobody")
	add("operator")
	operator, err := k.accounts.ByName(ctx, "operator")
	if err == nil {
		err = k.accounts.Appoint(ctx, operator.ID, string(access.InstallationOperator))
	}
	if err != nil {
		t.Fatal(err)
	}
}

func (k *kit) serve(t *testing.T) {
	t.Helper()
	k.engagements = engagement.New(k.db, k.accounts, testClock)
	k.identity = identity.New(k.db, secret.New(), testClock, identity.Options{Loopback: true})
	k.accounts.Welcome(k.engagements.Places)
	policies, err := access.New(k.db, k.accounts, k.engagements.Held, testClock)
	if err != nil {
		t.Fatal(err)
	}
	k.web, err = New(k.services(policies), Options{Design: true, Heartbeat: 200 * time.Millisecond, Demo: []DemoAdministration{{Code: "karouma", People: []DemoPerson{
		{SignInName: "director_general", Password: password, Name: "Amina director_general", Role: access.DirectorGeneral}}}}})
	if err != nil {
		t.Fatal(err)
	}
	e := echo.New()
	if err := k.web.Mount(e); err != nil {
		t.Fatal(err)
	}
	k.server = httptest.NewServer(e)
	t.Cleanup(k.server.Close)
	t.Cleanup(func() {
		if t.Failed() && k.log.Len() > 0 {
			t.Log(k.log.String())
		}
	})
}

func (k *kit) services(policies *access.Service) Services {
	s := Services{Sessions: account.NewSessions(k.db, k.accounts, testClock), Accounts: k.accounts, Notices: notice.New(k.db, testClock), Administrations: k.administrations, Access: policies, Confidentiality: confidentiality.New(k.db, testClock),
		Indicators: k.indicators, Warehouse: k.warehouse, Crosschecks: k.crosschecks, News: k.engine,
		Contracts: contract.New(k.db, k.administrations, k.accounts, k.indicators, contract.Notices{Administrations: k.administrations, Clock: testClock}, testClock), Scorecards: k.scorecards(), Engagements: k.engagements, Identity: k.identity, Audit: audit.New(k.db), Installation: installation.New(k.db, k.administrations, testClock), Log: slog.New(slog.NewTextHandler(io.MultiWriter(&k.log, io.Discard), nil)), Clock: testClock}
	s.Comparisons, s.FirstRun = comparison.New(k.db, k.indicators, testClock), firstrun.New(k.db, k.accounts, testClock)
	s.Meetings = meeting.New(k.db, k.scorecards(), k.accounts, testClock)
	s.Seals = seal.New(k.db, k.keys, testClock)
	s.Papers = contract.NewPapers(s.Contracts, s.Seals, "")
	return s
}

// browser is somebody with cookies who does not follow redirects.
type browser struct {
	t      *testing.T
	kit    *kit
	client *http.Client
}

func (k *kit) guest(t *testing.T) *browser {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &browser{t, k, &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
}

// person signs somebody in by the form.
func (k *kit) person(t *testing.T, name string) *browser {
	t.Helper()
	b := k.guest(t)
	answer := b.post("/sign-in", url.Values{"name": {name}, "password": {password}})
	if answer.status != http.StatusSeeOther {
		t.Fatalf("sign in %s: %d %s", name, answer.status, answer.text())
	}
	return b
}

// answer is what came back.
type answer struct {
	status   int
	location string
	header   http.Header
	body     string
	page     *goquery.Document
}

func (a *answer) text() string { return strings.Join(strings.Fields(a.page.Find("main").Text()), " ") }

func (b *browser) do(request *http.Request) *answer {
	b.t.Helper()
	response, err := b.client.Do(request)
	if err != nil {
		b.t.Fatal(err)
	}
	defer response.Body.Close()
	content, err := io.ReadAll(response.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	shown := content
	if !strings.HasPrefix(response.Header.Get("Content-Type"), "text/html") {
		shown = nil // a file
	}
	document, err := goquery.NewDocumentFromReader(bytes.NewReader(shown))
	if err != nil {
		b.t.Fatal(err)
	}
	return &answer{response.StatusCode, response.Header.Get("Location"), response.Header, string(content), document}
}

func (b *browser) get(path string) *answer {
	b.t.Helper()
	request, err := http.NewRequestWithContext(b.t.Context(), http.MethodGet, b.kit.server.URL+path, nil)
	if err != nil {
		b.t.Fatal(err)
	}
	return b.do(request)
}

// post sends a form with a token as the session's pages hold it.
func (b *browser) post(path string, form url.Values) *answer {
	b.t.Helper()
	if form == nil {
		form = url.Values{}
	}
	form.Set("forgery", b.forgery())
	return b.submit(path, form)
}

// forgery is a token for forms of the session. Every page holds one; this is the shortest that is open to everybody.
func (b *browser) forgery() string {
	b.t.Helper()
	return b.get("/handbook/nowhere").page.Find("input[name=forgery]").First().AttrOr("value", "")
}

func (b *browser) submit(path string, form url.Values) *answer {
	b.t.Helper()
	request, err := http.NewRequestWithContext(b.t.Context(), http.MethodPost, b.kit.server.URL+path, strings.NewReader(form.Encode()))
	if err != nil {
		b.t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return b.do(request)
}

// declarations is how many declarations the kit loads; more for looking at pages.
func kitSize() int {
	if os.Getenv("ASSAY_SCREENSHOTS") != "" {
		return 4_000
	}
	return 1_200
}

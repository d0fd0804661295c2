package api_test

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/gorillamux"
	"github.com/labstack/echo/v4"
	"github.com/labstack/echo/v4/middleware"

	"assay/api"
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
	"assay/domain/declaration"
	"assay/domain/engagement"
	"assay/domain/firstrun"
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
	"assay/web/locales"
)

const password = "a long password for tests"

// init teaches the checker of answers the kinds of files that it does not know.
func init() {
	openapi3filter.RegisterBodyDecoder("application/zip", openapi3filter.FileBodyDecoder)
	openapi3filter.RegisterBodyDecoder("application/x-ndjson", openapi3filter.FileBodyDecoder)
}

func testClock() time.Time { return time.Date(2026, 1, 4, 9, 30, 0, 0, time.UTC) }

// kit is the API on the real rooms: two administrations with data and one
// without, and people of every role in the first.
type kit struct {
	services      api.Services
	handler       http.Handler
	document      *openapi3.T
	router        routers.Router
	db            *store.DB
	superURL      string // sees every administration: for checks only
	refresh       *refresh.Service
	first, second *administration.Tenant
	empty         *administration.Tenant
	tokens        map[string]string // by sign-in name
	office        string            // of the head of office and the officer
	otherOffice   string
	officer       string
	trader        account.Membership // of the economic operator: the importer with most declarations
	seals         *seal.Service
	proposed      *contract.Contract    // of the officer with the Director General
	signed        *contract.Contract    // of officer_without_user with the Director General
	otherProposed *contract.Contract    // of the second administration
	own           declaration.Reference // the officer acted on it
	foreign       declaration.Reference // in the same office, and the officer did not
	elsewhere     declaration.Reference // in another office
	secondOnly    declaration.Reference // of the second administration only
	// deliveries of the first administration: the one that is loaded, and two for scenarios
	onlyBatch, waitingBatch, failedBatch string
	log                                  lockedBuffer
}

type lockedBuffer struct {
	mutex sync.Mutex
	text  bytes.Buffer
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	return b.text.Write(p)
}

func (b *lockedBuffer) String() string {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	return b.text.String()
}

func newKit(t *testing.T) *kit {
	t.Helper()
	database := dbtest.New(t)
	db, err := store.Open(t.Context(), database.AppURL, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(db.Close)
	k := &kit{db: db, superURL: database.SuperURL, tokens: map[string]string{}}
	k.build(t)
	k.first = k.tenant(t, "karouma", "XAF", "Africa/Douala")
	k.second = k.tenant(t, "oasis", "TND", "Africa/Tunis")
	k.empty = k.tenant(t, "nowhere", "EUR", "Europe/Paris")
	k.load(t, k.first, "en", 900)
	if _, err := k.refresh.Run(t.Context(), k.first.ID, refresh.Input{}); err != nil {
		t.Fatal(err)
	}
	k.load(t, k.second, "ar", 150)
	k.choose(t)
	k.people(t)
	k.batches(t)
	k.handler = k.serve(t, k.services)
	t.Cleanup(func() {
		if log := k.log.String(); t.Failed() && log != "" {
			t.Log(log)
		}
	})
	return k
}

// build makes the rooms.
func (k *kit) build(t *testing.T) {
	t.Helper()
	accounts, err := account.New(k.db, testClock, account.WithKeys(secret.New()))
	if err != nil {
		t.Fatal(err)
	}
	engagements := engagement.New(k.db, accounts, testClock)
	accounts.Welcome(engagements.Places)
	policies, err := access.New(k.db, accounts, engagements.Held, testClock)
	if err != nil {
		t.Fatal(err)
	}
	administrations, facts := administration.New(k.db, testClock), warehouse.New(k.db, testClock)
	segments := cube.NewStore(k.db)
	engine, err := cube.NewEngine(segments, fact.Grains(), cube.Options{})
	if err != nil {
		t.Fatal(err)
	}
	checks := crosscheck.New(k.db, administrations, testClock)
	k.refresh = refresh.New(k.db, fact.New(k.db, administrations, facts, segments, testClock), checks)
	indicators := indicator.New(k.db, engine, func(tenant *administration.Tenant, watermark time.Time) (string, map[string]any) {
		return crosscheck.BreachSQL(), crosscheck.Arguments(tenant.ID, tenant.Zone, watermark, &tenant.Settings)
	})
	contracts := contract.New(k.db, administrations, accounts, indicators, nil, testClock)
	cards := contract.NewCards(contracts, indicators, cube.NewStore(k.db))
	k.seals = seal.New(k.db, secret.New(), testClock)
	k.services = api.Services{Contracts: contracts, Papers: contract.NewPapers(contracts, k.seals, ""), Scorecards: cards, Meetings: meeting.New(k.db, cards, accounts, testClock), Accounts: accounts, Administrations: administrations, Access: policies, Confidentiality: confidentiality.New(k.db, testClock), Indicators: indicators,
		Warehouse: facts, Crosschecks: checks, Engagements: engagements, Audit: audit.New(k.db), Notices: notice.New(k.db, testClock), Installation: installation.New(k.db, administrations, testClock),
		Comparisons: comparison.New(k.db, indicators, testClock), FirstRun: firstrun.New(k.db, accounts, testClock), Languages: locales.Languages, Speak: speakers(t), Clock: testClock, Log: slog.New(slog.NewTextHandler(&k.log, nil))}
	if k.document, err = api.GetSpec(); err != nil {
		t.Fatal(err)
	}
	if k.router, err = gorillamux.NewRouter(k.document); err != nil {
		t.Fatal(err)
	}
}

func (k *kit) serve(t *testing.T, services api.Services) http.Handler {
	t.Helper()
	e := echo.New()
	e.Use(middleware.RequestID())
	if err := api.Mount(e, services); err != nil {
		t.Fatal(err)
	}
	return e
}

func (k *kit) tenant(t *testing.T, code, currency, zone string) *administration.Tenant {
	t.Helper()
	tenant := &administration.Tenant{Code: code, Names: map[string]string{"en": code}, Currency: currency, Zone: zone, Languages: []string{"en"}}
	if err := k.services.Administrations.Create(t.Context(), tenant); err != nil {
		t.Fatal(err)
	}
	return tenant
}

func (k *kit) load(t *testing.T, tenant *administration.Tenant, locale string, declarations int) {
	t.Helper()
	directory := t.TempDir()
	p := sample.DefaultParameters()
	p.Declarations, p.Months, p.Locale, p.Currency, p.Zone, p.Offices = declarations, 6, locale, tenant.Currency, tenant.Zone, 3
	if _, err := sample.Write(t.Context(), directory, p, nil); err != nil {
		t.Fatal(err)
	}
	batch, err := k.services.Warehouse.Import(t.Context(), tenant, warehouse.ImportInput{Format: intake.FormatWorld,
		Delivery: intake.Source{Paths: []string{directory}}, Source: "extract of " + tenant.Code, By: "test", NoRefresh: true})
	if err != nil {
		t.Fatal(err)
	}
	if batch.State != warehouse.BatchLoaded || batch.Loaded == 0 {
		t.Fatalf("batch: %+v", batch)
	}
}

// choose finds an officer and declarations within and beyond that officer's scope.
func (k *kit) choose(t *testing.T) {
	t.Helper()
	known := map[declaration.Reference]bool{}
	k.each(t, k.first, func(r *warehouse.Record) {
		known[r.Reference] = true
		if k.officer == "" && len(r.Inspections) > 0 && r.Inspections[0].User != "" {
			k.office, k.officer, k.own = r.Reference.Office, r.Inspections[0].User, r.Reference
		}
	})
	k.each(t, k.first, func(r *warehouse.Record) {
		switch {
		case r.Reference.Office != k.office:
			k.otherOffice, k.elsewhere = r.Reference.Office, r.Reference
		case !r.ActedOn(k.officer):
			k.foreign = r.Reference
		}
	})
	k.each(t, k.second, func(r *warehouse.Record) {
		if !known[r.Reference] {
			k.secondOnly = r.Reference
		}
	})
	for _, found := range []declaration.Reference{k.own, k.foreign, k.elsewhere, k.secondOnly} {
		if found.Number == "" {
			t.Fatalf("the samples lack a case: own %v, foreign %v, elsewhere %v, second %v", k.own, k.foreign, k.elsewhere, k.secondOnly)
		}
	}
}

func (k *kit) each(t *testing.T, tenant *administration.Tenant, fn func(*warehouse.Record)) {
	t.Helper()
	err := k.services.Warehouse.Records(t.Context(), tenant.ID, warehouse.Range{}, func(r *warehouse.Record) error { fn(r); return nil })
	if err != nil {
		t.Fatal(err)
	}
}

// people adds somebody of each role with a token, somebody in the second and the
// empty administration, and a head and an officer whose membership says nothing.
func (k *kit) people(t *testing.T) {
	t.Helper()
	for _, role := range access.Grantable {
		m := account.Membership{Tenant: k.first.ID, Role: string(role)}
		if role == access.HeadOfOffice || role == access.Officer {
			m.Office = k.office
		}
		if role == access.Officer {
			m.Officer = k.officer
		}
		if role == access.Trader {
			k.trader = k.busiestTrader(t)
			m = k.trader
		}
		k.person(t, string(role), m)
	}
	k.person(t, "deputy2", account.Membership{Tenant: k.first.ID, Role: string(access.Deputy)})   // the other one's token is withdrawn
	k.person(t, "analyst2", account.Membership{Tenant: k.first.ID, Role: string(access.Analyst)}) // records purposes
	k.person(t, "stranger", account.Membership{Tenant: k.second.ID, Role: string(access.DirectorGeneral)})
	k.person(t, "stranger_data", account.Membership{Tenant: k.second.ID, Role: string(access.DataOfficer)})
	k.person(t, "newcomer", account.Membership{Tenant: k.empty.ID, Role: string(access.Analyst)})
	k.person(t, "head_of_nothing", account.Membership{Tenant: k.first.ID, Role: string(access.HeadOfOffice)})
	k.person(t, "officer_without_user", account.Membership{Tenant: k.first.ID, Role: string(access.Officer)})
}

func (k *kit) person(t *testing.T, name string, memberships ...account.Membership) {
	t.Helper()
	person, err := k.services.Accounts.Create(t.Context(), account.NewAccount{SignInName: name, Name: "Amina " + name, Password: password})
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range memberships {
		if err := k.services.Accounts.Join(t.Context(), person.ID, m); err != nil {
			t.Fatal(err)
		}
	}
	if k.tokens[name], _, err = k.services.Accounts.IssueToken(t.Context(), account.By{Account: person.ID, SignInName: name, Capacity: memberships[0].Role, Tenant: memberships[0].Tenant}, account.NewToken{Name: "test"}); err != nil {
		t.Fatal(err)
	}
}

// request is one request to the API.
type request struct {
	method, path string
	token        string
	contentType  string
	body         string
}

// answer is what came back.
type answer struct {
	status int
	header http.Header
	body   []byte
}

// ask sends a request and holds the answer to the document.
func (k *kit) ask(t *testing.T, in request) answer {
	t.Helper()
	return k.askAt(t, k.handler, in)
}

func (k *kit) askAt(t *testing.T, handler http.Handler, in request) answer {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), in.method, api.BasePath+in.path, strings.NewReader(in.body))
	if in.token != "" {
		r.Header.Set(echo.HeaderAuthorization, "Bearer "+in.token)
	}
	if in.contentType != "" {
		r.Header.Set(echo.HeaderContentType, in.contentType)
	}
	recorder := httptest.NewRecorder()
	handler.ServeHTTP(recorder, r)
	got := answer{recorder.Code, recorder.Header(), recorder.Body.Bytes()}
	k.hold(t, r, got)
	return got
}

// hold checks that an answer is as the document describes.
func (k *kit) hold(t *testing.T, r *http.Request, got answer) {
	t.Helper()
	if got.header.Get(echo.HeaderCacheControl) != "no-store" || got.header.Get("X-Content-Type-Options") != "nosniff" {
		t.Errorf("%s %s: the answer may be kept or sniffed: %v", r.Method, r.URL, got.header)
	}
	route, parameters, err := k.router.FindRoute(r)
	if err != nil {
		return // the document does not name it: the scenario checks what is answered
	}
	err = openapi3filter.ValidateResponse(context.WithoutCancel(r.Context()), &openapi3filter.ResponseValidationInput{
		RequestValidationInput: &openapi3filter.RequestValidationInput{Request: r, PathParams: parameters, Route: route},
		Status:                 got.status, Header: got.header, Body: io.NopCloser(bytes.NewReader(got.body)),
		Options: &openapi3filter.Options{IncludeResponseStatus: true, MultiError: true},
	})
	if err != nil {
		t.Errorf("%s %s: the answer %d is not as the document describes: %v", r.Method, r.URL, got.status, err)
	}
}

// kindOf reads the kind of a failure.
func kindOf(status int) domain.Kind {
	switch status {
	case http.StatusBadRequest, http.StatusMethodNotAllowed, http.StatusRequestEntityTooLarge, http.StatusUnsupportedMediaType:
		return domain.KindInvalid
	case http.StatusUnauthorized:
		return domain.KindUnauthenticated
	case http.StatusForbidden:
		return domain.KindForbidden
	case http.StatusNotFound:
		return domain.KindNotFound
	case http.StatusConflict:
		return domain.KindConflict
	case http.StatusServiceUnavailable:
		return domain.KindNotReady
	case http.StatusTooManyRequests:
		return domain.KindTooMany
	}
	return domain.KindInternal
}

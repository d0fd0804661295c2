package web

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/google/uuid"
	"github.com/labstack/echo/v4"
	"github.com/pquerna/otp/totp"

	"assay/deploy/local/dbtest"
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

// life is one administration with the people who make, keep and judge its performance contracts, each with a browser of
// the own. Time passes only when the test says so.
type life struct {
	t        *testing.T
	now      atomic.Int64 // Unix seconds
	kit      *kit
	tenant   *administration.Tenant
	officers []string // examiners of the office
	browser  context.Context
	pictures string // directory, empty for none
	taken    int
}

// The window sizes: of a desk and of a phone.
const (
	deskWidth, deskHeight   = 1280, 800
	phoneWidth, phoneHeight = 390, 844
)

func (l *life) clock() time.Time { return time.Unix(l.now.Load(), 0).UTC() }

// isOn lets time pass until the morning of a day.
func (l *life) isOn(day string) {
	l.t.Helper()
	at, err := time.Parse(time.DateOnly, day)
	if err != nil || at.Add(8*time.Hour).Before(l.clock()) {
		l.t.Fatalf("time cannot pass to %s: %v", day, err)
	}
	l.now.Store(at.Add(8 * time.Hour).Unix())
}

// newLife loads eight months of one office's declarations, all of it at once: what has not matured by the test's clock is not told yet.
func newLife(t *testing.T) *life {
	t.Helper()
	ctx := t.Context()
	l := &life{t: t, pictures: os.Getenv("ASSAY_LIFE_PICTURES")}
	l.now.Store(time.Date(2025, 6, 2, 8, 0, 0, 0, time.UTC).Unix())
	db, err := store.Open(ctx, dbtest.New(t).AppURL, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(db.Close)
	k := &kit{db: db, keys: secret.New(), administrations: administration.New(db, l.clock), warehouse: warehouse.New(db, l.clock), segments: cube.NewStore(db)}
	l.kit = k
	k.crosschecks = crosscheck.New(db, k.administrations, l.clock)
	if k.accounts, err = account.New(db, l.clock, account.WithKeys(k.keys)); err != nil {
		t.Fatal(err)
	}
	if k.engine, err = cube.NewEngine(k.segments, fact.Grains(), cube.Options{}); err != nil {
		t.Fatal(err)
	}
	k.indicators = indicator.New(db, k.engine, func(tenant *administration.Tenant, watermark time.Time) (string, map[string]any) {
		return crosscheck.BreachSQL(), crosscheck.Arguments(tenant.ID, tenant.Zone, watermark, &tenant.Settings)
	})
	l.load()
	l.serve()
	l.browser = newBrowser(t)
	return l
}

// load makes the administration with its data.
func (l *life) load() {
	l.t.Helper()
	ctx, k := l.t.Context(), l.kit
	l.tenant = &administration.Tenant{Code: "savane", Names: map[string]string{"en": "Savane Customs", "fr": "Douanes de la Savane", "ar": "جمارك السافانا"}, Currency: "XAF", Zone: "Africa/Douala", Languages: []string{"en", "fr"}, Settings: administration.DefaultSettings(0)}
	l.tenant.Settings.SmallDenominator = 10 // a small office
	if err := k.administrations.Create(ctx, l.tenant); err != nil {
		l.t.Fatal(err)
	}
	p := sample.DefaultParameters()
	p.Declarations, p.Months, p.End, p.Offices, p.Scale, p.Profile, p.Currency, p.Zone = 2600, 8, "2025-10", 1, 0.1, sample.After, l.tenant.Currency, l.tenant.Zone
	directory := l.t.TempDir()
	if _, err := sample.Write(ctx, directory, p, nil); err != nil {
		l.t.Fatal(err)
	}
	batch, err := k.warehouse.Import(ctx, l.tenant, warehouse.ImportInput{Format: intake.FormatWorld, Delivery: intake.Source{Paths: []string{directory}}, Source: "extract", By: "test", NoRefresh: true})
	if err != nil || batch.State != warehouse.BatchLoaded {
		l.t.Fatalf("load: %+v, %v", batch, err)
	}
	if err := k.db.Analyse(ctx); err != nil {
		l.t.Fatal(err)
	}
	facts := fact.New(k.db, k.administrations, k.warehouse, k.segments, l.clock)
	if _, err := refresh.New(k.db, facts, k.crosschecks).Run(ctx, l.tenant.ID, refresh.Input{}); err != nil {
		l.t.Fatal(err)
	}
	offices, err := k.administrations.Offices(ctx, l.tenant.ID)
	if err != nil || len(offices) != 1 {
		l.t.Fatalf("offices: %v, %v", offices, err)
	}
	k.office = offices[0].Code
	if l.officers, err = k.administrations.Officers(ctx, l.tenant.ID, k.office, "examiner"); err != nil || len(l.officers) < 3 {
		l.t.Fatalf("officers: %v, %v", l.officers, err)
	}
}

// serve puts the pages over the rooms, all by the test's clock.
func (l *life) serve() {
	l.t.Helper()
	k := l.kit
	k.engagements = engagement.New(k.db, k.accounts, l.clock)
	k.identity = identity.New(k.db, k.keys, l.clock, identity.Options{})
	policies, err := access.New(k.db, k.accounts, k.engagements.Held, l.clock)
	if err != nil {
		l.t.Fatal(err)
	}
	contracts := contract.New(k.db, k.administrations, k.accounts, k.indicators, contract.Notices{Administrations: k.administrations, Clock: l.clock}, l.clock)
	s := Services{Sessions: account.NewSessions(k.db, k.accounts, l.clock), Accounts: k.accounts, Notices: notice.New(k.db, l.clock), Administrations: k.administrations, Access: policies,
		Confidentiality: confidentiality.New(k.db, l.clock), Indicators: k.indicators, Warehouse: k.warehouse, Crosschecks: k.crosschecks, News: k.engine, Contracts: contracts,
		Scorecards: contract.NewCards(contracts, k.indicators, k.segments), Engagements: k.engagements, Identity: k.identity, Audit: audit.New(k.db), Installation: installation.New(k.db, k.administrations, l.clock),
		Comparisons: comparison.New(k.db, k.indicators, l.clock), FirstRun: firstrun.New(k.db, k.accounts, l.clock), Seals: seal.New(k.db, k.keys, l.clock),
		Log: slog.New(slog.NewTextHandler(io.MultiWriter(&k.log, io.Discard), nil)), Clock: l.clock}
	s.Meetings = meeting.New(k.db, s.Scorecards, k.accounts, l.clock)
	s.Papers = contract.NewPapers(contracts, s.Seals, "")
	if k.web, err = New(s, Options{Heartbeat: 200 * time.Millisecond}); err != nil {
		l.t.Fatal(err)
	}
	if _, err := s.Seals.Create(l.t.Context(), l.tenant, seal.Author{SignInName: "test"}); err != nil {
		l.t.Fatal(err)
	}
	e := echo.New()
	if err := k.web.Mount(e); err != nil {
		l.t.Fatal(err)
	}
	k.server = httptest.NewServer(e)
	l.t.Cleanup(k.server.Close)
	l.t.Cleanup(func() {
		if l.t.Failed() {
			l.t.Log(k.log.String())
		}
	})
}

// work does what the worker does until the test's moment: the jobs that are due, and those that follow from them.
func (l *life) work() {
	l.t.Helper()
	ctx, k := l.t.Context(), l.kit
	for range 20 {
		var due []struct {
			OutboxID string
			Kind     string
			Contract string
		}
		err := k.db.Read(ctx, l.tenant.ID, func(_ context.Context, tx *store.Tx) error {
			return tx.Raw(`SELECT outbox_id, kind, arguments->>'contract' AS contract FROM outbox WHERE tenant_id = ? AND state = 'pending' AND kind LIKE 'contract.%' AND due_at <= ? ORDER BY due_at, outbox_id`,
				l.tenant.ID.String(), l.clock()).Scan(&due).Error
		})
		if err != nil {
			l.t.Fatal(err)
		}
		if len(due) == 0 {
			return
		}
		for _, job := range due {
			l.done(job.OutboxID)
			l.job(job.Kind, job.Contract)
		}
	}
	l.t.Fatal("the jobs never end")
}

func (l *life) done(job string) {
	l.t.Helper()
	err := l.kit.db.InTenant(l.t.Context(), l.tenant.ID, func(_ context.Context, tx *store.Tx) error {
		return tx.Exec(`UPDATE outbox SET state = 'done', ended_at = ? WHERE tenant_id = ? AND outbox_id = ?`, l.clock(), l.tenant.ID.String(), job).Error
	})
	if err != nil {
		l.t.Fatal(err)
	}
}

func (l *life) job(kind, about string) {
	l.t.Helper()
	ctx, s := l.t.Context(), l.kit.web
	var err error
	switch kind {
	case contract.ActivateJob:
		err = s.Contracts.Activate(ctx, l.tenant, uuid.MustParse(about))
	case contract.RemindJob:
		err = s.Contracts.Remind(ctx, l.tenant, uuid.MustParse(about))
	case contract.CardsJob:
		err = s.Scorecards.RunCards(ctx, l.tenant)
	}
	if err != nil {
		l.t.Fatalf("%s: %v", kind, err)
	}
}

// someone is a person of the administration with a browser of the own: no cookie of one is seen by another.
type someone struct {
	l             *life
	name          string // signs in with it
	tab           context.Context
	width, height int64
	secret        string // of the authenticator
}

// someone makes an account, opens a browser for it and signs in.
func (l *life) someone(name, called string, role access.Role, officer string, width, height int64) *someone {
	l.t.Helper()
	ctx, k := l.t.Context(), l.kit
	language := os.Getenv("ASSAY_LIFE_LANGUAGE")
	if language == "" {
		language = "en"
	}
	made, err := k.accounts.Create(ctx, account.NewAccount{SignInName: name, Name: called, Language: language, Password: password})
	if err != nil {
		l.t.Fatal(err)
	}
	m := account.Membership{Tenant: l.tenant.ID, Role: string(role), Officer: officer}
	if role == access.HeadOfOffice || role == access.Officer {
		m.Office = k.office
	}
	if err := k.accounts.Join(ctx, made.ID, m); err != nil {
		l.t.Fatal(err)
	}
	tab, stop := chromedp.NewContext(l.browser, chromedp.WithNewBrowserContext())
	l.t.Cleanup(stop)
	if err := chromedp.Do(tab); err != nil { // the browser lives as long as the context that it is opened with
		l.t.Fatal(err)
	}
	p := &someone{l: l, name: name, tab: tab, width: width, height: height}
	p.do("open a browser", chromedp.EmulateViewport(width, height))
	listen(l.t, tab)
	p.open("/sign-in")
	p.fill("#name", name)
	p.fill("#password", password)
	p.press("#sign-in-form button")
	return p
}

// atDesk and onPhone are people in front of the two kinds of screens.
func (l *life) atDesk(name, called string, role access.Role, officer string) *someone {
	return l.someone(name, called, role, officer, deskWidth, deskHeight)
}

func (l *life) onPhone(name, called string, role access.Role, officer string) *someone {
	return l.someone(name, called, role, officer, phoneWidth, phoneHeight)
}

func (p *someone) do(what string, actions ...chromedp.Action[chromedp.Void]) {
	p.l.t.Helper()
	ctx, cancel := context.WithTimeout(p.tab, 5*time.Minute)
	defer cancel()
	if err := chromedp.Do(ctx, actions...); err != nil {
		p.l.t.Fatalf("%s: %s: %v; sees %s", p.name, what, err, p.sight())
	}
}

// sight is what the person has before the eyes, for a failure's message.
func (p *someone) sight() string {
	said, _ := chromedp.Run(p.tab, chromedp.Evaluate[string](`location.pathname + location.search + ": " + document.querySelector("main")?.innerText.slice(0, 1500)`))
	return said
}

// at is an address in the administration.
func (p *someone) at(path string) string { return "/in/savane" + path }

func (p *someone) open(path string) {
	p.l.t.Helper()
	p.do("open "+path, chromedp.Navigate(p.l.kit.server.URL+path), chromedp.WaitReady(chromedp.CSS("main")))
}

func (p *someone) fill(selector, value string) {
	p.l.t.Helper()
	p.do("fill "+selector, chromedp.SetValue(chromedp.CSS(selector), value))
}

// touch clicks what leads to no other page: a box, a part that unfolds.
func (p *someone) touch(selector string) {
	p.l.t.Helper()
	p.do("touch "+selector, chromedp.Click(chromedp.CSS(selector)))
}

// press clicks a link or a button and waits for the page that answers, whatever it says.
func (p *someone) press(selector string) {
	p.l.t.Helper()
	ctx, cancel := context.WithTimeout(p.tab, 5*time.Minute)
	defer cancel()
	if _, err := chromedp.RunResponse(ctx, chromedp.Click(chromedp.CSS(selector))); err != nil {
		p.l.t.Fatalf("%s: press %s: %v; sees %s", p.name, selector, err, p.sight())
	}
	if said := p.alert(); said != "" {
		p.l.t.Fatalf("%s: pressed %s and is told %q; sees %s", p.name, selector, said, p.sight())
	}
}

// alert is what the page reproaches, empty for nothing.
func (p *someone) alert() string {
	p.l.t.Helper()
	return p.ask(`[...document.querySelectorAll("main [role=alert]:not([hidden]), main .failure")].map((e) => e.innerText).join(" ")`)
}

func (p *someone) ask(script string) string {
	p.l.t.Helper()
	said, err := chromedp.Run(p.tab, chromedp.Evaluate[string](`String(`+script+`)`))
	if err != nil {
		p.l.t.Fatalf("%s: %s: %v", p.name, script, err)
	}
	return said
}

// text is what an element says, with single blanks.
func (p *someone) text(selector string) string {
	p.l.t.Helper()
	return p.ask(fmt.Sprintf(`(document.querySelector(%q)?.innerText ?? "").replace(/\s+/g, " ").trim()`, selector))
}

func (p *someone) sees(selector string) {
	p.l.t.Helper()
	if p.ask(fmt.Sprintf(`document.querySelector(%q) !== null`, selector)) != "true" {
		p.l.t.Fatalf("%s does not see %s but %s", p.name, selector, p.sight())
	}
}

func (p *someone) seesNo(selector string) {
	p.l.t.Helper()
	if p.ask(fmt.Sprintf(`document.querySelector(%q) === null`, selector)) != "true" {
		p.l.t.Fatalf("%s sees %s: %s", p.name, selector, p.sight())
	}
}

// picture looks whether the page fits the person's window and, where pictures are asked for, takes one on each screen.
func (p *someone) picture(name string) {
	p.l.t.Helper()
	if err := fitsWindow(p.tab); err != nil {
		p.l.t.Errorf("%s, %s: %v", name, p.name, err)
	}
	if p.l.pictures == "" {
		return
	}
	p.l.taken++
	for _, screen := range []struct {
		name          string
		width, height int64
	}{{"desktop", deskWidth, deskHeight}, {"phone", phoneWidth, phoneHeight}} {
		p.do("look at "+name, chromedp.EmulateViewport(screen.width, screen.height))
		if err := fitsWindow(p.tab); err != nil {
			p.l.t.Errorf("%s on %s: %v", name, screen.name, err)
		}
		file := filepath.Join(p.l.pictures, fmt.Sprintf("life-%02d-%s-%s.png", p.l.taken, name, screen.name))
		if err := os.WriteFile(file, takePicture(p.l.t, p.tab, screen.width), 0o600); err != nil {
			p.l.t.Fatal(err)
		}
	}
	p.do("look away", chromedp.EmulateViewport(p.width, p.height))
}

// setUpFactor sets up an authenticator on the pages of the own account.
func (p *someone) setUpFactor() {
	p.l.t.Helper()
	p.open("/account/authenticator")
	p.secret = strings.ReplaceAll(p.text("#secret"), " ", "")
	p.fill("#factor-code", p.code())
	p.press("form[action='/account/authenticator'] button")
}

// code is what the authenticator shows now. A code is good for once, so that a minute passes first.
func (p *someone) code() string {
	p.l.t.Helper()
	p.l.now.Add(60)
	code, err := totp.GenerateCode(p.secret, p.l.clock())
	if err != nil {
		p.l.t.Fatal(err)
	}
	return code
}

// sign ticks that the text was read, gives the code and signs, in the form of the page.
func (p *someone) sign() {
	p.l.t.Helper()
	p.touch(".sign input[name=read]")
	p.fill("#factor-code", p.code())
	p.press(".sign button.wide")
}

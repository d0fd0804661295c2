package main

import (
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"
	"github.com/google/uuid"

	"assay/deploy/local/dbtest"
	"assay/deploy/local/dbtest/racing"
	"assay/domain/access"
	"assay/domain/administration"
	"assay/domain/contract"
	"assay/domain/cube"
	"assay/domain/paper"
	"assay/domain/secret"
	"assay/web"
)

// TestTheDemoShowsEveryPhase: one administration negotiates, and one has had contracts for nine months, with evaluated quarters, an appeal in
// another's case than the objections, and a sealed contract that proves itself without the server. The one that still describes is looked at
// by TestEverybodyOfTheDemoSignsIn, which makes it.
func TestTheDemoShowsEveryPhase(t *testing.T) {
	t.Parallel()
	racing.Unwatched(t)
	s, closeServices, err := buildServices(t.Context(), dbtest.New(t).AppURL, secret.New(), usualCubeMemory)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(closeServices)
	d := demoLook{t, s, map[string]*administration.Tenant{}}
	for _, a := range demoAdministrations()[:2] {
		const declarations = 300 // what the pages tell does not hang on their number
		if a.tenant.Code == "wadi" {
			a.sample.Months = 4
		}
		shown := &demonstration{services: s, out: io.Discard, started: time.Now(), scale: declarations / float64(a.sample.Declarations), work: t.TempDir()}
		if _, err := shown.prepare(t.Context(), a); err != nil {
			t.Fatal(err)
		}
		if d.tenants[a.tenant.Code], err = s.administrations.ByCode(t.Context(), a.tenant.Code); err != nil {
			t.Fatal(err)
		}
	}
	d.phase("wadi", contract.Prescriptive, contract.Negotiating)
	running := d.phase("sahelia", contract.Prescriptive, contract.Active, contract.Active, contract.Active)
	if begun := running[0].StartsOn; begun > cube.DateIn(time.Now().AddDate(0, -monthsRunning, 0), time.UTC) {
		t.Errorf("the contracts of sahelia run since %s", begun)
	}
	d.evaluated()
	d.sealed(running[0].ID)
	d.operator()
}

// demoLook looks at what a demo holds.
type demoLook struct {
	t       *testing.T
	s       *services
	tenants map[string]*administration.Tenant
}

func (d demoLook) reader(role access.Role) contract.Reader {
	return contract.Reader{Actor: contract.Actor{Account: uuid.New(), SignInName: "somebody", Name: "Somebody", Role: role, Origin: "test"}, Scope: access.ScopeAdministration}
}

// phase holds how far an administration is, and in which states its first contracts are.
func (d demoLook) phase(code string, phase contract.Phase, states ...contract.State) []*contract.Contract {
	d.t.Helper()
	tenant := d.tenants[code]
	p, err := d.s.contracts.Programme(d.t.Context(), tenant.ID)
	if err != nil || p.Phase != phase {
		d.t.Fatalf("%s is %s, want %s: %v", code, p.Phase, phase, err)
	}
	found, err := d.s.contracts.List(d.t.Context(), tenant, d.reader(access.DirectorGeneral), contract.Filter{})
	if err != nil || len(found) < len(states) || len(states) == 0 && len(found) > 0 {
		d.t.Fatalf("%s has %d contracts, want %d at least: %v", code, len(found), len(states), err)
	}
	for i, state := range states {
		if found[i].State != state {
			d.t.Errorf("contract %s of %s is %s, want %s", found[i].Number, code, found[i].State, state)
		}
	}
	return found
}

// evaluated holds that two quarters of sahelia are decided, and that who appealed objected to nothing.
func (d demoLook) evaluated() {
	d.t.Helper()
	ctx, tenant, evaluations := d.t.Context(), d.tenants["sahelia"], contract.NewEvaluations(d.s.contracts)
	sessions, err := evaluations.Sessions(ctx, tenant.ID)
	if err != nil || len(sessions) != 2 {
		d.t.Fatalf("%d evaluations, %v", len(sessions), err)
	}
	for _, session := range sessions {
		if !session.Locked() || session.Contracts < 3 || session.Decided != session.Contracts {
			d.t.Errorf("an evaluation: %+v", session)
		}
	}
	decided, _, err := evaluations.Decided(ctx, tenant, d.reader(access.HumanResources))
	if err != nil {
		d.t.Fatal(err)
	}
	objections, err := d.s.cards().Objections(ctx, tenant, d.reader(access.Auditor), contract.ObjectionFilter{})
	if err != nil || len(objections) != 2 {
		d.t.Fatalf("%d objections, %v", len(objections), err)
	}
	appeals := 0
	for _, e := range decided {
		if e.Appeal == nil {
			continue
		}
		appeals++
		if e.Appeal.State != contract.AppealGranted {
			d.t.Errorf("the appeal is %s", e.Appeal.State)
		}
		for _, o := range objections {
			if o.Objection.Contract == e.Contract.ID {
				d.t.Errorf("%s appeals and objects", e.Contract.SubjectName)
			}
		}
	}
	if appeals != 1 {
		d.t.Errorf("%d appeals", appeals)
	}
}

// sealed holds that a contract and the minutes of a meeting, as they are downloaded from the pages, prove themselves.
func (d demoLook) sealed(id uuid.UUID) {
	d.t.Helper()
	keys, err := d.s.seals.Keys(d.t.Context(), d.tenants["sahelia"].ID)
	if err != nil || len(keys) != 1 {
		d.t.Fatalf("%d keys, %v", len(keys), err)
	}
	handler, err := newHandler(d.s, slog.New(slog.DiscardHandler), web.Options{Demo: []web.DemoAdministration{{Code: "sahelia", People: []web.DemoPerson{{SignInName: "dg@sahelia", Password: demoPassword, Name: "DG", Role: access.DirectorGeneral}}}}})
	if err != nil {
		d.t.Fatal(err)
	}
	server := httptest.NewServer(handler)
	d.t.Cleanup(server.Close)
	director := demoGuest{d.t, server.URL, nil}.signIn("dg@sahelia")
	if v, err := contract.VerifyPaper(director.file("/in/sahelia/contracts/"+id.String()+"/paper?language=fr"), keys[0].Fingerprint); err != nil || len(v.Signers) != 2 {
		d.t.Errorf("the sealed contract: %+v, %v", v, err)
	}
	meetings, _ := director.get("/in/sahelia/meetings")
	address := meetings.Find("main a[href^='/in/sahelia/meetings/']").FilterFunction(func(_ int, a *goquery.Selection) bool { return !strings.HasSuffix(a.AttrOr("href", ""), "/new") }).First().AttrOr("href", "")
	if seal, err := paper.Verify(director.file(address + "/minutes.pdf")); err != nil || paper.Fingerprint(seal.Certificate) != keys[0].Fingerprint || len(seal.Files) != 1 {
		d.t.Errorf("the minutes of %q: %+v, %v", address, seal, err)
	}
}

// file downloads what a page links to.
func (g demoGuest) file(path string) []byte {
	g.t.Helper()
	request, err := http.NewRequestWithContext(g.t.Context(), http.MethodGet, g.site+path, nil)
	if err != nil {
		g.t.Fatal(err)
	}
	answer, err := g.client.Do(request)
	if err != nil {
		g.t.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	content, err := io.ReadAll(answer.Body)
	if err != nil || answer.StatusCode != http.StatusOK {
		g.t.Fatalf("%s: %d, %v", path, answer.StatusCode, err)
	}
	return content
}

package contract_test

import (
	"context"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"

	"assay/deploy/local/dbtest"
	"assay/domain/access"
	"assay/domain/account"
	"assay/domain/administration"
	"assay/domain/contract"
	"assay/domain/cube"
	"assay/domain/indicator"
	"assay/domain/store"
)

// noFigures stands where no figures are asked for.
type noFigures struct{}

func (noFigures) Compute(context.Context, *administration.Tenant, indicator.Request) ([]*indicator.Result, error) {
	panic("this test asks for no figures")
}

// kit is the room on a database of its own, with a clock that the test moves.
type kit struct {
	db       *store.DB
	database *dbtest.Database
	now      atomic.Int64 // seconds since 1970
	admin    *administration.Service
	accounts *account.Service
	service  *contract.Service
	tenant   *administration.Tenant
	template *contract.Template
	notices  *notices
}

var firstDay = time.Date(2026, time.March, 2, 9, 0, 0, 0, time.UTC)

func newKit(t testing.TB, figures contract.Figures) *kit {
	t.Helper()
	k := &kit{database: dbtest.New(t), notices: &notices{}}
	db, err := store.Open(t.Context(), k.database.AppURL, store.Options{Connections: 6})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(db.Close)
	k.db = db
	k.now.Store(firstDay.Unix())
	k.admin = administration.New(db, k.clock)
	if k.accounts, err = account.New(db, k.clock); err != nil {
		t.Fatal(err)
	}
	k.service = contract.New(db, k.admin, k.accounts, figures, k.notices, k.clock)
	k.tenant = &administration.Tenant{Code: "karouma", Names: map[string]string{"en": "Karouma Customs", "fr": "Douanes de Karouma"}, Currency: "XAF", Zone: "Africa/Douala", Languages: []string{"en", "fr", "ar"}}
	if err := k.admin.Create(t.Context(), k.tenant); err != nil {
		t.Fatal(err)
	}
	return k
}

func (k *kit) clock() time.Time { return time.Unix(k.now.Load(), 0).UTC() }

func (k *kit) pass(days int) { k.now.Add(int64(days) * 86400) }

func (k *kit) today() cube.Date { return k.service.Today(k.tenant) }

// open opens contracts and puts a template in use.
func (k *kit) open(t testing.TB, vetting bool, order contract.SigningOrder) {
	t.Helper()
	ctx := t.Context()
	if err := k.service.OpenContracts(ctx, k.tenant.ID, dg, "the Minister has decided to begin at once"); err != nil {
		t.Fatal(err)
	}
	template, err := k.service.CopyBuiltIn(ctx, k.tenant.ID, dg, contract.FunctionOfficer, "", "")
	if err != nil {
		t.Fatal(err)
	}
	content := template.Content
	content.Vetting, content.Order = vetting, order
	if template, err = k.service.SaveTemplate(ctx, k.tenant.ID, dg, template.ID, template.Revision, content, ""); err != nil {
		t.Fatal(err)
	}
	if k.template, err = k.service.PutInUse(ctx, k.tenant.ID, dg, template.ID, template.Revision); err != nil {
		t.Fatal(err)
	}
}

func person(name string, role access.Role, office, officer string) contract.Actor {
	return contract.Actor{Account: uuid.NewSHA1(uuid.NameSpaceOID, []byte(name)), SignInName: name, Name: "Amina " + name, Role: role, Office: office, Officer: officer, Origin: "192.0.2.1"}
}

// The people of the tests.
var (
	dg       = person("dg", access.DirectorGeneral, "", "")
	deputy   = person("deputy", access.Deputy, "", "")
	head     = person("head", access.HeadOfOffice, "DLA1", "")
	stranger = person("stranger", access.HeadOfOffice, "KRB", "")
	auditor  = person("auditor", access.Auditor, "", "")
	hr       = person("hr", access.HumanResources, "", "")
	admin    = person("admin", access.Administrator, "", "")
	officer  = person("officer", access.Officer, "DLA1", "EX07")
	other    = person("other", access.Officer, "DLA1", "EX08")
	people   = []contract.Actor{dg, deputy, head, stranger, auditor, hr, admin, officer, other, contract.Program}
)

func value(v float64) *float64 { return &v }

// figures are complete targets for the built-in template of officers.
func figures() map[string]contract.Figure {
	return map[string]contract.Figure{
		"CLR01": {Baseline: value(60), Threshold: value(60), Target: value(75)},
		"CLR02": {Baseline: value(12), Threshold: value(12), Target: value(8)},
		"CLR03": {Baseline: value(5), Threshold: value(5), Target: value(3)},
		"CLR04": {Baseline: value(30), Threshold: value(30), Target: value(20)},
		"CTL01": {Baseline: value(20), RedLow: value(8), RedHigh: value(45)},
		"CTL02": {Baseline: value(10), Threshold: value(10), Target: value(14)},
		"DQ01":  {Baseline: value(4), Threshold: value(4), Target: value(2)},
		"DQ02":  {Baseline: value(6), Threshold: value(6), Target: value(4)},
	}
}

// draft makes a contract of an officer with the Director General.
func (k *kit) draft(t testing.TB, subject string) *contract.Contract {
	t.Helper()
	c, err := k.service.Draft(t.Context(), k.tenant, contract.DraftInput{Template: k.template.ID, Subject: subject, SubjectName: "Officer " + subject, Office: "DLA1", StartsOn: k.today() + 10,
		Signatories: []contract.Signatory{{Side: contract.SideHolder, Account: officer.Account, Name: officer.Name, Post: "Examiner"}, {Side: contract.SideAdministration, Account: dg.Account, Name: dg.Name, Post: "Director General"}},
		Actor:       dg, Targets: figures(), WithoutHistory: true})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func (k *kit) ask(c *contract.Contract, who contract.Actor, reason string) contract.Ask {
	return contract.Ask{Contract: c.ID, Revision: c.Revision, Actor: who, Reason: reason}
}

func (k *kit) confirmation(who contract.Actor) contract.Confirmation {
	return contract.Confirmation{Account: who.Account, Method: "authenticator", At: k.clock()}
}

func (k *kit) sign(t testing.TB, c *contract.Contract, who contract.Actor) *contract.Contract {
	t.Helper()
	signed, err := k.service.Sign(t.Context(), k.tenant, k.ask(c, who, ""), contract.SignInput{Seen: c.Text.Hash, Confirmation: k.confirmation(who)})
	if err != nil {
		t.Fatalf("%s signs: %v", who.SignInName, err)
	}
	return signed
}

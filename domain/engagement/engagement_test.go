package engagement_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"assay/deploy/local/dbtest"
	"assay/domain"
	"assay/domain/access"
	"assay/domain/account"
	"assay/domain/administration"
	"assay/domain/audit"
	"assay/domain/engagement"
	"assay/domain/store"
)

var begin = time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)

// clock is moved by the tests.
type clock struct {
	mutex sync.Mutex
	at    time.Time
}

func (c *clock) now() time.Time {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	return c.at
}

func (c *clock) set(at time.Time) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	c.at = at
}

type bundle struct {
	db       *store.DB
	clock    *clock
	accounts *account.Service
	access   *access.Service
	service  *engagement.Service
	tenants  []*administration.Tenant
}

func setup(t testing.TB) *bundle {
	t.Helper()
	db, err := store.Open(t.Context(), dbtest.New(t).AppURL, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(db.Close)
	b := &bundle{db: db, clock: &clock{at: begin}}
	if b.accounts, err = account.New(db, b.clock.now); err != nil {
		t.Fatal(err)
	}
	b.service = engagement.New(db, b.accounts, b.clock.now)
	b.accounts.Welcome(b.service.Places)
	if b.access, err = access.New(db, b.accounts, b.service.Held, b.clock.now); err != nil {
		t.Fatal(err)
	}
	administrations := administration.New(db, b.clock.now)
	for _, code := range []string{"aa", "bb"} {
		tenant := &administration.Tenant{Code: code, Names: map[string]string{"en": code}, Currency: "EUR", Zone: "UTC", Languages: []string{"en"}}
		if err := administrations.Create(t.Context(), tenant); err != nil {
			t.Fatal(err)
		}
		b.tenants = append(b.tenants, tenant)
	}
	return b
}

func (b *bundle) person(t testing.TB, name string) uuid.UUID {
	t.Helper()
	person, err := b.accounts.Create(t.Context(), account.NewAccount{SignInName: name, Name: "Name of " + name, Password: "a long password for tests"})
	if err != nil {
		t.Fatal(err)
	}
	return person.ID
}

var admin = access.Author{Name: "amina", Capacity: "administrator", Origin: "192.0.2.1"}

func (b *bundle) grant(t testing.TB, tenant int, g engagement.Grant) *engagement.Engagement {
	t.Helper()
	if g.SignInName == "" {
		g.SignInName = "expert@example.org"
	}
	if g.Purpose == "" {
		g.Purpose = "support of the customs reform"
	}
	if g.EndsAt.IsZero() {
		g.EndsAt = b.clock.now().AddDate(0, 1, 0)
	}
	e, err := b.service.Grant(t.Context(), b.tenants[tenant].ID, admin, g)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func (b *bundle) accept(t testing.TB, person uuid.UUID, e *engagement.Engagement) {
	t.Helper()
	if err := b.service.Accept(t.Context(), person, access.Author{Name: e.SignInName}, e.ID, e.Terms); err != nil {
		t.Fatal(err)
	}
}

func (b *bundle) scope(t testing.TB, person uuid.UUID, tenant int, action access.Action) access.Scope {
	t.Helper()
	p, err := b.access.Of(t.Context(), person, b.tenants[tenant].ID)
	if err != nil {
		t.Fatal(err)
	}
	return p.Scope(action)
}

func (b *bundle) open(tenant int, person uuid.UUID, e *engagement.Engagement, action access.Action) error {
	return b.service.Open(context.Background(), b.tenants[tenant].ID, engagement.Opening{Account: person, Engagement: e.ID, SignInName: e.SignInName,
		Action: action, Object: "page/board", Method: "GET", Address: "/in/aa/board"})
}

func (b *bundle) records(t testing.TB, tenant int, f audit.Filter) []audit.Row {
	t.Helper()
	rows, _, err := audit.List(t.Context(), b.db, b.tenants[tenant].ID, f, audit.Page{Limit: 1000})
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

func TestAnEngagementGivesWhatWasGrantedAndNoMore(t *testing.T) {
	t.Parallel()
	b := setup(t)
	person := b.person(t, "expert@example.org")
	e := b.grant(t, 0, engagement.Grant{Permissions: []access.Action{access.FigureExport, access.FindingRead}})
	if scope := b.scope(t, person, 0, access.FigureRead); scope != access.ScopeNone {
		t.Fatalf("an offer gives %q already", scope)
	}
	b.accept(t, person, e)
	got := map[access.Action]access.Scope{}
	for _, action := range access.Actions {
		if scope := b.scope(t, person, 0, action); scope != access.ScopeNone {
			got[action] = scope
		}
	}
	want := map[access.Action]access.Scope{access.FigureRead: "administration", access.FigureFormula: "administration", access.DictionaryRead: "administration",
		access.FigureExport: "administration", access.FindingRead: "administration", access.NoticeRead: "own", access.AccessExplain: "own"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Fatal(diff)
	}
	for _, action := range access.Actions {
		if scope := b.scope(t, person, 1, action); scope != access.ScopeNone {
			t.Fatalf("the engagement reaches into another administration: %s in %q", action, scope)
		}
		err := b.open(0, person, e, action)
		if (err == nil) != (want[action] != "") || err != nil && !domain.Is(err, domain.KindForbidden) {
			t.Errorf("opening under %s: %v", action, err)
		}
		if err := b.open(1, person, e, action); !domain.Is(err, domain.KindForbidden) {
			t.Errorf("opening under %s in another administration: %v", action, err)
		}
	}
	if rows := b.records(t, 1, audit.Filter{}); len(rows) != 0 {
		t.Errorf("the other administration's record has %d rows", len(rows))
	}
	rows := b.records(t, 0, audit.Filter{Engagement: e.ID.String()})
	if len(rows) != len(want) {
		t.Fatalf("%d openings are recorded under the engagement, want %d", len(rows), len(want))
	}
	if r := rows[0]; r.Actor != "expert@example.org" || r.Capacity != "expert" || r.Object != "page/board" || !strings.Contains(string(r.After), "/in/aa/board") {
		t.Errorf("%+v", r)
	}
	uses, err := b.service.Uses(t.Context(), b.tenants[0].ID)
	if err != nil || uses[e.ID].Rows != int64(len(want)) || !uses[e.ID].Last.Equal(begin) {
		t.Errorf("uses: %+v, %v", uses, err)
	}
}

// TestEveryChoiceLiesWithinTheRoleOfAnExpert: what an administrator can choose is read-only and what the policies let an expert have.
func TestEveryChoiceLiesWithinTheRoleOfAnExpert(t *testing.T) {
	t.Parallel()
	table, err := access.Load()
	if err != nil {
		t.Fatal(err)
	}
	for _, action := range slices.Concat(engagement.Always, engagement.Choices) {
		if table.Scope(access.Expert, action) != access.ScopeAdministration {
			t.Errorf("the role of an expert does not have %s", action)
		}
		if _, verb, _ := strings.Cut(string(action), "."); !slices.Contains([]string{"read", "formula", "export", "pseudonym"}, verb) {
			t.Errorf("%s is no reading", action)
		}
	}
}

func TestGrantsThatAreRefused(t *testing.T) {
	t.Parallel()
	b := setup(t)
	good := engagement.Grant{SignInName: "Expert@Example.org ", Purpose: "support of the customs reform", EndsAt: begin.AddDate(0, 12, 0)}
	for name, c := range map[string]struct {
		spoil func(*engagement.Grant)
		field string
	}{
		"no name":            {func(g *engagement.Grant) { g.SignInName = "" }, "sign_in_name"},
		"two words":          {func(g *engagement.Grant) { g.SignInName = "a b" }, "sign_in_name"},
		"no purpose":         {func(g *engagement.Grant) { g.Purpose = "help" }, "purpose"},
		"NUL in the purpose": {func(g *engagement.Grant) { g.Purpose += "\x00" }, "purpose"},
		"in the past":        {func(g *engagement.Grant) { g.EndsAt = begin }, "ends_at"},
		"too long":           {func(g *engagement.Grant) { g.EndsAt = begin.AddDate(0, 12, 0).Add(time.Second) }, "ends_at"},
		"writing":            {func(g *engagement.Grant) { g.Permissions = []access.Action{access.ImportWrite} }, "permissions"},
		"the audit record":   {func(g *engagement.Grant) { g.Permissions = []access.Action{access.AuditRead} }, "permissions"},
		"names without why":  {func(g *engagement.Grant) { g.Permissions = []access.Action{access.OfficerRead} }, "names_purpose"},
		"why without names":  {func(g *engagement.Grant) { g.NamesPurpose = "an inquiry of the minister" }, "names_purpose"},
	} {
		g := good
		c.spoil(&g)
		_, err := b.service.Grant(t.Context(), b.tenants[0].ID, admin, g)
		if !domain.Is(err, domain.KindInvalid) || !strings.Contains(err.Error(), c.field) {
			t.Errorf("%s: %v", name, err)
		}
	}
	member := b.person(t, "officer@example.org")
	if err := b.accounts.Join(t.Context(), member, account.Membership{Tenant: b.tenants[0].ID, Role: "officer"}); err != nil {
		t.Fatal(err)
	}
	g := good
	g.SignInName = "officer@example.org"
	if _, err := b.service.Grant(t.Context(), b.tenants[0].ID, admin, g); !domain.Is(err, domain.KindConflict) {
		t.Errorf("an own person as expert: %v", err)
	}
	if rows := b.records(t, 0, audit.Filter{}); len(rows) != 0 {
		t.Errorf("refused grants left %d rows in the record", len(rows))
	}
	e, err := b.service.Grant(t.Context(), b.tenants[0].ID, admin, good)
	if err != nil || e.SignInName != "expert@example.org" {
		t.Fatalf("%+v, %v", e, err)
	}
}

// TestNobodyAnswersForAnother: an offer is for one name, and says nothing to others.
func TestNobodyAnswersForAnother(t *testing.T) {
	t.Parallel()
	b := setup(t)
	e := b.grant(t, 0, engagement.Grant{})
	other := b.person(t, "other@example.org")
	for name, do := range map[string]func() error{
		"see":     func() error { _, err := b.service.Offer(t.Context(), other, e.ID); return err },
		"accept":  func() error { return b.service.Accept(t.Context(), other, access.Author{Name: "other"}, e.ID, 1) },
		"decline": func() error { return b.service.Decline(t.Context(), other, access.Author{Name: "other"}, e.ID) },
		"give up": func() error { return b.service.GiveUp(t.Context(), other, access.Author{Name: "other"}, e.ID) },
		"get in another administration": func() error {
			_, err := b.service.Get(t.Context(), b.tenants[1].ID, e.ID)
			return err
		},
		"withdraw from another administration": func() error {
			return b.service.Withdraw(t.Context(), b.tenants[1].ID, admin, e.ID, "it is not needed any more")
		},
		"extend from another administration": func() error {
			_, err := b.service.Extend(t.Context(), b.tenants[1].ID, admin, e.ID, begin.AddDate(0, 2, 0))
			return err
		},
	} {
		if err := do(); !domain.Is(err, domain.KindNotFound) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if list, err := b.service.Of(t.Context(), other); err != nil || len(list) != 0 {
		t.Errorf("%d engagements, %v", len(list), err)
	}
	// The expert joins the installation later and finds the offer; the name is the expert's from then on.
	person := b.person(t, "expert@example.org")
	if err := b.service.Accept(t.Context(), person, access.Author{Name: "expert@example.org"}, e.ID, 99); !domain.Is(err, domain.KindConflict) {
		t.Errorf("other terms: %v", err)
	}
	b.accept(t, person, e)
	for name, err := range map[string]error{
		"twice":           b.service.Accept(t.Context(), person, access.Author{Name: "expert@example.org"}, e.ID, 1),
		"declining later": b.service.Decline(t.Context(), person, access.Author{Name: "expert@example.org"}, e.ID),
	} {
		if !domain.Is(err, domain.KindConflict) {
			t.Errorf("%s: %v", name, err)
		}
	}
	got, err := b.service.Get(t.Context(), b.tenants[0].ID, e.ID)
	if err != nil || got.ExpertName != "Name of expert@example.org" || got.Account != person {
		t.Errorf("%+v, %v", got, err)
	}
	var actions []string
	for _, r := range b.records(t, 0, audit.Filter{}) {
		actions = append(actions, fmt.Sprint(r.Action, " ", r.Actor, " ", r.Capacity))
	}
	if diff := cmp.Diff([]string{"engagement.accept expert@example.org expert", "engagement.grant amina administrator"}, actions); diff != "" {
		t.Error(diff)
	}
}

func TestASuspendedAdministrationOpensNothing(t *testing.T) {
	t.Parallel()
	b := setup(t)
	person := b.person(t, "expert@example.org")
	e := b.grant(t, 0, engagement.Grant{})
	b.accept(t, person, e)
	state := func(table, state string) {
		t.Helper()
		err := b.db.Shared(t.Context(), func(_ context.Context, tx *store.Tx) error {
			return tx.Exec(`UPDATE `+table+` SET state = ?`, state).Error
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	for table, stopped := range map[string]string{"tenant": "suspended", "account": "disabled"} {
		state(table, stopped)
		if err := b.open(0, person, e, access.FigureRead); !domain.Is(err, domain.KindForbidden) {
			t.Errorf("%s %s: %v", table, stopped, err)
		}
		if scope := b.scope(t, person, 0, access.FigureRead); scope != access.ScopeNone {
			t.Errorf("%s %s: %q", table, stopped, scope)
		}
		state(table, "active")
	}
	if err := b.open(0, person, e, access.FigureRead); err != nil {
		t.Error(err)
	}
}

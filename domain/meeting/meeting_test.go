package meeting_test

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"assay/deploy/local/dbtest"
	"assay/domain"
	"assay/domain/access"
	"assay/domain/account"
	"assay/domain/administration"
	"assay/domain/audit"
	"assay/domain/contract"
	"assay/domain/cube"
	"assay/domain/indicator"
	"assay/domain/meeting"
	"assay/domain/store"
)

// absent stands where no figures are asked for.
type absent struct{}

func (absent) Compute(context.Context, *administration.Tenant, indicator.Request) ([]*indicator.Result, error) {
	panic("this test asks for no figures")
}

func (absent) Snapshot(context.Context, *administration.Tenant) (*cube.Snapshot, error) {
	return nil, domain.Errorf(domain.KindNotReady, "no figures in this test")
}

type kit struct {
	db       *store.DB
	super    *pgx.Conn
	now      atomic.Int64
	tenant   *administration.Tenant
	accounts *account.Service
	cards    *contract.Cards
	meetings *meeting.Service
	people   map[string]contract.Actor
}

func (k *kit) clock() time.Time { return time.Unix(k.now.Load(), 0).UTC() }

func newKit(t *testing.T) *kit {
	t.Helper()
	ctx, database := t.Context(), dbtest.New(t)
	k := &kit{people: map[string]contract.Actor{}}
	k.now.Store(time.Date(2026, time.January, 5, 9, 0, 0, 0, time.UTC).Unix())
	var err error
	if k.db, err = store.Open(ctx, database.AppURL, store.Options{Connections: 6}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(k.db.Close)
	if k.super, err = pgx.Connect(ctx, database.SuperURL); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = k.super.Close(context.WithoutCancel(ctx)) })
	administrations := administration.New(k.db, k.clock)
	k.tenant = &administration.Tenant{Code: "karouma", Names: map[string]string{"en": "Karouma Customs"}, Currency: "XAF", Zone: "Africa/Douala", Languages: []string{"en"}}
	if err := administrations.Create(ctx, k.tenant); err != nil {
		t.Fatal(err)
	}
	if k.accounts, err = account.New(k.db, k.clock); err != nil {
		t.Fatal(err)
	}
	contracts := contract.New(k.db, administrations, k.accounts, absent{}, nil, k.clock)
	k.cards = contract.NewCards(contracts, absent{}, cube.NewStore(k.db))
	k.meetings = meeting.New(k.db, k.cards, k.accounts, k.clock)
	for _, p := range []struct {
		name            string
		role            access.Role
		office, officer string
	}{{"dg", access.DirectorGeneral, "", ""}, {"head", access.HeadOfOffice, "DLA1", ""}, {"neighbour", access.HeadOfOffice, "KRB", ""}, {"awa", access.Officer, "DLA1", "EX07"}, {"bilal", access.Officer, "DLA1", "EX08"}, {"cleo", access.Officer, "KRB", "EX09"}} {
		created, err := k.accounts.Create(ctx, account.NewAccount{SignInName: p.name, Name: "Amina " + p.name, Language: "en", Password: "correct horse battery staple 7"})
		if err != nil {
			t.Fatal(err)
		}
		if err := k.accounts.Join(ctx, created.ID, account.Membership{Tenant: k.tenant.ID, Role: string(p.role), Office: p.office, Officer: p.officer}); err != nil {
			t.Fatal(err)
		}
		k.people[p.name] = contract.Actor{Account: created.ID, SignInName: p.name, Name: "Amina " + p.name, Role: p.role, Office: p.office, Officer: p.officer, Origin: "192.0.2.1"}
	}
	k.contracts(t, contracts)
	return k
}

// contracts puts both officers of the office under contract since February, with a card of February that achieves and one that does not.
func (k *kit) contracts(t *testing.T, s *contract.Service) {
	t.Helper()
	ctx, dg := t.Context(), k.people["dg"]
	if err := s.OpenContracts(ctx, k.tenant.ID, dg, "the Minister has decided to begin at once"); err != nil {
		t.Fatal(err)
	}
	template, err := s.CopyBuiltIn(ctx, k.tenant.ID, dg, contract.FunctionOfficer, "", "")
	if err == nil {
		template, err = s.PutInUse(ctx, k.tenant.ID, dg, template.ID, template.Revision)
	}
	if err != nil {
		t.Fatal(err)
	}
	figures := map[string]contract.Figure{}
	for _, line := range template.Content.Lines {
		ten, twelve, eight := 10.0, 12.0, 8.0
		f := contract.Figure{Baseline: &ten, Threshold: &ten, Target: &twelve}
		switch line.Direction {
		case indicator.Lower:
			f.Target = &eight
		case indicator.Band:
			f = contract.Figure{Baseline: &ten, RedLow: &eight, RedHigh: &twelve}
		}
		figures[line.Code] = f
	}
	var made []*contract.Contract
	for _, name := range []string{"awa", "bilal"} {
		who := k.people[name]
		c, err := s.Draft(ctx, k.tenant, contract.DraftInput{Template: template.ID, Subject: who.Officer, SubjectName: who.Name, Office: who.Office, StartsOn: cube.DateOf(2026, time.February, 1), Actor: dg, Targets: figures, WithoutHistory: true,
			Signatories: []contract.Signatory{{Side: contract.SideHolder, Account: who.Account, Name: who.Name, Post: "Examiner"}, {Side: contract.SideAdministration, Account: dg.Account, Name: dg.Name, Post: "Director General"}}})
		if err == nil {
			c, err = s.Propose(ctx, k.tenant, contract.Ask{Contract: c.ID, Revision: c.Revision, Actor: dg})
		}
		for _, signer := range []contract.Actor{who, dg} {
			if err == nil {
				c, err = s.Sign(ctx, k.tenant, contract.Ask{Contract: c.ID, Revision: c.Revision, Actor: signer}, contract.SignInput{Seen: c.Text.Hash, Confirmation: k.proof(signer)})
			}
		}
		if err != nil {
			t.Fatal(err)
		}
		made = append(made, c)
	}
	k.now.Store(time.Date(2026, time.April, 8, 9, 0, 0, 0, time.UTC).Unix())
	for i, c := range made {
		if err := s.Activate(ctx, k.tenant, c.ID); err != nil {
			t.Fatal(err)
		}
		composite := 110.0 - 20*float64(i)
		card := &contract.Card{Form: "assay-scorecard-1", Administration: k.tenant.Code, Contract: c.ID.String(), Number: c.Number, Month: "2026-02", Version: 1, Composite: &composite, Achieved: i == 0,
			Days: contract.WorkedDays{Calendar: 20, Counted: 20 - i, Taken: []contract.Taken{{Ground: "outage", Days: i}}}}
		standings := []contract.Standing{contract.Green, contract.Red}
		for _, target := range c.Text.Document.Targets {
			card.Lines = append(card.Lines, contract.CardLine{CardFigure: contract.CardFigure{Code: target.Code}, Standing: standings[i]})
		}
		if _, err := k.super.Exec(ctx, `INSERT INTO scorecard (tenant_id, contract_id, month, version, content, hash, reason, published_at, published_by) VALUES ($1, $2, $3, 1, $4, $5, '', $6, 'system')`,
			k.tenant.ID.String(), c.ID, int(february), string(card.Canonical()), card.Hash(), k.clock()); err != nil {
			t.Fatal(err)
		}
	}
}

var february = cube.MonthOf(2026, time.February)

func (k *kit) proof(who contract.Actor) contract.Confirmation {
	return contract.Confirmation{Account: who.Account, Method: "authenticator", At: k.clock()}
}

func (k *kit) ask(m *meeting.Meeting, who string) meeting.Ask {
	return meeting.Ask{Meeting: m.ID, Revision: m.Revision, Actor: k.people[who]}
}

func (k *kit) get(t *testing.T, m *meeting.Meeting, who string, scope access.Scope) (*meeting.Dossier, error) {
	t.Helper()
	return k.meetings.Get(t.Context(), k.tenant, contract.Reader{Actor: k.people[who], Scope: scope}, m.ID)
}

// refused wants an error of a kind.
func refused(t *testing.T, what string, kind domain.Kind, err error) {
	t.Helper()
	if !domain.Is(err, kind) {
		t.Errorf("%s: %v, want %s", what, err, kind)
	}
}

// TestAMeetingFromItsCallToTheNext plays two months of meetings, with everybody who may not do something trying it first.
func TestAMeetingFromItsCallToTheNext(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	ctx, s := t.Context(), k.meetings
	in := meeting.PlanInput{Office: "DLA1", Month: february, HeldOn: cube.DateOf(2026, time.April, 9), Place: "Room 2", Other: k.people["awa"].Account}
	for _, who := range []string{"awa", "neighbour"} {
		_, err := s.Plan(ctx, k.tenant, k.people[who], in)
		refused(t, who+" calls the meeting", domain.KindForbidden, err)
	}
	alone := in
	alone.Other = k.people["head"].Account
	_, err := s.Plan(ctx, k.tenant, k.people["head"], alone)
	refused(t, "the chair signs for the holders", domain.KindInvalid, err)
	m, err := s.Plan(ctx, k.tenant, k.people["head"], in)
	if err != nil {
		t.Fatal(err)
	}
	_, err = s.Plan(ctx, k.tenant, k.people["dg"], in)
	refused(t, "the same month again", domain.KindConflict, err)
	k.seen(t, m)
	k.minutes(t, m)
	next := in
	next.Month, next.HeldOn = february+1, cube.DateOf(2026, time.May, 8)
	k.now.Store(time.Date(2026, time.May, 7, 9, 0, 0, 0, time.UTC).Unix())
	following, err := s.Plan(ctx, k.tenant, k.people["head"], next)
	if err != nil {
		t.Fatal(err)
	}
	k.followed(t, m, following)
	report, err := audit.Verify(ctx, k.db, k.tenant.ID, nil)
	if err != nil || !report.Intact() {
		t.Fatalf("the record after all: %+v, %v", report, err)
	}
}

// seen holds who sees the meeting, and the agenda against the two cards.
func (k *kit) seen(t *testing.T, m *meeting.Meeting) {
	t.Helper()
	for who, scope := range map[string]access.Scope{"neighbour": access.ScopeOffice, "cleo": access.ScopeOwn} {
		_, err := k.get(t, m, who, scope)
		refused(t, who+" reads it", domain.KindNotFound, err)
	}
	for who, scope := range map[string]access.Scope{"head": access.ScopeOffice, "bilal": access.ScopeOwn, "dg": access.ScopeAdministration} {
		d, err := k.get(t, m, who, scope)
		if err != nil {
			t.Fatalf("%s: %v", who, err)
		}
		a := d.Agenda
		if a.Active != 2 || a.Achieved != 1 || a.Success == nil || *a.Success != 50 || len(a.Cards) != 2 || len(a.Cards[0].Red) != 0 || len(a.Cards[1].Red) != 8 || len(a.Indicators) != 8 || a.Indicators[0].Green != 1 || a.Indicators[0].Red != 1 {
			t.Fatalf("the agenda for %s: %+v", who, a)
		}
		if len(d.Attendance) != 3 || d.Holds != (who != "bilal") || d.Signs != "" {
			t.Fatalf("%s sees %d invited, holds %v, signs %q", who, len(d.Attendance), d.Holds, d.Signs)
		}
	}
}

// minutes writes them twice, and signs the second ones.
func (k *kit) minutes(t *testing.T, m *meeting.Meeting) {
	t.Helper()
	ctx, s := t.Context(), k.meetings
	in := meeting.MinutesInput{Attendance: []meeting.Attendee{{Account: k.people["awa"].Account, Present: true}, {Account: k.people["bilal"].Account, Excuse: "mission"}}, Causes: "The scanner was out for a day.",
		Words:     map[string]meeting.StatementInput{"2026-001": {Words: "I had help.", Answer: "Noted."}},
		Decisions: []meeting.DecisionInput{{Words: "Repair the scanner", Owner: k.people["head"].Account, DueOn: cube.DateOf(2026, time.April, 30)}, {Words: "Train two examiners", Owner: k.people["dg"].Account, DueOn: cube.DateOf(2026, time.July, 1)}}}
	_, err := s.Write(ctx, k.tenant, k.ask(m, "awa"), in)
	refused(t, "a holder writes the minutes", domain.KindForbidden, err)
	_, err = s.Write(ctx, k.tenant, k.ask(m, "neighbour"), in)
	refused(t, "another head writes the minutes", domain.KindNotFound, err)
	bad := in
	bad.Decisions = []meeting.DecisionInput{{Words: "Somebody should", DueOn: cube.DateOf(2026, time.July, 1)}}
	_, err = s.Write(ctx, k.tenant, k.ask(m, "head"), bad)
	refused(t, "a decision without owner", domain.KindInvalid, err)
	first, err := s.Write(ctx, k.tenant, k.ask(m, "head"), in)
	if err != nil {
		t.Fatal(err)
	}
	d, err := k.get(t, m, "head", access.ScopeOffice)
	if err != nil || d.Signs != meeting.SideChair || d.Kept == nil {
		t.Fatalf("the minutes: %+v, %v", d, err)
	}
	old := d.Kept.Hash
	signed, err := s.Sign(ctx, k.tenant, k.ask(first, "head"), old, k.proof(k.people["head"]))
	if err != nil {
		t.Fatal(err)
	}
	in.Obligations = "No generator."
	again, err := s.Write(ctx, k.tenant, k.ask(signed, "head"), in)
	if err != nil {
		t.Fatal(err)
	}
	_, err = s.Sign(ctx, k.tenant, k.ask(again, "awa"), old, k.proof(k.people["awa"]))
	refused(t, "the minutes before are signed", domain.KindConflict, err)
	k.signed(t, again)
}

// signed signs the current minutes, with everything that must be refused tried before; both sides act at the same instant.
func (k *kit) signed(t *testing.T, m *meeting.Meeting) {
	t.Helper()
	ctx, s := t.Context(), k.meetings
	d, err := k.get(t, m, "awa", access.ScopeOwn)
	if err != nil || len(d.Signatures) != 0 || d.Signs != meeting.SideHolders {
		t.Fatalf("signatures under other minutes count: %+v, %v", d, err)
	}
	_, err = s.Sign(ctx, k.tenant, k.ask(m, "dg"), d.Kept.Hash, k.proof(k.people["dg"]))
	refused(t, "somebody else signs", domain.KindForbidden, err)
	_, err = s.Sign(ctx, k.tenant, k.ask(m, "awa"), d.Kept.Hash, contract.Confirmation{})
	refused(t, "without a second factor", domain.KindUnauthenticated, err)
	_, err = s.Sign(ctx, k.tenant, k.ask(m, "awa"), d.Kept.Hash, k.proof(k.people["head"]))
	refused(t, "with another's second factor", domain.KindUnauthenticated, err)
	errs := make([]error, 2)
	var both sync.WaitGroup
	for i := range errs {
		both.Go(func() { _, errs[i] = s.Sign(ctx, k.tenant, k.ask(m, "awa"), d.Kept.Hash, k.proof(k.people["awa"])) })
	}
	both.Wait()
	if (errs[0] == nil) == (errs[1] == nil) {
		t.Fatalf("twice at the same instant: %v", errs)
	}
	if d, err = k.get(t, m, "head", access.ScopeOffice); err != nil {
		t.Fatal(err)
	}
	after, err := s.Sign(ctx, k.tenant, k.ask(d.Meeting, "head"), d.Kept.Hash, k.proof(k.people["head"]))
	if err != nil || after.State != meeting.Signed {
		t.Fatalf("both have signed: %+v, %v", after, err)
	}
	_, err = s.Write(ctx, k.tenant, k.ask(after, "head"), meeting.MinutesInput{})
	refused(t, "written after both have signed", domain.KindConflict, err)
	_, err = s.Cancel(ctx, k.tenant, k.ask(after, "head"), "too late")
	refused(t, "called off after both have signed", domain.KindConflict, err)
	if d, err = k.get(t, m, "bilal", access.ScopeOwn); err != nil || len(d.Recommendations) != 2 || len(d.Signatures) != 2 || !d.Attendance[0].Present || d.Attendance[1].Excuse != "mission" {
		t.Fatalf("after all: %+v, %v", d, err)
	}
}

// followed ends one recommendation and looks at the next agenda; then a byte of the minutes is changed.
func (k *kit) followed(t *testing.T, m, next *meeting.Meeting) {
	t.Helper()
	ctx, s := t.Context(), k.meetings
	mine, err := s.Mine(ctx, k.tenant, k.people["head"].Account)
	if err != nil || len(mine) != 1 || !mine[0].Late(k.cards.Today(k.tenant)) {
		t.Fatalf("the head's recommendations: %+v, %v", mine, err)
	}
	refused(t, "a stranger ends it", domain.KindNotFound, s.End(ctx, k.tenant, k.people["neighbour"], mine[0].ID, meeting.Done, "repaired"))
	refused(t, "without an outcome", domain.KindInvalid, s.End(ctx, k.tenant, k.people["head"], mine[0].ID, meeting.Done, " "))
	if err := s.End(ctx, k.tenant, k.people["head"], mine[0].ID, meeting.Done, "repaired"); err != nil {
		t.Fatal(err)
	}
	refused(t, "ended twice", domain.KindConflict, s.End(ctx, k.tenant, k.people["head"], mine[0].ID, meeting.Dropped, "or not"))
	d, err := k.get(t, next, "head", access.ScopeOffice)
	if err != nil || len(d.Agenda.FollowUp) != 2 || d.Agenda.FollowUp[0].State != "done" || d.Agenda.FollowUp[1].State != "open" {
		t.Fatalf("the follow-up: %+v, %v", d, err)
	}
	lines, err := s.List(ctx, k.tenant, contract.Reader{Actor: k.people["bilal"], Scope: access.ScopeOwn})
	if err != nil || len(lines) != 2 || lines[1].Open != 1 {
		t.Fatalf("the list: %+v, %v", lines, err)
	}
	if lines, err = s.List(ctx, k.tenant, contract.Reader{Actor: k.people["cleo"], Scope: access.ScopeOwn}); err != nil || len(lines) != 0 {
		t.Fatalf("a stranger's list: %+v, %v", lines, err)
	}
	if err := k.db.InTenant(ctx, k.tenant.ID, func(_ context.Context, tx *store.Tx) error {
		return tx.Exec(`UPDATE meeting_minutes SET content = 'x' WHERE tenant_id = ?`, k.tenant.ID.String()).Error
	}); err == nil {
		t.Error("the program can change minutes")
	}
	if _, err := k.super.Exec(ctx, `UPDATE meeting_minutes SET content = replace(content, 'Noted.', 'Denied') WHERE tenant_id = $1`, k.tenant.ID.String()); err != nil {
		t.Fatal(err)
	}
	if _, err := k.get(t, m, "head", access.ScopeOffice); err == nil {
		t.Error("changed minutes are shown")
	}
	if _, err := s.Cancel(ctx, k.tenant, k.ask(next, "head"), "the port is closed"); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Get(ctx, k.tenant, contract.Reader{Actor: k.people["head"], Scope: access.ScopeOffice}, uuid.New()); !domain.Is(err, domain.KindNotFound) {
		t.Errorf("a meeting that is not there: %v", err)
	}
}

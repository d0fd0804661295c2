package contract_test

import (
	"context"
	"testing"

	"github.com/google/uuid"

	"assay/domain"
	"assay/domain/administration"
	"assay/domain/contract"
	"assay/domain/cube"
	"assay/domain/store"
)

// heldFeed says what the test wants.
type heldFeed struct{ health contract.FeedHealth }

func (f *heldFeed) Health(context.Context, *administration.Tenant, *contract.Contract) (contract.FeedHealth, error) {
	return f.health, nil
}

// TestATermWaitsForData: while data do not come in the program does not begin a term, tells both signatories once, and tries again the next
// morning; the Director General can begin it with a reason, nobody else.
func TestATermWaitsForData(t *testing.T) {
	t.Parallel()
	k, ctx := newKit(t, noFigures{}), t.Context()
	feed := &heldFeed{}
	k.service = contract.New(k.db, k.admin, k.accounts, noFigures{}, k.notices, k.clock, contract.WithFeed(feed))
	k.open(t, false, contract.AnyOrder)
	signed := func(subject string) *contract.Contract {
		c, err := k.service.Propose(ctx, k.tenant, k.ask(k.draft(t, subject), dg, ""))
		if err != nil {
			t.Fatal(err)
		}
		return k.sign(t, k.sign(t, c, k.holding(c)), dg)
	}
	late, begun := signed("EX1"), signed("EX2")
	if p, err := k.service.FeedProblem(ctx, k.tenant, late); err != nil || p != nil {
		t.Errorf("before the first day: %+v, %v", p, err)
	}
	k.pass(int(late.StartsOn - k.today()))
	for range 2 { // the job may run twice
		if err := k.service.Activate(ctx, k.tenant, late.ID); err != nil {
			t.Fatalf("held back: %v", err)
		}
	}
	if c := k.dossier(t, late.ID); c.State != contract.Signed {
		t.Fatalf("the contract is %s without data", c.State)
	}
	if p, err := k.service.FeedProblem(ctx, k.tenant, late); err != nil || p == nil || p.Key != "feed.never" {
		t.Errorf("why it waits: %+v, %v", p, err)
	}
	if n := k.notices.last(); n.Action != contract.FeedHeld || len(n.To) != 2 || n.Contract != late.ID {
		t.Errorf("told: %+v", n)
	}
	if n := k.waitingJobs(t, late.ID); n != 2 { // of the first day, and of the next morning once
		t.Errorf("%d jobs begin the term", n)
	}
	for _, who := range []contract.Actor{deputy, head, auditor, hr, admin, k.holding(begun), contract.Program} {
		seen := k.dossier(t, begun.ID)
		if _, err := k.service.Begin(ctx, k.tenant, k.ask(seen.Contract, who, "it must begin")); !domain.Is(err, domain.KindForbidden) && !domain.Is(err, domain.KindNotFound) {
			t.Errorf("%s begins the term: %v", who.SignInName, err)
		}
	}
	_, err := k.service.Begin(ctx, k.tenant, k.ask(k.dossier(t, begun.ID).Contract, dg, ""))
	wanted(t, "begun without a reason", err, domain.KindInvalid)
	c, err := k.service.Begin(ctx, k.tenant, k.ask(k.dossier(t, begun.ID).Contract, dg, "the extract of the week is on paper"))
	if err != nil || c.State != contract.Active || c.ActivatedAt.IsZero() {
		t.Errorf("begun by the Director General: %+v, %v", c, err)
	}
	if events := k.dossier(t, begun.ID).Events; events[len(events)-1].Action != contract.Begin || events[len(events)-1].Reason == "" {
		t.Errorf("its life: %+v", events[len(events)-1])
	}
	feed.health = contract.FeedHealth{LastLoad: k.clock().AddDate(0, 0, -1), DataTo: k.today() - 2}
	k.pass(1)
	if err := k.service.Activate(ctx, k.tenant, late.ID); err != nil || k.dossier(t, late.ID).State != contract.Active {
		t.Errorf("once data are there: %s, %v", k.dossier(t, late.ID).State, err)
	}
}

// waitingJobs counts the jobs that will begin a contract's term.
func (k *kit) waitingJobs(t *testing.T, id uuid.UUID) (n int) {
	t.Helper()
	err := k.db.Read(t.Context(), k.tenant.ID, func(_ context.Context, tx *store.Tx) error {
		return tx.Raw(`SELECT count(*) FROM outbox WHERE tenant_id = ? AND kind = ? AND arguments->>'contract' = ?`, k.tenant.ID.String(), contract.ActivateJob, id.String()).Scan(&n).Error
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// TestDataFeed reads the warehouse: loads, the end of the data, and working days without declarations.
func TestDataFeed(t *testing.T) {
	t.Parallel()
	k := newKit(t, noFigures{})
	feed, tenant := contract.NewDataFeed(k.db, k.admin, k.clock), k.tenant.ID.String()
	c := &contract.Contract{Level: contract.LevelOfficer, Office: "DLA1"}
	problem := func() string {
		t.Helper()
		h, err := feed.Health(t.Context(), k.tenant, c)
		if err != nil {
			t.Fatal(err)
		}
		if p := h.Problem(k.clock()); p != nil {
			return p.Key
		}
		return ""
	}
	do := func(statement string, arguments ...any) {
		t.Helper()
		if err := k.db.InTenant(t.Context(), k.tenant.ID, func(_ context.Context, tx *store.Tx) error { return tx.Exec(statement, arguments...).Error }); err != nil {
			t.Fatal(err)
		}
	}
	load := func(state string, ago int) {
		at := k.clock().AddDate(0, 0, -ago)
		do(`INSERT INTO batch (tenant_id, batch_id, format, source, state, started_at, ended_at) VALUES (?, gen_random_uuid(), 'x', 'x', ?, ?, ?)`, tenant, state, at, at)
	}
	last := k.today() - 1
	// registered puts a declaration of every day from a first to a last one into the warehouse.
	registered := func(office string, from, to cube.Date) {
		do(`INSERT INTO declaration (tenant_id, declaration_id, reference, office, registered_on, version, batch_id, fingerprint, flow, model, border_office, broker, importer, lane_selected, lane_current, mode, incoterm,
				payment_terms, manifest, prelodged, deferred_account, guarantee, previous, cancelled, top_up, item_count, customs_value, payable, relieved, shown_total, packages, gross_mass, parts)
			SELECT ?, (SELECT coalesce(max(declaration_id), 0) FROM declaration WHERE tenant_id = ?) + n + 1, ? || n || CAST(? AS text), ?, CAST(? AS date) + n, 1, gen_random_uuid(), '', 'import', 'IM4', '', '', '', '', '', '', '',
				'', '', false, '', 0, '', false, 0, 1, 0, 0, 0, 0, 0, 0, 1 FROM generate_series(0, CAST(? AS integer)) n`, tenant, tenant, office, from.String(), office, from.String(), int(to-from))
	}
	if got := problem(); got != "feed.never" {
		t.Errorf("without any load: %q", got)
	}
	load("loaded", 30)
	registered("KRB", last-60, last)
	registered("DLA1", last-60, last-50)
	if got := problem(); got != "feed.old" {
		t.Errorf("a load of a month ago: %q", got)
	}
	load("failed", 1)
	if got := problem(); got != "feed.old" {
		t.Errorf("a load that failed: %q", got)
	}
	load("loaded", 2)
	if got := problem(); got != "feed.ends" {
		t.Errorf("data that end: %q", got)
	}
	registered("DLA1", last-49, last-13)
	registered("DLA1", last-6, last) // a week is missing, with five working days in it
	if got := problem(); got != "feed.gaps" {
		t.Errorf("days without declarations: %q", got)
	}
	registered("DLA1", last-12, last-7)
	if got := problem(); got != "" {
		t.Errorf("everything is there: %q", got)
	}
	c.Office = ""
	if got := problem(); got != "" {
		t.Errorf("of the whole administration: %q", got)
	}
}

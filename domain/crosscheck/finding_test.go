package crosscheck_test

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"gorm.io/gorm"

	"assay/domain"
	"assay/domain/administration"
	"assay/domain/crosscheck"
	"assay/domain/cube"
	"assay/domain/declaration"
	"assay/domain/warehouse"
)

// run fills the tables, examines everything of the months (nil: all) and saves.
func (b *bundle) run(t testing.TB, w *world, months ...cube.Month) crosscheck.Saved {
	t.Helper()
	b.fill(t, w)
	session, err := b.service.Prepare(t.Context(), b.tenant, months)
	if err != nil {
		t.Fatal(err)
	}
	w.carry()
	for _, r := range w.records {
		if on := r.Header.RegisteredOn; months == nil || slices.Contains(months, cube.MonthOf(on.Year(), on.Month())) {
			session.Examine(r)
		}
	}
	saved, err := session.Save(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return saved
}

func (b *bundle) list(t testing.TB, f crosscheck.Filter) []crosscheck.Finding {
	t.Helper()
	listing, err := b.service.Findings(t.Context(), b.tenant, f, crosscheck.Page{Limit: 1000})
	if err != nil {
		t.Fatal(err)
	}
	if listing.Cursor != "" {
		t.Fatal("more than a thousand findings")
	}
	return listing.Findings
}

// brief writes findings as texts that can be compared.
func brief(findings []crosscheck.Finding) []string {
	texts := []string{}
	for _, f := range findings {
		texts = append(texts, fmt.Sprintf("%s%s %s %s %s %s", f.Rule, f.Variant, f.Severity, f.SubjectKind, f.Subject, f.State))
	}
	slices.Sort(texts)
	return texts
}

func expect(t *testing.T, when string, findings []crosscheck.Finding, want ...string) {
	t.Helper()
	slices.Sort(want)
	if diff := cmp.Diff(want, brief(findings)); diff != "" {
		t.Errorf("%s: %s", when, diff)
	}
}

// decide sets a finding's state, as the later workflow will.
func (b *bundle) decide(t *testing.T, id fmt.Stringer, state crosscheck.State) {
	t.Helper()
	b.exec(t, `UPDATE finding SET state = $2, explanation = 'seen', reviewer = 'chief' WHERE finding_id = $1`, id.String(), string(state))
}

func spoilt(w *world) {
	w.proper(unseen)                                              // 1: P2 and P5
	w.proper(func(r *warehouse.Record) { r.Payments = nil })      // 2: P4 and P13
	w.proper(later(31*24*time.Hour), unseen)                      // 3: the same in April
	w.proper(later(31*24*time.Hour), inspectedBy("g3"), paidLate) // 4: P3, P4
}

func paidLate(r *warehouse.Record) {
	for i := range r.Payments {
		r.Payments[i].At = r.Payments[i].At.Add(48 * time.Hour)
	}
}

var spoiltFindings = []string{
	"P2 critical declaration BIR/2026/C1 open", "P5a high declaration BIR/2026/C1 open",
	"P4 critical declaration BIR/2026/C2 open", "P13b high declaration BIR/2026/C2 open",
	"P2 critical declaration BIR/2026/C3 open", "P5a high declaration BIR/2026/C3 open",
	"P3 medium declaration BIR/2026/C4 open", "P4 critical declaration BIR/2026/C4 open",
}

func changed(texts []string, change ...string) []string {
	out := slices.Clone(texts)
	for i := 0; i < len(change); i += 2 {
		out[slices.Index(out, change[i])] = change[i+1]
	}
	return out
}

func TestSavingTwiceChangesNothing(t *testing.T) {
	t.Parallel()
	b := setup(t)
	w := newWorld()
	spoilt(w)
	if saved := b.run(t, w); saved != (crosscheck.Saved{New: 8}) {
		t.Fatalf("first time: %+v", saved)
	}
	before := b.list(t, crosscheck.Filter{})
	expect(t, "first", before, spoiltFindings...)
	if saved := b.run(t, w); saved != (crosscheck.Saved{Again: 8}) {
		t.Fatalf("second time: %+v", saved)
	}
	if diff := cmp.Diff(before, b.list(t, crosscheck.Filter{})); diff != "" {
		t.Fatal(diff)
	}
	f := before[0]
	if f.ID == ([16]byte{}) || f.DetectedAt != at("2027-01-15 12:00") || f.DeclarationID == 0 || f.Office != "BIR" || f.Month != cube.MonthOf(2026, time.April) || f.Version != 1 {
		t.Errorf("%+v", f)
	}
}

func TestEvidenceThatIsGoneIsSupersededAndMayComeBack(t *testing.T) {
	t.Parallel()
	b := setup(t)
	w := newWorld()
	spoilt(w)
	b.run(t, w)
	for _, f := range b.list(t, crosscheck.Filter{Subject: "BIR/2026/C2"}) {
		if f.Rule == crosscheck.ReleasedUnpaid {
			b.decide(t, f.ID, crosscheck.Confirmed)
		}
	}
	mended := newWorld()
	for range 4 {
		mended.proper()
	}
	if saved := b.run(t, mended); saved != (crosscheck.Saved{Superseded: 7}) {
		t.Fatalf("mended: %+v", saved)
	}
	for _, f := range b.list(t, crosscheck.Filter{}) {
		want := crosscheck.Superseded
		if f.Rule == crosscheck.ReleasedUnpaid && f.Subject == "BIR/2026/C2" {
			want = crosscheck.Confirmed // what people decided stays
		}
		if f.State != want {
			t.Errorf("mended: %s on %s is %s", f.Rule, f.Subject, f.State)
		}
	}
	if saved := b.run(t, w); saved != (crosscheck.Saved{Again: 8}) {
		t.Fatalf("spoilt again: %+v", saved)
	}
	expect(t, "spoilt again", b.list(t, crosscheck.Filter{}), changed(spoiltFindings, "P4 critical declaration BIR/2026/C2 open", "P4 critical declaration BIR/2026/C2 confirmed")...)
}

func TestASessionOfSomeMonthsLeavesTheOthersAlone(t *testing.T) {
	t.Parallel()
	b := setup(t)
	w := newWorld()
	spoilt(w)
	b.run(t, w)
	mended := newWorld()
	for range 2 {
		mended.proper()
	}
	for range 2 {
		mended.proper(later(31 * 24 * time.Hour))
	}
	if saved := b.run(t, mended, cube.MonthOf(2026, time.April)); saved != (crosscheck.Saved{Superseded: 4}) {
		t.Fatalf("April: %+v", saved)
	}
	expect(t, "after April", b.list(t, crosscheck.Filter{}), changed(spoiltFindings,
		"P2 critical declaration BIR/2026/C3 open", "P2 critical declaration BIR/2026/C3 superseded", "P5a high declaration BIR/2026/C3 open", "P5a high declaration BIR/2026/C3 superseded",
		"P3 medium declaration BIR/2026/C4 open", "P3 medium declaration BIR/2026/C4 superseded", "P4 critical declaration BIR/2026/C4 open", "P4 critical declaration BIR/2026/C4 superseded")...)
}

func TestAChangedThresholdDoesNotRaiseTheSameAgain(t *testing.T) {
	t.Parallel()
	b := setup(t)
	w := newWorld()
	w.proper(unseen)
	b.run(t, w)
	for _, f := range b.list(t, crosscheck.Filter{}) {
		b.decide(t, f.ID, crosscheck.Explained)
	}
	w.settings.ClockToleranceSeconds = 60
	if saved := b.run(t, w); saved.New != 0 || saved.Superseded != 0 {
		t.Fatalf("%+v", saved)
	}
	found := b.list(t, crosscheck.Filter{Rules: []crosscheck.Rule{crosscheck.RedUninspected}})
	expect(t, "explained", found, "P2 critical declaration BIR/2026/C1 explained")
	var used struct {
		Tolerance int64 `json:"clock_tolerance_seconds"`
	}
	if err := json.Unmarshal(found[0].Evidence.Parameters, &used); err != nil || used.Tolerance != 60 || found[0].Explanation != "seen" {
		t.Errorf("%s, %v, %q", found[0].Evidence.Parameters, err, found[0].Explanation)
	}
}

func TestFiveOffencesWithoutMoneyByOneOfficerInAMonthAreHigh(t *testing.T) {
	t.Parallel()
	b := setup(t)
	w := newWorld()
	for range 4 {
		w.proper(crime("2026-03-02 09:00"))
	}
	w.proper(crime("2026-03-02 09:00", func(o *declaration.Offence) { o.User = "g8" }))
	w.proper(crime("2026-04-02 09:00"))
	b.run(t, w)
	for _, f := range b.list(t, crosscheck.Filter{}) {
		if f.Severity != crosscheck.Medium {
			t.Errorf("four in a month: %s is %s", f.Subject, f.Severity)
		}
	}
	w.proper(uplift("2026-03-20 09:00", 700_000, 140_000), func(r *warehouse.Record) {
		r.Payments = nil
		drop(r, declaration.Paid, declaration.Released, declaration.Exited)
	})
	b.run(t, w)
	b.run(t, w)
	high := 0
	for _, f := range b.list(t, crosscheck.Filter{Rules: []crosscheck.Rule{crosscheck.OffenceAgainstMoney}}) {
		if f.Severity == crosscheck.High {
			high++
		}
	}
	if high != 5 {
		t.Errorf("%d are high, want the five of g1 in March", high)
	}
	w.records = w.records[1:]
	b.run(t, w)
	for _, f := range b.list(t, crosscheck.Filter{States: []crosscheck.State{crosscheck.Open}}) {
		if f.Severity != crosscheck.Medium {
			t.Errorf("back to four: %s is %s", f.Subject, f.Severity)
		}
	}
}

func TestRulesOnOtherSubjectsAreRaisedThereWhenNoDeclarationIsLinked(t *testing.T) {
	t.Parallel()
	b := setup(t)
	w := newWorld()
	w.bill("B1", 9, 500_000, off(0, 10, 500_000))                   // overdrawn by another document
	w.bill("B2", 20, 900_000, off(2, 10, 500_000))                  // for a declaration that is cancelled
	w.bill("B3", 20, 900_000, off(99, 10, 500_000))                 // for one that is not here: nothing can be said
	w.bill("B4", 5, 900_000).RemainingPackages = pointer(int64(-1)) // negative without write-offs
	w.bill("B5", 9, 500_000, off(1, 10, 500_000))                   // cited: raised on the declaration
	w.bill("B6", 5, 900_000).RemainingMass = pointer(int64(-1))     // negative, cited
	w.t1("T1-1", func(t *declaration.TransitDocument) { t.ValidatedAt = moment("2026-03-02 07:00") })
	w.t1("T1-2", func(t *declaration.TransitDocument) { t.ArrivedAt = moment("2026-03-02 08:01") })
	w.account(discharge("2026-03-02 10:00", "", 60), discharge("2026-03-03 10:00", "", 41), discharge("2026-03-04 10:00", "BIR/2026/C1", 1))
	w.session("g1", "W1", "2026-03-02 06:00", "2026-03-02 15:00")
	w.session("g1", "W2", "2026-03-02 08:30", "2026-03-02 09:15") // touches declarations
	w.session("g1", "W3", "2026-03-02 14:00", "2026-03-02 14:30") // touches none
	w.proper(cites("B5", "B6"), without(declaration.Assessed), unseen, without(declaration.Rerouted, declaration.ControlRecorded), with(event(declaration.Locked, "Lock", "2026-03-02 09:00", "g1")), func(r *warehouse.Record) {
		drop(r, declaration.Released, declaration.Paid, declaration.Exited)
		r.Payments = nil
	})
	w.proper(cites("B2"), cancelled("2026-03-02 16:00"), func(r *warehouse.Record) {
		r.Events[0].User = "x"
		r.Inspections[0].Moment = minute("2026-03-02 08:29")
		drop(r, declaration.ControlRecorded, declaration.Rerouted)
	})
	w.proper(func(r *warehouse.Record) {
		r.Header.Previous = "T1-2"
		r.Inspections[0].User = "g2"
		for i := range r.Events {
			r.Events[i].User = "g2"
		}
	})
	saved := b.run(t, w)
	want := []string{
		"P9a high bill BIR/2026/7 B1 open", "P9b medium bill BIR/2026/7 B2 open", "P9a high bill BIR/2026/7 B4 open",
		"P9a high declaration BIR/2026/C1 open", "P9a high declaration BIR/2026/C1 open",
		"P10a critical transit T1-1 open", "P10b high declaration BIR/2026/C3 open",
		"P11c high suspense_account A1 open", "P11c high declaration BIR/2026/C1 open",
		"P12b critical declaration BIR/2026/C1 open", "P12b critical user g1 open",
	}
	expect(t, "all", b.list(t, crosscheck.Filter{}), want...)
	if again := b.run(t, w); again.New != 0 || again.Superseded != 0 || again.Again != saved.New {
		t.Errorf("the second time %+v after %+v", again, saved)
	}
	// A month in which nothing of this lies leaves it alone; the overlap of sessions stays on its declaration.
	if other := b.run(t, w, cube.MonthOf(2026, time.May)); other != (crosscheck.Saved{}) {
		t.Errorf("another month: %+v", other)
	}
	expect(t, "after another month", b.list(t, crosscheck.Filter{}), want...)
	w.manifests, w.transits, w.accounts, w.sessions = nil, nil, nil, nil
	b.run(t, w)
	for _, f := range b.list(t, crosscheck.Filter{}) {
		if f.State != crosscheck.Superseded {
			t.Errorf("the documents are gone, but %s on %s is %s", f.Rule, f.Subject, f.State)
		}
	}
}

func TestAnOverlapRaisedOnADeclarationOfAnotherMonthIsNotRaisedOnTheUser(t *testing.T) {
	t.Parallel()
	b := setup(t)
	w := newWorld()
	w.session("g1", "W1", "2026-04-01 06:00", "2026-04-01 15:00")
	w.session("g1", "W2", "2026-04-01 08:30", "2026-04-01 09:15")
	w.proper(with(event(declaration.DocumentAdded, "Add Scanned Docs", "2026-04-01 09:00", "g1")))
	b.run(t, w)
	expect(t, "all", b.list(t, crosscheck.Filter{}), "P12b critical declaration BIR/2026/C1 open")
	if saved := b.run(t, w, cube.MonthOf(2026, time.April)); saved != (crosscheck.Saved{}) {
		t.Errorf("April alone: %+v", saved)
	}
	expect(t, "after April", b.list(t, crosscheck.Filter{}), "P12b critical declaration BIR/2026/C1 open")
}

func TestFindingsAreFilteredAndPaged(t *testing.T) {
	t.Parallel()
	b := setup(t)
	w := newWorld()
	spoilt(w)
	w.proper(later(10*time.Hour), func(r *warehouse.Record) { r.Reference.Office, r.Inspections = "DLA", nil })
	b.run(t, w)
	march, april := cube.MonthOf(2026, time.March), cube.MonthOf(2026, time.April)
	for name, s := range map[string]struct {
		filter crosscheck.Filter
		want   int
	}{
		"all":        {crosscheck.Filter{}, 10},
		"rules":      {crosscheck.Filter{Rules: []crosscheck.Rule{crosscheck.RedUninspected, crosscheck.OutsideInspection}}, 4},
		"severities": {crosscheck.Filter{Severities: []crosscheck.Severity{crosscheck.Medium, crosscheck.High}}, 5},
		"office":     {crosscheck.Filter{Offices: []string{"DLA"}}, 2},
		"from":       {crosscheck.Filter{From: april}, 4},
		"to":         {crosscheck.Filter{From: march, To: april}, 6},
		"subject":    {crosscheck.Filter{Subject: "BIR/2026/C1"}, 2},
		"kinds":      {crosscheck.Filter{Subjects: []crosscheck.SubjectKind{crosscheck.OnBill}}, 0},
		"states":     {crosscheck.Filter{States: []crosscheck.State{crosscheck.Explained}}, 0},
	} {
		seen := map[string]bool{}
		for page := (crosscheck.Page{Limit: 3}); ; {
			listing, err := b.service.Findings(t.Context(), b.tenant, s.filter, page)
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			for _, f := range listing.Findings {
				seen[f.ID.String()] = true
			}
			if page.After = listing.Cursor; listing.Cursor == "" {
				break
			}
		}
		if len(seen) != s.want {
			t.Errorf("%s: %d findings, want %d", name, len(seen), s.want)
		}
		counts, err := b.service.Counts(t.Context(), b.tenant, s.filter)
		if err != nil {
			t.Fatal(err)
		}
		var sum int64
		for _, c := range counts {
			sum += c.Findings
		}
		if sum != int64(s.want) {
			t.Errorf("%s: counted %d, want %d", name, sum, s.want)
		}
	}
	if _, err := b.service.Findings(t.Context(), b.tenant, crosscheck.Filter{}, crosscheck.Page{After: "nonsense"}); !domain.Is(err, domain.KindInvalid) {
		t.Errorf("a wrong cursor gives %v", err)
	}
	findings, err := b.service.ByDeclaration(t.Context(), b.tenant, 2)
	if err != nil {
		t.Fatal(err)
	}
	expect(t, "of a declaration", findings, "P4 critical declaration BIR/2026/C2 open", "P13b high declaration BIR/2026/C2 open")
	one, err := b.service.Finding(t.Context(), b.tenant, findings[0].ID)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(findings[0], one); diff != "" {
		t.Error(diff)
	}
	if _, err := b.service.Finding(t.Context(), b.tenant, domain.NewID()); !domain.Is(err, domain.KindNotFound) {
		t.Errorf("an unknown finding gives %v", err)
	}
}

func TestAdministrationsDoNotSeeEachOther(t *testing.T) {
	t.Parallel()
	b := setup(t)
	w := newWorld()
	spoilt(w)
	w.bill("B1", 9, 500_000, off(0, 10, 500_000))
	w.t1("T1-1", func(t *declaration.TransitDocument) { t.ValidatedAt = moment("2026-03-02 07:00") })
	b.run(t, w)
	mine, owner := b.tenant, b.owner
	own := b.list(t, crosscheck.Filter{})
	b.owner = b.newTenant(t, administration.New(b.db, time.Now), "other")
	b.tenant = b.owner.ID
	if others := b.list(t, crosscheck.Filter{}); len(others) != 0 {
		t.Fatalf("the other administration sees %d findings", len(others))
	}
	if _, err := b.service.Finding(t.Context(), b.tenant, own[0].ID); !domain.Is(err, domain.KindNotFound) {
		t.Errorf("the other administration's finding gives %v", err)
	}
	if found, err := b.service.ByDeclaration(t.Context(), b.tenant, 1); err != nil || len(found) != 0 {
		t.Errorf("the other administration sees %d findings of a declaration, %v", len(found), err)
	}
	// The other administration has the same declarations, all mended: nothing of the first changes.
	mended := newWorld()
	mended.proper(cites("B1"))
	session, got := func() (*crosscheck.Session, map[int64]bits) { b.fill(t, mended); return b.examine(t, mended) }()
	if got[1].evaluated&crosscheck.ImpossibleTransit.Bit() != 0 || got[1].evaluated&crosscheck.WriteOffBalance.Bit() != 0 {
		t.Errorf("documents of the first administration were used: %s", got[1])
	}
	if saved, err := session.Save(t.Context()); err != nil || saved != (crosscheck.Saved{}) {
		t.Errorf("%+v, %v", saved, err)
	}
	b.tenant, b.owner = mine, owner
	if diff := cmp.Diff(own, b.list(t, crosscheck.Filter{})); diff != "" {
		t.Error(diff)
	}
}

func TestSaveJoinsTheTransactionRoundIt(t *testing.T) {
	t.Parallel()
	b := setup(t)
	w := newWorld()
	spoilt(w)
	b.fill(t, w)
	session, _ := b.examine(t, w)
	err := b.db.InTenant(t.Context(), b.tenant, func(ctx context.Context, _ *gorm.DB) error {
		if _, err := session.Save(ctx); err != nil {
			return err
		}
		return context.Canceled
	})
	if err == nil {
		t.Fatal("the transaction was not rolled back")
	}
	if found := b.list(t, crosscheck.Filter{}); len(found) != 0 {
		t.Fatalf("%d findings are left of a transaction that was given up", len(found))
	}
}

func TestPrepareRefusesNoMonthsAndNoAdministration(t *testing.T) {
	t.Parallel()
	b := setup(t)
	if _, err := b.service.Prepare(t.Context(), b.tenant, []cube.Month{}); !domain.Is(err, domain.KindInvalid) {
		t.Errorf("no months: %v", err)
	}
	if _, err := b.service.Prepare(t.Context(), domain.TenantID(domain.NewID()), nil); !domain.Is(err, domain.KindNotFound) {
		t.Errorf("no administration: %v", err)
	}
}

func TestEveryRuleIsDescribed(t *testing.T) {
	t.Parallel()
	definitions := crosscheck.Definitions()
	for i, d := range definitions {
		if d.Rule != crosscheck.Rule(i+1) || d.Code != d.Rule.String() || d.Version < 1 || d.Statement == "" || len(d.Variants) == 0 || len(d.Inputs) == 0 {
			t.Errorf("rule %d is described as %+v", i+1, d)
		}
		if rule, known := crosscheck.ParseRule(d.Code); !known || rule != d.Rule {
			t.Errorf("%s is read as %s", d.Code, rule)
		}
		for _, v := range d.Variants {
			if v.Statement == "" || v.Severity == "" || (v.Raised == "") != (v.When == "") {
				t.Errorf("%s: variant %+v", d.Code, v)
			}
		}
	}
	if _, known := crosscheck.ParseRule("P15"); known {
		t.Error("there is no P15")
	}
}

package contract_test

import (
	"context"
	"encoding/hex"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"assay/deploy/local/dbtest/racing"
	"assay/domain"
	"assay/domain/access"
	"assay/domain/audit"
	"assay/domain/contract"
	"assay/domain/cube"
	"assay/domain/cube/fact"
	"assay/domain/indicator"
	"assay/domain/intake"
	"assay/domain/sample"
	"assay/domain/store"
	"assay/domain/warehouse"
)

// cardKit is the kit with data, figures and contracts of officers in force since August 2025.
type cardKit struct {
	*kit
	cards      *contract.Cards
	indicators *indicator.Service
	facts      *fact.Service
	super      *pgx.Conn
	contracts  []*contract.Contract
}

func newCardKit(t *testing.T) *cardKit {
	t.Helper()
	k := &cardKit{kit: newKit(t, noFigures{})}
	k.now.Store(time.Date(2025, time.July, 10, 9, 0, 0, 0, time.UTC).Unix())
	house := warehouse.New(k.db, k.clock)
	segments := cube.NewStore(k.db)
	k.facts = fact.New(k.db, k.admin, house, segments, k.clock)
	engine, err := cube.NewEngine(segments, fact.Grains(), cube.Options{})
	if err != nil {
		t.Fatal(err)
	}
	k.indicators = indicator.New(k.db, engine, nil)
	k.cards = contract.NewCards(k.service, k.indicators, segments)
	if k.super, err = pgx.Connect(t.Context(), k.database.SuperURL); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = k.super.Close(context.WithoutCancel(t.Context())) })
	k.loadSample(t, house)
	k.rebuild(t)
	k.open(t, false, contract.AnyOrder)
	k.contractAll(t)
	k.now.Store(time.Date(2026, time.January, 15, 9, 0, 0, 0, time.UTC).Unix())
	return k
}

func (k *cardKit) loadSample(t *testing.T, house *warehouse.Service) {
	t.Helper()
	p := sample.DefaultParameters()
	p.Declarations, p.Months, p.Seed, p.Offices, p.Zone, p.Currency = 14_000, 8, 7, 2, k.tenant.Zone, k.tenant.Currency
	dir := t.TempDir()
	if _, err := sample.Write(t.Context(), dir, p, nil); err != nil {
		t.Fatal(err)
	}
	minor := k.tenant.MinorDigits()
	batch, err := house.Load(t.Context(), k.tenant, warehouse.LoadInput{Format: intake.FormatWorld, Source: "sample", NoRefresh: true},
		func(ctx context.Context, sink intake.Sink) (intake.Summary, error) {
			return intake.Read(ctx, intake.Source{Paths: []string{dir}}, intake.Options{Format: intake.FormatWorld, Zone: k.tenant.Location(), MinorDigits: &minor}, sink)
		})
	if err != nil || batch.Rejected != 0 {
		t.Fatalf("load: %d rejected, %v", batch.Rejected, err)
	}
}

func (k *cardKit) rebuild(t *testing.T) {
	t.Helper()
	if _, err := k.facts.Rebuild(t.Context(), k.tenant.ID, fact.RebuildInput{All: true}); err != nil {
		t.Fatal(err)
	}
}

// contractAll puts every examiner of the first office under contract from August to January; under the race detector, six.
func (k *cardKit) contractAll(t *testing.T) {
	t.Helper()
	offices, err := k.admin.Offices(t.Context(), k.tenant.ID)
	if err != nil || len(offices) == 0 {
		t.Fatalf("offices: %v, %v", offices, err)
	}
	officers, err := k.admin.Officers(t.Context(), k.tenant.ID, offices[0].Code, "examiner")
	if err != nil || len(officers) < 6 {
		t.Fatalf("%d officers at %s: too few to have peers (%v)", len(officers), offices[0].Code, err)
	}
	for _, code := range officers[:min(len(officers), racing.Of(6, 100))] {
		c, err := k.service.Draft(t.Context(), k.tenant, contract.DraftInput{Template: k.template.ID, Subject: code, SubjectName: "Officer " + code, Office: offices[0].Code, StartsOn: cube.DateOf(2025, time.August, 1),
			Signatories: []contract.Signatory{{Side: contract.SideHolder, Account: officer.Account, Name: officer.Name, Post: "Examiner"}, {Side: contract.SideAdministration, Account: dg.Account, Name: dg.Name, Post: "Director General"}},
			Actor:       dg, Targets: figures(), WithoutHistory: true})
		if err != nil {
			t.Fatal(err)
		}
		if c, err = k.service.Propose(t.Context(), k.tenant, k.ask(c, dg, "")); err != nil {
			t.Fatal(err)
		}
		k.contracts = append(k.contracts, k.sign(t, k.sign(t, c, officer), dg))
	}
	k.now.Store(time.Date(2025, time.August, 1, 6, 0, 0, 0, time.UTC).Unix())
	for _, c := range k.contracts {
		if err := k.service.Activate(t.Context(), k.tenant, c.ID); err != nil {
			t.Fatal(err)
		}
	}
}

func (k *cardKit) sweep(t *testing.T) contract.Swept {
	t.Helper()
	swept, err := k.cards.Sweep(t.Context(), k.tenant)
	if err != nil {
		t.Fatal(err)
	}
	return swept
}

func (k *cardKit) card(t *testing.T, c *contract.Contract, month string) *contract.CardDossier {
	t.Helper()
	at, err := cube.ParseMonth(month)
	if err != nil {
		t.Fatal(err)
	}
	d, err := k.cards.Card(t.Context(), k.tenant, contract.Reader{Actor: dg, Scope: access.ScopeAdministration}, c.ID, at, 0)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func (k *cardKit) verify(t *testing.T, content []byte) *contract.CardVerdict {
	t.Helper()
	verdict, err := k.cards.VerifyCard(t.Context(), k.tenant, content)
	if err != nil {
		t.Fatal(err)
	}
	return verdict
}

func (k *cardKit) exec(t testing.TB, statement string, arguments ...any) {
	t.Helper()
	tag, err := k.super.Exec(t.Context(), statement, arguments...)
	if err != nil || tag.RowsAffected() == 0 {
		t.Fatalf("%s: %v, %v", statement, tag, err)
	}
}

// TestScorecards publishes the mature months of a year's contracts, and holds them against
// figures asked for one by one, against corrections, and against every kind of tampering.
func TestScorecards(t *testing.T) {
	t.Parallel()
	k := newCardKit(t)
	before := len(k.notices.sent)
	// The data end on 31 December: November has had its thirty days, December has not.
	if got, want := k.sweep(t), (contract.Swept{Published: 4 * len(k.contracts)}); got != want {
		t.Fatalf("the first pass did %+v, want %+v", got, want)
	}
	if got := len(k.notices.sent) - before; got != 4*len(k.contracts) || k.notices.last().Action != contract.CardPublished {
		t.Fatalf("%d notices of %d cards", got, 4*len(k.contracts))
	}
	if got := k.sweep(t); got != (contract.Swept{}) {
		t.Fatalf("nothing has changed, and the second pass did %+v", got)
	}
	t.Run("figures", func(t *testing.T) { k.figuresAgree(t) })
	t.Run("readers", func(t *testing.T) { k.readersAreHeld(t) })
	t.Run("tampering", func(t *testing.T) { k.tamperingIsFound(t) })
	t.Run("everything", func(t *testing.T) { k.everythingIsVerified(t) })
	t.Run("objections", func(t *testing.T) { k.objectionsScoreAgain(t) })
	t.Run("days", func(t *testing.T) { k.daysAreCorrected(t) })
	t.Run("data", func(t *testing.T) { k.dataAreCorrected(t) })
	report, err := audit.Verify(t.Context(), k.db, k.tenant.ID, nil)
	if err != nil || !report.Intact() {
		t.Fatalf("the record after all: %+v, %v", report, err)
	}
}

// figuresAgree asks for each figure by itself, and scores it by the rule once more.
func (k *cardKit) figuresAgree(t *testing.T) {
	scored, peers := 0, 0
	for _, c := range k.contracts {
		card := k.card(t, c, "2025-10").Card
		figures := map[string]contract.Measured{}
		for i := range card.Lines {
			line := &card.Lines[i]
			results, err := k.indicators.Compute(t.Context(), k.tenant, indicator.Request{Codes: []string{line.Code}, From: cube.DateOf(2025, time.October, 1), To: cube.DateOf(2025, time.November, 1),
				Where: []indicator.Filter{{Dimension: "officer", Values: []string{c.Subject}}, {Dimension: "office", Values: []string{c.Office}}}})
			if err != nil {
				t.Fatal(err)
			}
			total := results[0].Total
			if diff := cmp.Diff(total.Value, line.Value); diff != "" || total.N != line.N || total.N > 0 && (!cmp.Equal(total.Numerator, line.Numerator) || !cmp.Equal(total.Denominator, line.Denominator)) || !cmp.Equal(total.Low, line.Low) {
				t.Errorf("%s of %s: asked for %+v, on the card %+v", line.Code, c.Subject, total, line.CardFigure)
			}
			if len(line.Line) != 6 || !cmp.Equal(line.Line[5], line.Value) {
				t.Errorf("%s: the line %v does not end with the value", line.Code, line.Line)
			}
			if line.Peers != nil {
				peers++
			}
			figures[line.Code] = contract.Measured{Value: total.Value, N: total.N, Mature: results[0].Maturity.State == indicator.Mature}
		}
		score := contract.ScoreMonth(c.Text.Document, contract.Month{WorkDays: card.Days.Counted, Declarations: card.Declarations, Figures: figures})
		if !cmp.Equal(score.Composite, card.Composite) || score.Achieved != card.Achieved || score.Part != card.Part {
			t.Errorf("%s scores %+v, on the card %v %v %v", c.Subject, score, card.Composite, card.Achieved, card.Part)
		}
		if card.Composite != nil {
			scored++
		}
		if card.Days.Calendar < 20 || card.TextHash != hex.EncodeToString(c.Text.Hash) || len(card.Basis.Segments) == 0 || len(card.Beside) == 0 {
			t.Errorf("%s: %+v %s %d segments", c.Subject, card.Days, card.TextHash, len(card.Basis.Segments))
		}
	}
	if scored < len(k.contracts)/2 || peers == 0 {
		t.Errorf("%d of %d cards have a composite, %d lines have peers", scored, len(k.contracts), peers)
	}
}

func (k *cardKit) readersAreHeld(t *testing.T) {
	c := k.contracts[0]
	month := cube.MonthOf(2025, time.October)
	for name, r := range map[string]contract.Reader{
		"another office": {Actor: stranger, Scope: access.ScopeOffice}, "another officer": {Actor: other, Scope: access.ScopeOwn}, "nobody": {Actor: other}} {
		if _, err := k.cards.Card(t.Context(), k.tenant, r, c.ID, month, 0); !domain.Is(err, domain.KindNotFound) {
			t.Errorf("%s reads the card: %v", name, err)
		}
		if _, _, err := k.cards.Months(t.Context(), k.tenant, r, c.ID); !domain.Is(err, domain.KindNotFound) {
			t.Errorf("%s lists the cards: %v", name, err)
		}
	}
	_, months, err := k.cards.Months(t.Context(), k.tenant, contract.Reader{Actor: officer, Scope: access.ScopeOwn}, c.ID)
	if err != nil || len(months) != 4 || months[0].Month != cube.MonthOf(2025, time.November) {
		t.Fatalf("the holder sees %d months: %v", len(months), err)
	}
	// The program's own role can neither change a card nor remove a segment that one names.
	for _, statement := range []string{`UPDATE scorecard SET reason = 'x' WHERE tenant_id = ?`, `DELETE FROM scorecard WHERE tenant_id = ?`,
		`DELETE FROM scorecard_segment WHERE tenant_id = ?`, `DELETE FROM segment_content c WHERE tenant_id = ? AND EXISTS (SELECT FROM scorecard_segment s WHERE s.tenant_id = c.tenant_id AND s.hash = c.hash)`} {
		err := k.db.InTenant(t.Context(), k.tenant.ID, func(_ context.Context, tx *store.Tx) error { return tx.Exec(statement, k.tenant.ID.String()).Error })
		if err == nil {
			t.Errorf("%s: the database let it happen", statement)
		}
	}
}

// tamperingIsFound changes one byte each of the card, a segment and the text.
func (k *cardKit) tamperingIsFound(t *testing.T) {
	c := k.contracts[0]
	card := k.card(t, c, "2025-10")
	if verdict := k.verify(t, card.Content); !verdict.Right() || verdict.Figures < 8 {
		t.Fatalf("an honest card: %d figures, %q", verdict.Figures, verdict.Wrong)
	}
	for at := range card.Content {
		changed := []byte(string(card.Content))
		changed[at] ^= 1
		if at%racing.Of(1231, 331) != 0 && (changed[at] != '1' || at%racing.Of(37, 7) != 0) { // every byte would take minutes; some places with a 0 and some others
			continue
		}
		if string(changed) == string(card.Content) {
			t.Fatal("nothing was changed")
		}
		verdict, err := k.cards.VerifyCard(t.Context(), k.tenant, changed)
		if err == nil && verdict.Right() {
			t.Fatalf("byte %d was changed and not found: %s", at, changed[max(0, at-30):min(len(changed), at+30)])
		}
	}
	line := card.Card.Lines[0]
	if line.Value == nil {
		t.Fatalf("%s has no value", line.Code)
	}
	forged := *card.Card
	forged.Lines = append([]contract.CardLine(nil), forged.Lines...)
	higher := *line.Value + 0.25
	forged.Lines[0].Value = &higher
	verdict := k.verify(t, forged.Canonical())
	if want := fmt.Sprintf("%s value: the card says %v, computed again it is %v", line.Code, higher, *line.Value); !strings.Contains(strings.Join(verdict.Wrong, "\n"), want) {
		t.Errorf("a forged value is found as %q, want %q", verdict.Wrong, want)
	}
	hash := card.Card.Basis.Segments[0]
	flip := `UPDATE segment_content SET content = set_byte(content, 1000, get_byte(content, 1000) # 1) WHERE tenant_id = $1 AND hash = decode($2, 'hex')`
	k.exec(t, flip, k.tenant.ID.String(), hash)
	if verdict := k.verify(t, card.Content); verdict.Right() || !strings.Contains(verdict.Wrong[0], hash[:12]) {
		t.Errorf("a changed segment: %q", verdict.Wrong)
	}
	k.exec(t, flip, k.tenant.ID.String(), hash)
	text := `UPDATE contract_text SET content = replace(content, $3, $4) WHERE tenant_id = $1 AND contract_id = $2`
	k.exec(t, text, k.tenant.ID.String(), c.ID, `"weight":15`, `"weight":14`)
	if verdict := k.verify(t, card.Content); verdict.Right() || !strings.Contains(verdict.Wrong[0], "text") {
		t.Errorf("a changed text: %q", verdict.Wrong)
	}
	k.exec(t, text, k.tenant.ID.String(), c.ID, `"weight":14`, `"weight":15`)
	if verdict := k.verify(t, card.Content); !verdict.Right() {
		t.Errorf("all is as it was, and it says %q", verdict.Wrong)
	}
}

// objectionsScoreAgain takes two declarations out of a figure, leaves another figure out, and takes neither where it was refused.
func (k *cardKit) objectionsScoreAgain(t *testing.T) {
	month := cube.MonthOf(2025, time.October)
	c := k.contracts[3]
	for _, other := range k.contracts[3:] { // somebody with enough to dispute
		if line := k.card(t, other, "2025-10").Card.Find("CLR01"); line.N > k.card(t, c, "2025-10").Card.Find("CLR01").N {
			c = other
		}
	}
	holder := officer
	holder.Officer = c.Subject
	// All contracts of this test are signed by one account; the one who reviews is no party of them.
	first := k.card(t, c, "2025-10")
	lines, err := k.indicators.Lines(t.Context(), k.tenant, indicator.LinesRequest{Code: "CLR01", From: month.First(), To: (month + 1).First(), Where: c.Behind(), Limit: 50})
	if err != nil || len(lines.Lines) < 3 {
		t.Fatalf("behind CLR01: %+v, %v", lines, err)
	}
	two := []int64{lines.Lines[0].DeclarationID, lines.Lines[1].DeclarationID}
	in := contract.ObjectionInput{Contract: c.ID, Month: month, Version: 1, Indicator: "CLR01", Ground: "attribution", Words: "these two were another's", Declarations: two, File: &contract.EvidenceFile{Name: "incident.pdf", Content: []byte("%PDF-1.4 not much of one")}}
	foreign := in
	foreign.Declarations = []int64{two[0], 1 << 40}
	if _, err := k.cards.FileObjection(t.Context(), k.tenant, holder, foreign); !domain.Is(err, domain.KindInvalid) {
		t.Fatalf("a declaration that is not behind the figure: %v", err)
	}
	late := in
	late.Version = 2
	if _, err := k.cards.FileObjection(t.Context(), k.tenant, holder, late); !domain.Is(err, domain.KindConflict) {
		t.Fatalf("a version that is not there: %v", err)
	}
	o, err := k.cards.FileObjection(t.Context(), k.tenant, holder, in)
	if err != nil {
		t.Fatal(err)
	}
	step := func(action contract.ObjectionAction, who contract.Actor, effect contract.ObjectionEffect, excluded []int64) error {
		d, err := k.cards.Objection(t.Context(), k.tenant, contract.Reader{Actor: dg, Scope: access.ScopeAdministration}, o.ID)
		if err != nil {
			t.Fatal(err)
		}
		_, err = k.cards.ActOnObjection(t.Context(), k.tenant, contract.ObjectionAsk{Objection: o.ID, Revision: d.Revision, Actor: who, Action: action, Reason: "the duty list shows it", Effect: effect, Excluded: excluded})
		return err
	}
	if err := step(contract.ObjectionTake, auditor, "", nil); err != nil {
		t.Fatal(err)
	}
	if err := step(contract.ObjectionAccept, auditor, contract.ExcludesCases, []int64{1}); !domain.Is(err, domain.KindInvalid) {
		t.Fatalf("another declaration is taken out: %v", err)
	}
	if err := step(contract.ObjectionAccept, auditor, contract.ExcludesCases, two); err != nil {
		t.Fatal(err)
	}
	second := k.card(t, c, "2025-10")
	before, after := first.Card.Find("CLR01"), second.Card.Find("CLR01")
	if second.Version != 2 || second.Reason != contract.ObjectionGranted || !cmp.Equal(after.Excluded, two) || after.N != before.N-2 || *after.Denominator != *before.Denominator-2 || len(second.Card.Differences) == 0 || second.Card.Previous != hex.EncodeToString(first.Hash) {
		t.Fatalf("the corrected card: version %d, %q, %+v, before %+v", second.Version, second.Reason, after.CardFigure, before.CardFigure)
	}
	if verdict := k.verify(t, second.Content); !verdict.Right() {
		t.Errorf("computed again: %q", verdict.Wrong)
	}
	in.Version, in.Indicator, in.Ground, in.Declarations, in.File = 2, "DQ02", "definition", nil, nil
	if o, err = k.cards.FileObjection(t.Context(), k.tenant, holder, in); err != nil {
		t.Fatal(err)
	}
	if got := k.sweep(t); got != (contract.Swept{}) {
		t.Fatalf("an objection that waits changes nothing, and the pass did %+v", got)
	}
	k.unansweredIsLeftOut(t, c, after)
}

// unansweredIsLeftOut lets the time to answer pass.
func (k *cardKit) unansweredIsLeftOut(t *testing.T, c *contract.Contract, kept *contract.CardLine) {
	then := k.now.Load()
	k.pass(40)
	if got := k.sweep(t); got.Corrected != 1 {
		t.Fatalf("nobody answered, and the pass did %+v", got)
	}
	third := k.card(t, c, "2025-10")
	if line := third.Card.Find("DQ02"); third.Version != 3 || third.Reason != contract.ObjectionGranted || line.LeftOut != contract.LeftGranted || line.Weight != 0 || !cmp.Equal(third.Card.Find("CLR01").Excluded, kept.Excluded) {
		t.Fatalf("the card: version %d, %q, %+v", third.Version, third.Reason, line)
	}
	for _, v := range third.Versions {
		if verdict := k.verify(t, v.Content); !verdict.Right() {
			t.Errorf("version %d: %q", v.Version, verdict.Wrong)
		}
	}
	k.now.Store(then)
}

// daysAreCorrected exempts a month but for six days, and takes it back.
func (k *cardKit) daysAreCorrected(t *testing.T) {
	c := k.contracts[1]
	first := k.card(t, c, "2025-09")
	away := contract.Exemption{Whom: contract.ExemptOfficer, Code: c.Subject, Ground: "illness", StartsOn: cube.DateOf(2025, time.September, 9), EndsOn: cube.DateOf(2025, time.September, 30), Evidence: "certificate 77"}
	self := officer
	self.Officer = c.Subject
	for _, who := range []contract.Actor{self, stranger, auditor} {
		if _, err := k.service.Exempt(t.Context(), k.tenant, who, away); !domain.Is(err, domain.KindForbidden) {
			t.Fatalf("%s exempts: %v", who.SignInName, err)
		}
	}
	kept, err := k.service.Exempt(t.Context(), k.tenant, hr, away)
	if err != nil {
		t.Fatal(err)
	}
	if got := k.sweep(t); got != (contract.Swept{Corrected: 1}) {
		t.Fatalf("one month of one officer has changed, the pass did %+v", got)
	}
	second := k.card(t, c, "2025-09")
	if second.Version != 2 || second.Reason != contract.DaysCorrected || second.Card.Previous != hex.EncodeToString(first.Hash) || second.Card.Part >= 1 || second.Card.Part != float64(second.Card.Days.Counted)/10 ||
		len(second.Versions) != 2 || len(second.Card.Differences) == 0 {
		t.Fatalf("the corrected card: version %d, %s, part %v, %+v", second.Version, second.Reason, second.Card.Part, second.Card.Days)
	}
	if string(second.Versions[1].Content) != string(first.Content) {
		t.Error("the first version is not as it was")
	}
	for _, v := range second.Versions {
		if verdict := k.verify(t, v.Content); !verdict.Right() {
			t.Errorf("version %d: %q", v.Version, verdict.Wrong)
		}
	}
	if err := k.service.WithdrawExemption(t.Context(), k.tenant, hr, kept.ID, "certificate was of another"); err != nil {
		t.Fatal(err)
	}
	if err := k.service.WithdrawExemption(t.Context(), k.tenant, hr, kept.ID, "once more"); !domain.Is(err, domain.KindConflict) {
		t.Fatalf("withdrawn twice: %v", err)
	}
	if got := k.sweep(t); got != (contract.Swept{Corrected: 1}) || !cmp.Equal(k.card(t, c, "2025-09").Card.Days, first.Card.Days) {
		t.Fatalf("after the withdrawal the pass did %+v and counts %+v, before %+v", got, k.card(t, c, "2025-09").Card.Days, first.Card.Days)
	}
}

// dataAreCorrected changes the data of a month after its card was frozen.
func (k *cardKit) dataAreCorrected(t *testing.T) {
	c := k.contracts[2]
	first := k.card(t, c, "2025-10")
	k.exec(t, `UPDATE event SET at = at - interval '30 hours' WHERE tenant_id = $1 AND kind = 'assessed' AND at >= '2025-10-06' AND at < '2025-10-20'`, k.tenant.ID.String())
	k.exec(t, `DELETE FROM record_pack WHERE tenant_id = $1`, k.tenant.ID.String()) // what was done to the tables went round the loading
	k.rebuild(t)
	if got := k.sweep(t); got.Published != 0 || got.Corrected == 0 {
		t.Fatalf("the data of October have changed, the pass did %+v", got)
	}
	if purged, err := cube.NewStore(k.db).Purge(t.Context(), k.tenant.ID, k.clock().Add(24*time.Hour)); err != nil {
		t.Fatalf("purge: %d, %v", purged, err)
	}
	second := k.card(t, c, "2025-10")
	if second.Version != 2 || second.Reason != contract.DataCorrected || len(second.Card.Differences) == 0 {
		t.Fatalf("the corrected card: version %d, %q, %+v", second.Version, second.Reason, second.Card.Differences)
	}
	for _, v := range []*contract.CardVersion{first.CardVersion, second.CardVersion} {
		if verdict := k.verify(t, v.Content); !verdict.Right() {
			t.Errorf("version %d after the data have changed and the old segments were purged: %q", v.Version, verdict.Wrong)
		}
	}
}

// TestACardIsReadOnlyAsItWasWritten holds the form.
func TestACardIsReadOnlyAsItWasWritten(t *testing.T) {
	t.Parallel()
	for _, content := range []string{"", "{}", "[]", `{"form":"assay-scorecard-2"}`, `{"form":"assay-scorecard-1"}`} {
		if _, err := contract.ParseCard([]byte(content)); !domain.Is(err, domain.KindInvalid) {
			t.Errorf("%q: %v", content, err)
		}
	}
	card := contract.Card{Form: "assay-scorecard-1", Contract: uuid.NewString(), Lines: []contract.CardLine{{CardFigure: contract.CardFigure{Code: "CLR01", Value: value(87.123456789)}}}}
	content := card.Canonical()
	again, err := contract.ParseCard(content)
	if err != nil || string(again.Canonical()) != string(content) {
		t.Fatalf("%s: %v", content, err)
	}
	for _, changed := range []string{string(content) + " ", strings.Replace(string(content), ":", ": ", 1), strings.Replace(string(content), "87.123456789", "87.1234567890", 1), strings.Replace(string(content), "{", `{"more":1,`, 1)} {
		if _, err := contract.ParseCard([]byte(changed)); !domain.Is(err, domain.KindInvalid) {
			t.Errorf("%s is taken: %v", changed, err)
		}
	}
}

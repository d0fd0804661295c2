package contract_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"assay/domain"
	"assay/domain/access"
	"assay/domain/audit"
	"assay/domain/contract"
	"assay/domain/cube"
	"assay/domain/seal"
	"assay/domain/secret"
	"assay/domain/store"
)

// evaluationKit has contracts in force with cards that the test writes.
type evaluationKit struct {
	*kit
	evaluations *contract.Evaluations
}

// running makes a contract that is in force from April 2026 on.
func (k *evaluationKit) running(t *testing.T, subject string) *contract.Contract {
	t.Helper()
	c, err := k.service.Draft(t.Context(), k.tenant, contract.DraftInput{Template: k.template.ID, Subject: subject, SubjectName: "Officer " + subject, Office: "DLA1", StartsOn: cube.DateOf(2026, time.April, 1),
		Signatories: []contract.Signatory{{Side: contract.SideHolder, Account: officer.Account, Name: officer.Name, Post: "Examiner"}, {Side: contract.SideAdministration, Account: dg.Account, Name: dg.Name, Post: "Director General"}},
		Actor:       dg, Targets: figures(), WithoutHistory: true})
	if err == nil {
		c, err = k.service.Propose(t.Context(), k.tenant, k.ask(c, dg, ""))
	}
	if err != nil {
		t.Fatal(err)
	}
	return k.sign(t, k.sign(t, c, officer), dg)
}

// month writes the card of a month: a score, and whether the lines missed their thresholds.
func (k *evaluationKit) month(t *testing.T, c *contract.Contract, month string, score float64, red bool) {
	t.Helper()
	at, err := cube.ParseMonth(month)
	if err != nil {
		t.Fatal(err)
	}
	standing := contract.Green
	if red {
		standing = contract.Red
	}
	card := contract.Card{Form: "assay-scorecard-1", Administration: k.tenant.Code, Contract: c.ID.String(), Number: c.Number, Month: month, Version: 1, Part: 1, Composite: &score, Achieved: score >= 100,
		Lines: []contract.CardLine{{CardFigure: contract.CardFigure{Code: "CLR01"}, Weight: 60, Standing: standing}, {CardFigure: contract.CardFigure{Code: "CTL02"}, Weight: 40, Standing: contract.Green}}, Beside: []contract.CardFigure{}}
	err = k.db.InTenant(t.Context(), k.tenant.ID, func(_ context.Context, tx *store.Tx) error {
		return tx.Exec(`INSERT INTO scorecard (tenant_id, contract_id, month, version, content, hash, reason, published_at, published_by) VALUES (?, ?, ?, 1, ?, ?, '', ?, 'system')`,
			k.tenant.ID.String(), c.ID, int(at), string(card.Canonical()), card.Hash(), (at + 2).First().Time()).Error
	})
	if err != nil {
		t.Fatal(err)
	}
}

func (k *evaluationKit) at(year int, month time.Month, day int) {
	k.now.Store(time.Date(year, month, day, 9, 0, 0, 0, time.UTC).Unix())
}

func (k *evaluationKit) session(t *testing.T, kind contract.SessionKind, from, to string) *contract.Session {
	t.Helper()
	first, _ := cube.ParseMonth(from)
	last, err := cube.ParseMonth(to)
	if err != nil {
		t.Fatal(err)
	}
	s, err := k.evaluations.OpenSession(t.Context(), k.tenant, deputy, contract.SessionInput{Kind: kind, Function: contract.FunctionOfficer, From: first, To: last})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func (k *evaluationKit) read(t *testing.T, id uuid.UUID, who contract.Actor) *contract.Calibration {
	t.Helper()
	c, err := k.evaluations.Session(t.Context(), k.tenant, k.reader(who), id)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// answerAll answers with what the program proposes.
func (k *evaluationKit) answerAll(t *testing.T, id uuid.UUID) *contract.Calibration {
	t.Helper()
	for _, e := range k.read(t, id, deputy).Evaluations {
		if _, err := k.evaluations.Answer(t.Context(), k.tenant, deputy, e.ID, e.Revision, e.Facts.Proposal, "as the figures of the quarter show"); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := k.evaluations.Lock(t.Context(), k.tenant, deputy, id); err != nil {
		t.Fatal(err)
	}
	return k.read(t, id, dg)
}

// wanted holds that an error is of a kind; empty for none.
func wanted(t *testing.T, what string, err error, kind domain.Kind) {
	t.Helper()
	if kind == "" && err != nil || kind != "" && !domain.Is(err, kind) {
		t.Errorf("%s: %v, want %q", what, err, kind)
	}
}

// TestTheEndOfContracts follows contracts through two quarterly evaluations and the final one: proposals by the rule, answers that
// freeze, decisions, an appeal, closing and renewal, with everybody else refused at every step.
func TestTheEndOfContracts(t *testing.T) {
	t.Parallel()
	k := &evaluationKit{kit: newKit(t, noFigures{})}
	k.evaluations = contract.NewEvaluations(k.service)
	k.open(t, false, contract.AnyOrder)
	good, bad, late := k.running(t, "EX1"), k.running(t, "EX2"), k.running(t, "EX3")
	k.at(2026, time.April, 1)
	for _, c := range []*contract.Contract{good, bad, late} {
		if err := k.service.Activate(t.Context(), k.tenant, c.ID); err != nil {
			t.Fatal(err)
		}
		for _, month := range []string{"2026-04", "2026-05", "2026-06"} {
			if c == late && month != "2026-04" {
				continue
			}
			k.month(t, c, month, map[bool]float64{true: 112, false: 71}[c == good], c != good)
		}
	}
	k.at(2026, time.August, 10)
	first := k.session(t, contract.Quarterly, "2026-04", "2026-06")
	k.proposals(t, first.ID, good.ID, bad.ID, late.ID)
	k.panelIsHeld(t, first.ID)
	k.findings(t, first.ID, good, bad)
	locked := k.answerAll(t, first.ID)
	k.lockHolds(t, locked)
	k.decisions(t, locked, bad.ID, late.ID)
	k.appeals(t, locked, good, bad)
	k.toTheEnd(t, good, bad)
	report, err := audit.Verify(t.Context(), k.db, k.tenant.ID, nil)
	if err != nil || !report.Intact() {
		t.Fatalf("the record after all: %+v, %v", report, err)
	}
}

func (k *evaluationKit) of(t *testing.T, c *contract.Calibration, id uuid.UUID) *contract.Evaluation {
	t.Helper()
	for _, e := range c.Evaluations {
		if e.Contract.ID == id {
			return e
		}
	}
	t.Fatalf("the session does not have contract %s", id)
	return nil
}

func (k *evaluationKit) proposals(t *testing.T, session, good, bad, late uuid.UUID) {
	c := k.read(t, session, deputy)
	for id, want := range map[uuid.UUID][2]string{good: {contract.OutcomeLetter, contract.WhyAchieved}, bad: {contract.OutcomeInterview, contract.WhyRed}, late: {contract.OutcomeNothing, contract.WhyImmature}} {
		if f := k.of(t, c, id).Facts; f.Proposal != want[0] || f.Why != want[1] || len(f.Months) != 3 {
			t.Errorf("proposed %s because of %s, want %v: %+v", f.Proposal, f.Why, want, f)
		}
	}
	if f := k.of(t, c, good).Facts; f.Score == nil || *f.Score != 112 || c.Evaluations[0].Contract.ID != good {
		t.Errorf("the first is %s with %+v", c.Evaluations[0].Contract.Number, f)
	}
}

// findings hold a favourable proposal back while they are critical, open, of these months and about the holder; they propose nothing against
// anybody, and once they are explained all is as before.
func (k *evaluationKit) findings(t *testing.T, session uuid.UUID, good, bad *contract.Contract) {
	t.Helper()
	note := func(subject, severity, month string) {
		at, err := cube.ParseMonth(month)
		if err == nil {
			err = k.db.InTenant(t.Context(), k.tenant.ID, func(_ context.Context, tx *store.Tx) error {
				return tx.Exec(`INSERT INTO finding (tenant_id, finding_id, rule, rule_version, severity, subject_kind, subject, office, month, evidence, evidence_hash, detected_at)
					VALUES (?, gen_random_uuid(), 'P12', 1, ?, 'user', ?, 'DLA1', ?, '{}', sha256(convert_to(? || ?, 'UTF8')), now())`, k.tenant.ID.String(), severity, subject, int(at), severity, month).Error
			})
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	note(good.Subject, "high", "2026-04")
	note(good.Subject, "critical", "2026-01")
	note("somebody", "critical", "2026-04")
	note(bad.Subject, "critical", "2026-04")
	c := k.read(t, session, deputy)
	if f := k.of(t, c, good.ID).Facts; f.Proposal != contract.OutcomeLetter || f.Findings != 0 {
		t.Errorf("findings that are not critical, of other months or about others: %+v", f)
	}
	if f := k.of(t, c, bad.ID).Facts; f.Proposal != contract.OutcomeInterview || f.Why != contract.WhyRed || f.Findings != 1 {
		t.Errorf("a finding changed what was proposed against somebody: %+v", f)
	}
	note(good.Subject, "critical", "2026-05")
	if f := k.of(t, k.read(t, session, deputy), good.ID).Facts; f.Proposal != contract.OutcomeNothing || f.Why != contract.WhyFindings || f.Findings != 1 {
		t.Errorf("with an open critical finding: %+v", f)
	}
	err := k.db.InTenant(t.Context(), k.tenant.ID, func(_ context.Context, tx *store.Tx) error {
		return tx.Exec(`UPDATE finding SET state = 'explained' WHERE tenant_id = ?`, k.tenant.ID.String()).Error
	})
	if f := k.of(t, k.read(t, session, deputy), good.ID).Facts; err != nil || f.Proposal != contract.OutcomeLetter || f.Findings != 0 {
		t.Errorf("once they are explained: %+v, %v", f, err)
	}
}

// panelIsHeld tries everybody who does not sit on the panel, and everything that is not possible while it is open.
func (k *evaluationKit) panelIsHeld(t *testing.T, session uuid.UUID) {
	ctx, s := t.Context(), k.evaluations
	e := k.read(t, session, deputy).Evaluations[0]
	const reason = "because it is so in this quarter"
	for _, who := range []contract.Actor{officer, other, hr, admin, auditor, stranger} {
		_, err := s.Answer(ctx, k.tenant, who, e.ID, e.Revision, "letter", reason)
		if !domain.Is(err, domain.KindForbidden) && !domain.Is(err, domain.KindNotFound) {
			t.Errorf("%s answers: %v", who.SignInName, err)
		}
		if _, err := s.Lock(ctx, k.tenant, who, session); !domain.Is(err, domain.KindForbidden) {
			t.Errorf("%s locks: %v", who.SignInName, err)
		}
	}
	_, err := s.Answer(ctx, k.tenant, deputy, e.ID, e.Revision, "prison", reason)
	wanted(t, "an outcome that is on no list", err, domain.KindInvalid)
	_, err = s.Answer(ctx, k.tenant, deputy, e.ID, e.Revision, "letter", "so")
	wanted(t, "an answer without reasons", err, domain.KindInvalid)
	_, err = s.Lock(ctx, k.tenant, deputy, session)
	wanted(t, "locked without answers", err, domain.KindConflict)
	_, err = s.Decide(ctx, k.tenant, dg, e.ID, contract.DecisionInput{Outcome: "letter", Reasons: reason})
	wanted(t, "decided while open", err, domain.KindNotReady)
	_, err = s.Answer(ctx, k.tenant, head, e.ID, e.Revision, "letter", reason)
	wanted(t, "the head of the office answers", err, "")
	_, err = s.Answer(ctx, k.tenant, deputy, e.ID, e.Revision, "letter", reason)
	wanted(t, "an answer on what was seen before", err, domain.KindConflict)
}

// lockHolds tries to change what is frozen, through the service and past it.
func (k *evaluationKit) lockHolds(t *testing.T, c *contract.Calibration) {
	e := c.Evaluations[0]
	_, err := k.evaluations.Answer(t.Context(), k.tenant, deputy, e.ID, e.Revision, "nothing", "another thought after all")
	wanted(t, "an answer after the lock", err, domain.KindConflict)
	_, err = k.evaluations.Remark(t.Context(), k.tenant, deputy, e.ID, "A word after the session.")
	wanted(t, "a comment after the lock", err, "")
	_, err = k.evaluations.Lock(t.Context(), k.tenant, deputy, c.ID)
	wanted(t, "locked twice", err, domain.KindConflict)
	for _, statement := range []string{`UPDATE evaluation SET answer = 'nothing' WHERE tenant_id = ?`, `UPDATE evaluation SET facts = '' WHERE tenant_id = ?`, `UPDATE evaluation_session SET locked_at = NULL WHERE tenant_id = ?`,
		`DELETE FROM evaluation WHERE tenant_id = ?`, `UPDATE evaluation_comment SET words = 'x' WHERE tenant_id = ?`} {
		if err := k.db.InTenant(t.Context(), k.tenant.ID, func(_ context.Context, tx *store.Tx) error { return tx.Exec(statement, k.tenant.ID.String()).Error }); err == nil {
			t.Errorf("%s: the database let it happen", statement)
		}
	}
	k.month(t, &contract.Contract{ID: e.Contract.ID, Number: e.Contract.Number}, "2026-07", 20, true)
	if now := k.read(t, c.ID, dg).Evaluations[0]; len(now.Facts.Months) != 3 || *now.Facts.Score != *e.Facts.Score {
		t.Errorf("the facts of a locked session changed: %+v", now.Facts)
	}
}

func (k *evaluationKit) decisions(t *testing.T, c *contract.Calibration, bad, late uuid.UUID) {
	ctx, s := t.Context(), k.evaluations
	e := k.of(t, c, bad)
	in := contract.DecisionInput{Outcome: contract.OutcomeInterview, Reasons: "the thresholds were missed in three months"}
	for _, who := range []contract.Actor{officer, other, hr, admin, auditor, stranger, deputy} {
		_, err := s.Decide(ctx, k.tenant, who, e.ID, in)
		wanted(t, who.SignInName+" decides", err, domain.KindForbidden)
	}
	_, err := s.Decide(ctx, k.tenant, head, e.ID, contract.DecisionInput{Outcome: contract.OutcomeWarning, Reasons: in.Reasons, Hearing: "heard on 3 August"})
	wanted(t, "a supervisor warns", err, domain.KindForbidden)
	_, err = s.Decide(ctx, k.tenant, dg, e.ID, contract.DecisionInput{Outcome: contract.OutcomeWarning, Reasons: in.Reasons})
	wanted(t, "a warning without a hearing", err, domain.KindInvalid)
	_, err = s.Decide(ctx, k.tenant, dg, e.ID, contract.DecisionInput{Outcome: contract.OutcomeInterview})
	wanted(t, "a decision without reasons", err, domain.KindInvalid)
	decided, err := s.Decide(ctx, k.tenant, head, e.ID, in)
	wanted(t, "the supervisor decides on an interview", err, "")
	if d := decided.Decision(); d == nil || d.Capacity != contract.Supervisor || d.AppealUntil != cube.DateOf(2026, time.August, 24) {
		t.Errorf("the decision: %+v", d)
	}
	if n := k.notices.last(); n.Action != contract.OutcomeDecided || len(n.To) != 1 || n.To[0] != officer.Account {
		t.Errorf("told: %+v", n)
	}
	_, err = s.Decide(ctx, k.tenant, dg, e.ID, in)
	wanted(t, "decided twice", err, domain.KindConflict)
	_, found, _, err := s.OfContract(ctx, k.tenant, contract.Reader{Actor: officer, Scope: access.ScopeOwn}, late)
	if err != nil || len(found) != 0 {
		t.Errorf("the holder sees %d evaluations before they are decided: %v", len(found), err)
	}
	mine, kinds, err := s.Decided(ctx, k.tenant, k.reader(hr))
	if err != nil || len(mine) != 1 || len(kinds) == 0 || len(mine[0].Facts.Months) != 0 || mine[0].Answer.Outcome != "" {
		t.Errorf("human resources sees %+v, %v", mine, err)
	}
	_, found, _, err = s.OfContract(ctx, k.tenant, k.reader(hr), bad)
	if err != nil || len(found) == 0 || found[len(found)-1].Decision() == nil || len(found[len(found)-1].Facts.Months) != 0 || found[len(found)-1].Facts.Score != nil {
		t.Errorf("human resources sees of a contract: %+v, %v", found, err)
	}
}

// appeals lets the holder appeal against the decision on bad, and nobody hear it who took part.
func (k *evaluationKit) appeals(t *testing.T, c *contract.Calibration, good, bad *contract.Contract) {
	ctx, s := t.Context(), k.evaluations
	e := k.of(t, c, bad.ID)
	const grounds = "the scanner stood still for three weeks"
	for _, who := range []contract.Actor{dg, deputy, head, other, hr, auditor} {
		_, err := s.Appeal(ctx, k.tenant, who, e.ID, grounds)
		wanted(t, who.SignInName+" appeals", err, domain.KindNotFound)
	}
	_, err := s.Appeal(ctx, k.tenant, officer, e.ID, "no")
	wanted(t, "an appeal without grounds", err, domain.KindInvalid)
	_, err = s.Appeal(ctx, k.tenant, officer, k.of(t, c, good.ID).ID, grounds)
	wanted(t, "an appeal before a decision", err, domain.KindConflict)
	appealed, err := s.Appeal(ctx, k.tenant, officer, e.ID, grounds)
	wanted(t, "the holder appeals", err, "")
	if n := k.notices.last(); n.Action != contract.AppealMade || n.To[0] != head.Account || appealed.Over(k.today()+300) {
		t.Errorf("told: %+v", n)
	}
	for _, who := range []contract.Actor{head, deputy, dg, officer, hr} { // decided, answered, party, holder, no body
		_, err := s.TakeAppeal(ctx, k.tenant, who, e.ID)
		wanted(t, who.SignInName+" hears the appeal", err, domain.KindForbidden)
	}
	granted := contract.DecisionInput{Outcome: contract.OutcomeNothing, Reasons: "the outage is proved by the incident report"}
	_, err = s.DecideAppeal(ctx, k.tenant, auditor, e.ID, true, granted)
	wanted(t, "decided before it was taken up", err, domain.KindConflict)
	_, err = s.TakeAppeal(ctx, k.tenant, auditor, e.ID)
	wanted(t, "the auditor hears it", err, "")
	_, err = s.DecideAppeal(ctx, k.tenant, auditor, e.ID, true, contract.DecisionInput{Outcome: contract.OutcomeInterview, Reasons: granted.Reasons})
	wanted(t, "granted with the same outcome", err, domain.KindInvalid)
	after, err := s.DecideAppeal(ctx, k.tenant, auditor, e.ID, true, granted)
	wanted(t, "the appeal is granted", err, "")
	if d := after.Decision(); d.Outcome != contract.OutcomeNothing || d.Sequence != 2 || after.Appeal.State != contract.AppealGranted || !after.Over(k.today()) {
		t.Errorf("after the appeal: %+v, %+v", d, after.Appeal)
	}
	_, err = s.Appeal(ctx, k.tenant, officer, e.ID, grounds)
	wanted(t, "a second appeal", err, domain.KindConflict)
	for _, statement := range []string{`UPDATE evaluation_appeal SET state = 'filed', decided_at = NULL, reasons = '' WHERE tenant_id = ?`, `UPDATE evaluation_decision SET outcome = 'letter' WHERE tenant_id = ?`, `DELETE FROM evaluation_decision WHERE tenant_id = ?`} {
		if err := k.db.InTenant(ctx, k.tenant.ID, func(_ context.Context, tx *store.Tx) error { return tx.Exec(statement, k.tenant.ID.String()).Error }); err == nil {
			t.Errorf("%s: the database let it happen", statement)
		}
	}
}

// toTheEnd closes and renews one contract, and holds every guard on the way.
func (k *evaluationKit) toTheEnd(t *testing.T, good, bad *contract.Contract) {
	ctx, s := t.Context(), k.evaluations
	for _, month := range []string{"2026-07", "2026-08", "2026-09"} {
		if !k.hasCard(t, good.ID, month) {
			k.month(t, good, month, 130, false)
		}
	}
	if !k.hasCard(t, bad.ID, "2026-07") {
		k.month(t, bad, "2026-07", 90, false)
	}
	k.at(2026, time.November, 30)
	load := func(c *contract.Contract) *contract.Dossier {
		d, err := k.service.Get(ctx, k.tenant, k.reader(dg), c.ID)
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	evaluated := func(c *contract.Contract, who contract.Actor) error {
		_, err := k.service.Evaluate(ctx, k.tenant, k.ask(load(c).Contract, who, ""))
		return err
	}
	wanted(t, "evaluated without a session", evaluated(good, deputy), domain.KindNotReady)
	final := k.answerAll(t, k.session(t, contract.Final, "2026-09", "2026-09").ID)
	outcomes, err := s.EvaluateSession(ctx, k.tenant, deputy, final.ID)
	if err != nil || len(outcomes) != 3 {
		t.Fatalf("%d outcomes, %v", len(outcomes), err)
	}
	for _, o := range outcomes {
		if (o.Contract.ID == good.ID) != (o.Refused == "") {
			t.Errorf("%s: %q", o.Contract.Number, o.Refused)
		}
	}
	closed := func() error {
		_, err := k.service.Close(ctx, k.tenant, k.ask(load(good).Contract, dg, ""))
		return err
	}
	wanted(t, "closed before the decision", closed(), domain.KindNotReady)
	e := k.of(t, final, good.ID)
	_, err = s.Decide(ctx, k.tenant, dg, e.ID, contract.DecisionInput{Outcome: contract.OutcomeLetter, Reasons: "achieved in all six months of the term"})
	wanted(t, "the final decision", err, "")
	wanted(t, "closed within the appeal window", closed(), domain.KindNotReady)
	next, err := k.service.Renew(ctx, k.tenant, k.ask(load(good).Contract, dg, "a good term"), k.today()+10, nil)
	if err != nil || next.Kind != contract.Renewal || next.Previous != good.ID || next.Lineage == good.Lineage {
		t.Errorf("the renewal: %+v, %v", next, err)
	}
	k.papers(t, good, final, e)
	k.pass(30)
	_, err = s.Appeal(ctx, k.tenant, officer, e.ID, "too late, but with good grounds")
	wanted(t, "an appeal after the window", err, domain.KindConflict)
	_, err = k.service.Close(ctx, k.tenant, k.ask(load(good).Contract, deputy, ""))
	wanted(t, "a deputy closes", err, domain.KindForbidden)
	wanted(t, "closed", closed(), "")
	if d := load(good); d.State != contract.Closed || d.EndedAt.IsZero() {
		t.Errorf("the contract is %s", d.State)
	}
}

func (k *evaluationKit) hasCard(t *testing.T, id uuid.UUID, month string) (there bool) {
	t.Helper()
	at, err := cube.ParseMonth(month)
	if err == nil {
		err = k.db.Read(t.Context(), k.tenant.ID, func(_ context.Context, tx *store.Tx) error {
			return tx.Raw(`SELECT EXISTS (SELECT FROM scorecard WHERE tenant_id = ? AND contract_id = ? AND month = ?)`, k.tenant.ID.String(), id, int(at)).Scan(&there).Error
		})
	}
	if err != nil {
		t.Fatal(err)
	}
	return there
}

// papers draws the letter and the ceremony list in every language.
func (k *evaluationKit) papers(t *testing.T, c *contract.Contract, final *contract.Calibration, e *contract.Evaluation) {
	seals := seal.New(k.db, secret.New(), k.clock)
	if _, err := seals.Create(t.Context(), k.tenant, sealAuthor); err != nil {
		t.Fatal(err)
	}
	papers := contract.NewPapers(k.service, seals, "https://assay.example")
	for _, language := range contract.TextLanguages {
		letter, err := papers.Letter(t.Context(), k.tenant, contract.Reader{Actor: officer, Scope: access.ScopeOwn}, c.ID, e.ID, language)
		if err != nil || len(letter.PDF) == 0 || !strings.HasSuffix(letter.Name, language+".pdf") {
			t.Errorf("letter in %s: %v", language, err)
		}
		list, err := papers.Ceremony(t.Context(), k.tenant, k.reader(dg), final.ID, language)
		if err != nil || len(list.PDF) == 0 {
			t.Errorf("list in %s: %v", language, err)
		}
	}
	if _, err := papers.Letter(t.Context(), k.tenant, contract.Reader{Actor: other, Scope: access.ScopeOwn}, c.ID, e.ID, "en"); !domain.Is(err, domain.KindNotFound) {
		t.Errorf("somebody else reads the letter: %v", err)
	}
}

// TestTheListOfOutcomesIsTheAdministrationsOwn edits it.
func TestTheListOfOutcomesIsTheAdministrationsOwn(t *testing.T) {
	t.Parallel()
	k := newKit(t, noFigures{})
	s := contract.NewEvaluations(k.service)
	before, err := s.Outcomes(t.Context(), k.tenant.ID)
	if err != nil || len(before) != 8 {
		t.Fatalf("%d outcomes, %v", len(before), err)
	}
	for _, kind := range before {
		for _, language := range contract.TextLanguages {
			if kind.Names[language] == "" {
				t.Errorf("%s has no name in %s", kind.Code, language)
			}
		}
	}
	medal := contract.OutcomeKind{Code: "medal", Names: map[string]string{"fr": "Médaille"}, Bearing: contract.Favourable, Decider: contract.DirectorGeneral}
	wanted(t, "added", s.SaveOutcome(t.Context(), k.tenant.ID, dg, medal), "")
	bonus := *before[1]
	bonus.Retired = true
	wanted(t, "retired", s.SaveOutcome(t.Context(), k.tenant.ID, dg, bonus), "")
	wanted(t, "without a name", s.SaveOutcome(t.Context(), k.tenant.ID, dg, contract.OutcomeKind{Code: "x1", Bearing: contract.Neutral, Decider: contract.Supervisor}), domain.KindInvalid)
	after, err := s.Outcomes(t.Context(), k.tenant.ID)
	if err != nil || len(after) != 9 || !after[1].Retired || after[8].Name("en") != "medal" || after[8].Name("fr") != "Médaille" {
		t.Fatalf("after: %+v, %v", after, err)
	}
}

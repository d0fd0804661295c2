package contract_test

import (
	"testing"
	"time"

	"github.com/google/uuid"

	"assay/domain"
	"assay/domain/access"
	"assay/domain/audit"
	"assay/domain/contract"
	"assay/domain/cube"
)

// TestTwoDecideAtTheSameInstant lets two people evaluate, decide, appeal, object and end a contract at the same instant.
func TestTwoDecideAtTheSameInstant(t *testing.T) {
	t.Parallel()
	k := &deciders{evaluationKit: &evaluationKit{kit: newKit(t, noFigures{})}, t: t}
	k.evaluations, k.crossing = contract.NewEvaluations(k.service), newCrossing(t, k.kit)
	k.open(t, false, contract.AnyOrder)
	for _, subject := range []string{"EX1", "EX2", "EX3"} {
		k.contracts = append(k.contracts, k.running(t, subject))
	}
	k.at(2026, time.April, 1)
	for _, c := range k.contracts {
		if err := k.service.Activate(t.Context(), k.tenant, c.ID); err != nil {
			t.Fatal(err)
		}
		for _, month := range []string{"2026-04", "2026-05", "2026-06", "2026-07", "2026-08", "2026-09"} {
			k.month(t, c, month, 90, false)
		}
	}
	k.at(2026, time.August, 10)
	k.calibrate()
	k.objections()
	k.ends()
	record, err := audit.Verify(t.Context(), k.db, k.tenant.ID, nil)
	if err != nil || !record.Intact() {
		t.Fatalf("the record after all: %+v, %v", record, err)
	}
}

type deciders struct {
	*evaluationKit
	*crossing
	t         *testing.T
	contracts []*contract.Contract
}

const inReasons = "because it is so in this quarter"

func (k *deciders) answers(e *contract.Evaluation, who contract.Actor, outcome string) func() error {
	return func() error {
		_, err := k.evaluations.Answer(k.t.Context(), k.tenant, who, e.ID, e.Revision, outcome, inReasons)
		return err
	}
}

func (k *deciders) locks(id uuid.UUID) func() error {
	return func() error {
		_, err := k.evaluations.Lock(k.t.Context(), k.tenant, deputy, id)
		return err
	}
}

// calibrate lets the panel answer, lock and decide, and the holder appeal.
func (k *deciders) calibrate() {
	first := k.session(k.t, contract.Quarterly, "2026-04", "2026-05")
	seen := k.inOrder(first.ID)
	k.oneWins("answer and answer", k.meet("answer and answer", holdEvaluation, seen[0].ID, k.answers(seen[0], deputy, "letter"), k.answers(seen[0], head, "nothing")))
	k.must(k.answers(seen[1], deputy, "nothing")())
	k.must(k.answers(seen[2], deputy, "nothing")())
	seen = k.inOrder(first.ID)
	if errs := k.meet("answer and lock", holdEvaluation, seen[0].ID, k.answers(seen[0], head, "training"), k.locks(first.ID)); errs != [2]error{} {
		k.t.Errorf("an answer, then the lock: %v", errs)
	}
	seen = k.inOrder(first.ID)
	frozen := ""
	for _, e := range seen {
		if e.Answer.ByName == head.Name {
			frozen = e.Answer.Outcome
		}
	}
	if frozen != "training" {
		k.t.Errorf("the answer given before the lock is %q", frozen)
	}
	k.oneWins("lock and lock", k.lockTwice())
	k.decideTwice(seen)
}

// inOrder reads the evaluations of a session in the order of their contracts.
func (k *deciders) inOrder(id uuid.UUID) []*contract.Evaluation {
	k.t.Helper()
	c := k.evaluationKit.read(k.t, id, deputy)
	sorted := make([]*contract.Evaluation, len(k.contracts))
	for i := range k.contracts {
		sorted[i] = k.of(k.t, c, k.contracts[i].ID)
	}
	return sorted
}

func (k *deciders) must(err error) {
	k.t.Helper()
	if err != nil {
		k.t.Fatal(err)
	}
}

// lockTwice locks a session of its own twice, and lets an answer come behind the lock.
func (k *deciders) lockTwice() [2]error {
	k.t.Helper()
	session := k.session(k.t, contract.Quarterly, "2026-05", "2026-06")
	for _, e := range k.inOrder(session.ID) {
		k.must(k.answers(e, deputy, "nothing")())
	}
	late := k.inOrder(session.ID)[0]
	k.oneWins("lock and answer", k.meet("lock and answer", holdEvaluation, late.ID, k.locks(session.ID), k.answers(late, head, "letter")))
	session = k.session(k.t, contract.Quarterly, "2026-06", "2026-07")
	for _, e := range k.inOrder(session.ID) {
		k.must(k.answers(e, deputy, "nothing")())
	}
	return k.meet("lock and lock", holdSession, session.ID, k.locks(session.ID), k.locks(session.ID))
}

func (k *deciders) decideTwice(seen []*contract.Evaluation) {
	ctx, s, second := k.t.Context(), k.evaluations, person("auditor2", access.Auditor, "", "")
	decide := func(e *contract.Evaluation, who contract.Actor) func() error {
		return func() error {
			_, err := s.Decide(ctx, k.tenant, who, e.ID, contract.DecisionInput{Outcome: "interview", Reasons: inReasons})
			return err
		}
	}
	meet := func(what string, e *contract.Evaluation, first, then func() error) {
		k.t.Helper()
		k.oneWins(what, k.meet(what, holdEvaluation, e.ID, first, then))
	}
	meet("decide and decide", seen[0], decide(seen[0], head), decide(seen[0], dg))
	k.must(decide(seen[1], head)())
	appeal := func(e *contract.Evaluation) func() error {
		return func() error {
			holder := officer
			holder.Officer = e.Contract.Subject
			_, err := s.Appeal(ctx, k.tenant, holder, e.ID, "the scanner stood still for three weeks")
			return err
		}
	}
	meet("appeal and appeal", seen[0], appeal(seen[0]), appeal(seen[0]))
	k.must(appeal(seen[1])())
	take := func(e *contract.Evaluation, who contract.Actor) func() error {
		return func() error { _, err := s.TakeAppeal(ctx, k.tenant, who, e.ID); return err }
	}
	meet("take and take", seen[0], take(seen[0], auditor), take(seen[0], second))
	withdraw := func(e *contract.Evaluation) func() error {
		return func() error { _, err := s.WithdrawAppeal(ctx, k.tenant, officer, e.ID); return err }
	}
	meet("withdraw and take", seen[1], withdraw(seen[1]), take(seen[1], auditor))
	answer := func(granted bool) func() error {
		return func() error {
			_, err := s.DecideAppeal(ctx, k.tenant, auditor, seen[0].ID, granted, contract.DecisionInput{Outcome: "nothing", Reasons: inReasons})
			return err
		}
	}
	meet("grant and reject", seen[0], answer(true), answer(false))
	if e := k.inOrder(seen[0].Session.ID)[0]; len(e.Decisions) != 2 || e.Appeal.State != contract.AppealGranted {
		k.t.Errorf("after all: %+v, %+v", e.Decisions, e.Appeal)
	}
}

// objections lets holders and reviewers act on one objection at the same instant.
func (k *deciders) objections() {
	cards := contract.NewCards(k.service, noSnapshot{}, cube.NewStore(k.db))
	c, month := k.contracts[0], cube.MonthOf(2027, 1)
	ctx := k.t.Context()
	file := func() error {
		_, err := cards.FileObjection(ctx, k.tenant, k.holding(c), contract.ObjectionInput{Contract: c.ID, Month: month, Version: 1, Indicator: "CLR04", Ground: "outage", Words: "the scanner was out for a week"})
		return err
	}
	// open plants a card of another month and brings an objection to it so far.
	open := func(steps ...func(id uuid.UUID) func() error) uuid.UUID {
		k.t.Helper()
		month++
		k.plant(k.t, c, month)
		k.must(file())
		listed, err := cards.Objections(ctx, k.tenant, k.reader(dg), contract.ObjectionFilter{Contract: c.ID, Month: month})
		if err != nil || len(listed) != 1 {
			k.t.Fatalf("%d objections, %v", len(listed), err)
		}
		for _, step := range steps {
			k.must(step(listed[0].ID)())
		}
		return listed[0].ID
	}
	does := func(who contract.Actor, action contract.ObjectionAction, effect contract.ObjectionEffect) func(uuid.UUID) func() error {
		return func(id uuid.UUID) func() error {
			d, err := cards.Objection(ctx, k.tenant, k.reader(dg), id)
			k.must(err)
			return func() error {
				_, err := cards.ActOnObjection(ctx, k.tenant, contract.ObjectionAsk{Objection: id, Revision: d.Revision, Actor: who, Action: action, Reason: "after looking at it", Effect: effect})
				return err
			}
		}
	}
	holder := k.holding(c)
	take, accept, reject := does(head, contract.ObjectionTake, ""), does(head, contract.ObjectionAccept, contract.LeavesOut), does(head, contract.ObjectionReject, "")
	withdraw, appeal, settle := does(holder, contract.ObjectionWithdraw, ""), does(holder, contract.ObjectionAppeal, ""), does(auditor, contract.ObjectionSettle, contract.LeavesOut)
	for _, each := range []struct {
		what        string
		first, then func(uuid.UUID) func() error
		before      []func(uuid.UUID) func() error
	}{
		{"take and take", take, does(deputy, contract.ObjectionTake, ""), nil},
		{"take and withdraw", take, withdraw, nil},
		{"withdraw and take", withdraw, take, nil},
		{"accept and reject", accept, reject, []func(uuid.UUID) func() error{take}},
		{"reject and accept", reject, accept, []func(uuid.UUID) func() error{take}},
		{"reject and withdraw", reject, withdraw, []func(uuid.UUID) func() error{take}},
		{"appeal and appeal", appeal, appeal, []func(uuid.UUID) func() error{take, reject}},
		{"settle and settle", settle, settle, []func(uuid.UUID) func() error{take, reject, appeal}},
	} {
		id := open(each.before...)
		k.oneWins("objection: "+each.what, k.meet(each.what, holdObjection, id, each.first(id), each.then(id)))
	}
	month++
	k.plant(k.t, c, month)
	k.oneWins("object and object", k.meet("object and object", holdContract, c.ID, file, file))
}

// ends lets the end of contracts be decided by two at the same instant.
func (k *deciders) ends() {
	k.at(2026, time.December, 20)
	final := k.session(k.t, contract.Final, "2026-09", "2026-09")
	for _, e := range k.inOrder(final.ID) {
		k.must(k.answers(e, deputy, "nothing")())
	}
	k.must(k.locks(final.ID)())
	ctx, cards := k.t.Context(), contract.NewCards(k.service, noSnapshot{}, cube.NewStore(k.db))
	read := func(i int) *contract.Contract {
		d, err := k.service.Get(ctx, k.tenant, k.reader(dg), k.contracts[i].ID)
		k.must(err)
		return d.Contract
	}
	evaluates := func(c *contract.Contract) func() error {
		return func() error { _, err := k.service.Evaluate(ctx, k.tenant, k.ask(c, deputy, "")); return err }
	}
	meet := func(what string, c *contract.Contract, first, then func() error) [2]error {
		return k.meet(what, holdContract, c.ID, first, then)
	}
	two, three := read(1), read(2)
	k.oneWins("evaluate and evaluate", meet("evaluate and evaluate", two, evaluates(two), evaluates(two)))
	k.oneWins("terminate and evaluate", meet("terminate and evaluate", three, func() error { return terminates(dg).do(k.kit, k.t, three) }, evaluates(three)))
	// A card that was published today opens the window again: it is never both objected to and over.
	k.plant(k.t, k.contracts[0], cube.MonthOf(2028, 6))
	one := read(0)
	file := func() error {
		_, err := cards.FileObjection(ctx, k.tenant, k.holding(one), contract.ObjectionInput{Contract: one.ID, Month: cube.MonthOf(2028, 6), Version: 1, Indicator: "CLR04", Ground: "outage", Words: "the scanner was out for a week"})
		return err
	}
	if errs := meet("object and evaluate", one, file, evaluates(one)); errs[0] != nil || !domain.Is(errs[1], domain.KindNotReady) {
		k.t.Errorf("objected to and evaluated: %v", errs)
	}
	_, err := k.evaluations.Decide(ctx, k.tenant, dg, k.inOrder(final.ID)[1].ID, contract.DecisionInput{Outcome: "nothing", Reasons: inReasons})
	k.must(err)
	k.pass(30)
	two = read(1)
	closes := func() error { _, err := k.service.Close(ctx, k.tenant, k.ask(two, dg, "")); return err }
	renews := func() error {
		_, err := k.service.Renew(ctx, k.tenant, k.ask(two, dg, "a good term"), k.today(), nil)
		return err
	}
	k.oneWins("renew and close", meet("renew and close", two, renews, closes))
	two = read(1)
	k.oneWins("close and close", meet("close and close", two, closes, closes))
}

package contract_test

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/uuid"
	"pgregory.net/rapid"

	"assay/domain"
	"assay/domain/access"
	"assay/domain/administration"
	"assay/domain/contract"
	"assay/domain/cube"
	"assay/domain/store"
)

// noSnapshot stands where figures are just being made: decisions are kept, cards follow later.
type noSnapshot struct{}

func (noSnapshot) Snapshot(context.Context, *administration.Tenant) (*cube.Snapshot, error) {
	return nil, domain.Errorf(domain.KindNotReady, "no figures in this test")
}

// permitted are the field's rules of objections, written down a second time: which steps may ever be seen, and by whom.
var permitted = map[string]string{
	" file filed":               "officer",
	"filed take in_review":      "head deputy auditor",
	"in_review accept accepted": "head deputy auditor", "in_review accept_partly partly_accepted": "head deputy auditor", "in_review reject rejected": "head deputy auditor",
	"filed withdraw withdrawn": "officer", "in_review withdraw withdrawn": "officer",
	"filed lapse unanswered": "system", "in_review lapse unanswered": "system",
	"partly_accepted appeal appealed": "officer", "rejected appeal appealed": "officer",
	"appealed settle final":   "deputy auditor",
	"accepted conclude final": "system", "partly_accepted conclude final": "system", "rejected conclude final": "system",
}

// TestObjectionsWalk lets random people do random steps, one after the other and two at the same instant, on a real
// PostgreSQL, and looks at what is kept.
func TestObjectionsWalk(t *testing.T) {
	t.Parallel()
	k := newKit(t, noFigures{})
	k.open(t, false, contract.AnyOrder)
	cards := contract.NewCards(k.service, noSnapshot{}, cube.NewStore(k.db))
	c := k.draft(t, "EX07")
	c, err := k.service.Propose(t.Context(), k.tenant, k.ask(c, dg, ""))
	if err != nil {
		t.Fatal(err)
	}
	c = k.sign(t, k.sign(t, c, officer), dg)
	k.pass(10)
	if err := k.service.Activate(t.Context(), k.tenant, c.ID); err != nil {
		t.Fatal(err)
	}
	reached := map[contract.ObjectionState]int{}
	walks := 0
	rapid.Check(t, func(r *rapid.T) {
		walks++
		w := &objectionWalk{kit: k, t: t, r: r, cards: cards, contract: c}
		w.file(cube.MonthOf(2026, 1) + cube.Month(walks))
		w.likely(rapid.IntRange(0, 8).Draw(r, "head start"))
		for range rapid.IntRange(0, 8).Draw(r, "steps") {
			w.step()
		}
		reached[w.check()]++
	})
	for _, state := range contract.ObjectionStates {
		if reached[state] == 0 && walks >= 100 {
			t.Errorf("no walk ended %s: %v", state, reached)
		}
	}
	t.Logf("%d walks ended %v", walks, reached)
}

type objectionWalk struct {
	*kit
	t        *testing.T
	r        *rapid.T
	cards    *contract.Cards
	contract *contract.Contract
	id       uuid.UUID
	mutex    sync.Mutex
	done     int
}

// plant publishes a card of a month as the program would.
func (k *kit) plant(t *testing.T, c *contract.Contract, month cube.Month) {
	t.Helper()
	card := &contract.Card{Form: "assay-scorecard-1", Administration: k.tenant.Code, Contract: c.ID.String(), Number: c.Number, Month: month.String(), Version: 1}
	for _, target := range c.Text.Document.Targets {
		card.Lines = append(card.Lines, contract.CardLine{CardFigure: contract.CardFigure{Code: target.Code}})
	}
	err := k.db.InTenant(t.Context(), k.tenant.ID, func(_ context.Context, tx *store.Tx) error {
		return tx.Exec(`INSERT INTO scorecard (tenant_id, contract_id, month, version, content, hash, reason, published_at, published_by) VALUES (?, ?, ?, 1, ?, ?, '', ?, 'system')`,
			k.tenant.ID.String(), c.ID, int(month), string(card.Canonical()), card.Hash(), k.clock()).Error
	})
	if err != nil {
		t.Fatal(err)
	}
}

func (w *objectionWalk) file(month cube.Month) {
	w.plant(w.t, w.contract, month)
	in := contract.ObjectionInput{Contract: w.contract.ID, Month: month, Version: 1, Indicator: "CLR04", Ground: "outage", Words: "the scanner was out for a week"}
	for _, who := range []contract.Actor{dg, head, hr, other, stranger, auditor} {
		if _, err := w.cards.FileObjection(w.t.Context(), w.tenant, who, in); err == nil {
			w.r.Fatalf("%s objects to a card of another", who.SignInName)
		}
	}
	o, err := w.cards.FileObjection(w.t.Context(), w.tenant, officer, in)
	if err != nil {
		w.r.Fatal(err)
	}
	w.id, w.done = o.ID, 1
	if _, err := w.cards.FileObjection(w.t.Context(), w.tenant, officer, in); !domain.Is(err, domain.KindConflict) {
		w.r.Fatalf("filed twice: %v", err)
	}
}

// likely takes an objection some steps on one of the usual ways, so that late states are seen as often as early ones.
func (w *objectionWalk) likely(way int) {
	type one struct {
		action contract.ObjectionAction
		who    contract.Actor
		effect contract.ObjectionEffect
	}
	take, reject := one{contract.ObjectionTake, head, ""}, one{contract.ObjectionReject, head, ""}
	partly, appeal := one{contract.ObjectionAcceptPartly, head, contract.LeavesOut}, one{contract.ObjectionAppeal, officer, ""}
	ways := [][]one{nil, {take}, {take, reject}, {take, {contract.ObjectionAccept, head, contract.LeavesOut}}, {take, partly}, {take, reject, appeal}, {take, partly, appeal},
		{take, reject, appeal, {contract.ObjectionSettle, auditor, contract.LeavesOut}}}
	if way == len(ways) { // nobody answers
		w.pass(40)
		if _, err := w.cards.Sweep(w.t.Context(), w.tenant); err != nil {
			w.r.Fatal(err)
		}
		return
	}
	for _, step := range ways[way] {
		if err := w.do(step.action, step.who, step.effect); err != nil {
			w.r.Fatalf("the usual way, %s: %v", step.action, err)
		}
	}
}

func (w *objectionWalk) step() {
	if rapid.IntRange(0, 7).Draw(w.r, "time") == 0 {
		w.pass(rapid.IntRange(1, 20).Draw(w.r, "days"))
		if _, err := w.cards.Sweep(w.t.Context(), w.tenant); err != nil {
			w.r.Fatal(err)
		}
		return
	}
	if rapid.Bool().Draw(w.r, "one") {
		action, who, effect := w.pick()
		_ = w.do(action, who, effect) // refusals are the point
		return
	}
	first, firstBy, firstEffect := w.pick()
	second, secondBy, secondEffect := w.pick()
	seen := w.load().Revision
	errs := make([]error, 2)
	var both sync.WaitGroup
	both.Add(2)
	go func() { defer both.Done(); errs[0] = w.act(seen, first, firstBy, firstEffect) }()
	go func() { defer both.Done(); errs[1] = w.act(seen, second, secondBy, secondEffect) }()
	both.Wait()
	if errs[0] == nil && errs[1] == nil {
		w.r.Fatalf("%s by %s and %s by %s, both on revision %d, both got through", first, firstBy.SignInName, second, secondBy.SignInName, seen)
	}
}

func (w *objectionWalk) pick() (contract.ObjectionAction, contract.Actor, contract.ObjectionEffect) {
	return rapid.SampledFrom(contract.ObjectionActions).Draw(w.r, "action"), rapid.SampledFrom(people).Draw(w.r, "who"),
		rapid.SampledFrom([]contract.ObjectionEffect{contract.NoEffect, contract.LeavesOut, contract.ExcludesCases}).Draw(w.r, "effect")
}

func (w *objectionWalk) load() *contract.ObjectionDossier {
	d, err := w.cards.Objection(w.t.Context(), w.tenant, contract.Reader{Actor: dg, Scope: access.ScopeAdministration}, w.id)
	if err != nil {
		w.r.Fatal(err)
	}
	return d
}

func (w *objectionWalk) do(action contract.ObjectionAction, who contract.Actor, effect contract.ObjectionEffect) error {
	return w.act(w.load().Revision, action, who, effect)
}

func (w *objectionWalk) act(seen int64, action contract.ObjectionAction, who contract.Actor, effect contract.ObjectionEffect) error {
	ask := contract.ObjectionAsk{Objection: w.id, Revision: seen, Actor: who, Action: action, Reason: "after looking at it", Effect: effect}
	_, err := w.cards.ActOnObjection(w.t.Context(), w.tenant, ask)
	if domain.Is(err, domain.KindInternal) {
		w.r.Fatalf("%s by %s: %v", action, who.SignInName, err)
	}
	if err == nil {
		w.mutex.Lock()
		w.done++
		w.mutex.Unlock()
	}
	return err
}

// check reads what is kept and holds it against the rules.
func (w *objectionWalk) check() contract.ObjectionState {
	d := w.load()
	state, decider, byPeople := contract.ObjectionState(""), "", 0
	for i, e := range d.Events {
		if e.Sequence != i+1 || e.From != state {
			w.r.Fatalf("event %d goes from %q, but the objection was %q: %+v", e.Sequence, e.From, state, d.Events)
		}
		by, known := permitted[fmt.Sprintf("%s %s %s", e.From, e.Action, e.To)]
		if !known || !slices.Contains(strings.Fields(by), e.Actor) {
			w.r.Fatalf("%s → %s by %s of %s got through", e.From, e.To, e.Action, e.Actor)
		}
		switch e.Action {
		case contract.ObjectionTake:
			decider = e.Actor
		case contract.ObjectionAccept, contract.ObjectionAcceptPartly, contract.ObjectionReject:
			if e.Actor != decider {
				w.r.Fatalf("%s decided, %s had taken it up", e.Actor, decider)
			}
		case contract.ObjectionSettle:
			if e.Actor == decider {
				w.r.Fatalf("%s decided on the appeal against the own decision", e.Actor)
			}
		}
		if e.Actor != "system" {
			byPeople++
		}
		state = e.To
	}
	if state != d.State || byPeople != w.done {
		w.r.Fatalf("the objection is %s, its life ends %s; %d steps were answered with success, %d are kept", d.State, state, w.done, byPeople)
	}
	if d.Effect == contract.ExcludesCases || d.State == contract.ObjectionUnanswered && d.Effect != contract.LeavesOut ||
		(d.State == contract.ObjectionRejected || d.State == contract.ObjectionFiled || d.State == contract.ObjectionInReview || d.State == contract.ObjectionWithdrawn) && d.Effect != contract.NoEffect {
		w.r.Fatalf("an objection that is %s has the effect %q", d.State, d.Effect)
	}
	return d.State
}

// TestObjectionTableIsInReadme holds README.md against the table.
func TestObjectionTableIsInReadme(t *testing.T) {
	t.Parallel()
	content, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	if table := contract.ObjectionTable(); !strings.Contains(string(content), table) {
		t.Fatalf("README.md does not show the table; it must hold\n%s", table)
	}
}

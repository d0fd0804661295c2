package contract_test

import (
	"bytes"
	"context"
	"errors"
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
	"assay/domain/contract"
	"assay/domain/cube"
	"assay/domain/store"
)

// allowed says, apart from the program's own table, which steps may ever be seen in the life of
// a contract, and in which capacities: the field's rules written down a second time.
var allowed = map[string]string{
	"draft edit draft": "drafter", "draft propose proposed": "drafter", "draft discard discarded": "drafter",
	"proposed counter negotiating": "holder authority supervisor", "negotiating counter negotiating": "holder authority supervisor",
	"proposed extend proposed": "drafter", "negotiating extend negotiating": "drafter",
	"proposed withdraw draft": "drafter authority", "negotiating withdraw draft": "drafter authority",
	"proposed decline draft": "holder", "negotiating decline draft": "holder",
	"proposed vet proposed": "verifier", "negotiating vet negotiating": "verifier",
	"draft deputise draft": "authority", "proposed deputise proposed": "authority", "negotiating deputise negotiating": "authority",
	"proposed sign proposed": "holder authority", "negotiating sign negotiating": "holder authority",
	"proposed sign signed": "holder authority", "negotiating sign signed": "holder authority",
	"signed activate active": "system", "signed begin active": "director_general",
	"active suspend suspended": "supervisor director_general", "suspended resume active": "supervisor director_general",
	"active amend active": "drafter authority", "suspended amend suspended": "drafter authority",
	"active supersede amended": "system", "suspended supersede amended": "system",
	"active evaluate evaluated": "reviewer", "evaluated close closed": "director_general", "evaluated renew evaluated": "drafter", "closed renew closed": "drafter",
	"active terminate terminated": "director_general", "suspended terminate terminated": "director_general",
}

func init() {
	for _, state := range []string{"draft", "proposed", "negotiating", "signed", "active", "suspended"} {
		allowed[state+" comment "+state] = "holder authority supervisor director_general drafter verifier"
	}
}

// TestNothingForbiddenGetsThrough walks random sequences of actions by random people, one after
// the other and two at the same instant, on a real PostgreSQL, and looks at what is kept afterwards.
func TestNothingForbiddenGetsThrough(t *testing.T) {
	t.Parallel()
	k := newKit(t, noFigures{})
	k.open(t, true, contract.AnyOrder)
	reached := map[contract.State]int{}
	walks := 0
	rapid.Check(t, func(r *rapid.T) {
		walks++
		w := &walk{kit: k, t: t, r: r, subject: fmt.Sprintf("EX%d", walks)}
		w.current = k.draft(t, w.subject).ID
		w.likely(rapid.IntRange(0, 11).Draw(r, "head start"))
		for range rapid.IntRange(4, 16).Draw(r, "steps") {
			w.step()
		}
		reached[w.check()]++
	})
	for _, state := range []contract.State{contract.Draft, contract.Proposed, contract.Negotiating, contract.Signed, contract.Active, contract.Suspended, contract.Evaluated, contract.Closed, contract.Terminated} {
		if reached[state] == 0 && walks >= 100 {
			t.Errorf("no walk ended %s: %v", state, reached)
		}
	}
	report, err := k.service.VerifySignatures(t.Context(), k.tenant.ID)
	if err != nil || !report.Intact() || report.Signatures == 0 {
		t.Fatalf("signatures after all: %+v, %v", report, err)
	}
	t.Logf("%d walks ended %v, %d signatures", walks, reached, report.Signatures)
}

// errNoVerb stands for supersede: nobody can ask for it.
var errNoVerb = errors.New("there is no such verb")

type walk struct {
	*kit
	t       *testing.T
	r       *rapid.T
	subject string
	current uuid.UUID // contract that is acted on
	mutex   sync.Mutex
	done    int                  // actions on the first contract and its editions that succeeded
	signed  map[string]uuid.UUID // text/slot of signatures that were answered with success
	lineage uuid.UUID
	// evaluation is the contract's final one, once it is ripe.
	evaluation uuid.UUID
}

// likely takes a contract some steps on the way on which contracts usually go, so that late
// states are seen as often as early ones.
func (w *walk) likely(steps int) {
	holder := w.holder()
	path := []func() error{
		func() error { return w.do(contract.Propose, dg) }, func() error { return w.do(contract.Vet, auditor) }, func() error { return w.do(contract.Sign, holder) },
		func() error { return w.do(contract.Sign, dg) }, func() error { w.pass(12); return w.do(contract.Activate, contract.Program) }, func() error { return w.do(contract.Suspend, dg) }, func() error { return w.do(contract.Resume, dg) },
	}
	if steps > len(path) && rapid.IntRange(0, 2).Draw(w.r, "fraud") == 0 {
		path = append(path, func() error { return w.do(contract.Terminate, dg) })
	} else {
		path = append(path, w.ripen, func() error { return w.do(contract.Evaluate, auditor) }, w.decide, func() error { return w.do(contract.Close, dg) })
	}
	for _, step := range path[:min(steps, len(path))] {
		if err := step(); err != nil {
			w.r.Fatalf("the usual way: %v", err)
		}
	}
}

// ripen brings a contract to the end of its term with a card of every month and a final session that is locked.
func (w *walk) ripen() error {
	d := w.load()
	w.pass(int(d.EndsOn-w.today()) + 120)
	tenant, session := w.tenant.ID.String(), uuid.New()
	w.evaluation = uuid.New()
	return w.db.InTenant(w.t.Context(), w.tenant.ID, func(_ context.Context, tx *store.Tx) error {
		for month := d.StartsOn.Month(); month.First() < d.EndsOn; month++ {
			if err := tx.Exec(`INSERT INTO scorecard (published_at, tenant_id, contract_id, month, version, content, hash, reason, published_by) VALUES (?, ?, ?, ?, 1, '{}', ?, '', 'system')`,
				(month + 1).First().Time(), tenant, d.ID, int(month), make([]byte, 32)).Error; err != nil {
				return err
			}
		}
		if err := tx.Exec(`INSERT INTO evaluation_session (tenant_id, session_id, kind, level, function, from_month, to_month, opened_at, opened_by, opened_name) VALUES (?, ?, 'final', 'officer', ?, 1, 2, now(), '', '')`, tenant, session, w.subject).Error; err != nil {
			return err
		}
		if err := tx.Exec(`INSERT INTO evaluation (tenant_id, evaluation_id, session_id, contract_id) VALUES (?, ?, ?, ?)`, tenant, w.evaluation, session, d.ID).Error; err != nil {
			return err
		}
		return tx.Exec(`UPDATE evaluation_session SET locked_at = now() WHERE tenant_id = ? AND session_id = ?`, tenant, session).Error
	})
}

// decide records the final decision and lets the appeal window pass.
func (w *walk) decide() error {
	_, err := contract.NewEvaluations(w.service).Decide(w.t.Context(), w.tenant, dg, w.evaluation, contract.DecisionInput{Outcome: "nothing", Reasons: "as the panel proposed it"})
	w.pass(30)
	return err
}

func (w *walk) holder() contract.Actor {
	holder := officer
	holder.Officer = w.subject
	return holder
}

// step lets one person act, or two at the same instant, or days pass.
func (w *walk) step() {
	if rapid.IntRange(0, 9).Draw(w.r, "time") == 0 {
		w.pass(rapid.IntRange(1, 15).Draw(w.r, "days"))
		return
	}
	if rapid.Bool().Draw(w.r, "one") {
		_ = w.do(w.pick()) // refusals are the point; what got through is checked at the end
		return
	}
	first, firstBy := w.pick()
	second, secondBy := w.pick()
	seen := w.load()
	errs := make([]error, 2)
	var both sync.WaitGroup
	both.Add(2)
	go func() { defer both.Done(); errs[0] = w.act(seen, first, firstBy) }()
	go func() { defer both.Done(); errs[1] = w.act(seen, second, secondBy) }()
	both.Wait()
	if errs[0] == nil && errs[1] == nil && first != contract.Activate && second != contract.Activate {
		w.r.Fatalf("%s by %s and %s by %s, both on revision %d, both got through", first, firstBy.SignInName, second, secondBy.SignInName, seen.Revision)
	}
}

func (w *walk) pick() (contract.Action, contract.Actor) {
	action := rapid.SampledFrom(contract.Actions).Draw(w.r, "action")
	who := rapid.SampledFrom(people).Draw(w.r, "who")
	if who.SignInName == "officer" {
		who = w.holder()
	}
	return action, who
}

func (w *walk) load() *contract.Dossier {
	d, err := w.service.Get(w.t.Context(), w.tenant, contract.Reader{Actor: dg, Scope: access.ScopeAdministration}, w.current)
	if err != nil {
		w.r.Fatalf("load: %v", err)
	}
	w.lineage = d.Lineage
	return d
}

func (w *walk) do(action contract.Action, who contract.Actor) error {
	return w.act(w.load(), action, who)
}

// act tries an action on a contract as it was seen.
func (w *walk) act(seen *contract.Dossier, action contract.Action, who contract.Actor) error {
	ctx, s, ask := w.t.Context(), w.service, contract.Ask{Contract: seen.ID, Revision: seen.Revision, Actor: who, Reason: "because of the strike"}
	different := map[string]contract.Figure{"CLR01": {Target: value(75 + float64(seen.Text.Number))}}
	var err error
	switch action {
	case contract.Edit:
		_, err = s.Edit(ctx, w.tenant, ask, different)
	case contract.Propose:
		_, err = s.Propose(ctx, w.tenant, ask)
	case contract.Counter:
		_, err = s.Counter(ctx, w.tenant, ask, different)
	case contract.Comment:
		_, err = s.Comment(ctx, w.tenant, ask, "indicator:CLR01", "why so high?")
	case contract.Extend:
		_, err = s.Extend(ctx, w.tenant, ask, w.today()+20)
	case contract.Withdraw:
		_, err = s.Withdraw(ctx, w.tenant, ask)
	case contract.Decline:
		_, err = s.Decline(ctx, w.tenant, ask)
	case contract.Discard:
		_, err = s.Discard(ctx, w.tenant, ask)
	case contract.Vet:
		_, err = s.Vet(ctx, w.tenant, ask, seen.Text.Hash)
	case contract.Deputise:
		_, err = s.Deputise(ctx, w.tenant, ask, deputy.Account, deputy.Name, w.today(), w.today()+30)
	case contract.Sign:
		err = w.sign(ctx, seen, ask)
	case contract.Begin:
		_, err = s.Begin(ctx, w.tenant, ask)
	case contract.Suspend:
		_, err = s.Suspend(ctx, w.tenant, ask, "strike", w.today())
	case contract.Resume:
		_, err = s.Resume(ctx, w.tenant, ask, w.today())
	case contract.Amend:
		_, err = s.Amend(ctx, w.tenant, ask, w.today()+cube.Date(5), different)
	case contract.Renew:
		_, err = s.Renew(ctx, w.tenant, ask, w.today(), different)
	case contract.Evaluate:
		_, err = s.Evaluate(ctx, w.tenant, ask)
	case contract.Close:
		_, err = s.Close(ctx, w.tenant, ask)
	case contract.Terminate:
		_, err = s.Terminate(ctx, w.tenant, ask, "judgment 12/2026")
	case contract.Activate:
		err = s.Activate(ctx, w.tenant, seen.ID)
		return err // done again it changes nothing
	default:
		return errNoVerb
	}
	if err == nil {
		w.mutex.Lock()
		w.done++
		w.mutex.Unlock()
	} else if domain.Is(err, domain.KindInternal) {
		w.r.Fatalf("%s by %s: %v", action, who.SignInName, err)
	}
	return err
}

func (w *walk) sign(ctx context.Context, seen *contract.Dossier, ask contract.Ask) error {
	in := contract.SignInput{Seen: seen.Text.Hash, Confirmation: w.confirmation(ask.Actor)}
	_, err := w.service.Sign(ctx, w.tenant, ask, in)
	if err == nil {
		w.mutex.Lock()
		defer w.mutex.Unlock()
		if w.signed == nil {
			w.signed = map[string]uuid.UUID{}
		}
		w.signed[fmt.Sprintf("%d by %s", seen.Text.Number, ask.Actor.SignInName)] = ask.Actor.Account
	}
	return err
}

// check reads what is kept and holds it against the rules. It gives the state in which the contract is.
func (w *walk) check() contract.State {
	d := w.load()
	w.checkLife(d)
	w.checkSignatures(d)
	return d.State
}

func (w *walk) checkLife(d *contract.Dossier) {
	state, counted := contract.State(""), 0
	for i, e := range d.Events {
		if e.Sequence != i+1 || e.From != state {
			w.r.Fatalf("event %d goes from %s, but the contract was %s: %+v", e.Sequence, e.From, state, d.Events)
		}
		state = e.To
		if e.Action == "draft" {
			continue
		}
		by, known := allowed[fmt.Sprintf("%s %s %s", e.From, e.Action, e.To)]
		if !known || !slices.Contains(strings.Fields(by), string(e.Capacity)) {
			w.r.Fatalf("%s → %s by %s as %s got through", e.From, e.To, e.Action, e.Capacity)
		}
		if e.Actor == "hr" || e.Actor == "admin" || e.Actor == "stranger" || e.Actor == "other" {
			w.r.Fatalf("%s, who is no part of the contract, did %s", e.Actor, e.Action)
		}
		if e.Action != contract.Activate && e.Action != contract.Supersede {
			counted++
		}
	}
	if state != d.State || counted != w.done {
		w.r.Fatalf("the contract is %s, its life ends %s; %d actions were answered with success, %d are kept", d.State, state, w.done, counted)
	}
}

func (w *walk) checkSignatures(d *contract.Dossier) {
	kept := map[string]bool{}
	for _, s := range d.Signatures {
		text := d.Texts[s.Text-1]
		if text.Number != s.Text || !bytes.Equal(text.Hash, s.TextHash) || !bytes.Equal(text.Document.Hash(), s.TextHash) {
			w.r.Fatalf("the signature of %s is under another text", s.Name)
		}
		who := strings.TrimPrefix(s.Name, "Amina ")
		key := fmt.Sprintf("%d by %s", s.Text, who)
		if kept[key] {
			w.r.Fatalf("%s signed text %d twice", who, s.Text)
		}
		if who != "dg" && who != "officer" && (who != "deputy" || s.InPlaceOf != dg.Name) {
			w.r.Fatalf("%s signed", who)
		}
		kept[key] = true
	}
	for key, by := range w.signed {
		if !kept[key] {
			w.r.Fatalf("the signature %s of %s is lost", key, by)
		}
	}
	if len(kept) != len(w.signed) {
		w.r.Fatalf("%d signatures are kept, %d were answered with success", len(kept), len(w.signed))
	}
	if d.State == contract.Draft || d.State.Open() || d.State == contract.Discarded {
		return
	}
	if under := d.SignaturesOf(d.Text.Number); len(under) != len(d.Signatories) {
		w.r.Fatalf("the contract is %s with %d of %d signatures under text %d", d.State, len(under), len(d.Signatories), d.Text.Number)
	}
	if last := d.Texts[len(d.Texts)-1]; last.Number != d.Text.Number || last.WrittenAt.After(d.SignedAt) {
		w.r.Fatalf("text %d came after the signatures under text %d", last.Number, d.Text.Number)
	}
	if d.VettedText != d.Text.Number {
		w.r.Fatalf("text %d is signed, the verifier passed text %d", d.Text.Number, d.VettedText)
	}
}

// TestEveryTransitionIsInTheTableOnce keeps the table whole: each action once, guards that exist,
// states and capacities that exist, and no capacity of human resources or administrator in it.
func TestEveryTransitionIsInTheTableOnce(t *testing.T) {
	t.Parallel()
	seen := map[contract.Action]bool{}
	for _, each := range contract.Transitions {
		if seen[each.Action] {
			t.Errorf("%s is there twice", each.Action)
		}
		seen[each.Action] = true
		for _, by := range each.By {
			if by == contract.HumanResources || by == contract.Administrator {
				t.Errorf("%s may %s", by, each.Action)
			}
		}
		if each.Action == contract.Sign && !slices.Equal(each.By, []contract.Capacity{contract.Holder, contract.Authority}) {
			t.Errorf("%v sign", each.By)
		}
	}
	for _, action := range contract.Actions {
		if !seen[action] {
			t.Errorf("%s is not in the table", action)
		}
	}
}

// TestDiagramIsTheTable holds README.md against the table.
func TestDiagramIsTheTable(t *testing.T) {
	t.Parallel()
	content, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	if diagram := contract.Diagram(); !strings.Contains(string(content), diagram) {
		t.Fatalf("README.md does not show the table; it must hold\n%s", diagram)
	}
}

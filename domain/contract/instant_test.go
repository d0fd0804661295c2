package contract_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"assay/domain"
	"assay/domain/access"
	"assay/domain/audit"
	"assay/domain/contract"
)

// crossing is where two people come to the same row at the same instant: a connection of its own holds the row until both wait for
// it. PostgreSQL lets them through in the order in which they came, so that who is first is no matter of chance.
type crossing struct {
	t    *testing.T
	conn *pgx.Conn // sees through row-level security
}

func newCrossing(t *testing.T, k *kit) *crossing {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), k.database.SuperURL)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close(context.WithoutCancel(t.Context())) })
	return &crossing{t, conn}
}

// meet lets first and then second come to the row that lock holds, and gives what became of both.
func (x *crossing) meet(what, lock string, id uuid.UUID, first, second func() error) [2]error {
	x.t.Helper()
	ctx := x.t.Context()
	gate, err := x.conn.Begin(ctx)
	if err == nil {
		_, err = gate.Exec(ctx, lock, id)
	}
	if err != nil {
		x.t.Fatalf("%s: hold the row: %v", what, err)
	}
	var errs [2]error
	var both sync.WaitGroup
	for i, act := range []func() error{first, second} {
		both.Go(func() { errs[i] = act() })
		x.arrived(gate, what, i+1)
	}
	if err := gate.Rollback(ctx); err != nil {
		x.t.Fatal(err)
	}
	both.Wait()
	return errs
}

// arrived waits until so many wait for what others hold. It asks again and again; whoever never comes fails the test, not the
// clock: the bound is far beyond anything that a loaded machine takes.
func (x *crossing) arrived(gate pgx.Tx, what string, wanted int) {
	x.t.Helper()
	const bound = 2 * time.Minute
	for begin := time.Now(); ; {
		var waiting int
		_, err := gate.Exec(x.t.Context(), `SELECT pg_stat_clear_snapshot()`) // a transaction would see the same again and again
		if err == nil {
			err = gate.QueryRow(x.t.Context(), `SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`).Scan(&waiting)
		}
		if err != nil {
			x.t.Fatal(err)
		}
		if waiting >= wanted {
			return
		}
		if time.Since(begin) > bound {
			x.t.Fatalf("%s: %d of %d came to the row; it is not what both lock first", what, waiting, wanted)
		}
	}
}

// oneWins holds that the first got through and the second was told that things have changed.
func (x *crossing) oneWins(what string, errs [2]error) {
	x.t.Helper()
	if errs[0] != nil || !domain.Is(errs[1], domain.KindConflict) {
		x.t.Errorf("%s: the first got %v, the second %v; the first must get through, the second be told of a conflict", what, errs[0], errs[1])
	}
}

const (
	holdContract   = `SELECT FROM contract WHERE contract_id = $1 FOR UPDATE`
	holdObjection  = `SELECT FROM objection WHERE objection_id = $1 FOR UPDATE`
	holdEvaluation = `SELECT FROM evaluation WHERE evaluation_id = $1 FOR UPDATE`
	holdSession    = `SELECT FROM evaluation_session WHERE session_id = $1 FOR UPDATE`
)

// move is something that somebody can do with a contract in a state; each succeeds when nobody else acts.
type move struct {
	name string
	do   func(*kit, *testing.T, *contract.Contract) error
}

func (k *kit) asked(c *contract.Contract, who contract.Actor) contract.Ask {
	if who.Officer != "" {
		who.Officer = c.Subject
	}
	return contract.Ask{Contract: c.ID, Revision: c.Revision, Actor: who, Reason: "because of the strike"}
}

func signs(who contract.Actor) move {
	return move{"sign by " + who.SignInName, func(k *kit, t *testing.T, c *contract.Contract) error {
		_, err := k.service.Sign(t.Context(), k.tenant, k.asked(c, who), contract.SignInput{Seen: c.Text.Hash, Confirmation: k.confirmation(who)})
		return err
	}}
}

func counters(who contract.Actor, target float64) move {
	return move{"counter by " + who.SignInName, func(k *kit, t *testing.T, c *contract.Contract) error {
		_, err := k.service.Counter(t.Context(), k.tenant, k.asked(c, who), map[string]contract.Figure{"CLR01": {Target: value(target)}})
		return err
	}}
}

// simple are moves that need nothing but who asks.
func simple(name string, who contract.Actor, do func(*kit, context.Context, contract.Ask) error) move {
	return move{name + " by " + who.SignInName, func(k *kit, t *testing.T, c *contract.Contract) error { return do(k, t.Context(), k.asked(c, who)) }}
}

func changed(_ *contract.Contract, err error) error { return err }

// openMoves can be done while both parties negotiate.
var openMoves = []move{
	signs(officer), signs(dg), signs(deputy), counters(officer, 72), counters(dg, 78),
	simple("withdraw", dg, func(k *kit, ctx context.Context, ask contract.Ask) error {
		return changed(k.service.Withdraw(ctx, k.tenant, ask))
	}),
	simple("decline", officer, func(k *kit, ctx context.Context, ask contract.Ask) error {
		return changed(k.service.Decline(ctx, k.tenant, ask))
	}),
	simple("extend", dg, func(k *kit, ctx context.Context, ask contract.Ask) error {
		return changed(k.service.Extend(ctx, k.tenant, ask, k.today()+20))
	}),
	simple("comment", officer, func(k *kit, ctx context.Context, ask contract.Ask) error {
		return changed(k.service.Comment(ctx, k.tenant, ask, "indicator:CLR01", "why so high?"))
	}),
	{"vet by auditor", func(k *kit, t *testing.T, c *contract.Contract) error {
		return changed(k.service.Vet(t.Context(), k.tenant, k.asked(c, auditor), c.Text.Hash))
	}},
	simple("deputise", dg, func(k *kit, ctx context.Context, ask contract.Ask) error {
		return changed(k.service.Deputise(ctx, k.tenant, ask, deputy.Account, deputy.Name, k.today(), k.today()+9))
	}),
}

func terminates(who contract.Actor) move {
	return simple("terminate", who, func(k *kit, ctx context.Context, ask contract.Ask) error {
		return changed(k.service.Terminate(ctx, k.tenant, ask, "judgment 12/2026"))
	})
}

func amends(who contract.Actor) move {
	return simple("amend", who, func(k *kit, ctx context.Context, ask contract.Ask) error {
		return changed(k.service.Amend(ctx, k.tenant, ask, k.today()+40, map[string]contract.Figure{"CLR01": {Target: value(70)}}))
	})
}

func suspends(who contract.Actor) move {
	return simple("suspend", who, func(k *kit, ctx context.Context, ask contract.Ask) error {
		return changed(k.service.Suspend(ctx, k.tenant, ask, "strike", k.today()))
	})
}

func resumes(who contract.Actor) move {
	return simple("resume", who, func(k *kit, ctx context.Context, ask contract.Ask) error {
		return changed(k.service.Resume(ctx, k.tenant, ask, k.today()))
	})
}

var (
	activeMoves    = []move{suspends(head), suspends(dg), amends(dg), terminates(dg)}
	suspendedMoves = []move{resumes(head), resumes(dg), amends(dg), terminates(dg)}
)

// instantKit makes contracts of one subject after the other.
type instantKit struct {
	*kit
	*crossing
	t        *testing.T
	subjects int
}

// reach makes a contract: proposed with the verifier's word and a deputy, and with further on signed and in force.
func (k *instantKit) reach(further bool) *contract.Contract {
	k.t.Helper()
	k.subjects++
	c := k.draft(k.t, fmt.Sprintf("IN%d", k.subjects))
	holder := officer
	holder.Officer = c.Subject
	steps := []func() (*contract.Contract, error){
		func() (*contract.Contract, error) {
			return k.service.Propose(k.t.Context(), k.tenant, k.ask(c, dg, ""))
		},
		func() (*contract.Contract, error) {
			return k.service.Vet(k.t.Context(), k.tenant, k.ask(c, auditor, ""), c.Text.Hash)
		},
		func() (*contract.Contract, error) {
			return k.service.Deputise(k.t.Context(), k.tenant, k.ask(c, dg, ""), deputy.Account, deputy.Name, k.today(), k.today()+30)
		},
	}
	if further {
		steps[2] = func() (*contract.Contract, error) { return k.sign(k.t, k.sign(k.t, c, holder), dg), nil }
	}
	for _, step := range steps {
		next, err := step()
		if err != nil {
			k.t.Fatal(err)
		}
		c = next
	}
	return c
}

func (k *instantKit) read(id uuid.UUID) *contract.Dossier {
	k.t.Helper()
	d, err := k.service.Get(k.t.Context(), k.tenant, contract.Reader{Actor: dg, Scope: access.ScopeAdministration}, id)
	if err != nil {
		k.t.Fatal(err)
	}
	return d
}

// pairs lets every two moves meet on a contract of its own, in one order or the other, and every move itself.
func (k *instantKit) pairs(moves []move, fresh func() *contract.Contract) {
	k.t.Helper()
	for i, one := range moves {
		for j := range i + 1 {
			first, second := one, moves[j]
			if (i+j)%2 == 1 {
				first, second = second, first
			}
			k.duel(first, second, fresh())
		}
	}
}

// duel lets two moves meet: the first is done and kept once, the second was told to look again, and who looks again gets through or
// a clear refusal.
func (k *instantKit) duel(first, second move, c *contract.Contract) {
	k.t.Helper()
	what, before := first.name+" and "+second.name, k.read(c.ID)
	k.oneWins(what, k.meet(what, holdContract, c.ID, func() error { return first.do(k.kit, k.t, c) }, func() error { return second.do(k.kit, k.t, c) }))
	after := k.read(c.ID)
	if len(after.Events) != len(before.Events)+1 || after.Revision != before.Revision+1 {
		k.t.Errorf("%s: %d events became %d, revision %d became %d", what, len(before.Events), len(after.Events), before.Revision, after.Revision)
	}
	signed := map[bool]int{true: 1}[strings.HasPrefix(first.name, "sign ")]
	if got := len(after.Signatures) - len(before.Signatures); got != signed {
		k.t.Errorf("%s: %d signatures more, want %d", what, got, signed)
	}
	var refusal *domain.Error
	if err := second.do(k.kit, k.t, after.Contract); err != nil && (!errors.As(err, &refusal) || refusal.Kind == domain.KindInternal) {
		k.t.Errorf("%s, the second again: %v", what, err)
	}
	places := map[string]bool{}
	for _, s := range k.read(c.ID).Signatures {
		place := fmt.Sprintf("text %d place %d", s.Text, s.Slot)
		if places[place] {
			k.t.Errorf("%s: %s is signed twice", what, place)
		}
		places[place] = true
	}
}

// TestTwoAtTheSameInstant lets every two moves that a state allows come to the same contract at the same instant, through connections of
// their own: the first gets through, the second is told, nothing is lost or done twice, and no two wait for each other.
func TestTwoAtTheSameInstant(t *testing.T) {
	t.Parallel()
	k := &instantKit{kit: newKit(t, noFigures{}), t: t}
	k.crossing = newCrossing(t, k.kit)
	k.open(t, true, contract.AnyOrder)
	k.pairs(openMoves, func() *contract.Contract { return k.reach(false) })
	inForce := func() *contract.Contract { return k.activate(k.reach(true)) }
	k.pairs(activeMoves, inForce)
	k.pairs(suspendedMoves, func() *contract.Contract {
		c := inForce()
		if err := suspends(dg).do(k.kit, t, c); err != nil {
			t.Fatal(err)
		}
		return k.read(c.ID).Contract
	})
	k.beginsOnce()
	k.manyHands()
	report, err := k.service.VerifySignatures(t.Context(), k.tenant.ID)
	if err != nil || !report.Intact() || report.Signatures == 0 {
		t.Fatalf("signatures after all: %+v, %v", report, err)
	}
	record, err := audit.Verify(t.Context(), k.db, k.tenant.ID, nil)
	if err != nil || !record.Intact() {
		t.Fatalf("the record after all: %+v, %v", record, err)
	}
}

// activate begins the term of a signed contract.
func (k *instantKit) activate(c *contract.Contract) *contract.Contract {
	k.t.Helper()
	k.pass(max(0, int(c.StartsOn-k.today())))
	if err := k.service.Activate(k.t.Context(), k.tenant, c.ID); err != nil {
		k.t.Fatal(err)
	}
	return k.read(c.ID).Contract
}

// beginsOnce lets the program begin a term twice at the same instant, and an amendment while the edition that it amends is ended.
func (k *instantKit) beginsOnce() {
	ctx := k.t.Context()
	c := k.reach(true)
	k.pass(int(c.StartsOn - k.today()))
	begin := func(id uuid.UUID) func() error {
		return func() error { return k.service.Activate(ctx, k.tenant, id) }
	}
	if errs := k.meet("begin and begin", holdContract, c.ID, begin(c.ID), begin(c.ID)); errs != [2]error{} {
		k.t.Errorf("begun twice: %v", errs)
	}
	begun := 0
	active := k.read(c.ID)
	for _, e := range active.Events {
		begun += map[bool]int{true: 1}[e.Action == contract.Activate]
	}
	if begun != 1 || active.State != contract.Active {
		k.t.Errorf("the term began %d times, the contract is %s", begun, active.State)
	}
	for _, ended := range []bool{false, true} {
		old := k.activate(k.reach(true))
		next := k.amendment(old)
		k.pass(int(next.StartsOn - k.today()))
		end := func() error { return terminates(dg).do(k.kit, k.t, k.read(old.ID).Contract) }
		if !ended {
			seen := k.read(old.ID).Contract
			k.oneWins("the amendment begins and the edition is ended", k.meet("amendment first", holdContract, old.ID, begin(next.ID), func() error { return terminates(dg).do(k.kit, k.t, seen) }))
			continue
		}
		if errs := k.meet("the end first", holdContract, old.ID, end, begin(next.ID)); errs[0] != nil || errs[1] != nil && !domain.Is(errs[1], domain.KindConflict) {
			k.t.Errorf("ended while its amendment begins: %v", errs)
		}
		if d := k.read(next.ID); d.State.InForce() {
			k.t.Errorf("the amendment of a contract that was ended on fraud is %s", d.State)
		}
	}
}

// amendment gives a signed amendment of a contract in force.
func (k *instantKit) amendment(old *contract.Contract) *contract.Contract {
	k.t.Helper()
	holder := officer
	holder.Officer = old.Subject
	next, err := k.service.Amend(k.t.Context(), k.tenant, k.asked(old, dg), k.today()+10, map[string]contract.Figure{"CLR01": {Target: value(70)}})
	if err == nil {
		next, err = k.service.Propose(k.t.Context(), k.tenant, k.ask(next, dg, ""))
	}
	if err == nil {
		next, err = k.service.Vet(k.t.Context(), k.tenant, k.ask(next, auditor, ""), next.Text.Hash)
	}
	if err != nil {
		k.t.Fatal(err)
	}
	return k.sign(k.t, k.sign(k.t, next, holder), dg)
}

// manyHands lets both parties of several contracts sign all of them at the same instant, each looking again when the other was
// faster: all signatures are there once, in one chain.
func (k *instantKit) manyHands() {
	var contracts []*contract.Contract
	for range 4 {
		contracts = append(contracts, k.reach(false))
	}
	begin := make(chan struct{})
	var all sync.WaitGroup
	for _, c := range contracts {
		for _, who := range []contract.Actor{officer, dg} {
			all.Go(func() {
				<-begin
				for seen := c; ; seen = k.read(c.ID).Contract {
					if err := signs(who).do(k.kit, k.t, seen); err == nil {
						return
					} else if !domain.Is(err, domain.KindConflict) {
						k.t.Errorf("%s signs among many: %v", who.SignInName, err)
						return
					}
				}
			})
		}
	}
	close(begin)
	all.Wait()
	for _, c := range contracts {
		if d := k.read(c.ID); d.State != contract.Signed || len(d.Signatures) != 2 {
			k.t.Errorf("signed by many hands: %s with %d signatures", d.State, len(d.Signatures))
		}
	}
}

package indicator_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
	"gorm.io/gorm"

	"assay/deploy/local/dbtest/racing"
	"assay/domain/cube"
	"assay/domain/cube/fact"
	"assay/domain/intake"
)

// current gives the hash of every current segment.
func (b *bundle) current(t *testing.T) map[string]string {
	t.Helper()
	current, err := cube.NewStore(b.db).Current(t.Context(), b.tenant.ID)
	if err != nil {
		t.Fatal(err)
	}
	hashes := map[string]string{}
	for _, s := range current.Segments {
		if s.Rows > 0 {
			hashes[s.Grain+" "+s.Month.String()] = s.Hash
		}
	}
	return hashes
}

func (b *bundle) dirty(t *testing.T) (months []int) {
	t.Helper()
	err := b.db.Read(t.Context(), b.tenant.ID, func(_ context.Context, tx *gorm.DB) error {
		return tx.Raw(`SELECT month FROM dirty_month WHERE tenant_id = ? ORDER BY month`, b.tenant.ID.String()).Scan(&months).Error
	})
	if err != nil {
		t.Fatal(err)
	}
	return months
}

// What a rebuild of a few months leaves must be, to the byte, what a rebuild of
// everything makes.
func TestRebuildOfFewMonthsEqualsThatOfAll(t *testing.T) {
	t.Parallel()
	b := open(t, nil)
	w := newWorld(4, 250)
	b.load(t, w)
	b.rebuild(t, fact.RebuildInput{})
	if months := b.dirty(t); len(months) > 0 {
		t.Fatalf("%v are still dirty", months)
	}
	first := b.current(t)
	for round := range racing.Of(1, 4) {
		b.load(t, w.changed(uint64(round)))
		if len(b.dirty(t)) == 0 {
			t.Fatal("a changed declaration left nothing dirty")
		}
		made := b.rebuild(t, fact.RebuildInput{})
		if months := b.dirty(t); len(months) > 0 {
			t.Fatalf("%v are still dirty", months)
		}
		few := b.current(t)
		b.rebuild(t, fact.RebuildInput{All: true})
		if diff := cmp.Diff(b.current(t), few); diff != "" {
			t.Fatalf("round %d, months %v (-all +few):\n%s", round, made.Months, diff)
		}
		if cmp.Equal(first, few) {
			t.Fatal("the change changed no segment")
		}
	}
	// Segments of before hours were counted: one dirty month is enough to make all of them.
	before := b.current(t)
	err := b.db.InTenant(t.Context(), b.tenant.ID, func(_ context.Context, tx *gorm.DB) error {
		return tx.Exec(`DELETE FROM segment WHERE tenant_id = ? AND grain = ?`, b.tenant.ID.String(), fact.Hour).Error
	})
	if err != nil {
		t.Fatal(err)
	}
	b.load(t, w.changed(9))
	if len(b.dirty(t)) == 0 {
		t.Fatal("a changed declaration left nothing dirty")
	}
	b.rebuild(t, fact.RebuildInput{})
	after := b.current(t)
	for key := range before {
		if after[key] == "" {
			t.Errorf("%s was not made again", key)
		}
	}
}

// changed gives a world in which one declaration has one more operation.
func (w *world) changed(seed uint64) *world {
	next := newWorld(seed+100, 1)
	var all []intake.Document
	for _, d := range w.documents {
		if d.Declaration != nil && len(d.Declaration.Events) > 2 {
			all = append(all, d)
		}
	}
	chosen := *all[int(seed*37+5)%len(all)].Declaration
	chosen.Events = append(chosen.Events[:0:0], chosen.Events[1:]...)
	for i := range chosen.Events {
		chosen.Events[i].Sequence = i + 1
	}
	chosen.Header.Broker = "B9"
	next.documents = []intake.Document{{Declaration: &chosen}}
	next.latest = w.latest
	return next
}

// Marks set while a rebuild is at work stay; a rebuild that fails leaves everything.
func TestFailedRebuildLeavesEverything(t *testing.T) {
	t.Parallel()
	b := open(t, nil)
	w := newWorld(5, 60)
	b.load(t, w)
	before := b.dirty(t)
	broken := errors.New("out of order")
	_, err := b.facts.Rebuild(t.Context(), b.tenant.ID, fact.RebuildInput{Prepare: func(context.Context, []cube.Month) (fact.Examination, error) {
		return fact.Examination{Save: func(context.Context) error { return broken }}, nil
	}})
	if !errors.Is(err, broken) {
		t.Fatalf("the failure is %v", err)
	}
	if diff := cmp.Diff(before, b.dirty(t)); diff != "" || len(b.current(t)) > 0 {
		t.Fatalf("a failed rebuild left %d segments and marks %s", len(b.current(t)), diff)
	}
	ctx, cancel := context.WithCancel(t.Context())
	_, err = b.facts.Rebuild(ctx, b.tenant.ID, fact.RebuildInput{Prepare: func(context.Context, []cube.Month) (fact.Examination, error) {
		cancel()
		return fact.Examination{}, nil
	}})
	if !errors.Is(err, context.Canceled) || len(b.current(t)) > 0 {
		t.Fatalf("an interrupted rebuild gave %v and left %d segments", err, len(b.current(t)))
	}
	marked := false
	made, err := b.facts.Rebuild(t.Context(), b.tenant.ID, fact.RebuildInput{Prepare: func(ctx context.Context, months []cube.Month) (fact.Examination, error) {
		if !marked { // beside the rebuild's own transactions
			marked = true
			b.load(t, w.changed(1))
		}
		return b.examine(ctx, months)
	}})
	if err != nil || made.Declarations != 60 {
		t.Fatalf("the rebuild read %d declarations: %v", made.Declarations, err)
	}
	if len(b.dirty(t)) == 0 {
		t.Fatal("data that came during the rebuild are no longer dirty")
	}
	b.rebuild(t, fact.RebuildInput{})
	few := b.current(t)
	b.rebuild(t, fact.RebuildInput{All: true})
	if diff := cmp.Diff(b.current(t), few); diff != "" {
		t.Fatalf("after all (-all +few):\n%s", diff)
	}
	if months := b.dirty(t); len(months) > 0 {
		t.Fatalf("%v are still dirty", months)
	}
	if made := b.rebuild(t, fact.RebuildInput{}); made.Segments != 0 || len(made.Months) != 0 {
		t.Fatalf("with nothing dirty, %s were made", fmt.Sprint(made.Months))
	}
}

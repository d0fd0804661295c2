package cube

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"assay/domain"
)

func TestMemoryStaysUnderItsBound(t *testing.T) {
	t.Parallel()
	b := setup(t)
	const rows = 5000
	for m := MonthOf(2026, 1); m <= MonthOf(2026, 6); m++ {
		b.publish(t, b.one, office(t, m, "A", rows))
		b.publish(t, b.two, office(t, m, "Z", rows))
	}
	free := b.engine(t, Options{})
	counts(t, free, b.one)
	whole := free.Usage().Bytes
	if whole == 0 {
		t.Fatal("decoded columns are not counted")
	}

	e := b.engine(t, Options{MemoryBytes: whole + whole/2})
	counts(t, e, b.one)
	counts(t, e, b.two)
	u := e.Usage()
	if u.Tenants[b.one] != 0 || u.Tenants[b.two] != whole || u.Bytes != whole {
		t.Fatalf("after asking one, then two: %d of one, %d of two, %d in all; want 0, %d", u.Tenants[b.one], u.Tenants[b.two], u.Bytes, whole)
	}

	narrow := b.engine(t, Options{MemoryBytes: whole / 2})
	for range 3 {
		if got := counts(t, narrow, b.one)["A"]; got != 6*rows {
			t.Fatalf("%d rows with little memory", got)
		}
		if used := narrow.Usage().Bytes; used > whole/2 {
			t.Fatalf("%d bytes used, %d allowed", used, whole/2)
		}
	}
}

func TestSupersededSegmentsGiveMemoryBack(t *testing.T) {
	t.Parallel()
	b := setup(t)
	e := b.engine(t, Options{})
	m := MonthOf(2026, 10)
	b.publish(t, b.one, office(t, m, "A", 5000))
	old, err := e.Snapshot(t.Context(), b.one)
	if err != nil {
		t.Fatalf("snapshot: %v", err)
	}
	countsOf(t, old)
	before := e.Usage().Bytes
	b.publish(t, b.one, office(t, m, "B", 5000))
	counts(t, e, b.one)
	if got := countsOf(t, old); got["A"] != 5000 {
		t.Fatalf("an old snapshot answers %v", got)
	}
	if after := e.Usage().Bytes; after != before {
		t.Fatalf("%d bytes after the change, %d before", after, before)
	}
}

// TestAnswersAreOfOneMoment asks while segments are published and memory is too
// small for all: every answer is one that was true of some revision.
func TestAnswersAreOfOneMoment(t *testing.T) {
	t.Parallel()
	b := setup(t)
	e := b.engine(t, Options{MemoryBytes: 100_000, Workers: 3})
	ctx, cancel := context.WithCancel(t.Context())
	var workers sync.WaitGroup
	workers.Go(func() { _ = e.Run(ctx) })
	months := []Month{MonthOf(2026, 9), MonthOf(2026, 10)}
	publish := func(rows int) {
		b.publish(t, b.one, office(t, months[0], fmt.Sprint("A", rows), rows), office(t, months[1], fmt.Sprint("B", rows), rows))
		b.publish(t, b.two, office(t, months[0], "Z", 3000+rows))
	}
	publish(1)
	var asked atomic.Int64
	for _, tenant := range []domain.TenantID{b.one, b.two, b.one} {
		workers.Go(func() {
			for ctx.Err() == nil {
				got := counts(t, e, tenant)
				asked.Add(1)
				if tenant == b.two {
					if got["Z"] < 3001 || len(got) != 1 {
						t.Errorf("tenant two: %v", got)
					}
					continue
				}
				consistent := len(got) == 2
				for rows := range 30 {
					a, has := got[fmt.Sprint("A", rows)]
					if has && (a != int64(rows) || got[fmt.Sprint("B", rows)] != a) {
						consistent = false
					}
				}
				if !consistent {
					t.Errorf("tenant one: %v", got)
				}
			}
		})
	}
	for rows := 2; rows < 25; rows++ {
		publish(rows)
	}
	for before := asked.Load(); asked.Load() < before+20; {
		counts(t, e, b.two)
	}
	cancel()
	workers.Wait()
	if used := e.Usage().Bytes; used > 100_000 {
		t.Fatalf("%d bytes used", used)
	}
}

func TestQueryEndsWithItsContext(t *testing.T) {
	t.Parallel()
	s, err := NewSnapshot(office(t, MonthOf(2026, 10), "A", 100_000))
	if err != nil {
		t.Fatalf("snapshot: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	q := Query{Grain: "declaration", From: MinDate, To: MaxDate, By: []string{"id"}}
	if _, err := s.Query(ctx, q); !errors.Is(err, context.Canceled) {
		t.Fatalf("cancelled query: %v", err)
	}
	if _, err := s.Rows(ctx, RowsQuery{Grain: "declaration", From: MinDate, To: MaxDate}); !errors.Is(err, context.Canceled) {
		t.Fatalf("cancelled rows: %v", err)
	}
	// In the middle: the context ends while blocks are scanned.
	r := s.grains["declaration"].segments[0]
	plan, err := sample.plan(&q)
	if err != nil {
		t.Fatalf("plan: %v", err)
	}
	spelled, err := s.spell(t.Context(), plan, []*resident{r})
	if err != nil {
		t.Fatalf("spell: %v", err)
	}
	ended := &endsLater{Context: t.Context(), after: 3}
	if _, err := s.segmentFigures(ended, plan, r, spelled); !errors.Is(err, context.Canceled) {
		t.Fatalf("scan went on: %v", err)
	}
}

// endsLater is a context that ends when it has been asked a number of times.
type endsLater struct {
	context.Context
	after int
}

func (e *endsLater) Err() error {
	if e.after--; e.after < 0 {
		return context.Canceled
	}
	return nil
}

func TestTooManyGroups(t *testing.T) {
	t.Parallel()
	s, err := NewSnapshot(office(t, MonthOf(2026, 9), "A", 3000), office(t, MonthOf(2026, 10), "A", 3000))
	if err != nil {
		t.Fatalf("snapshot: %v", err)
	}
	for _, by := range [][]string{{"id"}, {"id", "month"}, {"id", "day", "office"}} {
		q := Query{Grain: "declaration", From: MinDate, To: MaxDate, By: by}
		s.limits.groups = 2_999
		if _, err := s.Query(t.Context(), q); !domain.Is(err, domain.KindTooMany) {
			t.Errorf("by %v: %v", by, err)
		}
		s.limits.groups = 6_000
		if _, err := s.Query(t.Context(), q); err != nil {
			t.Errorf("by %v: %v", by, err)
		}
	}
}

func TestTenantsTakeTurns(t *testing.T) {
	t.Parallel()
	s := newScheduler(1, 1)
	heavy, light := domain.TenantID{1}, domain.TenantID{2}
	if err := s.acquire(t.Context(), heavy); err != nil {
		t.Fatal(err)
	}
	var order []domain.TenantID
	var done sync.WaitGroup
	queue := func(tenant domain.TenantID, length int) {
		done.Go(func() {
			_ = s.run(context.Background(), tenant, func() error {
				order = append(order, tenant) // one place: never two at a time
				return nil
			})
		})
		for {
			s.mutex.Lock()
			n := len(s.waiting[tenant])
			s.mutex.Unlock()
			if n == length {
				return
			}
		}
	}
	for i := range 10 {
		queue(heavy, i+1)
	}
	queue(light, 1)
	s.release(heavy)
	done.Wait()
	for at, tenant := range order {
		if tenant == light && at > 1 {
			t.Fatalf("the light tenant waited for %d pieces of the heavy one", at)
		}
	}
	// One that gives up does not take its place with it.
	ctx, cancel := context.WithCancel(t.Context())
	if err := s.acquire(t.Context(), heavy); err != nil {
		t.Fatal(err)
	}
	gave := make(chan error)
	go func() { gave <- s.run(ctx, light, func() error { return nil }) }()
	cancel()
	if err := <-gave; !errors.Is(err, context.Canceled) {
		t.Fatalf("one that gave up: %v", err)
	}
	s.release(heavy)
	if s.free != 1 || len(s.turns) != 0 || len(s.waiting) != 0 {
		t.Fatalf("places are lost: %+v", s)
	}
}

func TestPanicIsAnError(t *testing.T) {
	t.Parallel()
	s := newScheduler(1, 1)
	if err := s.run(t.Context(), domain.TenantID{}, func() error { panic("oh") }); !domain.Is(err, domain.KindInternal) {
		t.Fatalf("panic became %v", err)
	}
	if s.free != 1 {
		t.Fatal("the place is lost")
	}
}

func TestOneTenantDoesNotTakeAllPlaces(t *testing.T) {
	t.Parallel()
	s := newScheduler(4, 2)
	heavy, light := domain.TenantID{1}, domain.TenantID{2}
	for range 2 {
		if err := s.acquire(t.Context(), heavy); err != nil {
			t.Fatal(err)
		}
	}
	third := make(chan error)
	go func() { third <- s.acquire(context.Background(), heavy) }()
	for waiting := 0; waiting == 0; {
		s.mutex.Lock()
		waiting = len(s.waiting[heavy])
		s.mutex.Unlock()
	}
	for range 2 { // does not wait behind the heavy one
		if err := s.acquire(t.Context(), light); err != nil {
			t.Fatal(err)
		}
	}
	s.release(light) // a place is free, but not for the heavy one
	if s.free != 1 {
		t.Fatalf("%d places are free, want 1", s.free)
	}
	s.release(heavy)
	if err := <-third; err != nil {
		t.Fatal(err)
	}
	for _, tenant := range []domain.TenantID{heavy, heavy, light} {
		s.release(tenant)
	}
	if s.free != 4 || len(s.running) != 0 || len(s.turns) != 0 {
		t.Fatalf("places are lost: %+v", s)
	}
}

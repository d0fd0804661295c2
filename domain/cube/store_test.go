package cube

import (
	"context"
	"errors"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"gorm.io/gorm"

	"assay/deploy/local/dbtest"
	"assay/domain"
	"assay/domain/store"
)

// bundle is a database with two tenants.
type bundle struct {
	db    *store.DB
	store *Store
	one   domain.TenantID
	two   domain.TenantID
	at    time.Time
}

func setup(t *testing.T) *bundle {
	t.Helper()
	db, err := store.Open(t.Context(), dbtest.New(t).AppURL, store.Options{})
	if err != nil {
		t.Fatalf("open database: %v", err)
	}
	t.Cleanup(db.Close)
	b := &bundle{db: db, store: NewStore(db), one: domain.TenantID(domain.NewID()), two: domain.TenantID(domain.NewID()),
		at: time.Date(2026, 11, 22, 4, 0, 0, 0, time.UTC)}
	err = db.Shared(t.Context(), func(_ context.Context, tx *gorm.DB) error {
		for code, tenant := range map[string]domain.TenantID{"one": b.one, "two": b.two} {
			err := tx.Exec(`INSERT INTO tenant (tenant_id, code, names, currency, zone, languages, created_at)
				VALUES (?, ?, '{}', 'XAF', 'Africa/Douala', '{fr}', ?)`, tenant.String(), code, b.at).Error
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatalf("make tenants: %v", err)
	}
	return b
}

// engine makes an engine that is not listening.
func (b *bundle) engine(t *testing.T, o Options) *Engine {
	t.Helper()
	e, err := NewEngine(b.store, []*Grain{sample}, o)
	if err != nil {
		t.Fatalf("make engine: %v", err)
	}
	return e
}

// office makes a segment in which all rows are of one office, each worth 1.
func office(t testing.TB, m Month, name string, rows int) *Segment {
	t.Helper()
	return build(t, sample, m, func(r *Row, i int) {
		r.Day(0, m.First()+Date(i%28))
		r.Code(1, name)
		r.Integer(6, 1)
		r.Integer(7, int64(i))
	}, rows)
}

func (b *bundle) publish(t testing.TB, tenant domain.TenantID, segments ...*Segment) {
	t.Helper()
	if err := b.store.Publish(context.Background(), tenant, Publication{Segments: segments, At: b.at}); err != nil {
		t.Fatalf("publish: %v", err)
	}
}

// counts asks how many rows each office has.
func counts(t testing.TB, e *Engine, tenant domain.TenantID) map[string]int64 {
	t.Helper()
	s, err := e.Snapshot(context.Background(), tenant)
	if err != nil {
		t.Fatalf("snapshot: %v", err)
	}
	return countsOf(t, s)
}

func countsOf(t testing.TB, s *Snapshot) map[string]int64 {
	t.Helper()
	result, err := s.Query(context.Background(), Query{Grain: "declaration", From: MinDate, To: MaxDate, By: []string{"office"},
		Aggregates: []Aggregate{{Name: "n", Func: Count}, {Name: "paid", Func: Sum, Column: "paid"}}})
	if err != nil {
		t.Fatalf("query: %v", err)
	}
	got := map[string]int64{}
	for _, row := range result.Rows {
		if row.Values[0].Int != row.Values[1].Int {
			t.Fatalf("office %s has %d rows worth 1 and %d in all", row.Keys[0], row.Values[0].Int, row.Values[1].Int)
		}
		got[row.Keys[0]] = row.Values[0].Int
	}
	return got
}

func TestPublishedSegmentsAreAnswered(t *testing.T) {
	t.Parallel()
	b := setup(t)
	e := b.engine(t, Options{})
	october, november := MonthOf(2026, 10), MonthOf(2026, 11)
	if got := counts(t, e, b.one); len(got) != 0 {
		t.Fatalf("before the first publication: %v", got)
	}
	b.publish(t, b.one, office(t, october, "A", 10), office(t, november, "B", 2000))
	b.publish(t, b.two, office(t, october, "Z", 1))
	if diff := cmp.Diff(map[string]int64{"A": 10, "B": 2000}, counts(t, e, b.one)); diff != "" {
		t.Fatalf("first publication:\n%s", diff)
	}
	if diff := cmp.Diff(map[string]int64{"Z": 1}, counts(t, e, b.two)); diff != "" {
		t.Fatalf("the other tenant:\n%s", diff)
	}
	b.publish(t, b.one, office(t, october, "A", 11))
	if diff := cmp.Diff(map[string]int64{"A": 11, "B": 2000}, counts(t, e, b.one)); diff != "" {
		t.Fatalf("after a change:\n%s", diff)
	}
	s, err := e.Snapshot(t.Context(), b.one)
	if err != nil || s.Revision() != 2 || !s.Watermark().IsZero() {
		t.Fatalf("snapshot is of revision %d, watermark %s, %v", s.Revision(), s.Watermark(), err)
	}
}

func TestWatermarkNeverGoesBack(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for _, hours := range []int{5, 3} {
		err := b.store.Publish(t.Context(), b.one, Publication{Watermark: b.at.Add(time.Duration(hours) * time.Hour), At: b.at})
		if err != nil {
			t.Fatalf("publish: %v", err)
		}
	}
	b.publish(t, b.one)
	current, err := b.store.Current(t.Context(), b.one)
	if err != nil || !current.Watermark.Equal(b.at.Add(5*time.Hour)) || current.Revision != 3 {
		t.Fatalf("current is %+v, %v", current, err)
	}
}

func TestPublicationJoinsTheTransaction(t *testing.T) {
	t.Parallel()
	b := setup(t)
	e := b.engine(t, Options{})
	stop := errors.New("stop")
	err := b.db.InTenant(t.Context(), b.one, func(ctx context.Context, _ *gorm.DB) error {
		if err := b.store.Publish(ctx, b.one, Publication{Segments: []*Segment{office(t, MonthOf(2026, 10), "A", 3)}, At: b.at}); err != nil {
			return err
		}
		s, err := e.Snapshot(ctx, b.one)
		if err != nil {
			return err
		}
		if got := countsOf(t, s); len(got) != 0 {
			t.Errorf("uncommitted segments are answered: %v", got)
		}
		return stop
	})
	if !errors.Is(err, stop) {
		t.Fatalf("transaction: %v", err)
	}
	if got := counts(t, e, b.one); len(got) != 0 {
		t.Fatalf("segments that were rolled back are answered: %v", got)
	}
}

func TestFrozenContentsAreKept(t *testing.T) {
	t.Parallel()
	b := setup(t)
	m := MonthOf(2026, 10)
	first, second, third := office(t, m, "A", 1), office(t, m, "A", 2), office(t, m, "A", 3)
	b.publish(t, b.one, first)
	if err := b.store.Freeze(t.Context(), b.one, []string{first.Hash()}); err != nil {
		t.Fatalf("freeze: %v", err)
	}
	b.publish(t, b.one, second)
	b.publish(t, b.one, third)
	if n, err := b.store.Purge(t.Context(), b.one, b.at.Add(-time.Hour)); err != nil || n != 0 {
		t.Fatalf("purged %d before their time, %v", n, err)
	}
	if n, err := b.store.Purge(t.Context(), b.one, b.at.Add(time.Hour)); err != nil || n != 1 {
		t.Fatalf("purged %d, %v; want the second only", n, err)
	}
	for _, s := range []*Segment{first, third} {
		kept, err := b.store.Segment(t.Context(), b.one, s.Hash())
		if err != nil || !kept.Equal(s) {
			t.Fatalf("segment with %d rows is not kept as it was: %v", s.Rows(), err)
		}
	}
	if _, err := b.store.Segment(t.Context(), b.one, second.Hash()); !domain.Is(err, domain.KindNotFound) {
		t.Fatalf("purged segment: %v", err)
	}
	if err := b.store.Freeze(t.Context(), b.one, []string{second.Hash()}); !domain.Is(err, domain.KindNotFound) {
		t.Fatalf("freeze of a purged segment: %v", err)
	}
	// A change that is undone brings an earlier content back.
	b.publish(t, b.one, first)
	if n, err := b.store.Purge(t.Context(), b.one, b.at.Add(time.Hour)); err != nil || n != 1 {
		t.Fatalf("purged %d, %v; want the third only", n, err)
	}
	if diff := cmp.Diff(map[string]int64{"A": 1}, counts(t, b.engine(t, Options{}), b.one)); diff != "" {
		t.Fatalf("after the change was undone:\n%s", diff)
	}
}

func TestTenantsDoNotSeeEachOthersSegments(t *testing.T) {
	t.Parallel()
	b := setup(t)
	s := office(t, MonthOf(2026, 10), "A", 5)
	b.publish(t, b.one, s)
	current, err := b.store.Current(t.Context(), b.two)
	if err != nil || len(current.Segments) != 0 || current.Revision != 0 {
		t.Fatalf("the other tenant lists %+v, %v", current, err)
	}
	if _, err := b.store.Segment(t.Context(), b.two, s.Hash()); !domain.Is(err, domain.KindNotFound) {
		t.Fatalf("the other tenant reads: %v", err)
	}
	if err := b.store.Freeze(t.Context(), b.two, []string{s.Hash()}); !domain.Is(err, domain.KindNotFound) {
		t.Fatalf("the other tenant freezes: %v", err)
	}
	if n, err := b.store.Purge(t.Context(), b.two, b.at.Add(time.Hour)); err != nil || n != 0 {
		t.Fatalf("the other tenant purges %d, %v", n, err)
	}
	err = b.db.InTenant(t.Context(), b.two, func(ctx context.Context, _ *gorm.DB) error {
		return b.store.Publish(ctx, b.one, Publication{At: b.at})
	})
	if !errors.Is(err, store.ErrOtherTenant) {
		t.Fatalf("publish inside the other tenant's transaction: %v", err)
	}
}

func TestListeningEngineHearsOfNewSegments(t *testing.T) {
	t.Parallel()
	b := setup(t)
	e := b.engine(t, Options{})
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- e.Run(ctx) }()
	for !e.listening.Load() {
		runtime.Gosched()
	}
	m := MonthOf(2026, 10)
	for rows := int64(1); rows <= 5; rows++ {
		b.publish(t, b.one, office(t, m, "A", int(rows)))
		began := time.Now()
		for counts(t, e, b.one)["A"] != rows {
			if time.Since(began) > time.Minute {
				t.Fatalf("publication %d is not answered", rows)
			}
		}
	}
	before, _ := e.Snapshot(t.Context(), b.one)
	if after, _ := e.Snapshot(t.Context(), b.one); after != before {
		t.Fatal("a listening engine made the same snapshot twice")
	}
	cancel()
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Fatalf("engine ended with %v", err)
	}
}

func TestOtherVersionOfGrainIsNotReady(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.publish(t, b.one, office(t, MonthOf(2026, 10), "A", 5))
	newer := *sample
	newer.Version++
	e, err := NewEngine(b.store, []*Grain{&newer}, Options{})
	if err != nil {
		t.Fatalf("make engine: %v", err)
	}
	s, err := e.Snapshot(t.Context(), b.one)
	if err != nil {
		t.Fatalf("snapshot: %v", err)
	}
	_, err = s.Query(t.Context(), Query{Grain: "declaration", From: MinDate, To: MaxDate})
	if !domain.Is(err, domain.KindNotReady) || !strings.Contains(err.Error(), "declaration") {
		t.Fatalf("query: %v", err)
	}
}

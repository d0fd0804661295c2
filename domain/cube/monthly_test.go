package cube

import (
	"context"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"gorm.io/gorm"

	"assay/deploy/local/dbtest/racing"
)

// crowd makes segments of two months with thousands of groups, some of them large.
func crowd(t *testing.T) []*Segment {
	t.Helper()
	random := rand.New(rand.NewPCG(5, 5))
	var segments []*Segment
	for m := MonthOf(2026, 1); m <= MonthOf(2026, 2); m++ {
		segments = append(segments, build(t, sample, m, func(r *Row, _ int) {
			r.Day(0, m.First()+Date(random.IntN(28)))
			r.Code(1, fmt.Sprint("o", random.IntN(3)))
			r.Code(2, fmt.Sprint("f", int(10_000*random.Float64()*random.Float64())))
			if random.IntN(4) > 0 {
				r.Integer(5, random.Int64N(1000))
			}
			if random.IntN(4) > 0 {
				r.Integer(6, random.Int64N(1<<40)-1<<39)
			}
			r.Flags(8, random.Uint64N(4))
		}, 30_000))
	}
	return segments
}

// TestThePageOfManyGroups holds a page, whose quantiles are computed for its own
// groups only, against the same part of the whole answer.
func TestThePageOfManyGroups(t *testing.T) {
	t.Parallel()
	s, err := NewSnapshot(crowd(t)...)
	if err != nil {
		t.Fatal(err)
	}
	from, to, _ := s.Span("declaration")
	half, tried := 400.5, 0
	for _, by := range [][]string{{"officer"}, {"officer", "month"}, {"officer", "office", "week"}} {
		for _, order := range [][]Order{nil, {{Aggregate: "n", Descending: true}}, {{Aggregate: "time", Quantile: 1, Descending: true}}, {{Aggregate: "n", Descending: true}, {Aggregate: "money"}}} {
			for _, having := range [][]Having{nil, {{Aggregate: "time", Min: &half}}} {
				if tried++; tried%racing.Of(5, 1) != 0 { // the fifths have every order, both bounds and all groups
					continue
				}
				q := Query{Grain: "declaration", From: from, To: to, By: by, Order: order, Having: having, Aggregates: []Aggregate{
					{Name: "n", Func: Count},
					{Name: "time", Func: Quantiles, Column: "seconds", P: []float64{0.5, 0.9}},
					{Name: "money", Func: Quantiles, Column: "paid", P: []float64{0.25}, Where: []Condition{{Column: "marks", AllOf: 1}}},
					{Name: "days", Func: Distinct, Column: "seconds"},
				}}
				whole, err := s.Query(t.Context(), q)
				if err != nil {
					t.Fatal(err)
				}
				if whole.TotalGroups < 1000 {
					t.Fatalf("only %d groups", whole.TotalGroups)
				}
				q.Limit, q.Offset = 30, 15
				page, err := s.Query(t.Context(), q)
				if err != nil {
					t.Fatal(err)
				}
				whole.Rows = whole.Rows[q.Offset : q.Offset+q.Limit]
				if diff := cmp.Diff(whole, page); diff != "" {
					t.Fatalf("by %v, order %v, having %v: %s", by, order, having, diff)
				}
			}
		}
	}
}

// TestFiguresOfMonthsAreKept asks as two processes would: the second finds what
// the first has computed, without decoding anything.
func TestFiguresOfMonthsAreKept(t *testing.T) {
	t.Parallel()
	b := setup(t)
	segments := crowd(t)
	b.publish(t, b.one, segments...)
	s, err := NewSnapshot(segments...)
	if err != nil {
		t.Fatal(err)
	}
	from, to, _ := s.Span("declaration")
	aggregates := []Aggregate{
		{Name: "n", Func: Count}, {Name: "sum", Func: Sum, Column: "paid"}, {Name: "least", Func: Min, Column: "paid"},
		{Name: "most", Func: Max, Column: "seconds"}, {Name: "none", Func: Sum, Column: "paid", Where: []Condition{{Column: "office", In: []string{"nowhere"}}}},
	}
	ranked := append(aggregates[:len(aggregates):len(aggregates)], Aggregate{Name: "time", Func: Quantiles, Column: "seconds", P: []float64{0.1, 0.77}},
		Aggregate{Name: "different", Func: Distinct, Column: "officer"})
	questions := []Query{
		{From: from, To: to, By: []string{"month"}, Aggregates: ranked},
		{From: from, To: to, By: []string{"year", "month"}, Aggregates: ranked, Order: []Order{{Aggregate: "time", Descending: true}}},
		{From: from, To: (from.Month() + 1).First(), Aggregates: ranked},
		{From: from + 3, To: from + 20, Aggregates: ranked},
		{From: from + 9, To: to - 9, Aggregates: aggregates},
		{From: from, To: to, By: []string{"quarter"}, Aggregates: aggregates},
	}
	first, second := b.engine(t, Options{}), b.engine(t, Options{})
	for i, q := range questions {
		q.Grain = "declaration"
		want, err := s.Query(t.Context(), q)
		if err != nil {
			t.Fatal(err)
		}
		for name, e := range map[string]*Engine{"first": first, "second": second} {
			for range 2 {
				mine, err := e.Snapshot(t.Context(), b.one)
				if err != nil {
					t.Fatal(err)
				}
				got, err := mine.Query(t.Context(), q)
				if err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(want, got); diff != "" {
					t.Fatalf("%s engine, question %d: %s", name, i, diff)
				}
			}
		}
	}
	third := b.engine(t, Options{})
	for _, q := range questions {
		q.Grain = "declaration"
		mine, err := third.Snapshot(t.Context(), b.one)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := mine.Query(t.Context(), q); err != nil {
			t.Fatal(err)
		}
	}
	if used := third.Usage().Bytes; used > 100_000 {
		t.Fatalf("a new engine decoded %d bytes for questions that were answered before", used)
	}

	// What is kept goes with its segment, and no other tenant sees it.
	b.publish(t, b.one, build(t, sample, segments[0].Month(), func(*Row, int) {}, 0))
	if _, err := b.store.Purge(t.Context(), b.one, b.at.Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	kept := func(tenant string) (n int64) {
		err := b.db.InTenant(t.Context(), b.one, func(_ context.Context, tx *gorm.DB) error {
			return tx.Raw(`SELECT count(DISTINCT hash) FROM segment_figure WHERE tenant_id = ?`, tenant).Scan(&n).Error
		})
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	if n := kept(b.one.String()); n != 1 {
		t.Fatalf("figures of %d segments are kept, want those of the one that is left", n)
	}
}

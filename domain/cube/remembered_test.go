package cube

import (
	"context"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"assay/domain"
)

// TestRememberedFiguresEqualReference asks an engine the same and like questions
// again, between publications.
func TestRememberedFiguresEqualReference(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		e, err := NewEngine(nil, []*Grain{sample}, Options{MemoryBytes: rapid.SampledFrom([]int64{1, 100_000, 0}).Draw(t, "memory")})
		if err != nil {
			t.Fatalf("engine: %v", err)
		}
		h := e.holding(domain.TenantID{1})
		twoGoes := rapid.Bool().Draw(t, "in two goes")
		q := drawQuery(t)
		q.By = append([]string{"month"}, q.By...)
		for i := 1; i < len(q.By); i++ {
			if q.By[i] == "month" {
				q.By = append(q.By[:i], q.By[i+1:]...)
			}
		}
		rows := drawRows(t, false)
		for round := range 2 {
			if round > 0 { // one month changes, the others stay
				changed := drawRows(t, false)
				other := func(row plainRow) bool { return row.month != MonthOf(2025, 12) }
				kept := slices.DeleteFunc(slices.Clone(rows.rows), func(row plainRow) bool { return !other(row) })
				rows.rows = append(kept, slices.DeleteFunc(changed.rows, other)...)
			}
			s := h.replace(t, rows.segments(t))
			if twoGoes {
				s.limits.forEach = 0
			}
			for range 3 {
				want := rows.query(q)
				got, err := s.Query(context.Background(), q)
				if want == nil && err != nil {
					continue
				}
				if err != nil {
					t.Fatalf("query: %v", err)
				}
				if diff := cmp.Diff(page(want, q.Limit, q.Offset), got.Rows); diff != "" {
					t.Fatalf("answer differs (-want +got):\n%s", diff)
				}
				q.Order, q.Having = nil, nil
				q.Limit, q.Offset = rapid.IntRange(0, 4).Draw(t, "other limit"), 0
			}
		}
	})
}

// replace makes the segments the tenant's current ones, without a database.
// Those that it had already keep what is decoded and remembered.
func (h *holding) replace(t failer, segments []*Segment) *Snapshot {
	current := Current{Revision: 1}
	sources := map[string]source{}
	if before := h.snapshot.Load(); before != nil {
		current.Revision = before.revision + 1
	}
	for _, s := range segments {
		current.Segments = append(current.Segments, Listed{Grain: s.grain.Name, GrainVersion: s.grain.Version, Month: s.month,
			Hash: s.hash, Rows: int64(s.rows), Bytes: s.size})
		sources[s.hash] = s.source
	}
	s, err := h.adopt(current, func(hash string) source { return sources[hash] })
	if err != nil {
		t.Fatalf("snapshot: %v", err)
	}
	h.snapshot.Store(s)
	return s
}

func TestRememberedFiguresAreCountedAndGivenBack(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.publish(t, b.one, office(t, MonthOf(2026, 9), "A", 3000), office(t, MonthOf(2026, 10), "B", 3000))
	e := b.engine(t, Options{})
	ask := func() {
		t.Helper()
		s, err := e.Snapshot(t.Context(), b.one)
		if err != nil {
			t.Fatalf("snapshot: %v", err)
		}
		_, err = s.Query(t.Context(), Query{Grain: "declaration", From: MinDate, To: MaxDate, By: []string{"office", "month"}, Aggregates: []Aggregate{{Name: "n", Func: Count}}})
		if err != nil {
			t.Fatalf("query: %v", err)
		}
	}
	ask()
	s, err := e.Snapshot(t.Context(), b.one)
	if err != nil {
		t.Fatalf("snapshot: %v", err)
	}
	var columns int64
	for _, r := range s.residents() {
		if len(r.remembered.figures) != 1 {
			t.Fatalf("%d answers are remembered of %s", len(r.remembered.figures), r.listed.Month)
		}
		for i := range r.columns {
			if c := r.columns[i].column.Load(); c != nil {
				columns += c.bytes()
			}
		}
	}
	used := e.Usage().Bytes
	if used <= columns {
		t.Fatalf("%d bytes are counted, columns alone take %d", used, columns)
	}
	ask()
	if again := e.Usage().Bytes; again != used {
		t.Fatalf("the same question took %d bytes more", again-used)
	}
	b.publish(t, b.one, office(t, MonthOf(2026, 9), "C", 3000))
	ask()
	if after := e.Usage().Bytes; after != used {
		t.Fatalf("%d bytes after a month changed, %d before", after, used)
	}
	for _, r := range s.residents() {
		r.clear()
	}
	latest, err := e.Snapshot(t.Context(), b.one)
	if err != nil {
		t.Fatalf("snapshot: %v", err)
	}
	for _, r := range latest.residents() {
		r.clear()
	}
	if left := e.Usage().Bytes; left != 0 {
		t.Fatalf("%d bytes are left when all is given back", left)
	}
}

package cube

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"assay/domain"
)

// manyRows makes three months of some blocks of rows each, with thousands of groups, few of
// them large, and the officers of an office side by side.
func manyRows() *reference {
	random := rand.New(rand.NewPCG(3, 4))
	skewed := func(n int) int { return int(float64(n) * random.Float64() * random.Float64() * random.Float64()) }
	r := &reference{grain: sample}
	for m := MonthOf(2026, 1); m <= MonthOf(2026, 3); m++ {
		for i := range 4_500 {
			day := int64(m.First()) + int64(random.IntN(28))
			row := plainRow{m, []any{day, fmt.Sprint("F", i/900), fmt.Sprint("o", i/900, "-", random.IntN(12)), fmt.Sprintf("%04d", skewed(600)),
				nil, int64(skewed(50)), nil, int64(len(r.rows) / 3), random.Uint64N(64)}}
			if random.IntN(3) > 0 {
				row.cells[4] = day + int64(random.IntN(9))
				row.cells[6] = int64(skewed(1 << 20))
			}
			r.rows = append(r.rows, row)
		}
	}
	return r
}

// TestTwoGoesEqualReference asks for pages of many groups in every order, in two goes and in one.
func TestTwoGoesEqualReference(t *testing.T) {
	t.Parallel()
	rows := manyRows()
	segments := rows.segments(t)
	aggregates := []Aggregate{
		{Name: "n", Func: Count}, {Name: "paid", Func: Sum, Column: "paid"}, {Name: "red", Func: Count, Where: []Condition{{Column: "marks", AllOf: 1}}},
		{Name: "most", Func: Max, Column: "seconds"}, {Name: "officers", Func: Distinct, Column: "officer"},
		{Name: "wait", Func: Quantiles, Column: "released", Minus: "registered", P: []float64{0.5, 0.9}},
	}
	least, early := 3.0, int64(DateOf(2026, 2, 20))
	down := func(aggregate string) []Order { return []Order{{Aggregate: aggregate, Descending: true}} }
	questions := []Query{
		{By: []string{"hs", "month"}, Order: down("n"), Limit: 20},
		{By: []string{"hs", "month"}, Order: []Order{{Aggregate: "n"}}, Limit: 7, Offset: 5},
		{By: []string{"hs"}, Order: down("paid"), Limit: 10, Offset: 3},
		{By: []string{"hs", "officer"}, Order: down("n"), Limit: 30, Having: []Having{{Aggregate: "red", Min: &least}}},
		{By: []string{"id"}, Order: down("most"), Limit: 12},
		{By: []string{"id", "day", "officer", "hs"}, Order: []Order{{Aggregate: "paid", Per: "n", Descending: true}}, Limit: 9},
		{By: []string{"officer", "day"}, Order: []Order{{By: "officer", Descending: true}, {Aggregate: "n"}}, Limit: 25},
		{By: []string{"hs", "office"}, Limit: 15, Where: []Condition{{Column: "released", Max: &early}}},
		{By: []string{"chapter", "released", "week"}, Order: []Order{{Aggregate: "wait", Quantile: 1, Descending: true}}, Limit: 15},
		{By: []string{"officer"}, Order: down("officers"), Limit: 40},
		{By: []string{"hs"}, Order: down("n"), Limit: 10, Offset: 10_000},
		{By: []string{"id", "hs"}, Order: down("n"), Limit: 1500}, // so many that a step is no table
	}
	for i, q := range questions {
		q.Grain, q.From, q.To, q.Aggregates = "declaration", MinDate, MaxDate, aggregates
		want := rows.query(q)
		for _, forEach := range []int{0, 1 << 40} {
			s, err := NewSnapshot(segments...)
			if err != nil {
				t.Fatalf("snapshot: %v", err)
			}
			s.limits.forEach, s.limits.workers = forEach, 2
			got, err := s.Query(t.Context(), q)
			if err != nil {
				t.Fatalf("question %d: %v", i, err)
			}
			if got.TotalGroups != len(want) {
				t.Fatalf("question %d makes %d groups, want %d", i, got.TotalGroups, len(want))
			}
			if diff := cmp.Diff(page(want, q.Limit, q.Offset), got.Rows); diff != "" {
				t.Fatalf("question %d, so many groups for each: %d; the answer differs (-want +got):\n%s", i, forEach, diff)
			}
		}
	}
}

// TestTwoGoesAreTakenWhereGroupsAreMany looks at which questions are answered in two goes.
func TestTwoGoesAreTakenWhereGroupsAreMany(t *testing.T) {
	t.Parallel()
	s, err := NewSnapshot(manyRows().segments(t)...)
	if err != nil {
		t.Fatalf("snapshot: %v", err)
	}
	count, sum := Aggregate{Name: "n", Func: Count}, Aggregate{Name: "sum", Func: Sum, Column: "paid"}
	byCount := []Order{{Aggregate: "n", Descending: true}}
	for _, c := range []struct {
		name string
		q    Query
		want bool
	}{
		{"a page of many groups", Query{By: []string{"hs", "month"}, Order: byCount, Limit: 100, Aggregates: []Aggregate{count, sum}}, true},
		{"more groups than are looked at", Query{By: []string{"id", "officer", "hs"}, Order: byCount, Limit: 500, Aggregates: []Aggregate{count, sum}}, true},
		{"all of many groups", Query{By: []string{"hs", "month"}, Order: byCount, Aggregates: []Aggregate{count, sum}}, false},
		{"a page of few groups", Query{By: []string{"officer"}, Order: byCount, Limit: 10, Aggregates: []Aggregate{count, sum}}, false},
		{"a page of half the groups", Query{By: []string{"hs"}, Order: byCount, Limit: 250, Aggregates: []Aggregate{count, sum}}, false},
		{"everything decides the order", Query{By: []string{"hs", "month"}, Order: byCount, Limit: 100, Aggregates: []Aggregate{count}}, false},
	} {
		c.q.Grain, c.q.From, c.q.To = "declaration", MinDate, MaxDate
		p, err := sample.plan(&c.q)
		if err != nil {
			t.Fatalf("%s: %v", c.name, err)
		}
		residents, _ := s.grains["declaration"].within(c.q.From, c.q.To)
		halves, err := s.inTwoGoes(t.Context(), p, residents)
		if err != nil {
			t.Fatalf("%s: %v", c.name, err)
		}
		if (halves != nil) != c.want {
			t.Errorf("%s: answered in two goes: %t", c.name, halves != nil)
		}
	}
}

// TestRowsOfWorkersAreAddedUp joins what two workers have counted.
func TestRowsOfWorkersAreAddedUp(t *testing.T) {
	t.Parallel()
	s, err := NewSnapshot(manyRows().segments(t)...)
	if err != nil {
		t.Fatalf("snapshot: %v", err)
	}
	q := Query{Grain: "declaration", From: MinDate, To: MaxDate, By: []string{"office", "hs"}}
	p, err := sample.plan(&q)
	if err != nil {
		t.Fatalf("plan: %v", err)
	}
	residents, _ := s.grains["declaration"].within(q.From, q.To)
	spelled, err := s.spell(t.Context(), p, residents)
	if err != nil {
		t.Fatalf("spell: %v", err)
	}
	var apart []*rowCounts
	for _, r := range residents {
		columns, _, where, _, err := s.open(t.Context(), p, r)
		if err != nil {
			t.Fatalf("open: %v", err)
		}
		axes, err := r.spelledAxes(t.Context(), p, columns, spelled)
		if err != nil {
			t.Fatalf("axes: %v", err)
		}
		counts := newRowCounts(axes, 13_500)
		if err := counts.scan(t.Context(), 4_500, where); err != nil {
			t.Fatalf("scan: %v", err)
		}
		apart = append(apart, counts)
	}
	want := make([]uint32, len(apart[0].counts))
	for _, counts := range apart {
		for i, n := range counts.counts {
			want[i] += n
		}
	}
	apart[0].absorb(apart[1])
	apart[0].absorb(apart[2])
	if apart[0].scanned != 13_500 || !slices.Equal(apart[0].counts, want) {
		t.Fatalf("%d rows were looked at, or counts are wrong", apart[0].scanned)
	}
	if _, err := apart[0].finish(p, nil, 100); !domain.Is(err, domain.KindTooMany) {
		t.Fatalf("more than 100 groups: %v", err)
	}
}

// TestSecondGoEndsWithItsContext ends the context while rows of the groups shown are looked for.
func TestSecondGoEndsWithItsContext(t *testing.T) {
	t.Parallel()
	s, err := NewSnapshot(manyRows().segments(t)...)
	if err != nil {
		t.Fatalf("snapshot: %v", err)
	}
	s.limits.forEach, s.limits.workers = 0, 1
	q := Query{Grain: "declaration", From: MinDate, To: MaxDate, By: []string{"hs", "month"}, Limit: 10,
		Order: []Order{{Aggregate: "n"}}, Aggregates: []Aggregate{{Name: "n", Func: Count}, {Name: "sum", Func: Sum, Column: "paid"}}}
	if _, err := s.Query(t.Context(), q); err != nil {
		t.Fatalf("query: %v", err)
	}
	p, err := sample.plan(&q)
	if err != nil {
		t.Fatalf("plan: %v", err)
	}
	residents, _ := s.grains["declaration"].within(q.From, q.To)
	spelled, err := s.spell(t.Context(), p, residents)
	if err != nil {
		t.Fatalf("spell: %v", err)
	}
	halves, err := p.halves()
	if err != nil {
		t.Fatalf("halves: %v", err)
	}
	all := make([]chosen, 10)
	for i := range all {
		all[i].ranks = []uint32{uint32(i), uint32(i % 3)}
	}
	shown, columns := newShownGroups(all, spelled), map[int]*column{}
	for _, index := range halves.rest.columns() {
		if columns[index], err = residents[0].column(t.Context(), index); err != nil {
			t.Fatalf("column: %v", err)
		}
	}
	rows, err := shown.in(t.Context(), residents[0], halves.rest, columns)
	if err != nil || rows == nil {
		t.Fatalf("the groups have no row: %v", err)
	}
	scan := newScanner(halves.rest.layout([]extent{{nulls: true, high: 1 << 20}}, 4_500), newPositions(nil, 10), 1)
	tests, where, _ := halves.rest.tests(residents[0].listed.Month, columns)
	ended := &endsLater{Context: context.Background(), after: 2}
	if err := scan.scanShown(ended, 4_500, columns, tests, slices.Concat(where, rows.tests), rows); !errors.Is(err, context.Canceled) {
		t.Fatalf("the scan went on: %v", err)
	}
}

// TestSumsOfShownGroupsThatDoNotFit meets a sum beyond 64 bits on the page, and one that is not shown.
func TestSumsOfShownGroupsThatDoNotFit(t *testing.T) {
	t.Parallel()
	r := &reference{grain: sample}
	for i := range 20 { // those of office F0 are too large together
		r.rows = append(r.rows, plainRow{MonthOf(2026, 1), []any{int64(DateOf(2026, 1, 5)), fmt.Sprint("F", i%2), "o", "01", nil, nil,
			int64(1-i%2) * (MaxInteger - 1), int64(i), uint64(0)}})
	}
	s, err := NewSnapshot(r.segments(t)...)
	if err != nil {
		t.Fatalf("snapshot: %v", err)
	}
	s.limits.forEach = 0
	q := Query{Grain: "declaration", From: MinDate, To: MaxDate, By: []string{"office"}, Limit: 1, Order: []Order{{By: "office", Descending: true}},
		Aggregates: []Aggregate{{Name: "sum", Func: Sum, Column: "paid"}}}
	got, err := s.Query(t.Context(), q)
	if err != nil || len(got.Rows) != 1 || got.Rows[0].Keys[0] != "F1" || got.Rows[0].Values[0].Int != 0 {
		t.Fatalf("a page without the sum that is too large: %v, %v", got, err)
	}
	q.Order[0].Descending = false
	if _, err := s.Query(t.Context(), q); !domain.Is(err, domain.KindInvalid) {
		t.Fatalf("a page with a sum that is too large: %v", err)
	}
}

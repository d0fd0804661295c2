package cube

import (
	"context"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// TestNth finds order statistics also where the order is against it.
func TestNth(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		span := rapid.SampledFrom([]int64{1, 3, 100, 1 << 50}).Draw(t, "span")
		values := rapid.SliceOfN(rapid.Int64Range(-span, span), 1, 2000).Draw(t, "values")
		if rapid.Bool().Draw(t, "sorted") {
			slices.Sort(values)
		}
		sorted := slices.Sorted(slices.Values(values))
		for range 5 {
			k := rapid.IntRange(0, len(values)-1).Draw(t, "k")
			if got := nth(values, k); got != sorted[k] {
				t.Fatalf("value %d is %d, want %d", k, got, sorted[k])
			}
		}
	})
}

func TestClassesKeepTheOrder(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		a, b := rapid.Uint64Range(0, maxSpread-2).Draw(t, "a"), rapid.Uint64Range(0, maxSpread-2).Draw(t, "b")
		if rapid.Bool().Draw(t, "small") {
			a, b = a%40, b%40
		}
		if a > b {
			a, b = b, a
		}
		if size(a) > size(b) {
			t.Fatalf("%d is in class %d, %d in %d", a, size(a), b, size(b))
		}
		if v, is := exact(size(a)); is && v != a {
			t.Fatalf("class %d of %d should hold %d only", size(a), a, v)
		}
		if size(a+1) == size(a) {
			if _, is := exact(size(a)); is {
				t.Fatalf("class %d holds %d and the next", size(a), a)
			}
		}
	})
	if size(0) != 0 {
		t.Fatalf("the first class is %d", size(0))
	}
}

// TestQuantilesOfLargeGroups asks for enough values to have them counted by
// class, in one segment and over several.
func TestQuantilesOfLargeGroups(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		rows := &reference{grain: sample}
		spread := rapid.SampledFrom([]int64{10, 1000, 1 << 20, 1 << 40}).Draw(t, "spread")
		shift := rapid.SampledFrom([]int64{0, 0, 500, -500, -1 << 30}).Draw(t, "shift")
		state := rapid.Uint64().Draw(t, "seed")
		random := func(n int64) int64 { // quick, where rapid's own draws would be slow
			state = state*6364136223846793005 + 1442695040888963407
			return int64(state>>20) % n
		}
		for i := range 1500 {
			m := MonthOf(2025, 11) + Month(i%3)
			row := plainRow{m, []any{int64(m.First()) + random(28), "", []string{"a", "b"}[random(2)], "", nil, nil, nil, int64(i), uint64(random(4))}}
			if random(5) > 0 {
				row.cells[5] = shift + random(1+random(spread))
			}
			if random(3) > 0 {
				row.cells[6] = random(spread)
			}
			rows.rows = append(rows.rows, row)
		}
		snapshot, err := NewSnapshot(rows.segments(t)...)
		if err != nil {
			t.Fatalf("snapshot: %v", err)
		}
		snapshot.limits.workers = rapid.IntRange(1, 3).Draw(t, "workers")
		p := []float64{0, 0.25, 0.5, 0.9, 1}
		q := Query{Grain: "declaration", From: MinDate, To: MaxDate, By: []string{"officer"}, Aggregates: []Aggregate{
			{Name: "seconds", Func: Quantiles, Column: "seconds", P: p},
			{Name: "red", Func: Quantiles, Column: "seconds", P: p, Where: []Condition{{Column: "marks", AllOf: 1}}},
			{Name: "difference", Func: Quantiles, Column: "seconds", Minus: "paid", P: p},
		}}
		if rapid.Bool().Draw(t, "by month") {
			q.By = append(q.By, "month")
		}
		if rapid.Bool().Draw(t, "filtered") {
			q.Where = []Condition{{Column: "marks", AnyOf: 2}}
		}
		got, err := snapshot.Query(context.Background(), q)
		if err != nil {
			t.Fatalf("query: %v", err)
		}
		if diff := cmpRows(rows.query(q), got.Rows); diff != "" {
			t.Fatalf("answer differs (-want +got):\n%s", diff)
		}
	})
}

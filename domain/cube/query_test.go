package cube

import (
	"context"
	"fmt"
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"assay/domain"
)

// drawRows makes rows of the sample grain over a few months.
func drawRows(t *rapid.T, large bool) *reference {
	r := &reference{grain: sample}
	first := MonthOf(2025, 11)
	months := rapid.IntRange(1, 4).Draw(t, "months")
	pick := func(name string, values ...any) any { return rapid.SampledFrom(values).Draw(t, name) }
	integer := func(name string) any {
		switch rapid.IntRange(0, 3).Draw(t, name+" kind") {
		case 0:
			return nil
		case 1:
			return int64(rapid.IntRange(-5, 250).Draw(t, name))
		case 2:
			return int64(rapid.IntRange(0, 100000).Draw(t, name))
		}
		if large {
			return rapid.Int64Range(-MaxInteger+1, MaxInteger-1).Draw(t, name)
		}
		return rapid.Int64Range(-1<<33, 1<<40).Draw(t, name)
	}
	rows := rapid.IntRange(0, 60).Draw(t, "rows")
	for range rows {
		m := first + Month(rapid.IntRange(0, months-1).Draw(t, "month"))
		row := plainRow{m, []any{
			int64(m.First()) + int64(rapid.IntRange(0, 29).Draw(t, "day")),
			pick("office", "", "DLA1", "DLA2", "YDE"),
			pick("officer", "", "o1", "o2", "o3", "o10"),
			pick("hs", "", "0", "01", "0101", "0102", "99", "9903"),
			nil, nil, integer("paid"), int64(len(r.rows)),
			rapid.SampledFrom([]uint64{0, 1, 32, 33, 1 << 63, 1<<63 | 33}).Draw(t, "marks"),
		}}
		if m.Month() == 2 {
			row.cells[0] = int64(m.First())
		}
		if rapid.Bool().Draw(t, "released") {
			row.cells[4] = row.cells[0].(int64) + int64(rapid.IntRange(-3, 400).Draw(t, "days"))
		}
		if rapid.IntRange(0, 9).Draw(t, "timed") > 0 {
			row.cells[5] = int64(rapid.IntRange(0, 40).Draw(t, "seconds"))
		}
		r.rows = append(r.rows, row)
	}
	return r
}

// segments makes the rows' segments; an empty month makes one too, at times.
func (r *reference) segments(t failer) []*Segment {
	builders := map[Month]*Builder{MonthOf(2026, 1): NewBuilder(r.grain, MonthOf(2026, 1))}
	row := r.grain.NewRow()
	var order []Month
	order = append(order, MonthOf(2026, 1))
	for _, p := range r.rows {
		b := builders[p.month]
		if b == nil {
			b = NewBuilder(r.grain, p.month)
			builders[p.month] = b
			order = append(order, p.month)
		}
		for i, cell := range p.cells {
			switch v := cell.(type) {
			case string:
				row.Code(i, v)
			case uint64:
				row.Flags(i, v)
			case int64:
				if r.grain.Columns[i].Type == Day {
					row.Day(i, Date(v))
				} else {
					row.Integer(i, v)
				}
			}
		}
		if err := b.Append(&row); err != nil {
			t.Fatalf("append: %v", err)
		}
	}
	var segments []*Segment
	for _, m := range order {
		s, err := builders[m].Segment()
		if err != nil {
			t.Fatalf("segment: %v", err)
		}
		segments = append(segments, s)
	}
	return segments
}

func drawCondition(t *rapid.T) Condition {
	if rapid.IntRange(0, 4).Draw(t, "either") == 0 {
		return Condition{Either: rapid.SliceOfN(rapid.Custom(drawPlainCondition), 1, 4).Draw(t, "alternatives")}
	}
	return drawPlainCondition(t)
}

func drawPlainCondition(t *rapid.T) Condition {
	not := rapid.Bool().Draw(t, "not")
	var null *bool
	if rapid.IntRange(0, 3).Draw(t, "has null") == 0 {
		b := rapid.Bool().Draw(t, "null")
		null = &b
	}
	switch rapid.IntRange(0, 3).Draw(t, "condition") {
	case 0:
		c := Condition{Column: "marks", Not: not}
		for c.AllOf|c.AnyOf|c.NoneOf == 0 {
			sets := rapid.SampledFrom([]uint64{0, 0, 1, 32, 33, 1 << 63, 7})
			c.AllOf, c.AnyOf, c.NoneOf = sets.Draw(t, "all"), sets.Draw(t, "any"), sets.Draw(t, "none")
		}
		return c
	case 1:
		c := Condition{Column: rapid.SampledFrom([]string{"seconds", "paid", "released", "registered", "id"}).Draw(t, "column"), Not: not, Null: null}
		bound := func(name string) *int64 {
			if rapid.IntRange(0, 2).Draw(t, name+" set") == 0 {
				return nil
			}
			v := rapid.SampledFrom([]int64{math.MinInt64, -1, 0, 5, 20, 300, 20400, 20500, 1 << 33, math.MaxInt64}).Draw(t, name)
			return &v
		}
		c.Min, c.Max = bound("min"), bound("max")
		if c.Min == nil && c.Max == nil && c.Null == nil {
			b := false
			c.Null = &b
		}
		return c
	case 2:
		c := Condition{Column: rapid.SampledFrom([]string{"month", "week", "quarter", "day", "year"}).Draw(t, "calendar"), Not: not}
		c.In = rapid.SliceOfN(rapid.SampledFrom([]string{"2025-12", "2026-W01", "2025-Q4", "2026", "2025/26", "2026-01-05", "2025-11-01"}), 0, 5).Draw(t, "in")
		if c.In == nil {
			c.In = []string{}
		}
		return c
	}
	c := Condition{Column: rapid.SampledFrom([]string{"office", "officer", "hs", "chapter"}).Draw(t, "code"), Not: not, Null: null}
	if rapid.Bool().Draw(t, "has in") {
		c.In = rapid.SliceOfN(rapid.SampledFrom([]string{"", "DLA1", "YDE", "o1", "01", "99", "0101", "zz"}), 0, 4).Draw(t, "in")
	}
	if c.In == nil {
		c.Prefix = rapid.SampledFrom([]string{"D", "o1", "0", "9", "DLA1"}).Draw(t, "prefix")
	}
	return c
}

func drawConditions(t *rapid.T) []Condition {
	return rapid.SliceOfN(rapid.Custom(drawCondition), 0, 2).Draw(t, "where")
}

func drawQuery(t *rapid.T) Query {
	q := Query{Grain: "declaration", From: DateOf(2025, 10, 1), To: DateOf(2026, 6, 1), Where: drawConditions(t),
		FiscalYearStart: rapid.SampledFrom([]int{0, 1, 4, 7}).Draw(t, "fiscal")}
	if rapid.Bool().Draw(t, "part") {
		q.From, q.To = DateOf(2025, 11, 10), DateOf(2026, 1, 20)
	}
	q.By = rapid.SliceOfNDistinct(rapid.SampledFrom(sample.Dimensions()), 0, 4, rapid.ID).Draw(t, "by")
	columns := rapid.SampledFrom([]string{"seconds", "paid", "id"})
	for i := range rapid.IntRange(0, 8).Draw(t, "aggregates") {
		a := Aggregate{Name: fmt.Sprint("a", i), Func: Func(rapid.IntRange(int(Count), int(Quantiles)).Draw(t, "func")), Where: drawConditions(t)}
		switch a.Func {
		case Count:
			a.Column = rapid.SampledFrom([]string{"", "office", "seconds", "released"}).Draw(t, "column")
		case Distinct:
			a.Column = rapid.SampledFrom([]string{"office", "officer", "seconds", "paid", "released"}).Draw(t, "column")
		default:
			a.Column = columns.Draw(t, "column")
			if rapid.Bool().Draw(t, "difference") {
				a.Minus = columns.Draw(t, "minus")
			}
			if rapid.IntRange(0, 4).Draw(t, "days") == 0 {
				a.Column, a.Minus = "released", "registered"
			}
		}
		if a.Func == Quantiles {
			a.P = rapid.SliceOfN(rapid.SampledFrom([]float64{0, 0.1, 0.25, 0.5, 0.9, 0.99, 1}), 1, 3).Draw(t, "p")
		}
		q.Aggregates = append(q.Aggregates, a)
	}
	if len(q.Aggregates) > 0 {
		aggregate := rapid.SampledFrom(q.Aggregates)
		if rapid.IntRange(0, 3).Draw(t, "has having") == 0 {
			least := float64(rapid.SampledFrom([]int{-3, 0, 1, 2, 100}).Draw(t, "having"))
			q.Having = append(q.Having, Having{Aggregate: aggregate.Draw(t, "of").Name, Min: &least})
		}
		for range rapid.IntRange(0, 2).Draw(t, "orders") {
			o := Order{Descending: rapid.Bool().Draw(t, "down")}
			switch a := aggregate.Draw(t, "order"); {
			case len(q.By) > 0 && rapid.IntRange(0, 2).Draw(t, "by key") == 0:
				o.By = rapid.SampledFrom(q.By).Draw(t, "key")
			default:
				o.Aggregate, o.Quantile = a.Name, max(0, len(a.P)-1)
				if per := aggregate.Draw(t, "per"); a.Func != Quantiles && per.Func != Quantiles && rapid.Bool().Draw(t, "ratio") {
					o.Per = per.Name
				}
			}
			q.Order = append(q.Order, o)
		}
	}
	if rapid.IntRange(0, 2).Draw(t, "paged") == 0 {
		q.Limit, q.Offset = rapid.IntRange(1, 5).Draw(t, "limit"), rapid.IntRange(0, 3).Draw(t, "offset")
	}
	return q
}

func TestQueryEqualsReference(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		rows := drawRows(t, rapid.IntRange(0, 3).Draw(t, "large") == 0)
		snapshot, err := NewSnapshot(rows.segments(t)...)
		if err != nil {
			t.Fatalf("snapshot: %v", err)
		}
		q := drawQuery(t)
		snapshot.limits.workers = rapid.IntRange(1, 3).Draw(t, "workers")
		if rapid.Bool().Draw(t, "in two goes") { // whenever a page is asked for, however few groups there are
			snapshot.limits.forEach = 0
		}
		got, err := snapshot.Query(context.Background(), q)
		want := rows.query(q)
		if want == nil {
			if !domain.Is(err, domain.KindInvalid) && q.Limit == 0 && q.Having == nil {
				t.Fatalf("a sum beyond 64 bits gave %v, %v", got, err)
			}
			return
		}
		if err != nil {
			t.Fatalf("query: %v", err)
		}
		if got.TotalGroups != len(want) {
			t.Fatalf("%d groups, want %d", got.TotalGroups, len(want))
		}
		if diff := cmp.Diff(page(want, q.Limit, q.Offset), got.Rows); diff != "" {
			t.Fatalf("answer differs (-want +got):\n%s", diff)
		}
	})
}

// failer is a test or a property.
type failer interface {
	Fatalf(format string, args ...any)
}

func cmpRows(want, got []ResultRow) string { return cmp.Diff(want, got) }

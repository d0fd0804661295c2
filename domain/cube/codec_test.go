package cube

import (
	"context"
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// sample is a grain with every type of column.
var sample = &Grain{
	Name: "declaration", Version: 3, Date: "registered",
	Columns: []Column{
		{Name: "registered", Type: Day},
		{Name: "office", Type: Code},
		{Name: "officer", Type: Code},
		{Name: "hs", Type: Code},
		{Name: "released", Type: Day},
		{Name: "seconds", Type: Integer, Unit: "s"},
		{Name: "paid", Type: Integer, Unit: "minor"},
		{Name: "id", Type: Integer},
		{Name: "marks", Type: Flags, Flags: []Flag{{Name: "red", Bit: 0}, {Name: "inspected", Bit: 5}, {Name: "last", Bit: 63}}},
	},
	Derived: []Derived{{Name: "chapter", From: "hs", Prefix: 2}},
}

func build(t testing.TB, g *Grain, m Month, fill func(r *Row, i int), rows int) *Segment {
	t.Helper()
	b, row := NewBuilder(g, m), g.NewRow()
	for i := range rows {
		fill(&row, i)
		if err := b.Append(&row); err != nil {
			t.Fatalf("append row %d: %v", i, err)
		}
	}
	s, err := b.Segment()
	if err != nil {
		t.Fatalf("make segment: %v", err)
	}
	return s
}

func TestSegmentKeepsWhatWasAppended(t *testing.T) {
	t.Parallel()
	for _, rows := range []int{0, 1, 7, 5000} {
		type want struct {
			office   string
			released *int64
			seconds  *int64
			marks    uint64
		}
		random := rand.New(rand.NewPCG(1, uint64(rows)))
		m := MonthOf(2026, 10)
		var wants []want
		s := build(t, sample, m, func(r *Row, i int) {
			w := want{office: []string{"", "DLA1", "YDE2", "Ж"}[random.IntN(4)], marks: random.Uint64() >> random.IntN(64)}
			r.Day(0, m.First()+Date(random.IntN(31)))
			r.Code(1, w.office)
			if random.IntN(3) > 0 {
				d := int64(random.IntN(100000)) - 50000
				w.released = &d
				r.Day(4, Date(d))
			}
			if random.IntN(3) > 0 {
				v := (random.Int64() - 1<<62) >> random.IntN(62) / 2
				w.seconds = &v
				r.Integer(5, v)
			}
			r.Flags(8, w.marks)
			wants = append(wants, w)
		}, rows)
		if s.Rows() != rows || s.Month() != m || len(s.Hash()) != 64 {
			t.Fatalf("segment has %d rows of %s, hash %q", s.Rows(), s.Month(), s.Hash())
		}
		if diff := cmp.Diff(sample, s.Grain()); diff != "" {
			t.Fatalf("grain differs:\n%s", diff)
		}
		columns := make([]*column, len(sample.Columns))
		for i := range columns {
			c, err := s.decode(context.Background(), i)
			if err != nil {
				t.Fatalf("decode column %d: %v", i, err)
			}
			columns[i] = c
		}
		optional := func(c *column, i int) *int64 {
			v, null := c.integer(i)
			if null {
				return nil
			}
			return &v
		}
		for i, w := range wants {
			got := want{columns[1].dictionary.at(int(columns[1].at(i))), optional(columns[4], i), optional(columns[5], i), columns[8].flags(i)}
			if diff := cmp.Diff(w, got, cmp.AllowUnexported(want{})); diff != "" {
				t.Fatalf("row %d of %d differs:\n%s", i, rows, diff)
			}
		}
	}
}

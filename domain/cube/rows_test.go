package cube

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// list answers a RowsQuery by looking at every row.
func (r *reference) list(q RowsQuery) (rows [][]Cell, total int64) {
	var found []plainRow
	for _, row := range r.rows {
		if r.passesAll(row, q.Where, q.From, q.To, q.FiscalYearStart) {
			found = append(found, row)
		}
	}
	slices.SortStableFunc(found, func(a, b plainRow) int { return cmp.Compare(a.month, b.month) })
	slices.SortStableFunc(found, func(a, b plainRow) int {
		for _, o := range q.Order {
			x, y := r.cell(a, o.Column, 0), r.cell(b, o.Column, 0)
			c := cmp.Compare(x.Int, y.Int)
			if c == 0 {
				c = strings.Compare(x.Text, y.Text)
			}
			switch {
			case x.Null && y.Null:
			case x.Null:
				return 1
			case y.Null:
				return -1
			case o.Descending && c != 0:
				return -c
			case c != 0:
				return c
			}
		}
		return 0
	})
	rows = [][]Cell{}
	for _, row := range page(found, q.Limit, q.Offset) {
		var cells []Cell
		for _, name := range q.Columns {
			cells = append(cells, r.cell(row, name, q.FiscalYearStart))
		}
		rows = append(rows, cells)
	}
	return rows, int64(len(found))
}

func (r *reference) cell(row plainRow, name string, fiscal int) Cell {
	if i := r.grain.Index(name); i >= 0 && r.grain.Columns[i].Type != Code {
		switch v := row.cells[i].(type) {
		case int64:
			return Cell{Int: v}
		case uint64:
			return Cell{Int: int64(v)}
		}
		return Cell{Null: true}
	}
	key := r.key(row, name, fiscal)
	return Cell{Text: key, Null: key == ""}
}

func TestRowsEqualReference(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		rows := drawRows(t, false)
		snapshot, err := NewSnapshot(rows.segments(t)...)
		if err != nil {
			t.Fatalf("snapshot: %v", err)
		}
		snapshot.limits.workers = rapid.IntRange(1, 3).Draw(t, "workers")
		q := RowsQuery{Grain: "declaration", From: DateOf(2025, 11, 5), To: DateOf(2026, 2, 20), Where: drawConditions(t),
			Columns:         rapid.SliceOfN(rapid.SampledFrom(append(sample.Dimensions(), "marks")), 1, 6).Draw(t, "columns"),
			Limit:           rapid.IntRange(1, 20).Draw(t, "limit"),
			Offset:          rapid.IntRange(0, 10).Draw(t, "offset"),
			FiscalYearStart: rapid.SampledFrom([]int{0, 7}).Draw(t, "fiscal"),
		}
		for _, column := range rapid.SliceOfN(rapid.SampledFrom([]string{"office", "chapter", "seconds", "released", "id"}), 0, 3).Draw(t, "order") {
			q.Order = append(q.Order, RowOrder{column, rapid.Bool().Draw(t, "down")})
		}
		got, err := snapshot.Rows(context.Background(), q)
		if err != nil {
			t.Fatalf("rows: %v", err)
		}
		want, total := rows.list(q)
		if got.Total != total {
			t.Fatalf("%d rows in all, want %d", got.Total, total)
		}
		if diff := gocmp.Diff(want, got.Rows); diff != "" {
			t.Fatalf("rows differ (-want +got):\n%s", diff)
		}
	})
}

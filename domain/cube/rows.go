package cube

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"assay/domain"
)

// MaxRowsAnswered bounds Offset+Limit of a RowsQuery.
const MaxRowsAnswered = 1_000_000

// rowsPlan is a RowsQuery found in its grain.
type rowsPlan struct {
	*plan
	shown []shown
	order []shown
	down  []bool
	keep  int // rows of the page and before it
}

// shown is a column or dimension of the answer.
type shown struct {
	column    int
	kind      Type      // Code for all that are shown by their key
	dimension dimension // of Code
}

// Rows lists the rows that satisfy the conditions: those behind a figure are
// found by the conditions of its query, its aggregate and its group. Errors are
// as for Query.
func (s *Snapshot) Rows(ctx context.Context, q RowsQuery) (*RowsResult, error) {
	m, err := s.member(q.Grain)
	if err != nil {
		return nil, err
	}
	p, err := m.grain.rowsPlan(&q)
	if err != nil {
		return nil, err
	}
	ctx = detached{ctx}
	residents, hashes := m.within(q.From, q.To)
	pages := make([]rowsPage, len(residents))
	err = s.admission.run(ctx, s.tenant, func() error {
		return s.each(ctx, len(residents), func(ctx context.Context, i int) (err error) {
			pages[i], err = p.find(ctx, residents[i])
			return err
		})
	})
	if err != nil {
		return nil, err
	}
	result := &RowsResult{Columns: slices.Clone(q.Columns), Segments: hashes, Rows: [][]Cell{}}
	var all []foundRow
	for _, page := range pages {
		result.Total += page.total
		result.Scanned += page.scanned
		all = append(all, page.rows...)
	}
	if len(p.order) > 0 {
		slices.SortStableFunc(all, p.compare) // stable: segments are in order of month
	}
	limit := q.Limit
	if limit == 0 {
		limit = 100
	}
	for _, row := range page(all, limit, q.Offset) {
		cells, err := p.show(ctx, row)
		if err != nil {
			return nil, err
		}
		result.Rows = append(result.Rows, cells)
	}
	return result, nil
}

func (g *Grain) rowsPlan(q *RowsQuery) (*rowsPlan, error) {
	base, err := g.plan(&Query{Grain: q.Grain, From: q.From, To: q.To, Where: q.Where, Limit: q.Limit, Offset: q.Offset, FiscalYearStart: q.FiscalYearStart})
	if err != nil {
		return nil, err
	}
	limit := q.Limit
	if limit == 0 {
		limit = 100
	}
	if limit > MaxRowsAnswered || q.Offset > MaxRowsAnswered-limit {
		return nil, domain.Errorf(domain.KindInvalid, "only the first %d rows can be listed; narrow the question", MaxRowsAnswered)
	}
	p := &rowsPlan{plan: base, keep: q.Offset + limit}
	for _, name := range q.Columns {
		c, err := g.shown(name, max(1, q.FiscalYearStart))
		if err != nil {
			return nil, err
		}
		p.shown = append(p.shown, c)
	}
	for _, o := range q.Order {
		c, err := g.shown(o.Column, 1)
		if err != nil {
			return nil, err
		}
		if c.kind == Code && c.dimension.kind == calendarDimension {
			return nil, domain.Errorf(domain.KindInvalid, "rows are not sorted by %s; sort by %s", o.Column, g.Date)
		}
		p.order, p.down = append(p.order, c), append(p.down, o.Descending)
	}
	return p, nil
}

func (g *Grain) shown(name string, fiscal int) (shown, error) {
	if c := g.Column(name); c != nil && c.Type != Code {
		return shown{column: g.Index(name), kind: c.Type}, nil
	}
	d, err := g.dimension(name, fiscal)
	return shown{column: d.column, kind: Code, dimension: d}, err
}

// foundRow is a row that satisfies the conditions.
type foundRow struct {
	from  *resident
	row   uint32
	order []Cell
}

type rowsPage struct {
	rows           []foundRow
	total, scanned int64
}

// find lists the first rows of a segment that satisfy the conditions.
func (p *rowsPlan) find(ctx context.Context, r *resident) (rowsPage, error) {
	var page rowsPage
	if r.listed.Rows == 0 {
		return page, nil
	}
	tests, err := p.rowTests(ctx, r)
	if err != nil || tests == nil {
		return page, err
	}
	order, err := p.orderColumns(ctx, r)
	if err != nil {
		return page, err
	}
	var s selection
	for first := 0; first < int(r.listed.Rows); first += 32 * zoneRows {
		if err := ctx.Err(); err != nil {
			return page, err
		}
		page.scanned += s.choose(tests, first, min(first+32*zoneRows, int(r.listed.Rows)))
		page.total += int64(s.count)
		for k := range s.count {
			if len(order) == 0 && len(page.rows) == p.keep {
				break
			}
			row := uint32(s.first + k)
			if s.rows != nil {
				row = s.rows[k]
			}
			page.rows = append(page.rows, foundRow{r, row, cells(order, p.order, row)})
		}
		if len(page.rows) > 2*p.keep+zoneRows {
			page.rows = p.first(page.rows)
		}
	}
	page.rows = p.first(page.rows)
	return page, nil
}

// first keeps the rows that can still be on the page.
func (p *rowsPlan) first(rows []foundRow) []foundRow {
	if len(p.order) > 0 {
		slices.SortStableFunc(rows, p.compare)
	}
	return rows[:min(len(rows), p.keep)]
}

// rowTests gives the tests of a segment, nil if no row passes.
func (p *rowsPlan) rowTests(ctx context.Context, r *resident) ([]test, error) {
	tests := []test{}
	filters := []*filter{p.period()}
	for _, i := range p.where {
		filters = append(filters, &p.filters[i])
	}
	for _, f := range filters {
		columns := map[int]*column{}
		for _, at := range f.columns() {
			c, err := r.column(ctx, at)
			if err != nil {
				return nil, err
			}
			columns[at] = c
		}
		switch t := f.testOf(r.listed.Month, columns); t.outcome {
		case never:
			return nil, nil
		case mixed:
			tests = append(tests, t)
		case always:
		}
	}
	return tests, nil
}

func (p *rowsPlan) orderColumns(ctx context.Context, r *resident) ([]*column, error) {
	var columns []*column
	for _, o := range p.order {
		c, err := r.column(ctx, o.column)
		if err != nil {
			return nil, err
		}
		columns = append(columns, c)
	}
	return columns, nil
}

func cells(columns []*column, as []shown, row uint32) []Cell {
	if len(columns) == 0 {
		return nil
	}
	out := make([]Cell, len(columns))
	for i, c := range columns {
		out[i] = as[i].cell(c, 0, row)
	}
	return out
}

// cell gives one column of one row.
func (s *shown) cell(c *column, month Month, row uint32) Cell {
	switch s.kind {
	case Integer, Day:
		v, null := c.integer(int(row))
		return Cell{Int: v, Null: null}
	case Flags:
		return Cell{Int: int64(c.flags(int(row)))}
	case Code:
	}
	if kind := s.dimension.kind; kind == codeDimension || kind == derivedDimension {
		text := c.dictionary.at(int(c.at(int(row))))
		if kind == derivedDimension {
			text = text[:min(len(text), s.dimension.prefix)]
		}
		return Cell{Text: text, Null: text == ""}
	}
	a := s.dimension.axis(month, c)
	at := c.at(int(row))
	if a.table != nil {
		at = uint64(a.table[at])
	}
	if s.dimension.constant() {
		at = 0
	}
	return Cell{Text: a.key(uint32(at))}
}

func (p *rowsPlan) compare(a, b foundRow) int {
	for i := range p.order {
		x, y := &a.order[i], &b.order[i]
		if x.Null || y.Null {
			if x.Null != y.Null {
				if x.Null {
					return 1
				}
				return -1
			}
			continue
		}
		c := cmp.Compare(x.Int, y.Int)
		switch p.order[i].kind {
		case Code:
			c = strings.Compare(x.Text, y.Text)
		case Flags:
			c = cmp.Compare(uint64(x.Int), uint64(y.Int))
		case Integer, Day:
		}
		if c != 0 {
			if p.down[i] {
				return -c
			}
			return c
		}
	}
	return 0
}

func (p *rowsPlan) show(ctx context.Context, row foundRow) ([]Cell, error) {
	out := make([]Cell, len(p.shown))
	for i := range p.shown {
		c, err := row.from.column(ctx, p.shown[i].column)
		if err != nil {
			return nil, err
		}
		out[i] = p.shown[i].cell(c, row.from.listed.Month, row.row)
	}
	return out, nil
}

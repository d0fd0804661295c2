package cube

import (
	"context"
	"math"
	"sync"
)

// segmentFigures computes the figures of one segment whose groups are in no other.
func (s *Snapshot) segmentFigures(ctx context.Context, p *plan, r *resident, spelled []spelled) (*partial, error) {
	question := p.question(r.listed.Month)
	if known := r.recall(question); known != nil {
		return known, nil
	}
	out, err := s.compute(ctx, p, r, spelled)
	if err == nil && out != nil && r.holder != nil {
		out.trim()
		r.remember(question, out)
	}
	return out, err
}

// compute scans one segment; nil when no row passes.
func (s *Snapshot) compute(ctx context.Context, p *plan, r *resident, spelled []spelled) (*partial, error) {
	columns, tests, where, any, err := s.open(ctx, p, r)
	if err != nil || !any {
		return nil, err
	}
	values := p.segmentNumbers(columns)
	extents := make([]extent, len(values))
	for i, v := range values {
		extents[i] = v.extent()
	}
	axes := make([]axis, len(p.dimensions))
	spellings := make([][]uint32, len(p.dimensions))
	for d := range p.dimensions {
		axes[d] = p.dimensions[d].axis(r.listed.Month, columns[p.dimensions[d].column])
		if spellings[d], err = r.spelling(ctx, &p.dimensions[d], spelled[d].lexicon); err != nil {
			return nil, err
		}
	}
	rows := int(r.listed.Rows)
	if p.rowsOnly {
		if counts := newRowCounts(axes, r.listed.Rows); counts != nil {
			if err := counts.scan(ctx, rows, where); err != nil {
				return nil, err
			}
			return counts.finish(p, spellings, s.limits.groups)
		}
	}
	scan := newScanner(p.layout(extents, r.listed.Rows), newGrouping(axes, rows), s.limits.groups)
	if err := scan.scan(ctx, rows, columns, tests, where); err != nil {
		return nil, err
	}
	return scan.finish(ctx, spellings, inTurn)
}

// open gives what a plan needs of a segment; false when no row passes.
func (s *Snapshot) open(ctx context.Context, p *plan, r *resident) (columns map[int]*column, tests, where []test, any bool, err error) {
	if r.listed.Rows == 0 {
		return nil, nil, nil, false, nil
	}
	columns = map[int]*column{}
	for _, index := range p.columns() {
		if columns[index], err = r.column(ctx, index); err != nil {
			return nil, nil, nil, false, err
		}
	}
	tests, where, any = p.tests(r.listed.Month, columns)
	return columns, tests, where, any, nil
}

// wholeFigures computes the figures of groups that go on from segment to
// segment. Each worker adds up the segments it gets; at the end their sums are
// added.
func (s *Snapshot) wholeFigures(ctx context.Context, p *plan, residents []*resident, spelled []spelled) (*partial, error) {
	if p.rowsOnly {
		if part, err := s.wholeRowCounts(ctx, p, residents, spelled); part != nil || err != nil {
			return part, err
		}
	}
	extents, rows, err := s.extents(ctx, p, residents)
	if err != nil {
		return nil, err
	}
	team := &scanners{layout: p.layout(extents, rows), limit: s.limits.groups}
	err = s.each(ctx, len(residents), func(ctx context.Context, i int) error {
		columns, tests, where, any, err := s.open(ctx, p, residents[i])
		if err != nil || !any {
			return err
		}
		axes, err := residents[i].spelledAxes(ctx, p, columns, spelled)
		if err != nil {
			return err
		}
		scan := team.take(func() *grouping { return newGrouping(axes, int(min(rows, MaxRows))) })
		defer team.giveBack(scan)
		scan.groups.use(axes)
		return scan.scan(ctx, int(residents[i].listed.Rows), columns, tests, where)
	})
	if err != nil {
		return nil, err
	}
	return team.finish(ctx, s.each)
}

// scanners are those of the workers that add up segments of one layout.
type scanners struct {
	layout    *layout
	limit     int // of groups
	mutex     sync.Mutex
	idle, all []*scanner
}

// take gives a scanner that nobody else uses; the first to have it makes its grouping.
func (t *scanners) take(groups func() *grouping) *scanner {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	if last := len(t.idle) - 1; last >= 0 {
		scan := t.idle[last]
		t.idle = t.idle[:last]
		return scan
	}
	scan := newScanner(t.layout, groups(), t.limit)
	t.all = append(t.all, scan)
	return scan
}

func (t *scanners) giveBack(scan *scanner) {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	t.idle = append(t.idle, scan)
}

// finish adds up what the workers have.
func (t *scanners) finish(ctx context.Context, run runner) (*partial, error) {
	if len(t.all) == 0 {
		t.all = append(t.all, newScanner(t.layout, newGrouping(make([]axis, 0), 0), t.limit))
	}
	first := t.all[0]
	for _, other := range t.all[1:] {
		if err := first.absorb(ctx, other, run); err != nil {
			return nil, err
		}
		if first.groups.groups() > t.limit && !first.groups.direct {
			return nil, tooManyGroups(t.limit)
		}
	}
	return first.finish(ctx, nil, run)
}

// spelledAxes gives the axes of a segment, with the lexicon's numbers.
func (r *resident) spelledAxes(ctx context.Context, p *plan, columns map[int]*column, spelled []spelled) ([]axis, error) {
	axes := make([]axis, len(p.dimensions))
	for d := range p.dimensions {
		numbers, err := r.spelling(ctx, &p.dimensions[d], spelled[d].lexicon)
		if err != nil {
			return nil, err
		}
		axes[d] = p.dimensions[d].axis(r.listed.Month, columns[p.dimensions[d].column]).spelled(numbers, uint64(len(spelled[d].texts)))
	}
	return axes, nil
}

// extents gives what is known of the plan's values over all segments, and the
// number of rows. What has been seen of a column is remembered when it is not.
func (s *Snapshot) extents(ctx context.Context, p *plan, residents []*resident) ([]extent, int64, error) {
	extents := make([]extent, len(p.values))
	var rows int64
	var mutex sync.Mutex
	for i := range extents {
		extents[i] = extent{low: math.MaxInt64, high: math.MinInt64}
	}
	for _, r := range residents {
		rows += r.listed.Rows
	}
	err := s.each(ctx, len(residents), func(ctx context.Context, i int) error {
		if residents[i].listed.Rows == 0 {
			return nil
		}
		for k, v := range p.values {
			e, err := residents[i].extent(ctx, v)
			if err != nil {
				return err
			}
			mutex.Lock()
			extents[k].nulls = extents[k].nulls || e.nulls
			extents[k].low, extents[k].high = min(extents[k].low, e.low), max(extents[k].high, e.high)
			mutex.Unlock()
		}
		return nil
	})
	for i := range extents {
		if extents[i].low > extents[i].high {
			extents[i] = extent{}
		}
	}
	return extents, rows, err
}

// extent gives the bounds of a value in a segment.
func (r *resident) extent(ctx context.Context, v value) (extent, error) {
	if known, ok := r.known.Load(v); ok {
		return known.(extent), nil
	}
	c, err := r.column(ctx, v.column)
	if err != nil {
		return extent{}, err
	}
	var minus *column
	if v.minus >= 0 {
		if minus, err = r.column(ctx, v.minus); err != nil {
			return extent{}, err
		}
	}
	e := newNumbers(c, minus).extent()
	r.known.Store(v, e)
	return e, nil
}

// extent gives the bounds of the numbers.
func (n *numbers) extent() extent {
	return extent{n.nulls, n.base, int64(uint64(n.base) + n.highest)}
}

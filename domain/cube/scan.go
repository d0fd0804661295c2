package cube

import (
	"context"
	"math/bits"
	"slices"
)

// scanner runs a plan over one segment, block by block.
type scanner struct {
	plan    *plan
	rows    int
	where   []test
	lanes   *lanes
	values  []*numbers // by plan.values
	needed  []bool     // by plan.values: whether each block has to be looked at
	groups  *grouping
	figures *accumulator
	out     *partial

	selection selection
	keys      []uint64
	group     []uint32
	masks     [][]uint64
}

// scan computes the plan's measures for the rows of one segment. complete says
// that no other segment has rows of the same groups, so that quantiles and
// numbers of different values can be finished here.
func (p *plan) scan(ctx context.Context, month Month, rows int, columns map[int]*column, limit int, complete bool) (*partial, error) {
	out := &partial{plan: p}
	if rows == 0 {
		return out, nil
	}
	tests := make([]test, len(p.filters))
	for i := range p.filters {
		tests[i] = p.filters[i].test(month, columns[p.filters[i].column])
	}
	where := []test{p.period().test(month, columns[p.grain.Index(p.grain.Date)])}
	for _, i := range p.where {
		where = append(where, tests[i])
	}
	if slices.ContainsFunc(where, func(t test) bool { return t.outcome == never }) {
		return out, nil
	}
	where = slices.DeleteFunc(where, func(t test) bool { return t.outcome == always })
	s := &scanner{plan: p, rows: rows, where: where, out: out}
	s.prepare(month, rows, columns, tests)
	for first := 0; first < rows; first += blockRows {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		out.scanned += s.selection.choose(s.where, first, min(first+blockRows, rows))
		if s.selection.count == 0 {
			continue
		}
		s.add()
		if n := s.groups.groups(); n > limit && !s.groups.direct || n*s.figures.stride > maxRecords {
			return nil, tooManyGroups(limit)
		}
	}
	out.groups = s.figures.groups()
	if complete {
		return out, out.finish(ctx)
	}
	return out, nil
}

// prepare sets up lanes, groups and what is kept for each group.
func (s *scanner) prepare(month Month, rows int, columns map[int]*column, tests []test) {
	p := s.plan
	for _, v := range p.values {
		var minus *column
		if v.minus >= 0 {
			minus = columns[v.minus]
		}
		s.values = append(s.values, newNumbers(columns[v.column], minus))
	}
	s.lanes = p.segmentLanes(tests, s.values)
	axes := make([]axis, len(p.dimensions))
	for i := range p.dimensions {
		axes[i] = p.dimensions[i].axis(month, columns[p.dimensions[i].column])
	}
	s.groups = newGrouping(axes, rows)
	s.figures = newAccumulator(s.lanes.count())
	s.masks = make([][]uint64, s.lanes.words)
	s.out.describe(s, columns)
	s.needed = make([]bool, len(s.values))
	for _, null := range s.lanes.nullable {
		s.needed[null.value] = true
	}
	for i, m := range p.measures {
		if m.value >= 0 && m.fn != Quantiles && s.lanes.bits[m.lane] >= 0 {
			s.needed[m.value] = true
		}
		switch {
		case m.value < 0 || s.lanes.bits[m.lane] < 0:
		case m.fn == Sum:
			over, product := bits.Mul64(s.values[m.value].highest, uint64(rows))
			s.out.wide[i] = over > 0 || product >= 1<<63
			s.out.positions[i] = s.figures.number(0)
			if s.out.wide[i] {
				s.figures.number(0)
			}
		case m.fn == Min:
			s.out.positions[i] = s.figures.number(-1) // the largest packed value
		case m.fn == Max:
			s.out.positions[i] = s.figures.number(0)
		}
	}
	s.keys, s.group = make([]uint64, blockRows), make([]uint32, blockRows)
	for w := range s.masks {
		s.masks[w] = make([]uint64, blockRows)
	}
}

// add counts and sums the selected rows, and keeps what is needed of them later.
func (s *scanner) add() {
	n := s.selection.count
	s.keys = s.keys[:n]
	if s.out.kept != nil {
		s.group = s.out.kept.next(&s.selection, s.masks)
	} else {
		s.group = s.group[:n]
		for w := range s.masks {
			s.masks[w] = s.masks[w][:n]
		}
	}
	s.groups.number(&s.selection, s.keys, s.group)
	s.figures.grow(s.groups.groups())
	s.figures.locate(s.group)
	s.lanes.set(&s.selection, s.masks)
	for v := range s.values {
		if s.needed[v] {
			s.measure(v)
		}
	}
	s.figures.count(s.masks)
}

// measure takes the rows where value v is null out of its lanes, and adds the
// others to the measures of it.
func (s *scanner) measure(v int) {
	view := s.values[v].view(&s.selection)
	for _, null := range s.lanes.nullable {
		if null.value == v {
			for w, affected := range null.affected {
				if affected != 0 {
					view.clearNull(s.masks[w], affected)
				}
			}
		}
	}
	for i, m := range s.plan.measures {
		if m.value != v || s.out.positions[i] < 0 {
			continue
		}
		bit := s.lanes.bits[m.lane]
		mask := s.masks[bit/64]
		switch {
		case m.fn == Sum && s.out.wide[i]:
			s.figures.sumWide(s.out.positions[i], &view, mask, bit)
		case m.fn == Sum:
			s.figures.sum(s.out.positions[i], &view, mask, bit)
		case m.fn == Min:
			s.figures.least(s.out.positions[i], &view, mask, bit)
		case m.fn == Max:
			s.figures.greatest(s.out.positions[i], &view, mask, bit)
		}
	}
}

package cube

import (
	"context"
	"math/bits"
	"slices"
)

// scanner runs a plan over one segment, block by block.
type scanner struct {
	plan    *plan
	columns map[int]*column
	rows    int
	where   []test
	tests   []test // of the plan's filters
	groups  *grouping
	limit   int // most groups
	out     *partial

	selection selection
	keys      []uint64
	group     []uint32
	masks     [][]uint64 // 64 lanes in each: bit l%64 of masks[l/64] says that the row is in lane l
	numbers   [][]int64  // by plan.values
	pairs     []pairs    // by measure: what Quantiles and Distinct collect
}

// pairs are (group, value) of the rows of a lane.
type pairs struct {
	groups []uint32
	values []int64
}

// block says how many rows are treated at once: few while what is counted fits
// into the nearest cache, many when each measure needs it for itself.
func blockRows(groups int) int {
	if groups > 4096 {
		return 32 * zoneRows
	}
	return zoneRows
}

// scan computes the plan's measures for the rows of one segment. complete says
// that no other segment has rows of the same groups, so that quantiles and
// numbers of different values can be finished here.
func (p *plan) scan(ctx context.Context, month Month, rows int, columns map[int]*column, limit int, complete bool) (*partial, error) {
	if rows == 0 {
		return newPartial(p, newGrouping(nil, 0)), nil
	}
	s := &scanner{plan: p, columns: columns, rows: rows, limit: limit}
	axes := make([]axis, len(p.dimensions))
	for i := range p.dimensions {
		axes[i] = p.dimensions[i].axis(month, columns[p.dimensions[i].column])
	}
	s.groups = newGrouping(axes, rows)
	s.out = newPartial(p, s.groups)
	s.tests = make([]test, len(p.filters))
	for i := range p.filters {
		s.tests[i] = p.filters[i].test(month, columns[p.filters[i].column])
	}
	s.where = []test{p.period().test(month, columns[p.grain.Index(p.grain.Date)])}
	for _, i := range p.where {
		s.where = append(s.where, s.tests[i])
	}
	for _, t := range s.where {
		if t.outcome == never {
			return s.out, nil
		}
	}
	s.where = slices.DeleteFunc(s.where, func(t test) bool { return t.outcome == always })
	s.prepare()
	block := blockRows(s.groups.groups())
	for first := 0; first < rows; first += block {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		s.out.scanned += s.selection.choose(s.where, first, min(first+block, rows))
		if s.selection.count == 0 {
			continue
		}
		s.add()
		if !s.groups.dense && s.groups.groups() > limit {
			return nil, tooManyGroups(limit)
		}
	}
	s.finish(complete)
	return s.out, nil
}

// prepare sets up what depends on the number of lanes and values.
func (s *scanner) prepare() {
	s.masks = make([][]uint64, (len(s.plan.lanes)+63)/64)
	s.numbers = make([][]int64, len(s.plan.values))
	s.pairs = make([]pairs, len(s.plan.measures))
	for i := range s.plan.measures {
		if m := &s.plan.measures[i]; m.fn == Sum {
			s.out.wide[i] = !fits(s.columns, s.plan.values[m.value], s.rows)
		}
	}
	s.out.grow(s.groups.groups())
}

// fits reports whether the sum of any of the rows' values is an int64.
func fits(columns map[int]*column, v value, rows int) bool {
	low, high := columns[v.column].min, columns[v.column].max
	if v.minus >= 0 {
		low, high = low-columns[v.minus].max, high-columns[v.minus].min
	}
	over, product := bits.Mul64(max(magnitude(low), magnitude(high)), uint64(rows))
	return over == 0 && product < 1<<63
}

func magnitude(v int64) uint64 {
	if v < 0 {
		return -uint64(v)
	}
	return uint64(v)
}

// add counts, sums and collects the selected rows.
func (s *scanner) add() {
	n := s.selection.count
	if cap(s.keys) < n {
		s.keys, s.group = make([]uint64, n, max(n, zoneRows)), make([]uint32, n, max(n, zoneRows))
		for i := range s.masks {
			s.masks[i] = make([]uint64, n, max(n, zoneRows))
		}
		for i := range s.numbers {
			s.numbers[i] = make([]int64, n, max(n, zoneRows))
		}
	}
	s.keys, s.group = s.keys[:n], s.group[:n]
	s.groups.number(&s.selection, s.keys, s.group)
	s.out.grow(s.groups.groups())
	for i := range s.masks {
		s.masks[i] = s.masks[i][:n]
		for k := range s.masks[i] {
			s.masks[i][k] = ^uint64(0)
		}
	}
	for i := range s.tests {
		s.mask(i)
	}
	for i := range s.numbers {
		s.numbers[i] = s.numbers[i][:n]
		s.load(i)
	}
	for l := range s.plan.lanes {
		count(s.out.counts[l], s.group, s.masks[l/64], uint(l%64))
	}
	for i := range s.plan.measures {
		s.measure(i)
	}
}

func count(counts []int64, groups []uint32, mask []uint64, bit uint) {
	mask = mask[:len(groups)]
	for k, g := range groups {
		counts[g] += int64(mask[k] >> bit & 1)
	}
}

// mask takes the rows that fail filter f out of the lanes that have it.
func (s *scanner) mask(f int) {
	for w := range s.masks {
		var affected uint64
		for l := w * 64; l < min(len(s.plan.lanes), w*64+64); l++ {
			for _, have := range s.plan.lanes[l].filters {
				if have == f {
					affected |= 1 << (l % 64)
				}
			}
		}
		if affected != 0 {
			s.tests[f].clear(&s.selection, s.masks[w], affected)
		}
	}
}

// clear takes the bits from the masks of the rows that fail.
func (t *test) clear(s *selection, masks []uint64, affected uint64) {
	switch {
	case t.outcome == always:
	case t.outcome == never:
		for i := range masks {
			masks[i] &^= affected
		}
	case t.from.u8 != nil:
		clearFailed(t, s.view8(t.from.u8), masks, affected)
	case t.from.u16 != nil:
		clearFailed(t, s.view16(t.from.u16), masks, affected)
	case t.from.u32 != nil:
		clearFailed(t, s.view32(t.from.u32), masks, affected)
	default:
		clearFailed(t, s.view64(t.from.u64), masks, affected)
	}
}

func clearFailed[T uint8 | uint16 | uint32 | uint64](t *test, values []T, masks []uint64, affected uint64) {
	values = values[:len(masks)]
	switch {
	case t.table != nil:
		for i, v := range values {
			if !t.table[v] {
				masks[i] &^= affected
			}
		}
	case t.raw != nil:
		for i, v := range values {
			if !t.raw.acceptsBits(uint64(v)) {
				masks[i] &^= affected
			}
		}
	default:
		a, b := t.spans[0], t.spans[len(t.spans)-1]
		for i, v := range values {
			if v := uint64(v); v-a.low > a.width && v-b.low > b.width {
				masks[i] &^= affected
			}
		}
	}
}

// load writes value v of the selected rows to numbers, 0 for null, and takes
// the rows where it is null out of its lanes.
func (s *scanner) load(v int) {
	affected := make([]uint64, len(s.masks))
	for l := range s.plan.lanes {
		if s.plan.lanes[l].value == v {
			affected[l/64] |= 1 << (l % 64)
		}
	}
	clear(s.numbers[v])
	s.columns[s.plan.values[v].column].addTo(&s.selection, s.numbers[v], s.masks, affected, 1)
	if minus := s.plan.values[v].minus; minus >= 0 {
		s.columns[minus].addTo(&s.selection, s.numbers[v], s.masks, affected, -1)
	}
}

// addTo adds the column times sign to the numbers, and takes affected bits from
// the masks of the rows where it is null.
func (c *column) addTo(s *selection, numbers []int64, masks [][]uint64, affected []uint64, sign int64) {
	switch {
	case c.u8 != nil:
		addTo(c, s.view8(c.u8), numbers, masks, affected, sign)
	case c.u16 != nil:
		addTo(c, s.view16(c.u16), numbers, masks, affected, sign)
	case c.u32 != nil:
		addTo(c, s.view32(c.u32), numbers, masks, affected, sign)
	case c.u64 != nil:
		addTo(c, s.view64(c.u64), numbers, masks, affected, sign)
	default:
		for i := range numbers {
			numbers[i] += sign * c.base
		}
	}
}

func addTo[T uint8 | uint16 | uint32 | uint64](c *column, values []T, numbers []int64, masks [][]uint64, affected []uint64, sign int64) {
	values = values[:len(numbers)]
	if c.nulls == 0 {
		for i, v := range values {
			numbers[i] += sign * (c.base + int64(v))
		}
		return
	}
	none := T(c.none)
	for i, v := range values {
		if v != none {
			numbers[i] += sign * (c.base + int64(v))
			continue
		}
		for w := range masks {
			masks[w][i] &^= affected[w]
		}
	}
}

// measure adds the selected rows to measure i.
func (s *scanner) measure(i int) {
	m := &s.plan.measures[i]
	mask, bit := s.masks[m.lane/64], uint(m.lane%64)
	switch m.fn {
	case Sum:
		if s.out.wide[i] {
			addWide(s.out.numbers[i], s.out.highs[i], s.group, s.numbers[m.value], mask, bit)
			return
		}
		add(s.out.numbers[i], s.group, s.numbers[m.value], mask, bit)
	case Min:
		least(s.out.numbers[i], s.group, s.numbers[m.value], mask, bit)
	case Max:
		greatest(s.out.numbers[i], s.group, s.numbers[m.value], mask, bit)
	case Quantiles:
		s.pairs[i].collect(s.group, s.numbers[m.value], mask, bit)
	case Distinct:
		s.distinct(i, mask, bit)
	}
}

func add(sums []int64, groups []uint32, numbers []int64, mask []uint64, bit uint) {
	numbers, mask = numbers[:len(groups)], mask[:len(groups)]
	for k, g := range groups {
		sums[g] += numbers[k] & -int64(mask[k]>>bit&1)
	}
}

// addWide sums the lower and the upper 32 bits apart, which cannot overflow.
func addWide(lows, highs []int64, groups []uint32, numbers []int64, mask []uint64, bit uint) {
	for k, g := range groups {
		if mask[k]>>bit&1 == 1 {
			lows[g] += numbers[k] & (1<<32 - 1)
			highs[g] += numbers[k] >> 32
		}
	}
}

func least(out []int64, groups []uint32, numbers []int64, mask []uint64, bit uint) {
	for k, g := range groups {
		if mask[k]>>bit&1 == 1 {
			out[g] = min(out[g], numbers[k])
		}
	}
}

func greatest(out []int64, groups []uint32, numbers []int64, mask []uint64, bit uint) {
	for k, g := range groups {
		if mask[k]>>bit&1 == 1 {
			out[g] = max(out[g], numbers[k])
		}
	}
}

func (p *pairs) collect(groups []uint32, numbers []int64, mask []uint64, bit uint) {
	for k, g := range groups {
		if mask[k]>>bit&1 == 1 {
			p.groups = append(p.groups, g)
			p.values = append(p.values, numbers[k])
		}
	}
}

// distinct collects the packed values of the column of measure i.
func (s *scanner) distinct(i int, mask []uint64, bit uint) {
	c := s.columns[s.plan.measures[i].distinct]
	for k, g := range s.group {
		if mask[k]>>bit&1 == 1 {
			row := s.selection.first + k
			if s.selection.rows != nil {
				row = int(s.selection.rows[k])
			}
			s.pairs[i].groups = append(s.pairs[i].groups, g)
			s.pairs[i].values = append(s.pairs[i].values, int64(c.at(row)))
		}
	}
}

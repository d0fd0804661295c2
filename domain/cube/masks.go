package cube

import "slices"

// lanes are the plan's lanes in one segment: lanes that have the same rows there
// share a bit. Bit 0 has all selected rows.
type lanes struct {
	bits     []int // by the plan's lane; -1: it has no row
	words    int   // of 64 bits
	tests    []laneTest
	nullable []laneNull
}

// laneTest is what one column says of the lanes.
type laneTest struct {
	from   *packed
	tables [][]uint64 // by word: by packed value, the bits that stay; nil when the word has none
	single []singleTest
}

// singleTest is a test that has no table.
type singleTest struct {
	test     test
	affected []uint64 // by word
}

// laneNull says which bits go where a value is null.
type laneNull struct {
	value    int
	affected []uint64
}

// segmentLanes finds what the lanes come to in a segment.
func (p *plan) segmentLanes(tests []test, values []*numbers) *lanes {
	var distinct []lane
	l := &lanes{bits: make([]int, len(p.lanes))}
	for i, of := range p.lanes {
		reduced := lane{value: -1}
		if of.value >= 0 && values[of.value].nulls {
			reduced.value = of.value
		}
		empty := false
		for _, f := range of.filters {
			switch {
			case tests[f].outcome == never:
				empty = true
			case tests[f].outcome == mixed && !slices.Contains(p.where, f):
				reduced.filters = append(reduced.filters, f)
			}
		}
		if empty {
			l.bits[i] = -1
			continue
		}
		at := slices.IndexFunc(distinct, func(d lane) bool { return d.value == reduced.value && slices.Equal(d.filters, reduced.filters) })
		if at < 0 {
			at = len(distinct)
			distinct = append(distinct, reduced)
		}
		l.bits[i] = at
	}
	l.words = (len(distinct) + 63) / 64
	for f := range tests {
		l.addTest(&tests[f], l.bitsWhere(distinct, func(d lane) bool { return slices.Contains(d.filters, f) }))
	}
	for v := range values {
		if affected := l.bitsWhere(distinct, func(d lane) bool { return d.value == v }); affected != nil {
			l.nullable = append(l.nullable, laneNull{v, affected})
		}
	}
	return l
}

// count gives the number of bits in use.
func (l *lanes) count() int { return slices.Max(l.bits) + 1 }

// bitsWhere gives the bits of the lanes chosen, nil when there are none.
func (l *lanes) bitsWhere(distinct []lane, chosen func(lane) bool) []uint64 {
	var affected []uint64
	for i, d := range distinct {
		if chosen(d) {
			if affected == nil {
				affected = make([]uint64, l.words)
			}
			affected[i/64] |= 1 << (i % 64)
		}
	}
	return affected
}

// addTest adds a test to those of its column.
func (l *lanes) addTest(t *test, affected []uint64) {
	if affected == nil {
		return
	}
	at := slices.IndexFunc(l.tests, func(c laneTest) bool { return c.from == t.from })
	if at < 0 {
		at = len(l.tests)
		l.tests = append(l.tests, laneTest{from: t.from, tables: make([][]uint64, l.words)})
	}
	c := &l.tests[at]
	size := len(t.table)
	if t.table == nil {
		if t.from.u8 == nil || t.raw != nil {
			c.single = append(c.single, singleTest{*t, affected})
			return
		}
		size = 256 // a range of bytes is a table too
	}
	for w := range l.words {
		if affected[w] == 0 {
			continue
		}
		if c.tables[w] == nil {
			c.tables[w] = slices.Repeat([]uint64{^uint64(0)}, max(size, 256))
		}
		for u := range size {
			if !t.passes(uint64(u)) {
				c.tables[w][u] &^= affected[w]
			}
		}
	}
}

// set computes the masks of the selected rows as far as conditions go.
func (l *lanes) set(s *selection, masks [][]uint64) {
	for w := range masks {
		for k := range masks[w] {
			masks[w][k] = ^uint64(0)
		}
	}
	for i := range l.tests {
		c := &l.tests[i]
		switch p := c.from; {
		case p.u8 != nil:
			maskColumn(c, s.view8(p.u8), masks)
		case p.u16 != nil:
			maskColumn(c, s.view16(p.u16), masks)
		case p.u32 != nil:
			maskColumn(c, s.view32(p.u32), masks)
		case p.u64 != nil:
			maskColumn(c, s.view64(p.u64), masks)
		}
	}
}

func maskColumn[T uint8 | uint16 | uint32 | uint64](c *laneTest, values []T, masks [][]uint64) {
	for w, mask := range masks {
		values := values[:len(mask)]
		if table := c.tables[w]; table != nil {
			for k, v := range values {
				mask[k] &= table[v]
			}
		}
		for i := range c.single {
			if one := &c.single[i]; one.affected[w] != 0 {
				maskSingle(&one.test, values, mask, one.affected[w])
			}
		}
	}
}

func maskSingle[T uint8 | uint16 | uint32 | uint64](t *test, values []T, mask []uint64, affected uint64) {
	if t.raw != nil {
		for k, v := range values {
			if !t.raw.acceptsBits(uint64(v)) {
				mask[k] &^= affected
			}
		}
		return
	}
	a, b := t.spans[0], t.spans[len(t.spans)-1]
	if len(t.spans) == 1 {
		for k, v := range values {
			m := mask[k]
			cleared := m &^ affected
			if uint64(v)-a.low > a.width {
				m = cleared
			}
			mask[k] = m
		}
		return
	}
	for k, v := range values {
		if v := uint64(v); v-a.low > a.width && v-b.low > b.width {
			mask[k] &^= affected
		}
	}
}

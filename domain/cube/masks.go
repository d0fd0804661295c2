package cube

import "slices"

// layout says how a plan's figures are kept for each group: which lanes are
// counted, and where in a record the numbers are. Lanes that have the same rows
// share a bit; bit 0 has all selected rows.
type layout struct {
	plan      *plan
	distinct  []lane // by bit, without the conditions that all selected rows satisfy
	bits      []int  // by the plan's lane
	words     int    // of 64 bits
	positions []int  // by measure: where its number is, or -1
	wide      []bool // by measure: whether its sum takes two words
	record    []uint64
	counts    int      // words of counts in a record
	extents   []extent // by the plan's value
	rows      int64    // of all segments in question
}

// extent is what is known of a value over all rows in question.
type extent struct {
	nulls     bool
	low, high int64
}

func (p *plan) layout(extents []extent, rows int64) *layout {
	l := &layout{plan: p, bits: make([]int, len(p.lanes)), extents: extents, rows: rows}
	for i, of := range p.lanes {
		reduced := lane{value: -1}
		if of.value >= 0 && extents[of.value].nulls {
			reduced.value = of.value
		}
		for _, f := range of.filters {
			if !slices.Contains(p.where, f) {
				reduced.filters = append(reduced.filters, f)
			}
		}
		at := slices.IndexFunc(l.distinct, func(d lane) bool { return d.value == reduced.value && slices.Equal(d.filters, reduced.filters) })
		if at < 0 {
			at = len(l.distinct)
			l.distinct = append(l.distinct, reduced)
		}
		l.bits[i] = at
	}
	l.words = (len(l.distinct) + 63) / 64
	l.counts = (len(l.distinct) + 3) / 4
	l.record = make([]uint64, l.counts)
	l.positions, l.wide = make([]int, len(p.measures)), make([]bool, len(p.measures))
	for i, m := range p.measures {
		l.positions[i] = len(l.record)
		switch m.fn {
		case Sum:
			l.record = append(l.record, 0)
			if largest := times(int64(max(magnitude(extents[m.value].low), magnitude(extents[m.value].high))), rows); largest.high != 0 || largest.low >= 1<<63 {
				l.wide[i] = true
				l.record = append(l.record, 0)
			}
		case Min:
			l.record = append(l.record, 1<<63-1)
		case Max:
			l.record = append(l.record, 1<<63)
		default:
			l.positions[i] = -1
		}
	}
	// A record that ends little before a line of the processor's cache ends with it, so
	// that it never lies in one line more than it must.
	if over := len(l.record) % cacheLine; over >= cacheLine-maxPadding {
		l.record = append(l.record, make([]uint64, cacheLine-over)...)
	}
	return l
}

// cacheLine is how many words a line of the processor's cache has, and maxPadding
// how many of them may stay empty for a record to begin with a line.
const (
	cacheLine  = 8
	maxPadding = 2
)

// laneMasks computes the masks of a segment's rows.
type laneMasks struct {
	start    []uint64    // by word: bits of lanes that have rows in the segment
	bytes    []byteLanes // by word: columns of one byte, of which tables say all
	tests    []laneTest  // the others
	either   []eitherLanes
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

// masks sets up the masks of a segment.
func (l *layout) masks(tests []test, values []*numbers) *laneMasks {
	m := &laneMasks{start: slices.Repeat([]uint64{^uint64(0)}, l.words)}
	for f := range tests {
		affected := l.bitsWhere(func(d lane) bool { return slices.Contains(d.filters, f) })
		switch {
		case affected == nil || tests[f].outcome == always:
		case tests[f].outcome == never:
			for w := range affected {
				m.start[w] &^= affected[w]
			}
		case tests[f].either != nil:
			m.either = append(m.either, eitherLanes{tests[f], affected})
		default:
			m.addTest(&tests[f], affected)
		}
	}
	for v := range values {
		if affected := l.bitsWhere(func(d lane) bool { return d.value == v }); affected != nil && values[v].nulls {
			m.nullable = append(m.nullable, laneNull{v, affected})
		}
	}
	m.takeBytes()
	return m
}

// bitsWhere gives the bits of the lanes chosen, nil when there are none.
func (l *layout) bitsWhere(chosen func(lane) bool) []uint64 {
	var affected []uint64
	for i, d := range l.distinct {
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
func (m *laneMasks) addTest(t *test, affected []uint64) {
	at := slices.IndexFunc(m.tests, func(c laneTest) bool { return c.from == t.from })
	if at < 0 {
		at = len(m.tests)
		m.tests = append(m.tests, laneTest{from: t.from, tables: make([][]uint64, len(m.start))})
	}
	c := &m.tests[at]
	size := len(t.table)
	if t.table == nil {
		if t.from.u8 == nil || t.raw != nil {
			c.single = append(c.single, singleTest{*t, affected})
			return
		}
		size = 256 // a range of bytes is a table too
	}
	for w := range affected {
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
func (m *laneMasks) set(s *selection, masks [][]uint64) {
	for w, mask := range masks {
		m.bytes[w].set(s, mask)
	}
	for i := range m.tests {
		c := &m.tests[i]
		switch p := c.from; {
		case p.u8 != nil:
			maskColumn(c, s.view8(p.u8), masks)
		case p.u16 != nil:
			maskColumn(c, s.view16(p.u16), masks)
		case p.u32 != nil:
			maskColumn(c, s.view32(p.u32), masks)
		case p.wide():
			maskColumn(c, s.view64(p), masks)
		}
	}
	for i := range m.either {
		m.either[i].clear(s, masks)
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
		if narrow, is := any(values).([]uint32); is && fours(len(values)) > 0 {
			done := fours(len(values))
			clearBeyond32(&narrow[0], &mask[0], done, a.low, a.width, affected)
			values, mask = values[done:], mask[done:]
		}
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

package cube

// byteLanes computes a word's masks as far as columns of one byte say them by tables. Columns of few
// different values are looked up in the processor itself, 32 rows at a time: a table of sixteen
// values fits into one of its registers.
type byteLanes struct {
	start    uint64 // bits of lanes that have rows in the segment
	tests    []byteTest
	looked   []byteTest    // of them, those that are not among the shuffles
	shuffles []byteShuffle // by plane
	fresh    []uint8       // eight planes of blockRows bytes as they are before any test
	planes   []uint8       // the same with the present block's rows
}

// byteTest is what a column of one byte says of the lanes of a word.
type byteTest struct {
	values []uint8
	table  *[256]uint64 // by packed value, the bits that stay
}

// byteShuffle says which of eight lanes are cleared by sixteen values of a column.
type byteShuffle struct {
	values  []uint8
	plane   int // lanes 8*plane and up
	first   uint8
	cleared [16]uint8
}

// maxShuffles is up to how many shuffles are quicker than the table.
const maxShuffles = 12

// takeBytes moves the tests of one byte that are all in tables to a list of their own.
func (m *laneMasks) takeBytes() {
	m.bytes = make([]byteLanes, len(m.start))
	for w, start := range m.start {
		m.bytes[w].start = start
	}
	kept := m.tests[:0]
	for _, c := range m.tests {
		if c.from.u8 == nil || len(c.single) > 0 {
			kept = append(kept, c)
			continue
		}
		for w, table := range c.tables {
			if table != nil {
				m.bytes[w].add(c.from, (*[256]uint64)(table))
			}
		}
	}
	m.tests = kept
}

func (b *byteLanes) add(from *packed, table *[256]uint64) {
	t := byteTest{from.u8, table}
	b.tests = append(b.tests, t)
	if shuffles := t.shuffles(from); vectors && len(shuffles) <= maxShuffles {
		b.shuffles = append(b.shuffles, shuffles...)
	} else {
		b.looked = append(b.looked, t)
	}
}

// shuffles gives the test as shuffles, leaving out values that the column does not have.
func (t *byteTest) shuffles(from *packed) (all []byteShuffle) {
	highest := uint64(0)
	for zone := range (len(t.values) + zoneRows - 1) / zoneRows {
		if low, high := from.bounds.of(zone); low <= high {
			highest = max(highest, high)
		}
	}
	for plane := range 8 {
		for first := 0; first < len(t.table); first += 16 {
			s := byteShuffle{values: t.values, plane: plane, first: uint8(first)}
			any := false
			for i, stays := range t.table[first : first+16] {
				if v := uint64(first + i); v <= highest || from.none != 0 && v == from.none {
					s.cleared[i] = ^uint8(stays >> (8 * plane))
					any = any || s.cleared[i] != 0
				}
			}
			if any {
				all = append(all, s)
			}
		}
	}
	return all
}

// set begins the masks of the selected rows.
func (b *byteLanes) set(s *selection, mask []uint64) {
	done := len(mask) &^ 31
	if s.rows != nil || len(b.shuffles) == 0 || done == 0 {
		setBytes(s, b.start, b.tests, mask)
		return
	}
	b.shuffle(s.first, mask[:done])
	clearBytes(&selection{first: s.first, count: done}, b.looked, mask[:done])
	if done < len(mask) {
		setBytes(&selection{first: s.first + done, count: len(mask) - done}, b.start, b.tests, mask[done:])
	}
}

// shuffle sets the masks of rows from first on, a multiple of 32, by the shuffles.
func (b *byteLanes) shuffle(first int, mask []uint64) {
	if b.planes == nil {
		b.fresh, b.planes = make([]uint8, 8*blockRows), make([]uint8, 8*blockRows)
		for i := range b.fresh {
			b.fresh[i] = uint8(b.start >> (8 * (i / blockRows)))
		}
		copy(b.planes, b.fresh)
	}
	used := 0 // planes
	for i := range b.shuffles {
		shuffle := &b.shuffles[i]
		plane := b.planes[shuffle.plane*blockRows:][:len(mask)]
		if bit := 1 << shuffle.plane; used&bit == 0 {
			used |= bit
			copy(plane, b.fresh[shuffle.plane*blockRows:])
		}
		clearShuffled(&plane[0], &shuffle.values[first:][:len(mask)][0], len(mask), &shuffle.cleared[0], uint64(shuffle.first))
	}
	joinPlanes(&mask[0], &b.planes[0], len(mask))
}

// setBytes begins a word's masks with what the columns of one byte say, row by row.
func setBytes(s *selection, start uint64, tests []byteTest, mask []uint64) {
	if s.rows == nil && len(tests) >= 4 {
		setFour(s, start, (*[4]byteTest)(tests), mask)
		tests = tests[4:]
	} else {
		for k := range mask {
			mask[k] = start
		}
	}
	clearBytes(s, tests, mask)
}

// clearBytes takes the bits out of the masks that tests say.
func clearBytes(s *selection, tests []byteTest, mask []uint64) {
	for ; s.rows == nil && len(tests) >= 2; tests = tests[2:] {
		maskTwo(s, (*[2]byteTest)(tests), mask)
	}
	for i := range tests {
		table := tests[i].table
		for k, v := range s.view8(tests[i].values)[:len(mask)] {
			mask[k] &= table[v]
		}
	}
}

// setFour sets the masks by four columns; all rows of the block are selected.
func setFour(s *selection, start uint64, tests *[4]byteTest, mask []uint64) {
	first, second, third, fourth := tests[0].table, tests[1].table, tests[2].table, tests[3].table
	a, b := tests[0].values[s.first:][:len(mask)], tests[1].values[s.first:][:len(mask)]
	c, d := tests[2].values[s.first:][:len(mask)], tests[3].values[s.first:][:len(mask)]
	for k := range mask {
		mask[k] = start & first[a[k]] & second[b[k]] & third[c[k]] & fourth[d[k]]
	}
}

// maskTwo is setFour for two more columns.
func maskTwo(s *selection, tests *[2]byteTest, mask []uint64) {
	first, second := tests[0].table, tests[1].table
	a, b := tests[0].values[s.first:][:len(mask)], tests[1].values[s.first:][:len(mask)]
	for k := range mask {
		mask[k] &= first[a[k]] & second[b[k]]
	}
}

package cube

// selection is the rows of a block that are looked at: all from first on, or
// those listed in rows.
type selection struct {
	first, count int
	rows         []uint32 // nil: all of them
	buffer       []uint32
	u8           []uint8
	u16          []uint16
	u32          []uint32
	u64          []uint64
}

// choose sets the selection to the rows from first to end, a multiple of
// zoneRows unless it is the last block, that pass all tests. It gives how many
// rows had to be looked at.
func (s *selection) choose(tests []test, first, end int) (scanned int64) {
	s.first, s.count, s.rows = first, end-first, nil
	if len(tests) == 0 {
		return int64(end - first)
	}
	listed := s.buffer[:0]
	whole := true
	for z := first / zoneRows; z*zoneRows < end; z++ {
		from, to := z*zoneRows, min((z+1)*zoneRows, end)
		before := len(listed)
		undecided := false
		passed := true
		for i := range tests {
			switch tests[i].zone(z) {
			case never:
				passed = false
			case mixed:
				undecided = true
			case always:
			}
		}
		if !passed {
			whole = false
			continue
		}
		scanned += int64(to - from)
		for row := from; row < to; row++ {
			listed = append(listed, uint32(row))
		}
		if !undecided {
			continue
		}
		for i := range tests {
			if tests[i].zone(z) == mixed {
				listed = listed[:before+tests[i].keep(listed[before:])]
			}
		}
		whole = whole && len(listed)-before == to-from
	}
	s.buffer = listed
	if !whole {
		s.rows, s.count = listed, len(listed)
	}
	return scanned
}

// keep moves the rows that pass to the front of the list and counts them.
func (t *test) keep(rows []uint32) int {
	if t.either != nil {
		return t.keepRows(rows)
	}
	switch {
	case t.from.u8 != nil:
		return keep(t, t.from.u8, rows)
	case t.from.u16 != nil:
		return keep(t, t.from.u16, rows)
	case t.from.u32 != nil:
		return keep(t, t.from.u32, rows)
	}
	if t.from.u64 != nil {
		return keep(t, t.from.u64, rows)
	}
	kept := 0
	for _, row := range rows {
		rows[kept] = row
		if t.passes(t.from.u40.at(int(row))) {
			kept++
		}
	}
	return kept
}

func keep[T uint8 | uint16 | uint32 | uint64](t *test, values []T, rows []uint32) int {
	kept := 0
	switch {
	case t.table != nil:
		for _, row := range rows {
			rows[kept] = row
			if t.table[values[row]] {
				kept++
			}
		}
	case t.raw != nil:
		for _, row := range rows {
			rows[kept] = row
			if t.raw.acceptsBits(uint64(values[row])) {
				kept++
			}
		}
	default:
		a := t.spans[0]
		b := t.spans[len(t.spans)-1]
		for _, row := range rows {
			rows[kept] = row
			if v := uint64(values[row]); v-a.low <= a.width || v-b.low <= b.width {
				kept++
			}
		}
	}
	return kept
}

// The views give the packed values of the selected rows side by side.

func (s *selection) view8(v []uint8) []uint8    { return selected(s, v, &s.u8) }
func (s *selection) view16(v []uint16) []uint16 { return selected(s, v, &s.u16) }
func (s *selection) view32(v []uint32) []uint32 { return selected(s, v, &s.u32) }

// view64 is of a column whose values have more than 32 bits.
func (s *selection) view64(p *packed) []uint64 {
	if p.u64 != nil {
		return selected(s, p.u64, &s.u64)
	}
	if cap(s.u64) < s.count {
		s.u64 = make([]uint64, zoneRows)
	}
	out := s.u64[:s.count]
	if s.rows != nil {
		for k, row := range s.rows {
			out[k] = p.u40.at(int(row))
		}
		return out
	}
	lower, upper := p.u40.lower[s.first:][:len(out)], p.u40.upper[s.first:][:len(out)]
	done := fours(len(out))
	if done > 0 {
		join40(&out[0], &lower[0], &upper[0], done)
	}
	for k := done; k < len(out); k++ {
		out[k] = uint64(upper[k])<<32 | uint64(lower[k])
	}
	return out
}

func selected[T any](s *selection, values []T, buffer *[]T) []T {
	if s.rows == nil {
		return values[s.first : s.first+s.count]
	}
	if cap(*buffer) < len(s.rows) {
		*buffer = make([]T, max(len(s.rows), zoneRows))
	}
	out := (*buffer)[:len(s.rows)]
	for i, row := range s.rows {
		out[i] = values[row]
	}
	return out
}

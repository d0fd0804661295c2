package cube

import "math"

// view is a number for each selected row of a block: base + the packed value, or
// null where that is none.
type view struct {
	u8      []uint8
	u16     []uint16
	u32     []uint32
	u64     []uint64
	base    int64
	none    uint64
	nulls   bool
	highest uint64 // of all packed values of the segment but none
}

// source of numbers: a column, or one less another.
type numbers struct {
	column, minus *column
	base          int64
	highest       uint64
	nulls         bool
	buffer        []uint64
}

func newNumbers(column, minus *column) *numbers {
	n := &numbers{column: column, base: column.base, highest: uint64(column.max) - uint64(column.min), nulls: column.nulls > 0}
	if minus != nil {
		n.minus = minus
		n.nulls = n.nulls || minus.nulls > 0
		n.base = column.min - minus.max
		n.highest = uint64(column.max-minus.min) - uint64(n.base)
	}
	return n
}

// view gives the numbers of the selected rows; it lasts until the next call.
func (n *numbers) view(s *selection) view {
	v := view{base: n.base, none: n.column.none, nulls: n.nulls, highest: n.highest}
	if n.minus != nil {
		v.u64, v.none = n.difference(s), math.MaxUint64
		return v
	}
	switch c := n.column; {
	case c.u8 != nil:
		v.u8 = s.view8(c.u8)
	case c.u16 != nil:
		v.u16 = s.view16(c.u16)
	case c.u32 != nil:
		v.u32 = s.view32(c.u32)
	case c.wide():
		v.u64 = s.view64(&c.packed)
	default:
		v.u8 = zeros(s.count)
	}
	return v
}

var zero [zoneRows]uint8

// zeros gives a constant column's packed values.
func zeros(count int) []uint8 { return zero[:count] }

func (n *numbers) difference(s *selection) []uint64 {
	if n.buffer == nil {
		n.buffer = make([]uint64, zoneRows)
	}
	out := n.buffer[:s.count]
	for k := range out {
		row := s.row(k)
		a, aNull := n.column.integer(row)
		b, bNull := n.minus.integer(row)
		if aNull || bNull {
			out[k] = math.MaxUint64
		} else {
			out[k] = uint64(a-b) - uint64(n.base)
		}
	}
	return out
}

// row gives the k-th selected row.
func (s *selection) row(k int) int {
	if s.rows != nil {
		return int(s.rows[k])
	}
	return s.first + k
}

// clearNull takes the affected bits from the masks of the rows that are null.
func (v *view) clearNull(masks []uint64, affected uint64) {
	switch {
	case v.u8 != nil:
		clearNull(v.u8, uint8(v.none), masks, affected)
	case v.u16 != nil:
		clearNull(v.u16, uint16(v.none), masks, affected)
	case v.u32 != nil:
		done := fours(len(masks))
		if done > 0 {
			clearEqual32(&v.u32[0], &masks[0], done, v.none, affected)
		}
		clearNull(v.u32[done:], uint32(v.none), masks[done:], affected)
	default:
		done := fours(len(masks))
		if done > 0 {
			clearEqual64(&v.u64[0], &masks[0], done, v.none, affected)
		}
		clearNull(v.u64[done:], v.none, masks[done:], affected)
	}
}

// fours gives how many rows are treated four at a time; the others are treated one by one.
func fours(rows int) int {
	if !vectors {
		return 0
	}
	return rows &^ 3
}

func clearNull[T uint8 | uint16 | uint32 | uint64](values []T, none T, masks []uint64, affected uint64) {
	values = values[:len(masks)]
	for i, v := range values {
		m := masks[i]
		cleared := m &^ affected
		if v == none {
			m = cleared
		}
		masks[i] = m
	}
}

// sum adds the values of the lane's rows to the word at a position.
func (a *accumulator) sum(position int, v *view, mask []uint64, bit int) {
	switch {
	case a.alone:
		a.cells[int(a.offsets[0])+position] += v.sumLane(mask[:len(a.offsets)], bit)
	case v.u8 != nil:
		sum(a, position, v.u8, v.base, mask, bit)
	case v.u16 != nil:
		sum(a, position, v.u16, v.base, mask, bit)
	case v.u32 != nil:
		sum(a, position, v.u32, v.base, mask, bit)
	default:
		sum(a, position, v.u64, v.base, mask, bit)
	}
}

func sum[T uint8 | uint16 | uint32 | uint64](a *accumulator, position int, values []T, base int64, mask []uint64, bit int) {
	cells, offsets, from := a.cells[position:], a.offsets, uint64(base)
	values = values[:len(offsets)]
	if bit == 0 { // the first lane has all rows
		for k, at := range offsets {
			cells[at] += from + uint64(values[k])
		}
		return
	}
	mask = mask[:len(offsets)]
	up := 63 - uint(bit%64)
	for k, at := range offsets {
		cells[at] += (from + uint64(values[k])) & topBit(mask[k]<<(up&63))
	}
}

// topBit gives all bits set where the highest is, none otherwise.
func topBit(v uint64) uint64 { return uint64(int64(v) >> 63) }

// sumLane adds up the values of the lane's rows.
func (v *view) sumLane(mask []uint64, bit int) uint64 {
	from, done := uint64(v.base), fours(len(mask))
	switch {
	case v.u8 != nil:
		return sumAlone(v.u8, from, mask, bit)
	case v.u16 != nil:
		return sumAlone(v.u16, from, mask, bit)
	case done == 0 && v.u32 != nil:
		return sumAlone(v.u32, from, mask, bit)
	case done == 0:
		return sumAlone(v.u64, from, mask, bit)
	case v.u32 != nil:
		sum, count := sumLane32(&v.u32[0], &mask[0], done, uint64(63-bit%64))
		return sum + count*from + sumAlone(v.u32[done:], from, mask[done:], bit)
	}
	sum, count := sumLane64(&v.u64[0], &mask[0], done, uint64(63-bit%64))
	return sum + count*from + sumAlone(v.u64[done:], from, mask[done:], bit)
}

// sumAlone is sumLane row by row.
func sumAlone[T uint8 | uint16 | uint32 | uint64](values []T, from uint64, mask []uint64, bit int) (sum uint64) {
	if bit == 0 {
		sum = from * uint64(len(values))
		for ; len(values) >= 4; values = values[4:] {
			v := (*[4]T)(values)
			sum += uint64(v[0]) + uint64(v[1]) + (uint64(v[2]) + uint64(v[3]))
		}
		for _, v := range values {
			sum += uint64(v)
		}
		return sum
	}
	mask = mask[:len(values)]
	up := 63 - uint(bit%64)
	for k, v := range values {
		sum += (from + uint64(v)) & topBit(mask[k]<<(up&63))
	}
	return sum
}

// sumWide adds the lower and the upper 32 bits of the values to the words at
// position and after it, which cannot overflow.
func (a *accumulator) sumWide(position int, v *view, mask []uint64, bit int) {
	for k := range a.offsets {
		at := a.offset(k)
		u := v.value(k) & -int64(mask[k]>>(bit%64)&1)
		a.cells[int(at)+position] += uint64(u & math.MaxUint32)
		a.cells[int(at)+position+1] += uint64(u >> 32)
	}
}

// least keeps the least value of the rows of the lane.
func (a *accumulator) least(position int, v *view, mask []uint64, bit int) {
	for k := range a.offsets {
		at := a.offset(k)
		if mask[k]>>(bit%64)&1 == 1 {
			c := &a.cells[int(at)+position]
			*c = uint64(min(int64(*c), v.value(k)))
		}
	}
}

// greatest keeps the greatest value of the rows of the lane.
func (a *accumulator) greatest(position int, v *view, mask []uint64, bit int) {
	for k := range a.offsets {
		at := a.offset(k)
		if mask[k]>>(bit%64)&1 == 1 {
			c := &a.cells[int(at)+position]
			*c = uint64(max(int64(*c), v.value(k)))
		}
	}
}

// value gives the k-th number, which is not null.
func (v *view) value(k int) int64 { return int64(uint64(v.base) + v.at(k)) }

// at gives the k-th packed value.
func (v *view) at(k int) uint64 {
	switch {
	case v.u8 != nil:
		return uint64(v.u8[k])
	case v.u16 != nil:
		return uint64(v.u16[k])
	case v.u32 != nil:
		return uint64(v.u32[k])
	}
	return v.u64[k]
}

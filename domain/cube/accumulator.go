package cube

import (
	"math"
	"math/bits"
	"slices"
	"sync"
)

// accumulator counts and sums by group. A group's record is stride words side
// by side: first the counts, four lanes of 16 bits to a word, then one word (or
// two, where a sum could overflow) for each Sum, Min and Max. Where a count
// comes near to 16 bits it is carried into a table.
type accumulator struct {
	stride   int
	words    int      // of counts
	record   []uint64 // what a group starts with
	blank    bool     // whether that is zeros
	cells    []uint64
	carrying sync.Mutex // held while carried is changed, where workers share the groups
	carried  map[uint32][]int64
	since    int      // no group's first lane, and so no lane, has counted more since it was last carried
	offsets  []uint32 // scratch: where the records of the block's rows are
	// Where there are few groups, each has 1<<copies records that take turns, so
	// that an addition need not wait for the one just before; fold joins them.
	copies uint
	// alone says that all rows of the block are of one group: what is added to it
	// is added up first, without a look at memory. Rows often stand sorted by a
	// dimension, and the question without dimensions has one group only.
	alone bool
	many  bool // no group has counted more than half of what fits; see carryTouched
}

// manyGroups is from how many groups on it is dearer to look for large counts
// in all of them than in those of the rows just counted.
const manyGroups = 1 << 12

// blockRows is how many rows are treated at once: all that is written for them
// stays in the nearest cache.
const blockRows = zoneRows

// maxRecords bounds groups*stride, so that offsets are 32 bits.
const maxRecords = 1 << 31

func newAccumulator(record []uint64, words int) *accumulator {
	return &accumulator{words: words, stride: len(record), record: record, blank: !slices.ContainsFunc(record, func(w uint64) bool { return w != 0 })}
}

func (a *accumulator) groups() int { return len(a.cells) / a.stride }

// grow makes room for groups.
func (a *accumulator) grow(groups int) {
	groups <<= a.copies
	have := a.groups()
	if have >= groups {
		return
	}
	if cap(a.cells) < groups*a.stride {
		larger := recordPool.take(max(groups, 4*have) * a.stride)[:len(a.cells)]
		copy(larger, a.cells)
		recordPool.release(a.cells)
		a.cells = larger
	}
	start := len(a.cells)
	a.cells = a.cells[:groups*a.stride]
	if a.blank {
		clear(a.cells[start:])
		return
	}
	for ; have < groups; have++ {
		copy(a.cells[have*a.stride:], a.record)
	}
}

var recordPool = &pool[uint64]{}

// release gives the memory back; nothing of it may be used any more.
func (a *accumulator) release() {
	recordPool.release(a.cells)
	a.cells = nil
}

// absorb adds the figures of a group of another accumulator of the same layout.
func (a *accumulator) absorb(l *layout, group uint32, other *accumulator, from uint32) {
	into := a.cells[int(group)*a.stride:][:a.stride]
	more := other.cells[int(from)*a.stride:][:a.stride]
	if into[0]&math.MaxUint16+more[0]&math.MaxUint16 > math.MaxUint16 {
		a.carry(group * uint32(a.stride))
	}
	if a.blank { // there are counts and sums only
		for w, word := range more {
			into[w] += word
		}
	} else {
		absorbRecord(l, into, more)
	}
	if counts := other.carried[from]; counts != nil {
		sum := a.carriedOf(group)
		for lane, n := range counts {
			sum[lane] += n
		}
	}
}

// absorbRecord adds one record to another: counts and sums word by word, and the extremes
// by what they are.
func absorbRecord(l *layout, into, more []uint64) {
	for w := range l.counts {
		into[w] += more[w]
	}
	for i, at := range l.positions {
		switch l.plan.measures[i].fn {
		case Sum:
			into[at] += more[at]
			if l.wide[i] {
				into[at+1] += more[at+1]
			}
		case Min:
			into[at] = uint64(min(int64(into[at]), int64(more[at])))
		case Max:
			into[at] = uint64(max(int64(into[at]), int64(more[at])))
		case Count, Distinct, Quantiles: // no number in the record
		}
	}
}

// carriedOf gives the carried counts of a group.
func (a *accumulator) carriedOf(group uint32) []int64 {
	a.carrying.Lock()
	defer a.carrying.Unlock()
	if a.carried == nil {
		a.carried = map[uint32][]int64{}
	}
	if a.carried[group] == nil {
		a.carried[group] = make([]int64, 4*a.words)
	}
	return a.carried[group]
}

// locate finds the records of the rows' groups.
func (a *accumulator) locate(groups []uint32) {
	if cap(a.offsets) < len(groups) {
		a.offsets = make([]uint32, blockRows)
	}
	a.offsets = a.offsets[:len(groups)]
	stride := uint32(a.stride)
	if a.alone = allEqual(groups); a.alone {
		a.offsets[0] = groups[0] << a.copies * stride // the others are not looked at
		return
	}
	if a.copies > 0 {
		turn := uint32(1)<<a.copies - 1
		for k, g := range groups {
			a.offsets[k] = (g<<a.copies | uint32(k)&turn) * stride
		}
		return
	}
	for k, g := range groups {
		a.offsets[k] = g * stride
	}
}

// offset gives where the record of row k of the block is.
func (a *accumulator) offset(k int) uint32 {
	if a.alone {
		k = 0
	}
	return a.offsets[k]
}

// allEqual reports whether all groups are the first one.
func allEqual(groups []uint32) bool {
	if len(groups) == 0 || groups[0] != groups[len(groups)-1] {
		return false
	}
	for _, g := range groups {
		if g != groups[0] {
			return false
		}
	}
	return true
}

// fold joins the records of each group into one.
func (a *accumulator) fold(l *layout) {
	if a.copies == 0 {
		return
	}
	apart := &accumulator{stride: a.stride, words: a.words, cells: a.cells, carried: a.carried}
	records, copies := a.groups(), a.copies
	a.cells, a.carried, a.copies = nil, nil, 0
	a.grow(records >> copies)
	for from := range uint32(records) {
		a.absorb(l, from>>copies, apart, from)
	}
	apart.release()
}

// spread moves each of four bits to the lowest bit of its own 16.
var spread = func() (table [16]uint64) {
	for i := range table {
		for bit := range 4 {
			table[i] |= uint64(i>>bit&1) << (16 * bit)
		}
	}
	return table
}()

// count adds the bits of the masks to the counts. masks has 64 lanes to a word;
// the first lane has all rows.
func (a *accumulator) count(masks [][]uint64) {
	few := a.groups() <= manyGroups
	if few && a.since+len(a.offsets) > math.MaxUint16 || !few && !a.many {
		a.carryLarge()
		a.many = !few
	}
	a.since += len(a.offsets)
	if a.many {
		defer a.carryTouched()
	}
	if a.alone {
		a.countAlone(masks)
		return
	}
	for w := 0; w < a.words; w += 4 {
		mask, shift := masks[w/16], uint(w%16*4)
		switch a.words - w {
		case 1:
			a.countOne(mask, shift, w)
		case 2:
			a.countTwo(mask, shift, w)
		case 3:
			a.countTwo(mask, shift, w)
			a.countOne(mask, shift+8, w+2)
		default:
			a.countFour(mask, shift, w)
		}
	}
}

func (a *accumulator) countOne(mask []uint64, shift uint, word int) {
	cells := a.cells[word:]
	mask = mask[:len(a.offsets)]
	for k, at := range a.offsets {
		cells[at] += spread[mask[k]>>shift&15]
	}
}

func (a *accumulator) countTwo(mask []uint64, shift uint, word int) {
	cells := a.cells[word:]
	mask = mask[:len(a.offsets)]
	for k, at := range a.offsets {
		m := mask[k] >> shift
		c := cells[at : at+2 : at+2]
		c[0] += spread[m&15]
		c[1] += spread[m>>4&15]
	}
}

func (a *accumulator) countFour(mask []uint64, shift uint, word int) {
	cells := a.cells[word:]
	mask = mask[:len(a.offsets)]
	if vectors {
		countSixteen(&cells[0], &a.offsets[0], &mask[0], len(mask), int(shift/8))
		return
	}
	for k, at := range a.offsets {
		m := mask[k] >> shift
		c := cells[at : at+4 : at+4]
		c[0] += spread[m&15]
		c[1] += spread[m>>4&15]
		c[2] += spread[m>>8&15]
		c[3] += spread[m>>12&15]
	}
}

// carryLarge carries the groups that have counted much.
func (a *accumulator) carryLarge() {
	a.since = 0
	for at := 0; at < len(a.cells); at += a.stride {
		if n := int(a.cells[at] & math.MaxUint16); n > math.MaxUint16/2 {
			a.carry(uint32(at))
		} else {
			a.since = max(a.since, n)
		}
	}
}

// carryTouched carries those of the block's groups that have counted much. What
// it leaves has room for another block.
func (a *accumulator) carryTouched() {
	for k := range a.offsets {
		if at := a.offset(k); a.cells[at]&(1<<15) != 0 {
			a.carry(at)
		}
	}
}

// carry moves the counts of the record at a position into the table.
func (a *accumulator) carry(at uint32) {
	into := a.carriedOf(at / uint32(a.stride))
	for lane := range into {
		into[lane] += int64(a.cells[int(at)+lane/4] >> (16 * (lane % 4)) & math.MaxUint16)
	}
	clear(a.cells[at : int(at)+a.words])
}

// counted gives the count of a lane in a group.
func (a *accumulator) counted(lane int, group uint32) int64 {
	n := int64(a.cells[int(group)*a.stride+lane/4] >> (16 * (lane % 4)) & math.MaxUint16)
	if into := a.carried[group]; into != nil {
		n += into[lane]
	}
	return n
}

// at gives a number of a group.
func (a *accumulator) at(position int, group uint32) int64 {
	return int64(a.cells[int(group)*a.stride+position])
}

// total is a sum of any size: high<<64 + low.
type total struct {
	high int64
	low  uint64
}

func totalOf(v int64) total { return total{v >> 63, uint64(v)} }

func (t total) plus(u total) total {
	low, carry := bits.Add64(t.low, u.low, 0)
	return total{t.high + u.high + int64(carry), low}
}

// times multiplies two integers.
func times(a, b int64) total {
	high, low := bits.Mul64(magnitude(a), magnitude(b))
	t := total{int64(high), low}
	if (a < 0) != (b < 0) {
		low, borrow := bits.Sub64(0, t.low, 0)
		t = total{-t.high - int64(borrow), low}
	}
	return t
}

// shifted gives v<<32.
func shifted(v int64) total { return total{v >> 32, uint64(v) << 32} }

// integer gives the sum if it is an int64.
func (t total) integer() (int64, bool) {
	v := int64(t.low)
	return v, t.high == v>>63
}

func magnitude(v int64) uint64 {
	if v < 0 {
		return -uint64(v)
	}
	return uint64(v)
}

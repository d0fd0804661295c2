package cube

import (
	"context"
	"math/bits"
	"slices"
	"sync"
)

// classified is a Quantiles measure whose values are counted by group and class of size while the
// rows are scanned. Nothing of a row has to be kept but whether its value counts, and its group
// where a block has several; when the ranks are known, only the values near them are looked at again.
type classified struct {
	histogram
	measure int
	place   int // in passed.given
	word    int // of the masks
	shift   uint
}

// maxClassified bounds the numbers of a classified measure: they should stay near the processor.
const maxClassified = 1 << 16

// classify finds the quantiles that are taken this way: those of few groups of many rows.
func (l *layout) classify(groups *grouping) (all []*classified) {
	if !groups.direct || l.rows < 64*int64(groups.space) {
		return nil
	}
	for i := range l.plan.measures {
		m := &l.plan.measures[i]
		if m.fn != Quantiles {
			continue
		}
		bit, e := l.bits[m.lane], l.extents[m.value]
		c := &classified{histogram: histogram{least: e.low, p: m.p}, measure: i, place: len(all), word: bit / 64, shift: uint(bit % 64)}
		if c.fits(e.high, int(groups.space), maxClassified) {
			c.cells = cellPool.take(nowhere + int(groups.space)*c.sizes)
			clear(c.cells)
			all = append(all, c)
		}
	}
	return all
}

// passed is what is remembered of the selected rows of a segment.
type passed struct {
	values []*numbers // by plan.values
	blocks []passedBlock
	groups []uint16   // of the rows of blocks with several groups
	given  [][]uint64 // by classified.place: a bit for each row; each block begins with a word
}

type passedBlock struct {
	first, count int
	rows         []uint32 // nil: all from first on
	word         int      // where its bits begin in each of given
	alone        bool     // all rows are of group
	group        uint32
	groups       int // otherwise: where their groups begin
}

func newPassed(measures, rows int, values []*numbers) *passed {
	p := &passed{values: values, given: make([][]uint64, measures)}
	for i := range p.given {
		p.given[i] = make([]uint64, 0, (rows+blockRows-1)/blockRows*(blockRows/64))
	}
	return p
}

// next begins another block.
func (p *passed) next(s *selection, groups []uint32, alone bool) {
	b := passedBlock{first: s.first, count: s.count, rows: slices.Clone(s.rows), word: len(p.given[0]), alone: alone, group: groups[0]}
	if !alone {
		b.groups = len(p.groups)
		for _, g := range groups {
			p.groups = append(p.groups, uint16(g))
		}
	}
	p.blocks = append(p.blocks, b)
	for i, given := range p.given {
		p.given[i] = given[:b.word+(s.count+63)/64]
	}
}

// add counts the values of the present block.
func (c *classified) add(p *passed, v *view, groups []uint32, masks [][]uint64) {
	block := &p.blocks[len(p.blocks)-1]
	given, mask := p.given[c.place][block.word:], masks[c.word]
	up := uint64(v.base) - uint64(c.least)
	switch {
	case v.u8 != nil:
		addSizes(c, block.alone, up, v.u8, groups, mask, given)
	case v.u16 != nil:
		addSizes(c, block.alone, up, v.u16, groups, mask, given)
	case v.u32 != nil:
		addSizes(c, block.alone, up, v.u32, groups, mask, given)
	default:
		addSizes(c, block.alone, up, v.u64, groups, mask, given)
	}
}

func addSizes[T uint8 | uint16 | uint32 | uint64](c *classified, alone bool, up uint64, values []T, groups []uint32, mask, given []uint64) {
	for word := range given {
		end := min(64, len(groups))
		if alone {
			given[word] = addSizesAlone(c.cells, up, nowhere+int(groups[0])*c.sizes, values[:end], mask[:end], c.shift)
		} else {
			given[word] = addSizesOf(c.cells, up, c.sizes, values[:end], groups[:end], mask[:end], c.shift)
		}
		values, groups, mask = values[end:], groups[end:], mask[end:]
	}
}

// addSizesOf counts up to 64 values, and says which of them count.
func addSizesOf[T uint8 | uint16 | uint32 | uint64](cells []uint32, up uint64, sizes int, values []T, groups []uint32, mask []uint64, shift uint) (given uint64) {
	values, mask = values[:len(groups)], mask[:len(groups)]
	for k, g := range groups {
		is := mask[k] >> (shift & 63) & 1
		given |= is << (k & 63)
		cells[uint64(int(g)*sizes+size(up+uint64(values[k]))+nowhere)&-is|uint64(k)%nowhere&(is-1)]++
	}
	return given
}

// addSizesAlone is addSizesOf where all are of the group whose cells begin at first.
func addSizesAlone[T uint8 | uint16 | uint32 | uint64](cells []uint32, up uint64, first int, values []T, mask []uint64, shift uint) (given uint64) {
	mask = mask[:len(values)]
	for k, v := range values {
		is := mask[k] >> (shift & 63) & 1
		given |= is << (k & 63)
		cells[uint64(size(up+uint64(v))+first)&-is|uint64(k)%nowhere&(is-1)]++
	}
	return given
}

// absorb adds what another scanner has counted.
func (c *classified) absorb(other *classified) {
	for i, n := range other.cells {
		c.cells[i] += n
	}
	cellPool.release(other.cells)
}

// take computes the quantiles; counts says how many values each group has.
func (c *classified) take(ctx context.Context, parts []*passed, value int, counts []int64, run runner) ([]float64, error) {
	c.counts = counts
	out := make([]float64, len(counts)*len(c.p))
	c.markNear()
	var mutex sync.Mutex
	err := run(ctx, len(parts), func(ctx context.Context, i int) error {
		near := nearPool.take(0)
		var s selection
		// A difference is computed in a buffer: other workers may have theirs.
		numbers := *parts[i].values[value]
		numbers.buffer = nil
		for b := range parts[i].blocks {
			block := &parts[i].blocks[b]
			s.first, s.count, s.rows = block.first, block.count, block.rows
			v := numbers.view(&s)
			near = c.nearOf(parts[i], block, &v, near)
		}
		defer nearPool.release(near)
		mutex.Lock()
		defer mutex.Unlock()
		for _, n := range near {
			c.found[c.ends[n.cell]] = n.value
			c.ends[n.cell]++
		}
		return ctx.Err()
	})
	if err == nil {
		c.read(out)
	}
	cellPool.release(c.cells)
	c.cells = nil
	return out, err
}

// nearOf appends the values of a block that are near a rank.
func (c *classified) nearOf(p *passed, block *passedBlock, v *view, near []nearValue) []nearValue {
	given, up := p.given[c.place][block.word:], uint64(v.base)-uint64(c.least)
	var groups []uint16
	if !block.alone {
		groups = p.groups[block.groups:][:block.count]
	}
	for from := 0; from < block.count; from += 64 {
		end, word := min(from+64, block.count), given[from/64]
		var found uint64
		switch {
		case word == 0:
			continue
		case v.u8 != nil:
			found = findNear(c, up, v.u8[from:end], block.group, groups, from, word)
		case v.u16 != nil:
			found = findNear(c, up, v.u16[from:end], block.group, groups, from, word)
		case v.u32 != nil:
			found = findNear(c, up, v.u32[from:end], block.group, groups, from, word)
		default:
			found = findNear(c, up, v.u64[from:end], block.group, groups, from, word)
		}
		for ; found != 0; found &= found - 1 {
			k := from + bits.TrailingZeros64(found)
			g := block.group
			if groups != nil {
				g = uint32(groups[k])
			}
			near = append(near, nearValue{uint32(c.cell(int(g), size(up+v.at(k)))), v.value(k)})
		}
	}
	return near
}

// findNear says which of up to 64 values are near a rank of their group. No rank is near a value of
// the first class, which stands for those that do not count.
func findNear[T uint8 | uint16 | uint32 | uint64](c *classified, up uint64, values []T, group uint32, groups []uint16, from int, given uint64) (found uint64) {
	if groups == nil {
		near := c.near[c.cell(int(group), 0):][:c.sizes]
		for k, v := range values {
			class := size(up+uint64(v)) & -int(given>>(k&63)&1)
			found |= uint64(near[class]) << (k & 63)
		}
		return found
	}
	near, sizes := c.near, c.sizes
	for k, g := range groups[from:][:len(values)] {
		class := size(up+uint64(values[k])) & -int(given>>(k&63)&1)
		found |= uint64(near[nowhere+int(g)*sizes+class]) << (k & 63)
	}
	return found
}

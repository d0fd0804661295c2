package cube

import (
	"cmp"
	"context"
	"math"
	"math/bits"
	"slices"
	"sync"
)

// quantile is linear interpolation at p*(n-1) between order statistics (type 7),
// to the last digit as PostgreSQL's percentile_cont computes it; at gives the
// k-th smallest value, from 0.
func quantile(n int64, p float64, at func(k int64) int64) float64 {
	position := p * float64(n-1)
	low := math.Floor(position)
	v := float64(at(int64(low)))
	if high := int64(math.Ceil(position)); high != int64(low) {
		// The conversion forbids fused multiply-add, which would round differently.
		v += float64((position - low) * (float64(at(high)) - v))
	}
	return v
}

// ranks lists the order statistics that the quantiles of n values need.
func ranks(n int64, p []float64, out []int64) []int64 {
	out = out[:0]
	for _, at := range p {
		position := at * float64(n-1)
		out = append(out, int64(math.Floor(position)), int64(math.Ceil(position)))
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// runner runs n pieces of work, perhaps side by side.
type runner func(ctx context.Context, n int, work func(ctx context.Context, i int) error) error

// inTurn is the runner of work that is itself one of many.
func inTurn(ctx context.Context, n int, work func(ctx context.Context, i int) error) error {
	for i := range n {
		if err := work(ctx, i); err != nil {
			return err
		}
	}
	return nil
}

// takeQuantiles computes the quantiles of every group; counts says how many
// values each has. Of large groups it first counts values by size, and then
// looks only at those near the ranks; of small ones it lays all values side by
// side.
func takeQuantiles(ctx context.Context, pieces []piece, counts []int64, p []float64, run runner) ([]float64, error) {
	out := make([]float64, len(counts)*len(p))
	if len(pieces) == 0 {
		return out, nil
	}
	if h := newHistogram(pieces, counts, p); h != nil {
		return out, h.quantiles(ctx, pieces, run, out)
	}
	return out, layOut(ctx, pieces, counts, p, run, out)
}

// newHistogram gives the histogram to take quantiles with, nil where groups are
// too many or too small for one.
func newHistogram(pieces []piece, counts []int64, p []float64) *histogram {
	values, present := int64(0), int64(0)
	for _, n := range counts {
		values += n
		present += min(n, 1)
	}
	least, highest := int64(math.MaxInt64), int64(math.MinInt64)
	for i := range pieces {
		n := pieces[i].numbers
		least, highest = min(least, n.base), max(highest, int64(uint64(n.base)+n.highest))
	}
	h := &histogram{least: least, counts: counts, p: p}
	if values < 64*present || !h.fits(highest, len(counts), maxHistogram) {
		return nil
	}
	return h
}

// maxHistogram bounds the numbers of a histogram.
const maxHistogram = 1 << 21

// fits decides how many classes there are for values up to a highest, and reports whether
// they are few enough.
func (h *histogram) fits(highest int64, groups, most int) bool {
	spread := uint64(highest) - uint64(h.least)
	if spread >= maxSpread {
		return false
	}
	h.sizes = size(spread) + 1
	return groups*h.sizes <= most
}

// maxSpread bounds the values that are put into classes of size.
const maxSpread = 1 << 62

// size puts integers below maxSpread into classes that grow with them, eight to each power of two.
// Below 8 every integer has a class of its own. A greater integer has no lesser class.
func size(v uint64) int {
	// A float's exponent and the first three bits after it, which are side by side in it.
	return int(math.Float64bits(float64(int64(v))+8)>>49) - 1026<<3
}

// exact says whether all integers of a class are equal, and gives it.
func exact(size int) (uint64, bool) { return uint64(size), size < 8 }

// nowhere is how many cells take turns for the rows that do not count, so that
// one need not wait for the other.
const nowhere = 8

// histogram finds order statistics by counting values by group and class.
type histogram struct {
	least  int64 // the classes are those of the distance from it
	sizes  int   // classes of each group
	counts []int64
	p      []float64

	// By nowhere + group*sizes + class: values in it. The first are for rows that
	// do not count.
	cells  []uint32
	near   []uint8  // of the same: 1 where a rank falls into it and its values differ
	found  []int64  // values of the cells that are near
	starts []uint32 // by such a cell: where its values begin in found
	ends   []uint32 // and where they end so far
	spots  []spot   // the ranks that are wanted of each group, and where they are
	spotAt []int    // by group: where its spots begin
}

// spot is where a rank of a group is: in a class, before which there are so many values.
type spot struct {
	rank, before int64
	class        int
}

func (h *histogram) quantiles(ctx context.Context, pieces []piece, run runner, out []float64) error {
	at, err := h.fill(ctx, pieces, run)
	if err != nil {
		return err
	}
	h.markNear()
	if err := h.collect(ctx, pieces, at, run); err != nil {
		return err
	}
	h.read(out)
	return nil
}

// read computes the quantiles when everything was counted and collected.
func (h *histogram) read(out []float64) {
	for g, n := range h.counts {
		if n == 0 {
			continue
		}
		for i, p := range h.p {
			out[g*len(h.p)+i] = quantile(n, p, func(k int64) int64 { return h.statistic(g, k) })
		}
	}
}

// fill counts, and gives for each piece the cell of each row.
func (h *histogram) fill(ctx context.Context, pieces []piece, run runner) (at [][]uint32, err error) {
	var mutex sync.Mutex
	var idle [][]uint32
	at = make([][]uint32, len(pieces))
	err = run(ctx, len(pieces), func(ctx context.Context, i int) error {
		mutex.Lock()
		var cells []uint32
		if len(idle) > 0 {
			cells, idle = idle[len(idle)-1], idle[:len(idle)-1]
		} else {
			cells = make([]uint32, nowhere+len(h.counts)*h.sizes)
		}
		mutex.Unlock()
		at[i] = cellPool.take(len(pieces[i].kept.groups))
		pieces[i].each(func(v *view, groups []uint32, mask []uint64, before int) {
			h.countView(cells, at[i][before:], v, groups, mask, pieces[i].shift)
		})
		mutex.Lock()
		idle = append(idle, cells)
		mutex.Unlock()
		return ctx.Err()
	})
	if err != nil {
		return nil, err
	}
	h.cells = idle[0]
	for _, more := range idle[1:] {
		for i, n := range more {
			h.cells[i] += n
		}
	}
	return at, nil
}

// cellPool hands on the memory of lists of cells.
var cellPool = &pool[uint32]{}

// pool keeps lists for the next who needs one.
type pool[T any] struct{ lists sync.Pool }

// take gives a list of the length, holding anything.
func (p *pool[T]) take(length int) []T {
	if list, ok := p.lists.Get().(*[]T); ok && cap(*list) >= length {
		return (*list)[:length]
	}
	return make([]T, length)
}

func (p *pool[T]) release(list []T) { p.lists.Put(&list) }

func (h *histogram) countView(cells, at []uint32, v *view, groups []uint32, mask []uint64, shift uint) {
	up := uint64(v.base) - uint64(h.least)
	switch {
	case v.u8 != nil:
		countSizes(cells, at, up, h.sizes, v.u8, groups, mask, shift)
	case v.u16 != nil:
		countSizes(cells, at, up, h.sizes, v.u16, groups, mask, shift)
	case v.u32 != nil:
		countSizes(cells, at, up, h.sizes, v.u32, groups, mask, shift)
	default:
		countSizes(cells, at, up, h.sizes, v.u64, groups, mask, shift)
	}
}

func countSizes[T uint8 | uint16 | uint32 | uint64](cells, at []uint32, up uint64, sizes int, values []T, groups []uint32, mask []uint64, shift uint) {
	values, mask, at = values[:len(groups)], mask[:len(groups)], at[:len(groups)]
	for k, g := range groups {
		// Of a null the bit is not set, so that it is counted nowhere.
		counts := -uint32(mask[k] >> (shift & 63) & 1)
		cell := uint32(int(g)*sizes+size(up+uint64(values[k]))+nowhere)&counts | uint32(k)%nowhere&^counts
		cells[cell]++
		at[k] = cell
	}
}

// cell gives the cell of a class of a group.
func (h *histogram) cell(g, class int) int { return nowhere + g*h.sizes + class }

// markNear marks the cells whose values must be seen.
func (h *histogram) markNear() {
	h.near = make([]uint8, len(h.cells))
	h.starts = make([]uint32, len(h.cells))
	h.spotAt = make([]int, len(h.counts)+1)
	total := uint32(0)
	var wanted []int64
	for g, n := range h.counts {
		if n > 0 {
			wanted = ranks(n, h.p, wanted)
			h.find(g, wanted)
		}
		h.spotAt[g+1] = len(h.spots)
		for _, s := range h.spots[h.spotAt[g]:] {
			if _, is := exact(s.class); is {
				continue
			}
			if at := h.cell(g, s.class); h.near[at] == 0 {
				h.near[at], h.starts[at] = 1, total
				total += h.cells[at]
			}
		}
	}
	h.found, h.ends = make([]int64, total), slices.Clone(h.starts)
}

// find finds the classes of ranks of a group, which rise.
func (h *histogram) find(g int, ranks []int64) {
	cells, before, class := h.cells[h.cell(g, 0):][:h.sizes], int64(0), 0
	for _, k := range ranks {
		for before+int64(cells[class]) <= k {
			before += int64(cells[class])
			class++
		}
		h.spots = append(h.spots, spot{k, before, class})
	}
}

// collect gathers the values of the marked cells.
func (h *histogram) collect(ctx context.Context, pieces []piece, at [][]uint32, run runner) error {
	var mutex sync.Mutex
	return run(ctx, len(pieces), func(ctx context.Context, i int) error {
		defer cellPool.release(at[i])
		if len(pieces) == 1 {
			pieces[i].each(func(v *view, groups []uint32, _ []uint64, before int) {
				for k, cell := range at[i][before : before+len(groups)] {
					if h.near[cell] == 1 {
						h.found[h.ends[cell]] = v.value(k)
						h.ends[cell]++
					}
				}
			})
			return ctx.Err()
		}
		near := nearPool.take(0)
		pieces[i].each(func(v *view, groups []uint32, _ []uint64, before int) {
			for k, cell := range at[i][before : before+len(groups)] {
				if h.near[cell] == 1 {
					near = append(near, nearValue{cell, v.value(k)})
				}
			}
		})
		defer nearPool.release(near)
		mutex.Lock()
		defer mutex.Unlock()
		for _, n := range near {
			h.found[h.ends[n.cell]] = n.value
			h.ends[n.cell]++
		}
		return ctx.Err()
	})
}

var nearPool = &pool[nearValue]{}

type nearValue struct {
	cell  uint32
	value int64
}

// statistic gives the k-th smallest value of a group.
func (h *histogram) statistic(g int, k int64) int64 {
	spots := h.spots[h.spotAt[g]:h.spotAt[g+1]]
	s := spots[slices.IndexFunc(spots, func(s spot) bool { return s.rank == k })]
	if v, is := exact(s.class); is {
		return int64(uint64(h.least) + v)
	}
	at := h.cell(g, s.class)
	return nth(h.found[h.starts[at]:h.ends[at]], int(k-s.before))
}

// layOut puts the values of each group side by side, and takes its quantiles.
func layOut(ctx context.Context, pieces []piece, counts []int64, p []float64, run runner, out []float64) error {
	low, high := int64(math.MaxInt64), int64(math.MinInt64)
	for i := range pieces {
		n := pieces[i].numbers
		low, high = min(low, n.base), max(high, int64(uint64(n.base)+n.highest))
	}
	if uint64(high)-uint64(low) <= math.MaxUint32 {
		return layOutAs(ctx, pieces, counts, p, run, out, low, offsetPool)
	}
	return layOutAs(ctx, pieces, counts, p, run, out, low, valuePool)
}

// offsetPool and valuePool hand on the memory of lists of values.
var (
	offsetPool = &pool[uint32]{}
	valuePool  = &pool[uint64]{}
)

// layOutAs lays the values out as their distance from the least.
func layOutAs[T uint32 | uint64](ctx context.Context, pieces []piece, counts []int64, p []float64, run runner, out []float64, least int64, pool *pool[T]) error {
	starts := make([]uint32, len(counts)+1)
	for g, n := range counts {
		starts[g+1] = starts[g] + uint32(n)
	}
	values := pool.take(int(starts[len(counts)]))
	defer pool.release(values)
	next := slices.Clone(starts)
	for i := range pieces {
		shift := pieces[i].shift
		pieces[i].each(func(v *view, groups []uint32, mask []uint64, _ int) {
			up := T(uint64(v.base) - uint64(least))
			switch {
			case v.u8 != nil:
				scatter(values, next, v.u8, up, groups, mask, shift)
			case v.u16 != nil:
				scatter(values, next, v.u16, up, groups, mask, shift)
			case v.u32 != nil:
				scatter(values, next, v.u32, up, groups, mask, shift)
			default:
				scatter(values, next, v.u64, up, groups, mask, shift)
			}
		})
		if err := ctx.Err(); err != nil {
			return err
		}
	}
	const share = 4096
	return run(ctx, (len(counts)+share-1)/share, func(ctx context.Context, i int) error {
		for g := i * share; g < min((i+1)*share, len(counts)); g++ {
			if group := values[starts[g]:starts[g+1]]; len(group) > 0 {
				quantilesOf(group, least, p, out[g*len(p):(g+1)*len(p)])
			}
		}
		return ctx.Err()
	})
}

// scatter writes the values of a block that count to the next places of their groups.
func scatter[T uint32 | uint64, V uint8 | uint16 | uint32 | uint64](values []T, next []uint32, from []V, up T, groups []uint32, mask []uint64, shift uint) {
	from, mask = from[:len(groups)], mask[:len(groups)]
	for k, g := range groups {
		if mask[k]>>shift&1 == 1 {
			at := next[g]
			values[at] = T(from[k]) + up
			next[g] = at + 1
		}
	}
}

// quantilesOf computes quantiles of values, which it reorders; they are
// distances from the least.
func quantilesOf[T uint32 | uint64](values []T, least int64, p []float64, out []float64) {
	if len(values) <= smallSort {
		insertionSort(values)
	} else {
		var room [16]int64
		settle(values, ranks(int64(len(values)), p, room[:0]))
	}
	for i := range p {
		out[i] = quantile(int64(len(values)), p[i], func(k int64) int64 { return int64(uint64(least) + uint64(values[k])) })
	}
}

// settle puts the values of some ranks, in rising order, into their places.
func settle[T uint32 | uint64](values []T, ranks []int64) {
	done := 0 // values before are in place or smaller than all that follow
	for _, k := range ranks {
		rest := values[done:]
		if int(k) == done { // the least of the rest
			least := 0
			for i, v := range rest {
				if v < rest[least] {
					least = i
				}
			}
			rest[0], rest[least] = rest[least], rest[0]
		} else {
			nth(rest, int(k)-done)
		}
		done = int(k) + 1
	}
}

const smallSort = 24

func insertionSort[T cmp.Ordered](values []T) {
	for i := 1; i < len(values); i++ {
		v := values[i]
		j := i
		for ; j > 0 && values[j-1] > v; j-- {
			values[j] = values[j-1]
		}
		values[j] = v
	}
}

// nth gives the k-th smallest value, from 0, and reorders the values.
func nth[T cmp.Ordered](values []T, k int) T {
	low, high := 0, len(values)-1
	for rounds := 0; high-low > smallSort; rounds++ {
		if rounds > 4*bits.Len(uint(len(values))) { // the order is against us
			slices.Sort(values[low : high+1])
			return values[k]
		}
		middle := low + (high-low)/2
		a, b, c := values[low], values[middle], values[high]
		pivot := max(min(a, b), min(max(a, b), c))
		i, j := low, high
		for i <= j {
			for values[i] < pivot {
				i++
			}
			for values[j] > pivot {
				j--
			}
			if i <= j {
				values[i], values[j] = values[j], values[i]
				i++
				j--
			}
		}
		switch {
		case k <= j:
			high = j
		case k >= i:
			low = i
		default:
			return values[k]
		}
	}
	insertionSort(values[low : high+1])
	return values[k]
}

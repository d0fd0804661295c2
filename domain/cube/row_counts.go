package cube

import (
	"context"
	"math"
	"math/bits"
	"sync"
)

// rowCounts counts the rows of groups by position in the key space, where a question wants nothing
// else of them: one small number for each key, which stays near the processor where a whole record
// would not. Many questions begin with it, see halves.
type rowCounts struct {
	grouping  *grouping
	counts    []uint32 // by key
	keys      []uint64
	selection selection
	scanned   int64
}

// countsRows reports whether nothing but all the rows of a group is counted. Where every
// dimension has one key a month, figures of months are put together otherwise.
func (p *plan) countsRows() bool {
	varies := false
	for i := range p.dimensions {
		varies = varies || !p.dimensions[i].constant()
	}
	for _, m := range p.measures {
		if m.fn != Count || m.lane != 0 {
			return false
		}
	}
	return varies
}

// newRowCounts gives nil where the key space is too large for so many rows.
func newRowCounts(axes []axis, rows int64) *rowCounts {
	space := uint64(1)
	for _, a := range axes {
		over, product := bits.Mul64(space, a.size)
		if over > 0 || product > max(1<<12, uint64(rows)) || rows > math.MaxUint32 {
			return nil
		}
		space = product
	}
	counts := cellPool.take(int(space))
	clear(counts)
	return &rowCounts{grouping: newPositions(axes, space), counts: counts, keys: make([]uint64, blockRows)}
}

// newPositions gives the grouping in which a key is the number of its group.
func newPositions(axes []axis, space uint64) *grouping {
	return &grouping{axes: append([]axis(nil), axes...), stages: []stage{{size: len(axes)}}, space: space, direct: true}
}

// scan counts the rows of a segment that pass.
func (c *rowCounts) scan(ctx context.Context, rows int, where []test) error {
	for first := 0; first < rows; first += blockRows {
		if err := ctx.Err(); err != nil {
			return err
		}
		c.scanned += c.selection.choose(where, first, min(first+blockRows, rows))
		if c.selection.count > 0 {
			c.add()
		}
	}
	return nil
}

// add counts the selected rows. The last dimension is joined to the keys and counted in one go.
func (c *rowCounts) add() {
	s, keys := &c.selection, c.keys[:c.selection.count]
	clear(keys)
	last := len(c.grouping.axes) - 1
	for i := range last {
		c.grouping.axes[i].join(s, keys)
	}
	switch a := &c.grouping.axes[last]; {
	case a.single, a.size == 1, a.search != nil, a.numbers != nil:
		a.join(s, keys)
		for _, key := range keys {
			c.counts[key]++
		}
	case a.from.u8 != nil:
		countKeys(a, s.view8(a.from.u8), keys, c.counts)
	case a.from.u16 != nil:
		countKeys(a, s.view16(a.from.u16), keys, c.counts)
	case a.from.u32 != nil:
		countKeys(a, s.view32(a.from.u32), keys, c.counts)
	default:
		a.join(s, keys)
		for _, key := range keys {
			c.counts[key]++
		}
	}
}

// countKeys is join and counting at once.
func countKeys[T uint8 | uint16 | uint32](a *axis, values []T, keys []uint64, counts []uint32) {
	values = values[:len(keys)]
	size := a.size
	if table := a.table; table != nil {
		for i, v := range values {
			counts[keys[i]*size+uint64(table[v])]++
		}
		return
	}
	for i, v := range values {
		counts[keys[i]*size+min(uint64(v), a.clamp)]++
	}
}

// wholeRowCounts is wholeFigures where rows are all that is counted; nil where the key space is too large.
func (s *Snapshot) wholeRowCounts(ctx context.Context, p *plan, residents []*resident, spelled []spelled) (*partial, error) {
	var rows int64
	for _, r := range residents {
		rows += r.listed.Rows
	}
	sizes := make([]axis, len(spelled))
	for d := range sizes {
		sizes[d].size = uint64(len(spelled[d].texts))
	}
	whole := newRowCounts(sizes, rows)
	if whole == nil {
		return nil, nil
	}
	var mutex sync.Mutex
	idle := []*rowCounts{whole}
	err := s.each(ctx, len(residents), func(ctx context.Context, i int) error {
		columns, _, where, any, err := s.open(ctx, p, residents[i])
		if err != nil || !any {
			return err
		}
		axes, err := residents[i].spelledAxes(ctx, p, columns, spelled)
		if err != nil {
			return err
		}
		mutex.Lock()
		var counts *rowCounts
		if last := len(idle) - 1; last >= 0 {
			counts, idle = idle[last], idle[:last]
		} else {
			counts = newRowCounts(sizes, rows)
		}
		mutex.Unlock()
		counts.grouping.use(axes)
		err = counts.scan(ctx, int(residents[i].listed.Rows), where)
		mutex.Lock()
		defer mutex.Unlock()
		idle = append(idle, counts)
		return err
	})
	if err != nil {
		return nil, err
	}
	for _, other := range idle {
		if other != whole {
			whole.absorb(other)
		}
	}
	return whole.finish(p, nil, s.limits.groups)
}

// absorb adds what another worker has counted of the same key space.
func (c *rowCounts) absorb(other *rowCounts) {
	c.scanned += other.scanned
	for i, n := range other.counts {
		c.counts[i] += n
	}
	cellPool.release(other.counts)
}

// finish gives the part; more groups than the limit are too many.
func (c *rowCounts) finish(p *plan, spellings [][]uint32, limit int) (*partial, error) {
	groups := 0
	for _, n := range c.counts {
		groups += int(min(n, 1))
	}
	if groups > limit {
		cellPool.release(c.counts)
		return nil, tooManyGroups(limit)
	}
	return &partial{layout: p.layout(nil, 0), scanned: c.scanned, grouping: c.grouping, spellings: spellings, rows: c.counts}, nil
}

// chooseByRows is choose where groups are sorted by their rows first: most of them are not looked
// at but for their number.
func (c *chooser) chooseByRows(from, to uint32) error {
	descending := c.plan.order[0].descending
	for g := from; g < to; g++ {
		n := int64(c.part.rows[g])
		if n == 0 {
			continue
		}
		if len(c.best) == c.wanted {
			if worst := c.best[0].figures[0].integer; descending && n < worst || !descending && n > worst {
				c.total++
				continue
			}
		}
		if err := c.consider(g); err != nil {
			return err
		}
	}
	return nil
}

// byRows reports whether chooseByRows does.
func (c *chooser) byRows() bool {
	return c.part.rows != nil && c.wanted > 0 && len(c.plan.having) == 0 && len(c.plan.order) > 0 &&
		c.plan.order[0].dimension < 0 && c.plan.order[0].per < 0
}

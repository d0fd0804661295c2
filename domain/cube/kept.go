package cube

import (
	"slices"
	"sync"
)

// kept is what is remembered of the selected rows of a segment: where they are,
// their groups and their lanes.
type kept struct {
	blocks []keptBlock
	groups []uint32
	masks  [][]uint64 // by word
}

type keptBlock struct {
	first, count int
	rows         []uint32 // nil: all from first on
}

// keptPool hands on the memory of what was kept.
var keptPool sync.Pool

// newKept makes room for the rows of a segment.
func newKept(words, rows int) *kept {
	k, _ := keptPool.Get().(*kept)
	if k == nil {
		k = new(kept)
	}
	k.blocks = k.blocks[:0]
	k.groups = slices.Grow(k.groups[:0], rows)
	for len(k.masks) < words {
		k.masks = append(k.masks, nil)
	}
	k.masks = k.masks[:words]
	for w := range k.masks {
		k.masks[w] = slices.Grow(k.masks[w][:0], rows)
	}
	return k
}

// release gives the memory back; nothing of it may be used any more.
func (k *kept) release() { keptPool.Put(k) }

// next gives the places where groups and masks of the next block are written.
func (k *kept) next(s *selection, masks [][]uint64) []uint32 {
	k.blocks = append(k.blocks, keptBlock{s.first, s.count, slices.Clone(s.rows)})
	at := len(k.groups)
	k.groups = k.groups[:at+s.count]
	for w := range k.masks {
		k.masks[w] = k.masks[w][:at+s.count]
		masks[w] = k.masks[w][at:]
	}
	return k.groups[at:]
}

// renumber replaces the segment's groups by those of the whole.
func (k *kept) renumber(to []uint32) {
	for i, g := range k.groups {
		k.groups[i] = to[g]
	}
}

// piece is what one segment brings to a measure.
type piece struct {
	kept    *kept
	numbers *numbers // the values
	mask    []uint64
	shift   uint
	counts  func(visit func(group uint32, n int64)) // how many values each group has
	texts   *dictionary                             // what the values of a Code mean
}

// piece gives what the segment brings to measure i. to says what its groups have
// been renumbered to; nil: they have not.
func (p *partial) piece(i int, to []uint32) piece {
	m := &p.plan.measures[i]
	bit := -1
	if p.lanes != nil {
		bit = p.lanes.bits[m.lane]
	}
	if bit < 0 {
		return piece{kept: &kept{}}
	}
	out := piece{kept: p.kept, mask: p.kept.masks[bit/64], shift: uint(bit % 64)}
	out.counts = func(visit func(uint32, int64)) {
		for g := range uint32(p.groups) {
			switch n := p.count(m.lane, g); {
			case n == 0:
			case to == nil:
				visit(g, n)
			default:
				visit(to[g], n)
			}
		}
	}
	if m.fn == Quantiles {
		out.numbers = p.values[m.value]
		return out
	}
	c := p.columns[m.distinct]
	out.numbers = newNumbers(c, nil)
	if c.kind == Code {
		out.texts = &c.dictionary
		out.numbers.highest = uint64(max(0, c.dictionary.len()-1))
	}
	return out
}

// each calls visit for every block with its view, groups and mask, and with the
// number of rows before it.
func (p *piece) each(visit func(v *view, groups []uint32, mask []uint64, before int)) {
	var s selection
	// A difference is computed in a buffer: other workers may have theirs.
	numbers := *p.numbers
	numbers.buffer = nil
	at := 0
	for _, b := range p.kept.blocks {
		s.first, s.count, s.rows = b.first, b.count, b.rows
		v := numbers.view(&s)
		visit(&v, p.kept.groups[at:at+b.count], p.mask[at:at+b.count], at)
		at += b.count
	}
}

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

	values  []*numbers // by plan.values
	columns map[int]*column
}

type keptBlock struct {
	first, count int
	rows         []uint32 // nil: all from first on
}

// keptPool hands on the memory of what was kept.
var keptPool sync.Pool

// newKept makes room for the rows of a segment.
func newKept(words, rows int, values []*numbers, columns map[int]*column) *kept {
	k, _ := keptPool.Get().(*kept)
	if k == nil {
		k = new(kept)
	}
	k.blocks, k.values, k.columns = k.blocks[:0], values, columns
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
func (k *kept) release() {
	k.values, k.columns = nil, nil
	keptPool.Put(k)
}

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
	texts   *dictionary // what the values of a Code mean
}

// pieces gives what the segments bring to measure i.
func (l *layout) pieces(i int, all []*kept) []piece {
	m := &l.plan.measures[i]
	bit := l.bits[m.lane]
	var out []piece
	for _, k := range all {
		if len(k.groups) == 0 {
			continue
		}
		p := piece{kept: k, mask: k.masks[bit/64], shift: uint(bit % 64)}
		if m.fn == Quantiles {
			p.numbers = k.values[m.value]
		} else {
			c := k.columns[m.distinct]
			p.numbers = newNumbers(c, nil)
			if c.kind == Code {
				p.texts = &c.dictionary
				p.numbers.highest = uint64(max(0, c.dictionary.len()-1))
			}
		}
		out = append(out, p)
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

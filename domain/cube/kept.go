package cube

import "slices"

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

func newKept(words int) *kept { return &kept{masks: make([][]uint64, words)} }

func (k *kept) add(s *selection, groups []uint32, masks [][]uint64) {
	k.blocks = append(k.blocks, keptBlock{s.first, s.count, slices.Clone(s.rows)})
	k.groups = append(k.groups, groups...)
	for w := range masks {
		k.masks[w] = append(k.masks[w], masks[w]...)
	}
}

// piece is what one segment brings to a measure.
type piece struct {
	kept    *kept
	numbers *numbers // the values
	mask    []uint64
	shift   uint
	to      []uint32 // by group of the segment: its number among all groups; nil: the same
	counts  func(group uint32) int64
	groups  int
	texts   *dictionary // what the values of a Code mean
}

// piece gives what the segment brings to measure i.
func (p *partial) piece(i int, to []uint32) piece {
	m := &p.plan.measures[i]
	bit := -1
	if p.lanes != nil {
		bit = p.lanes.bits[m.lane]
	}
	if bit < 0 {
		return piece{kept: &kept{}}
	}
	out := piece{kept: p.kept, mask: p.kept.masks[bit/64], shift: uint(bit % 64), to: to, groups: p.groups,
		counts: func(g uint32) int64 { return p.count(m.lane, g) }}
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

// each calls visit for every block with its view, groups and mask.
func (p *piece) each(visit func(v *view, groups []uint32, mask []uint64)) {
	var s selection
	// A difference is computed in a buffer: other workers may have theirs.
	numbers := *p.numbersOrNone()
	numbers.buffer = nil
	at := 0
	for _, b := range p.kept.blocks {
		s.first, s.count, s.rows = b.first, b.count, b.rows
		v := numbers.view(&s)
		visit(&v, p.kept.groups[at:at+b.count], p.mask[at:at+b.count])
		at += b.count
	}
}

func (p *piece) numbersOrNone() *numbers {
	if p.numbers == nil {
		return &numbers{column: &column{}}
	}
	return p.numbers
}

// target gives the number of a segment's group among all groups.
func (p *piece) target(g uint32) uint32 {
	if p.to == nil {
		return g
	}
	return p.to[g]
}

package cube

import (
	"context"
	"slices"

	"assay/domain"
)

// partial holds the figures of the groups of one segment, or of all of them.
type partial struct {
	*layout
	scanned   int64
	grouping  *grouping
	figures   *accumulator
	spellings [][]uint32   // by dimension, by the axis's number: the number in the lexicon; nil: it is that already
	quantiles [][]float64  // by measure, then group*len(P)+i
	distinct  [][]int64    // by measure, by group
	shared    bool         // remembered: others may be reading it
	rows      []uint32     // instead of figures, where nothing but rows is counted: by group
	monthly   []monthGroup // instead of all this, where the dimensions have one key a month
}

// finish computes quantiles and numbers of different values.
func (s *scanner) finish(ctx context.Context, spellings [][]uint32, run runner) (*partial, error) {
	s.figures.fold(s.layout)
	p := &partial{layout: s.layout, scanned: s.scanned, grouping: s.groups, figures: s.figures, spellings: spellings,
		quantiles: make([][]float64, len(s.plan.measures)), distinct: make([][]int64, len(s.plan.measures))}
	p.figures.grow(s.groups.groups())
	var ranked []int
	for i, m := range s.plan.measures {
		if (m.fn == Quantiles || m.fn == Distinct) && !s.isClassified(i) {
			ranked = append(ranked, i)
		}
	}
	for _, c := range s.classes {
		var err error
		value := s.plan.measures[c.measure].value
		if p.quantiles[c.measure], err = c.take(ctx, s.passed, value, p.countsOf(c.measure), run); err != nil {
			return nil, err
		}
	}
	s.passed = nil
	// The rows of large groups are shared among the workers; where groups are many
	// and small, the measures are.
	within, over := run, runner(inTurn)
	if p.figures.groups() > manyGroups {
		within, over = inTurn, run
	}
	if err := over(ctx, len(ranked), func(ctx context.Context, i int) error {
		return p.rank(ctx, ranked[i], s.kept, p.countsOf(ranked[i]), within)
	}); err != nil {
		return nil, err
	}
	for _, k := range s.kept {
		k.release()
	}
	s.kept = nil
	return p, nil
}

// isClassified reports whether a measure's values were counted by class while they were scanned.
func (s *scanner) isClassified(measure int) bool {
	return slices.ContainsFunc(s.classes, func(c *classified) bool { return c.measure == measure })
}

// countsOf gives how many values each group has of a measure.
func (p *partial) countsOf(i int) []int64 {
	counts := make([]int64, p.figures.groups())
	for g := range counts {
		counts[g] = p.count(p.plan.measures[i].lane, uint32(g))
	}
	return counts
}

// rank computes a measure that needs all values of a group.
func (p *partial) rank(ctx context.Context, i int, rows []*kept, counts []int64, run runner) (err error) {
	m := &p.plan.measures[i]
	pieces := p.pieces(i, rows)
	if m.fn == Distinct {
		p.distinct[i], err = countDistinct(ctx, pieces, counts)
	} else {
		p.quantiles[i], err = takeQuantiles(ctx, pieces, counts, m.p, run)
	}
	return err
}

// complete gives chosen groups their values.
func (p *partial) complete(best []chosen) {
	for i := range best {
		b := &best[i]
		b.values = make([]Value, len(p.plan.measures))
		for m := range b.values {
			if b.fault == nil {
				b.values[m], b.fault = p.value(m, b.group)
			}
		}
	}
}

// release gives the memory back; nothing of the part may be used any more.
func (p *partial) release() {
	if p.rows != nil {
		cellPool.release(p.rows)
		p.rows = nil
		return
	}
	p.figures.release()
}

// absorb adds the groups of another scanner of the same layout and axes.
func (s *scanner) absorb(ctx context.Context, other *scanner, run runner) error {
	s.scanned += other.scanned
	s.figures.fold(s.layout)
	other.figures.fold(s.layout)
	other.figures.grow(other.groups.groups())
	to := s.groups.numbersOf(other.groups)
	s.figures.grow(s.groups.groups())
	const share = 1 << 13
	err := run(ctx, (len(to)+share-1)/share, func(ctx context.Context, i int) error {
		for g := i * share; g < min((i+1)*share, len(to)); g++ {
			s.figures.absorb(s.layout, to[g], other.figures, uint32(g))
		}
		return ctx.Err()
	})
	if err != nil {
		return err
	}
	other.figures.release()
	for i, c := range s.classes {
		c.absorb(other.classes[i])
	}
	s.passed = append(s.passed, other.passed...)
	s.kept = append(s.kept, other.kept...)
	return run(ctx, len(other.kept), func(ctx context.Context, i int) error {
		other.kept[i].renumber(to)
		return ctx.Err()
	})
}

// count gives how many rows of the group are in a lane.
func (p *partial) count(lane int, g uint32) int64 {
	if p.rows != nil {
		return int64(p.rows[g])
	}
	return p.figures.counted(p.bits[lane], g)
}

// total gives the sum of measure i in group g.
func (p *partial) total(i int, g uint32) total {
	sum := p.figures.at(p.positions[i], g)
	if p.wide[i] {
		return total{low: uint64(sum)}.plus(shifted(p.figures.at(p.positions[i]+1, g)))
	}
	return totalOf(sum)
}

// value gives measure i of group g.
func (p *partial) value(i int, g uint32) (Value, error) {
	m := &p.plan.measures[i]
	if p.monthly != nil {
		return p.monthly[g].figures.value(m, i)
	}
	v := Value{N: p.count(m.lane, g)}
	v.Null = v.N == 0
	switch {
	case m.fn == Count:
		v.Int, v.Null = v.N, false
	case m.fn == Distinct:
		v.Int, v.Null = p.distinct[i][g], false
	case m.fn == Sum:
		sum, fits := p.total(i, g).integer()
		if !fits {
			return v, m.tooLarge()
		}
		v.Int = sum
	case v.Null:
	case m.fn == Quantiles:
		at := int(g) * len(m.p)
		v.Quantiles = slices.Clone(p.quantiles[i][at : at+len(m.p)])
	default:
		v.Int = p.figures.at(p.positions[i], g)
	}
	return v, nil
}

// groups gives how many numbers of groups there are.
func (p *partial) groups() int {
	if p.monthly != nil {
		return len(p.monthly)
	}
	if p.rows != nil {
		return len(p.rows)
	}
	return p.figures.groups()
}

// has reports whether a group has rows.
func (p *partial) has(g uint32) bool {
	if p.monthly != nil {
		return len(p.plan.dimensions) == 0 || p.monthly[g].figures.Rows > 0
	}
	return !p.grouping.direct || len(p.plan.dimensions) == 0 || p.count(0, g) > 0
}

func (m *measure) tooLarge() error {
	return domain.Errorf(domain.KindInvalid, "the sum %s is too large to be given exactly", m.name)
}

func tooManyGroups(limit int) error {
	return domain.Errorf(domain.KindTooMany, "the question makes more than %d groups; ask for a shorter period, fewer dimensions or add a filter", limit)
}

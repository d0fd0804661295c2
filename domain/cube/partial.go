package cube

import (
	"cmp"
	"context"
	"math/bits"
	"slices"

	"assay/domain"
)

// partial holds the figures of the groups of one segment, or of several that
// were merged.
type partial struct {
	plan    *plan
	scanned int64
	groups  int
	codes   func(group uint32, out []uint32) // what each dimension is in the group
	keys    []func(code uint32) string       // by dimension

	// Of one segment:
	figures   *accumulator
	lanes     *lanes
	values    []*numbers
	positions []int  // by measure: where in the record its number is, or -1
	wide      []bool // by measure: whether its sum is in two words
	kept      *kept  // what quantiles and numbers of different values are made of
	columns   map[int]*column

	// Of several:
	merged *mergedFigures

	quantiles [][]float64 // by measure, then group*len(P)+i
	distinct  [][]int64   // by measure, by group
}

// mergedFigures are counts and numbers of groups of several segments.
type mergedFigures struct {
	counts   [][]int64 // by lane, by group
	totals   [][]total // by measure, by group: sums
	extremes [][]int64 // by measure, by group: Min and Max, where the count is not 0
}

// describe sets up the partial of a scanner.
func (p *partial) describe(s *scanner, columns map[int]*column) {
	p.figures, p.lanes, p.values, p.columns = s.figures, s.lanes, s.values, columns
	p.codes = s.groups.codes
	for i := range s.groups.axes {
		p.keys = append(p.keys, s.groups.axes[i].key)
	}
	p.positions, p.wide = make([]int, len(p.plan.measures)), make([]bool, len(p.plan.measures))
	p.quantiles, p.distinct = make([][]float64, len(p.plan.measures)), make([][]int64, len(p.plan.measures))
	for i := range p.plan.measures {
		p.positions[i] = -1
	}
	if p.plan.keeps() {
		p.kept = newKept(s.lanes.words, s.rows)
	}
}

// keeps reports whether rows are needed after they were scanned.
func (p *plan) keeps() bool {
	return slices.ContainsFunc(p.measures, func(m measure) bool { return m.fn == Quantiles || m.fn == Distinct })
}

// count gives how many rows of the group are in a lane.
func (p *partial) count(lane int, g uint32) int64 {
	if p.merged != nil {
		return p.merged.counts[lane][g]
	}
	bit := p.lanes.bits[lane]
	if bit < 0 {
		return 0
	}
	return p.figures.counted(bit, g)
}

// total gives the sum of measure i in group g.
func (p *partial) total(i int, g uint32) total {
	if p.merged != nil {
		return p.merged.totals[i][g]
	}
	at := p.positions[i]
	if at < 0 {
		return total{}
	}
	sum := total{low: uint64(p.figures.at(at, g))}
	if p.wide[i] {
		sum = sum.plus(shifted(p.figures.at(at+1, g)))
	}
	m := &p.plan.measures[i]
	return sum.plus(times(p.values[m.value].base, p.count(m.lane, g)))
}

// extreme gives the least or greatest value of measure i in group g, which has one.
func (p *partial) extreme(i int, g uint32) int64 {
	if p.merged != nil {
		return p.merged.extremes[i][g]
	}
	return p.values[p.plan.measures[i].value].base + p.figures.at(p.positions[i], g)
}

// finish computes quantiles and numbers of different values of complete groups.
func (p *partial) finish(ctx context.Context) error {
	for i := range p.plan.measures {
		m := &p.plan.measures[i]
		if m.fn != Quantiles && m.fn != Distinct {
			continue
		}
		pieces := []piece{p.piece(i, nil)}
		counts := make([]int64, p.groups)
		for g := range counts {
			counts[g] = p.count(m.lane, uint32(g))
		}
		var err error
		if m.fn == Distinct {
			p.distinct[i], err = countDistinct(ctx, pieces, counts)
		} else {
			p.quantiles[i], err = takeQuantiles(ctx, pieces, counts, m.p, inTurn)
		}
		if err != nil {
			return err
		}
	}
	if p.kept != nil {
		p.kept.release()
		p.kept = nil
	}
	return nil
}

// value gives measure i of group g.
func (p *partial) value(i int, g uint32) (Value, error) {
	m := &p.plan.measures[i]
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
			return v, domain.Errorf(domain.KindInvalid, "the sum %s is too large to be given exactly", p.plan.query.Aggregates[i].Name)
		}
		v.Int = sum
	case v.Null:
	case m.fn == Quantiles:
		v.Quantiles = slices.Clone(p.quantiles[i][int(g)*len(m.p) : (int(g)+1)*len(m.p)])
	default:
		v.Int = p.extreme(i, g)
	}
	return v, nil
}

// compareRatio compares a/b with c/d exactly; b and d are not zero.
func compareRatio(a, b, c, d int64) int {
	sign := func(x, y int64) int { return cmp.Compare(x, 0) * cmp.Compare(y, 0) }
	left, right := sign(a, b), sign(c, d)
	if left != right || left == 0 {
		return cmp.Compare(left, right)
	}
	lh, ll := bits.Mul64(magnitude(a), magnitude(d))
	rh, rl := bits.Mul64(magnitude(c), magnitude(b))
	outcome := cmp.Compare(lh, rh)
	if outcome == 0 {
		outcome = cmp.Compare(ll, rl)
	}
	return outcome * left
}

func tooManyGroups(limit int) error {
	return domain.Errorf(domain.KindTooMany, "the question makes more than %d groups; ask for a shorter period, fewer dimensions or add a filter", limit)
}

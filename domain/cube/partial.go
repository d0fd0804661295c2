package cube

import (
	"cmp"
	"math"
	"math/bits"
	"slices"

	"assay/domain"
)

// partial holds the figures of the groups of one segment, or of several that
// were merged. Group g has rows if counts[0][g] > 0.
type partial struct {
	plan    *plan
	scanned int64
	groups  int
	codes   func(group uint32, out []uint32) // what each dimension is in the group
	keys    []func(code uint32) string       // by dimension
	counts  [][]int64                        // by lane, by group
	// By measure, by group: of a Sum the sum, or where wide its lower part; of
	// Min and Max the extreme; of Distinct the number.
	numbers [][]int64
	highs   [][]int64 // sum = highs<<32 + numbers
	wide    []bool
	// By measure, then group*len(P)+i: finished quantiles.
	quantiles [][]float64
	// By measure: values sorted by group, when the groups go on in other segments.
	lists []list
}

// list has the values of group g from starts[g] to starts[g+1]: those that
// quantiles are taken of, or the different values of a Distinct.
type list struct {
	starts []uint32
	values []int64
	texts  *dictionary // what the values of a Code mean
}

func (l *list) of(g uint32) []int64 { return l.values[l.starts[g]:l.starts[g+1]] }

func newPartial(p *plan, g *grouping) *partial {
	out := &partial{plan: p, codes: g.codes, counts: make([][]int64, len(p.lanes)), numbers: make([][]int64, len(p.measures)),
		highs: make([][]int64, len(p.measures)), wide: make([]bool, len(p.measures)),
		quantiles: make([][]float64, len(p.measures)), lists: make([]list, len(p.measures))}
	for i := range g.axes {
		out.keys = append(out.keys, g.axes[i].key)
	}
	return out
}

// grow makes room for groups.
func (p *partial) grow(groups int) {
	if groups <= p.groups {
		return
	}
	for i := range p.counts {
		p.counts[i] = extend(p.counts[i], groups, 0)
	}
	for i := range p.plan.measures {
		switch p.plan.measures[i].fn {
		case Sum:
			p.numbers[i] = extend(p.numbers[i], groups, 0)
			if p.wide[i] {
				p.highs[i] = extend(p.highs[i], groups, 0)
			}
		case Min:
			p.numbers[i] = extend(p.numbers[i], groups, math.MaxInt64)
		case Max:
			p.numbers[i] = extend(p.numbers[i], groups, math.MinInt64)
		case Distinct:
			p.numbers[i] = extend(p.numbers[i], groups, 0)
		}
	}
	p.groups = groups
}

func extend(values []int64, length int, with int64) []int64 {
	before := len(values)
	values = slices.Grow(values, length-before)[:length]
	for i := before; i < length; i++ {
		values[i] = with
	}
	return values
}

// finish turns what was collected into quantiles and numbers of different
// values, or, if the groups are not complete, into lists to be merged.
func (s *scanner) finish(complete bool) {
	p := s.out
	for i := range p.plan.measures {
		m := &p.plan.measures[i]
		if m.fn != Quantiles && m.fn != Distinct {
			continue
		}
		l := s.pairs[i].byGroup(p.groups)
		s.pairs[i] = pairs{}
		if m.fn == Distinct {
			l.compact()
			if c := s.columns[m.distinct]; c.kind == Code {
				l.texts = &c.dictionary
			} else {
				for k := range l.values {
					l.values[k] += c.base
				}
			}
		}
		if complete {
			p.settle(i, &l)
			continue
		}
		p.lists[i] = l
	}
}

// settle computes measure i from complete lists.
func (p *partial) settle(i int, l *list) {
	m := &p.plan.measures[i]
	if m.fn == Distinct {
		for g := range p.groups {
			p.numbers[i][g] = int64(len(l.of(uint32(g))))
		}
		return
	}
	p.quantiles[i] = make([]float64, p.groups*len(m.p))
	for g := range p.groups {
		if values := l.of(uint32(g)); len(values) > 0 {
			quantiles(values, m.p, p.quantiles[i][g*len(m.p):(g+1)*len(m.p)])
		}
	}
}

// byGroup sorts pairs by group.
func (p *pairs) byGroup(groups int) list {
	l := list{starts: make([]uint32, groups+2), values: make([]int64, len(p.values))}
	for _, g := range p.groups {
		l.starts[g+2]++
	}
	for g := 2; g < len(l.starts); g++ {
		l.starts[g] += l.starts[g-1]
	}
	// starts[g+1] is now where group g begins, and moves to where it ends.
	for k, g := range p.groups {
		l.values[l.starts[g+1]] = p.values[k]
		l.starts[g+1]++
	}
	l.starts = l.starts[:groups+1]
	return l
}

// compact sorts the values of each group and keeps each once.
func (l *list) compact() {
	kept := uint32(0)
	for g := range len(l.starts) - 1 {
		values := l.of(uint32(g))
		slices.Sort(values)
		values = slices.Compact(values)
		l.starts[g] = kept
		kept += uint32(copy(l.values[kept:], values))
	}
	l.starts[len(l.starts)-1] = kept
	l.values = l.values[:kept]
}

// sum gives the sum of measure i in group g; the error says that it does not
// fit into 64 bits.
func (p *partial) sum(i int, g uint32) (int64, error) {
	if !p.wide[i] {
		return p.numbers[i][g], nil
	}
	low, high := p.numbers[i][g], p.highs[i][g]
	high += low >> 32
	low &= 1<<32 - 1
	if high < math.MinInt32 || high > math.MaxInt32 {
		return 0, domain.Errorf(domain.KindInvalid, "the sum %s is too large to be given exactly", p.plan.query.Aggregates[i].Name)
	}
	return high<<32 | low, nil
}

// value gives measure i of group g.
func (p *partial) value(i int, g uint32) (Value, error) {
	m := &p.plan.measures[i]
	v := Value{N: p.counts[m.lane][g]}
	v.Null = v.N == 0
	switch m.fn {
	case Count:
		v.Int, v.Null = v.N, false
	case Distinct:
		v.Int, v.Null = p.numbers[i][g], false
	case Sum:
		var err error
		if v.Int, err = p.sum(i, g); err != nil {
			return v, err
		}
	case Min, Max:
		if !v.Null {
			v.Int = p.numbers[i][g]
		}
	case Quantiles:
		if !v.Null {
			v.Quantiles = slices.Clone(p.quantiles[i][int(g)*len(m.p) : (int(g)+1)*len(m.p)])
		}
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

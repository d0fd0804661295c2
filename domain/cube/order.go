package cube

import (
	"cmp"
	"container/heap"
	"math/bits"
	"slices"
)

// figure is a value by which groups are compared.
type figure struct {
	null       bool
	isReal     bool
	isQuotient bool
	integer    int64
	divisor    int64   // of a ratio
	real       float64 // of a quantile
}

func (p *partial) figure(i int, g uint32, quantile int) (figure, error) {
	m := &p.plan.measures[i]
	if m.fn == Quantiles {
		if p.count(m.lane, g) == 0 {
			return figure{null: true}, nil
		}
		return figure{real: p.quantiles[i][int(g)*len(m.p)+quantile], isReal: true}, nil
	}
	v, err := p.value(i, g)
	return figure{null: v.Null, integer: v.Int}, err
}

func (f figure) compare(other figure) int {
	switch {
	case f.isReal:
		return cmp.Compare(f.real, other.real)
	case f.isQuotient:
		return compareRatio(f.integer, f.divisor, other.integer, other.divisor)
	}
	return cmp.Compare(f.integer, other.integer)
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

// compareInteger compares without rounding the integer.
func compareInteger(n int64, with float64) int {
	switch {
	case with >= 1<<63:
		return -1
	case with < -(1 << 63):
		return 1
	}
	whole := int64(with)
	if c := cmp.Compare(n, whole); c != 0 {
		return c
	}
	return cmp.Compare(float64(whole), with)
}

func (f figure) within(low, high *float64) bool {
	if f.null {
		return false
	}
	if f.isReal {
		return (low == nil || f.real >= *low) && (high == nil || f.real <= *high)
	}
	return (low == nil || compareInteger(f.integer, *low) >= 0) && (high == nil || compareInteger(f.integer, *high) <= 0)
}

// found is a group of a part.
type found struct {
	part    *partial
	group   uint32
	figures []figure // by criterion of the order
	ranks   []uint32 // by dimension: rank of its key; nil: not yet looked up
}

// sorter puts groups into the order that is asked for.
type sorter struct {
	plan    *plan
	spelled []spelled
	groups  []found
}

// rank looks up the ranks of a group's keys.
func (s *sorter) rank(f *found) []uint32 {
	if f.ranks == nil {
		f.ranks = make([]uint32, len(s.spelled))
		f.part.grouping.codes(f.group, f.ranks)
		for d := range f.ranks {
			if f.part.spellings != nil {
				f.ranks[d] = f.part.spellings[d][f.ranks[d]]
			}
			f.ranks[d] = s.spelled[d].ranks[f.ranks[d]]
		}
	}
	return f.ranks
}

// keys gives the keys of a group.
func (s *sorter) keys(f *found) []string {
	keys := make([]string, len(s.spelled))
	for d, rank := range s.rank(f) {
		keys[d] = s.spelled[d].texts[s.spelled[d].sorted[rank]]
	}
	return keys
}

// prepare fetches the figures that the order needs.
func (s *sorter) prepare(f *found) error {
	if len(s.plan.query.Order) == 0 {
		return nil
	}
	f.figures = make([]figure, len(s.plan.query.Order))
	for o, by := range s.plan.query.Order {
		if by.By != "" {
			d := slices.Index(s.plan.query.By, by.By)
			rank := s.rank(f)[d]
			f.figures[o] = figure{integer: int64(rank), null: s.spelled[d].texts[s.spelled[d].sorted[rank]] == ""}
			continue
		}
		i, _ := s.plan.aggregate(by.Aggregate, by.Quantile)
		of, err := f.part.figure(i, f.group, by.Quantile)
		if err != nil {
			return err
		}
		if by.Per != "" {
			i, _ = s.plan.aggregate(by.Per, 0)
			per, err := f.part.figure(i, f.group, 0)
			if err != nil {
				return err
			}
			of.isQuotient, of.divisor = true, per.integer
			of.null = of.null || per.null || per.integer == 0
		}
		f.figures[o] = of
	}
	return nil
}

func (s *sorter) compare(a, b *found) int {
	for o := range a.figures {
		x, y := &a.figures[o], &b.figures[o]
		if x.null || y.null {
			if x.null != y.null {
				if x.null {
					return 1
				}
				return -1
			}
			continue
		}
		if c := x.compare(*y); c != 0 {
			if s.plan.query.Order[o].Descending {
				return -c
			}
			return c
		}
	}
	return slices.Compare(s.rank(a), s.rank(b))
}

// first sorts the groups and keeps no more than limit, 0 for all.
func (s *sorter) first(all []found, limit int) ([]found, error) {
	if limit <= 0 || limit > len(all)/2 {
		for i := range all {
			if err := s.prepare(&all[i]); err != nil {
				return nil, err
			}
		}
		slices.SortFunc(all, func(a, b found) int { return s.compare(&a, &b) })
		return all, nil
	}
	// A heap of the best so far, the worst of them on top.
	s.groups = make([]found, 0, limit)
	for i := range all {
		f := &all[i]
		if err := s.prepare(f); err != nil {
			return nil, err
		}
		switch {
		case len(s.groups) < limit:
			heap.Push(s, *f)
		case s.compare(f, &s.groups[0]) < 0:
			s.groups[0] = *f
			heap.Fix(s, 0)
		}
	}
	slices.SortFunc(s.groups, func(a, b found) int { return s.compare(&a, &b) })
	return s.groups, nil
}

// Len, Less, Swap, Push and Pop make the sorter a heap.
func (s *sorter) Len() int           { return len(s.groups) }
func (s *sorter) Less(i, j int) bool { return s.compare(&s.groups[i], &s.groups[j]) > 0 }
func (s *sorter) Swap(i, j int)      { s.groups[i], s.groups[j] = s.groups[j], s.groups[i] }
func (s *sorter) Push(x any)         { s.groups = append(s.groups, x.(found)) }

// Pop is never called: the heap only grows.
func (s *sorter) Pop() any { panic("the heap of groups only grows") }

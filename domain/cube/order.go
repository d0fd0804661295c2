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
	if m.fn == Quantiles && p.monthly != nil {
		v, err := p.value(i, g)
		if err != nil || v.Null {
			return figure{null: true}, err
		}
		return figure{real: v.Quantiles[quantile], isReal: true}, nil
	}
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

// chosen is a group that may be on the page: what it is sorted by, and what is
// shown of it.
type chosen struct {
	group   uint32
	figures []figure // by criterion of the order
	ranks   []uint32 // by dimension: rank of its key
	values  []Value
	fault   error // of a value; it counts only if the group is shown
}

// chooser picks the groups of the page out of a part, and sorts them. It is a
// heap of the best so far, the worst of them on top.
type chooser struct {
	plan    *plan
	spelled []spelled
	part    *partial
	wanted  int // how many groups there may be on the page and before it; 0: all
	best    []chosen
	total   int // groups that Having keeps
	scratch chosen
}

// choose looks at the groups from one number to another, and keeps the best.
func (c *chooser) choose(from, to uint32) error {
	if c.byRows() {
		return c.chooseByRows(from, to)
	}
	var err error
	for g := from; g < to && err == nil; g++ {
		if c.part.has(g) {
			err = c.consider(g)
		}
	}
	return err
}

// sort sorts the best, and keeps no more than are wanted.
func (c *chooser) sort() {
	slices.SortFunc(c.best, func(x, y chosen) int { return c.compare(&x, &y) })
	if c.wanted > 0 {
		c.best = c.best[:min(len(c.best), c.wanted)]
	}
}

func (c *chooser) consider(g uint32) error {
	for i := range c.plan.having {
		h := &c.plan.having[i]
		f, err := c.part.figure(h.measure, g, h.quantile)
		if err != nil {
			return err
		}
		if !f.within(h.min, h.max) {
			return nil
		}
	}
	c.total++
	s := &c.scratch
	s.group, s.figures, s.ranks = g, s.figures[:0], s.ranks[:0]
	full := c.wanted > 0 && len(c.best) == c.wanted
	for o := range c.plan.order {
		f, err := c.sortedBy(&c.plan.order[o])
		if err != nil {
			return err
		}
		s.figures = append(s.figures, f)
		if full && o == 0 && c.compareFigure(0, &f, &c.best[0].figures[0]) > 0 {
			return nil // it is worse than all there are; this is how most groups end
		}
	}
	c.rank()
	if full && c.compare(s, &c.best[0]) > 0 {
		return nil
	}
	if full {
		worst := &c.best[0]
		worst.group, worst.figures, worst.ranks = g, append(worst.figures[:0], s.figures...), append(worst.ranks[:0], s.ranks...)
		heap.Fix(c, 0)
		return nil
	}
	kept := chosen{group: g, figures: slices.Clone(s.figures), ranks: slices.Clone(s.ranks)}
	if c.wanted > 0 {
		heap.Push(c, kept)
	} else {
		c.best = append(c.best, kept)
	}
	return nil
}

// rank looks up the ranks of the keys of the group in scratch.
func (c *chooser) rank() []uint32 {
	s := &c.scratch
	if len(s.ranks) == len(c.spelled) {
		return s.ranks
	}
	s.ranks = slices.Grow(s.ranks[:0], len(c.spelled))[:len(c.spelled)]
	if c.part.monthly != nil {
		copy(s.ranks, c.part.monthly[s.group].ranks)
		return s.ranks
	}
	c.part.grouping.codes(s.group, s.ranks)
	for d, code := range s.ranks {
		if c.part.spellings != nil {
			code = c.part.spellings[d][code]
		}
		s.ranks[d] = c.spelled[d].ranks[code]
	}
	return s.ranks
}

// sortedBy gives the figure of a criterion of the group in scratch.
func (c *chooser) sortedBy(by *criterion) (figure, error) {
	if by.dimension >= 0 {
		rank := c.rank()[by.dimension]
		return figure{integer: int64(rank), null: c.spelled[by.dimension].text(rank) == ""}, nil
	}
	of, err := c.part.figure(by.measure, c.scratch.group, by.quantile)
	if err != nil || by.per < 0 {
		return of, err
	}
	per, err := c.part.figure(by.per, c.scratch.group, 0)
	of.isQuotient, of.divisor = true, per.integer
	of.null = of.null || per.null || per.integer == 0
	return of, err
}

// text gives the key of a rank.
func (s *spelled) text(rank uint32) string { return s.texts[s.sorted[rank]] }

func (c *chooser) compareFigure(o int, x, y *figure) int {
	if x.null || y.null {
		switch {
		case x.null == y.null:
			return 0
		case x.null:
			return 1
		}
		return -1
	}
	if c.plan.order[o].descending {
		return y.compare(*x)
	}
	return x.compare(*y)
}

func (c *chooser) compare(a, b *chosen) int {
	for o := range a.figures {
		if outcome := c.compareFigure(o, &a.figures[o], &b.figures[o]); outcome != 0 {
			return outcome
		}
	}
	return slices.Compare(a.ranks, b.ranks)
}

// Len, Less, Swap, Push and Pop make the chooser a heap.
func (c *chooser) Len() int           { return len(c.best) }
func (c *chooser) Less(i, j int) bool { return c.compare(&c.best[i], &c.best[j]) > 0 }
func (c *chooser) Swap(i, j int)      { c.best[i], c.best[j] = c.best[j], c.best[i] }
func (c *chooser) Push(x any)         { c.best = append(c.best, x.(chosen)) }

// Pop is never called: the heap only grows.
func (c *chooser) Pop() any { panic("the heap of groups only grows") }

package cube

import (
	"context"
	"math"
	"slices"
)

// A page that shows few groups of many is answered in two goes over the rows: the first computes
// only what decides which groups are shown, most often how many rows they have, and the second
// everything else for the rows of the groups shown, which are few. What is left out is the
// larger part: of a hundred thousand groups, each row finds its own record outside of the near caches.

// halves are a question in two parts: what decides which groups are shown, and the rest.
type halves struct {
	first, rest     *plan
	firstOf, restOf []int // by their measures: which one of the whole question it is
}

// The limits of answering in two goes.
const (
	groupsForEach = 8       // there must be so many groups for each one that is shown
	leastShown    = 1 << 7  // with fewer groups on the page, as if there were so many
	mostShown     = 1 << 13 // more groups than these are not looked for among the rows
	sampledRows   = 1 << 12 // rows from which the number of groups is guessed
)

// halves gives nil where nothing is left for the second part.
func (p *plan) halves() (*halves, error) {
	s := &halves{}
	first, rest := *p.query, *p.query
	first.Aggregates, rest.Aggregates = nil, nil
	rest.Having, rest.Order, rest.Limit, rest.Offset = nil, nil, 0, 0
	for i := range p.measures {
		if p.decides(i) {
			s.firstOf, first.Aggregates = append(s.firstOf, i), append(first.Aggregates, p.query.Aggregates[i])
		} else {
			s.restOf, rest.Aggregates = append(s.restOf, i), append(rest.Aggregates, p.query.Aggregates[i])
		}
	}
	if len(s.restOf) == 0 {
		return nil, nil
	}
	var err error
	if s.first, err = p.grain.plan(&first); err == nil {
		s.rest, err = p.grain.plan(&rest)
	}
	return s, err
}

// inTwoGoes gives the two parts of a question that is better answered in two goes, nil for others.
func (s *Snapshot) inTwoGoes(ctx context.Context, p *plan, residents []*resident) (*halves, error) {
	wanted := p.wanted()
	if wanted == 0 || wanted > mostShown || len(p.dimensions) == 0 {
		return nil, nil
	}
	for _, r := range residents {
		// Where figures of months are remembered already, only the other months are left to do.
		if (p.cutsMonths() || len(residents) == 1) && r.recall(p.question(r.listed.Month)) != nil {
			return nil, nil
		}
	}
	parts, err := p.halves()
	if parts == nil || err != nil {
		return nil, err
	}
	groups, err := s.guessGroups(detached{ctx}, parts.first, residents)
	if err != nil || groups < s.limits.forEach*max(wanted, leastShown) {
		return nil, err
	}
	return parts, nil
}

// guessGroups looks at some rows of the largest segment, and guesses how many groups there are.
func (s *Snapshot) guessGroups(ctx context.Context, p *plan, residents []*resident) (int, error) {
	var largest *resident
	for _, r := range residents {
		if largest == nil || r.listed.Rows > largest.listed.Rows {
			largest = r
		}
	}
	if largest == nil || largest.listed.Rows == 0 {
		return 0, nil
	}
	axes := make([]axis, len(p.dimensions))
	for d := range p.dimensions {
		var c *column
		if at := &p.dimensions[d]; !at.constant() {
			var err error
			if c, err = largest.column(ctx, at.column); err != nil {
				return 0, err
			}
		}
		axes[d] = p.dimensions[d].axis(largest.listed.Month, c)
	}
	rows := int(largest.listed.Rows)
	sampled := min(rows, sampledRows)
	groups := newGrouping(axes, sampled)
	keys, numbers := make([]uint64, blockRows), make([]uint32, blockRows)
	for from := 0; from < sampled; from += blockRows {
		some := selection{count: min(blockRows, sampled-from)}
		for k := range some.count {
			some.rows = append(some.rows, uint32((from+k)*rows/sampled))
		}
		groups.number(&some, keys[:some.count], numbers[:some.count])
	}
	seen := groups.groups()
	switch {
	case !groups.direct && seen > sampled/2: // rows that were not looked at have others
		return math.MaxInt, nil
	case p.cutsMonths():
		return seen * len(residents), nil
	}
	return seen, nil
}

// shownFigures answers a question in two goes.
func (s *Snapshot) shownFigures(ctx context.Context, a *answering, parts *halves, residents []*resident) error {
	first := &answering{plan: parts.first, spelled: a.spelled, limit: a.limit}
	if err := s.groupFigures(ctx, first, residents); err != nil {
		return err
	}
	c := first.chooser(nil)
	c.best = first.best
	c.sort()
	a.best, a.total, a.scanned = c.best, first.total, first.scanned
	shown := page(a.best, a.plan.query.Limit, a.plan.query.Offset)
	if len(shown) == 0 {
		return nil
	}
	rest, err := s.figuresOf(detached{ctx}, parts.rest, residents, newShownGroups(shown, a.spelled))
	if err != nil {
		return err
	}
	defer rest.release()
	for place := range shown {
		g := &shown[place]
		values := make([]Value, len(a.plan.measures))
		for i, at := range parts.firstOf {
			values[at] = g.values[i]
		}
		for i, at := range parts.restOf {
			if g.fault == nil {
				values[at], g.fault = rest.value(i, uint32(place))
			}
		}
		g.values = values
	}
	return nil
}

// figuresOf computes the figures of the rows of the groups shown, which are numbered by their place.
func (s *Snapshot) figuresOf(ctx context.Context, p *plan, residents []*resident, shown *shownGroups) (*partial, error) {
	if err := s.decode(ctx, p, residents); err != nil {
		return nil, err
	}
	extents, rows, err := s.extents(ctx, p, residents)
	if err != nil {
		return nil, err
	}
	team := &scanners{layout: p.layout(extents, rows), limit: s.limits.groups}
	err = s.each(ctx, len(residents), func(ctx context.Context, i int) error {
		columns, tests, where, any, err := s.open(ctx, p, residents[i])
		if err != nil || !any {
			return err
		}
		of, err := shown.in(ctx, residents[i], p, columns)
		if of == nil || err != nil {
			return err
		}
		scan := team.take(func() *grouping { return newPositions(nil, uint64(shown.count)) })
		defer team.giveBack(scan)
		return scan.scanShown(ctx, int(residents[i].listed.Rows), columns, tests, slices.Concat(where, of.tests), of)
	})
	if err != nil {
		return nil, err
	}
	return team.finish(ctx, s.each)
}

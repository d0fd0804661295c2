package cube

import (
	"context"
	"math"
	"slices"
	"sync"
)

// answering gathers the groups of parts that have no group in common, as the
// parts come.
type answering struct {
	plan    *plan
	spelled []spelled
	limit   int // of groups

	mutex   sync.Mutex
	best    []chosen
	total   int
	scanned int64
}

// take chooses among some groups of a part; nothing of the part is needed any
// more afterwards.
func (a *answering) take(part *partial, from, to uint32) error {
	c := &chooser{plan: a.plan, spelled: a.spelled, part: part}
	if q := a.plan.query; q.Limit > 0 && q.Offset <= math.MaxInt-q.Limit {
		c.wanted = q.Offset + q.Limit
	}
	if err := c.choose(from, to); err != nil {
		return err
	}
	a.mutex.Lock()
	defer a.mutex.Unlock()
	a.best = append(a.best, c.best...)
	if a.total += c.total; a.total > a.limit {
		return tooManyGroups(a.limit)
	}
	return nil
}

// takeAll chooses among all groups of a part, many workers at once.
func (a *answering) takeAll(ctx context.Context, part *partial, run runner) error {
	const share = 1 << 14
	groups := part.groups()
	a.scanned += part.scanned
	return run(ctx, (groups+share-1)/share, func(ctx context.Context, i int) error {
		if err := ctx.Err(); err != nil {
			return err
		}
		return a.take(part, uint32(i*share), uint32(min((i+1)*share, groups)))
	})
}

// result sorts what was chosen and writes out the page.
func (a *answering) result() (*Result, error) {
	q := a.plan.query
	result := &Result{By: slices.Clone(q.By), TotalGroups: a.total, Scanned: a.scanned}
	for i := range q.Aggregates {
		result.Aggregates = append(result.Aggregates, q.Aggregates[i].Name)
	}
	c := &chooser{plan: a.plan, spelled: a.spelled}
	slices.SortFunc(a.best, func(x, y chosen) int { return c.compare(&x, &y) })
	shown := page(a.best, q.Limit, q.Offset)
	result.Rows = make([]ResultRow, len(shown))
	for i := range shown {
		if shown[i].fault != nil {
			return nil, shown[i].fault
		}
		keys := make([]string, len(a.spelled))
		for d, rank := range shown[i].ranks {
			keys[d] = a.spelled[d].text(rank)
		}
		result.Rows[i] = ResultRow{Keys: keys, Values: shown[i].values}
	}
	return result, nil
}

func page[T any](all []T, limit, offset int) []T {
	all = all[min(offset, len(all)):]
	if limit > 0 && limit < len(all) {
		all = all[:limit]
	}
	return all
}

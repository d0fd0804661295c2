package cube

import (
	"context"
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

// take chooses among the groups of a part that one worker has made; nothing of
// the part is needed any more afterwards.
func (a *answering) take(part *partial) error {
	c := a.chooser(part)
	if err := c.choose(0, uint32(part.groups())); err != nil {
		return err
	}
	part.complete(c.best)
	return a.add(c.best, c.total, part.scanned)
}

// takeAll does the same with many workers at once.
func (a *answering) takeAll(ctx context.Context, part *partial, run runner) error {
	const share = 1 << 14
	groups := part.groups()
	all := a.chooser(part)
	var mutex sync.Mutex
	err := run(ctx, (groups+share-1)/share, func(ctx context.Context, i int) error {
		if err := ctx.Err(); err != nil {
			return err
		}
		c := a.chooser(part)
		err := c.choose(uint32(i*share), uint32(min((i+1)*share, groups)))
		mutex.Lock()
		defer mutex.Unlock()
		all.best = append(all.best, c.best...)
		all.total += c.total
		return err
	})
	if err != nil {
		return err
	}
	all.sort()
	part.complete(all.best)
	return a.add(all.best, all.total, part.scanned)
}

func (a *answering) chooser(part *partial) *chooser {
	return &chooser{plan: a.plan, spelled: a.spelled, part: part, wanted: a.plan.wanted()}
}

func (a *answering) add(best []chosen, total int, scanned int64) error {
	a.mutex.Lock()
	defer a.mutex.Unlock()
	a.best = append(a.best, best...)
	a.scanned += scanned
	if a.total += total; a.total > a.limit {
		return tooManyGroups(a.limit)
	}
	return nil
}

// result sorts what was chosen and writes out the page.
func (a *answering) result() (*Result, error) {
	q := a.plan.query
	result := &Result{By: slices.Clone(q.By), TotalGroups: a.total, Scanned: a.scanned}
	for i := range q.Aggregates {
		result.Aggregates = append(result.Aggregates, q.Aggregates[i].Name)
	}
	c := a.chooser(nil)
	c.best = a.best
	c.sort()
	shown := page(c.best, q.Limit, q.Offset)
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

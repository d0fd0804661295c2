package indicator

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"assay/domain"
	"assay/domain/administration"
	"assay/domain/cube"
	"assay/domain/cube/fact"
)

// evaluation answers asks from one snapshot, many values in one pass.
type evaluation struct {
	snapshot *cube.Snapshot
	settings *administration.Settings
	horizon  horizon
	without  []int64 // declarations that are left out
	passing  bool    // what is decoded is not needed again here; see cube.Snapshot.Prepare
}

// answer is what the cube gave for one ask.
type answer struct {
	ask    *ask
	groups map[string]*group
	order  []string // keys of groups as they came
	whole  []broadcast
	parts  []part

	segments map[string]bool // that it was read from
}

// group is the values of one group.
type group struct {
	keys    []string
	figures []raw
}

// broadcast is a part whose groups are coarser than those of the ask.
type broadcast struct {
	keys   []int // positions of its dimensions in the ask's
	groups map[string]map[int]cube.Value
	slots  []slot
}

// batch is one query of the cube that answers slots of several asks.
type batch struct {
	query cube.Query
	sinks [][]sink // by aggregate
	known map[string]int
}

// add asks for an aggregate, once for all who want it: so the question is the same, and
// its figures are known again, whoever asks.
func (b *batch) add(a cube.Aggregate, to sink) error {
	text, err := json.Marshal(a)
	if err != nil {
		return domain.Wrap(domain.KindInternal, err, "a question of an indicator cannot be told apart")
	}
	at, known := b.known[string(text)]
	if !known {
		at = len(b.sinks)
		b.known[string(text)] = at
		a.Name = fmt.Sprintf("v%d", at)
		b.query.Aggregates, b.sinks = append(b.query.Aggregates, a), append(b.sinks, nil)
	}
	b.sinks[at] = append(b.sinks[at], to)
	return nil
}

// sink says where a value of a batch goes.
type sink struct {
	ask, part int
	slot      int
}

// gathered are asks with the questions to the cube that answer them.
type gathered struct {
	answers []*answer
	parts   [][]part // by ask
	batches map[string]*batch
	order   []string // names of the batches as they came
}

// run answers the asks.
func (e *evaluation) run(ctx context.Context, asks []*ask) ([]*answer, error) {
	g, err := e.gather(asks)
	if err != nil {
		return nil, err
	}
	if err := e.prepare(ctx, g); err != nil {
		return nil, err
	}
	for _, name := range g.order {
		if err := e.ask(ctx, g.batches[name], g.answers, g.parts); err != nil {
			return nil, err
		}
	}
	for _, found := range g.answers {
		found.spread()
	}
	return g.answers, nil
}

// gather finds the questions to the cube, each of which serves as many asks as it can.
func (e *evaluation) gather(asks []*ask) (*gathered, error) {
	g := &gathered{answers: make([]*answer, len(asks)), parts: make([][]part, len(asks)), batches: map[string]*batch{}}
	for i, a := range asks {
		found := &answer{ask: a, groups: map[string]*group{}, segments: map[string]bool{}, parts: a.parts()}
		g.answers[i], g.parts[i] = found, found.parts
		for n := range found.parts {
			before := len(g.batches)
			name, err := e.put(g.batches, a, &found.parts[n], i, n)
			if err != nil {
				return nil, err
			}
			if len(g.batches) > before {
				g.order = append(g.order, name)
			}
			if n > 0 && len(found.parts[n].keys) < len(a.columnsOf()) {
				found.whole = append(found.whole, newBroadcast(a, &found.parts[n]))
			}
		}
		if len(a.columnsOf()) == 0 {
			found.group(nil) // there is always the group of everything
		}
	}
	return g, nil
}

// prepare has the cube compute what several questions need of single months together. One
// question alone is as quick by itself.
func (e *evaluation) prepare(ctx context.Context, g *gathered) error {
	if len(g.order) < 2 {
		return nil
	}
	questions := make([]cube.Query, len(g.order))
	for i, name := range g.order {
		questions[i] = g.batches[name].query
	}
	return e.snapshot.Prepare(ctx, questions, e.passing)
}

// put adds the slots of a part to the batch of the same rows, range, groups and
// filters; "" when there is nothing to ask.
func (e *evaluation) put(batches map[string]*batch, a *ask, p *part, at, n int) (string, error) {
	grain := fact.Grain(p.rows)
	from, to := a.from, a.to
	if p.upToEnd {
		first, last, known := e.snapshot.Span(p.rows)
		if !known {
			return "", nil
		}
		from, to = first, max(last, first+1)
	}
	if from >= to || a.through < a.from {
		return "", nil
	}
	// States as of different days are different questions, so that each is known again in
	// whatever company it is asked.
	name := fmt.Sprintf("%s %d %d %q %q", p.rows, from, to, p.keys, p.where)
	if p.upToEnd {
		name += fmt.Sprintf(" %d", a.to)
	}
	b := batches[name]
	if b == nil {
		b = &batch{known: map[string]int{}, query: cube.Query{Grain: p.rows, From: from, To: to, By: p.keys, FiscalYearStart: e.settings.FiscalYearStart}}
		for _, f := range p.where {
			b.query.Where = append(b.query.Where, f.condition())
		}
		b.query.Where = append(b.query.Where, withoutDeclarations(grain, e.without)...)
		batches[name] = b
	}
	limit, err := dateLimit(grain, a, p)
	if err != nil {
		return "", err
	}
	for i := range p.slots {
		s := &p.slots[i]
		where, err := conditions(grain, s.tests, a.from, a.to)
		if err != nil {
			return "", err
		}
		aggregate := cube.Aggregate{Func: s.fn, Column: s.column, Where: append(where, limit...)}
		if s.fn == cube.Quantiles {
			aggregate.P = Quantiles
		}
		if err := b.add(aggregate, sink{at, n, i}); err != nil {
			return "", err
		}
	}
	return name, nil
}

// withoutDeclarations leaves declarations out, where the rows know theirs.
func withoutDeclarations(grain *cube.Grain, without []int64) []cube.Condition {
	if grain.Column(fact.ColumnDeclaration) == nil {
		return nil
	}
	conditions := make([]cube.Condition, len(without))
	for i := range without {
		conditions[i] = cube.Condition{Column: fact.ColumnDeclaration, Min: &without[i], Max: &without[i], Not: true}
	}
	return conditions
}

// dateLimit bounds the rows of a part by what can be told already, and those of
// a snapshot by the end of its period.
func dateLimit(grain *cube.Grain, a *ask, p *part) ([]cube.Condition, error) {
	last := a.through
	if p.upToEnd {
		last = a.to - 1
	} else if last >= a.to-1 {
		return nil, nil
	}
	max := int64(last)
	if grain.Column(grain.Date) == nil {
		return nil, domain.Errorf(domain.KindInternal, "the grain %s has no date", grain.Name)
	}
	return []cube.Condition{{Column: grain.Date, Max: &max}}, nil
}

// ask puts one question to the cube and spreads the values.
func (e *evaluation) ask(ctx context.Context, b *batch, answers []*answer, parts [][]part) error {
	result, err := e.snapshot.Query(ctx, b.query)
	if err != nil {
		return err
	}
	asking := map[int]bool{}
	for _, s := range slices.Concat(b.sinks...) {
		asking[s.ask] = true
	}
	for i := range asking {
		for _, hash := range result.Segments {
			answers[i].segments[hash] = true
		}
	}
	for _, row := range result.Rows {
		for i, sinks := range b.sinks {
			for _, s := range sinks {
				p := &parts[s.ask][s.part]
				answers[s.ask].take(p, s.part, &p.slots[s.slot], row.Keys, row.Values[i])
			}
		}
	}
	return nil
}

func newBroadcast(a *ask, p *part) broadcast {
	b := broadcast{groups: map[string]map[int]cube.Value{}, slots: p.slots}
	columns := a.columnsOf()
	for _, key := range p.keys {
		b.keys = append(b.keys, slices.Index(columns, key))
	}
	return b
}

const keySeparator = "\x00"

// group gives the group of keys, made when it is new.
func (r *answer) group(keys []string) *group {
	name := strings.Join(keys, keySeparator)
	g := r.groups[name]
	if g == nil {
		g = &group{keys: keys, figures: make([]raw, (len(r.ask.Companions)+1)*max(1, r.cases()))}
		if r.ask.through >= r.ask.from {
			r.blank(g)
		}
		r.groups[name] = g
		r.order = append(r.order, name)
	}
	return g
}

// blank gives a group the values of no rows, which others replace.
func (r *answer) blank(g *group) {
	for i := range r.parts {
		for _, s := range r.parts[i].slots {
			nothing := cube.Value{Null: s.fn != cube.Count && s.fn != cube.Distinct}
			g.figures[s.figure*max(1, r.cases())+max(0, s.cases)].set(s.purpose, nothing)
		}
	}
}

// cases is the number of cases that the ask is grouped by, 0 when it is not.
func (r *answer) cases() int {
	if r.ask.caseBy() {
		return len(r.ask.Cases.Of)
	}
	return 0
}

// take puts a value into its group.
func (r *answer) take(p *part, number int, s *slot, keys []string, value cube.Value) {
	if number > 0 && len(p.keys) < len(r.ask.columnsOf()) {
		whole := &r.whole[len(r.whole)-1]
		name := strings.Join(keys, keySeparator)
		if whole.groups[name] == nil {
			whole.groups[name] = map[int]cube.Value{}
		}
		whole.groups[name][slices.IndexFunc(p.slots, func(each slot) bool { return each.purpose == s.purpose })] = value
		return
	}
	g := r.group(keys)
	g.figures[s.figure*max(1, r.cases())+max(0, s.cases)].set(s.purpose, value)
}

// spread gives every group the values of the coarser group that it is part of.
func (r *answer) spread() {
	for _, whole := range r.whole {
		for _, g := range r.groups {
			keys := make([]string, len(whole.keys))
			for i, at := range whole.keys {
				keys[i] = g.keys[at]
			}
			for at, value := range whole.groups[strings.Join(keys, keySeparator)] {
				g.figures[whole.slots[at].figure].set(whole.slots[at].purpose, value)
			}
		}
	}
}

func (r *raw) set(p purpose, value cube.Value) {
	switch p {
	case asNumerator:
		r.numerator, r.hasNumerator = value, true
	case asDenominator:
		r.denominator, r.hasDenominator = value, true
	case asAdded:
		r.added, r.hasAddedTo = value, true
	case asSpread:
		r.spread, r.hasSpread = value, true
	case asOffice:
		r.office, r.hasOffice = value, true
	default:
		if r.more == nil {
			r.more = map[purpose]cube.Value{}
		}
		r.more[p] = value
	}
}

// rows turns the groups into rows, those of cases unfolded. Groups in which
// nothing of the indicator was counted are left out when the ask is by anything.
func (r *answer) rows(least int64) []Row {
	var rows []Row
	for _, name := range r.order {
		g := r.groups[name]
		if r.cases() == 0 {
			if row := r.row(g, 0, g.keys, least); len(r.ask.by) == 0 || row.counted() {
				rows = append(rows, row)
			}
			continue
		}
		at := slices.IndexFunc(r.ask.by, r.ask.isCase)
		for i := range r.ask.Cases.Of {
			row := r.row(g, i, slices.Insert(slices.Clone(g.keys), at, r.ask.Cases.Of[i].Key), least)
			if row.counted() {
				rows = append(rows, row)
			}
		}
	}
	return rows
}

func (r *answer) row(g *group, at int, keys []string, least int64) Row {
	stride := max(1, r.cases())
	row := Row{Keys: keys, Number: r.ask.Figure.number(&g.figures[at], r.ask.Unit, r.ask.Interval, least)}
	for i := range r.ask.Companions {
		c := &r.ask.Companions[i]
		row.Companions = append(row.Companions, c.Figure.number(&g.figures[(i+1)*stride+at], c.Unit, c.Interval, least))
	}
	return row
}

// counted reports whether anything was counted in the row.
func (r *Row) counted() bool {
	if r.Number.counted() {
		return true
	}
	return slices.ContainsFunc(r.Companions, func(n Number) bool { return n.counted() })
}

func (n *Number) counted() bool {
	return n.N != 0 || n.Numerator != nil && *n.Numerator != 0 || n.Denominator != nil && *n.Denominator != 0 || n.Spread != nil && n.Spread.N != 0
}

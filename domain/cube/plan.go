package cube

import (
	"fmt"
	"math"
	"slices"

	"assay/domain"
)

// plan is a Query found in its grain: everything that does not depend on a
// segment.
type plan struct {
	query      *Query
	grain      *Grain
	dimensions []dimension
	filters    []filter // all conditions, each once
	where      []int    // those of the query
	lanes      []lane
	values     []value
	measures   []measure
	having     []bound
	order      []criterion
	rowsOnly   bool // nothing but the rows of groups is counted
}

// bound is one of Query.Having, found among the measures.
type bound struct {
	measure, quantile int
	min, max          *float64
}

// criterion is one of Query.Order, found among dimensions or measures.
type criterion struct {
	dimension         int // -1 when it is by a measure
	measure, quantile int
	per               int // measure that it is divided by, or -1
	descending        bool
}

// lane is a set of rows that one or more measures are made of: those of the
// query that pass the filters and whose value, if there is one, is not null.
type lane struct {
	filters []int
	value   int // position in plan.values, or -1
}

// value is what is summed or ranked: a column, or one less another.
type value struct {
	column, minus int // minus is -1 if there is none
}

// measure is an Aggregate in terms of the plan.
type measure struct {
	name     string
	fn       Func
	lane     int
	value    int // -1 for Count and Distinct
	distinct int // the column of Distinct, or -1
	p        []float64
}

// The limits of a query's size.
const (
	maxBy         = 8
	maxAggregates = 512
	maxConditions = 256
)

func (g *Grain) plan(q *Query) (*plan, error) {
	p := &plan{query: q, grain: g}
	if q.From >= q.To {
		return nil, domain.Errorf(domain.KindInvalid, "the period from %s to %s has no day", q.From, q.To)
	}
	if len(q.By) > maxBy || len(q.Aggregates) > maxAggregates || q.Limit < 0 || q.Offset < 0 {
		return nil, domain.Errorf(domain.KindInvalid, "at most %d dimensions and %d aggregates can be asked at once, and no negative page", maxBy, maxAggregates)
	}
	fiscal, err := fiscalStart(q.FiscalYearStart)
	if err != nil {
		return nil, err
	}
	for i, name := range q.By {
		d, err := g.dimension(name, fiscal)
		if err != nil {
			return nil, err
		}
		if slices.Contains(q.By[:i], name) {
			return nil, domain.Errorf(domain.KindInvalid, "%s is there twice", name)
		}
		p.dimensions = append(p.dimensions, d)
	}
	if p.where, err = p.addFilters(q.Where, fiscal); err != nil {
		return nil, err
	}
	// The rows themselves are always counted: a group is there when it has a row.
	p.addLane(lane{value: -1})
	names := map[string]bool{}
	for i := range q.Aggregates {
		a := &q.Aggregates[i]
		if a.Name == "" || names[a.Name] {
			return nil, domain.Errorf(domain.KindInvalid, "aggregate %d needs a name of its own", i+1)
		}
		names[a.Name] = true
		if err := p.addMeasure(a, fiscal); err != nil {
			return nil, err
		}
	}
	if err := p.checkOrder(); err != nil {
		return nil, err
	}
	p.rowsOnly = p.countsRows()
	return p, nil
}

// decides reports whether a measure decides which groups are kept, or their order.
func (p *plan) decides(measure int) bool {
	return slices.ContainsFunc(p.having, func(h bound) bool { return h.measure == measure }) ||
		slices.ContainsFunc(p.order, func(c criterion) bool { return c.dimension < 0 && (c.measure == measure || c.per == measure) })
}

// wanted is how many groups there may be on the page and before it; 0: all.
func (p *plan) wanted() int {
	if q := p.query; q.Limit > 0 && q.Offset <= math.MaxInt-q.Limit {
		return q.Offset + q.Limit
	}
	return 0
}

func fiscalStart(month int) (int, error) {
	if month < 0 || month > 12 {
		return 0, domain.Errorf(domain.KindInvalid, "the fiscal year cannot begin in month %d", month)
	}
	return max(1, month), nil
}

// addFilters finds conditions among those there already, or adds them.
func (p *plan) addFilters(conditions []Condition, fiscal int) ([]int, error) {
	var found []int
	for _, c := range conditions {
		f, err := p.grain.filter(c, fiscal)
		if err != nil {
			return nil, err
		}
		i := slices.IndexFunc(p.filters, func(other filter) bool { return other.same(&f) })
		if i < 0 {
			if i = len(p.filters); i == maxConditions {
				return nil, domain.Errorf(domain.KindInvalid, "at most %d different conditions can be asked at once", maxConditions)
			}
			p.filters = append(p.filters, f)
		}
		if !slices.Contains(found, i) {
			found = append(found, i)
		}
	}
	slices.Sort(found)
	return found, nil
}

func (f *filter) same(other *filter) bool {
	return f.Column == other.Column && (f.In == nil) == (other.In == nil) && slices.Equal(f.in, other.in) && f.Prefix == other.Prefix &&
		equal(f.Min, other.Min) && equal(f.Max, other.Max) && equal(f.Null, other.Null) &&
		f.AllOf == other.AllOf && f.AnyOf == other.AnyOf && f.NoneOf == other.NoneOf && f.Not == other.Not && f.sameAlternatives(other)
}

func equal[T comparable](a, b *T) bool {
	return (a == nil) == (b == nil) && (a == nil || *a == *b)
}

func (p *plan) addLane(l lane) int {
	for i := range p.lanes {
		if p.lanes[i].value == l.value && slices.Equal(p.lanes[i].filters, l.filters) {
			return i
		}
	}
	p.lanes = append(p.lanes, l)
	return len(p.lanes) - 1
}

func (p *plan) addValue(v value) int {
	if i := slices.Index(p.values, v); i >= 0 {
		return i
	}
	p.values = append(p.values, v)
	return len(p.values) - 1
}

// addMeasure checks an aggregate and gives it a lane.
func (p *plan) addMeasure(a *Aggregate, fiscal int) error {
	wrong := func(format string, args ...any) error {
		return domain.Errorf(domain.KindInvalid, "aggregate %s: %s", a.Name, fmt.Sprintf(format, args...))
	}
	m := measure{name: a.Name, fn: a.Func, value: -1, distinct: -1}
	column := p.grain.Column(a.Column)
	conditions := slices.Clone(a.Where)
	isValue := a.Func == Sum || a.Func == Min || a.Func == Max || a.Func == Quantiles
	switch {
	case a.Func < Count || a.Func > Quantiles:
		return wrong("it has no function")
	case a.Column == "" && a.Func == Count:
	case column == nil:
		return wrong("%s has no column %q", p.grain.Name, a.Column)
	case isValue && column.Type != Integer && column.Type != Day, column.Type == Flags:
		return wrong("%s is of type %s", a.Column, column.Type)
	case a.Func == Count || a.Func == Distinct:
		present := false
		conditions = append(conditions, Condition{Column: a.Column, Null: &present})
	}
	l := lane{value: -1}
	if isValue {
		v := value{p.grain.Index(a.Column), -1}
		if a.Minus != "" {
			minus := p.grain.Column(a.Minus)
			if minus == nil || minus.Type != column.Type {
				return wrong("%q is no column of type %s", a.Minus, column.Type)
			}
			v.minus = p.grain.Index(a.Minus)
		}
		m.value = p.addValue(v)
		l.value = m.value
	} else if a.Minus != "" {
		return wrong("only sums, extremes and quantiles can be of a difference")
	}
	if a.Func == Distinct {
		m.distinct = p.grain.Index(a.Column)
	}
	if (a.Func == Quantiles) != (len(a.P) > 0) {
		return wrong("quantiles, and only they, need to say which")
	}
	for _, at := range a.P {
		if math.IsNaN(at) || at < 0 || at > 1 {
			return wrong("quantile %v is not between 0 and 1", at)
		}
	}
	m.p = a.P
	var err error
	if l.filters, err = p.addFilters(conditions, fiscal); err != nil {
		return err
	}
	m.lane = p.addLane(l)
	p.measures = append(p.measures, m)
	return nil
}

// aggregate finds an aggregate by name and checks that it has the quantile.
func (p *plan) aggregate(name string, quantile int) (int, error) {
	i := slices.IndexFunc(p.query.Aggregates, func(a Aggregate) bool { return a.Name == name })
	if i < 0 {
		return 0, domain.Errorf(domain.KindInvalid, "there is no aggregate %q", name)
	}
	if n := len(p.query.Aggregates[i].P); quantile < 0 || quantile >= max(1, n) {
		return 0, domain.Errorf(domain.KindInvalid, "aggregate %s has no quantile %d", name, quantile)
	}
	return i, nil
}

// checkOrder finds what groups are kept and sorted by.
func (p *plan) checkOrder() error {
	for _, h := range p.query.Having {
		i, err := p.aggregate(h.Aggregate, h.Quantile)
		if err != nil {
			return err
		}
		if h.Min != nil && math.IsNaN(*h.Min) || h.Max != nil && math.IsNaN(*h.Max) {
			return domain.Errorf(domain.KindInvalid, "the bound of %s is not a number", h.Aggregate)
		}
		p.having = append(p.having, bound{i, h.Quantile, h.Min, h.Max})
	}
	for _, o := range p.query.Order {
		if (o.By == "") == (o.Aggregate == "") {
			return domain.Errorf(domain.KindInvalid, "an order is either by a dimension or by an aggregate")
		}
		c, err := p.criterion(o)
		if err != nil {
			return err
		}
		p.order = append(p.order, c)
	}
	return nil
}

func (p *plan) criterion(o Order) (criterion, error) {
	c := criterion{dimension: -1, quantile: o.Quantile, per: -1, descending: o.Descending}
	if o.By != "" {
		if c.dimension = slices.Index(p.query.By, o.By); c.dimension < 0 {
			return c, domain.Errorf(domain.KindInvalid, "the order is by %s, which is no dimension of the question", o.By)
		}
		return c, nil
	}
	var err error
	if c.measure, err = p.aggregate(o.Aggregate, o.Quantile); err != nil || o.Per == "" {
		return c, err
	}
	if c.per, err = p.aggregate(o.Per, 0); err != nil {
		return c, err
	}
	if p.measures[c.measure].fn == Quantiles || p.measures[c.per].fn == Quantiles {
		return c, domain.Errorf(domain.KindInvalid, "a ratio for the order is of integers, not of quantiles")
	}
	return c, nil
}

// period is the filter of the query's period.
func (p *plan) period() *filter {
	first, last := int64(p.query.From), int64(p.query.To)-1
	f, _ := p.grain.filter(Condition{Column: p.grain.Date, Min: &first, Max: &last}, 1)
	return &f
}

// cutsMonths reports whether no group has rows of two months.
func (p *plan) cutsMonths() bool {
	return slices.ContainsFunc(p.dimensions, func(d dimension) bool { return d.cutsMonths() })
}

// columns lists the columns that the plan reads.
func (p *plan) columns() []int {
	needed := map[int]bool{p.grain.Index(p.grain.Date): true}
	for _, d := range p.dimensions {
		if !d.constant() {
			needed[d.column] = true
		}
	}
	for _, f := range p.filters {
		if f.either != nil || f.kind != Code || !f.dimension.constant() {
			for _, c := range f.columns() {
				needed[c] = true
			}
		}
	}
	for _, v := range p.values {
		needed[v.column] = true
		if v.minus >= 0 {
			needed[v.minus] = true
		}
	}
	for _, m := range p.measures {
		if m.distinct >= 0 {
			needed[m.distinct] = true
		}
	}
	list := make([]int, 0, len(needed))
	for c := range needed {
		list = append(list, c)
	}
	slices.Sort(list)
	return list
}

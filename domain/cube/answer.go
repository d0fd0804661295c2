package cube

import (
	"cmp"
	"context"
	"slices"
)

// answer makes the result of the parts: merges them where groups cross months,
// keeps what Having keeps, sorts, and writes out the page.
func answer(ctx context.Context, p *plan, parts []*partial, complete bool, limit int, run runner) (*Result, error) {
	groups, labels, err := rankGroups(p, parts, limit)
	if err != nil {
		return nil, err
	}
	result := &Result{By: slices.Clone(p.query.By)}
	for i := range p.query.Aggregates {
		result.Aggregates = append(result.Aggregates, p.query.Aggregates[i].Name)
	}
	for _, part := range parts {
		result.Scanned += part.scanned
	}
	if !complete {
		merged, mergedGroups, err := merge(ctx, p, parts, groups, labels, limit, run)
		if err != nil {
			return nil, err
		}
		parts, groups = []*partial{merged}, mergedGroups
	}
	if groups, err = having(p, parts, groups); err != nil {
		return nil, err
	}
	result.TotalGroups = len(groups)
	if groups, err = order(p, parts, groups, labels); err != nil {
		return nil, err
	}
	groups = page(groups, p.query.Limit, p.query.Offset)
	result.Rows = make([]ResultRow, 0, len(groups))
	codes := make([]uint32, len(p.dimensions))
	for _, g := range groups {
		row := ResultRow{Keys: make([]string, len(labels)), Values: make([]Value, len(p.measures))}
		decodeRank(g, labels, codes)
		for d := range labels {
			row.Keys[d] = labels[d][codes[d]]
		}
		for i := range p.measures {
			if row.Values[i], err = parts[g.part].value(i, g.group); err != nil {
				return nil, err
			}
		}
		result.Rows = append(result.Rows, row)
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

// figure is a value by which groups are compared.
type figure struct {
	null       bool
	integer    int64
	real       float64 // of a quantile
	isReal     bool
	divisor    int64 // of a ratio, else 0
	isQuotient bool
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

func having(p *plan, parts []*partial, groups []ranked) ([]ranked, error) {
	if len(p.query.Having) == 0 {
		return groups, nil
	}
	kept := groups[:0]
	for _, g := range groups {
		keep := true
		for _, h := range p.query.Having {
			i, _ := p.aggregate(h.Aggregate, h.Quantile)
			f, err := parts[g.part].figure(i, g.group, h.Quantile)
			if err != nil {
				return nil, err
			}
			keep = keep && f.within(h.Min, h.Max)
		}
		if keep {
			kept = append(kept, g)
		}
	}
	return kept, nil
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

// order sorts the groups as asked, at last by their keys.
func order(p *plan, parts []*partial, groups []ranked, labels [][]string) ([]ranked, error) {
	if len(p.query.Order) == 0 {
		slices.SortFunc(groups, compareRank)
		return groups, nil
	}
	type sortable struct {
		ranked
		figures []figure
	}
	all := make([]sortable, len(groups))
	width := len(p.query.Order)
	figures := make([]figure, len(groups)*width)
	codes := make([]uint32, len(labels))
	for k, g := range groups {
		all[k] = sortable{g, figures[k*width : (k+1)*width]}
		decodeRank(g, labels, codes)
		for o, by := range p.query.Order {
			f, err := orderFigure(p, parts, g, by, labels, codes)
			if err != nil {
				return nil, err
			}
			all[k].figures[o] = f
		}
	}
	slices.SortFunc(all, func(a, b sortable) int {
		for o, by := range p.query.Order {
			x, y := a.figures[o], b.figures[o]
			if x.null || y.null {
				if x.null != y.null {
					if x.null {
						return 1
					}
					return -1
				}
				continue
			}
			if c := x.compare(y); c != 0 {
				if by.Descending {
					return -c
				}
				return c
			}
		}
		return compareRank(a.ranked, b.ranked)
	})
	for k := range all {
		groups[k] = all[k].ranked
	}
	return groups, nil
}

func compareRank(a, b ranked) int {
	if c := cmp.Compare(a.high, b.high); c != 0 {
		return c
	}
	return cmp.Compare(a.low, b.low)
}

func orderFigure(p *plan, parts []*partial, g ranked, by Order, labels [][]string, codes []uint32) (figure, error) {
	if by.By != "" {
		d := slices.Index(p.query.By, by.By)
		return figure{integer: int64(codes[d]), null: labels[d][codes[d]] == ""}, nil
	}
	i, _ := p.aggregate(by.Aggregate, by.Quantile)
	f, err := parts[g.part].figure(i, g.group, by.Quantile)
	if err != nil || by.Per == "" {
		return f, err
	}
	i, _ = p.aggregate(by.Per, 0)
	per, err := parts[g.part].figure(i, g.group, 0)
	f.isQuotient, f.divisor = true, per.integer
	f.null = f.null || per.null || per.integer == 0
	return f, err
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

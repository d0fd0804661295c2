package cube

import "slices"

// answer makes the result of parts that have no group in common: keeps what
// Having keeps, sorts, and writes out the page.
func answer(p *plan, parts []*partial, spelled []spelled, limit int) (*Result, error) {
	result := &Result{By: slices.Clone(p.query.By)}
	for i := range p.query.Aggregates {
		result.Aggregates = append(result.Aggregates, p.query.Aggregates[i].Name)
	}
	var groups []found
	var err error
	for _, part := range parts {
		result.Scanned += part.scanned
		groups = slices.Grow(groups, part.grouping.groups())
		part.present(func(g uint32) {
			keep := true
			for _, h := range p.query.Having {
				i, _ := p.aggregate(h.Aggregate, h.Quantile)
				f, wrong := part.figure(i, g, h.Quantile)
				if wrong != nil {
					err = wrong
				}
				keep = keep && f.within(h.Min, h.Max)
			}
			if keep {
				groups = append(groups, found{part: part, group: g})
			}
		})
	}
	if err != nil {
		return nil, err
	}
	if len(groups) > limit {
		return nil, tooManyGroups(limit)
	}
	result.TotalGroups = len(groups)
	s := &sorter{plan: p, spelled: spelled}
	wanted := 0
	if p.query.Limit > 0 {
		wanted = p.query.Offset + p.query.Limit
	}
	if groups, err = s.first(groups, wanted); err != nil {
		return nil, err
	}
	groups = page(groups, p.query.Limit, p.query.Offset)
	result.Rows = make([]ResultRow, 0, len(groups))
	for i := range groups {
		row := ResultRow{Keys: s.keys(&groups[i]), Values: make([]Value, len(p.measures))}
		for m := range p.measures {
			if row.Values[m], err = groups[i].part.value(m, groups[i].group); err != nil {
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

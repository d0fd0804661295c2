package web

import (
	"assay/domain/indicator"
	"assay/web/present"
	"assay/web/view"
)

const (
	plotGroups = 500 // groups of a funnel
	heatGroups = 12  // lines of a heat map
	heatMonths = 12
)

// plots adds what shows the groups of a breakdown at a glance: a funnel for shares of cases, the
// spread of durations and amounts, and the groups month by month.
func (v *visit) plots(b *view.Breakdown, d *indicator.Definition, f *figures, result *indicator.Result, path string) error {
	for _, calendar := range indicator.Calendar {
		if f.by == calendar {
			return nil // the course above shows time already
		}
	}
	m := present.MeasureOf(d)
	total := present.ReadingOf(d.Unit, result.Total.Number, result.Maturity)
	if m.Kind == present.Share && total.Low != nil {
		groups, err := v.groups(d, f, path, plotGroups)
		if err != nil {
			return err
		}
		b.Plot = v.Funnel(m, total, groups)
	} else if m.Kind != present.Share {
		groups, err := v.groups(d, f, path, heatGroups)
		if err != nil {
			return err
		}
		b.Plot = v.Spreads(m, groups)
	}
	return v.heat(b, d, f, result, path)
}

// groups are the largest groups of a breakdown.
func (v *visit) groups(d *indicator.Definition, f *figures, path string, most int) ([]present.Group, error) {
	from, to := days(f.period)
	results, err := f.seen.Compute(v.Request().Context(), v.tenant, indicator.Request{Codes: []string{d.Code}, From: from, To: to, Where: f.where,
		By: []string{f.by}, Order: indicator.Order{By: indicator.OrderByN, Descending: true}, Limit: most})
	if err != nil {
		return nil, err
	}
	keys := keysOf(results[0].Rows)
	names, err := v.names(f.by, keys)
	if err != nil {
		return nil, err
	}
	var groups []present.Group
	for i := range results[0].Rows {
		row := &results[0].Rows[i]
		name, _ := v.DimensionValue(f.by, row.Keys[0], names, v.lanes())
		groups = append(groups, present.Group{Name: name, Address: f.into(f.by, row.Keys[0]).address(path), Reading: present.ReadingOf(d.Unit, row.Number, results[0].Maturity)})
	}
	return groups, nil
}

func keysOf(rows []indicator.Row) []string {
	var keys []string
	for i := range rows {
		keys = append(keys, rows[i].Keys[0])
	}
	return keys
}

// heat shows the groups on the page month by month.
func (v *visit) heat(b *view.Breakdown, d *indicator.Definition, f *figures, result *indicator.Result, path string) error {
	if !d.Has("month") || len(result.Rows) < 2 || d.Cases != nil && d.Cases.Dimension == f.by {
		return nil // cases overlap: they can be asked for one at a time only
	}
	keys := keysOf(result.Rows)
	keys = keys[:min(len(keys), heatGroups)]
	last := present.MonthOf(f.period.To.AddDate(0, -1, 0))
	from, to := days(present.Period{From: last.Shift(1 - heatMonths).From, To: last.To})
	where := append(append([]indicator.Filter(nil), f.where...), indicator.Filter{Dimension: f.by, Values: keys})
	results, err := f.seen.Compute(v.Request().Context(), v.tenant, indicator.Request{Codes: []string{d.Code}, From: from, To: to, Where: where, By: []string{f.by, "month"}})
	if err != nil {
		return err
	}
	found := map[[2]string]*indicator.Row{}
	for i := range results[0].Rows {
		row := &results[0].Rows[i]
		found[[2]string{row.Keys[0], row.Keys[1]}] = row
	}
	names, err := v.names(f.by, keys)
	if err != nil {
		return err
	}
	heat := &view.Heat{Title: v.T("plot.heat"), Sub: v.T("plot.heat.how"), Head: v.T("dimension." + f.by)}
	var months []present.Period
	for i := range heatMonths {
		month := last.Shift(i + 1 - heatMonths)
		months = append(months, month)
		heat.Columns = append(heat.Columns, v.ShortMonth(month.From))
	}
	m := present.MeasureOf(d)
	var values []*float64
	for _, key := range keys {
		inside := f.into(f.by, key)
		name, _ := v.DimensionValue(f.by, key, names, v.lanes())
		line := view.HeatRow{Name: name, Address: inside.address(path)}
		for _, month := range months {
			cell := view.HeatCell{Text: "–", Title: v.T("state.none")}
			var value *float64
			if row := found[[2]string{key, month.From.Format("2006-01")}]; row != nil {
				r := present.ReadingOf(d.Unit, row.Number, indicator.PeriodMaturity{State: indicator.Mature})
				figure := v.Figure(m, r)
				if figure.Number != "" {
					cell = view.HeatCell{Text: v.Text(figure), Title: v.HeatTitle(name, v.PeriodName(month), figure), Address: inside.during(month).address(path)}
				}
				if !r.Small {
					value = r.Value
				}
			}
			values = append(values, value)
			line.Cells = append(line.Cells, cell)
		}
		heat.Rows = append(heat.Rows, line)
	}
	for i, level := range present.Levels(values) {
		heat.Rows[i/heatMonths].Cells[i%heatMonths].Level = level
	}
	b.Heat = heat
	return nil
}

package web

import (
	"assay/domain/access"
	"assay/domain/indicator"
	"assay/web/present"
	"assay/web/view"
)

// pageRows is how many rows a table shows at a time.
const pageRows = 50

// breakdownTarget is the part of the page that sorting and paging exchange.
const breakdownTarget = "#breakdown"

// breakdownResult computes the figure and, where a dimension is asked for, its groups.
func (v *visit) breakdownResult(d *indicator.Definition, f *figures, limit, offset int) (*indicator.Result, error) {
	from, to := days(f.period)
	request := indicator.Request{Codes: []string{d.Code}, From: from, To: to, Where: f.where, Limit: limit, Offset: offset}
	if f.by != "" {
		request.By, request.Order = []string{f.by}, f.ordering()
	}
	results, err := f.seen.Compute(v.Request().Context(), v.tenant, request)
	if err != nil {
		return nil, err
	}
	return results[0], nil
}

// ordering is how the groups are sorted: stretches of time by time, everything
// else by value, the largest first, unless the address says otherwise.
func (f *figures) ordering() indicator.Order {
	by, falling := f.sorting()
	order := indicator.Order{Descending: falling}
	switch by {
	case "name":
		order.By = indicator.OrderByKey
	default:
		order.By = indicator.OrderBy(by)
	}
	return order
}

func (f *figures) sorting() (by string, falling bool) {
	if f.sort != "" {
		return f.sort, f.falling
	}
	for _, name := range indicator.Calendar {
		if f.by == name {
			return "name", false
		}
	}
	return "value", true
}

// nextDimension is the dimension that a breakdown begins with after a value of
// another, empty when there is none left.
func (v *visit) nextDimension(d *indicator.Definition, f *figures, from string) string {
	if from == "" && len(f.filters) > 0 {
		from = f.filters[len(f.filters)-1].Dimension
	}
	return present.Deeper(d, from, func(name string) bool {
		return contains(f.where, name) || name == f.by && from == f.by || v.hides(name)
	})
}

// breakdown shows the groups of a figure by one dimension.
func (v *visit) breakdown(d *indicator.Definition, f *figures, result *indicator.Result, path string) (*view.Breakdown, error) {
	b := &view.Breakdown{Name: v.T("breakdown.title"), Action: path, Deeper: true,
		Dimensions: v.Dimensions(d, f.by, func(name string) bool { return contains(f.where, name) || v.hides(name) }),
		Pager:      v.pager(f.question, path, result.Groups, breakdownTarget), Hidden: hiddenOf(f.question)}
	b.Heads = v.breakdownHeads(d, f, path)
	if len(f.filters) > 0 {
		b.Note = v.T("breakdown.within")
	}
	if f.by == "hs_chapter" || f.by == "hs_heading" || f.by == "origin" || f.by == "procedure" {
		b.Note = v.T("breakdown.principal")
	}
	if v.may(access.FigureExport) {
		b.CSV, b.XLSX = f.address(path+"/breakdown.csv"), f.address(path+"/breakdown.xlsx")
	}
	if len(result.Rows) == 0 {
		b.Empty = &view.Empty{Icon: "search", Title: v.T("breakdown.empty.title"), Text: v.T("breakdown.empty.text")}
		return b, nil
	}
	codes := make([]string, len(result.Rows))
	for i, row := range result.Rows {
		codes[i] = row.Keys[0]
	}
	names, err := v.names(f.by, codes)
	if err != nil {
		return nil, err
	}
	largest := largestValue(d, result.Rows)
	for i := range result.Rows {
		b.Rows = append(b.Rows, v.breakdownRow(d, f, &result.Rows[i], result.Maturity, names, largest, path))
	}
	total := v.breakdownFigures(d, &result.Total, result.Maturity, 0)
	total.Name = v.T("breakdown.total")
	b.Total = &total
	return b, v.plots(b, d, f, result, path)
}

// breakdownHeads are the columns. The columns of numerator and denominator stand only
// where the figure has both.
func (v *visit) breakdownHeads(d *indicator.Definition, f *figures, path string) []view.Head {
	by, falling := f.sorting()
	head := func(text, key string, numeric bool) view.Head {
		h := view.Head{Text: text, Numeric: numeric, Target: breakdownTarget}
		next := key != "name" // numbers begin with the largest, names with A
		if key == by {
			next = !falling
			h.Sorted = "ascending"
			if falling {
				h.Sorted = "descending"
			}
		}
		h.Address = f.sorted(key, next).address(path)
		return h
	}
	heads := []view.Head{head(v.T("dimension."+f.by), "name", false), head(v.T("breakdown.value"), "value", true),
		{Text: v.T("breakdown.bar")}, {Text: v.intervalName(d), Numeric: true}}
	if d.Numerator != nil && d.Denominator != nil {
		numerator, denominator := head(v.T("breakdown.numerator"), "numerator", true), head(v.T("breakdown.denominator"), "denominator", true)
		numerator.Title, denominator.Title = v.IndicatorText(d, "numerator"), v.IndicatorText(d, "denominator")
		return append(heads, numerator, denominator)
	}
	return append(heads, head(v.T("breakdown.cases"), "n", true))
}

func (v *visit) intervalName(d *indicator.Definition) string {
	if d.Numerator == nil {
		return v.T("chart.quartiles")
	}
	return v.T("chart.interval")
}

func (v *visit) breakdownRow(d *indicator.Definition, f *figures, row *indicator.Row, m indicator.PeriodMaturity, names present.Names, largest float64, path string) view.BreakdownRow {
	key := row.Keys[0]
	out := v.breakdownFigures(d, row, m, largest)
	out.Name, out.Code = v.DimensionValue(f.by, key, names, v.lanes())
	inside := f.into(f.by, key)
	out.Rows = v.behind(d, inside, indicator.DenominatorPart)
	deeper := &figures{question: inside, boundary: f.boundary, where: append(append([]indicator.Filter(nil), f.where...), indicator.Filter{Dimension: f.by, Values: []string{key}})}
	if next := v.nextDimension(d, deeper, f.by); next != "" {
		inside.by = next
	}
	out.Drill = inside.address(path)
	out.DrillText = v.T("breakdown.drill", "Name", out.Name)
	return out
}

func (v *visit) breakdownFigures(d *indicator.Definition, row *indicator.Row, m indicator.PeriodMaturity, largest float64) view.BreakdownRow {
	measure := present.MeasureOf(d)
	reading := present.ReadingOf(d.Unit, row.Number, m)
	out := view.BreakdownRow{Figure: v.Figure(measure, reading), IntervalName: v.intervalName(d)}
	if largest > 0 && reading.Value != nil {
		out.Bar = view.NewBar(*reading.Value, largest, reading.Low, reading.High, v.RightToLeft())
	}
	if d.Numerator != nil && d.Denominator != nil {
		out.Numerator, out.Denominator = v.Quantity(d, d.Numerator, row.Numerator), v.Quantity(d, d.Denominator, row.Denominator)
	} else {
		out.Denominator = v.Count(row.N)
	}
	return out
}

// largestValue is what the bars of a table are drawn against.
func largestValue(d *indicator.Definition, rows []indicator.Row) float64 {
	largest := 0.0
	for i := range rows {
		r := present.ReadingOf(d.Unit, rows[i].Number, indicator.PeriodMaturity{State: indicator.Mature})
		if r.Value != nil {
			largest = max(largest, *r.Value)
		}
	}
	return largest
}

// hiddenOf carries a question along in a form that chooses its dimension anew.
func hiddenOf(q question) []view.Hidden {
	hidden := []view.Hidden{{Name: parameterPeriod, Value: q.period.String()}}
	for _, f := range q.filters {
		value := f.Values[0]
		if value == "" {
			value = unknownValue
		}
		hidden = append(hidden, view.Hidden{Name: f.Dimension, Value: value})
	}
	return hidden
}

// pager leads through a table of so many rows.
func (v *visit) pager(q question, path string, total int, target string) view.Pager {
	first := (q.page-1)*pageRows + 1
	last := min(q.page*pageRows, total)
	p := view.Pager{Target: target}
	if total > 0 && first <= total {
		p.Summary = v.T("pager.range", "From", v.Count(int64(first)), "To", v.Count(int64(last)), "Total", v.Count(int64(total)))
	}
	if q.page > 1 {
		p.Previous = q.onPage(q.page - 1).address(path)
	}
	if last < total {
		p.Next = q.onPage(q.page + 1).address(path)
	}
	return p
}

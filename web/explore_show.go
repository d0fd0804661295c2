package web

import (
	"net/http"
	"time"

	"assay/domain/access"
	"assay/domain/administration"
	"assay/domain/indicator"
	"assay/web/present"
	"assay/web/view"
)

// exploreMonths is how many months the course of an indicator shows.
const exploreMonths = 24

// showIndicator shows one indicator: its value, its course, what it means and what
// it is made of.
func (v *visit) showIndicator() error {
	d, err := v.server.Indicators.Find(v.Request().Context(), v.tenant, v.Param("code"))
	if err != nil {
		return err
	}
	f, err := v.askFigures()
	if err != nil {
		return err
	}
	if f.boundary.Outside() {
		if _, err := f.boundary.Narrow(d, nil); err != nil {
			return err // not even what it means is told
		}
	}
	path := v.at("indicators/" + d.Code)
	page := view.Explore{Layout: v.layout(v.IndicatorName(d)), Code: d.Code, Name: v.IndicatorName(d),
		Family:     view.Link{Text: v.T("family." + string(d.Family)), Address: question{period: f.period}.address(v.at("board")) + "#" + string(d.Family)},
		Definition: v.Definition(d, settingDays(v.tenant.Settings))}
	if v.may(access.FigureFormula) && d.Own == nil {
		page.Definition.SQLAddress = f.address(path + "/sql")
	}
	if page.Whose, err = v.whose(f); err != nil {
		return err
	}
	if page.Filter, err = v.filterBar(f, path); err != nil {
		return err
	}
	if page.Path, err = v.drillPath(f, path); err != nil {
		return err
	}
	if !d.Available() || !f.boundary.Covers(d) {
		page.Empty = &view.Empty{Icon: "hourglass", Title: v.T("explore.empty.title"), Text: v.T("explore.empty.text")}
		return v.show(http.StatusOK, "explore", page)
	}
	if err := v.fillExplore(&page, d, f, path); err != nil {
		return err
	}
	page.Charts = page.Chart != nil && page.Chart.Drawn
	v.goLive(&page.Layout, f.revision)
	return v.show(http.StatusOK, "explore", page)
}

// settingDays gives the days of a maturity that depends on the administration's settings.
func settingDays(s administration.Settings) func(indicator.MaturitySetting) int {
	return func(name indicator.MaturitySetting) int {
		switch name {
		case indicator.WriteOffDays:
			return int(s.WriteOffDays)
		case indicator.LateManifestDays:
			return int(s.LateManifestDays)
		}
		return 0
	}
}

func (v *visit) fillExplore(page *view.Explore, d *indicator.Definition, f *figures, path string) error {
	if f.by == "" {
		f.by = v.nextDimension(d, f, "")
	}
	result, err := v.breakdownResult(d, f, pageRows, (f.page-1)*pageRows)
	if err != nil {
		return err
	}
	before, err := v.whole(d, f, f.period.Before())
	if err != nil {
		return err
	}
	m := present.MeasureOf(d)
	now := present.ReadingOf(d.Unit, result.Total.Number, result.Maturity)
	page.Figure = v.Figure(m, now)
	page.Before = v.Comparison(m, now, before, v.PeriodName(f.period.Before()))
	if !f.period.RepeatsYear() {
		year, err := v.whole(d, f, f.period.YearBefore())
		if err != nil {
			return err
		}
		page.YearBefore = v.Comparison(m, now, year, v.PeriodName(f.period.YearBefore()))
	}
	page.Parts, page.Measures = v.Quantities(d, result.Total, func(part indicator.Part) string {
		return v.behind(d, f.question, part)
	})
	if page.Chart, err = v.course(d, f, path); err != nil {
		return err
	}
	if page.Companions, err = v.companions(d, f); err != nil {
		return err
	}
	if page.Peers, err = v.peers(d, f); err != nil {
		return err
	}
	if f.by != "" {
		page.Breakdown, err = v.breakdown(d, f, result, path)
	}
	return err
}

// peers tells who sees the own figures only where comparable officers stand; nil for everybody else, and beside filters, since peers are compared over
// all of their work in whole months.
func (v *visit) peers(d *indicator.Definition, f *figures) (*view.Peers, error) {
	from, to := days(f.period)
	whole := from.Month().First() == from && to.Month().First() == to
	if v.scope != access.ScopeOwn || v.outside() || len(f.filters) > 0 || !whole {
		return nil, nil //nolint:nilnil // nothing is shown, and nothing is wrong
	}
	offices, err := v.server.Administrations.Offices(v.Request().Context(), v.tenant.ID)
	if err != nil {
		return nil, err
	}
	in := indicator.PeersRequest{Code: d.Code, From: from, To: to, Officer: f.boundary.Value, Kinds: map[string]string{}}
	for _, office := range offices {
		in.Kinds[office.Code] = office.Kind
	}
	found, err := v.server.Indicators.Peers(v.Request().Context(), v.tenant, in)
	if err != nil || !found.Enough {
		return &view.Peers{}, err
	}
	shown := &view.Peers{Count: v.TN("explore.peers.count", int64(found.Count))}
	for _, value := range []struct {
		key string
		of  *float64
	}{{"explore.peers.own", found.Own}, {"explore.peers.lower", found.Lower}, {"explore.peers.median", found.Median}, {"explore.peers.upper", found.Upper}} {
		text := "–"
		if reading := present.ReadingOf(d.Unit, indicator.Number{Value: value.of}, indicator.PeriodMaturity{}); reading.Value != nil {
			text = v.Value(present.MeasureOf(d).Kind, *reading.Value)
		}
		shown.Values = append(shown.Values, view.Part{Name: v.T(value.key), Value: text})
	}
	return shown, nil
}

// behind is the address of the rows behind a figure, empty when the role does not show them.
func (v *visit) behind(d *indicator.Definition, q question, part indicator.Part) string {
	if !v.may(access.DeclarationRead) {
		return ""
	}
	if d.Denominator == nil {
		part = indicator.NumeratorPart
	}
	return q.asking(part).address(v.at("indicators/" + d.Code + "/declarations"))
}

// whole is the figure over all groups in another period, with the same filters.
func (v *visit) whole(d *indicator.Definition, f *figures, p present.Period) (present.Reading, error) {
	from, to := days(p)
	results, err := f.seen.Compute(v.Request().Context(), v.tenant, indicator.Request{Codes: []string{d.Code}, From: from, To: to, Where: f.where})
	if err != nil {
		return present.Reading{}, err
	}
	return present.ReadingOf(d.Unit, results[0].Total.Number, results[0].Maturity), nil
}

// course is the indicator month by month up to the period shown.
func (v *visit) course(d *indicator.Definition, f *figures, path string) (*view.Chart, error) {
	last := present.MonthOf(f.period.To.AddDate(0, -1, 0))
	first := last.Shift(1 - max(exploreMonths, f.period.Months()))
	if first.From.Before(f.known.From) && !last.To.Before(f.known.From) {
		first = present.MonthOf(f.known.From)
	}
	from, to := days(present.Period{From: first.From, To: last.To})
	series, err := f.seen.Series(v.Request().Context(), v.tenant,
		indicator.SeriesRequest{Codes: []string{d.Code}, From: from, To: to, Granularity: "month", Where: f.where})
	if err != nil {
		return nil, err
	}
	var months []present.Month
	for _, point := range series[0].Points {
		month := present.MonthOf(time.Unix(int64(point.From)*86400, 0).UTC())
		months = append(months, present.Month{Short: v.ShortMonth(month.From), Name: v.PeriodName(month), Address: f.during(month).address(path),
			Current: month == f.period, Reading: present.ReadingOf(d.Unit, point.Number, point.Maturity)})
	}
	return v.Chart(present.MeasureOf(d), months), nil
}

// companions are the indicators that must be read beside this one, as far as they
// know the filters in force.
func (v *visit) companions(d *indicator.Definition, f *figures) ([]view.Companion, error) {
	var out []view.Companion
	for _, code := range d.Beside {
		other, err := indicator.Find(code)
		if err != nil {
			return nil, err
		}
		if f.boundary.Outside() && !other.ToldOutside() {
			continue
		}
		m := present.MeasureOf(other)
		entry := view.Companion{Code: other.Code, Name: v.IndicatorName(other), Address: question{period: f.period, filters: known(other, f.filters)}.address(v.at("indicators/" + other.Code))}
		if !other.Available() || !f.boundary.Covers(other) || !hasAll(other, f.where) {
			entry.Figure = v.Figure(m, present.Reading{Unavailable: true})
			out = append(out, entry)
			continue
		}
		now, err := v.whole(other, f, f.period)
		if err != nil {
			return nil, err
		}
		before, err := v.whole(other, f, f.period.Before())
		if err != nil {
			return nil, err
		}
		entry.Figure, entry.Before = v.Figure(m, now), v.Comparison(m, now, before, v.PeriodName(f.period.Before()))
		out = append(out, entry)
	}
	return out, nil
}

// known keeps the filters whose dimension an indicator has.
func known(d *indicator.Definition, filters []indicator.Filter) []indicator.Filter {
	var kept []indicator.Filter
	for _, f := range filters {
		if d.Has(f.Dimension) {
			kept = append(kept, f)
		}
	}
	return kept
}

// drillPath shows the filters in force; each leads back to its level.
func (v *visit) drillPath(f *figures, path string) ([]view.Crumb, error) {
	crumbs := []view.Crumb{{Value: v.T("drill.all"), Address: f.upTo(0).address(path), Current: len(f.filters) == 0}}
	for i, filter := range f.filters {
		names, err := v.names(filter.Dimension, filter.Values)
		if err != nil {
			return nil, err
		}
		name, code := v.DimensionValue(filter.Dimension, filter.Values[0], names, v.lanes())
		if code != "" && code != name {
			name += " (" + code + ")"
		}
		crumbs = append(crumbs, view.Crumb{Name: v.T("dimension." + filter.Dimension), Value: name, Code: code, Current: i == len(f.filters)-1,
			Address: f.upTo(i + 1).address(path), Remove: f.without(filter.Dimension).address(path)})
	}
	return crumbs, nil
}

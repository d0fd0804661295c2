package web

import (
	"time"

	"assay/domain/access"
	"assay/domain/cube"
	"assay/domain/cube/fact"
	"assay/domain/indicator"
	"assay/web/present"
	"assay/web/view"
)

// figures is what the pages of figures have in common: the question with its period
// settled, the filters that the person's scope adds, and how far the data reach.
type figures struct {
	question
	boundary  indicator.Boundary
	where     []indicator.Filter // boundary and chosen filters together
	known     present.Period
	watermark time.Time
	revision  int64 // of the data
	seen      *indicator.Seen
}

// askFigures reads the question of the address and settles its period: without
// one, the latest month that is complete.
func (v *visit) askFigures() (*figures, error) {
	q, err := readQuestion(v.Request().URL.RawQuery)
	if err != nil {
		return nil, err
	}
	boundary, err := v.boundary(q)
	if err != nil {
		return nil, err
	}
	snapshot, err := v.server.Indicators.Snapshot(v.Request().Context(), v.tenant)
	if err != nil {
		return nil, err
	}
	seen, err := v.figuresSeen()
	if err != nil {
		return nil, err
	}
	f := &figures{question: q, boundary: boundary, watermark: snapshot.Watermark(), seen: seen, revision: snapshot.Revision()}
	f.known = knownPeriod(snapshot)
	if f.period == (present.Period{}) {
		f.period = latestComplete(f.known, f.watermark.In(v.tenant.Location()))
	}
	f.where, err = boundary.Add(q.filters)
	return f, err
}

// boundary is how far the person sees. What is asked for beyond it is refused.
func (v *visit) boundary(q question) (indicator.Boundary, error) {
	b, err := indicator.BoundaryOf(v.scope, v.person.Membership)
	if err != nil {
		return b, err
	}
	for _, f := range q.filters {
		if err := b.Check(f); err != nil {
			return b, err
		}
	}
	return b, nil
}

func contains(filters []indicator.Filter, dimension string) bool {
	for _, f := range filters {
		if f.Dimension == dimension {
			return true
		}
	}
	return false
}

// knownPeriod is the months of which there are declarations.
func knownPeriod(snapshot *cube.Snapshot) present.Period {
	from, to, ok := snapshot.Span(fact.Declaration)
	if !ok {
		now := snapshot.Watermark()
		return present.MonthOf(now)
	}
	return present.Period{From: present.MonthOf(from.Time()).From, To: present.MonthOf((to - 1).Time()).To}
}

// latestComplete is the last month that ended before the data do, or the month in
// which they end when that is the only one.
func latestComplete(known present.Period, watermark time.Time) present.Period {
	last := present.MonthOf(known.To.AddDate(0, -1, 0))
	if watermark.IsZero() {
		return last
	}
	// A month counts as complete when the data reach its last day.
	day := time.Date(watermark.Year(), watermark.Month(), watermark.Day(), 0, 0, 0, 0, time.UTC)
	complete := present.MonthOf(day.AddDate(0, 0, 1)).Before()
	switch {
	case complete.From.After(last.From):
		return last
	case complete.From.Before(known.From):
		return present.MonthOf(known.From)
	}
	return complete
}

// filterBar offers the periods and offices of a page of figures.
func (v *visit) filterBar(f *figures, path string) (view.FilterBar, error) {
	bar := view.FilterBar{Action: path, Periods: v.Periods(f.known, f.period), PeriodName: v.PeriodName(f.period), PeriodDates: v.PeriodDates(f.period)}
	if earlier := f.period.Before(); !earlier.To.After(f.known.From) {
		bar.Earlier = nil
	} else {
		bar.Earlier = &view.Link{Text: v.T("filter.earlier", "Period", v.PeriodName(earlier)), Address: f.during(earlier).address(path)}
	}
	if later := f.period.Shift(f.period.Months()); later.From.Before(f.known.To) {
		bar.Later = &view.Link{Text: v.T("filter.later", "Period", v.PeriodName(later)), Address: f.during(later).address(path)}
	}
	if !f.watermark.IsZero() {
		bar.DataNote = v.T("filter.known_until", "Instant", v.Instant(f.watermark))
	}
	for _, chosen := range f.filters {
		if chosen.Dimension != "office" {
			value := chosen.Values[0]
			if value == "" {
				value = unknownValue
			}
			bar.Hidden = append(bar.Hidden, view.Hidden{Name: chosen.Dimension, Value: value})
		}
	}
	for _, kept := range []view.Hidden{{Name: parameterBy, Value: f.by}, {Name: parameterPart, Value: string(f.part)}} {
		if kept.Value != "" {
			bar.Hidden = append(bar.Hidden, kept)
		}
	}
	return bar, v.offices(f, &bar)
}

// offices are the offices to choose from; a person whose scope is narrower sees its name.
func (v *visit) offices(f *figures, bar *view.FilterBar) error {
	if !f.boundary.Whole() {
		name, err := v.scopeName(f)
		bar.OfficeFixed = name
		return err
	}
	offices, err := v.server.Administrations.Offices(v.Request().Context(), v.tenant.ID)
	if err != nil {
		return err
	}
	chosen, any := f.filterOf("office")
	bar.Offices = append(bar.Offices, view.Choice{Text: v.T("filter.all_offices"), Selected: !any})
	for _, office := range offices {
		text := office.Code
		if office.Name != "" {
			text += " · " + office.Name
		}
		bar.Offices = append(bar.Offices, view.Choice{Value: office.Code, Text: text, Selected: any && chosen == office.Code})
	}
	return nil
}

// scopeName says whose figures the page shows.
func (v *visit) scopeName(f *figures) (string, error) {
	name, err := v.placeName(f)
	if err == nil && f.boundary.Dimension == "officer" {
		name = v.T("filter.own") + " · " + name
	}
	if err == nil && f.boundary.Outside() {
		name = v.T("filter.own_declarations") + " · " + name
	}
	return name, err
}

// tellsIndicator reports whether the reader may open the page of an indicator: to an economic operator not all are told.
func (v *visit) tellsIndicator(code string) bool {
	if !v.may(access.FigureRead) {
		return false
	}
	if access.Role(v.permissions.Grants(access.FigureRead)[0].Membership.Role) != access.Trader {
		return true
	}
	d, err := indicator.Find(code)
	return err == nil && d.ToldOutside()
}

// placeName is the office, section, officer or operator whose figures are shown.
func (v *visit) placeName(f *figures) (string, error) {
	dimension, value := "office", ""
	if !f.boundary.Whole() {
		dimension, value = f.boundary.Dimension, f.boundary.Value
	} else if chosen, ok := f.filterOf("office"); ok {
		value = chosen
	} else {
		return v.T("filter.all_offices"), nil
	}
	names, err := v.names(dimension, []string{value})
	if err != nil {
		return "", err
	}
	name, code := v.DimensionValue(dimension, value, names, nil)
	if code != "" {
		name += " (" + code + ")"
	}
	return name, nil
}

// whose says in words whose figures a page shows.
func (v *visit) whose(f *figures) (string, error) {
	_, chosen := f.filterOf("office")
	key := map[access.Scope]string{access.ScopeOffice: "whose.office", access.ScopeTeam: "whose.team", access.ScopeOwn: "whose.own"}[v.scope]
	switch {
	case f.boundary.Outside():
		key = "whose.trader"
	case f.boundary.Whole() && !chosen:
		return v.T("whose.administration"), nil
	case f.boundary.Whole():
		key = "whose.one_office"
	}
	name, err := v.placeName(f)
	if err != nil {
		return "", err
	}
	return v.T(key, "Name", name), nil
}

// names looks up what the codes of a dimension are called.
func (v *visit) names(dimension string, codes []string) (present.Names, error) {
	kind := present.NameKind(dimension)
	if kind == "" || len(codes) == 0 {
		return nil, nil
	}
	names, err := v.server.Administrations.Names(v.Request().Context(), v.tenant.ID, kind, codes)
	if err == nil && kind == "officer" {
		names, err = v.officerNames(codes, names)
	}
	if err != nil {
		return nil, err
	}
	return present.Names{kind: names}, nil
}

// lanes are the administration's own names of lanes in the reader's language.
func (v *visit) lanes() present.LaneNames { return v.tenant.Settings.LaneNames[v.Language] }

package web

import (
	"net/http"

	"assay/domain"
	"assay/domain/cube"
	"assay/domain/indicator"
	"assay/web/view"
)

// showWeek shows in which hours of which weekdays declarations are registered, assessed and released, by the clock of
// the office where it happens.
func (v *visit) showWeek() error {
	page := view.Week{Layout: v.layout(v.T("week.title")), Filter: view.FilterBar{Action: v.at("week")}}
	none := func(key string) error {
		page.Empty = &view.Empty{Icon: "clock", Title: v.T("week." + key), Text: v.T("week." + key + ".text")}
		return v.show(http.StatusOK, "week", page)
	}
	f, err := v.askFigures()
	if domain.Is(err, domain.KindNotReady) {
		return none("later")
	}
	if err != nil {
		return err
	}
	if page.Whose, err = v.whose(f); err != nil {
		return err
	}
	if page.Filter, err = v.filterBar(f, v.at("week")); err != nil {
		return err
	}
	ask := indicator.WeekRequest{}
	for _, filter := range f.where {
		if filter.Dimension != "office" {
			return none("scope")
		}
		ask.Offices = filter.Values
	}
	ask.From, ask.To = f.daysWithData(v)
	if ask.From >= ask.To {
		return none("none")
	}
	week, err := v.server.Indicators.Week(v.Request().Context(), v.tenant, ask)
	if domain.Is(err, domain.KindNotReady) {
		return none("later")
	}
	if err != nil {
		return err
	}
	if week.Registered == (indicator.WeekCount{}) && week.Assessed == (indicator.WeekCount{}) && week.Released == (indicator.WeekCount{}) {
		return none("none")
	}
	for _, part := range []struct {
		key   string
		count *indicator.WeekCount
	}{{"registered", &week.Registered}, {"assessed", &week.Assessed}, {"released", &week.Released}} {
		page.Parts = append(page.Parts, v.WeekPart(part.key, part.count, week.Days))
	}
	v.goLive(&page.Layout, f.revision)
	return v.show(http.StatusOK, "week", page)
}

// daysWithData are the days of the period of which there can be data: days before the first and after the last would
// make an average day look quieter than it is.
func (f *figures) daysWithData(v *visit) (from, to cube.Date) {
	from, to = days(f.period)
	first, _ := days(f.known)
	from = max(from, first)
	if !f.watermark.IsZero() {
		to = min(to, cube.DateIn(f.watermark, v.tenant.Location())+1)
	}
	return from, to
}

// weekAddress leads to the hours of what a page of figures shows; it is empty where they cannot be told.
func (v *visit) weekAddress(f *figures) string {
	for _, filter := range f.where {
		if filter.Dimension != "office" {
			return ""
		}
	}
	return question{period: f.period, filters: f.filters}.address(v.at("week"))
}

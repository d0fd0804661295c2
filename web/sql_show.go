package web

import (
	"net/http"
	"strings"

	"assay/domain/indicator"
	"assay/web/view"
)

// showSQL shows the query that says the same as the cube, with the parameters of the
// question written into it.
func (v *visit) showSQL() error {
	d, err := v.server.Indicators.Find(v.Request().Context(), v.tenant, v.Param("code"))
	if err != nil {
		return err
	}
	q, err := readQuestion(v.Request().URL.RawQuery)
	if err != nil {
		return err
	}
	snapshot, err := v.server.Indicators.Snapshot(v.Request().Context(), v.tenant)
	if err != nil {
		return err
	}
	watermark := snapshot.Watermark().In(v.tenant.Location())
	if q.period == (question{}).period {
		q.period = latestComplete(knownPeriod(snapshot), watermark)
	}
	request := indicator.Request{Where: q.filters}
	request.From, request.To = days(q.period)
	if q.by != "" {
		request.By = []string{q.by}
	}
	statement, err := v.server.Indicators.SQL(v.Request().Context(), v.tenant, d.Code, request)
	if err != nil {
		return err
	}
	page := view.SQL{Layout: v.layout(v.T("sql.title")), Code: d.Code, Name: v.IndicatorName(d), Back: q.address(v.at("indicators/" + d.Code)),
		Text: strings.TrimSpace(statement.Literal()), Parameters: []view.Fact{
			{Name: v.T("filter.period"), Text: v.PeriodName(q.period)},
			{Name: v.T("explore.version"), Text: v.T("explore.version.text", "Version", v.Plain(d.Version))},
		}}
	for _, f := range q.filters {
		page.Parameters = append(page.Parameters, view.Fact{Name: v.T("dimension." + f.Dimension), Text: f.Values[0], Code: true})
	}
	return v.show(http.StatusOK, "sql", page)
}

package web

import (
	"net/http"
	"strconv"
	"strings"

	"assay/domain"
	"assay/domain/indicator"
	"assay/web/locales"
	"assay/web/present"
	"assay/web/view"
)

// listOwn lists the indicators that the administration defined by itself.
func (v *visit) listOwn() error {
	found, err := v.server.Indicators.Owns(v.Request().Context(), v.tenant.ID)
	if err != nil {
		return err
	}
	page := view.OwnIndicators{Layout: v.layout(v.T("own.title")), New: v.at("own-indicators/new")}
	for _, o := range found {
		page.Rows = append(page.Rows, view.OwnIndicatorRow{Address: v.at("own-indicators/" + o.Code), Code: o.Code, Name: o.Name(v.Language), Formula: o.Formula.Text,
			Version: v.T("explore.version.text", "Version", v.Plain(o.Version)), Changed: v.ShortDate(o.SavedAt), State: v.ownMark(o)})
	}
	if len(found) == 0 {
		page.Empty = &view.Empty{Icon: "list", Title: v.T("own.empty.title"), Text: v.T("own.empty.text"), Action: &view.Link{Text: v.T("own.new"), Address: page.New}}
	}
	return v.show(http.StatusOK, "own-indicators", page)
}

func (v *visit) ownMark(o *indicator.Own) view.Mark {
	if o.Retired {
		return view.Mark{Kind: "warning", Text: v.T("own.state.retired")}
	}
	return view.Mark{Kind: "good", Text: v.T("own.state.shown")}
}

// newOwn shows the form with an example that can be tried at once.
func (v *visit) newOwn() error {
	return v.showOwnForm(http.StatusOK, &indicator.Own{Unit: indicator.Percent, Direction: indicator.Lower,
		Formula: indicator.Formula{Rows: "declaration", Counted: "not state.cancelled", Text: `share(lane == "red")`}}, nil, nil)
}

// showOwn shows the form of one that is there.
func (v *visit) showOwn() error {
	o, err := v.ownOfPath()
	if err != nil {
		return err
	}
	return v.showOwnForm(http.StatusOK, o, nil, nil)
}

func (v *visit) ownOfPath() (*indicator.Own, error) {
	versions, err := v.server.Indicators.OwnVersions(v.Request().Context(), v.tenant.ID, v.Param("own"))
	if err != nil {
		return nil, err
	}
	return versions[0], nil
}

// showOwnForm shows an indicator, what was wrong with the form, and what it gives when it was tried.
func (v *visit) showOwnForm(status int, o *indicator.Own, fault *ownFault, tried *view.TriedIndicator) error {
	page := view.OwnIndicator{Layout: v.layout(v.T("own.new")), Back: v.at("own-indicators"), Action: v.at("own-indicators"), Counted: o.Formula.Counted, Formula: o.Formula.Text,
		MatureDays: strconv.Itoa(o.MatureDays), Tried: tried}
	if fault != nil {
		page.Fault, page.Wrong = fault.form, fault.mark(o)
	}
	if o.Code != "" {
		page.Title, page.Code, page.Action, page.Version = o.Name(v.Language), o.Code, v.at("own-indicators/"+o.Code), strconv.Itoa(o.Version)
		page.State, page.Retired = v.ownMark(o), o.Retired
		if !o.Retired {
			page.Shown = v.at("indicators/" + o.Code)
		}
		versions, err := v.server.Indicators.OwnVersions(v.Request().Context(), v.tenant.ID, o.Code)
		if err != nil {
			return err
		}
		for _, earlier := range versions {
			page.Versions = append(page.Versions, view.OwnVersion{Version: v.Plain(earlier.Version), Formula: earlier.Formula.Text, Counted: earlier.Formula.Counted,
				SavedBy: earlier.SavedBy, SavedAt: v.Instant(earlier.SavedAt)})
		}
	}
	for _, language := range v.tenant.Languages {
		page.Names = append(page.Names, view.NameInput{Language: language, Native: locales.Native[language], Value: o.Names[language]})
		page.Texts = append(page.Texts, view.NameInput{Language: language, Native: locales.Native[language], Value: o.Texts[language]})
	}
	for _, rows := range indicator.OwnRows() {
		choice := view.RowsChoice{Choice: view.Choice{Value: rows, Text: v.T("own.rows." + rows), Selected: rows == o.Formula.Rows}}
		for _, field := range indicator.Fields(rows) {
			choice.Fields = append(choice.Fields, view.FieldRow{Name: field.Name, Kind: v.T("own.kind." + strings.ReplaceAll(field.Kind, "/", "_")), Doc: field.Doc})
		}
		page.Rows = append(page.Rows, choice)
	}
	for _, unit := range []indicator.Unit{indicator.Percent, indicator.Count, indicator.Money, indicator.Hours, indicator.Days, indicator.Points} {
		page.Units = append(page.Units, view.Choice{Value: string(unit), Text: v.T("own.unit." + string(unit)), Selected: unit == o.Unit})
	}
	for _, direction := range []indicator.Direction{indicator.Higher, indicator.Lower, indicator.Band, indicator.Context} {
		page.Directions = append(page.Directions, view.Choice{Value: string(direction), Text: v.T("own.direction." + string(direction)), Selected: direction == o.Direction})
	}
	for _, word := range formulaWords {
		page.Words = append(page.Words, view.Fact{Name: word.written, Text: v.T("own.word." + word.key)})
	}
	return v.show(status, "own-indicator", page)
}

// formulaWords are the words of the language of formulas as they are written, the same in every language.
var formulaWords = []struct{ key, written string }{
	{"share", "share(condition)"}, {"count", "count(condition)"}, {"sum", "sum(field, condition)"}, {"distinct", "distinct(field, condition)"}, {"median", "median(field, condition)"},
	{"divided", "sum(duties) / count()"}, {"joined", `lane == "red" and not state.offence`}, {"among", `origin in ["CN", "IN"]`}, {"begins", `hs_heading startsWith "87"`}, {"known", "known(field)"},
	{"hours", "processing <= hours(24)"}, {"money", "duties > money(1000)"}, {"day", `assessed_on >= period_start + days(5)`},
}

// tryOwn computes the form's indicator over the latest complete month, with the offices that have most cases.
func (v *visit) tryOwn(o *indicator.Own) (*view.TriedIndicator, error) {
	ctx := v.Request().Context()
	snapshot, err := v.server.Indicators.Snapshot(ctx, v.tenant)
	if err != nil {
		return nil, err
	}
	period := latestComplete(knownPeriod(snapshot), snapshot.Watermark().In(v.tenant.Location()))
	from, to := days(period)
	d, result, err := v.server.Indicators.TryOwn(ctx, v.tenant, *o, from, to, nil)
	if err != nil {
		return nil, err
	}
	m := present.MeasureOf(d)
	tried := &view.TriedIndicator{Period: v.PeriodName(period), Figure: v.Figure(m, present.ReadingOf(d.Unit, result.Total.Number, result.Maturity))}
	if !d.Has("office") {
		return tried, nil
	}
	if _, result, err = v.server.Indicators.TryOwn(ctx, v.tenant, *o, from, to, []string{"office"}); err != nil {
		return nil, err
	}
	codes := make([]string, len(result.Rows))
	for i, row := range result.Rows {
		codes[i] = row.Keys[0]
	}
	names, err := v.names("office", codes)
	if err != nil {
		return nil, err
	}
	for i, row := range result.Rows {
		name, _ := v.DimensionValue("office", codes[i], names, v.lanes())
		tried.Rows = append(tried.Rows, view.TriedRow{Name: name, Figure: v.Figure(m, present.ReadingOf(d.Unit, row.Number, result.Maturity))})
	}
	return tried, nil
}

// sentOwn is the indicator as the form has it.
func (v *visit) sentOwn() (*indicator.Own, error) {
	o := &indicator.Own{Names: map[string]string{}, Texts: map[string]string{}, Unit: indicator.Unit(v.FormValue("unit")), Direction: indicator.Direction(v.FormValue("direction")),
		Formula: indicator.Formula{Rows: v.FormValue("rows"), Counted: strings.TrimSpace(v.FormValue("counted")), Text: strings.TrimSpace(v.FormValue("formula"))}}
	for _, language := range v.tenant.Languages {
		if text := strings.TrimSpace(v.FormValue("name." + language)); text != "" {
			o.Names[language] = text
		}
		if text := strings.TrimSpace(v.FormValue("text." + language)); text != "" {
			o.Texts[language] = text
		}
	}
	days, err := strconv.Atoi(strings.TrimSpace(v.FormValue("mature_days")))
	if err != nil {
		return o, domain.Invalid("this indicator cannot be saved", domain.FieldError{Field: "mature_days", Message: "a number of days", Key: "own.days"})
	}
	o.MatureDays = days
	return o, nil
}

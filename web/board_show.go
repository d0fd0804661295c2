package web

import (
	"net/http"
	"slices"
	"sort"
	"time"

	"assay/domain"
	"assay/domain/access"
	"assay/domain/indicator"
	"assay/web/present"
	"assay/web/view"
)

// showBoard shows every indicator for one period and scope.
func (v *visit) showBoard() error {
	f, err := v.askFigures()
	if domain.Is(err, domain.KindNotReady) {
		return v.showEmptyBoard()
	}
	if err != nil {
		return err
	}
	path := v.at("board")
	bar, err := v.filterBar(f, path)
	if err != nil {
		return err
	}
	entries, err := v.boardEntries(f)
	if err != nil {
		return err
	}
	whose, err := v.whose(f)
	if err != nil {
		return err
	}
	page := view.Board{Layout: v.layout(v.T("board.title")), Filter: bar, Whose: whose, Week: v.weekAddress(f),
		Columns: view.BoardColumns{Now: v.PeriodName(f.period), Before: v.PeriodName(f.period.Before())},
		Legend:  v.Legend(v.tenant.Settings.SmallDenominator)}
	if slices.ContainsFunc(f.filters, func(each indicator.Filter) bool { return each.Dimension != "office" }) {
		if page.Path, err = v.drillPath(f, path); err != nil {
			return err
		}
	}
	if !f.period.RepeatsYear() {
		page.Columns.YearBefore = v.PeriodName(f.period.YearBefore())
	}
	v.fillBoard(&page, f, entries)
	v.goLive(&page.Layout, f.revision)
	return v.show(http.StatusOK, "board", page)
}

// showEmptyBoard says what to do while nothing has been loaded.
func (v *visit) showEmptyBoard() error {
	page := view.Board{Layout: v.layout(v.T("board.title")), Empty: &view.Empty{Icon: "box", Title: v.T("board.empty.title"), Text: v.T("board.empty.text")},
		Filter: view.FilterBar{Action: v.at("board")}}
	if v.may(access.ImportWrite) {
		page.Empty.Action = &view.Link{Text: v.T("board.empty.action"), Address: v.at("imports")}
	}
	return v.show(http.StatusOK, "board", page)
}

// boardEntries are the figures of all indicators within the person's scope and the filters.
func (v *visit) boardEntries(f *figures) ([]indicator.Entry, error) {
	from, to := days(f.period)
	board, err := f.seen.Board(v.Request().Context(), v.tenant, from, to, f.boundary, f.filters)
	if err != nil {
		return nil, err
	}
	return board.Entries, nil
}

// hasAll reports whether an indicator can be filtered by all of the filters.
func hasAll(d *indicator.Definition, filters []indicator.Filter) bool {
	for _, f := range filters {
		if !d.Has(f.Dimension) {
			return false
		}
	}
	return true
}

// mostChanges is how many clear changes stand on top of the board.
const mostChanges = 6

// fillBoard sorts entries into families and finds the clearest changes.
func (v *visit) fillBoard(page *view.Board, f *figures, entries []indicator.Entry) {
	var distances []float64
	families := map[indicator.Family]int{}
	for _, family := range indicator.Families {
		families[family] = len(page.Families)
		page.Families = append(page.Families, view.Family{Code: string(family), Name: v.T("family." + string(family))})
	}
	for i := range entries {
		entry := &entries[i]
		d := entry.Definition
		row, distance := v.boardRow(d, entry, f, page.Columns)
		family := &page.Families[families[d.Family]]
		family.Rows = append(family.Rows, row)
		if distance > 0 && (row.Before.Verdict == "better" || row.Before.Verdict == "worse") {
			page.Changes = append(page.Changes, view.Change{Code: row.Code, Name: row.Name, Address: row.Address, Figure: row.Figure, Before: row.Before})
			distances = append(distances, distance)
		}
	}
	sort.Stable(byDistance{page.Changes, distances})
	page.Changes = page.Changes[:min(len(page.Changes), mostChanges)]
	kept := page.Families[:0]
	for _, family := range page.Families {
		if len(family.Rows) > 0 {
			kept = append(kept, family)
		}
	}
	page.Families = kept
}

// byDistance sorts changes, the clearest first.
type byDistance struct {
	changes   []view.Change
	distances []float64
}

func (b byDistance) Len() int           { return len(b.changes) }
func (b byDistance) Less(i, j int) bool { return b.distances[i] > b.distances[j] }
func (b byDistance) Swap(i, j int) {
	b.changes[i], b.changes[j] = b.changes[j], b.changes[i]
	b.distances[i], b.distances[j] = b.distances[j], b.distances[i]
}

func (v *visit) boardRow(d *indicator.Definition, entry *indicator.Entry, f *figures, columns view.BoardColumns) (view.BoardRow, float64) {
	m := present.MeasureOf(d)
	ask := question{period: f.period, filters: f.filters}
	row := view.BoardRow{Code: d.Code, Name: v.IndicatorName(d), Address: ask.address(v.at("indicators/" + d.Code)), Extension: !d.Core()}
	row.Wanted, row.WantedIcon = v.WantedText(m.Wanted)
	if entry.Missing != "" {
		row.Figure = v.Figure(m, present.Reading{Unavailable: true})
		return row, 0
	}
	mature := indicator.PeriodMaturity{State: indicator.Mature}
	now := present.ReadingOf(d.Unit, entry.Number, entry.Maturity)
	before := present.ReadingOf(d.Unit, entry.Previous.Number, mature)
	year := present.ReadingOf(d.Unit, entry.LastYear.Number, mature)
	row.Figure = v.Figure(m, now)
	row.Before = v.Comparison(m, now, before, columns.Before)
	if columns.YearBefore != "" {
		row.YearBefore = v.Comparison(m, now, year, columns.YearBefore)
	}
	row.Spark = v.Spark(m, readings(d, entry.Months), shownMonth(entry.Months, f.period))
	return row, present.Distance(m, now, before)
}

func readings(d *indicator.Definition, points []indicator.Point) []present.Reading {
	out := make([]present.Reading, len(points))
	for i, point := range points {
		out[i] = present.ReadingOf(d.Unit, point.Number, point.Maturity)
	}
	return out
}

// shownMonth is which of the points is the period shown, -1 when it is not a month.
func shownMonth(points []indicator.Point, p present.Period) int {
	if p.Months() != 1 {
		return -1
	}
	for i, point := range points {
		if time.Unix(int64(point.From)*86400, 0).UTC().Equal(p.From) {
			return i
		}
	}
	return -1
}

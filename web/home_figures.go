package web

import (
	"slices"

	"assay/domain"
	"assay/domain/access"
	"assay/domain/indicator"
	"assay/web/present"
	"assay/web/view"
)

// homeFigures are the indicators on the first page: of who answers for an administration, and of
// who answers for an office, a section or the own work.
var (
	homeFiguresWhole = []string{"CLR01", "CLR04", "REV02", "CTL02", "INF01", "DQ01"}
	homeFiguresPart  = []string{"CLR01", "CLR04", "CTL02", "DQ01", "CLR10", "WRK01"}
	// homeFiguresTrader are those of an economic operator: first what the operator decides on.
	homeFiguresTrader = []string{"OPR01", "OPR02", "CLR06", "CLR07", "CLR04", "DQ02"}
)

// figures shows the key figures and what changed by more than chance, within the person's scope.
func (h *homePage) figures() error {
	as, err := h.acting(access.FigureRead)
	if as == nil || err != nil {
		return err
	}
	f, err := as.askFigures()
	if domain.Is(err, domain.KindNotReady) {
		h.add(as.noFigures(""))
		return nil
	}
	if domain.Is(err, domain.KindForbidden) {
		// The account names no office, section or user: a sentence, not a page that fails.
		h.add(as.noFigures(h.T("home.figures.nowhere")))
		return nil
	}
	if err != nil {
		return err
	}
	entries, err := as.boardEntries(f)
	if err != nil {
		return err
	}
	scope, err := as.scopeName(f)
	if err != nil {
		return err
	}
	board := view.Board{Columns: view.BoardColumns{Now: h.PeriodName(f.period), Before: h.PeriodName(f.period.Before())}}
	as.fillBoard(&board, f, entries)
	sub := h.PeriodName(f.period) + " · " + scope
	key := "administration"
	codes := homeFiguresWhole
	if !f.boundary.Whole() {
		key, codes = f.boundary.Dimension, homeFiguresPart
	}
	if f.boundary.Outside() {
		key, codes = "trader", homeFiguresTrader
	}
	part := view.HomePart{Key: "figures", Title: h.T("home.figures." + key), Sub: sub, Wide: true, Figures: homeFigures(&board, codes),
		More: []view.Link{{Text: h.T("home.figures.more"), Address: h.at("board")}}}
	if f.boundary.Whole() || f.boundary.Dimension == "office" {
		part.More = append(part.More, view.Link{Text: h.T("week.title"), Address: question{period: f.period}.address(h.at("week"))})
	}
	if !f.watermark.IsZero() {
		part.Note = h.T("filter.known_until", "Instant", h.Instant(f.watermark))
	}
	if len(part.Figures) == 0 {
		part.Empty = h.T("home.figures.none")
	}
	h.add(part)
	changes := view.HomePart{Key: "changes", Title: h.T("home.changes"), Sub: sub, Wide: true, Changes: board.Changes, Note: h.T("home.changes.how")}
	if len(board.Changes) == 0 {
		changes.Empty, changes.Note = h.T("home.changes.none"), ""
	}
	h.add(changes)
	return nil
}

// noFigures says what to do while there is nothing to show.
func (v *visit) noFigures(why string) view.HomePart {
	key := map[access.Scope]string{access.ScopeOffice: "office", access.ScopeTeam: "section", access.ScopeOwn: "officer"}[v.scope]
	switch {
	case v.outside():
		key = "trader"
	case key == "":
		key = "administration"
	}
	part := view.HomePart{Key: "figures", Title: v.T("home.figures." + key), Wide: true, Empty: why}
	if why == "" {
		part.Empty = v.T("board.empty.text")
		if v.may(access.ImportWrite) {
			part.More = []view.Link{{Text: v.T("board.empty.action"), Address: v.at("imports")}}
		}
	}
	return part
}

// homeFigures picks rows of a board in the order of the codes.
func homeFigures(board *view.Board, codes []string) []view.HomeFigure {
	var figures []view.HomeFigure
	for _, code := range codes {
		for _, family := range board.Families {
			for _, row := range family.Rows {
				if row.Code == code {
					figures = append(figures, view.HomeFigure{Name: row.Name, Code: row.Code, Address: row.Address, Wanted: row.Wanted, WantedIcon: row.WantedIcon,
						Figure: row.Figure, Before: row.Before, Spark: row.Spark})
				}
			}
		}
	}
	return figures
}

// homeGroups are the figures by which offices or officers are set side by side, with the one whose cases
// are the work done first.
var homeGroups = []string{"CLR01", "CLR04", "CTL02", "DQ01"}

// homeGroupsShown is how many offices or officers the page shows.
const homeGroupsShown = 10

// groups sets the offices of an administration, or the officers of an office or section, side by side.
func (h *homePage) groups() error {
	as, err := h.acting(access.FigureRead)
	if as == nil || err != nil {
		return err
	}
	f, err := as.askFigures()
	if domain.Is(err, domain.KindNotReady) || domain.Is(err, domain.KindForbidden) {
		return nil // said above
	}
	if err != nil || f.boundary.Dimension == "officer" {
		return err
	}
	by := "office"
	if !f.boundary.Whole() {
		by = "officer"
	}
	if as.hides(by) {
		return nil
	}
	results, err := as.sideBySide(f, by)
	if err != nil || len(results[0].Rows) == 0 {
		return err
	}
	// Work of nobody known leads to nobody.
	keys := slices.DeleteFunc(keysOf(results[0].Rows), func(key string) bool { return key == "" })
	names, err := as.names(by, keys)
	if err != nil {
		return err
	}
	part := view.HomePart{Key: "groups", Title: h.T("home.groups." + by), Sub: h.PeriodName(f.period), Wide: true, Heads: []view.Head{{Text: h.T("dimension." + by)}},
		More: []view.Link{{Text: h.T("home.groups.more"), Address: question{period: f.period, by: by}.address(h.at("indicators/" + homeGroups[0]))}}}
	for _, result := range results {
		part.Heads = append(part.Heads, view.Head{Text: h.IndicatorName(result.Definition), Numeric: true})
	}
	for _, key := range keys {
		name, code := as.DimensionValue(by, key, names, nil)
		if code == name {
			code = ""
		}
		row := view.HomeRow{Cells: []view.HomeCell{{Text: name, Muted: code, Address: question{period: f.period}.into(by, key).address(h.at("board"))}}}
		for _, result := range results {
			row.Cells = append(row.Cells, as.groupCell(result, f, by, key))
		}
		part.Rows = append(part.Rows, row)
	}
	if more := results[0].Groups - len(results[0].Rows); more > 0 {
		part.Note = h.TN("home.groups.others", int64(more))
	}
	h.add(part)
	return nil
}

// sideBySide computes the figures by a dimension: the largest groups of the first, and the same groups of the others.
func (v *visit) sideBySide(f *figures, by string) ([]*indicator.Result, error) {
	from, to := days(f.period)
	ask := indicator.Request{Codes: homeGroups[:1], From: from, To: to, Where: f.where, By: []string{by},
		Order: indicator.Order{By: indicator.OrderByN, Descending: true}, Limit: homeGroupsShown}
	first, err := f.seen.Compute(v.Request().Context(), v.tenant, ask)
	if err != nil || len(first[0].Rows) == 0 {
		return first, err
	}
	ask.Codes, ask.Limit = homeGroups[1:], 0
	ask.Where = append(slices.Clone(f.where), indicator.Filter{Dimension: by, Values: keysOf(first[0].Rows)})
	others, err := f.seen.Compute(v.Request().Context(), v.tenant, ask)
	return append(first, others...), err
}

// groupCell is one figure of one group, with its cases, leading to the indicator within the group.
func (v *visit) groupCell(result *indicator.Result, f *figures, by, key string) view.HomeCell {
	d := result.Definition
	m := present.MeasureOf(d)
	reading := present.Reading{Maturity: present.Mature}
	for i := range result.Rows {
		if result.Rows[i].Keys[0] == key {
			reading = present.ReadingOf(d.Unit, result.Rows[i].Number, result.Maturity)
		}
	}
	figure := v.Figure(m, reading)
	return view.HomeCell{Figure: &figure, Muted: figure.Cases, Numeric: true, Address: question{period: f.period}.into(by, key).address(v.at("indicators/" + d.Code))}
}

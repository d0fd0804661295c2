package web

import (
	"slices"
	"time"

	"assay/domain"
	"assay/domain/access"
	"assay/domain/administration"
	"assay/domain/cube"
	"assay/domain/indicator"
	"assay/web/view"
)

// loadsShown is how many loads the page shows.
const loadsShown = 5

// loads shows the last loads with what they could not take.
func (h *homePage) loads() error {
	if !h.may(access.ImportWrite) && !h.may(access.AuditRead) || !h.may(access.ImportRead) {
		return nil
	}
	as, err := h.acting(access.ImportRead)
	if as == nil || err != nil {
		return err
	}
	batches, err := h.server.Warehouse.Batches(as.Request().Context(), h.tenant.ID, h.server.Clock().AddDate(100, 0, 0), loadsShown)
	if err != nil {
		return err
	}
	part := view.HomePart{Key: "loads", Title: h.T("home.loads"), Wide: true, More: []view.Link{{Text: h.T("home.loads.all"), Address: h.at("imports")}},
		Heads: []view.Head{{Text: h.T("batch.source")}, {Text: h.T("batch.started")}, {Text: h.T("batch.state")}, {Text: h.T("batch.loaded"), Numeric: true}, {Text: h.T("batch.rejected"), Numeric: true}}}
	if len(batches) == 0 {
		part.Empty = h.T("imports.empty.text")
	}
	for _, b := range batches {
		shown := h.Batch(b, h.at("imports/"+b.ID.String()))
		rejected := view.HomeCell{Text: shown.Rejected, Numeric: true}
		if shown.HasReject {
			rejected.Address = shown.Address + "#rejects"
		}
		part.Rows = append(part.Rows, view.HomeRow{Cells: []view.HomeCell{{Text: shown.Source, Muted: shown.Format, Address: shown.Address}, {Text: shown.Started, Muted: shown.Took},
			{Status: &view.Notice{Kind: shown.StateKind, Text: shown.State}}, {Text: shown.Loaded, Numeric: true}, rejected}})
	}
	h.add(part)
	return nil
}

const (
	coverageDays    = 35
	coverageOffices = 12
	// A working day with less than this share of the office's usual day counts as thin.
	coverageThin = 0.4
)

// coverage shows of the offices with the most declarations how many the data know of each of the last days, so
// that a gap in an extract is seen before it is read as a quiet week.
func (h *homePage) coverage() error {
	if !h.may(access.ImportWrite) {
		return nil
	}
	as, err := h.acting(access.FigureRead)
	if as == nil || err != nil {
		return err
	}
	f, err := as.askFigures()
	if domain.Is(err, domain.KindNotReady) || domain.Is(err, domain.KindForbidden) {
		return nil
	}
	if err != nil || !f.boundary.Whole() || f.watermark.IsZero() {
		return err
	}
	last := cube.DateIn(f.watermark, h.tenant.Location())
	first := last - coverageDays + 1
	results, err := f.seen.Compute(as.Request().Context(), h.tenant, indicator.Request{Codes: []string{"CLR01"}, From: first, To: last + 1, By: []string{"office", cube.DimensionDay}})
	if err != nil {
		return err
	}
	calendars, err := h.server.Administrations.Calendars(as.Request().Context(), h.tenant)
	if err != nil {
		return err
	}
	counts := map[string]map[string]int64{}
	sums := map[string]int64{}
	for i := range results[0].Rows {
		row := &results[0].Rows[i]
		office, day := row.Keys[0], row.Keys[1]
		if counts[office] == nil {
			counts[office] = map[string]int64{}
		}
		counts[office][day] += row.N
		sums[office] += row.N
	}
	offices := make([]string, 0, len(sums))
	for office := range sums {
		offices = append(offices, office)
	}
	slices.SortFunc(offices, func(a, b string) int {
		if sums[a] != sums[b] {
			return int(sums[b] - sums[a])
		}
		if a < b {
			return -1
		}
		return 1
	})
	part := view.HomePart{Key: "coverage", Title: h.T("home.coverage"), Wide: true, Note: h.T("home.coverage.how")}
	if len(offices) > coverageOffices {
		part.Sub = h.TN("home.coverage.largest", coverageOffices)
		offices = offices[:coverageOffices]
	}
	names, err := as.names("office", offices)
	if err != nil {
		return err
	}
	shown := &view.Coverage{Head: h.T("dimension.office")}
	for day := first; day <= last; day++ {
		at := day.Time()
		shown.Days = append(shown.Days, view.CoverageDay{Name: h.InZone(cubeZone).ShortDate(at), Short: h.Plain(at.Day()), Week: at.Weekday() == time.Monday})
	}
	for _, office := range offices {
		name, _ := as.DimensionValue("office", office, names, nil)
		shown.Lines = append(shown.Lines, view.CoverageLine{Name: name, Cells: h.coverageCells(counts[office], calendars.Of(office), first, last)})
	}
	for _, kind := range []string{"some", "few", "none", "closed"} {
		shown.Key = append(shown.Key, view.CoverageCell{Kind: kind, Text: h.T("home.coverage." + kind)})
	}
	part.Days = shown
	if len(offices) == 0 {
		part.Days, part.Empty, part.Note = nil, h.T("home.coverage.empty"), ""
	}
	h.add(part)
	return nil
}

// coverageCells are the days of one office. What is usual is the median of its working days with declarations.
func (h *homePage) coverageCells(counts map[string]int64, calendar *administration.Calendar, first, last cube.Date) []view.CoverageCell {
	var busy []int64
	for day := first; day <= last; day++ {
		if n := counts[day.String()]; n > 0 && calendar.IsWorkday(int32(day)) {
			busy = append(busy, n)
		}
	}
	usual := 0.0
	if len(busy) > 0 {
		slices.Sort(busy)
		usual = float64(busy[len(busy)/2])
	}
	cells := make([]view.CoverageCell, 0, coverageDays)
	for day := first; day <= last; day++ {
		n := counts[day.String()]
		kind := "some"
		switch {
		case n == 0 && !calendar.IsWorkday(int32(day)):
			kind = "closed"
		case n == 0:
			kind = "none"
		case calendar.IsWorkday(int32(day)) && float64(n) < coverageThin*usual:
			kind = "few"
		}
		cells = append(cells, view.CoverageCell{Kind: kind, Count: h.Count(n), Text: h.InZone(cubeZone).ShortDate(day.Time()) + ": " + h.TN("home.coverage.count", n)})
	}
	return cells
}

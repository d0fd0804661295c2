package web

import (
	"encoding/csv"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"
	"github.com/xuri/excelize/v2"

	"assay/domain/indicator"
	"assay/web/present"
)

// mostDownloaded bounds the groups of one download.
const mostDownloaded = 100_000

// downloadCSV gives the breakdown of an indicator as comma-separated values in
// UTF-8, numbers with a point and without grouping, so that any program reads them.
func (v *visit) downloadCSV() error {
	t, err := v.breakdownTable()
	if err != nil {
		return err
	}
	v.attach(t.name+".csv", "text/csv; charset=utf-8")
	return writeCSV(v.Response(), append([][]any{t.heads}, t.rows...))
}

// attach sends what follows as a file.
func (v *visit) attach(name, contentType string) {
	header := v.Response().Header()
	header.Set(echo.HeaderContentType, contentType)
	header.Set(echo.HeaderContentDisposition, `attachment; filename="`+name+`"`)
	header.Set(echo.HeaderCacheControl, "no-store")
	v.Response().WriteHeader(http.StatusOK)
}

// writeCSV writes rows, with texts that a spreadsheet would take for a formula made harmless.
func writeCSV(to io.Writer, rows [][]any) error {
	// The mark lets spreadsheets see UTF-8.
	if _, err := io.WriteString(to, "\ufeff"); err != nil {
		return err
	}
	w := csv.NewWriter(to)
	for _, row := range rows {
		texts := make([]string, len(row))
		for i, cell := range row {
			texts[i] = plainCell(cell)
		}
		if err := w.Write(texts); err != nil {
			return fmt.Errorf("write download: %w", err)
		}
	}
	w.Flush()
	return w.Error()
}

func plainCell(cell any) string {
	switch value := cell.(type) {
	case nil:
		return ""
	case string:
		return harmless(value)
	case int64:
		return strconv.FormatInt(value, 10)
	case float64:
		return strconv.FormatFloat(value, 'f', -1, 64)
	case bool:
		return strconv.FormatBool(value)
	}
	return harmless(fmt.Sprint(cell))
}

// harmless puts an apostrophe before a text that a spreadsheet would run as a formula.
func harmless(text string) string {
	if text != "" && strings.ContainsRune("=+-@\t\r\n", rune(text[0])) {
		return "'" + text
	}
	return text
}

// downloadXLSX gives the breakdown as a workbook, with a second sheet that says what it is.
func (v *visit) downloadXLSX() error {
	t, err := v.breakdownTable()
	if err != nil {
		return err
	}
	book := excelize.NewFile()
	defer func() { _ = book.Close() }() // its temporary files go in any case
	if err := v.writeSheet(book, v.T("download.sheet"), append([][]any{t.heads}, t.rows...)); err != nil {
		return err
	}
	if err := v.writeSheet(book, v.T("download.about"), t.about); err != nil {
		return err
	}
	if err := book.DeleteSheet("Sheet1"); err != nil {
		return fmt.Errorf("make workbook: %w", err)
	}
	v.attach(t.name+".xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
	if err := book.Write(v.Response()); err != nil {
		return fmt.Errorf("write workbook: %w", err)
	}
	return nil
}

// writeSheet adds a sheet with rows.
func (v *visit) writeSheet(book *excelize.File, name string, rows [][]any) error {
	s, err := v.openSheet(book, name)
	if err != nil {
		return err
	}
	for _, row := range rows {
		if err := s.add(row); err != nil {
			return err
		}
	}
	return s.close()
}

// sheet takes rows one by one; many rows wait in a temporary file, not in memory. Texts are stored
// as texts, so none is ever a formula.
type sheet struct {
	stream *excelize.StreamWriter
	rows   int
}

func (v *visit) openSheet(book *excelize.File, name string) (*sheet, error) {
	if _, err := book.NewSheet(name); err != nil {
		return nil, fmt.Errorf("add sheet: %w", err)
	}
	right := v.RightToLeft()
	if err := book.SetSheetView(name, 0, &excelize.ViewOptions{RightToLeft: &right}); err != nil {
		return nil, fmt.Errorf("turn sheet: %w", err)
	}
	stream, err := book.NewStreamWriter(name)
	if err != nil {
		return nil, fmt.Errorf("open sheet: %w", err)
	}
	if err := stream.SetColWidth(1, 3, 28); err != nil {
		return nil, fmt.Errorf("set widths: %w", err)
	}
	return &sheet{stream: stream}, nil
}

func (s *sheet) add(row []any) error {
	s.rows++
	cell, err := excelize.CoordinatesToCellName(1, s.rows)
	if err != nil {
		return fmt.Errorf("name cell: %w", err)
	}
	if err := s.stream.SetRow(cell, row); err != nil {
		return fmt.Errorf("write row: %w", err)
	}
	return nil
}

func (s *sheet) close() error {
	if err := s.stream.Flush(); err != nil {
		return fmt.Errorf("close sheet: %w", err)
	}
	return nil
}

// table is a breakdown for a file: headings, rows of texts and numbers, and what it is.
type table struct {
	name  string
	heads []any
	rows  [][]any
	about [][]any
}

func (v *visit) breakdownTable() (*table, error) {
	d, err := v.server.Indicators.Find(v.Request().Context(), v.tenant, v.Param("code"))
	if err != nil {
		return nil, err
	}
	f, err := v.askFigures()
	if err != nil {
		return nil, err
	}
	if f.by == "" {
		f.by = v.nextDimension(d, f, "")
	}
	result, err := v.breakdownResult(d, f, mostDownloaded, 0)
	if err != nil {
		return nil, err
	}
	codes := make([]string, len(result.Rows))
	for i, row := range result.Rows {
		if len(row.Keys) > 0 {
			codes[i] = row.Keys[0]
		}
	}
	names, err := v.names(f.by, codes)
	if err != nil {
		return nil, err
	}
	t := &table{name: fileName(d.Code, f), about: v.about(d, f, result)}
	t.heads = []any{v.T("dimension." + f.by), v.T("download.name"), v.T("breakdown.value"), v.T("explore.unit"), v.T("breakdown.numerator"), v.T("breakdown.denominator"),
		v.T("breakdown.cases"), v.T("download.low"), v.T("download.high"), v.T("explore.median"), v.T("explore.p90")}
	for i, row := range result.Rows {
		name, _ := v.DimensionValue(f.by, codes[i], names, v.lanes())
		t.rows = append(t.rows, v.tableRow(d, &row, codes[i], name))
	}
	return t, nil
}

// tableRow is one group: shares in per cent, durations in the unit of the indicator, money in
// units of the currency. Of too few cases there is no value, as on the page.
func (v *visit) tableRow(d *indicator.Definition, row *indicator.Row, code, name string) []any {
	money := func(value *float64) any {
		if value == nil {
			return nil
		}
		if d.Unit == indicator.Money {
			return *value / float64(v.minorUnits())
		}
		return *value
	}
	whole := func(value *int64) any {
		if value == nil {
			return nil
		}
		return *value
	}
	cells := []any{code, name, money(row.Value), v.UnitName(present.MeasureOf(d).Kind), whole(row.Numerator), whole(row.Denominator), row.N, money(row.Low), money(row.High), nil, nil}
	if d.Unit == indicator.Hours || d.Unit == indicator.Days {
		cells[3] = v.T("unit.name." + string(d.Unit))
	}
	if row.Spread != nil && len(row.Spread.Values) > indicator.Percentile90 {
		cells[9], cells[10] = row.Spread.Values[indicator.Median], row.Spread.Values[indicator.Percentile90]
	}
	return cells
}

func (v *visit) minorUnits() int64 {
	units := int64(1)
	for range v.Minor {
		units *= 10
	}
	return units
}

// about says what a downloaded table is, so that it can be made again.
func (v *visit) about(d *indicator.Definition, f *figures, result *indicator.Result) [][]any {
	rows := [][]any{
		{v.T("board.indicator"), d.Code + " " + v.IndicatorName(d)},
		{v.T("explore.definition"), v.T("indicator." + d.Code + ".meaning")},
		{v.T("explore.version"), int64(d.Version)},
		{v.T("filter.period"), v.PeriodDates(f.period)},
		{v.T("download.administration"), v.tenant.Name(v.Language)},
		{v.T("download.made"), v.Instant(v.server.Clock())},
	}
	if result.Watermark != nil {
		rows = append(rows, []any{v.T("download.watermark"), v.Instant(*result.Watermark)})
	}
	if d.Unit == indicator.Money {
		rows = append(rows, []any{v.T("download.currency"), v.Currency})
	}
	for _, filter := range f.where {
		rows = append(rows, []any{v.T("dimension." + filter.Dimension), strings.Join(filter.Values, ", ")})
	}
	for _, segment := range result.Segments {
		rows = append(rows, []any{v.T("download.segment"), segment})
	}
	return rows
}

// fileName names a download by what is in it, in characters that every system takes.
func fileName(code string, f *figures) string {
	name := code + "-" + strings.ReplaceAll(f.period.String(), "..", "_to_")
	if f.by != "" {
		name += "-by-" + f.by
	}
	return strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '-' || r == '_' {
			return r
		}
		return '_'
	}, name)
}

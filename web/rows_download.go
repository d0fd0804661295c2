package web

import (
	"encoding/csv"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/xuri/excelize/v2"

	"assay/domain/access"
	"assay/domain/indicator"
	"assay/web/present"
)

// rowsFile is the rows behind a figure on their way into a file: all that the page shows one
// after the other, with what their kind of row tells beyond it. Rows come in pages, so that memory
// holds only one of them.
type rowsFile struct {
	*visit
	definition *indicator.Definition
	figures    *figures
	request    indicator.LinesRequest

	dimensions []string
	marked     bool // tells which rows are in the numerator
	width      int
	provenance indicator.Provenance
}

// askRows reads the question as the page does.
func (v *visit) askRows() (*rowsFile, error) {
	d, err := v.server.Indicators.Find(v.Request().Context(), v.tenant, v.Param("code"))
	if err != nil {
		return nil, err
	}
	// Who may take a breakdown away need not be allowed to see declarations.
	if _, err := v.permissions.Require(access.DeclarationRead); err != nil {
		return nil, err
	}
	f, err := v.askFigures()
	if err != nil {
		return nil, err
	}
	if _, err := f.boundary.Narrow(d, nil); err != nil {
		return nil, err
	}
	f.by = "" // rows have no groups, and the file is not named by them
	from, to := days(f.period)
	return &rowsFile{visit: v, definition: d, figures: f,
		request: indicator.LinesRequest{Code: d.Code, From: from, To: to, Where: f.where, Part: f.part}}, nil
}

// downloadRowsCSV gives the rows behind a figure as comma-separated values, while they are read.
func (v *visit) downloadRowsCSV() error {
	file, err := v.askRows()
	if err != nil {
		return err
	}
	begun := false
	out := csv.NewWriter(v.Response())
	add := func(row []any) error {
		texts := make([]string, len(row))
		for i, cell := range row {
			texts[i] = plainCell(cell)
		}
		return out.Write(texts)
	}
	err = file.each(func(name string) error {
		begun = true
		v.attach(name+".csv", "text/csv; charset=utf-8")
		_, err := io.WriteString(v.Response(), "\ufeff") // spreadsheets see UTF-8 by it
		return err
	}, add)
	if err == nil {
		out.Flush()
		err = out.Error()
	}
	if err != nil && begun {
		v.server.Log.Error("a download of rows broke off", "request", v.requestNumber(), "error", err)
		// The file must not look whole: the connection is cut.
		panic(http.ErrAbortHandler)
	}
	return err
}

// downloadRowsXLSX gives them as a workbook, with a second sheet that says what they are.
func (v *visit) downloadRowsXLSX() error {
	file, err := v.askRows()
	if err != nil {
		return err
	}
	book := excelize.NewFile()
	defer func() { _ = book.Close() }() // its temporary files go in any case
	rows, err := v.openSheet(book, v.T("rows.sheet"))
	if err != nil {
		return err
	}
	name := ""
	if err := file.each(func(n string) error { name = n; return nil }, rows.add); err != nil {
		return err
	}
	if err := rows.close(); err != nil {
		return err
	}
	if err := v.writeSheet(book, v.T("download.about"), file.aboutRows()); err != nil {
		return err
	}
	if err := book.DeleteSheet("Sheet1"); err != nil {
		return fmt.Errorf("make workbook: %w", err)
	}
	v.attach(name+".xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
	if err := book.Write(v.Response()); err != nil {
		return fmt.Errorf("write workbook: %w", err)
	}
	return nil
}

// each opens the file when the first rows are there, and gives it headings, rows and, when not all
// rows are in it, the sentence that says so.
func (r *rowsFile) each(open func(name string) error, add func([]any) error) error {
	total, opened := int64(0), false
	err := r.figures.seen.AllLines(r.Request().Context(), r.tenant, r.request, r.mostRows(), func(lines *indicator.Lines) error {
		if !opened {
			opened, total, r.request.Part = true, lines.Total, lines.Part
			r.provenance = lines.Provenance
			r.dimensions, r.marked = lines.Dimensions, lines.Part == indicator.DenominatorPart && r.definition.Numerator != nil
			if err := open(fileName(r.definition.Code+"-"+string(lines.Part)+"-rows", r.figures)); err != nil {
				return err
			}
			heads := r.heads()
			r.width = len(heads)
			if err := add(heads); err != nil {
				return err
			}
		}
		return r.page(lines.Lines, add)
	})
	if err != nil {
		return err
	}
	if sentence := r.cut(total); sentence != "" {
		last := make([]any, r.width)
		last[0] = sentence
		return add(last)
	}
	return nil
}

// named reports whether the values of a dimension have names of their own.
func named(dimension string) bool {
	return present.NameKind(dimension) != "" || dimension == "origin" || dimension == "lane"
}

func (r *rowsFile) heads() []any {
	heads := []any{r.T("rows.reference"), r.T("rows.date")}
	for _, dimension := range r.dimensions {
		head := r.T("dimension." + dimension)
		heads = append(heads, head)
		if named(dimension) {
			heads = append(heads, head+" – "+r.T("download.name"))
		}
	}
	heads = append(heads, r.T("breakdown.value"), r.T("explore.unit"))
	if r.marked {
		heads = append(heads, r.T("breakdown.numerator"))
	}
	return heads
}

// page writes rows; what codes are called is asked for once a page.
func (r *rowsFile) page(lines []indicator.Line, add func([]any) error) error {
	names := map[string]present.Names{}
	for _, dimension := range r.dimensions {
		met, codes := map[string]bool{}, []string(nil)
		for i := range lines {
			if code := lines[i].Dimensions[dimension]; code != "" && !met[code] {
				met[code] = true
				codes = append(codes, code)
			}
		}
		found, err := r.names(dimension, codes)
		if err != nil {
			return err
		}
		names[dimension] = found
	}
	for i := range lines {
		if err := add(r.cells(&lines[i], names)); err != nil {
			return err
		}
	}
	return nil
}

func (r *rowsFile) cells(line *indicator.Line, names map[string]present.Names) []any {
	cells := []any{line.Reference, present.DayTime(line.On).Format(time.DateOnly)}
	for _, dimension := range r.dimensions {
		code := line.Dimensions[dimension]
		cells = append(cells, code)
		if !named(dimension) {
			continue
		}
		name := ""
		if code != "" {
			name, _ = r.DimensionValue(dimension, code, names[dimension], r.lanes())
		}
		cells = append(cells, name)
	}
	if line.Measure != nil {
		number, unit := r.LineNumber(r.definition, *line.Measure)
		cells = append(cells, number, unit)
	} else {
		cells = append(cells, nil, nil)
	}
	if r.marked {
		answer := r.T("answer.no")
		if line.Counted {
			answer = r.T("answer.yes")
		}
		cells = append(cells, answer)
	}
	return cells
}

// aboutRows says what the file is, so that it can be made again.
func (r *rowsFile) aboutRows() [][]any {
	return append(r.about(r.definition, r.figures, &indicator.Result{Provenance: r.provenance}), []any{r.T("rows.part"), r.statement(r.definition, r.request.Part)})
}

// mostRows bounds the rows of one download.
func (v *visit) mostRows() int {
	if v.server.options.MostRows > 0 {
		return v.server.options.MostRows
	}
	return mostDownloaded
}

// cut says that a download does not hold all of so many rows, nothing when it does.
func (v *visit) cut(total int64) string {
	most := int64(v.mostRows())
	if total <= most {
		return ""
	}
	return v.T("rows.cut", "Count", v.Count(most), "Total", v.Count(total))
}

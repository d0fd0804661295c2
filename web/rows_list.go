package web

import (
	"net/http"

	"github.com/google/uuid"

	"assay/domain/access"
	"assay/domain/declaration"
	"assay/domain/indicator"
	"assay/web/present"
	"assay/web/view"
)

// listRows shows the declarations (or acts, items, bills, ..) behind a figure.
func (v *visit) listRows() error {
	d, err := v.server.Indicators.Find(v.Request().Context(), v.tenant, v.Param("code"))
	if err != nil {
		return err
	}
	// The rows are declarations: who may see the figure must be allowed to see those as well, and sees no more of them than that allows.
	rows, err := v.permissions.Require(access.DeclarationRead)
	if err != nil {
		return err
	}
	if rows.Scope.Within(v.scope) {
		v.grant, v.scope, v.person.Membership = rows, rows.Scope, rows.Membership
	}
	f, err := v.askFigures()
	if err != nil {
		return err
	}
	if _, err := f.boundary.Narrow(d, nil); err != nil {
		return err
	}
	path := v.at("indicators/" + d.Code + "/declarations")
	from, to := days(f.period)
	lines, err := f.seen.Lines(v.Request().Context(), v.tenant,
		indicator.LinesRequest{Code: d.Code, From: from, To: to, Where: f.where, Part: f.part, Limit: pageRows, Offset: (f.page - 1) * pageRows})
	if err != nil {
		return err
	}
	back := f.question.asking("")
	page := view.Rows{Layout: v.layout(v.T("rows.title")), Code: d.Code, Name: v.IndicatorName(d), Back: back.address(v.at("indicators/" + d.Code)),
		Statement: v.statement(d, lines.Part), Pager: v.pager(f.question, path, int(lines.Total), "#rows")}
	if page.Filter, err = v.filterBar(f, path); err != nil {
		return err
	}
	if page.Path, err = v.drillPath(f, path); err != nil {
		return err
	}
	if d.Numerator != nil && d.Denominator != nil {
		for _, part := range []indicator.Part{indicator.NumeratorPart, indicator.DenominatorPart} {
			page.Parts = append(page.Parts, view.Link{Text: v.T("explore." + string(part)), Address: f.question.asking(part).address(path), Current: part == lines.Part})
		}
	}
	if v.grant.Engagement == uuid.Nil { // each renewal would be an entry in the record of what an expert opens
		v.goLive(&page.Layout, f.revision)
	}
	if len(lines.Lines) == 0 {
		page.Empty = &view.Empty{Icon: "search", Title: v.T("rows.empty.title"), Text: v.T("rows.empty.text")}
		return v.show(http.StatusOK, "rows", page)
	}
	if v.may(access.FigureExport) {
		page.CSV, page.XLSX = f.address(path+".csv"), f.address(path+".xlsx")
		page.Cut = v.cut(lines.Total)
	}
	if err := v.fillRows(&page, d, f, lines); err != nil {
		return err
	}
	return v.show(http.StatusOK, "rows", page)
}

// statement says in words what the rows are.
func (v *visit) statement(d *indicator.Definition, part indicator.Part) string {
	if d.Numerator != nil && d.Denominator != nil {
		return v.IndicatorText(d, string(part))
	}
	return v.IndicatorText(d, "meaning")
}

// rowDimensions are the dimensions that a table of rows shows where its rows have them.
var rowDimensions = []string{"office", "lane", "final_lane", "officer", "broker", "importer", "hs_heading", "origin", "carrier", "route", "regime", "tax", "type"}

// mostColumns is how many of them it shows.
const mostColumns = 6

func (v *visit) fillRows(page *view.Rows, d *indicator.Definition, f *figures, lines *indicator.Lines) error {
	columns := rowColumns(lines.Lines, f)
	names := present.Names{}
	for _, column := range columns {
		codes := make([]string, len(lines.Lines))
		for i := range lines.Lines {
			codes[i] = lines.Lines[i].Dimensions[column]
		}
		found, err := v.names(column, codes)
		if err != nil {
			return err
		}
		for kind, known := range found {
			if names[kind] == nil {
				names[kind] = map[string]string{}
			}
			for code, name := range known {
				names[kind][code] = name
			}
		}
	}
	page.Heads = []view.Head{{Text: v.T("rows.reference")}, {Text: v.T("rows.date")}}
	for _, column := range columns {
		page.Heads = append(page.Heads, view.Head{Text: v.T("dimension." + column)})
	}
	marked := lines.Part == indicator.DenominatorPart && d.Numerator != nil
	measured := lines.Lines[0].Measure != nil
	if measured {
		page.Heads = append(page.Heads, view.Head{Text: v.T("breakdown.value"), Numeric: true})
	}
	if marked {
		page.Heads = append(page.Heads, view.Head{Text: v.T("breakdown.numerator"), Title: v.IndicatorText(d, "numerator")})
	}
	for i := range lines.Lines {
		page.Rows = append(page.Rows, v.row(d, &lines.Lines[i], columns, names, measured, marked))
	}
	return nil
}

// rowColumns are the dimensions worth a column: those that any row has, without
// those that are the same in all because they are filtered.
func rowColumns(lines []indicator.Line, f *figures) []string {
	var columns []string
	for _, dimension := range rowDimensions {
		if contains(f.where, dimension) || len(columns) == mostColumns {
			continue
		}
		for i := range lines {
			if lines[i].Dimensions[dimension] != "" {
				columns = append(columns, dimension)
				break
			}
		}
	}
	return columns
}

func (v *visit) row(d *indicator.Definition, line *indicator.Line, columns []string, names present.Names, measured, marked bool) view.Row {
	first := view.Cell{Text: line.Reference, Code: true}
	if line.DeclarationID != 0 {
		if reference, err := declaration.ParseReference(line.Reference); err == nil {
			first.Address = v.declarationAddress(reference)
		}
	}
	row := view.Row{Cells: []view.Cell{first, {Text: v.ShortDate(present.DayTime(line.On)), Date: true}}}
	for _, column := range columns {
		row.Cells = append(row.Cells, v.dimensionCell(column, line.Dimensions[column], names))
	}
	if measured {
		cell := view.Cell{Numeric: true, Text: "–"}
		if line.Measure != nil {
			cell.Text = v.LineMeasure(d, *line.Measure)
		}
		row.Cells = append(row.Cells, cell)
	}
	if marked {
		cell := view.Cell{Mark: "no", Text: v.T("answer.no")}
		if line.Counted {
			cell = view.Cell{Mark: "yes", Text: v.T("answer.yes")}
		}
		row.Cells = append(row.Cells, cell)
	}
	return row
}

func (v *visit) dimensionCell(dimension, key string, names present.Names) view.Cell {
	if key == "" {
		return view.Cell{Text: "–"}
	}
	if dimension == "lane" || dimension == "final_lane" {
		return view.Cell{Lane: v.Lane(declaration.Lane(key), v.lanes())}
	}
	name, code := v.DimensionValue(dimension, key, names, v.lanes())
	if code == "" || code == name {
		return view.Cell{Text: name}
	}
	return view.Cell{Text: name, Muted: code}
}

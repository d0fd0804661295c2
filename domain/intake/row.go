package intake

import (
	"fmt"
	"strings"
	"time"

	"assay/domain"
	"assay/domain/declaration"
)

// row reads the fields of one row of a file. The first fault is kept and everything after it gives
// zero values, so that a whole row is read first and its fault asked for once.
type row struct {
	*scribe
	file  *survey
	cells [][]byte
	raw   []byte
	line  int64

	split splitter
	field int // of the fault
	err   error
}

// begin takes the next row; its fields can be asked for when it gives true.
func (r *row) begin(file *survey, raw []byte, line int64) bool {
	r.file, r.raw, r.line, r.err, r.field = file, raw, line, nil, -1
	r.split.separator = file.separator
	r.cells, r.err = r.split.split(raw)
	if r.err == nil && len(r.cells) != len(file.header) {
		r.checkWidth()
	}
	return r.err == nil
}

// checkWidth lets surplus empty fields pass: some programs end every line with separators.
func (r *row) checkWidth() {
	width := len(r.file.header)
	if len(r.cells) < width {
		r.err = fmt.Errorf("has %d fields where the header has %d", len(r.cells), width)
		return
	}
	for _, cell := range r.cells[width:] {
		if len(trimCell(cell)) > 0 {
			r.err = fmt.Errorf("has %d fields where the header has %d", len(r.cells), width)
			return
		}
	}
}

// cell is a field's text without blanks round it; nil when the file lacks the column.
func (r *row) cell(field int) []byte {
	if r.file.columns.mapped != nil {
		return r.mappedCell(field)
	}
	column := r.file.columns.at[field]
	if column < 0 {
		return nil
	}
	return trimCell(r.cells[column])
}

// has says whether a file gives a field.
func (r *row) has(field int) bool {
	return r.file.columns.at[field] >= 0 || r.file.columns.mapped != nil && len(r.file.columns.mapped[field].constant) > 0
}

func (r *row) fail(field int, err error) {
	if r.err == nil {
		r.field, r.err = field, err
	}
}

// code is a short text that occurs often: a code, a name of a user.
func (r *row) code(field int) string {
	cell := r.cell(field)
	if len(cell) > maxCode {
		r.fail(field, errTooLong)
		return ""
	}
	return r.fit(r.interner.text(cell))
}

// must is a code that may not be missing.
func (r *row) must(field int) string {
	text := r.code(field)
	if text == "" {
		r.fail(field, errEmpty)
	}
	return text
}

// name is a longer text that occurs often.
func (r *row) name(field int) string {
	return r.fit(clip(unixLines(r.interner.text(r.cell(field))), maxText))
}

// free is a text that hardly occurs twice.
func (r *row) free(field int) string {
	cell := r.cell(field)
	if len(cell) == 0 {
		return ""
	}
	return r.fit(clip(unixLines(string(cell)), maxText))
}

// unixLines writes line ends within a text as one character, however the file ends its lines.
func unixLines(text string) string {
	if strings.IndexByte(text, '\r') < 0 {
		return text
	}
	return strings.ReplaceAll(text, "\r\n", "\n")
}

func (r *row) fit(text string) string {
	if r.file.clean {
		return text
	}
	return validText(text)
}

// money is an amount in minor units.
func (r *row) money(field int) int64 { return r.scaled(field, r.digits) }

// mass is grams from kilograms.
func (r *row) mass(field int) int64 { return r.scaled(field, 3) }

// thousandths is a quantity in thousandths.
func (r *row) thousandths(field int) int64 { return r.scaled(field, 3) }

func (r *row) scaled(field, scale int) int64 {
	if r.file.columns.mapped != nil {
		return r.mappedScaled(field, scale)
	}
	value, lost, err := parseScaled(r.cell(field), r.file.decimal, scale)
	if err != nil {
		r.fail(field, err)
	}
	if lost {
		r.rounded++
	}
	return value
}

// decimal is a decimal as text.
func (r *row) decimal(field int) string {
	cell := r.cell(field)
	if len(cell) == 0 {
		return ""
	}
	text, err := normalDecimal(cell, r.file.decimal, r.buffer)
	if err != nil {
		r.fail(field, err)
		return ""
	}
	return r.interner.text(text)
}

// whole is a whole number within a range; empty gives 0.
func (r *row) whole(field int, least, most int64) int64 {
	cell := r.cell(field)
	if len(cell) == 0 {
		return 0
	}
	value, err := parseWhole(cell, r.file.decimal)
	if err == nil && (value < least || value > most) {
		err = errRange
	}
	if err != nil {
		r.fail(field, err)
	}
	return value
}

// flag is 1 or 0, also as words; empty is false.
func (r *row) flag(field int) bool {
	switch cell := r.cell(field); string(cell) {
	case "", "0", "N", "n", "F", "f", "false", "FALSE", "No", "NO", "no":
		return false
	case "1", "Y", "y", "T", "t", "true", "TRUE", "Yes", "YES", "yes":
		return true
	default:
		r.fail(field, errNoFlag)
		return false
	}
}

// day is a date as a day number.
func (r *row) day(field int) (int32, bool) {
	cell := r.cell(field)
	if len(cell) == 0 {
		return 0, false
	}
	if r.file.columns.mapped != nil {
		c, err := r.mappedCivil(field, cell)
		if err != nil {
			r.fail(field, err)
		}
		return c.day, err == nil
	}
	day, err := parseDay(cell, r.file.columns.dates)
	if err != nil {
		r.fail(field, err)
		return 0, false
	}
	return day, true
}

// mustDay is a date that may not be missing, at midnight UTC of that date.
func (r *row) mustDay(field int) time.Time {
	day, given := r.day(field)
	if !given {
		r.fail(field, errEmpty)
	}
	return date(day)
}

// dateOf is a date at midnight UTC of that date, nil when it is not given.
func (r *row) dateOf(field int) *time.Time {
	day, given := r.day(field)
	if !given {
		return nil
	}
	at := date(day)
	return &at
}

// moment is a time that may not be missing.
func (r *row) moment(field int, clock *zoneClock) declaration.Moment {
	cell := r.cell(field)
	if len(cell) == 0 {
		r.fail(field, errEmpty)
		return declaration.Moment{}
	}
	var c civil
	var err error
	if r.file.columns.mapped != nil {
		c, err = r.mappedCivil(field, cell)
	} else {
		c, err = parseCivil(cell, r.file.columns.dates)
	}
	if err != nil {
		r.fail(field, err)
		return declaration.Moment{}
	}
	return clock.moment(c)
}

// momentOf is a time, nil when it is not given.
func (r *row) momentOf(field int, clock *zoneClock) *declaration.Moment {
	if len(r.cell(field)) == 0 {
		return nil
	}
	m := r.moment(field, clock)
	return &m
}

// reject tells what is wrong with the row.
func (r *row) reject() Reject {
	rejected := Reject{
		Place:  Place{File: r.file.content.name, Line: r.line},
		Reason: "The row " + r.err.Error() + ".",
		Row:    clip(validText(string(r.raw[:min(len(r.raw), maxRejected)])), maxRejected),
	}
	if r.field >= 0 {
		rejected.Field = r.file.columnName(r.field)
		rejected.Value = clip(validText(string(r.cell(r.field))), 500)
		rejected.Reason = domain.Sentence("The field %s.", r.err)
	}
	return rejected
}

// columnName is a field's column as the file names it.
func (s *survey) columnName(field int) string {
	if column := s.columns.at[field]; column >= 0 && column < len(s.header) {
		return s.header[column]
	}
	return s.kind.fields[field].name
}

// rejectAll rejects every row of a group for one reason.
func (r *row) rejectAll(files []*survey, h *gathered, g *group, field int, reason error, out *built) {
	for n := g.first; n >= 0; n = h.rows[n].next {
		source := &h.rows[n]
		if r.begin(files[source.file], source.raw, source.line) {
			r.field, r.err = field, reason
		}
		out.rejects = append(out.rejects, r.reject())
	}
}

// rejectRows rejects some rows for one reason.
func (r *row) rejectRows(files []*survey, h *gathered, rows []int32, reason error, out *built) {
	for _, n := range rows {
		source := &h.rows[n]
		if r.begin(files[source.file], source.raw, source.line) {
			r.field, r.err = -1, reason
		}
		out.rejects = append(out.rejects, r.reject())
	}
}

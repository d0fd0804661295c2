package intake

import (
	"errors"
	"math"
	"math/bits"

	"assay/domain/declaration"
)

// mappedCell is what a table's map says of a field, prepared for one file.
type mappedCell struct {
	spec     *TableCell
	constant []byte
	values   map[string][]byte
	order    dateOrder
}

// prepare makes the map's cells ready for a file.
func prepare(cells []*TableCell, order dateOrder) []mappedCell {
	prepared := make([]mappedCell, len(cells))
	for i, spec := range cells {
		if spec == nil {
			continue
		}
		c := mappedCell{spec: spec, constant: []byte(spec.Value), order: order}
		switch spec.Date {
		case "dmy":
			c.order = orderDayFirst
		case "mdy":
			c.order = orderMonthFirst
		}
		if len(spec.Values) > 0 {
			c.values = make(map[string][]byte, len(spec.Values))
			for from, to := range spec.Values {
				c.values[from] = []byte(to)
			}
		}
		prepared[i] = c
	}
	return prepared
}

// mappedCell is a field's text after constants and replacements.
func (r *row) mappedCell(field int) []byte {
	c := &r.file.columns.mapped[field]
	column := r.file.columns.at[field]
	if column < 0 {
		return c.constant
	}
	text := trimCell(r.cells[column])
	if len(text) == 0 {
		return c.constant
	}
	if c.values == nil {
		return text
	}
	replaced, known := c.values[string(text)]
	switch {
	case known:
		return replaced
	case c.spec.Strict:
		r.fail(field, errWord)
	}
	return text
}

// poundGrams is a pound avoirdupois, exactly 453.59237 grams.
const poundGrams = 45_359_237 // hundred-thousandths of a gram

// mappedScaled is an amount or mass with its unit.
func (r *row) mappedScaled(field, scale int) int64 {
	spec := r.file.columns.mapped[field].spec
	if spec == nil {
		return 0
	}
	pounds := false
	switch spec.Unit {
	case "g", "minor":
		scale = 0
	case "t", "thousand":
		scale += 3
	case "million":
		scale += 6
	case "lb":
		pounds, scale = true, 5
	}
	value, lost, err := parseScaled(r.cell(field), r.file.decimal, scale)
	if err == nil && pounds {
		value, err = mulDiv(value, poundGrams, 1e10)
		lost = false // a pound is never whole grams
	}
	if err != nil {
		r.fail(field, err)
		return 0
	}
	if lost {
		r.rounded++
	}
	return value
}

// mulDiv gives a × b / c, rounded half away from zero; b and c are positive.
func mulDiv(a, b, c int64) (int64, error) {
	negative := a < 0
	magnitude := uint64(a)
	if negative {
		magnitude = -magnitude
	}
	high, low := bits.Mul64(magnitude, uint64(b))
	low, carry := bits.Add64(low, uint64(c)/2, 0)
	high += carry
	if high >= uint64(c) {
		return 0, errTooLarge
	}
	quotient, _ := bits.Div64(high, low, uint64(c))
	if quotient > math.MaxInt64 {
		return 0, errTooLarge
	}
	if negative {
		return -int64(quotient), nil
	}
	return int64(quotient), nil
}

// excelEpoch is 1899-12-30 as days before 1970-01-01: day 0 of workbooks that count from 1900. Those
// that count from 1904 begin 1462 days later.
const (
	excelEpoch = -25569
	excel1904  = excelEpoch + 1462
)

var errSerial = errors.New("is not a day number of a workbook")

// mappedCivil reads a date with or without time in the form that the map says.
func (r *row) mappedCivil(field int, cell []byte) (civil, error) {
	c := &r.file.columns.mapped[field]
	switch {
	case c.spec == nil:
		return civil{}, errNotDate
	case c.spec.Date == "excel", r.file.columns.workbook && c.spec.Date == "" && isSerial(cell):
		epoch := r.file.columns.epoch
		if !r.file.columns.workbook {
			epoch = excelEpoch
		}
		return serialDate(cell, epoch)
	case c.spec.Date == "unix":
		return unixTime(cell, 0)
	case c.spec.Date == "unix_ms":
		return unixTime(cell, 3)
	}
	return parseCivil(cell, c.order)
}

// isSerial says whether a cell of a workbook is a day number: digits with at most a fraction,
// too few of them for YYYYMMDD.
func isSerial(cell []byte) bool {
	for i, c := range cell {
		if c == '.' && i > 0 && i <= 6 {
			return true
		}
		if c < '0' || c > '9' {
			return false
		}
	}
	return len(cell) > 0 && len(cell) <= 6
}

// serialDate reads a workbook's day number; its fraction is the time of day.
func serialDate(cell []byte, epoch int32) (civil, error) {
	const fraction = 1_000_000_000
	value, _, err := parseScaled(cell, decimalPoint, 9)
	if err != nil || value < 0 {
		return civil{}, errSerial
	}
	days, part := value/fraction, value%fraction
	seconds := (part*secondsOfDay + fraction/2) / fraction
	return instant(days*secondsOfDay+seconds+int64(epoch)*secondsOfDay, part != 0)
}

// unixTime reads seconds (or, with three decimals, milliseconds) since 1970 in UTC.
func unixTime(cell []byte, decimals int) (civil, error) {
	value, err := parseWhole(cell, decimalPoint)
	if err != nil {
		return civil{}, errNotTime
	}
	for range decimals {
		value /= 10
	}
	c, err := instant(value, true)
	c.hasOffset = true
	return c, err
}

// instant divides seconds since 1970 into day and time.
func instant(seconds int64, timed bool) (civil, error) {
	day := seconds / secondsOfDay
	if seconds%secondsOfDay < 0 {
		day--
	}
	if day < -25567 || day > 84006 { // 1900 to 2199
		return civil{}, errYear
	}
	c := civil{day: int32(day), second: int32(seconds - day*secondsOfDay), precision: declaration.Day}
	if timed {
		c.precision = declaration.Minute
		if c.second%60 != 0 {
			c.precision = declaration.Second
		}
	}
	return c, nil
}

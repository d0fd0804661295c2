package cube

import (
	"errors"
	"fmt"
	"slices"

	"assay/domain"
)

// Row is one row on its way into a Builder. Make one with Grain.NewRow and use
// it for all rows: Builder.Append clears it. Cells that are not set are null,
// the unknown code "" or no flags. A setter of the wrong type is reported by
// Append. A Row belongs to one goroutine.
type Row struct {
	grain *Grain
	types []Type
	cells []rowCell
	fault error
}

type rowCell struct {
	text   string
	number int64
	set    bool
}

// NewRow makes an empty row.
func (g *Grain) NewRow() Row {
	return Row{grain: g, types: g.types(), cells: make([]rowCell, len(g.Columns))}
}

// types gives the types of the columns, close together: rows come by the million.
func (g *Grain) types() []Type {
	types := make([]Type, len(g.Columns))
	for i := range types {
		types[i] = g.Columns[i].Type
	}
	return types
}

func (r *Row) cell(i int, t Type) *rowCell {
	if i < 0 || i >= len(r.cells) {
		r.fault = fmt.Errorf("grain %s has no column %d", r.grain.Name, i)
		return &rowCell{}
	}
	if r.types[i] != t {
		r.fault = fmt.Errorf("column %s of grain %s is of type %s, not %s", r.grain.Columns[i].Name, r.grain.Name, r.grain.Columns[i].Type, t)
		return &rowCell{}
	}
	return &r.cells[i]
}

// Code sets column i, see Grain.Index.
func (r *Row) Code(i int, value string) {
	r.cell(i, Code).text = value
	if len(value) > maxText {
		r.fault = fmt.Errorf("a code of %s is %d bytes long", r.grain.Columns[i].Name, len(value))
	}
}

// Integer sets column i.
func (r *Row) Integer(i int, value int64) {
	cell := r.cell(i, Integer)
	cell.number, cell.set = value, true
	if value >= MaxInteger || value <= -MaxInteger {
		r.fault = fmt.Errorf("%d of %s is too large", value, r.grain.Columns[i].Name)
	}
}

// Day sets column i.
func (r *Row) Day(i int, value Date) { *r.cell(i, Day) = rowCell{number: int64(value), set: true} }

// Flags sets all bits of column i.
func (r *Row) Flags(i int, bits uint64) { r.cell(i, Flags).number = int64(bits) }

// Null makes column i null, unknown or without flags, as it is after Append.
func (r *Row) Null(i int) {
	if i >= 0 && i < len(r.cells) {
		r.cells[i] = rowCell{}
	}
}

// MaxRows is the largest number of rows in one segment.
const MaxRows = 1 << 24

// MaxInteger bounds the integers of a row: their absolute value is less, so
// that a difference of two of them is an int64 too.
const MaxInteger = 1 << 62

// maxText is the longest code in bytes.
const maxText = 1 << 12

// Builder collects the rows of one grain and one month.
type Builder struct {
	grain   *Grain
	types   []Type
	date    int // the column by which rows are dated
	month   Month
	rows    int
	columns []columnBuilder
	err     error
	fault   error // of the row being put together by PutCode, PutNumber and PutFlags
}

// columnBuilder holds the values of one column as they came.
type columnBuilder struct {
	codes      gathered          // Code: position in dictionary
	last       uint32            // Code: position of the last row's
	recent     *recentCodes      // Code: nil as long as the dictionary is small
	dictionary []string          // Code: in order of first appearance
	positions  map[string]uint32 // Code
	numbers    gathered          // Flags: of every row; Integer, Day: of those that have one, folded
	given      []uint64          // Integer, Day: a bit for each row, set where there is a number
}

// NewBuilder starts the segment of a grain and a month.
func NewBuilder(g *Grain, m Month) *Builder {
	b := &Builder{grain: g, types: g.types(), date: g.Index(g.Date), month: m, columns: make([]columnBuilder, len(g.Columns)), err: g.Validate()}
	for i := range b.columns {
		if b.types[i] == Code {
			b.columns[i].positions = map[string]uint32{}
		}
	}
	return b
}

// Grow makes room for so many more rows, where it is known about how many will come.
func (b *Builder) Grow(rows int) {
	for i := range b.columns {
		c := &b.columns[i]
		switch b.types[i] {
		case Code:
			c.codes.grow(rows)
		case Flags:
			c.numbers.grow(rows)
		case Integer, Day: // many columns have few
			c.given = slices.Grow(c.given, (rows+63)/64)
		}
	}
}

// Append adds the row and clears it, so that it can be filled again. Rows stay
// in the order in which they are appended: append them in the order of their
// natural key, so that equal rows make equal bytes. An error (KindInternal: the
// caller built the row wrongly) leaves the builder as it was.
func (b *Builder) Append(row *Row) error {
	if err := b.check(row); err != nil {
		return domain.Wrap(domain.KindInternal, err, "a row could not be put into the segment of %s, %s", b.grain.Name, b.month)
	}
	for i := range b.columns {
		c, cell := &b.columns[i], &row.cells[i]
		switch b.types[i] {
		case Code:
			c.appendCode(cell.text)
		case Integer, Day:
			if b.rows%64 == 0 {
				c.given = append(c.given, 0)
			}
			if cell.set {
				c.numbers.append(fold(cell.number))
				c.given[b.rows/64] |= 1 << (b.rows % 64)
			}
		case Flags:
			c.numbers.append(uint64(cell.number))
		}
	}
	b.rows++
	clear(row.cells)
	return nil
}

// PutCode, PutNumber and PutFlags put a row together without a Row, which costs less where rows come by the
// million: call one of them for each column, of its type, and then EndRow. PutNumber is for
// integers and days; one that is not given is null.
func (b *Builder) PutCode(i int, text string) {
	if len(text) > maxText {
		b.fault = fmt.Errorf("a code of %s is %d bytes long", b.grain.Columns[i].Name, len(text))
	}
	b.columns[i].appendCode(text)
}

// PutNumber is described at PutCode.
func (b *Builder) PutNumber(i int, value int64, given bool) {
	c := &b.columns[i]
	if b.rows%64 == 0 {
		c.given = append(c.given, 0)
	}
	if !given {
		if i == b.date {
			b.fault = errNotDated
		}
		return
	}
	c.numbers.append(fold(value))
	c.given[b.rows/64] |= 1 << (b.rows % 64)
	switch {
	case i == b.date:
		if value < int64(MinDate) || value > int64(MaxDate) || Date(value).Month() != b.month {
			b.fault = errNotDated
		}
	case value >= MaxInteger || value <= -MaxInteger:
		b.fault = fmt.Errorf("%d of %s is too large", value, b.grain.Columns[i].Name)
	}
}

// PutFlags is described at PutCode.
func (b *Builder) PutFlags(i int, bits uint64) {
	b.columns[i].numbers.append(bits)
}

var errNotDated = errors.New("it is not dated in the month")

// EndRow ends a row. After an error (KindInternal, as with Append) the builder is of no more use.
func (b *Builder) EndRow() error {
	switch {
	case b.err != nil:
	case b.fault != nil:
		b.err = b.fault
	case b.rows == MaxRows:
		b.err = fmt.Errorf("there are %d rows already", b.rows)
	}
	if b.err != nil {
		return domain.Wrap(domain.KindInternal, b.err, "a row could not be put into the segment of %s, %s", b.grain.Name, b.month)
	}
	b.rows++
	return nil
}

// whole reports whether every row has a value in every column.
func (b *Builder) whole() error {
	for i := range b.columns {
		c, there := &b.columns[i], 0
		switch b.types[i] {
		case Code:
			there = c.codes.len()
		case Flags:
			there = c.numbers.len()
		case Integer, Day:
			if there = b.rows; len(c.given) != (b.rows+63)/64 {
				there = -1
			}
		}
		if there != b.rows {
			return fmt.Errorf("column %s does not have a value in each of %d rows", b.grain.Columns[i].Name, b.rows)
		}
	}
	return nil
}

// appendCode adds a text. The rows of one declaration follow one another and have
// most of their codes in common, so that the one before is looked at first.
func (c *columnBuilder) appendCode(text string) {
	if len(c.dictionary) > 0 && c.dictionary[c.last] == text {
		c.codes.append(uint64(c.last))
		return
	}
	if c.recent == nil {
		c.last = c.position(text)
		if len(c.dictionary) == fewCodes {
			c.recent = new(recentCodes)
		}
	} else {
		r := &c.recent[recentSlot(text)]
		if r.next == 0 || r.text != text {
			*r = recentCode{text, c.position(text) + 1}
		}
		c.last = r.next - 1
	}
	c.codes.append(uint64(c.last))
}

// position gives the place of a text in the dictionary; a new one goes to its end.
func (c *columnBuilder) position(text string) uint32 {
	p, found := c.positions[text]
	if !found {
		p = uint32(len(c.dictionary))
		c.dictionary = append(c.dictionary, text)
		c.positions[text] = p
	}
	return p
}

// recentCodes are codes of a column that came lately, by their ends: codes of one column differ there. Equal codes mostly are the
// very same text in memory, for which comparing them costs nothing, and finding them in a map of thousands costs a lot.
type recentCodes [256]recentCode

type recentCode struct {
	text string
	next uint32 // its position and one more; 0 where there is none yet
}

// fewCodes is the length of a dictionary from which recentCodes are kept.
const fewCodes = 4

// recentSlot spreads texts by their length and their last four bytes.
func recentSlot(text string) uint8 {
	h := uint32(len(text))
	for i := max(0, len(text)-4); i < len(text); i++ {
		h = h<<6 - h<<1 + uint32(text[i])
	}
	return uint8(h * 0x9e3779b1 >> 24)
}

func (b *Builder) check(row *Row) error {
	switch {
	case b.err != nil:
		return b.err
	case row.fault != nil:
		return row.fault
	case row.grain != b.grain:
		return fmt.Errorf("the row is of grain %s", row.grain.Name)
	case b.rows == MaxRows:
		return fmt.Errorf("there are %d rows already", b.rows)
	}
	date := &row.cells[b.date]
	if !date.set || date.number < int64(MinDate) || date.number > int64(MaxDate) || Date(date.number).Month() != b.month {
		return errNotDated
	}
	return nil
}

// Rows gives the number of rows appended so far.
func (b *Builder) Rows() int { return b.rows }

package fact

import (
	"fmt"

	"assay/domain/cube"
)

// column binds one column of a grain to the field of its typed row, so that
// what a column is called, means and holds stands in one place.
type column[R any] struct {
	cube.Column
	code    func(*R) string
	integer func(*R) Number
	day     func(*R) Date
	flags   func(*R) uint64
}

// Number is an integer that may be null.
type Number struct {
	Value int64
	Valid bool
}

// number makes a Number that is not null.
func number(value int64) Number { return Number{Value: value, Valid: true} }

// Date is a local day that may be null.
type Date struct {
	Day   cube.Date
	Valid bool
}

// date makes a Date that is not null.
func date(day cube.Date) Date { return Date{Day: day, Valid: true} }

func code[R any](name, doc string, get func(*R) string) column[R] {
	return column[R]{Column: cube.Column{Name: name, Type: cube.Code, Doc: doc}, code: get}
}

func integer[R any](name, unit, doc string, get func(*R) Number) column[R] {
	return column[R]{Column: cube.Column{Name: name, Type: cube.Integer, Unit: unit, Doc: doc}, integer: get}
}

func day[R any](name, doc string, get func(*R) Date) column[R] {
	return column[R]{Column: cube.Column{Name: name, Type: cube.Day, Doc: doc}, day: get}
}

func flags[R any](name, doc string, named []cube.Flag, get func(*R) uint64) column[R] {
	return column[R]{Column: cube.Column{Name: name, Type: cube.Flags, Doc: doc, Flags: named}, flags: get}
}

// schema is a grain with the typed rows it is made of.
type schema[R any] struct {
	grain   *cube.Grain
	columns []column[R]
}

// newSchema describes a grain. A description that the cube refuses is a fault of
// ours that every start and every test meets.
func newSchema[R any](name string, version int, dated string, derived []cube.Derived, columns ...[]column[R]) *schema[R] {
	s := &schema[R]{grain: &cube.Grain{Name: name, Version: version, Date: dated, Derived: derived}}
	for _, group := range columns {
		for i := range group {
			s.grain.Columns = append(s.grain.Columns, group[i].Column)
			s.columns = append(s.columns, group[i])
		}
	}
	if err := s.grain.Validate(); err != nil {
		panic(fmt.Sprintf("fact: %v", err))
	}
	return s
}

// put adds the row to a builder of the grain.
func (s *schema[R]) put(b *cube.Builder, row *R) error {
	for i := range s.columns {
		c := &s.columns[i]
		switch c.Type {
		case cube.Code:
			b.PutCode(i, c.code(row))
		case cube.Integer:
			n := c.integer(row)
			b.PutNumber(i, n.Value, n.Valid)
		case cube.Day:
			d := c.day(row)
			b.PutNumber(i, int64(d.Day), d.Valid)
		case cube.Flags:
			b.PutFlags(i, c.flags(row))
		}
	}
	return b.EndRow()
}

// Bit is a set of named bits of a Flags column.
type Bit uint64

// set adds the bits when the condition holds.
func (b *Bit) set(bits Bit, when bool) {
	if when {
		*b |= bits
	}
}

// Has reports whether all the given bits are set.
func (b Bit) Has(bits Bit) bool { return b&bits == bits }

// namedBits makes the description of a Flags column from names and texts in
// the order of the bits, which begin at 0.
func namedBits(described ...[2]string) []cube.Flag {
	named := make([]cube.Flag, len(described))
	for i, d := range described {
		named[i] = cube.Flag{Name: d[0], Bit: uint(i), Doc: d[1]}
	}
	return named
}

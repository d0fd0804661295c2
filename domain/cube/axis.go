package cube

import (
	"math"
	"slices"
	"strconv"
	"strings"

	"assay/domain"
)

// dimension is one of Query.By, found in the grain.
type dimension struct {
	name     string
	column   int // the column it is made from
	kind     dimensionKind
	prefix   int // of a derived dimension
	calendar string
	fiscal   int // first month of the year
}

type dimensionKind int

const (
	codeDimension dimensionKind = iota + 1
	derivedDimension
	integerDimension
	dayDimension
	calendarDimension
)

// dimension finds a dimension by name. The error is KindInvalid.
func (g *Grain) dimension(name string, fiscal int) (dimension, error) {
	d := dimension{name: name, fiscal: fiscal}
	if isCalendarDimension(name) {
		d.kind, d.calendar, d.column = calendarDimension, name, g.Index(g.Date)
		return d, nil
	}
	if from := g.derived(name); from != nil {
		d.kind, d.prefix, d.column = derivedDimension, from.Prefix, g.Index(from.From)
		return d, nil
	}
	d.column = g.Index(name)
	if d.column < 0 {
		return d, domain.Errorf(domain.KindInvalid, "%q is no dimension of %s; it has %s", name, g.Name, strings.Join(g.Dimensions(), ", "))
	}
	switch g.Columns[d.column].Type {
	case Code:
		d.kind = codeDimension
	case Integer:
		d.kind = integerDimension
	case Day:
		d.kind = dayDimension
	default:
		return d, domain.Errorf(domain.KindInvalid, "%s is not a dimension but flags; ask for the rows with a flag by a condition", name)
	}
	return d, nil
}

// constant reports whether the dimension has one key in a month.
func (d *dimension) constant() bool {
	return d.calendar == DimensionMonth || d.calendar == DimensionQuarter || d.calendar == DimensionYear
}

// cutsMonths reports whether different months have different keys.
func (d *dimension) cutsMonths() bool {
	return d.calendar == DimensionMonth || d.calendar == DimensionDay
}

// axis is a dimension in one segment: it gives each row a number from 0 to
// size-1 and each number a key.
type axis struct {
	from *packed
	// How the number is made of the packed value; at most one is set.
	table  []uint32 // by packed value
	search []uint64 // position of the packed value in this sorted list
	clamp  uint64   // otherwise: no more than this, so that null comes last
	size   uint64
	key    func(i uint32) string
	// numbers, when set, turns the number into that of a lexicon; table has it
	// built in already.
	numbers []uint32
	single  bool // all rows have table[0]
}

// spelled gives the axis with a lexicon's numbers.
func (a axis) spelled(numbers []uint32, size uint64) axis {
	switch {
	case a.size == 1 && a.search == nil:
		a.single, a.table = true, numbers
	case a.table != nil:
		table := make([]uint32, len(a.table))
		for i, n := range a.table {
			table[i] = numbers[n]
		}
		a.table = table
	case a.search == nil && a.clamp == math.MaxUint64:
		a.table = numbers
	default:
		a.numbers = numbers
	}
	a.size, a.key = size, nil
	return a
}

func (a *axis) numbered(i uint32) uint32 {
	if a.numbers == nil {
		return i
	}
	return a.numbers[i]
}

// axis builds the axis of a dimension; c is its decoded column, nil when the
// dimension is constant.
func (d *dimension) axis(month Month, c *column) axis {
	switch d.kind {
	case codeDimension:
		return axis{from: &c.packed, clamp: math.MaxUint64, size: uint64(c.dictionary.len()), key: func(i uint32) string { return c.dictionary.at(int(i)) }}
	case derivedDimension:
		keys, table := c.prefixes(d.prefix)
		return axis{from: &c.packed, table: table, size: uint64(len(keys)), key: func(i uint32) string { return keys[i] }}
	case calendarDimension:
		return d.calendarAxis(month, c)
	case integerDimension, dayDimension:
	}
	return c.numberAxis(d.kind == dayDimension)
}

// prefixes gives the different prefixes of a dictionary, sorted, and which of
// them each text has.
func (c *column) prefixes(length int) (keys []string, table []uint32) {
	table = make([]uint32, c.dictionary.len())
	for i := range table {
		key := c.dictionary.at(i)
		key = key[:min(length, len(key))]
		if len(keys) == 0 || keys[len(keys)-1] != key {
			keys = append(keys, key)
		}
		table[i] = uint32(len(keys) - 1)
	}
	return keys, table
}

func (d *dimension) calendarAxis(month Month, c *column) axis {
	one := func(key string) axis {
		return axis{from: &packed{}, clamp: math.MaxUint64, size: 1, key: func(uint32) string { return key }}
	}
	switch d.calendar {
	case DimensionMonth:
		return one(month.String())
	case DimensionQuarter:
		return one(month.quarterKey(d.fiscal))
	case DimensionYear:
		return one(month.yearKey(d.fiscal))
	}
	days := int(c.max-c.base) + 1
	first := Date(c.base)
	if d.calendar == DimensionDay {
		return axis{from: &c.packed, clamp: math.MaxUint64, size: uint64(days), key: func(i uint32) string { return (first + Date(i)).String() }}
	}
	var keys []string
	table := make([]uint32, days)
	for i := range table {
		if key := (first + Date(i)).weekKey(); len(keys) == 0 || keys[len(keys)-1] != key {
			keys = append(keys, key)
		}
		table[i] = uint32(len(keys) - 1)
	}
	return axis{from: &c.packed, table: table, size: uint64(len(keys)), key: func(i uint32) string { return keys[i] }}
}

func (c *column) numberAxis(day bool) axis {
	text := func(v uint64) string {
		n := int64(uint64(c.base) + v)
		if day {
			return Date(n).String()
		}
		return strconv.FormatInt(n, 10)
	}
	span := uint64(c.max) - uint64(c.base) + 1
	if span <= uint64(c.rows)+64 { // close enough to be numbered without looking at the values
		size := span
		if c.nulls > 0 {
			size++
		}
		return axis{from: &c.packed, clamp: span, size: size, key: func(i uint32) string {
			if uint64(i) == span {
				return ""
			}
			return text(uint64(i))
		}}
	}
	values := make([]uint64, c.rows)
	for i := range values {
		values[i] = c.at(i)
	}
	slices.Sort(values)
	values = slices.Compact(values)
	return axis{from: &c.packed, search: values, size: uint64(len(values)), key: func(i uint32) string {
		if c.nulls > 0 && values[i] == c.none {
			return ""
		}
		return text(values[i])
	}}
}

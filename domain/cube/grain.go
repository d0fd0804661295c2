package cube

import (
	"fmt"
	"regexp"

	"assay/domain"
)

// Type says what a column holds.
type Type int

// The types of columns.
const (
	Code    Type = iota + 1 // text from a limited set, coded by a dictionary; "" means unknown and is a value like any other
	Integer                 // a 64-bit integer or null: money in minor units, seconds, counts, identifiers
	Day                     // a calendar day or null, see Date; the day is the one in the office's own time zone
	Flags                   // up to 64 named bits, never null
)

// String gives the type's name.
func (t Type) String() string {
	switch t {
	case Code:
		return "code"
	case Integer:
		return "integer"
	case Day:
		return "day"
	case Flags:
		return "flags"
	}
	return fmt.Sprintf("type %d", int(t))
}

// Flag names one bit of a Flags column.
type Flag struct {
	Name string // unique in the column
	Bit  uint   // 0 to 63
	Doc  string // when the bit is set, in words
}

// Column describes one column of a grain.
type Column struct {
	Name  string // lower case letters, digits and _, unique in the grain
	Type  Type
	Unit  string // of an Integer: "s", "minor", "kg", ...; empty for plain counts and identifiers
	Doc   string // meaning, in words, with its source field
	Flags []Flag // the named bits of a Flags column
}

// Flag gives the mask of the named bit, and false if the column has none of that name.
func (c *Column) Flag(name string) (uint64, bool) {
	for _, f := range c.Flags {
		if f.Name == name {
			return 1 << f.Bit, true
		}
	}
	return 0, false
}

// Derived is a dimension made from a Code column: the first Prefix characters
// (bytes of ASCII codes) of its value. A shorter value stays as it is.
type Derived struct {
	Name   string // unique among columns and derived dimensions
	From   string // a Code column
	Prefix int    // at least 1
	Doc    string
}

// Grain describes one kind of row. A grain must not change after first use;
// raise Version when its columns or their meaning change, so that segments made
// with another version are made again.
type Grain struct {
	Name    string
	Version int
	Columns []Column
	Date    string // the Day column that dates every row and cuts the months; never null in a row
	Derived []Derived
}

// The dimensions that every grain has besides its columns, all made from its
// Date column. Their keys sort by time.
const (
	DimensionDay     = "day"     // 2026-10-05
	DimensionWeek    = "week"    // ISO 8601, 2026-W41
	DimensionMonth   = "month"   // 2026-10
	DimensionQuarter = "quarter" // 2026-Q4; 2026/27-Q2 when the fiscal year does not begin in January
	DimensionYear    = "year"    // 2026; 2026/27 when the fiscal year does not begin in January
)

func isCalendarDimension(name string) bool {
	switch name {
	case DimensionDay, DimensionWeek, DimensionMonth, DimensionQuarter, DimensionYear:
		return true
	}
	return false
}

// Index gives the position of the named column, -1 if there is none.
func (g *Grain) Index(name string) int {
	for i := range g.Columns {
		if g.Columns[i].Name == name {
			return i
		}
	}
	return -1
}

// Column gives the named column, nil if there is none.
func (g *Grain) Column(name string) *Column {
	if i := g.Index(name); i >= 0 {
		return &g.Columns[i]
	}
	return nil
}

// derived gives the named derived dimension, nil if there is none.
func (g *Grain) derived(name string) *Derived {
	for i := range g.Derived {
		if g.Derived[i].Name == name {
			return &g.Derived[i]
		}
	}
	return nil
}

// Dimensions lists every name that Query.By accepts: all columns but Flags, the
// derived dimensions, and those of the calendar.
func (g *Grain) Dimensions() []string {
	var names []string
	for _, c := range g.Columns {
		if c.Type != Flags {
			names = append(names, c.Name)
		}
	}
	for _, d := range g.Derived {
		names = append(names, d.Name)
	}
	return append(names, DimensionDay, DimensionWeek, DimensionMonth, DimensionQuarter, DimensionYear)
}

var columnName = regexp.MustCompile(`^[a-z][a-z0-9_]{0,62}$`)

// Validate reports the first thing wrong with the grain's description. The
// error is KindInternal, because grains are written by us.
func (g *Grain) Validate() error {
	fault := func(format string, args ...any) error {
		return domain.Errorf(domain.KindInternal, "grain %s: %s", g.Name, fmt.Sprintf(format, args...))
	}
	if !columnName.MatchString(g.Name) {
		return fault("its name is not in the form of a name")
	}
	seen := map[string]bool{}
	name := func(n string) error {
		if !columnName.MatchString(n) || isCalendarDimension(n) || seen[n] {
			return fault("%q is no name for a column, or is there twice", n)
		}
		seen[n] = true
		return nil
	}
	for _, c := range g.Columns {
		if err := name(c.Name); err != nil {
			return err
		}
		if c.Type < Code || c.Type > Flags {
			return fault("column %s has no type", c.Name)
		}
		if len(c.Flags) > 0 && c.Type != Flags {
			return fault("column %s has named bits but is no Flags column", c.Name)
		}
		var bits uint64
		for _, f := range c.Flags {
			if f.Bit > 63 || bits&(1<<f.Bit) != 0 || f.Name == "" {
				return fault("flag %q of %s has no name or no bit of its own", f.Name, c.Name)
			}
			bits |= 1 << f.Bit
		}
	}
	for _, d := range g.Derived {
		if err := name(d.Name); err != nil {
			return err
		}
		if from := g.Column(d.From); from == nil || from.Type != Code || d.Prefix < 1 {
			return fault("derived %s needs a Code column and a prefix", d.Name)
		}
	}
	if date := g.Column(g.Date); date == nil || date.Type != Day {
		return fault("%q, which should date its rows, is no Day column", g.Date)
	}
	return nil
}

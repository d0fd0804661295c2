// Package comparison puts administrations side by side by what each of them discloses: a level for each
// indicator, figures that each publishes in its own transaction, and never a comparison of fewer than
// five. Nothing here reads another administration's data: the database answers through functions
// that know how much the administration of the transaction may see.
package comparison

import (
	"fmt"
	"slices"

	"assay/domain"
	"assay/domain/cube"
	"assay/domain/indicator"
)

// Level is to whom an administration shows an indicator.
type Level string

// The levels.
const (
	Private  Level = "private"  // nobody else; where nothing is said
	Partners Level = "partners" // administrations that disclose the same indicator, and their experts
	Public   Level = "public"   // everybody who is signed in
)

// Levels lists the levels, the narrowest first.
var Levels = []Level{Private, Partners, Public}

// Least is the fewest administrations in any comparison. The functions of the database hold it too.
const Least = 5

// Quarters is how many complete quarters are published, the latest included.
const Quarters = 4

// SettleDays is how many days after its end a quarter's anonymous distribution is made at the
// earliest, so that administrations whose data come later are in it.
const SettleDays = 45

// Incomparable is why figures of a definition mean nothing beside those of another administration,
// empty when they do: shares and durations have the same unit everywhere; money has each its
// currency and price level, and counts and points grow with the size of an administration.
func Incomparable(d *indicator.Definition) string {
	switch {
	case !d.Available():
		return "missing"
	case d.Unit == indicator.Money:
		return "money"
	case d.Unit != indicator.Percent && d.Unit != indicator.Hours && d.Unit != indicator.Days:
		return "size"
	}
	return ""
}

// Comparable lists the indicators that can be disclosed, in the order of the catalogue.
func Comparable() []*indicator.Definition {
	return slices.DeleteFunc(slices.Clone(indicator.All()), func(d *indicator.Definition) bool { return Incomparable(d) != "" })
}

// Quarter is a calendar quarter, by its first month.
type Quarter cube.Month

// QuarterOf is the quarter in which a day lies.
func QuarterOf(day cube.Date) Quarter { return Quarter(day.Month() / 3 * 3) }

// Before is the quarter before.
func (q Quarter) Before() Quarter { return q - 3 }

// Days is the quarter as From <= day < To.
func (q Quarter) Days() (from, to cube.Date) {
	return cube.Month(q).First(), cube.Month(q + 3).First()
}

// String gives 2026-Q3.
func (q Quarter) String() string { return fmt.Sprintf("%d-Q%d", q/12, q%12/3+1) }

// ParseQuarter reads 2026-Q3, KindInvalid for anything else.
func ParseQuarter(text string) (Quarter, error) {
	var year, number int
	if n, err := fmt.Sscanf(text, "%4d-Q%1d", &year, &number); err != nil || n != 2 || number < 1 || number > 4 || year < 1900 || len(text) != 7 {
		return 0, domain.Errorf(domain.KindInvalid, "%q is no quarter such as 2026-Q3", text)
	}
	return Quarter(year*12 + (number-1)*3), nil
}

// Latest are the last complete quarters of data that reach to a day, the latest first.
func Latest(known cube.Date) []Quarter {
	latest := QuarterOf(known + 1).Before()
	quarters := make([]Quarter, Quarters)
	for i := range quarters {
		quarters[i] = latest - Quarter(3*i)
	}
	return quarters
}

// Figure is what an administration shows of an indicator in a quarter.
type Figure struct {
	Tenant domain.TenantID
	Value  float64 // in the indicator's unit
	N      int64
	State  indicator.Ripeness // Mature or Partly
}

// Distribution is the anonymous distribution of a quarter.
type Distribution struct {
	Members           int
	Low, Middle, High float64 // quartiles
	Withdrawn         bool    // one of its administrations has left: there are no quartiles any more
	Own               *Figure // the reader's, when it is in it
}

// Place is where a value stands among the quartiles: 1 below the first, 4 above the third.
func (d *Distribution) Place(value float64) int {
	switch {
	case value < d.Low:
		return 1
	case value < d.Middle:
		return 2
	case value <= d.High:
		return 3
	}
	return 4
}

// Comparison is administrations side by side on one indicator in one quarter.
type Comparison struct {
	Indicator *indicator.Definition
	Quarter   Quarter
	Own       Level // of the reader's administration
	Partners  int64 // how many disclose it to partners or everybody
	Everybody int64 // how many of them to everybody
	Figures   []Figure
	// Distribution is nil when none was made, or the reader's administration is not in it.
	Distribution *Distribution
}

// Enough reports whether there are figures to compare.
func (c *Comparison) Enough() bool { return len(c.Figures) >= Least }

package indicator

import (
	"assay/domain/cube"
)

// Family groups indicators on the board.
type Family string

// The families, in the order of the board.
const (
	Clearance   Family = "CLR" // clearance and facilitation
	Revenue     Family = "REV" // revenue
	Control     Family = "CTL" // control and selectivity
	Fraud       Family = "INF" // fraud and offences
	Cargo       Family = "TRN" // manifest, transit and suspense
	DataQuality Family = "DQ"  // data and procedure consistency
	Integrity   Family = "INT" // officer integrity
	Operators   Family = "OPR" // importers and brokers
	Workload    Family = "WRK" // workload
	OwnFamily   Family = "OWN" // what an administration defined by itself
)

// Families lists the families in the order of the board.
var Families = []Family{Clearance, Revenue, Control, Fraud, Cargo, DataQuality, Integrity, Operators, Workload, OwnFamily}

// Unit says what a value is in.
type Unit string

// The units. Values of durations are in hours or days, whatever the unit of the
// columns behind them (seconds); money is in minor units of the administration's currency.
const (
	Percent Unit = "percent"
	Hours   Unit = "hours"
	Days    Unit = "days"
	Money   Unit = "money"
	Count   Unit = "count"
	Points  Unit = "points"
)

// Direction says which way is better.
type Direction string

// The directions.
const (
	Higher  Direction = "higher"
	Lower   Direction = "lower"
	Band    Direction = "band"    // both extremes are suspicious
	Context Direction = "context" // says nothing by itself
)

// Basis says by which date something counts into a period.
type Basis string

// The date bases. Cohorts follow what was registered (arrived, released, ..) in
// the period; activities count acts in the period; a snapshot is as of the period's end.
const (
	CohortOfRegistration Basis = "cohort of registrations"
	CohortOfRelease      Basis = "cohort of releases"
	CohortOfArrival      Basis = "cohort of arrivals"
	CohortOfAssessment   Basis = "cohort of assessments"
	CohortOfDischarge    Basis = "cohort of discharges"
	ActivityOfHandling   Basis = "activity, day of the act that ended the control"
	ActivityOfInspection Basis = "activity, day of inspection"
	ActivityOfReroute    Basis = "activity, day of the re-route, else of the act that ended the control"
	ActivityOfClearing   Basis = "activity, day of the clearing act"
	ActivityOfPayment    Basis = "activity, day of payment"
	ActivityOfCase       Basis = "activity, day of the offence case"
	ActivityOfClosing    Basis = "activity, day of closing"
	ActivityOfAct        Basis = "activity, day of the act"
	DueInPeriod          Basis = "due in the period"
	AtPeriodEnd          Basis = "snapshot at the end of the period"
)

// Definition is one indicator of the catalogue, once: what it means, how the
// cube computes it and how SQL over the warehouse says the same. A change of meaning
// raises Version; figures name the version they were computed with.
type Definition struct {
	Number     int    // place in the catalogue: 1 to 29 are the core, the rest extensions
	Code       string // CLR01
	Version    int
	Family     Family
	Name       string // English; translations are by NameKey
	Text       string // what is counted, in full sentences
	Provenance string // where the idea comes from
	Unit       Unit
	Direction  Direction
	Basis      Basis
	// Dimensions by which it can be drilled and filtered, those of the calendar not named.
	Dimensions []string
	// Mature says how old what is counted must be; zero value: at once.
	Mature Maturity
	// Interval: numerator and denominator count things one by one, so that a Wilson
	// interval can be given and small denominators show the count instead of the rate.
	Interval bool
	// Beside are the indicators that must be shown together with this one, because
	// one of them alone can be gamed.
	Beside []string
	// Missing says, when it is not empty, why the indicator cannot be computed yet.
	Missing string

	Figure             // the indicator itself
	Companions []Named // shown with it
	// Detail gives the numerator by dimensions that the figure's own rows do not have.
	Detail *Detail
	// Cases are one more dimension, whose values are conditions.
	Cases *Cases
	// Own is set of an administration's own indicators. They have no reference SQL.
	Own *Own
}

// NameKey is the key of the indicator's name for translation.
func (d *Definition) NameKey() string { return "indicator." + d.Code + ".name" }

// Core reports whether the indicator is one of the 29.
func (d *Definition) Core() bool { return d.Number <= 29 && d.Own == nil }

// Available reports whether the indicator can be computed.
func (d *Definition) Available() bool { return d.Missing == "" }

// Figure is one number: a ratio of two measures, a single measure (numerator
// only), or a median (Spread only). With both, Spread accompanies the ratio.
type Figure struct {
	Rows        string // the grain, and in SQL the view GRAIN_row
	Base        []Test // what counts at all
	BaseSQL     string // the same in SQL over the view
	Numerator   *Measure
	Denominator *Measure
	Spread      *Spread
	// UpToEnd: all rows dated before the end of the period count, and the tests
	// say what the period is about.
	UpToEnd bool
}

// Named is a figure beside the indicator's own.
type Named struct {
	Key  string // of its name for translation, after "indicator.CODE."
	Name string
	Unit Unit
	// Interval as in Definition.
	Interval bool
	Figure
}

// Measure counts or sums rows that satisfy the tests; columns have the same
// names in the view.
type Measure struct {
	Func   cube.Func // Count, Sum or Distinct
	Column string
	Plus   string // of a Sum, a second column to be added
	Tests  []Test
	SQL    string // the same condition on the view; "" for none
	// Factor multiplies what is counted, and More is added to it. Only an administration's own indicators
	// have them; 0 means 1.
	Factor int64
	More   []Term
}

// Term is a count or a sum that is added to another.
type Term struct {
	Factor int64
	Func   cube.Func
	Column string
	Tests  []Test
}

// Spread takes quantiles over a column: median and 90th percentile are shown,
// the quartiles draw a band.
type Spread struct {
	Column string // in seconds for durations, else in minor units
	Office string // the same duration in office hours; "" for money and presence
	Unit   Unit   // in which they are shown: Hours, Days or Money
	Tests  []Test
	SQL    string // condition on the view; "" for none
}

// Quantiles are the probabilities of every Spread.
var Quantiles = []float64{0.25, 0.5, 0.75, 0.9}

// Positions in Quantiles.
const (
	Quartile1 = iota
	Median
	Quartile3
	Percentile90
)

// Detail gives the numerator by finer dimensions; the denominator stays that of
// the whole, so that the parts sum to it.
type Detail struct {
	Dimensions []string
	Figure     // only Rows, Base and Numerator
}

// Cases are a dimension whose values are conditions on rows, not a column. A row
// may satisfy several (a declaration can break two rules), or exactly one (ages).
type Cases struct {
	Dimension string
	Exclusive bool // every row is in exactly one case
	Of        []Case
}

// Case is one value of such a dimension.
type Case struct {
	Key          string
	Tests        []Test // rows of the case
	Numerator    []Test // and of its numerator, besides
	SQL          string // rows of the case
	NumeratorSQL string // and of its numerator, besides; "" for none
}

// Test is a condition on the columns of a grain. Exactly one way of testing is used; Least and Most may stand together.
type Test struct {
	Column string
	All    []string // flags that must be set
	Any    []string // flags of which one must be set
	None   []string // flags that must not be set
	In     []string // codes
	Since  *Edge    // day on or after
	Before *Edge    // day before
	Least  *int64   // integer, or days since 1970-01-01
	Most   *int64   // the same
	Prefix string   // a code begins with it
	Known  *bool    // it is known: neither null nor ""; false: it is not
	Not    bool     // the opposite; a null passes neither
	Either []Test   // one of these; nothing else is set then
}

// Edge is a day relative to the period.
type Edge struct {
	End  bool // the day after the period; else its first day
	Less int  // days before that
}

// Maturity is how much time must have passed since the day something is dated
// by until the data can tell: whole days, a calendar month, or a setting.
type Maturity struct {
	Days    int
	Month   bool
	Setting MaturitySetting // added to Days
}

// MaturitySetting names a number of days among the administration's settings.
type MaturitySetting string

// The settings that maturity may depend on.
const (
	WriteOffDays     MaturitySetting = "write_off_days"
	LateManifestDays MaturitySetting = "late_manifest_days"
)

// Words in which the catalogue is written.

func is(flags ...string) Test     { return Test{Column: "state", All: flags} }
func either(flags ...string) Test { return Test{Column: "state", Any: flags} }
func not(flags ...string) Test    { return Test{Column: "state", None: flags} }
func role(flags ...string) Test   { return Test{Column: "role", All: flags} }
func in(column string, codes ...string) Test {
	return Test{Column: column, In: codes}
}
func atLeast(column string, n int64) Test {
	return Test{Column: column, Least: &n}
}
func sincePeriodStart(column string) Test { return Test{Column: column, Since: &Edge{}} }
func beforePeriodEnd(column string) Test {
	return Test{Column: column, Before: &Edge{End: true}}
}
func sincePeriodEnd(column string) Test { return Test{Column: column, Since: &Edge{End: true}} }

func count(sql string, tests ...Test) *Measure {
	return &Measure{Func: cube.Count, Tests: tests, SQL: sql}
}
func sum(column, sql string, tests ...Test) *Measure {
	return &Measure{Func: cube.Sum, Column: column, Tests: tests, SQL: sql}
}
func distinct(column, sql string, tests ...Test) *Measure {
	return &Measure{Func: cube.Distinct, Column: column, Tests: tests, SQL: sql}
}
func duration(column string, unit Unit) *Spread {
	return &Spread{Column: column, Office: column + "_office", Unit: unit}
}

package cube

// Query asks for figures by group: which rows, grouped by what, and what to
// count, sum or rank in each group. All aggregates are computed in one pass.
type Query struct {
	Grain    string
	From, To Date     // rows dated From <= date < To; see Snapshot.Span for all there are
	By       []string // dimensions, see Grain.Dimensions; empty makes one group of all rows, even of none
	Where    []Condition
	// Aggregates are the measures, each with a name of its own.
	Aggregates []Aggregate
	// Having keeps the groups that satisfy all of it.
	Having []Having
	// Order sorts the groups; ties, and everything when it is empty, by keys in order of By.
	Order         []Order
	Limit, Offset int // page of the sorted groups; Limit 0 means all
	// FiscalYearStart is the month (1 to 12) in which the year begins for the
	// dimensions quarter and year; 0 means 1.
	FiscalYearStart int
}

// Condition is a test of one column. Every test that is set must hold; Not
// turns the outcome round. A null satisfies no Min or Max, and not their
// opposite either: as in SQL, only Null finds it.
//
// Columns and tests: Code, derived and calendar dimensions take In, Prefix and
// Null (a Code is null when it is ""; Not In [...] does find ""). Integer and
// Day take Min, Max and Null. Flags take AllOf, AnyOf and NoneOf.
type Condition struct {
	Column   string
	In       []string // equal to one of these; not nil but empty: nothing satisfies it
	Prefix   string   // begins with this
	Min, Max *int64   // inclusive; of a Day column, days since 1970-01-01
	AllOf    uint64   // all these bits are set
	AnyOf    uint64   // at least one of these bits is set
	NoneOf   uint64   // none of these bits is set
	Null     *bool    // true: is null; false: is not null
	Not      bool     // the opposite
	// Either, when set, is the only test: one of these conditions holds. They are of plain columns, none of
	// them an Either itself. As Where asks for all of its conditions, any combination can be written.
	Either []Condition
}

// Func says how an aggregate treats the values of its column.
type Func int

// The functions. All leave out nulls.
const (
	Count     Func = iota + 1 // rows that satisfy Where; with a Column, those where it is not null (a Code: not "")
	Sum                       // sum of Column (less Minus); null when there is no value; too large for int64 is an error
	Min                       // least value, null when there is none
	Max                       // greatest value, null when there is none
	Distinct                  // number of different values; of a Code, "" is not counted
	Quantiles                 // for each of P, linear interpolation at P*(N-1) of the sorted values: PostgreSQL's percentile_cont
)

// Aggregate is one measure.
type Aggregate struct {
	Name   string // unique in the query
	Func   Func
	Column string // Integer or Day; Code too for Count and Distinct; empty only for Count
	// Minus, when set, is subtracted from Column row by row (Sum, Min, Max,
	// Quantiles); a row where either is null is left out.
	Minus string
	Where []Condition // rows of the group that count for this measure
	P     []float64   // for Quantiles, each between 0 and 1
}

// Having keeps groups by the value of an aggregate. A null value is never kept.
type Having struct {
	Aggregate string
	Quantile  int // of a Quantiles aggregate: which of P
	// Min and Max are inclusive. Integers are compared as integers.
	Min, Max *float64
}

// Order is one criterion of the order of groups. Exactly one of By and
// Aggregate is set. Nulls come last, ascending or descending.
type Order struct {
	By        string // a dimension of the query
	Aggregate string
	Quantile  int // of a Quantiles aggregate: which of P
	// Per, when set, names a second aggregate, and the order is by the exact
	// ratio Aggregate/Per of two integer values; a zero or null Per counts as null.
	Per        string
	Descending bool
}

// RowsQuery asks for the rows behind a figure.
type RowsQuery struct {
	Grain    string
	From, To Date
	Where    []Condition
	Columns  []string // what to give of each row: columns, derived and calendar dimensions
	// Order sorts by columns; ties, and everything when it is empty, by month
	// and then as the rows stand in the segment.
	Order         []RowOrder
	Limit, Offset int // Limit 0 means 100
	// FiscalYearStart is as in Query.
	FiscalYearStart int
}

// RowOrder is one criterion of the order of rows. Nulls and unknown codes come
// last, ascending or descending.
type RowOrder struct {
	Column     string // any but calendar dimensions
	Descending bool
}

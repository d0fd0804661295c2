package cube

// Result is the answer to a Query. Keys and values of its rows may be shared with
// others who asked the same: they must not be changed.
type Result struct {
	By          []string // as asked
	Aggregates  []string // names, as asked
	Rows        []ResultRow
	TotalGroups int      // groups that satisfy Having, before Limit and Offset
	Segments    []string // hashes of the segments of the period, sorted; also those that had no row
	Scanned     int64    // rows looked at, now or when what is remembered was computed; those skipped by dictionary or range not counted
}

// ResultRow is one group.
type ResultRow struct {
	Keys   []string // one for each of By; "" is the unknown code or null
	Values []Value  // one for each aggregate
}

// Value is the figure of one aggregate in one group.
type Value struct {
	Null      bool      // Sum, Min, Max, Quantiles of no value
	Int       int64     // Count, Sum, Min, Max, Distinct
	N         int64     // number of rows whose value went in: satisfying Where and not null
	Quantiles []float64 // in order of P
}

// RowsResult is the answer to a RowsQuery.
type RowsResult struct {
	Columns  []string // as asked
	Rows     [][]Cell
	Total    int64    // rows that satisfy the conditions, before Limit and Offset
	Segments []string // hashes of the segments of the period, sorted
	Scanned  int64
}

// Cell is one column of one row. Which field counts is said by the column's type.
type Cell struct {
	Null bool   // the integer or day is null, or the code is ""
	Text string // Code, derived and calendar dimensions
	Int  int64  // Integer; Day as days since 1970-01-01; Flags as bits
}

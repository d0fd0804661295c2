package view

// Board shows every indicator for one period and scope.
type Board struct {
	Layout
	Filter   FilterBar
	Whose    string  // whose figures these are, in words
	Path     []Crumb // the filters in force beside that of the office, which the bar shows
	Changes  []Change
	Families []Family
	Empty    *Empty
	Columns  BoardColumns
	Legend   []Fact
	Week     string // where the hours are; empty where they cannot be told
}

// BoardColumns are the headings that depend on the period.
type BoardColumns struct {
	Now        string
	Before     string
	YearBefore string
}

// Change is a figure that moved by more than chance explains.
type Change struct {
	Code    string
	Name    string
	Address string
	Figure  Figure
	Before  Comparison
}

// Family is a group of indicators.
type Family struct {
	Code string
	Name string
	Rows []BoardRow
}

// BoardRow is one indicator.
type BoardRow struct {
	Code       string
	Name       string
	Address    string
	Wanted     string // "higher is better", in words
	WantedIcon string // "up", "down", "band" or "context"
	Figure     Figure
	Before     Comparison
	YearBefore Comparison
	Spark      *Spark
	Extension  bool
}

package view

// Explore shows one indicator: its value, its course, and what it is made of.
type Explore struct {
	Layout
	Filter     FilterBar
	Code       string
	Name       string
	Whose      string // whose figures these are, in words
	Family     Link
	Path       []Crumb
	Figure     Figure
	Before     Comparison
	YearBefore Comparison
	Parts      []Part
	Measures   []Part
	Peers      *Peers // for who sees the own figures only
	Definition Definition
	Companions []Companion
	Chart      *Chart
	Breakdown  *Breakdown
	Empty      *Empty
}

// Peers are comparable officers, none of whom is told: where most of them are, beside the own figure. Without values there are too few.
type Peers struct {
	Count  string
	Values []Part
}

// Crumb is a step of the drill path. Its address goes back to it; Remove takes
// only this filter away.
type Crumb struct {
	Name    string // the dimension
	Value   string
	Code    string
	Address string
	Remove  string
	Current bool
}

// Part is a count or an amount that a figure is made of, with the declarations behind it.
type Part struct {
	Name    string
	Value   string
	Address string // the rows behind it, empty when they cannot be shown
}

// Definition says what an indicator means.
type Definition struct {
	Meaning     string
	Numerator   string
	Denominator string
	Facts       []Fact // unit, direction, dating, maturity, version, source
	Watch       string // how the figure can be made to look good
	SQLAddress  string
}

// Companion is an indicator that is to be read together with this one.
type Companion struct {
	Code    string
	Name    string
	Address string
	Figure  Figure
	Before  Comparison
}

// Chart is a course over time, as data for the drawing and as a table.
type Chart struct {
	Title string
	Unit  string
	Data  ChartData
	Rows  []ChartRow
	Heads []string
	Drawn bool // there are values to draw; else the table alone
	Plot  *Plot
}

// ChartData is what the script draws. Values are plain numbers in Unit; a missing one is null.
type ChartData struct {
	Points  []ChartPoint `json:"points"`
	Unit    string       `json:"unit"`
	Line    string       `json:"line"`
	Band    string       `json:"band"`
	Year    string       `json:"year"`
	Cases   string       `json:"cases"`
	Open    string       `json:"open"`
	Mirror  bool         `json:"mirror"`
	Digits  string       `json:"digits"`
	Current int          `json:"current"`
	ZeroTop bool         `json:"zero"`
	Decimal string       `json:"decimal"`
	Group   string       `json:"group"`
	Image   string       `json:"image"`
}

// ChartPoint is one month.
type ChartPoint struct {
	Label    string   `json:"label"`
	Name     string   `json:"name"`
	Value    *float64 `json:"value"`
	Low      *float64 `json:"low"`
	High     *float64 `json:"high"`
	Text     string   `json:"text"`
	Interval string   `json:"interval"`
	Cases    string   `json:"cases"`
	Note     string   `json:"note"`
	Address  string   `json:"address"`
	Soft     bool     `json:"soft"` // immature or few cases: drawn hollow
}

// ChartRow is one month of the chart's table.
type ChartRow struct {
	Name     string
	Address  string
	Value    string
	Interval string
	Cases    string
	Note     string
	Current  bool
}

// Breakdown is a figure by the values of one dimension.
type Breakdown struct {
	Dimensions []ChoiceGroup
	Action     string
	Hidden     []Hidden
	Name       string // "by office"
	Heads      []Head
	Rows       []BreakdownRow
	Total      *BreakdownRow
	Pager      Pager
	CSV, XLSX  string
	Note       string
	Plot       *Plot
	Heat       *Heat
	Empty      *Empty
	Deeper     bool
}

// BreakdownRow is one value of the dimension.
type BreakdownRow struct {
	Name        string
	Code        string
	Drill       string // address one level deeper
	DrillText   string
	Rows        string // address of the declarations behind
	Figure      Figure
	Bar         *Bar
	Numerator   string
	Denominator string
	Extra       []string
	Share       string
	// IntervalName says which interval the figure has, for where no head of a column says it.
	IntervalName string
}

// SQL is the reference query of an indicator.
type SQL struct {
	Layout
	Code       string
	Name       string
	Back       string
	Text       string
	Parameters []Fact
}

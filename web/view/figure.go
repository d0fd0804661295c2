package view

// State says how a figure is to be read.
type State string

// The states of a figure.
const (
	Measured    State = "measured"
	Few         State = "few"         // too few cases for a rate: the count is shown
	Partly      State = "partly"      // only the earlier days of the period can tell yet
	Immature    State = "immature"    // the period is too young: there is no value
	NoCases     State = "none"        // nothing happened that could be measured
	Unavailable State = "unavailable" // needs data or a method that is not there
)

// Figure is one value with what is needed to read it.
type Figure struct {
	State    State
	Number   string // "12.4", or the count when there are few cases
	Unit     string // "%", "h", "EUR"
	Tight    bool   // the language sets the unit beside the number without a space
	Exact    string // the value in full, where Number is shortened
	Interval string // "11.9 – 12.9 %", empty when there is none
	Cases    string // "12,345 declarations"
	CasesN   string // "12,345"
	Note     string // what the state means here
}

// Comparison sets a figure beside the same figure of another period.
type Comparison struct {
	Period  string // "August 2026"
	Value   string // "11.2 %", or a dash
	Change  string // "+1.2 points", empty when the two cannot be compared
	Arrow   string // "up", "down" or "level"
	Verdict string // "better", "worse", "chance", "neutral" or empty
	Meaning string // the verdict in words
}

// Spark is a small line without axes, drawn by the server.
type Spark struct {
	Width, Height int
	Lines         []string // points of polylines; a month without a figure interrupts the line
	Dots          []Dot    // single months between two gaps
	Band          string   // points of the polygon between lower and upper limit, empty for none
	Last          *Dot     // where the period shown stands
	Label         string   // in words, for readers who do not see it
}

// Dot is a point of a drawing.
type Dot struct{ X, Y string }

// Bar is a share drawn as a bar in a table.
type Bar struct {
	Rest   string // of 100, what is left
	Width  string // of 100
	From   string // start of the interval's whisker, of 100; empty for none
	Span   string // its length
	Mirror bool
}

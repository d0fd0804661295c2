package view

// Home is where a person's day begins: what waits for them, what changed, where they stand.
type Home struct {
	Layout
	Sub   string // as what the person is here
	Tasks []HomeTask
	Calm  string // said when nothing waits
	Parts []HomePart
}

// HomeTask is something that waits for the person.
type HomeTask struct {
	Kind    string // info, warning or bad
	Text    string
	Detail  string
	Address string
}

// HomePart is one part of the page. It shows whichever of its contents is there, and says in a
// sentence why there is none.
type HomePart struct {
	Key     string // names the part in addresses
	Title   string
	Sub     string // period and scope of what it shows
	Wide    bool
	Changes []Change
	Figures []HomeFigure
	Heads   []Head
	Rows    []HomeRow
	Facts   []Fact
	Days    *Coverage
	Empty   string
	Note    string // how to read it
	More    []Link
}

// HomeFigure is one figure with what it was before.
type HomeFigure struct {
	Name       string
	Code       string
	Address    string
	Wanted     string
	WantedIcon string
	Figure     Figure
	Before     Comparison
	Spark      *Spark
}

// HomeRow is a line of a small table; its first cell names it.
type HomeRow struct{ Cells []HomeCell }

// HomeCell is a text, a figure or a state.
type HomeCell struct {
	Text    string
	Address string
	Muted   string
	Numeric bool
	Code    bool
	Figure  *Figure
	Status  *Notice
}

// Coverage is how many declarations of each office the data know of each day.
type Coverage struct {
	Head  string
	Days  []CoverageDay
	Lines []CoverageLine
	Key   []CoverageCell // explains the marks
}

// CoverageDay is a column.
type CoverageDay struct {
	Name  string // "Mon 5 October"
	Short string // "5"
	Week  bool   // begins a week
}

// CoverageLine is an office.
type CoverageLine struct {
	Name  string
	Cells []CoverageCell
}

// CoverageCell is one day of one office. Kind is some, few, none, closed or later.
type CoverageCell struct {
	Kind  string
	Count string
	Text  string // in words
}

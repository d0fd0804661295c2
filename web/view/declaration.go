package view

// Rows are the declarations (or other rows) behind a figure.
type Rows struct {
	Layout
	Filter    FilterBar
	Code      string
	Name      string
	Back      string
	Path      []Crumb
	Parts     []Link // numerator, denominator
	Statement string // what these rows are, in words
	Heads     []Head
	Rows      []Row
	Pager     Pager
	CSV, XLSX string // downloads, empty for who may not
	Cut       string // says that a download does not hold all rows
	Empty     *Empty
}

// Row is one line of a table of rows.
type Row struct{ Cells []Cell }

// Cell is one field of a row.
type Cell struct {
	Text    string
	Muted   string
	Address string
	Lane    *Lane
	Numeric bool
	Date    bool // kept on one line
	Code    bool
	Mark    string // "yes" or "no"
}

// Lane is a selectivity lane as the administration calls it.
type Lane struct {
	Key  string // green, yellow, red, blue, or empty
	Name string
}

// Declaration shows one declaration and its life.
type Declaration struct {
	Layout
	Reference   string
	Trail       []Link
	Status      string
	StatusKind  string
	Lane        *Lane
	Summary     []Fact
	Steps       []Step
	Facts       []Fact
	Timeline    []TimelineDay
	Zone        string
	Items       []Item
	ItemsNote   string
	Totals      []Fact
	Assignments []Assignment
	Inspections []Inspection
	Offences    []Offence
	Payments    []Payment
	PaymentsSum string
	Versions    []Version
	Findings    []Finding
	FindingsOff string // why findings are not shown
	Extracts    []Extract
	Cargo       []Bill
	CargoName   string
	Missing     []string // parts that no source gave
}

// Step is one station of clearance with the time it took to get there.
type Step struct {
	Name      string
	When      string
	Took      string // "2 h 37 min"
	TookTitle string
	Working   string // the same in office hours
	Done      bool
	By        string
}

// TimelineDay is the events of one local day.
type TimelineDay struct {
	Name   string
	Gap    string // since the day before with events, when long
	Events []Event
}

// Event is one operation.
type Event struct {
	Clock     string
	Kind      string // canonical kind, for the mark
	Name      string
	Operation string // as the source wrote it, when it differs
	By        string
	Machine   bool
	Unmapped  bool
	From, To  *Lane
	Cause     string
	Reason    string
	Version   string
	DayOnly   bool
	Since     string // time since the event before
}

// Item is one line of goods.
type Item struct {
	Number      string
	HS          string
	Description string
	Origin      string
	Procedure   string
	Packages    string
	Mass        string
	Value       string
	Taxes       string
	Lines       []Tax
	Facts       []Fact
	Principal   bool
}

// Tax is one tax line.
type Tax struct {
	Code     string
	Base     string
	Rate     string
	Amount   string
	Payable  bool
	Relieved string
	Relief   string
}

// Assignment is an examiner's period.
type Assignment struct {
	When, Examiner, Chief, Section, Mode, By string
}

// Inspection is an inspection act.
type Inspection struct {
	Number, When, Finished, By, Result, Remarks, Kind string
	Conform                                           bool
	ConformText                                       string
	Lag                                               string
}

// Offence is a case.
type Offence struct {
	Number, When, By, Code, Status, StatusKind string
	Declared, Assessed, Extra, ExtraPaid       string
	Fine, FinePaid, PaidOn                     string
}

// Payment is one line of a receipt.
type Payment struct {
	When, Kind, Receipt, Tax, Amount, By string
	Refund                               bool
}

// Version is one version of the document with what changed.
type Version struct {
	Number, When, By, Cause, Reason, Value, Payable string
	ValueChange, PayableChange                      string
	ByCustoms                                       bool
	Arrow                                           string
}

// Finding is a lead of the crosschecks.
type Finding struct {
	Rule, Name, Statement, Severity, SeverityKind, State, When string
	Evidence                                                   []Fact
}

// Extract is one version of the declaration in the warehouse, with the batch that brought it.
type Extract struct {
	Number  string
	When    string
	Batch   string
	Address string
	Current bool
	Changes []Difference
}

// Difference is a field that two extracts show differently.
type Difference struct {
	Field, Before, After string
}

// Bill is a bill of lading cited by the declaration.
type Bill struct {
	Reference, Packages, Mass, Remaining string
	WriteOffs                            []Fact
}

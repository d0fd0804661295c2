package view

// Contracts lists contracts by state.
type Contracts struct {
	Layout
	Sub     string
	Sitting *Link // to the contracts that wait for the reader's signature
	Links   []Link
	Groups  []ContractGroup
	Empty   *Empty
}

// ContractGroup is the contracts of one state.
type ContractGroup struct {
	Key  string
	Name string
	Rows []ContractRow
}

// ContractRow is one of them.
type ContractRow struct {
	Address, Number, Holder, Office, Level, Term, Deadline, Signed string
	Yours                                                          bool // waits for the reader's signature
}

// ContractPage is one contract.
type ContractPage struct {
	Layout
	Back       string
	Waits      string // why the term does not begin although its first day has come
	Over       string // level and kind
	State      Mark
	Facts      []Fact
	Path       []PathStep
	Targets    []TargetRow
	Articles   []ArticleRow
	Signatures []SignatureRow
	Places     []Mark // who signs, and whether they have
	Remarks    []RemarkRow
	Events     []EventRow
	Compare    *Comparing
	Actions    []ActionForm
	Action     string // address of the forms
	Sign       *SignForm
	Fault      *FormFault
	Lacking    *Notice // figures that a draft must have before it can be proposed
	Revision   string
	Hash       string
	ID, Number string
	More       []Link
	Scorecards []ScorecardLink // of the months, the latest first
	Editable   bool            // figures can be proposed in the table
	Reason     string
}

// Mark is a state with its sign.
type Mark struct {
	Kind string // good, bad, warning, info
	Text string
	More string
}

// PathStep is one step of a contract's way.
type PathStep struct {
	Name string
	When string
	Done bool
	Now  bool
}

// TargetRow is one indicator of a contract.
type TargetRow struct {
	Code, Name, Address                      string
	Aim, AimName                             string
	Wanted, WantedIcon                       string
	Weight, Baseline, Threshold, Target, Red string
	Band                                     bool
	Definition                               string
	WeightInput, ThresholdInput, TargetInput string // in the unit of UnitName
	LowInput, HighInput                      string
	BaselineInput                            string
	ByHand                                   bool // the past has too few months of work to give a baseline: people do
	UnitName                                 string
	Remarks                                  string
}

// ArticleRow is one article in the reader's language.
type ArticleRow struct {
	Number, Title, Text, About, Language, Direction string
}

// SignatureRow is one signature.
type SignatureRow struct {
	Name, Post, InPlaceOf, At, Method, Text string
	Old                                     bool // under an earlier text
}

// RemarkRow is one comment.
type RemarkRow struct {
	About, Words, By, At, Text string
}

// EventRow is one line of the life.
type EventRow struct {
	At, Name, By, Reason string
}

// Comparing is two texts side by side.
type Comparing struct {
	Form     string
	From, To []Choice
	Rows     []CompareRow
	Reason   string
	By       string
	Same     bool
}

// CompareRow is one thing that both texts say.
type CompareRow struct {
	Name, Part, Before, After string
}

// ActionForm is one thing that the reader may do.
type ActionForm struct {
	Do, Name, Hint string
	Reason         bool // a reason is asked for
	ReasonName     string
	Kind           string   // counter, comment, date, suspend, terminate, amend or empty
	Parts          []Choice // of a comment
	Day            string
	DayName        string
	Grounds        []Choice
	Danger         bool
	People         []Choice // who may deputise
	First, Last    string   // days of a deputy
}

// SignForm signs.
type SignForm struct {
	Action string
	Seen   string // hash of the text shown
	StepUp *StepUp
	Text   string
}

// Sitting is the page on which somebody signs many contracts.
type Sitting struct {
	Layout
	Back    string
	Action  string
	Rows    []SittingRow
	Current *ContractPage // the contract that is looked at
	Place   string        // "2 of 5"
	Chosen  string
	StepUp  *StepUp // once something is chosen
	Fault   *FormFault
	Done    []SittingRow
	Empty   *Empty
}

// SittingRow is one contract of a sitting.
type SittingRow struct {
	Address, Number, Holder, Office string
	Mark                            Mark
	Here                            bool
}

// ContractDraft is the form of a new contract.
type ContractDraft struct {
	Layout
	Back, Action string
	Templates    []Choice
	Offices      []Choice
	People       []Choice
	Officers     []Choice
	StartsOn     string
	Fault        *FormFault
	Closed       *Notice // why contracts cannot be drafted yet
	Chosen       bool    // an office is chosen
	Office       string
}

// Templates lists templates.
type Templates struct {
	Layout
	Back     string
	Rows     []TemplateRow
	BuiltIns []Choice
	Offices  []Choice
	Action   string
	Fault    *FormFault
	Empty    *Empty
}

// TemplateRow is one template.
type TemplateRow struct {
	Address, Name, Code, Version, Office, Level, Indicators, Created string
	State                                                            Mark
}

// Template shows one template.
type Template struct {
	Layout
	Back      string
	Action    string
	Revision  string
	State     Mark
	Facts     []Fact
	Lines     []TemplateLine
	Sum       string
	SumGood   bool
	Terms     []TermInput
	Rule      []TermInput // how baselines and targets are proposed from the past
	Articles  []ArticleRow
	Problems  []Fact   // of all lines together
	Add       []Choice // indicators that can be added
	Draft     bool
	InUse     bool
	Languages []Choice
	Orders    []Choice
	Vetting   bool
	Fault     *FormFault
	Targets   string // address of the proposal with this template
}

// TemplateLine is one indicator of a template.
type TemplateLine struct {
	Code, Name, Address, Aim, AimName, Wanted, WantedIcon, Weight string
	Share                                                         string // the weight as it is read
	UnitName                                                      string // of the red lines
	Low, High, Red                                                string // red lines as fields, and in words
	HasFloor                                                      bool   // a case can have a least amount
	Floor, FloorText                                              string
	Faults                                                        []string // what is wrong with this line
}

// TermInput is one number of the terms.
type TermInput struct {
	Key, Name, Value string
}

// Targets shows what the rule proposes, and the back-test.
type Targets struct {
	Layout
	Back      string
	Templates []Choice
	Offices   []Choice
	Rule      string
	Proposals []ProposalRow
	Whole     string
	Offices2  []BacktestRow
	Heads     []string
	Pulls     []PullRow
	Cascade   *CascadeView
	Empty     *Empty
}

// ProposalRow is one indicator with its distribution.
type ProposalRow struct {
	Code, Name, Address, Aim, AimName string
	Months, Left                      string
	Baseline, Threshold, Target, Red  string
	Met, Reached                      string // shares of months of work in the back-test
	MetWidth, ReachedWidth            int    // per cent
	Bars                              []HistogramBar
	Low, High                         string // ends of the drawing
	Marks                             []BarMark
	Description                       string // of the drawing, for who does not see it
	Nothing                           bool
}

// HistogramBar is one bar of a distribution on a field of 240 by 64.
type HistogramBar struct{ X, Y, Width, Height string }

// BarMark is a line in it.
type BarMark struct{ X, Kind, Name string }

// BacktestRow is one office.
type BacktestRow struct {
	Office, Months, Achieved string
	Cells                    []BacktestCell
}

// BacktestCell is one indicator in an office.
type BacktestCell struct {
	Threshold, Target string
	Shade             int // 0 to 4, by the share that reached the target
}

// PullRow is a pair of targets that go against each other.
type PullRow struct {
	First, Second, Correlation, Months string
}

// CascadeView is one indicator from above to below.
type CascadeView struct {
	Action     string
	Indicators []Choice
	Year       string
	Template   string
	Office     string
	Rows       []CascadeRow
	Unit       string
}

// CascadeRow is one level.
type CascadeRow struct {
	Depth                    int
	Name, Code               string
	Target, Sum, Now, Volume string
	Verdict                  *Mark
	Input, Field             string
}

// Programme is the way to contracts.
type Programme struct {
	Layout
	Action        string
	Phases        []PathStep
	Facts         []Fact
	Prerequisites []PrerequisiteRow
	Members       []MemberRow
	Missions      []MissionRow
	Reports       []Link
	Units         []Choice
	Kinds         []Choice
	Months        []Choice
	Ready         Mark
	Missing       []string
	Writes        bool
	Begin         string // day proposed for the beginning of the descriptive phase; empty when it has begun
	Open          bool   // the form that opens contracts is shown
	Overridden    string
	Fault         *FormFault
}

// PrerequisiteRow is one line of the checklist.
type PrerequisiteRow struct {
	Key, Name, Hint, Evidence, By string
	Met                           bool
}

// MemberRow is somebody of the project team.
type MemberRow struct {
	ID, Name, Unit string
	Leader         bool
}

// MissionRow is one mission.
type MissionRow struct {
	ID, Kind, Title, Dates, Outcome string
	Mark                            Mark
}

// ProgrammeReport is a descriptive report.
type ProgrammeReport struct {
	Layout
	Back    string
	Facts   []Fact
	Offices []string
	Rows    []ReportRow
}

// ReportRow is one indicator in it.
type ReportRow struct {
	Code, Name, Address, Total, Before, Cases string
	Offices                                   []string
}

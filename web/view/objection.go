package view

// Talk is what was said about a card, with the forms to say more.
type Talk struct {
	Remarks    []RemarkRow
	Objections []ObjectionRow
	UpTo       string // last day to object, in words
	Object     string // address of the form; empty for who may not
	Action     string // address that comments are sent to; empty for who may not
	About      []Choice
}

// ObjectionRow is one objection in a list.
type ObjectionRow struct {
	Address, Name, Holder, Number, Month, Ground, When string
	State                                              Mark
}

// Objections lists objections.
type Objections struct {
	Layout
	Sub   string
	Rows  []ObjectionRow
	Links []Link
	Empty *Empty
}

// ObjectionForm is the form to object to a figure.
type ObjectionForm struct {
	Layout
	Back, Over   string
	Action       string
	Version      string
	Indicators   []Choice
	Chosen       string
	Grounds      []Choice
	Words        string
	UpTo         string
	Declarations []DisputedRow
	More         string // said when not all declarations are listed
	Fault        *FormFault
}

// DisputedRow is a declaration that can be disputed.
type DisputedRow struct {
	Value, Reference, Day, Counted string
	Address                        string
	Selected                       bool
}

// ObjectionPage is one objection.
type ObjectionPage struct {
	Layout
	Back, Over string
	State      Mark
	Facts      []Fact
	Words      string
	Disputed   []DisputedRow
	Decision   string
	Evidence   []Link
	AddTo      string // address that files are sent to; empty for who may not
	Events     []EventRow
	Forms      []ObjectionStep
	Action     string
	Revision   string
	Fault      *FormFault
	Reason     string
}

// ObjectionStep is one thing that the reader may do.
type ObjectionStep struct {
	Do, Name, Hint  string
	Reason, Effects bool
	Danger          bool
	Disputed        []DisputedRow
}

// Scorecards lists the cards of a month.
type Scorecards struct {
	Layout
	Sub    string
	Months []Choice
	Action string
	Rows   []ScorecardRow
	Links  []Link
	Empty  *Empty
	Tally  string
}

// ScorecardRow is one holder's card.
type ScorecardRow struct {
	Address, Number, Holder, Office, Composite, Days, Version string
	Verdict                                                   Mark
	Bar                                                       *Bar
}

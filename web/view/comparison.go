package view

// ComparisonPage is administrations side by side on one indicator in one quarter.
type ComparisonPage struct {
	Layout
	Tabs         []Link
	Back         *Link
	Action       string // of the choice
	Indicators   []Choice
	Quarters     []Choice
	Name         string // of the indicator
	QuarterName  string
	Unit         string // sentence
	Level        string // sentence on the own administration, empty for none
	Change       *Link  // where the level is set
	Refused      *Notice
	Rows         []ComparedRow
	Distribution *Distribution
	Gone         string // why there is no distribution any more
}

// ComparedRow is one administration.
type ComparedRow struct {
	Name     string
	Mark     string // "your administration", empty for others
	Figure   Figure
	N        string
	Maturity Notice
}

// Distribution is the anonymous distribution with the own place.
type Distribution struct {
	Facts []Fact
	Own   string // sentence
}

// Disclosures is to whom the administration shows each indicator.
type Disclosures struct {
	Layout
	Tabs     []Link
	Fault    *FormFault
	Writable bool
	Address  string
	Levels   []Fact // what each level means
	Families []DisclosureFamily
	Not      []Fact // indicators that cannot be compared, with the reason
}

// DisclosureFamily is indicators under one heading.
type DisclosureFamily struct {
	Key, Name string
	Rows      []DisclosureRow
}

// DisclosureRow is one indicator.
type DisclosureRow struct {
	Code, Name, Parts string
	Levels            []Choice
}

// FirstRun is the way of a new administration to its first board.
type FirstRun struct {
	Layout
	Progress string // "3 of 6 steps are done"
	Complete *Notice
	Done     int
	Of       int
	Steps    []FirstRunStep
}

// FirstRunStep is one step with its true state.
type FirstRunStep struct {
	Number, Key, Title, Text string
	State                    Notice
	Known                    string
	Missing, Advice          []string
	Link                     *Link  // where to do it; nil when the person may not
	Who                      string // who can, when the person may not
}

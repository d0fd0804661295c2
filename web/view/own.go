package view

// OwnIndicators lists the administration's own indicators.
type OwnIndicators struct {
	Layout
	New   string
	Rows  []OwnIndicatorRow
	Empty *Empty
}

// OwnIndicatorRow is one of them.
type OwnIndicatorRow struct {
	Address, Code, Name, Formula, Version, Changed string
	State                                          Mark
}

// OwnIndicator is the form in which an indicator is written, tried and saved.
type OwnIndicator struct {
	Layout
	Back, Action string
	Code         string // "" while it is new
	Shown        string // address of its figures, "" while it is new or retired
	State        Mark
	Retired      bool
	Version      string // that was read, carried along
	Fault        *FormFault
	Wrong        *MarkedText // the formula with the letter at which it is wrong
	Names, Texts []NameInput
	Rows         []RowsChoice
	Counted      string
	Formula      string
	Units        []Choice
	Directions   []Choice
	MatureDays   string
	Tried        *TriedIndicator
	Words        []Fact // of the language, with what they mean
	Versions     []OwnVersion
}

// RowsChoice is a kind of row with the names that formulas over it can use.
type RowsChoice struct {
	Choice
	Fields []FieldRow
}

// FieldRow documents a name.
type FieldRow struct{ Name, Kind, Doc string }

// MarkedText is a text with the place at which it is wrong.
type MarkedText struct{ Before, At, After string }

// TriedIndicator is what a formula gives before it is saved.
type TriedIndicator struct {
	Period string
	Figure Figure
	Rows   []TriedRow
}

// TriedRow is the figure of one office.
type TriedRow struct {
	Name   string
	Figure Figure
}

// OwnVersion is an earlier state of the indicator.
type OwnVersion struct{ Version, Formula, Counted, SavedBy, SavedAt string }

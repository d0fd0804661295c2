package view

// ScorecardLink leads to the scorecard of a month.
type ScorecardLink struct {
	Address, Month, Composite, Version string
	Verdict                            Mark
}

// Scorecard is the page of one month of a contract.
type Scorecard struct {
	Layout
	Back      string
	Over      string // number of the contract and who holds it
	Composite string
	Verdict   Mark
	Facts     []Fact
	Lines     []ScorecardLine
	Beside    []Fact
	Corrected *ScorecardCorrection
	Versions  []Link
	File      string
	Hash      string
}

// ScorecardLine is one indicator in the month.
type ScorecardLine struct {
	Code, Name, Address            string
	Rows                           string // address of the declarations behind the figure; empty where the reader may not see them
	Value, Interval, Cases         string
	Threshold, Target, Red, Weight string
	Attainment                     string
	Bar                            *Bar
	Standing                       *Mark  // colour and word; nil where nothing was measured
	Left                           string // why it does not count
	Spark                          *Spark
	Peers                          string
	Band                           bool
}

// ScorecardCorrection says what a later version changed.
type ScorecardCorrection struct {
	Reason string
	Rows   []CompareRow
}

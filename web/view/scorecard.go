package view

// ScorecardLink leads to the scorecard of a month.
type ScorecardLink struct {
	Address, Month, Composite, Version, Edition string
	Verdict                                     Mark
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
	Daily     *DailyBars
	Talk      *Talk
	Fault     *FormFault
}

// DailyBars are the declarations handled on each day of a month.
type DailyBars struct {
	Width int
	Label string // for those who do not see it
	Text  string // how much of the month fell into its last days
	Days  []DayBar
}

// DayBar is one day, in the units of a picture 48 high.
type DayBar struct {
	X         int
	Y, Height string
	Late      bool // one of the last days of the month
}

// NewDailyBars draws the counts of the days of a month, the last days marked; nil without any count.
func NewDailyBars(counts []int64, late int, label, text string, mirror bool) *DailyBars {
	const step, height, least = 10, 44.0, 1.0
	largest := int64(0)
	for _, n := range counts {
		largest = max(largest, n)
	}
	if largest == 0 {
		return nil
	}
	bars := &DailyBars{Width: step * len(counts), Label: label, Text: text}
	for i, n := range counts {
		tall := max(least, height*float64(n)/float64(largest))
		at := i
		if mirror {
			at = len(counts) - 1 - i
		}
		bars.Days = append(bars.Days, DayBar{X: step * at, Y: decimal(46 - tall), Height: decimal(tall), Late: i >= len(counts)-late})
	}
	return bars
}

// ScorecardLine is one indicator in the month.
type ScorecardLine struct {
	Code, Name, Address            string
	Rows                           string // address of the declarations behind the figure; empty where the reader may not see them
	Value, Interval, Cases         string
	Threshold, Target, Red, Weight string
	Baseline, Parts, Definition    string   // Parts: numerator of denominator
	Paired                         []Fact   // shown beside it, because it could be gamed alone
	Notes                          []string // what was taken out of the figure, and why
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

package contract

import (
	"slices"

	"assay/domain/cube"
)

// Month is what is known of one month of a contract before it is scored.
type Month struct {
	Month        cube.Month
	WorkDays     int   // working days that count: without absence, suspension and outage
	Declarations int64 // that the holder handled
	Figures      map[string]Measured
	// Left names indicators that people have taken out for this month, with the ground: an
	// objection that was granted or not answered in time.
	Left map[string]LeftOut
}

// Measured is an indicator's figure for the holder in a month.
type Measured struct {
	Value  *float64 // in the indicator's unit; nil where there is nothing to divide by
	N      int64    // cases
	Mature bool     // all cases have had their time
}

// LeftOut is why an indicator does not count in a month.
type LeftOut string

// The grounds, the first that holds.
const (
	Counted     LeftOut = ""
	LeftGranted LeftOut = "objection"  // granted, or not answered in time
	NotMature   LeftOut = "not_mature" // some cases still have time
	FewCases    LeftOut = "few_cases"  // fewer than the contract asks for, or than a rate needs: the count is shown
	NoFigure    LeftOut = "no_figure"  // nothing to measure
	// NoWorkDays: none of the month's working days counts, so nothing of it is scored.
	NoWorkDays LeftOut = "no_work_days"
	// OtherDefinition: the program no longer computes the indicator as it was signed.
	OtherDefinition LeftOut = "definition"
)

// ScoreLine is how one indicator of a contract stands in a month.
type ScoreLine struct {
	Code       string
	LeftOut    LeftOut
	Weight     float64 // per cent of this month's score, after the weights of those left out are spread
	Attainment float64 // per cent of the target, capped; 0 where left out
	Standing   Standing
	BeyondRed  bool
}

// Score is the result of a month.
type Score struct {
	Lines []ScoreLine // in the order of the contract
	// Part is how much the month counts in the term: working days over those of a full month,
	// at most 1.
	Part float64
	// Composite is the weighted mean of the attainments, nil where less than half of the weight
	// counts: a month of a few figures is none.
	Composite *float64
	Achieved  bool // the composite is 100 or more, and nothing that counts is beyond a red line
}

// leastWeight is the per cent of the signed weights that a composite needs.
const leastWeight = 50

// ScoreMonth scores a month under the text that was signed: 100·v/target where higher is
// better and 100·target/v where lower is, each capped; the weights of indicators that are
// left out are spread over the others in proportion.
//
// Computed in the order of the targets, with each product rounded by itself, so that every
// processor gives the same last digit.
func ScoreMonth(d *Document, m Month) Score {
	s := Score{Lines: make([]ScoreLine, len(d.Targets)), Part: partOf(m.WorkDays, d.Terms.FullMonthDays)}
	counted, sum := 0, 0.0
	for i := range d.Targets {
		t := &d.Targets[i]
		line := &s.Lines[i]
		line.Code = t.Code
		figure := m.Figures[t.Code]
		line.LeftOut = leftOut(d, m, t.Code, figure)
		if figure.Value != nil {
			line.Standing = t.Standing(*figure.Value)
		}
		if line.LeftOut != Counted {
			continue
		}
		line.Attainment = t.Attainment(*figure.Value, d.Terms.CapPercent)
		line.BeyondRed = t.BeyondRed(*figure.Value)
		counted += t.Weight
		sum += float64(float64(t.Weight) * line.Attainment)
	}
	if counted == 0 {
		return s
	}
	red := false
	for i := range s.Lines {
		if s.Lines[i].LeftOut == Counted {
			s.Lines[i].Weight = 100 * float64(d.Targets[i].Weight) / float64(counted)
			red = red || s.Lines[i].BeyondRed
		}
	}
	if counted < leastWeight {
		return s
	}
	composite := sum / float64(counted)
	s.Composite, s.Achieved = &composite, composite >= 100 && !red
	return s
}

func leftOut(d *Document, m Month, code string, figure Measured) LeftOut {
	switch {
	case m.Left[code] != Counted:
		return m.Left[code]
	case figure.N > 0 && !figure.Mature:
		return NotMature
	case m.Declarations < int64(d.Terms.MinimalCases):
		return FewCases
	case figure.Value == nil && figure.N > 0: // a rate of too few cases is never given as one
		return FewCases
	case figure.Value == nil:
		return NoFigure
	}
	return Counted
}

// partOf is how much a month with so many working days counts.
func partOf(days, full int) float64 {
	if full <= 0 || days >= full {
		return 1
	}
	return float64(max(days, 0)) / float64(full)
}

// TermScore is the mean of months, each weighted with its part; nil when none has a composite.
// A month without composite counts for nothing: neither for the holder nor against them.
func TermScore(months []Score) *float64 {
	var sum, parts float64
	for _, m := range months {
		if m.Composite != nil {
			sum += float64(m.Part * *m.Composite)
			parts += m.Part
		}
	}
	if parts == 0 {
		return nil
	}
	mean := sum / parts
	return &mean
}

// PeerMedian is the median of the figures of like peers, nil where there are fewer than five:
// fewer could be told apart.
func PeerMedian(values []float64) *float64 {
	const leastPeers = 5
	if len(values) < leastPeers {
		return nil
	}
	sorted := slices.Sorted(slices.Values(values))
	median := quantile(sorted, 0.5)
	return &median
}

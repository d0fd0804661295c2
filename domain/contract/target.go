package contract

import (
	"fmt"
	"math"
	"slices"

	"assay/domain"
	"assay/domain/cube"
	"assay/domain/indicator"
)

// Rule says how baseline, threshold and target are proposed from the months of the past.
type Rule struct {
	WindowMonths  int     `json:"window_months"`  // months before the term that count
	MinimalCases  int     `json:"minimal_cases"`  // declarations that a month of work needs
	MinimalMonths int     `json:"minimal_months"` // months of work below which nothing is proposed
	Threshold     float64 `json:"threshold"`      // quantile of baseline and threshold, the way up being better
	Target        float64 `json:"target"`         // quantile of the target; mirrored where lower is better
	RedLine       float64 `json:"red_line"`       // quantile of the lower red line of a band; mirrored for the upper
}

// DefaultRule is the rule of the built-in templates: the median is baseline and
// threshold, the better quartile the target, over 36 months.
func DefaultRule() Rule {
	return Rule{WindowMonths: 36, MinimalCases: 30, MinimalMonths: 12, Threshold: 0.5, Target: 0.75, RedLine: 0.05}
}

func (r Rule) check() []string {
	var wrong []string
	if r.WindowMonths < 6 || r.WindowMonths > 60 {
		wrong = append(wrong, domain.Sentence("window_months must be from 6 to 60"))
	}
	if r.MinimalCases < 1 || r.MinimalCases > 1000 {
		wrong = append(wrong, domain.Sentence("minimal_cases must be from 1 to 1000"))
	}
	if r.MinimalMonths < 3 || r.MinimalMonths > 1000 {
		wrong = append(wrong, domain.Sentence("minimal_months must be from 3 to 1000"))
	}
	if !(r.Threshold >= 0.1 && r.Threshold <= r.Target && r.Target <= 0.95) {
		wrong = append(wrong, domain.Sentence("the quantiles must be 0.1 ≤ threshold ≤ target ≤ 0.95"))
	}
	if !(r.RedLine > 0 && r.RedLine < 0.5) {
		wrong = append(wrong, domain.Sentence("red_line must be above 0 and below 0.5"))
	}
	return wrong
}

// Observation is one month of one officer (or office, or operator): a month of work.
type Observation struct {
	Subject string
	Office  string
	Month   cube.Month
	Cases   int64 // declarations handled in the month
	Value   float64
	N       int64 // cases of the indicator itself
}

// Proposal is what the rule gives for one indicator, with what it came from.
type Proposal struct {
	Code         string
	Unit         indicator.Unit
	Direction    indicator.Direction
	Observations []Observation // that count, in order of month and subject
	FewCases     int           // months left out: fewer declarations than the rule wants
	NoValue      int           // months left out: the indicator has no value (too few cases of its own, or not mature)
	Quantiles    []float64     // at ProposalQuantiles; nil when nothing counts
	Baseline     *float64      // nil where fewer months count than the rule wants
	Threshold    *float64
	Target       *float64
	RedLow       *float64 // of a band
	RedHigh      *float64
}

// ProposalQuantiles are the quantiles shown with a proposal.
var ProposalQuantiles = []float64{0.05, 0.25, 0.5, 0.75, 0.95}

// Propose applies the rule to months of work. Those with fewer declarations than the
// rule wants are left out and counted.
func (r Rule) Propose(line Line, unit indicator.Unit, months []Observation, noValue int) *Proposal {
	p := &Proposal{Code: line.Code, Unit: unit, Direction: line.Direction, NoValue: noValue, RedLow: line.RedLow, RedHigh: line.RedHigh}
	var values []float64
	for _, o := range months {
		if o.Cases < int64(r.MinimalCases) {
			p.FewCases++
			continue
		}
		p.Observations = append(p.Observations, o)
		values = append(values, o.Value)
	}
	slices.Sort(values)
	if len(values) == 0 {
		return p
	}
	for _, q := range ProposalQuantiles {
		p.Quantiles = append(p.Quantiles, quantile(values, q))
	}
	if len(values) < r.MinimalMonths {
		return p
	}
	at := func(q float64) *float64 {
		value := roundFigure(unit, quantile(values, q))
		return &value
	}
	switch line.Direction {
	case indicator.Higher:
		p.Baseline, p.Threshold, p.Target = at(r.Threshold), at(r.Threshold), at(r.Target)
	case indicator.Lower:
		p.Baseline, p.Threshold, p.Target = at(1-r.Threshold), at(1-r.Threshold), at(1-r.Target)
	default:
		p.Baseline = at(0.5)
		if p.RedLow == nil {
			p.RedLow = at(r.RedLine)
		}
		if p.RedHigh == nil {
			p.RedHigh = at(1 - r.RedLine)
		}
	}
	return p
}

// quantile interpolates between the two nearest of sorted values, at q·(n−1), as
// percentile_cont of SQL does. The product is rounded by itself so that every processor gives the same.
func quantile(sorted []float64, q float64) float64 {
	place := q * float64(len(sorted)-1)
	below := math.Floor(place)
	low := sorted[int(below)]
	if int(below)+1 >= len(sorted) {
		return low
	}
	return low + float64((place-below)*(sorted[int(below)+1]-low))
}

// roundFigure rounds what is agreed to what people can read: shares, hours and days to two
// decimals, money and counts to whole numbers.
func roundFigure(unit indicator.Unit, value float64) float64 {
	switch unit {
	case indicator.Money, indicator.Count, indicator.Points:
		return math.Round(value)
	}
	return math.Round(value*100) / 100
}

// Attainment is how far a value reaches the target, in per cent: 100·v/target where
// higher is better, 100·target/v where lower is, capped. Within the red lines of a band it is 100, outside 0.
func (t *Target) Attainment(value float64, capPercent int) float64 {
	limit := float64(capPercent)
	if t.Direction == indicator.Band {
		if t.BeyondRed(value) {
			return 0
		}
		return 100
	}
	target := 0.0
	if t.Target != nil {
		target = *t.Target
	}
	switch {
	case t.Direction == indicator.Lower && value == 0:
		return limit
	case t.Direction == indicator.Lower:
		return min(limit, 100*target/value)
	case target == 0 && value == 0:
		return 100
	case target == 0:
		return limit
	}
	return min(limit, 100*value/target)
}

// BeyondRed reports whether a value lies beyond a red line.
func (t *Target) BeyondRed(value float64) bool {
	return t.RedLow != nil && value < *t.RedLow || t.RedHigh != nil && value > *t.RedHigh
}

// Standing is the colour of a value.
type Standing string

// The standings.
const (
	Red   Standing = "red"   // the threshold is not reached, or a red line is crossed
	Amber Standing = "amber" // between threshold and target
	Green Standing = "green" // the target is reached
)

// Standing says where a value stands between threshold, target and red lines.
func (t *Target) Standing(value float64) Standing {
	switch {
	case t.BeyondRed(value):
		return Red
	case t.Direction == indicator.Band:
		return Green
	case t.Target != nil && t.reaches(value, *t.Target):
		return Green
	case t.Threshold != nil && t.reaches(value, *t.Threshold):
		return Amber
	}
	return Red
}

func (t *Target) reaches(value, mark float64) bool {
	if t.Direction == indicator.Lower {
		return value <= mark
	}
	return value >= mark
}

// Histogram divides observations into equally wide bins for drawing; at least one, and the
// bounds are those of the values.
func (p *Proposal) Histogram(bins int) (from, width float64, counts []int) {
	if len(p.Observations) == 0 || bins < 1 {
		return 0, 0, nil
	}
	low, high := math.Inf(1), math.Inf(-1)
	for _, o := range p.Observations {
		low, high = min(low, o.Value), max(high, o.Value)
	}
	if high == low {
		return low, 0, []int{len(p.Observations)}
	}
	counts = make([]int, bins)
	width = (high - low) / float64(bins)
	for _, o := range p.Observations {
		counts[min(bins-1, int((o.Value-low)/width))]++
	}
	return low, width, counts
}

// String is for logs and tests.
func (p *Proposal) String() string {
	show := func(v *float64) string {
		if v == nil {
			return "-"
		}
		return fmt.Sprint(*v)
	}
	return fmt.Sprintf("%s: baseline %s, threshold %s, target %s from %d months", p.Code, show(p.Baseline), show(p.Threshold), show(p.Target), len(p.Observations))
}

package present

import (
	"math"

	"assay/web/view"
)

// still is the relative change below which a figure without interval counts as unchanged.
const still = 0.0005

// Comparison sets a reading beside an earlier one. The verdict is "better" or "worse"
// only where the direction is known, all cases of both have had their time, there are enough of
// them, and, for shares, the two 95 % intervals do not overlap. That is a stricter test than the
// usual one at 5 %: who is told that something changed can rely on it.
func (p Presenter) Comparison(m Measure, now, then Reading, period string) view.Comparison {
	c := view.Comparison{Period: period}
	if then.Value == nil || then.Unavailable {
		return c
	}
	earlier := p.Figure(m, then)
	c.Value = earlier.Number
	if earlier.Unit != "" {
		c.Value += "\u00a0" + earlier.Unit
	}
	if now.Value == nil || now.Unavailable || !ratable(m, now) || !ratable(m, then) {
		return c
	}
	c.Change, c.Arrow = p.change(m.Kind, *now.Value, *then.Value)
	if c.Change == "" {
		return c
	}
	c.Verdict = verdict(m, now, then, c.Arrow)
	if c.Verdict != "neutral" {
		c.Meaning = p.T("verdict." + c.Verdict)
	}
	return c
}

// ratable: a rate of few cases is not shown, so nothing is compared with it.
func ratable(m Measure, r Reading) bool { return !(r.Small && m.Kind == Share) }

// change writes the difference: in points for shares, in per cent otherwise.
func (p Presenter) change(kind Kind, now, then float64) (text, arrow string) {
	difference := now - then
	if kind != Share {
		if then == 0 {
			return "", ""
		}
		difference /= math.Abs(then)
	}
	switch {
	case difference > still:
		arrow = "rise"
	case difference < -still:
		arrow = "fall"
	default:
		return p.T("change.level"), "level"
	}
	absolute := math.Abs(difference)
	if kind == Share {
		return p.Signed(difference, p.T("change.points", "Amount", p.Decimal(100*absolute, shareDecimals(absolute)))), arrow
	}
	decimals := 1
	if absolute >= 1 {
		decimals = 0
	}
	return p.Signed(difference, p.Percent(absolute, decimals)), arrow
}

func verdict(m Measure, now, then Reading, arrow string) string {
	if arrow == "level" || immature(now) || immature(then) {
		return "neutral"
	}
	if m.Kind == Share && now.Low != nil && now.High != nil && then.Low != nil && then.High != nil &&
		*now.Low <= *then.High && *then.Low <= *now.High {
		return "chance"
	}
	if now.Small || then.Small {
		return "neutral"
	}
	switch {
	case m.Wanted == Up && arrow == "rise", m.Wanted == Down && arrow == "fall":
		return "better"
	case m.Wanted == Up && arrow == "fall", m.Wanted == Down && arrow == "rise":
		return "worse"
	}
	return "neutral"
}

func immature(r Reading) bool { return r.Maturity == Immature || r.Maturity == Partly }

// Distance says by how much two intervals are apart, as a share of the wider one;
// 0 when they overlap or one is missing. It orders the clear changes on the board.
func Distance(now, then Reading) float64 {
	if now.Low == nil || now.High == nil || then.Low == nil || then.High == nil || now.Small || then.Small {
		return 0
	}
	gap := math.Max(*now.Low-*then.High, *then.Low-*now.High)
	wide := math.Max(*now.High-*now.Low, *then.High-*then.Low)
	if gap <= 0 || wide <= 0 {
		return 0
	}
	return gap / wide
}

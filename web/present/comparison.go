package present

import (
	"math"

	"assay/web/view"
)

// still is the relative change below which a figure without interval counts as unchanged.
const still = 0.0005

// Comparison sets a reading beside an earlier one. The verdict is "better" or "worse"
// only where the direction is known, all cases of both have had their time, there are
// enough of them, and the margins of the two do not overlap. For shares that is stricter
// than the usual test at 5 %: who is told that something changed can rely on it.
func (p Presenter) Comparison(m Measure, now, then Reading, period string) view.Comparison {
	c := view.Comparison{Period: period}
	if then.Value == nil || then.Unavailable {
		return c
	}
	earlier := p.Figure(m, then)
	c.Value = p.Text(earlier)
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
		return p.T("change.points", "Amount", p.Signed(difference, p.Decimal(100*absolute, shareDecimals(absolute)))), arrow
	}
	decimals := 1
	if absolute >= 1 {
		decimals = 0
	}
	return p.Signed(difference, p.Percent(absolute, decimals)), arrow
}

func verdict(m Measure, now, then Reading, arrow string) string {
	// What is mature in part is of fewer days: rates and medians can be compared, sums cannot.
	partly := now.Maturity == Partly || then.Maturity == Partly
	if arrow == "level" || partly && m.Kind != Share && m.Kind != Duration {
		return "neutral"
	}
	gap, known := apart(m, now, then)
	switch {
	case !known: // a sum or a ratio of money has no margin to judge by
		return "neutral"
	case gap <= 0:
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

// Distance says by how much two readings are apart beyond their margins, in widths
// of the wider margin; 0 when they overlap or one has none. It orders the clear changes
// on the board.
func Distance(m Measure, now, then Reading) float64 {
	if now.Small || then.Small {
		return 0
	}
	gap, known := apart(m, now, then)
	if !known || gap <= 0 {
		return 0
	}
	return gap
}

// apart measures the gap between the margins of two readings, negative when they
// overlap. Of a share the margin is its 95 % interval; of a median it is the notch of a
// box plot, 1.57 times the distance of the quartiles over the root of n: notches that do
// not overlap tell two medians apart at about 5 % (McGill, Tukey and Larsen 1978).
func apart(m Measure, now, then Reading) (gap float64, known bool) {
	nowLow, nowHigh, ok1 := margin(m, now)
	thenLow, thenHigh, ok2 := margin(m, then)
	if !ok1 || !ok2 {
		return 0, false
	}
	wide := math.Max(nowHigh-nowLow, thenHigh-thenLow)
	if wide <= 0 {
		return 0, false
	}
	return math.Max(nowLow-thenHigh, thenLow-nowHigh) / wide, true
}

func margin(m Measure, r Reading) (low, high float64, known bool) {
	if r.Value == nil || r.Low == nil || r.High == nil || r.N <= 0 {
		return 0, 0, false
	}
	if m.Kind == Share {
		return *r.Low, *r.High, true
	}
	half := 1.57 * (*r.High - *r.Low) / math.Sqrt(float64(r.N))
	return *r.Value - half, *r.Value + half, true
}

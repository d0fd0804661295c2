package present

import (
	"math"

	"assay/domain/cube/fact"
	"assay/domain/indicator"
	"assay/web/view"
)

// basisKeys are the message keys of the date bases.
var basisKeys = map[indicator.Basis]string{
	indicator.CohortOfRegistration: "CohortOfRegistration", indicator.CohortOfRelease: "CohortOfRelease", indicator.CohortOfArrival: "CohortOfArrival",
	indicator.CohortOfAssessment: "CohortOfAssessment", indicator.CohortOfDischarge: "CohortOfDischarge", indicator.ActivityOfHandling: "ActivityOfHandling",
	indicator.ActivityOfInspection: "ActivityOfInspection", indicator.ActivityOfReroute: "ActivityOfReroute", indicator.ActivityOfClearing: "ActivityOfClearing",
	indicator.ActivityOfPayment: "ActivityOfPayment", indicator.ActivityOfCase: "ActivityOfCase", indicator.ActivityOfClosing: "ActivityOfClosing",
	indicator.ActivityOfAct: "ActivityOfAct", indicator.DueInPeriod: "DueInPeriod", indicator.AtPeriodEnd: "AtPeriodEnd",
}

// IndicatorName is an indicator's name in the reader's language; of an administration's own, in a language that it has.
func (p Presenter) IndicatorName(d *indicator.Definition) string {
	if d.Own != nil {
		return d.Own.Name(p.Language)
	}
	return p.T(d.NameKey())
}

// IndicatorText is what an indicator says: its "meaning", or what its "numerator" or "denominator" counts.
func (p Presenter) IndicatorText(d *indicator.Definition, part string) string {
	switch {
	case d.Own == nil:
		return p.T("indicator." + d.Code + "." + part)
	case part == "meaning":
		return d.Own.Meaning(p.Language)
	case part == "denominator":
		return p.T("own.denominator")
	}
	return p.T("own.numerator")
}

// Definition writes what an indicator means. Settings says how many days a maturity
// that depends on the administration's settings has.
func (p Presenter) Definition(d *indicator.Definition, settings func(indicator.MaturitySetting) int) view.Definition {
	prefix := "indicator." + d.Code
	out := view.Definition{Meaning: p.IndicatorText(d, "meaning")}
	if d.Denominator != nil && d.Own == nil {
		out.Numerator, out.Denominator = p.T(prefix+".numerator"), p.T(prefix+".denominator")
	}
	if p.Has(prefix + ".watch") {
		out.Watch = p.T(prefix + ".watch")
	}
	wanted, _ := p.WantedText(wantedOf(d.Direction))
	out.Facts = []view.Fact{
		{Name: p.T("explore.unit"), Text: p.UnitName(kindOf(d.Unit))},
		{Name: p.T("explore.direction"), Text: wanted},
		{Name: p.T("explore.dated"), Text: p.T("basis." + basisKeys[d.Basis])},
		{Name: p.T("explore.mature"), Text: p.maturity(d.Mature, settings)},
		{Name: p.T("explore.version"), Text: p.T("explore.version.text", "Version", p.Plain(d.Version))},
	}
	if d.Own != nil {
		out.Facts = append(p.FormulaFacts(&d.Own.Formula), out.Facts...)
	}
	return out
}

// FormulaFacts write an administration's own formula.
func (p Presenter) FormulaFacts(f *indicator.Formula) []view.Fact {
	facts := []view.Fact{{Name: p.T("own.rows"), Text: p.T("own.rows." + f.Rows)}, {Name: p.T("own.formula"), Text: f.Text, Code: true}}
	if f.Counted != "" {
		facts = append(facts, view.Fact{Name: p.T("own.counted"), Text: f.Counted, Code: true})
	}
	return facts
}

func (p Presenter) maturity(m indicator.Maturity, settings func(indicator.MaturitySetting) int) string {
	days := m.Days
	if m.Setting != "" {
		days += settings(m.Setting)
	}
	switch {
	case m.Month:
		return p.T("explore.mature.month")
	case days == 0:
		return p.T("explore.mature.at_once")
	}
	return p.TN("explore.mature.days", int64(days))
}

// Quantities lists what a figure is made of: numerator and denominator with the
// declarations behind them, the spread of its durations, and the figures beside it.
func (p Presenter) Quantities(d *indicator.Definition, row indicator.Row, behind func(indicator.Part) string) (parts, measures []view.Part) {
	prefix := "indicator." + d.Code
	if d.Numerator != nil && d.Denominator != nil && row.Numerator != nil {
		parts = append(parts, view.Part{Name: p.IndicatorText(d, "numerator"), Value: p.Quantity(d, d.Numerator, row.Numerator), Address: behind(indicator.NumeratorPart)})
		if row.Denominator != nil {
			parts = append(parts, view.Part{Name: p.IndicatorText(d, "denominator"), Value: p.Quantity(d, d.Denominator, row.Denominator), Address: behind(indicator.DenominatorPart)})
		}
	} else {
		parts = append(parts, view.Part{Name: p.T("explore.cases"), Value: p.Count(row.N), Address: behind(indicator.DenominatorPart)})
	}
	if s := row.Spread; s != nil && len(s.Values) > indicator.Percentile90 {
		measures = append(measures, p.spread(d, s)...)
	}
	for i, companion := range d.Companions {
		if i < len(row.Companions) {
			figure := p.Figure(CompanionOf(d, companion), ReadingOf(companion.Unit, row.Companions[i], indicator.PeriodMaturity{State: indicator.Mature}))
			value := p.Text(figure)
			if figure.Interval != "" {
				value += " (" + figure.Interval + ")"
			}
			measures = append(measures, view.Part{Name: p.T(prefix + "." + companion.Key), Value: value})
		}
	}
	return parts, measures
}

// Quantity writes a numerator or denominator, money where it sums amounts; nil is a dash.
func (p Presenter) Quantity(d *indicator.Definition, m *indicator.Measure, value *int64) string {
	switch {
	case value == nil:
		return "–"
	case isMoney(d, m):
		return p.Run(p.ShortAmount(float64(*value)) + "\u00a0" + p.Currency)
	}
	return p.Count(*value)
}

func (p Presenter) spread(d *indicator.Definition, s *indicator.Percentile) []view.Part {
	kind, scale := kindOf(s.Unit), scaleOf(s.Unit)
	value := func(values []float64, at int) string { return p.Value(kind, values[at]*scale) }
	var out []view.Part
	if d.Numerator != nil {
		out = append(out, view.Part{Name: p.T("explore.median"), Value: value(s.Values, indicator.Median)})
	}
	out = append(out, view.Part{Name: p.T("explore.p90"), Value: value(s.Values, indicator.Percentile90)})
	if len(s.Office) > indicator.Percentile90 {
		out = append(out, view.Part{Name: p.T("explore.working.median"), Value: value(s.Office, indicator.Median)},
			view.Part{Name: p.T("explore.working.p90"), Value: value(s.Office, indicator.Percentile90)})
	}
	return out
}

// isMoney reports whether a measure sums a column of money.
func isMoney(d *indicator.Definition, m *indicator.Measure) bool {
	grain := fact.Grain(d.Rows)
	if grain == nil || m.Column == "" {
		return false
	}
	column := grain.Column(m.Column)
	return column != nil && column.Unit == "minor"
}

// LineMeasure writes what a figure measures of one row: a duration, an amount, or a number.
func (p Presenter) LineMeasure(d *indicator.Definition, value int64) string {
	switch {
	case d.Numerator == nil && d.Spread != nil && kindOf(d.Spread.Unit) == Duration:
		return p.Locale.Duration(value)
	case d.Numerator == nil && d.Spread != nil && kindOf(d.Spread.Unit) == Money, d.Numerator != nil && isMoney(d, d.Numerator):
		return p.Money(value)
	}
	return p.Count(value)
}

// LineNumber is LineMeasure for a file: hours or days, units of the currency, or a plain number, and
// what it counts in.
func (p Presenter) LineNumber(d *indicator.Definition, value int64) (number any, unit string) {
	switch {
	case d.Numerator == nil && d.Spread != nil && kindOf(d.Spread.Unit) == Duration:
		return float64(value) / scaleOf(d.Spread.Unit), p.T("unit.name." + string(d.Spread.Unit))
	case d.Numerator == nil && d.Spread != nil && kindOf(d.Spread.Unit) == Money, d.Numerator != nil && isMoney(d, d.Numerator):
		return float64(value) / math.Pow10(p.Minor), p.UnitName(Money)
	}
	return value, p.T("unit.name.count")
}

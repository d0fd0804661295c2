// Package present turns results of the domain into what pages show: figures with
// their units, intervals and states, comparisons with their verdicts, texts in the
// reader's language. It is pure: no HTTP, no database, no clock.
package present

import (
	"math"
	"strings"
	"time"
	"unicode"

	"assay/web/locales"
	"assay/web/view"
)

// Kind says what sort of number a figure is and so how it is written.
type Kind string

// The kinds. Values of shares are fractions, of money minor units, of durations seconds.
const (
	Share    Kind = "share"
	Money    Kind = "money"
	Duration Kind = "duration"
	Count    Kind = "count"
	Points   Kind = "points"
)

// Wanted says which way a figure should go.
type Wanted string

// The directions. In a band both extremes are suspicious; context is never judged.
const (
	Up      Wanted = "up"
	Down    Wanted = "down"
	Band    Wanted = "band"
	Context Wanted = "none"
)

// Measure is how an indicator is read.
type Measure struct {
	Code   string
	Kind   Kind
	Wanted Wanted
}

// Maturity says whether all cases have had their time.
type Maturity string

// The maturities. A figure that is mature in part is of the days that are.
const (
	Mature   Maturity = "mature"
	Partly   Maturity = "partly"
	Immature Maturity = "immature"
)

// Reading is one value as the domain gives it. Nil values are not known.
type Reading struct {
	Value                  *float64
	Numerator, Denominator *float64 // of ratios; money in minor units
	N                      int64
	Low, High              *float64 // interval of a share, else quartiles
	Maturity               Maturity
	Through                time.Time // last day that counts, where the period is mature in part
	MatureOn               time.Time // day on which the whole period will be mature
	Small                  bool      // too few cases for a rate
	Unavailable            bool
}

// Presenter writes in one locale.
type Presenter struct{ *locales.Locale }

// New makes a presenter.
func New(locale *locales.Locale) Presenter { return Presenter{locale} }

// Figure writes a reading with its unit, interval and state.
func (p Presenter) Figure(m Measure, r Reading) view.Figure {
	switch {
	case r.Unavailable:
		return view.Figure{State: view.Unavailable, Note: p.T("state.unavailable.note")}
	case r.Maturity == Immature:
		return view.Figure{State: view.Immature, Note: p.maturityNote(r)}
	case m.Kind == Share && r.Denominator != nil && *r.Denominator == 0:
		return view.Figure{State: view.NoCases} // none of none is no figure, not one of few cases
	case r.Value == nil && !(r.Small && m.Kind == Share && r.Numerator != nil):
		return view.Figure{State: view.NoCases}
	}
	f := view.Figure{State: view.Measured, CasesN: p.Count(r.N), Cases: p.TN("count.cases", r.N)}
	if r.Small && m.Kind == Share && r.Numerator != nil && r.Denominator != nil {
		f.State, f.Note = view.Few, p.T("state.few.note")
		f.Number = p.T("figure.of", "Numerator", p.Count(int64(*r.Numerator)), "Denominator", p.Count(int64(*r.Denominator)))
		return f
	}
	f.Number, f.Unit = p.split(m.Kind, *r.Value, p.unitFor(m.Kind, *r.Value))
	f.Tight = m.Kind == Share && !strings.ContainsFunc(p.PercentTail(), unicode.IsSpace)
	if m.Kind == Money {
		f.Exact = p.Money(int64(math.Round(*r.Value)))
	}
	if m.Kind == Duration {
		f.Exact = p.Locale.Duration(int64(*r.Value))
	}
	f.Interval = p.Interval(m, r)
	switch {
	case r.Maturity == Partly:
		f.State, f.Note = view.Partly, p.maturityNote(r)
	case r.Small && m.Kind != Count:
		f.State, f.Note = view.Few, p.T("state.few.note.value")
	}
	return f
}

// maturityNote says which days count and from when on all do.
func (p Presenter) maturityNote(r Reading) string {
	switch {
	case r.Maturity == Partly && !r.Through.IsZero() && !r.MatureOn.IsZero():
		return p.T("state.partly.note", "Through", p.ShortDate(r.Through), "Date", p.ShortDate(r.MatureOn))
	case !r.MatureOn.IsZero():
		return p.T("state.immature.note", "Date", p.ShortDate(r.MatureOn))
	}
	return p.T("state.immature")
}

// Interval writes the limits of a reading in the unit of its value, empty when there are none.
func (p Presenter) Interval(m Measure, r Reading) string {
	if r.Low == nil || r.High == nil || r.Value == nil {
		return ""
	}
	unit := p.unitFor(m.Kind, *r.Value)
	low, _ := p.split(m.Kind, *r.Low, unit)
	high, name := p.split(m.Kind, *r.High, unit)
	if m.Kind == Share { // both ends with the decimals of the upper one
		low = p.Decimal(100**r.Low, shareDecimals(*r.High))
	}
	high = p.beside(m.Kind, high, name)
	return p.Run(p.T("figure.range", "Low", low, "High", high))
}

// Value writes a value with its unit in one text.
func (p Presenter) Value(kind Kind, value float64) string {
	number, unit := p.split(kind, value, p.unitFor(kind, value))
	if unit == "" {
		return number
	}
	return p.Run(p.beside(kind, number, unit))
}

// beside sets a unit beside its number, that of a share as the language does.
func (p Presenter) beside(kind Kind, number, unit string) string {
	switch {
	case kind == Share:
		return number + p.PercentTail()
	case unit == "":
		return number
	}
	return number + "\u00a0" + unit
}

// Hours writes seconds in hours however many they are: beside a target in hours nothing else can be compared at a glance.
func (p Presenter) Hours(seconds float64) string { return p.durationIn(inHours, seconds) }

// Days writes seconds in days of 24 hours however many they are.
func (p Presenter) Days(seconds float64) string { return p.durationIn(inDays, seconds) }

func (p Presenter) durationIn(unit scale, seconds float64) string {
	decimals := 1
	if scaled := math.Abs(seconds / unit.seconds); scaled != 0 && scaled < 1 {
		decimals = 2
	}
	return p.Run(p.Decimal(seconds/unit.seconds, decimals) + "\u00a0" + p.T(unit.key))
}

// scale is a unit in which durations are written.
type scale struct {
	key     string
	seconds float64
}

var (
	inMinutes = scale{"unit.minutes", 60}
	inHours   = scale{"unit.hours", 3600}
	inDays    = scale{"unit.days", 86400}
)

// unitFor chooses the unit of a duration by its size; other kinds have one.
func (p Presenter) unitFor(kind Kind, value float64) scale {
	absolute := math.Abs(value)
	switch {
	case kind != Duration:
		return scale{}
	case absolute < 3600:
		return inMinutes
	case absolute < 96*3600:
		return inHours
	}
	return inDays
}

// split writes the number and the unit of a value apart.
func (p Presenter) split(kind Kind, value float64, unit scale) (number, name string) {
	switch kind {
	case Share:
		return p.Decimal(100*value, shareDecimals(value)), p.percentSign()
	case Money:
		return p.ShortAmount(value), p.Currency
	case Duration:
		scaled := value / unit.seconds
		decimals := 1
		if unit == inMinutes || math.Abs(scaled) >= 100 {
			decimals = 0
		}
		return p.Decimal(scaled, decimals), p.T(unit.key)
	case Points:
		return p.Short(value), p.T("unit.points")
	}
	return p.Short(value), ""
}

// shareDecimals gives small shares a second decimal, so that they are not all 0.1 %.
func shareDecimals(share float64) int {
	if share != 0 && math.Abs(share) < 0.01 {
		return 2
	}
	return 1
}

func (p Presenter) percentSign() string {
	if p.Digits == "arab" {
		return "٪"
	}
	return "%"
}

// UnitName names the unit of a kind in words.
func (p Presenter) UnitName(kind Kind) string {
	switch kind {
	case Share:
		return p.T("unit.name.share")
	case Money:
		return p.T("unit.name.money", "Currency", p.Currency)
	case Duration:
		return p.T("unit.name.hours")
	case Points:
		return p.T("unit.name.points")
	}
	return p.T("unit.name.count")
}

// WantedText says in words which way is better, and the name of its icon.
func (p Presenter) WantedText(w Wanted) (text, icon string) {
	return p.T("wanted." + string(w)), string(w)
}

// Legend explains the notation of figures; small is the least number of cases of a rate.
func (p Presenter) Legend(small int64) []view.Fact {
	return []view.Fact{
		{Name: p.T("legend.interval"), Text: p.T("legend.interval.text")},
		{Name: p.T("legend.few"), Text: p.T("legend.few.text", "Limit", p.Count(small))},
		{Name: p.T("legend.immature"), Text: p.T("legend.immature.text")},
		{Name: p.T("legend.chance"), Text: p.T("legend.chance.text")},
		{Name: p.T("legend.points"), Text: p.T("legend.points.text")},
	}
}

package present

import (
	"time"

	"assay/domain/indicator"
)

// MeasureOf says how an indicator is read.
func MeasureOf(d *indicator.Definition) Measure {
	return Measure{Code: d.Code, Kind: kindOf(d.Unit), Wanted: wantedOf(d.Direction)}
}

// CompanionOf says how the figure beside an indicator is read; it is not judged.
func CompanionOf(d *indicator.Definition, n indicator.Named) Measure {
	return Measure{Code: d.Code, Kind: kindOf(n.Unit), Wanted: Context}
}

func kindOf(unit indicator.Unit) Kind {
	switch unit {
	case indicator.Percent:
		return Share
	case indicator.Hours, indicator.Days:
		return Duration
	case indicator.Money:
		return Money
	case indicator.Points:
		return Points
	}
	return Count
}

// scaleOf turns a value of the domain's unit into that of the kind: per cent into fractions,
// hours and days into seconds.
func scaleOf(unit indicator.Unit) float64 {
	switch unit {
	case indicator.Percent:
		return 0.01
	case indicator.Hours:
		return 3600
	case indicator.Days:
		return 86400
	}
	return 1
}

func wantedOf(d indicator.Direction) Wanted {
	switch d {
	case indicator.Higher:
		return Up
	case indicator.Lower:
		return Down
	case indicator.Band:
		return Band
	}
	return Context
}

// ReadingOf turns a computed figure of a unit into a reading. The interval of a
// figure that is a median is its first and third quartile.
func ReadingOf(unit indicator.Unit, n indicator.Number, m indicator.PeriodMaturity) Reading {
	scale := scaleOf(unit)
	r := Reading{Value: times(n.Value, scale), N: n.N, Low: times(n.Low, scale), High: times(n.High, scale), Small: n.Small,
		Numerator: number(n.Numerator), Denominator: number(n.Denominator), Maturity: Maturity(m.State)}
	if m.Through != nil {
		r.Through = DayTime(*m.Through)
	}
	if m.On != nil {
		r.MatureOn = DayTime(*m.On)
	}
	if n.Numerator == nil && n.Spread != nil && len(n.Spread.Values) > indicator.Quartile3 {
		inside := scaleOf(n.Spread.Unit)
		r.Low, r.High = times(&n.Spread.Values[indicator.Quartile1], inside), times(&n.Spread.Values[indicator.Quartile3], inside)
	}
	return r
}

func times(value *float64, scale float64) *float64 {
	if value == nil {
		return nil
	}
	scaled := *value * scale
	return &scaled
}

func number(value *int64) *float64 {
	if value == nil {
		return nil
	}
	converted := float64(*value)
	return &converted
}

// DayTime is midnight UTC of a day; it stands for the day.
func DayTime(day indicator.Day) time.Time { return time.Unix(int64(day)*86400, 0).UTC() }

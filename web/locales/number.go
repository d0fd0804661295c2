package locales

import (
	"math"
	"strings"

	"golang.org/x/text/number"
)

// Count writes a whole number with the language's grouping.
func (l *Locale) Count(n int64) string { return l.typographic(l.printer.Sprint(number.Decimal(n))) }

// Decimal writes a number with a fixed number of decimals.
func (l *Locale) Decimal(value float64, decimals int) string {
	return l.typographic(l.printer.Sprint(number.Decimal(value, number.Scale(decimals))))
}

// Plain writes a whole number without grouping: years, versions, pages.
func (l *Locale) Plain(n int) string {
	return l.printer.Sprint(number.Decimal(n, number.NoSeparator()))
}

// Percent writes a share, 0.124 as 12.4 %, with a fixed number of decimals.
func (l *Locale) Percent(share float64, decimals int) string {
	return l.typographic(l.printer.Sprint(number.Percent(share, number.Scale(decimals))))
}

// PercentTail is what the language writes after the number of a share: the sign, with a space before it in French and none
// in English, and in Arabic the marks that keep it on the number's right.
func (l *Locale) PercentTail() string {
	return strings.TrimLeft(l.Percent(0, 0), "0٠")
}

// Signed puts a sign before digits made from an absolute value; in a line that runs
// from the right the two are isolated, so that the sign stays before the digits.
func (l *Locale) Signed(value float64, absolute string) string {
	sign := "+"
	if value < 0 {
		sign = "−"
	}
	if l.RightToLeft() {
		return "\u2066" + sign + absolute + "\u2069"
	}
	return sign + absolute
}

// Run makes a text of digits and signs run in the direction of the language, which
// its characters alone do not say: without it "17 – 21 %" would be read as "% 21 – 17".
func (l *Locale) Run(text string) string {
	if l.RightToLeft() && text != "" {
		return "\u200f" + text
	}
	return text
}

// Isolate keeps a name, or anything else of unknown direction, from drawing digits that stand beside it to its side.
func (l *Locale) Isolate(text string) string {
	if l.RightToLeft() && text != "" {
		return "\u2068" + text + "\u2069"
	}
	return text
}

// typographic sets the true minus sign.
func (l *Locale) typographic(text string) string {
	return strings.Replace(text, "-", "−", 1)
}

// Digit writes digits that stand in a text as the locale's own.
func (l *Locale) Digit(text string) string {
	if l.Digits != "arab" {
		return text
	}
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r - '0' + '٠'
		}
		return r
	}, text)
}

// Amount writes money from minor units in full, without the currency.
func (l *Locale) Amount(minor int64) string {
	return l.Decimal(float64(minor)/math.Pow10(l.Minor), l.Minor)
}

// Money writes money from minor units in full, with the currency.
func (l *Locale) Money(minor int64) string {
	return l.Run(l.T("money.with_currency", "Amount", l.Amount(minor), "Currency", l.Currency))
}

// Short writes a large number with three or four significant digits and the
// language's word for thousand, million or thousand million.
func (l *Locale) Short(value float64) string {
	absolute := math.Abs(value)
	for _, step := range []struct {
		from, unit float64
		key        string
	}{{999.5e6, 1e9, "number.billion"}, {999.5e3, 1e6, "number.million"}, {99_950, 1e3, "number.thousand"}} {
		if absolute >= step.from {
			scaled := value / step.unit
			decimals := 2
			switch {
			case math.Abs(scaled) >= 100:
				decimals = 0
			case math.Abs(scaled) >= 10:
				decimals = 1
			}
			return l.T(step.key, "Amount", l.Decimal(scaled, decimals))
		}
	}
	if absolute >= 100 || value == math.Trunc(value) {
		return l.Decimal(value, 0)
	}
	return l.Decimal(value, 2)
}

// ShortAmount is Short for money in minor units, without the currency.
func (l *Locale) ShortAmount(minor float64) string {
	return l.Short(minor / math.Pow10(l.Minor))
}

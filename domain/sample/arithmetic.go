package sample

import (
	"math"
	"math/bits"
	"strconv"
	"time"
)

func exp(x float64) float64          { return math.Exp(x) }
func sqrt(x float64) float64         { return math.Sqrt(x) }
func clamp(x, limit float64) float64 { return min(max(x, -limit), limit) }

// parseMonth reads 2025-12 as year*12 + month-1.
func parseMonth(text string) (int, error) {
	t, err := time.Parse("2006-01", text)
	return t.Year()*12 + int(t.Month()) - 1, err
}

// rateScale is the number of units in an exchange rate of one: six decimals.
const rateScale = 1_000_000

var powersOfTen = [...]uint64{1, 10, 100, 1000, 10_000, 100_000, 1_000_000}

// convert gives an amount of foreign minor units at a rate in minor units of the
// nation's currency, rounded half up. It is exact: 128 bits stand between.
func convert(amount int64, rate uint64, foreignDecimals, decimals int) int64 {
	hi, lo := bits.Mul64(uint64(amount), rate*powersOfTen[decimals])
	divisor := powersOfTen[foreignDecimals] * rateScale
	lo, carry := bits.Add64(lo, divisor/2, 0)
	quotient, _ := bits.Div64(hi+carry, lo, divisor)
	return int64(quotient)
}

// percent gives a rate in hundredths of a per cent of an amount, rounded half up.
func percent(amount, rate int64) int64 { return (amount*rate + 5000) / 10_000 }

// appendMoney writes minor units with a decimal point.
func appendMoney(b []byte, amount int64, decimals int) []byte {
	if decimals == 0 {
		return strconv.AppendInt(b, amount, 10)
	}
	if amount < 0 {
		b = append(b, '-')
		amount = -amount
	}
	unit := int64(powersOfTen[decimals])
	b = strconv.AppendInt(b, amount/unit, 10)
	b = append(b, '.')
	rest := amount % unit
	for unit /= 10; unit > 0; unit /= 10 {
		b = append(b, '0'+byte(rest/unit%10))
	}
	return b
}

// appendRate writes an exchange rate without its last zeros.
func appendRate(b []byte, rate uint64) []byte {
	b = strconv.AppendUint(b, rate/rateScale, 10)
	rest := rate % rateScale
	if rest == 0 {
		return b
	}
	b = append(b, '.')
	for unit := uint64(rateScale / 10); rest > 0; unit /= 10 {
		b = append(b, '0'+byte(rest/unit))
		rest %= unit
	}
	return b
}

// appendKilos writes grams as kilograms with two decimals; grams are whole tens.
func appendKilos(b []byte, grams int64) []byte { return appendMoney(b, grams/10, 2) }

package intake

import (
	"errors"
	"math/big"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestParseScaled(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		text  string
		style decimalStyle
		scale int
		want  int64
		lost  bool
		err   error
	}{
		{text: "", scale: 2, want: 0},
		{text: "0", scale: 2, want: 0},
		{text: "1000", scale: 2, want: 100000},
		{text: "134144.85", scale: 2, want: 13414485},
		{text: "-12.5", scale: 2, want: -1250},
		{text: "12.345", scale: 2, want: 1235, lost: true},
		{text: "-12.345", scale: 2, want: -1235, lost: true},
		{text: "12.344", scale: 2, want: 1234, lost: true},
		{text: "12.500", scale: 2, want: 1250},
		{text: "0.005", scale: 2, want: 1, lost: true},
		{text: "1.0623724E7", scale: 2, want: 1062372400},
		{text: "1.0623724e+7", scale: 2, want: 1062372400},
		{text: "12E-2", scale: 2, want: 12},
		{text: "1E-9", scale: 2, want: 0, lost: true},
		{text: "0E300", scale: 2, want: 0},
		{text: "1E300", scale: 2, err: errTooLarge},
		{text: "92233720368547758.07", scale: 2, want: 9223372036854775807},
		{text: "92233720368547758.08", scale: 2, err: errTooLarge},
		{text: "1,234,567.89", scale: 2, want: 123456789},
		{text: "1.234.567,89", style: decimalComma, scale: 2, want: 123456789},
		{text: "1 234 567,89", style: decimalComma, scale: 2, want: 123456789},
		{text: "1\u00a0234\u202f567,89", style: decimalComma, scale: 2, want: 123456789},
		{text: "1'234.50", scale: 2, want: 123450},
		{text: "1234,56", style: decimalComma, scale: 2, want: 123456},
		{text: "1.500", style: decimalComma, scale: 3, want: 1500000},
		{text: "1.500", scale: 3, want: 1500},
		{text: "1,5", scale: 2, err: errNotNumber},
		{text: "1,23,456", scale: 2, err: errNotNumber},
		{text: "12,3456.00", scale: 2, err: errNotNumber},
		{text: "(12.50)", scale: 2, want: -1250},
		{text: "12.50-", scale: 2, want: -1250},
		{text: "+3", scale: 2, want: 300},
		{text: " 7 ", scale: 0, want: 7},
		{text: ".5", scale: 2, want: 50},
		{text: "5.", scale: 2, want: 500},
		{text: "-", scale: 2, err: errNotNumber},
		{text: "abc", scale: 2, err: errNotNumber},
		{text: "1.2.3", scale: 2, err: errNotNumber},
		{text: "1e", scale: 2, err: errNotNumber},
		{text: "0x10", scale: 2, err: errNotNumber},
		{text: "1234567890123456789012345678901234567890123", scale: 2, err: errTooLarge},
		{text: "35462.4", scale: 0, want: 35462, lost: true},
		{text: "372254.5", scale: 0, want: 372255, lost: true},
		{text: "4500.125", scale: 3, want: 4500125},
	} {
		got, lost, err := parseScaled([]byte(c.text), c.style, c.scale)
		if got != c.want || lost != c.lost || !errors.Is(err, c.err) {
			t.Errorf("%q with %d decimals: got %d, %t, %v; want %d, %t, %v", c.text, c.scale, got, lost, err, c.want, c.lost, c.err)
		}
	}
}

// TestScaledIsExact compares with rational arithmetic on any decimal.
func TestScaledIsExact(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		whole := rapid.StringMatching(`-?[0-9]{1,14}`).Draw(t, "whole")
		decimals := rapid.StringMatching(`[0-9]{0,9}`).Draw(t, "decimals")
		scale := rapid.IntRange(0, 4).Draw(t, "scale")
		text := whole
		if decimals != "" {
			text += "." + decimals
		}
		got, lost, err := parseScaled([]byte(text), decimalPoint, scale)
		if err != nil {
			t.Fatalf("%q: %v", text, err)
		}
		exact, ok := new(big.Rat).SetString(text)
		if !ok {
			t.Fatalf("%q is no number", text)
		}
		exact.Mul(exact, new(big.Rat).SetInt(new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(scale)), nil)))
		difference := new(big.Rat).Sub(exact, new(big.Rat).SetInt64(got))
		if lost == (difference.Sign() == 0) {
			t.Fatalf("%q: lost is %t, the difference %s", text, lost, difference)
		}
		switch difference.Abs(difference).Cmp(big.NewRat(1, 2)) {
		case 1:
			t.Fatalf("%q with %d decimals gave %d", text, scale, got)
		case 0: // a half goes away from zero
			if new(big.Rat).SetInt64(max(got, -got)).Cmp(exact.Abs(exact)) < 0 {
				t.Fatalf("%q with %d decimals gave %d: a half was rounded towards zero", text, scale, got)
			}
		}
	})
}

func TestNormalDecimal(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		text  string
		style decimalStyle
		want  string
	}{
		{"12.999000000000001", decimalPoint, "12.999000000000001"},
		{"1", decimalPoint, "1"},
		{"0.5", decimalPoint, "0.5"},
		{"1.0623724E7", decimalPoint, "10623724"},
		{"1.5E-3", decimalPoint, "0.0015"},
		{"007", decimalPoint, "7"},
		{"-0,25", decimalComma, "-0.25"},
		{"1.234,5", decimalComma, "1234.5"},
		{"1,234.5", decimalPoint, "1234.5"},
	} {
		got, err := normalDecimal([]byte(c.text), c.style, nil)
		if err != nil || string(got) != c.want {
			t.Errorf("%q: got %q, %v; want %q", c.text, got, err, c.want)
		}
	}
}

func TestMulDiv(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		a := rapid.Int64().Draw(t, "a")
		b := rapid.Int64Range(0, 1<<40).Draw(t, "b")
		c := rapid.Int64Range(1, 1e12).Draw(t, "c")
		got, err := mulDiv(a, b, c)
		want := new(big.Int).Mul(new(big.Int).Abs(big.NewInt(a)), big.NewInt(b))
		want.Add(want, big.NewInt(c/2)).Div(want, big.NewInt(c))
		if a < 0 {
			want.Neg(want)
		}
		switch {
		case err == nil && want.Cmp(big.NewInt(got)) != 0:
			t.Fatalf("%d × %d / %d: got %d, want %s", a, b, c, got, want)
		case err != nil && want.IsInt64() && want.Int64() != -1<<63:
			t.Fatalf("%d × %d / %d: %v, want %s", a, b, c, err, want)
		}
	})
}

func TestEvidenceOfDecimalStyle(t *testing.T) {
	t.Parallel()
	for cell, want := range map[string]int{
		"12": sawNothing, "12.5": sawPoint, "12,5": sawComma, "1,234": sawEither, "1.234": sawNothing, "1,234.5": sawPoint,
		"1.234,5": sawComma, "1,234,567": sawPoint, "1.234.567": sawComma, "4500.125": sawPoint, "0.125": sawPoint, "0,125": sawComma,
		"A.B": sawNothing, "1.06E7": sawPoint, "": sawNothing,
	} {
		if got := evidence([]byte(cell)); got != want {
			t.Errorf("%q: got %d, want %d", cell, got, want)
		}
	}
	if got := evidence([]byte(strings.Repeat("1", 60) + "." + strconv.Itoa(5))); got != sawNothing {
		t.Errorf("a very long number: got %d", got)
	}
}

package present

import (
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"assay/web/locales"
	"assay/web/view"
)

func presenter(tb testing.TB, language string) Presenter {
	tb.Helper()
	bundle, err := locales.Load()
	if err != nil {
		tb.Fatal(err)
	}
	return New(bundle.Locale(language, "", time.UTC).WithMoney("EUR", 2))
}

func value(v float64) *float64 { return &v }

func TestFiguresSayTheirState(t *testing.T) {
	t.Parallel()
	p := presenter(t, "en")
	share := Measure{Kind: Share, Wanted: Up}
	for _, c := range []struct {
		name    string
		measure Measure
		reading Reading
		want    view.Figure
	}{
		{"a share", share, Reading{Value: value(0.1247), N: 1204, Low: value(0.11), High: value(0.14)},
			view.Figure{State: view.Measured, Number: "12.5", Unit: "%", Tight: true, Interval: "11.0 – 14.0%", Cases: "1,204 cases", CasesN: "1,204"}},
		{"a small share has two decimals", share, Reading{Value: value(0.00123), N: 9000}, view.Figure{State: view.Measured, Number: "0.12", Unit: "%", Tight: true, Cases: "9,000 cases", CasesN: "9,000"}},
		{"few cases show the count", share, Reading{Numerator: value(4), Denominator: value(17), N: 17, Small: true},
			view.Figure{State: view.Few, Number: "4 of 17", Note: p.T("state.few.note"), Cases: "17 cases", CasesN: "17"}},
		{"nothing counted is not zero", share, Reading{}, view.Figure{State: view.NoCases}},
		{"no case at all, though small", share, Reading{Small: true}, view.Figure{State: view.NoCases}},
		{"what is not there yet", share, Reading{Unavailable: true}, view.Figure{State: view.Unavailable, Note: p.T("state.unavailable.note")}},
		{"too early is not zero", share, Reading{Value: value(0), N: 5, Maturity: Immature, MatureOn: time.Date(2026, 10, 6, 0, 0, 0, 0, time.UTC)},
			view.Figure{State: view.Immature, Note: "Can be told from 6 Oct 2026 on"}},
		{"minutes", Measure{Kind: Duration}, Reading{Value: value(1440), N: 40}, view.Figure{State: view.Measured, Number: "24", Unit: "min", Exact: "24 min", Cases: "40 cases", CasesN: "40"}},
		{"days", Measure{Kind: Duration}, Reading{Value: value(13.6 * 86400), N: 40}, view.Figure{State: view.Measured, Number: "13.6", Unit: "d", Exact: "13 d 14 h", Cases: "40 cases", CasesN: "40"}},
		{"money in short", Measure{Kind: Money}, Reading{Value: value(123456789012), N: 40}, view.Figure{State: view.Measured, Number: "1.23 bn", Unit: "EUR", Exact: "1,234,567,890.12 EUR", Cases: "40 cases", CasesN: "40"}},
	} {
		if got := p.Figure(c.measure, c.reading); got != c.want {
			t.Errorf("%s:\n got %+v\nwant %+v", c.name, got, c.want)
		}
	}
}

// TestSharesAreWrittenOneWay: a share in a text, in an interval and as a figure ends as the language writes it.
func TestSharesAreWrittenOneWay(t *testing.T) {
	t.Parallel()
	for _, language := range []string{"en", "fr", "ar", "es", "pt"} {
		p := presenter(t, language)
		share, tail := Measure{Kind: Share}, p.PercentTail()
		r := Reading{Value: value(0.124), N: 1204, Low: value(0.11), High: value(0.14)}
		f := p.Figure(share, r)
		for _, text := range []string{p.Value(Share, 0.124), p.Text(f), p.Interval(share, r), p.Percent(0.124, 1)} {
			if !strings.HasSuffix(text, tail) || strings.HasSuffix(strings.TrimSuffix(text, tail), "\u00a0") {
				t.Errorf("%s: %q does not end in %q", language, text, tail)
			}
		}
		if f.Tight == strings.HasPrefix(tail, "\u00a0") {
			t.Errorf("%s: tight %v beside %q", language, f.Tight, tail)
		}
	}
}

func TestVerdicts(t *testing.T) {
	t.Parallel()
	p := presenter(t, "en")
	high := Reading{Value: value(0.8), N: 900, Low: value(0.77), High: value(0.83)}
	low := Reading{Value: value(0.6), N: 900, Low: value(0.57), High: value(0.63)}
	near := Reading{Value: value(0.79), N: 900, Low: value(0.76), High: value(0.82)}
	fast := Reading{Value: value(3600), N: 900, Low: value(1800), High: value(7200)}
	slow := Reading{Value: value(7200), N: 900, Low: value(3600), High: value(14000)}
	for _, c := range []struct {
		name      string
		measure   Measure
		now, then Reading
		want      view.Comparison
	}{
		{"more of what should rise", Measure{Kind: Share, Wanted: Up}, high, low, view.Comparison{Value: "60.0%", Change: "+20.0 pt", Arrow: "rise", Verdict: "better", Meaning: "better"}},
		{"more of what should fall", Measure{Kind: Share, Wanted: Down}, high, low, view.Comparison{Value: "60.0%", Change: "+20.0 pt", Arrow: "rise", Verdict: "worse", Meaning: "worse"}},
		{"a band is not judged", Measure{Kind: Share, Wanted: Band}, high, low, view.Comparison{Value: "60.0%", Change: "+20.0 pt", Arrow: "rise", Verdict: "neutral"}},
		{"overlapping intervals", Measure{Kind: Share, Wanted: Up}, high, near, view.Comparison{Value: "79.0%", Change: "+1.0 pt", Arrow: "rise", Verdict: "chance", Meaning: "within chance"}},
		{"faster", Measure{Kind: Duration, Wanted: Down}, fast, slow, view.Comparison{Value: "2.0\u00a0h", Change: "−50.0%", Arrow: "fall", Verdict: "better", Meaning: "better"}},
		{"notches of medians that overlap", Measure{Kind: Duration, Wanted: Down}, Reading{Value: value(6900), N: 40, Low: value(3400), High: value(14000)}, Reading{Value: value(7200), N: 40, Low: value(3600), High: value(14000)},
			view.Comparison{Value: "2.0\u00a0h", Change: "−4.2%", Arrow: "fall", Verdict: "chance", Meaning: "within chance"}},
		{"the same", Measure{Kind: Share, Wanted: Up}, high, high, view.Comparison{Value: "80.0%", Change: "no change", Arrow: "level", Verdict: "neutral"}},
		{"nothing before", Measure{Kind: Share, Wanted: Up}, high, Reading{}, view.Comparison{}},
		{"a sum of part of a period", Measure{Kind: Money, Wanted: Up}, Reading{Value: value(100), N: 50, Maturity: Partly}, Reading{Value: value(200), N: 90},
			view.Comparison{Value: "2\u00a0EUR", Change: "−50.0%", Arrow: "fall", Verdict: "neutral"}},
		{"few cases are compared with nothing", Measure{Kind: Share, Wanted: Up}, high, Reading{Numerator: value(1), Denominator: value(9), N: 9, Small: true}, view.Comparison{}},
	} {
		if got := p.Comparison(c.measure, c.now, c.then, ""); got != c.want {
			t.Errorf("%s:\n got %+v\nwant %+v", c.name, got, c.want)
		}
	}
}

func TestPeriods(t *testing.T) {
	t.Parallel()
	for text, want := range map[string][2]string{
		"2026-09": {"2026-09-01", "2026-10-01"}, "2026-Q4": {"2026-10-01", "2027-01-01"}, "2026": {"2026-01-01", "2027-01-01"}, "2025-10..2026-09": {"2025-10-01", "2026-10-01"},
	} {
		p, ok := ParsePeriod(text)
		if !ok || p.From.Format(time.DateOnly) != want[0] || p.To.Format(time.DateOnly) != want[1] {
			t.Errorf("%s: %v %v", text, p, ok)
		}
		if p.String() != text {
			t.Errorf("%s is written as %s", text, p)
		}
	}
	for _, text := range []string{"", "2026-00", "2026-13", "2026-Q5", "26", "2026-09..2026-08", "1000-01..2026-01", "2026-9"} {
		if p, ok := ParsePeriod(text); ok {
			t.Errorf("%q is taken for %v", text, p)
		}
	}
}

func TestPeriodsSurviveTheirAddress(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		from := time.Date(rapid.IntRange(1990, 2080).Draw(t, "year"), time.Month(rapid.IntRange(1, 12).Draw(t, "month")), 1, 0, 0, 0, 0, time.UTC)
		p := Period{from, from.AddDate(0, rapid.IntRange(1, longestPeriod).Draw(t, "months"), 0)}
		again, ok := ParsePeriod(p.String())
		if !ok || again != p {
			t.Fatalf("%v became %v", p, again)
		}
		if p.Before().To != p.From || p.Before().Months() != p.Months() {
			t.Fatalf("before %v is %v", p, p.Before())
		}
	})
}

func TestChosenPeriodIsAlwaysOffered(t *testing.T) {
	t.Parallel()
	p := presenter(t, "fr")
	known := Period{time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)}
	for _, text := range []string{"2025-12", "2025-Q4", "2025", "2025-03..2025-04", "2019-01"} {
		shown, _ := ParsePeriod(text)
		selected := 0
		for _, group := range p.Periods(known, shown) {
			for _, choice := range group.Choices {
				if choice.Selected {
					selected++
				}
			}
		}
		if selected != 1 {
			t.Errorf("%s: %d choices are selected", text, selected)
		}
	}
}

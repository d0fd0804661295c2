package indicator

import (
	"flag"
	"math"
	"os"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"assay/domain/administration"
	"assay/domain/cube"
	"assay/domain/cube/fact"
)

var write = flag.Bool("write", false, "write CATALOGUE.md anew")

// The page of the catalogue is what the definitions say.
// To write it anew: go test ./domain/indicator -run Page -write
func TestPageSaysWhatTheDefinitionsSay(t *testing.T) {
	t.Parallel()
	page := Page()
	if *write {
		if err := os.WriteFile("CATALOGUE.md", []byte(page), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	kept, err := os.ReadFile("CATALOGUE.md")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(page, string(kept)); diff != "" {
		t.Fatalf("CATALOGUE.md is not of these definitions; write it anew (-definitions +page):\n%s", diff)
	}
}

func TestCatalogueIsComplete(t *testing.T) {
	t.Parallel()
	all := All()
	if len(all) != 43 {
		t.Fatalf("there are %d indicators", len(all))
	}
	core := 0
	for i, d := range all {
		if d.Number != i+1 {
			t.Errorf("%s has number %d at place %d", d.Code, d.Number, i+1)
		}
		if d.Core() {
			core++
		}
		if d.Version < 1 || d.Name == "" || d.Text == "" || d.Provenance == "" || !slices.Contains(Families, d.Family) {
			t.Errorf("%s is not described", d.Code)
		}
		if !d.Available() && d.Code != "INT03" {
			t.Errorf("%s is not available: %s", d.Code, d.Missing)
		}
		for _, other := range d.Beside {
			if _, err := Find(other); err != nil {
				t.Errorf("beside %s: %v", d.Code, err)
			}
		}
	}
	if core != 29 {
		t.Errorf("%d indicators are core", core)
	}
}

// Everything that definitions name is in their grains.
func TestDefinitionsFitTheGrains(t *testing.T) {
	t.Parallel()
	for _, d := range All() {
		if !d.Available() {
			continue
		}
		for _, name := range d.Dimensions {
			grain := fact.Grain(d.Rows)
			if d.isDetail(name) {
				grain = fact.Grain(d.Detail.Rows)
			}
			if !slices.Contains(grain.Dimensions(), name) {
				t.Errorf("%s: %s has no dimension %s", d.Code, grain.Name, name)
			}
		}
		var asks []*ask
		for _, by := range d.AllDimensions() {
			asks = append(asks, &ask{Definition: d, by: []string{by}})
		}
		for _, a := range append(asks, &ask{Definition: d}) {
			for _, p := range a.parts() {
				grain := fact.Grain(p.rows)
				for _, s := range p.slots {
					if _, err := conditions(grain, s.tests, 0, 30); err != nil {
						t.Errorf("%s by %v: %v", d.Code, a.by, err)
					}
					if s.column != "" && grain.Column(s.column) == nil {
						t.Errorf("%s by %v: %s has no column %s", d.Code, a.by, grain.Name, s.column)
					}
				}
			}
		}
	}
}

// The ends of the interval are those of tables: 8 of 10 gives 0.4902 to 0.9433.
func TestWilson(t *testing.T) {
	t.Parallel()
	for _, each := range []struct {
		count, n  int64
		low, high float64
	}{{8, 10, 0.490162, 0.943318}, {0, 20, 0, 0.161125}, {20, 20, 0.838875, 1}, {1, 1000, 0.000177, 0.005643}} {
		low, high := Wilson(each.count, each.n)
		if math.Abs(low-each.low) > 1e-6 || math.Abs(high-each.high) > 1e-6 {
			t.Errorf("%d of %d: %.6f to %.6f", each.count, each.n, low, high)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.Int64Range(1, 1<<40).Draw(t, "n")
		count := rapid.Int64Range(0, n).Draw(t, "count")
		low, high := Wilson(count, n)
		if p := float64(count) / float64(n); low < 0 || high > 1 || low > p+1e-12 || high < p-1e-12 {
			t.Fatalf("%d of %d: %v to %v", count, n, low, high)
		}
	})
}

// A day counts exactly when the data reach the day on which it is ripe.
func TestMaturityIsTheDayOfRipeness(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		settings := administration.Settings{WriteOffDays: rapid.Int64Range(0, 60).Draw(t, "n")}
		m := rapid.SampledFrom([]Maturity{{}, {Days: 5}, {Month: true, Days: 1}, {Days: 1, Setting: WriteOffDays}}).Draw(t, "maturity")
		reach := horizon{day: cube.Date(rapid.Int32Range(15000, 25000).Draw(t, "watermark")), known: true}
		through := reach.through(m, &settings)
		for day := through - 40; day <= through+40; day++ {
			if ripe := m.ripe(day, &settings) <= reach.day; ripe != (day <= through) {
				t.Fatalf("%s is ripe on %s; the data reach %s, and %s counts through %s", day, m.ripe(day, &settings), reach.day, day, through)
			}
		}
		from := through + cube.Date(rapid.Int32Range(-40, 40).Draw(t, "from"))
		found := reach.maturity(m, from, from+10, &settings).State
		switch {
		case from > through && found != Immature, from+9 <= through && found != Mature, from <= through && from+9 > through && found != Partly:
			t.Fatalf("ten days from %s are %s, the data tell through %s", from, found, through)
		}
	})
}

func TestWatermarkFallsIntoItsLocalDay(t *testing.T) {
	t.Parallel()
	zone := time.FixedZone("east", 9*3600)
	if h := newHorizon(time.Date(2026, 3, 1, 20, 0, 0, 0, time.UTC), zone); h.day != cube.DateOf(2026, 3, 2) {
		t.Errorf("the data reach %s", h.day)
	}
	if h := newHorizon(time.Time{}, zone); h.through(Maturity{Days: 5}, &administration.Settings{}) != cube.MaxDate {
		t.Error("without a watermark something is immature")
	}
}

// Small denominators show the count, not the rate; zero denominators nothing.
func TestSmallDenominatorsShowNoRate(t *testing.T) {
	t.Parallel()
	d, err := Find("CLR01")
	if err != nil {
		t.Fatal(err)
	}
	number := func(count, n int64) Number {
		return d.number(&raw{numerator: cube.Value{Int: count}, denominator: cube.Value{Int: n, N: n}, hasNumerator: true, hasDenominator: true}, d.Unit, d.Interval, 30)
	}
	if n := number(7, 29); n.Value != nil || !n.Small || n.Low != nil || *n.Numerator != 7 || *n.Denominator != 29 {
		t.Errorf("7 of 29 is %+v", n)
	}
	if n := number(15, 30); n.Value == nil || *n.Value != 50 || n.Small || n.Low == nil {
		t.Errorf("15 of 30 is %+v", n)
	}
	if n := number(0, 0); n.Value != nil {
		t.Errorf("0 of 0 is %+v", n)
	}
	// The published unit test of REV04: 25 of 532.9 is 4.7 %.
	rev, err := Find("REV04")
	if err != nil {
		t.Fatal(err)
	}
	n := rev.number(&raw{numerator: cube.Value{Int: 250}, denominator: cube.Value{Int: 5329, N: 1}, hasNumerator: true, hasDenominator: true}, rev.Unit, rev.Interval, 30)
	if n.Value == nil || math.Abs(*n.Value-4.6913) > 1e-4 {
		t.Errorf("25 of 532.9 is %+v", n.Value)
	}
}

func TestPeriodsBefore(t *testing.T) {
	t.Parallel()
	day := func(text string) cube.Date {
		d, err := cube.ParseDate(text)
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	for _, each := range [][4]string{
		{"2026-03-01", "2026-04-01", "2026-02-01", "2026-03-01"},
		{"2026-01-01", "2027-01-01", "2025-01-01", "2026-01-01"},
		{"2026-03-10", "2026-03-20", "2026-02-28", "2026-03-10"},
	} {
		if found := before(day(each[0]), day(each[1])); found != [2]cube.Date{day(each[2]), day(each[3])} {
			t.Errorf("before %s to %s comes %s to %s", each[0], each[1], found[0], found[1])
		}
	}
	if found := yearBefore(day("2024-02-29")); found != day("2023-02-28") {
		t.Errorf("a year before 29 February 2024 is %s", found)
	}
}

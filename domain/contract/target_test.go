package contract

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"assay/domain/cube"
	"assay/domain/indicator"
)

// TestRule holds the rule against figures worked out by hand: eight months of 10, 20, .., 80.
func TestRule(t *testing.T) {
	t.Parallel()
	var months []Observation
	for i := range 8 {
		months = append(months, Observation{Subject: "EX1", Month: cube.Month(i), Cases: 40, Value: float64(10 * (i + 1))})
	}
	months = append(months, Observation{Subject: "EX2", Cases: 29, Value: 1000}) // too few declarations
	rule := DefaultRule()
	rule.MinimalMonths = 8
	for _, c := range []struct {
		direction                   indicator.Direction
		baseline, threshold, target float64
	}{{indicator.Higher, 45, 45, 62.5}, {indicator.Lower, 45, 45, 27.5}} {
		p := rule.Propose(Line{Code: "CLR01", Direction: c.direction}, indicator.Percent, months, 2)
		if p.FewCases != 1 || p.NoValue != 2 || len(p.Observations) != 8 {
			t.Fatalf("counted %+v", p)
		}
		if *p.Baseline != c.baseline || *p.Threshold != c.threshold || *p.Target != c.target {
			t.Errorf("%s: %s", c.direction, p)
		}
	}
	band := rule.Propose(Line{Code: "CTL01", Direction: indicator.Band}, indicator.Percent, months, 0)
	if band.Target != nil || *band.RedLow != 13.5 || *band.RedHigh != 76.5 {
		t.Errorf("band: low %v high %v target %v", *band.RedLow, *band.RedHigh, band.Target)
	}
	rule.MinimalMonths = 9
	if p := rule.Propose(Line{Code: "CLR01", Direction: indicator.Higher}, indicator.Percent, months, 0); p.Target != nil || p.Quantiles == nil {
		t.Errorf("from too few months: %s", p)
	}
}

// TestQuantile holds quantiles against the definition: the share of a straight line between order statistics.
func TestQuantile(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(r *rapid.T) {
		values := rapid.SliceOfN(rapid.Float64Range(-1e6, 1e6), 1, 60).Draw(r, "values")
		q := rapid.Float64Range(0, 1).Draw(r, "q")
		slices.Sort(values)
		got := quantile(values, q)
		// The reference walks the broken line that joins (i/(n-1), value i).
		want := values[0]
		for i := 1; i < len(values); i++ {
			left, right := float64(i-1)/float64(len(values)-1), float64(i)/float64(len(values)-1)
			if q >= left {
				want = values[i-1] + (q-left)/(right-left)*(values[i]-values[i-1])
			}
		}
		if math.Abs(got-want) > 1e-6*(1+math.Abs(want)) {
			r.Fatalf("quantile %v of %v is %v, the line gives %v", q, values, got, want)
		}
	})
}

func TestAttainment(t *testing.T) {
	t.Parallel()
	f := func(v float64) *float64 { return &v }
	up := Target{Direction: indicator.Higher, Threshold: f(60), Target: f(80)}
	down := Target{Direction: indicator.Lower, Threshold: f(30), Target: f(20)}
	band := Target{Direction: indicator.Band, RedLow: f(5), RedHigh: f(50)}
	zero := Target{Direction: indicator.Lower, Threshold: f(1), Target: f(0)}
	for _, c := range []struct {
		name     string
		t        Target
		value    float64
		want     float64
		standing Standing
	}{
		{"up, half", up, 40, 50, Red}, {"up, between", up, 70, 87.5, Amber}, {"up, reached", up, 80, 100, Green}, {"up, capped", up, 200, 150, Green},
		{"down, reached", down, 20, 100, Green}, {"down, between", down, 25, 80, Amber}, {"down, missed", down, 40, 50, Red}, {"down, nothing", down, 0, 150, Green},
		{"band, within", band, 20, 100, Green}, {"band, below", band, 4, 0, Red}, {"band, on the line", band, 50, 100, Green},
		{"target of zero, missed", zero, 2, 0, Red}, {"target of zero, reached", zero, 0, 150, Green},
	} {
		if got := c.t.Attainment(c.value, 150); got != c.want {
			t.Errorf("%s: attainment %v, want %v", c.name, got, c.want)
		}
		if got := c.t.Standing(c.value); got != c.standing {
			t.Errorf("%s: %s, want %s", c.name, got, c.standing)
		}
	}
}

// TestBacktest holds the back-test against a plain count on random months, and finds the pair that was made to pull apart.
func TestBacktest(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(7, 1))
	f := func(v float64) *float64 { return &v }
	targets := []Target{
		{Code: "CLR01", Direction: indicator.Higher, Weight: 40, Threshold: f(50), Target: f(70)},
		{Code: "CTL02", Direction: indicator.Higher, Weight: 40, Threshold: f(10), Target: f(15)},
		{Code: "DQ01", Direction: indicator.Lower, Weight: 20, Threshold: f(5), Target: f(3), RedHigh: f(9.5)},
	}
	observations := map[string][]Observation{}
	type month struct{ values [3]float64 }
	plain := map[string][]month{}
	for i := range 400 {
		office := []string{"DLA1", "KRB"}[i%2]
		fast := random.Float64() * 100
		m := month{[3]float64{fast, 30 - fast*0.3 + random.Float64()*4, random.Float64() * 10}}
		plain[office] = append(plain[office], m)
		for j, target := range targets {
			observations[target.Code] = append(observations[target.Code], Observation{Subject: "EX", Office: office, Month: cube.Month(i), Cases: 50, Value: m.values[j]})
		}
	}
	b := BacktestTargets(targets, observations, 150)
	for _, office := range b.Offices {
		threshold, target, achieved := 0, 0, 0
		for _, m := range plain[office.Office] {
			if m.values[0] >= 50 {
				threshold++
			}
			if m.values[0] >= 70 {
				target++
			}
			score := 0.4*min(150, 100*m.values[0]/70) + 0.4*min(150, 100*m.values[1]/15) + 0.2*min(150, 100*3/m.values[2])
			if score >= 100 && m.values[2] <= 9.5 {
				achieved++
			}
		}
		if got := office.Lines[0]; got.Months != 200 || got.Threshold != threshold || got.Target != target {
			t.Errorf("%s: %+v, the plain count gives %d and %d", office.Office, got, threshold, target)
		}
		if office.Achieved != achieved || office.Months != 200 {
			t.Errorf("%s: %d of %d achieved, the plain count gives %d", office.Office, office.Achieved, office.Months, achieved)
		}
	}
	if len(b.Pulls) != 1 || b.Pulls[0].First != "CLR01" || b.Pulls[0].Second != "CTL02" || b.Pulls[0].High >= 0 {
		t.Fatalf("pairs that pull against each other: %+v", b.Pulls)
	}
}

// TestSpearman holds the correlation against its textbook form without ties.
func TestSpearman(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(r *rapid.T) {
		n := rapid.IntRange(4, 40).Draw(r, "n")
		order := make([]int, n)
		for i := range order {
			order[i] = i
		}
		order = rapid.Permutation(order).Draw(r, "order")
		x, z := make([]float64, n), make([]float64, n)
		sum := 0.0
		for i, o := range order {
			x[i], z[i] = float64(i)*3+1, float64(o)*0.5-7
			sum += float64((i - o) * (i - o))
		}
		want := 1 - 6*sum/float64(n*(n*n-1))
		if got := spearman(x, z); math.Abs(got-want) > 1e-9 {
			r.Fatalf("%v, the textbook gives %v", got, want)
		}
	})
	if got := spearman([]float64{1, 1, 1}, []float64{1, 2, 3}); got != 0 {
		t.Fatalf("with one side that never varies: %v", got)
	}
}

// TestCascade sums a share by volume, with what is not set entering as it is now.
func TestCascade(t *testing.T) {
	t.Parallel()
	f := func(v float64) *float64 { return &v }
	top := CascadeNode{Target: f(70), Parts: []CascadeNode{
		{Subject: "DLA1", Volume: 300, Parts: []CascadeNode{{Volume: 100, Target: f(80)}, {Volume: 200, Now: f(65)}}},
		{Subject: "KRB", Volume: 100, Target: f(60)},
	}}
	top.sumUp(indicator.Percent, indicator.Higher)
	if got := *top.Parts[0].Sum; got != 70 {
		t.Errorf("DLA1: %v, want (100·80+200·65)/300 = 70", got)
	}
	if *top.Sum != 67.5 || top.Enough {
		t.Errorf("whole: %v, want (300·70+100·60)/400 = 67.5, which is below 70", *top.Sum)
	}
	counts := CascadeNode{Target: f(30), Parts: []CascadeNode{{Target: f(10)}, {Target: f(12)}}}
	counts.sumUp(indicator.Count, indicator.Lower)
	if *counts.Sum != 22 || !counts.Enough {
		t.Errorf("counts: %v", *counts.Sum)
	}
}

package contract

import (
	"math"
	"math/big"
	"testing"

	"pgregory.net/rapid"

	"assay/domain/indicator"
)

func figure(value float64, n int64) Measured { return Measured{Value: &value, N: n, Mature: true} }

func number(value float64) *float64 { return &value }

// scored is a contract of four indicators: up, down, a band, and up with a red line.
func scored() *Document {
	return &Document{Terms: DefaultTerms(), Targets: []Target{
		{Code: "CLR01", Direction: indicator.Higher, Weight: 40, Threshold: number(70), Target: number(80)},
		{Code: "CLR04", Direction: indicator.Lower, Weight: 30, Threshold: number(6), Target: number(4)},
		{Code: "CTL01", Direction: indicator.Band, Weight: 10, RedLow: number(5), RedHigh: number(30)},
		{Code: "CTL02", Direction: indicator.Higher, Weight: 20, Threshold: number(10), Target: number(20), RedLow: number(2)},
	}}
}

// TestAMonthIsScoredByHand is the arithmetic of the contract, as people would do it.
func TestAMonthIsScoredByHand(t *testing.T) {
	t.Parallel()
	all := func() Month {
		return Month{WorkDays: 20, Declarations: 200, Figures: map[string]Measured{
			"CLR01": figure(88, 200), "CLR04": figure(5, 200), "CTL01": figure(12, 200), "CTL02": figure(25, 40)}}
	}
	for name, c := range map[string]struct {
		change    func(*Month)
		composite float64 // NaN: none
		achieved  bool
		part      float64
	}{
		// (40·110 + 30·80 + 10·100 + 20·125) / 100 = (4400 + 2400 + 1000 + 2500) / 100
		"all":                  {func(*Month) {}, 103, true, 1},
		"the cap":              {func(m *Month) { m.Figures["CTL02"] = figure(90, 40) }, 108, true, 1},                     // 125 becomes 150
		"zero where less wins": {func(m *Month) { m.Figures["CLR04"] = figure(0, 200) }, 124, true, 1},                     // 80 becomes 150
		"out of the band":      {func(m *Month) { m.Figures["CTL01"] = figure(40, 200) }, 93, false, 1},                    // 100 becomes 0
		"beyond a red line":    {func(m *Month) { m.Figures["CTL02"] = figure(1, 40) }, 79, false, 1},                      // 125 becomes 5
		"one left out":         {func(m *Month) { delete(m.Figures, "CTL02") }, 97.5, false, 1},                            // 7800 / 80
		"an objection":         {func(m *Month) { m.Left = map[string]LeftOut{"CLR04": LeftGranted} }, 790.0 / 7, true, 1}, // 7900 / 70
		"still open":           {func(m *Month) { m.Figures["CLR04"] = Measured{Value: number(1), N: 9} }, 790.0 / 7, true, 1},
		"too little counts": {func(m *Month) {
			delete(m.Figures, "CLR01")
			delete(m.Figures, "CTL02")
		}, math.NaN(), false, 1},
		"few declarations": {func(m *Month) { m.Declarations = 29 }, math.NaN(), false, 1},
		"seven days":       {func(m *Month) { m.WorkDays = 7 }, 103, true, 0.7},
		"no day":           {func(m *Month) { m.WorkDays = 0 }, 103, true, 0},
	} {
		m := all()
		c.change(&m)
		got := ScoreMonth(scored(), m)
		if math.IsNaN(c.composite) != (got.Composite == nil) || got.Composite != nil && math.Abs(*got.Composite-c.composite) > 1e-9 ||
			got.Achieved != c.achieved || got.Part != c.part {
			t.Errorf("%s: %+v, composite %v; want %v", name, got, got.Composite, c)
		}
	}
}

// TestAScoreIsTheExactWeightedMean holds the score against fractions, over any figures and any left out.
func TestAScoreIsTheExactWeightedMean(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		d := scored()
		m := Month{WorkDays: rapid.IntRange(0, 25).Draw(t, "days"), Declarations: rapid.Int64Range(0, 60).Draw(t, "declarations"), Figures: map[string]Measured{}, Left: map[string]LeftOut{}}
		for _, target := range d.Targets {
			if rapid.Bool().Draw(t, "measured") {
				m.Figures[target.Code] = Measured{Value: number(float64(rapid.IntRange(0, 400).Draw(t, "value")) / 4), N: 5, Mature: rapid.IntRange(0, 4).Draw(t, "mature") > 0}
			}
			if rapid.IntRange(0, 5).Draw(t, "left") == 0 {
				m.Left[target.Code] = LeftGranted
			}
		}
		got := ScoreMonth(d, m)
		sum, weight, shares := new(big.Rat), int64(0), 0.0
		for i, line := range got.Lines {
			shares += line.Weight
			if line.LeftOut != Counted {
				if line.Attainment != 0 || line.Weight != 0 {
					t.Fatalf("%s is left out and counts: %+v", line.Code, line)
				}
				continue
			}
			attained := new(big.Rat)
			attained.SetFloat64(d.Targets[i].Attainment(*m.Figures[line.Code].Value, d.Terms.CapPercent))
			sum.Add(sum, attained.Mul(attained, big.NewRat(int64(d.Targets[i].Weight), 1)))
			weight += int64(d.Targets[i].Weight)
		}
		if weight > 0 && math.Abs(shares-100) > 1e-9 {
			t.Fatalf("the weights of the month sum to %v", shares)
		}
		if (got.Composite != nil) != (weight >= leastWeight) {
			t.Fatalf("a composite from %d per cent of the weight: %v", weight, got.Composite)
		}
		if got.Composite != nil {
			want, _ := sum.Quo(sum, big.NewRat(weight, 1)).Float64()
			if math.Abs(*got.Composite-want) > 1e-9 {
				t.Fatalf("composite %v, the exact mean is %v", *got.Composite, want)
			}
		}
	})
}

func TestATermWeighsItsMonths(t *testing.T) {
	t.Parallel()
	if got := TermScore([]Score{{Part: 1, Composite: number(110)}, {Part: 0.5, Composite: number(80)}, {Part: 1}}); got == nil || *got != 100 {
		t.Errorf("(1·110 + 0.5·80) / 1.5 is 100, got %v", got)
	}
	if got := TermScore([]Score{{Part: 1}, {Part: 0, Composite: number(80)}}); got != nil {
		t.Errorf("no month counts, got %v", *got)
	}
	if got := PeerMedian([]float64{9, 1, 5, 3, 7}); got == nil || *got != 5 {
		t.Errorf("the median of peers: %v", got)
	}
	if got := PeerMedian([]float64{1, 2, 3, 4}); got != nil {
		t.Errorf("four peers could be told apart: %v", *got)
	}
}

// TestWhyAFigureIsLeftOut tells a rate of too few cases from nothing to measure: who reads "nothing to measure"
// beside 25 cases believes that the figure is lost.
func TestWhyAFigureIsLeftOut(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		declarations int64
		figure       Measured
		want         LeftOut
	}{
		"a rate of 25 cases":       {33, Measured{N: 25, Mature: true}, FewCases},
		"no case":                  {33, Measured{Mature: true}, NoFigure},
		"a month of 29":            {29, figure(3, 29), FewCases},
		"cases with time left":     {33, Measured{N: 25}, NotMature},
		"a figure of enough cases": {33, figure(3, 31), Counted},
	} {
		m := Month{WorkDays: 20, Declarations: c.declarations, Figures: map[string]Measured{"CLR04": c.figure}}
		if got := ScoreMonth(scored(), m).Lines[1].LeftOut; got != c.want {
			t.Errorf("%s: left out because of %q, want %q", name, got, c.want)
		}
	}
}

package present

import (
	"math"
	"testing"

	"assay/web/locales"
	"assay/web/view"
)

func plotPresenter(t *testing.T, language string) Presenter {
	t.Helper()
	bundle, err := locales.Load()
	if err != nil {
		t.Fatal(err)
	}
	return New(bundle.Locale(language, "", nil))
}

func cases(top, of float64) Reading {
	value := top / of
	low, high := value/2, (1+value)/2
	return Reading{Value: &value, Numerator: &top, Denominator: &of, N: int64(of), Low: &low, High: &high, Maturity: Mature}
}

// TestFunnelLimits: the same distance from the whole is chance in a small group and none in a large
// one, checked against the normal limits by hand: 0.2 ± 3.0902 * sqrt(0.16 / n).
func TestFunnelLimits(t *testing.T) {
	t.Parallel()
	p := plotPresenter(t, "en")
	groups := []Group{{Name: "small", Reading: cases(12, 40)}, {Name: "large", Reading: cases(1200, 4000)}, {Name: "edge", Reading: cases(46, 169)}, {Name: "level", Reading: cases(200, 1000)}}
	plot := p.Funnel(Measure{Kind: Share}, cases(2000, 10000), groups)
	if plot == nil {
		t.Fatal("no funnel")
	}
	kinds := map[string]string{}
	for _, dot := range plot.Dots {
		kinds[dot.Title[:5]] = dot.Kind
	}
	// small: 0.1 / 0.0632 = 1.58 errors; large: 15.8; edge: 0.0722 / 0.03077 = 2.35; level: 0.
	want := map[string]string{"small": "inside", "large": "outside", "edge:": "edge", "level": "inside"}
	for name, kind := range want {
		if kinds[name] != kind {
			t.Errorf("%s is %s, want %s", name, kinds[name], kind)
		}
	}
	labels := 0
	for _, text := range plot.Texts {
		if text.Kind == "label" {
			labels++
			if text.Text != "large" {
				t.Errorf("%q is named", text.Text)
			}
		}
	}
	if labels != 1 {
		t.Errorf("%d names, want 1", labels)
	}
}

func TestNoFunnelWithoutGrounds(t *testing.T) {
	t.Parallel()
	p := plotPresenter(t, "ar")
	four := []Group{{Reading: cases(1, 40)}, {Reading: cases(2, 50)}, {Reading: cases(3, 60)}, {Reading: cases(4, 70)}}
	amount := cases(1, 2)
	amount.Low = nil // a ratio of amounts has no interval: it is no share of cases
	for name, plot := range map[string]*view.Plot{
		"durations":     p.Funnel(Measure{Kind: Duration}, cases(1, 10), four),
		"three groups":  p.Funnel(Measure{Kind: Share}, cases(1, 10), four[:3]),
		"amounts":       p.Funnel(Measure{Kind: Share}, amount, four),
		"nobody at all": p.Funnel(Measure{Kind: Share}, cases(0, 10), four),
	} {
		if plot != nil {
			t.Errorf("%s have a funnel", name)
		}
	}
}

func TestTicksAreRound(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		low, high float64
		first     float64
		count     int
	}{{0, 1, 0, 3}, {0, 0.23, 0, 3}, {3, 97, 50, 1}, {10, 10, 0, 0}} {
		got := ticks(c.low, c.high, 4)
		if len(got) != c.count || len(got) > 0 && math.Abs(got[0]-c.first) > 1e-9 {
			t.Errorf("%v to %v: %v", c.low, c.high, got)
		}
	}
}

func TestLevels(t *testing.T) {
	t.Parallel()
	v := func(x float64) *float64 { return &x }
	got := Levels([]*float64{v(0), nil, v(10), v(5), v(1.9), v(2.1)})
	for i, want := range []int{1, 0, 5, 3, 1, 2} {
		if got[i] != want {
			t.Errorf("value %d is of level %d, want %d", i, got[i], want)
		}
	}
}

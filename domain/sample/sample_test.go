package sample

import (
	"fmt"
	"testing"
)

func TestCleanBreaksNothing(t *testing.T) {
	t.Parallel()
	for _, timing := range []Timing{BeforeAssessment, AfterPayment} {
		t.Run(string(timing), func(t *testing.T) {
			t.Parallel()
			x := generate(t, func(p *Parameters) { p.Profile, p.Timing, p.Declarations, p.Months = Clean, timing, 8_000, 14 })
			for rule, subjects := range breachesFound(t, x) {
				for _, key := range some(subjects) {
					t.Errorf("%s is broken by %s, and %d in all", rule, key, len(subjects))
				}
			}
			if len(x.planted) != 0 || len(x.truth.Favours)+len(x.truth.Officers) != 0 || x.truth.Office != nil || x.truth.Broker != nil {
				t.Errorf("the clean profile has planted something: %+v", x.planted)
			}
		})
	}
}

// some gives at most five of a set.
func some(set map[string]bool) (keys []string) {
	for key := range set {
		if len(keys) < 5 {
			keys = append(keys, key)
		}
	}
	return keys
}

func TestWhatIsPlantedIsFoundAndNothingElse(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		profile Profile
		timing  Timing
		locale  string
	}{{Mixed, BeforeAssessment, "en"}, {Before, BeforeAssessment, "fr"}, {After, AfterPayment, "ar"}} {
		t.Run(fmt.Sprint(c.profile, " ", c.timing), func(t *testing.T) {
			t.Parallel()
			x := generate(t, func(p *Parameters) {
				p.Profile, p.Timing, p.Locale, p.Declarations, p.Seed = c.profile, c.timing, c.locale, 12_000, 7
			})
			found := breachesFound(t, x)
			for _, rule := range Rules {
				planted := x.keysOf(rule)
				for key := range planted {
					if !found[rule][key] {
						t.Errorf("%s: planted in %s and not found", rule, key)
					}
				}
				for key := range found[rule] {
					if !planted[key] {
						t.Errorf("%s: found in %s, not planted", rule, key)
					}
				}
			}
			checkQuotas(t, x)
		})
	}
}

// checkQuotas compares the number planted with the rate.
func checkQuotas(t *testing.T, x *extract) {
	t.Helper()
	for _, r := range x.truth.Rules {
		if r.Planted != len(x.planted[r.Rule][r.Case]) || r.Planted > r.Planned {
			t.Errorf("%s %s: truth.json says %d planted of %d, truth_keys.csv has %d", r.Rule, r.Case, r.Planted, r.Planned, len(x.planted[r.Rule][r.Case]))
		}
		if float64(r.Planted) < 0.85*float64(r.Planned)-1 {
			t.Errorf("%s %s: only %d of %d planted", r.Rule, r.Case, r.Planted, r.Planned)
		}
	}
}

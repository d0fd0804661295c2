package sample

import (
	"math"
	"sort"
	"testing"
	"time"

	"assay/deploy/local/dbtest/racing"
)

// pairScore is excess interaction of a broker and an officer (test T1).
type pairScore struct {
	broker, officer string
	z               float64
	n, observed     int
}

// interaction computes T1 on the last assignment of selected declarations of an
// office: strata are days, expectation and variance hypergeometric.
func interaction(t *testing.T, x *extract, office string) []pairScore {
	t.Helper()
	type pair struct{ broker, officer string }
	type stratum struct {
		n                 int
		brokers, officers map[string]int
	}
	strata := map[string]*stratum{}
	observed, total := map[pair]int{}, map[string]int{}
	for _, key := range x.order {
		d := x.declarations[key]
		if d.office != office || len(d.assignments) == 0 || d.assignments[0]["MODE"] != "AUTO" {
			continue
		}
		officer := d.assignments[len(d.assignments)-1]["EXAMINER"]
		for _, a := range d.assignments[1:] { // a re-assignment for absence is not part of the test
			if clockOf(t, a["TIME"]).Sub(clockOf(t, d.assignments[0]["TIME"])) > 24*time.Hour {
				officer = d.assignments[0]["EXAMINER"]
			}
		}
		day := d.assignments[0]["TIME"][:10]
		s := strata[day]
		if s == nil {
			s = &stratum{brokers: map[string]int{}, officers: map[string]int{}}
			strata[day] = s
		}
		s.n++
		s.brokers[d.broker]++
		s.officers[officer]++
		observed[pair{d.broker, officer}]++
		total[d.broker]++
	}
	expected, variance := map[pair]float64{}, map[pair]float64{}
	for _, s := range strata {
		if s.n < 2 {
			continue
		}
		for b, nb := range s.brokers {
			if total[b] < 30 {
				continue
			}
			for i, k := range s.officers {
				share := float64(k) / float64(s.n)
				expected[pair{b, i}] += float64(nb) * share
				variance[pair{b, i}] += float64(nb) * share * (1 - share) * float64(s.n-nb) / float64(s.n-1)
			}
		}
	}
	var scores []pairScore
	for p, e := range expected {
		if variance[p] > 0 {
			scores = append(scores, pairScore{p.broker, p.officer, (float64(observed[p]) - 0.5 - e) / math.Sqrt(variance[p]), total[p.broker], observed[p]})
		}
	}
	sort.Slice(scores, func(i, j int) bool { return scores[i].z > scores[j].z })
	return scores
}

// significant gives the pairs that Benjamini and Hochberg keep at 5 %.
func significant(scores []pairScore) []pairScore {
	keep := 0
	for i, s := range scores {
		p := 0.5 * math.Erfc(s.z/math.Sqrt2)
		if p <= 0.05*float64(i+1)/float64(len(scores)) {
			keep = i + 1
		}
	}
	return scores[:keep]
}

func TestFavouredPairsStandOut(t *testing.T) {
	t.Parallel()
	racing.Unwatched(t)
	x := ofProfile(t, Before)
	if len(x.truth.Favours) != 4 {
		t.Fatalf("favours: got %+v, want four", x.truth.Favours)
	}
	flagged := map[string]bool{}
	for _, s := range significant(interaction(t, x, "KSB1")) {
		flagged[s.broker+" "+s.officer] = true
	}
	for _, f := range x.truth.Favours {
		if !flagged[f.Broker+" "+f.Officer] {
			t.Errorf("planted pair %+v is not flagged", f)
		}
		if f.Changed > f.Diverted || f.Diverted > f.Selected || f.Changed == 0 {
			t.Errorf("counts of %+v do not fit", f)
		}
		delete(flagged, f.Broker+" "+f.Officer)
	}
	if len(flagged) > 4 {
		t.Errorf("%d pairs are flagged that were not planted: %v", len(flagged), flagged)
	}
}

func TestAssignmentIsRandomWithoutFavours(t *testing.T) {
	t.Parallel()
	racing.Unwatched(t)
	x := generate(t, func(p *Parameters) { p.Profile, p.Declarations, p.Favours, p.Seed = Before, 16_000, 0, 3 })
	scores := interaction(t, x, "KSB1")
	if flagged := significant(scores); len(flagged) > 1 {
		t.Errorf("%d of %d pairs are flagged though nothing is planted: %+v", len(flagged), len(scores), flagged)
	}
	// The scores of a random assignment have a standard deviation near one.
	square := 0.0
	for _, s := range scores {
		square += s.z * s.z
	}
	if deviation := math.Sqrt(square / float64(len(scores))); deviation < 0.85 || deviation > 1.2 {
		t.Errorf("scores deviate by %.2f, want about 1", deviation)
	}
}

func TestPlantedHabitsShow(t *testing.T) {
	t.Parallel()
	racing.Unwatched(t)
	x := ofProfile(t, Before)
	officers := map[string]TruthOfficer{}
	for _, o := range x.truth.Officers {
		officers[o.Test] = o
	}
	// T3: many re-routes from yellow to red, few of them with a result.
	var yellow, up, hits [2]int
	// T4: cases and extra duties before and after.
	var inspected, cases [2]int
	var extra [2]float64
	padsFrom := dateOf(t, officers["T4"].From)
	late := 0
	for _, d := range x.declarations {
		if len(d.lanes) > 1 && len(d.assignments) > 0 && d.lanes[0]["TO_LANE"] == "YELLOW" && d.office == "KSB1" {
			who := 0
			if d.assignments[0]["EXAMINER"] == officers["T3"].Officer {
				who = 1
			}
			yellow[who]++
			if d.lanes[1]["TO_LANE"] == "RED" {
				up[who]++
				if len(d.offences) > 0 {
					hits[who]++
				}
			}
		}
		for _, i := range d.inspections {
			if i["USERNAME"] == officers["T4"].Officer && i["PHYSICAL"] == "1" {
				when := 0
				if !clockOf(t, i["TIME"]).Before(padsFrom) {
					when = 1
				}
				inspected[when]++
				for _, o := range d.offences {
					cases[when]++
					extra[when] += numberOf(t, o["EXTRA_DUTIES"])
				}
			}
			if i["USERNAME"] == officers["INT02"].Officer && i["FINISHED_TIME"] != "" && clockOf(t, i["TIME"]).Sub(clockOf(t, i["FINISHED_TIME"])) > 24*time.Hour {
				late++
			}
		}
	}
	rate := func(a, b int) float64 { return float64(a) / float64(b) }
	if rate(up[1], yellow[1]) < 2*rate(up[0], yellow[0]) || up[1] < 30 {
		t.Errorf("T3: officer re-routes %d of %d, others %d of %d", up[1], yellow[1], up[0], yellow[0])
	}
	if rate(hits[1], up[1]) > 0.15 {
		t.Errorf("T3: officer finds something in %d of %d", hits[1], up[1])
	}
	if rate(cases[1], inspected[1]) < 1.5*rate(cases[0], inspected[0]) || extra[1]/float64(cases[1]) > 0.67*extra[0]/float64(cases[0]) {
		t.Errorf("T4: %d cases in %d inspections worth %.0f before, %d in %d worth %.0f after", cases[0], inspected[0], extra[0], cases[1], inspected[1], extra[1])
	}
	if late < officers["INT02"].Count/2 || late < 30 {
		t.Errorf("INT02: %d controls keyed more than a day late, truth says %d", late, officers["INT02"].Count)
	}
	checkOffice(t, x)
	checkBroker(t, x)
}

// checkOffice tests T5: more inspections, no more found per declaration.
func checkOffice(t *testing.T, x *extract) {
	t.Helper()
	from := dateOf(t, x.truth.Office.From)
	var declarations, inspected [2]float64
	for _, d := range x.declarations {
		if d.office != x.truth.Office.Office {
			continue
		}
		when := 0
		if !d.first["registered"].Before(from) {
			when = 1
		}
		declarations[when]++
		if len(d.inspections) > 0 && d.inspections[0]["PHYSICAL"] == "1" {
			inspected[when]++
		}
	}
	if before, after := inspected[0]/declarations[0], inspected[1]/declarations[1]; after < 1.25*before {
		t.Errorf("T5: inspection rate %.3f before, %.3f after", before, after)
	}
}

// checkBroker tests T7: a long gap between storing and registering.
func checkBroker(t *testing.T, x *extract) {
	t.Helper()
	from := dateOf(t, x.truth.Broker.From)
	var own, others []float64
	for _, d := range x.declarations {
		stored, known := d.first["stored"]
		if !known || d.first["registered"].Before(from) {
			continue
		}
		gap := d.first["registered"].Sub(stored).Hours()
		if d.broker == x.truth.Broker.Broker {
			own = append(own, gap)
		} else {
			others = append(others, gap)
		}
	}
	if len(own) < 30 || median(own) < 10*median(others) {
		t.Errorf("T7: median gap %.1f h of %d, others %.1f h", median(own), len(own), median(others))
	}
}

func median(values []float64) float64 { return quantile(values, 0.5) }

func quantile(values []float64, q float64) float64 {
	if len(values) == 0 {
		return 0
	}
	sort.Float64s(values)
	return values[int(float64(len(values)-1)*q)]
}

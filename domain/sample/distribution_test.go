package sample

import (
	"math"
	"sort"
	"strings"
	"sync"
	"testing"
	"time"

	"assay/deploy/local/dbtest/racing"
)

// Extracts that several tests look at, and their numbers of declarations.
var (
	profiles sync.Map
	sizes    = map[Profile]int{Before: 36_000, After: 20_000, Mixed: 12_000}
)

// ofProfile gives the shared extract of a profile; nobody changes it.
func ofProfile(t *testing.T, profile Profile) *extract {
	t.Helper()
	once, _ := profiles.LoadOrStore(profile, &sharedExtract{})
	s := once.(*sharedExtract)
	s.Do(func() {
		s.extract = generate(t, func(p *Parameters) { p.Profile, p.Declarations = profile, sizes[profile] })
	})
	if s.extract == nil {
		t.Fatalf("the extract of profile %s could not be made", profile)
	}
	return s.extract
}

type sharedExtract struct {
	sync.Once
	extract *extract
}

// measures are figures of an extract, each counted plainly.
func (x *extract) measures(t *testing.T) map[string]float64 {
	t.Helper()
	m := map[string]float64{}
	n := float64(len(x.declarations))
	var working, payment, exit []float64
	lag := map[string][]float64{}
	kinds := map[string]string{}
	for _, o := range x.tables["offices"] {
		kinds[o["CODE"]] = o["KIND"]
	}
	hours := newOfficeHours(t, x)
	var inspected, hits, items, assessed, unpaid, yellow, up, upHits float64
	for _, d := range x.declarations {
		registered := d.first["registered"]
		if len(d.lanes) > 0 {
			m["lane "+d.lanes[0]["TO_LANE"]] += 1 / n
			if d.lanes[0]["TO_LANE"] == "RED" {
				m["cause "+d.lanes[0]["CAUSE"]]++
			}
		}
		items += float64(d.items)
		if at, known := d.first["assessed"]; known {
			if at.Format(time.DateOnly) == registered.Format(time.DateOnly) {
				m["same day"] += 1 / n
			}
			working = append(working, hours.minutes(d.office, registered, at))
			if paid, known := d.first["paid"]; known && d.deferred == "" {
				payment = append(payment, paid.Sub(at).Hours())
			}
			if !d.cancelled {
				if d.assessed > 0 {
					assessed++
					if x.paidUntil(t, d, x.watermark) == 0 {
						unpaid++
					}
				}
			}
		}
		if at, known := d.first["exited"]; known && kinds[d.office] == "SEAPORT" {
			exit = append(exit, at.Sub(d.first["released"]).Hours()/24)
		}
		if d.manifest != "" && !x.isCase("P14", "a", d.key) {
			lag[kinds[d.office]] = append(lag[kinds[d.office]], registered.Sub(clockOf(t, x.manifests[d.manifest]["REGISTERED_TIME"])).Hours()/24)
		}
		for _, i := range d.inspections {
			if i["PHYSICAL"] == "1" {
				inspected++
				if len(d.offences) > 0 {
					hits++
				}
			}
		}
		if len(d.lanes) > 1 && d.lanes[0]["TO_LANE"] == "YELLOW" {
			if d.lanes[1]["TO_LANE"] == "RED" {
				up++
				if len(d.offences) > 0 {
					upHits++
				}
			}
			if d.lanes[1]["TO_LANE"] == "BLUE" && isMachine(d.lanes[1]["USERNAME"]) {
				m["yellow to blue by machine"]++
			}
		}
		if len(d.lanes) > 0 && d.lanes[0]["TO_LANE"] == "YELLOW" {
			yellow++
		}
		if d.cancelled {
			m["cancelled"] += 1 / n
		}
		for _, v := range d.versions {
			if v["CAUSE"] == "POST_ENTRY" {
				m["post-entry"] += 1 / n
			}
		}
	}
	reds := m["cause CRITERION"] + m["cause TOPUP"] + m["cause RANDOM"]
	for _, cause := range []string{"CRITERION", "TOPUP", "RANDOM"} {
		m["cause "+cause] /= reds
	}
	m["yellow to blue by machine"] /= yellow
	m["rerouted up"], m["rerouted up and found"] = up/yellow, upHits/up
	m["hit rate"], m["items"], m["unpaid"] = hits/inspected, items/n, unpaid/assessed
	m["clearance"], m["clearance spread"] = median(working), quantile(working, 0.9)/median(working)
	m["payment"], m["exit"] = median(payment), median(exit)
	for kind, values := range lag {
		m["lag "+kind] = median(values)
	}
	return m
}

// officeHours counts working minutes day by day.
type officeHours struct {
	opens, closes map[string]time.Duration
	workdays      map[string]string
	holidays      map[string]bool
}

func newOfficeHours(t *testing.T, x *extract) *officeHours {
	t.Helper()
	h := &officeHours{opens: map[string]time.Duration{}, closes: map[string]time.Duration{}, workdays: map[string]string{}, holidays: map[string]bool{}}
	clock := func(text string) time.Duration {
		at, err := time.Parse("15:04", text)
		if err != nil {
			t.Fatalf("office hours %q: %v", text, err)
		}
		return time.Duration(at.Hour())*time.Hour + time.Duration(at.Minute())*time.Minute
	}
	for _, o := range x.tables["offices"] {
		h.opens[o["CODE"]], h.closes[o["CODE"]], h.workdays[o["CODE"]] = clock(o["OPENS"]), clock(o["CLOSES"]), o["WORKDAYS"]
	}
	for _, row := range x.tables["holidays"] {
		h.holidays[row["OFFICE"]+row["DATE"]] = true
	}
	return h
}

func (h *officeHours) minutes(office string, from, to time.Time) float64 {
	total := time.Duration(0)
	for d := from.Truncate(24 * time.Hour); !d.After(to); d = d.AddDate(0, 0, 1) {
		date := d.Format(time.DateOnly)
		if h.workdays[office][(int(d.Weekday())+6)%7] != '1' || h.holidays[office+date] || h.holidays[date] {
			continue
		}
		begin, end := d.Add(h.opens[office]), d.Add(h.closes[office])
		if from.After(begin) {
			begin = from
		}
		if to.Before(end) {
			end = to
		}
		if end.After(begin) {
			total += end.Sub(begin)
		}
	}
	return total.Minutes()
}

// expectation is a figure with how far it may be off.
type expectation struct {
	name      string
	want, off float64
}

func TestProfilesMeetTheirFigures(t *testing.T) {
	t.Parallel()
	racing.Unwatched(t)
	for profile, expected := range map[Profile][]expectation{
		Before: {
			{"lane GREEN", 0.10, 0.015}, {"lane BLUE", 0, 0.001}, {"lane YELLOW", 0.30, 0.015}, {"lane RED", 0.60, 0.02},
			{"cause CRITERION", 0.80, 0.02}, {"cause TOPUP", 0.18, 0.02}, {"cause RANDOM", 0.02, 0.005},
			{"hit rate", 0.10, 0.025}, {"same day", 0.55, 0.03}, {"clearance", 160, 25}, {"clearance spread", 8, 1},
			{"lag SEAPORT", 13.6, 0.7}, {"lag AIRPORT", 2, 0.2}, {"lag LAND", 0.3, 0.05}, {"payment", 20, 2.5}, {"exit", 9, 0.9},
			{"unpaid", 0.047, 0.012}, {"rerouted up", 0.08, 0.015}, {"rerouted up and found", 0.10, 0.05}, {"yellow to blue by machine", 0.03, 0.01},
			{"post-entry", 0.04, 0.01}, {"cancelled", 0.01, 0.003}, {"items", 2.1, 0.1},
		},
		After: {
			{"lane GREEN", 0.55, 0.02}, {"lane BLUE", 0.10, 0.01}, {"lane YELLOW", 0.20, 0.01}, {"lane RED", 0.15, 0.02},
			{"cause CRITERION", 0.85, 0.03}, {"cause TOPUP", 0.05, 0.015}, {"cause RANDOM", 0.10, 0.02},
			{"hit rate", 0.425, 0.075}, {"same day", 0.90, 0.02}, {"clearance", 42.5, 17.5}, {"clearance spread", 4, 0.6},
			{"lag SEAPORT", 5, 0.5}, {"lag AIRPORT", 1, 0.1}, {"lag LAND", 0.2, 0.04}, {"payment", 6, 1.5}, {"exit", 4, 0.5},
			{"unpaid", 0.02, 0.01}, {"rerouted up", 0.04, 0.015}, {"rerouted up and found", 0.40, 0.15}, {"yellow to blue by machine", 0.03, 0.01},
			{"post-entry", 0.02, 0.01}, {"cancelled", 0.007, 0.003}, {"items", 2.1, 0.1},
		},
	} {
		t.Run(string(profile), func(t *testing.T) {
			t.Parallel()
			m := ofProfile(t, profile).measures(t)
			for _, e := range expected {
				if got := m[e.name]; math.Abs(got-e.want) > e.off {
					t.Errorf("%s is %.3f, want %.3f within %.3f", e.name, got, e.want, e.off)
				}
			}
		})
	}
}

// shareOfTop gives the shares of the first n, in per cent.
func shareOfTop(counts map[string]int, n int) float64 {
	var all []int
	total := 0
	for _, c := range counts {
		all = append(all, c)
		total += c
	}
	sort.Sort(sort.Reverse(sort.IntSlice(all)))
	top := 0
	for _, c := range all[:min(n, len(all))] {
		top += c
	}
	return 100 * float64(top) / float64(total)
}

// TestConcentrationIsThatOfAKnownCountry compares with the shares counted in the
// published declarations of a country with as many brokers and importers.
func TestConcentrationIsThatOfAKnownCountry(t *testing.T) {
	t.Parallel()
	racing.Unwatched(t)
	p := DefaultParameters()
	p.Profile, p.Declarations, p.Months, p.Brokers, p.Importers = Clean, 37_385, 12, 1220, 12_720
	brokers, importers, chapters := map[string]int{}, map[string]int{}, map[string]int{}
	offices := map[string]map[string]int{}
	eachRow(t, write(t, p), "items", func(row record) {
		if row.get("ITEMNO") != "1" {
			return
		}
		broker := strings.Clone(row.get("DEC_CODE"))
		brokers[broker]++
		importers[strings.Clone(row.get("TPIN"))]++
		chapters[strings.Clone(row.get("HSCODE")[:2])]++
		if offices[broker] == nil {
			offices[broker] = map[string]int{}
		}
		offices[broker][strings.Clone(row.get("OFFICE"))]++
	})
	for _, e := range []struct {
		of        map[string]int
		n         int
		want, off float64
	}{
		{brokers, 1, 3.5, 0.6}, {brokers, 10, 16.2, 1.5}, {brokers, 100, 46.5, 3},
		{importers, 1, 0.37, 0.12}, {importers, 10, 2.5, 0.4}, {importers, 100, 9.7, 1}, {importers, 1000, 31, 3.5},
		{chapters, 10, 56.6, 3},
	} {
		if got := shareOfTop(e.of, e.n); math.Abs(got-e.want) > e.off {
			t.Errorf("top %d of %d make %.2f %%, want %.2f within %.2f", e.n, len(e.of), got, e.want, e.off)
		}
	}
	mainShare, counted := 0.0, 0.0
	for broker, n := range brokers {
		if n >= 100 {
			mainShare += shareOfTop(offices[broker], 1)
			counted++
		}
	}
	if got := mainShare / counted; got < 40 || got > 65 {
		t.Errorf("larger brokers have %.0f %% of their declarations at their main office", got)
	}
}

// TestMixedIsReformedInTheMiddle looks at the ends of the series.
func TestMixedIsReformedInTheMiddle(t *testing.T) {
	t.Parallel()
	racing.Unwatched(t)
	x := ofProfile(t, Mixed)
	green, all := map[bool]float64{}, map[bool]float64{}
	for _, d := range x.declarations {
		at := d.first["registered"]
		early, late := at.Before(x.watermark.AddDate(0, -16, 0)), at.After(x.watermark.AddDate(0, -8, 0))
		if len(d.lanes) == 0 || !early && !late {
			continue
		}
		all[late]++
		if d.lanes[0]["TO_LANE"] == "GREEN" {
			green[late]++
		}
	}
	if before, after := green[false]/all[false], green[true]/all[true]; before > 0.15 || after < 0.5 {
		t.Errorf("green is %.2f before and %.2f after the reform", before, after)
	}
}

// TestTheEndIsOpen looks for what is not finished when the extract ends.
func TestTheEndIsOpen(t *testing.T) {
	t.Parallel()
	racing.Unwatched(t)
	x := ofProfile(t, After)
	recent := x.watermark.AddDate(0, 0, -2)
	unassessed, unpaid, present := 0, 0, 0
	for _, d := range x.declarations {
		if d.first["registered"].Before(recent) || d.cancelled {
			continue
		}
		_, assessed := d.first["assessed"]
		_, paid := d.first["paid"]
		switch {
		case !assessed:
			unassessed++
		case !paid:
			unpaid++
		default:
			present++
		}
	}
	if unassessed == 0 || unpaid == 0 || present == 0 {
		t.Errorf("of the last two days %d are not assessed, %d not paid, %d paid: want some of each", unassessed, unpaid, present)
	}
}

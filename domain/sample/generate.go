package sample

import (
	"context"
	"fmt"
	"math"
	"path/filepath"
	"slices"
)

// generator is one run.
type generator struct {
	parameters Parameters
	world      *world
	files      *files
	plants     *plants
	people     plantedPeople
	sessions   *source
	transits   *source
	old, new   practice
	pace       [2]struct{ base, sigma float64 }
	lanes      [2][2]struct{ regular, irregular chances } // by practice, then whether the office inspects more
	meanRisk   float64

	brokerUsers []string // by broker and office
	brokerMet   []bool
	counts      [][]int32 // registrations by office and day of the series
	collected   []int64   // by month of the series and office

	billsWritten, accountsOpened, transitsWritten int
	largeEnough                                   int64 // taxes below which no money is broken
	leastFine                                     int64
	progress                                      func(done int)
}

// Summary is what a run has written.
type Summary struct {
	Declarations int64            `json:"declarations"`
	Rows         map[string]int64 `json:"rows"`
	Bytes        map[string]int64 `json:"bytes"` // before compression
	Planted      map[string]int   `json:"planted"`
}

// Write generates an extract into a folder, which is made when missing. Files of an
// earlier sample there are replaced; a folder with other CSV files is refused. The
// files are complete only when the error is nil. progress, which may be nil, is
// told now and then how many declarations are done.
func Write(ctx context.Context, dir string, p Parameters, progress func(done int)) (Summary, error) {
	if err := p.Validate(); err != nil {
		return Summary{}, err
	}
	if err := clearFolder(dir); err != nil {
		return Summary{}, err
	}
	fs, err := createFiles(ctx, dir, p.Gzip)
	if err != nil {
		return Summary{}, err
	}
	g := newGenerator(p, fs, progress)
	g.writeReference()
	stopped := g.run(ctx)
	g.writeStaff()
	g.writeTargets()
	if err := fs.close(); err != nil {
		return Summary{}, err
	}
	if stopped != nil {
		return Summary{}, fmt.Errorf("generate the sample: %w", stopped)
	}
	summary := g.summary()
	return summary, g.writeTruth(filepath.Join(dir, "truth.json"), summary)
}

func newGenerator(p Parameters, fs *files, progress func(int)) *generator {
	w := newWorld(p)
	g := &generator{parameters: p, world: w, files: fs, old: legacy, new: reformed, progress: progress,
		sessions: newSource(p.Seed, streamSessions), transits: newSource(p.Seed, streamTransits)}
	g.brokerUsers = make([]string, len(w.brokers)*len(w.offices))
	g.brokerMet = make([]bool, len(g.brokerUsers))
	for b := range w.brokers {
		for _, o := range w.offices {
			g.brokerUsers[b*len(w.offices)+o.index] = w.brokerUser(b, o)
		}
	}
	g.collected = make([]int64, p.Months*len(w.offices))
	unit := float64(powersOfTen[w.decimals])
	g.largeEnough = int64(math.Max(40*usdRates[w.currency], 2500) * unit)
	g.leastFine = int64(25 * usdRates[w.currency] * unit)
	for i, x := range []*practice{&g.old, &g.new} {
		g.pace[i].base, g.pace[i].sigma = x.effects()
		for k, more := range []float64{1, 1.7} {
			g.lanes[i][k].regular, g.lanes[i][k].irregular = x.laneChances(more)
		}
	}
	g.meanRisk = g.weighRisk()
	for _, o := range w.offices {
		g.planCargo(o)
	}
	g.planVolume(newSource(p.Seed, streamVolume))
	g.choosePeople()
	g.plants = newPlants(p, w, g.registeredBefore, fs.truthKeys)
	return g
}

// weighRisk gives the mean of what life.risk multiplies, so that the practice's
// share of irregular declarations is met.
func (g *generator) weighRisk() float64 {
	w := g.world
	mean := 0.0
	r := newSource(g.parameters.Seed, streamWorld+200)
	const draws = 20_000
	for range draws {
		o := w.offices[r.below(len(w.offices))]
		mean += w.importers[o.importers.draw(r)].risk * w.headings[w.goods.draw(r)].risk * countries[w.origins.draw(r)].risk *
			(0.6 + 0.4*w.brokers[o.brokers.draw(r)].risk)
	}
	return mean / draws
}

// weekdays are the weights of Monday to Sunday where the working week begins on
// Monday; other weeks are turned accordingly.
var weekdays = [7]float64{27.91, 18.57, 16.09, 16.12, 16.31, 3.26, 1.74}

// planVolume fixes how many declarations each office registers on each day, so
// that their sum is exact.
func (g *generator) planVolume(r *source) {
	w := g.world
	days := int(w.end - w.start)
	shares := make([]float64, len(w.offices))
	for i, o := range w.offices {
		shares[i] = o.share
	}
	perOffice := apportion(g.parameters.Declarations, shares)
	for i, o := range w.offices {
		weights := make([]float64, days)
		for k := range weights {
			d := w.start + day(k)
			first := slices.IndexFunc([]int{0, 6, 5}, func(x int) bool { return o.workdays[x] == '1' && o.workdays[(x+6)%7] == '0' })
			turn := 0
			if first > 0 {
				turn = first // the week begins on Sunday or Saturday
			}
			weight := weekdays[(d.weekday()+turn)%7]
			if o.workdays == "1111111" {
				weight = 12 + weight/4
			} else if !o.calendar.isWorkday(d) {
				weight = min(weight, 1.2)
			}
			if w.span.month[w.span.index(d)] != w.span.month[w.span.index(d+3)] {
				weight *= 1.15 // the last days of a month
			}
			season := 1 + 0.12*math.Sin(2*math.Pi*(float64(d.time().YearDay())-230)/365)
			growth := 1 + 0.05*float64(k)/365
			weights[k] = weight * season * growth * exp(0.12*clamp(r.normal(), 2.5))
		}
		counts := make([]int32, days)
		for k, n := range apportion(perOffice[i], weights) {
			counts[k] = int32(n)
		}
		g.counts = append(g.counts, counts)
	}
}

// apportion splits n by weights so that the parts sum to n, each within one of its
// share of the running total.
func apportion(n int, weights []float64) []int {
	sum := 0.0
	for _, w := range weights {
		sum += w
	}
	parts := make([]int, len(weights))
	running, given := 0.0, 0
	for i, w := range weights {
		running += w
		upTo := int(math.Round(float64(n) * running / sum))
		parts[i] = upTo - given
		given = upTo
	}
	return parts
}

// registeredBefore counts the declarations of the days before one.
func (g *generator) registeredBefore(d day) int {
	n := 0
	for _, counts := range g.counts {
		for k := range min(max(int(d-g.world.start), 0), len(counts)) {
			n += int(counts[k])
		}
	}
	return n
}

// slot is one registration of a day.
type slot struct {
	at     moment
	office int32
}

// run goes through the days.
func (g *generator) run(ctx context.Context) error {
	w := g.world
	l := &life{g: g, r: newSource(g.parameters.Seed, streamLives)}
	var slots []slot
	done := 0
	for d := w.start; d < w.end; d++ {
		if err := ctx.Err(); err != nil {
			return err
		}
		g.writeSessions(d)
		slots = g.daySlots(slots[:0], d, l.r)
		g.writeTransits(d, len(slots))
		for _, o := range w.offices {
			o.left = int(g.counts[o.index][d-w.start])
			o.forgetManifests(d)
			g.settleAccounts(o, false)
		}
		for _, s := range slots {
			g.plants.index = done
			l.run(w.offices[s.office], s.at)
			done++
		}
		if g.progress != nil {
			g.progress(done)
		}
	}
	for _, o := range w.offices {
		for i := range o.twins {
			g.dropTwin(&o.twins[i])
		}
		g.settleAccounts(o, true)
	}
	return nil
}

// daySlots draws the times of the day's registrations, in order of time.
func (g *generator) daySlots(slots []slot, d day, r *source) []slot {
	w := g.world
	standing := g.parameters.standing(int(w.span.month[w.span.index(d)]))
	outside := legacy.outOfHours + (reformed.outOfHours-legacy.outOfHours)*standing
	morning := 0.42 + 0.18*standing // the rest comes in the afternoon
	for i, counts := range g.counts {
		o := w.offices[i]
		open := o.calendar.isWorkday(d)
		for range counts[d-w.start] {
			minute := r.between(5*60+30, 22*60+30)
			if open && !r.chance(outside) {
				length := float64(o.closes - o.opens)
				u := (r.unit() + r.unit()) / 2
				if r.chance(morning) {
					u = 0.02 + 0.55*u
				} else {
					u = 0.42 + 0.56*u
				}
				minute = int(o.opens) + int(length*u)
			}
			slots = append(slots, slot{at: d.midnight() + moment(minute), office: int32(i)})
		}
	}
	slices.SortStableFunc(slots, func(a, b slot) int { return int(a.at) - int(b.at) })
	return slots
}

// run lives one declaration and writes it.
func (l *life) run(o *office, at moment) {
	l.begin(o, at)
	o.left--
	if o.partner != nil {
		l.joins, o.partner = o.partner, nil
	} else {
		l.takeTwin()
	}
	l.register()
	l.live()
	l.write()
}

// takeTwin lets the declaration be the second one of a cancelled one that is due.
func (l *life) takeTwin() {
	o := l.office
	if l.at < o.nextTwin {
		return
	}
	for i := 0; i < len(o.twins) && l.twin == nil; i++ {
		if o.twins[i].due > l.at {
			continue
		}
		t := o.twins[i]
		o.twins = slices.Delete(o.twins, i, i+1)
		if l.at > t.cancelled+28*minutesOfDay {
			l.g.dropTwin(&t)
			i--
			continue
		}
		l.twin = &t
	}
	o.nextTwin = never
	for i := range o.twins {
		o.nextTwin = min(o.nextTwin, o.twins[i].due)
	}
}

// dropTwin gives up a second declaration that has found no place in time.
func (g *generator) dropTwin(t *twin) {
	g.writeBill(&t.bill)
	g.plants.forgo("P8", t.variant)
}

// nextNumber numbers receipts, acts and cases by office and year.
func (g *generator) nextNumber(o *office, serial byte, at moment) int {
	s := g.world.span
	series := numbering{serial: serial, year: s.years[s.index(s.clampDay(at.day()))]}
	o.numbers[series]++
	return o.numbers[series]
}

// collect adds to what an office has collected in a month.
func (g *generator) collect(o *office, at moment, amount int64) {
	s := g.world.span
	m := int(s.month[s.index(s.clampDay(at.day()))])
	if m >= 0 && m < g.parameters.Months {
		g.collected[m*len(g.world.offices)+o.index] += amount
	}
}

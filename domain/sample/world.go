package sample

import (
	"fmt"
	"math"
	"strconv"
)

// office is a Customs office with its people and its day-to-day state.
type office struct {
	index      int
	code, name string
	kind       string
	mode       int
	share      float64
	opens      int32
	closes     int32
	changeover int32 // minute of the day at which the late shift begins
	shifts     bool
	workdays   string
	sections   int
	calendar   *calendar

	examiners, gate, chiefs, heads, cashiers, supervisors []*officer
	duty                                                  roster

	brokers, importers *lottery
	cargo              cargo
	numbers            map[numbering]int
	twins              []twin
	nextTwin           moment // when the first of them is due; never for none
	partner            *partner
	accounts           []*account
	left               int // registrations still to come today
}

// numbering is a series of numbers that starts again each year.
type numbering struct {
	serial byte
	year   int16
}

// world is everything that stands before the first declaration.
type world struct {
	parameters Parameters
	locale     *locale
	currency   string
	zone       string
	country    string
	decimals   int
	span       *span
	start, end day // first day of the series and the day after its last
	watermark  moment
	month      int // index of the first month

	headings  []heading
	goods     *lottery
	byChapter [100][]int32
	origins   *lottery
	money     []foreignMoney
	offices   []*office
	officers  []*officer
	usernames map[string]int
	brokers   []trader
	importers []trader
	weights   struct{ brokers, importers []float64 }
	sellers   []string
	holidays  []day
	feasts    map[day]string
	criteria  []string
}

// newWorld builds the imagined administration.
func newWorld(p Parameters) *world {
	end, _ := parseMonth(p.End)
	w := &world{parameters: p, locale: locales[p.Locale], usernames: map[string]int{}}
	w.currency, w.zone, w.country = or(p.Currency, w.locale.currency), or(p.Zone, w.locale.zone), or(p.Country, w.locale.country)
	w.decimals = exponentOf(w.currency)
	w.end = monthStart(end/12, end%12+2)
	w.month = end - p.Months + 1
	w.start = monthStart(w.month/12, w.month%12+1)
	w.watermark = w.end.midnight() - 1
	w.span = newSpan(w.start-420, w.end+420, w.month)
	w.holidays, w.feasts = holidaysOf(p.Locale, w.span.first, w.span.first+day(w.span.days()))

	r := newSource(p.Seed, streamWorld)
	w.loadHeadings(r)
	w.origins = originLottery()
	w.money = foreignMonies(w.currency)
	w.makeOffices(r)
	w.makeTraders(r)
	w.moveAbout(r)
	w.planDuty(newSource(p.Seed, streamRoster))
	for k := range 24 {
		w.criteria = append(w.criteria, fmt.Sprintf("%s%03d", w.locale.criteria, 101+7*k))
	}
	return w
}

// places says what each office is, in the order in which a locale names them.
var places = []struct {
	kind          string
	mode          int
	share         float64
	opens, closes int32
	allDays       bool
	examiners     int
}{
	{"SEAPORT", modeSea, 45, 7*60 + 30, 17*60 + 30, false, 10},
	{"SEAPORT", modeSea, 20, 8 * 60, 17 * 60, false, 5},
	{"AIRPORT", modeAir, 15, 6 * 60, 20 * 60, true, 5},
	{"LAND", modeRoad, 8, 6 * 60, 18 * 60, true, 4},
	{"LAND", modeRoad, 8, 7 * 60, 18 * 60, true, 4},
	{"POST", modePost, 4, 8 * 60, 16 * 60, false, 3},
	{"INLAND", modeRoad, 3, 8 * 60, 17 * 60, false, 3},
}

func (w *world) makeOffices(r *source) {
	p := w.parameters
	total := 0.0
	for i := range p.Offices {
		total += places[min(i, len(places)-1)].share
	}
	workdays := float64(p.Months) * 21
	for i := range p.Offices {
		place := places[min(i, len(places)-1)]
		text := w.locale.offices[min(i, len(places)-1)]
		o := &office{index: i, code: text.code, name: csvText(text.name), kind: place.kind, mode: place.mode, share: place.share / total,
			opens: place.opens, closes: place.closes, workdays: w.locale.weekend, sections: 1, numbers: map[numbering]int{}, nextTwin: never}
		if i >= len(places) {
			n := strconv.Itoa(i - len(places) + 2)
			o.code, o.name = text.code[:3]+n, csvText(text.name+" "+n)
		}
		if place.allDays {
			o.workdays = "1111111"
		}
		o.shifts = place.closes-place.opens >= 10*60
		o.changeover = (place.opens + place.closes) / 2
		closed := map[day]bool{}
		if !place.allDays {
			for _, d := range w.holidays {
				closed[d] = true
			}
		}
		o.calendar = newCalendar(w.span, o.opens, o.closes, o.workdays, closed)
		n := place.examiners
		if p.Scale > 0 {
			n = max(3, int(math.Round(float64(n)*p.Scale)))
		} else {
			// At most about forty declarations a day for each examiner on duty.
			perDay := float64(p.Declarations) * o.share / workdays
			n = max(n, int(math.Ceil(perDay/40/0.7)))
		}
		if i == 0 {
			n = max(n, 7)
			o.sections = 3
		}
		w.hire(o, n, r)
		w.offices = append(w.offices, o)
	}
}

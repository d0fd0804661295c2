package sample

import (
	_ "embed"
	"fmt"
	"math"
	"strconv"
	"strings"
)

//go:embed headings.csv
var headingsCSV string

// heading is an HS heading with what the tariff and the market say of it. Rates
// are in hundredths of a per cent, prices in US dollars a kilogram.
type heading struct {
	code        string
	chapter     int
	duty        int64
	excise      int64
	vat         bool
	price       float64
	unit        string
	description string   // as a CSV field
	commercial  []string // as CSV fields
	codes       []string // eight-digit national codes
	pick        *lottery // among codes
	risk        float64
	weight      float64
	usual       float64 // usual value of a line in US dollars
}

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
	partner            *partner
	accounts           []*account
	left               int // registrations still to come today
}

// numbering is a series of numbers that starts again each year.
type numbering struct {
	serial byte
	year   int16
}

// trader is an importer, exporter or broker.
type trader struct {
	code, name string
	main       int // index of the main office
	risk       float64
	account    string
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
	w.holidays, w.feasts = holidaysOf(p.Locale, w.span.first, w.span.first+day(w.span.days())) //nolint:gosec // bounded by Validate

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

// chapterShares are the shares of declarations by HS chapter that are known; what
// is left goes to the other chapters by the weights of their headings.
var chapterShares = map[int]float64{85: 11.98, 39: 9.71, 84: 7.65, 62: 6.27, 90: 4.53, 94: 3.77, 95: 3.53, 42: 3.48, 61: 3.01, 87: 2.66}

// chapterRisk is how much more or less is found in a chapter than in all.
var chapterRisk = map[int]float64{84: 1.35, 90: 1.33, 63: 1.25, 95: 1.16, 73: 1.15, 87: 1.13, 85: 1.10, 61: 1.09, 42: 1.03, 39: 0.97, 62: 0.93,
	71: 0.92, 33: 0.90, 94: 0.87, 7: 0.75, 30: 0.6, 49: 0.5, 31: 0.5}

// usualValue is the usual value of a line by chapter in US dollars, where it is far
// from the rest.
var usualValue = map[int]float64{10: 60000, 12: 40000, 15: 22000, 17: 26000, 23: 24000, 25: 9000, 27: 55000, 31: 45000, 72: 18000, 74: 30000,
	84: 5200, 85: 3000, 87: 9000, 88: 40000, 90: 2600, 62: 1500, 61: 1300, 42: 900, 39: 1100, 94: 2400, 95: 1500, 49: 500, 30: 9000, 97: 4000}

func (w *world) loadHeadings(r *source) {
	other, rest := 0.0, 100.0
	for line := range strings.Lines(strings.TrimSpace(headingsCSV)) {
		f := strings.SplitN(strings.TrimSpace(line), ";", 8)
		if f[0] == "heading" {
			continue
		}
		number := func(i int) float64 {
			v, err := strconv.ParseFloat(f[i], 64)
			if err != nil {
				panic("sample: headings.csv: " + line) // the table is part of the program
			}
			return v
		}
		h := heading{code: f[0], duty: int64(number(1) * 100), excise: int64(number(2) * 100), vat: number(3) == 1, price: number(4), weight: number(5), unit: f[6]}
		h.chapter, _ = strconv.Atoi(f[0][:2])
		h.usual = 1900
		if v, known := usualValue[h.chapter]; known {
			h.usual = v
		}
		h.risk = 1
		if v, known := chapterRisk[h.chapter]; known {
			h.risk = v
		}
		h.description = csvText(f[7])
		upper := strings.ToUpper(f[7])
		for _, more := range []string{"", ", NEW", " - MIXED", ", SAMPLE ORDER", " FOR RETAIL SALE"} {
			h.commercial = append(h.commercial, csvText(upper+more))
		}
		subs := 1 + r.below(7)
		weights := make([]float64, subs)
		for k := range subs {
			six := f[0] + []string{"90", "10", "20", "30", "11", "19", "40"}[k]
			h.codes = append(h.codes, six+[]string{"00", "10", "90"}[r.below(3)])
			weights[k] = math.Pow(float64(k+1), -1.6)
		}
		h.pick = newLottery(weights)
		if _, known := chapterShares[h.chapter]; !known {
			other += h.weight
		}
		w.byChapter[h.chapter] = append(w.byChapter[h.chapter], int32(len(w.headings))) //nolint:gosec // a few hundred
		w.headings = append(w.headings, h)
	}
	for _, share := range chapterShares {
		rest -= share
	}
	weights := make([]float64, len(w.headings))
	for i := range w.headings {
		h := &w.headings[i]
		weights[i] = h.weight / other * rest
		if share, known := chapterShares[h.chapter]; known {
			sum := 0.0
			for _, k := range w.byChapter[h.chapter] {
				sum += w.headings[k].weight
			}
			weights[i] = h.weight / sum * share
		}
	}
	w.goods = newLottery(weights)
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
			opens: place.opens, closes: place.closes, workdays: w.locale.weekend, sections: 1, numbers: map[numbering]int{}}
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

func (w *world) makeTraders(r *source) {
	p := w.parameters
	root := math.Sqrt(float64(p.Declarations))
	brokers, importers := p.Brokers, p.Importers
	if brokers == 0 {
		brokers = min(max(150, int(0.6*root)), 5000)
	}
	if importers == 0 {
		importers = min(max(3000, int(12*root)), 60_000)
	}
	shares := make([]float64, len(w.offices))
	for i, o := range w.offices {
		shares[i] = o.share
	}
	where := newLottery(shares)
	make1 := func(n int, code func(int) string, name func(int) string) ([]trader, []int) {
		made, main := make([]trader, n), make([]int, n)
		for k := range made {
			main[k] = where.draw(r)
			// The risk of a trader: beta-like, with mean one.
			risk := min(0.35+r.exponential(0.65), 4)
			made[k] = trader{code: code(k), name: csvText(name(k)), main: main[k], risk: risk}
		}
		return made, main
	}
	l := w.locale
	step, stride := 1+2*r.below(40), 31+2*r.below(40) // codes have gaps, as real ones have
	var main []int
	w.brokers, main = make1(brokers, func(k int) string { return "CA" + strconv.Itoa(10007+k*step) }, func(k int) string {
		name := l.firmFirst[(k*7+k/30)%len(l.firmFirst)] + " " + l.brokerKinds[(k*5+k/30)%len(l.brokerKinds)]
		if k >= 150 {
			name += " " + strconv.Itoa(k/150+1)
		}
		return name
	})
	w.weights.brokers = zipf(brokers, 0.78, 1)
	byBroker := locate(w.weights.brokers, shares, main, 4)
	w.importers, main = make1(importers, func(k int) string { return strconv.Itoa(20_000_017 + k*stride) }, func(k int) string {
		name := l.firmFirst[(k*11+k/720)%len(l.firmFirst)] + " " + l.firmSecond[(k*7+k/30)%len(l.firmSecond)] + " " + l.firmKinds[(k*3+k/720)%len(l.firmKinds)]
		if k >= 5760 {
			name += " " + strconv.Itoa(k/5760+1)
		}
		return name
	})
	w.weights.importers = zipf(importers, 0.56, 2)
	byImporter := locate(w.weights.importers, shares, main, 6)
	for i, o := range w.offices {
		o.brokers, o.importers = byBroker[i], byImporter[i]
	}
	for k := range w.brokers {
		w.brokers[k].account = "ACC" + strconv.Itoa(7001+k)
	}
	for k := range 1200 {
		w.sellers = append(w.sellers, fmt.Sprintf("%s %s %d", []string{"Orion", "Vega", "Altair", "Lyra", "Rigel", "Mira", "Atlas", "Castor", "Draco", "Cygnus"}[k%10],
			[]string{"Export", "Trade House", "Industrial", "Overseas", "Manufacturing", "Supply"}[k/10%6], 100+k))
	}
}

// brokerUser is the name under which a broker works at an office; each office has
// its own, so that no user is at two places at once.
func (w *world) brokerUser(b int, o *office) string {
	return strings.ToLower(w.brokers[b].code) + "." + strings.ToLower(o.code)
}

// countries of origin with their shares in per cent.
var countries = []struct {
	code  string
	share float64
	risk  float64
}{
	{"CN", 51.07, 1.10}, {"JP", 9.68, 0.75}, {"US", 8.31, 0.85}, {"KR", 4.23, 0.8}, {"DE", 3.76, 0.75}, {"VN", 3.50, 1.1}, {"IT", 3.34, 0.9}, {"FR", 1.40, 0.9},
	{"TW", 1.39, 1}, {"GB", 0.98, 0.9}, {"IN", 1.9, 1.2}, {"ZA", 1.3, 1}, {"AE", 1.5, 1.5}, {"TH", 0.9, 1}, {"TR", 0.9, 1.2}, {"ES", 0.7, 0.9}, {"NL", 0.7, 0.9},
	{"BR", 0.6, 1}, {"ID", 0.6, 1}, {"MY", 0.6, 1}, {"BE", 0.4, 0.9}, {"CH", 0.3, 0.8}, {"EG", 0.3, 1.3}, {"KE", 0.3, 1.1}, {"PK", 0.3, 1.3}, {"SG", 0.3, 1}, {"HK", 0.3, 1.4},
	{"PL", 0.2, 0.9}, {"CA", 0.2, 0.8}, {"AU", 0.2, 0.8}, {"UA", 0.1, 1}, {"NG", 0.1, 1.5}, {"MX", 0.1, 1}, {"SE", 0.1, 0.7}, {"AT", 0.1, 0.8},
}

func originLottery() *lottery {
	weights := make([]float64, len(countries))
	for i := range countries {
		weights[i] = countries[i].share
	}
	return newLottery(weights)
}

// foreignMoney is a currency of invoices.
type foreignMoney struct {
	code     string
	decimals int
	perUSD   float64
	rate     float64 // national units for one of it, before monthly drift
}

func foreignMonies(national string) []foreignMoney {
	var all []foreignMoney
	for _, code := range []string{"USD", "EUR", "CNY", "JPY", "GBP", "ZAR", "INR", "AED"} {
		all = append(all, foreignMoney{code: code, decimals: exponentOf(code), perUSD: usdRates[code], rate: usdRates[national] / usdRates[code]})
	}
	return all
}

// moneyOf gives the currency in which goods of an origin are invoiced.
func moneyOf(origin string, u float64) int {
	switch origin {
	case "DE", "IT", "FR", "ES", "NL", "BE", "AT":
		if u < 0.85 {
			return 1
		}
	case "CN", "HK":
		if u < 0.15 {
			return 2
		}
	case "JP":
		if u < 0.5 {
			return 3
		}
	case "GB":
		if u < 0.7 {
			return 4
		}
	case "ZA":
		if u < 0.8 {
			return 5
		}
	case "IN":
		if u < 0.3 {
			return 6
		}
	case "AE":
		if u < 0.3 {
			return 7
		}
	}
	return 0
}

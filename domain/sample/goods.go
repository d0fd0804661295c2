package sample

import "math"

// treatment says what becomes of an item's taxes.
type treatment byte

const (
	payable treatment = iota
	relieved
	guaranteed
	untaxed
)

// item is one line of a declaration. Money is in minor units, mass in grams.
type item struct {
	heading    *heading
	code       string
	origin     int // index of countries, -1 is the country itself
	departure  int
	money      int // index of the world's foreign monies
	rate       uint64
	fob        int64 // minor units of the foreign money
	freight    int64
	insurance  int64
	other      int64
	quantity   int64
	packages   int64
	gross, net int64
	value      int64
	duties     [3]int64 // duty, excise, VAT, payable
	forgone    [3]int64
	treatment  treatment
	preference string
	commercial string
	kind       string // of package
	topUp      int64
	offence    string
}

func (it *item) tax() int64 { return it.duties[0] + it.duties[1] + it.duties[2] }

// assess computes value and taxes from the invoice. Taxes stand on one another:
// excise on value and duty, VAT on all three.
func (it *item) assess(w *world) {
	national := convert(it.fob, it.rate, w.money[it.money].decimals, w.decimals)
	it.value = national + it.freight + it.insurance + it.other
	it.duties, it.forgone = [3]int64{}, [3]int64{}
	if it.treatment == untaxed {
		return
	}
	var taxes [3]int64
	if it.preference != "FTA" {
		taxes[0] = percent(it.value, it.heading.duty)
	}
	taxes[1] = percent(it.value+taxes[0], it.heading.excise)
	if it.heading.vat {
		taxes[2] = percent(it.value+taxes[0]+taxes[1], int64(w.locale.vat))
	}
	switch it.treatment {
	case payable:
		it.duties = taxes
	case relieved:
		it.forgone = taxes
	}
}

// suspended is the tax that a guarantee has to cover.
func (it *item) suspended(w *world) int64 {
	as := *it
	as.treatment = payable
	as.assess(w)
	return as.tax()
}

// rateOf gives the exchange rate of a money in a month of the series: it drifts by
// a few per cent.
func (w *world) rateOf(money, month int) uint64 {
	m := &w.money[money]
	if m.code == w.currency {
		return rateScale
	}
	drift := 1 + 0.06*(mixUnit(w.parameters.Seed, uint64(money), uint64(month+1000))-0.5)
	rate := m.rate * drift
	if rate >= 1 {
		return uint64(math.Round(rate*10_000)) * (rateScale / 10_000)
	}
	return max(1, uint64(math.Round(rate*rateScale)))
}

var packageKinds = [...]string{"CT", "PK", "BX", "BG", "PX", "DR", "BE"}

// modeValue is how much smaller lines are by mode of transport.
var modeValue = [6]float64{modeSea: 1, modeRoad: 0.6, modeAir: 0.5, modePost: 0.04}

// fillItems draws the goods of a declaration.
func (l *life) fillItems(n int) {
	l.items = l.items[:0]
	w, r := l.g.world, l.r
	kind := int32(w.goods.draw(r))
	origin := w.origins.draw(r)
	for range n {
		h := &w.headings[kind]
		it := item{heading: h, code: h.codes[h.pick.draw(r)], origin: origin, departure: origin, treatment: l.treatment}
		if r.chance(0.15) {
			it.departure = w.origins.draw(r)
		}
		it.money = moneyOf(countries[origin].code, r.unit())
		it.rate = w.rateOf(it.money, int(w.span.month[w.span.index(l.at.day())]))
		m := &w.money[it.money]
		value := min(r.logNormal(h.usual*modeValue[l.office.mode], 1.75), 4e6)
		it.fob = max(1, int64(value*m.perUSD*float64(powersOfTen[m.decimals])))
		l.addCosts(&it)
		if l.treatment == payable && h.duty > 0 && r.chance(0.12) {
			it.preference = "FTA"
		}
		grams := value / h.price * 1000 * exp(0.5*clamp(r.normal(), 2))
		it.net = max(10, int64(min(grams, 2e9))/10*10)
		it.gross = it.net + it.net/200*int64(r.between(4, 20))/10*10
		it.packages = max(1, int64(math.Min(float64(it.gross)/1000/float64(r.between(8, 45)), 6000)))
		it.quantity = max(1, it.net/1000)
		if h.unit != "KGM" && h.unit != "LTR" {
			it.quantity = max(1, it.quantity/int64(r.between(1, 12)))
		}
		it.kind = packageKinds[r.below(len(packageKinds))]
		it.commercial = h.commercial[r.below(len(h.commercial))]
		it.assess(w)
		l.items = append(l.items, it)
		if r.chance(0.45) { // else more of the same heading
			if r.chance(0.5) {
				near := w.byChapter[h.chapter]
				kind = near[r.below(len(near))]
			} else {
				kind = int32(w.goods.draw(r))
			}
			if r.chance(0.3) {
				origin = w.origins.draw(r)
			}
		}
	}
}

// addCosts adds freight, insurance and other costs by the terms of delivery.
func (l *life) addCosts(it *item) {
	w, r := l.g.world, l.r
	national := convert(it.fob, it.rate, w.money[it.money].decimals, w.decimals)
	switch l.delivery {
	case "FOB":
		it.freight = percent(national, int64(r.between(300, 1200)))
		it.insurance = percent(national, int64(r.between(20, 90)))
	case "EXW":
		it.freight = percent(national, int64(r.between(400, 1400)))
		it.insurance = percent(national, 50)
		it.other = percent(national, int64(r.between(50, 300)))
	case "CFR":
		it.insurance = percent(national, int64(r.between(20, 90)))
	}
}

// totals sums value and payable taxes.
func totals(items []item) (value, tax int64) {
	for i := range items {
		value += items[i].value
		tax += items[i].tax()
	}
	return value, tax
}

// raise makes an item's invoice dearer by a factor and gives what the taxes gain.
func (it *item) raise(w *world, factor float64) int64 {
	before := it.tax()
	it.fob = max(it.fob+1, int64(math.Round(float64(it.fob)*factor)))
	it.assess(w)
	return it.tax() - before
}

// drawItemCount gives the number of items: mostly one, seldom many.
func drawItemCount(r *source) int {
	if r.chance(0.55) {
		return 1
	}
	n := 2
	for n < 40 && r.chance(0.62) {
		n++
	}
	return n
}

// drawContainer gives a container number with its check digit (ISO 6346).
func drawContainer(r *source) (number [11]byte) {
	owners := [...]string{"KSLU", "QVTU", "ZRMU", "HDXU", "NBWU", "YTOU"}
	copy(number[:], owners[r.below(len(owners))])
	n := r.below(1_000_000)
	for i := 9; i >= 4; i-- {
		number[i] = '0' + byte(n%10)
		n /= 10
	}
	number[10] = checkDigit(number[:10])
	return number
}

// checkDigit is the eleventh character of a container number.
func checkDigit(ten []byte) byte {
	sum := 0
	for i, c := range ten {
		v := int(c - '0')
		if c >= 'A' {
			letter := int(c - 'A')
			v = 10 + letter + (letter+9)/10 // 11, 22 and 33 are left out
		}
		sum += v << i
	}
	return '0' + byte(sum%11%10)
}

package sample

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// trader is an importer, exporter or broker.
type trader struct {
	code, name string
	main       int // index of the main office
	risk       float64
	account    string
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

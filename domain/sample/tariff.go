package sample

import (
	_ "embed"
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
		w.byChapter[h.chapter] = append(w.byChapter[h.chapter], int32(len(w.headings)))
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

package fact

import (
	"math"
	"sort"

	"assay/domain/administration"
	"assay/domain/cube"
	"assay/domain/declaration"
)

// priceMonths is how many months before an item's own month make the history that
// its price is compared with.
const priceMonths = 12

// priceCell is what prices are compared within.
type priceCell struct{ subheading, origin string }

// Prices is the history of values per mass by HS subheading and origin, month by
// month. An item of a month is judged by the items of the twelve months before
// it, so that its state never changes with time, only with the data.
type Prices struct {
	settings administration.Settings
	months   map[cube.Month]map[priceCell][]float64
	limits   map[priceCell]priceLimit // of month
	month    cube.Month
	ready    bool
}

// priceLimit is a cell's median price and the ratio to it that is still usual.
type priceLimit struct {
	median, ratio float64
	judged        bool
}

// NewPrices makes an empty history.
func NewPrices(settings administration.Settings) *Prices {
	return &Prices{settings: settings, months: map[cube.Month]map[priceCell][]float64{}}
}

// price is the value of an item per gram of net mass, gross mass where there is
// no net mass; 0 when it has no value or no mass.
func price(item *declaration.Item) float64 {
	mass := item.NetMass
	if mass <= 0 {
		mass = item.GrossMass
	}
	if mass <= 0 || item.CustomsValue <= 0 {
		return 0
	}
	return float64(item.CustomsValue) / float64(mass)
}

// Add puts an item of a declaration that is not cancelled into the history of its month.
func (p *Prices) Add(month cube.Month, item *declaration.Item) {
	if p == nil {
		return
	}
	p.add(month, subheading(item.HS), item.Origin, price(item))
}

func (p *Prices) add(month cube.Month, hs, origin string, value float64) {
	if value <= 0 {
		return
	}
	cells := p.months[month]
	if cells == nil {
		cells = map[priceCell][]float64{}
		p.months[month] = cells
	}
	cell := priceCell{hs, origin}
	cells[cell] = append(cells[cell], value)
	if p.ready && month < p.month && month >= p.month-priceMonths {
		p.ready = false
	}
}

// Forget drops the months that no item of this or a later month looks at.
func (p *Prices) Forget(month cube.Month) {
	for m := range p.months {
		if m < month-priceMonths {
			delete(p.months, m)
		}
	}
}

// judge says whether there is enough history for an item, and whether its price
// lies beyond the limits: its ratio to the median, either way, above the median
// ratio to the power of 1.4826 times the setting. On a logarithmic scale that is
// so many robust standard deviations from the median (1.4826 makes the median
// absolute deviation of a normal distribution its standard deviation).
func (p *Prices) judge(month cube.Month, item *declaration.Item) (judged, outlier bool) {
	if p == nil {
		return false, false
	}
	value := price(item)
	if value <= 0 {
		return false, false
	}
	if !p.ready || month != p.month {
		p.limits, p.month, p.ready = map[priceCell]priceLimit{}, month, true
	}
	cell := priceCell{subheading(item.HS), item.Origin}
	limit, known := p.limits[cell]
	if !known {
		limit = p.limit(cell)
		p.limits[cell] = limit
	}
	return limit.judged, limit.judged && ratio(value, limit.median) > limit.ratio
}

func (p *Prices) limit(cell priceCell) priceLimit {
	var values []float64
	for m := p.month - priceMonths; m < p.month; m++ {
		values = append(values, p.months[m][cell]...)
	}
	if int64(len(values)) < max(1, p.settings.OutlierMinimum) {
		return priceLimit{}
	}
	median := lowerMedian(values)
	for i, v := range values {
		values[i] = ratio(v, median)
	}
	return priceLimit{median, math.Pow(lowerMedian(values), 1.4826*p.settings.OutlierDeviations), true}
}

// ratio is how many times one value is the other, at least 1.
func ratio(a, b float64) float64 { return max(a/b, b/a) }

// lowerMedian is the lower of the middle values, SQL's percentile_disc(0.5). It
// sorts its argument.
func lowerMedian(values []float64) float64 {
	sort.Float64s(values)
	return values[(len(values)-1)/2]
}

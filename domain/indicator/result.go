package indicator

import (
	"cmp"
	"math/big"
	"time"

	"assay/domain/cube"
)

// Number is a computed figure. What is shown is Value; what it was computed from
// is exact: Numerator and Denominator are counts or minor units.
type Number struct {
	// Value is in the figure's unit: per cent, hours, days, minor units, count or
	// points. Nil when there is nothing to divide by, nothing counted, or the denominator is small (Small).
	Value       *float64 `json:"value"`
	Numerator   *int64   `json:"numerator,omitempty"`
	Denominator *int64   `json:"denominator,omitempty"`
	N           int64    `json:"n"` // things that the figure is about: in the denominator, or with a duration
	// Low and High are the ends of the 95 % Wilson interval, in per cent.
	Low  *float64 `json:"low,omitempty"`
	High *float64 `json:"high,omitempty"`
	// Small: fewer than the administration's least denominator. Of shares the
	// counts are shown then and Value is nil.
	Small bool `json:"small,omitempty"`
	// Withheld: it is about fewer things than the reader may be told of, or would tell of such. Nothing
	// else is given then.
	Withheld bool        `json:"withheld,omitempty"`
	Spread   *Percentile `json:"spread,omitempty"`
}

// Percentile are the quantiles of durations or amounts at the probabilities Quantiles.
type Percentile struct {
	Unit        Unit      `json:"unit"`
	N           int64     `json:"n"`
	Values      []float64 `json:"values,omitempty"` // in Unit; none when N is 0
	OfficeN     int64     `json:"office_n,omitempty"`
	Office      []float64 `json:"office,omitempty"` // the same in office hours
	Exact       []float64 `json:"exact,omitempty"`  // as computed, in seconds or minor units
	OfficeExact []float64 `json:"office_exact,omitempty"`
}

// Row is the figures of one group.
type Row struct {
	Keys       []string `json:"keys"` // in order of By; "" is not known
	Number     `json:"figure"`
	Companions []Number `json:"companions,omitempty"` // in order of the definition's
}

// Period is from a first day to the day before To.
type Period struct {
	From Day `json:"from"`
	To   Day `json:"to"`
}

// Provenance says what a figure was computed from and by.
type Provenance struct {
	Code      string     `json:"code"`
	Version   int        `json:"version"` // of the definition
	Segments  []string   `json:"segments"`
	Revision  int64      `json:"revision"`  // of the snapshot
	Watermark *time.Time `json:"watermark"` // latest event time of the data; nil when not known
	// Definition is what the figure was computed by, for who shows it: the catalogue may have changed since.
	Definition *Definition `json:"-"`
}

// Result is one indicator over a period.
type Result struct {
	Provenance
	Period
	Maturity PeriodMaturity `json:"maturity"`
	By       []string       `json:"by,omitempty"`
	Where    []Filter       `json:"where,omitempty"`
	Total    Row            `json:"total"` // over all groups
	Rows     []Row          `json:"rows,omitempty"`
	Groups   int            `json:"groups"` // before limit and offset
	// Other is the sum of the groups that are not in Rows; nil when all are, and
	// when sums say nothing (medians, distinct officers, cases that overlap).
	Other *Row `json:"other,omitempty"`
}

// Point is the figures of one stretch of a series.
type Point struct {
	Key string `json:"key"` // 2026-10, 2026-W41, ..
	Period
	Row
	Maturity PeriodMaturity `json:"maturity"`
}

// Series is one indicator over the stretches of a period.
type Series struct {
	Provenance
	Period
	Granularity string   `json:"granularity"`
	Where       []Filter `json:"where,omitempty"`
	Points      []Point  `json:"points"` // one for each stretch, also those without rows
}

// Entry is one indicator on the board.
type Entry struct {
	Provenance
	Period
	Maturity PeriodMaturity `json:"maturity"`
	Row
	Previous Row `json:"previous"`  // the period of the same length before
	LastYear Row `json:"last_year"` // the same period a year before
	// Months are the figures of the last 24 months, the latest last.
	Months []Point `json:"months"`
	// Missing says why there are no figures; empty when there are.
	Missing string `json:"missing,omitempty"`
}

// Board is every indicator for a period.
type Board struct {
	Period
	Watermark *time.Time `json:"watermark"`
	Revision  int64      `json:"revision"`
	Entries   []Entry    `json:"entries"` // in the order of the catalogue
}

// Line is one thing behind a figure: a declaration, or an act, item, bill, .. of it.
type Line struct {
	On            Day               `json:"on"`
	DeclarationID int64             `json:"declaration_id,omitempty"`
	Reference     string            `json:"reference"` // of the declaration, or of the document
	Dimensions    map[string]string `json:"dimensions"`
	Kind          string            `json:"kind,omitempty"`
	Counted       bool              `json:"counted"`           // in the numerator too
	Measure       *int64            `json:"measure,omitempty"` // seconds or minor units, where the figure is of them
}

// Lines are the things behind a figure, the latest first.
type Lines struct {
	Provenance
	Period
	Part  Part   `json:"part"`
	Rows  string `json:"rows"` // kind of row, see the package fact
	Lines []Line `json:"lines"`
	Total int64  `json:"total"` // before limit and offset

	Dimensions []string `json:"-"` // what lines of this kind of row may tell, in an order for tables
}

// Part says which of the things behind a figure are meant.
type Part string

// The parts of a figure.
const (
	NumeratorPart   Part = "numerator"
	DenominatorPart Part = "denominator"
)

// divisor turns exact values into those of a unit.
func (u Unit) divisor() float64 {
	switch u {
	case Hours:
		return 3600
	case Days:
		return 86400
	}
	return 1
}

func (s *Spread) number(n int64, exact []float64, officeN int64, office []float64) *Percentile {
	p := &Percentile{Unit: s.Unit, N: n, OfficeN: officeN, Exact: exact, OfficeExact: office}
	for _, v := range exact {
		p.Values = append(p.Values, v/s.Unit.divisor())
	}
	for _, v := range office {
		p.Office = append(p.Office, v/s.Unit.divisor())
	}
	return p
}

// raw is what the cube gives for a figure.
type raw struct {
	numerator, denominator, added    cube.Value
	spread, office                   cube.Value
	hasNumerator, hasDenominator     bool
	hasSpread, hasOffice, hasAddedTo bool
	more                             map[purpose]cube.Value
}

// total is a measure with its factor and all that is added to it. It is null when none of
// its parts has a value, and when it has more digits than are kept.
func (r *raw) total(m *Measure, p purpose, own cube.Value) cube.Value {
	if len(m.More) == 0 && m.Factor <= 1 && m.Factor >= 0 {
		return own
	}
	sum := new(big.Int)
	null := true
	add := func(factor int64, v cube.Value) {
		if !v.Null {
			null = false
			sum.Add(sum, new(big.Int).Mul(big.NewInt(factor), big.NewInt(v.Int)))
		}
	}
	add(cmp.Or(m.Factor, 1), own)
	for i, term := range m.More {
		add(term.Factor, r.more[moreOf(p, i)])
	}
	return cube.Value{Int: sum.Int64(), N: own.N, Null: null || !sum.IsInt64()}
}

// number turns raw values into a figure.
func (f *Figure) number(r *raw, unit Unit, interval bool, least int64) Number {
	var n Number
	if r.hasNumerator {
		if total := r.total(f.Numerator, asNumerator, r.numerator); !total.Null {
			n.Numerator = &total.Int
		}
	}
	if r.hasDenominator {
		total := r.total(f.Denominator, asDenominator, r.denominator)
		value, null := total.Int, total.Null
		if r.hasAddedTo {
			value, null = value+r.added.Int, null && r.added.Null
		}
		if !null {
			n.Denominator = &value
		}
		n.N = r.denominator.N
	} else if r.hasNumerator {
		n.N = r.numerator.N
	}
	if r.hasSpread {
		n.Spread = f.Spread.number(r.spread.N, r.spread.Quantiles, r.office.N, r.office.Quantiles)
	}
	switch {
	case f.Numerator == nil && f.Spread != nil:
		n.N = r.spread.N
		if len(r.spread.Quantiles) > 0 {
			median := r.spread.Quantiles[Median] / f.Spread.Unit.divisor()
			n.Value = &median
		}
		n.Small = n.N < least
	case f.Denominator == nil:
		if n.Numerator != nil {
			value := float64(*n.Numerator)
			n.Value = &value
		}
	case n.Denominator != nil && *n.Denominator != 0 && n.Numerator != nil:
		n.Small = n.N < least && (interval || f.Denominator.Func == cube.Count)
		n.divide(unit, interval)
	case interval:
		n.Small = true
	}
	return n
}

func (n *Number) divide(unit Unit, interval bool) {
	scale := 1.0
	if unit == Percent {
		scale = 100
	}
	if interval && n.Small {
		return
	}
	value := scale * float64(*n.Numerator) / float64(*n.Denominator)
	n.Value = &value
	if interval {
		low, high := Wilson(*n.Numerator, *n.Denominator)
		low, high = low*scale, high*scale
		n.Low, n.High = &low, &high
	}
}

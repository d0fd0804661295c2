package contract

import (
	"cmp"
	"math"
	"slices"

	"assay/domain/cube"
)

// Backtest says how the months of the past would have stood under targets.
type Backtest struct {
	Lines   []BacktestLine // in order of the targets
	Whole   BacktestWhole
	Offices []BacktestOffice // by code
	Pulls   []Pull           // pairs of targets that pull against each other, the strongest first
}

// BacktestLine is one indicator over all offices.
type BacktestLine struct {
	Code      string
	Months    int // months of work with a value
	Threshold int // of these, those that reached the threshold
	Target    int // and the target
}

// BacktestWhole counts months of work by the whole contract.
type BacktestWhole struct {
	Months   int // in which at least half of the weight had a value
	Achieved int // with a score of 100 or more and nothing beyond a red line
}

// BacktestOffice is the same for one office.
type BacktestOffice struct {
	Office string
	Lines  []BacktestLine
	BacktestWhole
}

// Pull is a pair of targets that go against each other: months that reach one
// tend to miss the other (Spearman's rank correlation of attainment).
type Pull struct {
	First, Second string
	Correlation   float64
	Low, High     float64 // 95 % interval by Fisher's transformation
	Months        int
}

// Bounds of what is called pulling against each other.
const (
	pullMonths      = 30   // fewer months say nothing
	pullCorrelation = -0.2 // weaker is not worth a word
)

type workMonth struct {
	office  string
	subject string
	month   cube.Month
}

// BacktestTargets holds targets against months of work; observations[code] are those that count for an indicator.
func BacktestTargets(targets []Target, observations map[string][]Observation, capPercent int) *Backtest {
	months := map[workMonth][]*float64{}
	for i := range targets {
		for _, o := range observations[targets[i].Code] {
			key := workMonth{o.Office, o.Subject, o.Month}
			if months[key] == nil {
				months[key] = make([]*float64, len(targets))
			}
			value := o.Value
			months[key][i] = &value
		}
	}
	b := &Backtest{Lines: newLines(targets)}
	offices := map[string]*BacktestOffice{}
	attained := make([][]*float64, 0, len(months))
	for key, values := range months {
		office := offices[key.office]
		if office == nil {
			office = &BacktestOffice{Office: key.office, Lines: newLines(targets)}
			offices[key.office] = office
		}
		attained = append(attained, b.count(office, targets, values, capPercent))
	}
	for _, office := range offices {
		b.Offices = append(b.Offices, *office)
	}
	slices.SortFunc(b.Offices, func(a, c BacktestOffice) int { return cmp.Compare(a.Office, c.Office) })
	b.Pulls = pulls(targets, attained)
	return b
}

func newLines(targets []Target) []BacktestLine {
	lines := make([]BacktestLine, len(targets))
	for i := range targets {
		lines[i].Code = targets[i].Code
	}
	return lines
}

// count enters one month of work and gives its attainments.
func (b *Backtest) count(office *BacktestOffice, targets []Target, values []*float64, capPercent int) []*float64 {
	attained := make([]*float64, len(targets))
	weight, score, beyond := 0, 0.0, false
	for i, value := range values {
		if value == nil {
			continue
		}
		t := &targets[i]
		reached := t.Attainment(*value, capPercent)
		attained[i] = &reached
		weight += t.Weight
		score += float64(t.Weight) * reached
		beyond = beyond || t.BeyondRed(*value)
		standing := t.Standing(*value)
		for _, line := range []*BacktestLine{&b.Lines[i], &office.Lines[i]} {
			line.Months++
			if standing != Red {
				line.Threshold++
			}
			if standing == Green {
				line.Target++
			}
		}
	}
	if 2*weight < fullWeight {
		return attained
	}
	achieved := score/float64(weight) >= 100 && !beyond
	for _, whole := range []*BacktestWhole{&b.Whole, &office.BacktestWhole} {
		whole.Months++
		if achieved {
			whole.Achieved++
		}
	}
	return attained
}

// pulls finds the pairs whose attainments go against each other.
func pulls(targets []Target, attained [][]*float64) []Pull {
	var found []Pull
	for i := range targets {
		for j := i + 1; j < len(targets); j++ {
			var x, y []float64
			for _, month := range attained {
				if month[i] != nil && month[j] != nil {
					x, y = append(x, *month[i]), append(y, *month[j])
				}
			}
			if len(x) < pullMonths {
				continue
			}
			r := spearman(x, y)
			low, high := fisherInterval(r, len(x))
			if r <= pullCorrelation && high < 0 {
				found = append(found, Pull{targets[i].Code, targets[j].Code, r, low, high, len(x)})
			}
		}
	}
	slices.SortFunc(found, func(a, c Pull) int {
		return cmp.Or(cmp.Compare(a.Correlation, c.Correlation), cmp.Compare(a.First, c.First), cmp.Compare(a.Second, c.Second))
	})
	return found
}

// spearman is the correlation of ranks, equal values sharing the middle of their ranks;
// 0 where one side never varies.
func spearman(x, y []float64) float64 {
	a, b := ranks(x), ranks(y)
	middle := float64(len(a)+1) / 2
	var both, first, second float64
	for i := range a {
		both += (a[i] - middle) * (b[i] - middle)
		first += (a[i] - middle) * (a[i] - middle)
		second += (b[i] - middle) * (b[i] - middle)
	}
	if first == 0 || second == 0 {
		return 0
	}
	return both / math.Sqrt(first*second)
}

func ranks(values []float64) []float64 {
	order := make([]int, len(values))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int { return cmp.Compare(values[a], values[b]) })
	ranked := make([]float64, len(values))
	for from := 0; from < len(order); {
		to := from + 1
		for to < len(order) && values[order[to]] == values[order[from]] {
			to++
		}
		for _, i := range order[from:to] {
			ranked[i] = float64(from+to+1) / 2
		}
		from = to
	}
	return ranked
}

// fisherInterval is the 95 % interval of a correlation over n pairs.
func fisherInterval(r float64, n int) (low, high float64) {
	if n < 4 || math.Abs(r) >= 1 {
		return r, r
	}
	const z = 1.959963984540054
	half := z / math.Sqrt(float64(n-3))
	return math.Tanh(math.Atanh(r) - half), math.Tanh(math.Atanh(r) + half)
}

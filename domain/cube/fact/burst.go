package fact

import (
	"slices"

	"assay/domain/administration"
	"assay/domain/cube"
)

// Bursts knows which assessments were keyed in bursts: at least so many by one
// officer at one office within so many minutes of one local day.
type Bursts struct {
	least, seconds int64
	days           map[officerDay][]int64 // times of assessments as Unix seconds
	judged         map[officerDay]map[int64]bool
}

type officerDay struct {
	office, officer string
	day             cube.Date
}

// NewBursts makes an empty register.
func NewBursts(s administration.Settings) *Bursts {
	return &Bursts{least: s.BurstAssessments, seconds: s.BurstMinutes * 60, days: map[officerDay][]int64{}}
}

// Add notes an assessment by an officer at a time of day. All of a day must be
// added before the first question about it.
func (b *Bursts) Add(office, officer string, day cube.Date, second int64) {
	key := officerDay{office, officer, day}
	b.days[key] = append(b.days[key], second)
}

// Settle keeps only the times that belong to bursts. Nothing may be added after it.
func (b *Bursts) Settle() {
	b.judged = map[officerDay]map[int64]bool{}
	for key, times := range b.days {
		if int64(len(times)) < b.least {
			continue
		}
		slices.Sort(times)
		inside := map[int64]bool{}
		for i := range times {
			// The earliest burst that begins here reaches to the last of `least` times.
			if last := i + int(b.least) - 1; b.least > 0 && last < len(times) && times[last]-times[i] <= b.seconds {
				for _, t := range times[i : last+1] {
					inside[t] = true
				}
			}
		}
		if len(inside) > 0 {
			b.judged[key] = inside
		}
	}
	b.days = nil
}

// in reports whether an assessment at that second belongs to a burst.
func (b *Bursts) in(office, officer string, day cube.Date, second int64) bool {
	return b != nil && b.judged[officerDay{office, officer, day}][second]
}

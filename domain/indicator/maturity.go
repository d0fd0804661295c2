package indicator

import (
	"time"

	"assay/domain/administration"
	"assay/domain/cube"
	"assay/domain/cube/fact"
)

// Ripeness says whether the data can tell already.
type Ripeness string

// The states of a period.
const (
	Mature   Ripeness = "mature"   // all of the period counts
	Partly   Ripeness = "partly"   // the figure is of the days through Through
	Immature Ripeness = "immature" // no day of the period counts yet
)

// PeriodMaturity says how much of a period the data can tell about.
type PeriodMaturity struct {
	State Ripeness `json:"state"`
	// Through is the last day of the period that counts; nil when none does.
	Through *Day `json:"through,omitempty"`
	// On is the day on whose data the whole period will be mature; nil when it is.
	On *Day `json:"on,omitempty"`
}

// Day is a calendar day in JSON, 2026-10-05.
type Day cube.Date

// String gives 2026-10-05.
func (d Day) String() string { return cube.Date(d).String() }

// MarshalText gives 2026-10-05.
func (d Day) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads 2026-10-05.
func (d *Day) UnmarshalText(text []byte) error {
	parsed, err := cube.ParseDate(string(text))
	if err != nil {
		return err
	}
	*d = Day(parsed)
	return nil
}

// horizon is how far the data reach.
type horizon struct {
	day   cube.Date // local day of the watermark
	known bool
}

func newHorizon(watermark time.Time, zone *time.Location) horizon {
	if watermark.IsZero() {
		return horizon{}
	}
	return horizon{cube.DateIn(watermark, zone), true}
}

// wait is the number of whole days of a maturity.
func (m Maturity) wait(s *administration.Settings) cube.Date {
	days := int64(m.Days)
	switch m.Setting {
	case WriteOffDays:
		days += s.WriteOffDays
	case LateManifestDays:
		days += s.LateManifestDays
	}
	return cube.Date(days)
}

// ripe is the day on whose data something dated by a day can be told.
func (m Maturity) ripe(day cube.Date, s *administration.Settings) cube.Date {
	if m.Month {
		day = fact.MonthAfter(day)
	}
	return day + m.wait(s)
}

// through gives the last day that can be told about. Without a watermark every day can.
func (h horizon) through(m Maturity, s *administration.Settings) cube.Date {
	if !h.known {
		return cube.MaxDate
	}
	last := h.day - m.wait(s)
	if !m.Month {
		return last
	}
	// A month has at most 31 days; several days may ripen on the last of a short one.
	for day := last; day >= last-31; day-- {
		if fact.MonthAfter(day) <= last {
			return day
		}
	}
	return last - 31
}

// Through gives the last day of a period (the day before to) that an indicator can tell about on data up to a
// watermark: of two states of the data in which it is the same, no figure of the period differs by maturity.
func Through(d *Definition, watermark time.Time, tenant *administration.Tenant, to cube.Date) cube.Date {
	return min(newHorizon(watermark, tenant.Location()).through(d.Mature, &tenant.Settings), to-1)
}

// maturity says how much of a period (From to the day before To) counts.
func (h horizon) maturity(m Maturity, from, to cube.Date, s *administration.Settings) PeriodMaturity {
	through := h.through(m, s)
	if through >= to-1 {
		last := Day(to - 1)
		return PeriodMaturity{State: Mature, Through: &last}
	}
	on := Day(m.ripe(to-1, s))
	if through < from {
		return PeriodMaturity{State: Immature, On: &on}
	}
	last := Day(through)
	return PeriodMaturity{State: Partly, Through: &last, On: &on}
}

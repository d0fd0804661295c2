package fact

import (
	"time"

	"assay/domain/administration"
	"assay/domain/cube"
	"assay/domain/warehouse"
)

// Examine tries the procedure rules P1 to P14 on a record and gives two bit
// sets, bit 0 for P1 to bit 13 for P14: the rules whose inputs were there, and
// those that the record breaks (a subset of the first).
type Examine func(record *warehouse.Record) (evaluated, broken uint16)

// Context is what a derivation knows besides the record. It is read-only while
// rows are derived.
type Context struct {
	Settings  administration.Settings
	Calendars *administration.Calendars
	Staff     *Staff
	Bursts    *Bursts // nil: no burst is known
	Prices    *Prices // nil: no price is judged
	Examine   Examine // nil: no rule is evaluated
	// ManifestsKnown says whether the administration ever delivered manifests: without
	// any, an unmatched reference to a manifest says nothing.
	ManifestsKnown bool
}

// moneyTolerance is the smallest difference of a total that counts, in minor
// units: so much an item, and at least a share of the total. It is at least 1.
func (c *Context) moneyTolerance(total int64, items int) int64 {
	share := total / 1000 * c.Settings.MoneyEpsilonPerMille
	share += total % 1000 * c.Settings.MoneyEpsilonPerMille / 1000
	return max(1, c.Settings.MoneyEpsilon*int64(max(1, items)), share)
}

// point is a moment on the time line of one office.
type point struct {
	at    time.Time
	day   cube.Date // local
	timed bool      // the source gave a time of day
	set   bool
}

// notBefore reports whether p is at or after q: to the second less the
// tolerance of the clocks when both have a time, else by local days.
func (p point) notBefore(q point, tolerance int64) bool {
	if p.timed && q.timed {
		return p.at.Unix() >= q.at.Unix()-tolerance
	}
	return p.day >= q.day
}

// Lag is a duration between two moments.
type Lag struct {
	Elapsed Number // seconds on the clock
	Office  Number // seconds within working hours of the office
}

// hours is the time from one moment to another; null unless both have a time of
// day, since hours are never derived from dates.
func hours(from, to point, calendar *administration.Calendar) Lag {
	if !from.set || !to.set || !from.timed || !to.timed {
		return Lag{}
	}
	return Lag{
		Elapsed: number(to.at.Unix() - from.at.Unix()),
		Office:  number(calendar.WorkingSeconds(from.at.Truncate(time.Second), to.at.Truncate(time.Second))),
	}
}

// days is like hours, but where a source gave only a date the difference of the
// local days stands for the elapsed time: for indicators in days, never in hours.
func days(from, to point, calendar *administration.Calendar) Lag {
	lag := hours(from, to, calendar)
	if from.set && to.set && !lag.Elapsed.Valid {
		lag.Elapsed = number(int64(to.day-from.day) * secondsOfDay)
	}
	return lag
}

const (
	secondsOfDay = 86400
	hour         = time.Hour
)

// within reports whether to comes at most so many days after from: to the
// second when both have a time, else by local days.
func within(from, to point, limit int64) bool {
	if from.timed && to.timed {
		return to.at.Unix()-from.at.Unix() <= limit*secondsOfDay
	}
	return int64(to.day-from.day) <= limit
}

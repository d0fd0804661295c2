package crosscheck

import (
	"strconv"
	"time"

	"assay/domain/administration"
	"assay/domain/declaration"
)

// stamp is a moment made ready for comparing: with a time of day, or only a
// local date, or not known at all.
type stamp struct {
	micros int64 // UTC, since 1970
	day    int32 // local day since 1970-01-01; set only when not timed
	known  bool
	timed  bool
}

const microsPerSecond = 1_000_000

// stampOf reads a moment; the calendar gives the zone of its office.
func stampOf(m declaration.Moment, calendar *administration.Calendar) stamp {
	s := stamp{micros: m.At.UnixMicro(), known: true, timed: m.HasTime()}
	if !s.timed {
		s.day = calendar.LocalDay(m.At)
	}
	return s
}

// stampOfDay is a date without time, given at midnight UTC of that date.
func stampOfDay(date time.Time) stamp {
	return stamp{day: administration.DayNumber(date.UTC()), known: true}
}

// localDay is the date of a stamp in the office's zone.
func (s stamp) localDay(calendar *administration.Calendar) int32 {
	if !s.timed {
		return s.day
	}
	return calendar.LocalDay(time.UnixMicro(s.micros))
}

// precedes reports whether s lies before t by more than the tolerance in
// seconds; by dates, without tolerance, where either has only a date.
func (x *examination) precedes(s, t stamp, tolerance int64) bool {
	if s.timed && t.timed {
		return s.micros < t.micros-tolerance*microsPerSecond
	}
	return x.day(s) < x.day(t)
}

// day is the date of a stamp in the zone of the declaration's office.
func (x *examination) day(s stamp) int32 { return s.localDay(x.calendar) }

func (x *examination) stamp(m declaration.Moment) stamp { return stampOf(m, x.calendar) }

// gap is the signed distance from s to t for evidence: in seconds where both have a time of day, always in days.
func (x *examination) gap(s, t stamp) (seconds *int64, days int32) {
	if s.timed && t.timed {
		between := (t.micros - s.micros) / microsPerSecond
		seconds = &between
	}
	return seconds, x.day(t) - x.day(s)
}

func absolute[N int32 | int64](n N) N {
	if n < 0 {
		return -n
	}
	return n
}

func decimal(n int64) string { return strconv.FormatInt(n, 10) }

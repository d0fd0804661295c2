package administration

import (
	"math"
	"sort"
	"time"
)

// Office is a Customs office with its working hours.
type Office struct {
	Code     string
	Name     string
	Kind     string // seaport, airport, land, post, inland or empty
	Zone     string // IANA; empty means the tenant's
	Opens    int    // minutes after local midnight
	Closes   int    // minutes after local midnight, after Opens
	Workdays string // seven digits, Monday first, 1 is a working day
	SeenOnly bool   // known only because data named it
	// Weeks replace Opens, Closes and Workdays from a day on, the earliest first.
	Weeks []DatedWeek `gorm:"-"`
}

// Calendar answers, for one office, which hours are working hours. It holds
// plain values and is safe for concurrent use.
type Calendar struct {
	location *time.Location
	hours    []hours // in order of from; the first holds since ever
	closed   map[int32]bool
}

// hours are a working week in seconds after local midnight, Sunday first as time.Weekday.
type hours struct {
	from int32
	days [7][]span
}

type span struct{ opens, closes int64 }

// NewCalendar makes the calendar of an office in a zone with its non-working
// days, given as DayNumber values.
func NewCalendar(office Office, zone *time.Location, holidays []int32) *Calendar {
	c := &Calendar{location: zone, hours: []hours{hoursOf(office.BaseWeek(), math.MinInt32)}, closed: make(map[int32]bool, len(holidays))}
	for _, week := range office.Weeks {
		c.hours = append(c.hours, hoursOf(week.Week, week.From))
	}
	for _, day := range holidays {
		c.closed[day] = true
	}
	return c
}

func hoursOf(week Week, from int32) hours {
	h := hours{from: from}
	for i, shifts := range week {
		for _, s := range shifts {
			h.days[(i+1)%7] = append(h.days[(i+1)%7], span{int64(s.Opens) * 60, int64(s.Closes) * 60})
		}
	}
	return h
}

// spans are the working hours that the week in force gives a local day, holidays not looked at.
func (c *Calendar) spans(day int32) []span {
	i := len(c.hours) - 1
	for i > 0 && c.hours[i].from > day {
		i--
	}
	return c.hours[i].days[(int(day)%7+7+4)%7] // 1970-01-01 was a Thursday
}

// Location is the office's zone.
func (c *Calendar) Location() *time.Location { return c.location }

// DayNumber counts days since 1970-01-01 of a date in its own zone.
func DayNumber(t time.Time) int32 {
	y, m, d := t.Date()
	return int32(time.Date(y, m, d, 0, 0, 0, 0, time.UTC).Unix() / 86400)
}

// LocalDay is the day number of an instant in the office's zone.
func (c *Calendar) LocalDay(t time.Time) int32 { return DayNumber(t.In(c.location)) }

// IsWorkday reports whether the office works on a local day.
func (c *Calendar) IsWorkday(day int32) bool {
	return len(c.spans(day)) > 0 && !c.closed[day]
}

// IsOpen reports whether the office works at an instant.
func (c *Calendar) IsOpen(t time.Time) bool {
	local := t.In(c.location)
	day, second := DayNumber(local), secondOfDay(local)
	if c.closed[day] {
		return false
	}
	for _, s := range c.spans(day) {
		if second >= s.opens && second < s.closes {
			return true
		}
	}
	return false
}

// WorkingSeconds is the time between two instants that falls into working
// hours, as clocks on the wall show them (a change to summer time at night does
// not matter). It is negative when to is before from. It costs one step a
// working day between the two.
func (c *Calendar) WorkingSeconds(from, to time.Time) int64 {
	if to.Before(from) {
		return -c.WorkingSeconds(to, from)
	}
	a, b := from.In(c.location), to.In(c.location)
	first, last := DayNumber(a), DayNumber(b)
	var sum int64
	for day := first; day <= last; day++ {
		if c.closed[day] {
			continue
		}
		for _, s := range c.spans(day) {
			start, end := s.opens, s.closes
			if day == first {
				start = max(start, secondOfDay(a))
			}
			if day == last {
				end = min(end, secondOfDay(b))
			}
			if end > start {
				sum += end - start
			}
		}
	}
	return sum
}

func secondOfDay(t time.Time) int64 {
	return int64(t.Hour()*3600 + t.Minute()*60 + t.Second())
}

// Calendars holds the calendars of all offices of a tenant.
type Calendars struct {
	byOffice map[string]*Calendar
	fallback *Calendar
}

// NewCalendars builds all calendars. Days without work of the office "" hold for all.
func NewCalendars(tenant *Tenant, offices []Office, holidays map[string][]int32) *Calendars {
	all := &Calendars{byOffice: make(map[string]*Calendar, len(offices)),
		fallback: NewCalendar(Office{Workdays: "1111100", Opens: 480, Closes: 1020}, tenant.Location(), holidays[""])}
	for _, office := range offices {
		zone := tenant.Location()
		if office.Zone != "" {
			zone = location(office.Zone)
		}
		days := append(append([]int32(nil), holidays[""]...), holidays[office.Code]...)
		all.byOffice[office.Code] = NewCalendar(office, zone, days)
	}
	return all
}

// Of is the calendar of an office; an office that nobody described works Monday
// to Friday from 8 to 17 in the tenant's zone.
func (c *Calendars) Of(office string) *Calendar {
	if calendar := c.byOffice[office]; calendar != nil {
		return calendar
	}
	return c.fallback
}

// Offices lists the described offices, sorted.
func (c *Calendars) Offices() []string {
	codes := make([]string, 0, len(c.byOffice))
	for code := range c.byOffice {
		codes = append(codes, code)
	}
	sort.Strings(codes)
	return codes
}

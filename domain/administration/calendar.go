package administration

import (
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
}

// Calendar answers, for one office, which hours are working hours. It holds
// plain values and is safe for concurrent use.
type Calendar struct {
	location *time.Location
	opens    int64 // seconds after local midnight
	closes   int64
	workdays [7]bool // Sunday first, as time.Weekday
	holidays map[int32]bool
}

// NewCalendar makes the calendar of an office in a zone with its non-working
// days, given as DayNumber values.
func NewCalendar(office Office, zone *time.Location, holidays []int32) *Calendar {
	c := &Calendar{location: zone, opens: int64(office.Opens) * 60, closes: int64(office.Closes) * 60, holidays: map[int32]bool{}}
	if c.closes <= c.opens {
		c.opens, c.closes = 8*3600, 17*3600
	}
	if len(office.Workdays) == 7 {
		for i := range 7 {
			c.workdays[(i+1)%7] = office.Workdays[i] == '1'
		}
	} else {
		c.workdays = [7]bool{false, true, true, true, true, true, false}
	}
	for _, day := range holidays {
		c.holidays[day] = true
	}
	return c
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
	weekday := (int(day)%7 + 7 + 4) % 7 // 1970-01-01 was a Thursday
	return c.workdays[weekday] && !c.holidays[day]
}

// IsOpen reports whether the office works at an instant.
func (c *Calendar) IsOpen(t time.Time) bool {
	local := t.In(c.location)
	second := int64(local.Hour()*3600 + local.Minute()*60 + local.Second())
	return second >= c.opens && second < c.closes && c.IsWorkday(DayNumber(local))
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
		if !c.IsWorkday(day) {
			continue
		}
		start, end := c.opens, c.closes
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

// NewCalendars builds all calendars. Holidays of the office "" hold for all.
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

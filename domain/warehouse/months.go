package warehouse

import (
	"time"

	"assay/domain/declaration"
)

// Month counts months: year * 12 + month - 1.
func Month(t time.Time) int {
	y, m, _ := t.Date()
	return y*12 + int(m) - 1
}

// monthCounter says into which local month a time falls at an office. It keeps
// the bounds of the last month of each zone, because almost all times of a declaration
// fall into one.
type monthCounter struct {
	tenant  *zoneMonths
	zones   map[string]*zoneMonths // by name of the zone
	offices map[string]*zoneMonths
}

type zoneMonths struct {
	location   *time.Location
	from, till int64 // seconds since 1970 of the last month found
	month      int
}

func newMonthCounter(tenant *time.Location) *monthCounter {
	zone := &zoneMonths{location: tenant}
	return &monthCounter{tenant: zone, zones: map[string]*zoneMonths{}, offices: map[string]*zoneMonths{}}
}

// describe sets the zone of an office; an empty or unknown one is the administration's.
func (c *monthCounter) describe(office, zone string) {
	if zone == "" {
		delete(c.offices, office)
		return
	}
	known, ok := c.zones[zone]
	if !ok {
		location, err := time.LoadLocation(zone)
		if err != nil {
			delete(c.offices, office)
			return
		}
		known = &zoneMonths{location: location}
		c.zones[zone] = known
	}
	c.offices[office] = known
}

func (c *monthCounter) zone(office string) *zoneMonths {
	if zone, ok := c.offices[office]; ok {
		return zone
	}
	return c.tenant
}

func (z *zoneMonths) of(t time.Time) int {
	seconds := t.Unix()
	if seconds >= z.from && seconds < z.till {
		return z.month
	}
	local := t.In(z.location)
	y, m, _ := local.Date()
	z.from = time.Date(y, m, 1, 0, 0, 0, 0, z.location).Unix()
	z.till = time.Date(y, m+1, 1, 0, 0, 0, 0, z.location).Unix()
	z.month = y*12 + int(m) - 1
	return z.month
}

// monthSet is a small set of months.
type monthSet map[int]struct{}

func (s monthSet) add(month int) { s[month] = struct{}{} }

// declaration adds every month that a declaration's facts are dated in: that of
// registration, and of each act in the zone of its office.
func (s monthSet) declaration(d *declaration.Declaration, counter *monthCounter) {
	s.add(Month(d.Header.RegisteredOn))
	zone := counter.zone(d.Reference.Office)
	last := -1
	add := func(m declaration.Moment) {
		if month := zone.of(m.At); month != last {
			last = month
			s.add(month)
		}
	}
	optional := func(m *declaration.Moment) {
		if m != nil {
			add(*m)
		}
	}
	optional(d.Header.ArrivedAt)
	optional(d.Header.PaperFinishedAt)
	for i := range d.Events {
		add(d.Events[i].Moment)
	}
	for i := range d.Assignments {
		add(d.Assignments[i].Moment)
	}
	for i := range d.Inspections {
		add(d.Inspections[i].Moment)
		optional(d.Inspections[i].FinishedAt)
	}
	for i := range d.Offences {
		add(d.Offences[i].Moment)
		if d.Offences[i].PaidOn != nil {
			s.add(Month(*d.Offences[i].PaidOn))
		}
	}
	for i := range d.Payments {
		add(d.Payments[i].Moment)
	}
	for i := range d.Versions {
		add(d.Versions[i].Moment)
	}
}

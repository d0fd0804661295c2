package fact

import (
	"cmp"
	"slices"
	"strconv"

	"assay/domain/cube"
)

// HourRow is what happened at one office in one hour of one local day. It is counted when segments are made, so
// that the hours of years are a few thousand rows; a column on every declaration and act would be millions.
type HourRow struct {
	On         cube.Date
	Office     string
	Hour       int // of the office's own clock, 0 to 23; untimed where the source gave the day only
	Registered int64
	Assessed   int64
	Released   int64
}

// untimed is the hour of what the source gave no time of day for.
const untimed = -1

// Weekday gives the day of the week of a local day: 1 is Monday, 7 Sunday (ISO 8601).
func Weekday(day cube.Date) int { return ((int(day)%7+7)+3)%7 + 1 } // 1970-01-01 was a Thursday

var hourRows = newSchema("hour", 1, "happened_on", nil, []column[HourRow]{
	day("happened_on", "local day", func(r *HourRow) Date { return date(r.On) }),
	code("office", "office of clearance", func(r *HourRow) string { return r.Office }),
	code("weekday", "day of the week, 1 is Monday and 7 Sunday", func(r *HourRow) string { return strconv.Itoa(Weekday(r.On)) }),
	code("hour", "hour of the office's own clock, 00 to 23; empty where only the day is known", func(r *HourRow) string {
		if r.Hour == untimed {
			return ""
		}
		return HourKey(r.Hour)
	}),
	integer("registered", "", "declarations registered", func(r *HourRow) Number { return number(r.Registered) }),
	integer("assessed", "", "declarations assessed for the first time", func(r *HourRow) Number { return number(r.Assessed) }),
	integer("released", "", "declarations released", func(r *HourRow) Number { return number(r.Released) }),
})

// HourKey writes an hour as the column hour holds it: 07.
func HourKey(hour int) string { return strconv.Itoa(hour/10) + strconv.Itoa(hour%10) }

// officeHour is an hour of a day at an office.
type officeHour struct {
	office string
	day    cube.Date
	hour   int
}

// hourCounts collects what happened by hours.
type hourCounts map[officeHour]*HourRow

// add counts the registration, first assessment and release of one declaration, cancelled or not: each was work.
func (h hourCounts) add(l *life, within func(cube.Date) bool) {
	for i, at := range [...]point{l.registered, l.event(l.assessed), l.event(l.released)} {
		if !at.set || !within(at.day) {
			continue
		}
		key := officeHour{l.base.Office, at.day, untimed}
		if at.timed {
			key.hour = at.at.In(l.calendar.Location()).Hour()
		}
		row := h[key]
		if row == nil {
			row = &HourRow{On: key.day, Office: key.office, Hour: key.hour}
			h[key] = row
		}
		switch i {
		case 0:
			row.Registered++
		case 1:
			row.Assessed++
		default:
			row.Released++
		}
	}
}

// take removes the hours of a month and gives their rows in order of day, office and hour.
func (h hourCounts) take(month cube.Month) []HourRow {
	var rows []HourRow
	for key, row := range h {
		if key.day.Month() == month {
			rows = append(rows, *row)
			delete(h, key)
		}
	}
	slices.SortFunc(rows, func(a, b HourRow) int {
		return cmp.Or(cmp.Compare(a.On, b.On), cmp.Compare(a.Office, b.Office), cmp.Compare(a.Hour, b.Hour))
	})
	return rows
}

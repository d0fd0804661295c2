package fact

import (
	"cmp"
	"slices"

	"assay/domain/cube"
)

// OfficerDayRow is one officer at one office on one local day.
type OfficerDayRow struct {
	On       cube.Date
	Office   string
	Officer  string
	Acts     int64
	Presence Number // seconds between the first and the last act; null with one act
}

var officerDays = newSchema("officer_day", 1, "acted_on", nil, []column[OfficerDayRow]{
	day("acted_on", "local day", func(r *OfficerDayRow) Date { return date(r.On) }),
	code("office", "office of clearance of the declarations acted on", func(r *OfficerDayRow) string { return r.Office }),
	code("officer", "acting officer", func(r *OfficerDayRow) string { return r.Officer }),
	integer("acts", "", "officer's acts with a time of day", func(r *OfficerDayRow) Number { return number(r.Acts) }),
	integer("presence", "s", "first to last of these acts; null when there is only one", func(r *OfficerDayRow) Number { return r.Presence }),
})

// presences collects officer-days from acts.
type presences map[officerDay]*presence

type presence struct{ acts, first, last int64 }

// add counts an act at a time of day, in Unix seconds.
func (p presences) add(key officerDay, second int64) {
	seen := p[key]
	if seen == nil {
		p[key] = &presence{1, second, second}
		return
	}
	seen.acts++
	seen.first, seen.last = min(seen.first, second), max(seen.last, second)
}

// addActs counts the officers' acts of one declaration.
func (p presences) addActs(l *life, within func(cube.Date) bool) {
	for i := range l.record.Events {
		e := &l.record.Events[i]
		if !e.HasTime() || !officerKinds[e.Kind] {
			continue
		}
		officer := l.officer(i)
		if officer == "" {
			continue
		}
		if at := l.event(i); within(at.day) {
			p.add(officerDay{l.base.Office, officer, at.day}, at.at.Unix())
		}
	}
}

// take removes the officer-days of a month and gives their rows in order of
// day, office and officer.
func (p presences) take(month cube.Month) []OfficerDayRow {
	var rows []OfficerDayRow
	for key, seen := range p {
		if key.day.Month() != month {
			continue
		}
		row := OfficerDayRow{On: key.day, Office: key.office, Officer: key.officer, Acts: seen.acts}
		if seen.acts > 1 {
			row.Presence = number(seen.last - seen.first)
		}
		rows = append(rows, row)
		delete(p, key)
	}
	slices.SortFunc(rows, func(a, b OfficerDayRow) int {
		return cmp.Or(cmp.Compare(a.On, b.On), cmp.Compare(a.Office, b.Office), cmp.Compare(a.Officer, b.Officer))
	})
	return rows
}

package sample

import (
	"sort"
	"time"
)

// calendar is the working time of one office, counted once so that adding
// office time to a moment is a look-up.
type calendar struct {
	span          *span
	opens, closes int32   // minutes after midnight
	works         []bool  // by day of the span
	before        []int32 // minutes worked before each day of the span, one more than days
}

func newCalendar(s *span, opens, closes int32, workdays string, holidays map[day]bool) *calendar {
	c := &calendar{span: s, opens: opens, closes: closes, works: make([]bool, s.days()), before: make([]int32, s.days()+1)}
	for i := range c.works {
		d := s.first + day(i)
		c.works[i] = workdays[d.weekday()] == '1' && !holidays[d]
		c.before[i+1] = c.before[i]
		if c.works[i] {
			c.before[i+1] += closes - opens
		}
	}
	return c
}

func (c *calendar) isWorkday(d day) bool { return c.works[c.span.index(c.span.clampDay(d))] }

// isOpen reports whether the office works at m.
func (c *calendar) isOpen(m moment) bool {
	return c.isWorkday(m.day()) && m.ofDay() >= c.opens && m.ofDay() < c.closes
}

// open gives m, or the next opening when the office is closed at m.
func (c *calendar) open(m moment) moment { return c.add(m, 0) }

// add gives the moment after so many minutes of office time.
func (c *calendar) add(m moment, minutes float64) moment {
	i := c.span.index(c.span.clampDay(m.day()))
	position := c.before[i]
	if c.works[i] {
		position += min(max(m.ofDay()-c.opens, 0), c.closes-c.opens)
	}
	position += int32(minutes)
	for ; i < c.span.days(); i++ {
		if c.works[i] && position < c.before[i+1] {
			return (c.span.first + day(i)).midnight() + moment(c.opens+position-c.before[i])
		}
		if position > c.before[min(i+64, c.span.days())] {
			i += 32
		}
	}
	return never
}

// workday gives d, or the next working day.
func (c *calendar) workday(d day) day {
	for c.span.index(d) < c.span.days()-1 && !c.isWorkday(d) {
		d++
	}
	return d
}

// holidaysOf gives the public holidays of a locale with their names. Movable
// feasts follow the tabular calendars; a real administration may differ by a day.
func holidaysOf(locale string, first, end day) (days []day, names map[day]string) {
	names = map[day]string{}
	note := func(d day, name string) {
		if d >= first && d < end {
			if _, twice := names[d]; !twice {
				days = append(days, d)
			}
			names[d] = name
		}
	}
	words := locales[locale].holidays
	for year := first.year(); year <= end.year(); year++ {
		for _, fixed := range words {
			d := monthStart(year, fixed.month) + day(fixed.date) - 1
			note(d, fixed.name)
		}
		if locale != "ar" {
			easter := easterOf(year)
			note(easter+1, locales[locale].easterMonday)
		}
	}
	if locale == "ar" {
		for d := first; d < end; d++ {
			month, date := islamicDate(d)
			switch {
			case month == 10 && date <= 3:
				note(d, "عيد الفطر")
			case month == 12 && date >= 9 && date <= 12:
				note(d, "عيد الأضحى")
			case month == 1 && date == 1:
				note(d, "رأس السنة الهجرية")
			case month == 3 && date == 12:
				note(d, "المولد النبوي")
			}
		}
	}
	sort.Slice(days, func(i, j int) bool { return days[i] < days[j] })
	return days, names
}

// easterOf gives Easter Sunday of the Gregorian calendar (Meeus, Jones, Butcher).
func easterOf(year int) day {
	a, b, c := year%19, year/100, year%100
	d, e := b/4, b%4
	g := (8*b + 13) / 25
	h := (19*a + b - d - g + 15) % 30
	i, k := c/4, c%4
	l := (32 + 2*e + 2*i - h - k) % 7
	m := (a + 11*h + 19*l) / 433
	month := (h + l - 7*m + 90) / 25
	date := (h + l - 7*m + 33*month + 19) % 32
	return dayOf(time.Date(year, time.Month(month), date, 0, 0, 0, 0, time.UTC))
}

// islamicDate gives month and day of month in the tabular Islamic calendar, whose
// first day is 16 July 622 (Julian), Julian day number 1948440.
func islamicDate(d day) (month, date int) {
	n := int(d) + 2440588 - 1948440 // days since the epoch
	year := (30*n + 10646) / 10631
	start := func(y, m int) int { return 29*(m-1) + m/2 + (y-1)*354 + (3+11*y)/30 }
	month = 12
	for month > 1 && start(year, month) > n {
		month--
	}
	return month, n - start(year, month) + 1
}

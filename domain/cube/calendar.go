package cube

import (
	"fmt"
	"strconv"
	"time"

	"assay/domain"
)

// Month is a calendar month: year*12 + month-1.
type Month int32

// MonthOf gives the month of a year and a month from 1 to 12.
func MonthOf(year int, month time.Month) Month { return Month(year*12 + int(month) - 1) }

// ParseMonth reads 2026-10. The error is KindInvalid.
func ParseMonth(text string) (Month, error) {
	t, err := time.Parse("2006-01", text)
	if err != nil {
		return 0, domain.Errorf(domain.KindInvalid, "%q is not a month of the form 2026-10", text)
	}
	return MonthOf(t.Year(), t.Month()), nil
}

// Year gives the calendar year.
func (m Month) Year() int { return floorDivide(int(m), 12) }

// Month gives the month of the year.
func (m Month) Month() time.Month { return time.Month(int(m) - 12*m.Year() + 1) }

// String gives the form 2026-10.
func (m Month) String() string { return fmt.Sprintf("%04d-%02d", m.Year(), m.Month()) }

// First gives the first day of the month.
func (m Month) First() Date { return DateOf(m.Year(), m.Month(), 1) }

// Date is a calendar day: days since 1970-01-01.
type Date int32

// The first and last day that a row may be dated by.
const (
	MinDate Date = -719162 // 0001-01-01
	MaxDate Date = 2932896 // 9999-12-31
)

// DateOf gives the day of a year, month and day of the month.
func DateOf(year int, month time.Month, day int) Date {
	return Date(floorDivide(int(time.Date(year, month, day, 0, 0, 0, 0, time.UTC).Unix()), 86400))
}

// DateIn gives the day on which the instant falls in the zone.
func DateIn(t time.Time, zone *time.Location) Date {
	y, m, d := t.In(zone).Date()
	return DateOf(y, m, d)
}

// ParseDate reads 2026-10-05. The error is KindInvalid.
func ParseDate(text string) (Date, error) {
	t, err := time.Parse(time.DateOnly, text)
	if err != nil {
		return 0, domain.Errorf(domain.KindInvalid, "%q is not a day of the form 2026-10-05", text)
	}
	return DateOf(t.Year(), t.Month(), t.Day()), nil
}

// Time gives midnight UTC of the day; it stands for the day, not for an instant
// in the office's zone.
func (d Date) Time() time.Time { return time.Unix(int64(d)*86400, 0).UTC() }

// Month gives the month of the day.
func (d Date) Month() Month {
	t := d.Time()
	return MonthOf(t.Year(), t.Month())
}

// String gives the form 2026-10-05.
func (d Date) String() string { return d.Time().Format(time.DateOnly) }

// weekKey gives the ISO week, 2026-W41.
func (d Date) weekKey() string {
	year, week := d.Time().ISOWeek()
	return fmt.Sprintf("%04d-W%02d", year, week)
}

// fiscalYear gives the calendar year in which the fiscal year of the month
// began, and the quarter from 1 to 4, for years that begin in month start.
func (m Month) fiscalYear(start int) (year, quarter int) {
	shifted := int(m) - (start - 1)
	year = floorDivide(shifted, 12)
	return year, (shifted-12*year)/3 + 1
}

// yearKey gives 2026, or 2026/27 for years that do not begin in January.
func (m Month) yearKey(start int) string {
	year, _ := m.fiscalYear(start)
	if start == 1 {
		return fmt.Sprintf("%04d", year)
	}
	return fmt.Sprintf("%04d/%02d", year, (year+1)%100)
}

// quarterKey gives 2026-Q4, or 2026/27-Q2 for years that do not begin in January.
func (m Month) quarterKey(start int) string {
	_, quarter := m.fiscalYear(start)
	return m.yearKey(start) + "-Q" + strconv.Itoa(quarter)
}

func floorDivide(a, b int) int {
	q := a / b
	if a%b != 0 && (a < 0) != (b < 0) {
		q--
	}
	return q
}

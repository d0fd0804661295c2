package locales

import (
	"fmt"
	"time"
)

// Date writes a day, "30 September 2026". The day is taken as it stands: give
// instants through In first.
func (l *Locale) Date(day time.Time) string {
	return l.T("date.long", "Day", l.Plain(day.Day()), "Month", l.T(fmt.Sprintf("month.%d", day.Month())), "Year", l.Plain(day.Year()))
}

// ShortDate writes a day with a short month, "30 Sep 2026".
func (l *Locale) ShortDate(day time.Time) string {
	return l.T("date.short", "Day", l.Plain(day.Day()), "Month", l.T(fmt.Sprintf("month.short.%d", day.Month())), "Year", l.Plain(day.Year()))
}

// Month writes a month, "September 2026".
func (l *Locale) Month(day time.Time) string {
	return l.T("date.month", "Month", l.T(fmt.Sprintf("month.%d", day.Month())), "Year", l.Plain(day.Year()))
}

// ShortMonth writes a month for axes, "Sep 26".
func (l *Locale) ShortMonth(day time.Time) string {
	return l.T("date.short_month", "Month", l.T(fmt.Sprintf("month.short.%d", day.Month())), "Year", l.Digit(day.Format("06")))
}

// ShortMonthOfYear writes a month with a short name and its whole year, "Sep 2026": in a line of text
// "Oct 25" reads as a day.
func (l *Locale) ShortMonthOfYear(day time.Time) string {
	return l.T("date.short_month", "Month", l.T(fmt.Sprintf("month.short.%d", day.Month())), "Year", l.Plain(day.Year()))
}

// Clock writes an instant's time of day in the locale's zone, "14:05".
func (l *Locale) Clock(at time.Time) string { return l.Digit(at.In(l.Zone).Format("15:04")) }

// Instant writes an instant's day and time in the locale's zone.
func (l *Locale) Instant(at time.Time) string {
	return l.T("date.instant", "Date", l.ShortDate(at.In(l.Zone)), "Clock", l.Clock(at))
}

// InZone is the locale in another time zone, for what happened at an office.
func (l *Locale) InZone(zone *time.Location) *Locale {
	other := *l
	other.Zone = zone
	return &other
}

// Duration writes seconds in the two units that fit: "24 min", "2 h 37 min", "3 d 4 h".
func (l *Locale) Duration(seconds int64) string {
	absolute := seconds
	if absolute < 0 {
		absolute = -absolute
	}
	var text string
	minutes := (absolute + 30) / 60
	switch {
	case absolute < 60:
		text = l.T("duration.seconds", "Seconds", l.Plain(int(absolute)))
	case minutes < 60:
		text = l.T("duration.minutes", "Minutes", l.Plain(int(minutes)))
	case minutes < 48*60:
		text = l.pair("duration.hours", "duration.hours_minutes", "Hours", "Minutes", minutes/60, minutes%60)
	default:
		hours := (minutes + 30) / 60
		text = l.pair("duration.days", "duration.days_hours", "Days", "Hours", hours/24, hours%24)
	}
	if seconds < 0 {
		return l.Signed(-1, text)
	}
	return text
}

func (l *Locale) pair(one, both, large, small string, a, b int64) string {
	if b == 0 {
		return l.T(one, large, l.Count(a))
	}
	return l.T(both, large, l.Count(a), small, l.Count(b))
}

package present

import (
	"fmt"
	"regexp"
	"strconv"
	"time"

	"assay/web/view"
)

// Period is a span of whole months, From inclusive, To exclusive, both the first of
// a month at midnight UTC; they stand for local dates.
type Period struct{ From, To time.Time }

// MonthOf is the month in which a day falls.
func MonthOf(day time.Time) Period {
	from := time.Date(day.Year(), day.Month(), 1, 0, 0, 0, 0, time.UTC)
	return Period{from, from.AddDate(0, 1, 0)}
}

// Months is the number of months.
func (p Period) Months() int {
	return (p.To.Year()-p.From.Year())*12 + int(p.To.Month()) - int(p.From.Month())
}

// Shift moves the period by a number of months.
func (p Period) Shift(months int) Period {
	return Period{p.From.AddDate(0, months, 0), p.To.AddDate(0, months, 0)}
}

// Before is the period of the same length just before.
func (p Period) Before() Period { return p.Shift(-p.Months()) }

// RepeatsYear reports whether the period before is also that of the year before: for twelve months.
func (p Period) RepeatsYear() bool { return p.Months() == 12 }

// YearBefore is the same months of the year before.
func (p Period) YearBefore() Period { return p.Shift(-12) }

func (p Period) isQuarter() bool { return p.Months() == 3 && (int(p.From.Month())-1)%3 == 0 }
func (p Period) isYear() bool    { return p.Months() == 12 && p.From.Month() == time.January }

// String is the period as it stands in addresses: 2026-09, 2026-Q3, 2026, or
// 2025-10..2026-09 with both ends included.
func (p Period) String() string {
	switch {
	case p.Months() == 1:
		return p.From.Format("2006-01")
	case p.isQuarter():
		return fmt.Sprintf("%d-Q%d", p.From.Year(), (int(p.From.Month())+2)/3)
	case p.isYear():
		return strconv.Itoa(p.From.Year())
	}
	return p.From.Format("2006-01") + ".." + p.To.AddDate(0, -1, 0).Format("2006-01")
}

var (
	monthForm   = regexp.MustCompile(`^(\d{4})-(\d{2})$`)
	quarterForm = regexp.MustCompile(`^(\d{4})-Q([1-4])$`)
	yearForm    = regexp.MustCompile(`^\d{4}$`)
	spanForm    = regexp.MustCompile(`^(\d{4}-\d{2})\.\.(\d{4}-\d{2})$`)
)

// longestPeriod bounds what a page may ask for.
const longestPeriod = 120

// ParsePeriod reads String's form; false when it is none, or not between 1990 and 2100.
func ParsePeriod(text string) (Period, bool) {
	var p Period
	switch {
	case monthForm.MatchString(text):
		from, err := time.Parse("2006-01", text)
		if err != nil {
			return Period{}, false
		}
		p = MonthOf(from)
	case quarterForm.MatchString(text):
		found := quarterForm.FindStringSubmatch(text)
		year, _ := strconv.Atoi(found[1])
		quarter, _ := strconv.Atoi(found[2])
		from := time.Date(year, time.Month(3*quarter-2), 1, 0, 0, 0, 0, time.UTC)
		p = Period{from, from.AddDate(0, 3, 0)}
	case yearForm.MatchString(text):
		year, _ := strconv.Atoi(text)
		from := time.Date(year, time.January, 1, 0, 0, 0, 0, time.UTC)
		p = Period{from, from.AddDate(1, 0, 0)}
	case spanForm.MatchString(text):
		found := spanForm.FindStringSubmatch(text)
		from, err1 := time.Parse("2006-01", found[1])
		last, err2 := time.Parse("2006-01", found[2])
		if err1 != nil || err2 != nil {
			return Period{}, false
		}
		p = Period{from, last.AddDate(0, 1, 0)}
	}
	ok := p.From.Year() >= 1990 && p.To.Year() <= 2101 && p.To.After(p.From) && p.Months() <= longestPeriod
	return p, ok
}

// PeriodName names a period: "September 2026", "Quarter 3 of 2026", "2026".
func (p Presenter) PeriodName(period Period) string {
	switch {
	case period.Months() == 1:
		return p.Month(period.From)
	case period.isQuarter():
		return p.T("filter.quarter", "Quarter", p.Plain((int(period.From.Month())+2)/3), "Year", p.Plain(period.From.Year()))
	case period.isYear():
		return p.Plain(period.From.Year())
	case period.Months() == 12:
		return p.T("filter.last_12", "Month", p.Month(period.To.AddDate(0, -1, 0)))
	}
	return p.T("filter.span", "From", p.ShortMonthOfYear(period.From), "To", p.ShortMonthOfYear(period.To.AddDate(0, -1, 0)))
}

// PeriodDates writes its first and last day.
func (p Presenter) PeriodDates(period Period) string {
	return p.T("filter.dates", "From", p.ShortDate(period.From), "To", p.ShortDate(period.To.AddDate(0, 0, -1)))
}

// Periods are the choices of a period, newest first, for data over known; the one shown is
// selected, and stands under "chosen" when it is none of them.
func (p Presenter) Periods(known, shown Period) []view.ChoiceGroup {
	found := false
	choice := func(period Period) view.Choice {
		selected := period == shown
		found = found || selected
		return view.Choice{Value: period.String(), Text: p.PeriodName(period), Selected: selected}
	}
	months := view.ChoiceGroup{Name: p.T("filter.months")}
	quarters := view.ChoiceGroup{Name: p.T("filter.quarters")}
	years := view.ChoiceGroup{Name: p.T("filter.years")}
	rolling := view.ChoiceGroup{Name: p.T("filter.rolling")}
	for last := known.To.AddDate(0, -1, 0); !last.Before(known.From); last = last.AddDate(0, -1, 0) {
		months.Choices = append(months.Choices, choice(MonthOf(last)))
		if int(last.Month())%3 == 0 || len(quarters.Choices) == 0 {
			from := time.Date(last.Year(), (last.Month()-1)/3*3+1, 1, 0, 0, 0, 0, time.UTC)
			quarters.Choices = append(quarters.Choices, choice(Period{from, from.AddDate(0, 3, 0)}))
		}
		if last.Month() == time.December || len(years.Choices) == 0 {
			from := time.Date(last.Year(), time.January, 1, 0, 0, 0, 0, time.UTC)
			years.Choices = append(years.Choices, choice(Period{from, from.AddDate(1, 0, 0)}))
		}
	}
	year := Period{known.To.AddDate(-1, 0, 0), known.To}
	if !year.isYear() {
		rolling.Choices = append(rolling.Choices, choice(year))
	}
	groups := []view.ChoiceGroup{months, quarters, years}
	if len(rolling.Choices) > 0 {
		groups = append(groups, rolling)
	}
	if !found {
		groups = append([]view.ChoiceGroup{{Name: p.T("filter.other"), Choices: []view.Choice{
			{Value: shown.String(), Text: p.PeriodName(shown), Selected: true}}}}, groups...)
	}
	return groups
}

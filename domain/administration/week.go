package administration

import (
	"fmt"

	"assay/domain"
)

// Shift is a stretch of working hours, in minutes after local midnight; Closes is after Opens.
type Shift struct {
	Opens  int `json:"opens"`
	Closes int `json:"closes"`
}

// Week is the working hours of an office, Monday first: no shift means that it does not work
// that day, two that it closes in between.
type Week [7][]Shift

// DatedWeek is a week with the local day (see DayNumber) from which on it holds.
type DatedWeek struct {
	From int32
	Week Week
}

// Bounds of a week.
const (
	mostShifts  = 2
	minutesADay = 1440
)

// BaseWeek is what holds before the first of Weeks: what the data told of the office, or Monday
// to Friday from 8 to 17 where they told nothing usable.
func (o *Office) BaseWeek() (week Week) {
	workdays, opens, closes := o.Workdays, o.Opens, o.Closes
	if len(workdays) != 7 {
		workdays = "1111100"
	}
	if closes <= opens {
		opens, closes = 480, 1020
	}
	for i := range week {
		if workdays[i] == '1' {
			week[i] = []Shift{{opens, closes}}
		}
	}
	return week
}

// WeekOn is the week in force on a local day.
func (o *Office) WeekOn(day int32) Week {
	for i := len(o.Weeks) - 1; i >= 0; i-- {
		if o.Weeks[i].From <= day {
			return o.Weeks[i].Week
		}
	}
	return o.BaseWeek()
}

// Minutes is how long the office works in the week.
func (w *Week) Minutes() (sum int) {
	for _, shifts := range w {
		for _, s := range shifts {
			sum += s.Closes - s.Opens
		}
	}
	return sum
}

// Validate checks a week; fields are named "day1" (Monday) to "day7".
func (w *Week) Validate() error {
	var wrong []domain.FieldError
	for i, shifts := range w {
		last := -1
		for _, s := range shifts {
			if s.Opens <= last || s.Closes <= s.Opens || s.Opens < 0 || s.Closes > minutesADay || len(shifts) > mostShifts {
				wrong = append(wrong, domain.FieldError{Field: fmt.Sprintf("day%d", i+1), Key: "shift",
					Message: "must be at most two stretches of hours, each closing after it opens, the second after the first"})
				break
			}
			last = s.Closes
		}
	}
	if len(wrong) == 0 && w.Minutes() == 0 {
		wrong = append(wrong, domain.FieldError{Field: "week", Key: "week", Message: "an office works at least on one day; close it for a time instead"})
	}
	return domain.Invalid("the working hours cannot be kept like this", wrong...)
}

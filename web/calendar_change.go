package web

import (
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"assay/domain"
	"assay/domain/administration"
)

// pathPart is a code as it stands in an address.
func pathPart(code string) string { return url.PathEscape(code) }

// calendarPath is the page of an office's calendar, or that of all.
func calendarPath(office string) string {
	if office == "" {
		return "settings/calendar"
	}
	return "settings/calendar/" + pathPart(office)
}

// keptCalendar leads back after a change of the calendar, or shows what was wrong with the form.
func (v *visit) keptCalendar(office string, altered bool, err error) error {
	if fault := v.settingsFault(err); fault != nil {
		return v.showCalendarWith(statuses[kindOf(err)], fault, office)
	}
	if err != nil {
		return err
	}
	return v.goKept(calendarPath(office), altered)
}

// describeOffice adds an office, or says what it is.
func (v *visit) describeOffice() error {
	office := administration.Office{Code: strings.TrimSpace(v.FormValue("code")), Name: v.FormValue("name"), Kind: v.FormValue("kind"), Zone: v.FormValue("zone")}
	altered, err := v.server.Administrations.DescribeOffice(v.Request().Context(), v.tenant.ID, v.settingsActor(), office)
	if err != nil {
		return v.keptCalendar(v.FormValue("office"), false, err)
	}
	return v.goKept(calendarPath(office.Code), altered)
}

// changeHours sets the working hours of an office from a day on, or takes them out again.
func (v *visit) changeHours() error {
	ctx, office := v.Request().Context(), v.Param("office")
	if v.FormValue("do") == "drop" {
		from, err := v.dayOfForm("from")
		if err == nil {
			err = v.server.Administrations.DropWeek(ctx, v.tenant.ID, v.settingsActor(), office, from)
		}
		return v.keptCalendar(office, true, err)
	}
	week, err := v.weekOfForm()
	if err == nil {
		err = v.server.Administrations.KeepWeek(ctx, v.tenant.ID, v.settingsActor(), office, week)
	}
	return v.keptCalendar(office, true, err)
}

func (v *visit) weekOfForm() (week administration.DatedWeek, err error) {
	if week.From, err = v.dayOfForm("from"); err != nil {
		return week, err
	}
	for day := range week.Week {
		for shift := 1; shift <= 2; shift++ {
			field := strconv.Itoa(day+1) + "." + strconv.Itoa(shift)
			opens, closes := v.FormValue("opens"+field), v.FormValue("closes"+field)
			if opens == "" && closes == "" {
				continue
			}
			from, wrongFrom := time.Parse("15:04", opens)
			to, wrongTo := time.Parse("15:04", closes)
			if wrongFrom != nil || wrongTo != nil {
				return week, domain.Invalid("the working hours cannot be kept like this", domain.FieldError{Field: "day" + strconv.Itoa(day+1), Key: "clock", Message: "must be two times of day such as 08:00"})
			}
			s := administration.Shift{Opens: from.Hour()*60 + from.Minute(), Closes: to.Hour()*60 + to.Minute()}
			if s.Closes == 0 {
				s.Closes = 1440 // midnight ends a day
			}
			week.Week[day] = append(week.Week[day], s)
		}
	}
	return week, nil
}

// dayOfForm reads a date, 2026-10-05.
func (v *visit) dayOfForm(name string) (int32, error) {
	day, err := time.Parse(time.DateOnly, v.FormValue(name))
	if err != nil {
		return 0, domain.Invalid("these days cannot be kept", domain.FieldError{Field: "day", Key: "date", Message: "must be a date such as 2026-10-05"})
	}
	return administration.DayNumber(day), nil
}

// changeHoliday adds, moves or removes a holiday of an office or of all.
func (v *visit) changeHoliday() error {
	ctx, office := v.Request().Context(), v.FormValue("office")
	day, err := v.dayOfForm("day")
	if err != nil {
		return v.keptCalendar(office, true, err)
	}
	switch v.FormValue("do") {
	case "move":
		var to int32
		if to, err = v.dayOfForm("to"); err == nil {
			err = v.server.Administrations.MoveHoliday(ctx, v.tenant.ID, v.settingsActor(), office, day, to)
		}
	case "remove":
		err = v.server.Administrations.RemoveHoliday(ctx, v.tenant.ID, v.settingsActor(), office, day)
	default:
		err = v.server.Administrations.KeepHoliday(ctx, v.tenant.ID, v.settingsActor(), administration.Holiday{Office: office, Day: day, Name: v.FormValue("name")})
	}
	return v.keptCalendar(office, true, err)
}

// changeClosure notes an exceptional closure of an office or of all, or takes one out.
func (v *visit) changeClosure() error {
	ctx, office := v.Request().Context(), v.FormValue("office")
	if v.FormValue("do") == "reopen" {
		id, err := uuid.Parse(v.FormValue("closure"))
		if err != nil {
			return domain.Errorf(domain.KindNotFound, "there is no such closure")
		}
		return v.keptCalendar(office, true, v.server.Administrations.Reopen(ctx, v.tenant.ID, v.settingsActor(), id))
	}
	first, err := v.dayOfForm("first")
	if err != nil {
		return v.keptCalendar(office, true, err)
	}
	last := first
	if v.FormValue("last") != "" {
		if last, err = v.dayOfForm("last"); err != nil {
			return v.keptCalendar(office, true, err)
		}
	}
	_, err = v.server.Administrations.Close(ctx, v.tenant.ID, v.settingsActor(), administration.Closure{Office: office, First: first, Last: last, Reason: v.FormValue("reason")})
	return v.keptCalendar(office, true, err)
}

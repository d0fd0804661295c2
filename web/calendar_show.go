package web

import (
	"net/http"
	"strconv"
	"time"

	"assay/domain"
	"assay/domain/access"
	"assay/domain/administration"
	"assay/domain/indicator"
	"assay/web/view"
)

// officeKinds are what an office can be.
var officeKinds = []string{"seaport", "airport", "land", "post", "inland"}

// showCalendar shows the offices, and what holds for all of them.
func (v *visit) showCalendar() error { return v.showCalendarWith(http.StatusOK, nil, "") }

// showOfficeHours shows the working calendar of one office.
func (v *visit) showOfficeHours() error {
	return v.showCalendarWith(http.StatusOK, nil, v.Param("office"))
}

// showCalendarWith shows the calendar of all, or of one office, with what was wrong with a form.
func (v *visit) showCalendarWith(status int, fault *view.FormFault, office string) error {
	calendar, err := v.server.Administrations.WorkCalendar(v.Request().Context(), v.tenant.ID)
	if err != nil {
		return err
	}
	page := view.WorkCalendar{Layout: v.layout(v.T("settings.tab.calendar")), Tabs: v.settingsTabs("settings/calendar"), Fault: fault,
		Writable: v.may(access.TenantWrite), Address: v.at("settings/calendar"), Scope: office}
	page.Notice = v.kept()
	for _, d := range indicator.ByOfficeHours() {
		page.Felt = append(page.Felt, view.Link{Text: v.IndicatorName(d), Address: "/handbook/" + indicatorChapter + "#" + d.Code})
	}
	today := administration.DayNumber(v.server.Clock().In(v.tenant.Location()))
	found := office == ""
	for i := range calendar.Offices {
		o := &calendar.Offices[i]
		if office == "" {
			page.Offices = append(page.Offices, v.calendarOffice(o, today))
		}
		if o.Code == office {
			found = true
			page.Title = o.Code + " " + o.Name
			page.Office = v.officeHours(o, today)
			page.Kinds = v.kindChoices(o.Kind)
		}
	}
	if !found {
		return domain.Errorf(domain.KindNotFound, "there is no such office")
	}
	if office == "" {
		page.Kinds = v.kindChoices("")
	}
	v.daysOff(&page, calendar, office, administration.DayTime(today).Year())
	return v.show(status, "calendar", page)
}

func (v *visit) kindChoices(held string) []view.Choice {
	choices := []view.Choice{{Text: v.T("office.kind.none"), Selected: held == ""}}
	for _, kind := range officeKinds {
		choices = append(choices, view.Choice{Value: kind, Text: v.T("office.kind." + kind), Selected: kind == held})
	}
	return choices
}

func (v *visit) calendarOffice(o *administration.Office, today int32) view.CalendarOffice {
	week := o.WeekOn(today)
	row := view.CalendarOffice{Address: v.at("settings/calendar/" + pathPart(o.Code)), Code: o.Code, Name: o.Name, Zone: o.Zone, Hours: v.weekHours(&week), SeenOnly: o.SeenOnly}
	if o.Kind != "" {
		row.Kind = v.T("office.kind." + o.Kind)
	}
	if row.Zone == "" {
		row.Zone = v.tenant.Zone
	}
	return row
}

// weekHours says how long an office works in a week.
func (v *visit) weekHours(week *administration.Week) string {
	return v.T("calendar.hours_a_week", "Hours", v.Decimal(float64(week.Minutes())/60, 1))
}

// officeHours are the working weeks of an office, the latest first, and the form for another that begins as the present one is.
func (v *visit) officeHours(o *administration.Office, today int32) *view.OfficeHours {
	hours := &view.OfficeHours{Code: o.Code, Name: o.Name, Zone: o.Zone, Today: administration.DayText(today)}
	current := -1
	for i := len(o.Weeks) - 1; i >= 0; i-- {
		if o.Weeks[i].From <= today && current < 0 {
			current = i
		}
		row := v.weekRow(&o.Weeks[i].Week, v.T("calendar.from", "Day", v.Date(administration.DayTime(o.Weeks[i].From))))
		row.Current, row.Drop = i == current, administration.DayText(o.Weeks[i].From)
		hours.Weeks = append(hours.Weeks, row)
	}
	base := o.BaseWeek()
	first := v.weekRow(&base, v.T("calendar.from.data"))
	first.Current = current < 0
	hours.Weeks = append(hours.Weeks, first)
	week := o.WeekOn(today)
	for i := range week {
		day := view.DayHours{Name: v.T("weekday." + strconv.Itoa(i+1))}
		for shift := range 2 {
			opens, closes := "", ""
			if shift < len(week[i]) {
				opens, closes = clockField(week[i][shift].Opens), clockField(week[i][shift].Closes)
			}
			field := strconv.Itoa(i+1) + "." + strconv.Itoa(shift+1)
			day.Fields = append(day.Fields,
				view.TimeField{Name: "opens" + field, Label: v.T("calendar.opens", "Day", day.Name, "Shift", v.Plain(shift+1)), Value: opens},
				view.TimeField{Name: "closes" + field, Label: v.T("calendar.closes", "Day", day.Name, "Shift", v.Plain(shift+1)), Value: closes})
		}
		hours.Days = append(hours.Days, day)
	}
	return hours
}

func (v *visit) weekRow(week *administration.Week, from string) view.WeekRow {
	row := view.WeekRow{From: from, Hours: v.weekHours(week)}
	for i, shifts := range week {
		text := v.T("calendar.closed")
		for n, s := range shifts {
			if n == 0 {
				text = ""
			} else {
				text += v.T("list.separator")
			}
			text += v.Digit(clockText(s.Opens) + "\u2060–\u2060" + clockText(s.Closes))
		}
		row.Days = append(row.Days, view.Fact{Name: v.T("weekday." + strconv.Itoa(i+1)), Text: text, Number: len(shifts) > 0})
	}
	return row
}

// clockText is a time of day, midnight at the end of a day as 24:00.
func clockText(minutes int) string {
	if minutes == 24*60 {
		return "24:00"
	}
	return clockField(minutes)
}

// clockField is the same as a browser's field has it, where midnight is always 00:00.
func clockField(minutes int) string {
	return time.Date(1970, 1, 1, 0, minutes, 0, 0, time.UTC).Format("15:04")
}

// daysOff puts the holidays of a year and the closures into the page: of an office its own and those of all.
func (v *visit) daysOff(page *view.WorkCalendar, calendar *administration.WorkCalendar, office string, year int) {
	if asked, err := strconv.Atoi(v.QueryParam("year")); err == nil {
		year = asked
	}
	page.Year = v.Plain(year)
	years := map[int]bool{year: true}
	for _, h := range calendar.Holidays {
		if h.Office != "" && h.Office != office && office != "" {
			continue
		}
		day := administration.DayTime(h.Day)
		years[day.Year()] = true
		if day.Year() == year {
			page.Holidays = append(page.Holidays, view.CalendarHoliday{Day: v.Date(day), Value: administration.DayText(h.Day), Name: h.Name, Office: h.Office,
				Whole: h.Office == "", Editable: h.Office == office})
		}
	}
	for y := range 200 { // in order
		if years[1950+y] {
			page.Years = append(page.Years, view.Link{Text: v.Plain(1950 + y), Address: "?year=" + strconv.Itoa(1950+y), Current: 1950+y == year})
		}
	}
	for _, c := range calendar.Closures {
		if c.Office != "" && c.Office != office && office != "" {
			continue
		}
		days := v.Date(administration.DayTime(c.First))
		if c.Last != c.First {
			days = v.T("calendar.days", "First", days, "Last", v.Date(administration.DayTime(c.Last)))
		}
		page.Closures = append(page.Closures, view.CalendarClosure{ID: c.ID.String(), Days: days, Reason: c.Reason, Office: c.Office, Whole: c.Office == "",
			Noted: v.T("calendar.noted", "Instant", v.Instant(c.ChangedAt), "Person", c.ChangedBy), Editable: c.Office == office})
	}
}

package api

import (
	"context"
	"fmt"

	openapi_types "github.com/oapi-codegen/runtime/types"

	"assay/domain"
	"assay/domain/administration"
)

// numberOf is a date as calendars count days.
func numberOf(day openapi_types.Date) int32 { return administration.DayNumber(day.Time) }

// dateOf is the date of a DayNumber.
func dateOf(day int32) openapi_types.Date {
	return openapi_types.Date{Time: administration.DayTime(day)}
}

// GetCalendar gives everything that decides on the working time of the offices.
func (s *server) GetCalendar(ctx context.Context, _ GetCalendarRequestObject) (GetCalendarResponseObject, error) {
	calendar, err := s.Administrations.WorkCalendar(ctx, callerOf(ctx).Tenant)
	if err != nil {
		return nil, err
	}
	shown := GetCalendar200JSONResponse{Offices: []CalendarOffice{}, Holidays: []Holiday{}, Closures: []Closure{}}
	for i := range calendar.Offices {
		shown.Offices = append(shown.Offices, calendarOfficeOf(&calendar.Offices[i]))
	}
	for _, h := range calendar.Holidays {
		shown.Holidays = append(shown.Holidays, Holiday{Office: optional(h.Office), Day: dateOf(h.Day), Name: h.Name})
	}
	for _, c := range calendar.Closures {
		shown.Closures = append(shown.Closures, Closure{Id: c.ID, Office: optional(c.Office), First: dateOf(c.First), Last: dateOf(c.Last), Reason: c.Reason,
			ChangedAt: c.ChangedAt, ChangedBy: c.ChangedBy})
	}
	return shown, nil
}

func calendarOfficeOf(o *administration.Office) CalendarOffice {
	shown := CalendarOffice{Code: o.Code, Name: o.Name, Kind: o.Kind, Zone: o.Zone, SeenOnly: o.SeenOnly, Hours: []DatedHours{{Week: officeWeekOf(o.BaseWeek())}}}
	for _, week := range o.Weeks {
		from := dateOf(week.From)
		shown.Hours = append(shown.Hours, DatedHours{From: &from, Week: officeWeekOf(week.Week)})
	}
	return shown
}

func officeWeekOf(week administration.Week) OfficeWeek {
	shown := make(OfficeWeek, len(week))
	for day, shifts := range week {
		shown[day] = []OfficeShift{}
		for _, shift := range shifts {
			shown[day] = append(shown[day], OfficeShift{Opens: clockText(shift.Opens), Closes: clockText(shift.Closes)})
		}
	}
	return shown
}

// clockText writes minutes after midnight as 08:00, the end of the day as 24:00.
func clockText(minutes int) string { return fmt.Sprintf("%02d:%02d", minutes/60, minutes%60) }

// minutesOf reads what clockText writes.
func minutesOf(clock string) (int, error) {
	var hours, minutes int
	if _, err := fmt.Sscanf(clock, "%02d:%02d", &hours, &minutes); err != nil {
		return 0, domain.Wrap(domain.KindInvalid, err, "%q is no time of day such as 08:00", clock)
	}
	return hours*60 + minutes, nil
}

// DescribeOffice adds an office or says what it is.
func (s *server) DescribeOffice(ctx context.Context, request DescribeOfficeRequestObject) (DescribeOfficeResponseObject, error) {
	caller, in := callerOf(ctx), request.Body
	altered, err := s.Administrations.DescribeOffice(ctx, caller.Tenant, caller.settler(), administration.Office{Code: request.Office, Name: in.Name, Kind: in.Kind, Zone: in.Zone})
	if err != nil {
		return nil, err
	}
	return DescribeOffice200JSONResponse{Recomputed: altered}, nil
}

// SetOfficeHours sets the working hours of an office from a day on.
func (s *server) SetOfficeHours(ctx context.Context, request SetOfficeHoursRequestObject) (SetOfficeHoursResponseObject, error) {
	caller, week := callerOf(ctx), administration.DatedWeek{From: numberOf(request.Day)}
	for day, shifts := range request.Body.Week {
		for _, shift := range shifts {
			opens, err := minutesOf(shift.Opens)
			if err != nil {
				return nil, err
			}
			closes, err := minutesOf(shift.Closes)
			if err != nil {
				return nil, err
			}
			week.Week[day] = append(week.Week[day], administration.Shift{Opens: opens, Closes: closes})
		}
	}
	if err := s.Administrations.KeepWeek(ctx, caller.Tenant, caller.settler(), request.Office, week); err != nil {
		return nil, err
	}
	return SetOfficeHours204Response{}, nil
}

// DropOfficeHours takes working hours out again.
func (s *server) DropOfficeHours(ctx context.Context, request DropOfficeHoursRequestObject) (DropOfficeHoursResponseObject, error) {
	caller := callerOf(ctx)
	if err := s.Administrations.DropWeek(ctx, caller.Tenant, caller.settler(), request.Office, numberOf(request.Day)); err != nil {
		return nil, err
	}
	return DropOfficeHours204Response{}, nil
}

// SetHoliday adds a holiday or names it anew.
func (s *server) SetHoliday(ctx context.Context, request SetHolidayRequestObject) (SetHolidayResponseObject, error) {
	caller := callerOf(ctx)
	h := administration.Holiday{Office: text(request.Params.Office), Day: numberOf(request.Day), Name: request.Body.Name}
	if err := s.Administrations.KeepHoliday(ctx, caller.Tenant, caller.settler(), h); err != nil {
		return nil, err
	}
	return SetHoliday204Response{}, nil
}

// MoveHoliday moves a holiday to another day.
func (s *server) MoveHoliday(ctx context.Context, request MoveHolidayRequestObject) (MoveHolidayResponseObject, error) {
	caller := callerOf(ctx)
	err := s.Administrations.MoveHoliday(ctx, caller.Tenant, caller.settler(), text(request.Params.Office), numberOf(request.Day), numberOf(request.Body.To))
	if err != nil {
		return nil, err
	}
	return MoveHoliday204Response{}, nil
}

// RemoveHoliday makes a holiday a day like others.
func (s *server) RemoveHoliday(ctx context.Context, request RemoveHolidayRequestObject) (RemoveHolidayResponseObject, error) {
	caller := callerOf(ctx)
	if err := s.Administrations.RemoveHoliday(ctx, caller.Tenant, caller.settler(), text(request.Params.Office), numberOf(request.Day)); err != nil {
		return nil, err
	}
	return RemoveHoliday204Response{}, nil
}

// CloseOffice notes an exceptional closure.
func (s *server) CloseOffice(ctx context.Context, request CloseOfficeRequestObject) (CloseOfficeResponseObject, error) {
	caller, in := callerOf(ctx), request.Body
	c := administration.Closure{Office: text(in.Office), First: numberOf(in.First), Last: numberOf(in.First), Reason: in.Reason}
	if in.Last != nil {
		c.Last = numberOf(*in.Last)
	}
	id, err := s.Administrations.Close(ctx, caller.Tenant, caller.settler(), c)
	if err != nil {
		return nil, err
	}
	return CloseOffice201JSONResponse{Id: id}, nil
}

// RemoveClosure takes one out again.
func (s *server) RemoveClosure(ctx context.Context, request RemoveClosureRequestObject) (RemoveClosureResponseObject, error) {
	caller := callerOf(ctx)
	if err := s.Administrations.Reopen(ctx, caller.Tenant, caller.settler(), request.Id); err != nil {
		return nil, err
	}
	return RemoveClosure204Response{}, nil
}

package administration

import (
	"context"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"

	"assay/domain"
	"assay/domain/audit"
	"assay/domain/store"
)

// Holiday is a local day without work, of one office or, with an empty Office, of all.
type Holiday struct {
	Office string
	Day    int32 // DayNumber
	Name   string
}

// Closure is a stretch of days on which one office, or with an empty Office all of them, was
// exceptionally closed.
type Closure struct {
	ID          uuid.UUID
	Office      string
	First, Last int32 // DayNumber, both included
	Reason      string
	ChangedAt   time.Time
	ChangedBy   string
}

// WorkCalendar is everything that decides on the working time of the offices.
type WorkCalendar struct {
	Offices  []Office // with their weeks
	Holidays []Holiday
	Closures []Closure // the latest first
}

// Bounds of a calendar.
const (
	longestClosure = 366 // days
	earliestYear   = 1990
	latestYear     = 2100
)

// WorkCalendar gives the working calendar of all offices.
func (s *Service) WorkCalendar(ctx context.Context, id domain.TenantID) (calendar *WorkCalendar, err error) {
	err = s.db.Read(ctx, id, func(ctx context.Context, tx *store.Tx) error {
		calendar, err = readWorkCalendar(ctx, tx, id)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read the working calendar: %w", err)
	}
	return calendar, nil
}

// DescribeOffice adds an office or says what it is called and where it is. Its code stays. A zone
// that differs moves local days and hours, so that all months are computed again then; altered
// says so.
func (s *Service) DescribeOffice(ctx context.Context, id domain.TenantID, by Actor, office Office) (altered bool, err error) {
	office.Code, office.Name, office.Zone = strings.TrimSpace(office.Code), strings.TrimSpace(office.Name), strings.TrimSpace(office.Zone)
	if err := office.validate(); err != nil {
		return false, err
	}
	return s.recorded(ctx, id, by, "tenant.office", "office/"+office.Code, func(_ context.Context, tx *store.Tx) (change, error) {
		before, err := findOffice(tx, id, office.Code)
		if err != nil {
			return change{}, err
		}
		c := change{after: describedOffice{office.Name, office.Kind, office.Zone}}
		if before != nil {
			c.before, c.alters = describedOffice{before.Name, before.Kind, before.Zone}, before.Zone != office.Zone
		}
		return c, describeOffice(tx, id, &office)
	})
}

type describedOffice struct {
	Name string `json:"name"`
	Kind string `json:"kind"`
	Zone string `json:"zone"`
}

// KeepWeek sets the working hours of an office from a local day on; another row of that day is
// replaced. What was computed for earlier days keeps the hours of its time.
func (s *Service) KeepWeek(ctx context.Context, id domain.TenantID, by Actor, office string, week DatedWeek) error {
	if err := week.Week.Validate(); err != nil {
		return err
	}
	if err := sensibleDays(week.From, week.From); err != nil {
		return err
	}
	_, err := s.recorded(ctx, id, by, "tenant.hours", "office/"+office, func(_ context.Context, tx *store.Tx) (change, error) {
		known, err := knownOffice(tx, id, office)
		if err != nil {
			return change{}, err
		}
		c := change{before: dayWeek{DayText(week.From), known.WeekOn(week.From)}, after: dayWeek{DayText(week.From), week.Week}, alters: true}
		return c, putWeek(tx, id, office, week, by.Name, s.clock())
	})
	return err
}

type dayWeek struct {
	From string `json:"from"`
	Week Week   `json:"week"`
}

// DropWeek takes a week out again: the one before it then holds on. KindNotFound when none begins on the day.
func (s *Service) DropWeek(ctx context.Context, id domain.TenantID, by Actor, office string, from int32) error {
	_, err := s.recorded(ctx, id, by, "tenant.hours.drop", "office/"+office, func(_ context.Context, tx *store.Tx) (change, error) {
		known, err := knownOffice(tx, id, office)
		if err != nil {
			return change{}, err
		}
		for _, week := range known.Weeks {
			if week.From == from {
				c := change{before: dayWeek{DayText(from), week.Week}, after: dayWeek{DayText(from), known.WeekOn(from - 1)}, alters: true}
				return c, dropWeek(tx, id, office, from)
			}
		}
		return change{}, domain.Errorf(domain.KindNotFound, "no working hours of this office begin on that day")
	})
	return err
}

// KeepHoliday adds a holiday, or names it anew. An empty office means the whole administration.
func (s *Service) KeepHoliday(ctx context.Context, id domain.TenantID, by Actor, h Holiday) error {
	h.Name = strings.TrimSpace(h.Name)
	if err := h.validate(); err != nil {
		return err
	}
	_, err := s.recorded(ctx, id, by, "tenant.holiday", holidayObject(h.Office, h.Day), func(_ context.Context, tx *store.Tx) (change, error) {
		if err := officeOrAll(tx, id, h.Office); err != nil {
			return change{}, err
		}
		before, err := findHoliday(tx, id, h.Office, h.Day)
		if err != nil {
			return change{}, err
		}
		c := change{after: holidayName{h.Name}, alters: before == nil}
		if before != nil {
			c.before = holidayName{before.Name}
		}
		return c, putHoliday(tx, id, h)
	})
	return err
}

// MoveHoliday moves a holiday to another day, as happens to those that follow the moon or are
// announced late. KindNotFound when there is none, KindConflict when there is one on the other day already.
func (s *Service) MoveHoliday(ctx context.Context, id domain.TenantID, by Actor, office string, from, to int32) error {
	if err := sensibleDays(to, to); err != nil {
		return err
	}
	_, err := s.recorded(ctx, id, by, "tenant.holiday.move", holidayObject(office, from), func(_ context.Context, tx *store.Tx) (change, error) {
		before, err := findHoliday(tx, id, office, from)
		if err != nil {
			return change{}, err
		}
		if before == nil {
			return change{}, noHoliday()
		}
		other, err := findHoliday(tx, id, office, to)
		if err != nil {
			return change{}, err
		}
		if other != nil {
			return change{}, &domain.Error{Kind: domain.KindConflict, Key: "calendar.fault.taken", Message: "there is a holiday on that day already"}
		}
		if err := removeHoliday(tx, id, office, from); err != nil {
			return change{}, err
		}
		return change{before: holidayMoved{DayText(from), before.Name}, after: holidayMoved{DayText(to), before.Name}, alters: true},
			putHoliday(tx, id, Holiday{Office: office, Day: to, Name: before.Name})
	})
	return err
}

// RemoveHoliday makes a holiday a day like others; an extract that names it again does not bring it
// back. KindNotFound when there is none.
func (s *Service) RemoveHoliday(ctx context.Context, id domain.TenantID, by Actor, office string, day int32) error {
	_, err := s.recorded(ctx, id, by, "tenant.holiday.remove", holidayObject(office, day), func(_ context.Context, tx *store.Tx) (change, error) {
		before, err := findHoliday(tx, id, office, day)
		if err != nil {
			return change{}, err
		}
		if before == nil {
			return change{}, noHoliday()
		}
		return change{before: holidayName{before.Name}, alters: true}, removeHoliday(tx, id, office, day)
	})
	return err
}

func noHoliday() error { return domain.Errorf(domain.KindNotFound, "there is no holiday on that day") }

func holidayObject(office string, day int32) string {
	if office == "" {
		office = "all"
	}
	return "holiday/" + office + "/" + DayText(day)
}

type holidayName struct {
	Name string `json:"name"`
}

type holidayMoved struct {
	Day  string `json:"day"`
	Name string `json:"name"`
}

// Close notes that an office, or all with an empty one, was or will be exceptionally closed.
func (s *Service) Close(ctx context.Context, id domain.TenantID, by Actor, c Closure) (uuid.UUID, error) {
	c.ID, c.Reason, c.ChangedAt, c.ChangedBy = domain.NewID(), strings.TrimSpace(c.Reason), s.clock(), by.Name
	if err := c.validate(); err != nil {
		return uuid.Nil, err
	}
	_, err := s.recorded(ctx, id, by, "tenant.closure", "closure/"+c.ID.String(), func(_ context.Context, tx *store.Tx) (change, error) {
		if err := officeOrAll(tx, id, c.Office); err != nil {
			return change{}, err
		}
		return change{after: closedDays{c.Office, DayText(c.First), DayText(c.Last), c.Reason}, alters: true}, insertClosure(tx, id, &c)
	})
	return c.ID, err
}

// Reopen takes an exceptional closure out again, KindNotFound when there is none.
func (s *Service) Reopen(ctx context.Context, id domain.TenantID, by Actor, closure uuid.UUID) error {
	_, err := s.recorded(ctx, id, by, "tenant.closure.remove", "closure/"+closure.String(), func(_ context.Context, tx *store.Tx) (change, error) {
		c, err := findClosure(tx, id, closure)
		if err != nil {
			return change{}, err
		}
		if c == nil {
			return change{}, domain.Errorf(domain.KindNotFound, "there is no such closure")
		}
		return change{before: closedDays{c.Office, DayText(c.First), DayText(c.Last), c.Reason}, alters: true}, dropClosure(tx, id, closure)
	})
	return err
}

type closedDays struct {
	Office string `json:"office,omitempty"`
	First  string `json:"first"`
	Last   string `json:"last"`
	Reason string `json:"reason"`
}

// change is what a verb did: before and after go to the record, alters says that figures of months
// that are computed already change with it.
type change struct {
	before, after any
	alters        bool
}

// recorded runs a change with its record, and the job that computes all months again where figures
// are altered, in one transaction.
func (s *Service) recorded(ctx context.Context, id domain.TenantID, by Actor, action, object string, do func(context.Context, *store.Tx) (change, error)) (altered bool, err error) {
	err = s.db.InTenant(ctx, id, func(ctx context.Context, tx *store.Tx) error {
		c, err := do(ctx, tx)
		if err != nil {
			return err
		}
		if altered = c.alters; altered {
			if err := s.recompute(ctx, tx, id); err != nil {
				return err
			}
		}
		return audit.Record(ctx, tx, id, audit.Entry{At: s.clock(), Actor: by.Name, Capacity: by.Capacity, Origin: by.Origin, Action: action, Object: object, Before: c.before, After: c.after})
	})
	if err != nil {
		return false, fmt.Errorf("%s: %w", action, err)
	}
	return altered, nil
}

// recompute asks for every month to be computed again, by a job of its own: a load that comes
// meanwhile must not take its place.
func (s *Service) recompute(ctx context.Context, tx *store.Tx, id domain.TenantID) error {
	return store.Enqueue(ctx, tx, id, s.clock(), store.Job{Kind: "refresh", Period: "settings", Class: store.Batch, Arguments: map[string]bool{"all": true}})
}

// DayText is a DayNumber as 2026-10-05.
func DayText(day int32) string { return DayTime(day).Format(time.DateOnly) }

// DayTime is the midnight in UTC that begins a DayNumber.
func DayTime(day int32) time.Time { return time.Unix(int64(day)*86400, 0).UTC() }

func (o *Office) validate() error {
	var wrong []domain.FieldError
	add := func(field, key, message string) {
		wrong = append(wrong, domain.FieldError{Field: field, Key: key, Message: message})
	}
	if o.Code == "" || utf8.RuneCountInString(o.Code) > 20 || strings.ContainsAny(o.Code, " \t\r\n\x00/\\?#%") {
		add("code", "office_code", "must be 1 to 20 letters or digits, as in the data, without spaces or slashes")
	}
	if utf8.RuneCountInString(o.Name) > longestText || strings.ContainsRune(o.Name, 0) {
		add("name", "length", fmt.Sprintf("must have at most %d characters", longestText))
	}
	switch o.Kind {
	case "", "seaport", "airport", "land", "post", "inland":
	default:
		add("kind", "kind", "must be seaport, airport, land, post or inland")
	}
	if o.Zone != "" && !knownZone(o.Zone) {
		add("zone", "zone", "must be an IANA time zone such as Africa/Douala")
	}
	return domain.Invalid("the office cannot be kept like this", wrong...)
}

func knownZone(zone string) bool {
	_, err := time.LoadLocation(zone)
	return err == nil && zone != "" && zone != "Local"
}

func (h *Holiday) validate() error {
	if h.Name == "" || utf8.RuneCountInString(h.Name) > longestText || strings.ContainsRune(h.Name, 0) {
		return domain.Invalid("the holiday cannot be kept like this", domain.FieldError{Field: "holiday", Key: "holiday_name", Message: fmt.Sprintf("must have 1 to %d characters", longestText)})
	}
	return sensibleDays(h.Day, h.Day)
}

func (c *Closure) validate() error {
	if c.Reason == "" || utf8.RuneCountInString(c.Reason) > longestReason || strings.ContainsRune(c.Reason, 0) {
		return domain.Invalid("the closure cannot be kept like this", domain.FieldError{Field: "reason", Key: "closure_reason", Message: fmt.Sprintf("must say why in 1 to %d characters", longestReason)})
	}
	return sensibleDays(c.First, c.Last)
}

func sensibleDays(first, last int32) error {
	switch y, z := DayTime(first).Year(), DayTime(last).Year(); {
	case y < earliestYear || z > latestYear || last < first:
		return domain.Invalid("these days cannot be kept", domain.FieldError{Field: "day", Key: "day", Message: fmt.Sprintf("must be a day from %d to %d, and the last not before the first", earliestYear, latestYear)})
	case last-first >= longestClosure:
		return domain.Invalid("these days cannot be kept", domain.FieldError{Field: "day", Key: "closure_length", Message: fmt.Sprintf("must be at most %d days", longestClosure)})
	}
	return nil
}

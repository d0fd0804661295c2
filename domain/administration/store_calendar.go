package administration

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"assay/domain"
)

// epoch is the day from which DayNumber counts, in statements.
const epoch = `date '1970-01-01'`

// listWeeks gives the dated weeks by office, the earliest first.
func listWeeks(tx *gorm.DB, id domain.TenantID) (map[string][]DatedWeek, error) {
	var rows []struct {
		Office, Shifts string
		Number         int32
	}
	err := tx.Raw(`SELECT office, valid_from - `+epoch+` AS number, shifts::text FROM working_week WHERE tenant_id = ? ORDER BY office, valid_from`, id.String()).Scan(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("list working weeks: %w", err)
	}
	weeks := map[string][]DatedWeek{}
	for _, row := range rows {
		var pairs [7][][2]int
		if err := json.Unmarshal([]byte(row.Shifts), &pairs); err != nil {
			return nil, fmt.Errorf("working week of %s: %w", row.Office, err)
		}
		week := DatedWeek{From: row.Number}
		for day := range pairs {
			for _, p := range pairs[day] {
				week.Week[day] = append(week.Week[day], Shift{p[0], p[1]})
			}
		}
		weeks[row.Office] = append(weeks[row.Office], week)
	}
	return weeks, nil
}

func putWeek(tx *gorm.DB, id domain.TenantID, office string, week DatedWeek, by string, at time.Time) error {
	pairs := [7][][2]int{}
	for day, shifts := range week.Week {
		pairs[day] = [][2]int{}
		for _, s := range shifts {
			pairs[day] = append(pairs[day], [2]int{s.Opens, s.Closes})
		}
	}
	content, err := json.Marshal(pairs)
	if err != nil {
		return fmt.Errorf("working week: %w", err)
	}
	return tx.Exec(`INSERT INTO working_week (tenant_id, office, valid_from, shifts, changed_at, changed_by) VALUES (?, ?, ?::date, ?::jsonb, ?, ?)
		ON CONFLICT (tenant_id, office, valid_from) DO UPDATE SET shifts = excluded.shifts, changed_at = excluded.changed_at, changed_by = excluded.changed_by`,
		id.String(), office, DayText(week.From), string(content), at.UTC(), by).Error
}

func dropWeek(tx *gorm.DB, id domain.TenantID, office string, from int32) error {
	return tx.Exec(`DELETE FROM working_week WHERE tenant_id = ? AND office = ? AND valid_from = ?::date`, id.String(), office, DayText(from)).Error
}

// findOffice is an office with its weeks, nil when there is none.
func findOffice(tx *gorm.DB, id domain.TenantID, code string) (*Office, error) {
	offices, err := listOffices(tx.Statement.Context, tx, id)
	if err != nil {
		return nil, err
	}
	for i := range offices {
		if offices[i].Code == code {
			return &offices[i], nil
		}
	}
	return nil, nil
}

// knownOffice is findOffice that is KindNotFound when there is none.
func knownOffice(tx *gorm.DB, id domain.TenantID, code string) (*Office, error) {
	office, err := findOffice(tx, id, code)
	if err == nil && office == nil {
		err = domain.Errorf(domain.KindNotFound, "there is no such office")
	}
	return office, err
}

// officeOrAll refuses an office that there is not; the empty one means all.
func officeOrAll(tx *gorm.DB, id domain.TenantID, code string) error {
	if code == "" {
		return nil
	}
	_, err := knownOffice(tx, id, code)
	return err
}

func describeOffice(tx *gorm.DB, id domain.TenantID, o *Office) error {
	return tx.Exec(`INSERT INTO office (tenant_id, code, name, kind, zone) VALUES (?, ?, ?, ?, ?)
		ON CONFLICT (tenant_id, code) DO UPDATE SET name = excluded.name, kind = excluded.kind, zone = excluded.zone, seen_only = false`,
		id.String(), o.Code, o.Name, o.Kind, o.Zone).Error
}

func namedHolidays(tx *gorm.DB, id domain.TenantID, where string, arguments ...any) (holidays []Holiday, err error) {
	err = tx.Raw(`SELECT office, day - `+epoch+` AS day, name FROM holiday WHERE tenant_id = ? AND NOT removed AND `+where, append([]any{id.String()}, arguments...)...).Scan(&holidays).Error
	return holidays, err
}

// findHoliday is a holiday of exactly an office, or of all; nil when there is none.
func findHoliday(tx *gorm.DB, id domain.TenantID, office string, day int32) (*Holiday, error) {
	found, err := namedHolidays(tx, id, `office = ? AND day = ?::date`, office, DayText(day))
	if err != nil || len(found) == 0 {
		return nil, err
	}
	return &found[0], nil
}

func putHoliday(tx *gorm.DB, id domain.TenantID, h Holiday) error {
	return tx.Exec(`INSERT INTO holiday (tenant_id, office, day, name) VALUES (?, ?, ?::date, ?)
		ON CONFLICT (tenant_id, office, day) DO UPDATE SET name = excluded.name, removed = false`, id.String(), h.Office, DayText(h.Day), h.Name).Error
}

func removeHoliday(tx *gorm.DB, id domain.TenantID, office string, day int32) error {
	return tx.Exec(`UPDATE holiday SET removed = true WHERE tenant_id = ? AND office = ? AND day = ?::date`, id.String(), office, DayText(day)).Error
}

func listClosures(tx *gorm.DB, id domain.TenantID, where string, arguments ...any) (closures []Closure, err error) {
	var rows []struct {
		ClosureID      uuid.UUID
		Office, Reason string
		First, Last    int32
		ChangedAt      time.Time
		ChangedBy      string
	}
	err = tx.Raw(`SELECT closure_id, office, first_day - `+epoch+` AS first, last_day - `+epoch+` AS last, reason, changed_at, changed_by
		FROM office_closure WHERE tenant_id = ? AND `+where+` ORDER BY first_day DESC, closure_id`, append([]any{id.String()}, arguments...)...).Scan(&rows).Error
	for _, r := range rows {
		closures = append(closures, Closure{ID: r.ClosureID, Office: r.Office, First: r.First, Last: r.Last, Reason: r.Reason, ChangedAt: r.ChangedAt.UTC(), ChangedBy: r.ChangedBy})
	}
	return closures, err
}

func findClosure(tx *gorm.DB, id domain.TenantID, closure uuid.UUID) (*Closure, error) {
	found, err := listClosures(tx, id, `closure_id = ?`, closure)
	if err != nil || len(found) == 0 {
		return nil, err
	}
	return &found[0], nil
}

func insertClosure(tx *gorm.DB, id domain.TenantID, c *Closure) error {
	return tx.Exec(`INSERT INTO office_closure (tenant_id, closure_id, office, first_day, last_day, reason, changed_at, changed_by) VALUES (?, ?, ?, ?::date, ?::date, ?, ?, ?)`,
		id.String(), c.ID, c.Office, DayText(c.First), DayText(c.Last), c.Reason, c.ChangedAt.UTC(), c.ChangedBy).Error
}

func dropClosure(tx *gorm.DB, id domain.TenantID, closure uuid.UUID) error {
	return tx.Exec(`DELETE FROM office_closure WHERE tenant_id = ? AND closure_id = ?`, id.String(), closure).Error
}

func readWorkCalendar(ctx context.Context, tx *gorm.DB, id domain.TenantID) (*WorkCalendar, error) {
	offices, err := listOffices(ctx, tx, id)
	if err != nil {
		return nil, err
	}
	holidays, err := namedHolidays(tx, id, `true ORDER BY day, office`)
	if err != nil {
		return nil, err
	}
	closures, err := listClosures(tx, id, `true`)
	if err != nil {
		return nil, err
	}
	return &WorkCalendar{Offices: offices, Holidays: holidays, Closures: closures}, nil
}

package administration

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"gorm.io/gorm"

	"assay/domain"
)

// tenantRow is a row of table tenant.
type tenantRow struct {
	TenantID  string
	Code      string
	Names     string
	Currency  string
	Zone      string
	Languages string // PostgreSQL array joined by commas
	Settings  string
	State     string
	CreatedAt time.Time

	StateSince  *time.Time
	StateReason string
	Logo        string
}

const selectTenant = `SELECT tenant_id::text, code, names::text, currency, zone, array_to_string(languages, ',') AS languages, settings::text, state, created_at, state_since, state_reason, logo FROM tenant `

func (r *tenantRow) tenant() (*Tenant, error) {
	id, err := domain.ParseTenantID(r.TenantID)
	if err != nil {
		return nil, err
	}
	t := &Tenant{ID: id, Code: r.Code, Currency: r.Currency, Zone: r.Zone, Languages: strings.Split(r.Languages, ","), State: r.State, CreatedAt: r.CreatedAt, StateSince: r.StateSince, StateReason: r.StateReason, Logo: r.Logo}
	if err := json.Unmarshal([]byte(r.Names), &t.Names); err != nil {
		return nil, fmt.Errorf("names of administration %s: %w", r.Code, err)
	}
	// Settings that a newer program knows and the row does not keep their default.
	t.Settings = DefaultSettings(t.MinorDigits())
	if err := json.Unmarshal([]byte(r.Settings), &t.Settings); err != nil {
		return nil, fmt.Errorf("settings of administration %s: %w", r.Code, err)
	}
	return t, nil
}

func insertTenant(tx *gorm.DB, t *Tenant) error {
	names, err := json.Marshal(t.Names)
	if err != nil {
		return fmt.Errorf("names: %w", err)
	}
	settings, err := json.Marshal(t.Settings)
	if err != nil {
		return fmt.Errorf("settings: %w", err)
	}
	err = tx.Exec(`INSERT INTO tenant (tenant_id, code, names, currency, zone, languages, settings, state, created_at)
		VALUES (?, ?, ?::jsonb, ?, ?, string_to_array(?, ','), ?::jsonb, 'active', ?)`,
		t.ID.String(), t.Code, string(names), t.Currency, t.Zone, strings.Join(t.Languages, ","), string(settings), t.CreatedAt).Error
	if errors.Is(err, gorm.ErrDuplicatedKey) {
		return domain.Errorf(domain.KindConflict, "an administration with the code %q exists already", t.Code)
	}
	return err
}

func findTenants(tx *gorm.DB, where string, arguments ...any) ([]*Tenant, error) {
	var rows []tenantRow
	if err := tx.Raw(selectTenant+where, arguments...).Scan(&rows).Error; err != nil {
		return nil, err
	}
	tenants := make([]*Tenant, len(rows))
	for i := range rows {
		t, err := rows[i].tenant()
		if err != nil {
			return nil, err
		}
		tenants[i] = t
	}
	return tenants, nil
}

func updateSettings(tx *gorm.DB, id domain.TenantID, settings Settings) error {
	content, err := json.Marshal(settings)
	if err != nil {
		return fmt.Errorf("settings: %w", err)
	}
	return tx.Exec(`UPDATE tenant SET settings = ?::jsonb WHERE tenant_id = ?`, string(content), id.String()).Error
}

func updateProfile(tx *gorm.DB, id domain.TenantID, p *Profile) error {
	names, err := json.Marshal(p.Names)
	if err != nil {
		return fmt.Errorf("names: %w", err)
	}
	if err := updateSettings(tx, id, p.Settings); err != nil {
		return err
	}
	return tx.Exec(`UPDATE tenant SET names = ?::jsonb, languages = string_to_array(?, ','), zone = ?, currency = ? WHERE tenant_id = ?`,
		string(names), strings.Join(p.Languages, ","), p.Zone, p.Currency, id.String()).Error
}

// hasData reports whether declarations, documents or figures are kept, or are being loaded.
func hasData(tx *gorm.DB, id domain.TenantID) (has bool, err error) {
	err = tx.Raw(`SELECT EXISTS (SELECT FROM declaration WHERE tenant_id = ?) OR EXISTS (SELECT FROM segment WHERE tenant_id = ?)
		OR EXISTS (SELECT FROM batch WHERE tenant_id = ? AND state IN ('waiting','reading','loaded'))`, id.String(), id.String(), id.String()).Scan(&has).Error
	return has, err
}

func updateState(tx *gorm.DB, id domain.TenantID, state, reason string, at time.Time) error {
	return tx.Exec(`UPDATE tenant SET state = ?, state_reason = ?, state_since = ? WHERE tenant_id = ?`, state, reason, at.UTC(), id.String()).Error
}

func listOffices(_ context.Context, tx *gorm.DB, id domain.TenantID) ([]Office, error) {
	var offices []Office
	err := tx.Raw(`SELECT code, name, kind, zone, opens, closes, workdays, seen_only FROM office WHERE tenant_id = ? ORDER BY code`, id.String()).Scan(&offices).Error
	if err != nil {
		return nil, err
	}
	weeks, err := listWeeks(tx, id)
	if err != nil {
		return nil, err
	}
	for i := range offices {
		offices[i].Weeks = weeks[offices[i].Code]
	}
	return offices, nil
}

// listClosedDays gives the days without work by office: holidays and exceptional closures.
func listClosedDays(tx *gorm.DB, id domain.TenantID) (map[string][]int32, error) {
	var rows []struct {
		Office string
		Number int32
	}
	err := tx.Raw(`SELECT office, day - date '1970-01-01' AS number FROM holiday WHERE tenant_id = ? AND NOT removed
		UNION SELECT c.office, d::date - date '1970-01-01' FROM office_closure c CROSS JOIN LATERAL generate_series(c.first_day, c.last_day, interval '1 day') d
		WHERE c.tenant_id = ? ORDER BY office, number`, id.String(), id.String()).Scan(&rows).Error
	if err != nil {
		return nil, err
	}
	holidays := map[string][]int32{}
	for _, row := range rows {
		holidays[row.Office] = append(holidays[row.Office], row.Number)
	}
	return holidays, nil
}

// nameTables are the tables of codes with one name, by dimension.
var nameTables = map[string]string{"office": "office", "officer": "officer", "broker": "broker", "trader": "trader"}

func listNames(tx *gorm.DB, id domain.TenantID, table string, codes []string) (map[string]string, error) {
	var rows []struct{ Code, Name string }
	query := `SELECT code, name FROM ` + table + ` WHERE tenant_id = ? AND name <> ''`
	arguments := []any{id.String()}
	if codes != nil {
		query += ` AND code IN (?)`
		arguments = append(arguments, codes)
	}
	if err := tx.Raw(query, arguments...).Scan(&rows).Error; err != nil {
		return nil, err
	}
	names := make(map[string]string, len(rows))
	for _, row := range rows {
		names[row.Code] = row.Name
	}
	return names, nil
}

func listOfficers(tx *gorm.DB, id domain.TenantID, office, function string) ([]string, error) {
	var officers []string
	err := tx.Raw(`SELECT officer FROM posting WHERE tenant_id = ? AND office = ? AND function = ? AND status = 'active'
		GROUP BY officer ORDER BY min(starts_on), officer`, id.String(), office, function).Scan(&officers).Error
	return officers, err
}

func listOfficersOn(tx *gorm.DB, id domain.TenantID, office, function string, day int32) ([]string, error) {
	var officers []string
	err := tx.Raw(`SELECT officer FROM posting WHERE tenant_id = ? AND office = ? AND function = ? AND status = 'active'
		GROUP BY officer HAVING bool_or(starts_on <= date '1970-01-01' + CAST(? AS integer) AND coalesce(ends_on, 'infinity') >= date '1970-01-01' + CAST(? AS integer))
		ORDER BY min(starts_on), officer`, id.String(), office, function, day, day).Scan(&officers).Error
	return officers, err
}

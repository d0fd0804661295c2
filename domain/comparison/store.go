package comparison

import (
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"assay/domain"
	"assay/domain/indicator"
)

// published is a row of disclosed_figure.
type published struct {
	Indicator string
	Quarter   Quarter
	Version   int
	Value     float64
	N         int64
	State     string
}

func readLevels(tx *gorm.DB, tenant domain.TenantID) (map[string]Level, error) {
	var rows []struct{ Indicator, Level string }
	if err := tx.Raw(`SELECT indicator, level FROM disclosure WHERE tenant_id = ?`, tenant.String()).Scan(&rows).Error; err != nil {
		return nil, err
	}
	levels := make(map[string]Level, len(rows))
	for _, r := range rows {
		levels[r.Indicator] = Level(r.Level)
	}
	return levels, nil
}

func lockLevels(tx *gorm.DB, tenant domain.TenantID) error {
	return tx.Exec(`SELECT 1 FROM disclosure WHERE tenant_id = ? ORDER BY indicator FOR UPDATE`, tenant.String()).Error
}

func putLevel(tx *gorm.DB, tenant domain.TenantID, code string, level Level, by string, at time.Time) error {
	return tx.Exec(`INSERT INTO disclosure (tenant_id, indicator, level, changed_at, changed_by) VALUES (?, ?, ?, ?, ?)
		ON CONFLICT (tenant_id, indicator) DO UPDATE SET level = excluded.level, changed_at = excluded.changed_at, changed_by = excluded.changed_by`,
		tenant.String(), code, string(level), at.UTC(), by).Error
}

// withdraw takes an indicator out of every comparison, and its distributions away.
func withdraw(tx *gorm.DB, tenant domain.TenantID, code string) error {
	if err := tx.Exec(`DELETE FROM disclosed_figure WHERE tenant_id = ? AND indicator = ?`, tenant.String(), code).Error; err != nil {
		return err
	}
	return tx.Exec(`SELECT assay_leave_editions(?)`, code).Error
}

func dropFigures(tx *gorm.DB, tenant domain.TenantID) error {
	return tx.Exec(`DELETE FROM disclosed_figure WHERE tenant_id = ?`, tenant.String()).Error
}

// insertFigure publishes a figure while its indicator is disclosed.
func insertFigure(tx *gorm.DB, tenant domain.TenantID, row published, at time.Time) error {
	return tx.Exec(`INSERT INTO disclosed_figure (tenant_id, indicator, quarter, version, value, n, state, published_at)
		SELECT d.tenant_id, d.indicator, ?, ?, ?, ?, ?, ? FROM disclosure d WHERE d.tenant_id = ? AND d.indicator = ? AND d.level IN ('partners','public')`,
		int(row.Quarter), row.Version, row.Value, row.N, row.State, at, tenant.String(), row.Indicator).Error
}

func makeEdition(tx *gorm.DB, row published, at time.Time) error {
	return tx.Exec(`SELECT assay_make_edition(?, ?, ?, ?)`, row.Indicator, int(row.Quarter), row.Version, at).Error
}

func readComparison(tx *gorm.DB, reader domain.TenantID, c *Comparison) error {
	partners, everybody := map[string]int64{}, map[string]int64{}
	if err := readTakingPart(tx, partners, everybody); err != nil {
		return err
	}
	code, quarter, version := c.Indicator.Code, int(c.Quarter), c.Indicator.Version
	c.Partners, c.Everybody = partners[code], everybody[code]
	var rows []struct {
		TenantID uuid.UUID
		Value    float64
		N        int64
		State    string
	}
	if err := tx.Raw(`SELECT tenant_id, value, n, state FROM assay_disclosed(?, ?, ?) ORDER BY value, tenant_id`, code, quarter, version).Scan(&rows).Error; err != nil {
		return err
	}
	for _, r := range rows {
		c.Figures = append(c.Figures, Figure{Tenant: domain.TenantID(r.TenantID), Value: r.Value, N: r.N, State: indicator.Ripeness(r.State)})
	}
	if reader.IsZero() {
		return nil
	}
	levels, err := readLevels(tx, reader)
	if err != nil {
		return err
	}
	if level := levels[code]; level != "" {
		c.Own = level
	}
	return readDistribution(tx, reader, c)
}

// readDistribution finds the anonymous distribution, when the reader's administration is in it and still takes part.
func readDistribution(tx *gorm.DB, reader domain.TenantID, c *Comparison) error {
	if c.Own == Private {
		return nil
	}
	var found []struct {
		Members           int
		Low, Middle, High *float64
		Withdrawn         bool
		Value             *float64
		N                 *int64
		State             *string
	}
	err := tx.Raw(`SELECT e.members, e.low, e.middle, e.high, e.withdrawn, f.value, f.n, f.state FROM comparison_member m
		JOIN comparison_edition e ON e.indicator = m.indicator AND e.quarter = m.quarter
		LEFT JOIN disclosed_figure f ON f.tenant_id = m.tenant_id AND f.indicator = m.indicator AND f.quarter = m.quarter AND f.version = e.version
		WHERE m.tenant_id = ? AND m.indicator = ? AND m.quarter = ?`, reader.String(), c.Indicator.Code, int(c.Quarter)).Scan(&found).Error
	if err != nil || len(found) == 0 {
		return err
	}
	f := found[0]
	c.Distribution = &Distribution{Members: f.Members, Withdrawn: f.Withdrawn}
	if f.Withdrawn {
		return nil
	}
	c.Distribution.Low, c.Distribution.Middle, c.Distribution.High = *f.Low, *f.Middle, *f.High
	if f.Value != nil {
		c.Distribution.Own = &Figure{Tenant: reader, Value: *f.Value, N: *f.N, State: indicator.Ripeness(*f.State)}
	}
	return nil
}

func readTakingPart(tx *gorm.DB, partners, everybody map[string]int64) error {
	var rows []struct {
		Indicator           string
		Partners, Everybody int64
	}
	if err := tx.Raw(`SELECT indicator, partners, everybody FROM assay_taking_part()`).Scan(&rows).Error; err != nil {
		return err
	}
	for _, r := range rows {
		partners[r.Indicator], everybody[r.Indicator] = r.Partners, r.Everybody
	}
	return nil
}

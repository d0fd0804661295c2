package indicator

import (
	"encoding/json"
	"fmt"
	"time"

	"gorm.io/gorm"

	"assay/domain"
)

// ownRow is one version of an own indicator in its table.
type ownRow struct {
	Code    string
	Version int
	Content string
	Retired bool
	SavedBy string
	SavedAt time.Time
}

const ownColumns = `code, version, CAST(content AS text) AS content, retired, saved_by, saved_at`

func (r *ownRow) own() (*Own, error) {
	o := &Own{}
	if err := json.Unmarshal([]byte(r.Content), o); err != nil {
		return nil, fmt.Errorf("read indicator %s version %d: %w", r.Code, r.Version, err)
	}
	o.Code, o.Version, o.Retired, o.SavedBy, o.SavedAt = r.Code, r.Version, r.Retired, r.SavedBy, r.SavedAt.UTC()
	return o, nil
}

// findOwn gives the latest version of each own indicator, or of one.
func findOwn(tx *gorm.DB, tenant domain.TenantID, code string) ([]*Own, error) {
	var rows []ownRow
	err := tx.Raw(`SELECT DISTINCT ON (code) `+ownColumns+` FROM own_indicator WHERE tenant_id = ? AND (? = '' OR code = ?) ORDER BY code, version DESC`,
		tenant.String(), code, code).Scan(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("read own indicators: %w", err)
	}
	return owns(rows)
}

// findOwnVersions gives every version of one, the latest first.
func findOwnVersions(tx *gorm.DB, tenant domain.TenantID, code string) ([]*Own, error) {
	var rows []ownRow
	if err := tx.Raw(`SELECT `+ownColumns+` FROM own_indicator WHERE tenant_id = ? AND code = ? ORDER BY version DESC`, tenant.String(), code).Scan(&rows).Error; err != nil {
		return nil, fmt.Errorf("read versions of %s: %w", code, err)
	}
	return owns(rows)
}

func owns(rows []ownRow) ([]*Own, error) {
	found := make([]*Own, len(rows))
	for i := range rows {
		o, err := rows[i].own()
		if err != nil {
			return nil, err
		}
		found[i] = o
	}
	return found, nil
}

func insertOwn(tx *gorm.DB, tenant domain.TenantID, o *Own) error {
	content, err := json.Marshal(o)
	if err != nil {
		return fmt.Errorf("write indicator %s: %w", o.Code, err)
	}
	return tx.Exec(`INSERT INTO own_indicator (tenant_id, code, version, content, retired, saved_by, saved_at) VALUES (?, ?, ?, CAST(? AS jsonb), ?, ?, ?)`,
		tenant.String(), o.Code, o.Version, string(content), o.Retired, o.SavedBy, o.SavedAt).Error
}

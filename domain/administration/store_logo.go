package administration

import (
	"time"

	"gorm.io/gorm"

	"assay/domain"
)

func putLogo(tx *gorm.DB, id domain.TenantID, logo *Logo, by string, at time.Time) error {
	err := tx.Exec(`INSERT INTO tenant_logo (tenant_id, media_type, content, width, height, changed_at, changed_by) VALUES (?, 'image/png', ?, ?, ?, ?, ?)
		ON CONFLICT (tenant_id) DO UPDATE SET content = excluded.content, width = excluded.width, height = excluded.height, changed_at = excluded.changed_at, changed_by = excluded.changed_by`,
		id.String(), logo.Content, logo.Width, logo.Height, at.UTC(), by).Error
	if err != nil {
		return err
	}
	return tx.Exec(`UPDATE tenant SET logo = ? WHERE tenant_id = ?`, logo.Hash, id.String()).Error
}

func dropLogo(tx *gorm.DB, id domain.TenantID) error {
	if err := tx.Exec(`DELETE FROM tenant_logo WHERE tenant_id = ?`, id.String()).Error; err != nil {
		return err
	}
	return tx.Exec(`UPDATE tenant SET logo = '' WHERE tenant_id = ?`, id.String()).Error
}

// findLogo is the logo, nil when there is none.
func findLogo(tx *gorm.DB, id domain.TenantID) (*Logo, error) {
	var found []struct {
		Content       []byte
		Width, Height int
		Hash          string
	}
	err := tx.Raw(`SELECT l.content, l.width, l.height, t.logo AS hash FROM tenant_logo l JOIN tenant t ON t.tenant_id = l.tenant_id WHERE l.tenant_id = ?`, id.String()).Scan(&found).Error
	if err != nil {
		return nil, err
	}
	if len(found) == 0 {
		return nil, nil
	}
	return &Logo{Content: found[0].Content, Width: found[0].Width, Height: found[0].Height, Hash: found[0].Hash}, nil
}

package cube

import (
	"context"
	"encoding/hex"
	"fmt"

	"gorm.io/gorm"

	"assay/domain"
)

// Contents is what VerifyContents found.
type Contents struct {
	Segments int64    // whose bytes were hashed again
	Changed  []string // hashes that their bytes no longer give
	Lost     []string // hashes of current segments whose bytes are gone
}

// Intact reports whether nothing was found.
func (c Contents) Intact() bool { return len(c.Changed)+len(c.Lost) == 0 }

// VerifyContents hashes the bytes of every kept segment again, in the database, so that no
// segment travels.
func (s *Store) VerifyContents(ctx context.Context, tenant domain.TenantID) (c Contents, err error) {
	err = s.db.Read(ctx, tenant, func(_ context.Context, tx *gorm.DB) error {
		rows, err := tx.Raw(`SELECT hash, sha256(content) = hash AS intact FROM segment_content WHERE tenant_id = ? ORDER BY hash`, tenant.String()).Rows()
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var hash []byte
			var intact bool
			if err := rows.Scan(&hash, &intact); err != nil {
				return err
			}
			c.Segments++
			if !intact {
				c.Changed = append(c.Changed, hex.EncodeToString(hash))
			}
		}
		if err := rows.Err(); err != nil {
			return err
		}
		return tx.Raw(`SELECT encode(hash, 'hex') FROM segment s WHERE tenant_id = ? AND NOT EXISTS (SELECT FROM segment_content c WHERE c.tenant_id = s.tenant_id AND c.hash = s.hash) ORDER BY 1`,
			tenant.String()).Scan(&c.Lost).Error
	})
	if err != nil {
		return Contents{}, fmt.Errorf("verify segments: %w", err)
	}
	return c, nil
}

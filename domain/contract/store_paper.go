package contract

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"assay/domain"
)

func insertPaper(tx *gorm.DB, tenant domain.TenantID, c *Contract, p *Paper, key uuid.UUID, by string) error {
	err := tx.Exec(`INSERT INTO contract_paper (made_at, tenant_id, contract_id, text_number, language, content, hash, key_id, made_by) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		p.MadeAt, tenant.String(), c.ID, c.Text.Number, p.Language, p.PDF, p.Hash, key, by).Error
	if errors.Is(err, gorm.ErrDuplicatedKey) {
		return domain.Wrap(domain.KindConflict, err, "the paper was made at the same time")
	}
	return err
}

// findPaper gives the sealed file of a contract's text in a language, nil when there is none. One that was changed in the
// database is never handed out.
func findPaper(tx *gorm.DB, tenant domain.TenantID, c *Contract, code string) (*Paper, error) {
	var rows []struct {
		MadeAt        time.Time
		Content, Hash []byte
	}
	err := tx.Raw(`SELECT made_at, content, hash FROM contract_paper WHERE tenant_id = ? AND contract_id = ? AND text_number = ? AND language = ?`,
		tenant.String(), c.ID, c.Text.Number, code).Scan(&rows).Error
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	if sum := sha256.Sum256(rows[0].Content); !bytes.Equal(sum[:], rows[0].Hash) {
		return nil, fmt.Errorf("the sealed paper of contract %s does not give its hash: it was changed outside the program", c.Number)
	}
	return &Paper{Name: paperName(c, code), Language: code, PDF: rows[0].Content, Hash: rows[0].Hash, MadeAt: rows[0].MadeAt.UTC()}, nil
}

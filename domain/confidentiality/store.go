package confidentiality

import (
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"assay/domain"
)

// keepKey writes a key where there is none and gives the one that is kept.
func keepKey(tx *gorm.DB, tenant domain.TenantID, fresh []byte, now time.Time) ([]byte, error) {
	// The time stands first: gorm would spread a []byte directly behind a parenthesis.
	err := tx.Exec(`INSERT INTO pseudonym_key (created_at, key, tenant_id) VALUES (?, ?, ?) ON CONFLICT (tenant_id) DO NOTHING`, now, fresh, tenant.String()).Error
	if err != nil {
		return nil, err
	}
	var rows []struct{ Key []byte }
	if err := tx.Raw(`SELECT key FROM pseudonym_key WHERE tenant_id = ?`, tenant.String()).Scan(&rows).Error; err != nil {
		return nil, err
	}
	return rows[0].Key, nil
}

// listUsers are all user names of the clearance system: the table is the room administration's.
func listUsers(tx *gorm.DB, tenant domain.TenantID) (codes []string, err error) {
	err = tx.Raw(`SELECT code FROM officer WHERE tenant_id = ?`, tenant.String()).Scan(&codes).Error
	return codes, err
}

func insertPurpose(tx *gorm.DB, tenant domain.TenantID, p *Purpose) error {
	return tx.Exec(`INSERT INTO purpose (tenant_id, purpose_id, account_id, sign_in_name, reason, recorded_at, ends_at) VALUES (?, ?, ?, ?, ?, ?, ?)`,
		tenant.String(), p.ID, p.Account, p.SignInName, p.Reason, p.RecordedAt, p.EndsAt).Error
}

func endPurpose(tx *gorm.DB, tenant domain.TenantID, id uuid.UUID, at time.Time) error {
	return tx.Exec(`UPDATE purpose SET withdrawn_at = ? WHERE tenant_id = ? AND purpose_id = ?`, at, tenant.String(), id).Error
}

func findPurposes(tx *gorm.DB, tenant domain.TenantID, end string, arguments ...any) ([]*Purpose, error) {
	var rows []struct {
		PurposeID, AccountID uuid.UUID
		SignInName, Reason   string
		RecordedAt, EndsAt   time.Time
		WithdrawnAt          *time.Time
	}
	err := tx.Raw(`SELECT purpose_id, account_id, sign_in_name, reason, recorded_at, ends_at, withdrawn_at FROM purpose WHERE tenant_id = ?`+end,
		append([]any{tenant.String()}, arguments...)...).Scan(&rows).Error
	if err != nil {
		return nil, err
	}
	found := make([]*Purpose, len(rows))
	for i, r := range rows {
		found[i] = &Purpose{ID: r.PurposeID, Account: r.AccountID, SignInName: r.SignInName, Reason: r.Reason, RecordedAt: r.RecordedAt.UTC(), EndsAt: r.EndsAt.UTC(), WithdrawnAt: r.WithdrawnAt}
	}
	return found, nil
}

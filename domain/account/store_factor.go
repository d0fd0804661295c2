package account

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/go-webauthn/webauthn/webauthn"
	"github.com/google/uuid"
	"gorm.io/gorm"

	"assay/domain"
)

type authenticatorRow struct {
	Sealed    []byte
	Confirmed bool
	LastStep  int64
}

func findAuthenticator(tx *gorm.DB, account uuid.UUID) (*authenticatorRow, error) {
	var rows []authenticatorRow
	err := tx.Raw(`SELECT sealed, confirmed, last_step FROM account_authenticator WHERE account_id = ?`, account).Scan(&rows).Error
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	return &rows[0], nil
}

func insertAuthenticator(tx *gorm.DB, account uuid.UUID, sealed []byte, now time.Time) error {
	return tx.Exec(`INSERT INTO account_authenticator (account_id, sealed, created_at) VALUES (?, ?, ?)`, account, sealed, now).Error
}

func confirmAuthenticator(tx *gorm.DB, account uuid.UUID, step int64) error {
	return tx.Exec(`UPDATE account_authenticator SET confirmed = true, last_step = ? WHERE account_id = ?`, step, account).Error
}

// useStep takes a step once; false when it was taken meanwhile.
func useStep(tx *gorm.DB, account uuid.UUID, step int64) (bool, error) {
	result := tx.Exec(`UPDATE account_authenticator SET last_step = ? WHERE account_id = ? AND last_step < ?`, step, account, step)
	return result.RowsAffected == 1, result.Error
}

func deleteAuthenticator(tx *gorm.DB, account uuid.UUID) error {
	return tx.Exec(`DELETE FROM account_authenticator WHERE account_id = ?`, account).Error
}

type passkeyRow struct {
	PasskeyID  uuid.UUID
	Name       string
	Credential string
	CreatedAt  time.Time
	UsedAt     *time.Time
}

func findPasskeys(tx *gorm.DB, account uuid.UUID) (rows []passkeyRow, err error) {
	err = tx.Raw(`SELECT passkey_id, name, credential::text AS credential, created_at, used_at FROM account_passkey WHERE account_id = ? ORDER BY created_at, passkey_id`,
		account).Scan(&rows).Error
	return rows, err
}

func insertPasskey(tx *gorm.DB, account uuid.UUID, name string, c *webauthn.Credential, now time.Time) error {
	content, err := json.Marshal(c)
	if err != nil {
		return fmt.Errorf("write passkey: %w", err)
	}
	// The identifier of the row stands first: gorm would spread a []byte directly behind a parenthesis.
	err = tx.Exec(`INSERT INTO account_passkey (passkey_id, account_id, credential_id, name, credential, created_at) VALUES (?, ?, ?, ?, ?::jsonb, ?)`,
		domain.NewID(), account, c.ID, name, string(content), now).Error
	if errors.Is(err, gorm.ErrDuplicatedKey) {
		return domain.Errorf(domain.KindConflict, "this passkey is there already")
	}
	return err
}

func touchPasskey(tx *gorm.DB, id uuid.UUID, c *webauthn.Credential, now time.Time) error {
	content, err := json.Marshal(c)
	if err != nil {
		return fmt.Errorf("write passkey %s: %w", credentialName(c.ID), err)
	}
	return tx.Exec(`UPDATE account_passkey SET credential = ?::jsonb, used_at = ? WHERE passkey_id = ?`, string(content), now, id).Error
}

func deletePasskey(tx *gorm.DB, account, id uuid.UUID) error {
	result := tx.Exec(`DELETE FROM account_passkey WHERE account_id = ? AND passkey_id = ?`, account, id)
	if result.Error == nil && result.RowsAffected == 0 {
		return domain.Errorf(domain.KindNotFound, "there is no such passkey")
	}
	return result.Error
}

func countRecoveryCodes(tx *gorm.DB, account uuid.UUID) (left int, err error) {
	err = tx.Raw(`SELECT count(*) FROM account_recovery_code WHERE account_id = ? AND used_at IS NULL`, account).Scan(&left).Error
	return left, err
}

func replaceRecoveryCodes(tx *gorm.DB, account uuid.UUID, hashes [][]byte, now time.Time) error {
	if err := tx.Exec(`DELETE FROM account_recovery_code WHERE account_id = ?`, account).Error; err != nil {
		return err
	}
	for _, hash := range hashes {
		if err := tx.Exec(`INSERT INTO account_recovery_code (account_id, code_hash, created_at) VALUES (?, ?, ?)`, account, hash, now).Error; err != nil {
			return err
		}
	}
	return nil
}

// useRecoveryCode takes a code once.
func useRecoveryCode(tx *gorm.DB, account uuid.UUID, hash []byte, now time.Time) (bool, error) {
	result := tx.Exec(`UPDATE account_recovery_code SET used_at = ? WHERE account_id = ? AND code_hash = ? AND used_at IS NULL`, now, account, hash)
	return result.RowsAffected == 1, result.Error
}

func findFactors(tx *gorm.DB, account uuid.UUID) (f Factors, err error) {
	authenticator, err := findAuthenticator(tx, account)
	if err != nil {
		return Factors{}, err
	}
	f.Authenticator = authenticator != nil && authenticator.Confirmed
	rows, err := findPasskeys(tx, account)
	if err != nil {
		return Factors{}, err
	}
	for _, r := range rows {
		f.Passkeys = append(f.Passkeys, Passkey{ID: r.PasskeyID, Name: r.Name, CreatedAt: r.CreatedAt.UTC(), UsedAt: r.UsedAt})
	}
	f.RecoveryLeft, err = countRecoveryCodes(tx, account)
	return f, err
}

type factorFailures struct {
	Failures int
	Since    time.Time
}

func lockFactorFailures(tx *gorm.DB, account uuid.UUID, now time.Time) (row factorFailures, err error) {
	err = tx.Raw(`INSERT INTO account_factor_failure (account_id, failures, since) VALUES (?, 0, ?)
		ON CONFLICT (account_id) DO UPDATE SET failures = account_factor_failure.failures RETURNING failures, since`, account, now).Scan(&row).Error
	return row, err
}

// factorFailed counts a wrong answer and gives the count.
func factorFailed(tx *gorm.DB, account uuid.UUID, now time.Time) (count int, err error) {
	err = tx.Raw(`UPDATE account_factor_failure SET failures = CASE WHEN since <= ? OR failures = 0 THEN 1 ELSE failures + 1 END,
		since = CASE WHEN since <= ? OR failures = 0 THEN ?::timestamptz ELSE since END WHERE account_id = ? RETURNING failures`,
		now.Add(-factorFailureWindow), now.Add(-factorFailureWindow), now, account).Scan(&count).Error
	return count, err
}

func factorSucceeded(tx *gorm.DB, account uuid.UUID) error {
	return tx.Exec(`DELETE FROM account_factor_failure WHERE account_id = ?`, account).Error
}

// deleteFactors takes every second factor of an account away.
func deleteFactors(tx *gorm.DB, account uuid.UUID) error {
	for _, table := range []string{"account_authenticator", "account_passkey", "account_recovery_code", "account_factor_failure"} {
		if err := tx.Exec(`DELETE FROM `+table+` WHERE account_id = ?`, account).Error; err != nil {
			return err
		}
	}
	return nil
}

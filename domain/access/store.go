package access

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"gorm.io/gorm"

	"assay/domain"
)

const selectOwnRoles = `SELECT code, names::text, permissions::text, state, version, created_at, changed_at FROM own_role WHERE tenant_id = ?`

func findOwnRoles(tx *gorm.DB, tenant domain.TenantID, end string, arguments ...any) ([]*OwnRole, error) {
	var rows []struct {
		Code, Names, Permissions, State string
		Version                         int
		CreatedAt, ChangedAt            time.Time
	}
	if err := tx.Raw(selectOwnRoles+end, append([]any{tenant.String()}, arguments...)...).Scan(&rows).Error; err != nil {
		return nil, err
	}
	roles := make([]*OwnRole, len(rows))
	for i, row := range rows {
		role := &OwnRole{Code: Role(row.Code), State: row.State, Version: row.Version, CreatedAt: row.CreatedAt.UTC(), ChangedAt: row.ChangedAt.UTC()}
		if err := json.Unmarshal([]byte(row.Names), &role.Names); err != nil {
			return nil, fmt.Errorf("names of role %s: %w", row.Code, err)
		}
		if err := json.Unmarshal([]byte(row.Permissions), &role.Permissions); err != nil {
			return nil, fmt.Errorf("permissions of role %s: %w", row.Code, err)
		}
		roles[i] = role
	}
	return roles, nil
}

func insertOwnRole(tx *gorm.DB, tenant domain.TenantID, r *OwnRole) error {
	names, permissions, err := encodeRole(r)
	if err != nil {
		return err
	}
	err = tx.Exec(`INSERT INTO own_role (tenant_id, code, names, permissions, state, version, created_at, changed_at) VALUES (?, ?, ?::jsonb, ?::jsonb, ?, ?, ?, ?)`,
		tenant.String(), string(r.Code), names, permissions, r.State, r.Version, r.CreatedAt, r.ChangedAt).Error
	if errors.Is(err, gorm.ErrDuplicatedKey) {
		return domain.Errorf(domain.KindConflict, "there is a role %q already", r.Code)
	}
	return err
}

func updateOwnRole(tx *gorm.DB, tenant domain.TenantID, r *OwnRole) error {
	names, permissions, err := encodeRole(r)
	if err != nil {
		return err
	}
	return tx.Exec(`UPDATE own_role SET names = ?::jsonb, permissions = ?::jsonb, state = ?, version = ?, changed_at = ? WHERE tenant_id = ? AND code = ?`,
		names, permissions, r.State, r.Version, r.ChangedAt, tenant.String(), string(r.Code)).Error
}

func encodeRole(r *OwnRole) (names, permissions string, err error) {
	n, err := json.Marshal(r.Names)
	if err != nil {
		return "", "", fmt.Errorf("names: %w", err)
	}
	p, err := json.Marshal(r.Permissions)
	if err != nil {
		return "", "", fmt.Errorf("permissions: %w", err)
	}
	return string(n), string(p), nil
}

// holds reports whether somebody has a role in an administration.
func holds(tx *gorm.DB, tenant domain.TenantID, signInName string, role Role) (held bool, err error) {
	err = tx.Raw(`SELECT EXISTS (SELECT FROM membership m JOIN account a ON a.account_id = m.account_id WHERE m.tenant_id = ? AND a.sign_in_name = ? AND m.role = ?)`,
		tenant.String(), signInName, string(role)).Scan(&held).Error
	return held, err
}

// countHolders is how many people have a role. Membership is the room account's table; it is
// read here because the answer belongs to the role.
func countHolders(tx *gorm.DB, tenant domain.TenantID) (map[Role]int, error) {
	var rows []struct {
		Role    string
		Holders int
	}
	err := tx.Raw(`SELECT role, count(DISTINCT account_id) AS holders FROM membership WHERE tenant_id = ? GROUP BY role`, tenant.String()).Scan(&rows).Error
	if err != nil {
		return nil, err
	}
	holders := map[Role]int{}
	for _, row := range rows {
		holders[Role(row.Role)] = row.Holders
	}
	return holders, nil
}

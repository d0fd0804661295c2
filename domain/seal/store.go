package seal

import (
	"errors"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"assay/domain"
)

type keyRow struct {
	AddedAt      time.Time
	KeyID        uuid.UUID
	Place        Place
	Certificates string
	Fingerprint  string
	Sealed       []byte
	Path         string
	TokenKey     string
	ValidFrom    time.Time
	ValidTo      time.Time
	AddedBy      string
	RetiredAt    *time.Time
	RetiredBy    string
}

func findKeys(tx *gorm.DB, tenant domain.TenantID, where string) ([]*Key, error) {
	var rows []keyRow
	if err := tx.Raw(`SELECT added_at, key_id, place, certificates, fingerprint, sealed, path, token_key, valid_from, valid_to, added_by, retired_at, retired_by
		FROM seal_key WHERE tenant_id = ? `+where, tenant.String()).Scan(&rows).Error; err != nil {
		return nil, err
	}
	keys := make([]*Key, len(rows))
	for i, r := range rows {
		k := &Key{ID: r.KeyID, Place: r.Place, Certificates: []byte(r.Certificates), Fingerprint: r.Fingerprint, ValidFrom: r.ValidFrom.UTC(), ValidTo: r.ValidTo.UTC(),
			AddedAt: r.AddedAt.UTC(), AddedBy: r.AddedBy, RetiredBy: r.RetiredBy, path: r.Path, tokenKey: r.TokenKey, sealed: r.Sealed}
		if r.RetiredAt != nil {
			k.RetiredAt = r.RetiredAt.UTC()
		}
		if err := k.parse(); err != nil {
			return nil, err
		}
		keys[i] = k
	}
	return keys, nil
}

// retireKey ends the use of the key in use, and gives its fingerprint, empty when there is none.
func retireKey(tx *gorm.DB, tenant domain.TenantID, at time.Time, by string) (string, error) {
	var fingerprints []string
	err := tx.Raw(`UPDATE seal_key SET retired_at = ?, retired_by = ? WHERE tenant_id = ? AND retired_at IS NULL RETURNING fingerprint`, at, by, tenant.String()).Scan(&fingerprints).Error
	if err != nil || len(fingerprints) == 0 {
		return "", err
	}
	return fingerprints[0], nil
}

func insertKey(tx *gorm.DB, tenant domain.TenantID, k *Key) error {
	var sealed any
	if k.sealed != nil {
		sealed = k.sealed
	}
	err := tx.Exec(`INSERT INTO seal_key (added_at, tenant_id, key_id, place, certificates, fingerprint, sealed, path, token_key, valid_from, valid_to, added_by) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		k.AddedAt, tenant.String(), k.ID, k.Place, string(k.Certificates), k.Fingerprint, sealed, k.path, k.tokenKey, k.ValidFrom, k.ValidTo, k.AddedBy).Error
	if errors.Is(err, gorm.ErrDuplicatedKey) {
		return domain.Wrap(domain.KindConflict, err, "this key is known already, or another one was added at the same time")
	}
	return err
}

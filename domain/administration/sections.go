package administration

import (
	"context"
	"fmt"

	"assay/domain"
	"assay/domain/store"
)

// Sections lists the codes of the sections of an office.
func (s *Service) Sections(ctx context.Context, id domain.TenantID, office string) (codes []string, err error) {
	err = s.db.Read(ctx, id, func(_ context.Context, tx *store.Tx) error {
		return tx.Raw(`SELECT code FROM section WHERE tenant_id = ? AND office = ? ORDER BY code`, id.String(), office).Scan(&codes).Error
	})
	if err != nil {
		return nil, fmt.Errorf("list sections of %s: %w", office, err)
	}
	return codes, nil
}

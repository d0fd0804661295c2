package indicator

import (
	"context"
	"fmt"

	"gorm.io/gorm"

	"assay/domain"
)

// nameDeclarations fills in the references of declarations.
func (s *Service) nameDeclarations(ctx context.Context, tenant domain.TenantID, lines []Line) error {
	var ids []int64
	for i := range lines {
		if lines[i].DeclarationID != 0 {
			ids = append(ids, lines[i].DeclarationID)
		}
	}
	if len(ids) == 0 {
		return nil
	}
	var rows []struct {
		DeclarationID int64
		Reference     string
	}
	err := s.db.Read(ctx, tenant, func(_ context.Context, tx *gorm.DB) error {
		return tx.Raw(`SELECT declaration_id, reference FROM declaration WHERE tenant_id = ? AND declaration_id IN (?)`, tenant.String(), ids).Scan(&rows).Error
	})
	if err != nil {
		return fmt.Errorf("name the declarations: %w", err)
	}
	names := make(map[int64]string, len(rows))
	for _, row := range rows {
		names[row.DeclarationID] = row.Reference
	}
	for i := range lines {
		if name := names[lines[i].DeclarationID]; name != "" {
			lines[i].Reference = name
		}
	}
	return nil
}

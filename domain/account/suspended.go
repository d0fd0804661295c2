package account

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"assay/domain"
	"assay/domain/store"
)

// SuspendedError is the refusal of a person all of whose administrations are suspended at the
// moment: nothing is lost, and the person should be told so. It is KindForbidden.
type SuspendedError struct {
	Tenants []domain.TenantID
}

// Error is the sentence.
func (e *SuspendedError) Error() string { return suspendedSentence }

const suspendedSentence = "the administration is suspended at the moment"

// Unwrap gives the failure with its kind.
func (e *SuspendedError) Unwrap() error {
	return domain.Errorf(domain.KindForbidden, suspendedSentence)
}

// Suspended lists the administrations in which a person works and that are suspended.
func (s *Service) Suspended(ctx context.Context, account uuid.UUID) (tenants []domain.TenantID, err error) {
	err = s.db.Shared(ctx, func(_ context.Context, tx *store.Tx) error {
		var found []uuid.UUID
		err := tx.Raw(`SELECT t.tenant_id FROM tenant t WHERE t.state = 'suspended'
			AND EXISTS (SELECT FROM membership m WHERE m.account_id = ? AND m.tenant_id = t.tenant_id) ORDER BY t.code`, account).Scan(&found).Error
		for _, id := range found {
			tenants = append(tenants, domain.TenantID(id))
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("find suspended administrations: %w", err)
	}
	return tenants, nil
}

// nowhere is why a person who may sign in nowhere is refused.
func (s *Service) nowhere(ctx context.Context, account uuid.UUID) error {
	suspended, err := s.Suspended(ctx, account)
	if err != nil {
		return err
	}
	if len(suspended) > 0 {
		return &SuspendedError{suspended}
	}
	return domain.Errorf(domain.KindForbidden, "your account belongs to no administration yet; ask your administrator")
}

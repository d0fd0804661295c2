package audit

import (
	"context"
	"io"

	"assay/domain"
	"assay/domain/store"
)

// Service is the record for those who have no database in hands: pages and API.
type Service struct{ db *store.DB }

// New makes the service.
func New(db *store.DB) *Service { return &Service{db: db} }

// Deed records what changes nothing else, see Deed.
func (s *Service) Deed(ctx context.Context, tenant domain.TenantID, e Entry) error {
	return Deed(ctx, s.db, tenant, e)
}

// List gives one page of the record, see List.
func (s *Service) List(ctx context.Context, tenant domain.TenantID, f Filter, p Page) (rows []Row, next int64, err error) {
	return List(ctx, s.db, tenant, f, p)
}

// Get gives one row of the record, see Get.
func (s *Service) Get(ctx context.Context, tenant domain.TenantID, sequence int64) (*Row, error) {
	return Get(ctx, s.db, tenant, sequence)
}

// End gives the end of the record, see End.
func (s *Service) End(ctx context.Context, tenant domain.TenantID) (Head, error) {
	return End(ctx, s.db, tenant)
}

// VerifyEnd checks the last rows of the record, see VerifyEnd.
func (s *Service) VerifyEnd(ctx context.Context, tenant domain.TenantID, rows int64) (Report, error) {
	return VerifyEnd(ctx, s.db, tenant, rows)
}

// Verify reads the whole record, see Verify.
func (s *Service) Verify(ctx context.Context, tenant domain.TenantID, noted *Head) (Report, error) {
	return Verify(ctx, s.db, tenant, noted)
}

// Export writes rows into a file, see Export.
func (s *Service) Export(ctx context.Context, tenant domain.TenantID, f Filter, format Format, w io.Writer) (written int64, err error) {
	return Export(ctx, s.db, tenant, f, format, w)
}

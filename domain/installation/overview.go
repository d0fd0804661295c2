package installation

import (
	"context"
	"fmt"
	"time"

	"assay/domain"
	"assay/domain/administration"
	"assay/domain/store"
)

// Size is what an administration takes and how its work stands. It holds no figure of its
// performance: the operator of an installation sees none.
type Size struct {
	Declarations int64 // in the figures' base
	Months       int
	Bytes        int64 // of the figures' base, compressed
	LastLoad     *time.Time
	Waiting      int // jobs
	Failed       int // jobs
}

// Administration is one as its operator sees it.
type Administration struct {
	Tenant *administration.Tenant
	Size   Size
}

// Overview lists all administrations by code. Each is asked in a transaction of its own.
func (s *Service) Overview(ctx context.Context) ([]Administration, error) {
	tenants, err := s.administrations.List(ctx)
	if err != nil {
		return nil, err
	}
	all := make([]Administration, len(tenants))
	for i, tenant := range tenants {
		if all[i], err = s.One(ctx, tenant); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// One is Overview of one administration.
func (s *Service) One(ctx context.Context, tenant *administration.Tenant) (one Administration, err error) {
	one.Tenant = tenant
	err = s.db.Read(ctx, tenant.ID, func(_ context.Context, tx *store.Tx) error {
		one.Size, err = readSize(tx, tenant.ID, s.clock())
		return err
	})
	if err != nil {
		return one, fmt.Errorf("size of %s: %w", tenant.Code, err)
	}
	return one, nil
}

// Tombstone is what is left of an erased administration.
type Tombstone struct {
	Tenant    domain.TenantID
	CreatedAt time.Time
	ErasedAt  time.Time
	ErasedBy  string
	Rows      int64 // removed
}

// Tombstones lists the erased administrations, latest first.
func (s *Service) Tombstones(ctx context.Context) (stones []Tombstone, err error) {
	err = s.db.Shared(ctx, func(_ context.Context, tx *store.Tx) error {
		var rows []struct {
			ErasedTenant        string
			CreatedAt, ErasedAt time.Time
			ErasedBy            string
			Rows                int64
		}
		err := tx.Raw(`SELECT erased_tenant::text, created_at, erased_at, erased_by, (SELECT coalesce(sum(value::bigint), 0) FROM jsonb_each_text(removed)) AS rows
			FROM tenant_tombstone ORDER BY erased_at DESC LIMIT 200`).Scan(&rows).Error
		for _, row := range rows {
			id, parse := domain.ParseTenantID(row.ErasedTenant)
			if parse != nil {
				return parse
			}
			stones = append(stones, Tombstone{id, row.CreatedAt, row.ErasedAt, row.ErasedBy, row.Rows})
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("list erased administrations: %w", err)
	}
	return stones, nil
}

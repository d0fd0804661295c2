package account

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"assay/domain"
	"assay/domain/audit"
	"assay/domain/store"
)

// By says who does something with an account, and from where, for the audit record.
type By struct {
	Account    uuid.UUID
	SignInName string
	Capacity   string          // the role, or "self" outside an administration
	Tenant     domain.TenantID // the administration in which the person works now; may be zero
	Origin     string          // address of the request
}

// By makes the person the doer of a deed.
func (p Person) By(origin string) By {
	capacity := p.Role
	if capacity == "" {
		capacity = "self"
	}
	return By{Account: p.Account, SignInName: p.SignInName, Capacity: capacity, Tenant: p.Tenant, Origin: origin}
}

// deed changes something of the doer's own account and records it in the same transaction, in the record of
// the administration in which the person works now, else of the first to which the person belongs. An account
// that belongs to none leaves no record: nobody could read it.
func (s *Service) deed(ctx context.Context, by By, action string, before, after any, do func(tx *store.Tx) error) error {
	return s.deedOn(ctx, by, by.Account, action, before, after, do)
}

// deedOn is deed on another account.
func (s *Service) deedOn(ctx context.Context, by By, on uuid.UUID, action string, before, after any, do func(tx *store.Tx) error) error {
	tenant := by.Tenant
	if tenant.IsZero() {
		var err error
		if tenant, err = s.homeOf(ctx, on); err != nil {
			return err
		}
	}
	if tenant.IsZero() {
		if err := s.db.Shared(ctx, func(_ context.Context, tx *store.Tx) error { return do(tx) }); err != nil {
			return fmt.Errorf("%s: %w", action, err)
		}
		return nil
	}
	err := s.db.InTenant(ctx, tenant, func(ctx context.Context, tx *store.Tx) error {
		if err := do(tx); err != nil {
			return err
		}
		return s.record(ctx, tx, tenant, by, action, "account/"+on.String(), before, after)
	})
	if err != nil {
		return fmt.Errorf("%s: %w", action, err)
	}
	return nil
}

func (s *Service) record(ctx context.Context, tx *store.Tx, tenant domain.TenantID, by By, action, object string, before, after any) error {
	return audit.Record(ctx, tx, tenant, audit.Entry{At: s.clock(), Actor: by.SignInName, Capacity: by.Capacity, Action: action,
		Object: object, Before: before, After: after, Origin: by.Origin})
}

// homeOf is the first administration of an account, zero when there is none.
func (s *Service) homeOf(ctx context.Context, account uuid.UUID) (tenant domain.TenantID, err error) {
	err = s.db.Shared(ctx, func(_ context.Context, tx *store.Tx) error {
		memberships, err := findMemberships(tx, account)
		if err == nil && len(memberships) > 0 {
			tenant = memberships[0].Tenant
		}
		return err
	})
	if err != nil {
		return tenant, fmt.Errorf("find the administration of an account: %w", err)
	}
	return tenant, nil
}

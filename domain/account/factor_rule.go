package account

import (
	"context"
	"fmt"
	"slices"

	"github.com/google/uuid"

	"assay/domain"
	"assay/domain/store"
)

// EveryRole is the rule that asks everybody of an administration for a second factor.
const EveryRole = "*"

// FactorRules lists the roles of an administration that must sign in with a second factor.
func (s *Service) FactorRules(ctx context.Context, tenant domain.TenantID) (roles []string, err error) {
	err = s.db.Read(ctx, tenant, func(_ context.Context, tx *store.Tx) error {
		roles, err = findFactorRules(tx, tenant)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read rules of the second factor: %w", err)
	}
	return roles, nil
}

// SetFactorRules says which roles must sign in with a second factor. Sessions of other people in the administration
// end when a role is added, so that the rule holds at once.
func (s *Service) SetFactorRules(ctx context.Context, by By, roles []string) error {
	roles = slices.Clone(roles)
	slices.Sort(roles)
	roles = slices.Compact(roles)
	if len(roles) > 100 {
		return domain.Invalid("the rule cannot be set like this", domain.FieldError{Field: "roles", Message: "are too many"})
	}
	err := s.db.InTenant(ctx, by.Tenant, func(ctx context.Context, tx *store.Tx) error {
		before, err := findFactorRules(tx, by.Tenant)
		if err != nil {
			return err
		}
		if slices.Equal(before, roles) {
			return nil
		}
		if err := tx.Exec(`DELETE FROM second_factor_rule WHERE tenant_id = ?`, by.Tenant.String()).Error; err != nil {
			return err
		}
		for _, role := range roles {
			if err := tx.Exec(`INSERT INTO second_factor_rule (tenant_id, role) VALUES (?, ?)`, by.Tenant.String(), role).Error; err != nil {
				return err
			}
		}
		added := slices.ContainsFunc(roles, func(role string) bool { return !slices.Contains(before, role) })
		if added {
			if err := tx.Exec(`DELETE FROM sign_in_session WHERE tenant_id = ? AND account_id <> ?`, by.Tenant.String(), by.Account).Error; err != nil {
				return err
			}
		}
		return s.record(ctx, tx, by.Tenant, by, "second_factor.rule", "administration", before, roles)
	})
	if err != nil {
		return fmt.Errorf("set rules of the second factor: %w", err)
	}
	return nil
}

func findFactorRules(tx *store.Tx, tenant domain.TenantID) (roles []string, err error) {
	err = tx.Raw(`SELECT role FROM second_factor_rule WHERE tenant_id = ? ORDER BY role`, tenant.String()).Scan(&roles).Error
	return roles, err
}

// factorRequired reports whether any of the roles must sign in with a second factor.
func factorRequired(tx *store.Tx, tenant domain.TenantID, held []Membership) (bool, error) {
	rules, err := findFactorRules(tx, tenant)
	if err != nil {
		return false, err
	}
	return slices.Contains(rules, EveryRole) || slices.ContainsFunc(held, func(m Membership) bool { return slices.Contains(rules, m.Role) }), nil
}

// RequireFactor is ErrFactorRequired for who must have a second factor in an administration and
// has none. Who has one was asked for it at sign-in.
func (s *Service) RequireFactor(ctx context.Context, account uuid.UUID, tenant domain.TenantID) error {
	held, err := s.Standing(ctx, account, tenant)
	if err != nil {
		return err
	}
	factors, err := s.Factors(ctx, account)
	if err != nil || factors.Any() {
		return err
	}
	required := false
	err = s.db.Read(ctx, tenant, func(_ context.Context, tx *store.Tx) error {
		required, err = factorRequired(tx, tenant, held)
		return err
	})
	if err != nil {
		return fmt.Errorf("read rules of the second factor: %w", err)
	}
	if required {
		return ErrFactorRequired
	}
	return nil
}

package account

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"

	"assay/domain"
	"assay/domain/store"
)

// Standing lists what an active account is in one active administration at this moment, none
// when it is nothing there. It is asked for every request, so that a role that was taken away
// ends with the request before.
func (s *Service) Standing(ctx context.Context, account uuid.UUID, tenant domain.TenantID) (held []Membership, err error) {
	err = s.db.Look(ctx, func(_ context.Context, tx *store.Tx) error {
		var rows []struct {
			Role, Office, Section, Officer, Trader string
			TraderKind                             TraderKind
		}
		err := tx.Raw(`SELECT m.role, m.office, m.section, m.officer, m.trader, m.trader_kind FROM membership m
			JOIN tenant t ON t.tenant_id = m.tenant_id AND t.state = 'active'
			JOIN account a ON a.account_id = m.account_id AND a.state = 'active'
			WHERE m.account_id = ? AND m.tenant_id = ? AND m.state = 'active' ORDER BY m.role, m.office`, account, tenant.String()).Scan(&rows).Error
		for _, r := range rows {
			held = append(held, Membership{Tenant: tenant, Role: r.Role, Office: r.Office, Section: r.Section, Officer: r.Officer, Trader: r.Trader, TraderKind: r.TraderKind})
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("find the roles of a person: %w", err)
	}
	return held, nil
}

// InstallationRoles lists what an active account is in the installation itself.
func (s *Service) InstallationRoles(ctx context.Context, account uuid.UUID) (roles []string, err error) {
	err = s.db.Shared(ctx, func(_ context.Context, tx *store.Tx) error {
		return tx.Raw(`SELECT m.role FROM installation_member m JOIN account a ON a.account_id = m.account_id AND a.state = 'active'
			WHERE m.account_id = ? ORDER BY m.role`, account).Scan(&roles).Error
	})
	if err != nil {
		return nil, fmt.Errorf("find the installation's roles of a person: %w", err)
	}
	return roles, nil
}

// Appoint gives an account a role in the installation; having it already changes nothing.
func (s *Service) Appoint(ctx context.Context, account uuid.UUID, role string) error {
	err := s.db.Shared(ctx, func(_ context.Context, tx *store.Tx) error {
		return insertInstallationMember(tx, account, role, s.clock().UTC())
	})
	if err != nil {
		return fmt.Errorf("appoint: %w", err)
	}
	return nil
}

func insertInstallationMember(tx *store.Tx, account uuid.UUID, role string, since time.Time) error {
	return tx.Exec(`INSERT INTO installation_member (account_id, role, since) VALUES (?, ?, ?) ON CONFLICT DO NOTHING`, account, role, since).Error
}

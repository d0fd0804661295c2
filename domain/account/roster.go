package account

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"assay/domain"
	"assay/domain/store"
)

// Roster lists everybody who works in an administration at this moment, by name; a person
// with several roles once for each.
func (s *Service) Roster(ctx context.Context, tenant domain.TenantID) (people []Person, err error) {
	err = s.db.Shared(ctx, func(_ context.Context, tx *store.Tx) error {
		var rows []struct {
			AccountID                      uuid.UUID
			SignInName, Name, Language     string
			Role, Office, Section, Officer string
			Trader                         string
			TraderKind                     TraderKind
		}
		err := tx.Raw(`SELECT a.account_id, a.sign_in_name, a.name, a.language, m.role, m.office, m.section, m.officer, m.trader, m.trader_kind FROM membership m
			JOIN account a ON a.account_id = m.account_id AND a.state = 'active'
			WHERE m.tenant_id = ? ORDER BY a.name, a.account_id, m.role, m.office`, tenant.String()).Scan(&rows).Error
		for _, r := range rows {
			people = append(people, Person{Account: r.AccountID, SignInName: r.SignInName, Name: r.Name, Language: r.Language,
				Membership: Membership{Tenant: tenant, Role: r.Role, Office: r.Office, Section: r.Section, Officer: r.Officer, Trader: r.Trader, TraderKind: r.TraderKind}})
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("list the people of an administration: %w", err)
	}
	return people, nil
}

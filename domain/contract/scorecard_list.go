package contract

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"assay/domain/administration"
	"assay/domain/cube"
	"assay/domain/store"
)

// Carded is a contract with the latest version of its card of a month; Card is nil where it has none.
type Carded struct {
	Contract *Contract
	Card     *CardVersion
}

// OfMonth gives the contracts that were in force on the first day of a month and that a reader may see, by number, with their
// cards. An office narrows them.
func (s *Cards) OfMonth(ctx context.Context, tenant *administration.Tenant, r Reader, month cube.Month, office string) ([]Carded, error) {
	where, arguments := `AND activated_at IS NOT NULL AND starts_on <= CAST(? AS date) AND ends_on > CAST(? AS date)`, []any{month.First().String(), month.First().String()}
	if office != "" {
		where, arguments = where+` AND office = ?`, append(arguments, office)
	}
	var found []Carded
	today := s.Today(tenant)
	err := s.db.Read(ctx, tenant.ID, func(_ context.Context, tx *store.Tx) error {
		contracts, err := findContracts(tx, tenant.ID, false, where+` ORDER BY number, edition`, arguments...)
		if err != nil {
			return err
		}
		byID := map[string]int{}
		latest := map[string]int{} // by lineage
		for _, c := range contracts {
			if !c.VisibleTo(r.Actor, r.Scope, today) || c.State.Making() || c.State == Discarded {
				continue
			}
			if at, known := latest[c.Lineage.String()]; known {
				delete(byID, found[at].Contract.ID.String())
				found[at] = Carded{Contract: c}
				byID[c.ID.String()] = at
				continue
			}
			latest[c.Lineage.String()] = len(found)
			byID[c.ID.String()] = len(found)
			found = append(found, Carded{Contract: c})
		}
		if len(found) == 0 {
			return nil
		}
		where, arguments := `AND month = ?`, []any{int(month)}
		if ids := idsOf(found); len(ids) < 500 {
			where, arguments = where+` AND contract_id IN (?)`, append(arguments, ids)
		}
		cards, err := findCards(tx, tenant.ID, true, where, arguments...)
		for _, v := range cards {
			if at, known := byID[v.Contract.String()]; known {
				found[at].Card = v
			}
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("list the scorecards of %s: %w", month, err)
	}
	return found, nil
}

func idsOf(found []Carded) []string {
	ids := make([]string, len(found))
	for i := range found {
		ids[i] = found[i].Contract.ID.String()
	}
	return ids
}

// PublishedMonths lists the months that have cards which a reader may see, the latest first.
func (s *Cards) PublishedMonths(ctx context.Context, tenant *administration.Tenant, r Reader) (months []cube.Month, err error) {
	contracts, err := s.List(ctx, tenant, r, Filter{})
	if err != nil || len(contracts) == 0 {
		return nil, err
	}
	ids := make([]string, len(contracts))
	for i, c := range contracts {
		ids[i] = c.ID.String()
	}
	err = s.db.Read(ctx, tenant.ID, func(_ context.Context, tx *store.Tx) error {
		return tx.Raw(`SELECT DISTINCT month FROM scorecard WHERE tenant_id = ? AND contract_id = ANY (CAST(? AS uuid[])) ORDER BY month DESC LIMIT 120`, tenant.ID.String(), "{"+strings.Join(ids, ",")+"}").Scan(&months).Error
	})
	if err != nil {
		return nil, fmt.Errorf("list the months with scorecards: %w", err)
	}
	return slices.Clip(months), nil
}

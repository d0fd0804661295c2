package contract

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"assay/domain/administration"
	"assay/domain/store"
)

// Latest is a contract in force with how its last published month went.
type Latest struct {
	Contract *Contract    // without its text
	Card     *CardVersion // the newest version of the last month published, of an amended contract in the former edition if need be; nil while there is none
}

// LatestCards gives the contracts in force or suspended that a reader may see, by number, each with its last
// published scorecard. The scope of the reader is that of scorecard.read.
func (s *Service) LatestCards(ctx context.Context, tenant *administration.Tenant, r Reader) ([]Latest, error) {
	var all []Latest
	err := s.db.Read(ctx, tenant.ID, func(_ context.Context, tx *store.Tx) error {
		found, err := findContracts(tx, tenant.ID, false, `AND state IN ('active','suspended') ORDER BY number, edition`)
		if err != nil {
			return err
		}
		today := s.Today(tenant)
		var lineages []uuid.UUID
		for _, c := range found {
			if c.VisibleTo(r.Actor, r.Scope, today) {
				all, lineages = append(all, Latest{Contract: c}), append(lineages, c.Lineage)
			}
		}
		if len(lineages) == 0 {
			return nil
		}
		editions, err := findContracts(tx, tenant.ID, false, `AND lineage_id IN ? AND activated_at IS NOT NULL`, lineages)
		if err != nil {
			return err
		}
		var ids []uuid.UUID
		lineage := map[uuid.UUID]uuid.UUID{}
		for _, c := range editions {
			ids, lineage[c.ID] = append(ids, c.ID), c.Lineage
		}
		if len(ids) == 0 {
			return nil
		}
		cards, err := findCards(tx, tenant.ID, true, `AND contract_id IN ? AND month = (SELECT max(m.month) FROM scorecard m WHERE m.tenant_id = scorecard.tenant_id AND m.contract_id = scorecard.contract_id)`, ids)
		if err != nil {
			return err
		}
		for _, card := range cards {
			for i := range all {
				if all[i].Contract.Lineage == lineage[card.Contract] && (all[i].Card == nil || all[i].Card.Month < card.Month) {
					all[i].Card = card
				}
			}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read the latest scorecards: %w", err)
	}
	return all, nil
}

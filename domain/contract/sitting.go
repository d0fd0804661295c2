package contract

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"

	"assay/domain"
	"assay/domain/administration"
	"assay/domain/audit"
	"assay/domain/cube"
	"assay/domain/store"
)

// Sitting is one person's look at all contracts that wait for the own signature, ended
// by one confirmation for those that shall be signed.
type Sitting struct {
	ID       uuid.UUID
	OpenedAt time.Time
	Waiting  []*Contract // with texts; every contract that waits for the person, by number
	Seen     map[uuid.UUID]Look
}

// Look is what the person decided on a contract after seeing its text.
type Look struct {
	TextHash []byte
	Sign     bool // else it is held back
	SeenAt   time.Time
}

// Current reports whether the look was at the text that is current now.
func (s *Sitting) Current(c *Contract) bool {
	look, seen := s.Seen[c.ID]
	return seen && string(look.TextHash) == string(c.Text.Hash)
}

// Next gives the next contract that the person has not seen in its current text; nil when all are.
func (s *Sitting) Next() *Contract {
	for _, c := range s.Waiting {
		if !s.Current(c) {
			return c
		}
	}
	return nil
}

// Chosen counts the contracts that shall be signed.
func (s *Sitting) Chosen() int {
	n := 0
	for _, c := range s.Waiting {
		if s.Current(c) && s.Seen[c.ID].Sign {
			n++
		}
	}
	return n
}

// OpenSitting gives the person's sitting, a new one when none is open.
func (s *Service) OpenSitting(ctx context.Context, tenant *administration.Tenant, actor Actor) (*Sitting, error) {
	sitting := &Sitting{Seen: map[uuid.UUID]Look{}}
	today := s.Today(tenant)
	err := s.db.InTenant(ctx, tenant.ID, func(_ context.Context, tx *store.Tx) error {
		if err := tx.Exec(`INSERT INTO signing_sitting (tenant_id, sitting_id, account_id, opened_at) VALUES (?, ?, ?, ?) ON CONFLICT (tenant_id, account_id) WHERE ended_at IS NULL DO NOTHING`,
			tenant.ID.String(), domain.NewID(), actor.Account, s.clock().UTC()).Error; err != nil {
			return err
		}
		var row struct {
			SittingID uuid.UUID
			OpenedAt  time.Time
		}
		if err := tx.Raw(`SELECT sitting_id, opened_at FROM signing_sitting WHERE tenant_id = ? AND account_id = ? AND ended_at IS NULL`, tenant.ID.String(), actor.Account).Scan(&row).Error; err != nil {
			return err
		}
		sitting.ID, sitting.OpenedAt = row.SittingID, row.OpenedAt.UTC()
		var err error
		if sitting.Waiting, err = findWaiting(tx, tenant.ID, actor.Account, today); err != nil {
			return err
		}
		return findLooks(tx, tenant.ID, sitting)
	})
	if err != nil {
		return nil, fmt.Errorf("open a sitting: %w", err)
	}
	return sitting, nil
}

// Waiting gives the contracts that wait for a person's signature today, with their texts, by number.
func (s *Service) Waiting(ctx context.Context, tenant *administration.Tenant, account uuid.UUID) (waiting []*Contract, err error) {
	err = s.db.Read(ctx, tenant.ID, func(_ context.Context, tx *store.Tx) error {
		waiting, err = findWaiting(tx, tenant.ID, account, s.Today(tenant))
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("find what waits for a signature: %w", err)
	}
	return waiting, nil
}

func findWaiting(tx *store.Tx, tenant domain.TenantID, account uuid.UUID, today cube.Date) ([]*Contract, error) {
	found, err := findContracts(tx, tenant, true, `AND state IN ('proposed','negotiating') AND EXISTS (SELECT FROM contract_signatory s WHERE s.tenant_id = contract.tenant_id
		AND s.contract_id = contract.contract_id AND (s.account_id = ? OR s.deputy_id = ?))
		AND NOT EXISTS (SELECT FROM membership m WHERE m.tenant_id = contract.tenant_id AND m.account_id = ? AND m.role = 'trader'
			AND (contract.level <> 'operator' OR contract.subject <> m.trader OR (contract.function = 'broker') <> (m.trader_kind = 'broker')))
		ORDER BY number, edition`, account, account, account)
	if err != nil {
		return nil, err
	}
	waiting := found[:0]
	for _, c := range found {
		slot := c.SlotOf(account, today)
		signatures, err := findSignatures(tx, tenant, c.ID, c.Text.Number)
		if err != nil {
			return nil, err
		}
		if slot != nil && !hasSlot(signatures, slot.Slot) {
			waiting = append(waiting, c)
		}
	}
	return waiting, nil
}

func findLooks(tx *store.Tx, tenant domain.TenantID, sitting *Sitting) error {
	var rows []struct {
		SeenAt     time.Time
		ContractID uuid.UUID
		TextHash   []byte
		Decision   string
	}
	err := tx.Raw(`SELECT seen_at, contract_id, text_hash, decision FROM signing_sitting_contract WHERE tenant_id = ? AND sitting_id = ?`, tenant.String(), sitting.ID).Scan(&rows).Error
	for _, r := range rows {
		sitting.Seen[r.ContractID] = Look{r.TextHash, r.Decision == "sign", r.SeenAt.UTC()}
	}
	return err
}

// DecideInSitting notes in the person's open sitting that a text was seen, and whether it shall be signed.
// Nothing is signed yet. A text that is no longer the current one is KindConflict.
func (s *Service) DecideInSitting(ctx context.Context, tenant *administration.Tenant, actor Actor, contract uuid.UUID, hash []byte, sign bool) error {
	sitting, err := s.OpenSitting(ctx, tenant, actor)
	if err != nil {
		return err
	}
	decision := "hold"
	if sign {
		decision = "sign"
	}
	for _, c := range sitting.Waiting {
		if c.ID != contract {
			continue
		}
		if string(c.Text.Hash) != string(hash) {
			return domain.Errorf(domain.KindConflict, "the text has changed since you opened it; read it again")
		}
		err := s.db.InTenant(ctx, tenant.ID, func(_ context.Context, tx *store.Tx) error {
			// The time stands first: gorm would spread a []byte directly behind a parenthesis.
			return tx.Exec(`INSERT INTO signing_sitting_contract (seen_at, tenant_id, sitting_id, contract_id, text_hash, decision) VALUES (?, ?, ?, ?, ?, ?)
				ON CONFLICT (tenant_id, sitting_id, contract_id) DO UPDATE SET text_hash = excluded.text_hash, decision = excluded.decision, seen_at = excluded.seen_at`,
				s.clock().UTC(), tenant.ID.String(), sitting.ID, contract, hash, decision).Error
		})
		if err != nil {
			return fmt.Errorf("note a look: %w", err)
		}
		return nil
	}
	return errNoContract()
}

// Outcome is what became of one contract of a sitting.
type Outcome struct {
	Contract *Contract // as it is now
	Refused  string    // why it was not signed, empty when it was
}

// SignSitting signs every contract that the person has seen in its current text and chosen, each in
// a transaction of its own, under one confirmation, and ends the sitting. One that is refused does not keep the others back.
func (s *Service) SignSitting(ctx context.Context, tenant *administration.Tenant, actor Actor, confirmation Confirmation) ([]Outcome, error) {
	sitting, err := s.OpenSitting(ctx, tenant, actor)
	if err != nil {
		return nil, err
	}
	if sitting.Chosen() == 0 {
		return nil, domain.Errorf(domain.KindInvalid, "no contract is chosen to be signed")
	}
	var outcomes []Outcome
	signed := 0
	for _, c := range sitting.Waiting {
		look, seen := sitting.Seen[c.ID]
		if !seen || !look.Sign {
			continue
		}
		after, err := s.Sign(ctx, tenant, Ask{Contract: c.ID, Revision: c.Revision, Actor: actor}, SignInput{Seen: look.TextHash, Confirmation: confirmation, Sitting: sitting.ID})
		var refusal *domain.Error
		switch {
		case err == nil:
			signed++
			outcomes = append(outcomes, Outcome{Contract: after})
		case errors.As(err, &refusal) && refusal.Kind != domain.KindInternal:
			outcomes = append(outcomes, Outcome{Contract: c, Refused: refusal.Message})
		default:
			return outcomes, err
		}
	}
	return outcomes, s.endSitting(ctx, tenant.ID, actor, sitting.ID, signed)
}

func (s *Service) endSitting(ctx context.Context, tenant domain.TenantID, actor Actor, id uuid.UUID, signed int) error {
	now := s.clock().UTC()
	err := s.db.InTenant(ctx, tenant, func(ctx context.Context, tx *store.Tx) error {
		if err := tx.Exec(`UPDATE signing_sitting SET ended_at = ? WHERE tenant_id = ? AND sitting_id = ?`, now, tenant.String(), id).Error; err != nil {
			return err
		}
		return audit.Record(ctx, tx, tenant, audit.Entry{At: now, Actor: actor.SignInName, Capacity: string(actor.Role), Action: "sitting.end", Object: "sitting/" + id.String(),
			After: map[string]any{"signed": signed}, Origin: actor.Origin})
	})
	if err != nil {
		return fmt.Errorf("end a sitting: %w", err)
	}
	return nil
}

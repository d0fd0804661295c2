package contract

import (
	"context"
	"fmt"
	"time"

	"assay/domain"
	"assay/domain/administration"
	"assay/domain/store"
)

// CardsJob is the kind of the job that publishes scorecards; it comes back every night.
const CardsJob = "contract.scorecards"

// cardsHour is the local hour of the nightly pass, after the extracts of the day before are loaded.
const cardsHour = 3 * time.Hour

// ScheduleCards asks for a pass over the scorecards now. Asking again on the same day while it waits changes nothing.
func (s *Service) ScheduleCards(ctx context.Context, tenant *administration.Tenant) error {
	now := s.clock().UTC()
	err := s.db.InTenant(ctx, tenant.ID, func(_ context.Context, tx *store.Tx) error {
		return enqueueCards(tx, tenant.ID, now, s.Today(tenant).String(), now)
	})
	if err != nil {
		return fmt.Errorf("schedule scorecards: %w", err)
	}
	return nil
}

// RunCards is the job: one pass, and then the next night's.
func (s *Cards) RunCards(ctx context.Context, tenant *administration.Tenant) error {
	if _, err := s.Sweep(ctx, tenant); err != nil {
		return err
	}
	tomorrow := s.Today(tenant) + 1
	err := s.db.InTenant(ctx, tenant.ID, func(_ context.Context, tx *store.Tx) error {
		return enqueueCards(tx, tenant.ID, s.clock().UTC(), tomorrow.String(), s.firstMoment(tenant, tomorrow).Add(cardsHour))
	})
	if err != nil {
		return fmt.Errorf("schedule the next scorecards: %w", err)
	}
	return nil
}

func enqueueCards(tx *store.Tx, tenant domain.TenantID, now time.Time, period string, due time.Time) error {
	return store.Enqueue(tx.Statement.Context, tx, tenant, now, store.Job{Kind: CardsJob, Period: period, Class: store.Batch, Due: due})
}

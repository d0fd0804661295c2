package account

import (
	"context"
	"fmt"
	"time"

	"assay/domain"
	"assay/domain/store"
)

// CleanupJob is the kind of the job that removes what has ended; it comes back every day.
const CleanupJob = "account.cleanup"

// invitationKept is how long an invitation that was taken up, was withdrawn or has run out can still be seen. It
// names somebody who may never have come; the deed itself stays in the audit record.
const invitationKept = 30 * 24 * time.Hour

// Removed counts what a cleanup has removed.
type Removed struct {
	Sessions    int64 `json:"sessions"`
	Tokens      int64 `json:"tokens"`
	Invitations int64 `json:"invitations"`
	Resets      int64 `json:"resets"`   // links for a forgotten password
	Failures    int64 `json:"failures"` // counts of wrong second factors whose hour is over
}

// ScheduleCleanup asks for a cleanup of an administration now. Asking again on the same day while it waits changes nothing.
func (s *Service) ScheduleCleanup(ctx context.Context, tenant domain.TenantID) error {
	now := s.clock().UTC()
	if err := s.enqueueCleanup(ctx, tenant, now, now); err != nil {
		return fmt.Errorf("schedule cleanup: %w", err)
	}
	return nil
}

// RunCleanup is the job: one cleanup, and then the next day's.
func (s *Service) RunCleanup(ctx context.Context, tenant domain.TenantID) error {
	if _, err := s.Cleanup(ctx, tenant); err != nil {
		return err
	}
	now := s.clock().UTC()
	if err := s.enqueueCleanup(ctx, tenant, now, now.Truncate(24*time.Hour).Add(26*time.Hour)); err != nil {
		return fmt.Errorf("schedule the next cleanup: %w", err)
	}
	return nil
}

func (s *Service) enqueueCleanup(ctx context.Context, tenant domain.TenantID, now, due time.Time) error {
	return s.db.InTenant(ctx, tenant, func(ctx context.Context, tx *store.Tx) error {
		return store.Enqueue(ctx, tx, tenant, now, store.Job{Kind: CleanupJob, Period: due.Format(time.DateOnly), Class: store.Batch, Due: due})
	})
}

// Cleanup removes what has ended and opens nothing any more: an administration's sessions, API tokens and old invitations, and
// what belongs to no administration. All of it was refused before; a challenge of a passkey or of an
// identity provider stands in its session and goes with it. Running it twice removes nothing twice.
func (s *Service) Cleanup(ctx context.Context, tenant domain.TenantID) (removed Removed, err error) {
	now := s.clock().UTC()
	err = s.db.InTenant(ctx, tenant, func(ctx context.Context, tx *store.Tx) error {
		removed = Removed{}
		for _, step := range []struct {
			count     *int64
			statement string
			arguments []any
		}{
			{&removed.Sessions, `DELETE FROM sign_in_session WHERE expires_at <= ? AND (tenant_id = ? OR tenant_id IS NULL)`, []any{now, tenant.String()}},
			{&removed.Tokens, `DELETE FROM api_token WHERE expires_at <= ? AND tenant_id = ?`, []any{now, tenant.String()}},
			{&removed.Invitations, `DELETE FROM invitation WHERE tenant_id = ? AND coalesce(ended_at, expires_at) <= ?`, []any{tenant.String(), now.Add(-invitationKept)}},
			{&removed.Resets, `DELETE FROM password_reset WHERE expires_at <= ?`, []any{now}},
			{&removed.Failures, `DELETE FROM account_factor_failure WHERE since <= ?`, []any{now.Add(-factorFailureWindow)}},
		} {
			result := tx.Exec(step.statement, step.arguments...)
			if result.Error != nil {
				return result.Error
			}
			*step.count = result.RowsAffected
		}
		if removed == (Removed{}) {
			return nil
		}
		return s.record(ctx, tx, tenant, By{SignInName: "system", Capacity: "cleanup"}, "account.cleanup", "administration", nil, removed)
	})
	if err != nil {
		return Removed{}, fmt.Errorf("clean up: %w", err)
	}
	return removed, nil
}

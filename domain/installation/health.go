package installation

import (
	"context"
	"fmt"
	"time"

	"assay/domain/store"
)

// Health is how the installation itself is.
type Health struct {
	Database  string // version of PostgreSQL
	Bytes     int64  // of the whole database
	Schema    int64  // the newest migration applied
	Waiting   int    // administrations with jobs that wait or run
	OldestDue time.Duration
	// Working says that jobs are being done: none has been due for longer than two minutes, or
	// one gave a sign of life within them.
	Working bool
}

// patience is how long a job may be due before it counts as nobody's work.
const patience = 2 * time.Minute

// Health looks at the database and at the jobs of all administrations, one after the other.
func (s *Service) Health(ctx context.Context) (h Health, err error) {
	err = s.db.Shared(ctx, func(_ context.Context, tx *store.Tx) error {
		return tx.Raw(`SELECT current_setting('server_version') AS database, pg_database_size(current_database()) AS bytes,
			(SELECT coalesce(max(version_id), 0) FROM goose_db_version WHERE is_applied) AS schema`).Scan(&h).Error
	})
	if err != nil {
		return h, fmt.Errorf("look at the database: %w", err)
	}
	tenants, err := s.db.WaitingTenants(ctx)
	if err != nil {
		return h, err
	}
	alive := false
	now := s.clock().UTC()
	for _, tenant := range tenants {
		var jobs struct{ Due, Beat *time.Time }
		err := s.db.Read(ctx, tenant, func(_ context.Context, tx *store.Tx) error {
			return tx.Raw(`SELECT min(due_at) FILTER (WHERE state = 'pending' AND due_at <= ?) AS due, max(heartbeat_at) FILTER (WHERE state IN ('sent','running')) AS beat
				FROM outbox WHERE tenant_id = ?`, now, tenant.String()).Scan(&jobs).Error
		})
		if err != nil {
			return h, fmt.Errorf("look at the jobs: %w", err)
		}
		if jobs.Due != nil || jobs.Beat != nil {
			h.Waiting++
		}
		if jobs.Due != nil {
			h.OldestDue = max(h.OldestDue, now.Sub(*jobs.Due))
		}
		alive = alive || jobs.Beat != nil && now.Sub(*jobs.Beat) < patience
	}
	h.Working = alive || h.OldestDue < patience
	return h, nil
}

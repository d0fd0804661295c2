package store

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"assay/domain"
)

// Bounds of the life of a job.
const (
	// HeartbeatEvery is how often a running job says that it lives.
	HeartbeatEvery = 20 * time.Second
	// heartbeatLost is when a job that was sent or runs counts as lost: a lost
	// queue or a killed worker. It is then sent again.
	heartbeatLost = 2 * time.Minute
	// AttemptsAllowed is how often a job may fail before it stays failed.
	AttemptsAllowed = 5
)

// ExportKind is the kind of the job that exports an administration. It is known here because
// it alone runs while an administration is suspended.
const ExportKind = "tenant_export"

// Claimed is a job taken out of the outbox to be sent.
type Claimed struct {
	Tenant    domain.TenantID
	ID        uuid.UUID
	Kind      string
	Period    string
	Class     Class
	Arguments json.RawMessage
	Attempt   int
}

// WaitingTenants gives the tenants that have unfinished jobs. It is the only
// question that is asked across tenants, and answers with identifiers only.
func (db *DB) WaitingTenants(ctx context.Context) (tenants []domain.TenantID, err error) {
	err = db.Shared(ctx, func(_ context.Context, tx *gorm.DB) error {
		var ids []string
		if err := tx.Raw(`SELECT tenant_id::text FROM assay_waiting_tenants() ORDER BY 1`).Scan(&ids).Error; err != nil {
			return err
		}
		for _, text := range ids {
			id, err := domain.ParseTenantID(text)
			if err != nil {
				return err
			}
			tenants = append(tenants, id)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("find waiting jobs: %w", err)
	}
	return tenants, nil
}

// Claim takes due jobs of a tenant out of the outbox, oldest first, so many that
// at most inFlight are sent or running. Jobs whose heartbeat was lost are
// claimed again. Several dispatchers may call it at once. Of an administration that is
// not active only exports are claimed: everything else rests.
func (db *DB) Claim(ctx context.Context, tenant domain.TenantID, inFlight int, now time.Time) (claimed []Claimed, err error) {
	err = db.InTenant(ctx, tenant, func(_ context.Context, tx *gorm.DB) error {
		id, at := tenant.String(), now.UTC()
		err := tx.Exec(`UPDATE outbox SET state = 'pending' WHERE tenant_id = ? AND state IN ('sent','running') AND heartbeat_at < ?`,
			id, at.Add(-heartbeatLost)).Error
		if err != nil {
			return err
		}
		var rows []struct {
			OutboxID                       uuid.UUID
			Kind, Period, Class, Arguments string
			Attempts                       int
		}
		// The count and the choice are one statement; the lock on the tenant's row
		// keeps a second dispatcher from counting before the first has claimed.
		if err := tx.Exec(`SELECT pg_advisory_xact_lock(hashtextextended('outbox ' || ?, 0))`, id).Error; err != nil {
			return err
		}
		err = tx.Raw(`UPDATE outbox SET state = 'sent', heartbeat_at = ?, attempts = attempts + 1
			WHERE tenant_id = ? AND outbox_id IN (
			  SELECT outbox_id FROM outbox WHERE tenant_id = ? AND state = 'pending' AND due_at <= ?
			  AND (kind = '`+ExportKind+`' OR EXISTS (SELECT FROM tenant WHERE tenant_id = ? AND state = 'active'))
			  ORDER BY CASE class WHEN 'interactive' THEN 0 WHEN 'ingest' THEN 1 ELSE 2 END, created_at, outbox_id
			  LIMIT greatest(0, ? - (SELECT count(*) FROM outbox WHERE tenant_id = ? AND state IN ('sent','running'))))
			RETURNING outbox_id, kind, period, class, arguments::text AS arguments, attempts`, at, id, id, at, id, inFlight, id).Scan(&rows).Error
		if err != nil {
			return err
		}
		for _, r := range rows {
			claimed = append(claimed, Claimed{Tenant: tenant, ID: r.OutboxID, Kind: r.Kind, Period: r.Period,
				Class: Class(r.Class), Arguments: json.RawMessage(r.Arguments), Attempt: r.Attempts})
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("claim jobs: %w", err)
	}
	return claimed, nil
}

// Unclaim gives back a job that could not be sent; the attempt does not count.
func (db *DB) Unclaim(ctx context.Context, job Claimed) error {
	return db.changeJob(ctx, job, `UPDATE outbox SET state = 'pending', attempts = attempts - 1 WHERE tenant_id = ? AND outbox_id = ? AND attempts = ? AND state = 'sent'`)
}

// Start marks a sent job as running and says whether it may run: false when this
// attempt was given up meanwhile or the job came twice.
func (db *DB) Start(ctx context.Context, job Claimed, now time.Time) (started bool, err error) {
	err = db.InTenant(ctx, job.Tenant, func(_ context.Context, tx *gorm.DB) error {
		result := tx.Exec(`UPDATE outbox SET state = 'running', heartbeat_at = ? WHERE tenant_id = ? AND outbox_id = ? AND attempts = ? AND state = 'sent'`,
			now.UTC(), job.Tenant.String(), job.ID, job.Attempt)
		started = result.RowsAffected == 1
		return result.Error
	})
	if err != nil {
		return false, fmt.Errorf("start job: %w", err)
	}
	return started, nil
}

// Beat says that a running job lives and how far it is. False means that this
// attempt was given up and must stop.
func (db *DB) Beat(ctx context.Context, job Claimed, progress any, now time.Time) (alive bool, err error) {
	content, err := json.Marshal(progress)
	if err != nil || progress == nil {
		content = []byte("{}")
	}
	err = db.InTenant(ctx, job.Tenant, func(_ context.Context, tx *gorm.DB) error {
		result := tx.Exec(`UPDATE outbox SET heartbeat_at = ?, progress = ?::jsonb WHERE tenant_id = ? AND outbox_id = ? AND attempts = ? AND state = 'running'`,
			now.UTC(), string(content), job.Tenant.String(), job.ID, job.Attempt)
		alive = result.RowsAffected == 1
		return result.Error
	})
	if err != nil {
		return false, fmt.Errorf("job heartbeat: %w", err)
	}
	return alive, nil
}

// Finish marks a running job as done, or as waiting once more when new data came
// for it while it ran.
func (db *DB) Finish(ctx context.Context, job Claimed, now time.Time) error {
	return db.changeJob(ctx, job, `UPDATE outbox SET state = CASE WHEN again THEN 'pending' ELSE 'done' END, again = false,
		attempts = CASE WHEN again THEN 0 ELSE attempts END, ended_at = ?, failure = '' WHERE tenant_id = ? AND outbox_id = ? AND attempts = ? AND state = 'running'`, now.UTC())
}

// Fail records why an attempt failed. Unless final, the job waits and is tried
// again, AttemptsAllowed times in all.
func (db *DB) Fail(ctx context.Context, job Claimed, reason string, final bool, now time.Time) error {
	wait := time.Duration(job.Attempt*job.Attempt) * 5 * time.Second
	state := "pending"
	if final || job.Attempt >= AttemptsAllowed {
		state = "failed"
	}
	return db.changeJob(ctx, job, `UPDATE outbox SET state = ?, failure = ?, due_at = ?, ended_at = ? WHERE tenant_id = ? AND outbox_id = ? AND attempts = ? AND state = 'running'`,
		state, reason, now.UTC().Add(wait), now.UTC())
}

// changeJob runs a statement whose last three arguments are tenant, job and attempt.
func (db *DB) changeJob(ctx context.Context, job Claimed, statement string, arguments ...any) error {
	err := db.InTenant(ctx, job.Tenant, func(_ context.Context, tx *gorm.DB) error {
		return tx.Exec(statement, append(arguments, job.Tenant.String(), job.ID, job.Attempt)...).Error
	})
	if err != nil {
		return fmt.Errorf("change job: %w", err)
	}
	return nil
}

// JobState is a job as a page shows it.
type JobState struct {
	ID        uuid.UUID
	Kind      string
	Period    string
	State     string
	Attempts  int
	CreatedAt time.Time
	EndedAt   *time.Time
	Progress  string // JSON
	Failure   string
}

// Jobs lists a tenant's unfinished jobs and the latest finished ones.
func (db *DB) Jobs(ctx context.Context, tenant domain.TenantID, limit int) (jobs []JobState, err error) {
	err = db.Read(ctx, tenant, func(_ context.Context, tx *gorm.DB) error {
		return tx.Raw(`SELECT outbox_id AS id, kind, period, state, attempts, created_at, ended_at, progress::text AS progress, failure FROM outbox
			WHERE tenant_id = ? ORDER BY (state IN ('pending','sent','running')) DESC, created_at DESC LIMIT ?`, tenant.String(), limit).Scan(&jobs).Error
	})
	if err != nil {
		return nil, fmt.Errorf("list jobs: %w", err)
	}
	return jobs, nil
}

package warehouse

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"assay/domain"
	"assay/domain/intake"
)

// lockLoads makes loads of one administration wait for each other until the
// transaction ends.
func lockLoads(tx *gorm.DB, tenant domain.TenantID) error {
	if err := tx.Exec(`SELECT pg_advisory_xact_lock(hashtextextended('assay load ' || ?, 0))`, tenant.String()).Error; err != nil {
		return fmt.Errorf("wait for another load: %w", err)
	}
	return nil
}

// cutOff is the failure of a batch whose process died.
const cutOff = "the load was cut off; nothing of it was kept and it can be run again"

// beginBatch writes the batch as being read. It is called by the holder of the lock on
// loads, so any other batch that is still being read belongs to a process that died.
func beginBatch(tx *gorm.DB, tenant domain.TenantID, b *Batch) error {
	err := tx.Exec(`UPDATE batch SET state = 'failed', failure = ?, ended_at = ? WHERE tenant_id = ? AND state = 'reading' AND batch_id <> ?`,
		cutOff, b.StartedAt, tenant.String(), b.ID).Error
	if err != nil {
		return fmt.Errorf("close batches that were cut off: %w", err)
	}
	err = tx.Exec(`INSERT INTO batch (tenant_id, batch_id, format, source, state, started_at, started_by)
		VALUES (?, ?, ?, ?, 'reading', ?, ?)
		ON CONFLICT (tenant_id, batch_id) DO UPDATE SET state = 'reading', started_at = excluded.started_at, ended_at = NULL, failure = ''`,
		tenant.String(), b.ID, b.Format, b.Source, b.StartedAt, b.By).Error
	if err != nil {
		return fmt.Errorf("begin the batch: %w", err)
	}
	return nil
}

func failBatch(tx *gorm.DB, tenant domain.TenantID, b *Batch) error {
	err := tx.Exec(`INSERT INTO batch (tenant_id, batch_id, format, source, state, started_at, ended_at, started_by, failure)
		VALUES (?, ?, ?, ?, 'failed', ?, ?, ?, ?)
		ON CONFLICT (tenant_id, batch_id) DO UPDATE SET state = 'failed', ended_at = excluded.ended_at, failure = excluded.failure`,
		tenant.String(), b.ID, b.Format, b.Source, b.StartedAt, b.EndedAt, b.By, b.Failure).Error
	if err != nil {
		return fmt.Errorf("record the failed batch: %w", err)
	}
	return nil
}

func endBatch(tx *gorm.DB, tenant domain.TenantID, b *Batch) error {
	detail, err := json.Marshal(b.Detail)
	if err != nil {
		return fmt.Errorf("summary of the batch: %w", err)
	}
	var watermark *time.Time
	if !b.Watermark.IsZero() {
		watermark = &b.Watermark
	}
	err = tx.Exec(`UPDATE batch SET state = ?, ended_at = ?, fingerprint = decode(?, 'hex'), rows_read = ?, loaded = ?, replaced = ?, unchanged = ?,
		rejected = ?, watermark = ?, summary = ?::jsonb, failure = '' WHERE tenant_id = ? AND batch_id = ?`,
		string(b.State), b.EndedAt, b.Fingerprint.String(), b.Read, b.Loaded, b.Replaced, b.Unchanged, b.Rejected, watermark,
		string(detail), tenant.String(), b.ID).Error
	if err != nil {
		return fmt.Errorf("end the batch: %w", err)
	}
	return nil
}

// sameBytes finds an earlier loaded batch of the same delivered bytes.
func sameBytes(tx *gorm.DB, tenant domain.TenantID, b *Batch) (*uuid.UUID, error) {
	if b.Fingerprint == (intake.Fingerprint{}) {
		return nil, nil // not read from files
	}
	var found []string
	err := tx.Raw(`SELECT batch_id::text FROM batch WHERE tenant_id = ? AND fingerprint = decode(?, 'hex') AND state = 'loaded' AND batch_id <> ?
		ORDER BY started_at LIMIT 1`, tenant.String(), b.Fingerprint.String(), b.ID).Scan(&found).Error
	if err != nil {
		return nil, fmt.Errorf("look for the same delivery: %w", err)
	}
	if len(found) == 0 {
		return nil, nil
	}
	id, err := uuid.Parse(found[0])
	if err != nil {
		return nil, fmt.Errorf("look for the same delivery: %w", err)
	}
	return &id, nil
}

// markMonths marks months dirty.
func markMonths(tx *gorm.DB, tenant domain.TenantID, months []int, now time.Time) error {
	if len(months) == 0 {
		return nil
	}
	err := tx.Exec(`INSERT INTO dirty_month (tenant_id, month, marked_at) SELECT ?::uuid, m.month, ? FROM unnest(?::integer[]) AS m(month)
		ON CONFLICT (tenant_id, month) DO UPDATE SET marked_at = excluded.marked_at`, tenant.String(), now, integerArray(months)).Error
	if err != nil {
		return fmt.Errorf("mark months: %w", err)
	}
	return nil
}

// integerArray is a PostgreSQL array literal.
func integerArray(numbers []int) string {
	text := []byte{'{'}
	for i, n := range numbers {
		if i > 0 {
			text = append(text, ',')
		}
		text = fmt.Appendf(text, "%d", n)
	}
	return string(append(text, '}'))
}

// insertWaiting writes the row of a delivery that waits for its load.
func insertWaiting(tx *gorm.DB, tenant domain.TenantID, b *Batch) error {
	detail, err := json.Marshal(b.Detail)
	if err != nil {
		return fmt.Errorf("summary of the batch: %w", err)
	}
	err = tx.Exec(`INSERT INTO batch (tenant_id, batch_id, format, source, state, started_at, started_by, summary) VALUES (?, ?, ?, ?, 'waiting', ?, ?, ?::jsonb)`,
		tenant.String(), b.ID, b.Format, b.Source, b.StartedAt, b.By, string(detail)).Error
	if err != nil {
		return fmt.Errorf("write the batch: %w", err)
	}
	return nil
}

// removeFiles removes the delivered files of a batch.
func removeFiles(tx *gorm.DB, tenant domain.TenantID, batch uuid.UUID) error {
	for _, table := range []string{"delivery_part", "delivery"} {
		if err := tx.Exec(`DELETE FROM `+table+` WHERE tenant_id = ? AND batch_id = ?`, tenant.String(), batch).Error; err != nil {
			return fmt.Errorf("remove the delivered files: %w", err)
		}
	}
	return nil
}

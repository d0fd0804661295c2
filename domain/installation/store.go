package installation

import (
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"assay/domain"
)

func exportsUnfinished(tx *gorm.DB, tenant domain.TenantID) (count int, err error) {
	// The lock makes two who start at once come one after the other.
	if err := tx.Exec(`SELECT pg_advisory_xact_lock(hashtextextended('export ' || ?, 0))`, tenant.String()).Error; err != nil {
		return 0, err
	}
	err = tx.Raw(`SELECT count(*) FROM tenant_export WHERE tenant_id = ? AND state IN ('waiting','running')`, tenant.String()).Scan(&count).Error
	return count, err
}

func insertExport(tx *gorm.DB, tenant domain.TenantID, id uuid.UUID, at time.Time, by Actor) error {
	return tx.Exec(`INSERT INTO tenant_export (tenant_id, export_id, state, started_at, started_by, capacity) VALUES (?, ?, 'waiting', ?, ?, ?)`,
		tenant.String(), id, at.UTC(), by.Name, by.Capacity).Error
}

// beginExport also removes what an attempt that broke off has left.
func beginExport(tx *gorm.DB, tenant domain.TenantID, id uuid.UUID) error {
	return dropExportParts(tx, tenant, id, "running")
}

// noteExport writes how far an export is.
func noteExport(tx *gorm.DB, tenant domain.TenantID, export uuid.UUID, p Progress) error {
	return tx.Exec(`UPDATE tenant_export SET files = ?, row_count = ? WHERE tenant_id = ? AND export_id = ? AND state = 'running'`, p.Files, p.Rows, tenant.String(), export).Error
}

func dropExportParts(tx *gorm.DB, tenant domain.TenantID, id uuid.UUID, state string) error {
	if err := tx.Exec(`DELETE FROM tenant_export_part WHERE tenant_id = ? AND export_id = ?`, tenant.String(), id).Error; err != nil {
		return err
	}
	return tx.Exec(`UPDATE tenant_export SET state = ?, failure = '' WHERE tenant_id = ? AND export_id = ?`, state, tenant.String(), id).Error
}

func insertExportPart(tx *gorm.DB, tenant domain.TenantID, id uuid.UUID, sequence int, content []byte) error {
	return tx.Exec(`INSERT INTO tenant_export_part (tenant_id, export_id, sequence, content) VALUES (?, ?, ?, ?)`, tenant.String(), id, sequence, content).Error
}

func exportPart(tx *gorm.DB, tenant domain.TenantID, id uuid.UUID, sequence int) ([]byte, error) {
	var found []struct{ Content []byte }
	err := tx.Raw(`SELECT content FROM tenant_export_part WHERE tenant_id = ? AND export_id = ? AND sequence = ?`, tenant.String(), id, sequence).Scan(&found).Error
	if err != nil || len(found) == 0 {
		return nil, err
	}
	return found[0].Content, nil
}

func finishExport(tx *gorm.DB, tenant domain.TenantID, e *Export, at time.Time) error {
	return tx.Exec(`UPDATE tenant_export SET state = 'done', ended_at = ?, kept_until = ?, files = ?, row_count = ?, bytes = ?, sha256 = ?, failure = '' WHERE tenant_id = ? AND export_id = ?`,
		at.UTC(), e.KeptUntil, e.Files, e.Rows, e.Bytes, e.SHA256, tenant.String(), e.ID).Error
}

func failExport(tx *gorm.DB, tenant domain.TenantID, id uuid.UUID, at time.Time) error {
	if err := dropExportParts(tx, tenant, id, "failed"); err != nil {
		return err
	}
	return tx.Exec(`UPDATE tenant_export SET ended_at = ?, failure = 'broken off' WHERE tenant_id = ? AND export_id = ?`, at.UTC(), tenant.String(), id).Error
}

func listExports(tx *gorm.DB, tenant domain.TenantID) ([]Export, error) {
	var exports []Export
	err := tx.Raw(`SELECT export_id AS id, state, started_at, started_by, ended_at, kept_until, files, row_count AS rows, bytes, sha256, failure
		FROM tenant_export WHERE tenant_id = ? ORDER BY started_at DESC LIMIT 50`, tenant.String()).Scan(&exports).Error
	return exports, err
}

// size is what an administration takes and how its work stands, from small tables only.
const sizeQuery = `SELECT
	(SELECT coalesce(sum(row_count), 0) FROM segment WHERE tenant_id = @tenant AND grain = 'declaration') AS declarations,
	(SELECT count(DISTINCT month) FROM segment WHERE tenant_id = @tenant) AS months,
	(SELECT coalesce(sum(bytes), 0) FROM segment WHERE tenant_id = @tenant) AS bytes,
	(SELECT max(ended_at) FROM batch WHERE tenant_id = @tenant AND state = 'loaded') AS last_load,
	(SELECT count(*) FROM outbox WHERE tenant_id = @tenant AND state IN ('pending','sent','running') AND (kind <> 'tenant_export' OR due_at <= @now)) AS waiting,
	(SELECT count(*) FROM outbox WHERE tenant_id = @tenant AND state = 'failed') AS failed`

func readSize(tx *gorm.DB, tenant domain.TenantID, now time.Time) (size Size, err error) {
	err = tx.Raw(sizeQuery, map[string]any{"tenant": tenant.String(), "now": now.UTC()}).Scan(&size).Error
	return size, err
}

// busyJobs counts the jobs that are at work.
func busyJobs(tx *gorm.DB, tenant domain.TenantID, since time.Time) (busy int, err error) {
	err = tx.Raw(`SELECT count(*) FROM outbox WHERE tenant_id = ? AND state IN ('sent','running') AND heartbeat_at > ?`, tenant.String(), since.UTC()).Scan(&busy).Error
	return busy, err
}

// stopJobs makes running jobs notice at their next heartbeat that they were given up.
func stopJobs(tx *gorm.DB, tenant domain.TenantID) (int64, error) {
	result := tx.Exec(`DELETE FROM outbox WHERE tenant_id = ?`, tenant.String())
	return result.RowsAffected, result.Error
}

// errReferred is that rows of another table still refer to those that were to be removed.
var errReferred = errors.New("rows of another table refer to these")

// deleteSome removes at most so many rows of a tenant, or is errReferred.
func deleteSome(tx *gorm.DB, table string, tenant domain.TenantID, most int) (int64, error) {
	name := quoted(table)
	result := tx.Exec(`DELETE FROM `+name+` WHERE tenant_id = ? AND ctid = ANY (ARRAY(SELECT ctid FROM `+name+` WHERE tenant_id = ? LIMIT ?))`, tenant.String(), tenant.String(), most)
	if errors.Is(result.Error, gorm.ErrForeignKeyViolated) {
		return 0, errReferred
	}
	return result.RowsAffected, result.Error
}

// bulkTables are the isolated tables that the program may empty by itself before the last step:
// those that do not name accounts.
func bulkTables(tx *gorm.DB) (names []string, err error) {
	err = tx.Raw(`SELECT c.relname FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r','p') AND NOT c.relispartition AND c.relrowsecurity
		AND has_table_privilege(c.oid, 'DELETE') AND c.relname <> 'outbox'
		AND NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conrelid = c.oid AND k.contype = 'f' AND k.confrelid = 'account'::regclass)
		ORDER BY c.relname`).Scan(&names).Error
	if err != nil {
		return nil, fmt.Errorf("read the schema: %w", err)
	}
	return names, nil
}

func countRows(tx *gorm.DB, table string, tenant domain.TenantID) (count int64, err error) {
	err = tx.Raw(`SELECT count(*) FROM `+quoted(table)+` WHERE tenant_id = ?`, tenant.String()).Scan(&count).Error
	return count, err
}

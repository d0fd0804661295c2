package warehouse

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"assay/domain"
	"assay/domain/declaration"
	"assay/domain/intake"
	"assay/domain/store"
)

// Get finds one declaration by its reference ("BIR/2022/C678") or its identifier,
// KindNotFound when there is none. The record is the caller's own.
func (s *Service) Get(ctx context.Context, tenant domain.TenantID, key string) (*Record, error) {
	var found *Record
	err := s.read(ctx, tenant, func(ctx context.Context, conn *pgx.Conn) error {
		id, err := strconv.ParseInt(key, 10, 64)
		if err != nil {
			rows, err := conn.Query(ctx, "SELECT d.declaration_id FROM "+byReference, uuid.UUID(tenant), []string{key})
			if err != nil {
				return err
			}
			ids, err := pgx.CollectRows(rows, pgx.RowTo[int64])
			if err != nil || len(ids) == 0 {
				return err
			}
			id = ids[0]
		}
		return readByID(ctx, conn, tenant, []int64{id}, func(r *Record) error {
			found = r // nothing is read after it
			return nil
		})
	})
	if err != nil {
		return nil, fmt.Errorf("find declaration: %w", err)
	}
	if found == nil {
		return nil, domain.Errorf(domain.KindNotFound, "there is no declaration %q", key)
	}
	return found, nil
}

// VersionEntry is one version of a declaration in the warehouse.
type VersionEntry struct {
	Version      int
	Batch        uuid.UUID // that brought it
	LoadedAt     time.Time // when that batch was loaded
	Source       string    // of that batch
	SupersededBy *uuid.UUID
	SupersededAt *time.Time // nil for the current version
	Parts        Parts
	Document     *declaration.Declaration
}

// Versions gives every version of a declaration, the newest first.
func (s *Service) Versions(ctx context.Context, tenant domain.TenantID, key string) ([]VersionEntry, error) {
	var entries []VersionEntry
	err := s.db.Read(ctx, tenant, func(ctx context.Context, tx *store.Tx) error {
		current, err := s.Get(ctx, tenant, key)
		if err != nil {
			return err
		}
		entries = append(entries, VersionEntry{Version: current.Version, Batch: current.Batch, Parts: current.Parts, Document: &current.Declaration})
		earlier, err := earlierVersions(tx, tenant, current.ID)
		if err != nil {
			return err
		}
		entries = append(entries, earlier...)
		return describeBatches(tx, tenant, entries)
	})
	if err != nil {
		return nil, fmt.Errorf("versions of a declaration: %w", err)
	}
	return entries, nil
}

func earlierVersions(tx *store.Tx, tenant domain.TenantID, id int64) ([]VersionEntry, error) {
	var rows []struct {
		Version               int
		BatchID, SupersededBy string
		SupersededAt          time.Time
		Parts                 int16
		Content               string
	}
	err := tx.Raw(`SELECT version, batch_id::text, superseded_by::text, superseded_at, parts, content::text FROM superseded_declaration
		WHERE tenant_id = ? AND declaration_id = ? ORDER BY version DESC`, tenant.String(), id).Scan(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("read earlier versions: %w", err)
	}
	entries := make([]VersionEntry, len(rows))
	for i, row := range rows {
		e := &entries[i]
		by, err := uuid.Parse(row.SupersededBy)
		if err != nil {
			return nil, fmt.Errorf("read earlier versions: %w", err)
		}
		if e.Batch, err = uuid.Parse(row.BatchID); err != nil {
			return nil, fmt.Errorf("read earlier versions: %w", err)
		}
		at := row.SupersededAt.UTC()
		e.Version, e.SupersededBy, e.SupersededAt, e.Parts = row.Version, &by, &at, Parts(row.Parts)
		e.Document = &declaration.Declaration{}
		if err := json.Unmarshal([]byte(row.Content), e.Document); err != nil {
			return nil, fmt.Errorf("read version %d: %w", row.Version, err)
		}
		restoreEmpty(e.Document, e.Parts)
	}
	return entries, nil
}

// describeBatches says of each version when and from what its batch was loaded.
func describeBatches(tx *store.Tx, tenant domain.TenantID, entries []VersionEntry) error {
	ids := make([]string, len(entries))
	for i := range entries {
		ids[i] = entries[i].Batch.String()
	}
	var rows []struct {
		BatchID string
		Source  string
		EndedAt *time.Time
	}
	err := tx.Raw(`SELECT batch_id::text, source, ended_at FROM batch WHERE tenant_id = ? AND batch_id::text IN ?`, tenant.String(), ids).Scan(&rows).Error
	if err != nil {
		return fmt.Errorf("read batches: %w", err)
	}
	for _, row := range rows {
		for i := range entries {
			if ids[i] != row.BatchID {
				continue
			}
			entries[i].Source = row.Source
			if row.EndedAt != nil {
				entries[i].LoadedAt = row.EndedAt.UTC()
			}
		}
	}
	return nil
}

// Batches lists deliveries, the newest first: at most limit (0 means 50) that
// began before a time (zero for now).
func (s *Service) Batches(ctx context.Context, tenant domain.TenantID, before time.Time, limit int) (batches []*Batch, err error) {
	if before.IsZero() {
		before = time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)
	}
	err = s.db.Read(ctx, tenant, func(_ context.Context, tx *store.Tx) error {
		batches, err = findBatches(tx, `WHERE tenant_id = ? AND started_at < ? ORDER BY started_at DESC, batch_id DESC LIMIT ?`,
			tenant.String(), before, bounded(limit))
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("list batches: %w", err)
	}
	return batches, nil
}

const (
	usualPage   = 50
	longestPage = 1000
)

func bounded(limit int) int {
	if limit <= 0 {
		return usualPage
	}
	return min(limit, longestPage)
}

// Batch finds one delivery, KindNotFound when there is none.
func (s *Service) Batch(ctx context.Context, tenant domain.TenantID, id uuid.UUID) (*Batch, error) {
	var found []*Batch
	err := s.db.Read(ctx, tenant, func(_ context.Context, tx *store.Tx) (err error) {
		found, err = findBatches(tx, `WHERE tenant_id = ? AND batch_id = ?`, tenant.String(), id)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("find batch: %w", err)
	}
	if len(found) == 0 {
		return nil, domain.Errorf(domain.KindNotFound, "there is no such import")
	}
	return found[0], nil
}

func findBatches(tx *store.Tx, where string, arguments ...any) ([]*Batch, error) {
	var rows []struct {
		BatchID, Format, Source, Fingerprint, State, StartedBy, Failure, Summary string
		StartedAt                                                                time.Time
		EndedAt, Watermark                                                       *time.Time
		RowsRead, Loaded, Replaced, Unchanged, Rejected                          int64
		Percent                                                                  *int
	}
	err := tx.Raw(`SELECT batch_id::text, format, source, coalesce(encode(fingerprint, 'hex'), '') AS fingerprint, state, started_by, failure, summary::text,
		started_at, ended_at, watermark, rows_read, loaded, replaced, unchanged, rejected,
		CASE WHEN state IN ('waiting', 'reading') THEN (SELECT least(99, 100 * (o.progress->'Reading'->>'Bytes')::bigint / nullif((o.progress->'Reading'->>'Total')::bigint, 0))
		  FROM outbox o WHERE o.tenant_id = batch.tenant_id AND o.kind = 'import' AND o.period = batch.batch_id::text AND o.state = 'running') END AS percent FROM batch `+where, arguments...).Scan(&rows).Error
	if err != nil {
		return nil, err
	}
	batches := make([]*Batch, len(rows))
	for i := range rows {
		row := &rows[i]
		b := &Batch{Format: row.Format, Source: row.Source, State: BatchState(row.State), StartedAt: row.StartedAt.UTC(), By: row.StartedBy,
			Failure: row.Failure, Percent: row.Percent, Read: row.RowsRead, Loaded: row.Loaded, Replaced: row.Replaced, Unchanged: row.Unchanged, Rejected: row.Rejected}
		if b.ID, err = uuid.Parse(row.BatchID); err != nil {
			return nil, fmt.Errorf("batch: %w", err)
		}
		if row.EndedAt != nil {
			b.EndedAt = row.EndedAt.UTC()
		}
		if row.Watermark != nil {
			b.Watermark = row.Watermark.UTC()
		}
		if row.Fingerprint != "" {
			if err := b.Fingerprint.UnmarshalText([]byte(row.Fingerprint)); err != nil {
				return nil, fmt.Errorf("batch: %w", err)
			}
		}
		if err := json.Unmarshal([]byte(row.Summary), &b.Detail); err != nil {
			return nil, fmt.Errorf("summary of batch %s: %w", b.ID, err)
		}
		batches[i] = b
	}
	return batches, nil
}

// NumberedReject is a reject with its number in the batch, from 1.
type NumberedReject struct {
	Sequence int64
	intake.Reject
}

// Rejects lists what a batch could not take: at most limit (0 means 50) behind a number.
func (s *Service) Rejects(ctx context.Context, tenant domain.TenantID, batch uuid.UUID, after int64, limit int) (rejects []NumberedReject, err error) {
	var rows []struct {
		Sequence, Line                      int64
		File, Field, Value, Reason, RowText string
	}
	err = s.db.Read(ctx, tenant, func(_ context.Context, tx *store.Tx) error {
		return tx.Raw(`SELECT sequence, file, line, field, value, reason, row_text FROM reject WHERE tenant_id = ? AND batch_id = ? AND sequence > ?
			ORDER BY sequence LIMIT ?`, tenant.String(), batch, after, bounded(limit)).Scan(&rows).Error
	})
	if err != nil {
		return nil, fmt.Errorf("list rejects: %w", err)
	}
	rejects = make([]NumberedReject, len(rows))
	for i, r := range rows {
		rejects[i] = NumberedReject{Sequence: r.Sequence, Reject: intake.Reject{Place: intake.Place{File: r.File, Line: r.Line},
			Field: r.Field, Value: r.Value, Reason: r.Reason, Row: r.RowText}}
	}
	return rejects, nil
}

// UnmappedValue is something that no map of the administration knows.
type UnmappedValue struct {
	Kind      string // operation, lane or column
	Value     string
	Seen      int64
	LastBatch uuid.UUID
}

// Unmapped lists what no map knows, the most frequent of each kind first.
func (s *Service) Unmapped(ctx context.Context, tenant domain.TenantID) ([]UnmappedValue, error) {
	var rows []struct {
		Kind, Value, LastBatch string
		Seen                   int64
	}
	err := s.db.Read(ctx, tenant, func(_ context.Context, tx *store.Tx) error {
		return tx.Raw(`SELECT kind, value, seen, last_batch::text FROM unmapped_value WHERE tenant_id = ? ORDER BY kind, seen DESC, value LIMIT ?`,
			tenant.String(), longestPage).Scan(&rows).Error
	})
	if err != nil {
		return nil, fmt.Errorf("list unmapped values: %w", err)
	}
	all := make([]UnmappedValue, len(rows))
	for i, r := range rows {
		all[i] = UnmappedValue{Kind: r.Kind, Value: r.Value, Seen: r.Seen}
		if all[i].LastBatch, err = uuid.Parse(r.LastBatch); err != nil {
			return nil, fmt.Errorf("list unmapped values: %w", err)
		}
	}
	return all, nil
}

// Watermark is the time of the latest event in the warehouse: what is later is not
// known yet. It is zero when there is none.
func (s *Service) Watermark(ctx context.Context, tenant domain.TenantID) (time.Time, error) {
	var found struct{ Watermark *time.Time }
	err := s.db.InTenant(ctx, tenant, func(_ context.Context, tx *store.Tx) error {
		return tx.Raw(`SELECT max(watermark) AS watermark FROM batch WHERE tenant_id = ? AND state = 'loaded'`, tenant.String()).Scan(&found).Error
	})
	if err != nil {
		return time.Time{}, fmt.Errorf("read the watermark: %w", err)
	}
	if found.Watermark == nil {
		return time.Time{}, nil
	}
	return found.Watermark.UTC(), nil
}

// DirtyMonths lists the months (year * 12 + month - 1) whose segments no longer say what the warehouse says.
func (s *Service) DirtyMonths(ctx context.Context, tenant domain.TenantID) (months []int, err error) {
	err = s.db.InTenant(ctx, tenant, func(_ context.Context, tx *store.Tx) error {
		return tx.Raw(`SELECT month FROM dirty_month WHERE tenant_id = ? ORDER BY month`, tenant.String()).Scan(&months).Error
	})
	if err != nil {
		return nil, fmt.Errorf("list dirty months: %w", err)
	}
	return months, nil
}

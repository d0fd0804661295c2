package cube

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"gorm.io/gorm"

	"assay/domain"
	"assay/domain/store"
)

// channel announces the tenant whose segments changed.
const channel = "assay_segment"

// Store keeps segments in PostgreSQL: the contents by their hash, and which of
// them are current.
type Store struct{ db *store.DB }

// NewStore gives the store of a database.
func NewStore(db *store.DB) *Store { return &Store{db} }

// Publication is a set of segments that become current together.
type Publication struct {
	// Segments replace the current ones of the same grain and month. A month
	// that has lost all its rows is replaced by a segment without rows.
	Segments []*Segment
	// Watermark is the latest event time in the data that the segments were
	// made from; zero leaves it as it was. It never goes back.
	Watermark time.Time
	// At is when the segments were made.
	At time.Time
}

// Publish makes segments current, all or none, and announces them to all
// engines when the transaction commits. Inside store.DB.InTenant it joins that
// transaction. Publications of one tenant happen one after the other. A segment
// whose hash is current already changes nothing.
func (s *Store) Publish(ctx context.Context, tenant domain.TenantID, p Publication) error {
	for _, segment := range p.Segments {
		if segment.Content() == nil {
			return domain.Errorf(domain.KindInternal, "segment %.12s is published without its content", segment.hash)
		}
	}
	return s.db.InTenant(ctx, tenant, func(_ context.Context, tx *gorm.DB) error {
		if err := advance(tx, tenant, p); err != nil {
			return err
		}
		for _, segment := range p.Segments {
			if err := publish(tx, tenant, segment, p.At); err != nil {
				return fmt.Errorf("publish segment of %s, %s: %w", segment.grain.Name, segment.month, err)
			}
		}
		return store.Notify(tx, channel, tenant.String())
	})
}

// advance raises the snapshot's revision; its row is the lock of publications.
func advance(tx *gorm.DB, tenant domain.TenantID, p Publication) error {
	watermark := sql.NullTime{Time: p.Watermark.UTC(), Valid: !p.Watermark.IsZero()}
	err := tx.Exec(`INSERT INTO snapshot (tenant_id, revision, watermark, published_at) VALUES (?, 1, ?, ?)
		ON CONFLICT (tenant_id) DO UPDATE SET revision = snapshot.revision + 1,
			watermark = greatest(snapshot.watermark, excluded.watermark), published_at = excluded.published_at`,
		tenant.String(), watermark, p.At.UTC()).Error
	if err != nil {
		return fmt.Errorf("advance snapshot: %w", err)
	}
	return nil
}

func publish(tx *gorm.DB, tenant domain.TenantID, segment *Segment, at time.Time) error {
	hash, err := hex.DecodeString(segment.hash)
	if err != nil {
		return fmt.Errorf("hash %q: %w", segment.hash, err)
	}
	// The content may be there already, superseded, when a change is undone.
	err = tx.Exec(`INSERT INTO segment_content (tenant_id, hash, content, built_at) VALUES (?, ?, ?, ?)
		ON CONFLICT (tenant_id, hash) DO UPDATE SET superseded_at = NULL`,
		tenant.String(), hash, segment.Content(), at.UTC()).Error
	if err != nil {
		return fmt.Errorf("keep content: %w", err)
	}
	err = tx.Exec(`UPDATE segment_content SET superseded_at = ? WHERE tenant_id = ? AND hash =
		(SELECT hash FROM segment WHERE tenant_id = ? AND grain = ? AND month = ? AND hash <> ?)`,
		at.UTC(), tenant.String(), tenant.String(), segment.grain.Name, int(segment.month), hash).Error
	if err != nil {
		return fmt.Errorf("supersede content: %w", err)
	}
	return tx.Exec(`INSERT INTO segment (tenant_id, grain, month, grain_version, hash, row_count, bytes, built_at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (tenant_id, grain, month) DO UPDATE SET
		grain_version = excluded.grain_version, hash = excluded.hash, row_count = excluded.row_count,
		bytes = excluded.bytes, built_at = excluded.built_at`,
		tenant.String(), segment.grain.Name, int(segment.month), segment.grain.Version, hash, segment.rows, segment.size, at.UTC()).Error
}

// Listed is one current segment.
type Listed struct {
	Grain        string
	GrainVersion int
	Month        Month
	Hash         string
	Rows         int64
	Bytes        int64
	BuiltAt      time.Time
}

// Current says which segments are current.
type Current struct {
	Revision    int64     // goes up with every publication; 0 before the first
	Watermark   time.Time // latest event time of the data; zero when not known
	PublishedAt time.Time
	Segments    []Listed // by grain and month
}

// Current lists the tenant's current segments, all as of one moment.
func (s *Store) Current(ctx context.Context, tenant domain.TenantID) (Current, error) {
	var current Current
	err := s.db.Read(ctx, tenant, func(_ context.Context, tx *gorm.DB) error {
		var state struct {
			Revision    int64
			Watermark   sql.NullTime
			PublishedAt time.Time
		}
		if err := tx.Raw(`SELECT revision, watermark, published_at FROM snapshot WHERE tenant_id = ?`, tenant.String()).Scan(&state).Error; err != nil {
			return err
		}
		current = Current{Revision: state.Revision, Watermark: state.Watermark.Time, PublishedAt: state.PublishedAt}
		return tx.Raw(`SELECT grain, grain_version, month, encode(hash, 'hex') AS hash, row_count AS rows, bytes, built_at
			FROM segment WHERE tenant_id = ? ORDER BY grain, month`, tenant.String()).Scan(&current.Segments).Error
	})
	if err != nil {
		return Current{}, fmt.Errorf("list current segments: %w", err)
	}
	return current, nil
}

// Segment reads a segment with its whole content, current or frozen, and checks
// that the content has the hash. The error is KindNotFound when it is not kept.
func (s *Store) Segment(ctx context.Context, tenant domain.TenantID, hash string) (*Segment, error) {
	raw, err := hex.DecodeString(hash)
	if err != nil {
		return nil, domain.Errorf(domain.KindInvalid, "%q is not the hash of a segment", hash)
	}
	var content []byte
	err = s.db.Read(ctx, tenant, func(_ context.Context, tx *gorm.DB) error {
		return tx.Raw(`SELECT content FROM segment_content WHERE tenant_id = ? AND hash = ?`, tenant.String(), raw).Row().Scan(&content)
	})
	if errors.Is(err, sql.ErrNoRows) {
		return nil, domain.Errorf(domain.KindNotFound, "segment %.12s is no longer kept", hash)
	}
	if err != nil {
		return nil, fmt.Errorf("read segment %.12s: %w", hash, err)
	}
	if sum := sha256.Sum256(content); hex.EncodeToString(sum[:]) != hash {
		return nil, domain.Errorf(domain.KindInternal, "the content of segment %.12s has been changed", hash)
	}
	return Open(content)
}

// Freeze keeps the contents for good: a published figure names them. Inside
// store.DB.InTenant it joins that transaction. The error is KindNotFound when
// one is not kept any more.
func (s *Store) Freeze(ctx context.Context, tenant domain.TenantID, hashes []string) error {
	return s.db.InTenant(ctx, tenant, func(_ context.Context, tx *gorm.DB) error {
		for _, hash := range hashes {
			raw, err := hex.DecodeString(hash)
			if err != nil {
				return domain.Errorf(domain.KindInvalid, "%q is not the hash of a segment", hash)
			}
			outcome := tx.Exec(`UPDATE segment_content SET frozen = true WHERE tenant_id = ? AND hash = ?`, tenant.String(), raw)
			if outcome.Error != nil {
				return fmt.Errorf("freeze segment %.12s: %w", hash, outcome.Error)
			}
			if outcome.RowsAffected == 0 {
				return domain.Errorf(domain.KindNotFound, "segment %.12s is no longer kept", hash)
			}
		}
		return nil
	})
}

// Purge deletes contents that were superseded before a moment and that no
// published figure names, and gives their number. The moment should be far
// enough back for answers under way: an hour is plenty.
func (s *Store) Purge(ctx context.Context, tenant domain.TenantID, before time.Time) (int64, error) {
	var purged int64
	err := s.db.InTenant(ctx, tenant, func(_ context.Context, tx *gorm.DB) error {
		err := tx.Exec(`DELETE FROM segment_figure f USING segment_content c WHERE f.tenant_id = ? AND c.tenant_id = f.tenant_id AND c.hash = f.hash
			AND c.superseded_at < ? AND NOT c.frozen`, tenant.String(), before.UTC()).Error
		if err != nil {
			return err
		}
		outcome := tx.Exec(`DELETE FROM segment_content WHERE tenant_id = ? AND superseded_at < ? AND NOT frozen`, tenant.String(), before.UTC())
		purged = outcome.RowsAffected
		return outcome.Error
	})
	if err != nil {
		return 0, fmt.Errorf("purge superseded segments: %w", err)
	}
	return purged, nil
}

// stored is the source of a segment that is in the store: it reads the ranges
// that are asked for and nothing else.
type stored struct {
	store  *Store
	tenant domain.TenantID
	hash   string
}

func (s stored) read(ctx context.Context, offset, length int64) ([]byte, error) {
	const statement = `SELECT substring(content FROM CAST(@from AS integer) FOR CAST(@length AS integer))
		FROM segment_content WHERE tenant_id = @tenant AND hash = @hash`
	raw, err := hex.DecodeString(s.hash)
	if err != nil {
		return nil, domain.Errorf(domain.KindInvalid, "%q is not the hash of a segment", s.hash)
	}
	var part []byte
	err = s.store.db.Read(ctx, s.tenant, func(_ context.Context, tx *gorm.DB) error {
		return tx.Raw(statement, map[string]any{"from": offset + 1, "length": length, "tenant": s.tenant.String(), "hash": raw}).Row().Scan(&part)
	})
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return nil, domain.Errorf(domain.KindNotReady, "the figures have been refreshed meanwhile; ask again")
	case err != nil:
		return nil, fmt.Errorf("read segment %.12s: %w", s.hash, err)
	case int64(len(part)) != length:
		return nil, fmt.Errorf("segment %.12s has %d bytes at %d instead of %d", s.hash, len(part), offset, length)
	}
	return part, nil
}

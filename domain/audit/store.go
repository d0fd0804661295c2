package audit

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"gorm.io/gorm"

	"assay/domain"
	"assay/domain/store"
)

// Record appends an entry to the administration's record, in the caller's
// transaction (store.DB.InTenant): it is there exactly when the deed is. Records of one
// administration are written one after the other; the lock lasts until the
// caller's transaction ends, so write the record last. An entry without actor, action or time is
// KindInvalid.
func Record(ctx context.Context, tx *gorm.DB, tenant domain.TenantID, e Entry) error {
	if err := e.validate(); err != nil {
		return err
	}
	before, err := encodeState(e.Before)
	if err != nil {
		return fmt.Errorf("record %s: %w", e.Action, err)
	}
	after, err := encodeState(e.After)
	if err != nil {
		return fmt.Errorf("record %s: %w", e.Action, err)
	}
	tx = tx.WithContext(ctx)
	// Without the lock two transactions would read the same last row and the
	// chain would fork; the primary key would then refuse the second one's deed.
	if err := tx.Exec(`SELECT pg_advisory_xact_lock(hashtextextended('assay audit ' || ?, 0))`, tenant.String()).Error; err != nil {
		return fmt.Errorf("record %s: wait for the end of the record: %w", e.Action, err)
	}
	l := link{tenant: tenant, at: e.At.UTC().Truncate(time.Microsecond), actor: e.Actor, capacity: e.Capacity,
		action: e.Action, object: e.Object, origin: e.Origin}
	if err := l.follow(tx, before, after); err != nil {
		return fmt.Errorf("record %s: %w", e.Action, err)
	}
	err = tx.Exec(`INSERT INTO audit_record (tenant_id, sequence, at, actor, capacity, action, object, before, after, origin, previous_hash, hash)
		VALUES (?, ?, ?, ?, ?, ?, ?, CAST(? AS jsonb), CAST(? AS jsonb), ?, ?, ?)`,
		tenant.String(), l.sequence, l.at, l.actor, l.capacity, l.action, l.object, l.before, l.after, l.origin, l.previous, l.digest()).Error
	if err != nil {
		return fmt.Errorf("record %s: %w", e.Action, err)
	}
	return nil
}

// follow puts a link behind the last row and its states into the text form that will be read back.
func (l *link) follow(tx *gorm.DB, before, after *string) error {
	var end struct {
		Sequence int64
		Hash     []byte
		Before   *string
		After    *string
	}
	err := tx.Raw(`SELECT coalesce(last.sequence, 0) AS sequence, last.hash AS hash, state.before::text AS before, state.after::text AS after
		FROM (SELECT CAST(? AS jsonb) AS before, CAST(? AS jsonb) AS after) state
		LEFT JOIN LATERAL (SELECT sequence, hash FROM audit_record WHERE tenant_id = ? ORDER BY sequence DESC LIMIT 1) last ON true`,
		before, after, l.tenant.String()).Scan(&end).Error
	if err != nil {
		return fmt.Errorf("read the end of the record: %w", err)
	}
	l.sequence, l.previous, l.before, l.after = end.Sequence+1, end.Hash, end.Before, end.After
	if end.Sequence == 0 {
		l.previous = beginning
	}
	return nil
}

// Verify reads an administration's whole record and checks that no row was
// changed, taken out or moved. It stops at the first row that does not fit. Memory does
// not grow with the record.
func Verify(ctx context.Context, db *store.DB, tenant domain.TenantID) (Report, error) {
	v := newVerifier()
	err := db.Read(ctx, tenant, func(_ context.Context, tx *gorm.DB) error {
		rows, err := tx.Raw(`SELECT sequence, at, actor, capacity, action, object, before::text, after::text, origin, previous_hash, hash
			FROM audit_record WHERE tenant_id = ? ORDER BY sequence`, tenant.String()).Rows()
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			l := link{tenant: tenant}
			if err := rows.Scan(&l.sequence, &l.at, &l.actor, &l.capacity, &l.action, &l.object, &l.before, &l.after, &l.origin, &l.previous, &l.hash); err != nil {
				return err
			}
			if !v.next(&l) {
				break
			}
		}
		return rows.Err()
	})
	if err != nil {
		return Report{}, fmt.Errorf("verify the record: %w", err)
	}
	return v.report, nil
}

// List gives one page of the record, newest first, and the sequence at which the next
// page begins (Page.Before), 0 when this is the last.
func List(ctx context.Context, db *store.DB, tenant domain.TenantID, f Filter, p Page) (rows []Row, next int64, err error) {
	query := `SELECT sequence, at, actor, capacity, action, object, before::text AS before, after::text AS after, origin, hash
		FROM audit_record WHERE tenant_id = ?`
	arguments := []any{tenant.String()}
	narrow := func(condition string, argument any) {
		query += " AND " + condition
		arguments = append(arguments, argument)
	}
	if p.Before > 0 {
		narrow("sequence < ?", p.Before)
	}
	if f.Actor != "" {
		narrow("actor = ?", f.Actor)
	}
	if f.Action != "" {
		narrow(matching("action", f.Action, "."), f.Action)
	}
	if f.Object != "" {
		narrow(matching("object", f.Object, "/"), f.Object)
	}
	if !f.From.IsZero() {
		narrow("at >= ?", f.From.UTC())
	}
	if !f.To.IsZero() {
		narrow("at < ?", f.To.UTC())
	}
	limit := p.limit()
	var found []struct {
		Sequence                                int64
		At                                      time.Time
		Actor, Capacity, Action, Object, Origin string
		Before, After                           *string
		Hash                                    []byte
	}
	err = db.Read(ctx, tenant, func(_ context.Context, tx *gorm.DB) error {
		return tx.Raw(query+" ORDER BY sequence DESC LIMIT ?", append(arguments, limit+1)...).Scan(&found).Error
	})
	if err != nil {
		return nil, 0, fmt.Errorf("list the record: %w", err)
	}
	if len(found) > limit {
		found = found[:limit]
		next = found[limit-1].Sequence
	}
	for _, r := range found {
		rows = append(rows, Row{Sequence: r.Sequence, At: r.At.UTC(), Actor: r.Actor, Capacity: r.Capacity, Action: r.Action,
			Object: r.Object, Before: raw(r.Before), After: raw(r.After), Origin: r.Origin, Hash: r.Hash})
	}
	return rows, next, nil
}

// matching is a condition of equality, or of beginning when the text ends in the separator.
func matching(column, text, separator string) string {
	if strings.HasSuffix(text, separator) {
		return "starts_with(" + column + ", ?)"
	}
	return column + " = ?"
}

func raw(text *string) json.RawMessage {
	if text == nil {
		return nil
	}
	return json.RawMessage(*text)
}

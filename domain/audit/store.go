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
	e.complete(Of(ctx))
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
	row := Row{Tenant: tenant, Form: currentForm, At: e.At.UTC().Truncate(time.Microsecond), Actor: e.Actor, Capacity: e.Capacity,
		Engagement: e.Engagement, Action: e.Action, Object: e.Object, Origin: e.Origin, Session: e.Session, Request: e.Request}
	tx = tx.WithContext(ctx)
	if err := row.follow(tx, before, after); err != nil {
		return fmt.Errorf("record %s: %w", e.Action, err)
	}
	if err := row.insert(tx); err != nil {
		return fmt.Errorf("record %s: %w", e.Action, err)
	}
	return nil
}

// follow puts a row behind the last one, holding the head's lock, and takes its states in the text
// form that will be read back.
func (r *Row) follow(tx *gorm.DB, before, after *string) error {
	for range 2 {
		var end []struct {
			Sequence      int64
			Hash          []byte
			Before, After *string
		}
		// Without the lock two transactions would read the same end and the chain would fork; the
		// primary key would then refuse the second one's deed.
		err := tx.Raw(`SELECT sequence, hash, CAST(? AS jsonb)::text AS before, CAST(? AS jsonb)::text AS after
			FROM audit_head WHERE tenant_id = ? FOR UPDATE`, before, after, r.Tenant.String()).Scan(&end).Error
		if err != nil {
			return fmt.Errorf("read the end of the record: %w", err)
		}
		if len(end) == 1 {
			r.Sequence, r.Previous, r.Before, r.After = end[0].Sequence+1, end[0].Hash, raw(end[0].Before), raw(end[0].After)
			return nil
		}
		// The time stands between: gorm would spread a []byte directly behind a parenthesis.
		err = tx.Exec(`INSERT INTO audit_head (tenant_id, sequence, at, hash) VALUES (?, 0, ?, ?) ON CONFLICT DO NOTHING`,
			r.Tenant.String(), r.At, beginning).Error
		if err != nil {
			return fmt.Errorf("begin the record: %w", err)
		}
	}
	return fmt.Errorf("begin the record: its head cannot be seen")
}

// insert writes the row and moves the head to it in one statement.
func (r *Row) insert(tx *gorm.DB) error {
	r.Hash = r.digest()
	return tx.Exec(`WITH written AS (
		INSERT INTO audit_record (tenant_id, sequence, form, at, actor, capacity, engagement, action, object, before, after, origin, session, request, previous_hash, hash)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, CAST(? AS jsonb), CAST(? AS jsonb), ?, ?, ?, ?, ?))
		UPDATE audit_head SET sequence = ?, hash = ?, at = ? WHERE tenant_id = ?`,
		r.Tenant.String(), r.Sequence, r.Form, r.At, r.Actor, r.Capacity, r.Engagement, r.Action, r.Object, text(r.Before), text(r.After),
		r.Origin, r.Session, r.Request, r.Previous, r.Hash,
		r.Sequence, r.Hash, r.At, r.Tenant.String()).Error
}

// Deed is Record in a transaction of its own, for what changes nothing else: a reading.
func Deed(ctx context.Context, db *store.DB, tenant domain.TenantID, e Entry) error {
	return db.InTenant(ctx, tenant, func(ctx context.Context, tx *gorm.DB) error { return Record(ctx, tx, tenant, e) })
}

const columns = `tenant_id::text, sequence, form, at, actor, capacity, engagement, action, object, before::text, after::text, origin, session, request, previous_hash, hash`

// walk hands on the rows of a statement that selects columns, until take is false.
func walk(tx *gorm.DB, tenant domain.TenantID, query string, arguments []any, take func(*Row) bool) error {
	rows, err := tx.Raw(query, arguments...).Rows()
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var of string
		var before, after *string
		r := Row{Tenant: tenant}
		err := rows.Scan(&of, &r.Sequence, &r.Form, &r.At, &r.Actor, &r.Capacity, &r.Engagement, &r.Action, &r.Object,
			&before, &after, &r.Origin, &r.Session, &r.Request, &r.Previous, &r.Hash)
		if err != nil {
			return err
		}
		r.At, r.Before, r.After = r.At.UTC(), raw(before), raw(after)
		if !take(&r) {
			break
		}
	}
	return rows.Err()
}

// Verify reads an administration's whole record and checks that no row was changed, taken out or moved,
// and that it ends where its head says. A head noted earlier (nil for none) must be in it. It stops at the
// first row that does not fit. Memory does not grow with the record.
func Verify(ctx context.Context, db *store.DB, tenant domain.TenantID, noted *Head) (report Report, err error) {
	v := newVerifier(noted)
	err = db.Read(ctx, tenant, func(ctx context.Context, tx *gorm.DB) error {
		err := walk(tx, tenant, `SELECT `+columns+` FROM audit_record WHERE tenant_id = ? ORDER BY sequence`, []any{tenant.String()}, v.next)
		if err != nil {
			return err
		}
		kept, err := head(tx, tenant)
		report = v.end(&kept)
		return err
	})
	if err != nil {
		return Report{}, fmt.Errorf("verify the record: %w", err)
	}
	return report, nil
}

// VerifyEnd checks the last rows of a record, at most so many, and that the record ends where its head says. What lies
// before them is not looked at: that takes Verify.
func VerifyEnd(ctx context.Context, db *store.DB, tenant domain.TenantID, rows int64) (report Report, err error) {
	v := newVerifier(nil)
	err = db.Read(ctx, tenant, func(ctx context.Context, tx *gorm.DB) error {
		kept, err := head(tx, tenant)
		if err != nil {
			return err
		}
		from := max(1, kept.Sequence-rows+1)
		if from > 1 {
			v.hash = nil // the row before is not read
		}
		err = walk(tx, tenant, `SELECT `+columns+` FROM audit_record WHERE tenant_id = ? AND sequence >= ? ORDER BY sequence`, []any{tenant.String(), from}, v.next)
		report = v.end(&kept)
		return err
	})
	if err != nil {
		return Report{}, fmt.Errorf("verify the end of the record: %w", err)
	}
	return report, nil
}

// End gives the end of an administration's record; sequence 0 when nothing is recorded.
func End(ctx context.Context, db *store.DB, tenant domain.TenantID) (end Head, err error) {
	err = db.Read(ctx, tenant, func(_ context.Context, tx *gorm.DB) error {
		end, err = head(tx, tenant)
		return err
	})
	if err != nil {
		return Head{}, fmt.Errorf("read the end of the record: %w", err)
	}
	return end, nil
}

// head reads the head; a record without one has none of its rows written by Assay.
func head(tx *gorm.DB, tenant domain.TenantID) (Head, error) {
	var found []Head
	err := tx.Raw(`SELECT sequence, hash, at FROM audit_head WHERE tenant_id = ?`, tenant.String()).Scan(&found).Error
	if err != nil || len(found) == 0 {
		return Head{Hash: beginning}, err
	}
	found[0].At = found[0].At.UTC()
	return found[0], nil
}

// List gives one page of the record, newest first, and the sequence at which the next
// page begins (Page.Before), 0 when this is the last.
func List(ctx context.Context, db *store.DB, tenant domain.TenantID, f Filter, p Page) (rows []Row, next int64, err error) {
	conditions, arguments := f.conditions(tenant)
	if p.Before > 0 {
		conditions += " AND sequence < ?"
		arguments = append(arguments, p.Before)
	}
	limit := p.limit()
	err = db.Read(ctx, tenant, func(_ context.Context, tx *gorm.DB) error {
		return walk(tx, tenant, `SELECT `+columns+` FROM audit_record WHERE `+conditions+` ORDER BY sequence DESC LIMIT ?`, append(arguments, limit+1),
			func(r *Row) bool { rows = append(rows, *r); return true })
	})
	if err != nil {
		return nil, 0, fmt.Errorf("list the record: %w", err)
	}
	if len(rows) > limit {
		rows = rows[:limit]
		next = rows[limit-1].Sequence
	}
	return rows, next, nil
}

// Get gives one row of the record, KindNotFound when there is none.
func Get(ctx context.Context, db *store.DB, tenant domain.TenantID, sequence int64) (*Row, error) {
	var found *Row
	err := db.Read(ctx, tenant, func(_ context.Context, tx *gorm.DB) error {
		return walk(tx, tenant, `SELECT `+columns+` FROM audit_record WHERE tenant_id = ? AND sequence = ?`, []any{tenant.String(), sequence},
			func(r *Row) bool { found = r; return false })
	})
	if err != nil {
		return nil, fmt.Errorf("read the record: %w", err)
	}
	if found == nil {
		return nil, domain.Errorf(domain.KindNotFound, "the record has no row %d", sequence)
	}
	return found, nil
}

// Use is how much was done under an engagement.
type Use struct {
	Rows int64
	Last time.Time // of the latest row, UTC
}

// Uses tells for each engagement of an administration how many rows of the record are under it.
func Uses(ctx context.Context, db *store.DB, tenant domain.TenantID) (map[string]Use, error) {
	var found []struct {
		Engagement string
		Rows       int64
		Last       time.Time
	}
	err := db.Read(ctx, tenant, func(_ context.Context, tx *gorm.DB) error {
		return tx.Raw(`SELECT engagement, count(*) AS rows, max(at) AS last FROM audit_record WHERE tenant_id = ? AND engagement <> '' GROUP BY engagement`,
			tenant.String()).Scan(&found).Error
	})
	if err != nil {
		return nil, fmt.Errorf("count what was done under engagements: %w", err)
	}
	uses := make(map[string]Use, len(found))
	for _, u := range found {
		uses[u.Engagement] = Use{Rows: u.Rows, Last: u.Last.UTC()}
	}
	return uses, nil
}

// conditions are the filter in SQL, each such that an index serves it.
func (f Filter) conditions(tenant domain.TenantID) (text string, arguments []any) {
	text, arguments = "tenant_id = ?", []any{tenant.String()}
	narrow := func(condition string, values ...any) {
		text += " AND " + condition
		arguments = append(arguments, values...)
	}
	beginning := func(column, value, separator string) {
		if !strings.HasSuffix(value, separator) {
			narrow(column+` COLLATE "C" = ?`, value)
			return
		}
		// In byte order all that begins with "a/" lies before "a0": one more than the last byte.
		narrow(column+` COLLATE "C" >= ? AND `+column+` COLLATE "C" < ?`, value, value[:len(value)-1]+string(value[len(value)-1]+1))
	}
	if f.Actor != "" {
		narrow("actor = ?", f.Actor)
	}
	if f.Engagement != "" {
		narrow("engagement = ? AND engagement <> ''", f.Engagement)
	}
	if f.Action != "" {
		beginning("action", f.Action, ".")
	}
	if f.Object != "" {
		beginning("object", f.Object, "/")
	}
	if !f.From.IsZero() {
		narrow("at >= ?", f.From.UTC())
	}
	if !f.To.IsZero() {
		narrow("at < ?", f.To.UTC())
	}
	return text, arguments
}

func raw(text *string) json.RawMessage {
	if text == nil {
		return nil
	}
	return json.RawMessage(*text)
}

func text(state json.RawMessage) *string {
	if state == nil {
		return nil
	}
	content := string(state)
	return &content
}

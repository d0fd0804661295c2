package store

import (
	"context"
	"encoding/json"
	"fmt"
	"regexp"
	"time"

	"gorm.io/gorm"

	"assay/domain"
)

// Class is the urgency of a job; each has its own queue and weight.
type Class string

// The classes.
const (
	Interactive Class = "interactive" // somebody waits for it on a page
	Ingest      Class = "ingest"      // loads of data
	Batch       Class = "batch"       // what follows from data
)

// Job is work that follows from a transaction.
type Job struct {
	Kind      string
	Period    string // what it is about; with Kind unique among the unfinished jobs of the tenant
	Class     Class
	Arguments any // as JSON
	Due       time.Time
}

// Enqueue writes a job into the outbox in the transaction of the data that it
// follows from: neither exists without the other. A job of the same kind and
// period that still waits is kept once; one that runs already will run again.
func Enqueue(_ context.Context, tx *gorm.DB, tenant domain.TenantID, now time.Time, job Job) error {
	arguments, err := json.Marshal(job.Arguments)
	if err != nil {
		return fmt.Errorf("enqueue %s: %w", job.Kind, err)
	}
	if job.Arguments == nil {
		arguments = []byte("{}")
	}
	if job.Due.IsZero() {
		job.Due = now
	}
	err = tx.Exec(`INSERT INTO outbox (tenant_id, outbox_id, kind, period, class, arguments, created_at, due_at)
		VALUES (?, ?, ?, ?, ?, ?::jsonb, ?, ?)
		ON CONFLICT (tenant_id, kind, period) WHERE state IN ('pending','sent','running')
		DO UPDATE SET again = outbox.again OR outbox.state <> 'pending', arguments = excluded.arguments`,
		tenant.String(), domain.NewID(), job.Kind, job.Period, string(job.Class), string(arguments), now.UTC(), job.Due.UTC()).Error
	if err != nil {
		return fmt.Errorf("enqueue %s: %w", job.Kind, err)
	}
	return Notify(tx, "assay_outbox", tenant.String())
}

// identifiersOnly is what an announcement may carry: identifiers (uuids, hashes, months),
// several with a slash between them.
var identifiersOnly = regexp.MustCompile(`^[0-9a-f][0-9a-f-]*(/[0-9a-f-]+)*$`)

// Notify announces something to all processes when the transaction commits.
// Every session of the database may listen, whatever its tenant: a payload that is
// not made of identifiers is refused.
func Notify(tx *gorm.DB, channel, payload string) error {
	if !identifiersOnly.MatchString(payload) {
		return fmt.Errorf("notify %s: an announcement carries identifiers only", channel)
	}
	if err := tx.Exec(`SELECT pg_notify(?, ?)`, channel, payload).Error; err != nil {
		return fmt.Errorf("notify %s: %w", channel, err)
	}
	return nil
}

// Listen calls fn for every announcement on a channel until the context ends or
// the connection is lost; the caller listens again then, and must reload what it may have
// missed meanwhile. It uses one connection for as long as it runs.
func (db *DB) Listen(ctx context.Context, channel string, fn func(payload string)) error {
	return db.ListenReady(ctx, channel, func() {}, fn)
}

// ListenReady is Listen that calls ready once, when from then on no
// announcement is missed.
func (db *DB) ListenReady(ctx context.Context, channel string, ready func(), fn func(payload string)) error {
	conn, err := db.pool.Acquire(ctx)
	if err != nil {
		return fmt.Errorf("listen on %s: %w", channel, err)
	}
	// The connection is closed, not given back: it has a LISTEN on it.
	native := conn.Hijack()
	defer func() { _ = native.Close(context.WithoutCancel(ctx)) }()
	if _, err := native.Exec(ctx, "LISTEN "+channel); err != nil {
		return fmt.Errorf("listen on %s: %w", channel, err)
	}
	ready()
	for {
		n, err := native.WaitForNotification(ctx)
		if err != nil {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			return fmt.Errorf("listen on %s: %w", channel, err)
		}
		fn(n.Payload)
	}
}

package warehouse

import (
	"context"
	"fmt"
	"maps"
	"net"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"assay/domain/administration"
	"assay/domain/audit"
	"assay/domain/intake"
	"assay/domain/store"
)

// loader brings chunks to the server inside the transaction of one load. It
// belongs to the goroutine that owns the connection.
type loader struct {
	tx     *store.Tx
	tenant *administration.Tenant
	in     LoadInput
	batch  *Batch
	clock  func() time.Time

	packs   *packer
	months  monthSet
	counter *monthCounter
	// wasEmpty says that the administration had no declarations before, so that
	// everything dirty is marked by what is loaded.
	wasEmpty bool
	calendar bool // the calendar of an office changed
	people   bool // postings or sessions changed
	rejects  int64
	taken    int64 // documents
	today    time.Time
	// reach is what the load touches beyond its own months; nil in a dry run and for the first declarations.
	reach  *reach
	before reachBefore
	// dry remembers what a dry run has seen, because nothing of it can be found in the warehouse.
	dry map[uint64]struct{}
}

func newLoader(ctx context.Context, tx *store.Tx, tenant *administration.Tenant, in LoadInput, batch *Batch, clock func() time.Time) (*loader, error) {
	l := &loader{tx: tx, tenant: tenant, in: in, batch: batch, clock: clock, packs: newPacker(tenant.ID), months: monthSet{},
		counter: newMonthCounter(tenant.Location()), dry: map[uint64]struct{}{}}
	y, m, d := batch.StartedAt.In(tenant.Location()).Date()
	l.today = time.Date(y, m, d, 0, 0, 0, 0, tenant.Location()).UTC()
	var offices []struct{ Code, Zone string }
	if err := tx.Raw(`SELECT code, zone FROM office WHERE tenant_id = ? AND zone <> ''`, tenant.ID.String()).Scan(&offices).Error; err != nil {
		return nil, fmt.Errorf("read the zones of the offices: %w", err)
	}
	for _, office := range offices {
		l.counter.describe(office.Code, office.Zone)
	}
	if err := tx.Raw(`SELECT NOT EXISTS (SELECT FROM declaration WHERE tenant_id = ?)`, tenant.ID.String()).Scan(&l.wasEmpty).Error; err != nil {
		return nil, fmt.Errorf("look for declarations: %w", err)
	}
	if err := l.beginReach(ctx); err != nil {
		return nil, err
	}
	return l, l.native(ctx, func(conn *pgx.Conn) error { return makeStages(ctx, conn) })
}

// stageBuffers keeps the staging tables of a chunk in the server's memory.
const stageBuffers = "32MB"

// makeStages makes the temporary tables that COPY writes into: PostgreSQL refuses
// COPY into tables under row-level security. They go with the transaction.
func makeStages(ctx context.Context, conn *pgx.Conn) error {
	// Refused, and not needed, on a connection that has used temporary tables before.
	if err := planByIndex(ctx, conn, true); err != nil {
		return err
	}
	for _, statement := range []string{"SAVEPOINT stage", "SET LOCAL temp_buffers = '" + stageBuffers + "'"} {
		if _, err := conn.Exec(ctx, statement); err != nil {
			if _, err := conn.Exec(ctx, "ROLLBACK TO SAVEPOINT stage"); err != nil {
				return fmt.Errorf("prepare staging: %w", err)
			}
		}
	}
	if _, err := conn.Exec(ctx, "RELEASE SAVEPOINT stage"); err != nil {
		return fmt.Errorf("prepare staging: %w", err)
	}
	for _, t := range stagedTables() {
		sql := fmt.Sprintf("CREATE TEMPORARY TABLE %s ON COMMIT DROP AS SELECT %s FROM %s LIMIT 0", t.stage(), t.list(), t.name)
		if _, err := conn.Exec(ctx, sql); err != nil {
			return fmt.Errorf("make staging table of %s: %w", t.name, err)
		}
	}
	_, err := conn.Exec(ctx, "CREATE TEMPORARY TABLE stage_changed_manifest (reference text COLLATE \"C\" NOT NULL) ON COMMIT DROP")
	if err != nil {
		return fmt.Errorf("make staging table of changed manifests: %w", err)
	}
	return nil
}

func stagedTables() []*table {
	var all []*table
	for t := range declarationLayout {
		all = append(all, &declarationLayout[t])
	}
	for t := range manifestLayout {
		all = append(all, &manifestLayout[t])
	}
	all = append(all, &transitLayout)
	for t := range suspenseLayout {
		all = append(all, &suspenseLayout[t])
	}
	return append(all, &sessionLayout)
}

// refill makes a chunk ready to be filled.
func (l *loader) refill(ctx context.Context, c *chunk) error {
	var ids []int64
	err := l.native(ctx, func(conn *pgx.Conn) error {
		// As one row: the server would send, and this side take apart, thousands.
		return conn.QueryRow(ctx, `SELECT array_agg(nextval('declaration_number')) FROM generate_series(1, $1)`, chunkDeclarations).Scan(&ids)
	})
	if err != nil {
		return fmt.Errorf("reserve identifiers: %w", err)
	}
	c.reset(ids)
	return nil
}

// take brings one chunk to the server.
func (l *loader) take(ctx context.Context, c *chunk) error {
	if err := l.reject(c.rejects); err != nil {
		return err
	}
	if c.told != nil && !l.in.DryRun {
		if err := l.tell(ctx, c.told); err != nil {
			return err
		}
	}
	if len(c.declarations) > 0 {
		if err := l.declarations(ctx, c); err != nil {
			return fmt.Errorf("load declarations: %w", err)
		}
	}
	if err := l.others(ctx, c); err != nil {
		return err
	}
	l.taken += int64(len(c.declarations) + c.others())
	return nil
}

// copyIn sends rows to the staging table of t; spans are whole rows.
func copyIn(ctx context.Context, conn *pgx.Conn, t *table, spans [][]byte) error {
	parts := make(net.Buffers, 0, len(spans)+2)
	parts = append(append(append(parts, copyHeader), spans...), copyTrailer)
	sql := fmt.Sprintf("COPY %s (%s) FROM STDIN (FORMAT binary)", t.stage(), t.list())
	if _, err := conn.PgConn().CopyFrom(ctx, &parts, sql); err != nil {
		return fmt.Errorf("copy %s: %w", t.name, err)
	}
	return nil
}

// fromStage moves the rows of a staging table into its table and empties it.
func fromStage(b *pgx.Batch, t *table, tenant uuid.UUID) {
	b.Queue(fmt.Sprintf("INSERT INTO %s (tenant_id, %s) SELECT $1::uuid, %s FROM %s", t.name, t.list(), t.list(), t.stage()), tenant)
	b.Queue("TRUNCATE " + t.stage())
}

// finish writes what is known only at the end: months, the job that follows, the
// record, the batch itself.
func (l *loader) finish(ctx context.Context, summary intake.Summary, refused int64) error {
	b := l.batch
	b.Detail.Reading = summary
	b.Read, b.Rejected, b.Fingerprint = summary.Read, summary.Rejected+refused, summary.Fingerprint
	if summary.Watermark != nil {
		b.Watermark = summary.Watermark.UTC()
	}
	repeats, err := sameBytes(l.tx, l.tenant.ID, b)
	if err != nil {
		return err
	}
	b.Detail.Repeats = repeats
	b.State = BatchLoaded
	if l.in.DryRun {
		b.State = BatchDryRun
	}
	if err := l.native(ctx, func(conn *pgx.Conn) error { return l.packs.settle(ctx, conn) }); err != nil {
		return err
	}
	if err := l.dirty(ctx); err != nil {
		return err
	}
	b.EndedAt = l.clock().UTC()
	if err := endBatch(l.tx, l.tenant.ID, b); err != nil {
		return err
	}
	if l.in.Batch != uuid.Nil {
		if err := removeFiles(l.tx, l.tenant.ID, b.ID); err != nil {
			return err
		}
	}
	if l.in.DryRun {
		return nil
	}
	return l.follow(ctx)
}

// dirty collects and marks the months that no longer say what the warehouse says.
func (l *loader) dirty(ctx context.Context) error {
	if !l.in.DryRun {
		if err := l.cited(ctx); err != nil {
			return err
		}
		if err := l.recalendared(); err != nil {
			return err
		}
	}
	l.batch.Detail.Months = slices.Sorted(maps.Keys(l.months))
	if l.in.DryRun {
		return nil
	}
	return markMonths(l.tx, l.tenant.ID, l.batch.Detail.Months, l.clock().UTC())
}

// RefreshJob is the kind of the job that brings the cube up to date.
const RefreshJob = "refresh"

func (l *loader) follow(ctx context.Context) error {
	b := l.batch
	if b.Detail.Repeats == nil {
		if err := l.unmapped(&b.Detail.Reading); err != nil {
			return err
		}
	}
	if len(b.Detail.Months) > 0 && !l.in.NoRefresh {
		err := store.Enqueue(ctx, l.tx, l.tenant.ID, l.clock().UTC(), store.Job{Kind: RefreshJob, Period: RefreshJob, Class: store.Batch})
		if err != nil {
			return err
		}
	}
	return audit.Record(ctx, l.tx, l.tenant.ID, audit.Entry{At: l.clock(), Actor: actor(b.By), Action: "import.load", Object: "batch/" + b.ID.String(),
		After: map[string]any{"format": b.Format, "source": b.Source, "read": b.Read, "loaded": b.Loaded, "replaced": b.Replaced,
			"unchanged": b.Unchanged, "rejected": b.Rejected}})
}

func actor(by string) string {
	if by == "" {
		return "system"
	}
	return by
}

package warehouse

import (
	"context"
	"encoding/json"
	"fmt"
	"sync"

	"github.com/cespare/xxhash/v2"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"assay/domain/declaration"
)

// known is a declaration of a chunk that the warehouse has already.
type known struct {
	position int // in the chunk
	id       int64
	version  int
	batch    uuid.UUID
	print    fingerprint
}

// declarations finds out which declarations of a chunk are new, changed or the
// same, and writes the first two kinds.
func (l *loader) declarations(ctx context.Context, c *chunk) error {
	var found []known
	err := l.native(ctx, func(conn *pgx.Conn) (err error) {
		found, err = l.lookUp(ctx, conn, c)
		return err
	})
	if err != nil {
		return err
	}
	old := make([]bool, len(c.declarations))
	var candidates []known
	var count Kind
	for _, k := range found {
		old[k.position] = true
		if k.print.covers(&c.prints[k.position]) {
			count.Unchanged++
		} else {
			candidates = append(candidates, k)
		}
	}
	fresh := l.fresh(c, old, &count)
	changes, err := l.changes(ctx, c, candidates, &count)
	if err != nil {
		return err
	}
	l.batch.count("declaration", count)
	if l.in.DryRun {
		for _, i := range fresh {
			l.touch(c.declarations[i])
		}
		return nil
	}
	if len(fresh)+len(changes.documents) == 0 {
		return nil
	}
	return l.native(ctx, func(conn *pgx.Conn) error { return l.write(ctx, conn, c, fresh, changes) })
}

// touch marks what a declaration of the load is dated in, and notes what it reaches.
func (l *loader) touch(d *declaration.Declaration) {
	l.months.declaration(d, l.counter)
	if l.reach != nil {
		l.reach.declaration(d)
	}
}

// fresh gives the positions of the new declarations.
func (l *loader) fresh(c *chunk, old []bool, count *Kind) []int {
	positions := make([]int, 0, len(old))
	for i := range old {
		if old[i] {
			continue
		}
		if l.in.DryRun && l.seenDry(c.reference(i)) {
			continue // again in the same delivery: a load would put the two together
		}
		positions = append(positions, i)
		count.Loaded++
	}
	return positions
}

// mostDry bounds what a dry run remembers; beyond it, documents that a delivery
// has twice are counted twice.
const mostDry = 4_000_000

func (l *loader) seenDry(key string) bool {
	hash := xxhash.Sum64String(key)
	if _, ok := l.dry[hash]; ok {
		return true
	}
	if len(l.dry) < mostDry {
		l.dry[hash] = struct{}{}
	}
	return false
}

// lookUp finds the declarations of a chunk that the warehouse has.
func (l *loader) lookUp(ctx context.Context, conn *pgx.Conn, c *chunk) ([]known, error) {
	references := make([]string, len(c.declarations))
	for i := range references {
		references[i] = c.reference(i)
	}
	rows, err := conn.Query(ctx, "SELECT d.reference, d.declaration_id, d.version, d.batch_id, d.fingerprint FROM "+byReference,
		uuid.UUID(l.tenant.ID), references)
	if err != nil {
		return nil, fmt.Errorf("look for known declarations: %w", err)
	}
	found, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (k known, err error) {
		var reference string
		var print []byte
		err = row.Scan(&reference, &k.id, &k.version, &k.batch, &print)
		copy(k.print[:], print)
		k.position = c.index[reference]
		return k, err
	})
	if err != nil {
		return nil, fmt.Errorf("look for known declarations: %w", err)
	}
	return found, nil
}

// changes are the declarations of a chunk whose new version differs.
type changes struct {
	documents  []changed
	rows       declarationRows // of documents, in their order
	packs      *packWriter     // writes one at a time
	superseded []superseded
}

type changed struct {
	id     int64
	months [2]int                  // of registration, before and after
	packed packEdit                // what it is now
	tables [declarationTables]bool // which tables differ; that of the declaration always does
}

type superseded struct {
	id      int64
	version int
	batch   uuid.UUID
	parts   Parts
	content []byte // the document as JSON
}

// changes puts what is delivered together with what is kept and finds out whether
// anything differs.
func (l *loader) changes(ctx context.Context, c *chunk, candidates []known, count *Kind) (*changes, error) {
	all := &changes{rows: newDeclarationRows(), packs: newPackWriter()}
	if len(candidates) == 0 {
		return all, nil
	}
	ids := make([]int64, len(candidates))
	byID := make(map[int64]known, len(candidates))
	for i, k := range candidates {
		ids[i] = k.id
		byID[k.id] = k
	}
	err := l.native(ctx, func(conn *pgx.Conn) error {
		return readByID(ctx, conn, l.tenant.ID, ids, func(old *Record) error {
			return l.change(c, byID[old.ID], old, all, count)
		})
	})
	if err != nil {
		return nil, err
	}
	return all, nil
}

func (l *loader) change(c *chunk, k known, old *Record, all *changes, count *Kind) error {
	delivered := c.declarations[k.position]
	merged := merge(&old.Declaration, delivered)
	if delivered.Versions == nil && delivered.Items != nil && old.Parts.Has(PartItems) {
		extractVersions(&old.Declaration, &merged, l.today)
	}
	parts := old.Parts | c.parts[k.position]
	version := old.Version
	again := old.Batch == l.batch.ID // twice in this delivery: the same new version
	if !again {
		version++
	}
	print, err := all.rows.add(&merged, old.ID, version, l.batch.ID, parts)
	if err != nil {
		return fmt.Errorf("declaration %s: %w", old.Reference, err)
	}
	before := k.print
	if before[0] != fingerprintLayout {
		scratch := newDeclarationRows()
		if before, err = scratch.add(&old.Declaration, old.ID, old.Version, old.Batch, old.Parts); err != nil {
			return fmt.Errorf("declaration %s: %w", old.Reference, err)
		}
	}
	if before == print {
		all.rows.dropLast()
		count.Unchanged++
		return nil
	}
	change := changed{id: old.ID, months: [2]int{Month(old.Header.RegisteredOn), Month(merged.Header.RegisteredOn)},
		packed: packOne(all.packs, &Record{Declaration: merged, ID: old.ID, Version: version, Batch: l.batch.ID, Parts: parts, Totals: merged.Totals()})}
	for t := range change.tables {
		change.tables[t] = t == tableDeclaration || before.get(t) != print.get(t)
	}
	all.documents = append(all.documents, change)
	l.touch(&old.Declaration)
	l.touch(&merged)
	if l.reach != nil {
		l.reach.replaced(&old.Declaration)
	}
	if again {
		return nil
	}
	count.Replaced++
	content, err := json.Marshal(&old.Declaration)
	if err != nil {
		return fmt.Errorf("declaration %s: %w", old.Reference, err)
	}
	all.superseded = append(all.superseded, superseded{id: old.ID, version: old.Version, batch: old.Batch, parts: old.Parts, content: content})
	return nil
}

// write sends the new and changed rows of a chunk and moves them into the tables.
func (l *loader) write(ctx context.Context, conn *pgx.Conn, c *chunk, fresh []int, all *changes) error {
	// Packing and looking at the months need the processor and not the connection, which waits for the server most of the time.
	var packing sync.WaitGroup
	packing.Go(func() {
		for _, i := range fresh {
			l.touch(c.declarations[i])
		}
		l.packFresh(c, fresh)
	})
	err := l.move(ctx, conn, c, fresh, all)
	packing.Wait()
	if err != nil {
		return err
	}
	if err := l.packs.send(ctx, conn); err != nil {
		return err
	}
	return l.packChanged(ctx, conn, all)
}

// packFresh packs the new declarations of a chunk.
func (l *loader) packFresh(c *chunk, fresh []int) {
	for _, i := range fresh {
		d := c.declarations[i]
		l.packs.add(&Record{Declaration: *d, ID: c.ids[i], Version: 1, Batch: l.batch.ID, Parts: c.parts[i], Totals: d.Totals()})
	}
}

// move brings the rows themselves into the tables.
func (l *loader) move(ctx context.Context, conn *pgx.Conn, c *chunk, fresh []int, all *changes) error {
	moves := &pgx.Batch{}
	l.keepSuperseded(moves, all.superseded)
	for t := range declarationLayout {
		spans := c.rows.spans(t, fresh)
		var replaced []int64
		for i, change := range all.documents {
			if !change.tables[t] {
				continue
			}
			replaced = append(replaced, change.id)
			if rows := all.rows.of(t, i); len(rows) > 0 {
				spans = append(spans, rows)
			}
		}
		layout := &declarationLayout[t]
		if len(replaced) > 0 {
			moves.Queue("DELETE FROM "+layout.name+" WHERE tenant_id = $1 AND ctid = ANY(ARRAY(SELECT d.ctid FROM "+byIdentifier(layout.name)+"))", uuid.UUID(l.tenant.ID), replaced)
		}
		if len(spans) == 0 {
			continue
		}
		if err := copyIn(ctx, conn, layout, spans); err != nil {
			return err
		}
		fromStage(moves, layout, uuid.UUID(l.tenant.ID))
	}
	if err := conn.SendBatch(ctx, moves).Close(); err != nil {
		return fmt.Errorf("move staged rows: %w", err)
	}
	return nil
}

// packChanged puts the changed declarations of a chunk into their packs.
func (l *loader) packChanged(ctx context.Context, conn *pgx.Conn, all *changes) error {
	if len(all.documents) == 0 {
		return nil
	}
	if err := l.packs.settle(ctx, conn); err != nil {
		return err
	}
	edits := map[int][]packEdit{}
	for i := range all.documents {
		change := &all.documents[i]
		before, after := change.months[0], change.months[1]
		if before != after {
			edits[before] = append(edits[before], packEdit{id: change.id})
		}
		edits[after] = append(edits[after], change.packed)
	}
	return l.packs.edit(ctx, conn, edits)
}

func (l *loader) keepSuperseded(moves *pgx.Batch, all []superseded) {
	if len(all) == 0 {
		return
	}
	var ids []int64
	var versions, parts []int32
	var batches []uuid.UUID
	var contents []string
	for i := range all {
		ids = append(ids, all[i].id)
		versions = append(versions, int32(all[i].version))
		parts = append(parts, int32(all[i].parts))
		batches = append(batches, all[i].batch)
		contents = append(contents, string(all[i].content))
	}
	moves.Queue(`INSERT INTO superseded_declaration (tenant_id, declaration_id, version, batch_id, superseded_by, superseded_at, parts, content)
		SELECT $1::uuid, s.id, s.version, s.batch, $2::uuid, $3::timestamptz, s.parts, s.content::jsonb
		FROM unnest($4::bigint[], $5::integer[], $6::uuid[], $7::integer[], $8::text[]) AS s(id, version, batch, parts, content)`,
		uuid.UUID(l.tenant.ID), l.batch.ID, l.batch.StartedAt, ids, versions, batches, parts, contents)
}

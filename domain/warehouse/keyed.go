package warehouse

import (
	"context"
	"encoding/binary"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// Manifests, transits and suspense accounts are kept by their own number. They
// have no earlier versions: a changed one replaces the old one.

// keyedPrint holds a hash of the document's own row and one of the rows under it
// (bills with write-offs, discharges), zero when a delivery did not give those.
type keyedPrint [keyedPrintSize]byte

const keyedPrintSize = 1 + 2*8

// Positions in the first row of such a document.
const (
	keyedVersionAt  = 2 + 4
	keyedBatchAt    = keyedVersionAt + 4 + 4
	keyedPrintAt    = keyedBatchAt + 16 + 4
	keyedContentsAt = keyedPrintAt + keyedPrintSize
)

func (p *keyedPrint) set(i int, hash uint64) {
	if hash == 0 {
		hash = 1
	}
	binary.BigEndian.PutUint64(p[1+8*i:], hash)
}

func (p *keyedPrint) get(i int) uint64 { return binary.BigEndian.Uint64(p[1+8*i:]) }

// keyedChunk holds the documents of one such kind in a chunk.
type keyedChunk[D any] struct {
	documents []*D
	keys      []string
	prints    []keyedPrint
	index     map[string]int
	rows      rowSet
}

func newKeyedChunk[D any](tables int) keyedChunk[D] {
	return keyedChunk[D]{index: map[string]int{}, rows: newRowSet(tables)}
}

func (c *keyedChunk[D]) reset() {
	clear(c.documents)
	c.documents, c.keys, c.prints = c.documents[:0], c.keys[:0], c.prints[:0]
	clear(c.index)
	c.rows.reset()
}

// begin writes what the warehouse adds in front of a document's own columns.
func (c *keyedChunk[D]) begin(t *table, batch uuid.UUID) *copyRows {
	w := &c.rows.tables[0]
	w.begin(len(t.columns))
	w.int32("version", 1)
	w.uuid(batch)
	var blank keyedPrint
	w.raw(blank[:])
	return w
}

// end closes a document; it returns why it cannot be kept, if so.
func (c *keyedChunk[D]) end(key string, d *D, withParts bool) (fault string) {
	if fault := c.rows.end(); fault != "" {
		return fault
	}
	last := c.rows.len() - 1
	own := c.rows.of(0, last)
	print := keyedPrint{fingerprintLayout}
	print.set(0, hashRows(own, keyedContentsAt))
	if withParts && len(c.rows.tables) > 1 {
		var parts uint64
		for t := 1; t < len(c.rows.tables); t++ {
			parts = parts*31 + hashRows(c.rows.of(t, last), 0)
		}
		print.set(1, parts)
	}
	copy(own[keyedPrintAt:], print[:])
	c.index[key] = len(c.documents)
	c.documents, c.keys, c.prints = append(c.documents, d), append(c.keys, key), append(c.prints, print)
	return ""
}

// keyedKind is what the loader must know of one kind.
type keyedKind struct {
	name   string
	tables []table
	keys   []string // the column that holds the document's number, by table
}

// keyedChange says which documents of a chunk are written.
type keyedChange struct {
	fresh   []int // new
	changed []int // known, and different
	whole   []int // of changed, those whose parts are replaced too
}

func (c *keyedChange) empty() bool { return len(c.fresh)+len(c.changed) == 0 }

// sortOut finds out which documents of a chunk are new or changed.
func sortOut[D any](ctx context.Context, l *loader, conn *pgx.Conn, kind *keyedKind, c *keyedChunk[D]) (*keyedChange, error) {
	rows, err := conn.Query(ctx, fmt.Sprintf(`SELECT %s, version, batch_id, fingerprint FROM %s WHERE tenant_id = $1 AND %s = ANY($2)`,
		kind.keys[0], kind.tables[0].name, kind.keys[0]), uuid.UUID(l.tenant.ID), c.keys)
	if err != nil {
		return nil, fmt.Errorf("look for known documents: %w", err)
	}
	change := &keyedChange{}
	var count Kind
	old := make([]bool, len(c.documents))
	var key string
	var version int
	var batch uuid.UUID
	var kept []byte
	_, err = pgx.ForEachRow(rows, []any{&key, &version, &batch, &kept}, func() error {
		i := c.index[key]
		old[i] = true
		var print keyedPrint
		copy(print[:], kept)
		delivered := &c.prints[i]
		partsDiffer := delivered.get(1) != 0 && delivered.get(1) != print.get(1)
		if print[0] == delivered[0] && print.get(0) == delivered.get(0) && !partsDiffer {
			count.Unchanged++
			return nil
		}
		if batch != l.batch.ID {
			version++
			count.Replaced++
		}
		own := c.rows.of(0, i)
		binary.BigEndian.PutUint32(own[keyedVersionAt:], uint32(version))
		if delivered.get(1) == 0 {
			delivered.set(1, print.get(1))
			copy(own[keyedPrintAt:], delivered[:])
		} else {
			change.whole = append(change.whole, i)
		}
		change.changed = append(change.changed, i)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("look for known documents: %w", err)
	}
	for i := range old {
		if !old[i] && (!l.in.DryRun || !l.seenDry(kind.name+"\n"+c.keys[i])) {
			change.fresh = append(change.fresh, i)
			count.Loaded++
		}
	}
	l.batch.count(kind.name, count)
	return change, nil
}

// writeKeyed writes the new and changed documents of a chunk.
func writeKeyed[D any](ctx context.Context, l *loader, conn *pgx.Conn, kind *keyedKind, c *keyedChunk[D], change *keyedChange) error {
	moves := &pgx.Batch{}
	for t := range kind.tables {
		layout := &kind.tables[t]
		replaced := change.changed
		if t > 0 {
			replaced = change.whole
		}
		if len(replaced) > 0 {
			moves.Queue(fmt.Sprintf("DELETE FROM %s WHERE tenant_id = $1 AND %s = ANY($2)", layout.name, kind.keys[t]),
				uuid.UUID(l.tenant.ID), pick(c.keys, replaced))
		}
		spans := append(c.rows.spans(t, change.fresh), c.rows.spans(t, replaced)...)
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

func pick[E any](all []E, positions []int) []E {
	picked := make([]E, len(positions))
	for i, p := range positions {
		picked[i] = all[p]
	}
	return picked
}

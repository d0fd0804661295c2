package warehouse

import (
	"context"

	"github.com/google/uuid"

	"assay/domain/declaration"
	"assay/domain/intake"
)

// A chunk is as much of a delivery as one round to the server takes. Larger ones
// save round trips, smaller ones memory and time until the server begins.
const (
	chunkDeclarations = 6000
	chunkBytes        = 20 << 20 // of encoded rows; bounds memory when declarations are huge
	chunkOthers       = 1000
	chunkRejects      = 2000
	chunksInFlight    = 3 // one being filled, one waiting, one at the server
)

// chunk is a part of a delivery, prepared on the side of the reader while the
// server works on the chunk before. Chunks are used again.
type chunk struct {
	ids          []int64 // identifiers reserved for declarations that turn out to be new
	declarations []*declaration.Declaration
	parts        []Parts
	prints       []fingerprint
	rows         declarationRows
	index        map[string]int // by reference

	manifests keyedChunk[declaration.Manifest]
	transits  keyedChunk[declaration.TransitDocument]
	accounts  keyedChunk[declaration.SuspenseAccount]
	told      *toldCodes // nil when there is nothing new to tell
	rejects   []intake.Reject
}

func newChunk() *chunk {
	return &chunk{rows: newDeclarationRows(), index: make(map[string]int, chunkDeclarations),
		manifests: newKeyedChunk[declaration.Manifest](manifestTables), transits: newKeyedChunk[declaration.TransitDocument](1),
		accounts: newKeyedChunk[declaration.SuspenseAccount](suspenseTables)}
}

func (c *chunk) reset(ids []int64) {
	c.ids = ids
	clear(c.declarations)
	c.declarations = c.declarations[:0]
	c.parts = c.parts[:0]
	c.prints = c.prints[:0]
	c.rows.reset()
	clear(c.index)
	c.manifests.reset()
	c.transits.reset()
	c.accounts.reset()
	c.told = nil
	c.rejects = nil
}

func (c *chunk) full() bool {
	return len(c.declarations) >= chunkDeclarations || c.rows.size()+c.manifests.rows.size() >= chunkBytes ||
		c.others() >= chunkOthers || len(c.rejects) >= chunkRejects
}

// others is the number of documents that are not declarations.
func (c *chunk) others() int {
	return len(c.manifests.documents) + len(c.transits.documents) + len(c.accounts.documents)
}

// reference is the natural key of declaration i.
func (c *chunk) reference(i int) string { return c.declarations[i].Reference.String() }

// builder fills chunks from what a reader finds. It is the sink of a reading and
// runs on the reader's goroutine.
type builder struct {
	ctx    context.Context //nolint:containedctx // of one reading: intake's sink has no context of its own
	batch  uuid.UUID
	source string
	free   <-chan *chunk
	filled chan<- *chunk
	now    *chunk
	seen   *seen
	// refused counts documents that the warehouse cannot keep though the reader could read them.
	refused int64
}

// Document takes one document.
func (b *builder) Document(d intake.Document) error {
	if err := b.room(); err != nil {
		return err
	}
	switch {
	case d.Declaration != nil:
		return b.declaration(d.Declaration)
	case d.Manifest != nil:
		return b.manifest(d.Manifest)
	case d.Transit != nil:
		return b.transit(d.Transit)
	case d.Suspense != nil:
		return b.account(d.Suspense)
	default:
		return b.described(&d)
	}
}

// Reject takes one reject of the reader.
func (b *builder) Reject(r intake.Reject) error {
	if err := b.room(); err != nil {
		return err
	}
	b.now.rejects = append(b.now.rejects, r)
	return nil
}

func (b *builder) declaration(d *declaration.Declaration) error {
	parts, err := prepare(d)
	if err != nil {
		return b.refuse(d.Reference.String(), err)
	}
	if _, twice := b.now.index[d.Reference.String()]; twice {
		// The later one must find the earlier one in the warehouse.
		if err := b.next(); err != nil {
			return err
		}
	}
	c := b.now
	print, err := c.rows.add(d, c.ids[len(c.declarations)], 1, b.batch, parts)
	if err != nil {
		return b.refuse(d.Reference.String(), err)
	}
	c.index[d.Reference.String()] = len(c.declarations)
	c.declarations = append(c.declarations, d)
	c.parts = append(c.parts, parts)
	c.prints = append(c.prints, print)
	b.seen.declaration(d)
	return nil
}

// refuse makes a reject of a document that the warehouse cannot keep.
func (b *builder) refuse(key string, why error) error {
	b.refused++
	b.now.rejects = append(b.now.rejects, intake.Reject{Place: intake.Place{File: b.source}, Value: key, Reason: why.Error()})
	return nil
}

// room makes sure that there is a chunk with room.
func (b *builder) room() error {
	if b.now != nil && !b.now.full() && !b.seen.many() {
		return nil
	}
	return b.next()
}

// next hands the chunk over and takes a free one.
func (b *builder) next() error {
	if err := b.flush(); err != nil {
		return err
	}
	select {
	case b.now = <-b.free:
		return nil
	case <-b.ctx.Done():
		return context.Cause(b.ctx)
	}
}

// flush hands over what there is.
func (b *builder) flush() error {
	if b.now == nil {
		return nil
	}
	if b.seen.many() || b.seen.describes() {
		b.now.told = b.seen.take()
	}
	select {
	case b.filled <- b.now:
		b.now = nil
		return nil
	case <-b.ctx.Done():
		return context.Cause(b.ctx)
	}
}

// finish hands over the last chunk with everything seen and not yet told.
func (b *builder) finish() error {
	if b.now == nil {
		if err := b.next(); err != nil {
			return err
		}
	}
	b.now.told = b.seen.take()
	return b.flush()
}

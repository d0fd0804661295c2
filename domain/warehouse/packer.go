package warehouse

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"

	"assay/domain"
)

// packer keeps the packs as the tables are within the transaction of a load. It belongs to the
// goroutine that owns the connection.
//
// New declarations have greater identifiers than all there were, so they make new packs behind the others.
// A pack of a month is open until it is full or the load ends, or until something changes that
// may be in it.
type packer struct {
	tenant domain.TenantID
	open   map[int]*packWriter // by month
	spare  []*packWriter
	full   []pack
}

// mostFullPacks is how many packs go to the server at a time.
const mostFullPacks = 64

// mostOpenPacks bounds the months that stay open together: a delivery may have any dates.
const mostOpenPacks = 600

func newPacker(tenant domain.TenantID) *packer {
	return &packer{tenant: tenant, open: map[int]*packWriter{}}
}

// add takes a new declaration. It does not use the connection: send brings the full packs to the server.
func (p *packer) add(r *Record) {
	month := Month(r.Header.RegisteredOn)
	w := p.open[month]
	if w == nil {
		w = p.writer()
		p.open[month] = w
	}
	w.add(r)
	if w.full() {
		p.full = append(p.full, w.take(month))
	}
}

func (p *packer) writer() *packWriter {
	if n := len(p.spare); n > 0 {
		w := p.spare[n-1]
		p.spare = p.spare[:n-1]
		return w
	}
	return newPackWriter()
}

// send writes the full packs, and all when too many months are open.
func (p *packer) send(ctx context.Context, conn *pgx.Conn) error {
	for some := range slices.Chunk(p.full, mostFullPacks) {
		if err := insertPacks(ctx, conn, p.tenant, some); err != nil {
			return err
		}
	}
	clear(p.full)
	p.full = p.full[:0]
	if len(p.open) > mostOpenPacks {
		return p.settle(ctx, conn)
	}
	return nil
}

// settle writes the full packs and the open ones, so that the table has everything. What fills a pack by less
// than half joins the last one of its month: many small deliveries shall not make many small packs.
func (p *packer) settle(ctx context.Context, conn *pgx.Conn) error {
	small := map[int][]packEdit{}
	for month, w := range p.open {
		if w.count == 0 {
			continue
		}
		made := w.take(month)
		if made.declarations*2 < packDeclarations {
			small[month] = []packEdit{{id: made.first, content: made.content}}
		} else {
			p.full = append(p.full, made)
		}
	}
	for month, w := range p.open {
		p.spare = append(p.spare, w)
		delete(p.open, month)
	}
	if err := p.send(ctx, conn); err != nil {
		return err
	}
	return p.edit(ctx, conn, small)
}

// packEdit is something to be put into packs that are there, or to be taken out.
type packEdit struct {
	id      int64  // the identifier, of several the smallest
	content []byte // as that of a pack: a declaration, or several that are new; nil takes it out
}

// packOne gives a declaration as the content of an edit.
func packOne(w *packWriter, r *Record) packEdit {
	w.add(r)
	return packEdit{id: r.ID, content: w.take(0).content}
}

// edit applies changes to the packs of months; settle comes before, when declarations of this load may be concerned.
func (p *packer) edit(ctx context.Context, conn *pgx.Conn, months map[int][]packEdit) error {
	for month, edits := range months {
		slices.SortFunc(edits, func(a, b packEdit) int { return cmp.Compare(a.id, b.id) })
		for some := range slices.Chunk(edits, mostFullPacks) {
			if err := p.editSome(ctx, conn, month, some); err != nil {
				return fmt.Errorf("change packs of declarations: %w", err)
			}
		}
	}
	return nil
}

func (p *packer) editSome(ctx context.Context, conn *pgx.Conn, month int, edits []packEdit) error {
	ids := make([]int64, len(edits))
	for i := range edits {
		ids[i] = edits[i].id
	}
	places, err := findPacks(ctx, conn, p.tenant, month, ids)
	if err != nil {
		return err
	}
	stored, err := takePacks(ctx, conn, p.tenant, month, places)
	if err != nil {
		return err
	}
	writer := p.writer()
	defer func() { p.spare = append(p.spare, writer) }()
	var made []pack
	for begin := 0; begin < len(edits); {
		end := begin + 1
		for end < len(edits) && places[end] == places[begin] {
			end++
		}
		merging := packMerge{month: month, writer: writer}
		old, known := stored[places[begin]]
		if places[begin] == 0 || known {
			if err := merging.run(old, edits[begin:end]); err != nil {
				return err
			}
		} // else it is of another layout: it is gone, and the month is packed anew when it is read
		made = append(made, merging.made...)
		begin = end
	}
	return insertPacks(ctx, conn, p.tenant, made)
}

// packMerge writes a pack anew with some edits.
type packMerge struct {
	month  int
	writer *packWriter
	made   []pack
}

func (m *packMerge) run(old []byte, edits []packEdit) error {
	kept := packCursor{reader: newPackReader(), contents: [][]byte{old}}
	if old == nil {
		kept.contents = nil
	}
	coming := packCursor{reader: newPackReader()}
	replaced := map[int64]bool{}
	for _, e := range edits {
		replaced[e.id] = true
		if e.content != nil {
			coming.contents = append(coming.contents, e.content)
		}
	}
	if err := errors.Join(kept.next(), coming.next()); err != nil {
		return err
	}
	for kept.there || coming.there {
		from := &kept
		if !kept.there || coming.there && coming.slot.record.ID <= kept.slot.record.ID {
			from = &coming
		}
		if from == &coming || !replaced[from.slot.record.ID] {
			m.writer.add(&from.slot.record)
			if m.writer.full() {
				m.made = append(m.made, m.writer.take(m.month))
			}
		}
		if err := from.next(); err != nil {
			return err
		}
	}
	if m.writer.count > 0 {
		m.made = append(m.made, m.writer.take(m.month))
	}
	return nil
}

// packCursor gives the declarations of some packs one after the other.
type packCursor struct {
	reader   *packReader
	contents [][]byte // not opened yet
	slot     slot
	there    bool // slot holds one
}

func (c *packCursor) next() error {
	for !c.reader.more() {
		if len(c.contents) == 0 {
			c.there = false
			return c.reader.err()
		}
		if err := c.reader.open(c.contents[0]); err != nil {
			return err
		}
		c.contents = c.contents[1:]
	}
	c.there = true
	return c.reader.next(&c.slot)
}

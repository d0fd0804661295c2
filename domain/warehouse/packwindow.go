package warehouse

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"assay/domain"
	"assay/domain/store"
)

// RecordsOf gives fn every declaration registered in a month (year * 12 + month - 1), as Records does, from the
// packs of the month where they are whole, which costs a fraction. It says whether they were: if not, Pack makes them so.
func (s *Service) RecordsOf(ctx context.Context, tenant domain.TenantID, month int, fn func(*Record) error) (packed bool, err error) {
	err = s.read(ctx, tenant, func(ctx context.Context, conn *pgx.Conn) error {
		kept, there, err := countPacked(ctx, conn, tenant, month)
		if err != nil || kept != there {
			return err
		}
		packed = true
		return s.readPacks(ctx, conn, tenant, month, fn)
	})
	if err == nil && !packed {
		err = s.Records(ctx, tenant, MonthRange(month), fn)
	}
	return packed, err
}

// Pack makes packs of the declarations of months anew where they are not whole: those that an older version of this
// program loaded or packed. It waits for a load to end.
func (s *Service) Pack(ctx context.Context, tenant domain.TenantID, months []int) error {
	for _, month := range months {
		err := s.db.InTenant(ctx, tenant, func(ctx context.Context, tx *store.Tx) error {
			if err := lockLoads(tx, tenant); err != nil {
				return err
			}
			return store.Native(ctx, func(ctx context.Context, conn *pgx.Conn) error { return packMonth(ctx, conn, tenant, month) })
		})
		if err != nil {
			return fmt.Errorf("pack declarations: %w", err)
		}
	}
	return nil
}

func packMonth(ctx context.Context, conn *pgx.Conn, tenant domain.TenantID, month int) error {
	if err := planByIndex(ctx, conn, true); err != nil {
		return err
	}
	kept, there, err := countPacked(ctx, conn, tenant, month)
	if err != nil || kept == there {
		return err
	}
	if _, err := conn.Exec(ctx, `DELETE FROM record_pack WHERE tenant_id = $1 AND month = $2`, uuid.UUID(tenant), month); err != nil {
		return fmt.Errorf("remove packs: %w", err)
	}
	from, to := MonthRange(month).bounds()
	ids, err := listDeclarations(ctx, conn, tenant, from, to)
	if err != nil {
		return err
	}
	slices.Sort(ids)
	writer := newPackWriter()
	var made []pack
	for some := range slices.Chunk(ids, mostFullPacks*packDeclarations) {
		err := readByID(ctx, conn, tenant, some, func(r *Record) error {
			writer.add(r)
			if writer.full() {
				made = append(made, writer.take(month))
			}
			return nil
		})
		if err != nil {
			return err
		}
		if writer.count > 0 {
			made = append(made, writer.take(month))
		}
		if err := insertPacks(ctx, conn, tenant, made); err != nil {
			return err
		}
		made = made[:0]
	}
	return nil
}

// packsInWindow packs are read in one round; a window has the cargo of all of them looked up together.
const packsInWindow = 16

// packWindow is the declarations of some packs, with the memory for them.
type packWindow struct {
	slots []slot
	count int
	err   error
}

func (w *packWindow) slot() *slot {
	if w.count == len(w.slots) {
		w.slots = append(w.slots, slot{})
	}
	w.count++
	return &w.slots[w.count-1]
}

// readPacks gives fn the declarations of a month, ascending by identifier. As with readByID, a goroutine of its own
// reads and decodes, and is the only one to use the connection meanwhile.
func (s *Service) readPacks(ctx context.Context, conn *pgx.Conn, tenant domain.TenantID, month int, fn func(*Record) error) (err error) {
	firsts, err := listPacks(ctx, conn, tenant, month)
	if err != nil || len(firsts) == 0 {
		return err
	}
	reader, err := newPackWindowReader(ctx, conn, tenant, month)
	if err != nil {
		return err
	}
	free, filled, stop := make(chan *packWindow, 2), make(chan *packWindow, 1), make(chan struct{})
	for range cap(free) {
		window, _ := s.windows.Get().(*packWindow)
		if window == nil {
			window = &packWindow{}
		}
		free <- window
		defer s.windows.Put(window)
	}
	go reader.run(firsts, free, filled, stop)
	for w := range filled {
		if err == nil {
			err = w.err
		}
		for i := 0; i < w.count && err == nil; i++ {
			err = fn(&w.slots[i].record)
		}
		if err != nil && stop != nil {
			close(stop)
			stop = nil
		}
		free <- w
	}
	if closed := reader.pipeline.Close(); closed != nil {
		return errors.Join(err, fmt.Errorf("read declarations: %w", closed))
	}
	return err
}

// listPacks gives the first identifiers of a month's packs.
func listPacks(ctx context.Context, conn *pgx.Conn, tenant domain.TenantID, month int) ([]int64, error) {
	rows, err := conn.Query(ctx, `SELECT first_id FROM record_pack WHERE tenant_id = $1 AND month = $2 ORDER BY tenant_id, month, first_id`, uuid.UUID(tenant), month)
	if err != nil {
		return nil, fmt.Errorf("list packs: %w", err)
	}
	firsts, err := pgx.CollectRows(rows, pgx.RowTo[int64])
	if err != nil {
		return nil, fmt.Errorf("list packs: %w", err)
	}
	return firsts, nil
}

// packWindowReader reads the packs of a month, some at a time, over the connection of a transaction. While a window
// is decoded the server already works on the next.
type packWindowReader struct {
	tenant   uuid.UUID
	month    []byte
	pipeline *pgconn.Pipeline
	contents *pgconn.StatementDescription
	packs    *packReader
	cargo    *cargoReader
}

func newPackWindowReader(ctx context.Context, conn *pgx.Conn, tenant domain.TenantID, month int) (*packWindowReader, error) {
	w := &packWindowReader{tenant: uuid.UUID(tenant), month: binary.BigEndian.AppendUint32(nil, uint32(month)), packs: newPackReader()}
	var err error
	w.contents, err = conn.Prepare(ctx, "warehouse_packs", `SELECT content FROM record_pack
		WHERE tenant_id = $1 AND month = $2 AND first_id BETWEEN $3 AND $4 ORDER BY tenant_id, month, first_id`)
	if err != nil {
		return nil, fmt.Errorf("prepare the reading of packs: %w", err)
	}
	if w.cargo, err = newCargoReader(ctx, conn, w.tenant, w.packs.known); err != nil {
		return nil, err
	}
	w.pipeline = conn.PgConn().StartPipeline(ctx)
	return w, nil
}

// run reads window after window until the end, an error or stop; then it closes filled.
func (w *packWindowReader) run(firsts []int64, free <-chan *packWindow, filled chan<- *packWindow, stop <-chan struct{}) {
	defer close(filled)
	windows := slices.Collect(slices.Chunk(firsts, packsInWindow))
	err := w.ask(windows, 0)
	for i := range windows {
		var current *packWindow
		select {
		case current = <-free:
		case <-stop:
			return
		}
		select {
		case <-stop:
			return
		default:
		}
		if err == nil {
			err = w.read(current)
		}
		if err == nil {
			err = w.cargo.ask(w.pipeline, current)
		}
		if err == nil {
			err = w.ask(windows, i+1)
		}
		if err == nil {
			err = w.cargo.read(w.pipeline, current)
		}
		current.err = err
		filled <- current
		if err != nil {
			return
		}
	}
}

// ask sends the query of a window, if there is such a window.
func (w *packWindowReader) ask(windows [][]int64, i int) error {
	if i == len(windows) {
		return nil
	}
	last := int64(math.MaxInt64)
	if i+1 < len(windows) {
		last = windows[i+1][0] - 1
	}
	parameters := [][]byte{w.tenant[:], w.month, binary.BigEndian.AppendUint64(nil, uint64(windows[i][0])), binary.BigEndian.AppendUint64(nil, uint64(last))}
	w.pipeline.SendQueryStatement(w.contents, parameters, binaryParameters, binaryParameters)
	if err := w.pipeline.Sync(); err != nil {
		return fmt.Errorf("ask for packs: %w", err)
	}
	return nil
}

// read decodes the answer to the oldest ask.
func (w *packWindowReader) read(window *packWindow) error {
	window.count = 0
	err := eachAnswer(w.pipeline, func(values [][]byte) error {
		if err := w.packs.open(values[0]); err != nil {
			return err
		}
		for w.packs.more() {
			if err := w.packs.next(window.slot()); err != nil {
				return err
			}
		}
		return nil
	})
	if err == nil {
		err = endAnswers(w.pipeline)
	}
	if err != nil {
		return fmt.Errorf("read packs: %w", err)
	}
	return nil
}

// eachAnswer gives fn the rows of the oldest query that was not read yet.
func eachAnswer(pipeline *pgconn.Pipeline, fn func(values [][]byte) error) error {
	results, err := pipeline.GetResults()
	if err != nil {
		return err
	}
	rows, ok := results.(*pgconn.ResultReader)
	if !ok {
		return fmt.Errorf("unexpected answer %T", results)
	}
	for rows.NextRow() {
		if err := fn(rows.Values()); err != nil {
			_, closed := rows.Close()
			return errors.Join(err, closed)
		}
	}
	_, err = rows.Close()
	return err
}

// endAnswers reads the end of what was sent before a synchronisation.
func endAnswers(pipeline *pgconn.Pipeline) error {
	_, err := pipeline.GetResults()
	return err
}

package warehouse

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"assay/domain"
	"assay/domain/store"
)

// Range chooses declarations by their local date of registration: From is the
// first day, To the day after the last. A zero end is open.
type Range struct{ From, To time.Time }

// MonthRange is the range of one month (year * 12 + month - 1).
func MonthRange(month int) Range {
	from := time.Date(month/12, time.Month(month%12+1), 1, 0, 0, 0, 0, time.UTC)
	return Range{From: from, To: from.AddDate(0, 1, 0)}
}

// bounds are the ends as PostgreSQL takes them.
func (r Range) bounds() (from, to time.Time) {
	from, to = r.From, r.To
	if from.IsZero() {
		from = time.Date(1, 1, 1, 0, 0, 0, 0, time.UTC)
	}
	if to.IsZero() {
		to = time.Date(9999, 12, 31, 0, 0, 0, 0, time.UTC)
	}
	return from, to
}

// Records gives fn every declaration of the range, whole, in the order of its
// identifier. It reads in one transaction, joined when the context carries one, so all of
// it is of one state of the warehouse.
//
// The record and everything in it is used again for later ones: fn must copy what
// it keeps (texts may be kept). fn must not use the transaction of the context. An error of fn ends
// the reading and is returned as it is.
func (s *Service) Records(ctx context.Context, tenant domain.TenantID, chosen Range, fn func(*Record) error) error {
	from, to := chosen.bounds()
	return s.read(ctx, tenant, func(ctx context.Context, conn *pgx.Conn) error {
		ids, err := listDeclarations(ctx, conn, tenant, from, to)
		if err != nil {
			return err
		}
		return readByID(ctx, conn, tenant, ids, fn)
	})
}

// listDeclarations gives the identifiers of the declarations registered on the days from the first to before the last.
func listDeclarations(ctx context.Context, conn *pgx.Conn, tenant domain.TenantID, from, to time.Time) ([]int64, error) {
	// Not ordered: the planner, kept to indexes, would take the order from that of the
	// identifiers and read all of the administration's declarations for each month.
	rows, err := conn.Query(ctx, `SELECT declaration_id FROM declaration WHERE tenant_id = $1 AND registered_on >= $2 AND registered_on < $3`,
		uuid.UUID(tenant), from, to)
	if err != nil {
		return nil, fmt.Errorf("list declarations: %w", err)
	}
	ids, err := pgx.CollectRows(rows, pgx.RowTo[int64])
	if err != nil {
		return nil, fmt.Errorf("list declarations: %w", err)
	}
	return ids, nil
}

// read runs fn on the connection of a reading transaction, joined when there is one.
func (s *Service) read(ctx context.Context, tenant domain.TenantID, fn func(ctx context.Context, conn *pgx.Conn) error) error {
	return s.db.Read(ctx, tenant, func(ctx context.Context, _ *store.Tx) error {
		return store.Native(ctx, func(ctx context.Context, conn *pgx.Conn) error {
			if err := planByIndex(ctx, conn, true); err != nil {
				return err
			}
			if err := fn(ctx, conn); err != nil {
				return err
			}
			return planByIndex(ctx, conn, false) // for what else a joined transaction does
		})
	})
}

// window is a stretch of identifiers with the memory for their records.
type window struct {
	ids   []int64
	slots []slot
	err   error
}

// readByID gives fn the declarations of these identifiers, whole and ascending.
// Decoding runs on a goroutine of its own, which is the only one to use the connection
// until readByID returns.
func readByID(ctx context.Context, conn *pgx.Conn, tenant domain.TenantID, ids []int64, fn func(*Record) error) (err error) {
	if len(ids) == 0 {
		return nil
	}
	slices.Sort(ids)
	reader, err := newWindowReader(ctx, conn, tenant)
	if err != nil {
		return err
	}
	free, filled, stop := make(chan *window, 2), make(chan *window, 1), make(chan struct{})
	for range cap(free) {
		free <- &window{slots: make([]slot, min(windowSize, len(ids)))}
	}
	go reader.run(ids, free, filled, stop)
	for w := range filled {
		if err == nil {
			err = w.err
		}
		for i := 0; i < len(w.ids) && err == nil; i++ {
			if w.slots[i].found {
				err = fn(&w.slots[i].record)
			}
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

// run reads window after window until the end, an error or stop; then it closes filled.
func (w *windowReader) run(ids []int64, free <-chan *window, filled chan<- *window, stop <-chan struct{}) {
	defer close(filled)
	windows := slices.Collect(slices.Chunk(ids, windowSize))
	asked := 0
	for i, chosen := range windows {
		var current *window
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
		current.ids, current.err = chosen, nil
		for asked < min(i+2, len(windows)) && current.err == nil {
			current.err = w.ask(windows[asked])
			asked++
		}
		if current.err == nil {
			current.err = w.read(chosen, current.slots)
		}
		failed := current.err != nil
		filled <- current
		if failed {
			return
		}
	}
}

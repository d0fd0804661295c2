package warehouse

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"assay/domain"
	"assay/domain/administration"
	"assay/domain/intake"
	"assay/domain/store"
)

// LoadInput says what is loaded.
type LoadInput struct {
	Batch     uuid.UUID // of a delivery that waits; zero for a new batch
	Format    string
	Source    string // names of what was delivered, for people
	By        string // sign-in name, or the command
	DryRun    bool   // report, change nothing
	NoRefresh bool   // leave no job that computes the indicators again
}

// LoadProgress is how far a load has come.
type LoadProgress struct {
	Reading   intake.Progress
	Documents int64 // documents that the database has taken, or found unchanged
}

// Reading gives documents and rejects to a sink and says at the end what it found.
type Reading func(ctx context.Context, sink intake.Sink) (intake.Summary, error)

// Load takes a stream of documents all or nothing in one transaction of the
// administration: either everything is there with its follow-up work, or nothing but a
// batch row in state failed with the reason. It can be run again at once. Loads of
// one administration wait for each other.
//
// A document that cannot be kept is a reject and stops nothing. The context must not
// carry a transaction.
func (s *Service) Load(ctx context.Context, tenant *administration.Tenant, in LoadInput, read Reading) (*Batch, error) {
	batch := &Batch{ID: in.Batch, Format: in.Format, Source: tidy(in.Source, mostInName), By: tidy(in.By, mostInName),
		State: BatchReading, StartedAt: s.clock().UTC()}
	if batch.ID == uuid.Nil {
		batch.ID = domain.NewID()
	}
	if err := store.Native(ctx, func(context.Context, *pgx.Conn) error { return nil }); !errors.Is(err, store.ErrNoTransaction) {
		return nil, domain.Errorf(domain.KindInternal, "a load cannot be part of another transaction")
	}
	outside := ctx
	err := s.db.InTenant(ctx, tenant.ID, func(ctx context.Context, tx *store.Tx) error {
		if err := lockLoads(tx, tenant.ID); err != nil {
			return err
		}
		// Beside the load's own transaction: others see that the batch is being read,
		// and a load that is killed leaves it to the next one to say so.
		if err := s.beside(outside, tenant.ID, func(tx *store.Tx) error { return beginBatch(tx, tenant.ID, batch) }); err != nil {
			return err
		}
		return s.load(ctx, outside, tx, tenant, in, batch, read)
	})
	if err == nil {
		return batch, nil
	}
	batch.State, batch.EndedAt, batch.Failure = BatchFailed, s.clock().UTC(), reason(err)
	if failed := s.beside(ctx, tenant.ID, func(tx *store.Tx) error { return failBatch(tx, tenant.ID, batch) }); failed != nil {
		err = errors.Join(err, failed)
	}
	return batch, fmt.Errorf("load batch %s: %w", batch.ID, err)
}

// besideLimit bounds the small transactions that tell others about a load; they
// are also made when the load's own context has ended.
const besideLimit = 30 * time.Second

// beside runs a small transaction of its own while the load's is open.
func (s *Service) beside(outside context.Context, tenant domain.TenantID, fn func(tx *store.Tx) error) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(outside), besideLimit)
	defer cancel()
	return s.db.InTenant(ctx, tenant, func(_ context.Context, tx *store.Tx) error { return fn(tx) })
}

// reason is what a user is told about a failure.
func reason(err error) string {
	var known *domain.Error
	switch {
	case errors.As(err, &known) && known.Kind != domain.KindInternal:
		shown := *known
		shown.Cause = nil // for the log, not for the page of the batch
		return tidy(shown.Error(), longestReason)
	case errors.Is(err, context.Canceled):
		return "the load was stopped; nothing of it was kept and it can be run again"
	case errors.Is(err, context.DeadlineExceeded):
		return "the load took longer than it may; nothing of it was kept and it can be run again"
	}
	return tidy("nothing of it was kept and it can be run again: "+err.Error(), longestReason)
}

const longestReason = 2000

// load runs inside the transaction: the reader fills chunks on a goroutine of its
// own, this goroutine, which owns the connection, brings them to the server.
func (s *Service) load(ctx, outside context.Context, tx *store.Tx, tenant *administration.Tenant, in LoadInput, batch *Batch, read Reading) error {
	l, err := newLoader(ctx, tx, tenant, in, batch, s.clock)
	if err != nil {
		return err
	}
	reading, stop := context.WithCancelCause(outside)
	defer stop(nil)
	free, filled := make(chan *chunk, chunksInFlight), make(chan *chunk, chunksInFlight)
	for range chunksInFlight {
		c := newChunk()
		if err := l.refill(ctx, c); err != nil {
			return err
		}
		free <- c
	}
	source := &builder{ctx: reading, batch: batch.ID, source: batch.Source, free: free, filled: filled, seen: newSeen()}
	var summary intake.Summary
	var readError error
	var reader sync.WaitGroup
	reader.Go(func() {
		defer close(filled)
		if summary, readError = read(reading, source); readError == nil {
			readError = source.finish()
		}
	})
	for c := range filled {
		if err := l.take(ctx, c); err != nil {
			stop(err)
			reader.Wait()
			return err
		}
		if err := l.refill(ctx, c); err != nil {
			stop(err)
			reader.Wait()
			return err
		}
		free <- c
	}
	reader.Wait()
	if readError != nil {
		return readError
	}
	return l.finish(ctx, summary, source.refused)
}

// native runs fn on the connection of the load's transaction.
func (l *loader) native(ctx context.Context, fn func(conn *pgx.Conn) error) error {
	return store.Native(ctx, func(_ context.Context, conn *pgx.Conn) error { return fn(conn) })
}

package fact

import (
	"context"
	"errors"
	"fmt"
	"time"

	"golang.org/x/sync/semaphore"

	"assay/domain"
	"assay/domain/administration"
	"assay/domain/cube"
	"assay/domain/store"
	"assay/domain/warehouse"
)

// Service builds the segments of the cube from the warehouse.
type Service struct {
	db              *store.DB
	administrations *administration.Service
	records         *warehouse.Service
	segments        *cube.Store
	clock           func() time.Time
}

// New makes the service.
func New(db *store.DB, administrations *administration.Service, records *warehouse.Service, segments *cube.Store, clock func() time.Time) *Service {
	return &Service{db: db, administrations: administrations, records: records, segments: segments, clock: clock}
}

// Examination is how the procedure rules take part in a rebuild.
type Examination struct {
	Examine Examine
	// Save, if any, writes what was found. It is called once, after every declaration of
	// the months given to Prepare was examined, in the transaction that publishes the segments.
	Save func(ctx context.Context) error
}

// RebuildInput says what to rebuild.
type RebuildInput struct {
	// Months to make again; nil means all that are marked dirty.
	Months []cube.Month
	// All makes every month again, dirty or not.
	All bool
	// Prepare, if any, begins the examination of all declarations registered in the
	// months (nil: in any). Its context is in the transaction that the records are read in.
	Prepare func(ctx context.Context, months []cube.Month) (Examination, error)
	// Progress, if any, is told the number of declarations derived so far and of those to be.
	Progress func(done, total int64)
}

// Rebuilt says what a rebuild did.
type Rebuilt struct {
	Months       []cube.Month     // months made again, of registration or of acts
	Declarations int64            // records read
	Rows         map[string]int64 // rows made, by grain
	Segments     int              // segments made
	Watermark    time.Time
}

// Rebuild makes the segments of months again and publishes them, all or none.
// It reads the warehouse once, in one state of it, in memory that grows with the
// declarations of a month and not with all of them, and clears the marks of exactly what
// that state said was dirty: data that come meanwhile stay dirty. Rebuilds of one
// administration happen one after the other.
//
// A few dirty months are made from the declarations that were registered or had
// an act in them; when most months are dirty, all are made in one pass. The context
// must not carry a transaction. An interrupted rebuild leaves everything as it was.
func (s *Service) Rebuild(ctx context.Context, tenant domain.TenantID, in RebuildInput) (*Rebuilt, error) {
	owner, err := s.administrations.ByID(ctx, tenant)
	if err != nil {
		return nil, fmt.Errorf("rebuild figures: %w", err)
	}
	r := &rebuild{service: s, tenant: tenant, owner: owner, in: in, made: Rebuilt{Rows: map[string]int64{}},
		waiting: semaphore.NewWeighted(rowsInFlight), ready: make(chan struct{}), finished: make(chan finishedMonth, monthsInFlight), conclusion: make(chan error, 1)}
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	written := make(chan error, 1)
	go func() {
		err := s.db.InTenant(ctx, tenant, func(ctx context.Context, tx *store.Tx) error { return r.write(ctx, tx) })
		if err != nil {
			stop(err)
		}
		written <- err
	}()
	select {
	case <-r.ready:
		r.conclusion <- r.readOnce(ctx)
		close(r.finished)
	case <-ctx.Done():
	}
	if err := <-written; err != nil {
		if cause := context.Cause(ctx); cause != nil && !errors.Is(err, context.Canceled) {
			err = cause
		}
		return nil, fmt.Errorf("rebuild figures of %s: %w", owner.Code, err)
	}
	if err := s.records.Pack(ctx, tenant, r.unpacked); err != nil {
		return nil, fmt.Errorf("rebuild figures of %s: %w", owner.Code, err)
	}
	return &r.made, nil
}

// readOnce reads everything in one state of the warehouse and hands on the
// builders of the segments.
func (r *rebuild) readOnce(ctx context.Context) error {
	return r.service.db.Read(ctx, r.tenant, func(ctx context.Context, tx *store.Tx) error { return r.read(ctx, tx) })
}

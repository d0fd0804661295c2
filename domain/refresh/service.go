// Package refresh brings what is derived from the warehouse up to date with it:
// one pass over the dirty months in which every declaration is examined by the
// crosscheck rules and becomes rows of the cube's segments.
package refresh

import (
	"context"
	"fmt"
	"runtime/debug"
	"time"

	"assay/domain"
	"assay/domain/crosscheck"
	"assay/domain/cube"
	"assay/domain/cube/fact"
	"assay/domain/store"
)

// Kind is the kind of the job that a load leaves in the outbox.
const Kind = "refresh"

// Service is what may be refreshed.
type Service struct {
	db          *store.DB
	facts       *fact.Service
	crosschecks *crosscheck.Service
}

// New makes the service.
func New(db *store.DB, facts *fact.Service, crosschecks *crosscheck.Service) *Service {
	return &Service{db: db, facts: facts, crosschecks: crosschecks}
}

// Input says what to refresh.
type Input struct {
	// All makes every month again; else those that are marked dirty. It is needed after a change
	// of settings or calendars, and after an update of the program that derives otherwise.
	All bool
	// Progress, if any, is told how far it is.
	Progress func(Progress)
}

// manyDeclarations are so many that what they took in memory is given back to the system at once: a worker lives on for weeks,
// and a command goes on to compute the board. It takes about a tenth of a second.
const manyDeclarations = 100_000

// Progress is how far a refresh is.
type Progress struct {
	Declarations int64 `json:"declarations"`
	Total        int64 `json:"total"`
}

// Result is what a refresh did.
type Result struct {
	Months       int // months made again
	Declarations int64
	Segments     int
	Findings     crosscheck.Saved
	Watermark    time.Time
}

// Run refreshes an administration. Findings and segments are published together
// or not at all; an interrupted refresh leaves everything as it was and the
// months dirty, so it can be run again at once. Running it twice changes nothing.
// The context must not carry a transaction.
func (s *Service) Run(ctx context.Context, tenant domain.TenantID, in Input) (*Result, error) {
	if err := s.db.Analyse(ctx); err != nil {
		return nil, fmt.Errorf("refresh: %w", err)
	}
	var saved crosscheck.Saved
	rebuilt, err := s.facts.Rebuild(ctx, tenant, fact.RebuildInput{
		All: in.All,
		Prepare: func(ctx context.Context, months []cube.Month) (fact.Examination, error) {
			session, err := s.crosschecks.Prepare(ctx, tenant, months)
			if err != nil {
				return fact.Examination{}, err
			}
			return fact.Examination{Examine: session.Examine, Save: func(ctx context.Context) (err error) {
				saved, err = session.Save(ctx)
				return err
			}}, nil
		},
		Progress: func(done, total int64) {
			if in.Progress != nil {
				in.Progress(Progress{Declarations: done, Total: total})
			}
		},
	})
	if err != nil {
		return nil, fmt.Errorf("refresh: %w", err)
	}
	if rebuilt.Declarations >= manyDeclarations {
		debug.FreeOSMemory()
	}
	return &Result{Months: len(rebuilt.Months), Declarations: rebuilt.Declarations, Segments: rebuilt.Segments,
		Findings: saved, Watermark: rebuilt.Watermark}, nil
}

package contract

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"

	"assay/domain"
	"assay/domain/administration"
	"assay/domain/cube"
	"assay/domain/store"
)

// When data count as coming in (ours): the last load is not older than FeedDays, the data do not end
// more than FeedEnds days ago, and over the FeedWindow days before the end of the data
// fewer than FeedGap working days of the office are without any declaration.
const (
	FeedDays   = 7
	FeedWindow = 28
	FeedGap    = 3
	FeedEnds   = 45
)

// FeedHealth is how well the data of an office come in.
type FeedHealth struct {
	LastLoad time.Time // when the last load that succeeded ended; zero for none
	DataTo   cube.Date // day of the last declaration; 0 for none
	Gaps     int       // working days of the window without a declaration
	FirstGap cube.Date
}

// FeedProblem is why data do not come in well enough to begin a contract on.
type FeedProblem struct {
	Key     string // feed.never, feed.old, feed.ends or feed.gaps
	Blanks  []any
	Message string // in English
}

// Problem says what is wrong at an instant; nil for nothing.
func (h FeedHealth) Problem(now time.Time) *FeedProblem {
	switch {
	case h.LastLoad.IsZero() || h.DataTo == 0:
		return &FeedProblem{"feed.never", nil, domain.Sentence("no data have come in yet")}
	case now.Sub(h.LastLoad) > FeedDays*24*time.Hour:
		day := h.LastLoad.Format(time.DateOnly)
		return &FeedProblem{"feed.old", []any{"Day", day, "Days", FeedDays}, domain.Sentence("the last load is of %s, more than %d days ago", day, FeedDays)}
	case cube.DateIn(now, time.UTC)-h.DataTo > FeedEnds:
		return &FeedProblem{"feed.ends", []any{"Day", h.DataTo.String(), "Days", FeedEnds}, domain.Sentence("the data end on %s, more than %d days ago", h.DataTo, FeedEnds)}
	case h.Gaps >= FeedGap:
		return &FeedProblem{"feed.gaps", []any{"Count", h.Gaps, "First", h.FirstGap.String(), "Days", FeedWindow},
			domain.Sentence("%d working days of the last %d are without any declaration, the first is %s", h.Gaps, FeedWindow, h.FirstGap)}
	}
	return nil
}

// Feed tells how well the data of a contract come in.
type Feed interface {
	Health(ctx context.Context, tenant *administration.Tenant, c *Contract) (FeedHealth, error)
}

// WithFeed has contracts begin only while their data come in. Without it nothing is asked.
func WithFeed(feed Feed) Option { return func(s *Service) { s.feed = feed } }

// DataFeed looks into the warehouse.
type DataFeed struct {
	db              *store.DB
	administrations *administration.Service
	clock           func() time.Time
}

// NewDataFeed makes the feed.
func NewDataFeed(db *store.DB, administrations *administration.Service, clock func() time.Time) *DataFeed {
	return &DataFeed{db, administrations, clock}
}

// Health reads the last load, and which days the office's data lack.
func (f *DataFeed) Health(ctx context.Context, tenant *administration.Tenant, c *Contract) (h FeedHealth, err error) {
	calendars, err := f.administrations.Calendars(ctx, tenant)
	if err != nil {
		return h, fmt.Errorf("read calendars: %w", err)
	}
	calendar, office := calendars.Of(c.officeOfWork()), c.officeOfWork()
	err = f.db.Read(ctx, tenant.ID, func(_ context.Context, tx *store.Tx) error {
		if h.LastLoad, h.DataTo, err = findFeed(tx, tenant.ID, office, f.clock().AddDate(-1, 0, 0)); err != nil || h.DataTo == 0 {
			return err
		}
		days, err := findDaysWithData(tx, tenant.ID, office, h.DataTo-FeedWindow+1, h.DataTo)
		for day := h.DataTo - FeedWindow + 1; day <= h.DataTo; day++ {
			if !days[day] && calendar.IsWorkday(int32(day)) {
				if h.Gaps++; h.FirstGap == 0 {
					h.FirstGap = day
				}
			}
		}
		return err
	})
	if err != nil {
		return h, fmt.Errorf("look how data come in: %w", err)
	}
	return h, nil
}

// FeedProblem says why the term of a signed contract does not begin although its first day has come; nil where it can.
func (s *Service) FeedProblem(ctx context.Context, tenant *administration.Tenant, c *Contract) (*FeedProblem, error) {
	if s.feed == nil || c.State != Signed || s.Today(tenant) < c.StartsOn {
		return nil, nil
	}
	h, err := s.feed.Health(ctx, tenant, c)
	if err != nil {
		return nil, err
	}
	return h.Problem(s.clock()), nil
}

// waitsForFeed is the refusal of the program to begin a term while data do not come in.
type waitsForFeed struct{ *FeedProblem }

func (w waitsForFeed) Error() string { return w.Message }

// postpone has the term tried again on the next morning, and tells both signatories once, on the first day.
func (s *Service) postpone(ctx context.Context, tenant *administration.Tenant, id uuid.UUID, p *FeedProblem) error {
	return s.db.InTenant(ctx, tenant.ID, func(ctx context.Context, tx *store.Tx) error {
		c, err := lockContract(tx, tenant.ID, id)
		if err != nil || c.State != Signed {
			return err
		}
		today := s.Today(tenant)
		if today == c.StartsOn {
			if err := s.tell(ctx, tx, tenant.ID, c, Notice{Action: FeedHeld, By: Program.Name, Reason: p.Message}, uuid.Nil); err != nil {
				return err
			}
		}
		st := &step{Circumstances: &Circumstances{Now: s.clock().UTC(), Contract: c}, tx: tx, tenant: tenant}
		return s.schedule(ctx, st, ActivateJob, s.firstMoment(tenant, today+1).Add(6*time.Hour))
	})
}

// FeedHeld is the action of a notice that a term waits for data.
const FeedHeld Action = "feed"

// Begin is the Director General's word that the term of a signed contract begins although data do not come in well. The reason stands in
// the contract's life and in the record.
func (s *Service) Begin(ctx context.Context, tenant *administration.Tenant, ask Ask) (*Contract, error) {
	return s.begin(ctx, tenant, Begin, ask, nil)
}

// begin begins a term. An amendment takes the place of the edition that it amends in the same transaction.
func (s *Service) begin(ctx context.Context, tenant *administration.Tenant, action Action, ask Ask, problem *FeedProblem) (begun *Contract, err error) {
	err = s.db.InTenant(ctx, tenant.ID, func(ctx context.Context, tx *store.Tx) error {
		// The edition that gives way is locked first, as by everybody who drafts a next one: the other way round the two
		// would wait for each other.
		if err := lockPrevious(tx, tenant.ID, ask.Contract); err != nil {
			return err
		}
		c, err := lockContract(tx, tenant.ID, ask.Contract)
		if err != nil {
			return err
		}
		if action == Activate {
			if c.State != Signed { // it was begun before
				return nil
			}
			ask.Revision = c.Revision
		}
		superseded := false
		if c.Kind == Amendment && c.State == Signed && s.Today(tenant) >= c.StartsOn {
			if superseded, err = s.supersede(ctx, tx, tenant, c); err != nil {
				return err
			}
		}
		begun, err = s.act(ctx, tenant, action, ask, func(st *step) error {
			st.AmendsPrevious, st.Feed = superseded, problem
			return nil
		}, func(_ context.Context, st *step) error {
			st.Contract.ActivatedAt = st.Now
			return enqueueCards(st.tx, tenant.ID, st.Now, st.Today.String(), st.Now)
		})
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("begin the term: %w", err)
	}
	return begun, nil
}

// Activate begins the term of a signed contract on its first day, and on a later one while data did not come in. It is done once; a
// contract that is not signed (any more) is left alone.
func (s *Service) Activate(ctx context.Context, tenant *administration.Tenant, id uuid.UUID) error {
	var problem *FeedProblem
	if s.feed != nil {
		var found []*Contract
		err := s.db.Read(ctx, tenant.ID, func(_ context.Context, tx *store.Tx) (err error) {
			found, err = findContracts(tx, tenant.ID, false, `AND contract_id = ?`, id)
			return err
		})
		if err != nil {
			return fmt.Errorf("begin the term: %w", err)
		}
		if len(found) == 1 {
			if problem, err = s.FeedProblem(ctx, tenant, found[0]); err != nil {
				return err
			}
		}
	}
	_, err := s.begin(ctx, tenant, Activate, Ask{Contract: id, Actor: Program}, problem)
	var waits waitsForFeed
	if errors.As(err, &waits) {
		return s.postpone(ctx, tenant, id, waits.FeedProblem)
	}
	return err
}

// feedHealthy is the guard.
func feedHealthy(c *Circumstances) error {
	if c.Feed == nil {
		return nil
	}
	return domain.Wrap(domain.KindNotReady, waitsForFeed{c.Feed}, "the term waits for data: %s", c.Feed.Message)
}

package indicator

import (
	"context"
	"fmt"
	"strings"
	"sync"

	"assay/domain"
	"assay/domain/administration"
	"assay/domain/cube"
)

// boardMonths is how many months the small charts of the board show.
const boardMonths = 24

// Board gives every indicator for a period, with the period before, the same a
// year before and the last 24 months. Boards of the current figures are kept, so that
// asking again costs nothing.
func (s *Service) Board(ctx context.Context, tenant *administration.Tenant, from, to cube.Date) (*Board, error) {
	if from >= to || from < cube.MinDate || to > cube.MaxDate {
		return nil, domain.Errorf(domain.KindInvalid, "the period ends before it begins: %s is not before %s", from, to)
	}
	snapshot, err := s.Snapshot(ctx, tenant)
	if err != nil {
		return nil, err
	}
	all, err := s.Catalogue(ctx, tenant)
	if err != nil {
		return nil, err
	}
	key := boardKey{tenant.ID, snapshot.Revision(), from, to, tenant.Settings.SmallDenominator, tenant.Zone, versions(all)}
	if kept := s.boards.get(key); kept != nil {
		return kept, nil
	}
	board, err := makeBoard(ctx, newEvaluation(snapshot, tenant), all, from, to, func(*Definition) ([]Filter, bool) { return nil, true })
	if err != nil {
		return nil, fmt.Errorf("compute the board of %s: %w", tenant.Code, err)
	}
	s.boards.put(key, board)
	return board, nil
}

// narrowing says by which filters an indicator is told, and false when it cannot be told at all.
type narrowing func(*Definition) ([]Filter, bool)

// boardOf is a board of a part of the administration. It is not kept: there are as many as people.
func (s *Service) boardOf(ctx context.Context, tenant *administration.Tenant, from, to cube.Date, narrow narrowing) (*Board, error) {
	if from >= to || from < cube.MinDate || to > cube.MaxDate {
		return nil, domain.Errorf(domain.KindInvalid, "the period ends before it begins: %s is not before %s", from, to)
	}
	snapshot, err := s.Snapshot(ctx, tenant)
	if err != nil {
		return nil, err
	}
	all, err := s.Catalogue(ctx, tenant)
	if err != nil {
		return nil, err
	}
	board, err := makeBoard(ctx, newEvaluation(snapshot, tenant), all, from, to, narrow)
	if err != nil {
		return nil, fmt.Errorf("compute a board of %s: %w", tenant.Code, err)
	}
	return board, nil
}

// makeBoard computes the definitions that the reader is told.
func makeBoard(ctx context.Context, e *evaluation, all []*Definition, from, to cube.Date, narrow narrowing) (*Board, error) {
	var available []*Definition
	var where []Filter
	for _, d := range all {
		if filters, told := narrow(d); told && d.Available() {
			// The filters are the same for all: what is added to those asked for is the boundary.
			available, where = append(available, d), filters
		}
	}
	of := e.boardAsks(available, from, to, where)
	answers, err := e.run(ctx, of.asks)
	if err != nil {
		return nil, err
	}
	months, _ := e.seriesPoints(available, of.stretches, answers[of.periods:])
	board := &Board{Period: Period{Day(from), Day(to)}, Revision: e.snapshot.Revision()}
	if watermark := e.snapshot.Watermark(); !watermark.IsZero() {
		board.Watermark = &watermark
	}
	least := e.settings.SmallDenominator
	at := 0
	for _, d := range all {
		if _, told := narrow(d); !told {
			continue
		}
		entry := Entry{Provenance: e.provenance(d), Period: board.Period, Missing: d.Missing,
			Maturity: e.horizon.maturity(d.Mature, from, to, e.settings)}
		if d.Available() {
			entry.Segments = e.provenance(d, answers[at]).Segments
			entry.Row = answers[at].rows(least)[0]
			entry.Previous = answers[len(available)+at].rows(least)[0]
			entry.LastYear = answers[2*len(available)+at].rows(least)[0]
			entry.Months = months[at]
			at++
		}
		board.Entries = append(board.Entries, entry)
	}
	return board, nil
}

// boardAsks are the questions of a board: of its three periods, then those of the months.
type boardAsks struct {
	asks      []*ask
	periods   int // how many of them are of the periods
	stretches []stretch
}

// boardAsks gathers the questions of a board, for one run: the cube goes over each month once.
func (e *evaluation) boardAsks(available []*Definition, from, to cube.Date, where []Filter) boardAsks {
	var of boardAsks
	for _, period := range [][2]cube.Date{{from, to}, before(from, to), {yearBefore(from), yearBefore(to)}} {
		for _, d := range available {
			of.asks = append(of.asks, e.newAsk(d, period[0], period[1], nil, where))
		}
	}
	of.periods = len(of.asks)
	last := (to - 1).Month()
	of.stretches = cut((last - boardMonths + 1).First(), (last + 1).First(), cube.DimensionMonth, 1)
	of.asks = append(of.asks, e.seriesAsks(available, of.stretches, cube.DimensionMonth, where)...)
	return of
}

// before is the period of the same length just before: so many months when the
// period is whole months, else so many days.
func before(from, to cube.Date) [2]cube.Date {
	first, next := from.Month(), to.Month()
	if first.First() == from && next.First() == to {
		return [2]cube.Date{(first - (next - first)).First(), from}
	}
	return [2]cube.Date{from - (to - from), from}
}

// yearBefore is the same day a year earlier; the last of February for 29 February.
func yearBefore(day cube.Date) cube.Date {
	month := day.Month()
	earlier := month - 12
	return min(earlier.First()+(day-month.First()), (earlier+1).First()-1)
}

// boardKey tells boards apart: what they depend on.
type boardKey struct {
	tenant   domain.TenantID
	revision int64
	from, to cube.Date
	least    int64
	zone     string
	own      string // the administration's own indicators with their versions
}

// versions names the own indicators among definitions with their versions.
func versions(all []*Definition) string {
	var b strings.Builder
	for _, d := range all {
		if d.Own != nil {
			fmt.Fprintf(&b, "%s:%d ", d.Code, d.Version)
		}
	}
	return b.String()
}

// mostBoards is how many boards are kept.
const mostBoards = 64

// boardCache keeps the boards that were asked for last, in no particular order.
type boardCache struct {
	mutex sync.Mutex
	kept  map[boardKey]*Board
}

func (c *boardCache) get(key boardKey) *Board {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	return c.kept[key]
}

func (c *boardCache) put(key boardKey, b *Board) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	for other := range c.kept {
		stale := other.tenant == key.tenant && other.revision != key.revision
		if stale || len(c.kept) >= mostBoards {
			delete(c.kept, other)
		}
	}
	c.kept[key] = b
}

package cube

import (
	"context"
	"slices"
	"sync"
	"sync/atomic"

	"golang.org/x/sync/errgroup"

	"assay/domain"
)

// Snapshot is the set of segments that was current for a tenant at one moment.
// It does not change; take a new one from the Engine to see newer segments. It
// may be used by many goroutines at once.
type Snapshot struct {
	grains    map[string]*member
	limits    limits
	scheduler *scheduler
}

// member is one grain of a snapshot.
type member struct {
	grain    *Grain
	stale    bool // a segment was made with another version of the grain
	segments []*resident
	hashes   []string // sorted
}

// limits bound one query.
type limits struct {
	groups  int
	workers int
}

// resident is a segment with the columns decoded so far.
type resident struct {
	segment *Segment
	columns []slot
	holder  holder
}

type slot struct {
	decoding sync.Mutex
	column   atomic.Pointer[column]
}

// holder is told of memory that a resident takes. It may take it back by
// clearing the slot.
type holder interface {
	took(r *resident, index int, bytes int64)
}

func newResident(s *Segment, h holder) *resident {
	return &resident{segment: s, columns: make([]slot, len(s.grain.Columns)), holder: h}
}

// column gives a decoded column; of several callers, one decodes it.
func (r *resident) column(ctx context.Context, index int) (*column, error) {
	at := &r.columns[index]
	if c := at.column.Load(); c != nil {
		return c, nil
	}
	at.decoding.Lock()
	defer at.decoding.Unlock()
	if c := at.column.Load(); c != nil {
		return c, nil
	}
	c, err := r.segment.decode(ctx, index)
	if err != nil {
		return nil, err
	}
	at.column.Store(c)
	if r.holder != nil {
		r.holder.took(r, index, c.bytes())
	}
	return c, nil
}

// NewSnapshot makes a snapshot of segments that are at hand, such as those that
// a published figure names. Their descriptions of their grains are taken as
// they are; two segments of one grain and month, or of different versions of a
// grain, are KindInvalid.
func NewSnapshot(segments ...*Segment) (*Snapshot, error) {
	grains := map[string]*Grain{}
	residents := make([]*resident, len(segments))
	for i, s := range segments {
		grains[s.grain.Name] = s.grain
		residents[i] = newResident(s, nil)
	}
	snapshot, err := newSnapshot(grains, residents, limits{groups: DefaultMaxGroups, workers: DefaultWorkers()}, nil)
	if err != nil {
		return nil, err
	}
	for _, m := range snapshot.grains {
		if m.stale {
			return nil, domain.Errorf(domain.KindInvalid, "the segments of %s are of different versions of it", m.grain.Name)
		}
	}
	return snapshot, nil
}

func newSnapshot(grains map[string]*Grain, residents []*resident, l limits, sched *scheduler) (*Snapshot, error) {
	s := &Snapshot{grains: map[string]*member{}, limits: l, scheduler: sched}
	for name, g := range grains {
		s.grains[name] = &member{grain: g}
	}
	for _, r := range residents {
		m := s.grains[r.segment.grain.Name]
		if m == nil {
			continue // a grain that this program no longer knows
		}
		m.stale = m.stale || r.segment.grain.Version != m.grain.Version || len(r.columns) != len(m.grain.Columns)
		m.segments = append(m.segments, r)
		m.hashes = append(m.hashes, r.segment.hash)
	}
	for _, m := range s.grains {
		slices.Sort(m.hashes)
		slices.SortFunc(m.segments, func(a, b *resident) int { return int(a.segment.month - b.segment.month) })
		for i := range m.segments {
			if i > 0 && m.segments[i].segment.month == m.segments[i-1].segment.month {
				return nil, domain.Errorf(domain.KindInvalid, "there are two segments of %s, %s", m.grain.Name, m.segments[i].segment.month)
			}
		}
	}
	return s, nil
}

// Grain gives the description of a grain, nil if the snapshot has none of that name.
func (s *Snapshot) Grain(name string) *Grain {
	if m := s.grains[name]; m != nil {
		return m.grain
	}
	return nil
}

// Span gives the days from the first of the earliest month to the one after the
// latest month of a grain; false when it has no rows.
func (s *Snapshot) Span(grain string) (from, to Date, ok bool) {
	m := s.grains[grain]
	if m == nil {
		return 0, 0, false
	}
	for _, r := range m.segments {
		if r.segment.rows > 0 {
			if !ok {
				from, ok = r.segment.month.First(), true
			}
			to = (r.segment.month + 1).First()
		}
	}
	return from, to, ok
}

// Rows gives the number of rows of a grain.
func (s *Snapshot) RowCount(grain string) int64 {
	var n int64
	if m := s.grains[grain]; m != nil {
		for _, r := range m.segments {
			n += int64(r.segment.rows)
		}
	}
	return n
}

// member finds a grain that can be asked.
func (s *Snapshot) member(grain string) (*member, error) {
	m := s.grains[grain]
	if m == nil {
		return nil, domain.Errorf(domain.KindInvalid, "there are no figures of %q", grain)
	}
	if m.stale {
		return nil, domain.Errorf(domain.KindNotReady, "the figures of %s are being made again after an update; try again in a few minutes", grain)
	}
	return m, nil
}

// within lists the segments that have days of the period.
func (m *member) within(from, to Date) (found []*resident, hashes []string) {
	hashes = []string{}
	for _, r := range m.segments {
		if r.segment.month.First() < to && (r.segment.month+1).First() > from {
			found = append(found, r)
			hashes = append(hashes, r.segment.hash)
		}
	}
	slices.Sort(hashes)
	return found, hashes
}

// Query answers a question. Errors: KindInvalid for a question that cannot be
// asked of the grain or a sum beyond 64 bits; KindTooMany for too many groups;
// KindNotReady while the grain's segments are made again; the context's error
// when it ends first.
func (s *Snapshot) Query(ctx context.Context, q Query) (*Result, error) {
	m, err := s.member(q.Grain)
	if err != nil {
		return nil, err
	}
	p, err := m.grain.plan(&q)
	if err != nil {
		return nil, err
	}
	residents, hashes := m.within(q.From, q.To)
	complete := len(q.By) > 0 && (p.cutsMonths() || len(residents) == 1)
	parts := make([]*partial, len(residents))
	err = s.each(ctx, len(residents), func(ctx context.Context, i int) (err error) {
		parts[i], err = s.scan(ctx, p, residents[i], complete)
		return err
	})
	if err != nil {
		return nil, err
	}
	result, err := answer(p, parts, complete, s.limits.groups)
	if err != nil {
		return nil, err
	}
	result.Segments = hashes
	return result, nil
}

func (s *Snapshot) scan(ctx context.Context, p *plan, r *resident, complete bool) (*partial, error) {
	columns := map[int]*column{}
	for _, index := range p.columns() {
		c, err := r.column(ctx, index)
		if err != nil {
			return nil, err
		}
		columns[index] = c
	}
	return p.scan(ctx, r.segment.month, r.segment.rows, columns, s.limits.groups, complete)
}

// each runs n pieces of work on the snapshot's workers, taking turns with other
// tenants.
func (s *Snapshot) each(ctx context.Context, n int, work func(ctx context.Context, i int) error) error {
	group, ctx := errgroup.WithContext(detached{ctx})
	var next atomic.Int64
	for range min(n, s.limits.workers) {
		group.Go(func() error {
			for {
				i := int(next.Add(1)) - 1
				if i >= n {
					return nil
				}
				if err := s.scheduler.run(ctx, func() error { return work(ctx, i) }); err != nil {
					return err
				}
			}
		})
	}
	return group.Wait()
}

// detached keeps a context's end but not its values: a tenant transaction that
// the caller holds must not reach other goroutines.
type detached struct{ context.Context }

func (detached) Value(any) any { return nil }

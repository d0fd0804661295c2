package cube

import (
	"context"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"assay/domain"
)

// Snapshot is the set of segments that was current for a tenant at one moment.
// It does not change; take a new one from the Engine to see newer segments. It
// may be used by many goroutines at once.
type Snapshot struct {
	grains    map[string]*member
	limits    limits
	scheduler *scheduler // nil outside an engine
	admission *scheduler // nil outside an engine
	answers   *answers   // nil outside an engine
	tenant    domain.TenantID
	revision  int64
	watermark time.Time
	lexica    *lexica
	store     *Store // keeps figures of months; nil outside an engine
}

// Revision tells snapshots of a tenant apart: it goes up with every
// publication. It is 0 before the first and outside of an Engine.
func (s *Snapshot) Revision() int64 { return s.revision }

// Watermark is the latest event time in the data, from which maturity counts;
// zero when it is not known.
func (s *Snapshot) Watermark() time.Time { return s.watermark }

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
	forEach int // see groupsForEach
}

// resident is a segment with the columns decoded so far.
type resident struct {
	listed  Listed
	source  source
	holder  *holding // nil outside an engine
	opening sync.Mutex
	opened  atomic.Pointer[Segment]
	columns []slot
	retired atomic.Bool // superseded: what is still decoded is not kept

	spellings sync.Map // *lexicon -> []uint32, see spelling
	known     sync.Map // value -> extent

	remembered remembered
}

type slot struct {
	decoding sync.Mutex
	column   atomic.Pointer[column]
	used     atomic.Int64 // the engine's clock when it was last asked for
}

func newResident(l Listed, columns int, from source, h *holding) *resident {
	return &resident{listed: l, source: from, holder: h, columns: make([]slot, columns)}
}

// segment reads the segment's description when it is first needed.
func (r *resident) segment(ctx context.Context) (*Segment, error) {
	if s := r.opened.Load(); s != nil {
		return s, nil
	}
	r.opening.Lock()
	defer r.opening.Unlock()
	if s := r.opened.Load(); s != nil {
		return s, nil
	}
	s, err := open(ctx, r.source, r.listed.Bytes, r.listed.Hash)
	if err != nil {
		return nil, err
	}
	if int64(s.rows) != r.listed.Rows || s.month != r.listed.Month || len(s.grain.Columns) != len(r.columns) {
		return nil, domain.Errorf(domain.KindInternal, "segment %.12s is not what is written of it", s.hash)
	}
	r.opened.Store(s)
	return s, nil
}

// column gives a decoded column; of several callers, one decodes it.
func (r *resident) column(ctx context.Context, index int) (*column, error) {
	at := &r.columns[index]
	if r.holder != nil {
		at.used.Store(r.holder.engine.clock.Load())
	}
	if c := at.column.Load(); c != nil {
		return c, nil
	}
	at.decoding.Lock()
	defer at.decoding.Unlock()
	if c := at.column.Load(); c != nil {
		return c, nil
	}
	s, err := r.segment(ctx)
	if err != nil {
		return nil, err
	}
	c, err := s.decode(ctx, index)
	if err != nil {
		return nil, err
	}
	at.column.Store(c)
	if r.holder != nil {
		r.holder.took(c.bytes())
	}
	if r.retired.Load() {
		r.clearColumn(index)
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
		residents[i] = newResident(Listed{Grain: s.grain.Name, GrainVersion: s.grain.Version, Month: s.month,
			Hash: s.hash, Rows: int64(s.rows), Bytes: s.size}, len(s.grain.Columns), s.source, nil)
		residents[i].opened.Store(s)
	}
	snapshot, err := newSnapshot(grains, residents, limits{groups: DefaultMaxGroups, workers: DefaultWorkers()})
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

// Recall makes a snapshot of kept segments as an engine that knows these grains would: a
// grain of which there is no segment has no rows. It is how a frozen figure is computed again.
func Recall(grains []*Grain, segments ...*Segment) (*Snapshot, error) {
	known := map[string]*Grain{}
	for _, g := range grains {
		known[g.Name] = g
	}
	residents := make([]*resident, len(segments))
	for i, s := range segments {
		residents[i] = newResident(Listed{Grain: s.grain.Name, GrainVersion: s.grain.Version, Month: s.month,
			Hash: s.hash, Rows: int64(s.rows), Bytes: s.size}, len(s.grain.Columns), s.source, nil)
		residents[i].opened.Store(s)
	}
	return newSnapshot(known, residents, limits{groups: DefaultMaxGroups, workers: DefaultWorkers()})
}

func newSnapshot(grains map[string]*Grain, residents []*resident, l limits) (*Snapshot, error) {
	l.forEach = groupsForEach
	s := &Snapshot{grains: map[string]*member{}, limits: l, lexica: &lexica{}}
	for name, g := range grains {
		s.grains[name] = &member{grain: g}
	}
	for _, r := range residents {
		m := s.grains[r.listed.Grain]
		if m == nil {
			continue // a grain that this program no longer knows
		}
		m.stale = m.stale || r.listed.GrainVersion != m.grain.Version || len(r.columns) != len(m.grain.Columns)
		m.segments = append(m.segments, r)
		m.hashes = append(m.hashes, r.listed.Hash)
	}
	for _, m := range s.grains {
		slices.Sort(m.hashes)
		slices.SortFunc(m.segments, func(a, b *resident) int { return int(a.listed.Month - b.listed.Month) })
		for i := range m.segments {
			if i > 0 && m.segments[i].listed.Month == m.segments[i-1].listed.Month {
				return nil, domain.Errorf(domain.KindInvalid, "there are two segments of %s, %s", m.grain.Name, m.segments[i].listed.Month)
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
		if r.listed.Rows > 0 {
			if !ok {
				from, ok = r.listed.Month.First(), true
			}
			to = (r.listed.Month + 1).First()
		}
	}
	return from, to, ok
}

// RowCount gives the number of rows of a grain.
func (s *Snapshot) RowCount(grain string) int64 {
	var n int64
	if m := s.grains[grain]; m != nil {
		for _, r := range m.segments {
			n += r.listed.Rows
		}
	}
	return n
}

// Load decodes the named grains' columns, of all grains when none is named, and
// gives the bytes that they take in memory: to answer the first question as
// quickly as the second.
func (s *Snapshot) Load(ctx context.Context, grains ...string) (int64, error) {
	var residents []*resident
	for name, m := range s.grains {
		if !m.stale && (len(grains) == 0 || slices.Contains(grains, name)) {
			residents = append(residents, m.segments...)
		}
	}
	var bytes atomic.Int64
	err := s.each(ctx, len(residents), func(ctx context.Context, i int) error {
		for index := range residents[i].columns {
			c, err := residents[i].column(ctx, index)
			if err != nil {
				return err
			}
			bytes.Add(c.bytes())
		}
		return nil
	})
	return bytes.Load(), err
}

// Decoded gives how many columns are decoded at the moment, which says whether an answer
// was found or computed.
func (s *Snapshot) Decoded() int {
	n := 0
	for _, r := range s.residents() {
		for i := range r.columns {
			if r.columns[i].column.Load() != nil {
				n++
			}
		}
	}
	return n
}

// Touched gives the bytes in memory of the columns that a question reads in its
// period: what has to pass through the processor at least once.
func (s *Snapshot) Touched(ctx context.Context, q Query) (int64, error) {
	m, err := s.member(q.Grain)
	if err != nil {
		return 0, err
	}
	p, err := m.grain.plan(&q)
	if err != nil {
		return 0, err
	}
	var bytes int64
	residents, _ := m.within(q.From, q.To)
	for _, r := range residents {
		for _, index := range p.columns() {
			c, err := r.column(detached{ctx}, index)
			if err != nil {
				return 0, err
			}
			bytes += c.bytes()
		}
	}
	return bytes, nil
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
		if r.listed.Month.First() < to && (r.listed.Month+1).First() > from {
			found = append(found, r)
			hashes = append(hashes, r.listed.Hash)
		}
	}
	slices.Sort(hashes)
	return found, hashes
}

// Hashes lists the segments of all grains in months from first to last, sorted: while it is the same, so
// is every answer about these months.
func (s *Snapshot) Hashes(first, last Month) []string {
	var hashes []string
	for _, m := range s.grains {
		for _, r := range m.segments {
			if r.listed.Month >= first && r.listed.Month <= last {
				hashes = append(hashes, r.listed.Hash)
			}
		}
	}
	slices.Sort(hashes)
	return hashes
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
	name := s.answers.name(s.tenant, &q, hashes)
	if known := s.answers.recall(name); known != nil {
		return known, nil
	}
	var result *Result
	err = s.admission.run(ctx, s.tenant, func() error {
		result, err = s.answer(ctx, p, residents)
		return err
	})
	if err != nil {
		return nil, err
	}
	result.Segments = hashes
	s.answers.remember(name, result)
	return result, nil
}

func (s *Snapshot) answer(ctx context.Context, p *plan, residents []*resident) (*Result, error) {
	spelled, err := s.spell(ctx, p, residents)
	if err != nil {
		return nil, err
	}
	a := &answering{plan: p, spelled: spelled, limit: s.limits.groups}
	if err := s.figures(ctx, a, residents); err != nil {
		return nil, err
	}
	return a.result()
}

// figures computes the plan's figures, in parts that have no group in common.
func (s *Snapshot) figures(ctx context.Context, a *answering, residents []*resident) error {
	if a.plan.monthly(len(residents)) {
		part, err := s.monthlyFigures(ctx, a, residents)
		if err != nil {
			return err
		}
		return a.takeAll(ctx, part, inTurn)
	}
	parts, err := s.inTwoGoes(ctx, a.plan, residents)
	if err != nil {
		return err
	}
	if parts != nil {
		return s.shownFigures(ctx, a, parts, residents)
	}
	return s.groupFigures(ctx, a, residents)
}

// groupFigures computes all of the plan's figures of all groups.
func (s *Snapshot) groupFigures(ctx context.Context, a *answering, residents []*resident) error {
	if err := s.decode(ctx, a.plan, slices.DeleteFunc(slices.Clone(residents), func(r *resident) bool {
		return r.recall(a.plan.question(r.listed.Month)) != nil
	})); err != nil {
		return err
	}
	if p := a.plan; len(p.dimensions) == 0 || !p.cutsMonths() && len(residents) != 1 {
		whole, err := s.wholeFigures(detached{ctx}, p, residents, a.spelled)
		if err != nil {
			return err
		}
		defer whole.release()
		return a.takeAll(ctx, whole, s.each)
	}
	return s.each(ctx, len(residents), func(ctx context.Context, i int) error {
		part, err := s.segmentFigures(ctx, a.plan, residents[i], a.spelled)
		if err != nil || part == nil {
			return err
		}
		if !part.shared {
			defer part.release()
		}
		return a.take(part)
	})
}

// decode decodes what a plan reads of few segments, columns side by side: work on
// segments would decode those of each one after the other.
func (s *Snapshot) decode(ctx context.Context, p *plan, residents []*resident) error {
	if len(residents) >= 2*s.limits.workers {
		return nil
	}
	type missing struct {
		of     *resident
		column int
	}
	var all []missing
	for _, r := range residents {
		for _, index := range p.columns() {
			if r.listed.Rows > 0 && r.columns[index].column.Load() == nil {
				all = append(all, missing{r, index})
			}
		}
	}
	return s.each(ctx, len(all), func(ctx context.Context, i int) error {
		_, err := all[i].of.column(ctx, all[i].column)
		return err
	})
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
				if err := s.scheduler.run(ctx, s.tenant, func() error { return work(ctx, i) }); err != nil {
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

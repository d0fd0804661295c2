package cube

import (
	"context"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"assay/domain"
)

// DefaultMaxGroups is the most groups of one query unless Options say otherwise.
const DefaultMaxGroups = 2_000_000

// DefaultMemoryBytes bounds decoded columns unless Options say otherwise.
const DefaultMemoryBytes = 2 << 30

// DefaultWorkers is how many goroutines work on queries unless Options say
// otherwise: one for each processor.
func DefaultWorkers() int { return runtime.GOMAXPROCS(0) }

// Options bound an Engine; a zero value means the default.
type Options struct {
	MemoryBytes int64 // of decoded columns of all tenants together; what queries under way need comes on top
	Workers     int   // pieces of work at a time, over all queries
	Questions   int   // questions at a time, over all tenants; one tenant has at most half of them. What they need comes on top of MemoryBytes
	MaxGroups   int   // of one query
}

// Engine holds decoded columns of many tenants, shared by all requests. Where
// memory runs out, the tenant that was asked longest ago goes first.
type Engine struct {
	store     *Store
	grains    map[string]*Grain
	options   Options
	scheduler *scheduler
	admission *scheduler // of questions
	answers   answers
	listening atomic.Bool  // whether announcements arrive
	clock     atomic.Int64 // counts snapshots taken, to tell what was used last
	used      atomic.Int64 // bytes of decoded columns

	mutex    sync.Mutex
	tenants  map[domain.TenantID]*holding
	watchers map[domain.TenantID]map[chan struct{}]struct{}
}

// holding is what an engine knows of one tenant.
type holding struct {
	engine    *Engine
	tenant    domain.TenantID
	loading   sync.Mutex // held while the snapshot is made
	snapshot  atomic.Pointer[Snapshot]
	stale     atomic.Bool
	lastAsked atomic.Int64
	bytes     atomic.Int64
	lexica    atomic.Pointer[lexica]
}

// NewEngine makes an engine for the grains that this program knows. Segments of
// other grains are left alone; a grain with segments of another version of it
// answers KindNotReady until they are made again.
func NewEngine(s *Store, grains []*Grain, o Options) (*Engine, error) {
	if o.MemoryBytes <= 0 {
		o.MemoryBytes = DefaultMemoryBytes
	}
	if o.Workers <= 0 {
		o.Workers = DefaultWorkers()
	}
	if o.Questions <= 0 {
		o.Questions = max(4, 2*o.Workers)
	}
	if o.MaxGroups <= 0 {
		o.MaxGroups = DefaultMaxGroups
	}
	e := &Engine{store: s, grains: map[string]*Grain{}, options: o, scheduler: newScheduler(o.Workers, o.Workers),
		admission: newScheduler(o.Questions, (o.Questions+1)/2), tenants: map[domain.TenantID]*holding{},
		watchers: map[domain.TenantID]map[chan struct{}]struct{}{}}
	for _, g := range grains {
		if err := g.Validate(); err != nil {
			return nil, err
		}
		if e.grains[g.Name] != nil {
			return nil, domain.Errorf(domain.KindInternal, "there are two grains named %s", g.Name)
		}
		e.grains[g.Name] = g
	}
	return e, nil
}

// Run listens for announcements until the context ends, and comes back after a
// lost connection. While it does not run, or has lost its connection, every
// Snapshot asks the database what is current; that is as right, and slower by
// about a millisecond.
func (e *Engine) Run(ctx context.Context) error {
	for {
		// A lost connection is no error: whatever was announced meanwhile is
		// found because all snapshots are stale when listening begins again.
		_ = e.store.db.ListenReady(ctx, channel, func() {
			e.forgetSnapshots()
			e.listening.Store(true)
		}, e.announced)
		e.listening.Store(false)
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(time.Second):
		}
	}
}

func (e *Engine) announced(payload string) {
	tenant, err := domain.ParseTenantID(payload)
	if err != nil {
		return // not one of ours
	}
	e.mutex.Lock()
	defer e.mutex.Unlock()
	if h := e.tenants[tenant]; h != nil {
		h.stale.Store(true)
	}
	e.tell(tenant)
}

func (e *Engine) forgetSnapshots() {
	e.mutex.Lock()
	defer e.mutex.Unlock()
	for _, h := range e.tenants {
		h.stale.Store(true)
	}
	for tenant := range e.watchers {
		e.tell(tenant)
	}
}

// Snapshot gives what is current for a tenant; nothing of it is decoded before
// it is asked. It sees what was committed before the call, but nothing of a
// transaction of the caller's.
func (e *Engine) Snapshot(ctx context.Context, tenant domain.TenantID) (*Snapshot, error) {
	h := e.holding(tenant)
	h.lastAsked.Store(e.clock.Add(1))
	if s := h.fresh(); s != nil {
		return s, nil
	}
	h.loading.Lock()
	defer h.loading.Unlock()
	if s := h.fresh(); s != nil {
		return s, nil
	}
	// Before reading: what is announced from now on makes it stale again.
	h.stale.Store(false)
	s, err := h.load(detached{ctx})
	if err != nil {
		h.stale.Store(true)
		return nil, err
	}
	h.snapshot.Store(s)
	return s, nil
}

func (e *Engine) holding(tenant domain.TenantID) *holding {
	e.mutex.Lock()
	defer e.mutex.Unlock()
	h := e.tenants[tenant]
	if h == nil {
		h = &holding{engine: e, tenant: tenant}
		h.lexica.Store(&lexica{})
		h.stale.Store(true)
		e.tenants[tenant] = h
	}
	return h
}

// fresh gives the snapshot if announcements would have told of a newer one.
func (h *holding) fresh() *Snapshot {
	if !h.engine.listening.Load() || h.stale.Load() {
		return nil
	}
	return h.snapshot.Load()
}

// load makes the snapshot of what is current; segments that were in the one
// before keep their decoded columns.
func (h *holding) load(ctx context.Context) (*Snapshot, error) {
	current, err := h.engine.store.Current(ctx, h.tenant)
	if err != nil {
		return nil, err
	}
	if before := h.snapshot.Load(); before != nil && before.revision == current.Revision {
		return before, nil
	}
	return h.adopt(current, func(hash string) source { return stored{h.engine.store, h.tenant, hash} })
}

// adopt makes a snapshot of what is current; from says where contents come from.
func (h *holding) adopt(current Current, from func(hash string) source) (*Snapshot, error) {
	before := h.snapshot.Load()
	known := map[string]*resident{}
	if before != nil {
		for _, r := range before.residents() {
			known[r.key()] = r
		}
	}
	var residents []*resident
	for _, l := range current.Segments {
		g := h.engine.grains[l.Grain]
		if g == nil {
			continue
		}
		r := newResident(l, len(g.Columns), from(l.Hash), h)
		if k := known[r.key()]; k != nil {
			r = k
			delete(known, r.key())
		}
		residents = append(residents, r)
	}
	s, err := newSnapshot(h.engine.grains, residents, limits{groups: h.engine.options.MaxGroups, workers: h.engine.options.Workers})
	if err != nil {
		return nil, err
	}
	for _, r := range known {
		r.retired.Store(true)
		r.clear()
	}
	s.lexica, s.store = h.lexica.Load(), h.engine.store
	s.admission, s.answers = h.engine.admission, &h.engine.answers
	s.scheduler, s.tenant, s.revision, s.watermark = h.engine.scheduler, h.tenant, current.Revision, current.Watermark
	return s, nil
}

// key tells residents apart. Months without rows may have equal contents.
func (r *resident) key() string { return r.listed.Grain + r.listed.Month.String() + r.listed.Hash }

func (s *Snapshot) residents() []*resident {
	var all []*resident
	for _, m := range s.grains {
		all = append(all, m.segments...)
	}
	return all
}

// clear gives back the memory of all columns, which are decoded again when they
// are asked for.
func (r *resident) clear() {
	r.forget()
	for i := range r.columns {
		r.clearColumn(i)
	}
}

func (r *resident) clearColumn(i int) {
	if c := r.columns[i].column.Swap(nil); c != nil && r.holder != nil {
		r.holder.bytes.Add(-c.bytes())
		r.holder.engine.used.Add(-c.bytes())
	}
}

// took counts memory, and where it is too much, takes some back.
func (h *holding) took(bytes int64) {
	h.bytes.Add(bytes)
	if h.engine.used.Add(bytes) > h.engine.options.MemoryBytes {
		h.engine.evict(h)
	}
}

// evict drops the columns of the tenants asked longest ago, and if only the
// present one is left, its own columns that were used longest ago.
func (e *Engine) evict(present *holding) {
	e.mutex.Lock()
	defer e.mutex.Unlock()
	var others []*holding
	for _, h := range e.tenants {
		if h != present && h.bytes.Load() > 0 {
			others = append(others, h)
		}
	}
	slices.SortFunc(others, func(a, b *holding) int { return int(a.lastAsked.Load() - b.lastAsked.Load()) })
	for _, h := range others {
		if e.used.Load() <= e.options.MemoryBytes {
			return
		}
		if s := h.snapshot.Load(); s != nil {
			for _, r := range s.residents() {
				r.clear()
			}
		}
	}
	if e.used.Load() > e.options.MemoryBytes {
		present.evictOldest(e.options.MemoryBytes * 9 / 10)
	}
}

// evictOldest drops the tenant's columns that were used longest ago until the
// engine holds no more than limit.
func (h *holding) evictOldest(limit int64) {
	s := h.snapshot.Load()
	if s == nil {
		return
	}
	for _, r := range s.residents() {
		r.forget()
	}
	type held struct {
		from *resident
		at   int
		used int64
	}
	var all []held
	for _, r := range s.residents() {
		for i := range r.columns {
			if r.columns[i].column.Load() != nil {
				all = append(all, held{r, i, r.columns[i].used.Load()})
			}
		}
	}
	slices.SortStableFunc(all, func(a, b held) int { return int(a.used - b.used) })
	for _, c := range all {
		if h.engine.used.Load() <= limit {
			return
		}
		c.from.clearColumn(c.at)
	}
}

// Usage says what an engine holds.
type Usage struct {
	Bytes   int64                     // decoded columns of all tenants
	Tenants map[domain.TenantID]int64 // bytes of each
}

// Usage gives what the engine holds at the moment.
func (e *Engine) Usage() Usage {
	e.mutex.Lock()
	defer e.mutex.Unlock()
	u := Usage{Bytes: e.used.Load(), Tenants: map[domain.TenantID]int64{}}
	for tenant, h := range e.tenants {
		u.Tenants[tenant] = h.bytes.Load()
	}
	return u
}

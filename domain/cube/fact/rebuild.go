package fact

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"

	"golang.org/x/sync/semaphore"

	"assay/domain"
	"assay/domain/administration"
	"assay/domain/cube"
	"assay/domain/store"
	"assay/domain/warehouse"
)

// rebuild is one rebuild at work. One goroutine reads the warehouse and derives
// rows; another, in a transaction of its own, encodes and publishes segments.
type rebuild struct {
	service *Service
	tenant  domain.TenantID
	owner   *administration.Tenant
	in      RebuildInput
	made    Rebuilt

	ready      chan struct{} // closed when no other rebuild is at work
	finished   chan finishedMonth
	conclusion chan error // outcome of the reading

	dirty   []dirtyMonth // as the state that was read says
	present []monthCount // months of registration there are
	wanted  map[cube.Month]bool
	all     bool
	save    func(ctx context.Context) error
	// unpacked are months whose declarations had to be read from the tables.
	unpacked []int
	waiting  *semaphore.Weighted // of rows that wait to be encoded
	handing  sync.Mutex          // guards current
	current  map[segmentKey]bool // segments that there were before and that were not made again yet
}

// monthsInFlight is how many finished months of a grain may wait to be encoded. All
// grains end a month together; with less room than for all of them, reading would
// stand still until the largest is encoded.
const monthsInFlight = 12

// rowsInFlight bounds the rows that wait to be encoded: deriving is faster than encoding, and the rows of a
// month of a large administration take some hundred megabytes.
const rowsInFlight = 100_000

type segmentKey struct {
	grain string
	month cube.Month
}

// finishedMonth is a month of a grain whose rows are complete.
type finishedMonth struct {
	segmentKey
	builder *cube.Builder
}

// write owns the transaction that publishes: it takes the lock, takes the
// segments as they come, and at the end clears the marks.
func (r *rebuild) write(ctx context.Context, tx *store.Tx) error {
	if err := lock(tx, r.tenant); err != nil {
		return err
	}
	close(r.ready)
	for month := range r.finished {
		rows := month.builder.Rows()
		segment, err := month.builder.Segment()
		if err != nil {
			return err
		}
		month.builder = nil
		r.waiting.Release(weight(rows))
		r.made.Segments++
		r.made.Rows[month.grain] += int64(segment.Rows())
		err = r.service.segments.Publish(ctx, r.tenant, cube.Publication{Segments: []*cube.Segment{segment}, At: r.service.clock()})
		if err != nil {
			return err
		}
	}
	if err := <-r.conclusion; err != nil {
		return err
	}
	if !r.all && len(r.wanted) == 0 {
		return nil
	}
	if err := r.service.segments.Publish(ctx, r.tenant, cube.Publication{Watermark: r.made.Watermark, At: r.service.clock()}); err != nil {
		return err
	}
	if r.save != nil {
		if err := r.save(ctx); err != nil {
			return fmt.Errorf("save findings: %w", err)
		}
	}
	return clearMarks(tx, r.tenant, r.dirty)
}

// weight is what a month's rows take of rowsInFlight; one with more than that waits alone.
func weight(rows int) int64 { return min(int64(rows), rowsInFlight) }

// hand gives a finished month to the writing goroutine.
func (r *rebuild) hand(ctx context.Context, key segmentKey, builder *cube.Builder) error {
	r.handing.Lock()
	delete(r.current, key)
	r.handing.Unlock()
	if err := r.waiting.Acquire(ctx, weight(builder.Rows())); err != nil {
		return context.Cause(ctx)
	}
	select {
	case r.finished <- finishedMonth{key, builder}:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// read decides what is to be made and makes it.
func (r *rebuild) read(ctx context.Context, tx *store.Tx) error {
	if err := r.plan(ctx, tx); err != nil {
		return err
	}
	if len(r.wanted) == 0 && !r.all {
		return nil
	}
	c, err := r.context(ctx, tx)
	if err != nil {
		return err
	}
	concluded, err := r.documentsBeside(ctx, c)
	if err != nil {
		return err
	}
	if err := concluded(r.declarations(ctx, tx, c)); err != nil {
		return err
	}
	return r.emptied(ctx)
}

// documentsBeside makes the grains of documents over a second connection, while the first prepares for the
// declarations and reads them. What it returns waits for the end of that, and does it then if no connection was free.
func (r *rebuild) documentsBeside(ctx context.Context, c *Context) (func(error) error, error) {
	seen, err := store.Seen(ctx)
	if err != nil {
		return nil, err
	}
	own := *c // declarations adds to c what documents do not need
	beside, stop := context.WithCancel(ctx)
	done := make(chan error, 1)
	go func() {
		done <- r.service.db.ReadAt(beside, r.tenant, seen, func(ctx context.Context, _ *store.Tx) error { return r.documents(ctx, &own) })
	}()
	return func(failed error) error {
		if failed != nil {
			stop()
			<-done //nolint:errcheck // it ended because of what failed
			return failed
		}
		defer stop()
		err := <-done
		if errors.Is(err, store.ErrBusy) {
			return r.documents(ctx, c)
		}
		return err
	}, nil
}

// plan finds the months to make. When they are more than half of those with
// declarations, everything is made: one pass is cheaper then.
func (r *rebuild) plan(ctx context.Context, tx *store.Tx) error {
	var err error
	if r.dirty, err = dirtyMonths(tx, r.tenant); err != nil {
		return err
	}
	if r.present, err = registrationMonths(tx, r.tenant); err != nil {
		return err
	}
	before, err := r.service.segments.Current(ctx, r.tenant)
	if err != nil {
		return err
	}
	r.current = map[segmentKey]bool{}
	stale, hours := len(before.Segments) == 0, false
	for _, listed := range before.Segments {
		grain := Grain(listed.Grain)
		if grain == nil {
			continue
		}
		r.current[segmentKey{listed.Grain, listed.Month}] = true
		stale, hours = stale || grain.Version != listed.GrainVersion, hours || listed.Grain == Hour
	}
	// Segments made before there were hours have none; every declaration is registered in some hour.
	stale = stale || !hours
	r.wanted = map[cube.Month]bool{}
	if r.in.Months == nil {
		for _, d := range r.dirty {
			r.wanted[d.Month] = true
		}
	}
	for _, month := range r.in.Months {
		r.wanted[month] = true
	}
	r.all = r.in.All || len(r.wanted) > 0 && (stale || 2*len(r.wanted) > len(r.present))
	if !r.all {
		// Other months stay dirty until somebody asks for them.
		r.dirty = slices.DeleteFunc(r.dirty, func(d dirtyMonth) bool { return !r.wanted[d.Month] })
	}
	r.made.Watermark, err = watermark(tx, r.tenant)
	return err
}

// wants reports whether a segment is to be made. The prices of a month's items
// are judged by the twelve months before it, so that theirs reach into it.
func (r *rebuild) wants(grain string, month cube.Month) bool {
	if r.all || r.wanted[month] {
		return true
	}
	if grain != Item {
		return false
	}
	for m := month - priceMonths; m < month; m++ {
		if r.wanted[m] {
			return true
		}
	}
	return false
}

// context gathers what derivations know besides the record.
func (r *rebuild) context(ctx context.Context, tx *store.Tx) (*Context, error) {
	calendars, err := r.service.administrations.Calendars(ctx, r.owner)
	if err != nil {
		return nil, err
	}
	c := &Context{Settings: r.owner.Settings, Calendars: calendars, Prices: NewPrices(r.owner.Settings)}
	if c.Staff, err = readStaff(tx, r.tenant, c.Settings.MachineUsers); err != nil {
		return nil, err
	}
	if c.ManifestsKnown, err = manifestsKnown(tx, r.tenant); err != nil {
		return nil, err
	}
	return c, nil
}

// declarations makes the grains that hang on declarations.
func (r *rebuild) declarations(ctx context.Context, tx *store.Tx, c *Context) error {
	acted := slices.Sorted(maps.Keys(r.wanted))
	months, err := r.contributing(ctx, tx, r.wants, acted)
	if err != nil {
		return err
	}
	r.made.Months = acted
	// A dirty month without declarations may have findings on other subjects.
	examined := slices.Compact(slices.Sorted(slices.Values(slices.Concat(months, acted))))
	if r.all {
		r.made.Months, examined = months, nil
	}
	if r.in.Prepare != nil && (r.all || len(examined) > 0) {
		var examination Examination
		prepare := func() (err error) {
			examination, err = r.in.Prepare(ctx, examined)
			return err
		}
		if r.all {
			err = byHash(ctx, prepare)
		} else {
			err = prepare()
		}
		if err != nil {
			return fmt.Errorf("prepare crosschecks: %w", err)
		}
		c.Examine, r.save = examination.Examine, examination.Save
	}
	if c.Bursts, err = readBursts(ctx, r.tenant, c, r.span(acted)); err != nil {
		return err
	}
	if !r.all {
		if err := readPrices(ctx, r.tenant, c.Prices, r.span(months)); err != nil {
			return err
		}
	}
	late, err := r.pass(ctx, tx, c, months, r.wants, r.all)
	if err != nil || len(late) == 0 {
		return err
	}
	return r.makeAgain(ctx, tx, c, late)
}

// span is from the first month to the last; nothing bounds it when all is made.
func (r *rebuild) span(months []cube.Month) (span monthSpan) {
	if !r.all && len(months) > 0 {
		span = monthSpan{months[0], months[len(months)-1], true}
	}
	return span
}

// monthsAgain is how many months are made again in one pass, in which all of them are open to its end.
const monthsAgain = 3

// makeAgain makes the months into which acts fell long before the registration
// of their declaration, from all declarations that contribute to them.
func (r *rebuild) makeAgain(ctx context.Context, tx *store.Tx, c *Context, late map[string]map[cube.Month]bool) error {
	var acted []cube.Month
	for _, months := range late {
		acted = slices.AppendSeq(acted, maps.Keys(months))
	}
	slices.Sort(acted)
	for some := range slices.Chunk(slices.Compact(acted), monthsAgain) {
		wants := func(grain string, m cube.Month) bool { return late[grain][m] && slices.Contains(some, m) }
		months, err := r.contributing(ctx, tx, wants, some)
		if err != nil {
			return err
		}
		if _, err := r.pass(ctx, tx, c, months, wants, false); err != nil {
			return err
		}
	}
	return nil
}

// contributing gives the months of registration of all declarations that may
// have rows in the segments wanted.
func (r *rebuild) contributing(ctx context.Context, tx *store.Tx, wants func(string, cube.Month) bool, acted []cube.Month) ([]cube.Month, error) {
	found := map[cube.Month]bool{}
	for _, month := range r.present {
		if wants(Declaration, month.Month) || wants(Item, month.Month) || wants(Hour, month.Month) {
			found[month.Month] = true
		}
	}
	if len(found) < len(r.present) {
		if err := contributingMonths(tx.WithContext(ctx), r.tenant, acted, found); err != nil {
			return nil, err
		}
	}
	return slices.Sorted(maps.Keys(found)), nil
}

// pass streams the declarations registered in the months once, in their order.
// The rows that are dated by registration are complete after their month. With closing,
// months of acts are closed one month after that of registration, so that memory stays
// bounded; what comes later all the same is given back as late.
func (r *rebuild) pass(ctx context.Context, tx *store.Tx, c *Context, months []cube.Month, wants func(string, cube.Month) bool, closing bool) (map[string]map[cube.Month]bool, error) {
	a := newAssembly(c, wants, func(key segmentKey, b *cube.Builder) error { return r.hand(ctx, key, b) })
	a.keepPrices = closing
	if err := r.targets(tx, c, a); err != nil {
		return nil, err
	}
	var lastArrival map[cube.Month]cube.Month
	if closing {
		var err error
		if lastArrival, err = arrivalMonths(tx, r.tenant); err != nil {
			return nil, err
		}
	}
	report := r.reporter(months)
	for _, month := range months {
		packed, err := r.service.records.RecordsOf(ctx, r.tenant, int(month), func(record *warehouse.Record) error {
			report()
			return a.add(record)
		})
		if err != nil {
			return nil, err
		}
		if !packed {
			r.unpacked = append(r.unpacked, int(month))
		}
		if !closing {
			if err := a.finish(through(month), never, never); err != nil {
				return nil, err
			}
			continue
		}
		c.Prices.Forget(month)
		arrived := func(m cube.Month) bool {
			last, known := lastArrival[m]
			return known && last <= month
		}
		if err := a.finish(through(month), through(month-1), arrived); err != nil {
			return nil, err
		}
	}
	late := a.late()
	return late, a.finish(always, always, always)
}

// reporter counts declarations and tells the progress now and then.
func (r *rebuild) reporter(months []cube.Month) func() {
	total := r.made.Declarations
	for _, month := range r.present {
		if slices.Contains(months, month.Month) {
			total += month.Declarations
		}
	}
	return func() {
		r.made.Declarations++
		if r.in.Progress != nil && (r.made.Declarations%1000 == 0 || r.made.Declarations == total) {
			r.in.Progress(r.made.Declarations, total)
		}
	}
}

// targets adds the shares of the revenue targets, which hang on no declaration.
func (r *rebuild) targets(tx *store.Tx, c *Context, a *assembly) error {
	targets, err := readTargets(tx, r.tenant)
	if err != nil {
		return err
	}
	for _, t := range targets {
		if !a.wanted(Payment, t.Month) {
			continue
		}
		if err := a.payments.addAll(targetRows(t.Office, t.Month, t.Amount, c.Staff)); err != nil {
			return err
		}
	}
	return nil
}

// emptied replaces segments of the wanted months that have lost all their rows.
func (r *rebuild) emptied(ctx context.Context) error {
	for key := range maps.Clone(r.current) {
		if !r.wants(key.grain, key.month) {
			continue
		}
		if err := r.hand(ctx, key, cube.NewBuilder(Grain(key.grain), key.month)); err != nil {
			return err
		}
	}
	return nil
}

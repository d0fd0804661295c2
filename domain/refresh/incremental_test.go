package refresh_test

import (
	"cmp"
	"context"
	"encoding/hex"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"

	"assay/deploy/local/dbtest"
	"assay/deploy/local/dbtest/racing"
	"assay/domain/administration"
	"assay/domain/crosscheck"
	"assay/domain/cube"
	"assay/domain/cube/fact"
	"assay/domain/declaration"
	"assay/domain/intake"
	"assay/domain/refresh"
	"assay/domain/sample"
	"assay/domain/store"
	"assay/domain/warehouse"
)

// collected keeps the documents of a reading.
type collected struct{ documents []intake.Document }

func (c *collected) Document(d intake.Document) error {
	c.documents = append(c.documents, d)
	return nil
}

func (c *collected) Reject(r intake.Reject) error { return fmt.Errorf("rejected: %+v", r) }

// sampleDocuments are the documents of a generated extract in which every rule is broken often.
func sampleDocuments(t *testing.T, seed uint64, tenant *administration.Tenant) []intake.Document {
	t.Helper()
	p := sample.DefaultParameters()
	p.Declarations, p.Months, p.Seed, p.PerTenThousand = 300, 18, seed, map[string]float64{}
	for rule := 1; rule <= crosscheck.Count; rule++ {
		p.PerTenThousand[fmt.Sprintf("P%d", rule)] = 300
	}
	dir := t.TempDir()
	if _, err := sample.Write(t.Context(), dir, p, nil); err != nil {
		t.Fatal(err)
	}
	var sink collected
	digits := tenant.MinorDigits()
	if _, err := intake.Read(t.Context(), intake.Source{Paths: []string{dir}},
		intake.Options{Format: intake.FormatWorld, Zone: tenant.Location(), MinorDigits: &digits, MachineUsers: tenant.Settings.MachineUsers}, &sink); err != nil {
		t.Fatal(err)
	}
	return sink.documents
}

// earlier is a document as an extract of an earlier day could have had it.
func earlier(random *rand.Rand, d intake.Document) intake.Document {
	if d.Declaration == nil {
		return d
	}
	old := *d.Declaration
	switch random.IntN(4) {
	case 0: // not cancelled, and not yet at its end
		old.Header.Cancelled = false
		old.Events = slices.DeleteFunc(slices.Clone(old.Events), func(e declaration.Event) bool { return e.Kind == declaration.Cancelled })
		old.Events = old.Events[:max(1, len(old.Events)-random.IntN(3))]
	case 1:
		old.Header.Manifest, old.Header.Bills = "", nil
	case 2:
		old.Header.Broker, old.Offences, old.Payments = "B-EARLIER", nil, nil
	case 3:
		old.Events = old.Events[:max(1, len(old.Events)/2)]
	}
	d.Declaration = &old
	return d
}

// monthOf is the month of a document, 0 for the register of people and offices.
func monthOf(d *intake.Document) int {
	switch {
	case d.Declaration != nil:
		return warehouse.Month(d.Declaration.Header.RegisteredOn)
	case d.Manifest != nil && d.Manifest.RegisteredAt != nil:
		return warehouse.Month(d.Manifest.RegisteredAt.At)
	case d.Transit != nil && d.Transit.RegisteredAt != nil:
		return warehouse.Month(d.Transit.RegisteredAt.At)
	case d.Suspense != nil:
		return warehouse.Month(d.Suspense.OpenedOn)
	}
	return 0
}

// deliveries deals documents out to several loads. The first has most of what there is up
// to some month; each later one has stragglers of one or two months, late corrections among them,
// and in turn a month that is new.
func deliveries(random *rand.Rand, all []intake.Document, loads int) [][]intake.Document {
	dealt := make([][]intake.Document, loads)
	last := 0
	for i := range all {
		if d := all[i].Declaration; d != nil {
			last = max(last, monthOf(&all[i]))
		}
	}
	known := last - loads/2
	for i := range all {
		d, month, at := all[i], monthOf(&all[i]), 0
		switch {
		case month == 0:
		case month > known:
			at = min(loads-1, 2*(month-known)-1)
		case random.IntN(12) == 0:
			at = 1 + month%(loads-1)
			if random.IntN(2) == 0 {
				dealt[0] = append(dealt[0], earlier(random, d))
			}
		}
		dealt[at] = append(dealt[at], d)
	}
	return dealt
}

// incremental is one administration with everything that a refresh needs.
type incremental struct {
	tenant    *administration.Tenant
	warehouse *warehouse.Service
	refresh   *refresh.Service
	segments  *cube.Store
	super     *pgx.Conn
}

func newIncremental(t *testing.T) *incremental {
	t.Helper()
	database := dbtest.New(t)
	db, err := store.Open(t.Context(), database.AppURL, store.Options{Connections: 4})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(db.Close)
	clock := func() time.Time { return time.Date(2026, 1, 15, 12, 0, 0, 0, time.UTC) }
	administrations := administration.New(db, clock)
	k := &incremental{tenant: &administration.Tenant{Code: "steps", Names: map[string]string{"en": "Steps"}, Currency: "EUR", Zone: "Africa/Douala", Languages: []string{"en"}}}
	k.tenant.Settings = administration.DefaultSettings(k.tenant.MinorDigits())
	if err := administrations.Create(t.Context(), k.tenant); err != nil {
		t.Fatal(err)
	}
	k.warehouse, k.segments = warehouse.New(db, clock), cube.NewStore(db)
	k.refresh = refresh.New(db, fact.New(db, administrations, k.warehouse, k.segments, clock), crosscheck.New(db, administrations, clock))
	if k.super, err = pgx.Connect(t.Context(), database.SuperURL); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = k.super.Close(context.WithoutCancel(t.Context())) })
	return k
}

func (k *incremental) load(t *testing.T, number int, documents []intake.Document) {
	t.Helper()
	batch, err := k.warehouse.Load(t.Context(), k.tenant, warehouse.LoadInput{Format: "test", Source: fmt.Sprintf("load %d", number), NoRefresh: true},
		func(_ context.Context, sink intake.Sink) (summary intake.Summary, err error) {
			summary.Read, summary.Fingerprint = int64(len(documents)), [32]byte{byte(number + 1)}
			for _, d := range documents {
				if err := sink.Document(d); err != nil {
					return summary, err
				}
				if d.Declaration == nil {
					continue
				}
				for _, e := range d.Declaration.Events {
					if summary.Watermark == nil || e.At.After(*summary.Watermark) {
						summary.Watermark = &e.At
					}
				}
			}
			return summary, nil
		})
	if err != nil {
		t.Fatal(err)
	}
	if batch.Rejected != 0 {
		t.Fatalf("%d documents were rejected", batch.Rejected)
	}
}

// state is everything that a refresh leaves: what is in the cube, by its hash, and what is
// found and open, with its evidence.
func (k *incremental) state(t *testing.T) (lines []string) {
	t.Helper()
	current, err := k.segments.Current(t.Context(), k.tenant.ID)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range current.Segments {
		if s.Rows > 0 {
			lines = append(lines, fmt.Sprintf("segment %s %s %s", s.Grain, s.Month, s.Hash))
		}
	}
	rows, err := k.super.Query(t.Context(), `SELECT rule, variant, subject, month, severity, evidence_hash, md5(evidence::text) FROM finding WHERE state <> 'superseded'`)
	if err != nil {
		t.Fatal(err)
	}
	var rule, variant, subject, severity, evidence string
	var month int
	var hash []byte
	_, err = pgx.ForEachRow(rows, []any{&rule, &variant, &subject, &month, &severity, &hash, &evidence}, func() error {
		lines = append(lines, fmt.Sprintf("finding %s%s %s %s %s %s %s", rule, variant, subject, cube.Month(month), severity, hex.EncodeToString(hash)[:8], evidence))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(lines)
	return lines
}

// unwatched takes away the log of sessions and the register of staff, and lets officers act at other offices soon after
// they acted at their own: only then crosschecks compare what one user did at two offices.
func unwatched(random *rand.Rand, all []intake.Document) []intake.Document {
	all = slices.DeleteFunc(all, func(d intake.Document) bool { return d.Session != nil || d.Posting != nil })
	for i := range all {
		d := all[i].Declaration
		if d == nil || len(d.Inspections) == 0 {
			continue
		}
		user, at := d.Inspections[0].User, d.Inspections[0].Moment
		for j := random.IntN(len(all)); j < len(all); j++ {
			other := all[j].Declaration
			if other == nil || other.Reference.Office == d.Reference.Office || len(other.Events) < 2 {
				continue
			}
			d.Events = append(slices.Clone(d.Events), declaration.Event{Sequence: len(d.Events) + 1, Kind: declaration.ControlRecorded, Operation: "Here", User: user, Moment: at})
			at.At = at.At.Add(10 * time.Minute)
			other.Events = append(slices.Clone(other.Events), declaration.Event{Sequence: len(other.Events) + 1, Kind: declaration.ControlRecorded, Operation: "There", User: user, Moment: at})
			break
		}
	}
	return all
}

// Whatever comes in whatever order: a refresh of what a load made dirty must leave what a
// refresh of everything leaves, findings and segments.
func TestRefreshOfDirtyMonthsEqualsThatOfAll(t *testing.T) {
	t.Parallel()
	tries := []struct {
		seed    uint64
		loads   int
		watched bool // there is a log of sessions
	}{{0, 5, true}, {1, 5, false}, {2, 8, true}}
	for _, try := range tries[:racing.Of(1, len(tries))] {
		t.Run(fmt.Sprint(try.seed), func(t *testing.T) {
			t.Parallel()
			k := newIncremental(t)
			few := 0
			random := rand.New(rand.NewPCG(try.seed, 7))
			all := sampleDocuments(t, try.seed+1, k.tenant)
			if !try.watched {
				all = unwatched(random, all)
			}
			for number, documents := range deliveries(random, all, try.loads) {
				k.load(t, number, documents)
				made, err := k.refresh.Run(t.Context(), k.tenant.ID, refresh.Input{})
				if err != nil {
					t.Fatal(err)
				}
				step := k.state(t)
				whole, err := k.refresh.Run(t.Context(), k.tenant.ID, refresh.Input{All: true})
				if err != nil {
					t.Fatal(err)
				}
				if made.Months < whole.Months {
					few++
				}
				if diff := gocmp.Diff(k.state(t), step); diff != "" {
					t.Fatalf("load %d of %d documents, %d of %d months made again (-all +dirty):\n%s", number, len(documents), made.Months, cmp.Or(whole.Months, 1), diff)
				}
			}
			if few == 0 {
				t.Error("every load made all months dirty: nothing was tried")
			}
			t.Logf("%d loads left months as they were", few)
		})
	}
}

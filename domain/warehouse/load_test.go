package warehouse_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"assay/domain"
	"assay/domain/declaration"
	"assay/domain/intake"
	"assay/domain/warehouse"
)

func one(d *declaration.Declaration) intake.Document { return intake.Document{Declaration: d} }

func counts(b *warehouse.Batch) [4]int64 {
	return [4]int64{b.Loaded, b.Replaced, b.Unchanged, b.Rejected}
}

func TestALoadedDeclarationComesBackWhole(t *testing.T) {
	t.Parallel()
	b := setup(t)
	batch := b.load(t, b.first, one(document(1)), one(document(2)))
	if counts(batch) != [4]int64{2, 0, 0, 0} {
		t.Fatalf("batch %+v", batch)
	}
	all := b.records(t, b.first.ID, warehouse.Range{})
	if len(all) != 2 {
		t.Fatalf("%d records", len(all))
	}
	for i := range all {
		if diff := cmp.Diff(document(i+1), &all[i].Declaration, same); diff != "" {
			t.Errorf("record %d (-loaded +read):\n%s", i, diff)
		}
		if all[i].Version != 1 || all[i].Batch != batch.ID || all[i].Parts != 127 || all[i].Totals != document(1).Totals() {
			t.Errorf("record %d: version %d, batch %s, parts %d, totals %+v", i, all[i].Version, all[i].Batch, all[i].Parts, all[i].Totals)
		}
	}
}

func TestTheSameTwiceChangesNothing(t *testing.T) {
	t.Parallel()
	b := setup(t)
	first := b.load(t, b.first, one(document(1)), one(document(2)))
	b.clearDirty(t, b.first.ID)
	second := b.load(t, b.first, one(document(1)), one(document(2)))
	if counts(second) != [4]int64{0, 0, 2, 0} {
		t.Fatalf("second load: %v", counts(second))
	}
	if second.Detail.Repeats == nil || *second.Detail.Repeats != first.ID {
		t.Errorf("the repetition was not noticed: %v", second.Detail.Repeats)
	}
	if len(second.Detail.Months) != 0 || len(b.dirty(t, b.first.ID)) != 0 {
		t.Errorf("months became dirty: %v", second.Detail.Months)
	}
	for _, r := range b.records(t, b.first.ID, warehouse.Range{}) {
		if r.Version != 1 || r.Batch != first.ID {
			t.Errorf("%s has version %d of batch %s", r.Reference, r.Version, r.Batch)
		}
	}
}

func TestAChangedDeclarationGetsAVersionAndTheOldOneStays(t *testing.T) {
	t.Parallel()
	b := setup(t)
	old := document(1)
	first := b.load(t, b.first, one(document(1)), one(document(2)))
	changed := document(1)
	changed.Header.LaneCurrent = declaration.Blue
	changed.Events = changed.Events[:2]
	second := b.load(t, b.first, one(changed), one(document(2)), one(document(3)))
	if counts(second) != [4]int64{1, 1, 1, 0} {
		t.Fatalf("second load: %v", counts(second))
	}
	record, err := b.service.Get(t.Context(), b.first.ID, "DLA1/2026/C1")
	if err != nil {
		t.Fatalf("get: %v", err)
	}
	if diff := cmp.Diff(changed, &record.Declaration, same); diff != "" || record.Version != 2 || record.Batch != second.ID {
		t.Fatalf("version %d of batch %s (-want +got):\n%s", record.Version, record.Batch, diff)
	}
	versions, err := b.service.Versions(t.Context(), b.first.ID, "DLA1/2026/C1")
	if err != nil || len(versions) != 2 {
		t.Fatalf("%d versions, %v", len(versions), err)
	}
	if v := versions[1]; v.Version != 1 || v.Batch != first.ID || v.SupersededBy == nil || *v.SupersededBy != second.ID || v.Parts != 127 ||
		!v.LoadedAt.Equal(b.now) || v.Source != "test" {
		t.Errorf("earlier version %+v", v)
	}
	if diff := cmp.Diff(old, versions[1].Document, same); diff != "" {
		t.Errorf("the old version (-loaded +read):\n%s", diff)
	}
	if versions[0].Version != 2 || versions[0].SupersededAt != nil {
		t.Errorf("current version %+v", versions[0])
	}
}

func TestAPartThatIsNotDeliveredStays(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.load(t, b.first, one(document(1)))
	newer := document(1)
	newer.Items, newer.Events, newer.Assignments, newer.Offences = nil, nil, nil, []declaration.Offence{}
	newer.Header = declaration.Header{Flow: declaration.Import, RegisteredOn: newer.Header.RegisteredOn, LaneCurrent: declaration.Red}
	if batch := b.load(t, b.first, one(newer)); counts(batch) != [4]int64{0, 1, 0, 0} {
		t.Fatalf("load: %v", counts(batch))
	}
	want := document(1)
	want.Header.LaneCurrent = declaration.Red
	want.Offences = []declaration.Offence{}
	record := b.records(t, b.first.ID, warehouse.Range{})[0]
	if diff := cmp.Diff(want, &record.Declaration, same); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if batch := b.load(t, b.first, one(newer)); counts(batch) != [4]int64{0, 0, 1, 0} {
		t.Errorf("the partial extract again: %v", counts(batch))
	}
}

func TestDifferentAmountsOfTwoExtractsAreADocumentVersion(t *testing.T) {
	t.Parallel()
	b := setup(t)
	first, second := document(1), document(1)
	first.Versions, second.Versions = nil, nil
	second.Items[0].CustomsValue += 100
	b.load(t, b.first, one(first))
	b.load(t, b.first, one(second))
	record := b.records(t, b.first.ID, warehouse.Range{})[0]
	want := []declaration.Version{
		{Number: 1, Moment: declaration.Moment{At: first.Header.RegisteredOn, Precision: declaration.Day}, Cause: declaration.VersionExtract, CustomsValue: 10500, Payable: 1200},
		{Number: 2, Moment: declaration.Moment{At: time.Date(2026, 3, 9, 23, 0, 0, 0, time.UTC), Precision: declaration.Day}, Cause: declaration.VersionExtract, CustomsValue: 10600, Payable: 1200},
	}
	if diff := cmp.Diff(want, record.Versions, same); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if record.Parts.Has(warehouse.PartVersions) {
		t.Error("the source gave no versions")
	}
}

func TestOneDeliveryWithADeclarationTwiceMakesOneVersion(t *testing.T) {
	t.Parallel()
	b := setup(t)
	again := document(1)
	again.Items, again.Header.LaneCurrent = nil, declaration.Yellow
	batch := b.load(t, b.first, one(document(1)), one(again), one(document(2)))
	if counts(batch) != [4]int64{2, 0, 0, 0} {
		t.Fatalf("load: %v", counts(batch))
	}
	versions, err := b.service.Versions(t.Context(), b.first.ID, "DLA1/2026/C1")
	if err != nil || len(versions) != 1 || versions[0].Version != 1 || versions[0].Document.Header.LaneCurrent != declaration.Yellow || len(versions[0].Document.Items) != 2 {
		t.Fatalf("versions %+v, %v", versions, err)
	}
}

func TestWhatCannotBeKeptIsARejectAndTheRestLoads(t *testing.T) {
	t.Parallel()
	b := setup(t)
	spoil := func(change func(*declaration.Declaration)) intake.Document {
		d := document(9)
		change(d)
		return one(d)
	}
	documents := []intake.Document{
		one(document(1)),
		spoil(func(d *declaration.Declaration) { d.Reference.Number = "" }),
		spoil(func(d *declaration.Declaration) { d.Header.Flow = "sideways" }),
		spoil(func(d *declaration.Declaration) { d.Header.RegisteredOn = time.Time{} }),
		spoil(func(d *declaration.Declaration) { d.Items[1].Number = d.Items[0].Number }),
		spoil(func(d *declaration.Declaration) { d.Items[0].Description = "a\x00b" }),
		spoil(func(d *declaration.Declaration) { d.Events[0].User = "\xff\xfe" }),
		spoil(func(d *declaration.Declaration) { d.Events[0].At = time.Time{} }),
		spoil(func(d *declaration.Declaration) { d.Payments[0].Kind = "barter" }),
		spoil(func(d *declaration.Declaration) { d.Offences[0].Status = "" }),
		spoil(func(d *declaration.Declaration) { d.Header.Importer = strings.Repeat("x", 300) }),
		{Office: &intake.Office{Code: "X", Opens: 900, Closes: 100}},
		{Posting: &intake.Posting{User: "u", Function: "king", Status: "active", From: day(2026, 1, 1)}},
		{Manifest: &declaration.Manifest{Reference: "M", Bills: []declaration.Bill{{Reference: "A"}, {Reference: "A"}}}},
		{Suspense: &declaration.SuspenseAccount{Account: "S"}},
		{Transit: &declaration.TransitDocument{}},
		{},
		one(document(2)),
	}
	batch, err := b.service.Load(t.Context(), b.first, warehouse.LoadInput{Source: "test"}, func(_ context.Context, sink intake.Sink) (intake.Summary, error) {
		reject := intake.Reject{Place: intake.Place{File: "a.csv", Line: 7}, Field: "QTY", Value: "x\x00", Reason: "not a number", Row: "1;x\xff"}
		if err := sink.Reject(reject); err != nil {
			return intake.Summary{}, err
		}
		for _, d := range documents {
			if err := sink.Document(d); err != nil {
				return intake.Summary{}, err
			}
		}
		return intake.Summary{Rejected: 1}, nil
	})
	if err != nil {
		t.Fatalf("load: %v", err)
	}
	if counts(batch) != [4]int64{2, 0, 0, int64(len(documents) - 2 + 1)} {
		t.Fatalf("load: %v", counts(batch))
	}
	rejects, err := b.service.Rejects(t.Context(), b.first.ID, batch.ID, 0, 100)
	if err != nil || int64(len(rejects)) != batch.Rejected {
		t.Fatalf("%d rejects, %v", len(rejects), err)
	}
	want := intake.Reject{Place: intake.Place{File: "a.csv", Line: 7}, Field: "QTY", Value: "x\uFFFD", Reason: "not a number", Row: "1;x\uFFFD"}
	if diff := cmp.Diff(want, rejects[0].Reject); diff != "" {
		t.Errorf("reject of the reader (-want +got):\n%s", diff)
	}
	for i, r := range rejects {
		if r.Sequence != int64(i+1) || r.Reason == "" {
			t.Errorf("reject %d: %+v", i, r)
		}
	}
	if got := rejects[5].Reason; got != "description contains a zero byte" {
		t.Errorf("reason %q", got)
	}
	next, err := b.service.Rejects(t.Context(), b.first.ID, batch.ID, 5, 2)
	if err != nil || len(next) != 2 || next[0].Sequence != 6 {
		t.Errorf("second page: %+v, %v", next, err)
	}
}

func TestADryRunReportsAndChangesNothing(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.load(t, b.first, one(document(1)), one(document(2)))
	before := b.contents(t)
	changed := document(2)
	changed.Header.Mode = "4"
	documents := []intake.Document{one(document(1)), one(changed), one(document(3)), one(document(4)), one(document(4)),
		{Broker: &intake.Broker{Code: "NEW"}}, {Manifest: &declaration.Manifest{Reference: "M1"}}}
	batch, err := b.service.Load(t.Context(), b.first, warehouse.LoadInput{DryRun: true}, give(documents...))
	if err != nil {
		t.Fatalf("dry run: %v", err)
	}
	if counts(batch) != [4]int64{3, 1, 1, 0} || batch.State != warehouse.BatchDryRun {
		t.Errorf("dry run: %v, %s", counts(batch), batch.State)
	}
	if diff := cmp.Diff(before, b.contents(t)); diff != "" {
		t.Errorf("the dry run changed something:\n%s", diff)
	}
}

func TestALoadThatStopsLeavesOnlyItsFailure(t *testing.T) {
	t.Parallel()
	broken := errors.New("the disk is on fire")
	for name, stop := range map[string]func(cancel context.CancelFunc) error{
		"the reader fails": func(context.CancelFunc) error { return broken },
		"a cut-off file": func(context.CancelFunc) error {
			return domain.Errorf(domain.KindInvalid, "items.csv ends in the middle of a row")
		},
		"it is cancelled": func(cancel context.CancelFunc) error { cancel(); return nil },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t)
			b.load(t, b.first, one(document(1)))
			before := b.contents(t)
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			reading := func(_ context.Context, sink intake.Sink) (intake.Summary, error) {
				for n := 1; n < 40; n++ {
					d := document(n % 5) // repetitions make the chunks small, so that some are at the server
					d.Header.TopUp = int64(n)
					if err := sink.Document(one(d)); err != nil {
						return intake.Summary{}, err
					}
				}
				if err := stop(cancel); err != nil {
					return intake.Summary{}, err
				}
				return intake.Summary{}, sink.Document(one(document(100)))
			}
			batch, err := b.service.Load(ctx, b.first, warehouse.LoadInput{Source: "x"}, reading)
			if err == nil {
				t.Fatal("the load succeeded")
			}
			kept, err := b.service.Batch(t.Context(), b.first.ID, batch.ID)
			if err != nil || kept.State != warehouse.BatchFailed || kept.Failure == "" || kept.EndedAt.IsZero() {
				t.Fatalf("batch %+v, %v", kept, err)
			}
			if name == "a cut-off file" && kept.Failure != "items.csv ends in the middle of a row" {
				t.Errorf("failure %q", kept.Failure)
			}
			if diff := cmp.Diff(before, b.contents(t)); diff != "" {
				t.Errorf("the stopped load left something:\n%s", diff)
			}
			again, err := b.service.Load(t.Context(), b.first, warehouse.LoadInput{Batch: batch.ID, Source: "x"}, give(one(document(2))))
			if err != nil || again.Loaded != 1 || again.State != warehouse.BatchLoaded {
				t.Fatalf("run again: %+v, %v", again, err)
			}
		})
	}
}

func TestABatchOfAProcessThatDiedIsClosedByTheNextLoad(t *testing.T) {
	t.Parallel()
	b := setup(t)
	died := domain.NewID()
	b.exec(t, `INSERT INTO batch (tenant_id, batch_id, format, source, state, started_at) VALUES ($1, $2, 'ndjson', 'x', 'reading', now())`, b.first.ID.String(), died)
	b.exec(t, `INSERT INTO batch (tenant_id, batch_id, format, source, state, started_at) VALUES ($1, $2, 'ndjson', 'x', 'reading', now())`, b.second.ID.String(), died)
	b.load(t, b.first, one(document(1)))
	closed, err := b.service.Batch(t.Context(), b.first.ID, died)
	if err != nil || closed.State != warehouse.BatchFailed || closed.Failure == "" {
		t.Errorf("batch %+v, %v", closed, err)
	}
	other, err := b.service.Batch(t.Context(), b.second.ID, died)
	if err != nil || other.State != warehouse.BatchReading {
		t.Errorf("the other administration's batch %+v, %v", other, err)
	}
}

func TestLoadsOfOneAdministrationWaitForEachOther(t *testing.T) {
	t.Parallel()
	b := setup(t)
	entered, release := make(chan struct{}), make(chan struct{})
	finished := make(chan error, 1)
	go func() {
		_, err := b.service.Load(t.Context(), b.first, warehouse.LoadInput{}, func(_ context.Context, sink intake.Sink) (intake.Summary, error) {
			close(entered)
			<-release
			return intake.Summary{}, sink.Document(one(document(1)))
		})
		finished <- err
	}()
	<-entered
	// Another administration does not wait.
	b.load(t, b.second, one(document(1)))
	second := make(chan *warehouse.Batch, 1)
	go func() {
		batch, err := b.service.Load(t.Context(), b.first, warehouse.LoadInput{}, give(one(document(1))))
		if err != nil {
			t.Errorf("second load: %v", err)
		}
		second <- batch
	}()
	select {
	case <-second:
		t.Error("the second load did not wait")
	case <-time.After(100 * time.Millisecond):
	}
	close(release)
	if err := <-finished; err != nil {
		t.Fatalf("first load: %v", err)
	}
	if batch := <-second; batch.Unchanged != 1 {
		t.Errorf("second load: %v", counts(batch))
	}
}

func TestALoadLeavesItsFollowUpWork(t *testing.T) {
	t.Parallel()
	b := setup(t)
	batch, err := b.service.Load(t.Context(), b.first, warehouse.LoadInput{NoRefresh: true, By: "tester"}, give(one(document(1))))
	if err != nil {
		t.Fatal(err)
	}
	if n := b.count(t, `SELECT count(*) FROM outbox`); n != 0 {
		t.Errorf("%d jobs though none was wanted", n)
	}
	b.load(t, b.first, one(document(2)))
	b.load(t, b.first, one(document(3)))
	if n := b.count(t, `SELECT count(*) FROM outbox WHERE kind = 'refresh' AND period = 'refresh' AND class = 'batch' AND state = 'pending'`); n != 1 {
		t.Errorf("%d refresh jobs, want one for both loads", n)
	}
	if n := b.count(t, `SELECT count(*) FROM audit_record WHERE action = 'import.load' AND actor = 'tester' AND object = 'batch/`+batch.ID.String()+`'`); n != 1 {
		t.Errorf("%d audit records", n)
	}
	watermark, err := b.service.Watermark(t.Context(), b.first.ID)
	if err != nil || !watermark.Equal(moment(2026, 3, 1, 9, 0).At) {
		t.Errorf("watermark %v, %v", watermark, err)
	}
}

func TestALoadInsideAnotherTransactionIsRefused(t *testing.T) {
	t.Parallel()
	b := setup(t)
	err := b.within(t, func(ctx context.Context) error {
		_, err := b.service.Load(ctx, b.first, warehouse.LoadInput{}, give())
		return err
	})
	if !domain.Is(err, domain.KindInternal) {
		t.Fatalf("got %v", err)
	}
}

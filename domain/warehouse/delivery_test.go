package warehouse_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os"
	"strings"
	"testing"

	"assay/domain"
	"assay/domain/intake"
	"assay/domain/warehouse"
)

// lines are declarations in the canonical format, with enough of them for
// several pieces of a megabyte.
func lines(t *testing.T, declarations int) []byte {
	t.Helper()
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	for n := range declarations {
		d := document(n + 1)
		d.Items[0].Description = strings.Repeat("horse ", 50)
		if err := encoder.Encode(one(d)); err != nil {
			t.Fatal(err)
		}
	}
	return text.Bytes()
}

func deliveryOf(format string, contents ...[]byte) warehouse.DeliveryInput {
	in := warehouse.DeliveryInput{Format: format, By: "tester"}
	for _, content := range contents {
		in.Uploads = append(in.Uploads, warehouse.Upload{Name: `C:\data\part.ndjson`, Content: bytes.NewReader(content)})
	}
	return in
}

func TestADeliveryWaitsAndIsLoadedLater(t *testing.T) {
	t.Parallel()
	b := setup(t)
	content := lines(t, 1000)
	if len(content) < 2<<20 {
		t.Fatalf("%d bytes are too few for this test", len(content))
	}
	half := bytes.LastIndexByte(content[:len(content)/2], '\n') + 1
	batch, err := b.service.Deliver(t.Context(), b.first, deliveryOf(intake.FormatNDJSON, content[:half], content[half:]))
	if err != nil {
		t.Fatalf("deliver: %v", err)
	}
	if batch.State != warehouse.BatchWaiting || batch.Source != "part.ndjson, part.ndjson" {
		t.Errorf("batch %+v", batch)
	}
	if n := b.count(t, `SELECT count(*) FROM outbox WHERE kind = 'import' AND class = 'ingest' AND period = $1 AND arguments->>'batch' = $1`, batch.ID.String()); n != 1 {
		t.Errorf("%d jobs", n)
	}
	b.checkPercent(t, batch)
	var last warehouse.LoadProgress
	loaded, err := b.service.Process(t.Context(), b.first, batch.ID, func(p warehouse.LoadProgress) { last = p })
	if err != nil {
		t.Fatalf("process: %v", err)
	}
	if counts(loaded) != [4]int64{1000, 0, 0, 0} || loaded.ID != batch.ID || loaded.By != "tester" {
		t.Errorf("loaded %v, %+v", counts(loaded), loaded)
	}
	if last.Reading.Documents != 1000 {
		t.Errorf("progress %+v", last)
	}
	if n := b.count(t, `SELECT count(*) FROM delivery_part`) + b.count(t, `SELECT count(*) FROM delivery`); n != 0 {
		t.Errorf("%d rows of delivered files are left", n)
	}
	again, err := b.service.Process(t.Context(), b.first, batch.ID, nil)
	if err != nil || counts(again) != [4]int64{1000, 0, 0, 0} {
		t.Errorf("processed again: %v, %v", counts(again), err)
	}
}

func TestAFailedDeliveryKeepsItsFilesUntilDiscarded(t *testing.T) {
	t.Parallel()
	b := setup(t)
	content := lines(t, 3)
	batch, err := b.service.Deliver(t.Context(), b.first, deliveryOf(intake.FormatWorld, content)) // not what it says it is
	if err != nil {
		t.Fatal(err)
	}
	if _, err := b.service.Process(t.Context(), b.first, batch.ID, nil); !domain.Is(err, domain.KindInvalid) {
		t.Fatalf("process: %v", err)
	}
	failed, err := b.service.Batch(t.Context(), b.first.ID, batch.ID)
	if err != nil || failed.State != warehouse.BatchFailed || failed.Failure == "" {
		t.Fatalf("batch %+v, %v", failed, err)
	}
	b.exec(t, `UPDATE outbox SET state = 'done'`)
	if err := b.service.Again(t.Context(), b.first.ID, batch.ID); err != nil {
		t.Fatalf("again: %v", err)
	}
	if n := b.count(t, `SELECT count(*) FROM outbox WHERE state = 'pending'`); n != 1 {
		t.Errorf("%d jobs wait", n)
	}
	if err := b.service.Discard(t.Context(), b.first.ID, batch.ID); err != nil {
		t.Fatalf("discard: %v", err)
	}
	if n := b.count(t, `SELECT count(*) FROM delivery_part`); n != 0 {
		t.Errorf("%d pieces are left", n)
	}
	if _, err := b.service.Process(t.Context(), b.first, batch.ID, nil); !domain.Is(err, domain.KindConflict) {
		t.Errorf("process after discarding: %v", err)
	}
	if err := b.service.Again(t.Context(), b.first.ID, batch.ID); !domain.Is(err, domain.KindConflict) {
		t.Errorf("again after discarding: %v", err)
	}
}

func TestADryRunMayBeDelivered(t *testing.T) {
	t.Parallel()
	b := setup(t)
	in := deliveryOf(intake.FormatNDJSON, lines(t, 2))
	in.DryRun = true
	batch, err := b.service.Deliver(t.Context(), b.first, in)
	if err != nil {
		t.Fatal(err)
	}
	done, err := b.service.Process(t.Context(), b.first, batch.ID, nil)
	if err != nil || done.State != warehouse.BatchDryRun || done.Loaded != 2 || b.count(t, `SELECT count(*) FROM declaration`) != 0 {
		t.Errorf("dry run %+v, %v", done, err)
	}
}

func TestADeliveryThatIsRefusedLeavesNothing(t *testing.T) {
	t.Parallel()
	b := setup(t)
	broken := deliveryOf(intake.FormatNDJSON, []byte("x"))
	broken.Uploads = append(broken.Uploads, warehouse.Upload{Name: "b", Content: io.MultiReader(strings.NewReader("abc"), brokenReader{})})
	large := deliveryOf(intake.FormatNDJSON, []byte("12345"), []byte("67890"))
	large.MaxBytes = 9
	mapped := deliveryOf(intake.FormatTable, []byte("a,b"))
	mapped.MapName = "nobody-has-this"
	for name, c := range map[string]struct {
		in   warehouse.DeliveryInput
		kind domain.Kind
	}{
		"no files":       {deliveryOf(intake.FormatNDJSON), domain.KindInvalid},
		"empty files":    {deliveryOf(intake.FormatNDJSON, nil), domain.KindInvalid},
		"unknown format": {deliveryOf("papyrus", []byte("x")), domain.KindInvalid},
		"unknown map":    {mapped, domain.KindNotFound},
		"too large":      {large, domain.KindTooMany},
		"cut off":        {broken, domain.KindInternal},
	} {
		in := c.in
		in.SpoolDir = t.TempDir()
		if _, err := b.service.Deliver(t.Context(), b.first, in); !domain.Is(err, c.kind) {
			t.Errorf("%s: %v", name, err)
		}
		if left, err := os.ReadDir(in.SpoolDir); err != nil || len(left) != 0 {
			t.Errorf("%s: %d temporary files are left, %v", name, len(left), err)
		}
	}
	for _, table := range []string{"batch", "delivery", "delivery_part", "outbox", "audit_record"} {
		if n := b.count(t, `SELECT count(*) FROM `+table); n != 0 {
			t.Errorf("%d rows in %s", n, table)
		}
	}
}

type brokenReader struct{}

func (brokenReader) Read([]byte) (int, error) { return 0, errors.New("the line went dead") }

// checkPercent plays the job of a delivery up to its middle: the batch says how far it is as soon as the job does.
func (b *bundle) checkPercent(t *testing.T, batch *warehouse.Batch) {
	t.Helper()
	ctx := t.Context()
	percent := func() *int {
		found, err := b.service.Batch(ctx, b.first.ID, batch.ID)
		if err != nil {
			t.Fatal(err)
		}
		return found.Percent
	}
	if got := percent(); got != nil {
		t.Errorf("a batch that waits is at %d per cent", *got)
	}
	jobs, err := b.db.Claim(ctx, b.first.ID, 10, b.now)
	if err != nil || len(jobs) != 1 {
		t.Fatalf("jobs: %v, %v", jobs, err)
	}
	if _, err := b.db.Start(ctx, jobs[0], b.now); err != nil {
		t.Fatal(err)
	}
	if _, err := b.db.Beat(ctx, jobs[0], warehouse.LoadProgress{Reading: intake.Progress{Bytes: 417, Total: 1000}}, b.now); err != nil {
		t.Fatal(err)
	}
	if got := percent(); got == nil || *got != 41 {
		t.Errorf("417 of 1000 bytes are %v per cent", got)
	}
}

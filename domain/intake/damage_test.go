package intake

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"assay/domain"
)

// TestCutOffFiles: a file whose end is missing stops the delivery before anything was delivered.
func TestCutOffFiles(t *testing.T) {
	t.Parallel()
	text := whole()["operations.csv"]
	packed := gzipped(t, extract{"operations.csv": text})["operations.csv.gz"]
	archive := zipped(t, whole())
	for name, input := range map[string]Input{
		"gzip in its data":     file("operations.csv.gz", packed[:len(packed)-20]),
		"gzip in its sum":      file("operations.csv.gz", packed[:len(packed)-3]),
		"gzip in its head":     file("operations.csv.gz", packed[:5]),
		"zip":                  file("extract.zip", archive[:len(archive)-30]),
		"zip at its beginning": file("extract.zip", archive[:100]),
		"last line":            file("operations.csv", text[:len(text)-30]),
		"open quote":           file("operations.csv", strings.TrimSuffix(text, "exam1\n")+"\"exam1\n"),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var sink collector
			_, err := Read(t.Context(), source(input), Options{}, &sink)
			if !domain.Is(err, domain.KindInvalid) {
				t.Fatalf("got %v", err)
			}
			if len(sink.documents) > 0 || len(sink.rejects) > 0 {
				t.Errorf("%d documents and %d rejects were delivered", len(sink.documents), len(sink.rejects))
			}
		})
	}
}

// TestDamagedFiles: changed bytes are found by the sums of the packing.
func TestDamagedFiles(t *testing.T) {
	t.Parallel()
	packed := []byte(gzipped(t, extract{"operations.csv": whole()["operations.csv"]})["operations.csv.gz"])
	packed[len(packed)-6] ^= 0xFF
	if _, err := Read(t.Context(), source(file("operations.csv.gz", string(packed))), Options{}, &collector{}); !domain.Is(err, domain.KindInvalid) {
		t.Errorf("gzip: %v", err)
	}
	archive := []byte(zipped(t, extract{"operations.csv": strings.Repeat(whole()["operations.csv"], 3)}))
	archive[60] ^= 0xFF
	if _, err := Read(t.Context(), source(file("x.zip", string(archive))), Options{}, &collector{}); !domain.Is(err, domain.KindInvalid) {
		t.Errorf("zip: %v", err)
	}
}

// TestBombs: a small file that decompresses to far more than files do is refused.
func TestBombs(t *testing.T) {
	t.Parallel()
	var bomb bytes.Buffer
	w, err := gzip.NewWriterLevel(&bomb, gzip.BestCompression)
	if err != nil {
		t.Fatal(err)
	}
	line := strings.Repeat("x", 1<<20)
	for range 120 {
		if _, err := io.WriteString(w, line); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	_, err = Read(t.Context(), source(file("operations.csv.gz", bomb.String())), Options{}, &collector{})
	if !domain.Is(err, domain.KindInvalid) {
		t.Errorf("got %v", err)
	}
}

// TestNothingToRead: no file, an empty file, a folder without files, a file that does not exist.
func TestNothingToRead(t *testing.T) {
	t.Parallel()
	for name, s := range map[string]Source{
		"nothing": {}, "empty file": source(file("items.csv", "")), "empty folder": {Paths: []string{t.TempDir()}},
		"no such file": {Paths: []string{t.TempDir() + "/x.csv"}}, "blank lines": source(file("items.csv", "\n\n \n")),
		"empty zip": source(file("x.zip", zipped(t, extract{}))),
	} {
		if _, err := Read(t.Context(), s, Options{}, &collector{}); !domain.Is(err, domain.KindInvalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestHeaderAlone: a file with a header and no row is an empty file of its kind.
func TestHeaderAlone(t *testing.T) {
	t.Parallel()
	sink, summary := mustRead(t, extract{"operations.csv": operationsHeader, "items.csv": whole()["items.csv"]}.source(), Options{})
	if summary.Counts.Declarations != 1 || sink.documents[0].Declaration.Events == nil || len(sink.documents[0].Declaration.Events) != 0 {
		t.Fatalf("got %+v, events %v", summary.Counts, sink.documents[0].Declaration.Events)
	}
}

var errFull = errors.New("the disk is full")

// failing is a sink that fails after some documents.
type failing struct{ left int }

func (f *failing) Document(Document) error {
	if f.left--; f.left < 0 {
		return errFull
	}
	return nil
}
func (f *failing) Reject(Reject) error { return nil }

// TestSinkFailure: an error of the sink ends the reading and comes back as it is.
func TestSinkFailure(t *testing.T) {
	t.Parallel()
	files := manyRows(3000, testChance())
	for _, left := range []int{0, 1, 500, 2999} {
		_, err := Read(t.Context(), delivered(files, 2), Options{MemoryBytes: 1 << 20, Workers: 2}, &failing{left: left})
		if !errors.Is(err, errFull) {
			t.Errorf("after %d documents: %v", left, err)
		}
	}
}

// stopping cancels its context after some documents.
type stopping struct {
	left int
	stop context.CancelFunc
}

func (s *stopping) Document(Document) error {
	if s.left--; s.left == 0 {
		s.stop()
	}
	return nil
}
func (s *stopping) Reject(Reject) error { return nil }

func TestCancelling(t *testing.T) {
	t.Parallel()
	files := manyRows(3000, testChance())
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	if _, err := Read(ctx, delivered(files, 2), Options{MemoryBytes: 1 << 20}, &stopping{left: 700, stop: stop}); !errors.Is(err, context.Canceled) {
		t.Fatalf("got %v", err)
	}
	over, cancel := context.WithDeadline(t.Context(), time.Unix(0, 0))
	defer cancel()
	if _, err := Read(over, delivered(files, 2), Options{}, &collector{}); !errors.Is(err, context.DeadlineExceeded) {
		t.Fatalf("got %v", err)
	}
}

// TestProgress: it grows, and ends with everything.
func TestProgress(t *testing.T) {
	t.Parallel()
	var seen []Progress
	_, summary := mustRead(t, delivered(manyRows(3000, testChance()), 2), Options{Progress: func(p Progress) { seen = append(seen, p) }})
	if len(seen) < 5 || len(seen) > 2*progressSteps {
		t.Fatalf("progress was told %d times", len(seen))
	}
	for i := 1; i < len(seen); i++ {
		if seen[i].Bytes < seen[i-1].Bytes || seen[i].Documents < seen[i-1].Documents || seen[i].Bytes > seen[i].Total {
			t.Fatalf("progress went from %+v to %+v", seen[i-1], seen[i])
		}
	}
	last := seen[len(seen)-1]
	if last.Bytes != last.Total || last.Rows != summary.Read || last.Documents != summary.Counts.Declarations {
		t.Errorf("it ended with %+v", last)
	}
}

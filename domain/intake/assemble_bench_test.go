package intake_test

import (
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"sync"
	"testing"
	"time"

	"assay/domain/intake"
	"assay/domain/sample"
)

// discard takes everything and keeps nothing.
type discard struct{ documents, rejects int64 }

func (d *discard) Document(intake.Document) error { d.documents++; return nil }
func (d *discard) Reject(intake.Reject) error     { d.rejects++; return nil }

// benchmarkSize is the declarations of BenchmarkAssemble; ASSAY_BENCH_DECLARATIONS overrides it.
func benchmarkSize(b *testing.B) int {
	text := os.Getenv("ASSAY_BENCH_DECLARATIONS")
	if text == "" {
		return 50_000
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		b.Fatalf("ASSAY_BENCH_DECLARATIONS: %v", err)
	}
	return n
}

// extractFolder is a generated extract. ASSAY_BENCH_FOLDER names a place to keep it for the next run.
func extractFolder(b *testing.B, declarations int) string {
	b.Helper()
	dir := os.Getenv("ASSAY_BENCH_FOLDER")
	if dir == "" {
		dir = b.TempDir()
	}
	dir = filepath.Join(dir, strconv.Itoa(declarations))
	if _, err := os.Stat(filepath.Join(dir, "items.csv")); err == nil {
		return dir
	}
	p := sample.DefaultParameters()
	p.Declarations = declarations
	if _, err := sample.Write(b.Context(), dir, p, nil); err != nil {
		b.Fatalf("writing the sample: %v", err)
	}
	return dir
}

// BenchmarkAssemble reads a generated extract, all files joined, into a sink that does nothing.
func BenchmarkAssemble(b *testing.B) {
	declarations := benchmarkSize(b)
	dir := extractFolder(b, declarations)
	var summary intake.Summary
	var most uint64
	for b.Loop() {
		peak := watchHeap()
		var sink discard
		var err error
		if summary, err = intake.Read(b.Context(), intake.Source{Paths: []string{dir}}, intake.Options{}, &sink); err != nil {
			b.Fatal(err)
		}
		if sink.documents == 0 || sink.rejects != 0 {
			b.Fatalf("%d documents, %d rejects", sink.documents, sink.rejects)
		}
		most = max(most, peak())
	}
	seconds := b.Elapsed().Seconds() / float64(b.N)
	b.ReportMetric(float64(summary.Counts.Declarations)/seconds, "declarations/s")
	b.ReportMetric(float64(summary.Read)/seconds, "rows/s")
	b.ReportMetric(float64(most)/(1<<20), "MB-heap")
}

// watchHeap samples the heap until the returned function is called, which gives the largest size.
func watchHeap() func() uint64 {
	var most uint64
	stop := make(chan struct{})
	var done sync.WaitGroup
	done.Go(func() {
		tick := time.NewTicker(20 * time.Millisecond)
		defer tick.Stop()
		var m runtime.MemStats
		for {
			runtime.ReadMemStats(&m)
			most = max(most, m.HeapInuse)
			select {
			case <-stop:
				return
			case <-tick.C:
			}
		}
	})
	return func() uint64 {
		close(stop)
		done.Wait()
		return most
	}
}

package cube_test

import (
	"context"
	"flag"
	"sync"
	"syscall"
	"testing"
	"time"

	"assay/domain/cube"
	"assay/domain/cube/benchdata"
)

var (
	benchRows = flag.Int("cube.rows", 240_000, "declarations that the benchmarks ask about, over 24 months")
	benchData = flag.String("cube.data", "", "directory that keeps the generated data for the next run")
)

var benchSnapshot = sync.OnceValues(func() (*cube.Snapshot, error) {
	segments, err := benchdata.Segments(*benchRows, *benchData)
	if err != nil {
		return nil, err
	}
	return cube.NewSnapshot(segments...)
})

// processorTime is what this process has used of all processors, which other
// processes on the machine disturb less than the time on the wall.
func processorTime() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

func BenchmarkQuery(b *testing.B) {
	for _, question := range benchdata.Questions() {
		b.Run(question.Name, func(b *testing.B) {
			s, err := benchSnapshot()
			if err != nil {
				b.Fatal(err)
			}
			if _, err := s.Query(context.Background(), question.Query); err != nil { // decodes the columns
				b.Fatal(err)
			}
			before := processorTime()
			for b.Loop() {
				if _, err := s.Query(context.Background(), question.Query); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(processorTime()-before)/1e6/float64(b.N), "cpu-ms/op")
		})
	}
}

func BenchmarkDecode(b *testing.B) {
	const rows = 100_000
	segment, err := benchdata.Segment(benchdata.First, rows)
	if err != nil {
		b.Fatal(err)
	}
	b.Run("100000 rows, 45 columns", func(b *testing.B) {
		var bytes int64
		for b.Loop() {
			s, err := cube.NewSnapshot(segment)
			if err != nil {
				b.Fatal(err)
			}
			if bytes, err = s.Load(context.Background()); err != nil {
				b.Fatal(err)
			}
		}
		b.ReportMetric(float64(bytes)/rows, "bytes/row")
		b.ReportMetric(float64(segment.Size())/rows, "stored/row")
	})
}

// BenchmarkFirstQuestion asks about one month of which nothing is decoded.
func BenchmarkFirstQuestion(b *testing.B) {
	segment, err := benchdata.Segment(benchdata.First, 100_000)
	if err != nil {
		b.Fatal(err)
	}
	q := benchdata.Question("officer")
	for b.Loop() {
		s, err := cube.NewSnapshot(segment)
		if err != nil {
			b.Fatal(err)
		}
		if _, err := s.Query(context.Background(), q); err != nil {
			b.Fatal(err)
		}
	}
}

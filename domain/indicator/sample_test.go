package indicator_test

import (
	"context"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"testing"
	"time"

	"assay/deploy/local/dbtest/racing"
	"assay/domain/administration"
	"assay/domain/cube"
	"assay/domain/cube/fact"
	"assay/domain/indicator"
	"assay/domain/intake"
	"assay/domain/sample"
	"assay/domain/warehouse"
)

// sampled is an administration with a generated extract of some declarations.
func sampled(tb testing.TB, declarations, months int) (*bundle, *fact.Rebuilt) {
	tb.Helper()
	p := sample.DefaultParameters()
	p.Declarations, p.Months, p.Seed = declarations, months, 5
	folder := tb.TempDir()
	if _, err := sample.Write(tb.Context(), folder, p, nil); err != nil {
		tb.Fatal(err)
	}
	b := open(tb, func(tenant *administration.Tenant) { tenant.Settings = administration.DefaultSettings(2) })
	batch, err := b.warehouse.Import(tb.Context(), b.tenant, warehouse.ImportInput{Format: intake.FormatWorld, Delivery: intake.Source{Paths: []string{folder}}, Source: "sample", NoRefresh: true})
	if err != nil {
		tb.Fatal(err)
	}
	if err := os.RemoveAll(folder); err != nil {
		tb.Fatal(err)
	}
	b.watermark = batch.Watermark
	if err := b.db.Analyse(tb.Context()); err != nil {
		tb.Fatal(err)
	}
	start := time.Now()
	made := b.rebuild(tb, fact.RebuildInput{})
	tb.Logf("%d declarations rebuilt in %s: %d segments, rows %v", made.Declarations, time.Since(start), made.Segments, made.Rows)
	return b, made
}

// The same on an extract as a site would give it, read by intake.
func TestCubeAndSQLAgreeOnASample(t *testing.T) {
	t.Parallel()
	racing.Unwatched(t)
	b, _ := sampled(t, 1200, 6)
	b.views(t, func(ctx context.Context) {
		in := indicator.Request{From: cube.DateOf(2025, 7, 1), To: cube.DateOf(2026, 1, 1)}
		b.agree(ctx, t, in, slices.Concat(questions[1:7], questions[14:16], questions[17:20], questions[27:31]))
	})
}

// BenchmarkRebuild measures how fast all segments are made, without loading:
//
//	go test ./domain/indicator -run NONE -bench Rebuild -benchtime 1x
func BenchmarkRebuild(b *testing.B) {
	world, _ := sampled(b, benchDeclarations(b, 60_000), 24)
	for b.Loop() {
		made := world.rebuild(b, fact.RebuildInput{All: true})
		b.ReportMetric(float64(made.Declarations)/b.Elapsed().Seconds()*float64(b.N), "declarations/s")
	}
}

// benchDeclarations is the size of a benchmark, ASSAY_BENCH_DECLARATIONS unless not set.
func benchDeclarations(b *testing.B, otherwise int) int {
	b.Helper()
	text := os.Getenv("ASSAY_BENCH_DECLARATIONS")
	if text == "" {
		return otherwise
	}
	declarations, err := strconv.Atoi(text)
	if err != nil {
		b.Fatal(err)
	}
	return declarations
}

// BenchmarkBreakdown measures breakdowns over all data of an administration with
// ASSAY_BENCH_DECLARATIONS declarations (250,000 unless set) over 24 months, as pages ask them:
//
//	go test ./domain/indicator -run NONE -bench Breakdown -benchtime 300x
func BenchmarkBreakdown(b *testing.B) {
	world, _ := sampled(b, benchDeclarations(b, 250_000), 24)
	var asked []indicator.Request
	for _, d := range indicator.All() {
		for _, dimension := range d.Dimensions {
			if d.Available() && dimension != "importer" && dimension != "hs_subheading" {
				asked = append(asked, indicator.Request{Codes: []string{d.Code}, From: cube.DateOf(2024, 1, 1), To: cube.DateOf(2026, 1, 1),
					By: []string{dimension}, Order: indicator.Order{By: indicator.OrderByValue, Descending: true}, Limit: 50})
			}
		}
	}
	ask := func(in indicator.Request) time.Duration {
		start := time.Now()
		if _, err := world.indicators.Compute(b.Context(), world.tenant, in); err != nil {
			b.Fatal(err)
		}
		return time.Since(start)
	}
	for _, in := range asked {
		ask(in) // decodes columns
	}
	random := rand.New(rand.NewPCG(1, 1))
	var took []time.Duration
	for b.Loop() {
		took = append(took, ask(asked[random.IntN(len(asked))]))
	}
	b.StopTimer()
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)/2].Microseconds())/1000, "ms/p50")
	b.ReportMetric(float64(took[len(took)*95/100].Microseconds())/1000, "ms/p95")
	start := time.Now()
	if _, err := world.indicators.Board(b.Context(), world.tenant, cube.DateOf(2025, 12, 1), cube.DateOf(2026, 1, 1)); err != nil {
		b.Fatal(err)
	}
	b.ReportMetric(float64(time.Since(start).Milliseconds()), "ms/board")
}

package warehouse_test

import (
	"context"
	"database/sql"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"assay/deploy/local"
	"assay/deploy/local/dbtest"
	"assay/domain/administration"
	"assay/domain/intake"
	"assay/domain/sample"
	"assay/domain/store"
	"assay/domain/warehouse"
	"assay/migrations"
)

// phase is one timed step of the product's work on an extract.
type phase struct {
	name string
	run  func(b *testing.B, k *benchKit)
}

// phases are what the product does with an extract, in order. Computing the figures
// is a phase of a later room: this list is where it is added.
var phases = []phase{{"load", loadExtract}}

// benchKit is a private PostgreSQL that keeps its data safe, with an extract beside it.
type benchKit struct {
	extract string
	cluster *local.Cluster
	tenant  *administration.Tenant
	service *warehouse.Service
}

// bareTables are the tables that a load fills with an extract's rows.
var bareTables = []string{"declaration", "item", "event", "assignment", "inspection", "offence", "payment", "document_version",
	"manifest", "bill", "write_off", "transit", "suspense_account", "discharge", "workstation_session"}

// BenchmarkIntake loads a generated extract of BENCH_DECLARATIONS declarations
// (1,000,000) and copies the same rows into the same tables without indexes. It
// reports the seconds of both, the ratio and the most memory of this process.
func BenchmarkIntake(b *testing.B) {
	k := newBenchKit(b, benchDeclarations(b))
	resetPeak(b)
	var product time.Duration
	for _, p := range phases {
		begin := time.Now()
		p.run(b, k)
		took := time.Since(begin)
		product += took
		b.ReportMetric(took.Seconds(), p.name+"-s")
	}
	b.ReportMetric(peakMegabytes(b), "peak-MB")
	text, rows := k.bareCopy(b, "text")
	binary, _ := k.bareCopy(b, "binary")
	b.ReportMetric(float64(rows), "rows")
	b.ReportMetric(text.Seconds(), "bare-text-s")
	b.ReportMetric(binary.Seconds(), "bare-binary-s")
	b.ReportMetric(text.Seconds()/product.Seconds(), "ratio-text")
	b.ReportMetric(binary.Seconds()/product.Seconds(), "ratio-binary")
	b.ReportMetric(0, "ns/op")
}

func benchDeclarations(b *testing.B) int {
	b.Helper()
	text := os.Getenv("BENCH_DECLARATIONS")
	if text == "" {
		return 1_000_000
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 {
		b.Fatalf("BENCH_DECLARATIONS=%q is not a number of declarations", text)
	}
	return n
}

func newBenchKit(b *testing.B, declarations int) *benchKit {
	b.Helper()
	dir := dbtest.Dir(b)
	k := &benchKit{extract: filepath.Join(dir, "extract")}
	parameters := sample.DefaultParameters()
	parameters.Declarations = declarations
	if _, err := sample.Write(b.Context(), k.extract, parameters, nil); err != nil {
		b.Fatalf("generate: %v", err)
	}
	var err error
	if k.cluster, err = local.Start(b.Context(), local.Options{Dir: filepath.Join(dir, "cluster")}); err != nil {
		b.Fatalf("start PostgreSQL: %v", err)
	}
	b.Cleanup(func() {
		if err := k.cluster.Close(); err != nil {
			b.Errorf("stop PostgreSQL: %v", err)
		}
	})
	owner, err := sql.Open("pgx", k.cluster.OwnerURL(local.Database))
	if err != nil {
		b.Fatalf("open: %v", err)
	}
	if err := migrations.Up(b.Context(), owner); err != nil {
		b.Fatalf("migrate: %v", err)
	}
	if err := owner.Close(); err != nil {
		b.Fatalf("close: %v", err)
	}
	db, err := store.Open(b.Context(), k.cluster.AppURL(local.Database), store.Options{Connections: 4})
	if err != nil {
		b.Fatalf("open: %v", err)
	}
	b.Cleanup(db.Close)
	k.tenant = newTenant(b, db, time.Now, "bench", "Africa/Douala")
	k.service = warehouse.New(db, time.Now)
	return k
}

func loadExtract(b *testing.B, k *benchKit) {
	b.Helper()
	batch, err := k.service.Import(b.Context(), k.tenant, warehouse.ImportInput{Format: intake.FormatWorld, Source: "bench",
		Delivery: intake.Source{Paths: []string{k.extract}}})
	if err != nil {
		b.Fatalf("import: %v", err)
	}
	if batch.Loaded == 0 || batch.Rejected != 0 {
		b.Fatalf("loaded %d, rejected %d", batch.Loaded, batch.Rejected)
	}
}

// bareCopy writes each table into a file and copies the file into a plain table
// like it, as a superuser to whom no policy applies. Only the copying in is timed.
func (k *benchKit) bareCopy(b *testing.B, form string) (took time.Duration, rows int64) {
	b.Helper()
	ctx := b.Context()
	conn, err := pgx.Connect(ctx, k.cluster.SuperURLOf(local.Database))
	if err != nil {
		b.Fatalf("connect: %v", err)
	}
	defer conn.Close(context.WithoutCancel(ctx))
	do := func(statement string) {
		if _, err := conn.Exec(ctx, statement); err != nil {
			b.Fatalf("%s: %v", statement, err)
		}
	}
	do("CREATE SCHEMA bare")
	path := filepath.Join(filepath.Dir(k.extract), "table")
	for _, table := range bareTables {
		file, err := os.Create(path)
		if err != nil {
			b.Fatal(err)
		}
		written, err := conn.PgConn().CopyTo(ctx, file, "COPY public."+table+" TO STDOUT (FORMAT "+form+")")
		if err != nil {
			b.Fatalf("write %s: %v", table, err)
		}
		if _, err := file.Seek(0, 0); err != nil {
			b.Fatal(err)
		}
		do("CREATE TABLE bare." + table + " (LIKE public." + table + ")")
		begin := time.Now()
		if _, err := conn.PgConn().CopyFrom(ctx, file, "COPY bare."+table+" FROM STDIN (FORMAT "+form+")"); err != nil {
			b.Fatalf("copy %s: %v", table, err)
		}
		took += time.Since(begin)
		rows += written.RowsAffected()
		if err := file.Close(); err != nil {
			b.Fatal(err)
		}
	}
	do("DROP SCHEMA bare CASCADE")
	return took, rows
}

// resetPeak makes the kernel forget the most memory that this process had.
func resetPeak(b *testing.B) {
	b.Helper()
	if err := os.WriteFile("/proc/self/clear_refs", []byte("5"), 0); err != nil {
		b.Fatalf("reset the peak of memory: %v", err)
	}
}

func peakMegabytes(b *testing.B) float64 {
	b.Helper()
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		b.Fatal(err)
	}
	for line := range strings.Lines(string(status)) {
		if fields := strings.Fields(line); len(fields) > 1 && fields[0] == "VmHWM:" {
			kilobytes, err := strconv.ParseFloat(fields[1], 64)
			if err != nil {
				b.Fatal(err)
			}
			return kilobytes / 1024
		}
	}
	b.Fatal("the kernel does not say how much memory this process had")
	return 0
}

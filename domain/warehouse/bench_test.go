package warehouse_test

import (
	"context"
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"assay/deploy/local"
	"assay/deploy/local/dbtest"
	"assay/domain/intake"
	"assay/domain/sample"
	"assay/domain/store"
	"assay/domain/warehouse"
	"assay/migrations"
)

func benchDeclarations(b *testing.B) int {
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

var _ = context.Background
var _ = pgx.Connect
var _ = strings.Join
var _ = migrations.Up

// BenchmarkIntake loads a generated extract into a private PostgreSQL that keeps
// its data safe, and copies the same rows into the same tables without indexes.
func BenchmarkIntake(b *testing.B) {
	n := benchDeclarations(b)
	dir := dbtest.Dir(b)
	extract := filepath.Join(dir, "extract")
	p := sample.DefaultParameters()
	p.Declarations = n
	if _, err := sample.Write(b.Context(), extract, p, nil); err != nil {
		b.Fatalf("generate: %v", err)
	}
	cluster, err := local.Start(b.Context(), local.Options{Dir: filepath.Join(dir, "cluster")})
	if err != nil {
		b.Fatalf("start PostgreSQL: %v", err)
	}
	defer cluster.Close()
	migrateCluster(b, cluster.OwnerURL(local.Database))
	db, err := store.Open(b.Context(), cluster.AppURL(local.Database), store.Options{Connections: 4})
	if err != nil {
		b.Fatal(err)
	}
	defer db.Close()
	tenant := newTenant(b, db, time.Now, "bench", "Africa/Douala")
	service := warehouse.New(db, time.Now)
	_ = os.WriteFile("/proc/self/clear_refs", []byte("5"), 0o200)
	begin := time.Now()
	cpu0, own0 := postgresCPU(), ownCPU()
	batch, err := service.Import(b.Context(), tenant, warehouse.ImportInput{Format: intake.FormatWorld, Delivery: intake.Source{Paths: []string{extract}}, Source: "bench"})
	if err != nil {
		b.Fatalf("import: %v", err)
	}
	b.Logf("load %.2f s, %+v, rejected %d, peak %s", time.Since(begin).Seconds(), batch.Detail.Kinds, batch.Rejected, peak())
	println("CPU postgres", fmt.Sprintf("%.2f own %.2f", postgresCPU()-cpu0, ownCPU()-own0))
	begin = time.Now()
	count := 0
	err = service.Records(b.Context(), tenant.ID, warehouse.Range{}, func(r *warehouse.Record) error { count++; return nil })
	b.Logf("records %d in %.2f s, %v, peak %s", count, time.Since(begin).Seconds(), err, peak())
	conn, _ := pgx.Connect(b.Context(), cluster.OwnerURL(local.Database))
	defer conn.Close(context.Background())
	var bare, bareBinary time.Duration
	super, _ := pgx.Connect(b.Context(), strings.Replace(cluster.SuperURLOf(local.Database), "", "", 1))
	defer super.Close(context.Background())
	super.Exec(b.Context(), "CREATE SCHEMA bare")
	var rows int64
	cpus := map[string]float64{}
	for _, t := range []string{"declaration", "item", "event", "assignment", "inspection", "offence", "payment", "document_version", "manifest", "bill", "write_off", "transit", "suspense_account", "discharge"} {
		super.Exec(b.Context(), "CREATE TABLE bare."+t+" (LIKE public."+t+")")
		for _, form := range []string{"text", "binary"} {
			f, _ := os.Create(filepath.Join(dir, "copy"))
			tag, err := super.PgConn().CopyTo(b.Context(), f, "COPY public."+t+" TO STDOUT (FORMAT "+form+")")
			if err != nil {
				b.Fatal(err)
			}
			f.Seek(0, 0)
			start := time.Now()
			c0 := postgresCPU()
			if _, err := super.PgConn().CopyFrom(b.Context(), f, "COPY bare."+t+" FROM STDIN (FORMAT "+form+")"); err != nil {
				b.Fatal(err)
			}
			took := time.Since(start)
			cpu := postgresCPU() - c0
			cpus[form] += cpu
			if form == "text" {
				bare += took
				rows += tag.RowsAffected()
				super.Exec(b.Context(), "TRUNCATE bare."+t)
			} else {
				bareBinary += took
			}
			f.Close()
		}
		super.Exec(b.Context(), "DROP TABLE bare."+t)
	}
	b.Logf("bare copy of %d rows: text %.2f s, binary %.2f s CPU %v", rows, bare.Seconds(), bareBinary.Seconds(), cpus)
}

func peak() string {
	status, _ := os.ReadFile("/proc/self/status")
	for _, line := range strings.Split(string(status), "\n") {
		if strings.HasPrefix(line, "VmHWM:") {
			return strings.TrimSpace(strings.TrimPrefix(line, "VmHWM:"))
		}
	}
	return fmt.Sprint("?")
}

func migrateCluster(b *testing.B, url string) {
	b.Helper()
	db, err := sql.Open("pgx", url)
	if err != nil {
		b.Fatal(err)
	}
	defer db.Close()
	if err := migrations.Up(b.Context(), db); err != nil {
		b.Fatal(err)
	}
}

func postgresCPU() float64 {
	files, _ := filepath.Glob("/proc/[0-9]*/stat")
	me := fmt.Sprint(os.Getpid())
	parents := map[string]string{}
	times := map[string]float64{}
	for _, f := range files {
		data, _ := os.ReadFile(f)
		text := string(data)
		i := strings.LastIndex(text, ")")
		if i < 0 {
			continue
		}
		fields := strings.Fields(text[i+1:])
		pid := filepath.Base(filepath.Dir(f))
		parents[pid] = fields[1]
		u, _ := strconv.ParseFloat(fields[11], 64)
		s, _ := strconv.ParseFloat(fields[12], 64)
		times[pid] = (u + s) / 100
	}
	sum := 0.0
	for pid, t := range times {
		for p := parents[pid]; p != "" && p != "1" && p != "0"; p = parents[p] {
			if p == me {
				sum += t
				break
			}
		}
	}
	return sum
}

func ownCPU() float64 {
	var u syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &u)
	return float64(u.Utime.Sec+u.Stime.Sec) + float64(u.Utime.Usec+u.Stime.Usec)/1e6
}

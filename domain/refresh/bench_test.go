package refresh_test

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
	"assay/domain/crosscheck"
	"assay/domain/cube"
	"assay/domain/cube/fact"
	"assay/domain/indicator"
	"assay/domain/intake"
	"assay/domain/refresh"
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

// phases are what the product does with an extract, in order: loading it, bringing
// findings and figures up to date, and answering the first question there is, the
// board of the last month.
var phases = []phase{{"load", loadExtract}, {"refresh", refreshAll}, {"board", computeBoard}}

// benchKit is a private PostgreSQL that keeps its data safe, with an extract beside it.
type benchKit struct {
	dir        string
	extract    string
	cluster    *local.Cluster
	tenant     *administration.Tenant
	service    *warehouse.Service
	refresh    *refresh.Service
	indicators *indicator.Service
}

// bareTables are the tables that a load fills with an extract's rows.
var bareTables = []string{"declaration", "item", "event", "assignment", "inspection", "offence", "payment", "document_version",
	"manifest", "bill", "write_off", "transit", "suspense_account", "discharge", "workstation_session"}

// BenchmarkIntake loads a generated extract of BENCH_DECLARATIONS declarations
// (1,000,000) over BENCH_MONTHS months (24) and computes everything from it, and
// copies the same rows into the same tables without indexes. It reports the seconds of
// both, the ratio, and for each phase the most memory of this process (what it kept of the
// phase before included) and the processor time that it and the server spent.
// BENCH_BARE names the forms of the bare COPY ("text binary"), BENCH_EXTRACT a folder in which the extract stays.
func BenchmarkIntake(b *testing.B) {
	k := newBenchKit(b, benchNumber(b, "BENCH_DECLARATIONS", 1_000_000), benchNumber(b, "BENCH_MONTHS", 24))
	var product time.Duration
	var peak float64
	for _, p := range phases {
		resetPeak(b)
		own, server, begin := ownSeconds(b), k.serverSeconds(b), time.Now()
		p.run(b, k)
		took := time.Since(begin)
		product += took
		peak = max(peak, peakMegabytes(b))
		b.ReportMetric(peakMegabytes(b), p.name+"-peak-MB")
		b.ReportMetric(took.Seconds(), p.name+"-s")
		b.ReportMetric(ownSeconds(b)-own, p.name+"-cpu-s")
		b.ReportMetric(k.serverSeconds(b)-server, p.name+"-server-cpu-s")
	}
	b.ReportMetric(product.Seconds(), "product-s")
	b.ReportMetric(peak, "peak-MB")
	forms := os.Getenv("BENCH_BARE")
	if forms == "" {
		forms = "text binary"
	}
	for form := range strings.FieldsSeq(forms) {
		took, processor, rows := k.bareCopy(b, form)
		b.ReportMetric(float64(rows), "rows")
		b.ReportMetric(took.Seconds(), "bare-"+form+"-s")
		b.ReportMetric(processor, "bare-"+form+"-cpu-s")
		b.ReportMetric(took.Seconds()/product.Seconds(), "ratio-"+form)
	}
	b.ReportMetric(0, "ns/op")
}

// benchNumber is what a variable of the environment says, else the usual number.
func benchNumber(b *testing.B, variable string, usual int) int {
	b.Helper()
	text := os.Getenv(variable)
	if text == "" {
		return usual
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 {
		b.Fatalf("%s=%q is not a number above 0", variable, text)
	}
	return n
}

// benchExtract generates an extract, or takes the one that BENCH_EXTRACT names when it is there already, so that
// several runs read the same one without waiting for it.
func benchExtract(b *testing.B, dir string, declarations, months int) string {
	b.Helper()
	extract := os.Getenv("BENCH_EXTRACT")
	if extract == "" {
		extract = filepath.Join(dir, "extract")
	} else if _, err := os.Stat(extract); err == nil {
		return extract
	}
	parameters := sample.DefaultParameters()
	parameters.Declarations, parameters.Months = declarations, months
	if _, err := sample.Write(b.Context(), extract, parameters, nil); err != nil {
		b.Fatalf("generate: %v", err)
	}
	return extract
}

func newBenchKit(b *testing.B, declarations, months int) *benchKit {
	b.Helper()
	dir := dbtest.Dir(b)
	k := &benchKit{dir: dir, extract: benchExtract(b, dir, declarations, months)}
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
	administrations := administration.New(db, time.Now)
	k.tenant = &administration.Tenant{Code: "bench", Names: map[string]string{"en": "Bench"}, Currency: "EUR", Zone: "Africa/Douala", Languages: []string{"en"}}
	if err := administrations.Create(b.Context(), k.tenant); err != nil {
		b.Fatalf("create the administration: %v", err)
	}
	k.service = warehouse.New(db, time.Now)
	segments := cube.NewStore(db)
	k.refresh = refresh.New(db, fact.New(db, administrations, k.service, segments, time.Now), crosscheck.New(db, administrations, time.Now))
	// As many columns in memory as a command that ends takes (passingCubeMemory in cmd/assay).
	engine, err := cube.NewEngine(segments, fact.Grains(), cube.Options{MemoryBytes: 96 << 20})
	if err != nil {
		b.Fatalf("make the engine: %v", err)
	}
	k.indicators = indicator.New(db, engine, nil)
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

func refreshAll(b *testing.B, k *benchKit) {
	b.Helper()
	made, err := k.refresh.Run(b.Context(), k.tenant.ID, refresh.Input{})
	if err != nil {
		b.Fatalf("refresh: %v", err)
	}
	if made.Declarations == 0 || made.Findings.New == 0 {
		b.Fatalf("computed nothing: %+v", made)
	}
}

// computeBoard asks for every indicator over the last year of the data, with the
// periods beside it and 24 months.
func computeBoard(b *testing.B, k *benchKit) {
	b.Helper()
	snapshot, err := k.indicators.Snapshot(b.Context(), k.tenant)
	if err != nil {
		b.Fatalf("board: %v", err)
	}
	last := snapshot.Watermark()
	until := cube.DateOf(last.Year(), last.Month(), 1)
	board, err := k.indicators.Board(b.Context(), k.tenant, cube.DateOf(last.Year()-1, last.Month(), 1), until)
	if err != nil {
		b.Fatalf("board: %v", err)
	}
	known := 0
	for i := range board.Entries {
		if board.Entries[i].Row.N > 0 {
			known++
		}
	}
	if known < 30 {
		b.Fatalf("only %d indicators have a value", known)
	}
}

// bareCopy is what the product is measured against: each table is written into a
// file, and the file copied into a plain table like it, without indexes, constraints
// or policies, one table after the other over one connection as psql would do it.
// Only the copying in is timed, by the clock and by the processor time of both sides; the same server keeps both equally safe.
func (k *benchKit) bareCopy(b *testing.B, form string) (took time.Duration, processor float64, rows int64) {
	b.Helper()
	ctx := b.Context()
	config, err := pgx.ParseConfig(k.cluster.SuperURLOf(local.Database))
	if err != nil {
		b.Fatalf("connect: %v", err)
	}
	config.DialFunc = store.RoomyDial(config.DialFunc) // as the program's own connections
	conn, err := pgx.ConnectConfig(ctx, config)
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
	path := filepath.Join(k.dir, "table")
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
		used, begin := ownSeconds(b)+k.serverSeconds(b), time.Now()
		if _, err := conn.PgConn().CopyFrom(ctx, file, "COPY bare."+table+" FROM STDIN (FORMAT "+form+")"); err != nil {
			b.Fatalf("copy %s: %v", table, err)
		}
		took += time.Since(begin)
		processor += ownSeconds(b) + k.serverSeconds(b) - used
		rows += written.RowsAffected()
		if err := file.Close(); err != nil {
			b.Fatal(err)
		}
	}
	do("DROP SCHEMA bare CASCADE")
	return took, processor, rows
}

// ownSeconds is the processor time of this process.
func ownSeconds(b *testing.B) float64 {
	b.Helper()
	return processorSeconds(b, "self", false)
}

// serverSeconds is the processor time of the server with its processes, those that
// have ended included.
func (k *benchKit) serverSeconds(b *testing.B) float64 {
	b.Helper()
	conn, err := pgx.Connect(b.Context(), k.cluster.SuperURLOf(local.Database))
	if err != nil {
		b.Fatalf("connect: %v", err)
	}
	var content string
	err = conn.QueryRow(b.Context(), `SELECT pg_read_file('postmaster.pid')`).Scan(&content)
	if closed := conn.Close(b.Context()); err == nil {
		err = closed
	}
	if err != nil {
		b.Fatalf("find the server's process: %v", err)
	}
	server, _, _ := strings.Cut(content, "\n")
	sum := processorSeconds(b, server, true)
	children, err := os.ReadFile("/proc/" + server + "/task/" + server + "/children")
	if err != nil {
		b.Fatal(err)
	}
	for child := range strings.FieldsSeq(string(children)) {
		if _, err := os.Stat("/proc/" + child); err == nil { // else it has just ended
			sum += processorSeconds(b, child, false)
		}
	}
	return sum
}

// processorSeconds is what the kernel says a process has used, with those of its
// children that have ended when they are to be counted.
func processorSeconds(b *testing.B, process string, ended bool) float64 {
	b.Helper()
	const ticks = 100 // USER_HZ, the same on all of Linux
	content, err := os.ReadFile("/proc/" + process + "/stat")
	if err != nil {
		b.Fatal(err)
	}
	// The name of the program stands in parentheses and may hold spaces.
	fields := strings.Fields(string(content[strings.LastIndexByte(string(content), ')')+1:]))
	columns := []int{11, 12} // user and system time
	if ended {
		columns = append(columns, 13, 14)
	}
	sum := 0
	for _, column := range columns {
		n, err := strconv.Atoi(fields[column])
		if err != nil {
			b.Fatal(err)
		}
		sum += n
	}
	return float64(sum) / ticks
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

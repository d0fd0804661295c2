// Command cubebench asks the same questions of the cube, of DuckDB in this
// process over the same Parquet segments, and of PostgreSQL over a table of the
// same rows; checks that all answers are equal to the last digit; and prints
// medians, ratios, memory, and the time to read the touched bytes once.
//
// It is a module of its own, so that the product stays free of cgo.
package main

import (
	"context"
	"database/sql"
	"flag"
	"fmt"
	"math"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"runtime/pprof"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"assay/domain/cube"
	"assay/domain/cube/benchdata"
)

type settings struct {
	dir    string
	rounds int
	// roundsLarge is how often each question is asked where PostgreSQL is not.
	roundsLarge int
	// roundsPostgres is how often PostgreSQL is asked.
	roundsPostgres int
	postgres       bool
	duck           bool
	only           string
	memory         int64         // bound of decoded columns
	clients        int           // how many ask at once
	duration       time.Duration // how long they ask
	think          time.Duration // mean time between an answer and the next question
	largest        int           // declarations of the largest administration
	measures       string        // file with what was measured, in earlier runs too
}

func main() {
	var s settings
	sizes := flag.String("rows", "1000000,5000000,10000000", "numbers of declarations, separated by commas")
	flag.StringVar(&s.dir, "data", "", "directory for generated data, kept for the next run; a temporary one if empty")
	flag.IntVar(&s.rounds, "rounds", 5, "how often each question is asked")
	flag.IntVar(&s.roundsLarge, "rounds-large", 5, "how often at most where PostgreSQL is not asked")
	flag.BoolVar(&s.postgres, "postgres", true, "ask PostgreSQL too, at most about 5,000,000 rows")
	flag.IntVar(&s.roundsPostgres, "rounds-postgres", 3, "how often PostgreSQL is asked each question")
	flag.BoolVar(&s.duck, "duck", true, "ask DuckDB too; without it nothing is compared with its answers, which is for finding what takes time")
	profile := flag.String("profile", "", "write where the processors' time goes to this file")
	flag.StringVar(&s.only, "only", "", "ask only the questions whose name contains one of these words, separated by commas")
	parts := flag.String("parts", "compare,board,clients", "what to measure, separated by commas; data only makes the board's files, rows only those of the comparison and PostgreSQL's table")
	flag.Int64Var(&s.memory, "memory", 6<<30, "bound of decoded columns in bytes, for the board and the clients")
	flag.IntVar(&s.clients, "clients", 50, "how many clients ask at once")
	flag.DurationVar(&s.duration, "duration", 20*time.Second, "how long the clients ask")
	flag.DurationVar(&s.think, "think", time.Second, "mean time between an answer and the client's next question; then all is measured again without any")
	flag.IntVar(&s.largest, "largest", 10_000_000, "declarations of the administration with the board, and of the largest that the clients ask about")
	flag.StringVar(&s.measures, "measures", "", "keep what the comparison measures in this file, and draw the plot of all that runs have kept there")
	plot := flag.String("plot", "", "write the growth of the times as SVG to this file")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := profiled(*profile, func() error { return run(ctx, s, *parts, *sizes, *plot) }); err != nil {
		fmt.Fprintln(os.Stderr, "cubebench:", err)
		os.Exit(1)
	}
}

// profiled runs work, and with a path writes its profile there.
func profiled(path string, work func() error) error {
	if path == "" {
		return work()
	}
	file, err := os.Create(path) //nolint:gosec // the file that was asked for
	if err != nil {
		return err
	}
	defer file.Close()
	if err := pprof.StartCPUProfile(file); err != nil {
		return err
	}
	defer pprof.StopCPUProfile()
	return work()
}

func run(ctx context.Context, s settings, parts, sizes, plot string) error {
	if s.dir == "" {
		dir, err := os.MkdirTemp("", "cubebench")
		if err != nil {
			return err
		}
		defer os.RemoveAll(dir)
		s.dir = dir
	}
	for _, part := range strings.Split(parts, ",") {
		var err error
		switch strings.TrimSpace(part) {
		case "compare":
			err = compareAll(ctx, s, sizes, plot)
		case "rows":
			prepare := s
			prepare.rounds = 0
			prepare.measures = ""
			err = compareAll(ctx, prepare, sizes, "")
		case "board":
			err = board(ctx, s, s.largest)
		case "clients":
			err = clients(ctx, s)
		case "data":
			err = generate(s)
		default:
			err = fmt.Errorf("there is no part %q", part)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// compareAll compares the engines over each number of declarations, and draws
// the growth.
func compareAll(ctx context.Context, s settings, sizes, plot string) error {
	var all []measured
	for _, size := range strings.Split(sizes, ",") {
		rows, err := strconv.Atoi(strings.TrimSpace(size))
		if err != nil || rows < benchdata.Months {
			return fmt.Errorf("%q is not a number of rows", size)
		}
		m, err := compare(ctx, s, rows)
		if err != nil {
			return fmt.Errorf("%d rows: %w", rows, err)
		}
		all = append(all, m...)
	}
	all, err := joined(s.measures, all)
	if err != nil || plot == "" {
		return err
	}
	return os.WriteFile(plot, []byte(growth(all)), 0o644) //nolint:gosec // a picture for the documentation
}

// measured is what one question took.
type measured struct {
	rows                           int
	question                       string
	groups                         int
	unfiltered                     bool
	floor, cold, cube              time.Duration
	duckFiles, duckTable, postgres time.Duration
}

// compare asks all questions of all engines over one number of rows.
func compare(ctx context.Context, s settings, rows int) ([]measured, error) {
	dir := filepath.Join(s.dir, strconv.Itoa(rows))
	if err := os.MkdirAll(dir, 0o755); err != nil { //nolint:gosec // generated data, nothing secret
		return nil, err
	}
	segments, err := benchdata.Segments(rows, dir)
	if err != nil {
		return nil, fmt.Errorf("generate: %w", err)
	}
	snapshot, err := cube.NewSnapshot(segments...)
	if err != nil {
		return nil, err
	}
	files := filepath.Join(dir, "*.parquet")
	var view, table, postgres *sql.DB
	if s.duck {
		if view, err = openDuck(ctx, files, false); err != nil {
			return nil, err
		}
		defer view.Close()
		if table, err = openDuck(ctx, files, true); err != nil {
			return nil, err
		}
		defer table.Close()
	}
	if s.duck && s.postgres && rows <= 5_000_000 {
		server, err := openPostgres(ctx, dir, view, benchdata.Grain)
		defer server.close()
		if err != nil {
			return nil, err
		}
		postgres = server.db
	}
	if s.rounds == 0 {
		return nil, nil
	}
	fmt.Printf("\n## %d declarations, %d processors\n\n", rows, runtime.GOMAXPROCS(0))
	fmt.Println("| question | groups | floor ms | first ms | Assay ms | DuckDB files ms | DuckDB table ms | PostgreSQL ms | files/Assay | table/Assay | PostgreSQL/Assay | Assay/floor |")
	fmt.Println("|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|")
	var all []measured
	for _, q := range benchdata.Questions() {
		if !slices.ContainsFunc(strings.Split(s.only, ","), func(part string) bool { return strings.Contains(q.Name, part) }) {
			continue
		}
		m, err := ask(ctx, s, q, snapshot, view, table, postgres)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", q.Name, err)
		}
		m.rows = rows
		fmt.Println(m)
		all = append(all, m)
	}
	if len(all) == 0 {
		return nil, fmt.Errorf("no question is named %q", s.only)
	}
	bytes, err := snapshot.Load(ctx)
	if err != nil {
		return nil, err
	}
	fmt.Printf("\nAll 45 columns decoded: %.1f bytes a declaration.", float64(bytes)/float64(rows/benchdata.Months*benchdata.Months))
	if view != nil {
		fmt.Print(" All answers were equal with DuckDB, but for the last digit of interpolated quantiles")
		if postgres != nil {
			fmt.Print(", and to the last digit with PostgreSQL")
		}
		fmt.Print(".")
	}
	fmt.Println()
	return all, nil
}

// ask asks one question of all engines in turn, so that whatever else the
// machine does disturbs all alike, and compares the answers.
func ask(ctx context.Context, s settings, q benchdata.Named, snapshot *cube.Snapshot, view, table, postgres *sql.DB) (measured, error) {
	m := measured{question: q.Name, unfiltered: len(q.Query.Where) == 0}
	var cubeTimes, viewTimes, tableTimes, floors []time.Duration
	began := time.Now()
	result, err := snapshot.Query(ctx, q.Query)
	if err != nil {
		return m, err
	}
	m.cold, m.groups = time.Since(began), result.TotalGroups
	want := cubeRows(result, q.Query.Aggregates)
	duck := duckDialect
	duck.table = "declaration"
	statement := duck.sql(benchdata.Grain, q.Query)
	touched, err := snapshot.Touched(ctx, q.Query)
	if err != nil {
		return m, err
	}
	memory := make([]uint64, touched/8+1)
	for i := range memory {
		memory[i] = 1 // memory that was never written has no pages of its own, and is read for nothing
	}
	rounds := s.rounds
	if postgres == nil {
		rounds = min(rounds, s.roundsLarge)
	}
	for range rounds {
		floors = append(floors, readOnce(memory))
		began := time.Now()
		if _, err := snapshot.Query(ctx, q.Query); err != nil {
			return m, err
		}
		cubeTimes = append(cubeTimes, time.Since(began))
		for db, times := range map[*sql.DB]*[]time.Duration{view: &viewTimes, table: &tableTimes} {
			if db == nil {
				continue
			}
			began = time.Now()
			got, err := sqlRows(ctx, db, statement)
			if err != nil {
				return m, err
			}
			*times = append(*times, time.Since(began))
			if d := difference(want, got, true); d != "" {
				return m, fmt.Errorf("the cube and DuckDB differ: %s", d)
			}
		}
	}
	m.floor, m.cube, m.duckFiles, m.duckTable = median(floors), median(cubeTimes), median(viewTimes), median(tableTimes)
	if postgres != nil {
		pg := postgresDialect
		pg.table = "declaration"
		var times []time.Duration
		for range s.roundsPostgres {
			began := time.Now()
			got, err := sqlRows(ctx, postgres, pg.sql(benchdata.Grain, q.Query))
			if err != nil {
				return m, err
			}
			times = append(times, time.Since(began))
			if d := difference(want, got, false); d != "" {
				return m, fmt.Errorf("the cube and PostgreSQL differ: %s", d)
			}
		}
		m.postgres = median(times)
	}
	return m, nil
}

// readOnce reads memory with all processors.
func readOnce(memory []uint64) time.Duration {
	began := time.Now()
	workers := runtime.GOMAXPROCS(0)
	var group sync.WaitGroup
	sums := make([]uint64, workers)
	for w := range workers {
		group.Go(func() {
			var sum uint64
			for _, v := range memory[len(memory)*w/workers : len(memory)*(w+1)/workers] {
				sum += v
			}
			sums[w] = sum
		})
	}
	group.Wait()
	return time.Since(began)
}

func median(times []time.Duration) time.Duration {
	if len(times) == 0 {
		return 0
	}
	slices.Sort(times)
	return times[len(times)/2]
}

// String gives the line of the table.
func (m measured) String() string {
	ms := func(d time.Duration) string {
		if d == 0 {
			return "-"
		}
		return strconv.FormatFloat(math.Round(float64(d.Microseconds())/100)/10, 'f', -1, 64)
	}
	ratio := func(a, b time.Duration) string {
		if a == 0 || b == 0 {
			return "-"
		}
		return fmt.Sprintf("%.1f", float64(a)/float64(b))
	}
	return fmt.Sprintf("| %s | %d | %s | %s | %s | %s | %s | %s | %s | %s | %s | %s |", m.question, m.groups, ms(m.floor), ms(m.cold), ms(m.cube),
		ms(m.duckFiles), ms(m.duckTable), ms(m.postgres), ratio(m.duckFiles, m.cube), ratio(m.duckTable, m.cube), ratio(m.postgres, m.cube), ratio(m.cube, m.floor))
}

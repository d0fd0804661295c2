package main

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"assay/deploy/local"
	"assay/deploy/local/dbtest"
	"assay/deploy/local/dbtest/racing"
)

// asProgramVariable makes the test binary run a command line as assay itself would, so that
// a test can kill it.
const asProgramVariable = "ASSAY_TEST_AS_PROGRAM"

func TestMain(m *testing.M) {
	if os.Getenv(asProgramVariable) != "" {
		os.Exit(run(context.Background(), os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
	}
	os.Exit(m.Run())
}

// newExtract is an extract, and a data directory with an administration for it.
func newExtract(t *testing.T, declarations int) (extract, data string) {
	t.Helper()
	useDatabase(t, "", "")
	extract, data = filepath.Join(t.TempDir(), "extract"), dbtest.Dir(t)
	wantSuccess(t, runAssay(t, "sample", "--out", extract, "--declarations", strconv.Itoa(declarations), "--months", "3"), "declarations written")
	wantSuccess(t, runAssay(t, "tenant", "create", "douala", "--name", "Customs", "--currency", "XAF", "--zone", "Africa/Douala", "--data", data), "is ready")
	return extract, data
}

// TestAnImportThatIsKilledCanBeRunAgain kills the program, and with it its PostgreSQL, while
// the rows of a load are in the tables and its transaction has not ended.
func TestAnImportThatIsKilledCanBeRunAgain(t *testing.T) {
	extract, data := newExtract(t, 1_000)
	asSuperuser(t, data, waitAtTheEnd)
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	killed := exec.CommandContext(t.Context(), program, "import", "--data", data, "--tenant", "douala", "--format", "asycuda-world", extract)
	killed.Env = append(os.Environ(), asProgramVariable+"=1")
	if err := killed.Start(); err != nil {
		t.Fatal(err)
	}
	untilItWaits(t, data)
	if err := killed.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	if err := killed.Wait(); err == nil {
		t.Fatal("the import ended before it was killed")
	}
	asSuperuser(t, data, waitNoMore)
	first := importJSON(t, "--data", data, "--tenant", "douala", "--format", "asycuda-world", extract)
	if first["loaded"].(float64) < 1_000 || first["unchanged"].(float64) != 0 || first["replaced"].(float64) != 0 {
		t.Errorf("the import after the kill found something of the killed one: %v", first)
	}
	second := importJSON(t, "--data", data, "--tenant", "douala", "--format", "asycuda-world", extract)
	if second["loaded"].(float64) != 0 || second["unchanged"] != first["loaded"] {
		t.Errorf("the second import: %v", second)
	}
}

// Statements that make the load's transaction wait when its rows are in the tables, and let it go on again.
const (
	waitAtTheEnd = `CREATE FUNCTION wait_at_the_end() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(3600); RETURN NULL; END';
		CREATE TRIGGER wait_at_the_end BEFORE INSERT ON dirty_month FOR EACH STATEMENT EXECUTE FUNCTION wait_at_the_end()`
	waitNoMore = `DROP TRIGGER wait_at_the_end ON dirty_month; DROP FUNCTION wait_at_the_end()`
)

// asSuperuser runs a statement on the private cluster, for which it starts the server.
func asSuperuser(t *testing.T, data, statement string) {
	t.Helper()
	cluster, err := local.Start(t.Context(), local.Options{Dir: data})
	if err != nil {
		t.Fatal(err)
	}
	conn, err := pgx.Connect(t.Context(), cluster.SuperURLOf(local.Database))
	if err != nil {
		t.Fatal(err)
	}
	_, err = conn.Exec(t.Context(), statement)
	if err := errors.Join(err, conn.Close(t.Context()), cluster.Close()); err != nil {
		t.Fatal(err)
	}
}

// untilItWaits waits until the load of the import that another process runs on the private cluster waits at its end.
func untilItWaits(t *testing.T, data string) {
	t.Helper()
	deadline := time.Now().Add(2 * time.Minute)
	for time.Now().Before(deadline) {
		if waits(t, data) {
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
	t.Fatal("no load came to its end within two minutes")
}

func waits(t *testing.T, data string) bool {
	t.Helper()
	if _, err := os.Stat(filepath.Join(data, "postgres", "data", "postmaster.pid")); errors.Is(err, fs.ErrNotExist) {
		return false // the other process has not come to its server yet: it must be the one that starts it
	}
	cluster, err := local.Start(t.Context(), local.Options{Dir: data})
	if err != nil {
		t.Fatal(err)
	}
	if cluster.Started() {
		t.Fatal("the import did not start its server")
	}
	defer func() { _ = cluster.Close() }()
	conn, err := pgx.Connect(t.Context(), cluster.SuperURLOf(local.Database))
	if err != nil {
		return false
	}
	defer func() { _ = conn.Close(t.Context()) }()
	var there bool
	err = conn.QueryRow(t.Context(), `SELECT EXISTS (SELECT FROM batch WHERE state = 'reading') AND EXISTS (SELECT FROM pg_stat_activity WHERE wait_event = 'PgSleep')`).Scan(&there)
	return err == nil && there
}

// TestAnImportOnAFullDiskLeavesNothing lets the server write no file beyond a size that the
// load needs, as when its disk is full, and takes the limit away again.
func TestAnImportOnAFullDiskLeavesNothing(t *testing.T) {
	racing.Unwatched(t)
	extract, data := newExtract(t, 20_000)
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	// The server inherits the bound from the command that starts it. A segment of the
	// write-ahead log has 16 MiB and must still fit.
	var stdout, stderr bytes.Buffer
	bounded := exec.CommandContext(t.Context(), "prlimit", "--fsize=17825792:unlimited", "--",
		program, "import", "--data", data, "--tenant", "douala", "--format", "asycuda-world", extract)
	bounded.Env = append(os.Environ(), asProgramVariable+"=1")
	bounded.Stdout, bounded.Stderr = &stdout, &stderr
	err = bounded.Run()
	var exit *exec.ExitError
	if !errors.As(err, &exit) {
		t.Fatalf("the import on the full disk: %v", err)
	}
	got := result{exit.ExitCode(), stdout.String(), stderr.String()}
	if _, rest, starting := strings.Cut(got.stderr, "\n"); starting && strings.HasPrefix(got.stderr, "Starting PostgreSQL") {
		got.stderr = rest
	}
	wantSentence(t, got, "disk is full")
	if strings.Contains(got.stderr, "SQLSTATE") || strings.Contains(got.stderr, data) {
		t.Errorf("the sentence shows the inside:\n%s", got.stderr)
	}
	first := importJSON(t, "--data", data, "--tenant", "douala", "--format", "asycuda-world", extract)
	if first["loaded"].(float64) < 20_000 || first["unchanged"].(float64) != 0 || first["replaced"].(float64) != 0 {
		t.Errorf("the import after the disk was full found something of the one before: %v", first)
	}
}

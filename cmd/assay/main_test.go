package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"assay/deploy/local/dbtest"
)

// result is what a command line did.
type result struct {
	code           int
	stdout, stderr string
}

func runAssay(t *testing.T, args ...string) result {
	t.Helper()
	var stdout, stderr bytes.Buffer
	code := run(t.Context(), args, strings.NewReader(""), &stdout, &stderr)
	return result{code, stdout.String(), stderr.String()}
}

// wantSentence checks a failure: one line on stderr that holds part, nothing on
// stdout, no usage, a non-zero exit.
func wantSentence(t *testing.T, got result, part string) {
	t.Helper()
	if got.code == 0 || got.stdout != "" {
		t.Errorf("exit %d, stdout %q: want a failure that prints nothing there", got.code, got.stdout)
	}
	if !strings.HasPrefix(got.stderr, "assay: ") || strings.Count(got.stderr, "\n") != 1 || !strings.Contains(got.stderr, part) {
		t.Errorf("stderr is not one sentence with %q:\n%s", part, got.stderr)
	}
}

func wantSuccess(t *testing.T, got result, part string) {
	t.Helper()
	if got.code != 0 || !strings.Contains(got.stdout, part) {
		t.Errorf("exit %d, want success and %q:\n%s%s", got.code, part, got.stdout, got.stderr)
	}
}

// useDatabase sets the variables of a database that somebody else runs; empty
// unsets them.
func useDatabase(t *testing.T, app, owner string) {
	t.Helper()
	t.Setenv(databaseURLVariable, app)
	t.Setenv(databaseOwnerURLVariable, owner)
}

func TestVersion(t *testing.T) {
	t.Parallel()
	wantSuccess(t, runAssay(t, "version"), "assay ")
}

func TestWrongCommandLinesAreOneSentence(t *testing.T) {
	t.Parallel()
	for line, part := range map[string]string{
		"nothing":             `unknown command "nothing"`,
		"migrate sideways":    `unknown command "sideways"`,
		"migrate up --faster": "unknown flag: --faster",
		"version now":         "write it like this: assay version",
		"migrate up extra":    "write it like this: assay migrate up",
	} {
		wantSentence(t, runAssay(t, strings.Fields(line)...), part)
	}
}

func TestCommandsFollowEachOtherOnThePrivateCluster(t *testing.T) {
	useDatabase(t, "", "")
	dir := dbtest.Dir(t)
	wantSuccess(t, runAssay(t, "migrate", "status", "--data", dir), "waiting  00001_")
	wantSuccess(t, runAssay(t, "migrate", "up", "--data", dir), "The schema went from version 0 to ")
	wantSuccess(t, runAssay(t, "migrate", "up", "--data", dir), "nothing to do")
	got := runAssay(t, "migrate", "status", "--data", dir)
	wantSuccess(t, got, "applied  00001_")
	if strings.Contains(got.stdout, "waiting") {
		t.Errorf("migrations wait after migrate up:\n%s", got.stdout)
	}
	if _, err := os.Stat(filepath.Join(dir, "postgres", "data", "postmaster.pid")); !os.IsNotExist(err) {
		t.Errorf("a server is left behind: %v", err)
	}
}

func TestMigrateOnADatabaseOfOnesOwn(t *testing.T) {
	database := dbtest.NewEmpty(t)
	useDatabase(t, database.AppURL, "")
	wantSentence(t, runAssay(t, "migrate", "up"), "set ASSAY_DATABASE_OWNER_URL")
	useDatabase(t, "", database.OwnerURL)
	wantSuccess(t, runAssay(t, "migrate", "up"), "The schema went from version 0 to ")
	wantSentence(t, runAssay(t, "migrate", "status"), "ASSAY_DATABASE_URL is not")
	useDatabase(t, database.AppURL, "")
	wantSuccess(t, runAssay(t, "migrate", "status"), "applied  00001_")
}

func TestAnOldSchemaOfASharedDatabaseIsRefusedAndNotMigrated(t *testing.T) {
	database := dbtest.NewEmpty(t)
	useDatabase(t, database.AppURL, database.OwnerURL)
	root := newRootCommand()
	_, _, err := openDatabase(t.Context(), root)
	if err == nil || !strings.Contains(err.Error(), "run assay migrate up") {
		t.Fatalf("got %v", err)
	}
	wantSuccess(t, runAssay(t, "migrate", "up"), "")
	urls, closeDatabase, err := openDatabase(t.Context(), root)
	if err != nil {
		t.Fatal(err)
	}
	closeDatabase()
	if urls.App != database.AppURL || urls.Owner != database.OwnerURL {
		t.Fatalf("got %+v", urls)
	}
}

func TestAServerThatDoesNotAnswerIsOneSentenceWithoutThePassword(t *testing.T) {
	const url = "postgres://assay_app:geheim@127.0.0.1:1/assay"
	useDatabase(t, url, url)
	got := runAssay(t, "migrate", "status")
	wantSentence(t, got, "127.0.0.1")
	if strings.Contains(got.stderr, "geheim") {
		t.Errorf("the password is shown: %s", got.stderr)
	}
}

func TestMissingPostgreSQLIsOneSentence(t *testing.T) {
	useDatabase(t, "", "")
	t.Setenv("PATH", t.TempDir())
	dir := dbtest.Dir(t)
	// A data directory of a version that is nowhere installed.
	data := filepath.Join(dir, "postgres", "data")
	if err := os.MkdirAll(data, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(data, "PG_VERSION"), []byte("99\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	wantSentence(t, runAssay(t, "migrate", "up", "--data", dir), "install the Debian package postgresql-99")
}

func TestAnInterruptedCommandSaysSo(t *testing.T) {
	useDatabase(t, "", "")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	var stdout, stderr bytes.Buffer
	code := run(ctx, []string{"migrate", "up", "--data", dbtest.Dir(t)}, strings.NewReader(""), &stdout, &stderr)
	if code != exitInterrupted || !strings.HasSuffix(stderr.String(), "assay: interrupted\n") {
		t.Fatalf("exit %d, stderr %q", code, &stderr)
	}
}

// Package dbtest gives each test a PostgreSQL database of its own, with the whole
// schema, in about 50 ms:
//
//	func TestOffices(t *testing.T) {
//		t.Parallel()
//		database := dbtest.New(t)
//		db, err := store.Open(t.Context(), database.AppURL)
//		...
//	}
//
// The database is dropped when the test ends. Nothing has to be set up: each test
// binary starts a private PostgreSQL (package local) with its first database, and
// the server ends with the binary, also after Ctrl-C and kill -9. Its files stay
// under the system's temporary directory, as assay-test-<user number>, so that
// the next run starts in a fraction of a second; test binaries that run at the
// same time take different places there.
//
// Where PostgreSQL is missing the test fails and says what to install.
package dbtest

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	_ "github.com/jackc/pgx/v5/stdlib" // the driver for database/sql, which the migrations use

	"assay/deploy/local"
	"assay/migrations"
)

// Database is one test's own database. All three addresses lead to it.
type Database struct {
	Name     string
	AppURL   string // as the program: role assay_app, under row-level security
	OwnerURL string // as the owner of the tables: migrations, and rows of tests that must go round the program
	SuperURL string // as the superuser, who sees through row-level security: for checks only
}

const (
	testPrefix     = "test_"
	templatePrefix = "template_"
	// places is how many test binaries may run at once; go test runs as many as
	// there are processors.
	places = 64
	// setUpLimit and cleanUpLimit bound what a hanging server costs.
	setUpLimit   = 3 * time.Minute
	cleanUpLimit = time.Minute
)

var databaseNumber atomic.Int64

// New gives the test a fresh database with all migrations applied and no rows
// but those that migrations write. It is dropped when the test ends, whoever is
// still connected to it.
func New(tb testing.TB) *Database {
	tb.Helper()
	return create(tb, template, true)
}

// Keep gives a database like New's that stays as long as the program runs. A test that has filled it
// and closed its connections lets others begin with a Copy.
func Keep(tb testing.TB) *Database {
	tb.Helper()
	return create(tb, template, false)
}

// Copy gives the test a database of its own with all that another one holds, to which nobody
// may be connected. It is dropped when the test ends.
func Copy(tb testing.TB, original *Database) *Database {
	tb.Helper()
	return create(tb, func() (string, error) { return original.Name, nil }, true)
}

// NewEmpty gives the test a database without any migration, for tests of the
// migrations themselves.
func NewEmpty(tb testing.TB) *Database {
	tb.Helper()
	return create(tb, func() (string, error) { return "", nil }, true)
}

// create makes a database from a template, on the server that the program's tests share. What is not dropped with the test is
// dropped by dropLeftovers of the next program.
func create(tb testing.TB, from func() (string, error), drop bool) *Database {
	tb.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), setUpLimit)
	defer cancel()
	server, err := shared()
	if err != nil {
		tb.Fatalf("start PostgreSQL for tests: %v", err)
	}
	original, err := from()
	if err != nil {
		tb.Fatalf("migrate the template of the test databases: %v", err)
	}
	name := testPrefix + strconv.FormatInt(databaseNumber.Add(1), 10)
	if err := server.CreateDatabase(ctx, name, original); err != nil {
		tb.Fatalf("make a test database: %v", err)
	}
	if drop {
		tb.Cleanup(func() {
			ctx, cancel := context.WithTimeout(context.Background(), cleanUpLimit)
			defer cancel()
			if err := server.DropDatabase(ctx, name); err != nil {
				tb.Errorf("drop the test database: %v", err)
			}
		})
	}
	return &Database{
		Name:     name,
		AppURL:   server.AppURL(name),
		OwnerURL: server.OwnerURL(name),
		SuperURL: server.SuperURLOf(name),
	}
}

// testServer is a server and the lock on its place, which this process holds as
// long as it lives.
type testServer struct {
	*local.Cluster
	place *os.File
}

// shared is this test binary's server, started once.
var shared = sync.OnceValues(func() (*testServer, error) {
	ctx, cancel := context.WithTimeout(context.Background(), setUpLimit)
	defer cancel()
	dir, lock, err := takePlace()
	if err != nil {
		return nil, err
	}
	cluster, err := local.Start(ctx, local.Options{Dir: dir, Ephemeral: true})
	if err != nil {
		return nil, err
	}
	server := &testServer{Cluster: cluster, place: lock}
	// The server is not closed: it ends with the process (package child).
	return server, dropLeftovers(ctx, server)
})

// template is made once a test binary; the place keeps it for the next run.
var template = sync.OnceValues(func() (string, error) {
	server, err := shared()
	if err != nil {
		return "", err
	}
	ctx, cancel := context.WithTimeout(context.Background(), setUpLimit)
	defer cancel()
	return ensureTemplate(ctx, server)
})

// takePlace gives a directory that no other living test binary uses.
func takePlace() (dir string, lock *os.File, err error) {
	root := filepath.Join(os.TempDir(), "assay-test-"+strconv.Itoa(os.Geteuid()))
	if err := os.Mkdir(root, 0o700); err != nil && !errors.Is(err, os.ErrExist) {
		return "", nil, fmt.Errorf("make the directory of the test clusters: %w", err)
	}
	info, err := os.Lstat(root)
	if err != nil {
		return "", nil, fmt.Errorf("look at the directory of the test clusters: %w", err)
	}
	owner, ok := info.Sys().(*syscall.Stat_t)
	if !ok || !info.IsDir() || int(owner.Uid) != os.Geteuid() {
		return "", nil, fmt.Errorf("%s is not a directory of this user: remove it", root)
	}
	// As root the server runs as another user, who must pass through.
	if err := os.Chmod(root, 0o711); err != nil {
		return "", nil, fmt.Errorf("open the directory of the test clusters: %w", err)
	}
	for n := range places {
		dir = filepath.Join(root, strconv.Itoa(n))
		file, err := os.OpenFile(dir+".lock", os.O_RDWR|os.O_CREATE|syscall.O_NOFOLLOW, 0o600)
		if err != nil {
			return "", nil, fmt.Errorf("open the lock of a test cluster: %w", err)
		}
		if err := syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
			_ = file.Close() // another test binary has this place
			continue
		}
		return dir, file, nil
	}
	return "", nil, fmt.Errorf("all %d places for test clusters in %s are taken", places, root)
}

// dropLeftovers removes the databases of a test binary that was killed.
func dropLeftovers(ctx context.Context, server *testServer) error {
	names, err := databases(ctx, server, testPrefix)
	if err != nil {
		return err
	}
	for _, name := range names {
		if err := server.DropDatabase(ctx, name); err != nil {
			return err
		}
	}
	return nil
}

func databases(ctx context.Context, server *testServer, prefix string) ([]string, error) {
	conn, err := pgx.Connect(ctx, server.SuperURL())
	if err != nil {
		return nil, fmt.Errorf("connect to PostgreSQL: %w", err)
	}
	defer conn.Close(context.WithoutCancel(ctx))
	rows, err := conn.Query(ctx, "SELECT datname FROM pg_database WHERE starts_with(datname, $1)", prefix)
	if err != nil {
		return nil, fmt.Errorf("list the databases: %w", err)
	}
	names, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return nil, fmt.Errorf("list the databases: %w", err)
	}
	return names, nil
}

// ensureTemplate gives the name of a migrated database to copy. It carries the
// hash of the migrations, and gets its name only when complete.
func ensureTemplate(ctx context.Context, server *testServer) (string, error) {
	hash, err := migrations.Hash()
	if err != nil {
		return "", err
	}
	name := templatePrefix + hash[:16]
	found, err := databases(ctx, server, templatePrefix)
	if err != nil {
		return "", err
	}
	for _, other := range found {
		if other == name {
			return name, nil
		}
		// template_postgis and the like are none of ours, but do not stand in this cluster.
		if err := server.DropDatabase(ctx, other); err != nil {
			return "", err
		}
	}
	unfinished := testPrefix + "unfinished_template"
	if err := server.CreateDatabase(ctx, unfinished, ""); err != nil {
		return "", err
	}
	if err := migrate(ctx, server.OwnerURL(unfinished)); err != nil {
		return "", errors.Join(err, server.DropDatabase(ctx, unfinished))
	}
	conn, err := pgx.Connect(ctx, server.SuperURL())
	if err != nil {
		return "", fmt.Errorf("connect to PostgreSQL: %w", err)
	}
	_, err = conn.Exec(ctx, "ALTER DATABASE "+unfinished+" RENAME TO "+name)
	if err := errors.Join(err, conn.Close(ctx)); err != nil {
		return "", fmt.Errorf("name the template: %w", err)
	}
	return name, nil
}

func migrate(ctx context.Context, url string) error {
	db, err := sql.Open("pgx", url)
	if err != nil {
		return fmt.Errorf("open the template: %w", err)
	}
	return errors.Join(migrations.Up(ctx, db), db.Close())
}

// Dir gives the test a directory that a private cluster can live in (local.Start,
// assay --data): one with a short path that also the user who runs PostgreSQL for
// root may enter, which tb.TempDir is not. It is removed when the test ends.
func Dir(tb testing.TB) string {
	tb.Helper()
	dir, err := os.MkdirTemp("/tmp", "assay-dir-") //nolint:usetesting // TempDir is closed to the server's user
	if err != nil {
		tb.Fatalf("make a directory: %v", err)
	}
	if err := os.Chmod(dir, 0o711); err != nil {
		tb.Fatalf("open the directory: %v", err)
	}
	tb.Cleanup(func() {
		if err := os.RemoveAll(dir); err != nil && !strings.Contains(err.Error(), "directory not empty") {
			tb.Errorf("remove the directory: %v", err)
		}
	})
	return dir
}

package dbtest_test

import (
	"context"
	"errors"
	"testing"

	"github.com/jackc/pgx/v5"

	"assay/deploy/local/dbtest"
)

func connect(t *testing.T, url string) *pgx.Conn {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatalf("connect: %v", err)
	}
	t.Cleanup(func() { _ = conn.Close(context.Background()) })
	return conn
}

func TestEachTestHasItsOwnMigratedDatabase(t *testing.T) {
	t.Parallel()
	first, second := dbtest.New(t), dbtest.New(t)
	if first.Name == second.Name {
		t.Fatalf("both tests got %s", first.Name)
	}
	owner := connect(t, first.OwnerURL)
	if _, err := owner.Exec(t.Context(), "CREATE TABLE only_here (n int)"); err != nil {
		t.Fatalf("create a table as the owner: %v", err)
	}
	var found *string
	err := connect(t, second.SuperURL).QueryRow(t.Context(), "SELECT to_regclass('only_here')::text").Scan(&found)
	if err != nil || found != nil {
		t.Fatalf("the other database has the table too (%v, %v)", found, err)
	}
	var version int64
	err = owner.QueryRow(t.Context(), "SELECT max(version_id) FROM goose_db_version").Scan(&version)
	if err != nil || version == 0 {
		t.Fatalf("version %d, %v: the database is not migrated", version, err)
	}
}

func TestTheProgramsRoleHasNoMoreThanItNeeds(t *testing.T) {
	t.Parallel()
	app := connect(t, dbtest.New(t).AppURL)
	var super, bypass bool
	var role string
	err := app.QueryRow(t.Context(), "SELECT rolname, rolsuper, rolbypassrls FROM pg_roles WHERE rolname = current_user").
		Scan(&role, &super, &bypass)
	if err != nil || role != "assay_app" || super || bypass {
		t.Fatalf("role %s, superuser %v, bypasses row security %v, %v", role, super, bypass, err)
	}
	if _, err := app.Exec(t.Context(), "CREATE TEMPORARY TABLE stage (n int)"); err != nil {
		t.Fatalf("temporary tables must be allowed: %v", err)
	}
	if _, err := app.Exec(t.Context(), "CREATE TABLE kept (n int)"); err == nil {
		t.Fatal("the program's role made a table in the schema")
	}
}

func TestADatabaseIsDroppedWithItsTest(t *testing.T) {
	t.Parallel()
	var gone *dbtest.Database
	t.Run("user", func(t *testing.T) {
		gone = dbtest.New(t)
		conn, err := pgx.Connect(t.Context(), gone.AppURL) // left open: it must not keep the database
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = conn.Close(context.Background()) })
	})
	_, err := pgx.Connect(t.Context(), gone.AppURL)
	if err == nil {
		t.Fatal("the database is still there")
	}
	if errors.Is(err, context.DeadlineExceeded) {
		t.Fatalf("the server does not answer: %v", err)
	}
}

func BenchmarkNew(b *testing.B) {
	for b.Loop() {
		dbtest.New(b)
	}
}

package local_test

import (
	"database/sql"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver for database/sql, which the migrations use

	"assay/deploy/local"
	"assay/deploy/local/dbtest"
	"assay/migrations"
)

// TestTheScriptForASharedServerMakesWhatMigrationsNeed runs deploy/database/create.sh
// on a server without roles and database of Assay, twice.
func TestTheScriptForASharedServerMakesWhatMigrationsNeed(t *testing.T) {
	t.Parallel()
	cluster := start(t, local.Options{Dir: dbtest.Dir(t), Ephemeral: true})
	execute(t, cluster.SuperURL(), "DROP DATABASE assay")
	execute(t, cluster.SuperURL(), "DROP ROLE assay_owner, assay_app, assay_across")

	address, err := url.Parse(cluster.SuperURL())
	if err != nil {
		t.Fatal(err)
	}
	runScript := func(ownerPassword string) string {
		script := exec.Command("sh", "../database/create.sh")
		script.Env = []string{
			"PATH=" + os.Getenv("PATH") + clientDirectories(t),
			"PGHOST=" + address.Query().Get("host"), "PGPORT=" + address.Query().Get("port"),
			"ASSAY_OWNER_PASSWORD=" + ownerPassword, "ASSAY_APP_PASSWORD=it's another",
		}
		out, err := script.CombinedOutput()
		if err != nil && ownerPassword != "" {
			t.Fatalf("%v\n%s", err, out)
		}
		return string(out)
	}
	if out := runScript(""); !strings.Contains(out, "ASSAY_OWNER_PASSWORD") {
		t.Fatalf("without a password it said %q", out)
	}
	runScript("one")
	runScript("one")

	withPassword := query[int](t, cluster.SuperURL(),
		"SELECT count(*) FROM pg_authid WHERE rolname IN ('assay_owner', 'assay_app') AND rolpassword LIKE 'SCRAM-SHA-256$%'")
	if withPassword != 2 {
		t.Errorf("%d of 2 roles have a password", withPassword)
	}
	db, err := sql.Open("pgx", cluster.OwnerURL(local.Database))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close() //nolint:errcheck // nothing is buffered
	if err := migrations.Up(t.Context(), db); err != nil {
		t.Fatalf("migrate what the script made: %v", err)
	}
	execute(t, cluster.AppURL(local.Database), "CREATE TEMPORARY TABLE stage (n int)")
}

// clientDirectories are where Debian keeps psql beside the server.
func clientDirectories(t *testing.T) string {
	t.Helper()
	dirs, err := filepath.Glob("/usr/lib/postgresql/*/bin")
	if err != nil {
		t.Fatal(err)
	}
	return ":" + strings.Join(dirs, ":")
}

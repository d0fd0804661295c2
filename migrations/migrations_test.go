package migrations_test

import (
	"database/sql"
	"slices"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	_ "github.com/jackc/pgx/v5/stdlib" // the driver

	"assay/deploy/local/dbtest"
	"assay/migrations"
)

func open(t *testing.T, url string) *sql.DB {
	t.Helper()
	db, err := sql.Open("pgx", url)
	if err != nil {
		t.Fatalf("open: %v", err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	return db
}

// objects lists everything in the schema with what defines it, but for goose's own table.
func objects(t *testing.T, db *sql.DB) []string {
	t.Helper()
	rows, err := db.QueryContext(t.Context(), `
		SELECT 'column ' || c.relname || '.' || a.attname || ' ' || format_type(a.atttypid, a.atttypmod)
		       || CASE WHEN a.attnotnull THEN ' not null' ELSE '' END
		       || coalesce(' default ' || pg_get_expr(d.adbin, d.adrelid), '')
		  FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
		  LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
		 WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r','p','v','S','m')
		   AND c.relname NOT LIKE 'goose_db_version%'
		UNION ALL SELECT 'constraint ' || conrelid::regclass || ' ' || conname || ' ' || pg_get_constraintdef(oid)
		  FROM pg_constraint WHERE connamespace = 'public'::regnamespace AND conrelid::regclass::text NOT LIKE 'goose_db_version%'
		UNION ALL SELECT 'index ' || indexdef FROM pg_indexes WHERE schemaname = 'public' AND tablename <> 'goose_db_version'
		UNION ALL SELECT 'policy ' || tablename || ' ' || policyname || ' ' || qual FROM pg_policies WHERE schemaname = 'public'
		UNION ALL SELECT 'security ' || relname || ' ' || relrowsecurity || ' ' || relforcerowsecurity
		  FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r','p') AND relname <> 'goose_db_version'
		UNION ALL SELECT 'function ' || oid::regprocedure || ' ' || md5(prosrc) || ' owner ' || proowner::regrole || coalesce(' ' || proacl::text, '')
		  FROM pg_proc WHERE pronamespace = 'public'::regnamespace
		UNION ALL SELECT 'grant ' || table_name || ' ' || grantee || ' ' || privilege_type
		  FROM information_schema.role_table_grants WHERE table_schema = 'public' AND table_name NOT LIKE 'goose_db_version%'
		UNION ALL SELECT 'rights of assay_across on the schema: ' || has_schema_privilege('assay_across', 'public', 'CREATE')`)
	if err != nil {
		t.Fatalf("list the schema: %v", err)
	}
	defer rows.Close()
	var all []string
	for rows.Next() {
		var one string
		if err := rows.Scan(&one); err != nil {
			t.Fatalf("list the schema: %v", err)
		}
		all = append(all, one)
	}
	if err := rows.Err(); err != nil {
		t.Fatalf("list the schema: %v", err)
	}
	slices.Sort(all)
	return all
}

func TestForwardBackAndForwardAgainGiveTheSameSchema(t *testing.T) {
	t.Parallel()
	db := open(t, dbtest.NewEmpty(t).OwnerURL)
	empty := objects(t, db)

	if err := migrations.Up(t.Context(), db); err != nil {
		t.Fatal(err)
	}
	first := objects(t, db)
	if len(first) < 100 {
		t.Fatalf("only %d objects after the migrations: they did not run", len(first))
	}
	if err := migrations.Down(t.Context(), db, 0); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(empty, objects(t, db)); diff != "" {
		t.Fatalf("the way back left something behind (-empty +left):\n%s", diff)
	}
	if err := migrations.Up(t.Context(), db); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(first, objects(t, db)); diff != "" {
		t.Fatalf("the second way forward differs (-first +second):\n%s", diff)
	}
}

func TestEachMigrationCanBeTakenBackAlone(t *testing.T) {
	t.Parallel()
	db := open(t, dbtest.NewEmpty(t).OwnerURL)
	if err := migrations.Up(t.Context(), db); err != nil {
		t.Fatal(err)
	}
	states, err := migrations.Status(t.Context(), db)
	if err != nil {
		t.Fatal(err)
	}
	for i := len(states) - 1; i >= 0; i-- {
		before := int64(0)
		if i > 0 {
			before = states[i-1].Version
		}
		if err := migrations.Down(t.Context(), db, before); err != nil {
			t.Fatalf("take back %s: %v", states[i].Name, err)
		}
		current, _, err := migrations.Version(t.Context(), db)
		if err != nil || current != before {
			t.Fatalf("after taking back %s the version is %d (%v), want %d", states[i].Name, current, err, before)
		}
	}
}

func TestVersionIsReadByTheProgramsRole(t *testing.T) {
	t.Parallel()
	database := dbtest.NewEmpty(t)
	app := open(t, database.AppURL)
	current, newest, err := migrations.Version(t.Context(), app)
	if err != nil || current != 0 || newest == 0 {
		t.Fatalf("before the migrations: version %d of %d, %v", current, newest, err)
	}
	if err := migrations.Up(t.Context(), open(t, database.OwnerURL)); err != nil {
		t.Fatal(err)
	}
	current, newest, err = migrations.Version(t.Context(), app)
	if err != nil || current != newest {
		t.Fatalf("after the migrations: version %d of %d, %v", current, newest, err)
	}
}

func TestTwoProgramsMayMigrateAtOnce(t *testing.T) {
	t.Parallel()
	database := dbtest.NewEmpty(t)
	var both sync.WaitGroup
	for range 2 {
		db := open(t, database.OwnerURL)
		both.Go(func() {
			if err := migrations.Up(t.Context(), db); err != nil {
				t.Error(err)
			}
		})
	}
	both.Wait()
}

func TestTheProgramsRoleMayNotMigrate(t *testing.T) {
	t.Parallel()
	db := open(t, dbtest.NewEmpty(t).AppURL)
	if err := migrations.Up(t.Context(), db); err == nil {
		t.Fatal("the program's role has made tables")
	}
}

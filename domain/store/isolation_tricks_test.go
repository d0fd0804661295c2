package store_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"assay/deploy/local/dbtest/everytable"
	"assay/domain"
	"assay/domain/store"
)

// What somebody would try who could slip a statement into a transaction of tenant A.
func TestTricksDoNotWiden(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	before := w.state(t, w.b)
	for _, statement := range []string{
		`SET ROLE assay_owner`, `SET ROLE assay_across`, `SET SESSION AUTHORIZATION assay_owner`,
		`SET LOCAL session_replication_role = 'replica'`,
		`ALTER TABLE section DISABLE ROW LEVEL SECURITY`, `ALTER TABLE section NO FORCE ROW LEVEL SECURITY`,
		`DROP POLICY tenant ON section`, `CREATE POLICY open ON section USING (true)`, `ALTER POLICY tenant ON section USING (true)`,
		`CREATE TABLE copied AS SELECT * FROM section`, `CREATE VIEW copied AS SELECT * FROM section`,
		`CREATE FUNCTION public.wide() RETURNS int LANGUAGE sql SECURITY DEFINER AS 'SELECT 1'`,
		`CREATE RULE wide AS ON SELECT TO section DO INSTEAD SELECT * FROM section`,
		`CREATE TRIGGER wide AFTER INSERT ON section EXECUTE FUNCTION suppress_redundant_updates_trigger()`,
		`ALTER ROLE assay_app BYPASSRLS`, `GRANT assay_owner TO assay_app`,
		`SELECT setval('declaration_number', 1)`, `COPY section TO '/tmp/section'`, `COPY section TO PROGRAM 'cat'`,
		`SELECT pg_read_file('/etc/passwd')`, `SELECT lo_import('/etc/passwd')`, `SELECT assay_isolate('section')`,
		`UPDATE pg_class SET relrowsecurity = false`, `UPDATE goose_db_version SET is_applied = false`,
	} {
		if _, err := w.try(t, w.a, statement); err == nil {
			t.Errorf("%s: was done", statement)
		}
	}
	// Without row-level security a statement fails rather than sees more.
	if _, err := w.try(t, w.a, `SET LOCAL row_security = off`, `SELECT * FROM section`); everytable.SQLState(err) != notAllowed {
		t.Errorf("row_security off: %v", err)
	}
	// What is no tenant shows nothing, and never more.
	for _, setting := range []string{"", " ", "*", "null", "00000000-0000-0000-0000-000000000000", w.b.String() + "' OR '1'='1", "{" + w.a.String() + "," + w.b.String() + "}"} {
		rows, err := w.try(t, w.a, `SELECT set_config('assay.tenant_id', $$`+setting+`$$, true)`, `SELECT * FROM section`)
		if rows != 0 {
			t.Errorf("tenant %q: %d rows, %v", setting, rows, err)
		}
	}
	w.unchanged(t, w.b, before)
}

// Temporary tables may stand before the real ones on the search path. They hold only
// what the transaction put there, and functions with more rights do not look there.
func TestNamesCannotBePutInFront(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.do(t, w.app, `BEGIN`)
	defer w.do(t, w.app, `ROLLBACK`)
	w.do(t, w.app, `SET LOCAL assay.tenant_id = '`+w.a.String()+`'`)
	w.do(t, w.app, `SET LOCAL search_path = pg_temp, public`)
	w.do(t, w.app, `CREATE TEMP TABLE outbox (tenant_id uuid, state text) ON COMMIT DROP`)
	w.do(t, w.app, `CREATE TEMP TABLE tenant (tenant_id uuid, state text) ON COMMIT DROP`)
	w.do(t, w.app, `INSERT INTO outbox SELECT gen_random_uuid(), 'pending' FROM generate_series(1, 5)`)
	waiting := everytable.List[string](t, w.app, `SELECT tenant_id::text FROM assay_waiting_tenants()`)
	if len(waiting) > 2 {
		t.Errorf("a function with more rights read a temporary table: %v", waiting)
	}
	if found := everytable.List[int64](t, w.app, `SELECT count(*) FROM public.section`); found[0] != 1 {
		t.Errorf("%d rows", found[0])
	}
}

// Every function with more rights, called by A and without a tenant, tells nothing that
// another tenant wrote.
func TestFunctionsWithMoreRightsTellNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	type function struct {
		name      string
		arguments int16
	}
	rows, err := w.super.Query(t.Context(), `SELECT p.proname::text, p.pronargs FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace WHERE p.prosecdef AND n.nspname = 'public' ORDER BY 1`)
	if err != nil {
		t.Fatal(err)
	}
	functions, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (f function, err error) { return f, row.Scan(&f.name, &f.arguments) })
	if err != nil || len(functions) != len(store.DefinerFunctions) {
		t.Fatalf("the schema has %v, the program lists %v: %v", functions, store.DefinerFunctions, err)
	}
	before := w.state(t, w.b)
	for _, f := range functions {
		// Each argument in turn is B's identifier, as text that becomes what is asked for; a
		// function may refuse, but must not tell or change.
		call := f.name + `(` + strings.TrimSuffix(strings.Repeat(`'`+w.b.String()+`', `, int(f.arguments)), ", ") + `)`
		for _, tenant := range []domain.TenantID{w.a, {}} {
			w.do(t, w.app, `BEGIN`)
			if !tenant.IsZero() {
				w.do(t, w.app, `SET LOCAL assay.tenant_id = '`+tenant.String()+`'`)
			}
			var told string
			err := w.app.QueryRow(t.Context(), `SELECT coalesce(string_agg(r::text, ','), '') FROM `+call+` r`).Scan(&told)
			if strings.Contains(told, secretOfB) || err != nil && strings.Contains(err.Error(), secretOfB) {
				t.Errorf("%s tells %q %v", f.name, told, err)
			}
			w.do(t, w.app, `COMMIT`)
		}
	}
	w.unchanged(t, w.b, before)
}

// Statistics and conditions see rows before the policy would hide them, if PostgreSQL let them.
func TestNothingSeepsThroughPlans(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.do(t, w.super, `ANALYZE`)
	for _, table := range w.tables {
		if found := everytable.List[int64](t, w.app, `SELECT count(*) FROM pg_stats WHERE schemaname = 'public' AND tablename = $1`, table.Name); found[0] != 0 {
			t.Errorf("pg_stats shows values of %s", table.Name)
		}
	}
	var heard []string
	config, err := pgx.ParseConfig(w.database.AppURL)
	if err != nil {
		t.Fatal(err)
	}
	config.OnNotice = func(_ *pgconn.PgConn, n *pgconn.Notice) { heard = append(heard, n.Message) }
	conn, err := pgx.ConnectConfig(t.Context(), config)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(t.Context()) }()
	w.do(t, conn, `CREATE FUNCTION pg_temp.tell(text) RETURNS boolean LANGUAGE plpgsql COST 0.0000001 AS 'BEGIN RAISE NOTICE ''%'', $1; RETURN true; END'`)
	w.do(t, conn, `BEGIN`)
	w.do(t, conn, `SET LOCAL assay.tenant_id = '`+w.a.String()+`'`)
	for _, table := range w.tables {
		w.do(t, conn, `SELECT 1 FROM `+table.Name+` t WHERE pg_temp.tell(t::text)`)
		// An error of a condition would quote the value.
		_, err := conn.Exec(t.Context(), `SAVEPOINT s`)
		if err != nil {
			t.Fatal(err)
		}
		if _, err = conn.Exec(t.Context(), `SELECT 1 FROM `+table.Name+` t WHERE t.tenant_id = '`+w.b.String()+`' AND t::text::int > 0`); err != nil {
			t.Errorf("%s: the other tenant's rows were looked at: %v", table.Name, err)
		}
		w.do(t, conn, `ROLLBACK TO SAVEPOINT s`)
	}
	w.do(t, conn, `ROLLBACK`)
	if all := strings.Join(heard, "\n"); strings.Contains(all, secretOfB) || strings.Contains(all, w.b.String()) || len(heard) < len(w.tables) {
		t.Errorf("%d rows were shown to a condition, among them the other tenant's", len(heard))
	}
}

// A view that the owner makes in the prescribed way shows its reader's rows, and a
// partition cannot be read round its parent.
func TestViewsAndPartitions(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	owner := everytable.Connect(t, w.database.OwnerURL)
	w.do(t, owner, `CREATE VIEW sections WITH (security_invoker = true) AS SELECT * FROM section; GRANT SELECT ON sections TO assay_app;
		CREATE TABLE part (tenant_id uuid NOT NULL, month int, PRIMARY KEY (tenant_id, month)) PARTITION BY RANGE (month);
		CREATE TABLE part_1 PARTITION OF part FOR VALUES FROM (1) TO (2); SELECT assay_isolate('part'); SELECT assay_isolate('part_1'); REVOKE ALL ON part_1 FROM assay_app`)
	w.do(t, w.super, fmt.Sprintf(`INSERT INTO part VALUES ('%s', 1), ('%s', 1)`, w.a, w.b))
	w.touches(t, "a view", w.a, 1, `SELECT * FROM sections`)
	w.touches(t, "a view without a tenant", domain.TenantID{}, 0, `SELECT * FROM sections`)
	w.touches(t, "a partitioned table", w.a, 1, `SELECT * FROM part`)
	w.refuses(t, "a partition by its name", w.a, `SELECT * FROM part_1`)
	db, err := store.Open(t.Context(), w.database.AppURL, store.Options{})
	if err != nil {
		t.Fatalf("the program refuses what is done as prescribed: %v", err)
	}
	db.Close()
	// What the schema itself has of either, now or later.
	for _, view := range everytable.List[string](t, w.super, `SELECT c.relname::text FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND (c.relkind = 'v' OR c.relispartition AND c.relkind = 'r')`) {
		w.do(t, w.app, `BEGIN`)
		w.do(t, w.app, `SET LOCAL assay.tenant_id = '`+w.a.String()+`'`)
		var shown string
		err := w.app.QueryRow(t.Context(), `SELECT coalesce(string_agg(v::text, ','), '') FROM `+view+` v`).Scan(&shown)
		if strings.Contains(shown, secretOfB) || err != nil && everytable.SQLState(err) != notAllowed {
			t.Errorf("%s shows %q, %v", view, shown, err)
		}
		w.do(t, w.app, `ROLLBACK`)
	}
}

// Everybody who is connected hears every announcement: A's work must not be told in words.
func TestAnnouncementsCarryIdentifiersOnly(t *testing.T) {
	t.Parallel()
	w, db := openWorld(t)
	w.do(t, w.app, `LISTEN assay_outbox`)
	err := db.InTenant(t.Context(), w.b, func(ctx context.Context, tx *store.Tx) error {
		return store.Enqueue(ctx, tx, w.b, time.Now(), store.Job{Kind: "refresh", Period: secretOfB, Class: store.Batch, Arguments: map[string]string{"name": secretOfB}})
	})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	heard, err := w.app.WaitForNotification(ctx)
	if err != nil || heard.Payload != w.b.String() {
		t.Fatalf("heard %+v, %v", heard, err)
	}
}

// Only this room sets the tenant, and only for a transaction.
func TestOnlyTheStoreSetsTheTenant(t *testing.T) {
	t.Parallel()
	looked := 0
	err := filepath.WalkDir("../..", func(path string, entry os.DirEntry, err error) error {
		if err != nil || entry.IsDir() || filepath.Ext(path) != ".go" || strings.HasSuffix(path, "_test.go") {
			return err
		}
		content, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		looked++
		text := string(content)
		if path == "../../domain/indicator/sql.go" {
			return nil // writes the statement for people who run it in psql; it never runs there
		}
		if strings.HasPrefix(path, "../../domain/store/") {
			if strings.Contains(text, "SET assay.") || strings.Contains(text, "SET SESSION") {
				t.Errorf("%s sets the tenant beyond the transaction", path)
			}
			return nil
		}
		for _, trick := range []string{"assay.tenant_id", "set_config(", "SET ROLE", "row_security"} {
			if strings.Contains(text, trick) {
				t.Errorf("%s holds %q: only domain/store may", path, trick)
			}
		}
		return nil
	})
	if err != nil || looked < 300 {
		t.Fatalf("%d files: %v", looked, err)
	}
}

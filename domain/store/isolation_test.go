package store_test

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"assay/deploy/local/dbtest"
	"assay/deploy/local/dbtest/everytable"
	"assay/domain"
	"assay/domain/store"
)

// The codes of refusals: by row-level security or for want of a right.
const notAllowed = "42501"

// world is a database with two tenants that have a row in every table, and a
// third that has none.
type world struct {
	database *dbtest.Database
	super    *pgx.Conn // sees everything: for filling and for looking whether something changed
	app      *pgx.Conn // the program's own role
	tables   []everytable.Table
	a, b, c  domain.TenantID
}

const secretOfB = "SECRET-OF-B"

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{database: dbtest.New(t)}
	w.super, w.app = everytable.Connect(t, w.database.SuperURL), everytable.Connect(t, w.database.AppURL)
	w.tables = everytable.Isolated(t, w.super)
	w.a, w.b, w.c = domain.TenantID(domain.NewID()), domain.TenantID(domain.NewID()), domain.TenantID(domain.NewID())
	for i, tenant := range []domain.TenantID{w.a, w.b, w.c} {
		w.do(t, w.super, fmt.Sprintf(`INSERT INTO tenant (tenant_id, code, names, currency, zone, languages, created_at)
			VALUES ('%s', 't%d', '{"en":"A"}', 'EUR', 'UTC', '{en}', now())`, tenant, i))
	}
	w.do(t, w.super, `INSERT INTO account (account_id, sign_in_name, name, password_hash, created_at) VALUES ('`+everytable.Account+`', 'x', 'X', '', now())`)
	run := func(sql string) error { _, err := w.super.Exec(t.Context(), sql); return err }
	everytable.Fill(t, w.tables, run, w.a.String(), "TEXT-OF-A")
	everytable.Fill(t, w.tables, run, w.b.String(), secretOfB)
	return w
}

func (w *world) do(tb testing.TB, conn *pgx.Conn, sql string) int64 {
	tb.Helper()
	tag, err := conn.Exec(tb.Context(), sql)
	if err != nil {
		tb.Fatalf("%s: %v", sql, err)
	}
	return tag.RowsAffected()
}

// try runs statements as the program's role in a transaction of a tenant (zero for
// none) that is undone, and gives the rows that the last one touched and its error.
func (w *world) try(tb testing.TB, tenant domain.TenantID, statements ...string) (rows int64, err error) {
	tb.Helper()
	w.do(tb, w.app, `BEGIN`)
	defer w.do(tb, w.app, `ROLLBACK`)
	if !tenant.IsZero() {
		w.do(tb, w.app, `SET LOCAL assay.tenant_id = '`+tenant.String()+`'`)
	}
	for _, statement := range statements {
		tag, err := w.app.Exec(tb.Context(), statement)
		if err != nil {
			return 0, err
		}
		rows = tag.RowsAffected()
	}
	return rows, nil
}

// state is a fingerprint of all rows of a tenant.
func (w *world) state(t *testing.T, tenant domain.TenantID) map[string]string {
	t.Helper()
	state := map[string]string{}
	for _, table := range w.tables {
		found := everytable.List[*string](t, w.super, `SELECT string_agg(md5(t::text), ',' ORDER BY md5(t::text)) FROM `+table.Name+` t WHERE tenant_id = $1`, tenant.String())
		if found[0] == nil {
			t.Fatalf("%s has no row of the tenant", table.Name)
		}
		state[table.Name] = *found[0]
	}
	return state
}

func (w *world) unchanged(t *testing.T, tenant domain.TenantID, before map[string]string) {
	t.Helper()
	for name, now := range w.state(t, tenant) {
		if now != before[name] {
			t.Errorf("rows of the other tenant in %s have changed", name)
		}
	}
}

// copyOut is what COPY TO gives the program's role in a tenant.
func (w *world) copyOut(t *testing.T, tenant domain.TenantID, from string) string {
	t.Helper()
	w.do(t, w.app, `BEGIN`)
	defer w.do(t, w.app, `ROLLBACK`)
	if !tenant.IsZero() {
		w.do(t, w.app, `SET LOCAL assay.tenant_id = '`+tenant.String()+`'`)
	}
	var out bytes.Buffer
	if _, err := w.app.PgConn().CopyTo(t.Context(), &out, `COPY `+from+` TO STDOUT`); err != nil {
		t.Fatalf("copy %s: %v", from, err)
	}
	return out.String()
}

func (w *world) copyIn(t *testing.T, tenant domain.TenantID, table, line string) error {
	t.Helper()
	w.do(t, w.app, `BEGIN`)
	defer w.do(t, w.app, `ROLLBACK`)
	if !tenant.IsZero() {
		w.do(t, w.app, `SET LOCAL assay.tenant_id = '`+tenant.String()+`'`)
	}
	_, err := w.app.PgConn().CopyFrom(t.Context(), strings.NewReader(line), `COPY `+table+` (tenant_id) FROM STDIN`)
	return err
}

func (w *world) refuses(t *testing.T, what string, tenant domain.TenantID, statements ...string) {
	t.Helper()
	if _, err := w.try(t, tenant, statements...); everytable.SQLState(err) != notAllowed {
		t.Errorf("%s: want a refusal, got %v", what, err)
	}
}

// touches wants so many rows; tables that the role may not write at all count as none.
func (w *world) touches(t *testing.T, what string, tenant domain.TenantID, want int64, statements ...string) {
	t.Helper()
	got, err := w.try(t, tenant, statements...)
	if err != nil && (want != 0 || everytable.SQLState(err) != notAllowed || !strings.Contains(err.Error(), "permission denied")) {
		t.Errorf("%s: %v", what, err)
	} else if got != want {
		t.Errorf("%s: %d rows, want %d", what, got, want)
	}
}

func TestWithoutATenantNothingIsThere(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	before, none := w.state(t, w.b), domain.TenantID{}
	for _, table := range w.tables {
		w.touches(t, "select from "+table.Name, none, 0, `SELECT * FROM `+table.Name)
		w.touches(t, "lock rows of "+table.Name, none, 0, `SELECT * FROM `+table.Name+` FOR UPDATE`)
		w.touches(t, "update "+table.Name, none, 0, `UPDATE `+table.Name+` SET tenant_id = tenant_id`)
		w.touches(t, "delete from "+table.Name, none, 0, `DELETE FROM `+table.Name)
		w.refuses(t, "insert into "+table.Name, none, table.Insert(w.a.String(), "x"))
		w.refuses(t, "truncate "+table.Name, none, `TRUNCATE `+table.Name+` CASCADE`)
		if out := w.copyOut(t, none, table.Name); out != "" {
			t.Errorf("COPY %s TO gives %q", table.Name, out)
		}
		if err := w.copyIn(t, none, table.Name, w.a.String()+"\n"); err == nil {
			t.Errorf("COPY %s FROM is taken", table.Name)
		}
	}
	w.unchanged(t, w.b, before)
}

func TestNoStatementOfATenantReachesAnother(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	before := w.state(t, w.b)
	for _, table := range w.tables {
		name, other := table.Name, ` WHERE tenant_id = '`+w.b.String()+`'`
		w.touches(t, "select all of "+name, w.a, 1, `SELECT * FROM `+name)
		w.touches(t, "select the other's of "+name, w.a, 0, `SELECT * FROM `+name+other)
		w.touches(t, "update the other's of "+name, w.a, 0, `UPDATE `+name+` SET tenant_id = '`+w.a.String()+`'`+other)
		w.touches(t, "delete the other's of "+name, w.a, 0, `DELETE FROM `+name+other)
		w.touches(t, "delete by a join in "+name, w.a, 0, `DELETE FROM `+name+` t USING tenant o WHERE o.code = 't1' AND t.tenant_id = o.tenant_id`)
		// A trigger that lets nobody change a row may refuse before row-level security does.
		if _, err := w.try(t, w.a, `UPDATE `+name+` SET tenant_id = '`+w.b.String()+`'`); err == nil {
			t.Errorf("rows of %s can be given away", name)
		}
		w.refuses(t, "insert the other's into "+name, w.a, table.Insert(w.b.String(), "x"))
		// The same answer whether the other has such a row or not.
		w.refuses(t, "insert into "+name+" for a tenant without rows", w.a, table.Insert(w.c.String(), "x"))
		w.refuses(t, "insert unless there is one into "+name, w.a, table.Insert(w.b.String(), "x")+` ON CONFLICT DO NOTHING`)
		w.refuses(t, "insert or update "+name, w.a, table.Insert(w.b.String(), "x")+` ON CONFLICT (`+strings.Join(primaryKey(t, w.super, name), ", ")+`) DO UPDATE SET tenant_id = excluded.tenant_id`)
		out := w.copyOut(t, w.a, name) + w.copyOut(t, w.a, `(SELECT t.* FROM tenant x LEFT JOIN `+name+` t ON true)`)
		if strings.Contains(out, secretOfB) || strings.Contains(out, w.b.String()) || !strings.Contains(out, w.a.String()) {
			t.Errorf("COPY %s TO gives %q", name, out)
		}
		if err := w.copyIn(t, w.a, name, w.b.String()+"\n"); err == nil {
			t.Errorf("COPY %s FROM is taken", name)
		}
	}
	w.unchanged(t, w.b, before)
}

func primaryKey(t *testing.T, conn *pgx.Conn, name string) []string {
	t.Helper()
	return everytable.List[string](t, conn, `SELECT a.attname::text FROM pg_index i CROSS JOIN LATERAL unnest(i.indkey) WITH ORDINALITY AS u(num, n)
		JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = u.num WHERE i.indrelid = $1::regclass AND i.indisprimary ORDER BY n`, name)
}

// A tenant without rows writes the very keys that two others have: none collides, and
// nothing can be hung on the others' rows.
func TestKeysNeitherCollideNorTell(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	probed := 0
	for _, table := range w.tables {
		for _, key := range table.Parents {
			if key.Columns[0] != "tenant_id" || key.Pointed[0] != "tenant_id" {
				t.Errorf("%s does not begin with tenant_id", key.Name)
			}
			if key.Parent == table.Name {
				continue
			}
			probed++
			// The parent is there for A and B under this very key, not for C.
			if _, err := w.try(t, w.c, table.Insert(w.c.String(), "x")); everytable.SQLState(err) != "23503" {
				t.Errorf("a row of %s was hung on another tenant's row of %s: %v", table.Name, key.Parent, err)
			}
		}
	}
	if probed < 5 {
		t.Fatalf("%d foreign keys were probed", probed)
	}
	w.do(t, w.app, `BEGIN`)
	defer w.do(t, w.app, `ROLLBACK`)
	w.do(t, w.app, `SET LOCAL assay.tenant_id = '`+w.c.String()+`'`)
	everytable.Fill(t, w.tables, func(sql string) error {
		err := savepoint(t.Context(), w.app, sql)
		if everytable.SQLState(err) == "42501" {
			return nil // a table that only functions of the owner write: there is nothing that could collide
		}
		return err
	}, w.c.String(), "TEXT-OF-C")
}

func savepoint(ctx context.Context, conn *pgx.Conn, sql string) error {
	if _, err := conn.Exec(ctx, `SAVEPOINT try`); err != nil {
		return err
	}
	_, err := conn.Exec(ctx, sql)
	if err != nil {
		if _, undo := conn.Exec(ctx, `ROLLBACK TO SAVEPOINT try`); undo != nil {
			return undo
		}
	}
	return err
}

func TestTheProgramStartsOnTheSchema(t *testing.T) {
	t.Parallel()
	db, err := store.Open(t.Context(), dbtest.New(t).AppURL, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	db.Close()
}

// Each of these would be a leak, and each stops the program at its start.
func TestTheProgramRefusesADatabaseThatLeaks(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ sql, says string }{
		"a table without row-level security":       {`CREATE TABLE loose (tenant_id uuid PRIMARY KEY)`, "not isolated by tenant (loose)"},
		"a table that does not force it":           {`ALTER TABLE broker NO FORCE ROW LEVEL SECURITY`, "not isolated by tenant (broker)"},
		"a table of another schema":                {`CREATE SCHEMA more; CREATE TABLE more.loose (x int)`, "not isolated by tenant (loose)"},
		"a partition":                              {`CREATE TABLE p (tenant_id uuid NOT NULL, m int, PRIMARY KEY (tenant_id, m)) PARTITION BY RANGE (m); SELECT assay_isolate('p'); CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (1) TO (2)`, "not isolated by tenant (p1)"},
		"a table without a policy":                 {`CREATE TABLE bare (tenant_id uuid PRIMARY KEY); ALTER TABLE bare ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY`, "no policy (bare)"},
		"a policy for everybody":                   {`CREATE POLICY open ON broker USING (true)`, "do not look at the tenant alone (broker.open)"},
		"a policy that lets more in":               {`CREATE POLICY open ON broker USING (tenant_id = (SELECT nullif(current_setting('assay.tenant_id', true), '')::uuid) OR code = 'x')`, "do not look at the tenant alone (broker.open)"},
		"a policy that lets more be written":       {`CREATE POLICY open ON broker USING (tenant_id = (SELECT nullif(current_setting('assay.tenant_id', true), '')::uuid)) WITH CHECK (true)`, "do not look at the tenant alone (broker.open)"},
		"a table whose tenant may be unknown":      {`CREATE TABLE bare (tenant_id uuid, code text); SELECT assay_isolate('bare')`, "no tenant_id that must be there (bare)"},
		"a primary key without the tenant":         {`CREATE TABLE bare (tenant_id uuid NOT NULL, code text PRIMARY KEY); SELECT assay_isolate('bare')`, "keys of isolated tables do not begin with tenant_id"},
		"a unique key without the tenant":          {`CREATE UNIQUE INDEX loose ON broker (name)`, "(loose)"},
		"a unique expression without the tenant":   {`CREATE UNIQUE INDEX loose ON broker (lower(name))`, "(loose)"},
		"a foreign key without the tenant":         {`CREATE TABLE parent (tenant_id uuid NOT NULL REFERENCES tenant, code text, PRIMARY KEY (tenant_id, code)); SELECT assay_isolate('parent'); ALTER TABLE parent ADD COLUMN t uuid REFERENCES snapshot (tenant_id)`, "foreign keys among isolated tables"},
		"a view as its owner":                      {`CREATE VIEW loose AS SELECT * FROM broker`, "views run as their owner (loose)"},
		"a materialized view":                      {`CREATE MATERIALIZED VIEW loose AS SELECT * FROM broker`, "materialized views"},
		"a function with more rights":              {`CREATE FUNCTION loose() RETURNS int LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS 'SELECT 1'`, "not on its list (loose)"},
		"a function with more rights for everyone": {`GRANT EXECUTE ON FUNCTION assay_waiting_tenants() TO PUBLIC`, "open to everybody"},
		"a function that finds others' tables":     {`ALTER FUNCTION assay_analyse() RESET search_path`, "look names up"},
		"a sequence of all tenants":                {`CREATE SEQUENCE loose`, "(loose)"},
		"a tenant by default":                      {`DO $$ BEGIN EXECUTE format('ALTER ROLE assay_app IN DATABASE %I SET assay.tenant_id = ''0192''', current_database()); END $$`, "names a tenant"},
		"a right to make tables":                   {`GRANT CREATE ON SCHEMA public TO assay_app`, "may make tables"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			database := dbtest.New(t)
			if _, err := everytable.Connect(t, database.SuperURL).Exec(t.Context(), c.sql); err != nil {
				t.Fatal(err)
			}
			db, err := store.Open(t.Context(), database.AppURL, store.Options{})
			if err == nil {
				db.Close()
				t.Fatal("started")
			}
			if !domain.Is(err, domain.KindNotReady) || !strings.Contains(err.Error(), c.says) {
				t.Fatalf("said %v", err)
			}
		})
	}
}

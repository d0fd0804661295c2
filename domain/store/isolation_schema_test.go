package store_test

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"assay/domain"
)

// The isolation tests know no table by name: they read the schema, fill every
// isolated table with a row of each tenant, and try each table in every way. A new
// table appears in them by itself.

// table is an isolated table as the catalogue describes it.
type table struct {
	name    string
	columns []column
	checks  []string
	parents []foreignKey // only those to isolated tables
}

type column struct {
	name, kind string // kind as format_type writes it
	required   bool
	made       bool // has a default, or is generated
	key        bool // in a primary, unique or foreign key
}

type foreignKey struct {
	name, parent     string
	columns, pointed []string
}

// byHand are values that cannot be found from a column's type and checks.
var byHand = map[string]map[string]string{
	"own_role":   {"code": `'own-a'`},
	"engagement": {"ends_at": `timestamptz '2026-01-03 03:04:05Z'`},
}

func connect(tb testing.TB, url string) *pgx.Conn {
	tb.Helper()
	conn, err := pgx.Connect(tb.Context(), url)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { _ = conn.Close(context.WithoutCancel(tb.Context())) })
	return conn
}

func list[T any](tb testing.TB, conn *pgx.Conn, query string, arguments ...any) []T {
	tb.Helper()
	rows, err := conn.Query(tb.Context(), query, arguments...)
	if err != nil {
		tb.Fatalf("%s: %v", query, err)
	}
	found, err := pgx.CollectRows(rows, pgx.RowTo[T])
	if err != nil {
		tb.Fatalf("%s: %v", query, err)
	}
	return found
}

// isolatedTables reads the schema.
func isolatedTables(tb testing.TB, conn *pgx.Conn) []table {
	tb.Helper()
	var tables []table
	for _, name := range list[string](tb, conn, `SELECT relname::text FROM pg_class WHERE relnamespace = 'public'::regnamespace
		AND relkind IN ('r','p') AND relrowsecurity AND NOT relispartition ORDER BY relname`) {
		t := table{name: name}
		rows, err := conn.Query(tb.Context(), `SELECT a.attname::text, format_type(a.atttypid, NULL), a.attnotnull, a.atthasdef OR a.attidentity <> '' OR a.attgenerated <> '',
			EXISTS (SELECT FROM pg_index i WHERE i.indrelid = a.attrelid AND i.indisunique AND a.attnum = ANY (i.indkey))
			OR EXISTS (SELECT FROM pg_constraint k WHERE k.contype = 'f' AND (k.conrelid = a.attrelid AND a.attnum = ANY (k.conkey) OR k.confrelid = a.attrelid AND a.attnum = ANY (k.confkey)))
			FROM pg_attribute a WHERE a.attrelid = $1::regclass AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum`, name)
		if err != nil {
			tb.Fatal(err)
		}
		t.columns, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (c column, err error) {
			return c, row.Scan(&c.name, &c.kind, &c.required, &c.made, &c.key)
		})
		if err != nil {
			tb.Fatal(err)
		}
		t.checks = list[string](tb, conn, `SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE contype = 'c' AND conrelid = $1::regclass ORDER BY conname`, name)
		rows, err = conn.Query(tb.Context(), `SELECT k.conname::text, f.relname::text,
			(SELECT array_agg(a.attname::text ORDER BY n) FROM unnest(k.conkey) WITH ORDINALITY AS u(num, n) JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = u.num),
			(SELECT array_agg(a.attname::text ORDER BY n) FROM unnest(k.confkey) WITH ORDINALITY AS u(num, n) JOIN pg_attribute a ON a.attrelid = k.confrelid AND a.attnum = u.num)
			FROM pg_constraint k JOIN pg_class f ON f.oid = k.confrelid WHERE k.contype = 'f' AND k.conrelid = $1::regclass AND f.relrowsecurity ORDER BY k.conname`, name)
		if err != nil {
			tb.Fatal(err)
		}
		t.parents, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (k foreignKey, err error) {
			return k, row.Scan(&k.name, &k.parent, &k.columns, &k.pointed)
		})
		if err != nil {
			tb.Fatal(err)
		}
		tables = append(tables, t)
	}
	if len(tables) < 30 {
		tb.Fatalf("the schema has %d isolated tables: it was not read", len(tables))
	}
	return tables
}

// sharedAccount is the account that rows of isolated tables refer to.
const sharedAccount = "00000000-0000-7000-8000-0000000000aa"

var literal = regexp.MustCompile(`'((?:[^']|'')*)'::text`)

// value is an SQL literal for a column. Keys are equal in all tenants, so that a
// key that forgot the tenant collides; other texts carry the mark, so that a text of another
// tenant is known wherever it turns up.
func (t *table) value(c column, tenant domain.TenantID, mark string) string {
	if written, ok := byHand[t.name][c.name]; ok {
		return written
	}
	if c.name == "tenant_id" {
		return "'" + tenant.String() + "'::uuid"
	}
	for _, check := range t.checks {
		// CHECK ((state = ANY (ARRAY['a'::text, ..])))
		if strings.Contains(check, c.name+" = ANY (ARRAY[") {
			if found := literal.FindStringSubmatch(check[strings.Index(check, c.name+" = ANY"):]); found != nil {
				return "'" + found[1] + "'"
			}
		}
	}
	array := strings.HasSuffix(c.kind, "[]")
	text := "'" + mark + "'"
	if c.key {
		text = "'K'"
	}
	value := map[string]string{
		"uuid": "'" + sharedAccount + "'::uuid", "text": text, "character varying": text, "bigint": "1", "integer": "1", "smallint": "1", "numeric": "1",
		"double precision": "1", "real": "1", "boolean": "false", "date": "date '2026-01-02'", "timestamp with time zone": "timestamptz '2026-01-02 03:04:05Z'",
		"bytea": "decode(repeat('ab', 32), 'hex')", "jsonb": `jsonb_build_object('note', ` + text + `)`, "inet": "'127.0.0.1'::inet", "time without time zone": "time '08:00'",
	}[strings.TrimSuffix(c.kind, "[]")]
	if array {
		return "ARRAY[" + value + "]::" + c.kind
	}
	return value
}

// insert is a statement that adds a row of a tenant.
func (t *table) insert(tenant domain.TenantID, mark string) string {
	var names, values []string
	for _, c := range t.columns {
		if c.made && !c.key || !c.required && !strings.HasPrefix(c.kind, "text") {
			continue
		}
		names = append(names, `"`+c.name+`"`)
		values = append(values, t.value(c, tenant, mark))
	}
	return fmt.Sprintf(`INSERT INTO %s (%s) VALUES (%s)`, t.name, strings.Join(names, ", "), strings.Join(values, ", "))
}

// fill gives every isolated table a row of a tenant, parents first. It is used with
// the superuser for the tenants that are there, and with the program's role for the newcomer.
func fill(tb testing.TB, tables []table, run func(sql string) error, tenant domain.TenantID, mark string) {
	tb.Helper()
	left := slices.Clone(tables)
	for len(left) > 0 {
		var waiting []table
		for _, t := range left {
			err := run(t.insert(tenant, mark))
			switch {
			case err == nil:
			case sqlState(err) == "23503":
				waiting = append(waiting, t)
			default:
				tb.Fatalf("a row of %s for the isolation tests cannot be made; give its values in byHand: %v\n%s", t.name, err, t.insert(tenant, mark))
			}
		}
		if len(waiting) == len(left) {
			tb.Fatalf("rows of %s for the isolation tests refer to rows that are not there; give their values in byHand", waiting[0].name)
		}
		left = waiting
	}
}

// sqlState is PostgreSQL's code of an error, empty for none.
func sqlState(err error) string {
	if err == nil {
		return ""
	}
	for unwrapped := err; unwrapped != nil; {
		if failure, ok := unwrapped.(*pgconn.PgError); ok { //nolint:errorlint // walks the chain itself
			return failure.Code
		}
		wrapped, ok := unwrapped.(interface{ Unwrap() error })
		if !ok {
			break
		}
		unwrapped = wrapped.Unwrap()
	}
	return "other: " + err.Error()
}

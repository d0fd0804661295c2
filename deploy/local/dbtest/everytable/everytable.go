// Package everytable fills every isolated table of the schema with a row, without knowing
// one by name: it reads columns, checks and keys from the catalogue. Tests that must hold for
// every table (isolation, export, erasing) so meet a new one by themselves.
package everytable

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// Table is an isolated table as the catalogue describes it.
type Table struct {
	Name    string
	Columns []Column
	Parents []ForeignKey // only those to isolated tables
	checks  []string
}

// Column is one of its columns.
type Column struct {
	Name, Kind string // Kind as format_type writes it
	Required   bool
	Made       bool // has a default, or is generated
	Key        bool // in a primary, unique or foreign key
}

// ForeignKey points at another isolated table.
type ForeignKey struct {
	Name, Parent     string
	Columns, Pointed []string
}

// byHand are values that cannot be found from a column's type and checks.
var byHand = map[string]map[string]string{}

// Connect opens a plain connection that ends with the test.
func Connect(tb testing.TB, url string) *pgx.Conn {
	tb.Helper()
	conn, err := pgx.Connect(tb.Context(), url)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { _ = conn.Close(context.WithoutCancel(tb.Context())) })
	return conn
}

// List runs a query of one column.
func List[T any](tb testing.TB, conn *pgx.Conn, query string, arguments ...any) []T {
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

// Isolated reads the schema.
func Isolated(tb testing.TB, conn *pgx.Conn) []Table {
	tb.Helper()
	var tables []Table
	for _, name := range List[string](tb, conn, `SELECT relname::text FROM pg_class WHERE relnamespace = 'public'::regnamespace
		AND relkind IN ('r','p') AND relrowsecurity AND NOT relispartition ORDER BY relname`) {
		t := Table{Name: name}
		rows, err := conn.Query(tb.Context(), `SELECT a.attname::text, format_type(a.atttypid, NULL), a.attnotnull, a.atthasdef OR a.attidentity <> '' OR a.attgenerated <> '',
			EXISTS (SELECT FROM pg_index i WHERE i.indrelid = a.attrelid AND i.indisunique AND a.attnum = ANY (i.indkey))
			OR EXISTS (SELECT FROM pg_constraint k WHERE k.contype = 'f' AND (k.conrelid = a.attrelid AND a.attnum = ANY (k.conkey) OR k.confrelid = a.attrelid AND a.attnum = ANY (k.confkey)))
			FROM pg_attribute a WHERE a.attrelid = $1::regclass AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum`, name)
		if err != nil {
			tb.Fatal(err)
		}
		t.Columns, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (c Column, err error) {
			return c, row.Scan(&c.Name, &c.Kind, &c.Required, &c.Made, &c.Key)
		})
		if err != nil {
			tb.Fatal(err)
		}
		t.checks = List[string](tb, conn, `SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE contype = 'c' AND conrelid = $1::regclass ORDER BY conname`, name)
		rows, err = conn.Query(tb.Context(), `SELECT k.conname::text, f.relname::text,
			(SELECT array_agg(a.attname::text ORDER BY n) FROM unnest(k.conkey) WITH ORDINALITY AS u(num, n) JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = u.num),
			(SELECT array_agg(a.attname::text ORDER BY n) FROM unnest(k.confkey) WITH ORDINALITY AS u(num, n) JOIN pg_attribute a ON a.attrelid = k.confrelid AND a.attnum = u.num)
			FROM pg_constraint k JOIN pg_class f ON f.oid = k.confrelid WHERE k.contype = 'f' AND k.conrelid = $1::regclass AND f.relrowsecurity ORDER BY k.conname`, name)
		if err != nil {
			tb.Fatal(err)
		}
		t.Parents, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (k ForeignKey, err error) {
			return k, row.Scan(&k.Name, &k.Parent, &k.Columns, &k.Pointed)
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

// Account is the account that rows of isolated tables refer to.
const Account = "00000000-0000-7000-8000-0000000000aa"

var literal = regexp.MustCompile(`'((?:[^']|'')*)'::text`)

// value is an SQL literal for a column. Keys are equal in all tenants, so that a
// key that forgot the tenant collides; other texts carry the mark, so that a text of another
// tenant is known wherever it turns up.
func (t *Table) value(c Column, tenant, mark string) string {
	if written, ok := byHand[t.Name][c.Name]; ok {
		return written
	}
	if c.Name == "tenant_id" {
		return "'" + tenant + "'::uuid"
	}
	for _, check := range t.checks {
		// CHECK ((state = ANY (ARRAY['a'::text, ..])))
		if strings.Contains(check, c.Name+" = ANY (ARRAY[") {
			if found := literal.FindStringSubmatch(check[strings.Index(check, c.Name+" = ANY"):]); found != nil {
				return "'" + found[1] + "'"
			}
		}
	}
	array := strings.HasSuffix(c.Kind, "[]")
	text := "'" + mark + "'"
	if c.Key {
		text = "'K'"
	}
	value := map[string]string{
		"uuid": "'" + Account + "'::uuid", "text": text, "character varying": text, "bigint": "1", "integer": "1", "smallint": "1", "numeric": "1",
		"double precision": "1", "real": "1", "boolean": "false", "date": "date '2026-01-02'", "timestamp with time zone": "timestamptz '2026-01-02 03:04:05Z'",
		"bytea": "decode(repeat('ab', 32), 'hex')", "jsonb": `jsonb_build_object('note', ` + text + `)`, "inet": "'127.0.0.1'::inet", "time without time zone": "time '08:00'",
	}[strings.TrimSuffix(c.Kind, "[]")]
	if array {
		return "ARRAY[" + value + "]::" + c.Kind
	}
	return value
}

// Insert is a statement that adds a row of a tenant.
func (t *Table) Insert(tenant, mark string) string {
	var names, values []string
	for _, c := range t.Columns {
		if c.Made && !c.Key || !c.Required && !strings.HasPrefix(c.Kind, "text") {
			continue
		}
		names = append(names, `"`+c.Name+`"`)
		values = append(values, t.value(c, tenant, mark))
	}
	return fmt.Sprintf(`INSERT INTO %s (%s) VALUES (%s)`, t.Name, strings.Join(names, ", "), strings.Join(values, ", "))
}

// Fill gives every isolated table a row of a tenant, parents first. It is used with
// the superuser for the tenants that are there, and with the program's role for the newcomer.
func Fill(tb testing.TB, tables []Table, run func(sql string) error, tenant, mark string) {
	tb.Helper()
	left := slices.Clone(tables)
	for len(left) > 0 {
		var waiting []Table
		for _, t := range left {
			err := run(t.Insert(tenant, mark))
			switch {
			case err == nil:
			case SQLState(err) == "23503":
				waiting = append(waiting, t)
			default:
				tb.Fatalf("a row of %s for the isolation tests cannot be made; give its values in byHand: %v\n%s", t.Name, err, t.Insert(tenant, mark))
			}
		}
		if len(waiting) == len(left) {
			tb.Fatalf("rows of %s for the isolation tests refer to rows that are not there; give their values in byHand", waiting[0].Name)
		}
		left = waiting
	}
}

// SQLState is PostgreSQL's code of an error, empty for none.
func SQLState(err error) string {
	var failure *pgconn.PgError
	switch {
	case err == nil:
		return ""
	case errors.As(err, &failure):
		return failure.Code
	}
	return "other: " + err.Error()
}

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
	"pgregory.net/rapid"
)

// Table is an isolated table as the catalogue describes it.
type Table struct {
	Name    string
	Columns []Column
	Parents []ForeignKey // only those to isolated tables
	checks  []check
	shared  bool
	chosen  map[string]int // column: which of its candidates a row takes; equal for all tenants
}

// check is a CHECK constraint.
type check struct {
	name, text string
	columns    []string
}

// Column is one of its columns.
type Column struct {
	Name, Kind string // Kind as format_type writes it
	Required   bool
	Made       bool // has a default
	Generated  bool // by the database, always
	Key        bool // in a primary, unique or foreign key
	Foreign    bool // refers to another table
}

// ForeignKey points at another isolated table.
type ForeignKey struct {
	Name, Parent     string
	Columns, Pointed []string
}

// byHand are values that cannot be found from a column's type and checks.
var byHand = map[string]map[string]string{
	"meeting":      {"other_id": "'00000000-0000-7000-8000-0000000000bb'::uuid"}, // another than who chairs
	"working_week": {"shifts": `'[[],[],[],[],[],[],[[480,1020]]]'::jsonb`},      // a list for each weekday
}

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

// Isolated reads the schema: every table under row-level security.
func Isolated(tb testing.TB, conn *pgx.Conn) []Table {
	tb.Helper()
	return read(tb, conn, false)
}

// Shared are the tables with a tenant_id that stand outside row-level security, but that of
// the tenants themselves. Their keys are of the whole installation, so rows of two tenants differ in them.
func Shared(tb testing.TB, conn *pgx.Conn) []Table {
	tb.Helper()
	return read(tb, conn, true)
}

func read(tb testing.TB, conn *pgx.Conn, shared bool) []Table {
	tb.Helper()
	var tables []Table
	for _, name := range List[string](tb, conn, `SELECT relname::text FROM pg_class WHERE relnamespace = 'public'::regnamespace
		AND relkind IN ('r','p') AND relrowsecurity <> $1 AND NOT relispartition AND relname <> 'tenant'
		AND EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = pg_class.oid AND a.attname = 'tenant_id' AND NOT a.attisdropped) ORDER BY relname`, shared) {
		t := Table{shared: shared, Name: name, chosen: map[string]int{}}
		rows, err := conn.Query(tb.Context(), `SELECT a.attname::text, format_type(a.atttypid, NULL), a.attnotnull, a.atthasdef, a.attidentity <> '' OR a.attgenerated <> '',
			EXISTS (SELECT FROM pg_index i WHERE i.indrelid = a.attrelid AND i.indisunique AND a.attnum = ANY (i.indkey))
			OR EXISTS (SELECT FROM pg_constraint k WHERE k.contype = 'f' AND (k.conrelid = a.attrelid AND a.attnum = ANY (k.conkey) OR k.confrelid = a.attrelid AND a.attnum = ANY (k.confkey))),
			EXISTS (SELECT FROM pg_constraint k WHERE k.contype = 'f' AND k.conrelid = a.attrelid AND a.attnum = ANY (k.conkey))
			FROM pg_attribute a WHERE a.attrelid = $1::regclass AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum`, name)
		if err != nil {
			tb.Fatal(err)
		}
		t.Columns, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (c Column, err error) {
			return c, row.Scan(&c.Name, &c.Kind, &c.Required, &c.Made, &c.Generated, &c.Key, &c.Foreign)
		})
		if err != nil {
			tb.Fatal(err)
		}
		rows, err = conn.Query(tb.Context(), `SELECT k.conname::text, pg_get_constraintdef(k.oid), (SELECT array_agg(a.attname::text ORDER BY a.attnum) FROM pg_attribute a WHERE a.attrelid = k.conrelid AND a.attnum = ANY (k.conkey))
			FROM pg_constraint k WHERE k.contype = 'c' AND k.conrelid = $1::regclass ORDER BY k.conname`, name)
		if err != nil {
			tb.Fatal(err)
		}
		t.checks, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (k check, err error) { return k, row.Scan(&k.name, &k.text, &k.columns) })
		if err != nil {
			tb.Fatal(err)
		}
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
	if len(tables) < 30 && !shared {
		tb.Fatalf("the schema has %d isolated tables: it was not read", len(tables))
	}
	return tables
}

// Account is the account that rows of isolated tables refer to.
const Account = "00000000-0000-7000-8000-0000000000aa"

var (
	literal = regexp.MustCompile(`'((?:[^']|'')*)'::text`)
	pattern = regexp.MustCompile(`~ '((?:[^']|'')*)'::text`)
)

// candidates are SQL literals for a column, the likeliest first. Keys are equal in all tenants, so
// that a key that forgot the tenant collides; other texts carry the mark, so that a text of
// another tenant is known wherever it turns up.
func (t *Table) candidates(c Column, tenant, mark string) []string {
	if written, ok := byHand[t.Name][c.Name]; ok {
		return []string{written}
	}
	if c.Name == "tenant_id" {
		return []string{"'" + tenant + "'::uuid"}
	}
	var found []string
	kind := strings.TrimSuffix(c.Kind, "[]")
	if kind == "text" {
		for _, k := range t.checks {
			if !slices.Contains(k.columns, c.Name) {
				continue
			}
			for _, m := range pattern.FindAllStringSubmatch(k.text, -1) {
				if expression := strings.ReplaceAll(m[1], "''", "'"); regexpKnown(expression) {
					found = append(found, "'"+strings.ReplaceAll(rapid.StringMatching(expression).Example(1), "'", "''")+"'")
				}
			}
			if !strings.Contains(k.text, " ~ ") {
				for _, m := range literal.FindAllStringSubmatch(k.text, -1) {
					found = append(found, "'"+m[1]+"'")
				}
			}
		}
	}
	text := "'" + mark + "'"
	identifier := "'" + Account + "'::uuid"
	if t.shared && c.Key && !c.Foreign {
		identifier = "gen_random_uuid()"
	}
	bytes := "decode(repeat('ab', 32), 'hex')"
	if t.shared {
		bytes = "sha256('" + tenant + "')"
	} else if c.Key {
		text = "'K'"
	}
	found = append(found, map[string][]string{
		"uuid": {identifier}, "text": {text, "''", "'k'"}, "character varying": {text}, "bigint": {"1", "0", "2"}, "integer": {"1", "0", "2", "100"}, "smallint": {"1", "0", "2", "100"},
		"numeric": {"1", "0"}, "double precision": {"1", "0"}, "real": {"1"}, "boolean": {"false", "true"}, "date": {"date '2026-01-02'", "date '2026-02-03'"},
		"timestamp with time zone": {"timestamptz '2026-01-02 03:04:05Z'", "timestamptz '2026-02-03 03:04:05Z'"}, "bytea": {bytes, "decode('ab', 'hex')", "''::bytea"},
		"jsonb": {`jsonb_build_object('note', ` + text + `)`, `'[]'::jsonb`, `'{}'::jsonb`}, "inet": {"'127.0.0.1'::inet"}, "time without time zone": {"time '08:00'", "time '17:00'"},
	}[kind]...)
	if strings.HasSuffix(c.Kind, "[]") {
		for i, value := range found {
			found[i] = "ARRAY[" + value + "]::" + c.Kind
		}
		found = append(found, "'{}'::"+c.Kind)
	}
	switch {
	case c.Made && !c.Key:
		found = append([]string{"DEFAULT"}, found...)
	case !c.Required && !strings.HasPrefix(c.Kind, "text"):
		found = append([]string{"NULL"}, found...)
	case !c.Required:
		found = append(found, "NULL")
	}
	return found
}

// regexpKnown reports whether a pattern of PostgreSQL is one of Go's as well.
func regexpKnown(expression string) bool {
	_, err := regexp.Compile(expression)
	return err == nil
}

// Insert is a statement that adds a row of a tenant.
func (t *Table) Insert(tenant, mark string) string {
	var names, values []string
	for _, c := range t.Columns {
		if c.Generated {
			continue
		}
		candidates := t.candidates(c, tenant, mark)
		if len(candidates) == 0 {
			candidates = []string{"NULL"}
		}
		names = append(names, `"`+c.Name+`"`)
		values = append(values, candidates[t.chosen[c.Name]%len(candidates)])
	}
	return fmt.Sprintf(`INSERT INTO %s (%s) VALUES (%s)`, t.Name, strings.Join(names, ", "), strings.Join(values, ", "))
}

// next takes other candidates for the columns of a check that refused a row, one combination
// after the other; false when all were tried.
func (t *Table) next(constraint string) bool {
	for _, k := range t.checks {
		if k.name != constraint {
			continue
		}
		for _, name := range k.columns {
			c := t.Columns[slices.IndexFunc(t.Columns, func(c Column) bool { return c.Name == name })]
			t.chosen[name]++
			if t.chosen[name] < len(t.candidates(c, Account, "x")) {
				return true
			}
			t.chosen[name] = 0
		}
	}
	return false
}

// add inserts a row, with other values where a check refuses it.
func (t *Table) add(run func(sql string) error, tenant, mark string) error {
	for {
		err := run(t.Insert(tenant, mark))
		var failure *pgconn.PgError
		if !errors.As(err, &failure) || failure.Code != "23514" || !t.next(failure.ConstraintName) {
			return err
		}
	}
}

// Fill gives every isolated table a row of a tenant, parents first. It is used with
// the superuser for the tenants that are there, and with the program's role for the newcomer.
func Fill(tb testing.TB, tables []Table, run func(sql string) error, tenant, mark string) {
	tb.Helper()
	left := slices.Clone(tables)
	for len(left) > 0 {
		var waiting []Table
		for _, t := range left {
			err := t.add(run, tenant, mark)
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

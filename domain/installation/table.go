package installation

import (
	"fmt"
	"slices"
	"strings"

	"assay/domain/store"
)

// table is a table with a tenant_id, as the catalogue of the database describes it: a new
// table is known here without being named.
type table struct {
	name     string
	comment  string
	columns  []tableColumn
	key      []string // primary key
	isolated bool
}

type tableColumn struct {
	name  string
	kind  string // as PostgreSQL writes the type
	text  bool   // read as text: of a kind that has no type of its own in an export
	array bool
}

func (t *table) column(name string) bool {
	return slices.ContainsFunc(t.columns, func(c tableColumn) bool { return c.name == name })
}

// tenantTables lists every table with a tenant_id; partitions are read through their parent.
func tenantTables(tx *store.Tx) ([]table, error) {
	var rows []struct {
		Name, Comment, Column, Kind, Key string
		Isolated                         bool
	}
	err := tx.Raw(`SELECT c.relname AS name, coalesce(obj_description(c.oid, 'pg_class'), '') AS comment, a.attname AS "column", format_type(a.atttypid, NULL) AS kind, c.relrowsecurity AS isolated,
			coalesce((SELECT string_agg(k.attname, ',' ORDER BY n) FROM pg_index i CROSS JOIN LATERAL unnest(i.indkey) WITH ORDINALITY AS u(num, n)
				JOIN pg_attribute k ON k.attrelid = i.indrelid AND k.attnum = u.num WHERE i.indrelid = c.oid AND i.indisprimary), '') AS key
		FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
		WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r','p') AND NOT c.relispartition
		AND EXISTS (SELECT FROM pg_attribute t WHERE t.attrelid = c.oid AND t.attname = 'tenant_id' AND NOT t.attisdropped)
		ORDER BY c.relname, a.attnum`).Scan(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("read the schema: %w", err)
	}
	var tables []table
	for _, row := range rows {
		if len(tables) == 0 || tables[len(tables)-1].name != row.Name {
			tables = append(tables, table{name: row.Name, comment: row.Comment, key: strings.Split(row.Key, ","), isolated: row.Isolated})
		}
		last := &tables[len(tables)-1]
		c := tableColumn{name: row.Column, kind: strings.TrimSuffix(row.Kind, "[]"), array: strings.HasSuffix(row.Kind, "[]")}
		c.text = !slices.Contains(plainKinds, c.kind)
		last.columns = append(last.columns, c)
	}
	return tables, nil
}

// plainKinds are the types that Parquet has as well; others are written as text.
var plainKinds = []string{"boolean", "smallint", "integer", "bigint", "double precision", "date", "timestamp with time zone", "text", "bytea"}

// exported are the columns that an export holds, and those that it does not, with reasons.
func (t *table) exported() (columns []tableColumn, without map[string]string) {
	for _, c := range t.columns {
		if reason := leftOut(t.name, c.name); reason != "" {
			if without == nil {
				without = map[string]string{}
			}
			without[c.name] = reason
			continue
		}
		columns = append(columns, c)
	}
	return columns, without
}

// query reads all rows of a tenant ($1) in the order of the primary key.
func (t *table) query(columns []tableColumn) string {
	selected := make([]string, len(columns))
	for i, c := range columns {
		selected[i] = quoted(c.name)
		switch {
		case c.text && c.array:
			selected[i] += "::text[]"
		case c.text:
			selected[i] += "::text"
		}
	}
	order := make([]string, len(t.key))
	for i, name := range t.key {
		order[i] = quoted(name)
	}
	return `SELECT ` + strings.Join(selected, ", ") + ` FROM ` + quoted(t.name) + ` WHERE tenant_id = $1 ORDER BY ` + strings.Join(order, ", ")
}

// quoted is a name of the catalogue as it stands in a statement.
func quoted(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }

package warehouse

import (
	"context"
	"fmt"

	"assay/domain/store"
)

// DictionaryTable is one table as the data dictionary shows it.
type DictionaryTable struct {
	Name    string
	Comment string
	Columns []DictionaryColumn
}

// DictionaryColumn is one column of a table.
type DictionaryColumn struct {
	Name     string
	Type     string // as PostgreSQL writes it
	Required bool
	Key      bool // part of the primary key
	Comment  string
}

// DataDictionary describes every table of the installation from the schema's own
// comments. It holds nobody's data.
func (s *Service) DataDictionary(ctx context.Context) ([]DictionaryTable, error) {
	var rows []struct {
		TableName, TableComment, ColumnName, Type, ColumnComment string
		Required, Key                                            bool
	}
	err := s.db.Shared(ctx, func(_ context.Context, tx *store.Tx) error {
		return tx.Raw(`SELECT c.relname AS table_name, coalesce(obj_description(c.oid), '') AS table_comment, a.attname AS column_name,
			format_type(a.atttypid, a.atttypmod) AS type, a.attnotnull AS required, coalesce(col_description(c.oid, a.attnum), '') AS column_comment,
			EXISTS (SELECT FROM pg_index i WHERE i.indrelid = c.oid AND i.indisprimary AND a.attnum = ANY(i.indkey)) AS key
			FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
			WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND c.relname <> 'goose_db_version'
			ORDER BY c.relname, a.attnum`).Scan(&rows).Error
	})
	if err != nil {
		return nil, fmt.Errorf("read the data dictionary: %w", err)
	}
	var tables []DictionaryTable
	for _, r := range rows {
		if len(tables) == 0 || tables[len(tables)-1].Name != r.TableName {
			tables = append(tables, DictionaryTable{Name: r.TableName, Comment: r.TableComment})
		}
		t := &tables[len(tables)-1]
		t.Columns = append(t.Columns, DictionaryColumn{Name: r.ColumnName, Type: r.Type, Required: r.Required, Key: r.Key, Comment: r.ColumnComment})
	}
	return tables, nil
}

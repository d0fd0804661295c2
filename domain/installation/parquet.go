package installation

import (
	"fmt"
	"io"
	"time"

	"github.com/parquet-go/parquet-go"
)

// rowGroup is how many rows are kept in memory before they are written.
const rowGroup = 20_000

// rowWriter takes the rows of a table, values as pgx gives them.
type rowWriter interface {
	write(values []any) error
	close() error
}

// parquetRows writes rows as Parquet. A column that may be null in no row is optional all
// the same: the schema of the file then does not change with the constraints of the table. A list is
// optional, and so are its elements.
type parquetRows struct {
	writer  *parquet.GenericWriter[any]
	columns []tableColumn
	leaves  []int // index of each column's leaf in the file, which sorts by name
	order   []int // columns in the order of their leaves
	pending int
	rows    []parquet.Row
}

func newParquetRows(to io.Writer, name string, columns []tableColumn, meaning string) *parquetRows {
	group := parquet.Group{}
	for _, c := range columns {
		node := leafOf(c.kind)
		if c.array {
			node = parquet.List(parquet.Optional(node))
		}
		group[c.name] = parquet.Optional(node)
	}
	schema := parquet.NewSchema(name, group)
	p := &parquetRows{columns: columns, leaves: make([]int, len(columns)), order: make([]int, len(columns)),
		writer: parquet.NewGenericWriter[any](to, schema, parquet.Compression(&parquet.Zstd), parquet.CreatedBy("assay", "1", ""), parquet.KeyValueMetadata("meaning", meaning))}
	for i, c := range columns {
		path := []string{c.name}
		if c.array {
			path = []string{c.name, "list", "element"}
		}
		leaf, _ := schema.Lookup(path...)
		p.leaves[i] = leaf.ColumnIndex
		p.order[leaf.ColumnIndex] = i
	}
	return p
}

func leafOf(kind string) parquet.Node {
	switch kind {
	case "boolean":
		return parquet.Leaf(parquet.BooleanType)
	case "smallint", "integer":
		return parquet.Int(32)
	case "bigint":
		return parquet.Int(64)
	case "double precision":
		return parquet.Leaf(parquet.DoubleType)
	case "date":
		return parquet.Date()
	case "timestamp with time zone":
		return parquet.Timestamp(parquet.Microsecond)
	case "bytea":
		return parquet.Leaf(parquet.ByteArrayType)
	case "jsonb", "json":
		return parquet.JSON()
	}
	return parquet.String()
}

func (p *parquetRows) write(values []any) error {
	row := make(parquet.Row, 0, len(values))
	for leaf, column := range p.order {
		var err error
		if row, err = appendValue(row, leaf, p.columns[column].array, values[column]); err != nil {
			return fmt.Errorf("column %s: %w", p.columns[column].name, err)
		}
	}
	p.rows = append(p.rows, row)
	if len(p.rows) == cap(p.rows) || len(p.rows) >= 256 {
		if err := p.flush(); err != nil {
			return err
		}
	}
	return nil
}

func (p *parquetRows) flush() error {
	if _, err := p.writer.WriteRows(p.rows); err != nil {
		return err
	}
	p.pending += len(p.rows)
	p.rows = p.rows[:0]
	if p.pending >= rowGroup {
		p.pending = 0
		return p.writer.Flush()
	}
	return nil
}

func (p *parquetRows) close() error {
	if err := p.flush(); err != nil {
		return err
	}
	return p.writer.Close()
}

// appendValue adds the values of one column. Levels count what is there of
// value (1), or of list (1), element's place (2) and element (3).
func appendValue(row parquet.Row, leaf int, array bool, value any) (parquet.Row, error) {
	if value == nil {
		return append(row, parquet.NullValue().Level(0, 0, leaf)), nil
	}
	if !array {
		v, err := parquetValue(value)
		return append(row, v.Level(0, 1, leaf)), err
	}
	elements, ok := value.([]any)
	if !ok {
		return row, fmt.Errorf("a list came as %T", value)
	}
	if len(elements) == 0 {
		return append(row, parquet.NullValue().Level(0, 1, leaf)), nil
	}
	for i, element := range elements {
		repetition := min(i, 1)
		if element == nil {
			row = append(row, parquet.NullValue().Level(repetition, 2, leaf))
			continue
		}
		v, err := parquetValue(element)
		if err != nil {
			return row, err
		}
		row = append(row, v.Level(repetition, 3, leaf))
	}
	return row, nil
}

func parquetValue(value any) (parquet.Value, error) {
	switch v := value.(type) {
	case bool:
		return parquet.BooleanValue(v), nil
	case int16:
		return parquet.Int32Value(int32(v)), nil
	case int32:
		return parquet.Int32Value(v), nil
	case int64:
		return parquet.Int64Value(v), nil
	case float64:
		return parquet.DoubleValue(v), nil
	case string:
		return parquet.ByteArrayValue([]byte(v)), nil
	case []byte:
		return parquet.ByteArrayValue(v), nil
	case day:
		return parquet.Int32Value(int32(time.Time(v).Unix() / 86400)), nil
	case time.Time:
		return parquet.Int64Value(v.UnixMicro()), nil
	}
	return parquet.Value{}, fmt.Errorf("a value of type %T has no place in Parquet", value)
}

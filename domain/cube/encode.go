package cube

import (
	"bytes"
	"encoding/json"
	"fmt"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/compress/zstd"

	"assay/domain"
)

// compression takes less time than the library's default and a little more room.
var compression = zstd.Codec{Level: zstd.SpeedFastest}

// Segment makes the segment of the rows appended so far. Equal rows in equal
// order make equal bytes, as long as the library that writes Parquet is the same.
func (b *Builder) Segment() (*Segment, error) {
	content, err := b.encode()
	if err != nil {
		return nil, domain.Wrap(domain.KindInternal, err, "the segment of %s, %s could not be written", b.grain.Name, b.month)
	}
	return Open(content)
}

func (b *Builder) encode() ([]byte, error) {
	if b.err != nil {
		return nil, b.err
	}
	if err := b.whole(); err != nil {
		return nil, err
	}
	described, err := json.Marshal(b.grain)
	if err != nil {
		return nil, fmt.Errorf("describe the grain: %w", err)
	}
	schema := b.grain.schema()
	var out bytes.Buffer
	options := []parquet.WriterOption{schema, parquet.Compression(&compression), parquet.DataPageStatistics(false), parquet.CreatedBy("assay", "1", ""),
		parquet.KeyValueMetadata(metadataGrain, string(described)), parquet.KeyValueMetadata(metadataMonth, b.month.String())}
	for i := range b.grain.Columns {
		options = append(options, parquet.SkipPageBounds(b.grain.Columns[i].Name)) // an engine makes bounds of its own when it decodes
	}
	w := parquet.NewGenericWriter[any](&out, options...)
	writers := w.ColumnWriters()
	for i := range b.columns {
		leaf, _ := schema.Lookup(b.grain.Columns[i].Name)
		if err := b.columns[i].write(writers[leaf.ColumnIndex], b.grain.Columns[i].Type, leaf.ColumnIndex, b.rows); err != nil {
			return nil, fmt.Errorf("column %s: %w", b.grain.Columns[i].Name, err)
		}
	}
	if err := w.Close(); err != nil {
		return nil, fmt.Errorf("end of file: %w", err)
	}
	return out.Bytes(), nil
}

// schema gives the Parquet schema: text with a dictionary, optional integers
// and dates, required bits.
func (g *Grain) schema() *parquet.Schema {
	group := parquet.Group{}
	for i := range g.Columns {
		c := &g.Columns[i]
		switch c.Type {
		case Code:
			group[c.Name] = parquet.Encoded(parquet.String(), &parquet.RLEDictionary)
		case Integer:
			group[c.Name] = parquet.Optional(parquet.Encoded(parquet.Int(64), &parquet.DeltaBinaryPacked))
		case Day:
			group[c.Name] = parquet.Optional(parquet.Encoded(parquet.Date(), &parquet.DeltaBinaryPacked))
		case Flags:
			group[c.Name] = parquet.Encoded(parquet.Uint(64), &parquet.RLEDictionary)
		}
	}
	return parquet.NewSchema(g.Name, group)
}

// checkLeaf reports whether the file's column is of the type that schema gives it.
func checkLeaf(c *Column, node parquet.Node) error {
	var kind parquet.Kind
	optional := false
	switch c.Type {
	case Code:
		kind = parquet.ByteArray
	case Integer:
		kind, optional = parquet.Int64, true
	case Day:
		kind, optional = parquet.Int32, true
	case Flags:
		kind = parquet.Int64
	}
	if !node.Leaf() || node.Repeated() || node.Optional() != optional || node.Type().Kind() != kind {
		return fmt.Errorf("column %s is not of type %s", c.Name, c.Type)
	}
	return nil
}

func (c *columnBuilder) write(w *parquet.ColumnWriter, t Type, index, rows int) error {
	var buffer [2048]parquet.Value
	dictionary := make([]parquet.Value, 0, len(c.dictionary))
	for _, text := range c.dictionary {
		dictionary = append(dictionary, parquet.ByteArrayValue([]byte(text)).Level(0, 0, index))
	}
	null := parquet.NullValue().Level(0, 0, index)
	next := 0 // of numbers
	for from := 0; from < rows; from += len(buffer) {
		values := buffer[:min(len(buffer), rows-from)]
		for i := range values {
			row := from + i
			switch {
			case t == Code:
				values[i] = dictionary[c.codes.at(row)]
				continue
			case t == Flags:
				values[i] = parquet.Int64Value(int64(c.numbers.at(row))).Level(0, 0, index)
				continue
			case c.given[row/64]&(1<<(row%64)) == 0:
				values[i] = null
				continue
			case t == Day:
				values[i] = parquet.Int32Value(int32(unfold(c.numbers.at(next)))).Level(0, 1, index)
			default:
				values[i] = parquet.Int64Value(unfold(c.numbers.at(next))).Level(0, 1, index)
			}
			next++
		}
		if _, err := w.WriteRowValues(values); err != nil {
			return err
		}
	}
	return nil
}

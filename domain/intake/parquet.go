package intake

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math/big"
	"strconv"
	"strings"
	"time"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/format"

	"assay/domain"
)

// convertParquet writes a Parquet file to disk as delimited text: a header with the names of its
// flat columns, then a line a row, so that row n is line n+1.
func convertParquet(ctx context.Context, c content, s *settings, spill *spillFile) (f *survey, err error) {
	at, size, closer, err := randomAccess(Input{Name: c.name, Size: c.size, Open: c.open}, s.SpillDir)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, closer.Close()) }()
	// The library trusts files more than we may: what it stumbles over is a damaged file.
	defer func() {
		if fault := recover(); fault != nil {
			f, err = nil, damagedParquet(fmt.Errorf("%v", fault), c.name)
		}
	}()
	if err := checkParquetFooter(at, size); err != nil {
		return nil, damagedParquet(err, c.name)
	}
	file, err := parquet.OpenFile(at, size, parquet.SkipPageIndex(true), parquet.SkipBloomFilters(true), parquet.ReadBufferSize(1<<16))
	if err != nil {
		return nil, damagedParquet(err, c.name)
	}
	if err := checkParquetPages(at, size, file.Metadata()); err != nil {
		return nil, damagedParquet(err, c.name)
	}
	start := spill.end
	if err := writeParquet(ctx, file, &lineWriter{spill: spill}); err != nil {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		return nil, damagedParquet(err, c.name)
	}
	return converted(c, spill, start, c.name), nil
}

func damagedParquet(err error, name string) error {
	var known *domain.Error
	if errors.As(err, &known) {
		return err
	}
	return domain.Wrap(domain.KindInvalid, err, "The Parquet file %s is damaged, was cut off or has a feature that is not read.", name)
}

// parquetColumn is a flat column of a Parquet file.
type parquetColumn struct {
	name string
	text func(parquet.Value) string
}

func writeParquet(ctx context.Context, file *parquet.File, to *lineWriter) error {
	columns := make([]*parquetColumn, len(file.Schema().Columns()))
	var header []string
	places := make([]int, len(columns))
	for i, path := range file.Schema().Columns() {
		leaf, found := file.Schema().Lookup(path...)
		if !found || len(path) != 1 || leaf.MaxRepetitionLevel > 0 {
			continue // lists and nested columns are not read
		}
		columns[i] = &parquetColumn{name: path[0], text: parquetText(leaf.Node.Type())}
		places[i] = len(header)
		header = append(header, path[0])
	}
	if err := to.row(header); err != nil {
		return err
	}
	cells := make([]string, len(header))
	for _, group := range file.RowGroups() {
		if err := writeRowGroup(ctx, group, columns, places, cells, to); err != nil {
			return err
		}
	}
	return to.flush()
}

func writeRowGroup(ctx context.Context, group parquet.RowGroup, columns []*parquetColumn, places []int, cells []string, to *lineWriter) (err error) {
	rows := group.Rows()
	defer func() { err = errors.Join(err, rows.Close()) }()
	buffer := make([]parquet.Row, 128)
	var written int64
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		n, err := rows.ReadRows(buffer)
		for _, row := range buffer[:n] {
			clear(cells)
			for _, value := range row {
				if column := value.Column(); column >= 0 && column < len(columns) && columns[column] != nil && !value.IsNull() {
					cells[places[column]] = columns[column].text(value)
				}
			}
			if err := to.row(cells); err != nil {
				return err
			}
		}
		written += int64(n)
		if errors.Is(err, io.EOF) {
			if written != group.NumRows() {
				return fmt.Errorf("a row group has %d rows where %d are announced", written, group.NumRows())
			}
			return nil
		}
		if err != nil {
			return err
		}
		if n == 0 {
			return io.ErrNoProgress
		}
	}
}

// parquetText gives how values of a type are written: dates and times so that their zone is plain, decimals
// exactly, floating point in the shortest form that reads back the same.
func parquetText(t parquet.Type) func(parquet.Value) string {
	if logical := t.LogicalType(); logical != nil {
		switch kind := logical.Value.(type) {
		case *format.DateType:
			return func(v parquet.Value) string {
				return time.Unix(int64(v.Int32())*secondsOfDay, 0).UTC().Format(time.DateOnly)
			}
		case *format.TimestampType:
			return timestampText(kind)
		case *format.DecimalType:
			return decimalText(int(kind.Scale))
		}
	}
	switch t.Kind() {
	case parquet.Boolean:
		return func(v parquet.Value) string { return strconv.Itoa(map[bool]int{true: 1}[v.Boolean()]) }
	case parquet.Int32:
		return func(v parquet.Value) string { return strconv.FormatInt(int64(v.Int32()), 10) }
	case parquet.Int64:
		return func(v parquet.Value) string { return strconv.FormatInt(v.Int64(), 10) }
	case parquet.Int96:
		return int96Text
	case parquet.Float:
		return func(v parquet.Value) string { return strconv.FormatFloat(float64(v.Float()), 'g', -1, 32) }
	case parquet.Double:
		return func(v parquet.Value) string { return strconv.FormatFloat(v.Double(), 'g', -1, 64) }
	default: // texts
		return func(v parquet.Value) string { return string(v.ByteArray()) }
	}
}

const timestampForm = "2006-01-02T15:04:05"

func timestampText(t *format.TimestampType) func(parquet.Value) string {
	unit := time.Nanosecond
	if t.Unit.Value != nil {
		unit = t.Unit.Value.Duration()
	}
	layout := timestampForm
	if t.IsAdjustedToUTC {
		layout += "Z"
	}
	perSecond := int64(time.Second / unit)
	return func(v parquet.Value) string {
		seconds := v.Int64() / perSecond
		if v.Int64()%perSecond < 0 {
			seconds--
		}
		return time.Unix(seconds, 0).UTC().Format(layout)
	}
}

// int96Text reads the old form of timestamps: nanoseconds of the day and a Julian day number, in UTC.
func int96Text(v parquet.Value) string {
	const julianEpoch = 2440588
	i := v.Int96()
	nanoseconds := int64(uint64(i[1])<<32 | uint64(i[0]))
	return time.Unix((int64(int32(i[2]))-julianEpoch)*secondsOfDay, nanoseconds).UTC().Format(timestampForm + "Z")
}

func decimalText(scale int) func(parquet.Value) string {
	return func(v parquet.Value) string {
		var digits string
		switch v.Kind() {
		case parquet.Int32:
			digits = strconv.FormatInt(int64(v.Int32()), 10)
		case parquet.Int64:
			digits = strconv.FormatInt(v.Int64(), 10)
		default:
			digits = twosComplement(v.ByteArray())
		}
		return pointed(digits, scale)
	}
}

// twosComplement reads a big-endian whole number of any length.
func twosComplement(data []byte) string {
	if len(data) <= 8 {
		var whole [8]byte
		if len(data) > 0 && data[0] >= 0x80 {
			whole = [8]byte{0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF}
		}
		copy(whole[8-len(data):], data)
		return strconv.FormatInt(int64(binary.BigEndian.Uint64(whole[:])), 10)
	}
	if len(data) > 64 {
		return "?" // no decimal is that long; the field that needs it rejects the row
	}
	number := new(big.Int).SetBytes(data)
	if data[0] >= 0x80 {
		number.Sub(number, new(big.Int).Lsh(big.NewInt(1), uint(8*len(data))))
	}
	return number.String()
}

// pointed puts the decimal point into digits.
func pointed(digits string, scale int) string {
	if scale <= 0 || scale > 100 {
		return digits
	}
	sign := ""
	if strings.HasPrefix(digits, "-") {
		sign, digits = "-", digits[1:]
	}
	if len(digits) <= scale {
		digits = strings.Repeat("0", scale+1-len(digits)) + digits
	}
	return sign + digits[:len(digits)-scale] + "." + digits[len(digits)-scale:]
}

package cube

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/format"

	"assay/domain"
)

// Segment holds the rows of one grain and one month. It is immutable and named
// by the SHA-256 of its Parquet bytes. Its columns are decoded when they are
// first asked for.
type Segment struct {
	grain  *Grain // as described in the segment itself
	month  Month
	rows   int
	hash   string
	size   int64
	chunks []chunk // in order of grain.Columns
	source source
}

// chunk says where the bytes of one column are.
type chunk struct {
	offset, length int64
	file           *parquet.FileColumnChunk
}

// source gives ranges of a segment's bytes.
type source interface {
	read(ctx context.Context, offset, length int64) ([]byte, error)
}

// memory is a source whose bytes are at hand.
type memory []byte

func (m memory) read(_ context.Context, offset, length int64) ([]byte, error) {
	if offset < 0 || length < 0 || offset > int64(len(m)) || length > int64(len(m))-offset {
		return nil, io.ErrUnexpectedEOF
	}
	return m[offset : offset+length], nil
}

// Grain gives the description of the rows as it stood when they were written.
// It must not be changed.
func (s *Segment) Grain() *Grain { return s.grain }

// Month gives the month of all rows.
func (s *Segment) Month() Month { return s.month }

// Rows gives the number of rows.
func (s *Segment) Rows() int { return s.rows }

// Hash gives the SHA-256 of the bytes, in hexadecimal.
func (s *Segment) Hash() string { return s.hash }

// Size gives the number of bytes.
func (s *Segment) Size() int64 { return s.size }

// Content gives the Parquet bytes; nil for a segment that is in a Store only.
func (s *Segment) Content() []byte {
	m, _ := s.source.(memory)
	return m
}

// Open reads the description of a segment from its bytes, which must not be
// changed afterwards. Columns are checked when they are decoded. The error is
// KindInternal: segments are written by us, so damage is our fault.
func Open(content []byte) (*Segment, error) {
	sum := sha256.Sum256(content)
	return open(context.Background(), memory(content), int64(len(content)), hex.EncodeToString(sum[:]))
}

// The names under which the file's metadata describe the segment.
const (
	metadataGrain = "assay.grain" // the Grain as JSON
	metadataMonth = "assay.month"
)

// footerGuess is how much of the end of a segment is read at once: for the
// grains there are, all of the footer.
const footerGuess = 64 << 10

// maxFooter bounds the bytes of a footer.
const maxFooter = 4 << 20

// maxSegment bounds the bytes of a segment.
const maxSegment = 1 << 30

func open(ctx context.Context, from source, size int64, hash string) (_ *Segment, err error) {
	defer damaged(hash, &err)
	if size < 12 || size > maxSegment {
		return nil, fmt.Errorf("it has %d bytes", size)
	}
	end, err := from.read(ctx, max(0, size-footerGuess), min(size, footerGuess))
	if err != nil {
		return nil, err
	}
	if n := int64(binary.LittleEndian.Uint32(end[len(end)-8:])); n > min(maxFooter, size-12) {
		return nil, fmt.Errorf("its footer has %d bytes", n)
	}
	file, err := parquet.OpenFile(&window{ctx: ctx, from: from, start: size - int64(len(end)), data: end}, size,
		parquet.SkipMagicBytes(true), parquet.SkipPageIndex(true), parquet.SkipBloomFilters(true), parquet.ReadBufferSize(4096))
	if err != nil {
		return nil, err
	}
	s := &Segment{hash: hash, size: size, source: from, grain: new(Grain)}
	described, _ := file.Lookup(metadataGrain)
	if err := json.Unmarshal([]byte(described), s.grain); err != nil {
		return nil, fmt.Errorf("its description: %w", err)
	}
	if err := s.grain.Validate(); err != nil {
		return nil, err
	}
	month, _ := file.Lookup(metadataMonth)
	if s.month, err = ParseMonth(month); err != nil {
		return nil, err
	}
	return s, s.locate(file)
}

// locate finds the bytes of each column.
func (s *Segment) locate(file *parquet.File) error {
	groups := file.RowGroups()
	if file.NumRows() < 0 || file.NumRows() > MaxRows || len(groups) > 1 || (len(groups) == 0) != (file.NumRows() == 0) {
		return fmt.Errorf("%d rows in %d groups", file.NumRows(), len(groups))
	}
	s.rows = int(file.NumRows())
	s.chunks = make([]chunk, len(s.grain.Columns))
	if s.rows == 0 {
		return nil
	}
	if groups[0].NumRows() != file.NumRows() {
		return fmt.Errorf("%d rows instead of %d", groups[0].NumRows(), s.rows)
	}
	columns := groups[0].ColumnChunks()
	for i := range s.grain.Columns {
		leaf, found := file.Schema().Lookup(s.grain.Columns[i].Name)
		if !found || leaf.ColumnIndex >= len(columns) {
			return fmt.Errorf("column %s is missing", s.grain.Columns[i].Name)
		}
		if err := checkLeaf(&s.grain.Columns[i], leaf.Node); err != nil {
			return err
		}
		data := &file.Metadata().RowGroups[0].Columns[leaf.ColumnIndex].MetaData
		if data.Codec != format.Zstd {
			return fmt.Errorf("column %s is compressed by %s", s.grain.Columns[i].Name, data.Codec)
		}
		c := chunk{offset: data.DataPageOffset, length: data.TotalCompressedSize}
		c.file, _ = columns[leaf.ColumnIndex].(*parquet.FileColumnChunk)
		if data.DictionaryPageOffset > 0 {
			c.offset = min(c.offset, data.DictionaryPageOffset)
		}
		if c.file == nil || c.offset < 0 || c.length < 0 || c.offset > s.size || c.length > s.size-c.offset || data.NumValues != int64(s.rows) {
			return fmt.Errorf("column %s is not where it should be", s.grain.Columns[i].Name)
		}
		s.chunks[i] = c
	}
	return nil
}

// damaged turns a fault met while reading, also a panic in the library that
// reads Parquet, into an error that names the segment.
func damaged(hash string, err *error) {
	if r := recover(); r != nil {
		*err = fmt.Errorf("panic: %v", r)
	}
	var known *domain.Error
	if *err != nil && !errors.As(*err, &known) && !errors.Is(*err, context.Canceled) && !errors.Is(*err, context.DeadlineExceeded) {
		*err = domain.Wrap(domain.KindInternal, *err, "segment %.12s cannot be read", hash)
	}
}

// window is the io.ReaderAt over the bytes that have been fetched of a source;
// it fetches what lies outside of them.
type window struct {
	ctx   context.Context // of the one call that the window lives in
	from  source
	start int64
	data  []byte
}

func (w *window) ReadAt(p []byte, offset int64) (int, error) {
	if at := offset - w.start; at >= 0 && at < int64(len(w.data)) {
		n := copy(p, w.data[at:])
		if n < len(p) {
			return n, io.EOF
		}
		return n, nil
	}
	b, err := w.from.read(w.ctx, offset, int64(len(p)))
	if err != nil {
		return 0, err
	}
	return copy(p, b), nil
}

// Equal reports whether two segments hold the same bytes.
func (s *Segment) Equal(other *Segment) bool {
	return s.hash == other.hash && (s.Content() == nil || other.Content() == nil || bytes.Equal(s.Content(), other.Content()))
}

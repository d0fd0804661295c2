package intake

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/snappy"
	"github.com/klauspost/compress/zstd"
	"github.com/parquet-go/parquet-go/format"
)

// The library allocates what a Parquet file announces before it looks whether the file can hold
// it. So the announcements are checked first: the lengths of lists in the footer, and the sizes
// of every page, decompressed, that will be read.
const (
	maxParquetFooter = 16 << 20
	maxParquetLists  = 500_000 // elements of all lists of a footer
	maxParquetPage   = 64 << 20
	maxParquetValues = 1 << 22 // in one page
	maxParquetRows   = 200_000_000
	maxParquetDepth  = 32
)

var (
	errParquetFooter = errors.New("the footer is not one of a Parquet file")
	errParquetPage   = errors.New("a page announces more than it may have")
	errParquetCodec  = errors.New("the file is compressed in a way that is not read; use snappy, zstd, gzip or none")
)

// checkParquetFooter walks the footer before the library reads it.
func checkParquetFooter(at io.ReaderAt, size int64) error {
	var tail [8]byte
	if size < 12 {
		return errParquetFooter
	}
	if _, err := at.ReadAt(tail[:], size-8); err != nil {
		return err
	}
	length := int64(binary.LittleEndian.Uint32(tail[:]))
	if string(tail[4:]) != "PAR1" || length > size-12 || length > maxParquetFooter {
		return errParquetFooter
	}
	footer := make([]byte, length)
	if _, err := at.ReadAt(footer, size-8-length); err != nil {
		return err
	}
	w := thriftWalk{data: footer, elements: maxParquetLists}
	return w.structure(0, nil)
}

// checkParquetPages walks the pages of every column chunk.
func checkParquetPages(at io.ReaderAt, size int64, metadata *format.FileMetaData) error {
	var rows int64
	for g := range metadata.RowGroups {
		group := &metadata.RowGroups[g]
		rows += group.NumRows
		if group.NumRows < 0 || rows > maxParquetRows {
			return errParquetFooter
		}
		for c := range group.Columns {
			if err := checkChunk(at, size, &group.Columns[c].MetaData, group.NumRows); err != nil {
				return err
			}
		}
	}
	return nil
}

func checkChunk(at io.ReaderAt, size int64, m *format.ColumnMetaData, rows int64) error {
	start := m.DataPageOffset
	if m.DictionaryPageOffset > 0 {
		start = min(start, m.DictionaryPageOffset)
	}
	if start < 4 || m.TotalCompressedSize < 0 || start > size || m.TotalCompressedSize > size-start || m.NumValues < 0 {
		return errParquetPage
	}
	left := m.NumValues
	head := make([]byte, 64<<10)
	var packed []byte
	for end := start + m.TotalCompressedSize; start < end && left > 0; {
		n, err := at.ReadAt(head[:min(int64(len(head)), end-start)], start)
		if n == 0 {
			return err
		}
		page, used, err := readPageHeader(head[:n])
		if err != nil {
			return err
		}
		start += int64(used)
		if page.packed < 0 || page.packed > min(maxParquetPage, end-start) || page.size < 0 || page.size > maxParquetPage ||
			page.values < 0 || page.values > maxParquetValues || page.levels < 0 || page.levels > page.packed {
			return errParquetPage
		}
		if int64(cap(packed)) < page.packed {
			packed = make([]byte, page.packed)
		}
		packed = packed[:page.packed]
		if _, err := at.ReadAt(packed, start); err != nil {
			return err
		}
		if err := checkPacked(m.Codec, packed[page.levels:], page.size); err != nil {
			return err
		}
		start += page.packed
		if !page.dictionary {
			left -= page.values
		}
	}
	if left > 0 && rows > 0 {
		return fmt.Errorf("%w: values are missing", errParquetPage)
	}
	return nil
}

// checkPacked makes sure that a page does not decompress to more than it announces.
func checkPacked(codec format.CompressionCodec, packed []byte, size int64) error {
	switch codec {
	case format.Uncompressed:
		return nil
	case format.Snappy:
		n, err := snappy.DecodedLen(packed)
		if len(packed) > 0 && (err != nil || int64(n) > size) {
			return errParquetPage
		}
		return nil
	case format.Gzip:
		if len(packed) == 0 {
			return nil
		}
		return checkGzipPage(packed, size)
	case format.Zstd:
		if len(packed) == 0 {
			return nil
		}
		return checkZstdPage(packed, size)
	default:
		return errParquetCodec
	}
}

func checkGzipPage(packed []byte, size int64) error {
	inside, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		return err
	}
	return drainPage(inside, size)
}

func checkZstdPage(packed []byte, size int64) error {
	inside, err := zstd.NewReader(bytes.NewReader(packed), zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true),
		zstd.WithDecoderMaxMemory(maxParquetPage))
	if err != nil {
		return err
	}
	defer inside.Close()
	return drainPage(inside, size)
}

func drainPage(inside io.Reader, size int64) error {
	n, err := io.Copy(io.Discard, io.LimitReader(inside, size+1))
	if err != nil {
		return err
	}
	if n > size {
		return errParquetPage
	}
	return nil
}

// pageHeader is what the check needs of a page's header.
type pageHeader struct {
	size, packed, values, levels int64
	dictionary                   bool
}

// readPageHeader reads a page header, a Thrift structure in the compact protocol.
func readPageHeader(data []byte) (pageHeader, int, error) {
	var p pageHeader
	w := thriftWalk{data: data, elements: 1000}
	err := w.structure(0, func(path [2]int, value int64) {
		switch path {
		case [2]int{1, 0}:
			p.dictionary = value == 2
		case [2]int{2, 0}:
			p.size = value
		case [2]int{3, 0}:
			p.packed = value
		case [2]int{5, 1}, [2]int{7, 1}, [2]int{8, 1}:
			p.values = value
		case [2]int{8, 5}, [2]int{8, 6}:
			p.levels += value
		}
	})
	return p, w.at, err
}

// thriftWalk goes through a Thrift structure of the compact protocol without building anything. It
// tells whole numbers of the first two levels by their field numbers.
type thriftWalk struct {
	data     []byte
	at       int
	elements int // of lists, still allowed
}

// The types of the compact protocol.
const (
	thriftStop = iota
	thriftTrue
	thriftFalse
	thriftByte
	thriftI16
	thriftI32
	thriftI64
	thriftDouble
	thriftBinary
	thriftList
	thriftSet
	thriftMap
	thriftStruct
)

func (w *thriftWalk) structure(depth int, tell func(path [2]int, value int64)) error {
	return w.fields(depth, [2]int{}, tell)
}

func (w *thriftWalk) fields(depth int, path [2]int, tell func(path [2]int, value int64)) error {
	if depth > maxParquetDepth {
		return errParquetFooter
	}
	field := 0
	for {
		head, err := w.byte()
		if err != nil {
			return err
		}
		kind := int(head & 0x0F)
		if kind == thriftStop {
			return nil
		}
		if delta := int(head >> 4); delta > 0 {
			field += delta
		} else {
			number, err := w.varint()
			if err != nil {
				return err
			}
			field = int(int32(number))
		}
		if depth < len(path) {
			path[depth] = field //nolint:gosec // G602: depth is below the length, as the line before says
		}
		if err := w.value(depth, kind, path, tell); err != nil {
			return err
		}
	}
}

func (w *thriftWalk) value(depth, kind int, path [2]int, tell func(path [2]int, value int64)) error {
	switch kind {
	case thriftTrue, thriftFalse:
		return nil
	case thriftByte:
		_, err := w.byte()
		return err
	case thriftI16, thriftI32, thriftI64:
		number, err := w.varint()
		if err == nil && tell != nil && depth < len(path) {
			tell(path, number)
		}
		return err
	case thriftDouble:
		return w.skip(8)
	case thriftBinary:
		n, err := w.uvarint()
		if err != nil {
			return err
		}
		return w.skip(n)
	case thriftList, thriftSet:
		return w.list(depth)
	case thriftMap:
		return w.pairs(depth)
	case thriftStruct:
		return w.fields(depth+1, path, tell)
	}
	return errParquetFooter
}

func (w *thriftWalk) list(depth int) error {
	head, err := w.byte()
	if err != nil {
		return err
	}
	n := uint64(head >> 4)
	if n == 15 {
		if n, err = w.uvarint(); err != nil {
			return err
		}
	}
	return w.elementsOf(depth, n, int(head&0x0F))
}

func (w *thriftWalk) pairs(depth int) error {
	n, err := w.uvarint()
	if err != nil || n == 0 {
		return err
	}
	kinds, err := w.byte()
	if err != nil {
		return err
	}
	for range min(n, uint64(len(w.data))) {
		if err := w.elementsOf(depth, 1, int(kinds>>4)); err != nil {
			return err
		}
		if err := w.elementsOf(depth, 1, int(kinds&0x0F)); err != nil {
			return err
		}
	}
	return nil
}

// elementsOf walks the elements of a list; each takes at least a byte.
func (w *thriftWalk) elementsOf(depth int, n uint64, kind int) error {
	if n > uint64(len(w.data)-w.at) || n > uint64(w.elements) {
		return errParquetFooter
	}
	w.elements -= int(n)
	for range n {
		if kind == thriftTrue || kind == thriftFalse { // in a list a truth value takes a byte
			if _, err := w.byte(); err != nil {
				return err
			}
			continue
		}
		if err := w.value(depth+1, kind, [2]int{}, nil); err != nil {
			return err
		}
	}
	return nil
}

func (w *thriftWalk) byte() (byte, error) {
	if w.at >= len(w.data) {
		return 0, io.ErrUnexpectedEOF
	}
	w.at++
	return w.data[w.at-1], nil
}

func (w *thriftWalk) uvarint() (uint64, error) {
	n, used := binary.Uvarint(w.data[w.at:])
	if used <= 0 {
		return 0, io.ErrUnexpectedEOF
	}
	w.at += used
	return n, nil
}

func (w *thriftWalk) varint() (int64, error) {
	n, err := w.uvarint()
	return int64(n>>1) ^ -int64(n&1), err
}

func (w *thriftWalk) skip(n uint64) error {
	if n > uint64(len(w.data)-w.at) {
		return io.ErrUnexpectedEOF
	}
	w.at += int(n)
	return nil
}

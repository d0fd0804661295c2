package cube

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"sort"

	"github.com/klauspost/compress/zstd"
	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/encoding/thrift"
	"github.com/parquet-go/parquet-go/format"
)

// decode reads one column of the segment.
func (s *Segment) decode(ctx context.Context, index int) (_ *column, err error) {
	defer damaged(s.hash, &err)
	definition := &s.grain.Columns[index]
	raw := rawColumn{kind: definition.Type}
	if s.rows > 0 {
		c := s.chunks[index]
		data, err := s.source.read(ctx, c.offset, c.length)
		if err != nil {
			return nil, fmt.Errorf("column %s: %w", definition.Name, err)
		}
		if err := checkPages(data, s.rows); err != nil {
			return nil, fmt.Errorf("column %s: %w", definition.Name, err)
		}
		pages := c.file.PagesFrom(&window{ctx: ctx, from: s.source, start: c.offset, data: data})
		defer func() { _ = pages.Close() }() // it only read
		if err := raw.read(pages, s.rows); err != nil {
			return nil, fmt.Errorf("column %s: %w", definition.Name, err)
		}
	}
	c := raw.column()
	raw.release()
	if c.min <= -MaxInteger || c.max >= MaxInteger {
		return nil, fmt.Errorf("column %s: values from %d to %d", definition.Name, c.min, c.max)
	}
	return c, nil
}

// maxPage bounds the decompressed bytes of one page.
const maxPage = 256 << 20

// checkPages walks over the headers of a column's pages, so that what they say
// of their size can be relied on when memory is set aside for them.
func checkPages(data []byte, rows int) error {
	reader := bytes.NewReader(data)
	values := 0
	for reader.Len() > 0 {
		var header format.PageHeader
		var protocol thrift.CompactProtocol
		// A reader of exactly the rest: the decoder may not run ahead of the page.
		rest := data[len(data)-reader.Len():]
		counted := protocol.NewReaderFromBytes(rest)
		if err := thrift.NewDecoder(counted).Decode(&header); err != nil {
			return fmt.Errorf("page header: %w", err)
		}
		head := counted.BytesRead()
		body, whole := int(header.CompressedPageSize), int(header.UncompressedPageSize)
		if body < 0 || body > len(rest)-head || whole < 0 || whole > maxPage {
			return fmt.Errorf("a page of %d bytes, %d in all", body, whole)
		}
		page := rest[head : head+body]
		switch header.Type {
		case format.DictionaryPage:
			h := header.DictionaryPageHeader.V
			if h.NumValues < 0 || int(h.NumValues) > rows || h.Encoding != format.Plain {
				return fmt.Errorf("%d dictionary values for %d rows, %s", h.NumValues, rows, h.Encoding)
			}
		case format.DataPageV2:
			h := header.DataPageHeaderV2.V
			levels := int(h.DefinitionLevelsByteLength)
			if h.NumValues < 0 || h.NumRows != h.NumValues || h.NumNulls < 0 || h.NumNulls > h.NumValues ||
				h.RepetitionLevelsByteLength != 0 || levels < 0 || levels > len(page) || levels > whole {
				return errors.New("a page with wrong counts")
			}
			if h.Encoding != format.RLEDictionary && h.Encoding != format.DeltaBinaryPacked || h.IsCompressed.Valid && !h.IsCompressed.V {
				return fmt.Errorf("a page encoded by %s", h.Encoding)
			}
			values += int(h.NumValues)
			page, whole = page[levels:], whole-levels
		default:
			return fmt.Errorf("a page of type %s", header.Type)
		}
		if values > rows {
			return fmt.Errorf("more than %d values", rows)
		}
		if len(page) > 0 {
			if err := checkFrame(page, whole); err != nil {
				return err
			}
		}
		if _, err := reader.Seek(int64(head+body), io.SeekCurrent); err != nil {
			return err
		}
	}
	if values != rows {
		return fmt.Errorf("%d values for %d rows", values, rows)
	}
	return nil
}

// checkFrame makes sure that a page is one zstd frame that unpacks to no more
// than the given size. A frame of less than 256 bytes need not name its size;
// it is then bounded by being short itself.
func checkFrame(page []byte, size int) error {
	var frame zstd.Header
	if err := frame.Decode(page); err != nil {
		return fmt.Errorf("compressed page: %w", err)
	}
	if frame.HasFCS && frame.FrameContentSize != uint64(size) || !frame.HasFCS && (size >= 256 || len(page) > 512) {
		return fmt.Errorf("a compressed page of %d bytes says that it holds %d", size, frame.FrameContentSize)
	}
	const run, reserved = 1, 3
	for at := frame.HeaderSize; at+3 <= len(page); {
		head := int(page[at]) | int(page[at+1])<<8 | int(page[at+2])<<16
		at += 3
		switch kind := head >> 1 & 3; kind {
		case run:
			at++
		case reserved:
			return errors.New("a compressed page with an unknown block")
		default:
			at += head >> 3
		}
		if head&1 == 1 {
			if frame.HasCheckSum {
				at += 4
			}
			if at == len(page) {
				return nil
			}
			break
		}
	}
	return errors.New("a compressed page that is not one frame")
}

// rawColumn collects the values of a column from its pages.
type rawColumn struct {
	kind   Type
	values []uint64 // Code, Flags: positions in the dictionary; otherwise values in two's complement, 0 for null
	null   []bool   // nil as long as there is none
	texts  []string
	bits   []int64
	rows   int
}

func (r *rawColumn) read(pages parquet.Pages, rows int) error {
	r.rows, r.values = rows, rawPool.take(rows)[:0]
	for {
		page, err := pages.ReadPage()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err
		}
		err = r.add(page)
		parquet.Release(page)
		if err != nil {
			return err
		}
	}
	if len(r.values) != rows {
		return fmt.Errorf("%d values for %d rows", len(r.values), rows)
	}
	return nil
}

// rawPool hands on the memory of values on their way from a page to a column.
var rawPool = &pool[uint64]{}

// release gives that memory back.
func (r *rawColumn) release() {
	rawPool.release(r.values)
	r.values = nil
}

func (r *rawColumn) add(page parquet.Page) error {
	data := page.Data()
	switch r.kind {
	case Code, Flags:
		if err := r.readDictionary(page.Dictionary()); err != nil {
			return err
		}
		size := int32(max(len(r.texts), len(r.bits)))
		for _, at := range data.Int32() {
			if at < 0 || at >= size {
				return fmt.Errorf("dictionary position %d of %d", at, size)
			}
			r.values = append(r.values, uint64(at))
		}
	case Integer:
		return place(r, data.Int64(), page.DefinitionLevels())
	case Day:
		return place(r, data.Int32(), page.DefinitionLevels())
	}
	return nil
}

func (r *rawColumn) readDictionary(d parquet.Dictionary) error {
	if r.texts != nil || r.bits != nil {
		return nil
	}
	if d == nil {
		return errors.New("no dictionary")
	}
	data := d.Page().Data()
	if r.kind == Flags {
		r.bits = slices.Clone(data.Int64())
		return nil
	}
	text, offsets := data.ByteArray()
	for i := range d.Len() {
		r.texts = append(r.texts, string(text[offsets[i]:offsets[i+1]]))
	}
	return nil
}

// place puts the values of a page that are not null into their rows.
func place[T int32 | int64](r *rawColumn, values []T, levels []byte) error {
	if len(levels) == len(values) && !slices.Contains(levels, 0) { // as most pages are
		for _, v := range values {
			r.values = append(r.values, uint64(v))
		}
		return nil
	}
	next := 0
	for _, level := range levels {
		if level == 0 {
			if r.null == nil {
				r.null = make([]bool, r.rows)
			}
			if len(r.values) == len(r.null) {
				return errors.New("more values than rows")
			}
			r.null[len(r.values)] = true
			r.values = append(r.values, 0)
			continue
		}
		if next == len(values) {
			return errors.New("fewer values than rows")
		}
		r.values = append(r.values, uint64(values[next]))
		next++
	}
	return nil
}

// column packs what was read.
func (r *rawColumn) column() *column {
	c := &column{kind: r.kind, rows: len(r.values)}
	switch r.kind {
	case Code:
		r.codes(c)
	case Flags:
		r.flags(c)
	default:
		r.numbers(c)
	}
	return c
}

func (r *rawColumn) codes(c *column) {
	order := make([]int, len(r.texts))
	for i := range order {
		order[i] = i
	}
	sort.Slice(order, func(a, b int) bool { return r.texts[order[a]] < r.texts[order[b]] })
	sorted, texts := make([]uint64, len(order)), make([]string, len(order))
	for rank, i := range order {
		sorted[i], texts[rank] = uint64(rank), r.texts[i]
	}
	c.dictionary = newDictionary(texts)
	for i, v := range r.values {
		r.values[i] = sorted[v]
	}
	c.packed = pack(r.values, nil, uint64(max(0, len(order)-1)))
}

// maxFlagSets is how many different sets of bits are kept in a table.
const maxFlagSets = 1 << 16

func (r *rawColumn) flags(c *column) {
	if len(r.bits) <= maxFlagSets {
		c.bits = make([]uint64, len(r.bits))
		for i, b := range r.bits {
			c.bits[i] = uint64(b)
		}
		c.packed = pack(r.values, nil, uint64(max(0, len(r.bits)-1)))
		return
	}
	var highest uint64
	for i, v := range r.values {
		r.values[i] = uint64(r.bits[v])
		highest = max(highest, r.values[i])
	}
	c.packed = pack(r.values, nil, highest)
}

func (r *rawColumn) numbers(c *column) {
	low, high := int64(math.MaxInt64), int64(math.MinInt64)
	if r.null == nil {
		for _, v := range r.values {
			low, high = min(low, int64(v)), max(high, int64(v))
		}
	} else {
		r.null = r.null[:len(r.values)]
		for i, null := range r.null {
			if null {
				c.nulls++
				continue
			}
			low, high = min(low, int64(r.values[i])), max(high, int64(r.values[i]))
		}
	}
	if low <= high {
		c.min, c.max, c.base = low, high, low
	}
	for i := range r.values {
		r.values[i] -= uint64(c.base) // of a null it is never looked at
	}
	c.packed = pack(r.values, r.null, uint64(c.max)-uint64(c.base))
}

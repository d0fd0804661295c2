package intake

import (
	"bytes"
	"errors"
	"io"
)

// Limits of a delimited file.
const (
	blockBytes  = 256 << 10
	maxRecord   = 1 << 20 // bytes of one record
	maxFields   = 4096
	maxRejected = 4096 // bytes of a raw row or value kept with a reject
)

// record is one record of a block, with what a joining reader needs to know of it.
type record struct {
	start, end uint32 // in block.data, without the line's end
	line       int64
	fault      fault
}

// fault is why a record cannot be split.
type fault uint8

const (
	faultNone      fault = iota
	faultOversized       // longer than maxRecord, or a quote that is not closed within it
)

// block is a piece of a file that holds whole records.
type block struct {
	data    []byte
	records []record
	tail    int // where the first byte that is not part of a whole record stands
}

// blockReader cuts a delimited file into blocks of whole records by RFC 4180: a field in
// quotes may hold separators and line ends. Blank lines are left out.
type blockReader struct {
	source    io.Reader
	separator byte
	line      int64 // of the next record
	carry     []byte
	ended     bool
	skipping  bool // inside an oversized line, until its end
	// unterminated says that the file's last record had no line end; see survey.
	unterminated bool
}

// errOpenQuote is returned at the end of a file inside a quoted field.
var errOpenQuote = errors.New("the file ends inside a quoted field")

// next fills a block. It gives io.EOF when nothing is left.
func (r *blockReader) next(b *block) error {
	for {
		if r.ended && len(r.carry) == 0 {
			return io.EOF
		}
		if err := r.fill(b); err != nil {
			return err
		}
		b.records = b.records[:0]
		if err := r.cut(b); err != nil {
			return err
		}
		r.carry = append(r.carry[:0], b.data[b.tail:]...)
		b.data = b.data[:b.tail]
		if len(b.records) > 0 {
			return nil
		}
	}
}

// fill puts the carried bytes and new ones into the block.
func (r *blockReader) fill(b *block) error {
	want := len(r.carry) + blockBytes
	if cap(b.data) < want {
		b.data = make([]byte, 0, want)
	}
	b.data = append(b.data[:0], r.carry...)
	for !r.ended && len(b.data) < want {
		n, err := r.source.Read(b.data[len(b.data):want])
		b.data = b.data[:len(b.data)+n]
		if errors.Is(err, io.EOF) {
			r.ended = true
		} else if err != nil {
			return err
		}
	}
	return nil
}

// cut finds the records of a block and sets its tail.
func (r *blockReader) cut(b *block) error {
	data, pos := b.data, 0
	quote := indexFrom(data, '"', 0)
	for pos < len(data) {
		newline := bytes.IndexByte(data[pos:], '\n')
		end, lines := -1, int64(1)
		if newline >= 0 {
			end = pos + newline
		} else if r.ended {
			end = len(data)
		}
		if r.skipping {
			if end < 0 {
				b.tail = len(data)
				return nil
			}
			r.skipping = false
			pos = min(end+1, len(data))
			r.line++
			continue
		}
		if quote >= 0 && quote < pos {
			quote = indexFrom(data, '"', pos)
		}
		if quote >= 0 && (end < 0 || quote < end) {
			end, lines = recordEnd(data[pos:], r.separator)
			if end >= 0 {
				end += pos
			} else if r.ended && end == endMissing {
				end = len(data)
			} else if r.ended && len(data)-pos <= maxRecord {
				return errOpenQuote
			}
		}
		if end < 0 || end-pos > maxRecord {
			if len(data)-pos <= maxRecord {
				break // the next block brings the rest
			}
			pos = r.oversized(b, pos, newline)
			continue
		}
		if end == len(data) && r.ended {
			r.unterminated = true
		}
		stop := end
		if stop > pos && data[stop-1] == '\r' {
			stop--
		}
		if !blank(data[pos:stop]) {
			b.records = append(b.records, record{start: uint32(pos), end: uint32(stop), line: r.line})
		}
		r.line += lines
		pos = min(end+1, len(data))
	}
	b.tail = pos
	return nil
}

// oversized gives up on a record: its first line becomes a faulty record and reading goes on
// with the line after it.
func (r *blockReader) oversized(b *block, pos, newline int) int {
	end := len(b.data)
	if newline >= 0 {
		end = pos + newline
	} else {
		r.skipping = true
	}
	b.records = append(b.records, record{
		start: uint32(pos), end: uint32(min(end, pos+maxRejected)), line: r.line, fault: faultOversized,
	})
	if r.skipping {
		return len(b.data)
	}
	r.line++
	return end + 1
}

func indexFrom(data []byte, c byte, from int) int {
	i := bytes.IndexByte(data[from:], c)
	if i < 0 {
		return -1
	}
	return from + i
}

func blank(text []byte) bool {
	for _, c := range text {
		if c != ' ' && c != '\t' {
			return false
		}
	}
	return true
}

// What recordEnd gives when the record does not end in the data.
const (
	endMissing   = -1 // the line's end is missing
	quoteMissing = -2 // a quoted field is not closed
)

// recordEnd finds the line end of the record at the start of data, heeding quotes, and how
// many lines it covers.
func recordEnd(data []byte, separator byte) (end int, lines int64) {
	i := 0
	lines = 1
	for {
		if i < len(data) && data[i] == '"' {
			i++
			for {
				q := bytes.IndexByte(data[i:], '"')
				if q < 0 {
					return quoteMissing, lines
				}
				lines += int64(bytes.Count(data[i:i+q], newlineByte))
				i += q + 1
				if i < len(data) && data[i] == '"' {
					i++
					continue
				}
				break
			}
		}
		for i < len(data) && data[i] != separator && data[i] != '\n' {
			i++
		}
		if i == len(data) {
			return endMissing, lines
		}
		if data[i] == '\n' {
			return i, lines
		}
		i++
	}
}

var newlineByte = []byte{'\n'}

// errQuote is a quoted field with text after its closing quote.
var errQuote = errors.New("has text after a closing quote")

// splitter cuts a record into fields. Fields point into the record, or into the splitter's own
// buffer where doubled quotes were undone; both hold until the next record.
type splitter struct {
	separator byte
	fields    [][]byte
	buffer    []byte
}

// split gives the fields of a record.
func (s *splitter) split(data []byte) ([][]byte, error) {
	s.fields, s.buffer = s.fields[:0], s.buffer[:0]
	for {
		if len(s.fields) == maxFields {
			return s.fields, errTooLarge
		}
		if len(data) > 0 && data[0] == '"' {
			field, rest, err := s.unquote(data[1:])
			if err != nil {
				return s.fields, err
			}
			s.fields = append(s.fields, field)
			if rest == nil {
				return s.fields, nil
			}
			data = rest
			continue
		}
		i := bytes.IndexByte(data, s.separator)
		if i < 0 {
			s.fields = append(s.fields, data)
			return s.fields, nil
		}
		s.fields = append(s.fields, data[:i:i])
		data = data[i+1:]
	}
}

// unquote reads a field after its opening quote; rest is nil at the record's end.
func (s *splitter) unquote(data []byte) (field, rest []byte, err error) {
	q := bytes.IndexByte(data, '"')
	if q < 0 {
		return nil, nil, errQuote
	}
	field, after := data[:q:q], data[q+1:]
	if len(after) > 0 && after[0] == '"' { // doubled quotes: the field is written anew
		start := len(s.buffer)
		for {
			s.buffer = append(s.buffer, data[:q]...)
			if len(after) == 0 || after[0] != '"' {
				break
			}
			s.buffer = append(s.buffer, '"')
			data = after[1:]
			if q = bytes.IndexByte(data, '"'); q < 0 {
				return nil, nil, errQuote
			}
			after = data[q+1:]
		}
		field = s.buffer[start:len(s.buffer):len(s.buffer)]
	}
	for len(after) > 0 && after[0] == ' ' {
		after = after[1:]
	}
	if len(after) == 0 {
		return field, nil, nil
	}
	if after[0] != s.separator {
		return nil, nil, errQuote
	}
	return field, after[1:], nil
}

// field gives one field of a record without splitting the rest, nil when the record has fewer.
// It is for keys, which stand among the first columns.
func (s *splitter) field(data []byte, number int) []byte {
	for {
		if len(data) > 0 && data[0] == '"' {
			s.buffer = s.buffer[:0]
			field, rest, err := s.unquote(data[1:])
			if err != nil {
				return nil
			}
			if number == 0 {
				return field
			}
			if rest == nil {
				return nil
			}
			data = rest
			number--
			continue
		}
		i := bytes.IndexByte(data, s.separator)
		if number == 0 {
			if i < 0 {
				return data
			}
			return data[:i]
		}
		if i < 0 {
			return nil
		}
		data = data[i+1:]
		number--
	}
}

// separatorOf finds the separator of a header line: the one of the usual four that it has most of
// outside quotes, the comma when it has none.
func separatorOf(header []byte) byte {
	best, most := byte(','), 0
	for _, candidate := range []byte{',', ';', '\t', '|'} {
		n, quoted := 0, false
		for _, c := range header {
			if c == '"' {
				quoted = !quoted
			} else if c == candidate && !quoted {
				n++
			}
		}
		if n > most {
			best, most = candidate, n
		}
	}
	return best
}

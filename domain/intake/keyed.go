package intake

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strconv"
	"sync"
)

// keyedRow is a row of a file of declarations with its day and key.
type keyedRow struct {
	start, end       uint32 // in keyedBlock.data
	keyStart, keyEnd uint32 // in keyedBlock.keys
	day              int32
	line             int64
}

// keyedBlock is a block with the keys of its rows.
type keyedBlock struct {
	block
	keys     []byte
	rows     []keyedRow
	rejects  []Reject
	rejected int // rows without a usable key
}

// keyReader reads the rows of a file of declarations with their keys.
type keyReader struct {
	file   *survey
	blocks *blockReader
	closer io.Closer
	split  splitter
	header bool // was passed

	dateText []byte // of the row before: most rows share it
	day      int32
	dayErr   error
	reject   row // to reject rows
}

func newKeyReader(file *survey, seen func(int64)) (*keyReader, error) {
	blocks, closer, err := file.reader(seen)
	if err != nil {
		return nil, err
	}
	return &keyReader{file: file, blocks: blocks, closer: closer, split: splitter{separator: file.separator}}, nil
}

func (k *keyReader) Close() error { return k.closer.Close() }

// next fills a block; io.EOF ends the file.
func (k *keyReader) next(b *keyedBlock) error {
	err := k.blocks.next(&b.block)
	if errors.Is(err, io.EOF) {
		return io.EOF
	}
	if err != nil {
		return k.file.fault(err, k.blocks.line)
	}
	b.keys, b.rows, b.rejects = b.keys[:0], b.rows[:0], b.rejects[:0]
	records := b.records
	if !k.header && len(records) > 0 {
		k.header = true
		records = records[1:]
	}
	for i := range records {
		k.key(b, &records[i])
	}
	return nil
}

var (
	errOfficeKey = errors.New("is not an office code")
	errOversized = errors.New("is too long, or has a quote that is not closed")
)

// key adds one row with its key, or its reject.
func (k *keyReader) key(b *keyedBlock, rec *record) {
	raw := b.data[rec.start:rec.end]
	if rec.fault != faultNone {
		k.fail(b, raw, rec.line, -1, errOversized)
		return
	}
	start := len(b.keys)
	day, field, err := k.appendKey(b, raw, rec.line)
	if err != nil {
		b.keys = b.keys[:start]
		k.fail(b, raw, rec.line, field, err)
		return
	}
	b.rows = append(b.rows, keyedRow{
		start: rec.start, end: rec.end, keyStart: uint32(start), keyEnd: uint32(len(b.keys)), day: day, line: rec.line,
	})
}

// appendKey writes what the rows of a document have in common.
func (k *keyReader) appendKey(b *keyedBlock, raw []byte, line int64) (day int32, field int, err error) {
	switch k.file.kind.joint {
	case joinDeclaration:
		return k.declarationKey(b, raw, line)
	case joinManifest:
		field, err = k.manifestKey(b, raw)
	default:
		if b.keys, err = k.appendCode(b.keys, raw, suspenseAccount); err != nil {
			field = suspenseAccount
		}
	}
	return 0, field, err
}

// declarationKey is day, office and number. Most rows have the date of the row before.
func (k *keyReader) declarationKey(b *keyedBlock, raw []byte, line int64) (day int32, field int, err error) {
	if k.file.columns.mapped != nil {
		return k.mappedKey(b, raw, line)
	}
	at := k.file.columns.at
	text := k.split.field(raw, at[keyDate])
	if k.dateText == nil || !bytes.Equal(text, k.dateText) {
		k.dateText = append(k.dateText[:0], text...)
		if cell := trimCell(text); len(cell) == 0 {
			k.dayErr = errEmpty
		} else {
			k.day, k.dayErr = parseDay(cell, k.file.columns.dates)
		}
	}
	if k.dayErr != nil {
		return 0, keyDate, k.dayErr
	}
	b.keys = append(b.keys, byte(k.day>>24), byte(k.day>>16), byte(k.day>>8), byte(k.day))
	office := trimCell(k.split.field(raw, at[keyOffice]))
	if err := checkOffice(office); err != nil {
		return 0, keyOffice, err
	}
	b.keys = append(append(b.keys, office...), '/')
	if b.keys, err = k.appendCode(b.keys, raw, keyNumber); err != nil {
		return 0, keyNumber, err
	}
	return k.day, -1, nil
}

// mappedKey is the key of a table's row, where the map may give constants and date forms.
func (k *keyReader) mappedKey(b *keyedBlock, raw []byte, line int64) (day int32, field int, err error) {
	r := &k.reject
	if !r.begin(k.file, raw, line) {
		return 0, -1, r.err
	}
	day, given := r.day(keyDate)
	if !given {
		r.fail(keyDate, errEmpty)
	}
	office, number := r.cell(keyOffice), r.cell(keyNumber)
	if err := checkOffice(office); err != nil {
		r.fail(keyOffice, err)
	}
	if err := codeFault(number); err != nil {
		r.fail(keyNumber, err)
	}
	if r.err != nil {
		return 0, r.field, r.err
	}
	b.keys = append(b.keys, byte(day>>24), byte(day>>16), byte(day>>8), byte(day))
	b.keys = append(append(b.keys, office...), '/')
	b.keys = appendWithoutBlanks(appendWithoutBlanks(b.keys, r.cell(tableSerial)), number)
	return day, -1, nil
}

// manifestKey is office, year and number.
func (k *keyReader) manifestKey(b *keyedBlock, raw []byte) (field int, err error) {
	office := trimCell(k.split.field(raw, k.file.columns.at[manifestOffice]))
	if err := checkOffice(office); err != nil {
		return manifestOffice, err
	}
	b.keys = append(append(b.keys, office...), '/')
	year, err := parseWhole(trimCell(k.split.field(raw, k.file.columns.at[manifestYear])), k.file.decimal)
	if err != nil {
		return manifestYear, err
	}
	if year < firstYear || year > lastYear {
		return manifestYear, errYear
	}
	b.keys = append(strconv.AppendInt(b.keys, year, 10), '/')
	if b.keys, err = k.appendCode(b.keys, raw, manifestNumber); err != nil {
		return manifestNumber, err
	}
	return -1, nil
}

// appendCode adds a code without its blanks.
func (k *keyReader) appendCode(to, raw []byte, field int) ([]byte, error) {
	code := trimCell(k.split.field(raw, k.file.columns.at[field]))
	if err := codeFault(code); err != nil {
		return to, err
	}
	return appendWithoutBlanks(to, code), nil
}

func appendWithoutBlanks(to, code []byte) []byte {
	for _, c := range code {
		if c > ' ' {
			to = append(to, c)
		}
	}
	return to
}

// codeFault says why a text cannot be a code that is needed.
func codeFault(code []byte) error {
	switch {
	case len(code) == 0:
		return errEmpty
	case len(code) > maxCode:
		return errTooLong
	}
	return nil
}

// checkOffice holds office codes to what a natural key can carry.
func checkOffice(code []byte) error {
	switch {
	case len(code) == 0:
		return errEmpty
	case len(code) > maxCode:
		return errTooLong
	case bytes.ContainsAny(code, "/\x00"):
		return errOfficeKey
	}
	return nil
}

func (k *keyReader) fail(b *keyedBlock, raw []byte, line int64, field int, err error) {
	k.reject.begin(k.file, raw, line)
	if k.reject.err == nil || field < 0 {
		k.reject.field, k.reject.err = field, err
	}
	b.rejects = append(b.rejects, k.reject.reject())
	b.rejected++
}

// stream reads a file ahead in a goroutine of its own.
type stream struct {
	file  *survey
	full  chan *keyedBlock
	empty chan *keyedBlock
	err   error // set before full is closed

	current *keyedBlock
	at      int // next row of current
	done    bool
}

// readAhead is how many blocks a stream holds beside the one in use.
const readAhead = 2

// openStream starts reading a file. It ends with the context or at the file's end.
func openStream(ctx context.Context, running *sync.WaitGroup, file *survey, seen func(int64)) *stream {
	s := &stream{file: file, full: make(chan *keyedBlock, readAhead), empty: make(chan *keyedBlock, readAhead+1)}
	for range readAhead + 1 {
		s.empty <- &keyedBlock{}
	}
	running.Go(func() {
		defer close(s.full)
		s.err = s.run(ctx, seen)
	})
	return s
}

func (s *stream) run(ctx context.Context, seen func(int64)) (err error) {
	reader, err := newKeyReader(s.file, seen)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, reader.Close()) }()
	for {
		var b *keyedBlock
		select {
		case b = <-s.empty:
		case <-ctx.Done():
			return ctx.Err()
		}
		err := reader.next(b)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		select {
		case s.full <- b:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// until gives the rows up to the end of a window, in the order of the file.
func (s *stream) until(last int32, row func(b *keyedBlock, r *keyedRow) error, rejects func([]Reject) error) error {
	for !s.done {
		if s.current == nil {
			b, more := <-s.full
			if !more {
				s.done = true
				return s.err
			}
			if err := rejects(b.rejects); err != nil {
				return err
			}
			s.current, s.at = b, 0
		}
		for s.at < len(s.current.rows) {
			r := &s.current.rows[s.at]
			if r.day > last {
				return nil
			}
			if err := row(s.current, r); err != nil {
				return err
			}
			s.at++
		}
		s.empty <- s.current
		s.current = nil
	}
	return nil
}

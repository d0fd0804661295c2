package intake

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"assay/domain"
)

// survey is what one look through a delimited file finds out before anything is delivered:
// how it is written, that it is whole, and how its rows lie over the days.
type survey struct {
	content   content
	encoding  string
	bom       int
	separator byte
	header    []string
	decimal   decimalStyle
	clean     bool // text needs no repair
	rows      int64

	kind    *fileKind
	columns binding
	// days counts the bytes of rows by day of registration; ordered says that the days never
	// go back. Both are for files of declarations only.
	days     map[int32]int64
	ordered  bool
	firstDay int32
}

// sampleRows is how many rows show whether a file has decimal points or commas.
const sampleRows = 2000

// headBytes is how much of a file shows its encoding and header.
const headBytes = 64 << 10

// openHead opens a file and finds out how it is written: encoding as far as the first bytes
// show it, separator, header.
func (s *survey) openHead(encoding string) (err error) {
	raw, err := s.content.open()
	if err != nil {
		return unreadable(err, s.content.name)
	}
	defer func() { err = errors.Join(err, raw.Close()) }()
	buffered := bufio.NewReaderSize(raw, headBytes)
	head, err := buffered.Peek(headBytes)
	if err != nil && !errors.Is(err, io.EOF) && len(head) == 0 {
		return unreadable(err, s.content.name)
	}
	s.encoding, s.bom = wideEncoding(head)
	if s.encoding == "" {
		s.encoding = encoding
	}
	text, err := decoded(bytes.NewReader(head), s.encoding, s.bom)
	if err != nil {
		return err
	}
	decodedHead, err := io.ReadAll(text)
	if err != nil {
		return unreadable(err, s.content.name)
	}
	return s.readHeader(decodedHead)
}

// unreadable gives a failure of reading a file a sentence for users, if it has none yet.
func unreadable(err error, name string) error {
	var known *domain.Error
	if errors.As(err, &known) || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	return damaged(err, name)
}

// readHeader finds separator and column names in a file's first bytes.
func (s *survey) readHeader(head []byte) error {
	for len(head) > 0 { // blank lines before the header
		line := head
		if i := bytes.IndexByte(head, '\n'); i >= 0 {
			line = head[:i]
		}
		if !blank(bytes.TrimSuffix(line, []byte{'\r'})) {
			break
		}
		head = head[min(len(line)+1, len(head)):]
	}
	if len(head) == 0 {
		return nil
	}
	line := head
	if i := bytes.IndexByte(head, '\n'); i >= 0 {
		line = head[:i]
	}
	s.separator = separatorOf(line)
	if end, _ := recordEnd(head, s.separator); end >= 0 { // a column name may have a line end in quotes
		line = head[:end]
	}
	cells := splitter{separator: s.separator}
	names, err := cells.split(bytes.TrimSuffix(line, []byte{'\r'}))
	if err != nil {
		return domain.Wrap(domain.KindInvalid, err, "The header of %s cannot be read.", s.content.name)
	}
	for _, name := range names {
		s.header = append(s.header, strings.ToValidUTF8(strings.TrimSpace(string(name)), "?"))
	}
	return nil
}

// look goes through the whole file. seen is told of delivered bytes as they are read.
func (s *survey) look(ctx context.Context, seen func(int64)) (err error) {
	raw, err := s.content.open()
	if err != nil {
		return unreadable(err, s.content.name)
	}
	defer func() { err = errors.Join(err, raw.Close()) }()
	var guess encodingGuess
	source, err := s.watched(raw, &guess, seen)
	if err != nil {
		return unreadable(err, s.content.name)
	}
	rows := &rowSurvey{survey: s, cells: splitter{separator: s.separator}}
	if s.kind != nil && s.kind.joint == joinDeclaration {
		s.days, s.ordered = map[int32]int64{}, true
	}
	blocks := &blockReader{source: source, separator: s.separator, line: 1}
	var b block
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		err := blocks.next(&b)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return s.fault(err, blocks.line)
		}
		rows.take(&b)
	}
	if err := rows.finish(blocks.unterminated); err != nil {
		return err
	}
	if s.encoding == "" {
		s.encoding = guess.guess()
	}
	s.clean = s.encoding == encodingUTF8 && guess.clean()
	return nil
}

// watched reads the file for its structure. One-byte encodings are not decoded for that: their separators,
// quotes and digits are those of ASCII.
func (s *survey) watched(raw io.Reader, guess *encodingGuess, seen func(int64)) (io.Reader, error) {
	metered := newMeter(raw, seen)
	if s.encoding == encodingUTF16LE || s.encoding == encodingUTF16BE {
		return decoded(metered, s.encoding, s.bom)
	}
	return decoded(&watchedReader{under: metered, guess: guess}, encodingUTF8, s.bom)
}

// watchedReader shows every byte to an encodingGuess.
type watchedReader struct {
	under io.Reader
	guess *encodingGuess
}

func (w *watchedReader) Read(p []byte) (int, error) {
	n, err := w.under.Read(p)
	w.guess.see(p[:n])
	return n, err
}

func (s *survey) fault(err error, line int64) error {
	if errors.Is(err, errOpenQuote) {
		return domain.Wrap(domain.KindInvalid, err, "The file %s was cut off or has a quote that is never closed: line %d begins a record without end.",
			s.content.name, line)
	}
	return unreadable(err, s.content.name)
}

// rowSurvey looks at rows for their day and their numbers.
type rowSurvey struct {
	*survey
	cells    splitter
	header   bool // was passed
	sampled  int
	point    int // numbers that can only have a decimal point
	comma    int
	unsure   int // numbers with a comma that could be either
	last     []byte
	lastLine int64
	dayText  []byte
	day      int32
	dayKnown bool
	mapped   row // reads the day of a table's row
}

func (r *rowSurvey) take(b *block) {
	records := b.records
	if !r.header && len(records) > 0 {
		r.header = true
		records = records[1:]
	}
	r.rows += int64(len(records))
	for i := range records {
		raw := b.data[records[i].start:records[i].end]
		if r.sampled < sampleRows {
			r.sample(raw)
		}
		if r.days != nil {
			r.countDay(raw)
		}
	}
	if len(records) > 0 {
		last := records[len(records)-1]
		r.last, r.lastLine = append(r.last[:0], b.data[last.start:last.end]...), last.line
	}
}

// sample looks at a row's numbers.
func (r *rowSurvey) sample(raw []byte) {
	r.sampled++
	cells, err := r.cells.split(raw)
	if err != nil {
		return
	}
	for _, column := range r.columns.numbers {
		if column >= len(cells) {
			continue
		}
		switch evidence(cells[column]) {
		case sawPoint:
			r.point++
		case sawComma:
			r.comma++
		case sawEither:
			r.unsure++
		}
	}
}

// countDay adds a row to its day's bytes. Most rows have the day of the row before.
func (r *rowSurvey) countDay(raw []byte) {
	if r.columns.mapped != nil {
		r.countMappedDay(raw)
		return
	}
	text := r.cells.field(raw, r.columns.at[keyDate])
	if !r.dayKnown || !bytes.Equal(text, r.dayText) {
		day, err := parseDay(trimCell(text), r.columns.dates)
		if err != nil {
			return
		}
		r.reach(day)
		r.dayText = append(r.dayText[:0], text...)
	}
	r.days[r.day] += int64(len(raw))
}

// reach notes the day of a row.
func (r *rowSurvey) reach(day int32) {
	if r.dayKnown && day < r.day {
		r.ordered = false
	}
	if !r.dayKnown || day < r.firstDay {
		r.firstDay = day
	}
	r.day, r.dayKnown = day, true
}

// countMappedDay does the same where a table's map says how the day is written.
func (r *rowSurvey) countMappedDay(raw []byte) {
	if !r.mapped.begin(r.survey, raw, 0) {
		return
	}
	day, given := r.mapped.day(keyDate)
	if !given || r.mapped.err != nil {
		return
	}
	r.reach(day)
	r.days[day] += int64(len(raw))
}

// finish draws the conclusions. A last line without line end and with fields missing means that
// the file was cut off.
func (r *rowSurvey) finish(unterminated bool) error {
	if unterminated && r.rows > 0 {
		cells, err := r.cells.split(r.last)
		if err != nil || len(cells) < len(r.survey.header) {
			return domain.Errorf(domain.KindInvalid, "The file %s was cut off: its last line, %d, has only %d of %d fields.",
				r.content.name, r.lastLine, len(cells), len(r.survey.header))
		}
	}
	switch {
	case r.columns.decimal == "point":
		r.decimal = decimalPoint
	case r.columns.decimal == "comma":
		r.decimal = decimalComma
	case r.comma > r.point, r.comma == 0 && r.point == 0 && r.unsure > 0 && r.separator == ';':
		r.decimal = decimalComma
	}
	return nil
}

// What a number shows about the sign before its decimals.
const (
	sawNothing = iota
	sawPoint
	sawComma
	sawEither // a comma with three digits after it
)

// evidence looks at one number. One sign followed by other than three digits stands before
// decimals; a sign that occurs twice separates thousands; of both, the last one stands before decimals.
func evidence(cell []byte) int {
	points, commas := bytes.Count(cell, []byte{'.'}), bytes.Count(cell, []byte{','})
	if points+commas == 0 || len(cell) > maxDigits {
		return sawNothing
	}
	if points > 0 && commas > 0 {
		if bytes.LastIndexByte(cell, '.') > bytes.LastIndexByte(cell, ',') {
			return sawPoint
		}
		return sawComma
	}
	sign, one, many := byte('.'), sawPoint, sawComma
	if commas > 0 {
		sign, one, many = ',', sawComma, sawPoint
	}
	if points+commas > 1 {
		return many
	}
	i := bytes.IndexByte(cell, sign)
	whole, rest := bytes.TrimLeft(cell[:i], " +-"), cell[i+1:]
	for _, c := range append(bytes.Clone(whole), rest...) {
		if (c < '0' || c > '9') && c != 'E' && c != 'e' && c != '-' && c != '+' && c != ' ' {
			return sawNothing // a word, not a number
		}
	}
	if len(bytes.TrimRight(rest, " ")) != 3 || len(whole) > 3 || len(whole) == 0 || whole[0] == '0' {
		return one
	}
	if sign == ',' {
		return sawEither
	}
	return sawNothing
}

// binding says where in a file's rows its fields stand.
type binding struct {
	at      []int // by field: column, or -1
	numbers []int // columns whose values show the decimal style
	decimal string
	dates   dateOrder
	// mapped are, for a table, what the map says of each field; nil for other files.
	mapped []mappedCell
	// workbook says that dates may be day numbers, counted from the day epoch.
	workbook bool
	epoch    int32
}

// bind finds the fields of a file in its header and lists what is unknown or missing.
func (s *survey) bind(kind *fileKind, m *ColumnMap) (unknown, missing []string, err error) {
	names := m.Files[kind.name]
	columns := make(map[string]int, len(s.header))
	for i, name := range s.header {
		key := foldColumn(name)
		if _, twice := columns[key]; !twice && key != "" {
			columns[key] = i
		}
	}
	used := make([]bool, len(s.header))
	find := func(accepted []string) int {
		for _, name := range accepted {
			if i, ok := columns[foldColumn(name)]; ok {
				used[i] = true
				return i
			}
		}
		return -1
	}
	s.kind = kind
	s.columns = binding{decimal: m.Decimal, dates: m.dateOrder()}
	var absent []string
	for _, f := range kind.fields {
		i := find(names.Columns[f.name])
		s.columns.at = append(s.columns.at, i)
		switch {
		case i < 0 && f.required:
			absent = append(absent, firstOr(names.Columns[f.name], f.name))
		case i < 0:
			missing = append(missing, firstOr(names.Columns[f.name], f.name))
		case f.number:
			s.columns.numbers = append(s.columns.numbers, i)
		}
	}
	for _, tax := range names.Taxes {
		for _, accepted := range [][]string{tax.Amount, tax.Relieved} {
			i := find(accepted)
			s.columns.at = append(s.columns.at, i)
			if i >= 0 {
				s.columns.numbers = append(s.columns.numbers, i)
			} else if len(accepted) > 0 {
				missing = append(missing, accepted[0])
			}
		}
	}
	for _, name := range names.Ignored {
		find([]string{name})
	}
	if len(absent) > 0 {
		return nil, nil, domain.Errorf(domain.KindInvalid, "The file %s lacks the column %s; the column map says how %s may be named.",
			s.content.name, strings.Join(absent, ", "), pronoun(len(absent)))
	}
	for i, name := range s.header {
		if !used[i] && name != "" {
			unknown = append(unknown, name)
		}
	}
	return unknown, missing, nil
}

func pronoun(n int) string {
	if n == 1 {
		return "it"
	}
	return "they"
}

func firstOr(names []string, other string) string {
	if len(names) > 0 {
		return names[0]
	}
	return other
}

func (m *ColumnMap) dateOrder() dateOrder {
	switch {
	case m.DateOrder == "dmy":
		return orderDayFirst
	case m.DateOrder == "mdy", m.Format == FormatXML:
		return orderMonthFirst
	}
	return orderUnknown
}

// reader opens the file again, now for its rows. The header has been read when it returns.
func (s *survey) reader(seen func(int64)) (*blockReader, io.Closer, error) {
	raw, err := s.content.open()
	if err != nil {
		return nil, nil, unreadable(err, s.content.name)
	}
	text, err := decoded(newMeter(raw, seen), s.encoding, s.bom)
	if err != nil {
		return nil, nil, errors.Join(fmt.Errorf("reading %s: %w", s.content.name, err), raw.Close())
	}
	return &blockReader{source: text, separator: s.separator, line: 1}, raw, nil
}

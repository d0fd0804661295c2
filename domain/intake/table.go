package intake

import (
	"context"
	"errors"
	"io"
	"path"
	"slices"
	"strings"

	"assay/domain"
)

// readTable reads tables through a column map. Workbooks and Parquet files are first written to disk as
// delimited text, so that everything after that is one way for all.
func readTable(ctx context.Context, d *delivery, s *settings, sink Sink) (Summary, error) {
	w := newReading(d, s, sink)
	spill, err := newSpillFile(s.SpillDir)
	if err != nil {
		return w.summary, err
	}
	return w.summary, errors.Join(w.readTables(ctx, spill), spill.Close())
}

func (w *reading) readTables(ctx context.Context, spill *spillFile) error {
	if err := w.recogniseTables(ctx, spill); err != nil {
		return err
	}
	for _, f := range w.files {
		w.meter.total += 2 * f.content.size
	}
	if err := w.look(ctx); err != nil {
		return err
	}
	kind := w.files[0].kind
	known := newRegistry()
	err := w.readJoined(ctx, &join{
		joint:   kind.joint,
		builder: func() builder { return newTableBuilder(w.settings, w.files) },
		repeated: func(key []byte) bool {
			day, office, number := splitKey(key)
			return !known.add(reference(day, string(office), string(number)))
		},
	})
	w.tally.into(&w.summary)
	w.meter.finish()
	return err
}

// recogniseTables opens every file of the delivery that has the map's columns.
func (w *reading) recogniseTables(ctx context.Context, spill *spillFile) error {
	table := w.settings.columns.Table
	kind := table.kind()
	w.summary.IgnoredFiles, w.summary.MissingFiles = []string{}, []string{}
	unknown, missing := map[UnknownColumn]bool{}, map[MissingColumn]bool{}
	for _, c := range w.delivery.contents {
		f, err := w.openTable(ctx, c, spill)
		if err != nil {
			return err
		}
		if f == nil {
			w.summary.IgnoredFiles = append(w.summary.IgnoredFiles, c.name)
			continue
		}
		extra, absent := f.bindTable(kind, &w.settings.columns)
		if !f.keyed() {
			if len(w.delivery.contents) == 1 {
				return domain.Errorf(domain.KindInvalid, "The file %s lacks %s, which the column map needs for the key.", c.name, strings.Join(absent, ", "))
			}
			w.summary.IgnoredFiles = append(w.summary.IgnoredFiles, c.name)
			continue
		}
		for _, name := range extra {
			unknown[UnknownColumn{File: f.content.name, Column: name}] = true
		}
		for _, name := range absent {
			missing[MissingColumn{File: f.content.name, Column: name}] = true
		}
		w.files = append(w.files, f)
	}
	if len(w.files) == 0 {
		return domain.Errorf(domain.KindInvalid, "None of the delivered files has the columns of the map %q: %s.",
			w.settings.columns.Name, listNames(w.summary.IgnoredFiles))
	}
	w.listColumns(unknown, missing)
	w.summary.MissingFiles = []string{}
	return nil
}

var parquetMagic = []byte("PAR1")

// openTable opens one file as delimited text; nil when it is none that a table can be read from.
func (w *reading) openTable(ctx context.Context, c content, spill *spillFile) (*survey, error) {
	head, err := w.headOf(c)
	if err != nil {
		return nil, err
	}
	f := &survey{content: c}
	ending := path.Ext(c.base)
	switch {
	case hasPrefix(head, zipMagic) && isWorkbook(c.base):
		if f, err = convertWorkbook(ctx, c, w.settings, spill); err != nil {
			return nil, err
		}
	case hasPrefix(head, parquetMagic):
		if f, err = convertParquet(ctx, c, w.settings, spill); err != nil {
			return nil, err
		}
	case !slices.Contains(delimitedEndings, ending):
		return nil, nil
	}
	if err := f.openHead(w.settings.columns.Encoding); err != nil {
		return nil, err
	}
	if len(f.header) == 0 {
		return nil, nil
	}
	return f, nil
}

func (w *reading) headOf(c content) (head []byte, err error) {
	r, err := c.open()
	if err != nil {
		return nil, unreadable(err, c.name)
	}
	defer func() { err = errors.Join(err, r.Close()) }()
	head = make([]byte, 4)
	n, err := io.ReadFull(r, head)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return nil, unreadable(err, c.name)
	}
	return head[:n], nil
}

// bindTable finds the map's columns in a file's header.
func (s *survey) bindTable(kind *fileKind, m *ColumnMap) (unknown, missing []string) {
	s.kind = kind
	cells := m.Table.cells()
	columns := make(map[string]int, len(s.header))
	for i, name := range s.header {
		if key := foldColumn(name); key != "" {
			if _, twice := columns[key]; !twice {
				columns[key] = i
			}
		}
	}
	used := make([]bool, len(s.header))
	s.columns.decimal, s.columns.dates = m.Decimal, m.dateOrder()
	s.columns.mapped = prepare(cells, m.dateOrder())
	s.columns.at = make([]int, len(cells))
	for i, cell := range cells {
		s.columns.at[i] = -1
		if cell == nil || cell.Column == "" {
			continue
		}
		column, found := columns[foldColumn(cell.Column)]
		if !found {
			if !slices.Contains(missing, cell.Column) {
				missing = append(missing, cell.Column)
			}
			continue
		}
		s.columns.at[i], used[column] = column, true
		if kind.fields[i].number {
			s.columns.numbers = append(s.columns.numbers, column)
		}
	}
	for _, name := range m.Table.Ignored {
		if column, found := columns[foldColumn(name)]; found {
			used[column] = true
		}
	}
	for i, name := range s.header {
		if !used[i] && name != "" {
			unknown = append(unknown, name)
		}
	}
	return unknown, missing
}

// keyed says whether a file gives every field of the key.
func (s *survey) keyed() bool {
	for field := range keyFields {
		if s.columns.at[field] < 0 && len(s.columns.mapped[field].constant) == 0 {
			return false
		}
	}
	return true
}

// converted is a table written to disk as delimited text with one line a row.
func converted(c content, spill *spillFile, start int64, name string) *survey {
	end := spill.end
	return &survey{content: content{
		name: name, base: c.base, size: c.size,
		open: func() (io.ReadCloser, error) {
			return io.NopCloser(io.NewSectionReader(spill.file, start, end-start)), nil
		},
	}}
}

// lineWriter writes rows of texts as lines of delimited text.
type lineWriter struct {
	spill  *spillFile
	buffer []byte
	bytes  int64
}

const lineBuffer = 1 << 18

// row writes one line. Line ends within a text become blanks, so that a line is a row.
func (l *lineWriter) row(cells []string) error {
	for i, cell := range cells {
		if i > 0 {
			l.buffer = append(l.buffer, ',')
		}
		l.buffer = appendCell(l.buffer, cell)
	}
	l.buffer = append(l.buffer, '\n')
	if len(l.buffer) < lineBuffer {
		return nil
	}
	return l.flush()
}

func (l *lineWriter) flush() error {
	n, err := l.spill.file.WriteAt(l.buffer, l.spill.end)
	l.spill.end += int64(n)
	l.bytes += int64(n)
	l.buffer = l.buffer[:0]
	return err
}

func appendCell(to []byte, cell string) []byte {
	if !strings.ContainsAny(cell, ",\"\r\n\x00") && (cell == "" || cell[0] != ' ') {
		return append(to, cell...)
	}
	to = append(to, '"')
	for i := range len(cell) {
		switch cell[i] {
		case '"':
			to = append(to, '"', '"')
		case '\r', '\n', 0:
			to = append(to, ' ')
		default:
			to = append(to, cell[i])
		}
	}
	return append(to, '"')
}

package intake

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// line is a record as text with its line number.
type line struct {
	Number int64
	Fields []string
}

// readAll reads a whole file through blockReader and splitter.
func readAll(r io.Reader, separator byte) ([]line, error) {
	reader := &blockReader{source: r, separator: separator, line: 1}
	split := splitter{separator: separator}
	var lines []line
	var b block
	for {
		err := reader.next(&b)
		if errors.Is(err, io.EOF) {
			return lines, nil
		}
		if err != nil {
			return lines, err
		}
		for _, rec := range b.records {
			l := line{Number: rec.line}
			if rec.fault == faultNone {
				fields, err := split.split(b.data[rec.start:rec.end])
				if err != nil {
					return lines, err
				}
				for i, f := range fields {
					l.Fields = append(l.Fields, string(f))
					if got := split.fieldOf(b.data[rec.start:rec.end], i); got != string(f) {
						return lines, errors.New("field by field: " + got + " is not " + string(f))
					}
				}
			}
			lines = append(lines, l)
		}
	}
}

// fieldOf asks for one field with a splitter of its own.
func (s *splitter) fieldOf(data []byte, number int) string {
	other := splitter{separator: s.separator}
	return string(other.field(data, number))
}

func TestRecords(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		text      string
		separator byte
		want      []line
	}{
		"plain":             {"a,b\nc,d\n", ',', []line{{1, []string{"a", "b"}}, {2, []string{"c", "d"}}}},
		"no last line end":  {"a,b\nc,d", ',', []line{{1, []string{"a", "b"}}, {2, []string{"c", "d"}}}},
		"carriage returns":  {"a,b\r\nc,d\r\n", ',', []line{{1, []string{"a", "b"}}, {2, []string{"c", "d"}}}},
		"blank lines":       {"\na\n\n \nb\n", ',', []line{{2, []string{"a"}}, {5, []string{"b"}}}},
		"separator quoted":  {`"a,b",c` + "\n", ',', []line{{1, []string{"a,b", "c"}}}},
		"doubled quotes":    {`"say ""yes""",""` + "\n", ',', []line{{1, []string{`say "yes"`, ""}}}},
		"line end quoted":   {"\"a\nb\",c\nd,e\n", ',', []line{{1, []string{"a\nb", "c"}}, {3, []string{"d", "e"}}}},
		"quote inside text": {"12\" pipe,b\nc,d\n", ',', []line{{1, []string{`12" pipe`, "b"}}, {2, []string{"c", "d"}}}},
		"empty fields":      {",,\n", ',', []line{{1, []string{"", "", ""}}}},
		"semicolon":         {"1,5;b\n", ';', []line{{1, []string{"1,5", "b"}}}},
		"tab":               {"a\tb\n", '\t', []line{{1, []string{"a", "b"}}}},
		"blank after quote": {`"a" ,b` + "\n", ',', []line{{1, []string{"a", "b"}}}},
		"empty":             {"", ',', nil},
	} {
		for _, reader := range []io.Reader{strings.NewReader(c.text), iotest.OneByteReader(strings.NewReader(c.text))} {
			got, err := readAll(reader, c.separator)
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			if difference := cmp.Diff(c.want, got); difference != "" {
				t.Errorf("%s: %s", name, difference)
			}
		}
	}
}

func TestTextAfterAClosingQuoteIsAFault(t *testing.T) {
	t.Parallel()
	if _, err := readAll(strings.NewReader("\"a\"b,c\n"), ','); !errors.Is(err, errQuote) {
		t.Fatalf("got %v", err)
	}
}

func TestOpenQuoteAtTheEnd(t *testing.T) {
	t.Parallel()
	if _, err := readAll(strings.NewReader("a,b\n\"c,d\ne,f\n"), ','); !errors.Is(err, errOpenQuote) {
		t.Fatalf("got %v", err)
	}
}

// TestOversizedRecords: a record that is too long, or a quote that is not closed within the limit, costs its
// first line only.
func TestOversizedRecords(t *testing.T) {
	t.Parallel()
	filler := strings.Repeat("x,y\n", maxRecord/2)
	for name, text := range map[string]string{
		"quote": "a,b\nc,\"d\n" + filler + "e,f\n",
		"line":  "a,b\n" + strings.Repeat("z", 3*maxRecord) + "\n" + filler + "e,f\n",
	} {
		got, err := readAll(strings.NewReader(text), ',')
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if len(got) != 3+maxRecord/2 || got[1].Fields != nil || got[1].Number != 2 {
			t.Fatalf("%s: got %d records, the second %v", name, len(got), got[1])
		}
		if last := got[len(got)-1]; last.Number != int64(3+maxRecord/2) || !slices.Equal(last.Fields, []string{"e", "f"}) {
			t.Fatalf("%s: the last record is %v", name, last)
		}
	}
}

// TestLikeEncodingCSV compares with the standard library on whatever it can write.
func TestLikeEncodingCSV(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		width := rapid.IntRange(2, 6).Draw(t, "width")
		rows := rapid.SliceOfN(rapid.SliceOfN(rapid.StringMatching(`[a-z",;\n 0-9äب]{0,8}`), width, width), 1, 20).Draw(t, "rows")
		for i := range rows {
			rows[i][0] = "r" + rows[i][0] // a line of blanks only is a blank line here
		}
		separator := rapid.SampledFrom([]byte{',', ';', '\t'}).Draw(t, "separator")
		var text bytes.Buffer
		w := csv.NewWriter(&text)
		w.Comma = rune(separator)
		if err := w.WriteAll(rows); err != nil {
			t.Fatal(err)
		}
		got, err := readAll(iotest.HalfReader(bytes.NewReader(text.Bytes())), separator)
		if err != nil {
			t.Fatalf("%q: %v", text.String(), err)
		}
		r := csv.NewReader(bytes.NewReader(text.Bytes()))
		r.Comma = rune(separator)
		want, err := r.ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		if len(got) != len(want) {
			t.Fatalf("%q: %d records, want %d", text.String(), len(got), len(want))
		}
		for i := range want {
			if !slices.Equal(got[i].Fields, want[i]) {
				t.Fatalf("%q: record %d is %q, want %q", text.String(), i, got[i].Fields, want[i])
			}
		}
	})
}

func TestSeparators(t *testing.T) {
	t.Parallel()
	for header, want := range map[string]byte{
		"OFFICE,REGDATE": ',', "OFFICE;REGDATE": ';', "OFFICE\tREGDATE": '\t', "OFFICE|REGDATE": '|', "CODE": ',',
		`"a,b,c";d;e`: ';',
	} {
		if got := separatorOf([]byte(header)); got != want {
			t.Errorf("%q: got %q, want %q", header, got, want)
		}
	}
}

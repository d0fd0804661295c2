package intake

import (
	"bytes"
	"io"
	"strings"
	"testing"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
)

func encoded(t *testing.T, e encoding.Encoding, text string) []byte {
	t.Helper()
	data, err := e.NewEncoder().Bytes([]byte(text))
	if err != nil {
		t.Fatalf("encoding %q: %v", text, err)
	}
	return data
}

const (
	frenchText = "CODE,NAME\nPLM1,\"Port-Lumière, bureau principal\"\nBLR1,Aéroport de Belleroche\n"
	arabicText = "CODE,NAME\nPRT1,مكتب جمارك الميناء الرئيسي\nAIR1,مكتب جمارك المطار\n"
)

// TestEncodingsAreFoundOut reads the same file in every encoding without being told which.
func TestEncodingsAreFoundOut(t *testing.T) {
	t.Parallel()
	wide := func(end unicode.Endianness, bom unicode.BOMPolicy) encoding.Encoding { return unicode.UTF16(end, bom) }
	for name, c := range map[string]struct {
		data []byte
		text string
	}{
		"UTF-8":                  {[]byte(frenchText), frenchText},
		"UTF-8 with mark":        {append([]byte{0xEF, 0xBB, 0xBF}, arabicText...), arabicText},
		"UTF-16 little, mark":    {encoded(t, wide(unicode.LittleEndian, unicode.UseBOM), arabicText), arabicText},
		"UTF-16 big, mark":       {encoded(t, wide(unicode.BigEndian, unicode.UseBOM), frenchText), frenchText},
		"UTF-16 little, no mark": {encoded(t, wide(unicode.LittleEndian, unicode.IgnoreBOM), frenchText), frenchText},
		"UTF-16 big, no mark":    {encoded(t, wide(unicode.BigEndian, unicode.IgnoreBOM), frenchText), frenchText},
		"Windows-1252":           {encoded(t, charmap.Windows1252, frenchText), frenchText},
		"Windows-1256":           {encoded(t, charmap.Windows1256, arabicText), arabicText},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var sink collector
			summary, err := Read(t.Context(), source(file("offices.csv", string(c.data))), Options{}, &sink)
			if err != nil {
				t.Fatal(err)
			}
			if len(sink.rejects) > 0 || summary.Counts.References != 2 {
				t.Fatalf("got %+v, rejects %v", summary.Counts, sink.rejects)
			}
			for i, line := range strings.Split(strings.TrimSpace(c.text), "\n")[1:] {
				code, name, _ := strings.Cut(line, ",")
				got := sink.documents[i].Office
				if got.Code != code || got.Name != strings.Trim(name, `"`) {
					t.Errorf("got %q %q, want %q", got.Code, got.Name, line)
				}
			}
		})
	}
}

// TestGuessOverAnyPieces: the guess must not depend on how the bytes come.
func TestGuessOverAnyPieces(t *testing.T) {
	t.Parallel()
	for want, data := range map[string][]byte{
		encodingUTF8: []byte(arabicText + frenchText),
		encoding1252: encoded(t, charmap.Windows1252, frenchText),
		encoding1256: encoded(t, charmap.Windows1256, arabicText),
	} {
		for size := 1; size < 9; size++ {
			var g encodingGuess
			for piece := data; len(piece) > 0; {
				n := min(size, len(piece))
				g.see(piece[:n])
				piece = piece[n:]
			}
			if got := g.guess(); got != want {
				t.Errorf("in pieces of %d: got %s, want %s", size, got, want)
			}
		}
	}
}

// TestFewBadBytesStayUTF8: a file that is UTF-8 but for one byte is not read as another encoding.
func TestFewBadBytesStayUTF8(t *testing.T) {
	t.Parallel()
	data := "CODE,NAME\n" + strings.Repeat("A1,Aéroport\n", 1) + "X9,bad\xffbyte\n"
	for i := range 40 {
		data += "C" + string(rune('A'+i%26)) + string(rune('A'+i/26)) + ",Hélène\n"
	}
	var sink collector
	if _, err := Read(t.Context(), source(file("traders.csv", data)), Options{}, &sink); err != nil {
		t.Fatal(err)
	}
	if got := sink.documents[0].Trader.Name; got != "Aéroport" {
		t.Errorf("got %q", got)
	}
	if got := sink.documents[1].Trader.Name; got != "bad\uFFFDbyte" {
		t.Errorf("got %q", got)
	}
}

// file is a delivered file in memory.
func file(name, data string) Input {
	return Input{Name: name, Size: int64(len(data)), Open: func() (io.ReadCloser, error) {
		return io.NopCloser(bytes.NewReader([]byte(data))), nil
	}}
}

func source(inputs ...Input) Source { return Source{Inputs: inputs} }

// collector keeps everything.
type collector struct {
	documents []Document
	rejects   []Reject
}

func (c *collector) Document(d Document) error { c.documents = append(c.documents, d); return nil }
func (c *collector) Reject(r Reject) error     { c.rejects = append(c.rejects, r); return nil }

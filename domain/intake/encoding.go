package intake

import (
	"bytes"
	"fmt"
	"io"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"

	"assay/domain"
)

// The encodings, as a column map may name them.
const (
	encodingUTF8    = "utf-8"
	encodingUTF16LE = "utf-16le"
	encodingUTF16BE = "utf-16be"
	encoding1252    = "windows-1252"
	encoding1256    = "windows-1256"
)

var (
	bomUTF8    = []byte{0xEF, 0xBB, 0xBF}
	bomUTF16LE = []byte{0xFF, 0xFE}
	bomUTF16BE = []byte{0xFE, 0xFF}
)

// wideEncoding recognises UTF-16 by its mark or, without one, by the zero bytes that its
// ASCII characters have; empty for anything else. bom is the length of the mark.
func wideEncoding(head []byte) (name string, bom int) {
	switch {
	case bytes.HasPrefix(head, bomUTF8):
		return "", len(bomUTF8)
	case bytes.HasPrefix(head, bomUTF16LE):
		return encodingUTF16LE, len(bomUTF16LE)
	case bytes.HasPrefix(head, bomUTF16BE):
		return encodingUTF16BE, len(bomUTF16BE)
	}
	head = head[:len(head)&^1]
	var zeros [2]int
	for i, c := range head {
		if c == 0 {
			zeros[i&1]++
		}
	}
	switch half := len(head) / 2; {
	case half > 0 && zeros[1] > half*7/10 && zeros[0] < half/10+1:
		return encodingUTF16LE, 0
	case half > 0 && zeros[0] > half*7/10 && zeros[1] < half/10+1:
		return encodingUTF16BE, 0
	}
	return "", 0
}

// encodingGuess watches the bytes of a whole file to tell UTF-8 from the two Windows code pages.
type encodingGuess struct {
	pending  []byte // an unfinished UTF-8 sequence at the end of what was seen
	sequence int64  // valid sequences of several bytes
	invalid  int64  // bytes that are no UTF-8
	high     int64  // bytes above 127
	paired   int64  // of them, those that follow another one
	zero     int64
	lastHigh bool
}

// see takes the next bytes.
func (g *encodingGuess) see(data []byte) {
	if bytes.IndexByte(data, 0) >= 0 {
		g.zero += int64(bytes.Count(data, []byte{0}))
	}
	if len(g.pending) == 0 && isASCII(data) {
		g.lastHigh = false
		return
	}
	for _, c := range data {
		if c >= utf8.RuneSelf {
			g.high++
			if g.lastHigh {
				g.paired++
			}
		}
		g.lastHigh = c >= utf8.RuneSelf
	}
	if len(g.pending) > 0 {
		data = append(g.pending, data...)
		g.pending = nil
	}
	for len(data) > 0 {
		if data[0] < utf8.RuneSelf {
			next := bytes.IndexFunc(data, func(r rune) bool { return r >= utf8.RuneSelf })
			if next < 0 {
				return
			}
			data = data[next:]
			continue
		}
		r, size := utf8.DecodeRune(data)
		if r == utf8.RuneError && size <= 1 {
			if !utf8.FullRune(data) {
				g.pending = bytes.Clone(data)
				return
			}
			g.invalid++
			data = data[1:]
			continue
		}
		g.sequence++
		data = data[size:]
	}
}

func isASCII(data []byte) bool {
	for len(data) >= 8 {
		if (data[0]|data[1]|data[2]|data[3]|data[4]|data[5]|data[6]|data[7])&0x80 != 0 {
			return false
		}
		data = data[8:]
	}
	for _, c := range data {
		if c >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// guess names the encoding. A file that is UTF-8 but for a few bytes is UTF-8: the bytes are
// replaced. Else Arabic words are runs of high bytes (Windows-1256) while in the
// Latin code page (1252) high bytes stand alone among letters.
func (g *encodingGuess) guess() string {
	invalid := g.invalid + int64(len(g.pending))
	if invalid == 0 || g.sequence > 20*invalid {
		return encodingUTF8
	}
	if g.paired*2 > g.high {
		return encoding1256
	}
	return encoding1252
}

// clean says that text needs no repair when it is taken as UTF-8.
func (g *encodingGuess) clean() bool { return g.invalid == 0 && len(g.pending) == 0 && g.zero == 0 }

// decoded reads a file as UTF-8, without the mark.
func decoded(r io.Reader, name string, bom int) (io.Reader, error) {
	if bom > 0 {
		if _, err := io.CopyN(io.Discard, r, int64(bom)); err != nil {
			return nil, fmt.Errorf("skipping the mark: %w", err)
		}
	}
	var e encoding.Encoding
	switch name {
	case "", encodingUTF8:
		return r, nil
	case encodingUTF16LE:
		e = unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM)
	case encodingUTF16BE:
		e = unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM)
	case encoding1252:
		e = charmap.Windows1252
	case encoding1256:
		e = charmap.Windows1256
	default:
		return nil, domain.Errorf(domain.KindInvalid, "The encoding %q is not known.", name)
	}
	return transform.NewReader(r, e.NewDecoder()), nil
}

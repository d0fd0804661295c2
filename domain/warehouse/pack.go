package warehouse

import (
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/klauspost/compress/s2"
)

// A pack is some declarations registered in one month, whole, in one row of table record_pack. Whoever
// derives from all declarations reads packs: one row for many declarations, where the tables have some
// twenty rows for each. The tables stay the truth; a load writes both in its transaction.
//
// The packs of a month divide its identifiers into stretches: a pack holds every declaration of the
// month from its first identifier up to the next pack's first, ascending. Contents, compressed:
//
//	texts that occur again and again: their number, then each with its length
//	declarations, each as packWriter.record writes it
//
// Numbers are variable-length, those that may be negative in zigzag.
const (
	// packLayout changes with what packrecord.go writes, and with the meaning of it.
	packLayout = 1
	// A change costs writing its packs anew, and reading costs a row a pack; this many make neither felt.
	packDeclarations = 64
	// Declarations with very many items make smaller packs.
	packBytes = 256 << 10
	// mostPackBytes bounds what a damaged pack may claim to hold.
	mostPackBytes = 1 << 30
)

// pack is a row of the table.
type pack struct {
	month        int
	first        int64 // identifier
	declarations int
	content      []byte
}

// packWriter fills one pack. It is used again after take.
type packWriter struct {
	codes map[string]uint64
	table []byte // of the codes, in the order of their numbers
	body  []byte
	texts []byte // of the record being written
	field []byte
	first int64
	count int
	whole []byte // to compress from
}

func newPackWriter() *packWriter { return &packWriter{codes: map[string]uint64{}} }

func (w *packWriter) full() bool { return w.count >= packDeclarations || len(w.body) >= packBytes }

// add writes a declaration behind those that are there; its identifier must be greater than theirs. Cargo is left out:
// it belongs to manifests.
func (w *packWriter) add(r *Record) {
	if w.count == 0 {
		w.first = r.ID
	}
	w.count++
	w.texts, w.field = w.texts[:0], w.field[:0]
	w.record(r)
	w.body = binary.AppendUvarint(w.body, uint64(len(w.texts)))
	w.body = append(w.body, w.texts...)
	w.body = append(w.body, w.field...)
}

// take gives the pack and makes room for the next.
func (w *packWriter) take(month int) pack {
	w.whole = binary.AppendUvarint(w.whole[:0], uint64(len(w.codes)))
	w.whole = append(append(w.whole, w.table...), w.body...)
	made := pack{month: month, first: w.first, declarations: w.count, content: s2.Encode(nil, w.whole)}
	clear(w.codes)
	w.table, w.body, w.count = w.table[:0], w.body[:0], 0
	return made
}

// packReader reads packs one after the other.
type packReader struct {
	known *texts
	codes []string
	plain []byte
	fieldReader
}

func newPackReader() *packReader { return &packReader{known: newTexts()} }

var errPack = errors.New("a pack of declarations is damaged")

// open begins a pack; next gives its declarations.
func (p *packReader) open(content []byte) error {
	if n, err := s2.DecodedLen(content); err != nil || n > mostPackBytes {
		return fmt.Errorf("%w: its length is wrong", errPack)
	}
	plain, err := s2.Decode(p.plain[:cap(p.plain)], content)
	if err != nil {
		return fmt.Errorf("%w: %w", errPack, err)
	}
	p.plain = plain
	p.fieldReader = fieldReader{rest: plain}
	p.codes = p.codes[:0]
	for range p.number(1) {
		p.codes = append(p.codes, p.known.of(p.bytes()))
	}
	p.fieldReader.codes = p.codes
	return p.err()
}

// more reports whether the pack has another declaration.
func (p *packReader) more() bool { return !p.broken && len(p.rest) > 0 }

// next reads a declaration into the slot.
func (p *packReader) next(s *slot) error {
	s.clear()
	p.texts = string(p.bytes())
	p.record(s)
	s.found = true
	s.finish()
	return p.err()
}

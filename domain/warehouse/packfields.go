package warehouse

import (
	"encoding/binary"
	"time"

	"assay/domain/declaration"
)

// packWriter's values. Times are kept as the tables keep them: to the microsecond, in UTC.

func (w *packWriter) uint(n uint64) { w.field = binary.AppendUvarint(w.field, n) }

func (w *packWriter) int(n int64) { w.field = binary.AppendVarint(w.field, n) }

func (w *packWriter) bool(b bool) {
	if b {
		w.field = append(w.field, 1)
		return
	}
	w.field = append(w.field, 0)
}

// code writes a text that others have too.
func (w *packWriter) code(text string) {
	if text == "" {
		w.field = append(w.field, 0)
		return
	}
	number, known := w.codes[text]
	if !known {
		number = uint64(len(w.codes)) + 1
		w.codes[text] = number
		w.table = append(binary.AppendUvarint(w.table, uint64(len(text))), text...)
	}
	w.uint(number)
}

// text writes a text of this declaration alone.
func (w *packWriter) text(text string) {
	w.uint(uint64(len(text)))
	w.texts = append(w.texts, text...)
}

func (w *packWriter) textList(all []string) {
	w.uint(uint64(len(all)))
	for _, text := range all {
		w.text(text)
	}
}

func (w *packWriter) intOrNil(n *int64) {
	w.bool(n != nil)
	if n != nil {
		w.int(*n)
	}
}

// instant writes whole seconds, as nearly all are, in half the bytes.
func (w *packWriter) instant(t time.Time) {
	seconds, micro := t.Unix(), int64(t.Nanosecond()/1000)
	seconds -= packEpoch
	if micro == 0 {
		w.int(seconds << 1)
		return
	}
	w.int(seconds<<1 | 1)
	w.uint(uint64(micro))
}

// packEpoch is the second from which times are counted, amid those of today's data.
const packEpoch = 1_750_000_000

func (w *packWriter) day(t time.Time) { w.int(dayNumber(t) - packEpoch/86400) }

func (w *packWriter) dayOrNil(t *time.Time) {
	w.bool(t != nil)
	if t != nil {
		w.day(*t)
	}
}

func (w *packWriter) moment(m declaration.Moment) {
	w.instant(m.At)
	w.code(string(m.Precision))
}

func (w *packWriter) momentOrNil(m *declaration.Moment) {
	w.bool(m != nil)
	if m != nil {
		w.moment(*m)
	}
}

// fieldReader reads values. Behind the end of a damaged pack everything is zero, and broken says so.
type fieldReader struct {
	rest   []byte
	codes  []string
	texts  string // what is left of the record's own
	broken bool
}

func (f *fieldReader) err() error {
	if f.broken {
		return errPack
	}
	return nil
}

func (f *fieldReader) fail() {
	f.broken, f.rest = true, nil
}

func (f *fieldReader) uint() uint64 {
	if len(f.rest) > 0 && f.rest[0] < 0x80 { // nearly all
		n := f.rest[0]
		f.rest = f.rest[1:]
		return uint64(n)
	}
	n, size := binary.Uvarint(f.rest)
	if size <= 0 {
		f.fail()
		return 0
	}
	f.rest = f.rest[size:]
	return n
}

func (f *fieldReader) int() int64 {
	n := f.uint()
	return int64(n>>1) ^ -int64(n&1)
}

// number is how many things follow, each of at least so many bytes.
func (f *fieldReader) number(size int) int {
	n := f.uint()
	if n > uint64(len(f.rest)/size) {
		f.fail()
		return 0
	}
	return int(n)
}

func (f *fieldReader) bytes() []byte {
	n := f.number(1)
	b := f.rest[:n]
	f.rest = f.rest[n:]
	return b
}

func (f *fieldReader) bool() bool { return f.uint() != 0 }

func (f *fieldReader) code() string {
	n := f.uint()
	if n == 0 {
		return ""
	}
	if n > uint64(len(f.codes)) {
		f.fail()
		return ""
	}
	return f.codes[n-1]
}

func (f *fieldReader) text() string {
	n := f.uint()
	if n > uint64(len(f.texts)) {
		f.fail()
		return ""
	}
	text := f.texts[:n]
	f.texts = f.texts[n:]
	return text
}

func (f *fieldReader) textsOrNil() []string {
	n := f.number(1)
	if n == 0 {
		return nil
	}
	all := make([]string, n)
	for i := range all {
		all[i] = f.text()
	}
	return all
}

func (f *fieldReader) intOrNil() *int64 {
	if !f.bool() {
		return nil
	}
	n := f.int()
	return &n
}

func (f *fieldReader) instant() time.Time {
	n := f.int()
	var micro int64
	if n&1 != 0 {
		micro = int64(f.uint())
	}
	return time.Unix(n>>1+packEpoch, micro*1000).UTC()
}

func (f *fieldReader) day() time.Time {
	return time.Unix((f.int()+packEpoch/86400)*86400, 0).UTC()
}

func (f *fieldReader) dayOrNil() *time.Time {
	if !f.bool() {
		return nil
	}
	t := f.day()
	return &t
}

func (f *fieldReader) moment() declaration.Moment {
	at := f.instant()
	return declaration.Moment{At: at, Precision: declaration.Precision(f.code())}
}

func (f *fieldReader) momentOrNil() *declaration.Moment {
	if !f.bool() {
		return nil
	}
	m := f.moment()
	return &m
}

package warehouse

import (
	"encoding/binary"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"
)

// copyRows builds rows in PostgreSQL's binary COPY format. It is written by hand
// because encoding is half of what a load costs the program: values go straight
// from the canonical model into the bytes that are sent.
//
// A value that PostgreSQL cannot hold sets fault, and the document is refused.
type copyRows struct {
	bytes []byte
	fault string // why the document being written cannot be kept; empty when it can
}

var (
	copyHeader  = []byte("PGCOPY\n\xff\r\n\x00\x00\x00\x00\x00\x00\x00\x00\x00")
	copyTrailer = []byte{0xff, 0xff}
)

const (
	oidBool = 16
	oidInt8 = 20
	oidText = 25

	microsecondsTo2000 = 946684800 * 1_000_000
	daysTo2000         = 10957
	earliestYear       = 1
	latestYear         = 9999
)

func (w *copyRows) begin(columns int) {
	w.bytes = binary.BigEndian.AppendUint16(w.bytes, uint16(columns))
}

func (w *copyRows) null() { w.bytes = append(w.bytes, 0xff, 0xff, 0xff, 0xff) }

func (w *copyRows) int64(v int64) {
	w.bytes = append(w.bytes, 0, 0, 0, 8)
	w.bytes = binary.BigEndian.AppendUint64(w.bytes, uint64(v))
}

func (w *copyRows) int64OrNull(v *int64) {
	if v == nil {
		w.null()
		return
	}
	w.int64(*v)
}

func (w *copyRows) int32(field string, v int) {
	if v < -1<<31 || v > 1<<31-1 {
		w.refuse(field, "is too large")
		v = 0
	}
	w.bytes = append(w.bytes, 0, 0, 0, 4)
	w.bytes = binary.BigEndian.AppendUint32(w.bytes, uint32(v))
}

func (w *copyRows) int16(field string, v int) {
	if v < -1<<15 || v > 1<<15-1 {
		w.refuse(field, "is too large")
		v = 0
	}
	w.bytes = append(w.bytes, 0, 0, 0, 2)
	w.bytes = binary.BigEndian.AppendUint16(w.bytes, uint16(v))
}

func (w *copyRows) bool(v bool) {
	if v {
		w.bytes = append(w.bytes, 0, 0, 0, 1, 1)
		return
	}
	w.bytes = append(w.bytes, 0, 0, 0, 1, 0)
}

func (w *copyRows) uuid(v uuid.UUID) {
	w.bytes = append(w.bytes, 0, 0, 0, 16)
	w.bytes = append(w.bytes, v[:]...)
}

func (w *copyRows) raw(v []byte) {
	w.bytes = binary.BigEndian.AppendUint32(w.bytes, uint32(len(v)))
	w.bytes = append(w.bytes, v...)
}

func (w *copyRows) text(field, v string) {
	w.checkText(field, v)
	w.bytes = binary.BigEndian.AppendUint32(w.bytes, uint32(len(v)))
	w.bytes = append(w.bytes, v...)
}

func (w *copyRows) textOrNull(field, v string) {
	if v == "" {
		w.null()
		return
	}
	w.text(field, v)
}

// longestText bounds one text; no field of a declaration comes near it.
const longestText = 1 << 20

func (w *copyRows) checkText(field, v string) {
	switch {
	case len(v) > longestText:
		w.refuse(field, "is longer than a megabyte")
	case strings.IndexByte(v, 0) >= 0:
		w.refuse(field, "contains a zero byte")
	case !utf8.ValidString(v):
		w.refuse(field, "is not valid UTF-8")
	}
}

// shortText bounds what stands in an index: PostgreSQL refuses longer entries.
const shortText = 200

func (w *copyRows) code(field, v string) {
	if len(v) > shortText {
		w.refuse(field, "is longer than 200 bytes")
	}
	w.text(field, v)
}

func (w *copyRows) time(field string, t time.Time) {
	if y := t.Year(); y < earliestYear || y > latestYear {
		w.refuse(field, "is not a time between the years 1 and 9999")
		t = time.Unix(0, 0)
	}
	w.int64(t.Unix()*1_000_000 + int64(t.Nanosecond()/1000) - microsecondsTo2000)
}

func (w *copyRows) timeOrNull(field string, t *time.Time) {
	if t == nil {
		w.null()
		return
	}
	w.time(field, *t)
}

func (w *copyRows) date(field string, t time.Time) {
	if y := t.Year(); y < earliestYear || y > latestYear {
		w.refuse(field, "is not a date between the years 1 and 9999")
		t = time.Unix(0, 0)
	}
	w.bytes = append(w.bytes, 0, 0, 0, 4)
	w.bytes = binary.BigEndian.AppendUint32(w.bytes, uint32(int32(dayNumber(t)-daysTo2000)))
}

func (w *copyRows) dateOrNull(field string, t *time.Time) {
	if t == nil {
		w.null()
		return
	}
	w.date(field, *t)
}

// dayNumber counts days since 1970-01-01 of the date that t shows in its own zone.
func dayNumber(t time.Time) int64 {
	_, offset := t.Zone()
	seconds := t.Unix() + int64(offset)
	day := seconds / 86400
	if seconds%86400 < 0 {
		day--
	}
	return day
}

func (w *copyRows) array(oid uint32, elements int, write func(i int)) {
	start := len(w.bytes)
	w.bytes = append(w.bytes, 0, 0, 0, 0)
	if elements == 0 {
		w.bytes = binary.BigEndian.AppendUint32(w.bytes, 0) // dimensions
		w.bytes = binary.BigEndian.AppendUint32(w.bytes, 0)
		w.bytes = binary.BigEndian.AppendUint32(w.bytes, oid)
	} else {
		w.bytes = binary.BigEndian.AppendUint32(w.bytes, 1)
		w.bytes = binary.BigEndian.AppendUint32(w.bytes, 0) // no nulls
		w.bytes = binary.BigEndian.AppendUint32(w.bytes, oid)
		w.bytes = binary.BigEndian.AppendUint32(w.bytes, uint32(elements))
		w.bytes = binary.BigEndian.AppendUint32(w.bytes, 1) // first index
		for i := range elements {
			write(i)
		}
	}
	binary.BigEndian.PutUint32(w.bytes[start:], uint32(len(w.bytes)-start-4))
}

func (w *copyRows) textsOrNull(field string, v []string) {
	if len(v) == 0 {
		w.null()
		return
	}
	w.array(oidText, len(v), func(i int) { w.text(field, v[i]) })
}

// refuse remembers the first reason only: one is enough to find the row.
func (w *copyRows) refuse(field, why string) {
	if w.fault == "" {
		w.fault = field + " " + why
	}
}

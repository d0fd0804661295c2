package warehouse

import (
	"encoding/binary"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"

	"assay/domain/declaration"
)

// rowReader takes the values of one row, one after the other, in the formats that
// cost the server least: integers and truth values as digits and letters, times, arrays and the rest in
// binary (measured: making the answer is most of a reading's cost). It is written by hand for the same reason as copyRows: a rebuild reads some
// ten million rows, and codes repeat, so each text is made once.
type rowReader struct {
	values [][]byte
	at     int
	texts  *texts
}

// resultFormats asks for the formats that rowReader reads.
var resultFormats = pgx.QueryResultFormatsByOID{
	pgtype.TimestamptzOID: pgx.BinaryFormatCode, pgtype.DateOID: pgx.BinaryFormatCode, pgtype.UUIDOID: pgx.BinaryFormatCode,
	pgtype.TextArrayOID: pgx.BinaryFormatCode, pgtype.Int8ArrayOID: pgx.BinaryFormatCode, pgtype.BoolArrayOID: pgx.BinaryFormatCode,
}

func (r *rowReader) next() []byte {
	v := r.values[r.at]
	r.at++
	return v
}

func (r *rowReader) int64() int64 { return integer(r.next()) }

func (r *rowReader) int64OrNil() *int64 {
	v := r.next()
	if v == nil {
		return nil
	}
	n := integer(v)
	return &n
}

func (r *rowReader) int() int { return int(integer(r.next())) }

func (r *rowReader) bool() bool { return r.next()[0] == 't' }

// integer reads the digits of an integer as the server writes them.
func integer(digits []byte) int64 {
	negative := digits[0] == '-'
	if negative {
		digits = digits[1:]
	}
	var n uint64 // the smallest int64 has no positive counterpart
	for _, digit := range digits {
		n = n*10 + uint64(digit-'0')
	}
	if negative {
		return -int64(n)
	}
	return int64(n)
}

func (r *rowReader) uuid() (id uuid.UUID) {
	copy(id[:], r.next())
	return id
}

// text makes a new text; code gives one that was made before where it can.
func (r *rowReader) text() string { return string(r.next()) }

func (r *rowReader) code() string { return r.texts.of(r.next()) }

func (r *rowReader) time() time.Time { return timeOf(r.next()) }

func timeOf(v []byte) time.Time {
	return time.UnixMicro(int64(binary.BigEndian.Uint64(v)) + microsecondsTo2000).UTC()
}

func (r *rowReader) date() time.Time { return dateOf(r.next()) }

func dateOf(v []byte) time.Time {
	return time.Unix((int64(int32(binary.BigEndian.Uint32(v)))+daysTo2000)*86400, 0).UTC()
}

func (r *rowReader) dateOrNil() *time.Time {
	v := r.next()
	if v == nil {
		return nil
	}
	t := dateOf(v)
	return &t
}

func (r *rowReader) moment() declaration.Moment {
	at := r.time()
	return declaration.Moment{At: at, Precision: declaration.Precision(r.code())}
}

func (r *rowReader) momentOrNil() *declaration.Moment {
	at, precision := r.next(), r.next()
	if at == nil {
		return nil
	}
	return &declaration.Moment{At: timeOf(at), Precision: declaration.Precision(r.texts.of(precision))}
}

// elements gives the number of elements of an array and its values behind the
// header; a null array has none.
func (r *rowReader) elements() (int, arrayReader) {
	v := r.next()
	if len(v) < 20 {
		return 0, arrayReader{}
	}
	return int(binary.BigEndian.Uint32(v[12:])), arrayReader{v[20:]}
}

type arrayReader struct{ rest []byte }

func (a *arrayReader) next() []byte {
	n := binary.BigEndian.Uint32(a.rest)
	if n == 0xffffffff {
		a.rest = a.rest[4:]
		return nil
	}
	v := a.rest[4 : 4+n]
	a.rest = a.rest[4+n:]
	return v
}

func (r *rowReader) textsOrNil() []string {
	n, array := r.elements()
	if n == 0 {
		return nil
	}
	all := make([]string, n)
	for i := range all {
		all[i] = string(array.next())
	}
	return all
}

// texts makes each text once, within a bound.
type texts struct{ known map[string]string }

const mostTexts = 1 << 16

func newTexts() *texts { return &texts{known: make(map[string]string, 1024)} }

func (t *texts) of(v []byte) string {
	if len(v) == 0 {
		return ""
	}
	if text, ok := t.known[string(v)]; ok {
		return text
	}
	if len(t.known) >= mostTexts {
		clear(t.known)
	}
	text := string(v)
	t.known[text] = text
	return text
}

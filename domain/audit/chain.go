package audit

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"strconv"
)

// encodings name the ways in which a row becomes bytes, by form. A new way gets a new form,
// so that rows hashed in the old way can still be verified.
var encodings = map[int]string{1: "assay-audit-1", 2: "assay-audit-2"}

// currentForm is the form of new rows.
const currentForm = 2

// atForm is how a time enters the hash: UTC, microseconds, which is what PostgreSQL keeps.
const atForm = "2006-01-02T15:04:05.000000Z"

// beginning is the hash before the first row of every chain.
var beginning = make([]byte, sha256.Size)

// digest is the SHA-256 over the fields in fixed order, each as its length in bytes
// in decimal, a colon and the bytes, so that no two rows read alike. A state
// that does not exist is a single hyphen without a length. A row of unknown form has no digest.
func (r *Row) digest() []byte {
	encoding, known := encodings[r.Form]
	if !known {
		return nil
	}
	var b []byte
	field := func(text string) {
		b = strconv.AppendInt(b, int64(len(text)), 10)
		b = append(b, ':')
		b = append(b, text...)
	}
	state := func(text json.RawMessage) {
		if text == nil {
			b = append(b, '-')
			return
		}
		field(string(text))
	}
	field(encoding)
	field(r.Tenant.String())
	field(strconv.FormatInt(r.Sequence, 10))
	field(r.At.UTC().Format(atForm))
	field(r.Actor)
	field(r.Capacity)
	if r.Form > 1 {
		field(r.Engagement)
	}
	field(r.Action)
	field(r.Object)
	state(r.Before)
	state(r.After)
	field(r.Origin)
	if r.Form > 1 {
		field(r.Session)
		field(r.Request)
	}
	field(hex.EncodeToString(r.Previous))
	sum := sha256.Sum256(b)
	return sum[:]
}

// whole reports whether a row matches its own hash. Form 1 has no place for the newer fields:
// a row of that form that carries any was changed.
func (r *Row) whole() bool {
	if r.Form == 1 && r.Engagement+r.Session+r.Request != "" {
		return false
	}
	own := r.digest()
	return own != nil && bytes.Equal(own, r.Hash)
}

// verifier walks a chain from its first row, or from the first row of a file.
type verifier struct {
	report    Report
	hash      []byte // of the row before; nil when the walk may begin anywhere
	selection bool   // rows may be left out
	noted     *Head
}

func newVerifier(noted *Head) *verifier { return &verifier{hash: beginning, noted: noted} }

// next takes the next row by sequence; it is false when the row does not fit and the
// walk is over.
func (v *verifier) next(r *Row) bool {
	v.report.Records++
	if v.report.First == 0 {
		v.report.First = r.Sequence
	}
	follows := r.Sequence == v.report.LastSequence+1
	switch {
	case !r.whole():
		v.report.Problem = Changed
	case r.Sequence <= v.report.LastSequence:
		v.report.Problem = Unlinked // a place that was passed already
	case v.hash == nil: // the first row of a file
	case !follows && !v.selection:
		v.report.Problem = Missing
	case follows && !bytes.Equal(r.Previous, v.hash):
		v.report.Problem = Unlinked
	}
	if v.report.Problem == Intact && v.noted != nil && r.Sequence == v.noted.Sequence && !bytes.Equal(r.Hash, v.noted.Hash) {
		v.report.Problem = Rewritten
	}
	if v.report.Problem != Intact {
		v.report.FirstBroken = r.Sequence
		return false
	}
	v.report.LastSequence, v.report.LastHash, v.hash = r.Sequence, r.Hash, r.Hash
	return true
}

// end compares the end of the walk with what is known of the end from elsewhere.
func (v *verifier) end(kept *Head) Report {
	if v.report.Problem != Intact {
		return v.report
	}
	last := v.report.LastSequence
	broken := func(problem Problem, at int64) Report {
		v.report.Problem, v.report.FirstBroken = problem, at
		return v.report
	}
	if v.noted != nil && v.noted.Sequence > last && !v.selection {
		return broken(Truncated, last+1)
	}
	if kept == nil {
		return v.report
	}
	switch {
	case kept.Sequence > last:
		return broken(Truncated, last+1)
	case kept.Sequence < last:
		return broken(Appended, kept.Sequence+1)
	case last > 0 && !bytes.Equal(kept.Hash, v.report.LastHash):
		return broken(Rewritten, last)
	}
	return v.report
}

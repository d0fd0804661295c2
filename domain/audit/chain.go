package audit

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"strconv"
	"time"

	"assay/domain"
)

// encoding names the way in which a row becomes bytes. A new way gets a new name,
// so that rows hashed in the old way can still be verified.
const encoding = "assay-audit-1"

// atForm is how a time enters the hash: UTC, microseconds, which is what PostgreSQL keeps.
const atForm = "2006-01-02T15:04:05.000000Z"

// link is one row with what ties it to the row before.
type link struct {
	tenant   domain.TenantID
	sequence int64
	at       time.Time
	actor    string
	capacity string
	action   string
	object   string
	before   *string // JSON in the text form of PostgreSQL's jsonb
	after    *string
	origin   string
	previous []byte
	hash     []byte
}

// beginning is the hash before the first row of every chain.
var beginning = make([]byte, sha256.Size)

// digest is the SHA-256 over the fields in fixed order, each as its length in bytes
// in decimal, a colon and the bytes, so that no two rows read alike. A state
// that does not exist is a single hyphen without a length.
func (l *link) digest() []byte {
	var b []byte
	field := func(text string) {
		b = strconv.AppendInt(b, int64(len(text)), 10)
		b = append(b, ':')
		b = append(b, text...)
	}
	state := func(text *string) {
		if text == nil {
			b = append(b, '-')
			return
		}
		field(*text)
	}
	field(encoding)
	field(l.tenant.String())
	field(strconv.FormatInt(l.sequence, 10))
	field(l.at.UTC().Format(atForm))
	field(l.actor)
	field(l.capacity)
	field(l.action)
	field(l.object)
	state(l.before)
	state(l.after)
	field(l.origin)
	field(hex.EncodeToString(l.previous))
	sum := sha256.Sum256(b)
	return sum[:]
}

// verifier walks a chain from its first row.
type verifier struct {
	report Report
	hash   []byte // of the row before
}

func newVerifier() *verifier { return &verifier{hash: beginning} }

// next takes the next row by sequence; it is false when the row does not fit and the
// walk is over.
func (v *verifier) next(l *link) bool {
	v.report.Records++
	switch {
	case !bytes.Equal(l.digest(), l.hash):
		v.report.Problem = Changed
	case l.sequence != v.report.LastSequence+1:
		v.report.Problem = Missing
	case !bytes.Equal(l.previous, v.hash):
		v.report.Problem = Unlinked
	default:
		v.report.LastSequence, v.report.LastHash, v.hash = l.sequence, l.hash, l.hash
		return true
	}
	v.report.FirstBroken = l.sequence
	return false
}

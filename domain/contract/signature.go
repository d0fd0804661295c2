package contract

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"strconv"
	"time"

	"github.com/google/uuid"

	"assay/domain"
)

// signatureForm names the way in which a signature becomes bytes.
const signatureForm = "assay-signature-1"

// signatureTime is how times enter the hash: UTC, microseconds, which is what PostgreSQL keeps.
const signatureTime = "2006-01-02T15:04:05.000000Z"

// Signature is one person's signature under one text. Rows are never changed; each
// is hashed over the one before it in the administration.
type Signature struct {
	Sequence    int64 // from 1, without gaps
	Contract    uuid.UUID
	Text        int
	TextHash    []byte
	Slot        int
	Side        Side
	Account     uuid.UUID
	Name        string
	Post        string
	InPlaceOf   string // the signatory's name when a deputy signed
	Method      string // how the signer confirmed: totp, security_key
	ConfirmedAt time.Time
	Sitting     uuid.UUID // zero outside a sitting
	SignedAt    time.Time
	Origin      string
	Previous    []byte
	Hash        []byte
}

// signatureBeginning stands before the first signature of an administration.
var signatureBeginning = make([]byte, sha256.Size)

// digest is the SHA-256 over all fields in fixed order, each with its length before it.
func (s *Signature) digest(tenant domain.TenantID) []byte {
	var b []byte
	for _, field := range []string{
		signatureForm, tenant.String(), strconv.FormatInt(s.Sequence, 10), s.Contract.String(), strconv.Itoa(s.Text), hex.EncodeToString(s.TextHash),
		strconv.Itoa(s.Slot), string(s.Side), s.Account.String(), s.Name, s.Post, s.InPlaceOf, s.Method,
		s.ConfirmedAt.UTC().Format(signatureTime), s.Sitting.String(), s.SignedAt.UTC().Format(signatureTime), s.Origin, hex.EncodeToString(s.Previous),
	} {
		b = strconv.AppendInt(b, int64(len(field)), 10)
		b = append(b, ':')
		b = append(b, field...)
	}
	sum := sha256.Sum256(b)
	return sum[:]
}

// SignatureReport is what VerifySignatures found.
type SignatureReport struct {
	Signatures int64  // read, all of them when nothing is wrong
	Texts      int64  // texts whose bytes were hashed again
	Broken     int64  // sequence of the first signature that does not fit; 0 for none
	Problem    string // changed, missing, unlinked, other_text
	Contract   uuid.UUID
	Text       int // with a problem of a text: the text whose bytes do not give its hash
}

// Intact reports whether nothing is wrong.
func (r SignatureReport) Intact() bool { return r.Problem == "" }

// chain walks signatures in their order.
type chain struct {
	tenant   domain.TenantID
	last     int64
	previous []byte
}

// next gives the problem of the next signature, empty for none. textHash is what
// the signed text's bytes give now.
func (c *chain) next(s *Signature, textHash []byte) string {
	problem := ""
	switch {
	case !bytes.Equal(s.digest(c.tenant), s.Hash):
		problem = "changed"
	case s.Sequence != c.last+1:
		problem = "missing"
	case !bytes.Equal(s.Previous, c.previous):
		problem = "unlinked"
	case !bytes.Equal(s.TextHash, textHash):
		problem = "other_text"
	}
	c.last, c.previous = s.Sequence, s.Hash
	return problem
}

package contract

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"time"

	"assay/domain"
	"assay/domain/paper"
)

// PaperVerdict is what a contract on paper says after everything in it was found true.
type PaperVerdict struct {
	Document    *Document
	Hash        []byte // SHA-256 of the text that was signed
	Signers     []string
	SealedAt    time.Time
	SealedBy    string // of the certificate; compare its fingerprint with the administration's
	Fingerprint string // SHA-256 of the certificate, hexadecimal
}

// VerifyPaper checks the PDF of a signed contract without a server: the seal over every byte, the
// canonical text inside, and that every place that the text names has a signature under exactly this text. A file of
// which anything was changed is KindInvalid, with a sentence that says what is wrong.
// Who holds the certificate it cannot know: fingerprint, when not empty, is the administration's.
func VerifyPaper(pdf []byte, fingerprint string) (*PaperVerdict, error) {
	sealed, err := paper.Verify(pdf)
	if err != nil {
		return nil, err
	}
	if len(sealed.Files) != 2 {
		return nil, domain.Errorf(domain.KindInvalid, "the file is sealed but is no contract: it has %d files inside, a contract has two", len(sealed.Files))
	}
	document, err := ParseDocument(sealed.Files[0])
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(sealed.Files[0])
	v := &PaperVerdict{Document: document, Hash: sum[:], SealedAt: sealed.At, SealedBy: sealed.Certificate.Subject.CommonName, Fingerprint: paper.Fingerprint(sealed.Certificate)}
	var signatures []paperSignature
	decoder := json.NewDecoder(bytes.NewReader(sealed.Files[1]))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&signatures); err != nil {
		return nil, domain.Wrap(domain.KindInvalid, err, "the signatures inside the file cannot be read")
	}
	signed := map[int]bool{}
	for _, s := range signatures {
		if s.TextHash != hex.EncodeToString(v.Hash) {
			return nil, domain.Errorf(domain.KindInvalid, "%s has signed another text than the one inside the file", s.Name)
		}
		signed[s.Slot] = true
		v.Signers = append(v.Signers, s.Name)
	}
	for _, place := range document.Signatories {
		if !signed[place.Slot] {
			return nil, domain.Errorf(domain.KindInvalid, "the signature of %s (%s) is missing", place.Name, place.Post)
		}
	}
	if fingerprint != "" && fingerprint != v.Fingerprint {
		return nil, domain.Errorf(domain.KindInvalid, "the seal is true but of another certificate: %s, not %s", v.Fingerprint, fingerprint)
	}
	return v, nil
}

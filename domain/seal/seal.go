// Package seal keeps the keys that administrations seal their documents with: contracts, letters and whatever
// else leaves the system as a file that must prove itself. The private key is encrypted in the
// database, or stands in a file of the server, or never leaves a PKCS #11 token.
package seal

import (
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/google/uuid"

	"assay/domain"
	"assay/domain/paper"
)

// Place says where the private part of a key is.
type Place string

// The places.
const (
	InDatabase Place = "database" // sealed with the installation's key
	InFile     Place = "file"     // readable by the program alone
	OnToken    Place = "token"    // reached through PKCS #11
)

// Places lists the places.
var Places = []Place{InDatabase, InFile, OnToken}

// Key is a key as people see it: without its private part.
type Key struct {
	ID           uuid.UUID
	Place        Place
	Certificates []byte // PEM, the key's own first
	Subject      string // of the certificate
	Issuer       string
	Own          bool   // certified by itself: readers must be given the certificate to know it
	Fingerprint  string // SHA-256 of the certificate, hexadecimal
	ValidFrom    time.Time
	ValidTo      time.Time
	AddedAt      time.Time
	AddedBy      string
	RetiredAt    time.Time // zero for the one in use
	RetiredBy    string

	path, tokenKey string
	sealed         []byte
}

// InUse reports whether new documents are sealed with the key.
func (k *Key) InUse() bool { return k.RetiredAt.IsZero() }

// Author is who adds a key, and from where.
type Author struct {
	SignInName string
	Capacity   string
	Origin     string
}

// TokenInput names a key on a token.
type TokenInput struct {
	Module string // the token's library
	ID     string // of the key, hexadecimal
	PIN    string
}

// usualYears is how long a key of our own making is valid.
const usualYears = 5

// tokenProgram reaches tokens; Debian's package opensc has it.
const tokenProgram = "pkcs11-tool" //nolint:gosec // the name of a program

// purpose binds what is sealed to its row.
func purpose(tenant domain.TenantID, id uuid.UUID) string {
	return "seal key " + tenant.String() + " " + id.String()
}

// newKey describes a key from its certificates.
func newKey(place Place, k *paper.Key) *Key {
	c := k.Certificate
	return &Key{ID: domain.NewID(), Place: place, Certificates: k.Certificates(), Subject: c.Subject.CommonName, Issuer: c.Issuer.CommonName, Own: string(c.RawSubject) == string(c.RawIssuer),
		Fingerprint: k.Fingerprint(), ValidFrom: c.NotBefore.UTC(), ValidTo: c.NotAfter.UTC()}
}

// readPrivate reads a private key file, PKCS #8 in PEM or DER. A file that others can read is refused: a key that
// everybody on the machine can copy proves nothing.
func readPrivate(path string) ([]byte, error) {
	if !filepath.IsAbs(path) {
		return nil, domain.Errorf(domain.KindInvalid, "give the whole path of the file with the private key")
	}
	info, err := os.Stat(path)
	if err != nil {
		return nil, domain.Wrap(domain.KindNotReady, err, "the file with the administration's private key cannot be read")
	}
	if info.Mode().Perm()&0o077 != 0 {
		return nil, domain.Errorf(domain.KindInvalid, "the file with the private key can be read by others; let its owner alone read it (chmod 600)")
	}
	const most = 64 << 10
	if info.Size() > most {
		return nil, domain.Errorf(domain.KindInvalid, "the file with the private key is too long for one")
	}
	content, err := os.ReadFile(path) //nolint:gosec // the operator of the installation names it, never a page
	if err != nil {
		return nil, domain.Wrap(domain.KindNotReady, err, "the file with the administration's private key cannot be read")
	}
	if block, _ := pem.Decode(content); block != nil {
		if block.Type != "PRIVATE KEY" {
			return nil, domain.Errorf(domain.KindInvalid, "the private key must be PKCS #8 without a password; openssl pkcs8 -topk8 -nocrypt makes it so")
		}
		return block.Bytes, nil
	}
	return content, nil
}

// parse reads the first certificate of a kept key.
func (k *Key) parse() error {
	block, _ := pem.Decode(k.Certificates)
	if block == nil {
		return fmt.Errorf("key %s has no certificate", k.ID)
	}
	c, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		return fmt.Errorf("read the certificate of key %s: %w", k.ID, err)
	}
	k.Subject, k.Issuer, k.Own = c.Subject.CommonName, c.Issuer.CommonName, string(c.RawSubject) == string(c.RawIssuer)
	return nil
}

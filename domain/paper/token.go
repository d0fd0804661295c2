package paper

import (
	"bytes"
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/rsa"
	"crypto/sha256"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"assay/domain"
)

// Token is a private key that never leaves a PKCS #11 token (a smart card, a security module).
// It is reached through pkcs11-tool of OpenSC, a program of its own, so that a module's faults
// are not this process's, and this process needs no C.
type Token struct {
	Program string // pkcs11-tool; found in PATH when it is only a name
	Module  string // the token's library
	ID      string // of the key on the token, hexadecimal; labels are not looked at when a token signs
	PIN     string // never among the program's arguments, where other users could read it
	Limit   time.Duration
	public  crypto.PublicKey
}

// NewTokenKey is the key of a token with the certificates in PEM, the key's own first.
func NewTokenKey(token Token, certificates []byte) (*Key, error) {
	key, err := ReadCertificates(certificates)
	if err != nil {
		return nil, err
	}
	token.public = key.Certificate.PublicKey
	if _, _, err := token.mechanism(); err != nil {
		return nil, err
	}
	key.Signer = &token
	return key, key.check()
}

// Public is the public key of the certificate.
func (t *Token) Public() crypto.PublicKey { return t.public }

// mechanism is what the token is asked for, and whether the digest must be wrapped first.
func (t *Token) mechanism() (name string, wrapped bool, err error) {
	switch t.public.(type) {
	case *ecdsa.PublicKey:
		return "ECDSA", false, nil
	case *rsa.PublicKey:
		return "RSA-PKCS", true, nil
	}
	return "", false, domain.Errorf(domain.KindInvalid, "a token's key must be RSA or ECDSA")
}

// digestPrefix says that a SHA-256 digest follows (RFC 8017, section 9.2, note 1).
var digestPrefix = []byte{0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00, 0x04, 0x20}

// pinVariable carries the PIN to the program.
const pinVariable = "ASSAY_TOKEN_PIN"

// Sign has the token sign a SHA-256 digest.
func (t *Token) Sign(_ io.Reader, digest []byte, options crypto.SignerOpts) ([]byte, error) {
	if options.HashFunc() != crypto.SHA256 || len(digest) != sha256.Size {
		return nil, fmt.Errorf("sign with the token: only SHA-256 is used")
	}
	mechanism, wrapped, err := t.mechanism()
	if err != nil {
		return nil, err
	}
	if wrapped {
		digest = append(bytes.Clone(digestPrefix), digest...)
	}
	directory, err := os.MkdirTemp("", "assay-token-")
	if err != nil {
		return nil, fmt.Errorf("sign with the token: %w", err)
	}
	defer func() { _ = os.RemoveAll(directory) }()
	input, output := filepath.Join(directory, "digest"), filepath.Join(directory, "signature")
	if err := os.WriteFile(input, digest, 0o600); err != nil {
		return nil, fmt.Errorf("sign with the token: %w", err)
	}
	arguments := []string{"--module", t.Module, "--login", "--pin", "env:" + pinVariable, "--sign", "--mechanism", mechanism,
		"--id", t.ID, "--input-file", input, "--output-file", output}
	if !wrapped {
		arguments = append(arguments, "--signature-format", "openssl")
	}
	ctx, cancel := context.WithTimeout(context.Background(), max(t.Limit, 10*time.Second))
	defer cancel()
	command := exec.CommandContext(ctx, t.Program, arguments...) //nolint:gosec // the program is the operator's choice, the arguments are ours
	command.Env = append(os.Environ(), pinVariable+"="+t.PIN)
	if said, err := command.CombinedOutput(); err != nil {
		return nil, domain.Wrap(domain.KindNotReady, fmt.Errorf("%w: %s", err, said), "the token with the administration's key does not answer; see that it is in place and its PIN is right")
	}
	signature, err := os.ReadFile(output) //nolint:gosec // in a directory that we have made
	if err != nil {
		return nil, fmt.Errorf("read the token's signature: %w", err)
	}
	if !t.fits(digest, signature) {
		return nil, domain.Errorf(domain.KindConflict, "the token signed with another key than the certificate's")
	}
	return signature, nil
}

func (t *Token) fits(digest, signature []byte) bool {
	switch public := t.public.(type) {
	case *ecdsa.PublicKey:
		return ecdsa.VerifyASN1(public, digest, signature)
	case *rsa.PublicKey:
		return rsa.VerifyPKCS1v15(public, crypto.SHA256, bytes.TrimPrefix(digest, digestPrefix), signature) == nil
	}
	return false
}

// Package secret seals what must be read again but not by who reads the database or a
// backup of it: secrets of second factors, of identity providers, and the ends of links in
// letters. The key belongs to the installation and stands outside the database.
package secret

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"assay/domain"
)

// keyLength is that of AES-256.
const keyLength = 32

// errNoKey is the error of everything that needs a key where none was given.
var errNoKey = domain.Errorf(domain.KindNotReady, "the installation has no secret key yet; its operator sets ASSAY_SECRET_KEY")

// Keys are the installation's keys: the first seals, all of them open, so that a key
// can be exchanged by putting a new one before it. A nil Keys seals nothing: its verbs
// answer KindNotReady.
type Keys struct {
	ciphers []cipher.AEAD
	sign    [][]byte
}

// Parse reads keys separated by commas, each 32 bytes in base64 (openssl rand -base64 32).
// The error never repeats what was given.
func Parse(text string) (*Keys, error) {
	k := &Keys{}
	for i, part := range strings.Split(text, ",") {
		key, err := base64.StdEncoding.DecodeString(strings.TrimSpace(part))
		if err != nil || len(key) != keyLength {
			return nil, domain.Errorf(domain.KindInvalid, "secret key %d is not 32 bytes in base64; make one with: openssl rand -base64 32", i+1)
		}
		if err := k.add(key); err != nil {
			return nil, err
		}
	}
	return k, nil
}

// New makes a random key that lives as long as the process, for tests.
func New() *Keys {
	k := &Keys{}
	key := make([]byte, keyLength)
	_, _ = rand.Read(key) // never fails; see crypto/rand
	_ = k.add(key)        // the length is right
	return k
}

// LoadOrCreate reads the key of a file, and makes one for the owner alone where there is none.
func LoadOrCreate(path string) (*Keys, error) {
	content, err := os.ReadFile(path) //nolint:gosec // the operator says where the data are
	if err == nil {
		return Parse(string(content))
	}
	if !errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("read the secret key: %w", err)
	}
	key := make([]byte, keyLength)
	_, _ = rand.Read(key) // never fails; see crypto/rand
	text := base64.StdEncoding.EncodeToString(key) + "\n"
	// Written beside and linked into place: two processes that start at once must not both
	// believe in a key of their own.
	draft, err := os.CreateTemp(filepath.Dir(path), ".secret-*")
	if err != nil {
		return nil, fmt.Errorf("make the secret key: %w", err)
	}
	defer func() { _ = os.Remove(draft.Name()) }()
	_, err = draft.WriteString(text)
	if err = errors.Join(err, draft.Sync(), draft.Close()); err != nil {
		return nil, fmt.Errorf("write the secret key: %w", err)
	}
	if err := os.Link(draft.Name(), path); err != nil && !errors.Is(err, os.ErrExist) {
		return nil, fmt.Errorf("write the secret key: %w", err)
	}
	content, err = os.ReadFile(path) //nolint:gosec // as above
	if err != nil {
		return nil, fmt.Errorf("read the secret key: %w", err)
	}
	return Parse(string(content))
}

// add derives one key for sealing and one for signing, so that neither use weakens the other.
func (k *Keys) add(key []byte) error {
	block, err := aes.NewCipher(derive(key, "seal"))
	if err != nil {
		return fmt.Errorf("prepare the secret key: %w", err)
	}
	aead, err := cipher.NewGCM(block)
	if err != nil {
		return fmt.Errorf("prepare the secret key: %w", err)
	}
	k.ciphers = append(k.ciphers, aead)
	k.sign = append(k.sign, derive(key, "sign"))
	return nil
}

func derive(key []byte, use string) []byte {
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte("assay " + use))
	return mac.Sum(nil)
}

// Seal encrypts a secret for a purpose (what it is and whose): sealed for one purpose, it
// cannot be opened for another, so rows of a table cannot be exchanged.
func (k *Keys) Seal(purpose string, plain []byte) ([]byte, error) {
	if k == nil {
		return nil, errNoKey
	}
	aead := k.ciphers[0]
	nonce := make([]byte, aead.NonceSize())
	_, _ = rand.Read(nonce) // never fails; see crypto/rand
	return aead.Seal(nonce, nonce, plain, []byte(purpose)), nil
}

// Open decrypts what was sealed for the purpose. What was sealed with a key that is no longer
// given, or was changed, is KindInternal.
func (k *Keys) Open(purpose string, sealed []byte) ([]byte, error) {
	if k == nil {
		return nil, errNoKey
	}
	for _, aead := range k.ciphers {
		if len(sealed) < aead.NonceSize() {
			break
		}
		plain, err := aead.Open(nil, sealed[:aead.NonceSize()], sealed[aead.NonceSize():], []byte(purpose))
		if err == nil {
			return plain, nil
		}
	}
	return nil, domain.Errorf(domain.KindInternal, "a secret of the database does not open: it was sealed with a key that this installation no longer has")
}

// Sign gives a code that only this installation can make for a text of a purpose.
func (k *Keys) Sign(purpose, text string) []byte { return signature(k.sign[0], purpose, text) }

// Signed reports, in constant time, whether a code is the one for the text.
func (k *Keys) Signed(purpose, text string, code []byte) bool {
	for _, key := range k.sign {
		if hmac.Equal(signature(key, purpose, text), code) {
			return true
		}
	}
	return false
}

func signature(key []byte, purpose, text string) []byte {
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(purpose + "\x00" + text))
	return mac.Sum(nil)
}

package account

import (
	"crypto/rand"
	"encoding/base64"
)

// newLinkSecret is the secret end of a link in a letter: 256 random bits. Only its hash is kept.
func newLinkSecret() string {
	var random [32]byte
	_, _ = rand.Read(random[:]) // never fails; see crypto/rand
	return base64.RawURLEncoding.EncodeToString(random[:])
}

package account

import (
	"crypto/rand"
	"encoding/base64"
	"strings"

	"github.com/google/uuid"
)

const devicePurpose = "device of past success"

// newDevice makes the cookie that a browser gets when somebody has signed in on it: it opens
// nothing, but what strangers try elsewhere does not close the sign-in on this device.
func (s *Service) newDevice(account uuid.UUID) string {
	var random [12]byte
	_, _ = rand.Read(random[:]) // never fails; see crypto/rand
	text := account.String() + "." + base64.RawURLEncoding.EncodeToString(random[:])
	return text + "." + base64.RawURLEncoding.EncodeToString(s.signer.Sign(devicePurpose, text))
}

// knownDevice gives the number of a device on which the account has signed in before; false for
// every other cookie.
func (s *Service) knownDevice(cookie string, account uuid.UUID) (number string, known bool) {
	if len(cookie) > 200 {
		return "", false
	}
	end := strings.LastIndexByte(cookie, '.')
	if end < 0 {
		return "", false
	}
	text := cookie[:end]
	code, err := base64.RawURLEncoding.DecodeString(cookie[end+1:])
	if err != nil || !s.signer.Signed(devicePurpose, text, code) {
		return "", false
	}
	owner, number, found := strings.Cut(text, ".")
	return number, found && owner == account.String()
}

package account

import (
	"time"

	"github.com/google/uuid"

	"assay/domain"
)

// Method is how a person has shown who they are beyond the password.
type Method string

// The methods.
const (
	MethodAuthenticator Method = "authenticator" // a one-time code (RFC 6238)
	MethodPasskey       Method = "passkey"       // WebAuthn
	MethodRecovery      Method = "recovery"      // one of the ten codes kept on paper
	MethodProvider      Method = "provider"      // shown to the administration's identity provider, which the administration believes; proves nothing for a signature
)

// Factors are what an account has for its second factor.
type Factors struct {
	Authenticator bool
	Passkeys      []Passkey
	RecoveryLeft  int // unused recovery codes
}

// Any reports whether the account has a second factor at all. Recovery codes alone are none.
func (f Factors) Any() bool { return f.Authenticator || len(f.Passkeys) > 0 }

// Answer is what a person gives when asked for a fresh second factor: a code (of the
// authenticator or a recovery code), or the answer of a passkey to a challenge.
type Answer struct {
	Code      string
	Passkey   []byte // the browser's answer as JSON
	Challenge Challenge
}

// Proof says who has just shown a second factor, how and when. A signature keeps it.
type Proof struct {
	Account uuid.UUID `json:"account"`
	Method  Method    `json:"method"`
	// Detail names the passkey; empty for codes.
	Detail string    `json:"detail,omitempty"`
	At     time.Time `json:"at"`
}

// Errors of the second factor that pages know by their key.
var (
	errWrongFactor = &domain.Error{Kind: domain.KindUnauthenticated, Key: "factor.wrong", Message: "the code or passkey is not right"}
	// ErrNoFactor is the error of who has no second factor where one is asked for.
	ErrNoFactor = &domain.Error{Kind: domain.KindForbidden, Key: "factor.none", Message: "set up a second factor on your account's page first"}
	// ErrFactorRequired is the error of an administration that wants a second factor which the
	// person has not set up, or has not signed in with.
	ErrFactorRequired    = &domain.Error{Kind: domain.KindForbidden, Key: "factor.required", Message: "this administration asks for a second factor: set one up on your account's page"}
	errTooManyOfFactor   = &domain.Error{Kind: domain.KindTooMany, Key: "factor.too_many", Message: "too many wrong codes; wait an hour, or use a passkey"}
	errChallengeOutdated = &domain.Error{Kind: domain.KindConflict, Key: "factor.outdated", Message: "the request for the passkey is too old; open the page again"}
)

// Bounds of guessing a code whose password is known: ten an hour against a million codes, of
// which three are right at a time.
const (
	factorFailuresAllowed = 10
	factorFailureWindow   = time.Hour
)

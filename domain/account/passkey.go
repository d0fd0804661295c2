package account

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net"
	"net/url"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"
	"github.com/google/uuid"

	"assay/domain"
	"assay/domain/notice"
	"assay/domain/store"
)

// Bounds of passkeys.
const (
	maximalPasskeys  = 10
	maximalResponse  = 32 << 10 // bytes of a browser's answer
	challengeLasts   = 5 * time.Minute
	challengeTimeout = 2 * time.Minute
)

// Passkey is a WebAuthn credential as its owner sees it.
type Passkey struct {
	ID        uuid.UUID
	Name      string
	CreatedAt time.Time
	UsedAt    *time.Time
}

// Site is the address under which browsers see this installation, "https://assay.customs.example".
// A passkey works only at the site where it was made.
type Site string

// Passkeys reports whether browsers allow passkeys at the site: over HTTPS or at localhost, and
// never at a bare IP address.
func (s Site) Passkeys() bool {
	u, err := url.Parse(string(s))
	if err != nil || u.Hostname() == "" || net.ParseIP(u.Hostname()) != nil {
		return false
	}
	return u.Scheme == "https" || u.Hostname() == "localhost" || strings.HasSuffix(u.Hostname(), ".localhost")
}

func (s Site) party() (*webauthn.WebAuthn, error) {
	if !s.Passkeys() {
		return nil, domain.Errorf(domain.KindInvalid, "passkeys need an address with HTTPS and a name")
	}
	u, err := url.Parse(string(s))
	if err != nil {
		return nil, domain.Wrap(domain.KindInvalid, err, "the address of the installation cannot be read")
	}
	party, err := webauthn.New(&webauthn.Config{RPID: u.Hostname(), RPDisplayName: "Assay", RPOrigins: []string{u.Scheme + "://" + u.Host},
		AttestationPreference: protocol.PreferNoAttestation,
		Timeouts:              webauthn.TimeoutsConfig{Login: webauthn.TimeoutConfig{Timeout: challengeTimeout}, Registration: webauthn.TimeoutConfig{Timeout: challengeTimeout}}})
	if err != nil {
		return nil, fmt.Errorf("prepare passkeys: %w", err)
	}
	return party, nil
}

// Challenge is a question put to a browser. It is kept in the session, given to the browser
// as Options, and answered once.
type Challenge struct {
	Site    Site
	Options []byte // JSON for navigator.credentials
	Session []byte
	Made    time.Time
}

// holder is an account as the library wants it.
type holder struct {
	id          uuid.UUID
	name, title string
	credentials []webauthn.Credential
}

func (h *holder) WebAuthnID() []byte                         { return h.id[:] }
func (h *holder) WebAuthnName() string                       { return h.name }
func (h *holder) WebAuthnDisplayName() string                { return h.title }
func (h *holder) WebAuthnCredentials() []webauthn.Credential { return h.credentials }

// findHolder reads an account with its passkeys.
func findHolder(tx *store.Tx, account uuid.UUID) (*holder, []passkeyRow, error) {
	person, err := findAccount(tx, `account_id = ?`, account)
	if err != nil {
		return nil, nil, err
	}
	if person == nil {
		return nil, nil, domain.Errorf(domain.KindNotFound, "there is no such account")
	}
	rows, err := findPasskeys(tx, account)
	if err != nil {
		return nil, nil, err
	}
	h := &holder{id: account, name: person.SignInName, title: person.Name}
	for _, row := range rows {
		var c webauthn.Credential
		if err := json.Unmarshal([]byte(row.Credential), &c); err != nil {
			return nil, nil, fmt.Errorf("read passkey %s: %w", row.PasskeyID, err)
		}
		h.credentials = append(h.credentials, c)
	}
	return h, rows, nil
}

// BeginPasskey asks a browser to make a passkey.
func (s *Service) BeginPasskey(ctx context.Context, account uuid.UUID, site Site) (Challenge, error) {
	party, err := site.party()
	if err != nil {
		return Challenge{}, err
	}
	h, err := s.holder(ctx, account)
	if err != nil {
		return Challenge{}, err
	}
	if len(h.credentials) >= maximalPasskeys {
		return Challenge{}, domain.Errorf(domain.KindTooMany, "an account has at most %d passkeys; remove one first", maximalPasskeys)
	}
	exclude := make([]protocol.CredentialDescriptor, len(h.credentials))
	for i, c := range h.credentials {
		exclude[i] = c.Descriptor()
	}
	options, session, err := party.BeginRegistration(h, webauthn.WithExclusions(exclude),
		webauthn.WithAuthenticatorSelection(protocol.AuthenticatorSelection{ResidentKey: protocol.ResidentKeyRequirementPreferred, UserVerification: protocol.VerificationPreferred}))
	if err != nil {
		return Challenge{}, fmt.Errorf("begin passkey: %w", err)
	}
	return s.challenge(site, options.Response, session)
}

// AskPasskey asks a browser for one of the account's passkeys; ErrNoFactor when there is none.
func (s *Service) AskPasskey(ctx context.Context, account uuid.UUID, site Site) (Challenge, error) {
	party, err := site.party()
	if err != nil {
		return Challenge{}, err
	}
	h, err := s.holder(ctx, account)
	if err != nil {
		return Challenge{}, err
	}
	if len(h.credentials) == 0 {
		return Challenge{}, ErrNoFactor
	}
	options, session, err := party.BeginLogin(h, webauthn.WithUserVerification(protocol.VerificationPreferred))
	if err != nil {
		return Challenge{}, fmt.Errorf("ask for passkey: %w", err)
	}
	return s.challenge(site, options.Response, session)
}

func (s *Service) holder(ctx context.Context, account uuid.UUID) (h *holder, err error) {
	err = s.db.Shared(ctx, func(_ context.Context, tx *store.Tx) error {
		h, _, err = findHolder(tx, account)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read passkeys: %w", err)
	}
	return h, nil
}

func (s *Service) challenge(site Site, options any, session *webauthn.SessionData) (Challenge, error) {
	content, err := json.Marshal(options)
	if err != nil {
		return Challenge{}, fmt.Errorf("write the question for a passkey: %w", err)
	}
	kept, err := json.Marshal(session)
	if err != nil {
		return Challenge{}, fmt.Errorf("keep the question for a passkey: %w", err)
	}
	return Challenge{Site: site, Options: content, Session: kept, Made: s.clock().UTC()}, nil
}

// resume reads a question that was put, and refuses one that is too old.
func (s *Service) resume(c Challenge) (*webauthn.WebAuthn, *webauthn.SessionData, error) {
	if len(c.Session) == 0 || s.clock().Sub(c.Made) > challengeLasts {
		return nil, nil, errChallengeOutdated
	}
	party, err := c.Site.party()
	if err != nil {
		return nil, nil, err
	}
	session := new(webauthn.SessionData)
	if err := json.Unmarshal(c.Session, session); err != nil {
		return nil, nil, errChallengeOutdated
	}
	// The library compares with the machine's clock; ours was asked above.
	session.Expires = time.Time{}
	return party, session, nil
}

// AddPasskey keeps a passkey that a browser made for the challenge, and gives recovery codes when
// the account has none yet.
func (s *Service) AddPasskey(ctx context.Context, by By, c Challenge, name string, response []byte) (recovery []string, err error) {
	name = strings.TrimSpace(name)
	if name == "" || utf8.RuneCountInString(name) > 60 || !utf8.ValidString(name) {
		return nil, domain.Invalid("the passkey cannot be added like this", domain.FieldError{Field: "name", Message: "must have 1 to 60 characters"})
	}
	party, session, err := s.resume(c)
	if err != nil {
		return nil, err
	}
	if len(response) > maximalResponse {
		return nil, errWrongFactor
	}
	parsed, err := protocol.ParseCredentialCreationResponseBytes(response)
	if err != nil {
		return nil, domain.Wrap(domain.KindInvalid, err, "the browser's answer cannot be read")
	}
	err = s.deedWithNotice(ctx, by, by.Account, "account.passkey.add", notice.AccountFactorChanged, func(tx *store.Tx) error {
		h, _, err := findHolder(tx, by.Account)
		if err != nil {
			return err
		}
		credential, err := party.CreateCredential(h, *session, parsed)
		if err != nil {
			return domain.Wrap(domain.KindInvalid, err, "the passkey does not fit what was asked for")
		}
		if err := insertPasskey(tx, by.Account, name, credential, s.clock().UTC()); err != nil {
			return err
		}
		recovery, err = s.firstRecoveryCodes(tx, by.Account)
		return err
	})
	return recovery, err
}

// RemovePasskey takes one of the person's passkeys away.
func (s *Service) RemovePasskey(ctx context.Context, by By, id uuid.UUID) error {
	return s.deedWithNotice(ctx, by, by.Account, "account.passkey.remove", notice.AccountFactorChanged, func(tx *store.Tx) error {
		return deletePasskey(tx, by.Account, id)
	})
}

// checkPasskey checks a browser's answer and keeps the new count of the passkey. A count that has not
// grown means that the passkey was copied: it is refused.
func (s *Service) checkPasskey(tx *store.Tx, account uuid.UUID, answer Answer) (detail string, err error) {
	party, session, err := s.resume(answer.Challenge)
	if err != nil {
		return "", err
	}
	if len(answer.Passkey) > maximalResponse {
		return "", errWrongFactor
	}
	parsed, err := protocol.ParseCredentialRequestResponseBytes(answer.Passkey)
	if err != nil {
		return "", errWrongFactor
	}
	h, rows, err := findHolder(tx, account)
	if err != nil {
		return "", err
	}
	credential, err := party.ValidateLogin(h, *session, parsed)
	if err != nil || credential.Authenticator.CloneWarning {
		return "", errWrongFactor
	}
	for i, row := range rows {
		if bytes.Equal(h.credentials[i].ID, credential.ID) {
			return row.Name, touchPasskey(tx, row.PasskeyID, credential, s.clock().UTC())
		}
	}
	return "", errWrongFactor
}

// credentialName is a passkey's identifier as text.
func credentialName(id []byte) string { return base64.RawURLEncoding.EncodeToString(id) }

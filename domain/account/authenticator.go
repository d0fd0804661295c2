package account

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base32"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/pquerna/otp"
	"github.com/pquerna/otp/totp"
	"rsc.io/qr"

	"assay/domain"
	"assay/domain/notice"
	"assay/domain/store"
)

// Parameters of one-time codes: those that every authenticator program knows.
const (
	codeStep     = 30 // seconds
	codeDigits   = 6
	secretLength = 20 // bytes, RFC 4226
)

// AuthenticatorSetup is what a person needs to set up an authenticator program.
type AuthenticatorSetup struct {
	Secret  string // base32, for typing
	Address string // otpauth://
	Picture []byte // PNG of the address as a QR code, black on white
}

// BeginAuthenticator makes a secret for an account and gives it to be set up. It counts for
// nothing until ConfirmAuthenticator; asked again before that, it gives the same secret. Where one is set up already it
// is KindConflict.
func (s *Service) BeginAuthenticator(ctx context.Context, account uuid.UUID) (*AuthenticatorSetup, error) {
	var secret []byte
	var name string
	err := s.db.Shared(ctx, func(_ context.Context, tx *store.Tx) error {
		person, err := findAccount(tx, `account_id = ?`, account)
		if err != nil {
			return err
		}
		if person == nil {
			return domain.Errorf(domain.KindNotFound, "there is no such account")
		}
		name = person.SignInName
		row, err := findAuthenticator(tx, account)
		if err != nil {
			return err
		}
		if row != nil && row.Confirmed {
			return domain.Errorf(domain.KindConflict, "an authenticator is set up already; remove it first")
		}
		if row != nil {
			secret, err = s.keys.Open(authenticatorPurpose(account), row.Sealed)
			return err
		}
		secret = make([]byte, secretLength)
		_, _ = rand.Read(secret) // never fails; see crypto/rand
		sealed, err := s.keys.Seal(authenticatorPurpose(account), secret)
		if err != nil {
			return err
		}
		return insertAuthenticator(tx, account, sealed, s.clock().UTC())
	})
	if err != nil {
		return nil, fmt.Errorf("begin authenticator: %w", err)
	}
	return setupOf(secret, name)
}

func authenticatorPurpose(account uuid.UUID) string { return "authenticator " + account.String() }

func setupOf(secret []byte, name string) (*AuthenticatorSetup, error) {
	text := base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(secret)
	address := "otpauth://totp/Assay:" + url.PathEscape(name) + "?" + url.Values{"secret": {text}, "issuer": {"Assay"}}.Encode()
	code, err := qr.Encode(address, qr.M)
	if err != nil {
		return nil, fmt.Errorf("draw the code of an authenticator: %w", err)
	}
	code.Scale = 5
	return &AuthenticatorSetup{Secret: text, Address: address, Picture: code.PNG()}, nil
}

// ConfirmAuthenticator ends the set-up with a code that the program shows, and gives
// recovery codes when the account has none yet.
func (s *Service) ConfirmAuthenticator(ctx context.Context, by By, code string) (recovery []string, err error) {
	err = s.deedWithNotice(ctx, by, by.Account, "account.authenticator.add", notice.AccountFactorChanged, func(tx *store.Tx) error {
		row, err := findAuthenticator(tx, by.Account)
		if err != nil {
			return err
		}
		if row == nil || row.Confirmed {
			return domain.Errorf(domain.KindConflict, "no authenticator is being set up")
		}
		step, err := s.matchCode(by.Account, row, code)
		if err != nil {
			return err
		}
		if step == 0 {
			return errWrongFactor
		}
		if err := confirmAuthenticator(tx, by.Account, step); err != nil {
			return err
		}
		recovery, err = s.firstRecoveryCodes(tx, by.Account)
		return err
	})
	return recovery, err
}

// RemoveAuthenticator takes the authenticator away; one that is not there is no error.
func (s *Service) RemoveAuthenticator(ctx context.Context, by By) error {
	return s.deedWithNotice(ctx, by, by.Account, "account.authenticator.remove", notice.AccountFactorChanged, func(tx *store.Tx) error {
		return deleteAuthenticator(tx, by.Account)
	})
}

// matchCode gives the step whose code this is, 0 for none. Codes of the step before and after
// are taken too, for clocks that are a little wrong; of one that was used, or is older, none.
func (s *Service) matchCode(account uuid.UUID, row *authenticatorRow, code string) (step int64, err error) {
	secret, err := s.keys.Open(authenticatorPurpose(account), row.Sealed)
	if err != nil {
		return 0, err
	}
	text := base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(secret)
	now := s.clock().Unix() / codeStep
	for candidate := now - 1; candidate <= now+1; candidate++ {
		right, err := totp.GenerateCodeCustom(text, time.Unix(candidate*codeStep, 0), totp.ValidateOpts{Period: codeStep, Digits: otp.Digits(codeDigits), Algorithm: otp.AlgorithmSHA1})
		if err != nil {
			return 0, fmt.Errorf("compute a one-time code: %w", err)
		}
		if subtle.ConstantTimeCompare([]byte(right), []byte(code)) == 1 && candidate > row.LastStep {
			step = candidate
		}
	}
	return step, nil
}

// plainCode takes away what people put between digits.
func plainCode(code string) string {
	return strings.ToLower(strings.Map(func(r rune) rune {
		switch {
		case r >= '٠' && r <= '٩': // a phone set to Arabic shows them so
			return '0' + (r - '٠')
		case r == ' ' || r == '-' || r == '\u00a0' || r == '\u2009' || r == '\t':
			return -1
		}
		return r
	}, strings.TrimSpace(code)))
}

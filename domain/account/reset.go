package account

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"

	"assay/domain"
	"assay/domain/notice"
	"assay/domain/store"
)

// Bounds of the link for a forgotten password.
const (
	resetLasts        = time.Hour
	resetsOfName      = 3
	resetsOfNetwork   = 30
	resetsOutstanding = 3
)

// ResetPath begins the address for a new password; its secret follows.
const ResetPath = "/password/"

// Forgotten writes a letter with a link for a new password when there is such an account with an address. The answer
// is the same, and without a failure, whether there is one or not; the caller makes it take the same time as well. Only too many requests from one
// network give KindTooMany.
func (s *Service) Forgotten(ctx context.Context, name, address string) error {
	name = normalise(name)
	network := networkOf(address)
	if !s.throttle.take(limit{"reset network " + network, resetsOfNetwork}) {
		return domain.Errorf(domain.KindTooMany, "too many requests; wait ten minutes and try again")
	}
	if !s.throttle.take(limit{"reset " + name, resetsOfName}) {
		return nil // the person has three letters already
	}
	if len(name) > 4*maximalName || name == "" {
		return nil
	}
	var row *accountRow
	err := s.db.Shared(ctx, func(_ context.Context, tx *store.Tx) (err error) {
		row, err = findAccount(tx, `sign_in_name = ?`, name)
		return err
	})
	if err != nil {
		return fmt.Errorf("find account: %w", err)
	}
	if row == nil || row.State != "active" || row.Email == "" {
		return nil
	}
	tenant, err := s.homeOf(ctx, row.AccountID)
	if err != nil || tenant.IsZero() {
		return err
	}
	return s.sendReset(ctx, tenant, row, address)
}

func (s *Service) sendReset(ctx context.Context, tenant domain.TenantID, row *accountRow, origin string) error {
	now, secret := s.clock().UTC(), newLinkSecret()
	err := s.db.InTenant(ctx, tenant, func(ctx context.Context, tx *store.Tx) error {
		if err := tx.Exec(`DELETE FROM password_reset WHERE account_id = ? AND token_hash NOT IN
			(SELECT token_hash FROM password_reset WHERE account_id = ? AND expires_at > ? ORDER BY created_at DESC LIMIT ?)`, row.AccountID, row.AccountID, now, resetsOutstanding-1).Error; err != nil {
			return err
		}
		// The account stands first: gorm would spread a []byte directly behind a parenthesis.
		err := tx.Exec(`INSERT INTO password_reset (account_id, token_hash, created_at, expires_at) VALUES (?, ?, ?, ?)`, row.AccountID, tokenHash(secret), now, now.Add(resetLasts)).Error
		if err != nil {
			return err
		}
		letter := notice.Letter{Address: row.Email, Language: row.Language, Kind: notice.LetterReset, Link: ResetPath, Secret: secret}
		if err := notice.Mail(ctx, tx, s.keys, tenant, now, letter); err != nil {
			return err
		}
		by := By{Account: row.AccountID, SignInName: row.SignInName, Capacity: "forgotten password", Tenant: tenant, Origin: origin}
		return s.record(ctx, tx, tenant, by, "account.password.forgotten", "account/"+row.AccountID.String(), nil, nil)
	})
	if err != nil {
		return fmt.Errorf("send a link for a new password: %w", err)
	}
	return nil
}

// ResetOf gives the account of a link for a new password; one that was used, has run out or never was is KindNotFound.
func (s *Service) ResetOf(ctx context.Context, secret string) (*Account, error) {
	var ids []string
	err := s.db.Shared(ctx, func(_ context.Context, tx *store.Tx) error {
		return tx.Raw(`SELECT account_id FROM password_reset WHERE token_hash = ? AND expires_at > ?`, tokenHash(secret), s.clock().UTC()).Scan(&ids).Error
	})
	if err != nil {
		return nil, fmt.Errorf("find link for a new password: %w", err)
	}
	if len(ids) == 0 {
		return nil, errLinkEnded
	}
	id, err := uuid.Parse(ids[0])
	if err != nil {
		return nil, fmt.Errorf("read link for a new password: %w", err)
	}
	return s.ByID(ctx, id)
}

// Reset sets a new password by a link. All the person's sessions, API tokens and other links end; the second factor stays.
func (s *Service) Reset(ctx context.Context, secret, password, origin string) error {
	account, err := s.ResetOf(ctx, secret)
	if err != nil {
		return err
	}
	hash, err := s.newPassword(ctx, account, password)
	if err != nil {
		return err
	}
	by := By{Account: account.ID, SignInName: account.SignInName, Capacity: "forgotten password", Origin: origin}
	return s.deedWithNotice(ctx, by, account.ID, "account.password.reset", notice.AccountPasswordChanged, func(tx *store.Tx) error {
		used := tx.Exec(`DELETE FROM password_reset WHERE account_id = ? AND token_hash = ?`, account.ID, tokenHash(secret))
		if used.Error == nil && used.RowsAffected == 0 {
			return errLinkEnded
		}
		if used.Error != nil {
			return used.Error
		}
		if err := tx.Exec(`DELETE FROM api_token WHERE account_id = ?`, account.ID).Error; err != nil {
			return err
		}
		return replacePassword(tx, account.ID, hash, nil)
	})
}

// ChangePassword sets a new password for who knows the old one. The person's other sessions end.
func (s *Sessions) ChangePassword(ctx context.Context, by By, old, password string) error {
	account, err := s.service.ByID(ctx, by.Account)
	if err != nil {
		return err
	}
	// The old password is checked as at sign-in: an open session is no place to guess it.
	if _, err := s.service.Authenticate(ctx, Attempt{Name: account.SignInName, Password: old, Address: "password of " + account.ID.String()}); err != nil {
		if domain.Is(err, domain.KindUnauthenticated) {
			return domain.Invalid("the password cannot be changed", domain.FieldError{Field: "old", Key: "password.old", Message: "is not your present password"})
		}
		return err
	}
	hash, err := s.service.newPassword(ctx, account, password)
	if err != nil {
		return err
	}
	current := tokenHash(s.scs.Token(ctx))
	err = s.service.deedWithNotice(ctx, by, account.ID, "account.password.change", notice.AccountPasswordChanged, func(tx *store.Tx) error {
		return replacePassword(tx, account.ID, hash, current)
	})
	if err != nil {
		return err
	}
	return s.Renew(ctx)
}

func (s *Service) newPassword(ctx context.Context, account *Account, password string) (string, error) {
	if wrong := checkPassword(password, account.Name, account.SignInName); wrong != nil {
		return "", domain.Invalid("the password cannot be used", wrong...)
	}
	return s.passwords.hash(ctx, password)
}

// replacePassword sets a hash and ends sessions except one, and all links for a new password.
func replacePassword(tx *store.Tx, account uuid.UUID, hash string, except []byte) error {
	if err := tx.Exec(`UPDATE account SET password_hash = ? WHERE account_id = ?`, hash, account).Error; err != nil {
		return err
	}
	if err := tx.Exec(`DELETE FROM password_reset WHERE account_id = ?`, account).Error; err != nil {
		return err
	}
	return endSessions(tx, account, except)
}

// deedWithNotice is deedOn that tells the person.
func (s *Service) deedWithNotice(ctx context.Context, by By, on uuid.UUID, action string, kind notice.Kind, do func(tx *store.Tx) error) error {
	tenant := by.Tenant
	if tenant.IsZero() {
		var err error
		if tenant, err = s.homeOf(ctx, on); err != nil {
			return err
		}
	}
	by.Tenant = tenant
	return s.deedOn(ctx, by, on, action, nil, nil, func(tx *store.Tx) error {
		if err := do(tx); err != nil || tenant.IsZero() {
			return err
		}
		now := s.clock().UTC()
		return notice.Send(ctx, tx, tenant, now, on, notice.Message{Kind: kind, Link: "/account", Arguments: notice.Arguments{
			Texts: map[string]string{"By": by.SignInName, "Origin": by.Origin}, Moments: map[string]time.Time{"At": now}}})
	})
}

package account

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"

	"assay/domain"
	"assay/domain/store"
)

// TokenPrefix begins every API token, so that one that leaked into a text can be found.
const TokenPrefix = "assay_"

// Bounds of the life of a token.
const (
	tokenLifetime        = 12 * time.Hour
	maximalTokenLifetime = 366 * 24 * time.Hour
)

// NewToken asks for an API token.
type NewToken struct {
	Name     string        // what it is for
	Lifetime time.Duration // 0 means 12 hours; at most 366 days
}

// IssueToken makes an API token for a person in one administration. The token is
// given once and only its hash is kept; it may do what the person's role may
// at the time of use.
func (s *Service) IssueToken(ctx context.Context, account uuid.UUID, tenant domain.TenantID, in NewToken) (token string, expires time.Time, err error) {
	if in.Lifetime == 0 {
		in.Lifetime = tokenLifetime
	}
	if in.Lifetime < 0 || in.Lifetime > maximalTokenLifetime {
		return "", time.Time{}, domain.Invalid("the token cannot be issued like this", domain.FieldError{Field: "lifetime", Message: "must be between 1 second and 366 days"})
	}
	if len(in.Name) > maximalName {
		return "", time.Time{}, domain.Invalid("the token cannot be issued like this", domain.FieldError{Field: "name", Message: "must have at most 200 characters"})
	}
	memberships, err := s.Memberships(ctx, account)
	if err != nil {
		return "", time.Time{}, err
	}
	if membershipIn(memberships, tenant) == nil {
		return "", time.Time{}, domain.Errorf(domain.KindForbidden, "you do not work in that administration")
	}
	var random [32]byte
	_, _ = rand.Read(random[:]) // never fails; see crypto/rand
	token = TokenPrefix + base64.RawURLEncoding.EncodeToString(random[:])
	now := s.clock().UTC()
	expires = now.Add(in.Lifetime)
	err = s.db.Shared(ctx, func(_ context.Context, tx *store.Tx) error {
		return tx.Exec(`INSERT INTO api_token (tenant_id, token_hash, account_id, name, scopes, created_at, expires_at) VALUES (?, ?, ?, ?, '{}', ?, ?)`,
			tenant.String(), tokenHash(token), account, in.Name, now, expires).Error
	})
	if err != nil {
		return "", time.Time{}, fmt.Errorf("issue token: %w", err)
	}
	return token, expires, nil
}

// ByToken finds who uses an API token. An unknown, expired or withdrawn token, one of a
// disabled account and one of an administration that the person has left are
// KindUnauthenticated alike.
func (s *Service) ByToken(ctx context.Context, token string) (Person, error) {
	refused := domain.Errorf(domain.KindUnauthenticated, "the token is not known or has ended; sign in again")
	if !strings.HasPrefix(token, TokenPrefix) || len(token) > 100 {
		return Person{}, refused
	}
	var row *accountRow
	var memberships []Membership
	var tenant domain.TenantID
	err := s.db.Shared(ctx, func(_ context.Context, tx *store.Tx) error {
		var found []struct{ AccountID, TenantID uuid.UUID }
		err := tx.Raw(`SELECT account_id, tenant_id FROM api_token WHERE token_hash = ? AND expires_at > ?`, tokenHash(token), s.clock().UTC()).Scan(&found).Error
		if err != nil || len(found) == 0 {
			return err
		}
		tenant = domain.TenantID(found[0].TenantID)
		if row, err = findAccount(tx, `account_id = ?`, found[0].AccountID); err != nil || row == nil {
			return err
		}
		memberships, err = findMemberships(tx, row.AccountID)
		return err
	})
	if err != nil {
		return Person{}, fmt.Errorf("find token: %w", err)
	}
	if row == nil || row.State != "active" {
		return Person{}, refused
	}
	membership := membershipIn(memberships, tenant)
	if membership == nil {
		visits, _, err := s.visits(ctx, row.AccountID)
		if err != nil {
			return Person{}, err
		}
		if membership = membershipIn(visits, tenant); membership == nil {
			return Person{}, refused
		}
	}
	return Person{Account: row.AccountID, SignInName: row.SignInName, Name: row.Name, Language: row.Language, Membership: *membership}, nil
}

// WithdrawToken ends a token at once; one that is not known is no error.
func (s *Service) WithdrawToken(ctx context.Context, token string) error {
	err := s.db.Shared(ctx, func(_ context.Context, tx *store.Tx) error {
		return tx.Exec(`DELETE FROM api_token WHERE token_hash = ?`, tokenHash(token)).Error
	})
	if err != nil {
		return fmt.Errorf("withdraw token: %w", err)
	}
	return nil
}

// membershipIn is the first membership in a tenant, nil when there is none.
func membershipIn(memberships []Membership, tenant domain.TenantID) *Membership {
	for i := range memberships {
		if memberships[i].Tenant == tenant {
			return &memberships[i]
		}
	}
	return nil
}

package account

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

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
	seenEvery            = time.Hour // how often the use of a token is written down
)

// NewToken asks for an API token.
type NewToken struct {
	Name     string        // what it is for
	Lifetime time.Duration // 0 means 12 hours; at most 366 days
	// Scopes are the actions that the token is narrowed to; none means all that the person may do.
	Scopes []string
}

// Token is an API token as its owner sees it.
type Token struct {
	ID        uuid.UUID
	Name      string
	Scopes    []string
	CreatedAt time.Time
	ExpiresAt time.Time
	SeenAt    *time.Time // last used, to within an hour
}

// tokensAllowed is how many tokens that have not ended a person may have in an administration.
const tokensAllowed = 500

// IssueToken makes an API token for a person in one administration. The token is
// given once and only its hash is kept; it may do what the person's role may
// at the time of use.
func (s *Service) IssueToken(ctx context.Context, by By, in NewToken) (token string, expires time.Time, err error) {
	if in.Lifetime == 0 {
		in.Lifetime = tokenLifetime
	}
	if in.Lifetime < 0 || in.Lifetime > maximalTokenLifetime {
		return "", time.Time{}, domain.Invalid("the token cannot be issued like this", domain.FieldError{Field: "lifetime", Message: "must be between 1 second and 366 days"})
	}
	if len(in.Name) > maximalName || strings.ContainsFunc(in.Name, isControl) || !utf8.ValidString(in.Name) {
		return "", time.Time{}, domain.Invalid("the token cannot be issued like this", domain.FieldError{Field: "name", Message: "must have at most 200 characters"})
	}
	memberships, err := s.Memberships(ctx, by.Account)
	if err != nil {
		return "", time.Time{}, err
	}
	if membershipIn(memberships, by.Tenant) == nil {
		return "", time.Time{}, domain.Errorf(domain.KindForbidden, "you do not work in that administration")
	}
	var random [32]byte
	_, _ = rand.Read(random[:]) // never fails; see crypto/rand
	token = TokenPrefix + base64.RawURLEncoding.EncodeToString(random[:])
	now := s.clock().UTC()
	expires = now.Add(in.Lifetime)
	err = s.deed(ctx, by, "account.token.issue", nil, map[string]any{"name": in.Name, "scopes": in.Scopes, "expires": expires}, func(tx *store.Tx) error {
		var open int
		if err := tx.Raw(`SELECT count(*) FROM api_token WHERE tenant_id = ? AND account_id = ? AND expires_at > ?`, by.Tenant.String(), by.Account, now).Scan(&open).Error; err != nil {
			return err
		}
		if open >= tokensAllowed {
			return domain.Errorf(domain.KindTooMany, "you have %d API tokens; revoke some first", open)
		}
		scopes, err := json.Marshal(append([]string{}, in.Scopes...))
		if err != nil {
			return err
		}
		return tx.Exec(`INSERT INTO api_token (tenant_id, token_hash, account_id, name, scopes, created_at, expires_at)
			VALUES (?, ?, ?, ?, ARRAY(SELECT jsonb_array_elements_text(?::jsonb)), ?, ?)`,
			by.Tenant.String(), tokenHash(token), by.Account, in.Name, string(scopes), now, expires).Error
	})
	if err != nil {
		return "", time.Time{}, fmt.Errorf("issue token: %w", err)
	}
	return token, expires, nil
}

// Tokens lists a person's API tokens in an administration that have not ended, the newest first.
func (s *Service) Tokens(ctx context.Context, account uuid.UUID, tenant domain.TenantID) (tokens []Token, err error) {
	err = s.db.Shared(ctx, func(_ context.Context, tx *store.Tx) error {
		var rows []struct {
			TokenID              uuid.UUID
			Name, Scopes         string
			CreatedAt, ExpiresAt time.Time
			SeenAt               *time.Time
		}
		err := tx.Raw(`SELECT token_id, name, to_jsonb(scopes)::text AS scopes, created_at, expires_at, seen_at FROM api_token
			WHERE tenant_id = ? AND account_id = ? AND expires_at > ? ORDER BY created_at DESC`, tenant.String(), account, s.clock().UTC()).Scan(&rows).Error
		if err != nil {
			return err
		}
		for _, r := range rows {
			t := Token{ID: r.TokenID, Name: r.Name, CreatedAt: r.CreatedAt.UTC(), ExpiresAt: r.ExpiresAt.UTC(), SeenAt: r.SeenAt}
			if err := json.Unmarshal([]byte(r.Scopes), &t.Scopes); err != nil {
				return err
			}
			tokens = append(tokens, t)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("list tokens: %w", err)
	}
	return tokens, nil
}

// RevokeToken ends one of the person's tokens at once.
func (s *Service) RevokeToken(ctx context.Context, by By, id uuid.UUID) error {
	return s.deed(ctx, by, "account.token.revoke", map[string]string{"token": id.String()}, nil, func(tx *store.Tx) error {
		result := tx.Exec(`DELETE FROM api_token WHERE tenant_id = ? AND account_id = ? AND token_id = ?`, by.Tenant.String(), by.Account, id)
		if result.Error == nil && result.RowsAffected == 0 {
			return domain.Errorf(domain.KindNotFound, "there is no such token")
		}
		return result.Error
	})
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
	var scopes []string
	err := s.db.Shared(ctx, func(_ context.Context, tx *store.Tx) error {
		var found []struct {
			AccountID, TenantID uuid.UUID
			Scopes              string
			Unseen              bool
		}
		now := s.clock().UTC()
		err := tx.Raw(`SELECT account_id, tenant_id, to_jsonb(scopes)::text AS scopes, coalesce(seen_at < ?, true) AS unseen FROM api_token
			WHERE token_hash = ? AND expires_at > ?`, now.Add(-seenEvery), tokenHash(token), now).Scan(&found).Error
		if err != nil || len(found) == 0 {
			return err
		}
		if err := json.Unmarshal([]byte(found[0].Scopes), &scopes); err != nil {
			return err
		}
		if found[0].Unseen {
			if err := tx.Exec(`UPDATE api_token SET seen_at = ? WHERE token_hash = ?`, now, tokenHash(token)).Error; err != nil {
				return err
			}
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
	return Person{Account: row.AccountID, SignInName: row.SignInName, Name: row.Name, Language: row.Language, Membership: *membership, Scopes: scopes}, nil
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

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

// Bearer is who uses an API token, with everything that decides about access as it is at this moment: it was read in one
// statement, so that no request is answered by what was true for another.
type Bearer struct {
	Person
	Held []Membership // in the token's administration
	// Guest is set when the administration has an engagement of the account, whatever its state.
	Guest bool
}

// ByToken finds who uses an API token. An unknown, expired or withdrawn token, one of a
// disabled account and one of an administration that the person has left, or that is suspended, are
// KindUnauthenticated alike.
func (s *Service) ByToken(ctx context.Context, token string) (Bearer, error) {
	refused := domain.Errorf(domain.KindUnauthenticated, "the token is not known or has ended; sign in again")
	if !strings.HasPrefix(token, TokenPrefix) || len(token) > 100 {
		return Bearer{}, refused
	}
	now := s.clock().UTC()
	var rows []bearerRow
	err := s.db.Look(ctx, func(_ context.Context, tx *store.Tx) (err error) {
		rows, err = findBearer(tx, tokenHash(token), now)
		return err
	})
	if err != nil {
		return Bearer{}, fmt.Errorf("find token: %w", err)
	}
	if len(rows) == 0 {
		return Bearer{}, refused
	}
	b, err := rows[0].bearer(rows)
	if err != nil {
		return Bearer{}, fmt.Errorf("read token: %w", err)
	}
	if len(b.Held) > 0 {
		b.Membership = b.Held[0]
	} else {
		visits, _, err := s.visits(ctx, b.Account)
		if err != nil {
			return Bearer{}, err
		}
		visit := membershipIn(visits, domain.TenantID(rows[0].TenantID))
		if visit == nil {
			return Bearer{}, refused
		}
		b.Membership = *visit
	}
	if rows[0].Unseen {
		err := s.db.Shared(ctx, func(_ context.Context, tx *store.Tx) error {
			return tx.Exec(`UPDATE api_token SET seen_at = ? WHERE token_hash = ?`, now, tokenHash(token)).Error
		})
		if err != nil {
			return Bearer{}, fmt.Errorf("note the use of a token: %w", err)
		}
	}
	return b, nil
}

// bearerRow is one membership of who uses a token, or the only row of who has none.
type bearerRow struct {
	AccountID, TenantID            uuid.UUID
	SignInName, Name, Language     string
	Scopes                         string
	Unseen, Guest                  bool
	Role, Office, Section, Officer *string
	Trader                         string
	TraderKind                     TraderKind
}

func findBearer(tx *store.Tx, hash []byte, now time.Time) (rows []bearerRow, err error) {
	err = tx.Raw(`SELECT k.account_id, k.tenant_id, a.sign_in_name, a.name, a.language, to_jsonb(k.scopes)::text AS scopes, coalesce(k.seen_at < ?, true) AS unseen,
		EXISTS (SELECT FROM assay_engagements_of(k.account_id) e WHERE e.tenant_id = k.tenant_id) AS guest, m.role, m.office, m.section, m.officer,
		coalesce(m.trader, '') AS trader, coalesce(m.trader_kind, '') AS trader_kind
		FROM api_token k
		JOIN account a ON a.account_id = k.account_id AND a.state = 'active'
		JOIN tenant t ON t.tenant_id = k.tenant_id AND t.state = 'active'
		LEFT JOIN membership m ON m.account_id = k.account_id AND m.tenant_id = k.tenant_id AND m.state = 'active'
		WHERE k.token_hash = ? AND k.expires_at > ? ORDER BY m.role, m.office`, now.Add(-seenEvery), hash, now).Scan(&rows).Error
	return rows, err
}

func (r *bearerRow) bearer(rows []bearerRow) (Bearer, error) {
	b := Bearer{Person: Person{Account: r.AccountID, SignInName: r.SignInName, Name: r.Name, Language: r.Language}, Guest: r.Guest}
	if err := json.Unmarshal([]byte(r.Scopes), &b.Scopes); err != nil {
		return b, err
	}
	for _, m := range rows {
		if m.Role != nil {
			b.Held = append(b.Held, Membership{Tenant: domain.TenantID(r.TenantID), Role: *m.Role, Office: *m.Office, Section: *m.Section, Officer: *m.Officer, Trader: m.Trader, TraderKind: m.TraderKind})
		}
	}
	return b, nil
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

package account

import (
	"context"
	"crypto/sha256"
	"errors"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"assay/domain"
	"assay/domain/store"
)

type accountRow struct {
	AccountID    uuid.UUID
	SignInName   string
	Name         string
	Email        string
	Language     string
	PasswordHash string
	State        string
	CreatedAt    time.Time
}

func (r *accountRow) account() *Account {
	return &Account{ID: r.AccountID, SignInName: r.SignInName, Name: r.Name, Email: r.Email, Language: r.Language, State: r.State, CreatedAt: r.CreatedAt}
}

func insertAccount(tx *gorm.DB, row accountRow) error {
	err := tx.Exec(`INSERT INTO account (account_id, sign_in_name, name, email, language, password_hash, state, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
		row.AccountID, row.SignInName, row.Name, row.Email, row.Language, row.PasswordHash, row.State, row.CreatedAt).Error
	if errors.Is(err, gorm.ErrDuplicatedKey) {
		return domain.Errorf(domain.KindConflict, "the sign-in name %q is taken", row.SignInName)
	}
	return err
}

func findAccount(tx *gorm.DB, where string, argument any) (*accountRow, error) {
	var rows []accountRow
	err := tx.Raw(`SELECT account_id, sign_in_name, name, email, language, password_hash, state, created_at FROM account WHERE `+where, argument).Scan(&rows).Error
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	return &rows[0], nil
}

func insertMembership(tx *gorm.DB, account uuid.UUID, m Membership) error {
	if err := keepApart(tx, account, m); err != nil {
		return err
	}
	return tx.Exec(`INSERT INTO membership (account_id, tenant_id, role, office, section, officer, trader, trader_kind) VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
		account, m.Tenant.String(), m.Role, m.Office, m.Section, m.Officer, m.Trader, m.TraderKind).Error
}

// errApart: who is measured by an administration from outside is not of it.
var errApart = &domain.Error{Kind: domain.KindConflict, Key: "people.fault.apart",
	Message: "an economic operator has one code and no other role in the administration"}

// keepApart refuses a membership that would make somebody an economic operator and something else in one administration, or an operator of two codes.
func keepApart(tx *gorm.DB, account uuid.UUID, m Membership) error {
	var other bool
	err := tx.Raw(`SELECT EXISTS (SELECT FROM membership WHERE account_id = ? AND tenant_id = ? AND ((role = 'trader') <> ? OR role = 'trader' AND (trader, trader_kind) <> (?, ?)))`,
		account, m.Tenant.String(), m.Role == RoleTrader, m.Trader, m.TraderKind).Scan(&other).Error
	if err == nil && other {
		return errApart
	}
	return err
}

// findMemberships leaves out administrations that are suspended.
func findMemberships(tx *gorm.DB, account uuid.UUID) ([]Membership, error) {
	var rows []struct {
		TenantID                               uuid.UUID
		Role, Office, Section, Officer, Trader string
		TraderKind                             TraderKind
	}
	err := tx.Raw(`SELECT m.tenant_id, m.role, m.office, m.section, m.officer, m.trader, m.trader_kind FROM membership m JOIN tenant t ON t.tenant_id = m.tenant_id
		WHERE m.account_id = ? AND m.state = 'active' AND t.state = 'active' ORDER BY t.code, m.role, m.office`, account).Scan(&rows).Error
	if err != nil {
		return nil, err
	}
	memberships := make([]Membership, len(rows))
	for i, r := range rows {
		memberships[i] = Membership{Tenant: domain.TenantID(r.TenantID), Role: r.Role, Office: r.Office, Section: r.Section, Officer: r.Officer, Trader: r.Trader, TraderKind: r.TraderKind}
	}
	return memberships, nil
}

// sessionStore keeps sessions for scs in table sign_in_session. Only the hash of
// a token is stored, so that who reads the table cannot take over a session.
type sessionStore struct {
	db    *store.DB
	clock func() time.Time
}

func tokenHash(token string) []byte {
	sum := sha256.Sum256([]byte(token))
	return sum[:]
}

// FindCtx gives the data of a session that has not expired.
func (s *sessionStore) FindCtx(ctx context.Context, token string) (data []byte, found bool, err error) {
	err = s.db.Look(ctx, func(_ context.Context, tx *gorm.DB) error {
		var rows []struct{ Data []byte }
		err := tx.Raw(`SELECT data FROM sign_in_session WHERE token_hash = ? AND expires_at > ?`, tokenHash(token), s.clock().UTC()).Scan(&rows).Error
		if err == nil && len(rows) == 1 {
			data, found = rows[0].Data, true
		}
		return err
	})
	return data, found, err
}

// CommitCtx writes a session. Whose it is comes from the context, so that sessions can be listed and ended by person.
func (s *sessionStore) CommitCtx(ctx context.Context, token string, data []byte, expiry time.Time) error {
	now := s.clock().UTC()
	owner, _ := ctx.Value(ownerKey{}).(sessionOwner)
	return s.db.Shared(ctx, func(_ context.Context, tx *gorm.DB) error {
		if owner.existing {
			return tx.Exec(`UPDATE sign_in_session SET data = ?, seen_at = ?, expires_at = ?, account_id = coalesce(?, account_id), tenant_id = ?,
				address = ?, agent = ? WHERE token_hash = ?`,
				data, now, expiry.UTC(), owner.account, owner.tenant, owner.address, owner.agent, tokenHash(token)).Error
		}
		// The time stands first: gorm would spread a []byte directly behind a parenthesis.
		return tx.Exec(`INSERT INTO sign_in_session (created_at, token_hash, account_id, tenant_id, data, seen_at, expires_at, address, agent, signed_in_at)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
			now, tokenHash(token), owner.account, owner.tenant, data, now, expiry.UTC(), owner.address, owner.agent, owner.since).Error
	})
}

// DeleteCtx ends a session; one that is gone already is no error.
func (s *sessionStore) DeleteCtx(ctx context.Context, token string) error {
	return s.db.Shared(ctx, func(_ context.Context, tx *gorm.DB) error {
		return tx.Exec(`DELETE FROM sign_in_session WHERE token_hash = ?`, tokenHash(token)).Error
	})
}

// Find, Commit and Delete serve scs where it has no context; ours always has one.
func (s *sessionStore) Find(token string) ([]byte, bool, error) {
	return s.FindCtx(context.Background(), token)
}

// Commit is CommitCtx without a context.
func (s *sessionStore) Commit(token string, data []byte, expiry time.Time) error {
	return s.CommitCtx(context.Background(), token, data, expiry)
}

// Delete is DeleteCtx without a context.
func (s *sessionStore) Delete(token string) error { return s.DeleteCtx(context.Background(), token) }

// isDuplicate reports whether a row was refused because its key is taken.
func isDuplicate(err error) bool { return errors.Is(err, gorm.ErrDuplicatedKey) }

package account

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"

	"assay/domain"
	"assay/domain/store"
)

// OpenSession is a session as its owner sees it.
type OpenSession struct {
	ID         uuid.UUID
	SignedInAt time.Time
	SeenAt     time.Time
	Address    string
	Agent      string
	Tenant     domain.TenantID // where it works now; may be zero
	Current    bool            // it is the one that asks
}

// List gives the open sessions of who is signed in, the one that asks first, then the latest used.
func (s *Sessions) List(ctx context.Context, account uuid.UUID) ([]OpenSession, error) {
	return s.service.openSessions(ctx, account, tokenHash(s.scs.Token(ctx)))
}

// OpenSessions are the same for who does not come with a session, but with an API token: none of them is the current one.
func (s *Service) OpenSessions(ctx context.Context, account uuid.UUID) ([]OpenSession, error) {
	return s.openSessions(ctx, account, []byte{})
}

func (s *Service) openSessions(ctx context.Context, account uuid.UUID, current []byte) (sessions []OpenSession, err error) {
	err = s.db.Shared(ctx, func(_ context.Context, tx *store.Tx) error {
		var rows []struct {
			SessionID      uuid.UUID
			SignedInAt     time.Time
			SeenAt         time.Time
			Address, Agent string
			TenantID       *uuid.UUID
			Current        bool
		}
		// The condition on the account stands first: gorm would spread a []byte directly behind a parenthesis.
		err := tx.Raw(`SELECT session_id, coalesce(signed_in_at, created_at) AS signed_in_at, seen_at, address, agent, tenant_id, token_hash = ? AS current
			FROM sign_in_session WHERE account_id = ? AND expires_at > ? ORDER BY current DESC, seen_at DESC LIMIT 100`, current, account, s.clock().UTC()).Scan(&rows).Error
		for _, r := range rows {
			open := OpenSession{ID: r.SessionID, SignedInAt: r.SignedInAt.UTC(), SeenAt: r.SeenAt.UTC(), Address: r.Address, Agent: r.Agent, Current: r.Current}
			if r.TenantID != nil {
				open.Tenant = domain.TenantID(*r.TenantID)
			}
			sessions = append(sessions, open)
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("list sessions: %w", err)
	}
	return sessions, nil
}

// End ends one of the person's own sessions; one that has ended is no error.
func (s *Sessions) End(ctx context.Context, by By, id uuid.UUID) error {
	return s.service.EndSession(ctx, by, id)
}

// EndSession is End for who comes with an API token.
func (s *Service) EndSession(ctx context.Context, by By, id uuid.UUID) error {
	return s.deed(ctx, by, "account.session.end", nil, map[string]string{"session": id.String()}, func(tx *store.Tx) error {
		return tx.Exec(`DELETE FROM sign_in_session WHERE account_id = ? AND session_id = ?`, by.Account, id).Error
	})
}

// EndOthers ends all of the person's sessions but the one that asks.
func (s *Sessions) EndOthers(ctx context.Context, by By) error {
	current := tokenHash(s.scs.Token(ctx))
	return s.service.deed(ctx, by, "account.session.end_others", nil, nil, func(tx *store.Tx) error {
		return endSessions(tx, by.Account, current)
	})
}

// EndAllSessions ends all of the person's sessions on pages, for who comes with an API token.
func (s *Service) EndAllSessions(ctx context.Context, by By) error {
	return s.deed(ctx, by, "account.session.end_all", nil, nil, func(tx *store.Tx) error { return endSessions(tx, by.Account, nil) })
}

// endSessions ends an account's sessions except one; nil excepts none.
func endSessions(tx *store.Tx, account uuid.UUID, except []byte) error {
	if except == nil {
		except = []byte{}
	}
	return tx.Exec(`DELETE FROM sign_in_session WHERE account_id = ? AND token_hash <> ?`, account, except).Error
}

func (s *Service) sessionAlive(ctx context.Context, token string) (alive bool, err error) {
	err = s.db.Shared(ctx, func(_ context.Context, tx *store.Tx) error {
		return tx.Raw(`SELECT EXISTS (SELECT 1 FROM sign_in_session WHERE token_hash = ?)`, tokenHash(token)).Scan(&alive).Error
	})
	if err != nil {
		return false, fmt.Errorf("look for session: %w", err)
	}
	return alive, nil
}

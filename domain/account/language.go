package account

import (
	"context"
	"fmt"

	"github.com/alexedwards/scs/v2"
	"github.com/google/uuid"

	"assay/domain/store"
)

// SetLanguage keeps the language in which a person reads with the account, and in every session of theirs that is open: pages on other
// devices show it from the next request on, and letters are written in it. Whether pages know it is the caller's to check.
func (s *Service) SetLanguage(ctx context.Context, by By, before, language string) error {
	return s.deed(ctx, by, "account.language", before, language, func(tx *store.Tx) error {
		if err := tx.Exec(`UPDATE account SET language = ? WHERE account_id = ?`, language, by.Account).Error; err != nil {
			return err
		}
		return speak(tx, by.Account, language)
	})
}

// speak changes the language in the person's open sessions. One that is written by a request of its own at the same moment may keep the
// former language until the person signs in again.
func speak(tx *store.Tx, account uuid.UUID, language string) error {
	var open []struct{ TokenHash, Data []byte }
	if err := tx.Raw(`SELECT token_hash, data FROM sign_in_session WHERE account_id = ? ORDER BY token_hash FOR UPDATE`, account).Scan(&open).Error; err != nil {
		return err
	}
	for _, session := range open {
		deadline, values, err := scs.GobCodec{}.Decode(session.Data)
		if err != nil {
			return fmt.Errorf("read a session: %w", err)
		}
		values[keyLanguage] = language
		data, err := scs.GobCodec{}.Encode(deadline, values)
		if err != nil {
			return fmt.Errorf("write a session: %w", err)
		}
		if err := tx.Exec(`UPDATE sign_in_session SET data = ? WHERE token_hash = ?`, data, session.TokenHash).Error; err != nil {
			return err
		}
	}
	return nil
}

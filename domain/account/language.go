package account

import (
	"context"

	"assay/domain/store"
)

// SetLanguage keeps the language in which a person reads with the account: pages on other devices show it from the next
// sign-in on, and letters are written in it. Whether pages know it is the caller's to check.
func (s *Service) SetLanguage(ctx context.Context, by By, before, language string) error {
	return s.deed(ctx, by, "account.language", before, language, func(tx *store.Tx) error {
		return tx.Exec(`UPDATE account SET language = ? WHERE account_id = ?`, language, by.Account).Error
	})
}

package account

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base32"
	"strings"

	"github.com/google/uuid"

	"assay/domain/notice"
	"assay/domain/store"
)

// Recovery codes: ten, of 80 random bits each, so that a hash of one need not be slow.
const (
	recoveryCodes  = 10
	recoveryLength = 16 // letters of base32
)

// RenewRecoveryCodes makes ten new codes and ends the old ones. They are given once; only
// their hashes are kept.
func (s *Service) RenewRecoveryCodes(ctx context.Context, by By) (codes []string, err error) {
	err = s.deedWithNotice(ctx, by, by.Account, "account.recovery_codes.renew", notice.AccountFactorChanged, func(tx *store.Tx) error {
		codes, err = s.makeRecoveryCodes(tx, by.Account)
		return err
	})
	return codes, err
}

// firstRecoveryCodes makes codes for who has none that is unused.
func (s *Service) firstRecoveryCodes(tx *store.Tx, account uuid.UUID) ([]string, error) {
	left, err := countRecoveryCodes(tx, account)
	if err != nil || left > 0 {
		return nil, err
	}
	return s.makeRecoveryCodes(tx, account)
}

func (s *Service) makeRecoveryCodes(tx *store.Tx, account uuid.UUID) ([]string, error) {
	codes, hashes := make([]string, recoveryCodes), make([][]byte, recoveryCodes)
	for i := range codes {
		var random [recoveryLength * 5 / 8]byte
		_, _ = rand.Read(random[:]) // never fails; see crypto/rand
		plain := strings.ToLower(base32.StdEncoding.EncodeToString(random[:]))
		codes[i] = plain[:4] + "-" + plain[4:8] + "-" + plain[8:12] + "-" + plain[12:]
		hashes[i] = recoveryHash(account, plain)
	}
	return codes, replaceRecoveryCodes(tx, account, hashes, s.clock().UTC())
}

// recoveryHash includes the account, so that equal codes of two people would not look equal.
func recoveryHash(account uuid.UUID, plain string) []byte {
	sum := sha256.Sum256([]byte("recovery " + account.String() + " " + plain))
	return sum[:]
}

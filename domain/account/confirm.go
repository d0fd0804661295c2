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

// Factors tells what second factors an account has.
func (s *Service) Factors(ctx context.Context, account uuid.UUID) (f Factors, err error) {
	err = s.db.Shared(ctx, func(_ context.Context, tx *store.Tx) error {
		f, err = findFactors(tx, account)
		return err
	})
	if err != nil {
		return Factors{}, fmt.Errorf("read second factors: %w", err)
	}
	return f, nil
}

// Confirm checks a fresh second factor, whatever the age of the session, and says who gave it,
// how and when: the proof that a signature keeps. Call it outside the transaction of the deed: a wrong answer
// must be counted although nothing else is kept. A wrong answer is KindUnauthenticated, too many within an hour KindTooMany, an
// account without a second factor ErrNoFactor. Each code and each challenge counts once.
func (s *Service) Confirm(ctx context.Context, account uuid.UUID, answer Answer) (Proof, error) {
	proof := Proof{Account: account, At: s.clock().UTC()}
	var failure error
	guessed := 0
	err := s.db.Shared(ctx, func(_ context.Context, tx *store.Tx) error {
		factors, err := findFactors(tx, account)
		if err != nil {
			return err
		}
		if !factors.Any() {
			return ErrNoFactor
		}
		// The lock makes attempts at one account's codes queue, so that many at once cannot pass the bound.
		allowed, err := factorAllowed(tx, account, proof.At)
		if err != nil {
			return err
		}
		if !allowed && len(answer.Passkey) == 0 {
			failure = errTooManyOfFactor
			return nil
		}
		proof.Method, proof.Detail, err = s.check(tx, account, answer)
		if domain.Is(err, domain.KindUnauthenticated) {
			// A wrong answer commits, so that it is counted.
			failure = err
			guessed, err = factorFailed(tx, account, proof.At)
			return err
		}
		if err != nil {
			return err
		}
		return factorSucceeded(tx, account)
	})
	if err == nil && guessed == factorFailuresAllowed {
		err = s.tellGuessed(ctx, account, proof.At)
	}
	if err = firstError(err, failure); err != nil {
		return Proof{}, fmt.Errorf("confirm: %w", err)
	}
	return proof, nil
}

func firstError(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// check compares an answer with every factor that it can be.
func (s *Service) check(tx *store.Tx, account uuid.UUID, answer Answer) (Method, string, error) {
	if len(answer.Passkey) > 0 {
		name, err := s.checkPasskey(tx, account, answer)
		return MethodPasskey, name, err
	}
	code := plainCode(answer.Code)
	switch len(code) {
	case codeDigits:
		row, err := findAuthenticator(tx, account)
		if err != nil || row == nil || !row.Confirmed {
			return "", "", firstError(err, errWrongFactor)
		}
		step, err := s.matchCode(account, row, code)
		if err != nil {
			return "", "", err
		}
		if step == 0 {
			return "", "", errWrongFactor
		}
		fresh, err := useStep(tx, account, step)
		if err != nil || !fresh {
			return "", "", firstError(err, errWrongFactor)
		}
		return MethodAuthenticator, "", nil
	case recoveryLength:
		used, err := useRecoveryCode(tx, account, recoveryHash(account, code), s.clock().UTC())
		if err != nil || !used {
			return "", "", firstError(err, errWrongFactor)
		}
		return MethodRecovery, "", nil
	}
	return "", "", errWrongFactor
}

// factorAllowed says whether the account may try another code, and locks its count.
func factorAllowed(tx *store.Tx, account uuid.UUID, now time.Time) (bool, error) {
	row, err := lockFactorFailures(tx, account, now)
	if err != nil {
		return false, err
	}
	return row.Failures < factorFailuresAllowed || now.Sub(row.Since) >= factorFailureWindow, nil
}

// tellGuessed lets the owner know that somebody who has the password guesses codes.
func (s *Service) tellGuessed(ctx context.Context, account uuid.UUID, now time.Time) error {
	tenant, err := s.homeOf(ctx, account)
	if err != nil || tenant.IsZero() {
		return err
	}
	err = s.db.InTenant(ctx, tenant, func(ctx context.Context, tx *store.Tx) error {
		err := notice.Send(ctx, tx, tenant, now, account, notice.Message{Kind: notice.AccountCodesGuessed, Link: "/account",
			Arguments: notice.Arguments{Moments: map[string]time.Time{"At": now}}})
		if err != nil {
			return err
		}
		return s.record(ctx, tx, tenant, By{SignInName: "system"}, "account.codes_guessed", "account/"+account.String(), nil, nil)
	})
	if err != nil {
		return fmt.Errorf("tell of guessed codes: %w", err)
	}
	return nil
}

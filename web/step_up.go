package web

import (
	"errors"
	"slices"

	"assay/domain"
	"assay/domain/account"
	"assay/web/view"
)

// stepUp is the part of a form that asks for a fresh second factor, whatever the age of the
// session: {{template "step-up" .StepUp}} inside the form whose handler calls confirmStepUp. Who has no second factor is told where to set one up.
func (v *visit) stepUp() (*view.StepUp, error) {
	return v.stepUpOf(v.person)
}

func (v *visit) stepUpOf(person account.Person) (*view.StepUp, error) {
	ctx := v.Request().Context()
	factors, err := v.server.Accounts.Factors(ctx, person.Account)
	if err != nil {
		return nil, err
	}
	part := &view.StepUp{Codes: factors.Any()}
	if !factors.Any() {
		part.SetUp = "/account"
		return part, nil
	}
	if len(factors.Passkeys) == 0 || !v.site().Passkeys() {
		return part, nil
	}
	challenge, err := v.server.Accounts.AskPasskey(ctx, person.Account, v.site())
	if err != nil {
		return nil, err
	}
	if err := v.server.Sessions.KeepChallenge(ctx, challenge); err != nil {
		return nil, err
	}
	part.Passkey = string(challenge.Options)
	return part, nil
}

// confirmStepUp checks what the person gave in the form. Call it before the transaction of
// the deed: a wrong answer must be counted although nothing else is kept. An error of
// KindUnauthenticated or KindTooMany has a Key with a sentence for the form (see faultText).
func (v *visit) confirmStepUp() (account.Proof, error) {
	return v.confirmStepUpOf(v.person)
}

func (v *visit) confirmStepUpOf(person account.Person) (account.Proof, error) {
	ctx := v.Request().Context()
	answer := account.Answer{Code: v.FormValue("factor_code"), Passkey: []byte(v.FormValue("factor_passkey"))}
	if len(answer.Passkey) > 0 {
		answer.Challenge = v.server.Sessions.TakeChallenge(ctx)
	}
	return v.server.Accounts.Confirm(ctx, person.Account, answer)
}

// site is the address under which the browser sees this installation.
func (v *visit) site() account.Site {
	if public := v.server.options.Public; public != "" {
		return account.Site(public)
	}
	scheme := "http"
	if v.server.options.Secure {
		scheme = "https"
	}
	return account.Site(scheme + "://" + v.Request().Host)
}

// formFaults are the failures that a form shows in its place, by their key.
var formFaults = []string{"factor.wrong", "factor.too_many", "factor.outdated", "factor.required", "factor.none"}

// faultText is the sentence for a form of a failure that the person can mend at once; false for
// all others, which are answered as a page.
func (v *visit) faultText(err error) (string, bool) {
	var failure *domain.Error
	if errors.As(err, &failure) && slices.Contains(formFaults, failure.Key) {
		return v.T(failure.Key), true
	}
	return "", false
}

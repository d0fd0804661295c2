package web

import (
	"encoding/base64"
	"net/http"
	"strconv"
	"time"

	"github.com/google/uuid"

	"assay/domain"
	"assay/domain/access"
	"assay/domain/account"
	"assay/web/locales"
	"assay/web/view"
)

// ownRoutes are the pages of a person's own account: being signed in is enough.
var ownRoutes = []route{
	{http.MethodGet, "/account", anyPerson, "", false, (*visit).showAccount},
	{http.MethodGet, "/account/confirm", anyPerson, "", false, (*visit).showConfirm},
	{http.MethodPost, "/account/confirm", anyPerson, "", false, (*visit).confirmAccount},
	{http.MethodPost, "/account/password", anyPerson, "", false, (*visit).changePassword},
	{http.MethodGet, "/account/authenticator", anyPerson, "", false, (*visit).showAuthenticator},
	{http.MethodPost, "/account/authenticator", anyPerson, "", false, (*visit).addAuthenticator},
	{http.MethodPost, "/account/authenticator/remove", anyPerson, "", false, (*visit).removeAuthenticator},
	{http.MethodGet, "/account/passkey", anyPerson, "", false, (*visit).showPasskey},
	{http.MethodPost, "/account/passkey", anyPerson, "", false, (*visit).addPasskey},
	{http.MethodPost, "/account/passkey/remove", anyPerson, "", false, (*visit).removePasskey},
	{http.MethodPost, "/account/recovery", anyPerson, "", false, (*visit).renewRecovery},
	{http.MethodPost, "/account/sessions/end", anyPerson, "", false, (*visit).endSession},
	{http.MethodPost, "/account/tokens", anyPerson, "", false, (*visit).issueToken},
	{http.MethodPost, "/account/tokens/revoke", anyPerson, "", false, (*visit).revokeToken},
}

// tokenDays are the lifetimes of an API token that the page offers.
var tokenDays = []int{1, 30, 90, 365}

// by is who does something with an account, for the record.
func (v *visit) by() account.By { return v.person.By(v.RealIP()) }

// showAccount shows everything of the own account.
func (v *visit) showAccount() error { return v.showAccountWith(http.StatusOK, nil, "") }

// showAccountWith is the same with what was wrong with a form, or with a new token, which is shown once.
func (v *visit) showAccountWith(status int, fault *view.FormFault, token string) error {
	ctx := v.Request().Context()
	factors, err := v.server.Accounts.Factors(ctx, v.person.Account)
	if err != nil {
		return err
	}
	confined, err := v.confined()
	if err != nil {
		return err
	}
	page := view.Account{Layout: v.layout(v.T("account.title")), SignInName: v.person.SignInName, Fault: fault, NewToken: token,
		Confined: confined, Required: v.QueryParam("required") != "",
		Authenticator: factors.Authenticator, PasskeysWork: v.site().Passkeys(), AnyFactor: factors.Any(), RecoveryLeft: v.TN("account.recovery.left", int64(factors.RecoveryLeft))}
	for _, p := range factors.Passkeys {
		used := v.T("account.never")
		if p.UsedAt != nil {
			used = v.Instant(*p.UsedAt)
		}
		page.Passkeys = append(page.Passkeys, view.Passkey{ID: p.ID.String(), Name: p.Name, Made: v.Instant(p.CreatedAt), Used: used})
	}
	sessions, err := v.server.Sessions.List(ctx, v.person.Account)
	if err != nil {
		return err
	}
	for _, s := range sessions {
		page.Sessions = append(page.Sessions, view.Session{ID: s.ID.String(), Device: v.device(s.Agent), Address: s.Address, Since: v.Instant(s.SignedInAt), Seen: v.Instant(s.SeenAt), Current: s.Current})
	}
	page.Others = len(sessions) > 1
	if v.tenant != nil {
		if err := v.addTokens(&page); err != nil {
			return err
		}
	}
	return v.show(status, "account", page)
}

func (v *visit) addTokens(page *view.Account) error {
	tokens, err := v.server.Accounts.Tokens(v.Request().Context(), v.person.Account, v.tenant.ID)
	if err != nil {
		return err
	}
	page.Tokens = &view.Tokens{Administration: v.tenant.Name(v.Language)}
	for _, t := range tokens {
		row := view.Token{ID: t.ID.String(), Name: t.Name, Made: v.Instant(t.CreatedAt), Ends: v.Instant(t.ExpiresAt), Used: v.T("account.never")}
		if t.SeenAt != nil {
			row.Used = v.Instant(*t.SeenAt)
		}
		row.Scopes = t.Scopes
		page.Tokens.Rows = append(page.Tokens.Rows, row)
	}
	for _, action := range access.Actions {
		if v.may(action) {
			page.Tokens.Scopes = append(page.Tokens.Scopes, string(action))
		}
	}
	for i, days := range tokenDays {
		page.Tokens.Lifetimes = append(page.Tokens.Lifetimes, view.Choice{Value: strconv.Itoa(days), Text: v.TN("account.days", int64(days)), Selected: i == 1})
	}
	return nil
}

// confined reports whether an administration's identity provider has signed the person in, who also has to do with
// others: then the account's page is for who signs in with the own password.
func (v *visit) confined() (bool, error) {
	ctx := v.Request().Context()
	tenant := v.server.Sessions.Confined(ctx)
	if tenant.IsZero() {
		return false, nil
	}
	only, err := v.server.Accounts.OnlyIn(ctx, v.person.Account, tenant)
	return !only, err
}

// requireFresh sends who has a second factor, and has not shown it lately, to confirm. False means that the
// answer has been given.
func (v *visit) requireFresh() (bool, error) {
	ctx := v.Request().Context()
	if confined, err := v.confined(); err != nil {
		return false, err
	} else if confined {
		return false, &domain.Error{Kind: domain.KindForbidden, Key: "account.confined", Message: "sign in with your own password to change your account"}
	}
	factors, err := v.server.Accounts.Factors(ctx, v.person.Account)
	if err != nil {
		return false, err
	}
	if factors.Any() && !v.server.Sessions.Fresh(ctx) {
		return false, v.goTo("/account/confirm")
	}
	return true, nil
}

func (v *visit) showConfirm() error { return v.showConfirmWith(http.StatusOK, "") }

func (v *visit) showConfirmWith(status int, fault string) error {
	part, err := v.stepUp()
	if err != nil {
		return err
	}
	return v.show(status, "factor", view.Factor{Layout: v.layout(v.T("factor.confirm.title")), Sub: v.T("factor.confirm.sub"), Action: "/account/confirm", Fault: fault, StepUp: *part})
}

func (v *visit) confirmAccount() error {
	proof, err := v.confirmStepUp()
	if text, ok := v.faultText(err); ok {
		return v.showConfirmWith(statuses[kindOf(err)], text)
	}
	if err != nil {
		return err
	}
	if err := v.server.Sessions.Strengthen(v.Request().Context(), proof.Method); err != nil {
		return err
	}
	return v.goTo("/account")
}

func (v *visit) changePassword() error {
	ctx := v.Request().Context()
	err := v.server.Sessions.ChangePassword(ctx, v.by(), v.FormValue("old"), v.FormValue("password"))
	switch kindOf(err) {
	case domain.KindInvalid, domain.KindTooMany:
		return v.showAccountWith(statuses[kindOf(err)], v.formFault(err), "")
	}
	if err != nil {
		return err
	}
	return v.goTo("/account")
}

// formFault is what was wrong with a form, field by field, in the reader's language.
func (v *visit) formFault(err error) *view.FormFault {
	fault := &view.FormFault{Text: v.T("failure.invalid.text")}
	for _, field := range fieldsOf(err) {
		fault.Text = locales.Whole(v.Wrong(field))
	}
	if kindOf(err) == domain.KindTooMany {
		fault.Text = v.T("sign_in.too_many")
	}
	return fault
}

func (v *visit) showAuthenticator() error { return v.showAuthenticatorWith(http.StatusOK, "") }

func (v *visit) showAuthenticatorWith(status int, fault string) error {
	if ok, err := v.requireFresh(); !ok {
		return err
	}
	setup, err := v.server.Accounts.BeginAuthenticator(v.Request().Context(), v.person.Account)
	if err != nil {
		return err
	}
	return v.show(status, "authenticator", view.Authenticator{Layout: v.layout(v.T("account.authenticator.title")), Fault: fault, Secret: spaced(setup.Secret),
		Picture: view.PNG(base64.StdEncoding.EncodeToString(setup.Picture))})
}

func spaced(text string) string {
	var parted []byte
	for i := range len(text) {
		if i > 0 && i%4 == 0 {
			parted = append(parted, ' ')
		}
		parted = append(parted, text[i])
	}
	return string(parted)
}

func (v *visit) addAuthenticator() error {
	ctx := v.Request().Context()
	if ok, err := v.requireFresh(); !ok {
		return err
	}
	codes, err := v.server.Accounts.ConfirmAuthenticator(ctx, v.by(), v.FormValue("factor_code"))
	if text, ok := v.faultText(err); ok {
		return v.showAuthenticatorWith(statuses[kindOf(err)], text)
	}
	if err != nil {
		return err
	}
	return v.afterFactor(account.MethodAuthenticator, codes)
}

// afterFactor notes that a new factor was just used, and shows recovery codes where there are new ones.
func (v *visit) afterFactor(method account.Method, codes []string) error {
	if err := v.server.Sessions.Strengthen(v.Request().Context(), method); err != nil {
		return err
	}
	if len(codes) > 0 {
		return v.show(http.StatusOK, "recovery", view.Recovery{Layout: v.layout(v.T("account.recovery.title")), Codes: codes})
	}
	return v.goTo("/account")
}

func (v *visit) removeAuthenticator() error {
	if ok, err := v.requireFresh(); !ok {
		return err
	}
	if err := v.server.Accounts.RemoveAuthenticator(v.Request().Context(), v.by()); err != nil {
		return err
	}
	return v.goTo("/account")
}

func (v *visit) showPasskey() error { return v.showPasskeyWith(http.StatusOK, "") }

func (v *visit) showPasskeyWith(status int, fault string) error {
	ctx := v.Request().Context()
	if ok, err := v.requireFresh(); !ok {
		return err
	}
	challenge, err := v.server.Accounts.BeginPasskey(ctx, v.person.Account, v.site())
	if err != nil {
		return err
	}
	if err := v.server.Sessions.KeepChallenge(ctx, challenge); err != nil {
		return err
	}
	return v.show(status, "passkey", view.NewPasskey{Layout: v.layout(v.T("account.passkey.title")), Fault: fault, Question: string(challenge.Options), Name: v.device(v.Request().UserAgent())})
}

func (v *visit) addPasskey() error {
	ctx := v.Request().Context()
	if ok, err := v.requireFresh(); !ok {
		return err
	}
	codes, err := v.server.Accounts.AddPasskey(ctx, v.by(), v.server.Sessions.TakeChallenge(ctx), v.FormValue("name"), []byte(v.FormValue("factor_passkey")))
	if kindOf(err) == domain.KindInvalid || kindOf(err) == domain.KindConflict {
		return v.showPasskeyWith(statuses[kindOf(err)], v.T("factor.passkey.failed"))
	}
	if err != nil {
		return err
	}
	return v.afterFactor(account.MethodPasskey, codes)
}

func (v *visit) removePasskey() error {
	if ok, err := v.requireFresh(); !ok {
		return err
	}
	id, err := uuid.Parse(v.FormValue("passkey"))
	if err != nil {
		return domain.Errorf(domain.KindNotFound, "there is no such passkey")
	}
	if err := v.server.Accounts.RemovePasskey(v.Request().Context(), v.by(), id); err != nil {
		return err
	}
	return v.goTo("/account")
}

func (v *visit) renewRecovery() error {
	if ok, err := v.requireFresh(); !ok {
		return err
	}
	codes, err := v.server.Accounts.RenewRecoveryCodes(v.Request().Context(), v.by())
	if err != nil {
		return err
	}
	return v.show(http.StatusOK, "recovery", view.Recovery{Layout: v.layout(v.T("account.recovery.title")), Codes: codes})
}

// endSession ends one of the own sessions, or all others.
func (v *visit) endSession() error {
	ctx := v.Request().Context()
	if v.FormValue("session") == "others" {
		if err := v.server.Sessions.EndOthers(ctx, v.by()); err != nil {
			return err
		}
		return v.goTo("/account")
	}
	id, err := uuid.Parse(v.FormValue("session"))
	if err != nil {
		return domain.Errorf(domain.KindNotFound, "there is no such session")
	}
	if err := v.server.Sessions.End(ctx, v.by(), id); err != nil {
		return err
	}
	return v.goTo("/account")
}

// issueToken makes an API token of what the person may do, or less.
func (v *visit) issueToken() error {
	if v.tenant == nil {
		return errNoAdministration
	}
	if ok, err := v.requireFresh(); !ok {
		return err
	}
	in := account.NewToken{Name: v.FormValue("token_name")}
	for _, days := range tokenDays {
		if strconv.Itoa(days) == v.FormValue("lifetime") {
			in.Lifetime = time.Duration(days) * 24 * time.Hour
		}
	}
	form, err := v.FormParams()
	if err != nil {
		return domain.Wrap(domain.KindInvalid, err, "the form cannot be read")
	}
	in.Scopes = append(in.Scopes, form["scope"]...)
	token, _, err := v.server.Access.IssueToken(v.Request().Context(), v.giver(), in)
	if kindOf(err) == domain.KindInvalid {
		return v.showAccountWith(http.StatusBadRequest, v.formFault(err), "")
	}
	if err != nil {
		return err
	}
	return v.showAccountWith(http.StatusOK, nil, token)
}

func (v *visit) revokeToken() error {
	if v.tenant == nil {
		return errNoAdministration
	}
	id, err := uuid.Parse(v.FormValue("token"))
	if err != nil {
		return domain.Errorf(domain.KindNotFound, "there is no such token")
	}
	if err := v.server.Accounts.RevokeToken(v.Request().Context(), v.by(), id); err != nil {
		return err
	}
	return v.goTo("/account")
}

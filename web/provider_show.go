package web

import (
	"net/http"
	"slices"
	"strings"

	"assay/domain"
	"assay/domain/access"
	"assay/domain/identity"
	"assay/web/view"
)

// joinable are the roles that a provider may give to who is neither here nor invited: none that manages people or
// stands for an office or an officer.
var joinable = []access.Role{access.Analyst, access.Auditor, access.DataOfficer}

// showProvider shows where the administration's identity provider is.
func (v *visit) showProvider() error {
	provider, err := v.server.Identity.Of(v.Request().Context(), v.tenant.ID)
	if err != nil {
		return err
	}
	page, err := v.providerPage(provider)
	if err != nil {
		return err
	}
	page.Saved = v.QueryParam("saved") != ""
	return v.show(http.StatusOK, "provider", page)
}

func (v *visit) providerPage(p *identity.Provider) (view.Provider, error) {
	page := view.Provider{Layout: v.layout(v.T("provider.title")), Address: v.at("provider"), Back: string(v.site()) + providerBack,
		SignIn: string(v.site()) + "/sign-in/through?administration=" + v.tenant.Code, Set: p != nil, SecretsKept: v.server.Identity.KeepsSecrets()}
	page.Here = page.Address
	if p == nil {
		p = &identity.Provider{Scopes: identity.DefaultScopes, Factor: identity.FactorOwn}
	}
	page.Issuer, page.ClientID, page.Name = p.Issuer, p.ClientID, p.Name
	page.Scopes, page.Domains, page.Values = strings.Join(p.Scopes, " "), strings.Join(p.Domains, " "), strings.Join(p.FactorValues, " ")
	page.HasSecret, page.Enabled = p.HasSecret, p.Enabled
	page.Roles = []view.Choice{{Text: v.T("provider.joins.nobody"), Selected: p.JoinsAs == ""}}
	for _, role := range joinable {
		page.Roles = append(page.Roles, view.Choice{Value: string(role), Text: v.T("role." + string(role)), Selected: p.JoinsAs == string(role)})
	}
	for _, factor := range identity.Factors {
		page.Factors = append(page.Factors, view.Choice{Value: string(factor), Text: v.T("provider.factor." + string(factor)), Selected: p.Factor == factor})
	}
	part, err := v.stepUp()
	if err != nil {
		return page, err
	}
	if part.Codes {
		page.StepUp = part
	}
	return page, nil
}

// draftOfForm is what the form says. What is no choice of the form is refused by the room.
func (v *visit) draftOfForm() identity.Draft {
	d := identity.Draft{Provider: identity.Provider{Issuer: v.FormValue("issuer"), ClientID: v.FormValue("client_id"), Name: v.FormValue("name"), Scopes: strings.Fields(v.FormValue("scopes")),
		Domains: strings.Fields(v.FormValue("domains")), JoinsAs: v.FormValue("joins_as"), Factor: identity.Factor(v.FormValue("factor")), FactorValues: strings.Fields(v.FormValue("factor_values")),
		Enabled: v.FormValue("enabled") != ""}, Secret: v.FormValue("secret"), NoSecret: v.FormValue("no_secret") != ""}
	return d
}

// saveProvider sets the provider. Whoever can do this decides who is let in, so a second factor is asked for again of who has one.
func (v *visit) saveProvider() error {
	draft := v.draftOfForm()
	if draft.JoinsAs != "" && !slices.Contains(joinable, access.Role(draft.JoinsAs)) {
		return domain.Invalid("the provider cannot be set like this", domain.FieldError{Field: "joins_as", Message: "is not one of the roles"})
	}
	err := v.stepUpOfDeed()
	if err == nil {
		err = v.server.Identity.Save(v.Request().Context(), v.tenant.ID, v.author(), draft)
	}
	text, mendable := v.faultText(err)
	if mendable || kindOf(err) == domain.KindInvalid {
		page, failed := v.providerPage(&draft.Provider)
		if failed != nil {
			return failed
		}
		if page.Fault = v.formFault(err); mendable {
			page.Fault = &view.FormFault{Text: text}
		}
		return v.show(statuses[kindOf(err)], "provider", page)
	}
	if err != nil {
		return err
	}
	return v.goTo(v.at("provider?saved=yes"))
}

// stepUpOfDeed asks who has a second factor for it, and nothing of who has none.
func (v *visit) stepUpOfDeed() error {
	factors, err := v.server.Accounts.Factors(v.Request().Context(), v.person.Account)
	if err != nil || !factors.Any() {
		return err
	}
	_, err = v.confirmStepUp()
	return err
}

// lookAtProvider asks the provider what it says of itself.
func (v *visit) lookAtProvider() error {
	ctx := v.Request().Context()
	if err := v.server.Accounts.AllowDetour(v.RealIP()); err != nil {
		return err
	}
	provider, err := v.server.Identity.Of(ctx, v.tenant.ID)
	if err != nil {
		return err
	}
	findings, err := v.server.Identity.Look(ctx, v.tenant.ID)
	if err != nil {
		return err
	}
	page, err := v.providerPage(provider)
	if err != nil {
		return err
	}
	page.Looked = true
	for _, f := range findings {
		page.Findings = append(page.Findings, view.ProviderFinding{Name: v.T("provider.look." + f.Key), Text: f.Text, Good: f.Good})
	}
	return v.show(http.StatusOK, "provider", page)
}

func (v *visit) removeProvider() error {
	if err := v.server.Identity.Remove(v.Request().Context(), v.tenant.ID, v.author()); err != nil {
		return err
	}
	return v.goTo(v.at("provider"))
}

// tryProvider sends the administrator to the provider and back, to see what it says. Nobody is signed in by it.
func (v *visit) tryProvider() error { return v.depart(v.tenant.ID, v.at("provider"), true) }

// showTrial shows what the provider said, to the administrator who has tried it and nobody else.
func (v *visit) showTrial(d identity.Detour, provider *identity.Provider, told identity.Told, failure error) error {
	if v.tenant == nil || v.tenant.ID != d.Tenant || !v.may(access.IdentityProviderWrite) {
		return domain.Errorf(domain.KindForbidden, "only who may set the provider tries it")
	}
	page := view.ProviderTrial{Layout: v.layout(v.T("provider.trial.title")), Back: v.at("provider"), Again: v.at("provider/try")}
	page.Here = page.Back
	if text, ok := v.providerFault(failure); ok {
		page.Fault = text
		return v.show(statuses[kindOf(failure)], "trial", page)
	}
	if failure != nil {
		return failure
	}
	meant, err := v.server.Accounts.WouldVouch(v.Request().Context(), d.Tenant, told.Identity, reception(v.tenant, provider))
	if text, ok := v.providerFault(err); ok {
		page.Meant = text
	} else if err != nil {
		return err
	} else {
		page.Meant = v.T("provider.trial.meant", "Name", meant)
	}
	yes := map[bool]string{true: v.T("answer.yes"), false: v.T("answer.no")}
	page.Facts = []view.Fact{{Name: v.T("provider.trial.subject"), Text: told.Identity.Subject, Code: true}, {Name: v.T("people.email"), Text: told.Email, Code: true},
		{Name: v.T("provider.trial.verified"), Text: yes[told.Verified]}, {Name: v.T("people.name"), Text: told.Identity.Name},
		{Name: "acr", Text: told.ACR, Code: true}, {Name: "amr", Text: strings.Join(told.AMR, " "), Code: true}, {Name: v.T("provider.trial.factor"), Text: yes[told.Factor]}}
	return v.show(http.StatusOK, "trial", page)
}

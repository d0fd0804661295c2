package web

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strings"

	"assay/domain"
	"assay/domain/access"
	"assay/domain/account"
	"assay/domain/administration"
	"assay/domain/identity"
	"assay/web/view"
)

// providerBack is where every identity provider sends people back.
const providerBack = "/sign-in/back"

var providerRoutes = []route{
	{http.MethodGet, "/sign-in/through", everyone, "", false, (*visit).showThrough},
	{http.MethodGet, "/sign-in/through/:code", everyone, "", false, (*visit).goThrough},
	{http.MethodGet, providerBack, everyone, "", false, (*visit).comeBack},
	{http.MethodGet, "/sign-out/through/:code", everyone, "", false, (*visit).signOutThrough},
	{http.MethodGet, in + "/provider", signedIn, access.IdentityProviderWrite, false, (*visit).showProvider},
	{http.MethodPost, in + "/provider", signedIn, access.IdentityProviderWrite, false, (*visit).saveProvider},
	{http.MethodPost, in + "/provider/look", signedIn, access.IdentityProviderWrite, false, (*visit).lookAtProvider},
	{http.MethodPost, in + "/provider/remove", signedIn, access.IdentityProviderWrite, false, (*visit).removeProvider},
	{http.MethodGet, in + "/provider/try", signedIn, access.IdentityProviderWrite, false, (*visit).tryProvider},
}

// errNoProvider is one error for an administration without a provider, for a suspended one, and for one that there is not.
var errNoProvider = &domain.Error{Kind: domain.KindNotFound, Key: "provider.fault.none", Message: "there is no such administration, or its people sign in with a password here"}

// offering finds the administration of a code and the provider that its people sign in with.
func (v *visit) offering(code string) (*administration.Tenant, *identity.Provider, error) {
	ctx := v.Request().Context()
	tenant, err := v.server.Administrations.ByCode(ctx, strings.ToLower(strings.TrimSpace(code)))
	if domain.Is(err, domain.KindNotFound) || domain.Is(err, domain.KindInvalid) || err == nil && tenant.State != administration.Active {
		return nil, nil, errNoProvider
	}
	if err != nil {
		return nil, nil, err
	}
	provider, err := v.server.Identity.Offered(ctx, tenant.ID)
	return tenant, provider, err
}

// showThrough asks of which administration somebody is, and then says where the way goes: a form may not lead to another
// host, a link may.
func (v *visit) showThrough() error {
	page := view.Through{Layout: v.layout(v.T("provider.through.title")), Return: ownAddress(v.QueryParam("return")), Code: v.QueryParam("administration")}
	page.Here = "/sign-in/through"
	if page.Code == "" {
		return v.show(http.StatusOK, "through", page)
	}
	tenant, provider, err := v.offering(page.Code)
	if text, ok := v.providerFault(err); ok {
		page.Fault = text
		return v.show(statuses[kindOf(err)], "through", page)
	}
	if err != nil {
		return err
	}
	if issuer, err := url.Parse(provider.Issuer); err == nil {
		page.Host = issuer.Host
	}
	page.Provider, page.Whose = provider.Name, tenant.Name(v.Language)
	page.Go = "/sign-in/through/" + url.PathEscape(tenant.Code) + "?return=" + url.QueryEscape(page.Return)
	return v.show(http.StatusOK, "through", page)
}

// goThrough sends the browser to the provider.
func (v *visit) goThrough() error {
	tenant, _, err := v.offering(v.Param("code"))
	if err != nil {
		return v.refuseThrough(err)
	}
	return v.depart(tenant.ID, ownAddress(v.QueryParam("return")), false)
}

// depart begins a detour and keeps it in this browser's session.
func (v *visit) depart(tenant domain.TenantID, back string, trial bool) error {
	ctx := v.Request().Context()
	if err := v.server.Accounts.AllowDetour(v.RealIP()); err != nil {
		return v.refuseThrough(err)
	}
	address, detour, err := v.server.Identity.Begin(ctx, tenant, string(v.site())+providerBack, trial)
	if err != nil {
		return v.refuseThrough(err)
	}
	detour.Return = back
	content, err := json.Marshal(detour)
	if err != nil {
		return err
	}
	v.server.Sessions.KeepDetour(ctx, content)
	return v.Redirect(http.StatusSeeOther, address)
}

// comeBack ends a detour: whoever the provider means is signed in, or told in one sentence why not.
func (v *visit) comeBack() error {
	ctx := v.Request().Context()
	v.Response().Header().Set("Referrer-Policy", "no-referrer") // the address holds a code
	var detour identity.Detour
	if content := v.server.Sessions.TakeDetour(ctx); len(content) > 0 {
		if err := json.Unmarshal(content, &detour); err != nil {
			return err
		}
	}
	provider, told, err := v.server.Identity.Finish(ctx, detour, identity.Returned{State: v.QueryParam("state"), Code: v.QueryParam("code"), Issuer: v.QueryParam("iss"), Fault: v.QueryParam("error")})
	if detour.Trial {
		return v.showTrial(detour, provider, told, err)
	}
	if err != nil {
		return v.refuseThrough(err)
	}
	tenant, err := v.server.Administrations.ByID(ctx, detour.Tenant)
	if err != nil {
		return err
	}
	found, err := v.server.Accounts.Vouched(ctx, tenant.ID, told.Identity, reception(tenant, provider), v.RealIP())
	if err != nil {
		return v.refuseThrough(err)
	}
	entry, err := v.server.Sessions.Trust(ctx, found, tenant.ID, told.Factor, v.RealIP())
	if err != nil {
		return v.refuseThrough(err)
	}
	if entry.AwaitsFactor {
		return v.goTo("/sign-in/factor?return=" + url.QueryEscape(detour.Return))
	}
	return v.arrive(entry, detour.Return)
}

func reception(tenant *administration.Tenant, provider *identity.Provider) account.Reception {
	return account.Reception{Domains: provider.Domains, Role: provider.JoinsAs, Language: tenant.Languages[0]}
}

// refuseThrough shows the sign-in form with the reason; the cause goes to the log.
func (v *visit) refuseThrough(err error) error {
	text, ok := v.providerFault(err)
	if !ok {
		return err
	}
	var failure *domain.Error
	if errors.As(err, &failure) && failure.Cause != nil {
		v.server.Log.Warn("sign-in through an identity provider failed", "request", v.requestNumber(), "reason", failure.Key, "error", failure.Cause)
	}
	return v.showSignInForm(statuses[kindOf(err)], text)
}

// providerFault is the sentence for a failure of a way over a provider; false for all others.
func (v *visit) providerFault(err error) (string, bool) {
	var failure *domain.Error
	switch {
	case !errors.As(err, &failure):
		return "", false
	case strings.HasPrefix(failure.Key, "provider.fault."):
		return v.T(failure.Key), true
	case failure.Kind == domain.KindTooMany:
		return v.T("sign_in.too_many"), true
	}
	return "", false
}

// signOutThrough leads whoever has signed out here to the provider, to end that session too.
func (v *visit) signOutThrough() error {
	tenant, _, err := v.offering(v.Param("code"))
	if err != nil {
		return v.refuseThrough(err)
	}
	address, err := v.server.Identity.SignOut(v.Request().Context(), tenant.ID, string(v.site())+"/sign-in")
	if err != nil {
		return v.refuseThrough(err)
	}
	if address == "" {
		return v.goTo("/sign-in")
	}
	return v.Redirect(http.StatusSeeOther, address)
}

// refuseConfined keeps a session that an administration's provider vouched for out of what belongs to others.
func (v *visit) refuseConfined() error {
	if v.server.Sessions.Confined(v.Request().Context()).IsZero() {
		return nil
	}
	return errConfined
}

var errConfined = &domain.Error{Kind: domain.KindForbidden, Key: "sign_in.confined", Message: "you signed in through an administration's identity provider: sign out, and sign in here"}

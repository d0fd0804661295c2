package identity

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"assay/domain"
	"assay/domain/account"
)

// detourLimit is how long somebody may take at the provider.
const detourLimit = 10 * time.Minute

// Detour is a sign-in under way. It is kept in the session of the browser in which it was begun, so that nobody can
// end it in another one, and is used once.
type Detour struct {
	Tenant   domain.TenantID `json:"tenant"`
	Issuer   string          `json:"issuer"`
	Client   string          `json:"client"`
	State    string          `json:"state"`
	Nonce    string          `json:"nonce"`
	Verifier string          `json:"verifier"`
	Back     string          `json:"back"`   // where the provider sends the browser
	Return   string          `json:"return"` // where the day goes on then
	BegunAt  time.Time       `json:"begun_at"`
	// Trial is an administrator's look at what the provider says: nobody is signed in by it.
	Trial bool `json:"trial,omitempty"`
}

// Returned is what the browser brings back from the provider.
type Returned struct {
	State, Code, Issuer, Fault string
}

// Told is what the provider says of who has signed in, after everything was checked.
type Told struct {
	Identity account.Identity
	// Email is the address as the provider says it, verified or not; Identity has it only when it is.
	Email    string
	Verified bool
	// Factor is set when the administration takes this sign-in for one with a second factor.
	Factor bool
	ACR    string
	AMR    []string
}

// Errors of a way back.
var (
	errState   = &domain.Error{Kind: domain.KindConflict, Key: "provider.fault.state", Message: "this sign-in was begun in another browser, was used already, or is too old; begin again"}
	errRefused = &domain.Error{Kind: domain.KindUnauthenticated, Key: "provider.fault.refused", Message: "the provider has not signed you in"}
)

func errUntrusted(cause error) error {
	return &domain.Error{Kind: domain.KindUnauthenticated, Key: "provider.fault.token", Cause: cause,
		Message: "what the provider has answered cannot be trusted, so nobody was signed in; tell your administrator"}
}

// Begin gives the address to which the browser goes, and the detour that its session must keep. A trial works with a
// provider that is not offered yet.
func (s *Service) Begin(ctx context.Context, tenant domain.TenantID, back string, trial bool) (address string, d Detour, err error) {
	row, err := s.row(ctx, tenant)
	if err != nil {
		return "", Detour{}, err
	}
	if row == nil || !row.Enabled && !trial {
		return "", Detour{}, errNone
	}
	found, err := s.discover(ctx, row.Issuer)
	if err != nil {
		return "", Detour{}, err
	}
	d = Detour{Tenant: tenant, Issuer: row.Issuer, Client: row.ClientID, State: random(), Nonce: random(), Verifier: oauth2.GenerateVerifier(), Back: back, BegunAt: s.clock().UTC(), Trial: trial}
	p := row.provider()
	config := s.config(&p, "", found, back)
	return config.AuthCodeURL(d.State, oidc.Nonce(d.Nonce), oauth2.S256ChallengeOption(d.Verifier)), d, nil
}

// Finish ends a detour: the state is compared, the code is exchanged, and the token is held against issuer, signature,
// client, time and nonce. The caller has taken the detour out of the session before, so that it counts once.
func (s *Service) Finish(ctx context.Context, d Detour, in Returned) (*Provider, Told, error) {
	if d.State == "" || subtle.ConstantTimeCompare([]byte(d.State), []byte(in.State)) != 1 || s.clock().Sub(d.BegunAt) > detourLimit {
		return nil, Told{}, errState
	}
	// RFC 9207: another provider's answer must not be taken for this one's.
	if in.Issuer != "" && in.Issuer != d.Issuer {
		return nil, Told{}, errUntrusted(errors.New("the answer names another issuer"))
	}
	if in.Fault != "" || in.Code == "" {
		return nil, Told{}, errRefused
	}
	row, err := s.row(ctx, d.Tenant)
	if err != nil {
		return nil, Told{}, err
	}
	if row == nil || row.Issuer != d.Issuer || row.ClientID != d.Client || !row.Enabled && !d.Trial {
		return nil, Told{}, errState // it was changed meanwhile
	}
	found, err := s.discover(ctx, row.Issuer)
	if err != nil {
		return nil, Told{}, err
	}
	if found.metadata.NamesIssuer && in.Issuer == "" {
		return nil, Told{}, errUntrusted(errors.New("the answer names no issuer although the provider says that it does"))
	}
	p := row.provider()
	told, err := s.exchange(ctx, row, &p, found, d, in.Code)
	return &p, told, err
}

func (s *Service) exchange(ctx context.Context, row *providerRow, p *Provider, found *discovered, d Detour, code string) (Told, error) {
	secret := ""
	if p.HasSecret {
		opened, err := s.keys.Open(purpose(d.Tenant), row.Sealed)
		if err != nil {
			return Told{}, fmt.Errorf("open the client's secret: %w", err)
		}
		secret = string(opened)
	}
	asked, cancel := bound(ctx)
	defer cancel()
	asked = oidc.ClientContext(asked, s.client)
	config := s.config(p, secret, found, d.Back)
	token, err := config.Exchange(asked, code, oauth2.VerifierOption(d.Verifier))
	if err != nil {
		return Told{}, exchangeFault(err)
	}
	raw, _ := token.Extra("id_token").(string)
	if raw == "" {
		return Told{}, errUntrusted(errors.New("the provider has given no ID token"))
	}
	verified, err := found.provider.Verifier(&oidc.Config{ClientID: p.ClientID, Now: s.clock}).Verify(asked, raw)
	if err != nil {
		return Told{}, errUntrusted(err)
	}
	return told(p, verified, d.Nonce)
}

// exchangeFault tells a provider that refuses from one that does not answer. The library's error may hold what was
// sent; only its code and status are kept.
func exchangeFault(err error) error {
	var refused *oauth2.RetrieveError
	if errors.As(err, &refused) && refused.Response != nil && refused.Response.StatusCode < 500 {
		return errUntrusted(fmt.Errorf("the provider does not take the code: status %d, error %.100q", refused.Response.StatusCode, refused.ErrorCode))
	}
	if refused != nil {
		return errDown(errors.New("the provider fails to exchange the code"))
	}
	return errDown(err)
}

// told reads the claims of a token that was verified.
func told(p *Provider, token *oidc.IDToken, nonce string) (Told, error) {
	var claims struct {
		Email    string   `json:"email"`
		Verified boolean  `json:"email_verified"`
		Name     string   `json:"name"`
		ACR      string   `json:"acr"`
		AMR      []string `json:"amr"`
		Party    string   `json:"azp"`
	}
	if subtle.ConstantTimeCompare([]byte(token.Nonce), []byte(nonce)) != 1 || nonce == "" {
		return Told{}, errUntrusted(errors.New("the token has another nonce"))
	}
	if err := token.Claims(&claims); err != nil {
		return Told{}, errUntrusted(fmt.Errorf("the claims cannot be read: %w", err))
	}
	if claims.Party != "" && claims.Party != p.ClientID || claims.Party == "" && len(token.Audience) > 1 {
		return Told{}, errUntrusted(errors.New("the token was given to another client"))
	}
	if token.Subject == "" {
		return Told{}, errUntrusted(errors.New("the token has no subject"))
	}
	t := Told{Identity: account.Identity{Issuer: p.Issuer, Subject: token.Subject, Name: claims.Name}, Email: claims.Email, Verified: bool(claims.Verified), ACR: claims.ACR, AMR: claims.AMR}
	if t.Verified {
		t.Identity.Email = claims.Email
	}
	switch p.Factor {
	case FactorAlways:
		t.Factor = true
	case FactorClaims:
		t.Factor = slices.ContainsFunc(append([]string{claims.ACR}, claims.AMR...), func(said string) bool { return slices.Contains(p.FactorValues, said) })
	case FactorOwn:
	}
	return t, nil
}

// boolean is true or false, also as a text, which some providers send.
type boolean bool

// UnmarshalJSON reads it.
func (b *boolean) UnmarshalJSON(content []byte) error {
	switch string(content) {
	case `true`, `"true"`:
		*b = true
	case `false`, `"false"`, `null`, `""`:
		*b = false
	default:
		return errors.New("is neither true nor false")
	}
	return nil
}

// SignOut is the address at which people end their session with the provider; empty where it has none.
func (s *Service) SignOut(ctx context.Context, tenant domain.TenantID, back string) (string, error) {
	p, err := s.Offered(ctx, tenant)
	if err != nil {
		return "", err
	}
	found, err := s.discover(ctx, p.Issuer)
	if err != nil || found.metadata.End == "" {
		return "", err
	}
	end, err := url.Parse(found.metadata.End)
	if err != nil {
		return "", errDown(err)
	}
	query := end.Query()
	query.Set("client_id", p.ClientID)
	query.Set("post_logout_redirect_uri", back)
	end.RawQuery = query.Encode()
	return end.String(), nil
}

func (s *Service) config(p *Provider, secret string, found *discovered, back string) *oauth2.Config {
	return &oauth2.Config{ClientID: p.ClientID, ClientSecret: secret, Endpoint: found.provider.Endpoint(), RedirectURL: back, Scopes: append([]string{oidc.ScopeOpenID}, p.Scopes...)}
}

// random is 256 bits for a state or nonce.
func random() string {
	var bytes [32]byte
	_, _ = rand.Read(bytes[:]) // never fails; see crypto/rand
	return base64.RawURLEncoding.EncodeToString(bytes[:])
}

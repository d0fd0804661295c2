// Package identity lets the people of an administration sign in through the administration's own
// identity provider (OpenID Connect, authorisation code with PKCE). It keeps where the provider is and
// speaks with it; whose account is meant decides package account.
package identity

import (
	"net/netip"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"assay/domain"
)

// Factor says what the provider's sign-in is worth where a second factor is asked for.
type Factor string

// The policies.
const (
	// FactorOwn asks everybody who has a second factor here for it, as after a password.
	FactorOwn Factor = "own"
	// FactorAlways takes every sign-in through the provider as one with a second factor.
	FactorAlways Factor = "always"
	// FactorClaims takes it so when the provider says one of the values in acr or amr.
	FactorClaims Factor = "claims"
)

// Factors are all policies.
var Factors = []Factor{FactorOwn, FactorAlways, FactorClaims}

// Provider is the identity provider of an administration.
type Provider struct {
	Issuer       string // its address, as it names itself
	ClientID     string
	Name         string   // what the sign-in page calls it
	Scopes       []string // asked for besides openid
	Domains      []string // of e-mail addresses by which people are found; none means any
	JoinsAs      string   // role of who is neither here nor invited; empty to let nobody else in
	Factor       Factor
	FactorValues []string // of acr or amr, for FactorClaims
	Enabled      bool     // the sign-in page offers it
	HasSecret    bool     // a client's secret is kept
	ChangedAt    time.Time
}

// DefaultScopes bring the e-mail address and the name.
var DefaultScopes = []string{"email", "profile"}

// Draft is what an administrator types.
type Draft struct {
	Provider
	// Secret is the client's; empty keeps the one there is.
	Secret string
	// NoSecret takes the kept one away: the client is a public one, bound by PKCE alone.
	NoSecret bool
}

// Bounds of what may be typed.
const (
	longestAddress = 500
	longestText    = 200
	mostWords      = 20
)

var (
	word       = regexp.MustCompile(`^[\x21\x23-\x5b\x5d-\x7e]{1,200}$`) // RFC 6749, 3.3
	hostName   = regexp.MustCompile(`^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9-]{2,63}$`)
	wrongDraft = "the provider cannot be set like this"
)

// tidy brings a draft into the form in which it is kept.
func (d *Draft) tidy() {
	d.Issuer, d.ClientID, d.Name = strings.TrimSpace(d.Issuer), strings.TrimSpace(d.ClientID), strings.TrimSpace(d.Name)
	for i := range d.Domains {
		d.Domains[i] = strings.ToLower(strings.TrimPrefix(d.Domains[i], "@"))
	}
	d.Scopes = slices.DeleteFunc(slices.Clone(d.Scopes), func(s string) bool { return s == "openid" })
}

// validate checks a draft. Whether the role may be given knows the caller.
func (d *Draft) validate(loopback bool) error {
	var wrong []domain.FieldError
	add := func(field, key, message string) {
		wrong = append(wrong, domain.FieldError{Field: field, Key: "provider.wrong." + key, Message: message})
	}
	if !safeAddress(d.Issuer, loopback) {
		add("issuer", "issuer", "must be an address that begins with https:// and has no question mark")
	}
	if !text(d.ClientID, 1) {
		add("client_id", "client_id", "must have 1 to 200 characters")
	}
	if !text(d.Name, 1) {
		add("name", "name", "must have 1 to 200 characters")
	}
	if len(d.Secret) > longestAddress || !utf8.ValidString(d.Secret) {
		add("secret", "secret", "must have at most 500 characters")
	}
	for field, words := range map[string][]string{"scopes": d.Scopes, "factor_values": d.FactorValues} {
		if len(words) > mostWords || slices.ContainsFunc(words, func(w string) bool { return !word.MatchString(w) }) {
			add(field, "words", "must be at most 20 words parted by spaces")
		}
	}
	if len(d.Domains) > mostWords || slices.ContainsFunc(d.Domains, func(h string) bool { return !hostName.MatchString(h) }) {
		add("domains", "domains", "must be at most 20 domains like customs.example, parted by spaces")
	}
	if !slices.Contains(Factors, d.Factor) || d.Factor == FactorClaims && len(d.FactorValues) == 0 {
		add("factor_values", "factor_values", "name at least one value of acr or amr")
	}
	if d.JoinsAs != "" && len(d.Domains) == 0 {
		add("domains", "joins_as", "name the domains of e-mail addresses whose owners are let in without an invitation")
	}
	slices.SortFunc(wrong, func(a, b domain.FieldError) int { return strings.Compare(a.Field, b.Field) })
	return domain.Invalid(wrongDraft, wrong...)
}

func text(s string, least int) bool {
	n := utf8.RuneCountInString(s)
	return n >= least && n <= longestText && utf8.ValidString(s) && !strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r == 0x7f })
}

// safeAddress reports whether an address may be an issuer's: https, and http to this machine itself only where
// that is allowed.
func safeAddress(address string, loopback bool) bool {
	return safeEndpoint(address, loopback) && !strings.Contains(address, "?")
}

// safeEndpoint reports whether an address may be asked, or a browser sent to.
func safeEndpoint(address string, loopback bool) bool {
	u, err := url.Parse(address)
	if err != nil || len(address) > longestAddress || u.Hostname() == "" || u.User != nil || strings.Contains(address, "#") ||
		strings.ContainsFunc(address, func(r rune) bool { return r <= ' ' || r >= 0x7f }) {
		return false
	}
	return u.Scheme == "https" || u.Scheme == "http" && loopback && isLoopback(u.Hostname())
}

func isLoopback(host string) bool {
	address, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && address.IsLoopback()
}

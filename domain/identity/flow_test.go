package identity

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"assay/domain"
	"assay/domain/access"
	"assay/domain/audit"
)

// wayBack goes to the provider and back: what the browser brings.
func (w *world) wayBack(t *testing.T) (Detour, Returned) {
	t.Helper()
	address, d, err := w.Begin(t.Context(), w.tenants[0].ID, "http://127.0.0.1/sign-in/back", false)
	if err != nil {
		t.Fatal(err)
	}
	sent, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	query := sent.Query()
	if query.Get("state") != d.State || query.Get("nonce") != d.Nonce || query.Get("code_challenge_method") != "S256" || query.Get("code_challenge") == "" ||
		query.Get("redirect_uri") != d.Back || query.Get("response_type") != "code" || query.Get("scope") != "openid email profile" || strings.Contains(address, d.Verifier) {
		t.Fatalf("the browser is sent to %s", address)
	}
	w.liar.nonce = d.Nonce
	return d, Returned{State: d.State, Code: "code"}
}

func keyOf(err error) string {
	var failure *domain.Error
	if errors.As(err, &failure) {
		return failure.Key
	}
	return ""
}

func TestWayThereAndBack(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.save(t, w.draft())
	d, back := w.wayBack(t)
	p, told, err := w.Finish(t.Context(), d, back)
	if err != nil {
		t.Fatal(err)
	}
	if p.Name != "Ministry" || told.Identity.Subject != "person-1" || told.Identity.Email != "amina@customs.example" || told.Identity.Name != "Amina" || told.Factor {
		t.Fatalf("%+v", told)
	}
	if w.liar.asked.Get("code_verifier") != d.Verifier || w.liar.secret != "a+secret" {
		t.Fatalf("the provider was asked with %v and the secret %q", w.liar.asked, w.liar.secret)
	}
}

// TestWhatCannotBeTrusted: each lie of a provider, or of whoever stands in between, signs nobody in.
func TestWhatCannotBeTrusted(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.save(t, w.draft())
	other, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	claim := func(name string, value any) func(l *liar) {
		return func(l *liar) { l.claims = func(c map[string]any) { c[name] = value } }
	}
	const untrusted, state, down = "provider.fault.token", "provider.fault.state", "provider.fault.down"
	for name, c := range map[string]struct {
		lie  func(l *liar)
		with func(d *Detour, back *Returned)
		want string
	}{
		"wrong nonce":              {lie: claim("nonce", "another"), want: untrusted},
		"no nonce":                 {lie: func(l *liar) { l.claims = func(c map[string]any) { delete(c, "nonce") } }, want: untrusted},
		"for another client":       {lie: claim("aud", "someone-else"), want: untrusted},
		"for two, given to nobody": {lie: claim("aud", []string{"assay", "someone-else"}), want: untrusted},
		"given to another":         {lie: claim("azp", "someone-else"), want: untrusted},
		"expired":                  {lie: claim("exp", noon.Add(-time.Second).Unix()), want: untrusted},
		"not yet":                  {lie: claim("nbf", noon.Add(time.Hour).Unix()), want: untrusted},
		"from another issuer":      {lie: claim("iss", "https://elsewhere.example"), want: untrusted},
		"without a subject":        {lie: claim("sub", ""), want: untrusted},
		"verified is no answer":    {lie: claim("email_verified", "perhaps"), want: untrusted},
		"signed with another key":  {lie: func(l *liar) { l.sign = func(p []byte) string { return signed(jose.ES256, other, p) } }, want: untrusted},
		"signed with the secret": {lie: func(l *liar) {
			l.sign = func(p []byte) string { return signed(jose.HS256, []byte(strings.Repeat("a secret", 4)), p) }
		}, want: untrusted},
		"signed by nobody":      {lie: func(l *liar) { l.sign = unsigned }, want: untrusted},
		"no token":              {lie: func(l *liar) { l.sign = func([]byte) string { return "" } }, want: untrusted},
		"the code is not taken": {lie: func(l *liar) { l.status = 400 }, want: untrusted},
		"the provider breaks":   {lie: func(l *liar) { l.status = 503 }, want: down},
		"the provider sends us away": {lie: func(l *liar) {
			l.metadata = func(m map[string]any) { m["token_endpoint"] = l.server.URL + "/elsewhere" }
		}, want: down},
		"the provider is another": {lie: func(l *liar) { l.metadata = func(m map[string]any) { m["issuer"] = "https://elsewhere.example" } }, want: down},
		"tokens over http": {lie: func(l *liar) {
			l.metadata = func(m map[string]any) { m["token_endpoint"] = "http://elsewhere.example/token" }
		}, want: down},
		"no PKCE": {lie: func(l *liar) {
			l.metadata = func(m map[string]any) { m["code_challenge_methods_supported"] = []string{"plain"} }
		}, want: down},
		"an answer without end":     {lie: func(l *liar) { l.long = true }, want: down},
		"another state":             {with: func(_ *Detour, back *Returned) { back.State = "another" }, want: state},
		"no state":                  {with: func(d *Detour, back *Returned) { *d, back.State = Detour{}, "" }, want: state},
		"too late":                  {with: func(d *Detour, _ *Returned) { d.BegunAt = d.BegunAt.Add(-detourLimit - time.Second) }, want: state},
		"another provider's answer": {with: func(_ *Detour, back *Returned) { back.Issuer = "https://elsewhere.example" }, want: untrusted},
		"no issuer where one is named": {lie: func(l *liar) {
			l.metadata = func(m map[string]any) { m["authorization_response_iss_parameter_supported"] = true }
		}, want: untrusted},
		"the person refused":           {with: func(_ *Detour, back *Returned) { back.Fault, back.Code = "access_denied", "" }, want: "provider.fault.refused"},
		"another administration's way": {with: func(d *Detour, _ *Returned) { d.Tenant = w.tenants[1].ID }, want: state},
		"another client's way":         {with: func(d *Detour, _ *Returned) { d.Client = "someone-else" }, want: state},
	} {
		d, back := w.wayBack(t)
		if c.lie != nil {
			c.lie(w.liar)
			w.forget(w.liar.server.URL)
		}
		if c.with != nil {
			c.with(&d, &back)
		}
		_, told, err := w.Finish(t.Context(), d, back)
		if keyOf(err) != c.want || told.Identity.Subject != "" {
			t.Errorf("%s: %v, want %s", name, err, c.want)
		}
		if err != nil && strings.Contains(err.Error(), "a secret") {
			t.Errorf("%s: the error holds the secret: %v", name, err)
		}
		w.liar.metadata, w.liar.claims, w.liar.sign, w.liar.status, w.liar.long = nil, nil, nil, 0, false
		w.forget(w.liar.server.URL)
	}
	w.liar.server.Close()
	if _, _, err := w.Begin(t.Context(), w.tenants[0].ID, "x", false); keyOf(err) != down || domain.KindOf(err) != domain.KindNotReady {
		t.Errorf("nobody answers: %v", err)
	}
}

func unsigned(payload []byte) string {
	encode := base64.RawURLEncoding.EncodeToString
	return encode([]byte(`{"alg":"none"}`)) + "." + encode(payload) + "."
}

// TestWhatASignInIsWorth: verified addresses, and what counts as a second factor.
func TestWhatASignInIsWorth(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for name, c := range map[string]struct {
		factor   Factor
		values   []string
		acr, amr any
		verified any
		email    string
		want     bool
	}{
		"own":                        {factor: FactorOwn, acr: "mfa", verified: true, email: "amina@customs.example"},
		"always":                     {factor: FactorAlways, verified: "true", email: "amina@customs.example", want: true},
		"acr":                        {factor: FactorClaims, values: []string{"gold"}, acr: "gold", want: true},
		"amr":                        {factor: FactorClaims, values: []string{"gold", "otp"}, amr: []string{"pwd", "otp"}, want: true},
		"neither":                    {factor: FactorClaims, values: []string{"gold"}, acr: "silver", amr: []string{"pwd"}},
		"nothing said":               {factor: FactorClaims, values: []string{"gold"}},
		"not verified":               {factor: FactorOwn, verified: false},
		"said to be not verified":    {factor: FactorOwn, verified: "false"},
		"nothing said of the e-mail": {factor: FactorOwn, verified: nil},
	} {
		draft := w.draft()
		draft.Factor, draft.FactorValues = c.factor, c.values
		w.save(t, draft)
		w.liar.claims = func(claims map[string]any) {
			delete(claims, "email_verified")
			for key, value := range map[string]any{"acr": c.acr, "amr": c.amr, "email_verified": c.verified} {
				if value != nil {
					claims[key] = value
				}
			}
		}
		d, back := w.wayBack(t)
		_, told, err := w.Finish(t.Context(), d, back)
		if err != nil || told.Factor != c.want || told.Identity.Email != c.email {
			t.Errorf("%s: %+v, %v", name, told, err)
		}
	}
}

// TestProviderIsSetWithCare: what cannot be used is refused with its field, a secret does not follow to another issuer, and the record
// tells of a change without the secret.
func TestProviderIsSetWithCare(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx, first, second := t.Context(), w.tenants[0].ID, w.tenants[1].ID
	by := access.Author{Name: "admin", Capacity: "administrator"}
	for field, spoil := range map[string]func(d *Draft){
		"issuer":        func(d *Draft) { d.Issuer = "http://provider.example" },
		"client_id":     func(d *Draft) { d.ClientID = " " },
		"name":          func(d *Draft) { d.Name = "two\nlines" },
		"secret":        func(d *Draft) { d.Secret = strings.Repeat("x", 501) },
		"scopes":        func(d *Draft) { d.Scopes = []string{"a\"b"} },
		"domains":       func(d *Draft) { d.Domains = []string{"not a domain"} },
		"factor_values": func(d *Draft) { d.Factor = FactorClaims },
	} {
		draft := w.draft()
		spoil(&draft)
		err := w.Save(ctx, first, by, draft)
		var failure *domain.Error
		if !errors.As(err, &failure) || !slices.ContainsFunc(failure.Fields, func(f domain.FieldError) bool { return f.Field == field }) {
			t.Errorf("%s: %v", field, err)
		}
	}
	open := w.draft()
	open.JoinsAs = "analyst"
	if err := w.Save(ctx, first, by, open); !domain.Is(err, domain.KindInvalid) {
		t.Errorf("everybody of every domain is let in: %v", err)
	}
	w.save(t, w.draft())
	same := w.draft()
	same.Secret, same.Name = "", "Another name"
	w.save(t, same)
	if p, err := w.Of(ctx, first); err != nil || !p.HasSecret || p.Name != "Another name" {
		t.Fatalf("%+v, %v", p, err)
	}
	moved := same
	moved.Issuer = "https://elsewhere.example"
	if err := w.Save(ctx, first, by, moved); !domain.Is(err, domain.KindInvalid) {
		t.Errorf("the secret goes to another issuer: %v", err)
	}
	if p, err := w.Of(ctx, second); err != nil || p != nil {
		t.Errorf("another administration has it too: %+v, %v", p, err)
	}
	if _, err := w.Offered(ctx, second); keyOf(err) != "provider.fault.none" {
		t.Errorf("offered: %v", err)
	}
	same.Enabled = false
	w.save(t, same)
	if _, err := w.Offered(ctx, first); keyOf(err) != "provider.fault.none" {
		t.Errorf("offered although it is not enabled: %v", err)
	}
	if err := w.Remove(ctx, first, by); err != nil {
		t.Fatal(err)
	}
	rows, _, err := audit.List(ctx, w.db, first, audit.Filter{Action: "identity_provider."}, audit.Page{})
	if err != nil || len(rows) != 4 {
		t.Fatalf("audit: %d, %v", len(rows), err)
	}
	for _, row := range rows {
		if strings.Contains(string(row.Before)+string(row.After), "a secret") {
			t.Error("the record holds the secret")
		}
	}
}

// TestLookTellsWhyAndNothingElse: an administrator sees what is wrong, and nothing of what stands at an address.
func TestLookTellsWhyAndNothingElse(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.save(t, w.draft())
	look := func() []Finding {
		t.Helper()
		found, err := w.Look(t.Context(), w.tenants[0].ID)
		if err != nil {
			t.Fatal(err)
		}
		return found
	}
	found := look()
	if len(found) != 6 || !found[0].Good || found[3].Key != "keys" || !found[3].Good || !found[4].Good || found[5].Good {
		t.Fatalf("%+v", found)
	}
	w.liar.metadata = func(m map[string]any) { m["issuer"] = "https://secret-inside.example" }
	if found := look(); len(found) != 1 || found[0].Key != "fault.issuer" || found[0].Text != "" {
		t.Fatalf("%+v", found)
	}
	w.liar.metadata = nil
	w.options.Loopback = false
	w.client = newClient(nil, false)
	if found := look(); len(found) != 1 || found[0].Key != "fault.address" {
		t.Fatalf("http: %+v", found)
	}
}

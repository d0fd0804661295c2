package identity

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"assay/deploy/local/dbtest"
	"assay/domain/access"
	"assay/domain/administration"
	"assay/domain/secret"
	"assay/domain/store"
)

var noon = time.Date(2026, 3, 4, 12, 0, 0, 0, time.UTC)

// world is the service with two administrations and a provider that says whatever a test wants.
type world struct {
	*Service
	tenants []*administration.Tenant
	liar    *liar
	now     time.Time
}

func newWorld(t *testing.T) *world {
	t.Helper()
	db, err := store.Open(t.Context(), dbtest.New(t).AppURL, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(db.Close)
	w := &world{now: noon, liar: newLiar(t)}
	clock := func() time.Time { return w.now }
	w.Service = New(db, secret.New(), clock, Options{Loopback: true})
	administrations := administration.New(db, clock)
	for _, code := range []string{"aa", "bb"} {
		tenant := &administration.Tenant{Code: code, Names: map[string]string{"en": code}, Currency: "EUR", Zone: "UTC", Languages: []string{"en"}}
		if err := administrations.Create(t.Context(), tenant); err != nil {
			t.Fatal(err)
		}
		w.tenants = append(w.tenants, tenant)
	}
	return w
}

func (w *world) draft() Draft {
	return Draft{Provider: Provider{Issuer: w.liar.server.URL, ClientID: "assay", Name: "Ministry", Scopes: DefaultScopes, Factor: FactorOwn, Enabled: true}, Secret: "a secret"}
}

func (w *world) save(t *testing.T, d Draft) {
	t.Helper()
	if err := w.Save(t.Context(), w.tenants[0].ID, access.Author{Name: "admin", Capacity: "administrator"}, d); err != nil {
		t.Fatal(err)
	}
}

// liar is a provider that can be made to say anything.
type liar struct {
	server   *httptest.Server
	key      *ecdsa.PrivateKey
	metadata func(m map[string]any)
	claims   func(c map[string]any)
	sign     func(payload []byte) string // nil to sign as it should
	status   int                         // of the answer to a code; 0 for 200
	long     bool                        // answers without end
	asked    url.Values                  // the last question for a token
	nonce    string
	secret   string // the client's, as it was sent
}

func newLiar(t *testing.T) *liar {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	l := &liar{key: key}
	mux := http.NewServeMux()
	mux.HandleFunc("/.well-known/openid-configuration", l.discovery)
	mux.HandleFunc("/keys", func(w http.ResponseWriter, _ *http.Request) {
		_ = json.NewEncoder(w).Encode(jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{Key: &l.key.PublicKey, KeyID: "1", Algorithm: "ES256", Use: "sig"}}})
	})
	mux.HandleFunc("/token", l.token)
	mux.HandleFunc("/elsewhere", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "/token", http.StatusTemporaryRedirect)
	})
	l.server = httptest.NewServer(mux)
	t.Cleanup(l.server.Close)
	return l
}

func (l *liar) discovery(w http.ResponseWriter, _ *http.Request) {
	m := map[string]any{"issuer": l.server.URL, "authorization_endpoint": l.server.URL + "/authorize", "token_endpoint": l.server.URL + "/token", "jwks_uri": l.server.URL + "/keys",
		"code_challenge_methods_supported": []string{"S256"}, "response_types_supported": []string{"code"}, "id_token_signing_alg_values_supported": []string{"ES256"},
		"token_endpoint_auth_methods_supported": []string{"client_secret_basic"}}
	if l.metadata != nil {
		l.metadata(m)
	}
	w.Header().Set("Content-Type", "application/json")
	if l.long {
		for range 3000 {
			_, _ = w.Write(make([]byte, 1024))
		}
		return
	}
	_ = json.NewEncoder(w).Encode(m)
}

func (l *liar) token(w http.ResponseWriter, r *http.Request) {
	_ = r.ParseForm()
	l.asked = r.PostForm
	_, l.secret, _ = r.BasicAuth()
	w.Header().Set("Content-Type", "application/json")
	if l.status != 0 {
		w.WriteHeader(l.status)
		_, _ = w.Write([]byte(`{"error":"invalid_grant"}`))
		return
	}
	claims := map[string]any{"iss": l.server.URL, "sub": "person-1", "aud": "assay", "exp": noon.Add(time.Hour).Unix(), "iat": noon.Unix(), "nonce": l.nonce,
		"email": "amina@customs.example", "email_verified": true, "name": "Amina"}
	if l.claims != nil {
		l.claims(claims)
	}
	payload, _ := json.Marshal(claims)
	sign := l.sign
	if sign == nil {
		sign = func(payload []byte) string { return signed(jose.ES256, l.key, payload) }
	}
	_ = json.NewEncoder(w).Encode(map[string]any{"access_token": "x", "token_type": "Bearer", "id_token": sign(payload)})
}

func signed(algorithm jose.SignatureAlgorithm, key any, payload []byte) string {
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: algorithm, Key: jose.JSONWebKey{Key: key, KeyID: "1"}}, nil)
	if err != nil {
		panic(err)
	}
	object, err := signer.Sign(payload)
	if err != nil {
		panic(err)
	}
	text, err := object.CompactSerialize()
	if err != nil {
		panic(err)
	}
	return text
}

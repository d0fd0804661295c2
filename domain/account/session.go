package account

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"
	"time"
	"unicode"

	"github.com/alexedwards/scs/v2"
	"github.com/google/uuid"

	"assay/domain"
	"assay/domain/store"
)

// How long sessions live.
const (
	sessionLifetime = 12 * time.Hour
	sessionIdle     = 2 * time.Hour
)

// Keys of what a session holds.
const (
	keyAccount  = "account"
	keyTenant   = "tenant"
	keyRole     = "role"
	keyOffice   = "office"
	keyOfficer  = "officer"
	keySignIn   = "sign_in_name"
	keyName     = "name"
	keyLanguage = "language"
	keyForgery  = "csrf"
	keyQuestion = "question"
	keyPending  = "pending"  // the account whose password was right and whose second factor is awaited
	keyDetour   = "detour"   // a way over an identity provider, until it is back
	keyFactor   = "factor"   // the second factor of this session, empty for none
	keyConfined = "confined" // the administration whose identity provider signed the person in
	keyFresh    = "fresh"    // when a second factor was shown last, RFC 3339
	keySince    = "since"    // when the person signed in, RFC 3339
)

type ownerKey struct{}

// sessionOwner travels in the context to the store when a session is written.
type sessionOwner struct {
	account, tenant any // uuid.UUID, or nil while nobody is signed in
	address, agent  string
	since           *time.Time
	existing        bool
}

// Sessions are the server-side sessions of people on pages. A request loads its
// session into its context first; every other verb works on that context.
type Sessions struct {
	service *Service
	scs     *scs.SessionManager
}

// NewSessions keeps sessions in the database.
func NewSessions(db *store.DB, service *Service, clock func() time.Time) *Sessions {
	manager := scs.New()
	manager.Store = &sessionStore{db: db, clock: clock}
	manager.Lifetime, manager.IdleTimeout = sessionLifetime, sessionIdle
	return &Sessions{service: service, scs: manager}
}

type loadedKey struct{}

// Load puts the session of a cookie's token into the context; an unknown, expired
// or empty token gives a new empty session, which is written only when something is put into it.
func (s *Sessions) Load(ctx context.Context, token string) (context.Context, error) {
	ctx, err := s.scs.Load(ctx, token)
	if err != nil {
		return nil, fmt.Errorf("load session: %w", err)
	}
	return context.WithValue(ctx, loadedKey{}, s.scs.Token(ctx)), nil
}

// Change says what must be done with the cookie after Save.
type Change int

// The changes.
const (
	Unchanged Change = iota
	Written          // send the token
	Ended            // take the cookie away
)

// Save writes the session of the context if it changed and says what to do with
// the cookie. Address and agent are kept for the list of sessions.
func (s *Sessions) Save(ctx context.Context, address, agent string) (change Change, token string, expiry time.Time, err error) {
	switch s.scs.Status(ctx) {
	case scs.Modified:
		ctx = context.WithValue(ctx, ownerKey{}, s.owner(ctx, address, agent))
		token, expiry, err = s.scs.Commit(ctx)
		if err != nil {
			return Unchanged, "", time.Time{}, fmt.Errorf("save session: %w", err)
		}
		return Written, token, expiry, nil
	case scs.Destroyed:
		return Ended, "", time.Time{}, nil
	case scs.Unmodified:
	}
	return Unchanged, "", time.Time{}, nil
}

func (s *Sessions) owner(ctx context.Context, address, agent string) sessionOwner {
	owner := sessionOwner{address: plainText(address, 100), agent: plainText(agent, 300)}
	// A session that was there when the request began is only written over, never made anew: else a
	// request under way would bring back a session that was ended meanwhile.
	loaded, _ := ctx.Value(loadedKey{}).(string)
	owner.existing = loaded != "" && loaded == s.scs.Token(ctx)
	if since, err := time.Parse(time.RFC3339, s.scs.GetString(ctx, keySince)); err == nil {
		owner.since = &since
	}
	if id, err := uuid.Parse(s.scs.GetString(ctx, keyAccount)); err == nil {
		owner.account = id
	}
	if id, err := uuid.Parse(s.scs.GetString(ctx, keyTenant)); err == nil {
		owner.tenant = id
	}
	return owner
}

// plainText bounds what a browser says of itself and takes out what is no text.
func plainText(text string, most int) string {
	text = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return -1
		}
		return r
	}, strings.ToValidUTF8(text, ""))
	if runes := []rune(text); len(runes) > most {
		return string(runes[:most])
	}
	return text
}

// Current is who is signed in; false when nobody is. A person with several
// administrations who has not chosen one yet has a zero Tenant.
func (s *Sessions) Current(ctx context.Context) (Person, bool) {
	id, err := uuid.Parse(s.scs.GetString(ctx, keyAccount))
	if err != nil {
		return Person{}, false
	}
	p := Person{Account: id, SignInName: s.scs.GetString(ctx, keySignIn), Name: s.scs.GetString(ctx, keyName), Language: s.scs.GetString(ctx, keyLanguage),
		Membership: Membership{Role: s.scs.GetString(ctx, keyRole), Office: s.scs.GetString(ctx, keyOffice), Officer: s.scs.GetString(ctx, keyOfficer)}}
	if tenant, err := domain.ParseTenantID(s.scs.GetString(ctx, keyTenant)); err == nil {
		p.Tenant = tenant
	}
	return p, true
}

func (s *Sessions) put(ctx context.Context, m Membership) {
	s.scs.Put(ctx, keyTenant, m.Tenant.String())
	s.scs.Put(ctx, keyRole, m.Role)
	s.scs.Put(ctx, keyOffice, m.Office)
	s.scs.Put(ctx, keyOfficer, m.Officer)
}

// SetLanguage changes the language of pages for this session.
func (s *Sessions) SetLanguage(ctx context.Context, language string) {
	s.scs.Put(ctx, keyLanguage, language)
}

// Language is the language of this session, empty when none was set.
func (s *Sessions) Language(ctx context.Context) string { return s.scs.GetString(ctx, keyLanguage) }

// SignOut ends the session of the context.
func (s *Sessions) SignOut(ctx context.Context) error {
	if err := s.scs.Destroy(ctx); err != nil {
		return fmt.Errorf("end session: %w", err)
	}
	return nil
}

// ForgeryToken is the session's token against forged requests, which every form carries.
func (s *Sessions) ForgeryToken(ctx context.Context) string {
	if token := s.scs.GetString(ctx, keyForgery); token != "" {
		return token
	}
	var random [32]byte
	_, _ = rand.Read(random[:]) // never fails; see crypto/rand
	token := base64.RawURLEncoding.EncodeToString(random[:])
	s.scs.Put(ctx, keyForgery, token)
	return token
}

// GenuineToken compares a form's token with the session's in constant time.
func (s *Sessions) GenuineToken(ctx context.Context, token string) bool {
	own := s.scs.GetString(ctx, keyForgery)
	return own != "" && subtle.ConstantTimeCompare([]byte(own), []byte(token)) == 1
}

// KeepDetour keeps a way over an identity provider in the session until the browser is back. A session has
// one at a time: the latest.
func (s *Sessions) KeepDetour(ctx context.Context, content []byte) {
	s.scs.Put(ctx, keyDetour, content)
}

// TakeDetour gives what was kept, once: nobody comes back twice. A session without one gives nothing.
func (s *Sessions) TakeDetour(ctx context.Context) []byte { return s.scs.PopBytes(ctx, keyDetour) }

// KeepChallenge keeps a question put to a browser in the session until it is answered. A session
// has one at a time: the latest.
func (s *Sessions) KeepChallenge(ctx context.Context, c Challenge) error {
	content, err := json.Marshal(c)
	if err != nil {
		return fmt.Errorf("keep the question for a passkey: %w", err)
	}
	s.scs.Put(ctx, keyQuestion, content)
	return nil
}

// TakeChallenge gives the question that was kept, once: an answer cannot be sent twice. A session
// without one gives the zero Challenge, which no answer fits.
func (s *Sessions) TakeChallenge(ctx context.Context) (c Challenge) {
	content := s.scs.PopBytes(ctx, keyQuestion)
	if json.Unmarshal(content, &c) != nil {
		return Challenge{}
	}
	return c
}

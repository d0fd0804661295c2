package account

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"time"

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
)

type ownerKey struct{}

// sessionOwner travels in the context to the store when a session is written.
type sessionOwner struct {
	account, tenant any // uuid.UUID, or nil while nobody is signed in
	address, agent  string
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

// Load puts the session of a cookie's token into the context; an unknown, expired
// or empty token gives a new empty session, which is written only when something is put into it.
func (s *Sessions) Load(ctx context.Context, token string) (context.Context, error) {
	ctx, err := s.scs.Load(ctx, token)
	if err != nil {
		return nil, fmt.Errorf("load session: %w", err)
	}
	return ctx, nil
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
	owner := sessionOwner{address: truncate(address, 100), agent: truncate(agent, 300)}
	if id, err := uuid.Parse(s.scs.GetString(ctx, keyAccount)); err == nil {
		owner.account = id
	}
	if id, err := uuid.Parse(s.scs.GetString(ctx, keyTenant)); err == nil {
		owner.tenant = id
	}
	return owner
}

func truncate(text string, most int) string {
	if len(text) > most {
		return text[:most]
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

// SignIn checks name and password and, when right, signs the person in under a
// new token (an old one may have been planted). With exactly one administration it is
// chosen at once. A wrong name and a wrong password give the same KindUnauthenticated.
func (s *Sessions) SignIn(ctx context.Context, name, password string) (Person, error) {
	account, err := s.service.Authenticate(ctx, name, password)
	if err != nil {
		return Person{}, err
	}
	memberships, err := s.service.Memberships(ctx, account.ID)
	if err != nil {
		return Person{}, err
	}
	operates, err := s.service.InstallationRoles(ctx, account.ID)
	if err != nil {
		return Person{}, err
	}
	_, known, err := s.service.visits(ctx, account.ID)
	if err != nil {
		return Person{}, err
	}
	if len(memberships) == 0 && len(operates) == 0 && !known {
		return Person{}, s.service.nowhere(ctx, account.ID)
	}
	if err := s.scs.RenewToken(ctx); err != nil {
		return Person{}, fmt.Errorf("renew session: %w", err)
	}
	s.scs.Put(ctx, keyAccount, account.ID.String())
	s.scs.Put(ctx, keySignIn, account.SignInName)
	s.scs.Put(ctx, keyName, account.Name)
	s.scs.Put(ctx, keyLanguage, account.Language)
	s.scs.Remove(ctx, keyForgery)
	for _, key := range []string{keyTenant, keyRole, keyOffice, keyOfficer} {
		s.scs.Remove(ctx, key)
	}
	if len(memberships) == 1 {
		s.put(ctx, memberships[0])
	}
	person, _ := s.Current(ctx)
	return person, nil
}

// Choose goes over to one of the person's memberships, given by tenant and role,
// under a new token. Another's administration is KindForbidden.
func (s *Sessions) Choose(ctx context.Context, tenant domain.TenantID, role string) error {
	person, ok := s.Current(ctx)
	if !ok {
		return domain.Errorf(domain.KindUnauthenticated, "sign in first")
	}
	memberships, err := s.service.Memberships(ctx, person.Account)
	if err != nil {
		return err
	}
	for _, m := range memberships {
		if m.Tenant == tenant && (role == "" || m.Role == role) {
			if err := s.scs.RenewToken(ctx); err != nil {
				return fmt.Errorf("renew session: %w", err)
			}
			s.put(ctx, m)
			return nil
		}
	}
	return domain.Errorf(domain.KindForbidden, "you do not work in that administration")
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

package account

import (
	"context"
	"strings"
	"testing"
	"time"

	"assay/deploy/local/dbtest"
	"assay/domain"
	"assay/domain/administration"
	"assay/domain/store"
)

type bundle struct {
	db       *store.DB
	accounts *Service
	sessions *Sessions
	tenants  []*administration.Tenant
	now      *time.Time
}

func setup(t *testing.T) *bundle {
	t.Helper()
	db, err := store.Open(t.Context(), dbtest.New(t).AppURL, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(db.Close)
	now := time.Now()
	b := &bundle{db: db, now: &now}
	clock := func() time.Time { return *b.now }
	if b.accounts, err = New(db, clock); err != nil {
		t.Fatal(err)
	}
	b.sessions = NewSessions(db, b.accounts, clock)
	administrations := administration.New(db, clock)
	for _, code := range []string{"aa", "bb"} {
		tenant := &administration.Tenant{Code: code, Names: map[string]string{"en": code}, Currency: "EUR", Zone: "UTC", Languages: []string{"en"}}
		if err := administrations.Create(t.Context(), tenant); err != nil {
			t.Fatal(err)
		}
		b.tenants = append(b.tenants, tenant)
	}
	return b
}

func (b *bundle) person(t *testing.T, name string, tenants ...*administration.Tenant) *Account {
	t.Helper()
	account, err := b.accounts.Create(t.Context(), NewAccount{SignInName: name, Name: "Somebody", Password: "long enough words"})
	if err != nil {
		t.Fatal(err)
	}
	for _, tenant := range tenants {
		if err := b.accounts.Join(t.Context(), account.ID, Membership{Tenant: tenant.ID, Role: "analyst"}); err != nil {
			t.Fatal(err)
		}
	}
	return account
}

// signIn signs in as a browser would and gives the cookie's token.
func (b *bundle) signIn(t *testing.T, name, password, token string) (string, error) {
	t.Helper()
	ctx, err := b.sessions.Load(t.Context(), token)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := b.sessions.SignIn(ctx, Attempt{Name: name, Password: password, Address: "127.0.0.1"}); err != nil {
		return "", err
	}
	change, token, _, err := b.sessions.Save(ctx, "127.0.0.1", "test")
	if err != nil || change != Written {
		t.Fatalf("save: %v, %v", change, err)
	}
	return token, nil
}

func (b *bundle) load(t *testing.T, token string) context.Context {
	t.Helper()
	ctx, err := b.sessions.Load(t.Context(), token)
	if err != nil {
		t.Fatal(err)
	}
	return ctx
}

func TestSignInRenewsTheToken(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.person(t, "Anna", b.tenants[0])
	before := b.load(t, "")
	b.sessions.ForgeryToken(before)
	_, planted, _, err := b.sessions.Save(before, "", "")
	if err != nil {
		t.Fatal(err)
	}
	token, err := b.signIn(t, " anna ", "long enough words", planted)
	if err != nil {
		t.Fatal(err)
	}
	if token == planted {
		t.Fatal("the token did not change at sign-in: a planted one would be a session")
	}
	if _, ok := b.sessions.Current(b.load(t, planted)); ok {
		t.Fatal("the token from before sign-in is signed in")
	}
	person, ok := b.sessions.Current(b.load(t, token))
	if !ok || person.Tenant != b.tenants[0].ID || person.Role != "analyst" || person.SignInName != "anna" {
		t.Fatalf("current: %+v, %v", person, ok)
	}
}

func TestWrongNameAndWrongPasswordAnswerAlike(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.person(t, "anna", b.tenants[0])
	_, wrongPassword := b.signIn(t, "anna", "not the password", "")
	_, wrongName := b.signIn(t, "nobody", "not the password", "")
	if !domain.Is(wrongName, domain.KindUnauthenticated) || wrongName.Error() != wrongPassword.Error() {
		t.Fatalf("name: %v; password: %v", wrongName, wrongPassword)
	}
}

func TestGuessingIsSlowedDown(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.person(t, "anna", b.tenants[0])
	for range failuresOfName {
		if _, err := b.signIn(t, "anna", "guess guess guess", ""); !domain.Is(err, domain.KindUnauthenticated) {
			t.Fatal(err)
		}
	}
	if _, err := b.signIn(t, "anna", "long enough words", ""); !domain.Is(err, domain.KindTooMany) {
		t.Fatalf("want too many, got %v", err)
	}
	*b.now = b.now.Add(failureWindow)
	if _, err := b.signIn(t, "anna", "long enough words", ""); err != nil {
		t.Fatal(err)
	}
}

func TestChoosingAnAdministration(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.person(t, "both", b.tenants...)
	b.person(t, "one", b.tenants[0])
	token, err := b.signIn(t, "both", "long enough words", "")
	if err != nil {
		t.Fatal(err)
	}
	ctx := b.load(t, token)
	if person, _ := b.sessions.Current(ctx); !person.Tenant.IsZero() {
		t.Fatal("with two administrations one was chosen without asking")
	}
	if err := b.sessions.Choose(ctx, b.tenants[1].ID, "", "127.0.0.1"); err != nil {
		t.Fatal(err)
	}
	_, renewed, _, err := b.sessions.Save(ctx, "", "")
	if err != nil || renewed == token {
		t.Fatalf("the token must change with the administration: %v", err)
	}
	token, err = b.signIn(t, "one", "long enough words", "")
	if err != nil {
		t.Fatal(err)
	}
	if err := b.sessions.Choose(b.load(t, token), b.tenants[1].ID, "", "127.0.0.1"); !domain.Is(err, domain.KindForbidden) {
		t.Fatalf("another's administration: %v", err)
	}
}

func TestSessionsEnd(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.person(t, "anna", b.tenants[0])
	token, err := b.signIn(t, "anna", "long enough words", "")
	if err != nil {
		t.Fatal(err)
	}
	if err := b.sessions.SignOut(b.load(t, token)); err != nil {
		t.Fatal(err)
	}
	if _, ok := b.sessions.Current(b.load(t, token)); ok {
		t.Fatal("signed out, but the token still works")
	}
	token, err = b.signIn(t, "anna", "long enough words", "")
	if err != nil {
		t.Fatal(err)
	}
	*b.now = b.now.Add(sessionLifetime + time.Second)
	if _, ok := b.sessions.Current(b.load(t, token)); ok {
		t.Fatal("the session outlived its time")
	}
}

func TestForgeryToken(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ctx := b.load(t, "")
	if b.sessions.GenuineToken(ctx, "") {
		t.Fatal("an empty token is genuine")
	}
	token := b.sessions.ForgeryToken(ctx)
	if !b.sessions.GenuineToken(ctx, token) || b.sessions.GenuineToken(ctx, token+"x") || b.sessions.GenuineToken(b.load(t, ""), token) {
		t.Fatal("the token must be genuine in its own session only")
	}
}

func TestNewAccountIsChecked(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for _, in := range []NewAccount{
		{SignInName: "", Name: "A", Password: "long enough words"},
		{SignInName: "two words", Name: "A", Password: "long enough words"},
		{SignInName: "anna", Name: " ", Password: "long enough words"},
		{SignInName: "anna", Name: "A", Password: "short"},
		{SignInName: "anna", Name: "A", Password: strings.Repeat("x", maximalPassword+1)},
	} {
		if _, err := b.accounts.Create(t.Context(), in); !domain.Is(err, domain.KindInvalid) {
			t.Errorf("%+v: %v", in, err)
		}
	}
	b.person(t, "anna")
	if _, err := b.accounts.Create(t.Context(), NewAccount{SignInName: "ANNA", Name: "A", Password: "long enough words"}); !domain.Is(err, domain.KindConflict) {
		t.Errorf("taken name: %v", err)
	}
	if _, err := b.signIn(t, "anna", "long enough words", ""); !domain.Is(err, domain.KindForbidden) {
		t.Errorf("without an administration: %v", err)
	}
}

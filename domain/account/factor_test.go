package account

import (
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/pquerna/otp/totp"

	"assay/domain"
	"assay/domain/audit"
	"assay/domain/secret"
)

// codeAt is what an authenticator program would show.
func (b *bundle) codeAt(t *testing.T, secret string, at time.Time) string {
	t.Helper()
	code, err := totp.GenerateCode(secret, at)
	if err != nil {
		t.Fatal(err)
	}
	return code
}

func by(a *Account, tenant domain.TenantID) By {
	return By{Account: a.ID, SignInName: a.SignInName, Capacity: "analyst", Tenant: tenant, Origin: "192.0.2.1"}
}

// setUpAuthenticator gives the secret and the recovery codes.
func (b *bundle) setUpAuthenticator(t *testing.T, a *Account, tenant domain.TenantID) (string, []string) {
	t.Helper()
	setup, err := b.accounts.BeginAuthenticator(t.Context(), a.ID)
	if err != nil {
		t.Fatal(err)
	}
	recovery, err := b.accounts.ConfirmAuthenticator(t.Context(), by(a, tenant), b.codeAt(t, setup.Secret, *b.now))
	if err != nil {
		t.Fatal(err)
	}
	return setup.Secret, recovery
}

func TestAuthenticator(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.accounts.keys = secret.New()
	ctx, tenant := t.Context(), b.tenants[0].ID
	amina := b.person(t, "amina", b.tenants[0])
	if _, err := b.accounts.Confirm(ctx, amina.ID, Answer{Code: "123456"}); !domain.Is(err, domain.KindForbidden) {
		t.Fatalf("without a factor: %v", err)
	}
	first, err := b.accounts.BeginAuthenticator(ctx, amina.ID)
	if err != nil || len(first.Picture) == 0 {
		t.Fatalf("begin: %v", err)
	}
	again, err := b.accounts.BeginAuthenticator(ctx, amina.ID)
	if err != nil || again.Secret != first.Secret {
		t.Fatalf("asked again, another secret: %v", err)
	}
	if _, err := b.accounts.ConfirmAuthenticator(ctx, by(amina, tenant), "000000"); !domain.Is(err, domain.KindUnauthenticated) {
		t.Fatalf("confirmed with a wrong code: %v", err)
	}
	if f, err := b.accounts.Factors(ctx, amina.ID); err != nil || f.Any() {
		t.Fatalf("a factor that was not confirmed counts: %+v, %v", f, err)
	}
	text, recovery := b.setUpAuthenticator(t, amina, tenant)
	if len(recovery) != 10 {
		t.Fatalf("%d recovery codes", len(recovery))
	}
	code := b.codeAt(t, text, *b.now)
	if _, err := b.accounts.Confirm(ctx, amina.ID, Answer{Code: code}); !domain.Is(err, domain.KindUnauthenticated) {
		t.Fatalf("the code of the set-up was taken again: %v", err)
	}
	*b.now = b.now.Add(time.Minute)
	code = b.codeAt(t, text, *b.now)
	proof, err := b.accounts.Confirm(ctx, amina.ID, Answer{Code: code[:3] + " " + code[3:]})
	if err != nil || proof.Method != MethodAuthenticator || proof.Account != amina.ID || !proof.At.Equal(b.now.UTC()) {
		t.Fatalf("proof: %+v, %v", proof, err)
	}
	if _, err := b.accounts.Confirm(ctx, amina.ID, Answer{Code: code}); !domain.Is(err, domain.KindUnauthenticated) {
		t.Fatalf("a code was taken twice: %v", err)
	}
	if _, err := b.accounts.Confirm(ctx, amina.ID, Answer{Code: b.codeAt(t, text, b.now.Add(-time.Minute))}); !domain.Is(err, domain.KindUnauthenticated) {
		t.Fatalf("an older code was taken after a newer one: %v", err)
	}
	rows, _, err := audit.List(ctx, b.db, tenant, audit.Filter{Action: "account."}, audit.Page{})
	if err != nil || len(rows) != 1 || rows[0].Action != "account.authenticator.add" || rows[0].Actor != "amina" || rows[0].Origin != "192.0.2.1" {
		t.Fatalf("audit: %+v, %v", rows, err)
	}
	if err := b.accounts.RemoveAuthenticator(ctx, by(amina, tenant)); err != nil {
		t.Fatal(err)
	}
	if f, err := b.accounts.Factors(ctx, amina.ID); err != nil || f.Any() {
		t.Fatalf("still there: %+v, %v", f, err)
	}
}

func TestRecoveryCodesCountOnce(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.accounts.keys = secret.New()
	ctx, tenant := t.Context(), b.tenants[0].ID
	amina, bilal := b.person(t, "amina", b.tenants[0]), b.person(t, "bilal", b.tenants[0])
	_, codes := b.setUpAuthenticator(t, amina, tenant)
	b.setUpAuthenticator(t, bilal, tenant)
	if _, err := b.accounts.Confirm(ctx, bilal.ID, Answer{Code: codes[0]}); !domain.Is(err, domain.KindUnauthenticated) {
		t.Fatalf("somebody else's code was taken: %v", err)
	}
	var taken atomic.Int32
	var wait sync.WaitGroup
	for range 4 { // at once: one may pass
		wait.Go(func() {
			if proof, err := b.accounts.Confirm(ctx, amina.ID, Answer{Code: codes[0]}); err == nil && proof.Method == MethodRecovery {
				taken.Add(1)
			}
		})
	}
	wait.Wait()
	if taken.Load() != 1 {
		t.Fatalf("the code was taken %d times", taken.Load())
	}
	renewed, err := b.accounts.RenewRecoveryCodes(ctx, by(amina, tenant))
	if err != nil || len(renewed) != 10 {
		t.Fatalf("renew: %v", err)
	}
	if _, err := b.accounts.Confirm(ctx, amina.ID, Answer{Code: codes[1]}); !domain.Is(err, domain.KindUnauthenticated) {
		t.Fatalf("an old code was taken: %v", err)
	}
	if f, err := b.accounts.Factors(ctx, amina.ID); err != nil || f.RecoveryLeft != 10 {
		t.Fatalf("%+v, %v", f, err)
	}
}

func TestGuessingOfCodesIsBounded(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.accounts.keys = secret.New()
	ctx := t.Context()
	amina := b.person(t, "amina", b.tenants[0])
	text, _ := b.setUpAuthenticator(t, amina, b.tenants[0].ID)
	*b.now = b.now.Add(time.Minute)
	var wait sync.WaitGroup
	var tried atomic.Int32
	for range 30 {
		wait.Go(func() {
			if _, err := b.accounts.Confirm(ctx, amina.ID, Answer{Code: "000000"}); domain.Is(err, domain.KindUnauthenticated) {
				tried.Add(1)
			}
		})
	}
	wait.Wait()
	if tried.Load() != factorFailuresAllowed {
		t.Fatalf("%d guesses were compared", tried.Load())
	}
	if _, err := b.accounts.Confirm(ctx, amina.ID, Answer{Code: b.codeAt(t, text, *b.now)}); !domain.Is(err, domain.KindTooMany) {
		t.Fatalf("after too many guesses: %v", err)
	}
	*b.now = b.now.Add(factorFailureWindow)
	if _, err := b.accounts.Confirm(ctx, amina.ID, Answer{Code: b.codeAt(t, text, *b.now)}); err != nil {
		t.Fatalf("an hour later: %v", err)
	}
}

func TestSecretsAreSealed(t *testing.T) {
	t.Parallel()
	b := setup(t)
	amina := b.person(t, "amina", b.tenants[0])
	if _, err := b.accounts.BeginAuthenticator(t.Context(), amina.ID); !domain.Is(err, domain.KindNotReady) {
		t.Fatalf("a secret without a key: %v", err)
	}
	if _, err := b.accounts.BeginAuthenticator(t.Context(), uuid.New()); !domain.Is(err, domain.KindNotFound) {
		t.Fatalf("of nobody: %v", err)
	}
}

func TestWherePasskeysWork(t *testing.T) {
	t.Parallel()
	for site, works := range map[Site]bool{
		"https://assay.customs.example": true, "http://localhost:8080": true, "http://demo.localhost:1": true,
		"http://assay.customs.example": false, "http://127.0.0.1:8080": false, "https://[::1]": false, "": false, "localhost": false,
	} {
		if site.Passkeys() != works {
			t.Errorf("%q: %v", site, !works)
		}
	}
}

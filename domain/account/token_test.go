package account

import (
	"testing"
	"time"

	"assay/domain"
)

func TestTokens(t *testing.T) {
	t.Parallel()
	b := setup(t)
	anna := b.person(t, "anna", b.tenants[0])
	if _, _, err := b.accounts.IssueToken(t.Context(), by(anna, b.tenants[1].ID), NewToken{}); !domain.Is(err, domain.KindForbidden) {
		t.Fatalf("a token for another's administration: %v", err)
	}
	if _, _, err := b.accounts.IssueToken(t.Context(), by(anna, b.tenants[0].ID), NewToken{Lifetime: 400 * 24 * time.Hour}); !domain.Is(err, domain.KindInvalid) {
		t.Fatalf("a token for ever: %v", err)
	}
	token, expires, err := b.accounts.IssueToken(t.Context(), by(anna, b.tenants[0].ID), NewToken{Name: "test"})
	if err != nil {
		t.Fatal(err)
	}
	person, err := b.accounts.ByToken(t.Context(), token)
	if err != nil || person.Tenant != b.tenants[0].ID || person.Role != "analyst" || person.SignInName != "anna" {
		t.Fatalf("%+v, %v", person, err)
	}
	for _, bad := range []string{"", "assay_", token + "x", token[:len(token)-1], "x" + token} {
		if _, err := b.accounts.ByToken(t.Context(), bad); !domain.Is(err, domain.KindUnauthenticated) {
			t.Errorf("%q: %v", bad, err)
		}
	}
	*b.now = expires
	if _, err := b.accounts.ByToken(t.Context(), token); !domain.Is(err, domain.KindUnauthenticated) {
		t.Fatalf("expired: %v", err)
	}
	*b.now = expires.Add(-time.Minute)
	if err := b.accounts.WithdrawToken(t.Context(), token); err != nil {
		t.Fatal(err)
	}
	if _, err := b.accounts.ByToken(t.Context(), token); !domain.Is(err, domain.KindUnauthenticated) {
		t.Fatalf("withdrawn: %v", err)
	}
}

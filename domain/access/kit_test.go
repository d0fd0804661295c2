package access

import (
	"testing"
	"time"

	"github.com/google/uuid"

	"assay/deploy/local/dbtest"
	"assay/domain/account"
	"assay/domain/administration"
	"assay/domain/secret"
	"assay/domain/store"
)

// bundle is the service on a real database with two administrations.
type bundle struct {
	db       *store.DB
	accounts *account.Service
	service  *Service
	tenants  []*administration.Tenant
}

func testClock() time.Time { return time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC) }

func setup(t testing.TB) *bundle {
	t.Helper()
	db, err := store.Open(t.Context(), dbtest.New(t).AppURL, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(db.Close)
	b := &bundle{db: db}
	if b.accounts, err = account.New(db, testClock, account.WithKeys(secret.New())); err != nil {
		t.Fatal(err)
	}
	if b.service, err = New(db, b.accounts, nil, testClock); err != nil {
		t.Fatal(err)
	}
	administrations := administration.New(db, testClock)
	for _, code := range []string{"aa", "bb"} {
		tenant := &administration.Tenant{Code: code, Names: map[string]string{"en": code}, Currency: "EUR", Zone: "UTC", Languages: []string{"en"}}
		if err := administrations.Create(t.Context(), tenant); err != nil {
			t.Fatal(err)
		}
		b.tenants = append(b.tenants, tenant)
	}
	return b
}

func (b *bundle) person(t testing.TB, name string, memberships ...account.Membership) uuid.UUID {
	t.Helper()
	person, err := b.accounts.Create(t.Context(), account.NewAccount{SignInName: name, Name: name, Password: "a long password for tests"})
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range memberships {
		if m.Tenant.IsZero() {
			m.Tenant = b.tenants[0].ID
		}
		if err := b.accounts.Join(t.Context(), person.ID, m); err != nil {
			t.Fatal(err)
		}
	}
	return person.ID
}

func (b *bundle) of(t testing.TB, person uuid.UUID, tenant int) *Permissions {
	t.Helper()
	p, err := b.service.Of(t.Context(), person, b.tenants[tenant].ID)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func by() Author { return Author{Name: "amina", Capacity: "administrator", Origin: "test"} }

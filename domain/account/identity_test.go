package account

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"assay/domain"
	"assay/domain/audit"
	"assay/domain/secret"
	"assay/domain/store"
)

const issuer = "https://id.customs.example"

func identityOf(subject, email string) Identity {
	return Identity{Issuer: issuer, Subject: subject, Email: email, Name: "Given Name"}
}

// vouch is Vouched in one of the two administrations.
func (b *bundle) vouch(t *testing.T, tenant int, who Identity, r Reception) (*Account, error) {
	t.Helper()
	r.Language = "en"
	return b.accounts.Vouched(t.Context(), b.tenants[tenant].ID, who, r, "192.0.2.1")
}

func TestWhomAProviderMeans(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.accounts.keys = secret.New()
	ctx, first := t.Context(), b.tenants[0].ID
	anna := b.person(t, "anna@customs.example", b.tenants[0])
	b.person(t, "other@customs.example", b.tenants[1])
	refused := func(name string, tenant int, who Identity, r Reception, want error) {
		t.Helper()
		if found, err := b.vouch(t, tenant, who, r); !errors.Is(err, want) || found != nil {
			t.Errorf("%s: %v, %v", name, found, err)
		}
	}
	refused("not verified", 0, identityOf("1", ""), Reception{}, ErrUnverified)
	refused("another domain", 0, identityOf("1", "anna@customs.example"), Reception{Domains: []string{"ministry.example"}}, ErrUnknown)
	refused("a domain that ends alike", 0, identityOf("1", "anna@customs.example"), Reception{Domains: []string{"s.example", "example"}}, ErrUnknown)
	refused("nobody here", 0, identityOf("2", "stranger@customs.example"), Reception{}, ErrUnknown)
	refused("who works only elsewhere", 0, identityOf("3", "other@customs.example"), Reception{}, ErrUnknown)
	refused("who works only elsewhere, where all are let in", 0, identityOf("3", "other@customs.example"), Reception{Role: "analyst", Domains: []string{"customs.example"}}, ErrElsewhere)
	refused("another administration", 1, identityOf("1", "anna@customs.example"), Reception{}, ErrUnknown)
	if name, err := b.accounts.WouldVouch(ctx, first, identityOf("1", "Anna@Customs.Example"), Reception{}); err != nil || name != "Somebody" {
		t.Fatalf("%q, %v", name, err)
	}
	found, err := b.vouch(t, 0, identityOf("1", "Anna@Customs.Example"), Reception{Domains: []string{"customs.example"}})
	if err != nil || found.ID != anna.ID {
		t.Fatalf("by the address: %+v, %v", found, err)
	}
	if found, err = b.vouch(t, 0, identityOf("1", ""), Reception{}); err != nil || found.ID != anna.ID {
		t.Fatalf("by the subject, whatever the address says now: %+v, %v", found, err)
	}
	refused("the address of who has left", 0, identityOf("99", "anna@customs.example"), Reception{}, ErrOther)
	refused("the same subject of another issuer", 0, Identity{Issuer: "https://elsewhere.example", Subject: "1"}, Reception{}, ErrUnverified)
	refused("the subject in another administration", 1, identityOf("1", ""), Reception{}, ErrUnverified)
	admin := By{Account: domain.NewID(), SignInName: "admin", Capacity: "administrator", Tenant: first}
	if err := b.accounts.Suspend(ctx, admin, anna.ID, true); err != nil {
		t.Fatal(err)
	}
	refused("suspended", 0, identityOf("1", "anna@customs.example"), Reception{Role: "analyst"}, ErrUnknown)
	if err := b.accounts.Suspend(ctx, admin, anna.ID, false); err != nil {
		t.Fatal(err)
	}
	if err := b.accounts.Unlink(ctx, admin, anna.ID); err != nil {
		t.Fatal(err)
	}
	if found, err = b.vouch(t, 0, identityOf("99", "anna@customs.example"), Reception{}); err != nil || found.ID != anna.ID {
		t.Fatalf("after the old link has ended: %+v, %v", found, err)
	}
	rows, _, err := audit.List(ctx, b.db, first, audit.Filter{Action: "account.identity_link"}, audit.Page{})
	if err != nil || len(rows) != 2 {
		t.Fatalf("audit: %d, %v", len(rows), err)
	}
}

// TestProviderTakesUpInvitations: somebody new gets an account without a password, with what the invitation says; the link in the letter ends.
func TestProviderTakesUpInvitations(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.accounts.keys = secret.New()
	ctx := t.Context()
	b.person(t, "other@customs.example", b.tenants[1])
	link := b.invite(t, "New@Customs.Example", 0)
	b.invite(t, "other@customs.example", 0)
	if _, err := b.vouch(t, 1, identityOf("1", "new@customs.example"), Reception{}); !errors.Is(err, ErrUnknown) {
		t.Fatalf("by an invitation of another administration: %v", err)
	}
	if _, err := b.vouch(t, 0, identityOf("2", "other@customs.example"), Reception{}); !errors.Is(err, ErrElsewhere) {
		t.Fatalf("an account of elsewhere by an invitation: %v", err)
	}
	if name, err := b.accounts.WouldVouch(ctx, b.tenants[0].ID, identityOf("1", "new@customs.example"), Reception{}); err != nil || name != "New Person" {
		t.Fatalf("%q, %v", name, err)
	}
	var taken atomic.Int32
	var wait sync.WaitGroup
	for range 4 {
		wait.Go(func() {
			if found, err := b.accounts.Vouched(ctx, b.tenants[0].ID, identityOf("1", "new@customs.example"), Reception{}, "192.0.2.1"); err == nil && found.SignInName == "new@customs.example" {
				taken.Add(1)
			}
		})
	}
	wait.Wait()
	if taken.Load() == 0 {
		t.Fatal("nobody got in")
	}
	var accounts, links int
	err := b.db.InTenant(ctx, b.tenants[0].ID, func(_ context.Context, tx *store.Tx) error {
		if err := tx.Raw(`SELECT count(*) FROM account WHERE sign_in_name = 'new@customs.example'`).Scan(&accounts).Error; err != nil {
			return err
		}
		return tx.Raw(`SELECT count(*) FROM account_identity WHERE tenant_id = ?`, b.tenants[0].ID.String()).Scan(&links).Error
	})
	if err != nil || accounts != 1 || links != 1 {
		t.Fatalf("%d accounts, %d links, %v", accounts, links, err)
	}
	if _, _, err := b.accounts.BySecret(ctx, link); !domain.Is(err, domain.KindNotFound) {
		t.Fatalf("the link still works: %v", err)
	}
	if _, err := b.accounts.Authenticate(ctx, Attempt{Name: "new@customs.example", Password: ""}); !domain.Is(err, domain.KindUnauthenticated) {
		t.Fatalf("signed in without a password: %v", err)
	}
	b.invite(t, "late@customs.example", 0)
	*b.now = b.now.Add(InvitationLasts)
	if _, err := b.vouch(t, 0, identityOf("3", "late@customs.example"), Reception{}); !errors.Is(err, ErrUnknown) {
		t.Fatalf("by an invitation that has run out: %v", err)
	}
	found, err := b.vouch(t, 0, identityOf("4", "walk-in@customs.example"), Reception{Role: "analyst", Domains: []string{"customs.example"}})
	if err != nil || found.Name != "Given Name" {
		t.Fatalf("%+v, %v", found, err)
	}
	if held, err := b.accounts.Standing(ctx, found.ID, b.tenants[0].ID); err != nil || len(held) != 1 || held[0].Role != "analyst" {
		t.Fatalf("%+v, %v", held, err)
	}
}

// TestSecondFactorAfterAProvider: where the administration does not take the provider's word, the second factor is given here, and the session is
// the provider's all the same.
func TestSecondFactorAfterAProvider(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.accounts.keys = secret.New()
	first := b.tenants[0].ID
	anna := b.person(t, "anna@customs.example", b.tenants...)
	if err := b.accounts.SetFactorRules(t.Context(), By{SignInName: "admin", Tenant: first}, []string{EveryRole}); err != nil {
		t.Fatal(err)
	}
	ctx := b.load(t, "")
	if entry, err := b.sessions.Trust(ctx, anna, first, false, ""); err != nil || !entry.NeedsFactor || !entry.Person.Tenant.IsZero() {
		t.Fatalf("without a factor: %+v, %v", entry, err)
	}
	ctx = b.load(t, "")
	entry, err := b.sessions.Trust(ctx, anna, first, true, "")
	if err != nil || entry.NeedsFactor || entry.Person.Tenant != first || b.sessions.Fresh(ctx) || b.sessions.Factor(ctx) != MethodProvider {
		t.Fatalf("by the provider's word: %+v, %v", entry, err)
	}
	text, _ := b.setUpAuthenticator(t, anna, first)
	ctx = b.load(t, "")
	if entry, err = b.sessions.Trust(ctx, anna, first, false, ""); err != nil || !entry.AwaitsFactor || entry.Device != "" {
		t.Fatalf("%+v, %v", entry, err)
	}
	if _, signed := b.sessions.Current(ctx); signed {
		t.Fatal("signed in without the second factor")
	}
	*b.now = b.now.Add(time.Minute)
	proof, err := b.accounts.Confirm(ctx, anna.ID, Answer{Code: b.codeAt(t, text, *b.now)})
	if err != nil {
		t.Fatal(err)
	}
	if entry, err = b.sessions.Complete(ctx, proof, ""); err != nil || entry.Person.Tenant != first || b.sessions.Confined(ctx) != first {
		t.Fatalf("%+v, %v", entry, err)
	}
	if err := b.sessions.Choose(ctx, b.tenants[1].ID, "", ""); !domain.Is(err, domain.KindForbidden) {
		t.Fatalf("the second factor opened another administration: %v", err)
	}
	if only, err := b.accounts.OnlyIn(ctx, anna.ID, first); err != nil || only {
		t.Fatalf("%v, %v", only, err)
	}
	bilal := b.person(t, "bilal@customs.example", b.tenants[0])
	if only, err := b.accounts.OnlyIn(ctx, bilal.ID, first); err != nil || !only {
		t.Fatalf("%v, %v", only, err)
	}
}

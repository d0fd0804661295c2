package account

import (
	"context"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"

	"assay/domain"
	"assay/domain/audit"
	"assay/domain/secret"
	"assay/domain/store"
)

const right = "long enough words"

func (b *bundle) attempt(t *testing.T, a Attempt) (Entry, string, error) {
	t.Helper()
	ctx := b.load(t, "")
	entry, err := b.sessions.SignIn(ctx, a)
	if err != nil {
		return entry, "", err
	}
	_, token, _, err := b.sessions.Save(ctx, a.Address, "test")
	if err != nil {
		t.Fatal(err)
	}
	return entry, token, nil
}

// TestNobodyLocksAnotherOut: a stranger who guesses a name's password closes neither the owner's
// network nor the owner's device in the stranger's own network, and is closed out.
func TestNobodyLocksAnotherOut(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.person(t, "anna", b.tenants[0])
	entry, _, err := b.attempt(t, Attempt{Name: "anna", Password: right, Address: "192.0.2.1"})
	if err != nil || entry.Device == "" {
		t.Fatalf("%v", err)
	}
	for i := range 3 * failuresOfName { // from the same office
		_, _, err := b.attempt(t, Attempt{Name: "anna", Password: "guess guess", Address: "192.0.2.1"})
		if want := map[bool]domain.Kind{true: domain.KindUnauthenticated, false: domain.KindTooMany}[i < failuresOfName]; domain.KindOf(err) != want {
			t.Fatalf("guess %d: %v", i, err)
		}
	}
	if _, _, err := b.attempt(t, Attempt{Name: "anna", Password: right, Address: "192.0.2.1"}); !domain.Is(err, domain.KindTooMany) {
		t.Fatalf("the guesser got in: %v", err)
	}
	if _, _, err := b.attempt(t, Attempt{Name: "anna", Password: right, Address: "192.0.2.1", Device: entry.Device}); err != nil {
		t.Fatalf("the owner on the known device: %v", err)
	}
	if _, _, err := b.attempt(t, Attempt{Name: "anna", Password: right, Address: "198.51.100.7"}); err != nil {
		t.Fatalf("the owner elsewhere: %v", err)
	}
	b.person(t, "bilal", b.tenants[0])
	for _, device := range []string{entry.Device, entry.Device + "x", "x", strings.Repeat("x", 5000)} { // of somebody else, or made up
		if _, known := b.accounts.knownDevice(device, domain.NewID()); known {
			t.Fatalf("%.40q is a known device", device)
		}
	}
}

// TestKnownDeviceIsBoundedToo: whoever has stolen a device's cookie may not guess for ever.
func TestKnownDeviceIsBoundedToo(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.person(t, "anna", b.tenants[0])
	entry, _, err := b.attempt(t, Attempt{Name: "anna", Password: right, Address: "192.0.2.1"})
	if err != nil {
		t.Fatal(err)
	}
	for range failuresOfDevice {
		_, _, _ = b.attempt(t, Attempt{Name: "anna", Password: "guess guess", Address: "192.0.2.1", Device: entry.Device})
	}
	if _, _, err := b.attempt(t, Attempt{Name: "anna", Password: right, Address: "192.0.2.1", Device: entry.Device}); !domain.Is(err, domain.KindTooMany) {
		t.Fatalf("want too many: %v", err)
	}
	if _, _, err := b.attempt(t, Attempt{Name: "anna", Password: right, Address: "192.0.2.1"}); err != nil {
		t.Fatalf("without the cookie: %v", err)
	}
}

func TestManyGuessesAtOnceDoNotPassTheBound(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.person(t, "anna", b.tenants[0])
	var compared atomic.Int32
	var wait sync.WaitGroup
	for range 40 {
		wait.Go(func() {
			if _, err := b.accounts.Authenticate(t.Context(), Attempt{Name: "anna", Password: "guess guess", Address: "192.0.2.1"}); domain.Is(err, domain.KindUnauthenticated) {
				compared.Add(1)
			}
		})
	}
	wait.Wait()
	if compared.Load() != failuresOfName {
		t.Fatalf("%d guesses were compared", compared.Load())
	}
}

func TestThrottleKeepsItsBounds(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	throttle := newThrottle(func() time.Time { return now })
	for i := range bucketsKept + 10 {
		throttle.take(limit{fmt.Sprint("name ", i), 10})
	}
	if len(throttle.buckets) > bucketsKept {
		t.Fatalf("%d buckets", len(throttle.buckets))
	}
	for address, network := range map[string]string{"192.0.2.1": "192.0.2.1", "::ffff:192.0.2.1": "192.0.2.1", "2001:db8:1:2:3::4": "2001:db8:1:2::/64", "2001:db8:1:2:ffff::": "2001:db8:1:2::/64", "fe80::1%eth0": "fe80::/64", "": "unknown", "x\ny": "unknown"} {
		if got := networkOf(address); got != network {
			t.Errorf("%q: %q", address, got)
		}
	}
}

// TestFloodLeavesAPlaceForKnownDevices: sign-ins that wait are bounded, and a known device does not wait behind strangers.
func TestFloodLeavesAPlaceForKnownDevices(t *testing.T) {
	t.Parallel()
	p, err := newPasswords()
	if err != nil {
		t.Fatal(err)
	}
	var leaves []func()
	for range cap(p.places) {
		leave, err := p.enter(t.Context(), false)
		if err != nil {
			t.Fatal(err)
		}
		leaves = append(leaves, leave)
	}
	ctx, cancel := context.WithCancel(t.Context())
	var wait sync.WaitGroup
	for range queueAllowed {
		wait.Go(func() { _, _ = p.enter(ctx, false) })
	}
	for p.waiting.Load() < queueAllowed {
		runtime.Gosched()
	}
	if _, err := p.enter(t.Context(), false); !domain.Is(err, domain.KindTooMany) {
		t.Fatalf("one more stranger: %v", err)
	}
	leave, err := p.enter(t.Context(), true)
	if err != nil {
		t.Fatalf("the known device: %v", err)
	}
	leave()
	cancel()
	wait.Wait()
	for _, leave := range leaves {
		leave()
	}
}

func TestSecondFactorAtSignIn(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.accounts.keys = secret.New()
	anna := b.person(t, "anna", b.tenants[0])
	text, _ := b.setUpAuthenticator(t, anna, b.tenants[0].ID)
	entry, token, err := b.attempt(t, Attempt{Name: "anna", Password: right, Address: "192.0.2.1"})
	if err != nil || !entry.AwaitsFactor || entry.Device != "" {
		t.Fatalf("%+v, %v", entry, err)
	}
	ctx := b.load(t, token)
	if _, signed := b.sessions.Current(ctx); signed {
		t.Fatal("signed in by the password alone")
	}
	pending, ok := b.sessions.Pending(ctx)
	if !ok || pending != anna.ID {
		t.Fatal("nobody is awaited")
	}
	bilal := b.person(t, "bilal", b.tenants[0])
	if _, err := b.sessions.Complete(ctx, Proof{Account: bilal.ID, Method: MethodPasskey}, ""); !domain.Is(err, domain.KindUnauthenticated) {
		t.Fatalf("completed with another's proof: %v", err)
	}
	*b.now = b.now.Add(time.Minute)
	proof, err := b.accounts.Confirm(ctx, pending, Answer{Code: b.codeAt(t, text, *b.now)})
	if err != nil {
		t.Fatal(err)
	}
	entry, err = b.sessions.Complete(ctx, proof, "192.0.2.1")
	if err != nil || entry.Person.Tenant != b.tenants[0].ID || entry.Device == "" {
		t.Fatalf("%+v, %v", entry, err)
	}
	_, renewed, _, err := b.sessions.Save(ctx, "192.0.2.1", "test")
	if err != nil || renewed == token {
		t.Fatalf("the token did not change: %v", err)
	}
	if _, again := b.sessions.Pending(b.load(t, renewed)); again {
		t.Fatal("still awaited")
	}
}

func TestAdministrationThatAsksForASecondFactor(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.accounts.keys = secret.New()
	admin, anna := b.person(t, "admin", b.tenants[0]), b.person(t, "anna", b.tenants[0])
	_, before, err := b.attempt(t, Attempt{Name: "anna", Password: right})
	if err != nil {
		t.Fatal(err)
	}
	if err := b.accounts.SetFactorRules(t.Context(), by(admin, b.tenants[0].ID), []string{"analyst"}); err != nil {
		t.Fatal(err)
	}
	if _, signed := b.sessions.Current(b.load(t, before)); signed {
		t.Fatal("a session without a factor goes on")
	}
	entry, token, err := b.attempt(t, Attempt{Name: "anna", Password: right})
	if err != nil || !entry.NeedsFactor || !entry.Person.Tenant.IsZero() {
		t.Fatalf("%+v, %v", entry, err)
	}
	ctx := b.load(t, token)
	if err := b.sessions.Choose(ctx, b.tenants[0].ID, "", ""); !domain.Is(err, domain.KindForbidden) {
		t.Fatalf("chosen without a factor: %v", err)
	}
	if err := b.accounts.RequireFactor(ctx, anna.ID, b.tenants[0].ID); !domain.Is(err, domain.KindForbidden) {
		t.Fatalf("a token without a factor: %v", err)
	}
	b.setUpAuthenticator(t, anna, b.tenants[0].ID)
	if err := b.sessions.Strengthen(ctx, MethodAuthenticator); err != nil {
		t.Fatal(err)
	}
	if err := b.sessions.Choose(ctx, b.tenants[0].ID, "", ""); err != nil {
		t.Fatal(err)
	}
}

// TestEndedSessionStaysEnded: a request under way when its session is ended must not bring it back.
func TestEndedSessionStaysEnded(t *testing.T) {
	t.Parallel()
	b := setup(t)
	anna := b.person(t, "anna", b.tenants...)
	_, first, err := b.attempt(t, Attempt{Name: "anna", Password: right, Address: "192.0.2.1"})
	if err != nil {
		t.Fatal(err)
	}
	_, second, err := b.attempt(t, Attempt{Name: "anna", Password: right, Address: "198.51.100.1"})
	if err != nil {
		t.Fatal(err)
	}
	underWay, renewing := b.load(t, first), b.load(t, first)
	here := b.load(t, second)
	list, err := b.sessions.List(here, anna.ID)
	if err != nil || len(list) != 2 || !list[0].Current || list[0].Address != "198.51.100.1" || list[1].Agent != "test" || list[1].SignedInAt.IsZero() {
		t.Fatalf("%+v, %v", list, err)
	}
	if err := b.sessions.End(here, by(anna, b.tenants[0].ID), list[1].ID); err != nil {
		t.Fatal(err)
	}
	if _, _, _, err := b.sessions.Save(underWay, "192.0.2.1", "test"); err != nil {
		t.Fatal(err)
	}
	if err := b.sessions.Choose(renewing, b.tenants[0].ID, "", ""); !domain.Is(err, domain.KindUnauthenticated) {
		t.Fatalf("an ended session chose: %v", err)
	}
	if _, signed := b.sessions.Current(b.load(t, first)); signed {
		t.Fatal("the session is back")
	}
	_, third, err := b.attempt(t, Attempt{Name: "anna", Password: right})
	if err != nil {
		t.Fatal(err)
	}
	if err := b.sessions.EndOthers(here, by(anna, b.tenants[0].ID)); err != nil {
		t.Fatal(err)
	}
	if _, signed := b.sessions.Current(b.load(t, third)); signed {
		t.Fatal("the other goes on")
	}
	if _, signed := b.sessions.Current(b.load(t, second)); !signed {
		t.Fatal("the own one has ended")
	}
}

// secretOf is what the letter would have carried.
func (b *bundle) invite(t *testing.T, email string, tenant int) string {
	t.Helper()
	admin := By{Account: domain.NewID(), SignInName: "admin", Capacity: "administrator", Tenant: b.tenants[tenant].ID}
	_, secret, err := b.accounts.Invite(t.Context(), admin, NewInvitation{Email: email, Name: "New Person", Language: "en", Administration: "aa", Inviter: "Admin",
		Memberships: []Membership{{Tenant: b.tenants[tenant].ID, Role: "analyst"}}})
	if err != nil {
		t.Fatal(err)
	}
	return secret
}

func TestInvitation(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.accounts.keys = secret.New()
	ctx := t.Context()
	old := b.invite(t, "New@Customs.Example", 0)
	link := b.invite(t, "new@customs.example", 0) // sent again: the old link ends
	if _, _, err := b.accounts.BySecret(ctx, old); !domain.Is(err, domain.KindNotFound) {
		t.Fatalf("the old link: %v", err)
	}
	if _, err := b.accounts.Accept(ctx, link, "password123", uuid.Nil, ""); !domain.Is(err, domain.KindInvalid) {
		t.Fatalf("a weak password: %v", err)
	}
	var wait sync.WaitGroup
	var taken atomic.Int32
	for range 4 {
		wait.Go(func() {
			if _, err := b.accounts.Accept(ctx, link, right, uuid.Nil, "192.0.2.1"); err == nil {
				taken.Add(1)
			}
		})
	}
	wait.Wait()
	if taken.Load() != 1 {
		t.Fatalf("taken up %d times", taken.Load())
	}
	entry, _, err := b.attempt(t, Attempt{Name: "new@customs.example", Password: right})
	if err != nil || entry.Person.Tenant != b.tenants[0].ID || entry.Person.Role != "analyst" {
		t.Fatalf("%+v, %v", entry, err)
	}
	// Of who has an account already, the link alone opens nothing.
	link = b.invite(t, "new@customs.example", 1)
	if _, err := b.accounts.Accept(ctx, link, right, uuid.Nil, ""); !domain.Is(err, domain.KindForbidden) {
		t.Fatalf("by a stranger: %v", err)
	}
	if _, err := b.accounts.Accept(ctx, link, "", entry.Person.Account, ""); err != nil {
		t.Fatal(err)
	}
	if m, err := b.accounts.Memberships(ctx, entry.Person.Account); err != nil || len(m) != 2 {
		t.Fatalf("%+v, %v", m, err)
	}
	late := b.invite(t, "late@customs.example", 0)
	*b.now = b.now.Add(InvitationLasts)
	if _, _, err := b.accounts.BySecret(ctx, late); !domain.Is(err, domain.KindNotFound) {
		t.Fatalf("after seven days: %v", err)
	}
	open, err := b.accounts.Invitations(ctx, b.tenants[0].ID)
	if err != nil || len(open) != 1 || !open[0].Ended {
		t.Fatalf("%+v, %v", open, err)
	}
	foreign := By{SignInName: "admin", Tenant: b.tenants[1].ID}
	if _, err := b.accounts.WithdrawInvitation(ctx, foreign, open[0].ID); !domain.Is(err, domain.KindNotFound) {
		t.Fatalf("another administration withdrew it: %v", err)
	}
	rows, _, err := audit.List(ctx, b.db, b.tenants[0].ID, audit.Filter{Action: "person."}, audit.Page{})
	if err != nil || len(rows) != 4 {
		t.Fatalf("audit: %d rows, %v", len(rows), err)
	}
	var kept string
	err = b.db.Read(ctx, b.tenants[0].ID, func(_ context.Context, tx *store.Tx) error {
		return tx.Raw(`SELECT string_agg(i::text, '') || (SELECT string_agg(m::text, '') FROM mail m WHERE tenant_id = ?) FROM invitation i`, b.tenants[0].ID.String()).Scan(&kept).Error
	})
	if err != nil || strings.Contains(kept, late) || kept == "" {
		t.Fatalf("the link stands in the database: %v", err)
	}
}

func TestForgottenPassword(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.accounts.keys = secret.New()
	ctx := t.Context()
	_, err := b.accounts.Accept(ctx, b.invite(t, "anna@customs.example", 0), right, uuid.Nil, "")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"anna@customs.example", "nobody@customs.example", "", strings.Repeat("x", 10_000)} {
		if err := b.accounts.Forgotten(ctx, name, "192.0.2.1"); err != nil {
			t.Fatalf("%.20q: %v", name, err)
		}
	}
	anna, err := b.accounts.ByName(ctx, "anna@customs.example")
	if err != nil {
		t.Fatal(err)
	}
	_, open, err := b.attempt(t, Attempt{Name: "anna@customs.example", Password: right})
	if err != nil {
		t.Fatal(err)
	}
	link := newLinkSecret() // the letter's is sealed; one is put beside it
	err = b.db.Shared(ctx, func(_ context.Context, tx *store.Tx) error {
		return tx.Exec(`INSERT INTO password_reset (account_id, token_hash, created_at, expires_at) VALUES (?, ?, ?, ?)`, anna.ID, tokenHash(link), *b.now, b.now.Add(resetLasts)).Error
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := b.accounts.Reset(ctx, link, "password123", ""); !domain.Is(err, domain.KindInvalid) {
		t.Fatalf("a weak one: %v", err)
	}
	const next = "another set of words 7"
	if err := b.accounts.Reset(ctx, link, next, "192.0.2.1"); err != nil {
		t.Fatal(err)
	}
	if err := b.accounts.Reset(ctx, link, next, ""); !domain.Is(err, domain.KindNotFound) {
		t.Fatalf("twice: %v", err)
	}
	if _, signed := b.sessions.Current(b.load(t, open)); signed {
		t.Fatal("the session from before goes on")
	}
	if _, _, err := b.attempt(t, Attempt{Name: "anna@customs.example", Password: right}); !domain.Is(err, domain.KindUnauthenticated) {
		t.Fatalf("the old password: %v", err)
	}
	if _, _, err := b.attempt(t, Attempt{Name: "anna@customs.example", Password: next}); err != nil {
		t.Fatal(err)
	}
}

func TestPeopleOfAnAdministration(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.accounts.keys = secret.New()
	ctx, tenant := t.Context(), b.tenants[0].ID
	admin, anna, both := b.person(t, "admin", b.tenants[0]), b.person(t, "anna", b.tenants[0]), b.person(t, "both", b.tenants...)
	b.person(t, "elsewhere", b.tenants[1])
	me := by(admin, tenant)
	_, token, err := b.attempt(t, Attempt{Name: "anna", Password: right})
	if err != nil {
		t.Fatal(err)
	}
	members, err := b.accounts.Members(ctx, tenant)
	if err != nil || len(members) != 3 {
		t.Fatalf("%+v, %v", members, err)
	}
	if m, err := b.accounts.Member(ctx, tenant, anna.ID); err != nil || m.Sessions != 1 || !m.OnlyHere || m.SecondFactor {
		t.Fatalf("%+v, %v", m, err)
	}
	foreign := by(both, b.tenants[1].ID)
	for name, err := range map[string]error{
		"another administration's": b.accounts.Suspend(ctx, foreign, anna.ID, true), "oneself": b.accounts.Suspend(ctx, me, admin.ID, true),
		"own roles": b.accounts.SetRoles(ctx, me, admin.ID, []Membership{{Role: "analyst"}}, ""), "factor of who works elsewhere": b.accounts.ResetFactors(ctx, me, both.ID),
		"no role": b.accounts.SetRoles(ctx, me, anna.ID, nil, ""),
	} {
		if err == nil {
			t.Errorf("%s: done", name)
		}
	}
	if err := b.accounts.SetRoles(ctx, me, anna.ID, []Membership{{Role: "auditor"}, {Role: "officer", Officer: "X1"}}, "auditor, officer"); err != nil {
		t.Fatal(err)
	}
	if _, signed := b.sessions.Current(b.load(t, token)); signed {
		t.Fatal("the session outlived the change of roles")
	}
	if err := b.accounts.Suspend(ctx, me, anna.ID, true); err != nil {
		t.Fatal(err)
	}
	if held, err := b.accounts.Standing(ctx, anna.ID, tenant); err != nil || len(held) != 0 {
		t.Fatalf("suspended: %+v, %v", held, err)
	}
	if err := b.accounts.Suspend(ctx, me, anna.ID, false); err != nil {
		t.Fatal(err)
	}
	b.setUpAuthenticator(t, anna, tenant)
	if err := b.accounts.ResetFactors(ctx, me, anna.ID); err != nil {
		t.Fatal(err)
	}
	if f, err := b.accounts.Factors(ctx, anna.ID); err != nil || f.Any() || f.RecoveryLeft != 0 {
		t.Fatalf("%+v, %v", f, err)
	}
	rows, _, err := audit.List(ctx, b.db, tenant, audit.Filter{Action: "person."}, audit.Page{})
	if err != nil || len(rows) != 4 {
		t.Fatalf("audit: %d, %v", len(rows), err)
	}
}

func TestTokensAreListedAndRevoked(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ctx := t.Context()
	anna, bilal := b.person(t, "anna", b.tenants[0]), b.person(t, "bilal", b.tenants[0])
	token, _, err := b.accounts.IssueToken(ctx, by(anna, b.tenants[0].ID), NewToken{Name: "nightly", Scopes: []string{"figure.read", "import.write"}})
	if err != nil {
		t.Fatal(err)
	}
	person, err := b.accounts.ByToken(ctx, token)
	if err != nil || len(person.Scopes) != 2 {
		t.Fatalf("%+v, %v", person, err)
	}
	list, err := b.accounts.Tokens(ctx, anna.ID, b.tenants[0].ID)
	if err != nil || len(list) != 1 || list[0].SeenAt == nil || list[0].Scopes[1] != "import.write" {
		t.Fatalf("%+v, %v", list, err)
	}
	if err := b.accounts.RevokeToken(ctx, by(bilal, b.tenants[0].ID), list[0].ID); !domain.Is(err, domain.KindNotFound) {
		t.Fatalf("somebody else revoked it: %v", err)
	}
	if err := b.accounts.RevokeToken(ctx, by(anna, b.tenants[0].ID), list[0].ID); err != nil {
		t.Fatal(err)
	}
	if _, err := b.accounts.ByToken(ctx, token); !domain.Is(err, domain.KindUnauthenticated) {
		t.Fatalf("revoked: %v", err)
	}
}

// TestSessionOfAnIdentityProviderIsConfined: what one administration's provider vouches for opens no other's.
func TestSessionOfAnIdentityProviderIsConfined(t *testing.T) {
	t.Parallel()
	b := setup(t)
	anna := b.person(t, "anna", b.tenants...)
	ctx := b.load(t, "")
	entry, err := b.sessions.Trust(ctx, anna, b.tenants[0].ID, false, "192.0.2.1")
	if err != nil || entry.Person.Tenant != b.tenants[0].ID {
		t.Fatalf("%+v, %v", entry, err)
	}
	if err := b.sessions.Choose(ctx, b.tenants[1].ID, "", ""); !domain.Is(err, domain.KindForbidden) {
		t.Fatalf("another administration: %v", err)
	}
}

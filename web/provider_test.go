package web

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"assay/deploy/local/dbtest/provider"
	"assay/domain"
	"assay/domain/account"
)

// TestSignInThroughAProvider goes the whole way over a real provider, as its administrator sets it and as people use it.
func TestSignInThroughAProvider(t *testing.T) {
	t.Parallel()
	k := newSmallKit(t)
	p := provider.Start(t, provider.Options{Back: []string{k.server.URL + providerBack}, Now: testClock(),
		People: []string{"bilal@customs.example", "doubtful@customs.example!", "stranger@customs.example", "other@customs.example", "invited@customs.example", "both@customs.example"}})
	k.join(t, "bilal@customs.example", k.first.ID)
	k.join(t, "doubtful@customs.example", k.first.ID)
	k.join(t, "other@customs.example", k.second.ID)
	k.join(t, "both@customs.example", k.first.ID, k.second.ID)
	t.Run("set and tried", func(t *testing.T) { k.testProviderIsSet(t, p) })
	t.Run("way in", func(t *testing.T) { k.testWayIn(t, p) })
	t.Run("ways that lead nowhere", func(t *testing.T) { k.testWaysNowhere(t, p) })
	t.Run("stays in its administration", func(t *testing.T) { k.testProviderStaysHome(t, p) })
	t.Run("invitation", func(t *testing.T) { k.testInvitedThroughProvider(t, p) })
	t.Run("nobody answers", func(t *testing.T) { k.testProviderDown(t, p) })
}

// join adds somebody who is an analyst in administrations.
func (k *kit) join(t *testing.T, name string, tenants ...domain.TenantID) {
	t.Helper()
	person, err := k.accounts.Create(t.Context(), account.NewAccount{SignInName: name, Name: "Amina " + name, Language: "en", Password: password})
	for _, tenant := range tenants {
		if err == nil {
			err = k.accounts.Join(t.Context(), person.ID, account.Membership{Tenant: tenant, Role: "analyst"})
		}
	}
	if err != nil {
		t.Fatal(err)
	}
}

func providerForm(issuer string) url.Values {
	return url.Values{"issuer": {issuer}, "client_id": {provider.Client}, "secret": {provider.Secret}, "name": {"Ministry of Finance"}, "scopes": {"openid email profile"},
		"domains": {"customs.example"}, "joins_as": {""}, "factor": {"own"}, "enabled": {"yes"}}
}

func (k *kit) testProviderIsSet(t *testing.T, p *provider.Provider) {
	guest, admin := k.guest(t), k.person(t, "administrator")
	missing := guest.get("/sign-in/through?administration=atlantis")
	if none := guest.get("/sign-in/through?administration=karouma"); none.status != http.StatusNotFound || none.text() != missing.text() {
		t.Errorf("an administration without a provider differs from none: %d %s", none.status, none.text())
	}
	for form, want := range map[string]url.Values{"issuer": {"issuer": {"http://id.example"}}, "joins_as": {"joins_as": {"administrator"}}} {
		wrong := providerForm(p.Issuer)
		for key, values := range want {
			wrong[key] = values
		}
		if answer := admin.post("/in/karouma/provider", wrong); answer.status != http.StatusBadRequest || strings.Contains(answer.body, provider.Secret) {
			t.Errorf("%s: %d %s", form, answer.status, answer.text())
		}
	}
	draft := providerForm(p.Issuer)
	draft.Del("enabled")
	if answer := admin.post("/in/karouma/provider", draft); answer.status != http.StatusSeeOther {
		t.Fatalf("set: %d %s", answer.status, answer.text())
	}
	if page := admin.get("/in/karouma/provider"); strings.Contains(page.body, provider.Secret) || !strings.Contains(page.text(), k.server.URL+providerBack) {
		t.Errorf("the page of the provider: %s", page.text())
	}
	if looked := admin.post("/in/karouma/provider/look", nil); looked.page.Find(".status-good").Length() < 5 || !strings.Contains(looked.text(), p.Issuer+"/token") {
		t.Errorf("looked: %s", looked.text())
	}
	tried := admin.come(t, p, "/in/karouma/provider/try", "bilal@customs.example")
	if tried.status != http.StatusOK || !strings.Contains(tried.text(), "bilal@customs.example") || !strings.Contains(tried.text(), "This would sign in: Amina bilal@customs.example.") {
		t.Errorf("tried: %d %s", tried.status, tried.text())
	}
	if here := admin.get("/in/karouma/provider"); here.status != http.StatusOK {
		t.Errorf("the trial changed who is signed in: %d", here.status)
	}
	if doubtful := admin.come(t, p, "/in/karouma/provider/try", "doubtful@customs.example"); !strings.Contains(doubtful.text(), "does not say that your e-mail address is yours") {
		t.Errorf("tried without a verified address: %s", doubtful.text())
	}
	if answer := guest.get("/sign-in/through/karouma"); answer.status != http.StatusNotFound || answer.location != "" {
		t.Errorf("a way in that is not offered: %d %s", answer.status, answer.location)
	}
	draft.Set("enabled", "yes")
	draft.Set("secret", "")
	if answer := admin.post("/in/karouma/provider", draft); answer.status != http.StatusSeeOther {
		t.Fatalf("offered: %d %s", answer.status, answer.text())
	}
}

// come goes to the provider from a page, signs somebody in there and comes back.
func (b *browser) come(t *testing.T, p *provider.Provider, from, email string) *answer {
	t.Helper()
	return b.get(b.path(b.bring(t, p, from, email)))
}

// bring is come without the last step: the address with which the browser would come back.
func (b *browser) bring(t *testing.T, p *provider.Provider, from, email string) string {
	t.Helper()
	sent := b.get(from)
	if sent.status != http.StatusSeeOther || !strings.HasPrefix(sent.location, p.Issuer) {
		t.Fatalf("%s leads to %d %q: %s", from, sent.status, sent.location, sent.text())
	}
	return p.SignIn(t, sent.location, email)
}

func (b *browser) path(address string) string { return strings.TrimPrefix(address, b.kit.server.URL) }

func (k *kit) testWayIn(t *testing.T, p *provider.Provider) {
	guest := k.guest(t)
	if page := guest.get("/sign-in"); page.page.Find(`a[href^="/sign-in/through"]`).Length() != 1 {
		t.Error("the sign-in page does not offer it")
	}
	leads := guest.get("/sign-in/through?administration=Karouma&return=/in/karouma/board")
	way, _ := leads.page.Find("a.button").Attr("href")
	if leads.status != http.StatusOK || !strings.Contains(leads.text(), "Ministry of Finance") || !strings.Contains(leads.text(), strings.TrimPrefix(p.Issuer, "http://")) || way == "" {
		t.Fatalf("it does not say where the way goes: %d %s", leads.status, leads.text())
	}
	before := guest.session(t)
	in := guest.come(t, p, way, "bilal@customs.example")
	if in.status != http.StatusSeeOther || in.location != "/in/karouma/board" {
		t.Fatalf("back: %d %s %s", in.status, in.location, in.text())
	}
	if after := guest.session(t); after == before {
		t.Error("the session kept its token at sign-in")
	}
	if board := guest.get("/in/karouma/board"); board.status != http.StatusOK || !strings.Contains(board.body, "Amina bilal@customs.example") {
		t.Errorf("the board: %d", board.status)
	}
	out := guest.post("/sign-out", nil)
	if out.location != "/sign-in?out=karouma" {
		t.Errorf("signed out to %s", out.location)
	}
	if page := guest.get(out.location); page.page.Find(`a[href="/sign-out/through/karouma"]`).Length() != 1 {
		t.Errorf("the provider's own session is not told of: %s", page.text())
	}
	if answer := guest.get("/in/karouma/board"); answer.status != http.StatusSeeOther {
		t.Errorf("after signing out: %d", answer.status)
	}
}

// session is the cookie's value.
func (b *browser) session(t *testing.T) string {
	t.Helper()
	here, err := url.Parse(b.kit.server.URL)
	if err != nil {
		t.Fatal(err)
	}
	for _, cookie := range b.client.Jar.Cookies(here) {
		if cookie.Name == cookieSession {
			return cookie.Value
		}
	}
	return ""
}

const through = "/sign-in/through/karouma"

// testWaysNowhere: each wrong way signs nobody in and says why in one sentence.
func (k *kit) testWaysNowhere(t *testing.T, p *provider.Provider) {
	const state, untrusted = "begun in another browser", "cannot be trusted"
	refused := func(name string, b *browser, got *answer, want string) {
		t.Helper()
		if got.status < 400 || got.location != "" || got.page.Find(`[role=alert]`).Length() != 1 || !strings.Contains(got.page.Find(`[role=alert]`).Text(), want) {
			t.Errorf("%s: %d %s %s", name, got.status, got.location, got.text())
		}
		if home := b.get("/account"); home.status != http.StatusSeeOther || !strings.HasPrefix(home.location, "/sign-in") {
			t.Errorf("%s: somebody is signed in", name)
		}
	}
	thief, victim := k.guest(t), k.guest(t)
	brought := thief.bring(t, p, through, "bilal@customs.example")
	refused("a way begun in another browser", victim, victim.get(victim.path(brought)), state)
	victim.get(through)
	refused("another's answer on the own way", victim, victim.get(victim.path(brought)), state)
	victim.get(through)
	refused("after that the own way is over too", victim, victim.get(victim.path(brought)), state)
	// The thief's code under the victim's state: the code belongs to another verifier and nonce.
	own, err := url.Parse(victim.get(through).location)
	if err != nil {
		t.Fatal(err)
	}
	stolen, err := url.Parse(brought)
	if err != nil {
		t.Fatal(err)
	}
	mixed := url.Values{"code": {stolen.Query().Get("code")}, "state": {own.Query().Get("state")}}
	refused("another's code under the own state", victim, victim.get(providerBack+"?"+mixed.Encode()), untrusted)
	once := k.guest(t)
	brought = once.bring(t, p, through, "bilal@customs.example")
	if in := once.get(once.path(brought)); in.status != http.StatusSeeOther {
		t.Fatalf("once: %d %s", in.status, in.text())
	}
	if again := once.get(once.path(brought)); again.status != http.StatusConflict {
		t.Errorf("the same answer twice: %d", again.status)
	}
	fresh := k.guest(t)
	refused("the same answer in another browser", fresh, fresh.get(fresh.path(brought)), state)
	refused("nothing at all", fresh, fresh.get(providerBack), state)
	for name, want := range map[string]string{"doubtful@customs.example": "does not say that your e-mail address is yours", "stranger@customs.example": "has not let you in", "other@customs.example": "has not let you in"} {
		b := k.guest(t)
		refused(name, b, b.come(t, p, through, name), want)
	}
	b := k.guest(t)
	sent, err := url.Parse(b.get(through).location)
	if err != nil {
		t.Fatal(err)
	}
	refused("who says no at the provider", b, b.get(providerBack+"?error=access_denied&state="+sent.Query().Get("state")), "has not signed you in")
	b.get(through)
	if away := b.get(through + "?return=https://elsewhere.example/"); !strings.HasPrefix(away.location, p.Issuer+"/") {
		t.Errorf("led away to %s", away.location)
	}
}

// testProviderStaysHome: what one administration's provider says opens nothing that belongs to others.
func (k *kit) testProviderStaysHome(t *testing.T, p *provider.Provider) {
	b := k.guest(t)
	if in := b.come(t, p, through, "both@customs.example"); in.status != http.StatusSeeOther {
		t.Fatalf("%d %s", in.status, in.text())
	}
	for path, want := range map[string]int{"/in/karouma/board": http.StatusOK, "/engagements": http.StatusForbidden, "/account/passkey": http.StatusForbidden, "/account/authenticator": http.StatusForbidden, "/installation": http.StatusForbidden} {
		if answer := b.get(path); answer.status != want {
			t.Errorf("%s: %d", path, answer.status)
		}
	}
	if other := b.post("/administrations", url.Values{"tenant": {k.second.ID.String()}}); other.status != http.StatusForbidden {
		t.Errorf("another administration: %d %s", other.status, other.location)
	}
	for path, form := range map[string]url.Values{"/account/recovery": nil, "/account/tokens": {"token_name": {"x"}}} {
		if answer := b.post(path, form); answer.status != http.StatusForbidden {
			t.Errorf("%s: %d %s", path, answer.status, answer.text())
		}
	}
	// Who works here only has no other way to the own account.
	only := k.guest(t)
	only.come(t, p, through, "bilal@customs.example")
	if answer := only.get("/account/authenticator"); answer.status != http.StatusOK {
		t.Errorf("the own account of who works only here: %d", answer.status)
	}
	admin := k.person(t, "administrator")
	person := "/in/karouma/people/" + k.accountOf(t, "bilal@customs.example")
	if admin.get(person).page.Find(`button[value=unlink]`).Length() != 1 {
		t.Error("the link cannot be ended")
	}
	if answer := admin.post(person, url.Values{"do": {"unlink"}}); answer.status != http.StatusSeeOther {
		t.Errorf("end the link: %d %s", answer.status, answer.text())
	}
	if answer := only.get("/in/karouma/board"); answer.status != http.StatusSeeOther {
		t.Errorf("the session goes on: %d", answer.status)
	}
}

func (k *kit) testInvitedThroughProvider(t *testing.T, p *provider.Provider) {
	admin, b := k.person(t, "administrator"), k.guest(t)
	if answer := admin.post("/in/karouma/people/invitations", url.Values{"name": {"New Colleague"}, "email": {"invited@customs.example"}, "role": {"data_officer"}}); answer.status != http.StatusOK {
		t.Fatalf("invite: %d %s", answer.status, answer.text())
	}
	if in := b.come(t, p, through, "invited@customs.example"); in.status != http.StatusSeeOther || in.location != "/" {
		t.Fatalf("%d %s %s", in.status, in.location, in.text())
	}
	if page := b.get("/in/karouma/imports"); page.status != http.StatusOK || !strings.Contains(page.body, "New Colleague") {
		t.Errorf("%d", page.status)
	}
}

// testProviderDown: one clear sentence, in time, and the password still works.
func (k *kit) testProviderDown(t *testing.T, p *provider.Provider) {
	b := k.guest(t)
	brought := b.bring(t, p, through, "bilal@customs.example")
	p.Stop()
	begun := time.Now()
	down := b.get(b.path(brought))
	if text := down.page.Find(`[role=alert]`).Text(); down.status != http.StatusServiceUnavailable || !strings.Contains(text, "does not answer as it should") || time.Since(begun) > time.Minute {
		t.Errorf("%d %s after %v", down.status, down.text(), time.Since(begun))
	}
	if in := b.post("/sign-in", url.Values{"name": {"bilal@customs.example"}, "password": {password}}); in.status != http.StatusSeeOther {
		t.Errorf("by password: %d %s", in.status, in.text())
	}
	if out := k.person(t, "analyst").post("/sign-out", nil); out.location != "/sign-in" {
		t.Errorf("who came by password is led to %s", out.location)
	}
}

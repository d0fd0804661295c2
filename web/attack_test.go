package web

import (
	"net/http"
	"net/url"
	"sort"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"

	"assay/domain/account"
)

func (k *kit) accountOf(t *testing.T, name string) string {
	t.Helper()
	found, err := k.accounts.ByName(t.Context(), name)
	if err != nil {
		t.Fatal(err)
	}
	return found.ID.String()
}

// TestAttacks tries what strangers try, against the real server.
func TestAttacks(t *testing.T) {
	t.Parallel()
	k := newSmallKit(t)
	t.Run("forged forms", k.attackForgery)
	t.Run("session fixation", k.attackFixation)
	t.Run("open redirect", k.attackRedirect)
	t.Run("heads and log", k.attackHeads)
	t.Run("error text", k.attackErrorText)
	t.Run("timing", k.attackTiming)
	t.Run("hostile texts", k.attackTexts)
	t.Run("brute force", k.attackGuessing)
}

// attackForgery sends every form there is without its token, with another session's, and as another site would.
func (k *kit) attackForgery(t *testing.T) {
	person, other := k.person(t, "administrator"), k.person(t, "analyst")
	token, _ := person.get("/account").page.Find("input[name=forgery]").First().Attr("value")
	foreign, _ := other.get("/account").page.Find("input[name=forgery]").First().Attr("value")
	if token == "" || foreign == "" {
		t.Fatal("the page has no token")
	}
	tried := 0
	for _, r := range k.web.routes() {
		if r.method == http.MethodGet || r.large {
			continue
		}
		tried++
		path := strings.NewReplacer(":administration", "karouma", ":account", k.accountOf(t, "analyst")).Replace(r.path)
		for name, wrong := range map[string]string{"no token": "", "another's": foreign, "made up": strings.Repeat("A", 86)} {
			if answer := person.submit(path, url.Values{"forgery": {wrong}}); answer.status != http.StatusForbidden {
				t.Errorf("%s with %s: %d %s", path, name, answer.status, answer.location)
			}
		}
		for _, site := range []string{"cross-site", "same-site", "none"} {
			request, err := http.NewRequestWithContext(t.Context(), r.method, k.server.URL+path, strings.NewReader(url.Values{"forgery": {token}}.Encode()))
			if err != nil {
				t.Fatal(err)
			}
			request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			request.Header.Set("Sec-Fetch-Site", site)
			if answer := person.do(request); answer.status != http.StatusForbidden {
				t.Errorf("%s from %s: %d", path, site, answer.status)
			}
		}
	}
	if tried < 15 {
		t.Fatalf("only %d forms were tried", tried)
	}
}

// attackFixation plants a session in a victim's browser: after sign-in the planted one is worth nothing.
func (k *kit) attackFixation(t *testing.T) {
	thief, victim := k.guest(t), k.guest(t)
	thief.get("/sign-in")
	home, err := url.Parse(k.server.URL)
	if err != nil {
		t.Fatal(err)
	}
	planted := thief.client.Jar.Cookies(home)
	victim.client.Jar.SetCookies(home, planted)
	if answer := victim.post("/sign-in", url.Values{"name": {"director_general"}, "password": {password}}); answer.status != http.StatusSeeOther {
		t.Fatalf("sign in: %d", answer.status)
	}
	if answer := thief.get("/account"); answer.status != http.StatusSeeOther || !strings.HasPrefix(answer.location, "/sign-in") {
		t.Fatalf("the planted session is signed in: %d %s", answer.status, answer.location)
	}
	before := cookieValue(victim.client.Jar.Cookies(home), cookieSession)
	if answer := victim.get("/account?assay=" + planted[0].Value); answer.status != http.StatusOK || cookieValue(victim.client.Jar.Cookies(home), cookieSession) != before {
		t.Fatal("a session in the address is heeded")
	}
	if before == cookieValue(planted, cookieSession) || before == "" {
		t.Fatal("the token did not change at sign-in")
	}
	guest := k.guest(t)
	guest.client.Jar.SetCookies(home, []*http.Cookie{{Name: cookieSession, Value: strings.Repeat("a", 43), Path: "/"}}) // a token that nobody issued
	guest.get("/sign-in")
	if cookieValue(guest.client.Jar.Cookies(home), cookieSession) == strings.Repeat("a", 43) {
		t.Fatal("a made-up token became a session")
	}
}

func cookieValue(cookies []*http.Cookie, name string) string {
	for _, cookie := range cookies {
		if cookie.Name == name {
			return cookie.Value
		}
	}
	return ""
}

var elsewhere = []string{"https://thief.example/", "//thief.example", "/\\thief.example", "\\\\thief.example", "http:thief.example", "javascript:alert(1)", "/%0d%0aLocation:https://thief.example",
	"data:text/html,x", "https:thief.example", "/\t/thief.example", " //thief.example", "/\r\nSet-Cookie: a=b", "thief.example", "///thief.example", "/.//thief.example/..//"}

// attackRedirect gives every page that leads on an address elsewhere.
func (k *kit) attackRedirect(t *testing.T) {
	safe := func(where string) bool {
		u, err := url.Parse(where)
		return err == nil && !u.IsAbs() && u.Host == "" && strings.HasPrefix(where, "/") && !strings.HasPrefix(where, "//") && !strings.ContainsAny(where, "\\\r\n\t")
	}
	person := k.person(t, "director_general")
	for _, target := range elsewhere {
		guest := k.guest(t)
		guest.get("/sign-in?return=" + url.QueryEscape(target)).page.Find("input[name=return]").Each(func(_ int, s *goquery.Selection) {
			if !safe(s.AttrOr("value", "")) {
				t.Errorf("%q stands in the form", target)
			}
		})
		for path, form := range map[string]url.Values{
			"/sign-in":         {"name": {"analyst"}, "password": {password}},
			"/preferences":     {"language": {"en"}},
			"/administrations": {"tenant": {k.first.ID.String()}},
		} {
			b := guest
			if path != "/sign-in" {
				b = person
			}
			form.Set("return", target)
			if answer := b.post(path, form); answer.status != http.StatusSeeOther || !safe(answer.location) {
				t.Errorf("%s with %q: %d to %q", path, target, answer.status, answer.location)
			}
		}
	}
}

// attackHeads puts line ends and forged lines where they would begin a new head or a new line of the log.
func (k *kit) attackHeads(t *testing.T) {
	guest := k.guest(t)
	for _, text := range []string{"x\r\nSet-Cookie: stolen=1", "x\nlevel=ERROR msg=forged", "x\x00y", "\u2028x"} {
		answer := guest.post("/sign-in", url.Values{"name": {text}, "password": {text}, "return": {"/" + text}})
		if answer.status != http.StatusUnauthorized || strings.Contains(strings.Join(answer.header.Values("Set-Cookie"), " "), "stolen") {
			t.Errorf("%q: %d %v", text, answer.status, answer.header)
		}
		guest.post("/forgotten", url.Values{"name": {text}})
		guest.get("/no/such/" + url.PathEscape(text))
		guest.get("/invitations/" + url.PathEscape(text))
	}
	for line := range strings.Lines(k.log.String()) {
		if strings.HasPrefix(line, "level=") || strings.Contains(line, "msg=forged") && !strings.Contains(line, `\n`) {
			t.Errorf("a forged line: %q", line)
		}
	}
}

// attackErrorText: no answer tells which names exist.
func (k *kit) attackErrorText(t *testing.T) {
	answers := func(name string) []string {
		guest := k.guest(t)
		var all []string
		for path, form := range map[string]url.Values{"/sign-in": {"password": {"not the password"}}, "/forgotten": {}} {
			form.Set("name", name)
			answer := guest.post(path, form)
			all = append(all, path, http.StatusText(answer.status), strings.ReplaceAll(answer.text(), name, "NAME"))
		}
		sort.Strings(all)
		return all
	}
	known, unknown := answers("analyst"), answers("nobody-at-all")
	if strings.Join(known, "|") != strings.Join(unknown, "|") {
		t.Errorf("known: %v\nunknown: %v", known, unknown)
	}
	used, never := k.guest(t).get("/password/"+strings.Repeat("a", 43)), k.guest(t).get("/invitations/x")
	if used.status != http.StatusNotFound || never.status != http.StatusNotFound {
		t.Errorf("%d %d", used.status, never.status)
	}
}

// attackTiming compares the shortest times that sign-in takes for a name that there is and for one that there
// is not. An answer without the work for the password would be faster by more than half. A busy machine only makes
// single tries longer: where the times differ it is tried again, and a difference of the program's own stays.
func (k *kit) attackTiming(t *testing.T) {
	const fewest, most = 4, 60
	shortest := map[string]time.Duration{}
	alike := func() bool {
		ratio := float64(shortest["there-is-no-auditor"]) / float64(shortest["auditor"])
		return ratio >= 0.5 && ratio <= 2
	}
	for try := range most {
		for _, name := range []string{"auditor", "there-is-no-auditor"} {
			started := time.Now()
			_, _ = k.accounts.Authenticate(t.Context(), account.Attempt{Name: name, Password: "not the password", Address: "203.0.113.5"})
			if took := time.Since(started); shortest[name] == 0 || took < shortest[name] {
				shortest[name] = took
			}
		}
		if try+1 >= fewest && alike() {
			break
		}
	}
	if !alike() {
		t.Errorf("the shortest of %d tries: %v", most, shortest)
	}
	started := time.Now()
	k.guest(t).post("/forgotten", url.Values{"name": {"nobody-at-all"}})
	if time.Since(started) < forgottenTakes {
		t.Error("the answer for an unknown name came early")
	}
}

// attackGuessing guesses by the form until it is closed, and sees that the owner still comes in on the known device.
func (k *kit) attackGuessing(t *testing.T) {
	owner := k.person(t, "deputy")
	thief := k.guest(t)
	closed := 0
	for range 14 {
		if answer := thief.post("/sign-in", url.Values{"name": {"deputy"}, "password": {"guess guess guess"}}); answer.status == http.StatusTooManyRequests {
			closed++
		}
	}
	if closed != 4 {
		t.Fatalf("%d of 14 guesses were refused", closed)
	}
	if answer := thief.post("/sign-in", url.Values{"name": {"deputy"}, "password": {password}}); answer.status != http.StatusTooManyRequests {
		t.Fatalf("the guesser came in: %d", answer.status)
	}
	owner.post("/sign-out", url.Values{})
	if answer := owner.post("/sign-in", url.Values{"name": {"deputy"}, "password": {password}}); answer.status != http.StatusSeeOther {
		t.Fatalf("the owner is locked out: %d", answer.status)
	}
}

const hostile = `"><img src=x onerror=alert(1)><script>alert(2)</script>{{.Forgery}}`

// attackTexts puts hostile texts into the fields of accounts and walks the pages that show them: nothing of it
// becomes a part of the page, and every script carries the answer's nonce under a strict policy.
func (k *kit) attackTexts(t *testing.T) {
	admin := k.person(t, "administrator")
	form := url.Values{"name": {hostile}, "email": {"hostile@customs.example"}, "role": {"analyst"}, "officer": {hostile}}
	invited := admin.post("/in/karouma/people/invitations", form)
	link := invited.page.Find("#link").Text()
	if invited.status != http.StatusOK || link == "" {
		t.Fatalf("invite: %d %s", invited.status, invited.text())
	}
	path := strings.TrimPrefix(link, k.server.URL)
	guest := k.guest(t)
	pages := []*answer{invited, guest.get(path)}
	const chosen = "violet harbour lantern 42"
	if answer := guest.post(path, url.Values{"password": {"password1234"}}); answer.status != http.StatusBadRequest {
		t.Errorf("a weak password was taken: %d", answer.status)
	}
	if answer := guest.post(path, url.Values{"password": {chosen}}); answer.status != http.StatusSeeOther {
		t.Fatalf("accept: %d %s", answer.status, answer.text())
	}
	if answer := k.guest(t).get(path); answer.status != http.StatusNotFound {
		t.Errorf("the link works twice: %d", answer.status)
	}
	pages = append(pages, guest.get("/account"), guest.post("/account/tokens", url.Values{"token_name": {hostile}, "lifetime": {"30"}, "scope": {"figure.read"}}),
		guest.get("/account"), admin.get("/in/karouma/people"), admin.get("/in/karouma/people/"+k.accountOf(t, "hostile@customs.example")),
		admin.post("/in/karouma/people/"+k.accountOf(t, "analyst"), url.Values{"do": {"roles"}, "role": {"analyst"}, "officer": {hostile}}), admin.get("/in/karouma/people/"+k.accountOf(t, "analyst")),
		k.guest(t).post("/sign-in", url.Values{"name": {hostile}, "password": {hostile}}), admin.get("/in/karouma/"+url.PathEscape(hostile)), admin.get("/notices?before="+url.QueryEscape(hostile)))
	for i, page := range pages {
		policy := page.header.Get("Content-Security-Policy")
		if !strings.Contains(policy, "default-src 'none'") || strings.Contains(policy, "unsafe") {
			t.Errorf("page %d: policy %q", i, policy)
		}
		page.page.Find("[onerror], img[src=x], script:not([nonce])").Each(func(_ int, s *goquery.Selection) {
			t.Errorf("page %d holds a part that was typed: %s", i, goquery.NodeName(s))
		})
		if strings.Contains(page.page.Find("script").Text(), "alert") {
			t.Errorf("page %d holds a script that was typed", i)
		}
	}
	if !strings.Contains(admin.get("/in/karouma/people").text(), strings.Join(strings.Fields(hostile), " ")) {
		t.Error("the hostile name is not shown: nothing was tried")
	}
	if answer := guest.post("/account/tokens", url.Values{"token_name": {"x"}, "scope": {"person.write"}}); answer.status != http.StatusBadRequest {
		t.Errorf("a token beyond the person's rights: %d", answer.status)
	}
}

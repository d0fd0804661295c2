package web

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"assay/domain/account"
)

// TestAccessPages tries the pages about who may do what: explanations, own roles and purposes.
func TestAccessPages(t *testing.T) {
	t.Parallel()
	k := newKit(t, 200)
	t.Run("whose figures", k.testWhose)
	t.Run("explanations", k.testExplanations)
	t.Run("own roles", k.testOwnRoles)
	t.Run("purposes", k.testPurposes)
}

// testWhose wants the board and an indicator to say whose figures they show.
func (k *kit) testWhose(t *testing.T) {
	for _, path := range []string{"/in/karouma/board", "/in/karouma/indicators/CLR01"} {
		k.run(t, []scenario{
			{"director_general", path, http.StatusOK, "", "Figures of the whole administration"},
			{"director_general", path + "?office=" + k.office, http.StatusOK, "", "Figures of one office:"},
			{"head_of_office", path, http.StatusOK, "", "Figures of your office:"},
			{"officer", path, http.StatusOK, "", "Figures of your own work:"},
		})
	}
}

func (k *kit) accountNumber(t *testing.T, name string) string {
	t.Helper()
	a, err := k.accounts.ByName(t.Context(), name)
	if err != nil {
		t.Fatal(err)
	}
	return a.ID.String()
}

func (k *kit) testExplanations(t *testing.T) {
	analyst, officer, foreign := k.accountNumber(t, "analyst"), k.accountNumber(t, "officer"), k.accountNumber(t, "other")
	k.run(t, []scenario{
		{"", "/access", http.StatusSeeOther, "/sign-in?return=", ""},
		{"officer", "/access", http.StatusOK, "", "Role: Officer"},
		{"officer", "/in/karouma/access/" + officer, http.StatusOK, "", "Own work only"},
		{"officer", "/in/karouma/access/" + analyst, http.StatusNotFound, "", ""},
		{"administrator", "/in/karouma/access/" + analyst, http.StatusOK, "", "Amina analyst"},
		{"auditor", "/in/karouma/access/" + analyst, http.StatusOK, "", "See officers under a pseudonym"},
		{"administrator", "/in/karouma/access/" + foreign, http.StatusNotFound, "", ""},
		{"administrator", "/in/karouma/access/everybody", http.StatusNotFound, "", ""},
	})
	page := k.person(t, "administrator").get("/in/karouma/access/" + analyst).page
	if given, withheld := page.Find(".rights .given").Length(), page.Find(".rights .withheld").Length(); given == 0 || withheld == 0 {
		t.Errorf("an analyst: %d rights given, %d withheld", given, withheld)
	}
	if others := k.person(t, "officer").get("/access").page.Find(".people-links a").Length(); others != 0 {
		t.Errorf("an officer is led to %d other people", others)
	}
	if others := k.person(t, "administrator").get("/access").page.Find(".people-links a").Length(); others < 8 {
		t.Errorf("an administrator is led to %d other people", others)
	}
}

func (k *kit) testOwnRoles(t *testing.T) {
	k.run(t, []scenario{
		{"analyst", "/in/karouma/roles/new", http.StatusForbidden, "", ""},
		{"administrator", "/in/karouma/roles", http.StatusOK, "", "No own role yet"},
		{"administrator", "/in/karouma/roles/own-none", http.StatusNotFound, "", ""},
	})
	b := k.person(t, "administrator")
	form := func() url.Values {
		return url.Values{"code": {"manifests"}, "name.en": {"Manifests"}, "permission.import.read": {"administration"}, "permission.figure.read": {"office"}}
	}
	without := func(key, value string) url.Values { f := form(); f.Set(key, value); return f }
	for _, wrong := range []struct {
		form url.Values
		says string
	}{
		{without("code", "Manifests!"), "small letters"},
		{without("name.en", ""), "Give a name in at least one language"},
		{without("permission.audit.read", "own"), "only as far as it is offered"},
		{url.Values{"code": {"none"}, "name.en": {"None"}}, "Choose at least one permission"},
	} {
		if a := b.post("/in/karouma/roles", wrong.form); a.status != http.StatusBadRequest || !strings.Contains(a.text(), wrong.says) {
			t.Errorf("%v: %d %.300s", wrong.form, a.status, a.text())
		}
	}
	french := k.person(t, "administrator")
	french.post("/preferences", url.Values{"language": {"fr"}})
	if a := french.post("/in/karouma/roles", without("code", "é")); !strings.Contains(a.text(), "minuscules, chiffres") {
		t.Errorf("in French: %.300s", a.text())
	}
	french.post("/preferences", url.Values{"language": {"en"}})
	if a := b.post("/in/karouma/roles", form()); a.status != http.StatusSeeOther {
		t.Fatalf("a right role: %d %.300s", a.status, a.text())
	}
	if a := b.post("/in/karouma/roles", form()); a.status != http.StatusConflict || !strings.Contains(a.text(), "There is a role with this code already") {
		t.Errorf("the same code again: %d %.300s", a.status, a.text())
	}
	k.testRoleInUse(t, b)
	change := form()
	change.Set("do", "change")
	change.Set("version", "1")
	change.Set("name.en", "Manifests and imports")
	if a := b.post("/in/karouma/roles/own-manifests", change); a.status != http.StatusSeeOther {
		t.Errorf("change: %d %.300s", a.status, a.text())
	}
	if a := b.post("/in/karouma/roles/own-manifests", change); a.status != http.StatusConflict || !strings.Contains(a.text(), "Somebody else has changed") {
		t.Errorf("change of an old version: %d %.300s", a.status, a.text())
	}
	if a := b.post("/in/karouma/roles/own-manifests", url.Values{"do": {"retire"}, "version": {"2"}}); a.status != http.StatusSeeOther {
		t.Errorf("retire: %d %.300s", a.status, a.text())
	}
	page := b.get("/in/karouma/roles/own-manifests")
	if !strings.Contains(page.text(), "This role is retired") || page.page.Find("main button").Length() != 0 {
		t.Errorf("a retired role: %.300s", page.text())
	}
}

// testRoleInUse gives the role to somebody, for whom the page explains it.
func (k *kit) testRoleInUse(t *testing.T, b *browser) {
	t.Helper()
	person, err := k.accounts.Create(t.Context(), account.NewAccount{SignInName: "clerk", Name: "Amina clerk", Language: "en", Password: password})
	if err == nil {
		err = k.accounts.Join(t.Context(), person.ID, account.Membership{Tenant: k.first.ID, Role: "own-manifests", Office: k.office})
	}
	if err != nil {
		t.Fatal(err)
	}
	text := b.get("/in/karouma/access/" + person.ID.String()).text()
	for _, want := range []string{"Own role of the administration: Manifests", "office " + k.office, "No role or engagement gives this."} {
		if !strings.Contains(text, want) {
			t.Errorf("the page about a clerk does not say %q: %.600s", want, text)
		}
	}
	if text := b.get("/in/karouma/roles").text(); !strings.Contains(text, "1 person has it") || !strings.Contains(text, "2 permissions chosen") {
		t.Errorf("the list of roles: %.300s", text)
	}
}

func (k *kit) testPurposes(t *testing.T) {
	k.run(t, []scenario{{"officer", "/in/karouma/purposes", http.StatusForbidden, "", ""}, {"analyst", "/in/karouma/purposes", http.StatusOK, "", "No purpose recorded"}})
	b := k.person(t, "analyst")
	day := func(days int) string { return testClock().AddDate(0, 0, days).Format(time.DateOnly) }
	const reason = "Inquiry into rerouting at the port"
	for _, wrong := range []struct{ reason, ends, says string }{
		{"short", day(5), "20 to 1,000 characters"}, {reason, day(-1), "Choose a day from today"}, {reason, day(93), "Choose a day from today"}, {reason, "soon", "Choose a day from today"},
	} {
		if a := b.post("/in/karouma/purposes", url.Values{"reason": {wrong.reason}, "ends": {wrong.ends}}); a.status != http.StatusBadRequest || !strings.Contains(a.text(), wrong.says) {
			t.Errorf("%v: %d %.300s", wrong, a.status, a.text())
		}
	}
	for _, ends := range []string{day(0), day(purposeDays)} {
		if a := b.post("/in/karouma/purposes", url.Values{"reason": {reason}, "ends": {ends}}); a.status != http.StatusSeeOther {
			t.Fatalf("until %s: %d %.300s", ends, a.status, a.text())
		}
	}
	page := b.get("/in/karouma/purposes")
	withdraw := page.page.Find(".purposes form")
	if withdraw.Length() != 2 || !strings.Contains(page.text(), "You see officers by name until") {
		t.Fatalf("two purposes that hold: %.600s", page.text())
	}
	address := withdraw.First().AttrOr("action", "")
	if a := k.person(t, "director_general").post(address, url.Values{}); a.status != http.StatusForbidden {
		t.Errorf("another's purpose: %d", a.status)
	}
	if a := b.post(address, url.Values{}); a.status != http.StatusSeeOther {
		t.Errorf("withdraw: %d %.300s", a.status, a.text())
	}
	if text := b.get("/in/karouma/purposes").text(); !strings.Contains(text, "Ended by you") {
		t.Errorf("a purpose withdrawn: %.300s", text)
	}
}

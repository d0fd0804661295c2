package web

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"assay/domain/access"
	"assay/domain/account"
)

// TestAccessPages tries the pages about who may do what, explanations, own roles and purposes, and with the same data the own
// indicators, deputies and templates.
func TestAccessPages(t *testing.T) {
	t.Parallel()
	k := newSmallKit(t)
	t.Run("whose figures", k.testWhose)
	t.Run("ways out", k.testWaysOut)
	t.Run("counts", k.testCounts)
	t.Run("peers", k.testPeers)
	t.Run("explanations", k.testExplanations)
	t.Run("own roles", k.testOwnRoles)
	t.Run("purposes", k.testPurposes)
	t.Run("people", k.testPeople)
	t.Run("givers", k.testGivers)
	t.Run("mixed scopes", k.testMixedScopes)
	t.Run("own indicators", k.testOwnIndicators)
	t.Run("economic operators", k.testTrader)
	t.Run("invitation of an economic operator", k.testInviteTrader)
	t.Run("deputies", k.testDeputies)
	t.Run("lines of templates", k.testTemplateLines)
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

func (k *kit) testExplanations(t *testing.T) {
	analyst, officer, foreign := k.accountOf(t, "analyst"), k.accountOf(t, "officer"), k.accountOf(t, "other")
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

// testPeople saves the posting of a head of team: the section is chosen, and stays when the form is sent again as it is.
func (k *kit) testPeople(t *testing.T) {
	person := k.accountOf(t, "team_head")
	sections, err := k.administrations.AllSections(t.Context(), k.first.ID)
	if err != nil || len(sections) == 0 {
		t.Fatalf("sections: %v, %v", sections, err)
	}
	b, address := k.person(t, "administrator"), "/in/karouma/people/"+person
	place := sections[0].Office + "/" + sections[0].Code
	for _, wrong := range []struct{ place, says string }{{"", "needs an office"}, {sections[0].Office, "needs an office and its section"}, {sections[0].Office + "/nowhere", "no such office or section"}, {"QQQQ", "needs an office and its section"}} {
		if a := b.post(address, url.Values{"do": {"roles"}, "role": {"team_head"}, "office": {wrong.place}}); a.status != http.StatusBadRequest || !strings.Contains(a.text(), wrong.says) {
			t.Errorf("head of team of %q: %d %.300s", wrong.place, a.status, a.text())
		}
	}
	if a := b.post(address, url.Values{"do": {"roles"}, "role": {"team_head"}, "office": {place}}); a.status != http.StatusSeeOther {
		t.Fatalf("head of team of %s: %d %.300s", place, a.status, a.text())
	}
	page := b.get(address).page
	if shown := page.Find("#office option[selected]").AttrOr("value", ""); shown != place {
		t.Fatalf("the form begins with %q, want %q", shown, place)
	}
	saved := func(roles ...string) (held []account.Membership) {
		t.Helper()
		form := url.Values{"do": {"roles"}, "role": roles, "office": {page.Find("#office option[selected]").AttrOr("value", "")}, "officer": {page.Find("#officer").AttrOr("value", "")}}
		if a := b.post(address, form); a.status != http.StatusSeeOther {
			t.Fatalf("save again: %d %.300s", a.status, a.text())
		}
		m, err := k.accounts.Member(t.Context(), k.first.ID, uuid.MustParse(person))
		if err != nil {
			t.Fatal(err)
		}
		return m.Memberships
	}
	want := account.Membership{Tenant: k.first.ID, Role: "team_head", Office: sections[0].Office, Section: sections[0].Code}
	if diff := cmp.Diff([]account.Membership{want}, saved("team_head")); diff != "" {
		t.Fatalf("saved as it was: %s", diff)
	}
	if diff := cmp.Diff([]account.Membership{{Tenant: k.first.ID, Role: "analyst", Office: want.Office}, want}, saved("team_head", "analyst")); diff != "" {
		t.Fatalf("with one more role: %s", diff)
	}
	if a := b.get("/in/karouma/people/" + k.accountOf(t, "analyst")); a.page.Find(`a[href="/in/karouma/access/`+k.accountOf(t, "analyst")+`"]`).Length() != 1 {
		t.Error("the page of a person does not lead to what the person may do")
	}
}

// testGivers lets somebody with an own role for people try to give more than that role.
func (k *kit) testGivers(t *testing.T) {
	role := &access.OwnRole{Code: "own-clerk", Names: map[string]string{"en": "Clerk"}, Permissions: map[access.Action]access.Scope{access.PersonRead: access.ScopeAdministration, access.PersonWrite: access.ScopeAdministration}}
	if err := k.web.Access.AddRole(t.Context(), k.first.ID, role, []string{"en"}, access.Author{Name: "test"}); err != nil {
		t.Fatal(err)
	}
	for name, held := range map[string]string{"giver": "own-clerk", "colleague": "own-clerk"} {
		person, err := k.accounts.Create(t.Context(), account.NewAccount{SignInName: name, Name: "Amina " + name, Language: "en", Password: password})
		if err == nil {
			err = k.accounts.Join(t.Context(), person.ID, account.Membership{Tenant: k.first.ID, Role: held})
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	b := k.person(t, "giver")
	for _, refused := range []struct {
		path string
		form url.Values
	}{
		{"/in/karouma/people/" + k.accountOf(t, "colleague"), url.Values{"do": {"roles"}, "role": {"administrator"}}},
		{"/in/karouma/people/" + k.accountOf(t, "analyst"), url.Values{"do": {"roles"}, "role": {"own-clerk"}}},
		{"/in/karouma/people/" + k.accountOf(t, "administrator"), url.Values{"do": {"leave"}}},
		{"/in/karouma/people/" + k.accountOf(t, "administrator"), url.Values{"do": {"suspend"}}},
		{"/in/karouma/people/" + k.accountOf(t, "administrator"), url.Values{"do": {"factor"}}},
		{"/in/karouma/people/invitations", url.Values{"name": {"New"}, "email": {"new@customs.example"}, "role": {"administrator"}}},
	} {
		if a := b.post(refused.path, refused.form); a.status != http.StatusForbidden || !strings.Contains(a.text(), "reaches further than your own roles") {
			t.Errorf("%s %v: %d %.300s", refused.path, refused.form, a.status, a.text())
		}
	}
	if a := b.post("/in/karouma/people/invitations", url.Values{"name": {"New"}, "email": {"new@customs.example"}, "role": {"own-clerk"}}); a.status != http.StatusOK || !strings.Contains(a.text(), "/invitations/") {
		t.Errorf("an invitation to the same role: %d %.300s", a.status, a.text())
	}
	if a := b.post("/in/karouma/people/"+k.accountOf(t, "colleague"), url.Values{"do": {"leave"}}); a.status != http.StatusSeeOther || a.location != "/in/karouma/people" {
		t.Errorf("take a colleague out: %d %s", a.status, a.location)
	}
	if a := b.get("/in/karouma/people/" + k.accountOf(t, "colleague")); a.status != http.StatusNotFound {
		t.Errorf("who was taken out: %d", a.status)
	}
}

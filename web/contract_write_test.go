package web

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"assay/domain/access"
	"assay/domain/contract"
)

// contractOf is the one contract with an officer of the kit's first administration.
func (k *kit) contractOf(t *testing.T) *contract.Contract {
	t.Helper()
	found, err := k.web.Contracts.List(t.Context(), k.first, contract.Reader{Scope: access.ScopeAdministration}, contract.Filter{})
	found = slices.DeleteFunc(found, func(c *contract.Contract) bool { return c.Level != contract.LevelOfficer })
	if err != nil || len(found) != 1 {
		t.Fatalf("%d contracts, %v", len(found), err)
	}
	return found[0]
}

// testDeputies names a deputy on the contract's page, and looks who is not offered the form and who is refused.
func (k *kit) testDeputies(t *testing.T) {
	address := "/in/karouma/contracts/" + k.contractOf(t).ID.String()
	director := k.person(t, "director_general")
	form := func(b *browser) url.Values {
		return url.Values{"do": {"deputise"}, "revision": {b.get(address).page.Find("input[name=revision]").First().AttrOr("value", "1")}, "deputy": {k.accountOf(t, "deputy")}, "first": {"2026-01-05"}, "last": {"2026-01-09"}, "all": {"yes"}}
	}
	if n := director.get(address).page.Find("#deputy option").Length(); n == 0 {
		t.Fatal("the Director General is not asked for a deputy")
	}
	for _, who := range []string{"officer", "deputy", "auditor", "head_of_office"} {
		b := k.person(t, who)
		if page := b.get(address); page.page.Find("#deputy").Length() != 0 {
			t.Errorf("%s is asked for a deputy", who)
		}
		if a := b.post(address, form(b)); a.status != http.StatusForbidden && a.status != http.StatusNotFound && a.status != http.StatusConflict {
			if a.status == http.StatusSeeOther && strings.Contains(director.get(address).text(), "may sign in the place") {
				t.Errorf("%s names a deputy", who)
			}
		}
	}
	late := form(director)
	late.Del("all")
	late.Set("last", "2025-12-31")
	for _, c := range []struct{ language, want, field string }{
		{"fr", "Dites qui supplée, et de quand à quand.", "Doit être aujourd’hui ou plus tard, à partir du premier jour, un an au plus."},
		{"ar", "حدد من ينوب، ومن متى إلى متى.", "يجب أن يكون اليوم أو بعده، ومن اليوم الأول، ولمدة سنة على الأكثر."},
		{"en", "Say who deputises, and from when to when.", "Must be today or later, from the first day on, a year at most."},
	} {
		director.post("/preferences", url.Values{"language": {c.language}})
		a := director.post(address, late)
		if text := a.text(); a.status != http.StatusBadRequest || !strings.Contains(text, c.want) || !strings.Contains(text, c.field) || strings.Contains(text, "last_day") {
			t.Errorf("days that are over, in %s: %d %s", c.language, a.status, text)
		}
	}
	if a := director.post(address, form(director)); a.status != http.StatusSeeOther {
		t.Fatalf("the deputy is named: %d %s", a.status, a.text())
	}
	if text := director.get(address).text(); !strings.Contains(text, "Amina deputy may sign in the place") || !strings.Contains(text, "Deputy named") {
		t.Errorf("the page does not say who deputises: %s", text)
	}
	if page := k.person(t, "deputy").get(address); page.page.Find("#sign").Length() != 0 {
		t.Error("the deputy is asked to sign before the first day")
	}
}

// testTemplateLines writes the lines of a draft: taken out, added, weighed, with red lines, and told line by line what is wrong; in use it is
// frozen, and the next version can be written.
func (k *kit) testTemplateLines(t *testing.T) {
	director := k.person(t, "director_general")
	made := director.post("/in/karouma/templates", url.Values{"function": {"officer"}, "code": {"of-the-quay"}})
	if made.status != http.StatusSeeOther {
		t.Fatalf("copied: %d %s", made.status, made.text())
	}
	address := made.location
	// sent is what the page's form sends, changed.
	sent := func(do string, change map[string]string) *answer {
		form := url.Values{"do": {do}}
		page := director.get(address).page
		for _, s := range page.Find("main form").First().Find("input,select,textarea").EachIter() {
			name := s.AttrOr("name", "")
			switch {
			case name == "" || s.AttrOr("type", "") == "checkbox" && s.AttrOr("checked", "-") == "-":
			case s.Is("select"):
				form.Set(name, s.Find("option[selected]").AttrOr("value", ""))
			case s.Is("textarea"):
				form.Set(name, s.Text())
			default:
				form.Set(name, s.AttrOr("value", ""))
			}
		}
		for name, value := range change {
			form.Set(name, value)
		}
		return director.post(address, form)
	}
	fault := func(code string) string { return director.get(address).page.Find("#fault-" + code).Text() }
	if a := sent("save", map[string]string{"remove.CLR02": "yes", "weight.DQ01": "0", "low.CTL02": "5", "high.CTL02": "80", "term.rule_target": "80"}); a.status != http.StatusSeeOther {
		t.Fatalf("saved: %d %s", a.status, a.text())
	}
	page := director.get(address)
	if page.page.Find("#weight-CLR02").Length() != 0 || page.page.Find("#low-CTL02").AttrOr("value", "") != "5" || page.page.Find("#high-CTL02").AttrOr("value", "") != "80" || page.page.Find("#term-rule_target").AttrOr("value", "") != "80" {
		t.Errorf("what was saved is not shown: %s", page.text())
	}
	if !strings.Contains(fault("DQ01"), "above 0") || !strings.Contains(page.text(), "The weights sum to 75, not to 100") {
		t.Errorf("what is wrong is not said: %q %s", fault("DQ01"), page.text())
	}
	if a := sent("use", nil); a.status != http.StatusBadRequest {
		t.Errorf("an incomplete template in use: %d", a.status)
	}
	if a := sent("save", map[string]string{"weight.CLR01": "many"}); a.status != http.StatusBadRequest || !strings.Contains(a.page.Find("#fault-CLR01").Text(), "many") {
		t.Errorf("a weight that is no number: %d %q", a.status, a.page.Find("#fault-CLR01").Text())
	}
	if a := sent("save", map[string]string{"low.CTL02": "90"}); a.status != http.StatusSeeOther || !strings.Contains(fault("CTL02"), "red line") {
		t.Errorf("red lines the wrong way round: %d %q", a.status, fault("CTL02"))
	}
	if a := sent("save", map[string]string{"add": "DQ01"}); a.status != http.StatusBadRequest {
		t.Errorf("an indicator that is there: %d", a.status)
	}
	if a := sent("save", map[string]string{"low.CTL02": "5", "weight.DQ01": "15", "add": "INF03", "add_aim": "control", "add_weight": "10"}); a.status != http.StatusSeeOther {
		t.Fatalf("added: %d %s", a.status, a.text())
	}
	if a := sent("save", map[string]string{"floor.INF03": "1000"}); a.status != http.StatusSeeOther || director.get(address).page.Find("#floor-INF03").AttrOr("value", "") != "1000" {
		t.Errorf("a least amount: %d", a.status)
	}
	if a := sent("use", nil); a.status != http.StatusSeeOther {
		t.Fatalf("in use: %d %s", a.status, a.text())
	}
	if page := director.get(address); page.page.Find("main input[name^=weight]").Length() != 0 || !strings.Contains(page.text(), "frozen") {
		t.Errorf("a template in use can be written: %s", page.text())
	}
	revision := director.get(address).page.Find("input[name=revision]").AttrOr("value", "")
	if a := director.post(address, url.Values{"do": {"save"}, "revision": {revision}, "remove.CLR01": {"yes"}}); a.status != http.StatusConflict {
		t.Errorf("a template in use is changed: %d", a.status)
	}
	next := director.post(address, url.Values{"do": {"version"}, "revision": {revision}})
	if next.status != http.StatusSeeOther || next.location == address || director.get(next.location).page.Find("#weight-INF03").Length() != 1 {
		t.Errorf("the next version: %d %s", next.status, next.location)
	}
}

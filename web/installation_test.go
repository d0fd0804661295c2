package web

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"assay/domain/administration"
)

// testInstallation follows who runs the installation: add, suspend, resume, export, erase.
func (k *kit) testInstallation(t *testing.T) {
	b := k.person(t, "operator")
	page := b.get("/installation")
	if page.status != http.StatusOK || !strings.Contains(page.text(), "Karouma Customs") || page.page.Find("a[href='/installation/karouma']").Length() != 1 {
		t.Fatalf("%d %s", page.status, page.text())
	}
	wrong := b.post("/installation", url.Values{"code": {"X Y"}, "name": {"New"}, "languages": {"en"}, "currency": {"???"}, "zone": {"Nowhere"}})
	if wrong.status != http.StatusBadRequest || !strings.Contains(wrong.text(), "Time zone") || wrong.page.Find("#name").AttrOr("value", "") != "New" {
		t.Errorf("a wrong form: %d %s", wrong.status, wrong.text())
	}
	if made := b.post("/installation", url.Values{"code": {"newland"}, "name": {"Newland <script>"}, "languages": {"fr", "en"}, "currency": {"eur"}, "zone": {"Europe/Paris"}}); made.status != http.StatusSeeOther || made.location != "/installation/newland" {
		t.Fatalf("add: %d %s %s", made.status, made.location, made.text())
	}
	if again := b.post("/installation", url.Values{"code": {"newland"}, "name": {"N"}, "languages": {"en"}, "currency": {"EUR"}, "zone": {"UTC"}}); again.status != http.StatusConflict {
		t.Errorf("the same code again: %d", again.status)
	}
	if page := b.get("/installation/newland"); !strings.Contains(page.text(), "Newland <script>") || strings.Contains(page.body, "<script>") && page.page.Find("main script").Length() > 0 {
		t.Errorf("a name is not shown as text: %s", page.text())
	}

	inside := k.person(t, "newcomer")
	if answer := b.post("/installation/nowhere/state", url.Values{"state": {"suspended"}, "reason": {"the server moves"}}); answer.status != http.StatusSeeOther {
		t.Fatalf("suspend: %d %s", answer.status, answer.text())
	}
	if answer := inside.get("/in/nowhere/imports"); answer.status == http.StatusOK {
		t.Error("somebody who was signed in works on in a suspended administration")
	}
	if answer := inside.get("/administrations"); !strings.Contains(answer.text(), "is suspended") || !strings.Contains(answer.text(), "the server moves") {
		t.Errorf("the choice does not say so: %s", answer.text())
	}
	refused := k.guest(t).post("/sign-in", url.Values{"name": {"newcomer"}, "password": {password}})
	if refused.status != http.StatusForbidden || !strings.Contains(refused.text(), "is suspended") || !strings.Contains(refused.text(), "nothing is lost") {
		t.Errorf("sign in: %d %s", refused.status, refused.text())
	}
	if wrong := k.guest(t).post("/sign-in", url.Values{"name": {"newcomer"}, "password": {"not the password"}}); strings.Contains(wrong.text(), "suspended") {
		t.Error("a wrong password tells of the suspension")
	}
	b.post("/installation/nowhere/state", url.Values{"state": {"active"}})
	k.person(t, "newcomer")
	if answer := b.post("/installation/nowhere/state", url.Values{"state": {administration.Erasing}}); answer.status != http.StatusBadRequest {
		t.Errorf("erasing by the form of states: %d", answer.status)
	}

	if answer := b.post("/installation/newland/exports", nil); answer.status != http.StatusSeeOther {
		t.Errorf("export: %d %s", answer.status, answer.text())
	}
	if answer := b.post("/installation/newland/erase", url.Values{"confirm": {"newland"}}); answer.status != http.StatusConflict || !strings.Contains(answer.text(), "export") {
		t.Errorf("erase during an export: %d %s", answer.status, answer.text())
	}
	if answer := b.post("/installation/newland/erase", url.Values{"confirm": {"nowhere"}, "force": {"yes"}}); answer.status != http.StatusBadRequest {
		t.Errorf("erase with another code: %d", answer.status)
	}
	erased := b.post("/installation/newland/erase", url.Values{"confirm": {"newland"}, "force": {"yes"}})
	if erased.status != http.StatusOK || !strings.Contains(erased.text(), "none holds a row") {
		t.Fatalf("erase: %d %s", erased.status, erased.text())
	}
	if answer := b.get("/installation/newland"); answer.status != http.StatusNotFound {
		t.Errorf("it is still there: %d", answer.status)
	}
	if answer := b.get("/in/karouma/board"); answer.status == http.StatusOK {
		t.Error("who runs the installation sees figures")
	}
}

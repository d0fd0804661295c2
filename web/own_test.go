package web

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// testOwnIndicators has an analyst try a formula, be told where it is wrong, save it, and find it among the figures.
func (k *kit) testOwnIndicators(t *testing.T) {
	b := k.person(t, "analyst")
	form := func(do, formula string) url.Values {
		return url.Values{"do": {do}, "rows": {"declaration"}, "counted": {"not state.cancelled"}, "formula": {formula}, "unit": {"percent"}, "direction": {"lower"}, "mature_days": {"1"},
			"name.en": {"Red or with an offence"}, "name.fr": {"Rouge ou contentieux"}, "text.en": {"<b>How often</b>"}}
	}
	if text := b.get("/in/karouma/own-indicators").text(); !strings.Contains(text, "None yet") {
		t.Errorf("the empty list says %s", text)
	}
	if text := b.get("/in/karouma/own-indicators/new").text(); !strings.Contains(text, "state.same_day") || !strings.Contains(text, "registration to first assessment") {
		t.Error("the form does not document the fields")
	}
	tried := b.post("/in/karouma/own-indicators", form("try", `share(lane == "red" or state.offence)`))
	if tried.status != http.StatusOK || !strings.Contains(tried.text(), "Tried on") || !strings.Contains(tried.text(), "Kestrel Bay Port") {
		t.Errorf("trying: %d %.300s", tried.status, tried.text())
	}
	wrong := b.post("/in/karouma/own-indicators", form("save", `share(lane == "red" or state.ofence)`))
	if wrong.status != http.StatusBadRequest || !strings.Contains(wrong.text(), "At letter 30") || !strings.Contains(wrong.body, "<mark>") {
		t.Errorf("a wrong formula: %d %.300s", wrong.status, wrong.text())
	}
	nameless := form("save", "share(state.offence)")
	nameless.Del("name.en")
	if a := b.post("/in/karouma/own-indicators", nameless); a.status != http.StatusBadRequest || !strings.Contains(a.text(), "It needs a name") {
		t.Errorf("without a name: %d %.300s", a.status, a.text())
	}
	if a := b.post("/in/karouma/own-indicators", form("save", `share(lane == "red" or state.offence)`)); a.status != http.StatusSeeOther {
		t.Fatalf("saving: %d %.300s", a.status, a.text())
	}
	change := form("save", `share(lane == "red")`)
	change.Set("version", "1")
	if a := b.post("/in/karouma/own-indicators/OWN01", change); a.status != http.StatusSeeOther {
		t.Fatalf("changing: %d %.300s", a.status, a.text())
	}
	if a := b.post("/in/karouma/own-indicators/OWN01", change); a.status != http.StatusConflict || !strings.Contains(a.text(), "Somebody has changed") {
		t.Errorf("changing an old version: %d %.300s", a.status, a.text())
	}
	director := k.person(t, "director_general")
	board := director.get("/in/karouma/board")
	if !strings.Contains(board.text(), "Red or with an offence") || !strings.Contains(board.text(), "Own indicators of the administration") {
		t.Error("the board does not have it")
	}
	for path, says := range map[string]string{"/in/karouma/indicators/OWN01?by=office": `share(lane == "red")`, "/in/karouma/indicators/OWN01/declarations": "Above the line",
		"/in/karouma/indicators/OWN01/breakdown.csv": "Kestrel"} {
		if a := director.get(path); a.status != http.StatusOK || !strings.Contains(a.text(), says) && !strings.Contains(a.body, says) {
			t.Errorf("%s: %d, %q is not there", path, a.status, says)
		}
	}
	if a := director.get("/in/karouma/indicators/OWN01/sql"); a.status != http.StatusBadRequest {
		t.Errorf("its query: %d", a.status)
	}
	if text := director.get("/in/karouma/indicators/OWN01").body; strings.Contains(text, "<b>How often") {
		t.Error("what it says is not escaped")
	}
	if a := b.post("/in/karouma/own-indicators/OWN01", url.Values{"do": {"retire"}, "version": {"2"}}); a.status != http.StatusSeeOther {
		t.Fatalf("retiring: %d %.300s", a.status, a.text())
	}
	if a := director.get("/in/karouma/indicators/OWN01"); a.status != http.StatusNotFound {
		t.Errorf("a retired indicator: %d", a.status)
	}
	if text := b.get("/in/karouma/own-indicators").text(); !strings.Contains(text, "Retired") {
		t.Error("the list does not say that it is retired")
	}
}

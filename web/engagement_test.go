package web

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"assay/domain/account"
	"assay/domain/audit"
)

// testEngagements follows an expert from the offer through the terms and the pages that it opens to the withdrawal, which an
// open session feels with its next request.
func (k *kit) testEngagements(t *testing.T) {
	ctx := t.Context()
	if _, err := k.accounts.Create(ctx, account.NewAccount{SignInName: "adviser@example.org", Name: "Maria Keller", Language: "en", Password: password}); err != nil {
		t.Fatal(err)
	}
	if refused := k.guest(t).post("/sign-in", url.Values{"name": {"adviser@example.org"}, "password": {password}}); refused.status != http.StatusForbidden {
		t.Fatalf("without any engagement: %d", refused.status)
	}
	admin := k.person(t, "administrator")
	form := url.Values{"sign_in_name": {"adviser@example.org"}, "purpose": {"help"}, "permission": {"finding.read"}, "ends_at": {"2026-03-31"}}
	if wrong := admin.post("/in/karouma/engagements", form); wrong.status != http.StatusBadRequest || !strings.Contains(wrong.text(), "what the access is for") ||
		wrong.page.Find("#sign_in_name").AttrOr("value", "") != "adviser@example.org" {
		t.Fatalf("a purpose that says nothing: %d %.300s", wrong.status, wrong.text())
	}
	form.Set("purpose", "support of the <b>reform</b>")
	granted := admin.post("/in/karouma/engagements", form)
	if granted.status != http.StatusSeeOther || !strings.HasPrefix(granted.location, "/in/karouma/engagements/") {
		t.Fatalf("grant: %d %s", granted.status, granted.text())
	}
	id := strings.TrimPrefix(granted.location, "/in/karouma/engagements/")

	adviser := k.person(t, "adviser@example.org")
	if before := adviser.get("/in/karouma/board"); before.status != http.StatusSeeOther || !strings.HasPrefix(before.location, "/administrations") {
		t.Fatalf("an offer opens the board: %d", before.status)
	}
	if home := adviser.get("/engagements"); !strings.Contains(home.text(), "Karouma Customs") || !strings.Contains(home.text(), "Offered") || strings.Contains(home.body, "<b>reform") {
		t.Fatalf("the offer is not on the home: %.400s", home.text())
	}
	if offer := adviser.get("/engagements/" + id); offer.status != http.StatusOK || !strings.Contains(offer.text(), "Everything I open is recorded") {
		t.Fatalf("terms: %d %.300s", offer.status, offer.text())
	}
	if stranger := k.person(t, "other").get("/engagements/" + id); stranger.status != http.StatusNotFound {
		t.Errorf("a stranger reads the offer: %d", stranger.status)
	}
	if unread := adviser.post("/engagements/"+id+"/accept", url.Values{"terms": {"1"}}); unread.status != http.StatusConflict {
		t.Errorf("accepted without agreeing: %d", unread.status)
	}
	if accepted := adviser.post("/engagements/"+id+"/accept", url.Values{"terms": {"1"}, "agreed": {"yes"}}); accepted.status != http.StatusSeeOther {
		t.Fatalf("accept: %d %s", accepted.status, accepted.text())
	}
	if home := adviser.get("/engagements"); home.page.Find(".expert-cards .figure").Length() != len(keyFigures) {
		t.Errorf("the home shows %d figures: %.500s", home.page.Find(".expert-cards .figure").Length(), home.text())
	}
	k.adviserWorks(t, adviser, id)

	page := admin.get("/in/karouma/engagements/" + id)
	for _, part := range []string{"indicator/CLR01", "page/board", "page/engagements"} {
		if !strings.Contains(page.text(), part) {
			t.Errorf("the administration does not see that %s was opened: %.600s", part, page.text())
		}
	}
	if list := admin.get("/in/karouma/engagements"); !strings.Contains(list.text(), "Maria Keller") || !strings.Contains(list.text(), "openings") {
		t.Errorf("list: %.400s", list.text())
	}
	extended := admin.post("/in/karouma/engagements/"+id+"/extend", url.Values{"ends_at": {"2026-06-30"}})
	if extended.status != http.StatusSeeOther || extended.location == "/in/karouma/engagements/"+id {
		t.Fatalf("extend: %d %s", extended.status, extended.location)
	}
	if short := admin.post("/in/karouma/engagements/"+id+"/withdraw", url.Values{"reason": {"no"}}); short.status != http.StatusBadRequest {
		t.Errorf("withdrawn without a reason: %d", short.status)
	}
	if gone := admin.post("/in/karouma/engagements/"+id+"/withdraw", url.Values{"reason": {"the project has ended"}}); gone.status != http.StatusSeeOther {
		t.Fatalf("withdraw: %d", gone.status)
	}
	for _, path := range []string{"/in/karouma/board", "/in/karouma/indicators/CLR01", "/in/karouma/dictionary"} {
		if after := adviser.get(path); after.status != http.StatusSeeOther || !strings.HasPrefix(after.location, "/administrations") {
			t.Errorf("%s after the withdrawal: %d %s", path, after.status, after.location)
		}
	}
	if again := adviser.post("/administrations", url.Values{"tenant": {k.first.ID.String()}, "role": {"expert"}}); again.status != http.StatusForbidden {
		t.Errorf("chosen after the withdrawal: %d", again.status)
	}
}

// adviserWorks opens what was granted and tries what was not.
func (k *kit) adviserWorks(t *testing.T, adviser *browser, id string) {
	t.Helper()
	if chosen := adviser.post("/administrations", url.Values{"tenant": {k.first.ID.String()}, "role": {"expert"}}); chosen.status != http.StatusSeeOther {
		t.Fatalf("choose: %d %s", chosen.status, chosen.text())
	}
	for path, status := range map[string]int{"/in/karouma/board": http.StatusOK, "/in/karouma/indicators/CLR01": http.StatusOK, "/in/karouma/dictionary": http.StatusOK,
		"/in/karouma/indicators/CLR01/breakdown.csv": http.StatusForbidden, "/in/karouma/audit": http.StatusForbidden, "/in/karouma/engagements": http.StatusForbidden,
		"/in/karouma/imports": http.StatusForbidden, "/in/oasis/board": http.StatusNotFound} {
		if got := adviser.get(path); got.status != status {
			t.Errorf("%s: %d, want %d", path, got.status, status)
		}
	}
	rows, _, err := audit.List(t.Context(), k.db, k.first.ID, audit.Filter{Engagement: id, Action: "figure."}, audit.Page{})
	if err != nil || len(rows) == 0 {
		t.Fatalf("%d rows under the engagement, %v", len(rows), err)
	}
	for _, r := range rows {
		if r.Actor != "adviser@example.org" || r.Capacity != "expert" || r.Origin == "" || r.Session == "" || r.Request == "" {
			t.Errorf("%+v", r)
		}
	}
}

// testAudit reads the record as auditor: sensitive readings are in it, it can be searched and exported, and the file verifies.
func (k *kit) testAudit(t *testing.T) {
	k.run(t, []scenario{
		{"", "/in/karouma/audit", http.StatusSeeOther, "/sign-in", ""},
		{"other", "/in/karouma/audit", http.StatusNotFound, "", ""},
		{"analyst", "/in/karouma/audit", http.StatusForbidden, "", ""},
		{"analyst", "/in/karouma/audit.csv", http.StatusForbidden, "", ""},
		{"director_general", "/in/karouma/audit.csv", http.StatusForbidden, "", ""},
		{"auditor", "/in/karouma/audit?before=x", http.StatusBadRequest, "", ""},
		{"auditor", "/in/karouma/audit?from=x", http.StatusBadRequest, "", ""},
		{"auditor", "/in/karouma/audit/999999", http.StatusNotFound, "", ""},
		{"auditor", "/in/karouma/audit?actor=nobody", http.StatusOK, "", "Nothing found"},
	})
	reference := k.aReference(t)
	k.person(t, "director_general").get(reference)
	auditor := k.person(t, "auditor")
	object := "declaration/" + strings.TrimPrefix(reference, "/in/karouma/declarations/")
	found := auditor.get("/in/karouma/audit?action=declaration.read&actor=director_general&object=" + url.QueryEscape(object))
	if !strings.Contains(found.text(), object) {
		t.Fatalf("the declaration that was opened is not in the record: %.400s", found.text())
	}
	row := auditor.get(found.page.Find("tbody th a").First().AttrOr("href", ""))
	if row.status != http.StatusOK || !strings.Contains(row.text(), reference) {
		t.Errorf("row: %d %.400s", row.status, row.text())
	}
	for _, format := range []string{"csv", "jsonl"} {
		file := auditor.get("/in/karouma/audit." + format)
		report, err := audit.VerifyFile(strings.NewReader(file.body), audit.FileOptions{})
		if err != nil || !report.Intact() || report.Records < 3 {
			t.Errorf("%s: %+v, %v", format, report, err)
		}
		if !strings.Contains(file.body, "audit.export") {
			t.Errorf("the export of %s is not in the record", format)
		}
	}
}

package web

import (
	"bytes"
	"context"
	"image"
	"image/png"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"assay/domain/store"
)

// testSettings follows an administrator who sets the administration up, and somebody who may only read.
func (k *kit) testSettings(t *testing.T) {
	reader := k.person(t, "deputy")
	if page := reader.get("/in/karouma/settings"); page.status != http.StatusOK || page.page.Find("main button").Length() != 0 {
		t.Errorf("who may only read: %d, %d buttons", page.status, page.page.Find("main button").Length())
	}
	if answer := reader.post("/in/karouma/settings/thresholds", url.Values{"burst_minutes": {"12"}}); answer.status != http.StatusForbidden {
		t.Errorf("who may only read writes: %d", answer.status)
	}
	b := k.person(t, "administrator")
	whole := url.Values{"name.en": {"Karouma Customs"}, "name.fr": {"Douanes de Karouma"}, "first": {"en"}, "zone": {"Africa/Douala"}, "fiscal_year": {"4"}, "digits": {"latn"}, "currency": {"XAF"}}
	if answer := b.post("/in/karouma/settings/profile", whole); answer.status != http.StatusSeeOther || !strings.HasSuffix(answer.location, "kept=plain") {
		t.Errorf("save: %d %s %s", answer.status, answer.location, answer.text())
	}
	wrong := url.Values{"name.en": {"Typed <b>anew</b>"}, "first": {"en"}, "zone": {"Nowhere"}, "fiscal_year": {"4"}, "digits": {"latn"}, "currency": {"EUR"}}
	answer := b.post("/in/karouma/settings/profile", wrong)
	if answer.status != http.StatusBadRequest || !strings.Contains(answer.text(), "IANA time zone") || answer.page.Find("#name\\.en").AttrOr("value", "") != "Typed <b>anew</b>" {
		t.Errorf("a wrong zone: %d %s", answer.status, answer.text())
	}
	wrong.Set("zone", "Africa/Douala")
	if answer := b.post("/in/karouma/settings/profile", wrong); answer.status != http.StatusBadRequest || !strings.Contains(answer.text(), "Cannot be changed any more: data are loaded") {
		t.Errorf("another currency: %d %s", answer.status, answer.text())
	}
	if answer := b.post("/in/karouma/settings/lanes", url.Values{"lane.red.fr": {"Circuit rouge vif"}}); answer.status != http.StatusSeeOther {
		t.Errorf("lanes: %d", answer.status)
	}
	if answer := b.post("/in/karouma/settings/thresholds", url.Values{"burst_minutes": {"5000"}}); answer.status != http.StatusBadRequest || !strings.Contains(answer.text(), "Must be between") {
		t.Errorf("beyond the range: %d %s", answer.status, answer.text())
	}
	if answer := b.post("/in/karouma/settings/thresholds", url.Values{"burst_minutes": {"12"}}); !strings.HasSuffix(answer.location, "kept=figures") || k.recomputations(t) != 1 {
		t.Errorf("a threshold: %d %s", answer.status, answer.location)
	}
	k.testCalendar(t, b)
	k.testLogo(t, b)
	if page := b.get("/in/karouma/audit"); !strings.Contains(page.text(), "tenant.settings") || !strings.Contains(page.text(), "tenant.hours") {
		t.Errorf("the record does not tell: %s", page.text())
	}
}

func (k *kit) testCalendar(t *testing.T, b *browser) {
	office := "/in/karouma/settings/calendar/" + k.office
	if page := b.get(office); page.status != http.StatusOK || !strings.Contains(page.text(), "As the data said") && !strings.Contains(page.text(), "as the data said") {
		t.Fatalf("%d %s", page.status, page.text())
	}
	week := url.Values{"from": {"2026-02-02"}, "opens1.1": {"08:00"}, "closes1.1": {"12:00"}, "opens1.2": {"13:00"}, "closes1.2": {"00:00"}}
	if answer := b.post(office+"/hours", week); !strings.HasSuffix(answer.location, "kept=figures") || k.recomputations(t) != 1 {
		t.Errorf("hours: %d %s %s", answer.status, answer.location, answer.text())
	}
	if page := b.get(office); !strings.Contains(page.text(), "13:00\u2060–\u206024:00") || !strings.Contains(page.text(), "15.0 hours a week") {
		t.Errorf("the page does not show the hours: %s", page.text())
	}
	week.Set("closes1.1", "07:00")
	if answer := b.post(office+"/hours", week); answer.status != http.StatusBadRequest || !strings.Contains(answer.text(), "Monday") {
		t.Errorf("hours that end before they begin: %d %s", answer.status, answer.text())
	}
	if answer := b.post("/in/karouma/settings/calendar/NONE/hours", week); answer.status != http.StatusNotFound {
		t.Errorf("hours of no office: %d", answer.status)
	}
	add := func(path string, values url.Values, want int) {
		t.Helper()
		if answer := b.post("/in/karouma/settings/calendar/"+path, values); answer.status != want {
			t.Errorf("%s %v: %d %s", path, values, answer.status, answer.text())
		}
	}
	add("holidays", url.Values{"day": {"2026-03-20"}, "name": {"End of the fast"}}, http.StatusSeeOther)
	add("holidays", url.Values{"do": {"move"}, "day": {"2026-03-20"}, "to": {"2026-03-19"}}, http.StatusSeeOther)
	add("holidays", url.Values{"do": {"move"}, "day": {"2026-03-20"}, "to": {"2026-03-18"}}, http.StatusNotFound)
	add("holidays", url.Values{"day": {"soon"}, "name": {"x"}}, http.StatusBadRequest)
	add("closures", url.Values{"office": {k.office}, "first": {"2026-03-09"}, "last": {"2026-03-10"}, "reason": {"flood at the bridge"}}, http.StatusSeeOther)
	add("closures", url.Values{"office": {k.office}, "first": {"2026-03-09"}}, http.StatusBadRequest)
	add("offices", url.Values{"code": {"NEW1"}, "name": {"New bridge"}, "kind": {"land"}}, http.StatusSeeOther)
	if page := b.get(office + "?year=2026"); !strings.Contains(page.text(), "End of the fast") || !strings.Contains(page.text(), "flood at the bridge") {
		t.Errorf("the page does not show what was noted: %s", page.text())
	}
	if page := b.get("/in/karouma/settings/calendar"); !strings.Contains(page.text(), "New bridge") || !strings.Contains(page.text(), "Processing time") {
		t.Errorf("the page of all offices: %s", page.text())
	}
}

func (k *kit) testLogo(t *testing.T, b *browser) {
	if answer := b.get("/in/karouma/logo.png"); answer.status != http.StatusNotFound {
		t.Errorf("before there is one: %d", answer.status)
	}
	send := func(content []byte) *answer {
		var body bytes.Buffer
		form := multipart.NewWriter(&body)
		token := b.get("/in/karouma/settings").page.Find("input[name=forgery]").First().AttrOr("value", "")
		_ = form.WriteField("forgery", token)
		part, err := form.CreateFormFile("logo", "../../hostile\".svg")
		if err == nil {
			_, err = part.Write(content)
		}
		if err == nil {
			err = form.Close()
		}
		if err != nil {
			t.Fatal(err)
		}
		request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, k.server.URL+"/in/karouma/settings/logo", &body)
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set("Content-Type", form.FormDataContentType())
		return b.do(request)
	}
	if answer := send([]byte(`<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>`)); answer.status != http.StatusBadRequest || !strings.Contains(answer.text(), "no PNG") {
		t.Errorf("an SVG: %d %s", answer.status, answer.text())
	}
	if answer := send(bytes.Repeat([]byte("x"), 3<<20)); answer.status != http.StatusBadRequest || !strings.Contains(answer.text(), "too large") {
		t.Errorf("three megabytes: %d %s", answer.status, answer.text())
	}
	var picture bytes.Buffer
	if err := png.Encode(&picture, image.NewGray(image.Rect(0, 0, 40, 20))); err != nil {
		t.Fatal(err)
	}
	if answer := send(append(picture.Bytes(), "<script>"...)); answer.status != http.StatusSeeOther {
		t.Fatalf("a picture: %d %s", answer.status, answer.text())
	}
	shown := b.get("/in/karouma/settings").page.Find(".masthead img").AttrOr("src", "")
	got := k.person(t, "officer").get(shown)
	if got.status != http.StatusOK || strings.Contains(got.body, "script") || got.header.Get("X-Content-Type-Options") != "nosniff" || got.header.Get("Content-Type") != "image/png" {
		t.Errorf("%s: %d %v", shown, got.status, got.header)
	}
	if answer := k.person(t, "other").get(shown); answer.status == http.StatusOK {
		t.Error("another administration's person sees the logo")
	}
	if answer := b.post("/in/karouma/settings/logo/remove", nil); answer.status != http.StatusSeeOther {
		t.Errorf("remove: %d", answer.status)
	}
}

// recomputations counts the jobs that compute all months again, and forgets them.
func (k *kit) recomputations(t *testing.T) (count int64) {
	t.Helper()
	err := k.db.InTenant(t.Context(), k.first.ID, func(_ context.Context, tx *store.Tx) error {
		result := tx.Exec(`DELETE FROM outbox WHERE tenant_id = ? AND kind = 'refresh' AND period = 'settings'`, k.first.ID.String())
		count = result.RowsAffected
		return result.Error
	})
	if err != nil {
		t.Fatal(err)
	}
	return count
}

// testExports follows an export from asking for it to its download.
func (k *kit) testExports(t *testing.T) {
	b := k.person(t, "administrator")
	for range 2 { // the second shows that one is being made already
		if answer := b.post("/in/karouma/settings/exports", nil); answer.status != http.StatusSeeOther {
			t.Fatalf("start: %d %s", answer.status, answer.text())
		}
	}
	if page := b.get("/in/karouma/settings/exports"); !strings.Contains(page.text(), "Waiting") || page.page.Find("main button[disabled]").Length() != 1 {
		t.Errorf("while it waits: %s", page.text())
	}
	var job store.Claimed
	err := k.db.InTenant(t.Context(), k.first.ID, func(_ context.Context, tx *store.Tx) error {
		var rows []struct{ Arguments string }
		err := tx.Raw(`DELETE FROM outbox WHERE tenant_id = ? AND kind = 'tenant_export' RETURNING arguments::text`, k.first.ID.String()).Scan(&rows).Error
		if err == nil && len(rows) == 1 {
			job = store.Claimed{Tenant: k.first.ID, Arguments: []byte(rows[0].Arguments)}
		}
		return err
	})
	if err != nil || job.Arguments == nil {
		t.Fatalf("no job: %v", err)
	}
	if err := k.web.Installation.RunExport(t.Context(), job, nil); err != nil {
		t.Fatal(err)
	}
	page := b.get("/in/karouma/settings/exports")
	link := page.page.Find("a[download]").AttrOr("href", "")
	if !strings.Contains(page.text(), "Ready") || link == "" {
		t.Fatalf("when it is done: %s", page.text())
	}
	file := b.get(link)
	if file.status != http.StatusOK || !strings.HasPrefix(file.body, "PK") || file.header.Get("Content-Type") != "application/zip" {
		t.Errorf("download: %d %v", file.status, file.header)
	}
	for _, who := range []string{"data_officer", "director_general", "other", "operator"} {
		if answer := k.person(t, who).get(link); answer.status == http.StatusOK {
			t.Errorf("%s downloads it", who)
		}
	}
	if answer := b.get("/in/karouma/settings/exports/0192aaaa-0000-7000-8000-000000000000.zip"); answer.status != http.StatusNotFound {
		t.Errorf("one that there is not: %d", answer.status)
	}
	if page := k.person(t, "auditor").get("/in/karouma/audit"); !strings.Contains(page.text(), "tenant.export.download") {
		t.Errorf("the record does not tell of the download: %s", page.text())
	}
}

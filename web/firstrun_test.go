package web

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"assay/domain/access"
	"assay/domain/account"
	"assay/domain/administration"
	"assay/domain/comparison"
	"assay/domain/cube/fact"
	"assay/domain/refresh"
	"assay/domain/store"
	"assay/domain/warehouse"
)

// testFirstRun goes from an administration that was just created to its first board, by the guide.
func (k *kit) testFirstRun(t *testing.T) {
	ctx := t.Context()
	tenant := &administration.Tenant{Code: "fresh", Names: map[string]string{"en": "Fresh Customs"}, Currency: "EUR", Zone: "Europe/Paris", Languages: []string{"en"}}
	if err := k.administrations.Create(ctx, tenant); err != nil {
		t.Fatal(err)
	}
	first, err := k.accounts.Create(ctx, account.NewAccount{SignInName: "first", Name: "Amina First", Language: "en", Password: password})
	if err == nil {
		err = k.accounts.Join(ctx, first.ID, account.Membership{Tenant: tenant.ID, Role: string(access.Administrator)})
	}
	if err != nil {
		t.Fatal(err)
	}
	b := k.person(t, "first")
	expect := func(b *browser, progress string, has ...string) *answer {
		t.Helper()
		page := b.get("/in/fresh/first-run")
		if page.status != http.StatusOK || !strings.Contains(page.text(), progress) {
			t.Fatalf("%q is wanted: %d %s", progress, page.status, page.text())
		}
		for _, text := range has {
			if !strings.Contains(page.text(), text) {
				t.Errorf("the guide does not say %q: %s", text, page.text())
			}
		}
		return page
	}
	page := expect(b, "0 of 6 steps", "No office is known yet", "No holiday is noted for 2026", "Nobody may read the figures", "No extract has been sent", "It follows when an extract is loaded")
	if home := b.get("/in/fresh"); !strings.Contains(home.text(), "0 of 6 steps") || home.page.Find("a[href='/in/fresh/first-run']").Length() != 1 {
		t.Errorf("the first page does not lead to the guide: %s", home.text())
	}
	// Who reads figures is led there too while there are none.
	early, err := k.accounts.Create(t.Context(), account.NewAccount{SignInName: "early", Name: "Amina early", Language: "en", Password: password})
	if err == nil {
		err = k.accounts.Join(t.Context(), early.ID, account.Membership{Tenant: k.empty.ID, Role: string(access.DirectorGeneral)})
	}
	if err != nil {
		t.Fatal(err)
	}
	if home := k.person(t, "early").get("/in/nowhere"); home.page.Find("a[href='/in/nowhere/first-run']").Length() != 1 {
		t.Error("a Director General without figures is not led to the guide")
	}
	if home := k.person(t, "director_general").get("/in/karouma"); home.page.Find("a[href='/in/karouma/first-run']").Length() != 0 {
		t.Error("a Director General with figures is led to the guide")
	}
	place := func(page *answer, step string) string {
		t.Helper()
		address := page.page.Find("li:has(#step-"+step+") a.button").AttrOr("href", "")
		if address == "" || b.get(strings.Split(address, "#")[0]).status != http.StatusOK {
			t.Fatalf("the step %s leads to %q", step, address)
		}
		return strings.Split(address, "#")[0]
	}
	if answer := b.post(place(page, "offices")+"/offices", url.Values{"code": {"BIR"}, "name": {"Birwa"}, "kind": {"land"}}); answer.status != http.StatusSeeOther {
		t.Fatalf("an office: %d %s", answer.status, answer.text())
	}
	if answer := b.post(place(page, "calendar")+"/holidays", url.Values{"day": {"2026-05-01"}, "name": {"Labour Day"}}); answer.status != http.StatusSeeOther {
		t.Fatalf("a holiday: %d %s", answer.status, answer.text())
	}
	invited := b.post(place(page, "people")+"/invitations", url.Values{"name": {"Dana"}, "email": {"dana@fresh.example"}, "role": {"analyst"}})
	expect(b, "2 of 6 steps", "wait for an answer: 1")
	guest := k.guest(t)
	path := strings.TrimPrefix(invited.page.Find("#link").Text(), k.server.URL)
	if answer := guest.post(path, url.Values{"password": {"violet harbour lantern 42"}}); answer.status != http.StatusSeeOther {
		t.Fatalf("the invitation: %d %s", answer.status, answer.text())
	}
	expect(b, "3 of 6 steps")

	imports := place(page, "extract")
	var lines strings.Builder
	for i, month := range []string{"2025-10", "2025-12"} {
		fmt.Fprintf(&lines, `{"declaration": {"reference": {"office": "BIR", "year": 2025, "serial": "C", "number": "%d"}, "header": {"flow": "import", "model": "IM4", "registered_on": "%s-02T00:00:00Z"},
			"items": [{"number": 1, "hs": "62034300", "customs_value": 10502500, "tax_total": 2625625, "taxes": [{"code": "DUTY", "amount": 2625625, "payable": true}]}],
			"events": [{"kind": "registered", "operation": "x", "at": "%s-02T14:04:00Z", "precision": "minute"}]}}`+"\n", 678+i, month, month)
	}
	content := strings.ReplaceAll(strings.ReplaceAll(lines.String(), "\n\t", " "), "\t", "")
	token := b.get(imports).page.Find("form[data-upload] input[name=forgery]").AttrOr("value", "")
	sent := b.upload(imports, token, map[string]string{"format": "ndjson"}, "first.ndjson", content)
	if sent.status != http.StatusSeeOther {
		t.Fatalf("the extract: %d %s", sent.status, sent.text())
	}
	expect(b, "3 of 6 steps", "An extract is being loaded")
	batches, err := k.warehouse.Batches(ctx, tenant.ID, testClock().AddDate(1, 0, 0), 1)
	if err == nil {
		_, err = k.warehouse.Process(ctx, tenant, batches[0].ID, nil)
	}
	if err != nil {
		t.Fatal(err)
	}
	expect(b, "4 of 6 steps", "The figures are being computed")
	facts := fact.New(k.db, k.administrations, k.warehouse, k.segments, testClock)
	if _, err := refresh.New(k.db, facts, k.crosschecks).Run(ctx, tenant.ID, refresh.Input{}); err != nil {
		t.Fatal(err)
	}
	expect(b, "5 of 6 steps", "without any declaration: 1, the first of them November 2025")
	gap := strings.ReplaceAll(strings.SplitAfter(content, "\n")[0], "2025-10", "2025-11")
	k.loadLine(t, tenant, b, imports, strings.ReplaceAll(gap, `"678"`, `"700"`))
	if _, err := refresh.New(k.db, facts, k.crosschecks).Run(ctx, tenant.ID, refresh.Input{}); err != nil {
		t.Fatal(err)
	}
	done := expect(b, "6 of 6 steps", "Everything is there", "with 13 each")
	if done.page.Find("li:has(#step-board) a.button").Length() != 0 {
		t.Error("an administrator, who sees no figures, is led to the board")
	}
	board := guest.get("/in/fresh/board") // the analyst who was invited
	if board.status != http.StatusOK || !strings.Contains(board.text(), "Assessed") {
		t.Errorf("the first board: %d %.300s", board.status, board.text())
	}
	if home := b.get("/in/fresh"); home.page.Find("a[href='/in/fresh/first-run']").Length() != 0 {
		t.Error("the first page still leads to the guide when all is done")
	}
}

// loadLine sends one declaration and loads it.
func (k *kit) loadLine(t *testing.T, tenant *administration.Tenant, b *browser, imports, line string) {
	t.Helper()
	token := b.get(imports).page.Find("form[data-upload] input[name=forgery]").AttrOr("value", "")
	if sent := b.upload(imports, token, map[string]string{"format": "ndjson"}, "second.ndjson", line); sent.status != http.StatusSeeOther {
		t.Fatalf("the extract: %d %s", sent.status, sent.text())
	}
	batches, err := k.warehouse.Batches(t.Context(), tenant.ID, testClock().AddDate(1, 0, 0), 5)
	if err != nil {
		t.Fatal(err)
	}
	for _, batch := range batches {
		if batch.State == warehouse.BatchWaiting {
			if _, err := k.warehouse.Process(t.Context(), tenant, batch.ID, nil); err != nil {
				t.Fatal(err)
			}
			return
		}
	}
	t.Fatal("no load waits")
}

// testComparison sets levels, and looks at comparisons of too few and of enough administrations.
func (k *kit) testComparison(t *testing.T) {
	ctx := t.Context()
	b := k.person(t, "administrator")
	if answer := b.post("/in/karouma/settings/disclosure", url.Values{"level.CLR01": {"friends"}}); answer.status != http.StatusBadRequest {
		t.Errorf("an unknown level: %d", answer.status)
	}
	if answer := b.post("/in/karouma/settings/disclosure", url.Values{"level.CLR01": {"partners"}, "level.CLR04": {"private"}}); answer.status != http.StatusSeeOther {
		t.Fatalf("disclose: %d %s", answer.status, answer.text())
	}
	if page := b.get("/in/karouma/settings/disclosure"); page.page.Find("#level-CLR01 option[selected]").AttrOr("value", "") != "partners" || !strings.Contains(page.text(), "its own currency") {
		t.Errorf("the levels: %s", page.text())
	}
	if err := k.web.Comparisons.Publish(ctx, k.first); err != nil {
		t.Fatal(err)
	}
	director := k.person(t, "director_general")
	alone := director.get("/in/karouma/comparison?indicator=CLR01")
	if alone.status != http.StatusOK || !strings.Contains(alone.text(), "at least 5 administrations") || !strings.Contains(alone.text(), "1 to partners or everybody, 0 of these to everybody") || alone.page.Find("main table").Length() != 0 {
		t.Errorf("one alone: %d %s", alone.status, alone.text())
	}
	quarter := comparison.Quarter(2025*12 + 9)
	for i := range 4 {
		tenant := &administration.Tenant{Code: fmt.Sprintf("beside%d", i), Names: map[string]string{"en": fmt.Sprintf("Beside <i>%d</i>", i)}, Currency: "EUR", Zone: "UTC", Languages: []string{"en"}}
		err := k.administrations.Create(ctx, tenant)
		if err == nil {
			err = k.web.Comparisons.Disclose(ctx, tenant.ID, administration.Actor{Name: "test"}, map[string]comparison.Level{"CLR01": comparison.Partners})
		}
		if err == nil {
			err = k.db.InTenant(ctx, tenant.ID, func(_ context.Context, tx *store.Tx) error {
				return tx.Exec(`INSERT INTO disclosed_figure (tenant_id, indicator, quarter, version, value, n, state, published_at) VALUES (?, 'CLR01', ?, 1, ?, 500, 'mature', now())`,
					tenant.ID.String(), int(quarter), 40+i).Error
			})
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	five := director.get("/in/karouma/comparison?indicator=CLR01&quarter=" + quarter.String())
	if rows := five.page.Find("main table tbody tr"); rows.Length() != 5 || !strings.Contains(five.text(), "Karouma Customs your administration") || !strings.Contains(five.text(), "Beside <i>2</i>") || !strings.Contains(five.text(), "42.0") {
		t.Errorf("five: %s", five.text())
	}
	if outside := k.person(t, "other").get("/in/oasis/comparison?indicator=CLR01&quarter=" + quarter.String()); outside.page.Find("main table").Length() != 0 || strings.Contains(outside.text(), "Beside") {
		t.Errorf("who does not take part: %s", outside.text())
	}
	if anybody := k.person(t, "newcomer").get("/comparison?indicator=CLR01&quarter=" + quarter.String()); anybody.status != http.StatusOK || anybody.page.Find("main table").Length() != 0 {
		t.Errorf("anybody who is signed in: %s", anybody.text())
	}
	for path, want := range map[string]int{"?indicator=INF02": http.StatusBadRequest, "?quarter=soon": http.StatusBadRequest, "?indicator=NOPE": http.StatusNotFound} {
		if answer := director.get("/in/karouma/comparison" + path); answer.status != want {
			t.Errorf("%s: %d", path, answer.status)
		}
	}
	if answer := b.post("/in/karouma/settings/disclosure", url.Values{"level.CLR01": {"private"}}); answer.status != http.StatusSeeOther {
		t.Fatalf("withdraw: %d", answer.status)
	}
	if four := director.get("/in/karouma/comparison?indicator=CLR01&quarter=" + quarter.String()); four.page.Find("main table").Length() != 0 || !strings.Contains(four.text(), "shows this indicator to nobody") {
		t.Errorf("after leaving: %s", four.text())
	}
	var left int64
	err := k.db.Read(ctx, k.first.ID, func(_ context.Context, tx *store.Tx) error {
		return tx.Raw(`SELECT count(*) FROM disclosed_figure WHERE tenant_id = ?`, k.first.ID.String()).Scan(&left).Error
	})
	if err != nil || left != 0 {
		t.Errorf("%d figures are still published: %v", left, err)
	}
}

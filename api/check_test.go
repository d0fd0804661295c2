package api_test

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/google/uuid"

	"assay/api"
	"assay/domain/account"
	"assay/domain/cube/fact"
	"assay/domain/indicator"
	"assay/domain/store"
	"assay/domain/warehouse"
)

// asSent leaves out what figures carry within the program only.
var asSent = cmpopts.IgnoreFields(indicator.Provenance{}, "Definition")

// get asks as somebody and reads the answer.
func get[T any](t *testing.T, k *kit, as, path string) T {
	t.Helper()
	got := k.ask(t, request{method: "GET", path: path, token: k.tokens[as]})
	if got.status != http.StatusOK {
		t.Fatalf("%s as %s: status %d: %s", path, as, got.status, got.body)
	}
	var out T
	if err := json.Unmarshal(got.body, &out); err != nil {
		t.Fatal(err)
	}
	return out
}

// checkTokens follows a token from sign-in to its end.
func (k *kit) checkTokens(t *testing.T) {
	k.person(t, "traveller", account.Membership{Tenant: k.first.ID, Role: "analyst"}, account.Membership{Tenant: k.second.ID, Role: "auditor"})
	signIn := func(body string) answer {
		return k.ask(t, request{method: "POST", path: "/tokens", contentType: "application/json", body: body})
	}
	if got := signIn(`{"name":"traveller","password":"` + password + `"}`); got.status != 400 || !strings.Contains(string(got.body), "karouma") {
		t.Errorf("sign in without saying where: %d %s", got.status, got.body)
	}
	issued := signIn(`{"name":"traveller","password":"` + password + `","tenant":"oasis","label":"a test"}`)
	var token api.Token
	if err := json.Unmarshal(issued.body, &token); err != nil || issued.status != 201 {
		t.Fatalf("sign in: %d %s, %v", issued.status, issued.body, err)
	}
	if token.Tenant != "oasis" || token.Role != "auditor" || !token.Expires.Equal(testClock().Add(12*time.Hour)) {
		t.Errorf("token: %s", issued.body)
	}
	me := request{method: "GET", path: "/me", token: token.Token}
	if got := k.ask(t, me); got.status != 200 || !strings.Contains(string(got.body), `"oasis"`) {
		t.Errorf("use: %d %s", got.status, got.body)
	}
	later := k.services
	var err error
	if later.Accounts, err = account.New(k.db, func() time.Time { return testClock().Add(13 * time.Hour) }); err != nil {
		t.Fatal(err)
	}
	if got := k.askAt(t, k.serve(t, later), me); got.status != 401 {
		t.Errorf("use after its end: %d %s", got.status, got.body)
	}
	if got := k.ask(t, request{method: "DELETE", path: "/tokens/current", token: token.Token}); got.status != 204 {
		t.Errorf("withdraw: %d %s", got.status, got.body)
	}
	if got := k.ask(t, me); got.status != 401 {
		t.Errorf("use after withdrawal: %d %s", got.status, got.body)
	}
	if log := k.log.String(); strings.Contains(log, token.Token) || strings.Contains(log, password) {
		t.Error("a secret is in the log")
	}
}

// checkFigures compares answers with what the room says when it is asked directly.
func (k *kit) checkFigures(t *testing.T) {
	snapshot, err := k.services.Indicators.Snapshot(t.Context(), k.first)
	if err != nil {
		t.Fatal(err)
	}
	from, to, _ := snapshot.Span(fact.Declaration)
	where, err := indicator.ParseFilters("lane=red|yellow")
	if err != nil {
		t.Fatal(err)
	}
	want, err := k.services.Indicators.Compute(t.Context(), k.first, indicator.Request{Codes: []string{"CLR01", "CTL02"}, From: from, To: to, By: []string{"office", "lane"},
		Where: where, Limit: 100})
	if err != nil {
		t.Fatal(err)
	}
	if want[0].Total.N == 0 || len(want[0].Rows) < 4 {
		t.Fatalf("the sample says too little: %+v", want[0])
	}
	got := get[[]*indicator.Result](t, k, "analyst", "/figures?codes=CLR01,ctl02&by=office,lane&where=lane=red%7Cyellow")
	if diff := cmp.Diff(want, got, asSent); diff != "" {
		t.Errorf("figures: %s", diff)
	}
	one := get[indicator.Result](t, k, "analyst", "/figures/CLR01/breakdown?by=office&sort=-n&limit=1&offset=1&from="+from.String()+"&to="+to.String())
	if len(one.Rows) != 1 || one.Groups != 3 || one.Other == nil && one.Total.Numerator != nil {
		t.Errorf("the second office of three: %+v", one)
	}
	series, err := k.services.Indicators.Series(t.Context(), k.first, indicator.SeriesRequest{Codes: []string{"CLR01"}, From: from, To: to, Granularity: "month"})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(*series[0], get[indicator.Series](t, k, "analyst", "/figures/CLR01/series"), asSent); diff != "" {
		t.Errorf("series: %s", diff)
	}
	board, err := k.services.Indicators.Board(t.Context(), k.first, from, to)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(*board, get[indicator.Board](t, k, "analyst", "/board"), asSent); diff != "" {
		t.Errorf("board: %s", diff)
	}
}

// checkScopes compares what a head and an officer see with the same part of the whole.
func (k *kit) checkScopes(t *testing.T) {
	for as, dimension := range map[string]string{"head_of_office": "office", "officer": "officer"} {
		value := map[string]string{"office": k.office, "officer": k.officer}[dimension]
		compared := 0
		for _, mine := range get[[]indicator.Result](t, k, as, "/figures") {
			whole := get[indicator.Result](t, k, "director_general", "/figures/"+mine.Code+"/breakdown?where="+dimension+"="+value)
			if diff := cmp.Diff(whole.Total, mine.Total); diff != "" {
				t.Errorf("%s of the %s %s: %s", mine.Code, dimension, value, diff)
			}
			compared++
		}
		if compared < 5 {
			t.Errorf("an %s sees only %d indicators", as, compared)
		}
		rows := get[indicator.Result](t, k, as, "/figures/CLR01/breakdown?by="+dimension).Rows
		if len(rows) != 1 || rows[0].Keys[0] != value {
			t.Errorf("%s sees the groups %+v", as, rows)
		}
	}
	k.checkRows(t)
	refused := 0
	for _, d := range indicator.All() {
		if !d.Available() || d.Has("officer") {
			continue
		}
		got := k.ask(t, request{method: "GET", path: "/figures/" + d.Code + "/breakdown", token: k.tokens["officer"]})
		if got.status != http.StatusForbidden || !strings.Contains(string(got.body), "cannot be told by officer") {
			t.Errorf("%s for an officer: %d %s", d.Code, got.status, got.body)
		}
		refused++
	}
	if refused == 0 {
		t.Error("no indicator lacks the officer: nothing was tried")
	}
	var document api.DeclarationDocument
	path := "/declarations/" + k.own.Office + "/" + strings.Join(strings.Split(k.own.String(), "/")[1:], "/")
	if document = get[api.DeclarationDocument](t, k, "officer", path); document.Findings != nil {
		t.Error("an officer sees findings")
	}
	if document = get[api.DeclarationDocument](t, k, "analyst", path); document.Findings == nil {
		t.Error("an analyst sees no list of findings")
	}
	if document.Declaration.Reference != k.own {
		t.Errorf("asked for %v, got %v", k.own, document.Declaration.Reference)
	}
}

// checkRows compares the rows behind a figure with the figure, within each scope.
func (k *kit) checkRows(t *testing.T) {
	t.Helper()
	for _, as := range []string{"analyst", "head_of_office", "officer"} {
		figure := get[indicator.Result](t, k, as, "/figures/CTL02/breakdown").Total
		for part, want := range map[string]*int64{"numerator": figure.Numerator, "denominator": figure.Denominator} {
			lines := get[indicator.Lines](t, k, as, "/figures/CTL02/rows?limit=1000&part="+part)
			if want == nil || lines.Total != *want || *want == 0 {
				t.Errorf("%s: %d rows of the %s, the figure says %v", as, lines.Total, part, want)
			}
			for _, line := range lines.Lines {
				outside := as == "head_of_office" && line.Dimensions["office"] != k.office || as == "officer" && line.Dimensions["officer"] != k.officer
				if outside || line.Reference == "" {
					t.Errorf("%s sees %+v", as, line)
				}
			}
		}
	}
}

// checkDelivery follows a delivery until its job has run.
func (k *kit) checkDelivery(t *testing.T) {
	body, contentType := formOf("ndjson", map[string]string{"dry_run": "true"}, "../../wrong.ndjson", "this is no JSON\n")
	got := k.ask(t, request{"POST", "/imports", k.tokens["administrator"], contentType, body})
	var taken api.Import
	if err := json.Unmarshal(got.body, &taken); err != nil || got.status != http.StatusAccepted {
		t.Fatalf("deliver: %d %s", got.status, got.body)
	}
	if taken.Source != "wrong.ndjson" || taken.State != "waiting" {
		t.Errorf("taken: %s", got.body)
	}
	if _, err := k.services.Warehouse.Process(context.WithoutCancel(t.Context()), k.first, taken.Id, nil); err != nil {
		t.Fatal(err)
	}
	if done := get[api.Import](t, k, "data_officer", "/imports/"+taken.Id.String()); done.State != "dry_run" || done.Rejected != 1 || done.EndedAt == nil {
		t.Errorf("done: %+v", done)
	}
}

// checkMap keeps a map, reads it back, and finds the change in the audit trail.
func (k *kit) checkMap(t *testing.T) {
	kept := request{"PUT", "/maps/operation/operations", k.tokens["administrator"], "application/json", `{"name":"operations","operations":{"Enregistrer":{"kind":"registered"}}}`}
	if got := k.ask(t, kept); got.status != http.StatusNoContent {
		t.Fatalf("keep a map: %d %s", got.status, got.body)
	}
	var found *api.Map
	for _, m := range get[[]api.Map](t, k, "data_officer", "/maps") {
		if m.Kind == "operation" {
			found = &m
		}
	}
	if found == nil || found.ChangedBy != "administrator" || !strings.Contains(string(found.Content), "Enregistrer") {
		t.Errorf("the map is kept as %+v", found)
	}
	var records int
	err := k.db.Read(t.Context(), k.first.ID, func(_ context.Context, tx *store.Tx) error {
		return tx.Raw(`SELECT count(*) FROM audit_record WHERE tenant_id = ? AND action = 'map.write' AND object = 'map/operation/operations'`, k.first.ID.String()).Scan(&records).Error
	})
	if err != nil || records != 1 {
		t.Errorf("%d records of the change, %v", records, err)
	}
}

// checkElsewhere asks for what the document does not name.
func (k *kit) checkElsewhere(t *testing.T) {
	for _, c := range []struct {
		method, path string
		status       int
	}{{"GET", "/", 404}, {"GET", "/nothing", 404}, {"GET", "/figures/CLR01", 404}, {"PUT", "/me", 405}, {"TRACE", "/me", 405}, {"GET", "/../board", 404}, {"GET", "/me/", 404}} {
		got := k.ask(t, request{method: c.method, path: c.path, token: k.tokens["administrator"]})
		var failure api.Failure
		if err := json.Unmarshal(got.body, &failure); err != nil || got.status != c.status || string(failure.Kind) != string(kindOf(c.status)) {
			t.Errorf("%s %s: %d %s, want %d", c.method, c.path, got.status, got.body, c.status)
		}
	}
	got := k.ask(t, request{method: "GET", path: "/openapi.json"})
	var document map[string]any
	if err := json.Unmarshal(got.body, &document); err != nil || got.status != 200 || document["openapi"] != "3.0.3" {
		t.Errorf("the document: %d, %v", got.status, err)
	}
}

// batches makes deliveries in the states that scenarios need.
func (k *kit) batches(t *testing.T) {
	t.Helper()
	all, err := k.services.Warehouse.Batches(t.Context(), k.first.ID, time.Time{}, 10)
	if err != nil || len(all) != 1 {
		t.Fatalf("batches: %v, %v", all, err)
	}
	k.onlyBatch = all[0].ID.String()
	deliver := func() uuid.UUID {
		batch, err := k.services.Warehouse.Deliver(t.Context(), k.first, warehouse.DeliveryInput{Format: "ndjson", By: "test", DryRun: true,
			Uploads: []warehouse.Upload{{Name: "d.ndjson", Content: strings.NewReader("{}\n")}}})
		if err != nil {
			t.Fatal(err)
		}
		return batch.ID
	}
	k.waitingBatch = deliver().String()
	k.failedBatch = deliver().String()
	err = k.db.InTenant(t.Context(), k.first.ID, func(_ context.Context, tx *store.Tx) error {
		return tx.Exec(`UPDATE batch SET state = 'failed', failure = 'the disk was full', ended_at = started_at WHERE tenant_id = ? AND batch_id = ?`, k.first.ID.String(), k.failedBatch).Error
	})
	if err != nil {
		t.Fatal(err)
	}
}

package api_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"assay/api"
	"assay/domain/access"
	"assay/domain/account"
	"assay/domain/declaration"
	"assay/domain/indicator"
	"assay/domain/warehouse"
)

// busiestTrader is a membership for the importer of the first administration with most declarations.
func (k *kit) busiestTrader(t *testing.T) account.Membership {
	t.Helper()
	count := map[string]int{}
	best := ""
	k.each(t, k.first, func(r *warehouse.Record) {
		code := r.Header.Importer
		if count[code]++; code != "" && (best == "" || count[code] > count[best] || count[code] == count[best] && code < best) {
			best = code
		}
	})
	if best == "" {
		t.Fatal("no declaration names an importer")
	}
	return account.Membership{Tenant: k.first.ID, Role: string(access.Trader), Trader: best, TraderKind: account.Importer}
}

// checkTrader wants an economic operator to be told the own declarations on every way out of the API, and nothing of anybody else's: by a
// census of all declarations that there are and of all indicators.
func (k *kit) checkTrader(t *testing.T, users []string) {
	var own, others []declaration.Reference
	importers := map[string]bool{}
	k.each(t, k.first, func(r *warehouse.Record) {
		importers[r.Header.Importer] = true
		if r.Header.Importer == k.trader.Trader {
			own = append(own, r.Reference)
		} else {
			others = append(others, r.Reference)
		}
	})
	if len(own) < 3 || len(others) < 100 {
		t.Fatalf("%d declarations of the operator, %d of others: the test would show nothing", len(own), len(others))
	}
	delete(importers, k.trader.Trader)
	k.checkTraderDeclarations(t, own, others, users)
	k.checkTraderFigures(t, own, importers, users)
	k.checkTraderErrors(t, importers)
}

func addressOf(r declaration.Reference) string {
	return fmt.Sprintf("/declarations/%s/%d/%s", r.Office, r.Year, r.Serial+r.Number)
}

// checkTraderDeclarations opens every own declaration, without anybody of the administration and without what is its own, and every eleventh of others.
func (k *kit) checkTraderDeclarations(t *testing.T, own, others []declaration.Reference, users []string) {
	token := k.tokens[string(access.Trader)]
	for _, reference := range own {
		for _, end := range []string{"", "/versions"} {
			got := k.ask(t, request{method: http.MethodGet, path: addressOf(reference) + end, token: token})
			if found := names(string(got.body), users); got.status != http.StatusOK || len(found) > 0 {
				t.Fatalf("%s%s: %d, tells of %v", reference, end, got.status, found)
			}
			for _, inside := range []string{`"criterion"`, `"cause":"criteria"`, `"cause":"random"`, `"assignments":[{`, `"remarks"`, `"findings"`} {
				if strings.Contains(string(got.body), inside) {
					t.Fatalf("%s%s tells %s", reference, end, inside)
				}
			}
		}
	}
	missing := k.ask(t, request{method: http.MethodGet, path: addressOf(declaration.Reference{Office: own[0].Office, Year: own[0].Year, Serial: own[0].Serial, Number: "9999999"}), token: token})
	for i, reference := range others {
		if i%11 != 0 {
			continue
		}
		for _, end := range []string{"", "/versions"} {
			got := k.ask(t, request{method: http.MethodGet, path: addressOf(reference) + end, token: token})
			if got.status != http.StatusNotFound || got.status != missing.status || strings.Contains(string(got.body), "your own") {
				t.Fatalf("another's %s%s: %d %s", reference, end, got.status, got.body)
			}
		}
	}
}

// checkTraderFigures asks every indicator for its figure, its groups and its rows.
func (k *kit) checkTraderFigures(t *testing.T, own []declaration.Reference, importers map[string]bool, users []string) {
	token, mine := k.tokens[string(access.Trader)], map[string]bool{}
	for _, reference := range own {
		mine[reference.String()] = true
	}
	board := get[indicator.Board](t, k, string(access.Trader), "/board")
	if len(board.Entries) < 10 {
		t.Errorf("the board of an operator tells %d indicators", len(board.Entries))
	}
	told, rows := 0, 0
	for _, d := range indicator.All() {
		path := "/figures/" + d.Code
		groups := k.ask(t, request{method: http.MethodGet, path: path + "/breakdown?by=importer", token: token})
		lines := k.ask(t, request{method: http.MethodGet, path: path + "/rows?limit=1000", token: token})
		if !d.ToldOutside() || !d.Available() {
			if groups.status != http.StatusNotFound || lines.status != http.StatusNotFound {
				t.Errorf("%s is not for operators: %d and %d", d.Code, groups.status, lines.status)
			}
			continue
		}
		told++
		if groups.status != http.StatusOK || lines.status != http.StatusOK {
			t.Errorf("%s: %d %s and %d %s", d.Code, groups.status, groups.body, lines.status, lines.body)
			continue
		}
		var result indicator.Result
		var listed indicator.Lines
		if err := errors.Join(json.Unmarshal(groups.body, &result), json.Unmarshal(lines.body, &listed)); err != nil {
			t.Fatal(err)
		}
		for _, row := range result.Rows {
			if row.Keys[0] != k.trader.Trader {
				t.Errorf("%s tells of %v", d.Code, row.Keys)
			}
		}
		for _, line := range listed.Lines {
			rows++
			if line.DeclarationID != 0 && !mine[line.Reference] || importers[line.Dimensions["importer"]] {
				t.Errorf("%s lists %s of %s", d.Code, line.Reference, line.Dimensions["importer"])
			}
		}
		if found := names(string(lines.body)+string(groups.body), users); len(found) > 0 {
			t.Errorf("%s names %v", d.Code, found)
		}
	}
	if told < 10 || rows < 20 {
		t.Errorf("%d indicators with %d rows were tried", told, rows)
	}
}

// checkTraderErrors wants the same refusal for another operator, for one that there is not, and for everything that is told inside only.
func (k *kit) checkTraderErrors(t *testing.T, importers map[string]bool) {
	token, somebody := k.tokens[string(access.Trader)], ""
	for code := range importers {
		if code != "" && (somebody == "" || code < somebody) {
			somebody = code
		}
	}
	refusal := func(path string) string {
		got := k.ask(t, request{method: http.MethodGet, path: path, token: token})
		if got.status != http.StatusForbidden {
			t.Errorf("%s: %d %s", path, got.status, got.body)
		}
		var failure api.Failure
		if err := json.Unmarshal(got.body, &failure); err != nil {
			t.Fatal(err)
		}
		return failure.Message
	}
	if there, not := refusal("/figures/CLR01/breakdown?where=importer="+somebody), refusal("/figures/CLR01/breakdown?where=importer=nobody"); there != not || strings.Contains(there, somebody) {
		t.Errorf("another operator: %q, one that there is not: %q", there, not)
	}
	for _, path := range []string{"/figures/CLR01/breakdown?by=officer", "/figures/CLR01/breakdown?by=examiner", "/figures/CLR01/breakdown?by=section", "/figures/CLR01/breakdown?by=cause",
		"/figures/CLR01/breakdown?where=officer=" + k.officer, "/figures/CLR01/series?where=cause=random", "/figures/CLR01/peers", "/programme", "/meetings", "/findings", "/indicators", "/people", "/settings"} {
		refusal(path)
	}
}

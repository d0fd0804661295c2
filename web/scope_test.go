package web

import (
	"bytes"
	"encoding/csv"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"
	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"

	"assay/domain/access"
	"assay/domain/account"
)

// findingsHidden stands on a declaration in place of findings that the reader may not see.
const findingsHidden = "Your role does not show findings."

// way is one way out of the program on which figures or officers are told.
type way struct{ name, path string }

// waysOut are all of them, of one indicator by officer; of each a person may be refused.
func waysOut(declaration, somebody string) []way {
	const one = "/in/karouma/indicators/CLR01"
	return []way{
		{"page", one + "?period=2025&by=officer"}, {"page of another filter", one + "?period=2025"}, {"board", "/in/karouma/board?period=2025"},
		{"CSV", one + "/breakdown.csv?period=2025&by=officer"}, {"XLSX", one + "/breakdown.xlsx?period=2025&by=officer"},
		{"rows", one + "/declarations?period=2025"}, {"SQL", one + "/sql?period=2025&by=officer"}, {"declaration", declaration},
		{"live", "/in/karouma/live"}, {"error", one + "?period=2025&officer=" + somebody}, {"error of a file", one + "/breakdown.csv?period=2025&by=chief&officer=" + somebody},
	}
}

// told is everything that an answer tells, the cells of a workbook too.
func (k *kit) told(t *testing.T, b *browser, w way) (status int, text string) {
	t.Helper()
	if w.name == "live" {
		return k.firstNews(t, b)
	}
	a := b.get(w.path)
	if !strings.Contains(a.header.Get("Content-Type"), "spreadsheet") {
		return a.status, a.body
	}
	book, err := excelize.OpenReader(strings.NewReader(a.body))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = book.Close() }()
	var cells []string
	for _, sheet := range book.GetSheetList() {
		rows, err := book.GetRows(sheet)
		if err != nil {
			t.Fatal(err)
		}
		for _, row := range rows {
			cells = append(cells, row...)
		}
	}
	return a.status, strings.Join(cells, "\n")
}

// firstNews is the first message of a stream.
func (k *kit) firstNews(t *testing.T, b *browser) (int, string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, k.server.URL+"/in/karouma/live", nil)
	if err != nil {
		t.Fatal(err)
	}
	response, err := b.client.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	if response.StatusCode != http.StatusOK {
		return response.StatusCode, ""
	}
	var text bytes.Buffer
	for buffer := make([]byte, 256); !strings.Contains(text.String(), "\n\n"); {
		n, err := response.Body.Read(buffer)
		if text.Write(buffer[:n]); err != nil {
			t.Fatal(err)
		}
	}
	if !regexp.MustCompile(`^event: fresh\ndata: [0-9]+\n\n$`).MatchString(text.String()) {
		t.Errorf("a stream tells %q: more than the number of the data", text.String())
	}
	return response.StatusCode, text.String()
}

// breakdownBy is the file of an indicator as somebody sees it, by the code of a group.
func (k *kit) breakdownBy(t *testing.T, who, query string) map[string][]string {
	t.Helper()
	a := k.person(t, who).get("/in/karouma/indicators/CLR01/breakdown.csv?period=2025&" + query)
	rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(a.body, "\ufeff"))).ReadAll()
	if err != nil || a.status != http.StatusOK || len(rows) < 2 {
		t.Fatalf("%s %s: %d, %d rows, %v", who, query, a.status, len(rows), err)
	}
	groups := map[string][]string{}
	for _, row := range rows[1:] {
		if row[0] != "" {
			groups[row[0]] = row
		}
	}
	return groups
}

// acting is an officer who has figures in the kit's office, with an account of that name.
func (k *kit) acting(t *testing.T) string {
	t.Helper()
	first := ""
	for code := range k.breakdownBy(t, "director_general", "by=officer&office="+k.office) {
		if first == "" || code < first {
			first = code
		}
	}
	if _, err := k.accounts.ByName(t.Context(), "acting"); err == nil {
		return first
	}
	person, err := k.accounts.Create(t.Context(), account.NewAccount{SignInName: "acting", Name: "Amina acting", Language: "en", Password: password})
	if err == nil {
		err = k.accounts.Join(t.Context(), person.ID, account.Membership{Tenant: k.first.ID, Role: string(access.Officer), Office: k.office, Officer: first})
	}
	if err != nil {
		t.Fatal(err)
	}
	return first
}

// testWaysOut looks on every way out for officers of whom the reader may not be told: by user name and by name.
func (k *kit) testWaysOut(t *testing.T) {
	all, here := k.breakdownBy(t, "director_general", "by=officer"), k.breakdownBy(t, "director_general", "by=officer&office="+k.office)
	if len(all) < 4 || len(here) == len(all) {
		t.Fatalf("%d officers, %d of them of %s: the test would show nothing", len(all), len(here), k.office)
	}
	somebody := ""
	for _, code := range slices.Sorted(maps.Keys(all)) {
		if here[code] == nil {
			somebody = code
		}
	}
	acting := k.acting(t)
	declaration := k.aReference(t)
	seen := map[string]int{}
	for _, reader := range []struct {
		who   string
		may   func(code string) bool
		least int // of the ways let the reader in
	}{
		{"director_general", func(string) bool { return true }, 9},
		{"head_of_office", func(code string) bool { return here[code] != nil }, 6},
		{"acting", func(code string) bool { return code == acting }, 5},
		{"analyst", func(string) bool { return false }, 9},
		{"data_officer", func(string) bool { return false }, 4},
		{"administrator", func(string) bool { return false }, 1},
	} {
		b, opened := k.person(t, reader.who), 0
		for _, w := range waysOut(declaration, somebody) {
			status, text := k.told(t, b, w)
			if status >= http.StatusInternalServerError {
				t.Errorf("%s for %s: %d", w.name, reader.who, status)
			}
			if status == http.StatusOK {
				opened++
			}
			for code, row := range all {
				asked := strings.Contains(w.path, code) // what was asked for may be repeated
				for _, word := range []string{code, row[1]} {
					if word == "" || asked || reader.may(code) || !strings.Contains(text, word) {
						continue // most words: a pattern is searched for only where there is something to find
					}
					if regexp.MustCompile(`(^|[^\pL\pN])` + regexp.QuoteMeta(word) + `($|[^\pL\pN])`).MatchString(text) {
						t.Errorf("%s tells %s of %q: %d", w.name, reader.who, word, status)
					}
				}
				if strings.Contains(text, code) {
					seen[reader.who]++
				}
			}
		}
		if opened < reader.least {
			t.Errorf("%s was let in on %d ways out, want at least %d", reader.who, opened, reader.least)
		}
	}
	if seen["director_general"] < 20 || seen["head_of_office"] == 0 || seen["acting"] == 0 {
		t.Errorf("the names that are told: %v: the test would not find any", seen)
	}
}

// testCounts holds what somebody counts to the same part of the whole, in every column: figures, cases and numbers of groups and rows.
func (k *kit) testCounts(t *testing.T) {
	of := func(who, query string) map[string][]string { return k.breakdownBy(t, who, query) }
	if diff := cmp.Diff(of("director_general", "by=lane&office="+k.office), of("head_of_office", "by=lane")); diff != "" {
		t.Errorf("the office's lanes: %s", diff)
	}
	if offices := of("head_of_office", "by=office"); len(offices) != 1 || offices[k.office] == nil {
		t.Errorf("a head of office sees the offices %v", offices)
	}
	rows := func(who, query string) string {
		a := k.person(t, who).get("/in/karouma/indicators/CLR01/declarations?period=2025" + query)
		if a.status != http.StatusOK {
			t.Fatalf("rows of %s: %d", who, a.status)
		}
		return strconv.Itoa(a.page.Find("#rows tbody tr").Length()) + " of " + a.page.Find(".pager").Text()
	}
	if whole, own := rows("director_general", "&office="+k.office), rows("head_of_office", ""); whole != own {
		t.Errorf("a head counts %q, the office has %q", own, whole)
	}
	if whole, own := rows("director_general", "&officer="+k.acting(t)), rows("acting", ""); whole != own {
		t.Errorf("an officer counts %q, of the officer are %q", own, whole)
	}
}

// testMixedScopes gives somebody a role that sees the figures of the whole administration and of declarations only what the own user did: the rows
// behind a figure are declarations.
func (k *kit) testMixedScopes(t *testing.T) {
	acting := k.acting(t)
	for code, permissions := range map[access.Role]map[access.Action]access.Scope{
		"own-mixed":   {access.FigureRead: access.ScopeAdministration, access.DeclarationRead: access.ScopeOwn},
		"own-finding": {access.DeclarationRead: access.ScopeAdministration, access.FindingRead: access.ScopeOffice},
	} {
		if err := k.web.Access.AddRole(t.Context(), k.first.ID, &access.OwnRole{Code: code, Names: map[string]string{"en": "Mixed"}, Permissions: permissions}, []string{"en"}, access.Author{Name: "test"}); err != nil {
			t.Fatal(err)
		}
		person, err := k.accounts.Create(t.Context(), account.NewAccount{SignInName: string(code), Name: "Amina Mixed", Language: "en", Password: password})
		if err == nil {
			err = k.accounts.Join(t.Context(), person.ID, account.Membership{Tenant: k.first.ID, Role: string(code), Office: k.office, Officer: acting})
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	listed := func(who, query string) (references []string) {
		k.person(t, who).get("/in/karouma/indicators/CLR01/declarations?period=2025" + query).page.Find("#rows tbody a").Each(func(_ int, s *goquery.Selection) { references = append(references, s.Text()) })
		return references
	}
	own := listed("director_general", "&officer="+acting)
	if diff := cmp.Diff(own, listed("own-mixed", "")); diff != "" || len(own) == 0 {
		t.Errorf("rows beyond the own declarations, of %d: %s", len(own), diff)
	}
	if slices.Equal(own, listed("director_general", "")) {
		t.Error("all declarations are the officer's: the test shows nothing")
	}
	elsewhere := k.declarationElsewhere(t)
	k.run(t, []scenario{
		{"own-mixed", "/in/karouma/indicators/CLR01?period=2025", http.StatusOK, "", "whole administration"},
		{"own-mixed", elsewhere, http.StatusNotFound, "", ""},
		{"own-finding", elsewhere, http.StatusOK, "", findingsHidden},
		{"auditor", elsewhere, http.StatusOK, "", "Findings"},
	})
	if text := k.person(t, "auditor").get(elsewhere).text(); strings.Contains(text, findingsHidden) {
		t.Error("the findings are hidden from an auditor too: the test shows nothing")
	}
}

// testPeers wants an officer to see where comparable officers stand, and none of them; and everybody else to see no such thing.
func (k *kit) testPeers(t *testing.T) {
	acting := k.acting(t)
	for who, want := range map[string]int{"acting": 1, "head_of_office": 0, "analyst": 0} {
		page := k.person(t, who).get("/in/karouma/indicators/CLR01?period=2025").page
		if got := page.Find(".peers").Length(); got != want {
			t.Errorf("%s sees %d distributions of peers, want %d", who, got, want)
		}
	}
	b := k.person(t, "acting")
	if b.get("/in/karouma/indicators/CLR01?period=2025&lane=red").page.Find(".peers").Length() != 0 {
		t.Error("peers are compared beside a filter, by which somebody could be singled out")
	}
	text := b.get("/in/karouma/indicators/CLR01?period=2025").page.Find(".peers").Text()
	for code, row := range k.breakdownBy(t, "director_general", "by=officer") {
		if code != acting && (strings.Contains(text, code) || row[1] != "" && strings.Contains(text, row[1])) {
			t.Errorf("the distribution of peers names %s: %s", code, text)
		}
	}
	if strings.TrimSpace(text) == "" {
		t.Error("the distribution of peers says nothing")
	}
}

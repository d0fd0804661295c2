package api_test

import (
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"assay/api"
	"assay/domain/access"
	"assay/domain/account"
	"assay/domain/audit"
	"assay/domain/confidentiality"
	"assay/domain/indicator"
)

// TestOfficersAreShownAsTheReaderMaySeeThem asks everything that tells of officers and looks for
// user names in the answers.
func TestOfficersAreShownAsTheReaderMaySeeThem(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	k.person(t, "team_head2", account.Membership{Tenant: k.first.ID, Role: string(access.TeamHead), Office: k.office, Section: k.section(t)})
	users := k.users(t)
	t.Run("an analyst sees pseudonyms", func(t *testing.T) { k.checkPseudonyms(t, users) })
	t.Run("a purpose shows names and is recorded", func(t *testing.T) { k.checkPurpose(t, users) })
	t.Run("a data officer sees no officers", func(t *testing.T) { k.checkWithheld(t, users) })
	t.Run("human resources see no single declarations", func(t *testing.T) { k.checkSmallest(t) })
	t.Run("a head of team sees the section", func(t *testing.T) { k.checkTeam(t) })
	t.Run("an officer sees no colleague", func(t *testing.T) { k.checkColleagues(t, users) })
	t.Run("an economic operator sees the own declarations and nobody", func(t *testing.T) { k.checkTrader(t, users) })
}

// users are all user names of the clearance system in the first administration that act on figures.
func (k *kit) users(t *testing.T) []string {
	t.Helper()
	var users []string
	for _, row := range get[indicator.Result](t, k, "director_general", "/figures/CLR01/breakdown?by=officer&limit=1000").Rows {
		if row.Keys[0] != "" {
			users = append(users, row.Keys[0])
		}
	}
	if len(users) < 3 {
		t.Fatalf("the samples have the officers %v", users)
	}
	return users
}

func (k *kit) section(t *testing.T) string {
	t.Helper()
	for _, row := range get[indicator.Result](t, k, "director_general", "/figures/CLR01/breakdown?by=section&where=office="+k.office).Rows {
		if row.Keys[0] != "" && row.N > 0 {
			return row.Keys[0]
		}
	}
	t.Fatal("no section has figures")
	return ""
}

// asked are requests whose answers tell of officers.
func (k *kit) asked() []string {
	document := "/declarations/" + k.own.Office + "/" + strings.Join(strings.Split(k.own.String(), "/")[1:], "/")
	return []string{
		"/figures/CLR01/breakdown?by=officer&limit=1000", "/figures/CLR01/breakdown?by=examiner,chief", "/figures/CLR01/breakdown?by=officer,lane&sort=-n",
		"/figures/CLR01/breakdown.csv?by=officer", "/figures/CLR01/breakdown.csv?by=chief,officer", "/figures?codes=CLR01&by=officer",
		"/figures/CLR01/rows?limit=1000", "/figures/CTL02/rows?limit=1000", document, document + "?version=1", document + "/versions", "/findings?limit=1000",
		"/imports/" + k.onlyBatch + "/rejects?limit=1000", "/indicators/CLR01/sql?by=officer",
	}
}

// names lists the user names that stand in an answer as a value of their own.
func names(body string, users []string) (found []string) {
	for _, user := range users {
		for _, form := range []string{`"` + user + `"`, "\n" + user + ",", "," + user + ",", "," + user + "\n"} {
			if strings.Contains(body, form) {
				found = append(found, user)
				break
			}
		}
	}
	return found
}

func (k *kit) checkPseudonyms(t *testing.T, users []string) {
	named := 0
	for _, path := range k.asked() {
		got := k.ask(t, request{method: "GET", path: path, token: k.tokens["analyst"]})
		if got.status != http.StatusOK {
			t.Fatalf("%s: %d %s", path, got.status, got.body)
		}
		if found := names(string(got.body), users); len(found) > 0 {
			t.Errorf("%s names %v to an analyst", path, found)
		}
		open := k.ask(t, request{method: "GET", path: path, token: k.tokens["director_general"]})
		named += len(names(string(open.body), users))
	}
	if named < 20 {
		t.Fatalf("the Director General sees %d names: the test would not find any", named)
	}
	// The same pseudonym everywhere: a group's figure is that of the filter by its pseudonym, and the
	// officer of the timeline is one of the groups.
	groups := get[indicator.Result](t, k, "analyst", "/figures/CLR01/breakdown?by=officer&limit=1000")
	known := map[string]bool{}
	for i, row := range groups.Rows {
		pseudonym := row.Keys[0]
		known[pseudonym] = true
		if i > 0 && groups.Rows[i-1].Keys[0] > pseudonym {
			t.Error("groups are not sorted as they appear: their order tells of names")
		}
		if pseudonym == "" {
			continue
		}
		one := get[indicator.Result](t, k, "analyst", "/figures/CLR01/breakdown?where=officer="+pseudonym)
		if one.Total.N != row.N || one.Where[0].Values[0] != pseudonym {
			t.Errorf("%s has %d cases as a group and %d as a filter %v", pseudonym, row.N, one.Total.N, one.Where)
		}
	}
	var document struct {
		Declaration struct {
			Inspections []struct{ User string }
		}
	}
	got := k.ask(t, request{method: "GET", path: k.asked()[8], token: k.tokens["analyst"]})
	if err := json.Unmarshal(got.body, &document); err != nil || len(document.Declaration.Inspections) == 0 || !known[document.Declaration.Inspections[0].User] {
		t.Errorf("the timeline has the officers %+v, which no group has: %v", document.Declaration.Inspections, err)
	}
	// A real user name is answered as one that nobody has.
	real, nobodys := k.answerTo(t, "analyst", users[0]), k.answerTo(t, "analyst", "nobody-at-all")
	if strings.ReplaceAll(real, users[0], "…") != strings.ReplaceAll(nobodys, "nobody-at-all", "…") {
		t.Errorf("a real user name is answered otherwise than one that there is not:\n%s\n%s", real, nobodys)
	}
}

func (k *kit) answerTo(t *testing.T, as, officer string) string {
	t.Helper()
	return string(k.ask(t, request{method: "GET", path: "/figures/CLR01/breakdown?by=lane&where=officer=" + officer, token: k.tokens[as]}).body)
}

func (k *kit) checkPurpose(t *testing.T, users []string) {
	body := `{"reason":"Review of the workload of the red lane","ends":"2026-02-01T00:00:00Z"}`
	made := k.ask(t, request{"POST", "/purposes", k.tokens["analyst2"], "application/json", body})
	var purpose api.Purpose
	if err := json.Unmarshal(made.body, &purpose); err != nil || made.status != http.StatusCreated {
		t.Fatalf("%d %s, %v", made.status, made.body, err)
	}
	path := k.asked()[0]
	if got := k.ask(t, request{method: "GET", path: path, token: k.tokens["analyst2"]}); len(names(string(got.body), users)) != len(users) {
		t.Errorf("with a purpose: %s", got.body)
	}
	if got := k.ask(t, request{method: "GET", path: path, token: k.tokens["analyst"]}); len(names(string(got.body), users)) != 0 {
		t.Error("one analyst's purpose shows names to another")
	}
	seen := func() int {
		rows, _, err := audit.List(t.Context(), k.db, k.first.ID, audit.Filter{Actor: "analyst2", Action: "officer.see"}, audit.Page{})
		if err != nil {
			t.Fatal(err)
		}
		return len(rows)
	}
	for i, path := range []string{path, k.asked()[8], k.asked()[3]} {
		before := seen()
		k.ask(t, request{method: "GET", path: path, token: k.tokens["analyst2"]})
		if got := seen() - before; got < 1 {
			t.Errorf("%d: %s names officers and is not in the record", i, path)
		}
	}
	if got := k.ask(t, request{method: "DELETE", path: "/purposes/" + purpose.Id.String(), token: k.tokens["analyst"]}); got.status != http.StatusNotFound {
		t.Errorf("another's purpose: %d", got.status)
	}
	if got := k.ask(t, request{method: "DELETE", path: "/purposes/" + purpose.Id.String(), token: k.tokens["analyst2"]}); got.status != http.StatusNoContent {
		t.Errorf("withdraw: %d %s", got.status, got.body)
	}
	if got := k.ask(t, request{method: "GET", path: path, token: k.tokens["analyst2"]}); len(names(string(got.body), users)) != 0 {
		t.Error("names are shown after the purpose was withdrawn")
	}
}

func (k *kit) checkWithheld(t *testing.T, users []string) {
	for _, path := range []string{"?by=officer", "?by=examiner", "?by=chief", "?where=officer=" + users[0], "?where=officer=nobody"} {
		got := k.ask(t, request{method: "GET", path: "/figures/CLR01/breakdown" + path, token: k.tokens["data_officer"]})
		if got.status != http.StatusForbidden || !strings.Contains(string(got.body), "by officer") {
			t.Errorf("%s for a data officer: %d %s", path, got.status, got.body)
		}
	}
	for _, path := range []string{"/figures/CLR01/breakdown?by=office", "/figures/CLR01/rows?limit=1000", k.asked()[8]} {
		got := k.ask(t, request{method: "GET", path: path, token: k.tokens["data_officer"]})
		if found := names(string(got.body), users); got.status != http.StatusOK || len(found) > 0 {
			t.Errorf("%s for a data officer: %d, names %v", path, got.status, found)
		}
	}
}

func (k *kit) checkSmallest(t *testing.T) {
	withheld, shown := 0, 0
	for _, row := range get[indicator.Result](t, k, "human_resources", "/figures/CLR01/breakdown?by=importer&limit=1000").Rows {
		switch {
		case row.Withheld && (row.N != 0 || row.Value != nil || row.Numerator != nil || row.Spread != nil):
			t.Errorf("a withheld figure tells %+v", row)
		case row.Withheld:
			withheld++
		case row.N > 0 && row.N < confidentiality.SmallestGroup:
			t.Errorf("%v: a figure of %d things is shown", row.Keys, row.N)
		default:
			shown++
		}
	}
	k.checkPaged(t)
	if withheld == 0 || shown == 0 {
		t.Errorf("%d groups are withheld and %d shown: the test shows nothing", withheld, shown)
	}
	for _, path := range []string{"/figures/CLR01/rows", k.asked()[8], "/findings"} {
		if got := k.ask(t, request{method: "GET", path: path, token: k.tokens["human_resources"]}); got.status != http.StatusForbidden {
			t.Errorf("%s for human resources: %d", path, got.status)
		}
	}
}

// checkPaged asks for one group at a time: what is withheld must be the same as on one page, and must not be told by the total and all others.
func (k *kit) checkPaged(t *testing.T) {
	t.Helper()
	all := get[indicator.Result](t, k, "human_resources", "/figures/CLR01/breakdown?by=importer&limit=1000")
	sum, withheld := int64(0), 0
	for at := range all.Rows {
		page := get[indicator.Result](t, k, "human_resources", "/figures/CLR01/breakdown?by=importer&limit=1&offset="+strconv.Itoa(at))
		if page.Groups != all.Groups || len(page.Rows) != 1 {
			t.Fatalf("page %d: %d of %d groups", at, len(page.Rows), page.Groups)
		}
		if row := page.Rows[0]; row.Withheld {
			withheld++
		} else {
			sum += row.N
		}
		if other := page.Other; other != nil && !other.Withheld && other.N > 0 && other.N < confidentiality.SmallestGroup {
			t.Errorf("page %d tells of %d others", at, other.N)
		}
	}
	together := 0
	for _, row := range all.Rows {
		if row.Withheld {
			together++
		}
	}
	if hidden := all.Total.N - sum; withheld != together || withheld == 1 || hidden > 0 && hidden < confidentiality.SmallestGroup {
		t.Errorf("%d groups are withheld page by page and %d at once; the rest tells of %d things", withheld, together, hidden)
	}
}

func (k *kit) checkTeam(t *testing.T) {
	section := k.section(t)
	team := get[indicator.Result](t, k, "team_head2", "/figures/CLR01/breakdown?by=section")
	whole := get[indicator.Result](t, k, "director_general", "/figures/CLR01/breakdown?where=office="+k.office+",section="+section)
	if len(team.Rows) != 1 || team.Rows[0].Keys[0] != section || team.Total.N != whole.Total.N || team.Total.N == 0 {
		t.Errorf("a head of team sees %+v, the section has %d", team.Rows, whole.Total.N)
	}
	for _, where := range []string{"section=other", "office=" + k.otherOffice, "office=nowhere"} {
		got := k.ask(t, request{method: "GET", path: "/figures/CLR01/breakdown?where=" + where, token: k.tokens["team_head2"]})
		if got.status != http.StatusForbidden {
			t.Errorf("%s for a head of team: %d %s", where, got.status, got.body)
		}
	}
	if got := k.ask(t, request{method: "GET", path: "/figures/CLR01/breakdown", token: k.tokens["team_head"]}); got.status != http.StatusForbidden {
		t.Errorf("a head of no team: %d", got.status)
	}
}

func (k *kit) checkColleagues(t *testing.T, users []string) {
	var others []string
	for _, user := range users {
		if user != k.officer {
			others = append(others, user)
		}
	}
	for _, path := range []string{"/figures/CLR01/breakdown?by=lane", "/figures/CLR01/breakdown?by=officer", "/figures/CLR01/rows?limit=1000", k.asked()[8], "/figures/CLR01/peers"} {
		got := k.ask(t, request{method: "GET", path: path, token: k.tokens["officer"]})
		if found := names(string(got.body), others); got.status != http.StatusOK || len(found) > 0 {
			t.Errorf("%s for an officer: %d, names %v", path, got.status, found)
		}
	}
	for _, path := range []string{"?by=examiner", "?by=chief", "?where=chief=somebody"} {
		if got := k.ask(t, request{method: "GET", path: "/figures/CLR01/breakdown" + path, token: k.tokens["officer"]}); got.status != http.StatusForbidden {
			t.Errorf("%s for an officer: %d %s", path, got.status, got.body)
		}
	}
}

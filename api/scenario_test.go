package api_test

import (
	"bytes"
	"encoding/json"
	"mime/multipart"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"

	"assay/api"
	"assay/domain/declaration"
)

// operation is everything that is tried on one operation: as a guest, with a made-up
// token, as the wrong roles, within the wrong scope, with another administration's
// identifiers, with invalid input, and at last as it should be.
type operation struct {
	id, method, path  string
	contentType, body string
	as                string // who may, with the path as it stands
	status            int    // of success
	refused           []string
	attempts          []attempt
	check             func(t *testing.T, body []byte)
}

// attempt is a request that must not succeed, or that succeeds in another way.
type attempt struct {
	name              string
	as                string
	path              string // the operation's when empty
	contentType, body string
	status            int
	contains          string // in the answer
}

// TestAPI runs all scenarios on one loaded database.
func TestAPI(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	k.contracts(t)
	all := slices.Concat(k.contractReadings(), k.contractWritings(t), accountOperations(), figureOperations(k), declarationOperations(k), importOperations(k), purposeOperations(),
		k.peopleOperations(t), invitationOperations(), roleOperations(), engagementOperations(), auditOperations(), ownOperations(), conversationOperations(), k.ownIndicatorOperations(t),
		k.settingsOperations(t))
	t.Run("every operation has an action, an example and scenarios", func(t *testing.T) { t.Parallel(); k.checkDocument(t, all) })
	t.Run("tokens", func(t *testing.T) { t.Parallel(); k.checkTokens(t) })
	t.Run("figures are the room's", func(t *testing.T) { t.Parallel(); k.checkFigures(t) })
	t.Run("scopes", func(t *testing.T) { t.Parallel(); k.checkScopes(t) })
	t.Run("deliveries", func(t *testing.T) { t.Parallel(); k.checkDelivery(t) })
	t.Run("people", func(t *testing.T) { t.Parallel(); k.checkPeople(t) })
	t.Run("languages", func(t *testing.T) { t.Parallel(); k.checkLanguages(t) })
	t.Run("maps", func(t *testing.T) { t.Parallel(); k.checkMap(t) })
	t.Run("beyond the document", func(t *testing.T) { t.Parallel(); k.checkElsewhere(t) })
	for _, o := range all {
		t.Run(o.id, func(t *testing.T) { t.Parallel(); k.run(t, &o) })
	}
}

func (k *kit) run(t *testing.T, o *operation) {
	if o.id != "issueToken" {
		k.try(t, o, attempt{name: "guest", status: http.StatusUnauthorized})
		k.try(t, o, attempt{name: "made-up token", as: "nobody", status: http.StatusUnauthorized})
	}
	for _, role := range o.refused {
		k.try(t, o, attempt{name: "as " + role, as: role, status: http.StatusForbidden})
	}
	for _, a := range o.attempts {
		k.try(t, o, a)
	}
	got := k.ask(t, request{o.method, o.path, k.tokens[o.as], o.contentType, o.body})
	if got.status != o.status {
		t.Fatalf("success: status %d, want %d: %s", got.status, o.status, got.body)
	}
	if o.check != nil {
		o.check(t, got.body)
	}
}

func (k *kit) try(t *testing.T, o *operation, a attempt) {
	t.Helper()
	in := request{method: o.method, path: o.path, contentType: o.contentType, body: o.body}
	if a.path != "" {
		in.path = a.path
	}
	if a.contentType != "" {
		in.contentType = a.contentType
	}
	if a.body != "" {
		in.body = a.body
	}
	if a.as != "" {
		if in.token = k.tokens[a.as]; in.token == "" {
			in.token = "assay_made_up"
		}
	}
	got := k.ask(t, in)
	if got.status != a.status || !strings.Contains(string(got.body), a.contains) {
		t.Errorf("%s: %s %s: status %d, want %d with %q: %s", a.name, in.method, in.path, got.status, a.status, a.contains, got.body)
		return
	}
	if a.status < 400 {
		return
	}
	var failure api.Failure
	if err := json.Unmarshal(got.body, &failure); err != nil || string(failure.Kind) != string(kindOf(a.status)) || failure.Request == nil {
		t.Errorf("%s: the failure %s does not say kind %s and the request's number: %v", a.name, got.body, kindOf(a.status), err)
	}
	if (a.status == http.StatusUnauthorized) != (got.header.Get("WWW-Authenticate") != "") {
		t.Errorf("%s: WWW-Authenticate is %q", a.name, got.header.Get("WWW-Authenticate"))
	}
}

// checkDocument holds the document and the actions to each other, and to the scenarios.
func (k *kit) checkDocument(t *testing.T, all []operation) {
	if err := k.document.Validate(t.Context()); err != nil {
		t.Fatalf("the document is not valid: %v", err)
	}
	tried := map[string]bool{}
	for _, o := range all {
		tried[strings.ToLower(o.id)] = true
	}
	used := map[string]bool{}
	named := 0
	for path, item := range k.document.Paths.Map() {
		for method, o := range item.Operations() {
			named++
			action, _ := o.Extensions["x-action"].(string)
			if used[action] = true; action == "" {
				t.Errorf("%s %s has no x-action", method, path)
			}
			if !tried[strings.ToLower(o.OperationID)] {
				t.Errorf("%s %s (%s) has no scenarios", method, path, o.OperationID)
			}
			if o.Summary == "" || o.Responses.Default() == nil {
				t.Errorf("%s %s has no summary or no answer for failures", method, path)
			}
			k.checkExamples(t, o)
		}
	}
	if named != len(all) {
		t.Errorf("the document has %d operations, and %d are tried", named, len(all))
	}
}

// checkExamples fails for parameters of which a reader would not know what to send.
func (k *kit) checkExamples(t *testing.T, o *openapi3.Operation) {
	for _, p := range o.Parameters {
		s := p.Value.Schema.Value
		bounded := s.MaxLength != nil || s.Pattern != "" || len(s.Enum) > 0 || s.Format != "" || s.Max != nil
		if !bounded && s.Min == nil && !s.Type.Is("boolean") {
			t.Errorf("%s: the parameter %s has no bound", o.OperationID, p.Value.Name)
		}
	}
}

func accountOperations() []operation {
	const jsonType = "application/json"
	return []operation{
		{id: "issueToken", method: "POST", path: "/tokens", contentType: jsonType, body: `{"name":"Analyst","password":"` + password + `"}`, status: 201,
			attempts: []attempt{
				{name: "wrong password", body: `{"name":"analyst","password":"another"}`, status: 401, contains: "name or password is wrong"},
				{name: "unknown name", body: `{"name":"nobody","password":"another"}`, status: 401, contains: "name or password is wrong"},
				{name: "another administration", body: `{"name":"analyst","password":"` + password + `","tenant":"oasis"}`, status: 403},
				{name: "an administration that there is not", body: `{"name":"analyst","password":"` + password + `","tenant":"atlantis"}`, status: 403},
				{name: "no password", body: `{"name":"analyst"}`, status: 400, contains: "password"},
				{name: "more than the document says", body: `{"name":"analyst","password":"x","role":"administrator"}`, status: 400, contains: "role"},
				{name: "no JSON", body: `{`, status: 400},
				{name: "a form", contentType: "application/x-www-form-urlencoded", body: "name=analyst", status: 400},
				{name: "too long", body: `{"name":"` + strings.Repeat("a", 2<<20) + `"}`, status: 413},
			}},
		{id: "whoAmI", method: "GET", path: "/me", as: "head_of_office", status: 200, check: func(t *testing.T, body []byte) {
			t.Helper()
			var person api.Person
			if err := json.Unmarshal(body, &person); err != nil {
				t.Fatal(err)
			}
			if person.Tenant != "karouma" || person.Role != "head_of_office" || person.Permissions["figure.read"] != "office" ||
				person.Permissions["import.write"] != "" || person.Office == nil {
				t.Errorf("a head of office is %s", body)
			}
		}},
		{id: "withdrawToken", method: "DELETE", path: "/tokens/current", as: "deputy", status: 204},
	}
}

func figureOperations(k *kit) []operation {
	noFigures := []string{"administrator"}
	invalid := func(path string) []attempt {
		return []attempt{
			{name: "no such dimension", as: "analyst", path: path + "?where=colour=red", status: 400, contains: "it has office"},
			{name: "no filter", as: "analyst", path: path + "?where=red", status: 400, contains: "is no filter"},
			{name: "no date", as: "analyst", path: path + "?from=yesterday", status: 400, contains: "from"},
			{name: "the end before the begin", as: "analyst", path: path + "?from=2025-05-01&to=2025-04-01", status: 400, contains: "before"},
			{name: "not computed yet", as: "newcomer", path: path, status: 503, contains: "no figures"},
		}
	}
	scoped := func(path string) []attempt {
		return []attempt{
			{name: "another office", as: "head_of_office", path: path + "?where=office=" + url.QueryEscape(k.otherOffice), status: 403, contains: "your own office"},
			{name: "both offices", as: "head_of_office", path: path + "?where=office=" + url.QueryEscape(k.office+"|"+k.otherOffice), status: 403, contains: "your own office"},
			{name: "head of no office", as: "head_of_nothing", path: path, status: 403, contains: "names no office"},
		}
	}
	own := func(path string) []attempt {
		return []attempt{
			{name: "another officer", as: "officer", path: path + "?where=officer=somebody", status: 403, contains: "your own officer"},
			{name: "officer without a user", as: "officer_without_user", path: path, status: 403, contains: "names no officer"},
		}
	}
	unknown := func(path string) attempt {
		return attempt{name: "no such indicator", as: "analyst", path: strings.Replace(path, "CLR01", "CLR99", 1), status: 404, contains: "CLR99"}
	}
	by := attempt{name: "no such dimension", as: "analyst", path: "/figures/CLR01/breakdown?by=colour", status: 400, contains: "colour"}
	const breakdown, file, series = "/figures/CLR01/breakdown", "/figures/CLR01/breakdown.csv", "/figures/CLR01/series"
	const rows = "/figures/CLR01/rows"
	return []operation{
		{id: "listIndicators", method: "GET", path: "/indicators", as: "officer", status: 200, check: longerThan(30)},
		{id: "getIndicator", method: "GET", path: "/indicators/CLR01", as: "data_officer", status: 200, attempts: []attempt{unknown("/indicators/CLR01"),
			{name: "no code", as: "analyst", path: "/indicators/first", status: 400, contains: "code"}}},
		{id: "getReferenceSQL", method: "GET", path: "/indicators/CLR01/sql?by=office&where=lane=red", as: "administrator", status: 200,
			attempts: append(invalid("/indicators/CLR01/sql"), unknown("/indicators/CLR01/sql")), check: contains("SELECT", k.first.ID.String())},
		{id: "getBoard", method: "GET", path: "/board?from=2025-06-01&to=2025-07-01", as: "director_general", status: 200, refused: noFigures, attempts: []attempt{
			{name: "a head of office", as: "head_of_office", status: 200, contains: `"code":"CLR01"`},
			{name: "an officer", as: "officer", status: 200, contains: `"code":"CLR01"`},
			{name: "head of no office", as: "head_of_nothing", status: 403, contains: "names no office"},
			{name: "no date", as: "analyst", path: "/board?to=31", status: 400, contains: "to"},
			{name: "not computed yet", as: "newcomer", path: "/board", status: 503, contains: "no figures"}}},
		{id: "computeFigures", method: "GET", path: "/figures?codes=CLR01,CTL02&by=office", as: "auditor", status: 200, refused: noFigures,
			attempts: slices.Concat(scoped("/figures"), own("/figures"), []attempt{
				{name: "no such indicator", as: "analyst", path: "/figures?codes=CLR99", status: 404, contains: "CLR99"},
				{name: "no such dimension", as: "analyst", path: "/figures?codes=CLR01&by=colour", status: 400, contains: "colour"},
				{name: "not computed yet", as: "newcomer", path: "/figures", status: 503},
				{name: "too many groups", as: "analyst", path: "/figures?limit=100000", status: 400, contains: "limit"},
				{name: "all within an officer's scope", as: "officer", path: "/figures", status: 200, contains: `"dimension":"officer"`},
			})},
		{id: "breakDownFigure", method: "GET", path: breakdown + "?by=office,lane&sort=-value&limit=5&offset=1", as: "deputy2", status: 200, refused: noFigures,
			attempts: slices.Concat(scoped(breakdown), own(breakdown), invalid(breakdown), []attempt{unknown(breakdown), by,
				{name: "no such order", as: "analyst", path: breakdown + "?sort=colour", status: 400, contains: "sort"}})},
		{id: "exportBreakdown", method: "GET", path: file + "?by=office", as: "head_of_office", status: 200, refused: append(noFigures, "officer"),
			attempts: slices.Concat(scoped(file), invalid(file), []attempt{unknown(file)}), check: contains("office,value,numerator", k.office+",")},
		{id: "seriesOfFigure", method: "GET", path: series + "?step=quarter", as: "officer", status: 200, refused: noFigures,
			attempts: slices.Concat(scoped(series), own(series), invalid(series), []attempt{unknown(series),
				{name: "no such step", as: "analyst", path: series + "?step=decade", status: 400, contains: "step"}})},
		{id: "peersOfFigure", method: "GET", path: "/figures/CLR01/peers", as: "officer", status: 200, refused: noFigures, attempts: []attempt{
			{name: "no such indicator", as: "officer", path: "/figures/CLR99/peers", status: 404, contains: "CLR99"},
			{name: "half a month", as: "officer", path: "/figures/CLR01/peers?from=2025-01-15&to=2025-03-01", status: 400, contains: "whole months"},
			{name: "who sees everybody", as: "director_general", status: 403, contains: "own figures only"},
			{name: "officer without a user", as: "officer_without_user", status: 403, contains: "names no officer"}}, check: contains(`"enough"`)},
		{id: "rowsOfFigure", method: "GET", path: rows + "?limit=3&part=denominator", as: "officer", status: 200, refused: []string{"administrator"},
			attempts: slices.Concat(scoped(rows), own(rows), invalid(rows), []attempt{unknown(rows),
				{name: "no such part", as: "analyst", path: rows + "?part=rest", status: 400, contains: "part"},
				{name: "none", as: "analyst", path: rows + "?from=1990-01-01&to=1990-02-01", status: 200, contains: `"lines":[]`},
				{name: "behind the last", as: "analyst", path: rows + "?offset=999000", status: 200, contains: `"lines":[]`}}),
			check: contains(`"counted"`, k.officer)},
	}
}

func purposeOperations() []operation {
	others := []string{"officer", "data_officer", "administrator", "director_general", "human_resources"}
	const jsonType, reason = "application/json", `"reason":"Review of the workload of the red lane"`
	body := `{` + reason + `,"ends":"2026-02-01T00:00:00Z"}`
	return []operation{
		{id: "recordPurpose", method: "POST", path: "/purposes", contentType: jsonType, body: body, as: "analyst2", status: 201, refused: others, check: contains(`"holds":true`),
			attempts: []attempt{
				{name: "no reason", as: "analyst2", body: `{"reason":"","ends":"2026-02-01T00:00:00Z"}`, status: 400, contains: "reason"},
				{name: "a reason of blanks", as: "analyst2", body: `{"reason":"                          ","ends":"2026-02-01T00:00:00Z"}`, status: 400, contains: "reason"},
				{name: "over already", as: "analyst2", body: `{` + reason + `,"ends":"2025-02-01T00:00:00Z"}`, status: 400, contains: "92 days"},
				{name: "for ever", as: "analyst2", body: `{` + reason + `,"ends":"2036-02-01T00:00:00Z"}`, status: 400, contains: "92 days"}}},
		{id: "listPurposes", method: "GET", path: "/purposes", as: "analyst2", status: 200, refused: others},
		{id: "withdrawPurpose", method: "DELETE", path: "/purposes/00000000-0000-7000-8000-000000000000", as: "analyst2", status: 404, refused: others, attempts: []attempt{
			{name: "no identifier", as: "analyst2", path: "/purposes/7", status: 400, contains: "id"}}},
	}
}

func declarationOperations(k *kit) []operation {
	path := func(r declaration.Reference) string {
		return "/declarations/" + url.PathEscape(r.Office) + "/" + strings.Join(strings.Split(r.String(), "/")[1:], "/")
	}
	refused := []string{"administrator"}
	unseen := func(end string) []attempt {
		return []attempt{
			{name: "of another administration", as: "analyst", path: path(k.secondOnly) + end, status: 404},
			{name: "by a stranger", as: "newcomer", path: path(k.own) + end, status: 404},
			{name: "of another office", as: "head_of_office", path: path(k.elsewhere) + end, status: 403, contains: "your own office"},
			{name: "head of no office", as: "head_of_nothing", path: path(k.own) + end, status: 403},
			{name: "not the officer's own", as: "officer", path: path(k.foreign) + end, status: 404, contains: "there is no declaration"},
			{name: "officer without a user", as: "officer_without_user", path: path(k.own) + end, status: 403},
			{name: "no such declaration", as: "analyst", path: "/declarations/XXXX/2025/C999999" + end, status: 404},
			{name: "no year", as: "analyst", path: "/declarations/XXXX/soon/C1" + end, status: 400, contains: "year"},
			{name: "of the own office", as: "head_of_office", path: path(k.foreign) + end, status: 200},
			{name: "of any office", as: "data_officer", path: path(k.elsewhere) + end, status: 200},
		}
	}
	return []operation{
		{id: "getDeclaration", method: "GET", path: path(k.own), as: "officer", status: 200, refused: refused,
			attempts: append(unseen(""), attempt{name: "no such version", as: "analyst", path: path(k.own) + "?version=999", status: 404, contains: "version 999"},
				attempt{name: "the first version", as: "analyst", path: path(k.own) + "?version=1", status: 200, contains: `"findings"`}),
			check: contains(`"reference"`, k.officer)},
		{id: "listDeclarationVersions", method: "GET", path: path(k.own) + "/versions", as: "officer", status: 200, refused: refused,
			attempts: unseen("/versions"), check: contains(`"current":true`, "extract of karouma")},
		{id: "listFindings", method: "GET", path: "/findings?limit=7", as: "head_of_office", status: 200, refused: []string{"officer", "data_officer", "administrator"},
			attempts: []attempt{
				{name: "another office", as: "head_of_office", path: "/findings?office=" + url.QueryEscape(k.otherOffice), status: 403, contains: "your own office"},
				{name: "head of no office", as: "head_of_nothing", status: 403},
				{name: "no such rule", as: "analyst", path: "/findings?rule=P15", status: 400, contains: "rule"},
				{name: "no month", as: "analyst", path: "/findings?from=2025-13", status: 400, contains: "from"},
				{name: "nothing there", as: "newcomer", status: 200, contains: `"findings":[]`},
				{name: "one rule", as: "analyst", path: "/findings?rule=P2&state=open&limit=3&from=2000-01&to=2100-01", status: 200, contains: `"rule":"P2"`},
			},
			check: func(t *testing.T, body []byte) {
				t.Helper()
				var page api.FindingPage
				if err := json.Unmarshal(body, &page); err != nil || len(page.Findings) == 0 {
					t.Fatalf("findings %s, %v", body, err)
				}
				for _, f := range page.Findings {
					if f.Office != k.office {
						t.Errorf("a head of %s sees a finding of %s", k.office, f.Office)
					}
				}
			}},
	}
}

func importOperations(k *kit) []operation {
	batch := k.onlyBatch
	readers := []string{"officer", "head_of_office"}
	writers := []string{"officer", "head_of_office", "analyst", "auditor", "deputy2", "director_general"}
	strange := func(end string) []attempt {
		return []attempt{
			{name: "by a stranger", as: "stranger_data", path: "/imports/" + batch + end, status: 404, contains: "no such import"},
			{name: "no such import", as: "data_officer", path: "/imports/00000000-0000-7000-8000-000000000000" + end, status: 404},
			{name: "no identifier", as: "data_officer", path: "/imports/7" + end, status: 400, contains: "id"},
		}
	}
	form, contentType := formOf("ndjson", map[string]string{"dry_run": "true"}, "d.ndjson", "{}\n")
	without, withoutType := formOf("ndjson", nil, "", "")
	unknownFormat, unknownFormatType := formOf("xyz", nil, "d.xyz", "x")
	unknownField, unknownFieldType := formOf("ndjson", map[string]string{"colour": "red"}, "d.ndjson", "{}\n")
	unknownMap, unknownMapType := formOf("table", map[string]string{"map": "no such map"}, "d.csv", "a,b\n")
	empty, emptyType := formOf("ndjson", nil, "d.ndjson", "")
	return []operation{
		{id: "listImports", method: "GET", path: "/imports?limit=10", as: "analyst", status: 200, refused: readers, check: contains("extract of karouma"), attempts: []attempt{
			{name: "of another administration", as: "stranger", status: 200, contains: "extract of oasis"},
			{name: "none", as: "newcomer", status: 200, contains: "[]"},
			{name: "no instant", as: "analyst", path: "/imports?before=yesterday", status: 400, contains: "before"},
			{name: "before all", as: "analyst", path: "/imports?before=2001-01-01T00:00:00Z", status: 200, contains: "[]"}}},
		{id: "getImport", method: "GET", path: "/imports/" + batch, as: "administrator", status: 200, refused: readers, attempts: strange(""), check: contains(`"state":"loaded"`)},
		{id: "listRejects", method: "GET", path: "/imports/" + batch + "/rejects?after=0&limit=2", as: "data_officer", status: 200, refused: readers, attempts: strange("/rejects")},
		{id: "createImport", method: "POST", path: "/imports", contentType: contentType, body: form, as: "data_officer", status: 202, refused: writers,
			check: contains(`"state":"waiting"`, `"by":"data_officer"`), attempts: []attempt{
				{name: "no form", as: "data_officer", contentType: "application/json", body: "{}", status: 400},
				{name: "a broken form", as: "data_officer", body: "--", status: 400},
				{name: "no files", as: "data_officer", contentType: withoutType, body: without, status: 400, contains: "at least one file"},
				{name: "empty files", as: "data_officer", contentType: emptyType, body: empty, status: 400, contains: "empty"},
				{name: "no such format", as: "data_officer", contentType: unknownFormatType, body: unknownFormat, status: 400, contains: "xyz"},
				{name: "no such field", as: "data_officer", contentType: unknownFieldType, body: unknownField, status: 400, contains: "colour"},
				{name: "no such map", as: "data_officer", contentType: unknownMapType, body: unknownMap, status: 404, contains: "no such map"},
			}},
		{id: "loadImportAgain", method: "POST", path: "/imports/" + k.failedBatch + "/again", as: "administrator", status: 202, refused: writers, check: contains(`"state":"waiting"`),
			attempts: append(strange("/again"), attempt{name: "a loaded one", as: "data_officer", path: "/imports/" + batch + "/again", status: 409, contains: "failed"})},
		{id: "discardImportFiles", method: "DELETE", path: "/imports/" + k.waitingBatch + "/files", as: "data_officer", status: 204, refused: writers,
			attempts: append(strange("/files"), attempt{name: "a loaded one", as: "data_officer", path: "/imports/" + batch + "/files", status: 409, contains: "waits or failed"})},
		{id: "listUnmapped", method: "GET", path: "/unmapped", as: "data_officer", status: 200, refused: readers, attempts: []attempt{
			{name: "nothing there", as: "newcomer", status: 200, contains: "[]"}}},
		{id: "listMaps", method: "GET", path: "/maps", as: "analyst", status: 200, refused: readers, attempts: []attempt{
			{name: "none of another administration", as: "stranger_data", status: 200, contains: "[]"}}},
		{id: "putMap", method: "PUT", path: "/maps/lane/lanes", contentType: "application/json", body: `{"name":"lanes","lanes":{"Rouge":"red"}}`, as: "data_officer",
			status: 204, refused: writers, attempts: []attempt{
				{name: "no such kind", as: "data_officer", path: "/maps/colour/lanes", status: 400, contains: "kind"},
				{name: "a name that is never read", as: "data_officer", path: "/maps/lane/mine", status: 400, contains: "lanes"},
				{name: "no such lane", as: "data_officer", body: `{"name":"lanes","lanes":{"Rouge":"purple"}}`, status: 400, contains: "purple"},
				{name: "no such key", as: "data_officer", body: `{"colours":{}}`, status: 400, contains: "colours"},
				{name: "a list", as: "data_officer", body: `[]`, status: 400}}},
		{id: "getDictionary", method: "GET", path: "/dictionary", as: "officer", status: 200, check: contains(`"name":"declaration"`, `"name":"segment"`)},
	}
}

// formOf writes a form as a browser does; without a file name it has no file.
func formOf(format string, fields map[string]string, name, content string) (body, contentType string) {
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	_ = w.WriteField("format", format) // a buffer takes everything
	for field, value := range fields {
		_ = w.WriteField(field, value)
	}
	if name != "" {
		file, _ := w.CreateFormFile("files", name)
		_, _ = file.Write([]byte(content))
	}
	_ = w.Close()
	return b.String(), w.FormDataContentType()
}

func contains(parts ...string) func(*testing.T, []byte) {
	return func(t *testing.T, body []byte) {
		t.Helper()
		for _, part := range parts {
			if !strings.Contains(string(body), part) {
				t.Errorf("%q is not in the answer %.600s", part, body)
			}
		}
	}
}

func longerThan(n int) func(*testing.T, []byte) {
	return func(t *testing.T, body []byte) {
		t.Helper()
		var all []json.RawMessage
		if err := json.Unmarshal(body, &all); err != nil || len(all) < n {
			t.Errorf("%d entries, want at least %d: %v", len(all), n, err)
		}
	}
}

package api_test

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"

	"assay/api"
	"assay/domain/access"
	"assay/domain/account"
)

// notWriters are roles that may not do anything with people.
var notWriters = []string{"officer", "team_head", "head_of_office", "analyst", "data_officer", "human_resources", "auditor", "deputy2", "director_general"}

const (
	jsonBody = "application/json"
	nothing  = "/00000000-0000-7000-8000-000000000000"
)

// accountOf is the number of somebody's account.
func (k *kit) accountOf(t *testing.T, name string) string {
	t.Helper()
	a, err := k.services.Accounts.ByName(t.Context(), name)
	if err != nil {
		t.Fatal(err)
	}
	return a.ID.String()
}

// staff adds people for the tests of people: some of whom things are done to, an own role that may write people, and somebody who has it.
func (k *kit) staff(t *testing.T) {
	t.Helper()
	for code, permissions := range map[access.Role]map[access.Action]access.Scope{
		"own-clerk": {access.PersonRead: access.ScopeAdministration, access.PersonWrite: access.ScopeAdministration}, "own-kept": {access.FigureRead: access.ScopeOffice}, "own-old": {access.FigureRead: access.ScopeOffice}} {
		role := &access.OwnRole{Code: code, Names: map[string]string{"en": "Clerk"}, Permissions: permissions}
		if err := k.services.Access.AddRole(t.Context(), k.first.ID, role, []string{"en"}, access.Author{Name: "test"}); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{"posted", "suspended", "readmitted", "leaver", "signed_out", "bare", "tokened"} {
		k.person(t, name, account.Membership{Tenant: k.first.ID, Role: string(access.Analyst)})
	}
	k.person(t, "clerk", account.Membership{Tenant: k.first.ID, Role: "own-clerk"})
	k.person(t, "colleague", account.Membership{Tenant: k.first.ID, Role: "own-clerk"})
	k.narrow(t, "narrow", "posted", access.PersonWrite, access.PersonRead)
	k.narrow(t, "narrow_administrator", "administrator", access.PersonWrite)
}

// narrow gives a token under a name to somebody, narrowed to actions.
func (k *kit) narrow(t *testing.T, name, whose string, actions ...access.Action) {
	t.Helper()
	a, err := k.services.Accounts.ByName(t.Context(), whose)
	if err != nil {
		t.Fatal(err)
	}
	in := account.NewToken{Name: "narrow"}
	for _, action := range actions {
		in.Scopes = append(in.Scopes, string(action))
	}
	if k.tokens[name], _, err = k.services.Accounts.IssueToken(t.Context(), account.By{Account: a.ID, SignInName: whose, Tenant: k.first.ID}, in); err != nil {
		t.Fatal(err)
	}
}

// onPerson is what every operation on one person must refuse, whatever it does.
func (k *kit) onPerson(t *testing.T, end string) []attempt {
	t.Helper()
	return []attempt{
		{name: "by another administration", as: "stranger", path: "/people/" + k.accountOf(t, "posted") + end, status: 403},
		{name: "somebody of another administration", as: "administrator", path: "/people/" + k.accountOf(t, "stranger") + end, status: 404},
		{name: "nobody", as: "administrator", path: "/people" + nothing + end, status: 404},
		{name: "no number", as: "administrator", path: "/people/7" + end, status: 400},
		{name: "oneself", as: "administrator", path: "/people/" + k.accountOf(t, "administrator") + end, status: 403, contains: "yourself"},
		{name: "who has more", as: "clerk", path: "/people/" + k.accountOf(t, "administrator") + end, status: 403, contains: "reaches further"},
		{name: "an administrator's token without role.write", as: "narrow_administrator", path: "/people/" + k.accountOf(t, "deputy2") + end, status: 403, contains: "reaches further"},
	}
}

func (k *kit) peopleOperations(t *testing.T) []operation {
	t.Helper()
	k.staff(t)
	person := func(name, end string) string { return "/people/" + k.accountOf(t, name) + end }
	roles := func(role string) string { return `{"roles":[{"role":"` + role + `"}]}` }
	sees := []string{"officer", "team_head", "head_of_office", "analyst", "data_officer"}
	put := k.onPerson(t, "/roles")
	ended := slices.DeleteFunc(k.onPerson(t, "/sessions"), func(a attempt) bool { return a.name == "oneself" }) // one's own sessions may be ended
	return []operation{
		{id: "listPeople", method: "GET", path: "/people?limit=3", as: "human_resources", status: 200, refused: sees, check: contains(`"after"`), attempts: []attempt{
			{name: "behind somebody of another administration", as: "auditor", path: "/people?after=" + k.accountOf(t, "stranger"), status: 400, contains: "nobody of this administration"},
			{name: "behind nobody", as: "auditor", path: "/people?after=" + nothing[1:], status: 400, contains: "nobody of this administration"},
			{name: "another administration", as: "stranger", status: 200, contains: "stranger"}}},
		{id: "getPerson", method: "GET", path: person("head_of_office", ""), as: "auditor", status: 200, refused: sees, check: contains(k.office), attempts: []attempt{
			{name: "of another administration", as: "auditor", path: person("stranger", ""), status: 404},
			{name: "nobody", as: "auditor", path: "/people" + nothing, status: 404}}},
		{id: "setRoles", method: "PUT", path: person("posted", "/roles"), contentType: jsonBody, body: `{"roles":[{"role":"head_of_office","office":"` + k.otherOffice + `"},{"role":"analyst"}]}`,
			as: "administrator", status: 200, refused: notWriters, check: contains(k.otherOffice, "analyst"), attempts: append(put,
				attempt{name: "more than the own roles", as: "clerk", path: person("colleague", "/roles"), body: roles("administrator"), status: 403, contains: "reaches further"},
				attempt{name: "a role that there is not", as: "administrator", body: roles("king"), status: 400, contains: "king"},
				attempt{name: "of the installation", as: "administrator", body: roles("installation_operator"), status: 400},
				attempt{name: "no office", as: "administrator", body: roles("head_of_office"), status: 400, contains: "office"},
				attempt{name: "no section", as: "administrator", body: `{"roles":[{"role":"team_head","office":"` + k.office + `"}]}`, status: 400, contains: "section"},
				attempt{name: "an office that there is not", as: "administrator", body: `{"roles":[{"role":"head_of_office","office":"QQQQ"}]}`, status: 400, contains: "no such office"},
				attempt{name: "no roles", as: "administrator", body: `{"roles":[]}`, status: 400, contains: "roles"})},
		{id: "suspendPerson", method: "PUT", path: person("suspended", "/suspension"), as: "administrator", status: 204, refused: notWriters, attempts: k.onPerson(t, "/suspension")},
		{id: "readmitPerson", method: "DELETE", path: person("readmitted", "/suspension"), as: "administrator", status: 204, refused: notWriters, attempts: k.onPerson(t, "/suspension")},
		{id: "endMembership", method: "DELETE", path: person("leaver", ""), as: "administrator", status: 204, refused: notWriters, attempts: k.onPerson(t, "")},
		{id: "endSessionsOfPerson", method: "DELETE", path: person("signed_out", "/sessions"), as: "administrator", status: 204, refused: notWriters, attempts: ended},
		{id: "resetFactorOfPerson", method: "DELETE", path: person("bare", "/second-factor"), as: "administrator", status: 204, refused: notWriters, attempts: k.onPerson(t, "/second-factor")},
		{id: "explainAccess", method: "GET", path: person("head_of_office", "/access"), as: "auditor", status: 200, check: contains(`"figure.read"`, `"role":"head_of_office"`), attempts: []attempt{
			{name: "another by who may ask of oneself", as: "officer", status: 404, contains: "no such person"},
			{name: "oneself", as: "head_of_office", status: 200, contains: `"scope":"office"`},
			{name: "of another administration", as: "auditor", path: person("stranger", "/access"), status: 404, contains: "no such person"},
			{name: "nobody", as: "auditor", path: "/people" + nothing + "/access", status: 404, contains: "no such person"}}},
	}
}

func invitationOperations() []operation {
	invitation := func(email, role string) string {
		return `{"email":"` + email + `","name":"Amina New","language":"fr","roles":[{"role":"` + role + `"}]}`
	}
	return []operation{
		{id: "listInvitations", method: "GET", path: "/invitations", as: "administrator", status: 200, refused: notWriters},
		{id: "invite", method: "POST", path: "/invitations", contentType: jsonBody, body: invitation("new@customs.example", "analyst"), as: "administrator", status: 201, refused: notWriters,
			check: contains(`"link":"/invitations/`, `"role":"analyst"`), attempts: []attempt{
				{name: "by another administration", as: "stranger", status: 403},
				{name: "to more than the own roles", as: "clerk", body: invitation("more@customs.example", "administrator"), status: 403, contains: "reaches further"},
				{name: "no address", as: "administrator", body: invitation("nobody", "analyst"), status: 400, contains: "e-mail"},
				{name: "no such role", as: "administrator", body: invitation("x@customs.example", "king"), status: 400, contains: "king"}}},
		{id: "inviteAgain", method: "POST", path: "/invitations" + nothing + "/again", as: "administrator", status: 404, refused: notWriters},
		{id: "withdrawInvitation", method: "DELETE", path: "/invitations" + nothing, as: "administrator", status: 404, refused: notWriters, attempts: []attempt{
			{name: "no number", as: "administrator", path: "/invitations/7", status: 400}}},
		{id: "getFactorRules", method: "GET", path: "/second-factor-rules", as: "administrator", status: 200, refused: notWriters, check: contains(`"roles":[`)},
		{id: "setFactorRules", method: "PUT", path: "/second-factor-rules", contentType: jsonBody, body: `{"roles":[]}`, as: "administrator", status: 204, refused: notWriters, attempts: []attempt{
			{name: "no such role", as: "administrator", body: `{"roles":["king"]}`, status: 400, contains: "king"}}},
	}
}

func roleOperations() []operation {
	others := []string{"officer", "analyst", "auditor", "director_general", "human_resources", "clerk"}
	role := func(code, permissions string) string {
		return `{"code":"` + code + `","names":{"en":"Shift leader"},"permissions":{` + permissions + `}}`
	}
	changed := func(version, permissions string) string {
		return `{"version":` + version + `,"names":{"en":"Shift leader"},"permissions":{` + permissions + `}}`
	}
	return []operation{
		{id: "listRoles", method: "GET", path: "/roles", as: "administrator", status: 200, refused: others, check: contains(`"own-clerk"`, `"holders":2`)},
		{id: "listPermissions", method: "GET", path: "/permissions", as: "administrator", status: 200, refused: others, check: contains(`"figure.read"`, `"everybody"`)},
		{id: "getRole", method: "GET", path: "/roles/own-clerk", as: "administrator", status: 200, refused: others, attempts: []attempt{
			{name: "of another administration", as: "stranger", status: 403}, {name: "none", as: "administrator", path: "/roles/own-nobodys", status: 404}, {name: "the program's", as: "administrator", path: "/roles/analyst", status: 400}}},
		{id: "addRole", method: "POST", path: "/roles", contentType: jsonBody, body: role("own-shift", `"figure.read":"office"`), as: "administrator", status: 201, refused: others, check: contains(`"version":1`), attempts: []attempt{
			{name: "there already", as: "administrator", body: role("own-kept", `"figure.read":"office"`), status: 409},
			{name: "beyond existing permissions", as: "administrator", body: role("own-x", `"installation.write":"installation"`), status: 400, contains: "permissions"},
			{name: "a wider scope", as: "administrator", body: role("own-x", `"notice.read":"administration"`), status: 400, contains: "permissions"},
			{name: "a program's code", as: "administrator", body: role("analyst", `"figure.read":"office"`), status: 400, contains: "code"}}},
		{id: "changeRole", method: "PUT", path: "/roles/own-kept", contentType: jsonBody, body: changed("1", `"figure.read":"team"`), as: "administrator", status: 200, refused: others, check: contains(`"version":2`, `"team"`), attempts: []attempt{
			{name: "another version", as: "administrator", body: changed("7", `"figure.read":"team"`), status: 409},
			{name: "beyond existing permissions", as: "administrator", body: changed("1", `"figure.erase":"own"`), status: 400, contains: "permissions"},
			{name: "none", as: "administrator", path: "/roles/own-nobodys", status: 404}}},
		{id: "retireRole", method: "PUT", path: "/roles/own-old/retirement", contentType: jsonBody, body: `{"version":1}`, as: "administrator", status: 204, refused: others, attempts: []attempt{
			{name: "another version", as: "administrator", body: `{"version":3}`, status: 409}, {name: "none", as: "administrator", path: "/roles/own-nobodys/retirement", status: 404}}},
	}
}

func engagementOperations() []operation {
	reads, writes := []string{"officer", "analyst", "data_officer", "human_resources"}, []string{"officer", "analyst", "auditor", "deputy2", "human_resources"}
	grant := func(name, purpose, ends string) string {
		return `{"sign_in_name":"` + name + `","purpose":"` + purpose + `","permissions":["figure.export"],"ends_at":"` + ends + `"}`
	}
	const purpose, ends = "Support the reform of controls", "2026-03-01T00:00:00Z"
	return []operation{
		{id: "listEngagements", method: "GET", path: "/engagements", as: "auditor", status: 200, refused: reads},
		{id: "grantEngagement", method: "POST", path: "/engagements", contentType: jsonBody, body: grant("expert@advice.example", purpose, ends), as: "director_general", status: 201, refused: writes,
			check: contains(`"state":"offered"`, "figure.export"), attempts: []attempt{
				{name: "a person of the administration", as: "administrator", body: grant("analyst", purpose, ends), status: 409},
				{name: "no purpose", as: "administrator", body: grant("expert@advice.example", "x", ends), status: 400, contains: "purpose"},
				{name: "for ever", as: "administrator", body: grant("expert@advice.example", purpose, "2036-03-01T00:00:00Z"), status: 400, contains: "ends_at"}}},
		{id: "getEngagement", method: "GET", path: "/engagements" + nothing, as: "auditor", status: 404, refused: reads},
		{id: "withdrawEngagement", method: "PUT", path: "/engagements" + nothing + "/withdrawal", contentType: jsonBody, body: `{"reason":"The reform is finished"}`, as: "administrator", status: 404, refused: writes},
		{id: "extendEngagement", method: "POST", path: "/engagements" + nothing + "/extensions", contentType: jsonBody, body: `{"ends_at":"2026-06-01T00:00:00Z"}`, as: "administrator", status: 404, refused: writes},
	}
}

func auditOperations() []operation {
	others := []string{"officer", "analyst", "data_officer", "human_resources", "deputy2"}
	search := []attempt{{name: "no engagement", as: "auditor", path: "/audit?engagement=7", status: 400}, {name: "no moment", as: "auditor", path: "/audit?from=yesterday", status: 400},
		{name: "another administration's record", as: "stranger", status: 200, contains: `"rows":`}}
	return []operation{
		{id: "listAudit", method: "GET", path: "/audit?action=role.&limit=2", as: "auditor", status: 200, refused: others, attempts: search, check: contains(`"action":"role.add"`, `"end"`)},
		{id: "getAuditRow", method: "GET", path: "/audit/1", as: "director_general", status: 200, refused: others, check: contains(`"sequence":1`), attempts: []attempt{
			{name: "none", as: "auditor", path: "/audit/99999999", status: 404}, {name: "no number", as: "auditor", path: "/audit/first", status: 400}}},
		{id: "verifyAudit", method: "GET", path: "/audit-verification", as: "auditor", status: 200, refused: others, check: contains(`"intact":true`), attempts: []attempt{
			{name: "no end", as: "auditor", path: "/audit-verification?noted=x", status: 400},
			{name: "an end that is not in it", as: "auditor", path: "/audit-verification?noted=1:" + strings.Repeat("00", 32), status: 200, contains: `"problem":"rewritten"`}}},
		{id: "exportAuditCSV", method: "GET", path: "/audit.csv?action=role.", as: "auditor", status: 200, refused: append(others, "director_general"), check: contains("role.add")},
		{id: "exportAuditLines", method: "GET", path: "/audit.jsonl", as: "administrator", status: 200, refused: append(others, "director_general"), check: contains(`role.add`)},
	}
}

// ownOperations are everybody's on the own account. A token that is narrowed to actions may do none of them.
func ownOperations() []operation {
	narrow := []string{"narrow"}
	return []operation{
		{id: "listSessions", method: "GET", path: "/me/sessions", as: "tokened", status: 200, refused: narrow, check: contains(`[]`)},
		{id: "endSessions", method: "DELETE", path: "/me/sessions", as: "tokened", status: 204, refused: narrow},
		{id: "endSession", method: "DELETE", path: "/me/sessions" + nothing, as: "tokened", status: 204, refused: narrow},
		{id: "listTokens", method: "GET", path: "/me/tokens", as: "tokened", status: 200, refused: narrow, check: contains(`"name":"test"`)},
		{id: "createToken", method: "POST", path: "/me/tokens", contentType: jsonBody, body: `{"name":"Monthly report","scopes":["figure.read"],"days":30}`, as: "tokened", status: 201, refused: narrow,
			check: contains(`"token":"assay_`), attempts: []attempt{
				{name: "beyond the own role", as: "tokened", body: `{"name":"x","scopes":["person.write"],"days":30}`, status: 400, contains: "beyond what you may do"},
				{name: "for ever", as: "tokened", body: `{"name":"x","days":3660}`, status: 400, contains: "days"},
				{name: "no name", as: "tokened", body: `{"name":"","days":30}`, status: 400, contains: "name"}}},
		{id: "revokeToken", method: "DELETE", path: "/me/tokens" + nothing, as: "tokened", status: 404, refused: narrow},
		{id: "listNotices", method: "GET", path: "/notices", as: "tokened", status: 200, refused: narrow, check: contains(`"unread":0`)},
		{id: "openNotice", method: "POST", path: "/notices" + nothing, as: "tokened", status: 404, refused: narrow},
		{id: "readNotices", method: "POST", path: "/notices/read", as: "tokened", status: 204, refused: narrow},
	}
}

// checkPeople follows an invitation, an engagement, a role and a token through their lives, and holds what is answered to what the rooms say.
func (k *kit) checkPeople(t *testing.T) {
	admin := func(method, path, body string, status int, into any) {
		t.Helper()
		got := k.ask(t, request{method, path, k.tokens["administrator"], jsonBody, body})
		if got.status != status {
			t.Fatalf("%s %s: %d %s, want %d", method, path, got.status, got.body, status)
		}
		if into != nil {
			if err := json.Unmarshal(got.body, into); err != nil {
				t.Fatal(err)
			}
		}
	}
	var made, again api.InvitationMade
	admin(http.MethodPost, "/invitations", `{"email":"life@customs.example","name":"Life","language":"en","roles":[{"role":"head_of_office","office":"`+k.office+`"}]}`, 201, &made)
	admin(http.MethodPost, "/invitations/"+made.Invitation.Id.String()+"/again", "", 201, &again)
	if made.Link == again.Link || made.Invitation.Id == again.Invitation.Id || *again.Invitation.Roles[0].Office != k.office {
		t.Errorf("again: %+v", again)
	}
	if _, _, err := k.services.Accounts.BySecret(t.Context(), strings.TrimPrefix(made.Link, account.InvitationPath)); err == nil {
		t.Error("the old link still works")
	}
	admin(http.MethodDelete, "/invitations/"+again.Invitation.Id.String(), "", 204, nil)
	admin(http.MethodDelete, "/invitations/"+again.Invitation.Id.String(), "", 404, nil)
	var offer, read api.Engagement
	admin(http.MethodPost, "/engagements", `{"sign_in_name":"life@advice.example","purpose":"Support the reform","permissions":[],"ends_at":"2026-03-01T00:00:00Z"}`, 201, &offer)
	admin(http.MethodPut, "/engagements/"+offer.Id.String()+"/withdrawal", `{"reason":"It was not needed after all"}`, 204, nil)
	admin(http.MethodGet, "/engagements/"+offer.Id.String(), "", 200, &read)
	if read.State != "withdrawn" || read.WithdrawnFor == nil {
		t.Errorf("a withdrawn offer: %+v", read)
	}
	k.checkPages(t)
	k.checkOwnToken(t)
}

// checkPages walks through all people in pages of two.
func (k *kit) checkPages(t *testing.T) {
	t.Helper()
	members, err := k.services.Accounts.Members(t.Context(), k.second.ID)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for path := "/people?limit=1"; path != ""; {
		var page api.PeoplePage
		got := k.ask(t, request{method: http.MethodGet, path: path, token: k.tokens["stranger"]})
		if err := json.Unmarshal(got.body, &page); err != nil || got.status != http.StatusOK {
			t.Fatalf("%s: %d %s", path, got.status, got.body)
		}
		for _, p := range page.People {
			names = append(names, p.SignInName)
		}
		if path = ""; page.After != nil {
			path = "/people?limit=1&after=" + page.After.String()
		}
	}
	if len(names) != len(members) || len(names) < 2 {
		t.Errorf("%d people in pages, %d in all: %v", len(names), len(members), names)
	}
	for i, m := range members {
		if names[i] != m.Account.SignInName {
			t.Errorf("the %d. person is %s, want %s", i+1, names[i], m.Account.SignInName)
		}
	}
}

// checkOwnToken makes a narrowed token, uses it within and beyond its actions, and revokes it.
func (k *kit) checkOwnToken(t *testing.T) {
	t.Helper()
	var made api.TokenMade
	got := k.ask(t, request{http.MethodPost, "/me/tokens", k.tokens["auditor"], jsonBody, `{"name":"narrowed life","scopes":["figure.formula"],"days":1}`})
	if err := json.Unmarshal(got.body, &made); err != nil || got.status != http.StatusCreated {
		t.Fatalf("%d %s", got.status, got.body)
	}
	for path, status := range map[string]int{"/indicators": 200, "/audit": 403, "/people": 403, "/me/tokens": 403, "/notices": 403, "/me": 200} {
		if got := k.ask(t, request{method: http.MethodGet, path: path, token: made.Token}); got.status != status {
			t.Errorf("%s with a narrowed token: %d, want %d", path, got.status, status)
		}
	}
	var tokens []api.OwnToken
	if err := json.Unmarshal(k.ask(t, request{method: http.MethodGet, path: "/me/tokens", token: k.tokens["auditor"]}).body, &tokens); err != nil {
		t.Fatal(err)
	}
	for _, token := range tokens {
		if token.Name == "narrowed life" {
			k.ask(t, request{method: http.MethodDelete, path: "/me/tokens/" + token.Id.String(), token: k.tokens["auditor"]})
		}
	}
	if got := k.ask(t, request{method: http.MethodGet, path: "/indicators", token: made.Token}); got.status != http.StatusUnauthorized {
		t.Errorf("a revoked token: %d", got.status)
	}
}

package api_test

import (
	"bytes"
	"encoding/json"
	"strconv"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/google/uuid"

	"assay/api"
	"assay/domain/access"
	"assay/domain/administration"
	"assay/domain/contract"
	"assay/domain/indicator"
	"assay/domain/seal"
)

func init() {
	openapi3filter.RegisterBodyDecoder("application/pdf", openapi3filter.FileBodyDecoder)
}

// notReaders of contracts, and notTemplates who have nothing to do with templates.
var (
	notReaders   = []string{"analyst", "administrator", "data_officer"}
	notTemplates = []string{"officer", "team_head", "head_of_office", "auditor", "human_resources", "administrator", "data_officer"}
)

// contracts makes a proposed contract in two administrations and a signed one in the first.
func (k *kit) contracts(t *testing.T) {
	t.Helper()
	k.proposed = k.propose(t, k.first, "director_general", "officer", k.office, k.officer)
	k.otherProposed = k.propose(t, k.second, "stranger", "stranger_data", "ZZ1", "zz")
	c := k.propose(t, k.first, "director_general", "officer_without_user", k.office, "ZZ07")
	for _, name := range []string{"officer_without_user", "director_general"} {
		actor := k.actor(t, name, "")
		in := contract.SignInput{Seen: c.Text.Hash, Confirmation: contract.Confirmation{Account: actor.Account, Method: "authenticator", At: testClock()}}
		var err error
		if c, err = k.services.Contracts.Sign(t.Context(), k.first, contract.Ask{Contract: c.ID, Revision: c.Revision, Actor: actor}, in); err != nil {
			t.Fatal(err)
		}
	}
	k.signed = c
	if _, err := k.seals.Create(t.Context(), k.first, seal.Author{SignInName: "test"}); err != nil {
		t.Fatal(err)
	}
}

func (k *kit) actor(t *testing.T, name string, role access.Role) contract.Actor {
	t.Helper()
	a, err := k.services.Accounts.ByName(t.Context(), name)
	if err != nil {
		t.Fatal(err)
	}
	return contract.Actor{Account: a.ID, SignInName: name, Name: a.Name, Role: role, Origin: "test"}
}

// propose makes everything up to a proposed contract between two accounts.
func (k *kit) propose(t *testing.T, tenant *administration.Tenant, authority, holder, office, officer string) *contract.Contract {
	t.Helper()
	ctx, s := t.Context(), k.services.Contracts
	dg, party := k.actor(t, authority, access.DirectorGeneral), k.actor(t, holder, "")
	programme, err := s.Programme(ctx, tenant.ID)
	if err == nil && !programme.ContractsOpen() {
		err = s.OpenContracts(ctx, tenant.ID, dg, "the tests need contracts at once")
	}
	if err != nil {
		t.Fatal(err)
	}
	template, err := s.CopyBuiltIn(ctx, tenant.ID, dg, contract.FunctionOfficer, "for-"+holder, "")
	if err == nil {
		template, err = s.PutInUse(ctx, tenant.ID, dg, template.ID, template.Revision)
	}
	if err != nil {
		t.Fatal(err)
	}
	c, err := s.Draft(ctx, tenant, contract.DraftInput{Template: template.ID, Subject: officer, SubjectName: party.Name, Office: office, StartsOn: s.Today(tenant) + 20, Actor: dg, Targets: testFigures(), WithoutHistory: true,
		Signatories: []contract.Signatory{{Side: contract.SideHolder, Account: party.Account, Name: party.Name, Post: "Examiner"}, {Side: contract.SideAdministration, Account: dg.Account, Name: dg.Name, Post: "Director General"}}})
	if err == nil {
		c, err = s.Propose(ctx, tenant, contract.Ask{Contract: c.ID, Revision: c.Revision, Actor: dg})
	}
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func testFigures() map[string]contract.Figure {
	value := func(v float64) *float64 { return &v }
	figures := map[string]contract.Figure{}
	for _, line := range contract.BuiltIn(contract.FunctionOfficer).Lines {
		f := contract.Figure{Baseline: value(10), Threshold: value(10), Target: value(12)}
		switch line.Direction {
		case indicator.Lower:
			f.Target = value(8)
		case indicator.Band:
			f = contract.Figure{Baseline: value(10), RedLow: value(2), RedHigh: value(40)}
		}
		figures[line.Code] = f
	}
	return figures
}

// onContract is what every operation on one contract must refuse.
func (k *kit) onContract(end string) []attempt {
	return []attempt{
		{name: "by another administration", as: "stranger", path: "/contracts/" + k.proposed.ID.String() + end, status: 404},
		{name: "of another administration", as: "director_general", path: "/contracts/" + k.otherProposed.ID.String() + end, status: 404},
		{name: "of a colleague", as: "officer", path: "/contracts/" + k.signed.ID.String() + end, status: 404, contains: "no such contract"},
		{name: "of another office", as: "head_of_nothing", path: "/contracts/" + k.proposed.ID.String() + end, status: 404},
		{name: "none", as: "director_general", path: "/contracts" + nothing + end, status: 404},
		{name: "no number", as: "director_general", path: "/contracts/7" + end, status: 400},
	}
}

// contractReadings are the operations that change nothing.
func (k *kit) contractReadings() []operation {
	contracts, template := "/contracts/"+k.proposed.ID.String(), "/templates/"+k.proposed.Template.String()
	foreign := "/templates/" + k.otherProposed.Template.String()
	onTemplate := func(end string) []attempt {
		return []attempt{
			{name: "of another administration", as: "analyst", path: foreign + end, status: 404},
			{name: "by another administration", as: "stranger", path: template + end, status: 404},
			{name: "none", as: "analyst", path: "/templates" + nothing + end, status: 404},
		}
	}
	return []operation{
		{id: "listContracts", method: "GET", path: "/contracts", as: "officer", status: 200, refused: notReaders, attempts: []attempt{
			{name: "no state", as: "officer", path: "/contracts?state=lost", status: 400},
			{name: "another administration", as: "stranger", status: 200, contains: k.otherProposed.ID.String()}},
			check: func(t *testing.T, body []byte) {
				t.Helper()
				var lines []api.ContractLine
				if err := json.Unmarshal(body, &lines); err != nil || len(lines) != 1 || lines[0].Id != k.proposed.ID {
					t.Errorf("an officer's contracts are %s", body)
				}
			}},
		{id: "getContract", method: "GET", path: contracts, as: "officer", status: 200, refused: notReaders, attempts: append(k.onContract(""),
			attempt{name: "human resources may do nothing", as: "human_resources", status: 200, contains: `"possible":[]`}),
			check: contains(`"capacities":["holder"]`, `"counter"`, `"state":"proposed"`, `"action":"propose"`)},
		{id: "downloadContract", method: "GET", path: "/contracts/" + k.signed.ID.String() + "/paper?language=fr", as: "director_general", status: 200, refused: notReaders,
			attempts: append(k.onContract("/paper"), attempt{name: "not signed", as: "officer", path: contracts + "/paper", status: 409},
				attempt{name: "no language", as: "officer", path: contracts + "/paper?language=..", status: 400}),
			check: func(t *testing.T, body []byte) {
				t.Helper()
				if !bytes.HasPrefix(body, []byte("%PDF-")) {
					t.Errorf("no PDF: %.20q", body)
				}
			}},
		{id: "getProgramme", method: "GET", path: "/programme", as: "officer", status: 200, refused: notReaders, check: contains(`"phase":"prescriptive"`, `"missing":[`)},
		{id: "getProgrammeReport", method: "GET", path: "/programme/reports/2025-03", as: "officer", status: 404, refused: notReaders, attempts: []attempt{
			{name: "no month", as: "officer", path: "/programme/reports/2025-13", status: 400}}},
		{id: "listTemplates", method: "GET", path: "/templates", as: "analyst", status: 200, refused: notTemplates, check: contains(`"code":"for-officer"`)},
		{id: "getTemplate", method: "GET", path: template, as: "analyst", status: 200, refused: notTemplates, attempts: onTemplate(""), check: contains(`"lines":[`, `"articles":[`)},
		{id: "proposeTargets", method: "GET", path: template + "/targets?office=" + k.office, as: "analyst", status: 200, refused: notTemplates, attempts: append(onTemplate("/targets"),
			attempt{name: "no figures yet", as: "stranger", path: foreign + "/targets", status: 503}),
			check: func(t *testing.T, body []byte) {
				t.Helper()
				want, err := k.services.Contracts.Proposals(t.Context(), k.first, k.work(t))
				var got api.TargetProposals
				if err != nil || json.Unmarshal(body, &got) != nil || len(got.Lines) != len(want) {
					t.Fatalf("proposals: %s, %v", body, err)
				}
				left := 0
				for i, p := range want {
					line := got.Lines[i]
					if line.Code != p.Code || line.Months != len(p.Observations) || line.FewCases != p.FewCases || line.NoValue != p.NoValue || line.Tested.Code != p.Code {
						t.Errorf("%+v, and the room says %+v", line, p)
					}
					left += p.FewCases + p.NoValue
				}
				if left == 0 {
					t.Errorf("no month of work was looked at: %s", body)
				}
			}},
	}
}

// work is what the targets of the proposed contract's template come from.
func (k *kit) work(t *testing.T) contract.Work {
	t.Helper()
	template, err := k.services.Contracts.Template(t.Context(), k.first.ID, k.proposed.Template)
	if err != nil {
		t.Fatal(err)
	}
	c := template.Content
	return contract.Work{Level: c.Level, Function: c.Function, Office: k.office, Before: k.services.Contracts.Today(k.first), Lines: c.Lines, Rule: c.Rule}
}

// contractWritings are the operations that change something: each with a contract or template of its own.
func (k *kit) contractWritings(t *testing.T) []operation {
	t.Helper()
	in := "/contracts/" + k.proposed.ID.String() + "/acts"
	act := func(rest string) string {
		return `{"revision":` + strconv.FormatInt(k.proposed.Revision, 10) + `,` + rest + `}`
	}
	draft := func(template, office, holder, authority string) string {
		return `{"template":"` + template + `","office":"` + office + `","starts_on":"2026-02-01","holder":{"account":"` + k.accountOf(t, holder) + `","post":"Head"},"authority":{"account":"` + k.accountOf(t, authority) + `","post":"Director General"}}`
	}
	own, copied := k.proposed.Template.String(), k.copied(t, "to-save")
	save, steps := "/templates/"+copied.String(), "/templates/"+k.copied(t, "to-use").String()+"/steps"
	k.narrow(t, "narrow_auditor", "auditor", access.ContractRead)
	k.narrow(t, "narrow_director", "director_general", access.ContractRead)
	onTemplate := func(end string) []attempt {
		return []attempt{{name: "of another administration", as: "analyst", path: "/templates/" + k.otherProposed.Template.String() + end, status: 404},
			{name: "by another administration", as: "stranger", path: "/templates/" + own + end, status: 404}, {name: "none", as: "analyst", path: "/templates" + nothing + end, status: 404}}
	}
	return []operation{
		{id: "draftContract", method: "POST", path: "/contracts", contentType: jsonBody, body: draft(own, k.office, "head_of_office", "director_general"), as: "director_general", status: 201,
			refused: []string{"analyst", "auditor", "human_resources", "administrator", "data_officer"}, check: contains(`"state":"draft"`, `"subject":"`+k.office+`"`), attempts: []attempt{
				{name: "an officer", as: "officer", status: 403},
				{name: "a head for another office", as: "head_of_office", body: draft(own, k.otherOffice, "officer", "director_general"), status: 403, contains: "your own office"},
				{name: "a template of another administration", as: "director_general", body: draft(k.otherProposed.Template.String(), k.office, "officer", "director_general"), status: 404},
				{name: "a holder of another administration", as: "director_general", body: draft(own, k.office, "stranger_data", "director_general"), status: 400},
				{name: "both parties the same", as: "director_general", body: draft(own, k.office, "head_of_office", "head_of_office"), status: 400},
				{name: "no template in use", as: "director_general", body: draft(copied.String(), k.office, "officer", "director_general"), status: 409},
				{name: "no holder", as: "director_general", body: `{"template":"` + own + `","starts_on":"2026-02-01"}`, status: 400}}},
		{id: "actOnContract", method: "POST", path: in, contentType: jsonBody, body: act(`"action":"comment","about":"indicator:CLR04","reason":"Half of my files arrive after noon"`), as: "officer", status: 200, refused: notReaders,
			check: contains(`"state":"proposed"`), attempts: append(k.onContract("/acts"), []attempt{
				{name: "signing", as: "officer", body: act(`"action":"sign"`), status: 400, contains: "action"},
				{name: "the program's own act", as: "director_general", body: act(`"action":"activate"`), status: 400},
				{name: "an old revision", as: "officer", body: `{"revision":1,"action":"comment","reason":"Late"}`, status: 409},
				{name: "a deputy of the holder", as: "officer", body: act(`"action":"deputise"`), status: 403},
				{name: "a deputy who is a party", as: "director_general", body: act(`"action":"deputise","deputy":"` + k.proposed.Signatories[0].Account.String() + `","day":"2026-02-01","last_day":"2026-02-09"`), status: 400, contains: "cannot sign"},
				{name: "a deputy without days", as: "director_general", body: act(`"action":"deputise","deputy":"` + nothing[1:] + `"`), status: 400, contains: "last_day"},
				{name: "a token for reading names a deputy", as: "narrow_director", body: act(`"action":"deputise"`), status: 403},
				{name: "a verdict of the holder", as: "officer", body: act(`"action":"terminate","reason":"I want it to end","basis":"case 1"`), status: 403},
				{name: "a drafter's act by the holder", as: "officer", body: act(`"action":"withdraw","reason":"I do not want it"`), status: 403},
				{name: "human resources", as: "human_resources", status: 403},
				{name: "a token for reading counters", as: "narrow_director", body: act(`"action":"withdraw","reason":"Another draft is better"`), status: 403},
				{name: "a token for reading comments", as: "narrow_auditor", status: 403, contains: "narrowed"},
				{name: "a token for reading reads nothing away", as: "narrow_auditor", body: act(`"action":"vet","seen":"` + strings.Repeat("0", 64) + `"`), status: 403, contains: "narrowed"},
				{name: "before its time", as: "director_general", body: act(`"action":"suspend","day":"2026-02-01","ground":"outage","reason":"The scanner is out"`), status: 409},
				{name: "without its day", as: "director_general", body: act(`"action":"extend"`), status: 400, contains: "day"},
				{name: "a figure twice", as: "officer", body: act(`"action":"counter","reason":"Too high","figures":[{"code":"CLR01","target":1},{"code":"CLR01","target":2}]`), status: 400, contains: "twice"},
				{name: "no such indicator", as: "officer", body: act(`"action":"counter","reason":"Two examiners are away","figures":[{"code":"ZZZ01","target":1}]`), status: 400, contains: "ZZZ01"},
			}...)},
		{id: "notePrerequisite", method: "PUT", path: "/programme/prerequisites/hardware", contentType: jsonBody, body: `{"met":true,"evidence":"Two servers, list 14"}`, as: "analyst", status: 200, refused: notTemplates,
			check: contains(`"evidence":"Two servers, list 14"`), attempts: []attempt{{name: "nothing shows it", as: "analyst", body: `{"met":true}`, status: 400, contains: "evidence"},
				{name: "no such prerequisite", as: "analyst", path: "/programme/prerequisites/luck", status: 400}}},
		{id: "publishProgrammeReport", method: "POST", path: "/programme/reports", contentType: jsonBody, body: `{"month":"2025-06"}`, as: "analyst", status: 201, refused: notTemplates, check: contains(`"month":"2025-06"`, `"CLR01"`), attempts: []attempt{
			{name: "a month to come", as: "analyst", body: `{"month":"2030-01"}`, status: 503}, {name: "no month", as: "analyst", body: `{"month":"June"}`, status: 400}}},
		{id: "copyTemplate", method: "POST", path: "/templates", contentType: jsonBody, body: `{"function":"inspector","code":"of-the-port"}`, as: "analyst", status: 201, refused: notTemplates, check: contains(`"code":"of-the-port"`, `"state":"draft"`), attempts: []attempt{
			{name: "no such function", as: "analyst", body: `{"function":"minister"}`, status: 404}, {name: "a code that is there", as: "analyst", body: `{"function":"officer","code":"for-officer"}`, status: 409}}},
		{id: "saveTemplate", method: "PATCH", path: save, contentType: jsonBody, body: `{"revision":1,"lines":[{"code":"CLR01","weight":1,"aim":"speed"},{"code":"INF03","weight":30,"aim":"control","red_low":2,"floor":500}],"weights":[{"code":"CLR01","weight":20}],"terms":{"months":12},"vetting":true,"articles":[{"number":2,"language":"en","text":"Other words"}]}`, as: "analyst", status: 200, refused: notTemplates,
			check: contains(`"months":12`, `"floor":500`, `"weight":20`, `"vetting":true`, "Other words", `"revision":2`), attempts: append(onTemplate(""), []attempt{
				{name: "an indicator that there is not", as: "analyst", body: `{"revision":1,"lines":[{"code":"ZZZ01","weight":20,"aim":"speed"}]}`, status: 400, contains: "ZZZ01"},
				{name: "an aim that there is not", as: "analyst", body: `{"revision":1,"lines":[{"code":"CLR01","weight":20,"aim":"fame"}]}`, status: 400},
				{name: "in use", as: "analyst", path: "/templates/" + own, body: `{"revision":2,"vetting":true}`, status: 409, contains: "frozen"},
				{name: "an old revision", as: "analyst", body: `{"revision":9,"vetting":true}`, status: 409},
				{name: "an indicator that it has not", as: "analyst", body: `{"revision":1,"weights":[{"code":"ZZZ01","weight":20}]}`, status: 400, contains: "ZZZ01"},
				{name: "an article that it has not", as: "analyst", body: `{"revision":1,"articles":[{"number":39,"language":"en","text":"x"}]}`, status: 400, contains: "article 39"}}...)},
		{id: "stepTemplate", method: "POST", path: steps, contentType: jsonBody, body: `{"action":"use","revision":1}`, as: "analyst", status: 200, refused: notTemplates, check: contains(`"state":"in_use"`), attempts: append(onTemplate("/steps"), []attempt{
			{name: "retired before it is used", as: "analyst", body: `{"action":"retire","revision":1}`, status: 409}, {name: "an old revision", as: "analyst", body: `{"action":"version","revision":9}`, status: 409},
			{name: "no such step", as: "analyst", body: `{"action":"burn","revision":1}`, status: 400}}...)},
	}
}

// copied is a draft of a template of one's own.
func (k *kit) copied(t *testing.T, code string) uuid.UUID {
	t.Helper()
	template, err := k.services.Contracts.CopyBuiltIn(t.Context(), k.first.ID, k.actor(t, "director_general", access.DirectorGeneral), contract.FunctionOfficer, code, "")
	if err != nil {
		t.Fatal(err)
	}
	return template.ID
}

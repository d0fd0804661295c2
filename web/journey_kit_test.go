package web

import (
	"strconv"
	"strings"
	"testing"

	"assay/domain/access"
	"assay/domain/account"
	"assay/domain/administration"
	"assay/domain/contract"
	"assay/domain/engagement"
	"assay/domain/indicator"
)

// Accounts of the journeys: the kit's officer and head of team have no cases of their own to look at.
const (
	busyOfficer = "busy_officer"
	teamLeader  = "team_leader"
	guideName   = "guide@example.org"
)

// usualDay makes what the journeys meet beside what the kit has: a head of the busiest section with a contract for the
// team, the busiest officer, a contract with the economic operator, an expert.
func (k *kit) usualDay(t *testing.T) {
	t.Helper()
	office := busiest(k.breakdownBy(t, "director_general", "by=office"))
	section := busiest(k.breakdownBy(t, "director_general", "by=section&office="+office))
	officers := k.breakdownBy(t, "director_general", "by=officer&office="+office)
	officer := busiest(officers)
	delete(officers, officer)
	second := busiest(officers)
	for name, m := range map[string]account.Membership{
		teamLeader:  {Role: string(access.TeamHead), Office: office, Section: section},
		busyOfficer: {Role: string(access.Officer), Office: office, Officer: officer},
	} {
		m.Tenant = k.first.ID
		person, err := k.accounts.Create(t.Context(), account.NewAccount{SignInName: name, Name: "Amina " + name, Language: "en", Password: password})
		if err == nil {
			err = k.accounts.Join(t.Context(), person.ID, m)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	k.offer(t, contract.FunctionTeam, teamLeader, contract.DraftInput{Subject: section, SubjectName: "Section " + section, Office: office, Members: []contract.Member{{Officer: officer, Name: officer}, {Officer: second, Name: second}}})
	k.offer(t, contract.FunctionImporter, "trader", contract.DraftInput{Subject: k.trader.Trader, SubjectName: "Firm " + k.trader.Trader})
	k.guide(t)
}

// busiest is the group of a breakdown with most cases that is known.
func busiest(groups map[string][]string) string {
	best, most := "", 0
	for code, row := range groups {
		if n, _ := strconv.Atoi(row[6]); strings.Trim(code, "~") != "" && (n > most || n == most && code < best) {
			best, most = code, n
		}
	}
	return best
}

// offer proposes a contract under a built-in template to an account.
func (k *kit) offer(t *testing.T, function, holder string, in contract.DraftInput) {
	t.Helper()
	ctx, s := t.Context(), k.web.Contracts
	director, err := k.accounts.ByName(ctx, "director_general")
	if err != nil {
		t.Fatal(err)
	}
	party, err := k.accounts.ByName(ctx, holder)
	if err != nil {
		t.Fatal(err)
	}
	actor := contract.Actor{Account: director.ID, SignInName: director.SignInName, Name: director.Name, Role: access.DirectorGeneral, Origin: "test"}
	template, err := s.CopyBuiltIn(ctx, k.first.ID, actor, function, "", "")
	if err == nil {
		template, err = s.PutInUse(ctx, k.first.ID, actor, template.ID, template.Revision)
	}
	if err != nil {
		t.Fatal(err)
	}
	value := func(v float64) *float64 { return &v }
	in.Targets = map[string]contract.Figure{}
	for _, line := range contract.BuiltIn(function).Lines {
		switch line.Direction {
		case indicator.Higher:
			in.Targets[line.Code] = contract.Figure{Baseline: value(62.5), Threshold: value(62.5), Target: value(75)}
		case indicator.Band:
			in.Targets[line.Code] = contract.Figure{Baseline: value(10), RedLow: value(2), RedHigh: value(40)}
		default:
			in.Targets[line.Code] = contract.Figure{Baseline: value(10), Threshold: value(10), Target: value(8)}
		}
	}
	in.Template, in.StartsOn, in.Actor, in.WithoutHistory = template.ID, s.Today(k.first)+20, actor, true
	in.Signatories = []contract.Signatory{{Side: contract.SideHolder, Account: party.ID, Name: party.Name, Post: "Holder"}, {Side: contract.SideAdministration, Account: director.ID, Name: director.Name, Post: "Director General"}}
	c, err := s.Draft(ctx, k.first, in)
	if err == nil {
		_, err = s.Propose(ctx, k.first, contract.Ask{Contract: c.ID, Revision: c.Revision, Actor: actor})
	}
	if err != nil {
		t.Fatalf("%s: %v", function, err)
	}
}

// guide is an expert with engagements in two administrations.
func (k *kit) guide(t *testing.T) {
	t.Helper()
	ctx := t.Context()
	expert, err := k.accounts.Create(ctx, account.NewAccount{SignInName: guideName, Name: "Maria Keller", Language: "en", Password: password})
	if err != nil {
		t.Fatal(err)
	}
	for _, tenant := range []*administration.Tenant{k.second, k.first} { // the last that is granted stands first
		granted, err := k.engagements.Grant(ctx, tenant.ID, access.Author{Name: "test"}, engagement.Grant{SignInName: guideName, Purpose: "support of the reform of selectivity", EndsAt: testClock().AddDate(0, 2, 0)})
		if err == nil {
			err = k.engagements.Accept(ctx, expert.ID, access.Author{Name: guideName}, granted.ID, granted.Terms)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

package web

import (
	"testing"

	"assay/domain/access"
	"assay/domain/administration"
	"assay/domain/contract"
	"assay/domain/cube"
	"assay/domain/indicator"
)

// contracts opens contracts in both administrations that have data, with a report in the first and a
// proposed contract with an officer in each.
func (k *kit) contracts(t *testing.T) {
	t.Helper()
	k.proposed(t, k.first, "director_general", "officer", k.office, k.officer)
	k.proposed(t, k.second, "other", "expert", "ZZ1", "zz")
}

// proposed makes everything up to a proposed contract between two accounts.
func (k *kit) proposed(t *testing.T, tenant *administration.Tenant, authority, holder, office, officer string) *contract.Contract {
	t.Helper()
	ctx, s := t.Context(), k.web.Contracts
	dg, err := k.accounts.ByName(ctx, authority)
	if err != nil {
		t.Fatal(err)
	}
	party, err := k.accounts.ByName(ctx, holder)
	if err != nil {
		t.Fatal(err)
	}
	actor := contract.Actor{Account: dg.ID, SignInName: authority, Name: dg.Name, Role: access.DirectorGeneral, Origin: "test"}
	today := s.Today(tenant)
	if err := s.BeginDescription(ctx, tenant.ID, actor, today-100); err != nil {
		t.Fatal(err)
	}
	if err := s.PublishReport(ctx, tenant, actor, reportMonth); err != nil {
		t.Fatal(err)
	}
	if err := s.OpenContracts(ctx, tenant.ID, actor, "the tests need contracts at once"); err != nil {
		t.Fatal(err)
	}
	template, err := s.CopyBuiltIn(ctx, tenant.ID, actor, contract.FunctionOfficer, "", "")
	if err == nil {
		template, err = s.PutInUse(ctx, tenant.ID, actor, template.ID, template.Revision)
	}
	if err != nil {
		t.Fatal(err)
	}
	c, err := s.Draft(ctx, tenant, contract.DraftInput{Template: template.ID, Subject: officer, SubjectName: party.Name, Office: office, StartsOn: today + 20, Actor: actor, Targets: testFigures(), WithoutHistory: true,
		Signatories: []contract.Signatory{{Side: contract.SideHolder, Account: party.ID, Name: party.Name, Post: "Examiner"}, {Side: contract.SideAdministration, Account: dg.ID, Name: dg.Name, Post: "Director General"}}})
	if err == nil {
		c, err = s.Propose(ctx, tenant, contract.Ask{Contract: c.ID, Revision: c.Revision, Actor: actor})
	}
	if err != nil {
		t.Fatal(err)
	}
	return c
}

var reportMonth = cube.MonthOf(2025, 11)

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

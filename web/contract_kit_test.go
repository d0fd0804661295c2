package web

import (
	"context"
	"testing"

	"assay/domain/access"
	"assay/domain/administration"
	"assay/domain/contract"
	"assay/domain/cube"
	"assay/domain/indicator"
	"assay/domain/seal"
	"assay/domain/store"
)

// contracts opens contracts in both administrations that have data, with a report in the first and a
// proposed contract with an officer in each.
func (k *kit) contracts(t *testing.T) {
	t.Helper()
	k.scored(t, k.proposed(t, k.first, "director_general", "officer", k.office, k.officer))
	k.proposed(t, k.second, "other", "expert", "ZZ1", "zz")
	// An evaluation of the second administration, which nobody else may find.
	err := k.db.InTenant(t.Context(), k.second.ID, func(_ context.Context, tx *store.Tx) error {
		id := k.second.ID.String()
		if err := tx.Exec(`INSERT INTO evaluation_session (tenant_id, session_id, kind, level, function, from_month, to_month, opened_at, opened_by, opened_name) VALUES (?, gen_random_uuid(), 'quarterly', 'officer', 'officer', 24300, 24302, now(), 'other', 'other')`, id).Error; err != nil {
			return err
		}
		return tx.Exec(`INSERT INTO evaluation (tenant_id, evaluation_id, session_id, contract_id) SELECT s.tenant_id, gen_random_uuid(), s.session_id, c.contract_id FROM evaluation_session s, contract c
			WHERE s.tenant_id = ? AND c.tenant_id = ?`, id, id).Error
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, tenant := range []*administration.Tenant{k.first, k.second} {
		if _, err := k.web.Seals.Create(t.Context(), tenant, seal.Author{SignInName: "test"}); err != nil {
			t.Fatal(err)
		}
	}
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

// scorecards is the service of scorecards on the kit's figures.
func (k *kit) scorecards() *contract.Cards {
	contracts := contract.New(k.db, k.administrations, k.accounts, k.indicators, contract.Notices{Administrations: k.administrations, Clock: testClock}, testClock)
	return contract.NewCards(contracts, k.indicators, cube.NewStore(k.db))
}

// scored plants a corrected scorecard of October: with a line of every standing, one left out and one without any figure.
func (k *kit) scored(t *testing.T, c *contract.Contract) {
	t.Helper()
	d := c.Text.Document
	composite, before, value := 98.5, 97.0, 12.25
	card := &contract.Card{Form: "assay-scorecard-1", Administration: k.first.Code, Contract: c.ID.String(), Number: c.Number, Edition: c.Edition, Level: c.Level, Function: c.Function, Holder: d.Holder,
		Month: "2025-10", Version: 2, Reason: contract.DataCorrected, Differences: []contract.CardDifference{{Code: "composite", Before: &before, After: &composite}, {Code: d.Targets[0].Code, Before: nil, After: &value}},
		Basis: contract.CardBasis{Watermark: "2025-12-31T23:59:00Z", Zone: k.first.Zone}, Days: contract.WorkedDays{Calendar: 23, Counted: 20, Full: 10, Taken: []contract.Taken{{Ground: "illness", Days: 3}}},
		Declarations: 120, Part: 1, Composite: &composite, Beside: []contract.CardFigure{{Code: "CTL04", Unit: "percent", Value: &value, N: 40}}}
	standings := []contract.Standing{contract.Green, contract.Amber, contract.Red}
	for i := range d.Targets {
		target := &d.Targets[i]
		line := contract.CardLine{CardFigure: contract.CardFigure{Code: target.Code, Unit: target.Unit, Value: &value, N: 99, Mature: true}, Direction: target.Direction, Threshold: target.Threshold, Target: target.Target,
			RedLow: target.RedLow, RedHigh: target.RedHigh, SignedWeight: target.Weight, Attainment: 98.5, Standing: standings[i%3], Line: []*float64{&composite, nil, &before, &value, &before, &value}, Peers: &before}
		if i == 1 {
			line.LeftOut, line.Value, line.Standing, line.Peers, line.Attainment = contract.FewCases, nil, "", nil, 0
		}
		card.Lines = append(card.Lines, line)
	}
	content := card.Canonical()
	err := k.db.InTenant(t.Context(), k.first.ID, func(_ context.Context, tx *store.Tx) error {
		return tx.Exec(`INSERT INTO scorecard (tenant_id, contract_id, month, version, content, hash, reason, published_at, published_by) VALUES (?, ?, ?, 2, ?, ?, ?, ?, 'system')`,
			k.first.ID.String(), c.ID, int(cube.MonthOf(2025, 10)), string(content), card.Hash(), card.Reason, testClock()).Error
	})
	if err != nil {
		t.Fatal(err)
	}
}

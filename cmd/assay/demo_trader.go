package main

import (
	"context"
	"fmt"
	"time"

	"assay/domain"
	"assay/domain/access"
	"assay/domain/account"
	"assay/domain/administration"
	"assay/domain/contract"
	"assay/domain/cube"
	"assay/domain/cube/fact"
	"assay/domain/indicator"
	"assay/web"
)

// demoTraderNames are who signs in for an operator, one in each administration.
var demoTraderNames = map[string]string{"sahelia": "Adama Sanogo", "wadi": "كريم البستاني", "coral": "Sione Taufa"}

// monthlyCases is how many declarations a month the demo's operator should have, so that its scorecards hold figures; an importer of a
// small demo has fewer, and a broker signs in instead.
const monthlyCases = 40

// trader makes sure that somebody can sign in for an operator of the administration: its busiest importer, or broker.
func (d *demonstration) trader(ctx context.Context, tenant *administration.Tenant) (*web.DemoPerson, error) {
	p := web.DemoPerson{SignInName: "trader@" + tenant.Code, Password: demoPassword, Name: demoTraderNames[tenant.Code], Role: access.Trader}
	roster, err := d.accounts.Roster(ctx, tenant.ID)
	if err != nil || holding(roster, access.Trader) != nil {
		return &p, err // a second start finds the operator of the first, whoever is the busiest by now
	}
	m, err := d.busiest(ctx, tenant)
	if err != nil || m == nil {
		return nil, err
	}
	return &p, d.join(ctx, p, tenant.Languages[0], *m)
}

// busiest is the membership for the operator with most declarations; nil where there are no figures.
func (d *demonstration) busiest(ctx context.Context, tenant *administration.Tenant) (*account.Membership, error) {
	snapshot, err := d.indicators.Snapshot(ctx, tenant)
	if domain.Is(err, domain.KindNotReady) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	from, to, known := snapshot.Span(fact.Declaration)
	if !known {
		return nil, nil
	}
	months := int64(to.Month()-from.Month()) + 1
	var best *account.Membership
	for _, kind := range []account.TraderKind{account.Importer, account.Broker} {
		found, err := d.indicators.Compute(ctx, tenant, indicator.Request{Codes: []string{"CLR01"}, From: from, To: to, By: []string{string(kind)}, Order: indicator.Order{By: indicator.OrderByN, Descending: true}, Limit: 2})
		if err != nil {
			return nil, err
		}
		for i := range found[0].Rows {
			row := &found[0].Rows[i]
			if row.Keys[0] == "" || best != nil {
				continue
			}
			if row.N >= monthlyCases*months || kind == account.Broker {
				best = &account.Membership{Tenant: tenant.ID, Role: string(access.Trader), Trader: row.Keys[0], TraderKind: kind}
			}
		}
	}
	return best, nil
}

// demoOperatorFigures stand where too short a history proposes nothing: baseline, threshold and target, in the indicators' units.
var demoOperatorFigures = map[string][3]float64{"OPR01": {88, 88, 94}, "OPR02": {14, 14, 10}, "CLR06": {6, 6, 4}, "CLR07": {72, 72, 48}, "DQ02": {8, 8, 5}, "DQ03": {6, 6, 4}}

// signOperator drafts, proposes and signs the contract with the demo's operator and brings it into force with the others.
func (h *history) signOperator(ctx context.Context, s *contract.Service, dg contract.Actor, startsOn cube.Date, now time.Time) (*contract.Contract, error) {
	people, err := h.accounts.Roster(ctx, h.tenant.ID)
	if err != nil {
		return nil, err
	}
	trader := holding(people, access.Trader)
	if trader == nil || h.panel.director == nil {
		return nil, nil
	}
	c, err := h.draftOperator(ctx, s, dg, *trader, startsOn)
	if err != nil {
		return nil, fmt.Errorf("draft the contract of an operator: %w", err)
	}
	ask := func(who account.Person) contract.Ask {
		return contract.Ask{Contract: c.ID, Revision: c.Revision, Actor: contract.ActorOf(who, "assay demo")}
	}
	if c, err = s.Propose(ctx, h.tenant, ask(*h.panel.director)); err != nil {
		return nil, err
	}
	if c, err = s.Comment(ctx, h.tenant, ask(*trader), "indicator:CLR07", "Our bank settles on working days only; three days hold a weekend."); err != nil {
		return nil, err
	}
	for _, who := range []account.Person{*trader, *h.panel.director} {
		if c, err = s.Sign(ctx, h.tenant, ask(who), contract.SignInput{Seen: c.Text.Hash, Confirmation: proofOf(who, now)}); err != nil {
			return nil, fmt.Errorf("sign the contract of an operator: %w", err)
		}
	}
	h.at = c.StartsOn.Time().Add(6 * time.Hour)
	return c, h.contracts.Activate(ctx, h.tenant, c.ID)
}

func (h *history) draftOperator(ctx context.Context, s *contract.Service, dg contract.Actor, trader account.Person, startsOn cube.Date) (*contract.Contract, error) {
	function, kind := contract.FunctionImporter, "trader"
	if trader.TraderKind == account.Broker {
		function, kind = contract.FunctionBroker, "broker"
	}
	template, err := s.CopyBuiltIn(ctx, h.tenant.ID, dg, function, "", "")
	if err == nil {
		template, err = s.PutInUse(ctx, h.tenant.ID, dg, template.ID, template.Revision)
	}
	if err != nil {
		return nil, err
	}
	content := template.Content
	proposals, err := s.Proposals(ctx, h.tenant, contract.Work{Level: content.Level, Function: content.Function, Before: s.Today(h.tenant), Lines: content.Lines, Rule: content.Rule})
	if err != nil {
		return nil, err
	}
	figures := map[string]contract.Figure{}
	for _, p := range proposals {
		if v, known := demoOperatorFigures[p.Code]; known && p.Baseline == nil {
			figures[p.Code] = contract.Figure{Baseline: &v[0], Threshold: &v[1], Target: &v[2]}
		}
	}
	names, err := h.administrations.Names(ctx, h.tenant.ID, kind, []string{trader.Trader})
	if err != nil {
		return nil, err
	}
	firm := names[trader.Trader]
	if firm == "" {
		firm = trader.Trader
	}
	director := *h.panel.director
	return s.Draft(ctx, h.tenant, contract.DraftInput{Template: template.ID, Subject: trader.Trader, SubjectName: firm, StartsOn: startsOn, Actor: dg, Targets: figures,
		Signatories: []contract.Signatory{{Side: contract.SideHolder, Account: trader.Account, Name: trader.Name, Post: "Manager"}, {Side: contract.SideAdministration, Account: director.Account, Name: director.Name, Post: "Director General"}}})
}

// operatorSpeaks lets the operator comment on its last scorecard.
func (h *history) operatorSpeaks(ctx context.Context, c *contract.Contract) error {
	if c == nil {
		return nil
	}
	people, err := h.accounts.Roster(ctx, h.tenant.ID)
	if err != nil {
		return err
	}
	trader := holding(people, access.Trader)
	reader := contract.Reader{Actor: contract.ActorOf(*trader, "assay demo"), Scope: access.ScopeOwn}
	_, cards, err := h.cards.Months(ctx, h.tenant, reader, c.ID)
	if err != nil || len(cards) == 0 {
		return err
	}
	return h.cards.CommentCard(ctx, h.tenant, reader, c.ID, cards[0].Month, "CLR07", "Two payments waited for a stamp of the bank over the holidays.")
}

package main

import (
	"assay/domain/access"
	"assay/domain/contract"
	"assay/domain/indicator"
)

// operator holds that the economic operator of sahelia sees exactly one contract, the own one, in force and with scorecards.
func (d demoLook) operator() {
	d.t.Helper()
	ctx, tenant := d.t.Context(), d.tenants["sahelia"]
	people, err := d.s.accounts.Roster(ctx, tenant.ID)
	if err != nil {
		d.t.Fatal(err)
	}
	trader := holding(people, access.Trader)
	if trader == nil || trader.Trader == "" || !trader.TraderKind.Known() {
		d.t.Fatalf("the operator of sahelia: %+v", trader)
	}
	reader := contract.Reader{Actor: contract.ActorOf(*trader, "test"), Scope: access.ScopeOwn}
	found, err := d.s.contracts.List(ctx, tenant, reader, contract.Filter{})
	if err != nil || len(found) != 1 || found[0].Subject != trader.Trader || found[0].State != contract.Active || found[0].Level != contract.LevelOperator {
		d.t.Fatalf("the operator sees %d contracts: %+v, %v", len(found), found, err)
	}
	_, cards, err := d.s.cards().Months(ctx, tenant, reader, found[0].ID)
	if err != nil || len(cards) < 5 {
		d.t.Errorf("%d scorecards of the operator, %v", len(cards), err)
	}
	for _, card := range cards {
		for _, beside := range card.Card.Beside {
			if found, err := indicator.Find(beside.Code); err != nil || !found.ToldOutside() {
				d.t.Errorf("the card of %s shows %s, which is not told to operators", card.Month, beside.Code)
			}
		}
	}
}

package contract_test

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"

	"assay/domain"
	"assay/domain/account"
	"assay/domain/contract"
	"assay/domain/store"
)

// joined gives somebody an account and a role, and the actor with that account.
func (k *kit) joined(t *testing.T, who contract.Actor) contract.Actor {
	t.Helper()
	a, err := k.accounts.Create(t.Context(), account.NewAccount{SignInName: who.SignInName, Name: who.Name, Language: "en", Password: "a long password for tests"})
	if err == nil {
		err = k.accounts.Join(t.Context(), a.ID, account.Membership{Tenant: k.tenant.ID, Role: string(who.Role), Office: who.Office, Officer: who.Officer})
	}
	if err != nil {
		t.Fatal(err)
	}
	who.Account = a.ID
	return who
}

// TestDeputies names deputies: who can be one, in which days they sign, for one contract and for all that wait, and what stays on record.
func TestDeputies(t *testing.T) {
	t.Parallel()
	k, ctx := newKit(t, noFigures{}), t.Context()
	k.open(t, false, contract.AnyOrder)
	second, chief, clerk := k.joined(t, deputy), k.joined(t, head), k.joined(t, other)
	var drafts []*contract.Contract
	for _, subject := range []string{"EX1", "EX2"} {
		c, err := k.service.Propose(ctx, k.tenant, k.ask(k.draft(t, subject), dg, ""))
		if err != nil {
			t.Fatal(err)
		}
		drafts = append(drafts, c)
	}
	able, err := k.service.Deputies(ctx, k.tenant, drafts[0])
	if err != nil || len(able) != 2 || !slices.ContainsFunc(able, func(p account.Person) bool { return p.Account == second.Account }) {
		t.Fatalf("deputies: %+v, %v", able, err)
	}
	days := contract.DeputyInput{Account: second.Account, From: k.today() + 2, To: k.today() + 4}
	for what, each := range map[string]struct {
		who  contract.Actor
		in   contract.DeputyInput
		kind domain.Kind
	}{
		"the holder names one":         {k.holding(drafts[0]), days, domain.KindForbidden},
		"somebody else names one":      {second, days, domain.KindNotFound},
		"an officer deputises":         {dg, contract.DeputyInput{Account: clerk.Account, From: days.From, To: days.To}, domain.KindInvalid},
		"a stranger deputises":         {dg, contract.DeputyInput{Account: stranger.Account, From: days.From, To: days.To}, domain.KindInvalid},
		"days the wrong way round":     {dg, contract.DeputyInput{Account: second.Account, From: days.To, To: days.From}, domain.KindInvalid},
		"days that are over":           {dg, contract.DeputyInput{Account: second.Account, From: days.From - 30, To: days.From - 20}, domain.KindInvalid},
		"for longer than a year":       {dg, contract.DeputyInput{Account: second.Account, From: days.From, To: days.From + 400}, domain.KindInvalid},
		"the head of the office, ever": {dg, contract.DeputyInput{Account: chief.Account, From: days.From, To: days.To}, ""},
	} {
		_, err := k.service.NameDeputy(ctx, k.tenant, k.ask(k.dossier(t, drafts[0].ID).Contract, each.who, ""), each.in)
		wanted(t, what, err, each.kind)
	}
	outcomes, err := k.service.NameDeputyForAll(ctx, k.tenant, dg, days)
	if err != nil || len(outcomes) != 2 || outcomes[0].Refused+outcomes[1].Refused != "" {
		t.Fatalf("for all: %+v, %v", outcomes, err)
	}
	signs := func(c *contract.Contract) error {
		seen := k.dossier(t, c.ID)
		_, err := k.service.Sign(ctx, k.tenant, k.ask(seen.Contract, second, ""), contract.SignInput{Seen: seen.Text.Hash, Confirmation: k.confirmation(second)})
		return err
	}
	wanted(t, "before the first day", signs(drafts[0]), domain.KindForbidden)
	k.pass(4)
	wanted(t, "on the last day", signs(drafts[0]), "")
	if s := k.dossier(t, drafts[0].ID).Signatures; len(s) != 1 || s[0].InPlaceOf != dg.Name || s[0].Account != second.Account {
		t.Errorf("signed: %+v", s)
	}
	k.pass(1)
	wanted(t, "after the last day", signs(drafts[1]), domain.KindForbidden)
	if _, err := k.service.NameDeputy(ctx, k.tenant, k.ask(k.dossier(t, drafts[1].ID).Contract, dg, ""), contract.DeputyInput{}); err != nil {
		t.Errorf("taken away: %v", err)
	}
	if s := k.dossier(t, drafts[1].ID).Signatories[1]; s.DeputyName != "" || s.DeputyOn(second.Account, k.today()) {
		t.Errorf("after it was taken away: %+v", s)
	}
	k.deputiesOnRecord(t)
}

func (k *kit) holding(c *contract.Contract) contract.Actor {
	holder := officer
	holder.Officer = c.Subject
	return holder
}

func (k *kit) dossier(t *testing.T, id uuid.UUID) *contract.Dossier {
	t.Helper()
	d, err := k.service.Get(t.Context(), k.tenant, k.reader(dg), id)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// deputiesOnRecord holds that the audit record says who was named by whom for which days.
func (k *kit) deputiesOnRecord(t *testing.T) {
	t.Helper()
	var kept []string
	err := k.db.Read(t.Context(), k.tenant.ID, func(_ context.Context, tx *store.Tx) error {
		return tx.Raw(`SELECT after FROM audit_record WHERE tenant_id = ? AND action = 'contract.deputise' AND actor = 'dg' ORDER BY sequence`, k.tenant.ID.String()).Scan(&kept).Error
	})
	if err != nil || len(kept) != 4 {
		t.Fatalf("on record: %v, %v", kept, err)
	}
	var last, named map[string]any
	if json.Unmarshal([]byte(kept[1]), &named) != nil || json.Unmarshal([]byte(kept[3]), &last) != nil || named["deputy"] != deputy.Name || !strings.HasPrefix(named["from"].(string), "2026-03") || last["deputy"] != "" {
		t.Errorf("on record: %v", kept)
	}
}

package web

import (
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"
	"github.com/google/uuid"

	"assay/domain/access"
	"assay/domain/account"
	"assay/domain/contract"
	"assay/domain/indicator"
	"assay/domain/warehouse"
)

// busiestTrader is a membership for the importer, or the broker, of the first administration with most declarations.
func (k *kit) busiestTrader(t *testing.T, kind account.TraderKind) account.Membership {
	t.Helper()
	count := map[string]int{}
	best := ""
	err := k.warehouse.Records(t.Context(), k.first.ID, warehouse.Range{}, func(r *warehouse.Record) error {
		code := r.Header.Importer
		if kind == account.Broker {
			code = r.Header.Broker
		}
		if count[code]++; code != "" && (best == "" || count[code] > count[best] || count[code] == count[best] && code < best) {
			best = code
		}
		return nil
	})
	if err != nil || best == "" {
		t.Fatalf("no declaration names a trader: %v", err)
	}
	return account.Membership{Tenant: k.first.ID, Role: string(access.Trader), Trader: best, TraderKind: kind}
}

// otherTrader signs in for the broker with most declarations.
const otherTrader = "other_trader"

// testTrader tries everything that an economic operator may open and may not: the own declarations and nobody's else, the own contract and
// no other, no officer and nobody of the administration by name.
func (k *kit) testTrader(t *testing.T) {
	person, err := k.accounts.Create(t.Context(), account.NewAccount{SignInName: otherTrader, Name: "Amina " + otherTrader, Language: "en", Password: password})
	if err == nil {
		err = k.accounts.Join(t.Context(), person.ID, k.busiestTrader(t, account.Broker))
	}
	if err != nil {
		t.Fatal(err)
	}
	own, others := k.declarationsOf(t, k.trader)
	k.run(t, []scenario{
		{"", own[0], http.StatusSeeOther, "/sign-in?", ""},
		{"other", own[0], http.StatusNotFound, "", ""},
		{"administrator", own[0], http.StatusForbidden, "", ""},
		{"trader", others[0], http.StatusNotFound, "", ""},
		{"trader", own[0], http.StatusOK, "", findingsHidden},
		{"trader", "/in/karouma", http.StatusOK, "", "Figures of our declarations"},
		{"trader", "/in/karouma/board", http.StatusOK, "", "Figures of your own declarations:"},
		{"trader", "/in/karouma/indicators/OPR01", http.StatusOK, "", "Figures of your own declarations:"},
		{"trader", "/in/karouma/indicators/OPR01?importer=" + k.trader.Trader, http.StatusOK, "", ""},
		{"trader", "/in/karouma/indicators/OPR01?importer=somebody", http.StatusForbidden, "", ""},
		{"trader", "/in/karouma/indicators/OPR01?by=officer", http.StatusForbidden, "", ""},
		{"trader", "/in/karouma/indicators/CLR01?officer=" + k.officer, http.StatusForbidden, "", ""},
		{"trader", "/in/karouma/indicators/CLR01?by=cause", http.StatusForbidden, "", ""},
		{"trader", "/in/karouma/indicators/DQ01", http.StatusNotFound, "", ""},
		{"trader", "/in/karouma/indicators/INT02/declarations", http.StatusNotFound, "", ""},
		{"trader", "/in/karouma/indicators/CLR01/breakdown.csv", http.StatusForbidden, "", ""},
		{"trader", "/in/karouma/contracts/new", http.StatusForbidden, "", ""},
		{"officer", "/in/karouma/contracts/new", http.StatusForbidden, "", ""},
		{"trader", "/in/karouma/contracts", http.StatusOK, "", "contract"},
		{"trader", "/in/karouma/scorecards", http.StatusOK, "", ""},
		{"trader", "/in/karouma/objections", http.StatusOK, "", ""},
		{"trader", "/in/karouma/contracts/sitting", http.StatusOK, "", ""},
		{"trader", "/access", http.StatusOK, "", "Role: Economic operator"},
	})
	for _, path := range []string{"programme", "meetings", "people", "settings", "dictionary", "comparison", "imports", "audit", "evaluations", "outcomes", "templates", "targets", "seal"} {
		k.run(t, []scenario{{"trader", "/in/karouma/" + path, http.StatusForbidden, "", ""}})
	}
	k.walkAsTrader(t, own)
	k.contractOfTrader(t)
}

// declarationsOf are the addresses of the declarations of a trader, and of all others.
func (k *kit) declarationsOf(t *testing.T, m account.Membership) (own, others []string) {
	t.Helper()
	err := k.warehouse.Records(t.Context(), k.first.ID, warehouse.Range{}, func(r *warehouse.Record) error {
		address := fmt.Sprintf("/in/karouma/declarations/%s/%d/%s", r.Reference.Office, r.Reference.Year, r.Reference.Serial+r.Reference.Number)
		if r.Header.Importer == m.Trader {
			own = append(own, address)
		} else {
			others = append(others, address)
		}
		return nil
	})
	if err != nil || len(own) == 0 || len(others) < 20 {
		t.Fatalf("%d declarations of the operator, %d of others, %v", len(own), len(others), err)
	}
	return own, others
}

// walkAsTrader follows every link from the first page, page after page, as far as figures and contracts reach, and looks on each page for
// officers and for declarations of others.
func (k *kit) walkAsTrader(t *testing.T, own []string) {
	b := k.person(t, "trader")
	users := slices.Collect(maps.Keys(k.breakdownBy(t, "director_general", "by=officer")))
	if len(users) < 4 {
		t.Fatalf("%d officers: the test would show nothing", len(users))
	}
	names, err := k.administrations.Names(t.Context(), k.first.ID, "officer", users)
	if err != nil {
		t.Fatal(err)
	}
	const mostPages = 120
	seen, waiting := map[string]bool{}, []string{"/in/karouma", "/in/karouma/indicators/CLR01/declarations?period=2025", "/in/karouma/indicators/CLR01/declarations?period=2024"}
	places := map[string]int{} // pages of one path with different questions: two are enough
	declarations := 0
	for len(waiting) > 0 && len(seen) < mostPages {
		address := waiting[0]
		waiting = waiting[1:]
		kind, _, _ := strings.Cut(address, "#")
		place, _, _ := strings.Cut(kind, "?")
		if seen[kind] || places[place] == 2 {
			continue
		}
		seen[kind] = true
		places[place]++
		a := b.get(kind)
		if a.status != http.StatusOK {
			t.Errorf("a link leads to %s, which answers %d", kind, a.status)
			continue
		}
		text := a.text()
		for _, user := range users {
			if strings.Contains(text, user) || names[user] != "" && strings.Contains(text, names[user]) {
				t.Errorf("%s names the officer %s %s", kind, user, names[user])
			}
		}
		a.page.Find("main a[href^='/in/karouma']").Each(func(_ int, link *goquery.Selection) {
			to := link.AttrOr("href", "")
			if strings.HasPrefix(to, "/in/karouma/declarations/") {
				declarations++
				if !slices.Contains(own, to) {
					t.Errorf("%s leads to %s, which is another's", kind, to)
				}
			}
			waiting = append(waiting, to)
		})
	}
	if len(seen) < 20 || declarations < 3 {
		t.Errorf("%d pages with %d links to declarations were walked", len(seen), declarations)
	}
}

// contractOfTrader lets a deputy draft and propose a contract with the operator, and the operator read, comment and propose other figures.
func (k *kit) contractOfTrader(t *testing.T) {
	ctx, s := t.Context(), k.web.Contracts
	deputy, err := k.accounts.ByName(ctx, "deputy")
	if err != nil {
		t.Fatal(err)
	}
	actor := contract.Actor{Account: deputy.ID, SignInName: deputy.SignInName, Name: deputy.Name, Role: access.Deputy, Origin: "test"}
	template, err := s.CopyBuiltIn(ctx, k.first.ID, actor, contract.FunctionImporter, "", "")
	if err == nil {
		template, err = s.PutInUse(ctx, k.first.ID, actor, template.ID, template.Revision)
	}
	if err != nil {
		t.Fatal(err)
	}
	b := k.person(t, "deputy")
	form := b.get("/in/karouma/contracts/new?office=-operators").page
	trader, director := k.accountOf(t, "trader"), k.accountOf(t, "director_general")
	if form.Find("#holder option[value='"+trader+"']").Length() != 1 || form.Find("#template option").Length() != 1 {
		t.Fatalf("the form of a contract with an operator: %s", form.Find("main").Text())
	}
	draft := url.Values{"office": {"-operators"}, "template": {template.ID.String()}, "authority": {director}, "starts_on": {"2026-03-01"}, "holder": {k.accountOf(t, otherTrader)}}
	if a := b.post("/in/karouma/contracts", draft); a.status != http.StatusBadRequest || !strings.Contains(a.text(), "other kind of operator") {
		t.Errorf("a broker under a template for importers: %d %.300s", a.status, a.text())
	}
	value := func(v float64) *float64 { return &v }
	figures := map[string]contract.Figure{}
	for _, line := range contract.BuiltIn(contract.FunctionImporter).Lines {
		figures[line.Code] = contract.Figure{Baseline: value(10), Threshold: value(10), Target: value(map[bool]float64{true: 8, false: 12}[line.Direction == indicator.Lower])}
	}
	holder, err := k.accounts.ByName(ctx, "trader")
	if err != nil {
		t.Fatal(err)
	}
	c, err := s.Draft(ctx, k.first, contract.DraftInput{Template: template.ID, Subject: k.trader.Trader, SubjectName: "Firm " + k.trader.Trader, StartsOn: s.Today(k.first) + 20, Actor: actor, Targets: figures, WithoutHistory: true,
		Signatories: []contract.Signatory{{Side: contract.SideHolder, Account: holder.ID, Name: holder.Name, Post: "Manager"}, {Side: contract.SideAdministration, Account: uuid.MustParse(director), Name: "Amina director_general", Post: "Director General"}}})
	if err != nil {
		t.Fatal(err)
	}
	address := "/in/karouma/contracts/" + c.ID.String()
	k.run(t, []scenario{{"trader", address, http.StatusNotFound, "", ""}}) // still a draft
	if c, err = s.Propose(ctx, k.first, contract.Ask{Contract: c.ID, Revision: c.Revision, Actor: actor}); err != nil {
		t.Fatal(err)
	}
	k.run(t, []scenario{
		{otherTrader, address, http.StatusNotFound, "", ""}, {"officer", address, http.StatusNotFound, "", ""},
		{otherTrader, "/in/karouma/contracts", http.StatusOK, "", ""},
		{"trader", "/in/karouma/contracts", http.StatusOK, "", c.Number}, {"trader", "/in/karouma/contracts/sitting", http.StatusOK, "", c.Number},
	})
	if text := k.person(t, otherTrader).get("/in/karouma/contracts").text(); strings.Contains(text, c.Number) {
		t.Error("another operator's list tells of the contract")
	}
	k.negotiateAsTrader(t, c, address)
}

func (k *kit) negotiateAsTrader(t *testing.T, c *contract.Contract, address string) {
	b := k.person(t, "trader")
	page := b.get(address)
	if page.status != http.StatusOK || strings.Contains(page.text(), "deputy") || !strings.Contains(page.text(), "The administration") {
		t.Fatalf("the own contract: %d, it must name no deputy: %.600s", page.status, page.text())
	}
	if page.page.Find("form[action$='/sign']").Length() != 1 {
		t.Error("the operator cannot sign the own contract")
	}
	revision := func() string { return b.get(address).page.Find("input[name=revision]").First().AttrOr("value", "") }
	for _, form := range []url.Values{
		{"do": {"comment"}, "about": {"indicator:OPR02"}, "reason": {"Our carrier changed in May."}},
		{"do": {"counter"}, "target.OPR02": {"9"}, "reason": {"The new yard opens in summer."}},
	} {
		form.Set("revision", revision())
		if a := b.post(address, form); a.status != http.StatusSeeOther {
			t.Errorf("%s: %d %.300s", form.Get("do"), a.status, a.text())
		}
	}
	for _, form := range []url.Values{{"do": {"withdraw"}, "reason": {"no"}}, {"do": {"suspend"}, "reason": {"no"}, "ground": {"outage"}, "day": {"2026-03-01"}}, {"do": {"terminate"}, "reason": {"no"}}} {
		form.Set("revision", revision())
		if a := b.post(address, form); a.status != http.StatusForbidden && a.status != http.StatusBadRequest && a.status != http.StatusConflict {
			t.Errorf("%s is not the operator's: %d %.300s", form.Get("do"), a.status, a.text())
		}
	}
	if found := k.person(t, "director_general").get(address).text(); !strings.Contains(found, "The new yard opens in summer.") {
		t.Errorf("the administration does not read the counter-proposal: %.300s", found)
	}
}

// testInviteTrader invites an operator by the page: to what was loaded, to one code and to no other role.
func (k *kit) testInviteTrader(t *testing.T) {
	b := k.person(t, "administrator")
	invitation := func(change func(url.Values)) *answer {
		form := url.Values{"name": {"Manager"}, "email": {"manager@firm.example"}, "language": {"en"}, "role": {"trader"}, "trader_kind": {"importer"}, "trader": {k.trader.Trader}}
		change(form)
		return b.post("/in/karouma/people/invitations", form)
	}
	for says, change := range map[string]func(url.Values){
		"Say for which importer or broker": func(f url.Values) { f.Del("trader_kind") },
		"names no such importer or broker": func(f url.Values) { f.Set("trader", "NOWHERE") },
		"has no office and no user name":   func(f url.Values) { f.Set("office", k.office) },
		"one code and no other role":       func(f url.Values) { f.Add("role", "analyst") },
	} {
		if a := invitation(change); a.status != http.StatusBadRequest || !strings.Contains(a.text(), says) {
			t.Errorf("%q: %d %.400s", says, a.status, a.text())
		}
	}
	// A code of the other administration is as unknown as one that there is not.
	if a := invitation(func(f url.Values) { f.Set("trader_kind", "broker") }); a.status != http.StatusBadRequest && k.trader.Trader != k.busiestTrader(t, account.Broker).Trader {
		t.Errorf("an importer's code as a broker's: %d", a.status)
	}
	a := invitation(func(url.Values) {})
	link := a.page.Find("#link").Text()
	at := strings.Index(link, account.InvitationPath)
	if a.status != http.StatusOK || at < 0 || !strings.Contains(a.text(), "Economic operator (Importer "+k.trader.Trader+")") {
		t.Fatalf("the invitation: %d %.600s", a.status, a.text())
	}
	guest := k.guest(t)
	if a := guest.post(link[at:], url.Values{"password": {password}, "again": {password}}); a.status != http.StatusSeeOther {
		t.Fatalf("accept: %d %.300s", a.status, a.text())
	}
	k.run(t, []scenario{{"manager@firm.example", "/in/karouma/board", http.StatusOK, "", "Figures of your own declarations:"}})
	// Who is an operator does not become anything else, and the other way round.
	for _, wrong := range []struct {
		who  string
		form url.Values
	}{{"manager@firm.example", url.Values{"do": {"roles"}, "role": {"trader", "analyst"}, "trader_kind": {"importer"}, "trader": {k.trader.Trader}}},
		{"analyst", url.Values{"do": {"roles"}, "role": {"analyst"}, "trader": {"X"}, "trader_kind": {"importer"}, "office": {""}}}} {
		a := b.post("/in/karouma/people/"+k.accountOf(t, wrong.who), wrong.form)
		held, err := k.accounts.Member(t.Context(), k.first.ID, uuid.MustParse(k.accountOf(t, wrong.who)))
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range held.Memberships {
			if len(held.Memberships) > 1 && m.Trader != "" || m.Role != "trader" && m.Trader != "" {
				t.Errorf("%s: %d, has %+v", wrong.who, a.status, held.Memberships)
			}
		}
	}
}

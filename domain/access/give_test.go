package access

import (
	"context"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"assay/domain"
	"assay/domain/account"
	"assay/domain/audit"
	"assay/domain/store"
)

// places gives the first administration the offices O1 and O2, both with a section S1, and O1 a section S2; the second one has O9.
func (b *bundle) places(t *testing.T) {
	t.Helper()
	for i, statements := range [][]string{
		{`INSERT INTO office (tenant_id, code, name) VALUES (?, 'O1', 'First'), (?, 'O2', 'Second')`, `INSERT INTO section (tenant_id, office, code, name) VALUES (?, 'O1', 'S1', ''), (?, 'O1', 'S2', ''), (?, 'O2', 'S1', '')`, `INSERT INTO trader (tenant_id, code) VALUES (?, 'IMP1')`},
		{`INSERT INTO office (tenant_id, code, name) VALUES (?, 'O9', 'Other')`, `INSERT INTO trader (tenant_id, code) VALUES (?, 'IMP9')`},
	} {
		id := b.tenants[i].ID
		err := b.db.InTenant(t.Context(), id, func(_ context.Context, tx *store.Tx) error {
			for _, statement := range statements {
				var arguments []any
				for _, r := range statement {
					if r == '?' {
						arguments = append(arguments, id.String())
					}
				}
				if err := tx.Exec(statement, arguments...).Error; err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

// givers is the first administration with own roles that may write people, and somebody of each.
func (b *bundle) givers(t *testing.T) map[string]Giver {
	t.Helper()
	b.places(t)
	for code, permissions := range map[Role]map[Action]Scope{
		"own-clerk":   {PersonRead: ScopeAdministration, PersonWrite: ScopeAdministration, ImportRead: ScopeAdministration},
		"own-shift":   {PersonRead: ScopeAdministration, PersonWrite: ScopeAdministration, FigureRead: ScopeOffice},
		"own-figures": {FigureRead: ScopeOffice},
		"own-team":    {FigureRead: ScopeTeam},
		"own-imports": {ImportRead: ScopeAdministration},
		"own-gone":    {ImportRead: ScopeAdministration},
	} {
		if err := b.service.AddRole(t.Context(), b.tenants[0].ID, ownRole(code, permissions), []string{"en"}, by()); err != nil {
			t.Fatal(err)
		}
	}
	if err := b.service.RetireRole(t.Context(), b.tenants[0].ID, "own-gone", 1, by()); err != nil {
		t.Fatal(err)
	}
	givers := map[string]Giver{}
	for name, m := range map[string]account.Membership{"administrator": {Role: string(Administrator)}, "clerk": {Role: "own-clerk"}, "shift": {Role: "own-shift", Office: "O1"}, "analyst": {Role: string(Analyst)}} {
		id := b.person(t, name, m)
		givers[name] = Giver{By: account.By{Account: id, SignInName: name, Capacity: m.Role, Tenant: b.tenants[0].ID, Origin: "test"}, Permissions: b.of(t, id, 0)}
	}
	return givers
}

// Nobody gives a role that holds more, or reaches further, than the own roles together.
func TestNobodyGivesMoreThanTheOwnRoles(t *testing.T) {
	t.Parallel()
	b := setup(t)
	givers := b.givers(t)
	for _, c := range []struct {
		giver string
		m     account.Membership
		kind  domain.Kind // empty when it may be given
	}{
		{"administrator", account.Membership{Role: string(DirectorGeneral)}, ""},
		{"administrator", account.Membership{Role: string(Administrator)}, ""},
		{"administrator", account.Membership{Role: "own-imports"}, ""},
		{"administrator", account.Membership{Role: "own-gone"}, domain.KindInvalid},
		{"administrator", account.Membership{Role: "own-nothing"}, domain.KindInvalid},
		{"administrator", account.Membership{Role: string(Expert)}, domain.KindInvalid},
		{"administrator", account.Membership{Role: string(InstallationOperator)}, domain.KindInvalid},
		{"administrator", account.Membership{Role: string(HeadOfOffice)}, domain.KindInvalid},
		{"administrator", account.Membership{Role: string(HeadOfOffice), Office: "O1"}, ""},
		{"administrator", account.Membership{Role: string(HeadOfOffice), Office: "O9"}, domain.KindInvalid},
		{"administrator", account.Membership{Role: string(TeamHead), Office: "O1"}, domain.KindInvalid},
		{"administrator", account.Membership{Role: string(TeamHead), Office: "O1", Section: "S2"}, ""},
		{"administrator", account.Membership{Role: string(TeamHead), Office: "O2", Section: "S2"}, domain.KindInvalid},
		{"administrator", account.Membership{Role: string(TeamHead), Section: "S1"}, domain.KindInvalid},
		{"administrator", account.Membership{Role: string(Officer), Officer: "amina1"}, ""},
		{"administrator", account.Membership{Role: string(Trader)}, domain.KindInvalid},
		{"administrator", account.Membership{Role: string(Trader), Trader: "IMP1", TraderKind: account.Importer}, ""},
		{"administrator", account.Membership{Role: string(Trader), Trader: "IMP1", TraderKind: account.Broker}, domain.KindInvalid},
		{"administrator", account.Membership{Role: string(Trader), Trader: "IMP9", TraderKind: account.Importer}, domain.KindInvalid}, // of the other administration
		{"administrator", account.Membership{Role: string(Trader), Trader: "IMP1"}, domain.KindInvalid},
		{"administrator", account.Membership{Role: string(Trader), Trader: "IMP1", TraderKind: account.Importer, Office: "O1"}, domain.KindInvalid},
		{"administrator", account.Membership{Role: string(Trader), Trader: "IMP1", TraderKind: account.Importer, Officer: "amina1"}, domain.KindInvalid},
		{"administrator", account.Membership{Role: string(Analyst), Trader: "IMP1", TraderKind: account.Importer}, domain.KindInvalid},
		{"clerk", account.Membership{Role: string(Trader), Trader: "IMP1", TraderKind: account.Importer}, domain.KindForbidden},
		{"administrator", account.Membership{Role: string(Officer), Officer: string(make([]byte, 101))}, domain.KindInvalid},
		{"clerk", account.Membership{Role: "own-imports"}, ""},
		{"clerk", account.Membership{Role: "own-clerk"}, ""},
		{"clerk", account.Membership{Role: string(DataOfficer)}, domain.KindForbidden},
		{"clerk", account.Membership{Role: string(Administrator)}, domain.KindForbidden},
		{"clerk", account.Membership{Role: string(Officer)}, domain.KindForbidden},
		{"clerk", account.Membership{Role: "own-figures", Office: "O1"}, domain.KindForbidden},
		{"shift", account.Membership{Role: "own-figures", Office: "O1"}, ""},
		{"shift", account.Membership{Role: "own-figures", Office: "O2"}, domain.KindForbidden},
		{"shift", account.Membership{Role: "own-team", Office: "O1", Section: "S1"}, ""},
		{"shift", account.Membership{Role: "own-team", Office: "O2", Section: "S1"}, domain.KindForbidden},
		{"shift", account.Membership{Role: "own-clerk"}, domain.KindForbidden},
		{"analyst", account.Membership{Role: string(Analyst)}, ""}, // the route asks for person.write; this only says that it is no more
		{"analyst", account.Membership{Role: string(Auditor)}, domain.KindForbidden},
	} {
		err := b.service.MayGive(t.Context(), b.tenants[0].ID, givers[c.giver].Permissions, c.m)
		if domain.KindOf(err) != c.kind {
			t.Errorf("%s gives %+v: %v, want %q", c.giver, c.m, err, c.kind)
		}
	}
}

// What is refused on giving is refused in every verb, before anything is written; and nobody touches who has more.
func TestVerbsAskBeforeTheyWrite(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ctx, givers := t.Context(), b.givers(t)
	clerk, administrator, tenant := givers["clerk"], givers["administrator"], b.tenants[0].ID
	low := b.person(t, "low", account.Membership{Role: "own-imports"})
	high := b.person(t, "high", account.Membership{Role: string(Deputy)})
	deputy, imports := []account.Membership{{Role: string(Deputy)}}, []account.Membership{{Role: "own-imports"}}
	invitation := func(m []account.Membership) account.NewInvitation {
		return account.NewInvitation{Email: "new@customs.example", Name: "New", Language: "en", Memberships: m, Administration: "aa", Inviter: "x"}
	}
	_, _, inviteDeputy := b.service.Invite(ctx, clerk, invitation(deputy))
	before := b.recorded(t)
	for name, err := range map[string]error{
		"give more":              b.service.SetRoles(ctx, clerk, low, deputy, ""),
		"invite to more":         inviteDeputy,
		"take from who has more": b.service.SetRoles(ctx, clerk, high, imports, ""),
		"suspend who has more":   b.service.Suspend(ctx, clerk, high, true),
		"put out who has more":   b.service.EndMembership(ctx, clerk, high),
		"end sessions":           b.service.EndSessionsOf(ctx, clerk, high),
		"remove factors":         b.service.ResetFactors(ctx, clerk, high),
		"oneself":                b.service.SetRoles(ctx, clerk, clerk.Account, imports, ""),
		"put out oneself":        b.service.EndMembership(ctx, administrator, administrator.Account),
	} {
		if !domain.Is(err, domain.KindForbidden) {
			t.Errorf("%s: %v", name, err)
		}
	}
	stranger := b.person(t, "stranger", account.Membership{Tenant: b.tenants[1].ID, Role: string(Officer)})
	for name, err := range map[string]error{
		"another's roles":   b.service.SetRoles(ctx, administrator, stranger, imports, ""),
		"another's leaving": b.service.EndMembership(ctx, administrator, stranger),
		"nobody":            b.service.Suspend(ctx, administrator, uuid.New(), true),
	} {
		if !domain.Is(err, domain.KindNotFound) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if diff := cmp.Diff(before, b.recorded(t)); diff != "" {
		t.Fatalf("something was written: %s", diff)
	}
	if _, _, err := b.service.Invite(ctx, administrator, invitation(deputy)); err != nil {
		t.Fatal(err)
	}
	open, err := b.accounts.Invitations(ctx, tenant)
	if err != nil || len(open) != 1 {
		t.Fatalf("%d invitations, %v", len(open), err)
	}
	name := func(string) string { return "aa" }
	if _, _, err := b.service.InviteAgain(ctx, clerk, open[0].ID, name, "x"); !domain.Is(err, domain.KindForbidden) {
		t.Fatalf("an invitation to more, again: %v", err)
	}
	if again, err := b.accounts.Invitation(ctx, tenant, open[0].ID); err != nil || again.ID != open[0].ID {
		t.Fatalf("the refused one took the old one away: %v", err)
	}
	for name, err := range map[string]error{"change": b.service.SetRoles(ctx, clerk, low, []account.Membership{{Role: "own-clerk"}}, "clerk"), "suspend": b.service.Suspend(ctx, administrator, high, true),
		"leave": b.service.EndMembership(ctx, administrator, high)} {
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
	}
	if !b.of(t, high, 0).None() || b.of(t, low, 0).Scope(PersonWrite) != ScopeAdministration {
		t.Fatal("the deputy still may something, or the clerk may not")
	}
	if _, err := b.accounts.Member(ctx, tenant, high); !domain.Is(err, domain.KindNotFound) {
		t.Fatalf("who left is still there: %v", err)
	}
}

// Somebody may be head of two sections of one office, and of two offices.
func TestSeveralPlaces(t *testing.T) {
	t.Parallel()
	b := setup(t)
	giver := b.givers(t)["administrator"]
	person := b.person(t, "head", account.Membership{Role: string(Officer)})
	want := []account.Membership{{Role: string(TeamHead), Office: "O1", Section: "S1"}, {Role: string(TeamHead), Office: "O1", Section: "S2"}, {Role: string(TeamHead), Office: "O2", Section: "S1"}}
	if err := b.service.SetRoles(t.Context(), giver, person, want, "head of team"); err != nil {
		t.Fatal(err)
	}
	got, err := b.accounts.Member(t.Context(), b.tenants[0].ID, person)
	if diff := cmp.Diff(want, got.Memberships); err != nil || diff != "" {
		t.Fatalf("%v %s", err, diff)
	}
}

// Who has one of the administration's own roles cannot widen it.
func TestNobodyChangesTheOwnRole(t *testing.T) {
	t.Parallel()
	b := setup(t)
	tenant := b.tenants[0].ID
	role := ownRole("own-keeper", map[Action]Scope{RoleWrite: ScopeAdministration})
	if err := b.service.AddRole(t.Context(), tenant, role, []string{"en"}, by()); err != nil {
		t.Fatal(err)
	}
	b.person(t, "keeper", account.Membership{Role: "own-keeper"})
	wider := *role
	wider.Permissions = map[Action]Scope{RoleWrite: ScopeAdministration, AuditRead: ScopeAdministration}
	if err := b.service.ChangeRole(t.Context(), tenant, &wider, []string{"en"}, Author{Name: "keeper", Capacity: "own-keeper"}); !domain.Is(err, domain.KindForbidden) {
		t.Fatalf("the own role: %v", err)
	}
	if err := b.service.ChangeRole(t.Context(), tenant, &wider, []string{"en"}, by()); err != nil {
		t.Fatalf("another's role: %v", err)
	}
}

func TestExplanations(t *testing.T) {
	t.Parallel()
	b := setup(t)
	tenant := b.tenants[0].ID
	anna, bea := b.person(t, "anna", account.Membership{Role: string(HeadOfOffice), Office: "O1"}), b.person(t, "bea", account.Membership{Role: string(Auditor)})
	stranger := b.person(t, "stranger", account.Membership{Tenant: b.tenants[1].ID, Role: string(Officer)})
	for name, ask := range map[string]struct {
		reader, person uuid.UUID
		scope          Scope
	}{"another by who may ask of oneself": {anna, bea, ScopeOwn}, "a stranger": {bea, stranger, ScopeAdministration}, "nobody": {bea, uuid.New(), ScopeAdministration}, "a stranger to oneself": {stranger, stranger, ScopeOwn}} {
		if _, err := b.service.Explain(t.Context(), tenant, ask.reader, ask.scope, ask.person); !domain.Is(err, domain.KindNotFound) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, reader := range []struct {
		id    uuid.UUID
		scope Scope
	}{{anna, ScopeOwn}, {bea, ScopeAdministration}} {
		e, err := b.service.Explain(t.Context(), tenant, reader.id, reader.scope, anna)
		if err != nil || e.Name != "anna" || len(e.Held) != 1 || e.Permissions.Grants(FigureRead)[0].Membership.Office != "O1" {
			t.Fatalf("%+v, %v", e, err)
		}
	}
}

// recorded is how many deeds of each kind the record of the first administration holds.
func (b *bundle) recorded(t *testing.T) map[string]int {
	t.Helper()
	rows, _, err := audit.List(t.Context(), b.db, b.tenants[0].ID, audit.Filter{}, audit.Page{Limit: 200})
	if err != nil {
		t.Fatal(err)
	}
	deeds := map[string]int{}
	for _, row := range rows {
		deeds[row.Action]++
	}
	return deeds
}

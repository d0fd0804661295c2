package access

import (
	"context"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	"gorm.io/gorm"

	"assay/domain"
	"assay/domain/account"
	"assay/domain/audit"
)

func TestSeveralRolesAddUpAndTheWidestStandsFirst(t *testing.T) {
	t.Parallel()
	b := setup(t)
	person := b.person(t, "anna", account.Membership{Role: string(Officer), Officer: "anna1"}, account.Membership{Role: string(HeadOfOffice), Office: "O1"},
		account.Membership{Role: string(HeadOfOffice), Office: "O2"}, account.Membership{Role: string(Administrator)})
	p := b.of(t, person, 0)
	grant, err := p.Require(FigureRead)
	if err != nil || grant.Scope != ScopeOffice || grant.Membership.Office != "O1" || grant.Capacity() != "head_of_office" {
		t.Fatalf("figure.read by %+v, %v", grant, err)
	}
	if grants := p.Grants(FigureRead); len(grants) != 3 || grants[2].Membership.Officer != "anna1" {
		t.Fatalf("all reasons for figure.read: %+v", grants)
	}
	if p.Scope(PersonWrite) != ScopeAdministration || p.Scope(InstallationRead) != ScopeNone {
		t.Fatalf("person.write %q, installation.read %q", p.Scope(PersonWrite), p.Scope(InstallationRead))
	}
	if !b.of(t, person, 1).None() {
		t.Fatal("something is allowed in the other administration")
	}
	if only := p.Only([]Action{FigureRead, "figure.erase"}); len(only.Scopes()) != 1 || only.Scope(FigureRead) != ScopeOffice {
		t.Fatalf("only figure.read leaves %v", only.Scopes())
	}
}

// A row of the table membership cannot make an operator or an expert.
func TestRolesThatNobodyHasByMembership(t *testing.T) {
	t.Parallel()
	b := setup(t)
	administrator := b.of(t, b.person(t, "admin", account.Membership{Role: string(Administrator)}), 0)
	for _, role := range []Role{InstallationOperator, Expert, "member", "reader", "", "own-nothing", "root"} {
		if p := b.of(t, b.person(t, "p-"+string(role), account.Membership{Role: string(role)}), 0); !p.None() {
			t.Errorf("the membership %q allows %v", role, p.Scopes())
		}
		if err := b.service.MayGive(t.Context(), b.tenants[0].ID, administrator, account.Membership{Role: string(role)}); !domain.Is(err, domain.KindInvalid) {
			t.Errorf("an administrator gives the role %q: %v", role, err)
		}
	}
}

func TestOperatorsRunTheInstallationOnly(t *testing.T) {
	t.Parallel()
	b := setup(t)
	operator, other := b.person(t, "operator"), b.person(t, "other", account.Membership{Role: string(Administrator)})
	if err := b.accounts.Appoint(t.Context(), operator, string(InstallationOperator)); err != nil {
		t.Fatal(err)
	}
	p, err := b.service.OfInstallation(t.Context(), operator)
	want := map[Action]Scope{InstallationRead: ScopeInstallation, InstallationWrite: ScopeInstallation}
	if diff := cmp.Diff(want, p.Scopes()); err != nil || diff != "" {
		t.Fatalf("the operator may %s, %v", diff, err)
	}
	if !b.of(t, operator, 0).None() {
		t.Fatal("the operator may do something in an administration")
	}
	if p, err = b.service.OfInstallation(t.Context(), other); err != nil || !p.None() {
		t.Fatalf("an administrator may %v in the installation, %v", p.Scopes(), err)
	}
}

func TestAnEngagementGivesNeverMoreThanAnExpertHas(t *testing.T) {
	t.Parallel()
	b := setup(t)
	id := domain.NewID()
	service, err := New(b.db, b.accounts, func(_ context.Context, _ uuid.UUID, tenant domain.TenantID) ([]Engagement, error) {
		if tenant != b.tenants[0].ID {
			return nil, nil
		}
		return []Engagement{{ID: id, Permissions: map[Action]Scope{FigureRead: ScopeAdministration, AuditRead: ScopeAdministration, PersonWrite: ScopeAdministration,
			InstallationWrite: ScopeInstallation, NoticeRead: ScopeAdministration}}}, nil
	}, testClock)
	if err != nil {
		t.Fatal(err)
	}
	expert := b.person(t, "expert")
	p, err := service.Of(t.Context(), expert, b.tenants[0].ID)
	want := map[Action]Scope{FigureRead: ScopeAdministration, NoticeRead: ScopeOwn}
	if diff := cmp.Diff(want, p.Scopes()); err != nil || diff != "" {
		t.Fatalf("%s, %v", diff, err)
	}
	if grant, _ := p.Require(FigureRead); grant.Capacity() != "engagement/"+id.String() {
		t.Fatalf("capacity %q", grant.Capacity())
	}
	if p, err = service.Of(t.Context(), expert, b.tenants[1].ID); err != nil || !p.None() {
		t.Fatalf("in the other administration: %v, %v", p.Scopes(), err)
	}
}

func TestWhoLeftMayNothing(t *testing.T) {
	t.Parallel()
	b := setup(t)
	person := b.person(t, "anna", account.Membership{Role: string(Auditor)})
	if b.of(t, person, 0).None() {
		t.Fatal("an auditor may nothing")
	}
	err := b.db.Shared(t.Context(), func(_ context.Context, tx *gorm.DB) error {
		return tx.Exec(`UPDATE account SET state = 'disabled' WHERE account_id = ?`, person).Error
	})
	if err != nil {
		t.Fatal(err)
	}
	if !b.of(t, person, 0).None() {
		t.Fatal("a disabled account still has its role")
	}
}

func ownRole(code Role, permissions map[Action]Scope) *OwnRole {
	return &OwnRole{Code: code, Names: map[string]string{"en": "Shift leader"}, Permissions: permissions}
}

func TestAnOwnRoleLives(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ctx, tenant, languages := t.Context(), b.tenants[0].ID, []string{"en"}
	person := b.person(t, "anna", account.Membership{Role: "own-shift", Office: "O1"}, account.Membership{Tenant: b.tenants[1].ID, Role: "own-shift", Office: "O1"})
	role := ownRole("own-shift", map[Action]Scope{FigureRead: ScopeOffice})
	if err := b.service.AddRole(ctx, tenant, role, languages, by()); err != nil {
		t.Fatal(err)
	}
	grant, err := b.of(t, person, 0).Require(FigureRead)
	if err != nil || grant.Scope != ScopeOffice || grant.Capacity() != "own-shift" {
		t.Fatalf("%+v, %v", grant, err)
	}
	if !b.of(t, person, 1).None() {
		t.Fatal("the role of one administration works in another")
	}
	if err := b.service.AddRole(ctx, tenant, ownRole("own-shift", role.Permissions), languages, by()); !domain.Is(err, domain.KindConflict) {
		t.Fatalf("the same code again: %v", err)
	}
	changed := *role
	changed.Permissions = map[Action]Scope{FindingRead: ScopeOffice}
	if err := b.service.ChangeRole(ctx, tenant, &changed, languages, by()); err != nil {
		t.Fatal(err)
	}
	if err := b.service.ChangeRole(ctx, tenant, &changed, languages, by()); !domain.Is(err, domain.KindConflict) {
		t.Fatalf("an older version: %v", err)
	}
	if p := b.of(t, person, 0); p.Scope(FigureRead) != ScopeNone || p.Scope(FindingRead) != ScopeOffice {
		t.Fatalf("after the change: %v", p.Scopes())
	}
	if err := b.service.RetireRole(ctx, tenant, "own-shift", 2, by()); err != nil {
		t.Fatal(err)
	}
	if !b.of(t, person, 0).None() {
		t.Fatal("a retired role gives something")
	}
	if err := b.service.RetireRole(ctx, b.tenants[1].ID, "own-shift", 3, by()); !domain.Is(err, domain.KindNotFound) {
		t.Fatalf("from another administration: %v", err)
	}
	var actions []string
	rows, _, err := audit.List(ctx, b.db, tenant, audit.Filter{Object: "role/own-shift"}, audit.Page{})
	for _, row := range rows {
		actions = append(actions, row.Action)
	}
	if diff := cmp.Diff([]string{"role.retire", "role.change", "role.add"}, actions); err != nil || diff != "" {
		t.Fatalf("the record: %s, %v", diff, err)
	}
}

// Two processes: what one changes the other applies without asking the database every time.
func TestAChangedRoleReachesTheOtherProcess(t *testing.T) {
	t.Parallel()
	b := setup(t)
	other, err := New(b.db, b.accounts, nil, testClock)
	if err != nil {
		t.Fatal(err)
	}
	listening, stop := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() { defer close(ended); _ = other.Run(listening) }()
	defer func() { stop(); <-ended }()
	wait := func(what string, reached func() bool) {
		t.Helper()
		deadline := time.Now().Add(time.Minute)
		for !reached() {
			if time.Now().After(deadline) {
				t.Fatal(what)
			}
		}
	}
	wait("it does not listen", other.own.listening.Load)
	tenant := b.tenants[0].ID
	person := b.person(t, "anna", account.Membership{Role: "own-shift", Office: "O1"})
	scope := func() Scope {
		p, err := other.Of(t.Context(), person, tenant)
		if err != nil {
			t.Fatal(err)
		}
		return p.Scope(FigureRead)
	}
	if scope() != ScopeNone {
		t.Fatal("a role that there is not yet gives something")
	}
	role := ownRole("own-shift", map[Action]Scope{FigureRead: ScopeOffice})
	if err := b.service.AddRole(t.Context(), tenant, role, []string{"en"}, by()); err != nil {
		t.Fatal(err)
	}
	wait("the new role does not arrive", func() bool { return scope() == ScopeOffice })
	other.own.mutex.Lock()
	_, kept := other.own.kept[tenant]
	other.own.mutex.Unlock()
	if !kept {
		t.Fatal("the roles are read for every request")
	}
	if err := b.service.RetireRole(t.Context(), tenant, role.Code, 1, by()); err != nil {
		t.Fatal(err)
	}
	wait("the retired role does not go", func() bool { return scope() == ScopeNone })
}

func TestOwnRolesAreChecked(t *testing.T) {
	t.Parallel()
	table, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	good := map[Action]Scope{FigureRead: ScopeOffice}
	for name, role := range map[string]*OwnRole{
		"a program's code":         ownRole("administrator", good),
		"no code":                  ownRole("own-", good),
		"spaces":                   ownRole("own-a b", good),
		"nothing":                  ownRole("own-a", nil),
		"the installation":         ownRole("own-a", map[Action]Scope{InstallationWrite: ScopeInstallation}),
		"the installation, hidden": ownRole("own-a", map[Action]Scope{InstallationWrite: ScopeAdministration}),
		"a wider scope":            ownRole("own-a", map[Action]Scope{NoticeRead: ScopeAdministration}),
		"no scope":                 ownRole("own-a", map[Action]Scope{FigureRead: ScopeNone}),
		"an unknown action":        ownRole("own-a", map[Action]Scope{"figure.erase": ScopeOwn}),
		"no name":                  {Code: "own-a", Permissions: good, Names: map[string]string{"en": " "}},
		"a strange language":       {Code: "own-a", Permissions: good, Names: map[string]string{"tlh": "x", "en": "x"}},
		"two lines":                {Code: "own-a", Permissions: good, Names: map[string]string{"en": "a\nb"}},
	} {
		if err := table.validate(role, []string{"en"}); !domain.Is(err, domain.KindInvalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := table.validate(ownRole("own-a", good), []string{"en"}); err != nil {
		t.Fatal(err)
	}
}

// An economic operator is nothing else in the administration: not by a second role, not by a second code, and not by an engagement.
func TestAnOperatorIsNothingElse(t *testing.T) {
	t.Parallel()
	b := setup(t)
	operator := account.Membership{Tenant: b.tenants[0].ID, Role: string(Trader), Trader: "IMP1", TraderKind: account.Importer}
	person := b.person(t, "firm", operator)
	second := operator
	second.Trader = "IMP2"
	for _, m := range []account.Membership{{Tenant: b.tenants[0].ID, Role: string(Analyst)}, second} {
		if err := b.accounts.Join(t.Context(), person, m); !domain.Is(err, domain.KindConflict) {
			t.Errorf("an operator becomes %+v: %v", m, err)
		}
	}
	if err := b.accounts.Join(t.Context(), person, operator); err != nil {
		t.Errorf("the same once more: %v", err)
	}
	analyst := b.person(t, "analyst", account.Membership{Role: string(Analyst)})
	if err := b.accounts.Join(t.Context(), analyst, operator); !domain.Is(err, domain.KindConflict) {
		t.Errorf("an analyst becomes an operator: %v", err)
	}
	// Elsewhere the same person may be something else.
	if err := b.accounts.Join(t.Context(), person, account.Membership{Tenant: b.tenants[1].ID, Role: string(Analyst)}); err != nil {
		t.Fatal(err)
	}
	given := b.of(t, person, 0)
	if len(given.Grants(FigureRead)) != 1 || given.Grants(FigureRead)[0].Membership.Trader != "IMP1" || given.Scope(ContractRead) != ScopeOwn {
		t.Errorf("an operator may %v", given.Scopes())
	}
	for _, action := range []Action{FigureExport, OfficerRead, OfficerPseudonym, FindingRead, ProgrammeRead, MeetingRead, PersonRead, AuditRead, DictionaryRead} {
		if given.Scope(action) != ScopeNone {
			t.Errorf("an operator may %s", action)
		}
	}
	// Rows that should not be there, of an engagement too, widen nothing.
	b.service.engagements = func(context.Context, uuid.UUID, domain.TenantID) ([]Engagement, error) {
		return []Engagement{{ID: uuid.New(), Permissions: map[Action]Scope{FigureExport: ScopeAdministration}}}, nil
	}
	if got := b.of(t, person, 0); got.Scope(FigureExport) != ScopeNone || got.Scope(FigureRead) != ScopeOwn {
		t.Errorf("with an engagement an operator may %v", got.Scopes())
	}
}

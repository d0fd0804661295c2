package access

import (
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// No own role, however put together and however wrong its row in the database, gives more than
// some role that the administrator may give, and never anything of the installation.
func TestNoOwnRoleExceeds(t *testing.T) {
	t.Parallel()
	table, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	most := map[Action]Scope{}
	for _, action := range Actions {
		for _, role := range Staff {
			if scope := table.Scope(role, action); most[action].Within(scope) {
				most[action] = scope
			}
		}
	}
	actions := append(slices.Clone(Actions), "figure.erase", "", "installation.read ")
	scopes := append(slices.Clone(Scopes), ScopeNone, "world")
	rapid.Check(t, func(t *rapid.T) {
		permissions := rapid.MapOf(rapid.SampledFrom(actions), rapid.SampledFrom(scopes)).Draw(t, "permissions")
		role := ownRole("own-a", permissions)
		given := table.bounded(role.Permissions)
		for action, scope := range given {
			if !slices.Contains(Actions, action) || scope == ScopeInstallation || scope == ScopeNone || !scope.Within(most[action]) {
				t.Fatalf("the role gives %s in scope %q, the most that there is is %q", action, scope, most[action])
			}
			asked, chosen := permissions[action]
			if !chosen && table.Everybodys()[action] != scope {
				t.Fatalf("the role gives %s, which was not chosen", action)
			}
			if chosen && !scope.Within(asked) && table.Everybodys()[action] != scope {
				t.Fatalf("the role gives %s in %q, only %q was chosen", action, scope, asked)
			}
		}
		if table.validate(role, []string{"en"}) == nil {
			for action, scope := range permissions {
				if !scope.Within(given[action]) {
					t.Fatalf("a role that was accepted does not give %s in %q", action, scope)
				}
			}
		}
	})
}

// What every role has is the same as what nobody's role lacks.
func TestEverybodysPermissions(t *testing.T) {
	t.Parallel()
	table, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	for action, scope := range table.Everybodys() {
		for _, role := range Staff {
			if !scope.Within(table.Scope(role, action)) {
				t.Errorf("%s lacks %s in scope %s", role, action, scope)
			}
		}
	}
	if len(table.Everybodys()) == 0 || table.Everybodys()[AccessExplain] != ScopeOwn {
		t.Fatalf("everybody may %v", table.Everybodys())
	}
}

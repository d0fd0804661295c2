package access

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"assay/domain"
	"assay/policies"
)

func TestExpectedDecisions(t *testing.T) {
	t.Parallel()
	table, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	expected, err := Expected()
	if err != nil {
		t.Fatal(err)
	}
	for role, actions := range expected {
		for action, want := range actions {
			t.Run(string(role)+" "+string(action), func(t *testing.T) {
				t.Parallel()
				if got := table.Scope(role, action); got != want {
					t.Errorf("the rules decide %q, policies/expected.csv says %q", got, want)
				}
			})
		}
	}
	if differences := table.Differences(expected); len(differences) > 0 {
		t.Errorf("the rules decide otherwise than policies/expected.csv says:\n%s", strings.Join(differences, "\n"))
	}
	// The file is kept sorted and complete, as "assay policy list" prints it.
	if diff := cmp.Diff(strings.Split(strings.TrimSpace(policies.Expected), "\n"), table.Lines()); diff != "" {
		t.Errorf("policies/expected.csv is not as assay policy list prints it (-file +list):\n%s", diff)
	}
}

func TestDecisionsAreRead(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"two parts": "analyst, figure.read", "no role": "king, figure.read, own", "no action": "analyst, figure.erase, own",
		"no scope": "analyst, figure.read, world", "twice": "analyst, figure.read, own\nanalyst, figure.read, own",
	} {
		if _, err := ReadDecisions("# comment\n\n" + text); !domain.Is(err, domain.KindInvalid) || !strings.Contains(err.Error(), "line ") {
			t.Errorf("%s: %v", name, err)
		}
	}
	table, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	wrong, err := ReadDecisions("analyst, figure.read, own\nofficer, figure.read, none")
	if err != nil {
		t.Fatal(err)
	}
	differences := strings.Join(table.Differences(wrong), "\n")
	for _, want := range []string{"analyst, figure.read: expected own, the policies decide administration", "officer, figure.read: expected none, the policies decide own",
		"expert, person.write: not listed, the policies decide none"} {
		if !strings.Contains(differences, want) {
			t.Errorf("%q is not among the differences", want)
		}
	}
}

// The table served at run time is what casbin answers, asked scope by scope in any order.
func TestTheTableIsCasbinsAnswer(t *testing.T) {
	t.Parallel()
	enforcer, err := newEnforcer(policies.Rules)
	if err != nil {
		t.Fatal(err)
	}
	table, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	for _, role := range Roles {
		for _, action := range Actions {
			resource, verb, _ := strings.Cut(string(action), ".")
			var most Scope
			for _, scope := range Scopes {
				allowed, err := enforcer.Enforce(string(role), resource, verb, string(scope))
				if err != nil {
					t.Fatal(err)
				}
				if allowed && most.Within(scope) {
					most = scope
				}
			}
			if got := table.Scope(role, action); got != most {
				t.Errorf("%s %s: the table says %q, casbin %q", role, action, got, most)
			}
		}
	}
}

func TestAnInheritingRoleMayAtLeastAsMuch(t *testing.T) {
	t.Parallel()
	table, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	for _, pair := range [][2]Role{{HeadOfOffice, TeamHead}, {TeamHead, Officer}, {DirectorGeneral, Deputy}} {
		for _, action := range Actions {
			if !table.Scope(pair[1], action).Within(table.Scope(pair[0], action)) {
				t.Errorf("%s may do less of %s than %s", pair[0], action, pair[1])
			}
		}
	}
}

func TestUnknownRolesAndActionsAreRefused(t *testing.T) {
	t.Parallel()
	table, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		role   Role
		action Action
	}{{"", FigureRead}, {"guest", FigureRead}, {Officer, "figure.erase"}, {Administrator, FigureRead}} {
		if _, err := table.Require(c.role, c.action); !domain.Is(err, domain.KindForbidden) {
			t.Errorf("%q %q: want forbidden, got %v", c.role, c.action, err)
		}
	}
}

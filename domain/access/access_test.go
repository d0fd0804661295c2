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
	expected := strings.Split(strings.TrimSpace(policies.Expected), "\n")
	if diff := cmp.Diff(expected, table.Lines()); diff != "" {
		t.Fatalf("the rules decide otherwise than policies/expected.csv says (-expected +rules):\n%s", diff)
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
	}{{"", FigureRead}, {"guest", FigureRead}, {Officer, "figure.erase"}, {DataOfficer, FigureRead}} {
		if _, err := table.Require(c.role, c.action); !domain.Is(err, domain.KindForbidden) {
			t.Errorf("%q %q: want forbidden, got %v", c.role, c.action, err)
		}
	}
}

package access

import (
	"fmt"
	"slices"
	"sort"
	"strings"

	"assay/domain"
	"assay/policies"
)

// noScope is how a table of decisions writes ScopeNone.
const noScope = "none"

// Decisions are expected decisions: the widest scope by role and action.
type Decisions map[Role]map[Action]Scope

// Expected are the decisions that were reviewed, of policies/expected.csv.
func Expected() (Decisions, error) { return ReadDecisions(policies.Expected) }

// ReadDecisions reads lines of "role, action, scope", where a missing scope is written none.
// Empty lines and what begins with # are left out. A line that cannot be understood is
// KindInvalid with its place.
func ReadDecisions(text string) (Decisions, error) {
	decisions := Decisions{}
	var wrong []domain.FieldError
	number := 0
	for line := range strings.Lines(text) {
		number++
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		if err := decisions.read(line); err != nil {
			wrong = append(wrong, domain.FieldError{Field: fmt.Sprintf("line %d", number), Message: err.Error()})
		}
	}
	return decisions, domain.Invalid("the table of decisions cannot be read", wrong...)
}

func (d Decisions) read(line string) error {
	parts := strings.Split(line, ",")
	if len(parts) != 3 {
		return fmt.Errorf("%q is not role, action, scope", line)
	}
	role, action, scope := Role(strings.TrimSpace(parts[0])), Action(strings.TrimSpace(parts[1])), Scope(strings.TrimSpace(parts[2]))
	if scope == noScope {
		scope = ScopeNone
	} else if !slices.Contains(Scopes, scope) {
		return fmt.Errorf("there is no scope %q", scope)
	}
	if !slices.Contains(Roles, role) {
		return fmt.Errorf("there is no role %q", role)
	}
	if !action.Known() {
		return fmt.Errorf("there is no action %q", action)
	}
	if d[role] == nil {
		d[role] = map[Action]Scope{}
	}
	if _, twice := d[role][action]; twice {
		return fmt.Errorf("%s, %s stands there twice", role, action)
	}
	d[role][action] = scope
	return nil
}

// Differences says, one sentence each, where the policies decide otherwise than expected, and
// which pairs of role and action the expected decisions leave out. None means they agree.
func (t *Table) Differences(expected Decisions) []string {
	var differences []string
	for _, role := range Roles {
		for _, action := range Actions {
			want, listed := expected[role][action]
			got := t.Scope(role, action)
			switch {
			case !listed:
				differences = append(differences, fmt.Sprintf("%s, %s: not listed, the policies decide %s", role, action, written(got)))
			case got != want:
				differences = append(differences, fmt.Sprintf("%s, %s: expected %s, the policies decide %s", role, action, written(want), written(got)))
			}
		}
	}
	sort.Strings(differences)
	return differences
}

func written(scope Scope) string {
	if scope == ScopeNone {
		return noScope
	}
	return string(scope)
}

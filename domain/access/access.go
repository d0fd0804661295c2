// Package access says what a role may do in an administration and with which
// scope. The rules are the files in policies/, read by casbin once at start and
// laid out as a table; nothing outside this package knows casbin.
package access

import (
	"fmt"
	"sort"
	"strings"
	"sync"

	"github.com/casbin/casbin/v2"
	"github.com/casbin/casbin/v2/model"
	stringadapter "github.com/casbin/casbin/v2/persist/string-adapter"

	"assay/domain"
	"assay/policies"
)

// Table answers what a role may do. It is made once and safe for concurrent use.
type Table struct {
	scopes map[Role]map[Action]Scope
}

// Load gives the policies that are compiled in, laid out once for the whole program.
func Load() (*Table, error) { return compiledIn() }

var compiledIn = sync.OnceValues(func() (*Table, error) { return layOut(policies.Rules) })

// layOut reads rules and asks for every role and action.
func layOut(rules string) (*Table, error) {
	enforcer, err := newEnforcer(rules)
	if err != nil {
		return nil, err
	}
	t := &Table{scopes: map[Role]map[Action]Scope{}}
	for _, role := range Roles {
		t.scopes[role] = map[Action]Scope{}
		for _, action := range Actions {
			scope, err := widest(enforcer, role, action)
			if err != nil {
				return nil, err
			}
			t.scopes[role][action] = scope
		}
	}
	return t, nil
}

func newEnforcer(rules string) (*casbin.Enforcer, error) {
	m, err := model.NewModelFromString(policies.Model)
	if err != nil {
		return nil, fmt.Errorf("read access model: %w", err)
	}
	enforcer, err := casbin.NewEnforcer(m, stringadapter.NewAdapter(rules))
	if err != nil {
		return nil, fmt.Errorf("read access policies: %w", err)
	}
	return enforcer, nil
}

// widest asks from the widest scope to the narrowest: a role that inherits another
// may have several, and casbin itself would give the first line that matches.
func widest(enforcer *casbin.Enforcer, role Role, action Action) (Scope, error) {
	resource, verb, _ := strings.Cut(string(action), ".")
	for _, scope := range Scopes {
		allowed, err := enforcer.Enforce(string(role), resource, verb, string(scope))
		if err != nil {
			return ScopeNone, fmt.Errorf("ask policies: %w", err)
		}
		if allowed {
			return scope, nil
		}
	}
	return ScopeNone, nil
}

// Scope is the widest scope in which a role may do something; ScopeNone when it may not.
func (t *Table) Scope(role Role, action Action) Scope { return t.scopes[role][action] }

// Require is Scope, and an error of KindForbidden when there is none.
func (t *Table) Require(role Role, action Action) (Scope, error) {
	scope := t.Scope(role, action)
	if scope == ScopeNone {
		return ScopeNone, domain.Errorf(domain.KindForbidden, "your role does not allow this; ask your administration's administrator")
	}
	return scope, nil
}

// Lines gives the whole table as "role, action, scope" lines, sorted, for the
// comparison with the expected decisions.
func (t *Table) Lines() []string {
	var lines []string
	for role, actions := range t.scopes {
		for action, scope := range actions {
			lines = append(lines, fmt.Sprintf("%s, %s, %s", role, action, written(scope)))
		}
	}
	sort.Strings(lines)
	return lines
}

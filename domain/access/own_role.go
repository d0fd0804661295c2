package access

import (
	"fmt"
	"regexp"
	"slices"
	"sort"
	"strings"
	"time"
	"unicode/utf8"

	"assay/domain"
)

// States of an administration's own role.
const (
	RoleActive  = "active"
	RoleRetired = "retired" // gives nothing; kept because the audit record names it
)

// OwnRole is a role that an administration has put together from permissions that the
// program's own roles have.
type OwnRole struct {
	Code        Role              `json:"code"`  // begins with own-
	Names       map[string]string `json:"names"` // by language
	Permissions map[Action]Scope  `json:"permissions"`
	State       string            `json:"state"`
	Version     int               `json:"version"` // from 1; who changes an older one is told
	CreatedAt   time.Time         `json:"created_at"`
	ChangedAt   time.Time         `json:"changed_at"`
}

// OwnPrefix begins the code of every role of an administration's own, so that it never is one
// of the program's.
const OwnPrefix = "own-"

var ownCode = regexp.MustCompile(`^own-[a-z0-9][a-z0-9-]{0,39}$`)

// maximalRoleName bounds a role's name in characters.
const maximalRoleName = 80

// Name is the role's name in a language, else in any that it has.
func (r *OwnRole) Name(language string) string {
	if name := r.Names[language]; name != "" {
		return name
	}
	languages := make([]string, 0, len(r.Names))
	for each := range r.Names {
		languages = append(languages, each)
	}
	sort.Strings(languages)
	for _, each := range languages {
		if r.Names[each] != "" {
			return r.Names[each]
		}
	}
	return string(r.Code)
}

// Existing lists the scopes in which an administration's own role may have an action: those
// in which a role of the staff has it, the widest first. None means that
// the action cannot be part of an own role.
func (t *Table) Existing(action Action) []Scope {
	var scopes []Scope
	for _, scope := range Scopes {
		if scope == ScopeInstallation {
			continue
		}
		for _, role := range Staff {
			if t.Scope(role, action) == scope {
				scopes = append(scopes, scope)
				break
			}
		}
	}
	return scopes
}

// Everybodys are the permissions that every role of the staff has, in the
// narrowest scope in which one of them has it. An own role has them too.
func (t *Table) Everybodys() map[Action]Scope {
	base := map[Action]Scope{}
	for _, action := range Actions {
		narrowest := ScopeAdministration
		for _, role := range Staff {
			if scope := t.Scope(role, action); scope.Within(narrowest) {
				narrowest = scope
			}
		}
		if narrowest != ScopeNone {
			base[action] = narrowest
		}
	}
	return base
}

// bounded is what an own role gives at run time: its permissions as far as they still exist
// (the program's table may have become narrower since), and everybody's.
func (t *Table) bounded(permissions map[Action]Scope) map[Action]Scope {
	given := t.Everybodys()
	for action, scope := range permissions {
		if slices.Contains(t.Existing(action), scope) && given[action].Within(scope) {
			given[action] = scope
		}
	}
	return given
}

// validate checks a role against what may be in one.
func (t *Table) validate(r *OwnRole, languages []string) error {
	var wrong []domain.FieldError
	add := func(field, message string) { wrong = append(wrong, domain.FieldError{Field: field, Message: message}) }
	if !ownCode.MatchString(string(r.Code)) {
		add("code", "is own- and then small letters, digits and hyphens, at most 40")
	}
	named := false
	for language, name := range r.Names {
		switch {
		case !slices.Contains(languages, language):
			add("names", "there is no language "+language)
		case utf8.RuneCountInString(name) > maximalRoleName || strings.ContainsAny(name, "\r\n\t\x00"):
			add("names", fmt.Sprintf("a name has at most %d characters in one line", maximalRoleName))
		case strings.TrimSpace(name) != "":
			named = true
		}
	}
	if !named {
		add("names", "give the role a name in at least one language")
	}
	if len(r.Permissions) == 0 {
		add("permissions", "choose at least one permission")
	}
	for action, scope := range r.Permissions {
		if !slices.Contains(t.Existing(action), scope) {
			add("permissions", fmt.Sprintf("no role of the program that you may give has %s in the scope %q", action, scope))
		}
	}
	sort.Slice(wrong, func(i, j int) bool { return wrong[i].Field+wrong[i].Message < wrong[j].Field+wrong[j].Message })
	return domain.Invalid("the role cannot be kept like this", wrong...)
}

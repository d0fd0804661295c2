package access

import (
	"slices"

	"github.com/google/uuid"

	"assay/domain"
	"assay/domain/account"
)

// Grant is one reason for which a person may do something.
type Grant struct {
	Scope Scope
	// Membership says for which office, section or officer. Its Role is the role that gives
	// the permission, one of the administration's own included.
	Membership account.Membership
	Engagement uuid.UUID // the engagement that gives it to an expert, else nil
}

// Capacity names under which role or engagement a person acts, for the audit record.
func (g Grant) Capacity() string {
	if g.Engagement != uuid.Nil {
		return "engagement/" + g.Engagement.String()
	}
	return g.Membership.Role
}

// Permissions are everything that one person may do in one administration, or in the
// installation, at one moment. They are made for a request and not kept.
type Permissions struct {
	grants map[Action][]Grant // widest first
}

// errForbidden tells nothing of what there would be to see.
var errForbidden = domain.Errorf(domain.KindForbidden, "your role does not allow this; ask your administration's administrator")

// add enters what one role or engagement gives.
func (p *Permissions) add(given map[Action]Scope, of Grant) {
	for action, scope := range given {
		if scope == ScopeNone {
			continue
		}
		of.Scope = scope
		p.grants[action] = append(p.grants[action], of)
	}
}

// order puts the widest grant first; among equals the one added first stays first.
func (p *Permissions) order() {
	for _, grants := range p.grants {
		slices.SortStableFunc(grants, func(a, b Grant) int { return b.Scope.width() - a.Scope.width() })
	}
}

// None reports whether the person may do nothing at all: has no role here any more.
func (p *Permissions) None() bool { return p == nil || len(p.grants) == 0 }

// Scope is the widest scope in which the person may do something; ScopeNone when not.
func (p *Permissions) Scope(action Action) Scope {
	if grants := p.Grants(action); len(grants) > 0 {
		return grants[0].Scope
	}
	return ScopeNone
}

// Grants are all reasons for an action, the widest first.
func (p *Permissions) Grants(action Action) []Grant {
	if p == nil {
		return nil
	}
	return p.grants[action]
}

// Require is the widest grant, and an error of KindForbidden when there is none.
func (p *Permissions) Require(action Action) (Grant, error) {
	if grants := p.Grants(action); len(grants) > 0 {
		return grants[0], nil
	}
	return Grant{}, errForbidden
}

// Scopes is the widest scope of every action that is allowed.
func (p *Permissions) Scopes() map[Action]Scope {
	scopes := map[Action]Scope{}
	for action := range p.grants {
		scopes[action] = p.Scope(action)
	}
	return scopes
}

// Only keeps the actions named and drops the rest, for a token that may do less than its
// owner. An unknown action keeps nothing.
func (p *Permissions) Only(actions []Action) *Permissions {
	kept := &Permissions{grants: map[Action][]Grant{}}
	for _, action := range actions {
		if grants := p.Grants(action); len(grants) > 0 {
			kept.grants[action] = grants
		}
	}
	return kept
}

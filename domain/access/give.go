package access

import (
	"context"
	"fmt"
	"strings"
	"unicode/utf8"

	"assay/domain"
	"assay/domain/account"
)

// maximalUserName bounds a user name of the clearance system in characters.
const maximalUserName = 100

// errBeyond is told who would give, or take, more than the own roles hold.
var errBeyond = &domain.Error{Kind: domain.KindForbidden, Key: "people.fault.beyond",
	Message: "this role reaches further than your own; ask an administrator who may put roles together"}

// MayGive checks that somebody with the given permissions may give a membership to another person of the administration. A role that there is
// not, and one without the office or section that it needs, is KindInvalid. A role that holds more than the giver, or holds it further, is
// KindForbidden: only who may put roles together out of all permissions (role.write), as the program's administrator, may give every role.
func (s *Service) MayGive(ctx context.Context, tenant domain.TenantID, giver *Permissions, m account.Membership) error {
	given, err := s.given(ctx, tenant, Role(m.Role))
	if err != nil {
		return err
	}
	if given == nil {
		return wrongRole("role", "people.fault.role", "there is no role "+m.Role+" that can be given")
	}
	if err := s.placed(ctx, tenant, given, m); err != nil {
		return err
	}
	if giver.exceededBy(given, m) {
		return errBeyond
	}
	return nil
}

func wrongRole(field, key, message string) error {
	return domain.Invalid("the roles cannot be set like this", domain.FieldError{Field: field, Key: key, Message: message})
}

// placed checks to what a membership is tied: a role that reaches an office needs one, a role that reaches a section needs both, and what is named
// must be of the administration.
func (s *Service) placed(ctx context.Context, tenant domain.TenantID, given map[Action]Scope, m account.Membership) error {
	if m.Role == account.RoleTrader || m.Trader != "" || m.TraderKind != "" {
		return s.tradesAs(ctx, tenant, m)
	}
	needsOffice, needsSection := tiedTo(given)
	switch {
	case utf8.RuneCountInString(m.Officer) > maximalUserName || !utf8.ValidString(m.Officer):
		return wrongRole("officer", "people.fault.officer", fmt.Sprintf("must have at most %d characters", maximalUserName))
	case needsOffice && m.Office == "":
		return wrongRole("office", "people.fault.office", "is needed for this role")
	case needsSection && m.Section == "":
		return wrongRole("section", "people.fault.section", "is needed for this role")
	case m.Section != "" && m.Office == "":
		return wrongRole("office", "people.fault.place", "a section is one of an office")
	case m.Office == "":
		return nil
	}
	known, err := s.places.HasPlace(ctx, tenant, m.Office, m.Section)
	if err != nil {
		return err
	}
	if !known {
		return wrongRole("office", "people.fault.place", "there is no such office or section")
	}
	return nil
}

// tradesAs checks that an economic operator, and nobody else, is tied to exactly one importer or broker that the warehouse knows.
func (s *Service) tradesAs(ctx context.Context, tenant domain.TenantID, m account.Membership) error {
	switch {
	case m.Role != account.RoleTrader:
		return wrongRole("trader", "people.fault.trader_role", "is for economic operators only")
	case m.Office != "" || m.Section != "" || m.Officer != "":
		return wrongRole("office", "people.fault.trader_place", "an economic operator has no office and no user name in the clearance system")
	case !m.TraderKind.Known() || m.Trader == "" || utf8.RuneCountInString(m.Trader) > maximalUserName || !utf8.ValidString(m.Trader) || strings.ContainsRune(m.Trader, 0):
		return wrongRole("trader", "people.fault.trader", "say for which importer or broker the person signs in")
	}
	known, err := s.places.HasTrader(ctx, tenant, m.TraderKind == account.Broker, m.Trader)
	if err != nil {
		return err
	}
	if !known {
		return wrongRole("trader", "people.fault.trader_unknown", "there is no such importer or broker in what was loaded")
	}
	return nil
}

// tiedTo says whether permissions mean anything only with an office, or a section of one.
func tiedTo(given map[Action]Scope) (office, section bool) {
	for _, scope := range given {
		office = office || scope == ScopeOffice || scope == ScopeTeam
		section = section || scope == ScopeTeam
	}
	return office, section
}

// exceededBy reports whether what a role gives somebody is more than one has oneself.
func (p *Permissions) exceededBy(given map[Action]Scope, m account.Membership) bool {
	if p.Scope(RoleWrite) == ScopeAdministration {
		return false
	}
	for action, scope := range given {
		if scope != ScopeNone && !p.reaches(action, scope, m) {
			return true
		}
	}
	return false
}

// reaches reports whether one of the grants of an action covers a scope, tied as a membership says. What is everybody's own (ScopeOwn) is each
// time another person's, so that having the action at all is enough.
func (p *Permissions) reaches(action Action, scope Scope, m account.Membership) bool {
	for _, g := range p.Grants(action) {
		held := g.Membership
		switch {
		case scope == ScopeOwn, g.Scope == ScopeAdministration && scope != ScopeInstallation:
			return true
		case g.Scope == ScopeOffice && scope.Within(ScopeOffice) && held.Office != "" && held.Office == m.Office:
			return true
		case g.Scope == ScopeTeam && scope == ScopeTeam && held.Section != "" && held.Office == m.Office && held.Section == m.Section:
			return true
		}
	}
	return false
}

// Needs says whether a role of the administration means anything only with an office, or a section of one; nothing for a role that there is not.
func (s *Service) Needs(ctx context.Context, tenant domain.TenantID, role Role) (office, section bool, err error) {
	given, err := s.given(ctx, tenant, role)
	if err != nil {
		return false, false, err
	}
	office, section = tiedTo(given)
	return office, section, nil
}

// RolesToGive are the codes of the roles that can be given in an administration: the program's, and its own that are active.
func (s *Service) RolesToGive(ctx context.Context, tenant domain.TenantID) ([]Role, error) {
	own, err := s.OwnRoles(ctx, tenant)
	if err != nil {
		return nil, err
	}
	roles := append([]Role{}, Grantable...)
	for _, role := range own {
		if role.State == RoleActive {
			roles = append(roles, role.Code)
		}
	}
	return roles, nil
}

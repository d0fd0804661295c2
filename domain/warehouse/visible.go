package warehouse

import (
	"context"

	"assay/domain"
	"assay/domain/access"
	"assay/domain/account"
	"assay/domain/declaration"
)

// Visible finds a declaration within the scope in which a person may read declarations. Beyond
// the own office all declarations are refused alike, whether they exist or not; within it, one
// that is not the person's own or of the own team is not found, so that nobody learns which there are.
func (s *Service) Visible(ctx context.Context, tenant domain.TenantID, scope access.Scope, member account.Membership, reference declaration.Reference) (*Record, error) {
	bound := scope == access.ScopeOffice || scope == access.ScopeTeam
	switch {
	case bound && (member.Office == "" || member.Office != reference.Office):
		return nil, domain.Errorf(domain.KindForbidden, "your role shows the declarations of your own office only")
	case scope == access.ScopeTeam && member.Section == "":
		return nil, domain.Errorf(domain.KindForbidden, "your account names no section whose declarations you may see; ask your administration's administrator")
	case scope == access.ScopeOwn && member.Officer == "":
		return nil, domain.Errorf(domain.KindForbidden, "your account names no user of the clearance system; ask your administration's administrator")
	}
	record, err := s.Get(ctx, tenant, reference.String())
	if err != nil {
		return nil, err
	}
	if scope == access.ScopeOwn && !record.ActedOn(member.Officer) || scope == access.ScopeTeam && !record.AssignedTo(member.Section) {
		return nil, domain.Errorf(domain.KindNotFound, "there is no declaration %q", reference)
	}
	return record, nil
}

package access

import (
	"context"
	"slices"
	"time"

	"github.com/google/uuid"

	"assay/domain"
	"assay/domain/account"
)

// Giver is who does something with the people of the administration, with everything that the giver may do there. What the room account does with
// people it does for a Giver only when the giver has at least what the other person has: nobody gives, and nobody takes, more than that.
type Giver struct {
	account.By
	Permissions *Permissions
}

// mayGiveAll is MayGive for several memberships.
func (s *Service) mayGiveAll(ctx context.Context, g Giver, memberships []account.Membership) error {
	for _, m := range memberships {
		if err := s.MayGive(ctx, g.Tenant, g.Permissions, m); err != nil {
			return err
		}
	}
	return nil
}

// mayChange checks that the giver could have given everything that a person has. What no role gives any more counts for nothing.
func (s *Service) mayChange(ctx context.Context, g Giver, person uuid.UUID) error {
	member, err := s.accounts.Member(ctx, g.Tenant, person)
	if err != nil {
		return err
	}
	for _, m := range member.Memberships {
		given, err := s.given(ctx, g.Tenant, Role(m.Role))
		if err != nil {
			return err
		}
		if g.Permissions.exceededBy(given, m) {
			return errBeyond
		}
	}
	return nil
}

// SetRoles gives a person of the administration exactly these memberships; see account.Service.SetRoles. KindForbidden beyond what the giver has.
func (s *Service) SetRoles(ctx context.Context, g Giver, person uuid.UUID, memberships []account.Membership, told string) error {
	if err := s.mayChange(ctx, g, person); err != nil {
		return err
	}
	if err := s.mayGiveAll(ctx, g, memberships); err != nil {
		return err
	}
	return s.accounts.SetRoles(ctx, g.By, person, memberships, told)
}

// Invite asks somebody to work in the administration and gives the link's secret, which is shown once; see account.Service.Invite.
func (s *Service) Invite(ctx context.Context, g Giver, in account.NewInvitation) (account.Invitation, string, error) {
	if err := in.Validate(); err != nil {
		return account.Invitation{}, "", err
	}
	if err := s.mayGiveAll(ctx, g, in.Memberships); err != nil {
		return account.Invitation{}, "", err
	}
	return s.accounts.Invite(ctx, g.By, in)
}

// InviteAgain exchanges an open invitation for one like it with a new link. The old one stays as it is when that is refused. Administration and
// inviter are names for the letter.
func (s *Service) InviteAgain(ctx context.Context, g Giver, id uuid.UUID, administration func(language string) string, inviter string) (account.Invitation, string, error) {
	old, err := s.accounts.Invitation(ctx, g.Tenant, id)
	if err != nil {
		return account.Invitation{}, "", err
	}
	return s.Invite(ctx, g, account.NewInvitation{Email: old.Email, Name: old.Name, Language: old.Language, Memberships: old.Memberships,
		Administration: administration(old.Language), Inviter: inviter})
}

// Suspend keeps a person out of the administration, or lets the person in again.
func (s *Service) Suspend(ctx context.Context, g Giver, person uuid.UUID, suspended bool) error {
	if err := s.mayChange(ctx, g, person); err != nil {
		return err
	}
	return s.accounts.Suspend(ctx, g.By, person, suspended)
}

// EndMembership takes a person out of the administration for good; the account stays, and what it has done stays in the record.
func (s *Service) EndMembership(ctx context.Context, g Giver, person uuid.UUID) error {
	if err := s.mayChange(ctx, g, person); err != nil {
		return err
	}
	return s.accounts.EndMembership(ctx, g.By, person)
}

// EndSessionsOf ends a person's sessions and API tokens in the administration.
func (s *Service) EndSessionsOf(ctx context.Context, g Giver, person uuid.UUID) error {
	if err := s.mayChange(ctx, g, person); err != nil {
		return err
	}
	return s.accounts.EndSessionsOf(ctx, g.By, person)
}

// ResetFactors takes a person's second factors away; see account.Service.ResetFactors.
func (s *Service) ResetFactors(ctx context.Context, g Giver, person uuid.UUID) error {
	if err := s.mayChange(ctx, g, person); err != nil {
		return err
	}
	return s.accounts.ResetFactors(ctx, g.By, person)
}

// Unlink ends the link between a person and the administration's identity provider; see account.Service.Unlink.
func (s *Service) Unlink(ctx context.Context, g Giver, person uuid.UUID) error {
	if err := s.mayChange(ctx, g, person); err != nil {
		return err
	}
	return s.accounts.Unlink(ctx, g.By, person)
}

// IssueToken makes an API token, narrowed to actions that its owner has; see account.Service.IssueToken.
func (s *Service) IssueToken(ctx context.Context, g Giver, in account.NewToken) (token string, expires time.Time, err error) {
	for _, scope := range in.Scopes {
		if g.Permissions.Scope(Action(scope)) == ScopeNone {
			return "", time.Time{}, domain.Invalid("the token cannot be issued like this", domain.FieldError{Field: "scope", Message: "is beyond what you may do"})
		}
	}
	return s.accounts.IssueToken(ctx, g.By, in)
}

// SetFactorRules says which roles come in only with a second factor: codes of roles that can be given, or account.EveryRole.
func (s *Service) SetFactorRules(ctx context.Context, by account.By, rules []string) error {
	known, err := s.RolesToGive(ctx, by.Tenant)
	if err != nil {
		return err
	}
	for _, rule := range rules {
		if rule != account.EveryRole && !slices.Contains(known, Role(rule)) {
			return wrongRole("roles", "people.fault.role", "there is no role "+rule+" that can be given")
		}
	}
	return s.accounts.SetFactorRules(ctx, by, rules)
}

// Explanation says what a person may do in an administration now, and what gives it.
type Explanation struct {
	Account     uuid.UUID
	Name        string
	Held        []account.Membership // the roles that the person has, whether they give anything or not
	Permissions *Permissions
}

// Explain says what a person may do and why, to somebody whose own permission to ask reaches as far as scope: in ScopeOwn only oneself. Whoever has
// nothing to do with the administration is KindNotFound, and so is everybody whom the reader may not ask about.
func (s *Service) Explain(ctx context.Context, tenant domain.TenantID, reader uuid.UUID, scope Scope, person uuid.UUID) (*Explanation, error) {
	nobody := domain.Errorf(domain.KindNotFound, "there is no such person here")
	if scope != ScopeAdministration && person != reader {
		return nil, nobody
	}
	permissions, err := s.Of(ctx, person, tenant)
	if err != nil {
		return nil, err
	}
	e := &Explanation{Account: person, Permissions: permissions}
	member, err := s.accounts.Member(ctx, tenant, person)
	switch {
	case err == nil:
		e.Name, e.Held = member.Account.Name, member.Memberships
		return e, nil
	case !domain.Is(err, domain.KindNotFound):
		return nil, err
	case permissions.None():
		return nil, nobody
	}
	known, err := s.accounts.ByID(ctx, person) // an expert, by an engagement
	if err != nil {
		return nil, err
	}
	e.Name = known.Name
	return e, nil
}

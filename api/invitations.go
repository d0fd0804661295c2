package api

import (
	"context"

	"assay/domain/account"
)

func invitationOf(i *account.Invitation) Invitation {
	return Invitation{Id: i.ID, Email: i.Email, Name: i.Name, Language: i.Language, Roles: postingsOf(i.Memberships), InvitedBy: i.InvitedBy,
		CreatedAt: i.CreatedAt, ExpiresAt: i.ExpiresAt, Ended: i.Ended}
}

// ListInvitations lists the open invitations.
func (s *server) ListInvitations(ctx context.Context, _ ListInvitationsRequestObject) (ListInvitationsResponseObject, error) {
	open, err := s.Accounts.Invitations(ctx, callerOf(ctx).Tenant)
	if err != nil {
		return nil, err
	}
	shown := make(ListInvitations200JSONResponse, len(open))
	for i := range open {
		shown[i] = invitationOf(&open[i])
	}
	return shown, nil
}

// Invite asks somebody to work in the administration.
func (s *server) Invite(ctx context.Context, request InviteRequestObject) (InviteResponseObject, error) {
	caller, in := callerOf(ctx), request.Body
	tenant, err := s.Administrations.ByID(ctx, caller.Tenant)
	if err != nil {
		return nil, err
	}
	made, secret, err := s.Access.Invite(ctx, caller.giver(), account.NewInvitation{Email: in.Email, Name: in.Name, Language: in.Language,
		Memberships: membershipsOf(caller, in.Roles), Administration: tenant.Name(in.Language), Inviter: caller.Name})
	if err != nil {
		return nil, err
	}
	return Invite201JSONResponse{Invitation: invitationOf(&made), Link: account.InvitationPath + secret}, nil
}

// InviteAgain gives an open invitation a new link.
func (s *server) InviteAgain(ctx context.Context, request InviteAgainRequestObject) (InviteAgainResponseObject, error) {
	caller := callerOf(ctx)
	tenant, err := s.Administrations.ByID(ctx, caller.Tenant)
	if err != nil {
		return nil, err
	}
	made, secret, err := s.Access.InviteAgain(ctx, caller.giver(), request.Id, tenant.Name, caller.Name)
	if err != nil {
		return nil, err
	}
	return InviteAgain201JSONResponse{Invitation: invitationOf(&made), Link: account.InvitationPath + secret}, nil
}

// WithdrawInvitation ends an open invitation.
func (s *server) WithdrawInvitation(ctx context.Context, request WithdrawInvitationRequestObject) (WithdrawInvitationResponseObject, error) {
	if _, err := s.Accounts.WithdrawInvitation(ctx, callerOf(ctx).by(), request.Id); err != nil {
		return nil, err
	}
	return WithdrawInvitation204Response{}, nil
}

// GetFactorRules says which roles need a second factor.
func (s *server) GetFactorRules(ctx context.Context, _ GetFactorRulesRequestObject) (GetFactorRulesResponseObject, error) {
	rules, err := s.Accounts.FactorRules(ctx, callerOf(ctx).Tenant)
	if err != nil {
		return nil, err
	}
	return GetFactorRules200JSONResponse{Roles: append([]string{}, rules...)}, nil
}

// SetFactorRules changes them.
func (s *server) SetFactorRules(ctx context.Context, request SetFactorRulesRequestObject) (SetFactorRulesResponseObject, error) {
	if err := s.Access.SetFactorRules(ctx, callerOf(ctx).by(), request.Body.Roles); err != nil {
		return nil, err
	}
	return SetFactorRules204Response{}, nil
}

package api

import (
	"context"

	"github.com/google/uuid"

	"assay/domain/access"
	"assay/domain/engagement"
)

func (s *server) engagementOf(e *engagement.Engagement, opened int64) Engagement {
	shown := Engagement{Id: e.ID, SignInName: e.SignInName, Expert: optional(e.ExpertName), Purpose: e.Purpose, Permissions: []string{}, NamesPurpose: optional(e.NamesPurpose),
		StartsAt: e.StartsAt, EndsAt: e.EndsAt, State: EngagementState(e.State(s.Engagements.Now())), GrantedBy: e.GrantedBy, GrantedAt: e.GrantedAt,
		AcceptedAt: e.AcceptedAt, DeclinedAt: e.DeclinedAt, WithdrawnAt: e.WithdrawnAt, WithdrawnBy: optional(e.WithdrawnBy), WithdrawnFor: optional(e.WithdrawnFor)}
	for _, action := range e.Permissions {
		shown.Permissions = append(shown.Permissions, string(action))
	}
	if e.Extends != uuid.Nil {
		shown.Extends = &e.Extends
	}
	if opened > 0 {
		shown.Opened = &opened
	}
	return shown
}

// ListEngagements lists what the administration granted.
func (s *server) ListEngagements(ctx context.Context, _ ListEngagementsRequestObject) (ListEngagementsResponseObject, error) {
	tenant := callerOf(ctx).Tenant
	list, err := s.Engagements.List(ctx, tenant)
	if err != nil {
		return nil, err
	}
	uses, err := s.Engagements.Uses(ctx, tenant)
	if err != nil {
		return nil, err
	}
	shown := make(ListEngagements200JSONResponse, len(list))
	for i, e := range list {
		shown[i] = s.engagementOf(e, uses[e.ID].Rows)
	}
	return shown, nil
}

// GetEngagement gives one of them.
func (s *server) GetEngagement(ctx context.Context, request GetEngagementRequestObject) (GetEngagementResponseObject, error) {
	e, err := s.Engagements.Get(ctx, callerOf(ctx).Tenant, request.Id)
	if err != nil {
		return nil, err
	}
	return GetEngagement200JSONResponse(s.engagementOf(e, 0)), nil
}

// GrantEngagement offers an expert access.
func (s *server) GrantEngagement(ctx context.Context, request GrantEngagementRequestObject) (GrantEngagementResponseObject, error) {
	caller, in := callerOf(ctx), request.Body
	g := engagement.Grant{SignInName: in.SignInName, Purpose: in.Purpose, NamesPurpose: text(in.NamesPurpose), EndsAt: in.EndsAt}
	for _, action := range in.Permissions {
		g.Permissions = append(g.Permissions, access.Action(action))
	}
	e, err := s.Engagements.Grant(ctx, caller.Tenant, caller.author(), g)
	if err != nil {
		return nil, err
	}
	return GrantEngagement201JSONResponse(s.engagementOf(e, 0)), nil
}

// ExtendEngagement offers what follows an engagement.
func (s *server) ExtendEngagement(ctx context.Context, request ExtendEngagementRequestObject) (ExtendEngagementResponseObject, error) {
	caller := callerOf(ctx)
	e, err := s.Engagements.Extend(ctx, caller.Tenant, caller.author(), request.Id, request.Body.EndsAt)
	if err != nil {
		return nil, err
	}
	return ExtendEngagement201JSONResponse(s.engagementOf(e, 0)), nil
}

// WithdrawEngagement ends an engagement at once.
func (s *server) WithdrawEngagement(ctx context.Context, request WithdrawEngagementRequestObject) (WithdrawEngagementResponseObject, error) {
	caller := callerOf(ctx)
	if err := s.Engagements.Withdraw(ctx, caller.Tenant, caller.author(), request.Id, request.Body.Reason); err != nil {
		return nil, err
	}
	return WithdrawEngagement204Response{}, nil
}

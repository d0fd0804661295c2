package api

import (
	"context"
	"strings"

	"github.com/google/uuid"

	"assay/domain/access"
	"assay/domain/account"
)

// postingsOf are memberships as the document writes them.
func postingsOf(memberships []account.Membership) []Posting {
	shown := make([]Posting, len(memberships))
	for i, m := range memberships {
		shown[i] = Posting{Role: m.Role, Office: optional(m.Office), Section: optional(m.Section), Officer: optional(m.Officer), Trader: optional(m.Trader)}
		if m.TraderKind != "" {
			kind := PostingTraderKind(m.TraderKind)
			shown[i].TraderKind = &kind
		}
	}
	return shown
}

// membershipsOf are postings as the rooms know them. Which there are, and who may give them, the room access says.
func membershipsOf(caller Caller, postings []Posting) []account.Membership {
	memberships := make([]account.Membership, len(postings))
	for i, p := range postings {
		memberships[i] = account.Membership{Tenant: caller.Tenant, Role: p.Role, Office: text(p.Office), Section: text(p.Section), Officer: text(p.Officer), Trader: text(p.Trader)}
		if p.TraderKind != nil {
			memberships[i].TraderKind = account.TraderKind(*p.TraderKind)
		}
	}
	return memberships
}

func memberOf(m *account.Member) Member {
	return Member{Id: m.Account.ID, Name: m.Account.Name, SignInName: m.Account.SignInName, Roles: postingsOf(m.Memberships), Suspended: m.Suspended,
		SecondFactor: m.SecondFactor, Sessions: m.Sessions, SeenAt: m.SeenAt}
}

// ListPeople lists who works in the administration.
func (s *server) ListPeople(ctx context.Context, request ListPeopleRequestObject) (ListPeopleResponseObject, error) {
	after, limit := uuid.Nil, whole(request.Params.Limit)
	if request.Params.After != nil {
		after = *request.Params.After
	}
	members, err := s.Accounts.MembersAfter(ctx, callerOf(ctx).Tenant, after, limit+1)
	if err != nil {
		return nil, err
	}
	page := ListPeople200JSONResponse{People: []Member{}}
	if len(members) > limit {
		members = members[:limit]
		page.After = &members[limit-1].Account.ID
	}
	for i := range members {
		page.People = append(page.People, memberOf(&members[i]))
	}
	return page, nil
}

// GetPerson gives one of them.
func (s *server) GetPerson(ctx context.Context, request GetPersonRequestObject) (GetPersonResponseObject, error) {
	m, err := s.Accounts.Member(ctx, callerOf(ctx).Tenant, request.Id)
	if err != nil {
		return nil, err
	}
	return GetPerson200JSONResponse(memberOf(&m)), nil
}

// SetRoles gives a person exactly the postings of the body.
func (s *server) SetRoles(ctx context.Context, request SetRolesRequestObject) (SetRolesResponseObject, error) {
	caller := callerOf(ctx)
	memberships := membershipsOf(caller, request.Body.Roles)
	told := make([]string, len(memberships)) // an API has no reader's language: the notice tells the codes
	for i, m := range memberships {
		told[i] = m.Role
	}
	if err := s.Access.SetRoles(ctx, caller.giver(), request.Id, memberships, strings.Join(told, ", ")); err != nil {
		return nil, err
	}
	m, err := s.Accounts.Member(ctx, caller.Tenant, request.Id)
	if err != nil {
		return nil, err
	}
	return SetRoles200JSONResponse(memberOf(&m)), nil
}

// SuspendPerson keeps a person out.
func (s *server) SuspendPerson(ctx context.Context, request SuspendPersonRequestObject) (SuspendPersonResponseObject, error) {
	if err := s.Access.Suspend(ctx, callerOf(ctx).giver(), request.Id, true); err != nil {
		return nil, err
	}
	return SuspendPerson204Response{}, nil
}

// ReadmitPerson lets a person in again.
func (s *server) ReadmitPerson(ctx context.Context, request ReadmitPersonRequestObject) (ReadmitPersonResponseObject, error) {
	if err := s.Access.Suspend(ctx, callerOf(ctx).giver(), request.Id, false); err != nil {
		return nil, err
	}
	return ReadmitPerson204Response{}, nil
}

// EndMembership takes a person out of the administration.
func (s *server) EndMembership(ctx context.Context, request EndMembershipRequestObject) (EndMembershipResponseObject, error) {
	if err := s.Access.EndMembership(ctx, callerOf(ctx).giver(), request.Id); err != nil {
		return nil, err
	}
	return EndMembership204Response{}, nil
}

// EndSessionsOfPerson ends somebody's sessions and tokens here.
func (s *server) EndSessionsOfPerson(ctx context.Context, request EndSessionsOfPersonRequestObject) (EndSessionsOfPersonResponseObject, error) {
	if err := s.Access.EndSessionsOf(ctx, callerOf(ctx).giver(), request.Id); err != nil {
		return nil, err
	}
	return EndSessionsOfPerson204Response{}, nil
}

// ResetFactorOfPerson removes somebody's second factors.
func (s *server) ResetFactorOfPerson(ctx context.Context, request ResetFactorOfPersonRequestObject) (ResetFactorOfPersonResponseObject, error) {
	if err := s.Access.ResetFactors(ctx, callerOf(ctx).giver(), request.Id); err != nil {
		return nil, err
	}
	return ResetFactorOfPerson204Response{}, nil
}

// ExplainAccess says what a person may do, and what gives it.
func (s *server) ExplainAccess(ctx context.Context, request ExplainAccessRequestObject) (ExplainAccessResponseObject, error) {
	caller := callerOf(ctx)
	e, err := s.Access.Explain(ctx, caller.Tenant, caller.Account, caller.Scope, request.Id)
	if err != nil {
		return nil, err
	}
	shown := ExplainAccess200JSONResponse{Id: e.Account, Name: e.Name, Roles: postingsOf(e.Held), Permissions: []AccessRight{}}
	for _, action := range access.Actions {
		grants := e.Permissions.Grants(action)
		if len(grants) == 0 {
			continue
		}
		right := AccessRight{Action: string(action), Scope: string(grants[0].Scope)}
		for _, g := range grants {
			reason := AccessReason{Scope: string(g.Scope), Role: postingsOf([]account.Membership{g.Membership})[0]}
			if g.Engagement != uuid.Nil {
				reason.Engagement = &g.Engagement
			}
			right.Reasons = append(right.Reasons, reason)
		}
		shown.Permissions = append(shown.Permissions, right)
	}
	return shown, nil
}

package api

import (
	"context"
	"time"

	"github.com/google/uuid"

	"assay/domain/access"
	"assay/domain/account"
	"assay/domain/notice"
)

// by is who does something with an account, under the role that allows it.
func (c Caller) by() account.By { return c.Person.By(c.Origin) }

// giver is the caller with everything that the caller may do.
func (c Caller) giver() access.Giver { return access.Giver{By: c.by(), Permissions: c.Permissions} }

// author is who changes something, for the record.
func (c Caller) author() access.Author {
	return access.Author{Name: c.SignInName, Capacity: c.Grant.Capacity(), Origin: c.Origin}
}

// ListSessions lists the caller's sessions on the pages.
func (s *server) ListSessions(ctx context.Context, _ ListSessionsRequestObject) (ListSessionsResponseObject, error) {
	open, err := s.Accounts.OpenSessions(ctx, callerOf(ctx).Account)
	if err != nil {
		return nil, err
	}
	shown := make(ListSessions200JSONResponse, len(open))
	for i, o := range open {
		shown[i] = Session{Id: o.ID, SignedInAt: o.SignedInAt, SeenAt: o.SeenAt, Address: o.Address, Agent: o.Agent}
	}
	return shown, nil
}

// EndSessions ends all of them.
func (s *server) EndSessions(ctx context.Context, _ EndSessionsRequestObject) (EndSessionsResponseObject, error) {
	if err := s.Accounts.EndAllSessions(ctx, callerOf(ctx).by()); err != nil {
		return nil, err
	}
	return EndSessions204Response{}, nil
}

// EndSession ends one; one that there is not is no error, so that nobody learns which there are.
func (s *server) EndSession(ctx context.Context, request EndSessionRequestObject) (EndSessionResponseObject, error) {
	if err := s.Accounts.EndSession(ctx, callerOf(ctx).by(), request.Id); err != nil {
		return nil, err
	}
	return EndSession204Response{}, nil
}

// ListTokens lists the caller's API tokens.
func (s *server) ListTokens(ctx context.Context, _ ListTokensRequestObject) (ListTokensResponseObject, error) {
	caller := callerOf(ctx)
	tokens, err := s.Accounts.Tokens(ctx, caller.Account, caller.Tenant)
	if err != nil {
		return nil, err
	}
	shown := make(ListTokens200JSONResponse, len(tokens))
	for i, t := range tokens {
		shown[i] = OwnToken{Id: t.ID, Name: t.Name, Scopes: append([]string{}, t.Scopes...), CreatedAt: t.CreatedAt, ExpiresAt: t.ExpiresAt, SeenAt: t.SeenAt}
	}
	return shown, nil
}

// CreateToken makes an API token; who has a second factor shows it, as on the page.
func (s *server) CreateToken(ctx context.Context, request CreateTokenRequestObject) (CreateTokenResponseObject, error) {
	caller, in := callerOf(ctx), request.Body
	if err := s.confirmFactor(ctx, caller.Account, text(in.Code)); err != nil {
		return nil, err
	}
	asked := account.NewToken{Name: in.Name, Lifetime: time.Duration(in.Days) * 24 * time.Hour}
	if in.Scopes != nil {
		asked.Scopes = *in.Scopes
	}
	token, expires, err := s.Access.IssueToken(ctx, caller.giver(), asked)
	if err != nil {
		return nil, err
	}
	return CreateToken201JSONResponse{Token: token, ExpiresAt: expires}, nil
}

// RevokeToken ends one of the caller's tokens.
func (s *server) RevokeToken(ctx context.Context, request RevokeTokenRequestObject) (RevokeTokenResponseObject, error) {
	if err := s.Accounts.RevokeToken(ctx, callerOf(ctx).by(), request.Id); err != nil {
		return nil, err
	}
	return RevokeToken204Response{}, nil
}

// ListNotices lists what the caller was told.
func (s *server) ListNotices(ctx context.Context, request ListNoticesRequestObject) (ListNoticesResponseObject, error) {
	caller, limit := callerOf(ctx), whole(request.Params.Limit)
	before := uuid.Nil
	if request.Params.Before != nil {
		before = *request.Params.Before
	}
	notices, err := s.Notices.List(ctx, caller.Tenant, caller.Account, before, limit+1)
	if err != nil {
		return nil, err
	}
	page := ListNotices200JSONResponse{Notices: []Notice{}}
	if page.Unread, err = s.Notices.Unread(ctx, caller.Tenant, caller.Account); err != nil {
		return nil, err
	}
	if len(notices) > limit {
		notices = notices[:limit]
		page.Before = &notices[limit-1].ID
	}
	for i := range notices {
		page.Notices = append(page.Notices, noticeOf(&notices[i]))
	}
	return page, nil
}

func noticeOf(n *notice.Notice) Notice {
	shown := Notice{Id: n.ID, Kind: string(n.Kind), Texts: n.Arguments.Texts, Moments: n.Arguments.Moments, Link: optional(n.Link), CreatedAt: n.CreatedAt, ReadAt: n.ReadAt}
	if shown.Texts == nil {
		shown.Texts = map[string]string{}
	}
	if shown.Moments == nil {
		shown.Moments = map[string]time.Time{}
	}
	return shown
}

// OpenNotice marks one as read.
func (s *server) OpenNotice(ctx context.Context, request OpenNoticeRequestObject) (OpenNoticeResponseObject, error) {
	caller := callerOf(ctx)
	opened, err := s.Notices.Open(ctx, caller.Tenant, caller.Account, request.Id)
	if err != nil {
		return nil, err
	}
	return OpenNotice200JSONResponse(noticeOf(&opened)), nil
}

// ReadNotices marks all as read.
func (s *server) ReadNotices(ctx context.Context, _ ReadNoticesRequestObject) (ReadNoticesResponseObject, error) {
	caller := callerOf(ctx)
	if err := s.Notices.ReadAll(ctx, caller.Tenant, caller.Account); err != nil {
		return nil, err
	}
	return ReadNotices204Response{}, nil
}

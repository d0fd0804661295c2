package api

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"fmt"

	openapi_types "github.com/oapi-codegen/runtime/types"

	"assay/domain/access"
	"assay/domain/administration"
	"assay/domain/contract"
	"assay/domain/cube"
)

// cardReader is who reads scorecards in this request, and how far.
func cardReader(ctx context.Context) contract.Reader {
	caller := callerOf(ctx)
	return contract.Reader{Actor: contract.ActorOf(caller.Person, caller.Origin), Scope: caller.Permissions.Scope(access.ScorecardRead)}
}

// administrationOf is the administration that the token is of.
func (s *server) administrationOf(ctx context.Context) (*administration.Tenant, error) {
	return s.Administrations.ByID(ctx, callerOf(ctx).Tenant)
}

func dayOf(day cube.Date) openapi_types.Date { return openapi_types.Date{Time: day.Time()} }

// ListScorecards lists the contracts of a month with their scores.
func (s *server) ListScorecards(ctx context.Context, request ListScorecardsRequestObject) (ListScorecardsResponseObject, error) {
	month, err := cube.ParseMonth(request.Params.Month)
	if err != nil {
		return nil, err
	}
	tenant, err := s.administrationOf(ctx)
	if err != nil {
		return nil, err
	}
	found, err := s.Scorecards.OfMonth(ctx, tenant, cardReader(ctx), month, "")
	if err != nil {
		return nil, err
	}
	lines := make(ListScorecards200JSONResponse, len(found))
	for i, each := range found {
		lines[i] = ScorecardLine{Contract: each.Contract.ID, Number: each.Contract.Number, Holder: each.Contract.SubjectName, Office: each.Contract.Office}
		if each.Card != nil {
			lines[i].Version, lines[i].Composite, lines[i].Achieved = &each.Card.Version, each.Card.Card.Composite, &each.Card.Card.Achieved
		}
	}
	return lines, nil
}

// GetScorecard gives a published card with what was said about it.
func (s *server) GetScorecard(ctx context.Context, request GetScorecardRequestObject) (GetScorecardResponseObject, error) {
	month, err := cube.ParseMonth(request.Month)
	if err != nil {
		return nil, err
	}
	version := 0
	if request.Params.Version != nil {
		version = *request.Params.Version
	}
	tenant, err := s.administrationOf(ctx)
	if err != nil {
		return nil, err
	}
	reader := cardReader(ctx)
	d, err := s.Scorecards.Card(ctx, tenant, reader, request.Id, month, version)
	if err != nil {
		return nil, err
	}
	talk, err := s.Scorecards.Conversation(ctx, tenant, reader, d)
	if err != nil {
		return nil, err
	}
	answer := GetScorecard200JSONResponse{Hash: hex.EncodeToString(d.Hash), Version: d.Version, ObjectUntil: dayOf(talk.ObjectUpTo), Remarks: []ScorecardRemark{}, Objections: []Objection{}}
	if err := json.Unmarshal(d.Content, &answer.Card); err != nil {
		return nil, fmt.Errorf("read a scorecard: %w", err)
	}
	for _, v := range d.Versions {
		answer.Versions = append(answer.Versions, ScorecardVersion{Version: v.Version, Hash: hex.EncodeToString(v.Hash), Reason: v.Reason, PublishedAt: v.PublishedAt})
	}
	for _, r := range talk.Remarks {
		answer.Remarks = append(answer.Remarks, ScorecardRemark{About: optional(r.About), By: r.AuthorName, At: r.WrittenAt, Words: r.Words})
	}
	for _, o := range talk.Objections {
		answer.Objections = append(answer.Objections, objectionOf(o))
	}
	return answer, nil
}

// CommentScorecard adds words to a card.
func (s *server) CommentScorecard(ctx context.Context, request CommentScorecardRequestObject) (CommentScorecardResponseObject, error) {
	month, err := cube.ParseMonth(request.Month)
	if err != nil {
		return nil, err
	}
	tenant, err := s.administrationOf(ctx)
	if err != nil {
		return nil, err
	}
	about := ""
	if request.Body.About != nil {
		about = *request.Body.About
	}
	if err := s.Scorecards.CommentCard(ctx, tenant, cardReader(ctx), request.Id, month, about, request.Body.Words); err != nil {
		return nil, err
	}
	return CommentScorecard204Response{}, nil
}

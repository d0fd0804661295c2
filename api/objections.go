package api

import (
	"context"

	"assay/domain/access"
	"assay/domain/contract"
	"assay/domain/cube"
)

func objectionOf(o *contract.Objection) Objection {
	shown := Objection{Id: o.ID, Contract: o.Contract, Month: o.Month.String(), CardVersion: o.CardVersion, Indicator: o.Indicator, Ground: string(o.Ground), Words: o.Words, Declarations: []DisputedDeclaration{},
		State: ObjectionState(o.State), Revision: o.Revision, FiledAt: o.FiledAt, AnswerOn: dayOf(o.AnswerOn), Reviewer: optional(o.ReviewerName), Decision: optional(o.Decision)}
	for _, d := range o.Declarations {
		shown.Declarations = append(shown.Declarations, DisputedDeclaration{Id: d.ID, Reference: d.Reference})
	}
	if o.Effect != contract.NoEffect {
		effect := ObjectionEffect(o.Effect)
		shown.Effect = &effect
	}
	if len(o.Excluded) > 0 {
		shown.Excluded = &o.Excluded
	}
	if o.AppealOn != 0 {
		day := dayOf(o.AppealOn)
		shown.AppealOn = &day
	}
	return shown
}

// FileObjection files an objection of the caller to a figure of the own card.
func (s *server) FileObjection(ctx context.Context, request FileObjectionRequestObject) (FileObjectionResponseObject, error) {
	month, err := cube.ParseMonth(request.Month)
	if err != nil {
		return nil, err
	}
	tenant, err := s.administrationOf(ctx)
	if err != nil {
		return nil, err
	}
	in := contract.ObjectionInput{Contract: request.Id, Month: month, Version: request.Body.Version, Indicator: request.Body.Indicator, Ground: contract.ObjectionGround(request.Body.Ground), Words: request.Body.Words}
	if request.Body.Declarations != nil {
		in.Declarations = *request.Body.Declarations
	}
	o, err := s.Scorecards.FileObjection(ctx, tenant, cardReader(ctx).Actor, in)
	if err != nil {
		return nil, err
	}
	return FileObjection201JSONResponse(objectionOf(o)), nil
}

// ListObjections lists objections to the cards that the caller may read.
func (s *server) ListObjections(ctx context.Context, request ListObjectionsRequestObject) (ListObjectionsResponseObject, error) {
	var f contract.ObjectionFilter
	if request.Params.Open != nil {
		f.Open = *request.Params.Open
	}
	if request.Params.Month != nil {
		month, err := cube.ParseMonth(*request.Params.Month)
		if err != nil {
			return nil, err
		}
		f.Month = month
	}
	tenant, err := s.administrationOf(ctx)
	if err != nil {
		return nil, err
	}
	found, err := s.Scorecards.Objections(ctx, tenant, cardReader(ctx), f)
	if err != nil {
		return nil, err
	}
	shown := make(ListObjections200JSONResponse, len(found))
	for i, each := range found {
		shown[i] = objectionOf(each.Objection)
	}
	return shown, nil
}

// GetObjection gives one objection with its life.
func (s *server) GetObjection(ctx context.Context, request GetObjectionRequestObject) (GetObjectionResponseObject, error) {
	tenant, err := s.administrationOf(ctx)
	if err != nil {
		return nil, err
	}
	d, err := s.Scorecards.Objection(ctx, tenant, cardReader(ctx), request.Id)
	if err != nil {
		return nil, err
	}
	shown := objectionOf(d.Objection)
	possible, events := []string{}, []ObjectionEvent{}
	for _, action := range d.Possible {
		possible = append(possible, string(action))
	}
	for _, e := range d.Events {
		events = append(events, ObjectionEvent{Action: string(e.Action), At: e.HappenedAt, By: e.ActorName, Reason: optional(e.Reason)})
	}
	shown.Possible, shown.Events = &possible, &events
	return GetObjection200JSONResponse(shown), nil
}

// StepObjection does one step. Who may read scorecards comes this far; the step's own action is asked for here, and the
// domain holds what the caller is in the contract.
func (s *server) StepObjection(ctx context.Context, request StepObjectionRequestObject) (StepObjectionResponseObject, error) {
	tenant, err := s.administrationOf(ctx)
	if err != nil {
		return nil, err
	}
	reader := cardReader(ctx)
	if _, err := s.Scorecards.Objection(ctx, tenant, reader, request.Id); err != nil {
		return nil, err
	}
	action := contract.ObjectionAction(request.Body.Action)
	needs := access.ObjectionDecide
	if action == contract.ObjectionWithdraw || action == contract.ObjectionAppeal {
		needs = access.ObjectionFile
	}
	if _, err := callerOf(ctx).Permissions.Require(needs); err != nil {
		return nil, err
	}
	ask := contract.ObjectionAsk{Objection: request.Id, Revision: request.Body.Revision, Actor: reader.Actor, Action: action}
	if request.Body.Reason != nil {
		ask.Reason = *request.Body.Reason
	}
	if request.Body.Effect != nil && *request.Body.Effect != "none" {
		ask.Effect = contract.ObjectionEffect(*request.Body.Effect)
	}
	if request.Body.Excluded != nil {
		ask.Excluded = *request.Body.Excluded
	}
	o, err := s.Scorecards.ActOnObjection(ctx, tenant, ask)
	if err != nil {
		return nil, err
	}
	return StepObjection200JSONResponse(objectionOf(o)), nil
}

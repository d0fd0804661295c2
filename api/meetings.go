package api

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"assay/domain/cube"
	"assay/domain/meeting"
)

func meetingOf(m *meeting.Meeting) Meeting {
	return Meeting{Id: m.ID, Office: m.Office, Month: m.Month.String(), HeldOn: dayOf(m.HeldOn), Place: optional(m.Place), State: MeetingState(m.State), Revision: m.Revision, Chair: m.ChairName, Other: m.OtherName}
}

// ListMeetings lists the meetings that the caller may see.
func (s *server) ListMeetings(ctx context.Context, _ ListMeetingsRequestObject) (ListMeetingsResponseObject, error) {
	tenant, err := s.administrationOf(ctx)
	if err != nil {
		return nil, err
	}
	found, err := s.Meetings.List(ctx, tenant, cardReader(ctx))
	if err != nil {
		return nil, err
	}
	shown := make(ListMeetings200JSONResponse, len(found))
	for i, line := range found {
		shown[i] = meetingOf(line.Meeting)
		shown[i].Open = &line.Open
	}
	return shown, nil
}

// PlanMeeting calls a meeting that the caller chairs.
func (s *server) PlanMeeting(ctx context.Context, request PlanMeetingRequestObject) (PlanMeetingResponseObject, error) {
	month, err := cube.ParseMonth(request.Body.Month)
	if err != nil {
		return nil, err
	}
	tenant, err := s.administrationOf(ctx)
	if err != nil {
		return nil, err
	}
	in := meeting.PlanInput{Month: month, HeldOn: cube.DateIn(request.Body.HeldOn.Time, time.UTC), Other: request.Body.Other}
	if request.Body.Office != nil {
		in.Office = *request.Body.Office
	}
	if request.Body.Place != nil {
		in.Place = *request.Body.Place
	}
	m, err := s.Meetings.Plan(ctx, tenant, cardReader(ctx).Actor, in)
	if err != nil {
		return nil, err
	}
	return PlanMeeting201JSONResponse(meetingOf(m)), nil
}

// GetMeeting gives a meeting with all that belongs to it.
func (s *server) GetMeeting(ctx context.Context, request GetMeetingRequestObject) (GetMeetingResponseObject, error) {
	tenant, err := s.administrationOf(ctx)
	if err != nil {
		return nil, err
	}
	d, err := s.Meetings.Get(ctx, tenant, cardReader(ctx), request.Id)
	if err != nil {
		return nil, err
	}
	shown, err := meetingWhole(d)
	return GetMeeting200JSONResponse(shown), err
}

func meetingWhole(d *meeting.Dossier) (Meeting, error) {
	shown := meetingOf(d.Meeting)
	agenda, err := json.Marshal(d.Agenda)
	if err != nil {
		return shown, fmt.Errorf("write an agenda: %w", err)
	}
	var free map[string]any
	if err := json.Unmarshal(agenda, &free); err != nil {
		return shown, fmt.Errorf("write an agenda: %w", err)
	}
	shown.Agenda = &free
	signatures, recommendations := []MinutesSignature{}, []Recommendation{}
	for _, g := range d.Signatures {
		signatures = append(signatures, MinutesSignature{Name: g.Name, Side: string(g.Side), At: g.SignedAt})
	}
	for _, r := range d.Recommendations {
		recommendations = append(recommendations, Recommendation{Id: r.ID, Words: r.Words, Owner: r.OwnerName, DueOn: dayOf(r.DueOn), State: string(r.State), Outcome: optional(r.Outcome)})
	}
	shown.Signatures, shown.Recommendations = &signatures, &recommendations
	if d.Kept != nil {
		var minutes map[string]any
		if err := json.Unmarshal(d.Kept.Content, &minutes); err != nil {
			return shown, fmt.Errorf("read minutes: %w", err)
		}
		shown.Minutes, shown.MinutesHash = &minutes, optional(hex.EncodeToString(d.Kept.Hash))
	}
	return shown, nil
}

// WriteMinutes keeps minutes.
func (s *server) WriteMinutes(ctx context.Context, request WriteMinutesRequestObject) (WriteMinutesResponseObject, error) {
	tenant, err := s.administrationOf(ctx)
	if err != nil {
		return nil, err
	}
	reader := cardReader(ctx)
	d, err := s.Meetings.Get(ctx, tenant, reader, request.Id)
	if err != nil {
		return nil, err
	}
	in := meeting.MinutesInput{Words: map[string]meeting.StatementInput{}}
	text := func(given *string) string {
		if given == nil {
			return ""
		}
		return *given
	}
	in.Causes, in.Obligations = text(request.Body.Causes), text(request.Body.Obligations)
	var present []uuid.UUID
	if request.Body.Present != nil {
		present = *request.Body.Present
	}
	for _, a := range d.Attendance {
		in.Attendance = append(in.Attendance, meeting.Attendee{Account: a.Account, Present: slices.Contains(present, a.Account), Excuse: a.Excuse})
	}
	if request.Body.Words != nil {
		for _, w := range *request.Body.Words {
			in.Words[w.Contract] = meeting.StatementInput{Words: text(w.Words), Answer: text(w.Answer)}
		}
	}
	if request.Body.Decisions != nil {
		for _, each := range *request.Body.Decisions {
			in.Decisions = append(in.Decisions, meeting.DecisionInput{Words: each.Words, Owner: each.Owner, DueOn: cube.DateIn(each.DueOn.Time, time.UTC)})
		}
	}
	if _, err := s.Meetings.Write(ctx, tenant, meeting.Ask{Meeting: request.Id, Revision: request.Body.Revision, Actor: reader.Actor}, in); err != nil {
		return nil, err
	}
	if d, err = s.Meetings.Get(ctx, tenant, reader, request.Id); err != nil {
		return nil, err
	}
	shown, err := meetingWhole(d)
	return WriteMinutes200JSONResponse(shown), err
}

// EndRecommendation closes a recommendation.
func (s *server) EndRecommendation(ctx context.Context, request EndRecommendationRequestObject) (EndRecommendationResponseObject, error) {
	tenant, err := s.administrationOf(ctx)
	if err != nil {
		return nil, err
	}
	if err := s.Meetings.End(ctx, tenant, cardReader(ctx).Actor, request.Id, meeting.RecommendationState(request.Body.State), request.Body.Outcome); err != nil {
		return nil, err
	}
	return EndRecommendation204Response{}, nil
}

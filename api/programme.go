package api

import (
	"context"

	"assay/domain/contract"
	"assay/domain/cube"
)

func programmeOf(p *contract.Programme) Programme {
	shown := Programme{Phase: ProgrammePhase(p.Phase), ContractsOpen: p.ContractsOpen(), StartsOn: optionalDay(p.StartsOn), OpenedAt: optionalTime(p.OpenedAt), OpenedBy: optional(p.OpenedBy),
		OverrideReason: optional(p.OverrideReason), ReportsRequired: p.ReportsRequired, ConsecutiveReports: p.Consecutive(), Missing: append([]string{}, p.Missing()...),
		Prerequisites: []Prerequisite{}, Members: []TeamMember{}, Missions: []Mission{}, Reports: []PublishedReport{}}
	for _, each := range p.Prerequisites {
		shown.Prerequisites = append(shown.Prerequisites, Prerequisite{Key: each.Key, Met: each.Met, Evidence: optional(each.Evidence), NotedBy: optional(each.NotedBy), NotedAt: optionalTime(each.NotedAt)})
	}
	for _, m := range p.Members {
		shown.Members = append(shown.Members, TeamMember{Name: m.Name, Unit: m.Unit, Leader: m.Leader})
	}
	for _, m := range p.Missions {
		shown.Missions = append(shown.Missions, Mission{Kind: m.Kind, Title: m.Title, StartsOn: dayOf(m.StartsOn), EndsOn: dayOf(m.EndsOn), Outcome: optional(m.Outcome)})
	}
	for _, r := range p.Reports {
		shown.Reports = append(shown.Reports, PublishedReport{Month: r.Month.String(), PublishedAt: r.PublishedAt.UTC(), PublishedBy: r.PublishedBy})
	}
	return shown
}

// GetProgramme gives the administration's way to contracts.
func (s *server) GetProgramme(ctx context.Context, _ GetProgrammeRequestObject) (GetProgrammeResponseObject, error) {
	p, err := s.Contracts.Programme(ctx, callerOf(ctx).Tenant)
	if err != nil {
		return nil, err
	}
	return GetProgramme200JSONResponse(programmeOf(p)), nil
}

// GetProgrammeReport gives a descriptive report as it was published.
func (s *server) GetProgrammeReport(ctx context.Context, request GetProgrammeReportRequestObject) (GetProgrammeReportResponseObject, error) {
	month, err := cube.ParseMonth(request.Month)
	if err != nil {
		return nil, err
	}
	report, err := s.Contracts.Report(ctx, callerOf(ctx).Tenant, month)
	if err != nil {
		return nil, err
	}
	return GetProgrammeReport200JSONResponse{PublishedAt: report.PublishedAt, PublishedBy: report.PublishedBy, Report: *report}, nil
}

// NotePrerequisite ticks a prerequisite with its evidence, or takes the tick away.
func (s *server) NotePrerequisite(ctx context.Context, request NotePrerequisiteRequestObject) (NotePrerequisiteResponseObject, error) {
	tenant := callerOf(ctx).Tenant
	if err := s.Contracts.NotePrerequisite(ctx, tenant, contractReader(ctx).Actor, string(request.Key), request.Body.Met, textOf(request.Body.Evidence)); err != nil {
		return nil, err
	}
	p, err := s.Contracts.Programme(ctx, tenant)
	if err != nil {
		return nil, err
	}
	return NotePrerequisite200JSONResponse(programmeOf(p)), nil
}

// PublishProgrammeReport publishes the descriptive report of a month.
func (s *server) PublishProgrammeReport(ctx context.Context, request PublishProgrammeReportRequestObject) (PublishProgrammeReportResponseObject, error) {
	month, err := cube.ParseMonth(request.Body.Month)
	if err != nil {
		return nil, err
	}
	tenant, err := s.administrationOf(ctx)
	if err != nil {
		return nil, err
	}
	if err := s.Contracts.PublishReport(ctx, tenant, contractReader(ctx).Actor, month); err != nil {
		return nil, err
	}
	report, err := s.Contracts.Report(ctx, tenant.ID, month)
	if err != nil {
		return nil, err
	}
	return PublishProgrammeReport201JSONResponse{PublishedAt: report.PublishedAt, PublishedBy: report.PublishedBy, Report: *report}, nil
}

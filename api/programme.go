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

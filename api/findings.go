package api

import (
	"context"

	"assay/domain"
	"assay/domain/access"
	"assay/domain/crosscheck"
	"assay/domain/cube"
)

// ListFindings gives a page of broken rules.
func (s *server) ListFindings(ctx context.Context, request ListFindingsRequestObject) (ListFindingsResponseObject, error) {
	caller := callerOf(ctx)
	filter, err := findingFilter(caller, request.Params)
	if err != nil {
		return nil, err
	}
	listing, err := s.Crosschecks.Findings(ctx, caller.Tenant, filter, crosscheck.Page{After: text(request.Params.After), Limit: whole(request.Params.Limit)})
	if err != nil {
		return nil, err
	}
	if err := s.coverFindings(ctx, listing.Findings); err != nil {
		return nil, err
	}
	page := ListFindings200JSONResponse{Findings: make([]Finding, len(listing.Findings)), Cursor: optional(listing.Cursor)}
	for i := range listing.Findings {
		page.Findings[i] = findingOf(&listing.Findings[i])
	}
	return page, nil
}

// findingFilter reads the filters; a head of office sees the own office's findings only.
func findingFilter(caller Caller, p ListFindingsParams) (f crosscheck.Filter, err error) {
	if p.Rule != nil {
		rule, _ := crosscheck.ParseRule(*p.Rule) // the document's pattern allows only rules that there are
		f.Rules = []crosscheck.Rule{rule}
	}
	if p.Severity != nil {
		f.Severities = []crosscheck.Severity{crosscheck.Severity(*p.Severity)}
	}
	if p.State != nil {
		f.States = []crosscheck.State{crosscheck.State(*p.State)}
	}
	if p.Office != nil {
		f.Offices = []string{*p.Office}
	}
	if caller.Scope != access.ScopeAdministration {
		if caller.Scope != access.ScopeOffice || caller.Office == "" || p.Office != nil && *p.Office != caller.Office {
			return f, domain.Errorf(domain.KindForbidden, "your role shows the findings of your own office only")
		}
		f.Offices = []string{caller.Office}
	}
	for _, bound := range []struct {
		text *string
		to   *cube.Month
	}{{p.From, &f.From}, {p.To, &f.To}} {
		if bound.text != nil {
			if *bound.to, err = cube.ParseMonth(*bound.text); err != nil {
				return f, err
			}
		}
	}
	return f, nil
}

func findingOf(f *crosscheck.Finding) Finding {
	shown := Finding{Id: f.ID, Rule: f.Rule.String(), Version: f.Version, Variant: f.Variant, Severity: string(f.Severity),
		SubjectKind: FindingSubjectKind(f.SubjectKind), Subject: f.Subject, Office: f.Office, Month: f.Month.String(),
		State: string(f.State), DetectedAt: f.DetectedAt, Explanation: optional(f.Explanation), Reviewer: optional(f.Reviewer),
		Facts: f.Evidence.Facts}
	if len(f.Evidence.Parameters) > 0 {
		shown.Parameters = &f.Evidence.Parameters
	}
	return shown
}

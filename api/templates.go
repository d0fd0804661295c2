package api

import (
	"context"

	"assay/domain/contract"
)

// templateOf leaves the content to who asks for one template.
func templateOf(t *contract.Template) ContractTemplate {
	names := t.Content.Names
	if names == nil {
		names = map[string]string{}
	}
	return ContractTemplate{Id: t.ID, Code: t.Code, Version: t.Version, Office: t.Office, State: ContractTemplateState(t.State), Revision: t.Revision, Origin: t.Origin, CreatedAt: t.CreatedAt.UTC(), CreatedBy: t.CreatedBy,
		Names: names, Level: string(t.Content.Level), Function: t.Content.Function}
}

func templateWhole(t *contract.Template) ContractTemplate {
	shown := templateOf(t)
	shown.Content = &t.Content
	return shown
}

// ListTemplates lists the administration's templates.
func (s *server) ListTemplates(ctx context.Context, _ ListTemplatesRequestObject) (ListTemplatesResponseObject, error) {
	found, err := s.Contracts.Templates(ctx, callerOf(ctx).Tenant)
	if err != nil {
		return nil, err
	}
	shown := make(ListTemplates200JSONResponse, len(found))
	for i, t := range found {
		shown[i] = templateOf(t)
	}
	return shown, nil
}

// GetTemplate gives one template with its content.
func (s *server) GetTemplate(ctx context.Context, request GetTemplateRequestObject) (GetTemplateResponseObject, error) {
	t, err := s.Contracts.Template(ctx, callerOf(ctx).Tenant, request.Id)
	if err != nil {
		return nil, err
	}
	return GetTemplate200JSONResponse(templateWhole(t)), nil
}

// ProposeTargets gives what a template's rule proposes, held against the months of all offices.
func (s *server) ProposeTargets(ctx context.Context, request ProposeTargetsRequestObject) (ProposeTargetsResponseObject, error) {
	tenant, err := s.administrationOf(ctx)
	if err != nil {
		return nil, err
	}
	t, err := s.Contracts.Template(ctx, tenant.ID, request.Id)
	if err != nil {
		return nil, err
	}
	content := &t.Content
	work := contract.Work{Level: content.Level, Function: content.Function, Before: s.Contracts.Today(tenant), Lines: content.Lines, Rule: content.Rule}
	if request.Params.Office != nil {
		work.Office = *request.Params.Office
	}
	proposals, err := s.Contracts.Proposals(ctx, tenant, work)
	if err != nil {
		return nil, err
	}
	targets := make([]contract.Target, len(proposals))
	for i, p := range proposals {
		targets[i] = contract.Target{Code: p.Code, Direction: p.Direction, Weight: content.Lines[i].Weight, Unit: p.Unit, Threshold: p.Threshold, Target: p.Target, RedLow: p.RedLow, RedHigh: p.RedHigh}
	}
	work.Office = ""
	tested, err := s.Contracts.Backtest(ctx, tenant, work, targets, content.Terms.CapPercent)
	if err != nil {
		return nil, err
	}
	answer := ProposeTargets200JSONResponse{Lines: []TargetProposal{}, Whole: testedWhole(tested.Whole), Offices: []TestedOffice{}, Pulls: []TargetPull{}}
	for i, p := range proposals {
		answer.Lines = append(answer.Lines, proposalOf(p, content.Lines[i].Weight, tested.Lines[i]))
	}
	for _, o := range tested.Offices {
		answer.Offices = append(answer.Offices, TestedOffice{Office: o.Office, Whole: testedWhole(o.BacktestWhole), Lines: testedLines(o.Lines)})
	}
	for _, pull := range tested.Pulls {
		answer.Pulls = append(answer.Pulls, TargetPull{First: pull.First, Second: pull.Second, Correlation: pull.Correlation, Low: pull.Low, High: pull.High, Months: pull.Months})
	}
	return answer, nil
}

func proposalOf(p *contract.Proposal, weight int, tested contract.BacktestLine) TargetProposal {
	shown := TargetProposal{Code: p.Code, Unit: string(p.Unit), Direction: string(p.Direction), Weight: weight, Months: len(p.Observations), FewCases: p.FewCases, NoValue: p.NoValue,
		Baseline: p.Baseline, Threshold: p.Threshold, Target: p.Target, RedLow: p.RedLow, RedHigh: p.RedHigh, Tested: testedLine(tested)}
	if len(p.Quantiles) > 0 {
		shown.Quantiles = &p.Quantiles
	}
	return shown
}

func testedLine(line contract.BacktestLine) TestedLine {
	return TestedLine{Code: line.Code, Months: line.Months, Threshold: line.Threshold, Target: line.Target}
}

func testedLines(lines []contract.BacktestLine) []TestedLine {
	shown := make([]TestedLine, len(lines))
	for i, line := range lines {
		shown[i] = testedLine(line)
	}
	return shown
}

func testedWhole(whole contract.BacktestWhole) TestedWhole {
	return TestedWhole{Months: whole.Months, Achieved: whole.Achieved}
}

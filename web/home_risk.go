package web

import (
	"assay/domain/access"
	"assay/domain/crosscheck"
	"assay/domain/declaration"
	"assay/web/present"
	"assay/web/view"
)

const (
	findingsShown = 6
	// newFindings is how many months back a finding counts as new.
	newFindings = 2
)

// risks shows where the risk is: the newest critical findings, and how many are open of each severity.
func (h *homePage) risks() error {
	as, err := h.acting(access.FindingRead)
	if as == nil || err != nil {
		return err
	}
	filter := crosscheck.Filter{States: []crosscheck.State{crosscheck.Open}}
	switch as.scope {
	case access.ScopeAdministration:
	case access.ScopeOffice:
		if as.person.Office == "" {
			return nil
		}
		filter.Offices = []string{as.person.Office}
	default:
		return nil
	}
	ctx := as.Request().Context()
	critical := filter
	critical.Severities = []crosscheck.Severity{crosscheck.Critical}
	listing, err := h.server.Crosschecks.Findings(ctx, h.tenant.ID, critical, crosscheck.Page{Limit: findingsShown})
	if err != nil {
		return err
	}
	part := view.HomePart{Key: "risks", Title: h.T("home.risks"), Wide: true, Note: h.T("home.risks.how")}
	if len(listing.Findings) == 0 {
		part.Empty, part.Note = h.T("home.risks.none"), ""
	} else {
		filter.From = listing.Findings[0].Month - newFindings + 1
	}
	if h.may(access.FigureRead) {
		part.More = []view.Link{{Text: h.T("home.risks.more"), Address: question{by: "rule"}.address(h.at("indicators/DQ01"))}}
	}
	if err := h.countFindings(&part, filter); err != nil {
		return err
	}
	part.Heads = []view.Head{{Text: h.T("home.risks.rule")}, {Text: h.T("home.risks.subject")}, {Text: h.T("dimension.office")}, {Text: h.T("home.month")}}
	for _, f := range listing.Findings {
		part.Rows = append(part.Rows, as.findingRow(f))
	}
	h.add(part)
	return nil
}

// countFindings says how many findings of the newest months are open, by severity. An auditor is also told
// how many people have set aside.
func (h *homePage) countFindings(part *view.HomePart, filter crosscheck.Filter) error {
	if h.may(access.AuditRead) {
		filter.States = append(filter.States, crosscheck.Waived, crosscheck.FalsePositive, crosscheck.Explained)
	}
	tallies, err := h.server.Crosschecks.Counts(h.Request().Context(), h.tenant.ID, filter)
	if err != nil {
		return err
	}
	open := map[crosscheck.Severity]int64{}
	aside := map[crosscheck.State]int64{}
	for _, t := range tallies {
		if t.State == crosscheck.Open {
			open[t.Severity] += t.Findings
		} else {
			aside[t.State] += t.Findings
		}
	}
	if filter.From != 0 {
		from, to := monthOfCube(filter.From), monthOfCube(filter.From+newFindings-1)
		part.Sub = h.PeriodName(present.Period{From: from.From, To: to.To})
	}
	for _, severity := range []crosscheck.Severity{crosscheck.Critical, crosscheck.High, crosscheck.Medium, crosscheck.Low} {
		if open[severity] > 0 {
			part.Facts = append(part.Facts, view.Fact{Name: h.T("finding.severity." + string(severity)), Text: h.TN("home.risks.open", open[severity])})
		}
	}
	for _, state := range []crosscheck.State{crosscheck.Explained, crosscheck.Waived, crosscheck.FalsePositive} {
		if aside[state] > 0 {
			part.Facts = append(part.Facts, view.Fact{Name: h.T("finding.state." + string(state)), Text: h.Count(aside[state]), Number: true})
		}
	}
	return nil
}

// findingRow is one finding, leading to the declaration where the person may read it.
func (v *visit) findingRow(f crosscheck.Finding) view.HomeRow {
	subject := view.HomeCell{Text: f.Subject, Code: true}
	if reference, err := declaration.ParseReference(f.Subject); err == nil && f.SubjectKind == crosscheck.OnDeclaration && v.may(access.DeclarationRead) {
		subject.Address = v.declarationAddress(reference)
	}
	office := view.HomeCell{Text: f.Office, Code: true}
	if f.Office == "" {
		office = view.HomeCell{Text: "–"}
	}
	return view.HomeRow{Cells: []view.HomeCell{{Text: v.T("rule." + f.Rule.String() + ".name"), Muted: f.Rule.String()}, subject, office, {Text: v.PeriodName(monthOfCube(f.Month))}}}
}

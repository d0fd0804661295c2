package web

import (
	"net/http"
	"strings"

	"github.com/google/uuid"

	"assay/domain"
	"assay/domain/access"
	"assay/domain/contract"
	"assay/domain/cube"
	"assay/domain/indicator"
	"assay/web/view"
)

// showProgramme shows the administration's way to contracts.
func (v *visit) showProgramme() error { return v.showProgrammeWith(http.StatusOK, nil) }

func (v *visit) showProgrammeWith(status int, fault *view.FormFault) error {
	p, err := v.server.Contracts.Programme(v.Request().Context(), v.tenant.ID)
	if err != nil {
		return err
	}
	today := v.server.Contracts.Today(v.tenant)
	page := view.Programme{Layout: v.layout(v.T("programme.title")), Action: v.at("programme"), Fault: fault, Writes: v.may(access.ContractTemplate)}
	at := map[contract.Phase]int{contract.Preparing: 0, contract.Descriptive: 1, contract.Prescriptive: 2}[p.Phase]
	for i, phase := range []contract.Phase{contract.Preparing, contract.Descriptive, contract.Prescriptive} {
		step := view.PathStep{Name: v.T("phase." + string(phase)), Done: i < at, Now: i == at}
		if phase == contract.Descriptive && p.StartsOn != 0 {
			step.When = v.InZone(cubeZone).ShortDate(p.StartsOn.Time())
		}
		if phase == contract.Prescriptive && !p.OpenedAt.IsZero() {
			step.When = v.ShortDate(p.OpenedAt)
		}
		page.Phases = append(page.Phases, step)
	}
	for _, each := range p.Prerequisites {
		row := view.PrerequisiteRow{Key: each.Key, Name: v.T("prerequisite." + each.Key), Hint: v.T("prerequisite." + each.Key + ".hint"), Evidence: each.Evidence, Met: each.Met}
		if each.NotedBy != "" {
			row.By = v.T("programme.noted", "By", v.Isolate(each.NotedBy), "At", v.Instant(each.NotedAt))
		}
		page.Prerequisites = append(page.Prerequisites, row)
	}
	for _, m := range p.Members {
		page.Members = append(page.Members, view.MemberRow{ID: m.ID.String(), Name: m.Name, Unit: v.T("team.unit." + m.Unit), Leader: m.Leader})
	}
	for _, m := range p.Missions {
		page.Missions = append(page.Missions, v.missionRow(m, today))
	}
	v.fillReports(&page, p, today)
	for _, unit := range contract.Units {
		page.Units = append(page.Units, view.Choice{Value: unit, Text: v.T("team.unit." + unit)})
	}
	for _, kind := range contract.MissionKinds {
		page.Kinds = append(page.Kinds, view.Choice{Value: kind, Text: v.T("mission." + kind)})
	}
	for _, key := range p.Missing() {
		if key == "reports" {
			page.Missing = append(page.Missing, v.T("programme.missing.reports", "Have", v.Plain(p.Consecutive()), "Want", v.Plain(p.ReportsRequired)))
			continue
		}
		page.Missing = append(page.Missing, v.T("prerequisite."+key))
	}
	page.Ready = view.Mark{Kind: "warning", Text: v.T("programme.not_ready")}
	if len(page.Missing) == 0 {
		page.Ready = view.Mark{Kind: "good", Text: v.T("programme.ready")}
	}
	if p.ContractsOpen() {
		page.Ready = view.Mark{Kind: "good", Text: v.T("programme.open_since", "Date", v.Date(p.OpenedAt))}
		page.Overridden = p.OverrideReason
	}
	if p.Phase == contract.Preparing {
		page.Begin = dayInput(today)
	}
	page.Open = p.Phase == contract.Descriptive
	return v.show(status, "programme", page)
}

func (v *visit) missionRow(m contract.Mission, today cube.Date) view.MissionRow {
	row := view.MissionRow{ID: m.ID.String(), Kind: v.T("mission." + m.Kind), Title: m.Title, Dates: v.days(m.StartsOn, m.EndsOn), Outcome: m.Outcome}
	switch {
	case m.Outcome != "":
		row.Mark = view.Mark{Kind: "good", Text: v.T("mission.state.done")}
	case today < m.StartsOn:
		row.Mark = view.Mark{Kind: "info", Text: v.T("mission.state.planned")}
	default:
		row.Mark = view.Mark{Kind: "warning", Text: v.T("mission.state.open")}
	}
	return row
}

// fillReports lists what is published, and the months that could be.
func (v *visit) fillReports(page *view.Programme, p *contract.Programme, today cube.Date) {
	published := map[cube.Month]bool{}
	for _, r := range p.Reports {
		published[r.Month] = true
		page.Reports = append(page.Reports, view.Link{Text: v.Month(r.Month.First().Time()), Address: v.at("programme/reports/" + r.Month.String())})
	}
	if p.Phase == contract.Preparing {
		return
	}
	const offered = 6
	for month := today.Month() - 1; month >= today.Month()-offered; month-- {
		if !published[month] {
			page.Months = append(page.Months, view.Choice{Value: month.String(), Text: v.Month(month.First().Time())})
		}
	}
}

// changeProgramme does what a form of the programme asks for.
func (v *visit) changeProgramme() error {
	err := v.doProgramme()
	if err == nil {
		return v.goTo(v.at("programme"))
	}
	if fault, status, mendable := v.faultOfContract(err); mendable {
		return v.showProgrammeWith(status, fault)
	}
	return err
}

func (v *visit) doProgramme() error {
	ctx, s, tenant, actor := v.Request().Context(), v.server.Contracts, v.tenant.ID, v.contractReader().Actor
	switch v.FormValue("do") {
	case "begin":
		day, err := cube.ParseDate(v.FormValue("day"))
		if err != nil {
			return err
		}
		return s.BeginDescription(ctx, tenant, actor, day)
	case "prerequisite":
		return s.NotePrerequisite(ctx, tenant, actor, v.FormValue("key"), v.FormValue("met") == "yes", v.FormValue("evidence"))
	case "member":
		return s.AddMember(ctx, tenant, actor, contract.TeamMember{Name: v.FormValue("name"), Unit: v.FormValue("unit"), Leader: v.FormValue("leader") == "yes"})
	case "remove":
		id, err := uuid.Parse(v.FormValue("member"))
		if err != nil {
			return domain.Errorf(domain.KindNotFound, "there is no such member")
		}
		return s.RemoveMember(ctx, tenant, actor, id)
	case "mission":
		m := contract.Mission{Kind: v.FormValue("kind"), Title: v.FormValue("title"), Outcome: v.FormValue("outcome")}
		var err error
		if m.StartsOn, err = cube.ParseDate(v.FormValue("starts_on")); err != nil {
			return err
		}
		if m.EndsOn, err = cube.ParseDate(v.FormValue("ends_on")); err != nil {
			return err
		}
		return s.SaveMission(ctx, tenant, actor, m)
	case "report":
		month, err := cube.ParseMonth(v.FormValue("month"))
		if err != nil {
			return err
		}
		return s.PublishReport(ctx, v.tenant, actor, month)
	case "open":
		return s.OpenContracts(ctx, tenant, actor, v.FormValue("reason"))
	}
	return domain.Errorf(domain.KindInvalid, "there is no such action")
}

// showProgrammeReport shows a descriptive report as it was published.
func (v *visit) showProgrammeReport() error {
	month, err := cube.ParseMonth(v.Param("month"))
	if err != nil {
		return domain.Errorf(domain.KindNotFound, "there is no such report")
	}
	report, err := v.server.Contracts.Report(v.Request().Context(), v.tenant.ID, month)
	if err != nil {
		return err
	}
	page := view.ProgrammeReport{Layout: v.layout(v.T("report.title", "Month", v.Month(month.First().Time()))), Back: v.at("programme")}
	page.Facts = []view.Fact{{Name: v.T("report.published"), Text: v.Instant(report.PublishedAt), Muted: report.PublishedBy}}
	if report.Watermark != nil {
		page.Facts = append(page.Facts, view.Fact{Name: v.T("report.watermark"), Text: v.Instant(*report.Watermark)})
	}
	columns := map[string]int{}
	for _, line := range report.Lines {
		for _, o := range line.Offices {
			if _, known := columns[o.Office]; !known {
				columns[o.Office] = len(page.Offices)
				page.Offices = append(page.Offices, o.Office)
			}
		}
	}
	for _, line := range report.Lines {
		row := view.ReportRow{Code: line.Code, Name: v.indicatorName(line.Code), Address: v.at("indicators/" + line.Code), Total: v.describedText(line.Unit, line.Total),
			Before: v.targetText(line.Unit, line.Before), Cases: v.Count(line.Total.N), Offices: make([]string, len(page.Offices))}
		for i := range row.Offices {
			row.Offices[i] = "–"
		}
		for _, o := range line.Offices {
			row.Offices[columns[o.Office]] = v.describedText(line.Unit, o)
		}
		page.Rows = append(page.Rows, row)
	}
	return v.show(http.StatusOK, "programme-report", page)
}

// describedText is a value, or the count where there are too few cases for a rate.
func (v *visit) describedText(unit indicator.Unit, f contract.DescriptiveFigure) string {
	if f.Value == nil && f.Numerator != nil && f.Denominator != nil && *f.Denominator > 0 {
		return v.T("figure.of", "Numerator", v.Count(*f.Numerator), "Denominator", v.Count(*f.Denominator))
	}
	return strings.TrimSpace(v.targetText(unit, f.Value))
}

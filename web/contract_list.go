package web

import (
	"net/http"
	"slices"

	"assay/domain/access"
	"assay/domain/contract"
	"assay/domain/cube"
	"assay/web/view"
)

// contractReader is who reads or changes contracts in this request, and how far.
func (v *visit) contractReader() contract.Reader {
	return contract.Reader{Actor: contract.ActorOf(v.person, v.RealIP()), Scope: v.scope}
}

// contractGroups are the groups of the list in their order.
var contractGroups = []struct {
	key    string
	states []contract.State
}{
	{"making", []contract.State{contract.Draft, contract.Proposed, contract.Negotiating, contract.Signed}},
	{"force", []contract.State{contract.Active, contract.Suspended}},
	{"over", []contract.State{contract.Evaluated, contract.Closed, contract.Terminated, contract.Amended, contract.Discarded}},
}

// listContracts lists the contracts that the reader may see, those in the making first.
func (v *visit) listContracts() error {
	reader := v.contractReader()
	found, err := v.server.Contracts.List(v.Request().Context(), v.tenant, reader, contract.Filter{})
	if err != nil {
		return err
	}
	page := view.Contracts{Layout: v.layout(v.T("contracts.title")), Sub: v.T("contracts.sub")}
	today := v.server.Contracts.Today(v.tenant)
	waiting := int64(0)
	for _, group := range contractGroups {
		shown := view.ContractGroup{Key: group.key, Name: v.T("contracts.group." + group.key)}
		for _, c := range found {
			if !slices.Contains(group.states, c.State) {
				continue
			}
			row := v.contractRow(c)
			if c.State.Open() && c.SlotOf(reader.Account, today) != nil {
				row.Yours = true
				waiting++
			}
			shown.Rows = append(shown.Rows, row)
		}
		if len(shown.Rows) > 0 {
			page.Groups = append(page.Groups, shown)
		}
	}
	if waiting > 0 && v.may(access.ContractSign) {
		page.Sitting = &view.Link{Text: v.TN("contracts.waiting", waiting), Address: v.at("contracts/sitting")}
	}
	page.Links = v.contractLinks()
	if len(page.Groups) == 0 {
		page.Empty = &view.Empty{Icon: "list", Title: v.T("contracts.empty.title"), Text: v.T("contracts.empty.text")}
		if v.may(access.ProgrammeRead) {
			page.Empty.Action = &view.Link{Text: v.T("programme.title"), Address: v.at("programme")}
		}
	}
	return v.show(http.StatusOK, "contracts", page)
}

// contractLinks lead to what belongs to contracts.
func (v *visit) contractLinks() []view.Link {
	var links []view.Link
	if v.may(access.ScorecardRead) {
		links = append(links, view.Link{Text: v.T("scorecards.title"), Address: v.at("scorecards")})
	}
	if v.may(access.MeetingRead) {
		links = append(links, view.Link{Text: v.T("meetings.title"), Address: v.at("meetings")})
	}
	if v.may(access.ProgrammeRead) {
		links = append(links, view.Link{Text: v.T("programme.title"), Address: v.at("programme")})
	}
	if v.may(access.ContractEvaluate) {
		links = append(links, view.Link{Text: v.T("evaluations.title"), Address: v.at("evaluations")})
	}
	if v.may(access.OutcomeRead) {
		links = append(links, view.Link{Text: v.T("outcomes.title"), Address: v.at("outcomes")})
	}
	if v.may(access.SealWrite) {
		links = append(links, view.Link{Text: v.T("seal.title"), Address: v.at("seal")})
	}
	if v.may(access.ContractTemplate) {
		links = append(links, view.Link{Text: v.T("templates.title"), Address: v.at("templates")}, view.Link{Text: v.T("targets.title"), Address: v.at("targets")})
	}
	if scope := v.permissions.Scope(access.ContractPropose); scope == access.ScopeAdministration || scope == access.ScopeOffice {
		links = append(links, view.Link{Text: v.T("contracts.new"), Address: v.at("contracts/new"), Icon: "main"})
	}
	return links
}

func (v *visit) contractRow(c *contract.Contract) view.ContractRow {
	row := view.ContractRow{Address: v.at("contracts/" + c.ID.String()), Number: c.Number, Holder: c.SubjectName, Office: c.Office, Level: v.T("level." + string(c.Level)),
		Term: v.days(c.StartsOn, c.EndsOn-1)}
	if c.Edition > 1 {
		row.Number += "/" + v.Plain(c.Edition)
	}
	row.Signed = v.T("contract.state." + string(c.State))
	if c.State.Open() && c.DeadlineOn != 0 {
		row.Deadline = v.T("contracts.deadline", "Date", v.ShortDate(c.DeadlineOn.Time()))
	}
	return row
}

// days writes a stretch of days, both ends included.
func (v *visit) days(from, to cube.Date) string {
	zone := v.InZone(cubeZone)
	return v.T("contracts.days", "From", zone.ShortDate(from.Time()), "To", zone.ShortDate(to.Time()))
}

// stateMark is a contract's state with its sign.
func (v *visit) stateMark(state contract.State) view.Mark {
	kinds := map[contract.State]string{contract.Active: "good", contract.Signed: "good", contract.Suspended: "warning", contract.Terminated: "bad"}
	kind := kinds[state]
	if kind == "" {
		kind = "info"
	}
	return view.Mark{Kind: kind, Text: v.T("contract.state." + string(state))}
}

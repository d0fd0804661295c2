package web

import (
	"net/http"
	"strings"

	"assay/domain"
	"assay/domain/access"
	"assay/domain/contract"
	"assay/domain/cube"
	"assay/web/view"
)

var evaluationRoutes = []route{
	{http.MethodGet, in + "/evaluations", signedIn, access.ContractEvaluate, false, (*visit).listEvaluations},
	{http.MethodPost, in + "/evaluations", signedIn, access.ContractEvaluate, false, (*visit).changeEvaluations},
	{http.MethodGet, in + "/evaluations/:session", signedIn, access.ContractEvaluate, false, (*visit).showCalibration},
	{http.MethodPost, in + "/evaluations/:session", signedIn, access.ContractEvaluate, false, (*visit).changeCalibration},
	{http.MethodGet, in + "/evaluations/:session/ceremony", signedIn, access.ContractEvaluate, false, (*visit).downloadCeremony},
	{http.MethodGet, in + "/contracts/:contract/evaluations", signedIn, access.ContractRead, false, (*visit).showContractEvaluations},
	{http.MethodPost, in + "/contracts/:contract/evaluations", signedIn, access.ContractRead, false, (*visit).changeContractEvaluation},
	{http.MethodGet, in + "/contracts/:contract/evaluations/:evaluation/letter", signedIn, access.ContractRead, false, (*visit).downloadLetter},
	{http.MethodGet, in + "/outcomes", signedIn, access.OutcomeRead, false, (*visit).listOutcomes},
}

// evaluations is the room's service of evaluations.
func (v *visit) evaluations() *contract.Evaluations {
	return contract.NewEvaluations(v.server.Contracts)
}

// leadsEvaluations reports whether the reader opens and locks sessions.
func (v *visit) leadsEvaluations() bool { return v.scope == access.ScopeAdministration }

// listEvaluations lists the calibration sessions and the administration's outcomes.
func (v *visit) listEvaluations() error { return v.listEvaluationsWith(http.StatusOK, nil) }

func (v *visit) listEvaluationsWith(status int, fault *view.FormFault) error {
	ctx := v.Request().Context()
	sessions, err := v.evaluations().Sessions(ctx, v.tenant.ID)
	if err != nil {
		return err
	}
	page := view.Evaluations{Layout: v.layout(v.T("evaluations.title")), Back: v.at("contracts"), Address: v.at("evaluations"), Fault: fault, Leads: v.leadsEvaluations()}
	for _, s := range sessions {
		page.Sessions = append(page.Sessions, view.SessionRow{Address: v.at("evaluations/" + s.ID.String()), Name: v.sessionName(s), Period: v.sessionPeriod(s), State: v.sessionMark(s),
			Counts: v.T("evaluations.counts", "Answered", v.Count(int64(s.Answered)), "Decided", v.Count(int64(s.Decided)), "All", v.Count(int64(s.Contracts)))})
	}
	if len(sessions) == 0 {
		page.Empty = &view.Empty{Icon: "list", Title: v.T("evaluations.empty"), Text: v.T("evaluations.empty.text")}
	}
	kinds, err := v.evaluations().Outcomes(ctx, v.tenant.ID)
	if err != nil {
		return err
	}
	for _, kind := range kinds {
		page.Outcomes = append(page.Outcomes, view.OutcomeRow{Code: kind.Code, Name: kind.Name(v.Language), Bearing: v.T("outcome.bearing." + string(kind.Bearing)), Decider: v.deciderName(kind), Hearing: kind.Hearing, Retired: kind.Retired})
	}
	for _, function := range contract.BuiltIns {
		page.Functions = append(page.Functions, view.Choice{Value: function, Text: contract.BuiltIn(function).Names[v.Language]})
	}
	last := v.server.Contracts.Today(v.tenant).Month() - 2
	page.From, page.To = (last - 2).String(), last.String()
	return v.show(status, "evaluations", page)
}

func (v *visit) deciderName(kind *contract.OutcomeKind) string {
	if kind.Decider == contract.Supervisor {
		return v.T("outcome.decider.supervisor")
	}
	return v.T("role.director_general")
}

func (v *visit) sessionName(s *contract.Session) string {
	name := s.Function
	if content := contract.BuiltIn(s.Function); content != nil {
		name = content.Names[v.Language]
	}
	return v.T("evaluation.kind."+string(s.Kind)) + " · " + name
}

func (v *visit) sessionPeriod(s *contract.Session) string {
	return v.T("contracts.days", "From", v.Month(s.From.First().Time()), "To", v.Month(s.To.First().Time()))
}

func (v *visit) sessionMark(s *contract.Session) view.Mark {
	if s.Locked() {
		return view.Mark{Kind: "good", Text: v.T("evaluation.state.locked")}
	}
	return view.Mark{Kind: "info", Text: v.T("evaluation.state.open")}
}

// changeEvaluations opens a session, or edits the list of outcomes.
func (v *visit) changeEvaluations() error {
	ctx, actor := v.Request().Context(), v.contractReader().Actor
	next, err := v.at("evaluations"), error(nil)
	switch v.FormValue("do") {
	case "open":
		var in contract.SessionInput
		if in, err = v.sessionInput(); err != nil {
			break
		}
		var s *contract.Session
		if s, err = v.evaluations().OpenSession(ctx, v.tenant, actor, in); err == nil {
			next = v.at("evaluations/" + s.ID.String())
		}
	case "outcome":
		if !v.leadsEvaluations() {
			return domain.Errorf(domain.KindForbidden, "the Director General or a deputy edits the list")
		}
		err = v.evaluations().SaveOutcome(ctx, v.tenant.ID, actor, contract.OutcomeKind{Code: strings.TrimSpace(v.FormValue("code")), Names: map[string]string{v.Language: strings.TrimSpace(v.FormValue("name"))},
			Bearing: contract.Bearing(v.FormValue("bearing")), Decider: contract.Capacity(v.FormValue("decider")), Hearing: v.FormValue("hearing") == "yes", Retired: v.FormValue("retired") == "yes"})
	default:
		err = domain.Errorf(domain.KindInvalid, "the form does not say what to do")
	}
	if err == nil {
		return v.goTo(next)
	}
	if fault, status, mendable := v.evaluationFault(err); mendable {
		return v.listEvaluationsWith(status, fault)
	}
	return err
}

// evaluationFault is faultOfContract, with what is not there said on the page too.
func (v *visit) evaluationFault(err error) (*view.FormFault, int, bool) {
	if kindOf(err) == domain.KindNotFound && v.FormValue("do") == "open" {
		return v.faultOf(err), http.StatusNotFound, true
	}
	return v.faultOfContract(err)
}

func (v *visit) sessionInput() (in contract.SessionInput, err error) {
	in.Kind, in.Function = contract.SessionKind(v.FormValue("kind")), v.FormValue("function")
	if in.To, err = cube.ParseMonth(v.FormValue("to")); err != nil {
		return in, err
	}
	in.From, err = cube.ParseMonth(v.FormValue("from"))
	return in, err
}

// listOutcomes lists what was decided, without figures: for human resources and those who follow decisions up.
func (v *visit) listOutcomes() error {
	found, kinds, err := v.evaluations().Decided(v.Request().Context(), v.tenant, v.contractReader())
	if err != nil {
		return err
	}
	page := view.OutcomesPage{Layout: v.layout(v.T("outcomes.title"))}
	for _, e := range found {
		d := e.Decision()
		row := view.OutcomeDecided{Address: v.at("contracts/" + e.Contract.ID.String() + "/evaluations"), Number: e.Contract.Number, Holder: e.Contract.SubjectName, Office: e.Contract.Office, Period: v.sessionPeriod(e.Session),
			Outcome: v.outcomeName(kinds, d.Outcome), By: v.Isolate(d.ByName) + " · " + v.ShortDate(d.At), Appeal: v.T("evaluation.appeal.none")}
		if e.Appeal != nil {
			row.Appeal = v.T("evaluation.appeal.state." + string(e.Appeal.State))
		}
		page.Rows = append(page.Rows, row)
	}
	if len(found) == 0 {
		page.Empty = &view.Empty{Icon: "list", Title: v.T("outcomes.empty"), Text: v.T("outcomes.empty.text")}
	}
	return v.show(http.StatusOK, "outcomes", page)
}

func (v *visit) outcomeName(kinds []*contract.OutcomeKind, code string) string {
	for _, kind := range kinds {
		if kind.Code == code {
			return kind.Name(v.Language)
		}
	}
	return code
}

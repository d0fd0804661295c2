package web

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/google/uuid"

	"assay/domain"
	"assay/domain/access"
	"assay/domain/contract"
	"assay/domain/cube"
	"assay/web/locales"
	"assay/web/view"
)

func errNoSession() error { return domain.Errorf(domain.KindNotFound, "there is no such evaluation") }

func (v *visit) idOf(parameter string) (uuid.UUID, error) {
	id, err := uuid.Parse(parameter)
	if err != nil {
		return uuid.Nil, errNoSession()
	}
	return id, nil
}

// showCalibration shows a session with its contracts side by side.
func (v *visit) showCalibration() error { return v.showCalibrationWith(http.StatusOK, nil, nil) }

func (v *visit) showCalibrationWith(status int, fault *view.FormFault, refused []view.Fact) error {
	id, err := v.idOf(v.Param("session"))
	if err != nil {
		return err
	}
	c, err := v.evaluations().Session(v.Request().Context(), v.tenant, v.contractReader(), id)
	if err != nil {
		return err
	}
	page := view.Calibration{Layout: v.layout(v.sessionName(c.Session)), Back: v.at("evaluations"), Address: v.at("evaluations/" + id.String()), Sub: v.sessionPeriod(c.Session), State: v.sessionMark(c.Session),
		Locked: c.Locked(), Leads: v.leadsEvaluations(), CanLock: true, Fault: fault, Refused: refused}
	if c.Locked() {
		for _, language := range v.tenant.Languages {
			if locales.Known(language) {
				page.Ceremony = append(page.Ceremony, view.Link{Text: v.T("evaluation.ceremony") + " · " + locales.Native[language], Address: page.Address + "/ceremony?language=" + language})
			}
		}
	}
	actor, today := v.contractReader().Actor, v.server.Contracts.Today(v.tenant)
	for _, e := range c.Evaluations {
		row := v.evaluationView(e, c.Outcomes)
		page.CanLock = page.CanLock && e.Answer.Outcome != ""
		page.Final = page.Final || c.Kind == contract.Final && e.Contract.State == contract.Active
		row.Figures, row.CanAnswer, row.CanRemark = true, !c.Locked(), true
		for _, capacity := range e.Contract.Capacities(actor, today) {
			row.CanDecide = row.CanDecide || c.Locked() && len(e.Decisions) == 0 && (capacity == contract.Supervisor || capacity == contract.DirectorGeneral)
		}
		if c.Locked() && e.Answer.Outcome != "" {
			choose(row.Choices, e.Answer.Outcome)
		}
		row.Letters = nil // on the contract's own page
		page.Evaluations = append(page.Evaluations, row)
	}
	return v.show(status, "calibration", page)
}

func choose(choices []view.Choice, value string) {
	for i := range choices {
		choices[i].Selected = choices[i].Value == value
	}
}

// evaluationView is what an evaluation says; what the reader may do is added by the pages.
func (v *visit) evaluationView(e *contract.Evaluation, kinds []*contract.OutcomeKind) view.EvaluationView {
	at := v.at("contracts/" + e.Contract.ID.String())
	row := view.EvaluationView{ID: e.ID.String(), Revision: strconv.FormatInt(e.Revision, 10), Number: e.Contract.Number, Holder: e.Contract.SubjectName, Office: e.Contract.Office, Address: at, Action: at + "/evaluations",
		Period: v.T("evaluation.kind."+string(e.Session.Kind)) + " · " + v.sessionPeriod(e.Session), Score: "–", Standing: v.standingMark(e.Facts.Standing), Anchor: "e" + e.ID.String()[24:]}
	if e.Facts.Score != nil {
		row.Score = v.Decimal(*e.Facts.Score, 1)
	}
	if e.Facts.Immature {
		row.Standing = view.Mark{Kind: "warning", Text: v.T("evaluation.immature")}
	}
	for _, sign := range e.Facts.Unusual {
		row.Marks = append(row.Marks, view.Mark{Kind: "warning", Text: v.T("evaluation.unusual." + sign)})
	}
	for _, m := range e.Facts.Months {
		month, err := cube.ParseMonth(m.Month)
		if err != nil {
			continue
		}
		line := view.MonthRow{Month: v.Month(month.First().Time()), Score: "–", Red: "–"}
		if m.Version > 0 {
			if m.Composite != nil { // without a score nothing was weighed
				line.Red = v.Percent(m.Red/100, 0)
			}
			if v.may(access.ScorecardRead) {
				line.Address = at + "/scorecards/" + m.Month
			}
		}
		if m.Composite != nil {
			line.Score = v.Decimal(*m.Composite, 1)
		}
		row.Months = append(row.Months, line)
	}
	if e.Facts.Proposal != "" {
		row.Proposal, row.Why = v.outcomeName(kinds, e.Facts.Proposal), v.T("evaluation.why."+e.Facts.Why)
	}
	if e.Answer.Outcome != "" {
		row.Answer = &view.AnswerView{Outcome: v.outcomeName(kinds, e.Answer.Outcome), Reason: e.Answer.Reason, By: v.Isolate(e.Answer.ByName) + " · " + v.Instant(e.Answer.At)}
	}
	for _, r := range e.Remarks {
		row.Remarks = append(row.Remarks, view.RemarkRow{Words: r.Words, By: r.AuthorName, At: v.Instant(r.WrittenAt)})
	}
	for _, kind := range kinds {
		if !kind.Retired {
			row.Choices = append(row.Choices, view.Choice{Value: kind.Code, Text: kind.Name(v.Language), Selected: kind.Code == e.Facts.Proposal})
		}
	}
	v.fillDecided(&row, e, kinds)
	return row
}

func (v *visit) standingMark(s contract.Standing) view.Mark {
	switch s {
	case contract.Green:
		return view.Mark{Kind: "good", Text: v.T("evaluation.standing.green")}
	case contract.Red:
		return view.Mark{Kind: "bad", Text: v.T("evaluation.standing.red")}
	}
	return view.Mark{Kind: "info", Text: v.T("evaluation.standing.amber")}
}

func (v *visit) fillDecided(row *view.EvaluationView, e *contract.Evaluation, kinds []*contract.OutcomeKind) {
	for _, d := range e.Decisions {
		shown := view.DecisionView{Outcome: v.outcomeName(kinds, d.Outcome), Reasons: d.Reasons, Hearing: d.Hearing, By: v.Isolate(v.byName(d.ByName)) + " · " + v.Instant(d.At), OnAppeal: d.Sequence > 1}
		for _, kind := range kinds {
			if kind.Code == d.Outcome {
				shown.Bearing = string(kind.Bearing)
			}
		}
		if d.AppealUntil != 0 {
			shown.Until = v.T("evaluation.appeal.until", "Date", v.ShortDate(d.AppealUntil.Time()))
		}
		row.Decisions = append(row.Decisions, shown)
	}
	if len(e.Decisions) > 0 {
		for _, language := range v.tenant.Languages {
			if locales.Known(language) {
				row.Letters = append(row.Letters, view.Link{Text: v.T("evaluation.letter") + " · " + locales.Native[language], Address: row.Action + "/" + row.ID + "/letter?language=" + language})
			}
		}
	}
	if a := e.Appeal; a != nil {
		kind := map[contract.AppealState]string{contract.AppealGranted: "good", contract.AppealRejected: "bad"}[a.State]
		if kind == "" {
			kind = "info"
		}
		row.Appeal = &view.AppealView{State: view.Mark{Kind: kind, Text: v.T("evaluation.appeal.state." + string(a.State))}, Grounds: a.Grounds, By: v.Isolate(v.byName(a.FiledName)) + " · " + v.Instant(a.FiledAt), Reasons: a.Reasons}
		if a.HeardName != "" {
			row.Appeal.Hears = v.T("evaluation.appeal.heard", "Name", a.HeardName)
		}
	}
}

// changeCalibration answers, comments, decides, locks, or ends the terms.
func (v *visit) changeCalibration() error {
	id, err := v.idOf(v.Param("session"))
	if err != nil {
		return err
	}
	ctx, s, actor := v.Request().Context(), v.evaluations(), v.contractReader().Actor
	if v.FormValue("do") == "evaluate" {
		outcomes, err := s.EvaluateSession(ctx, v.tenant, actor, id)
		if err != nil {
			return err
		}
		var refused []view.Fact
		for _, o := range outcomes {
			if o.Refused != "" {
				refused = append(refused, view.Fact{Name: o.Contract.Number, Text: v.told(o.Refused)})
			}
		}
		if len(refused) > 0 {
			return v.showCalibrationWith(http.StatusOK, nil, refused)
		}
		return v.goTo(v.at("evaluations/" + id.String()))
	}
	anchor, err := v.doCalibration(id, actor)
	if err == nil {
		return v.goTo(v.at("evaluations/"+id.String()) + anchor)
	}
	if fault, status, mendable := v.faultOfContract(err); mendable {
		return v.showCalibrationWith(status, fault, nil)
	}
	return err
}

func (v *visit) doCalibration(session uuid.UUID, actor contract.Actor) (anchor string, err error) {
	ctx, s := v.Request().Context(), v.evaluations()
	if v.FormValue("do") == "lock" {
		_, err := s.Lock(ctx, v.tenant, actor, session)
		return "", err
	}
	id, err := v.idOf(v.FormValue("evaluation"))
	if err != nil {
		return "", err
	}
	switch v.FormValue("do") {
	case "answer":
		revision, failed := strconv.ParseInt(v.FormValue("revision"), 10, 64)
		if failed != nil {
			return "", domain.Errorf(domain.KindInvalid, "the form does not say what it was made from; open the page again")
		}
		_, err = s.Answer(ctx, v.tenant, actor, id, revision, v.FormValue("outcome"), v.FormValue("reason"))
	case "remark":
		_, err = s.Remark(ctx, v.tenant, actor, id, v.FormValue("words"))
	case "decide":
		_, err = s.Decide(ctx, v.tenant, actor, id, v.decisionInput())
	default:
		err = domain.Errorf(domain.KindInvalid, "the form does not say what to do")
	}
	return "#e" + id.String()[24:], err
}

func (v *visit) decisionInput() contract.DecisionInput {
	return contract.DecisionInput{Outcome: v.FormValue("outcome"), Reasons: v.FormValue("reasons"), Hearing: strings.TrimSpace(v.FormValue("hearing"))}
}

// showContractEvaluations shows the evaluations of one contract to who reads it.
func (v *visit) showContractEvaluations() error {
	return v.showContractEvaluationsWith(http.StatusOK, nil)
}

func (v *visit) showContractEvaluationsWith(status int, fault *view.FormFault) error {
	id, err := v.idOf(v.Param("contract"))
	if err != nil {
		return err
	}
	reader, today := v.contractReader(), v.server.Contracts.Today(v.tenant)
	c, found, kinds, err := v.evaluations().OfContract(v.Request().Context(), v.tenant, reader, id)
	if err != nil {
		return err
	}
	page := view.ContractEvaluations{Layout: v.layout(v.T("evaluations.of", "Number", v.Isolate(c.Number))), Back: v.at("contracts/" + id.String()), Over: c.Number + " · " + c.SubjectName, Fault: fault}
	for _, e := range found {
		row := v.evaluationView(e, kinds)
		// Human resources sees outcomes, not the figures behind them.
		row.Figures = access.Role(v.person.Role) != access.HumanResources
		open := e.Appeal != nil && e.Appeal.State.Open()
		row.CanAppeal = e.MayAppeal(reader.Actor, today)
		row.CanWithdraw = open && e.Appeal.FiledBy == v.person.SignInName
		row.CanTake = e.Appeal != nil && e.Appeal.State == contract.AppealFiled && e.MayHear(reader.Actor, today)
		row.CanHear = e.Appeal != nil && e.Appeal.State == contract.AppealInReview && e.Appeal.HeardAccount == v.person.Account
		page.Evaluations = append(page.Evaluations, row)
	}
	if len(found) == 0 {
		page.Empty = &view.Empty{Icon: "list", Title: v.T("evaluations.none"), Text: v.T("evaluations.none.text")}
	}
	return v.show(status, "contract-evaluations", page)
}

// changeContractEvaluation appeals, or hears an appeal.
func (v *visit) changeContractEvaluation() error {
	ctx, s, reader := v.Request().Context(), v.evaluations(), v.contractReader()
	id, err := v.idOf(v.Param("contract"))
	if err != nil {
		return err
	}
	evaluation, err := v.idOf(v.FormValue("evaluation"))
	if err != nil {
		return err
	}
	// Who may not see the contract learns nothing of its evaluations.
	if _, _, _, err := s.OfContract(ctx, v.tenant, reader, id); err != nil {
		return err
	}
	switch v.FormValue("do") {
	case "appeal":
		_, err = s.Appeal(ctx, v.tenant, reader.Actor, evaluation, v.FormValue("grounds"))
	case "withdraw":
		_, err = s.WithdrawAppeal(ctx, v.tenant, reader.Actor, evaluation)
	case "take":
		_, err = s.TakeAppeal(ctx, v.tenant, reader.Actor, evaluation)
	case "grant", "reject":
		_, err = s.DecideAppeal(ctx, v.tenant, reader.Actor, evaluation, v.FormValue("do") == "grant", v.decisionInput())
	default:
		err = domain.Errorf(domain.KindInvalid, "the form does not say what to do")
	}
	if err == nil {
		return v.goTo(v.at("contracts/" + id.String() + "/evaluations"))
	}
	if fault, status, mendable := v.faultOfContract(err); mendable {
		return v.showContractEvaluationsWith(status, fault)
	}
	return err
}

// paperLanguage is the language that the address asks for, else the reader's.
func (v *visit) paperLanguage() string {
	if language := v.QueryParam("language"); locales.Known(language) {
		return language
	}
	return v.Language
}

func (v *visit) sendPaper(made *contract.Paper, err error) error {
	if err != nil {
		return err
	}
	v.attach(made.Name, "application/pdf")
	_, err = v.Response().Write(made.PDF)
	return err
}

// downloadLetter gives the letter about a decision.
func (v *visit) downloadLetter() error {
	id, err := v.idOf(v.Param("contract"))
	if err != nil {
		return err
	}
	evaluation, err := v.idOf(v.Param("evaluation"))
	if err != nil {
		return err
	}
	return v.sendPaper(v.server.Papers.Letter(v.Request().Context(), v.tenant, v.contractReader(), id, evaluation, v.paperLanguage()))
}

// downloadCeremony gives the list of recognised results.
func (v *visit) downloadCeremony() error {
	id, err := v.idOf(v.Param("session"))
	if err != nil {
		return err
	}
	return v.sendPaper(v.server.Papers.Ceremony(v.Request().Context(), v.tenant, v.contractReader(), id, v.paperLanguage()))
}

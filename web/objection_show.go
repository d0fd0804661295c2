package web

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/google/uuid"

	"assay/domain"
	"assay/domain/access"
	"assay/domain/contract"
	"assay/domain/cube"
	"assay/web/view"
)

// objectionMark is a state with its sign.
func (v *visit) objectionMark(state contract.ObjectionState) view.Mark {
	kinds := map[contract.ObjectionState]string{contract.ObjectionAccepted: "good", contract.ObjectionPartly: "good", contract.ObjectionRejected: "warning", contract.ObjectionUnanswered: "warning"}
	kind := kinds[state]
	if kind == "" {
		kind = "info"
	}
	return view.Mark{Kind: kind, Text: v.T("objection.state." + string(state))}
}

func (v *visit) objectionRow(o *contract.Objection) view.ObjectionRow {
	return view.ObjectionRow{Address: v.at("objections/" + o.ID.String()), Name: v.nameOfIndicator(o.Indicator), Month: v.Month(o.Month.First().Time()), Ground: v.T("objection.ground." + string(o.Ground)),
		When: v.Instant(o.FiledAt), State: v.objectionMark(o.State)}
}

// listObjections lists the objections that the reader may see, the latest first.
func (v *visit) listObjections() error {
	found, err := v.server.Scorecards.Objections(v.Request().Context(), v.tenant, v.scorecardReader(), contract.ObjectionFilter{Open: v.QueryParam("open") == "yes"})
	if err != nil {
		return err
	}
	page := view.Objections{Layout: v.layout(v.T("objections.title")), Sub: v.T("objections.sub"), Links: []view.Link{
		{Text: v.T("objections.all"), Address: v.at("objections"), Current: v.QueryParam("open") != "yes"}, {Text: v.T("objections.open"), Address: v.at("objections?open=yes"), Current: v.QueryParam("open") == "yes"}}}
	for _, each := range found {
		row := v.objectionRow(each.Objection)
		row.Holder, row.Number = each.Contract.SubjectName, each.Contract.Number
		page.Rows = append(page.Rows, row)
	}
	if len(page.Rows) == 0 {
		page.Empty = &view.Empty{Icon: "list", Title: v.T("objections.empty.title"), Text: v.T("objections.empty.text")}
	}
	return v.show(http.StatusOK, "objections", page)
}

// objectionOfPath reads the objection that the path names.
func (v *visit) objectionOfPath() (*contract.ObjectionDossier, error) {
	id, err := uuid.Parse(v.Param("objection"))
	if err != nil {
		return nil, domain.Errorf(domain.KindNotFound, "there is no such objection")
	}
	return v.server.Scorecards.Objection(v.Request().Context(), v.tenant, v.scorecardReader(), id)
}

// showObjection shows one objection with its way and what the reader may do.
func (v *visit) showObjection() error { return v.showObjectionWith(http.StatusOK, nil) }

func (v *visit) showObjectionWith(status int, fault *view.FormFault) error {
	d, err := v.objectionOfPath()
	if err != nil {
		return err
	}
	card := v.at("contracts/" + d.Contract.ID.String() + "/scorecards/" + d.Month.String())
	here := v.at("objections/" + d.ID.String())
	day := v.InZone(cubeZone)
	page := view.ObjectionPage{Layout: v.layout(v.T("objection.title", "Name", v.nameOfIndicator(d.Indicator))), Back: card, Over: d.Contract.Number + " · " + v.Month(d.Month.First().Time()), State: v.objectionMark(d.State),
		Words: d.Words, Decision: d.Decision, Action: here, Revision: strconv.FormatInt(d.Revision, 10), Fault: fault}
	page.Facts = []view.Fact{{Name: v.T("contract.holder"), Text: d.Contract.SubjectName, Muted: d.Contract.Subject},
		{Name: v.T("objection.about"), Text: v.nameOfIndicator(d.Indicator), Muted: d.Indicator},
		{Name: v.T("objection.ground"), Text: v.T("objection.ground." + string(d.Ground))},
		{Name: v.T("objection.filed"), Text: v.Instant(d.FiledAt), Muted: d.FiledName},
		{Name: v.T("objection.card"), Text: v.T("scorecard.version", "Number", v.Plain(d.CardVersion)), Link: card + "?version=" + strconv.Itoa(d.CardVersion)}}
	if d.State == contract.ObjectionFiled || d.State == contract.ObjectionInReview {
		page.Facts = append(page.Facts, view.Fact{Name: v.T("objection.answer_on"), Text: day.Date(d.AnswerOn.Time())})
	}
	if d.ReviewerName != "" {
		page.Facts = append(page.Facts, view.Fact{Name: v.T("objection.reviewer"), Text: d.ReviewerName})
	}
	if d.Grants() {
		page.Facts = append(page.Facts, view.Fact{Name: v.T("objection.effect"), Text: v.T("objection.effect." + string(d.Effect)), Link: card})
	}
	if d.AppealOn != 0 && (d.State == contract.ObjectionPartly || d.State == contract.ObjectionRejected) {
		page.Facts = append(page.Facts, view.Fact{Name: v.T("objection.appeal_on"), Text: day.Date(d.AppealOn.Time())})
	}
	for _, declaration := range d.Declarations {
		row := view.DisputedRow{Value: strconv.FormatInt(declaration.ID, 10), Reference: declaration.Reference}
		if v.may(access.DeclarationRead) {
			row.Address = v.at("declarations/" + declaration.Reference)
		}
		if slices.Contains(d.Excluded, declaration.ID) {
			row.Counted = v.T("objection.excluded")
		}
		page.Disputed = append(page.Disputed, row)
	}
	for _, file := range d.Evidence {
		page.Evidence = append(page.Evidence, view.Link{Text: file.Name + " · " + v.Plain((file.Size+1023)/1024) + " kB", Address: here + "/evidence/" + strconv.Itoa(file.Number)})
	}
	if d.State.Open() && len(d.Evidence) < contract.MostEvidence && len(v.objectionSteps(d)) > 0 {
		page.AddTo = here + "/evidence"
	}
	for _, e := range d.Events {
		page.Events = append(page.Events, view.EventRow{At: v.Instant(e.HappenedAt), Name: v.T("objection.did." + string(e.Action)), By: v.byName(e.ActorName), Reason: e.Reason})
	}
	page.Forms = v.objectionSteps(d)
	if fault != nil {
		page.Reason = v.FormValue("reason")
	}
	return v.show(status, "objection", page)
}

// objectionSteps are the forms for what the reader may do now.
func (v *visit) objectionSteps(d *contract.ObjectionDossier) []view.ObjectionStep {
	var steps []view.ObjectionStep
	for _, action := range d.Possible {
		judges := action != contract.ObjectionWithdraw && action != contract.ObjectionAppeal
		if judges && !v.may(access.ObjectionDecide) || !judges && !v.may(access.ObjectionFile) {
			continue
		}
		step := view.ObjectionStep{Do: string(action), Name: v.T("objection.do." + string(action)), Hint: v.T("objection.hint." + string(action))}
		switch action {
		case contract.ObjectionAccept, contract.ObjectionAcceptPartly, contract.ObjectionSettle:
			step.Reason, step.Effects = true, true
			for _, declaration := range d.Declarations {
				step.Disputed = append(step.Disputed, view.DisputedRow{Value: strconv.FormatInt(declaration.ID, 10), Reference: declaration.Reference, Selected: true})
			}
		case contract.ObjectionReject, contract.ObjectionAppeal:
			step.Reason = true
		case contract.ObjectionWithdraw:
			step.Danger = true
		}
		steps = append(steps, step)
	}
	return steps
}

// actOnObjection does one step that the page's forms offer.
func (v *visit) actOnObjection() error {
	d, err := v.objectionOfPath()
	if err != nil {
		return err
	}
	action := contract.ObjectionAction(v.FormValue("do"))
	judges := action != contract.ObjectionWithdraw && action != contract.ObjectionAppeal
	needs := access.ObjectionFile
	if judges {
		needs = access.ObjectionDecide
	}
	if _, err := v.permissions.Require(needs); err != nil {
		return err
	}
	revision, err := strconv.ParseInt(v.FormValue("revision"), 10, 64)
	if err != nil {
		return domain.Errorf(domain.KindInvalid, "the form does not say what it was made from; open the page again")
	}
	ask := contract.ObjectionAsk{Objection: d.ID, Revision: revision, Actor: v.contractReader().Actor, Action: action, Reason: v.FormValue("reason"), Effect: contract.ObjectionEffect(v.FormValue("effect"))}
	if ask.Effect == contract.ExcludesCases {
		if ask.Excluded, err = numbers(v.Request().Form["declaration"]); err != nil {
			return err
		}
	}
	if _, err := v.server.Scorecards.ActOnObjection(v.Request().Context(), v.tenant, ask); err != nil {
		if fault, status, mendable := v.faultOfContract(err); mendable {
			return v.showObjectionWith(status, fault)
		}
		return err
	}
	return v.goTo(v.at("objections/" + d.ID.String()))
}

// numbers reads numbers of declarations.
func numbers(texts []string) ([]int64, error) {
	var found []int64
	for _, text := range texts {
		n, err := strconv.ParseInt(text, 10, 64)
		if err != nil || n <= 0 {
			return nil, domain.Errorf(domain.KindInvalid, "%q is no declaration", text)
		}
		found = append(found, n)
	}
	return found, nil
}

// addEvidence puts a file before who reviews.
func (v *visit) addEvidence() error {
	form, err := v.readUpload()
	if err != nil {
		return err
	}
	d, err := v.objectionOfPath()
	if err != nil {
		return err
	}
	file, err := evidenceOf(form)
	if err == nil && file == nil {
		err = domain.Errorf(domain.KindInvalid, "choose a file")
	}
	if err == nil {
		err = v.server.Scorecards.AddEvidence(v.Request().Context(), v.tenant, v.contractReader().Actor, d.ID, *file)
	}
	if err != nil {
		if fault, status, mendable := v.faultOfContract(err); mendable {
			return v.showObjectionWith(status, fault)
		}
		return err
	}
	return v.goTo(v.at("objections/" + d.ID.String()))
}

// downloadEvidence hands a file out as a download, never as a page.
func (v *visit) downloadEvidence() error {
	id, err := uuid.Parse(v.Param("objection"))
	number, numberErr := strconv.Atoi(v.Param("exhibit"))
	if err != nil || numberErr != nil {
		return domain.Errorf(domain.KindNotFound, "there is no such file")
	}
	file, err := v.server.Scorecards.Exhibit(v.Request().Context(), v.tenant, v.scorecardReader(), id, number)
	if err != nil {
		return err
	}
	v.attach(plainName(file.Name), file.MediaType)
	_, err = v.Response().Write(file.Content)
	return err
}

// plainName is a name that fits into a header.
func plainName(name string) string {
	return strings.Map(func(r rune) rune {
		if r == '"' || r == '\\' || r < ' ' || r > '~' {
			return '_'
		}
		return r
	}, name)
}

// talkOf is what was said about a card, with the forms for the reader.
func (v *visit) talkOf(d *contract.CardDossier) (*view.Talk, error) {
	said, err := v.server.Scorecards.Conversation(v.Request().Context(), v.tenant, v.scorecardReader(), d)
	if err != nil {
		return nil, err
	}
	here := v.at("contracts/" + d.Contract.ID.String() + "/scorecards/" + d.Month.String())
	talk := &view.Talk{UpTo: v.InZone(cubeZone).Date(said.ObjectUpTo.Time()), About: []view.Choice{{Text: v.T("scorecard.whole")}}}
	if said.MayObject && v.may(access.ObjectionFile) {
		talk.Object = here + "/object"
	}
	for _, c := range d.Contract.Capacities(v.contractReader().Actor, cube.DateIn(v.server.Clock(), v.tenant.Location())) {
		if c != contract.HumanResources && c != contract.Administrator {
			talk.Action = here + "/comments"
		}
	}
	for i := range d.Card.Lines {
		talk.About = append(talk.About, view.Choice{Value: d.Card.Lines[i].Code, Text: v.nameOfIndicator(d.Card.Lines[i].Code)})
	}
	for _, r := range said.Remarks {
		row := view.RemarkRow{Words: r.Words, By: v.byName(r.AuthorName), At: v.Instant(r.WrittenAt)}
		if r.About != "" {
			row.About = v.nameOfIndicator(r.About)
		}
		talk.Remarks = append(talk.Remarks, row)
	}
	for _, o := range said.Objections {
		talk.Objections = append(talk.Objections, v.objectionRow(o))
	}
	return talk, nil
}

// commentScorecard adds words to a card.
func (v *visit) commentScorecard() error {
	d, err := v.scorecardOfPath()
	if err != nil {
		return err
	}
	err = v.server.Scorecards.CommentCard(v.Request().Context(), v.tenant, v.scorecardReader(), d.Contract.ID, d.Month, v.FormValue("about"), v.FormValue("words"))
	if err != nil {
		if fault, status, mendable := v.faultOfContract(err); mendable {
			return v.showScorecardWith(status, fault)
		}
		return err
	}
	return v.goTo(v.at("contracts/"+d.Contract.ID.String()+"/scorecards/"+d.Month.String()) + "#talk")
}

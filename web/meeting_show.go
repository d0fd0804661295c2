package web

import (
	"encoding/hex"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/google/uuid"

	"assay/domain"
	"assay/domain/access"
	"assay/domain/contract"
	"assay/domain/cube"
	"assay/domain/meeting"
	"assay/web/view"
)

func (v *visit) meetingMark(state meeting.State) view.Mark {
	kinds := map[meeting.State]string{meeting.Signed: "good", meeting.Minuted: "warning", meeting.Planned: "info", meeting.Cancelled: "info"}
	return view.Mark{Kind: kinds[state], Text: v.T("meeting.state." + string(state))}
}

func (v *visit) recommendationRow(words, owner, due, state, outcome, month string) view.RecommendationRow {
	row := view.RecommendationRow{Words: words, Owner: owner, Due: v.dayText(due), Outcome: outcome}
	if at, err := cube.ParseMonth(month); err == nil {
		row.Month = v.Month(at.First().Time())
	}
	kinds := map[string]string{string(meeting.Done): "good", string(meeting.Dropped): "info", string(meeting.Open): "warning"}
	if state != "" {
		row.State = view.Mark{Kind: kinds[state], Text: v.T("recommendation.state." + state)}
	}
	return row
}

// dayText writes a day of the domain in the reader's way; what is no day stays as it is.
func (v *visit) dayText(text string) string {
	day, err := cube.ParseDate(text)
	if err != nil {
		return text
	}
	return v.InZone(cubeZone).ShortDate(day.Time())
}

// listMeetings lists meetings, and what the reader has to do.
func (v *visit) listMeetings() error {
	ctx, reader := v.Request().Context(), v.scorecardReader()
	found, err := v.server.Meetings.List(ctx, v.tenant, reader)
	if err != nil {
		return err
	}
	page := view.Meetings{Layout: v.layout(v.T("meetings.title")), Sub: v.T("meetings.sub")}
	if scope := v.permissions.Scope(access.ContractReview); scope == access.ScopeAdministration || scope == access.ScopeOffice {
		page.New = v.at("meetings/new")
	}
	for _, m := range found {
		row := view.MeetingRow{Address: v.at("meetings/" + m.ID.String()), Month: v.Month(m.Month.First().Time()), Office: m.Office, Day: v.InZone(cubeZone).Date(m.HeldOn.Time()), State: v.meetingMark(m.State)}
		if m.Open > 0 {
			row.Open = v.TN("meetings.open", int64(m.Open))
		}
		page.Rows = append(page.Rows, row)
	}
	mine, err := v.server.Meetings.Mine(ctx, v.tenant, v.person.Account)
	if err != nil {
		return err
	}
	page.Mine = v.openRecommendations(mine)
	if len(page.Rows) == 0 {
		page.Empty = &view.Empty{Icon: "list", Title: v.T("meetings.empty.title"), Text: v.T("meetings.empty.text")}
	}
	return v.show(http.StatusOK, "meetings", page)
}

// openRecommendations are recommendations with the form that ends them.
func (v *visit) openRecommendations(found []*meeting.Recommendation) (rows []view.RecommendationRow) {
	for _, r := range found {
		row := v.recommendationRow(r.Words, r.OwnerName, r.DueOn.String(), string(r.State), r.Outcome, r.Month.String())
		if r.Late(v.server.Contracts.Today(v.tenant)) {
			row.State = view.Mark{Kind: "bad", Text: v.T("recommendation.late")}
		}
		if r.State == meeting.Open {
			row.Action, row.ID, row.Forgery = v.at("recommendations/"+r.ID.String()), r.ID.String(), v.forgeryToken()
		}
		rows = append(rows, row)
	}
	return rows
}

// newMeeting shows the form that calls a meeting.
func (v *visit) newMeeting() error {
	return v.newMeetingWith(http.StatusOK, v.QueryParam("office"), v.QueryParam("month"), nil)
}

func (v *visit) newMeetingWith(status int, office, month string, fault *view.FormFault) error {
	ctx, reader := v.Request().Context(), v.scorecardReader()
	months, err := v.server.Scorecards.PublishedMonths(ctx, v.tenant, reader)
	if err != nil {
		return err
	}
	page := view.MeetingNew{Layout: v.layout(v.T("meeting.new")), Back: v.at("meetings"), Action: v.at("meetings"), Look: v.at("meetings/new"), Place: v.FormValue("place"), Day: v.FormValue("day"), Fault: fault}
	fixed := v.permissions.Scope(access.ContractReview) == access.ScopeOffice
	if fixed {
		office = v.person.Office
	}
	if page.Offices, err = v.officeChoices(office, fixed); err != nil {
		return err
	}
	if office == "" && len(page.Offices) > 0 {
		office, page.Offices[0].Selected = page.Offices[0].Value, true
	}
	chosen := cube.Month(0)
	if month != "" {
		if chosen, err = cube.ParseMonth(month); err != nil {
			return err
		}
	} else if len(months) > 0 {
		chosen = months[0]
	}
	page.Months, page.Office, page.Month = v.monthChoices(months, chosen), office, chosen.String()
	if page.Day == "" {
		page.Day = dayInput(v.server.Contracts.Today(v.tenant) + 1)
	}
	if office != "" && chosen != 0 {
		others, err := v.server.Meetings.Holders(ctx, v.tenant, reader.Actor, office, chosen)
		if err != nil {
			return err
		}
		for _, other := range others {
			if other.Account != v.person.Account {
				page.Others = append(page.Others, view.Choice{Value: other.Account.String(), Text: v.Isolate(other.Name) + " · " + contract.PostIn(v.Language, other.Post), Selected: v.FormValue("other") == other.Account.String()})
			}
		}
	}
	return v.show(status, "meeting-new", page)
}

// planMeeting calls the meeting of the form.
func (v *visit) planMeeting() error {
	month, err := cube.ParseMonth(v.FormValue("month"))
	if err != nil {
		return domain.Wrap(domain.KindInvalid, err, "choose a month")
	}
	in := meeting.PlanInput{Office: v.FormValue("office"), Month: month, Place: v.FormValue("place")}
	if in.Other, err = uuid.Parse(v.FormValue("other")); err != nil {
		in.Other = uuid.Nil // refused below with its reason
	}
	if in.HeldOn, err = cube.ParseDate(v.FormValue("day")); err == nil {
		var m *meeting.Meeting
		if m, err = v.server.Meetings.Plan(v.Request().Context(), v.tenant, v.contractReader().Actor, in); err == nil {
			return v.goTo(v.at("meetings/" + m.ID.String()))
		}
	}
	if fault, status, mendable := v.faultOfContract(err); mendable {
		if domain.Is(err, domain.KindForbidden) {
			return err
		}
		return v.newMeetingWith(status, in.Office, month.String(), fault)
	}
	return err
}

func (v *visit) meetingOfPath() (*meeting.Dossier, error) {
	id, err := uuid.Parse(v.Param("meeting"))
	if err != nil {
		return nil, domain.Errorf(domain.KindNotFound, "there is no such meeting")
	}
	return v.server.Meetings.Get(v.Request().Context(), v.tenant, v.scorecardReader(), id)
}

// showMeeting shows one meeting: agenda, minutes, signatures, recommendations, and what the reader may do.
func (v *visit) showMeeting() error { return v.showMeetingWith(http.StatusOK, nil) }

func (v *visit) showMeetingWith(status int, fault *view.FormFault) error {
	d, err := v.meetingOfPath()
	if err != nil {
		return err
	}
	page := v.meetingPage(d)
	page.Fault = fault
	if d.Signs != "" {
		stepUp, err := v.stepUp()
		if err != nil {
			return err
		}
		page.Sign = &view.SignForm{Action: page.Action + "/sign", Seen: page.Hash, StepUp: stepUp, Text: v.T("meeting.sign.text", "Number", page.Number)}
	}
	if d.Chair == v.person.Account && v.may(access.ContractReview) && (d.State == meeting.Planned || d.State == meeting.Minuted) {
		if page.Write, err = v.minutesForm(d); err != nil {
			return err
		}
	}
	page.Cancel = d.Holds && v.may(access.ContractReview) && (d.State == meeting.Planned || d.State == meeting.Minuted)
	return v.show(status, "meeting", page)
}

// meetingPage is what a meeting says, without forms.
func (v *visit) meetingPage(d *meeting.Dossier) view.MeetingPage {
	month := v.Month(d.Month.First().Time())
	page := view.MeetingPage{Layout: v.layout(v.T("meeting.title", "Month", month)), Back: v.at("meetings"), Over: d.Office, State: v.meetingMark(d.State), Action: v.at("meetings/" + d.ID.String()), Revision: strconv.FormatInt(d.Revision, 10)}
	page.Facts = []view.Fact{{Name: v.T("meeting.day"), Text: v.InZone(cubeZone).Date(d.HeldOn.Time())}, {Name: v.T("meeting.chair"), Text: d.ChairName}, {Name: v.T("meeting.other"), Text: d.OtherName}}
	if d.Place != "" {
		page.Facts = append(page.Facts, view.Fact{Name: v.T("meeting.place"), Text: d.Place})
	}
	if d.Office != "" {
		page.Facts = append(page.Facts, view.Fact{Name: v.T("dimension.office"), Text: d.Office, Code: true})
	}
	v.fillAgenda(&page, d)
	for _, a := range d.Attendance {
		page.Attendance = append(page.Attendance, v.attendeeRow(a))
	}
	page.Recommendations = v.openRecommendations(d.Recommendations)
	for i := range page.Recommendations {
		if !d.Holds && d.Recommendations[i].Owner != v.person.Account {
			page.Recommendations[i].Action = ""
		}
	}
	if d.Kept != nil {
		v.fillMinutes(&page, d)
	}
	return page
}

func (v *visit) attendeeRow(a meeting.Attendee) view.AttendeeRow {
	post := contract.PostIn(v.Language, a.Post)
	if slices.Contains(access.Roles, access.Role(post)) {
		post = v.T("role." + post)
	}
	return view.AttendeeRow{Account: a.Account.String(), Name: a.Name, Post: post, Excuse: a.Excuse, Present: a.Present}
}

func (v *visit) fillAgenda(page *view.MeetingPage, d *meeting.Dossier) {
	a := d.Agenda
	page.Success = "–"
	if a.Success != nil {
		page.Success = v.Percent(*a.Success/100, 1)
	}
	page.Tally = v.T("meeting.tally", "Achieved", v.Plain(a.Achieved), "Active", v.Plain(a.Active), "Scored", v.Plain(a.Scored))
	for _, r := range a.FollowUp {
		page.FollowUp = append(page.FollowUp, v.recommendationRow(r.Words, r.Owner, r.DueOn, r.State, r.Outcome, r.Month))
	}
	for _, c := range a.Indicators {
		page.Indicators = append(page.Indicators, view.IndicatorTally{Code: c.Code, Name: v.nameOfIndicator(c.Code), Green: v.Plain(c.Green), Amber: v.Plain(c.Amber), Red: v.Plain(c.Red), LeftOut: v.Plain(c.LeftOut)})
	}
	for _, card := range a.Cards {
		page.Cards = append(page.Cards, v.meetingCard(d, card))
	}
	for _, l := range a.Lost {
		page.Lost = append(page.Lost, view.Fact{Name: v.T("ground." + l.Ground), Text: v.TN("account.days", int64(l.Days))})
	}
	for _, o := range a.Objections {
		page.Objections = append(page.Objections, view.ObjectionRow{Address: v.at("objections/" + o.ID), Name: v.nameOfIndicator(o.Indicator), Holder: o.Holder, Number: o.Contract, Ground: v.T("objection.ground." + o.Ground), State: v.objectionMark(contract.ObjectionState(o.State))})
	}
}

func (v *visit) meetingCard(d *meeting.Dossier, card meeting.AgendaCard) view.MeetingCard {
	row := view.MeetingCard{Number: card.Contract, Holder: card.Holder, Composite: "–", Verdict: view.Mark{Kind: "info", Text: v.T("scorecard.none")}}
	if card.Version > 0 {
		row.Address = v.at("contracts/" + card.ID + "/scorecards/" + d.Month.String())
		row.Verdict = v.verdictMark(&contract.Card{Composite: card.Composite, Achieved: card.Achieved})
		if card.Composite != nil {
			row.Composite = v.Percent(*card.Composite/100, 1)
		}
	}
	row.Red = strings.Join(card.Red, ", ")
	if d.Kept != nil {
		for _, said := range d.Kept.Minutes.Words {
			if said.Contract == card.Contract {
				row.Words, row.Answer = said.Words, said.Answer
			}
		}
	}
	return row
}

// fillMinutes shows what the minutes say.
func (v *visit) fillMinutes(page *view.MeetingPage, d *meeting.Dossier) {
	m := d.Kept.Minutes
	page.Number, page.Hash, page.Causes, page.Obligations = v.Plain(d.Kept.Number), hex.EncodeToString(d.Kept.Hash), m.Causes, m.Obligations
	page.Paper = page.Action + "/minutes.pdf"
	for _, decision := range m.Decisions {
		page.Decisions = append(page.Decisions, v.recommendationRow(decision.Words, decision.Owner, decision.DueOn, "", "", ""))
	}
	for _, s := range d.Signatures {
		page.Signatures = append(page.Signatures, view.SignatureRow{Name: s.Name, Post: v.T("meeting.side." + string(s.Side)), At: v.Instant(s.SignedAt), Method: v.T("method." + s.Method)})
	}
	for side, name := range map[meeting.Side]string{meeting.SideChair: d.ChairName, meeting.SideHolders: d.OtherName} {
		if !slices.ContainsFunc(d.Signatures, func(s meeting.Signature) bool { return s.Side == side }) {
			page.Missing = append(page.Missing, name+" · "+v.T("meeting.side."+string(side)))
		}
	}
	slices.Sort(page.Missing)
}

// spareDecisions is how many empty lines for decisions the form has: pages work without a script.
const spareDecisions = 3

func (v *visit) minutesForm(d *meeting.Dossier) (*view.MinutesForm, error) {
	people, err := v.server.Accounts.Roster(v.Request().Context(), v.tenant.ID)
	if err != nil {
		return nil, err
	}
	form := &view.MinutesForm{Action: v.at("meetings/" + d.ID.String() + "/minutes")}
	for _, a := range d.Attendance {
		form.Attendance = append(form.Attendance, v.attendeeRow(a))
	}
	for _, card := range d.Agenda.Cards {
		row := v.meetingCard(d, card)
		if words := v.FormValue("words." + card.Contract); words != "" {
			row.Words = words
		}
		if answer := v.FormValue("answer." + card.Contract); answer != "" {
			row.Answer = answer
		}
		form.Cards = append(form.Cards, row)
	}
	owners := func(chosen string) (choices []view.Choice) {
		seen := map[uuid.UUID]bool{}
		for _, p := range people {
			if !seen[p.Account] {
				seen[p.Account] = true
				choices = append(choices, view.Choice{Value: p.Account.String(), Text: p.Name, Selected: p.Account.String() == chosen})
			}
		}
		return choices
	}
	add := func(words, owner, due string) {
		form.Decisions = append(form.Decisions, view.DecisionRow{Number: strconv.Itoa(len(form.Decisions) + 1), Words: words, Due: due, Owners: owners(owner)})
	}
	if d.Kept != nil {
		form.Causes, form.Duties = d.Kept.Minutes.Causes, d.Kept.Minutes.Obligations
		for _, decision := range d.Kept.Minutes.Decisions {
			add(decision.Words, decision.Account, decision.DueOn)
		}
	}
	if v.Request().Method == http.MethodPost && v.FormValue("causes")+v.FormValue("obligations") != "" {
		form.Causes, form.Duties = v.FormValue("causes"), v.FormValue("obligations")
	}
	for range spareDecisions {
		add("", "", dayInput(d.HeldOn+30))
	}
	return form, nil
}

// writeMinutes keeps the minutes of the form.
func (v *visit) writeMinutes() error {
	d, err := v.meetingOfPath()
	if err != nil {
		return err
	}
	ask, err := v.meetingAsk(d)
	if err != nil {
		return err
	}
	in, err := v.readMinutes(d)
	if err == nil {
		_, err = v.server.Meetings.Write(v.Request().Context(), v.tenant, ask, in)
	}
	return v.afterMeeting(d, err)
}

func (v *visit) meetingAsk(d *meeting.Dossier) (meeting.Ask, error) {
	revision, err := strconv.ParseInt(v.FormValue("revision"), 10, 64)
	if err != nil {
		return meeting.Ask{}, domain.Errorf(domain.KindInvalid, "the form does not say what it was made from; open the page again")
	}
	return meeting.Ask{Meeting: d.ID, Revision: revision, Actor: v.contractReader().Actor}, nil
}

// afterMeeting goes back to the meeting, or shows it with what can be mended.
func (v *visit) afterMeeting(d *meeting.Dossier, err error) error {
	if err == nil {
		return v.goTo(v.at("meetings/" + d.ID.String()))
	}
	if fault, status, mendable := v.faultOfContract(err); mendable {
		return v.showMeetingWith(status, fault)
	}
	return err
}

func (v *visit) readMinutes(d *meeting.Dossier) (meeting.MinutesInput, error) {
	in := meeting.MinutesInput{Causes: v.FormValue("causes"), Obligations: v.FormValue("obligations"), Words: map[string]meeting.StatementInput{}}
	for _, a := range d.Attendance {
		in.Attendance = append(in.Attendance, meeting.Attendee{Account: a.Account, Present: v.FormValue("present."+a.Account.String()) == "yes", Excuse: v.FormValue("excuse." + a.Account.String())})
	}
	for _, card := range d.Agenda.Cards {
		in.Words[card.Contract] = meeting.StatementInput{Words: v.FormValue("words." + card.Contract), Answer: v.FormValue("answer." + card.Contract)}
	}
	const most = 60
	for i := 1; i <= most; i++ {
		number := strconv.Itoa(i)
		words := strings.TrimSpace(v.FormValue("decision." + number))
		if words == "" {
			continue
		}
		owner, err := uuid.Parse(v.FormValue("owner." + number))
		if err != nil {
			return in, domain.Errorf(domain.KindInvalid, "say who does it")
		}
		due, err := cube.ParseDate(v.FormValue("due." + number))
		if err != nil {
			return in, domain.Wrap(domain.KindInvalid, err, "say until when")
		}
		in.Decisions = append(in.Decisions, meeting.DecisionInput{Words: words, Owner: owner, DueOn: due})
	}
	return in, nil
}

// signMinutes signs the minutes that the signer has read, after a fresh second factor.
func (v *visit) signMinutes() error {
	d, err := v.meetingOfPath()
	if err != nil {
		return err
	}
	ask, err := v.meetingAsk(d)
	if err != nil {
		return err
	}
	if v.FormValue("read") != "yes" {
		return v.afterMeeting(d, domain.Errorf(domain.KindInvalid, "%s", v.T("contract.fault.read")))
	}
	proof, err := v.confirmStepUp()
	if err == nil {
		_, err = v.server.Meetings.Sign(v.Request().Context(), v.tenant, ask, v.seenHash(), contract.Confirmation{Account: proof.Account, Method: string(proof.Method), At: proof.At})
	}
	return v.afterMeeting(d, err)
}

// cancelMeeting calls the meeting off.
func (v *visit) cancelMeeting() error {
	d, err := v.meetingOfPath()
	if err != nil {
		return err
	}
	ask, err := v.meetingAsk(d)
	if err == nil {
		_, err = v.server.Meetings.Cancel(v.Request().Context(), v.tenant, ask, v.FormValue("reason"))
	}
	return v.afterMeeting(d, err)
}

// endRecommendation closes a recommendation with what came of it.
func (v *visit) endRecommendation() error {
	id, err := uuid.Parse(v.Param("recommendation"))
	if err != nil {
		return domain.Errorf(domain.KindNotFound, "there is no such recommendation")
	}
	err = v.server.Meetings.End(v.Request().Context(), v.tenant, v.contractReader().Actor, id, meeting.RecommendationState(v.FormValue("state")), v.FormValue("outcome"))
	if err != nil {
		return err
	}
	return v.goTo(v.at("meetings"))
}

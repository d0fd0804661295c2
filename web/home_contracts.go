package web

import (
	"cmp"
	"slices"

	"assay/domain"
	"assay/domain/access"
	"assay/domain/contract"
	"assay/domain/cube"
	"assay/domain/indicator"
	"assay/web/present"
	"assay/web/view"
)

// latestCards are the contracts in force that the person may see with their last scorecards. It is
// asked for once a page, and recorded then.
func (h *homePage) latestCards() ([]contract.Latest, access.Scope, error) {
	if h.cards != nil {
		return *h.cards, h.cardScope, nil
	}
	as, err := h.under(access.ScorecardRead)
	if as == nil || err != nil {
		return nil, access.ScopeNone, err
	}
	found, err := h.server.Contracts.LatestCards(as.Request().Context(), as.tenant, as.contractReader())
	if err == nil && slices.ContainsFunc(found, func(l contract.Latest) bool { return l.Card != nil }) {
		err = as.recordReading() // a scorecard is about to be shown
	}
	if err != nil {
		return nil, access.ScopeNone, err
	}
	h.cards, h.cardScope = &found, as.scope
	return found, as.scope, nil
}

// withMeetings adds the monthly meetings to links, for who may open their page.
func (h *homePage) withMeetings(links ...view.Link) []view.Link {
	if h.may(access.MeetingRead) {
		links = append(links, view.Link{Text: h.T("meetings.title"), Address: h.at("meetings")})
	}
	return links
}

// standings are how a value stands to its target, as a mark with a word.
var standings = map[contract.Standing]string{contract.Green: "good", contract.Amber: "warning", contract.Red: "bad"}

func (v *visit) standing(s contract.Standing) *view.Notice {
	return &view.Notice{Kind: standings[s], Text: v.T("home.standing." + string(s))}
}

// ownContract shows the contract that the person holds: how long it lasts, how its last month
// went, and the cases behind each figure, which is where something can be done.
func (h *homePage) ownContract() error {
	cards, _, err := h.latestCards()
	if err != nil {
		return err
	}
	own := h.T("home.contract.title")
	if h.permissions.Scope(access.ContractRead) != access.ScopeOwn {
		return nil
	}
	if len(cards) == 0 {
		h.add(view.HomePart{Key: "contract", Title: own, Empty: h.T("home.contract.none"), More: []view.Link{{Text: h.T("home.contract.all"), Address: h.at("contracts")}}})
		return nil
	}
	for _, latest := range cards {
		c := latest.Contract
		part := view.HomePart{Key: "contract-" + c.Number, Title: own + " " + h.Isolate(c.Number), Sub: h.days(c.StartsOn, c.EndsOn-1), Wide: true,
			More: h.withMeetings(view.Link{Text: h.T("home.contract.open"), Address: h.at("contracts/" + c.ID.String())})}
		if latest.Card == nil {
			part.Empty = h.T("home.contract.no_card")
		} else {
			h.fillOwnCard(&part, latest.Card)
		}
		h.add(part)
	}
	return nil
}

// fillOwnCard writes the last month of the person's own contract: each figure beside its target.
func (h *homePage) fillOwnCard(part *view.HomePart, v *contract.CardVersion) {
	card := v.Card
	month := monthOfCube(v.Month)
	part.Sub = h.PeriodName(month) + " · " + part.Sub
	part.Note = h.T("home.contract.how", "Days", h.Count(int64(card.Days.Counted)), "Declarations", h.Count(card.Declarations))
	if card.Composite != nil {
		part.Facts = []view.Fact{{Name: h.T("home.composite"), Text: h.Decimal(*card.Composite, 1), Number: true, Muted: h.T("home.composite.of")}}
	}
	part.Heads = []view.Head{{Text: h.T("board.indicator")}, {Text: h.T("breakdown.value"), Numeric: true}, {Text: h.T("home.target"), Numeric: true}, {Text: h.T("home.standing")}, {Text: h.T("home.cases")}}
	for i := range card.Lines {
		line := &card.Lines[i]
		row := h.cardLine(line)
		ask := question{period: month}
		cases := view.HomeCell{Text: "–"}
		if h.tellsIndicator(line.Code) {
			row.Cells[0].Address = ask.address(h.at("indicators/" + line.Code))
			cases = view.HomeCell{Text: h.T("home.cases.open"), Address: ask.asking(indicator.NumeratorPart).address(h.at("indicators/" + line.Code + "/declarations"))}
		}
		row.Cells = append(row.Cells, cases)
		part.Rows = append(part.Rows, row)
	}
}

// cardLine is an indicator of a scorecard: name, value with its cases, target, standing.
func (v *visit) cardLine(line *contract.CardLine) view.HomeRow {
	name := line.Code
	if d, err := indicator.Find(line.Code); err == nil {
		name = v.IndicatorName(d)
	}
	target := v.targetText(line.Unit, line.Target)
	if line.Target == nil && (line.RedLow != nil || line.RedHigh != nil) {
		target = v.T("contract.red", "Low", v.targetText(line.Unit, line.RedLow), "High", v.targetText(line.Unit, line.RedHigh))
	}
	state := v.standing(line.Standing)
	switch {
	case line.LeftOut != contract.Counted:
		state = &view.Notice{Kind: "info", Text: v.T("home.left_out." + string(line.LeftOut))}
	case line.Standing == "":
		state = &view.Notice{Kind: "info", Text: v.T("state.none")}
	}
	return view.HomeRow{Cells: []view.HomeCell{{Text: name, Muted: line.Code}, {Text: v.targetText(line.Unit, line.Value), Muted: v.TN("count.cases", line.N), Numeric: true},
		{Text: target, Numeric: true}, {Status: state}}}
}

// offTargetShown is how many figures off target the page shows.
const offTargetShown = 8

// offTarget lists what fell short in the last scorecards of others, the furthest first.
func (h *homePage) offTarget() error {
	cards, scope, err := h.latestCards()
	if err != nil || scope == access.ScopeNone || scope == access.ScopeOwn {
		return err
	}
	part := view.HomePart{Key: "targets", Title: h.T("home.off"), Wide: true, Note: h.T("home.off.how"), More: h.withMeetings(view.Link{Text: h.T("home.contracts"), Address: h.at("contracts")}),
		Heads: []view.Head{{Text: h.T("contract.holder")}, {Text: h.T("board.indicator")}, {Text: h.T("breakdown.value"), Numeric: true}, {Text: h.T("home.target"), Numeric: true}, {Text: h.T("home.standing")}}}
	var short []shortfall
	published := 0
	for _, latest := range cards {
		if latest.Card == nil {
			continue
		}
		published++
		for i := range latest.Card.Card.Lines {
			line := &latest.Card.Card.Lines[i]
			if line.LeftOut == contract.Counted && (line.Standing == contract.Red || line.Standing == contract.Amber) {
				short = append(short, shortfall{latest, line})
			}
		}
	}
	sortShortfalls(short)
	set, err := h.upperShortfalls(scope)
	if err != nil {
		return err
	}
	part.Rows = append(part.Rows, set.rows...)
	for _, s := range short[:min(len(short), offTargetShown)] {
		row := h.cardLine(s.line)
		c := s.latest.Contract
		row.Cells[0].Address = question{period: monthOfCube(s.latest.Card.Month)}.address(h.at("indicators/" + s.line.Code))
		holder := view.HomeCell{Text: c.SubjectName, Muted: h.PeriodName(monthOfCube(s.latest.Card.Month)), Address: h.at("contracts/" + c.ID.String())}
		row.Cells = append([]view.HomeCell{holder}, row.Cells...)
		part.Rows = append(part.Rows, row)
	}
	switch {
	case len(set.rows) > 0: // there is something to say, whatever the contracts
	case len(cards) == 0 && set.targets == 0:
		part.Empty, part.Note = h.T("home.off.no_contracts"), ""
	case len(cards) == 0:
		part.Empty, part.Note = h.T("home.off.upper_reached"), ""
	case published == 0:
		part.Empty, part.Note = h.T("home.off.no_cards"), ""
	case len(short) == 0:
		part.Empty, part.Note = h.T("home.off.none"), ""
	}
	if len(short) > offTargetShown {
		part.Sub = h.T("home.off.shown", "Shown", h.Plain(offTargetShown), "Total", h.Count(int64(len(short))))
	}
	h.add(part)
	return nil
}

// upperShown is how many shortfalls against upper targets the page shows.
const upperShown = 6

// upperShortfalls are targets of the administration and of offices that were not reached.
type upperShortfalls struct {
	rows    []view.HomeRow
	targets int // set for this year
}

// upperShortfalls finds what fell short of the targets set from above, for who sees the whole administration: its own first.
func (h *homePage) upperShortfalls(scope access.Scope) (found upperShortfalls, err error) {
	if scope != access.ScopeAdministration || !h.may(access.FigureRead) {
		return found, nil
	}
	standings, err := h.server.Contracts.UpperStandings(h.Request().Context(), h.tenant, h.server.Contracts.Today(h.tenant).Month().Year())
	if domain.Is(err, domain.KindNotReady) {
		return found, nil
	}
	if err != nil {
		return found, err
	}
	found.targets = len(standings)
	for _, s := range standings {
		if s.Reached || s.Now == nil || len(found.rows) == upperShown {
			continue
		}
		ask := question{period: present.Period{From: s.From.First().Time(), To: (s.From + 12).First().Time()}}
		holder := view.HomeCell{Text: h.tenant.Name(h.Language), Muted: h.T("home.off.upper")}
		if s.Office != "" {
			holder.Text = s.Office
			ask = ask.into("office", s.Office)
		}
		name := view.HomeCell{Text: h.indicatorName(s.Code), Muted: s.Code}
		if h.tellsIndicator(s.Code) {
			name.Address = ask.address(h.at("indicators/" + s.Code))
		}
		found.rows = append(found.rows, view.HomeRow{Cells: []view.HomeCell{holder, name, {Text: h.targetText(s.Unit, s.Now), Muted: h.TN("count.cases", s.N), Numeric: true},
			{Text: h.targetText(s.Unit, &s.Target), Numeric: true}, {Status: &view.Notice{Kind: "warning", Text: h.T("home.standing.amber")}}}})
	}
	return found, nil
}

// meeting lists the scorecards that a review has to go through: whoever reviews sees how each holder's last month went.
func (h *homePage) meeting() error {
	if !h.may(access.ContractReview) {
		return nil
	}
	cards, scope, err := h.latestCards()
	if err != nil || scope == access.ScopeNone || scope == access.ScopeAdministration || len(cards) == 0 {
		return err
	}
	part := view.HomePart{Key: "meeting", Title: h.T("home.meeting"), Wide: true, Note: h.T("home.meeting.how"), More: h.withMeetings(),
		Heads: []view.Head{{Text: h.T("contract.holder")}, {Text: h.T("home.month")}, {Text: h.T("home.composite"), Numeric: true}, {Text: h.T("home.standing")}}}
	for _, latest := range cards {
		c := latest.Contract
		row := view.HomeRow{Cells: []view.HomeCell{{Text: c.SubjectName, Muted: c.Number, Address: h.at("contracts/" + c.ID.String())}}}
		if latest.Card == nil {
			row.Cells = append(row.Cells, view.HomeCell{Text: h.T("home.contract.no_card")}, view.HomeCell{Text: "–", Numeric: true}, view.HomeCell{Text: "–"})
		} else {
			row.Cells = append(row.Cells, view.HomeCell{Text: h.PeriodName(monthOfCube(latest.Card.Month)), Muted: h.TN("count.cases", latest.Card.Card.Declarations)},
				h.composite(latest.Card.Card), view.HomeCell{Status: h.achieved(latest.Card.Card)})
		}
		part.Rows = append(part.Rows, row)
	}
	h.add(part)
	return nil
}

func (v *visit) composite(card *contract.Card) view.HomeCell {
	if card.Composite == nil {
		return view.HomeCell{Text: "–", Numeric: true}
	}
	return view.HomeCell{Text: v.Decimal(*card.Composite, 1), Numeric: true}
}

func (v *visit) achieved(card *contract.Card) *view.Notice {
	switch {
	case card.Composite == nil:
		return &view.Notice{Kind: "info", Text: v.T("home.not_scored")}
	case card.Achieved:
		return &view.Notice{Kind: "good", Text: v.T("home.achieved")}
	}
	return &view.Notice{Kind: "warning", Text: v.T("home.not_achieved")}
}

// outcomes counts the contracts of an administration by where they stand, and how their last month went.
func (h *homePage) outcomes() error {
	as, err := h.acting(access.ContractRead)
	if as == nil || err != nil || as.scope != access.ScopeAdministration {
		return err
	}
	found, err := h.server.Contracts.List(as.Request().Context(), as.tenant, as.contractReader(), contract.Filter{})
	if err != nil {
		return err
	}
	part := view.HomePart{Key: "contracts", Title: h.T("home.contracts"), More: []view.Link{{Text: h.T("home.contracts.all"), Address: h.at("contracts")}}}
	if h.may(access.ProgrammeRead) {
		part.More = append(part.More, view.Link{Text: h.T("programme.title"), Address: h.at("programme")})
	}
	if h.may(access.OutcomeRead) {
		part.More = append(part.More, view.Link{Text: h.T("outcomes.title"), Address: h.at("outcomes")})
	}
	if len(found) == 0 {
		part.Empty = h.T("contracts.empty.text")
		h.add(part)
		return nil
	}
	count := map[contract.State]int64{}
	for _, c := range found {
		count[c.State]++
	}
	for _, state := range []contract.State{contract.Draft, contract.Proposed, contract.Negotiating, contract.Signed, contract.Active, contract.Suspended, contract.Evaluated, contract.Closed, contract.Terminated} {
		if count[state] > 0 {
			part.Facts = append(part.Facts, view.Fact{Name: h.T("contract.state." + string(state)), Text: h.Count(count[state]), Number: true, Link: h.at("contracts")})
		}
	}
	cards, scope, err := h.latestCards()
	if err != nil || scope == access.ScopeNone {
		h.add(part)
		return err
	}
	scored, achieved := int64(0), int64(0)
	for _, latest := range cards {
		if latest.Card != nil && latest.Card.Card.Composite != nil {
			scored++
			if latest.Card.Card.Achieved {
				achieved++
			}
		}
	}
	if scored > 0 {
		part.Facts = append(part.Facts, view.Fact{Name: h.T("home.outcome"), Text: h.T("figure.of", "Numerator", h.Count(achieved), "Denominator", h.Count(scored)), Number: true, Muted: h.T("home.outcome.of")})
	}
	h.add(part)
	return nil
}

// shortfall is a figure that did not reach its target.
type shortfall struct {
	latest contract.Latest
	line   *contract.CardLine
}

// sortShortfalls puts those beyond a red line first, then the furthest from their targets.
func sortShortfalls(all []shortfall) {
	slices.SortStableFunc(all, func(a, b shortfall) int {
		if a.line.Standing != b.line.Standing {
			if a.line.Standing == contract.Red {
				return -1
			}
			return 1
		}
		return cmp.Compare(a.line.Attainment, b.line.Attainment)
	})
}

func monthOfCube(month cube.Month) present.Period { return present.MonthOf(month.First().Time()) }

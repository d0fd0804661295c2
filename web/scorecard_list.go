package web

import (
	"net/http"

	"assay/domain"
	"assay/domain/access"
	"assay/domain/cube"
	"assay/web/view"
)

// chosenMonth is the month of ?month=, or the first of those there are.
func (v *visit) chosenMonth(months []cube.Month) (cube.Month, error) {
	if asked := v.QueryParam("month"); asked != "" {
		month, err := cube.ParseMonth(asked)
		if err != nil {
			return 0, domain.Wrap(domain.KindInvalid, err, "%q is no month; one looks like 2026-10", asked)
		}
		return month, nil
	}
	if len(months) == 0 {
		return 0, nil
	}
	return months[0], nil
}

func (v *visit) monthChoices(months []cube.Month, chosen cube.Month) []view.Choice {
	choices := make([]view.Choice, len(months))
	for i, month := range months {
		choices[i] = view.Choice{Value: month.String(), Text: v.Month(month.First().Time()), Selected: month == chosen}
	}
	return choices
}

// listScorecards lists the cards of a month that the reader may see: one's own, those of the office, or all.
func (v *visit) listScorecards() error {
	ctx, reader := v.Request().Context(), v.scorecardReader()
	months, err := v.server.Scorecards.PublishedMonths(ctx, v.tenant, reader)
	if err != nil {
		return err
	}
	month, err := v.chosenMonth(months)
	if err != nil {
		return err
	}
	page := view.Scorecards{Layout: v.layout(v.T("scorecards.title")), Sub: v.T("scorecards.sub"), Months: v.monthChoices(months, month), Action: v.at("scorecards"),
		Links: []view.Link{{Text: v.T("objections.title"), Address: v.at("objections")}}}
	if v.may(access.MeetingRead) {
		page.Links = append(page.Links, view.Link{Text: v.T("meetings.title"), Address: v.at("meetings")})
	}
	if len(months) == 0 {
		page.Empty = &view.Empty{Icon: "list", Title: v.T("scorecards.empty.title"), Text: v.T("scorecards.empty.text")}
		return v.show(http.StatusOK, "scorecards", page)
	}
	found, err := v.server.Scorecards.OfMonth(ctx, v.tenant, reader, month, "")
	if err != nil {
		return err
	}
	achieved := 0
	for _, each := range found {
		c := each.Contract
		row := view.ScorecardRow{Number: c.Number, Holder: c.SubjectName, Office: c.Office, Composite: "–", Verdict: view.Mark{Kind: "info", Text: v.T("scorecard.none")}}
		if each.Card != nil {
			card := each.Card.Card
			row.Address = v.at("contracts/" + c.ID.String() + "/scorecards/" + month.String())
			row.Composite, row.Verdict = v.compositeText(card), v.verdictMark(card)
			row.Days = v.T("scorecard.days.of", "Counted", v.Plain(card.Days.Counted), "All", v.Plain(card.Days.Calendar))
			if each.Card.Version > 1 {
				row.Version = v.T("scorecard.version", "Number", v.Plain(each.Card.Version))
			}
			if card.Composite != nil {
				const scale = 150 // the most that the default terms give
				row.Bar = view.NewBar(*card.Composite, scale, nil, nil, v.RightToLeft())
			}
			if card.Achieved {
				achieved++
			}
		}
		page.Rows = append(page.Rows, row)
	}
	if v.permissions.Scope(access.ScorecardRead) != access.ScopeOwn && len(page.Rows) > 0 {
		page.Tally = v.T("scorecards.tally", "Achieved", v.Plain(achieved), "All", v.Plain(len(page.Rows)), "Share", v.Percent(float64(achieved)/float64(len(page.Rows)), 1))
	}
	return v.show(http.StatusOK, "scorecards", page)
}

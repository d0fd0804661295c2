package web

import (
	"encoding/hex"

	"assay/domain"
	"assay/domain/contract"
	"assay/domain/meeting"
	"assay/domain/paper"
)

// downloadMinutes gives the minutes as PDF in the reader's language, with their canonical bytes inside and the signatures that people
// gave. Minutes that both sides have signed carry the administration's seal, where it has a key; the file is made anew each time.
func (v *visit) downloadMinutes() error {
	d, err := v.meetingOfPath()
	if err != nil {
		return err
	}
	if d.Kept == nil {
		return domain.Errorf(domain.KindNotFound, "there are no minutes yet")
	}
	document := v.minutesPaper(d)
	if document.Logo, err = v.server.Administrations.PaperLogo(v.Request().Context(), v.tenant.ID); err != nil {
		return err
	}
	pdf, err := document.PDF()
	if err != nil {
		return err
	}
	if d.State == meeting.Signed {
		sealed, err := v.server.Seals.Seal(v.Request().Context(), v.tenant, pdf, v.T("meeting.paper.reason"))
		switch {
		case err == nil:
			pdf = sealed.PDF
		case !domain.Is(err, domain.KindNotReady): // without a key minutes are had without a seal
			return err
		}
	}
	v.attach("minutes-"+plainName(d.Office)+"-"+d.Month.String()+".pdf", "application/pdf")
	_, err = v.Response().Write(pdf)
	return err
}

func (v *visit) minutesPaper(d *meeting.Dossier) *paper.Document {
	page, m := v.meetingPage(d), d.Kept.Minutes
	document := &paper.Document{Title: page.Title, Author: v.tenant.Name(v.Language), Language: v.Language, Made: d.Kept.WrittenAt, Header: v.tenant.Name(v.Language), Footer: page.Title,
		Files: []paper.File{{Name: "minutes.json", Content: d.Kept.Content}}}
	add := func(blocks ...paper.Block) { document.Blocks = append(document.Blocks, blocks...) }
	head := func(key string) { add(paper.Heading{Level: 2, Text: v.T(key)}) }
	add(paper.Heading{Level: 1, Text: page.Title})
	facts := paper.Facts{}
	for _, f := range page.Facts {
		facts = append(facts, paper.Fact{Name: f.Name, Value: f.Text})
	}
	add(facts)
	head("meeting.attendance")
	present := paper.Table{Columns: []paper.Column{{Title: v.T("meeting.name"), Share: 2}, {Title: v.T("meeting.post"), Share: 2}, {Title: v.T("meeting.there"), Share: 2}}}
	for _, a := range m.Attendance {
		there := v.T("meeting.absent")
		if a.Present {
			there = v.T("meeting.present")
		}
		if a.Excuse != "" {
			there += " · " + a.Excuse
		}
		present.Rows = append(present.Rows, []string{a.Name, contract.PostIn(v.Language, a.Post), there})
	}
	add(present)
	head("meeting.follow_up")
	add(v.recommendationTable(len(page.FollowUp), func(i int) []string {
		r := page.FollowUp[i]
		return []string{r.Words, r.Owner, r.Due, r.State.Text + " " + r.Outcome}
	})...)
	head("meeting.figures")
	add(paper.Paragraph{Text: v.T("meeting.success") + v.T("mark.colon") + page.Success + " · " + page.Tally})
	indicators := paper.Table{Columns: []paper.Column{{Title: v.T("board.indicator"), Share: 4}, {Title: v.T("standing.green"), Share: 1, Number: true}, {Title: v.T("standing.amber"), Share: 1, Number: true}, {Title: v.T("standing.red"), Share: 1, Number: true}, {Title: v.T("meeting.left_out"), Share: 1, Number: true}}}
	for _, i := range page.Indicators {
		indicators.Rows = append(indicators.Rows, []string{i.Code + " " + i.Name, i.Green, i.Amber, i.Red, i.LeftOut})
	}
	add(indicators)
	head("meeting.cards")
	cards := paper.Table{Columns: []paper.Column{{Title: v.T("contract.holder"), Share: 3}, {Title: v.T("scorecard.composite"), Share: 1, Number: true}, {Title: v.T("meeting.words"), Share: 3}, {Title: v.T("meeting.answer"), Share: 3}}}
	for _, c := range page.Cards {
		cards.Rows = append(cards.Rows, []string{c.Number + " " + c.Holder + " · " + c.Verdict.Text, c.Composite, c.Words, c.Answer})
	}
	add(cards)
	head("meeting.causes")
	add(paper.Paragraph{Text: orDash(m.Causes)})
	head("meeting.obligations")
	add(paper.Paragraph{Text: orDash(m.Obligations)})
	head("meeting.decisions")
	add(v.recommendationTable(len(page.Decisions), func(i int) []string {
		r := page.Decisions[i]
		return []string{r.Words, r.Owner, r.Due, ""}
	})...)
	head("meeting.objections")
	objections := paper.Table{Columns: []paper.Column{{Title: v.T("contract.holder"), Share: 3}, {Title: v.T("objection.about"), Share: 3}, {Title: v.T("objection.ground"), Share: 2}, {Title: v.T("meeting.state"), Share: 2}}}
	for _, o := range page.Objections {
		objections.Rows = append(objections.Rows, []string{o.Number + " " + o.Holder, o.Name, o.Ground, o.State.Text})
	}
	add(objections)
	head("contract.signatures")
	add(v.minutesSignatures(d), paper.Paragraph{Text: v.T("meeting.hash") + " " + hex.EncodeToString(d.Kept.Hash), Mute: true})
	return document
}

func (v *visit) recommendationTable(n int, row func(int) []string) []paper.Block {
	if n == 0 {
		return []paper.Block{paper.Paragraph{Text: "–"}}
	}
	table := paper.Table{Columns: []paper.Column{{Title: v.T("recommendation.words"), Share: 5}, {Title: v.T("recommendation.owner"), Share: 2}, {Title: v.T("recommendation.due"), Share: 2}, {Title: v.T("recommendation.outcome"), Share: 3}}}
	for i := range n {
		table.Rows = append(table.Rows, row(i))
	}
	return []paper.Block{table}
}

func (v *visit) minutesSignatures(d *meeting.Dossier) paper.Signatures {
	both := paper.Signatures{{Role: v.T("meeting.side.chair"), Name: d.ChairName}, {Role: v.T("meeting.side.holders"), Name: d.OtherName}}
	for _, s := range d.Signatures {
		at := 0
		if s.Side == meeting.SideHolders {
			at = 1
		}
		both[at].Name, both[at].When, both[at].How, both[at].Hash = s.Name, v.Instant(s.SignedAt), v.T("method."+s.Method), hex.EncodeToString(s.Hash)
	}
	return both
}

func orDash(text string) string {
	if text == "" {
		return "–"
	}
	return text
}

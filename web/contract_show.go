package web

import (
	"bytes"
	"encoding/hex"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"assay/domain"
	"assay/domain/contract"
	"assay/domain/cube"
	"assay/domain/indicator"
	"assay/web/present"
	"assay/web/view"
)

// cubeZone is the zone in which days of the domain are written: they are days, not instants.
var cubeZone = time.UTC

// contractOfPath reads the contract that the path names.
func (v *visit) contractOfPath() (*contract.Dossier, error) {
	id, err := uuid.Parse(v.Param("contract"))
	if err != nil {
		return nil, domain.Errorf(domain.KindNotFound, "there is no such contract")
	}
	return v.server.Contracts.Get(v.Request().Context(), v.tenant, v.contractReader(), id)
}

// showContract shows one contract with its text, its negotiation and what the reader may do.
func (v *visit) showContract() error { return v.showContractWith(http.StatusOK, nil) }

func (v *visit) showContractWith(status int, fault *view.FormFault) error {
	d, err := v.contractOfPath()
	if err != nil {
		return err
	}
	page := v.contractPage(d)
	page.Layout, page.Back, page.Fault = v.layout(d.Number+" · "+d.SubjectName), v.at("contracts"), fault
	if err := v.fillSign(&page, d); err != nil {
		return err
	}
	page.Compare = v.comparing(d)
	page.Actions, page.Waits = v.actionForms(d), v.feedText(d)
	page.Lacking = v.lacking(d)
	if fault != nil {
		page.Reason = v.FormValue("reason")
	}
	// Pages about the contract of other subjects (scorecards, meetings, the PDF) put their links here.
	if !d.ActivatedAt.IsZero() {
		page.More = append(page.More, view.Link{Text: v.T("evaluations.title"), Address: page.Action + "/evaluations"})
	}
	page.More = append(page.More, v.paperLinks(d)...)
	for _, edition := range d.Editions {
		if edition.ID != d.ID {
			page.More = append(page.More, view.Link{Text: v.T("contract.edition", "Edition", v.Plain(edition.Edition)), Address: v.at("contracts/" + edition.ID.String())})
		}
	}
	if err := v.addScorecards(&page, d); err != nil {
		return err
	}
	return v.show(status, "contract", page)
}

// lacking tells who writes a draft which figures are still missing: the past had too few months of work to propose them.
func (v *visit) lacking(d *contract.Dossier) *view.Notice {
	codes := d.Text.Document.Lacking()
	if len(codes) == 0 || !slices.Contains(d.Possible, contract.Edit) {
		return nil
	}
	notice := &view.Notice{Kind: "warning", Text: v.T("contract.lacking")}
	for _, code := range codes {
		notice.More = append(notice.More, v.nameOfIndicator(code))
	}
	return notice
}

// contractPage is what a contract says, without forms.
func (v *visit) contractPage(d *contract.Dossier) view.ContractPage {
	document := d.Text.Document
	page := view.ContractPage{ID: d.ID.String(), Number: d.Number, Over: v.T("level." + string(d.Level)), State: v.stateMark(d.State), Action: v.at("contracts/" + d.ID.String()),
		Revision: strconv.FormatInt(d.Revision, 10), Hash: hex.EncodeToString(d.Text.Hash), Path: v.contractPath(d)}
	page.Facts = []view.Fact{
		{Name: v.T("contract.holder"), Text: d.SubjectName, Muted: d.Subject},
		{Name: v.T("contract.term"), Text: v.days(d.StartsOn, d.EndsOn-1)},
		{Name: v.T("contract.template"), Text: v.templateName(d), Muted: v.T("contract.version", "Version", v.Plain(document.Template.Version))},
		{Name: v.T("contract.text"), Text: v.T("contract.text.number", "Number", v.Plain(d.Text.Number)), Muted: v.Instant(d.Text.WrittenAt)},
	}
	if d.Office != "" {
		page.Facts = append(page.Facts, view.Fact{Name: v.T("dimension.office"), Text: d.Office, Code: true})
	}
	if d.DeadlineOn != 0 && d.State.Open() {
		page.Facts = append(page.Facts, view.Fact{Name: v.T("contract.deadline"), Text: v.InZone(cubeZone).Date(d.DeadlineOn.Time())})
	}
	for _, s := range d.Suspensions {
		until := "…"
		if s.EndsOn != 0 {
			until = v.InZone(cubeZone).ShortDate(s.EndsOn.Time())
		}
		page.Facts = append(page.Facts, view.Fact{Name: v.T("contract.suspension"), Text: v.T("contracts.days", "From", v.InZone(cubeZone).ShortDate(s.StartsOn.Time()), "To", until), Muted: v.T("ground." + s.Ground)})
	}
	remarks := map[string]int64{}
	for _, each := range d.Remarks {
		remarks[each.About]++
	}
	for i := range document.Targets {
		row := v.targetRow(&document.Targets[i], document)
		if n := remarks["indicator:"+row.Code]; n > 0 {
			row.Remarks = v.TN("contract.remarks.count", n)
		}
		page.Targets = append(page.Targets, row)
	}
	page.Articles = v.articleRows(document)
	v.fillSignatures(&page, d)
	v.fillLife(&page, d)
	return page
}

// templateName is the name of a contract's template in the reader's language. Who is not shown the template itself, as
// somebody from outside, reads the name of the built-in one of that code, else the code.
func (v *visit) templateName(d *contract.Dossier) string {
	code := d.Text.Document.Template.Code
	if d.Template != nil {
		return d.Template.Name(v.Language)
	}
	if content := contract.BuiltIn(code); content != nil && content.Names[v.Language] != "" {
		return content.Names[v.Language]
	}
	return code
}

func (v *visit) targetRow(t *contract.Target, d *contract.Document) view.TargetRow {
	row := view.TargetRow{Code: t.Code, Name: t.Name["en"], Aim: string(t.Aim), AimName: v.T("aim." + string(t.Aim)), Weight: v.Percent(float64(t.Weight)/100, 0), Band: t.Direction == indicator.Band,
		Baseline: v.targetText(t.Unit, t.Baseline), Threshold: v.targetText(t.Unit, t.Threshold), Target: v.targetText(t.Unit, t.Target), Definition: v.Plain(t.Definition),
		WeightInput: strconv.Itoa(t.Weight), UnitName: v.unitWord(t.Unit, d.Currency)}
	if found, err := indicator.Find(t.Code); err == nil {
		row.Name = v.IndicatorName(found)
		if v.tellsIndicator(t.Code) {
			row.Address = v.at("indicators/" + t.Code)
		}
	}
	row.Wanted, row.WantedIcon = v.WantedText(map[indicator.Direction]present.Wanted{indicator.Higher: present.Up, indicator.Lower: present.Down, indicator.Band: present.Band}[t.Direction])
	if t.RedLow != nil || t.RedHigh != nil {
		row.Red = v.T("contract.red", "Low", v.targetText(t.Unit, t.RedLow), "High", v.targetText(t.Unit, t.RedHigh))
	}
	row.ThresholdInput, row.TargetInput = inputText(t.Unit, t.Threshold, d.Minor), inputText(t.Unit, t.Target, d.Minor)
	row.LowInput, row.HighInput = inputText(t.Unit, t.RedLow, d.Minor), inputText(t.Unit, t.RedHigh, d.Minor)
	row.BaselineInput, row.ByHand = inputText(t.Unit, t.Baseline, d.Minor), t.Months < d.Rule.MinimalMonths && !row.Band
	return row
}

// targetText writes a value in the unit of an indicator, durations always in the same one, since values stand beside targets;
// a dash for none.
func (v *visit) targetText(unit indicator.Unit, value *float64) string {
	if value == nil {
		return "–"
	}
	switch unit {
	case indicator.Percent:
		return v.Value(present.Share, *value/100)
	case indicator.Hours:
		return v.Hours(*value * 3600)
	case indicator.Days:
		return v.Days(*value * 86400)
	case indicator.Money:
		return v.Value(present.Money, *value)
	}
	return v.Value(present.Points, *value)
}

func (v *visit) unitWord(unit indicator.Unit, currency string) string {
	switch unit {
	case indicator.Percent:
		return "%"
	case indicator.Hours:
		return v.T("unit.name.hours")
	case indicator.Days:
		return v.T("unit.name.days")
	case indicator.Money:
		return currency
	}
	return ""
}

// inputText is a value as a form carries it: a plain number, money in whole units.
func inputText(unit indicator.Unit, value *float64, minor int) string {
	if value == nil {
		return ""
	}
	shown := *value
	if unit == indicator.Money {
		shown /= pow10(minor)
	}
	return strconv.FormatFloat(shown, 'f', -1, 64)
}

func pow10(n int) float64 {
	p := 1.0
	for range n {
		p *= 10
	}
	return p
}

// articleRows are the articles in the reader's language, else in one that the text has.
func (v *visit) articleRows(d *contract.Document) []view.ArticleRow {
	language := v.Language
	if known := d.Languages(); len(known) > 0 && !strings.Contains(" "+strings.Join(known, " ")+" ", " "+language+" ") {
		language = known[0]
	}
	direction := "ltr"
	if language == "ar" {
		direction = "rtl"
	}
	rows := make([]view.ArticleRow, len(d.Articles))
	for i, a := range d.Articles {
		rows[i] = view.ArticleRow{Number: v.Plain(a.Number), Title: a.Title[language], Text: a.Text[language], About: "article:" + strconv.Itoa(a.Number), Language: language, Direction: direction}
	}
	return rows
}

func (v *visit) fillSignatures(page *view.ContractPage, d *contract.Dossier) {
	current := d.SignaturesOf(d.Text.Number)
	for _, place := range d.Signatories {
		mark := view.Mark{Kind: "info", Text: place.Name, More: contract.PostIn(v.Language, place.Post)}
		if deputy := v.deputyText(place); deputy != "" && d.State.Making() {
			mark.More += " · " + deputy
		}
		for _, s := range current {
			if s.Slot == place.Slot {
				mark.Kind = "good"
			}
		}
		page.Places = append(page.Places, mark)
	}
	for _, s := range d.Signatures {
		row := view.SignatureRow{Name: s.Name, Post: contract.PostIn(v.Language, s.Post), At: v.Instant(s.SignedAt), Method: v.T("method." + s.Method), Text: v.T("contract.text.number", "Number", v.Plain(s.Text)), Old: s.Text != d.Text.Number}
		if s.InPlaceOf != "" {
			row.InPlaceOf = v.T("contract.in_place_of", "Name", s.InPlaceOf)
		}
		page.Signatures = append(page.Signatures, row)
	}
}

func (v *visit) fillLife(page *view.ContractPage, d *contract.Dossier) {
	for i := len(d.Events) - 1; i >= 0; i-- {
		e := d.Events[i]
		page.Events = append(page.Events, view.EventRow{At: v.Instant(e.HappenedAt), Name: v.T("contract.did." + string(e.Action)), By: v.byName(e.ActorName), Reason: e.Reason})
	}
	for _, r := range d.Remarks {
		page.Remarks = append(page.Remarks, view.RemarkRow{About: v.aboutName(r.About), Words: r.Words, By: v.byName(r.AuthorName), At: v.Instant(r.WrittenAt), Text: v.T("contract.text.number", "Number", v.Plain(r.Text))})
	}
}

// byName is who did something: an economic operator is not told who of the administration it was.
func (v *visit) byName(name string) string {
	if name == "" {
		return v.T("contract.by_administration")
	}
	return name
}

func (v *visit) aboutName(about string) string {
	kind, name, _ := strings.Cut(about, ":")
	switch kind {
	case "article":
		return v.T("contract.article", "Number", v.Digit(name))
	case "indicator":
		return name
	}
	return v.T("contract.whole")
}

// contractPath is the way of a contract from draft to its end.
func (v *visit) contractPath(d *contract.Dossier) []view.PathStep {
	order := map[contract.State]int{contract.Draft: 0, contract.Proposed: 1, contract.Negotiating: 1, contract.Signed: 2, contract.Active: 3, contract.Suspended: 3, contract.Evaluated: 4, contract.Closed: 5}
	at, known := order[d.State]
	if !known {
		return nil
	}
	when := map[int]time.Time{0: d.CreatedAt, 2: d.SignedAt, 3: d.ActivatedAt}
	var steps []view.PathStep
	for i, key := range []string{"draft", "negotiating", "signed", "active", "evaluated", "closed"} {
		step := view.PathStep{Name: v.T("contract.state." + key), Done: i < at, Now: i == at}
		if moment := when[i]; !moment.IsZero() && i <= at {
			step.When = v.ShortDate(moment)
		}
		steps = append(steps, step)
	}
	return steps
}

// comparing puts two texts side by side: those that the address names, else the last two.
func (v *visit) comparing(d *contract.Dossier) *view.Comparing {
	if len(d.Texts) < 2 {
		return nil
	}
	pick := func(name string, otherwise int) int {
		for i, t := range d.Texts {
			if strconv.Itoa(t.Number) == v.QueryParam(name) {
				return i
			}
		}
		return otherwise
	}
	from, to := pick("from", len(d.Texts)-2), pick("to", len(d.Texts)-1)
	c := &view.Comparing{Form: v.at("contracts/" + d.ID.String()), Reason: d.Texts[to].Reason, By: v.byName(d.Texts[to].AuthorName), Same: bytes.Equal(d.Texts[from].Hash, d.Texts[to].Hash)}
	for i, t := range d.Texts {
		text := v.T("contract.text.number", "Number", v.Plain(t.Number)) + " · " + v.byName(t.AuthorName)
		c.From = append(c.From, view.Choice{Value: strconv.Itoa(t.Number), Text: text, Selected: i == from})
		c.To = append(c.To, view.Choice{Value: strconv.Itoa(t.Number), Text: text, Selected: i == to})
	}
	for _, difference := range contract.Differences(d.Texts[from].Document, d.Texts[to].Document) {
		c.Rows = append(c.Rows, v.compareRow(difference, d.Texts[from].Document))
	}
	return c
}

func (v *visit) compareRow(difference contract.Difference, d *contract.Document) view.CompareRow {
	row := view.CompareRow{Name: difference.About, Part: v.T("contract.part." + difference.Part), Before: difference.Before, After: difference.After}
	if t := d.Find(difference.About); t != nil && difference.Part != "weight" {
		row.Before, row.After = v.targetText(t.Unit, difference.From), v.targetText(t.Unit, difference.To)
	}
	if found, err := indicator.Find(difference.About); err == nil {
		row.Name = v.IndicatorName(found)
	}
	return row
}

// faultOfContract is what was wrong with a form about a contract, for the page itself; false for failures that are pages.
func (v *visit) faultOfContract(err error) (*view.FormFault, int, bool) {
	var failure *domain.Error
	if !errors.As(err, &failure) || failure.Kind == domain.KindInternal || failure.Kind == domain.KindNotFound {
		return nil, 0, false
	}
	if text, known := v.faultText(err); known {
		return &view.FormFault{Text: text}, statuses[failure.Kind], true
	}
	return v.faultOf(err), statuses[failure.Kind], true
}

func dayInput(day cube.Date) string { return day.String() }

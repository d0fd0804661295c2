package web

import (
	"encoding/hex"
	"net/http"
	"strconv"
	"time"

	"github.com/google/uuid"

	"assay/domain"
	"assay/domain/access"
	"assay/domain/contract"
	"assay/domain/cube"
	"assay/domain/indicator"
	"assay/web/present"
	"assay/web/view"
)

// scorecardReader is who reads scorecards in this request, and how far; on pages of another action too.
func (v *visit) scorecardReader() contract.Reader {
	r := v.contractReader()
	r.Scope = v.permissions.Scope(access.ScorecardRead)
	return r
}

// scorecardOfPath reads the card that the address names, in the version of ?version=, else the latest.
func (v *visit) scorecardOfPath() (*contract.CardDossier, error) {
	nothing := domain.Errorf(domain.KindNotFound, "there is no such scorecard")
	id, err := uuid.Parse(v.Param("contract"))
	if err != nil {
		return nil, nothing
	}
	month, err := cube.ParseMonth(v.Param("month"))
	if err != nil {
		return nil, nothing
	}
	version := 0
	if asked := v.QueryParam("version"); asked != "" {
		if version, err = strconv.Atoi(asked); err != nil || version < 1 {
			return nil, nothing
		}
	}
	return v.server.Scorecards.Card(v.Request().Context(), v.tenant, v.scorecardReader(), id, month, version)
}

// showScorecard shows one month of a contract as it was published.
func (v *visit) showScorecard() error { return v.showScorecardWith(http.StatusOK, nil) }

func (v *visit) showScorecardWith(status int, fault *view.FormFault) error {
	d, err := v.scorecardOfPath()
	if err != nil {
		return err
	}
	card := d.Card
	at := v.at("contracts/" + d.Contract.ID.String())
	month := d.Month.First().Time()
	page := view.Scorecard{Layout: v.layout(v.T("scorecard.title", "Month", v.Month(month))), Back: at, Over: d.Contract.Number + " · " + card.Holder.Name,
		Composite: v.compositeText(card), Verdict: v.verdictMark(card), Hash: hex.EncodeToString(d.Hash)}
	here := at + "/scorecards/" + d.Month.String()
	page.File = here + "/card.json?version=" + strconv.Itoa(d.Version)
	for _, each := range d.Versions {
		page.Versions = append(page.Versions, view.Link{Text: v.T("scorecard.version", "Number", v.Plain(each.Version)) + " · " + v.Instant(each.PublishedAt),
			Address: here + "?version=" + strconv.Itoa(each.Version), Current: each.Version == d.Version})
	}
	page.Facts = v.scorecardFacts(d)
	for i := range card.Lines {
		page.Lines = append(page.Lines, v.scorecardLine(d, &card.Lines[i]))
	}
	for i := range card.Beside {
		page.Beside = append(page.Beside, v.besideFact(d, &card.Beside[i]))
	}
	page.Corrected, page.Fault = v.scorecardCorrection(card), fault
	if handled, days := card.Late(); days > 0 {
		page.Daily = view.NewDailyBars(card.Daily, contract.LateDays, v.T("scorecard.daily"), v.T("scorecard.late", "Handled", v.Percent(handled, 0), "Days", v.Percent(days, 0)), v.RightToLeft())
	}
	if page.Talk, err = v.talkOf(d); err != nil {
		return err
	}
	return v.show(status, "scorecard", page)
}

// nameOfIndicator is the name of an indicator in the reader's language, its code when there is none any more.
func (v *visit) nameOfIndicator(code string) string {
	if found, err := indicator.Find(code); err == nil {
		return v.IndicatorName(found)
	}
	return code
}

// downloadScorecard gives the canonical bytes, which assay verify scorecard takes.
func (v *visit) downloadScorecard() error {
	d, err := v.scorecardOfPath()
	if err != nil {
		return err
	}
	v.attach("scorecard-"+d.Card.Number+"-"+d.Card.Month+"-"+strconv.Itoa(d.Version)+".json", "application/json")
	_, err = v.Response().Write(d.Content)
	return err
}

func (v *visit) compositeText(card *contract.Card) string {
	if card.Composite == nil {
		return "–"
	}
	return v.Percent(*card.Composite/100, 1)
}

func (v *visit) verdictMark(card *contract.Card) view.Mark {
	switch {
	case card.Composite == nil:
		return view.Mark{Kind: "info", Text: v.T("scorecard.verdict.none")}
	case card.Achieved:
		return view.Mark{Kind: "good", Text: v.T("scorecard.verdict.achieved")}
	}
	return view.Mark{Kind: "warning", Text: v.T("scorecard.verdict.missed")}
}

func (v *visit) scorecardFacts(d *contract.CardDossier) []view.Fact {
	card := d.Card
	facts := []view.Fact{
		{Name: v.T("contract.holder"), Text: card.Holder.Name, Muted: card.Holder.Code},
		{Name: v.T("scorecard.days"), Text: v.T("scorecard.days.of", "Counted", v.Plain(card.Days.Counted), "All", v.Plain(card.Days.Calendar))},
	}
	for _, taken := range card.Days.Taken {
		facts = append(facts, view.Fact{Name: v.T("ground." + taken.Ground), Text: v.TN("account.days", int64(taken.Days))})
	}
	facts = append(facts, view.Fact{Name: v.T("scorecard.part"), Text: v.Percent(card.Part, 0)},
		view.Fact{Name: v.T("scorecard.declarations"), Text: v.Value(present.Count, float64(card.Declarations))},
		view.Fact{Name: v.T("scorecard.published"), Text: v.Instant(d.PublishedAt)})
	if line := card.Find(findingsCode); line != nil && line.Numerator != nil {
		fact := view.Fact{Name: v.T("scorecard.findings"), Text: v.Value(present.Count, float64(*line.Numerator))}
		if found, err := indicator.Find(findingsCode); err == nil {
			fact.Link = v.behindScore(d, found)
		}
		facts = append(facts, fact)
	}
	if watermark, err := time.Parse(time.RFC3339Nano, card.Basis.Watermark); err == nil {
		facts = append(facts, view.Fact{Name: v.T("scorecard.watermark"), Text: v.Instant(watermark)})
	}
	return facts
}

// findingsCode is the indicator whose numerator are declarations with a finding of the procedure rules.
const findingsCode = "DQ01"

func (v *visit) scorecardLine(d *contract.CardDossier, l *contract.CardLine) view.ScorecardLine {
	row := view.ScorecardLine{Code: l.Code, Name: l.Code, Value: v.targetText(l.Unit, l.Value), Cases: v.Value(present.Count, float64(l.N)), Threshold: v.targetText(l.Unit, l.Threshold), Target: v.targetText(l.Unit, l.Target),
		Weight: v.Percent(float64(l.SignedWeight)/100, 0), Peers: v.targetText(l.Unit, l.Peers), Band: l.Direction == indicator.Band, Attainment: "–"}
	if found, err := indicator.Find(l.Code); err == nil {
		row.Name = v.IndicatorName(found)
		row.Rows = v.behindScore(d, found)
		if v.tellsIndicator(l.Code) {
			row.Address = v.at("indicators/" + l.Code)
		}
	}
	if row.Band {
		row.Red = v.T("contract.red", "Low", v.targetText(l.Unit, l.RedLow), "High", v.targetText(l.Unit, l.RedHigh))
	}
	if l.Low != nil && l.High != nil {
		row.Interval = v.targetText(l.Unit, l.Low) + " – " + v.targetText(l.Unit, l.High)
	}
	if l.Standing != "" {
		row.Standing = &view.Mark{Kind: map[contract.Standing]string{contract.Green: "good", contract.Amber: "warning", contract.Red: "bad"}[l.Standing], Text: v.T("standing." + string(l.Standing))}
	}
	if l.LeftOut != contract.Counted {
		row.Left = v.T("left." + string(l.LeftOut))
	} else {
		row.Attainment = v.Percent(l.Attainment/100, 1)
		row.Bar = view.NewBar(l.Attainment, float64(d.Contract.Text.Document.Terms.CapPercent), nil, nil, v.RightToLeft())
	}
	row.Spark = v.lineOf(l)
	row.Baseline, row.Definition = v.targetText(l.Unit, l.Baseline), v.Plain(l.Definition)
	if l.Numerator != nil && l.Denominator != nil {
		row.Parts = v.T("scorecard.parts", "Numerator", v.exactText(l.Unit, *l.Numerator), "Denominator", v.exactText(l.Unit, *l.Denominator))
	}
	row.Paired, row.Notes = v.pairedFacts(d, l), v.lineNotes(d, &l.CardFigure)
	return row
}

// exactText writes a numerator or denominator: an amount where the figure is one, else a count.
func (v *visit) exactText(unit indicator.Unit, n int64) string {
	if unit == indicator.Money {
		return v.Value(present.Count, float64(n)/pow10(v.tenant.MinorDigits()))
	}
	return v.Value(present.Count, float64(n))
}

// pairedFacts are the figures of the indicators that stand beside one, whether they are scored or not.
func (v *visit) pairedFacts(d *contract.CardDossier, l *contract.CardLine) (facts []view.Fact) {
	for _, code := range l.Paired {
		figure := (*contract.CardFigure)(nil)
		if line := d.Card.Find(code); line != nil {
			figure = &line.CardFigure
		}
		for i := range d.Card.Beside {
			if d.Card.Beside[i].Code == code {
				figure = &d.Card.Beside[i]
			}
		}
		if figure != nil {
			facts = append(facts, view.Fact{Name: v.nameOfIndicator(code), Text: v.targetText(figure.Unit, figure.Value)})
		}
	}
	return facts
}

// lineNotes say what was taken out of a figure.
func (v *visit) lineNotes(d *contract.CardDossier, f *contract.CardFigure) (notes []string) {
	if f.Discounted > 0 {
		notes = append(notes, v.T("scorecard.discounted", "Cases", v.Value(present.Count, float64(f.Discounted)), "Weight", v.Percent(float64(d.Contract.Text.Document.Terms.SamePairPercent)/100, 0)))
	}
	if f.Floor > 0 {
		notes = append(notes, v.T("scorecard.floor", "Amount", v.Money(f.Floor)))
	}
	if len(f.Excluded) > 0 {
		notes = append(notes, v.TN("scorecard.excluded", int64(len(f.Excluded))))
	}
	return notes
}

// lineOf draws the six months of a line.
func (v *visit) lineOf(l *contract.CardLine) *view.Spark {
	kind, per := present.Points, 1.0
	switch l.Unit {
	case indicator.Percent:
		kind, per = present.Share, 0.01
	case indicator.Hours:
		kind, per = present.Duration, 3600
	case indicator.Days:
		kind, per = present.Duration, 86400
	case indicator.Money:
		kind = present.Money
	}
	readings := make([]present.Reading, len(l.Line))
	for i, value := range l.Line {
		if value != nil {
			shown := *value * per
			readings[i].Value = &shown
		}
	}
	return v.Spark(present.Measure{Code: l.Code, Kind: kind}, readings, len(readings)-1)
}

// behindScore is the address of the declarations behind a figure; empty for readers who may not see
// declarations, and for teams, whose members one address cannot name.
func (v *visit) behindScore(d *contract.CardDossier, found *indicator.Definition) string {
	if !v.may(access.DeclarationRead) || !v.tellsIndicator(found.Code) {
		return ""
	}
	dimension := map[contract.Level]string{contract.LevelOfficer: "officer", contract.LevelOffice: "office"}[d.Contract.Level]
	if d.Contract.Level == contract.LevelOperator {
		dimension = "importer"
		if d.Contract.Function == contract.FunctionBroker {
			dimension = "broker"
		}
	}
	if dimension == "" || !found.Has(dimension) {
		return ""
	}
	q := question{period: present.MonthOf(d.Month.First().Time()), page: 1}
	q = q.into(dimension, d.Contract.Subject)
	if d.Contract.Office != "" && dimension != "office" && found.Has("office") {
		q = q.into("office", d.Contract.Office)
	}
	return q.address(v.at("indicators/" + found.Code + "/declarations"))
}

func (v *visit) besideFact(d *contract.CardDossier, f *contract.CardFigure) view.Fact {
	fact := view.Fact{Name: f.Code, Text: v.targetText(f.Unit, f.Value), Muted: v.TN("count.cases", f.N)}
	if found, err := indicator.Find(f.Code); err == nil {
		fact.Name, fact.Link = v.IndicatorName(found), v.behindScore(d, found)
	}
	return fact
}

func (v *visit) scorecardCorrection(card *contract.Card) *view.ScorecardCorrection {
	if card.Version == 1 {
		return nil
	}
	correction := &view.ScorecardCorrection{Reason: card.Reason}
	switch card.Reason {
	case contract.DataCorrected, contract.DaysCorrected, contract.SettingsCorrected, contract.ObjectionGranted:
		correction.Reason = v.T("card.reason." + card.Reason)
	}
	for _, difference := range card.Differences {
		row := view.CompareRow{Name: v.T("scorecard.composite")}
		unit := indicator.Percent
		if line := card.Find(difference.Code); line != nil {
			row.Name, unit = line.Code, line.Unit
			if found, err := indicator.Find(line.Code); err == nil {
				row.Name = v.IndicatorName(found)
			}
		}
		row.Before, row.After = v.targetText(unit, difference.Before), v.targetText(unit, difference.After)
		correction.Rows = append(correction.Rows, row)
	}
	return correction
}

// addScorecards puts the months into the page of a contract, for who may read them.
func (v *visit) addScorecards(page *view.ContractPage, d *contract.Dossier) error {
	if !v.may(access.ScorecardRead) {
		return nil
	}
	for i := len(d.Editions) - 1; i >= 0; i-- {
		edition := d.Editions[i]
		if edition.Edition > d.Edition || edition.ActivatedAt.IsZero() {
			continue
		}
		_, cards, err := v.server.Scorecards.Months(v.Request().Context(), v.tenant, v.scorecardReader(), edition.ID)
		if domain.Is(err, domain.KindNotFound) {
			return nil // scorecards reach less far than contracts for this person
		}
		if err != nil {
			return err
		}
		for _, each := range cards {
			link := view.ScorecardLink{Address: v.at("contracts/" + edition.ID.String() + "/scorecards/" + each.Month.String()), Month: v.Month(each.Month.First().Time()), Composite: v.compositeText(each.Card), Verdict: v.verdictMark(each.Card)}
			if each.Version > 1 {
				link.Version = v.T("scorecard.version", "Number", v.Plain(each.Version))
			}
			if edition.ID != d.ID {
				link.Edition = v.T("contract.edition", "Edition", v.Plain(edition.Edition))
			}
			page.Scorecards = append(page.Scorecards, link)
		}
	}
	return nil
}

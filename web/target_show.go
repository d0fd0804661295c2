package web

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/google/uuid"

	"assay/domain"
	"assay/domain/contract"
	"assay/domain/indicator"
	"assay/web/view"
)

// showTargets shows what the rule of a template proposes for an office, with the distribution it
// came from, the back-test, and one indicator's targets from above to below.
func (v *visit) showTargets() error { return v.showTargetsWith(http.StatusOK) }

func (v *visit) showTargetsWith(status int) error {
	ctx := v.Request().Context()
	page := view.Targets{Layout: v.layout(v.T("targets.title")), Back: v.at("contracts")}
	templates, err := v.server.Contracts.Templates(ctx, v.tenant.ID)
	if err != nil {
		return err
	}
	chosen := v.chooseTemplate(&page, templates)
	office := v.QueryParam("office")
	if page.Offices, err = v.officeChoices(office, false); err != nil {
		return err
	}
	if chosen == nil {
		page.Empty = &view.Empty{Icon: "box", Title: v.T("targets.empty.title"), Text: v.T("targets.empty.text"), Action: &view.Link{Text: v.T("templates.title"), Address: v.at("templates")}}
		return v.show(status, "targets", page)
	}
	if chosen.Content.Level != contract.LevelOperator && office == "" && len(page.Offices) > 0 {
		office = page.Offices[0].Value
		page.Offices[0].Selected = true
	}
	err = v.fillTargets(&page, chosen, office)
	if domain.Is(err, domain.KindNotReady) {
		page.Empty = &view.Empty{Icon: "box", Title: v.T("board.empty.title"), Text: v.T("board.empty.text")}
		return v.show(status, "targets", page)
	}
	if err != nil {
		return err
	}
	if page.Cascade, err = v.cascade(chosen, office); err != nil {
		return err
	}
	return v.show(status, "targets", page)
}

func (v *visit) chooseTemplate(page *view.Targets, templates []*contract.Template) *contract.Template {
	wanted, _ := uuid.Parse(v.QueryParam("template")) // without one the first is shown
	var chosen *contract.Template
	for _, t := range templates {
		if t.State != contract.TemplateRetired && (chosen == nil || t.ID == wanted) {
			chosen = t
		}
	}
	for _, t := range templates {
		if t.State != contract.TemplateRetired {
			page.Templates = append(page.Templates, view.Choice{Value: t.ID.String(), Text: t.Name(v.Language) + " · " + v.T("contract.version", "Version", v.Plain(t.Version)), Selected: t == chosen})
		}
	}
	return chosen
}

func (v *visit) fillTargets(page *view.Targets, t *contract.Template, office string) error {
	ctx, c := v.Request().Context(), &t.Content
	today := v.server.Contracts.Today(v.tenant)
	work := contract.Work{Level: c.Level, Function: c.Function, Office: office, Before: today, Lines: c.Lines, Rule: c.Rule}
	proposals, err := v.server.Contracts.Proposals(ctx, v.tenant, work)
	if err != nil {
		return err
	}
	page.Rule = v.T("targets.rule", "Months", v.Plain(c.Rule.WindowMonths), "Cases", v.Plain(c.Rule.MinimalCases), "Threshold", v.Percent(c.Rule.Threshold, 0), "Target", v.Percent(c.Rule.Target, 0))
	targets := make([]contract.Target, 0, len(proposals))
	for i, p := range proposals {
		line := c.Lines[i]
		targets = append(targets, contract.Target{Code: p.Code, Direction: p.Direction, Weight: line.Weight, Unit: p.Unit, Threshold: p.Threshold, Target: p.Target, RedLow: p.RedLow, RedHigh: p.RedHigh})
	}
	work.Office = ""
	backtest, err := v.server.Contracts.Backtest(ctx, v.tenant, work, targets, c.Terms.CapPercent)
	if err != nil {
		return err
	}
	for i, p := range proposals {
		page.Proposals = append(page.Proposals, v.proposalRow(p, c.Lines[i], backtest.Lines[i]))
		page.Heads = append(page.Heads, p.Code)
	}
	page.Whole = v.T("targets.whole.none")
	if backtest.Whole.Months > 0 {
		page.Whole = v.T("targets.whole", "Achieved", v.Count(int64(backtest.Whole.Achieved)), "Months", v.Count(int64(backtest.Whole.Months)), "Share", v.share(backtest.Whole.Achieved, backtest.Whole.Months))
	}
	for _, o := range backtest.Offices {
		page.Offices2 = append(page.Offices2, v.backtestRow(o))
	}
	for _, pull := range backtest.Pulls {
		page.Pulls = append(page.Pulls, view.PullRow{First: v.indicatorName(pull.First), Second: v.indicatorName(pull.Second),
			Correlation: v.T("targets.correlation", "Value", v.Decimal(pull.Correlation, 2), "Low", v.Decimal(pull.Low, 2), "High", v.Decimal(pull.High, 2)), Months: v.Count(int64(pull.Months))})
	}
	return nil
}

func (v *visit) indicatorName(code string) string {
	if d, err := indicator.Find(code); err == nil {
		return v.IndicatorName(d)
	}
	return code
}

// share is a share in whole per cent; a dash of nothing.
func (v *visit) share(part, whole int) string {
	if whole == 0 {
		return "–"
	}
	return v.Percent(float64(part)/float64(whole), 0)
}

// The field of a distribution's drawing.
const (
	drawingWidth  = 240.0
	drawingHeight = 56.0
	drawingBins   = 24
)

func (v *visit) proposalRow(p *contract.Proposal, line contract.Line, tested contract.BacktestLine) view.ProposalRow {
	row := view.ProposalRow{Code: p.Code, Name: v.indicatorName(p.Code), Address: v.at("indicators/" + p.Code), Aim: string(line.Aim), AimName: v.T("aim." + string(line.Aim)),
		Months: v.TN("targets.months", int64(len(p.Observations))), Left: v.T("targets.left", "Few", v.Count(int64(p.FewCases)), "None", v.Count(int64(p.NoValue))),
		Baseline: v.targetText(p.Unit, p.Baseline), Threshold: v.targetText(p.Unit, p.Threshold), Target: v.targetText(p.Unit, p.Target),
		Met: v.share(tested.Threshold, tested.Months), Reached: v.share(tested.Target, tested.Months), Nothing: p.Baseline == nil}
	if tested.Months > 0 {
		row.MetWidth, row.ReachedWidth = 100*tested.Threshold/tested.Months, 100*tested.Target/tested.Months
	}
	if p.RedLow != nil && p.RedHigh != nil {
		row.Red = v.T("contract.red", "Low", v.targetText(p.Unit, p.RedLow), "High", v.targetText(p.Unit, p.RedHigh))
	}
	v.draw(&row, p)
	return row
}

// draw makes the bars of the distribution and the lines of threshold and target in it.
func (v *visit) draw(row *view.ProposalRow, p *contract.Proposal) {
	from, width, counts := p.Histogram(drawingBins)
	if len(counts) == 0 {
		return
	}
	most := 1
	for _, n := range counts {
		most = max(most, n)
	}
	step := drawingWidth / float64(len(counts))
	for i, n := range counts {
		height := drawingHeight * float64(n) / float64(most)
		row.Bars = append(row.Bars, view.HistogramBar{X: number(float64(i)*step + 0.5), Y: number(drawingHeight - height), Width: number(step - 1), Height: number(height)})
	}
	end := from + width*float64(len(counts))
	place := func(value *float64, kind string) {
		if value != nil && width > 0 {
			at := (*value - from) / (end - from) * drawingWidth
			row.Marks = append(row.Marks, view.BarMark{X: number(min(drawingWidth-1, max(1, at))), Kind: kind, Name: v.targetText(p.Unit, value)})
		}
	}
	place(p.Threshold, "threshold")
	place(p.Target, "target")
	place(p.RedLow, "red")
	place(p.RedHigh, "red")
	row.Low, row.High = v.targetText(p.Unit, &from), v.targetText(p.Unit, &end)
	row.Description = v.T("targets.drawing", "Name", row.Name, "Low", row.Low, "High", row.High, "Middle", v.targetText(p.Unit, &p.Quantiles[2]))
}

func number(value float64) string { return strconv.FormatFloat(value, 'f', 1, 64) }

func (v *visit) backtestRow(o contract.BacktestOffice) view.BacktestRow {
	row := view.BacktestRow{Office: o.Office, Months: v.Count(int64(o.Months)), Achieved: v.share(o.Achieved, o.Months)}
	for _, line := range o.Lines {
		cell := view.BacktestCell{Threshold: v.share(line.Threshold, line.Months), Target: v.share(line.Target, line.Months)}
		if line.Months > 0 {
			cell.Shade = min(4, 5*line.Target/line.Months)
		}
		row.Cells = append(row.Cells, cell)
	}
	return row
}

// cascade shows one indicator from the administration down to its contracts.
func (v *visit) cascade(t *contract.Template, office string) (*view.CascadeView, error) {
	code := v.QueryParam("indicator")
	if code == "" {
		code = t.Content.Lines[0].Code
	}
	year := v.server.Contracts.Today(v.tenant).Month().Year()
	found, err := v.server.Contracts.Cascade(v.Request().Context(), v.tenant, year, code)
	if err != nil {
		return nil, err
	}
	shown := &view.CascadeView{Action: v.at("targets"), Year: strconv.Itoa(year), Template: t.ID.String(), Office: office, Unit: v.unitWord(found.Unit, v.tenant.Currency)}
	for _, line := range t.Content.Lines {
		if line.Direction != indicator.Band {
			shown.Indicators = append(shown.Indicators, view.Choice{Value: line.Code, Text: v.indicatorName(line.Code), Selected: line.Code == code})
		}
	}
	v.cascadeRows(shown, found, &found.Top, 0)
	return shown, nil
}

func (v *visit) cascadeRows(shown *view.CascadeView, c *contract.Cascade, n *contract.CascadeNode, depth int) {
	row := view.CascadeRow{Depth: depth, Name: n.Name, Code: n.Contract, Target: v.targetText(c.Unit, n.Target), Sum: v.targetText(c.Unit, n.Sum), Now: v.targetText(c.Unit, n.Now), Volume: v.Count(n.Volume)}
	if depth == 0 {
		row.Name = v.tenant.Name(v.Language)
	}
	if n.Target != nil && n.Sum != nil {
		row.Verdict = &view.Mark{Kind: "warning", Text: v.T("cascade.short")}
		if n.Enough {
			row.Verdict = &view.Mark{Kind: "good", Text: v.T("cascade.enough")}
		}
	}
	if depth < 2 {
		row.Field = "target." + n.Subject
		row.Input = inputText(c.Unit, n.Target, v.tenant.MinorDigits())
	}
	shown.Rows = append(shown.Rows, row)
	for i := range n.Parts {
		v.cascadeRows(shown, c, &n.Parts[i], depth+1)
	}
}

// setUpperTarget sets the targets of the administration and of offices that the form changed.
func (v *visit) setUpperTarget() error {
	ctx, actor := v.Request().Context(), v.contractReader().Actor
	code := v.FormValue("indicator")
	d, err := indicator.Find(code)
	if err != nil {
		return err
	}
	year := v.server.Contracts.Today(v.tenant).Month().Year()
	values, err := v.FormParams()
	if err != nil {
		return domain.Wrap(domain.KindInvalid, err, "the form cannot be read")
	}
	for name := range values {
		office, isTarget := strings.CutPrefix(name, "target.")
		text := strings.TrimSpace(values.Get(name))
		if !isTarget || text == values.Get("was."+office) {
			continue
		}
		var target *float64
		if text != "" {
			value, err := parseFigure(text)
			if err != nil {
				return err
			}
			if d.Unit == indicator.Money {
				value *= pow10(v.tenant.MinorDigits())
			}
			target = &value
		}
		if err := v.server.Contracts.SetUpperTarget(ctx, v.tenant.ID, actor, year, code, office, target); err != nil {
			return err
		}
	}
	return v.goTo(v.at("targets") + fmt.Sprintf("?template=%s&office=%s&indicator=%s#cascade", v.FormValue("template"), v.FormValue("office"), code))
}

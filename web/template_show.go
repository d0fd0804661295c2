package web

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/google/uuid"

	"assay/domain"
	"assay/domain/contract"
	"assay/web/view"
)

// listTemplates lists the administration's templates, and the built-in ones to copy from.
func (v *visit) listTemplates() error { return v.listTemplatesWith(http.StatusOK, nil) }

func (v *visit) listTemplatesWith(status int, fault *view.FormFault) error {
	templates, err := v.server.Contracts.Templates(v.Request().Context(), v.tenant.ID)
	if err != nil {
		return err
	}
	page := view.Templates{Layout: v.layout(v.T("templates.title")), Back: v.at("contracts"), Action: v.at("templates"), Fault: fault}
	for _, t := range templates {
		row := view.TemplateRow{Address: v.at("templates/" + t.ID.String()), Name: t.Name(v.Language), Code: t.Code, Version: v.Plain(t.Version), Office: t.Office,
			Level: v.T("level." + string(t.Content.Level)), Indicators: v.Plain(len(t.Content.Lines)), Created: v.ShortDate(t.CreatedAt), State: v.templateMark(t.State)}
		if row.Office == "" {
			row.Office = v.T("filter.all_offices")
		}
		page.Rows = append(page.Rows, row)
	}
	for _, function := range contract.BuiltIns {
		template := contract.Template{Content: *contract.BuiltIn(function), Code: function}
		page.BuiltIns = append(page.BuiltIns, view.Choice{Value: function, Text: template.Name(v.Language)})
	}
	if page.Offices, err = v.officeChoices("", false); err != nil {
		return err
	}
	if len(page.Rows) == 0 {
		page.Empty = &view.Empty{Icon: "list", Title: v.T("templates.empty.title"), Text: v.T("templates.empty.text")}
	}
	return v.show(status, "templates", page)
}

func (v *visit) templateMark(state contract.TemplateState) view.Mark {
	kind := map[contract.TemplateState]string{contract.TemplateDraft: "info", contract.TemplateInUse: "good", contract.TemplateRetired: "warning"}[state]
	return view.Mark{Kind: kind, Text: v.T("template.state." + string(state))}
}

// copyTemplate copies a built-in template into the administration.
func (v *visit) copyTemplate() error {
	t, err := v.server.Contracts.CopyBuiltIn(v.Request().Context(), v.tenant.ID, v.contractReader().Actor, v.FormValue("function"), strings.TrimSpace(v.FormValue("code")), strings.TrimSpace(v.FormValue("office")))
	if err == nil {
		return v.goTo(v.at("templates/" + t.ID.String()))
	}
	if fault, status, mendable := v.faultOfContract(err); mendable {
		return v.listTemplatesWith(status, fault)
	}
	return err
}

func (v *visit) templateOfPath() (*contract.Template, error) {
	id, err := uuid.Parse(v.Param("template"))
	if err != nil {
		return nil, domain.Errorf(domain.KindNotFound, "there is no such template")
	}
	return v.server.Contracts.Template(v.Request().Context(), v.tenant.ID, id)
}

// showTemplate shows one template; a draft can be changed here.
func (v *visit) showTemplate() error { return v.showTemplateWith(http.StatusOK, nil) }

func (v *visit) showTemplateWith(status int, fault *view.FormFault) error {
	t, err := v.templateOfPath()
	if err != nil {
		return err
	}
	c := &t.Content
	page := view.Template{Layout: v.layout(t.Name(v.Language)), Back: v.at("templates"), Action: v.at("templates/" + t.ID.String()), Revision: strconv.FormatInt(t.Revision, 10),
		State: v.templateMark(t.State), Draft: t.State == contract.TemplateDraft, InUse: t.State == contract.TemplateInUse, Vetting: c.Vetting, Fault: fault,
		Targets: v.at("targets") + "?template=" + t.ID.String()}
	office := t.Office
	if office == "" {
		office = v.T("filter.all_offices")
	}
	page.Facts = []view.Fact{{Name: v.T("template.code"), Text: t.Code, Code: true}, {Name: v.T("template.version"), Text: v.Plain(t.Version)}, {Name: v.T("template.level"), Text: v.T("level." + string(c.Level))},
		{Name: v.T("dimension.office"), Text: office}, {Name: v.T("template.origin"), Text: t.Origin, Code: true}, {Name: v.T("template.created"), Text: v.Instant(t.CreatedAt), Muted: t.CreatedBy}}
	v.fillTemplateLines(&page, t, fault)
	for _, term := range termsOf(&c.Terms) {
		page.Terms = append(page.Terms, view.TermInput{Key: term.key, Name: v.T("term." + term.key), Value: strconv.Itoa(*term.value)})
	}
	page.Rule = v.ruleInputs(&c.Rule)
	for _, order := range []contract.SigningOrder{contract.AnyOrder, contract.HolderFirst, contract.AdministrationFirst} {
		page.Orders = append(page.Orders, view.Choice{Value: string(order), Text: v.T("order." + string(order)), Selected: order == c.Order})
	}
	page.Articles = v.articleRows(&contract.Document{Articles: c.Articles})
	return v.show(status, "template", page)
}

// term is a number of the terms with its name in forms.
type term struct {
	key   string
	value *int
}

func termsOf(t *contract.Terms) []term {
	return []term{{"months", &t.Months}, {"review_months", &t.ReviewEveryMonth}, {"negotiation_days", &t.NegotiationDays}, {"maturity_days", &t.MaturityDays}, {"objection_days", &t.ObjectionDays},
		{"answer_days", &t.AnswerDays}, {"appeal_days", &t.AppealDays}, {"minimal_cases", &t.MinimalCases}, {"full_month_days", &t.FullMonthDays}, {"cap_percent", &t.CapPercent}, {"same_pair_percent", &t.SamePairPercent}}
}

// changeTemplate saves a draft, puts it in use, retires it or begins its next version.
func (v *visit) changeTemplate() error {
	t, err := v.templateOfPath()
	if err != nil {
		return err
	}
	ctx, actor := v.Request().Context(), v.contractReader().Actor
	revision, err := strconv.ParseInt(v.FormValue("revision"), 10, 64)
	if err != nil {
		return domain.Errorf(domain.KindInvalid, "the form does not say what it was made from; open the page again")
	}
	switch v.FormValue("do") {
	case "save":
		err = v.saveTemplate(t, revision)
	case "use":
		_, err = v.server.Contracts.PutInUse(ctx, v.tenant.ID, actor, t.ID, revision)
	case "retire":
		_, err = v.server.Contracts.Retire(ctx, v.tenant.ID, actor, t.ID, revision)
	case "version":
		var next *contract.Template
		if next, err = v.server.Contracts.NewVersion(ctx, v.tenant.ID, actor, t.ID); err == nil {
			t = next
		}
	default:
		err = domain.Errorf(domain.KindInvalid, "there is no such action")
	}
	if err == nil {
		return v.goTo(v.at("templates/" + t.ID.String()))
	}
	if fault, status, mendable := v.faultOfContract(err); mendable {
		return v.showTemplateWith(status, fault)
	}
	return err
}

// saveTemplate reads lines, terms, the rule, order and the articles in the reader's language.
func (v *visit) saveTemplate(t *contract.Template, revision int64) error {
	content := t.Content
	reader := &lineReader{visit: v, minor: v.tenant.MinorDigits()}
	content.Lines = reader.lines(t)
	for _, each := range termsOf(&content.Terms) {
		reader.whole("term."+each.key, each.value)
	}
	readRule(&content.Rule, reader.whole)
	if err := domain.Invalid(v.T("contract.fault.figures"), reader.wrong...); err != nil {
		return err
	}
	content.Order, content.Vetting = contract.SigningOrder(v.FormValue("order")), v.FormValue("vetting") == "yes"
	for i := range content.Articles {
		a := &content.Articles[i]
		if text := strings.TrimSpace(v.FormValue("article:" + strconv.Itoa(a.Number))); text != "" {
			a.Text[v.FormValue("language")] = text
		}
	}
	_, err := v.server.Contracts.SaveTemplate(v.Request().Context(), v.tenant.ID, v.contractReader().Actor, t.ID, revision, content, t.Office)
	return err
}

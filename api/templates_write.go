package api

import (
	"context"
	"fmt"
	"maps"
	"strings"

	"assay/domain"
	"assay/domain/contract"
	"assay/domain/indicator"
)

// CopyTemplate copies a built-in template into the administration.
func (s *server) CopyTemplate(ctx context.Context, request CopyTemplateRequestObject) (CopyTemplateResponseObject, error) {
	body := request.Body
	t, err := s.Contracts.CopyBuiltIn(ctx, callerOf(ctx).Tenant, contractReader(ctx).Actor, body.Function, strings.TrimSpace(textOf(body.Code)), strings.TrimSpace(textOf(body.Office)))
	if err != nil {
		return nil, err
	}
	return CopyTemplate201JSONResponse(templateWhole(t)), nil
}

// SaveTemplate changes what the request names of a draft.
func (s *server) SaveTemplate(ctx context.Context, request SaveTemplateRequestObject) (SaveTemplateResponseObject, error) {
	tenant, body := callerOf(ctx).Tenant, request.Body
	t, err := s.Contracts.Template(ctx, tenant, request.Id)
	if err != nil {
		return nil, err
	}
	content := t.Content
	var wrong []domain.FieldError
	if body.Lines != nil {
		var unknown []domain.FieldError
		content.Lines, unknown = linesOf(*body.Lines)
		wrong = append(wrong, unknown...)
	}
	if body.Weights != nil {
		wrong = append(wrong, weigh(content.Lines, *body.Weights)...)
	}
	if body.Articles != nil {
		wrong = append(wrong, reword(content.Articles, *body.Articles)...)
	}
	if err := domain.Invalid("the template cannot be changed like this", wrong...); err != nil {
		return nil, err
	}
	if body.Terms != nil {
		setTerms(&content.Terms, body.Terms)
	}
	if body.SigningOrder != nil {
		content.Order = contract.SigningOrder(*body.SigningOrder)
	}
	if body.Vetting != nil {
		content.Vetting = *body.Vetting
	}
	saved, err := s.Contracts.SaveTemplate(ctx, tenant, contractReader(ctx).Actor, t.ID, body.Revision, content, t.Office)
	if err != nil {
		return nil, err
	}
	return SaveTemplate200JSONResponse(templateWhole(saved)), nil
}

// linesOf makes the lines of a template, and names the indicators that the catalogue has not.
func linesOf(given []TemplateLine) (lines []contract.Line, wrong []domain.FieldError) {
	for _, l := range given {
		d, err := indicator.Find(l.Code)
		if err != nil {
			wrong = append(wrong, domain.FieldError{Field: "lines", Message: l.Code + " is no indicator of the catalogue"})
			continue
		}
		lines = append(lines, contract.Line{Code: l.Code, Weight: l.Weight, Aim: contract.Aim(l.Aim), Direction: d.Direction, RedLow: l.RedLow, RedHigh: l.RedHigh, Floor: l.Floor})
	}
	return lines, wrong
}

// weigh sets weights, and names the indicators that the template has not.
func weigh(lines []contract.Line, weights []TemplateWeight) (wrong []domain.FieldError) {
	for _, w := range weights {
		found := false
		for i := range lines {
			if lines[i].Code == w.Code {
				lines[i].Weight, found = w.Weight, true
			}
		}
		if !found {
			wrong = append(wrong, domain.FieldError{Field: "weights", Message: "the template has no indicator " + w.Code})
		}
	}
	return wrong
}

// reword sets the words of articles, and names the articles that the template has not.
func reword(articles []contract.Article, words []TemplateArticle) (wrong []domain.FieldError) {
	for _, w := range words {
		found := false
		for i := range articles {
			if a := &articles[i]; a.Number == w.Number && a.Text[w.Language] != "" {
				a.Text, found = maps.Clone(a.Text), true
				a.Text[w.Language] = w.Text
			}
		}
		if !found {
			wrong = append(wrong, domain.FieldError{Field: "articles", Message: fmt.Sprintf("there is no article %d in the language %s", w.Number, w.Language)})
		}
	}
	return wrong
}

func setTerms(t *contract.Terms, given *TemplateTerms) {
	for _, each := range []struct {
		to    *int
		value *int
	}{
		{&t.Months, given.Months}, {&t.ReviewEveryMonth, given.ReviewMonths}, {&t.NegotiationDays, given.NegotiationDays}, {&t.MaturityDays, given.MaturityDays}, {&t.ObjectionDays, given.ObjectionDays},
		{&t.AnswerDays, given.AnswerDays}, {&t.AppealDays, given.AppealDays}, {&t.MinimalCases, given.MinimalCases}, {&t.FullMonthDays, given.FullMonthDays}, {&t.CapPercent, given.CapPercent},
	} {
		if each.value != nil {
			*each.to = *each.value
		}
	}
}

// StepTemplate puts a draft in use, retires a template, or begins its next version.
func (s *server) StepTemplate(ctx context.Context, request StepTemplateRequestObject) (StepTemplateResponseObject, error) {
	tenant, actor := callerOf(ctx).Tenant, contractReader(ctx).Actor
	t, err := s.Contracts.Template(ctx, tenant, request.Id)
	if err != nil {
		return nil, err
	}
	switch request.Body.Action {
	case "use":
		t, err = s.Contracts.PutInUse(ctx, tenant, actor, t.ID, request.Body.Revision)
	case "retire":
		t, err = s.Contracts.Retire(ctx, tenant, actor, t.ID, request.Body.Revision)
	case "version":
		if t.Revision != request.Body.Revision {
			return nil, domain.Errorf(domain.KindConflict, "the template has changed since you read it; look at it again")
		}
		t, err = s.Contracts.NewVersion(ctx, tenant, actor, t.ID)
	default:
		err = domain.Errorf(domain.KindInvalid, "there is no such step")
	}
	if err != nil {
		return nil, err
	}
	return StepTemplate200JSONResponse(templateWhole(t)), nil
}

package web

import (
	"encoding/hex"
	"slices"
	"strconv"
	"strings"

	"assay/domain"
	"assay/domain/contract"
	"assay/domain/cube"
	"assay/domain/indicator"
	"assay/web/view"
)

// contractActions are the actions that a form of the contract's page asks for, in the order shown.
var contractActions = []contract.Action{contract.Propose, contract.Counter, contract.Edit, contract.Comment, contract.Vet, contract.Begin, contract.Extend, contract.Deputise, contract.Decline, contract.Withdraw,
	contract.Discard, contract.Suspend, contract.Resume, contract.Amend, contract.Evaluate, contract.Close, contract.Renew, contract.Terminate}

// actionForms are the forms for what the reader may do now.
func (v *visit) actionForms(d *contract.Dossier) []view.ActionForm {
	var forms []view.ActionForm
	today := v.server.Contracts.Today(v.tenant)
	for _, action := range contractActions {
		if !slices.Contains(d.Possible, action) || action == contract.Vet && (!d.Vetting || d.VettedText == d.Text.Number) {
			continue
		}
		form := view.ActionForm{Do: string(action), Name: v.T("contract.do." + string(action)), Hint: v.T("contract.hint." + string(action)), Reason: true, ReasonName: v.T("contract.reason")}
		switch action {
		case contract.Propose, contract.Vet, contract.Edit, contract.Evaluate, contract.Close:
			form.Reason = false
		case contract.Extend:
			form.Reason, form.Day, form.DayName = false, dayInput(today+14), v.T("contract.deadline")
		case contract.Comment:
			form.ReasonName = v.T("contract.words")
			form.Parts = v.parts(d.Text.Document)
		case contract.Suspend:
			form.Day, form.DayName = dayInput(today), v.T("contract.from")
			for _, ground := range []string{"outage", "strike", "transfer", "absence", "inquiry", "other"} {
				form.Grounds = append(form.Grounds, view.Choice{Value: ground, Text: v.T("ground." + ground)})
			}
		case contract.Resume:
			form.Day, form.DayName = dayInput(today), v.T("contract.last_day")
		case contract.Amend:
			form.Day, form.DayName = dayInput((today.Month() + 1).First()), v.T("contract.from")
		case contract.Renew:
			// Targets are known before the months that they are for: a renewal that comes late begins with the next month.
			form.Day, form.DayName = dayInput(max(d.EndsOn, (today.Month()+1).First())), v.T("contract.from")
		}
		switch action {
		case contract.Counter, contract.Edit, contract.Amend, contract.Renew:
			form.Kind = "figures"
		case contract.Terminate:
			form.Kind, form.Danger = "terminate", true
		case contract.Begin:
			if waits := v.feedText(d); waits == "" {
				continue
			}
		case contract.Deputise:
			if !v.deputyForm(&form, d) {
				continue
			}
		}
		forms = append(forms, form)
	}
	return forms
}

// parts are what a comment can be about.
func (v *visit) parts(d *contract.Document) []view.Choice {
	parts := []view.Choice{{Value: "", Text: v.T("contract.whole")}}
	for _, t := range d.Targets {
		name := t.Code
		if found, err := indicator.Find(t.Code); err == nil {
			name = v.IndicatorName(found)
		}
		parts = append(parts, view.Choice{Value: "indicator:" + t.Code, Text: name})
	}
	for _, a := range v.articleRows(d) {
		parts = append(parts, view.Choice{Value: a.About, Text: a.Number + ". " + a.Title})
	}
	return parts
}

// actOnContract does one action that the page's forms offer. The table of the domain decides; what can be mended is
// said on the page.
func (v *visit) actOnContract() error {
	d, err := v.contractOfPath()
	if err != nil {
		return err
	}
	next, err := v.doContract(d)
	if err != nil {
		if fault, status, mendable := v.faultOfContract(err); mendable {
			return v.showContractWith(status, fault)
		}
		return err
	}
	if next == nil { // declined: the holder does not see drafts
		return v.goTo(v.at("contracts"))
	}
	return v.goTo(v.at("contracts/" + next.ID.String()))
}

// doContract gives the contract to go on with: for an amendment or a renewal the new one.
func (v *visit) doContract(d *contract.Dossier) (*contract.Contract, error) {
	ctx, s := v.Request().Context(), v.server.Contracts
	revision, err := strconv.ParseInt(v.FormValue("revision"), 10, 64)
	if err != nil {
		return nil, domain.Errorf(domain.KindInvalid, "the form does not say what it was made from; open the page again")
	}
	ask := contract.Ask{Contract: d.ID, Revision: revision, Actor: v.contractReader().Actor, Reason: strings.TrimSpace(v.FormValue("reason"))}
	action := contract.Action(v.FormValue("do"))
	var figures map[string]contract.Figure
	switch action {
	case contract.Edit, contract.Counter, contract.Amend, contract.Renew:
		if figures, err = v.readFigures(d.Text.Document); err != nil {
			return nil, err
		}
	}
	var day cube.Date
	switch action {
	case contract.Extend, contract.Suspend, contract.Resume, contract.Amend, contract.Renew:
		if day, err = cube.ParseDate(v.FormValue("day")); err != nil {
			return nil, err
		}
	}
	switch action {
	case contract.Edit:
		return s.Edit(ctx, v.tenant, ask, figures)
	case contract.Propose:
		return s.Propose(ctx, v.tenant, ask)
	case contract.Counter:
		return s.Counter(ctx, v.tenant, ask, figures)
	case contract.Comment:
		return s.Comment(ctx, v.tenant, ask, v.FormValue("about"), ask.Reason)
	case contract.Extend:
		return s.Extend(ctx, v.tenant, ask, day)
	case contract.Deputise:
		return v.nameDeputy(d, ask)
	case contract.Begin:
		return s.Begin(ctx, v.tenant, ask)
	case contract.Withdraw:
		return s.Withdraw(ctx, v.tenant, ask)
	case contract.Decline:
		_, err := s.Decline(ctx, v.tenant, ask)
		return nil, err
	case contract.Discard:
		return s.Discard(ctx, v.tenant, ask)
	case contract.Vet:
		return s.Vet(ctx, v.tenant, ask, v.seenHash())
	case contract.Suspend:
		return s.Suspend(ctx, v.tenant, ask, v.FormValue("ground"), day)
	case contract.Resume:
		return s.Resume(ctx, v.tenant, ask, day)
	case contract.Amend:
		return s.Amend(ctx, v.tenant, ask, day, figures)
	case contract.Renew:
		return s.Renew(ctx, v.tenant, ask, day, figures)
	case contract.Evaluate:
		return s.Evaluate(ctx, v.tenant, ask)
	case contract.Close:
		return s.Close(ctx, v.tenant, ask)
	case contract.Terminate:
		return s.Terminate(ctx, v.tenant, ask, v.FormValue("basis"))
	}
	return nil, domain.Errorf(domain.KindInvalid, "there is no action %q", action)
}

func (v *visit) seenHash() []byte {
	seen, err := hex.DecodeString(v.FormValue("seen"))
	if err != nil {
		return nil
	}
	return seen
}

// readFigures reads the figures of a form that differ from the text: target.CLR01, threshold.CLR01, weight.CLR01, low.CTL01, high.CTL01, and
// baseline.CLR01 where too few months of work gave none.
func (v *visit) readFigures(d *contract.Document) (map[string]contract.Figure, error) {
	figures := map[string]contract.Figure{}
	var wrong []domain.FieldError
	for i := range d.Targets {
		t := &d.Targets[i]
		var f contract.Figure
		changed := false
		read := func(name string, now *float64, to **float64) {
			text := strings.TrimSpace(v.FormValue(name + "." + t.Code))
			if text == "" || text == inputText(t.Unit, now, d.Minor) {
				return
			}
			value, err := parseFigure(text)
			if err != nil {
				wrong = append(wrong, domain.FieldError{Field: t.Code, Message: v.T("contract.fault.number", "Text", text)})
				return
			}
			if t.Unit == indicator.Money {
				value *= pow10(d.Minor)
			}
			*to, changed = &value, true
		}
		if t.Months < d.Rule.MinimalMonths {
			read("baseline", t.Baseline, &f.Baseline)
		}
		read("threshold", t.Threshold, &f.Threshold)
		read("target", t.Target, &f.Target)
		read("low", t.RedLow, &f.RedLow)
		read("high", t.RedHigh, &f.RedHigh)
		if text := strings.TrimSpace(v.FormValue("weight." + t.Code)); text != "" && text != strconv.Itoa(t.Weight) {
			weight, err := strconv.Atoi(text)
			if err != nil {
				wrong = append(wrong, domain.FieldError{Field: t.Code, Message: v.T("contract.fault.number", "Text", text)})
			}
			f.Weight, changed = &weight, true
		}
		if changed {
			figures[t.Code] = f
		}
	}
	return figures, domain.Invalid(v.T("contract.fault.figures"), wrong...)
}

// parseFigure reads a plain number with a point or a comma.
func parseFigure(text string) (float64, error) {
	value, err := strconv.ParseFloat(strings.Replace(strings.ReplaceAll(text, " ", ""), ",", ".", 1), 64)
	if err != nil || value < 0 || value > 1e15 || value != value {
		return 0, domain.Errorf(domain.KindInvalid, "%q is no number of 0 or more", text)
	}
	return value, nil
}

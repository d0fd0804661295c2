package web

import (
	"math"
	"slices"
	"strconv"
	"strings"

	"assay/domain"
	"assay/domain/contract"
	"assay/domain/indicator"
	"assay/web/present"
	"assay/web/view"
)

// fillTemplateLines shows the indicators of a template: of a draft as fields, with what is wrong beside the line that it is about.
func (v *visit) fillTemplateLines(page *view.Template, t *contract.Template, fault *view.FormFault) {
	c, minor := &t.Content, v.tenant.MinorDigits()
	faults := map[string][]string{}
	if page.Draft {
		for _, p := range c.LineProblems() {
			text := v.T("template.problem."+p.Key, p.Blanks...)
			if p.Code == "" {
				page.Problems = append(page.Problems, view.Fact{Text: text})
			} else {
				faults[p.Code] = append(faults[p.Code], text)
			}
		}
	}
	if fault != nil {
		fault.Fields = slices.DeleteFunc(fault.Fields, func(f view.Fact) bool {
			_, code, found := strings.Cut(f.Name, ".")
			if found = found && slices.ContainsFunc(c.Lines, func(l contract.Line) bool { return l.Code == code }); found {
				faults[code] = append(faults[code], f.Text)
			}
			return found
		})
	}
	sum := 0
	for _, line := range c.Lines {
		row := view.TemplateLine{Code: line.Code, Name: line.Code, Address: v.at("indicators/" + line.Code), Aim: string(line.Aim), AimName: v.T("aim." + string(line.Aim)), Weight: strconv.Itoa(line.Weight), Share: v.Percent(float64(line.Weight)/100, 0), Faults: faults[line.Code]}
		unit := indicator.Unit("")
		if d, err := indicator.Find(line.Code); err == nil {
			row.Name, unit = v.IndicatorName(d), d.Unit
		}
		row.UnitName = v.unitWord(unit, v.tenant.Currency)
		row.Wanted, row.WantedIcon = v.WantedText(map[indicator.Direction]present.Wanted{indicator.Higher: present.Up, indicator.Lower: present.Down, indicator.Band: present.Band}[line.Direction])
		row.Low, row.High = inputText(unit, line.RedLow, minor), inputText(unit, line.RedHigh, minor)
		if line.RedLow != nil || line.RedHigh != nil {
			row.Red = v.T("contract.red", "Low", v.targetText(unit, line.RedLow), "High", v.targetText(unit, line.RedHigh))
		}
		if row.HasFloor = indicator.HasLeast(line.Code); row.HasFloor && line.Floor != nil {
			floor := float64(*line.Floor)
			row.Floor, row.FloorText = inputText(indicator.Money, &floor, minor), v.targetText(indicator.Money, &floor)
		}
		page.Lines = append(page.Lines, row)
		sum += line.Weight
	}
	page.Sum, page.SumGood = v.Percent(float64(sum)/100, 0), sum == 100
	if page.Draft {
		page.Add = append(page.Add, view.Choice{Text: v.T("template.add.none")})
		for _, d := range c.Addable() {
			page.Add = append(page.Add, view.Choice{Value: d.Code, Text: d.Code + " · " + v.IndicatorName(d)})
		}
	}
}

// lineReader reads the form of a template, and keeps what cannot be read with the field that it is about.
type lineReader struct {
	*visit
	minor int
	wrong []domain.FieldError
}

func (r *lineReader) refuse(name, text string) {
	r.wrong = append(r.wrong, domain.FieldError{Field: name, Message: r.T("contract.fault.number", "Text", text)})
}

// whole reads a whole number; an empty field leaves what was.
func (r *lineReader) whole(name string, to *int) {
	text := strings.TrimSpace(r.FormValue(name))
	if text == "" {
		return
	}
	value, err := strconv.Atoi(text)
	if err != nil || value < 0 || value > 10000 {
		r.refuse(name, text)
		return
	}
	*to = value
}

// red reads a red line in the unit of its indicator; an empty field means none.
func (r *lineReader) red(name string, unit indicator.Unit) *float64 {
	text := strings.TrimSpace(r.FormValue(name))
	if text == "" {
		return nil
	}
	value, err := parseFigure(text)
	if err != nil {
		r.refuse(name, text)
		return nil
	}
	if unit == indicator.Money {
		value *= pow10(r.minor)
	}
	return &value
}

// lines reads the lines that stay, and the one that is added.
func (r *lineReader) lines(t *contract.Template) []contract.Line {
	var lines []contract.Line
	for _, line := range t.Content.Lines {
		if r.FormValue("remove."+line.Code) == "yes" {
			continue
		}
		if _, sent := r.formOf("weight." + line.Code); sent {
			r.whole("weight."+line.Code, &line.Weight)
			unit := indicator.Unit("")
			if d, err := indicator.Find(line.Code); err == nil {
				unit = d.Unit
			}
			line.RedLow, line.RedHigh = r.red("low."+line.Code, unit), r.red("high."+line.Code, unit)
			if indicator.HasLeast(line.Code) {
				line.Floor = nil
				if floor := r.red("floor."+line.Code, indicator.Money); floor != nil {
					least := int64(math.Round(*floor))
					line.Floor = &least
				}
			}
			if aim := contract.Aim(r.FormValue("aim." + line.Code)); aim == contract.Speed || aim == contract.Control {
				line.Aim = aim
			}
		}
		lines = append(lines, line)
	}
	if code := r.FormValue("add"); code != "" {
		added := contract.Line{Code: code, Aim: contract.Control}
		if r.FormValue("add_aim") == string(contract.Speed) {
			added.Aim = contract.Speed
		}
		r.whole("add_weight", &added.Weight)
		if d, err := indicator.Find(code); err == nil {
			added.Direction = d.Direction
		}
		if !slices.ContainsFunc(t.Content.Addable(), func(d *indicator.Definition) bool { return d.Code == code }) {
			r.wrong = append(r.wrong, domain.FieldError{Field: code, Message: r.T("template.problem.unknown")})
			return lines
		}
		lines = append(lines, added)
	}
	return lines
}

// formOf gives a field of the form and whether it was sent at all.
func (r *lineReader) formOf(name string) (string, bool) {
	values, sent := r.Request().PostForm[name]
	if !sent || len(values) == 0 {
		return "", false
	}
	return values[0], true
}

package web

import (
	"math"
	"strconv"

	"assay/domain/contract"
	"assay/web/view"
)

// ruleNumber is a number of the rule for baselines and targets in forms: a whole one, or a quantile, which is written in per cent.
type ruleNumber struct {
	key      string
	whole    *int
	quantile *float64
}

func ruleOf(r *contract.Rule) []ruleNumber {
	return []ruleNumber{{"rule_window_months", &r.WindowMonths, nil}, {"rule_minimal_cases", &r.MinimalCases, nil}, {"rule_minimal_months", &r.MinimalMonths, nil},
		{"rule_threshold", nil, &r.Threshold}, {"rule_target", nil, &r.Target}, {"rule_red_line", nil, &r.RedLine}}
}

func (n ruleNumber) percent() int { return int(math.Round(100 * *n.quantile)) }

// ruleInputs are the fields of the rule.
func (v *visit) ruleInputs(r *contract.Rule) (inputs []view.TermInput) {
	for _, each := range ruleOf(r) {
		input := view.TermInput{Key: each.key, Name: v.T("term." + each.key)}
		if each.whole != nil {
			input.Value = strconv.Itoa(*each.whole)
		} else {
			input.Value = strconv.Itoa(each.percent())
		}
		inputs = append(inputs, input)
	}
	return inputs
}

// readRule reads the fields of the rule by whole, which reads one field. A quantile that the form leaves as it is written stays as it is.
func readRule(r *contract.Rule, whole func(name string, to *int)) {
	for _, each := range ruleOf(r) {
		if each.whole != nil {
			whole("term."+each.key, each.whole)
			continue
		}
		percent := each.percent()
		if whole("term."+each.key, &percent); percent != each.percent() {
			*each.quantile = float64(percent) / 100
		}
	}
}

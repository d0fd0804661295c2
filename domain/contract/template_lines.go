package contract

import (
	"cmp"
	"slices"

	"assay/domain"
	"assay/domain/indicator"
)

// LineProblem is what keeps the lines of a template from being used.
type LineProblem struct {
	Code    string // of the indicator; empty for all together
	Key     string // by which pages know the sentence: template.problem.KEY
	Blanks  []any  // names and values for that sentence
	Message string // in English
}

// LineProblems says of each line, and of all together, what keeps the template from being used: a line that cannot be told for the level, the
// number of indicators, the sum of their weights, the balance of speed and control.
func (c *Content) LineProblems() []LineProblem {
	problems := balance(c.Lines)
	for i := range c.Lines {
		if p := c.Lines[i].problem(c.Level); p != nil {
			problems = append(problems, *p)
		}
	}
	return problems
}

// Addable lists the indicators that a template of the content's level can take up and does not hold, by code.
func (c *Content) Addable() []*indicator.Definition {
	var found []*indicator.Definition
	for _, d := range indicator.All() {
		line := Line{Code: d.Code, Direction: d.Direction}
		held := slices.ContainsFunc(c.Lines, func(l Line) bool { return l.Code == d.Code })
		if !held && line.problem(c.Level) == nil {
			found = append(found, d)
		}
	}
	slices.SortFunc(found, func(a, b *indicator.Definition) int { return cmp.Compare(a.Code, b.Code) })
	return found
}

// balance holds the number of indicators, their weights, and the balance of speed and control.
func balance(lines []Line) (wrong []LineProblem) {
	aims, weights, seen := map[Aim]int{}, 0, map[string]bool{}
	for _, l := range lines {
		aims[l.Aim]++
		weights += l.Weight
		if seen[l.Code] {
			wrong = append(wrong, LineProblem{Code: l.Code, Key: "twice", Message: domain.Sentence("%s is there twice", l.Code)})
		}
		seen[l.Code] = true
		if l.Weight <= 0 {
			wrong = append(wrong, LineProblem{Code: l.Code, Key: "weight", Message: domain.Sentence("%s needs a weight above 0", l.Code)})
		}
	}
	if n := len(lines); n < fewestIndicators || n > mostIndicators {
		wrong = append(wrong, LineProblem{Key: "number", Blanks: []any{"Fewest", fewestIndicators, "Most", mostIndicators, "Number", n},
			Message: domain.Sentence("a contract has %d to %d indicators, this one %d", fewestIndicators, mostIndicators, n)})
	}
	if aims[Speed] < leastOfAnAim || aims[Control] < leastOfAnAim {
		wrong = append(wrong, LineProblem{Key: "balance", Blanks: []any{"Least", leastOfAnAim, "Speed", aims[Speed], "Control", aims[Control]},
			Message: domain.Sentence("at least %d indicators of speed and %d of control are needed; there are %d and %d", leastOfAnAim, leastOfAnAim, aims[Speed], aims[Control])})
	}
	if weights != fullWeight {
		wrong = append(wrong, LineProblem{Key: "weights", Blanks: []any{"Sum", weights}, Message: domain.Sentence("the weights sum to %d, not to %d", weights, fullWeight)})
	}
	return wrong
}

// checkBalance is balance in words.
func checkBalance(lines []Line) (wrong []string) {
	for _, p := range balance(lines) {
		wrong = append(wrong, p.Message)
	}
	return wrong
}

// problem says why an indicator cannot stand in a template of a level, nil when it can.
func (l *Line) problem(level Level) *LineProblem {
	refuse := func(key, message string) *LineProblem { return &LineProblem{Code: l.Code, Key: key, Message: message} }
	d, err := indicator.Find(l.Code)
	if err != nil {
		return refuse("unknown", domain.Sentence("is no indicator of the catalogue"))
	}
	dimension := dimensionOf(level, "")
	if level == LevelOperator {
		dimension = "importer" // what has importer has broker, or is refused when a contract is drafted
	}
	switch {
	case !d.Available():
		return refuse("unavailable", domain.Sentence("cannot be computed yet"))
	case d.Direction == indicator.Context || l.Direction == indicator.Context:
		return refuse("context", domain.Sentence("says nothing by itself and cannot be a target"))
	case d.Direction != l.Direction && d.Direction != indicator.Band:
		return refuse("direction", domain.Sentence("its direction is %s", d.Direction))
	case l.Aim != "" && l.Aim != Speed && l.Aim != Control:
		return refuse("aim", domain.Sentence("serves neither speed nor control"))
	case l.RedLow != nil && l.RedHigh != nil && *l.RedLow >= *l.RedHigh:
		return refuse("red", domain.Sentence("its lower red line is not below the upper one"))
	case dimension != "" && !d.Has(dimension):
		return refuse("dimension", domain.Sentence("cannot be told by %s", dimension))
	case l.Floor != nil && (*l.Floor < 0 || *l.Floor > 0 && !indicator.HasLeast(l.Code)):
		return refuse("floor", domain.Sentence("counts no cases with an amount, so that no least amount can be set"))
	}
	return nil
}

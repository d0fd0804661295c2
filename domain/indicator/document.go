package indicator

import (
	"fmt"
	"slices"
	"strings"

	"assay/domain/cube"
)

// familyNames are the English names of the families.
var familyNames = map[Family]string{
	Clearance: "Clearance and facilitation", Revenue: "Revenue", Control: "Control and selectivity", Fraud: "Fraud and offences",
	Cargo: "Manifest, transit and suspense", DataQuality: "Data and procedure consistency", Integrity: "Officer integrity",
	Operators: "Operators", Workload: "Workload",
}

// functionNames are what a measure does.
var functionNames = map[cube.Func]string{cube.Count: "count", cube.Sum: "sum", cube.Distinct: "number of different"}

// Page writes the catalogue as a page in Markdown.
func Page() string {
	var b strings.Builder
	b.WriteString("# The indicators\n\nWritten from the definitions in this folder; a test holds the page against them. Numbers 1 to 29 are the core, " +
		"the others extensions. D stands for: " + strings.Join(drill, ", ") + ". Every indicator also has " + strings.Join(Calendar, ", ") + ".\n")
	b.WriteString("\n| # | code | name | unit | better | dated by | mature | dimensions |\n|---|---|---|---|---|---|---|---|\n")
	for _, d := range catalogue {
		name := d.Name
		if !d.Available() {
			name += " (not yet available)"
		}
		fmt.Fprintf(&b, "| %d | %s | %s | %s | %s | %s | %s | %s |\n", d.Number, d.Code, name, d.Unit, d.Direction, d.Basis, d.Mature.words(), d.dimensionWords())
	}
	for _, family := range Families {
		if familyNames[family] == "" {
			continue // what administrations define by themselves stands nowhere in the program
		}
		fmt.Fprintf(&b, "\n## %s: %s\n", family, familyNames[family])
		for _, d := range catalogue {
			if d.Family == family {
				d.page(&b)
			}
		}
	}
	return b.String()
}

func (d *Definition) page(b *strings.Builder) {
	fmt.Fprintf(b, "\n### %d. %s %s (version %d)\n\n%s\n\n", d.Number, d.Code, d.Name, d.Version, d.Text)
	line := func(name, text string) {
		if text != "" {
			fmt.Fprintf(b, "- %s: %s\n", name, text)
		}
	}
	if !d.Available() {
		line("not yet available", d.Missing)
		return
	}
	line("unit, better", fmt.Sprintf("%s, %s", d.Unit, d.Direction))
	line("dated by", string(d.Basis))
	line("mature", d.Mature.words())
	line("dimensions", d.dimensionWords())
	line("cube", d.Figure.words())
	line("in SQL", d.Figure.sqlWords())
	for i := range d.Companions {
		c := &d.Companions[i]
		line("beside it", fmt.Sprintf("%s (%s): %s", c.Name, c.Unit, c.Figure.words()))
	}
	line("show together with", strings.Join(d.Beside, ", "))
	line("origin", d.Provenance)
}

func (m Maturity) words() string {
	switch {
	case m == Maturity{}:
		return ""
	case m.Month:
		return "a calendar month and a day after"
	case m.Setting != "":
		return fmt.Sprintf("%s + %d days after", m.Setting, m.Days)
	}
	if m.Days == 1 {
		return "a day after"
	}
	return fmt.Sprintf("%d days after", m.Days)
}

// dimensionWords says D with what is more or less.
func (d *Definition) dimensionWords() string {
	var more, fewer []string
	shared := 0
	for _, name := range d.Dimensions {
		if slices.Contains(drill, name) {
			shared++
		} else {
			more = append(more, name)
		}
	}
	for _, name := range drill {
		if !slices.Contains(d.Dimensions, name) {
			fewer = append(fewer, name)
		}
	}
	text := "D"
	if shared < len(drill)/2 {
		text, more = "", d.Dimensions
	} else if len(fewer) > 0 {
		text += " without " + strings.Join(fewer, ", ")
	}
	if d.Cases != nil {
		more = append(slices.Clone(more), d.Cases.Dimension)
	}
	if len(more) > 0 {
		if text != "" {
			text += ", with "
		}
		text += strings.Join(more, ", ")
	}
	return text
}

// words say how the cube computes a figure.
func (f *Figure) words() string {
	var parts []string
	if f.Numerator != nil {
		text := f.Numerator.words()
		if f.Denominator != nil {
			text += " / " + f.Denominator.words()
		}
		parts = append(parts, text)
	}
	if f.Spread != nil {
		parts = append(parts, "quantiles of `"+f.Spread.Column+"`")
	}
	text := strings.Join(parts, "; ") + " of grain `" + f.Rows + "`"
	if base := testWords(f.Base); base != "" {
		text += " where " + base
	}
	if f.UpToEnd {
		text += ", all rows up to the end of the period"
	}
	return text
}

func (m *Measure) words() string {
	text := functionNames[m.Func]
	if m.Column != "" {
		text += " `" + m.Column + "`"
	}
	if m.Plus != "" {
		text += " + `" + m.Plus + "`"
	}
	if tests := testWords(m.Tests); tests != "" {
		text += " (" + tests + ")"
	}
	return text
}

func testWords(tests []Test) string {
	var words []string
	for i := range tests {
		words = append(words, tests[i].words())
	}
	return strings.Join(words, ", ")
}

func (t *Test) words() string {
	switch {
	case t.All != nil:
		return strings.Join(t.All, " and ")
	case t.Any != nil:
		return strings.Join(t.Any, " or ")
	case t.None != nil:
		return "not " + strings.Join(t.None, ", not ")
	case t.In != nil:
		return t.Column + " = " + strings.Join(t.In, " or ")
	case t.Since != nil:
		return t.Column + " from " + t.Since.words() + " on"
	case t.Before != nil:
		return t.Column + " before " + t.Before.words()
	}
	return fmt.Sprintf("%s at least %d", t.Column, *t.Least)
}

func (e *Edge) words() string {
	text := "the first day"
	if e.End {
		text = "the period's end"
	}
	if e.Less > 0 {
		text = fmt.Sprintf("%d days before %s", e.Less, text)
	}
	return text
}

// sqlWords say the same condition on the view.
func (f *Figure) sqlWords() string {
	text := "`" + f.Rows + "_row`"
	if f.BaseSQL != "" && f.BaseSQL != "true" {
		text += " where `" + f.BaseSQL + "`"
	}
	if f.Numerator != nil && f.Numerator.SQL != "" {
		text += "; numerator where `" + f.Numerator.SQL + "`"
	}
	return text
}

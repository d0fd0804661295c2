package indicator

import (
	"fmt"
	"slices"

	"github.com/expr-lang/expr/ast"

	"assay/domain/cube"
)

// quantity is what a formula computes: of what unit its column is, and how it is made of it.
type quantity struct {
	unit  string // of the numerator's columns: "s", "minor", "g" or "" for numbers
	ratio bool   // divided by something of the same unit
	per   bool   // divided by something of another unit
	share bool   // things of a part, divided by all things: it has an interval
	rank  bool   // a median
}

// read reads what a formula computes into a figure that has its base already.
func (r *formulaReader) read(node ast.Node, f *Figure) (quantity, error) {
	if name, arguments := call(node); name == "median" {
		return r.median(arguments, f)
	} else if name == "share" {
		tests, err := r.tests(arguments[0])
		f.Numerator, f.Denominator = count("", tests...), count("")
		return quantity{ratio: true, share: true}, err
	}
	division, divided := node.(*ast.BinaryNode)
	if !divided || division.Operator != "/" {
		m, unit, err := r.measure(node)
		f.Numerator = m
		return quantity{unit: unit}, err
	}
	above, unit, err := r.measure(division.Left)
	if err != nil {
		return quantity{}, err
	}
	below, per, err := r.measure(division.Right)
	if err != nil {
		return quantity{}, err
	}
	f.Numerator, f.Denominator = above, below
	q := quantity{unit: unit, ratio: unit == per, per: unit != per}
	q.share = isCount(above) && isCount(below) && len(below.Tests) == 0
	return q, nil
}

func isCount(m *Measure) bool {
	return m.Func == cube.Count && m.Column == "" && len(m.More) == 0 && m.Factor <= 1
}

// median ranks a column.
func (r *formulaReader) median(arguments []ast.Node, f *Figure) (quantity, error) {
	column, err := r.column(arguments[0])
	if err != nil {
		return quantity{}, err
	}
	f.Spread = &Spread{Column: column.Name, Unit: Count}
	if office := column.Name + "_office"; r.grain.Column(office) != nil {
		f.Spread.Office = office
	}
	if len(arguments) > 1 {
		f.Spread.Tests, err = r.tests(arguments[1])
	}
	return quantity{unit: column.Unit, rank: true}, err
}

// column is the number that a node names.
func (r *formulaReader) column(node ast.Node) (*cube.Column, error) {
	name, named := node.(*ast.IdentifierNode)
	if !named {
		return nil, r.fault(node, "column", "the name of one field belongs here, and nothing else")
	}
	column := r.grain.Column(name.Value)
	if column == nil || column.Type != cube.Integer {
		return nil, r.fault(node, "column", "the name of a field with numbers belongs here")
	}
	return column, nil
}

// measure reads counts and sums, added to and taken from each other.
func (r *formulaReader) measure(node ast.Node) (*Measure, string, error) {
	terms, unit, err := r.terms(node, 1)
	if err != nil {
		return nil, "", err
	}
	if len(terms) > mostTerms {
		return nil, "", r.fault(node, "terms", fmt.Sprintf("more than %d counts and sums are added up", mostTerms), "Most", mostTerms)
	}
	first := terms[0]
	return &Measure{Func: first.Func, Column: first.Column, Tests: first.Tests, Factor: first.Factor, More: terms[1:]}, unit, nil
}

// terms multiplies out what is added up; all of it is of one unit.
func (r *formulaReader) terms(node ast.Node, factor int64) ([]Term, string, error) {
	switch n := node.(type) {
	case *ast.UnaryNode:
		if n.Operator == "-" {
			return r.terms(n.Node, -factor)
		}
		if n.Operator == "+" {
			return r.terms(n.Node, factor)
		}
	case *ast.BinaryNode:
		switch n.Operator {
		case "+", "-":
			return r.added(n, factor)
		case "*":
			return r.multiplied(n, factor)
		case "/":
			return nil, "", r.fault(node, "division", "a formula divides once, the whole by the whole")
		}
	case *ast.CallNode:
		return r.term(n, factor)
	case *ast.IdentifierNode:
		return nil, "", r.fault(node, "bare", fmt.Sprintf("%s is of every row: say what is made of it, as in sum(%s)", n.Value, n.Value), "Name", n.Value)
	}
	return nil, "", r.fault(node, "measure", "a count or a sum belongs here")
}

func (r *formulaReader) added(n *ast.BinaryNode, factor int64) ([]Term, string, error) {
	left, unit, err := r.terms(n.Left, factor)
	if err != nil {
		return nil, "", err
	}
	if n.Operator == "-" {
		factor = -factor
	}
	right, other, err := r.terms(n.Right, factor)
	if err == nil && unit != other {
		err = r.fault(n, "units", "amounts, masses and numbers cannot be added to one another")
	}
	return append(left, right...), unit, err
}

func (r *formulaReader) multiplied(n *ast.BinaryNode, factor int64) ([]Term, string, error) {
	for _, sides := range [][2]ast.Node{{n.Left, n.Right}, {n.Right, n.Left}} {
		by, constant, err := r.integer(sides[0])
		if err != nil {
			return nil, "", err
		}
		if !constant {
			continue
		}
		if by > largestFactor || by < -largestFactor || by*factor > largestFactor || by*factor < -largestFactor {
			return nil, "", r.fault(sides[0], "factor", fmt.Sprintf("a factor is at most %d", largestFactor), "Most", largestFactor)
		}
		return r.terms(sides[1], by*factor)
	}
	return nil, "", r.fault(n, "product", "only a number can multiply a count or a sum")
}

// term reads count, sum or distinct.
func (r *formulaReader) term(n *ast.CallNode, factor int64) ([]Term, string, error) {
	name, arguments := call(n)
	var tests []Test
	var err error
	condition := func(at int) {
		if err == nil && len(arguments) > at {
			tests, err = r.tests(arguments[at])
		}
	}
	switch name {
	case "count":
		condition(0)
		return []Term{{Factor: factor, Func: cube.Count, Tests: tests}}, "", err
	case "distinct":
		field, named := arguments[0].(*ast.IdentifierNode)
		if !named || r.grain.Column(field.Value) == nil {
			return nil, "", r.fault(arguments[0], "column", "the name of one field belongs here, and nothing else")
		}
		condition(1)
		return []Term{{Factor: factor, Func: cube.Distinct, Column: field.Value, Tests: tests}}, "", err
	case "sum":
		condition(1)
		if err != nil {
			return nil, "", err
		}
		return r.sums(arguments[0], factor, tests)
	}
	return nil, "", r.fault(n, "measure", "a count or a sum belongs here")
}

// sums adds up fields of every row: those rows count in which all of the fields are known.
func (r *formulaReader) sums(node ast.Node, factor int64, tests []Test) ([]Term, string, error) {
	parts, unit, err := r.fields(node, factor)
	if err != nil {
		return nil, "", err
	}
	if unit == "s" {
		return nil, "", r.fault(node, "durations", "durations are ranked, not added up: use median")
	}
	all := slices.Clone(tests)
	if len(parts) > 1 {
		for _, part := range parts {
			known := true
			all = append(all, Test{Column: part.Column, Known: &known})
		}
	}
	for i := range parts {
		parts[i].Func, parts[i].Tests = cube.Sum, all
	}
	return parts, unit, nil
}

// fields are the fields of a row, added to and taken from each other.
func (r *formulaReader) fields(node ast.Node, factor int64) ([]Term, string, error) {
	if n, ok := node.(*ast.UnaryNode); ok && n.Operator == "-" {
		return r.fields(n.Node, -factor)
	}
	n, ok := node.(*ast.BinaryNode)
	if !ok {
		column, err := r.column(node)
		if err != nil {
			return nil, "", err
		}
		return []Term{{Factor: factor, Column: column.Name}}, column.Unit, nil
	}
	if n.Operator != "+" && n.Operator != "-" {
		return nil, "", r.fault(node, "fields", "within a sum, fields can be added to and taken from each other, nothing else")
	}
	left, unit, err := r.fields(n.Left, factor)
	if err != nil {
		return nil, "", err
	}
	if n.Operator == "-" {
		factor = -factor
	}
	right, other, err := r.fields(n.Right, factor)
	if err == nil && unit != other {
		err = r.fault(n, "units", "amounts, masses and numbers cannot be added to one another")
	}
	return append(left, right...), unit, err
}

// call gives the name and arguments of a call, "" for anything else.
func call(node ast.Node) (string, []ast.Node) {
	n, is := node.(*ast.CallNode)
	if !is {
		return "", nil
	}
	name, named := n.Callee.(*ast.IdentifierNode)
	if !named {
		return "", nil
	}
	return name.Value, n.Arguments
}

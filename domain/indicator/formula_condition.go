package indicator

import (
	"fmt"

	"github.com/expr-lang/expr/ast"

	"assay/domain/cube"
)

// A condition of a formula is turned into clauses side by side, of which each has alternatives: what the cube tests. What
// is null satisfies no comparison and not the opposite either, as in SQL; text that is not known is "", a value like any other.

// clause is alternatives of which one must hold.
type clause []Test

// tests reads a condition.
func (r *formulaReader) tests(node ast.Node) ([]Test, error) {
	clauses, err := r.clauses(node, false)
	if err != nil {
		return nil, err
	}
	tests := make([]Test, len(clauses))
	for i, c := range clauses {
		if len(c) == 1 {
			tests[i] = c[0]
			continue
		}
		tests[i] = Test{Either: c}
	}
	return tests, nil
}

// clauses reads a condition, or its opposite.
func (r *formulaReader) clauses(node ast.Node, opposite bool) ([]clause, error) {
	switch n := node.(type) {
	case *ast.UnaryNode:
		if n.Operator == "not" || n.Operator == "!" {
			return r.clauses(n.Node, !opposite)
		}
	case *ast.BinaryNode:
		switch n.Operator {
		case "and", "&&", "or", "||":
			return r.joined(n, opposite)
		case "==", "!=", "<", "<=", ">", ">=", "in", "startsWith":
			return r.comparison(n, opposite)
		}
		return nil, r.fault(n, "operator", fmt.Sprintf("%s is no comparison of this language", n.Operator), "Name", n.Operator)
	case *ast.MemberNode:
		return r.flag(n, opposite)
	case *ast.CallNode:
		if name, arguments := call(n); name == "known" {
			field, err := r.fieldOf(arguments[0])
			if err != nil {
				return nil, err
			}
			known := !opposite
			return one(Test{Column: field.name, Known: &known}), nil
		}
	case *ast.BoolNode:
		return nil, r.fault(n, "constant", "this is always so, or never")
	}
	return nil, r.fault(node, "condition", "a condition belongs here")
}

func one(tests ...Test) []clause {
	clauses := make([]clause, len(tests))
	for i, t := range tests {
		clauses[i] = clause{t}
	}
	return clauses
}

// joined puts two conditions side by side, or multiplies them out when one of them is enough.
func (r *formulaReader) joined(n *ast.BinaryNode, opposite bool) ([]clause, error) {
	left, err := r.clauses(n.Left, opposite)
	if err != nil {
		return nil, err
	}
	right, err := r.clauses(n.Right, opposite)
	if err != nil {
		return nil, err
	}
	both := n.Operator == "and" || n.Operator == "&&"
	if both != opposite {
		return r.bounded(n, append(left, right...))
	}
	if len(left)*len(right) > mostClauses {
		return nil, r.entangled(n)
	}
	var all []clause
	for _, a := range left {
		for _, b := range right {
			all = append(all, append(append(clause{}, a...), b...))
		}
	}
	return r.bounded(n, all)
}

func (r *formulaReader) bounded(at ast.Node, clauses []clause) ([]clause, error) {
	literals := 0
	for _, c := range clauses {
		literals += len(c)
	}
	if len(clauses) > mostClauses || literals > mostLiterals {
		return nil, r.entangled(at)
	}
	return clauses, nil
}

func (r *formulaReader) entangled(at ast.Node) error {
	return r.fault(at, "entangled", "too many conditions are combined here; write it more simply")
}

// flag reads state.same_day.
func (r *formulaReader) flag(n *ast.MemberNode, opposite bool) ([]clause, error) {
	of, named := n.Node.(*ast.IdentifierNode)
	name, plain := n.Property.(*ast.StringNode)
	if !named || !plain {
		return nil, r.fault(n, "condition", "a condition belongs here")
	}
	column := r.grain.Column(of.Value)
	if column == nil || column.Type != cube.Flags {
		return nil, r.fault(n, "condition", "a condition belongs here")
	}
	if _, known := column.Flag(name.Value); !known {
		return nil, r.fault(n, "name", fmt.Sprintf("%s has no %q", of.Value, name.Value), "Name", of.Value+"."+name.Value)
	}
	t := Test{Column: of.Value, All: []string{name.Value}}
	if opposite {
		t = Test{Column: of.Value, None: []string{name.Value}}
	}
	return one(t), nil
}

// mirrored is the comparison read from the other side.
var mirrored = map[string]string{"==": "==", "!=": "!=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}

// comparison reads a field against a value.
func (r *formulaReader) comparison(n *ast.BinaryNode, opposite bool) ([]clause, error) {
	operator, left, right := n.Operator, n.Left, n.Right
	if other, turned := mirrored[operator]; turned && r.isField(right) {
		if r.isField(left) {
			return nil, r.fault(n, "fields_compared", "a field is compared with a value, not with another field")
		}
		operator, left, right = other, right, left
	}
	field, err := r.fieldOf(left)
	if err != nil {
		return nil, err
	}
	switch field.kind {
	case cube.Code:
		return r.text(n, field, operator, right, opposite)
	case cube.Integer:
		return r.number(n, field, operator, right, opposite)
	case cube.Day:
		return r.date(n, field, operator, right, opposite)
	case cube.Flags:
	}
	return nil, r.fault(left, "condition", "a condition belongs here")
}

// text reads a comparison of a code.
func (r *formulaReader) text(n *ast.BinaryNode, field *formulaField, operator string, value ast.Node, opposite bool) ([]clause, error) {
	t := Test{Column: field.name, Not: opposite}
	switch operator {
	case "==", "!=":
		text, is := value.(*ast.StringNode)
		if !is {
			return nil, r.fault(value, "text", "a text in quotation marks belongs here")
		}
		t.In, t.Not = []string{text.Value}, opposite != (operator == "!=")
	case "in":
		list, is := value.(*ast.ArrayNode)
		if !is || len(list.Nodes) == 0 {
			return nil, r.fault(value, "list", "a list of values in brackets belongs here")
		}
		for _, each := range list.Nodes {
			text, is := each.(*ast.StringNode)
			if !is {
				return nil, r.fault(each, "text", "a text in quotation marks belongs here")
			}
			t.In = append(t.In, text.Value)
		}
	case "startsWith":
		text, is := value.(*ast.StringNode)
		if !is || text.Value == "" {
			return nil, r.fault(value, "text", "a text in quotation marks belongs here")
		}
		t.Prefix = text.Value
	default:
		return nil, r.fault(n, "order", "codes have no order: use ==, != or in")
	}
	return one(t), nil
}

// number reads a comparison of a number.
func (r *formulaReader) number(n *ast.BinaryNode, field *formulaField, operator string, value ast.Node, opposite bool) ([]clause, error) {
	t := Test{Column: field.name, Not: opposite}
	if operator == "in" {
		return r.numbers(field, value, opposite)
	}
	v, constant, err := r.integer(value)
	if err != nil {
		return nil, err
	}
	if !constant {
		return nil, r.fault(value, "number", "a number belongs here")
	}
	below, above := v-1, v+1
	switch operator {
	case "==":
		t.Least, t.Most = &v, &v
	case "!=":
		t.Least, t.Most, t.Not = &v, &v, !opposite
	case "<":
		t.Most = &below
	case "<=":
		t.Most = &v
	case ">":
		t.Least = &above
	case ">=":
		t.Least = &v
	default:
		return nil, r.fault(n, "operator", fmt.Sprintf("%s is no comparison of numbers", operator), "Name", operator)
	}
	return one(t), nil
}

// numbers reads a number among several, or in a range as 1..5.
func (r *formulaReader) numbers(field *formulaField, value ast.Node, opposite bool) ([]clause, error) {
	if span, is := value.(*ast.BinaryNode); is && span.Operator == ".." {
		low, first, err := r.integer(span.Left)
		if err != nil {
			return nil, err
		}
		high, last, err := r.integer(span.Right)
		if err != nil {
			return nil, err
		}
		if !first || !last {
			return nil, r.fault(value, "number", "a number belongs here")
		}
		return one(Test{Column: field.name, Least: &low, Most: &high, Not: opposite}), nil
	}
	list, is := value.(*ast.ArrayNode)
	if !is || len(list.Nodes) == 0 {
		return nil, r.fault(value, "list", "a list of values in brackets belongs here")
	}
	var tests []Test
	for _, each := range list.Nodes {
		v, constant, err := r.integer(each)
		if err != nil {
			return nil, err
		}
		if !constant {
			return nil, r.fault(each, "number", "a number belongs here")
		}
		tests = append(tests, Test{Column: field.name, Least: &v, Most: &v, Not: opposite})
	}
	if opposite { // none of them
		return r.bounded(value, one(tests...))
	}
	return r.bounded(value, []clause{tests})
}

// date reads a comparison of a day.
func (r *formulaReader) date(n *ast.BinaryNode, field *formulaField, operator string, value ast.Node, opposite bool) ([]clause, error) {
	if operator == "in" || operator == "startsWith" {
		return nil, r.fault(n, "operator", fmt.Sprintf("%s is no comparison of days", operator), "Name", operator)
	}
	at, err := r.moment(value)
	if err != nil {
		return nil, err
	}
	if opposite {
		operator = map[string]string{"==": "!=", "!=": "==", "<": ">=", "<=": ">", ">": "<=", ">=": "<"}[operator]
	}
	since := func(later int) Test { return at.since(field.name, later) }
	before := func(later int) Test { return at.before(field.name, later) }
	switch operator {
	case "<":
		return one(before(0)), nil
	case "<=":
		return one(before(1)), nil
	case ">":
		return one(since(1)), nil
	case ">=":
		return one(since(0)), nil
	case "==":
		return one(since(0), before(1)), nil
	}
	return []clause{{before(0), since(1)}}, nil
}

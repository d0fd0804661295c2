package indicator

import (
	"cmp"
	"fmt"
	"math"
	"time"

	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/types"

	"assay/domain/cube"
	"assay/domain/cube/fact"
)

// formulaField is a field of a row that conditions can be on.
type formulaField struct {
	name string
	kind cube.Type
}

// The days that a formula can name besides dates.
const (
	periodStart = "period_start" // the first day of the period asked for
	periodEnd   = "period_end"   // its last day
)

// environment are the names that a formula can use, with their types.
func (r *formulaReader) environment() types.Map {
	names := types.Map{periodStart: types.TypeOf(time.Time{}), periodEnd: types.TypeOf(time.Time{})}
	for _, c := range r.grain.Columns {
		switch c.Type {
		case cube.Code:
			names[c.Name] = types.String
		case cube.Integer:
			names[c.Name] = types.Int
		case cube.Day:
			names[c.Name] = types.TypeOf(time.Time{})
		case cube.Flags:
			flags := types.Map{}
			for _, f := range c.Flags {
				flags[f.Name] = types.Bool
			}
			names[c.Name] = flags
		}
	}
	for _, d := range r.grain.Derived {
		names[d.Name] = types.String
	}
	return names
}

// isField reports whether a node names a field of the rows.
func (r *formulaReader) isField(node ast.Node) bool {
	name, named := node.(*ast.IdentifierNode)
	return named && name.Value != periodStart && name.Value != periodEnd
}

// fieldOf is the field that a node names.
func (r *formulaReader) fieldOf(node ast.Node) (*formulaField, error) {
	if name, named := node.(*ast.IdentifierNode); named && r.isField(node) {
		if c := r.grain.Column(name.Value); c != nil {
			return &formulaField{name.Value, c.Type}, nil
		}
		for _, d := range r.grain.Derived {
			if d.Name == name.Value {
				return &formulaField{name.Value, cube.Code}, nil
			}
		}
	}
	return nil, r.fault(node, "field", "the name of a field belongs here")
}

// integer computes a number that is the same for all rows: durations in seconds, money in minor units.
// False means that it is none; an error that it is a wrong one.
func (r *formulaReader) integer(node ast.Node) (int64, bool, error) {
	switch n := node.(type) {
	case *ast.IntegerNode:
		return int64(n.Value), true, nil
	case *ast.UnaryNode:
		v, constant, err := r.integer(n.Node)
		if n.Operator == "-" {
			return -v, constant, err
		}
		return v, constant && n.Operator == "+", err
	case *ast.CallNode:
		return r.converted(n)
	case *ast.BinaryNode:
		return r.calculated(n)
	}
	return 0, false, nil
}

func (r *formulaReader) calculated(n *ast.BinaryNode) (int64, bool, error) {
	left, first, err := r.integer(n.Left)
	if err != nil || !first {
		return 0, false, err
	}
	right, second, err := r.integer(n.Right)
	if err != nil || !second {
		return 0, false, err
	}
	switch n.Operator {
	case "+":
		return r.limited(n, float64(left)+float64(right), left+right)
	case "-":
		return r.limited(n, float64(left)-float64(right), left-right)
	case "*":
		return r.limited(n, float64(left)*float64(right), left*right)
	}
	return 0, false, nil
}

// limited refuses numbers that are too large to be meant.
func (r *formulaReader) limited(at ast.Node, approximate float64, exact int64) (int64, bool, error) {
	if math.Abs(approximate) > 1e15 {
		return 0, false, r.fault(at, "large", "this number is too large")
	}
	return exact, true, nil
}

// converted reads hours(24), money(150.50) and their like.
func (r *formulaReader) converted(n *ast.CallNode) (int64, bool, error) {
	name, arguments := call(n)
	var scale int64
	switch name {
	case "minutes":
		scale = 60
	case "hours":
		scale = 3600
	case "days":
		scale = secondsOfDay
	case "money":
		scale = r.minor
		if amount, is := arguments[0].(*ast.FloatNode); is {
			minor := amount.Value * float64(scale)
			if math.Abs(minor-math.Round(minor)) > 1e-6 {
				return 0, false, r.fault(n, "money", "the currency has no such small unit")
			}
			return r.limited(n, minor, int64(math.Round(minor)))
		}
	default:
		return 0, false, nil
	}
	v, constant, err := r.integer(arguments[0])
	if err != nil || !constant {
		return 0, false, err
	}
	return r.limited(n, float64(v)*float64(scale), v*scale)
}

const secondsOfDay = 86400

// moment is a day: a date, or one that moves with the period.
type moment struct {
	day  *cube.Date
	edge Edge
}

// moment reads day("2026-01-31"), period_start or period_end, and days added to them or taken off.
func (r *formulaReader) moment(node ast.Node) (moment, error) {
	switch n := node.(type) {
	case *ast.IdentifierNode:
		switch n.Value {
		case periodStart:
			return moment{}, nil
		case periodEnd:
			return moment{edge: Edge{End: true, Less: 1}}, nil
		}
	case *ast.CallNode:
		if name, arguments := call(n); name == "day" {
			text, is := arguments[0].(*ast.StringNode)
			if !is {
				return moment{}, r.fault(arguments[0], "date", `a date belongs here, as in day("2026-01-31")`)
			}
			day, err := cube.ParseDate(text.Value)
			if err != nil {
				return moment{}, r.fault(arguments[0], "date", `a date belongs here, as in day("2026-01-31")`)
			}
			return moment{day: &day}, nil
		}
	case *ast.BinaryNode:
		if n.Operator == "+" || n.Operator == "-" {
			return r.moved(n)
		}
	}
	return moment{}, r.fault(node, "moment", fmt.Sprintf(`a day belongs here: day("2026-01-31"), %s or %s`, periodStart, periodEnd))
}

func (r *formulaReader) moved(n *ast.BinaryNode) (moment, error) {
	at, err := r.moment(n.Left)
	if err != nil {
		return at, err
	}
	seconds, constant, err := r.integer(n.Right)
	if err != nil {
		return at, err
	}
	if name, _ := call(n.Right); !constant || name != "days" {
		return at, r.fault(n.Right, "days", "a number of days belongs here, as in days(5)")
	}
	by := int(seconds / secondsOfDay)
	if by > 36600 || by < -36600 {
		return at, r.fault(n.Right, "large", "this number is too large")
	}
	if n.Operator == "-" {
		by = -by
	}
	if at.day != nil {
		day := *at.day + cube.Date(by)
		return moment{day: &day}, nil
	}
	at.edge.Less -= by
	return at, nil
}

// since tests for the day so much later, or after it.
func (m moment) since(column string, later int) Test {
	if m.day != nil {
		day := int64(*m.day) + int64(later)
		return Test{Column: column, Least: &day}
	}
	edge := m.edge
	edge.Less -= later
	return Test{Column: column, Since: &edge}
}

// before tests for days before the day so much later.
func (m moment) before(column string, later int) Test {
	if m.day != nil {
		day := int64(*m.day) + int64(later) - 1
		return Test{Column: column, Most: &day}
	}
	edge := m.edge
	edge.Less -= later
	return Test{Column: column, Before: &edge}
}

// Field documents a name that formulas over a kind of row can use.
type Field struct {
	Name string
	Kind string // text, number, seconds, money, grams, day or yes/no
	Doc  string
}

// Fields lists the names of a kind of row, nil if there is none of that name.
func Fields(rows string) []Field {
	grain := fact.Grain(rows)
	if grain == nil {
		return nil
	}
	var fields []Field
	for _, c := range grain.Columns {
		switch c.Type {
		case cube.Code:
			fields = append(fields, Field{c.Name, "text", c.Doc})
		case cube.Integer:
			fields = append(fields, Field{c.Name, map[string]string{"s": "seconds", "minor": "money", "g": "grams"}[c.Unit], c.Doc})
			if last := &fields[len(fields)-1]; last.Kind == "" {
				last.Kind = "number"
			}
		case cube.Day:
			fields = append(fields, Field{c.Name, "day", c.Doc})
		case cube.Flags:
			for _, f := range c.Flags {
				fields = append(fields, Field{c.Name + "." + f.Name, "yes/no", cmp.Or(f.Doc, c.Doc)})
			}
		}
	}
	for _, d := range grain.Derived {
		fields = append(fields, Field{d.Name, "text", d.Doc})
	}
	return fields
}

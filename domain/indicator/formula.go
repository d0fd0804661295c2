package indicator

import (
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/expr-lang/expr"
	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/file"

	"assay/domain"
	"assay/domain/cube"
	"assay/domain/cube/fact"
)

// Formula is what an administration counts by itself, in the language of formulas (README.md). It is read and its types are
// checked by a library; what comes out are operations on columns, the same that the catalogue is made of. Nothing of it
// is ever run as a program, so it can neither loop nor take memory: its size is bounded, and the cube bounds the rest.
type Formula struct {
	Rows    string // the kind of row: one of the grains
	Counted string // which of the rows count at all; "" means all of them
	Text    string // what is computed of them
}

// The bounds of a formula.
const (
	longestFormula = 2000 // letters
	mostNodes      = 300  // names, values and operators
	mostClauses    = 48   // conditions side by side, when all is multiplied out
	mostLiterals   = 192
	mostTerms      = 8
	largestFactor  = 1_000_000
)

// The fields of a form that a fault can be in.
const (
	fieldRows    = "rows"
	fieldCounted = "counted"
	fieldFormula = "formula"
)

// fault is what is wrong with a formula and where.
type fault struct {
	field  string
	at     int // letters before it
	key    string
	text   string
	blanks []any
}

func (f *fault) Error() string { return fmt.Sprintf("%s, letter %d: %s", f.field, f.at+1, f.text) }

// field says it in the reader's language: the message "fault.formula.KEY", with the letter at which it is.
func (f *fault) fieldError() domain.FieldError {
	return domain.FieldError{Field: f.field, Message: fmt.Sprintf("at letter %d: %s", f.at+1, f.text), Key: "formula." + f.key,
		Blanks: append([]any{"Letter", f.at + 1}, f.blanks...)}
}

// formulaReader turns the text of one field into figures and tests.
type formulaReader struct {
	grain *cube.Grain
	minor int64 // minor units in one of the currency
	field string
}

// figure reads a formula into a figure, whether it is a share that can have an interval, and
// the unit of what it computes. Every error is a *fault.
func (in *Formula) figure(minor int64) (*Figure, quantity, error) {
	grain := fact.Grain(in.Rows)
	if _, countable := ownBasis[in.Rows]; grain == nil || !countable {
		return nil, quantity{}, &fault{field: fieldRows, key: "rows", text: fmt.Sprintf("there is no kind of row %q", in.Rows), blanks: []any{"Name", in.Rows}}
	}
	f := &Figure{Rows: in.Rows}
	r := &formulaReader{grain: grain, minor: minor, field: fieldCounted}
	if strings.TrimSpace(in.Counted) != "" {
		node, err := r.parse(in.Counted)
		if err != nil {
			return nil, quantity{}, err
		}
		if f.Base, err = r.tests(node); err != nil {
			return nil, quantity{}, err
		}
	}
	r.field = fieldFormula
	node, err := r.parse(in.Text)
	if err != nil {
		return nil, quantity{}, err
	}
	q, err := r.read(node, f)
	return f, q, err
}

// parse reads a text and checks its types.
func (r *formulaReader) parse(text string) (ast.Node, error) {
	if strings.TrimSpace(text) == "" {
		return nil, r.fault(nil, "empty", "there is nothing")
	}
	if utf8.RuneCountInString(text) > longestFormula {
		return nil, r.fault(nil, "long", fmt.Sprintf("it has more than %d letters", longestFormula), "Most", longestFormula)
	}
	options := append([]expr.Option{expr.Env(r.environment()), expr.DisableAllBuiltins(), expr.Optimize(false), expr.MaxNodes(mostNodes)}, functions...)
	program, err := expr.Compile(text, options...)
	if err == nil {
		return program.Node(), nil
	}
	var found *file.Error
	if !errors.As(err, &found) {
		return nil, r.fault(nil, "syntax", err.Error(), "Detail", err.Error())
	}
	f := &fault{field: r.field, at: found.From, key: "syntax", text: found.Message, blanks: []any{"Detail", found.Message}}
	name, unknown := strings.CutPrefix(found.Message, "unknown name ")
	if !unknown {
		name, unknown = strings.CutPrefix(found.Message, "unknown field ")
	}
	if unknown {
		f.key, f.blanks = "name", []any{"Name", name}
		f.text = fmt.Sprintf("there is no %q among the fields of %s", name, r.grain.Name)
	} else if strings.Contains(found.Message, "mismatched types") || strings.HasPrefix(found.Message, "cannot use") {
		f.key = "types"
	}
	return nil, f
}

// fault is at a node, or at the beginning.
func (r *formulaReader) fault(at ast.Node, key, text string, blanks ...any) error {
	f := &fault{field: r.field, key: key, text: text, blanks: blanks}
	if at != nil {
		f.at = firstLetter(at)
	}
	return f
}

// firstLetter is where a node begins; an operator's own place is between its sides.
func firstLetter(node ast.Node) int {
	switch n := node.(type) {
	case *ast.BinaryNode:
		return min(n.Location().From, firstLetter(n.Left))
	case *ast.MemberNode:
		return min(n.Location().From, firstLetter(n.Node))
	}
	return node.Location().From
}

// functions are the words of the language with the types that they take. They are never called.
var functions = []expr.Option{
	word("count", new(func() int), new(func(bool) int)),
	word("sum", new(func(int) int), new(func(int, bool) int)),
	word("distinct", new(func(string) int), new(func(string, bool) int), new(func(int) int), new(func(int, bool) int)),
	word("median", new(func(int) float64), new(func(int, bool) float64)),
	word("share", new(func(bool) float64)),
	word("known", new(func(string) bool), new(func(int) bool), new(func(time.Time) bool)),
	word("minutes", new(func(int) int)), word("hours", new(func(int) int)),
	word("days", new(func(int) time.Duration)),
	word("money", new(func(int) int), new(func(float64) int)),
	word("day", new(func(string) time.Time)),
}

func word(name string, types ...any) expr.Option {
	return expr.Function(name, func(...any) (any, error) { return nil, errors.New("formulas are not run") }, types...)
}

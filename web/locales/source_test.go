package locales

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"io/fs"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// unread are files whose sentences no reader of the pages or the API meets.
var unread = map[string]string{
	"domain/failure.go":                   "makes failures of others' sentences",
	"domain/sample/":                      "makes data for demonstrations, on the command line",
	"domain/access/decisions.go":          "reads the table of decisions for the command line",
	"domain/audit/audit.go":               "what a room does wrong when it records",
	"domain/audit/file.go":                "checks an exported record on the command line",
	"domain/audit/report.go":              "checks an exported record on the command line",
	"domain/contract/paper_verify.go":     "checks a paper on the command line",
	"domain/contract/scorecard_verify.go": "checks a scorecard on the command line",
	"domain/cube/condition.go":            "what an indicator asks wrong of the cube",
	"domain/cube/either.go":               "what an indicator asks wrong of the cube",
	"domain/cube/plan.go":                 "what an indicator asks wrong of the cube",
	"domain/cube/store.go":                "what the cube keeps, by its hashes",
	"domain/identity/client.go":           "reads the operator's settings when the program starts",
	"domain/installation/erase.go":        "told on the command line",
	"domain/notice/notice.go":             "what a room does wrong when it tells somebody",
	"domain/notice/smtp.go":               "reads the operator's settings, and sends letters in the background",
	"domain/paper/verify.go":              "checks a paper on the command line",
	"domain/secret/":                      "reads the operator's settings when the program starts",
	"domain/store/check.go":               "looks at the database when the program starts",
	"domain/store/store.go":               "opens the database when the program starts",
	"web/proxy.go":                        "reads the operator's settings when the program starts",
}

// elsewhere are refusals of a sentence that is made at another place, where it is seen.
var elsewhere = map[string]string{
	"api/imports.go: r.Reason":                     "domain/intake; programs are told it in English",
	"domain/intake/keyed.go: rec.line":             "another function of the name fail, which is given the number of a line",
	"domain/intake/xmlreader.go: fault.reason":     "where the documentFault is made",
	"api/operation.go: message":                    "the library that holds requests against the document speaks English only",
	`domain/contract/document.go: "%s", each`:      "checkBalance",
	`domain/contract/document.go: "%s", reason`:    "Target.check",
	"domain/contract/service_negotiate.go: reason": "Target.check",
	"domain/contract/template.go: each":            "Terms.check, Rule.check, checkArticles",
	"domain/contract/template.go: each.Message":    "LineProblems",
}

// source is what the program says in refusals.
type source struct {
	sentences map[string]string // a sentence, and one place where it is said
	unknown   []string          // places of which the sentence cannot be seen
}

// room is the source of one package while it is read.
type room struct {
	set     *token.FileSet
	files   []*ast.File
	texts   map[string]ast.Expr  // constants and variables of the package, with their values
	relays  map[ast.Node][]relay // by the function in which they are known, nil for the whole package
	relayed map[string]bool
	into    *source
	folder  string
	names   map[*ast.File]string
}

// predicate is how a text begins that says something of a field or of a row of a file.
var predicate = regexp.MustCompile(`^"(is|has|belongs|occurs|repeats|lies|can be|%w \() ?`)

// relay is a function that makes a refusal of a sentence which it is given.
type relay struct {
	name string
	at   int // the parameter with the sentence
}

// readSource finds the sentences of all refusals in the source.
func readSource(t *testing.T) *source {
	t.Helper()
	found := &source{sentences: map[string]string{}}
	rooms := map[string]*room{}
	for _, top := range []string{"domain", "web", "api"} {
		err := filepath.WalkDir("../../"+top, func(path string, entry fs.DirEntry, err error) error {
			name := strings.TrimPrefix(filepath.ToSlash(path), "../../")
			if err != nil || entry.IsDir() || !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") || strings.HasSuffix(name, ".gen.go") || notRead(name) {
				return err
			}
			in := rooms[filepath.Dir(name)]
			if in == nil {
				in = &room{set: token.NewFileSet(), texts: map[string]ast.Expr{}, relays: map[ast.Node][]relay{}, relayed: map[string]bool{}, into: found, folder: filepath.ToSlash(filepath.Dir(name)), names: map[*ast.File]string{}}
				rooms[filepath.Dir(name)] = in
			}
			file, err := parser.ParseFile(in.set, path, nil, parser.SkipObjectResolution)
			if err != nil {
				return err
			}
			in.files, in.names[file] = append(in.files, file), name
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, in := range rooms {
		in.read()
	}
	if len(found.sentences) < 300 {
		t.Fatalf("only %d sentences found: the test looks in the wrong place", len(found.sentences))
	}
	slices.Sort(found.unknown)
	return found
}

func notRead(name string) bool {
	for prefix := range unread {
		if strings.HasPrefix(name, prefix) {
			return true
		}
	}
	return false
}

// read finds what a package says; a function found to relay a sentence makes its callers be looked at once more.
func (r *room) read() {
	for _, file := range r.files {
		for _, declared := range file.Decls {
			if group, ok := declared.(*ast.GenDecl); ok {
				for _, spec := range group.Specs {
					if values, ok := spec.(*ast.ValueSpec); ok && len(values.Names) == len(values.Values) {
						for i, name := range values.Names {
							r.texts[name.Name] = values.Values[i]
						}
					}
				}
			}
		}
	}
	for before := -1; before != len(r.relayed); {
		before = len(r.relayed)
		for _, file := range r.files {
			for _, declared := range file.Decls {
				r.look(file, declared)
			}
		}
	}
}

// look finds the refusals within one declaration.
func (r *room) look(file *ast.File, declared ast.Decl) {
	var within []ast.Node // from the declaration to the node that is looked at
	ast.Inspect(declared, func(n ast.Node) bool {
		if n == nil {
			within = within[:len(within)-1]
			return true
		}
		within = append(within, n)
		switch n := n.(type) {
		case *ast.CallExpr:
			if at, ok := r.sentenceOf(n, declared); ok && at < len(n.Args) {
				r.say(file, declared, within, n.Args[at], n.Args[at+1:])
			}
		case *ast.CompositeLit:
			if message, ok := messageOf(n); ok {
				r.say(file, declared, within, message, nil)
			}
		}
		return true
	})
}

// sentenceOf is which argument of a call is the sentence of a refusal; false for other calls.
func (r *room) sentenceOf(call *ast.CallExpr, declared ast.Decl) (int, bool) {
	name := types.ExprString(call.Fun)
	internal := len(call.Args) > 0 && strings.HasSuffix(types.ExprString(call.Args[0]), "KindInternal")
	switch name {
	case "domain.Errorf":
		return 1, !internal
	case "domain.Wrap":
		return 2, !internal
	case "domain.Invalid", "domain.Sentence":
		return 0, true
	case "errors.New", "fmt.Errorf": // in the readers of files these are told of a field, or of a row
		if said, ok := call.Args[0].(*ast.BasicLit); ok {
			return 0, r.folder == "domain/intake" && predicate.MatchString(said.Value)
		}
		if said, ok := call.Args[0].(*ast.BinaryExpr); ok {
			return 0, r.folder == "domain/intake" && predicate.MatchString(types.ExprString(said))
		}
	}
	if selected, ok := call.Fun.(*ast.SelectorExpr); ok {
		name = selected.Sel.Name
	}
	for _, known := range append(slices.Clone(r.relays[declared]), r.relays[nil]...) {
		if known.name == name {
			return known.at, true
		}
	}
	return 0, false
}

// messageOf is the Message of a failure or of a wrong field that has no message of the pages.
func messageOf(literal *ast.CompositeLit) (message ast.Expr, ok bool) {
	fields := map[string]ast.Expr{}
	for _, element := range literal.Elts {
		if pair, is := element.(*ast.KeyValueExpr); is {
			fields[types.ExprString(pair.Key)] = pair.Value
		}
	}
	if literal.Type != nil { // without one it is an element of a list
		switch types.ExprString(literal.Type) {
		case "domain.FieldError", "domain.Error":
		case "documentFault": // of a document that is not taken
			return fields["reason"], fields["reason"] != nil
		case "Reject":
			return fields["Reason"], fields["Reason"] != nil
		default:
			return nil, false
		}
	}
	if fields["Key"] != nil || fields["Message"] == nil || fields["Kind"] == nil && fields["Field"] == nil {
		return nil, false
	}
	return fields["Message"], true
}

// say takes down a sentence, or the function that is given it.
func (r *room) say(file *ast.File, declared ast.Decl, within []ast.Node, message ast.Expr, arguments []ast.Expr) {
	place := fmt.Sprintf("%s: %s", r.names[file], types.ExprString(message))
	if r.relay(declared, within, message) {
		return
	}
	format, seen := r.format(message)
	if seen && format == "%s" && len(arguments) == 1 {
		message = arguments[0]
		place += ", " + types.ExprString(message)
		if r.relay(declared, within, message) {
			return
		}
		format, seen = r.format(message)
	}
	switch {
	case isTold(message) || elsewhere[place] != "":
	case seen && strings.ContainsFunc(verb.ReplaceAllString(format, ""), isLetter):
		r.into.sentences[strings.ReplaceAll(format, "%w", "%s")] = place
	case !slices.Contains(r.into.unknown, place):
		r.into.unknown = append(r.into.unknown, place)
	}
}

func isLetter(c rune) bool { return c >= 'a' && c <= 'z' }

// isTold reports whether a text is in the reader's language already.
func isTold(message ast.Expr) bool {
	call, ok := message.(*ast.CallExpr)
	return ok && strings.HasSuffix(types.ExprString(call.Fun), ".T")
}

// format is the format of fmt that a text is made by: what is put between literals becomes %s.
func (r *room) format(text ast.Expr) (string, bool) {
	switch text := text.(type) {
	case *ast.BasicLit:
		value, err := strconv.Unquote(text.Value)
		return value, err == nil
	case *ast.ParenExpr:
		return r.format(text.X)
	case *ast.Ident:
		if value := r.texts[text.Name]; value != nil {
			return r.format(value)
		}
	case *ast.BinaryExpr:
		left, seen := r.format(text.X)
		right, also := r.format(text.Y)
		if !seen {
			left = "%s"
		}
		if !also {
			right = "%s"
		}
		return left + right, seen || also
	case *ast.CallExpr:
		if name := types.ExprString(text.Fun); (name == "fmt.Sprintf" || name == "domain.Sentence") && len(text.Args) > 0 {
			return r.format(text.Args[0])
		}
	}
	return "", false
}

// relay takes down the function around a refusal whose sentence is one of its parameters.
func (r *room) relay(declared ast.Decl, within []ast.Node, message ast.Expr) bool {
	if call, ok := message.(*ast.CallExpr); ok && types.ExprString(call.Fun) == "fmt.Sprintf" {
		message = call.Args[0]
	}
	name, ok := message.(*ast.Ident)
	if !ok {
		return false
	}
	for i := len(within) - 1; i >= 0; i-- {
		switch function := within[i].(type) {
		case *ast.FuncDecl:
			if at := parameter(function.Type, name.Name); at >= 0 {
				return r.know(nil, relay{function.Name.Name, at})
			}
		case *ast.FuncLit:
			if at := parameter(function.Type, name.Name); at >= 0 && i > 0 {
				if assigned, ok := within[i-1].(*ast.AssignStmt); ok {
					return r.know(declared, relay{types.ExprString(assigned.Lhs[0]), at})
				}
			}
		}
	}
	return false
}

func (r *room) know(scope ast.Node, found relay) bool {
	if key := fmt.Sprintf("%p %v", scope, found); !r.relayed[key] {
		r.relayed[key] = true
		r.relays[scope] = append(r.relays[scope], found)
	}
	return true
}

// parameter is the place of a parameter by its name, -1 when there is none.
func parameter(function *ast.FuncType, name string) int {
	at := 0
	for _, field := range function.Params.List {
		for _, each := range field.Names {
			if each.Name == name {
				return at
			}
			at++
		}
	}
	return -1
}

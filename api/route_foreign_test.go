package api_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"sort"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"
	"github.com/labstack/echo/v4"

	"assay/api"
)

// identifier says how a value is found that only the other administration ($1, not $2) has, and
// what one looks like that nobody has. Without a statement the value is of the program.
type identifier struct{ foreign, nobodys string }

const nobodysID = "0192aaaa-0000-7000-8000-000000000000"

// pathIdentifiers are the parameters in paths, an id with the word before it. A parameter that is
// not here, and has no fixed values or pattern in the document, fails the test: add it here.
var pathIdentifiers = map[string]identifier{
	"imports.id":  {`SELECT batch_id::text FROM batch WHERE tenant_id = $1`, nobodysID},
	"purposes.id": {`SELECT purpose_id::text FROM purpose WHERE tenant_id = $1`, nobodysID},
	"office":      {`SELECT split_part(reference, '/', 1) ` + foreignDeclaration, "QQQQ"},
	"year":        {`SELECT split_part(reference, '/', 2) ` + foreignDeclaration, "2025"},
	"number":      {`SELECT split_part(reference, '/', 3) ` + foreignDeclaration, "Z999999"},
	"name":        {"", "operations"},
}

const foreignDeclaration = `FROM declaration d WHERE tenant_id = $1 AND NOT EXISTS (SELECT FROM declaration o WHERE o.tenant_id = $2 AND o.reference = d.reference)
	ORDER BY reference LIMIT 1`

// fieldIdentifiers are names of parameters of a query and of properties of a body. Names of the
// document that are not here get the office.
var fieldIdentifiers = map[string]identifier{
	"tenant":  {`SELECT code FROM tenant WHERE tenant_id = $1`, "atlantis"},
	"office":  {foreignCode("office"), "QQQQ"},
	"officer": {foreignCode("officer"), "qqqqqqqq"},
	"id":      {`SELECT batch_id::text FROM batch WHERE tenant_id = $1`, nobodysID},
	"account": {`SELECT account_id::text FROM membership WHERE tenant_id = $1 AND account_id NOT IN (SELECT account_id FROM membership WHERE tenant_id = $2) LIMIT 1`, nobodysID},
}

func foreignCode(table string) string {
	return `SELECT code FROM ` + table + ` o WHERE tenant_id = $1 AND NOT EXISTS (SELECT FROM ` + table + ` m WHERE m.tenant_id = $2 AND m.code = o.code) ORDER BY code LIMIT 1`
}

// planted begins every name in the other administration, so that any of them is found in an answer.
const planted = "zzplanted "

// foreigner looks at the database from above.
type foreigner struct {
	*kit
	super   *pgx.Conn
	handler http.Handler
	path    map[string]string
	fields  map[string]string
	tried   int
}

// tryForeign sends the other administration's identifiers in path, query and body to every
// operation as everybody. The answer must be the one for identifiers that nobody has, must hold
// nothing of the other administration, and must not change anything there.
func (k *kit) tryForeign(t *testing.T, callers []caller, operations []documentedOperation) {
	super, err := pgx.Connect(t.Context(), k.superURL)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = super.Close(t.Context()) })
	f := &foreigner{kit: k, super: super, path: map[string]string{}, fields: map[string]string{}}
	e := echo.New()
	if err := api.Mount(e, k.withEngagement(t)); err != nil {
		t.Fatal(err)
	}
	f.handler = e
	f.plant(t)
	f.give(t)
	for name, i := range pathIdentifiers {
		f.path[name] = f.find(t, i)
	}
	for name, i := range fieldIdentifiers {
		f.fields[name] = f.find(t, i)
	}
	if _, err := super.Exec(t.Context(), `CREATE TABLE saved_token AS SELECT * FROM api_token`); err != nil {
		t.Fatal(err)
	}
	before := f.checksums(t)
	for _, o := range operations {
		if o.OperationID == "IssueToken" {
			continue // it asks for a name and password, and passwords are slow on purpose
		}
		for _, c := range callers {
			f.try(t, o, c)
		}
	}
	if diff := cmp.Diff(before, f.checksums(t)); diff != "" {
		t.Errorf("the other administration has changed (-before +after):\n%s", diff)
	}
	if f.tried < 200 {
		t.Fatalf("only %d requests were tried", f.tried)
	}
}

// give adds to the other administration what its data do not bring along.
func (f *foreigner) give(t *testing.T) {
	t.Helper()
	_, err := f.super.Exec(t.Context(), `INSERT INTO purpose (tenant_id, purpose_id, account_id, sign_in_name, reason, recorded_at, ends_at)
		SELECT tenant_id, gen_random_uuid(), account_id, 'somebody', 'zzplanted reason', '2026-01-01', '2026-03-01' FROM membership WHERE tenant_id = $1 LIMIT 1`, f.second.ID.String())
	if err != nil {
		t.Fatal(err)
	}
}

func (f *foreigner) find(t *testing.T, i identifier) (value string) {
	t.Helper()
	if i.foreign == "" {
		return i.nobodys
	}
	arguments := []any{f.second.ID.String()}
	if strings.Contains(i.foreign, "$2") {
		arguments = append(arguments, f.first.ID.String())
	}
	if err := f.super.QueryRow(t.Context(), i.foreign, arguments...).Scan(&value); err != nil {
		t.Fatalf("no value of the other administration by %s: %v", i.foreign, err)
	}
	return value
}

func (f *foreigner) plant(t *testing.T) {
	t.Helper()
	for _, table := range f.tables(t, `AND EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'name' AND a.atttypid = 'text'::regtype)`) {
		if _, err := f.super.Exec(t.Context(), `UPDATE `+table+` SET name = $1 || name WHERE tenant_id = $2`, planted, f.second.ID.String()); err != nil {
			t.Fatal(err)
		}
	}
}

func (f *foreigner) tables(t *testing.T, where string) []string {
	t.Helper()
	rows, err := f.super.Query(t.Context(), `SELECT c.oid::regclass::text FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r'
		AND c.relname NOT IN ('sign_in_session', 'saved_token', 'api_token')
		AND EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'tenant_id') `+where)
	if err != nil {
		t.Fatal(err)
	}
	names, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil || len(names) == 0 {
		t.Fatalf("tables %v, %v", names, err)
	}
	sort.Strings(names)
	return names
}

// checksums are a sum over all rows of the other administration, by table.
func (f *foreigner) checksums(t *testing.T) map[string]string {
	t.Helper()
	sums := map[string]string{}
	for _, table := range f.tables(t, "") {
		var sum string
		err := f.super.QueryRow(t.Context(), `SELECT count(*) || ' ' || coalesce(md5(string_agg(md5(x::text), '' ORDER BY md5(x::text))), '') FROM `+table+` x WHERE tenant_id = $1`,
			f.second.ID.String()).Scan(&sum)
		if err != nil {
			t.Fatal(err)
		}
		sums[table] = sum
	}
	return sums
}

// try asks one operation as one person: the identifiers in the path, then in each parameter of the
// query, then in the body.
func (f *foreigner) try(t *testing.T, o documentedOperation, c caller) {
	t.Helper()
	body := o.body(t, nil)
	foreign := o.fill(func(p *openapi3.Parameter) string { return url.PathEscape(o.pathValue(t, p, f.path)) })
	nobodys := o.fill(func(p *openapi3.Parameter) string { return url.PathEscape(o.pathValue(t, p, nil)) })
	f.compare(t, o, c, foreign, nobodys, body, body)
	for _, p := range o.Parameters {
		if p.Value.In == openapi3.ParameterInQuery && p.Value.Schema.Value.Type.Is("string") {
			for _, pair := range f.queries(p.Value.Name) {
				f.compare(t, o, c, nobodys+"?"+pair[0], nobodys+"?"+pair[1], body, body)
			}
		}
	}
	if body != "" {
		f.compare(t, o, c, nobodys, nobodys, o.body(t, f.fields), body)
	}
}

// queries are the foreign and nobody's value of one parameter of a query.
func (f *foreigner) queries(name string) (pairs [][2]string) {
	if name == "where" {
		for _, dimension := range []string{"office", "officer"} {
			pairs = append(pairs, [2]string{"where=" + url.QueryEscape(dimension+"="+f.fields[dimension]), "where=" + url.QueryEscape(dimension+"="+fieldIdentifiers[dimension].nobodys)})
		}
		return pairs
	}
	kind := name
	if _, known := fieldIdentifiers[name]; !known {
		kind = "office"
	}
	return [][2]string{{name + "=" + url.QueryEscape(f.fields[kind]), name + "=" + url.QueryEscape(fieldIdentifiers[kind].nobodys)}}
}

// pathValue is the value of a parameter in the path; nobody's where values is nil.
func (o documentedOperation) pathValue(t *testing.T, p *openapi3.Parameter, values map[string]string) string {
	t.Helper()
	schema, name := p.Schema.Value, p.Name
	if name == "id" {
		before, _, _ := strings.Cut(o.path, "/{id}")
		name = before[strings.LastIndex(before, "/")+1:] + ".id"
	}
	i, known := pathIdentifiers[name]
	switch {
	case known && values != nil:
		return values[name]
	case known:
		return i.nobodys
	case len(schema.Enum) > 0:
		return schema.Enum[0].(string)
	case schema.Pattern != "" && p.Example != nil:
		return p.Example.(string)
	}
	t.Fatalf("%s: pathIdentifiers does not say what %s is", o.OperationID, name)
	return ""
}

// body is a JSON body: the document's example, or one made from the schema, with the values put in
// under their names. Values nil means nobody's. It is empty where the operation takes none.
func (o documentedOperation) body(t *testing.T, values map[string]string) string {
	t.Helper()
	if o.RequestBody == nil || o.RequestBody.Value.Content[echo.MIMEApplicationJSON] == nil {
		return ""
	}
	media := o.RequestBody.Value.Content[echo.MIMEApplicationJSON]
	made := media.Example
	if made == nil {
		made = madeOf(media.Schema.Value, 0)
	}
	content, err := json.Marshal(put(made, values))
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

// madeOf makes a value that a schema describes.
func madeOf(s *openapi3.Schema, depth int) any {
	switch {
	case s.Example != nil:
		return s.Example
	case s.Default != nil:
		return s.Default
	case len(s.Enum) > 0:
		return s.Enum[0]
	case depth > 6:
		return nil
	case s.Type.Is("object"):
		made := map[string]any{}
		for name, property := range s.Properties {
			made[name] = madeOf(property.Value, depth+1)
		}
		return made
	case s.Type.Is("array"):
		return []any{madeOf(s.Items.Value, depth+1)}
	case s.Type.Is("integer"), s.Type.Is("number"):
		if s.Min != nil {
			return *s.Min
		}
		return 1
	case s.Type.Is("boolean"):
		return false
	}
	switch s.Format {
	case "uuid":
		return nobodysID
	case "date":
		return "2025-01-01"
	case "date-time":
		return "2025-01-01T00:00:00Z"
	}
	return strings.Repeat("x", max(1, int(s.MinLength)))
}

// put replaces what stands under the names of fieldIdentifiers, and every identifier.
func put(made any, values map[string]string) any {
	switch made := made.(type) {
	case map[string]any:
		out := map[string]any{}
		for name, value := range made {
			i, known := fieldIdentifiers[name]
			text, isText := value.(string)
			switch {
			case isText && text == nobodysID && values != nil:
				out[name] = values["id"]
			case isText && known && values == nil:
				out[name] = i.nobodys
			case isText && known:
				out[name] = values[name]
			default:
				out[name] = put(value, values)
			}
		}
		return out
	case []any:
		out := make([]any, len(made))
		for i := range made {
			out[i] = put(made[i], values)
		}
		return out
	}
	return made
}

func (f *foreigner) compare(t *testing.T, o documentedOperation, c caller, foreign, nobodys, foreignBody, nobodysBody string) {
	t.Helper()
	got := c.send(t, f.handler, o, foreign, foreignBody)
	f.restore(t, o.method)
	want := c.send(t, f.handler, o, nobodys, nobodysBody)
	f.restore(t, o.method)
	f.tried += 2
	what := o.method + " " + foreign + " " + foreignBody + " as " + c.name
	if got.Code != want.Code {
		t.Errorf("%s: answered %d %s, and %d %s for what nobody has", what, got.Code, got.Body, want.Code, want.Body)
		return
	}
	if got.Code >= http.StatusInternalServerError && got.Code != http.StatusServiceUnavailable {
		t.Errorf("%s: answered %d", what, got.Code)
	}
	text := got.Body.String()
	for _, secret := range []string{planted, f.second.ID.String(), f.path["imports.id"], "extract of oasis"} {
		if strings.Contains(text, secret) && !strings.Contains(foreign+foreignBody, secret) {
			t.Errorf("%s: the answer holds %q of the other administration: %.300s", what, secret, text)
		}
	}
	if !json.Valid(got.Body.Bytes()) {
		return // a file or nothing: its status has been compared and its text searched
	}
	if said, other := f.neutral(t, text), f.neutral(t, want.Body.String()); said != other {
		t.Errorf("%s: what is said differs from what is said of what nobody has (-foreign +nobody's):\n%s", what, cmp.Diff(said, other))
	}
}

// neutral takes out of an answer the request's number and what was sent.
func (f *foreigner) neutral(t *testing.T, text string) string {
	t.Helper()
	var said any
	if err := json.Unmarshal([]byte(text), &said); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	if failure, ok := said.(map[string]any); ok {
		delete(failure, "request")
	}
	content, err := json.Marshal(said)
	if err != nil {
		t.Fatal(err)
	}
	text = string(content)
	for _, known := range []struct {
		values map[string]string
		all    map[string]identifier
	}{{f.path, pathIdentifiers}, {f.fields, fieldIdentifiers}} {
		for name, value := range known.values {
			text = strings.ReplaceAll(strings.ReplaceAll(text, value, "…"), known.all[name].nobodys, "…")
		}
	}
	return text
}

// restore brings back every token, since some operations end them.
func (f *foreigner) restore(t *testing.T, method string) {
	t.Helper()
	if method == http.MethodGet {
		return
	}
	if _, err := f.super.Exec(t.Context(), `INSERT INTO api_token SELECT * FROM saved_token ON CONFLICT DO NOTHING`); err != nil {
		t.Fatal(err)
	}
}

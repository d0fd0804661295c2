package api_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/google/go-cmp/cmp"
	"github.com/labstack/echo/v4"

	"assay/api"
	"assay/deploy/local/dbtest/trespass"
)

// identifier says how a value is found that only the other administration ($1, not $2) has, and
// what one looks like that nobody has. Without a statement the value is of the program.
type identifier struct{ foreign, nobodys string }

const nobodysID = "0192aaaa-0000-7000-8000-000000000000"

// pathIdentifiers are the parameters in paths, an id with the word before it. A parameter that is
// not here, and has no fixed values or pattern in the document, fails the test: add it here.
var pathIdentifiers = map[string]identifier{
	"imports.id":  {trespass.Batch, nobodysID},
	"purposes.id": {`SELECT purpose_id::text FROM purpose WHERE tenant_id = $1`, nobodysID},
	"office":      {`SELECT split_part(reference, '/', 1) ` + trespass.Declaration, "QQQQ"},
	"year":        {`SELECT split_part(reference, '/', 2) ` + trespass.Declaration, "2025"},
	"number":      {`SELECT split_part(reference, '/', 3) ` + trespass.Declaration, "Z999999"},
	"name":        {"", "operations"},
	"people.id":   {trespass.Account, nobodysID},
	"sessions.id": {`SELECT gen_random_uuid()::text || substr($1::uuid::text, 1, 0)`, nobodysID}, // a session is a person's, of no administration
	"tokens.id":   {`SELECT token_id::text FROM api_token WHERE tenant_id = $1 LIMIT 1`, nobodysID},
	"notices.id":  {`SELECT notice_id::text FROM notice WHERE tenant_id = $1`, nobodysID},

	"invitations.id": {`SELECT invitation_id::text FROM invitation WHERE tenant_id = $1`, nobodysID},
	"engagements.id": {`SELECT engagement_id::text FROM engagement WHERE tenant_id = $1 AND tenant_id <> $2`, nobodysID},
	"role":           {`SELECT code FROM own_role WHERE tenant_id = $1`, "own-nobodys"},
	"sequence":       {"", "888888"},

	"closures.id": {`SELECT closure_id::text FROM office_closure WHERE tenant_id = $1`, nobodysID},
	"exports.id":  {`SELECT export_id::text FROM tenant_export WHERE tenant_id = $1`, nobodysID},
	"day":         {"", "2031-03-04"},

	"templates.id":       {`SELECT template_id::text FROM contract_template WHERE tenant_id = $1`, nobodysID},
	"contracts.id":       {`SELECT contract_id::text FROM contract WHERE tenant_id = $1`, nobodysID},
	"objections.id":      {`SELECT objection_id::text FROM objection WHERE tenant_id = $1`, nobodysID},
	"meetings.id":        {`SELECT meeting_id::text FROM meeting WHERE tenant_id = $1`, nobodysID},
	"recommendations.id": {`SELECT recommendation_id::text FROM recommendation WHERE tenant_id = $1`, nobodysID},
}

// fieldIdentifiers are names of parameters of a query and of properties of a body. Names of the
// document that are not here get the office.
var fieldIdentifiers = map[string]identifier{
	"tenant":  {`SELECT code FROM tenant WHERE tenant_id = $1`, "atlantis"},
	"office":  {trespass.Code("office"), "QQQQ"},
	"officer": {trespass.Code("officer"), "qqqqqqqq"},
	"id":      {trespass.Batch, nobodysID},
	"account": {trespass.Account, nobodysID},
}

// foreigner looks at the database from above.
type foreigner struct {
	*kit
	*trespass.View
	handler http.Handler
	path    map[string]string
	fields  map[string]string
	tried   int
}

// tryForeign sends the other administration's identifiers in path, query and body to every
// operation as everybody. The answer must be the one for identifiers that nobody has, must hold
// nothing of the other administration, and must not change anything there.
func (k *kit) tryForeign(t *testing.T, callers []caller, operations []documentedOperation) {
	f := &foreigner{kit: k, View: k.trespass(t), path: map[string]string{}, fields: map[string]string{}}
	e := echo.New()
	if err := api.Mount(e, k.withEngagement(t)); err != nil {
		t.Fatal(err)
	}
	f.handler = e
	f.Plant(t)
	f.Give(t)
	for name, i := range pathIdentifiers {
		f.path[name] = f.foreign(t, i)
	}
	for name, i := range fieldIdentifiers {
		f.fields[name] = f.foreign(t, i)
	}
	f.Save(t, "api_token")
	before := f.Checksums(t)
	for i, o := range operations {
		if o.OperationID == "IssueToken" {
			continue // it asks for a name and password, and passwords are slow on purpose
		}
		for _, c := range some(i, callers) {
			f.try(t, o, c)
		}
	}
	if diff := cmp.Diff(before, f.Checksums(t)); diff != "" {
		t.Errorf("the other administration has changed (-before +after):\n%s", diff)
	}
	if f.tried < 200 {
		t.Fatalf("only %d requests were tried", f.tried)
	}
}

// foreign is the other administration's value of an identifier.
func (f *foreigner) foreign(t *testing.T, i identifier) string {
	t.Helper()
	if i.foreign == "" {
		return i.nobodys
	}
	return f.Find(t, i.foreign)
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
	for _, secret := range []string{trespass.Planted, f.second.ID.String(), f.path["imports.id"], "extract of oasis"} {
		if strings.Contains(text, secret) && !strings.Contains(foreign+foreignBody, secret) {
			t.Errorf("%s: the answer holds %q of the other administration: %.300s", what, secret, text)
		}
	}
	made := o.method != http.MethodGet && got.Code < http.StatusBadRequest // what was just made has a number or secret of its own
	if made || !json.Valid(got.Body.Bytes()) {
		return // this, a file or nothing: its status has been compared and its text searched
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

// restore brings back every token, since some operations end them, and takes away what can be made only once.
func (f *foreigner) restore(t *testing.T, method string) {
	t.Helper()
	if method == http.MethodGet {
		return
	}
	f.Restore(t, "api_token")
	f.Exec(t, `DELETE FROM own_role WHERE tenant_id = $1`, f.first.ID.String())      // a code can be added once
	f.Exec(t, `DELETE FROM tenant_export WHERE tenant_id = $1`, f.first.ID.String()) // one is made at a time
	f.Exec(t, `DELETE FROM working_week WHERE tenant_id = $1`, f.first.ID.String())
	f.Exec(t, `DELETE FROM holiday WHERE tenant_id = $1 AND day = $2::date`, f.first.ID.String(), f.path["day"])
	// An office of another administration's code is one's own once it is described.
	f.Exec(t, `DELETE FROM office WHERE tenant_id = $1 AND code IN ($2, $3)`, f.first.ID.String(), f.path["office"], pathIdentifiers["office"].nobodys)
	f.Exec(t, `DELETE FROM contract_template WHERE tenant_id = $1`, f.first.ID.String())
}

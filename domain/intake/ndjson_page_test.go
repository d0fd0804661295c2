package intake

import (
	"os"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

// documentFields lists every field of a canonical document by its path in JSON: "declaration.items[].hs".
func documentFields(path string, t reflect.Type) []string {
	switch t.Kind() {
	case reflect.Pointer:
		return documentFields(path, t.Elem())
	case reflect.Slice:
		return documentFields(path+"[]", t.Elem())
	case reflect.Struct:
		if t == reflect.TypeFor[time.Time]() {
			return []string{path}
		}
		var fields []string
		for i := range t.NumField() {
			fields = append(fields, documentFields(join2(path, fieldName(t.Field(i))), t.Field(i).Type)...)
		}
		return fields
	default:
		return []string{path}
	}
}

var documentedField = regexp.MustCompile("(?m)^\\| `([a-z_]+\\.[a-z_.\\[\\]]+)` \\|")

// TestEveryFieldIsDocumented holds NDJSON.md to the types: no field without a line, no line without a field.
func TestEveryFieldIsDocumented(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("NDJSON.md")
	if err != nil {
		t.Fatal(err)
	}
	var documented []string
	for _, match := range documentedField.FindAllStringSubmatch(string(page), -1) {
		documented = append(documented, match[1])
	}
	known := documentFields("", reflect.TypeFor[Document]())
	for _, field := range known {
		if !slices.Contains(documented, field) {
			t.Errorf("%s is not documented", field)
		}
	}
	for _, field := range documented {
		if !slices.Contains(known, field) {
			t.Errorf("%s is documented but does not exist", field)
		}
	}
	for typ, words := range vocabulary { // every word a field may have stands on the page
		for _, word := range words {
			if word != "" && !strings.Contains(string(page), "`"+word+"`") {
				t.Errorf("the word %q of %s is not on the page", word, typ)
			}
		}
	}
}

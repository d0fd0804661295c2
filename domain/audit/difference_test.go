package audit

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestDifferences(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		before, after string
		want          []Difference
	}{
		"same in another order": {`{"a":1,"b":[1,2]}`, `{"b":[1,2],"a":1}`, nil},
		"nested":                {`{"a":{"b":1,"c":true}}`, `{"a":{"b":2,"c":true}}`, []Difference{{Path: "a.b", Before: "1", After: "2"}}},
		"list":                  {`{"a":["x","y"]}`, `{"a":["x"]}`, []Difference{{Path: "a[1]", Before: "y", Gone: true}}},
		"new":                   {"", `{"a":null,"b":{}}`, []Difference{{Path: "a", After: "null", Added: true}, {Path: "b", After: "{}", Added: true}}},
		"text and number":       {`{"a":"5"}`, `{"a":5}`, []Difference{{Path: "a", Before: "5", After: "5"}}},
		"large numbers":         {`12345678901234567`, `12345678901234568`, []Difference{{Before: "12345678901234567", After: "12345678901234568"}}},
		"no JSON":               {`{`, `[]`, []Difference{{Before: "{", After: "[]"}}},
	} {
		raw := func(text string) []byte {
			if text == "" {
				return nil
			}
			return []byte(text)
		}
		if diff := cmp.Diff(c.want, Differences(raw(c.before), raw(c.after))); diff != "" {
			t.Errorf("%s:\n%s", name, diff)
		}
	}
	many := []byte(`[`)
	for i := range 500 {
		many = fmt.Appendf(many, "%d,", i)
	}
	if got := Differences(nil, append(many, "0]"...)); len(got) != mostDifferences {
		t.Errorf("%d differences", len(got))
	}
}

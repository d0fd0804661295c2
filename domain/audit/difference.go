package audit

import (
	"bytes"
	"encoding/json"
	"fmt"
	"sort"
	"strconv"
)

// Difference is one place in which the states before and after differ.
type Difference struct {
	Path   string // "settings.write_off_days", "languages[1]"; empty for the state as a whole
	Before string // as JSON, texts without their quotes; empty when it was not there
	After  string
	Added  bool // there was none before
	Gone   bool // there is none after
}

// mostDifferences bounds what is shown of one row.
const mostDifferences = 200

// Differences compares two states leaf by leaf, in order of their paths, at most 200. A state that is
// no JSON is compared as a whole.
func Differences(before, after json.RawMessage) []Difference {
	was, is := leaves(before), leaves(after)
	paths := make([]string, 0, len(was)+len(is))
	for path := range was {
		paths = append(paths, path)
	}
	for path := range is {
		if _, known := was[path]; !known {
			paths = append(paths, path)
		}
	}
	sort.Strings(paths)
	var found []Difference
	for _, path := range paths {
		old, had := was[path]
		now, has := is[path]
		if had && has && old == now {
			continue
		}
		if found = append(found, Difference{Path: path, Before: old.text, After: now.text, Added: !had, Gone: !has}); len(found) == mostDifferences {
			break
		}
	}
	return found
}

// leaf is one text, number or truth; the text "5" is not the number 5.
type leaf struct {
	text   string
	quoted bool
}

// leaves lays a state out as its texts, numbers and truths by path. Empty lists and objects are leaves too.
func leaves(state json.RawMessage) map[string]leaf {
	found := map[string]leaf{}
	if state == nil {
		return found
	}
	decoder := json.NewDecoder(bytes.NewReader(state))
	decoder.UseNumber() // 12345678901234567 must not become 12345678901234568
	var value any
	if err := decoder.Decode(&value); err != nil {
		found[""] = leaf{text: string(state)}
		return found
	}
	lay(found, "", value)
	return found
}

func lay(into map[string]leaf, path string, value any) {
	switch v := value.(type) {
	case map[string]any:
		if len(v) == 0 {
			into[path] = leaf{text: "{}"}
		}
		for name, inner := range v {
			if path != "" {
				name = path + "." + name
			}
			lay(into, name, inner)
		}
	case []any:
		if len(v) == 0 {
			into[path] = leaf{text: "[]"}
		}
		for i, inner := range v {
			lay(into, path+"["+strconv.Itoa(i)+"]", inner)
		}
	case nil:
		into[path] = leaf{text: "null"}
	case string:
		into[path] = leaf{v, true}
	default:
		into[path] = leaf{text: fmt.Sprint(v)}
	}
}

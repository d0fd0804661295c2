package intake

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"assay/domain"
)

// TestShippedMaps: every map that ships is in order, and the one for extracts names every field of every file.
func TestShippedMaps(t *testing.T) {
	t.Parallel()
	for _, name := range []string{FormatWorld, FormatXML, "kcs"} {
		if _, err := ShippedColumnMap(name); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if !slices.Contains(ShippedMaps(), name) {
			t.Errorf("%s is not listed", name)
		}
	}
	if len(ShippedOperationMap().Operations) == 0 || len(ShippedLaneMap().Lanes) != 4 {
		t.Error("the shipped operation or lane map is empty")
	}
	m, err := ShippedColumnMap(FormatWorld)
	if err != nil {
		t.Fatal(err)
	}
	for _, kind := range fileKinds {
		for _, field := range kind.fields {
			if len(m.Files[kind.name].Columns[field.name]) == 0 {
				t.Errorf("the shipped map has no column for %s of %s", field.name, kind.name)
			}
		}
	}
	if _, err := ShippedColumnMap("none"); !domain.Is(err, domain.KindNotFound) {
		t.Errorf("a map that does not ship: %v", err)
	}
}

// TestMapFaults: every fault of a map is named by its place.
func TestMapFaults(t *testing.T) {
	t.Parallel()
	column := func(data string) error { _, err := ParseColumnMap([]byte(data)); return err }
	operation := func(data string) error { _, err := ParseOperationMap([]byte(data)); return err }
	lane := func(data string) error { _, err := ParseLaneMap([]byte(data)); return err }
	table := func(part string) string { return strings.Replace(tableMapText, `"row": "item",`, part, 1) }
	for name, c := range map[string]struct {
		err   error
		field string
	}{
		"format":            {column(`{"name":"x","format":"paper"}`), "format"},
		"encoding":          {column(`{"format":"table","encoding":"morse"}`), "encoding"},
		"flow":              {column(`{"format":"asycuda-xml","flows":{"IM":"inward"}}`), "flows.IM"},
		"file":              {column(`{"format":"asycuda-world","files":{"novels":{}}}`), "files.novels"},
		"field":             {column(`{"format":"asycuda-world","files":{"items":{"columns":{"colour":["C"]}}}}`), "files.items.columns.colour"},
		"tax":               {column(`{"format":"asycuda-world","files":{"items":{"taxes":[{"code":"X"}]}}}`), "files.items.taxes[0]"},
		"no table":          {column(`{"format":"table"}`), "table"},
		"row":               {column(table(`"row": "page",`)), "table.row"},
		"table field":       {column(strings.Replace(tableMapText, `"item.hs"`, `"item.colour"`, 1)), "table.fields.item.colour"},
		"unit":              {column(strings.Replace(tableMapText, `"unit": "t"`, `"unit": "stone"`, 1)), "table.fields.item.gross_mass.unit"},
		"computed":          {column(strings.Replace(tableMapText, `"rate": {"value": "16.5"}, `, "", 1)), "table.taxes[0]"},
		"event":             {column(strings.Replace(tableMapText, `"kind": "rerouted"`, `"kind": "lost"`, 1)), "table.events[1].kind"},
		"operation kind":    {operation(`{"operations":{"A":{"kind":"sang"}}}`), "operations.A"},
		"operation lane":    {operation(`{"operations":{"A":{"kind":"rerouted","to":"pink"}}}`), "operations.A"},
		"one name, two":     {operation(`{"operations":{"Pay it":{"kind":"paid"},"PAY  IT":{"kind":"exited"}}}`), "operations.Pay it"},
		"lane":              {lane(`{"lanes":{"ROSE":"pink"}}`), "lanes.ROSE"},
		"unknown member":    {column(`{"format":"table","colour":1}`), ""},
		"something after":   {lane(`{"lanes":{}} {}`), ""},
		"no JSON":           {operation(`operations`), ""},
		"wrong type of map": {lane(`{"lanes":[1]}`), ""},
	} {
		var fault *domain.Error
		if !errors.As(c.err, &fault) || fault.Kind != domain.KindInvalid {
			t.Errorf("%s: got %v", name, c.err)
			continue
		}
		if c.field != "" && !slices.ContainsFunc(fault.Fields, func(f domain.FieldError) bool { return f.Field == c.field }) {
			t.Errorf("%s: %q is not among %v", name, c.field, fault.Fields)
		}
	}
}

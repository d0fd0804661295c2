package indicator

import (
	"errors"
	"testing"
)

// Whatever is written, a formula is read or refused with a place; it neither panics nor grows beyond its bounds.
func FuzzFormula(f *testing.F) {
	for _, seed := range [][2]string{
		{"not state.cancelled", "share(state.same_day)"}, {`lane in ["red", ""]`, "100 * sum(duties + relieved, items in 1..3) / sum(customs_value)"},
		{`assessed_on >= period_start - days(3) or not known(processing)`, "median(processing, hs_heading startsWith '8')"},
		{"processing <= hours(2) * 3 + minutes(5)", "distinct(importer) - -count(duties > money(1.5))"}, {"", "let x = 1; x"}, {"((((", "#.a[1:2] ?? {a: 1}"},
	} {
		f.Add(seed[0], seed[1])
	}
	f.Fuzz(func(t *testing.T, counted, text string) {
		formula := Formula{Rows: "declaration", Counted: counted, Text: text}
		figure, _, err := formula.figure(100)
		if err != nil {
			var found *fault
			if !errors.As(err, &found) || found.at < 0 || found.at > max(len(counted), len(text)) {
				t.Fatalf("%q of %q: %v", text, counted, err)
			}
			return
		}
		own := Own{Formula: formula, Unit: Count}
		if d, err := own.definition(100); err == nil {
			a := &ask{Definition: d}
			slots := 0
			for _, p := range a.parts() {
				slots += len(p.slots)
			}
			if slots == 0 || slots > 2*(mostTerms+1) {
				t.Fatalf("%q of %q asks for %d values", text, counted, slots)
			}
		}
		literals := 0
		for _, test := range figure.Base {
			literals += max(1, len(test.Either))
		}
		if literals > mostLiterals {
			t.Fatalf("%q has %d literals", counted, literals)
		}
	})
}

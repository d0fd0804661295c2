package indicator

import (
	"fmt"

	"assay/domain/cube/fact"
)

var quality = []Definition{
	{
		Number: 28, Code: "DQ01", Version: 1, Family: DataQuality,
		Name: "Procedure-consistency breach",
		Text: "Share of the declarations closed in the period that break at least one of the rules P1 to P14 that could be tried on them. Closed is exit, " +
			"else release, else cancellation: cancelled declarations count. By rule, the share is of those on which the rule could be tried.",
		Provenance: "required; rules ours",
		Unit:       Percent, Direction: Lower, Basis: ActivityOfClosing, Dimensions: drill, Interval: true,
		Figure: Figure{
			Rows: fact.Act, Base: []Test{role("closed"), {Column: "rules_tried", Any: rules}}, BaseSQL: "is_closed AND rules_tried <> 0",
			Numerator:   count("rules_broken <> 0", Test{Column: "rules_broken", Any: rules}),
			Denominator: count(""),
		},
		Cases: byRule(),
	},
	{
		Number: 29, Code: "DQ02", Version: 1, Family: DataQuality,
		Name: "Post-assessment change",
		Text: "Share of the declarations first assessed in the period that were modified or cancelled after their assessment; cancelled declarations " +
			"count. Beside it, what the changes did to duties and taxes.",
		Provenance: "derived from the functional manual of the clearance system",
		Unit:       Percent, Direction: Lower, Basis: CohortOfAssessment, Dimensions: plus(drill, "change_reason"), Interval: true,
		Figure: Figure{
			Rows: fact.Act, Base: []Test{role("assessed")}, BaseSQL: "is_assessed",
			Numerator:   count("changed", is("changed")),
			Denominator: count(""),
		},
		Companions: []Named{{
			Key: "effect", Name: "Net effect on duties and taxes", Unit: Money,
			Figure: Figure{Numerator: sum("duty_effect", "")},
		}},
	},
	{
		Number: 34, Code: "DQ03", Version: 1, Family: DataQuality,
		Name: "Manifest and declaration mismatch",
		Text: "Share of the declarations registered in the period that cite a manifest whose packages or gross mass differ beyond tolerance from what was " +
			"written off the bills for them (from the bills, where nothing was yet), or that cite a manifest or bill that is not there.",
		Provenance: "derived from the matched and unmatched lists of the clearance system",
		Unit:       Percent, Direction: Lower, Basis: CohortOfRegistration, Dimensions: plus(drill, "carrier"), Interval: true,
		Figure: Figure{
			Rows: fact.Declaration, Base: []Test{not("cancelled"), is("cargo_cited")}, BaseSQL: "NOT is_cancelled AND cargo_cited",
			Numerator:   count("cargo_differs", is("cargo_differs")),
			Denominator: count(""),
		},
	},
	{
		Number: 35, Code: "DQ04", Version: 1, Family: DataQuality,
		Name: "Value outliers",
		Text: "Share of the items registered in the period whose value per mass is beyond a number of robust standard deviations (a setting, on the " +
			"logarithm) from the median of the items of the same HS subheading and origin of the twelve months before; only where there are enough of them.",
		Provenance: "derived from the value control of the clearance system",
		Unit:       Percent, Direction: Context, Basis: CohortOfRegistration, Dimensions: plus(drill, "hs_subheading"), Interval: true,
		Figure: Figure{
			Rows: fact.Item, Base: []Test{not("cancelled"), is("price_judged")}, BaseSQL: "NOT is_cancelled AND price_judged",
			Numerator:   count("price_outlier", is("price_outlier")),
			Denominator: count(""),
		},
	},
}

// rules are the names of the procedure rules.
var rules = func() []string {
	names := make([]string, 14)
	for i := range names {
		names[i] = fmt.Sprintf("P%d", i+1)
	}
	return names
}()

// byRule are the rules as cases: a declaration can break several.
func byRule() *Cases {
	cases := &Cases{Dimension: "rule"}
	for i, name := range rules {
		bit := 1 << i
		cases.Of = append(cases.Of, Case{
			Key: name, Tests: []Test{{Column: "rules_tried", All: []string{name}}}, SQL: fmt.Sprintf("(rules_tried & %d) <> 0", bit),
			Numerator: []Test{{Column: "rules_broken", All: []string{name}}}, NumeratorSQL: fmt.Sprintf("(rules_broken & %d) <> 0", bit),
		})
	}
	return cases
}

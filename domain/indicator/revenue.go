package indicator

import "assay/domain/cube/fact"

var revenue = []Definition{
	{
		Number: 10, Code: "REV01", Version: 1, Family: Revenue,
		Name: "Revenue against target",
		Text: "Duties and taxes paid in the period, refunds taken off and fines left out, in per cent of the revenue target. A target of a month is " +
			"spread evenly over its days. Targets are set by office: by regime or tax only what was paid is shown.",
		Provenance: "published for Madagascar (heads of office, 2019)",
		Unit:       Percent, Direction: Higher, Basis: ActivityOfPayment, Dimensions: []string{"office", "head", "model", "tax"},
		Figure: Figure{
			Rows: fact.Payment, BaseSQL: "true",
			Numerator:   sum("amount", ""),
			Denominator: sum("target", ""),
		},
	},
	{
		Number: 11, Code: "REV02", Version: 1, Family: Revenue,
		Name: "Yield per declaration",
		Text: "Payable duties and taxes of the declarations registered in the period per declaration. By heading, origin and procedure a declaration " +
			"counts with its item of the highest value. Compare only within like regime and goods.",
		Provenance: "published for Cameroon (2011)",
		Unit:       Money, Direction: Higher, Basis: CohortOfRegistration, Dimensions: plus(drill, "tax"), Beside: []string{"INT03"},
		Figure: Figure{
			Rows: fact.Declaration, Base: []Test{not("cancelled"), is("items_given")}, BaseSQL: "NOT is_cancelled AND items_given",
			Numerator:   sum("duties", ""),
			Denominator: count(""),
		},
		Detail: &Detail{Dimensions: []string{"tax"}, Figure: Figure{
			Rows: fact.Tax, Base: []Test{not("cancelled")}, BaseSQL: "NOT is_cancelled AND (duties <> 0 OR relieved <> 0)",
			Numerator: sum("duties", ""),
		}},
	},
	{
		Number: 12, Code: "REV03", Version: 1, Family: Revenue,
		Name: "Yield per container or vehicle",
		Text: "Payable duties and taxes of the declarations registered in the period that have containers, per container; beside it the same of " +
			"those that have vehicles, per vehicle.",
		Provenance: "name published for Madagascar (2016); formula ours",
		Unit:       Money, Direction: Higher, Basis: CohortOfRegistration, Dimensions: plus(drill, "tax"), Beside: []string{"INT03"},
		Figure: Figure{
			Rows: fact.Declaration, Base: []Test{not("cancelled"), is("items_given")}, BaseSQL: "NOT is_cancelled AND items_given",
			Numerator:   sum("duties", "containers > 0", atLeast("containers", 1)),
			Denominator: sum("containers", ""),
		},
		Companions: []Named{{
			Key: "vehicles", Name: "Yield per vehicle", Unit: Money,
			Figure: Figure{
				Numerator:   sum("duties", "vehicles > 0", atLeast("vehicles", 1)),
				Denominator: sum("vehicles", ""),
			},
		}},
		Detail: &Detail{Dimensions: []string{"tax"}, Figure: Figure{
			Rows: fact.Tax, Base: []Test{not("cancelled"), is("in_containers")}, BaseSQL: "NOT is_cancelled AND containers > 0 AND (duties <> 0 OR relieved <> 0)",
			Numerator: sum("duties", ""),
		}},
	},
	{
		Number: 13, Code: "REV04", Version: 1, Family: Revenue,
		Name: "Assessed but unpaid",
		Text: "Of the amounts of the declarations first assessed in the period, the share that was still owed at its end: of declarations not " +
			"paid in full by then, the amount due less what had been paid.",
		Provenance: "derived; Cameroon 2010: 25 of 532.9 billion, 4.7 %",
		Unit:       Percent, Direction: Lower, Basis: AtPeriodEnd, Dimensions: less(drill, officerDimensions...),
		Figure: Figure{
			Rows: fact.Payment, Base: []Test{not("cancelled"), sincePeriodStart("assessed_on"), beforePeriodEnd("assessed_on")},
			BaseSQL: "NOT is_cancelled AND assessed_on >= from_day AND assessed_on < to_day", UpToEnd: true,
			Numerator:   sum("balance", "settled_on >= to_day", sincePeriodEnd("settled_on")),
			Denominator: sum("due", ""),
		},
		Cases: ages("assessed_on", "assessed_on"),
	},
	{
		Number: 31, Code: "REV05", Version: 1, Family: Revenue,
		Name: "Revenue forgone",
		Text: "Duties and taxes relieved in per cent of those payable and relieved together, of the items of declarations registered in the period. " +
			"By heading and origin the items themselves count.",
		Provenance: "derived: the system keeps relieved amounts as revenue forgone",
		Unit:       Percent, Direction: Context, Basis: CohortOfRegistration, Dimensions: plus(drill, "relief"),
		Figure: Figure{
			Rows: fact.Item, Base: []Test{not("cancelled")}, BaseSQL: "NOT is_cancelled",
			Numerator:   sum("relieved", ""),
			Denominator: sumOf("duties", "relieved", ""),
		},
		Detail: &Detail{Dimensions: []string{"relief"}, Figure: Figure{
			Rows: fact.Tax, Base: []Test{not("cancelled")}, BaseSQL: "NOT is_cancelled AND (duties <> 0 OR relieved <> 0)",
			Numerator: sum("relieved", ""),
		}},
	},
}

// sumOf adds two columns of every row.
func sumOf(column, other, sql string, tests ...Test) *Measure {
	m := sum(column, sql, tests...)
	m.Plus = other
	return m
}

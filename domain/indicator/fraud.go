package indicator

import "assay/domain/cube/fact"

var fraud = []Definition{
	{
		Number: 20, Code: "INF01", Version: 1, Family: Fraud,
		Name:       "Offence rate",
		Text:       "Share of the declarations handled in the period that have an offence case (dismissed ones left out) or an upward adjustment by Customs.",
		Provenance: "name published for Madagascar (2018); formula ours",
		Unit:       Percent, Direction: Band, Basis: ActivityOfHandling, Dimensions: plus(drill, "type"), Interval: true, Beside: []string{"INF03"},
		Figure: Figure{
			Rows: fact.Act, Base: []Test{role("handled"), not("cancelled"), is("outcome_known")},
			BaseSQL:     "is_handled AND NOT is_cancelled AND outcome_known",
			Numerator:   count("offence OR adjusted", either("offence", "adjusted")),
			Denominator: count(""),
		},
	},
	{
		Number: 21, Code: "INF02", Version: 1, Family: Fraud,
		Name: "Additional duties and taxes",
		Text: "Additional duties and taxes collected in the period on offence cases; dismissed cases are left out. A payment without a date counts on " +
			"the day of its case.",
		Provenance: "published for Cameroon (2014) and Togo (2013)",
		Unit:       Money, Direction: Higher, Basis: ActivityOfPayment, Dimensions: plus(drill, "type"), Beside: []string{"DQ02"},
		Figure: Figure{
			Rows: fact.Offence, Base: []Test{in("kind", "paid"), not("dismissed")}, BaseSQL: "kind = 'paid' AND NOT dismissed",
			Numerator: sum("extra_duties_paid", ""),
		},
	},
	{
		Number: 22, Code: "INF03", Version: 1, Family: Fraud,
		Name: "Yield per disputed case",
		Text: "Additional duties and taxes established per offence case of the period, with the median; dismissed cases are left out. Many tiny cases " +
			"pull it down.",
		Provenance: "name published for Madagascar (2016); formula ours",
		Unit:       Money, Direction: Higher, Basis: ActivityOfCase, Dimensions: plus(drill, "type"),
		Figure: Figure{
			Rows: fact.Offence, Base: []Test{in("kind", "case"), not("dismissed")}, BaseSQL: "kind = 'case' AND NOT dismissed",
			Numerator:   sum("extra_duties", ""),
			Denominator: count(""),
			Spread:      &Spread{Column: "extra_duties", Unit: Money},
		},
	},
	{
		Number: 23, Code: "INF04", Version: 1, Family: Fraud,
		Name: "Value uplift",
		Text: "What Customs added to the customs value of adjusted declarations, in per cent of the value first declared on all declarations handled in " +
			"the period.",
		Provenance: "derived from World Bank research on deviant declarations",
		Unit:       Percent, Direction: Band, Basis: ActivityOfHandling, Dimensions: drill,
		Figure: Figure{
			Rows: fact.Act, Base: []Test{role("handled"), not("cancelled"), is("outcome_known")},
			BaseSQL:     "is_handled AND NOT is_cancelled AND outcome_known",
			Numerator:   sum("uplift", ""),
			Denominator: sum("declared_value", ""),
		},
	},
	{
		Number: 33, Code: "INF05", Version: 1, Family: Fraud,
		Name: "Fines collected",
		Text: "Fines paid in per cent of the fines imposed in the offence cases of the period; dismissed cases are left out. Numerator and denominator " +
			"are the amounts.",
		Provenance: "name published for Madagascar (2018); formula ours",
		Unit:       Percent, Direction: Higher, Basis: ActivityOfCase, Dimensions: plus(drill, "type"),
		Figure: Figure{
			Rows: fact.Offence, Base: []Test{in("kind", "case"), not("dismissed")}, BaseSQL: "kind = 'case' AND NOT dismissed",
			Numerator:   sum("fine_paid", ""),
			Denominator: sum("fine", ""),
		},
	},
}

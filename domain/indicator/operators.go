package indicator

import "assay/domain/cube/fact"

var operators = []Definition{
	{
		Number: 41, Code: "OPR01", Version: 1, Family: Operators,
		Name: "Operator compliance",
		Text: "Share of the declarations registered in the period without an offence case (dismissed ones left out) and without a change after " +
			"assessment. Meant by importer or broker.",
		Provenance: "ours, for contracts with operators",
		Unit:       Percent, Direction: Higher, Basis: CohortOfRegistration, Dimensions: drill, Interval: true,
		Figure: Figure{
			Rows: fact.Declaration, Base: []Test{not("cancelled"), is("events_given", "outcome_known")}, BaseSQL: registered + " AND outcome_known",
			Numerator:   count("NOT offence AND NOT changed", not("offence", "changed")),
			Denominator: count(""),
		},
	},
	{
		Number: 42, Code: "OPR02", Version: 1, Family: Operators,
		Name: "Operator speed",
		Text: "Median of the time that lies with the operator: manifest to registration, assessment to payment and release to exit together, of the " +
			"declarations registered in the period for which all three are known.",
		Provenance: "derived: contract holders in Cameroon took half the time of others",
		Unit:       Days, Direction: Lower, Basis: CohortOfRegistration, Dimensions: less(drill, officerDimensions...),
		Figure: Figure{
			Rows: fact.Declaration, Base: []Test{not("cancelled")}, BaseSQL: "NOT is_cancelled",
			Spread: duration("operator_lag", Days),
		},
	},
	{
		Number: 43, Code: "WRK01", Version: 1, Family: Workload,
		Name: "Workload per officer",
		Text: "Points of the declarations assigned in the period per examiner they were assigned to: the weight that the source gives, else so many per " +
			"declaration and per item (settings, 10 and 5 by default). A declaration assigned again counts for each examiner.",
		Provenance: "derived from the workload of the clearance system",
		Unit:       Points, Direction: Context, Basis: ActivityOfAct, Dimensions: drill,
		Figure: Figure{
			Rows: fact.Act, Base: []Test{role("assigned"), not("cancelled")}, BaseSQL: "is_assignment AND NOT is_cancelled",
			Numerator:   sum("points", ""),
			Denominator: distinct("examiner", ""),
		},
	},
}

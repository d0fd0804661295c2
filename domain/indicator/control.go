package indicator

import "assay/domain/cube/fact"

var control = []Definition{
	{
		Number: 14, Code: "CTL01", Version: 1, Family: Control,
		Name: "Physical inspection rate",
		Text: "Share of the declarations handled in the period that were inspected physically. Handled is the act with which Customs finished its " +
			"control: the first assessment, or where selectivity fires after it the clearance by the examiner.",
		Provenance: "COMCEC 2018, annex IV",
		Unit:       Percent, Direction: Band, Basis: ActivityOfHandling, Dimensions: drill, Interval: true, Beside: []string{"CTL02", "INF03"},
		Figure: Figure{
			Rows: fact.Act, Base: []Test{role("handled"), not("cancelled"), is("inspections_given")},
			BaseSQL:     "is_handled AND NOT is_cancelled AND inspections_given",
			Numerator:   count("physically_inspected", is("physically_inspected")),
			Denominator: count(""),
		},
	},
	{
		Number: 15, Code: "CTL02", Version: 1, Family: Control,
		Name: "Hit rate of inspections",
		Text: "Share of the inspections recorded in the period that led to an offence (dismissed cases left out) or an upward adjustment by Customs. " +
			"What was found counts for the last inspection before it; the officer is the one who inspected.",
		Provenance: "COMCEC 2018, annex IV; Madagascar 2015 to 2017",
		Unit:       Percent, Direction: Higher, Basis: ActivityOfInspection, Dimensions: drill, Interval: true, Beside: []string{"CTL01"},
		Figure: Figure{
			Rows: fact.Act, Base: []Test{role("inspected"), not("cancelled"), is("outcome_known")},
			BaseSQL:     "is_inspection AND NOT is_cancelled AND outcome_known",
			Numerator:   count("hit", is("hit")),
			Denominator: count(""),
		},
	},
	{
		Number: 16, Code: "CTL03", Version: 1, Family: Control,
		Name: "Yellow to red re-routing rate",
		Text: "Share of the initially yellow declarations decided on in the period that an officer re-routed to red. Decided on is the first such " +
			"re-route, else the act that handled the declaration; the officer is who did it. Re-routes by the system do not count.",
		Provenance: "derived from CTL04",
		Unit:       Percent, Direction: Band, Basis: ActivityOfReroute, Dimensions: plus(less(drill, "lane"), "reason"), Interval: true, Beside: []string{"CTL04"},
		Figure: Figure{
			Rows: fact.Act, Base: []Test{role("decided_yellow"), not("cancelled")}, BaseSQL: "is_decided_yellow AND NOT is_cancelled",
			Numerator:   count("is_yellow_to_red", role("yellow_to_red")),
			Denominator: count(""),
		},
	},
	{
		Number: 17, Code: "CTL04", Version: 1, Family: Control,
		Name: "Productive re-routing",
		Text: "Share of the declarations re-routed from yellow to red by an officer in the period of which Customs raised value or duty at or after " +
			"the re-route.",
		Provenance: "Reform by Numbers (World Bank 2013), table 2.2",
		Unit:       Percent, Direction: Higher, Basis: ActivityOfReroute, Dimensions: plus(drill, "reason"), Interval: true, Beside: []string{"CTL03"},
		Figure: Figure{
			Rows: fact.Act, Base: []Test{role("yellow_to_red"), not("cancelled"), is("outcome_known")},
			BaseSQL:     "is_yellow_to_red AND NOT is_cancelled AND outcome_known",
			Numerator:   count("adjusted_after", is("adjusted_after")),
			Denominator: count(""),
		},
	},
	{
		Number: 18, Code: "CTL05", Version: 1, Family: Control,
		Name: "Red cleared without inspection act",
		Text: "Share of the red declarations cleared in the period for which no inspection was recorded up to the clearing act: re-route from red to " +
			"another lane, assessment (where selectivity fires before it) or release. The numerator of rule P2.",
		Provenance: "derived from the functional manual of the clearance system",
		Unit:       Percent, Direction: Lower, Basis: ActivityOfClearing, Dimensions: drill, Interval: true,
		Figure: Figure{
			Rows: fact.Act, Base: []Test{role("red_cleared"), not("cancelled"), is("inspections_given")},
			BaseSQL:     "is_red_cleared AND NOT is_cancelled AND inspections_given",
			Numerator:   count("uninspected", is("uninspected")),
			Denominator: count(""),
		},
	},
	{
		Number: 19, Code: "CTL06", Version: 1, Family: Control,
		Name: "Inspection duration",
		Text: "Median time from the lane in force being given to the inspection being recorded, of the inspections of the period. Only where both " +
			"have a time of day.",
		Provenance: "COMCEC 2018, annex IV",
		Unit:       Hours, Direction: Lower, Basis: ActivityOfInspection, Dimensions: drill,
		Figure: Figure{
			Rows: fact.Act, Base: []Test{role("inspected"), not("cancelled")}, BaseSQL: "is_inspection AND NOT is_cancelled",
			Spread: duration("inspection_lag", Hours),
		},
	},
	{
		Number: 32, Code: "CTL07", Version: 1, Family: Control,
		Name:       "Random-sample offence rate",
		Text:       "Hit rate, as CTL02, of the inspections of declarations selected at random: what targeting must beat.",
		Provenance: "derived: random selection is kept for quality control",
		Unit:       Percent, Direction: Context, Basis: ActivityOfInspection, Dimensions: less(drill, "cause"), Interval: true,
		Figure: Figure{
			Rows: fact.Act, Base: []Test{role("inspected"), not("cancelled"), is("outcome_known"), in("cause", "random")},
			BaseSQL:     "is_inspection AND NOT is_cancelled AND outcome_known AND cause = 'random'",
			Numerator:   count("hit", is("hit")),
			Denominator: count(""),
		},
	},
}

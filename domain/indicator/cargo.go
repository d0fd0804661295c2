package indicator

import "assay/domain/cube/fact"

var cargo = []Definition{
	{
		Number: 24, Code: "TRN01", Version: 1, Family: Cargo,
		Name:       "T1 not discharged in time",
		Text:       "Share of the T1 with a time limit in the period that were not validated, or validated after the limit. The office is that of destination.",
		Provenance: "required; statuses as in the functional manual of the clearance system",
		Unit:       Percent, Direction: Lower, Basis: DueInPeriod,
		Dimensions: []string{"office", "departure", "route", "principal", "carrier", "hs_chapter", "hs_heading"},
		Mature:     Maturity{Days: 1}, Interval: true,
		Figure: Figure{
			Rows: fact.Transit, BaseSQL: "true",
			Numerator:   count("NOT in_time", not("in_time")),
			Denominator: count(""),
		},
	},
	{
		Number: 25, Code: "TRN02", Version: 1, Family: Cargo,
		Name: "Suspense regimes overdue",
		Text: "Share of the suspense accounts due in the period that were not closed on or before their due date; beside it the share of the overdue " +
			"ones on which an offence is recorded.",
		Provenance: "name of the companion published for Madagascar (2019); formula ours",
		Unit:       Percent, Direction: Lower, Basis: DueInPeriod,
		Dimensions: []string{"office", "regime", "importer", "hs_chapter", "hs_heading"},
		Mature:     Maturity{Days: 1}, Interval: true,
		Figure: Figure{
			Rows: fact.Suspense, BaseSQL: "true",
			Numerator:   count("overdue", is("overdue")),
			Denominator: count(""),
		},
		Companions: []Named{{
			Key: "offence", Name: "Overdue with an offence recorded", Unit: Percent, Interval: true,
			Figure: Figure{
				Numerator:   count("overdue AND offence", is("overdue", "offence")),
				Denominator: count("overdue", is("overdue")),
			},
		}},
	},
	{
		Number: 26, Code: "TRN03", Version: 1, Family: Cargo,
		Name: "Manifest lines not written off",
		Text: "Share of the bills of lading discharged in the period (exports left out) of which packages were left after the allowed number of days " +
			"(a setting, 30 by default). The broker is that of the first declaration written off.",
		Provenance: "derived from the functional manual of the clearance system",
		Unit:       Percent, Direction: Lower, Basis: CohortOfDischarge,
		Dimensions: []string{"office", "carrier", "broker", "importer", "mode", "nature"},
		Mature:     Maturity{Days: 1, Setting: WriteOffDays}, Interval: true,
		Figure: Figure{
			Rows: fact.Bill, Base: []Test{is("discharged")}, BaseSQL: "discharged",
			Numerator:   count("packages_left > package_tolerance", is("left")),
			Denominator: count(""),
		},
		Cases: ages("discharged_on", "dated"),
	},
	{
		Number: 27, Code: "TRN04", Version: 1, Family: Cargo,
		Name: "Manifest lodged late",
		Text: "Share of the manifests arrived in the period that were validated (else registered) more than the allowed number of days after arrival (a " +
			"setting, 5 by default).",
		Provenance: "derived from the objective of the Cameroon memoranda of understanding",
		Unit:       Percent, Direction: Lower, Basis: CohortOfArrival, Dimensions: []string{"office", "carrier", "mode"},
		Mature: Maturity{Days: 1, Setting: LateManifestDays}, Interval: true,
		Figure: Figure{
			Rows: fact.Manifest, Base: []Test{is("dates_known")}, BaseSQL: "dates_known",
			Numerator:   count("late", is("late")),
			Denominator: count(""),
		},
	},
}

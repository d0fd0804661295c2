package indicator

import (
	"assay/domain"
	"assay/domain/cube/fact"
)

var integrity = []Definition{
	{
		Number: 36, Code: "INT01", Version: 1, Family: Integrity,
		Name: "Presence at work",
		Text: "Median time between the first and the last act of an officer at an office on a local day, of days with at least two acts with a time of " +
			"day; beside it the share of the declarations handled that were handled in the last working hour.",
		Provenance: "name in Reform by Numbers (World Bank 2013), table 2.3; formula ours",
		Unit:       Hours, Direction: Context, Basis: ActivityOfAct, Dimensions: []string{"office", "officer"},
		Figure: Figure{
			Rows: fact.OfficerDay, BaseSQL: "true",
			Spread: &Spread{Column: "presence", Unit: Hours},
		},
		Companions: []Named{{
			Key: "last_hour", Name: "Handled in the last working hour", Unit: Percent, Interval: true,
			Figure: Figure{
				Rows: fact.Act, Base: []Test{role("handled", "timed", "officer_act")}, BaseSQL: "is_handled AND timed AND is_officer_act",
				Numerator:   count("last_hour", is("last_hour")),
				Denominator: count(""),
			},
		}},
	},
	{
		Number: 37, Code: "INT02", Version: 1, Family: Integrity,
		Name: "Delayed entry of assessments",
		Text: "Share of the declarations handled in the period whose control was finished (stamp, gate or paper date) before it was keyed, of those where " +
			"that date is known, with the delay where both have a time of day.",
		Provenance: "name in Reform by Numbers (World Bank 2013), table 2.1; formula ours",
		Unit:       Percent, Direction: Lower, Basis: ActivityOfHandling, Dimensions: drill, Interval: true,
		Figure: Figure{
			Rows: fact.Act, Base: []Test{role("handled"), not("cancelled"), is("finish_known")},
			BaseSQL:     "is_handled AND NOT is_cancelled AND finish_known",
			Numerator:   count("keyed_late", is("keyed_late")),
			Denominator: count(""),
			Spread:      duration("keying_delay", Hours),
		},
	},
	{
		Number: 38, Code: "INT03", Version: 1, Family: Integrity,
		Name:       "Excess officer-broker interaction",
		Text:       "Whether pairs of officer and broker meet more often than random assignment explains.",
		Provenance: "concept: World Bank research; test ours",
		Unit:       Percent, Direction: Lower, Basis: ActivityOfHandling, Dimensions: drill,
		Missing: domain.Sentence("its statistical test is not part of this version"),
	},
	{
		Number: 39, Code: "INT04", Version: 1, Family: Integrity,
		Name: "Acting is not the assigned officer",
		Text: "Share of the selected declarations (initial lane known and not green) handled in the period by another officer than the assigned examiner, " +
			"where both are known; beside it the share of assignments that were made by hand after another one.",
		Provenance: "derived from the functional manual of the clearance system",
		Unit:       Percent, Direction: Lower, Basis: ActivityOfHandling, Dimensions: drill, Interval: true,
		Figure: Figure{
			Rows: fact.Act, Base: []Test{role("handled"), not("cancelled"), is("selected", "attributable")},
			BaseSQL:     "is_handled AND NOT is_cancelled AND selected AND officer <> '' AND examiner <> ''",
			Numerator:   count("officer <> examiner", is("other_officer")),
			Denominator: count(""),
		},
		Companions: []Named{{
			Key: "reassigned", Name: "Re-assigned by hand", Unit: Percent, Interval: true,
			Figure: Figure{
				Rows: fact.Act, Base: []Test{role("assigned"), not("cancelled")}, BaseSQL: "is_assignment AND NOT is_cancelled",
				Numerator:   count("is_reassignment", role("reassigned")),
				Denominator: count(""),
			},
		}},
	},
	{
		Number: 40, Code: "INT05", Version: 1, Family: Integrity,
		Name: "Burst or off-hours processing",
		Text: "Share of the officers' acts of the period outside the working hours of the office, or assessments keyed in a burst (a number within a " +
			"number of minutes, settings) by one officer. Acts without a time of day are left out; acts on cancelled declarations count.",
		Provenance: "ours",
		Unit:       Percent, Direction: Lower, Basis: ActivityOfAct, Dimensions: drill, Interval: true,
		Figure: Figure{
			Rows: fact.Act, Base: []Test{role("officer_act", "timed")}, BaseSQL: "is_officer_act AND timed",
			Numerator:   count("off_hours OR burst", either("off_hours", "burst")),
			Denominator: count(""),
		},
		Companions: []Named{{
			Key: "burst", Name: "Assessments keyed in a burst", Unit: Percent, Interval: true,
			Figure: Figure{
				Numerator:   count("burst", is("burst")),
				Denominator: count("kind = 'assessed'", in("kind", "assessed")),
			},
		}},
	},
}

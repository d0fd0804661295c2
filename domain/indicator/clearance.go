package indicator

import (
	"assay/domain/cube/fact"
)

// The condition of the cohort of registrations: not cancelled, and the source gave operations.
const registered = "NOT is_cancelled AND events_given"

var clearance = []Definition{
	{
		Number: 1, Code: "CLR01", Version: 1, Family: Clearance,
		Name: "Assessed on day of registration",
		Text: "Share of the declarations registered in the period whose first assessment is on the local day of registration. " +
			"Cancelled declarations are left out.",
		Provenance: "World Bank 2010 (Cameroon contracts)",
		Unit:       Percent, Direction: Higher, Basis: CohortOfRegistration, Dimensions: drill,
		Mature: Maturity{Days: 1}, Interval: true, Beside: []string{"CTL02"},
		Figure: Figure{
			Rows: fact.Declaration, Base: []Test{not("cancelled"), is("events_given")}, BaseSQL: registered,
			Numerator:   count("assessed_on = registered_on", is("same_day")),
			Denominator: count(""),
		},
	},
	{
		Number: 2, Code: "CLR02", Version: 1, Family: Clearance,
		Name: "Assessed 5+ days after registration",
		Text: "Share of the declarations registered in the period that were first assessed five or more local days after registration, or " +
			"were still not assessed then. Cohorts younger than five days are immature.",
		Provenance: "World Bank 2010; counting those still open is ours",
		Unit:       Percent, Direction: Lower, Basis: CohortOfRegistration, Dimensions: drill,
		Mature: Maturity{Days: 5}, Interval: true,
		Figure: Figure{
			Rows: fact.Declaration, Base: []Test{not("cancelled"), is("events_given")}, BaseSQL: registered,
			Numerator:   count("assessed_on >= registered_on + 5 OR assessed_on IS NULL", is("five_days")),
			Denominator: count(""),
		},
	},
	{
		Number: 3, Code: "CLR03", Version: 1, Family: Clearance,
		Name: "Not assessed within a month",
		Text: "Share of the declarations registered in the period that were not assessed within one calendar month of the day of registration. " +
			"Cohorts younger than a month are immature.",
		Provenance: "World Bank 2010",
		Unit:       Percent, Direction: Lower, Basis: CohortOfRegistration, Dimensions: drill,
		Mature: Maturity{Month: true, Days: 1}, Interval: true,
		Figure: Figure{
			Rows: fact.Declaration, Base: []Test{not("cancelled"), is("events_given")}, BaseSQL: registered,
			Numerator:   count("assessed_on > (registered_on + interval '1 month')::date OR assessed_on IS NULL", is("month_late")),
			Denominator: count(""),
		},
	},
	{
		Number: 4, Code: "CLR04", Version: 1, Family: Clearance,
		Name: "Processing time",
		Text: "Median and 90th percentile of the time from registration to first assessment, on the clock and in office hours, of the declarations " +
			"registered in the period. Only declarations with a time of day for both count; those still open are shown beside.",
		Provenance: "published for Cameroon (2011, 2014)",
		Unit:       Hours, Direction: Lower, Basis: CohortOfRegistration, Dimensions: drill, Beside: []string{"CTL02"},
		Figure: Figure{
			Rows: fact.Declaration, Base: []Test{not("cancelled"), is("events_given")}, BaseSQL: registered,
			Spread: duration("processing", Hours),
		},
		Companions: []Named{{
			Key: "open", Name: "Not assessed yet", Unit: Percent, Interval: true,
			Figure: Figure{
				Numerator:   count("assessed_on IS NULL", not("assessed")),
				Denominator: count(""),
			},
		}},
	},
	{
		Number: 5, Code: "CLR05", Version: 1, Family: Clearance,
		Name: "Documentary-control declarations assessed in 24 h",
		Text: "Share of the initially yellow declarations registered in the period that were first assessed at most 24 hours after registration. " +
			"Declarations for which the source gave only dates are left out; those still open count as late.",
		Provenance: "published for Madagascar (2017)",
		Unit:       Percent, Direction: Higher, Basis: CohortOfRegistration, Dimensions: less(drill, "lane"),
		Mature: Maturity{Days: 2}, Interval: true,
		Figure: Figure{
			Rows: fact.Declaration, Base: []Test{not("cancelled"), is("events_given", "hours_known"), in("lane", "yellow")},
			BaseSQL:     registered + " AND lane = 'yellow' AND registered_timed AND (assessed_on IS NULL OR assessed_timed)",
			Numerator:   count("processing <= 24 * 3600", is("within_24h")),
			Denominator: count(""),
		},
	},
	{
		Number: 6, Code: "CLR06", Version: 1, Family: Clearance,
		Name: "Manifest to registration lag",
		Text: "Median time from the registration of the manifest to that of the declaration. Negative when lodged in advance. Where a source gave " +
			"only dates, whole days count.",
		Provenance: "published for Douala (Journal de la Marine Marchande)",
		Unit:       Days, Direction: Lower, Basis: CohortOfRegistration, Dimensions: plus(less(drill, officerDimensions...), "carrier"),
		Figure: Figure{
			Rows: fact.Declaration, Base: []Test{not("cancelled")}, BaseSQL: "NOT is_cancelled",
			Spread: duration("manifest_lag", Days),
		},
	},
	{
		Number: 7, Code: "CLR07", Version: 1, Family: Clearance,
		Name: "Assessment to payment lag",
		Text: "Median time from the first assessment to the first payment (operation, else receipt), of the declarations registered in the period. " +
			"Declarations not paid yet are left out.",
		Provenance: "ours: closes the chain of times",
		Unit:       Hours, Direction: Lower, Basis: CohortOfRegistration, Dimensions: less(drill, officerDimensions...),
		Figure: Figure{
			Rows: fact.Declaration, Base: []Test{not("cancelled")}, BaseSQL: "NOT is_cancelled",
			Spread: duration("payment_lag", Hours),
		},
	},
	{
		Number: 8, Code: "CLR08", Version: 1, Family: Clearance,
		Name: "Removal lag",
		Text: "Share of the declarations released in the period whose goods left at most seven days after release, with the median time from " +
			"release to exit. Where a source gave only dates, whole days count.",
		Provenance: "published for Douala (Journal de la Marine Marchande)",
		Unit:       Percent, Direction: Higher, Basis: CohortOfRelease, Dimensions: less(drill, officerDimensions...),
		Mature: Maturity{Days: 8}, Interval: true,
		Figure: Figure{
			Rows: fact.Act, Base: []Test{role("released"), not("cancelled")}, BaseSQL: "is_released AND NOT is_cancelled",
			Numerator:   count("removed_in_week", is("removed_in_week")),
			Denominator: count(""),
			Spread:      duration("removal_lag", Days),
		},
	},
	{
		Number: 9, Code: "CLR09", Version: 1, Family: Clearance,
		Name: "Release or dwell time",
		Text: "Median time from the arrival of the goods to release (where release is not known, to exit), of the declarations whose goods arrived in " +
			"the period; compare red with other lanes and modes of transport. Negative when released in advance.",
		Provenance: "IMF RA-FIT 2015; Liberia 2017",
		Unit:       Days, Direction: Lower, Basis: CohortOfArrival, Dimensions: drill,
		Figure: Figure{
			Rows: fact.Arrival, Base: []Test{not("cancelled")}, BaseSQL: "NOT is_cancelled",
			Spread: duration("dwell", Days),
		},
	},
	{
		Number: 30, Code: "CLR10", Version: 1, Family: Clearance,
		Name: "Backlog and age",
		Text: "Declarations registered before the end of the period that at its end were neither assessed nor closed, by their age. " +
			"Declarations cancelled at any time are left out.",
		Provenance: "derived from CLR03",
		Unit:       Count, Direction: Lower, Basis: AtPeriodEnd, Dimensions: drill,
		Figure: Figure{
			Rows: fact.Declaration, Base: []Test{not("cancelled"), is("events_given")}, BaseSQL: registered, UpToEnd: true,
			Numerator: count("coalesce(done_on, 'infinity') >= to_day", sincePeriodEnd("done_on")),
		},
		Cases: ages("registered_on", "registered_on"),
	},
}

// ages are classes of age at the end of the period, in days since the day in a
// column, and in the column of the view that says the same.
func ages(column, view string) *Cases {
	at := func(days int) *Edge { return &Edge{End: true, Less: days} }
	class := func(key string, youngest, oldest int, sql string) Case {
		c := Case{Key: key, SQL: view + sql}
		if youngest > 0 {
			c.Tests = append(c.Tests, Test{Column: column, Before: at(youngest)})
		}
		if oldest > 0 {
			c.Tests = append(c.Tests, Test{Column: column, Since: at(oldest)})
		}
		return c
	}
	return &Cases{Dimension: "age", Exclusive: true, Of: []Case{
		class("0-7", 0, 7, " >= to_day - 7"),
		class("8-30", 7, 30, " BETWEEN to_day - 30 AND to_day - 8"),
		class("31-90", 30, 90, " BETWEEN to_day - 90 AND to_day - 31"),
		class("91-365", 90, 365, " BETWEEN to_day - 365 AND to_day - 91"),
		class("366+", 365, 0, " < to_day - 365"),
	}}
}

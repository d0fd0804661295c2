package administration

import "assay/domain/declaration"

// SelectionTiming says when selectivity fires; it is a national setting.
type SelectionTiming string

// The timings.
const (
	BeforeAssessment SelectionTiming = "before_assessment"
	AfterAssessment  SelectionTiming = "after_assessment"
	AfterPayment     SelectionTiming = "after_payment"
)

// Settings are the national settings and thresholds of an administration. The
// zero value of a field is not its default: use DefaultSettings.
type Settings struct {
	SelectionTiming SelectionTiming `json:"selection_timing"`
	// MachineUsers are beginnings of user names that are programs, letter case ignored.
	MachineUsers []string `json:"machine_users"`
	// PaymentAtAssessment: accounts are debited at assessment, so that payment may precede it.
	PaymentAtAssessment bool `json:"payment_at_assessment"`

	ClockToleranceSeconds int64 `json:"clock_tolerance_seconds"` // clocks of two systems may differ by this
	// MoneyEpsilon is the smallest difference in money that counts, minor units per
	// item; at least MoneyEpsilonShare (per mille) of the total.
	MoneyEpsilon         int64    `json:"money_epsilon"`
	MoneyEpsilonPerMille int64    `json:"money_epsilon_per_mille"`
	PayGraceHours        int64    `json:"pay_grace_hours"`
	OffenceDays          int64    `json:"offence_days"`            // N6: an offence must change money within this
	ReversalDays         int64    `json:"reversal_days"`           // N7: an adjustment reversed within this is a finding
	ReRegistrationDays   int64    `json:"re_registration_days"`    // N8
	ReversedPerMille     int64    `json:"reversed_per_mille"`      // share of an adjustment that must be reversed
	PackageTolerance     int64    `json:"package_tolerance"`       // packages
	WeightPerMille       int64    `json:"weight_per_mille"`        // tolerance of mass
	TransitSpeed         int64    `json:"transit_speed"`           // km/h, faster is impossible
	LateManifestMinutes  int64    `json:"late_manifest_minutes"`   // grace of P14
	PreArrivalAllowed    bool     `json:"pre_arrival_allowed"`     // declarations may be lodged before the manifest
	WriteOffDays         int64    `json:"write_off_days"`          // TRN03: bills open longer than this count
	LateManifestDays     int64    `json:"late_manifest_days"`      // TRN04
	BurstAssessments     int64    `json:"burst_assessments"`       // INT05: as many assessments ...
	BurstMinutes         int64    `json:"burst_minutes"`           // ... within so many minutes
	WeightDeclaration    int64    `json:"weight_declaration"`      // WRK01: points per declaration
	WeightItem           int64    `json:"weight_item"`             // WRK01: points per item
	SmallDenominator     int64    `json:"small_denominator"`       // R4: below this the count is shown, not the rate
	OutlierDeviations    float64  `json:"outlier_deviations"`      // DQ04: robust standard deviations
	OutlierMinimum       int64    `json:"outlier_minimum"`         // DQ04: items an HS × origin history needs
	FiscalYearStart      int      `json:"fiscal_year_start"`       // month, 1 to 12
	MonetaryDeMinimis    int64    `json:"monetary_de_minimis"`     // P6 (b) is silent below this, minor units
	TravelMinutes        int64    `json:"travel_minutes"`          // P12 (c): no user acts at two offices within this
	SessionOverlapSecs   int64    `json:"session_overlap_seconds"` // P12 (b)
	ReExportProcedures   []string `json:"re_export_procedures"`    // P11: extended procedures that must discharge an account
	AfterSuspense        []string `json:"after_suspense_procedures"`
	ExemptTerms          []string `json:"exempt_terms"`         // P4: terms of payment that need no payment before release
	DocumentaryOffences  []string `json:"documentary_offences"` // offence codes without money (P6 (a) skips them)
	// LaneNames are the administration's own names by language and lane.
	LaneNames map[string]map[declaration.Lane]string `json:"lane_names,omitempty"`
	// Digits is the numbering system of figures on pages: "latn" or "arab".
	Digits string `json:"digits,omitempty"`
}

// DefaultSettings are the defaults; minor is the number of decimals of the currency.
func DefaultSettings(minor int) Settings {
	unit := int64(1)
	for range minor {
		unit *= 10
	}
	return Settings{
		SelectionTiming: BeforeAssessment,
		MachineUsers:    []string{"system"},

		ClockToleranceSeconds: 120,
		MoneyEpsilon:          unit,
		MoneyEpsilonPerMille:  5,
		OffenceDays:           30,
		ReversalDays:          30,
		ReRegistrationDays:    30,
		ReversedPerMille:      800,
		WeightPerMille:        50,
		TransitSpeed:          90,
		WriteOffDays:          30,
		LateManifestDays:      5,
		BurstAssessments:      10,
		BurstMinutes:          10,
		WeightDeclaration:     10,
		WeightItem:            5,
		SmallDenominator:      30,
		OutlierDeviations:     3.5,
		OutlierMinimum:        30,
		FiscalYearStart:       1,
		TravelMinutes:         30,
		SessionOverlapSecs:    60,
		ReExportProcedures:    []string{"3051", "3052", "3053", "3055", "3056", "3070"},
		AfterSuspense:         []string{"4051", "4052", "4053", "4055", "4056", "4070", "4071"},
		Digits:                "latn",
	}
}

package administration

import (
	"fmt"

	"assay/domain"
)

// Threshold is one number among the settings that an administration may set, with its bounds.
type Threshold struct {
	Key    string // of its texts: "threshold.KEY" and "threshold.KEY.text"
	Family string // what it is for: "figures", "crosschecks", "cargo" or "workload"
	Unit   string // "days", "minutes", "seconds", "hours", "per_mille", "money", "packages", "points", "count" or "speed"
	Low    int64
	High   int64
	// Moves are the indicators that a change can move; none means every share (it decides how shares of few cases are shown).
	Moves    []string
	position func(*Settings) *int64
}

// Of gives its value in settings.
func (t Threshold) Of(s *Settings) int64 { return *t.position(s) }

// Set changes it, KindInvalid when the value is out of bounds.
func (t Threshold) Set(s *Settings, value int64) error {
	if value < t.Low || value > t.High {
		return domain.Invalid(cannotKeep, domain.FieldError{Field: "threshold." + t.Key,
			Message: fmt.Sprintf("must be between %d and %d", t.Low, t.High), Key: "between", Blanks: []any{"Low", t.Low, "High", t.High}})
	}
	*t.position(s) = value
	return nil
}

// FamiliesOfThresholds are the families in the order of the page.
var FamiliesOfThresholds = []string{"figures", "crosschecks", "cargo", "workload"}

// Thresholds lists them in the order of the page. The indicators of a rule's threshold are those that
// count the rule's findings.
var Thresholds = []Threshold{
	{"small_denominator", "figures", "count", 1, 1000, nil, func(s *Settings) *int64 { return &s.SmallDenominator }},
	{"outlier_minimum", "figures", "count", 5, 10_000, []string{"DQ04"}, func(s *Settings) *int64 { return &s.OutlierMinimum }},
	{"burst_assessments", "figures", "count", 2, 1000, []string{"INT05"}, func(s *Settings) *int64 { return &s.BurstAssessments }},
	{"burst_minutes", "figures", "minutes", 1, 1440, []string{"INT05"}, func(s *Settings) *int64 { return &s.BurstMinutes }},
	{"clock_tolerance_seconds", "crosschecks", "seconds", 0, 86_400, []string{"CTL02", "CTL04", "CTL07", "INT02", "DQ01"}, func(s *Settings) *int64 { return &s.ClockToleranceSeconds }},
	{"money_epsilon", "crosschecks", "money", 0, 1_000_000_000, []string{"CLR07", "REV04", "CTL02", "CTL04", "DQ01"}, func(s *Settings) *int64 { return &s.MoneyEpsilon }},
	{"money_epsilon_per_mille", "crosschecks", "per_mille", 0, 1000, []string{"CLR07", "REV04", "CTL02", "CTL04", "DQ01"}, func(s *Settings) *int64 { return &s.MoneyEpsilonPerMille }},
	{"monetary_de_minimis", "crosschecks", "money", 0, 1_000_000_000_000, []string{"DQ01"}, func(s *Settings) *int64 { return &s.MonetaryDeMinimis }},
	{"pay_grace_hours", "crosschecks", "hours", 0, 8760, []string{"DQ01"}, func(s *Settings) *int64 { return &s.PayGraceHours }},
	{"offence_days", "crosschecks", "days", 1, 3660, []string{"DQ01"}, func(s *Settings) *int64 { return &s.OffenceDays }},
	{"reversal_days", "crosschecks", "days", 1, 3660, []string{"DQ01"}, func(s *Settings) *int64 { return &s.ReversalDays }},
	{"reversed_per_mille", "crosschecks", "per_mille", 1, 1000, []string{"DQ01"}, func(s *Settings) *int64 { return &s.ReversedPerMille }},
	{"re_registration_days", "crosschecks", "days", 1, 3660, []string{"DQ01"}, func(s *Settings) *int64 { return &s.ReRegistrationDays }},
	{"travel_minutes", "crosschecks", "minutes", 0, 1440, []string{"DQ01"}, func(s *Settings) *int64 { return &s.TravelMinutes }},
	{"session_overlap_seconds", "crosschecks", "seconds", 0, 86_400, []string{"DQ01"}, func(s *Settings) *int64 { return &s.SessionOverlapSecs }},
	{"package_tolerance", "cargo", "packages", 0, 1_000_000, []string{"TRN03", "DQ01", "DQ03"}, func(s *Settings) *int64 { return &s.PackageTolerance }},
	{"weight_per_mille", "cargo", "per_mille", 0, 1000, []string{"DQ01", "DQ03"}, func(s *Settings) *int64 { return &s.WeightPerMille }},
	{"transit_speed", "cargo", "speed", 10, 500, []string{"DQ01"}, func(s *Settings) *int64 { return &s.TransitSpeed }},
	{"late_manifest_minutes", "cargo", "minutes", 0, 100_000, []string{"DQ01"}, func(s *Settings) *int64 { return &s.LateManifestMinutes }},
	{"late_manifest_days", "cargo", "days", 0, 365, []string{"TRN04"}, func(s *Settings) *int64 { return &s.LateManifestDays }},
	{"write_off_days", "cargo", "days", 1, 3660, []string{"TRN03"}, func(s *Settings) *int64 { return &s.WriteOffDays }},
	{"weight_declaration", "workload", "points", 0, 1000, []string{"WRK01"}, func(s *Settings) *int64 { return &s.WeightDeclaration }},
	{"weight_item", "workload", "points", 0, 1000, []string{"WRK01"}, func(s *Settings) *int64 { return &s.WeightItem }},
}

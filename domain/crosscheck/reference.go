package crosscheck

import (
	"embed"
	"fmt"
	"strings"
	"time"

	"assay/domain"
	"assay/domain/administration"
)

//go:embed reference/*.sql
var referenceFiles embed.FS

var (
	referenceCommon = mustReference("common")
	referenceRules  = func() (queries [Count]string) {
		for i := range queries {
			queries[i] = mustReference(fmt.Sprintf("p%02d", i+1))
		}
		return queries
	}()
)

// mustReference reads a query that is compiled in; the tests read every one.
func mustReference(name string) string {
	content, err := referenceFiles.ReadFile("reference/" + name + ".sql")
	if err != nil {
		panic(err)
	}
	return strings.TrimSpace(string(content))
}

// Reference is the query of a rule over the warehouse, independent of its
// predicate in Go: it gives the declaration_id of every declaration that breaks it.
// Its named parameters (@tenant and so on) are those of Arguments. It is slow: for
// tests, and for readers who want to see what a rule says.
func Reference(rule Rule) string {
	return verdictOf(rule) + "\nSELECT declaration_id FROM verdict WHERE broken"
}

// ReferenceNotEvaluated is the query that gives the declaration_id of every declaration for
// which a rule could not be evaluated.
func ReferenceNotEvaluated(rule Rule) string {
	return verdictOf(rule) + "\nSELECT declaration_id FROM paper WHERE declaration_id NOT IN (SELECT declaration_id FROM verdict)"
}

func verdictOf(rule Rule) string {
	return "WITH " + referenceCommon + ",\nverdict AS (\n" + referenceRules[rule-1] + ")"
}

// BreachSQL is the query of all rules together: for every declaration its
// declaration_id and, as integers, the bits of the rules that could be evaluated and
// of those that are broken (bit i-1 for Pi), as Session.Examine gives them.
func BreachSQL() string {
	var b strings.Builder
	b.WriteString("WITH " + referenceCommon)
	for i, query := range referenceRules {
		fmt.Fprintf(&b, ",\nverdict_%d AS (\n%s)", i+1, query)
	}
	b.WriteString("\nSELECT d.declaration_id, coalesce(v.evaluated, 0)::integer AS evaluated, coalesce(v.broken, 0)::integer AS broken\nFROM paper d LEFT JOIN (\n" +
		"\tSELECT declaration_id, sum(bit) AS evaluated, sum(bit) FILTER (WHERE broken) AS broken FROM (\n")
	for i := range referenceRules {
		if i > 0 {
			b.WriteString("\t\tUNION ALL ")
		} else {
			b.WriteString("\t\t")
		}
		fmt.Fprintf(&b, "SELECT declaration_id, broken, %d AS bit FROM verdict_%d\n", 1<<i, i+1)
	}
	b.WriteString("\t) rules GROUP BY declaration_id) v ON v.declaration_id = d.declaration_id")
	return b.String()
}

// Arguments are the values of the named parameters of the reference queries. zone is the
// administration's time zone; watermark is Session.Context.Watermark.
func Arguments(tenant domain.TenantID, zone string, watermark time.Time, s *administration.Settings) map[string]any {
	return map[string]any{
		"tenant": tenant.String(), "zone": zone, "watermark": watermark.UTC(), "clock_tolerance": s.ClockToleranceSeconds, "selection_timing": string(s.SelectionTiming),
		"payment_at_assessment": s.PaymentAtAssessment, "money_epsilon": s.MoneyEpsilon, "money_per_mille": s.MoneyEpsilonPerMille, "pay_grace": s.PayGraceHours,
		"offence_days": s.OffenceDays, "reversal_days": s.ReversalDays, "re_registration_days": s.ReRegistrationDays, "reversed_per_mille": s.ReversedPerMille,
		"package_tolerance": s.PackageTolerance, "weight_per_mille": s.WeightPerMille, "transit_speed": s.TransitSpeed, "late_manifest_minutes": s.LateManifestMinutes,
		"pre_arrival_allowed": s.PreArrivalAllowed, "de_minimis": s.MonetaryDeMinimis, "travel_minutes": s.TravelMinutes, "session_overlap": s.SessionOverlapSecs,
		"re_export": list(s.ReExportProcedures), "after_suspense": list(s.AfterSuspense), "exempt_terms": list(s.ExemptTerms), "documentary": list(s.DocumentaryOffences),
		"machine_users": list(s.MachineUsers),
	}
}

// list is an array as PostgreSQL writes it, so that any driver can pass it; it is
// never null, which would make a condition unknown instead of false.
func list(texts []string) string {
	quoted := make([]string, len(texts))
	for i, text := range texts {
		quoted[i] = `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(text) + `"`
	}
	return "{" + strings.Join(quoted, ",") + "}"
}

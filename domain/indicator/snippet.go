package indicator

import (
	"embed"
	"fmt"
	"slices"
	"strings"
	"text/template"

	"assay/domain/cube/fact"
)

// The views of the reference SQL, as common table expressions. They derive from
// the tables of the warehouse what package fact derives in Go, and share nothing with it.
//
//go:embed reference/*.sql
var referenceFiles embed.FS

// viewFile says which file makes the view of a grain.
var viewFile = map[string]string{
	fact.Declaration: "declaration_row", fact.Item: "item_row", fact.Tax: "tax_row", fact.Act: "act_row", fact.Arrival: "arrival_row",
	fact.OfficerDay: "officer_day_row", fact.Hour: "hour_row", fact.Offence: "offence_row", fact.Payment: "payment_row",
	fact.Manifest: "documents", fact.Bill: "documents", fact.Transit: "documents", fact.Suspense: "documents",
}

// noRules stands for the procedure rules where an indicator does not look at them.
const noRules = "  SELECT 0::bigint AS declaration_id, 0 AS evaluated, 0 AS broken WHERE false"

// views gives the common table expressions that the views of the grains need, in
// order. rules is the query of the procedure rules.
func views(rules string, grains ...string) (string, error) {
	var files, texts []string
	for _, grain := range grains {
		if err := gather(viewFile[grain], &files); err != nil {
			return "", err
		}
	}
	for _, name := range files {
		text, err := snippet(name, rules)
		if err != nil {
			return "", err
		}
		texts = append(texts, text)
	}
	return strings.Join(texts, ",\n\n"), nil
}

// gather appends a file after those that its first line says it needs.
func gather(name string, files *[]string) error {
	if slices.Contains(*files, name) {
		return nil
	}
	content, err := referenceFiles.ReadFile("reference/" + name + ".sql")
	if err != nil {
		return fmt.Errorf("reference SQL: %w", err)
	}
	first, _, _ := strings.Cut(string(content), "\n")
	needed, found := strings.CutPrefix(first, "-- needs:")
	if !found {
		return fmt.Errorf("reference SQL: %s.sql does not begin with what it needs", name)
	}
	for _, other := range strings.Fields(needed) {
		if err := gather(other, files); err != nil {
			return err
		}
	}
	*files = append(*files, name)
	return nil
}

func snippet(name, rules string) (string, error) {
	content, err := referenceFiles.ReadFile("reference/" + name + ".sql")
	if err != nil {
		return "", fmt.Errorf("reference SQL: %w", err)
	}
	_, text, _ := strings.Cut(string(content), "\n")
	parsed, err := template.New(name).Funcs(phrases).Funcs(template.FuncMap{"rules": func() string { return rules }}).Parse(text)
	if err != nil {
		return "", fmt.Errorf("reference SQL: %w", err)
	}
	var out strings.Builder
	if err := parsed.Execute(&out, nil); err != nil {
		return "", fmt.Errorf("reference SQL: %w", err)
	}
	return strings.TrimSpace(out.String()), nil
}

// phrases are what the SQL repeats: moments, durations, and who was assigned.
var phrases = template.FuncMap{
	// timed: the source gave a time of day.
	"timed": func(precision string) string { return fmt.Sprintf("coalesce(%s NOT IN ('day', ''), false)", precision) },
	// local_day: the day of an instant in a zone.
	"local_day": func(at, zone string) string { return fmt.Sprintf("(%s AT TIME ZONE %s)::date", at, zone) },
	// unix: whole seconds since 1970.
	"unix": unix,
	// machine: the user is a program.
	"machine": machine,
	// officer: the user where it may count as an officer, else ''.
	"officer": func(user string) string {
		return fmt.Sprintf("CASE WHEN %s <> '' AND %s NOT IN (SELECT code FROM broker_user) AND NOT %s THEN %s ELSE '' END", user, user, machine(user), user)
	},
	// not_before: moment a is at or after moment b, to the second less a tolerance
	// where both have a time of day, else by local days.
	"not_before": func(a, b, tolerance string) string {
		return fmt.Sprintf("CASE WHEN %[1]s.timed AND %[2]s.timed THEN %[4]s >= %[5]s - %[3]s ELSE %[1]s.day >= %[2]s.day END",
			a, b, tolerance, unix(a+".at"), unix(b+".at"))
	},
	// money_tolerance: the smallest difference of a total that counts.
	"money_tolerance": func(total, items string) string {
		return fmt.Sprintf("greatest(1, p.money_epsilon * greatest(1, %s), %s * p.money_per_mille / 1000)", items, total)
	},
	// hours_between: seconds on the clock under a condition.
	"hours_between": func(timed, from, to string) string {
		return fmt.Sprintf("CASE WHEN %s THEN %s - %s END", timed, unix(to), unix(from))
	},
	// days_between: the same, or where a source gave only dates, the difference of days.
	"days_between": func(timed, from, to, fromDay, toDay string) string {
		return fmt.Sprintf("CASE WHEN %s THEN %s - %s ELSE (%s - %s)::bigint * 86400 END", timed, unix(to), unix(from), toDay, fromDay)
	},
	// office_between: seconds within the working hours of an office.
	"office_between": officeBetween,
	// is_open: the office works at an instant.
	"is_open": func(at, office string) string {
		return strings.NewReplacer("{at}", "("+at+")", "{o}", office).Replace(`(EXISTS (SELECT FROM ` + shiftsOn("({at} AT TIME ZONE {o}.zone)::date", "{o}") + ` shift
        WHERE floor(extract(epoch FROM ({at} AT TIME ZONE {o}.zone)::time)) >= shift.opens
          AND floor(extract(epoch FROM ({at} AT TIME ZONE {o}.zone)::time)) < shift.closes)
      AND ` + notClosed("({at} AT TIME ZONE {o}.zone)::date", "{o}") + `)`)
	},
	// assignment_at: the last assignment not after a moment; of all, when there is no moment.
	"assignment_at": func(alias, id, at, timed, day, zone string) string {
		return strings.NewReplacer("{g}", alias, "{id}", id, "{at}", at, "{timed}", timed, "{day}", day, "{zone}", zone,
			"{unix}", unix(at), "{a.unix}", unix("a.at")).Replace(`LEFT JOIN LATERAL (SELECT a.section, a.examiner, a.chief FROM assignment a
    WHERE a.tenant_id = p.tenant AND a.declaration_id = {id}
      AND ({at} IS NULL OR CASE WHEN {timed} AND a.precision NOT IN ('day', '') THEN {unix} >= {a.unix} ELSE {day} >= (a.at AT TIME ZONE {zone})::date END)
    ORDER BY a.sequence DESC LIMIT 1) {g} ON true`)
	},
	// dimensions: those of a declaration; of an item with its own procedure, HS and origin.
	"dimensions": func(f string, own ...string) string {
		procedure, heading, origin := f+".procedure", f+".hs_heading", f+".origin"
		if len(own) == 3 {
			procedure, heading, origin = own[0], own[1], own[2]
		}
		return strings.NewReplacer("{f}", f, "{procedure}", procedure, "{heading}", heading, "{origin}", origin).Replace(
			`{f}.broker, {f}.importer, {f}.flow, {f}.model, {procedure} AS procedure, {f}.lane, {f}.final_lane, {f}.cause,
    {heading} AS hs_heading, left({heading}, 2) AS hs_chapter, {origin} AS origin, {f}.mode, {f}.cargo, {f}.carrier`)
	},
	"no_dimensions": func() string { return strings.TrimSuffix(strings.Repeat("'', ", 14), ", ") },
	// head: the head of an office on a day.
	"head": func(office, on string) string {
		return fmt.Sprintf(`coalesce((SELECT s.officer FROM headship s WHERE s.office = %[1]s AND %[2]s BETWEEN s.starts_on AND s.ends_on
      ORDER BY s.starts_on DESC, s.officer LIMIT 1), '')`, office, on)
	},
}

func unix(at string) string { return fmt.Sprintf("floor(extract(epoch FROM %s))::bigint", at) }

func machine(user string) string {
	return strings.ReplaceAll(`({user} IN (SELECT code FROM machine_user) OR EXISTS (SELECT FROM parameters m, unnest(m.machine_users) AS beginning
      WHERE beginning <> '' AND starts_with(lower({user}), lower(beginning))))`, "{user}", user)
}

// shiftsOn are the working hours of an office on a local day by the week in force, in seconds
// after midnight; holidays are not looked at. It is a table with opens and closes.
func shiftsOn(day, office string) string {
	return strings.NewReplacer("{day}", day, "{o}", office).Replace(`LATERAL (SELECT (hours.span ->> 0)::bigint * 60 AS opens, (hours.span ->> 1)::bigint * 60 AS closes
        FROM jsonb_array_elements(coalesce(
          (SELECT w.shifts -> (extract(isodow FROM {day})::integer - 1) FROM parameters wp JOIN working_week w ON w.tenant_id = wp.tenant
            WHERE w.office = {o}.calendar AND w.valid_from <= {day} ORDER BY w.valid_from DESC LIMIT 1),
          CASE WHEN substr({o}.workdays, extract(isodow FROM {day})::integer, 1) = '1'
            THEN jsonb_build_array(jsonb_build_array({o}.opens / 60, {o}.closes / 60)) ELSE '[]' END)) AS hours(span))`)
}

// notClosed is whether a local day is neither a holiday nor an exceptional closure of an office.
func notClosed(day, office string) string {
	return strings.NewReplacer("{day}", day, "{o}", office).Replace(`NOT EXISTS (SELECT FROM parameters hp JOIN holiday h ON h.tenant_id = hp.tenant
        WHERE h.day = {day} AND NOT h.removed AND (h.office = '' OR h.office = {o}.calendar))
      AND NOT EXISTS (SELECT FROM parameters cp JOIN office_closure c ON c.tenant_id = cp.tenant
        WHERE {day} BETWEEN c.first_day AND c.last_day AND (c.office = '' OR c.office = {o}.calendar))`)
}

// officeBetween sums, over the local days from one moment to another, the
// working hours between them; negative when the second is before the first.
func officeBetween(timed, from, to, office string) string {
	return strings.NewReplacer("{timed}", timed, "{from}", from, "{to}", to, "{o}", office).Replace(`CASE WHEN {timed} AND {from} IS NOT NULL AND {to} IS NOT NULL THEN
      (SELECT (CASE WHEN {to} < {from} THEN -1 ELSE 1 END * coalesce(sum(greatest(0,
          least(shift.closes, CASE WHEN midnight::date = span.till::date THEN extract(epoch FROM span.till - span.till::date) ELSE 86400 END)
          - greatest(shift.opens, CASE WHEN midnight::date = span.since::date THEN extract(epoch FROM span.since - span.since::date) ELSE 0 END))), 0))::bigint
       FROM (SELECT date_trunc('second', least({from}, {to})) AT TIME ZONE {o}.zone AS since,
                    date_trunc('second', greatest({from}, {to})) AT TIME ZONE {o}.zone AS till) span
       CROSS JOIN LATERAL generate_series(span.since::date, span.till::date, interval '1 day') AS midnight
       CROSS JOIN ` + shiftsOn("midnight::date", "{o}") + ` shift
       WHERE ` + notClosed("midnight::date", "{o}") + `) END`)
}

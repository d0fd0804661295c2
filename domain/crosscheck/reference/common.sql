-- What the reference queries share. The file of each rule is a query that gives a row
-- for every declaration for which the rule can be evaluated, and says whether it
-- is broken; a declaration without a row is not evaluated. The named parameters
-- are those of Arguments.
parameters AS MATERIALIZED (SELECT
	CAST(@tenant AS uuid) AS tenant_id, CAST(@zone AS text) AS zone, CAST(@watermark AS timestamptz) AS watermark,
	make_interval(secs => CAST(@clock_tolerance AS bigint)) AS clock_tolerance, CAST(@selection_timing AS text) AS selection_timing,
	CAST(@payment_at_assessment AS boolean) AS payment_at_assessment, CAST(@money_epsilon AS bigint) AS money_epsilon, CAST(@money_per_mille AS bigint) AS money_per_mille,
	make_interval(hours => CAST(@pay_grace AS integer)) AS pay_grace, CAST(@offence_days AS bigint) AS offence_days, CAST(@reversal_days AS bigint) AS reversal_days,
	CAST(@re_registration_days AS integer) AS re_registration_days, CAST(@reversed_per_mille AS bigint) AS reversed_per_mille, CAST(@package_tolerance AS bigint) AS package_tolerance,
	CAST(@weight_per_mille AS bigint) AS weight_per_mille, CAST(@transit_speed AS bigint) AS transit_speed, make_interval(mins => CAST(@late_manifest_minutes AS integer)) AS late_manifest,
	CAST(@pre_arrival_allowed AS boolean) AS pre_arrival_allowed, CAST(@de_minimis AS bigint) AS de_minimis, make_interval(mins => CAST(@travel_minutes AS integer)) AS travel,
	make_interval(secs => CAST(@session_overlap AS bigint)) AS session_overlap, CAST(@re_export AS text[]) AS re_export, CAST(@after_suspense AS text[]) AS after_suspense,
	CAST(@exempt_terms AS text[]) AS exempt_terms, CAST(@documentary AS text[]) AS documentary, CAST(@machine_users AS text[]) AS machine_users),

-- Offices with their zones; an office that nobody described is in the zone of the administration.
paper AS NOT MATERIALIZED (SELECT d.*, coalesce(nullif(o.zone, ''), p.zone) AS zone, d.parts & 1 > 0 AS has_items, d.parts & 2 > 0 AS has_events, d.parts & 4 > 0 AS has_assignments,
		d.parts & 8 > 0 AS has_inspections, d.parts & 16 > 0 AS has_offences, d.parts & 32 > 0 AS has_payments, d.parts & 64 > 0 AS has_versions
	FROM parameters p JOIN declaration d ON d.tenant_id = p.tenant_id LEFT JOIN office o ON o.tenant_id = p.tenant_id AND o.code = d.office),

-- Users that are programs.
program AS MATERIALIZED (SELECT o.code FROM parameters p JOIN officer o ON o.tenant_id = p.tenant_id AND o.machine
	UNION SELECT s.officer FROM parameters p JOIN posting s ON s.tenant_id = p.tenant_id AND s.function = 'system'
	UNION SELECT o.code FROM parameters p JOIN officer o ON o.tenant_id = p.tenant_id JOIN unnest(p.machine_users) AS m(beginning) ON m.beginning <> '' AND starts_with(lower(o.code), lower(m.beginning))),

-- Operations, with their local day, whether they have a time of day, and whether a program did them.
operation AS NOT MATERIALIZED (SELECT e.declaration_id, e.sequence, e.kind, e.operation, e.at, e.user_code, coalesce(e.from_lane, '') AS from_lane, coalesce(e.to_lane, '') AS to_lane, coalesce(e.reason, '') AS reason,
		e.precision NOT IN ('day', '') AS timed, (e.at AT TIME ZONE d.zone)::date AS day, d.office,
		e.machine OR e.user_code IN (SELECT code FROM program) OR EXISTS (SELECT 1 FROM unnest((SELECT machine_users FROM parameters)) AS m(beginning) WHERE m.beginning <> '' AND starts_with(lower(e.user_code), lower(m.beginning))) AS machine
	FROM paper d JOIN event e ON e.tenant_id = d.tenant_id AND e.declaration_id = d.declaration_id),

first_operation AS NOT MATERIALIZED (SELECT DISTINCT ON (declaration_id, kind) declaration_id, kind, at, timed, day, sequence, to_lane FROM operation ORDER BY declaration_id, kind, sequence),

act AS NOT MATERIALIZED (SELECT i.declaration_id, i.sequence, i.user_code, i.conform, i.at, i.precision NOT IN ('day', '') AS timed, (i.at AT TIME ZONE d.zone)::date AS day
	FROM paper d JOIN inspection i ON i.tenant_id = d.tenant_id AND i.declaration_id = d.declaration_id),

money AS NOT MATERIALIZED (SELECT m.declaration_id, m.sequence, m.kind, m.tax, m.amount, m.at, m.precision NOT IN ('day', '') AS timed, (m.at AT TIME ZONE d.zone)::date AS day
	FROM paper d JOIN payment m ON m.tenant_id = d.tenant_id AND m.declaration_id = d.declaration_id),

-- Registration: the operation, else the date of the header.
registration AS NOT MATERIALIZED (SELECT d.declaration_id, o.at, coalesce(o.timed, false) AS timed, coalesce(o.day, d.registered_on) AS day
	FROM paper d LEFT JOIN first_operation o ON o.declaration_id = d.declaration_id AND o.kind = 'registered'),

-- Release: order of release or re-route to green by a program; else, where selectivity
-- fires after payment, the last lane operation if it gave green or blue.
release AS NOT MATERIALIZED (SELECT DISTINCT ON (declaration_id) declaration_id, at, timed, day, sequence FROM (
		SELECT declaration_id, at, timed, day, sequence, 1 AS choice FROM operation WHERE kind = 'released' OR kind = 'rerouted' AND machine AND to_lane = 'green'
		UNION ALL SELECT * FROM (SELECT DISTINCT ON (declaration_id) declaration_id, at, timed, day, sequence, CASE WHEN to_lane IN ('green', 'blue') THEN 2 END AS choice
			FROM operation WHERE kind IN ('selected', 'rerouted') AND to_lane <> '' AND (SELECT selection_timing FROM parameters) = 'after_payment' ORDER BY declaration_id, sequence DESC) l WHERE choice = 2) r
	ORDER BY declaration_id, choice, sequence),

version AS NOT MATERIALIZED (SELECT v.declaration_id, v.number, v.cause, v.by_customs, v.payable, v.customs_value, v.at, v.precision NOT IN ('day', '') AS timed, (v.at AT TIME ZONE d.zone)::date AS day,
		v.payable - lag(v.payable) OVER w AS duty_change, v.customs_value - lag(v.customs_value) OVER w AS value_change,
		greatest(1, p.money_epsilon * greatest(1, d.item_count), lag(v.payable) OVER w * p.money_per_mille / 1000) AS duty_epsilon,
		greatest(1, p.money_epsilon * greatest(1, d.item_count), lag(v.customs_value) OVER w * p.money_per_mille / 1000) AS value_epsilon
	FROM parameters p CROSS JOIN paper d JOIN document_version v ON v.tenant_id = d.tenant_id AND v.declaration_id = d.declaration_id
	WINDOW w AS (PARTITION BY v.declaration_id ORDER BY v.number)),

-- Due: payable in the version in force at release, or now; with the smallest difference that counts, and whether it is deferred.
due AS NOT MATERIALIZED (SELECT d.declaration_id, v.amount, greatest(1, p.money_epsilon * greatest(1, d.item_count), v.amount * p.money_per_mille / 1000) AS epsilon,
		d.deferred_account <> '' OR d.guarantee > 0 AND d.guarantee >= v.amount OR d.payment_terms <> '' AND d.payment_terms = ANY (p.exempt_terms) AS deferred
	FROM parameters p CROSS JOIN paper d LEFT JOIN release r ON r.declaration_id = d.declaration_id
	CROSS JOIN LATERAL (SELECT coalesce(
		(SELECT x.payable FROM version x WHERE x.declaration_id = d.declaration_id AND (r.declaration_id IS NULL OR CASE WHEN x.timed AND r.timed THEN x.at <= r.at ELSE x.day <= r.day END) ORDER BY x.number DESC LIMIT 1),
		(SELECT x.payable FROM version x WHERE x.declaration_id = d.declaration_id ORDER BY x.number LIMIT 1), d.payable) AS amount) v)

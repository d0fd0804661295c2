-- P12: an act by a user who was away (a), during overlapping sessions at two
-- workstations (b), or, without any session log, too soon after one at another office (c).
WITH done AS MATERIALIZED (SELECT declaration_id, user_code, at, timed, day, office FROM operation WHERE NOT machine
		UNION ALL SELECT a.declaration_id, a.user_code, a.at, a.timed, a.day, d.office FROM act a JOIN paper d ON d.declaration_id = a.declaration_id
		UNION ALL SELECT o.declaration_id, o.user_code, o.at, o.precision NOT IN ('day', ''), (o.at AT TIME ZONE d.zone)::date, d.office
			FROM paper d JOIN offence o ON o.tenant_id = d.tenant_id AND o.declaration_id = d.declaration_id),
	away AS (SELECT s.* FROM parameters p JOIN posting s ON s.tenant_id = p.tenant_id AND s.status <> 'active'),
	absent AS (SELECT x.declaration_id FROM done x JOIN away a ON a.officer = x.user_code AND x.day >= a.starts_on AND (a.ends_on IS NULL OR x.day <= a.ends_on)
		WHERE a.status <> 'transferred' OR (a.office IN ('', x.office) AND NOT EXISTS (SELECT 1 FROM posting b WHERE b.tenant_id = a.tenant_id AND b.officer = a.officer AND b.status = 'active'
			AND b.office = x.office AND b.starts_on >= a.starts_on AND x.day >= b.starts_on AND (b.ends_on IS NULL OR x.day <= b.ends_on)))),
	log AS (SELECT s.* FROM parameters p JOIN workstation_session s ON s.tenant_id = p.tenant_id),
	double AS MATERIALIZED (SELECT a.officer, b.started_at AS since, least(a.ended_at, b.ended_at) AS until FROM parameters p CROSS JOIN log a JOIN log b ON b.officer = a.officer AND b.workstation <> a.workstation
		WHERE b.ended_at IS NOT NULL AND (a.started_at, a.workstation) < (b.started_at, b.workstation) AND a.ended_at > b.started_at AND least(a.ended_at, b.ended_at) - b.started_at > p.session_overlap),
	twice AS (SELECT x.declaration_id FROM done x JOIN double b ON b.officer = x.user_code AND x.timed AND x.at BETWEEN b.since AND b.until),
	customs AS (SELECT u.code FROM parameters p CROSS JOIN LATERAL (
			SELECT officer AS code FROM posting WHERE tenant_id = p.tenant_id AND function IN ('examiner', 'chief', 'head', 'cashier')
			UNION SELECT user_code FROM inspection WHERE tenant_id = p.tenant_id UNION SELECT examiner FROM assignment WHERE tenant_id = p.tenant_id UNION SELECT chief FROM assignment WHERE tenant_id = p.tenant_id) u
		WHERE u.code <> '' AND NOT EXISTS (SELECT 1 FROM posting b WHERE b.tenant_id = p.tenant_id AND b.officer = u.code AND b.function IN ('broker', 'system'))
			AND NOT EXISTS (SELECT 1 FROM officer o WHERE o.tenant_id = p.tenant_id AND o.code = u.code AND o.machine)),
	trip AS MATERIALIZED (SELECT o.declaration_id, o.user_code, o.at, o.office FROM operation o WHERE o.timed AND NOT o.machine AND o.user_code IN (SELECT code FROM customs) AND NOT EXISTS (SELECT 1 FROM log)),
	travelled AS (SELECT x.declaration_id FROM parameters p CROSS JOIN trip x JOIN trip y ON y.user_code = x.user_code AND y.office <> x.office AND y.at BETWEEN x.at - p.travel AND x.at + p.travel)
SELECT d.declaration_id, d.declaration_id IN (SELECT declaration_id FROM absent UNION SELECT declaration_id FROM twice UNION SELECT declaration_id FROM travelled) AS broken
FROM parameters p CROSS JOIN paper d
WHERE d.has_events AND (EXISTS (SELECT 1 FROM posting s WHERE s.tenant_id = p.tenant_id) OR EXISTS (SELECT 1 FROM log) OR EXISTS (SELECT 1 FROM customs))

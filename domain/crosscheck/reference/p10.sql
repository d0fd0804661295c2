-- P10: a transit that the declaration is, or ends, was validated before departure (a)
-- or was faster than distance or history allow (b).
WITH leg AS (SELECT t.reference, t.departure, t.destination, t.distance_km, coalesce(t.transmitted_at, t.registered_at) AS departed_at,
		coalesce(CASE WHEN t.transmitted_at IS NOT NULL THEN t.transmitted_precision ELSE t.registered_precision END, 'minute') NOT IN ('day', '') AS departed_timed,
		t.arrived_at, coalesce(t.arrived_precision, 'minute') NOT IN ('day', '') AS arrived_timed, t.validated_at, coalesce(t.validated_precision, 'minute') NOT IN ('day', '') AS validated_timed,
		coalesce(nullif(a.zone, ''), p.zone) AS departure_zone, coalesce(nullif(b.zone, ''), p.zone) AS destination_zone
	FROM parameters p JOIN transit t ON t.tenant_id = p.tenant_id LEFT JOIN office a ON a.tenant_id = p.tenant_id AND a.code = t.departure LEFT JOIN office b ON b.tenant_id = p.tenant_id AND b.code = t.destination
	WHERE coalesce(t.transmitted_at, t.registered_at) IS NOT NULL),
	habit AS (SELECT departure, destination, count(*) AS transits, percentile_cont(0.05) WITHIN GROUP (ORDER BY extract(epoch FROM arrived_at - departed_at)::float8) AS fifth
		FROM leg WHERE departed_timed AND arrived_timed AND arrived_at > departed_at GROUP BY departure, destination),
	judged AS (SELECT l.reference,
			coalesce(CASE WHEN validated_timed AND departed_timed THEN validated_at < departed_at
				ELSE (validated_at AT TIME ZONE destination_zone)::date < (departed_at AT TIME ZONE departure_zone)::date END, false)
			OR coalesce(departed_timed AND arrived_timed AND CASE WHEN distance_km > 0 THEN extract(epoch FROM arrived_at - departed_at) * p.transit_speed < distance_km * 3600
				WHEN h.transits >= 30 THEN extract(epoch FROM arrived_at - departed_at)::float8 < 0.5 * h.fifth END, false) AS broken
		FROM parameters p CROSS JOIN leg l LEFT JOIN habit h ON h.departure = l.departure AND h.destination = l.destination)
SELECT d.declaration_id, bool_or(j.broken) AS broken
FROM paper d JOIN judged j ON j.reference = d.reference OR j.reference = d.previous AND d.previous <> ''
GROUP BY d.declaration_id

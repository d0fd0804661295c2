-- P14: the manifest is younger than the declaration that cites it, unless that was
-- lodged before arrival and may be.
SELECT d.declaration_id, CASE WHEN m.registered_precision NOT IN ('day', '') AND g.timed THEN m.registered_at > g.at + p.late_manifest
		ELSE (m.registered_at AT TIME ZONE coalesce(nullif(o.zone, ''), p.zone))::date > g.day END
	AND NOT (p.pre_arrival_allowed AND (d.prelodged OR coalesce(CASE WHEN a.precision NOT IN ('day', '') AND g.timed THEN g.at < a.at ELSE g.day < (a.at AT TIME ZONE d.zone)::date END, false))) AS broken
FROM parameters p CROSS JOIN paper d JOIN registration g ON g.declaration_id = d.declaration_id
JOIN manifest m ON m.tenant_id = p.tenant_id AND m.reference = d.manifest AND m.registered_at IS NOT NULL LEFT JOIN office o ON o.tenant_id = p.tenant_id AND o.code = m.office
CROSS JOIN LATERAL (SELECT CASE WHEN m.arrived_at IS NOT NULL THEN m.arrived_at ELSE d.arrived_at END AS at, CASE WHEN m.arrived_at IS NOT NULL THEN m.arrived_precision ELSE d.arrived_precision END AS precision) a
WHERE d.manifest <> '' AND d.has_events

-- P5: a re-route by a person without a reason (a), or too late (b). Without the
-- new lane, or without inspection acts for a re-route to green, (a) cannot be judged.
WITH moved AS (SELECT o.declaration_id, o.reason = '' AND o.to_lane <> '' AND NOT (o.to_lane = 'green' AND (NOT d.has_inspections OR EXISTS (SELECT 1 FROM act a
			WHERE a.declaration_id = o.declaration_id AND CASE WHEN a.timed AND o.timed THEN a.at <= o.at ELSE a.day <= o.day END))) AS unreasoned,
		o.reason = '' AND (o.to_lane = '' OR o.to_lane = 'green' AND NOT d.has_inspections) AS unknown,
		coalesce(CASE WHEN p.selection_timing = 'before_assessment' THEN CASE WHEN o.timed AND s.timed THEN o.at > s.at + p.clock_tolerance ELSE o.day > s.day END
			ELSE CASE WHEN o.timed AND r.timed THEN o.at > r.at + p.clock_tolerance ELSE o.day > r.day END END, false) AS late
	FROM parameters p CROSS JOIN paper d JOIN operation o ON o.declaration_id = d.declaration_id AND o.kind = 'rerouted' AND NOT o.machine
	LEFT JOIN first_operation s ON s.declaration_id = d.declaration_id AND s.kind = 'assessed' LEFT JOIN release r ON r.declaration_id = d.declaration_id)
SELECT d.declaration_id, coalesce(m.broken, false) AS broken
FROM paper d LEFT JOIN (SELECT declaration_id, bool_or(unreasoned OR late) AS broken, bool_or(unknown) AS unknown FROM moved GROUP BY declaration_id) m ON m.declaration_id = d.declaration_id
WHERE d.has_events AND (m.broken OR NOT coalesce(m.unknown, false))

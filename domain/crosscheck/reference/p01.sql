-- P1: the steps registration, assessment, payment, release, exit lie in this order;
-- a step that is missing is bridged.
SELECT d.declaration_id, coalesce(s.broken, false) AS broken
FROM paper d
LEFT JOIN (
	SELECT declaration_id, bool_or(early AND NOT (step = 4 AND before = 3 AND deferred) AND NOT (step = 3 AND before = 2 AND at_assessment)) AS broken FROM (
		SELECT s.declaration_id, step, lag(step) OVER w AS before, u.deferred, p.payment_at_assessment AS at_assessment,
			CASE WHEN timed AND lag(timed) OVER w THEN s.at < lag(s.at) OVER w - p.clock_tolerance ELSE s.day < lag(s.day) OVER w END AS early
		FROM parameters p CROSS JOIN (
			SELECT declaration_id, 1 AS step, at, timed, day FROM registration
			UNION ALL SELECT declaration_id, 2, at, timed, day FROM first_operation WHERE kind = 'assessed'
			UNION ALL SELECT declaration_id, 3, at, timed, day FROM (
				SELECT DISTINCT ON (declaration_id) * FROM (
					SELECT declaration_id, at, timed, day, 1 AS choice, 1 AS sequence FROM first_operation WHERE kind = 'paid'
					UNION ALL SELECT declaration_id, at, timed, day, 2, sequence FROM money WHERE kind <> 'refund') c
				ORDER BY declaration_id, choice, sequence) paid
			UNION ALL SELECT declaration_id, 4, at, timed, day FROM release
			UNION ALL SELECT declaration_id, 5, at, timed, day FROM first_operation WHERE kind = 'exited') s
		JOIN due u ON u.declaration_id = s.declaration_id
		WINDOW w AS (PARTITION BY s.declaration_id ORDER BY step)) pairs
	GROUP BY declaration_id) s ON s.declaration_id = d.declaration_id
WHERE d.has_events OR EXISTS (SELECT 1 FROM money m WHERE m.declaration_id = d.declaration_id AND m.kind <> 'refund')

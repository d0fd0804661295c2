-- P2: red, then the first of re-route out of red, assessment (where selection
-- comes before it) and release, and no inspection act until then.
SELECT d.declaration_id, closing.at IS NOT NULL AND NOT EXISTS (SELECT 1 FROM act a WHERE a.declaration_id = d.declaration_id
	AND CASE WHEN a.timed AND closing.timed THEN a.at <= closing.at + p.clock_tolerance ELSE a.day <= closing.day END) AS broken
FROM parameters p CROSS JOIN paper d
LEFT JOIN release r ON r.declaration_id = d.declaration_id
LEFT JOIN LATERAL (SELECT min(since) AS since FROM (
	SELECT -1 AS since WHERE d.lane_selected = 'red' AND NOT EXISTS (SELECT 1 FROM operation o WHERE o.declaration_id = d.declaration_id AND o.kind = 'selected' AND o.to_lane <> '')
	UNION ALL SELECT o.sequence FROM operation o WHERE o.declaration_id = d.declaration_id AND o.kind IN ('selected', 'rerouted') AND o.to_lane = 'red'
		AND (r.sequence IS NULL OR o.sequence <= r.sequence)) s) red ON true
LEFT JOIN LATERAL (SELECT o.at, o.timed, o.day FROM (
	SELECT o.*, coalesce(nullif(o.from_lane, ''), (SELECT b.to_lane FROM operation b WHERE b.declaration_id = o.declaration_id AND b.sequence < o.sequence
		AND b.kind IN ('selected', 'rerouted') AND b.to_lane <> '' ORDER BY b.sequence DESC LIMIT 1), d.lane_selected) AS out_of
	FROM operation o WHERE o.declaration_id = d.declaration_id AND o.sequence > red.since) o
	WHERE o.kind = 'rerouted' AND o.to_lane NOT IN ('', 'red') AND o.out_of = 'red' OR o.kind = 'assessed' AND p.selection_timing = 'before_assessment' OR o.sequence = r.sequence
	ORDER BY o.sequence LIMIT 1) closing ON true
WHERE d.has_events AND d.has_inspections
	AND (d.lane_selected <> '' OR EXISTS (SELECT 1 FROM operation o WHERE o.declaration_id = d.declaration_id AND o.kind IN ('selected', 'rerouted') AND o.to_lane <> ''))

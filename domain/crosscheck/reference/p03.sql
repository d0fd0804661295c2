-- P3: an inspection act by somebody who was not assigned then. An act without a
-- user, or when nobody was assigned, cannot be judged.
WITH assigned AS NOT MATERIALIZED (SELECT a.declaration_id, a.sequence, a.examiner, a.chief, a.at, (a.at AT TIME ZONE d.zone)::date AS day
		FROM paper d JOIN assignment a ON a.tenant_id = d.tenant_id AND a.declaration_id = d.declaration_id WHERE a.examiner <> '' OR a.chief <> ''),
	judged AS (SELECT a.declaration_id, a.sequence, bool_or(a.user_code IN (g.examiner, g.chief)) AS inside
		FROM act a JOIN assigned g ON g.declaration_id = a.declaration_id
		WHERE a.user_code <> '' AND CASE
			WHEN a.timed THEN g.at <= a.at AND NOT EXISTS (SELECT 1 FROM assigned n WHERE n.declaration_id = g.declaration_id AND n.sequence > g.sequence AND n.at <= a.at)
			ELSE g.day = a.day OR g.day < a.day AND NOT EXISTS (SELECT 1 FROM assigned n WHERE n.declaration_id = g.declaration_id AND n.sequence > g.sequence AND n.day < a.day) END
		GROUP BY a.declaration_id, a.sequence)
SELECT d.declaration_id, coalesce((SELECT bool_or(NOT j.inside) FROM judged j WHERE j.declaration_id = d.declaration_id), false) AS broken
FROM paper d
WHERE d.has_inspections AND d.has_assignments
	AND (NOT EXISTS (SELECT 1 FROM act a WHERE a.declaration_id = d.declaration_id) OR EXISTS (SELECT 1 FROM judged j WHERE j.declaration_id = d.declaration_id))

-- P6: a confirmed offence that cost nothing (a), or money raised by Customs without
-- an offence or an inspection that explains it (b). Younger cases wait.
WITH raised AS (SELECT *, by_customs AND (duty_change >= duty_epsilon OR value_change >= value_epsilon) AS up FROM version),
	crime AS (SELECT o.*, (o.at AT TIME ZONE d.zone)::date AS day FROM paper d JOIN offence o ON o.tenant_id = d.tenant_id AND o.declaration_id = d.declaration_id),
	kase AS (
		SELECT o.declaration_id, o.day FROM parameters p CROSS JOIN crime o WHERE o.status = 'confirmed' AND o.extra_duties = 0 AND o.fine = 0 AND NOT o.code = ANY (p.documentary)
			AND NOT EXISTS (SELECT 1 FROM raised v WHERE v.declaration_id = o.declaration_id AND v.up AND abs(v.day - o.day) <= p.offence_days)
		UNION ALL SELECT v.declaration_id, v.day FROM parameters p CROSS JOIN raised v WHERE v.up AND greatest(v.duty_change, 0) >= p.de_minimis
			AND NOT EXISTS (SELECT 1 FROM crime o WHERE o.declaration_id = v.declaration_id AND abs(v.day - o.day) <= p.offence_days)
			AND NOT EXISTS (SELECT 1 FROM act a WHERE a.declaration_id = v.declaration_id AND NOT a.conform AND abs(v.day - a.day) <= p.offence_days))
SELECT d.declaration_id, coalesce(k.ripe, false) AS broken
FROM paper d LEFT JOIN (
	SELECT k.declaration_id, bool_or((p.watermark AT TIME ZONE d.zone)::date - k.day >= p.offence_days) AS ripe, bool_or((p.watermark AT TIME ZONE d.zone)::date - k.day < p.offence_days) AS waiting
	FROM parameters p CROSS JOIN kase k JOIN paper d ON d.declaration_id = k.declaration_id GROUP BY k.declaration_id) k ON k.declaration_id = d.declaration_id
WHERE d.has_offences AND d.has_versions AND (k.ripe OR NOT coalesce(k.waiting, false))

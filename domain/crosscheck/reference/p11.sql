-- P11: re-export (a) or home use after suspense (b) without a discharge within seven
-- days of assessment, or a discharge that takes more than the account held (c).
WITH turned AS (SELECT x.declaration, a.holder, left(a.hs, 6) AS heading, a.hs, a.closed_on, (x.at AT TIME ZONE coalesce(nullif(o.zone, ''), p.zone))::date AS day,
		sum(x.quantity) OVER (PARTITION BY x.account ORDER BY x.at, x.sequence ROWS UNBOUNDED PRECEDING) > a.quantity AS over
	FROM parameters p JOIN discharge x ON x.tenant_id = p.tenant_id JOIN suspense_account a ON a.tenant_id = p.tenant_id AND a.account = x.account
	LEFT JOIN office o ON o.tenant_id = p.tenant_id AND o.code = a.office),
	owing AS (SELECT d.declaration_id, d.reference, d.importer, d.zone, s.day AS assessed, kind.procedures, (p.watermark AT TIME ZONE d.zone)::date - s.day <= 7 AS early
		FROM parameters p CROSS JOIN paper d JOIN first_operation s ON s.declaration_id = d.declaration_id AND s.kind = 'assessed'
		CROSS JOIN LATERAL (VALUES (d.flow = 'export', p.re_export), (true, p.after_suspense)) AS kind(applies, procedures)
		WHERE kind.applies AND EXISTS (SELECT 1 FROM item i WHERE i.tenant_id = d.tenant_id AND i.declaration_id = d.declaration_id AND i.procedure = ANY (kind.procedures))),
	missed AS (SELECT w.declaration_id, w.early, NOT w.early
			AND NOT EXISTS (SELECT 1 FROM turned t WHERE t.declaration = w.reference AND abs(t.day - w.assessed) <= 7)
			AND NOT EXISTS (SELECT 1 FROM turned t JOIN parameters p ON true JOIN item i ON i.tenant_id = p.tenant_id AND i.declaration_id = w.declaration_id AND i.procedure = ANY (w.procedures) AND left(i.hs, 6) = t.heading
				WHERE t.declaration = '' AND t.hs <> '' AND t.holder = w.importer AND (t.closed_on IS NULL OR t.closed_on >= t.day) AND abs(t.day - w.assessed) <= 7) AS undischarged
		FROM owing w),
	verdict AS (SELECT d.declaration_id, EXISTS (SELECT 1 FROM turned t WHERE t.declaration = d.reference AND t.over)
			OR EXISTS (SELECT 1 FROM missed m WHERE m.declaration_id = d.declaration_id AND m.undischarged) AS broken,
		EXISTS (SELECT 1 FROM missed m WHERE m.declaration_id = d.declaration_id AND m.early) AS early
		FROM paper d WHERE d.has_items AND d.has_events AND EXISTS (SELECT 1 FROM suspense_account a WHERE a.tenant_id = d.tenant_id))
SELECT declaration_id, broken FROM verdict WHERE broken OR NOT early

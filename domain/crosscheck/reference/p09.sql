-- P9: a bill is overdrawn (a), or packages (b) or mass (c) written off it for
-- declarations differ from what the live declarations citing it declare, once all are assessed.
WITH cites AS (SELECT DISTINCT d.declaration_id, d.manifest, b.bill, d.packages, d.gross_mass, d.has_items AND d.has_events AS complete,
		EXISTS (SELECT 1 FROM first_operation o WHERE o.declaration_id = d.declaration_id AND o.kind = 'assessed') AS assessed
	FROM paper d CROSS JOIN LATERAL unnest(d.bills) AS b(bill) WHERE NOT d.cancelled AND d.manifest <> ''),
	numbered AS (SELECT c.*, count(*) OVER (PARTITION BY declaration_id) AS bills FROM cites c),
	pile AS (SELECT b.manifest, b.reference AS bill, b.packages, coalesce(b.remaining_packages < 0, false) OR coalesce(b.remaining_mass < 0, false) AS negative,
			coalesce(sum(w.packages), 0) AS off, coalesce(sum(w.packages) FILTER (WHERE w.declaration <> ''), 0) AS off_declared,
			coalesce(sum(w.gross_mass) FILTER (WHERE w.declaration <> ''), 0) AS mass_declared,
			coalesce(bool_or(w.declaration <> '' AND x.declaration_id IS NULL), false) AS strange,
			array_agg(DISTINCT x.declaration_id) FILTER (WHERE x.declaration_id IS NOT NULL) AS writers
		FROM parameters p JOIN bill b ON b.tenant_id = p.tenant_id LEFT JOIN write_off w ON w.tenant_id = p.tenant_id AND w.manifest = b.manifest AND w.bill = b.reference
		LEFT JOIN declaration x ON x.tenant_id = p.tenant_id AND x.reference = w.declaration
		GROUP BY b.manifest, b.reference, b.packages, b.remaining_packages, b.remaining_mass),
	claim AS (SELECT manifest, bill, count(*) AS citing, sum(packages) AS packages, sum(gross_mass) AS mass, bool_and(assessed) AS assessed, bool_and(complete) AS complete, max(bills) AS most
		FROM numbered GROUP BY manifest, bill),
	side AS (
		-- every declaration citing the bill cites only this one
		SELECT n.declaration_id, i.off_declared AS off, i.mass_declared AS off_mass, c.packages, c.mass, c.assessed, c.complete AND NOT i.strange OR c.citing = 1 AND NOT i.strange AND coalesce(i.writers <@ ARRAY[n.declaration_id], true) AS sure
		FROM numbered n JOIN claim c ON c.manifest = n.manifest AND c.bill = n.bill AND c.most = 1 JOIN pile i ON i.manifest = n.manifest AND i.bill = n.bill
		UNION ALL
		-- one declaration alone cites several bills: all together
		SELECT n.declaration_id, sum(i.off_declared), sum(i.mass_declared), max(n.packages), max(n.gross_mass), bool_and(n.assessed), bool_and(c.citing = 1 AND NOT i.strange AND coalesce(i.writers <@ ARRAY[n.declaration_id], true))
		FROM numbered n JOIN claim c ON c.manifest = n.manifest AND c.bill = n.bill JOIN pile i ON i.manifest = n.manifest AND i.bill = n.bill
		WHERE n.bills > 1 GROUP BY n.declaration_id, n.bills HAVING count(*) = n.bills)
SELECT d.declaration_id, EXISTS (SELECT 1 FROM cites c JOIN pile i ON i.manifest = c.manifest AND i.bill = c.bill
		WHERE c.declaration_id = d.declaration_id AND (i.off - i.packages > p.package_tolerance OR i.negative))
	OR EXISTS (SELECT 1 FROM side s WHERE s.declaration_id = d.declaration_id AND s.assessed AND s.sure
		AND (abs(s.off - s.packages) > p.package_tolerance OR s.mass > 0 AND abs(s.off_mass - s.mass) * 1000 > p.weight_per_mille * s.mass)) AS broken
FROM parameters p CROSS JOIN paper d
WHERE NOT d.cancelled AND d.has_items AND EXISTS (SELECT 1 FROM write_off w WHERE w.tenant_id = p.tenant_id)
	AND EXISTS (SELECT 1 FROM cites c JOIN bill b ON b.tenant_id = p.tenant_id AND b.manifest = c.manifest AND b.reference = c.bill
		JOIN manifest m ON m.tenant_id = p.tenant_id AND m.reference = c.manifest WHERE c.declaration_id = d.declaration_id)

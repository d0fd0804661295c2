-- P9: a bill is overdrawn (a), or packages (b) or mass (c) written off it for
-- declarations differ from what the live declarations citing it declare, once all are assessed.
WITH cites AS MATERIALIZED (SELECT d.declaration_id, d.manifest, b.bill, d.packages, d.gross_mass, d.has_items AND d.has_events AS complete, a.declaration_id IS NOT NULL AS assessed,
		count(*) OVER (PARTITION BY d.declaration_id) AS bills
	FROM paper d CROSS JOIN LATERAL (SELECT DISTINCT unnest(d.bills)) AS b(bill) LEFT JOIN (SELECT DISTINCT declaration_id FROM operation WHERE kind = 'assessed') a ON a.declaration_id = d.declaration_id
	WHERE NOT d.cancelled AND d.manifest <> ''),
	pile AS MATERIALIZED (SELECT b.manifest, b.reference AS bill, b.packages, coalesce(b.remaining_packages < 0, false) OR coalesce(b.remaining_mass < 0, false) AS negative,
			coalesce(sum(w.packages), 0) AS off, coalesce(sum(w.packages) FILTER (WHERE w.declaration <> ''), 0) AS off_declared,
			coalesce(sum(w.gross_mass) FILTER (WHERE w.declaration <> ''), 0) AS mass_declared,
			coalesce(bool_or(w.declaration <> '' AND x.declaration_id IS NULL), false) AS strange,
			array_agg(DISTINCT x.declaration_id) FILTER (WHERE x.declaration_id IS NOT NULL) AS writers
		FROM parameters p JOIN bill b ON b.tenant_id = p.tenant_id LEFT JOIN write_off w ON w.tenant_id = p.tenant_id AND w.manifest = b.manifest AND w.bill = b.reference
		LEFT JOIN declaration x ON x.tenant_id = p.tenant_id AND x.reference = w.declaration
		GROUP BY b.manifest, b.reference, b.packages, b.remaining_packages, b.remaining_mass),
	claim AS (SELECT manifest, bill, count(*) AS citing, sum(packages) AS packages, sum(gross_mass) AS mass, bool_and(assessed) AS assessed, bool_and(complete) AS complete, max(bills) AS most
		FROM cites GROUP BY manifest, bill),
	known AS MATERIALIZED (SELECT n.declaration_id, n.bills, n.packages AS own_packages, n.gross_mass AS own_mass, n.assessed AS own_assessed, c.citing, c.most, c.packages, c.mass, c.assessed,
			i.off, i.packages AS held, i.negative, i.off_declared, i.mass_declared, c.citing = 1 AND NOT i.strange AND coalesce(i.writers <@ ARRAY[n.declaration_id], true) AS alone, c.complete AND NOT i.strange AS sure
		FROM cites n JOIN claim c USING (manifest, bill) JOIN pile i USING (manifest, bill)),
	side AS (
		-- every declaration citing the bill cites only this one
		SELECT declaration_id, off_declared AS off, mass_declared AS off_mass, packages, mass FROM known WHERE most = 1 AND assessed AND (sure OR alone)
		UNION ALL
		-- one declaration alone cites several bills: all together
		SELECT declaration_id, sum(off_declared), sum(mass_declared), max(own_packages), max(own_mass) FROM known WHERE bills > 1
		GROUP BY declaration_id, bills HAVING count(*) = bills AND bool_and(alone AND own_assessed)),
	wrong AS (SELECT k.declaration_id FROM parameters p CROSS JOIN known k WHERE k.off - k.held > p.package_tolerance OR k.negative
		UNION SELECT s.declaration_id FROM parameters p CROSS JOIN side s WHERE abs(s.off - s.packages) > p.package_tolerance OR s.mass > 0 AND abs(s.off_mass - s.mass) * 1000 > p.weight_per_mille * s.mass)
SELECT d.declaration_id, d.declaration_id IN (SELECT declaration_id FROM wrong) AS broken
FROM parameters p CROSS JOIN paper d
WHERE NOT d.cancelled AND d.has_items AND EXISTS (SELECT 1 FROM write_off w WHERE w.tenant_id = p.tenant_id)
	AND EXISTS (SELECT 1 FROM manifest m WHERE m.tenant_id = p.tenant_id AND m.reference = d.manifest) AND d.declaration_id IN (SELECT declaration_id FROM known)

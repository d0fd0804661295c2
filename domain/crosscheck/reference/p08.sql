-- P8: registered again with the same importer, cargo and goods as a cancelled declaration.
WITH goods AS (SELECT DISTINCT i.declaration_id, left(i.hs, 6) AS heading FROM parameters p JOIN item i ON i.tenant_id = p.tenant_id),
	void AS (SELECT d.declaration_id, d.importer, d.manifest, d.bills, d.containers, o.at, o.timed, o.day, g.at AS registered_at, g.timed AS registered_timed, g.day AS registered_day
		FROM paper d JOIN first_operation o ON o.declaration_id = d.declaration_id AND o.kind = 'cancelled' JOIN registration g ON g.declaration_id = d.declaration_id
		WHERE d.cancelled AND d.importer <> '')
SELECT d.declaration_id, EXISTS (SELECT 1 FROM parameters p CROSS JOIN void c
	CROSS JOIN LATERAL (SELECT count(*) AS shared FROM goods a JOIN goods b ON b.declaration_id = c.declaration_id AND b.heading = a.heading WHERE a.declaration_id = d.declaration_id) s
	CROSS JOIN LATERAL (SELECT count(*) AS either FROM (SELECT heading FROM goods WHERE declaration_id = d.declaration_id UNION SELECT heading FROM goods WHERE declaration_id = c.declaration_id) u) e
	WHERE c.importer = d.importer AND c.declaration_id <> d.declaration_id AND (c.manifest = d.manifest AND c.bills && d.bills OR c.containers && d.containers)
		AND CASE WHEN g.timed AND c.timed THEN g.at BETWEEN c.at - interval '24 hours' AND c.at + make_interval(hours => 24 * p.re_registration_days)
			ELSE g.day - c.day BETWEEN -1 AND p.re_registration_days END
		AND CASE WHEN g.timed AND c.registered_timed THEN g.at >= c.registered_at ELSE g.day >= c.registered_day END
		AND e.either > 0 AND s.shared * 10 >= e.either * 8) AS broken
FROM paper d JOIN registration g ON g.declaration_id = d.declaration_id
WHERE d.has_events AND d.has_items AND d.importer <> '' AND (cardinality(d.bills) > 0 OR cardinality(d.containers) > 0)

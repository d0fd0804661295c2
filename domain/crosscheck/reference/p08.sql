-- P8: registered again with the same importer, cargo and goods as a cancelled declaration.
WITH void AS MATERIALIZED (SELECT d.declaration_id, d.importer, d.manifest, d.bills, d.containers, o.at, o.timed, o.day, g.at AS registered_at, g.timed AS registered_timed, g.day AS registered_day
		FROM paper d JOIN first_operation o ON o.declaration_id = d.declaration_id AND o.kind = 'cancelled' JOIN registration g ON g.declaration_id = d.declaration_id
		WHERE d.cancelled AND d.importer <> ''),
	same_cargo AS MATERIALIZED (SELECT c.declaration_id AS cancelled_id, d.declaration_id, c.at, c.timed, c.day, c.registered_at, c.registered_timed, c.registered_day
		FROM void c JOIN paper d ON d.importer = c.importer AND d.declaration_id <> c.declaration_id AND (c.manifest = d.manifest AND c.bills && d.bills OR c.containers && d.containers)),
	timely AS MATERIALIZED (SELECT c.cancelled_id, c.declaration_id FROM parameters p CROSS JOIN same_cargo c JOIN registration g ON g.declaration_id = c.declaration_id
		WHERE CASE WHEN g.timed AND c.timed THEN g.at BETWEEN c.at - interval '24 hours' AND c.at + make_interval(hours => 24 * p.re_registration_days)
				ELSE g.day - c.day BETWEEN -1 AND p.re_registration_days END
			AND CASE WHEN g.timed AND c.registered_timed THEN g.at >= c.registered_at ELSE g.day >= c.registered_day END),
	goods AS (SELECT t.cancelled_id, t.declaration_id, left(i.hs, 6) AS heading, bool_or(i.declaration_id = t.cancelled_id) AND bool_or(i.declaration_id = t.declaration_id) AS shared
		FROM parameters p CROSS JOIN timely t JOIN item i ON i.tenant_id = p.tenant_id AND i.declaration_id IN (t.cancelled_id, t.declaration_id) GROUP BY t.cancelled_id, t.declaration_id, left(i.hs, 6)),
	again AS (SELECT declaration_id FROM goods GROUP BY cancelled_id, declaration_id HAVING count(*) FILTER (WHERE shared) * 10 >= count(*) * 8)
SELECT d.declaration_id, d.declaration_id IN (SELECT declaration_id FROM again) AS broken
FROM paper d WHERE d.has_events AND d.has_items AND d.importer <> '' AND (cardinality(d.bills) > 0 OR cardinality(d.containers) > 0)

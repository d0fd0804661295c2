-- P4: released, something due, not deferred, and not enough paid by then.
SELECT d.declaration_id, r.declaration_id IS NOT NULL AND u.amount > u.epsilon AND NOT u.deferred AND coalesce((
		SELECT sum(m.amount) FROM money m WHERE m.declaration_id = d.declaration_id AND m.kind <> 'refund' AND m.tax <> 'FINE'
			AND CASE WHEN m.timed AND r.timed THEN m.at <= r.at + p.pay_grace ELSE m.day <= ((r.at + p.pay_grace) AT TIME ZONE d.zone)::date END), 0) < u.amount - u.epsilon AS broken
FROM parameters p CROSS JOIN paper d JOIN due u ON u.declaration_id = d.declaration_id LEFT JOIN release r ON r.declaration_id = d.declaration_id
WHERE d.has_events AND d.has_payments AND (d.has_items OR d.has_versions AND EXISTS (SELECT 1 FROM version v WHERE v.declaration_id = d.declaration_id))

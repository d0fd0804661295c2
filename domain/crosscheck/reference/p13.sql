-- P13: taxes of the items against the assessment (a), and the assessment against
-- the receipts once it is paid and nothing changed since (b).
SELECT d.declaration_id, abs(i.payable - d.assessed_total) > e.epsilon
	OR d.has_payments AND d.has_events AND NOT d.cancelled AND s.paid AND (s.raised_at IS NULL OR s.settled_at >= s.raised_at) AND abs(d.assessed_total - m.received) > e.epsilon AS broken
FROM parameters p CROSS JOIN paper d
CROSS JOIN LATERAL (SELECT greatest(1, p.money_epsilon * greatest(1, d.item_count), d.assessed_total * p.money_per_mille / 1000) AS epsilon) e
CROSS JOIN LATERAL (SELECT coalesce(sum(l.amount) FILTER (WHERE l.payable), 0) AS payable FROM item i CROSS JOIN LATERAL unnest(i.tax_amount, i.tax_payable) AS l(amount, payable)
	WHERE i.tenant_id = d.tenant_id AND i.declaration_id = d.declaration_id) i
CROSS JOIN LATERAL (SELECT bool_or(o.kind = 'paid') AS paid, max(o.at) FILTER (WHERE o.kind IN ('paid', 'refunded')) AS settled_at, max(o.at) FILTER (WHERE o.kind IN ('assessed', 'post_entry')) AS raised_at
	FROM operation o WHERE o.declaration_id = d.declaration_id) s
CROSS JOIN LATERAL (SELECT coalesce(sum(CASE WHEN m.kind = 'refund' THEN -m.amount ELSE m.amount END), 0) AS received FROM money m WHERE m.declaration_id = d.declaration_id AND m.tax <> 'FINE') m
WHERE d.has_items AND d.assessed_total IS NOT NULL

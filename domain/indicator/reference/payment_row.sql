-- needs: parameters life
-- The account: payments of duties and taxes (refunds negative, fines left out),
-- amounts due by assessment, and each day's share of the revenue targets.
account AS (
  SELECT f.declaration_id, coalesce(f.assessed_total, CASE WHEN f.items_given THEN f.payable END) AS due
  FROM life f
),
paid_line AS (
  SELECT y.declaration_id, y.sequence, y.tax, {{local_day "y.at" "h.zone"}} AS day, CASE WHEN y.kind = 'refund' THEN -y.amount ELSE y.amount END AS amount
  FROM parameters p JOIN home h ON true
  JOIN payment y ON y.tenant_id = p.tenant AND y.declaration_id = h.declaration_id
  WHERE y.tax <> 'FINE'
),
-- What had been paid by the end of each day with a payment, and whether it covered what was due.
paid_by_day AS (
  SELECT d.declaration_id, d.day, sum(d.amount) OVER (PARTITION BY d.declaration_id ORDER BY d.day)
    > a.due - {{money_tolerance "a.due" "h.item_count"}} AS covered
  FROM parameters p
  JOIN (SELECT declaration_id, day, sum(amount) AS amount FROM paid_line GROUP BY declaration_id, day) d ON true
  JOIN account a USING (declaration_id)
  JOIN home h USING (declaration_id)
),
settlement AS (
  SELECT b.declaration_id, min(b.day) FILTER (WHERE b.covered AND b.day > coalesce(u.day, '-infinity')) AS settled_on
  FROM paid_by_day b
  LEFT JOIN (SELECT declaration_id, max(day) AS day FROM paid_by_day WHERE NOT covered GROUP BY declaration_id) u USING (declaration_id)
  GROUP BY b.declaration_id
),
headship AS (
  SELECT o.office, o.officer, o.starts_on, coalesce(o.ends_on, date '9999-12-31') AS ends_on
  FROM parameters p JOIN posting o ON o.tenant_id = p.tenant
  WHERE o.function = 'head' AND o.status = 'active'
),
account_line AS (
  SELECT 'paid' AS kind, l.declaration_id, l.sequence, l.tax, l.day, l.amount, NULL::bigint AS due FROM paid_line l
  UNION ALL
  SELECT 'due', a.declaration_id, 0, '', f.assessed_day, NULL, a.due
  FROM account a JOIN life f USING (declaration_id) WHERE f.assessed IS NOT NULL AND a.due IS NOT NULL
),
target_line AS (
  SELECT t.office, d.day::date AS day, t.amount * (n.number + 1) / n.length - t.amount * n.number / n.length AS target
  FROM parameters p
  JOIN revenue_target t ON t.tenant_id = p.tenant
  CROSS JOIN LATERAL (SELECT make_date(t.month / 12, t.month % 12 + 1, 1) AS first) m
  CROSS JOIN LATERAL generate_series(m.first, m.first + interval '1 month' - interval '1 day', interval '1 day') AS d(day)
  CROSS JOIN LATERAL (SELECT d.day::date - m.first AS number, (m.first + interval '1 month')::date - m.first AS length) n
),
payment_row AS (
  SELECT l.day AS dated, f.declaration_id, f.reference,
    f.office, coalesce(g.section, '') AS section, f.assessing_officer AS officer, coalesce(g.examiner, '') AS examiner, coalesce(g.chief, '') AS chief,
    {{dimensions "f"}},
    l.kind, {{head "f.office" "l.day"}} AS head, l.tax, f.is_cancelled, f.assessed_day AS assessed_on,
    CASE WHEN a.due IS NOT NULL THEN coalesce(s.settled_on, date '9999-12-31') END AS settled_on,
    l.amount, l.due, NULL::bigint AS target, coalesce(l.due, -l.amount) AS balance
  FROM parameters p
  JOIN account_line l ON true
  JOIN life f USING (declaration_id)
  JOIN account a USING (declaration_id)
  LEFT JOIN settlement s USING (declaration_id)
  {{assignment_at "g" "f.declaration_id" "f.assessed_at" "f.assessed_timed" "f.assessed_day" "f.zone"}}
  UNION ALL
  SELECT t.day, NULL, '', t.office, '', '', '', '', {{no_dimensions}},
    'target', {{head "t.office" "t.day"}}, '', false, NULL, NULL, NULL, NULL, t.target, NULL
  FROM target_line t
)

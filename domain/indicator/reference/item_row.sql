-- needs: parameters life
-- One row an item, dated by the local day of registration of its declaration.
-- Procedure, HS and origin are its own.
item_price AS (
  SELECT i.declaration_id, i.number, left(i.hs, 6) AS subheading, i.origin, date_trunc('month', f.registered_on::timestamp) AS month, f.is_cancelled,
    CASE WHEN i.customs_value > 0 AND greatest(i.net_mass, 0) + greatest(i.gross_mass, 0) > 0
         THEN i.customs_value::float8 / (CASE WHEN i.net_mass > 0 THEN i.net_mass ELSE i.gross_mass END)::float8 END AS price
  FROM parameters p
  JOIN life f ON true
  JOIN item i ON i.tenant_id = p.tenant AND i.declaration_id = f.declaration_id
),
-- An item is judged by the items of the same HS subheading and origin of the twelve
-- months before its own: by its ratio to their median, and the median of their own ratios.
price_cell AS (
  SELECT cell.month, cell.subheading, cell.origin, count(*) AS items, percentile_disc(0.5) WITHIN GROUP (ORDER BY h.price) AS median
  FROM (SELECT DISTINCT month, subheading, origin FROM item_price WHERE price IS NOT NULL) cell
  JOIN item_price h ON h.subheading = cell.subheading AND h.origin = cell.origin AND h.price IS NOT NULL AND NOT h.is_cancelled
    AND h.month >= cell.month - interval '12 months' AND h.month < cell.month
  GROUP BY cell.month, cell.subheading, cell.origin
),
price_limit AS (
  SELECT c.month, c.subheading, c.origin, c.median,
    power(percentile_disc(0.5) WITHIN GROUP (ORDER BY greatest(h.price / c.median, c.median / h.price)), 1.4826::float8 * p.outlier_deviations) AS ratio
  FROM parameters p
  JOIN price_cell c ON c.items >= greatest(1, p.outlier_minimum)
  JOIN item_price h ON h.subheading = c.subheading AND h.origin = c.origin AND h.price IS NOT NULL AND NOT h.is_cancelled
    AND h.month >= c.month - interval '12 months' AND h.month < c.month
  GROUP BY c.month, c.subheading, c.origin, c.median, p.outlier_deviations
),
item_row AS (
  SELECT f.registered_on AS dated, f.declaration_id, f.reference,
    f.office, coalesce(g.section, '') AS section, f.assessing_officer AS officer, coalesce(g.examiner, '') AS examiner, coalesce(g.chief, '') AS chief,
    {{dimensions "f" "i.procedure" "left(i.hs, 4)" "i.origin"}},
    left(i.hs, 6) AS hs_subheading, i.preference, f.is_cancelled, i.customs_value,
    (SELECT coalesce(sum(t.amount) FILTER (WHERE t.payable), 0) FROM unnest(i.tax_amount, i.tax_payable) AS t(amount, payable)) AS duties,
    (SELECT coalesce(sum(t), 0) FROM unnest(i.tax_relieved) AS t) AS relieved,
    l.ratio IS NOT NULL AND x.price IS NOT NULL AS price_judged,
    coalesce(greatest(x.price / l.median, l.median / x.price) > l.ratio, false) AS price_outlier
  FROM parameters p
  JOIN life f ON true
  JOIN item i ON i.tenant_id = p.tenant AND i.declaration_id = f.declaration_id
  JOIN item_price x ON x.declaration_id = i.declaration_id AND x.number = i.number
  LEFT JOIN price_limit l ON l.month = x.month AND l.subheading = x.subheading AND l.origin = x.origin
  {{assignment_at "g" "f.declaration_id" "f.assessed_at" "f.assessed_timed" "f.assessed_day" "f.zone"}}
)

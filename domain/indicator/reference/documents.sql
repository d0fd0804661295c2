-- needs: parameters
-- Manifests with their bills of lading, transits and suspense accounts.
manifest_home AS (
  SELECT m.*, coalesce(nullif(o.zone, ''), p.zone) AS zone, coalesce(o.code, '') AS calendar,
    coalesce(o.opens, 480) * 60 AS opens, coalesce(o.closes, 1020) * 60 AS closes, coalesce(o.workdays, '1111100') AS workdays
  FROM parameters p
  JOIN manifest m ON m.tenant_id = p.tenant
  LEFT JOIN office o ON o.tenant_id = p.tenant AND o.code = m.office
),
manifest_row AS (
  SELECT t.arrived AS dated, m.office, m.carrier, m.mode, m.reference, t.lodged IS NOT NULL AS dates_known,
    CASE WHEN {{timed "m.arrived_precision"}} AND t.timed THEN {{unix "t.at"}} - {{unix "m.arrived_at"}} > p.late_manifest_days * 86400
         ELSE t.lodged - t.arrived > p.late_manifest_days END AS late
  FROM parameters p
  JOIN manifest_home m ON m.arrived_at IS NOT NULL
  CROSS JOIN LATERAL (SELECT coalesce(m.validated_at, m.registered_at) AS at, {{local_day "m.arrived_at" "m.zone"}} AS arrived,
    {{local_day "coalesce(m.validated_at, m.registered_at)" "m.zone"}} AS lodged,
    {{timed "CASE WHEN m.validated_at IS NOT NULL THEN m.validated_precision ELSE m.registered_precision END"}} AS timed) t
),
written AS (
  SELECT m.reference AS manifest, w.bill, w.sequence, w.packages, {{local_day "w.at" "m.zone"}} AS day,
    (SELECT d.broker FROM declaration d WHERE d.tenant_id = p.tenant AND d.reference = w.declaration AND w.declaration <> '') AS broker
  FROM parameters p JOIN manifest_home m ON true
  JOIN write_off w ON w.tenant_id = p.tenant AND w.manifest = m.reference
),
bill_line AS (
  SELECT b.*, m.office, m.carrier, m.mode, {{local_day "coalesce(m.last_discharged_at, m.arrived_at)" "m.zone"}} AS discharged
  FROM parameters p
  JOIN manifest_home m ON coalesce(m.last_discharged_at, m.arrived_at) IS NOT NULL
  JOIN bill b ON b.tenant_id = p.tenant AND b.manifest = m.reference
),
written_summary AS (
  SELECT b.manifest, b.reference AS bill, (array_agg(w.broker ORDER BY w.sequence) FILTER (WHERE w.broker <> ''))[1] AS broker,
    sum(w.packages) FILTER (WHERE w.day - b.discharged <= p.write_off_days) AS packages
  FROM parameters p JOIN bill_line b ON true
  JOIN written w ON w.manifest = b.manifest AND w.bill = b.reference
  GROUP BY b.manifest, b.reference
),
-- Whether all of a bill was written off by the end of each day with a write-off.
written_by_day AS (
  SELECT w.manifest, w.bill, w.day, sum(w.packages) OVER (PARTITION BY w.manifest, w.bill ORDER BY w.day) >= b.packages - p.package_tolerance AS cleared
  FROM parameters p
  JOIN (SELECT manifest, bill, day, sum(packages) AS packages FROM written GROUP BY manifest, bill, day) w ON true
  JOIN bill_line b ON b.manifest = w.manifest AND b.reference = w.bill
),
cleared AS (
  SELECT d.manifest, d.bill, min(d.day) FILTER (WHERE d.cleared AND d.day > coalesce(u.day, '-infinity')) AS day
  FROM written_by_day d
  LEFT JOIN (SELECT manifest, bill, max(day) AS day FROM written_by_day WHERE NOT cleared GROUP BY manifest, bill) u USING (manifest, bill)
  GROUP BY d.manifest, d.bill
),
bill_row AS (
  SELECT b.discharged AS dated, b.office, b.carrier, b.mode, b.nature, b.consignee AS importer, coalesce(w.broker, '') AS broker,
    b.manifest, b.reference, b.nature <> '22' AS discharged, b.packages, b.packages - coalesce(w.packages, 0) AS packages_left,
    coalesce(c.day, date '9999-12-31') AS cleared_on, p.package_tolerance
  FROM parameters p
  JOIN bill_line b ON true
  LEFT JOIN written_summary w ON w.manifest = b.manifest AND w.bill = b.reference
  LEFT JOIN cleared c ON c.manifest = b.manifest AND c.bill = b.reference
),
transit_row AS (
  SELECT {{local_day "t.limit_at" "z.zone"}} AS dated, t.destination AS office, t.departure, t.departure || '>' || t.destination AS route,
    t.principal, t.carrier, left(t.hs, 4) AS hs_heading, left(t.hs, 2) AS hs_chapter, t.status, t.reference,
    coalesce(CASE WHEN {{timed "t.validated_precision"}} AND {{timed "t.limit_precision"}} THEN {{unix "t.validated_at"}} <= {{unix "t.limit_at"}}
      ELSE {{local_day "t.validated_at" "z.zone"}} <= {{local_day "t.limit_at" "z.zone"}} END, false) AS in_time
  FROM parameters p
  JOIN transit t ON t.tenant_id = p.tenant AND t.limit_at IS NOT NULL
  LEFT JOIN office o ON o.tenant_id = p.tenant AND o.code = t.destination
  CROSS JOIN LATERAL (SELECT coalesce(nullif(o.zone, ''), p.zone) AS zone) z
),
suspense_row AS (
  SELECT s.due_on AS dated, s.office, s.regime, s.holder AS importer, left(s.hs, 4) AS hs_heading, left(s.hs, 2) AS hs_chapter, s.account AS reference,
    s.closed_on IS NULL OR s.closed_on > s.due_on AS overdue, s.offence
  FROM parameters p JOIN suspense_account s ON s.tenant_id = p.tenant
)

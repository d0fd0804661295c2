-- needs: parameters life
-- What control and post-entry made of each declaration.

-- Upward changes of value or duty by Customs between two versions.
adjustment AS (
  SELECT v.declaration_id, v.number, v.at, {{timed "v.precision"}} AS timed, {{local_day "v.at" "h.zone"}} AS day
  FROM parameters p
  JOIN (SELECT w.*, lag(w.payable) OVER later AS payable_before, lag(w.customs_value) OVER later AS value_before
        FROM parameters p JOIN document_version w ON w.tenant_id = p.tenant
        WINDOW later AS (PARTITION BY w.declaration_id ORDER BY w.number)) v ON true
  JOIN home h USING (declaration_id)
  WHERE v.by_customs AND v.payable_before IS NOT NULL
    AND (v.payable - v.payable_before >= {{money_tolerance "v.payable_before" "h.item_count"}}
      OR v.customs_value - v.value_before >= {{money_tolerance "v.value_before" "h.item_count"}})
),

version_summary AS (
  SELECT w.declaration_id, count(*) AS versions,
    (array_agg(w.customs_value ORDER BY w.number))[1] AS declared_value,
    (array_agg(w.customs_value ORDER BY w.number DESC) FILTER (WHERE w.by_customs))[1] AS value_by_customs,
    (array_agg(w.payable ORDER BY w.number DESC))[1] AS payable_last,
    coalesce((array_agg(w.payable ORDER BY w.number DESC) FILTER (WHERE w.cause IN ('registered', 'amended', 'assessed')))[1],
             (array_agg(w.payable ORDER BY w.number))[1]) AS payable_assessed,
    bool_or(w.cause IN ('post_entry', 'cancelled')) AS changed,
    (array_agg(w.reason ORDER BY w.number) FILTER (WHERE w.cause IN ('post_entry', 'cancelled')))[1] AS reason
  FROM parameters p JOIN document_version w ON w.tenant_id = p.tenant
  GROUP BY w.declaration_id
),

-- Offence cases that were not dismissed.
case_found AS (
  SELECT o.declaration_id, o.sequence, o.code, o.at, {{timed "o.precision"}} AS timed, {{local_day "o.at" "h.zone"}} AS day
  FROM parameters p JOIN home h ON true
  JOIN offence o ON o.tenant_id = p.tenant AND o.declaration_id = h.declaration_id
  WHERE o.status <> 'dismissed'
),

act_of_inspection AS (
  SELECT i.*, {{timed "i.precision"}} AS timed, {{local_day "i.at" "h.zone"}} AS day
  FROM parameters p JOIN home h ON true
  JOIN inspection i ON i.tenant_id = p.tenant AND i.declaration_id = h.declaration_id
),

case_summary AS (
  SELECT declaration_id, (array_agg(code ORDER BY sequence))[1] AS code FROM case_found GROUP BY declaration_id
),
inspection_summary AS (
  SELECT declaration_id, bool_or(physical) AS physical, max(sequence) AS last FROM act_of_inspection GROUP BY declaration_id
),
change_in_log AS (
  SELECT l.declaration_id, (array_agg(l.reason ORDER BY l.sequence))[1] AS reason
  FROM log l JOIN mark m USING (declaration_id)
  WHERE l.sequence > m.assessed AND l.kind IN ('post_entry', 'cancelled')
  GROUP BY l.declaration_id
),

control AS (
  SELECT f.declaration_id, topped.up AS topped_up,
    a.declaration_id IS NOT NULL OR topped.up AS adjusted,
    c.declaration_id IS NOT NULL AS offence, coalesce(c.code, '') AS offence_code,
    coalesce(i.physical, false) AS physically_inspected, i.last AS last_inspection,
    CASE WHEN v.versions > 0 THEN v.declared_value WHEN f.items_given THEN f.customs_value END AS declared_value,
    CASE WHEN a.declaration_id IS NOT NULL THEN v.value_by_customs - v.declared_value END AS uplift,
    change.happened AS changed,
    CASE WHEN change.happened THEN coalesce(nullif(later.reason, ''), v.reason, '') ELSE '' END AS change_reason,
    CASE WHEN change.happened AND v.versions > 0 THEN v.payable_last - v.payable_assessed END AS duty_effect
  FROM parameters p
  JOIN life f ON true
  LEFT JOIN version_summary v USING (declaration_id)
  LEFT JOIN (SELECT DISTINCT declaration_id FROM adjustment) a USING (declaration_id)
  LEFT JOIN case_summary c USING (declaration_id)
  LEFT JOIN inspection_summary i USING (declaration_id)
  LEFT JOIN change_in_log later USING (declaration_id)
  -- An increase that the source shows on the header while it gave no versions.
  CROSS JOIN LATERAL (SELECT v.versions IS NULL AND f.top_up >= {{money_tolerance "f.payable" "f.item_count"}} AS up) topped
  CROSS JOIN LATERAL (SELECT f.assessed IS NOT NULL AND (later.reason IS NOT NULL OR coalesce(v.changed, false)
    OR f.cancelled AND f.cancelled_by IS NULL) AS happened) change
),

-- Inspections that led to an offence or an upward adjustment: of each finding the last
-- inspection that it is not before; a top-up without a time belongs to the last.
hit AS (
  SELECT found.declaration_id, max(i.sequence) AS sequence
  FROM parameters p
  JOIN (SELECT 'case' AS kind, sequence AS number, declaration_id, at, timed, day FROM case_found
        UNION ALL SELECT 'adjustment', number, declaration_id, at, timed, day FROM adjustment) found ON true
  JOIN act_of_inspection i ON i.declaration_id = found.declaration_id AND {{not_before "found" "i" "p.clock_tolerance"}}
  GROUP BY found.declaration_id, found.kind, found.number
  UNION
  SELECT declaration_id, last_inspection FROM control WHERE topped_up AND last_inspection IS NOT NULL
)

-- needs: parameters life act_row
-- The arrival of each declaration's goods; its officer is who handled the declaration.
arrival_row AS (
  SELECT f.goods_day AS dated, f.declaration_id, f.reference,
    f.office, coalesce(g.section, '') AS section, coalesce(o.actor, '') AS officer, coalesce(g.examiner, '') AS examiner, coalesce(g.chief, '') AS chief,
    {{dimensions "f"}},
    f.is_cancelled,
    {{days_between "f.goods_timed AND leaving.timed" "f.goods_at" "leaving.at" "f.goods_day" "leaving.day"}} AS dwell,
    {{office_between "f.goods_timed AND leaving.timed" "f.goods_at" "leaving.at" "f"}} AS dwell_office
  FROM parameters p
  JOIN life f ON f.goods_at IS NOT NULL
  LEFT JOIN operation o ON o.declaration_id = f.declaration_id AND o.sequence = f.handled
  CROSS JOIN LATERAL (SELECT coalesce(f.released_at, f.exited_at) AS at, coalesce(f.released_day, f.exited_day) AS day,
    CASE WHEN f.released_at IS NOT NULL THEN f.released_timed ELSE f.exited_timed END AS timed) leaving
  {{assignment_at "g" "f.declaration_id" "f.handled_at" "f.handled_timed" "f.handled_day" "f.zone"}}
)

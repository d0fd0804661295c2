-- needs: parameters
-- The operations of every declaration with local days, the lanes they gave, and
-- the operations that mark its life. Sequence numbers stand for operations.

machine_user AS (
  SELECT o.code FROM parameters p JOIN officer o ON o.tenant_id = p.tenant WHERE o.machine
  UNION SELECT o.officer FROM parameters p JOIN posting o ON o.tenant_id = p.tenant WHERE o.function = 'system'
),
broker_user AS (
  SELECT DISTINCT o.officer AS code FROM parameters p JOIN posting o ON o.tenant_id = p.tenant WHERE o.function = 'broker'
),

-- Each declaration with the calendar of its office. An office that nobody
-- described works Monday to Friday, 8 to 17, in the administration's zone.
home AS (
  SELECT d.*, coalesce(nullif(o.zone, ''), p.zone) AS zone, coalesce(o.code, '') AS calendar,
    coalesce(o.opens, 480) * 60 AS opens, coalesce(o.closes, 1020) * 60 AS closes, coalesce(o.workdays, '1111100') AS workdays
  FROM parameters p
  JOIN declaration d ON d.tenant_id = p.tenant
  LEFT JOIN office o ON o.tenant_id = p.tenant AND o.code = d.office
),

log AS (
  SELECT e.declaration_id, e.sequence, e.kind, e.at, {{timed "e.precision"}} AS timed, {{local_day "e.at" "h.zone"}} AS day,
    e.machine OR {{machine "e.user_code"}} AS machine,
    CASE WHEN e.machine THEN '' ELSE {{officer "e.user_code"}} END AS officer,
    coalesce(e.from_lane, '') AS from_lane, coalesce(e.to_lane, '') AS to_lane,
    coalesce(e.cause, '') AS cause, coalesce(e.reason, '') AS reason
  FROM parameters p
  JOIN home h ON true
  JOIN event e ON e.tenant_id = p.tenant AND e.declaration_id = h.declaration_id
),

-- Operations that gave a lane; a re-route that does not say from where left the lane in force.
lane AS (
  SELECT l.declaration_id, l.sequence, l.kind, l.at, l.timed, l.cause, l.officer, l.to_lane,
    coalesce(nullif(l.from_lane, ''),
             lag(l.to_lane) OVER (PARTITION BY l.declaration_id ORDER BY l.sequence),
             h.lane_selected) AS from_lane
  FROM log l JOIN home h USING (declaration_id)
  WHERE l.kind IN ('selected', 'rerouted') AND l.to_lane <> ''
),

first_event AS (
  SELECT declaration_id,
    min(sequence) FILTER (WHERE kind = 'registered') AS registered,
    min(sequence) FILTER (WHERE kind = 'assessed')   AS assessed,
    min(sequence) FILTER (WHERE kind = 'cleared')    AS cleared,
    min(sequence) FILTER (WHERE kind = 'paid')       AS paid,
    min(sequence) FILTER (WHERE kind = 'exited')     AS exited,
    min(sequence) FILTER (WHERE kind = 'cancelled')  AS cancelled,
    min(sequence) FILTER (WHERE kind = 'released' OR kind = 'rerouted' AND to_lane = 'green' AND machine) AS release_order
  FROM log GROUP BY declaration_id
),

-- Release: the first release order or re-route to green by the system; else, where
-- selectivity fires after payment, the last lane operation if it gave green or blue.
release AS (
  SELECT f.declaration_id, coalesce(f.release_order,
    CASE WHEN p.selection_timing = 'after_payment' AND last_lane.to_lane IN ('green', 'blue') THEN last_lane.sequence END) AS released
  FROM parameters p
  JOIN first_event f ON true
  LEFT JOIN (SELECT DISTINCT ON (declaration_id) declaration_id, sequence, to_lane
             FROM lane ORDER BY declaration_id, sequence DESC) last_lane USING (declaration_id)
),

lane_summary AS (
  SELECT l.declaration_id,
    (array_agg(l.to_lane ORDER BY l.sequence) FILTER (WHERE l.kind = 'selected'))[1] AS initial_lane,
    (array_agg(l.cause ORDER BY l.sequence) FILTER (WHERE l.kind = 'selected'))[1] AS cause,
    (array_agg(l.to_lane ORDER BY l.sequence DESC) FILTER (WHERE r.released IS NULL OR l.sequence < r.released))[1] AS final_lane,
    min(l.sequence) FILTER (WHERE l.kind = 'rerouted' AND l.from_lane = 'yellow' AND l.to_lane = 'red' AND l.officer <> '') AS yellow_to_red,
    min(l.sequence) FILTER (WHERE l.to_lane = 'red' AND (r.released IS NULL OR l.sequence <= r.released)) AS red
  FROM lane l JOIN release r USING (declaration_id)
  GROUP BY l.declaration_id
),

mark AS (
  SELECT h.declaration_id, f.registered, f.assessed, f.cleared, f.paid, f.exited, f.cancelled, r.released,
    CASE WHEN p.selection_timing = 'before_assessment' THEN coalesce(f.assessed, f.cleared, r.released)
         ELSE coalesce(f.cleared, r.released, f.assessed) END AS handled,
    coalesce(f.exited, r.released, f.cancelled) AS closed,
    s.declaration_id IS NOT NULL AS lane_in_log, s.initial_lane, s.cause, s.final_lane, s.yellow_to_red,
    -- After which operation the lane was red; 0 is from the beginning.
    CASE WHEN h.lane_selected = 'red' AND s.initial_lane IS NULL THEN 0 ELSE s.red END AS red
  FROM parameters p
  JOIN home h ON true
  LEFT JOIN first_event f USING (declaration_id)
  LEFT JOIN release r USING (declaration_id)
  LEFT JOIN lane_summary s USING (declaration_id)
),

-- One row a declaration: its calendar, the moments of its life and its dimensions.
life AS (
  SELECT h.*, m.assessed, m.cleared, m.released, m.exited, m.handled, m.closed, m.yellow_to_red, m.red,
    m.cancelled AS cancelled_by, h.cancelled OR m.cancelled IS NOT NULL AS is_cancelled,
    h.item_count > 0 AS items_given, f.declaration_id IS NOT NULL AS events_given, (h.parts & 8) <> 0 AS inspections_given,
    (h.parts & 16) <> 0 OR (h.parts & 64) <> 0 AS outcome_known,
    CASE WHEN r.sequence IS NULL THEN false ELSE r.timed END AS registered_timed, r.at AS registered_at,
    coalesce(r.day, h.registered_on) AS registered_day,
    a.at AS assessed_at, a.day AS assessed_day, a.timed AS assessed_timed,
    x.at AS exited_at, x.day AS exited_day, x.timed AS exited_timed,
    rel.at AS released_at, rel.day AS released_day, rel.timed AS released_timed,
    hd.at AS handled_at, hd.day AS handled_day, hd.timed AS handled_timed,
    coalesce(paid.at, receipt.at) AS paid_at, coalesce(paid.day, receipt.day) AS paid_day, coalesce(paid.timed, receipt.timed) AS paid_timed,
    coalesce(a.officer, '') AS assessing_officer,
    coalesce(m.initial_lane, h.lane_selected) AS lane,
    coalesce(m.final_lane, CASE WHEN NOT m.lane_in_log THEN nullif(h.lane_current, '') END, m.initial_lane, h.lane_selected) AS final_lane,
    coalesce(m.cause, '') AS cause,
    coalesce(principal.procedure, '') AS procedure, coalesce(left(principal.hs, 4), '') AS hs_heading, coalesce(principal.origin, '') AS origin,
    CASE WHEN cardinality(h.containers) > 0 AND cardinality(h.vehicles) > 0 THEN 'container_and_vehicle'
         WHEN cardinality(h.containers) > 0 THEN 'container' WHEN cardinality(h.vehicles) > 0 THEN 'vehicle' ELSE 'none' END AS cargo,
    coalesce(mf.carrier, '') AS carrier, mf.reference AS manifest_found,
    mf.registered_at AS manifest_at, {{local_day "mf.registered_at" "h.zone"}} AS manifest_day, {{timed "mf.registered_precision"}} AS manifest_timed,
    coalesce(h.arrived_at, mf.arrived_at) AS goods_at, {{local_day "coalesce(h.arrived_at, mf.arrived_at)" "h.zone"}} AS goods_day,
    {{timed "CASE WHEN h.arrived_at IS NOT NULL THEN h.arrived_precision ELSE mf.arrived_precision END"}} AS goods_timed
  FROM parameters p
  JOIN home h ON true
  JOIN mark m USING (declaration_id)
  LEFT JOIN first_event f USING (declaration_id)
  LEFT JOIN log r ON r.declaration_id = h.declaration_id AND r.sequence = m.registered
  LEFT JOIN log a ON a.declaration_id = h.declaration_id AND a.sequence = m.assessed
  LEFT JOIN log x ON x.declaration_id = h.declaration_id AND x.sequence = m.exited
  LEFT JOIN log rel ON rel.declaration_id = h.declaration_id AND rel.sequence = m.released
  LEFT JOIN log hd ON hd.declaration_id = h.declaration_id AND hd.sequence = m.handled
  LEFT JOIN log paid ON paid.declaration_id = h.declaration_id AND paid.sequence = m.paid
  LEFT JOIN LATERAL (SELECT y.at, {{local_day "y.at" "h.zone"}} AS day, {{timed "y.precision"}} AS timed FROM payment y
    WHERE y.tenant_id = p.tenant AND y.declaration_id = h.declaration_id AND y.kind <> 'refund' AND m.paid IS NULL
    ORDER BY y.at, y.sequence LIMIT 1) receipt ON true
  LEFT JOIN LATERAL (SELECT i.procedure, i.hs, i.origin FROM item i WHERE i.tenant_id = p.tenant AND i.declaration_id = h.declaration_id
    ORDER BY i.customs_value DESC, i.number LIMIT 1) principal ON true
  LEFT JOIN manifest mf ON mf.tenant_id = p.tenant AND mf.reference = h.manifest AND h.manifest <> ''
)

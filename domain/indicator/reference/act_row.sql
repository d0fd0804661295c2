-- needs: parameters life control rules
-- Acts on declarations, dated by the local day of the act; the officer is who did it.

-- The act that ended red: after the lane became red and not after release, the first
-- re-route from red, assessment (where selectivity fires before it) or release.
red_end AS (
  SELECT m.declaration_id, min(e.sequence) AS sequence
  FROM parameters p
  JOIN mark m ON m.red IS NOT NULL
  JOIN log e ON e.declaration_id = m.declaration_id AND e.sequence > m.red
  LEFT JOIN lane l ON l.declaration_id = e.declaration_id AND l.sequence = e.sequence
  WHERE e.sequence = m.released
     OR e.kind = 'assessed' AND p.selection_timing = 'before_assessment'
     OR l.kind = 'rerouted' AND l.from_lane = 'red' AND l.to_lane <> 'red'
  GROUP BY m.declaration_id
),

-- Assessments keyed in bursts: so many by one officer at one office within so
-- many minutes of one local day.
keyed AS (
  SELECT l.declaration_id, l.sequence, l.at, row_number() OVER same AS number,
    {{unix "lead(l.at, p.burst_assessments - 1) OVER same"}} - {{unix "l.at"}} <= p.burst_minutes * 60 AS begins,
    h.office, l.officer, l.day, p.burst_assessments
  FROM parameters p
  JOIN log l ON l.kind = 'assessed' AND l.timed AND l.officer <> ''
  JOIN home h USING (declaration_id)
  WHERE p.burst_assessments > 0
  WINDOW same AS (PARTITION BY h.office, l.officer, l.day ORDER BY l.at, l.declaration_id, l.sequence)
),
burst AS (
  SELECT DISTINCT k.declaration_id, k.sequence
  FROM keyed k
  JOIN keyed b ON b.begins AND b.office = k.office AND b.officer = k.officer AND b.day = k.day
    AND k.number BETWEEN b.number AND b.number + b.burst_assessments - 1
),

operation AS (
  SELECT l.*, m.red,
    l.sequence = m.assessed AS is_assessed, l.sequence = m.handled AS is_handled, l.sequence = m.released AS is_released,
    l.sequence = m.closed AS is_closed, l.sequence = m.yellow_to_red AS is_yellow_to_red, l.sequence = r.sequence AS is_red_cleared,
    f.lane = 'yellow' AND l.sequence = coalesce(m.yellow_to_red, m.handled) AS is_decided_yellow,
    l.officer <> '' AND l.kind IN ('assessed', 'selected', 'examiner_assigned', 'routed_to_shed', 'control_recorded', 'queried', 'post_entry',
      'cleared', 'rerouted', 'released', 'exit_noted', 'exited', 'cancelled', 'refunded', 'locked', 'unlocked') AS is_officer_act,
    -- What the system does after an examiner has cleared the declaration it does in the examiner's name.
    CASE WHEN l.machine AND m.cleared < l.sequence THEN coalesce(clearing.officer, '') ELSE l.officer END AS actor
  FROM log l
  JOIN life f USING (declaration_id)
  JOIN mark m USING (declaration_id)
  LEFT JOIN red_end r USING (declaration_id)
  LEFT JOIN log clearing ON clearing.declaration_id = l.declaration_id AND clearing.sequence = m.cleared
),

-- When control was finished on paper, and when that was keyed.
finish AS (
  SELECT DISTINCT ON (f.declaration_id) f.declaration_id, source.*
  FROM parameters p
  JOIN life f ON true
  CROSS JOIN LATERAL (
    SELECT 1 AS rank, 0 AS sequence, f.paper_finished_at AS finished_at, {{timed "f.paper_finished_precision"}} AS finished_timed,
      {{local_day "f.paper_finished_at" "f.zone"}} AS finished_day, f.handled_at AS keyed_at, f.handled_timed AS keyed_timed, f.handled_day AS keyed_day
    WHERE f.paper_finished_at IS NOT NULL
    UNION ALL
    SELECT 2, i.sequence, i.finished_at, {{timed "i.finished_precision"}}, {{local_day "i.finished_at" "f.zone"}}, i.at, {{timed "i.precision"}}, {{local_day "i.at" "f.zone"}}
    FROM inspection i WHERE i.tenant_id = p.tenant AND i.declaration_id = f.declaration_id AND i.finished_at IS NOT NULL
  ) source
  ORDER BY f.declaration_id, source.rank, source.sequence DESC
),

inspected_before AS (
  SELECT DISTINCT o.declaration_id
  FROM parameters p
  JOIN operation o ON o.is_red_cleared
  JOIN act_of_inspection i ON i.declaration_id = o.declaration_id AND {{not_before "o" "i" "p.clock_tolerance"}}
),
adjusted_later AS (
  SELECT DISTINCT o.declaration_id
  FROM parameters p
  JOIN operation o ON o.is_yellow_to_red
  JOIN adjustment a ON a.declaration_id = o.declaration_id AND {{not_before "a" "o" "p.clock_tolerance"}}
),
lane_given AS (
  SELECT DISTINCT ON (i.declaration_id, i.sequence) i.declaration_id, i.sequence, l.at, l.timed
  FROM act_of_inspection i
  JOIN lane l ON l.declaration_id = i.declaration_id AND l.at <= i.at
  ORDER BY i.declaration_id, i.sequence, l.sequence DESC
),

act_row AS (
  SELECT o.day AS dated, f.declaration_id, f.reference,
    f.office, coalesce(g.section, '') AS section, o.actor AS officer, coalesce(g.examiner, '') AS examiner, coalesce(g.chief, '') AS chief,
    {{dimensions "f"}},
    o.kind, CASE WHEN o.kind = 'rerouted' THEN left(o.reason, 200) ELSE '' END AS reason,
    CASE WHEN o.is_assessed THEN left(c.change_reason, 200) ELSE '' END AS change_reason, c.offence_code AS type,
    f.is_cancelled, f.inspections_given, f.outcome_known,
    coalesce(o.is_officer_act, false) AS is_officer_act, o.timed, coalesce(o.is_assessed, false) AS is_assessed, coalesce(o.is_handled, false) AS is_handled,
    coalesce(o.is_decided_yellow, false) AS is_decided_yellow, coalesce(o.is_yellow_to_red, false) AS is_yellow_to_red,
    coalesce(o.is_red_cleared, false) AS is_red_cleared, coalesce(o.is_released, false) AS is_released, coalesce(o.is_closed, false) AS is_closed,
    false AS is_inspection, false AS is_assignment, false AS is_reassignment,
    false AS physical, c.physically_inspected, c.offence, c.adjusted, false AS hit,
    o.is_yellow_to_red AND (c.topped_up OR later.declaration_id IS NOT NULL) AS adjusted_after,
    o.is_red_cleared AND before.declaration_id IS NULL AS uninspected,
    o.is_released AND CASE WHEN o.timed AND f.exited_timed THEN {{unix "f.exited_at"}} - {{unix "o.at"}} <= 7 * 86400
      ELSE f.exited_day - o.day <= 7 END AS removed_in_week,
    c.changed, f.lane NOT IN ('', 'green') AS selected,
    o.is_handled AND k.finished_at IS NOT NULL AS finish_known,
    o.is_handled AND late.keyed AS keyed_late,
    o.timed AND NOT {{is_open "o.at" "f"}} AS off_hours,
    o.timed AND {{is_open "o.at" "f"}} AND NOT {{is_open "o.at + interval '1 hour'" "f"}} AS last_hour,
    b.sequence IS NOT NULL AS burst,
    NULL::bigint AS inspection_lag, NULL::bigint AS inspection_lag_office,
    CASE WHEN o.is_released THEN {{days_between "o.timed AND f.exited_timed" "o.at" "f.exited_at" "o.day" "f.exited_day"}} END AS removal_lag,
    CASE WHEN o.is_released THEN {{office_between "o.timed AND f.exited_timed" "o.at" "f.exited_at" "f"}} END AS removal_lag_office,
    CASE WHEN o.is_handled AND late.keyed THEN {{hours_between "k.finished_timed AND k.keyed_timed" "k.finished_at" "k.keyed_at"}} END AS keying_delay,
    CASE WHEN o.is_handled AND late.keyed THEN {{office_between "k.finished_timed AND k.keyed_timed" "k.finished_at" "k.keyed_at" "f"}} END AS keying_delay_office,
    CASE WHEN o.is_handled THEN c.declared_value END AS declared_value, CASE WHEN o.is_handled THEN c.uplift END AS uplift,
    CASE WHEN o.is_assessed THEN c.duty_effect END AS duty_effect, NULL::bigint AS points,
    CASE WHEN o.is_closed THEN coalesce(rule.evaluated, 0) ELSE 0 END AS rules_tried, CASE WHEN o.is_closed THEN coalesce(rule.broken, 0) ELSE 0 END AS rules_broken
  FROM operation o
  JOIN life f USING (declaration_id)
  JOIN control c USING (declaration_id)
  LEFT JOIN finish k USING (declaration_id)
  LEFT JOIN burst b ON b.declaration_id = o.declaration_id AND b.sequence = o.sequence
  LEFT JOIN inspected_before before ON before.declaration_id = o.declaration_id
  LEFT JOIN adjusted_later later ON later.declaration_id = o.declaration_id
  LEFT JOIN rule_verdict rule ON rule.declaration_id = o.declaration_id
  CROSS JOIN parameters p
  CROSS JOIN LATERAL (SELECT CASE WHEN k.finished_timed AND k.keyed_timed THEN {{unix "k.finished_at"}} < {{unix "k.keyed_at"}} - p.clock_tolerance
    ELSE k.finished_day < k.keyed_day END AS keyed) late
  {{assignment_at "g" "o.declaration_id" "o.at" "o.timed" "o.day" "f.zone"}}
  WHERE o.is_officer_act OR o.is_assessed OR o.is_handled OR o.is_decided_yellow OR o.is_yellow_to_red OR o.is_red_cleared OR o.is_released OR o.is_closed

  UNION ALL
  SELECT i.day, f.declaration_id, f.reference,
    f.office, coalesce(g.section, ''), {{officer "i.user_code"}}, coalesce(g.examiner, ''), coalesce(g.chief, ''),
    {{dimensions "f"}},
    'inspection', '', '', c.offence_code,
    f.is_cancelled, f.inspections_given, f.outcome_known,
    false, i.timed, false, false, false, false, false, false, false,
    true, false, false,
    i.physical, c.physically_inspected, c.offence, c.adjusted, led.sequence IS NOT NULL,
    false, false, false, c.changed, f.lane NOT IN ('', 'green'), false, false, false, false, false,
    {{hours_between "i.timed AND given.timed" "given.at" "i.at"}}, {{office_between "i.timed AND given.timed" "given.at" "i.at" "f"}},
    NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 0, 0
  FROM act_of_inspection i
  JOIN life f USING (declaration_id)
  JOIN control c USING (declaration_id)
  CROSS JOIN parameters p
  LEFT JOIN hit led ON led.declaration_id = i.declaration_id AND led.sequence = i.sequence
  LEFT JOIN lane_given given ON given.declaration_id = i.declaration_id AND given.sequence = i.sequence
  {{assignment_at "g" "i.declaration_id" "i.at" "i.timed" "i.day" "f.zone"}}

  UNION ALL
  SELECT {{local_day "a.at" "f.zone"}}, f.declaration_id, f.reference,
    f.office, a.section, {{officer "a.assigned_by"}}, a.examiner, a.chief,
    {{dimensions "f"}},
    'assignment', '', '', c.offence_code,
    f.is_cancelled, f.inspections_given, f.outcome_known,
    false, {{timed "a.precision"}}, false, false, false, false, false, false, false,
    false, true, a.manual AND a.sequence > min(a.sequence) OVER (PARTITION BY a.declaration_id),
    false, c.physically_inspected, c.offence, c.adjusted, false,
    false, false, false, c.changed, f.lane NOT IN ('', 'green'), false, false, false, false, false,
    NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
    CASE WHEN a.weight > 0 THEN a.weight ELSE p.weight_declaration + p.weight_item * f.item_count END, 0, 0
  FROM parameters p
  JOIN life f ON true
  JOIN assignment a ON a.tenant_id = p.tenant AND a.declaration_id = f.declaration_id
  JOIN control c ON c.declaration_id = f.declaration_id
)

-- needs: parameters life control cargo
-- One row a declaration, dated by the local day of its registration; its officer
-- is who assessed it first.
declaration_row AS (
  SELECT f.registered_on AS dated, f.declaration_id, f.reference,
    f.office, coalesce(g.section, '') AS section, f.assessing_officer AS officer, coalesce(g.examiner, '') AS examiner, coalesce(g.chief, '') AS chief,
    {{dimensions "f"}},
    f.is_cancelled, f.items_given, f.events_given, f.outcome_known,
    f.registered_on, f.assessed_day AS assessed_on, f.registered_timed, f.assessed_timed,
    least(f.assessed_day, closing.day) AS done_on,
    c.offence, c.adjusted, c.changed,
    cargo_of.cited AS cargo_cited, cargo_of.differs AS cargo_differs,
    {{hours_between "f.registered_timed AND f.assessed_timed" "f.registered_at" "f.assessed_at"}} AS processing,
    {{office_between "f.registered_timed AND f.assessed_timed" "f.registered_at" "f.assessed_at" "f"}} AS processing_office,
    manifest_lag.elapsed AS manifest_lag,
    {{office_between "f.manifest_timed AND f.registered_timed" "f.manifest_at" "f.registered_at" "f"}} AS manifest_lag_office,
    {{hours_between "f.assessed_timed AND f.paid_timed" "f.assessed_at" "f.paid_at"}} AS payment_lag,
    {{office_between "f.assessed_timed AND f.paid_timed" "f.assessed_at" "f.paid_at" "f"}} AS payment_lag_office,
    manifest_lag.elapsed
      + {{days_between "f.assessed_timed AND f.paid_timed" "f.assessed_at" "f.paid_at" "f.assessed_day" "f.paid_day"}}
      + {{days_between "f.released_timed AND f.exited_timed" "f.released_at" "f.exited_at" "f.released_day" "f.exited_day"}} AS operator_lag,
    {{office_between "f.manifest_timed AND f.registered_timed" "f.manifest_at" "f.registered_at" "f"}}
      + {{office_between "f.assessed_timed AND f.paid_timed" "f.assessed_at" "f.paid_at" "f"}}
      + {{office_between "f.released_timed AND f.exited_timed" "f.released_at" "f.exited_at" "f"}} AS operator_lag_office,
    CASE WHEN f.items_given THEN f.payable END AS duties, CASE WHEN f.items_given THEN f.relieved END AS relieved,
    coalesce(cardinality(f.containers), 0) AS containers, coalesce(cardinality(f.vehicles), 0) AS vehicles
  FROM parameters p
  JOIN life f ON true
  JOIN control c USING (declaration_id)
  JOIN cargo cargo_of USING (declaration_id)
  LEFT JOIN log closing ON closing.declaration_id = f.declaration_id AND closing.sequence = f.closed
  {{assignment_at "g" "f.declaration_id" "f.assessed_at" "f.assessed_timed" "f.assessed_day" "f.zone"}}
  CROSS JOIN LATERAL (SELECT {{days_between "f.manifest_timed AND f.registered_timed" "f.manifest_at" "f.registered_at" "f.manifest_day" "f.registered_day"}} AS elapsed) manifest_lag
)

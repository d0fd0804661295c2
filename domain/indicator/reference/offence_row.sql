-- needs: parameters life
-- Offence cases on the day of the case, and what was paid on them on the day of payment.
offence_case AS (
  SELECT o.*, {{timed "o.precision"}} AS timed, {{local_day "o.at" "h.zone"}} AS day
  FROM parameters p JOIN home h ON true
  JOIN offence o ON o.tenant_id = p.tenant AND o.declaration_id = h.declaration_id
),
offence_row AS (
  SELECT CASE WHEN line.kind = 'case' THEN o.day ELSE coalesce(o.paid_on, o.day) END AS dated, f.declaration_id, f.reference,
    f.office, coalesce(g.section, '') AS section, {{officer "o.user_code"}} AS officer, coalesce(g.examiner, '') AS examiner, coalesce(g.chief, '') AS chief,
    {{dimensions "f"}},
    line.kind, o.code AS type, o.status, o.status = 'dismissed' AS dismissed, f.is_cancelled,
    CASE WHEN line.kind = 'case' THEN o.extra_duties END AS extra_duties, CASE WHEN line.kind = 'case' THEN o.fine END AS fine,
    CASE WHEN line.kind = 'case' THEN o.fine_paid END AS fine_paid, CASE WHEN line.kind = 'paid' THEN o.extra_duties_paid END AS extra_duties_paid
  FROM parameters p
  JOIN offence_case o ON true
  JOIN life f USING (declaration_id)
  JOIN (VALUES ('case'), ('paid')) AS line(kind) ON line.kind = 'case' OR o.extra_duties_paid <> 0
  {{assignment_at "g" "o.declaration_id" "o.at" "o.timed" "o.day" "f.zone"}}
)

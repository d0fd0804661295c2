-- needs: parameters life
-- What each declaration owes of each tax under each relief code.
tax_row AS (
  SELECT f.registered_on AS dated, f.declaration_id, f.reference,
    f.office, coalesce(g.section, '') AS section, f.assessing_officer AS officer, coalesce(g.examiner, '') AS examiner, coalesce(g.chief, '') AS chief,
    {{dimensions "f"}},
    t.tax, t.relief, f.is_cancelled, t.duties, t.relieved,
    coalesce(cardinality(f.containers), 0) AS containers, coalesce(cardinality(f.vehicles), 0) AS vehicles
  FROM parameters p
  JOIN life f ON true
  JOIN (SELECT i.declaration_id, line.tax, coalesce(line.relief, '') AS relief,
          coalesce(sum(line.amount) FILTER (WHERE line.payable), 0) AS duties, coalesce(sum(line.relieved), 0) AS relieved
        FROM parameters p JOIN item i ON i.tenant_id = p.tenant
        CROSS JOIN LATERAL unnest(i.tax_code, i.tax_amount, i.tax_payable, i.tax_relieved, i.relief_code) AS line(tax, amount, payable, relieved, relief)
        GROUP BY i.declaration_id, line.tax, coalesce(line.relief, '')) t USING (declaration_id)
  {{assignment_at "g" "f.declaration_id" "f.assessed_at" "f.assessed_timed" "f.assessed_day" "f.zone"}}
)

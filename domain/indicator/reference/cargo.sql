-- needs: parameters life
-- How each declaration agrees with the bills of lading that it cites.
written_off AS (
  SELECT h.declaration_id, sum(w.packages) AS packages, sum(w.gross_mass) AS mass
  FROM parameters p
  JOIN home h ON true
  JOIN write_off w ON w.tenant_id = p.tenant AND w.manifest = h.manifest AND w.bill = ANY (h.bills) AND w.declaration = h.reference
  WHERE h.manifest <> ''
  GROUP BY h.declaration_id
),
billed AS (
  SELECT h.declaration_id, count(*) AS bills, sum(b.packages) AS packages, sum(b.gross_mass) AS mass
  FROM parameters p
  JOIN home h ON true
  JOIN bill b ON b.tenant_id = p.tenant AND b.manifest = h.manifest AND b.reference = ANY (h.bills)
  WHERE h.manifest <> ''
  GROUP BY h.declaration_id
),
cargo AS (
  SELECT f.declaration_id, known.cited,
    known.cited AND (f.manifest_found IS NULL
      OR coalesce(b.bills, 0) < (SELECT count(DISTINCT reference) FROM unnest(f.bills) AS cited(reference))
      OR f.item_count > 0 AND b.bills > 0
        AND (abs(f.packages - coalesce(w.packages, b.packages)) > p.package_tolerance
          OR abs(f.gross_mass - coalesce(w.mass, b.mass)) > f.gross_mass * p.weight_per_mille / 1000)) AS differs
  FROM parameters p
  JOIN life f ON true
  LEFT JOIN written_off w USING (declaration_id)
  LEFT JOIN billed b USING (declaration_id)
  -- Where an administration delivers no manifests, an unmatched one says nothing.
  CROSS JOIN LATERAL (SELECT f.manifest <> '' AND EXISTS (SELECT FROM manifest m WHERE m.tenant_id = p.tenant) AS cited) known
)

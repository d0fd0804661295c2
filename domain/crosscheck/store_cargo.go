package crosscheck

import (
	"context"
	"encoding/json"
	"time"

	"assay/domain/cube"
	"assay/domain/declaration"
)

// billsQuery finds, in one pass over declarations and write-offs, the bills that
// P9 cannot judge from one record: those that more than one document touches, and those that no
// live declaration cites although something is wrong with them. In a session of
// some months it looks only at manifests that are cited or written off in them.
const billsQuery = `WITH concerned AS (SELECT DISTINCT manifest FROM declaration WHERE tenant_id = $1 AND manifest <> '' AND registered_on >= $2 AND registered_on < $3 AND $4
		UNION SELECT manifest FROM write_off WHERE tenant_id = $1 AND at >= $2 AND at < $3 AND $4),
	live AS (SELECT declaration_id, reference, manifest, bills, packages, gross_mass, (parts & 3) = 3 AS complete FROM declaration
		WHERE tenant_id = $1 AND NOT cancelled AND manifest <> '' AND cardinality(bills) > 0 AND (NOT $4 OR manifest IN (SELECT manifest FROM concerned))),
	cited AS (SELECT declaration_id, reference, manifest, bills[1] AS bill, packages, gross_mass, complete, false AS several FROM live WHERE cardinality(bills) = 1
		UNION ALL SELECT declaration_id, reference, manifest, bill, packages, gross_mass, complete, count(*) OVER (PARTITION BY declaration_id) > 1
			FROM live CROSS JOIN LATERAL (SELECT DISTINCT unnest(bills) AS bill) b WHERE cardinality(bills) > 1),
	cite AS (SELECT manifest, bill, count(*) AS citing, min(reference) AS one, sum(packages)::bigint AS packages, sum(gross_mass)::bigint AS mass,
		bool_and(complete) AS complete, bool_or(several) AS several FROM cited GROUP BY manifest, bill),
	written AS (SELECT manifest, bill, min(nullif(declaration, '')) AS first, max(declaration) AS last, sum(packages)::bigint AS packages,
		coalesce(sum(packages) FILTER (WHERE declaration <> ''), 0)::bigint AS declared, min(at) AS at
		FROM write_off WHERE tenant_id = $1 AND (NOT $4 OR manifest IN (SELECT manifest FROM concerned)) GROUP BY manifest, bill),
	looked_at AS (SELECT manifest, bill, coalesce(citing, 0) AS citing, cite.packages, cite.mass, complete, several, written.packages AS off, declared, at
		FROM cite FULL JOIN written USING (manifest, bill) WHERE citing > 1 OR written.first <> one OR written.last > '' AND written.last <> one OR citing IS NULL),
	assessment AS (SELECT manifest, bill, bool_and(EXISTS (SELECT 1 FROM event e WHERE e.tenant_id = $1 AND e.declaration_id = cited.declaration_id AND e.kind = 'assessed')) AS assessed
		FROM cited JOIN looked_at USING (manifest, bill) GROUP BY manifest, bill)
	SELECT l.manifest, l.bill, l.citing, coalesce(l.packages, 0), coalesce(l.mass, 0), coalesce(l.several, false), coalesce(l.complete, true) AND NOT EXISTS (SELECT 1 FROM write_off w
			WHERE w.tenant_id = $1 AND w.manifest = l.manifest AND w.bill = l.bill AND w.declaration <> '' AND NOT EXISTS (SELECT 1 FROM declaration d WHERE d.tenant_id = $1 AND d.reference = w.declaration)),
		coalesce(a.assessed, true)
	FROM looked_at l LEFT JOIN assessment a USING (manifest, bill) LEFT JOIN bill b ON b.tenant_id = $1 AND b.manifest = l.manifest AND b.reference = l.bill
	WHERE l.citing > 0 OR l.off - b.packages > $5 OR b.remaining_packages < 0 OR b.remaining_mass < 0 OR abs(l.declared) > $5`

// bills loads what P9 needs of other documents, and raises it on bills that no live declaration cites.
func (l *loader) bills(ctx context.Context) (err error) {
	if l.c.writeOffs, err = l.exists(ctx, `SELECT FROM write_off WHERE tenant_id = $1`); err != nil || !l.c.writeOffs {
		return err
	}
	from, to := l.span(0, 0)
	var manifest, bill string
	var b sharedBill
	uncited := uncitedBills{known: map[[2]string]bool{}}
	err = l.each(ctx, billsQuery, []any{l.tenant, from, to, l.session.months != nil, l.c.Settings.PackageTolerance},
		[]any{&manifest, &bill, &b.citing, &b.packages, &b.mass, &b.several, &b.complete, &b.assessed}, func() error {
			if b.citing > 0 {
				l.c.bills[l.c.keyOfPair(manifest, bill)] = b
			} else {
				uncited.add(manifest, bill, b.complete)
			}
			return nil
		})
	if err != nil {
		return err
	}
	if err := l.negativeBills(ctx, &uncited); err != nil {
		return err
	}
	return l.raiseUncited(ctx, &uncited)
}

// uncitedBills are bills that are suspect and that no live declaration cites.
type uncitedBills struct {
	manifests, bills []string
	known            map[[2]string]bool // all declarations written off are in the warehouse
}

func (u *uncitedBills) add(manifest, bill string, known bool) {
	u.manifests, u.bills = append(u.manifests, manifest), append(u.bills, bill)
	u.known[[2]string{manifest, bill}] = known
}

// negativeBills adds bills with a negative remainder in the source that have no write-off and that nobody cites.
func (l *loader) negativeBills(ctx context.Context, uncited *uncitedBills) error {
	var manifest, bill string
	return l.each(ctx, `WITH negative AS (SELECT manifest, reference FROM bill b WHERE tenant_id = $1 AND (remaining_packages < 0 OR remaining_mass < 0)
			AND NOT EXISTS (SELECT 1 FROM write_off w WHERE w.tenant_id = $1 AND w.manifest = b.manifest AND w.bill = b.reference))
		SELECT manifest, reference FROM negative n WHERE (manifest, reference) NOT IN (SELECT d.manifest, unnest(d.bills) FROM declaration d
			WHERE d.tenant_id = $1 AND NOT d.cancelled AND d.manifest IN (SELECT manifest FROM negative) AND d.bills IS NOT NULL)`,
		[]any{l.tenant}, []any{&manifest, &bill}, func() error {
			uncited.add(manifest, bill, true)
			return nil
		})
}

// raiseUncited makes the findings on bills themselves.
func (l *loader) raiseUncited(ctx context.Context, uncited *uncitedBills) error {
	if len(uncited.bills) == 0 {
		return nil
	}
	var at *time.Time
	var office string
	var manifest, reference string
	var content []byte
	return l.each(ctx, `SELECT b.manifest, m.office, b.reference, coalesce((SELECT min(w.at) FROM write_off w WHERE w.tenant_id = $1 AND w.manifest = b.manifest AND w.bill = b.reference), m.registered_at),
			jsonb_build_object('reference', b.reference, 'packages', b.packages, 'gross_mass', b.gross_mass, 'remaining_packages', b.remaining_packages, 'remaining_mass', b.remaining_mass,
				'write_offs', (SELECT jsonb_agg(jsonb_build_object('sequence', w.sequence, 'at', w.at, 'precision', w.precision, 'type', w.type, 'declaration', w.declaration,
					'packages', w.packages, 'gross_mass', w.gross_mass, 'user', w.user_code) ORDER BY w.sequence) FROM write_off w WHERE w.tenant_id = $1 AND w.manifest = b.manifest AND w.bill = b.reference))
		FROM bill b JOIN unnest($2::text[], $3::text[]) u(manifest, reference) USING (manifest, reference) JOIN manifest m ON m.tenant_id = $1 AND m.reference = b.manifest
		WHERE b.tenant_id = $1 ORDER BY b.manifest, b.reference`,
		[]any{l.tenant, uncited.manifests, uncited.bills}, []any{&manifest, &office, &reference, &at, &content}, func() error {
			var bill declaration.Bill
			if err := json.Unmarshal(content, &bill); err != nil {
				return err
			}
			var month cube.Month
			if at != nil {
				month = cube.MonthOf(at.UTC().Year(), at.UTC().Month())
			}
			return l.uncitedBill(manifest, office, month, &bill, uncited.known[[2]string{manifest, reference}])
		})
}

func (l *loader) uncitedBill(manifest, office string, month cube.Month, bill *declaration.Bill, known bool) error {
	facts := BalanceFacts{Manifest: manifest, Bills: []BillFacts{billFacts(bill)}}
	subject := manifest + " " + bill.Reference
	if overdrawn(bill, l.c.Settings.PackageTolerance) {
		if err := l.raise(WriteOffBalance, "a", High, OnBill, subject, office, month, facts); err != nil {
			return err
		}
	}
	var written AmountFacts
	for i := range bill.WriteOffs {
		if w := &bill.WriteOffs[i]; w.Declaration != "" {
			written.Packages += w.Packages
			written.Mass += w.GrossMass
		}
	}
	if known && absolute(written.Packages) > l.c.Settings.PackageTolerance {
		facts.Written, facts.Declared = &written, &AmountFacts{}
		return l.raise(WriteOffBalance, "b", Medium, OnBill, subject, office, month, facts)
	}
	return nil
}

// raise keeps a finding on another subject than a declaration, if its month is one of the session's.
func (l *loader) raise(rule Rule, variant string, severity Severity, kind SubjectKind, subject, office string, month cube.Month, facts any) error {
	if !l.session.covers(month) {
		return nil
	}
	content, err := json.Marshal(facts)
	if err != nil {
		return err
	}
	l.session.own = append(l.session.own, Finding{Rule: rule, Version: definitions[rule-1].Version, Variant: variant, Severity: severity, SubjectKind: kind,
		Subject: subject, Office: office, Month: month, Evidence: Evidence{Facts: content, Parameters: l.c.parameters[rule-1]}})
	return nil
}

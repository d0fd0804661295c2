package crosscheck

import (
	"context"
	"encoding/json"
	"time"

	"assay/domain/cube"
	"assay/domain/declaration"
)

// touchedBills finds, in one pass over declarations and write-offs, the bills that P9 cannot
// judge from one record: those that more than one document touches, and those that no
// live declaration cites. In a session of some months it looks only at manifests
// that are cited or written off in them. Documents are compared by a hash of their reference.
const touchedBills = `WITH concerned AS (SELECT manifest FROM declaration WHERE tenant_id = $1 AND manifest <> '' AND registered_on >= $2 AND registered_on < $3 AND $4
		UNION SELECT manifest FROM write_off WHERE tenant_id = $1 AND at >= $2 AND at < $3 AND $4)
	SELECT manifest, bill FROM (
		SELECT manifest, unnest(bills) COLLATE "C" AS bill, hashtextextended(reference, 0) AS document, true AS live FROM declaration
			WHERE tenant_id = $1 AND NOT cancelled AND manifest <> '' AND bills IS NOT NULL AND (NOT $4 OR manifest IN (SELECT manifest FROM concerned))
		UNION ALL SELECT manifest, bill, CASE WHEN declaration <> '' THEN hashtextextended(declaration, 0) END, false FROM write_off
			WHERE tenant_id = $1 AND (NOT $4 OR manifest IN (SELECT manifest FROM concerned))) touch
	GROUP BY manifest, bill HAVING min(document) <> max(document) OR NOT bool_or(live)`

// judgedBills sums both sides of the bills found. Whether a declaration cites several is asked of those found only, not of all. The laterals with a limit keep
// PostgreSQL from reading whole tables for a few bills.
const judgedBills = `SELECT l.manifest, l.bill, count(c.declaration_id)::integer, coalesce(sum(c.packages), 0)::bigint, coalesce(sum(c.gross_mass), 0)::bigint, coalesce(bool_or((SELECT count(DISTINCT x) > 1 FROM unnest(c.bills) x)), false),
		coalesce(bool_and(c.complete), true) AND NOT coalesce(bool_or(w.strange), false), coalesce(bool_and(c.assessed), true),
		count(c.declaration_id) = 0 AND coalesce(bool_or(w.packages - b.packages > $4 OR b.remaining_packages < 0 OR b.remaining_mass < 0 OR abs(w.declared) > $4), false)
	FROM unnest($2::text[], $3::text[]) l(manifest, bill)
	LEFT JOIN (SELECT d.declaration_id, t.manifest, t.bill, d.packages, d.gross_mass, (d.parts & 3) = 3 AS complete, d.bills, a.there IS NOT NULL AS assessed
		FROM declaration d JOIN unnest($2::text[], $3::text[]) t(manifest, bill) ON t.manifest = d.manifest AND t.bill = ANY (d.bills)
		LEFT JOIN LATERAL (SELECT true AS there FROM event e WHERE e.tenant_id = $1 AND e.declaration_id = d.declaration_id AND e.kind = 'assessed' LIMIT 1) a ON true
		WHERE d.tenant_id = $1 AND NOT d.cancelled) c ON c.manifest = l.manifest AND c.bill = l.bill
	LEFT JOIN LATERAL (SELECT b.packages, b.remaining_packages, b.remaining_mass FROM bill b WHERE b.tenant_id = $1 AND b.manifest = l.manifest AND b.reference = l.bill LIMIT 1) b ON true
	LEFT JOIN LATERAL (SELECT sum(w.packages)::bigint AS packages, coalesce(sum(w.packages) FILTER (WHERE w.declaration <> ''), 0)::bigint AS declared, bool_or(w.declaration <> '' AND x.there IS NULL) AS strange
		FROM write_off w LEFT JOIN LATERAL (SELECT true AS there FROM declaration d WHERE d.tenant_id = $1 AND d.reference = w.declaration LIMIT 1) x ON true
		WHERE w.tenant_id = $1 AND w.manifest = l.manifest AND w.bill = l.bill) w ON true
	GROUP BY l.manifest, l.bill`

// bills loads what P9 needs of other documents, and raises it on bills that no live declaration cites.
func (l *loader) bills(ctx context.Context) (err error) {
	if l.c.writeOffs, err = l.exists(ctx, `SELECT FROM write_off WHERE tenant_id = $1`); err != nil || !l.c.writeOffs {
		return err
	}
	from, to := l.span(0, 0)
	var manifest, bill string
	var manifests, bills []string
	err = l.each(ctx, touchedBills, []any{l.tenant, from, to, l.session.months != nil}, []any{&manifest, &bill}, func() error {
		manifests, bills = append(manifests, manifest), append(bills, bill)
		return nil
	})
	if err != nil {
		return err
	}
	var b sharedBill
	var suspect bool
	uncited := uncitedBills{known: map[[2]string]bool{}}
	err = l.each(ctx, judgedBills, []any{l.tenant, manifests, bills, l.c.Settings.PackageTolerance},
		[]any{&manifest, &bill, &b.citing, &b.packages, &b.mass, &b.several, &b.complete, &b.assessed, &suspect}, func() error {
			switch {
			case b.citing > 0:
				l.c.bills[l.c.keyOfPair(manifest, bill)] = b
			case suspect:
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

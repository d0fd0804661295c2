package warehouse

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// kindsKnown says of which kinds of documents an administration has any. With the
// first of a kind, everything looks different: what could not be judged now can be.
type kindsKnown struct{ manifests, writeOffs, transits, accounts, controls bool }

// reachBefore is what must be known from before a load.
type reachBefore struct {
	kinds     kindsKnown
	watermark time.Time // zero for none
}

func (l *loader) kindsNow(ctx context.Context, conn *pgx.Conn) (k kindsKnown, err error) {
	err = conn.QueryRow(ctx, `SELECT EXISTS (SELECT FROM manifest WHERE tenant_id = $1), EXISTS (SELECT FROM write_off WHERE tenant_id = $1),
			EXISTS (SELECT FROM transit WHERE tenant_id = $1), EXISTS (SELECT FROM suspense_account WHERE tenant_id = $1),
			EXISTS (SELECT FROM inspection WHERE tenant_id = $1) OR EXISTS (SELECT FROM assignment WHERE tenant_id = $1)`, uuid.UUID(l.tenant.ID)).
		Scan(&k.manifests, &k.writeOffs, &k.transits, &k.accounts, &k.controls)
	if err != nil {
		return k, fmt.Errorf("look which documents there are: %w", err)
	}
	return k, nil
}

// beginReach notes what there was before the load. It is not needed for the first
// declarations of all, which make every month with declarations dirty.
func (l *loader) beginReach(ctx context.Context) error {
	if l.wasEmpty || l.in.DryRun {
		return nil
	}
	l.reach = newReach(&l.tenant.Settings)
	return l.native(ctx, func(conn *pgx.Conn) (err error) {
		if l.before.kinds, err = l.kindsNow(ctx, conn); err != nil {
			return err
		}
		var latest *time.Time
		err = conn.QueryRow(ctx, `SELECT max(watermark) FROM batch WHERE tenant_id = $1 AND state = 'loaded'`, uuid.UUID(l.tenant.ID)).Scan(&latest)
		if err != nil {
			return fmt.Errorf("find the watermark: %w", err)
		}
		if latest != nil {
			l.before.watermark = *latest
		}
		return nil
	})
}

// reached marks the months, besides those of the load itself, in which something is
// derived from or compared with what the load has changed. It reads whole tables
// and is to be asked with a planner that is free to do so.
func (l *loader) reached(ctx context.Context, conn *pgx.Conn) error {
	if l.reach == nil {
		return nil
	}
	now, err := l.kindsNow(ctx, conn)
	if err != nil {
		return err
	}
	if now != l.before.kinds {
		l.reach.everything = true
	}
	if !l.reach.everything {
		if l.reach.everything, err = l.newInControl(ctx, conn); err != nil {
			return err
		}
	}
	if l.reach.everything {
		return nil // see recalendared
	}
	for _, days := range l.reach.days {
		for month := Month(days.first.UTC()); month <= Month(days.last.UTC()); month++ {
			l.months.add(month)
		}
	}
	for _, at := range l.reach.transitDates {
		l.months.add(Month(at.UTC()))
	}
	for _, ask := range []func(context.Context, *pgx.Conn) error{l.reachedByWriteOff, l.reachedByBill, l.reachedByManifest, l.reachedByTransit, l.reachedByDischarge,
		l.reachedByCancellation, l.reachedByTime, l.reachedByTravel, l.reachedMonths} {
		if err := ask(ctx, conn); err != nil {
			return fmt.Errorf("find what the load reaches: %w", err)
		}
		if l.reach.everything {
			return nil
		}
	}
	return nil
}

// declarationsOf reaches the declarations that a query gives the identifiers of.
func (l *loader) declarationsOf(ctx context.Context, conn *pgx.Conn, query string, arguments ...any) error {
	rows, err := conn.Query(ctx, query, arguments...)
	if err != nil {
		return err
	}
	defer rows.Close()
	var id int64
	for rows.Next() {
		if err := rows.Scan(&id); err != nil {
			return err
		}
		l.reach.declarations[id] = struct{}{}
		if l.reach.bound(); l.reach.everything {
			return nil
		}
	}
	return rows.Err()
}

// farthestZone is more than any zone is away from UTC.
const farthestZone = 15 * time.Hour

// reachedMonths adds every month in which a reached declaration may have a row, in whatever zone its office is.
func (l *loader) reachedMonths(ctx context.Context, conn *pgx.Conn) error {
	if len(l.reach.declarations) == 0 {
		return nil
	}
	return l.monthsOf(ctx, conn, `WITH reached AS MATERIALIZED (SELECT unnest($2::bigint[]) AS declaration_id),
		own AS MATERIALIZED (SELECT d.registered_on, d.paper_finished_at, coalesce(d.arrived_at, m.arrived_at) AS arrived_at
			FROM declaration d JOIN reached USING (declaration_id) LEFT JOIN manifest m ON m.tenant_id = $1 AND m.reference = d.manifest WHERE d.tenant_id = $1),
		dated AS (SELECT x.at FROM event x JOIN reached USING (declaration_id) WHERE x.tenant_id = $1
			UNION ALL SELECT x.at FROM assignment x JOIN reached USING (declaration_id) WHERE x.tenant_id = $1
			UNION ALL SELECT unnest(ARRAY[x.at, x.finished_at]) FROM inspection x JOIN reached USING (declaration_id) WHERE x.tenant_id = $1
			UNION ALL SELECT unnest(ARRAY[x.at, x.paid_on AT TIME ZONE 'UTC']) FROM offence x JOIN reached USING (declaration_id) WHERE x.tenant_id = $1
			UNION ALL SELECT x.at FROM payment x JOIN reached USING (declaration_id) WHERE x.tenant_id = $1
			UNION ALL SELECT x.at FROM document_version x JOIN reached USING (declaration_id) WHERE x.tenant_id = $1
			UNION ALL SELECT paper_finished_at FROM own UNION ALL SELECT arrived_at FROM own)
		SELECT (extract(year FROM registered_on) * 12 + extract(month FROM registered_on) - 1)::integer FROM own
		UNION SELECT (extract(year FROM near.at) * 12 + extract(month FROM near.at) - 1)::integer FROM dated
			CROSS JOIN LATERAL (VALUES (dated.at AT TIME ZONE 'UTC' - $3::interval), (dated.at AT TIME ZONE 'UTC' + $3::interval)) AS near(at) WHERE dated.at IS NOT NULL`,
		uuid.UUID(l.tenant.ID), slices.Collect(maps.Keys(l.reach.declarations)), farthestZone)
}

// monthsOf adds the months that a query gives.
func (l *loader) monthsOf(ctx context.Context, conn *pgx.Conn, query string, arguments ...any) error {
	rows, err := conn.Query(ctx, query, arguments...)
	if err != nil {
		return err
	}
	var month int
	_, err = pgx.ForEachRow(rows, []any{&month}, func() error {
		l.months.add(month)
		return nil
	})
	return err
}

// reachedByWriteOff finds the write-offs for declarations of the load: they are compared with
// all that cite the bill, and give its row in the cube the declarant.
func (l *loader) reachedByWriteOff(ctx context.Context, conn *pgx.Conn) error {
	rows, err := conn.Query(ctx, `SELECT w.manifest, w.bill, coalesce(m.office, ''), coalesce(m.last_discharged_at, m.arrived_at)
		FROM write_off w LEFT JOIN manifest m ON m.tenant_id = $1 AND m.reference = w.manifest
		WHERE w.tenant_id = $1 AND w.declaration IN (SELECT unnest($2::text[]))`, uuid.UUID(l.tenant.ID), slices.Collect(maps.Keys(l.reach.references)))
	if err != nil {
		return err
	}
	var manifest, bill, office string
	var discharged *time.Time
	_, err = pgx.ForEachRow(rows, []any{&manifest, &bill, &office, &discharged}, func() error {
		l.reach.bills[[2]string{manifest, bill}] = struct{}{}
		if discharged != nil {
			l.months.add(l.counter.zone(office).of(*discharged))
		}
		return nil
	})
	return err
}

// reachedByBill finds the declarations that cite the same bills, and the dates of findings on a bill itself.
func (l *loader) reachedByBill(ctx context.Context, conn *pgx.Conn) error {
	if len(l.reach.bills) == 0 {
		return nil
	}
	manifests, bills := pairs(l.reach.bills)
	err := l.declarationsOf(ctx, conn, `SELECT DISTINCT d.declaration_id FROM declaration d JOIN unnest($2::text[], $3::text[]) t(manifest, bill)
		ON t.manifest = d.manifest AND t.bill = ANY (d.bills) WHERE d.tenant_id = $1`, uuid.UUID(l.tenant.ID), manifests, bills)
	if err != nil || l.reach.everything {
		return err
	}
	return l.monthsOf(ctx, conn, `SELECT DISTINCT (extract(year FROM f.at) * 12 + extract(month FROM f.at) - 1)::integer
		FROM (SELECT coalesce(min(w.at), min(m.registered_at)) AT TIME ZONE 'UTC' AS at FROM unnest($2::text[], $3::text[]) t(manifest, bill)
			JOIN manifest m ON m.tenant_id = $1 AND m.reference = t.manifest
			LEFT JOIN write_off w ON w.tenant_id = $1 AND w.manifest = t.manifest AND w.bill = t.bill
			GROUP BY t.manifest, t.bill) f WHERE f.at IS NOT NULL`, uuid.UUID(l.tenant.ID), manifests, bills)
}

// reachedByManifest finds the declarations that cite a manifest of the load.
func (l *loader) reachedByManifest(ctx context.Context, conn *pgx.Conn) error {
	return l.declarationsOf(ctx, conn, `SELECT d.declaration_id FROM declaration d WHERE d.tenant_id = $1 AND d.manifest IN (SELECT reference FROM stage_changed_manifest)`,
		uuid.UUID(l.tenant.ID))
}

// reachedByTransit finds declarations linked to the load's transits and to others on the same
// routes without a distance, whose usual time they make, and the dates of the transits
// that the load's declarations are linked to.
func (l *loader) reachedByTransit(ctx context.Context, conn *pgx.Conn) error {
	const concerned = `WITH concerned AS (
			SELECT t.reference, t.registered_at, t.transmitted_at FROM transit t WHERE t.tenant_id = $1 AND (t.reference IN (SELECT unnest($2::text[]))
				OR t.reference IN (SELECT unnest($3::text[]))
				OR t.distance_km <= 0 AND (t.departure, t.destination) IN (SELECT * FROM unnest($4::text[], $5::text[]) r(departure, destination)))) `
	departures, destinations := pairs(l.reach.routes)
	arguments := []any{uuid.UUID(l.tenant.ID), slices.Collect(maps.Keys(l.reach.transits)), slices.Collect(maps.Keys(l.reach.references)), departures, destinations}
	err := l.declarationsOf(ctx, conn, concerned+`SELECT d.declaration_id FROM declaration d WHERE d.tenant_id = $1 AND d.reference IN (SELECT reference FROM concerned)
		UNION SELECT d.declaration_id FROM declaration d WHERE d.tenant_id = $1 AND d.previous IN (SELECT reference FROM concerned)`, arguments...)
	if err != nil || l.reach.everything {
		return err
	}
	return l.monthsOf(ctx, conn, concerned+`SELECT DISTINCT (extract(year FROM x.at) * 12 + extract(month FROM x.at) - 1)::integer FROM concerned c
			CROSS JOIN LATERAL (VALUES (c.registered_at AT TIME ZONE 'UTC'), (c.transmitted_at AT TIME ZONE 'UTC')) x(at) WHERE x.at IS NOT NULL`, arguments...)
}

// reachedByDischarge finds declarations that the load's discharges name, those of holders who were discharged without a
// declaration, and the dates of discharges that name the load's declarations.
func (l *loader) reachedByDischarge(ctx context.Context, conn *pgx.Conn) error {
	err := l.declarationsOf(ctx, conn, `SELECT d.declaration_id FROM declaration d WHERE d.tenant_id = $1 AND d.reference IN (SELECT unnest($2::text[]))`,
		uuid.UUID(l.tenant.ID), slices.Collect(maps.Keys(l.reach.discharged)))
	if err != nil || l.reach.everything {
		return err
	}
	if len(l.reach.holders) > 0 {
		holders, first, last := columnsOf(l.reach.holders)
		err := l.declarationsOf(ctx, conn, `SELECT DISTINCT d.declaration_id FROM unnest($2::text[], $3::timestamptz[], $4::timestamptz[]) h(holder, first, last)
			JOIN declaration d ON d.importer = h.holder JOIN event e ON e.declaration_id = d.declaration_id AND e.at >= h.first AND e.at <= h.last
			WHERE d.tenant_id = $1 AND e.tenant_id = $1 AND e.kind = 'assessed'`, uuid.UUID(l.tenant.ID), holders, first, last)
		if err != nil || l.reach.everything {
			return err
		}
	}
	return l.monthsOf(ctx, conn, `SELECT DISTINCT (extract(year FROM x.at AT TIME ZONE 'UTC') * 12 + extract(month FROM x.at AT TIME ZONE 'UTC') - 1)::integer
			FROM discharge x WHERE x.tenant_id = $1 AND x.declaration IN (SELECT unnest($2::text[]))`,
		uuid.UUID(l.tenant.ID), slices.Collect(maps.Keys(l.reach.references)))
}

// reachedByCancellation finds what the same importers registered soon after a cancellation.
func (l *loader) reachedByCancellation(ctx context.Context, conn *pgx.Conn) error {
	if len(l.reach.cancelled) == 0 {
		return nil
	}
	importers, first, last := columnsOf(l.reach.cancelled)
	return l.declarationsOf(ctx, conn, `SELECT DISTINCT d.declaration_id FROM unnest($2::text[], $3::timestamptz[], $4::timestamptz[]) c(importer, first, last)
		JOIN declaration d ON d.importer = c.importer AND d.registered_on >= (c.first AT TIME ZONE 'UTC')::date AND d.registered_on <= (c.last AT TIME ZONE 'UTC')::date
		WHERE d.tenant_id = $1`, uuid.UUID(l.tenant.ID), importers, first, last)
}

// reachedByTime finds acts that can be judged since the data reach further: an offence needs
// time to change money, and a change of money an offence, and, where there are accounts, an export to be discharged.
func (l *loader) reachedByTime(ctx context.Context, conn *pgx.Conn) error {
	w := l.batch.Watermark
	if l.before.watermark.IsZero() || !w.After(l.before.watermark) {
		return nil
	}
	if l.before.kinds.accounts {
		days := matured(l.before.watermark, w, dischargeDays)
		err := l.declarationsOf(ctx, conn, `SELECT DISTINCT e.declaration_id FROM event e JOIN item i ON i.tenant_id = $1 AND i.declaration_id = e.declaration_id
			WHERE e.tenant_id = $1 AND e.kind = 'assessed' AND e.at >= $2 AND e.at < $3 AND i.procedure IN (SELECT unnest($4::text[]))`, uuid.UUID(l.tenant.ID), days.first, days.last,
			slices.Concat(l.tenant.Settings.ReExportProcedures, l.tenant.Settings.AfterSuspense))
		if err != nil || l.reach.everything {
			return err
		}
	}
	days := matured(l.before.watermark, w, int(l.tenant.Settings.OffenceDays))
	return l.declarationsOf(ctx, conn, `SELECT declaration_id FROM offence WHERE tenant_id = $1 AND at >= $2 AND at < $3
		UNION SELECT v.declaration_id FROM document_version v WHERE v.tenant_id = $1 AND v.at >= $2 AND v.at < $3 AND EXISTS
			(SELECT FROM document_version o WHERE o.tenant_id = $1 AND o.declaration_id = v.declaration_id AND o.number < v.number)`,
		uuid.UUID(l.tenant.ID), days.first, days.last)
}

// reachedByTravel finds declarations on which somebody in control acted at another office within the time that crosschecks
// find too short, before or after an act of the load. They look for it only where there is no log of sessions.
func (l *loader) reachedByTravel(ctx context.Context, conn *pgx.Conn) error {
	var logged bool
	if err := conn.QueryRow(ctx, `SELECT EXISTS (SELECT FROM workstation_session WHERE tenant_id = $1)`, uuid.UUID(l.tenant.ID)).Scan(&logged); err != nil || logged {
		return err
	}
	users, offices, at := make([]string, len(l.reach.gone)), make([]string, len(l.reach.gone)), make([]time.Time, len(l.reach.gone))
	for i, act := range l.reach.gone {
		users[i], offices[i], at[i] = act.user, act.office, act.at
	}
	// Times are compared by their number of such spans, and with the numbers beside.
	span := max(1, l.tenant.Settings.TravelMinutes) * 60
	return l.declarationsOf(ctx, conn, `WITH control AS MATERIALIZED (SELECT officer AS code FROM posting WHERE tenant_id = $1
			UNION SELECT user_code FROM inspection WHERE tenant_id = $1 UNION SELECT examiner FROM assignment WHERE tenant_id = $1 UNION SELECT chief FROM assignment WHERE tenant_id = $1),
		loaded AS (SELECT e.user_code, d.office, e.at FROM declaration d JOIN event e ON e.tenant_id = $1 AND e.declaration_id = d.declaration_id
				WHERE d.tenant_id = $1 AND d.batch_id = $2 AND NOT e.machine AND e.precision NOT IN ('day', '')
			UNION ALL SELECT * FROM unnest($4::text[], $5::text[], $6::timestamptz[])),
		near AS MATERIALIZED (SELECT DISTINCT user_code, office, floor(extract(epoch FROM at) / $3::bigint) + beside.n AS span
			FROM loaded CROSS JOIN (VALUES (-1), (0), (1)) AS beside(n) WHERE user_code <> '' AND user_code IN (SELECT code FROM control))
		SELECT DISTINCT e.declaration_id FROM event e JOIN near ON near.user_code = e.user_code AND near.span = floor(extract(epoch FROM e.at) / $3::bigint)
			JOIN declaration d ON d.tenant_id = $1 AND d.declaration_id = e.declaration_id
		WHERE e.tenant_id = $1 AND NOT e.machine AND d.batch_id <> $2 AND d.office <> near.office`,
		uuid.UUID(l.tenant.ID), l.batch.ID, span, users, offices, at)
}

// columnsOf gives importers and days as three lists.
func columnsOf(all []importerDays) (importers []string, first, last []time.Time) {
	for _, one := range all {
		importers, first, last = append(importers, one.importer), append(first, one.first), append(last, one.last)
	}
	return importers, first, last
}

// newInControl reports whether somebody who acted elsewhere inspects or is assigned for the first time with this load, or was before it and
// is no more: the old form of a document names its users too. Without a log of sessions the crosschecks look at the acts of such users at two
// offices, also at those that were there.
func (l *loader) newInControl(ctx context.Context, conn *pgx.Conn) (there bool, err error) {
	if len(l.reach.users) == 0 {
		return false, nil
	}
	err = conn.QueryRow(ctx, `SELECT NOT EXISTS (SELECT FROM workstation_session WHERE tenant_id = $1) AND EXISTS (
		SELECT FROM event e WHERE e.tenant_id = $1 AND e.user_code IN (
			SELECT unnest($2::text[]) EXCEPT SELECT i.user_code FROM inspection i JOIN declaration d ON d.tenant_id = $1 AND d.declaration_id = i.declaration_id
				WHERE i.tenant_id = $1 AND d.batch_id <> $3
			EXCEPT SELECT unnest(ARRAY[a.examiner, a.chief]) FROM assignment a JOIN declaration d ON d.tenant_id = $1 AND d.declaration_id = a.declaration_id
				WHERE a.tenant_id = $1 AND d.batch_id <> $3)
			AND e.user_code <> '' AND EXISTS (SELECT FROM declaration d WHERE d.tenant_id = $1 AND d.declaration_id = e.declaration_id AND d.batch_id <> $3))`,
		uuid.UUID(l.tenant.ID), slices.Collect(maps.Keys(l.reach.users)), l.batch.ID).Scan(&there)
	if err != nil {
		return false, fmt.Errorf("look for new people in control: %w", err)
	}
	return there, nil
}

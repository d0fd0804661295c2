package crosscheck

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"gorm.io/gorm"

	"assay/domain/administration"
	"assay/domain/declaration"
	"assay/domain/store"
)

// prepare makes the context in one reading transaction.
func (s *Session) prepare(ctx context.Context, owner *administration.Tenant) error {
	return s.service.db.Read(ctx, s.tenant, func(ctx context.Context, _ *gorm.DB) error {
		calendars, err := s.service.administrations.Calendars(ctx, owner)
		if err != nil {
			return err
		}
		if s.Context, err = NewContext(owner.Settings, calendars, s.service.clock()); err != nil {
			return err
		}
		return s.load(ctx)
	})
}

// load fills the context with the facts of other documents. Every query streams.
func (s *Session) load(ctx context.Context) error {
	return store.Native(ctx, func(ctx context.Context, conn *pgx.Conn) error {
		l := &loader{session: s, c: s.Context, conn: conn, tenant: s.tenant.String()}
		for _, part := range []struct {
			what string
			load func(context.Context) error
		}{
			{"how far the data reach", l.watermark}, {"machine users", l.machines}, {"cancelled declarations", l.cancellations}, {"shared bills", l.bills},
			{"transits", l.transits}, {"discharges", l.discharges},
			{"absences", l.absences}, {"overlapping sessions", l.overlaps}, {"acts at two offices", l.trips},
		} {
			if err := part.load(ctx); err != nil {
				return fmt.Errorf("load %s: %w", part.what, err)
			}
		}
		return nil
	})
}

type loader struct {
	session *Session
	c       *Context
	conn    *pgx.Conn
	tenant  string
}

// each runs a query and calls do for every row, with scan into targets before.
func (l *loader) each(ctx context.Context, query string, arguments []any, targets []any, do func() error) error {
	rows, err := l.conn.Query(ctx, query, arguments...)
	if err != nil {
		return err
	}
	_, err = pgx.ForEachRow(rows, targets, do)
	return err
}

// span is the time that the session's months cover, widened by days on both sides;
// without months all time.
func (l *loader) span(before, after int64) (from, to time.Time) {
	from, to = time.Date(1, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)
	if l.session.months == nil {
		return from, to
	}
	first, last := l.session.months[0], l.session.months[0]
	for _, m := range l.session.months {
		first, last = min(first, m), max(last, m)
	}
	return first.First().Time().AddDate(0, 0, -int(before)), (last + 1).First().Time().AddDate(0, 0, int(after))
}

// watermark is the latest of the loaded batches; without one it stays the clock's now.
func (l *loader) watermark(ctx context.Context) error {
	var latest *time.Time
	err := l.conn.QueryRow(ctx, `SELECT max(watermark) FROM batch WHERE tenant_id = $1 AND state = 'loaded'`, l.tenant).Scan(&latest)
	if err == nil && latest != nil {
		l.c.Watermark = *latest
	}
	return err
}

func (l *loader) machines(ctx context.Context) error {
	var user string
	return l.each(ctx, `SELECT code FROM officer WHERE tenant_id = $1 AND machine UNION SELECT officer FROM posting WHERE tenant_id = $1 AND function = 'system'`,
		[]any{l.tenant}, []any{&user}, func() error {
			l.c.machines[user] = true
			return nil
		})
}

func (l *loader) exists(ctx context.Context, query string) (there bool, err error) {
	err = l.conn.QueryRow(ctx, `SELECT EXISTS (`+query+`)`, l.tenant).Scan(&there)
	return there, err
}

// operationRow is an operation read beside something else.
type operationRow struct {
	at        *time.Time
	precision *string
	name      *string
	user      *string
}

func (o *operationRow) row() Row {
	if o.at == nil {
		return Row{}
	}
	return Row{Source: "operation", Name: *o.name, User: *o.user}.at(o.moment())
}

func (o *operationRow) moment() declaration.Moment {
	return declaration.Moment{At: *o.at, Precision: declaration.Precision(*o.precision)}
}

// cancellations loads what P8 compares: cancelled declarations whose cancellation
// lies so that a declaration of the session's months can follow it.
func (l *loader) cancellations(ctx context.Context) error {
	var c cancellation
	var importer, lane string
	var registeredOn time.Time
	var cancelled, registered operationRow
	from, to := l.span(l.c.Settings.ReRegistrationDays+2, 3)
	return l.each(ctx, `SELECT d.declaration_id, d.reference, d.office, d.broker, d.importer, d.payable, d.manifest, coalesce(d.bills, '{}'), coalesce(d.containers, '{}'), d.registered_on,
			coalesce(nullif(selected.to_lane, ''), d.lane_selected), coalesce(assigned.examiner, ''),
			(SELECT coalesce(array_agg(DISTINCT left(i.hs, 6)), '{}') FROM item i WHERE i.tenant_id = $1 AND i.declaration_id = d.declaration_id),
			cancelled.at, cancelled.precision, cancelled.operation, cancelled.user_code, registered.at, registered.precision, registered.operation, registered.user_code
		FROM declaration d
		CROSS JOIN LATERAL (SELECT e.at, e.precision, e.operation, e.user_code FROM event e WHERE e.tenant_id = $1 AND e.declaration_id = d.declaration_id AND e.kind = 'cancelled' ORDER BY e.sequence LIMIT 1) cancelled
		LEFT JOIN LATERAL (SELECT e.at, e.precision, e.operation, e.user_code FROM event e WHERE e.tenant_id = $1 AND e.declaration_id = d.declaration_id AND e.kind = 'registered' ORDER BY e.sequence LIMIT 1) registered ON true
		LEFT JOIN LATERAL (SELECT e.to_lane FROM event e WHERE e.tenant_id = $1 AND e.declaration_id = d.declaration_id AND e.kind = 'selected' ORDER BY e.sequence LIMIT 1) selected ON true
		LEFT JOIN LATERAL (SELECT a.examiner FROM assignment a WHERE a.tenant_id = $1 AND a.declaration_id = d.declaration_id AND a.examiner <> '' ORDER BY a.sequence DESC LIMIT 1) assigned ON true
		WHERE d.tenant_id = $1 AND d.cancelled AND d.importer <> '' AND (cardinality(d.bills) > 0 OR cardinality(d.containers) > 0) AND cancelled.at >= $2 AND cancelled.at < $3
		ORDER BY d.declaration_id`, []any{l.tenant, from, to},
		[]any{&c.id, &c.reference, &c.office, &c.broker, &importer, &c.payable, &c.manifest, &c.bills, &c.containers, &registeredOn, &lane, &c.examiner, &c.headings,
			&cancelled.at, &cancelled.precision, &cancelled.name, &cancelled.user, &registered.at, &registered.precision, &registered.name, &registered.user},
		func() error {
			calendar := l.c.Calendars.Of(c.office)
			one := c
			one.bills, one.containers, one.headings = append([]string(nil), c.bills...), append([]string(nil), c.containers...), append([]string(nil), c.headings...)
			one.lane, one.cancelled, one.cancelledBy = declaration.Lane(lane), stampOf(cancelled.moment(), calendar), cancelled.row()
			one.registered = stampOfDay(registeredOn)
			one.registering = Row{Source: "header", Name: "date of registration"}.at(declaration.Moment{At: registeredOn, Precision: declaration.Day})
			if registered.at != nil {
				one.registered, one.registering = stampOf(registered.moment(), calendar), registered.row()
			}
			l.c.cancellations[importer] = append(l.c.cancellations[importer], one)
			return nil
		})
}

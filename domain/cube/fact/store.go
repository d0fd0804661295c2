package fact

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"gorm.io/gorm"

	"assay/domain"
	"assay/domain/cube"
	"assay/domain/declaration"
	"assay/domain/store"
)

// lock lets one rebuild of a tenant run at a time.
func lock(tx *gorm.DB, tenant domain.TenantID) error {
	if err := tx.Exec(`SELECT pg_advisory_xact_lock(hashtextextended('assay.fact.' || ?, 0))`, tenant.String()).Error; err != nil {
		return fmt.Errorf("wait for another rebuild: %w", err)
	}
	return nil
}

// dirtyMonth is a month marked dirty, with the version of the mark's row: a mark
// set again has another one, also within the same instant.
type dirtyMonth struct {
	Month   cube.Month
	Version string
}

func dirtyMonths(tx *gorm.DB, tenant domain.TenantID) (months []dirtyMonth, err error) {
	err = tx.Raw(`SELECT month, xmin::text AS version FROM dirty_month WHERE tenant_id = ? ORDER BY month`, tenant.String()).Scan(&months).Error
	if err != nil {
		return nil, fmt.Errorf("list dirty months: %w", err)
	}
	return months, nil
}

// clearMarks removes marks as they were read: one that was set again since stays.
func clearMarks(tx *gorm.DB, tenant domain.TenantID, seen []dirtyMonth) error {
	for _, d := range seen {
		err := tx.Exec(`DELETE FROM dirty_month WHERE tenant_id = ? AND month = ? AND xmin::text = ?`, tenant.String(), int(d.Month), d.Version).Error
		if err != nil {
			return fmt.Errorf("clear the mark of %s: %w", d.Month, err)
		}
	}
	return nil
}

// monthCount is a month of registration with its declarations.
type monthCount struct {
	Month        cube.Month
	Declarations int64
}

// monthOf is the SQL for the number of a month.
func monthOf(date string) string {
	return `(extract(year FROM ` + date + `) * 12 + extract(month FROM ` + date + `) - 1)::integer`
}

func registrationMonths(tx *gorm.DB, tenant domain.TenantID) (months []monthCount, err error) {
	err = tx.Raw(`SELECT `+monthOf("day")+` AS month, sum(declarations)::bigint AS declarations
		FROM (SELECT registered_on AS day, count(*) AS declarations FROM declaration WHERE tenant_id = ? GROUP BY registered_on) d
		GROUP BY 1 ORDER BY 1`, tenant.String()).Scan(&months).Error
	if err != nil {
		return nil, fmt.Errorf("list the months of registration: %w", err)
	}
	return months, nil
}

// watermark is the latest event time that deliveries have seen; without any, the
// end of the last day of registration.
func watermark(tx *gorm.DB, tenant domain.TenantID) (time.Time, error) {
	var latest sql.NullTime
	err := tx.Raw(`SELECT coalesce(
			(SELECT max(watermark) FROM batch WHERE tenant_id = @tenant AND state = 'loaded'),
			(SELECT max(at) FROM event WHERE tenant_id = @tenant),
			(SELECT (max(registered_on) + 1)::timestamp AT TIME ZONE t.zone FROM declaration d WHERE d.tenant_id = @tenant))
		FROM tenant t WHERE t.tenant_id = @tenant`, map[string]any{"tenant": tenant.String()}).Row().Scan(&latest)
	if err != nil {
		return time.Time{}, fmt.Errorf("find the watermark: %w", err)
	}
	return latest.Time, nil
}

func manifestsKnown(tx *gorm.DB, tenant domain.TenantID) (known bool, err error) {
	err = tx.Raw(`SELECT EXISTS (SELECT FROM manifest WHERE tenant_id = ?)`, tenant.String()).Scan(&known).Error
	if err != nil {
		return false, fmt.Errorf("look for manifests: %w", err)
	}
	return known, nil
}

func readStaff(tx *gorm.DB, tenant domain.TenantID, machinePrefixes []string) (*Staff, error) {
	var machines []string
	err := tx.Raw(`SELECT code FROM officer WHERE tenant_id = ? AND machine`, tenant.String()).Scan(&machines).Error
	if err != nil {
		return nil, fmt.Errorf("list machine users: %w", err)
	}
	var rows []struct {
		Officer, Office, Function, Status string
		StartsOn                          time.Time
		EndsOn                            sql.NullTime
	}
	err = tx.Raw(`SELECT officer, office, function, status, starts_on, ends_on FROM posting
		WHERE tenant_id = ? AND function IN ('broker', 'head', 'system')`, tenant.String()).Scan(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("list postings: %w", err)
	}
	postings := make([]Posting, len(rows))
	for i, row := range rows {
		postings[i] = Posting{Officer: row.Officer, Office: row.Office, Function: row.Function, Status: row.Status, First: localDate(row.StartsOn)}
		if row.EndsOn.Valid {
			postings[i].Last = date(localDate(row.EndsOn.Time))
		}
	}
	return NewStaff(machinePrefixes, machines, postings), nil
}

// revenueTarget is an office's target of a month.
type revenueTarget struct {
	Office string
	Month  cube.Month
	Amount int64
}

func readTargets(tx *gorm.DB, tenant domain.TenantID) (targets []revenueTarget, err error) {
	err = tx.Raw(`SELECT office, month, amount FROM revenue_target WHERE tenant_id = ? ORDER BY month, office`, tenant.String()).Scan(&targets).Error
	if err != nil {
		return nil, fmt.Errorf("read revenue targets: %w", err)
	}
	return targets, nil
}

// monthSpan is from a first month to a last; it is open when not bounded.
type monthSpan struct {
	first, last cube.Month
	bounded     bool
}

// instants gives times of which the first is not after and the second not
// before any moment of the span's local days, in whatever zone.
func (s monthSpan) instants() (from, to time.Time) {
	if !s.bounded {
		return cube.MinDate.Time(), cube.MaxDate.Time()
	}
	return s.first.First().Time().AddDate(0, 0, -1), (s.last + 1).First().Time().AddDate(0, 0, 1)
}

// contributingMonths adds the months of registration of declarations with
// something dated in the months given.
func contributingMonths(tx *gorm.DB, tenant domain.TenantID, acted []cube.Month, found map[cube.Month]bool) error {
	for i := 0; i < len(acted); {
		span := monthSpan{acted[i], acted[i], true}
		for i++; i < len(acted) && acted[i] == span.last+1; i++ {
			span.last = acted[i]
		}
		from, to := span.instants()
		var months []cube.Month
		err := tx.Raw(`WITH acted AS (
				SELECT declaration_id FROM event WHERE tenant_id = @tenant AND at >= @from AND at < @to
				UNION SELECT declaration_id FROM inspection WHERE tenant_id = @tenant AND at >= @from AND at < @to
				UNION SELECT declaration_id FROM assignment WHERE tenant_id = @tenant AND at >= @from AND at < @to
				UNION SELECT declaration_id FROM payment WHERE tenant_id = @tenant AND at >= @from AND at < @to
				UNION SELECT declaration_id FROM offence WHERE tenant_id = @tenant AND (at >= @from AND at < @to OR paid_on >= @from AND paid_on < @to)
				UNION SELECT d.declaration_id FROM declaration d LEFT JOIN manifest m ON m.tenant_id = @tenant AND m.reference = d.manifest
					WHERE d.tenant_id = @tenant AND coalesce(d.arrived_at, m.arrived_at) >= @from AND coalesce(d.arrived_at, m.arrived_at) < @to)
			SELECT DISTINCT `+monthOf("d.registered_on")+` FROM declaration d JOIN acted USING (declaration_id) WHERE d.tenant_id = @tenant`,
			map[string]any{"tenant": tenant.String(), "from": from, "to": to}).Scan(&months).Error
		if err != nil {
			return fmt.Errorf("find declarations with acts in %s to %s: %w", span.first, span.last, err)
		}
		for _, month := range months {
			found[month] = true
		}
	}
	return nil
}

// arrivalMonths gives, for each month in which goods arrived, the last month in
// which one of their declarations was registered. Around the turn of a month an
// arrival counts for both, whatever the zone.
func arrivalMonths(tx *gorm.DB, tenant domain.TenantID) (map[cube.Month]cube.Month, error) {
	var rows []struct{ Arrived, Registered cube.Month }
	err := tx.Raw(`SELECT `+monthOf("near.at")+` AS arrived, max(`+monthOf("d.registered_on")+`) AS registered
		FROM (SELECT d.registered_on, (coalesce(d.arrived_at, m.arrived_at) AT TIME ZONE 'UTC') AS at
			FROM declaration d LEFT JOIN manifest m ON m.tenant_id = @tenant AND m.reference = d.manifest WHERE d.tenant_id = @tenant) d
		CROSS JOIN LATERAL (VALUES (d.at - interval '15 hours'), (d.at + interval '15 hours')) AS near(at)
		WHERE d.at IS NOT NULL GROUP BY 1`, map[string]any{"tenant": tenant.String()}).Scan(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("find the months of arrival: %w", err)
	}
	last := make(map[cube.Month]cube.Month, len(rows))
	for _, row := range rows {
		last[row.Arrived] = row.Registered
	}
	return last, nil
}

// readBursts reads when officers keyed assessments within the span.
func readBursts(ctx context.Context, tenant domain.TenantID, c *Context, span monthSpan) (*Bursts, error) {
	bursts := NewBursts(c.Settings)
	from, to := span.instants()
	read := func() error {
		return query(ctx, `SELECT d.office, e.user_code, e.at FROM event e JOIN declaration d ON d.tenant_id = $1 AND d.declaration_id = e.declaration_id
		WHERE e.tenant_id = $1 AND e.kind = 'assessed' AND NOT e.machine AND e.user_code <> '' AND e.precision NOT IN ('day', '')
			AND e.at >= $2 AND e.at < $3`, []any{uuid.UUID(tenant), from, to}, func(row pgx.CollectableRow) error {
			var office, user string
			var at time.Time
			if err := row.Scan(&office, &user, &at); err != nil {
				return err
			}
			if c.Staff.Officer(user) {
				bursts.Add(office, user, cube.Date(c.Calendars.Of(office).LocalDay(at)), at.Unix())
			}
			return nil
		})
	}
	var err error
	if span.bounded {
		err = read()
	} else {
		err = byHash(ctx, read)
	}
	if err != nil {
		return nil, fmt.Errorf("read assessments: %w", err)
	}
	bursts.Settle()
	return bursts, nil
}

// readPrices reads the history of prices that items of the span are judged by.
func readPrices(ctx context.Context, tenant domain.TenantID, prices *Prices, span monthSpan) error {
	if !span.bounded {
		return nil
	}
	err := query(ctx, `SELECT `+monthOf("d.registered_on")+`, i.hs, i.origin, i.customs_value, i.net_mass, i.gross_mass
		FROM item i JOIN declaration d ON d.tenant_id = $1 AND d.declaration_id = i.declaration_id
		WHERE i.tenant_id = $1 AND d.registered_on >= $2 AND d.registered_on < $3 AND NOT d.cancelled
			AND NOT EXISTS (SELECT FROM event e WHERE e.tenant_id = $1 AND e.declaration_id = d.declaration_id AND e.kind = 'cancelled')`,
		[]any{uuid.UUID(tenant), (span.first - priceMonths).First().Time(), span.last.First().Time()}, func(row pgx.CollectableRow) error {
			var month int
			var item declaration.Item
			if err := row.Scan(&month, &item.HS, &item.Origin, &item.CustomsValue, &item.NetMass, &item.GrossMass); err != nil {
				return err
			}
			prices.Add(cube.Month(month), &item)
			return nil
		})
	if err != nil {
		return fmt.Errorf("read the history of prices: %w", err)
	}
	return nil
}

// query gives fn every row of a query on the connection of the surrounding transaction.
// byHash keeps the planner from nested loops in what fn asks. For a pass over
// everything hashing is right; left alone the planner decides by what it
// knows, and of an administration that is new among others it knows nothing: it
// then takes thousands of rows for one.
func byHash(ctx context.Context, fn func() error) error {
	set := func(value string) error {
		return store.Native(ctx, func(ctx context.Context, conn *pgx.Conn) error {
			_, err := conn.Exec(ctx, "SET LOCAL enable_nestloop TO "+value)
			return err
		})
	}
	if err := set("off"); err != nil {
		return err
	}
	if err := fn(); err != nil {
		return err
	}
	return set("DEFAULT")
}

func query(ctx context.Context, statement string, arguments []any, fn func(pgx.CollectableRow) error) error {
	return store.Native(ctx, func(ctx context.Context, conn *pgx.Conn) error {
		rows, err := conn.Query(ctx, statement, arguments...)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			if err := fn(rows); err != nil {
				return err
			}
		}
		return rows.Err()
	})
}

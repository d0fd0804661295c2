package warehouse

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"assay/domain"
	"assay/domain/declaration"
)

// keyedWindow is how many manifests, transits or accounts are read in one round.
const keyedWindow = 500

// Manifests gives fn every manifest of the range with its bills and write-offs, in
// the order of references. A manifest is dated by its registration, else its arrival or
// validation. Those times are instants and a Range has local days, so manifests of up to a day
// outside the range come too: the caller dates them in the zone of their office. One without any date
// comes only with an open range. fn may keep what it gets, see Records for the rest.
func (s *Service) Manifests(ctx context.Context, tenant domain.TenantID, chosen Range, fn func(*declaration.Manifest) error) error {
	return s.keyed(ctx, tenant, chosen, &manifestKind, "coalesce(registered_at, arrived_at, validated_at)", func(conn *pgx.Conn, keys []string) error {
		return readManifests(ctx, conn, tenant, keys, fn)
	})
}

// Transits gives fn every transit of the range in the order of references, dated
// by registration, else transmission, arrival or validation, as Manifests does.
func (s *Service) Transits(ctx context.Context, tenant domain.TenantID, chosen Range, fn func(*declaration.TransitDocument) error) error {
	return s.keyed(ctx, tenant, chosen, &transitKind, "coalesce(registered_at, transmitted_at, arrived_at, validated_at)", func(conn *pgx.Conn, keys []string) error {
		return readTransits(ctx, conn, tenant, keys, fn)
	})
}

// SuspenseAccounts gives fn every suspense account that was opened in the range,
// with its discharges, in the order of accounts.
func (s *Service) SuspenseAccounts(ctx context.Context, tenant domain.TenantID, chosen Range, fn func(*declaration.SuspenseAccount) error) error {
	return s.keyed(ctx, tenant, chosen, &suspenseKind, "opened_on", func(conn *pgx.Conn, keys []string) error {
		return readAccounts(ctx, conn, tenant, keys, fn)
	})
}

func (s *Service) keyed(ctx context.Context, tenant domain.TenantID, chosen Range, kind *keyedKind, dated string, read func(*pgx.Conn, []string) error) error {
	return s.read(ctx, tenant, func(ctx context.Context, conn *pgx.Conn) error {
		condition, arguments := "", []any{uuid.UUID(tenant)}
		if !chosen.From.IsZero() || !chosen.To.IsZero() {
			from, to := chosen.bounds()
			if dated != "opened_on" {
				from, to = from.Add(-24*time.Hour), to.Add(24*time.Hour)
			}
			condition = " AND " + dated + " >= $2 AND " + dated + " < $3"
			arguments = append(arguments, from, to)
		}
		rows, err := conn.Query(ctx, fmt.Sprintf("SELECT %s FROM %s WHERE tenant_id = $1%s ORDER BY 1", kind.keys[0], kind.tables[0].name, condition), arguments...)
		if err != nil {
			return fmt.Errorf("list documents: %w", err)
		}
		keys, err := pgx.CollectRows(rows, pgx.RowTo[string])
		if err != nil {
			return fmt.Errorf("list documents: %w", err)
		}
		for len(keys) > 0 {
			n := min(keyedWindow, len(keys))
			if err := read(conn, keys[:n]); err != nil {
				return err
			}
			keys = keys[n:]
		}
		return nil
	})
}

// eachRow gives fn every row of a table whose key is among keys, in the order given.
func eachRow(ctx context.Context, conn *pgx.Conn, tenant domain.TenantID, t *table, key, order string, keys []string, fn func(*rowReader)) error {
	rows, err := conn.Query(ctx, fmt.Sprintf("SELECT %s FROM %s WHERE tenant_id = $1 AND %s = ANY($2) ORDER BY %s", strings.Join(t.read, ", "), t.name, key, order),
		resultFormats, uuid.UUID(tenant), keys)
	if err != nil {
		return fmt.Errorf("read %s: %w", t.name, err)
	}
	defer rows.Close()
	reader := rowReader{texts: newTexts()}
	for rows.Next() {
		reader.values, reader.at = rows.RawValues(), 0
		fn(&reader)
	}
	if err := rows.Err(); err != nil {
		return fmt.Errorf("read %s: %w", t.name, err)
	}
	return nil
}

func readManifests(ctx context.Context, conn *pgx.Conn, tenant domain.TenantID, keys []string, fn func(*declaration.Manifest) error) error {
	var all []declaration.Manifest
	err := eachRow(ctx, conn, tenant, &manifestLayout[tableManifest], "reference", "reference", keys, func(r *rowReader) {
		all = append(all, r.manifest())
	})
	if err != nil {
		return err
	}
	index := make(map[string]int, len(all))
	for i := range all {
		index[all[i].Reference] = i
	}
	err = eachRow(ctx, conn, tenant, &manifestLayout[tableBill], "manifest", "manifest, line, reference", keys, func(r *rowReader) {
		m := &all[index[r.code()]]
		m.Bills = append(m.Bills, r.bill())
	})
	if err != nil {
		return err
	}
	bills := map[[2]string]*declaration.Bill{}
	for i := range all {
		for j := range all[i].Bills {
			bills[[2]string{all[i].Reference, all[i].Bills[j].Reference}] = &all[i].Bills[j]
		}
	}
	err = eachRow(ctx, conn, tenant, &manifestLayout[tableWriteOff], "manifest", "manifest, bill, sequence", keys, func(r *rowReader) {
		if bill := bills[[2]string{r.code(), r.code()}]; bill != nil {
			bill.WriteOffs = append(bill.WriteOffs, r.writeOff())
		}
	})
	if err != nil {
		return err
	}
	return each(all, fn)
}

func each[D any](all []D, fn func(*D) error) error {
	for i := range all {
		if err := fn(&all[i]); err != nil {
			return err
		}
	}
	return nil
}

func readTransits(ctx context.Context, conn *pgx.Conn, tenant domain.TenantID, keys []string, fn func(*declaration.TransitDocument) error) error {
	var all []declaration.TransitDocument
	err := eachRow(ctx, conn, tenant, &transitLayout, "reference", "reference", keys, func(r *rowReader) { all = append(all, r.transit()) })
	if err != nil {
		return err
	}
	return each(all, fn)
}

func readAccounts(ctx context.Context, conn *pgx.Conn, tenant domain.TenantID, keys []string, fn func(*declaration.SuspenseAccount) error) error {
	var all []declaration.SuspenseAccount
	err := eachRow(ctx, conn, tenant, &suspenseLayout[tableSuspense], "account", "account", keys, func(r *rowReader) {
		all = append(all, r.suspenseAccount())
	})
	if err != nil {
		return err
	}
	index := make(map[string]int, len(all))
	for i := range all {
		index[all[i].Account] = i
	}
	err = eachRow(ctx, conn, tenant, &suspenseLayout[tableDischarge], "account", "account, sequence", keys, func(r *rowReader) {
		a := &all[index[r.code()]]
		a.Discharges = append(a.Discharges, r.discharge())
	})
	if err != nil {
		return err
	}
	return each(all, fn)
}

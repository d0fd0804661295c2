package warehouse

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"assay/domain"
	"assay/domain/declaration"
)

// others brings the documents of a chunk that are not declarations to the server.
func (l *loader) others(ctx context.Context, c *chunk) error {
	if c.others() == 0 {
		return nil
	}
	return l.native(ctx, func(conn *pgx.Conn) error {
		if err := keep(ctx, l, conn, &manifestKind, &c.manifests, readManifests, l.manifestMonths); err != nil {
			return fmt.Errorf("load manifests: %w", err)
		}
		if err := keep(ctx, l, conn, &transitKind, &c.transits, readTransits, l.transitMonths); err != nil {
			return fmt.Errorf("load transits: %w", err)
		}
		if err := keep(ctx, l, conn, &suspenseKind, &c.accounts, readAccounts, l.accountMonths); err != nil {
			return fmt.Errorf("load suspense accounts: %w", err)
		}
		return nil
	})
}

type readKeyed[D any] func(ctx context.Context, conn *pgx.Conn, tenant domain.TenantID, keys []string, fn func(*D) error) error

// keep loads one kind of document from a chunk and marks the months in which
// the old and the new documents are dated.
func keep[D any](ctx context.Context, l *loader, conn *pgx.Conn, kind *keyedKind, c *keyedChunk[D], read readKeyed[D], mark func(*D)) error {
	if len(c.documents) == 0 {
		return nil
	}
	change, err := sortOut(ctx, l, conn, kind, c)
	if err != nil || change.empty() {
		return err
	}
	for _, i := range change.fresh {
		mark(c.documents[i])
	}
	for _, i := range change.changed {
		mark(c.documents[i])
	}
	if len(change.changed) > 0 {
		err := read(ctx, conn, l.tenant.ID, pick(c.keys, change.changed), func(old *D) error {
			mark(old)
			return nil
		})
		if err != nil {
			return err
		}
	}
	if l.in.DryRun {
		return nil
	}
	if err := writeKeyed(ctx, l, conn, kind, c, change); err != nil {
		return err
	}
	if kind != &manifestKind {
		return nil
	}
	_, err = conn.Exec(ctx, `INSERT INTO stage_changed_manifest SELECT unnest($1::text[])`, append(pick(c.keys, change.fresh), pick(c.keys, change.changed)...))
	if err != nil {
		return fmt.Errorf("note changed manifests: %w", err)
	}
	return nil
}

func (l *loader) at(office string, moments ...*declaration.Moment) {
	zone := l.counter.zone(office)
	for _, m := range moments {
		if m != nil {
			l.months.add(zone.of(m.At))
		}
	}
}

func (l *loader) manifestMonths(m *declaration.Manifest) {
	if l.reach != nil {
		l.reach.manifest(m)
	}
	l.at(m.Office, m.ArrivedAt, m.LastDischargedAt, m.RegisteredAt, m.ValidatedAt)
	if m.ArrivedAt != nil { // the goods of a declaration arrive on a day of its own office
		l.months.add(Month(m.ArrivedAt.At.UTC().Add(-farthestZone)))
		l.months.add(Month(m.ArrivedAt.At.UTC().Add(farthestZone)))
	}
	if m.DepartedOn != nil {
		l.months.add(Month(*m.DepartedOn))
	}
	for i := range m.Bills {
		for j := range m.Bills[i].WriteOffs {
			l.at(m.Office, &m.Bills[i].WriteOffs[j].Moment)
		}
	}
}

func (l *loader) transitMonths(t *declaration.TransitDocument) {
	if l.reach != nil {
		l.reach.transit(t)
	}
	l.at(t.Departure, t.RegisteredAt, t.TransmittedAt)
	l.at(t.Destination, t.LimitAt, t.ArrivedAt, t.ValidatedAt)
}

func (l *loader) accountMonths(a *declaration.SuspenseAccount) {
	if l.reach != nil {
		l.reach.account(a)
	}
	l.months.add(Month(a.OpenedOn))
	l.months.add(Month(a.DueOn))
	if a.ClosedOn != nil {
		l.months.add(Month(*a.ClosedOn))
	}
	for i := range a.Discharges {
		l.at(a.Office, &a.Discharges[i].Moment)
	}
}

// cited marks the months of what hangs on documents of this load, if there was anything before it.
func (l *loader) cited(ctx context.Context) error {
	if l.reach == nil {
		return nil
	}
	return l.native(ctx, func(conn *pgx.Conn) error {
		if err := planByIndex(ctx, conn, false); err != nil { // this one reads everything
			return err
		}
		return l.reached(ctx, conn)
	})
}

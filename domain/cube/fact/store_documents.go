package fact

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"assay/domain/cube"
	"assay/domain/declaration"
)

// documents makes the grains of manifests, bills, transits and suspense accounts.
// Their rows come ordered by date and key, so that a month is complete when the one
// after the next begins: local days differ by at most one from those of UTC.
func (r *rebuild) documents(ctx context.Context, c *Context) error {
	all := func() error {
		for _, grain := range []func(context.Context, *Context) error{r.manifests, r.bills, r.transits, r.suspense} {
			if err := grain(ctx, c); err != nil {
				return err
			}
		}
		return nil
	}
	if r.all {
		return byHash(ctx, all)
	}
	return all()
}

// documentSpan bounds the query of a grain of documents.
func (r *rebuild) documentSpan() (from, to time.Time) {
	var span monthSpan
	for month := range r.wanted {
		if !span.bounded {
			span = monthSpan{month, month, !r.all}
		}
		span.first, span.last = min(span.first, month), max(span.last, month)
	}
	return span.instants()
}

// collect adds a row to its set and closes the months before the last two.
func collect[R any](ctx context.Context, r *rebuild, s *set[R], row *R) error {
	if err := s.add(row); err != nil {
		return err
	}
	if len(s.builders) <= 2 {
		return nil
	}
	return s.finish(through(s.on(row).Month()-2), func(key segmentKey, b *cube.Builder) error { return r.hand(ctx, key, b) })
}

func conclude[R any](ctx context.Context, r *rebuild, s *set[R]) error {
	return s.finish(always, func(key segmentKey, b *cube.Builder) error { return r.hand(ctx, key, b) })
}

// moment is a time with its precision as two nullable columns.
type moment struct {
	at        *time.Time
	precision *string
}

func (m moment) value() *declaration.Moment {
	if m.at == nil {
		return nil
	}
	value := &declaration.Moment{At: *m.at}
	if m.precision != nil {
		value.Precision = declaration.Precision(*m.precision)
	}
	return value
}

func (r *rebuild) manifests(ctx context.Context, c *Context) error {
	rows := newSet(manifests, func(r *ManifestRow) cube.Date { return r.ArrivedOn }, r.wants)
	from, to := r.documentSpan()
	err := query(ctx, `SELECT reference, office, carrier, mode, arrived_at, arrived_precision, registered_at, registered_precision, validated_at, validated_precision
		FROM manifest WHERE tenant_id = $1 AND arrived_at >= $2 AND arrived_at < $3 ORDER BY arrived_at, reference`,
		[]any{uuid.UUID(r.tenant), from, to}, func(found pgx.CollectableRow) error {
			var m declaration.Manifest
			var arrived, registered, validated moment
			err := found.Scan(&m.Reference, &m.Office, &m.Carrier, &m.Mode, &arrived.at, &arrived.precision,
				&registered.at, &registered.precision, &validated.at, &validated.precision)
			if err != nil {
				return err
			}
			m.ArrivedAt, m.RegisteredAt, m.ValidatedAt = arrived.value(), registered.value(), validated.value()
			if row, dated := DeriveManifest(&m, c); dated {
				return collect(ctx, r, rows, &row)
			}
			return nil
		})
	if err != nil {
		return fmt.Errorf("read manifests: %w", err)
	}
	return conclude(ctx, r, rows)
}

// billRows reads bills of lading with their manifest: a row for each write-off, at
// least one for each bill. Bills are put together here and not by the server, to which arrays
// of the few write-offs of each would cost more than all the rest.
const billRows = `SELECT m.reference, m.office, m.carrier, m.mode, m.arrived_at, m.arrived_precision, m.last_discharged_at, m.last_discharged_precision,
		b.reference, b.nature, b.consignee, b.packages, coalesce(d.broker, ''), w.at, w.precision, w.packages
	FROM manifest m
	JOIN bill b ON b.tenant_id = $1 AND b.manifest = m.reference
	LEFT JOIN write_off w ON w.tenant_id = $1 AND w.manifest = b.manifest AND w.bill = b.reference
	LEFT JOIN declaration d ON d.tenant_id = $1 AND d.reference = w.declaration
	WHERE m.tenant_id = $1 AND coalesce(m.last_discharged_at, m.arrived_at) >= $2 AND coalesce(m.last_discharged_at, m.arrived_at) < $3
	ORDER BY coalesce(m.last_discharged_at, m.arrived_at), m.reference, b.line, b.reference, w.sequence`

// foundBill is a bill of lading that is being put together.
type foundBill struct {
	manifest declaration.Manifest
	bill     declaration.Bill
	broker   string // of the first write-off for a declaration that has one
}

func (r *rebuild) bills(ctx context.Context, c *Context) error {
	rows := newSet(bills, func(r *BillRow) cube.Date { return r.DischargedOn }, r.wants)
	var now foundBill
	complete := func() error {
		if row, dated := DeriveBill(&now.manifest, &now.bill, now.broker, c); now.bill.Reference != "" && dated {
			return collect(ctx, r, rows, &row)
		}
		return nil
	}
	from, to := r.documentSpan()
	err := query(ctx, billRows, []any{uuid.UUID(r.tenant), from, to}, func(found pgx.CollectableRow) error {
		var m declaration.Manifest
		var b declaration.Bill
		var arrived, discharged, off moment
		var broker string
		var packages *int64
		err := found.Scan(&m.Reference, &m.Office, &m.Carrier, &m.Mode, &arrived.at, &arrived.precision, &discharged.at, &discharged.precision,
			&b.Reference, &b.Nature, &b.Consignee, &b.Packages, &broker, &off.at, &off.precision, &packages)
		if err != nil {
			return err
		}
		if m.Reference != now.manifest.Reference || b.Reference != now.bill.Reference {
			if err := complete(); err != nil {
				return err
			}
			m.ArrivedAt, m.LastDischargedAt = arrived.value(), discharged.value()
			now = foundBill{manifest: m, bill: b}
		}
		if at := off.value(); at != nil && packages != nil {
			now.bill.WriteOffs = append(now.bill.WriteOffs, declaration.WriteOff{Packages: *packages, Moment: *at})
		}
		if now.broker == "" {
			now.broker = broker
		}
		return nil
	})
	if err == nil {
		err = complete()
	}
	if err != nil {
		return fmt.Errorf("read bills of lading: %w", err)
	}
	return conclude(ctx, r, rows)
}

func (r *rebuild) transits(ctx context.Context, c *Context) error {
	rows := newSet(transits, func(r *TransitRow) cube.Date { return r.DueOn }, r.wants)
	from, to := r.documentSpan()
	err := query(ctx, `SELECT reference, departure, destination, principal, carrier, hs, status, offence, registered_at, registered_precision,
			transmitted_at, transmitted_precision, limit_at, limit_precision, arrived_at, arrived_precision, validated_at, validated_precision
		FROM transit WHERE tenant_id = $1 AND limit_at >= $2 AND limit_at < $3 ORDER BY limit_at, reference`,
		[]any{uuid.UUID(r.tenant), from, to}, func(found pgx.CollectableRow) error {
			var t declaration.TransitDocument
			var registered, transmitted, limit, arrived, validated moment
			err := found.Scan(&t.Reference, &t.Departure, &t.Destination, &t.Principal, &t.Carrier, &t.HS, &t.Status, &t.Offence,
				&registered.at, &registered.precision, &transmitted.at, &transmitted.precision, &limit.at, &limit.precision,
				&arrived.at, &arrived.precision, &validated.at, &validated.precision)
			if err != nil {
				return err
			}
			t.RegisteredAt, t.TransmittedAt, t.LimitAt, t.ArrivedAt, t.ValidatedAt =
				registered.value(), transmitted.value(), limit.value(), arrived.value(), validated.value()
			if row, dated := DeriveTransit(&t, c); dated {
				return collect(ctx, r, rows, &row)
			}
			return nil
		})
	if err != nil {
		return fmt.Errorf("read transits: %w", err)
	}
	return conclude(ctx, r, rows)
}

func (r *rebuild) suspense(ctx context.Context, c *Context) error {
	rows := newSet(suspense, func(r *SuspenseRow) cube.Date { return r.DueOn }, r.wants)
	from, to := r.documentSpan()
	err := query(ctx, `SELECT account, office, regime, holder, hs, due_on, closed_on, offence, guarantee
		FROM suspense_account WHERE tenant_id = $1 AND due_on >= $2 AND due_on < $3 ORDER BY due_on, account`,
		[]any{uuid.UUID(r.tenant), from, to}, func(found pgx.CollectableRow) error {
			var a declaration.SuspenseAccount
			err := found.Scan(&a.Account, &a.Office, &a.Regime, &a.Holder, &a.HS, &a.DueOn, &a.ClosedOn, &a.Offence, &a.Guarantee)
			if err != nil {
				return err
			}
			row := DeriveSuspense(&a, c)
			return collect(ctx, r, rows, &row)
		})
	if err != nil {
		return fmt.Errorf("read suspense accounts: %w", err)
	}
	return conclude(ctx, r, rows)
}

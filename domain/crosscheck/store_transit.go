package crosscheck

import (
	"context"
	"time"

	"assay/domain/cube"
	"assay/domain/declaration"
)

// optionalMoment is a pair of columns that hold a moment or nothing.
type optionalMoment struct {
	at        *time.Time
	precision *string
}

func (o *optionalMoment) moment() *declaration.Moment {
	if o.at == nil {
		return nil
	}
	m := declaration.Moment{At: *o.at, Precision: declaration.Minute}
	if o.precision != nil {
		m.Precision = declaration.Precision(*o.precision)
	}
	return &m
}

// transits judges every transit document and raises P10 on those that no declaration is linked to.
func (l *loader) transits(ctx context.Context) error {
	var t declaration.TransitDocument
	var registered, transmitted, arrived, validated optionalMoment
	var history route
	var broken []string
	err := l.each(ctx, `WITH timed AS (SELECT departure, destination, extract(epoch FROM arrived_at - coalesce(transmitted_at, registered_at))::float8 AS seconds FROM transit
			WHERE tenant_id = $1 AND arrived_at IS NOT NULL AND coalesce(arrived_precision, 'minute') <> 'day'
			AND coalesce(CASE WHEN transmitted_at IS NOT NULL THEN transmitted_precision ELSE registered_precision END, 'minute') <> 'day'
			AND arrived_at > coalesce(transmitted_at, registered_at)),
		history AS (SELECT departure, destination, count(*) AS transits, percentile_cont(0.05) WITHIN GROUP (ORDER BY seconds) AS fifth FROM timed GROUP BY departure, destination)
		SELECT t.reference, t.departure, t.destination, t.principal, t.carrier, t.status, t.user_code, t.distance_km, t.registered_at, t.registered_precision, t.transmitted_at, t.transmitted_precision,
			t.arrived_at, t.arrived_precision, t.validated_at, t.validated_precision, coalesce(h.transits, 0), coalesce(h.fifth, 0)
		FROM transit t LEFT JOIN history h USING (departure, destination) WHERE t.tenant_id = $1 ORDER BY t.reference`, []any{l.tenant},
		[]any{&t.Reference, &t.Departure, &t.Destination, &t.Principal, &t.Carrier, &t.Status, &t.User, &t.DistanceKM, &registered.at, &registered.precision, &transmitted.at, &transmitted.precision,
			&arrived.at, &arrived.precision, &validated.at, &validated.precision, &history.transits, &history.fifth},
		func() error {
			t.RegisteredAt, t.TransmittedAt, t.ArrivedAt, t.ValidatedAt = registered.moment(), transmitted.moment(), arrived.moment(), validated.moment()
			breaches, evaluated := l.c.examineTransit(&t, history)
			if !evaluated {
				return nil
			}
			l.c.transits[l.c.keyOf(t.Reference)] = len(breaches) > 0
			if len(breaches) > 0 {
				broken = append(broken, t.Reference)
				l.c.transitBreach[t.Reference] = breaches
			}
			return nil
		})
	if err != nil || len(broken) == 0 {
		return err
	}
	linked, err := l.linked(ctx, broken)
	if err != nil {
		return err
	}
	for _, reference := range broken {
		if linked[reference] {
			continue
		}
		for _, facts := range l.c.transitBreach[reference] {
			at := facts.Departed.At
			if err := l.raise(ImpossibleTransit, facts.Variant, transitSeverity(facts.Variant), OnTransit, reference, facts.Departure, cube.MonthOf(at.Year(), at.Month()), facts); err != nil {
				return err
			}
		}
	}
	return nil
}

// linked gives those references that are a declaration's own or its previous document.
func (l *loader) linked(ctx context.Context, references []string) (map[string]bool, error) {
	linked := map[string]bool{}
	var reference string
	err := l.each(ctx, `SELECT reference FROM declaration WHERE tenant_id = $1 AND reference = ANY ($2)
		UNION SELECT previous FROM declaration WHERE tenant_id = $1 AND previous = ANY ($2)`, []any{l.tenant, references}, []any{&reference}, func() error {
		linked[reference] = true
		return nil
	})
	return linked, err
}

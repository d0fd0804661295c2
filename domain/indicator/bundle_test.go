package indicator_test

import (
	"context"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"gorm.io/gorm"

	"assay/deploy/local/dbtest"
	"assay/domain/administration"
	"assay/domain/crosscheck"
	"assay/domain/cube"
	"assay/domain/cube/fact"
	"assay/domain/indicator"
	"assay/domain/store"
	"assay/domain/warehouse"
)

// bundle is an administration with loaded data and computed figures.
type bundle struct {
	db         *store.DB
	tenant     *administration.Tenant
	warehouse  *warehouse.Service
	facts      *fact.Service
	engine     *cube.Engine
	indicators *indicator.Service
	rules      *crosscheck.Service
	watermark  time.Time
}

// now is the clock of all tests.
func now() time.Time { return time.Date(2025, 6, 1, 12, 0, 0, 0, time.UTC) }

func open(tb testing.TB, change func(*administration.Tenant)) *bundle {
	tb.Helper()
	db, err := store.Open(tb.Context(), dbtest.New(tb).AppURL, store.Options{})
	if err != nil {
		tb.Fatalf("open the database: %v", err)
	}
	tb.Cleanup(db.Close)
	b := &bundle{db: db, tenant: &administration.Tenant{Code: "test", Names: map[string]string{"en": "Test"}, Currency: "EUR", Zone: "Europe/Athens", Languages: []string{"en"}}}
	b.tenant.Settings = administration.DefaultSettings(2)
	b.tenant.Settings.SmallDenominator = 0
	b.tenant.Settings.OutlierMinimum = 5
	b.tenant.Settings.BurstAssessments = 3
	b.tenant.Settings.BurstMinutes = 240
	if change != nil {
		change(b.tenant)
	}
	administrations := administration.New(db, now)
	if err := administrations.Create(tb.Context(), b.tenant); err != nil {
		tb.Fatalf("create the administration: %v", err)
	}
	b.warehouse = warehouse.New(db, now)
	segments := cube.NewStore(db)
	b.facts = fact.New(db, administrations, b.warehouse, segments, now)
	b.rules = crosscheck.New(db, administrations, func() time.Time { return b.watermark })
	b.engine, err = cube.NewEngine(segments, fact.Grains(), cube.Options{})
	if err != nil {
		tb.Fatalf("make the engine: %v", err)
	}
	b.indicators = indicator.New(db, b.engine, func(t *administration.Tenant, watermark time.Time) (string, map[string]any) {
		return crosscheck.BreachSQL(), crosscheck.Arguments(t.ID, t.Zone, watermark, &t.Settings)
	})
	return b
}

// load brings a world into the warehouse.
func (b *bundle) load(tb testing.TB, w *world) {
	tb.Helper()
	batch, err := b.warehouse.Load(tb.Context(), b.tenant, warehouse.LoadInput{Format: "test", Source: "world"}, w.read)
	if err != nil {
		tb.Fatalf("load: %v", err)
	}
	if batch.Rejected > 0 {
		tb.Fatalf("%d documents of the world were rejected", batch.Rejected)
	}
	if b.watermark.Before(w.latest) {
		b.watermark = w.latest
	}
}

// examine begins an examination by the procedure rules.
func (b *bundle) examine(ctx context.Context, months []cube.Month) (fact.Examination, error) {
	session, err := b.rules.Prepare(ctx, b.tenant.ID, months)
	if err != nil {
		return fact.Examination{}, err
	}
	return fact.Examination{Examine: session.Examine, Save: func(ctx context.Context) error {
		_, err := session.Save(ctx)
		return err
	}}, nil
}

// rebuild makes the segments, with the procedure rules.
func (b *bundle) rebuild(tb testing.TB, in fact.RebuildInput) *fact.Rebuilt {
	tb.Helper()
	in.Prepare = b.examine
	made, err := b.facts.Rebuild(tb.Context(), b.tenant.ID, in)
	if err != nil {
		tb.Fatalf("rebuild: %v", err)
	}
	return made
}

// views makes tables of the views of the reference SQL and runs fn in the
// transaction in which they are there.
func (b *bundle) views(tb testing.TB, fn func(ctx context.Context)) {
	tb.Helper()
	err := b.db.InTenant(tb.Context(), b.tenant.ID, func(ctx context.Context, tx *gorm.DB) error {
		// Nothing is known about the size of views: the planner must not loop over them.
		if err := tx.Exec(`SET LOCAL enable_nestloop TO off`).Error; err != nil {
			return err
		}
		if err := tx.Exec(`SET LOCAL jit TO off`).Error; err != nil {
			return err
		}
		for _, g := range fact.Grains() {
			statement, err := b.indicators.StandingView(b.tenant, g.Name, b.watermark)
			if err != nil {
				return err
			}
			err = store.Native(ctx, func(ctx context.Context, conn *pgx.Conn) error {
				// The values of CREATE TABLE AS cannot be parameters.
				_, err := conn.Exec(ctx, statement.Inline())
				return err
			})
			if err != nil {
				return err
			}
		}
		fn(ctx)
		return nil
	})
	if err != nil {
		tb.Fatalf("make the views: %v", err)
	}
}

// query runs SQL in the transaction of the context.
func query(ctx context.Context, tb testing.TB, s *indicator.Statement, fn func(pgx.Rows) error) {
	tb.Helper()
	err := store.Native(ctx, func(ctx context.Context, conn *pgx.Conn) error {
		rows, err := conn.Query(ctx, s.Text, pgx.NamedArgs(s.Arguments))
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
	if err != nil {
		tb.Fatalf("%v\n%s", err, s.Text)
	}
}

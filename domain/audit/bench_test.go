package audit_test

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"gorm.io/gorm"

	"assay/deploy/local/dbtest"
	"assay/domain"
	"assay/domain/audit"
	"assay/domain/store"
)

func open(b *testing.B, tenants int) (db *store.DB, ids []domain.TenantID) {
	b.Helper()
	database := dbtest.New(b)
	db, err := store.Open(b.Context(), database.AppURL, store.Options{Connections: 16})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(db.Close)
	super, err := pgx.Connect(b.Context(), database.SuperURL)
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = super.Close(b.Context()) }()
	for i := range tenants {
		tenant := domain.TenantID(domain.NewID())
		if _, err := super.Exec(b.Context(), `INSERT INTO tenant (tenant_id, code, names, currency, zone, languages, created_at)
			VALUES ($1, $2, '{"en":"Customs"}', 'EUR', 'UTC', '{en}', now())`, tenant.String(), fmt.Sprintf("customs-%d", i)); err != nil {
			b.Fatal(err)
		}
		ids = append(ids, tenant)
	}
	return db, ids
}

func median(times []time.Duration) float64 {
	slices.Sort(times)
	return float64(times[len(times)/2]) / float64(time.Microsecond)
}

// BenchmarkRecord is what a record costs inside a transaction that is there anyway (append), and as a transaction of its
// own with its commit (deed): medians in microseconds. The record already has 20,000 rows.
func BenchmarkRecord(b *testing.B) {
	db, tenants := open(b, 1)
	err := db.InTenant(b.Context(), tenants[0], func(ctx context.Context, tx *gorm.DB) error {
		for i := range 20_000 {
			if err := audit.Record(ctx, tx, tenants[0], entry(i)); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		b.Fatal(err)
	}
	var appends, deeds []time.Duration
	for b.Loop() {
		begun := time.Now()
		err := db.InTenant(b.Context(), tenants[0], func(ctx context.Context, tx *gorm.DB) error {
			inside := time.Now()
			defer func() { appends = append(appends, time.Since(inside)) }()
			return audit.Record(ctx, tx, tenants[0], entry(1))
		})
		if err != nil {
			b.Fatal(err)
		}
		deeds = append(deeds, time.Since(begun))
	}
	b.ReportMetric(median(appends), "append-µs")
	b.ReportMetric(median(deeds), "deed-µs")
}

// BenchmarkRecordOfManyTenants writes from eight goroutines: each in an administration of its own, and all in the same one.
func BenchmarkRecordOfManyTenants(b *testing.B) {
	for name, tenants := range map[string]int{"own": 8, "same": 1} {
		b.Run(name, func(b *testing.B) {
			db, ids := open(b, tenants)
			work := make(chan int)
			var wait sync.WaitGroup
			for w := range 8 {
				tenant := ids[w%len(ids)]
				wait.Go(func() {
					for i := range work {
						if err := audit.Deed(b.Context(), db, tenant, entry(i)); err != nil {
							b.Error(err)
						}
					}
				})
			}
			b.ResetTimer()
			for i := range b.N {
				work <- i
			}
			close(work)
			wait.Wait()
		})
	}
}

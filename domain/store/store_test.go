package store_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"gorm.io/gorm"

	"assay/deploy/local/dbtest"
	"assay/domain"
	"assay/domain/store"
)

func open(t *testing.T) (*store.DB, []domain.TenantID) {
	t.Helper()
	database := dbtest.New(t)
	db, err := store.Open(t.Context(), database.AppURL, store.Options{Connections: 4})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(db.Close)
	tenants := []domain.TenantID{domain.TenantID(domain.NewID()), domain.TenantID(domain.NewID())}
	for i, tenant := range tenants {
		err := db.Shared(t.Context(), func(_ context.Context, tx *gorm.DB) error {
			return tx.Exec(`INSERT INTO tenant (tenant_id, code, names, currency, zone, languages, created_at)
				VALUES (?, ?, '{"en":"A"}', 'EUR', 'UTC', '{en}', now())`, tenant.String(), fmt.Sprintf("t%d", i)).Error
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return db, tenants
}

func addBroker(ctx context.Context, db *store.DB, in, of domain.TenantID, code string) error {
	return db.InTenant(ctx, in, func(_ context.Context, tx *gorm.DB) error {
		return tx.Exec(`INSERT INTO broker (tenant_id, code) VALUES (?, ?)`, of.String(), code).Error
	})
}

func countBrokers(t *testing.T, db *store.DB, in domain.TenantID) (count int) {
	t.Helper()
	err := db.Read(t.Context(), in, func(_ context.Context, tx *gorm.DB) error {
		return tx.Raw(`SELECT count(*) FROM broker`).Scan(&count).Error // without a tenant in the statement: row-level security alone
	})
	if err != nil {
		t.Fatal(err)
	}
	return count
}

func TestATenantSeesAndWritesOnlyItsOwn(t *testing.T) {
	t.Parallel()
	db, tenants := open(t)
	for i, tenant := range tenants {
		if err := addBroker(t.Context(), db, tenant, tenant, "B"); err != nil {
			t.Fatal(err)
		}
		if err := addBroker(t.Context(), db, tenant, tenants[1-i], "X"); err == nil {
			t.Fatal("wrote another tenant's row")
		}
		if got := countBrokers(t, db, tenant); got != 1 {
			t.Fatalf("tenant %d sees %d rows, want 1", i, got)
		}
	}
	err := db.Shared(t.Context(), func(_ context.Context, tx *gorm.DB) error {
		var count int
		if err := tx.Raw(`SELECT count(*) FROM broker`).Scan(&count).Error; err != nil || count != 0 {
			t.Errorf("without a tenant: %d rows, %v", count, err)
		}
		return tx.Exec(`INSERT INTO broker (tenant_id, code) VALUES (?, 'X')`, tenants[0].String()).Error
	})
	if err == nil {
		t.Fatal("wrote without a tenant")
	}
}

func TestNestedTransactions(t *testing.T) {
	t.Parallel()
	db, tenants := open(t)
	err := db.InTenant(t.Context(), tenants[0], func(ctx context.Context, _ *gorm.DB) error {
		if err := addBroker(ctx, db, tenants[0], tenants[0], "JOINED"); err != nil {
			return err
		}
		if err := addBroker(ctx, db, tenants[1], tenants[1], "X"); !errors.Is(err, store.ErrOtherTenant) {
			t.Errorf("another tenant inside: %v", err)
		}
		return errors.New("undo")
	})
	if err == nil {
		t.Fatal("the error was lost")
	}
	if got := countBrokers(t, db, tenants[0]); got != 0 {
		t.Fatalf("%d rows outlived the failed transaction", got)
	}
}

func TestManyAtOnceNeverMix(t *testing.T) {
	t.Parallel()
	db, tenants := open(t)
	for i, tenant := range tenants {
		for n := range i + 1 {
			if err := addBroker(t.Context(), db, tenant, tenant, fmt.Sprint(n)); err != nil {
				t.Fatal(err)
			}
		}
	}
	var wait sync.WaitGroup
	for worker := range 16 {
		wait.Add(1)
		go func() {
			defer wait.Done()
			which := worker % 2
			for range 25 {
				var count int
				err := db.InTenant(t.Context(), tenants[which], func(_ context.Context, tx *gorm.DB) error {
					return tx.Raw(`SELECT count(*) FROM broker`).Scan(&count).Error
				})
				if err != nil || count != which+1 {
					t.Errorf("tenant %d: %d rows, %v", which, count, err)
				}
			}
		}()
	}
	wait.Wait()
}

func TestNativeSharesTheTransaction(t *testing.T) {
	t.Parallel()
	db, tenants := open(t)
	err := db.InTenant(t.Context(), tenants[0], func(ctx context.Context, tx *gorm.DB) error {
		if err := tx.Exec(`CREATE TEMP TABLE stage (code text) ON COMMIT DROP`).Error; err != nil {
			return err
		}
		err := store.Native(ctx, func(ctx context.Context, conn *pgx.Conn) error {
			_, err := conn.CopyFrom(ctx, pgx.Identifier{"stage"}, []string{"code"}, pgx.CopyFromRows([][]any{{"1"}, {"2"}}))
			return err
		})
		if err != nil {
			return err
		}
		return tx.Exec(`INSERT INTO broker (tenant_id, code) SELECT ?, code FROM stage`, tenants[0].String()).Error
	})
	if err != nil {
		t.Fatal(err)
	}
	if got := countBrokers(t, db, tenants[0]); got != 2 {
		t.Fatalf("%d rows, want 2", got)
	}
	if err := store.Native(t.Context(), nil); !errors.Is(err, store.ErrNoTransaction) {
		t.Fatalf("outside: %v", err)
	}
}

func TestEnqueueKeepsOneAndRunsAgain(t *testing.T) {
	t.Parallel()
	db, tenants := open(t)
	enqueue := func() {
		t.Helper()
		err := db.InTenant(t.Context(), tenants[0], func(ctx context.Context, tx *gorm.DB) error {
			return store.Enqueue(ctx, tx, tenants[0], time.Now(), store.Job{Kind: "refresh", Period: "x", Class: store.Batch})
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	state := func() (found []struct {
		State string
		Again bool
	}) {
		t.Helper()
		err := db.Read(t.Context(), tenants[0], func(_ context.Context, tx *gorm.DB) error {
			return tx.Raw(`SELECT state, again FROM outbox WHERE tenant_id = ?`, tenants[0].String()).Scan(&found).Error
		})
		if err != nil {
			t.Fatal(err)
		}
		return found
	}
	enqueue()
	enqueue()
	if got := state(); len(got) != 1 || got[0].Again {
		t.Fatalf("a waiting job is kept once: %+v", got)
	}
	err := db.InTenant(t.Context(), tenants[0], func(_ context.Context, tx *gorm.DB) error {
		return tx.Exec(`UPDATE outbox SET state = 'running' WHERE tenant_id = ?`, tenants[0].String()).Error
	})
	if err != nil {
		t.Fatal(err)
	}
	enqueue()
	if got := state(); len(got) != 1 || !got[0].Again {
		t.Fatalf("a running job runs again: %+v", got)
	}
}

func TestListen(t *testing.T) {
	t.Parallel()
	db, tenants := open(t)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	heard := make(chan string, 1)
	ended := make(chan error, 1)
	go func() {
		ended <- db.Listen(ctx, "assay_test", func(payload string) {
			select {
			case heard <- payload:
			default:
			}
		})
	}()
	for {
		err := db.InTenant(t.Context(), tenants[0], func(_ context.Context, tx *gorm.DB) error { return store.Notify(tx, "assay_test", tenants[0].String()) })
		if err != nil {
			t.Fatal(err)
		}
		select {
		case payload := <-heard:
			if payload != tenants[0].String() {
				t.Fatalf("heard %q", payload)
			}
			cancel()
			if err := <-ended; !errors.Is(err, context.Canceled) {
				t.Fatalf("listen ended with %v", err)
			}
			return
		case <-time.After(20 * time.Millisecond): // the listener may not be there yet: announce again
		}
	}
}

func TestRefusesRolesThatIsolationDoesNotBind(t *testing.T) {
	t.Parallel()
	database := dbtest.New(t)
	for name, url := range map[string]string{"superuser": database.SuperURL, "owner": database.OwnerURL} {
		db, err := store.Open(t.Context(), url, store.Options{})
		if err == nil {
			db.Close()
			t.Errorf("started as %s", name)
		} else if !domain.Is(err, domain.KindNotReady) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := store.Notify(nil, "assay_test", "officer Diallo"); err == nil {
		t.Error("an announcement carried a name")
	}
	if _, err := store.Open(t.Context(), "postgres://user:secret@host:bad/x", store.Options{}); err == nil || strings.Contains(err.Error(), "secret") {
		t.Errorf("a bad address: %v", err)
	}
}

package worker

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"gorm.io/gorm"

	"assay/deploy/local"
	"assay/deploy/local/dbtest"
	"assay/domain"
	"assay/domain/store"
)

type bundle struct {
	db      *store.DB
	tenants []domain.TenantID
}

func setup(t *testing.T, tenants int) *bundle {
	t.Helper()
	db, err := store.Open(t.Context(), dbtest.New(t).AppURL, store.Options{Connections: 8})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(db.Close)
	b := &bundle{db: db}
	for i := range tenants {
		tenant := domain.TenantID(domain.NewID())
		err := db.Shared(t.Context(), func(_ context.Context, tx *gorm.DB) error {
			return tx.Exec(`INSERT INTO tenant (tenant_id, code, names, currency, zone, languages, created_at)
				VALUES (?, ?, '{"en":"A"}', 'EUR', 'UTC', '{en}', now())`, tenant.String(), fmt.Sprintf("t%d", i)).Error
		})
		if err != nil {
			t.Fatal(err)
		}
		b.tenants = append(b.tenants, tenant)
	}
	return b
}

func (b *bundle) enqueue(t *testing.T, tenant domain.TenantID, kind, period string) {
	t.Helper()
	err := b.db.InTenant(t.Context(), tenant, func(ctx context.Context, tx *gorm.DB) error {
		return store.Enqueue(ctx, tx, tenant, time.Now(), store.Job{Kind: kind, Period: period, Class: store.Batch})
	})
	if err != nil {
		t.Fatal(err)
	}
}

// settled waits until a tenant has no unfinished job that is due, and gives all its jobs.
func (b *bundle) settled(t *testing.T, tenant domain.TenantID) []store.JobState {
	t.Helper()
	deadline := time.Now().Add(time.Minute)
	for {
		jobs, err := b.db.Jobs(t.Context(), tenant, 1000)
		if err != nil {
			t.Fatal(err)
		}
		open := 0
		for _, job := range jobs {
			if job.State != "done" && job.State != "failed" {
				open++
			}
		}
		if open == 0 {
			return jobs
		}
		if time.Now().After(deadline) {
			t.Fatalf("jobs did not settle: %+v", jobs)
		}
		time.Sleep(20 * time.Millisecond) // asked of the database: there is no signal to wait for
	}
}

func start(t *testing.T, b *bundle, address string, handlers map[string]Handle, o Options) {
	t.Helper()
	o.RedisAddress, o.Every = address, 50*time.Millisecond
	if o.Clock == nil {
		o.Clock = time.Now
	}
	w := New(b.db, handlers, o)
	if err := w.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(w.Stop)
}

// redises are the two queues that the program runs on.
func redises(t *testing.T) map[string]string {
	t.Helper()
	inProcess, err := local.StartRedis(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { inProcess.Close() })
	return map[string]string{"server": dbtest.Redis(t), "in process": inProcess.Addr()}
}

func TestJobsRunOnceEach(t *testing.T) {
	t.Parallel()
	for name, address := range redises(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t, 3)
			var mu sync.Mutex
			ran := map[string]int{}
			handlers := map[string]Handle{"count": func(_ context.Context, job store.Claimed, progress func(any)) error {
				progress(map[string]int{"percent": 50})
				mu.Lock()
				defer mu.Unlock()
				ran[job.Tenant.String()+job.Period]++
				return nil
			}}
			for _, tenant := range b.tenants {
				for i := range 5 {
					b.enqueue(t, tenant, "count", fmt.Sprint(i))
				}
			}
			start(t, b, address, handlers, Options{Concurrency: 4})
			for _, tenant := range b.tenants {
				for _, job := range b.settled(t, tenant) {
					if job.State != "done" || job.Attempts != 1 {
						t.Errorf("%+v", job)
					}
				}
			}
			mu.Lock()
			defer mu.Unlock()
			if len(ran) != 15 {
				t.Errorf("%d different jobs ran, want 15", len(ran))
			}
			for key, times := range ran {
				if times != 1 {
					t.Errorf("%s ran %d times", key, times)
				}
			}
		})
	}
}

func TestATenantWithManyJobsDelaysNobody(t *testing.T) {
	t.Parallel()
	b := setup(t, 2)
	release := make(chan struct{})
	var mu sync.Mutex
	busy, most := 0, 0
	handlers := map[string]Handle{
		"slow": func(ctx context.Context, _ store.Claimed, _ func(any)) error {
			mu.Lock()
			busy++
			most = max(most, busy)
			mu.Unlock()
			defer func() { mu.Lock(); busy--; mu.Unlock() }()
			select {
			case <-release:
			case <-ctx.Done():
			}
			return nil
		},
		"quick": func(context.Context, store.Claimed, func(any)) error { return nil },
	}
	for i := range 20 {
		b.enqueue(t, b.tenants[0], "slow", fmt.Sprint(i))
	}
	start(t, b, dbtest.Redis(t), handlers, Options{Concurrency: 4, InFlight: 2})
	b.enqueue(t, b.tenants[1], "quick", "")
	b.settled(t, b.tenants[1]) // while the other tenant's jobs hold their places
	close(release)
	b.settled(t, b.tenants[0])
	mu.Lock()
	defer mu.Unlock()
	if most > 2 {
		t.Errorf("%d jobs of one tenant ran at a time, want at most 2", most)
	}
}

func TestFailures(t *testing.T) {
	t.Parallel()
	b := setup(t, 1)
	handlers := map[string]Handle{
		"panics": func(context.Context, store.Claimed, func(any)) error { panic("secret detail") },
		"invalid": func(context.Context, store.Claimed, func(any)) error {
			return domain.Errorf(domain.KindInvalid, "the file is not one")
		},
		"breaks": func(context.Context, store.Claimed, func(any)) error { return errors.New("secret detail") },
	}
	for kind := range handlers {
		b.enqueue(t, b.tenants[0], kind, "")
	}
	b.enqueue(t, b.tenants[0], "unheard of", "")
	start(t, b, dbtest.Redis(t), handlers, Options{})
	// An error that may pass waits for its next attempt; the others are failed for good.
	want := map[string]string{"panics": "pending", "breaks": "pending", "invalid": "failed", "unheard of": "failed"}
	deadline := time.Now().Add(time.Minute)
	for {
		jobs, err := b.db.Jobs(t.Context(), b.tenants[0], 10)
		if err != nil {
			t.Fatal(err)
		}
		right := 0
		for _, job := range jobs {
			if job.State == want[job.Kind] && job.Failure != "" {
				right++
				if strings.Contains(job.Failure, "secret") {
					t.Fatalf("an internal text reached the table that users read: %q", job.Failure)
				}
			}
		}
		if right == len(want) {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("states: %+v", jobs)
		}
		time.Sleep(20 * time.Millisecond)
	}
}

func TestNewDataWhileTheJobRunsMakesItRunAgain(t *testing.T) {
	t.Parallel()
	b := setup(t, 1)
	entered, release := make(chan struct{}, 2), make(chan struct{})
	handlers := map[string]Handle{"refresh": func(ctx context.Context, _ store.Claimed, _ func(any)) error {
		entered <- struct{}{}
		select {
		case <-release:
		case <-ctx.Done():
		}
		return nil
	}}
	b.enqueue(t, b.tenants[0], "refresh", "")
	start(t, b, dbtest.Redis(t), handlers, Options{})
	<-entered
	b.enqueue(t, b.tenants[0], "refresh", "")
	close(release)
	<-entered
	if jobs := b.settled(t, b.tenants[0]); len(jobs) != 1 || jobs[0].State != "done" {
		t.Fatalf("%+v", jobs)
	}
}

func TestALostQueueIsSentAgain(t *testing.T) {
	t.Parallel()
	b := setup(t, 1)
	b.enqueue(t, b.tenants[0], "count", "")
	// A dispatcher claims the job and the queue loses it.
	claimed, err := b.db.Claim(t.Context(), b.tenants[0], 2, time.Now().Add(-time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	if len(claimed) != 0 {
		t.Fatal("a job was claimed before it was due")
	}
	early := time.Now()
	if claimed, err = b.db.Claim(t.Context(), b.tenants[0], 2, early); err != nil || len(claimed) != 1 {
		t.Fatalf("%v, %v", claimed, err)
	}
	var ran sync.WaitGroup
	ran.Add(1)
	handlers := map[string]Handle{"count": func(context.Context, store.Claimed, func(any)) error { ran.Done(); return nil }}
	later := func() time.Time { return time.Now().Add(3 * time.Minute) }
	start(t, b, dbtest.Redis(t), handlers, Options{Clock: later})
	ran.Wait()
	jobs := b.settled(t, b.tenants[0])
	if len(jobs) != 1 || jobs[0].Attempts != 2 {
		t.Fatalf("%+v", jobs)
	}
	// The first attempt turns up after all: it must not run.
	started, err := b.db.Start(t.Context(), claimed[0], time.Now())
	if err != nil || started {
		t.Fatalf("an attempt that was given up started: %v", err)
	}
}

func TestStartSaysThatRedisIsMissing(t *testing.T) {
	t.Parallel()
	b := setup(t, 1)
	err := New(b.db, nil, Options{RedisAddress: "127.0.0.1:1"}).Start(t.Context())
	if !domain.Is(err, domain.KindNotReady) {
		t.Fatalf("want not ready, got %v", err)
	}
}

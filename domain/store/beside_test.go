package store_test

import (
	"context"
	"errors"
	"testing"

	"gorm.io/gorm"

	"assay/domain/store"
)

func TestASecondReaderSeesWhatTheFirstSees(t *testing.T) {
	t.Parallel()
	db, tenants := open(t)
	own, other := tenants[0], tenants[1]
	for _, tenant := range tenants {
		if err := addBroker(t.Context(), db, tenant, tenant, "B1"); err != nil {
			t.Fatal(err)
		}
	}
	count := func(ctx context.Context, tx *gorm.DB) (brokers int) {
		if err := tx.WithContext(ctx).Raw(`SELECT count(*) FROM broker`).Scan(&brokers).Error; err != nil {
			t.Errorf("count: %v", err)
		}
		return brokers
	}
	err := db.Read(t.Context(), own, func(ctx context.Context, tx *gorm.DB) error {
		seen, err := store.Seen(ctx)
		if err != nil {
			return err
		}
		if err := addBroker(t.Context(), db, own, own, "B2"); err != nil {
			return err
		}
		err = db.ReadAt(ctx, own, seen, func(ctx context.Context, second *gorm.DB) error {
			if got := count(ctx, second); got != 1 {
				t.Errorf("the second sees %d brokers, the first saw 1", got)
			}
			if count(ctx, tx) != 1 {
				t.Error("the first sees what came later")
			}
			return second.Exec(`INSERT INTO broker (tenant_id, code) VALUES (?, 'B3')`, own.String()).Error
		})
		if err == nil {
			t.Error("a second reader has written")
		}
		// Of another administration it sees that one's rows alone, as every transaction does.
		return db.ReadAt(ctx, other, seen, func(ctx context.Context, second *gorm.DB) error {
			if got := count(ctx, second); got != 1 {
				t.Errorf("of the other administration: %d brokers", got)
			}
			return nil
		})
	})
	if err != nil {
		t.Fatal(err)
	}
	if got := countBrokers(t, db, own); got != 2 {
		t.Errorf("%d brokers afterwards", got)
	}
	if _, err := store.Seen(t.Context()); !errors.Is(err, store.ErrNoTransaction) {
		t.Errorf("outside a transaction: %v", err)
	}
	if err := db.ReadAt(t.Context(), own, "0-0-0'; SELECT 1; --", func(context.Context, *gorm.DB) error { return nil }); err == nil {
		t.Error("what is no snapshot was taken for one")
	}
}

// Several that hold a connection and ask for a second one must not wait for each other.
func TestASecondReaderIsRefusedWhenNoConnectionIsFree(t *testing.T) {
	t.Parallel()
	db, tenants := open(t)
	var nested func(ctx context.Context, connections int) error
	nested = func(ctx context.Context, connections int) error {
		return db.Read(context.WithoutCancel(t.Context()), tenants[0], func(inner context.Context, _ *gorm.DB) error {
			seen, err := store.Seen(inner)
			if err != nil {
				return err
			}
			if connections > 1 {
				return nested(inner, connections-1)
			}
			err = db.ReadAt(inner, tenants[0], seen, func(context.Context, *gorm.DB) error {
				t.Error("there was a fifth connection")
				return nil
			})
			if !errors.Is(err, store.ErrBusy) {
				t.Errorf("without a free connection: %v", err)
			}
			return nil
		})
	}
	if err := nested(t.Context(), 4); err != nil { // as many as open allows
		t.Fatal(err)
	}
}

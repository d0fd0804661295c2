// Package store is the only room that knows how a tenant is isolated: it opens
// the database as the program's own role, begins every tenant transaction, and
// keeps the outbox. Row-level security is the second lock; an explicit
// tenant_id in every statement is the first.
package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"
	"gorm.io/driver/postgres"
	"gorm.io/gorm"
	"gorm.io/gorm/logger"

	"assay/domain"
)

// ErrOtherTenant is the error of a tenant transaction begun inside one of
// another tenant. It is a programming error, never a user's.
var ErrOtherTenant = errors.New("a transaction of one administration cannot reach into another's")

// ErrNoTransaction is the error of Native outside a transaction of this package.
var ErrNoTransaction = errors.New("not inside a transaction of this store")

// Options say how the database is opened.
type Options struct {
	Connections int32 // most connections at a time; 0 means 8
}

// DB is the database as the program's unprivileged role sees it.
type DB struct {
	pool *pgxpool.Pool
	sql  *sql.DB
	gorm *gorm.DB
}

// Open connects and checks that the role is one that row-level security binds
// and that every tenant table is isolated; else it refuses (see Check).
func Open(ctx context.Context, url string, o Options) (*DB, error) {
	config, err := pgxpool.ParseConfig(url)
	if err != nil {
		// The parser's error may carry the password of the URL: it is not kept.
		return nil, domain.Errorf(domain.KindInvalid, "the database address cannot be read; it looks like postgres://user:password@host:5432/assay")
	}
	config.MaxConns = 8
	if o.Connections > 0 {
		config.MaxConns = o.Connections
	}
	config.MaxConnIdleTime = 5 * time.Minute
	config.ConnConfig.DialFunc = RoomyDial(config.ConnConfig.DialFunc)
	pool, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return nil, fmt.Errorf("open database: %w", err)
	}
	if err := pool.Ping(ctx); err != nil {
		pool.Close()
		return nil, domain.Wrap(domain.KindNotReady, err, "the database does not answer")
	}
	sqlDB := stdlib.OpenDBFromPool(pool)
	g, err := gorm.Open(postgres.New(postgres.Config{Conn: sqlDB}), &gorm.Config{
		SkipDefaultTransaction: true,
		TranslateError:         true,
		Logger:                 logger.Discard,
	})
	if err != nil {
		pool.Close()
		return nil, fmt.Errorf("open database: %w", err)
	}
	db := &DB{pool: pool, sql: sqlDB, gorm: g}
	if err := db.Check(ctx); err != nil {
		db.Close()
		return nil, err
	}
	return db, nil
}

// Close ends all connections.
func (db *DB) Close() {
	_ = db.sql.Close()
	db.pool.Close()
}

// Tx is a transaction's handle. Services name it so and hand it to their store.go,
// where alone gorm is known.
type Tx = gorm.DB

type transactionKey struct{}

// transaction is what a context carries inside InTenant, Read and Shared.
type transaction struct {
	tenant domain.TenantID // zero in Shared
	tx     *gorm.DB
	conn   *sql.Conn
}

// InTenant runs fn in one transaction in which only the tenant's rows exist.
// Inside another InTenant of the same tenant it joins that transaction (without
// a savepoint: an error must make the outer one fail too); of another tenant it is
// ErrOtherTenant. Never hand the context to a goroutine: one connection, one user.
func (db *DB) InTenant(ctx context.Context, tenant domain.TenantID, fn func(ctx context.Context, tx *gorm.DB) error) error {
	return db.begin(ctx, tenant, &sql.TxOptions{}, fn)
}

// Read is InTenant for pages and rebuilds that only read: read-only and at
// isolation level repeatable read, so that all its statements see the same data.
func (db *DB) Read(ctx context.Context, tenant domain.TenantID, fn func(ctx context.Context, tx *gorm.DB) error) error {
	return db.begin(ctx, tenant, &sql.TxOptions{ReadOnly: true, Isolation: sql.LevelRepeatableRead}, fn)
}

// Shared runs fn in a transaction without a tenant, for the few tables that
// must be read before the tenant is known (SharedTables). Only the rooms
// account and administration use it. Tenant tables show no rows in it, unless it
// is called inside a tenant's transaction, which it then joins.
func (db *DB) Shared(ctx context.Context, fn func(ctx context.Context, tx *gorm.DB) error) error {
	if outer, ok := ctx.Value(transactionKey{}).(transaction); ok {
		return fn(ctx, outer.tx.WithContext(ctx))
	}
	return db.begin(ctx, domain.TenantID{}, &sql.TxOptions{}, fn)
}

// Look runs fn outside a transaction, for one single statement that reads tables of Shared: it is asked in one
// round trip, where a transaction takes three. Inside a transaction it joins that. Nothing tells of two
// statements that they see the same data: use Shared for more than one.
func (db *DB) Look(ctx context.Context, fn func(ctx context.Context, tx *gorm.DB) error) error {
	if outer, ok := ctx.Value(transactionKey{}).(transaction); ok {
		return fn(ctx, outer.tx.WithContext(ctx))
	}
	return explain(fn(ctx, db.gorm.WithContext(ctx)))
}

func (db *DB) begin(ctx context.Context, tenant domain.TenantID, o *sql.TxOptions, fn func(context.Context, *gorm.DB) error) error {
	if outer, ok := ctx.Value(transactionKey{}).(transaction); ok {
		if outer.tenant != tenant {
			return ErrOtherTenant
		}
		return fn(ctx, outer.tx.WithContext(ctx))
	}
	return explain(db.gorm.WithContext(ctx).Connection(func(pinned *gorm.DB) error { return within(ctx, pinned, tenant, "", o, fn) }))
}

// within runs fn in a transaction on a pinned connection, of a snapshot when one is named.
func within(ctx context.Context, pinned *gorm.DB, tenant domain.TenantID, seen Snapshot, o *sql.TxOptions, fn func(context.Context, *gorm.DB) error) error {
	conn, ok := pinned.Statement.ConnPool.(*sql.Conn)
	if !ok {
		return fmt.Errorf("pin a connection: unexpected %T", pinned.Statement.ConnPool)
	}
	return pinned.Transaction(func(tx *gorm.DB) error {
		if seen != "" {
			if err := tx.Exec("SET TRANSACTION SNAPSHOT '" + string(seen) + "'").Error; err != nil {
				return fmt.Errorf("see what another transaction sees: %w", err)
			}
		}
		if !tenant.IsZero() {
			// Formatted from a parsed uuid: a bind parameter is not allowed here,
			// and set_config would not reach the workers of a Citus cluster.
			if err := tx.Exec("SET LOCAL assay.tenant_id = '" + tenant.String() + "'").Error; err != nil {
				return fmt.Errorf("set tenant: %w", err)
			}
		}
		inner := context.WithValue(ctx, transactionKey{}, transaction{tenant, tx, conn})
		return fn(inner, tx.WithContext(inner))
	}, o)
}

// Native runs fn on the pgx connection of the surrounding transaction, for bulk
// data in both directions (COPY into temporary tables, binary reads). gorm's and
// pgx's statements on it are in the same transaction.
func Native(ctx context.Context, fn func(ctx context.Context, conn *pgx.Conn) error) error {
	outer, ok := ctx.Value(transactionKey{}).(transaction)
	if !ok {
		return ErrNoTransaction
	}
	return outer.conn.Raw(func(driver any) error {
		conn, ok := driver.(*stdlib.Conn)
		if !ok {
			return fmt.Errorf("native connection: unexpected %T", driver)
		}
		return fn(ctx, conn.Conn())
	})
}

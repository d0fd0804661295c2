package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"regexp"
	"time"

	"gorm.io/gorm"

	"assay/domain"
)

// Snapshot names what a reading transaction sees, for as long as that lives.
type Snapshot string

// snapshotName is how PostgreSQL names one; the name goes into a statement.
var snapshotName = regexp.MustCompile(`^[0-9A-F]+-[0-9A-F]+-[0-9]+$`)

// ErrBusy is the error of ReadAt when no connection is free.
var ErrBusy = errors.New("no connection is free")

// spareWait is how long ReadAt waits for a connection. Whoever calls it holds one: waiting long, several
// that do so would wait for each other.
const spareWait = 50 * time.Millisecond

// Seen names what the surrounding Read sees, so that ReadAt can read it over a second connection.
func Seen(ctx context.Context) (Snapshot, error) {
	outer, ok := ctx.Value(transactionKey{}).(transaction)
	if !ok {
		return "", ErrNoTransaction
	}
	var name string
	if err := outer.tx.WithContext(ctx).Raw(`SELECT pg_export_snapshot()`).Scan(&name).Error; err != nil {
		return "", explain(fmt.Errorf("name what the transaction sees: %w", err))
	}
	if !snapshotName.MatchString(name) {
		return "", fmt.Errorf("name what the transaction sees: unexpected %q", name)
	}
	return Snapshot(name), nil
}

// ReadAt is Read on a connection of its own, of what another Read sees, which must not end before it. It is for work that can
// be done beside that of the other: where no connection is free it is ErrBusy at once, and fn has not run.
func (db *DB) ReadAt(ctx context.Context, tenant domain.TenantID, seen Snapshot, fn func(ctx context.Context, tx *gorm.DB) error) error {
	if !snapshotName.MatchString(string(seen)) {
		return fmt.Errorf("%q names no snapshot", seen)
	}
	waiting, stop := context.WithTimeout(ctx, spareWait)
	conn, err := db.sql.Conn(waiting)
	stop()
	switch {
	case err != nil && ctx.Err() == nil && errors.Is(err, context.DeadlineExceeded):
		return ErrBusy
	case err != nil:
		return explain(fmt.Errorf("open a second connection: %w", err))
	}
	defer conn.Close() //nolint:errcheck // it only goes back to the pool
	ctx = context.WithValue(ctx, transactionKey{}, nil)
	pinned := db.gorm.WithContext(ctx)
	pinned.Statement.ConnPool = conn
	return explain(within(ctx, pinned, tenant, seen, &sql.TxOptions{ReadOnly: true, Isolation: sql.LevelRepeatableRead}, fn))
}

// Package migrations holds the schema of Assay as SQL files, forward and back,
// and applies them. The files are compiled in: a program brings its own schema.
//
// Migrations run as the role that owns the tables (assay_owner), never as the
// role of the program, and over a direct connection: the lock that keeps two
// programs from migrating at once lives in the session, so a pooler in
// transaction mode would lose it.
package migrations

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"embed"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
)

//go:embed *.sql
var files embed.FS

// lockID keeps the advisory lock of Assay apart from other users of goose on the same server.
const lockID = 4_170_011_502

// Up applies every migration that the database does not have yet. A migration
// that fails leaves nothing behind and is tried again by the next Up.
func Up(ctx context.Context, db *sql.DB) error {
	return withProvider(db, func(p *goose.Provider) error {
		if _, err := p.Up(ctx); err != nil {
			return fmt.Errorf("migrate the database: %w", err)
		}
		// The program asks for the version at its start (Version).
		if _, err := db.ExecContext(ctx, "GRANT SELECT ON goose_db_version TO assay_app"); err != nil {
			return fmt.Errorf("let the program read the version of the database: %w", err)
		}
		return nil
	})
}

// Down goes back until the database is at version; 0 removes everything. It is
// for a release that failed before data were written: it drops tables with their rows.
func Down(ctx context.Context, db *sql.DB, version int64) error {
	return withProvider(db, func(p *goose.Provider) error {
		if _, err := p.DownTo(ctx, version); err != nil {
			return fmt.Errorf("migrate the database back to version %d: %w", version, err)
		}
		return nil
	})
}

// Version is the version that the database has and the newest one that this
// program knows. A database that was never migrated has version 0. It only reads,
// so the program's own role may ask.
func Version(ctx context.Context, db *sql.DB) (current, newest int64, err error) {
	states, err := Status(ctx, db)
	for _, state := range states {
		newest = state.Version
		if state.Applied {
			current = state.Version
		}
	}
	return current, newest, err
}

// State is one migration and whether the database has it.
type State struct {
	Version int64
	Name    string // the file
	Applied bool
}

// Status lists all migrations in their order. It only reads.
func Status(ctx context.Context, db *sql.DB) ([]State, error) {
	applied, err := appliedVersions(ctx, db)
	if err != nil {
		return nil, err
	}
	var all []State
	err = withProvider(db, func(p *goose.Provider) error {
		for _, source := range p.ListSources() {
			all = append(all, State{Version: source.Version, Name: source.Path, Applied: applied[source.Version]})
		}
		return nil
	})
	return all, err
}

// appliedVersions reads the table of versions without goose, which would make it
// when missing and so needs the owner.
func appliedVersions(ctx context.Context, db *sql.DB) (map[int64]bool, error) {
	var exists bool
	if err := db.QueryRowContext(ctx, "SELECT to_regclass('goose_db_version') IS NOT NULL").Scan(&exists); err != nil {
		return nil, fmt.Errorf("read the version of the database: %w", err)
	}
	if !exists {
		return nil, nil
	}
	rows, err := db.QueryContext(ctx, "SELECT version_id FROM goose_db_version WHERE is_applied")
	if err != nil {
		return nil, fmt.Errorf("read the version of the database: %w", err)
	}
	defer rows.Close()
	applied := map[int64]bool{}
	for rows.Next() {
		var version int64
		if err := rows.Scan(&version); err != nil {
			return nil, fmt.Errorf("read the version of the database: %w", err)
		}
		applied[version] = true
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("read the version of the database: %w", err)
	}
	return applied, nil
}

// Hash names the content of all migrations: the same hash, the same schema.
func Hash() (string, error) {
	entries, err := fs.ReadDir(files, ".") // sorted by name
	if err != nil {
		return "", fmt.Errorf("list the migrations: %w", err)
	}
	sum := sha256.New()
	for _, entry := range entries {
		content, err := files.ReadFile(entry.Name())
		if err != nil {
			return "", fmt.Errorf("read the migration %s: %w", entry.Name(), err)
		}
		fmt.Fprintf(sum, "%s %d\n", entry.Name(), len(content))
		sum.Write(content)
	}
	return hex.EncodeToString(sum.Sum(nil)), nil
}

func withProvider(db *sql.DB, do func(*goose.Provider) error) error {
	// Two programs that start at once migrate one after the other: the second
	// looks every second and gives up after five minutes.
	locker, err := lock.NewPostgresSessionLocker(lock.WithLockID(lockID), lock.WithLockTimeout(1, 300))
	if err != nil {
		return fmt.Errorf("prepare the lock of the migrations: %w", err)
	}
	provider, err := goose.NewProvider(goose.DialectPostgres, db, files,
		goose.WithSessionLocker(locker), goose.WithDisableGlobalRegistry(true))
	if errors.Is(err, goose.ErrNoMigrations) {
		return errors.New("the program holds no migrations")
	}
	if err != nil {
		return fmt.Errorf("read the migrations: %w", err)
	}
	return do(provider)
}

package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver for database/sql, which the migrations use
	"github.com/spf13/cobra"

	"assay/deploy/local"
	"assay/migrations"
)

// The settings of a database that somebody else runs.
const (
	databaseURLVariable      = "ASSAY_DATABASE_URL"
	databaseOwnerURLVariable = "ASSAY_DATABASE_OWNER_URL"
)

const dataFlag = "data"

// databaseURLs are the two ways into the database of Assay.
type databaseURLs struct {
	App   string // the role of the program, under row-level security
	Owner string // the role that owns the tables; empty when nobody gave it
}

func addDataFlag(root *cobra.Command) {
	root.PersistentFlags().String(dataFlag, defaultDataDirectory(),
		"directory of the private PostgreSQL cluster, used when "+databaseURLVariable+" is not set")
}

// defaultDataDirectory is the user's own place for data. Root's is one that the
// user who runs PostgreSQL for root can reach.
func defaultDataDirectory() string {
	if os.Geteuid() == 0 {
		return "/var/lib/assay"
	}
	if base := os.Getenv("XDG_DATA_HOME"); filepath.IsAbs(base) {
		return filepath.Join(base, "assay")
	}
	if home, err := os.UserHomeDir(); err == nil {
		return filepath.Join(home, ".local", "share", "assay")
	}
	return ""
}

// dataDirectory is what --data says.
func dataDirectory(cmd *cobra.Command) (string, error) {
	dir, err := cmd.Flags().GetString(dataFlag)
	if err != nil {
		return "", err
	}
	if dir == "" {
		return "", errors.New("this user has no home directory: say with --" + dataFlag + " where the data go")
	}
	return dir, nil
}

// openDatabase gives a database with the schema that this program needs: the one
// of ASSAY_DATABASE_URL, or else the private cluster in --data, which it starts
// when no other command runs it, and migrates.
//
// A database of ASSAY_DATABASE_URL is not migrated here, because several programs
// may share it: assay migrate up does that, and an old schema is an error.
//
// Call closeDatabase when done, also when the context has ended; it stops the
// private cluster if this command has started it.
func openDatabase(ctx context.Context, cmd *cobra.Command) (urls databaseURLs, closeDatabase func(), err error) {
	urls, closeDatabase, err = reachDatabase(ctx, cmd)
	if err != nil {
		return databaseURLs{}, nil, err
	}
	if os.Getenv(databaseURLVariable) != "" {
		err = checkSchema(ctx, urls.App)
	} else {
		err = withDatabase(urls.Owner, func(db *sql.DB) error { return migrations.Up(ctx, db) })
	}
	if err != nil {
		closeDatabase()
		return databaseURLs{}, nil, err
	}
	return urls, closeDatabase, nil
}

// reachDatabase is openDatabase without a look at the schema.
func reachDatabase(ctx context.Context, cmd *cobra.Command) (databaseURLs, func(), error) {
	app, owner := os.Getenv(databaseURLVariable), os.Getenv(databaseOwnerURLVariable)
	if app != "" {
		return databaseURLs{App: app, Owner: owner}, func() {}, nil
	}
	if owner != "" {
		return databaseURLs{}, nil, errors.New(databaseOwnerURLVariable + " is set but " + databaseURLVariable +
			" is not: set both, or neither for a private cluster")
	}
	dir, err := dataDirectory(cmd)
	if err != nil {
		return databaseURLs{}, nil, err
	}
	cluster, err := local.Start(ctx, local.Options{Dir: dir, Log: cmd.ErrOrStderr()})
	if err != nil {
		return databaseURLs{}, nil, err
	}
	stop := func() {
		if err := cluster.Close(); err != nil {
			fmt.Fprintln(cmd.ErrOrStderr(), "assay: "+oneLine(err.Error()))
		}
	}
	return databaseURLs{App: cluster.AppURL(local.Database), Owner: cluster.OwnerURL(local.Database)}, stop, nil
}

// checkSchema refuses a database whose schema is not the one of this program.
func checkSchema(ctx context.Context, url string) error {
	return withDatabase(url, func(db *sql.DB) error {
		current, newest, err := migrations.Version(ctx, db)
		switch {
		case err != nil:
			return err
		case current < newest:
			return fmt.Errorf("the database has schema version %d and this program needs %d: run assay migrate up", current, newest)
		case current > newest:
			return fmt.Errorf("the database has schema version %d and this program knows only %d: install the newer program", current, newest)
		}
		return nil
	})
}

// withDatabase opens a plain connection pool, for migrations only: all other
// access goes through domain/store.
func withDatabase(url string, do func(*sql.DB) error) error {
	db, err := sql.Open("pgx", url)
	if err != nil {
		return fmt.Errorf("open the database: %w", err)
	}
	return errors.Join(do(db), db.Close())
}

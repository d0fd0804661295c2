package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"assay/deploy/local"
	"assay/migrations"
)

func newMigrateCommand() *cobra.Command {
	migrate := &cobra.Command{
		Use:   "migrate",
		Short: "Bring the database's schema to the version of this program",
	}
	migrate.AddCommand(
		&cobra.Command{
			Use:   "up",
			Short: "Apply the migrations that the database does not have yet",
			Long: `Apply the migrations that the database does not have yet. On a database of your
own, set ` + databaseOwnerURLVariable + ` (role assay_owner); the roles must exist,
assay migrate roles prints what makes them.`,
			Args: cobra.NoArgs,
			RunE: migrateUp,
		},
		&cobra.Command{
			Use:   "status",
			Short: "List the migrations and whether the database has them",
			Args:  cobra.NoArgs,
			RunE:  migrateStatus,
		},
		&cobra.Command{
			Use:   "roles",
			Short: "Print the SQL that makes the database roles, for an administrator to run",
			Args:  cobra.NoArgs,
			RunE: func(cmd *cobra.Command, _ []string) error {
				_, err := fmt.Fprint(cmd.OutOrStdout(), local.RolesSQL())
				return err
			},
		},
	)
	return migrate
}

func migrateUp(cmd *cobra.Command, _ []string) error {
	ctx := cmd.Context()
	url, closeDatabase, err := ownerURL(ctx, cmd)
	if err != nil {
		return err
	}
	defer closeDatabase()
	return withDatabase(url, func(db *sql.DB) error {
		before, _, err := migrations.Version(ctx, db)
		if err != nil {
			return err
		}
		if err := migrations.Up(ctx, db); err != nil {
			return err
		}
		after, _, err := migrations.Version(ctx, db)
		if err != nil {
			return err
		}
		if before == after {
			_, err = fmt.Fprintf(cmd.OutOrStdout(), "The schema is at version %d, nothing to do.\n", after)
		} else {
			_, err = fmt.Fprintf(cmd.OutOrStdout(), "The schema went from version %d to %d.\n", before, after)
		}
		return err
	})
}

// ownerURL is the way in for migrations. The program's own role is not needed, so
// that what migrates a shared database holds no other secret.
func ownerURL(ctx context.Context, cmd *cobra.Command) (url string, closeDatabase func(), err error) {
	if owner := os.Getenv(databaseOwnerURLVariable); owner != "" {
		return owner, func() {}, nil
	}
	if os.Getenv(databaseURLVariable) != "" {
		return "", nil, errors.New("set " + databaseOwnerURLVariable + ": migrations run as the role that owns the tables, assay_owner")
	}
	urls, closeDatabase, err := reachDatabase(ctx, cmd)
	return urls.Owner, closeDatabase, err
}

func migrateStatus(cmd *cobra.Command, _ []string) error {
	urls, closeDatabase, err := reachDatabase(cmd.Context(), cmd)
	if err != nil {
		return err
	}
	defer closeDatabase()
	return withDatabase(urls.App, func(db *sql.DB) error {
		states, err := migrations.Status(cmd.Context(), db)
		if err != nil {
			return err
		}
		for _, state := range states {
			word := "waiting"
			if state.Applied {
				word = "applied"
			}
			if _, err := fmt.Fprintf(cmd.OutOrStdout(), "%s  %s\n", word, state.Name); err != nil {
				return err
			}
		}
		return nil
	})
}

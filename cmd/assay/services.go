package main

import (
	"context"
	"time"

	"github.com/spf13/cobra"

	"assay/domain/account"
	"assay/domain/administration"
	"assay/domain/store"
)

// services are the rooms of the domain on one database, as the commands use them.
type services struct {
	db              *store.DB
	administrations *administration.Service
	accounts        *account.Service
	sessions        *account.Sessions
}

// openServices opens the database of a command and builds the rooms on it. Call
// closeServices when done.
func openServices(ctx context.Context, cmd *cobra.Command) (s *services, closeServices func(), err error) {
	urls, closeDatabase, err := openDatabase(ctx, cmd)
	if err != nil {
		return nil, nil, err
	}
	s, closeStore, err := buildServices(ctx, urls.App)
	if err != nil {
		closeDatabase()
		return nil, nil, err
	}
	return s, func() { closeStore(); closeDatabase() }, nil
}

// buildServices builds the rooms on a database that is up and migrated.
func buildServices(ctx context.Context, url string) (*services, func(), error) {
	db, err := store.Open(ctx, url, store.Options{Connections: 12})
	if err != nil {
		return nil, nil, err
	}
	accounts, err := account.New(db, time.Now)
	if err != nil {
		db.Close()
		return nil, nil, err
	}
	s := &services{
		db:              db,
		administrations: administration.New(db, time.Now),
		accounts:        accounts,
		sessions:        account.NewSessions(db, accounts, time.Now),
	}
	return s, db.Close, nil
}

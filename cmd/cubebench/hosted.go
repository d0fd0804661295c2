package main

import (
	"context"
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"assay/deploy/local"
	"assay/domain/administration"
	"assay/domain/cube"
	"assay/domain/store"
	"assay/migrations"
)

// hosted is an installation as the program finds it: a private PostgreSQL with
// Assay's own schema, administrations, and their segments in the store.
type hosted struct {
	cluster         *local.Cluster
	db              *store.DB
	segments        *cube.Store
	administrations *administration.Service
	dir             string
}

func openHosted(ctx context.Context, dir string) (*hosted, error) {
	h := &hosted{dir: filepath.Join(dir, "hosted")}
	var err error
	if h.cluster, err = local.Start(ctx, local.Options{Dir: h.dir, Ephemeral: true}); err != nil {
		return h, fmt.Errorf("start PostgreSQL: %w", err)
	}
	if err := h.cluster.CreateDatabase(ctx, "assay", ""); err != nil {
		return h, err
	}
	owner, err := sql.Open("pgx", h.cluster.OwnerURL("assay"))
	if err != nil {
		return h, err
	}
	defer owner.Close()
	if err := migrations.Up(ctx, owner); err != nil {
		return h, fmt.Errorf("make the schema: %w", err)
	}
	if h.db, err = store.Open(ctx, h.cluster.AppURL("assay"), store.Options{}); err != nil {
		return h, err
	}
	h.segments, h.administrations = cube.NewStore(h.db), administration.New(h.db, time.Now)
	return h, nil
}

func (h *hosted) close() {
	if h.db != nil {
		h.db.Close()
	}
	if h.cluster != nil {
		h.cluster.Close()
	}
	os.RemoveAll(h.dir)
}

// tenant makes an administration.
func (h *hosted) tenant(ctx context.Context, code string) (*administration.Tenant, error) {
	t := &administration.Tenant{Code: code, Names: map[string]string{"en": code}, Currency: "XAF", Zone: "Africa/Douala", Languages: []string{"en"}}
	return t, h.administrations.Create(ctx, t)
}

// publish puts segments into the store, as a refresh would.
func (h *hosted) publish(ctx context.Context, t *administration.Tenant, watermark time.Time, segments ...*cube.Segment) error {
	return h.segments.Publish(ctx, t.ID, cube.Publication{Segments: segments, Watermark: watermark, At: time.Now()})
}

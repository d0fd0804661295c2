package main

import (
	"context"
	"log/slog"
	"time"

	"assay/domain/refresh"
	"assay/domain/store"
	"assay/worker"
)

// redisOptions are how Redis is reached.
type redisOptions struct {
	address  string
	password string
	database int
}

// newWorker is a worker with a handler for every kind of job there is.
func newWorker(s *services, redis redisOptions, log *slog.Logger) *worker.Worker {
	return worker.New(s.db, map[string]worker.Handle{
		refresh.Kind: s.runRefresh,
	}, worker.Options{RedisAddress: redis.address, RedisPassword: redis.password, RedisDatabase: redis.database, Clock: time.Now, Log: log})
}

// runRefresh brings findings and cube up to date after a load.
func (s *services) runRefresh(ctx context.Context, job store.Claimed, progress func(any)) error {
	_, err := s.refresh.Run(ctx, job.Tenant, refresh.Input{Progress: func(p refresh.Progress) { progress(p) }})
	return err
}

package main

import (
	"context"
	"encoding/json"
	"log/slog"
	"time"

	"github.com/google/uuid"

	"assay/domain"
	"assay/domain/account"
	"assay/domain/administration"
	"assay/domain/comparison"
	"assay/domain/contract"
	"assay/domain/cube"
	"assay/domain/installation"
	"assay/domain/meeting"
	"assay/domain/notice"
	"assay/domain/refresh"
	"assay/domain/store"
	"assay/domain/warehouse"
	"assay/worker"
)

// redisOptions are how Redis is reached.
type redisOptions struct {
	address  string
	password string
	database int
}

// newWorker is a worker with a handler for every kind of job there is.
func newWorker(ctx context.Context, s *services, redis redisOptions, log *slog.Logger) (*worker.Worker, error) {
	post, err := s.newPost(log)
	if err != nil {
		return nil, err
	}
	if err := s.resumeLetters(ctx, post); err != nil {
		return nil, err
	}
	if err := s.resumeCards(ctx); err != nil {
		return nil, err
	}
	if err := s.resumeCleanup(ctx); err != nil {
		return nil, err
	}
	return worker.New(s.db, map[string]worker.Handle{
		warehouse.ImportJob: s.runImport,
		refresh.Kind:        s.runRefresh,
		installation.Kind:   s.runExport,

		contract.ActivateJob: s.onContract(s.contracts.Activate),
		contract.RemindJob:   s.onContract(s.contracts.Remind),
		contract.CardsJob:    s.runCards,
		comparison.Job:       s.runDisclose,
		notice.Job:           sendLetter(post),
		account.CleanupJob: func(ctx context.Context, job store.Claimed, _ func(any)) error {
			return s.accounts.RunCleanup(ctx, job.Tenant)
		},
	}, worker.Options{RedisAddress: redis.address, RedisPassword: redis.password, RedisDatabase: redis.database, Clock: time.Now, Log: log}), nil
}

// runImport loads a delivery that was received on a page or through the API.
func (s *services) runImport(ctx context.Context, job store.Claimed, progress func(any)) error {
	var arguments warehouse.ImportArguments
	if err := json.Unmarshal(job.Arguments, &arguments); err != nil {
		return domain.Wrap(domain.KindInvalid, err, "the job does not say which delivery to load")
	}
	tenant, err := s.administrations.ByID(ctx, job.Tenant)
	if err != nil {
		return err
	}
	_, err = s.warehouse.Process(ctx, tenant, arguments.Batch, func(p warehouse.LoadProgress) { progress(p) })
	return err
}

// runRefresh brings findings and cube up to date after a load.
func (s *services) runRefresh(ctx context.Context, job store.Claimed, progress func(any)) error {
	var arguments struct{ All bool } // after a change of settings or calendars
	if err := json.Unmarshal(job.Arguments, &arguments); err != nil {
		return domain.Wrap(domain.KindInvalid, err, "the job does not say what to refresh")
	}
	if _, err := s.refresh.Run(ctx, job.Tenant, refresh.Input{All: arguments.All, Progress: func(p refresh.Progress) { progress(p) }}); err != nil {
		return err
	}
	tenant, err := s.administrations.ByID(ctx, job.Tenant)
	if err != nil {
		return err
	}
	// What was to be done is done: a board that cannot be prepared is computed when it is asked for.
	_ = s.indicators.PrepareBoard(ctx, tenant)
	return s.comparisons.Schedule(ctx, tenant.ID)
}

// runDisclose publishes what an administration lets others see.
func (s *services) runDisclose(ctx context.Context, job store.Claimed, _ func(any)) error {
	tenant, err := s.administrations.ByID(ctx, job.Tenant)
	if err != nil {
		return err
	}
	return s.comparisons.Publish(ctx, tenant)
}

// runExport makes an export of an administration, or removes one whose time is over.
func (s *services) runExport(ctx context.Context, job store.Claimed, progress func(any)) error {
	return s.installation.RunExport(ctx, job, func(p installation.Progress) { progress(p) })
}

// onContract makes the handler of a job that is about one contract.
func (s *services) onContract(do func(ctx context.Context, tenant *administration.Tenant, contract uuid.UUID) error) worker.Handle {
	return func(ctx context.Context, job store.Claimed, _ func(any)) error {
		var arguments contract.JobArguments
		if err := json.Unmarshal(job.Arguments, &arguments); err != nil {
			return domain.Wrap(domain.KindInvalid, err, "the job does not say which contract it is about")
		}
		tenant, err := s.administrations.ByID(ctx, job.Tenant)
		if err != nil {
			return err
		}
		return do(ctx, tenant, arguments.Contract)
	}
}

// runCards publishes the scorecards of mature months, and comes back the next night.
func (s *services) runCards(ctx context.Context, job store.Claimed, _ func(any)) error {
	tenant, err := s.administrations.ByID(ctx, job.Tenant)
	if err != nil {
		return err
	}
	return s.cards().RunCards(ctx, tenant)
}

// cards is the service of scorecards.
func (s *services) cards() *contract.Cards {
	return contract.NewCards(s.contracts, s.indicators, cube.NewStore(s.db))
}

// meetings is the service of meetings about scorecards.
func (s *services) meetings() *meeting.Service {
	return meeting.New(s.db, s.cards(), s.accounts, time.Now)
}

// resumeCards asks for a pass over the scorecards of every administration, so that the nightly
// round goes on whatever happened to the job of the last night.
func (s *services) resumeCards(ctx context.Context) error {
	tenants, err := s.administrations.List(ctx)
	if err != nil {
		return err
	}
	for _, tenant := range tenants {
		if err := s.contracts.ScheduleCards(ctx, tenant); err != nil {
			return err
		}
	}
	return nil
}

// resumeCleanup asks for the removal of what has ended in every administration, so that the daily
// round goes on whatever happened to the job of the day before.
func (s *services) resumeCleanup(ctx context.Context) error {
	tenants, err := s.administrations.List(ctx)
	if err != nil {
		return err
	}
	for _, tenant := range tenants {
		if err := s.accounts.ScheduleCleanup(ctx, tenant.ID); err != nil {
			return err
		}
	}
	return nil
}

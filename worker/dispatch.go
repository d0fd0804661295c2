package worker

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/hibiken/asynq"

	"assay/domain/store"
)

func (w *Worker) dispatchUntil(ctx context.Context) {
	ticker := time.NewTicker(w.options.Every)
	defer ticker.Stop()
	for {
		if err := w.dispatch(ctx); err != nil && ctx.Err() == nil {
			w.options.Log.Warn("a round of dispatch failed; the next follows", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		case <-w.wake:
		}
	}
}

// dispatch sends what is due, tenant after tenant, each at most as many jobs as
// it may have in flight: a tenant with a thousand jobs does not delay another's one.
func (w *Worker) dispatch(ctx context.Context) error {
	tenants, err := w.db.WaitingTenants(ctx)
	if err != nil {
		return err
	}
	for _, tenant := range tenants {
		jobs, err := w.db.Claim(ctx, tenant, w.options.InFlight, w.options.Clock())
		if err != nil {
			return err
		}
		for _, job := range jobs {
			if err := w.send(ctx, job); err != nil {
				return errors.Join(err, w.db.Unclaim(ctx, job))
			}
		}
	}
	return nil
}

func (w *Worker) send(ctx context.Context, job store.Claimed) error {
	payload, err := json.Marshal(job)
	if err != nil {
		return fmt.Errorf("send job: %w", err)
	}
	_, err = w.client.EnqueueContext(ctx, asynq.NewTask(taskType, payload),
		asynq.TaskID(fmt.Sprintf("%s:%d", job.ID, job.Attempt)), asynq.Queue(string(job.Class)),
		asynq.MaxRetry(0), asynq.Timeout(w.options.Limit))
	if errors.Is(err, asynq.ErrTaskIDConflict) {
		return nil // this attempt is in the queue already
	}
	if err != nil {
		return fmt.Errorf("send job: %w", err)
	}
	return nil
}

// asynqLog hands asynq's log lines on. Its Fatal is only said when it cannot go on.
type asynqLog struct{ log *slog.Logger }

func (l asynqLog) Debug(arguments ...any) { l.log.Debug("queue", "message", fmt.Sprint(arguments...)) }
func (l asynqLog) Info(arguments ...any)  { l.log.Debug("queue", "message", fmt.Sprint(arguments...)) }
func (l asynqLog) Warn(arguments ...any)  { l.log.Warn("queue", "message", fmt.Sprint(arguments...)) }
func (l asynqLog) Error(arguments ...any) { l.log.Error("queue", "message", fmt.Sprint(arguments...)) }
func (l asynqLog) Fatal(arguments ...any) { l.log.Error("queue", "message", fmt.Sprint(arguments...)) }

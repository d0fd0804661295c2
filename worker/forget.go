package worker

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/hibiken/asynq"

	"assay/domain"
	"assay/domain/store"
)

// pageOfTasks is how many tasks are looked at in one step.
const pageOfTasks = 500

// Forget takes every task of an administration out of the queue, in whatever state, and gives
// their number. A task that runs is cancelled. It is for an administration that is erased: the outbox,
// which is the truth, no longer knows them.
func Forget(ctx context.Context, o Options, tenant domain.TenantID) (removed int, err error) {
	inspector := asynq.NewInspector(asynq.RedisClientOpt{Addr: o.RedisAddress, Password: o.RedisPassword, DB: o.RedisDatabase})
	defer func() { err = errors.Join(err, inspector.Close()) }()
	queues, err := inspector.Queues()
	if err != nil {
		return 0, fmt.Errorf("list the queues: %w", err)
	}
	for _, queue := range queues {
		ids, err := tasksOf(ctx, inspector, queue, tenant)
		if err != nil {
			return removed, err
		}
		for _, id := range ids {
			err := inspector.DeleteTask(queue, id)
			switch {
			case err == nil:
				removed++
			case errors.Is(err, asynq.ErrTaskNotFound), errors.Is(err, asynq.ErrQueueNotFound):
			default: // an active task cannot be deleted; cancelled, it ends by itself
				if err := inspector.CancelProcessing(id); err != nil {
					return removed, fmt.Errorf("cancel a task: %w", err)
				}
			}
		}
	}
	return removed, nil
}

// tasksOf lists the tasks of an administration in a queue. All are listed before any is removed:
// pages would move else.
func tasksOf(ctx context.Context, inspector *asynq.Inspector, queue string, tenant domain.TenantID) (ids []string, err error) {
	for _, list := range []func(string, ...asynq.ListOption) ([]*asynq.TaskInfo, error){inspector.ListPendingTasks, inspector.ListScheduledTasks,
		inspector.ListRetryTasks, inspector.ListArchivedTasks, inspector.ListCompletedTasks, inspector.ListActiveTasks} {
		for page := 1; ; page++ {
			if err := ctx.Err(); err != nil {
				return nil, err
			}
			tasks, err := list(queue, asynq.Page(page), asynq.PageSize(pageOfTasks))
			if err != nil {
				return nil, fmt.Errorf("list the tasks of %s: %w", queue, err)
			}
			for _, task := range tasks {
				var job store.Claimed
				if json.Unmarshal(task.Payload, &job) == nil && job.Tenant == tenant {
					ids = append(ids, task.ID)
				}
			}
			if len(tasks) < pageOfTasks {
				break
			}
		}
	}
	return ids, nil
}

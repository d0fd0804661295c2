// Package worker runs the jobs of the outbox. A dispatcher moves due jobs, fairly
// over tenants, into asynq; the queue only carries them. The outbox table is the truth:
// when Redis is lost, jobs are sent again, and a job that comes twice runs once.
package worker

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/hibiken/asynq"

	"assay/domain"
	"assay/domain/store"
)

// Handle does the work of one kind of job. It must be idempotent, stop when its
// context ends, and may report progress (anything that marshals to JSON). An error of
// a kind that trying again cannot mend (invalid, not found, forbidden) is final.
type Handle func(ctx context.Context, job store.Claimed, progress func(any)) error

// Options say how a worker runs.
type Options struct {
	RedisAddress  string // host:port
	RedisPassword string
	RedisDatabase int
	Concurrency   int              // jobs at a time in this process; 0 means 2
	InFlight      int              // jobs of one tenant sent or running at a time; 0 means 2
	Every         time.Duration    // between rounds of dispatch when nothing is announced; 0 means 500 ms
	Limit         time.Duration    // longest run of one job; 0 means 6 h
	Clock         func() time.Time // required
	Log           *slog.Logger
}

// Worker dispatches and runs jobs until it is stopped.
type Worker struct {
	db       *store.DB
	handlers map[string]Handle
	options  Options
	client   *asynq.Client
	server   *asynq.Server
	wake     chan struct{}
	cancel   context.CancelFunc
	running  sync.WaitGroup
}

// taskType is the one type of asynq task; the kind of job is in the payload.
const taskType = "job"

// queueWeights are the queues by class and how often each is looked at.
var queueWeights = map[string]int{string(store.Interactive): 6, string(store.Ingest): 3, string(store.Batch): 1}

// New makes a worker with a handler per kind of job.
func New(db *store.DB, handlers map[string]Handle, o Options) *Worker {
	if o.Concurrency <= 0 {
		o.Concurrency = 2
	}
	if o.InFlight <= 0 {
		o.InFlight = 2
	}
	if o.Every <= 0 {
		o.Every = 500 * time.Millisecond
	}
	if o.Limit <= 0 {
		o.Limit = 6 * time.Hour
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	return &Worker{db: db, handlers: handlers, options: o, wake: make(chan struct{}, 1)}
}

// Start connects to Redis and begins to dispatch and to run jobs. It returns at
// once; Stop ends it.
func (w *Worker) Start(ctx context.Context) error {
	redis := asynq.RedisClientOpt{Addr: w.options.RedisAddress, Password: w.options.RedisPassword, DB: w.options.RedisDatabase}
	w.client = asynq.NewClient(redis)
	if err := w.client.Ping(); err != nil {
		_ = w.client.Close()
		return domain.Wrap(domain.KindNotReady, err, "Redis does not answer at %s", w.options.RedisAddress)
	}
	w.server = asynq.NewServer(redis, asynq.Config{
		Concurrency:     w.options.Concurrency,
		Queues:          queueWeights,
		ShutdownTimeout: 10 * time.Second,
		Logger:          asynqLog{w.options.Log},
		// Errors are in the outbox already; asynq never retries (MaxRetry 0).
		ErrorHandler: asynq.ErrorHandlerFunc(func(context.Context, *asynq.Task, error) {}),
	})
	if err := w.server.Start(asynq.HandlerFunc(w.work)); err != nil {
		_ = w.client.Close()
		return fmt.Errorf("start queue: %w", err)
	}
	ctx, w.cancel = context.WithCancel(ctx)
	w.running.Add(2)
	go func() { defer w.running.Done(); w.dispatchUntil(ctx) }()
	go func() { defer w.running.Done(); w.listenUntil(ctx) }()
	return nil
}

// Stop ends dispatching, waits for running jobs for a while and gives the others
// back through their lost heartbeat.
func (w *Worker) Stop() {
	w.cancel()
	w.running.Wait()
	w.server.Shutdown()
	_ = w.client.Close()
}

// listenUntil wakes the dispatcher when a job is announced.
func (w *Worker) listenUntil(ctx context.Context) {
	for ctx.Err() == nil {
		err := w.db.Listen(ctx, "assay_outbox", func(string) { w.awake() })
		if err != nil && ctx.Err() == nil {
			w.options.Log.Warn("announcements of jobs are lost for a moment", "error", err)
			select {
			case <-ctx.Done():
			case <-time.After(time.Second):
			}
		}
	}
}

func (w *Worker) awake() {
	select {
	case w.wake <- struct{}{}:
	default:
	}
}

// work runs one task. It returns nil in any case: success and failure are
// recorded in the outbox, and the queue must not retry by itself.
func (w *Worker) work(ctx context.Context, task *asynq.Task) error {
	var job store.Claimed
	if err := json.Unmarshal(task.Payload(), &job); err != nil {
		w.options.Log.Error("a task of the queue cannot be read", "error", err)
		return nil
	}
	started, err := w.db.Start(ctx, job, w.options.Clock())
	if err != nil {
		w.options.Log.Error("a job could not be started; it will be sent again", "kind", job.Kind, "error", err)
		return nil
	}
	if !started {
		return nil
	}
	w.finish(job, w.run(ctx, job))
	w.awake()
	return nil
}

// run calls the handler under a heartbeat. A panic is an error of the job.
func (w *Worker) run(ctx context.Context, job store.Claimed) (err error) {
	ctx, cancel := context.WithTimeout(ctx, w.options.Limit)
	defer cancel()
	report, stop := w.heartbeat(ctx, cancel, job)
	defer stop()
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("the job panicked: %v", p)
		}
	}()
	handle := w.handlers[job.Kind]
	if handle == nil {
		return domain.Errorf(domain.KindInvalid, "this version of the program does not know jobs of kind %q", job.Kind)
	}
	return handle(ctx, job, report)
}

// heartbeat says from time to time, and at once when there is progress after a
// pause, that the job lives; when the attempt was given up meanwhile it cancels the job.
func (w *Worker) heartbeat(ctx context.Context, cancel context.CancelFunc, job store.Claimed) (report func(any), stop func()) {
	var mu sync.Mutex
	var latest any
	changed := make(chan struct{}, 1)
	ended := make(chan struct{})
	var done sync.WaitGroup
	done.Add(1)
	go func() {
		defer done.Done()
		ticker := time.NewTicker(store.HeartbeatEvery)
		defer ticker.Stop()
		for {
			select {
			case <-ended:
				return
			case <-ticker.C:
			case <-changed:
			}
			mu.Lock()
			progress := latest
			mu.Unlock()
			alive, err := w.db.Beat(ctx, job, progress, w.options.Clock())
			if err == nil && !alive {
				cancel()
				return
			}
			select { // at most two writes a second, however fast progress is reported
			case <-ended:
				return
			case <-time.After(500 * time.Millisecond):
			}
		}
	}()
	report = func(progress any) {
		mu.Lock()
		latest = progress
		mu.Unlock()
		select {
		case changed <- struct{}{}:
		default:
		}
	}
	return report, func() { close(ended); done.Wait() }
}

// finish records how a job ended. The context of the task may be over by then.
func (w *Worker) finish(job store.Claimed, failure error) {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	if failure == nil {
		if err := w.db.Finish(ctx, job, w.options.Clock()); err != nil {
			w.options.Log.Error("the end of a job could not be recorded; it will run again", "kind", job.Kind, "error", err)
		}
		return
	}
	w.options.Log.Error("a job failed", "kind", job.Kind, "tenant", job.Tenant.String(), "attempt", job.Attempt, "error", failure)
	if err := w.db.Fail(ctx, job, sentence(failure), final(failure), w.options.Clock()); err != nil {
		w.options.Log.Error("the failure of a job could not be recorded; it will run again", "kind", job.Kind, "error", err)
	}
}

// sentence is what users may read of a failure; the whole error is in the log.
func sentence(err error) string {
	var failure *domain.Error
	if errors.As(err, &failure) {
		return failure.Message
	}
	return "The work failed for a reason inside the program; its log says more."
}

func final(err error) bool {
	kind := domain.KindOf(err)
	return kind == domain.KindInvalid || kind == domain.KindNotFound || kind == domain.KindForbidden || kind == domain.KindConflict
}

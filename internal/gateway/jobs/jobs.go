// Package jobs runs the gateway's background work through River: sync runs, and
// the tick that finds runs that are due. Several gateways on one PostgreSQL
// share the work: a job is worked by one of them, and one of them ticks.
package jobs

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/riverdriver/riversqlite"
	"github.com/riverqueue/river/rivermigrate"
	"github.com/riverqueue/river/rivertype"
)

// Work is what the jobs do.
type Work interface {
	// Run works on a sync run until it is over.
	Run(ctx context.Context, runID string) error
	// Tick queues the runs that are due and picks up those that were left.
	Tick(ctx context.Context) error
}

// ErrBusy is what [Work].Run returns for a run that has to wait for another one.
var ErrBusy = errors.New("another run is at work there")

// busyWait is how long such a run waits before it is tried again.
const busyWait = time.Second

// Config is what the jobs need. Exactly one of the two databases is set.
type Config struct {
	SQLite     *sql.DB
	PostgreSQL *pgxpool.Pool
	Work       Work
	// TickEvery is how often due runs are looked for.
	TickEvery time.Duration
	Log       *slog.Logger
}

const (
	// maxWorkers is how many jobs one gateway works on at a time.
	maxWorkers = 4
	// runTimeout bounds one sync run.
	runTimeout = time.Hour
)

// Jobs is the running background work of one gateway.
type Jobs struct {
	insert func(ctx context.Context, args river.JobArgs) error
	stop   func(ctx context.Context) error
}

// Start brings River's tables up to date and starts to work.
func Start(ctx context.Context, config Config) (*Jobs, error) {
	if config.PostgreSQL != nil {
		return start(ctx, riverpgxv5.New(config.PostgreSQL), config)
	}
	return start(ctx, riversqlite.New(config.SQLite), config)
}

func start[TTx any](ctx context.Context, driver riverdriver.Driver[TTx], config Config) (*Jobs, error) {
	// River logs its own housekeeping at info; what concerns an operator is in
	// the runs themselves.
	log := slog.New(faults{config.Log.Handler()})
	migrator, err := rivermigrate.New(driver, &rivermigrate.Config{Logger: log})
	if err != nil {
		return nil, fmt.Errorf("preparing the job tables: %w", err)
	}
	if _, err := migrator.Migrate(ctx, rivermigrate.DirectionUp, nil); err != nil {
		return nil, fmt.Errorf("bringing the job tables up to date: %w", err)
	}
	workers := river.NewWorkers()
	river.AddWorker(workers, &runWorker{work: config.Work})
	river.AddWorker(workers, &tickWorker{work: config.Work})
	client, err := river.NewClient(driver, &river.Config{
		Queues:            map[string]river.QueueConfig{river.QueueDefault: {MaxWorkers: maxWorkers}},
		Workers:           workers,
		Logger:            log,
		FetchCooldown:     50 * time.Millisecond,
		FetchPollInterval: 250 * time.Millisecond,
		JobTimeout:        runTimeout,
		PeriodicJobs: []*river.PeriodicJob{river.NewPeriodicJob(river.PeriodicInterval(config.TickEvery),
			func() (river.JobArgs, *river.InsertOpts) { return tickArgs{}, nil }, &river.PeriodicJobOpts{RunOnStart: true})},
	})
	if err != nil {
		return nil, fmt.Errorf("preparing the jobs: %w", err)
	}
	// The jobs outlive the context they are started in: they end with Stop.
	if err := client.Start(context.WithoutCancel(ctx)); err != nil {
		return nil, fmt.Errorf("starting the jobs: %w", err)
	}
	return &Jobs{
		insert: func(ctx context.Context, args river.JobArgs) error {
			_, err := client.Insert(ctx, args, nil)
			return err
		},
		stop: client.StopAndCancel,
	}, nil
}

// EnqueueRun asks for a run to be worked on. Asking twice does no harm: whoever
// works on a run first makes it his.
func (j *Jobs) EnqueueRun(ctx context.Context, runID string) error {
	if err := j.insert(ctx, runArgs{RunID: runID}); err != nil {
		return fmt.Errorf("queueing the run: %w", err)
	}
	return nil
}

// Stop ends the work. A run that is interrupted is taken up by the next tick,
// here or in another gateway.
func (j *Jobs) Stop(ctx context.Context) error {
	if err := j.stop(ctx); err != nil && !errors.Is(err, context.DeadlineExceeded) {
		return fmt.Errorf("stopping the jobs: %w", err)
	}
	return nil
}

// open are the states in which a job is still to be worked on or worked on now.
var open = []rivertype.JobState{
	rivertype.JobStateAvailable, rivertype.JobStatePending, rivertype.JobStateRunning, rivertype.JobStateRetryable, rivertype.JobStateScheduled,
}

// runArgs names a sync run.
type runArgs struct {
	RunID string `json:"run_id"`
}

// Kind names the job.
func (runArgs) Kind() string { return "sync_run" }

// InsertOpts lets a job be tried once: what is left of a run is for the tick to
// find.
func (runArgs) InsertOpts() river.InsertOpts { return river.InsertOpts{MaxAttempts: 1} }

type runWorker struct {
	river.WorkerDefaults[runArgs]

	work Work
}

// Work works on a run.
func (w *runWorker) Work(ctx context.Context, job *river.Job[runArgs]) error {
	err := w.work.Run(ctx, job.Args.RunID)
	if errors.Is(err, ErrBusy) {
		return river.JobSnooze(busyWait)
	}
	return err
}

// tickArgs is the tick.
type tickArgs struct{}

// Kind names the job.
func (tickArgs) Kind() string { return "sync_tick" }

// InsertOpts makes sure that ticks do not pile up.
func (tickArgs) InsertOpts() river.InsertOpts {
	return river.InsertOpts{MaxAttempts: 1, UniqueOpts: river.UniqueOpts{ByState: open}}
}

type tickWorker struct {
	river.WorkerDefaults[tickArgs]

	work Work
}

// Work ticks.
func (w *tickWorker) Work(ctx context.Context, _ *river.Job[tickArgs]) error {
	return w.work.Tick(ctx)
}

// faults passes on what an operator has to know of: warnings and errors, but not
// that work was canceled, which is how River is stopped.
type faults struct {
	slog.Handler
}

// Enabled reports whether a level is passed on.
func (f faults) Enabled(ctx context.Context, level slog.Level) bool {
	return level >= slog.LevelWarn && f.Handler.Enabled(ctx, level)
}

// Handle passes a record on unless its error is a cancellation.
func (f faults) Handle(ctx context.Context, record slog.Record) error {
	canceled := false
	record.Attrs(func(attr slog.Attr) bool {
		// River gives the text of its errors.
		canceled = strings.Contains(attr.Value.String(), context.Canceled.Error())
		return !canceled
	})
	if canceled {
		return nil
	}
	return f.Handler.Handle(ctx, record)
}

// WithAttrs keeps the choice.
func (f faults) WithAttrs(attrs []slog.Attr) slog.Handler {
	return faults{f.Handler.WithAttrs(attrs)}
}

// WithGroup keeps the choice.
func (f faults) WithGroup(name string) slog.Handler {
	return faults{f.Handler.WithGroup(name)}
}

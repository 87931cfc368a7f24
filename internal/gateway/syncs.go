package gateway

import (
	"context"
	"time"

	"github.com/personio-community/terraform-provider-personio/internal/gateway/httpapi"
	"github.com/personio-community/terraform-provider-personio/internal/gateway/jobs"
	"github.com/personio-community/terraform-provider-personio/internal/gateway/store"
	"github.com/personio-community/terraform-provider-personio/internal/gateway/syncrule"
	"github.com/personio-community/terraform-provider-personio/internal/gateway/syncrun"
	"github.com/personio-community/terraform-provider-personio/internal/gateway/synctarget"
)

// stopTimeout bounds how long background work may take to stop.
const stopTimeout = 15 * time.Second

// syncs are the services of the sync line.
type syncs struct {
	targets *synctarget.Service
	rules   *syncrule.Service
	runs    *syncrun.Service
	queue   *queue
}

// queue is the jobs, which need the services that need them.
type queue struct {
	jobs    *jobs.Jobs
	started chan struct{} // closed when jobs is set
}

// EnqueueRun hands a run to the jobs.
func (q *queue) EnqueueRun(ctx context.Context, runID string) error {
	select {
	case <-q.started:
		return q.jobs.EnqueueRun(ctx, runID)
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (s *Server) newSyncs(config Config) *syncs {
	q := &queue{started: make(chan struct{})}
	idempotency := &httpapi.Idempotency{Store: s.store, Key: config.Key, Now: s.now}
	targets := &synctarget.Service{
		Store: s.store, Key: config.Key, Idempotency: idempotency, Now: s.now, Log: s.log, UserAgent: "personio-gateway/" + config.Version,
	}
	return &syncs{
		targets: targets,
		rules: &syncrule.Service{
			Store: s.store, Targets: targets, Idempotency: idempotency, Queue: q, Now: s.now, Log: s.log, SendsMail: config.Mailer != nil,
		},
		runs:  &syncrun.Service{Store: s.store, Upstream: s.upstream, Targets: targets, Queue: q, Mailer: config.Mailer, Now: s.now, Log: s.log},
		queue: q,
	}
}

// start starts the background work.
func (y *syncs) start(ctx context.Context, config Config, db *store.Store) (*jobs.Jobs, error) {
	started, err := jobs.Start(ctx, jobs.Config{
		SQLite: db.SQLite(), PostgreSQL: db.PostgreSQL(), Work: y.runs, TickEvery: config.TickEvery, Log: config.Log,
	})
	if err != nil {
		return nil, err
	}
	y.queue.jobs = started
	close(y.queue.started)
	return started, nil
}

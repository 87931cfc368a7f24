// Package syncrun runs sync rules: it works on runs, starts those that are due,
// picks up those whose worker died, and notes what their outcome means for the
// rule.
package syncrun

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/google/uuid"

	"github.com/personio-community/terraform-provider-personio/internal/gateway/jobs"
	"github.com/personio-community/terraform-provider-personio/internal/gateway/notify"
	"github.com/personio-community/terraform-provider-personio/internal/gateway/store"
	"github.com/personio-community/terraform-provider-personio/internal/gateway/syncrule"
	"github.com/personio-community/terraform-provider-personio/internal/gateway/synctarget"
	"github.com/personio-community/terraform-provider-personio/internal/gateway/upstream"
	"github.com/personio-community/terraform-provider-personio/internal/gatewayapi"
)

// Service works on sync runs.
type Service struct {
	Store    *store.Store
	Upstream *upstream.Upstream
	Targets  *synctarget.Service
	Queue    syncrule.Queue
	// Mailer tells owners of failures; nil if the gateway sends no mail.
	Mailer *notify.Mailer
	Now    func() time.Time
	Log    *slog.Logger
}

// deadAfter is how long a run's worker may be silent before the run is taken up
// again.
const deadAfter = 2 * time.Minute

// Run works on a run until it is over. It is [jobs.Work]. A run that another
// worker ended meanwhile is no error.
func (s *Service) Run(ctx context.Context, runID string) error {
	now := s.Now()
	err := s.Store.StartSyncRun(ctx, runID, now, now.Add(-deadAfter))
	switch {
	case errors.Is(err, store.ErrRunEnded):
		return nil
	case errors.Is(err, store.ErrDuplicate):
		return jobs.ErrBusy
	case err != nil:
		return fmt.Errorf("starting the sync run %s: %w", runID, err)
	}
	run, err := s.Store.SyncRun(ctx, runID)
	if err != nil {
		return fmt.Errorf("reading the sync run %s: %w", runID, err)
	}
	rule, err := s.Store.SyncRule(ctx, run.SyncRuleID)
	if err != nil {
		return fmt.Errorf("reading the rule of the sync run %s: %w", runID, err)
	}
	run, err = s.work(ctx, run, rule, now)
	_, gone := s.Store.SyncRun(ctx, runID)
	switch {
	case run.Status == gatewayapi.RunCanceled && err == nil, errors.Is(gone, store.ErrNotFound):
		// Nothing can be recorded of a run that is gone with its rule.
		s.Log.InfoContext(ctx, "sync run canceled", "sync_run_id", runID, "sync_rule_id", rule.ID)
		return nil
	case err != nil:
		// The gateway is stopping, or its database fails: the run stays open, and
		// is taken up again.
		return fmt.Errorf("working on the sync run %s: %w", runID, err)
	}
	return s.end(ctx, rule, run)
}

// end closes a run and notes what it means for its rule.
func (s *Service) end(ctx context.Context, rule store.SyncRule, run gatewayapi.SyncRun) error {
	now := s.Now()
	failures, pausedAt := 0, (*time.Time)(nil)
	if run.Status == gatewayapi.RunFailed {
		failures = rule.ConsecutiveFailures + 1
		if rule.Config.OnFailure == gatewayapi.OnFailurePause {
			pausedAt = &now
		}
	}
	err := s.Store.Update(ctx, func(tx *store.Tx) error {
		if err := tx.EndSyncRun(ctx, run, now); err != nil {
			return err
		}
		if run.Status != gatewayapi.RunFailed {
			if err := tx.ConnectCustomIntegration(ctx, rule.Config.CustomIntegrationID, now); err != nil {
				return err
			}
		}
		return tx.SetOutcome(ctx, rule.ID, failures, pausedAt, run.Error)
	})
	if errors.Is(err, store.ErrRunEnded) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("closing the sync run %s: %w", run.ID, err)
	}
	s.Log.InfoContext(ctx, "sync run ended", "sync_run_id", run.ID, "sync_rule_id", rule.ID, "status", run.Status,
		"provisioned", run.Counts.Provisioned, "updated", run.Counts.Updated, "linked", run.Counts.Linked,
		"deprovisioned", run.Counts.Deprovisioned, "failed", run.Counts.Failed)
	if run.Status == gatewayapi.RunFailed && s.Mailer != nil {
		if err := s.Mailer.RunFailed(ctx, rule.Config, run, pausedAt != nil); err != nil {
			s.Log.ErrorContext(ctx, "the owners of a sync rule could not be told of a failure", "sync_rule_id", rule.ID, "error", err)
		}
	}
	return nil
}

// Tick starts the runs that are due, each once however long the gateway was
// down, and queues those anew whose worker died or whose job was lost. It is
// [jobs.Work].
func (s *Service) Tick(ctx context.Context) error {
	now := s.Now()
	due, err := s.Store.DueSyncRules(ctx, now)
	if err != nil {
		return fmt.Errorf("looking for sync rules that are due: %w", err)
	}
	for _, rule := range due {
		if err := s.startDue(ctx, rule, now); err != nil {
			return fmt.Errorf("starting the sync rule %s: %w", rule.ID, err)
		}
	}
	left, err := s.Store.OpenSyncRuns(ctx, now.Add(-deadAfter))
	if err != nil {
		return fmt.Errorf("looking for sync runs that were left: %w", err)
	}
	for _, run := range left {
		if err := s.Queue.EnqueueRun(ctx, run.ID); err != nil {
			return err
		}
	}
	return nil
}

// startDue queues the run of a rule that is due and moves its next run on, in one
// transaction: of two gateways that see it due, one does.
func (s *Service) startDue(ctx context.Context, rule store.SyncRule, now time.Time) error {
	run := gatewayapi.SyncRun{ID: uuid.Must(uuid.NewV7()).String(), SyncRuleID: rule.ID, StartedBy: "schedule", QueuedAt: now}
	err := s.Store.Update(ctx, func(tx *store.Tx) error {
		moved, err := tx.MoveNextRun(ctx, rule.ID, rule.NextRunAt, syncrule.NextRun(rule.Config, now))
		if err != nil {
			return err
		}
		if !moved {
			return store.ErrDuplicate
		}
		return tx.InsertSyncRun(ctx, run)
	})
	switch {
	case errors.Is(err, store.ErrDuplicate):
		// Another gateway was first, or the run before is still under way.
		return s.Store.Update(ctx, func(tx *store.Tx) error {
			_, err := tx.MoveNextRun(ctx, rule.ID, rule.NextRunAt, syncrule.NextRun(rule.Config, now))
			return err
		})
	case err != nil:
		return err
	}
	return s.Queue.EnqueueRun(ctx, run.ID)
}

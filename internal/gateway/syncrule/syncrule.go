// Package syncrule holds the gateway's sync rules: who is synced to which
// target, as what, and when.
package syncrule

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"reflect"
	"time"

	"github.com/google/uuid"

	"github.com/personio-community/terraform-provider-personio/internal/gateway/httpapi"
	"github.com/personio-community/terraform-provider-personio/internal/gateway/store"
	"github.com/personio-community/terraform-provider-personio/internal/gateway/synctarget"
	"github.com/personio-community/terraform-provider-personio/internal/gatewayapi"
)

// Queue takes runs that are to be worked on.
type Queue interface {
	EnqueueRun(ctx context.Context, runID string) error
}

// Service is the domain logic of sync rules.
type Service struct {
	Store       *store.Store
	Targets     *synctarget.Service
	Idempotency *httpapi.Idempotency
	Queue       Queue
	Now         func() time.Time
	Log         *slog.Logger
	// SendsMail says whether notification_emails can be kept.
	SendsMail bool
}

// The values of [gatewayapi.SyncRun].StartedBy.
const (
	startedByActivation = "activation"
	startedByChange     = "change"
	startedByTrigger    = "trigger"
	startedByRequest    = "request"
)

func ruleID(r gatewayapi.SyncRule) string { return r.ID }

// body is the contract's form of a row and the rule's last run.
func body(r store.SyncRule, last *gatewayapi.SyncRun) gatewayapi.SyncRule {
	return gatewayapi.SyncRule{
		ID:                  r.ID,
		SyncRuleConfig:      r.Config,
		State:               state(r),
		PausedReason:        r.PausedReason,
		PausedSince:         r.PausedAt,
		NextRunAt:           r.NextRunAt,
		ConsecutiveFailures: r.ConsecutiveFailures,
		LinkedAccounts:      r.LinkedAccounts,
		LastRun:             last,
		CreatedAt:           r.CreatedAt,
		UpdatedAt:           r.UpdatedAt,
		Revision:            httpapi.Revision(r.Revision),
	}
}

func state(r store.SyncRule) gatewayapi.SyncState {
	switch {
	case !r.Config.Active:
		return gatewayapi.SyncInactive
	case r.PausedAt != nil:
		return gatewayapi.SyncPaused
	}
	return gatewayapi.SyncActive
}

// withLastRun is body with the last run looked up.
func (s *Service) withLastRun(ctx context.Context, row store.SyncRule) (gatewayapi.SyncRule, error) {
	last, err := s.Store.LastSyncRun(ctx, row.ID)
	if errors.Is(err, store.ErrNotFound) {
		return body(row, nil), nil
	}
	return body(row, &last), err
}

func (s *Service) get(ctx context.Context, id string) (gatewayapi.SyncRule, error) {
	row, err := s.Store.SyncRule(ctx, id)
	if err != nil {
		return gatewayapi.SyncRule{}, err
	}
	return s.withLastRun(ctx, row)
}

func (s *Service) create(ctx context.Context, key string, in gatewayapi.SyncRuleConfig) (gatewayapi.SyncRule, error) {
	now := s.Now()
	config := withDefaults(in)
	created, err := httpapi.Do(ctx, s.Idempotency, httpapi.Post[gatewayapi.SyncRule]{
		Key: key, Route: gatewayapi.PathSyncRules, Body: in, ObjectID: ruleID,
		Check: func() error {
			if err := s.check(ctx, config); err != nil {
				return err
			}
			return s.testTarget(ctx, config)
		},
		Run: func(tx *store.Tx) (gatewayapi.SyncRule, error) {
			row := store.SyncRule{ID: uuid.Must(uuid.NewV7()).String(), Config: config, CreatedAt: now, NextRunAt: NextRun(config, now)}
			if err := tx.InsertSyncRule(ctx, row); err != nil {
				return gatewayapi.SyncRule{}, err
			}
			var run *gatewayapi.SyncRun
			if config.Active {
				var err error
				if run, err = newRun(ctx, tx, row.ID, startedByActivation, now); err != nil {
					return gatewayapi.SyncRule{}, err
				}
			}
			stored, err := tx.SyncRule(ctx, row.ID)
			return body(stored, run), err
		},
	})
	if err != nil {
		return created, s.explainDuplicate(ctx, err, config.Name)
	}
	s.enqueue(ctx, created.LastRun)
	return created, nil
}

// newRun queues a run in a transaction. A run of the rule that is not over ends:
// it works by a configuration that is no longer wanted.
func newRun(ctx context.Context, tx *store.Tx, ruleID, startedBy string, now time.Time) (*gatewayapi.SyncRun, error) {
	if err := tx.CancelSyncRuns(ctx, ruleID, now); err != nil {
		return nil, err
	}
	run := gatewayapi.SyncRun{
		ID: uuid.Must(uuid.NewV7()).String(), SyncRuleID: ruleID, Status: gatewayapi.RunQueued, StartedBy: startedBy, QueuedAt: now.UTC().Truncate(time.Microsecond),
	}
	return &run, tx.InsertSyncRun(ctx, run)
}

// enqueue hands a run to the workers. If that fails the next tick finds it.
func (s *Service) enqueue(ctx context.Context, run *gatewayapi.SyncRun) {
	if run == nil || run.Status != gatewayapi.RunQueued {
		return
	}
	if err := s.Queue.EnqueueRun(ctx, run.ID); err != nil {
		s.Log.WarnContext(ctx, "a sync run waits for the next tick", "sync_run_id", run.ID, "error", err)
	}
}

func (s *Service) explainDuplicate(ctx context.Context, err error, name string) error {
	if !errors.Is(err, store.ErrDuplicate) {
		return err
	}
	id, _ := s.Store.SyncRuleIDByName(ctx, name) // Best effort: the conflict stands without it.
	return httpapi.NameTaken(object, id)
}

// testTarget tests the target of a rule that is to be active: activation begins
// with a target that answers.
func (s *Service) testTarget(ctx context.Context, config gatewayapi.SyncRuleConfig) error {
	if !config.Active {
		return nil
	}
	target, err := s.Store.SyncTarget(ctx, config.SyncTargetID)
	if err != nil {
		return err
	}
	if _, err := s.Targets.Test(ctx, target); err != nil {
		var p *gatewayapi.Problem
		if errors.As(err, &p) && len(p.Errors) > 0 {
			return httpapi.Problem(http.StatusUnprocessableEntity, gatewayapi.KindInvalid, fmt.Sprintf(
				"The rule cannot be active, because its target %q does not work: %s", target.Name, p.Errors[0].Detail), map[string]string{gatewayapi.MetaPointer: "/sync_target_id"})
		}
		return err
	}
	return nil
}

func (s *Service) update(ctx context.Context, id, ifMatch string, in gatewayapi.SyncRuleUpdate) (gatewayapi.SyncRule, error) {
	before, err := s.Store.SyncRule(ctx, id)
	if err != nil {
		return gatewayapi.SyncRule{}, err
	}
	if err := httpapi.CheckRevision(ifMatch, before.Revision); err != nil {
		return gatewayapi.SyncRule{}, err
	}
	config := withDefaults(patched(before.Config, in))
	if reflect.DeepEqual(withDefaults(before.Config), config) {
		return s.withLastRun(ctx, before)
	}
	if err := s.check(ctx, config); err != nil {
		return gatewayapi.SyncRule{}, err
	}
	cause := runCause(before.Config, config)
	if cause == startedByActivation || before.Config.SyncTargetID != config.SyncTargetID {
		if err := s.testTarget(ctx, config); err != nil {
			return gatewayapi.SyncRule{}, err
		}
	}
	run, err := s.write(ctx, before, config, cause)
	if err != nil {
		return gatewayapi.SyncRule{}, s.explainDuplicate(ctx, err, config.Name)
	}
	s.enqueue(ctx, run)
	return s.get(ctx, id)
}

// write stores a changed rule, and the run that the change starts.
func (s *Service) write(ctx context.Context, before store.SyncRule, config gatewayapi.SyncRuleConfig, cause string) (*gatewayapi.SyncRun, error) {
	now := s.Now()
	after := before
	after.Config, after.NextRunAt = config, NextRun(config, now)
	if cause != "" {
		after.PausedAt, after.PausedReason, after.ConsecutiveFailures = nil, "", 0
	}
	var run *gatewayapi.SyncRun
	err := s.Store.Update(ctx, func(tx *store.Tx) (err error) {
		if err := tx.UpdateSyncRule(ctx, after, now); err != nil {
			return err
		}
		if before.Config.SyncTargetID != config.SyncTargetID {
			if err := tx.ReleaseLinks(ctx, after.ID, config.SyncTargetID); err != nil {
				return err
			}
		}
		switch {
		case cause != "":
			run, err = newRun(ctx, tx, after.ID, cause, now)
			return err
		case !config.Active:
			return tx.CancelSyncRuns(ctx, after.ID, now)
		}
		return nil
	})
	return run, err
}

// runCause says why a change starts a run, "" if it does not. What starts a run
// also resumes a rule that is paused.
func runCause(before, after gatewayapi.SyncRuleConfig) string {
	switch {
	case !after.Active:
		return ""
	case !before.Active:
		return startedByActivation
	case !reflect.DeepEqual(before.Triggers, after.Triggers):
		return startedByTrigger
	case !reflect.DeepEqual(decides(before), decides(after)):
		return startedByChange
	}
	return ""
}

// decides is the part of a configuration that decides what a run does.
func decides(c gatewayapi.SyncRuleConfig) gatewayapi.SyncRuleConfig {
	c = withDefaults(c)
	c.Name, c.Active, c.Schedule, c.OnFailure, c.NotificationEmails, c.Triggers = "", false, nil, "", nil, nil
	return c
}

// delete ends a rule. Its run is canceled, no account is touched, and its links
// stay for a rule that takes them over.
func (s *Service) delete(ctx context.Context, id, ifMatch string) error {
	return s.Store.Update(ctx, func(tx *store.Tx) error {
		row, err := tx.SyncRule(ctx, id)
		if err != nil {
			return err
		}
		if err := httpapi.CheckRevision(ifMatch, row.Revision); err != nil {
			return err
		}
		return tx.DeleteSyncRule(ctx, id)
	})
}

// run starts a run on request.
func (s *Service) run(ctx context.Context, key, id string) (gatewayapi.SyncRun, error) {
	run, err := httpapi.Do(ctx, s.Idempotency, httpapi.Post[gatewayapi.SyncRun]{
		Key: key, Route: gatewayapi.PathSyncRules + "/" + id + "/run", ObjectID: func(r gatewayapi.SyncRun) string { return r.ID },
		Run: func(tx *store.Tx) (gatewayapi.SyncRun, error) {
			row, err := tx.SyncRule(ctx, id)
			if err != nil {
				return gatewayapi.SyncRun{}, err
			}
			if state := state(row); state != gatewayapi.SyncActive {
				return gatewayapi.SyncRun{}, httpapi.Problem(http.StatusConflict, gatewayapi.KindConflict, fmt.Sprintf(
					"The rule is %s and does not run. Activate an inactive rule; a paused one is resumed by a change of its triggers, filter, mapping, guard or target.", state), nil)
			}
			run, err := newRun(ctx, tx, id, startedByRequest, s.Now())
			if err != nil {
				return gatewayapi.SyncRun{}, err
			}
			return *run, nil
		},
	})
	if err != nil {
		return run, err
	}
	s.enqueue(ctx, &run)
	return run, nil
}

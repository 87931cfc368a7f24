package store

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/personio-community/terraform-provider-personio/internal/gatewayapi"
)

// ErrRunEnded says that a run is over, or gone with its rule: whoever works on
// it must stop.
var ErrRunEnded = errors.New("the run has ended")

const syncRunColumns = `id, sync_rule_id, status, started_by, queued_at, started_at, ended_at, error, counts`

func scanSyncRun(row interface{ Scan(...any) error }) (gatewayapi.SyncRun, error) {
	var (
		r              gatewayapi.SyncRun
		queued         int64
		started, ended sql.NullInt64
		counts         string
	)
	if err := row.Scan(&r.ID, &r.SyncRuleID, &r.Status, &r.StartedBy, &queued, &started, &ended, &r.Error, &counts); err != nil {
		return r, notFound(err)
	}
	r.QueuedAt, r.StartedAt, r.EndedAt = fromMicros(queued), fromNull(started), fromNull(ended)
	return r, fromJSON(counts, &r.Counts)
}

// SyncRun returns the run with that id.
func (s *Store) SyncRun(ctx context.Context, id string) (gatewayapi.SyncRun, error) {
	return scanSyncRun(s.db.QueryRowContext(ctx, `SELECT `+syncRunColumns+` FROM sync_runs WHERE id = $1`, id))
}

// LastSyncRun returns the latest run of a rule; ErrNotFound if it never ran.
func (s *Store) LastSyncRun(ctx context.Context, ruleID string) (gatewayapi.SyncRun, error) {
	return scanSyncRun(s.db.QueryRowContext(ctx, `SELECT `+syncRunColumns+` FROM sync_runs WHERE sync_rule_id = $1 ORDER BY id DESC LIMIT 1`, ruleID))
}

// SyncRuns returns a page of runs, oldest first, of a rule or status if they are
// not empty.
func (s *Store) SyncRuns(ctx context.Context, page Page, ruleID, status string) ([]gatewayapi.SyncRun, error) {
	where, args := page.where("id", 1)
	where, args = equals(where, args, "sync_rule_id", ruleID)
	where, args = equals(where, args, "status", status)
	return collect(ctx, s.db, scanSyncRun, `SELECT `+syncRunColumns+` FROM sync_runs`+page.tail(where), args...)
}

// OpenSyncRuns returns the runs that are not over and that nobody has seen since
// a time: their worker died, or their job was lost.
func (s *Store) OpenSyncRuns(ctx context.Context, notSeenSince time.Time) ([]gatewayapi.SyncRun, error) {
	return collect(ctx, s.db, scanSyncRun, `SELECT `+syncRunColumns+` FROM sync_runs
		WHERE status IN ('QUEUED', 'RUNNING') AND seen_at <= $1 ORDER BY id`, micros(notSeenSince))
}

// InsertSyncRun queues a run; ErrDuplicate if the rule has one that is not over.
func (t *Tx) InsertSyncRun(ctx context.Context, r gatewayapi.SyncRun) error {
	_, err := exec(ctx, t.q, `INSERT INTO sync_runs (id, sync_rule_id, sync_target_id, status, started_by, queued_at, seen_at)
		SELECT $1, id, sync_target_id, 'QUEUED', $3, $4, $4 FROM sync_rules WHERE id = $2`,
		r.ID, r.SyncRuleID, r.StartedBy, micros(r.QueuedAt))
	return err
}

// StartSyncRun makes a run the caller's to work on: one that is queued, or one
// whose worker was not seen since a time and is taken for dead. What that one did
// is done again and finds itself done. ErrRunEnded if there is nothing to do,
// ErrDuplicate while another run works on the same target.
func (s *Store) StartSyncRun(ctx context.Context, id string, now, notSeenSince time.Time) error {
	n, err := s.exec(ctx, `UPDATE sync_runs SET status = 'RUNNING', started_at = COALESCE(started_at, $1), seen_at = $1
		WHERE id = $2 AND (status = 'QUEUED' OR status = 'RUNNING' AND seen_at <= $3)`, micros(now), id, micros(notSeenSince))
	return orEnded(n, err)
}

// SeeSyncRun notes that a run's worker, who was last seen at a time, is at work;
// ErrRunEnded if it is to stop, because the run has ended or another worker took
// this one for dead.
func (s *Store) SeeSyncRun(ctx context.Context, id string, lastSeen, now time.Time) error {
	n, err := s.exec(ctx, `UPDATE sync_runs SET seen_at = $1 WHERE id = $2 AND status = 'RUNNING' AND seen_at = $3`, micros(now), id, micros(lastSeen))
	return orEnded(n, err)
}

// EndSyncRun closes a run with its outcome; ErrRunEnded if it is closed already.
func (t *Tx) EndSyncRun(ctx context.Context, r gatewayapi.SyncRun, now time.Time) error {
	counts, err := asJSON(r.Counts)
	if err != nil {
		return err
	}
	n, err := exec(ctx, t.q, `UPDATE sync_runs SET status = $1, ended_at = $2, seen_at = $2, error = $3, counts = $4
		WHERE id = $5 AND status IN ('QUEUED', 'RUNNING')`, string(r.Status), micros(now), r.Error, counts, r.ID)
	return orEnded(n, err)
}

// CancelSyncRuns closes what runs of a rule are not over.
func (t *Tx) CancelSyncRuns(ctx context.Context, ruleID string, now time.Time) error {
	_, err := exec(ctx, t.q, `UPDATE sync_runs SET status = 'CANCELED', ended_at = $1 WHERE sync_rule_id = $2 AND status IN ('QUEUED', 'RUNNING')`, micros(now), ruleID)
	return err
}

func orEnded(affected int64, err error) error {
	if err == nil && affected == 0 {
		return ErrRunEnded
	}
	return err
}

// SetOutcome notes on a rule what a run's end means for it: the failures in a
// row, and a pause if pausedAt is set. It is no change of configuration.
func (t *Tx) SetOutcome(ctx context.Context, ruleID string, consecutiveFailures int, pausedAt *time.Time, reason string) error {
	if pausedAt == nil {
		_, err := exec(ctx, t.q, `UPDATE sync_rules SET consecutive_failures = $1 WHERE id = $2`, consecutiveFailures, ruleID)
		return err
	}
	_, err := exec(ctx, t.q, `UPDATE sync_rules SET consecutive_failures = $1, paused_at = $2, paused_reason = $3 WHERE id = $4 AND paused_at IS NULL`,
		consecutiveFailures, micros(*pausedAt), reason, ruleID)
	return err
}

const itemColumns = `id, sync_run_id, employee_id, group_name, operation, status, message, at`

func scanItem(row interface{ Scan(...any) error }) (gatewayapi.SyncRunItem, error) {
	var (
		i  gatewayapi.SyncRunItem
		at int64
	)
	err := row.Scan(&i.ID, &i.SyncRunID, &i.EmployeeID, &i.GroupName, &i.Operation, &i.Status, &i.Message, &at)
	i.At = fromMicros(at)
	return i, notFound(err)
}

// SyncRunItems returns a page of a run's items, oldest first, of a status or
// employee if they are not empty.
func (s *Store) SyncRunItems(ctx context.Context, page Page, runID, status, employeeID string) ([]gatewayapi.SyncRunItem, error) {
	where, args := page.where("id", 1)
	where, args = equals(where, args, "sync_run_id", runID)
	where, args = equals(where, args, "status", status)
	where, args = equals(where, args, "employee_id", employeeID)
	return collect(ctx, s.db, scanItem, `SELECT `+itemColumns+` FROM sync_run_items`+page.tail(where), args...)
}

// InsertSyncRunItems appends items to a run.
func (t *Tx) InsertSyncRunItems(ctx context.Context, items []gatewayapi.SyncRunItem) error {
	for _, i := range items {
		if _, err := exec(ctx, t.q, `INSERT INTO sync_run_items (`+itemColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
			i.ID, i.SyncRunID, i.EmployeeID, i.GroupName, i.Operation, string(i.Status), i.Message, micros(i.At)); err != nil {
			return err
		}
	}
	return nil
}

// DeleteSyncRunItems deletes the items of a run that is done again.
func (t *Tx) DeleteSyncRunItems(ctx context.Context, runID string) error {
	_, err := exec(ctx, t.q, `DELETE FROM sync_run_items WHERE sync_run_id = $1`, runID)
	return err
}

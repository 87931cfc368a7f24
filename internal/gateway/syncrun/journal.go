package syncrun

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/google/uuid"

	"github.com/personio-community/terraform-provider-personio/internal/gateway/store"
	"github.com/personio-community/terraform-provider-personio/internal/gateway/syncer"
	"github.com/personio-community/terraform-provider-personio/internal/gatewayapi"
)

// heartbeatEvery is how often a run that goes on is noted as alive.
const heartbeatEvery = time.Second

// journal is the record of one run in the database. It is [syncer.Journal].
type journal struct {
	store *store.Store
	now   func() time.Time
	run   gatewayapi.SyncRun
	rule  store.SyncRule

	mu       sync.Mutex
	asked    time.Time
	seenAt   time.Time // what the run's row says, while it is this worker's
	canceled bool
}

var _ syncer.Journal = (*journal)(nil)

// newJournal is for a worker who started the run at a time.
func newJournal(s *Service, run gatewayapi.SyncRun, rule store.SyncRule, startedAt time.Time) *journal {
	return &journal{store: s.Store, now: s.Now, run: run, rule: rule, seenAt: startedAt}
}

func (j *journal) targetID() string { return j.rule.Config.SyncTargetID }

// Links returns all links of the target.
func (j *journal) Links(ctx context.Context) ([]syncer.Link, error) {
	rows, err := j.store.SyncLinks(ctx, j.targetID())
	links := make([]syncer.Link, len(rows))
	for n, row := range rows {
		links[n] = syncer.Link{EmployeeID: row.EmployeeID, AccountID: row.AccountID, RuleID: row.SyncRuleID, Origin: syncer.Origin(row.Origin)}
	}
	return links, err
}

// GroupLinks returns all group links of the target.
func (j *journal) GroupLinks(ctx context.Context) ([]syncer.GroupLink, error) {
	rows, err := j.store.SyncGroupLinks(ctx, j.targetID())
	links := make([]syncer.GroupLink, len(rows))
	for n, row := range rows {
		links[n] = syncer.GroupLink{GroupID: row.GroupID, Name: row.Name, RuleID: row.SyncRuleID, MappingKey: row.MappingKey}
	}
	return links, err
}

// update runs fn in a transaction and words a link that is taken as the engine
// knows it.
func (j *journal) update(ctx context.Context, fn func(*store.Tx) error) error {
	err := j.store.Update(ctx, fn)
	if errors.Is(err, store.ErrDuplicate) {
		return syncer.ErrLinkTaken
	}
	return err
}

// SaveLink stores a link in place of the employee's old one.
func (j *journal) SaveLink(ctx context.Context, l syncer.Link) error {
	return j.update(ctx, func(tx *store.Tx) error {
		return tx.SaveSyncLink(ctx, store.SyncLink{
			SyncTargetID: j.targetID(), EmployeeID: l.EmployeeID, AccountID: l.AccountID, SyncRuleID: l.RuleID, Origin: string(l.Origin), CreatedAt: j.now(),
		})
	})
}

// RemoveLink removes the rule's link of an employee.
func (j *journal) RemoveLink(ctx context.Context, employeeID string) error {
	return j.update(ctx, func(tx *store.Tx) error { return tx.DeleteSyncLink(ctx, j.targetID(), employeeID, j.rule.ID) })
}

// HandOver gives the rule's link of an employee to another rule.
func (j *journal) HandOver(ctx context.Context, employeeID, ruleID string) error {
	return j.update(ctx, func(tx *store.Tx) error {
		return tx.HandOverSyncLink(ctx, j.targetID(), employeeID, j.rule.ID, ruleID)
	})
}

// SaveGroupLink stores a link in place of the old one of that name.
func (j *journal) SaveGroupLink(ctx context.Context, l syncer.GroupLink) error {
	return j.update(ctx, func(tx *store.Tx) error {
		return tx.SaveSyncGroupLink(ctx, store.SyncGroupLink{
			SyncTargetID: j.targetID(), GroupID: l.GroupID, Name: l.Name, MappingKey: l.MappingKey, SyncRuleID: l.RuleID,
		})
	})
}

// RecordItems adds items to the run.
func (j *journal) RecordItems(ctx context.Context, items []syncer.Item) error {
	rows := make([]gatewayapi.SyncRunItem, len(items))
	for n, item := range items {
		rows[n] = gatewayapi.SyncRunItem{
			ID: uuid.Must(uuid.NewV7()).String(), SyncRunID: j.run.ID, EmployeeID: item.EmployeeID, GroupName: item.GroupName,
			Operation: item.Operation, Status: item.Status, Message: item.Message, At: j.now(),
		}
	}
	return j.update(ctx, func(tx *store.Tx) error { return tx.InsertSyncRunItems(ctx, rows) })
}

// Heartbeat notes that the run is alive and reports whether it is to stop: it
// was canceled, is gone with its rule, or is another worker's.
func (j *journal) Heartbeat(ctx context.Context, _ gatewayapi.SyncCounts) (canceled bool, err error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if !j.canceled && time.Since(j.asked) < heartbeatEvery {
		// Whoever cancels a run, or destroys its rule, must see nothing begun afterwards.
		run, err := j.store.SyncRun(ctx, j.run.ID)
		j.canceled = errors.Is(err, store.ErrNotFound) || err == nil && run.Status != gatewayapi.RunRunning
		if err == nil || j.canceled {
			return j.canceled, nil
		}
		return false, err
	}
	return j.look(ctx)
}

// keepAlive notes at each tick that the run is alive. The engine's heartbeats
// come between its calls, and one call, repeated while Personio or the target
// asks for patience, may take longer than deadAfter.
func (j *journal) keepAlive(ctx context.Context, ticks <-chan time.Time) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticks:
			j.mu.Lock()
			_, _ = j.look(ctx) // What is wrong now, the engine's next heartbeat meets again.
			j.mu.Unlock()
		}
	}
}

// look asks the database; j.mu is held.
func (j *journal) look(ctx context.Context) (canceled bool, err error) {
	if j.canceled {
		return true, nil
	}
	now := j.now()
	err = j.store.SeeSyncRun(ctx, j.run.ID, j.seenAt, now)
	if errors.Is(err, store.ErrRunEnded) {
		j.canceled, err = true, nil
	}
	if err == nil {
		j.asked, j.seenAt = time.Now(), now
	}
	return j.canceled, err
}

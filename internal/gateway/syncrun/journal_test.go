package syncrun

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"go.uber.org/goleak"

	"github.com/personio-community/terraform-provider-personio/internal/acctest/testdb"
	"github.com/personio-community/terraform-provider-personio/internal/gateway/store"
	"github.com/personio-community/terraform-provider-personio/internal/gatewayapi"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestOnPostgreSQL(t *testing.T) {
	t.Parallel()
	testdb.OnPostgreSQL(t, "")
}

// clock is a clock that a test sets.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) advance(d time.Duration) time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
	return c.now
}

// queued is a service with a run that is queued.
func queued(t *testing.T) (*Service, *clock, gatewayapi.SyncRun) {
	t.Helper()
	db, err := store.Open(t.Context(), testdb.URL(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	c := &clock{now: time.Now()}
	id := func() string { return uuid.Must(uuid.NewV7()).String() }
	integration, target, rule := id(), id(), id()
	run := gatewayapi.SyncRun{ID: id(), SyncRuleID: rule, StartedBy: "schedule", QueuedAt: c.now}
	for _, insert := range []func(*store.Tx) error{
		func(tx *store.Tx) error {
			return tx.InsertCustomIntegration(t.Context(), store.CustomIntegration{ID: integration, Name: "Learning", CreatedAt: c.now})
		},
		func(tx *store.Tx) error {
			return tx.InsertSyncTarget(t.Context(), store.SyncTarget{ID: target, Name: "Learning", CreatedAt: c.now})
		},
		func(tx *store.Tx) error {
			config := gatewayapi.SyncRuleConfig{Name: "Employees", CustomIntegrationID: integration, SyncTargetID: target, Active: true}
			return tx.InsertSyncRule(t.Context(), store.SyncRule{ID: rule, Config: config, CreatedAt: c.now})
		},
		func(tx *store.Tx) error { return tx.InsertSyncRun(t.Context(), run) },
	} {
		if err := db.Update(t.Context(), insert); err != nil {
			t.Fatal(err)
		}
	}
	return &Service{Store: db, Now: c.Now}, c, run
}

// started makes a run a worker's own and returns its record.
func started(t *testing.T, s *Service, run gatewayapi.SyncRun) *journal {
	t.Helper()
	now := s.Now()
	if err := s.Store.StartSyncRun(t.Context(), run.ID, now, now.Add(-deadAfter)); err != nil {
		t.Fatal(err)
	}
	return newJournal(s, run, store.SyncRule{ID: run.SyncRuleID}, now)
}

// A worker that waits for one answer for longer than deadAfter is not dead.
func TestWaitingIsNoDeath(t *testing.T) {
	t.Parallel()
	s, c, run := queued(t)
	j := started(t, s, run)
	ctx, cancel := context.WithCancel(t.Context())
	ticks := make(chan time.Time)
	var beats sync.WaitGroup
	beats.Go(func() { j.keepAlive(ctx, ticks) })
	for range 3 {
		now := c.advance(deadAfter - time.Second)
		// The second tick is taken when the first was worked on.
		ticks <- now
		ticks <- now
		left, err := s.Store.OpenSyncRuns(t.Context(), now.Add(-deadAfter+2*time.Second))
		if err != nil || len(left) != 0 {
			t.Fatalf("%d runs are taken for dead, error %v", len(left), err)
		}
	}
	cancel()
	beats.Wait()
	if canceled, err := j.Heartbeat(t.Context(), gatewayapi.SyncCounts{}); canceled || err != nil {
		t.Errorf("canceled: %t, error %v", canceled, err)
	}
}

// Of two workers the one who was taken for dead stops, should it come back.
func TestTheDeadStayDead(t *testing.T) {
	t.Parallel()
	s, c, run := queued(t)
	suspended := started(t, s, run)
	c.advance(deadAfter)
	successor := started(t, s, run)
	for _, w := range []struct {
		*journal

		stops bool
	}{{suspended, true}, {successor, false}} {
		if canceled, err := w.Heartbeat(t.Context(), gatewayapi.SyncCounts{}); canceled != w.stops || err != nil {
			t.Errorf("canceled: %t, want %t; error %v", canceled, w.stops, err)
		}
	}
}

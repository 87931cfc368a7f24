package jobs_test

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/personio-community/terraform-provider-personio/internal/acctest/testdb"
	"github.com/personio-community/terraform-provider-personio/internal/gateway/jobs"
	"github.com/personio-community/terraform-provider-personio/internal/gateway/store"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestOnPostgreSQL(t *testing.T) {
	t.Parallel()
	testdb.OnPostgreSQL(t, "")
}

// work counts what it is asked to do.
type work struct {
	mu    sync.Mutex
	runs  map[string]int
	busy  map[string]int // how often a run answers that it has to wait
	ticks int
}

func (w *work) Run(_ context.Context, id string) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.runs[id]++
	if w.busy[id] > 0 {
		w.busy[id]--
		return jobs.ErrBusy
	}
	return nil
}

func (w *work) Tick(context.Context) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.ticks++
	return nil
}

func (w *work) sees(condition func(*work) bool) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return condition(w)
}

// start starts the jobs of one gateway on a database.
func start(t *testing.T, url string, w *work) *jobs.Jobs {
	t.Helper()
	db, err := store.Open(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	j, err := jobs.Start(t.Context(), jobs.Config{
		SQLite: db.SQLite(), PostgreSQL: db.PostgreSQL(), Work: w, TickEvery: 100 * time.Millisecond, Log: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		if err := j.Stop(ctx); err != nil {
			t.Error(err)
		}
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return j
}

// A gateway that is stopped while it begins has nothing to report.
func TestStopIsNoError(t *testing.T) {
	t.Parallel()
	db, err := store.Open(t.Context(), testdb.URL(t))
	if err != nil {
		t.Fatal(err)
	}
	var log bytes.Buffer
	for range 20 {
		j, err := jobs.Start(t.Context(), jobs.Config{
			SQLite: db.SQLite(), PostgreSQL: db.PostgreSQL(), Work: &work{}, TickEvery: time.Millisecond, Log: slog.New(slog.NewTextHandler(&log, nil)),
		})
		if err != nil {
			t.Fatal(err)
		}
		if err := j.Stop(t.Context()); err != nil {
			t.Error(err)
		}
	}
	if err := db.Close(); err != nil {
		t.Error(err)
	}
	if log.Len() > 0 {
		t.Errorf("logged:\n%s", log.String())
	}
}

// Two gateways on one database work on each run once, one ticks, and a run that
// has to wait is tried again.
func TestTwoGatewaysShareTheWork(t *testing.T) {
	t.Parallel()
	url := testdb.URL(t)
	w := &work{runs: map[string]int{}, busy: map[string]int{"busy": 1}}
	first, second := start(t, url, w), start(t, url, w)
	const n = 20
	for i := range n {
		on := first
		if i%2 == 1 {
			on = second
		}
		if err := on.EnqueueRun(t.Context(), fmt.Sprint(i)); err != nil {
			t.Fatal(err)
		}
	}
	if err := first.EnqueueRun(t.Context(), "busy"); err != nil {
		t.Fatal(err)
	}
	deadline := time.After(20 * time.Second)
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for !w.sees(func(w *work) bool { return len(w.runs) == n+1 && w.runs["busy"] == 2 && w.ticks >= 2 }) {
		select {
		case <-deadline:
			t.Fatalf("not done in time: %d runs, %d ticks", len(w.runs), w.ticks)
		case <-tick.C:
		}
	}
	w.sees(func(w *work) bool {
		for id, times := range w.runs {
			if want := 1 + map[string]int{"busy": 1}[id]; times != want {
				t.Errorf("run %s was worked on %d times, want %d", id, times, want)
			}
		}
		return true
	})
}

package gateway_test

import (
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/personio-community/terraform-provider-personio/internal/gateway"
	"github.com/personio-community/terraform-provider-personio/internal/gatewayapi"
	"github.com/personio-community/terraform-provider-personio/internal/sandbox/scim"
)

// another runs one more gateway on the same database.
func (e *env) another(t *testing.T) *env {
	t.Helper()
	server, err := gateway.New(t.Context(), e.config())
	if err != nil {
		t.Fatal(err)
	}
	listener := httptest.NewServer(server.Handler())
	other := *e
	other.server, other.gatewayURL = server, listener.URL
	other.stop = sync.OnceFunc(func() {
		listener.Close()
		if err := server.Close(); err != nil {
			t.Errorf("closing the other gateway: %v", err)
		}
	})
	t.Cleanup(other.stop)
	return &other
}

// Two gateways on one database do a scheduled run once.
func TestTwoGatewaysShareASchedule(t *testing.T) {
	t.Parallel()
	e := start(t)
	e.another(t)
	target, integration := e.syncTarget(), e.integrate("Learning", learningKeys...)
	rule, _ := e.syncRule(integration.ID, target.ID, func(r map[string]any) { r["schedule"] = map[string]any{"cron": "*/30 * * * *"} })
	done := 1
	for range 3 {
		e.clock.Advance(time.Hour)
		done++
		eventually(t, "the scheduled run is over", func() bool {
			all := decode[gatewayapi.List[gatewayapi.SyncRun]](e.call(http.MethodGet, runs+"?sync_rule_id="+rule.ID, e.admin, nil).want(http.StatusOK)).Data
			return len(all) >= done && all[len(all)-1].Status.Ended()
		})
	}
	all := decode[gatewayapi.List[gatewayapi.SyncRun]](e.call(http.MethodGet, runs+"?sync_rule_id="+rule.ID, e.admin, nil).want(http.StatusOK)).Data
	if len(all) != done {
		t.Errorf("%d runs, want the activation and one for each of three times", len(all))
	}
	for _, run := range all {
		if run.Status != gatewayapi.RunSuccessful {
			t.Errorf("%s by %s: %s", run.Status, run.StartedBy, run.Error)
		}
	}
	e.inLine("after three scheduled runs")
}

// A run whose gateway stops in the middle is taken up by another one and ends as
// if nothing had happened: no account twice, nobody left out.
func TestAStoppedGatewaysRunIsTakenUp(t *testing.T) {
	t.Parallel()
	e := start(t)
	target, integration := e.syncTarget(), e.integrate("Learning", learningKeys...)
	// The first accounts take effect without an answer; then the target hangs.
	e.target.Fail(scim.Fault{Method: http.MethodPost, PathPrefix: "/Users", Times: 3, DropAnswer: true})
	hang := e.target.Fail(scim.Fault{Method: http.MethodPost, PathPrefix: "/Users", Hold: true})
	rule := decode[gatewayapi.SyncRule](e.call(http.MethodPost, rules, e.admin, e.learningRule(integration.ID, target.ID, func(r map[string]any) { r["on_failure"] = "continue" })).want(http.StatusCreated))
	eventually(t, "the run hangs at the target", func() bool { return hang.Hits() > 0 })
	e.stop()
	hang.Clear()
	if n := len(e.target.Users()); n == 0 {
		t.Error("the run was stopped before it did anything")
	}
	e = e.another(t)
	if run := decode[gatewayapi.SyncRun](e.call(http.MethodGet, runs+"/"+rule.LastRun.ID, e.admin, nil).want(http.StatusOK)); run.Status.Ended() {
		t.Errorf("the interrupted run is %s", run.Status)
	}
	e.clock.Advance(3 * time.Minute)
	e.ended(rule.LastRun.ID)
	if run := e.runAgain(rule.ID); run.Status != gatewayapi.RunSuccessful {
		t.Errorf("the run after that: %s, %s, %+v", run.Status, run.Error, run.Counts)
	}
	e.inLine("after the run that was taken up")
}

// Gateways on one database know of each other, and of who went.
func TestGatewaysCountEachOther(t *testing.T) {
	t.Parallel()
	e := start(t)
	db, err := gateway.OpenStore(t.Context(), e.database, e.key)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	now := time.Now()
	count := func() int { // Notes one of the test's own.
		n, err := db.NoteReplica(t.Context(), "test", now, now.Add(-time.Hour))
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	eventually(t, "the gateway counts", func() bool { return count() == 2 })
	other := e.another(t)
	eventually(t, "the other one counts, too", func() bool { return count() == 3 })
	other.stop()
	if n := count(); n != 2 {
		t.Errorf("%d run, want the first gateway and the test", n)
	}
	// Who died without a word is forgotten.
	if n, err := db.NoteReplica(t.Context(), "test", now, now.Add(time.Hour)); err != nil || n != 1 {
		t.Errorf("%d run, error %v, want the test alone", n, err)
	}
}

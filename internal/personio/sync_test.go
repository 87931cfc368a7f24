package personio

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/personio-community/terraform-provider-personio/internal/gatewayapi"
)

const (
	targets = gatewayapi.PathSyncTargets
	rules   = gatewayapi.PathSyncRules
	runs    = gatewayapi.PathSyncRuns
)

// answers gives the same object to every call.
func answers(object any) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { writeJSON(w, 200, object) }
}

func TestSyncCalls(t *testing.T) {
	t.Parallel()
	target, rule := gatewayapi.SyncTarget{ID: "one", Name: "Learning"}, gatewayapi.SyncRule{ID: "one", SyncRuleConfig: gatewayapi.SyncRuleConfig{Name: "People"}}
	run := gatewayapi.SyncRun{ID: "run", SyncRuleID: "one", Status: gatewayapi.RunQueued}
	item := gatewayapi.SyncRunItem{ID: "item", EmployeeID: "7", Status: gatewayapi.ItemFailed}
	gone := func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(204) }
	f := newFake(map[string]http.HandlerFunc{
		"POST " + targets: answers(target), "PATCH " + targets + "/one": answers(target), "DELETE " + targets + "/one": gone,
		"POST " + targets + "/one/test": answers(gatewayapi.SyncTargetTest{Users: 12, PatchSupported: true}),
		"GET " + targets:                pages(fixed([]gatewayapi.SyncTarget{target})),
		"POST " + rules:                 answers(rule), "PATCH " + rules + "/one": answers(rule), "DELETE " + rules + "/one": gone,
		"POST " + rules + "/one/run": answers(run),
		"GET " + rules:               pages(fixed([]gatewayapi.SyncRule{rule})),
		"GET " + rules + "/one":      answers(rule),
		"GET " + runs:                pages(fixed([]gatewayapi.SyncRun{run})),
		"GET " + runs + "/run":       answers(run),
		"GET " + runs + "/run/items": pages(fixed([]gatewayapi.SyncRunItem{item})),
	})
	c := f.client(t)
	must := func(got any, err error) func(want any) {
		return func(want any) {
			t.Helper()
			if diff := cmp.Diff(want, got); err != nil || diff != "" {
				t.Errorf("%v\n%s", err, diff)
			}
		}
	}
	ctx, name := t.Context(), "new"
	must(c.SyncTargets().Create(ctx, gatewayapi.SyncTargetCreate{Name: "Learning"}))(target)
	must(c.SyncTargets().Get(ctx, "one"))(target)
	must(c.SyncTargets().Update(ctx, "one", "r1", gatewayapi.SyncTargetUpdate{Name: &name}))(target)
	must(c.SyncTargets().Test(ctx, "one"))(gatewayapi.SyncTargetTest{Users: 12, PatchSupported: true})
	must(first(c.SyncTargets().List(ctx, SyncTargetFilter{IDs: []string{"one"}, Name: "Learning"})))(target)
	must(nil, c.SyncTargets().Delete(ctx, "one"))(nil)
	must(c.SyncRules().Create(ctx, gatewayapi.SyncRuleConfig{Name: "People"}))(rule)
	must(c.SyncRules().Get(ctx, "one"))(rule)
	must(c.SyncRules().GetNow(ctx, "one"))(rule)
	must(c.SyncRules().Update(ctx, "one", "r2", gatewayapi.SyncRuleUpdate{Schedule: gatewayapi.Null[gatewayapi.SyncSchedule]()}))(rule)
	must(c.SyncRules().Run(ctx, "one"))(run)
	must(first(c.SyncRules().List(ctx, SyncRuleFilter{Name: "People", CustomIntegrationID: "i", SyncTargetID: "t"})))(rule)
	must(nil, c.SyncRules().Delete(ctx, "one"))(nil)
	must(c.SyncRuns().Get(ctx, "run"))(run)
	must(first(c.SyncRuns().List(ctx, SyncRunFilter{SyncRuleID: "one", Status: gatewayapi.RunQueued})))(run)
	must(first(c.SyncRuns().Items(ctx, "run", SyncRunItemFilter{Status: gatewayapi.ItemFailed, EmployeeID: "7"})))(item)

	var calls []string
	for _, r := range f.seen("") {
		call := r.method + " " + strings.TrimPrefix(r.path, "/gateway/v1/")
		if r.query != "" {
			call += "?" + r.query
		}
		if m := r.header.Get("If-Match"); m != "" {
			call += " if " + m
		}
		calls = append(calls, call)
		if (r.header.Get("Idempotency-Key") != "") != (r.method == http.MethodPost) {
			t.Errorf("%s: Idempotency-Key is %q", call, r.header.Get("Idempotency-Key"))
		}
	}
	want := []string{
		// What was just written is read without a call.
		"POST sync-targets", `PATCH sync-targets/one if "r1"`, "POST sync-targets/one/test",
		"GET sync-targets?id=one&limit=200&name=Learning", "DELETE sync-targets/one",
		"POST sync-rules", "GET sync-rules/one", `PATCH sync-rules/one if "r2"`, "POST sync-rules/one/run",
		"GET sync-rules?custom_integration_id=i&limit=200&name=People&sync_target_id=t", "DELETE sync-rules/one",
		"GET sync-runs/run", "GET sync-runs?limit=200&status=QUEUED&sync_rule_id=one", "GET sync-runs/run/items?employee_id=7&limit=200&status=FAILED",
	}
	if diff := cmp.Diff(want, calls); diff != "" {
		t.Error(diff)
	}
	for _, err := range []error{
		func() error { _, err := c.SyncTargets().Test(ctx, ".."); return err }(),
		func() error { _, err := c.SyncRules().Run(ctx, ""); return err }(),
		func() error { _, err := c.SyncRules().GetNow(ctx, ""); return err }(),
		func() error { _, err := first(c.SyncRuns().Items(ctx, ".", SyncRunItemFilter{})); return err }(),
	} {
		if err == nil {
			t.Error("an id that is none was taken")
		}
	}
}

// first is what an iterator yields first.
func first[T any](seq func(func(T, error) bool)) (object T, err error) {
	for object, err := range seq {
		return object, err
	}
	return object, errors.New("nothing came")
}

// The server may repeat what it was given; the error does not.
func TestSecretsOfTargetsAreMasked(t *testing.T) {
	t.Parallel()
	repeat := func(w http.ResponseWriter, _ *http.Request) {
		writeProblem(w, 422, "Invalid", "given PLANTED-token and PLANTED-secret", typeBase+gatewayapi.KindInvalid, nil)
	}
	c := newFake(map[string]http.HandlerFunc{"POST " + targets: repeat, "PATCH " + targets + "/one": repeat}).client(t)
	sent := gatewayapi.SCIMTargetSent{Token: "PLANTED-token", OAuthClientSecret: "PLANTED-secret"}
	_, err := c.SyncTargets().Create(t.Context(), gatewayapi.SyncTargetCreate{SCIM: sent})
	wantNoSecret(t, err.Error())
	_, err = c.SyncTargets().Update(t.Context(), "one", "", gatewayapi.SyncTargetUpdate{SCIM: &sent})
	wantNoSecret(t, err.Error())
}

// seenRun is a run as the n-th look finds it.
func seenRun(status gatewayapi.SyncRunStatus, provisioned int) gatewayapi.SyncRun {
	return gatewayapi.SyncRun{ID: "run", SyncRuleID: "one", Status: status, Counts: gatewayapi.SyncCounts{Provisioned: provisioned}}
}

func TestWaitForRun(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newFake(map[string]http.HandlerFunc{"GET " + runs + "/run": inTurn(
			answers(seenRun(gatewayapi.RunQueued, 0)), answers(seenRun(gatewayapi.RunRunning, 0)),
			answers(seenRun(gatewayapi.RunRunning, 0)), answers(seenRun(gatewayapi.RunRunning, 10)),
			answers(seenRun(gatewayapi.RunPartialSuccess, 12)))})
		c := f.client(t)
		var progress []gatewayapi.SyncRun
		begun := time.Now()
		got, err := c.SyncRules().WaitForRun(t.Context(), seenRun(gatewayapi.RunQueued, 0), func(r gatewayapi.SyncRun) { progress = append(progress, r) })
		if err != nil || got != seenRun(gatewayapi.RunPartialSuccess, 12) {
			t.Errorf("got %v, %v", got, err)
		}
		want := []gatewayapi.SyncRun{seenRun(gatewayapi.RunRunning, 0), seenRun(gatewayapi.RunRunning, 10), seenRun(gatewayapi.RunPartialSuccess, 12)}
		if diff := cmp.Diff(want, progress); diff != "" {
			t.Error(diff)
		}
		// 250, 375, 562.5, 843.75 and 1265.625 ms.
		if waited := time.Since(begun); waited != 3296875*time.Microsecond {
			t.Errorf("waited %v", waited)
		}
		wantCount(t, f, "GET "+runs+"/run", 5)
	})
}

func TestWaitForRunThatHasEnded(t *testing.T) {
	t.Parallel()
	f := newFake(nil)
	for _, status := range []gatewayapi.SyncRunStatus{gatewayapi.RunSuccessful, gatewayapi.RunPartialSuccess, gatewayapi.RunFailed, gatewayapi.RunCanceled} {
		got, err := f.client(t).SyncRules().WaitForRun(t.Context(), seenRun(status, 1), nil)
		if err != nil || got.Status != status {
			t.Errorf("%s: %v, %v", status, got, err)
		}
	}
	wantCount(t, f, "", 0)
}

// The pauses grow to a limit, and end with the context.
func TestWaitForRunIsPolite(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newFake(map[string]http.HandlerFunc{"GET " + runs + "/run": answers(seenRun(gatewayapi.RunRunning, 3))})
		c := f.client(t)
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute)
		defer cancel()
		got, err := c.SyncRules().WaitForRun(ctx, seenRun(gatewayapi.RunQueued, 0), nil)
		if !errors.Is(err, context.DeadlineExceeded) || got != seenRun(gatewayapi.RunRunning, 3) {
			t.Errorf("got %v, %v", got, err)
		}
		looks := f.seen("GET " + runs + "/run")
		if len(looks) < 120 || len(looks) > 130 {
			t.Errorf("%d looks in ten minutes", len(looks))
		}
		for i := 10; i < len(looks); i++ {
			if pause := looks[i].at.Sub(looks[i-1].at); pause != 5*time.Second {
				t.Fatalf("pause %d is %v", i, pause)
			}
		}
		canceled, stop := context.WithCancel(t.Context())
		stop()
		if _, err := c.SyncRules().WaitForRun(canceled, seenRun(gatewayapi.RunQueued, 0), nil); !errors.Is(err, context.Canceled) {
			t.Errorf("got %v", err)
		}
	})
}

func TestWaitForRunThatCannotBeSeen(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newFake(map[string]http.HandlerFunc{"GET " + runs + "/run": func(w http.ResponseWriter, _ *http.Request) {
			writeProblem(w, 404, "Not Found", "gone", typeBase+gatewayapi.KindNotFound, nil)
		}})
		got, err := f.client(t).SyncRules().WaitForRun(t.Context(), seenRun(gatewayapi.RunQueued, 0), nil)
		if !IsNotFound(err) || got.Status != gatewayapi.RunQueued {
			t.Errorf("got %v, %v", got, err)
		}
	})
}

// What a run leaves behind is read anew: the state of its rule, and that the
// integration was used.
func TestWaitForRunForgetsWhatItMoved(t *testing.T) {
	t.Parallel()
	before := gatewayapi.SyncRule{ID: "one", State: gatewayapi.SyncActive}
	after := before
	after.State = gatewayapi.SyncPaused
	connected := integration("id-0")
	connected.Status = gatewayapi.IntegrationConnected
	f := newFake(map[string]http.HandlerFunc{
		"GET " + rules:          pages(fixed([]gatewayapi.SyncRule{before})),
		"GET " + rules + "/one": answers(after),
		"GET " + integrations:   inTurn(pages(fixed([]gatewayapi.CustomIntegration{integration("id-0")})), pages(fixed([]gatewayapi.CustomIntegration{connected}))),
		"GET " + runs + "/run":  answers(seenRun(gatewayapi.RunFailed, 0)),
	})
	c := f.client(t, func(config *Config) { config.PollInterval = time.Millisecond })
	mustGet(t, c, integration("id-0"))
	if got, err := c.SyncRules().Get(t.Context(), "one"); err != nil || got.State != gatewayapi.SyncActive {
		t.Errorf("before: %v, %v", got.State, err)
	}
	if _, err := c.SyncRules().WaitForRun(t.Context(), seenRun(gatewayapi.RunQueued, 0), nil); err != nil {
		t.Fatal(err)
	}
	if got, err := c.SyncRules().Get(t.Context(), "one"); err != nil || got.State != gatewayapi.SyncPaused {
		t.Errorf("after: %v, %v", got.State, err)
	}
	mustGet(t, c, connected)
	if calls := f.seen("GET " + rules + "/one"); len(calls) != 1 {
		t.Errorf("%d reads of the rule", len(calls))
	}
}

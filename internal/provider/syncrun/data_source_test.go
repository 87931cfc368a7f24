package syncrun_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/personio-community/terraform-provider-personio/internal/acctest"
	"github.com/personio-community/terraform-provider-personio/internal/acctest/gatewayfake"
	"github.com/personio-community/terraform-provider-personio/internal/acctest/tfproto"
	"github.com/personio-community/terraform-provider-personio/internal/gatewayapi"
)

const statusType = "personio_sync_status"

func TestStatus(t *testing.T) {
	t.Parallel()
	p, fake := acctest.FakeProvider(t)
	never := fake.AddRule(gatewayapi.SyncRule{State: gatewayapi.SyncInactive, SyncRuleConfig: gatewayapi.SyncRuleConfig{Name: "Contractors"}})
	since := time.Date(2026, 11, 2, 4, 0, 1, 0, time.UTC)
	started := since.Add(-time.Second)
	paused := fake.AddRule(gatewayapi.SyncRule{SyncRuleConfig: gatewayapi.SyncRuleConfig{Name: "Employees"}})
	fake.MoveRule(paused, func(o *gatewayapi.SyncRule) {
		o.State, o.PausedReason, o.PausedSince = gatewayapi.SyncPaused, "the target refuses its token", &since
		o.ConsecutiveFailures, o.LinkedAccounts = 3, 241
		o.LastRun = &gatewayapi.SyncRun{
			ID: "run-1", SyncRuleID: paused, Status: gatewayapi.RunFailed, StartedBy: "schedule", QueuedAt: started, StartedAt: &started, EndedAt: &since,
			Error: "the target refuses its token",
			Counts: gatewayapi.SyncCounts{
				Provisioned: 1, Updated: 2, Linked: 3, Deprovisioned: 4, Unchanged: 5, Skipped: 6, Failed: 7, GroupsCreated: 8, GroupsUpdated: 9,
			},
		}
	})
	wantPaused := tfproto.Values{
		"sync_rule_id": paused, "name": "Employees", "state": "PAUSED", "paused_reason": "the target refuses its token",
		"paused_since": "2026-11-02T04:00:01Z", "next_run_at": nil, "consecutive_failures": int64(3), "linked_accounts": int64(241),
		"last_run": map[string]any{
			"id": "run-1", "status": "FAILED", "started_by": "schedule", "queued_at": "2026-11-02T04:00:00Z", "started_at": "2026-11-02T04:00:00Z",
			"ended_at": "2026-11-02T04:00:01Z", "error": "the target refuses its token",
			"counts": map[string]any{
				"provisioned": int64(1), "updated": int64(2), "linked": int64(3), "deprovisioned": int64(4), "unchanged": int64(5),
				"skipped": int64(6), "failed": int64(7), "groups_created": int64(8), "groups_updated": int64(9),
			},
		},
	}
	wantNever := tfproto.Values{
		"sync_rule_id": never, "name": "Contractors", "state": "INACTIVE", "paused_reason": nil, "paused_since": nil, "next_run_at": nil,
		"consecutive_failures": int64(0), "linked_accounts": int64(0), "last_run": nil,
	}
	for name, test := range map[string]struct {
		config, want tfproto.Values
	}{
		"by id": {tfproto.Values{"sync_rule_id": paused}, wantPaused}, "by name": {tfproto.Values{"name": "Employees"}, wantPaused},
		"never ran": {tfproto.Values{"name": "Contractors"}, wantNever},
	} {
		got, diags := p.ReadData(statusType, test.config)
		if text := diags.Errors(); text != "" {
			t.Fatalf("%s: %s", name, text)
		}
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}

	// What moved since the last look is seen at once.
	fake.MoveRule(paused, func(o *gatewayapi.SyncRule) { o.State = gatewayapi.SyncActive })
	for _, config := range []tfproto.Values{{"sync_rule_id": paused}, {"name": "Employees"}} {
		got, diags := p.ReadData(statusType, config)
		if text := diags.Errors(); text != "" || got["state"] != "ACTIVE" {
			t.Errorf("%v: state %v, %s", config, got["state"], text)
		}
	}
}

func TestBadInput(t *testing.T) {
	t.Parallel()
	p, fake := acctest.FakeProvider(t)
	for name, test := range map[string]struct {
		config tfproto.Values
		want   []string
	}{
		"neither":      {tfproto.Values{}, []string{"sync_rule_id", "name"}},
		"both":         {tfproto.Values{"sync_rule_id": "x", "name": "y"}, []string{"sync_rule_id", "name"}},
		"empty name":   {tfproto.Values{"name": ""}, []string{`AttributeName("name")`}},
		"no such name": {tfproto.Values{"name": "Nobody"}, []string{`AttributeName("name")`, `no sync rule with the name "Nobody"`}},
		"no such id":   {tfproto.Values{"sync_rule_id": "4711"}, []string{`AttributeName("sync_rule_id")`, `no sync rule with the id "4711"`}},
	} {
		_, diags := p.ReadData(statusType, test.config)
		for _, part := range test.want {
			if !strings.Contains(diags.Errors(), part) {
				t.Errorf("%s: %q is missing in %q", name, part, diags.Errors())
			}
		}
	}
	for _, config := range []tfproto.Values{{"sync_rule_id": "4711"}, {"name": "Nobody"}} {
		refusal := gatewayfake.Finding(http.StatusForbidden, gatewayapi.KindForbidden, "Forbidden", "No scope.", nil)
		fake.Script("GET "+gatewayapi.PathSyncRules, refusal)
		fake.Script("GET "+gatewayapi.PathSyncRules+"/4711", refusal)
		_, diags := p.ReadData(statusType, config)
		if text := diags.Errors(); !strings.Contains(text, "Could not read status of sync rule") || !strings.Contains(text, "gateway:* scope") {
			t.Errorf("%v: %s", config, text)
		}
	}
}

package syncer_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/personio-community/terraform-provider-personio/internal/gateway/scim"
	"github.com/personio-community/terraform-provider-personio/internal/gateway/syncer"
	"github.com/personio-community/terraform-provider-personio/internal/gatewayapi"
)

func TestRunFromNothingAndAgain(t *testing.T) {
	t.Parallel()
	r := newRig(t, 5)
	r.set(4, "status", "inactive")
	result := r.mustRun(gatewayapi.RunSuccessful)
	if d := cmp.Diff(gatewayapi.SyncCounts{Provisioned: 4, GroupsCreated: 2}, result.Counts); d != "" {
		t.Error(d)
	}
	user := func(i int) map[string]any {
		return map[string]any{
			"userName": fmt.Sprintf("p%d@example.com", i), "externalId": fmt.Sprint(i), "active": true,
			"name": map[string]any{"givenName": fmt.Sprintf("First%d", i)},
		}
	}
	want := map[string]any{
		"user p1@example.com": user(1), "user p2@example.com": user(2), "user p3@example.com": user(3), "user p5@example.com": user(5),
		"group Dept IT":    []string{"p2@example.com"},
		"group Dept Sales": []string{"p1@example.com", "p3@example.com", "p5@example.com"},
	}
	if d := cmp.Diff(want, r.target.state()); d != "" {
		t.Error(d)
	}
	if query := r.personio.requests[0]; !slices.Equal(query["attributes[]"], []string{"id", "department", "email", "first_name", "position", "status"}) || query.Get("limit") != "100" {
		t.Errorf("asked for %v", query)
	}

	r.target.calls, r.personio.requests = nil, nil
	result = r.mustRun(gatewayapi.RunSuccessful)
	if d := cmp.Diff(gatewayapi.SyncCounts{Unchanged: 4}, result.Counts); d != "" {
		t.Error(d)
	}
	if !slices.Equal(r.target.calls, []string{"list users", "list groups"}) || len(r.personio.requests) != 1 {
		t.Errorf("a run without changes called %v and asked Personio %d times", r.target.calls, len(r.personio.requests))
	}
}

func TestRunFollowsChanges(t *testing.T) {
	t.Parallel()
	r := newRig(t, 4)
	r.mustRun(gatewayapi.RunSuccessful)
	r.set(1, "position", "Nurse")
	r.set(2, "status", "inactive")
	r.set(3, "department", nil)
	result := r.mustRun(gatewayapi.RunSuccessful)
	if d := cmp.Diff(gatewayapi.SyncCounts{Updated: 1, Deprovisioned: 1, Unchanged: 2, GroupsUpdated: 2}, result.Counts); d != "" {
		t.Error(d)
	}
	state := r.target.state()
	if state["user p1@example.com"].(map[string]any)["title"] != "Nurse" {
		t.Errorf("p1 is %v", state["user p1@example.com"])
	}
	if r.active()["p2@example.com"] || !slices.Equal(state["group Dept IT"].([]string), []string{"p4@example.com"}) || !slices.Equal(state["group Dept Sales"].([]string), []string{"p1@example.com"}) {
		t.Errorf("state %v", state)
	}
	r.set(2, "status", "active")
	if result = r.mustRun(gatewayapi.RunSuccessful); result.Counts.Updated != 1 || !r.active()["p2@example.com"] {
		t.Errorf("coming back: %+v, %v", result.Counts, r.active())
	}
}

func TestRunDeletes(t *testing.T) {
	t.Parallel()
	r := newRig(t, 4)
	r.in.Rule.DeprovisionMode = "delete"
	r.mustRun(gatewayapi.RunSuccessful)
	r.set(2, "status", "inactive")
	r.mustRun(gatewayapi.RunSuccessful)
	if _, there := r.target.state()["user p2@example.com"]; there || r.journal.links["2"].AccountID != "" {
		t.Errorf("account %t, link %+v", there, r.journal.links["2"])
	}
	r.mustRun(gatewayapi.RunSuccessful)
}

// TestRunTakesSilenceForActive: a service provider need not say that a user is
// active. Such a user is in order while selected, and switched off afterwards.
func TestRunTakesSilenceForActive(t *testing.T) {
	t.Parallel()
	r := newRig(t, 3)
	r.mustRun(gatewayapi.RunSuccessful)
	for _, user := range r.target.users {
		delete(user, "active")
	}
	r.set(2, "status", "inactive")
	writes := r.target.writes()
	if result := r.mustRun(gatewayapi.RunSuccessful); result.Counts.Updated != 0 || result.Counts.Deprovisioned != 1 {
		t.Errorf("%+v", result.Counts)
	}
	// The account, and the group that it was in.
	r.wantUntouched(writes + 2)
}

func TestRunWithoutGroupsAsksForNone(t *testing.T) {
	t.Parallel()
	r := newRig(t, 2)
	r.in.Rule.GroupMapping = nil
	r.mustRun(gatewayapi.RunSuccessful)
	if slices.Contains(r.target.calls, "list groups") {
		t.Error("listed groups")
	}
}

// TestRunPages has more people than a page.
func TestRunPages(t *testing.T) {
	t.Parallel()
	r := newRig(t, 250)
	r.mustRun(gatewayapi.RunSuccessful)
	var offsets []string
	for _, query := range r.personio.requests {
		offsets = append(offsets, query.Get("offset"))
	}
	if !slices.Equal(offsets, []string{"0", "100", "200"}) || len(r.target.users) != 250 {
		t.Errorf("offsets %v, %d accounts", offsets, len(r.target.users))
	}
}

// settled is a rig after a first run, one of whose people leaves: a run that is
// not refused deactivates p1.
func settled(t *testing.T, n int) (*rig, int) {
	t.Helper()
	r := newRig(t, n)
	r.mustRun(gatewayapi.RunSuccessful)
	r.set(1, "status", "inactive")
	r.personio.requests = nil
	return r, r.target.writes()
}

func TestRunFailsClosed(t *testing.T) {
	t.Parallel()
	metadata := func(body map[string]any) map[string]any { return body["metadata"].(map[string]any) }
	rows := func(body map[string]any) []any { return body["data"].([]any) }
	attributes := func(row any) map[string]any {
		return row.(map[string]any)["attributes"].(map[string]any)
	}
	pages := func(change func(n int, body map[string]any) (int, string)) func(r *rig) {
		return func(r *rig) { r.personio.page = change }
	}
	cases := map[string]struct {
		change func(r *rig)
		want   string
	}{
		"a person is missing from a page": {pages(func(_ int, body map[string]any) (int, string) {
			body["data"] = rows(body)[:len(rows(body))-1]
			return 200, ""
		}), "could not be proven complete"},
		"a page is missing": {pages(func(n int, body map[string]any) (int, string) {
			if n%2 == 0 {
				body["data"] = []any{}
			}
			return 200, ""
		}), "150 employees were announced, and 100 came"},
		"the total wavers": {pages(func(n int, body map[string]any) (int, string) {
			metadata(body)["total_elements"] = 150 + n
			return 200, ""
		}), "changed from"},
		"more people than the total": {pages(func(_ int, body map[string]any) (int, string) {
			metadata(body)["total_elements"] = 149
			return 200, ""
		}), "149 employees were announced, and 150 came"},
		"the total is missing": {pages(func(_ int, body map[string]any) (int, string) {
			delete(metadata(body), "total_elements")
			return 200, ""
		}), "total_elements"},
		"a person on two pages": {pages(func(_ int, body map[string]any) (int, string) {
			for _, row := range rows(body) {
				attributes(row)["id"].(map[string]any)["value"] = 7
			}
			return 200, ""
		}), "employee 7 is on two pages"},
		"nobody": {func(r *rig) { r.personio.people = nil }, "no employees at all"},
		"a person without id": {pages(func(_ int, body map[string]any) (int, string) {
			delete(attributes(rows(body)[0]), "id")
			return 200, ""
		}), "no readable id"},
		"an answer that breaks off": {pages(func(int, map[string]any) (int, string) { return 200, `{"success":true,"data":[{"attr` }), "not the JSON"},
		"success: false":            {pages(func(int, map[string]any) (int, string) { return 200, `{"success":false,"error":{"message":"no way"}}` }), "no way"},
		"status 500":                {pages(func(int, map[string]any) (int, string) { return 500, "" }), "500"},
		"an attribute is missing from everybody": {pages(func(_ int, body map[string]any) (int, string) {
			for _, row := range rows(body) {
				delete(attributes(row), "status")
			}
			return 200, ""
		}), "lacks attributes that the rule uses: status"},
		"the credential lost a right":  {func(r *rig) { r.personio.unreadable = []string{"email", "status"} }, "may not read: email, status"},
		"the integration was narrowed": {func(r *rig) { r.in.Readable.Keys = []string{"status", "department"} }, "may not read: email, first_name, position"},
		"a nested attribute": {func(r *rig) {
			r.in.Rule.AttributeMapping["nickName"] = "supervisor.email"
			r.in.Readable.Keys = []string{"status", "department", "email", "first_name", "position"}
		}, "may not read: supervisor"},
		"a person's attribute inside a nested one": {func(r *rig) {
			r.in.Rule.AttributeMapping = map[string]string{"nickName": "supervisor.last_name"}
			r.in.Readable.Keys = []string{"status", "department", "email", "supervisor"}
		}, "may not read: last_name"},
		"filter does not compile":     {func(r *rig) { r.in.Rule.Filter = "status = 'active'" }, "filter: 1:8"},
		"mapping does not compile":    {func(r *rig) { r.in.Rule.AttributeMapping["title"] = "nobody" }, "attribute_mapping title: 1:1"},
		"group does not compile":      {func(r *rig) { r.in.Rule.GroupMapping["department"] = gatewayapi.SyncGroupMapping{Name: "1"} }, "group_mapping department"},
		"mapping would deactivate":    {func(r *rig) { r.in.Rule.AttributeMapping["active"] = "status == 'x'" }, `sets "active"`},
		"no SCIM path":                {func(r *rig) { r.in.Rule.AttributeMapping["a b"] = "email" }, "attribute_mapping"},
		"no match attribute":          {func(r *rig) { r.in.Rule.Match.Employee = "mail" }, "match.employee"},
		"no time zone":                {func(r *rig) { r.in.Rule.Schedule = &gatewayapi.SyncSchedule{TimeZone: "Mars/Base"} }, "Mars/Base"},
		"the target lists in part":    {failing("list users", &scim.IncompleteError{Path: "/Users", Reason: "half of it"}), "half of it"},
		"the target lists no groups":  {failing("list groups", status(500, "")), "groups"},
		"the target refuses the list": {failing("list users", status(401, "")), "accounts"},
		"the guard": {func(r *rig) {
			for i := range 16 {
				r.set(i+1, "status", "inactive")
			}
		}, "16 of the 150 active accounts"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r, writes := settled(t, 150)
			c.change(r)
			result := r.mustRun(gatewayapi.RunFailed)
			if !strings.Contains(result.Error, c.want) {
				t.Errorf("error %q lacks %q", result.Error, c.want)
			}
			if strings.Contains(result.Error, "@example.com") {
				t.Errorf("error shows an attribute: %s", result.Error)
			}
			r.wantUntouched(writes)
			if len(r.journal.links) != 150 {
				t.Errorf("%d links are left", len(r.journal.links))
			}
			if _, err := r.engine().Preview(t.Context(), r.in); err == nil || err.Error()[:30] != result.Error[:30] {
				t.Errorf("the preview says %v, the run %s", err, result.Error)
			}
		})
	}
}

func failing(call string, err error) func(r *rig) {
	return func(r *rig) {
		r.target.before = func(name string) error {
			if name == call {
				return err
			}
			return nil
		}
	}
}

// TestRunReadsOnceMore lets the first attempt to list be unsteady.
func TestRunReadsOnceMore(t *testing.T) {
	t.Parallel()
	r, _ := settled(t, 150)
	r.personio.page = func(n int, body map[string]any) (int, string) {
		if n == 2 {
			body["metadata"].(map[string]any)["total_elements"] = 149
		}
		return 200, ""
	}
	r.mustRun(gatewayapi.RunSuccessful)
	if len(r.personio.requests) != 4 || r.active()["p1@example.com"] {
		t.Errorf("%d requests, %v", len(r.personio.requests), r.active()["p1@example.com"])
	}
}

// TestRunLeavesTheUndecidedAlone has people about whom something is wrong.
func TestRunLeavesTheUndecidedAlone(t *testing.T) {
	t.Parallel()
	r := newRig(t, 6)
	r.in.Rule.Filter = "status == 'active' && int(last_name) > 0"
	for i := range 6 {
		r.set(i+1, "last_name", "1")
	}
	r.mustRun(gatewayapi.RunSuccessful)
	before := r.target.state()
	r.set(1, "last_name", "Secretname")    // the filter fails
	delete(r.personio.people[1], "status") // left out, so not known
	r.set(3, "email", nil)                 // has a link, so needs no match value
	delete(r.personio.people[3], "position")
	r.in.Rule.GroupMapping["department"] = gatewayapi.SyncGroupMapping{Name: "first_name == 'First5' ? string(int(last_name + 'Secret')) : 'Dept ' + department"}
	r.personio.people = r.personio.people[:5] // p6 was not seen
	result := r.mustRun(gatewayapi.RunPartialSuccess)
	if d := cmp.Diff(gatewayapi.SyncCounts{Failed: 4, Skipped: 1, Unchanged: 1}, result.Counts); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff(before, r.target.state()); d != "" {
		t.Error(d)
	}
	if messages := r.journal.messages(); strings.Contains(messages, "Secret") || strings.Contains(messages, "@") {
		t.Errorf("messages show attributes:\n%s", messages)
	}
}

func TestRunHandsOver(t *testing.T) {
	t.Parallel()
	other := func(filter string, keys ...string) syncer.OtherRule {
		return syncer.OtherRule{ID: "rule-b", Rule: gatewayapi.SyncRuleConfig{Filter: filter}, Readable: syncer.Readable{Keys: keys}}
	}
	cases := map[string]struct {
		other      syncer.OtherRule
		unreadable []string
		owner      string
		active     bool
	}{
		"selected":               {other("status == 'inactive'", "status"), nil, "rule-b", true},
		"not selected":           {other("status == 'leave'", "status"), nil, me, false},
		"reads what we do not":   {other("last_name == 'Last'", "last_name"), nil, "rule-b", true},
		"may not read it":        {other("status == 'leave'", "email"), nil, me, true},
		"credential may not":     {other("last_name == 'x'", "last_name"), []string{"last_name"}, me, true},
		"does not compile":       {other("status =", "status"), nil, me, true},
		"fails for the person":   {other("int(last_name) == 1", "last_name"), nil, me, true},
		"left out of the person": {other("first_name == 'x'", "first_name"), nil, me, true},
		"is this very rule":      {syncer.OtherRule{ID: me, Rule: gatewayapi.SyncRuleConfig{Filter: "status ="}}, nil, me, false},
		"selected by the group":  {other("true"), nil, "rule-b", true},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r, _ := settled(t, 3)
			r.in.Others = []syncer.OtherRule{c.other}
			r.personio.unreadable = c.unreadable
			delete(r.personio.people[0], "first_name")
			r.mustRun(gatewayapi.RunSuccessful)
			if got := r.active()["p1@example.com"]; got != c.active {
				t.Errorf("active: %t, want %t", got, c.active)
			}
			if got := r.journal.links["1"].RuleID; got != c.owner {
				t.Errorf("owner %s, want %s", got, c.owner)
			}
			in := slices.Contains(r.target.state()["group Dept Sales"].([]string), "p1@example.com")
			if want := c.owner == me && c.active; in != want {
				t.Errorf("in the group: %t, want %t", in, want)
			}
		})
	}
}

// TestRunHandsOverAfterTheGroup keeps a person whom a group did not let go.
func TestRunHandsOverAfterTheGroup(t *testing.T) {
	t.Parallel()
	r, _ := settled(t, 3)
	r.in.Others = []syncer.OtherRule{{ID: "rule-b", Rule: gatewayapi.SyncRuleConfig{Filter: "true"}}}
	failing("patch group", status(500, ""))(r)
	r.mustRun(gatewayapi.RunPartialSuccess)
	if r.journal.links["1"].RuleID != me {
		t.Fatal("handed over while still in the group")
	}
	r.target.before = nil
	r.mustRun(gatewayapi.RunSuccessful)
	if r.journal.links["1"].RuleID != "rule-b" || slices.Contains(r.target.state()["group Dept Sales"].([]string), "p1@example.com") {
		t.Fatal("not handed over")
	}
}

func TestRunStopsAtRefusal(t *testing.T) {
	t.Parallel()
	for _, code := range []int{http.StatusUnauthorized, http.StatusForbidden} {
		r := newRig(t, 100)
		failing("create user", status(code, "go away"))(r)
		result := r.mustRun(gatewayapi.RunFailed)
		if !strings.Contains(result.Error, "refuses") || r.target.writes() > 8 {
			t.Errorf("%d writes, error %q", r.target.writes(), result.Error)
		}
	}
}

func TestRunStopsAfterManyFailures(t *testing.T) {
	t.Parallel()
	r := newRig(t, 100)
	failing("create user", status(500, "for p1@example.com"))(r)
	result := r.mustRun(gatewayapi.RunFailed)
	if !strings.Contains(result.Error, "20 operations in a row failed") || r.target.writes() > 24 || result.Counts.Failed < 20 {
		t.Errorf("%d writes, %+v", r.target.writes(), result)
	}
	if strings.Contains(result.Error+r.journal.messages(), "@example.com") {
		t.Error("a message shows an e-mail address")
	}
}

// TestRunGoesOnAfterSomeFailures fails every second creation.
func TestRunGoesOnAfterSomeFailures(t *testing.T) {
	t.Parallel()
	r := newRig(t, 100)
	var n atomic.Int64
	r.target.before = func(call string) error {
		if call == "create user" && n.Add(1)%2 == 0 {
			return status(500, "")
		}
		return nil
	}
	result := r.mustRun(gatewayapi.RunPartialSuccess)
	if result.Counts.Provisioned != 50 || result.Counts.Failed != 50 {
		t.Errorf("%+v", result.Counts)
	}
	r.target.before = nil
	result = r.mustRun(gatewayapi.RunSuccessful)
	if result.Counts.Provisioned != 50 || result.Counts.Unchanged != 50 || len(r.target.state()["group Dept IT"].([]string)) != 50 {
		t.Errorf("%+v", result.Counts)
	}
}

// TestRunExplainsConflict has an account that the target does not list.
func TestRunExplainsConflict(t *testing.T) {
	t.Parallel()
	r := newRig(t, 1)
	failing("create user", status(http.StatusConflict, `userName "p1@example.com" is taken`))(r)
	r.mustRun(gatewayapi.RunPartialSuccess)
	if m := r.journal.messages(); !strings.Contains(m, "beyond what the target lists") || !strings.Contains(m, "409") || strings.Contains(m, "@") {
		t.Errorf("message %s", m)
	}
}

func TestRunIsCanceled(t *testing.T) {
	t.Parallel()
	for _, at := range []int{1, 2, 3, 10, 40} {
		r := newRig(t, 100)
		r.journal.cancelAt = at
		r.mustRun(gatewayapi.RunCanceled)
		if r.target.writes() > at {
			t.Errorf("canceled at heartbeat %d, %d writes", at, r.target.writes())
		}
		r.journal.cancelAt = 0
		r.mustRun(gatewayapi.RunSuccessful)
		if len(r.target.users) != 100 {
			t.Errorf("%d accounts", len(r.target.users))
		}
	}
}

// TestRunAfterCrash stops a run at each of its steps, in three ways, and
// asserts that the next run ends where an undisturbed one does.
func TestRunAfterCrash(t *testing.T) {
	t.Parallel()
	errCrash := errors.New("crash")
	undisturbed := crashRig(t)
	undisturbed.mustRun(gatewayapi.RunSuccessful)
	want := undisturbed.target.state()
	ways := map[string]func(r *rig, at int64, cancel func()) *atomic.Int64{
		"the process ends before a write": func(r *rig, at int64, cancel func()) *atomic.Int64 {
			var n atomic.Int64
			r.target.before = func(call string) error {
				if strings.HasPrefix(call, "list") || n.Add(1) < at {
					return nil
				}
				cancel()
				return context.Canceled
			}
			return &n
		},
		"the answer of a write is lost": func(r *rig, at int64, cancel func()) *atomic.Int64 {
			var n atomic.Int64
			r.target.after = func(call string) error {
				if strings.HasPrefix(call, "list") || n.Add(1) < at {
					return nil
				}
				cancel()
				return context.Canceled
			}
			return &n
		},
		"the journal dies": func(r *rig, at int64, _ func()) *atomic.Int64 {
			var n atomic.Int64
			r.journal.before = func(string) error {
				if n.Add(1) < at {
					return nil
				}
				return errCrash
			}
			return &n
		},
	}
	for name, crash := range ways {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for at := int64(1); ; at++ {
				r := crashRig(t)
				ctx, cancel := context.WithCancel(t.Context())
				n := crash(r, at, cancel)
				result, err := r.run(ctx)
				cancel()
				if n.Load() < at {
					break // the run has fewer steps
				}
				if err == nil || !errors.Is(err, context.Canceled) && !errors.Is(err, errCrash) || result.Status == gatewayapi.RunSuccessful {
					t.Fatalf("step %d: %+v, %v", at, result, err)
				}
				r.target.before, r.target.after, r.journal.before = nil, nil, nil
				r.mustRun(gatewayapi.RunSuccessful)
				if d := cmp.Diff(want, r.target.state()); d != "" {
					t.Fatalf("after a crash at step %d: %s", at, d)
				}
				calls := len(r.target.calls)
				r.mustRun(gatewayapi.RunSuccessful)
				if len(r.target.calls) != calls+2 {
					t.Fatalf("step %d: the run after that called %v", at, r.target.calls[calls:])
				}
			}
		})
	}
}

// crashRig has something of everything to do: provision, update, link, delete,
// take over, hand over, groups to create, to fill and to empty.
func crashRig(t testing.TB) *rig {
	t.Helper()
	r := newRig(t, 8)
	r.in.Rule.DeprovisionMode = "delete"
	r.in.Rule.Filter = "status == 'active' && last_name == 'Last'"
	r.set(8, "department", map[string]any{"type": "Department", "attributes": map[string]any{"name": "Old"}})
	r.set(6, "status", "onboarding")
	r.set(7, "status", "onboarding")
	r.target.store(r.target.users, scim.Resource{"userName": "P7@example.com", "active": false})
	r.mustRun(gatewayapi.RunSuccessful)
	r.set(1, "status", "inactive")                             // delete
	r.set(2, "position", "Nurse")                              // update
	r.set(3, "last_name", "Other")                             // hand over
	r.set(6, "status", "active")                               // provision
	r.set(7, "status", "active")                               // link
	r.set(8, "department", r.personio.people[0]["department"]) // moves
	link := r.journal.links["4"]
	link.RuleID = "" // take over
	r.journal.links["4"] = link
	r.in.Rule.GroupMapping["all"] = gatewayapi.SyncGroupMapping{Name: "'All'"}
	r.in.Others = []syncer.OtherRule{{ID: "rule-b", Rule: gatewayapi.SyncRuleConfig{Filter: "last_name == 'Other'"}, Readable: syncer.Readable{All: true}}}
	r.target.calls = nil
	return r
}

func TestPreview(t *testing.T) {
	t.Parallel()
	r := crashRig(t)
	links := maps.Clone(r.journal.links)
	r.journal.before = func(call string) error { return errors.New("wrote " + call) }
	preview, err := r.engine().Preview(t.Context(), r.in)
	if err != nil {
		t.Fatal(err)
	}
	want := map[gatewayapi.SyncOperation][]string{"provision": {"6"}, "update": {"2"}, "link": {"4", "7"}, "deprovision": {"1"}}
	if d := cmp.Diff(want, preview.Employees); d != "" {
		t.Error(d)
	}
	r.wantUntouched(0)
	if !maps.Equal(links, r.journal.links) {
		t.Error("links changed")
	}
	r.journal.before = nil
	if result := r.mustRun(gatewayapi.RunSuccessful); result.Counts != preview.Counts {
		t.Errorf("previewed %+v, became %+v", preview.Counts, result.Counts)
	}
}

// TestRunRecordsWhatItDid is stopped at the moment in which a write succeeds.
func TestRunRecordsWhatItDid(t *testing.T) {
	t.Parallel()
	r := newRig(t, 50)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	r.target.after = func(call string) error {
		if call == "create user" {
			cancel()
		}
		return nil
	}
	result, err := r.run(ctx)
	if !errors.Is(err, context.Canceled) || result.Status != gatewayapi.RunRunning {
		t.Fatalf("%+v, %v", result, err)
	}
	if n := len(r.target.users); n == 0 || n > 8 || len(r.journal.links) != n || result.Counts.Provisioned != n {
		t.Errorf("%d accounts, %d links, %+v", n, len(r.journal.links), result.Counts)
	}
}

// TestRunDeletesWhatIsGone has an account vanish between listing and deletion.
func TestRunDeletesWhatIsGone(t *testing.T) {
	t.Parallel()
	r, _ := settled(t, 3)
	r.in.Rule.DeprovisionMode = "delete"
	failing("delete user", status(http.StatusNotFound, ""))(r)
	if result := r.mustRun(gatewayapi.RunSuccessful); result.Counts.Deprovisioned != 1 || r.journal.links["1"].AccountID != "" {
		t.Errorf("%+v, %+v", result.Counts, r.journal.links["1"])
	}
}

// TestRunKeepsGroupsOfTheUnlinked fails to link one account that is in a wrong
// group, and to take over another that is missing from its group.
func TestRunKeepsGroupsOfTheUnlinked(t *testing.T) {
	t.Parallel()
	r := newRig(t, 4)
	r.mustRun(gatewayapi.RunSuccessful)
	one, two := r.journal.links["1"], r.journal.links["2"]
	delete(r.journal.links, "1")
	two.RuleID = ""
	r.journal.links["2"] = two
	it, sales := "", ""
	for id, group := range r.target.groups {
		if group.String("displayName") == "Dept IT" {
			it = id
		} else {
			sales = id
		}
	}
	r.target.member(it, one.AccountID, true)
	r.target.member(it, two.AccountID, false)
	r.target.member(sales, one.AccountID, false)
	r.set(1, "position", "Nurse")
	r.set(2, "position", "Nurse")
	failing("patch user", status(500, ""))(r)
	if result := r.mustRun(gatewayapi.RunPartialSuccess); result.Counts.Failed != 2 {
		t.Errorf("%+v", result.Counts)
	}
	if got := r.target.state()["group Dept IT"]; !slices.Equal(got.([]string), []string{"p1@example.com", "p4@example.com"}) {
		t.Errorf("IT is %v", got)
	}
	if got := r.target.state()["group Dept Sales"]; !slices.Equal(got.([]string), []string{"p3@example.com"}) {
		t.Errorf("Sales is %v", got)
	}
	r.target.before = nil
	r.mustRun(gatewayapi.RunSuccessful)
	if got := r.target.state()["group Dept IT"]; !slices.Equal(got.([]string), []string{"p2@example.com", "p4@example.com"}) {
		t.Errorf("IT is %v at last", got)
	}
}

// TestRunLosesTheRace has another rule that links the account first.
func TestRunLosesTheRace(t *testing.T) {
	t.Parallel()
	r := newRig(t, 2)
	r.journal.before = func(call string) error {
		if call == "save link" {
			return syncer.ErrLinkTaken
		}
		return nil
	}
	result := r.mustRun(gatewayapi.RunPartialSuccess)
	if result.Counts.Failed != 2 || len(r.target.groups) != 0 {
		t.Errorf("%+v, %d groups", result.Counts, len(r.target.groups))
	}
}

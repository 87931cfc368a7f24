package gateway_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/personio-community/terraform-provider-personio/internal/gatewayapi"
	"github.com/personio-community/terraform-provider-personio/internal/sandbox/company"
	"github.com/personio-community/terraform-provider-personio/internal/sandbox/scim"
)

const (
	targets = gatewayapi.PathSyncTargets
	rules   = gatewayapi.PathSyncRules
	runs    = gatewayapi.PathSyncRuns
)

// learningKeys are what the rule of these tests reads.
var learningKeys = []string{"first_name", "last_name", "email", "status", "employment_type", "position", "department", "supervisor"}

// syncTarget makes the sandbox's target known to the gateway.
func (e *env) syncTarget() gatewayapi.SyncTarget {
	e.t.Helper()
	return decode[gatewayapi.SyncTarget](e.call(http.MethodPost, targets, e.admin, map[string]any{
		"name": "Learning", "scim": map[string]any{"url": e.targetURL, "token": e.targetToken},
	}).want(http.StatusCreated))
}

// learningRule is a rule as customers write it; change alters it.
func (e *env) learningRule(integrationID, targetID string, change func(map[string]any)) map[string]any {
	rule := map[string]any{
		"name": "Employees", "custom_integration_id": integrationID, "sync_target_id": targetID, "active": true,
		"filter": "status in ['active', 'onboarding', 'leave'] && employment_type == 'internal' && email != null",
		"match":  map[string]any{"employee": "email", "account": "userName"},
		"attribute_mapping": map[string]any{
			"name.givenName": "first_name", "name.familyName": "last_name", "title": "position", "preferredLanguage": "'de'",
		},
		"group_mapping": map[string]any{
			"department": map[string]any{"name": "'Abteilung ' + department"},
			"supervisor": map[string]any{"name": "supervisor.first_name + ' ' + supervisor.last_name + 's Team'"},
		},
		"operations": []string{"provision", "update", "deprovision", "link"}, "deprovision_mode": "deactivate", "max_deprovision": "10%", "on_failure": "pause",
	}
	if change != nil {
		change(rule)
	}
	return rule
}

// syncRule makes a rule and waits for the run of its activation.
func (e *env) syncRule(integrationID, targetID string, change func(map[string]any)) (gatewayapi.SyncRule, gatewayapi.SyncRun) {
	e.t.Helper()
	rule := decode[gatewayapi.SyncRule](e.call(http.MethodPost, rules, e.admin, e.learningRule(integrationID, targetID, change)).want(http.StatusCreated))
	if rule.LastRun == nil {
		e.t.Fatalf("an active rule was made without a run: %+v", rule)
	}
	return rule, e.ended(rule.LastRun.ID)
}

// ended waits until a run is over.
func (e *env) ended(runID string) gatewayapi.SyncRun {
	e.t.Helper()
	var run gatewayapi.SyncRun
	eventually(e.t, "the run is over", func() bool {
		run = decode[gatewayapi.SyncRun](e.call(http.MethodGet, runs+"/"+runID, e.admin, nil).want(http.StatusOK))
		return run.Status.Ended()
	})
	return run
}

// runAgain runs a rule on request.
func (e *env) runAgain(ruleID string) gatewayapi.SyncRun {
	e.t.Helper()
	return e.ended(decode[gatewayapi.SyncRun](e.call(http.MethodPost, rules+"/"+ruleID+"/run", e.admin, nil).want(http.StatusAccepted)).ID)
}

// items are the items of a run.
func (e *env) items(runID, query string) []gatewayapi.SyncRunItem {
	e.t.Helper()
	return decode[gatewayapi.List[gatewayapi.SyncRunItem]](e.call(http.MethodGet, runs+"/"+runID+"/items?limit=200&"+query, e.admin, nil).want(http.StatusOK)).Data
}

// account is an account as far as the rule writes it.
type account struct {
	First, Last, Title, Language, ExternalID string
	Active                                   bool
}

// wanted works out, from the company itself, what the learning rule asks for:
// accounts by e-mail, members of groups by name.
func (e *env) wanted() (accounts map[string]account, groups map[string][]string) {
	people, organisation := e.box.Company().People(), e.box.Company().Organisation()
	accounts, groups = map[string]account{}, map[string][]string{}
	join := func(group, member string) {
		if !slices.Contains(groups[group], member) {
			groups[group] = append(groups[group], member)
			slices.Sort(groups[group])
		}
	}
	for _, p := range people {
		job := p.Employment
		if p.Email == "" || job.Type != company.TypeInternal || job.Status == company.StatusInactive {
			continue
		}
		accounts[p.Email] = account{p.FirstName, p.LastName, job.Position, "de", fmt.Sprint(p.ID), true}
		if n := slices.IndexFunc(organisation.Departments, func(u company.OrgUnit) bool { return u.ID == job.DepartmentID }); n >= 0 {
			join("Abteilung "+organisation.Departments[n].Name, p.Email)
		}
		if boss, ok := e.box.Company().Person(job.SupervisorID); ok {
			join(boss.FirstName+" "+boss.LastName+"s Team", p.Email)
		}
	}
	return accounts, groups
}

// found is what is at the target.
func (e *env) found() (accounts map[string]account, groups map[string][]string) {
	accounts, groups = map[string]account{}, map[string][]string{}
	names := map[string]string{}
	text := func(r map[string]any, key string) string { s, _ := r[key].(string); return s }
	for _, u := range e.target.Users() {
		name, _ := u["name"].(map[string]any)
		active, _ := u["active"].(bool)
		names[text(u, "id")] = text(u, "userName")
		accounts[text(u, "userName")] = account{text(name, "givenName"), text(name, "familyName"), text(u, "title"), text(u, "preferredLanguage"), text(u, "externalId"), active}
	}
	for _, g := range e.target.Groups() {
		members, _ := g["members"].([]any)
		for _, m := range members {
			groups[text(g, "displayName")] = append(groups[text(g, "displayName")], names[text(m.(map[string]any), "value")])
		}
		slices.Sort(groups[text(g, "displayName")])
	}
	return accounts, groups
}

// inLine fails the test unless the target is what the company asks for.
func (e *env) inLine(when string) {
	e.t.Helper()
	wantAccounts, wantGroups := e.wanted()
	accounts, groups := e.found()
	if diff := cmp.Diff(wantAccounts, accounts); diff != "" {
		e.t.Errorf("%s: accounts (-wanted +found):\n%s", when, diff)
	}
	if diff := cmp.Diff(wantGroups, groups); diff != "" {
		e.t.Errorf("%s: groups (-wanted +found):\n%s", when, diff)
	}
}

func TestSyncBringsTheTargetInLine(t *testing.T) {
	t.Parallel()
	e := start(t)
	target := e.syncTarget()
	integration := e.integrate("Learning", learningKeys...)
	rule, run := e.syncRule(integration.ID, target.ID, nil)
	wantAccounts, wantGroups := e.wanted()
	want := gatewayapi.SyncCounts{Provisioned: len(wantAccounts), GroupsCreated: len(wantGroups)}
	if diff := cmp.Diff(want, run.Counts); diff != "" || run.Status != gatewayapi.RunSuccessful || run.StartedBy != "activation" {
		t.Errorf("first run: %s by %s, %s; counts (-want +got):\n%s", run.Status, run.StartedBy, run.Error, diff)
	}
	e.inLine("after the first run")
	for _, item := range e.items(run.ID, "") {
		if item.Status != gatewayapi.ItemSucceeded || item.EmployeeID != "" && item.ProfileURL != e.personioURL+"/v2/persons/"+item.EmployeeID {
			t.Errorf("item %+v", item)
		}
	}

	// A second run reads each side once and writes nothing.
	e.box.ResetRequests()
	e.target.ResetRequests()
	run = e.runAgain(rule.ID)
	if diff := cmp.Diff(gatewayapi.SyncCounts{Unchanged: len(wantAccounts)}, run.Counts); diff != "" || run.Status != gatewayapi.RunSuccessful {
		t.Errorf("second run: %s, %s; counts (-want +got):\n%s", run.Status, run.Error, diff)
	}
	if len(e.items(run.ID, "")) != 0 {
		t.Error("unchanged people are listed")
	}
	for _, r := range e.target.Requests() {
		if r.Method != http.MethodGet {
			t.Errorf("a run without changes wrote: %s %s", r.Method, r.Path)
		}
	}
	for prefix, most := range map[string]int{"/Users": 1, "/Groups": 1} {
		if n := e.target.CountRequests(http.MethodGet, prefix); n != most {
			t.Errorf("%s was read %d times, want %d", prefix, n, most)
		}
	}
	if n := e.box.CountRequests(http.MethodGet, "/v1/company/employees?"); n > 1 {
		t.Errorf("the directory of 60 people was read with %d calls", n)
	}

	e.changePeople(rule.ID)
	read := decode[gatewayapi.SyncRule](e.call(http.MethodGet, rules+"/"+rule.ID, e.admin, nil).want(http.StatusOK))
	if read.State != gatewayapi.SyncActive || read.ConsecutiveFailures != 0 || read.LastRun == nil {
		t.Errorf("the rule is %s after %d failures", read.State, read.ConsecutiveFailures)
	}
	if i := decode[gatewayapi.CustomIntegration](e.call(http.MethodGet, integrations+"/"+integration.ID, e.admin, nil)); i.Status != gatewayapi.IntegrationConnected {
		t.Errorf("the integration is %s after successful runs", i.Status)
	}
}

// changePeople changes the company and looks whether the next run follows.
func (e *env) changePeople(ruleID string) {
	e.t.Helper()
	synced := slices.DeleteFunc(e.box.Company().People(), func(p company.Person) bool {
		return p.Email == "" || p.Employment.Type != company.TypeInternal || p.Employment.Status == company.StatusInactive
	})
	promoted, leaver := synced[len(synced)-1], synced[len(synced)-2]
	check := func(err error) {
		e.t.Helper()
		if err != nil {
			e.t.Fatal(err)
		}
	}
	check(e.box.Company().Update(promoted.ID, func(p *company.Person) { p.Employment.Position = "Head of Everything" }))
	check(e.box.Company().Update(leaver.ID, func(p *company.Person) { p.Employment.Status = company.StatusInactive }))
	run := e.runAgain(ruleID)
	if run.Counts.Updated != 1 || run.Counts.Deprovisioned != 1 || run.Status != gatewayapi.RunSuccessful {
		e.t.Errorf("after one promotion and one leaver: %s, %s, %+v", run.Status, run.Error, run.Counts)
	}
	accounts, _ := e.found()
	if a := accounts[leaver.Email]; a.Active {
		e.t.Error("the leaver's account is still active")
	}
	if a := accounts[promoted.Email]; a.Title != "Head of Everything" {
		e.t.Errorf("the promoted person's title is %q", a.Title)
	}
	check(e.box.Company().Update(leaver.ID, func(p *company.Person) { p.Employment.Status = company.StatusActive }))
	if run = e.runAgain(ruleID); run.Counts.Updated != 1 {
		e.t.Errorf("after the leaver came back: %s, %+v", run.Status, run.Counts)
	}
	e.inLine("after the leaver came back")
}

// Narrowing an integration under a live rule fails the next run closed, pauses
// the rule, and touches nobody; a change of its triggers resumes it.
func TestNarrowedIntegrationFailsClosed(t *testing.T) {
	t.Parallel()
	e := start(t)
	target, integration := e.syncTarget(), e.integrate("Learning", learningKeys...)
	rule, _ := e.syncRule(integration.ID, target.ID, nil)
	e.call(http.MethodPatch, integrations+"/"+integration.ID, e.admin, map[string]any{"readable_attributes": learningKeys[1:]}).want(http.StatusOK)
	e.target.ResetRequests()
	run := e.runAgain(rule.ID)
	if run.Status != gatewayapi.RunFailed || !strings.Contains(run.Error, "first_name") {
		t.Errorf("%s: %s", run.Status, run.Error)
	}
	if n := len(e.target.Requests()); n != 0 {
		t.Errorf("the target was asked %d times", n)
	}
	e.inLine("after the failed run")
	paused := decode[gatewayapi.SyncRule](e.call(http.MethodGet, rules+"/"+rule.ID, e.admin, nil).want(http.StatusOK))
	if paused.State != gatewayapi.SyncPaused || paused.PausedSince == nil || paused.PausedReason != run.Error || paused.ConsecutiveFailures != 1 || paused.Revision != rule.Revision {
		t.Errorf("the rule is %s since %v, because %q, after %d failures, revision %s", paused.State, paused.PausedSince, paused.PausedReason, paused.ConsecutiveFailures, paused.Revision)
	}
	e.call(http.MethodPost, rules+"/"+rule.ID+"/run", e.admin, nil).want(http.StatusConflict)

	e.call(http.MethodPatch, integrations+"/"+integration.ID, e.admin, map[string]any{"readable_attributes": learningKeys}).want(http.StatusOK)
	resumed := decode[gatewayapi.SyncRule](e.call(http.MethodPatch, rules+"/"+rule.ID, e.admin, map[string]any{"triggers": map[string]string{"again": "1"}}).want(http.StatusOK))
	if resumed.LastRun.StartedBy != "trigger" || e.ended(resumed.LastRun.ID).Status != gatewayapi.RunSuccessful || resumed.State != gatewayapi.SyncActive {
		t.Errorf("resumed: %s, last run %+v", resumed.State, resumed.LastRun)
	}
}

// An upstream that loses a right must not look like people without attributes.
func TestUpstreamThatLosesARightFailsClosed(t *testing.T) {
	t.Parallel()
	e := start(t)
	target, integration := e.syncTarget(), e.integrate("Learning", learningKeys...)
	rule, _ := e.syncRule(integration.ID, target.ID, nil)
	e.box.DropAttributes(e.upstream.ClientID, "status")
	e.clock.Advance(2 * time.Minute)
	e.target.ResetRequests()
	if run := e.runAgain(rule.ID); run.Status != gatewayapi.RunFailed || !strings.Contains(run.Error, "status") {
		t.Errorf("%s: %s", run.Status, run.Error)
	}
	if n := len(e.target.Requests()); n != 0 {
		t.Errorf("the target was asked %d times", n)
	}
	e.inLine("after the failed run")
}

// A wrong filter that would switch off too many is stopped before it writes.
func TestTooManyDeprovisionsAreStopped(t *testing.T) {
	t.Parallel()
	e := start(t)
	target, integration := e.syncTarget(), e.integrate("Learning", learningKeys...)
	rule, _ := e.syncRule(integration.ID, target.ID, nil)
	changed := decode[gatewayapi.SyncRule](e.call(http.MethodPatch, rules+"/"+rule.ID, e.admin, map[string]any{"filter": "employment_type == 'external'"}).want(http.StatusOK))
	run := e.ended(changed.LastRun.ID)
	if run.StartedBy != "change" || run.Status != gatewayapi.RunFailed || run.Counts.Deprovisioned != 0 {
		t.Errorf("%s by %s: %s, %+v", run.Status, run.StartedBy, run.Error, run.Counts)
	}
	e.inLine("after the stopped run")
}

// Whoever stops a run in the middle sees nothing begun after that: what waits for
// its turn is left alone, however fast the target is.
func TestStoppedRunBeginsNothing(t *testing.T) {
	t.Parallel()
	for name, stop := range map[string]func(e *env, ruleID string){
		"destroyed": func(e *env, ruleID string) {
			e.call(http.MethodDelete, rules+"/"+ruleID, e.admin, nil).want(http.StatusNoContent)
		},
		"switched off": func(e *env, ruleID string) {
			e.call(http.MethodPatch, rules+"/"+ruleID, e.admin, map[string]any{"active": false}).want(http.StatusOK)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e := start(t)
			target, integration := e.syncTarget(), e.integrate("Learning", learningKeys...)
			rule, _ := e.syncRule(integration.ID, target.ID, func(r map[string]any) {
				r["deprovision_mode"], r["max_deprovision"] = "delete", "100%"
				delete(r, "group_mapping")
			})
			before := len(e.target.Users())
			hang := e.target.Fail(scim.Fault{Method: http.MethodDelete, PathPrefix: "/Users", Hold: true})
			e.call(http.MethodPatch, rules+"/"+rule.ID, e.admin, map[string]any{"filter": "employment_type == 'nobody'"}).want(http.StatusOK)
			const writers = 4
			eventually(t, "all writers delete", func() bool { return hang.Hits() == writers })
			stop(e, rule.ID)
			hang.Clear()
			eventually(t, "the run has stopped", func() bool {
				return strings.Contains(e.log.String(), "sync run canceled") || len(e.target.Users()) == 0
			})
			if n := before - len(e.target.Users()); n != writers {
				t.Errorf("%d of %d accounts were deleted, want the %d that were under way", n, before, writers)
			}
		})
	}
}

// Destroying a rule touches no account; a rule made anew takes the links over.
func TestRuleIsReplaced(t *testing.T) {
	t.Parallel()
	e := start(t)
	target, integration := e.syncTarget(), e.integrate("Learning", learningKeys...)
	rule, _ := e.syncRule(integration.ID, target.ID, nil)
	for path, what := range map[string]string{targets + "/" + target.ID: "target", integrations + "/" + integration.ID + "?force_destroy=true": "integration"} {
		if p := e.call(http.MethodDelete, path, e.admin, nil).want(http.StatusConflict).problem(); p.Kind() != gatewayapi.KindInUse {
			t.Errorf("deleting the %s: %+v", what, p)
		}
	}
	e.target.ResetRequests()
	e.call(http.MethodDelete, rules+"/"+rule.ID, e.admin, nil).want(http.StatusNoContent)
	if n := len(e.target.Requests()); n != 0 {
		t.Errorf("deleting the rule asked the target %d times", n)
	}
	again, run := e.syncRule(integration.ID, target.ID, nil)
	wantAccounts, _ := e.wanted()
	if run.Status != gatewayapi.RunSuccessful || run.Counts.Provisioned != 0 || run.Counts.Failed != 0 || run.Counts.GroupsCreated != 0 {
		t.Errorf("taking over: %s, %s, %+v", run.Status, run.Error, run.Counts)
	}
	if read := decode[gatewayapi.SyncRule](e.call(http.MethodGet, rules+"/"+again.ID, e.admin, nil)); read.LinkedAccounts != len(wantAccounts) {
		t.Errorf("%d links were taken over, want %d", read.LinkedAccounts, len(wantAccounts))
	}
	for _, r := range e.target.Requests() {
		if r.Method != http.MethodGet {
			t.Errorf("taking over wrote %s %s", r.Method, r.Path)
		}
	}
	e.inLine("after taking over")
}

// Of two rules that want one person, the first to link keeps the account.
func TestTwoRulesOnOneTarget(t *testing.T) {
	t.Parallel()
	e := start(t)
	target, integration := e.syncTarget(), e.integrate("Learning", learningKeys...)
	first, _ := e.syncRule(integration.ID, target.ID, nil)
	second, run := e.syncRule(integration.ID, target.ID, func(r map[string]any) { r["name"] = "Everybody again"; delete(r, "group_mapping") })
	wantAccounts, _ := e.wanted()
	if run.Counts.Skipped != len(wantAccounts) || run.Counts.Provisioned+run.Counts.Updated+run.Counts.Deprovisioned+run.Counts.Linked != 0 {
		t.Errorf("second rule: %s, %s, %+v", run.Status, run.Error, run.Counts)
	}
	// The first lets go of them all; the second selects them: nobody is switched off.
	changed := decode[gatewayapi.SyncRule](e.call(http.MethodPatch, rules+"/"+first.ID, e.admin, map[string]any{"filter": "employment_type == 'nobody'"}).want(http.StatusOK))
	if run := e.ended(changed.LastRun.ID); run.Counts.Deprovisioned != 0 {
		t.Errorf("letting go: %s, %s, %+v", run.Status, run.Error, run.Counts)
	}
	accounts, _ := e.found()
	for name, a := range accounts {
		if !a.Active {
			t.Errorf("%s was switched off", name)
		}
	}
	if read := decode[gatewayapi.SyncRule](e.call(http.MethodGet, rules+"/"+second.ID, e.admin, nil)); read.LinkedAccounts != len(wantAccounts) {
		t.Errorf("%d accounts were handed over, want %d", read.LinkedAccounts, len(wantAccounts))
	}
}

func TestScheduleRunsOnceForWhatWasMissed(t *testing.T) {
	t.Parallel()
	e := start(t)
	target, integration := e.syncTarget(), e.integrate("Learning", learningKeys...)
	rule, first := e.syncRule(integration.ID, target.ID, func(r map[string]any) {
		r["schedule"] = map[string]any{"cron": "0 4 * * *", "time_zone": "Europe/Berlin"}
	})
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	if rule.NextRunAt == nil || rule.NextRunAt.In(berlin).Format("15:04") != "04:00" || !rule.NextRunAt.After(e.clock.Now()) {
		t.Fatalf("next run at %v", rule.NextRunAt)
	}
	e.clock.Advance(50 * time.Hour) // Two or three mornings were missed.
	e.admin = e.renewAdmin()
	var scheduled gatewayapi.SyncRule
	eventually(t, "the scheduled run is over", func() bool {
		scheduled = decode[gatewayapi.SyncRule](e.call(http.MethodGet, rules+"/"+rule.ID, e.admin, nil).want(http.StatusOK))
		return scheduled.LastRun.ID != first.ID && scheduled.LastRun.Status.Ended()
	})
	if scheduled.LastRun.StartedBy != "schedule" || scheduled.LastRun.Status != gatewayapi.RunSuccessful || !scheduled.NextRunAt.After(e.clock.Now()) {
		t.Errorf("last run %+v, next at %v", scheduled.LastRun, scheduled.NextRunAt)
	}
	all := decode[gatewayapi.List[gatewayapi.SyncRun]](e.call(http.MethodGet, runs+"?sync_rule_id="+rule.ID, e.admin, nil).want(http.StatusOK))
	if len(all.Data) != 2 {
		t.Errorf("%d runs, want the activation and one scheduled", len(all.Data))
	}
}

func TestSyncRefusals(t *testing.T) {
	t.Parallel()
	e := start(t)
	target, integration := e.syncTarget(), e.integrate("Learning", learningKeys...)
	for name, c := range map[string]struct {
		change  func(map[string]any)
		pointer string
		tells   string
	}{
		"attribute beyond the integration": {func(r map[string]any) { r["filter"] = "office == 'Berlin'" }, "/filter", "office"},
		"broken expression":                {func(r map[string]any) { r["filter"] = "status ==" }, "/filter", "^"},
		"ill-typed expression":             {func(r map[string]any) { r["attribute_mapping"] = map[string]any{"name/x~": "first_name > 3"} }, "/attribute_mapping/name~1x~0", ""},
		"filter that is no decision":       {func(r map[string]any) { r["filter"] = "first_name" }, "/filter", ""},
		"unknown attribute":                {func(r map[string]any) { r["filter"] = "departmnt == 'IT'" }, "/filter", "department"},
		"match nobody knows":               {func(r map[string]any) { r["match"] = map[string]any{"employee": "mail", "account": "userName"} }, "/match/employee", "email"},
		"match beyond SCIM":                {func(r map[string]any) { r["match"] = map[string]any{"employee": "email", "account": "nickName"} }, "/match/account", "userName"},
		"mapping of the match":             {func(r map[string]any) { r["attribute_mapping"] = map[string]any{"userName": "email"} }, "/attribute_mapping/userName", "match"},
		"accounts without userName":        {func(r map[string]any) { r["match"] = map[string]any{"employee": "email", "account": "emails.value"} }, "/attribute_mapping", "userName"},
		"a mapping of active":              {func(r map[string]any) { r["attribute_mapping"] = map[string]any{"active": "false"} }, "/attribute_mapping/active", "cannot be mapped"},
		"bad cron":                         {func(r map[string]any) { r["schedule"] = map[string]any{"cron": "every day"} }, "/schedule/cron", "cron"},
		"a day that never comes":           {func(r map[string]any) { r["schedule"] = map[string]any{"cron": "0 4 30 2 *"} }, "/schedule/cron", "never"},
		"a zone in the cron":               {func(r map[string]any) { r["schedule"] = map[string]any{"cron": "TZ=UTC 0 4 * * *"} }, "/schedule/cron", "time_zone"},
		"bad zone": {func(r map[string]any) {
			r["schedule"] = map[string]any{"cron": "0 4 * * *", "time_zone": "Mars/Olympus"}
		}, "/schedule/time_zone", "Mars"},
		"share over 100":        {func(r map[string]any) { r["max_deprovision"] = "101%" }, "/max_deprovision", "100%"},
		"no such integration":   {func(r map[string]any) { r["custom_integration_id"] = target.ID }, "/custom_integration_id", target.ID},
		"no such target":        {func(r map[string]any) { r["sync_target_id"] = integration.ID }, "/sync_target_id", integration.ID},
		"mail without a mailer": {func(r map[string]any) { r["notification_emails"] = []string{"it@example.com"} }, "/notification_emails", "--smtp-url"},
	} {
		p := e.call(http.MethodPost, rules, e.admin, e.learningRule(integration.ID, target.ID, c.change)).want(http.StatusUnprocessableEntity)
		all := decode[gatewayapi.Problem](p)
		if !slices.ContainsFunc(all.Errors, func(f gatewayapi.ProblemError) bool {
			return f.Meta[gatewayapi.MetaPointer] == c.pointer && strings.Contains(f.Detail, c.tells)
		}) {
			t.Errorf("%s: %s", name, p.body)
		}
	}
	for name, scimTarget := range map[string]map[string]any{
		"refused token":      {"url": e.targetURL, "token": "wrong-token"},
		"no SCIM server":     {"url": e.personioURL, "token": e.targetToken},
		"plain HTTP":         {"url": "http://scim.example.com", "token": e.targetToken},
		"no credential":      {"url": e.targetURL},
		"both kinds":         {"url": e.targetURL, "token": "x", "oauth": map[string]any{"token_url": e.targetURL + "/oauth/token", "client_id": "c"}},
		"a forbidden header": {"url": e.targetURL, "token": e.targetToken, "headers": map[string]string{"Authorization": "x"}},
	} {
		a := e.call(http.MethodPost, targets, e.admin, map[string]any{"name": name, "scim": scimTarget}).want(http.StatusUnprocessableEntity)
		if strings.Contains(string(a.body), e.targetToken) || !strings.HasPrefix(a.problem().Meta[gatewayapi.MetaPointer], "/scim") {
			t.Errorf("%s: %s", name, a.body)
		}
	}
}

// The secret of a target goes in and never comes out.
func TestSyncTargetLifecycle(t *testing.T) {
	t.Parallel()
	e := start(t)
	created := e.syncTarget()
	e.target.AddOAuthClient("client", "oauth-secret", time.Hour)
	one := targets + "/" + created.ID
	result := decode[gatewayapi.SyncTargetTest](e.call(http.MethodPost, one+"/test", e.admin, nil).want(http.StatusOK))
	if !result.PatchSupported || !result.FilterSupported {
		t.Errorf("%+v", result)
	}
	e.call(http.MethodPost, targets, e.admin, map[string]any{"name": "Learning", "scim": map[string]any{"url": e.targetURL, "token": e.targetToken}}).want(http.StatusConflict)
	for _, body := range []map[string]any{
		{"name": "Renamed"},
		{"scim": map[string]any{"url": e.targetURL, "headers": map[string]string{"X-Tenant": "7"}}},
		{"scim": map[string]any{"url": e.targetURL, "oauth": map[string]any{"token_url": e.targetURL + "/oauth/token", "client_id": "client"}, "oauth_client_secret": "oauth-secret"}},
	} {
		a := e.call(http.MethodPatch, one, e.admin, body).want(http.StatusOK)
		if strings.Contains(string(a.body), e.targetToken) || strings.Contains(string(a.body), "oauth-secret") {
			t.Errorf("the secret came back: %s", a.body)
		}
	}
	e.call(http.MethodPatch, one, e.admin, map[string]any{"scim": map[string]any{"url": e.targetURL}}).want(http.StatusUnprocessableEntity)
	e.target.ResetRequests()
	oauth := map[string]any{"token_url": e.personioURL + "/oauth/token", "client_id": "client"}
	elsewhere := e.call(http.MethodPatch, one, e.admin, map[string]any{"scim": map[string]any{"url": e.targetURL, "oauth": oauth}}).want(http.StatusUnprocessableEntity).problem()
	if elsewhere.Meta[gatewayapi.MetaPointer] != "/scim/oauth_client_secret" || e.box.CountRequests(http.MethodPost, "/oauth") != 0 {
		t.Errorf("the stored secret may go to another host: %+v", elsewhere)
	}
	e.call(http.MethodPost, one+"/test", e.admin, nil).want(http.StatusOK)
	fault := e.target.Fail(scim.Fault{Status: http.StatusServiceUnavailable})
	e.call(http.MethodPost, one+"/test", e.admin, nil).want(http.StatusUnprocessableEntity)
	fault.Clear()
	if strings.Contains(e.log.String(), e.targetToken) || strings.Contains(e.log.String(), "oauth-secret") {
		t.Error("the log holds a secret")
	}
	e.call(http.MethodDelete, one, e.admin, nil).want(http.StatusNoContent)
	e.call(http.MethodGet, one, e.admin, nil).want(http.StatusNotFound)
}

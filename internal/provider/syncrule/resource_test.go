package syncrule_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/personio-community/terraform-provider-personio/internal/acctest"
	"github.com/personio-community/terraform-provider-personio/internal/acctest/gatewayfake"
	"github.com/personio-community/terraform-provider-personio/internal/acctest/tfproto"
	"github.com/personio-community/terraform-provider-personio/internal/gatewayapi"
	"github.com/personio-community/terraform-provider-personio/internal/provider"
)

const (
	ruleType        = "personio_sync_rule"
	integrationType = "personio_custom_integration"
	collectionPath  = gatewayapi.PathSyncRules
	targetID        = "00000000-0000-4000-8000-00000000beef"
)

// quick makes an apply look at runs all the time, and wait for them long enough.
var quick = provider.WithRunWait(time.Millisecond, time.Minute)

// start is a provider in front of a gateway with one integration.
func start(t *testing.T, opts ...provider.Option) (p *tfproto.Provider, fake *gatewayfake.Server, learning tfproto.Values) {
	t.Helper()
	p, fake = acctest.FakeProvider(t, append([]provider.Option{quick}, opts...)...)
	integration := fake.AddIntegration(gatewayapi.CustomIntegration{
		Name: "Learning", Scopes: []string{"personio:persons:read"},
		ReadableAttributes: []string{"first_name", "last_name", "email", "status", "department"},
	})
	return p, fake, tfproto.Values{
		"name": "Employees", "custom_integration_id": integration, "sync_target_id": targetID,
		"active": true, "filter": "status == 'active'",
		"match":             tfproto.Values{"employee": "email", "account": "userName"},
		"attribute_mapping": tfproto.Values{"name.givenName": "first_name"},
	}
}

func plan(t *testing.T, p *tfproto.Provider, prior *tfproto.Object, config tfproto.Values) tfproto.Planned {
	t.Helper()
	if config != nil {
		wantNoErrors(t, "validate", p.Validate(ruleType, config))
	}
	planned, diags := p.Plan(ruleType, prior, config)
	wantNoErrors(t, "plan", diags)
	return planned
}

// apply applies a configuration without a warning.
func apply(t *testing.T, p *tfproto.Provider, prior *tfproto.Object, config tfproto.Values) *tfproto.Object {
	t.Helper()
	object, diags := p.Apply(ruleType, plan(t, p, prior, config))
	wantNoErrors(t, "apply", diags)
	if text := diags.Warnings(); text != "" {
		t.Errorf("warnings: %s", text)
	}
	return object
}

func wantNoErrors(t *testing.T, step string, diags tfproto.Diagnostics) {
	t.Helper()
	if text := diags.Errors(); text != "" {
		t.Fatalf("%s: %s", step, text)
	}
}

func wantParts(t *testing.T, text string, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if !strings.Contains(text, part) {
			t.Errorf("%q is missing in:\n%s", part, text)
		}
	}
}

// refresh reads the object as the next run of Terraform does.
func refresh(t *testing.T, fake *gatewayfake.Server, object *tfproto.Object) (*tfproto.Provider, *tfproto.Object) {
	t.Helper()
	p := acctest.Reconnect(t, fake, quick)
	read, diags := p.Read(ruleType, object)
	wantNoErrors(t, "read", diags)
	if text := diags.Warnings(); text != "" {
		t.Errorf("warnings of a refresh: %s", text)
	}
	return p, read
}

// wantConverged wants that a refresh and a plan leave the object as it is.
func wantConverged(t *testing.T, fake *gatewayfake.Server, object *tfproto.Object, config tfproto.Values) *tfproto.Object {
	t.Helper()
	p, read := refresh(t, fake, object)
	if diff := cmp.Diff(read.Values, plan(t, p, read, config).Values); diff != "" {
		t.Errorf("the plan is not empty:\n%s", diff)
	}
	return read
}

func id(object *tfproto.Object) string {
	id, _ := object.Values["id"].(string)
	return id
}

func TestDefaults(t *testing.T) {
	t.Parallel()
	p, fake, config := start(t)
	config = config.With(tfproto.Values{
		"active": nil, "attribute_mapping": nil, "schedule": tfproto.Values{"cron": "0 4 * * *"},
		"group_mapping": tfproto.Values{"department": tfproto.Values{"name": "department"}},
	})
	object := apply(t, p, nil, config)
	want := tfproto.Values{
		"id": id(object), "name": "Employees", "custom_integration_id": config["custom_integration_id"], "sync_target_id": targetID,
		"active": false, "filter": "status == 'active'", "match": map[string]any{"employee": "email", "account": "userName"},
		"attribute_mapping": map[string]any{}, "group_mapping": map[string]any{"department": map[string]any{"name": "department", "adopt_existing": false}},
		"operations": []any{"deprovision", "link", "provision", "update"}, "deprovision_mode": "deactivate", "max_deprovision": "10%",
		"schedule": map[string]any{"cron": "0 4 * * *", "time_zone": "UTC"}, "on_failure": "pause", "notification_emails": []any{},
		"triggers": map[string]any{}, "wait_for_run": true, "state": "INACTIVE", "paused_reason": nil, "paused_since": nil, "next_run_at": nil,
		"created_at": "2026-11-01T12:00:00Z", "updated_at": "2026-11-01T12:00:00Z",
	}
	if diff := cmp.Diff(want, object.Values); diff != "" {
		t.Errorf("state (-want +got):\n%s", diff)
	}
	if object.Identity != id(object) {
		t.Errorf("identity %q", object.Identity)
	}
	wantConverged(t, fake, object, config)
	// What the defaults are may be written down as well.
	wantConverged(t, fake, object, config.With(tfproto.Values{
		"active": false, "attribute_mapping": tfproto.Values{}, "operations": []any{"deprovision", "link", "provision", "update"},
		"max_deprovision": "10%", "triggers": tfproto.Values{}, "notification_emails": []any{}, "wait_for_run": true,
	}))
}

func TestUpdateSendsOnlyWhatChanged(t *testing.T) {
	t.Parallel()
	p, fake, config := start(t)
	object := apply(t, p, nil, config)
	other := fake.AddIntegration(gatewayapi.CustomIntegration{Name: "Other", AllAttributes: true})
	for _, step := range []struct {
		name   string
		change tfproto.Values
		body   string
	}{
		{"name", tfproto.Values{"name": "People"}, `{"name":"People"}`},
		{"integration", tfproto.Values{"custom_integration_id": other}, `{"custom_integration_id":"` + other + `"}`},
		{"target", tfproto.Values{"sync_target_id": "00000000-0000-4000-8000-00000000a07e"}, `{"sync_target_id":"00000000-0000-4000-8000-00000000a07e"}`},
		{"inactive", tfproto.Values{"active": false}, `{"active":false}`},
		{"active", tfproto.Values{"active": true}, `{"active":true}`},
		{"filter", tfproto.Values{"filter": "true"}, `{"filter":"true"}`},
		{"match", tfproto.Values{"match": tfproto.Values{"employee": "id", "account": "userName"}}, `{"match":{"employee":"id","account":"userName"}}`},
		{"mapping", tfproto.Values{"attribute_mapping": tfproto.Values{"title": "position"}}, `{"attribute_mapping":{"title":"position"}}`},
		{"mapping removed", tfproto.Values{"attribute_mapping": nil}, `{"attribute_mapping":{}}`},
		{
			"groups",
			tfproto.Values{"group_mapping": tfproto.Values{"a/b": tfproto.Values{"name": "team", "adopt_existing": true}}},
			`{"group_mapping":{"a/b":{"name":"team","adopt_existing":true}}}`,
		},
		{"groups removed", tfproto.Values{"group_mapping": nil}, `{"group_mapping":{}}`},
		{"operations", tfproto.Values{"operations": []any{"update", "link"}}, `{"operations":["link","update"]}`},
		{"operations removed", tfproto.Values{"operations": nil}, `{"operations":["deprovision","link","provision","update"]}`},
		{"mode", tfproto.Values{"deprovision_mode": "delete"}, `{"deprovision_mode":"delete"}`},
		{"guard", tfproto.Values{"max_deprovision": "25"}, `{"max_deprovision":"25"}`},
		{
			"schedule",
			tfproto.Values{"schedule": tfproto.Values{"cron": "0 4 * * *", "time_zone": "Europe/Berlin"}},
			`{"schedule":{"cron":"0 4 * * *","time_zone":"Europe/Berlin"}}`,
		},
		{"time zone removed", tfproto.Values{"schedule": tfproto.Values{"cron": "0 4 * * *"}}, `{"schedule":{"cron":"0 4 * * *","time_zone":"UTC"}}`},
		{"schedule removed", tfproto.Values{"schedule": nil}, `{"schedule":null}`},
		{"on failure", tfproto.Values{"on_failure": "continue"}, `{"on_failure":"continue"}`},
		{"e-mails", tfproto.Values{"notification_emails": []any{"it@example.com", "hr@example.com"}}, `{"notification_emails":["hr@example.com","it@example.com"]}`},
		{"e-mails removed", tfproto.Values{"notification_emails": nil}, `{"notification_emails":[]}`},
		{"triggers", tfproto.Values{"triggers": tfproto.Values{"run": "1"}}, `{"triggers":{"run":"1"}}`},
		{"triggers removed", tfproto.Values{"triggers": nil}, `{"triggers":{}}`},
		// Terraform alone knows it.
		{"waiting", tfproto.Values{"wait_for_run": false}, ""},
	} {
		config = config.With(step.change)
		fake.Calls()
		object = apply(t, p, object, config)
		var bodies []string
		for _, call := range fake.Writes() {
			if call.Route != "PATCH "+collectionPath+"/"+id(object) || call.IfMatch == "" {
				t.Errorf("%s: %s, If-Match %q", step.name, call.Route, call.IfMatch)
			}
			bodies = append(bodies, call.Body)
		}
		if got := strings.Join(bodies, "\n"); got != step.body {
			t.Errorf("%s: sent %s\nwant %s", step.name, got, step.body)
		}
		object = wantConverged(t, fake, object, config)
	}
}

func TestUpdatePlanMarksOnlyWhatMoves(t *testing.T) {
	t.Parallel()
	p, _, config := start(t)
	object := apply(t, p, nil, config)
	moving := []string{"state", "paused_reason", "paused_since", "next_run_at", "updated_at"}
	for name, test := range map[string]struct {
		change tfproto.Values
		moves  bool
	}{
		"nothing":             {nil, false},
		"wait_for_run":        {tfproto.Values{"wait_for_run": false}, false},
		"filter":              {tfproto.Values{"filter": "true"}, true},
		"unknown filter":      {tfproto.Values{"filter": tfproto.Unknown}, true},
		"unknown integration": {tfproto.Values{"custom_integration_id": tfproto.Unknown}, true},
		"unknown mapping":     {tfproto.Values{"attribute_mapping": tfproto.Unknown}, true},
		"unknown expression":  {tfproto.Values{"attribute_mapping": tfproto.Values{"title": tfproto.Unknown}}, true},
		"unknown match":       {tfproto.Values{"match": tfproto.Unknown}, true},
		"unknown key":         {tfproto.Values{"match": tfproto.Values{"employee": tfproto.Unknown, "account": tfproto.Unknown}}, true},
		"unknown groups":      {tfproto.Values{"group_mapping": tfproto.Unknown}, true},
		"unknown group name":  {tfproto.Values{"group_mapping": tfproto.Values{"x": tfproto.Values{"name": tfproto.Unknown}}}, true},
		"unknown schedule":    {tfproto.Values{"schedule": tfproto.Unknown}, true},
		"unknown cron":        {tfproto.Values{"schedule": tfproto.Values{"cron": tfproto.Unknown}}, true},
		"unknown operations":  {tfproto.Values{"operations": tfproto.Unknown}, true},
		"unknown triggers":    {tfproto.Values{"triggers": tfproto.Values{"x": tfproto.Unknown}}, true},
	} {
		planned := plan(t, p, object, config.With(test.change))
		for _, attribute := range moving {
			if got := planned.Values[attribute] == any(tfproto.Unknown); got != test.moves {
				t.Errorf("%s: %s moves: %v", name, attribute, got)
			}
		}
		if planned.Values["id"] != object.Values["id"] || planned.Values["created_at"] != object.Values["created_at"] || len(planned.Replaces) > 0 {
			t.Errorf("%s: %v, replaces %v", name, planned.Values, planned.Replaces)
		}
	}
}

// What the gateway moves by itself reaches the state and plans nothing.
func TestStateMovesByItself(t *testing.T) {
	t.Parallel()
	p, fake, config := start(t)
	object := apply(t, p, nil, config)
	since := time.Date(2026, 11, 3, 4, 0, 0, 0, time.UTC)
	fake.MoveRule(id(object), func(o *gatewayapi.SyncRule) {
		o.State, o.PausedReason, o.PausedSince = gatewayapi.SyncPaused, "the target refuses its token", &since
	})
	read := wantConverged(t, fake, object, config)
	for attribute, want := range map[string]any{
		"state": "PAUSED", "paused_reason": "the target refuses its token", "paused_since": "2026-11-03T04:00:00Z",
	} {
		if read.Values[attribute] != want {
			t.Errorf("%s: %v", attribute, read.Values[attribute])
		}
	}
	// The documented way out.
	p = acctest.Reconnect(t, fake, quick)
	object = apply(t, p, read, config.With(tfproto.Values{"triggers": tfproto.Values{"resume": "1"}}))
	if object.Values["state"] != "ACTIVE" || object.Values["paused_reason"] != nil {
		t.Errorf("state after a resume: %v", object.Values)
	}
}

// failure is an item of a run that failed.
func failure(n int) gatewayapi.SyncRunItem {
	return gatewayapi.SyncRunItem{EmployeeID: fmt.Sprint(100 + n), Status: gatewayapi.ItemFailed, Operation: "provision", Message: fmt.Sprint("reason ", n)}
}

func TestRunsAreAwaited(t *testing.T) {
	t.Parallel()
	failures := []gatewayapi.SyncRunItem{{EmployeeID: "99", Status: gatewayapi.ItemSkipped, Message: "another rule's"}}
	for n := range 7 {
		failures = append(failures, failure(n))
	}
	failures[2] = gatewayapi.SyncRunItem{GroupName: "Team IT", Status: gatewayapi.ItemFailed, Operation: "group", Message: "is not ours"}
	for name, test := range map[string]struct {
		outcome gatewayfake.Outcome
		state   string
		want    []string // parts of the warnings; none: no warning
		not     string
	}{
		"successful": {gatewayfake.Outcome{Counts: gatewayapi.SyncCounts{Provisioned: 3}}, "ACTIVE", nil, ""},
		"failed": {
			gatewayfake.Outcome{Status: gatewayapi.RunFailed, Error: "The target refuses its token."},
			"PAUSED",
			[]string{`Sync run of "Employees" failed`, "The target refuses its token.", "triggers", "nobody was touched"},
			"",
		},
		"failed without a word": {gatewayfake.Outcome{Status: gatewayapi.RunFailed}, "PAUSED", []string{"gives no reason"}, ""},
		"canceled":              {gatewayfake.Outcome{Status: gatewayapi.RunCanceled}, "ACTIVE", []string{`Sync run of "Employees" was canceled`}, ""},
		"partial success": {
			gatewayfake.Outcome{
				Status: gatewayapi.RunPartialSuccess, Items: failures,
				Counts: gatewayapi.SyncCounts{Provisioned: 240, Failed: 7, Skipped: 1, GroupsCreated: 2},
			},
			"ACTIVE",
			[]string{
				`Sync run of "Employees" failed for 7`, "employee 100: reason 0", `group "Team IT": is not ours`, "employee 104: reason 4", "and 2 more",
				"240 provisioned, 1 skipped, 7 failed, 2 groups created",
			},
			"105",
		},
		"partial success of a few": {
			gatewayfake.Outcome{Status: gatewayapi.RunPartialSuccess, Items: failures[:2], Counts: gatewayapi.SyncCounts{Failed: 1}},
			"ACTIVE",
			[]string{"failed for 1", "employee 100: reason 0"},
			"more",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p, fake, config := start(t)
			fake.NextRun(test.outcome)
			check := func(step string, object *tfproto.Object, diags tfproto.Diagnostics) {
				t.Helper()
				wantNoErrors(t, step, diags)
				text := diags.Warnings()
				if (text == "") != (test.want == nil) || test.not != "" && strings.Contains(text, test.not) {
					t.Errorf("%s: warnings: %q", step, text)
				}
				wantParts(t, text, test.want...)
				if object.Values["state"] != test.state {
					t.Errorf("%s: state %v", step, object.Values["state"])
				}
			}
			object, diags := p.Apply(ruleType, plan(t, p, nil, config))
			check("create", object, diags)
			config = config.With(tfproto.Values{"filter": "true"})
			object, diags = p.Apply(ruleType, plan(t, p, object, config))
			check("update", object, diags)
			wantConverged(t, fake, object, config)
		})
	}
}

func TestRunsThatAreNotAwaited(t *testing.T) {
	t.Parallel()
	p, fake, config := start(t)
	fake.NextRun(gatewayfake.Outcome{Never: true})
	object := apply(t, p, nil, config.With(tfproto.Values{"wait_for_run": false}))
	inactive := apply(t, p, nil, config.With(tfproto.Values{"active": false, "name": "Inactive"}))
	for _, call := range fake.Calls() {
		if strings.Contains(call.Route, gatewayapi.PathSyncRuns) {
			t.Errorf("looked at a run: %s", call.Route)
		}
	}
	if object.Values["state"] != "ACTIVE" || inactive.Values["state"] != "INACTIVE" {
		t.Errorf("states: %v, %v", object.Values["state"], inactive.Values["state"])
	}
}

// A run that takes too long, or whose end cannot be seen, costs nothing but a
// warning.
func TestEndOfRunNotSeen(t *testing.T) {
	t.Parallel()
	p, fake, config := start(t, provider.WithRunWait(time.Millisecond, 2*time.Second))
	fake.NextRun(gatewayfake.Outcome{Never: true})
	object, diags := p.Apply(ruleType, plan(t, p, nil, config))
	wantNoErrors(t, "create", diags)
	wantParts(t, diags.Warnings(), `Sync run of "Employees" not awaited`, "within 2s", "RUNNING", "personio_sync_status", "wait_for_run = false")
	wantConverged(t, fake, object, config)

	p, fake, config = start(t)
	run := "00000000-0000-4000-8000-000000000005" // The fake numbers what it makes: integration, revision, rule, revision, run.
	fake.Script("GET "+gatewayapi.PathSyncRuns+"/"+run, gatewayfake.Finding(http.StatusInternalServerError, gatewayapi.KindInternal, "Broken", "Something broke.", nil))
	object, diags = p.Apply(ruleType, plan(t, p, nil, config))
	wantNoErrors(t, "create", diags)
	wantParts(t, diags.Warnings(), "not awaited", "Something broke", run)
	wantConverged(t, fake, object, config)
}

func TestValidateConfig(t *testing.T) {
	t.Parallel()
	p, fake, config := start(t)
	fake.Calls()
	mapping := func(path string, expression any) tfproto.Values {
		return tfproto.Values{"attribute_mapping": tfproto.Values{path: expression}}
	}
	match := func(employee, account any) tfproto.Values {
		return tfproto.Values{"match": tfproto.Values{"employee": employee, "account": account}}
	}
	for name, test := range map[string]struct {
		change tfproto.Values
		want   []string // parts of the errors; none: valid
	}{
		"as it is":             {nil, nil},
		"everything unknown":   {unknownOf(config), nil},
		"broken filter":        {tfproto.Values{"filter": "status == "}, []string{`AttributeName("filter")`, "line 1, column 11", "status == \n"}},
		"filter of text":       {tfproto.Values{"filter": "department"}, []string{"must give true or false"}},
		"unknown attribute":    {tfproto.Values{"filter": "no_such_thing == 'IT'"}, []string{"no_such_thing"}},
		"broken mapping":       {mapping("title", "posision"), []string{`AttributeName("attribute_mapping").ElementKeyString("title")`, "posision"}},
		"null mapping":         {mapping("title", nil), []string{`AttributeName("attribute_mapping")`}},
		"no path":              {mapping("first name", "first_name"), []string{`ElementKeyString("first name")`, "not the path"}},
		"reserved path":        {mapping("active", "true"), []string{"deprovision_mode"}},
		"mapped twice":         {tfproto.Values{"attribute_mapping": tfproto.Values{"Title": "position", "title": "position"}}, []string{"two ways of writing"}},
		"matched and mapped":   {mapping("username", "email"), []string{"match already gives username its value"}},
		"no userName":          {match("email", "externalId"), []string{"userName is missing", `userName = "email"`}},
		"userName mapped":      {match("id", "externalId").With(mapping("userName", "email")), nil},
		"userName not needed":  {match("email", "emails.value").With(tfproto.Values{"operations": []any{"link", "update"}}), nil},
		"unknown match":        {match(tfproto.Unknown, tfproto.Unknown), nil},
		"no employee key":      {match("mail", "userName"), []string{`AttributeName("match").AttributeName("employee")`, "mail"}},
		"no account path":      {match("email", "displayName"), []string{`AttributeName("match").AttributeName("account")`}},
		"group name":           {tfproto.Values{"group_mapping": tfproto.Values{"x": tfproto.Values{"name": "weekly_working_hours"}}}, []string{`ElementKeyString("x").AttributeName("name")`}},
		"group without key":    {tfproto.Values{"group_mapping": tfproto.Values{"": tfproto.Values{"name": "team"}}}, []string{`AttributeName("group_mapping")`}},
		"unknown operation":    {tfproto.Values{"operations": []any{"create"}}, []string{`AttributeName("operations")`, `"create"`}},
		"no operation":         {tfproto.Values{"operations": []any{}}, []string{`AttributeName("operations")`}},
		"mode":                 {tfproto.Values{"deprovision_mode": "suspend"}, []string{`AttributeName("deprovision_mode")`}},
		"share":                {tfproto.Values{"max_deprovision": "100%"}, nil},
		"number":               {tfproto.Values{"max_deprovision": "0"}, nil},
		"share above all":      {tfproto.Values{"max_deprovision": "101%"}, []string{`AttributeName("max_deprovision")`}},
		"no number":            {tfproto.Values{"max_deprovision": "ten"}, []string{`AttributeName("max_deprovision")`}},
		"negative":             {tfproto.Values{"max_deprovision": "-1"}, []string{`AttributeName("max_deprovision")`}},
		"cron":                 {tfproto.Values{"schedule": tfproto.Values{"cron": "0 25 * * *"}}, []string{`AttributeName("schedule").AttributeName("cron")`}},
		"zone":                 {tfproto.Values{"schedule": tfproto.Values{"cron": "0 4 * * *", "time_zone": "CET/Berlin"}}, []string{`AttributeName("schedule").AttributeName("time_zone")`}},
		"on failure":           {tfproto.Values{"on_failure": "ignore"}, []string{`AttributeName("on_failure")`}},
		"e-mail":               {tfproto.Values{"notification_emails": []any{"it"}}, []string{`AttributeName("notification_emails")`, "it@example.com"}},
		"empty name":           {tfproto.Values{"name": ""}, []string{`AttributeName("name")`}},
		"long name":            {tfproto.Values{"name": strings.Repeat("ü", 256)}, []string{`AttributeName("name")`}},
		"name of 255":          {tfproto.Values{"name": strings.Repeat("ü", 255)}, nil},
		"null trigger":         {tfproto.Values{"triggers": tfproto.Values{"x": nil}}, []string{`AttributeName("triggers")`}},
		"no integration":       {tfproto.Values{"custom_integration_id": ""}, []string{`AttributeName("custom_integration_id")`}},
		"long filter":          {tfproto.Values{"filter": "true || " + strings.Repeat("true || ", 1000) + "true"}, []string{"more than 8000"}},
		"custom attribute":     {tfproto.Values{"filter": "dynamic_4711 == 'Yes'"}, nil},
		"a supervisor's email": {mapping("title", "supervisor.email"), nil},
	} {
		text := p.Validate(ruleType, config.With(test.change)).Errors()
		if (text == "") != (test.want == nil) {
			t.Errorf("%s: errors: %q", name, text)
			continue
		}
		wantParts(t, text, test.want...)
	}
	if calls := fake.Calls(); len(calls) > 0 || fake.Tokens() > 0 {
		t.Errorf("validation called the gateway: %v", calls)
	}
}

// unknownOf makes every value unknown.
func unknownOf(config tfproto.Values) tfproto.Values {
	all := tfproto.Values{}
	for name := range config {
		all[name] = tfproto.Unknown
	}
	return all
}

// An expression is checked against what the integration may read once the plan
// is applied.
func TestAttributesOutsideTheIntegrationsList(t *testing.T) {
	t.Parallel()
	p, fake, config := start(t)
	integration, _ := config["custom_integration_id"].(string)
	wider := config.With(tfproto.Values{
		"filter": "status == 'active' && team == 'A'", "match": tfproto.Values{"employee": "preferred_name", "account": "userName"},
		"attribute_mapping": tfproto.Values{"title": "position + office", "nickName": "id"},
		"group_mapping":     tfproto.Values{"s": tfproto.Values{"name": "supervisor.last_name"}},
	})
	wantAll := func(text string) {
		t.Helper()
		wantParts(t, text,
			`AttributeName("filter"): `, "uses team outside", `the custom integration "Learning"`,
			`AttributeName("match").AttributeName("employee"): `, "uses preferred_name outside",
			`AttributeName("attribute_mapping").ElementKeyString("title"): `, "uses office, position outside", "Add them to readable_attributes",
			`AttributeName("group_mapping").ElementKeyString("s").AttributeName("name"): `, "uses supervisor outside",
		)
		if strings.Contains(text, "nickName") {
			t.Errorf("everybody may read the id: %s", text)
		}
	}

	// The gateway's list, asked for once.
	fake.Calls()
	for range 3 {
		_, diags := p.Plan(ruleType, nil, wider)
		wantAll(diags.Errors())
	}
	if calls := fake.Calls(); len(calls) != 1 {
		t.Errorf("calls: %v", calls)
	}

	// The planned list.
	list := func(attributes ...any) tfproto.Values {
		return tfproto.Values{"name": "Learning", "scopes": []any{"personio:persons:read"}, "readable_attributes": attributes}
	}
	imported, diags := p.Import(integrationType, integration, "")
	wantNoErrors(t, "import", diags)
	state, diags := p.Read(integrationType, imported)
	wantNoErrors(t, "read", diags)
	fake.Calls()
	for name, test := range map[string]struct {
		integration tfproto.Values
		rule        tfproto.Values
		fails       bool
	}{
		"added to both":       {list("status", "team", "preferred_name", "position", "office", "supervisor", "last_name"), wider, false},
		"added to neither":    {list("status", "last_name"), wider, true},
		"all attributes":      {list().With(tfproto.Values{"all_attributes": true}), wider, false},
		"list not known":      {list().With(tfproto.Values{"readable_attributes": tfproto.Unknown}), wider, false},
		"element not known":   {list("status", tfproto.Unknown), wider, false},
		"all not known":       {list("status").With(tfproto.Values{"all_attributes": tfproto.Unknown}), wider, false},
		"taken from the list": {list("status"), config, true},
	} {
		p := acctest.Reconnect(t, fake, quick)
		_, diags := p.Plan(integrationType, state, test.integration)
		wantNoErrors(t, name, diags)
		_, diags = p.Plan(ruleType, nil, test.rule)
		if got := diags.Errors() != ""; got != test.fails {
			t.Errorf("%s: errors: %q", name, diags.Errors())
		}
	}
	if calls := fake.Calls(); len(calls) > 0 {
		t.Errorf("the gateway was asked: %v", calls)
	}

	// Nobody knows yet.
	_, diags = acctest.Reconnect(t, fake, quick).Plan(ruleType, nil, wider.With(tfproto.Values{"custom_integration_id": tfproto.Unknown}))
	wantNoErrors(t, "unknown id", diags)
	fake.Script("GET "+gatewayapi.PathCustomIntegrations, gatewayfake.Finding(http.StatusForbidden, gatewayapi.KindForbidden, "Forbidden", "", nil))
	_, diags = acctest.Reconnect(t, fake, quick).Plan(ruleType, nil, wider)
	wantNoErrors(t, "no answer", diags)

	_, diags = acctest.Reconnect(t, fake, quick).Plan(ruleType, nil, config.With(tfproto.Values{"custom_integration_id": "deleted"}))
	wantParts(t, diags.Errors(), `AttributeName("custom_integration_id")`, `no custom integration with the id "deleted"`)
}

// Somebody else narrowed the integration: a rule that does not change is warned
// of, and stops nobody's plan; one that changes is not planned.
func TestIntegrationNarrowedByOthers(t *testing.T) {
	t.Parallel()
	p, fake, config := start(t)
	object := apply(t, p, nil, config)
	integration, _ := config["custom_integration_id"].(string)
	fake.ChangeIntegration(integration, func(o *gatewayapi.CustomIntegration) { o.ReadableAttributes = []string{"first_name", "email"} })
	p = acctest.Reconnect(t, fake, quick)
	_, diags := p.Plan(ruleType, object, config)
	wantNoErrors(t, "nothing to do", diags)
	wantParts(t, diags.Warnings(), "uses status outside its integration's list")
	_, diags = p.Plan(ruleType, object, config.With(tfproto.Values{"max_deprovision": "20%"}))
	wantParts(t, diags.Errors(), "uses status outside its integration's list")
	_, diags = p.Plan(ruleType, object, nil)
	wantNoErrors(t, "destroy", diags)
	if diags.Warnings() != "" {
		t.Errorf("destroy: %s", diags.Warnings())
	}
}

func TestErrorsPointToTheAttribute(t *testing.T) {
	t.Parallel()
	p, fake, config := start(t)
	planned := plan(t, p, nil, config)
	for pointer, want := range map[string]string{
		"/filter":                           `AttributeName("filter"): `,
		"/attribute_mapping/name.givenName": `AttributeName("attribute_mapping").ElementKeyString("name.givenName"): `,
		"/attribute_mapping/a~1b~0c":        `AttributeName("attribute_mapping").ElementKeyString("a/b~c"): `,
		"/group_mapping/department/name":    `AttributeName("group_mapping").ElementKeyString("department").AttributeName("name"): `,
		"/group_mapping/department":         `AttributeName("group_mapping").ElementKeyString("department"): `,
		"/schedule/cron":                    `AttributeName("schedule").AttributeName("cron"): `,
		"/match/employee":                   `AttributeName("match").AttributeName("employee"): `,
		"/operations/2":                     `AttributeName("operations"): `,
		"/notification_emails/0":            `AttributeName("notification_emails"): `,
		"/sync_target_id":                   `AttributeName("sync_target_id"): `,
	} {
		fake.Script("POST "+collectionPath, gatewayfake.Finding(http.StatusUnprocessableEntity, gatewayapi.KindInvalid, "Invalid value",
			"It will not do.", map[string]string{gatewayapi.MetaPointer: pointer}))
		object, diags := p.Apply(ruleType, planned)
		wantParts(t, diags.Errors(), want, `Could not create sync rule "Employees"`, "It will not do.", "HTTP status 422")
		if object != nil {
			t.Errorf("%s: a rule that was refused is in the state", pointer)
		}
	}
}

func TestImport(t *testing.T) {
	t.Parallel()
	p, fake, config := start(t)
	integration, _ := config["custom_integration_id"].(string)
	rule := fake.AddRule(gatewayapi.SyncRule{State: gatewayapi.SyncActive, SyncRuleConfig: gatewayapi.SyncRuleConfig{
		Name: "Employees", CustomIntegrationID: integration, SyncTargetID: targetID, Active: true, Filter: "status == 'active'",
		Match: gatewayapi.SyncMatch{Employee: "email", Account: "userName"}, AttributeMapping: map[string]string{"name.givenName": "first_name"},
		Operations:      []gatewayapi.SyncOperation{"provision", "update", "deprovision", "link"},
		DeprovisionMode: "deactivate", MaxDeprovision: "10%", OnFailure: "pause",
	}})
	for name, by := range map[string]struct{ id, identity string }{"id": {id: rule}, "identity": {identity: rule}} {
		imported, diags := p.Import(ruleType, by.id, by.identity)
		wantNoErrors(t, name, diags)
		read, diags := p.Read(ruleType, imported)
		wantNoErrors(t, name, diags)
		if read.Identity != rule {
			t.Errorf("%s: identity %q", name, read.Identity)
		}
		wantConverged(t, fake, read, config)
	}
	imported, diags := p.Import(ruleType, "no-such-id", "")
	wantNoErrors(t, "import", diags)
	_, diags = p.Read(ruleType, imported)
	wantParts(t, diags.Errors(), "Could not import sync rule", `"no-such-id"`, "base_url")
}

func TestReadOfWhatIsGone(t *testing.T) {
	t.Parallel()
	p, fake, config := start(t)
	object := apply(t, p, nil, config)
	fake.RemoveAll()
	object.Identity = ""
	p = acctest.Reconnect(t, fake)
	read, diags := p.Read(ruleType, object)
	wantNoErrors(t, "read", diags)
	if read != nil {
		t.Errorf("still there: %v", read)
	}
	wantParts(t, diags.Warnings(), `Sync rule "Employees" is gone`, id(object))
	_, diags = p.Apply(ruleType, plan(t, p, object, nil))
	wantNoErrors(t, "delete of what is gone", diags)
}

func TestRefusedUpdateKeepsTheState(t *testing.T) {
	t.Parallel()
	p, fake, config := start(t)
	object := apply(t, p, nil, config)
	planned := plan(t, p, object, config.With(tfproto.Values{"filter": "true"}))
	fake.ChangeRule(id(object), func(o *gatewayapi.SyncRule) { o.Active = false })
	after, diags := p.Apply(ruleType, planned)
	wantParts(t, diags.Errors(), "Somebody else changed it", "HTTP status 412")
	if diff := cmp.Diff(object.Values, after.Values); diff != "" {
		t.Errorf("state after a refused update:\n%s", diff)
	}
	if got := fake.Rules()[0]; got.Active || got.Filter != "status == 'active'" {
		t.Errorf("overwritten: %+v", got)
	}
}

func TestDroppedAttributeIsItsOwnError(t *testing.T) {
	t.Parallel()
	p, fake, config := start(t)
	fake.DropDescriptions()
	object, diags := p.Apply(ruleType, plan(t, p, nil, config.With(tfproto.Values{"triggers": tfproto.Values{"x": "1"}})))
	wantParts(t, diags.Errors(), "The server did not keep triggers", "Employees")
	if object == nil || id(object) == "" {
		t.Error("what was made must reach the state")
	}
}

func TestNameTaken(t *testing.T) {
	t.Parallel()
	p, _, config := start(t)
	object := apply(t, p, nil, config)
	_, diags := p.Apply(ruleType, plan(t, p, nil, config))
	wantParts(t, diags.Errors(), `AttributeName("name")`, "terraform import personio_sync_rule.<name> "+id(object))
}

// Destroying makes one call, which says nothing of accounts.
func TestDestroy(t *testing.T) {
	t.Parallel()
	p, fake, config := start(t)
	object := apply(t, p, nil, config)
	fake.Calls()
	gone, diags := p.Apply(ruleType, plan(t, p, object, nil))
	wantNoErrors(t, "destroy", diags)
	calls := fake.Calls()
	if gone != nil || len(calls) != 1 || calls[0].Route != "DELETE "+collectionPath+"/"+id(object) || calls[0].Query != "" || calls[0].Body != "" {
		t.Errorf("destroy: %v, calls %v", gone, calls)
	}
}

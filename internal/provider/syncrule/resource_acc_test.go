package syncrule_test

import (
	"context"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-testing/compare"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/terraform"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/personio-community/terraform-provider-personio/internal/acctest"
	"github.com/personio-community/terraform-provider-personio/internal/gatewayapi"
	"github.com/personio-community/terraform-provider-personio/internal/personio"
	"github.com/personio-community/terraform-provider-personio/internal/provider"
	"github.com/personio-community/terraform-provider-personio/internal/sandbox/company"
	"github.com/personio-community/terraform-provider-personio/internal/sandbox/scim"
)

const address = "personio_sync_rule.learning"

func factories() map[string]func() (tfprotov6.ProviderServer, error) {
	return acctest.Factories(provider.WithRunWait(10*time.Millisecond, time.Minute))
}

// around is a configuration with an integration that reads attributes, and a
// target.
func around(w *acctest.World, attributes string) string {
	return w.ProviderConfig() + fmt.Sprintf(`
resource "personio_custom_integration" "learning" {
  name                = "Learning"
  scopes              = ["personio:persons:read"]
  readable_attributes = [%s]
}

resource "personio_sync_target" "learning" {
  name = "Learning"
  scim = {
    url      = %q
    token_wo = %q
  }
}
`, attributes, w.SCIMURL, w.SCIMToken)
}

// sync is that configuration with a rule of the given arguments.
func sync(w *acctest.World, attributes, arguments string) string {
	return around(w, attributes) + `
resource "personio_sync_rule" "learning" {
  custom_integration_id = personio_custom_integration.learning.id
  sync_target_id        = personio_sync_target.learning.id
` + arguments + `
}
`
}

// readable is what most rules here read.
const readable = `"first_name", "last_name", "email", "status", "department"`

// minimal are arguments of a rule that syncs everybody who is not gone.
const minimal = `
  name              = "Employees"
  active            = true
  filter            = "status != 'inactive' && email != null"
  match             = { employee = "email", account = "userName" }
  attribute_mapping = { "name.givenName" = "first_name" }
`

func state(attribute string, value knownvalue.Check) statecheck.StateCheck {
	return statecheck.ExpectKnownValue(address, tfjsonpath.New(attribute), value)
}

// emptyPlan is a step that wants nothing to do.
func emptyPlan(config string) resource.TestStep {
	return resource.TestStep{
		Config:           config,
		ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()}},
	}
}

func action(want plancheck.ResourceActionType) resource.ConfigPlanChecks {
	return resource.ConfigPlanChecks{
		PreApply:             []plancheck.PlanCheck{plancheck.ExpectResourceAction(address, want)},
		PostApplyPostRefresh: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()},
	}
}

// words matches words in order, wherever the CLI breaks its lines.
func words(text string) *regexp.Regexp {
	parts := strings.Fields(text)
	for i, p := range parts {
		parts[i] = regexp.QuoteMeta(p)
	}
	return regexp.MustCompile(strings.Join(parts, `[\s│]+`))
}

// gone checks that the destroy left nothing on the gateway.
func gone(w *acctest.World) func(*terraform.State) error {
	return func(*terraform.State) error {
		for got, err := range w.Client.SyncRules().List(context.Background(), personio.SyncRuleFilter{}) {
			if err != nil {
				return err
			}
			return fmt.Errorf("sync rule %q is still there", got.Name)
		}
		return nil
	}
}

// only is the one rule of the gateway.
func only(t *testing.T, w *acctest.World) gatewayapi.SyncRule {
	t.Helper()
	for got, err := range w.Client.SyncRules().List(t.Context(), personio.SyncRuleFilter{}) {
		if err != nil {
			t.Fatal(err)
		}
		return got
	}
	t.Fatal("there is no rule")
	return gatewayapi.SyncRule{}
}

// staff are the user names that minimal selects, worked out without the engine.
func staff(w *acctest.World) map[string]bool {
	names := map[string]bool{}
	for _, person := range w.Sandbox.Company().People() {
		if person.Employment.Status != company.StatusInactive && person.Email != "" {
			names[person.Email] = true
		}
	}
	return names
}

// wantAccounts wants exactly the staff to have active accounts.
func wantAccounts(w *acctest.World) error {
	want := staff(w)
	users := w.SCIM.Users()
	if len(want) == 0 || len(users) != len(want) {
		return fmt.Errorf("%d accounts, want %d", len(users), len(want))
	}
	for _, user := range users {
		name, _ := user["userName"].(string)
		if !want[name] || user["active"] != true {
			return fmt.Errorf("account %q, active: %v", name, user["active"])
		}
	}
	return nil
}

// accounts checks the target's accounts after a step.
type accounts struct{ w *acctest.World }

func (a accounts) CheckState(_ context.Context, _ statecheck.CheckStateRequest, resp *statecheck.CheckStateResponse) {
	resp.Error = wantAccounts(a.w)
}

// From nothing to accounts, and back without touching one.
func TestAccSyncRule_lifecycle(t *testing.T) {
	t.Parallel()
	w := acctest.Start(t)
	config := sync(w, readable, minimal)
	full := sync(w, readable+`, "supervisor", "employment_type"`, `
  name              = "Staff"
  active            = true
  filter            = "status != 'inactive' && email != null"
  match             = { employee = "email", account = "userName" }
  attribute_mapping = {
    "name.givenName"                = "first_name"
    "name.familyName"               = "last_name"
    "preferredLanguage"             = "'de'"
    "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department" = "department"
  }
  group_mapping = {
    department = { name = "'Abteilung ' + department" }
    supervisor = { name = "supervisor.last_name + 's Team'", adopt_existing = true }
  }
  operations       = ["provision", "update", "deprovision"]
  deprovision_mode = "delete"
  max_deprovision  = "25"
  schedule         = { cron = "0 4 * * *", time_zone = "Europe/Berlin" }
  on_failure       = "continue"
  triggers         = { release = "1" }
`)
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: factories(),
		CheckDestroy: func(s *terraform.State) error {
			if err := gone(w)(s); err != nil {
				return err
			}
			// Everything was destroyed, and nobody lost an account.
			return wantAccounts(w)
		},
		Steps: []resource.TestStep{
			{
				Config: config,
				ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{
					plancheck.ExpectResourceAction(address, plancheck.ResourceActionCreate),
					plancheck.ExpectUnknownValue(address, tfjsonpath.New("state")),
				}},
				ConfigStateChecks: []statecheck.StateCheck{
					accounts{w},
					state("id", knownvalue.StringRegexp(regexp.MustCompile(`^[0-9a-f-]{36}$`))),
					state("active", knownvalue.Bool(true)),
					state("operations", knownvalue.SetSizeExact(4)),
					state("deprovision_mode", knownvalue.StringExact("deactivate")),
					state("max_deprovision", knownvalue.StringExact("10%")),
					state("schedule", knownvalue.Null()),
					state("on_failure", knownvalue.StringExact("pause")),
					state("wait_for_run", knownvalue.Bool(true)),
					state("state", knownvalue.StringExact("ACTIVE")),
					state("paused_reason", knownvalue.Null()),
					state("next_run_at", knownvalue.Null()),
				},
			},
			emptyPlan(config),
			{
				Config:           full,
				ConfigPlanChecks: action(plancheck.ResourceActionUpdate),
				ConfigStateChecks: []statecheck.StateCheck{
					accounts{w},
					state("name", knownvalue.StringExact("Staff")),
					state("attribute_mapping", knownvalue.MapSizeExact(4)),
					state("group_mapping", knownvalue.MapSizeExact(2)),
					state("next_run_at", knownvalue.NotNull()),
				},
			},
			emptyPlan(full),
			{ResourceName: address, ImportState: true, ImportStateVerify: true},
		},
	})
	if len(w.SCIM.Groups()) == 0 {
		t.Error("no groups arose")
	}
}

// Every argument is changed on its own: the plan updates in place and touches
// nothing else.
func TestAccSyncRule_updateEachAttribute(t *testing.T) {
	t.Parallel()
	w := acctest.Start(t)
	text := knownvalue.StringExact
	updates := acctest.Updates{
		Type:   "personio_sync_rule",
		Around: around(w, readable),
		// Only one rule is active, because two may not claim the same people.
		Arguments: map[string]string{
			"custom_integration_id": "personio_custom_integration.learning.id", "sync_target_id": "personio_sync_target.learning.id",
			"filter": `"status == 'active' && email != null"`, "match": `{ employee = "email", account = "userName" }`, "active": "false",
		},
		Instead: map[string]map[string]string{
			"active": {"active": "true", "wait_for_run": "true"},
			"match":  {"match": `{ employee = "email", account = "emails.value" }`, "attribute_mapping": `{ userName = "email" }`},
		},
		Changes: []acctest.Change{
			acctest.Set("name", `"Staff"`, text("Staff")),
			acctest.Set("filter", `"status in ['active', 'leave'] && email != null"`, text("status in ['active', 'leave'] && email != null")),
			acctest.Set("attribute_mapping", `{ "displayName" = "first_name" }`, knownvalue.MapExact(map[string]knownvalue.Check{"displayName": text("first_name")})),
			acctest.Set("attribute_mapping", "null", knownvalue.MapSizeExact(0)),
			acctest.Set("group_mapping", `{ d = { name = "department" } }`, knownvalue.MapExact(map[string]knownvalue.Check{
				"d": knownvalue.ObjectExact(map[string]knownvalue.Check{"name": text("department"), "adopt_existing": knownvalue.Bool(false)}),
			})),
			acctest.Set("group_mapping", `{ d = { name = "department", adopt_existing = true } }`, knownvalue.MapExact(map[string]knownvalue.Check{
				"d": knownvalue.ObjectExact(map[string]knownvalue.Check{"name": text("department"), "adopt_existing": knownvalue.Bool(true)}),
			})),
			acctest.Set("group_mapping", "{}", knownvalue.MapSizeExact(0)),
			acctest.Set("operations", `["link", "update"]`, knownvalue.SetSizeExact(2)),
			acctest.Set("operations", "null", knownvalue.SetSizeExact(4)),
			acctest.Set("deprovision_mode", `"delete"`, text("delete")),
			acctest.Set("max_deprovision", `"0"`, text("0")),
			acctest.Set("max_deprovision", "null", text("10%")),
			acctest.Set("schedule", `{ cron = "0 4 * * *" }`, knownvalue.ObjectExact(map[string]knownvalue.Check{"cron": text("0 4 * * *"), "time_zone": text("UTC")})),
			acctest.Set("schedule", `{ cron = "0 4 * * *", time_zone = "Europe/Berlin" }`, knownvalue.ObjectExact(map[string]knownvalue.Check{"cron": text("0 4 * * *"), "time_zone": text("Europe/Berlin")})),
			acctest.Set("schedule", "null", knownvalue.Null()),
			acctest.Set("on_failure", `"continue"`, text("continue")),
			acctest.Set("triggers", `{ a = "1" }`, knownvalue.MapSizeExact(1)),
			acctest.Set("triggers", "null", knownvalue.MapSizeExact(0)),
			acctest.Set("match", `{ employee = "id", account = "externalId" }`, knownvalue.ObjectExact(map[string]knownvalue.Check{"employee": text("id"), "account": text("externalId")})),
			acctest.Set("wait_for_run", "false", knownvalue.Bool(false)),
			acctest.Set("wait_for_run", "null", knownvalue.Bool(true)),
			acctest.Set("active", "false", knownvalue.Bool(false)),
			acctest.Set("active", "null", nil),
			acctest.Set("active", "true", knownvalue.Bool(true)),
		},
	}
	resource.UnitTest(t, resource.TestCase{ProtoV6ProviderFactories: factories(), CheckDestroy: gone(w), Steps: updates.Steps()})
}

// An attribute that integration and rule get in one plan is no error; one that
// is missing is, at plan if the id is known and else at apply.
func TestAccSyncRule_integrationAndRuleInOnePlan(t *testing.T) {
	t.Parallel()
	w := acctest.Start(t)
	position := strings.Replace(minimal, `{ "name.givenName" = "first_name" }`, `{ "title" = "position" }`, 1)
	wider := readable + `, "position"`
	both := sync(w, wider, position)
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: factories(),
		CheckDestroy:             gone(w),
		Steps: []resource.TestStep{
			// Nothing exists: it shows once the integration has an id.
			{Config: sync(w, readable, position), ExpectError: words(`which the custom integration "Learning" may not read`)},
			{Config: sync(w, readable, minimal)},
			{Config: sync(w, readable, position), PlanOnly: true, ExpectError: words(`Sync rule "Employees" uses position outside its integration's list`)},
			{
				Config: both,
				ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{
					plancheck.ExpectResourceAction(address, plancheck.ResourceActionUpdate),
					plancheck.ExpectResourceAction("personio_custom_integration.learning", plancheck.ResourceActionUpdate),
				}},
				ConfigStateChecks: []statecheck.StateCheck{accounts{w}, state("state", knownvalue.StringExact("ACTIVE"))},
			},
			emptyPlan(both),
			{Config: sync(w, readable, position), PlanOnly: true, ExpectError: words("uses position outside its integration's list")},
			// All attributes, and back, together with what the rule reads.
			{Config: strings.Replace(both, "readable_attributes = ["+wider+"]", "all_attributes = true", 1)},
			{Config: sync(w, readable, minimal), ConfigStateChecks: []statecheck.StateCheck{accounts{w}}},
			emptyPlan(sync(w, readable, minimal)),
		},
	})
}

// A run that fails leaves the rule in place, not tainted: the next apply changes
// it and does not make it anew.
func TestAccSyncRule_failedRun(t *testing.T) {
	t.Parallel()
	w := acctest.Start(t)
	groups := minimal + "  group_mapping = { department = { name = \"department\" } }\n"
	config := sync(w, readable, groups)
	mended := sync(w, readable, groups+`  triggers = { mended = "yes" }`)
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: factories(),
		CheckDestroy:             gone(w),
		Steps: []resource.TestStep{
			{
				// The test of the target looks at no groups; the run does.
				PreConfig: func() { w.SCIM.Fail(scim.Fault{PathPrefix: "/Groups", Status: http.StatusForbidden}) },
				Config:    config,
				ConfigStateChecks: []statecheck.StateCheck{
					state("state", knownvalue.StringExact("PAUSED")),
					state("paused_reason", knownvalue.NotNull()),
					state("paused_since", knownvalue.NotNull()),
				},
			},
			emptyPlan(config),
			{
				PreConfig:        w.SCIM.ClearFaults,
				Config:           mended,
				ConfigPlanChecks: action(plancheck.ResourceActionUpdate),
				ConfigStateChecks: []statecheck.StateCheck{
					accounts{w}, state("state", knownvalue.StringExact("ACTIVE")), state("paused_reason", knownvalue.Null()),
				},
			},
			emptyPlan(mended),
		},
	})
}

func TestAccSyncRule_drift(t *testing.T) {
	t.Parallel()
	w := acctest.Start(t)
	config := sync(w, readable, minimal)
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: factories(),
		CheckDestroy:             gone(w),
		Steps: []resource.TestStep{
			{Config: config},
			{
				PreConfig: func() {
					off, share := false, "50%"
					_, err := w.Client.SyncRules().Update(t.Context(), only(t, w).ID, "", gatewayapi.SyncRuleUpdate{
						Active: &off, MaxDeprovision: &share, Schedule: gatewayapi.Value(gatewayapi.SyncSchedule{Cron: "0 5 * * *"}),
					})
					if err != nil {
						t.Error(err)
					}
				},
				Config:           config,
				ConfigPlanChecks: action(plancheck.ResourceActionUpdate),
				ConfigStateChecks: []statecheck.StateCheck{
					state("active", knownvalue.Bool(true)), state("max_deprovision", knownvalue.StringExact("10%")), state("schedule", knownvalue.Null()),
				},
			},
			emptyPlan(config),
		},
	})
}

// A rule that was deleted by others is made anew and takes its accounts over.
func TestAccSyncRule_disappears(t *testing.T) {
	t.Parallel()
	w := acctest.Start(t)
	config := sync(w, readable, minimal)
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: factories(),
		CheckDestroy:             gone(w),
		Steps: []resource.TestStep{
			{Config: config},
			{
				PreConfig: func() {
					if err := w.Client.SyncRules().Delete(t.Context(), only(t, w).ID); err != nil {
						t.Error(err)
					}
				},
				Config:            config,
				ConfigPlanChecks:  action(plancheck.ResourceActionCreate),
				ConfigStateChecks: []statecheck.StateCheck{accounts{w}},
			},
			{
				PreConfig: func() {
					if rule := only(t, w); rule.LinkedAccounts != len(staff(w)) {
						t.Errorf("%d linked accounts, want %d", rule.LinkedAccounts, len(staff(w)))
					}
				},
				Config: config, PlanOnly: true,
			},
			emptyPlan(config),
		},
	})
}

// No argument needs a new rule; one that people ask for takes the accounts over.
func TestAccSyncRule_replace(t *testing.T) {
	t.Parallel()
	w := acctest.Start(t)
	config := sync(w, readable, minimal)
	ids := statecheck.CompareValue(compare.ValuesDiffer())
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: factories(),
		CheckDestroy:             gone(w),
		Steps: []resource.TestStep{
			{Config: config, ConfigStateChecks: []statecheck.StateCheck{ids.AddStateValue(address, tfjsonpath.New("id"))}},
			{
				Taint:             []string{address},
				Config:            config,
				ConfigPlanChecks:  action(plancheck.ResourceActionDestroyBeforeCreate),
				ConfigStateChecks: []statecheck.StateCheck{ids.AddStateValue(address, tfjsonpath.New("id")), accounts{w}},
			},
			emptyPlan(config),
		},
	})
}

// A rule moves to another integration and another target in place. That these
// are destroyed in the same apply takes create_before_destroy, as documented.
func TestAccSyncRule_otherIntegrationAndTarget(t *testing.T) {
	t.Parallel()
	w := acctest.Start(t)
	config := sync(w, readable, minimal)
	moved := strings.NewReplacer(
		"= personio_custom_integration.learning.id", "= personio_custom_integration.other.id",
		"= personio_sync_target.learning.id", "= personio_sync_target.other.id",
	).Replace(config) + fmt.Sprintf(`
resource "personio_custom_integration" "other" {
  name                = "Other"
  scopes              = ["personio:persons:read"]
  readable_attributes = [%s]

  lifecycle {
    create_before_destroy = true
  }
}

resource "personio_sync_target" "other" {
  name = "Other"
  scim = {
    url      = %q
    token_wo = %q
  }

  lifecycle {
    create_before_destroy = true
  }
}
`, readable, w.SCIMURL, w.SCIMToken)
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: factories(),
		CheckDestroy:             gone(w),
		Steps: []resource.TestStep{
			{Config: config},
			{Config: moved, ConfigPlanChecks: action(plancheck.ResourceActionUpdate), ConfigStateChecks: []statecheck.StateCheck{accounts{w}}},
			emptyPlan(moved),
			{Config: config, ConfigPlanChecks: action(plancheck.ResourceActionUpdate), ConfigStateChecks: []statecheck.StateCheck{accounts{w}}},
			emptyPlan(config),
		},
	})
}

func TestAccSyncRule_duplicateName(t *testing.T) {
	t.Parallel()
	w := acctest.Start(t)
	config := sync(w, readable, minimal)
	_, rule, _ := strings.Cut(config, `resource "personio_sync_rule" "learning"`)
	twice := config + `resource "personio_sync_rule" "again"` + rule
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: factories(),
		CheckDestroy:             gone(w),
		Steps: []resource.TestStep{
			{Config: config},
			{Config: twice, ExpectError: words("terraform import personio_sync_rule.<name>")},
			emptyPlan(config),
		},
	})
}

// What is used is not destroyed, and the errors read well.
func TestAccSyncRule_holdsIntegrationAndTarget(t *testing.T) {
	t.Parallel()
	w := acctest.Start(t)
	config := sync(w, readable, minimal)
	var rule string
	orphaned := "removed {\n  from = personio_sync_rule.learning\n  lifecycle {\n    destroy = false\n  }\n}\n"
	base, _, _ := strings.Cut(config, `resource "personio_sync_rule"`)
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: factories(),
		CheckDestroy:             gone(w),
		Steps: []resource.TestStep{
			{Config: config},
			// Terraform forgets the rule, and it stays.
			{Config: base + orphaned},
			{PreConfig: func() { rule = only(t, w).ID }, Config: w.ProviderConfig(), ExpectError: words("still read as this custom integration")},
			{Config: w.ProviderConfig(), ExpectError: words("still write to this target")},
			{
				PreConfig: func() {
					if err := w.Client.SyncRules().Delete(t.Context(), rule); err != nil {
						t.Error(err)
					}
				},
				Config: base,
			},
			emptyPlan(base),
		},
	})
}

func TestAccSyncRule_badInput(t *testing.T) {
	t.Parallel()
	w := acctest.Start(t)
	with := func(old, replacement string) string {
		if !strings.Contains(minimal, old) {
			t.Fatalf("%q is not in minimal", old)
		}
		return sync(w, readable, strings.Replace(minimal, old, replacement, 1))
	}
	for name, test := range map[string]struct{ config, want string }{
		"broken filter":     {with("status != 'inactive' && email", "status != 'inactive' && emial"), "line 1, column 25"},
		"ill-typed filter":  {with("email != null", "department"), "true or false is needed"},
		"broken mapping":    {with(`"first_name"`, `"first_name + 1"`), `Invalid expression`},
		"path":              {with("name.givenName", "name givenName"), "is not the path of an attribute"},
		"employee key":      {with(`employee = "email"`, `employee = "mail"`), "Unknown employee attribute"},
		"account path":      {with("userName", "displayName"), `"displayName"`},
		"cron":              {sync(w, readable, minimal+`  schedule = { cron = "every day" }`), "is not a cron expression"},
		"time zone":         {sync(w, readable, minimal+`  schedule = { cron = "0 4 * * *", time_zone = "Berlin" }`), "is not the IANA name of a time zone"},
		"guard":             {sync(w, readable, minimal+`  max_deprovision = "a few"`), "must be a share"},
		"operation":         {sync(w, readable, minimal+`  operations = ["create"]`), `"create"`},
		"e-mail":            {sync(w, readable, minimal+`  notification_emails = ["it"]`), "is not an e-mail address"},
		"deleted reference": {strings.Replace(sync(w, readable, minimal), "= personio_custom_integration.learning.id", `= "00000000-0000-4000-8000-000000000000"`, 1), "There is no custom integration with the id"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			resource.UnitTest(t, resource.TestCase{
				ProtoV6ProviderFactories: factories(),
				Steps:                    []resource.TestStep{{Config: test.config, PlanOnly: true, ExpectError: words(test.want)}},
			})
		})
	}
}

// What only the gateway can know it says at apply, at the argument.
func TestAccSyncRule_refusedAtApply(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		change func(string) string
		want   string
	}{
		"no such target": {
			func(config string) string {
				return strings.Replace(config, "= personio_sync_target.learning.id", `= "00000000-0000-4000-8000-000000000000"`, 1)
			},
			"There is no sync target with the id",
		},
		"no mail": {
			func(config string) string {
				return strings.Replace(config, minimal, minimal+`  notification_emails = ["it@example.com"]`, 1)
			},
			"sends no mail",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := acctest.Start(t)
			resource.UnitTest(t, resource.TestCase{
				ProtoV6ProviderFactories: factories(),
				CheckDestroy:             gone(w),
				Steps:                    []resource.TestStep{{Config: test.change(sync(w, readable, minimal)), ExpectError: words(test.want)}},
			})
		})
	}
}

package webhook_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/terraform"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/personio-community/terraform-provider-personio/internal/acctest"
	"github.com/personio-community/terraform-provider-personio/internal/attribute"
	"github.com/personio-community/terraform-provider-personio/internal/sandbox"
	"github.com/personio-community/terraform-provider-personio/internal/sandbox/company"
	"github.com/personio-community/terraform-provider-personio/internal/sandbox/records"
)

const address = "personio_webhook.directory"

// world is a sandbox and a gateway whose management credential may manage webhooks.
func world(t *testing.T, options ...acctest.Option) *acctest.World {
	t.Helper()
	scopes := append(attribute.ManagementScopes(), attribute.ScopeWebhooksRead, attribute.ScopeWebhooksWrite)
	return acctest.Start(t, append([]acctest.Option{acctest.WithManagementScopes(scopes...)}, options...)...)
}

// both runs a test against the sandbox itself and through the gateway.
func both(t *testing.T, test func(t *testing.T, w *acctest.World, provider string), options ...acctest.Option) {
	t.Helper()
	t.Run("direct", func(t *testing.T) {
		t.Parallel()
		w := world(t, options...)
		test(t, w, w.PersonioConfig())
	})
	t.Run("gateway", func(t *testing.T) {
		t.Parallel()
		w := world(t, options...)
		test(t, w, w.ProviderConfig())
	})
}

// webhook is a configuration with one webhook.
func webhook(provider, more string) string {
	return provider + fmt.Sprintf(`
resource "personio_webhook" "directory" {
  url            = "https://hooks.example.com/personio"
  enabled_events = ["person.created", "person.updated"]
%s
}
`, more)
}

// emptyPlan is a step that wants nothing to do.
func emptyPlan(config string) resource.TestStep {
	return resource.TestStep{Config: config, ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()}}}
}

func update() resource.ConfigPlanChecks {
	return resource.ConfigPlanChecks{
		PreApply:             []plancheck.PlanCheck{plancheck.ExpectResourceAction(address, plancheck.ResourceActionUpdate)},
		PostApplyPostRefresh: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()},
	}
}

func state(name string, value knownvalue.Check) statecheck.StateCheck {
	return statecheck.ExpectKnownValue(address, tfjsonpath.New(name), value)
}

// unseen wants that no secret is in the state.
type unseen struct{}

func (unseen) CheckState(_ context.Context, req statecheck.CheckStateRequest, resp *statecheck.CheckStateResponse) {
	text, err := json.Marshal(req.State)
	resp.Error = err
	if strings.Contains(string(text), "PLANTED") {
		resp.Error = errors.New("a secret is in the state")
	}
}

// only is the one webhook of the sandbox.
func only(t *testing.T, w *acctest.World) records.Webhook {
	t.Helper()
	all := w.Sandbox.Records().Webhooks.All()
	if len(all) != 1 {
		t.Fatalf("%d webhooks", len(all))
	}
	return all[0]
}

func gone(w *acctest.World) func(*terraform.State) error {
	return func(*terraform.State) error {
		if n := len(w.Sandbox.Records().Webhooks.All()); n != 0 {
			return fmt.Errorf("%d webhooks are left", n)
		}
		return nil
	}
}

func TestAccWebhook_lifecycle(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, w *acctest.World, provider string) {
		t.Helper()
		first := webhook(provider, fmt.Sprintf("  description = \"Directory\"\n  token_wo = %q\n  token_wo_version = 1", secret))
		second := webhook(provider, "  description = \"Directory 2\"\n  status = \"DISABLED\"\n  token_wo = \"PLANTED-2\"\n  token_wo_version = 2")
		third := webhook(provider, "  description = \"Directory 2\"\n  custom_headers_wo = { \"X-Key\" = \"PLANTED-3\" }\n  custom_headers_wo_version = 1")
		fourth := webhook(provider, "  description = \"Directory 2\"\n  auth_type = \"NONE\"")
		resource.UnitTest(t, resource.TestCase{
			ProtoV6ProviderFactories: acctest.Factories(),
			CheckDestroy:             gone(w),
			Steps: []resource.TestStep{
				{
					Config: first,
					ConfigStateChecks: []statecheck.StateCheck{
						unseen{},
						state("id", knownvalue.StringRegexp(regexp.MustCompile(`^[0-9a-f-]{36}$`))),
						state("description", knownvalue.StringExact("Directory")),
						state("status", knownvalue.StringExact("ENABLED")),
						state("auth_type", knownvalue.StringExact("TOKEN")),
						state("enabled_events", knownvalue.SetSizeExact(2)),
						state("token_wo", knownvalue.Null()),
						state("token_wo_version", knownvalue.Int64Exact(1)),
					},
					PostApplyFunc: func() {
						if got := only(t, w); got.Token != secret {
							t.Errorf("the token is %q", got.Token)
						}
					},
				},
				emptyPlan(first),
				{
					ResourceName: address, ImportState: true, ImportStateVerify: true,
					// Known to Terraform alone: after an import the token stays as it is.
					ImportStateVerifyIgnore: []string{"token_wo_version"},
				},
				{
					Config: second, ConfigPlanChecks: update(),
					ConfigStateChecks: []statecheck.StateCheck{unseen{}, state("status", knownvalue.StringExact("DISABLED"))},
					PostApplyFunc: func() {
						if got := only(t, w); got.Token != "PLANTED-2" || got.Description != "Directory 2" || got.Status != "DISABLED" {
							t.Errorf("changed to %+v", got)
						}
					},
				},
				emptyPlan(second),
				{
					Config: third, ConfigPlanChecks: update(),
					ConfigStateChecks: []statecheck.StateCheck{unseen{}, state("auth_type", knownvalue.StringExact("CUSTOM")), state("custom_headers_wo", knownvalue.Null())},
					PostApplyFunc: func() {
						if got := only(t, w); got.Token != "" || got.CustomHeaders["X-Key"] != "PLANTED-3" || got.Status != "ENABLED" {
							t.Errorf("changed to %+v", got)
						}
					},
				},
				{Config: fourth, ConfigPlanChecks: update(), ConfigStateChecks: []statecheck.StateCheck{state("auth_type", knownvalue.StringExact("NONE"))}},
				emptyPlan(fourth),
				{ // Somebody deletes it: the next plan makes it anew.
					PreConfig: func() {
						if err := w.Sandbox.Records().Webhooks.Remove(only(t, w).ID); err != nil {
							t.Error(err)
						}
					},
					Config: fourth,
					ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{
						plancheck.ExpectResourceAction(address, plancheck.ResourceActionCreate),
					}},
				},
				emptyPlan(fourth),
			},
		})
	})
}

func TestAccWebhook_importByIdentity(t *testing.T) {
	t.Parallel()
	acctest.FeatureImportByIdentity.Require(t)
	both(t, func(t *testing.T, w *acctest.World, provider string) {
		t.Helper()
		config := webhook(provider, "  description = \"Directory\"\n  auth_type = \"NONE\"")
		resource.UnitTest(t, resource.TestCase{
			ProtoV6ProviderFactories: acctest.Factories(),
			CheckDestroy:             gone(w),
			Steps: []resource.TestStep{
				{Config: config},
				{ResourceName: address, ImportState: true, ImportStateKind: resource.ImportBlockWithResourceIdentity},
			},
		})
	})
}

func TestAccWebhook_refused(t *testing.T) {
	t.Parallel()
	w := acctest.Start(t) // Its management credential has no right to webhooks.
	reader := w.Sandbox.AddCredential(sandbox.Credential{Scopes: []string{"personio:webhooks:read"}})
	config := func(provider string) string {
		return webhook(provider, "  description = \"Directory\"\n  auth_type = \"NONE\"")
	}
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		CheckDestroy:             gone(w),
		Steps: []resource.TestStep{
			{Config: config(w.ProviderConfig()), ExpectError: words("HTTP status 403", "personio:webhooks:write", "in German: Webhooks")},
			{Config: config(acctest.ProviderConfig(w.PersonioURL, reader.ClientID, reader.ClientSecret)), ExpectError: words("HTTP status 403", "personio:webhooks:write")},
			{Config: webhook(w.PersonioConfig(), "  description = \"D\""), PlanOnly: true, ExpectError: words("token_wo is missing")},
		},
	})
}

// words matches texts in order, wherever the CLI breaks its lines.
func words(texts ...string) *regexp.Regexp {
	var parts []string
	for _, text := range texts {
		fields := strings.Fields(text)
		for i := range fields {
			fields[i] = regexp.QuoteMeta(fields[i])
		}
		parts = append(parts, strings.Join(fields, `[\s│]+`))
	}
	return regexp.MustCompile("(?s)" + strings.Join(parts, ".*"))
}

// The data sources show webhooks, and what was sent when somebody was changed.
func TestAccWebhook_dataSources(t *testing.T) {
	t.Parallel()
	taker := acctest.WithWebhooks(sandbox.WebhookOptions{Transport: &receiver{status: http.StatusOK}})
	both(t, func(t *testing.T, w *acctest.World, provider string) {
		t.Helper()
		config := webhook(provider, fmt.Sprintf("  description = \"Directory\"\n  token_wo = %q", secret)) + `
data "personio_webhooks" "all" {
  enabled_events = ["person.updated"]
  depends_on     = [personio_webhook.directory]
}
data "personio_webhook" "one" {
  url        = "https://hooks.example.com/personio"
  depends_on = [personio_webhook.directory]
}
data "personio_webhook_deliveries" "all" {
  webhook_id   = personio_webhook.directory.id
  is_delivered = true
}
data "personio_webhook_events" "updated" {
  webhook_id = personio_webhook.directory.id
  event_name = "person.updated"
}
`
		at := func(source, attribute string) (string, tfjsonpath.Path) {
			return "data.personio_webhook" + source, tfjsonpath.New(attribute)
		}
		expect := func(source, attribute string, value knownvalue.Check) statecheck.StateCheck {
			address, path := at(source, attribute)
			return statecheck.ExpectKnownValue(address, path, value)
		}
		resource.UnitTest(t, resource.TestCase{
			ProtoV6ProviderFactories: acctest.Factories(),
			CheckDestroy:             gone(w),
			Steps: []resource.TestStep{
				{
					Config: config,
					ConfigStateChecks: []statecheck.StateCheck{
						unseen{},
						expect("s.all", "webhooks", knownvalue.ListSizeExact(1)), expect("s.all", "by_id", knownvalue.MapSizeExact(1)),
						expect(".one", "description", knownvalue.StringExact("Directory")), expect(".one", "status", knownvalue.StringExact("ENABLED")),
						expect("_deliveries.all", "deliveries", knownvalue.ListSizeExact(0)), expect("_events.updated", "events", knownvalue.ListSizeExact(0)),
					},
				},
				{
					PreConfig: func() {
						id := w.Sandbox.Company().People()[0].ID
						if err := w.Sandbox.Company().Update(id, func(p *company.Person) { p.LastName = "Neu" }); err != nil {
							t.Error(err)
						}
						w.Sandbox.DeliverDue()
					},
					Config: config,
					ConfigStateChecks: []statecheck.StateCheck{
						unseen{},
						expect("_deliveries.all", "deliveries", knownvalue.ListExact([]knownvalue.Check{knownvalue.ObjectPartial(map[string]knownvalue.Check{
							"event_name": knownvalue.StringExact("person.updated"), "is_delivered": knownvalue.Bool(true), "status_code": knownvalue.Int64Exact(200), "attempt": knownvalue.Int64Exact(1),
						})})),
						expect("_events.updated", "events", knownvalue.ListExact([]knownvalue.Check{knownvalue.ObjectPartial(map[string]knownvalue.Check{
							"payload_json": knownvalue.StringExact(fmt.Sprintf(`{"person":{"id":"%d"}}`, w.Sandbox.Company().People()[0].ID)),
						})})),
						expect("_events.updated", "complete", knownvalue.Bool(true)),
					},
				},
				emptyPlan(config),
			},
		})
	}, taker)
}

// Actions run where the CLI has them, at both ends.
func TestAccWebhook_actions(t *testing.T) {
	t.Parallel()
	acctest.FeatureActions.Require(t)
	taker := acctest.WithWebhooks(sandbox.WebhookOptions{Transport: &receiver{status: http.StatusOK}})
	both(t, func(t *testing.T, w *acctest.World, provider string) {
		t.Helper()
		config := webhook(provider, `  description = "Directory"
  auth_type   = "NONE"
  lifecycle {
    action_trigger {
      events  = [after_create]
      actions = [action.personio_webhook_ping.try, action.personio_webhook_test_event.try, action.personio_webhook_redelivery.again]
    }
  }`) + `
action "personio_webhook_ping" "try" {
  config {
    webhook_id = personio_webhook.directory.id
    wait       = true
  }
}
action "personio_webhook_test_event" "try" {
  config {
    webhook_id = personio_webhook.directory.id
    event_name = "person.created"
  }
}
action "personio_webhook_redelivery" "again" {
  config {
    webhook_id    = personio_webhook.directory.id
    occurred_from = timeadd(plantimestamp(), "-1h")
  }
}
`
		resource.UnitTest(t, resource.TestCase{
			ProtoV6ProviderFactories: acctest.Factories(),
			CheckDestroy:             gone(w),
			Steps: []resource.TestStep{{
				Config: config,
				PostApplyFunc: func() {
					w.Sandbox.DeliverDue()
					if n := len(w.Sandbox.Records().WebhookActivities.All()); n != 4 {
						t.Errorf("%d deliveries", n)
					}
				},
			}},
		})
	}, taker)
}

// What a real Terraform leaves behind holds no secret of a webhook, whatever it
// did and however much it logged.
func TestAccWebhook_secretsLeaveNoTrace(t *testing.T) {
	t.Parallel()
	w := world(t)
	config := func(version int) string {
		return fmt.Sprintf(`
variable "token" {
  sensitive = true
  ephemeral = true
}
resource "personio_webhook" "token" {
  url              = "https://hooks.example.com/a"
  description      = "Token"
  enabled_events   = ["person.created"]
  token_wo         = var.token
  token_wo_version = %d
}
resource "personio_webhook" "headers" {
  url               = "https://hooks.example.com/b"
  description       = "Headers"
  enabled_events    = ["person.created"]
  custom_headers_wo = { "X-Key" = "${var.token}-header" }
}
data "personio_webhooks" "all" {
  depends_on = [personio_webhook.token, personio_webhook.headers]
}
`, version)
	}
	cli := acctest.NewCLI(t, w, config(1), "TF_VAR_token="+secret)
	cli.Must("plan", "-no-color", "-out=first.tfplan")
	cli.Must("apply", "-no-color", "-auto-approve")
	if _, err := cli.Run("plan", "-no-color", "-detailed-exitcode"); err != nil {
		t.Errorf("the second plan is not empty: %v", err)
	}
	sent := map[string]bool{}
	for _, hook := range w.Sandbox.Records().Webhooks.All() {
		sent[hook.Token+hook.CustomHeaders["X-Key"]] = true
	}
	if !sent[secret] || !sent[secret+"-header"] {
		t.Error("the secrets did not reach the webhooks")
	}
	for name, text := range map[string]string{
		"the state": cli.Read(acctest.State), "the trace": cli.Read(acctest.TraceLog), "the plan": cli.Unzip("first.tfplan"), "the output": cli.Output.String(), "the gateway's log": w.Log.String(),
	} {
		if strings.Contains(text, "PLANTED") {
			t.Errorf("a secret is in %s", name)
		}
		if text == "" {
			t.Errorf("%s is empty", name)
		}
	}
	cli.Must("destroy", "-no-color", "-auto-approve")
}

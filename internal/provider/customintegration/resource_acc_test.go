package customintegration_test

import (
	"context"
	"fmt"
	"regexp"
	"strings"
	"testing"

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
)

const address = "personio_custom_integration.bi"

// config is a configuration with one integration of the given arguments.
func config(w *acctest.World, arguments string) string {
	return w.ProviderConfig() + `
resource "personio_custom_integration" "bi" {
` + arguments + `
}
`
}

// strs is a set of strings as a state check wants it.
func strs(values ...string) knownvalue.Check {
	checks := make([]knownvalue.Check, len(values))
	for i, v := range values {
		checks[i] = knownvalue.StringExact(v)
	}
	return knownvalue.SetExact(checks)
}

func state(attribute string, value knownvalue.Check) statecheck.StateCheck {
	return statecheck.ExpectKnownValue(address, tfjsonpath.New(attribute), value)
}

// emptyPlan is a step that wants nothing to do.
func emptyPlan(config string) resource.TestStep {
	return resource.TestStep{
		Config: config,
		ConfigPlanChecks: resource.ConfigPlanChecks{
			PreApply: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()},
		},
	}
}

func updates() resource.ConfigPlanChecks {
	return resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{
		plancheck.ExpectResourceAction(address, plancheck.ResourceActionUpdate),
	}}
}

// gone checks that the destroy left nothing on the gateway.
func gone(w *acctest.World) func(*terraform.State) error {
	return func(*terraform.State) error {
		for got, err := range w.Client.CustomIntegrations().List(context.Background(), personio.CustomIntegrationFilter{}) {
			if err != nil {
				return err
			}
			return fmt.Errorf("custom integration %q is still there", got.Name)
		}
		return nil
	}
}

// named finds an integration by name.
func named(t *testing.T, w *acctest.World, name string) gatewayapi.CustomIntegration {
	t.Helper()
	for got, err := range w.Client.CustomIntegrations().List(t.Context(), personio.CustomIntegrationFilter{Name: name}) {
		if err != nil {
			t.Fatal(err)
		}
		return got
	}
	t.Fatalf("no custom integration %q", name)
	return gatewayapi.CustomIntegration{}
}

const minimal = `
  name   = "Reporting"
  scopes = ["personio:persons:read"]
`

func TestAccCustomIntegration_lifecycle(t *testing.T) {
	t.Parallel()
	w := acctest.Start(t)
	full := `
  name                = "Reporting 2"
  description         = "Nightly headcount export"
  enabled             = false
  scopes              = ["employees:read", "personio:persons:write", "documents:read", "reports.custom:read"]
  readable_attributes = ["first_name", "department", "dynamic_4711"]
  writable_attributes = ["position"]
  force_destroy       = true

  report_ids            = ["eea50309-d1b1-47d6-bc7e-27de00000001"]
  document_category_ids = [2101, 2102]
`
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		CheckDestroy:             gone(w),
		Steps: []resource.TestStep{
			{
				Config: config(w, minimal),
				ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{
					plancheck.ExpectResourceAction(address, plancheck.ResourceActionCreate),
					plancheck.ExpectUnknownValue(address, tfjsonpath.New("id")),
					plancheck.ExpectUnknownValue(address, tfjsonpath.New("status")),
				}},
				ConfigStateChecks: []statecheck.StateCheck{
					state("id", knownvalue.StringRegexp(regexp.MustCompile(`^[0-9a-f-]{36}$`))),
					state("name", knownvalue.StringExact("Reporting")),
					state("description", knownvalue.StringExact("")),
					state("enabled", knownvalue.Bool(true)),
					state("scopes", strs("personio:persons:read")),
					state("readable_attributes", strs()),
					state("writable_attributes", strs()),
					state("all_attributes", knownvalue.Bool(false)),
					state("report_ids", strs()),
					state("document_category_ids", strs()),
					state("force_destroy", knownvalue.Bool(false)),
					state("status", knownvalue.StringExact("PENDING")),
					state("created_at", knownvalue.NotNull()),
					state("updated_at", knownvalue.NotNull()),
					state("last_used_at", knownvalue.Null()),
				},
			},
			emptyPlan(config(w, minimal)),
			{
				Config:           config(w, full),
				ConfigPlanChecks: updates(),
				ConfigStateChecks: []statecheck.StateCheck{
					state("name", knownvalue.StringExact("Reporting 2")),
					state("description", knownvalue.StringExact("Nightly headcount export")),
					state("enabled", knownvalue.Bool(false)),
					state("scopes", strs("employees:read", "personio:persons:write", "documents:read", "reports.custom:read")),
					state("readable_attributes", strs("first_name", "department", "dynamic_4711")),
					state("writable_attributes", strs("position")),
					state("report_ids", strs("eea50309-d1b1-47d6-bc7e-27de00000001")),
					state("document_category_ids", strs("2101", "2102")),
					state("force_destroy", knownvalue.Bool(true)),
					state("status", knownvalue.StringExact("INACTIVE")),
				},
			},
			emptyPlan(config(w, full)),
			{
				ResourceName: address, ImportState: true, ImportStateVerify: true,
				// Known to Terraform alone: an import takes the default.
				ImportStateVerifyIgnore: []string{"force_destroy"},
			},
		},
	})
}

// Every argument is changed on its own: the plan updates in place and touches
// nothing else.
func TestAccCustomIntegration_updateEachAttribute(t *testing.T) {
	t.Parallel()
	w := acctest.Start(t)
	updates := acctest.Updates{
		Type:   "personio_custom_integration",
		Around: w.ProviderConfig(),
		Arguments: map[string]string{
			"scopes":              `["personio:persons:read", "personio:persons:write"]`,
			"readable_attributes": `["first_name"]`, "writable_attributes": `["position"]`,
		},
		Instead: map[string]map[string]string{"all_attributes": {"readable_attributes": "null", "writable_attributes": "null"}},
		Changes: []acctest.Change{
			acctest.Set("name", `"Controlling"`, knownvalue.StringExact("Controlling")),
			acctest.Set("description", `"Für die Buchhaltung"`, knownvalue.StringExact("Für die Buchhaltung")),
			acctest.Set("description", "null", knownvalue.StringExact("")),
			acctest.Set("enabled", "false", knownvalue.Bool(false)),
			acctest.Set("enabled", "true", knownvalue.Bool(true)),
			acctest.Set("scopes", `["employees:read", "employees:write"]`, strs("employees:read", "employees:write")),
			acctest.Set("readable_attributes", `["last_name", "email"]`, strs("last_name", "email")),
			acctest.Set("readable_attributes", `[]`, strs()),
			acctest.Set("writable_attributes", `["position", "team"]`, strs("position", "team")),
			acctest.Set("writable_attributes", `null`, strs()),
			acctest.Set("all_attributes", "true", knownvalue.Bool(true)),
			acctest.Set("all_attributes", "null", knownvalue.Bool(false)),
			acctest.Set("force_destroy", "true", knownvalue.Bool(true)),
		},
	}
	resource.UnitTest(t, resource.TestCase{ProtoV6ProviderFactories: acctest.Factories(), CheckDestroy: gone(w), Steps: updates.Steps()})
}

func TestAccCustomIntegration_drift(t *testing.T) {
	t.Parallel()
	w := acctest.Start(t)
	before := config(w, minimal+`
  description         = "Nightly headcount export"
  readable_attributes = ["first_name"]
`)
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		CheckDestroy:             gone(w),
		Steps: []resource.TestStep{
			{Config: before},
			{
				PreConfig: func() {
					enabled, attributes := false, []string{"first_name", "fix_salary"}
					_, err := w.Client.CustomIntegrations().Update(t.Context(), named(t, w, "Reporting").ID, "", gatewayapi.CustomIntegrationUpdate{
						Enabled: &enabled, ReadableAttributes: &attributes,
					})
					if err != nil {
						t.Error(err)
					}
				},
				Config: before,
				ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{
					plancheck.ExpectResourceAction(address, plancheck.ResourceActionUpdate),
					plancheck.ExpectKnownValue(address, tfjsonpath.New("enabled"), knownvalue.Bool(true)),
				}},
				ConfigStateChecks: []statecheck.StateCheck{
					state("enabled", knownvalue.Bool(true)),
					state("readable_attributes", strs("first_name")),
				},
			},
			emptyPlan(before),
		},
	})
}

// Using an integration changes what the gateway says of it, and plans nothing.
func TestAccCustomIntegration_statusMovesByItself(t *testing.T) {
	t.Parallel()
	w := acctest.Start(t)
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		CheckDestroy:             gone(w),
		Steps: []resource.TestStep{
			{
				Config:            config(w, minimal+"\n  force_destroy = true"),
				ConfigStateChecks: []statecheck.StateCheck{state("status", knownvalue.StringExact("PENDING"))},
			},
			{
				PreConfig: func() { use(t, w, named(t, w, "Reporting").ID) },
				Config:    config(w, minimal+"\n  force_destroy = true"),
				ConfigPlanChecks: resource.ConfigPlanChecks{
					PreApply: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()},
				},
				ConfigStateChecks: []statecheck.StateCheck{state("status", knownvalue.StringExact("CONNECTED"))},
			},
			{
				Config:            config(w, minimal+"\n  force_destroy = true\n  description = \"in use\""),
				ConfigPlanChecks:  updates(),
				ConfigStateChecks: []statecheck.StateCheck{state("status", knownvalue.StringExact("CONNECTED"))},
			},
			emptyPlan(config(w, minimal+"\n  force_destroy = true\n  description = \"in use\"")),
		},
	})
}

// use makes a credential for an integration and gets a token with it.
func use(t *testing.T, w *acctest.World, integrationID string) {
	t.Helper()
	credential, err := w.Client.APICredentials().Create(t.Context(), gatewayapi.APICredentialCreate{
		CustomIntegrationID: integrationID, Name: "made in the shell",
	})
	if err != nil {
		t.Fatal(err)
	}
	client := w.NewClient(t, credential.ClientID, credential.ClientSecret)
	if _, err := client.Token(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func TestAccCustomIntegration_disappears(t *testing.T) {
	t.Parallel()
	w := acctest.Start(t)
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		CheckDestroy:             gone(w),
		Steps: []resource.TestStep{
			{Config: config(w, minimal)},
			{
				PreConfig: func() {
					if err := w.Client.CustomIntegrations().Delete(t.Context(), named(t, w, "Reporting").ID, false); err != nil {
						t.Error(err)
					}
				},
				Config: config(w, minimal),
				ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{
					plancheck.ExpectResourceAction(address, plancheck.ResourceActionCreate),
				}},
			},
			emptyPlan(config(w, minimal)),
		},
	})
}

// No argument needs a new integration, so people ask for one themselves.
func TestAccCustomIntegration_replace(t *testing.T) {
	t.Parallel()
	w := acctest.Start(t)
	config := config(w, minimal)
	ids := statecheck.CompareValue(compare.ValuesDiffer())
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		CheckDestroy:             gone(w),
		Steps: []resource.TestStep{
			{Config: config, ConfigStateChecks: []statecheck.StateCheck{ids.AddStateValue(address, tfjsonpath.New("id"))}},
			{
				Taint:             []string{address},
				Config:            config,
				ConfigPlanChecks:  resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{plancheck.ExpectResourceAction(address, plancheck.ResourceActionDestroyBeforeCreate)}},
				ConfigStateChecks: []statecheck.StateCheck{ids.AddStateValue(address, tfjsonpath.New("id"))},
			},
			emptyPlan(config),
		},
	})
}

func TestAccCustomIntegration_duplicateName(t *testing.T) {
	t.Parallel()
	w := acctest.Start(t)
	existing, err := w.Client.CustomIntegrations().Create(t.Context(), gatewayapi.CustomIntegrationCreate{
		Name: "Reporting", Scopes: []string{"personio:persons:read"},
	})
	if err != nil {
		t.Fatal(err)
	}
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		CheckDestroy:             gone(w),
		Steps: []resource.TestStep{
			{
				Config:      config(w, minimal),
				ExpectError: words(`terraform import personio_custom_integration.<name> ` + existing.ID),
			},
			// What the error says works.
			{
				Config:       config(w, minimal),
				ResourceName: address, ImportState: true, ImportStateId: existing.ID, ImportStatePersist: true,
			},
			emptyPlan(config(w, minimal)),
		},
	})
}

// words matches words in order, wherever the CLI breaks its lines.
func words(text string) *regexp.Regexp {
	parts := strings.Fields(text)
	for i, p := range parts {
		parts[i] = regexp.QuoteMeta(p)
	}
	return regexp.MustCompile(strings.Join(parts, `[\s│]+`))
}

func TestAccCustomIntegration_forceDestroy(t *testing.T) {
	t.Parallel()
	w := acctest.Start(t)
	forced := minimal + "\n  force_destroy = true"
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		CheckDestroy:             gone(w),
		Steps: []resource.TestStep{
			{Config: config(w, minimal)},
			{
				PreConfig: func() { use(t, w, named(t, w, "Reporting").ID) },
				Config:    config(w, minimal), Destroy: true,
				ExpectError: words("set force_destroy = true"),
			},
			{Config: config(w, forced), ConfigPlanChecks: updates()},
			emptyPlan(config(w, forced)),
		},
	})
}

func TestAccCustomIntegration_upstreamMayDoLess(t *testing.T) {
	t.Parallel()
	w := acctest.Start(t)
	documents := `
  name   = "Reporting"
  scopes = ["personio:persons:read", "documents:read"]
  readable_attributes = ["first_name"]
`
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		CheckDestroy:             gone(w),
		Steps: []resource.TestStep{
			{
				PreConfig:   func() { w.Sandbox.SetScopes(w.Upstream.ClientID, "personio:persons:read") },
				Config:      config(w, documents),
				ExpectError: words("lacks the scope documents:read"),
			},
			{
				PreConfig: func() { w.Sandbox.SetScopes(w.Upstream.ClientID, "personio:persons:read", "documents:read") },
				Config:    config(w, documents),
			},
			emptyPlan(config(w, documents)),
		},
	})
}

func TestAccCustomIntegration_badInput(t *testing.T) {
	t.Parallel()
	w := acctest.Start(t)
	unknownScope := config(w, `
  name   = "Reporting"
  scopes = ["personio:person:read"]
`)
	unknownAttribute := config(w, `
  name                = "Reporting"
  scopes              = ["personio:persons:read"]
  readable_attributes = ["first_nam"]
`)
	block := config(w, minimal)[len(w.ProviderConfig()):]
	for name, test := range map[string]struct {
		config string
		plan   bool // found by a plan, before any apply
		want   string
	}{
		"unknown scope":     {unknownScope, true, `Did you mean "personio:persons:read"`},
		"unknown attribute": {unknownAttribute, true, `Did you mean "first_name"`},
		"wrong secret": {
			acctest.ProviderConfig(w.URL, w.Management.ClientID, "papi-wrong") + block, false,
			"Check client_id and client_secret (PERSONIO_CLIENT_ID, PERSONIO_CLIENT_SECRET)",
		},
		"unreachable gateway": {
			acctest.ProviderConfig("http://127.0.0.1:1", "papi-x", "papi-y") + block, false,
			"Check base_url (PERSONIO_BASE_URL)",
		},
		"Personio itself": {
			acctest.ProviderConfig("https://api.personio.de", "papi-x", "papi-y") + block, true,
			"personio_custom_integration needs a gateway",
		},
		"an API like Personio's": {
			acctest.ProviderConfig(w.PersonioURL, w.Upstream.ClientID, w.Upstream.ClientSecret) + block, false,
			"personio_custom_integration needs a gateway",
		},
		"no encryption": {
			acctest.ProviderConfig("http://gateway.example.com", "papi-x", "papi-y") + block, true, "plain http",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			resource.UnitTest(t, resource.TestCase{
				ProtoV6ProviderFactories: acctest.Factories(),
				Steps:                    []resource.TestStep{{Config: test.config, PlanOnly: test.plan, ExpectError: words(test.want)}},
			})
		})
	}
}

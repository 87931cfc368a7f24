package marketplace_test

import (
	"regexp"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/personio-community/terraform-provider-personio/internal/acctest"
)

func exactly(values ...string) knownvalue.Check {
	checks := make([]knownvalue.Check, len(values))
	for i, v := range values {
		checks[i] = knownvalue.StringExact(v)
	}
	return knownvalue.SetExact(checks)
}

func empty() resource.ConfigPlanChecks {
	return resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()}}
}

// An integration takes its rights from an entry in one line each, an audit what
// it expects, and nothing is left to plan.
func TestAccMarketplace_integrationFromEntry(t *testing.T) {
	t.Parallel()
	w := acctest.Start(t)
	config := w.ProviderConfig() + `
data "personio_marketplace_integration" "lattice" {
  id = "lattice"
}

resource "personio_custom_integration" "lattice" {
  name                = data.personio_marketplace_integration.lattice.name
  description         = data.personio_marketplace_integration.lattice.description
  scopes              = data.personio_marketplace_integration.lattice.recommended_scopes
  readable_attributes = data.personio_marketplace_integration.lattice.attributes
}

resource "personio_api_credential" "lattice" {
  custom_integration_id = personio_custom_integration.lattice.id
  name                  = "lattice"
}

data "personio_credential_audit" "lattice" {
  client_id           = personio_api_credential.lattice.client_id
  client_secret       = personio_api_credential.lattice.client_secret
  expected_scopes     = data.personio_marketplace_integration.lattice.recommended_scopes
  expected_attributes = data.personio_marketplace_integration.lattice.attributes
}

data "personio_marketplace_integration" "josys" {
  id = "josys"
}

resource "personio_custom_integration" "josys" {
  name                = "Josys, the least of it"
  scopes              = data.personio_marketplace_integration.josys.recommended_scopes
  readable_attributes = data.personio_marketplace_integration.josys.required_attributes
}
`
	lattice, josys := "personio_custom_integration.lattice", "personio_custom_integration.josys"
	attributes := exactly("email", "first_name", "last_name", "status", "employment_type", "gender", "position", "supervisor", "hire_date", "department")
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		Steps: []resource.TestStep{
			{
				Config: config,
				ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{
					// Known at plan: the catalogue is read before anything is made.
					plancheck.ExpectKnownValue(lattice, tfjsonpath.New("readable_attributes"), attributes),
				}},
				ConfigStateChecks: []statecheck.StateCheck{
					statecheck.ExpectKnownValue(lattice, tfjsonpath.New("name"), knownvalue.StringExact("Lattice")),
					statecheck.ExpectKnownValue(lattice, tfjsonpath.New("scopes"), exactly("personio:persons:read")),
					statecheck.ExpectKnownValue(lattice, tfjsonpath.New("readable_attributes"), attributes),
					statecheck.ExpectKnownValue("data.personio_credential_audit.lattice", tfjsonpath.New("compliant"), knownvalue.Bool(true)),
					statecheck.ExpectKnownValue(josys, tfjsonpath.New("scopes"), exactly("personio:persons:read", "personio:persons:write")),
					statecheck.ExpectKnownValue(josys, tfjsonpath.New("readable_attributes"), exactly()),
				},
			},
			{Config: config, ConfigPlanChecks: empty()},
		},
	})
}

// The catalogue is there whatever the provider is told: Personio's own address,
// one that nobody answers, and one that is known after apply only.
func TestAccMarketplace_offline(t *testing.T) {
	t.Parallel()
	const found = "data.personio_marketplace_integration.found"
	for name, provider := range map[string]string{
		"nothing":  `provider "personio" {}`,
		"Personio": acctest.ProviderConfig("https://api.personio.de", "papi-x", "papi-y"),
		"nobody":   acctest.ProviderConfig("http://127.0.0.1:1", "papi-x", "papi-y"),
		"not known": `
resource "terraform_data" "gateway" {
  input = "https://gateway.example.com"
}

provider "personio" {
  base_url = terraform_data.gateway.output
}
`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			config := provider + `
data "personio_marketplace_integrations" "learning" {
  category = "learning"
  search   = "teams"
}

data "personio_marketplace_integration" "found" {
  id = one(keys(data.personio_marketplace_integrations.learning.by_id))
}
`
			resource.UnitTest(t, resource.TestCase{
				ProtoV6ProviderFactories: acctest.Factories(),
				Steps: []resource.TestStep{
					{
						Config: config,
						ConfigStateChecks: []statecheck.StateCheck{
							statecheck.ExpectKnownValue(found, tfjsonpath.New("id"), knownvalue.StringExact("edyoucated")),
							statecheck.ExpectKnownValue(found, tfjsonpath.New("required_attributes"), exactly("first_name", "last_name", "email", "status")),
						},
					},
					{Config: config, ConfigPlanChecks: empty()},
				},
			})
		})
	}
}

func TestAccMarketplace_badInput(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ config, want string }{
		"id":       {`data "personio_marketplace_integration" "x" { id = "edyoucate" }`, `Did you mean\s+"edyoucated"`},
		"category": {`data "personio_marketplace_integrations" "x" { category = "identiy" }`, `Did you mean\s+"identity"`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			resource.UnitTest(t, resource.TestCase{
				ProtoV6ProviderFactories: acctest.Factories(),
				Steps:                    []resource.TestStep{{Config: test.config, PlanOnly: true, ExpectError: regexp.MustCompile(test.want)}},
			})
		})
	}
}

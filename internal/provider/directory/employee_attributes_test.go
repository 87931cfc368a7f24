package directory_test

import (
	"slices"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/personio-community/terraform-provider-personio/internal/acctest"
	"github.com/personio-community/terraform-provider-personio/internal/attribute"
)

func TestAccEmployeeAttributes(t *testing.T) {
	t.Parallel()
	w := acctest.Start(t)
	var keys []string
	for _, definition := range w.Sandbox.Company().Definitions() {
		// The id is structure: Personio does not list it.
		if definition.Key != attribute.ID {
			keys = append(keys, definition.Key)
		}
	}
	slices.Sort(keys)
	const address = "data.personio_employee_attributes.all"
	list, byKey := tfjsonpath.New("attributes"), tfjsonpath.New("by_key")
	checks := []statecheck.StateCheck{
		statecheck.ExpectKnownValue(address, list, knownvalue.ListSizeExact(len(keys))),
		statecheck.ExpectKnownValue(address, byKey, knownvalue.MapSizeExact(len(keys))),
		statecheck.ExpectKnownValue(address, byKey.AtMapKey("hire_date").AtMapKey("type"), knownvalue.StringExact("date")),
		statecheck.ExpectKnownValue(address, byKey.AtMapKey("dynamic_4711").AtMapKey("universal_id"), knownvalue.Null()),
		statecheck.ExpectKnownValue(address, byKey.AtMapKey("hire_date").AtMapKey("options"), knownvalue.ListSizeExact(0)),
		statecheck.ExpectKnownValue(address, byKey.AtMapKey("dynamic_4712").AtMapKey("universal_id"), knownvalue.StringExact("iban")),
		statecheck.ExpectKnownValue(address, byKey.AtMapKey("dynamic_4720").AtMapKey("options"), knownvalue.ListExact([]knownvalue.Check{
			knownvalue.StringExact("Yes"), knownvalue.StringExact("No"),
		})),
	}
	for i, key := range keys {
		checks = append(checks, statecheck.ExpectKnownValue(address, list.AtSliceIndex(i).AtMapKey("key"), knownvalue.StringExact(key)))
	}
	for name, provider := range map[string]string{
		"gateway":  w.ProviderConfig(),
		"Personio": acctest.ProviderConfig(w.PersonioURL, w.Upstream.ClientID, w.Upstream.ClientSecret),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			config := provider + `data "personio_employee_attributes" "all" {}`
			resource.UnitTest(t, resource.TestCase{
				ProtoV6ProviderFactories: acctest.Factories(),
				Steps: []resource.TestStep{
					{Config: config, ConfigStateChecks: checks},
					{Config: config, ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()}}},
				},
			})
		})
	}
}

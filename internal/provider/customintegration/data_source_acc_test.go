package customintegration_test

import (
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/compare"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/personio-community/terraform-provider-personio/internal/acctest"
)

func TestAccConnectedIntegrations(t *testing.T) {
	t.Parallel()
	w := acctest.Start(t)
	config := w.ProviderConfig() + `
resource "personio_custom_integration" "bi" {
  name                = "Reporting"
  scopes              = ["personio:persons:read"]
  readable_attributes = ["first_name"]
}

resource "personio_custom_integration" "archive" {
  name    = "Archive"
  enabled = false
  scopes  = ["documents:read"]
}

data "personio_connected_integrations" "all" {
  depends_on = [personio_custom_integration.bi, personio_custom_integration.archive]
}

data "personio_connected_integrations" "inactive" {
  status     = "INACTIVE"
  depends_on = [personio_custom_integration.bi, personio_custom_integration.archive]
}

data "personio_connected_integrations" "none" {
  name       = "Payroll"
  depends_on = [personio_custom_integration.bi, personio_custom_integration.archive]
}

data "personio_connected_integration" "by_id" {
  id = personio_custom_integration.bi.id
}

data "personio_connected_integration" "by_name" {
  name       = "Archive"
  depends_on = [personio_custom_integration.archive]
}
`
	all, inactive, none := "data.personio_connected_integrations.all", "data.personio_connected_integrations.inactive", "data.personio_connected_integrations.none"
	byID, byName := "data.personio_connected_integration.by_id", "data.personio_connected_integration.by_name"
	list := tfjsonpath.New("integrations")
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		CheckDestroy:             gone(w),
		Steps: []resource.TestStep{
			{
				Config: config,
				ConfigStateChecks: []statecheck.StateCheck{
					statecheck.ExpectKnownValue(all, list, knownvalue.ListSizeExact(2)),
					statecheck.ExpectKnownValue(all, tfjsonpath.New("by_id"), knownvalue.MapSizeExact(2)),
					// Sorted by name, not by age.
					statecheck.ExpectKnownValue(all, list.AtSliceIndex(0).AtMapKey("name"), knownvalue.StringExact("Archive")),
					statecheck.ExpectKnownValue(all, list.AtSliceIndex(1).AtMapKey("name"), knownvalue.StringExact("Reporting")),
					statecheck.ExpectKnownValue(all, list.AtSliceIndex(1).AtMapKey("readable_attributes"), strs("first_name")),
					statecheck.ExpectKnownValue(inactive, list, knownvalue.ListSizeExact(1)),
					statecheck.ExpectKnownValue(inactive, list.AtSliceIndex(0).AtMapKey("name"), knownvalue.StringExact("Archive")),
					statecheck.ExpectKnownValue(none, list, knownvalue.ListSizeExact(0)),
					statecheck.ExpectKnownValue(none, tfjsonpath.New("by_id"), knownvalue.MapSizeExact(0)),
					statecheck.ExpectKnownValue(byID, tfjsonpath.New("name"), knownvalue.StringExact("Reporting")),
					statecheck.ExpectKnownValue(byID, tfjsonpath.New("status"), knownvalue.StringExact("PENDING")),
					statecheck.ExpectKnownValue(byID, tfjsonpath.New("unavailable_scopes"), strs()),
					statecheck.ExpectKnownValue(byName, tfjsonpath.New("status"), knownvalue.StringExact("INACTIVE")),
					statecheck.CompareValuePairs(byName, tfjsonpath.New("id"), "personio_custom_integration.archive", tfjsonpath.New("id"), compare.ValuesSame()),
				},
			},
			emptyPlan(config),
		},
	})
}

func TestAccConnectedIntegration_badInput(t *testing.T) {
	t.Parallel()
	w := acctest.Start(t)
	for name, test := range map[string]struct{ arguments, want string }{
		"no such name": {`name = "Payroll"`, `There is no custom integration with the name "Payroll"`},
		"no such id":   {`id = "00000000-0000-4000-8000-000000000000"`, "There is no custom integration with the id"},
		"neither":      {``, "Attribute"},
		"both":         {"id = \"x\"\nname = \"y\"", "Attribute"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			resource.UnitTest(t, resource.TestCase{
				ProtoV6ProviderFactories: acctest.Factories(),
				Steps: []resource.TestStep{{
					Config: w.ProviderConfig() + "data \"personio_connected_integration\" \"x\" {\n" + test.arguments + "\n}\n", PlanOnly: true,
					ExpectError: words(test.want),
				}},
			})
		})
	}
}

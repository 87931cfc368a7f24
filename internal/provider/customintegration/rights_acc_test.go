package customintegration_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/personio-community/terraform-provider-personio/internal/acctest"
)

// Reports and document categories are made, changed in place, taken away and
// imported; the data sources show them, and the gateway holds them.
func TestAccCustomIntegration_reportsAndDocuments(t *testing.T) {
	t.Parallel()
	w := acctest.Start(t)
	render := func(lists string) string {
		return config(w, `
  name           = "Reporting"
  scopes         = ["personio:persons:read", "reports.custom:read", "documents:write"]
  all_attributes = true
`+lists) + `
data "personio_connected_integration" "bi" {
  id = personio_custom_integration.bi.id
}

data "personio_connected_integrations" "all" {
  depends_on = [personio_custom_integration.bi]
}
`
	}
	// kept is an empty plan, after a look past the provider at what the gateway has.
	kept := func(config string, reports, categories []string) resource.TestStep {
		step := emptyPlan(config)
		step.PreConfig = func() {
			got := named(t, w, "Reporting")
			if diff := cmp.Diff([][]string{reports, categories}, [][]string{got.ReportIDs, got.DocumentCategoryIDs}); diff != "" {
				t.Errorf("the gateway's lists (-want +got):\n%s", diff)
			}
		}
		return step
	}
	shown := func(reports, categories []string) []statecheck.StateCheck {
		first := tfjsonpath.New("integrations").AtSliceIndex(0)
		const one, all = "data.personio_connected_integration.bi", "data.personio_connected_integrations.all"
		return []statecheck.StateCheck{
			state("report_ids", strs(reports...)),
			state("document_category_ids", strs(categories...)),
			statecheck.ExpectKnownValue(one, tfjsonpath.New("report_ids"), strs(reports...)),
			statecheck.ExpectKnownValue(one, tfjsonpath.New("document_category_ids"), strs(categories...)),
			statecheck.ExpectKnownValue(all, first.AtMapKey("report_ids"), strs(reports...)),
			statecheck.ExpectKnownValue(all, first.AtMapKey("document_category_ids"), strs(categories...)),
		}
	}
	made := render("  report_ids = [\"b\", \"a\"]\n  document_category_ids = [\"2101\"]")
	changed := render("  report_ids = [\"a\", \"no such report yet\"]\n  document_category_ids = [\"2102\", \"2101\"]")
	none := render("")
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		CheckDestroy:             gone(w),
		Steps: []resource.TestStep{
			{
				Config:            made,
				ConfigStateChecks: shown([]string{"a", "b"}, []string{"2101"}),
			},
			kept(made, []string{"a", "b"}, []string{"2101"}),
			{
				Config: changed,
				ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{
					plancheck.ExpectResourceAction(address, plancheck.ResourceActionUpdate),
					plancheck.ExpectKnownValue(address, tfjsonpath.New("report_ids"), strs("a", "no such report yet")),
					plancheck.ExpectKnownValue(address, tfjsonpath.New("document_category_ids"), strs("2101", "2102")),
				}},
				ConfigStateChecks: shown([]string{"a", "no such report yet"}, []string{"2101", "2102"}),
			},
			kept(changed, []string{"a", "no such report yet"}, []string{"2101", "2102"}),
			{ResourceName: address, ImportState: true, ImportStateVerify: true},
			{
				Config:            none,
				ConfigPlanChecks:  updates(),
				ConfigStateChecks: shown(nil, nil),
			},
			kept(none, []string{}, []string{}),
		},
	})
}

func TestAccCustomIntegration_listsNobodyCanUse(t *testing.T) {
	t.Parallel()
	w := acctest.Start(t)
	for list, want := range map[string]string{
		`report_ids = ["7"]`:            `report_ids has no effect without the scope "reports.custom:read"`,
		`document_category_ids = ["7"]`: `document_category_ids has no effect without the scope "documents:read" or "documents:write"`,
	} {
		t.Run(strings.Fields(list)[0], func(t *testing.T) {
			t.Parallel()
			resource.UnitTest(t, resource.TestCase{
				ProtoV6ProviderFactories: acctest.Factories(),
				Steps: []resource.TestStep{{
					Config: config(w, minimal+"  all_attributes = true\n  "+list), PlanOnly: true, ExpectError: words(want),
				}},
			})
		})
	}
}

package provider_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/querycheck"
	"github.com/hashicorp/terraform-plugin-testing/querycheck/queryfilter"

	"github.com/personio-community/terraform-provider-personio/internal/acctest"
)

// What exists is imported with the configuration that Terraform generates for it,
// as it is: the plan only imports, and the plan after the apply is empty. Nothing
// is changed on the gateway, secrets neither.
func TestAccImport_generatedConfiguration(t *testing.T) {
	t.Parallel()
	for name, add := range map[string]func(*testing.T, *acctest.World) map[string]string{"plain": inventory, "corners": corners} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := acctest.Start(t)
			ids := add(t, w)
			revisions := revisionsOf(t, w, ids)
			var blocks strings.Builder
			for _, typeName := range slices.Sorted(maps.Keys(ids)) {
				fmt.Fprintf(&blocks, "import {\n  to = %s.imported\n  id = %q\n}\n", typeName, ids[typeName])
			}
			cli := acctest.NewCLI(t, w, blocks.String())
			plan := cli.Must("plan", "-no-color", "-generate-config-out=generated.tf", "-out=import.tfplan")
			if want := fmt.Sprintf("Plan: %d to import, 0 to add, 0 to change, 0 to destroy.", len(ids)); !strings.Contains(plan, want) {
				t.Errorf("%q is missing in:\n%s\n%s", want, plan, cli.Read("generated.tf"))
			}
			cli.Must("apply", "-no-color", "import.tfplan")
			cli.Must("plan", "-no-color", "-detailed-exitcode")
			if got := revisionsOf(t, w, ids); !maps.Equal(got, revisions) {
				t.Errorf("revisions %v, before %v", got, revisions)
			}
		})
	}
}

func revisionsOf(t *testing.T, w *acctest.World, ids map[string]string) map[string]string {
	t.Helper()
	client := w.NewClient(t, w.Management.ClientID, w.Management.ClientSecret)
	integration, err1 := client.CustomIntegrations().Get(t.Context(), ids["personio_custom_integration"])
	credential, err2 := client.APICredentials().Get(t.Context(), ids["personio_api_credential"])
	target, err3 := client.SyncTargets().Get(t.Context(), ids["personio_sync_target"])
	rule, err4 := client.SyncRules().Get(t.Context(), ids["personio_sync_rule"])
	for _, err := range []error{err1, err2, err3, err4} {
		if err != nil {
			t.Fatal(err)
		}
	}
	return map[string]string{
		"integration": integration.Revision, "credential": credential.Revision, "secret": credential.SecretID,
		"target": target.Revision, "rule": rule.Revision,
	}
}

func TestAccQuery(t *testing.T) {
	t.Parallel()
	acctest.FeatureListResources.Require(t)
	w := acctest.Start(t)
	ids := inventory(t, w)
	var lists strings.Builder
	for typeName := range ids {
		fmt.Fprintf(&lists, "list %q \"all\" {\n  provider         = personio\n  include_resource = true\n}\n", typeName)
	}
	checks := []querycheck.QueryResultCheck{
		querycheck.ExpectResourceDisplayName("personio_sync_rule.all",
			queryfilter.ByResourceIdentity(map[string]knownvalue.Check{"id": knownvalue.StringExact(ids["personio_sync_rule"])}),
			knownvalue.StringExact("Employees")),
	}
	for typeName, id := range ids {
		checks = append(checks,
			querycheck.ExpectLength(typeName+".all", 1),
			querycheck.ExpectIdentity(typeName+".all", map[string]knownvalue.Check{"id": knownvalue.StringExact(id)}))
	}
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		Steps: []resource.TestStep{{
			Query: true, Config: w.ProviderConfig() + lists.String(), QueryResultChecks: checks,
		}},
	})
}

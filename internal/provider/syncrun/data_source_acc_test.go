package syncrun_test

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-testing/compare"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/personio-community/terraform-provider-personio/internal/acctest"
	"github.com/personio-community/terraform-provider-personio/internal/provider"
	"github.com/personio-community/terraform-provider-personio/internal/sandbox/scim"
)

// The status is that of the run which the same apply waited for.
func TestAccSyncStatus(t *testing.T) {
	t.Parallel()
	w := acctest.Start(t)
	staff := 0
	for _, person := range w.Sandbox.Company().People() {
		if person.Active() && person.Email != "" {
			staff++
		}
	}
	config := func(run string) string {
		return w.ProviderConfig() + fmt.Sprintf(`
resource "personio_custom_integration" "learning" {
  name                = "Learning"
  scopes              = ["personio:persons:read"]
  readable_attributes = ["email", "status", "department"]
}

resource "personio_sync_target" "learning" {
  name = "Learning"
  scim = {
    url      = %q
    token_wo = %q
  }
}

resource "personio_sync_rule" "learning" {
  name                  = "Employees"
  custom_integration_id = personio_custom_integration.learning.id
  sync_target_id        = personio_sync_target.learning.id
  active                = true
  filter                = "status != 'inactive' && email != null"
  match                 = { employee = "email", account = "userName" }
  group_mapping         = { department = { name = "department" } }
  schedule              = { cron = "0 4 * * *" }
  triggers              = { run = %q }
}

resource "personio_sync_rule" "idle" {
  name                  = "Idle"
  custom_integration_id = personio_custom_integration.learning.id
  sync_target_id        = personio_sync_target.learning.id
  filter                = "true"
  match                 = { employee = "email", account = "userName" }
}

data "personio_sync_status" "by_id" {
  sync_rule_id = personio_sync_rule.learning.id
  depends_on   = [personio_sync_rule.learning]
}

data "personio_sync_status" "by_name" {
  name       = "Employees"
  depends_on = [personio_sync_rule.learning]
}

data "personio_sync_status" "idle" {
  name       = "Idle"
  depends_on = [personio_sync_rule.idle]
}

data "personio_connected_integration" "learning" {
  name       = "Learning"
  depends_on = [personio_sync_rule.learning]
}
`, w.SCIMURL, w.SCIMToken, run)
	}
	byID, byName, idle := "data.personio_sync_status.by_id", "data.personio_sync_status.by_name", "data.personio_sync_status.idle"
	want := func(address string, value knownvalue.Check, names ...string) statecheck.StateCheck {
		at := tfjsonpath.New(names[0])
		for _, name := range names[1:] {
			at = at.AtMapKey(name)
		}
		return statecheck.ExpectKnownValue(address, at, value)
	}
	text, number := knownvalue.StringExact, knownvalue.Int64Exact
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(provider.WithRunWait(10*time.Millisecond, time.Minute)),
		Steps: []resource.TestStep{
			{
				Config: config("1"),
				ConfigStateChecks: []statecheck.StateCheck{
					want(byID, text("Employees"), "name"),
					want(byID, text("ACTIVE"), "state"),
					want(byID, knownvalue.Null(), "paused_reason"),
					want(byID, knownvalue.NotNull(), "next_run_at"),
					want(byID, number(0), "consecutive_failures"),
					want(byID, number(int64(staff)), "linked_accounts"),
					want(byID, text("SUCCESSFUL"), "last_run", "status"),
					want(byID, text("activation"), "last_run", "started_by"),
					want(byID, knownvalue.NotNull(), "last_run", "ended_at"),
					want(byID, number(int64(staff)), "last_run", "counts", "provisioned"),
					want(byID, number(int64(len(departments(w)))), "last_run", "counts", "groups_created"),
					want(byName, text("SUCCESSFUL"), "last_run", "status"),
					statecheck.CompareValuePairs(byName, tfjsonpath.New("sync_rule_id"), "personio_sync_rule.learning", tfjsonpath.New("id"), compare.ValuesSame()),
					want(idle, text("INACTIVE"), "state"),
					want(idle, knownvalue.Null(), "last_run"),
					want("data.personio_connected_integration.learning", text("CONNECTED"), "status"),
				},
			},
			{
				Config:           config("1"),
				ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()}},
			},
			{
				PreConfig: func() { w.SCIM.Fail(scim.Fault{PathPrefix: "/Groups", Status: http.StatusForbidden}) },
				Config:    config("2"),
				ConfigStateChecks: []statecheck.StateCheck{
					want(byID, text("PAUSED"), "state"),
					want(byID, knownvalue.NotNull(), "paused_reason"),
					want(byID, knownvalue.NotNull(), "paused_since"),
					want(byID, number(1), "consecutive_failures"),
					want(byID, text("FAILED"), "last_run", "status"),
					want(byID, text("trigger"), "last_run", "started_by"),
					want(byID, knownvalue.NotNull(), "last_run", "error"),
				},
			},
		},
	})
}

// departments are those of the staff.
func departments(w *acctest.World) map[int]bool {
	found := map[int]bool{}
	for _, person := range w.Sandbox.Company().People() {
		if person.Active() && person.Email != "" && person.Employment.DepartmentID != 0 {
			found[person.Employment.DepartmentID] = true
		}
	}
	return found
}

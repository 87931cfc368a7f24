package credentialaudit_test

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"testing"

	tfjson "github.com/hashicorp/terraform-json"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/personio-community/terraform-provider-personio/internal/acctest"
	"github.com/personio-community/terraform-provider-personio/internal/sandbox"
)

// strs is a set of strings as a state check wants it.
func strs(values ...string) knownvalue.Check {
	checks := make([]knownvalue.Check, len(values))
	for i, v := range values {
		checks[i] = knownvalue.StringExact(v)
	}
	return knownvalue.SetExact(checks)
}

// states are checks of some attributes of an object.
func states(address string, values map[string]knownvalue.Check) []statecheck.StateCheck {
	var checks []statecheck.StateCheck
	for attribute, value := range values {
		checks = append(checks, statecheck.ExpectKnownValue(address, tfjsonpath.New(attribute), value))
	}
	return checks
}

// verdict wants a check block of that name to have a status.
type verdict struct {
	name   string
	status tfjson.CheckStatus
}

func (v verdict) CheckState(_ context.Context, req statecheck.CheckStateRequest, resp *statecheck.CheckStateResponse) {
	resp.Error = v.find(req.State.Checks)
}

func (v verdict) CheckPlan(_ context.Context, req plancheck.CheckPlanRequest, resp *plancheck.CheckPlanResponse) {
	resp.Error = v.find(req.Plan.Checks)
}

func (v verdict) find(checks []tfjson.CheckResultStatic) error {
	i := slices.IndexFunc(checks, func(c tfjson.CheckResultStatic) bool {
		return c.Address.Kind == tfjson.CheckKindCheckBlock && c.Address.Name == v.name
	})
	switch {
	case i < 0:
		return fmt.Errorf("there is no check block %s", v.name)
	case checks[i].Status != v.status:
		return fmt.Errorf("check.%s: %s, want %s", v.name, checks[i].Status, v.status)
	default:
		return nil
	}
}

// emptyPlan wants nothing to do.
func emptyPlan(more ...plancheck.PlanCheck) resource.ConfigPlanChecks {
	return resource.ConfigPlanChecks{PreApply: append(more, plancheck.ExpectEmptyPlan())}
}

// A vendor's credential at Personio itself: first as agreed, then with salaries,
// then without the right to read employees. No gateway is involved.
func TestAccCredentialAudit_atPersonio(t *testing.T) {
	t.Parallel()
	w := acctest.Start(t)
	vendor := w.Sandbox.AddCredential(sandbox.Credential{
		Scopes: []string{"employees:read", "absences:read"}, Attributes: []string{"first_name", "last_name", "dynamic_4712"},
	})
	// The vendor's credential is that of a provider configuration.
	config := acctest.ProviderConfig(w.PersonioURL, vendor.ClientID, vendor.ClientSecret) + `
data "personio_credential_audit" "vendor" {
  expected_scopes     = ["personio:persons:read", "personio:absences:read"]
  expected_attributes = ["first_name", "last_name", "dynamic_4712"]
}

check "vendor" {
  assert {
    condition     = data.personio_credential_audit.vendor.compliant
    error_message = "More or less than agreed: ${join(", ", data.personio_credential_audit.vendor.excess_attributes)}."
  }
}

check "salary" {
  assert {
    condition     = !contains(data.personio_credential_audit.vendor.attribute_keys, "fix_salary")
    error_message = "The vendor can read salaries."
  }
}
`
	const address = "data.personio_credential_audit.vendor"
	null, list := knownvalue.Null(), tfjsonpath.New("attributes")
	w.Sandbox.ResetRequests()
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		Steps: []resource.TestStep{
			{
				Config: config,
				ConfigStateChecks: append(states(address, map[string]knownvalue.Check{
					"client_id": knownvalue.StringExact(vendor.ClientID), "client_secret": null,
					"scopes": strs("employees:read", "absences:read"), "excess_scopes": strs(), "missing_scopes": strs(),
					"attributes_readable": knownvalue.Bool(true), "attribute_keys": strs("first_name", "last_name", "dynamic_4712"),
					"excess_attributes": strs(), "missing_attributes": strs(), "compliant": knownvalue.Bool(true),
				}),
					statecheck.ExpectKnownValue(address, list, knownvalue.ListSizeExact(3)),
					statecheck.ExpectKnownValue(address, list.AtSliceIndex(0).AtMapKey("key"), knownvalue.StringExact("dynamic_4712")),
					statecheck.ExpectKnownValue(address, list.AtSliceIndex(0).AtMapKey("universal_id"), knownvalue.StringExact("iban")),
					verdict{"vendor", tfjson.CheckStatusPass}, verdict{"salary", tfjson.CheckStatusPass},
				),
			},
			{
				PreConfig: func() {
					wantRevoked(t, w)
					w.Sandbox.SetAttributes(vendor.ClientID, []string{"first_name", "last_name", "fix_salary"})
				},
				Config: config,
				// The plan finds it, and a failed check is no change.
				ConfigPlanChecks: emptyPlan(verdict{"vendor", tfjson.CheckStatusFail}, verdict{"salary", tfjson.CheckStatusFail}),
				ConfigStateChecks: states(address, map[string]knownvalue.Check{
					"excess_attributes": strs("fix_salary"), "missing_attributes": strs("dynamic_4712"), "compliant": knownvalue.Bool(false),
				}),
			},
			{
				PreConfig: func() {
					wantRevoked(t, w)
					w.Sandbox.SetScopes(vendor.ClientID, "absences:read", "documents:write")
				},
				Config:           config,
				ConfigPlanChecks: emptyPlan(verdict{"vendor", tfjson.CheckStatusFail}, verdict{"salary", tfjson.CheckStatusPass}),
				ConfigStateChecks: states(address, map[string]knownvalue.Check{
					"scopes": strs("absences:read", "documents:write"), "excess_scopes": strs("documents:write"),
					"missing_scopes": strs("personio:persons:read"), "attributes_readable": knownvalue.Bool(false), "attributes": knownvalue.ListSizeExact(0),
					"attribute_keys": strs(), "excess_attributes": strs(), "missing_attributes": strs("first_name", "last_name", "dynamic_4712"),
				}),
			},
			{
				// A credential without any right gets a token, and the token tells
				// no scope: each is asked for.
				PreConfig: func() { w.Sandbox.SetScopes(vendor.ClientID) },
				Config:    config,
				ConfigStateChecks: states(address, map[string]knownvalue.Check{
					"scopes": strs(), "excess_scopes": strs(), "missing_scopes": strs("personio:persons:read", "personio:absences:read"),
				}),
			},
		},
	})
}

// wantRevoked checks that audits are all that happened at the sandbox since the
// last call, and that each revoked what it took.
func wantRevoked(t *testing.T, w *acctest.World) {
	t.Helper()
	tokens, revoked := w.Sandbox.CountRequests("POST", "/v2/auth/token"), w.Sandbox.CountRequests("POST", "/v2/auth/revoke")
	if tokens == 0 || tokens != revoked || tokens+revoked+w.Sandbox.CountRequests("GET", "/v1/company/employees/attributes") != w.Sandbox.CountRequests("", "") {
		t.Errorf("%d tokens, %d revocations: %v", tokens, revoked, w.Sandbox.Requests())
	}
	w.Sandbox.ResetRequests()
}

// Credentials of the gateway, audited by their arguments in the same apply that
// makes them, and the provider's own.
func TestAccCredentialAudit_atTheGateway(t *testing.T) {
	t.Parallel()
	w := acctest.Start(t)
	config := func(attributes string) string {
		return w.ProviderConfig() + `
resource "personio_custom_integration" "bi" {
  name                = "Reporting"
  scopes              = ["employees:read", "personio:absences:read"]
  readable_attributes = [` + attributes + `]
}

resource "personio_api_credential" "bi" {
  custom_integration_id = personio_custom_integration.bi.id
  name                  = "reporting"
}

data "personio_credential_audit" "bi" {
  client_id           = personio_api_credential.bi.client_id
  client_secret       = personio_api_credential.bi.client_secret
  expected_scopes     = ["personio:persons:read", "absences:read"]
  expected_attributes = ["first_name", "department"]
  depends_on          = [personio_custom_integration.bi]
}

data "personio_credential_audit" "own" {
}

check "bi" {
  assert {
    condition     = data.personio_credential_audit.bi.compliant
    error_message = "Not as agreed."
  }
}
`
	}
	const bi, own = "data.personio_credential_audit.bi", "data.personio_credential_audit.own"
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		Steps: []resource.TestStep{
			{
				Config: config(`"first_name", "department"`),
				ConfigStateChecks: append(append(states(bi, map[string]knownvalue.Check{
					"scopes": strs("employees:read", "personio:absences:read"), "excess_scopes": strs(), "missing_scopes": strs(),
					"attribute_keys": strs("first_name", "department"), "compliant": knownvalue.Bool(true),
				}), states(own, map[string]knownvalue.Check{
					"client_id": knownvalue.StringExact(w.Management.ClientID), "client_secret": knownvalue.Null(),
					"scopes": strs(w.Management.Scopes...), "attributes_readable": knownvalue.Bool(true),
					"excess_scopes": knownvalue.Null(), "missing_attributes": knownvalue.Null(), "compliant": knownvalue.Null(),
				})...), verdict{"bi", tfjson.CheckStatusPass}),
			},
			{Config: config(`"first_name", "department"`), ConfigPlanChecks: emptyPlan(verdict{"bi", tfjson.CheckStatusPass})},
			{
				Config: config(`"first_name", "department", "fix_salary"`),
				ConfigStateChecks: append(states(bi, map[string]knownvalue.Check{
					"excess_attributes": strs("fix_salary"), "compliant": knownvalue.Bool(false),
				}), verdict{"bi", tfjson.CheckStatusFail}),
			},
		},
	})
}

func TestAccCredentialAudit_refused(t *testing.T) {
	t.Parallel()
	w := acctest.Start(t)
	vendor := w.Sandbox.AddCredential(sandbox.Credential{})
	for name, provider := range map[string]string{
		"gateway":  w.ProviderConfig(),
		"Personio": acctest.ProviderConfig(w.PersonioURL, w.Upstream.ClientID, w.Upstream.ClientSecret),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			resource.UnitTest(t, resource.TestCase{
				ProtoV6ProviderFactories: acctest.Factories(),
				Steps: []resource.TestStep{{
					Config: provider + fmt.Sprintf(`
data "personio_credential_audit" "vendor" {
  client_id     = %q
  client_secret = "papi-wrong"
}
`, vendor.ClientID),
					ExpectError: regexp.MustCompile(`client_id\s+and\s+client_secret\s+given\s+here\s+were\s+refused`),
				}},
			})
		})
	}
}

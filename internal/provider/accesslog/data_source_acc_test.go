package accesslog_test

import (
	"context"
	"fmt"
	"net/http"
	"regexp"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/personio-community/terraform-provider-personio/internal/acctest"
	"github.com/personio-community/terraform-provider-personio/internal/gatewayapi"
	"github.com/personio-community/terraform-provider-personio/internal/personio"
)

func TestAccAccessLog(t *testing.T) {
	t.Parallel()
	w := acctest.Start(t)
	started := time.Now().Add(-time.Minute)
	integration, err := w.Client.CustomIntegrations().Create(t.Context(), gatewayapi.CustomIntegrationCreate{
		Name: "Reporting", Scopes: []string{"personio:persons:read"}, ReadableAttributes: []string{"first_name"},
	})
	if err != nil {
		t.Fatal(err)
	}
	credential, err := w.Client.APICredentials().Create(t.Context(), gatewayapi.APICredentialCreate{CustomIntegrationID: integration.ID, Name: "reporting"})
	if err != nil {
		t.Fatal(err)
	}
	client := w.NewClient(t, credential.ClientID, credential.ClientSecret)
	for range 3 {
		resp, err := client.Forward(t.Context(), http.MethodGet, "/v2/persons", nil, nil, nil)
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
	}
	waitForEntries(t, w.Client, credential.ID, 3)

	config := w.ProviderConfig() + fmt.Sprintf(`
data "personio_access_log" "all" {
  from          = %[1]q
  to            = %[2]q
  credential_id = %[3]q
}

data "personio_access_log" "first" {
  from                  = %[1]q
  custom_integration_id = %[4]q
  max_entries           = 2
}

data "personio_access_log" "none" {
  from          = %[2]q
  credential_id = %[3]q
}
`, started.Format(time.RFC3339), time.Now().Add(time.Minute).Format(time.RFC3339), credential.ID, integration.ID)
	all, first, none := "data.personio_access_log.all", "data.personio_access_log.first", "data.personio_access_log.none"
	entries, complete := tfjsonpath.New("entries"), tfjsonpath.New("complete")
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		Steps: []resource.TestStep{
			{
				Config: config,
				ConfigStateChecks: []statecheck.StateCheck{
					statecheck.ExpectKnownValue(all, entries, knownvalue.ListSizeExact(3)),
					statecheck.ExpectKnownValue(all, complete, knownvalue.Bool(true)),
					statecheck.ExpectKnownValue(all, entries.AtSliceIndex(2), knownvalue.ObjectPartial(map[string]knownvalue.Check{
						"credential_id": knownvalue.StringExact(credential.ID), "custom_integration_id": knownvalue.StringExact(integration.ID),
						"endpoint": knownvalue.StringExact("GET /v2/persons"), "status": knownvalue.Int64Exact(200), "people": knownvalue.Int64Exact(10),
					})),
					statecheck.ExpectKnownValue(first, entries, knownvalue.ListSizeExact(2)),
					statecheck.ExpectKnownValue(first, complete, knownvalue.Bool(false)),
					statecheck.ExpectKnownValue(none, entries, knownvalue.ListSizeExact(0)),
					statecheck.ExpectKnownValue(none, complete, knownvalue.Bool(true)),
				},
			},
			{Config: config, ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()}}},
		},
	})
}

func TestAccAccessLog_badInput(t *testing.T) {
	t.Parallel()
	w := acctest.Start(t)
	for arguments, want := range map[string]string{
		`from = "yesterday"`: "Invalid RFC3339",
		``:                   "from",
		"from = \"2026-01-01T00:00:00Z\"\nmax_entries = 0": "max_entries",
	} {
		resource.UnitTest(t, resource.TestCase{
			ProtoV6ProviderFactories: acctest.Factories(),
			Steps: []resource.TestStep{{
				Config:   w.ProviderConfig() + "data \"personio_access_log\" \"x\" {\n" + arguments + "\n}\n",
				PlanOnly: true, ExpectError: regexp.MustCompile(want),
			}},
		})
	}
}

// waitForEntries waits until the gateway has written its entries down, which it
// does once a second.
func waitForEntries(t *testing.T, client *personio.Client, credentialID string, want int) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for {
		n := 0
		for _, err := range client.AccessLog(ctx, personio.AccessLogFilter{CredentialID: credentialID}) {
			if err != nil {
				t.Fatal(err)
			}
			n++
		}
		if n == want {
			return
		}
		select {
		case <-ctx.Done():
			t.Fatalf("%d entries, want %d", n, want)
		case <-tick.C:
		}
	}
}

package provider_test

import (
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/personio-community/terraform-provider-personio/internal/acctest"
	"github.com/personio-community/terraform-provider-personio/internal/acctest/gatewayfake"
	"github.com/personio-community/terraform-provider-personio/internal/acctest/tfproto"
	"github.com/personio-community/terraform-provider-personio/internal/gatewayapi"
	"github.com/personio-community/terraform-provider-personio/internal/personio"
)

// A provider that expects another company than the gateway stands for does nothing
// there: no read, no list, no write, no token.
func TestWrongCompany(t *testing.T) {
	t.Parallel()
	fake := gatewayfake.New(t)
	id := fake.AddIntegration(gatewayapi.CustomIntegration{Name: "Reporting", Scopes: []string{"personio:persons:read"}})
	expecting := func(company string) *tfproto.Provider {
		return tfproto.Configured(t, acctest.NewProvider(), tfproto.Values{
			"base_url": fake.URL, "client_id": gatewayfake.ClientID, "client_secret": gatewayfake.ClientSecret, "expected_company_id": company,
		})
	}
	const typeName = "personio_custom_integration"
	right := expecting(gatewayfake.CompanyID)
	imported, diags := right.Import(typeName, id, "")
	wantNoErrors(t, diags)
	object, diags := right.Read(typeName, imported)
	wantNoErrors(t, diags)
	if calls := fake.Calls(); len(calls) != 1 {
		t.Errorf("calls at the right company: %v", calls)
	}

	wrong := expecting("4711")
	refused := func(what string, diags tfproto.Diagnostics) {
		t.Helper()
		wantParts(t, diags.Errors(), `stands for company "4242"`, "expected_company_id", "is 4711")
		if calls := fake.Calls(); len(calls) > 0 {
			t.Errorf("%s: calls were made: %v", what, calls)
		}
	}
	_, diags = wrong.Read(typeName, object)
	refused("read", diags)
	planned, diags := wrong.Plan(typeName, nil, integration)
	wantNoErrors(t, diags)
	_, diags = wrong.Apply(typeName, planned)
	refused("create", diags)
	planned, _ = wrong.Plan(typeName, object, integration.With(tfproto.Values{"description": "changed"}))
	_, diags = wrong.Apply(typeName, planned)
	refused("update", diags)
	planned, _ = wrong.Plan(typeName, object, nil)
	left, diags := wrong.Apply(typeName, planned)
	refused("delete", diags)
	if left == nil {
		t.Error("what was not deleted left the state")
	}
	_, diags = wrong.ReadData("personio_connected_integrations", tfproto.Values{})
	refused("data source", diags)
	results := slices.Collect(wrong.List(typeName, tfproto.Values{}, 100, true))
	if len(results) != 1 {
		t.Fatalf("%d results", len(results))
	}
	refused("list", results[0].Diagnostics)
	_, diags = wrong.Open("personio_access_token", tfproto.Values{})
	refused("ephemeral", diags)
}

// A real gateway stands for the company of its recruiting access, and for none
// without one.
func TestCompanyOfAGateway(t *testing.T) {
	t.Parallel()
	silent, w := acctest.Start(t, acctest.WithoutRecruiting()), acctest.Start(t)
	company := strconv.Itoa(w.Recruiting.CompanyID)
	for _, test := range []struct {
		world    *acctest.World
		expected string
		want     string
	}{
		{w, company + "1", "stands for company"}, {w, company, ""}, {silent, company, "does not say which company"},
	} {
		p := tfproto.Configured(t, acctest.NewProvider(), tfproto.Values{
			"base_url": test.world.URL, "client_id": test.world.Management.ClientID, "client_secret": test.world.Management.ClientSecret,
			"expected_company_id": test.expected,
		})
		planned, diags := p.Plan("personio_custom_integration", nil, integration)
		wantNoErrors(t, diags)
		_, diags = p.Apply("personio_custom_integration", planned)
		if text := diags.Errors(); (text == "") != (test.want == "") || !strings.Contains(text, test.want) {
			t.Errorf("expected %s: %q, want %q", test.expected, text, test.want)
		}
		for got, err := range test.world.Client.CustomIntegrations().List(t.Context(), personio.CustomIntegrationFilter{}) {
			if err != nil || test.want != "" {
				t.Errorf("expected %s: %q was made: %v", test.expected, got.Name, err)
			}
		}
	}
}

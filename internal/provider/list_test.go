package provider_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/personio-community/terraform-provider-personio/internal/acctest"
	"github.com/personio-community/terraform-provider-personio/internal/acctest/gatewayfake"
	"github.com/personio-community/terraform-provider-personio/internal/acctest/tfproto"
	"github.com/personio-community/terraform-provider-personio/internal/gatewayapi"
)

// inventory is one object of each kind on a gateway, by resource type.
func inventory(t *testing.T, w *acctest.World) map[string]string {
	t.Helper()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	integration, err := w.Client.CustomIntegrations().Create(t.Context(), gatewayapi.CustomIntegrationCreate{
		Name: "Learning", Description: "Courses", Scopes: []string{"personio:persons:read"},
		ReadableAttributes: []string{"email", "status", "department"}, WritableAttributes: []string{}, ReportIDs: []string{}, DocumentCategoryIDs: []string{},
	})
	must(err)
	expires := time.Now().AddDate(1, 0, 0)
	credential, err := w.Client.APICredentials().Create(t.Context(), gatewayapi.APICredentialCreate{
		CustomIntegrationID: integration.ID, Name: "learning-prod", Kind: gatewayapi.KindPersonnel, ExpiresAt: &expires,
	})
	must(err)
	target, err := w.Client.SyncTargets().Create(t.Context(), gatewayapi.SyncTargetCreate{
		Name: "Learning", SCIM: gatewayapi.SCIMTargetSent{
			SCIMTarget: gatewayapi.SCIMTarget{URL: w.SCIMURL, Headers: map[string]string{"X-Tenant": "4711"}}, Token: w.SCIMToken,
		},
	})
	must(err)
	rule, err := w.Client.SyncRules().Create(t.Context(), gatewayapi.SyncRuleConfig{
		Name: "Employees", CustomIntegrationID: integration.ID, SyncTargetID: target.ID,
		Filter: `status == "active"`, Match: gatewayapi.SyncMatch{Employee: "email", Account: "userName"},
		AttributeMapping: map[string]string{`emails[type eq "work"].value`: "email", "preferredLanguage": "'de'"},
		GroupMapping:     map[string]gatewayapi.SyncGroupMapping{"department": {Name: "'Abteilung ' + department"}},
		Operations:       []gatewayapi.SyncOperation{gatewayapi.OperationProvision, gatewayapi.OperationUpdate},
		DeprovisionMode:  gatewayapi.DeprovisionDeactivate, MaxDeprovision: "25", OnFailure: gatewayapi.OnFailureContinue,
		Schedule: &gatewayapi.SyncSchedule{Cron: "0 4 * * *", TimeZone: "Europe/Berlin"}, Triggers: map[string]string{"release": "1"},
	})
	must(err)
	return map[string]string{
		"personio_custom_integration": integration.ID, "personio_api_credential": credential.ID,
		"personio_sync_target": target.ID, "personio_sync_rule": rule.ID,
	}
}

// corners are objects whose attributes exclude each other or are there once only,
// by resource type.
func corners(t *testing.T, w *acctest.World) map[string]string {
	t.Helper()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	integration, err := w.Client.CustomIntegrations().Create(t.Context(), gatewayapi.CustomIntegrationCreate{
		Name: `All "${attributes}"`, Scopes: []string{"employees:read", "documents:read"}, AllAttributes: true,
		ReadableAttributes: []string{}, WritableAttributes: []string{}, ReportIDs: []string{}, DocumentCategoryIDs: []string{"2101"},
	})
	must(err)
	credential, err := w.Client.APICredentials().Create(t.Context(), gatewayapi.APICredentialCreate{
		CustomIntegrationID: integration.ID, Name: "recruiting", Kind: gatewayapi.KindRecruiting,
		ClientSecret: "a-secret-of-our-own-of-forty-characters-0",
	})
	must(err)
	const clientSecret = "client-secret-of-the-target" //nolint:gosec // Of a test.
	w.SCIM.AddOAuthClient("gateway", clientSecret, time.Hour)
	target, err := w.Client.SyncTargets().Create(t.Context(), gatewayapi.SyncTargetCreate{
		Name: "OAuth", SCIM: gatewayapi.SCIMTargetSent{
			SCIMTarget: gatewayapi.SCIMTarget{
				URL:   w.SCIMURL + "/",
				OAuth: &gatewayapi.SCIMOAuth{TokenURL: w.SCIMURL + "/oauth/token", ClientID: "gateway", Scopes: []string{"scim"}},
			},
			OAuthClientSecret: clientSecret,
		},
	})
	must(err)
	rule, err := w.Client.SyncRules().Create(t.Context(), gatewayapi.SyncRuleConfig{
		Name: "Nobody", CustomIntegrationID: integration.ID, SyncTargetID: target.ID,
		Filter: "false", Match: gatewayapi.SyncMatch{Employee: "email", Account: "userName"},
		AttributeMapping: map[string]string{}, DeprovisionMode: gatewayapi.DeprovisionDelete, MaxDeprovision: gatewayapi.DefaultMaxDeprovision,
		OnFailure:  gatewayapi.OnFailurePause,
		Operations: []gatewayapi.SyncOperation{gatewayapi.OperationProvision, gatewayapi.OperationUpdate, gatewayapi.OperationDeprovision, gatewayapi.OperationLink},
	})
	must(err)
	return map[string]string{
		"personio_custom_integration": integration.ID, "personio_api_credential": credential.ID,
		"personio_sync_target": target.ID, "personio_sync_rule": rule.ID,
	}
}

// A list shows each object as an import and the read after it leave it in the
// state, secrets neither way.
func TestListShowsWhatAnImportShows(t *testing.T) {
	t.Parallel()
	w := acctest.Start(t)
	names := map[string]string{
		"personio_custom_integration": "Learning", "personio_api_credential": "learning-prod",
		"personio_sync_target": "Learning", "personio_sync_rule": "Employees",
	}
	ids := inventory(t, w)
	p := tfproto.Configured(t, acctest.NewProvider(), tfproto.Values{
		"base_url": w.URL, "client_id": w.Management.ClientID, "client_secret": w.Management.ClientSecret,
	})
	for typeName, id := range ids {
		imported, diags := p.Import(typeName, id, "")
		wantNoErrors(t, diags)
		read, diags := p.Read(typeName, imported)
		wantNoErrors(t, diags)
		for _, include := range []bool{true, false} {
			want := []tfproto.Listed{{Name: names[typeName], Identity: id}}
			if include {
				want[0].Values = read.Values
			}
			if diff := cmp.Diff(want, slices.Collect(p.List(typeName, tfproto.Values{}, 100, include))); diff != "" {
				t.Errorf("%s, resources included %t (-want +got):\n%s", typeName, include, diff)
			}
		}
	}
}

// The gateway filters: what the configuration selects is in the query, and the
// gateway knows that parameter.
func TestListFilters(t *testing.T) {
	t.Parallel()
	w := acctest.Start(t)
	ids := inventory(t, w)
	p := tfproto.Configured(t, acctest.NewProvider(), tfproto.Values{
		"base_url": w.URL, "client_id": w.Management.ClientID, "client_secret": w.Management.ClientSecret,
	})
	integration, target := ids["personio_custom_integration"], ids["personio_sync_target"]
	const elsewhere = "00000000-0000-4000-8000-000000000000"
	for _, test := range []struct {
		typeName string
		config   tfproto.Values
		want     int
	}{
		{"personio_custom_integration", tfproto.Values{"name": "Learning"}, 1},
		{"personio_custom_integration", tfproto.Values{"name": "Payroll"}, 0},
		{"personio_custom_integration", tfproto.Values{"status": "PENDING"}, 1},
		{"personio_custom_integration", tfproto.Values{"status": "CONNECTED"}, 0},
		{"personio_api_credential", tfproto.Values{"custom_integration_id": integration}, 1},
		{"personio_api_credential", tfproto.Values{"custom_integration_id": elsewhere}, 0},
		{"personio_sync_target", tfproto.Values{"name": "Learning"}, 1},
		{"personio_sync_target", tfproto.Values{"name": "Payroll"}, 0},
		{"personio_sync_rule", tfproto.Values{"name": "Employees", "custom_integration_id": integration, "sync_target_id": target}, 1},
		{"personio_sync_rule", tfproto.Values{"name": "Payroll"}, 0},
		{"personio_sync_rule", tfproto.Values{"custom_integration_id": elsewhere}, 0},
		{"personio_sync_rule", tfproto.Values{"sync_target_id": elsewhere}, 0},
	} {
		got := slices.Collect(p.List(test.typeName, test.config, 100, false))
		for _, one := range got {
			wantNoErrors(t, one.Diagnostics)
		}
		if len(got) != test.want {
			t.Errorf("%s %v: %d results, want %d", test.typeName, test.config, len(got), test.want)
		}
	}
	wrong := slices.Collect(p.List("personio_custom_integration", tfproto.Values{"status": "connect"}, 100, false))
	if len(wrong) != 1 {
		t.Fatalf("%d results", len(wrong))
	}
	wantParts(t, wrong[0].Diagnostics.Errors(), "status", `Did you mean "CONNECTED"?`)
}

// Pages are asked for when their objects are, no more than the limit is given,
// and nothing follows once Terraform has enough: going on would panic here.
func TestListIsLazy(t *testing.T) {
	t.Parallel()
	fake := gatewayfake.New(t)
	const pages = 2
	count := pages*gatewayapi.MaxLimit + 5
	for i := range count {
		fake.AddIntegration(gatewayapi.CustomIntegration{Name: fmt.Sprintf("Integration %03d", i)})
	}
	p := acctest.Reconnect(t, fake)
	for _, test := range []struct {
		limit        int64
		stop         int
		want, called int
	}{
		{limit: 0, want: count, called: pages + 1},
		{limit: int64(count) + 1, want: count, called: pages + 1},
		{limit: gatewayapi.MaxLimit, want: gatewayapi.MaxLimit, called: 1},
		{limit: gatewayapi.MaxLimit + 1, want: gatewayapi.MaxLimit + 1, called: 2},
		{limit: 1, want: 1, called: 1},
		{limit: 100, stop: 3, want: 3, called: 1},
	} {
		fake.Calls()
		results := p.List("personio_custom_integration", tfproto.Values{}, test.limit, true)
		if calls := fake.Calls(); len(calls) > 0 {
			t.Errorf("limit %d: calls before anything was asked for: %v", test.limit, calls)
		}
		var names []string
		for one := range results {
			wantNoErrors(t, one.Diagnostics)
			names = append(names, one.Name)
			if len(names) == test.stop {
				break
			}
		}
		if len(names) != test.want || !slices.IsSorted(names) {
			t.Errorf("limit %d: %d results, want %d", test.limit, len(names), test.want)
		}
		if calls := fake.Calls(); len(calls) != test.called {
			t.Errorf("limit %d: %d calls, want %d", test.limit, len(calls), test.called)
		}
	}
}

// A failure is one result with the diagnostics, also on a later page, and the
// last; what came before it stays.
func TestListFails(t *testing.T) {
	t.Parallel()
	paths := map[string]string{
		"personio_custom_integration": gatewayapi.PathCustomIntegrations, "personio_api_credential": gatewayapi.PathAPICredentials,
		"personio_sync_target": gatewayapi.PathSyncTargets, "personio_sync_rule": gatewayapi.PathSyncRules,
	}
	for typeName, path := range paths {
		p, fake := acctest.FakeProvider(t)
		fake.Script("GET "+path, gatewayfake.Finding(403, gatewayapi.KindForbidden, "Forbidden", "The scope is missing.", nil))
		results := slices.Collect(p.List(typeName, tfproto.Values{}, 100, true))
		if len(results) != 1 || results[0].Identity != "" {
			t.Fatalf("%s: %v", typeName, results)
		}
		wantParts(t, results[0].Diagnostics.Errors(), "Could not list ", "The scope is missing.", "HTTP status 403")
	}

	p, fake := acctest.FakeProvider(t)
	for i := range gatewayapi.MaxLimit + 1 {
		fake.AddTarget(gatewayapi.SyncTarget{Name: fmt.Sprintf("Target %d", i)})
	}
	var failed tfproto.Diagnostics
	good := 0
	for one := range p.List("personio_sync_target", tfproto.Values{}, 0, false) {
		if failed != nil {
			t.Fatal("something follows the failure")
		}
		if len(one.Diagnostics) > 0 {
			failed = one.Diagnostics
			continue
		}
		if good++; good == gatewayapi.MaxLimit {
			fake.Script("GET "+gatewayapi.PathSyncTargets, gatewayfake.Finding(500, gatewayapi.KindInternal, "Broken", "Page two is broken.", nil))
		}
	}
	if good != gatewayapi.MaxLimit {
		t.Errorf("%d results before the failure", good)
	}
	wantParts(t, failed.Errors(), "Could not list sync targets", "Page two is broken.")
}

// Towards Personio itself a list says what is missing, without a call.
func TestListNeedsGateway(t *testing.T) {
	t.Parallel()
	p := tfproto.Configured(t, acctest.NewProvider(), tfproto.Values{"client_id": "papi-x", "client_secret": "papi-y"})
	for typeName := range p.Schema().ListResourceSchemas {
		if strings.HasPrefix(typeName, "personio_project") || typeName == "personio_webhook" {
			continue // Personio's own.
		}
		results := slices.Collect(p.List(typeName, tfproto.Values{}, 100, false))
		if len(results) != 1 || !strings.Contains(results[0].Diagnostics.Errors(), typeName+" needs a gateway") {
			t.Errorf("%s: %v", typeName, results)
		}
	}
}

// Terraform 1.14 lets the provider generate the configuration: it is valid, and
// its plan changes nothing.
func TestGeneratedConfiguration(t *testing.T) {
	t.Parallel()
	for _, add := range []func(*testing.T, *acctest.World) map[string]string{inventory, corners} {
		w := acctest.Start(t)
		p := tfproto.Configured(t, acctest.NewProvider(), tfproto.Values{
			"base_url": w.URL, "client_id": w.Management.ClientID, "client_secret": w.Management.ClientSecret,
		})
		for typeName, id := range add(t, w) {
			imported, diags := p.Import(typeName, id, "")
			wantNoErrors(t, diags)
			object, diags := p.Read(typeName, imported)
			wantNoErrors(t, diags)
			config, diags := p.Generate(typeName, object)
			wantNoErrors(t, diags)
			wantNoErrors(t, p.Validate(typeName, config))
			planned, diags := p.Plan(typeName, object, config)
			wantNoErrors(t, diags)
			if diff := cmp.Diff(object.Values, planned.Values); diff != "" {
				t.Errorf("%s: the plan is not empty:\n%s", typeName, diff)
			}
		}
	}
}

// Whatever is managed has an identity, can be listed, and shows how to import it
// in each way and how to list it.
func TestEveryResourceCanBeFound(t *testing.T) {
	t.Parallel()
	p := tfproto.New(t, acctest.NewProvider())
	schema := p.Schema()
	if len(schema.ResourceSchemas) == 0 {
		t.Fatal("there are no resources")
	}
	identities := p.Identities()
	for typeName := range schema.ResourceSchemas {
		if identities[typeName] == nil {
			t.Errorf("%s has no identity", typeName)
		}
		if schema.ListResourceSchemas[typeName] == nil {
			t.Errorf("%s cannot be listed", typeName)
		}
		for file, want := range map[string]string{
			"resources/" + typeName + "/import.sh":                      "terraform import " + typeName + ".",
			"resources/" + typeName + "/import-by-string-id.tf":         "to = " + typeName + ".",
			"resources/" + typeName + "/import-by-identity.tf":          "identity = {",
			"list-resources/" + typeName + "/list-resource.tfquery.hcl": "list \"" + typeName + "\"",
		} {
			content, err := os.ReadFile(filepath.Join("..", "..", "examples", filepath.FromSlash(file)))
			if err != nil || !strings.Contains(string(content), want) {
				t.Errorf("examples/%s does not show %q: %v", file, want, err)
			}
		}
	}
}

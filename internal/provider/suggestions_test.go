package provider_test

import (
	"context"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/personio-community/terraform-provider-personio/internal/acctest"
)

// schemas are all schemas of the provider, by what they are of.
func schemas(t *testing.T) map[string]schema {
	t.Helper()
	var own provider.SchemaResponse
	acctest.NewProvider()().Schema(t.Context(), provider.SchemaRequest{}, &own)
	all := map[string]schema{"provider": own.Schema}
	for _, o := range acctest.Objects(t) {
		if o.Kind != acctest.Functions {
			all[o.String()] = schemaOf(t, o)
		}
	}
	return all
}

// check is a validator of strings, or of the strings in a set.
type check struct {
	description string
	run         func(value string) diag.Diagnostics
}

// checks are the validators of an attribute.
func checks(ctx context.Context, attribute any) []check {
	var found []check
	if a, ok := attribute.(interface{ StringValidators() []validator.String }); ok {
		for _, v := range a.StringValidators() {
			found = append(found, check{v.Description(ctx), func(value string) diag.Diagnostics {
				var resp validator.StringResponse
				v.ValidateString(ctx, validator.StringRequest{Path: path.Root("x"), ConfigValue: types.StringValue(value)}, &resp)
				return resp.Diagnostics
			}})
		}
	}
	if a, ok := attribute.(interface{ SetValidators() []validator.Set }); ok {
		for _, v := range a.SetValidators() {
			found = append(found, check{v.Description(ctx), func(value string) diag.Diagnostics {
				var resp validator.SetResponse
				set := types.SetValueMust(types.StringType, []attr.Value{types.StringValue(value)})
				v.ValidateSet(ctx, validator.SetRequest{Path: path.Root("x"), ConfigValue: set}, &resp)
				return resp.Diagnostics
			}})
		}
	}
	return found
}

// walk visits all attributes of a schema, of a nested attribute or of the objects
// in one. The schemas of resources, data sources and the like share no type.
func walk(of any, prefix string, visit func(name string, attribute any)) {
	value := reflect.Indirect(reflect.ValueOf(of))
	if nested := value.FieldByName("NestedObject"); nested.IsValid() {
		walk(nested.Interface(), prefix, visit)
		return
	}
	attributes := value.FieldByName("Attributes")
	if !attributes.IsValid() {
		return
	}
	for _, key := range attributes.MapKeys() {
		attribute, name := attributes.MapIndex(key).Interface(), prefix+"."+key.String()
		visit(name, attribute)
		walk(attribute, name, visit)
	}
}

// slips are values that somebody might write instead of the right one.
func slips(right string) []string {
	other := strings.ToUpper(right)
	if other == right {
		other = strings.ToLower(right)
	}
	return []string{right[:len(right)-1], right + "s", other}
}

// Wherever an argument takes certain values only, a wrong one is answered with the
// nearest of them.
func TestWrongValuesSuggestTheNearest(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	enumerations := map[string]bool{}
	known := map[string]string{"must be a known Personio scope": "employees:read", "must be a scope of": "gateway:sync-rules:read", "key of an employee attribute": "first_name"}
	seen := map[string]bool{}
	for of, schema := range schemas(t) {
		walk(schema, of, func(name string, attribute any) {
			for _, c := range checks(ctx, attribute) {
				var values []string
				if _, after, ok := strings.Cut(c.description, "must be one of "); ok {
					enumerations[name], values = true, strings.Split(after, ", ")
				}
				if strings.Contains(c.description, "must be one of: ") {
					t.Errorf("%s suggests nothing; use tfx.OneOf", name)
				}
				for part, value := range known {
					if strings.Contains(c.description, part) {
						seen[part], values = true, []string{value}
					}
				}
				for _, right := range values {
					if diags := c.run(right); diags.HasError() {
						t.Errorf("%s refuses %q: %v", name, right, diags)
					}
					for _, slip := range slips(right) {
						text := fmt.Sprint(c.run(slip))
						if !strings.Contains(text, "Did you mean") || !strings.Contains(text, fmt.Sprintf("%q", right)) {
							t.Errorf("%s = %q does not suggest %q: %s", name, slip, right, text)
						}
					}
				}
			}
		})
	}
	for part := range known {
		if !seen[part] {
			t.Errorf("no argument %q, so nothing was proved for it", part)
		}
	}
	want := []string{
		"actions/personio_webhook_test_event.event_name",
		"data-sources/personio_connected_integrations.status",
		"data-sources/personio_marketplace_integrations.activation_method",
		"data-sources/personio_marketplace_integrations.category",
		"data-sources/personio_marketplace_integrations.made_by",
		"data-sources/personio_marketplace_integrations.tier",
		"data-sources/personio_org_units.type",
		"data-sources/personio_persons.status",
		"data-sources/personio_projects.status",
		"data-sources/personio_webhook_deliveries.event_name",
		"data-sources/personio_webhook_events.event_name",
		"data-sources/personio_webhooks.enabled_events",
		"data-sources/personio_webhooks.status",
		"list-resources/personio_custom_integration.status",
		"list-resources/personio_project.status",
		"list-resources/personio_webhook.status",
		"resources/personio_api_credential.kind",
		"resources/personio_project.status",
		"resources/personio_sync_rule.deprovision_mode",
		"resources/personio_sync_rule.match.account",
		"resources/personio_sync_rule.on_failure",
		"resources/personio_sync_rule.operations",
		"resources/personio_webhook.auth_type",
		"resources/personio_webhook.enabled_events",
		"resources/personio_webhook.status",
	}
	if diff := cmp.Diff(want, slices.Sorted(maps.Keys(enumerations))); diff != "" {
		t.Errorf("arguments with certain values (-want +got):\n%s", diff)
	}
}

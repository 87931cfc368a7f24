package credentialaudit

import (
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/personio-community/terraform-provider-personio/internal/acctest/parity"
)

func readSchema(t *testing.T) schema.Schema {
	t.Helper()
	var resp datasource.SchemaResponse
	NewDataSource().Schema(t.Context(), datasource.SchemaRequest{}, &resp)
	return resp.Schema
}

func TestModelMatchesSchema(t *testing.T) {
	t.Parallel()
	s := readSchema(t)
	parity.Check[model](t, s)
	nested, ok := s.Attributes["attributes"].(schema.ListNestedAttribute)
	if !ok {
		t.Fatalf("attributes is a %T", s.Attributes["attributes"])
	}
	parity.CheckObject[attributeModel](t, nested.NestedObject.Type())
}

func TestSchema(t *testing.T) {
	t.Parallel()
	s := readSchema(t)
	if diags := s.ValidateImplementation(t.Context()); diags.HasError() {
		t.Error(diags)
	}
	for name, a := range s.Attributes {
		if a.GetMarkdownDescription() == "" {
			t.Errorf("%s has no description", name)
		}
		if secret := name == "client_secret"; a.IsSensitive() != secret || secret && a.IsComputed() {
			t.Errorf("%s: sensitive %v, computed %v", name, a.IsSensitive(), a.IsComputed())
		}
	}
}

// What is not known yet may turn out to be complete.
func TestUnknownConfigurationIsValid(t *testing.T) {
	t.Parallel()
	s := readSchema(t)
	object, ok := s.Type().TerraformType(t.Context()).(tftypes.Object)
	if !ok {
		t.Fatal("the schema is no object")
	}
	known, null, unknown := any("papi-1"), any(nil), any(tftypes.UnknownValue)
	for _, pair := range [][2]any{{unknown, unknown}, {unknown, known}, {known, unknown}, {unknown, null}, {null, unknown}} {
		values := map[string]tftypes.Value{}
		for name, ty := range object.AttributeTypes {
			values[name] = tftypes.NewValue(ty, nil)
		}
		for _, name := range []string{"expected_scopes", "expected_attributes"} {
			values[name] = tftypes.NewValue(object.AttributeTypes[name], tftypes.UnknownValue)
		}
		values["client_id"] = tftypes.NewValue(tftypes.String, pair[0])
		values["client_secret"] = tftypes.NewValue(tftypes.String, pair[1])
		var resp datasource.ValidateConfigResponse
		req := datasource.ValidateConfigRequest{Config: tfsdk.Config{Schema: s, Raw: tftypes.NewValue(object, values)}}
		(&DataSource{}).ValidateConfig(t.Context(), req, &resp)
		if resp.Diagnostics.HasError() {
			t.Errorf("%v: %v", pair, resp.Diagnostics)
		}
	}
}

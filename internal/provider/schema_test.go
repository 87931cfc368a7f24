package provider_test

import (
	"context"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/action"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/ephemeral"
	"github.com/hashicorp/terraform-plugin-framework/function"
	"github.com/hashicorp/terraform-plugin-framework/list"
	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/personio-community/terraform-provider-personio/internal/acctest"
	"github.com/personio-community/terraform-provider-personio/internal/acctest/tfproto"
	personioprovider "github.com/personio-community/terraform-provider-personio/internal/provider"
	"github.com/personio-community/terraform-provider-personio/internal/provider/tfx"
)

// Each schema is valid by the framework's own rules.
func TestSchemasAreValid(t *testing.T) {
	t.Parallel()
	var schema provider.SchemaResponse
	acctest.NewProvider()().Schema(t.Context(), provider.SchemaRequest{}, &schema)
	if diags := schema.Schema.ValidateImplementation(t.Context()); diags.HasError() {
		t.Errorf("provider: %v", diags)
	}
	for _, o := range acctest.Objects(t) {
		if diags := validate(t, o); diags.HasError() {
			t.Errorf("%s: %v", o, diags)
		}
	}
}

// validate applies the framework's rules to an object's definition.
func validate(t *testing.T, o acctest.Object) diag.Diagnostics {
	t.Helper()
	ctx := t.Context()
	if value, ok := o.Value.(function.Function); ok {
		var resp function.DefinitionResponse
		value.Definition(ctx, function.DefinitionRequest{}, &resp)
		var validated function.DefinitionValidateResponse
		resp.Definition.ValidateImplementation(ctx, function.DefinitionValidateRequest{FuncName: o.Type}, &validated)
		return validated.Diagnostics
	}
	diags := schemaOf(t, o).ValidateImplementation(ctx)
	if value, ok := o.Value.(resource.Resource); ok && o.Kind == acctest.Resources {
		identified, ok := value.(resource.ResourceWithIdentity)
		if !ok {
			t.Errorf("%s has no identity", o)
			return nil
		}
		var identity resource.IdentitySchemaResponse
		identified.IdentitySchema(ctx, resource.IdentitySchemaRequest{}, &identity)
		for name, a := range identity.IdentitySchema.Attributes {
			if a.GetDescription() == "" {
				t.Errorf("%s: %s of its identity has no description", o, name)
			}
		}
		diags.Append(identity.IdentitySchema.ValidateImplementation(ctx)...)
	}
	return diags
}

// schema is what the schemas of all kinds of objects have in common.
type schema interface {
	ValidateImplementation(ctx context.Context) diag.Diagnostics
}

// schemaOf is the schema of an object other than a function.
func schemaOf(t *testing.T, o acctest.Object) schema {
	t.Helper()
	ctx := t.Context()
	// A list resource may be the resource itself, so the kind comes first.
	if value, ok := o.Value.(list.ListResource); ok && o.Kind == acctest.ListResources {
		var resp list.ListResourceSchemaResponse
		value.ListResourceConfigSchema(ctx, list.ListResourceSchemaRequest{}, &resp)
		return resp.Schema
	}
	switch value := o.Value.(type) {
	case resource.Resource:
		var resp resource.SchemaResponse
		value.Schema(ctx, resource.SchemaRequest{}, &resp)
		return resp.Schema
	case datasource.DataSource:
		var resp datasource.SchemaResponse
		value.Schema(ctx, datasource.SchemaRequest{}, &resp)
		return resp.Schema
	case ephemeral.EphemeralResource:
		var resp ephemeral.SchemaResponse
		value.Schema(ctx, ephemeral.SchemaRequest{}, &resp)
		return resp.Schema
	case action.Action:
		var resp action.SchemaResponse
		value.Schema(ctx, action.SchemaRequest{}, &resp)
		return resp.Schema
	}
	t.Fatalf("%s: %T is of no kind that this test knows; teach it", o, o.Value)
	return nil
}

// Everything in a schema is described, since the documentation is made from it.
func TestSchemasAreDescribed(t *testing.T) {
	t.Parallel()
	all := tfproto.New(t, acctest.NewProvider()).Schema()
	wantDescribed(t, "provider", all.Provider.Block)
	for name, s := range all.ResourceSchemas {
		wantDescribed(t, name, s.Block)
		if s.Version != 0 {
			t.Errorf("%s: version %d needs an upgrader and a test from the version before", name, s.Version)
		}
	}
	for name, s := range all.DataSourceSchemas {
		wantDescribed(t, "data "+name, s.Block)
	}
	for name, s := range all.EphemeralResourceSchemas {
		wantDescribed(t, "ephemeral "+name, s.Block)
	}
	for name, s := range all.ListResourceSchemas {
		wantDescribed(t, "list "+name, s.Block)
	}
	for name, s := range all.ActionSchemas {
		wantDescribed(t, "action "+name, s.Schema.Block)
	}
	for name, f := range all.Functions {
		if f.Summary == "" || f.Description == "" || f.DescriptionKind != tfprotov6.StringKindMarkdown {
			t.Errorf("function %s lacks a summary or a MarkdownDescription", name)
		}
		for _, p := range f.Parameters {
			if p.Description == "" {
				t.Errorf("function %s: parameter %s has no description", name, p.Name)
			}
		}
	}
}

// wantDescribed wants a MarkdownDescription of a block and of everything in it, at
// every depth.
func wantDescribed(t *testing.T, name string, block *tfprotov6.SchemaBlock) {
	t.Helper()
	if block.Description == "" || block.DescriptionKind != tfprotov6.StringKindMarkdown {
		t.Errorf("%s has no MarkdownDescription", name)
	}
	var attributes func(prefix string, attributes []*tfprotov6.SchemaAttribute)
	attributes = func(prefix string, all []*tfprotov6.SchemaAttribute) {
		for _, a := range all {
			if a.Description == "" || a.DescriptionKind != tfprotov6.StringKindMarkdown {
				t.Errorf("%s.%s has no MarkdownDescription", prefix, a.Name)
			}
			if a.NestedType != nil {
				attributes(prefix+"."+a.Name, a.NestedType.Attributes)
			}
		}
	}
	attributes(name, block.Attributes)
	for _, nested := range block.BlockTypes {
		wantDescribed(t, name+"."+nested.TypeName, nested.Block)
	}
}

// Each argument of the provider has an environment variable, which its
// description names and Configure asks for.
func TestArgumentsHaveEnvironmentVariables(t *testing.T) {
	t.Parallel()
	var asked []string
	p := tfproto.Configured(t, acctest.NewProvider(personioprovider.WithGetenv(func(name string) string {
		asked = append(asked, name)
		return ""
	})), tfproto.Values{})
	for _, a := range p.Schema().Provider.Block.Attributes {
		name := tfx.EnvironmentName(a.Name)
		if !strings.Contains(a.Description, "Environment: `"+name+"`.") {
			t.Errorf("the description of %s does not end with: Environment: `%s`.", a.Name, name)
		}
		if !slices.Contains(asked, name) {
			t.Errorf("nothing reads %s, which stands in for %s", name, a.Name)
		}
	}
}

// Each package with resources, data sources and the like holds their models to
// their schemas.
func TestModelsAreHeldToSchemas(t *testing.T) {
	t.Parallel()
	objects := map[string][]string{}
	for _, o := range acctest.Objects(t) {
		if o.Kind == acctest.Functions {
			continue
		}
		_, folder, _ := strings.Cut(reflect.TypeOf(o.Value).Elem().PkgPath(), "/internal/provider/")
		objects[folder] = append(objects[folder], o.String())
	}
	for folder, all := range objects {
		tests, err := filepath.Glob(filepath.Join(folder, "*_test.go"))
		if err != nil {
			t.Fatal(err)
		}
		checks := 0
		for _, file := range tests {
			source, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			checks += strings.Count(string(source), "parity.Check[")
		}
		if checks < len(all) {
			t.Errorf("internal/provider/%s has %d calls of parity.Check for %d objects, %s: add a line for each to its schema_test.go",
				folder, checks, len(all), strings.Join(all, ", "))
		}
	}
}

package acctest

import (
	"context"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/action"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/ephemeral"
	"github.com/hashicorp/terraform-plugin-framework/function"
	"github.com/hashicorp/terraform-plugin-framework/list"
	frameworkprovider "github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/resource"
)

// Kind is a kind of things that a provider registers, by the name of its folder
// in examples/ and docs/.
type Kind string

// The kinds of the framework.
const (
	Resources          Kind = "resources"
	DataSources        Kind = "data-sources"
	EphemeralResources Kind = "ephemeral-resources"
	ListResources      Kind = "list-resources"
	Actions            Kind = "actions"
	Functions          Kind = "functions"
)

// Object is one thing that the provider registers.
type Object struct {
	Kind Kind
	// Type is its name in Terraform: personio_sync_rule.
	Type string
	// Value is the resource.Resource, datasource.DataSource and so on.
	Value any
}

// String is its folder in examples/.
func (o Object) String() string { return string(o.Kind) + "/" + o.Type }

// Objects are all things that the provider registers, of every kind, so that a
// check of each also holds for what comes.
func Objects(t testing.TB) []Object {
	t.Helper()
	ctx := context.Background()
	p := NewProvider()()
	var meta frameworkprovider.MetadataResponse
	p.Metadata(ctx, frameworkprovider.MetadataRequest{}, &meta)
	name := meta.TypeName
	var all []Object
	add := func(kind Kind, typeName string, value any) { all = append(all, Object{kind, typeName, value}) }
	for _, newOne := range p.Resources(ctx) {
		add(Resources, resourceType(ctx, newOne(), name), newOne())
	}
	for _, newOne := range p.DataSources(ctx) {
		var resp datasource.MetadataResponse
		newOne().Metadata(ctx, datasource.MetadataRequest{ProviderTypeName: name}, &resp)
		add(DataSources, resp.TypeName, newOne())
	}
	if p, ok := p.(frameworkprovider.ProviderWithEphemeralResources); ok {
		for _, newOne := range p.EphemeralResources(ctx) {
			var resp ephemeral.MetadataResponse
			newOne().Metadata(ctx, ephemeral.MetadataRequest{ProviderTypeName: name}, &resp)
			add(EphemeralResources, resp.TypeName, newOne())
		}
	}
	if p, ok := p.(frameworkprovider.ProviderWithListResources); ok {
		for _, newOne := range p.ListResources(ctx) {
			add(ListResources, resourceType(ctx, newOne(), name), newOne())
		}
	}
	if p, ok := p.(frameworkprovider.ProviderWithActions); ok {
		for _, newOne := range p.Actions(ctx) {
			var resp action.MetadataResponse
			newOne().Metadata(ctx, action.MetadataRequest{ProviderTypeName: name}, &resp)
			add(Actions, resp.TypeName, newOne())
		}
	}
	if p, ok := p.(frameworkprovider.ProviderWithFunctions); ok {
		for _, newOne := range p.Functions(ctx) {
			var resp function.MetadataResponse
			newOne().Metadata(ctx, function.MetadataRequest{}, &resp)
			add(Functions, resp.Name, newOne())
		}
	}
	if len(all) == 0 {
		t.Fatal("the provider registers nothing")
	}
	return all
}

// resourceType is the type of a resource, or of a list resource.
func resourceType(ctx context.Context, named interface {
	Metadata(context.Context, resource.MetadataRequest, *resource.MetadataResponse)
}, provider string,
) string {
	var resp resource.MetadataResponse
	named.Metadata(ctx, resource.MetadataRequest{ProviderTypeName: provider}, &resp)
	return resp.TypeName
}

var _ interface {
	Metadata(context.Context, resource.MetadataRequest, *resource.MetadataResponse)
} = list.ListResource(nil)

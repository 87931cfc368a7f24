// Package tfproto drives a provider through Terraform's plugin protocol, without
// a CLI: for what the CLI at hand cannot do, and for tests that take
// milliseconds. It proposes new states like Terraform's core does, for resources
// whose nested attributes are computed only where they have a default.
package tfproto

import (
	"iter"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// Diagnostics are what a call reported.
type Diagnostics []*tfprotov6.Diagnostic

// Text renders the diagnostics of a severity, one a paragraph: path, summary and
// detail.
func (d Diagnostics) Text(severity tfprotov6.DiagnosticSeverity) string {
	var lines []string
	for _, one := range d {
		if one.Severity != severity {
			continue
		}
		where := ""
		if one.Attribute != nil {
			where = one.Attribute.String() + ": "
		}
		lines = append(lines, where+one.Summary+"\n"+one.Detail)
	}
	return strings.Join(lines, "\n\n")
}

// Errors renders the errors.
func (d Diagnostics) Errors() string { return d.Text(tfprotov6.DiagnosticSeverityError) }

// Warnings renders the warnings.
func (d Diagnostics) Warnings() string { return d.Text(tfprotov6.DiagnosticSeverityWarning) }

// Object is a resource as Terraform holds it.
type Object struct {
	Values  Values
	Private []byte
	// Identity is the resource's identity, "" without one: the id, or the only
	// attribute that there is. Several are joined by slashes, in the order of
	// their names.
	Identity string
}

// Planned is a planned change.
type Planned struct {
	Object
	prior    *Object
	config   Values
	Replaces []string
	Deferred bool
}

// Provider is a provider under test.
type Provider struct {
	t      testing.TB
	server tfprotov6.ProviderServer
	schema *tfprotov6.GetProviderSchemaResponse
}

// New starts a provider in the process.
func New(t testing.TB, factory func() provider.Provider) *Provider {
	t.Helper()
	p := &Provider{t: t, server: providerserver.NewProtocol6(factory())()}
	var err error
	p.schema, err = p.server.GetProviderSchema(t.Context(), &tfprotov6.GetProviderSchemaRequest{})
	p.check(err)
	if text := Diagnostics(p.schema.Diagnostics).Errors(); text != "" {
		t.Fatalf("provider schema: %s", text)
	}
	return p
}

// Configured is [New] with a configuration that must be accepted.
func Configured(t testing.TB, factory func() provider.Provider, config Values) *Provider {
	t.Helper()
	p := New(t, factory)
	if text := p.Configure(config, false).Errors(); text != "" {
		t.Fatalf("configure: %s", text)
	}
	return p
}

// Schema is the schema of the whole provider.
func (p *Provider) Schema() *tfprotov6.GetProviderSchemaResponse { return p.schema }

// Identities are the identity schemas, by resource type.
func (p *Provider) Identities() map[string]*tfprotov6.ResourceIdentitySchema {
	p.t.Helper()
	resp, err := p.server.GetResourceIdentitySchemas(p.t.Context(), &tfprotov6.GetResourceIdentitySchemasRequest{})
	p.check(err)
	return resp.IdentitySchemas
}

// Configure configures the provider.
func (p *Provider) Configure(config Values, deferralAllowed bool) Diagnostics {
	p.t.Helper()
	resp, err := p.server.ConfigureProvider(p.t.Context(), &tfprotov6.ConfigureProviderRequest{
		TerraformVersion:   "1.12.0",
		Config:             p.encode(p.schema.Provider, config),
		ClientCapabilities: &tfprotov6.ConfigureProviderClientCapabilities{DeferralAllowed: deferralAllowed},
	})
	p.check(err)
	return resp.Diagnostics
}

// Validate validates a resource's configuration.
func (p *Provider) Validate(typeName string, config Values) Diagnostics {
	p.t.Helper()
	resp, err := p.server.ValidateResourceConfig(p.t.Context(), &tfprotov6.ValidateResourceConfigRequest{
		TypeName: typeName, Config: p.encode(p.resource(typeName), config),
		ClientCapabilities: &tfprotov6.ValidateResourceConfigClientCapabilities{WriteOnlyAttributesAllowed: true},
	})
	p.check(err)
	return resp.Diagnostics
}

// Plan plans to turn prior, nil if there is nothing, into what config says; a
// nil config plans to destroy. A plan that replaces is made anew without prior
// state, like Terraform does.
func (p *Provider) Plan(typeName string, prior *Object, config Values) (Planned, Diagnostics) {
	p.t.Helper()
	schema := p.resource(typeName)
	req := &tfprotov6.PlanResourceChangeRequest{
		TypeName:           typeName,
		PriorState:         p.encode(schema, nil),
		Config:             p.encode(schema, config),
		ProposedNewState:   p.encode(schema, proposed(schema, prior, config)),
		ClientCapabilities: &tfprotov6.PlanResourceChangeClientCapabilities{DeferralAllowed: true},
	}
	if prior != nil {
		req.PriorState, req.PriorPrivate = p.encode(schema, prior.Values), prior.Private
	}
	resp, err := p.server.PlanResourceChange(p.t.Context(), req)
	p.check(err)
	planned := Planned{prior: prior, config: config, Deferred: resp.Deferred != nil}
	planned.Values, planned.Private = p.decode(schema, resp.PlannedState), resp.PlannedPrivate
	for _, path := range resp.RequiresReplace {
		planned.Replaces = append(planned.Replaces, path.String())
	}
	if len(planned.Replaces) > 0 && prior != nil {
		anew, diags := p.Plan(typeName, nil, config)
		anew.Replaces = planned.Replaces
		return anew, append(Diagnostics(resp.Diagnostics), diags...)
	}
	return planned, resp.Diagnostics
}

// Apply applies a planned change; the object is nil if it is gone then.
func (p *Provider) Apply(typeName string, planned Planned) (*Object, Diagnostics) {
	p.t.Helper()
	schema := p.resource(typeName)
	req := &tfprotov6.ApplyResourceChangeRequest{
		TypeName:       typeName,
		PriorState:     p.encode(schema, nil),
		PlannedState:   p.encode(schema, planned.Values),
		Config:         p.encode(schema, planned.config),
		PlannedPrivate: planned.Private,
	}
	if planned.prior != nil {
		req.PriorState = p.encode(schema, planned.prior.Values)
	}
	resp, err := p.server.ApplyResourceChange(p.t.Context(), req)
	p.check(err)
	return p.object(typeName, resp.NewState, resp.Private, resp.NewIdentity), resp.Diagnostics
}

// Read refreshes an object; it is nil if it is gone.
func (p *Provider) Read(typeName string, object *Object) (*Object, Diagnostics) {
	p.t.Helper()
	schema := p.resource(typeName)
	resp, err := p.server.ReadResource(p.t.Context(), &tfprotov6.ReadResourceRequest{
		TypeName: typeName, CurrentState: p.encode(schema, object.Values), Private: object.Private,
		CurrentIdentity: p.identity(typeName, object.Identity),
	})
	p.check(err)
	return p.object(typeName, resp.NewState, resp.Private, resp.NewIdentity), resp.Diagnostics
}

// Import imports by id, or by identity if id is "". The object is as the import
// left it: [Provider.Read] completes it.
func (p *Provider) Import(typeName, id, identity string) (*Object, Diagnostics) {
	p.t.Helper()
	resp, err := p.server.ImportResourceState(p.t.Context(), &tfprotov6.ImportResourceStateRequest{
		TypeName: typeName, ID: id, Identity: p.identity(typeName, identity),
	})
	p.check(err)
	if len(resp.ImportedResources) != 1 {
		return nil, resp.Diagnostics
	}
	imported := resp.ImportedResources[0]
	return p.object(typeName, imported.State, imported.Private, imported.Identity), resp.Diagnostics
}

// Generate is the configuration that the provider generates for an object.
func (p *Provider) Generate(typeName string, object *Object) (Values, Diagnostics) {
	p.t.Helper()
	schema := p.resource(typeName)
	resp, err := p.server.GenerateResourceConfig(p.t.Context(), &tfprotov6.GenerateResourceConfigRequest{
		TypeName: typeName, State: p.encode(schema, object.Values),
	})
	p.check(err)
	return p.decode(schema, resp.Config), resp.Diagnostics
}

// ReadData reads a data source.
func (p *Provider) ReadData(typeName string, config Values) (Values, Diagnostics) {
	p.t.Helper()
	schema, ok := p.schema.DataSourceSchemas[typeName]
	if !ok {
		p.t.Fatalf("no data source %s", typeName)
	}
	encoded := p.encode(schema, config)
	validated, err := p.server.ValidateDataResourceConfig(p.t.Context(), &tfprotov6.ValidateDataResourceConfigRequest{TypeName: typeName, Config: encoded})
	p.check(err)
	if Diagnostics(validated.Diagnostics).Errors() != "" {
		return nil, validated.Diagnostics
	}
	resp, err := p.server.ReadDataSource(p.t.Context(), &tfprotov6.ReadDataSourceRequest{TypeName: typeName, Config: encoded})
	p.check(err)
	return p.decode(schema, resp.State), resp.Diagnostics
}

// Open validates and opens an ephemeral resource. What it is closed with is in
// the object's Private.
func (p *Provider) Open(typeName string, config Values) (*Object, Diagnostics) {
	p.t.Helper()
	schema, ok := p.schema.EphemeralResourceSchemas[typeName]
	if !ok {
		p.t.Fatalf("no ephemeral resource %s", typeName)
	}
	encoded := p.encode(schema, config)
	validated, err := p.server.ValidateEphemeralResourceConfig(p.t.Context(), &tfprotov6.ValidateEphemeralResourceConfigRequest{TypeName: typeName, Config: encoded})
	p.check(err)
	if Diagnostics(validated.Diagnostics).Errors() != "" {
		return nil, validated.Diagnostics
	}
	resp, err := p.server.OpenEphemeralResource(p.t.Context(), &tfprotov6.OpenEphemeralResourceRequest{TypeName: typeName, Config: encoded})
	p.check(err)
	return &Object{Values: p.decode(schema, resp.Result), Private: resp.Private}, resp.Diagnostics
}

// Close closes what [Provider.Open] opened.
func (p *Provider) Close(typeName string, opened *Object) Diagnostics {
	p.t.Helper()
	resp, err := p.server.CloseEphemeralResource(p.t.Context(), &tfprotov6.CloseEphemeralResourceRequest{TypeName: typeName, Private: opened.Private})
	p.check(err)
	return resp.Diagnostics
}

// Listed is one result of a list: an object, or the diagnostics of a failure.
type Listed struct {
	// Name is what people know the object by.
	Name     string
	Identity string
	// Values are the resource, nil unless it was asked for.
	Values      Values
	Diagnostics Diagnostics
}

// List asks a list resource for up to limit objects, any number if that is 0, with
// or without the resources. What is not taken from the sequence is not computed.
func (p *Provider) List(typeName string, config Values, limit int64, includeResource bool) iter.Seq[Listed] {
	p.t.Helper()
	schema, ok := p.schema.ListResourceSchemas[typeName]
	if !ok {
		p.t.Fatalf("no list resource %s", typeName)
	}
	server, ok := p.server.(tfprotov6.ListResourceServer)
	if !ok {
		p.t.Fatal("the server lists nothing")
	}
	encoded := p.encode(schema, config)
	validated, err := server.ValidateListResourceConfig(p.t.Context(), &tfprotov6.ValidateListResourceConfigRequest{TypeName: typeName, Config: encoded})
	p.check(err)
	if Diagnostics(validated.Diagnostics).Errors() != "" {
		return slices.Values([]Listed{{Diagnostics: validated.Diagnostics}})
	}
	stream, err := server.ListResource(p.t.Context(), &tfprotov6.ListResourceRequest{
		TypeName: typeName, Config: encoded, Limit: limit, IncludeResource: includeResource,
	})
	p.check(err)
	return func(yield func(Listed) bool) {
		for result := range stream.Results {
			listed := Listed{Name: result.DisplayName, Diagnostics: result.Diagnostics, Identity: p.identityOf(typeName, result.Identity)}
			if result.Resource != nil {
				listed.Values = p.decode(p.resource(typeName), result.Resource)
			}
			if !yield(listed) {
				return
			}
		}
	}
}

func (p *Provider) resource(typeName string) *tfprotov6.Schema {
	p.t.Helper()
	schema, ok := p.schema.ResourceSchemas[typeName]
	if !ok {
		p.t.Fatalf("no resource %s", typeName)
	}
	return schema
}

func (p *Provider) object(typeName string, state *tfprotov6.DynamicValue, private []byte, identity *tfprotov6.ResourceIdentityData) *Object {
	p.t.Helper()
	values := p.decode(p.resource(typeName), state)
	if values == nil {
		return nil
	}
	return &Object{Values: values, Private: private, Identity: p.identityOf(typeName, identity)}
}

// identityOf is an identity as [Object] has it, "" without one.
func (p *Provider) identityOf(typeName string, identity *tfprotov6.ResourceIdentityData) string {
	p.t.Helper()
	if identity == nil || identity.IdentityData == nil {
		return ""
	}
	value, err := identity.IdentityData.Unmarshal(p.identityType(typeName))
	p.check(err)
	members, _ := p.plain(value).(map[string]any)
	var parts []string
	for _, name := range slices.Sorted(maps.Keys(members)) {
		part, _ := members[name].(string)
		parts = append(parts, part)
	}
	return strings.Join(parts, "/")
}

// identityType is the type of a resource's identity, whose attributes are
// strings.
func (p *Provider) identityType(typeName string) tftypes.Object {
	p.t.Helper()
	ty := tftypes.Object{AttributeTypes: map[string]tftypes.Type{}}
	for _, a := range p.Identities()[typeName].IdentityAttributes {
		ty.AttributeTypes[a.Name] = a.Type
	}
	return ty
}

func (p *Provider) identity(typeName, id string) *tfprotov6.ResourceIdentityData {
	p.t.Helper()
	if id == "" {
		return nil
	}
	ty, values := p.identityType(typeName), map[string]tftypes.Value{}
	names := slices.Sorted(maps.Keys(ty.AttributeTypes))
	for i, part := range strings.SplitN(id, "/", len(names)) {
		values[names[i]] = tftypes.NewValue(tftypes.String, part)
	}
	value, err := tfprotov6.NewDynamicValue(ty, tftypes.NewValue(ty, values))
	p.check(err)
	return &tfprotov6.ResourceIdentityData{IdentityData: &value}
}

// proposed is Terraform's proposal: what the configuration says, and for
// computed attributes that it leaves out what was there before.
func proposed(schema *tfprotov6.Schema, prior *Object, config Values) Values {
	if config == nil {
		return nil
	}
	result := Values{}
	for _, a := range schema.Block.Attributes {
		result[a.Name] = config[a.Name]
		if config[a.Name] == nil && a.Computed && prior != nil {
			result[a.Name] = prior.Values[a.Name]
		}
	}
	return result
}

func (p *Provider) check(err error) {
	p.t.Helper()
	if err != nil {
		p.t.Fatal(err)
	}
}

package tfx

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/action"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/ephemeral"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"

	"github.com/personio-community/terraform-provider-personio/internal/personio"
)

// ProviderData is what the provider's Configure hands to every resource and
// data source.
type ProviderData struct {
	// Unknown are the provider's arguments that the plan does not know yet. With
	// any of them, this is all that there is.
	Unknown []string
	// Client calls the configured API.
	Client *personio.Client
	// Now is the clock; tests set it.
	Now func() time.Time
	// AttributeLists are what the integrations of this run may read.
	AttributeLists *Planned[AttributeList]
	// Projects are what the projects of this run will be.
	Projects *Planned[PlannedProject]
	// RunTimeout is how long an apply waits for a sync run; tests set it.
	RunTimeout time.Duration
}

// EnvironmentName is the variable that stands in for an argument of the provider.
func EnvironmentName(argument string) string { return "PERSONIO_" + strings.ToUpper(argument) }

// Resource is the part that every resource has in common: its declaration and,
// once Terraform has configured it, the provider's data. Resources embed it.
type Resource struct {
	Declaration

	// Provider is nil while Terraform has not configured the provider, as in
	// `terraform validate`.
	Provider *ProviderData
}

// Metadata names the resource.
func (r *Resource) Metadata(_ context.Context, _ resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = r.Type
}

// Configure takes the provider's data.
func (r *Resource) Configure(_ context.Context, req resource.ConfigureRequest, resp *resource.ConfigureResponse) {
	r.Provider = r.configure(req.ProviderData, &resp.Diagnostics)
}

// ImportState takes an id, as a string or as an identity: what most resources
// are imported by.
func (r *Resource) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	resource.ImportStatePassthroughWithIdentity(ctx, path.Root("id"), path.Root("id"), req, resp)
}

// DataSource is [Resource] for data sources.
type DataSource struct {
	Declaration

	// Provider is the provider's data, see [Resource].
	Provider *ProviderData
}

// Metadata names the data source.
func (d *DataSource) Metadata(_ context.Context, _ datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = d.Type
}

// Configure takes the provider's data.
func (d *DataSource) Configure(_ context.Context, req datasource.ConfigureRequest, resp *datasource.ConfigureResponse) {
	d.Provider = d.configure(req.ProviderData, &resp.Diagnostics)
}

// EphemeralResource is [Resource] for ephemeral resources.
type EphemeralResource struct {
	Declaration

	// Provider is the provider's data, see [Resource].
	Provider *ProviderData
}

// Metadata names the ephemeral resource.
func (e *EphemeralResource) Metadata(_ context.Context, _ ephemeral.MetadataRequest, resp *ephemeral.MetadataResponse) {
	resp.TypeName = e.Type
}

// Configure takes the provider's data.
func (e *EphemeralResource) Configure(_ context.Context, req ephemeral.ConfigureRequest, resp *ephemeral.ConfigureResponse) {
	e.Provider = e.configure(req.ProviderData, &resp.Diagnostics)
}

// Action is [Resource] for actions.
type Action struct {
	Declaration

	// Provider is the provider's data, see [Resource].
	Provider *ProviderData
}

// Metadata names the action.
func (a *Action) Metadata(_ context.Context, _ action.MetadataRequest, resp *action.MetadataResponse) {
	resp.TypeName = a.Type
}

// Configure takes the provider's data.
func (a *Action) Configure(_ context.Context, req action.ConfigureRequest, resp *action.ConfigureResponse) {
	a.Provider = a.configure(req.ProviderData, &resp.Diagnostics)
}

// configure takes what Configure of an object was given, nil while Terraform has
// not configured the provider. For what only a gateway has, Personio itself is an
// error, at plan and without a call, and so are arguments of the provider that are
// not known yet.
func (d Declaration) configure(data any, diags *diag.Diagnostics) *ProviderData {
	if data == nil {
		return nil
	}
	provider, ok := data.(*ProviderData)
	if !ok {
		diags.AddError("Unexpected provider data",
			fmt.Sprintf("Expected *tfx.ProviderData, got %T. This is a fault of the provider; please report it.", data))
		return nil
	}
	for _, argument := range provider.Unknown {
		diags.AddError("Provider argument "+argument+" is not known yet",
			fmt.Sprintf("The value of %s comes from something that this run has yet to create, and the plan cannot wait for it. "+
				"Apply that first (terraform apply -target=...), give a fixed value, or set the environment variable %s instead.",
				argument, EnvironmentName(argument)))
	}
	if len(provider.Unknown) > 0 {
		return nil
	}
	if d.Gateway && provider.Client.IsPersonio() {
		d.AddGatewayNeeded(diags)
		return nil
	}
	return provider
}

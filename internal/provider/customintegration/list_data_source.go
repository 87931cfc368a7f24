package customintegration

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/personio-community/terraform-provider-personio/internal/attribute"
	"github.com/personio-community/terraform-provider-personio/internal/gatewayapi"
	"github.com/personio-community/terraform-provider-personio/internal/personio"
	"github.com/personio-community/terraform-provider-personio/internal/provider/tfx"
)

var _ datasource.DataSourceWithConfigure = (*ListDataSource)(nil)

// listDataSourceDeclaration is what the data source is and needs.
var listDataSourceDeclaration = tfx.Declaration{Type: "personio_connected_integrations", Gateway: true, Reads: []string{attribute.ScopeCustomIntegrationsRead}}

// ListDataSource is personio_connected_integrations.
type ListDataSource struct {
	tfx.DataSource
}

// NewListDataSource makes the data source.
func NewListDataSource() datasource.DataSource {
	return &ListDataSource{tfx.DataSource{Declaration: listDataSourceDeclaration}}
}

// listModel is the data source as Terraform holds it.
type listModel struct {
	Status       types.String              `tfsdk:"status"`
	Name         types.String              `tfsdk:"name"`
	Integrations []connectedModel          `tfsdk:"integrations"`
	ByID         map[string]connectedModel `tfsdk:"by_id"`
}

// Schema describes the data source.
func (d *ListDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "The custom integrations of the gateway with their status, like Personio's screen *Connected " +
			"integrations*. Without arguments: all of them.\n\nThis data source needs a gateway, and shows what that gateway runs. " +
			"Integrations that live in Personio's own screens cannot be read by any API.",
		Attributes: map[string]schema.Attribute{
			"status": schema.StringAttribute{
				MarkdownDescription: "Show only integrations in this state: `PENDING`, `CONNECTED` or `INACTIVE`.",
				Optional:            true,
				Validators:          []validator.String{statusValidator()},
			},
			"name": schema.StringAttribute{
				MarkdownDescription: "Show only the integration with this name, in full. Unlike `personio_connected_integration`, it is no " +
					"error if there is none.",
				Optional:   true,
				Validators: []validator.String{stringvalidator.LengthAtLeast(1)},
			},
			"integrations": schema.ListNestedAttribute{
				MarkdownDescription: "The integrations, sorted by name.",
				Computed:            true,
				NestedObject:        schema.NestedAttributeObject{Attributes: connectedAttributes()},
			},
			"by_id": schema.MapNestedAttribute{
				MarkdownDescription: "The same integrations by their ids, for `for_each` and `import` blocks.",
				Computed:            true,
				NestedObject:        schema.NestedAttributeObject{Attributes: connectedAttributes()},
			},
		},
	}
}

// statusValidator accepts the states of an integration.
func statusValidator() validator.String {
	return tfx.OneOf("status", string(gatewayapi.IntegrationPending), string(gatewayapi.IntegrationConnected), string(gatewayapi.IntegrationInactive))
}

// Read lists the integrations; the gateway filters, the client pages.
func (d *ListDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var state listModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() {
		return
	}
	state.Integrations = []connectedModel{}
	state.ByID = map[string]connectedModel{}
	filter := personio.CustomIntegrationFilter{
		Name:   state.Name.ValueString(),
		Status: gatewayapi.IntegrationStatus(state.Status.ValueString()),
	}
	for got, err := range d.Provider.Client.CustomIntegrations().List(ctx, filter) {
		if err != nil {
			object := tfx.Object{Declaration: listDataSourceDeclaration, Kind: "connected integrations"}
			tfx.AddError(&resp.Diagnostics, "list", object, nil, err)
			return
		}
		m := newConnectedModel(got)
		state.Integrations = append(state.Integrations, m)
		state.ByID[got.ID] = m
	}
	sortByName(state.Integrations)
	resp.Diagnostics.Append(resp.State.Set(ctx, state)...)
}

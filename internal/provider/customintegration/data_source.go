package customintegration

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"

	"github.com/personio-community/terraform-provider-personio/internal/attribute"
	"github.com/personio-community/terraform-provider-personio/internal/gatewayapi"
	"github.com/personio-community/terraform-provider-personio/internal/personio"
	"github.com/personio-community/terraform-provider-personio/internal/provider/tfx"
)

var _ datasource.DataSourceWithConfigure = (*DataSource)(nil)

// dataSourceDeclaration is what the data source is and needs.
var dataSourceDeclaration = tfx.Declaration{Type: "personio_connected_integration", Gateway: true, Reads: []string{attribute.ScopeCustomIntegrationsRead}}

// DataSource is personio_connected_integration.
type DataSource struct {
	tfx.DataSource
}

// NewDataSource makes the data source.
func NewDataSource() datasource.DataSource {
	return &DataSource{tfx.DataSource{Declaration: dataSourceDeclaration}}
}

// connected names an integration in diagnostics of the data sources.
func connected(name string) tfx.Object {
	return tfx.Object{Declaration: dataSourceDeclaration, Kind: "connected integration", Name: name}
}

// Schema describes the data source.
func (d *DataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	attributes := connectedAttributes()
	attributes["id"] = schema.StringAttribute{
		MarkdownDescription: "Id of the integration, a UUID. Exactly one of `id` and `name` must be given.",
		Optional:            true,
		Computed:            true,
		Validators: []validator.String{
			stringvalidator.LengthAtLeast(1),
			stringvalidator.ExactlyOneOf(path.MatchRoot("id"), path.MatchRoot("name")),
		},
	}
	attributes["name"] = schema.StringAttribute{
		MarkdownDescription: "Name of the integration, in full. Exactly one of `id` and `name` must be given.",
		Optional:            true,
		Computed:            true,
		Validators:          []validator.String{stringvalidator.LengthAtLeast(1)},
	}
	resp.Schema = schema.Schema{
		MarkdownDescription: "One custom integration of the gateway, by id or by name: its rights, its status, and when it was last " +
			"used. It is an error if there is none.\n\nThis data source needs a gateway. Integrations that live in Personio's own " +
			"screens cannot be read by any API.",
		Attributes: attributes,
	}
}

// Read looks the integration up.
func (d *DataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var config connectedModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	if resp.Diagnostics.HasError() {
		return
	}
	var got gatewayapi.CustomIntegration
	var ok bool
	if config.ID.IsNull() {
		got, ok = d.findName(ctx, config.Name.ValueString(), &resp.Diagnostics)
	} else {
		got, ok = d.findID(ctx, config.ID.ValueString(), &resp.Diagnostics)
	}
	if ok {
		resp.Diagnostics.Append(resp.State.Set(ctx, newConnectedModel(got))...)
	}
}

func (d *DataSource) findID(ctx context.Context, id string, diags *diag.Diagnostics) (gatewayapi.CustomIntegration, bool) {
	got, err := d.Provider.Client.CustomIntegrations().Get(ctx, id)
	if personio.IsNotFound(err) {
		addNoSuch(diags, "id", id)
		return got, false
	}
	if err != nil {
		tfx.AddError(diags, "read", connected(id), nil, err)
		return got, false
	}
	return got, true
}

func (d *DataSource) findName(ctx context.Context, name string, diags *diag.Diagnostics) (gatewayapi.CustomIntegration, bool) {
	filter := personio.CustomIntegrationFilter{Name: name}
	for got, err := range d.Provider.Client.CustomIntegrations().List(ctx, filter) {
		if err != nil {
			tfx.AddError(diags, "read", connected(name), nil, err)
			return got, false
		}
		if got.Name == name {
			return got, true
		}
	}
	addNoSuch(diags, "name", name)
	return gatewayapi.CustomIntegration{}, false
}

func addNoSuch(diags *diag.Diagnostics, attribute, value string) {
	diags.AddAttributeError(path.Root(attribute), "No such connected integration",
		fmt.Sprintf("There is no custom integration with the %s %q on this gateway. Check the %s, and the provider's base_url; the data "+
			"source personio_connected_integrations lists those that exist.", attribute, value, attribute))
}

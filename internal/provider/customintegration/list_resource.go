package customintegration

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/list"
	"github.com/hashicorp/terraform-plugin-framework/list/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/personio-community/terraform-provider-personio/internal/gatewayapi"
	"github.com/personio-community/terraform-provider-personio/internal/personio"
	"github.com/personio-community/terraform-provider-personio/internal/provider/tfx"
)

var _ list.ListResourceWithConfigure = (*Resource)(nil)

// NewListResource makes what terraform query lists integrations with.
func NewListResource() list.ListResource {
	return &Resource{tfx.Resource{Declaration: declaration.Reading()}}
}

// queryModel is a list block.
type queryModel struct {
	Name   types.String `tfsdk:"name"`
	Status types.String `tfsdk:"status"`
}

// ListResourceConfigSchema describes a list block.
func (r *Resource) ListResourceConfigSchema(_ context.Context, _ list.ListResourceSchemaRequest, resp *list.ListResourceSchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Lists custom integrations of the gateway, oldest first, for `terraform query` and the import of many at once. " +
			"Without arguments: all of them.",
		Attributes: map[string]schema.Attribute{
			"name": schema.StringAttribute{
				MarkdownDescription: "List only the integration with this name, in full.",
				Optional:            true,
				Validators:          []validator.String{stringvalidator.LengthAtLeast(1)},
			},
			"status": schema.StringAttribute{
				MarkdownDescription: "List only integrations in this state: `PENDING`, `CONNECTED` or `INACTIVE`.",
				Optional:            true,
				Validators:          []validator.String{statusValidator()},
			},
		},
	}
}

// List lists integrations; the gateway filters.
func (r *Resource) List(ctx context.Context, req list.ListRequest, stream *list.ListResultsStream) {
	config, ok := tfx.ListConfig[queryModel](ctx, req, stream)
	if !ok {
		return
	}
	tfx.Listing[gatewayapi.CustomIntegration]{
		Object: tfx.Object{Declaration: declaration, Kind: "custom integrations"},
		Objects: r.Provider.Client.CustomIntegrations().List(ctx, personio.CustomIntegrationFilter{
			Name: config.Name.ValueString(), Status: gatewayapi.IntegrationStatus(config.Status.ValueString()),
		}),
		Describe: func(got gatewayapi.CustomIntegration) (id, name string) { return got.ID, got.Name },
		State: func(_ context.Context, got gatewayapi.CustomIntegration, _ *diag.Diagnostics) any {
			var state model
			state.fill(got)
			return state
		},
	}.Stream(ctx, req, stream)
}

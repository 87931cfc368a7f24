package apicredential

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

// NewListResource makes what terraform query lists credentials with.
func NewListResource() list.ListResource {
	return &Resource{tfx.Resource{Declaration: declaration.Reading()}}
}

// queryModel is a list block.
type queryModel struct {
	CustomIntegrationID types.String `tfsdk:"custom_integration_id"`
}

// ListResourceConfigSchema describes a list block.
func (r *Resource) ListResourceConfigSchema(_ context.Context, _ list.ListResourceSchemaRequest, resp *list.ListResourceSchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Lists API credentials of the gateway, oldest first, for `terraform query` and the import of many at once. " +
			"Without arguments: those of all custom integrations. Secrets are not shown, and importing a credential changes none.",
		Attributes: map[string]schema.Attribute{
			"custom_integration_id": schema.StringAttribute{
				MarkdownDescription: "List only credentials of the custom integration with this id.",
				Optional:            true,
				Validators:          []validator.String{stringvalidator.LengthAtLeast(1)},
			},
		},
	}
}

// List lists credentials; the gateway filters.
func (r *Resource) List(ctx context.Context, req list.ListRequest, stream *list.ListResultsStream) {
	config, ok := tfx.ListConfig[queryModel](ctx, req, stream)
	if !ok {
		return
	}
	tfx.Listing[gatewayapi.APICredential]{
		Object: tfx.Object{Declaration: declaration, Kind: "API credentials"},
		Objects: r.Provider.Client.APICredentials().List(ctx, personio.APICredentialFilter{
			CustomIntegrationID: config.CustomIntegrationID.ValueString(),
		}),
		Describe: func(got gatewayapi.APICredential) (id, name string) { return got.ID, got.Name },
		State: func(_ context.Context, got gatewayapi.APICredential, _ *diag.Diagnostics) any {
			var state model
			state.fill(got)
			state.setReady(r.Provider.Now())
			return state
		},
	}.Stream(ctx, req, stream)
}

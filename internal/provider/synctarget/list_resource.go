package synctarget

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

// NewListResource makes what terraform query lists targets with.
func NewListResource() list.ListResource {
	return &Resource{tfx.Resource{Declaration: declaration.Reading()}}
}

// queryModel is a list block.
type queryModel struct {
	Name types.String `tfsdk:"name"`
}

// ListResourceConfigSchema describes a list block.
func (r *Resource) ListResourceConfigSchema(_ context.Context, _ list.ListResourceSchemaRequest, resp *list.ListResourceSchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Lists sync targets of the gateway, oldest first, for `terraform query` and the import of many at once. " +
			"Without arguments: all of them. Tokens and client secrets are not shown, and importing a target leaves them as they are.",
		Attributes: map[string]schema.Attribute{
			"name": schema.StringAttribute{
				MarkdownDescription: "List only the target with this name, in full.",
				Optional:            true,
				Validators:          []validator.String{stringvalidator.LengthAtLeast(1)},
			},
		},
	}
}

// List lists targets; the gateway filters.
func (r *Resource) List(ctx context.Context, req list.ListRequest, stream *list.ListResultsStream) {
	config, ok := tfx.ListConfig[queryModel](ctx, req, stream)
	if !ok {
		return
	}
	tfx.Listing[gatewayapi.SyncTarget]{
		Object:   tfx.Object{Declaration: declaration, Kind: "sync targets"},
		Objects:  r.Provider.Client.SyncTargets().List(ctx, personio.SyncTargetFilter{Name: config.Name.ValueString()}),
		Describe: func(got gatewayapi.SyncTarget) (id, name string) { return got.ID, got.Name },
		State: func(ctx context.Context, got gatewayapi.SyncTarget, diags *diag.Diagnostics) any {
			var state model
			state.fill(ctx, got, diags)
			return state
		},
	}.Stream(ctx, req, stream)
}

package syncrule

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

// NewListResource makes what terraform query lists rules with.
func NewListResource() list.ListResource {
	return &Resource{tfx.Resource{Declaration: declaration.Reading()}}
}

// queryModel is a list block.
type queryModel struct {
	Name                types.String `tfsdk:"name"`
	CustomIntegrationID types.String `tfsdk:"custom_integration_id"`
	SyncTargetID        types.String `tfsdk:"sync_target_id"`
}

// ListResourceConfigSchema describes a list block.
func (r *Resource) ListResourceConfigSchema(_ context.Context, _ list.ListResourceSchemaRequest, resp *list.ListResourceSchemaResponse) {
	filter := func(text string) schema.Attribute {
		return schema.StringAttribute{
			MarkdownDescription: text,
			Optional:            true,
			Validators:          []validator.String{stringvalidator.LengthAtLeast(1)},
		}
	}
	resp.Schema = schema.Schema{
		MarkdownDescription: "Lists sync rules of the gateway, oldest first, for `terraform query` and the import of many at once. " +
			"Without arguments: all of them; several arguments select the rules that all of them fit.",
		Attributes: map[string]schema.Attribute{
			"name":                  filter("List only the rule with this name, in full."),
			"custom_integration_id": filter("List only rules that read as the custom integration with this id."),
			"sync_target_id":        filter("List only rules that write to the sync target with this id."),
		},
	}
}

// List lists rules; the gateway filters.
func (r *Resource) List(ctx context.Context, req list.ListRequest, stream *list.ListResultsStream) {
	config, ok := tfx.ListConfig[queryModel](ctx, req, stream)
	if !ok {
		return
	}
	tfx.Listing[gatewayapi.SyncRule]{
		Object: tfx.Object{Declaration: declaration, Kind: "sync rules"},
		Objects: r.Provider.Client.SyncRules().List(ctx, personio.SyncRuleFilter{
			Name:                config.Name.ValueString(),
			CustomIntegrationID: config.CustomIntegrationID.ValueString(),
			SyncTargetID:        config.SyncTargetID.ValueString(),
		}),
		Describe: func(got gatewayapi.SyncRule) (id, name string) { return got.ID, got.Name },
		State: func(ctx context.Context, got gatewayapi.SyncRule, diags *diag.Diagnostics) any {
			var state model
			state.fill(ctx, got, diags)
			return state
		},
	}.Stream(ctx, req, stream)
}

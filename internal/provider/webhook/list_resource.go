package webhook

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework-validators/listvalidator"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/list"
	"github.com/hashicorp/terraform-plugin-framework/list/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/personio-community/terraform-provider-personio/internal/attribute"
	"github.com/personio-community/terraform-provider-personio/internal/personio"
	"github.com/personio-community/terraform-provider-personio/internal/provider/tfx"
)

var _ list.ListResourceWithConfigure = (*Resource)(nil)

// NewListResource makes what terraform query lists webhooks with.
func NewListResource() list.ListResource {
	return &Resource{tfx.Resource{Declaration: declaration.Reading()}}
}

// queryModel is a list block.
type queryModel struct {
	Status        types.String `tfsdk:"status"`
	EnabledEvents types.List   `tfsdk:"enabled_events"`
}

// ListResourceConfigSchema describes a list block.
func (r *Resource) ListResourceConfigSchema(_ context.Context, _ list.ListResourceSchemaRequest, resp *list.ListResourceSchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Lists webhooks, for `terraform query` and the import of many at once. Without arguments: all of them. Tokens and custom " +
			"headers are not shown, and importing a webhook leaves them as they are. It works with Personio itself and through a gateway; the " +
			"credential needs the scope `personio:webhooks:read`.",
		Attributes: map[string]schema.Attribute{
			"status": schema.StringAttribute{
				MarkdownDescription: "List only webhooks in this state: `ENABLED` or `DISABLED`.",
				Optional:            true,
				Validators:          []validator.String{tfx.OneOf("status", personio.WebhookEnabled, personio.WebhookDisabled)},
			},
			"enabled_events": schema.ListAttribute{
				MarkdownDescription: "List only webhooks that get at least one of these events.",
				ElementType:         types.StringType,
				Optional:            true,
				Validators:          []validator.List{listvalidator.SizeAtLeast(1), listvalidator.ValueStringsAre(tfx.OneOf("event", attribute.Events()...))},
			},
		},
	}
}

// List lists webhooks; the API filters.
func (r *Resource) List(ctx context.Context, req list.ListRequest, stream *list.ListResultsStream) {
	config, ok := tfx.ListConfig[queryModel](ctx, req, stream)
	if !ok {
		return
	}
	var events []string
	if diags := config.EnabledEvents.ElementsAs(ctx, &events, false); diags.HasError() {
		stream.Results = list.ListResultsStreamDiagnostics(diags)
		return
	}
	tfx.Listing[personio.Webhook]{
		Object:   tfx.Object{Declaration: declaration, Kind: "webhooks"},
		Objects:  r.Provider.Client.Webhooks().List(ctx, personio.WebhookFilter{Status: config.Status.ValueString(), EnabledEvents: events}),
		Describe: func(got personio.Webhook) (id, name string) { return got.ID, got.Description },
		State: func(_ context.Context, got personio.Webhook, _ *diag.Diagnostics) any {
			state := model{EnabledEvents: types.SetNull(types.StringType)}
			state.fill(got)
			return state
		},
	}.Stream(ctx, req, stream)
}

package webhook

import (
	"cmp"
	"context"
	"iter"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework-validators/setvalidator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/personio-community/terraform-provider-personio/internal/attribute"
	"github.com/personio-community/terraform-provider-personio/internal/personio"
	"github.com/personio-community/terraform-provider-personio/internal/provider/tfx"
)

var (
	_ datasource.DataSourceWithConfigure = (*DataSource)(nil)
	_ datasource.DataSourceWithConfigure = (*ListDataSource)(nil)
)

// What the data sources are and need.
var (
	dataSource     = tfx.Declaration{Type: "personio_webhook", Reads: reads}
	listDataSource = tfx.Declaration{Type: "personio_webhooks", Reads: reads}
)

// readScope is said by everything that only reads.
const readScope = "\n\nThis data source works with Personio itself and through a gateway. The credential needs the scope `personio:webhooks:read`."

// webhookModel is a webhook as data sources show it.
type webhookModel struct {
	ID            types.String `tfsdk:"id"`
	URL           types.String `tfsdk:"url"`
	Description   types.String `tfsdk:"description"`
	EnabledEvents types.Set    `tfsdk:"enabled_events"`
	Status        types.String `tfsdk:"status"`
	AuthType      types.String `tfsdk:"auth_type"`
}

func newWebhookModel(got personio.Webhook) webhookModel {
	return webhookModel{
		ID: types.StringValue(got.ID), URL: types.StringValue(got.URL), Description: types.StringValue(got.Description),
		EnabledEvents: tfx.StringSet(types.SetNull(types.StringType), got.EnabledEvents),
		Status:        types.StringValue(got.Status), AuthType: types.StringValue(got.AuthType),
	}
}

func webhookAttributes() map[string]schema.Attribute {
	text := func(description string) schema.Attribute {
		return schema.StringAttribute{MarkdownDescription: description, Computed: true}
	}
	return map[string]schema.Attribute{
		"id":          text("Id of the webhook, a UUID."),
		"url":         text("Address that events are sent to."),
		"description": text("What the webhook is for."),
		"enabled_events": schema.SetAttribute{
			MarkdownDescription: "Events that are sent.", ElementType: types.StringType, Computed: true,
		},
		"status":    text("`ENABLED` or `DISABLED`."),
		"auth_type": text("How it shows its receiver who it is: `TOKEN`, `CUSTOM` or `NONE`. The secret is never shown."),
	}
}

// DataSource is personio_webhook.
type DataSource struct {
	tfx.DataSource
}

// NewDataSource makes the data source.
func NewDataSource() datasource.DataSource {
	return &DataSource{tfx.DataSource{Declaration: dataSource}}
}

// Schema describes the data source.
func (d *DataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	attributes := webhookAttributes()
	attributes["id"] = schema.StringAttribute{
		MarkdownDescription: "Id of the webhook, a UUID. Exactly one of `id` and `url` must be given.",
		Optional:            true,
		Computed:            true,
		Validators: []validator.String{
			stringvalidator.LengthAtLeast(1), stringvalidator.ExactlyOneOf(path.MatchRoot("id"), path.MatchRoot("url")),
		},
	}
	attributes["url"] = schema.StringAttribute{
		MarkdownDescription: "Address that events are sent to, in full. Exactly one of `id` and `url` must be given.",
		Optional:            true,
		Computed:            true,
		Validators:          []validator.String{stringvalidator.LengthAtLeast(1)},
	}
	resp.Schema = schema.Schema{
		MarkdownDescription: "One webhook, by id or by its address. It is an error if there is none." + readScope,
		Attributes:          attributes,
	}
}

// Read looks the webhook up.
func (d *DataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var config webhookModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	if resp.Diagnostics.HasError() {
		return
	}
	var got personio.Webhook
	var ok bool
	if config.ID.IsNull() {
		got, ok = d.findURL(ctx, config.URL.ValueString(), &resp.Diagnostics)
	} else {
		got, ok = find(ctx, d.Provider, config.ID, &resp.Diagnostics)
	}
	if ok {
		resp.Diagnostics.Append(resp.State.Set(ctx, newWebhookModel(got))...)
	}
}

func (d *DataSource) findURL(ctx context.Context, url string, diags *diag.Diagnostics) (personio.Webhook, bool) {
	for got, err := range d.Provider.Client.Webhooks().List(ctx, personio.WebhookFilter{}) {
		if err != nil {
			tfx.AddError(diags, "list", tfx.Object{Declaration: dataSource, Kind: "webhooks"}, nil, err)
			return got, false
		}
		if got.URL == url {
			return got, true
		}
	}
	addNoSuch(diags, "URL", url)
	return personio.Webhook{}, false
}

// ListDataSource is personio_webhooks.
type ListDataSource struct {
	tfx.DataSource
}

// NewListDataSource makes the data source.
func NewListDataSource() datasource.DataSource {
	return &ListDataSource{tfx.DataSource{Declaration: listDataSource}}
}

// listModel is the data source as Terraform holds it.
type listModel struct {
	Status        types.String            `tfsdk:"status"`
	EnabledEvents types.Set               `tfsdk:"enabled_events"`
	Webhooks      []webhookModel          `tfsdk:"webhooks"`
	ByID          map[string]webhookModel `tfsdk:"by_id"`
}

// Schema describes the data source.
func (d *ListDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "The webhooks of the company. Without arguments: all of them." + readScope,
		Attributes: map[string]schema.Attribute{
			"status": schema.StringAttribute{
				MarkdownDescription: "Show only webhooks in this state: `ENABLED` or `DISABLED`.",
				Optional:            true,
				Validators:          []validator.String{tfx.OneOf("status", personio.WebhookEnabled, personio.WebhookDisabled)},
			},
			"enabled_events": schema.SetAttribute{
				MarkdownDescription: "Show only webhooks that get at least one of these events.",
				ElementType:         types.StringType,
				Optional:            true,
				Validators:          []validator.Set{setvalidator.SizeAtLeast(1), setvalidator.ValueStringsAre(tfx.OneOf("event", attribute.Events()...))},
			},
			"webhooks": schema.ListNestedAttribute{
				MarkdownDescription: "The webhooks, sorted by address.",
				Computed:            true,
				NestedObject:        schema.NestedAttributeObject{Attributes: webhookAttributes()},
			},
			"by_id": schema.MapNestedAttribute{
				MarkdownDescription: "The same webhooks by their ids, for `for_each` and `import` blocks.",
				Computed:            true,
				NestedObject:        schema.NestedAttributeObject{Attributes: webhookAttributes()},
			},
		},
	}
}

// Read lists the webhooks; the API filters, the client pages.
func (d *ListDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var state listModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() {
		return
	}
	events, _ := tfx.Strings(state.EnabledEvents)
	all, err := sorted(d.Provider.Client.Webhooks().List(ctx, personio.WebhookFilter{Status: state.Status.ValueString(), EnabledEvents: events}))
	if err != nil {
		tfx.AddError(&resp.Diagnostics, "list", tfx.Object{Declaration: listDataSource, Kind: "webhooks"}, nil, err)
		return
	}
	state.Webhooks, state.ByID = []webhookModel{}, map[string]webhookModel{}
	for _, got := range all {
		m := newWebhookModel(got)
		state.Webhooks, state.ByID[got.ID] = append(state.Webhooks, m), m
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, state)...)
}

// sorted collects webhooks by address.
func sorted(all iter.Seq2[personio.Webhook, error]) ([]personio.Webhook, error) {
	var found []personio.Webhook
	for got, err := range all {
		if err != nil {
			return nil, err
		}
		found = append(found, got)
	}
	slices.SortStableFunc(found, func(a, b personio.Webhook) int { return cmp.Or(cmp.Compare(a.URL, b.URL), cmp.Compare(a.ID, b.ID)) })
	return found, nil
}

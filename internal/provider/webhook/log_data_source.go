package webhook

import (
	"context"
	"time"

	"github.com/hashicorp/terraform-plugin-framework-timetypes/timetypes"
	"github.com/hashicorp/terraform-plugin-framework-validators/int64validator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/personio-community/terraform-provider-personio/internal/attribute"
	"github.com/personio-community/terraform-provider-personio/internal/personio"
	"github.com/personio-community/terraform-provider-personio/internal/provider/tfx"
)

var (
	_ datasource.DataSourceWithConfigure = (*DeliveriesDataSource)(nil)
	_ datasource.DataSourceWithConfigure = (*EventsDataSource)(nil)
)

// What the data sources are and need.
var (
	deliveries = tfx.Declaration{Type: "personio_webhook_deliveries", Reads: reads}
	events     = tfx.Declaration{Type: "personio_webhook_events", Reads: reads}
)

// Bounds of max_entries.
const (
	defaultEntries = 1000
	mostEntries    = 10_000
)

// logModel is what both logs are asked by.
type logModel struct {
	WebhookID  types.String      `tfsdk:"webhook_id"`
	From       timetypes.RFC3339 `tfsdk:"from"`
	To         timetypes.RFC3339 `tfsdk:"to"`
	EventName  types.String      `tfsdk:"event_name"`
	MaxEntries types.Int64       `tfsdk:"max_entries"`
	Complete   types.Bool        `tfsdk:"complete"`
}

func (m *logModel) filter() personio.WebhookLogFilter {
	return personio.WebhookLogFilter{From: instant(m.From), To: instant(m.To), EventName: m.EventName.ValueString()}
}

// most is how many entries to show.
func (m *logModel) most() int {
	if m.MaxEntries.IsNull() {
		return defaultEntries
	}
	return int(m.MaxEntries.ValueInt64())
}

// instant is the time that a value names, zero if it is null.
func instant(value timetypes.RFC3339) time.Time {
	t, err := time.Parse(time.RFC3339, value.ValueString())
	if err != nil {
		return time.Time{}
	}
	return t
}

// logAttributes are the arguments of both logs; done and entry name what is
// bounded and what is shown.
func logAttributes(done, entry string) map[string]schema.Attribute {
	return map[string]schema.Attribute{
		"webhook_id": schema.StringAttribute{
			MarkdownDescription: "Id of the webhook.",
			Required:            true,
			Validators:          []validator.String{stringvalidator.LengthAtLeast(1)},
		},
		"from": schema.StringAttribute{
			MarkdownDescription: "Show what " + done + " at this time or later (RFC 3339). Default: 30 days ago.",
			Optional:            true,
			CustomType:          timetypes.RFC3339Type{},
		},
		"to": schema.StringAttribute{
			MarkdownDescription: "Show what " + done + " at this time or before (RFC 3339). Default: now.",
			Optional:            true,
			CustomType:          timetypes.RFC3339Type{},
		},
		"event_name": schema.StringAttribute{
			MarkdownDescription: "Show this event only. `ping` is one, too.",
			Optional:            true,
			Validators:          []validator.String{tfx.OneOf("event", append(attribute.Events(), attribute.EventPing)...)},
		},
		"max_entries": schema.Int64Attribute{
			MarkdownDescription: "How many " + entry + " to show at the most, 1 to 10000. Default: 1000.",
			Optional:            true,
			Validators:          []validator.Int64{int64validator.Between(1, mostEntries)},
		},
		"complete": schema.BoolAttribute{
			MarkdownDescription: "Whether all of the " + entry + " that were asked for are shown, and not only the first `max_entries`.",
			Computed:            true,
		},
	}
}

// growing is said by both logs.
const growing = " Personio keeps 30 days.\n\nThe log grows between plan and apply, so bound it with `to` where the result feeds something that " +
	"must not change. Personio's documentation does not show the answer of this endpoint: what an answer leaves out is null." + readScope

// DeliveriesDataSource is personio_webhook_deliveries.
type DeliveriesDataSource struct {
	tfx.DataSource
}

// NewDeliveriesDataSource makes the data source.
func NewDeliveriesDataSource() datasource.DataSource {
	return &DeliveriesDataSource{tfx.DataSource{Declaration: deliveries}}
}

// deliveriesModel is the data source as Terraform holds it.
type deliveriesModel struct {
	logModel
	IsDelivered types.Bool      `tfsdk:"is_delivered"`
	Deliveries  []deliveryModel `tfsdk:"deliveries"`
}

// deliveryModel is one attempt.
type deliveryModel struct {
	ID          types.String `tfsdk:"id"`
	EventID     types.String `tfsdk:"event_id"`
	EventName   types.String `tfsdk:"event_name"`
	OccurredAt  types.String `tfsdk:"occurred_at"`
	CompletedAt types.String `tfsdk:"completed_at"`
	IsDelivered types.Bool   `tfsdk:"is_delivered"`
	Attempt     types.Int64  `tfsdk:"attempt"`
	StatusCode  types.Int64  `tfsdk:"status_code"`
}

// told is a text, null if it is empty.
func told(value string) types.String {
	if value == "" {
		return types.StringNull()
	}
	return types.StringValue(value)
}

func toldText(description string) schema.Attribute {
	return schema.StringAttribute{MarkdownDescription: description, Computed: true}
}

// Schema describes the data source.
func (d *DeliveriesDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	attributes := logAttributes("was completed", "deliveries")
	attributes["is_delivered"] = schema.BoolAttribute{
		MarkdownDescription: "Show only what was delivered, or only what was not.", Optional: true,
	}
	attributes["deliveries"] = schema.ListNestedAttribute{
		MarkdownDescription: "The deliveries, in the order of the API.",
		Computed:            true,
		NestedObject: schema.NestedAttributeObject{Attributes: map[string]schema.Attribute{
			"id":           toldText("Id of the delivery."),
			"event_id":     toldText("Id of the event."),
			"event_name":   toldText("Name of the event."),
			"occurred_at":  toldText("When the event occurred."),
			"completed_at": toldText("When the delivery ended."),
			"is_delivered": schema.BoolAttribute{MarkdownDescription: "Whether the receiver answered in time with a 2xx status.", Computed: true},
			"attempt":      schema.Int64Attribute{MarkdownDescription: "Which attempt this was; 1 is the first.", Computed: true},
			"status_code":  schema.Int64Attribute{MarkdownDescription: "HTTP status of the answer; null without one.", Computed: true},
		}},
	}
	resp.Schema = schema.Schema{MarkdownDescription: "What became of the events that were sent to a webhook." + growing, Attributes: attributes}
}

// Read lists the deliveries; the API filters, the client pages.
func (d *DeliveriesDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var state deliveriesModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() {
		return
	}
	filter := state.filter()
	filter.IsDelivered = state.IsDelivered.ValueBoolPointer()
	state.Deliveries, state.Complete = []deliveryModel{}, types.BoolValue(true)
	for got, err := range d.Provider.Client.Webhooks().Deliveries(ctx, state.WebhookID.ValueString(), filter) {
		if err != nil {
			addLogError(&resp.Diagnostics, deliveries, "deliveries of webhook", state.WebhookID, err)
			return
		}
		if len(state.Deliveries) == state.most() {
			state.Complete = types.BoolValue(false)
			break
		}
		state.Deliveries = append(state.Deliveries, deliveryModel{
			ID: told(got.ID), EventID: told(got.EventID), EventName: told(got.EventName), OccurredAt: told(got.OccurredAt), CompletedAt: told(got.CompletedAt),
			IsDelivered: types.BoolPointerValue(got.IsDelivered), Attempt: types.Int64PointerValue(got.Attempt), StatusCode: types.Int64PointerValue(got.StatusCode),
		})
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, state)...)
}

// EventsDataSource is personio_webhook_events.
type EventsDataSource struct {
	tfx.DataSource
}

// NewEventsDataSource makes the data source.
func NewEventsDataSource() datasource.DataSource {
	return &EventsDataSource{tfx.DataSource{Declaration: events}}
}

// eventsModel is the data source as Terraform holds it.
type eventsModel struct {
	logModel
	Events []eventModel `tfsdk:"events"`
}

// eventModel is one event.
type eventModel struct {
	ID          types.String `tfsdk:"id"`
	EventName   types.String `tfsdk:"event_name"`
	OccurredAt  types.String `tfsdk:"occurred_at"`
	CompanyID   types.String `tfsdk:"company_id"`
	PayloadJSON types.String `tfsdk:"payload_json"`
}

// Schema describes the data source.
func (d *EventsDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	attributes := logAttributes("occurred", "events")
	attributes["events"] = schema.ListNestedAttribute{
		MarkdownDescription: "The events, in the order of the API.",
		Computed:            true,
		NestedObject: schema.NestedAttributeObject{Attributes: map[string]schema.Attribute{
			"id":           toldText("Id of the event."),
			"event_name":   toldText("Name of the event."),
			"occurred_at":  toldText("When the event occurred."),
			"company_id":   toldText("Id of the company."),
			"payload_json": toldText("What the event is about, ids only, as JSON: `jsondecode()` takes it apart."),
		}},
	}
	resp.Schema = schema.Schema{MarkdownDescription: "The events that a webhook was to be told of." + growing, Attributes: attributes}
}

// Read lists the events; the API filters, the client pages.
func (d *EventsDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var state eventsModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() {
		return
	}
	state.Events, state.Complete = []eventModel{}, types.BoolValue(true)
	for got, err := range d.Provider.Client.Webhooks().Events(ctx, state.WebhookID.ValueString(), state.filter()) {
		if err != nil {
			addLogError(&resp.Diagnostics, events, "events of webhook", state.WebhookID, err)
			return
		}
		if len(state.Events) == state.most() {
			state.Complete = types.BoolValue(false)
			break
		}
		state.Events = append(state.Events, eventModel{
			ID: told(got.ID), EventName: told(got.EventName), OccurredAt: told(got.OccurredAt), CompanyID: told(got.CompanyID), PayloadJSON: told(string(got.Payload)),
		})
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, state)...)
}

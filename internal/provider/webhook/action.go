package webhook

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/action"
	"github.com/hashicorp/terraform-plugin-framework/action/schema"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/personio-community/terraform-provider-personio/internal/attribute"
	"github.com/personio-community/terraform-provider-personio/internal/personio"
	"github.com/personio-community/terraform-provider-personio/internal/provider/tfx"
)

var (
	_ action.ActionWithConfigure  = (*PingAction)(nil)
	_ action.ActionWithConfigure  = (*TestEventAction)(nil)
	_ action.ActionWithModifyPlan = (*TestEventAction)(nil)
)

// What the actions are and need. A ping needs to read only if it waits.
var (
	ping       = tfx.Declaration{Type: "personio_webhook_ping", Writes: writes}
	testEvent  = tfx.Declaration{Type: "personio_webhook_test_event", Reads: reads, Writes: writes}
	redelivery = tfx.Declaration{Type: "personio_webhook_redelivery", Reads: reads, Writes: writes}
)

// actionNotes are said by every action; the path is that of the call without
// actions.
func actionNotes(verb, body string) string {
	return "\n\nActions need Terraform 1.14 or later; OpenTofu has none. The way without them is one call of the API, with an access token of the " +
		"same credential:\n\n```shell\ncurl -X POST -H \"Authorization: Bearer $TOKEN\" " + body + "\\\n  \"$PERSONIO_BASE_URL/v2/webhooks/$WEBHOOK_ID/" + verb +
		"\"\n```\n\nThe action works with Personio itself and through a gateway. The credential needs the scope `personio:webhooks:write`"
}

const jsonBody = "-H 'Content-Type: application/json' \\\n  -d "

func webhookIDAttribute() schema.Attribute {
	return schema.StringAttribute{
		MarkdownDescription: "Id of the webhook.",
		Required:            true,
		Validators:          []validator.String{stringvalidator.LengthAtLeast(1)},
	}
}

func waitAttribute() schema.Attribute {
	return schema.BoolAttribute{
		MarkdownDescription: "Whether to wait, up to a minute, until the log shows what became of it, and to fail if it was not delivered. That " +
			"needs the scope `personio:webhooks:read`, too. Default: false.",
		Optional: true,
	}
}

// waitFor is how long a delivery is waited for: its two first requests take up to
// six seconds.
const waitFor = time.Minute

// asked is an event that an action asks for.
type asked struct {
	provider *tfx.ProviderData
	action   tfx.Declaration
	id       string
	event    string
	wait     types.Bool
	ask      func(context.Context) error
	progress func(action.InvokeProgressEvent)
}

// send asks for the event, and waits for it if it has to.
func (a *asked) send(ctx context.Context, diags *diag.Diagnostics) {
	hooks := a.provider.Client.Webhooks()
	before, err := personio.DeliveryCount{}, error(nil)
	since := a.provider.Now().Add(-time.Hour)
	if a.wait.ValueBool() {
		if before, err = hooks.CountDeliveries(ctx, a.id, a.event, since); err != nil {
			addLogError(diags, a.action, "deliveries of webhook", types.StringValue(a.id), err)
			return
		}
	}
	a.progress(action.InvokeProgressEvent{Message: fmt.Sprintf("Asking for an event %s to webhook %s", a.event, a.id)})
	if err := a.ask(ctx); err != nil {
		tfx.AddError(diags, "send "+a.event+" to", tfx.Object{Declaration: a.action, Kind: "webhook", Name: a.id}, nil, err)
		return
	}
	if !a.wait.ValueBool() {
		a.progress(action.InvokeProgressEvent{Message: "Accepted; personio_webhook_deliveries shows what becomes of it"})
		return
	}
	a.progress(action.InvokeProgressEvent{Message: "Accepted; waiting for the delivery"})
	ctx, cancel := context.WithTimeout(ctx, waitFor)
	defer cancel()
	after, err := hooks.WaitForDelivery(ctx, a.id, a.event, since, before)
	switch {
	case err != nil && ctx.Err() != nil:
		diags.AddError("The event is not in the log yet", fmt.Sprintf("The API accepted %s for the webhook %s, and its log did not show the delivery "+
			"within %s. The data source %s shows it later.", a.event, a.id, tfx.ShortDuration(waitFor), deliveries.Type))
	case err != nil:
		addLogError(diags, a.action, "deliveries of webhook", types.StringValue(a.id), err)
	case after.Delivered == before.Delivered:
		diags.AddError("The event was not delivered", fmt.Sprintf("The receiver of the webhook %s did not answer %s with a 2xx status within 3 "+
			"seconds. Check that it is running and reachable from the internet, that its certificate is valid, and that it takes the token or the headers "+
			"of the webhook; it must not redirect. The data source %s shows the status. Personio tries again after timeouts and 5xx.", a.id, a.event, deliveries.Type))
	default:
		a.progress(action.InvokeProgressEvent{Message: "Delivered"})
	}
}

// addLogError reports a log that could not be read.
func addLogError(diags *diag.Diagnostics, asking tfx.Declaration, kind string, id types.String, err error) {
	if personio.IsNotFound(err) {
		addNoSuch(diags, "id", id.ValueString())
		return
	}
	tfx.AddError(diags, "list", tfx.Object{Declaration: asking, Kind: kind, Name: id.ValueString()}, nil, err)
}

// PingAction is personio_webhook_ping.
type PingAction struct {
	tfx.Action
}

// NewPingAction makes the action.
func NewPingAction() action.Action { return &PingAction{tfx.Action{Declaration: ping}} }

type pingModel struct {
	WebhookID types.String `tfsdk:"webhook_id"`
	Wait      types.Bool   `tfsdk:"wait"`
}

// Schema describes the action.
func (a *PingAction) Schema(_ context.Context, _ action.SchemaRequest, resp *action.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Sends the event `ping` to a webhook, to see whether its receiver takes events." + actionNotes("ping", "") + ".",
		Attributes:          map[string]schema.Attribute{"webhook_id": webhookIDAttribute(), "wait": waitAttribute()},
	}
}

// Invoke sends the ping.
func (a *PingAction) Invoke(ctx context.Context, req action.InvokeRequest, resp *action.InvokeResponse) {
	var config pingModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	if resp.Diagnostics.HasError() {
		return
	}
	id := config.WebhookID.ValueString()
	event := asked{
		provider: a.Provider, action: ping, id: id, event: attribute.EventPing, wait: config.Wait, progress: resp.SendProgress,
		ask: func(ctx context.Context) error { return a.Provider.Client.Webhooks().Ping(ctx, id) },
	}
	event.send(ctx, &resp.Diagnostics)
}

// TestEventAction is personio_webhook_test_event.
type TestEventAction struct {
	tfx.Action
}

// NewTestEventAction makes the action.
func NewTestEventAction() action.Action { return &TestEventAction{tfx.Action{Declaration: testEvent}} }

type testEventModel struct {
	WebhookID   types.String `tfsdk:"webhook_id"`
	EventName   types.String `tfsdk:"event_name"`
	PayloadJSON types.String `tfsdk:"payload_json"`
	Wait        types.Bool   `tfsdk:"wait"`
}

// Schema describes the action.
func (a *TestEventAction) Schema(_ context.Context, _ action.SchemaRequest, resp *action.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Sends an event that did not happen to a webhook, to see what its receiver makes of it. The webhook has to have the event " +
			"enabled; the plan checks that where it knows the webhook." +
			actionNotes("test-event", jsonBody+`'{"event_name": "person.created"}' `) + ", and `personio:webhooks:read` to plan.",
		Attributes: map[string]schema.Attribute{
			"webhook_id": webhookIDAttribute(),
			"event_name": schema.StringAttribute{
				MarkdownDescription: "Name of the event, one of those in `enabled_events` of the webhook.",
				Required:            true,
				Validators:          []validator.String{tfx.OneOf("event", attribute.Events()...)},
			},
			"payload_json": schema.StringAttribute{
				MarkdownDescription: "Payload of the event, a JSON object: `jsonencode()` makes one. Default: that of the API.",
				Optional:            true,
				Validators:          []validator.String{jsonObject()},
			},
			"wait": waitAttribute(),
		},
	}
}

func jsonObject() validator.String {
	return tfx.Checked("Invalid payload", "must be a JSON object", func(value string) string {
		var object map[string]json.RawMessage
		if json.Unmarshal([]byte(value), &object) != nil || object == nil {
			return "The value is not a JSON object, such as jsonencode({ person = { id = \"4711\" } }) makes."
		}
		return ""
	})
}

// ModifyPlan checks that the webhook has the event enabled.
func (a *TestEventAction) ModifyPlan(ctx context.Context, req action.ModifyPlanRequest, resp *action.ModifyPlanResponse) {
	var config testEventModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	if resp.Diagnostics.HasError() || a.Provider == nil || config.WebhookID.IsUnknown() || config.EventName.IsUnknown() {
		return
	}
	hook, ok := find(ctx, a.Provider, config.WebhookID, &resp.Diagnostics)
	if !ok {
		return
	}
	for _, enabled := range hook.EnabledEvents {
		if enabled == config.EventName.ValueString() {
			return
		}
	}
	if hook.EnabledEvents != nil {
		resp.Diagnostics.AddAttributeError(path.Root("event_name"), "The webhook does not get the event",
			fmt.Sprintf("Personio sends a test event only if the webhook has it enabled, and %q does not have %s. Add it to enabled_events of the webhook, "+
				"and apply that first.", hook.Description, config.EventName.ValueString()))
	}
}

// Invoke sends the event.
func (a *TestEventAction) Invoke(ctx context.Context, req action.InvokeRequest, resp *action.InvokeResponse) {
	var config testEventModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	if resp.Diagnostics.HasError() {
		return
	}
	id, name := config.WebhookID.ValueString(), config.EventName.ValueString()
	event := asked{
		provider: a.Provider, action: testEvent, id: id, event: name, wait: config.Wait, progress: resp.SendProgress,
		ask: func(ctx context.Context) error {
			return a.Provider.Client.Webhooks().TestEvent(ctx, id, name, json.RawMessage(config.PayloadJSON.ValueString()))
		},
	}
	event.send(ctx, &resp.Diagnostics)
}

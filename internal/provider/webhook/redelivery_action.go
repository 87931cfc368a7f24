package webhook

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/hashicorp/terraform-plugin-framework-timetypes/timetypes"
	"github.com/hashicorp/terraform-plugin-framework-validators/int64validator"
	"github.com/hashicorp/terraform-plugin-framework/action"
	"github.com/hashicorp/terraform-plugin-framework/action/schema"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/personio-community/terraform-provider-personio/internal/personio"
	"github.com/personio-community/terraform-provider-personio/internal/provider/tfx"
)

var (
	_ action.ActionWithConfigure      = (*RedeliveryAction)(nil)
	_ action.ActionWithModifyPlan     = (*RedeliveryAction)(nil)
	_ action.ActionWithValidateConfig = (*RedeliveryAction)(nil)
)

// RedeliveryAction is personio_webhook_redelivery.
type RedeliveryAction struct {
	tfx.Action
}

// NewRedeliveryAction makes the action.
func NewRedeliveryAction() action.Action {
	return &RedeliveryAction{tfx.Action{Declaration: redelivery}}
}

type redeliveryModel struct {
	WebhookID    types.String      `tfsdk:"webhook_id"`
	OccurredFrom timetypes.RFC3339 `tfsdk:"occurred_from"`
	OccurredTo   timetypes.RFC3339 `tfsdk:"occurred_to"`
	MaxEvents    types.Int64       `tfsdk:"max_events"`
}

// known reports whether the plan can tell which events it is about.
func (m *redeliveryModel) known() bool {
	return !m.WebhookID.IsUnknown() && !m.OccurredFrom.IsUnknown() && !m.OccurredTo.IsUnknown() && !m.MaxEvents.IsUnknown()
}

// most is how many events may be delivered again.
func (m *redeliveryModel) most() int {
	if m.MaxEvents.IsNull() {
		return personio.MaxRedelivery
	}
	return int(m.MaxEvents.ValueInt64())
}

// Schema describes the action.
func (a *RedeliveryAction) Schema(_ context.Context, _ action.SchemaRequest, resp *action.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Has the events of a window of time delivered to a webhook again, whether they were delivered before or not, for " +
			"example after an outage of the receiver. The window lies in the last 30 days. Personio takes 100 events a call and 500 an hour; the " +
			"action counts the events first, at plan where the plan knows the window, refuses more than `max_events`, and makes as many calls as needed." +
			actionNotes("redelivery", jsonBody+`'{"occurred_at": {"gte": "2026-11-01T06:00:00Z"}}' `) + ", and `personio:webhooks:read` to count.",
		Attributes: map[string]schema.Attribute{
			"webhook_id": webhookIDAttribute(),
			"occurred_from": schema.StringAttribute{
				MarkdownDescription: "Events at this time or later (RFC 3339). At least one of `occurred_from` and `occurred_to` must be given.",
				Optional:            true,
				CustomType:          timetypes.RFC3339Type{},
			},
			"occurred_to": schema.StringAttribute{
				MarkdownDescription: "Events at this time or before (RFC 3339).",
				Optional:            true,
				CustomType:          timetypes.RFC3339Type{},
			},
			"max_events": schema.Int64Attribute{
				MarkdownDescription: "How many events may be delivered again at the most, 1 to 500; more in the window is an error, and none is. Default: 100.",
				Optional:            true,
				Validators:          []validator.Int64{int64validator.Between(1, personio.MaxRedeliveryHour)},
			},
		},
	}
}

// ValidateConfig wants a window.
func (a *RedeliveryAction) ValidateConfig(ctx context.Context, req action.ValidateConfigRequest, resp *action.ValidateConfigResponse) {
	var config redeliveryModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	if resp.Diagnostics.HasError() {
		return
	}
	from, to := instant(config.OccurredFrom), instant(config.OccurredTo)
	switch {
	case config.OccurredFrom.IsNull() && config.OccurredTo.IsNull():
		resp.Diagnostics.AddError("occurred_from or occurred_to is missing", "Personio wants at least one end of the window of events. Give occurred_from, "+
			"for example the time at which the receiver failed.")
	case !from.IsZero() && !to.IsZero() && from.After(to):
		resp.Diagnostics.AddAttributeError(path.Root("occurred_from"), "The window is empty", "occurred_from is later than occurred_to.")
	}
}

// ModifyPlan counts the events.
func (a *RedeliveryAction) ModifyPlan(ctx context.Context, req action.ModifyPlanRequest, resp *action.ModifyPlanResponse) {
	var config redeliveryModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	if resp.Diagnostics.HasError() || a.Provider == nil || !config.known() {
		return
	}
	a.windows(ctx, &config, &resp.Diagnostics)
}

// Invoke has the events delivered again.
func (a *RedeliveryAction) Invoke(ctx context.Context, req action.InvokeRequest, resp *action.InvokeResponse) {
	var config redeliveryModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	if resp.Diagnostics.HasError() {
		return
	}
	windows := a.windows(ctx, &config, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	if len(windows) == 0 {
		resp.SendProgress(action.InvokeProgressEvent{Message: "There are no events in the window: nothing to deliver again"})
		return
	}
	id := config.WebhookID.ValueString()
	for n, w := range windows {
		resp.SendProgress(action.InvokeProgressEvent{Message: fmt.Sprintf("Call %d of %d: %d events from %s to %s", n+1, len(windows), w.events,
			w.from.Format(time.RFC3339Nano), w.to.Format(time.RFC3339Nano))})
		if err := a.Provider.Client.Webhooks().Redeliver(ctx, id, w.from, w.to); err != nil {
			tfx.AddError(&resp.Diagnostics, "deliver events again to", tfx.Object{Declaration: redelivery, Kind: "webhook", Name: id}, nil, err)
			if n > 0 {
				resp.Diagnostics.AddError("A part of the events is under way", fmt.Sprintf("%d of %d calls succeeded: events up to %s are being delivered again. "+
					"To go on after that, set occurred_from to a later time. Personio takes 500 events an hour.", n, len(windows), windows[n-1].to.Format(time.RFC3339Nano)))
			}
			return
		}
	}
	resp.SendProgress(action.InvokeProgressEvent{Message: "Accepted; personio_webhook_deliveries shows what becomes of them"})
}

// window is a part of the time that holds no more events than a call may.
type window struct {
	from, to time.Time
	events   int
}

// windows divides what was asked for, and reports what cannot be done.
func (a *RedeliveryAction) windows(ctx context.Context, config *redeliveryModel, diags *diag.Diagnostics) []window {
	oldest := a.Provider.Now().Add(-personio.WebhookLog)
	for name, at := range map[string]time.Time{"occurred_from": instant(config.OccurredFrom), "occurred_to": instant(config.OccurredTo)} {
		if !at.IsZero() && at.Before(oldest) {
			diags.AddAttributeError(path.Root(name), "Too long ago", fmt.Sprintf("Personio delivers events of the last 30 days again, since %s.",
				oldest.UTC().Format(time.RFC3339)))
		}
	}
	if diags.HasError() {
		return nil
	}
	var times []time.Time
	filter := personio.WebhookLogFilter{From: instant(config.OccurredFrom), To: instant(config.OccurredTo)}
	for event, err := range a.Provider.Client.Webhooks().Events(ctx, config.WebhookID.ValueString(), filter) {
		if err != nil {
			addLogError(diags, redelivery, "events of webhook", config.WebhookID, err)
			return nil
		}
		at, err := time.Parse(time.RFC3339, event.OccurredAt)
		if err != nil {
			diags.AddError("Unreadable event log", fmt.Sprintf("The event log of the webhook has an event whose time is %q, which is not RFC 3339, so that "+
				"the window cannot be divided.", event.OccurredAt))
			return nil
		}
		times = append(times, at)
	}
	if len(times) > config.most() {
		diags.AddAttributeError(path.Root("max_events"), "Too many events", fmt.Sprintf("There are %d events in the window, more than max_events (%d). "+
			"Personio delivers up to 500 events an hour again: raise max_events up to that, or make the window smaller.", len(times), config.most()))
		return nil
	}
	windows, ok := divide(times)
	if !ok {
		diags.AddError("Too many events at one moment", "More than 100 events have the same time, and Personio takes no more than 100 a call.")
	}
	return windows
}

// divide makes windows of at most as many events as a call may have. Events of
// one moment cannot be told apart by time, and stay together; ok is false if those
// are too many.
func divide(times []time.Time) (windows []window, ok bool) {
	slices.SortFunc(times, time.Time.Compare)
	for len(times) > 0 {
		n := min(len(times), personio.MaxRedelivery)
		for n > 0 && n < len(times) && times[n-1].Equal(times[n]) {
			n--
		}
		if n == 0 {
			return nil, false
		}
		windows = append(windows, window{from: times[0], to: times[n-1], events: n})
		times = times[n:]
	}
	return windows, true
}

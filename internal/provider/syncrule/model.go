package syncrule

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework-timetypes/timetypes"
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-framework/types/basetypes"

	"github.com/personio-community/terraform-provider-personio/internal/gatewayapi"
	"github.com/personio-community/terraform-provider-personio/internal/provider/tfx"
)

// model is the resource as Terraform holds it.
type model struct {
	ID                  types.String      `tfsdk:"id"`
	Name                types.String      `tfsdk:"name"`
	CustomIntegrationID types.String      `tfsdk:"custom_integration_id"`
	SyncTargetID        types.String      `tfsdk:"sync_target_id"`
	Active              types.Bool        `tfsdk:"active"`
	Filter              types.String      `tfsdk:"filter"`
	Match               types.Object      `tfsdk:"match"`
	AttributeMapping    types.Map         `tfsdk:"attribute_mapping"`
	GroupMapping        types.Map         `tfsdk:"group_mapping"`
	Operations          types.Set         `tfsdk:"operations"`
	DeprovisionMode     types.String      `tfsdk:"deprovision_mode"`
	MaxDeprovision      types.String      `tfsdk:"max_deprovision"`
	Schedule            types.Object      `tfsdk:"schedule"`
	OnFailure           types.String      `tfsdk:"on_failure"`
	NotificationEmails  types.Set         `tfsdk:"notification_emails"`
	Triggers            types.Map         `tfsdk:"triggers"`
	WaitForRun          types.Bool        `tfsdk:"wait_for_run"`
	State               types.String      `tfsdk:"state"`
	PausedReason        types.String      `tfsdk:"paused_reason"`
	PausedSince         timetypes.RFC3339 `tfsdk:"paused_since"`
	NextRunAt           timetypes.RFC3339 `tfsdk:"next_run_at"`
	CreatedAt           timetypes.RFC3339 `tfsdk:"created_at"`
	UpdatedAt           timetypes.RFC3339 `tfsdk:"updated_at"`
}

type matchModel struct {
	Employee types.String `tfsdk:"employee"`
	Account  types.String `tfsdk:"account"`
}

type groupModel struct {
	Name          types.String `tfsdk:"name"`
	AdoptExisting types.Bool   `tfsdk:"adopt_existing"`
}

type scheduleModel struct {
	Cron     types.String `tfsdk:"cron"`
	TimeZone types.String `tfsdk:"time_zone"`
}

// The types of the nested attributes.
var (
	matchType    = map[string]attr.Type{"employee": types.StringType, "account": types.StringType}
	groupType    = map[string]attr.Type{"name": types.StringType, "adopt_existing": types.BoolType}
	scheduleType = map[string]attr.Type{"cron": types.StringType, "time_zone": types.StringType}
)

// part takes a nested object apart; ok is false if it is null or unknown.
func part[T any](ctx context.Context, object types.Object, diags *diag.Diagnostics) (value T, ok bool) {
	if object.IsNull() || object.IsUnknown() {
		return value, false
	}
	diags.Append(object.As(ctx, &value, basetypes.ObjectAsOptions{})...)
	return value, true
}

// whole makes a nested object.
func whole(ctx context.Context, attributes map[string]attr.Type, value any, diags *diag.Diagnostics) types.Object {
	object, d := types.ObjectValueFrom(ctx, attributes, value)
	diags.Append(d...)
	return object
}

// groups takes group_mapping apart; elements that are unknown are left out.
func (m *model) groups(ctx context.Context, diags *diag.Diagnostics) map[string]groupModel {
	groups := make(map[string]groupModel, len(m.GroupMapping.Elements()))
	for key, element := range m.GroupMapping.Elements() {
		object, _ := element.(types.Object)
		if group, ok := part[groupModel](ctx, object, diags); ok {
			groups[key] = group
		}
	}
	return groups
}

// fill takes over what the gateway answered. wait_for_run is known to Terraform
// alone and stays; after an import it gets its default.
func (m *model) fill(ctx context.Context, got gatewayapi.SyncRule, diags *diag.Diagnostics) {
	m.ID = types.StringValue(got.ID)
	m.Name = types.StringValue(got.Name)
	m.CustomIntegrationID = types.StringValue(got.CustomIntegrationID)
	m.SyncTargetID = types.StringValue(got.SyncTargetID)
	m.Active = types.BoolValue(got.Active)
	m.Filter = types.StringValue(got.Filter)
	m.Match = whole(ctx, matchType, matchModel{types.StringValue(got.Match.Employee), types.StringValue(got.Match.Account)}, diags)
	m.AttributeMapping = tfx.StringMap(got.AttributeMapping)
	m.GroupMapping = groupMap(ctx, got.GroupMapping, diags)
	m.Operations = tfx.StringSet(m.Operations, operationNames(got.Operations))
	m.DeprovisionMode = types.StringValue(got.DeprovisionMode)
	m.MaxDeprovision = types.StringValue(got.MaxDeprovision)
	m.Schedule = types.ObjectNull(scheduleType)
	if s := got.Schedule; s != nil {
		m.Schedule = whole(ctx, scheduleType, scheduleModel{types.StringValue(s.Cron), types.StringValue(s.TimeZone)}, diags)
	}
	m.OnFailure = types.StringValue(got.OnFailure)
	m.NotificationEmails = tfx.StringSet(m.NotificationEmails, got.NotificationEmails)
	m.Triggers = tfx.StringMap(got.Triggers)
	m.CreatedAt = tfx.Time(got.CreatedAt)
	m.UpdatedAt = tfx.Time(got.UpdatedAt)
	m.fillState(got)
	if m.WaitForRun.IsNull() {
		m.WaitForRun = types.BoolValue(true)
	}
}

// fillState takes over what changes without a change of the configuration.
func (m *model) fillState(got gatewayapi.SyncRule) {
	m.State = types.StringValue(string(got.State))
	m.PausedReason = types.StringNull()
	if got.PausedReason != "" {
		m.PausedReason = types.StringValue(got.PausedReason)
	}
	m.PausedSince = tfx.TimePointer(got.PausedSince)
	m.NextRunAt = tfx.TimePointer(got.NextRunAt)
}

func groupMap(ctx context.Context, got map[string]gatewayapi.SyncGroupMapping, diags *diag.Diagnostics) types.Map {
	groups := make(map[string]attr.Value, len(got))
	for key, group := range got {
		groups[key] = whole(ctx, groupType, groupModel{types.StringValue(group.Name), types.BoolValue(group.AdoptExisting)}, diags)
	}
	return types.MapValueMust(types.ObjectType{AttrTypes: groupType}, groups)
}

func operationNames(operations []gatewayapi.SyncOperation) []string {
	names := make([]string, len(operations))
	for i, operation := range operations {
		names[i] = string(operation)
	}
	return names
}

// checkKept reports every attribute that the gateway accepted and then did not
// keep, each as an error of its own.
func (m *model) checkKept(planned *model, diags *diag.Diagnostics) {
	tfx.CheckKept(diags, object(planned.Name.ValueString()), m.same(planned))
}

// same says of each attribute that the gateway keeps whether it is the same in
// both.
func (m *model) same(other *model) map[string]bool {
	return map[string]bool{
		"name":                  m.Name.Equal(other.Name),
		"custom_integration_id": m.CustomIntegrationID.Equal(other.CustomIntegrationID),
		"sync_target_id":        m.SyncTargetID.Equal(other.SyncTargetID),
		"active":                m.Active.Equal(other.Active),
		"filter":                m.Filter.Equal(other.Filter),
		"match":                 m.Match.Equal(other.Match),
		"attribute_mapping":     m.AttributeMapping.Equal(other.AttributeMapping),
		"group_mapping":         m.GroupMapping.Equal(other.GroupMapping),
		"operations":            tfx.SameStrings(m.Operations, other.Operations),
		"deprovision_mode":      m.DeprovisionMode.Equal(other.DeprovisionMode),
		"max_deprovision":       m.MaxDeprovision.Equal(other.MaxDeprovision),
		"schedule":              m.Schedule.Equal(other.Schedule),
		"on_failure":            m.OnFailure.Equal(other.OnFailure),
		"notification_emails":   tfx.SameStrings(m.NotificationEmails, other.NotificationEmails),
		"triggers":              m.Triggers.Equal(other.Triggers),
	}
}

// sameAs reports whether turning prior into m does not concern the gateway.
func (m *model) sameAs(prior *model) bool {
	for _, same := range m.same(prior) {
		if !same {
			return false
		}
	}
	return true
}

package syncrule

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/personio-community/terraform-provider-personio/internal/gatewayapi"
	"github.com/personio-community/terraform-provider-personio/internal/provider/tfx"
)

// config is the planned rule as the gateway takes it.
func (m *model) config(ctx context.Context, diags *diag.Diagnostics) gatewayapi.SyncRuleConfig {
	config := gatewayapi.SyncRuleConfig{
		Name:                m.Name.ValueString(),
		CustomIntegrationID: m.CustomIntegrationID.ValueString(),
		SyncTargetID:        m.SyncTargetID.ValueString(),
		Active:              m.Active.ValueBool(),
		Filter:              m.Filter.ValueString(),
		AttributeMapping:    tfx.MapStrings(m.AttributeMapping),
		GroupMapping:        map[string]gatewayapi.SyncGroupMapping{},
		Operations:          []gatewayapi.SyncOperation{},
		DeprovisionMode:     m.DeprovisionMode.ValueString(),
		MaxDeprovision:      m.MaxDeprovision.ValueString(),
		OnFailure:           m.OnFailure.ValueString(),
		Triggers:            tfx.MapStrings(m.Triggers),
	}
	if match, ok := part[matchModel](ctx, m.Match, diags); ok {
		config.Match = gatewayapi.SyncMatch{Employee: match.Employee.ValueString(), Account: match.Account.ValueString()}
	}
	for key, group := range m.groups(ctx, diags) {
		config.GroupMapping[key] = gatewayapi.SyncGroupMapping{
			Name: group.Name.ValueString(), AdoptExisting: group.AdoptExisting.ValueBool(),
		}
	}
	operations, _ := tfx.Strings(m.Operations)
	for _, name := range operations {
		config.Operations = append(config.Operations, gatewayapi.SyncOperation(name))
	}
	if s, ok := part[scheduleModel](ctx, m.Schedule, diags); ok {
		config.Schedule = &gatewayapi.SyncSchedule{Cron: s.Cron.ValueString(), TimeZone: s.TimeZone.ValueString()}
	}
	config.NotificationEmails, _ = tfx.Strings(m.NotificationEmails)
	return config
}

// updateRequest is the body that turns prior into m: only the members that
// differ. changed is false if nothing of it concerns the gateway.
func (m *model) updateRequest(ctx context.Context, prior *model, diags *diag.Diagnostics) (body gatewayapi.SyncRuleUpdate, changed bool) {
	config := m.config(ctx, diags)
	same := m.same(prior)
	take(same["name"], &body.Name, &config.Name)
	take(same["custom_integration_id"], &body.CustomIntegrationID, &config.CustomIntegrationID)
	take(same["sync_target_id"], &body.SyncTargetID, &config.SyncTargetID)
	take(same["active"], &body.Active, &config.Active)
	take(same["filter"], &body.Filter, &config.Filter)
	take(same["match"], &body.Match, &config.Match)
	take(same["attribute_mapping"], &body.AttributeMapping, &config.AttributeMapping)
	take(same["group_mapping"], &body.GroupMapping, &config.GroupMapping)
	take(same["operations"], &body.Operations, &config.Operations)
	take(same["deprovision_mode"], &body.DeprovisionMode, &config.DeprovisionMode)
	take(same["max_deprovision"], &body.MaxDeprovision, &config.MaxDeprovision)
	take(same["on_failure"], &body.OnFailure, &config.OnFailure)
	take(same["notification_emails"], &body.NotificationEmails, &config.NotificationEmails)
	take(same["triggers"], &body.Triggers, &config.Triggers)
	if !same["schedule"] {
		body.Schedule = gatewayapi.Null[gatewayapi.SyncSchedule]()
		if config.Schedule != nil {
			body.Schedule = gatewayapi.Value(*config.Schedule)
		}
	}
	return body, !m.sameAs(prior)
}

// take puts a member into the body unless it is the same as before.
func take[T any](same bool, member **T, value *T) {
	if !same {
		*member = value
	}
}

package webhook

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/personio-community/terraform-provider-personio/internal/personio"
	"github.com/personio-community/terraform-provider-personio/internal/provider/tfx"
)

// model is the resource as Terraform holds it. TokenWO and CustomHeadersWO are
// there in the configuration only, and null in plan and state.
type model struct {
	ID                     types.String `tfsdk:"id"`
	URL                    types.String `tfsdk:"url"`
	Description            types.String `tfsdk:"description"`
	EnabledEvents          types.Set    `tfsdk:"enabled_events"`
	Status                 types.String `tfsdk:"status"`
	AuthType               types.String `tfsdk:"auth_type"`
	TokenWO                types.String `tfsdk:"token_wo"`
	TokenWOVersion         types.Int64  `tfsdk:"token_wo_version"`
	CustomHeadersWO        types.Map    `tfsdk:"custom_headers_wo"`
	CustomHeadersWOVersion types.Int64  `tfsdk:"custom_headers_wo_version"`
}

// fill takes over what the API answered; what it left out stays as it was.
func (m *model) fill(got personio.Webhook) {
	keep := func(prior types.String, value string) types.String {
		if value == "" && !prior.IsUnknown() && !prior.IsNull() {
			return prior
		}
		return types.StringValue(value)
	}
	m.ID = types.StringValue(got.ID)
	m.URL = keep(m.URL, got.URL)
	m.Description = keep(m.Description, got.Description)
	m.Status = keep(m.Status, got.Status)
	m.AuthType = keep(m.AuthType, got.AuthType)
	if got.EnabledEvents != nil {
		m.EnabledEvents = tfx.StringSet(m.EnabledEvents, got.EnabledEvents)
	}
	// Neither is ever in an answer's model, and an import leaves the map without a type.
	m.CustomHeadersWO = types.MapNull(types.StringType)
}

// settle decides the auth type that the configuration leaves open: it is that of
// the secret that is given, else it stays as it was, else it is Personio's
// default. prior is nil if there is no webhook yet.
func (m *model) settle(config, prior *model) {
	if !config.AuthType.IsNull() {
		return
	}
	switch {
	case !config.TokenWO.IsNull():
		m.AuthType = types.StringValue(personio.WebhookAuthToken)
	case !config.CustomHeadersWO.IsNull():
		m.AuthType = types.StringValue(personio.WebhookAuthCustom)
	case prior != nil:
		m.AuthType = prior.AuthType
	default:
		m.AuthType = types.StringValue(personio.WebhookAuthToken)
	}
}

// sendsCredential reports whether turning prior into m needs the secret; a
// version whose value is not known yet counts as moved.
func (m *model) sendsCredential(prior *model) bool {
	moves := func(planned, prior types.Int64) bool { return !planned.IsNull() && !planned.Equal(prior) }
	switch m.AuthType.ValueString() {
	case personio.WebhookAuthToken:
		return !m.AuthType.Equal(prior.AuthType) || moves(m.TokenWOVersion, prior.TokenWOVersion)
	case personio.WebhookAuthCustom:
		return !m.AuthType.Equal(prior.AuthType) || moves(m.CustomHeadersWOVersion, prior.CustomHeadersWOVersion)
	}
	return false
}

// Why a secret is needed.
const (
	newNeedsIt  = "A new webhook needs it."
	sentBecause = "It is sent because its version moves, or because auth_type changes."
)

// checkCredential refuses a configuration without the secret that is to be sent.
func (m *model) checkCredential(config *model, why string, diags *diag.Diagnostics) {
	switch {
	case m.AuthType.ValueString() == personio.WebhookAuthToken && config.TokenWO.IsNull():
		diags.AddAttributeError(path.Root("token_wo"), "token_wo is missing",
			"The auth type of the webhook is TOKEN, and token_wo is null. "+why+" For a receiver that asks for nothing set auth_type = \"NONE\"; for "+
				"one that wants other headers than Authorization, give custom_headers_wo.")
	case m.AuthType.ValueString() == personio.WebhookAuthCustom && config.CustomHeadersWO.IsNull():
		diags.AddAttributeError(path.Root("custom_headers_wo"), "custom_headers_wo is missing",
			"The auth type of the webhook is CUSTOM, and custom_headers_wo is null. "+why)
	}
}

// creates is the body that makes the webhook.
func (m *model) creates(config *model) personio.WebhookCreate {
	events, _ := tfx.Strings(m.EnabledEvents)
	body := personio.WebhookCreate{
		URL: m.URL.ValueString(), Description: m.Description.ValueString(), EnabledEvents: events,
		Status: m.Status.ValueString(), AuthType: m.AuthType.ValueString(),
	}
	body.Token, body.CustomHeaders = m.credential(config)
	return body
}

// credential is the secret that goes with the auth type.
func (m *model) credential(config *model) (token string, headers map[string]string) {
	switch m.AuthType.ValueString() {
	case personio.WebhookAuthToken:
		return config.TokenWO.ValueString(), nil
	case personio.WebhookAuthCustom:
		return "", tfx.MapStrings(config.CustomHeadersWO)
	}
	return "", nil
}

// updates is the body that turns prior into m; changed is false if the API would
// see no difference.
func (m *model) updates(prior, config *model) (body personio.WebhookUpdate, changed bool) {
	for _, member := range []struct {
		planned, prior types.String
		sent           **string
	}{
		{m.URL, prior.URL, &body.URL},
		{m.Description, prior.Description, &body.Description},
		{m.Status, prior.Status, &body.Status},
		{m.AuthType, prior.AuthType, &body.AuthType},
	} {
		if !member.planned.Equal(member.prior) {
			*member.sent, changed = member.planned.ValueStringPointer(), true
		}
	}
	if !tfx.SameStrings(m.EnabledEvents, prior.EnabledEvents) {
		body.EnabledEvents, _ = tfx.Strings(m.EnabledEvents)
		changed = true
	}
	if m.sendsCredential(prior) {
		body.AuthType = m.AuthType.ValueStringPointer()
		body.Token, body.CustomHeaders = m.credential(config)
		changed = true
	}
	return body, changed
}

// checkKept reports every attribute that the API accepted and then did not keep.
func (m *model) checkKept(planned *model, diags *diag.Diagnostics) {
	tfx.CheckKept(diags, object(planned.Description.ValueString()), map[string]bool{
		"url":            m.URL.Equal(planned.URL),
		"description":    m.Description.Equal(planned.Description),
		"status":         m.Status.Equal(planned.Status),
		"auth_type":      m.AuthType.Equal(planned.AuthType),
		"enabled_events": tfx.SameStrings(m.EnabledEvents, planned.EnabledEvents),
	})
}

// ValidateConfig finds secrets that do not go with the auth type.
func (r *Resource) ValidateConfig(ctx context.Context, req resource.ValidateConfigRequest, resp *resource.ValidateConfigResponse) {
	var config model
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	if resp.Diagnostics.HasError() {
		return
	}
	given := func(null, unknown bool) bool { return !null && !unknown }
	token := given(config.TokenWO.IsNull(), config.TokenWO.IsUnknown())
	headers := given(config.CustomHeadersWO.IsNull(), config.CustomHeadersWO.IsUnknown())
	if token && headers {
		resp.Diagnostics.AddAttributeError(path.Root("custom_headers_wo"), "custom_headers_wo conflicts with token_wo",
			"A webhook shows who it is by a token or by custom headers, not by both. A custom header may be named Authorization, too.")
		return
	}
	if config.AuthType.IsNull() || config.AuthType.IsUnknown() {
		return
	}
	for _, a := range []struct {
		name, goesWith string
		given          bool
	}{
		{"token_wo", personio.WebhookAuthToken, token},
		{"token_wo_version", personio.WebhookAuthToken, given(config.TokenWOVersion.IsNull(), config.TokenWOVersion.IsUnknown())},
		{"custom_headers_wo", personio.WebhookAuthCustom, headers},
		{"custom_headers_wo_version", personio.WebhookAuthCustom, given(config.CustomHeadersWOVersion.IsNull(), config.CustomHeadersWOVersion.IsUnknown())},
	} {
		if a.given && config.AuthType.ValueString() != a.goesWith {
			resp.Diagnostics.AddAttributeError(path.Root(a.name), a.name+" conflicts with auth_type",
				a.name+" goes with auth_type = \""+a.goesWith+"\", and auth_type is \""+config.AuthType.ValueString()+"\". Remove one of the two.")
		}
	}
}

// ModifyPlan settles the auth type, and refuses a change that needs a secret which
// is not given.
func (r *Resource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	if req.Plan.Raw.IsNull() {
		return
	}
	var plan, config model
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	var prior *model
	if !req.State.Raw.IsNull() {
		prior = &model{}
		resp.Diagnostics.Append(req.State.Get(ctx, prior)...)
	}
	if resp.Diagnostics.HasError() {
		return
	}
	plan.settle(&config, prior)
	switch {
	case prior == nil:
		plan.checkCredential(&config, newNeedsIt, &resp.Diagnostics)
	case plan.sendsCredential(prior):
		plan.checkCredential(&config, sentBecause, &resp.Diagnostics)
	}
	resp.Diagnostics.Append(resp.Plan.SetAttribute(ctx, path.Root("auth_type"), plan.AuthType)...)
}

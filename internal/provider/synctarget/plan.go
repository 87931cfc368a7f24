package synctarget

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"

	"github.com/personio-community/terraform-provider-personio/internal/provider/tfx"
)

// ValidateConfig finds contradictions between attributes. That one of token_wo
// and oauth is needed only shows at plan: a target that exists has its secret.
func (r *Resource) ValidateConfig(ctx context.Context, req resource.ValidateConfigRequest, resp *resource.ValidateConfigResponse) {
	var config model
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	if resp.Diagnostics.HasError() {
		return
	}
	s := config.settings(ctx, &resp.Diagnostics)
	if s.oauth == nil {
		return
	}
	for name, value := range map[string]attr.Value{"token_wo": s.TokenWO, "token_wo_version": s.TokenWOVersion} {
		if !value.IsNull() && !value.IsUnknown() {
			resp.Diagnostics.AddAttributeError(path.Root("scim").AtName(name), name+" conflicts with oauth",
				"A target is written to with a bearer token or with tokens of an OAuth client, not with both. Remove one of the two.")
		}
	}
}

// ModifyPlan decides which computed attributes an update leaves alone, and
// refuses a change that needs a secret which is not given.
func (r *Resource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	if req.Plan.Raw.IsNull() {
		return
	}
	var plan, config model
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	if resp.Diagnostics.HasError() {
		return
	}
	planned, configured := plan.settings(ctx, &resp.Diagnostics), config.settings(ctx, &resp.Diagnostics)
	if req.State.Raw.IsNull() {
		if planned.known {
			checkSecret(&configured, "A new target needs it.", &resp.Diagnostics)
		}
		return
	}
	var prior model
	resp.Diagnostics.Append(req.State.Get(ctx, &prior)...)
	if resp.Diagnostics.HasError() {
		return
	}
	before := prior.settings(ctx, &resp.Diagnostics)
	sends := planned.known && planned.sendsSecret(&before)
	if sends {
		checkSecret(&configured, "It is sent because its version moves, or because the target changes between token_wo and oauth.", &resp.Diagnostics)
	}
	if !sends && planned.sameAs(&before) && plan.Name.Equal(prior.Name) {
		// No call will be made.
		plan.UpdatedAt = prior.UpdatedAt
		resp.Diagnostics.Append(resp.Plan.Set(ctx, plan)...)
	}
}

// checkSecret refuses a configuration without the secret that is to be sent.
func checkSecret(config *settings, why string, diags *diag.Diagnostics) {
	scim := path.Root("scim")
	switch {
	case config.oauth != nil && config.oauth.ClientSecretWO.IsNull():
		diags.AddAttributeError(scim.AtName("oauth").AtName("client_secret_wo"), "client_secret_wo is missing",
			"The client secret has to be sent, and client_secret_wo is null. "+why)
	case config.oauth == nil && config.TokenWO.IsNull():
		diags.AddAttributeError(scim.AtName("token_wo"), "token_wo is missing",
			"The target is written to with a bearer token, and token_wo is null. "+why+" If the target takes tokens of an OAuth client, "+
				"give oauth instead.")
	}
}

// changes reports whether turning prior into plan concerns the gateway at all:
// name, scim, or the secret.
func (m *model) changes(prior *model, planned, before *settings) (name, scim, secret bool) {
	secret = planned.sendsSecret(before)
	return !m.Name.Equal(prior.Name), secret || !planned.sameAs(before), secret
}

// members are the request members that stand elsewhere in Terraform.
var members = tfx.Members{ //nolint:gosec // Names of secrets, no secrets.
	"scim/url":                 "scim/url",
	"scim/token":               "scim/token_wo",
	"scim/oauth_client_secret": "scim/oauth/client_secret_wo",
	"scim/oauth/token_url":     "scim/oauth/token_url",
	"scim/oauth/client_id":     "scim/oauth/client_id",
	"scim/oauth/scopes":        "scim/oauth/scopes",
	"scim/headers/*":           "scim/headers/*",
	"scim/ca_cert_pem":         "scim/ca_cert_pem",
}

package apicredential

import (
	"context"
	"fmt"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/personio-community/terraform-provider-personio/internal/provider/tfx"
)

// ModifyPlan decides which computed attributes the change moves, and refuses
// what cannot work.
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
	own := config.ClientSecretWO
	if req.State.Raw.IsNull() {
		r.checkExpiry(&plan, &resp.Diagnostics)
		if !plan.ClientSecretWOVersion.IsNull() {
			checkOwnSecret(own, &resp.Diagnostics)
		}
		plan.ClientSecret = plannedSecret(own)
		resp.Diagnostics.Append(resp.Plan.Set(ctx, plan)...)
		return
	}
	var prior model
	resp.Diagnostics.Append(req.State.Get(ctx, &prior)...)
	adopt := tfx.GetPrivate(ctx, req.Private, tfx.PrivateImported, &resp.Diagnostics) != ""
	if resp.Diagnostics.HasError() {
		return
	}
	r.planUpdate(&plan, &prior, own, adopt, &resp.Diagnostics)
	resp.Diagnostics.Append(resp.Plan.Set(ctx, plan)...)
}

// planUpdate sets the computed attributes of a planned update.
func (r *Resource) planUpdate(plan, prior *model, own types.String, adopt bool, diags *diag.Diagnostics) {
	if !tfx.SameTime(plan.ExpiresAt, prior.ExpiresAt) {
		r.checkExpiry(plan, diags)
	}
	rotates := plan.rotates(prior, adopt)
	if plan.ownSecretMoves(prior) {
		checkOwnSecret(own, diags)
	} else if !rotates && !own.IsNull() && !own.IsUnknown() && !prior.ClientSecret.IsNull() {
		diags.AddAttributeError(path.Root("client_secret_wo_version"), "client_secret_wo is not sent without its version",
			"The credential still has the secret that the gateway made. To replace it by client_secret_wo, set or change "+
				"client_secret_wo_version too.")
	}
	plan.ClientSecret = prior.ClientSecret
	if rotates {
		plan.ClientSecret = plannedSecret(own)
	}
	// The gateway moves these by itself, so a plan may promise their values only
	// where no call will be made.
	if _, changed := plan.updateRequest(prior); !changed && !rotates {
		plan.Status, plan.LastUsedAt, plan.UpdatedAt = prior.Status, prior.LastUsedAt, prior.UpdatedAt
		plan.PreviousSecretExpiresAt = prior.PreviousSecretExpiresAt
	}
}

// plannedSecret is client_secret after a new secret: null if the user brings it.
func plannedSecret(own types.String) types.String {
	if own.IsNull() || own.IsUnknown() {
		return types.StringUnknown()
	}
	return types.StringNull()
}

// checkExpiry refuses an end that has passed.
func (r *Resource) checkExpiry(plan *model, diags *diag.Diagnostics) {
	end := instant(plan.ExpiresAt)
	if end == nil || r.provider == nil {
		return
	}
	if now := r.provider.Now(); !end.After(now) {
		diags.AddAttributeError(path.Root("expires_at"), "expires_at has passed",
			fmt.Sprintf("%s is not after now, %s, so the credential could never be used. Give a later time, or remove expires_at; "+
				"to shut a credential out, set enabled = false or destroy it.", plan.ExpiresAt.ValueString(), now.UTC().Format(time.RFC3339)))
	}
}

// checkOwnSecret refuses a version that moves without a value to send.
func checkOwnSecret(own types.String, diags *diag.Diagnostics) {
	if own.IsNull() {
		diags.AddAttributeError(path.Root("client_secret_wo_version"), "client_secret_wo_version changes, but there is no client_secret_wo",
			"A change of client_secret_wo_version sends client_secret_wo as the new secret, and client_secret_wo is null. Give the "+
				"value, or leave the version as it was.")
	}
}

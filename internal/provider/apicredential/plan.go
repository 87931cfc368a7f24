package apicredential

import (
	"context"
	"fmt"
	"time"

	"github.com/hashicorp/terraform-plugin-framework-timetypes/timetypes"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/personio-community/terraform-provider-personio/internal/gatewayapi"
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
	checkRecipient(plan.SecretRecipient, &resp.Diagnostics)
	plan.checkLifetime(&resp.Diagnostics)
	plan.checkKind(&resp.Diagnostics)
	var prior model
	if !req.State.Raw.IsNull() {
		resp.Diagnostics.Append(req.State.Get(ctx, &prior)...)
	}
	if req.State.Raw.IsNull() || plan.replaces(&prior) {
		r.checkExpiry(&plan, &resp.Diagnostics)
		if !plan.ClientSecretWOVersion.IsNull() {
			checkOwnSecret(own, &resp.Diagnostics)
		}
		plan.planSecret(own)
		plan.planIDs()
		resp.Diagnostics.Append(resp.Plan.Set(ctx, plan)...)
		return
	}
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
	triggered := plan.triggered(prior, adopt)
	due := r.Provider != nil && plan.due(prior, r.Provider.Now())
	rotates := triggered || due
	if due && !triggered && plan.lifetimeKnown() {
		plan.addDue(prior, diags)
	}
	resets := plan.clientIDMoves(prior, adopt)
	plan.checkSecretMoves(prior, own, rotates, adopt, diags)
	if resets {
		plan.checkReset(prior, own, diags)
	}
	_, changed := plan.updateRequest(prior)
	plan.keepComputed(prior)
	if changed || rotates {
		// The gateway moves these by itself, so a plan may promise their values
		// only where no call will be made.
		plan.Status, plan.LastUsedAt, plan.UpdatedAt = types.StringUnknown(), timetypes.NewRFC3339Unknown(), timetypes.NewRFC3339Unknown()
		plan.PreviousSecretExpiresAt, plan.RequestsLast24Hours = timetypes.NewRFC3339Unknown(), types.Int64Unknown()
	}
	if resets {
		plan.ClientID = types.StringUnknown()
	}
	if changed && prior.SecretCreatedAt.IsNull() {
		plan.SecretCreatedAt = timetypes.NewRFC3339Unknown()
	}
	if rotates {
		plan.planSecret(own)
		return
	}
	if !plan.sameLifetime(prior) {
		plan.ReadyForRotation = types.BoolValue(false)
	}
}

// keepComputed takes what the gateway knows from the prior state.
func (m *model) keepComputed(prior *model) {
	m.ClientID, m.CompanyID, m.RequestsLast24Hours = prior.ClientID, prior.CompanyID, prior.RequestsLast24Hours
	m.ClientSecret, m.EncryptedClientSecret = prior.ClientSecret, prior.EncryptedClientSecret
	m.SecretCreatedAt, m.ReadyForRotation = prior.SecretCreatedAt, prior.ReadyForRotation
	m.Status, m.LastUsedAt, m.UpdatedAt = prior.Status, prior.LastUsedAt, prior.UpdatedAt
	m.PreviousSecretExpiresAt = prior.PreviousSecretExpiresAt
}

// checkSecretMoves refuses a new place for the secret without a new secret.
func (m *model) checkSecretMoves(prior *model, own types.String, rotates, adopt bool, diags *diag.Diagnostics) {
	generated := !prior.ClientSecret.IsNull() || !prior.EncryptedClientSecret.IsNull()
	switch {
	case m.ownSecretMoves(prior):
		checkOwnSecret(own, diags)
	case rotates:
	case !own.IsNull() && !own.IsUnknown() && generated:
		diags.AddAttributeError(path.Root("client_secret_wo_version"), "client_secret_wo is not sent without its version",
			"The credential still has the secret that the gateway made. To replace it by client_secret_wo, set or change "+
				"client_secret_wo_version too.")
	case !adopt && !m.SecretRecipient.IsUnknown() && !m.SecretRecipient.Equal(prior.SecretRecipient):
		addRecipientNeedsRotation(prior, diags)
	}
}

// checkReset refuses a new client id under which a secret of the user's own would
// have to go on.
func (m *model) checkReset(prior *model, own types.String, diags *diag.Diagnostics) {
	brought := !m.ClientSecretWOVersion.IsNull() || !own.IsNull() && !own.IsUnknown()
	if !brought || m.ownSecretMoves(prior) || m.ClientIDVersion.IsUnknown() {
		return
	}
	diags.AddAttributeError(path.Root("client_id_version"), "A reset of the client id needs a new client_secret_wo",
		"A change of client_id_version replaces client id and secret together, and the secret of "+object(m.Name.ValueString()).String()+
			" is your own, which the gateway does not make. Give another client_secret_wo and change client_secret_wo_version too; the old "+
			"client id and secret stay valid together for rotation_overlap. Or leave client_id_version as it was.")
}

// checkKind refuses what the kind has nothing for.
func (m *model) checkKind(diags *diag.Diagnostics) {
	if !m.isRecruiting() || m.ClientIDVersion.IsNull() || m.ClientIDVersion.IsUnknown() {
		return
	}
	diags.AddAttributeError(path.Root("client_id_version"), "A recruiting credential has no client id to reset",
		"Its calls bring the company id, which is Personio's, and the static token. Remove client_id_version; for a new token, change "+
			"secret_version, or client_secret_wo_version along with client_secret_wo.")
}

func (m *model) isRecruiting() bool {
	return m.Kind.ValueString() == string(gatewayapi.KindRecruiting)
}

// planIDs says of a new credential which of the ids its kind does not have.
func (m *model) planIDs() {
	switch {
	case m.Kind.IsUnknown():
	case m.isRecruiting():
		m.ClientID = types.StringNull()
	default:
		m.CompanyID = types.StringNull()
	}
}

// planSecret leaves open what a new secret brings, and nothing else: with a
// recipient there will be ciphertext only, with a secret of the user's neither.
func (m *model) planSecret(own types.String) {
	m.SecretCreatedAt, m.ReadyForRotation = timetypes.NewRFC3339Unknown(), types.BoolUnknown()
	m.ClientSecret, m.EncryptedClientSecret = types.StringNull(), types.StringNull()
	if !own.IsNull() && !own.IsUnknown() {
		return
	}
	if m.SecretRecipient.IsNull() || m.SecretRecipient.IsUnknown() {
		m.ClientSecret = types.StringUnknown()
	}
	if !m.SecretRecipient.IsNull() {
		m.EncryptedClientSecret = types.StringUnknown()
	}
}

// checkExpiry refuses an end that has passed.
func (r *Resource) checkExpiry(plan *model, diags *diag.Diagnostics) {
	end := instant(plan.ExpiresAt)
	if end == nil || r.Provider == nil {
		return
	}
	if now := r.Provider.Now(); !end.After(now) {
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

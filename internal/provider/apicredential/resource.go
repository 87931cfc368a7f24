// Package apicredential is the concept of an API credential in Terraform: the
// resource personio_api_credential.
package apicredential

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/personio-community/terraform-provider-personio/internal/attribute"
	"github.com/personio-community/terraform-provider-personio/internal/gatewayapi"
	"github.com/personio-community/terraform-provider-personio/internal/personio"
	"github.com/personio-community/terraform-provider-personio/internal/provider/tfx"
)

var (
	_ resource.ResourceWithConfigure      = (*Resource)(nil)
	_ resource.ResourceWithIdentity       = (*Resource)(nil)
	_ resource.ResourceWithImportState    = (*Resource)(nil)
	_ resource.ResourceWithModifyPlan     = (*Resource)(nil)
	_ resource.ResourceWithValidateConfig = (*Resource)(nil)
)

// declaration is what the resource is and needs.
var declaration = tfx.Declaration{
	Type:    "personio_api_credential",
	Gateway: true,
	Reads:   []string{attribute.ScopeAPICredentialsRead},
	Writes:  []string{attribute.ScopeAPICredentialsWrite},
}

// members are the request members that are named otherwise in Terraform.
var members = tfx.Members{"client_secret": "client_secret_wo", "reset_client_id": "client_id_version"}

// Resource is personio_api_credential.
type Resource struct {
	tfx.Resource
}

// NewResource makes the resource.
func NewResource() resource.Resource { return &Resource{tfx.Resource{Declaration: declaration}} }

// object names a credential in diagnostics.
func object(name string) tfx.Object {
	return tfx.Object{Declaration: declaration, Kind: "API credential", Name: name}
}

// IdentitySchema describes what identifies a credential.
func (r *Resource) IdentitySchema(_ context.Context, _ resource.IdentitySchemaRequest, resp *resource.IdentitySchemaResponse) {
	resp.IdentitySchema = tfx.IdentitySchema("Id of the API credential, a UUID; not the client id.")
}

// Create makes the planned credential. This answer is the only one that ever
// holds its secret.
func (r *Resource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var plan model
	var own types.String
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(req.Config.GetAttribute(ctx, path.Root("client_secret_wo"), &own)...)
	if resp.Diagnostics.HasError() {
		return
	}
	checkRecipient(plan.SecretRecipient, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	got, err := r.Provider.Client.APICredentials().Create(ctx, plan.createRequest(own))
	if err != nil {
		tfx.AddError(&resp.Diagnostics, "create", object(plan.Name.ValueString()), members, err)
		return
	}
	state := plan
	state.fill(got)
	state.fillSecret(got, own, &resp.Diagnostics)
	state.setReady(r.Provider.Now())
	resp.Diagnostics.Append(resp.State.Set(ctx, state)...)
	tfx.SetIdentity(ctx, resp.Identity, got.ID, &resp.Diagnostics)
	setPrivate(ctx, resp.Private, got, &resp.Diagnostics)
	state.checkKept(&plan, &resp.Diagnostics)
}

// Read refreshes the state; a credential that is gone leaves it with a warning.
func (r *Resource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	var state model
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	secretID := tfx.GetPrivate(ctx, req.Private, tfx.PrivateSecretID, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	id := state.ID.ValueString()
	got, err := r.Provider.Client.APICredentials().Get(ctx, id)
	if tfx.ReadFailed(ctx, err, object, state.Name, id, members, resp) {
		return
	}
	if secretID != "" && secretID != got.SecretID {
		imported := tfx.GetPrivate(ctx, req.Private, tfx.PrivateImported, &resp.Diagnostics) != ""
		forgetSecret(&state, imported, &resp.Diagnostics)
	}
	state.fill(got)
	state.setReady(r.Provider.Now())
	resp.Diagnostics.Append(resp.State.Set(ctx, state)...)
	tfx.SetIdentity(ctx, resp.Identity, got.ID, &resp.Diagnostics)
	setPrivate(ctx, resp.Private, got, &resp.Diagnostics)
}

// forgetSecret drops a secret that is no longer the credential's. The secret of
// an imported credential was never Terraform's, so nobody needs to be told.
func forgetSecret(state *model, imported bool, diags *diag.Diagnostics) {
	attribute := "client_secret"
	if !state.EncryptedClientSecret.IsNull() {
		attribute = "encrypted_client_secret"
	}
	generated := !state.ClientSecret.IsNull() || !state.EncryptedClientSecret.IsNull()
	state.ClientSecret, state.EncryptedClientSecret = types.StringNull(), types.StringNull()
	if imported {
		return
	}
	next := attribute + " is null from now on, because the new secret cannot be read. To get a secret that Terraform knows, change " +
		"secret_version and apply."
	if !generated {
		next = "To make the secret yours again, change secret_version, or client_secret_wo_version along with client_secret_wo, and apply."
	}
	diags.AddWarning("The secret of "+object(state.Name.ValueString()).String()+" was rotated outside Terraform",
		"Somebody else gave the credential a new secret, or the answer to a rotation by Terraform was lost. "+next)
}

// Update changes attributes first and rotates last: a refused change then costs
// no secret, and a refused rotation leaves its trigger in the state as it was,
// so that the next apply tries again.
func (r *Resource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	var plan, prior model
	var own types.String
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(req.State.Get(ctx, &prior)...)
	resp.Diagnostics.Append(req.Config.GetAttribute(ctx, path.Root("client_secret_wo"), &own)...)
	revision := tfx.GetPrivate(ctx, req.Private, tfx.PrivateRevision, &resp.Diagnostics)
	checkRecipient(plan.SecretRecipient, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	credentials := r.Provider.Client.APICredentials()
	id := plan.ID.ValueString()
	tfx.SetIdentity(ctx, resp.Identity, id, &resp.Diagnostics)

	state := plan
	rotates := plan.rotates(&prior)
	if body, changed := plan.updateRequest(&prior); changed {
		got, err := credentials.Update(ctx, id, revision, body)
		if err != nil {
			tfx.AddError(&resp.Diagnostics, "update", object(prior.Name.ValueString()), members, err)
			return
		}
		revision = got.Revision
		state.fill(got)
		setPrivate(ctx, resp.Private, got, &resp.Diagnostics)
		if rotates {
			// What is saved if the rotation fails.
			saved := state
			saved.keepSecret(&prior, r.Provider.Now())
			resp.Diagnostics.Append(resp.State.Set(ctx, saved)...)
		}
	}
	if rotates {
		got, err := credentials.Rotate(ctx, id, revision, plan.rotationRequest(own))
		if err != nil {
			tfx.AddError(&resp.Diagnostics, "rotate the secret of", object(plan.Name.ValueString()), members, err)
			return
		}
		state.fill(got)
		state.fillSecret(got, own, &resp.Diagnostics)
		state.setReady(r.Provider.Now())
		setPrivate(ctx, resp.Private, got, &resp.Diagnostics)
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, state)...)
	if rotates || !plan.SecretVersion.IsNull() || !plan.ClientIDVersion.IsNull() {
		tfx.SetPrivate(ctx, resp.Private, tfx.PrivateImported, "", &resp.Diagnostics)
	}
	state.checkKept(&plan, &resp.Diagnostics)
}

// Delete revokes the credential. What is gone already is fine.
func (r *Resource) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	var state model
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() {
		return
	}
	err := r.Provider.Client.APICredentials().Delete(ctx, state.ID.ValueString())
	if err != nil && !personio.IsNotFound(err) {
		tfx.AddError(&resp.Diagnostics, "revoke", object(state.Name.ValueString()), members, err)
	}
}

// ImportState notes that the credential was imported: the first versions in its
// configuration are adopted.
func (r *Resource) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	r.Resource.ImportState(ctx, req, resp)
	tfx.SetPrivate(ctx, resp.Private, tfx.PrivateImported, "true", &resp.Diagnostics)
}

// setPrivate notes which revision and which secret the state belongs to.
func setPrivate(ctx context.Context, private tfx.PrivateWriter, got gatewayapi.APICredential, diags *diag.Diagnostics) {
	tfx.SetPrivate(ctx, private, tfx.PrivateRevision, got.Revision, diags)
	tfx.SetPrivate(ctx, private, tfx.PrivateSecretID, got.SecretID, diags)
}

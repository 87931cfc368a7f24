// Package synctarget is the concept of a sync target in Terraform: the resource
// personio_sync_target.
package synctarget

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/resource"

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
	Type:    "personio_sync_target",
	Gateway: true,
	Reads:   []string{attribute.ScopeSyncTargetsRead},
	Writes:  []string{attribute.ScopeSyncTargetsWrite},
}

// Resource is personio_sync_target.
type Resource struct {
	tfx.Resource
}

// NewResource makes the resource.
func NewResource() resource.Resource { return &Resource{tfx.Resource{Declaration: declaration}} }

// object names a target in diagnostics.
func object(name string) tfx.Object {
	return tfx.Object{
		Declaration: declaration, Kind: "sync target", Name: name,
		InUse: "Destroy the sync rules that write to it first, or point them to another target; neither touches an account. If this very " +
			"apply does that, apply again; lifecycle { create_before_destroy = true } on the target gives the right order at once",
	}
}

// IdentitySchema describes what identifies a target.
func (r *Resource) IdentitySchema(_ context.Context, _ resource.IdentitySchemaRequest, resp *resource.IdentitySchemaResponse) {
	resp.IdentitySchema = tfx.IdentitySchema("Id of the sync target, a UUID.")
}

// Create makes the planned target; the gateway tests it first.
func (r *Resource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var plan, config model
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	planned, configured := plan.settings(ctx, &resp.Diagnostics), config.settings(ctx, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	body := gatewayapi.SyncTargetCreate{Name: plan.Name.ValueString(), SCIM: planned.sent()}
	addSecret(&body.SCIM, &configured)
	got, err := r.Provider.Client.SyncTargets().Create(ctx, body)
	if err != nil {
		tfx.AddError(&resp.Diagnostics, "create", object(plan.Name.ValueString()), members, err)
		return
	}
	state := plan
	state.fill(ctx, got, &resp.Diagnostics)
	resp.Diagnostics.Append(resp.State.Set(ctx, state)...)
	tfx.SetIdentity(ctx, resp.Identity, got.ID, &resp.Diagnostics)
	tfx.SetPrivate(ctx, resp.Private, tfx.PrivateRevision, got.Revision, &resp.Diagnostics)
	state.checkKept(ctx, &plan, &resp.Diagnostics)
}

// Read refreshes the state; a target that is gone leaves it with a warning.
func (r *Resource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	var state model
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() {
		return
	}
	id := state.ID.ValueString()
	got, err := r.Provider.Client.SyncTargets().Get(ctx, id)
	if tfx.ReadFailed(ctx, err, object, state.Name, id, members, resp) {
		return
	}
	state.fill(ctx, got, &resp.Diagnostics)
	resp.Diagnostics.Append(resp.State.Set(ctx, state)...)
	tfx.SetIdentity(ctx, resp.Identity, got.ID, &resp.Diagnostics)
	tfx.SetPrivate(ctx, resp.Private, tfx.PrivateRevision, got.Revision, &resp.Diagnostics)
}

// Update sends what changed, provided that nobody else changed the target since
// the plan was made; a secret goes along only if the plan says so.
func (r *Resource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	var plan, prior, config model
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(req.State.Get(ctx, &prior)...)
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	planned, before, configured := plan.settings(ctx, &resp.Diagnostics), prior.settings(ctx, &resp.Diagnostics), config.settings(ctx, &resp.Diagnostics)
	revision := tfx.GetPrivate(ctx, req.Private, tfx.PrivateRevision, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	state := plan
	var body gatewayapi.SyncTargetUpdate
	name, scim, secret := plan.changes(&prior, &planned, &before)
	if name {
		body.Name = plan.Name.ValueStringPointer()
	}
	if scim {
		sent := planned.sent()
		if secret {
			addSecret(&sent, &configured)
		}
		body.SCIM = &sent
	}
	if name || scim {
		got, err := r.Provider.Client.SyncTargets().Update(ctx, plan.ID.ValueString(), revision, body)
		if err != nil {
			tfx.AddError(&resp.Diagnostics, "update", object(prior.Name.ValueString()), members, err)
			return
		}
		state.fill(ctx, got, &resp.Diagnostics)
		tfx.SetPrivate(ctx, resp.Private, tfx.PrivateRevision, got.Revision, &resp.Diagnostics)
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, state)...)
	tfx.SetIdentity(ctx, resp.Identity, plan.ID.ValueString(), &resp.Diagnostics)
	state.checkKept(ctx, &plan, &resp.Diagnostics)
}

// Delete removes the target; what it holds stays there. What is gone already is
// fine.
func (r *Resource) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	var state model
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() {
		return
	}
	err := r.Provider.Client.SyncTargets().Delete(ctx, state.ID.ValueString())
	if err != nil && !personio.IsNotFound(err) {
		tfx.AddError(&resp.Diagnostics, "delete", object(state.Name.ValueString()), members, err)
	}
}

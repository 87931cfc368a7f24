// Package syncrule is the concept of a sync rule in Terraform: the resource
// personio_sync_rule.
package syncrule

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/resource"

	"github.com/personio-community/terraform-provider-personio/internal/attribute"
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
	Type:    "personio_sync_rule",
	Gateway: true,
	Reads:   []string{attribute.ScopeSyncRulesRead},
	// Runs are read to await them.
	Writes: []string{attribute.ScopeSyncRulesWrite, attribute.ScopeSyncRunsRead},
}

// members are the request members that stand deeper than at the top.
var members = tfx.Members{
	"match/employee":                 "match/employee",
	"match/account":                  "match/account",
	"attribute_mapping/*":            "attribute_mapping/*",
	"group_mapping/*":                "group_mapping/*",
	"group_mapping/*/name":           "group_mapping/*/name",
	"group_mapping/*/adopt_existing": "group_mapping/*/adopt_existing",
	"schedule/cron":                  "schedule/cron",
	"schedule/time_zone":             "schedule/time_zone",
	"triggers/*":                     "triggers/*",
}

// Resource is personio_sync_rule.
type Resource struct {
	tfx.Resource
}

// NewResource makes the resource.
func NewResource() resource.Resource { return &Resource{tfx.Resource{Declaration: declaration}} }

// object names a rule in diagnostics.
func object(name string) tfx.Object {
	return tfx.Object{Declaration: declaration, Kind: "sync rule", Name: name}
}

// IdentitySchema describes what identifies a rule.
func (r *Resource) IdentitySchema(_ context.Context, _ resource.IdentitySchemaRequest, resp *resource.IdentitySchemaResponse) {
	resp.IdentitySchema = tfx.IdentitySchema("Id of the sync rule, a UUID.")
}

// Create makes the planned rule. It is in the state before its first run is
// awaited, so that nothing is lost if the apply is stopped there.
func (r *Resource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var plan model
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	body := plan.config(ctx, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	got, err := r.Provider.Client.SyncRules().Create(ctx, body)
	if err != nil {
		tfx.AddError(&resp.Diagnostics, "create", object(plan.Name.ValueString()), members, err)
		return
	}
	state := plan
	state.fill(ctx, got, &resp.Diagnostics)
	resp.Diagnostics.Append(resp.State.Set(ctx, state)...)
	tfx.SetIdentity(ctx, resp.Identity, got.ID, &resp.Diagnostics)
	tfx.SetPrivate(ctx, resp.Private, tfx.PrivateRevision, got.Revision, &resp.Diagnostics)
	state.checkKept(&plan, &resp.Diagnostics)
	r.await(ctx, &state, got, &resp.Diagnostics)
	resp.Diagnostics.Append(resp.State.Set(ctx, state)...)
}

// Read refreshes the state; a rule that is gone leaves it with a warning.
func (r *Resource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	var state model
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() {
		return
	}
	id := state.ID.ValueString()
	got, err := r.Provider.Client.SyncRules().Get(ctx, id)
	if tfx.ReadFailed(ctx, err, object, state.Name, id, members, resp) {
		return
	}
	state.fill(ctx, got, &resp.Diagnostics)
	resp.Diagnostics.Append(resp.State.Set(ctx, state)...)
	tfx.SetIdentity(ctx, resp.Identity, got.ID, &resp.Diagnostics)
	tfx.SetPrivate(ctx, resp.Private, tfx.PrivateRevision, got.Revision, &resp.Diagnostics)
}

// Update sends the members that changed, provided that nobody else changed the
// rule since the plan was made, and awaits the run that this starts.
func (r *Resource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	var plan, prior model
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(req.State.Get(ctx, &prior)...)
	revision := tfx.GetPrivate(ctx, req.Private, tfx.PrivateRevision, &resp.Diagnostics)
	body, changed := plan.updateRequest(ctx, &prior, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	tfx.SetIdentity(ctx, resp.Identity, plan.ID.ValueString(), &resp.Diagnostics)
	if !changed {
		resp.Diagnostics.Append(resp.State.Set(ctx, plan)...)
		return
	}
	got, err := r.Provider.Client.SyncRules().Update(ctx, plan.ID.ValueString(), revision, body)
	if err != nil {
		tfx.AddError(&resp.Diagnostics, "update", object(prior.Name.ValueString()), members, err)
		return
	}
	state := plan
	state.fill(ctx, got, &resp.Diagnostics)
	resp.Diagnostics.Append(resp.State.Set(ctx, state)...)
	tfx.SetPrivate(ctx, resp.Private, tfx.PrivateRevision, got.Revision, &resp.Diagnostics)
	state.checkKept(&plan, &resp.Diagnostics)
	r.await(ctx, &state, got, &resp.Diagnostics)
	resp.Diagnostics.Append(resp.State.Set(ctx, state)...)
}

// Delete removes the rule, and touches no account. What is gone already is fine.
func (r *Resource) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	var state model
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() {
		return
	}
	err := r.Provider.Client.SyncRules().Delete(ctx, state.ID.ValueString())
	if err != nil && !personio.IsNotFound(err) {
		tfx.AddError(&resp.Diagnostics, "delete", object(state.Name.ValueString()), members, err)
	}
}

// Package project is the concept of a project in Terraform: the resources
// personio_project, personio_project_members and personio_project_member, and the
// data sources that look at projects. They work with Personio itself and through
// a gateway.
package project

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

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

// reads and writes are the scopes that projects and their members take. Personio
// documents none for them; they are part of its attendances.
var (
	reads  = []string{attribute.ScopeAttendancesRead}
	writes = []string{attribute.ScopeAttendancesWrite}
)

// declaration is what the resource is and needs.
var declaration = tfx.Declaration{Type: "personio_project", Reads: reads, Writes: writes}

// Resource is personio_project.
type Resource struct {
	tfx.Resource
}

// NewResource makes the resource.
func NewResource() resource.Resource { return &Resource{tfx.Resource{Declaration: declaration}} }

// object names a project in diagnostics.
func object(name string) tfx.Object {
	return tfx.Object{Declaration: declaration, Kind: "project", Name: name}
}

// IdentitySchema describes what identifies a project.
func (r *Resource) IdentitySchema(_ context.Context, _ resource.IdentitySchemaRequest, resp *resource.IdentitySchemaResponse) {
	resp.IdentitySchema = tfx.IdentitySchema("Id of the project.")
}

// Create makes the planned project.
func (r *Resource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var plan model
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	if resp.Diagnostics.HasError() {
		return
	}
	id, err := r.Provider.Client.Projects().Create(ctx, plan.createRequest())
	if err != nil {
		tfx.AddError(&resp.Diagnostics, "create", object(plan.Name.ValueString()), bodyMembers, r.located(ctx, &plan, err))
		return
	}
	state := r.readBack(ctx, id, &plan, &resp.Diagnostics)
	resp.Diagnostics.Append(resp.State.Set(ctx, state)...)
	tfx.SetIdentity(ctx, resp.Identity, id, &resp.Diagnostics)
}

// Read refreshes the state; a project that is gone leaves it with a warning.
func (r *Resource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	var state model
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() {
		return
	}
	id := state.ID.ValueString()
	got, err := r.Provider.Client.Projects().Get(ctx, id)
	if tfx.ReadFailed(ctx, err, object, state.Name, id, bodyMembers, resp) {
		return
	}
	state.fill(got)
	resp.Diagnostics.Append(resp.State.Set(ctx, state)...)
	tfx.SetIdentity(ctx, resp.Identity, id, &resp.Diagnostics)
}

// Update sends the members that changed.
func (r *Resource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	var plan, prior model
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(req.State.Get(ctx, &prior)...)
	if resp.Diagnostics.HasError() {
		return
	}
	id := prior.ID.ValueString()
	if body, changed := plan.updateRequest(&prior); changed {
		if err := r.Provider.Client.Projects().Update(ctx, id, body); err != nil {
			tfx.AddError(&resp.Diagnostics, "update", object(prior.Name.ValueString()), bodyMembers, r.located(ctx, &plan, err))
			return
		}
	}
	state := r.readBack(ctx, id, &plan, &resp.Diagnostics)
	resp.Diagnostics.Append(resp.State.Set(ctx, state)...)
	tfx.SetIdentity(ctx, resp.Identity, id, &resp.Diagnostics)
}

// Delete deletes the project; Personio deletes its sub-projects with it. What is
// gone already is fine.
func (r *Resource) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	var state model
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() {
		return
	}
	err := r.Provider.Client.Projects().Delete(ctx, state.ID.ValueString())
	if err == nil || personio.IsNotFound(err) {
		return
	}
	tfx.AddError(&resp.Diagnostics, "delete", object(state.Name.ValueString()), bodyMembers, err)
}

// readBack is the project as Personio has it after a write, to which it answers
// with an id or with nothing. Where it cannot be read, the project is there all
// the same: it is what was planned, with a warning, since an error would make
// Terraform replace it.
func (r *Resource) readBack(ctx context.Context, id string, plan *model, diags *diag.Diagnostics) model {
	state := *plan
	got, err := r.Provider.Client.Projects().GetNow(ctx, id)
	if err != nil {
		state.ID = types.StringValue(id)
		diags.AddWarning(fmt.Sprintf("%s could not be read back", object(plan.Name.ValueString())),
			"It is written, and the state holds what was sent; the next refresh shows what Personio has.\n\n"+err.Error())
		return state
	}
	state.fill(got)
	state.checkKept(plan, diags)
	return state
}

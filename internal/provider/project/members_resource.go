package project

import (
	"context"
	"fmt"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework-validators/setvalidator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/identityschema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/personio-community/terraform-provider-personio/internal/personio"
	"github.com/personio-community/terraform-provider-personio/internal/provider/tfx"
)

var (
	_ resource.ResourceWithConfigure   = (*MembersResource)(nil)
	_ resource.ResourceWithIdentity    = (*MembersResource)(nil)
	_ resource.ResourceWithImportState = (*MembersResource)(nil)
	_ resource.ResourceWithModifyPlan  = (*MembersResource)(nil)
)

// membersDeclaration is what the resource is and needs.
var membersDeclaration = tfx.Declaration{Type: "personio_project_members", Reads: reads, Writes: writes}

// MembersResource is personio_project_members: all members of a project.
type MembersResource struct {
	tfx.Resource
}

// NewMembersResource makes the resource.
func NewMembersResource() resource.Resource {
	return &MembersResource{tfx.Resource{Declaration: membersDeclaration}}
}

// membersModel is the resource as Terraform holds it.
type membersModel struct {
	ProjectID types.String `tfsdk:"project_id"`
	PersonIDs types.Set    `tfsdk:"person_ids"`
}

// membersObject names the members of a project in diagnostics.
func membersObject(projectID string) tfx.Object {
	return tfx.Object{Declaration: membersDeclaration, Kind: "members of project", Name: projectID}
}

// IdentitySchema describes what identifies the members of a project.
func (r *MembersResource) IdentitySchema(_ context.Context, _ resource.IdentitySchemaRequest, resp *resource.IdentitySchemaResponse) {
	resp.IdentitySchema = identityschema.Schema{Attributes: map[string]identityschema.Attribute{
		"project_id": identityschema.StringAttribute{Description: "Id of the project.", RequiredForImport: true},
	}}
}

// Schema describes the resource.
func (r *MembersResource) Schema(_ context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "The members of a project: who may book working time on it. This resource holds **the whole list**: whoever is not " +
			"in it is removed from the project, also who was added in Personio, and the plan that begins to manage a list names them. To " +
			"manage single members beside a list that is kept elsewhere, use [`personio_project_member`](project_member.md), and never both " +
			"for one project.\n\n" +
			"Destroying it removes the persons that it lists, and nobody else. Projects that are assigned to all, and sub-projects, have no " +
			"members of their own.\n\n" + needsScopes,
		Attributes: map[string]schema.Attribute{
			"project_id": schema.StringAttribute{
				MarkdownDescription: "Id of the project. Another project makes a new list.",
				Required:            true,
				PlanModifiers:       []planmodifier.String{stringplanmodifier.RequiresReplace()},
				Validators:          []validator.String{stringvalidator.LengthAtLeast(1)},
			},
			"person_ids": schema.SetAttribute{
				MarkdownDescription: "Ids of the persons. Empty: nobody. A few hundred at most keep plans fast.",
				ElementType:         types.StringType,
				Required:            true,
				Validators:          []validator.Set{setvalidator.NoNullValues(), setvalidator.ValueStringsAre(personValidator())},
			},
		},
	}
}

// ModifyPlan refuses projects that can have no members, and warns of people whom
// the first apply removes.
func (r *MembersResource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	if req.Plan.Raw.IsNull() {
		return
	}
	var plan membersModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	if resp.Diagnostics.HasError() {
		return
	}
	checkPlanned(ctx, r.Provider, plan.ProjectID, !req.Plan.Raw.Equal(req.State.Raw), &resp.Diagnostics)
	if req.State.Raw.IsNull() && !resp.Diagnostics.HasError() {
		r.warnRemoved(ctx, &plan, &resp.Diagnostics)
	}
}

// warnRemoved names the members whom a list that begins to be managed leaves out.
func (r *MembersResource) warnRemoved(ctx context.Context, plan *membersModel, diags *diag.Diagnostics) {
	wanted, known := tfx.Strings(plan.PersonIDs)
	if r.Provider == nil || plan.ProjectID.IsUnknown() || !known {
		return
	}
	id := plan.ProjectID.ValueString()
	have, err := r.Provider.Client.ProjectMembers().List(ctx, id)
	if err != nil {
		tfx.AddError(diags, "read", membersObject(id), nil, err)
		return
	}
	if gone := without(have, wanted); len(gone) > 0 {
		diags.AddAttributeWarning(path.Root("person_ids"),
			fmt.Sprintf("Project %q loses %s", id, count(len(gone), "member")),
			"person_ids is the whole list of its members. These are members now, and are not in it: "+persons(gone)+".")
	}
}

// Create makes the planned list the members of the project.
func (r *MembersResource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	r.write(ctx, req.Plan, &resp.State, resp.Identity, &resp.Diagnostics)
}

// Update makes the planned list the members of the project.
func (r *MembersResource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	r.write(ctx, req.Plan, &resp.State, resp.Identity, &resp.Diagnostics)
}

// write adds who is missing and then removes who is not listed, so that the
// project is never without its members. The state is what Personio has after
// that, also if a part of it failed.
func (r *MembersResource) write(ctx context.Context, planned tfsdk.Plan, state *tfsdk.State, identity *tfsdk.ResourceIdentity, diags *diag.Diagnostics) {
	var plan membersModel
	diags.Append(planned.Get(ctx, &plan)...)
	if diags.HasError() {
		return
	}
	id := plan.ProjectID.ValueString()
	checkNow(ctx, r.Provider, id, diags)
	if diags.HasError() {
		return
	}
	wanted, _ := tfx.Strings(plan.PersonIDs)
	list := r.Provider.Client.ProjectMembers()
	before, err := list.List(ctx, id)
	if err != nil {
		tfx.AddError(diags, "read", membersObject(id), nil, err)
		return
	}
	missing, extra := without(wanted, before), without(before, wanted)
	if err := list.Add(ctx, id, missing); err != nil {
		addRefused(diags, "change", membersObject(id), "person_ids", missing, err)
	} else if err := list.Remove(ctx, id, extra); err != nil {
		addRefused(diags, "change", membersObject(id), "person_ids", extra, err)
	}
	after := before
	if len(missing)+len(extra) > 0 {
		if after, err = list.List(ctx, id); err != nil {
			tfx.AddError(diags, "read", membersObject(id), nil, err)
			return
		}
	}
	if diags.HasError() && state.Raw.IsNull() && len(without(after, before)) == 0 {
		return // Nothing was made that the state would have to hold.
	}
	plan.PersonIDs = tfx.StringSet(plan.PersonIDs, after)
	diags.Append(state.Set(ctx, plan)...)
	tfx.SetIdentities(ctx, identity, map[string]string{"project_id": id}, diags)
	if have, _ := tfx.Strings(plan.PersonIDs); !diags.HasError() && !slices.Equal(have, wanted) {
		tfx.AddNotKept(diags, membersObject(id), path.Root("person_ids"))
	}
}

// Read refreshes the state; the members of a project that is gone leave it with
// a warning.
func (r *MembersResource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	var state membersModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() {
		return
	}
	id := state.ProjectID.ValueString()
	identity := map[string]string{"project_id": id}
	have, err := r.Provider.Client.ProjectMembers().List(ctx, id)
	switch {
	case personio.IsNotFound(err) && state.PersonIDs.IsNull():
		tfx.AddImportNotFound(&resp.Diagnostics, object(""), id)
	case personio.IsNotFound(err):
		tfx.AddVanished(&resp.Diagnostics, object(id), id)
		tfx.SetIdentities(ctx, resp.Identity, identity, &resp.Diagnostics)
		resp.State.RemoveResource(ctx)
	case err != nil:
		tfx.AddError(&resp.Diagnostics, "read", membersObject(id), nil, err)
	default:
		state.PersonIDs = tfx.StringSet(state.PersonIDs, have)
		resp.Diagnostics.Append(resp.State.Set(ctx, state)...)
		tfx.SetIdentities(ctx, resp.Identity, identity, &resp.Diagnostics)
	}
}

// Delete removes the persons of the list, each by name. What is gone already is
// fine.
func (r *MembersResource) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	var state membersModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() {
		return
	}
	id := state.ProjectID.ValueString()
	listed, _ := tfx.Strings(state.PersonIDs)
	err := r.Provider.Client.ProjectMembers().Remove(ctx, id, listed)
	if err != nil && !personio.IsNotFound(err) {
		addRefused(&resp.Diagnostics, "delete", membersObject(id), "person_ids", listed, err)
	}
}

// ImportState takes the id of the project, as a string or as an identity.
func (r *MembersResource) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	resource.ImportStatePassthroughWithIdentity(ctx, path.Root("project_id"), path.Root("project_id"), req, resp)
}

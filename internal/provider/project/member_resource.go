package project

import (
	"context"
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/identityschema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/personio-community/terraform-provider-personio/internal/personio"
	"github.com/personio-community/terraform-provider-personio/internal/provider/tfx"
)

var (
	_ resource.ResourceWithConfigure   = (*MemberResource)(nil)
	_ resource.ResourceWithIdentity    = (*MemberResource)(nil)
	_ resource.ResourceWithImportState = (*MemberResource)(nil)
	_ resource.ResourceWithModifyPlan  = (*MemberResource)(nil)
)

// memberDeclaration is what the resource is and needs.
var memberDeclaration = tfx.Declaration{Type: "personio_project_member", Reads: reads, Writes: writes}

// MemberResource is personio_project_member: one member of a project.
type MemberResource struct {
	tfx.Resource
}

// NewMemberResource makes the resource.
func NewMemberResource() resource.Resource {
	return &MemberResource{tfx.Resource{Declaration: memberDeclaration}}
}

// memberModel is the resource as Terraform holds it.
type memberModel struct {
	ProjectID types.String `tfsdk:"project_id"`
	PersonID  types.String `tfsdk:"person_id"`
}

// id is what an import takes.
func (m *memberModel) id() string { return m.ProjectID.ValueString() + "/" + m.PersonID.ValueString() }

// identity is what identifies the member.
func (m *memberModel) identity() map[string]string {
	return map[string]string{"project_id": m.ProjectID.ValueString(), "person_id": m.PersonID.ValueString()}
}

// object names the member in diagnostics.
func (m *memberModel) object() tfx.Object {
	return tfx.Object{Declaration: memberDeclaration, Kind: "project member", Name: m.id()}
}

// IdentitySchema describes what identifies a member.
func (r *MemberResource) IdentitySchema(_ context.Context, _ resource.IdentitySchemaRequest, resp *resource.IdentitySchemaResponse) {
	resp.IdentitySchema = identityschema.Schema{Attributes: map[string]identityschema.Attribute{
		"project_id": identityschema.StringAttribute{Description: "Id of the project.", RequiredForImport: true},
		"person_id":  identityschema.StringAttribute{Description: "Id of the person.", RequiredForImport: true},
	}}
}

// Schema describes the resource.
func (r *MemberResource) Schema(_ context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	id := func(description string, accepts validator.String) schema.StringAttribute {
		return schema.StringAttribute{
			MarkdownDescription: description, Required: true, Validators: []validator.String{accepts},
			PlanModifiers: []planmodifier.String{stringplanmodifier.RequiresReplace()},
		}
	}
	resp.Schema = schema.Schema{
		MarkdownDescription: "One member of a project, beside others that are managed elsewhere: in Personio, or in another configuration. A " +
			"person who is a member already becomes managed; destroying it removes exactly this one. To manage the whole list, use " +
			"[`personio_project_members`](project_members.md), and never both for one project.\n\n" +
			"Projects that are assigned to all, and sub-projects, have no members of their own.\n\n" + needsScopes,
		Attributes: map[string]schema.Attribute{
			"project_id": id("Id of the project.", stringvalidator.LengthAtLeast(1)),
			"person_id":  id("Id of the person.", personValidator()),
		},
	}
}

// ModifyPlan refuses projects that can have no members.
func (r *MemberResource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	if req.Plan.Raw.IsNull() {
		return
	}
	var plan memberModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	if !resp.Diagnostics.HasError() {
		checkPlanned(ctx, r.Provider, plan.ProjectID, !req.Plan.Raw.Equal(req.State.Raw), &resp.Diagnostics)
	}
}

// Create adds the person; who is a member already stays one.
func (r *MemberResource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var plan memberModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	if resp.Diagnostics.HasError() {
		return
	}
	checkNow(ctx, r.Provider, plan.ProjectID.ValueString(), &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	ids := []string{plan.PersonID.ValueString()}
	if err := r.Provider.Client.ProjectMembers().Add(ctx, plan.ProjectID.ValueString(), ids); err != nil {
		addRefused(&resp.Diagnostics, "add", plan.object(), "person_id", ids, err)
		return
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, plan)...)
	tfx.SetIdentities(ctx, resp.Identity, plan.identity(), &resp.Diagnostics)
}

// Read looks whether the person is still a member; else it leaves the state with
// a warning. An import of somebody who is none ends with Terraform's own error.
func (r *MemberResource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	var state memberModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() {
		return
	}
	is, err := r.Provider.Client.ProjectMembers().Has(ctx, state.ProjectID.ValueString(), state.PersonID.ValueString())
	if err != nil && !personio.IsNotFound(err) {
		tfx.AddError(&resp.Diagnostics, "read", state.object(), nil, err)
		return
	}
	tfx.SetIdentities(ctx, resp.Identity, state.identity(), &resp.Diagnostics)
	if !is {
		tfx.AddVanished(&resp.Diagnostics, state.object(), state.id())
		resp.State.RemoveResource(ctx)
	}
}

// Update is never called: each attribute makes a new member.
func (r *MemberResource) Update(context.Context, resource.UpdateRequest, *resource.UpdateResponse) {}

// Delete removes exactly this person. What is gone already is fine.
func (r *MemberResource) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	var state memberModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() {
		return
	}
	ids := []string{state.PersonID.ValueString()}
	err := r.Provider.Client.ProjectMembers().Remove(ctx, state.ProjectID.ValueString(), ids)
	if err != nil && !personio.IsNotFound(err) {
		addRefused(&resp.Diagnostics, "remove", state.object(), "person_id", ids, err)
	}
}

// ImportState takes project_id/person_id, as a string or as an identity.
func (r *MemberResource) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	var imported memberModel
	if req.ID != "" {
		project, person, found := strings.Cut(req.ID, "/")
		if !found || project == "" || !personio.IsPersonID(person) || strings.Contains(person, "/") {
			resp.Diagnostics.AddError("Could not import project member",
				fmt.Sprintf("%q is not of the form project_id/person_id.", req.ID))
			return
		}
		imported.ProjectID, imported.PersonID = types.StringValue(project), types.StringValue(person)
	} else {
		resp.Diagnostics.Append(req.Identity.GetAttribute(ctx, path.Root("project_id"), &imported.ProjectID)...)
		resp.Diagnostics.Append(req.Identity.GetAttribute(ctx, path.Root("person_id"), &imported.PersonID)...)
	}
	if resp.Diagnostics.HasError() {
		return
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, imported)...)
	tfx.SetIdentities(ctx, resp.Identity, imported.identity(), &resp.Diagnostics)
}

package project

import (
	"context"
	"iter"

	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/list"
	"github.com/hashicorp/terraform-plugin-framework/list/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/personio-community/terraform-provider-personio/internal/personio"
	"github.com/personio-community/terraform-provider-personio/internal/provider/tfx"
)

var (
	_ list.ListResourceWithConfigure = (*Resource)(nil)
	_ list.ListResourceWithConfigure = (*MembersResource)(nil)
	_ list.ListResourceWithConfigure = (*MemberResource)(nil)
)

// NewListResource makes what terraform query lists projects with.
func NewListResource() list.ListResource {
	return &Resource{tfx.Resource{Declaration: declaration.Reading()}}
}

// NewMembersListResource makes what terraform query lists the members of each
// project with.
func NewMembersListResource() list.ListResource {
	return &MembersResource{tfx.Resource{Declaration: membersDeclaration.Reading()}}
}

// NewMemberListResource makes what terraform query lists the members of one
// project with, each for itself.
func NewMemberListResource() list.ListResource {
	return &MemberResource{tfx.Resource{Declaration: memberDeclaration.Reading()}}
}

// queryModel is a list block for projects.
type queryModel struct {
	Status          types.String `tfsdk:"status"`
	ParentProjectID types.String `tfsdk:"parent_project_id"`
	TopLevelOnly    types.Bool   `tfsdk:"top_level_only"`
}

// ListResourceConfigSchema describes a list block.
func (r *Resource) ListResourceConfigSchema(_ context.Context, _ list.ListResourceSchemaRequest, resp *list.ListResourceSchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Lists projects and sub-projects, for `terraform query` and the import of many at once. Without arguments: all of " +
			"them.\n\n" + readNeedsScope,
		Attributes: map[string]schema.Attribute{
			"status": schema.StringAttribute{
				MarkdownDescription: "List only projects in this state: `ACTIVE` or `ARCHIVED`.",
				Optional:            true,
				Validators:          []validator.String{statusValidator()},
			},
			"parent_project_id": schema.StringAttribute{
				MarkdownDescription: "List only the sub-projects of the project with this id.",
				Optional:            true,
				Validators:          []validator.String{stringvalidator.LengthAtLeast(1)},
			},
			"top_level_only": schema.BoolAttribute{
				MarkdownDescription: "Whether to leave out sub-projects. Default: `false`.",
				Optional:            true,
			},
		},
	}
}

// List lists projects; Personio filters.
func (r *Resource) List(ctx context.Context, req list.ListRequest, stream *list.ListResultsStream) {
	config, ok := tfx.ListConfig[queryModel](ctx, req, stream)
	if !ok {
		return
	}
	tfx.Listing[personio.Project]{
		Object: tfx.Object{Declaration: r.Declaration, Kind: "projects"},
		Objects: r.Provider.Client.Projects().List(ctx, personio.ProjectFilter{
			Status: config.Status.ValueString(), ParentID: config.ParentProjectID.ValueString(), TopLevelOnly: config.TopLevelOnly.ValueBool(),
		}),
		Describe: func(got personio.Project) (id, name string) { return got.ID, got.Name },
		State: func(_ context.Context, got personio.Project, _ *diag.Diagnostics) any {
			var state model
			state.fill(got)
			return state
		},
	}.Stream(ctx, req, stream)
}

// ListResourceConfigSchema describes a list block, which has no arguments.
func (r *MembersResource) ListResourceConfigSchema(_ context.Context, _ list.ListResourceSchemaRequest, resp *list.ListResourceSchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Lists the projects that have members of their own, for `terraform query` and the import of many lists of members at " +
			"once: all but sub-projects and those that are assigned to all. Asking for the resources takes a call for each project.\n\n" + readNeedsScope,
	}
}

// List lists the projects that can have members.
func (r *MembersResource) List(ctx context.Context, req list.ListRequest, stream *list.ListResultsStream) {
	identity := func(got personio.Project) map[string]string { return map[string]string{"project_id": got.ID} }
	tfx.Listing[personio.Project]{
		Object:   tfx.Object{Declaration: r.Declaration, Kind: "projects with members"},
		Objects:  withMembers(r.Provider.Client.Projects().List(ctx, personio.ProjectFilter{TopLevelOnly: true})),
		Describe: func(got personio.Project) (id, name string) { return got.ID, got.Name },
		Identity: identity,
		State: func(ctx context.Context, got personio.Project, diags *diag.Diagnostics) any {
			ids, err := r.Provider.Client.ProjectMembers().List(ctx, got.ID)
			if err != nil {
				tfx.AddError(diags, "list", membersObject(got.ID), nil, err)
			}
			return membersModel{ProjectID: types.StringValue(got.ID), PersonIDs: tfx.StringSet(types.SetNull(types.StringType), ids)}
		},
	}.Stream(ctx, req, stream)
}

// withMembers leaves out the projects that are assigned to all.
func withMembers(projects iter.Seq2[personio.Project, error]) iter.Seq2[personio.Project, error] {
	return func(yield func(personio.Project, error) bool) {
		for got, err := range projects {
			if (err != nil || !got.AssignedToAll) && !yield(got, err) {
				return
			}
		}
	}
}

// memberQueryModel is a list block for the members of one project.
type memberQueryModel struct {
	ProjectID types.String `tfsdk:"project_id"`
}

// ListResourceConfigSchema describes a list block.
func (r *MemberResource) ListResourceConfigSchema(_ context.Context, _ list.ListResourceSchemaRequest, resp *list.ListResourceSchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Lists the members of one project, each for itself, for `terraform query` and the import of many at once.\n\n" + readNeedsScope,
		Attributes: map[string]schema.Attribute{
			"project_id": schema.StringAttribute{
				MarkdownDescription: "Id of the project.",
				Required:            true,
				Validators:          []validator.String{stringvalidator.LengthAtLeast(1)},
			},
		},
	}
}

// List lists the members of one project, by the ids of the persons.
func (r *MemberResource) List(ctx context.Context, req list.ListRequest, stream *list.ListResultsStream) {
	config, ok := tfx.ListConfig[memberQueryModel](ctx, req, stream)
	if !ok {
		return
	}
	tfx.Listing[memberModel]{
		Object:   tfx.Object{Declaration: r.Declaration, Kind: "members of project", Name: config.ProjectID.ValueString()},
		Objects:  r.membersOf(ctx, config.ProjectID),
		Describe: func(m memberModel) (id, name string) { return m.id(), m.PersonID.ValueString() },
		Identity: func(m memberModel) map[string]string { return m.identity() },
		State:    func(_ context.Context, m memberModel, _ *diag.Diagnostics) any { return m },
	}.Stream(ctx, req, stream)
}

// membersOf yields the members of a project, or the error of listing them.
func (r *MemberResource) membersOf(ctx context.Context, projectID types.String) iter.Seq2[memberModel, error] {
	return func(yield func(memberModel, error) bool) {
		ids, err := r.Provider.Client.ProjectMembers().List(ctx, projectID.ValueString())
		if err != nil {
			yield(memberModel{}, err)
			return
		}
		for _, id := range ids {
			if !yield(memberModel{ProjectID: projectID, PersonID: types.StringValue(id)}, nil) {
				return
			}
		}
	}
}

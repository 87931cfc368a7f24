package project

import (
	"cmp"
	"context"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/personio-community/terraform-provider-personio/internal/personio"
	"github.com/personio-community/terraform-provider-personio/internal/provider/tfx"
)

var _ datasource.DataSourceWithConfigure = (*ListDataSource)(nil)

// listDataSourceDeclaration is what the data source is and needs.
var listDataSourceDeclaration = tfx.Declaration{Type: "personio_projects", Reads: reads}

// ListDataSource is personio_projects.
type ListDataSource struct {
	tfx.DataSource
}

// NewListDataSource makes the data source.
func NewListDataSource() datasource.DataSource {
	return &ListDataSource{tfx.DataSource{Declaration: listDataSourceDeclaration}}
}

// listModel is the data source as Terraform holds it.
type listModel struct {
	Name            types.String     `tfsdk:"name"`
	Status          types.String     `tfsdk:"status"`
	ProjectCode     types.String     `tfsdk:"project_code"`
	ParentProjectID types.String     `tfsdk:"parent_project_id"`
	TopLevelOnly    types.Bool       `tfsdk:"top_level_only"`
	Projects        []model          `tfsdk:"projects"`
	ByID            map[string]model `tfsdk:"by_id"`
}

// Schema describes the data source.
func (d *ListDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	text := func(description string, accepts validator.String) schema.Attribute {
		return schema.StringAttribute{MarkdownDescription: description, Optional: true, Validators: []validator.String{accepts}}
	}
	notEmpty := stringvalidator.LengthAtLeast(1)
	resp.Schema = schema.Schema{
		MarkdownDescription: "Projects and sub-projects. Without arguments: all of them.\n\n" + readNeedsScope,
		Attributes: map[string]schema.Attribute{
			"name":              text("Show only the project with this name, in full. Unlike `personio_project`, it is no error if there is none.", notEmpty),
			"status":            text("Show only projects in this state: `ACTIVE` or `ARCHIVED`.", statusValidator()),
			"project_code":      text("Show only the project with this code, in full.", notEmpty),
			"parent_project_id": text("Show only the sub-projects of the project with this id.", notEmpty),
			"top_level_only": schema.BoolAttribute{
				MarkdownDescription: "Whether to leave out sub-projects. Default: `false`.",
				Optional:            true,
			},
			"projects": schema.ListNestedAttribute{
				MarkdownDescription: "The projects, sorted by name.",
				Computed:            true,
				NestedObject:        schema.NestedAttributeObject{Attributes: shownAttributes()},
			},
			"by_id": schema.MapNestedAttribute{
				MarkdownDescription: "The same projects by their ids, for `for_each` and `import` blocks.",
				Computed:            true,
				NestedObject:        schema.NestedAttributeObject{Attributes: shownAttributes()},
			},
		},
	}
}

// Read lists the projects; Personio filters, the client pages.
func (d *ListDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var state listModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() {
		return
	}
	state.Projects, state.ByID = []model{}, map[string]model{}
	filter := personio.ProjectFilter{
		Name: state.Name.ValueString(), Status: state.Status.ValueString(), ProjectCode: state.ProjectCode.ValueString(),
		ParentID: state.ParentProjectID.ValueString(), TopLevelOnly: state.TopLevelOnly.ValueBool(),
	}
	for got, err := range d.Provider.Client.Projects().List(ctx, filter) {
		if err != nil {
			tfx.AddError(&resp.Diagnostics, "list", tfx.Object{Declaration: listDataSourceDeclaration, Kind: "projects"}, nil, err)
			return
		}
		m := newModel(got)
		state.Projects = append(state.Projects, m)
		state.ByID[got.ID] = m
	}
	slices.SortFunc(state.Projects, func(a, b model) int {
		return cmp.Or(cmp.Compare(a.Name.ValueString(), b.Name.ValueString()), cmp.Compare(a.ID.ValueString(), b.ID.ValueString()))
	})
	resp.Diagnostics.Append(resp.State.Set(ctx, state)...)
}

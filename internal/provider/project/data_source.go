package project

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"

	"github.com/personio-community/terraform-provider-personio/internal/personio"
	"github.com/personio-community/terraform-provider-personio/internal/provider/tfx"
)

var _ datasource.DataSourceWithConfigure = (*DataSource)(nil)

const readNeedsScope = "Works with Personio itself and through a gateway. Needs the scope `personio:attendances:read`."

// dataSourceDeclaration is what the data source is and needs.
var dataSourceDeclaration = tfx.Declaration{Type: declaration.Type, Reads: reads}

// DataSource is personio_project as a data source.
type DataSource struct {
	tfx.DataSource
}

// NewDataSource makes the data source.
func NewDataSource() datasource.DataSource {
	return &DataSource{tfx.DataSource{Declaration: dataSourceDeclaration}}
}

// looked names a project in diagnostics of the data source.
func looked(name string) tfx.Object {
	return tfx.Object{Declaration: dataSourceDeclaration, Kind: "project", Name: name}
}

// Schema describes the data source.
func (d *DataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	attributes := shownAttributes()
	attributes["id"] = schema.StringAttribute{
		MarkdownDescription: "Id of the project. Exactly one of `id` and `name` must be given.",
		Optional:            true,
		Computed:            true,
		Validators: []validator.String{
			stringvalidator.LengthAtLeast(1),
			stringvalidator.ExactlyOneOf(path.MatchRoot("id"), path.MatchRoot("name")),
		},
	}
	attributes["name"] = schema.StringAttribute{
		MarkdownDescription: "Name of the project, in full. Exactly one of `id` and `name` must be given.",
		Optional:            true,
		Computed:            true,
		Validators:          []validator.String{stringvalidator.LengthAtLeast(1)},
	}
	resp.Schema = schema.Schema{
		MarkdownDescription: "One project, by id or by name. It is an error if there is none.\n\n" + readNeedsScope,
		Attributes:          attributes,
	}
}

// shownAttributes describe a project that is only looked at.
func shownAttributes() map[string]schema.Attribute {
	text := func(description string) schema.Attribute {
		return schema.StringAttribute{MarkdownDescription: description, Computed: true}
	}
	flag := func(description string) schema.Attribute {
		return schema.BoolAttribute{MarkdownDescription: description, Computed: true}
	}
	return map[string]schema.Attribute{
		"id":                 text("Id of the project."),
		"name":               text("Name of the project, unique among all projects and sub-projects."),
		"status":             text("`ACTIVE` or `ARCHIVED`."),
		"project_code":       text("Code of the project; null if it has none."),
		"description":        text("What the project is about; null if nobody wrote that."),
		"start_date":         text("First day of the project, `YYYY-MM-DD`; null if it has none."),
		"end_date_exclusive": text("The day after the last day of the project, `YYYY-MM-DD`; null if it has none."),
		"parent_project_id":  text("Id of the project that it is part of; null if it is none's."),
		"cost_center_id":     text("Id of the cost center; null if it has none."),
		"assigned_to_all":    flag("Whether every employee may book on it, instead of its members."),
		"billable":           flag("Whether what is booked is billed."),
		"client_name":        text("Name of the customer; null if it has none."),
		"project_type":       text("Kind of the project; null if it has none."),
	}
}

// Read looks the project up.
func (d *DataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var config model
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	if resp.Diagnostics.HasError() {
		return
	}
	var got personio.Project
	var ok bool
	if config.ID.IsNull() {
		got, ok = d.findName(ctx, config.Name.ValueString(), &resp.Diagnostics)
	} else {
		got, ok = d.findID(ctx, config.ID.ValueString(), &resp.Diagnostics)
	}
	if ok {
		resp.Diagnostics.Append(resp.State.Set(ctx, newModel(got))...)
	}
}

func (d *DataSource) findID(ctx context.Context, id string, diags *diag.Diagnostics) (personio.Project, bool) {
	got, err := d.Provider.Client.Projects().Get(ctx, id)
	if personio.IsNotFound(err) {
		addNoSuch(diags, "id", id)
		return got, false
	}
	if err != nil {
		tfx.AddError(diags, "read", looked(id), nil, err)
		return got, false
	}
	return got, true
}

func (d *DataSource) findName(ctx context.Context, name string, diags *diag.Diagnostics) (personio.Project, bool) {
	for got, err := range d.Provider.Client.Projects().List(ctx, personio.ProjectFilter{Name: name}) {
		if err != nil {
			tfx.AddError(diags, "read", looked(name), nil, err)
			return got, false
		}
		return got, true
	}
	addNoSuch(diags, "name", name)
	return personio.Project{}, false
}

func addNoSuch(diags *diag.Diagnostics, attribute, value string) {
	diags.AddAttributeError(path.Root(attribute), "No such project",
		fmt.Sprintf("There is no project with the %s %q at the provider's base_url. Check both; the data source personio_projects lists "+
			"the projects that exist.", attribute, value))
}

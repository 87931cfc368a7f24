// Package directory is what Terraform sees of the employee directory: which
// attributes employees have, what they belong to, and of employees themselves the
// attributes that somebody asked for.
package directory

import (
	"cmp"
	"context"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/personio-community/terraform-provider-personio/internal/attribute"
	"github.com/personio-community/terraform-provider-personio/internal/personio"
	"github.com/personio-community/terraform-provider-personio/internal/provider/tfx"
)

var _ datasource.DataSourceWithConfigure = (*EmployeeAttributesDataSource)(nil)

// employeeAttributesDeclaration is what the data source is and needs.
var employeeAttributesDeclaration = tfx.Declaration{Type: "personio_employee_attributes", Reads: []string{attribute.ScopePersonsRead}}

// EmployeeAttributesDataSource is personio_employee_attributes.
type EmployeeAttributesDataSource struct {
	tfx.DataSource
}

// NewEmployeeAttributesDataSource makes the data source.
func NewEmployeeAttributesDataSource() datasource.DataSource {
	return &EmployeeAttributesDataSource{tfx.DataSource{Declaration: employeeAttributesDeclaration}}
}

// attributesModel is the data source as Terraform holds it.
type attributesModel struct {
	Attributes []attributeModel          `tfsdk:"attributes"`
	ByKey      map[string]attributeModel `tfsdk:"by_key"`
}

// attributeModel is one employee attribute.
type attributeModel struct {
	Key         types.String   `tfsdk:"key"`
	Label       types.String   `tfsdk:"label"`
	Type        types.String   `tfsdk:"type"`
	UniversalID types.String   `tfsdk:"universal_id"`
	Options     []types.String `tfsdk:"options"`
}

// newAttributeModel makes the model of what the API answered.
func newAttributeModel(got personio.EmployeeAttribute) attributeModel {
	m := attributeModel{
		Key:     types.StringValue(got.Key),
		Label:   types.StringValue(got.Label),
		Type:    types.StringValue(got.Type),
		Options: make([]types.String, len(got.Options)),
	}
	if got.UniversalID != "" {
		m.UniversalID = types.StringValue(got.UniversalID)
	}
	for i, option := range got.Options {
		m.Options[i] = types.StringValue(option)
	}
	return m
}

// Schema describes the data source.
func (d *EmployeeAttributesDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "The employee attributes that the provider's credential may read, with their keys as `personio_custom_integration` " +
			"takes them. Custom attributes have keys such as `dynamic_4711`, which differ from company to company; look them up by " +
			"their label here.\n\nWorks with a gateway and with Personio itself. It shows descriptions of attributes, no employee data.",
		Attributes: map[string]schema.Attribute{
			"attributes": schema.ListNestedAttribute{
				MarkdownDescription: "The attributes, sorted by key.",
				Computed:            true,
				NestedObject:        schema.NestedAttributeObject{Attributes: attributeAttributes()},
			},
			"by_key": schema.MapNestedAttribute{
				MarkdownDescription: "The same attributes by their keys.",
				Computed:            true,
				NestedObject:        schema.NestedAttributeObject{Attributes: attributeAttributes()},
			},
		},
	}
}

// attributeAttributes describe one employee attribute.
func attributeAttributes() map[string]schema.Attribute {
	text := func(description string) schema.Attribute {
		return schema.StringAttribute{MarkdownDescription: description, Computed: true}
	}
	return map[string]schema.Attribute{
		"key":          text("Key of the attribute: `first_name`, or `dynamic_<number>` for a custom one."),
		"label":        text("Its name on Personio's screens."),
		"type":         text("Type of its values: `standard`, `integer`, `decimal`, `date`, `list`, `tags`, `link` or `multiline`."),
		"universal_id": text("What the attribute means in every company, for example `iban`, whatever its key and label; null if it has no such meaning."),
		"options": schema.ListAttribute{
			MarkdownDescription: "The values that a `list` or `tags` attribute can have, in Personio's order; empty for other types.",
			ElementType:         types.StringType,
			Computed:            true,
		},
	}
}

// Read asks for the attributes.
func (d *EmployeeAttributesDataSource) Read(ctx context.Context, _ datasource.ReadRequest, resp *datasource.ReadResponse) {
	got, err := d.Provider.Client.EmployeeAttributes(ctx)
	if err != nil {
		object := tfx.Object{Declaration: employeeAttributesDeclaration, Kind: "employee attributes"}
		tfx.AddError(&resp.Diagnostics, "list", object, nil, err)
		return
	}
	state := attributesModel{Attributes: make([]attributeModel, 0, len(got)), ByKey: make(map[string]attributeModel, len(got))}
	for _, a := range got {
		m := newAttributeModel(a)
		state.Attributes = append(state.Attributes, m)
		state.ByKey[a.Key] = m
	}
	slices.SortFunc(state.Attributes, func(a, b attributeModel) int {
		return cmp.Compare(a.Key.ValueString(), b.Key.ValueString())
	})
	resp.Diagnostics.Append(resp.State.Set(ctx, state)...)
}

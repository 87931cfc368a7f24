package directory

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/personio-community/terraform-provider-personio/internal/attribute"
	"github.com/personio-community/terraform-provider-personio/internal/personio"
	"github.com/personio-community/terraform-provider-personio/internal/provider/tfx"
)

var _ datasource.DataSourceWithConfigure = (*PersonDataSource)(nil)

// personDeclaration is what the data source is and needs.
var personDeclaration = tfx.Declaration{Type: "personio_person", Reads: []string{attribute.ScopePersonsRead}}

const personDescription = stateWarning + `One person of the company, found by id or by e-mail address, with the attributes that you list. That there is ` +
	`no such person is an error; ` + "`personio_persons`" + ` shows an empty list instead.

~> Needs the right ` + "`personio:persons:read`" + `, and the attributes have to be readable for the provider's credential: one that is not is an error, and no ` +
	`null. Works with Personio itself and with a gateway.

**Requests.** One for the list of readable attributes and one for the person. By e-mail address, Personio is asked for the listed attributes only. By id it ` +
	`cannot be: it sends all that the credential may read, and what is not listed is dropped at once.`

// PersonDataSource is personio_person.
type PersonDataSource struct {
	tfx.DataSource
}

// NewPersonDataSource makes the data source.
func NewPersonDataSource() datasource.DataSource {
	return &PersonDataSource{tfx.DataSource{Declaration: personDeclaration}}
}

// onePersonModel is the data source as Terraform holds it.
type onePersonModel struct {
	Attributes types.Set    `tfsdk:"attributes"`
	ID         types.String `tfsdk:"id"`
	Email      types.String `tfsdk:"email"`
	Values     types.Map    `tfsdk:"values"`
}

// Schema describes the data source.
func (d *PersonDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: personDescription,
		Attributes: map[string]schema.Attribute{
			"attributes": attributesArgument(),
			"id": schema.StringAttribute{
				MarkdownDescription: "Id of the person. Exactly one of `id` and `email` is given.",
				Optional:            true,
				Computed:            true,
				Validators: []validator.String{
					stringvalidator.ExactlyOneOf(path.MatchRoot("id"), path.MatchRoot("email")),
					stringvalidator.RegexMatches(personID, personIDText),
				},
			},
			"email": schema.StringAttribute{
				MarkdownDescription: "E-mail address of the person. Null where the person is found by id; list `email` in `attributes` to read it.",
				Optional:            true,
				Validators:          []validator.String{stringvalidator.RegexMatches(emailForm, emailText)},
			},
			"values": personFields()["values"],
		},
	}
}

// Read reads the person.
func (d *PersonDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var state onePersonModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() {
		return
	}
	object := tfx.Object{Declaration: personDeclaration, Kind: "person", Name: state.ID.ValueString()}
	keys, _ := tfx.Strings(state.Attributes)
	r := &reader{client: d.Provider.Client, keys: keys}
	r.checkReadable(ctx, object, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	employee, found := d.find(ctx, &state, keys, object, &resp.Diagnostics)
	if !found {
		return
	}
	var read attr.Value
	raw, err := employeeValues(employee, keys)
	if err == nil {
		read, err = types.MapType{ElemType: types.StringType}.ValueFromTerraform(ctx, raw)
	}
	if err != nil {
		tfx.AddError(&resp.Diagnostics, "read", object, nil, err)
		return
	}
	resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("id"), string(employee.ID))...)
	resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("values"), read)...)
}

// find asks for the person. The e-mail address is in no diagnostic but as the
// argument that it came from.
func (d *PersonDataSource) find(ctx context.Context, state *onePersonModel, keys []string, object tfx.Object, diags *diag.Diagnostics) (employee personio.Employee, found bool) {
	const check = " Check it, and the provider's base_url."
	if state.Email.IsNull() {
		employee, err := d.Provider.Client.Employee(ctx, state.ID.ValueString())
		switch {
		case personio.IsNotFound(err):
			diags.AddAttributeError(path.Root("id"), "No such person", "There is no person with the id "+state.ID.ValueString()+"."+check)
		case err != nil:
			tfx.AddError(diags, "read", object, nil, err)
		}
		return employee, err == nil
	}
	employees, err := d.Provider.Client.EmployeesByEmail(ctx, state.Email.ValueString(), keys)
	switch {
	case err != nil:
		tfx.AddError(diags, "read", object, nil, err)
	case len(employees) == 0:
		diags.AddAttributeError(path.Root("email"), "No such person", "There is no person with this e-mail address."+check)
	case len(employees) > 1:
		diags.AddAttributeError(path.Root("email"), "More than one person",
			"The API answered with more than one person for this e-mail address, as if it did not know the filter. Use id instead.")
	default:
		return employees[0], true
	}
	return employee, false
}

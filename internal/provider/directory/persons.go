package directory

import (
	"context"
	"maps"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework-timetypes/timetypes"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/personio-community/terraform-provider-personio/internal/attribute"
	"github.com/personio-community/terraform-provider-personio/internal/personio"
	"github.com/personio-community/terraform-provider-personio/internal/provider/tfx"
)

var _ datasource.DataSourceWithConfigure = (*PersonsDataSource)(nil)

// personsDeclaration is what the data source is and needs.
var personsDeclaration = tfx.Declaration{Type: "personio_persons", Reads: []string{attribute.ScopePersonsRead}}

// PersonsDataSource is personio_persons.
type PersonsDataSource struct {
	tfx.DataSource
}

// NewPersonsDataSource makes the data source.
func NewPersonsDataSource() datasource.DataSource {
	return &PersonsDataSource{tfx.DataSource{Declaration: personsDeclaration}}
}

// personsModel is the data source as Terraform holds it.
type personsModel struct {
	Attributes    types.Set              `tfsdk:"attributes"`
	IDs           types.Set              `tfsdk:"ids"`
	Emails        types.Set              `tfsdk:"emails"`
	FirstName     types.String           `tfsdk:"first_name"`
	LastName      types.String           `tfsdk:"last_name"`
	PreferredName types.String           `tfsdk:"preferred_name"`
	Status        types.String           `tfsdk:"status"`
	CreatedAt     timetypes.RFC3339      `tfsdk:"created_at"`
	CreatedAtGT   timetypes.RFC3339      `tfsdk:"created_at_gt"`
	CreatedAtLT   timetypes.RFC3339      `tfsdk:"created_at_lt"`
	UpdatedAt     timetypes.RFC3339      `tfsdk:"updated_at"`
	UpdatedAtGT   timetypes.RFC3339      `tfsdk:"updated_at_gt"`
	UpdatedAtLT   timetypes.RFC3339      `tfsdk:"updated_at_lt"`
	Persons       []personModel          `tfsdk:"persons"`
	ByID          map[string]personModel `tfsdk:"by_id"`
}

// personModel is one person.
type personModel struct {
	ID     types.String `tfsdk:"id"`
	Values types.Map    `tfsdk:"values"`
}

// Read reads the people whom the arguments select.
func (d *PersonsDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var state personsModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() {
		return
	}
	object := tfx.Object{Declaration: personsDeclaration, Kind: "persons"}
	keys, _ := tfx.Strings(state.Attributes)
	r := &reader{client: d.Provider.Client, keys: keys}
	r.checkReadable(ctx, object, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	filter := state.filter()
	err := steadily(func() error {
		switch {
		case state.selectsNobody():
			r.people = map[string]tftypes.Value{}
			return nil
		case filter.IsZero():
			return r.everybody(ctx)
		default:
			return r.selected(ctx, filter)
		}
	})
	if err != nil {
		tfx.AddError(&resp.Diagnostics, "list", object, nil, err)
		return
	}
	if resp.State.Raw, err = personsState(req.Config.Raw, r.people); err != nil {
		resp.Diagnostics.AddError("Could not write the persons to the state", err.Error()+". This is a fault of the provider; please report it.")
	}
}

// personType is one person as Terraform holds it: personModel.
var personType = tftypes.Object{AttributeTypes: map[string]tftypes.Type{"id": tftypes.String, "values": valuesType}}

// personsState is the configuration with the people added, who are in it twice
// and in memory once. The framework's own way from a model to a state takes three
// times as long and as much memory, which shows with thousands of people.
func personsState(config tftypes.Value, people map[string]tftypes.Value) (tftypes.Value, error) {
	var attributes map[string]tftypes.Value
	if err := config.As(&attributes); err != nil {
		return tftypes.Value{}, err
	}
	attributes = maps.Clone(attributes) // It is the configuration's own.
	list := make([]tftypes.Value, 0, len(people))
	for _, id := range slices.SortedFunc(maps.Keys(people), compareIDs) {
		list = append(list, people[id])
	}
	attributes["persons"] = tftypes.NewValue(tftypes.List{ElementType: personType}, list)
	attributes[byID] = tftypes.NewValue(tftypes.Map{ElementType: personType}, people)
	return tftypes.NewValue(config.Type(), attributes), nil
}

// selectsNobody reports an empty list of ids or e-mail addresses, which Personio
// would take for no list at all.
func (m *personsModel) selectsNobody() bool {
	empty := func(set types.Set) bool { return !set.IsNull() && len(set.Elements()) == 0 }
	return empty(m.IDs) || empty(m.Emails)
}

// filter is what the arguments select.
func (m *personsModel) filter() personio.PersonFilter {
	ids, _ := tfx.Strings(m.IDs)
	emails, _ := tfx.Strings(m.Emails)
	return personio.PersonFilter{
		IDs: ids, Emails: emails,
		FirstName: m.FirstName.ValueString(), LastName: m.LastName.ValueString(), PreferredName: m.PreferredName.ValueString(),
		Status:    m.Status.ValueString(),
		CreatedAt: personio.TimeFilter{Equal: tfx.Instant(m.CreatedAt), After: tfx.Instant(m.CreatedAtGT), Before: tfx.Instant(m.CreatedAtLT)},
		UpdatedAt: personio.TimeFilter{Equal: tfx.Instant(m.UpdatedAt), After: tfx.Instant(m.UpdatedAtGT), Before: tfx.Instant(m.UpdatedAtLT)},
	}
}

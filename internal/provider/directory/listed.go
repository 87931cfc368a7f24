package directory

import (
	"cmp"
	"context"
	"iter"
	"maps"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/personio-community/terraform-provider-personio/internal/personio"
	"github.com/personio-community/terraform-provider-personio/internal/provider/tfx"
)

// byID is the attribute that holds the objects of a list by their ids.
const byID = "by_id"

// listed is a data source that lists the objects of one small collection, as a
// list sorted by id and as a map by id. O is the model of an object.
type listed[O any] struct {
	tfx.DataSource

	// kind is the word for the objects, in the plural.
	kind string
	// name is the attribute that holds the list.
	name        string
	description string
	// arguments are what can be asked for, fields what an object has.
	arguments, fields map[string]schema.Attribute
	// read yields the objects that the configuration asks for. An error is the
	// last thing it yields.
	read func(ctx context.Context, client *personio.Client, config tfsdk.Config, diags *diag.Diagnostics) iter.Seq2[O, error]
	id   func(O) string
}

// Schema describes the data source.
func (d *listed[O]) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	attributes := map[string]schema.Attribute{
		d.name: schema.ListNestedAttribute{
			MarkdownDescription: "The " + d.kind + ", sorted by id.",
			Computed:            true,
			NestedObject:        schema.NestedAttributeObject{Attributes: d.fields},
		},
		byID: schema.MapNestedAttribute{
			MarkdownDescription: "The same " + d.kind + " by their ids.",
			Computed:            true,
			NestedObject:        schema.NestedAttributeObject{Attributes: d.fields},
		},
	}
	maps.Copy(attributes, d.arguments)
	resp.Schema = schema.Schema{MarkdownDescription: d.description, Attributes: attributes}
}

// Read lists the objects.
func (d *listed[O]) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	all, mapped := []O{}, map[string]O{}
	for object, err := range d.read(ctx, d.Provider.Client, req.Config, &resp.Diagnostics) {
		if err != nil {
			tfx.AddError(&resp.Diagnostics, "list", tfx.Object{Declaration: d.Declaration, Kind: d.kind}, nil, err)
			return
		}
		all = append(all, object)
		mapped[d.id(object)] = object
	}
	if resp.Diagnostics.HasError() {
		return
	}
	slices.SortFunc(all, func(a, b O) int { return compareIDs(d.id(a), d.id(b)) })
	// The state begins as the configuration, arguments included.
	resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root(d.name), all)...)
	resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root(byID), mapped)...)
}

// compareIDs orders numbers by value and UUIDs by text.
func compareIDs(a, b string) int {
	return cmp.Or(cmp.Compare(len(a), len(b)), cmp.Compare(a, b))
}

// mapped yields what convert makes of each object.
func mapped[T, O any](objects iter.Seq2[T, error], convert func(T) O) iter.Seq2[O, error] {
	return func(yield func(O, error) bool) {
		for object, err := range objects {
			if !yield(convert(object), err) {
				return
			}
		}
	}
}

// computed describes a string that the API tells.
func computed(description string) schema.Attribute {
	return schema.StringAttribute{MarkdownDescription: description, Computed: true}
}

// told is a string, null for "".
func told[T ~string](text T) types.String {
	if text == "" {
		return types.StringNull()
	}
	return types.StringValue(string(text))
}

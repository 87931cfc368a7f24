package directory

import (
	"context"
	"iter"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/personio-community/terraform-provider-personio/internal/attribute"
	"github.com/personio-community/terraform-provider-personio/internal/personio"
	"github.com/personio-community/terraform-provider-personio/internal/provider/tfx"
)

// compensationTypeModel is a kind of pay.
type compensationTypeModel struct {
	ID       types.String `tfsdk:"id"`
	Name     types.String `tfsdk:"name"`
	Category types.String `tfsdk:"category"`
}

func newCompensationTypeModel(got personio.CompensationType) compensationTypeModel {
	return compensationTypeModel{ID: types.StringValue(string(got.ID)), Name: types.StringValue(got.Name), Category: told(got.Category)}
}

// NewCompensationTypesDataSource makes personio_compensation_types.
func NewCompensationTypesDataSource() datasource.DataSource {
	return &listed[compensationTypeModel]{
		DataSource: tfx.DataSource{Declaration: tfx.Declaration{Type: "personio_compensation_types", Reads: []string{attribute.ScopeCompensationsRead}}},
		kind:       "compensation types",
		name:       "compensation_types",
		description: "The kinds of compensation that the company has defined. Needs `personio:compensations:read`, which lets a " +
			"credential read what everybody earns, too." + noEmployees,
		fields: map[string]schema.Attribute{
			"id":       computed("Id of the compensation type."),
			"name":     computed("Its name."),
			"category": computed("`RECURRING` or `ONE_TIME`."),
		},
		read: func(ctx context.Context, client *personio.Client, _ tfsdk.Config, _ *diag.Diagnostics) iter.Seq2[compensationTypeModel, error] {
			return mapped(client.CompensationTypes(ctx), newCompensationTypeModel)
		},
		id: func(m compensationTypeModel) string { return m.ID.ValueString() },
	}
}

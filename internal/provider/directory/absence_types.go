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

// absenceTypeModel is a kind of absence.
type absenceTypeModel struct {
	ID       types.String `tfsdk:"id"`
	Name     types.String `tfsdk:"name"`
	Category types.String `tfsdk:"category"`
	Unit     types.String `tfsdk:"unit"`
}

func newAbsenceTypeModel(got personio.AbsenceType) absenceTypeModel {
	return absenceTypeModel{ID: types.StringValue(string(got.ID)), Name: types.StringValue(got.Name), Category: told(got.Category), Unit: told(got.Unit)}
}

// NewAbsenceTypesDataSource makes personio_absence_types.
func NewAbsenceTypesDataSource() datasource.DataSource {
	return &listed[absenceTypeModel]{
		DataSource:  tfx.DataSource{Declaration: tfx.Declaration{Type: "personio_absence_types", Reads: []string{attribute.ScopeAbsencesRead}}},
		kind:        "absence types",
		name:        "absence_types",
		description: "The kinds of absence that the company has defined. Needs `personio:absences:read`." + noEmployees,
		fields: map[string]schema.Attribute{
			"id":       computed("Id of the absence type, as version 2 of Personio's API has it."),
			"name":     computed("Its name."),
			"category": computed("What Personio takes it for, such as `PAID_VACATION` or `SICK_LEAVE`; null if nothing."),
			"unit":     computed("What its absences are counted in: `DAY` or `HOUR`."),
		},
		read: func(ctx context.Context, client *personio.Client, _ tfsdk.Config, _ *diag.Diagnostics) iter.Seq2[absenceTypeModel, error] {
			return mapped(client.AbsenceTypes(ctx), newAbsenceTypeModel)
		},
		id: func(m absenceTypeModel) string { return m.ID.ValueString() },
	}
}

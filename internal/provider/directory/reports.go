package directory

import (
	"context"
	"iter"

	"github.com/hashicorp/terraform-plugin-framework-timetypes/timetypes"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/personio-community/terraform-provider-personio/internal/attribute"
	"github.com/personio-community/terraform-provider-personio/internal/personio"
	"github.com/personio-community/terraform-provider-personio/internal/provider/tfx"
)

// reportModel is a report without its content.
type reportModel struct {
	ID        types.String      `tfsdk:"id"`
	Name      types.String      `tfsdk:"name"`
	ChartType types.String      `tfsdk:"chart_type"`
	EditedAt  timetypes.RFC3339 `tfsdk:"edited_at"`
}

func newReportModel(got personio.Report) reportModel {
	return reportModel{
		ID: types.StringValue(string(got.ID)), Name: types.StringValue(got.Name), ChartType: told(got.ChartType), EditedAt: tfx.TimePointer(got.EditedAt.DateTime),
	}
}

// NewReportsDataSource makes personio_reports.
func NewReportsDataSource() datasource.DataSource {
	return &listed[reportModel]{
		DataSource: tfx.DataSource{Declaration: tfx.Declaration{Type: "personio_reports", Reads: []string{attribute.ScopeReportsRead}}},
		kind:       "reports",
		name:       "reports",
		description: "The custom reports that are open to the API, with the ids that `report_ids` of a `personio_custom_integration` " +
			"takes. Needs `reports.custom:read`; each report has to be opened to the API in Personio. A credential of a gateway's custom " +
			"integration sees the reports that are open to it. What is in the reports is not read." + noEmployees,
		fields: map[string]schema.Attribute{
			"id":         computed("Id of the report."),
			"name":       computed("Its name."),
			"chart_type": computed("How Personio's screens show it, such as `table`; null if Personio does not tell."),
			"edited_at": schema.StringAttribute{
				MarkdownDescription: "When it was last edited; null if Personio does not tell.", Computed: true, CustomType: timetypes.RFC3339Type{},
			},
		},
		read: func(ctx context.Context, client *personio.Client, _ tfsdk.Config, _ *diag.Diagnostics) iter.Seq2[reportModel, error] {
			return mapped(client.Reports(ctx), newReportModel)
		},
		id: func(m reportModel) string { return m.ID.ValueString() },
	}
}

package directory

import (
	"context"
	"iter"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/personio-community/terraform-provider-personio/internal/attribute"
	"github.com/personio-community/terraform-provider-personio/internal/personio"
	"github.com/personio-community/terraform-provider-personio/internal/provider/tfx"
)

// namedModel is an object that has an id and a name.
type namedModel struct {
	ID   types.String `tfsdk:"id"`
	Name types.String `tfsdk:"name"`
}

func newNamedModel(got personio.Named) namedModel {
	return namedModel{ID: types.StringValue(string(got.ID)), Name: types.StringValue(got.Name)}
}

// namedDataSource makes a data source of objects that have an id and a name.
func namedDataSource(declaration tfx.Declaration, name, description string, list func(*personio.Client, context.Context) iter.Seq2[personio.Named, error]) datasource.DataSource {
	return &listed[namedModel]{
		DataSource: tfx.DataSource{Declaration: declaration},
		kind:       strings.ReplaceAll(name, "_", " "), name: name, description: description,
		fields: map[string]schema.Attribute{"id": computed("Its id."), "name": computed("Its name.")},
		read: func(ctx context.Context, client *personio.Client, _ tfsdk.Config, _ *diag.Diagnostics) iter.Seq2[namedModel, error] {
			return mapped(list(client, ctx), newNamedModel)
		},
		id: func(m namedModel) string { return m.ID.ValueString() },
	}
}

// NewWorkplacesDataSource makes personio_workplaces.
func NewWorkplacesDataSource() datasource.DataSource {
	return namedDataSource(
		tfx.Declaration{Type: "personio_workplaces", Reads: []string{attribute.ScopePersonsRead}}, "workplaces",
		"The workplaces of the company, which employees show as `office`. Needs `personio:persons:read` at a gateway."+noEmployees+betaNote,
		(*personio.Client).Workplaces)
}

// NewCostCentersDataSource makes personio_cost_centers.
func NewCostCentersDataSource() datasource.DataSource {
	return namedDataSource(
		tfx.Declaration{Type: "personio_cost_centers", Reads: []string{attribute.ScopePersonsRead}}, "cost_centers",
		"The cost centers of the company. Needs `personio:persons:read` at a gateway."+noEmployees+betaNote,
		(*personio.Client).CostCenters)
}

// NewDocumentCategoriesDataSource makes personio_document_categories.
func NewDocumentCategoriesDataSource() datasource.DataSource {
	return namedDataSource(
		tfx.Declaration{Type: "personio_document_categories", Reads: []string{attribute.ScopeDocumentsRead}}, "document_categories",
		"The categories of documents, with the ids that `document_category_ids` of a `personio_custom_integration` takes. Needs "+
			"`documents:read`. A credential of a gateway's custom integration sees the categories that are open to it."+noEmployees,
		func(client *personio.Client, ctx context.Context) iter.Seq2[personio.Named, error] {
			return func(yield func(personio.Named, error) bool) {
				categories, err := client.DocumentCategories(ctx)
				if err != nil {
					yield(personio.Named{}, err)
					return
				}
				for _, category := range categories {
					if !yield(category, nil) {
						return
					}
				}
			}
		})
}

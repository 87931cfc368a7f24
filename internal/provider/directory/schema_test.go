package directory

import (
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/personio-community/terraform-provider-personio/internal/acctest/parity"
)

func schemaOf(t *testing.T, source datasource.DataSource) datasource.SchemaResponse {
	t.Helper()
	var resp datasource.SchemaResponse
	source.Schema(t.Context(), datasource.SchemaRequest{}, &resp)
	return resp
}

func TestModelMatchesSchema(t *testing.T) {
	t.Parallel()
	parity.Check[attributesModel](t, schemaOf(t, NewEmployeeAttributesDataSource()).Schema)
	parity.Check[personsModel](t, schemaOf(t, NewPersonsDataSource()).Schema)
	parity.Check[onePersonModel](t, schemaOf(t, NewPersonDataSource()).Schema)
	listedMatches[orgUnitModel](t, NewOrgUnitsDataSource(), "org_units")
	listedMatches[legalEntityModel](t, NewLegalEntitiesDataSource(), "legal_entities")
	listedMatches[namedModel](t, NewWorkplacesDataSource(), "workplaces")
	listedMatches[namedModel](t, NewCostCentersDataSource(), "cost_centers")
	listedMatches[namedModel](t, NewDocumentCategoriesDataSource(), "document_categories")
	listedMatches[absenceTypeModel](t, NewAbsenceTypesDataSource(), "absence_types")
	listedMatches[compensationTypeModel](t, NewCompensationTypesDataSource(), "compensation_types")
	listedMatches[reportModel](t, NewReportsDataSource(), "reports")
}

// listedMatches compares the model of an object with what the list and the map
// hold.
func listedMatches[Model any](t *testing.T, source datasource.DataSource, name string) {
	t.Helper()
	object, ok := schemaOf(t, source).Schema.Type().(types.ObjectType)
	if !ok {
		t.Fatalf("%s: the schema is no object", name)
	}
	for _, attribute := range []string{name, byID} {
		elements, ok := object.AttrTypes[attribute].(attr.TypeWithElementType)
		if !ok {
			t.Fatalf("%s has no list or map %s", name, attribute)
		}
		parity.CheckObject[Model](t, elements.ElementType())
	}
}

// What the state will hold of employees is the first thing that is said.
func TestEmployeeDataIsSaidFirst(t *testing.T) {
	t.Parallel()
	for _, source := range []datasource.DataSource{NewPersonDataSource(), NewPersonsDataSource()} {
		if text := schemaOf(t, source).Schema.MarkdownDescription; !strings.HasPrefix(text, "**Employee data lands in the state.**") {
			t.Errorf("%T begins with %.60q", source, text)
		}
	}
}

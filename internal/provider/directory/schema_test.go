package directory

import (
	"strings"
	"testing"

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
	parity.Check[struct {
		Type     types.String            `tfsdk:"type"`
		OrgUnits []orgUnitModel          `tfsdk:"org_units"`
		ByID     map[string]orgUnitModel `tfsdk:"by_id"`
	}](t, schemaOf(t, NewOrgUnitsDataSource()).Schema)
	parity.Check[struct {
		Country       types.String                `tfsdk:"country"`
		LegalEntities []legalEntityModel          `tfsdk:"legal_entities"`
		ByID          map[string]legalEntityModel `tfsdk:"by_id"`
	}](t, schemaOf(t, NewLegalEntitiesDataSource()).Schema)
	parity.Check[struct {
		Workplaces []namedModel          `tfsdk:"workplaces"`
		ByID       map[string]namedModel `tfsdk:"by_id"`
	}](t, schemaOf(t, NewWorkplacesDataSource()).Schema)
	parity.Check[struct {
		CostCenters []namedModel          `tfsdk:"cost_centers"`
		ByID        map[string]namedModel `tfsdk:"by_id"`
	}](t, schemaOf(t, NewCostCentersDataSource()).Schema)
	parity.Check[struct {
		DocumentCategories []namedModel          `tfsdk:"document_categories"`
		ByID               map[string]namedModel `tfsdk:"by_id"`
	}](t, schemaOf(t, NewDocumentCategoriesDataSource()).Schema)
	parity.Check[struct {
		AbsenceTypes []absenceTypeModel          `tfsdk:"absence_types"`
		ByID         map[string]absenceTypeModel `tfsdk:"by_id"`
	}](t, schemaOf(t, NewAbsenceTypesDataSource()).Schema)
	parity.Check[struct {
		CompensationTypes []compensationTypeModel          `tfsdk:"compensation_types"`
		ByID              map[string]compensationTypeModel `tfsdk:"by_id"`
	}](t, schemaOf(t, NewCompensationTypesDataSource()).Schema)
	parity.Check[struct {
		Reports []reportModel          `tfsdk:"reports"`
		ByID    map[string]reportModel `tfsdk:"by_id"`
	}](t, schemaOf(t, NewReportsDataSource()).Schema)
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

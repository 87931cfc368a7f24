package directory

import (
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/datasource"

	"github.com/personio-community/terraform-provider-personio/internal/acctest/parity"
)

func TestModelMatchesSchema(t *testing.T) {
	t.Parallel()
	var resp datasource.SchemaResponse
	NewEmployeeAttributesDataSource().Schema(t.Context(), datasource.SchemaRequest{}, &resp)
	parity.Check[attributesModel](t, resp.Schema)
}

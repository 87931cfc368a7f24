package marketplace

import (
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/datasource"

	"github.com/personio-community/terraform-provider-personio/internal/acctest/parity"
)

func TestModelsMatchSchemas(t *testing.T) {
	t.Parallel()
	var one, list datasource.SchemaResponse
	NewDataSource().Schema(t.Context(), datasource.SchemaRequest{}, &one)
	parity.Check[entryModel](t, one.Schema)
	NewListDataSource().Schema(t.Context(), datasource.SchemaRequest{}, &list)
	parity.Check[listModel](t, list.Schema)
}

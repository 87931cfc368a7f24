package accesslog

import (
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/datasource"

	"github.com/personio-community/terraform-provider-personio/internal/acctest/parity"
)

func TestModelMatchesSchema(t *testing.T) {
	t.Parallel()
	var resp datasource.SchemaResponse
	NewDataSource().Schema(t.Context(), datasource.SchemaRequest{}, &resp)
	parity.Check[model](t, resp.Schema)
}

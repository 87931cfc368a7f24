package syncrun

import (
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/datasource"

	"github.com/personio-community/terraform-provider-personio/internal/acctest/parity"
)

func TestModelMatchesSchema(t *testing.T) {
	t.Parallel()
	var status datasource.SchemaResponse
	NewStatusDataSource().Schema(t.Context(), datasource.SchemaRequest{}, &status)
	parity.Check[statusModel](t, status.Schema)
	run := status.Schema.Attributes["last_run"]
	parity.CheckObject[runModel](t, run.GetType())
	parity.CheckObject[countsModel](t, runAttributes()["counts"].GetType())
}

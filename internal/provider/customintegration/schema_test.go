package customintegration

import (
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/list"
	"github.com/hashicorp/terraform-plugin-framework/resource"

	"github.com/personio-community/terraform-provider-personio/internal/acctest/parity"
)

func TestModelsMatchSchemas(t *testing.T) {
	t.Parallel()
	var managed resource.SchemaResponse
	NewResource().Schema(t.Context(), resource.SchemaRequest{}, &managed)
	parity.Check[model](t, managed.Schema)
	var one, list datasource.SchemaResponse
	NewDataSource().Schema(t.Context(), datasource.SchemaRequest{}, &one)
	parity.Check[connectedModel](t, one.Schema)
	NewListDataSource().Schema(t.Context(), datasource.SchemaRequest{}, &list)
	parity.Check[listModel](t, list.Schema)
}

func TestQueryModelMatchesSchema(t *testing.T) {
	t.Parallel()
	var resp list.ListResourceSchemaResponse
	NewListResource().ListResourceConfigSchema(t.Context(), list.ListResourceSchemaRequest{}, &resp)
	parity.Check[queryModel](t, resp.Schema)
}

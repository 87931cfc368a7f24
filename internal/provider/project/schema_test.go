package project

import (
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/resource"

	"github.com/personio-community/terraform-provider-personio/internal/acctest/parity"
)

func TestModelsMatchSchemas(t *testing.T) {
	t.Parallel()
	var managed, all, one resource.SchemaResponse
	NewResource().Schema(t.Context(), resource.SchemaRequest{}, &managed)
	parity.Check[model](t, managed.Schema)
	NewMembersResource().Schema(t.Context(), resource.SchemaRequest{}, &all)
	parity.Check[membersModel](t, all.Schema)
	NewMemberResource().Schema(t.Context(), resource.SchemaRequest{}, &one)
	parity.Check[memberModel](t, one.Schema)
	var looked, list datasource.SchemaResponse
	NewDataSource().Schema(t.Context(), datasource.SchemaRequest{}, &looked)
	parity.Check[model](t, looked.Schema)
	NewListDataSource().Schema(t.Context(), datasource.SchemaRequest{}, &list)
	parity.Check[listModel](t, list.Schema)
}

package project

import (
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/list"
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
	var looked, many datasource.SchemaResponse
	NewDataSource().Schema(t.Context(), datasource.SchemaRequest{}, &looked)
	parity.Check[model](t, looked.Schema)
	NewListDataSource().Schema(t.Context(), datasource.SchemaRequest{}, &many)
	parity.Check[listModel](t, many.Schema)
}

func TestQueryModelsMatchSchemas(t *testing.T) {
	t.Parallel()
	var projects, all, one list.ListResourceSchemaResponse
	NewListResource().ListResourceConfigSchema(t.Context(), list.ListResourceSchemaRequest{}, &projects)
	parity.Check[queryModel](t, projects.Schema)
	NewMembersListResource().ListResourceConfigSchema(t.Context(), list.ListResourceSchemaRequest{}, &all)
	parity.Check[struct{}](t, all.Schema)
	NewMemberListResource().ListResourceConfigSchema(t.Context(), list.ListResourceSchemaRequest{}, &one)
	parity.Check[memberQueryModel](t, one.Schema)
}

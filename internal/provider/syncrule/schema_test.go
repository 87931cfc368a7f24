package syncrule

import (
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/list"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/personio-community/terraform-provider-personio/internal/acctest/parity"
)

func TestModelsMatchSchemas(t *testing.T) {
	t.Parallel()
	var managed resource.SchemaResponse
	NewResource().Schema(t.Context(), resource.SchemaRequest{}, &managed)
	parity.Check[model](t, managed.Schema)
	attributes := managed.Schema.Attributes
	groups, ok := attributes["group_mapping"].GetType().(types.MapType)
	if !ok {
		t.Fatalf("group_mapping is %s", attributes["group_mapping"].GetType())
	}
	parity.CheckObject[matchModel](t, attributes["match"].GetType())
	parity.CheckObject[scheduleModel](t, attributes["schedule"].GetType())
	parity.CheckObject[groupModel](t, groups.ElemType)
	for name, test := range map[string]struct{ schema, model attr.Type }{
		"match":         {attributes["match"].GetType(), types.ObjectType{AttrTypes: matchType}},
		"schedule":      {attributes["schedule"].GetType(), types.ObjectType{AttrTypes: scheduleType}},
		"group_mapping": {groups.ElemType, types.ObjectType{AttrTypes: groupType}},
	} {
		if !test.schema.Equal(test.model) {
			t.Errorf("%s is %s, the model has %s", name, test.schema, test.model)
		}
	}
}

func TestQueryModelMatchesSchema(t *testing.T) {
	t.Parallel()
	var resp list.ListResourceSchemaResponse
	NewListResource().ListResourceConfigSchema(t.Context(), list.ListResourceSchemaRequest{}, &resp)
	parity.Check[queryModel](t, resp.Schema)
}
